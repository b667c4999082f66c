#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last try before a token locks is spent by a person who has read the warning, never by a file. The token is tests/token/hostile."""
import os
import tempfile
import unittest
from pathlib import Path

from contract import REFUSED, CommandLineTest, Terminal, openssl

MODULE = os.environ['SIGNET_TEST_HOSTILE']


class LastTry(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.token = Path(tempfile.mkdtemp(dir=self.folder))
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'key.pem', cwd=self.token)
        openssl('req', '-x509', '-new', '-key', 'key.pem', '-subj', '/CN=Sample Person', '-days', '30', '-outform', 'DER', '-out', 'cert.der',
                '-addext', 'keyUsage=critical,nonRepudiation', '-addext', 'basicConstraints=critical,CA:FALSE', cwd=self.token)
        for name in ('fault', 'tries', 'logins'):
            (self.token / name).write_bytes(b'')
        self.environment['SIGNET_TEST_HOSTILE_DIR'] = str(self.token)
        self.document = self.desk / 'plan.txt'
        self.document.write_bytes(b'a plan')
        self.right = self.pin_file('right', '1234')
        self.wrong = self.pin_file('wrong', '4321')

    def pin_file(self, name, pin):
        path = self.folder / name
        path.write_text(pin + '\n', encoding='utf-8')
        path.chmod(0o600)
        return path

    def sign(self, *more):
        return self.signet('sign', '--module', MODULE, *more, self.document)

    def terminal(self):
        terminal = Terminal(self.environment, 'sign', '--module', MODULE, self.document, cwd=self.desk)
        self.addCleanup(terminal.close)
        return terminal

    def logins(self):
        return len((self.token / 'logins').read_bytes())

    def use_up_tries(self):
        for words in ('few tries left', 'last try'):
            run = self.sign('--pin-file', self.wrong)
            self.assert_status(run, REFUSED)
            self.assert_says(run, words)

    def test_a_file_does_not_spend_it(self):
        self.use_up_tries()
        before = self.logins()
        run = self.sign('--pin-file', self.right)
        self.assert_status(run, REFUSED)
        self.assert_says(run, 'last try.*terminal')
        self.assertEqual(self.logins(), before)
        self.assertFalse((self.desk / 'plan.txt.p7s').exists())

    def test_a_person_is_warned_and_may(self):
        self.use_up_tries()
        terminal = self.terminal()
        seen = terminal.read_until('PIN for')
        self.assertIn('Last try', seen)
        terminal.type('1234\n')
        self.assertEqual(terminal.finish(), 0, terminal.seen)
        self.assertTrue((self.desk / 'plan.txt.p7s').exists())

    def test_a_locked_token_is_not_even_asked(self):
        self.use_up_tries()
        terminal = self.terminal()
        terminal.read_until('PIN for')
        terminal.type('4321\n')
        self.assertEqual(terminal.finish(), REFUSED, terminal.seen)
        self.assertIn('locked', terminal.seen)
        before = self.logins()
        run = self.sign('--pin-file', self.right)
        self.assert_status(run, REFUSED)
        self.assert_says(run, 'puk')
        self.assertEqual(self.logins(), before)
        self.assert_says(self.signet('token', 'list', '--module', MODULE), 'pin locked')


if __name__ == '__main__':
    unittest.main(verbosity=2)
