#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-csr-attributes: seeds of CsrAttrs (RFC 7030, 4.5.2): each kind of wish, the example of the standard, and broken ones."""
from pathlib import Path

FOLDER = Path(__file__).parent / 'csr-attributes'


def element(tag, *parts):
    body = b''.join(parts)
    length = bytes([len(body)]) if len(body) < 128 else bytes([0x82, len(body) >> 8, len(body) & 255])
    return bytes([tag]) + length + body


def sequence(*parts):
    return element(0x30, *parts)


def oid(text):
    first, second, *rest = map(int, text.split('.'))
    out = bytearray([first * 40 + second])
    for number in rest:
        groups = [number & 127]
        while number := number >> 7:
            groups.append(128 | (number & 127))
        out += bytes(reversed(groups))
    return element(0x06, bytes(out))


def attribute(name, *values):
    return sequence(oid(name), element(0x31, *values))


def extension(name, value):
    return sequence(oid(name), element(0x04, value))


EXTENSION_REQUEST, KEY_USAGE, EC_KEY, RSA_KEY = '1.2.840.113549.1.9.14', '2.5.29.15', '1.2.840.10045.2.1', '1.2.840.113549.1.1.1'
P384, ECDSA_SHA384, CHALLENGE = '1.3.132.0.34', '1.2.840.10045.4.3.3', '1.2.840.113549.1.9.7'

SEEDS = {
    'usage': sequence(attribute(EXTENSION_REQUEST, sequence(extension(KEY_USAGE, b'\x03\x02\x06\xc0')))),
    'template': sequence(attribute(EXTENSION_REQUEST, sequence(extension('1.3.6.1.4.1.311.20.2', b'\x1e\x08\x00U\x00s\x00e\x00r')))),
    'unknown-extension': sequence(attribute(EXTENSION_REQUEST, sequence(extension('1.3.6.1.5.5.7.1.99', b'\xde\xad')))),
    'empty-extension': sequence(attribute(EXTENSION_REQUEST, sequence(extension('2.5.29.17', b'')))),
    'curve': sequence(attribute(EC_KEY, oid(P384))),
    'rsa-3072': sequence(attribute(RSA_KEY, b'\x02\x02\x0c\x00')),
    'rsa-negative': sequence(attribute(RSA_KEY, b'\x02\x01\xff')),
    'digest': sequence(oid(ECDSA_SHA384)),
    # RFC 7030, 4.5.2: the example
    'standard': sequence(oid(CHALLENGE), attribute(EC_KEY, oid(P384)), attribute(EXTENSION_REQUEST, oid('1.3.6.1.1.1.1.22')), oid(ECDSA_SHA384)),
    'empty': sequence(),
    'no-sequence': element(0x31, oid(CHALLENGE)),
    'number': sequence(b'\x02\x01\x01'),
    'attribute-without-value': sequence(attribute(EXTENSION_REQUEST)),
    'trailing': sequence(oid(CHALLENGE)) + b'\x00',
    'too-many': sequence(*[oid(CHALLENGE)] * 65),
}

FOLDER.mkdir(exist_ok=True)
for name, data in SEEDS.items():
    (FOLDER / name).write_bytes(data)
