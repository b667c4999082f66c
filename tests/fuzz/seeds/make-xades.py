#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Makes the seeds of fuzz-xades again: make-xades.py XADES-TOOL (tests/document/xades-tool of the build). Keys are made for the purpose and thrown away.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SEEDS = os.path.dirname(os.path.abspath(__file__)) + '/xades'
DOCUMENT = b'<?xml version="1.0"?>\n<?a b?><a:r xmlns:a="urn:a" b="x>y"><i id="1"/><![CDATA[ </a:r> ]]>&#x4e2d;</a:r ><!-- </a:r> -->\n'


def put(path, data):
    with open(path, 'wb') as out:
        out.write(data)
    return path


def make_key(work, name, *options):
    subprocess.run(['openssl', 'req', '-x509', *options, '-nodes', '-keyout', f'{work}/{name}.key', '-out', f'{work}/{name}.pem', '-subj', '/CN=Sample', '-days', '3650',
                    '-addext', 'keyUsage=critical,nonRepudiation'], check=True, stderr=subprocess.DEVNULL)
    return f'{work}/{name}.key', f'{work}/{name}.pem'


def main(tool):
    work = tempfile.mkdtemp()
    ec = make_key(work, 'ec', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256')
    rsa = make_key(work, 'rsa', '-newkey', 'rsa:2048')
    document = put(work + '/data', DOCUMENT)
    sample = put(work + '/sample', b'sample data')
    token = put(work + '/token', b'\x30\x03\x02\x01\x00')
    os.makedirs(SEEDS, exist_ok=True)
    for packaging in ('enveloped', 'enveloping', 'detached'):
        subprocess.run([tool, 'sign', f'{SEEDS}/{packaging}', *ec, packaging, document], check=True)
    subprocess.run([tool, 'sign', f'{SEEDS}/pss', *rsa, 'enveloped', document, 'pss', 'location=Sample City', 'token=' + token], check=True)
    subprocess.run([tool, 'build', f'{SEEDS}/container', *ec, 'container', 'data=' + sample, 'missing=' + sample, 'unreadable=' + sample], check=True)
    enveloped = open(f'{SEEDS}/enveloped', 'rb').read()
    xpath = (b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>')
    put(f'{SEEDS}/xpath', re.sub(rb'<ds:Transform Algorithm="[^"]*enveloped-signature"/>', xpath, enveloped))
    put(f'{SEEDS}/twin', re.sub(rb'(<ds:Object>.*</ds:Object>)', rb'\1\1', enveloped))
    put(f'{SEEDS}/doctype', enveloped.replace(b'<a:r ', b'<!DOCTYPE a:r [<!ENTITY a "b">]><a:r ', 1))
    put(f'{SEEDS}/gbk', b'<?xml version="1.0" encoding="GBK"?><r><![CDATA[\x81]]></r><!--]]></r>')
    shutil.rmtree(work)


main(sys.argv[1])
