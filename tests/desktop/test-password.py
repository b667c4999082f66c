#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-password: an encrypted document is opened in the window: its password is asked for by its name, asked again when it was wrong, then the page is shown."""
import os
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end'), str(SOURCE / 'tests/document')]
import pdf_maker  # noqa: E402  pylint: disable=wrong-import-position
from desk import Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/password'


class Password(unittest.TestCase):
    def setUp(self):
        self.world = World('ec-p256')
        self.addCleanup(self.world.close)
        settings(self.world, 'light')
        plain = self.world.folder / 'plain.pdf'
        plain.write_bytes(pdf_maker.write(pdf_maker.plain_objects(2)))
        self.document = self.world.folder / 'locked.pdf'
        subprocess.run(['qpdf', plain, self.document, '--encrypt', 'open', 'owner', '256', '--'], check=True)
        self.desk = Desk(self.world.environment, self.document, pictures=PICTURES)
        self.addCleanup(self.desk.close)

    def give(self, text):
        self.desk.fill('Password', text)
        self.desk.click('Unlock')

    def test_wrong_then_right(self):
        self.desk.find_text('Password of ', 'locked.pdf')
        self.desk.picture('1-asked')
        self.give('wrong')
        self.desk.find_text('That was not the password of this document.')
        self.desk.picture('2-wrong')
        self.give('open')
        self.desk.wait_gone('Password', None)
        self.desk.find_text('locked.pdf')
        self.desk.picture('3-shown')


if __name__ == '__main__':
    unittest.main(verbosity=2)
