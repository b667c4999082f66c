#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-tokens: what a person does with tokens in the window, by the names a screen reader would say: PINs, setting up, unblocking, keys and
certificates in and out, the doctor, preferences, and a driver that never answers. A picture of each screen is kept.
"""
import json
import os
import subprocess
import time
import unittest
import sys
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import ESCAPE, Desk  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/tokens'
HOSTILE = os.environ['SIGNET_TEST_HOSTILE']
COUNTING = os.environ['SIGNET_TEST_COUNTING']
TOKEN = 'Sample token'
NAMED = f'\u2068{TOKEN}\u2069'
PIN, SO_PIN = '1234', '12345678'
CERTIFICATE = 'Li Na (sample), Practice, '


def openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True)


class TokenTest(unittest.TestCase):
    """A world with one token and one certificate; a test that changes it has a copy."""

    @classmethod
    def setUpClass(cls):
        cls.original = World('ec-p256')
        cls.addClassCleanup(cls.original.close)

    def setUp(self):
        self.world = self.original.copy()
        self.addCleanup(self.world.close)

    def desk(self, *arguments):
        desk = Desk(self.world.environment, *arguments, pictures=PICTURES)
        self.addCleanup(desk.close)
        desk.place('Certificates')
        return desk

    def choose(self, desk, item):
        desk.menu('Actions for This Token', item)

    def give_pin(self, desk, pin, name='PIN'):
        desk.find(lambda text: text.endswith(f'“{NAMED}”'))
        desk.fill(name, pin)
        desk.click('Unlock')

    def set_pin(self, desk, pin):
        desk.find(lambda text: text.startswith('New PIN for'))
        desk.fill('New PIN', pin)
        desk.fill('The same again', pin)
        desk.click('Set PIN')

    def opens_with(self, pin):
        """Whether the token opens with @pin: asked of the other face."""
        file = self.world.folder / 'pin-to-try'
        file.write_text(pin + '\n', encoding='utf-8')
        file.chmod(0o600)
        document = self.world.folder / 'document.txt'
        document.write_text('a document\n', encoding='utf-8')
        run = self.world.signet('sign', '--format', 'cades', '--detached', '--pin-file', file, '-o', self.world.folder / 'document.p7s', document)
        (self.world.folder / 'document.p7s').unlink(missing_ok=True)
        return run.returncode == 0

    def acts(self):
        """What the journal says was done, the oldest first."""
        listing = self.world.signet('journal', 'list', '--json')
        return [entry['act'] for entry in reversed(json.loads(listing.stdout)['entries'])]

    def open_details(self, desk):
        desk.row(lambda text: text.startswith(CERTIFICATE))
        desk.find('Who Can Use the Key')


class Pins(TokenTest):
    def test_change_after_a_wrong_one(self):
        desk = self.desk()
        desk.find(lambda text: text.startswith(CERTIFICATE))
        self.choose(desk, 'Change PIN…')
        self.give_pin(desk, '9999')
        desk.find(lambda text: text.startswith('New PIN for'))
        desk.fill('New PIN', '567890')
        desk.fill('The same again', '56789')
        desk.find('The two are not the same yet.')
        desk.find('Set PIN', ('button', 'push button'), sensitive=False)
        desk.picture('new-pin')
        desk.fill('The same again', '567890')
        desk.click('Set PIN')
        desk.find('That PIN was wrong.')
        desk.picture('wrong-pin')
        self.give_pin(desk, PIN)
        desk.find('The PIN is changed')
        self.assertTrue(self.opens_with('567890'))
        self.assertFalse(self.opens_with(PIN))

    def test_unblock_with_the_officers_pin(self):
        desk = self.desk()
        self.choose(desk, 'Unblock…')
        desk.find(f'Security Officer’s PIN for “{NAMED}”')
        desk.picture('officer')
        self.give_pin(desk, SO_PIN, 'Security officer’s PIN (SO PIN)')
        self.set_pin(desk, '8642')
        desk.find('The token is unblocked and has its new PIN')
        self.assertTrue(self.opens_with('8642'))
        self.assertIn('pin-unblocked', self.acts())


class Whole(TokenTest):
    def test_set_up_anew_then_remove(self):
        desk = self.desk()
        self.choose(desk, 'Erase and Set Up…')
        desk.find(f'Erase and Set Up “{NAMED}”?')
        desk.find('Li Na (sample)', ('list item',))
        desk.find('Erase', ('button', 'push button'), sensitive=False)
        desk.fill(f'Type “{NAMED}” to go on', TOKEN)
        desk.fill('New name', '练习密码钥匙')
        desk.picture('erase')
        desk.click('Erase')
        self.give_pin(desk, SO_PIN, 'Security officer’s PIN (SO PIN)')
        self.set_pin(desk, '8642')
        desk.find('The token is empty and has its new PIN')
        desk.find('练习密码钥匙')
        desk.wait_gone(lambda text: text.startswith(CERTIFICATE))
        self.choose(desk, 'Remove Software Token…')
        desk.find('Signet sees nothing on it.')
        desk.picture('remove')
        desk.click('Remove')
        desk.find('What Was Looked For')
        listing = self.world.signet('token', 'list', '--json')
        self.assertNotIn('练习', listing.stdout)
        self.assertIn('token-initialised', self.acts())

    def test_remove_names_what_is_lost(self):
        desk = self.desk()
        self.choose(desk, 'Remove Software Token…')
        desk.find('Li Na (sample)', ('list item',))
        desk.find('Remove', ('button', 'push button'), sensitive=False)
        desk.picture('remove-full')
        desk.bus.key(ESCAPE)
        desk.wait_gone(f'Remove “{NAMED}”?')
        self.assertTrue(self.opens_with(PIN))


class KeysAndCertificates(TokenTest):
    def make_bundle(self):
        folder = self.world.folder
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', folder / 'k.pem', '-out', folder / 'c.pem', '-days', '300',
                '-subj', '/CN=Brought along (sample)', '-addext', 'keyUsage=critical,nonRepudiation',
                '-addext', 'basicConstraints=critical,CA:FALSE')
        openssl('pkcs12', '-export', '-inkey', folder / 'k.pem', '-in', folder / 'c.pem', '-passout', 'pass:sample', '-out', folder / 'b.p12')
        return folder / 'b.p12'

    def test_import(self):
        bundle = self.make_bundle()
        desk = self.desk()
        self.choose(desk, 'Import Key or Certificates…')
        desk.open_file(bundle)
        desk.find('Passphrase for “\u2068b.p12\u2069”')
        desk.fill('Passphrase', 'wrong')
        desk.click('Open')
        desk.find('That passphrase was wrong.')
        desk.picture('passphrase')
        desk.fill('Passphrase', 'sample')
        desk.click('Open')
        desk.find('Put This Key on the Token?')
        desk.find('CN=Brought along (sample)')
        desk.picture('import')
        desk.click('Import')
        self.give_pin(desk, PIN)
        desk.find('The key and its certificate are on the token')
        self.assertEqual(self.acts()[-2:], ['key-imported', 'certificate-imported'])
        desk.row(lambda text: text.startswith('Brought along (sample), '))
        # nobody is asked again for what the import has shown
        desk.find('Elsewhere, and brought to the token: copies of it may exist')
        desk.picture('brought-along')

    def test_evidence_and_export(self):
        desk = self.desk()
        self.open_details(desk)
        desk.find('Not known yet')
        desk.picture('details')
        desk.click('Read from Token…')
        self.give_pin(desk, PIN)
        desk.find('On this token')
        desk.find('It cannot leave the token and never could')
        desk.picture('details-read')
        for item, name in (('As Text (PEM)…', 'one.pem'), ('As Binary (DER)…', 'one.cer'), ('With Its Chain (PEM)…', 'chain.pem')):
            desk.menu('Export', item)
            desk.find('Export Certificate')
            desk.fill('Name:', str(self.world.folder / name))
            desk.click('Save')
            desk.find(f'Saved as {name}')
        one = (self.world.folder / 'one.pem').read_text(encoding='utf-8')
        chain = (self.world.folder / 'chain.pem').read_text(encoding='utf-8')
        self.assertEqual(one.count('BEGIN CERTIFICATE'), 1)
        self.assertGreaterEqual(chain.count('BEGIN CERTIFICATE'), 2)
        self.assertTrue(chain.startswith(one))
        openssl('x509', '-inform', 'DER', '-in', self.world.folder / 'one.cer', '-noout')

    def test_delete_certificate_then_key(self):
        desk = self.desk()
        self.open_details(desk)
        desk.click('Delete Certificate…')
        desk.find('Delete the Certificate?')
        desk.find('Li Na (sample)', ('list item',))
        desk.picture('delete-certificate')
        desk.click('Delete')
        self.give_pin(desk, PIN)
        desk.find('Deleted from the token')
        desk.row('Key without a certificate')
        desk.find('Import Its Certificate…')
        desk.picture('lone-key')
        desk.click('Delete Key…')
        desk.find('Delete the Key?')
        desk.picture('delete-key')
        desk.click('Delete')
        self.give_pin(desk, PIN)
        desk.find('No certificate yet')
        desk.wait_gone('Key without a certificate')
        self.assertEqual(self.acts()[-2:], ['certificate-deleted', 'key-deleted'])


class Settings(TokenTest):
    def allow(self, text):
        policy = self.world.folder / 'policy.conf'
        policy.write_text('[Tokens]\n' + text, encoding='utf-8')
        policy.chmod(0o644)
        self.world.environment['SIGNET_POLICY'] = str(policy)

    def open_preferences(self, desk):
        desk.menu('Main Menu', 'Preferences')
        desk.find('Ask for the PIN again')

    def test_free(self):
        desk = self.desk()
        self.open_preferences(desk)
        desk.find_text('Counted from the last signature')
        desk.find_text('softhsm')
        desk.find('No token is open without its PIN.')
        desk.find('Forget', ('button', 'push button'), sensitive=False)
        desk.picture('preferences')

    def test_locked_by_policy(self):
        self.allow('PinKeepingMaximum=0\nUserModules=excluded\n')
        desk = self.desk()
        self.open_preferences(desk)
        desk.find('Set by your administrator: a PIN is never kept.')
        desk.find('Set by your administrator: no drivers of your own.')
        desk.find('Add…', ('button', 'push button'), sensitive=False)
        desk.picture('preferences-locked')

    def test_software_tokens_excluded(self):
        self.allow('SoftwareTokens=excluded\n')
        desk = self.desk()
        desk.find('What Was Looked For')
        desk.picture('software-excluded')
        self.assertFalse(desk.has('Make a Software Token…'))
        self.assertFalse(desk.has(TOKEN))


class Driver(TokenTest):
    """Beside the software token a driver of a test, with a token in a folder."""

    def make_token(self, variable):
        self.token = self.world.folder / 'driver'
        self.token.mkdir()
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', self.token / 'key.pem')
        self.world.environment[variable] = str(self.token)

    def register(self, module):
        modules = Path(self.world.environment['XDG_CONFIG_HOME']) / 'signet/modules'
        modules.mkdir(parents=True)
        (modules / 'test.module').write_text(f'module: {module}\n', encoding='utf-8')


class PinPad(Driver):
    """The reader has keys of its own: the window asks for nothing and waits with the person."""

    def setUp(self):
        super().setUp()
        self.make_token('SIGNET_TEST_COUNTING_DIR')
        openssl('req', '-x509', '-new', '-key', self.token / 'key.pem', '-subj', '/CN=Sample Pad', '-days', '90', '-outform', 'DER',
                '-addext', 'keyUsage=critical,nonRepudiation', '-addext', 'basicConstraints=critical,CA:FALSE', '-out', self.token / 'cert.der')
        for name, text in (('manner', 'pin-pad pad-waits'), ('pin', '123456'), ('so-pin', '87654321')):
            (self.token / name).write_text(text, encoding='utf-8')
        self.register(COUNTING)
        self.desk_there = self.desk()
        self.desk_there.row(lambda text: text.startswith('Sample Pad, '))
        self.desk_there.click('Read from Token…')
        self.desk_there.find('Enter the PIN on the Reader')

    def calls(self):
        return (self.token / 'calls').read_text(encoding='utf-8').split('\n')[:-1]

    def test_typed_on_the_reader(self):
        desk = self.desk_there
        desk.find_text('seconds left')
        self.assertFalse(any(node.role() == 'password text' for node in desk.walk()), 'a PIN is asked for that nobody should type here')
        desk.picture('pin-pad')
        (self.token / 'typed').write_bytes(b'')
        desk.wait_gone('Enter the PIN on the Reader')
        desk.find('Once for all that is signed together')
        self.assertEqual(self.calls()[0], 'login user pad')

    def test_cancelled(self):
        desk = self.desk_there
        desk.click('Cancel')
        desk.wait_gone('Enter the PIN on the Reader')
        desk.find('Who Can Use the Key')
        self.assertEqual(self.calls(), ['login user pad'])


class DriversOfOnesOwn(Driver):
    def test_add_and_remove(self):
        self.make_token('SIGNET_TEST_HOSTILE_DIR')
        desk = self.desk()
        desk.menu('Main Menu', 'Preferences')
        desk.find('Ask for the PIN again')
        desk.click('Add…')
        desk.open_file(HOSTILE)
        remove = f'Remove {Path(HOSTILE).name}'
        desk.find(remove, ('button', 'push button'))
        desk.picture('driver-added')
        listed = json.loads(self.world.signet('token', 'modules', '--json').stdout)['modules']
        self.assertEqual([module['module'] for module in listed if module['origin'] == 'user'], [HOSTILE])
        desk.click(remove)
        desk.wait_gone(remove)
        listed = json.loads(self.world.signet('token', 'modules', '--json').stdout)['modules']
        self.assertNotIn('user', [module['origin'] for module in listed])

    def test_what_is_no_driver_is_refused(self):
        wrong = self.world.folder / 'no-driver.so'
        wrong.write_bytes(b'not a library')
        desk = self.desk()
        desk.menu('Main Menu', 'Preferences')
        desk.click('Add…')
        desk.open_file(wrong)
        desk.find('The driver of the token (PKCS#11 module) cannot be used.')
        desk.picture('driver-refused')
        self.assertFalse(desk.has('Remove no-driver.so'))


class Hostile(Driver):
    """What no driver should do."""

    def setUp(self):
        super().setUp()
        self.make_token('SIGNET_TEST_HOSTILE_DIR')
        self.register(HOSTILE)

    def fault(self, name):
        (self.token / 'fault').write_text(name, encoding='utf-8')

    def test_a_hang_holds_up_nothing(self):
        self.fault('hang C_GetSlotList')
        desk = self.desk()
        desk.find(lambda text: text.startswith(CERTIFICATE))
        desk.find('Still being asked')
        desk.picture('still-asked')
        self.open_details(desk)
        desk.bus.key(ESCAPE)
        desk.wait_gone('Who Can Use the Key')
        start = time.monotonic()
        desk.process.terminate()
        desk.process.wait(20)
        self.assertLess(time.monotonic() - start, 8, 'closing waited for the driver')

    def test_the_doctor_names_the_driver(self):
        self.fault('crash C_GetSlotList')
        desk = self.desk()
        desk.find(lambda text: text.startswith(CERTIFICATE))
        desk.click('My Token Is Not Seen…')
        desk.find('Layer by Layer')
        desk.find_text('signet-hostile')
        desk.picture('doctor-driver')
        desk.click('Copy Report')
        desk.find('Copied')


if __name__ == '__main__':
    unittest.main(verbosity=2)
