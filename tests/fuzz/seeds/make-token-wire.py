#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-token-wire.py: makes the seeds of fuzz-token-wire: frames as a token host sends them (app/core/token/signet-token-frame.h), good and bad.

  make-token-wire.py FOLDER HASH     HASH: SIGNET_TOKEN_HOST_HASH, in hexadecimal
"""
import struct
import sys
from pathlib import Path

import gi
gi.require_version('GLib', '2.0')
from gi.repository import GLib  # noqa: E402

HELLO, CALL, ANSWER, ERROR = range(4)


def frame(kind, serial=0, detail=0, body=b'', size=None, fds=0):
    return struct.pack('=IIHHI', len(body) if size is None else size, serial, kind, detail, fds) + body


def body(text):
    return GLib.Variant.parse(None, text, None, None).get_data_as_bytes().get_data() or b''


def main():
    folder, number = Path(sys.argv[1]), int(sys.argv[2], 16)
    folder.mkdir(parents=True, exist_ok=True)
    hello = frame(HELLO, detail=number)
    listing = body("({'state': <'sample'>}, [{'id': <'mock/1'>, 'label': <b'Sample'>, 'flags': <uint64 1036>}])")
    answers = [listing, body("('sample',)"), body("(uint32 7, [{'class': <uint64 3>}])"), body('()')]
    answered = b''.join(frame(ANSWER, serial, body=answer) for serial, answer in enumerate(answers, 1))
    seeds = {
        'good': hello + answered,
        'silence': b'',
        'no-hello': answered,
        'other-version': frame(HELLO, detail=number ^ 1) + answered,
        'errors': hello + b''.join(frame(ERROR, serial, detail=code, body=text) for serial, code, text in (
            (1, 1, b'wrong PIN'), (2, 0xffff, b''), (3, 0, b'a\0b\xff'), (4, 18, b'\x1b[2J' * 2000))),
        'empty-answers': hello + b''.join(frame(ANSWER, serial) for serial in range(1, 5)),
        'wrong-types': hello + frame(ANSWER, 1, body=answers[1]) + frame(ANSWER, 2, body=listing) + frame(ANSWER, 3, body=b'\xff' * 40),
        'other-order': hello + frame(ANSWER, 4, body=answers[3]) + frame(ANSWER, 1, body=listing) + frame(ANSWER, 1, body=listing),
        'unasked': hello + frame(CALL, 1, body=b'x' * 20) + frame(77, 1) + frame(ANSWER, 0, body=b'x') + frame(HELLO, 1) + answered,
        'too-long': hello + frame(ANSWER, 1, size=0xffffffff) + b'x' * 100,
        'long': hello + frame(ANSWER, 1, size=64 * 1024 * 1024) + b'x' * 100,
        'half': hello + frame(ANSWER, 1, body=listing)[:-5],
        'descriptors-promised': hello + frame(ANSWER, 1, body=listing, fds=200),
    }
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


main()
