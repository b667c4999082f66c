#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-token-wall: a module that tries what it should not: every try must be refused, and what modules need must work.

The module is tests/token/hostile; its report says what each try came to. As root all of it runs a second time as an ordinary user.
"""
import ctypes
import errno
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

CLI = os.environ['SIGNET_CLI']
MODULE = os.environ['SIGNET_TEST_HOSTILE']
NOBODY = 65534
LANDLOCK_CREATE_RULESET, VERSION = 444, 1
# What Landlock alone forbids.
BY_LANDLOCK = {'document', 'document-write', 'document-new', 'secret', 'start-file-write', 'setting-write', 'memory-of-face', 'environment-of-face'}


def has_landlock():
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, VERSION) >= 1


def own(folder, user):
    for path in [folder, *folder.rglob('*')]:
        os.chown(path, user, user)


class Wall(unittest.TestCase):
    user = None

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix='signet-test.')
        self.addCleanup(self.temporary.cleanup)
        self.folder = Path(self.temporary.name)
        self.home = self.folder / 'home'
        self.token = self.folder / 'token'
        self.module = self.token / 'module.so'
        for path, text in (('Documents/letter.txt', 'a letter'), ('.ssh/id_ed25519', 'a key'), ('.bashrc', ''), ('.config/vendor.conf', 'a=b'),
                           ('.cache/old', '')):
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            (self.home / path).write_text(text, encoding='utf-8')
        self.token.mkdir()
        shutil.copy(MODULE, self.module)
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', str(self.token / 'key.pem')],
                       check=True, capture_output=True)
        for name, path in (('document', 'Documents/letter.txt'), ('new-document', 'Documents/new'), ('secret', '.ssh/id_ed25519'), ('start', '.bashrc'),
                           ('setting', '.config/vendor.conf'), ('cache', '.cache/vendor')):
            (self.token / name).write_text(str(self.home / path), encoding='utf-8')
        self.fault('try C_Initialize')
        if self.user is not None:
            own(self.folder, self.user)

    def fault(self, text):
        (self.token / 'fault').write_text(text, encoding='utf-8')

    def list(self, policy=None):
        environment = {'PATH': os.environ['PATH'], 'HOME': str(self.home), 'SIGNET_USER_DIR': str(self.home / '.local/share/signet'),
                       'SIGNET_TOKEN_HOST': os.environ['SIGNET_TOKEN_HOST'], 'LC_ALL': 'C.UTF-8', 'SIGNET_TOKEN_DEADLINE': '30000'}
        if policy is not None:
            path = self.folder / 'policy.conf'
            path.write_text(policy, encoding='utf-8')
            if self.user is not None:
                os.chown(path, self.user, self.user)
            environment['SIGNET_POLICY'] = str(path)
        return subprocess.run([CLI, 'token', 'list', '--module', str(self.module)], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, check=False, user=self.user, group=self.user, extra_groups=[] if self.user else None)

    def report(self, policy=None):
        run = self.list(policy)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = (self.token / 'report').read_text(encoding='utf-8').split()
        self.assertEqual(lines.pop(), 'end', 'the module came to its end')
        return {name: int(number) for name, number in (line.split('=') for line in lines)}

    def test_everything_is_refused(self):
        report = self.report()
        self.assertGreater(len(report), 40)
        if not has_landlock():
            report = {name: number for name, number in report.items() if name not in BY_LANDLOCK}
        if os.geteuid() == 0 and self.user is None:
            report.pop('environment-of-face', None)  # who may use performance counters may read it, Landlock or not
        for name, number in report.items():
            with self.subTest(name):
                if name.startswith('may-'):
                    self.assertEqual(number, 0, f'refused: {errno.errorcode.get(number)}')
                else:
                    self.assertNotEqual(number, 0, 'it worked')
        self.assertEqual((self.home / 'Documents/letter.txt').read_text(encoding='utf-8'), 'a letter')
        self.assertFalse((self.home / 'Documents/new').exists())
        if not has_landlock():
            self.skipTest('this kernel has no Landlock: nothing was tried on files and on the memory of others')

    def test_policy_opens_the_network(self):
        report = self.report(f'[Tokens]\nNetworkModules={self.module}\n')
        self.assertEqual(report['inet'], 0)
        self.assertEqual(report['inet6'], 0)
        self.assertNotEqual(report['packet'], 0)
        self.assertNotEqual(report['fork'], 0)

    def test_policy_lets_programs_start(self):
        report = self.report(f'[Tokens]\nProgramModules=/nowhere.so;{self.module}\n')
        self.assertEqual(report['fork'], 0)
        self.assertNotEqual(report['inet'], 0)
        self.assertNotEqual(report['ptrace'], 0)

    def test_policy_names_folders(self):
        (self.token / 'cache').write_text(str(self.home / '.vendor/state'), encoding='utf-8')
        self.assertEqual(self.report('[Tokens]\nModuleFolders=.vendor\n')['may-cache'], 0)

    def test_policy_for_another_module_opens_nothing(self):
        report = self.report('[Tokens]\nNetworkModules=/usr/lib/libhsm.so\nProgramModules=/usr/lib/libhsm.so\n')
        self.assertNotEqual(report['inet'], 0)
        self.assertNotEqual(report['fork'], 0)

    def test_more_memory_than_there_is(self):
        self.fault('allocate C_GetSlotList')
        run = self.list()
        self.assertNotIn('Traceback', run.stderr)
        self.assertIn(run.returncode, (0, 69), run.stderr)


@unittest.skipUnless(os.geteuid() == 0, 'only root can be somebody else')
class WallOfAUser(Wall):
    user = NOBODY

    def setUp(self):
        super().setUp()
        if subprocess.run([CLI, '--version'], env={'HOME': '/'}, capture_output=True, check=False, user=NOBODY, group=NOBODY, extra_groups=[]).returncode != 0:
            self.skipTest('the build tree is closed to other users')


if __name__ == '__main__':
    unittest.main()
