#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-card: a card in a reader, as the window shows it: pulled and put in again, its PIN locked by three wrong ones and opened by its PUK.

Runs inside tests/token/ground/with-reader: the reader is virtual, the PIV card is a program of ours.
"""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop')]
from desk import ESCAPE, Desk  # noqa: E402  pylint: disable=wrong-import-position

PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/card'
PUK = os.environ['SIGNET_GROUND_PUK']


def certificate(name):
    return name.startswith('Sample Person (signature), ')


class Card(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='signet-test.')
        self.addCleanup(folder.cleanup)
        self.desk = Desk({**os.environ, 'SIGNET_USER_DIR': f'{folder.name}/user', 'XDG_CONFIG_HOME': folder.name, 'HOME': folder.name},
                         pictures=PICTURES)
        self.addCleanup(self.desk.close)
        self.desk.place('Certificates')
        self.desk.find(certificate)

    def card(self, *words):
        subprocess.run([os.environ['SIGNET_GROUND_CARD'], *words], check=True)

    def set_pin(self):
        self.desk.find(lambda text: text.startswith('New PIN for'))
        self.desk.fill('New PIN', '654321')
        self.desk.fill('The same again', '654321')
        self.desk.click('Set PIN')

    def give(self, name, code, retry):
        if retry:
            self.desk.find(retry)
        self.desk.fill(name, code)
        self.desk.click('Unlock')

    def test_pulled_and_put_in(self):
        self.card('remove')
        self.desk.wait_gone(certificate)
        self.card('insert')
        self.desk.find(certificate)

    def test_locked_and_unblocked(self):
        desk = self.desk
        desk.menu('Actions for This Token', 'Change PIN…')
        self.give('PIN', '999990', None)
        self.set_pin()
        self.give('PIN', '999991', 'That PIN was wrong.')
        desk.find('Last Try')
        desk.find('Use Last Try', ('button', 'push button'), sensitive=False)
        desk.fill('PIN', '999992')
        desk.toggle('I know the PIN and want to use the last try')
        desk.picture('last-try')
        desk.click('Use Last Try')
        desk.find('The PIN is locked after too many wrong tries.')
        desk.bus.key(ESCAPE)
        desk.find('PIN is locked')
        desk.picture('locked')
        desk.click('Unblock…')
        self.give('Unblock code (PUK)', '11111111', None)
        self.set_pin()
        desk.find('That unblock code was wrong.')
        desk.find_text('2 tries left')
        self.give('Unblock code (PUK)', PUK, None)
        desk.find('The token is unblocked and has its new PIN')
        desk.wait_gone('PIN is locked')


if __name__ == '__main__':
    unittest.main(verbosity=2)
