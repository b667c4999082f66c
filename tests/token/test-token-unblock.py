#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-token-unblock: a PIN is locked, unblocked by what the token's family has for that, changed; what unblocks is changed as well. On
each kind of token of tests/token/ground, through each module that serves it: run inside one of its launchers."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

CLI = os.environ['SIGNET_CLI']
GROUND = {name: os.environ.get(f'SIGNET_GROUND_{name}', '') for name in ('KIND', 'MODULES', 'PIN', 'SO_PIN', 'PUK', 'UNLOCK', 'LABEL')}
PASSED, REFUSED = 0, 77

# what differs: how it is unblocked, after how many wrong PINs it locks (0: never), whether it tells how many are left
KINDS = {
    'softhsm': ('so-pin', 0, False),
    'opencryptoki': ('so-pin', 3, False),
    'tpm': ('tpm-lockout', 4, False),
    'reader': ('puk', 3, True),
}


class Unblock(unittest.TestCase):
    module = ''

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix='signet-unblock.')
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.environment = {**os.environ, 'HOME': str(cls.folder), 'SIGNET_USER_DIR': str(cls.folder / 'user'), 'LC_ALL': 'C.UTF-8'}
        cls.strategy, cls.tries, cls.counts = KINDS[GROUND['KIND']]
        cls.unblocker = GROUND['PUK'] if cls.strategy == 'puk' else GROUND['SO_PIN']
        cls.option = '--puk-file' if cls.strategy == 'puk' else '--so-pin-file'
        if GROUND['KIND'] == 'opencryptoki':
            # the security officer's PIN it comes with cannot be set again
            cls.change_unblocker(cls(), '44443333')

    def secret(self, text):
        path = self.folder / f'secret-{len(list(self.folder.iterdir()))}'
        path.write_text(text, encoding='utf-8')
        path.chmod(0o600)
        return path

    def signet(self, *arguments):
        return subprocess.run([CLI, *map(str, arguments), '--module', self.module], env=self.environment, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, start_new_session=True)

    def token(self):
        listed = json.loads(self.signet('token', 'list', '--json').stdout)['tokens']
        return next(token for token in listed if token['initialized'])

    def run_token(self, command, *arguments, status=PASSED):
        run = self.signet('token', command, *arguments, self.token()['label'])
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stderr

    def change(self, old, new, status=PASSED):
        return self.run_token('change-pin', '--spend-last-try', '--pin-file', self.secret(old), '--new-pin-file', self.secret(new),
                              status=status)

    def unblock(self, with_what, new, status=PASSED):
        return self.run_token('unblock', self.option, self.secret(with_what), '--new-pin-file', self.secret(new), status=status)

    def lock(self):
        words = ''
        for attempt in range(self.tries):
            words = self.change('999999', '777777', status=REFUSED)
            if self.counts and attempt == 0:
                self.assertIn('2 tries left', words)
        return words

    def test_whole_life(self):
        self.assertEqual(self.token()['unblock'], self.strategy)
        if self.tries > 0:
            self.assertRegex(self.lock(), 'locked|refuses every PIN')
        if self.strategy == 'tpm-lockout':
            words = self.unblock(self.unblocker, '222222', status=REFUSED)
            self.assertIn('tpm2_dictionarylockout', words)
            subprocess.run(['sh', '-c', GROUND['UNLOCK']], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        elif self.tries > 0:
            self.assertIn('locked', self.token()['pin'])
        self.unblock(self.unblocker, '222222')
        self.assertNotIn('locked', self.token()['pin'])
        self.change('222222', GROUND['PIN'])

    def test_wrong_then_right(self):
        words = self.unblock('00000000', '222222', status=REFUSED)
        self.assertRegex(words, r'unblock code \(PUK\) or security officer’s PIN is wrong')
        self.assertNotIn('00000000', words)
        self.unblock(self.unblocker, GROUND['PIN'])

    def change_unblocker(self, new):
        which = '--puk' if self.strategy == 'puk' else '--so'
        self.run_token('change-pin', which, self.option, self.secret(self.unblocker), '--new-pin-file', self.secret(new))
        type(self).unblocker = new

    def test_what_unblocks_is_changed(self):
        for new in ('55556666', self.unblocker):
            self.change_unblocker(new)
            self.unblock(new, GROUND['PIN'])

    def test_not_by_the_other_familys_secret(self):
        other = '--so-pin-file' if self.strategy == 'puk' else '--puk-file'
        self.run_token('unblock', other, self.secret(self.unblocker), '--new-pin-file', self.secret('222222'), status=64)


def load_tests(loader, _tests, _pattern):
    """Each module in turn, on the one token."""
    suite = unittest.TestSuite()
    for module in GROUND['MODULES'].split(':'):
        case = type('Through_' + Path(module).name.split('.')[0].replace('-', '_'), (Unblock,), {'module': module})
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == '__main__':
    unittest.main(verbosity=2)
