#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-sign-again: a signature file is opened and signed again: beside the others, or over one of them that the person chooses by its signer; what it is
about is found beside it or chosen. And one file without a time-stamp server: signed now, all the same. Looks: SIGNET_LOOK=dark, zh or large for pictures.
"""
import json
import os
import re
import sys
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import DOWN, RETURN, Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/again' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
BUTTON = ('push button', 'button')


class Again(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.original = World('ec-p256')
        cls.addClassCleanup(cls.original.close)

    def setUp(self):
        self.world = self.original.copy()
        self.addCleanup(self.world.close)
        settings(self.world, LOOK)
        self.folder = self.world.folder / 'documents'
        self.folder.mkdir()
        self.notes = self.folder / 'notes (sample).txt'
        self.notes.write_text('minutes of a meeting (sample)\n', encoding='utf-8')
        self.desk = None

    def open(self, *files):
        self.desk = Desk(self.world.environment, *files, pictures=PICTURES, words=WORDS)
        self.addCleanup(self.desk.close)
        return self.desk

    def open_to_sign(self, path):
        """What is opened from outside is verified, when it is signed already; on the page that signs it is to be signed."""
        desk = self.open()
        desk.find('Sample token')
        desk.click('Open…')
        desk.open_file(path)
        return desk

    def choose(self, row, steps):
        """What stands so many steps below in the list of a row."""
        self.desk.point(row)
        time.sleep(0.5)  # the list is drawn
        for _ in range(steps):
            self.desk.bus.key(DOWN)
        self.desk.bus.key(RETURN)
        time.sleep(0.5)  # it folds

    def sign(self):
        self.desk.find('Sign…', role=BUTTON, sensitive=True)
        self.desk.click('Sign…')
        self.give_pin()

    def give_pin(self):
        self.desk.fill('PIN', '1234')
        self.desk.click('Sign', role=BUTTON)
        self.desk.find('Signed, and Checked Again after Writing')

    def command(self, *arguments):
        run = self.world.signet('sign', '--pin-file', self.world.pin, *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)

    def signatures(self, path, *more):
        report, = json.loads(self.world.signet('verify', '--offline', '--json', *more, path).stdout)['files']
        return {signature['id']: signature['integrity'] for signature in report['signatures']}

    def sign_twice(self):
        self.command(self.notes)
        first = self.folder / 'notes (sample).txt.p7s'
        self.command('--format', 'cades', first)
        return self.folder / 'notes (sample).txt-2.p7s'

    def test_the_chosen_one_is_countersigned(self):
        both = self.sign_twice()
        desk = self.open_to_sign(both)
        desk.find('Sign…', role=BUTTON, sensitive=True)
        self.choose('Signature', 3)
        desk.find('Signature to Countersign')
        desk.find_text('Li Na (sample)', '1 · ')
        desk.picture('1-countersign')
        self.choose('Signature to Countersign', 1)
        desk.find_text('Li Na (sample)', '2 · ')
        self.sign()
        desk.picture('2-countersigned')
        self.assertEqual(self.signatures(self.folder / 'notes (sample).txt-3.p7s'), {'1': 'intact', '2': 'intact', '2.1': 'intact'})

    def test_beside_the_others(self):
        """What it is about lies beside it, and is found."""
        self.command(self.notes)
        desk = self.open_to_sign(self.folder / 'notes (sample).txt.p7s')
        desk.find('Signed Document')
        desk.find_text('notes (sample).txt')
        self.sign()
        self.assertEqual(self.signatures(self.folder / 'notes (sample).txt-2.p7s'), {'1': 'intact', '2': 'intact'})

    def test_what_it_is_about_is_chosen(self):
        """It lies elsewhere: that is said, with what to do, and no option of the command line."""
        self.command(self.notes)
        elsewhere = self.world.folder / 'minutes (sample).txt'
        self.notes.rename(elsewhere)
        desk = self.open_to_sign(self.folder / 'notes (sample).txt.p7s')
        desk.find_text('The file that this signature is about does not lie beside it')
        desk.find_text('Choose that file under')
        desk.find('Sign…', role=BUTTON, sensitive=False)
        self.assertFalse(desk.has(lambda name: '--content' in name))
        desk.picture('3-content-missing')
        desk.click(lambda name: name.startswith(WORDS.get('Choose the Document That Was Signed', 'Choose the Document That Was Signed')))
        desk.open_file(elsewhere)
        desk.find_text('minutes (sample).txt')
        self.sign()
        self.assertEqual(self.signatures(self.folder / 'notes (sample).txt-2.p7s', '--detached', elsewhere), {'1': 'intact', '2': 'intact'})

    def test_no_time_stamp_server(self):
        """The stop before the PIN offers to sign now; nothing else is asked for than the PIN."""
        for path in self.world.root.rglob('*'):
            if path.is_file() and path.suffix in ('.profile', '.conf', '.authority', '.ini') and b'\nTimeStamp=' in path.read_bytes():
                path.write_bytes(re.sub(rb'\nTimeStamp=[^\n]*', b'', path.read_bytes()))
        contract = sample_pdf(self.folder / 'contract (sample).pdf')
        desk = self.open(contract)
        desk.find('Sign…', role=BUTTON, sensitive=True)
        self.assertFalse(desk.has('Sign Now, Time-Stamp Later'))
        self.choose('Level', 1)
        desk.find_text('A time stamp needs a server')
        desk.find('Sign…', role=BUTTON, sensitive=False)
        desk.picture('4-no-server')
        desk.click('Sign Now, Time-Stamp Later')
        self.give_pin()
        desk.find('Signed without a time stamp')
        desk.picture('5-signed')
        self.assertEqual(self.world.signet('extend', '--waiting', '--list', '--json').stdout.count('"problem"'), 1)


if __name__ == '__main__':
    unittest.main(verbosity=2)
