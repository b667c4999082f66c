#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-token-listing.py: seeds for fuzz-token-listing, as GVariant text. Usage: make-token-listing.py DIR (default: token-listing)."""

import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def ay(data):
    return '@ay [' + ', '.join(f'{b:#04x}' for b in data) + ']'


def obj(**entries):
    return '{' + ', '.join(f"'{name.replace('_', '-')}': <{value}>" for name, value in entries.items()) + '}'


def token(objects, label=b'Sample token', flags=0x40d, extra=''):
    return ("{'id': <'mock/0001'>, 'label': <" + ay(label) + ">, 'model': <" + ay(b'mock            ') + ">, 'serial': <" + ay(b'0001') +
            f">, 'flags': <uint64 {flags:#x}>, 'min-pin': <uint32 4>, 'max-pin': <uint32 8>" +
            ", 'mechanisms': <[(uint64 0x1041, uint64 256, uint64 521, uint64 0x800)]>" + extra +
            ", 'objects': <@aa{sv} [" + ', '.join(objects) + ']>}')


def packed(*parts):
    """Certificates as a host packs them: each of them is (id, label, value)."""
    return b''.join(struct.pack('=III', *map(len, part)) + b''.join(part) for part in parts)


def with_certificates(data, objects=()):
    return token(objects, extra=", 'certificates': <" + ay(data) + '>')


def certificate(folder, key):
    pem, der = folder / 'key.pem', folder / 'certificate.der'
    subprocess.run(['openssl', 'genpkey', '-algorithm', *key, '-out', pem], check=True, capture_output=True)
    subprocess.run(['openssl', 'req', '-x509', '-new', '-key', pem, '-subj', '/CN=Sample', '-days', '365', '-outform', 'DER', '-out', der], check=True)
    return der.read_bytes()


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / 'token-listing')
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        der = certificate(Path(folder), ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'])
    spki = der.index(bytes.fromhex('06082a8648ce3d030107'))
    point = der[spki + 13:spki + 13 + 65]
    params = bytes.fromhex('06082a8648ce3d030107')
    cert = obj(**{'class': 'uint64 1'}, handle='uint64 5', id=ay(b'\1\2'), label=ay(b'a certificate'), value=ay(der))
    public = obj(**{'class': 'uint64 2'}, handle='uint64 6', id=ay(b'\1\2'), key_type='uint64 3', params=ay(params), point=ay(b'\4\x41' + point))
    private = obj(**{'class': 'uint64 3'}, handle='uint64 7', id=ay(b'\1\2'), key_type='uint64 3', params=ay(params), always='true')
    rsa = obj(**{'class': 'uint64 2'}, id=ay(b'\3'), key_type='uint64 0', modulus=ay(b'\xc5' + b'\x11' * 127), exponent=ay(b'\1\0\1'))
    seeds = {
        'joined': [token([cert, public, private, rsa])],
        'certificate-alone': [token([cert])],
        'bare-point': [token([obj(**{'class': 'uint64 2'}, key_type='uint64 3', params=ay(params), point=ay(point))])],
        'cut-certificate': [token([obj(**{'class': 'uint64 1'}, id=ay(b'x'), value=ay(der[:90]))])],
        'junk-label': [token([], label=b'\xe2\x80\xae\x1b[31m\0\xff\xfe<b>')],
        'wrong-types': ["{'id': <uint32 5>, 'label': <'text'>, 'flags': <'none'>, 'objects': <uint32 1>, 'mechanisms': <@ay []>}"],
        'uninitialised': [token([], flags=0)],
        'empty-numbers': [token([obj(**{'class': 'uint64 2'}, key_type='uint64 0', modulus=ay(b''), exponent=ay(b'\0\0'))])],
        'two-tokens': [token([cert]), token([rsa])],
        'packed': [with_certificates(packed((b'\1\2', b'a certificate', der), (b'', b'', b'')), [public, rsa])],
        'packed-cut': [with_certificates(packed((b'\1\2', b'a certificate', der))[:-7])],
        'packed-lengths': [with_certificates(packed((b'\1', b'one', der)) + struct.pack('=III', 0xffffffff, 0xffffffff, 2) + b'xy')],
        'packed-long': [with_certificates(packed((b'i' * 5000, b'l' * 5000, der)))],
        'nothing': [],
    }
    for name, tokens in seeds.items():
        (out / name).write_text('[' + ', '.join(tokens) + ']')
    (out / 'certificate.der').write_bytes(der)


main()
