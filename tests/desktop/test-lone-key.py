#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-lone-key: in the window, a key without a certificate is used again: a new request is made for it, and no key. Looks: SIGNET_LOOK=zh."""
import json
import os
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/lone-key' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
BUTTON = ('button', 'push button')


class LoneKey(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        settings(self.world, LOOK)
        self.key = self.keys()[0]['key_sha256']
        gone = self.world.signet('certificate', 'delete', '--pin-file', self.world.pin, '--yes', self.certificates()[0]['sha256'])
        self.assertEqual(gone.returncode, 0, gone.stderr)
        self.assertEqual(self.certificates(), [])
        self.desk = Desk(self.world.environment, pictures=PICTURES, words=WORDS)
        self.addCleanup(self.desk.close)

    def certificates(self):
        return json.loads(self.world.signet('certificate', 'list', '--json').stdout)['certificates']

    def keys(self):
        tokens = json.loads(self.world.signet('token', 'list', '--json').stdout)['tokens']
        return [key for token in tokens for key in token['keys']]

    def begin(self):
        desk = self.desk
        desk.place('Certificates')
        desk.row('Key without a certificate')
        desk.find('Use Again…', BUTTON)
        desk.picture('details')
        desk.click('Use Again…')
        desk.click('Choose Sample CA')
        desk.toggle('I have read this and accept the terms of Sample CA')
        desk.click('Accept and Continue')
        desk.find('Used again: no key is made')
        self.assertFalse(desk.has('Made on'), 'there is nothing to choose')

    def fill(self):
        desk = self.desk
        desk.fill('Name as in your identity document', 'Li Na (sample)')
        desk.fill('Organisation', 'Sample Ltd')
        desk.fill('Reference number', '1234')
        desk.fill('Activation code', 'signet-demo')

    def test_used_again(self):
        self.begin()
        self.fill()
        self.desk.picture('request')
        self.desk.click('Send')
        self.desk.click('Sign Request')
        self.desk.fill('PIN', '1234')
        self.desk.click('Unlock')
        self.desk.find('The Certificate Is on Your Token')
        self.assertEqual([key['key_sha256'] for key in self.keys()], [self.key], 'no key was made')
        self.assertEqual(len(self.certificates()), 1)
        requests = json.loads(self.world.signet('request', 'list', '--json').stdout)['requests']
        self.assertEqual(requests[0]['state'], 'confirmed')


if __name__ == '__main__':
    unittest.main(verbosity=2)
