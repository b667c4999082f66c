#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted documents on the command line: where a password can come from, what a wrong one does, and that it is nowhere to be seen."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from contract import DATA, NO_INPUT, REFUSED, SOURCE, Terminal

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

PASSWORD, OWNER = 'öffne mich', 'owner'


class PasswordTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.desk = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.addCleanup(shutil.rmtree, self.desk, ignore_errors=True)
        plain = sample_pdf(self.desk / 'plain.pdf')
        self.encrypt(plain, 'locked.pdf', PASSWORD)
        self.encrypt(plain, '合同.pdf', 'other')
        self.encrypt(plain, 'limited.pdf', '', '--modify=none')
        for name, text in (('right', PASSWORD + '\n'), ('wrong', 'wrong\n'), ('owner', OWNER), ('spaced', ' ' + PASSWORD)):
            (self.desk / name).write_text(text, encoding='utf-8')
            (self.desk / name).chmod(0o600)

    def encrypt(self, plain, name, user, *more):
        subprocess.run(['qpdf', plain, self.desk / name, '--encrypt', user, OWNER, '256', *more, '--'], check=True)

    def signet(self, *arguments):
        return self.world.signet(*arguments, cwd=self.desk)

    def sign(self, *arguments):
        return self.signet('sign', '--pin-file', self.world.pin, *arguments)

    def assert_status(self, run, status):
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)

    def assert_signed(self, name, password):
        report = subprocess.run(['pdfsig', '-nocert', '-upw', password, '-opw', password, self.desk / name], capture_output=True, text=True, check=False).stdout
        self.assertIn('Signature is Valid', report)
        self.assertIn('Total document signed', report)

    def terminal(self, *arguments):
        terminal = Terminal({**self.world.environment, 'TERM': 'xterm'}, *arguments, cwd=self.desk)
        self.addCleanup(terminal.close)
        return terminal

    def test_file(self):
        self.assert_status(self.sign('--password-file', 'right', 'locked.pdf'), 0)
        self.assert_signed('locked-signed.pdf', PASSWORD)
        run = self.signet('verify', '--offline', '--password-file', 'right', 'locked-signed.pdf')
        self.assertIn('Li Na', run.stdout, run.stderr)
        self.assertNotIn(PASSWORD.encode(), (self.desk / 'locked-signed.pdf').read_bytes())

    def test_missing_and_wrong(self):
        for arguments, status in [((), DATA), (('--password-file', 'wrong'), REFUSED), (('--password-file', 'spaced'), REFUSED),
                                  (('--password-file', 'nowhere'), NO_INPUT)]:
            with self.subTest(arguments):
                for command in (('sign', '--pin-file', self.world.pin), ('verify', '--offline')):
                    run = self.signet(*command, *arguments, 'locked.pdf')
                    self.assert_status(run, status)
                    self.assertNotIn('wrong\n', run.stdout)
        self.assertFalse((self.desk / 'locked-signed.pdf').exists())
        self.assertIn('--password-file', self.sign('locked.pdf').stderr)

    def test_one_password_for_several(self):
        run = self.sign('--password-file', 'right', 'locked.pdf', '合同.pdf', 'plain.pdf')
        self.assert_status(run, REFUSED)
        self.assertIn('合同.pdf', run.stderr)
        self.assert_signed('locked-signed.pdf', PASSWORD)
        self.assert_signed('plain-signed.pdf', '')

    def test_permissions(self):
        run = self.sign('limited.pdf')
        self.assert_status(run, REFUSED)
        self.assertIn('limited.pdf', run.stderr)
        self.assert_status(self.sign('--password-file', 'wrong', 'limited.pdf'), REFUSED)
        self.assert_status(self.sign('--password-file', 'owner', 'limited.pdf'), 0)
        self.assert_signed('limited-signed.pdf', '')

    def test_terminal(self):
        terminal = self.terminal('sign', '--pin-file', self.world.pin, 'locked.pdf', '合同.pdf')
        terminal.read_until('Password of “locked.pdf”:')
        self.assertFalse(terminal.echoes())
        terminal.type('not this\n')
        terminal.read_until('not the password of this document')
        terminal.seen = terminal.seen.replace('Password of “locked.pdf”:', '', 1)
        terminal.read_until('Password of “locked.pdf”:')
        terminal.type(PASSWORD + '\n')
        terminal.read_until('Password of “合同.pdf”:')
        terminal.type('other\n')
        self.assertEqual(terminal.finish(), 0, terminal.seen)
        self.assertNotIn('not this', terminal.seen)
        self.assert_signed('locked-signed.pdf', PASSWORD)
        self.assert_signed('合同-signed.pdf', 'other')

    def test_terminal_gives_up(self):
        terminal = self.terminal('verify', '--offline', 'locked.pdf')
        for i in range(3):
            terminal.read_until('Password of “locked.pdf”:')
            terminal.seen = ''
            terminal.type('wrong %d\n' % i)
        self.assertEqual(terminal.finish(), REFUSED, terminal.seen)

    def test_json(self):
        run = self.signet('verify', '--json', '--offline', 'locked.pdf')
        self.assert_status(run, DATA)
        self.assertIn('document-encrypted', run.stdout)
        run = self.signet('verify', '--json', '--offline', '--password-file', 'wrong', 'locked.pdf')
        self.assert_status(run, REFUSED)
        self.assertIn('wrong-password', run.stdout)


if __name__ == '__main__':
    unittest.main(verbosity=2)
