#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-standing: in the window, how a certificate stands with its authority: asked, suspended, let count again, and whom to call where nothing goes over
the network; what changed in its terms; requests that are over, with their record. Looks: SIGNET_LOOK=dark, zh or large for pictures.
"""
import hashlib
import os
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import ESCAPE, Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from standing import StandingTest  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/standing' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
BUTTON = ('push button', 'button')
EXPANDER = ('list item', 'table row', 'row', 'push button', 'button', 'toggle button')


def is_row(name):
    return name.startswith('Li Na (sample), ')


class Standing(StandingTest):
    def setUp(self):
        super().setUp()
        settings(self.world, LOOK)

    def desk(self, place='Certificates'):
        desk = Desk(self.world.environment, pictures=PICTURES, words=WORDS)
        self.addCleanup(desk.close)
        desk.place(place)
        return desk

    def details(self):
        desk = self.desk()
        desk.find(is_row)
        desk.row(is_row)
        desk.find('How It Stands')
        return desk

    # --- standing ---
    def test_asked_suspended_resumed(self):
        desk = self.details()
        desk.find('Not asked yet')
        desk.picture('not-asked')
        desk.click('Ask Now')
        desk.find_text('OCSP')
        desk.picture('asked')
        desk.click('Suspend…')
        desk.find('Suspend the Certificate?')
        desk.picture('suspend')
        desk.click('Suspend')
        desk.fill('PIN', '1234')
        desk.click('Unlock')
        desk.find('Suspended')
        self.assertIn('certificateHold', self.index())
        desk.picture('suspended')
        desk.click('Let It Count Again…')
        desk.find('Resume the Certificate?')
        desk.click('Resume')
        desk.fill('PIN', '1234')
        desk.click('Unlock')
        desk.find('Suspend…', role=BUTTON, sensitive=True)
        self.assertNotIn('certificateHold', self.index())
        desk.scroll(260, 500, 4)
        desk.row('Asked of the Authority')
        desk.find('Suspension')
        desk.find('Resumption')
        desk.picture('history')

    def test_by_hand(self):
        self.change_profile(('Sample=true', 'Sample=true\nPhone=+86 10 0000 0000\nUrl=https://sample-ca.example/counter'),
                            ('Plugin=cmp', 'Plugin=example'))
        desk = self.details()
        desk.click('Suspend…')
        desk.find('Turn to the Authority Itself')
        desk.find('+86 10 0000 0000')
        desk.find('https://sample-ca.example/counter')
        desk.find('Copy Telephone' if LOOK != 'zh' else (lambda name: '电话' in name), role=BUTTON)
        desk.picture('by-hand')

    # --- terms ---
    def show_terms(self):
        desk = self.desk()
        desk.click('Get a Certificate…')
        desk.click('Choose Sample CA' if LOOK != 'zh' else (lambda name: '示例认证中心' in name))
        return desk

    def test_changed_terms(self):
        """What is another text, or another document, than when the person last agreed is named before they agree again."""
        server = self.serve_statement(b'%PDF-1.7 rules (sample)')
        self.change_profile(('https://sample-ca.example/cps', f'http://127.0.0.1:{server.server_port}/cps'))
        self.assertEqual(self.world.request().returncode, 0)
        server.content = b'%PDF-1.7 other rules (sample)'
        self.change_profile(('Fees=None', 'Fees=100 a year'))
        if LOOK == 'zh':
            self.change_profile(('Fees[zh_CN]=免费', 'Fees[zh_CN]=每年 100 元'))
        desk = self.show_terms()
        desk.find('Practice statement, fetched and kept')
        desk.find(hashlib.sha256(server.content).hexdigest())
        if LOOK != 'zh':
            desk.find_text('Changed since you agreed on')
            desk.find_text('Fees', 'practice statement')
        desk.find('Changed')
        desk.picture('terms-changed')
        self.assertEqual(len(list(desk.matches('Changed'))), 2, desk.tree())

    def test_statement_not_there(self):
        self.change_profile(('https://sample-ca.example/cps', 'http://127.0.0.1:9/cps'))
        desk = self.show_terms()
        desk.find('The practice statement could not be fetched')
        self.assertEqual(len(list(desk.matches('Changed'))), 1, 'its address is another one than before')
        desk.picture('terms-not-fetched')

    # --- requests that are over ---
    def test_earlier_requests(self):
        wrong = self.world.root / 'wrong-code'
        wrong.write_text('not-the-code\n', encoding='utf-8')
        wrong.chmod(0o600)
        run = self.world.signet('request', 'new', '--authority', 'sample-ca', '--token', 'Sample token', '--key', 'ec-p256', '--field',
                                'name=Wang Wei (sample)', '--field', 'organisation=Sample Ltd', '--field', 'reference=1234',
                                '--secret-file', wrong, '--accept-terms', '--pin-file', self.world.pin)
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(self.world.signet('request', 'cancel', '2').returncode, 0)
        desk = self.desk()
        desk.find('Earlier Requests')
        desk.picture('earlier-folded')
        desk.scroll(500, 600, 20)
        desk.row('Earlier Requests')
        desk.scroll(500, 600, 20)
        desk.find(lambda name: 'Wang Wei (sample)' in name)
        desk.picture('earlier')
        desk.row(lambda name: 'Li Na (sample)' in name and 'CN=' in name)
        desk.find('The Certificate Is on Your Token')
        desk.scroll(500, 600, 20)
        desk.row('Who acted, and when')
        desk.find_text('Sent to 127.0.0.1')
        desk.picture('earlier-record')
        desk.bus.key(ESCAPE)


if __name__ == '__main__':
    unittest.main(verbosity=2)
