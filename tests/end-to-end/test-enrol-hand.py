#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-enrol-hand: a certificate from a counter: the request out as a file, on the screen and as a QR code, the answer in from a file or pipe."""
import base64
import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

from person import CLI, PATIENCE, Person

CA = os.environ['SIGNET_TEST_CA']
DATA, NO_INPUT, CANNOT_WRITE, TRY_LATER = 65, 66, 73, 75
LINES = {' ': (0, 0), '▄': (0, 1), '▀': (1, 0), '█': (1, 1)}


def to_bitmap(text, scale=4):
    """A portable bitmap of a QR code in half blocks, light ones drawn."""
    rows = []
    for line in text.splitlines():
        rows.append([LINES[mark][0] for mark in line])
        rows.append([LINES[mark][1] for mark in line])
    pixels = [[1 - light for light in row for _ in range(scale)] for row in rows for _ in range(scale)]
    return f'P1\n{len(pixels[0])} {len(pixels)}\n' + '\n'.join(' '.join(map(str, row)) for row in pixels) + '\n'


class Hand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = Path(tempfile.mkdtemp(prefix='signet-test.'))
        subprocess.run([CA, 'init', cls.pki / 'pki'], check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.pki, ignore_errors=True)

    def setUp(self):
        self.person = Person()
        self.addCleanup(self.person.close)
        self.person.file_authority('sample-counter', (self.pki / 'pki/chain.pem').read_bytes())
        self.csr = self.person.root / 'out.csr'

    def ask(self, key='ec-p256', **options):
        return self.person.signet('request', 'new', '--authority', 'sample-counter', '--token', 'Practice', '--key', key, '--field', 'name=李娜 (示例)',
                                  '--field', 'organisation=示例公司', '--accept-terms', '--pin-file', self.person.pin, **options)

    def certify(self, csr):
        answer = self.person.root / 'answer.pem'
        subprocess.run([CA, 'issue', self.pki / 'pki', '--csr', csr, '--out', answer], check=True, capture_output=True)
        return answer

    def state(self, number=1):
        return json.loads(self.person.signet('request', 'show', str(number), '--json', expect=0).stdout)['request']['state']

    def answer(self, path, **options):
        return self.person.signet('request', 'answer', '--pin-file', self.person.pin, path, **options)

    def test_whole_way(self):
        said = self.ask(expect=TRY_LATER).stdout
        self.assertIn('To be carried to the authority', said)
        self.assertIn('signet request export 1', said)
        shown = self.person.signet('request', 'export', '1', expect=0)
        self.assertTrue(shown.stdout.startswith('-----BEGIN CERTIFICATE REQUEST-----'))
        self.assertIn('1 Sample Street', shown.stderr)
        self.person.signet('request', 'export', '1', '-o', self.csr, expect=0)
        self.assertEqual(self.csr.read_text(encoding='ascii'), shown.stdout)
        self.person.signet('request', 'export', '1', '-o', self.csr, expect=CANNOT_WRITE)
        self.person.signet('request', 'export', '1', '-o', self.csr, '--overwrite', expect=0)
        document = json.loads(self.person.signet('request', 'export', '1', '--json', expect=0).stdout)
        self.assertEqual(base64.b64decode(document['file']['content']).decode(), shown.stdout)
        self.assertEqual(document['request']['hand']['name'], 'request-1.csr')
        subject = subprocess.run(['openssl', 'req', '-in', self.csr, '-noout', '-verify', '-subject', '-nameopt', 'utf8,sep_comma_plus'],
                                 check=True, capture_output=True, text=True).stdout
        self.assertIn('李娜 (示例)', subject)
        done = self.answer(self.certify(self.csr), expect=0)
        self.assertIn('Done', done.stdout)
        self.assertEqual(self.state(), 'confirmed')
        listed = json.loads(self.person.signet('certificate', 'list', '--json', expect=0).stdout)['certificates']
        self.assertEqual([one['can_sign'] for one in listed], [True])

    def test_answer_from_a_pipe(self):
        self.ask(expect=TRY_LATER)
        self.person.signet('request', 'export', '1', '-o', self.csr, expect=0)
        content = self.certify(self.csr).read_bytes()
        self.answer('-', expect=0, input=content, text=False)
        self.assertEqual(self.state(), 'confirmed')

    def test_killed_and_answered(self):
        """Killed right after the request was handed over; the answer finds it all the same."""
        killed = self.ask(environment={'SIGNET_TEST_STOP_AT': 'waiting'})
        self.assertEqual(killed.returncode, -9)
        self.assertEqual(self.state(), 'waiting')
        self.person.signet('request', 'export', '1', '-o', self.csr, expect=0)
        answer = self.certify(self.csr)
        self.assertEqual(self.answer(answer, environment={'SIGNET_TEST_STOP_AT': 'issued'}).returncode, -9)
        self.person.signet('request', 'resume', '1', '--pin-file', self.person.pin, expect=0)
        self.assertEqual(self.state(), 'confirmed')

    def test_no_answers(self):
        """Each is told for what it is, and the request waits on."""
        self.ask(expect=TRY_LATER)
        self.person.signet('request', 'export', '1', '-o', self.csr, expect=0)
        folder = self.person.root
        (folder / 'empty').write_bytes(b'')
        (folder / 'html').write_text('<html><body>登录已过期</body></html>', encoding='utf-8')
        (folder / 'junk').write_bytes(os.urandom(5000))
        with open(folder / 'huge', 'wb') as huge:
            huge.truncate(100 * 1024 * 1024)
        subprocess.run(['openssl', 'pkcs12', '-export', '-nokeys', '-in', self.pki / 'pki/ca.pem', '-out', folder / 'packed.p12', '-passout', 'pass:x'],
                       check=True, capture_output=True)
        other = folder / 'other.csr'
        subprocess.run(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', folder / 'other.key',
                        '-subj', '/CN=other', '-out', other], check=True, capture_output=True)
        for name, statuses in ((folder / 'empty', (DATA,)), (folder / 'html', (DATA,)), (folder / 'junk', (DATA,)), (folder / 'huge', (DATA,)),
                               (folder / 'packed.p12', (DATA,)), (self.csr, (DATA,)), (folder / 'missing', (NO_INPUT,)), (folder, (DATA,)),
                               (self.certify(other), (NO_INPUT,))):
            with self.subTest(name=name):
                began = time.monotonic()
                run = self.answer(name)
                self.assertIn(run.returncode, statuses, run.stderr)
                self.assertNotIn('CRITICAL', run.stderr)
                self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.state(), 'waiting')
        self.answer(self.certify(self.csr), expect=0)

    @unittest.skipUnless(shutil.which('zbarimg'), 'zbarimg is not here (Debian: zbar-tools)')
    def test_qr(self):
        """What a reader reads from the screen is the request, byte for byte; also of an RSA key, whose request is three times as long."""
        for number, key in ((1, 'ec-p256'), (2, 'rsa-3072')):
            with self.subTest(key=key):
                self.ask(key, expect=TRY_LATER)
                shown = self.person.signet('request', 'export', number, expect=0).stdout
                code = self.person.signet('request', 'export', '--qr', number, expect=0).stdout
                picture = self.person.root / f'{key}.pbm'
                picture.write_text(to_bitmap(code), encoding='ascii')
                read = subprocess.run(['zbarimg', '--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', picture], check=True, capture_output=True,
                                      text=True).stdout
                self.assertEqual(read.rstrip('\n'), shown.rstrip('\n'))

    def test_qr_in_a_narrow_terminal(self):
        """Half a code is no code."""
        self.ask(expect=TRY_LATER)
        for columns, fits in ((40, False), (200, True)):
            with self.subTest(columns=columns):
                ours, theirs = pty.openpty()
                fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 50, columns, 0, 0))
                process = subprocess.Popen([CLI, 'request', 'export', '--qr', '1'], env=self.person.environment, stdin=subprocess.DEVNULL,
                                           stdout=theirs, stderr=subprocess.PIPE, text=True)
                os.close(theirs)
                shown = b''
                while True:
                    try:
                        piece = os.read(ours, 65536)
                    except OSError:
                        break
                    if not piece:
                        break
                    shown += piece
                status = process.wait(PATIENCE)
                self.assertEqual(status == 0, fits, process.stderr.read())
                self.assertEqual('█'.encode() in shown, fits)
                process.stderr.close()
                os.close(ours)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
