#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-token-answer.py: seeds for fuzz-token-answer, as GVariant text and as bytes. Usage: make-token-answer.py DIR (default: token-answer)."""

import subprocess
import sys
from pathlib import Path

FACTS = ('local', 'sensitive', 'always_sensitive', 'extractable', 'never_extractable', 'always', 'sign')


def ay(data):
    return '@ay [' + ', '.join(f'{b:#04x}' for b in data) + ']'


def obj(kind, **entries):
    parts = [f"'class': <uint64 {kind}>"] + [f"'{name.replace('_', '-')}': <{value}>" for name, value in entries.items()]
    return '{' + ', '.join(parts) + '}'


def public_key(*options):
    pem = subprocess.run(['openssl', 'genpkey', *options], check=True, capture_output=True).stdout
    return subprocess.run(['openssl', 'pkey', '-pubout', '-outform', 'DER'], input=pem, check=True, capture_output=True).stdout


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / 'token-answer')
    out.mkdir(exist_ok=True)
    ec = public_key('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
    params, point = bytes.fromhex('06082a8648ce3d030107'), ec[-65:]
    facts = {name: 'true' for name in FACTS}
    private = obj(3, handle='uint64 7', id=ay(b'\1'), key_type='uint64 3', params=ay(params), allowed='[uint64 0x1041, 0x1044]', **facts)
    public = obj(2, id=ay(b'\1'), label=ay(b'new key'), key_type='uint64 3', params=ay(params), point=ay(b'\4\x41' + point))
    rsa = obj(3, handle='uint64 18446744073709551615', id=ay(b'\2'), key_type='uint64 0', modulus=ay(b'\xc5' + b'\x11' * 255), exponent=ay(b'\1\0\1'),
              allowed='[uint64 0xd]', **dict.fromkeys(FACTS, 'false'))
    seeds = {
        'new-key': [public, private],
        'login': [private, rsa],
        'facts-of-other-types': [obj(3, id=ay(b'\1'), key_type='uint64 3', local="'yes'", sensitive='uint32 1', sign='@ay [1]', allowed='[uint32 1]')],
        'allowed-nothing': [obj(3, key_type='uint64 0', id=ay(b''), allowed='@at []')],
        'edwards': [obj(2, key_type='uint64 0x40', params=ay(bytes.fromhex('06032b6570')), point=ay(b'\4\x20' + b'\x55' * 32))],
        'two-of-one-id': [public, public, private, rsa],
        'secret-class': [obj(4, value=ay(b'never asked for'))],
        'huge-class': [obj(18446744073709551615, key_type='uint64 18446744073709551615')],
        'nothing': [],
    }
    for name, objects in seeds.items():
        (out / name).write_text('[' + ', '.join(objects) + ']', encoding='utf-8')
    blobs = {
        'ec.spki': ec,
        'rsa.spki': public_key('-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'),
        'pss.spki': public_key('-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:1024'),
        'ed25519.spki': public_key('-algorithm', 'ED25519'),
        'cut.spki': ec[:30],
        'signature': b'\x80' * 64,
        'zero-signature': b'\0' * 64,
        'odd-signature': b'\1' * 63,
    }
    for name, data in blobs.items():
        (out / name).write_bytes(data)


if __name__ == '__main__':
    main()
