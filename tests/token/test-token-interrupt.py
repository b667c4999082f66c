#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-token-interrupt: somebody stops a batch in the middle. What was signed is there and said, the rest was not begun, and nothing else is
left: on the module of tests/token/hostile, when it behaves and when it hangs.
"""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

CLI = os.environ['SIGNET_CLI']
MODULE = os.environ['SIGNET_TEST_HOSTILE']
CANCELLED = 130
N = 1200 # more than a process may have open at first
PATIENCE = 60


def openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True)


class Interrupt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix='signet-test.')
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        cls.token = cls.folder / 'token'
        cls.token.mkdir()
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', cls.token / 'key.pem')
        openssl('req', '-x509', '-new', '-key', cls.token / 'key.pem', '-subj', '/CN=Sample Person', '-days', '30', '-outform', 'DER',
                '-addext', 'keyUsage=critical,nonRepudiation', '-addext', 'basicConstraints=critical,CA:FALSE', '-out', cls.token / 'cert.der')
        cls.documents = [cls.folder / f'document-{number:04}.txt' for number in range(N)]
        for document in cls.documents:
            document.write_text(f'{document.name}\n', encoding='utf-8')
        cls.pin = cls.folder / 'pin'
        cls.pin.write_text('1234\n', encoding='utf-8')
        cls.pin.chmod(0o600)

    def setUp(self):
        self.results = Path(tempfile.mkdtemp(dir=self.folder))
        for name in ('tries', 'logins', 'fault'):
            (self.token / name).write_bytes(b'')

    def start(self, *options):
        environment = {**os.environ, 'SIGNET_TEST_HOSTILE_DIR': str(self.token), 'SIGNET_USER_DIR': str(self.results / '.user'),
                       'HOME': str(self.folder), 'LC_ALL': 'C.UTF-8'}
        return subprocess.Popen([CLI, 'sign', '--detached', '--module', MODULE, '--pin-file', str(self.pin), '--output-dir', str(self.results),
                                 *options, *map(str, self.documents)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def signed(self):
        return sorted(path.name for path in self.results.glob('*.p7s'))

    def wait_for_some(self, run, at_least):
        end = time.monotonic() + PATIENCE
        while len(self.signed()) < at_least:
            self.assertIsNone(run.poll(), 'it ended by itself')
            self.assertLess(time.monotonic(), end, 'nothing gets signed')
            time.sleep(0.002)

    def assert_nothing_else_is_left(self):
        self.assertEqual([path.name for path in self.results.iterdir() if path.suffix != '.p7s' and path.name != '.user'], [])

    def journal(self):
        environment = {**os.environ, 'SIGNET_USER_DIR': str(self.results / '.user'), 'HOME': str(self.folder)}
        run = subprocess.run([CLI, 'journal', 'list', '--json'], env=environment, capture_output=True, text=True, check=True)
        return [entry for entry in json.loads(run.stdout)['entries'] if entry['act'] == 'signed']

    def test_between_two(self):
        run = self.start('--json')
        self.wait_for_some(run, 5)
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=PATIENCE)
        files = json.loads(output)['files']
        done = [file for file in files if file['signed']]
        self.assertEqual(run.returncode, CANCELLED, errors)
        self.assertGreaterEqual(len(done), 5)
        self.assertLess(len(done), N)
        self.assertEqual(sorted(Path(file['output']).name for file in done), self.signed(), 'said and there')
        self.assertEqual({file['status'] for file in files if not file['signed']}, {CANCELLED})
        self.assertEqual([file['file'] for file in files], [str(path) for path in self.documents], 'in their order')
        self.assertEqual(len(self.journal()), len(done))
        self.assertEqual((self.token / 'logins').read_bytes(), b'x', 'one C_Login')
        self.assert_nothing_else_is_left()

    def test_said_in_words(self):
        run = self.start()
        self.wait_for_some(run, 5)
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=PATIENCE)
        self.assertEqual(run.returncode, CANCELLED, errors)
        self.assertEqual(len(output.splitlines()), len(self.signed()), 'a line for each')
        self.assertLess(len(errors.splitlines()), 15, 'what was not begun is not told a thousand times')

    def test_while_the_module_hangs(self):
        run = self.start()
        self.wait_for_some(run, 5)
        (self.token / 'fault').write_text('hang C_Sign', encoding='ascii')
        time.sleep(0.5)
        start = time.monotonic()
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=PATIENCE)
        self.assertLess(time.monotonic() - start, PATIENCE / 2, 'nobody waits for the module')
        self.assertEqual(run.returncode, CANCELLED, errors)
        self.assertEqual(len(output.splitlines()), len(self.signed()))
        self.assert_nothing_else_is_left()


if __name__ == '__main__':
    unittest.main(verbosity=2)
