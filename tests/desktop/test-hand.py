#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-hand: a request that is carried to the authority, in the window: what it says, and its QR code, read back from the picture of the screen.

By the names a screen reader would say; a picture of each screen is kept.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import Desk  # noqa: E402  pylint: disable=wrong-import-position
from person import Person  # noqa: E402  pylint: disable=wrong-import-position

PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/hand'
TRY_LATER = 75


class Hand(unittest.TestCase):
    def setUp(self):
        self.person = Person()
        self.addCleanup(self.person.close)
        self.pki = Path(tempfile.mkdtemp(prefix='signet-test.'))
        self.addCleanup(shutil.rmtree, self.pki, True)
        subprocess.run([os.environ['SIGNET_TEST_CA'], 'init', self.pki / 'pki'], check=True, capture_output=True)
        self.person.file_authority('sample-counter', (self.pki / 'pki/chain.pem').read_bytes())
        self.person.signet('request', 'new', '--authority', 'sample-counter', '--token', 'Practice', '--key', 'ec-p256', '--field',
                           'name=李娜 (sample)', '--field', 'organisation=示例公司', '--accept-terms', '--pin-file', self.person.pin, expect=TRY_LATER)

    def test_request_in_hand(self):
        desk = Desk(self.person.environment, pictures=PICTURES)
        self.addCleanup(desk.close)
        desk.place('Certificates')
        desk.find_text('To be carried to the authority')
        desk.picture('in-the-list')
        desk.row(lambda name: '李娜' in name)
        desk.find_text('1 Sample Street')
        desk.find('The answer of the authority')
        desk.picture('request')
        desk.click('QR Code')
        desk.find('The Request as a QR Code')
        desk.find_text('request-1.csr')
        desk.picture('qr')
        if shutil.which('zbarimg') is None:
            self.skipTest('zbarimg is not here (Debian: zbar-tools)')
        read = subprocess.run(['zbarimg', '--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', PICTURES / 'qr.png'], check=True,
                              capture_output=True, text=True).stdout
        shown = self.person.signet('request', 'export', '1', expect=0).stdout
        self.assertEqual(read.strip(), shown.strip())


if __name__ == '__main__':
    unittest.main(verbosity=2)
