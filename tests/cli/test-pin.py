#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each command does with a PIN, call by call: one question is one try, and nothing is tried that nobody was asked for. The token is
tests/token/counting, which writes down every call a PIN is used in."""
import json
import os
import re
import tempfile
import unittest
from pathlib import Path

from contract import CANCELLED, PASSED, REFUSED, USAGE, CommandLineTest, Terminal, openssl

MODULE = os.environ['SIGNET_TEST_COUNTING']
PIN, SO_PIN, NEW = '123456', '87654321', '4444'


class Counting(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.token = Path(tempfile.mkdtemp(dir=self.folder))
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'key.pem', cwd=self.token)
        openssl('req', '-x509', '-new', '-key', 'key.pem', '-subj', '/CN=Sample Person', '-days', '30', '-outform', 'DER', '-out', 'cert.der',
                '-addext', 'keyUsage=critical,nonRepudiation', '-addext', 'basicConstraints=critical,CA:FALSE', cwd=self.token)
        (self.token / 'pin').write_text(PIN, encoding='ascii')
        (self.token / 'so-pin').write_text(SO_PIN, encoding='ascii')
        self.environment['SIGNET_TEST_COUNTING_DIR'] = str(self.token)
        self.environment['SIGNET_POLICY'] = '/nonexistent'
        self.files = {name: self.secret(name, text) for name, text in
                      (('pin', PIN), ('so', SO_PIN), ('new', NEW), ('wrong', '999999'), ('short', '12'))}
        self.documents = [self.desk / f'{number}.txt' for number in range(3)]
        for document in self.documents:
            document.write_bytes(b'a plan')

    def secret(self, name, text):
        path = self.folder / f'{name}.secret'
        path.write_text(text + '\n', encoding='utf-8')
        path.chmod(0o600)
        return path

    def manner(self, *words):
        (self.token / 'manner').write_text(' '.join(words), encoding='ascii')

    def run_command(self, *arguments, **options):
        arguments = [self.files.get(str(argument)[1:], argument) if str(argument).startswith('@') else argument for argument in arguments]
        return self.signet(*arguments[:2], '--module', MODULE, *arguments[2:], **options)

    def calls(self):
        path = self.token / 'calls'
        text = path.read_text(encoding='ascii') if path.exists() else ''
        path.unlink(missing_ok=True)
        return ','.join(text.split('\n')[:-1])

    def assert_calls(self, run, status, calls):
        self.assert_status(run, status)
        self.assertEqual(self.calls(), calls, run.out + run.err)
        self.assertNotRegex(run.out + run.err, '|'.join((PIN, SO_PIN, '999999')))


class EachCommand(Counting):
    def sign(self, *more, **options):
        arguments = [self.files.get(str(argument)[1:], argument) if str(argument).startswith('@') else argument for argument in more]
        return self.signet('sign', '--module', MODULE, *arguments, **options)

    def test_nothing_is_tried_to_look(self):
        for command in (('token', 'list'), ('certificate', 'list')):
            with self.subTest(command=command):
                self.assert_calls(self.run_command(*command), PASSED, '')

    def test_sign(self):
        self.assert_calls(self.sign('--pin-file', '@pin', self.documents[0]), PASSED, 'login user,logout')

    def test_sign_several(self):
        self.assert_calls(self.sign('--pin-file', '@pin', *self.documents), PASSED, 'login user,logout')

    def test_sign_with_a_key_that_asks_each_time(self):
        self.manner('always')
        run = self.sign('--pin-file', '@pin', *self.documents)
        self.assert_calls(run, PASSED, 'login user,login context,login context,login context,logout')
        self.assert_says(run, r'asks for its pin at each signature: 3 times')

    def test_wrong_pin(self):
        self.assert_calls(self.sign('--pin-file', '@wrong', *self.documents), REFUSED, 'login user')

    def test_what_cannot_be_right_is_not_tried(self):
        self.assert_calls(self.sign('--pin-file', '@short', self.documents[0]), REFUSED, '')

    def test_change(self):
        self.assert_calls(self.run_command('token', 'change-pin', '--pin-file', '@pin', '--new-pin-file', '@new'), PASSED,
                          'login user,set user,logout')
        self.assertEqual((self.token / 'pin').read_text(encoding='ascii'), NEW)

    def test_change_with_a_wrong_one(self):
        self.assert_calls(self.run_command('token', 'change-pin', '--pin-file', '@wrong', '--new-pin-file', '@new'), REFUSED,
                          'login user,logout')

    def test_unblock(self):
        (self.token / 'tries').write_text('xxx', encoding='ascii')
        self.assert_says(self.run_command('token', 'list'), 'pin locked')
        self.assert_calls(self.run_command('token', 'unblock', '--so-pin-file', '@so', '--new-pin-file', '@new'), PASSED,
                          'login so,init pin,logout')
        self.assertEqual((self.token / 'tries').read_text(encoding='ascii'), '')

    def test_unblock_with_a_wrong_one(self):
        run = self.run_command('token', 'unblock', '--so-pin-file', '@wrong', '--new-pin-file', '@new', '--json')
        self.assert_status(run, REFUSED)
        self.assertEqual(json.loads(run.out)['error']['code'], 'wrong-unblocker')
        self.assertEqual(self.calls(), 'login so,logout')

    def test_change_what_unblocks(self):
        self.assert_calls(self.run_command('token', 'change-pin', '--so', '--so-pin-file', '@so', '--new-pin-file', '@new'), PASSED,
                          'login so,set so,logout')

    def test_a_puk_is_no_security_officer(self):
        self.assert_calls(self.run_command('token', 'unblock', '--puk-file', '@so', '--new-pin-file', '@new'), USAGE, '')

    def test_set_up(self):
        self.assert_calls(self.run_command('token', 'init', '--label', 'Anew', '--erase', '--so-pin-file', '@so', '--pin-file', '@new', '0002'),
                          PASSED, 'init token,login so,init pin,logout')

    def test_not_erased_without_a_yes(self):
        run = self.run_command('token', 'init', '--label', 'Anew', '--so-pin-file', '@so', '--pin-file', '@new', '0002')
        self.assert_calls(run, USAGE, '')
        self.assert_says(run, 'will be destroyed.*\n.*token.*\n.*certificate +sample person')

    def test_erased_and_without_a_pin(self):
        self.manner('no-init-pin')
        run = self.run_command('token', 'init', '--label', 'Anew', '--erase', '--so-pin-file', '@so', '--pin-file', '@new', '0002')
        self.assertNotEqual(run.returncode, PASSED)
        self.assert_says(run, 'was erased and has no pin yet')
        self.manner()
        self.calls()
        self.assert_status(self.run_command('token', 'unblock', '--so-pin-file', '@so', '--new-pin-file', '@new', 'Anew'), PASSED)

    def test_pin_pad(self):
        self.manner('pin-pad', 'always')
        run = self.sign(*self.documents[:1])
        self.assert_calls(run, PASSED, 'login user pad,login context pad,logout')
        self.assert_says(run, 'enter the pin on the reader. it waits 60 seconds')
        self.assert_calls(self.run_command('token', 'change-pin'), PASSED, 'set user pad')
        self.assert_calls(self.run_command('token', 'unblock'), PASSED, 'login so pad,init pin pad,logout')


class LastTry(Counting):
    """No try that would lock is spent by a script, unless the script says that it means it: of any secret."""

    def test_of_each_secret(self):
        for tries, options, name in (('tries', ('token', 'change-pin', '--pin-file', '@pin', '--new-pin-file', '@new'), 'user'),
                                     ('so-tries', ('token', 'unblock', '--so-pin-file', '@so', '--new-pin-file', '@new'), 'so'),
                                     ('so-tries', ('token', 'change-pin', '--so', '--so-pin-file', '@so', '--new-pin-file', '@new'), 'so')):
            with self.subTest(options=options):
                (self.token / 'pin').write_text(PIN, encoding='ascii')
                (self.token / tries).write_text('xx', encoding='ascii')
                run = self.run_command(*options)
                self.assert_calls(run, REFUSED, '')
                self.assert_says(run, 'last try.*--spend-last-try')
                run = self.run_command(*options, '--spend-last-try')
                self.assert_status(run, PASSED)
                self.assertTrue(self.calls().startswith(f'login {name}'))


class AtATerminal(Counting):
    def terminal(self, *arguments):
        terminal = Terminal(self.environment, *arguments[:-1], '--module', MODULE, arguments[-1], cwd=self.desk)
        self.addCleanup(terminal.close)
        return terminal

    def test_may_say_no_to_many_pins(self):
        self.manner('always')
        terminal = Terminal(self.environment, 'sign', '--module', MODULE, *self.documents, cwd=self.desk)
        self.addCleanup(terminal.close)
        terminal.read_until('PIN for')
        terminal.type(f'{PIN}\n')
        terminal.read_until(r'3 times now[^?]*Do you agree\? \[yes/no\] ')
        terminal.type('no\n')
        self.assertEqual(terminal.finish(), CANCELLED, terminal.seen)
        self.assertEqual(self.calls(), 'login user,logout')
        self.assertEqual([path.name for path in self.desk.glob('*.p7s')], [])

    def test_is_told_which_document(self):
        self.manner('always')
        terminal = Terminal(self.environment, 'sign', '--module', MODULE, *self.documents, cwd=self.desk)
        self.addCleanup(terminal.close)
        terminal.read_until('PIN for')
        terminal.type(f'{PIN}\n')
        terminal.read_until(r'Do you agree\?')
        terminal.type('yes\n')
        for number in (1, 2, 3):
            terminal.read_until(rf'To sign \({number} of 3\): {number - 1}\.txt(?s:.*)PIN for [^\n]*: ')
            terminal.type(f'{PIN}\n')
        self.assertEqual(terminal.finish(), PASSED, terminal.seen)

    def test_unblock(self):
        (self.token / 'so-tries').write_text('xx', encoding='ascii')
        terminal = self.terminal('token', 'unblock', '0002')
        seen = terminal.read_until('Security officer’s PIN of')
        self.assertRegex(seen, r'(?s)Last try.*nothing opens the token any more')
        terminal.type(f'{SO_PIN}\n')
        for prompt in ('New PIN for', 'The same again'):
            terminal.read_until(prompt)
            terminal.type(f'{NEW}\n')
        self.assertEqual(terminal.finish(), PASSED, terminal.seen)
        self.assertFalse(re.search(f'{SO_PIN}|{NEW}', terminal.seen), terminal.seen)


class Policy(Counting):
    def test_one_that_cannot_be_relied_on_is_told(self):
        policy = self.folder / 'policy.conf'
        policy.write_text('[Tokens]\nSoftwareTokns=excluded\n', encoding='ascii')
        policy.chmod(0o644)
        run = self.run_command('token', 'list', environment={'SIGNET_POLICY': str(policy)})
        self.assert_status(run, PASSED)
        self.assert_says(run, 'policy cannot be relied on.*\n.*softwaretokns')
        run = self.signet('token', 'init', '--software', '--label', 'Practice', '--pin-file', self.files['new'],
                          environment={'SIGNET_POLICY': str(policy)})
        self.assert_status(run, REFUSED)


if __name__ == '__main__':
    unittest.main(verbosity=2)
