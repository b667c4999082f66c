#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-life: in the window, a certificate that is seen is remembered; a key said to be compromised: blocked, revoked, listed; lifted; a renewal begun. Looks: SIGNET_LOOK=dark or zh for pictures."""
import json
import os
import sqlite3
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import ESCAPE, Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/life' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}


def is_row(name):
    return name.startswith('Li Na (sample), ')


class Life(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        settings(self.world, LOOK)
        document = self.world.root / 'agreement.txt'
        document.write_text('sample\n', encoding='utf-8')
        self.assertEqual(self.world.signet('sign', '--pin-file', self.world.pin, document).returncode, 0)
        self.known_before = self.known()
        self.desk = Desk(self.world.environment, pictures=PICTURES, words=WORDS)
        self.addCleanup(self.desk.close)
        self.desk.place('Certificates')
        self.desk.find(is_row)
        self.desk.row(is_row)
        self.desk.find('Renew…', role=('button', 'push button'))

    def certificate(self):
        return json.loads(self.world.signet('certificate', 'list', '--json').stdout)['certificates'][0]

    def known(self):
        """SHA-256 of the certificates the core remembers; what the command line lists it remembers too, so that is not asked."""
        database = Path(self.world.environment['XDG_DATA_HOME']) / 'signet/signet.db'
        connection = sqlite3.connect(f'file:{database}?mode=ro', uri=True)
        try:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'known_certificate'").fetchone() is None:
                return []
            return [row[0] for row in connection.execute('SELECT sha256 FROM known_certificate')]
        finally:
            connection.close()

    def test_remembered(self):
        """Who never uses the command line is told of what ends, too."""
        self.assertEqual(self.known_before, [])
        self.desk.wait_for(self.known, 'a certificate that is remembered')
        self.assertIn(self.certificate()['sha256'], self.known())

    def test_compromised(self):
        self.desk.picture('details')
        self.desk.click('My Key May Be Compromised…')
        self.desk.find('May Somebody Else Have the Key?')
        self.desk.fill('Since when somebody else may have had the key', 'yesterday')
        self.desk.find('Block and Revoke', role=('button', 'push button'), sensitive=False)
        self.desk.fill('Since when somebody else may have had the key', '2026-01-01')
        self.desk.picture('compromised')
        self.desk.click('Block and Revoke')
        self.desk.find('Revoke the Certificate?')
        self.assertEqual(self.certificate()['cannot_sign_because'], 'blocked', 'before anything that may fail')
        self.desk.picture('revoke')
        self.desk.click('Revoke')
        self.desk.fill('PIN', '1234')
        self.desk.click('Unlock')
        self.desk.find('The Key Is Blocked')
        self.desk.picture('blocked')
        self.assertIn('keyCompromise', (self.world.root / 'pki/index.txt').read_text(encoding='utf-8'))
        self.desk.bus.key(ESCAPE)
        self.desk.wait_gone('The Key Is Blocked')
        self.desk.find('Lift the Block…', role=('button', 'push button'))
        self.desk.picture('details-blocked')
        self.desk.click('Lift the Block…')
        self.desk.click('Lift the Block')
        self.desk.find('Renew…', role=('button', 'push button'))
        self.assertTrue(self.certificate()['can_sign'])

    def test_renew(self):
        self.desk.click('Renew…')
        self.desk.find('Renew the Certificate?')
        self.desk.picture('renew')
        self.desk.click('With a New Key')
        # from here on it is the way of every request
        self.desk.find('Not Finished Yet')
        self.desk.picture('renew-begun')
        requests = json.loads(self.world.signet('request', 'list', '--json').stdout)['requests']
        self.assertEqual((requests[0]['kind'], requests[0]['state']), ('renew', 'drafted'))
        self.desk.click('Go On')
        self.desk.find('Accept the Terms?')


if __name__ == '__main__':
    unittest.main(verbosity=2)
