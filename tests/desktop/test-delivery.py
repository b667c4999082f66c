#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-delivery: an authority delivers an encryption key and the token takes none from outside: the window says so, and brings it to another token.
Looks: SIGNET_LOOK=dark, zh or large for pictures.
"""
import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/delivery' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
CODE = 'the-code-of-the-letter'
PLACES = 'EncryptionCertificate=/data/encryption/certificate\nEncryptionKey=/data/encryption/key\n'


class Delivery(unittest.TestCase):
    def setUp(self):
        self.world = World('none')
        self.addCleanup(self.world.close)
        settings(self.world, LOOK)
        self.file_portal(self.serve())
        self.get_certificates()
        run = self.world.signet('token', 'init', '--software', '--label', 'Second token', '--pin-file', self.world.pin)
        self.assertEqual(run.returncode, 0, run.stderr)

    def serve(self):
        port_file = self.world.folder / 'port'
        server = subprocess.Popen([os.environ['SIGNET_TEST_PORTAL'], self.world.root / 'pki', '--port-file', port_file, '--login-code', CODE],
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        end = time.monotonic() + 30
        while not (port_file.exists() and port_file.read_text(encoding='utf-8').strip()):
            self.assertLess(time.monotonic(), end, 'the portal did not open')
            time.sleep(0.02)
        return port_file.read_text(encoding='utf-8').strip()

    def file_portal(self, port):
        text = (SOURCE / 'tests/tools/sample-portal.profile').read_text(encoding='utf-8')
        for old, new in (('@PORT@', port), ('"agreed_terms"', '"dual": "cms", "transport_key": "{transport-key}", "agreed_terms"'),
                         ('[Rest Answer]\n', '[Rest Answer]\n' + PLACES), ('[Rest]\n', '[Rest]\nEncryptionKeyFormat=cms\n'),
                         ('RenewKey=either', 'RenewKey=either\nCertificates=dual')):
            self.assertIn(old, text)
            text = text.replace(old, new)
        authorities = self.world.root / 'data/signet/authorities'
        (authorities / 'sample-portal.profile').write_text(text, encoding='utf-8')
        (authorities / 'sample-portal-chain.pem').write_bytes((self.world.root / 'pki/chain.pem').read_bytes())

    def get_certificates(self):
        """With a module that takes no keys from outside."""
        code = self.world.folder / 'code'
        code.write_text(CODE + '\n', encoding='utf-8')
        code.chmod(0o600)
        rules = self.world.folder / 'rules'
        rules.write_text('no-keys\n', encoding='utf-8')
        token = json.loads(self.world.signet('token', 'list', '--json').stdout)['tokens'][0]
        strict = {'SIGNET_TEST_PICKY_MODULE': token['module'], 'SIGNET_TEST_PICKY_RULES': str(rules),
                  'SOFTHSM2_CONF': str(self.world.root / 'data/signet/software-token/softhsm2.conf')}
        run = self.world.signet('request', 'new', '--module', os.environ['SIGNET_TEST_PICKY'], '--authority', 'sample-portal', '--token', 'Sample token',
                                '--key', 'ec-p256', '--field', 'name=Li Na (sample)', '--field', 'organisation=Sample Ltd', '--field', 'account=li.na',
                                '--secret-file', code, '--accept-terms', '--pin-file', self.world.pin, '--wait', '30', environment=strict)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def keys(self, token):
        found = json.loads(self.world.signet('certificate', 'list', '--json').stdout)['certificates']
        return [certificate for certificate in found if token.replace(' ', '%20') in certificate['token']]

    def test_placed_elsewhere(self):
        self.assertEqual(self.keys('Second token'), [])
        desk = Desk(self.world.environment, pictures=PICTURES, words=WORDS)
        self.addCleanup(desk.close)
        desk.place('Certificates')
        desk.find_text('a key waits for a token')
        desk.picture('in-the-list')
        desk.row(lambda name: 'CN=Li Na (sample)' in name)
        desk.find('Key of the Encryption Certificate')
        desk.find('Second token')
        desk.picture('offered')
        desk.click('Put the Key There…')
        desk.fill('PIN', '0000')
        desk.click('Unlock')
        desk.find('That PIN was wrong.')
        desk.picture('wrong-pin')
        desk.fill('PIN', '1234')
        desk.click('Unlock')
        desk.wait_gone('Key of the Encryption Certificate')
        desk.picture('placed')
        self.assertEqual(len(self.keys('Second token')), 1)


if __name__ == '__main__':
    unittest.main(verbosity=2)
