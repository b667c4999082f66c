#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-mark: seeds for fuzz-mark. Sample data only. Usage: make-mark.py FOLDER"""
import sys
import zlib
from pathlib import Path


def chunk(kind, data):
    return len(data).to_bytes(4, 'big') + kind + data + zlib.crc32(kind + data).to_bytes(4, 'big')


def png(width, height):
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', width.to_bytes(4, 'big') + height.to_bytes(4, 'big') + b'\x08\x02\0\0\0')
            + chunk(b'IDAT', zlib.compress(b'\0\0\0\0')) + chunk(b'IEND', b''))


def jpeg(components, marker=0xc0):
    frame = b'\x08\x00\x10\x00\x10' + bytes((components,)) + b'\x01\x11\x00' * components
    return (b'\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff' + bytes((marker,)) + (len(frame) + 2).to_bytes(2, 'big') + frame
            + b'\xff\xda\x00\x02\x12\x34\xff\xd9')


SEEDS = {
    'default': b'sdefault', 'name': 's办公室,page=2'.encode(), 'place': b'spage=last,from=top-right,x=20mm,y=2cm,width=0.9in,height=57.5pt',
    'text': b'stext=Seen by {name}\\, today\\n{date} {time},heading={organization}', 'both': b'sshow=both,image=seal.png,text=\\\\ {{ {serial}',
    'field': 'sfield=批准,show=text'.encode(), 'negative': b'sx=-3mm,y=-0.01', 'backslash': b'stext=\\', 'placeholders': b't{name}\n{reason}\n{{x}\n{issuer} {serial}',
    'no-placeholder': b't{nobody', 'png': b'i' + png(1, 1), 'png-huge': b'i' + png(100000, 100000), 'jpeg': b'i' + jpeg(3), 'jpeg-cmyk': b'i' + jpeg(4),
    'jpeg-lossless': b'i' + jpeg(1, 0xc3), 'jpeg-cut': b'i' + jpeg(3)[:30],
}


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in SEEDS.items():
        (folder / name).write_bytes(data)


if __name__ == '__main__':
    main()
