#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-policy.py: seeds for fuzz-policy. Usage: make-policy.py DIR (default: policy)."""
import sys
from pathlib import Path

SEEDS = {
    'whole': b'# ours\n[Tokens]\nSoftwareTokens=excluded\nPinKeepingMaximum=900\nUserModules=allowed\n',
    'empty': b'',
    'comment': b'# nothing\n',
    'unknown-key': b'[Tokens]\nSoftwareToken=excluded\n',
    'unknown-group': b'[tokens]\nSoftwareTokens=excluded\n',
    'twice': b'[Tokens]\nUserModules=excluded\n UserModules =allowed\n',
    'two-groups': b'[Tokens]\nUserModules=excluded\n[Tokens]\nSoftwareTokens=excluded\n',
    'negative': b'[Tokens]\nPinKeepingMaximum=-1\n',
    'huge': b'[Tokens]\nPinKeepingMaximum=99999999999999999999\n',
    'localized': b'[Tokens]\nSoftwareTokens[zh_CN]=excluded\n',
    'no-group': b'SoftwareTokens=excluded\n',
    'not-utf8': b'[Tokens]\n\xff\xfe=1\n',
    'with-nul': b'[Tokens]\nSoftwareTokens=excluded\0\n',
    'carriage-returns': b'[Tokens]\r\nSoftwareTokens=excluded\r\n',
}

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / 'policy')
folder.mkdir(exist_ok=True)
for name, data in SEEDS.items():
    (folder / name).write_bytes(data)
