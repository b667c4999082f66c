#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-card: a certificate on a PIV card from the wish to the signature, and all that writing to such a card must never do: inside
tests/token/ground/with-reader, through Yubico's module, as a script does it."""
import json
import os
import re
import unittest
from pathlib import Path

from world import CANNOT_WRITE, DATA, PASSED, REFUSED, USAGE, FaultTest, digest, sample_pdf

MODULES = os.environ['SIGNET_GROUND_MODULES'].split(':')
MODULE = next(path for path in MODULES if 'ykcs11' in path)
OPENSC = next(path for path in MODULES if 'opensc' in path)
PIN, PUK, MANAGEMENT = (os.environ[f'SIGNET_GROUND_{name}'] for name in ('PIN', 'PUK', 'SO_PIN'))
CARD = Path(os.environ['SIGNET_GROUND_CARD_FOLDER'])
OTHER_KEY = 'a1b2c3d4e5f60718293a4b5c6d7e8f901122334455667788'


class TestCard(FaultTest):
    key = 'none'

    def secret(self, text):
        path = self.world.folder / f'secret-{digest_of(text)}'
        path.write_text(text + '\n', encoding='ascii')
        path.chmod(0o600)
        return path

    def signet(self, *arguments, module=MODULE, pin=PIN, key=None):
        more = ['--management-key-file', self.secret(key)] if key else []
        return self.world.signet(*arguments, '--module', module, *(['--pin-file', self.secret(pin)] if pin else []), *more)

    def token(self, module=MODULE):
        run = self.world.signet('token', 'list', '--json', '--module', module)
        self.assertEqual(run.returncode, PASSED, run.stderr)
        return json.loads(run.stdout)['tokens'][0]

    def request(self, *more, key=MANAGEMENT, **options):
        return self.signet('request', 'new', '--authority', 'sample-ca', '--token', self.token()['label'], '--key', 'ec-p256', '--field',
                           'name=李娜 (sample)', '--field', 'organisation=Sample Ltd', '--field', 'reference=1234', '--secret-file',
                           self.world.root / 'activation-code', '--accept-terms', *more, key=key, **options)

    def keys(self):
        return {key['key_sha256'] for key in self.token()['keys']}

    def assert_done(self, run):
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        return run


def digest_of(text):
    return re.sub('[^0-9a-z]', '', text.lower())[:12] + str(len(text))


class TestRequest(TestCard):
    def assert_signs(self, request, module):
        listed = json.dumps(self.token(module)['keys'], ensure_ascii=False)
        self.assertIn('李娜 (sample)', listed)
        self.assertNotIn('YubiKey PIV Slot', listed, 'a placeholder is shown as a certificate')
        document, result = sample_pdf(self.world.folder / 'contract.pdf'), self.world.folder / 'signed.pdf'
        self.assert_done(self.signet('sign', '--certificate', request['certificate']['sha256'], '-o', result, '--overwrite', document,
                                     module=module))
        self.assert_done(self.world.signet('verify', result))

    def test_from_wish_to_signature(self):
        before = self.keys()
        run = self.assert_done(self.request('--json'))
        self.assertIn('8', run.stderr)
        request = json.loads(run.stdout)['request']
        self.assertEqual(request['state'], 'confirmed')
        self.assertEqual(self.keys(), before | {request['key_sha256']}, 'another key went or came')
        self.assert_signs(request, MODULE)

    def test_without_the_key_nothing_happens(self):
        before = self.keys()
        self.assert_fails(self.request(key=OTHER_KEY), REFUSED, 'management key')
        self.assert_fails(self.request(key='0102'), REFUSED, 'digits|length|characters')
        self.assertEqual(self.keys(), before)

    def test_the_factory_key_is_never_used_silently(self):
        before = self.keys()
        run = self.request(key=None)
        self.assertNotEqual(run.returncode, PASSED)
        self.assertEqual(self.keys(), before)
        self.assert_done(self.request('--factory-management-key', key=None))

    def test_a_place_is_not_written_over(self):
        before = self.keys()
        run = self.request('--place', '9c')
        self.assertNotEqual(run.returncode, PASSED)
        self.assertRegex(run.stderr, 'Sample Person .signature.', 'what would be lost is not named')
        self.assertEqual(self.keys(), before)
        self.assertEqual(self.request('--place', '9e').returncode, USAGE)
        run = self.assert_done(self.request('--place', '9C', '--replace-key', '--json'))
        self.assertEqual(len(self.keys()), len(before), 'no key made room')
        request = json.loads(run.stdout)['request']
        self.assertIn(request['key_sha256'], self.keys() - before)
        for module in (MODULE, OPENSC):
            self.assert_signs(request, module)


class TestCertificates(TestCard):
    def test_import_and_delete(self):
        entry = next(key for key in self.token()['keys'] if key['certificate'])
        sha256 = entry['certificate']['sha256']
        file = self.world.folder / 'certificate.pem'
        self.assert_done(self.world.signet('certificate', 'export', '-o', file, '--overwrite', '--module', MODULE, sha256))
        self.assertNotEqual(self.signet('certificate', 'delete', '--yes', sha256).returncode, PASSED, 'deleted without its management key')
        self.assert_done(self.signet('certificate', 'delete', '--yes', sha256, key=MANAGEMENT))
        left = next(key for key in self.token()['keys'] if key['key_sha256'] == entry['key_sha256'])
        self.assertIsNone(left['certificate'])
        self.assert_done(self.signet('certificate', 'import', '--token', self.token()['label'], file, key=MANAGEMENT))
        self.assertIn(sha256, [key['certificate']['sha256'] for key in self.token()['keys'] if key['certificate']])

    def test_a_key_is_not_called_deleted(self):
        entry = next(key for key in self.token()['keys'] if key['certificate'])
        run = self.signet('certificate', 'delete', '--with-key', '--yes', entry['certificate']['sha256'], key=MANAGEMENT)
        self.assert_fails(run, DATA, 'cannot')
        self.assertIn(entry['certificate']['sha256'], [key['certificate']['sha256'] for key in self.token()['keys'] if key['certificate']])


class TestManagementKey(TestCard):
    def change(self, old, new):
        return self.signet('token', 'change-pin', '--management-key', '--new-pin-file', self.secret(new), self.token()['label'], pin=None,
                           key=old)

    def test_change(self):
        self.assert_fails(self.change(OTHER_KEY, OTHER_KEY), REFUSED, 'management key')
        for bad in ('12345678', MANAGEMENT, OTHER_KEY + '00', OTHER_KEY[:-1] + 'g'):
            self.assertNotEqual(self.change(MANAGEMENT, bad).returncode, PASSED, f'{bad} was taken')
        self.assert_done(self.change(MANAGEMENT, ':'.join(re.findall('..', OTHER_KEY.upper()))))
        self.addCleanup((CARD / 'management').write_bytes, bytes.fromhex(MANAGEMENT))
        self.assert_fails(self.request(key=MANAGEMENT), REFUSED, 'management key')
        self.assert_done(self.change(OTHER_KEY, OTHER_KEY[::-1]))

    def test_opensc_writes_nothing(self):
        token = self.token(OPENSC)
        self.assertEqual(token['key_specs'], [])
        run = self.signet('request', 'new', '--authority', 'sample-ca', '--token', token['label'], '--accept-terms', module=OPENSC)
        self.assertIn(run.returncode, (USAGE, CANNOT_WRITE, DATA))


if __name__ == '__main__':
    unittest.main(verbosity=2)
