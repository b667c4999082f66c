#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-timestamps: no time-stamp server answers: signed without, waiting on the first page, and worked off once one answers. The list of servers
in the preferences. Looks: SIGNET_LOOK=dark, zh or large for pictures.
"""
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import DOWN, Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
ALT = 0xffe9  # X11 key symbol
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/timestamps' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
BUTTON = ('push button', 'button')


def says(english, *values):
    """A sentence with values in it, in the language of the window."""
    text = WORDS.get(english, english)
    for value in values:
        text = text.replace('%s', value, 1)
    return text


def free_port():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        return taken.getsockname()[1]


class TimestampTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.original = World('ec-p256')
        cls.addClassCleanup(cls.original.close)

    def setUp(self):
        self.world = self.original.copy()
        self.addCleanup(self.world.close)
        settings(self.world, LOOK)
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}/'
        self.desk = None

    def open(self, *arguments):
        self.desk = Desk(self.world.environment, *arguments, pictures=PICTURES, words=WORDS)
        self.addCleanup(self.desk.close)
        return self.desk

    def set_policy(self):
        """This server and no other, so that the authority's own does not help out."""
        policy = self.world.folder / 'policy.conf'
        policy.write_text(f'[Signing]\nTimeStampServers={self.url};\n', encoding='utf-8')
        policy.chmod(0o644)
        self.world.environment['SIGNET_POLICY'] = str(policy)

    @contextlib.contextmanager
    def tsa(self):
        """The server answers meanwhile."""
        path = self.world.folder / 'tsa.port'
        server = subprocess.Popen([os.environ['SIGNET_TEST_TSA'], self.original.root / 'pki', '--port-file', path, '--port', str(self.port)],
                                  stderr=subprocess.DEVNULL)
        try:
            while not (path.exists() and path.read_text(encoding='utf-8').strip()):
                self.assertIsNone(server.poll(), 'the time-stamp server ended')
                time.sleep(0.02)
            yield
        finally:
            server.terminate()
            server.wait()

    def json(self, *arguments):
        return json.loads(self.world.signet(*arguments, '--json').stdout)

    def levels(self, path):
        report, = self.json('verify', '--offline', path)['files']
        self.assertEqual({signature['integrity'] for signature in report['signatures']}, {'intact'})
        return [signature['level'] for signature in report['signatures']]

    def waiting(self):
        return [item['problem'] for item in self.json('extend', '--waiting', '--list')['waiting']]


class Later(TimestampTest):
    def setUp(self):
        super().setUp()
        self.set_policy()
        self.document = sample_pdf(self.world.folder / 'contract (sample).pdf')
        self.signed = self.document.with_name('contract (sample)-signed.pdf')

    def choose_timestamp(self):
        """The level, and the question for the PIN answered."""
        desk = self.open(self.document)
        desk.find('Sign…', role=BUTTON, sensitive=True)
        desk.choose_below('Level')
        desk.find('Sign…', role=BUTTON, sensitive=True)
        desk.click('Sign…')
        self.give_pin()
        desk.find('No Time Stamp Can Be Had Now')

    def give_pin(self):
        self.desk.fill('PIN', '1234')
        self.desk.click('Sign', role=BUTTON)

    def test_signed_now_stamped_later(self):
        before = self.document.read_bytes()
        self.choose_timestamp()
        self.desk.picture('1-no-answer')
        self.assertFalse(self.signed.exists())
        self.desk.click('Sign Now, Time-Stamp Later')
        self.give_pin()
        self.desk.find('Signed without a time stamp')
        self.desk.picture('2-result')
        self.assertEqual(self.levels(self.signed), ['B-B'])
        self.assertEqual(self.waiting(), [''])
        self.work_it_off()
        self.assertEqual(self.document.read_bytes(), before)

    def work_it_off(self):
        """First nobody answers still, then somebody does."""
        desk = self.desk
        name = self.signed.name
        desk.click('Back')
        desk.find('Waiting for a Time Stamp')
        desk.find_text(says('The time stamp is missing since %s').split('%s')[0].strip())
        desk.picture('3-waiting')
        desk.click(says('Try now to add the time stamp to %s', name))
        desk.find_text('No time stamp server answered')
        desk.picture('4-still-waiting')
        self.assertEqual(self.waiting(), ['unreachable'])
        self.assertEqual(self.levels(self.signed), ['B-B'])
        with self.tsa():
            desk.click(says('Try now to add the time stamp to %s', name))
            desk.find('Time stamp added')
        desk.picture('5-added')
        desk.wait_gone(says('Try now to add the time stamp to %s', name))
        self.assertEqual(self.levels(self.signed)[0], 'B-T')
        self.assertEqual(self.waiting(), [])

    def test_try_again(self):
        self.choose_timestamp()
        with self.tsa():
            self.desk.click('Try Again')
            self.give_pin()
            self.desk.find('Signed, and Checked Again after Writing')
        self.assertFalse(self.desk.has('Signed without a time stamp'))
        self.assertEqual(self.levels(self.signed)[0], 'B-T')
        self.assertEqual(self.waiting(), [])

    def test_cancelled(self):
        """Nothing is signed, and the next act is asked anew."""
        self.choose_timestamp()
        self.desk.click('Cancel')
        self.desk.find('Sign…', role=BUTTON, sensitive=True)
        self.assertFalse(self.signed.exists())
        self.desk.click('Sign…')
        self.give_pin()
        self.desk.find('No Time Stamp Can Be Had Now')
        self.assertFalse(self.signed.exists())
        self.assertEqual(self.waiting(), [])

    def test_forgotten_and_changed(self):
        run = self.world.signet('sign', '--pin-file', self.world.pin, '--level', 't', '--or-later', self.document)
        self.assertEqual(run.returncode, 0, run.stderr)
        with self.signed.open('ab') as file:
            file.write(b'% a comment\n')
        content = self.signed.read_bytes()
        desk = self.open()
        name = self.signed.name
        with self.tsa():
            desk.click(says('Try now to add the time stamp to %s', name))
            desk.find_text('The file was changed since it was signed; it is left alone')
        desk.picture('6-changed')
        self.assertEqual(self.signed.read_bytes(), content)
        desk.click(says('Leave %s without a time stamp', name))
        desk.find('Leave It without a Time Stamp?')
        desk.picture('7-forget')
        desk.click('Leave It')
        desk.wait_gone(says('Leave %s without a time stamp', name))
        self.assertEqual(self.waiting(), [])
        self.assertEqual(self.signed.read_bytes(), content)


