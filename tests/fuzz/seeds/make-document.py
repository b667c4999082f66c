#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Makes the seeds of fuzz-pdf, fuzz-cms and fuzz-cms-parts again: make-document.py DOCUMENT-TOOL (tests/document/document-tool of the build). Keys are made for the purpose and thrown away.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SEEDS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, SEEDS + '/../../document')
import pdf_maker  # noqa: E402


def put(path, data):
    with open(path, 'wb') as out:
        out.write(data)
    return path


def make_pdf_seeds(tool, key, work, folder):
    form = put(work + '/form.pdf', pdf_maker.write_form())
    put(folder + '/table', pdf_maker.write(pdf_maker.plain_objects(2)))
    put(folder + '/form', pdf_maker.write_form())
    put(folder + '/hybrid', pdf_maker.hybrid())
    put(folder + '/revised', pdf_maker.append(pdf_maker.write_form(), {8: b'<< /Title (Second) >>'}, b'/Root 1 0 R /Info 8 0 R'))
    pdf_maker.qpdf(form, folder + '/streams', '--object-streams=generate')
    pdf_maker.qpdf(form, folder + '/linearized', '--linearize', '--object-streams=generate')
    pdf_maker.qpdf(form, folder + '/encrypted', '--encrypt', '', 'owner', '256', '--')
    for name, source, *options in (('signed', form), ('signed-field', form, 'field=approval'), ('signed-streams', folder + '/streams'),
                                   ('certified', form, 'certify=2'), ('signed-twice', folder + '/signed')):
        subprocess.run([tool, 'sign', source, folder + '/' + name, key + '.key', key + '.pem', 'room=1100', *options], check=True)
    signed = open(folder + '/signed', 'rb').read()
    filled = pdf_maker.object_body(signed, 6)[:-2] + b'/V (100)\n>>'
    put(folder + '/signed-filled', pdf_maker.append(signed, {6: filled}, b'/Root 1 0 R /Info 8 0 R'))
    put(folder + '/signed-changed', pdf_maker.append(signed, {4: pdf_maker.stream(b'')}, b'/Root 1 0 R /Info 8 0 R'))


def make_primitive_seed(folder):
    """The signed attributes say that they are not made of elements: OpenSSL reads them all the same."""
    whole = bytearray(Path(folder, 'cades').read_bytes())
    whole[whole.index(bytes.fromhex('301806092a864886f70d010903')) - 3] &= 0xdf
    Path(folder, 'primitive-attributes').write_bytes(whole)


def make_cms_seeds(tool, key, work, folder):
    data = put(work + '/data', b'sample data')
    subprocess.run([tool, 'sign-cms', data, folder + '/cades', key + '.key', key + '.pem'], check=True)
    make_primitive_seed(folder)
    for name, *options in (('attached', '-cades', '-nodetach'), ('plain',), ('no-attributes', '-noattr')):
        subprocess.run(['openssl', 'cms', '-sign', '-binary', '-in', data, '-outform', 'DER', '-out', folder + '/' + name,
                        '-signer', key + '.pem', '-inkey', key + '.key', *options], check=True)
    subprocess.run(['openssl', 'cms', '-sign', '-binary', '-cades', '-in', data, '-outform', 'PEM', '-out', folder + '/pem',
                    '-signer', key + '.pem', '-inkey', key + '.key'], check=True)


def make_parts_seeds(tool, key, work, folder):
    """Also for fuzz-cms: what has several signers, one over another, content in pieces."""
    data = put(work + '/data', b'sample data')
    signer = [key + '.key', key + '.pem']
    subprocess.run([tool, 'sign-cms', data, folder + '/detached', *signer], check=True)
    subprocess.run([tool, 'sign-more', 'enclosed', data, folder + '/enclosed', *signer], check=True)
    subprocess.run([tool, 'sign-more', 'parallel', folder + '/enclosed', folder + '/parallel', *signer], check=True)
    subprocess.run([tool, 'sign-more', 'counter', folder + '/parallel', folder + '/counter', *signer, 'id=2'], check=True)
    subprocess.run(['openssl', 'cms', '-sign', '-binary', '-cades', '-stream', '-nodetach', '-in', data, '-outform', 'DER', '-out', folder + '/pieces',
                    '-signer', key + '.pem', '-inkey', key + '.key'], check=True)
    for name in ('parallel', 'counter', 'pieces'):
        shutil.copy(folder + '/' + name, SEEDS + '/cms/' + name)


def main():
    tool = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        key = work + '/key'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key + '.key', '-out', key + '.pem',
                        '-subj', '/CN=Sample Signer', '-days', '3650'], check=True, stderr=subprocess.DEVNULL)
        for name, make in (('pdf', make_pdf_seeds), ('cms', make_cms_seeds), ('cms-parts', make_parts_seeds)):
            os.makedirs(SEEDS + '/' + name, exist_ok=True)
            make(tool, key, work, SEEDS + '/' + name)


main()
