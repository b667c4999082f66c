#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-piv: seeds of fuzz-piv: the answers of a sound card, and files named after what is wrong with them. Each begins with the status."""
from pathlib import Path

HERE = Path(__file__).parent / 'piv'
DONE = b'\x90\x00'


def tlv(tag, value):
    size = len(value)
    return bytes([tag]) + (bytes([size]) if size < 0x80 else bytes([0x82, size >> 8, size & 0xFF])) + value


PIN = tlv(1, b'\xff') + tlv(5, b'\x01') + tlv(6, b'\x03\x02')
MANAGEMENT = tlv(1, b'\x0a') + tlv(2, b'\x00\x02') + tlv(5, b'\x01')
GUARDED = tlv(0x53, tlv(0x80, tlv(0x81, b'\x02') + tlv(0x83, b'\x5e\x00\x00\x00')))
SEEDS = {
    'pin': DONE + PIN,
    'management-aes-touch-factory': DONE + MANAGEMENT,
    'signature-key': DONE + tlv(1, b'\x07') + tlv(2, b'\x03\x01') + tlv(3, b'\x01') + tlv(4, tlv(0x81, b'\xc5' * 256) + tlv(0x82, b'\1\0\1')),
    'guarded': DONE + GUARDED,
    'not-guarded': DONE + tlv(0x53, tlv(0x80, tlv(0x81, b'\x01'))),
    'nothing': b'',
    'half-a-status': b'\x90',
    'two-tries-left': b'\x63\xc2',
    'locked': b'\x69\x83',
    'no-such-instruction': b'\x6d\x00',
    'tries-cut': DONE + PIN[:-1],
    'tries-of-one-byte': DONE + tlv(6, b'\x03'),
    'length-beyond-the-end': DONE + b'\x06\x7f\x03\x02',
    'length-of-three-bytes': DONE + b'\x06\x83\x00\x00\x02\x03\x02',
    'length-without-its-bytes': DONE + b'\x06\x82\x00',
    'length-for-ever': DONE + b'\x06\x80\x03\x02',
    'tag-alone': DONE + b'\x06',
    'guarded-content-longer-than-its-object': DONE + b'\x53\x05\x80\x7f\x81\x01\x02',
    'flags-of-two-bytes': DONE + tlv(0x53, tlv(0x80, tlv(0x81, b'\x02\x02'))),
}

HERE.mkdir(exist_ok=True)
for name, data in SEEDS.items():
    (HERE / name).write_bytes(data)
