#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`signet token modules`, `token remove`, and what the administrator's policy leaves of both."""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from contract import DATA, NO_INPUT, REFUSED, UNAVAILABLE, USAGE, CommandLineTest, Terminal, main

HOSTILE = Path(os.environ['SIGNET_TEST_HOSTILE'])


class ModulesTest(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.token = self.folder / 'token'
        self.token.mkdir()
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', self.token / 'key.pem'],
                       check=True, capture_output=True)
        self.environment['SIGNET_TEST_HOSTILE_DIR'] = str(self.token)
        self.module = self.home / 'vendor' / 'libvendor-pkcs11.so'
        self.module.parent.mkdir()
        shutil.copy(HOSTILE, self.module)
        self.module.chmod(0o700)
        self.pin = self.folder / 'pin'
        self.pin.write_text('1234\n', encoding='utf-8')
        self.pin.chmod(0o600)

    def modules(self):
        return self.signet_json('token', 'modules', status=0)['modules']


class Modules(ModulesTest):
    def test_list(self):
        for module in self.modules():
            self.assertEqual(sorted(module), ['module', 'name', 'origin', 'package', 'vendor'])
            self.assertTrue(module['module'].startswith('/'))
            self.assertIn(module['origin'], ('p11-kit', 'vendor', 'administrator'))

    def test_added_used_removed(self):
        self.assert_says(self.signet('token', 'modules', 'add', self.module), 'driver added')
        mine = [module for module in self.modules() if module['origin'] == 'user']
        self.assertEqual([module['module'] for module in mine], [str(self.module)])
        document = self.signet_json('token', 'list', status=0)
        self.assertIn('0001', [token['serial'] for token in document['tokens']])
        document = self.signet_json('token', 'modules', 'remove', self.module, status=0)
        self.assertNotIn('user', [module['origin'] for module in document['modules']])
        self.assert_status(self.signet('token', 'modules', 'remove', self.module), NO_INPUT)

    def test_by_a_relative_path(self):
        """Named at the prompt it means the working folder; what is kept is the whole path."""
        self.assert_status(self.signet('token', 'modules', 'add', self.module.name, cwd=self.module.parent), 0)
        self.assertIn(str(self.module), [module['module'] for module in self.modules()])

    def test_refused(self):
        self.module.chmod(0o666)
        run = self.signet('token', 'modules', 'add', self.module)
        self.assert_status(run, UNAVAILABLE)
        self.assertIn('others can write it', run.err)
        self.assertFalse((self.home / 'config/signet/modules').exists())

    def test_usage(self):
        for arguments in (['add'], ['remove'], ['add', 'a', 'b'], ['change', 'a']):
            with self.subTest(arguments):
                self.assert_status(self.signet('token', 'modules', *arguments), USAGE)

    def test_not_from_the_working_folder_or_the_environment(self):
        for name in ('opensc-pkcs11.so', 'libykcs11.so.2', 'libsofthsm2.so'):
            shutil.copy(HOSTILE, self.desk / name)
        run = self.signet_json('token', 'list', status=0, environment={'LD_LIBRARY_PATH': str(self.desk), 'LD_PRELOAD': ''})
        self.assertNotIn('0001', [token['serial'] for token in run['tokens']])

    def test_name_with_escape_codes(self):
        odd = self.module.parent / 'lib\x1b[31mred\u202e.so'
        shutil.copy(HOSTILE, odd)
        odd.chmod(0o700)
        self.assert_plain(self.signet('token', 'modules', 'add', odd).out)
        self.assert_plain(self.signet('token', 'modules').out)


class Policy(ModulesTest):
    def policy(self, text):
        path = self.folder / 'policy.conf'
        path.write_text('[Tokens]\n' + text, encoding='utf-8')
        path.chmod(0o644)
        self.environment['SIGNET_POLICY'] = str(path)

    def test_no_modules_of_users(self):
        self.assert_status(self.signet('token', 'modules', 'add', self.module), 0)
        self.policy('UserModules=excluded\n')
        self.assertNotIn('user', [module['origin'] for module in self.modules()])
        self.assert_status(self.signet('token', 'modules', 'add', self.module), REFUSED)

    @unittest.skipIf(os.geteuid() == 0, "root's own module is as good as the system's")
    def test_named_at_the_prompt_neither(self):
        self.policy('UserModules=excluded\n')
        document = self.signet_json('token', 'list', '--module', self.module, status=0)
        self.assertEqual([module['state'] for module in document['modules']], ['refused'])

    def test_no_software_tokens(self):
        self.assert_status(self.signet('token', 'init', '--software', '--label', 'Practice', '--pin-file', self.pin), 0)
        self.policy('SoftwareTokens=excluded\n')
        document = self.signet_json('token', 'list', status=0)
        self.assertEqual([token for token in document['tokens'] if token['software']], [])
        self.assertIn('excluded', [module['state'] for module in document['modules']])
        run = self.signet('token', 'init', '--software', '--label', 'Another', '--pin-file', self.pin)
        self.assert_status(run, REFUSED)
        self.assertIn('software tokens are excluded', run.err)


class Remove(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.pin = self.folder / 'pin'
        self.pin.write_text('1234\n', encoding='utf-8')
        self.pin.chmod(0o600)
        self.assert_status(self.signet('token', 'init', '--software', '--label', 'Übung 练习', '--pin-file', self.pin), 0)

    def labels(self):
        return [token['label'] for token in self.signet_json('token', 'list', status=0)['tokens'] if token['software']]

    def test_with_the_option(self):
        self.assert_says(self.signet('token', 'remove', 'Übung 练习', '--destroy-keys'), 'software token removed')
        self.assertEqual(self.labels(), [])
        acts = [entry['act'] for entry in json.loads(self.signet('journal', 'list', '--json').out)['entries']]
        self.assertEqual(acts[0], 'token-removed')

    def test_nobody_to_ask(self):
        """Without a terminal there is no yes."""
        self.assertNotEqual(self.signet('token', 'remove', 'Übung 练习').returncode, 0)
        self.assertEqual(self.labels(), ['Übung 练习'])

    def test_no_is_no(self):
        terminal = Terminal(self.environment, 'token', 'remove', 'Übung 练习', cwd=self.desk)
        self.addCleanup(terminal.close)
        terminal.read_until('Go on')
        self.assertIn('will be destroyed', terminal.seen)
        terminal.type('no\n')
        self.assertEqual(terminal.finish(), REFUSED)
        self.assertEqual(self.labels(), ['Übung 练习'])

    def test_yes(self):
        terminal = Terminal(self.environment, 'token', 'remove', 'Übung 练习', cwd=self.desk)
        self.addCleanup(terminal.close)
        terminal.read_until('Go on')
        terminal.type('yes\n')
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(self.labels(), [])

    def test_usage(self):
        self.assert_status(self.signet('token', 'remove'), USAGE)
        self.assertIn(self.signet('token', 'remove', 'nobody', '--destroy-keys').returncode, (NO_INPUT, UNAVAILABLE, DATA))


if __name__ == '__main__':
    main()
