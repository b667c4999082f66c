#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Makes the seeds of fuzz-asic again: make-asic.py ASIC-TOOL (tests/document/asic-tool of the build). Keys are made for the purpose and thrown away.
"""
import os
import subprocess
import sys
import tempfile
import zipfile

SEEDS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, SEEDS + '/../../document')
import asic_maker  # noqa: E402


def put(path, data):
    with open(path, 'wb') as out:
        out.write(data)
    return path


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def make(tool, key, folder, work):
    documents = [put(work + '/' + name, content) for name, content in (('样本.txt', b'sample\n' * 20), ('a & b.pdf', b'%PDF-sample'))]

    def sign(name, flavour, *files):
        subprocess.run([tool, folder + '/' + name, key + '.key', key + '.pem', flavour, *files], check=True)
        return folder + '/' + name
    good = sign('asice', 'asice', *documents)
    sign('asice-twice', 'asice', good)
    sign('asice-xades', 'asice-xades', *documents)
    sign('asics', 'asics', documents[0])
    sign('asics-xades', 'asics-xades', documents[0])
    contents = members(good)
    put(folder + '/deflated', asic_maker.pack(contents, deflate=True, descriptor=True))
    put(folder + '/comment', asic_maker.pack(contents, comment=b'sample'))
    put(folder + '/no-mimetype', asic_maker.pack({name: data for name, data in contents.items() if name != 'mimetype'}))
    put(folder + '/not-covered', asic_maker.pack({**contents, 'more/more': b'x', 'folder/': b''}))
    put(folder + '/manifest', contents['META-INF/ASiCManifest001.xml'])
    manifest = contents['META-INF/ASiCManifest001.xml']
    end = manifest.index(b'?>') + 2
    put(folder + '/manifest-doctype', manifest[:end] + b'<!DOCTYPE x>' + manifest[end:])
    put(folder + '/odf-manifest', members(folder + '/asice-xades')['META-INF/manifest.xml'])
    extra = asic_maker.members_of(contents)
    name = extra[1].name
    extra[1].extra = extra[1].local_extra = b'up' + (5 + len(name)).to_bytes(2, 'little') + b'\1\0\0\0\0' + name
    put(folder + '/unicode-name', asic_maker.write(extra))
    locked = asic_maker.members_of(contents)
    locked[1].flags |= 1
    put(folder + '/encrypted', asic_maker.write(locked))
    put(folder + '/bomb', asic_maker.pack({'mimetype': contents['mimetype'], 'bomb': bytes(70_000_000)}, deflate=True))


def main():
    folder = SEEDS + '/asic'
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        key = work + '/key'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key + '.key', '-out', key + '.pem',
                        '-subj', '/CN=Sample Signer', '-days', '3650'], check=True, stderr=subprocess.DEVNULL)
        make(os.path.abspath(sys.argv[1]), key, folder, work)


main()
