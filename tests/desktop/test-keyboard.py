#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-keyboard: one file and many signed from start to end with keys alone: nothing is clicked, nothing is activated but by the key a person presses."""
import os
import sys
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import BACKSPACE, CONTROL, ESCAPE, RETURN, TAB, Desk  # noqa: E402  pylint: disable=wrong-import-position
from keyboard import Keyboard  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

BUTTON = ('push button', 'button')
FOCUSED = 1 << 12
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/keyboard'


class Keys(unittest.TestCase):
    def setUp(self):
        self.world = World('ec-p256')
        self.addCleanup(self.world.close)
        settings(self.world, 'light')
        self.folder = self.world.folder / 'documents'
        self.folder.mkdir()
        self.keyboard = Keyboard()
        self.addCleanup(self.keyboard.close)
        self.desk = None

    def open(self, *files):
        self.desk = Desk(self.world.environment, *files, pictures=PICTURES)
        self.addCleanup(self.desk.close)
        return self.desk

    def focus(self):
        return [node.name() for node in self.desk.walk() if node.call('Accessible', 'GetState')[0][0] & FOCUSED]

    def reach(self, name):
        """With Tab alone."""
        for _ in range(80):
            if any(name in one for one in self.focus()):
                return
            self.keyboard.press(TAB)
            time.sleep(0.15)
        raise AssertionError(f'Tab does not reach {name!r}')

    def location(self):
        """What stands in the location line of the file chooser; (nullable): it is not there yet."""
        return next((text for node in self.desk.walk() if 'EditableText' in node.interfaces() and (text := node.read()).startswith('/')), None)

    def type_path(self, path):
        """The first slash opens the location line, once the chooser has the focus: until then it goes nowhere."""
        def slash():
            if self.location() is None:
                self.keyboard.press(ord('/'))
                time.sleep(1)
            return self.location()

        self.desk.wait_for(slash, 'the location line of the file chooser')
        for _ in range(len(self.location()) - 1):
            self.keyboard.press(BACKSPACE)
        self.keyboard.type(str(path)[1:])
        self.desk.wait_for(lambda: self.location() == str(path), 'the path in the location line')
        self.keyboard.press(RETURN)

    def give_pin(self):
        self.desk.find('PIN')
        time.sleep(0.5)  # the dialog is drawn, and has the focus in the PIN: what is typed goes nowhere else
        self.keyboard.type('1234')
        self.keyboard.press(RETURN)

    def test_one_file(self):
        document = sample_pdf(self.folder / 'contract.pdf')
        desk = self.open()
        desk.find('Sample token')
        self.keyboard.press(ord('o'), held=CONTROL)
        desk.find_text('Other Locations')
        self.type_path(document)
        desk.find('Sign…', role=BUTTON, sensitive=True)
        self.reach('Save As')
        self.reach('Sign…')
        desk.picture('1-focus')
        self.keyboard.press(RETURN)
        self.give_pin()
        desk.find('Signed, and Checked Again after Writing')
        desk.wait_for(lambda: any('Next' in name for name in self.focus()), 'the focus on what comes next')
        self.assertEqual(self.world.signet('verify', document.with_name('contract-signed.pdf')).returncode, 0)

    def test_many(self):
        """One is looked at, one is left out, the others are signed."""
        files = [sample_pdf(self.folder / f'{name}.pdf') for name in ('one', 'two', 'three')]
        desk = self.open(*files)
        desk.find('Sign 3 Documents…', role=BUTTON, sensitive=True)
        self.reach('Look at two.pdf')
        self.keyboard.press(RETURN)
        desk.find('Leave Out', role=BUTTON)
        self.reach('Leave Out')
        self.keyboard.press(RETURN)
        desk.find('Sign It Too', role=BUTTON)
        time.sleep(0.3)  # the pages change places
        self.keyboard.press(ESCAPE)
        desk.find('Sign 2 Documents…', role=BUTTON, sensitive=True)
        self.reach('Sign 2 Documents…')
        desk.picture('2-focus')
        self.keyboard.press(RETURN)
        self.give_pin()
        desk.find('2 of 2 Signed')
        self.assertEqual(sorted(path.name for path in self.folder.glob('*-signed.pdf')), ['one-signed.pdf', 'three-signed.pdf'])


if __name__ == '__main__':
    unittest.main(verbosity=2)
