#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-issuance: seeds of fuzz-rest, fuzz-json-pointer and fuzz-hand-answer.

Profiles are those of tests/tools; certificates are made by openssl and mean nothing.
"""
import json
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TOP = HERE.parents[2]

ISSUED = {'code': 0, 'data': {'id': 'A-1', 'status': 'issued', 'certificate': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
                              'chain': ['MIIB', 'MI-_'], 'encryption': {'certificate': 'MIIB', 'key': 'MIIC'}}}
ANSWERS = {
    'issued': ISSUED,
    'pending': {'code': 0, 'data': {'id': 'A-1', 'status': 'pending', 'retry_after': 60}},
    'refused': {'code': 0, 'data': {'status': 'refused', 'reason': '资料不全'}},
    'wrong-code': {'code': 1001, 'message': '账号或登录码错误'},
    'status': {'code': 0, 'data': {'status': 'suspended', 'reason': 'certificateHold'}},
    'terms': {'code': 0, 'data': {'terms': 'sample', 'cps': 'https://portal.example/cps'}},
}
POINTERS = {
    'whole': ('', ISSUED), 'member': ('/data/status', ISSUED), 'element': ('/data/chain/1', ISSUED), 'escaped': ('/a~1b/~01', {'a/b': {'~1': 1}}),
    'leading-zero': ('/0/01', [[1, 2]]), 'past-the-end': ('/-', [1]), 'no-slash': ('data', {}), 'bad-escape': ('/~2', {}), 'empty-name': ('/', {'': 'x'}),
}
RAW = {'deep': '/0\n' + '[' * 40 + ']' * 40, 'comment': '/a\n{/* { */"a": 1}', 'cut': '/a\n{"a": "', 'hash': '/a\n{"a" # }\n: 1}', 'huge-number': '\n1e999'}


def write(folder, name, data):
    (HERE / folder).mkdir(exist_ok=True)
    (HERE / folder / name).write_bytes(data if isinstance(data, bytes) else data.encode('utf-8'))


def profile(name):
    return (TOP / 'tests/tools' / f'{name}.profile').read_text(encoding='utf-8').replace('@PORT@', '443')


def make_rest():
    portal = profile('sample-portal')
    for name, answer in ANSWERS.items():
        write('rest', name, portal + '\0' + json.dumps(answer, ensure_ascii=False))
    two = portal.replace('[Rest]\n', '[Rest]\nEncryptionKeyFormat=pkcs12\nEncryptionSecret=login-code\n').replace(
        '[Rest Answer]\n', '[Rest Answer]\nEncryptionCertificate=/data/encryption/certificate\nEncryptionKey=/data/encryption/key\n')
    write('rest', 'two-certificates', two + '\0' + json.dumps(ISSUED))
    write('rest', 'cfssl', profile('sample-cfssl') + '\0' + json.dumps({'success': True, 'result': {'certificate': 'MIIB'}, 'errors': []}))
    write('rest', 'html', portal + '\0<html></html>')
    write('rest', 'unknown-key', portal.replace('Path=terms', 'Paht=terms'))
    write('rest', 'places', portal.replace('"{csr:pem}"', '"{{{csr:pem}}{field:name}{"'))


def openssl(*arguments, data=None):
    return subprocess.run(['openssl', *map(str, arguments)], input=data, capture_output=True, check=True).stdout


def make_hand_answer():
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / 'key.pem'
        openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key)
        request = openssl('req', '-new', '-key', key, '-subj', '/CN=Li Na (sample)', '-outform', 'DER')
        pem = openssl('req', '-x509', '-new', '-key', key, '-subj', '/CN=Li Na (sample)', '-days', '3650')
        certificate = Path(folder) / 'certificate.pem'
        certificate.write_bytes(pem)
        der = openssl('x509', '-in', certificate, '-outform', 'DER')
        write('hand-answer', 'request', request)
        write('hand-answer', 'request-pem', openssl('req', '-inform', 'DER', data=request))
        write('hand-answer', 'pem', pem)
        write('hand-answer', 'der', der)
        write('hand-answer', 'two-der', der + der)
        write('hand-answer', 'mail', b'\xef\xbb\xbfDear Madam,\r\n\r\n' + pem.replace(b'\n', b'\r\n') + b'\r\n-- \r\n')
        write('hand-answer', 'base64', openssl('base64', '-A', data=der))
        for form in ('DER', 'PEM'):
            write('hand-answer', f'pkcs7-{form.lower()}', openssl('crl2pkcs7', '-nocrl', '-certfile', certificate, '-outform', form))
        rsa = Path(folder) / 'rsa.pem'
        openssl('genrsa', '-out', rsa, '2048')
        other = Path(folder) / 'other.pem'
        other.write_bytes(openssl('req', '-x509', '-new', '-key', rsa, '-subj', '/CN=Somebody Else (sample)'))
        write('hand-answer', 'encrypted', openssl('smime', '-encrypt', '-outform', 'DER', '-aes256', other, data=b'sample'))
        write('hand-answer', 'packed', b'PK\x03\x04' + b'\0' * 26)


def main():
    make_rest()
    for name, (pointer, value) in POINTERS.items():
        write('json-pointer', name, pointer + '\n' + json.dumps(value))
    for name, text in RAW.items():
        write('json-pointer', name, text)
    make_hand_answer()


main()
