#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-many: what holds for many files at once in the window: one visible mark for all of them, or each in its signature field; a time-stamp for all of
them later; encrypted ones with their password, or left out. Looks: SIGNET_LOOK=dark, zh or large for pictures.
"""
import os
import re
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end'), str(SOURCE / 'tests/document')]
import pdf_maker  # noqa: E402  pylint: disable=wrong-import-position
from desk import DOWN, ESCAPE, RETURN, Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/many' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
BUTTON = ('push button', 'button')
RECTANGLE = rb'/Rect \[ ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) \]'


def says(english, *values):
    """A sentence with values in it, in the language of the window."""
    text = WORDS.get(english, english)
    for value in values:
        text = text.replace('%s', value, 1).replace('%u', value, 1)
    return text


def sign_n(count):
    """The main button; in Chinese by its parts, since the mnemonic stands behind it."""
    if LOOK == 'zh':
        return lambda name: name.startswith('签署 ') and f' {count} ' in name
    return f'Sign {count} Document{"s" if count != 1 else ""}…'


def counted(english, count):
    return lambda name: says(english).replace('%u', str(count)) in name


class Many(unittest.TestCase):
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
        self.desk = None

    def pdf(self, name, n_pages=1, size=b'595 842'):
        path = self.folder / name
        objects = {number: body.replace(b'[0 0 300 200]', b'[0 0 %s]' % size) for number, body in pdf_maker.plain_objects(n_pages).items()}
        path.write_bytes(pdf_maker.write(objects))
        return path

    def form(self, name):
        path = self.folder / name
        path.write_bytes(pdf_maker.write_form())
        return path

    def open(self, *files):
        self.desk = Desk(self.world.environment, *files, pictures=PICTURES, words=WORDS)
        self.addCleanup(self.desk.close)
        return self.desk

    def choose(self, row, steps):
        """What stands so many steps below in the list of a row."""
        self.desk.point(row)
        time.sleep(0.5)  # the list is drawn
        for _ in range(steps):
            self.desk.bus.key(DOWN)
        self.desk.bus.key(RETURN)

    def leave_options(self):
        self.desk.wait_for(lambda: not list(self.desk.matches(lambda name: True, ('menu',))), 'the end of the list of a row')
        time.sleep(0.3)  # it folds
        self.desk.click('Back to the List')
        time.sleep(0.3)  # the pages change places

    def back_to_list(self, n_ready):
        self.desk.bus.key(ESCAPE)
        self.desk.find(sign_n(n_ready), role=BUTTON, sensitive=True)

    def sign(self, n_ready):
        self.desk.click(sign_n(n_ready))
        self.give_pin()

    def give_pin(self):
        self.desk.fill('PIN', '1234')
        self.desk.click('Sign', role=BUTTON)

    def signed(self, path):
        return path.with_name(path.stem + '-signed.pdf')

    def rectangle(self, path):
        found = re.findall(RECTANGLE, self.signed(path).read_bytes())
        return tuple(map(float, found[-1])) if found else None

    def assert_verifies(self, *paths):
        run = self.world.signet('verify', *paths)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


class Marks(Many):
    def test_same_place_on_each(self):
        """On the last page of each; one page is too small, one file has no pages: both are told of, the others are signed."""
        long, short = self.pdf('long (sample).pdf', 3), self.pdf('short (sample).pdf')
        tiny = self.pdf('tiny (sample).pdf', size=b'100 60')
        notes = self.folder / 'notes (sample).txt'
        notes.write_text('no pages (sample)\n', encoding='utf-8')
        desk = self.open(long, tiny, short, notes)
        desk.find(sign_n(4), role=BUTTON, sensitive=True)
        desk.click('Change…')
        desk.find('Visible Mark')
        self.choose('Visible Mark', 1)
        desk.find('Where It Stands')
        desk.fill('Reason', 'Approved (sample)')
        desk.picture('1-mark-options')
        self.leave_options()
        desk.find(sign_n(3), role=BUTTON, sensitive=True)
        desk.find_text('The visible mark would reach beyond the page')
        desk.find_text('without a visible mark')
        desk.picture('2-mark-list')
        desk.click(says('Look at %s', long.name))
        place = desk.wait_for(lambda: next((node for node in desk.walk() if re.match(says('Visible mark on page').split()[0], node.name() or '')
                                            and 'mm' in node.name()), None) if LOOK != 'zh' else True, 'the mark on the page')
        if LOOK != 'zh':
            self.assertIn('page 3', place.name())
        desk.picture('3-mark-look')
        self.back_to_list(3)
        self.sign(3)
        desk.find(counted('%u of %u Signed', 3))
        self.assertEqual(self.rectangle(long), self.rectangle(short))
        x0, y0, x1, y1 = self.rectangle(short)
        self.assertGreater((x1 - x0) * (y1 - y0), 1000)
        self.assertIn(b'Approved \\(sample\\)', self.signed(short).read_bytes())
        self.assertFalse(self.signed(tiny).exists())
        self.assertTrue(notes.with_name('notes (sample).txt.p7s').exists())
        self.assert_verifies(self.signed(long), self.signed(short))

    def test_in_the_field_of_each(self):
        """A file without a field is left out with that reason."""
        form, plain = self.form('form (sample).pdf'), self.pdf('plain (sample).pdf')
        other = self.form('other form (sample).pdf')
        desk = self.open(form, plain, other)
        desk.find('3 Documents' if LOOK != 'zh' else counted('%u Document', 3))
        desk.click('Change…')
        desk.find('Visible Mark')
        self.choose('Visible Mark', 1)
        desk.find('Where It Stands')
        self.choose('Where It Stands', 2)
        self.leave_options()
        desk.find_text('The document has no empty signature field for the visible mark')
        for name in (form.name, other.name):
            desk.click(says('Look at %s', name))
            desk.find_text('A form field is not filled in')
            time.sleep(0.3)  # the pages change places
            desk.bus.key(ESCAPE)
            time.sleep(0.3)
        desk.find(sign_n(2), role=BUTTON, sensitive=True)
        desk.picture('4-fields')
        self.sign(2)
        desk.find(counted('%u of %u Signed', 2))
        for path in (form, other):
            self.assertEqual(len(re.findall(rb'/T \(approval\)', self.signed(path).read_bytes())), 2, 'the field is filled in, no new one is made')
        self.assertFalse(self.signed(plain).exists())


class Later(Many):
    def free_port(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            return taken.getsockname()[1]

    def set_policy(self, servers):
        policy = self.world.folder / 'policy.conf'
        policy.write_text(f'[Signing]\nTimeStampServers={servers}\n', encoding='utf-8')
        policy.chmod(0o644)
        self.world.environment['SIGNET_POLICY'] = str(policy)

    def name_no_server(self):
        """Neither the person nor the authority does."""
        named = [path for path in self.world.root.rglob('*') if path.is_file() and path.suffix in ('.profile', '.conf', '.authority', '.ini')
                 and b'\nTimeStamp=' in path.read_bytes()]
        self.assertTrue(named)
        for path in named:
            path.write_bytes(re.sub(rb'\nTimeStamp=[^\n]*', b'', path.read_bytes()))

    def waiting(self):
        run = self.world.signet('extend', '--waiting', '--list', '--json')
        return run.stdout.count('"problem"')

    def choose_level(self, *names):
        files = [self.pdf(f'{name} (sample).pdf') for name in names]
        desk = self.open(*files)
        desk.find(sign_n(len(files)), role=BUTTON, sensitive=True)
        desk.click('Change…')
        desk.find('Level')
        self.choose('Level', 1)
        self.leave_options()
        return files

    def test_no_server_is_named(self):
        """Said before the PIN, once for all; none can be signed until the person agrees that the time-stamps come later."""
        self.name_no_server()
        files = self.choose_level('one', 'two', 'three')
        desk = self.desk
        desk.find_text('A time stamp needs a server')
        desk.find('Sign…', role=BUTTON, sensitive=False)
        desk.picture('5-no-server')
        desk.click('Time-Stamp Them Later')
        desk.find_text('No time stamp can be had now')
        desk.find(sign_n(3), role=BUTTON, sensitive=True)
        desk.picture('6-later')
        self.sign(3)
        desk.find(counted('%u of %u Signed', 3))
        desk.find_text('the time stamp comes later')
        desk.picture('7-signed-later')
        self.assertEqual(self.waiting(), 3)
        self.assert_signed_plain(files)

    def assert_signed_plain(self, files):
        run = self.world.signet('verify', '--offline', '--json', *[self.signed(path) for path in files])
        self.assertEqual(run.stdout.count('"B-B"'), len(files), run.stdout)

    def test_no_server_answers(self):
        """Asked once, not for each; nothing is signed before the answer."""
        self.set_policy(f'http://127.0.0.1:{self.free_port()}/;')
        files = self.choose_level('one', 'two', 'three')
        desk = self.desk
        desk.find(sign_n(3), role=BUTTON, sensitive=True)
        self.sign(3)
        desk.find('No Time Stamp Can Be Had Now')
        desk.picture('8-no-answer')
        self.assertFalse(any(self.signed(path).exists() for path in files))
        desk.click('Sign Now, Time-Stamp Later')
        self.give_pin()
        desk.find(counted('%u of %u Signed', 3))
        self.assertEqual(self.waiting(), 3)
        self.assert_signed_plain(files)


class Passwords(Many):
    def lock(self, name, password):
        plain = self.pdf('plain.pdf')
        path = self.folder / name
        subprocess.run(['qpdf', plain, path, '--encrypt', password, 'owner', '256', '--'], check=True)
        plain.unlink()
        return path

    def test_given_or_left_out(self):
        """One is opened, a second has the same password and opens with it, a third is left out; the rest goes on."""
        files = [self.lock('one (sample).pdf', 'open'), self.pdf('plain (sample).pdf'), self.lock('two (sample).pdf', 'open'),
                 self.lock('three (sample).pdf', 'another')]
        desk = self.open(*files)
        desk.find(sign_n(1), role=BUTTON, sensitive=True)
        desk.wait_for(lambda: len(list(desk.matches('Needs its password'))) == 3, 'three that are locked')
        desk.picture('9-locked')
        desk.click(says('Password of %s', 'one (sample).pdf'))
        desk.fill('Password', 'open')
        desk.click('Unlock')
        desk.find(sign_n(3), role=BUTTON, sensitive=True)
        desk.wait_for(lambda: len(list(desk.matches('Needs its password'))) == 1, 'one that is locked still')
        desk.click(says('Password of %s', 'three (sample).pdf'))
        desk.fill('Password', 'wrong')
        desk.click('Unlock')
        desk.find_text('That was not the password of this document.')
        desk.click('Cancel')
        self.sign(3)
        desk.find(counted('%u of %u Signed', 3))
        desk.picture('10-locked-signed')
        self.assertEqual([self.signed(path).exists() for path in files], [True, True, True, False])


if __name__ == '__main__':
    unittest.main(verbosity=2)
