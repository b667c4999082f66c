#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-whole-way: a person who has never used Signet makes a software token, gets a certificate from an authority, signs a PDF and
verifies it, in the window, by the names a screen reader would say. A picture of each screen is kept in tests/desktop/screenshots.
"""
import os
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import Desk  # noqa: E402  pylint: disable=wrong-import-position
from world import PASSED, World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots'
PIN = '1234'
HOLDER = 'Li Na (sample)'


class WholeWay(unittest.TestCase):
    """Each step needs the one before it: one test, one window."""

    @classmethod
    def setUpClass(cls):
        cls.world = World('bare')
        cls.addClassCleanup(cls.world.close)
        cls.document = sample_pdf(cls.world.folder / 'Service agreement (sample).pdf')

    def desk(self, *arguments):
        desk = Desk(self.world.environment, *arguments, pictures=PICTURES)
        self.addCleanup(desk.close)
        return desk

    def make_token(self, desk):
        desk.find('No token')
        desk.picture('01-start-empty')
        desk.place('Certificates')
        desk.find('What Was Looked For')
        desk.picture('06c-certificates-empty')
        desk.click('Make a Software Token…')
        desk.fill('PIN', PIN)
        desk.fill('The same again', PIN)
        desk.picture('make-software-token')
        desk.click('Make Token')
        desk.find('Practice token')
        desk.find('Software token, for trying things out')
        desk.find('No certificate yet')

    def get_certificate(self, desk):
        desk.click('Get a Certificate…')
        desk.find('Sample CA')
        desk.find('On no list')
        desk.picture('07a-get-authority')
        desk.click('Choose Sample CA')
        desk.find('What Sample CA Tells You')
        desk.find('Accept and Continue', ('push button', 'button'), sensitive=False)
        desk.picture('07b-get-terms')
        desk.toggle('I have read this and accept the terms of Sample CA')
        desk.click('Accept and Continue')
        desk.fill('Name as in your identity document', HOLDER)
        desk.fill('Organisation', 'Sample Ltd')
        desk.fill('Reference number', '1234')
        desk.find('Send', ('push button', 'button'), sensitive=False)
        desk.fill('Activation code', 'signet-demo')
        desk.picture('07c-get-details')
        desk.click('Send')
        desk.find('Sign This Request?')
        desk.find('CN=Li Na (sample),O=Sample Ltd,C=CN')
        desk.picture('07-get-consent')
        desk.click('Sign Request')
        self.give_pin(desk, 'Unlock', '07-get-pin')
        desk.find('The Certificate Is on Your Token')
        desk.picture('07e-get-done')
        desk.click('Done')
        desk.find_text('days left')
        desk.picture('06a-certificates')

    def give_pin(self, desk, button, picture, pin=PIN):
        desk.find('PIN for “\u2068Practice token\u2069”')
        desk.fill('PIN', pin)
        desk.picture(picture)
        desk.click(button)

    def sign(self, desk):
        desk.find('Before You Sign')
        desk.find(HOLDER)
        desk.find('Sign…', ('push button', 'button'), sensitive=True)
        desk.picture('02-sign-document')
        desk.click('Sign…')
        self.give_pin(desk, 'Sign', '04-wrong-pin', pin='9999')
        desk.find('That PIN was wrong. Nothing was signed.')
        desk.picture('04-pin-again')
        self.give_pin(desk, 'Sign', '04a-pin')
        desk.find('Signed, and Checked Again after Writing')
        desk.find('Signed with a software token')
        desk.picture('signed')

    def verify(self, desk):
        desk.click('Verify', ('push button', 'button'))
        desk.find_text('Signed by', HOLDER)
        desk.find('Whole document')
        desk.find('Not revoked')
        desk.picture('05a-verify-good')

    def check_with_command_line(self):
        signed = [path for path in self.document.parent.glob('*.pdf') if path != self.document]
        self.assertEqual(len(signed), 1, signed)
        answer = self.world.signet('verify', signed[0])
        self.assertEqual(answer.returncode, PASSED, answer.stdout + answer.stderr)
        return signed[0]

    def check_again_later(self, signed):
        """A second start: the file is given with --verify; what was done is under Recent."""
        desk = self.desk('--verify', signed)
        desk.find_text('Signed by', HOLDER)
        desk.place('Sign')
        desk.find('Recent')
        desk.picture('01-start')
        desk.place('Authorities')
        desk.find('Reached At')
        desk.picture('08a-authorities')
        desk.close()

    def test_whole_way(self):
        desk = self.desk()
        self.make_token(desk)
        self.get_certificate(desk)
        desk.close()
        desk = self.desk(self.document)
        self.sign(desk)
        self.verify(desk)
        desk.close()
        signed = self.check_with_command_line()
        self.check_again_later(signed)


if __name__ == '__main__':
    unittest.main(verbosity=2)
