#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-token-vendor: seeds of fuzz-token-vendor: an ordinary file, one with every kind of statement, and files named after what is wrong."""
from pathlib import Path

HERE = Path(__file__).parent / 'token-vendor'
HEAD = '[Vendor]\nName=Sample\nMaker=Sample Maker\nPackage=sample\nEvents=pcsc\n'
ALL = HEAD + '''
[Module @libdir@/sample.so]
Source=a test
Verified=yes

[Usb 1050:0407]
Name=Sample key
Source=a test

[Usb 1050:*]
Name=Any sample key
Source=a test

[Card 3b..13]
Name=Sample card
Source=a test

[Program scdaemon]
Name=A program
Release=sample --release
Source=a test
'''
SEEDS = {
    'ordinary': HEAD,
    'every-kind': ALL,
    'no-head': ALL.split('\n\n', 1)[1],
    'unknown-group': HEAD + '[Other x]\nSource=a test\n',
    'unknown-key': HEAD + '[Usb 1050:0407]\nName=x\nSource=y\nColour=red\n',
    'no-source': HEAD + '[Usb 1050:0407]\nName=x\n',
    'odd-atr': HEAD + '[Card 3b1]\nName=x\nSource=y\n',
    'long-atr': HEAD + f'[Card {"3b" * 40}]\nName=x\nSource=y\n',
    'relative-path': HEAD + '[Module lib/x.so]\nSource=y\n',
    'path-upwards': HEAD + '[Module /usr/lib/../../x.so]\nSource=y\n',
    'control-character': HEAD + '[Usb 1050:0407]\nName=x\x1b[31m\nSource=y\n',
    'many-groups': HEAD + ''.join(f'[Usb 1050:{i:04x}]\nName=x\nSource=y\n' for i in range(300)),
    'long-value': HEAD + f'[Usb 1050:0407]\nName={"x" * 600}\nSource=y\n',
    'not-a-key-file': 'Name=Sample\n',
}

HERE.mkdir(exist_ok=True)
for name, text in SEEDS.items():
    (HERE / name).write_bytes(text.encode())
(HERE / 'with-nul').write_bytes(HEAD.encode() + b'\0')
(HERE / 'not-utf8').write_bytes(HEAD.encode() + b'[Usb 1050:0407]\nName=\xff\nSource=y\n')
