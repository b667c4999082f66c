#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-lone-key: in the window, a key without a certificate is used again: a new request is made for it, and no key; then what is kept of the request is
shown, too. Looks: SIGNET_LOOK=zh."""
import json
import os
import sys
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import Desk, GLib  # noqa: E402  pylint: disable=wrong-import-position
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

    def unfold(self, name):
        """Turns the wheel until the end of the page is in the window, then clicks."""
        for _ in range(60):
            self.desk.bus.call('org.a11y.atspi.Registry', '/org/a11y/atspi/registry/deviceeventcontroller',
                               'org.a11y.atspi.DeviceEventController', 'GenerateMouseEvent', GLib.Variant('(iis)', (400, 400, 'b5c')))
        time.sleep(1)  # the page scrolls there
        self.desk.row(name)

    def check_record(self):
        """What is kept of the request is in the window, too: the terms with their hash, and who acted."""
        number = json.loads(self.world.signet('request', 'list', '--json').stdout)['requests'][0]['id']
        request = json.loads(self.world.signet('request', 'show', str(number), '--json').stdout)
        request = request.get('request', request)
        self.unfold('What the authority told before')
        for disclosure in request['disclosures']:
            self.desk.find_text(f"SHA-256 {disclosure['sha256']}")
        self.desk.picture('told')
        self.unfold('Who acted, and when')
        hosts = {event['host'] for event in request['events'] if event['host']}
        self.assertTrue(hosts)
        for host in hosts:
            self.desk.find_text(f'Sent to {host}')
        self.desk.picture('acted')

    def test_used_again(self):
        self.begin()
        self.fill()
        self.desk.picture('request')
        self.desk.click('Send')
        self.desk.click('Sign Request')
        self.desk.fill('PIN', '1234')
        self.desk.click('Unlock')
        self.desk.find('The Certificate Is on Your Token')
        self.check_record()
        self.assertEqual([key['key_sha256'] for key in self.keys()], [self.key], 'no key was made')
        self.assertEqual(len(self.certificates()), 1)
        requests = json.loads(self.world.signet('request', 'list', '--json').stdout)['requests']
        self.assertEqual(requests[0]['state'], 'confirmed')


if __name__ == '__main__':
    unittest.main(verbosity=2)