class Servers(TimestampTest):
    """The list in the preferences."""
    OTHER = 'https://second.example/tsa?x=<b>&y=1'

    def open_list(self):
        desk = self.open()
        desk.find('Open…', role=BUTTON)
        desk.menu('Main Menu', 'Preferences')
        desk.find('Ask for the PIN again')
        desk.place('Time Stamps')
        desk.find('Time Stamp Servers')
        return desk

    def urls(self):
        return [server['url'] for server in self.json('tsa', 'list')['servers']]

    def wait_for_urls(self, *urls):
        self.desk.wait_for(lambda: self.urls() == list(urls), f'the list {urls}')

    def add(self, url):
        self.desk.click('Add a Time Stamp Server')
        self.desk.fill('Address', url)
        self.desk.click('Add')
        self.desk.find(says('Remove %s', url), role=BUTTON)

    def test_add_check_move_remove(self):
        desk = self.open_list()
        desk.find('None named here')
        desk.click('Add a Time Stamp Server')
        desk.find('The address begins with http:// or https://.')
        desk.fill('Address', 'ftp://a.example/')
        desk.find('Add', role=BUTTON, sensitive=False)
        desk.fill('Address', self.url)
        desk.find('Add', role=BUTTON, sensitive=True)
        desk.fill('User name, if it wants one', 'li.na')
        desk.find('User name and password belong together.')
        desk.picture('8-add')
        desk.fill('User name, if it wants one', '')
        desk.click('Add')
        desk.find('Not asked yet')
        self.wait_for_urls(self.url)
        desk.click('Check Now')
        desk.find_text('it did not answer')
        with self.tsa():
            desk.click('Check Now')
            desk.find_text(says('Answered on %s, after %u ms').split('%s')[0].strip() or 'ms')
        self.add(self.OTHER)
        self.wait_for_urls(self.url, self.OTHER)
        desk.picture('9-servers')
        desk.click(says('Ask %s earlier', self.OTHER))
        self.wait_for_urls(self.OTHER, self.url)
        desk.click(says('Remove %s', self.url))
        self.wait_for_urls(self.OTHER)
        desk.wait_gone(says('Remove %s', self.url))

    def test_moved_by_keyboard(self):
        """The button that was pressed has nothing more to do at the top, so the row has the focus."""
        for url in (self.url, self.OTHER):
            self.assertEqual(self.world.signet('tsa', 'add', url).returncode, 0)
        desk = self.open_list()
        desk.click(says('Ask %s earlier', self.OTHER))
        self.wait_for_urls(self.OTHER, self.url)
        desk.find(says('Ask %s earlier', self.OTHER), role=BUTTON, sensitive=False)
        desk.bus.chord(ALT, DOWN)
        self.wait_for_urls(self.url, self.OTHER)

    def test_twice_and_password(self):
        """Nothing is added twice; and a user name stands in the list only when the password is kept too."""
        desk = self.open_list()
        self.add(self.url)
        desk.click('Add a Time Stamp Server')
        desk.fill('Address', self.url)
        desk.find('This server is in your list already.')
        desk.fill('Address', self.OTHER.replace('https', 'http'))
        desk.fill('User name, if it wants one', 'li.na')
        desk.fill('Password', 'secret (sample)')
        desk.find('With http:// everybody on the way can read the password.')
        desk.fill('Address', self.OTHER)
        desk.find('The password is kept in your key ring.')
        desk.picture('10-password')
        desk.click('Add')
        desk.find_text(says('As %s', 'li.na'))
        self.assertEqual([server.get('user') for server in self.json('tsa', 'list')['servers']], [None, 'li.na'])

    def test_certificate(self):
        """The certificate of a token is chosen, and refused for an address without TLS; its PIN is asked for when a time-stamp is."""
        desk = self.open_list()
        desk.click('Add a Time Stamp Server')
        desk.fill('Address', self.OTHER.replace('https', 'http'))
        desk.choose_below('Certificate, if it wants one')
        desk.find('A certificate is only shown to an address that begins with https://.')
        desk.fill('Address', self.OTHER)
        desk.find('The PIN of the token is asked for when a time stamp is.')
        desk.picture('12-certificate')
        desk.click('Add')
        desk.find_text(WORDS.get('With a certificate of yours', 'With a certificate of yours'))
        server, = self.json('tsa', 'list')['servers']
        self.assertRegex(server['client_certificate'], '^[0-9a-f]{64}$')

    def test_locked(self):
        self.set_policy()
        desk = self.open_list()
        desk.find('Set by your administrator: these and no others are asked.')
        desk.find(self.url)
        desk.picture('11-locked')
        self.assertFalse(desk.has(says('Remove %s', self.url)))
        with self.tsa():
            desk.click('Check Now')
            desk.find_text(says('Answered on %s, after %u ms').split('%s')[0].strip() or 'ms')


if __name__ == '__main__':
    unittest.main(verbosity=2)
