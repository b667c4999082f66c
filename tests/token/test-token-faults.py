#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-token-faults: what somebody at the command line sees of a hostile module: an exit status, a sentence, and never a file.

The module is tests/token/hostile; the faults are its own. Deadlines are shortened to two seconds.
"""
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

CLI = os.environ['SIGNET_CLI']
MODULE = os.environ['SIGNET_TEST_HOSTILE']
UNAVAILABLE, REFUSED = 69, 77
DEADLINE = 2.0


def openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True)


class TokenFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix='signet-test.')
        cls.folder = Path(cls.temporary.name)
        cls.token = cls.folder / 'token'
        cls.token.mkdir()
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', cls.token / 'key.pem')
        openssl('req', '-x509', '-new', '-key', cls.token / 'key.pem', '-subj', '/CN=Sample Person', '-days', '30', '-outform', 'DER',
                '-addext', 'keyUsage=critical,nonRepudiation', '-addext', 'basicConstraints=critical,CA:FALSE', '-out', cls.token / 'cert.der')
        cls.document = cls.folder / 'document.txt'
        cls.document.write_text('a document\n', encoding='utf-8')
        cls.pin = cls.folder / 'pin'
        cls.pin.write_text('1234\n', encoding='utf-8')
        cls.pin.chmod(0o600)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        self.result = self.folder / 'document.txt.p7s'
        self.result.unlink(missing_ok=True)
        for name in ('tries', 'logins'):
            (self.token / name).write_bytes(b'')
        self.fault('')

    def fault(self, name):
        (self.token / 'fault').write_text(name, encoding='utf-8')

    def signet(self, *arguments):
        environment = {**os.environ, 'SIGNET_TEST_HOSTILE_DIR': str(self.token), 'SIGNET_USER_DIR': str(self.folder / 'user'),
                       'HOME': str(self.folder), 'SIGNET_TOKEN_DEADLINE': str(int(DEADLINE * 1000))}
        return subprocess.run([CLI, *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors='replace', timeout=60, check=False)

    def sign(self, pin=None):
        return self.signet('sign', '--format', 'cades', '--detached', '--module', MODULE, '--pin-file', pin or self.pin, '-o', self.result,
                           self.document)

    def assert_refused(self, run, status):
        self.assertEqual(run.returncode, status, run.stderr)
        self.assertFalse(self.result.exists(), 'a file was left')
        self.assertGreater(len(run.stderr.strip()), 20, 'no sentence')
        self.assertNotIn('1234', run.stderr + run.stdout)

    def test_good(self):
        run = self.sign()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(self.result.exists())
        self.assertEqual((self.token / 'logins').read_bytes(), b'x', 'one C_Login for one answer')

    def test_crashes(self):
        for function in ('C_Initialize', 'C_GetTokenInfo', 'C_Login', 'C_SignInit', 'C_Sign'):
            with self.subTest(function):
                self.fault(f'crash {function}')
                self.assert_refused(self.sign(), UNAVAILABLE)

    def test_never_returns(self):
        for function in ('C_Initialize', 'C_GetSlotList', 'C_Login', 'C_Sign'):
            with self.subTest(function):
                self.fault(f'hang {function}')
                start = time.monotonic()
                self.assert_refused(self.sign(), UNAVAILABLE)
                self.assertLess(time.monotonic() - start, 3 * DEADLINE + 5)

    def test_lies(self):
        for fault in ('wrong-signature', 'signature-lies', 'empty-signature'):
            with self.subTest(fault):
                self.fault(fault)
                self.assert_refused(self.sign(), UNAVAILABLE)

    def test_wrong_pin_costs_one_try(self):
        wrong = self.folder / 'wrong'
        wrong.write_text('9999\n', encoding='utf-8')
        wrong.chmod(0o600)
        self.assert_refused(self.sign(wrong), REFUSED)
        self.assertEqual((self.token / 'tries').read_bytes(), b'x')
        self.assertEqual((self.token / 'logins').read_bytes(), b'x')

    def test_locked(self):
        (self.token / 'tries').write_bytes(b'xxx')
        self.assert_refused(self.sign(), REFUSED)
        self.assertEqual((self.token / 'logins').read_bytes(), b'', 'a locked token is not asked')

    def test_no_token(self):
        self.fault('no-token')
        self.assert_refused(self.sign(), UNAVAILABLE)

    def hosts_of(self, module):
        """Processes that were started for this module."""
        found = []
        for process in Path('/proc').glob('[0-9]*'):
            try:
                command = (process / 'cmdline').read_bytes().split(b'\0')
            except OSError:
                continue
            if str(module).encode() in command and command[0].endswith(b'signet-token-host'):
                found.append(process)
        return found

    def wait_for_hosts(self, module, wanted):
        end = time.monotonic() + 20
        while bool(self.hosts_of(module)) != wanted and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(bool(self.hosts_of(module)), wanted)

    def test_host_goes_with_its_client(self):
        module = self.folder / 'own-copy.so'
        shutil.copy(MODULE, module)
        module.chmod(0o755)
        self.fault('hang C_Sign')
        environment = {**os.environ, 'SIGNET_TEST_HOSTILE_DIR': str(self.token), 'SIGNET_USER_DIR': str(self.folder / 'user'), 'HOME': str(self.folder)}
        command = [CLI, 'sign', '--format', 'cades', '--detached', '--module', module, '--pin-file', self.pin, '-o', self.result, self.document]
        with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
            self.wait_for_hosts(module, True)
            client.kill()
        self.wait_for_hosts(module, False)
        self.assertFalse(self.result.exists())

    def test_list_says_what_failed(self):
        self.fault('crash C_GetSlotList')
        run = self.signet('token', 'list', '--module', MODULE)
        self.assertIn(MODULE, run.stderr)
        self.assertIn('crashed', run.stderr)
        self.fault('junk')
        run = self.signet('token', 'list', '--module', MODULE)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn('\x1b', run.stdout)
        self.assertNotIn('\N{RIGHT-TO-LEFT OVERRIDE}', run.stdout)

    def test_list_shows_the_others_first(self):
        """A driver that hangs keeps nobody from seeing the other tokens, is named while it is waited for, and told at the end."""
        if not Path('/usr/lib/softhsm/libsofthsm2.so').exists():
            self.skipTest('SoftHSM is not installed')
        modules = self.folder / 'user/modules'
        modules.mkdir(parents=True)
        (modules / 'hostile.module').write_text(f'module: {MODULE}\n', encoding='utf-8')
        environment = {**os.environ, 'SIGNET_TEST_HOSTILE_DIR': str(self.token), 'SIGNET_USER_DIR': str(self.folder / 'user'),
                       'HOME': str(self.folder), 'SIGNET_TOKEN_DEADLINE': '8000'}
        subprocess.run([CLI, 'token', 'init', '--software', '--label', 'Beside it', '--pin-file', self.pin], env=environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.fault('hang C_GetSlotList')
        with subprocess.Popen([CLI, 'token', 'list'], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as listing:
            self.assertIn('Beside it', listing.stdout.readline())
            said = listing.stderr.readline()
            while MODULE not in said:
                self.assertTrue(said, 'the driver that is waited for was not named')
                said = listing.stderr.readline()
            self.assertIsNone(listing.poll(), 'it did not wait for the driver')
            shown, told = listing.communicate(timeout=60)
        self.assertEqual(listing.returncode, 0, told)
        self.assertNotIn('Beside it', shown, 'shown twice')
        self.assertIn('did not answer', told)


if __name__ == '__main__':
    unittest.main()
