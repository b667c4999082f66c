#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-token-junk: labels and names no token should have, at the command line: nothing reaches a terminal that is not text, JSON is JSON.

The module is tests/token/hostile; its file "label" is the label of the token and of all that is on it. The holder's name in the
certificate is the same junk, as far as X.509 takes it.
"""
import json
import os
import subprocess
import tempfile
import unittest
import unicodedata
from pathlib import Path

CLI = os.environ['SIGNET_CLI']
MODULE = os.environ['SIGNET_TEST_HOSTILE']
ISOLATES = '\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}'  # our own, around names

JUNK = {
    'right-to-left-override': 'good\N{RIGHT-TO-LEFT OVERRIDE}dab'.encode(),
    'every-bidi-control': ''.join(map(chr, [*range(0x202a, 0x202f), *range(0x2066, 0x206a), 0x200e, 0x200f, 0x061c])).encode(),
    'isolate-left-open': '\N{FIRST STRONG ISOLATE}a\N{POP DIRECTIONAL ISOLATE}\N{POP DIRECTIONAL ISOLATE}b'.encode(),
    'escape-codes': b'\x1b[2J\x1b[31mred\x1b]0;title\x07\x1bc',
    'escape-of-eight-bits': b'\x9b31mred\x9d0;title\x9c',
    'escape-in-utf-8': '\x9b31mred\x9d'.encode(),
    'link': b'\x1b]8;;https://signet.example/\x1b\\click\x1b]8;;\x1b\\',
    'hardware-reset-and-bell': b'\x07\x08\x08\x08\x7f\x0e\x0f',
    'lines': b'one\ntwo\r\nthree\x0b\x0c\xc2\x85\xe2\x80\xa8four\xe2\x80\xa9five',
    'nul-in-the-middle': b'before\0after',
    'nothing-but-nul': b'\0' * 32,
    'nothing-but-blanks': b' ' * 32,
    'markup': b'<b>bold</b>&amp;<a href="x">y</a>',
    'unclosed-markup': b'<span foreground="red">&',
    'json': b'","pin":"1234","x":"\\u0000\\"}]',
    'format-string': b'%s%s%n%1$s%d',
    'invalid-utf-8': b'\xff\xfe\xc0\x80\xed\xa0\x80\xf5\x80\x80\x80',
    'cut-utf-8': b'abc\xe5\xb0',
    'overlong': b'\xc0\xafetc\xe0\x80\xaf',
    'zero-width': 'a\N{ZERO WIDTH SPACE}b\N{WORD JOINER}c\N{ZERO WIDTH NO-BREAK SPACE}d'.encode(),
    'tags': ''.join(chr(0xe0000 + ord(c)) for c in 'hidden').encode(),
    'combining': ('a' + '\N{COMBINING ACUTE ACCENT}' * 300).encode(),
    'private-use': '\ue000\U000f0000\U0010fffd'.encode(),
    'noncharacters': '\ufffe\uffff\U0001ffff'.encode(),
    'hangul-filler': '\u3164\u115f\uffa0'.encode(),
    'long': b'x' * 10000,
    'long-wide': ('印' * 3333).encode(),
    'long-escapes': b'\x1b[1m' * 2500,
    'path': b'../../../../etc/passwd',
    'option': b'--pin-file=/etc/passwd',
    'shell': b'$(id);`id`|id&&id',
    'blank-at-both-ends': b'  a  ',
}


def is_text(character):
    return character in '\n\t' + ISOLATES or unicodedata.category(character) not in ('Cc', 'Cf', 'Cs', 'Co', 'Zl', 'Zp')


class Junk(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix='signet-test.')
        self.addCleanup(self.temporary.cleanup)
        self.folder = Path(self.temporary.name)
        self.token = self.folder / 'token'
        self.token.mkdir()
        (self.token / 'fault').write_bytes(b'')
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', str(self.token / 'key.pem')],
                       check=True, capture_output=True)
        self.document = self.folder / 'document.txt'
        self.document.write_text('a document\n', encoding='utf-8')
        self.pin = self.folder / 'pin'
        self.pin.write_text('9999\n', encoding='utf-8')
        self.pin.chmod(0o600)

    def certify(self, junk):
        """A certificate whose holder is called so; X.509 has no NUL and openssl wants UTF-8, so the rest of the junk is left to the label."""
        name = junk.decode('utf-8', 'ignore').replace('\0', '')[:60] or 'x'
        settings = self.folder / 'request.conf'
        escaped = ''.join('\\' + c if c in '\\$"#\n\r;,' or c == ' ' else c for c in name.replace('\n', ' ').replace('\r', ' '))
        settings.write_text(f'[req]\ndistinguished_name=n\nprompt=no\nutf8=yes\nstring_mask=utf8only\n[n]\nCN={escaped}\n', encoding='utf-8')
        run = subprocess.run(['openssl', 'req', '-x509', '-new', '-config', str(settings), '-key', str(self.token / 'key.pem'), '-days', '30',
                              '-outform', 'DER', '-addext', 'keyUsage=critical,nonRepudiation', '-out', str(self.token / 'cert.der')],
                             capture_output=True, check=False)
        if run.returncode != 0:
            (self.token / 'cert.der').unlink(missing_ok=True)

    def signet(self, *arguments):
        environment = {**os.environ, 'SIGNET_TEST_HOSTILE_DIR': str(self.token), 'SIGNET_USER_DIR': str(self.folder / 'user'), 'HOME': str(self.folder)}
        return subprocess.run([CLI, *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)

    def assert_text(self, data, name):
        text = data.decode('utf-8')  # strict
        wrong = [f'U+{ord(c):04X}' for c in text if not is_text(c)]
        self.assertEqual(wrong, [], name)
        self.assertLess(max(map(len, text.split('\n'))), 1000, 'no line without an end')
        return text

    def assert_json(self, run, name):
        document = json.loads(run.stdout.decode('utf-8'))

        def walk(value):
            if isinstance(value, str):
                self.assertTrue(all(is_text(c) for c in value), f'{name}: {value!r}')
            elif isinstance(value, dict):
                self.assertNotEqual(value.get('pin'), '1234', 'a label became a key')
                for part in [*value.keys(), *value.values()]:
                    walk(part)
            elif isinstance(value, list):
                for part in value:
                    walk(part)
        walk(document)

    def test_nothing_gets_through(self):
        for name, junk in JUNK.items():
            (self.token / 'label').write_bytes(junk)
            (self.token / 'tries').write_bytes(b'')
            self.certify(junk)
            with self.subTest(name):
                for command in (['token', 'list'], ['certificate', 'list']):
                    run = self.signet(*command, '--module', MODULE)
                    self.assertEqual(run.returncode, 0, run.stderr)
                    self.assert_text(run.stdout, name)
                    self.assert_text(run.stderr, name)
                    self.assert_json(self.signet(*command, '--json', '--module', MODULE), name)
                run = self.signet('sign', '--format', 'cades', '--detached', '--module', MODULE, '--pin-file', self.pin, self.document)
                self.assertNotEqual(run.returncode, 0)
                self.assertIn('PIN', self.assert_text(run.stderr, name))

    def test_found_by_its_label(self):
        """Junk as an argument is only a word nothing answers to."""
        (self.token / 'label').write_bytes(JUNK['format-string'])
        self.certify(b'Sample Person')
        run = self.signet('sign', '--format', 'cades', '--detached', '--module', MODULE, '--pin-file', self.pin, '--certificate', '\x1b[31m%n\N{RIGHT-TO-LEFT OVERRIDE}', self.document)
        self.assertNotEqual(run.returncode, 0)
        self.assert_text(run.stderr, 'argument')


if __name__ == '__main__':
    unittest.main()
