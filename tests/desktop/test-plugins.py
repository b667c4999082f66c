#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-plugins: a plugin that did not come with Signet, in the window: seen in the preferences, allowed, forbidden, excluded by a policy, and
shown before the first question of its authority. By the names a screen reader would say; a picture of each screen is kept.
"""
import json
import os
import shutil
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import Desk  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/plugins'
BUTTON = ('push button', 'button')
MANIFEST = """[Plugin]
Id=cn.example.portal
Name=Example Portal <b>&</b> CA (sample)
Version=1.2
Api=1
Exec=portal.py
Kinds=issuance
Publisher=Example Ltd (sample)

[Permissions]
Hosts=ra.example.cn:443;files.example.cn:443
Methods=csr;http
Secrets=login-code
"""


class Plugins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.original = World('none')
        cls.addClassCleanup(cls.original.close)

    def setUp(self):
        self.world = self.original.copy()
        self.addCleanup(self.world.close)
        folder = self.world.root / 'data/signet/plugins/1/cn.example.portal'
        folder.mkdir(parents=True)
        (folder / 'cn.example.portal.plugin').write_text(MANIFEST, encoding='utf-8')
        shutil.copy(SOURCE / 'plugins/example/example-ca.py', folder / 'portal.py')
        (folder / 'portal.py').chmod(0o755)
        broken = folder.parent / 'newer'
        broken.mkdir()
        (broken / 'newer.plugin').write_text('[Plugin]\nId=newer\nName=Newer\nVersion=1\nApi=9\n', encoding='utf-8')

    def desk(self):
        desk = Desk(self.world.environment, pictures=PICTURES)
        self.addCleanup(desk.close)
        desk.place('Certificates')
        return desk

    def open_list(self, desk):
        desk.menu('Main Menu', 'Preferences')
        desk.find('Ask for the PIN again')
        desk.place('Plugins')
        desk.find_text('Small programs that speak with authorities')

    def test_allowed_and_forbidden(self):
        desk = self.desk()
        self.open_list(desk)
        desk.find_text('Off: you were not asked yet')
        desk.find_text('made for another version')
        desk.picture('plugins')
        desk.row('Example Portal <b>&</b> CA (sample) 1.2')
        desk.find_text('Publisher, by its own account')
        desk.picture('plugin-details')
        desk.click('Allow Example Portal <b>&</b> CA (sample)')
        desk.find('Let This Plugin Run?')
        desk.find_text('ra.example.cn:443, files.example.cn:443')
        desk.picture('plugin-consent')
        desk.click('Allow')
        desk.find_text('Allowed by you')
        desk.row('Example Portal <b>&</b> CA (sample) 1.2')
        desk.click('Forbid Example Portal <b>&</b> CA (sample)')
        desk.find_text('Off: forbidden by you')

    def test_program_allowed_by_name(self):
        """A plugin that runs programs for its authorities: one is chosen, seen in the question, and listed."""
        desk = self.desk()
        self.open_list(desk)
        desk.row('Helpers of certmonger 1.0')
        desk.find('None yet')
        desk.click('Allow a Program for Helpers of certmonger')
        desk.open_file('/usr/bin/true')
        desk.find('Let This Plugin Run?')
        desk.find_text('/usr/bin/true')
        desk.picture('plugin-program')
        desk.click('Allow')
        desk.wait_gone('Let This Plugin Run?')
        desk.row('Helpers of certmonger 1.0')
        desk.find('/usr/bin/true')
        desk.picture('plugin-program-allowed')
        listed = json.loads(self.world.signet('plugin', 'list', '--json').stdout)['plugins']
        self.assertEqual([plugin['answer']['helper'] for plugin in listed if plugin['id'] == 'certmonger'], ['/usr/bin/true'])

    def test_excluded_by_policy(self):
        policy = self.world.folder / 'policy.conf'
        policy.write_text('[Plugins]\nUserPlugins=excluded\n', encoding='utf-8')
        policy.chmod(0o644)
        self.world.environment['SIGNET_POLICY'] = str(policy)
        desk = self.desk()
        desk.menu('Main Menu', 'Preferences')
        desk.find('Ask for the PIN again')
        desk.place('Plugins')
        desk.find_text('Set by your administrator: only some plugins may run.')
        desk.find_text('Off: excluded by your administrator')
        desk.picture('plugins-excluded')

    def test_shown_before_the_first_question(self):
        profile = self.world.root / 'data/signet/authorities/sample-ca.profile'
        profile.write_text(profile.read_text(encoding='utf-8').replace('Plugin=cmp', 'Plugin=cn.example.portal'), encoding='utf-8')
        desk = self.desk()
        desk.click('Get a Certificate…')
        desk.click('Choose Sample CA')
        desk.toggle('I have read this and accept the terms of Sample CA')
        desk.click('Accept and Continue')
        desk.find('Let This Plugin Run?')
        desk.picture('plugin-before-form')
        desk.click('Allow')
        desk.find('Name (sample)')


if __name__ == '__main__':
    unittest.main(verbosity=2)
