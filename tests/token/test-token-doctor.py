#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-token-doctor: each layer between the USB port and a signature fails once, and the doctor names it, with what mends it.

USB devices are files (SIGNET_SYSFS, SIGNET_DOCTOR_ROOT), the reader service is tests/token/double, the token tests/token/hostile.
"""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

CLI = os.environ['SIGNET_CLI']
MODULE = os.environ['SIGNET_TEST_HOSTILE']
DONE, UNAVAILABLE, REFUSED = 0, 69, 77
YUBIKEY = '3bfd1300008131fe158073c021c057597562694b657940'
UNKNOWN = '3b8012344321'
LAYERS = ['usb', 'reader-service', 'reader', 'card', 'module', 'slot', 'token', 'key', 'certificate', 'signature']


def openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True)


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix='signet-doctor.'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.token, self.pcsc, self.sys, self.root = (self.folder / name for name in ('token', 'pcsc', 'sys', 'root'))
        for folder in (self.token, self.pcsc / 'readers', self.sys / 'bus/usb/devices', self.root):
            folder.mkdir(parents=True)
        (self.root / 'proc').symlink_to('/proc')
        self.pin = self.folder / 'pin'
        self.pin.write_text('1234\n', encoding='utf-8')
        self.pin.chmod(0o600)
        for name in ('tries', 'logins'):
            (self.token / name).write_bytes(b'')
        self.key()
        self.certificate()
        self.fault('')
        self.environment = {}

    # --- the patient ---
    def key(self):
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', self.token / 'key.pem')

    def certificate(self, *extensions, days=30):
        extensions = extensions or ('keyUsage=critical,nonRepudiation', 'basicConstraints=critical,CA:FALSE')
        added = [word for extension in extensions for word in ('-addext', extension)]
        openssl('req', '-x509', '-new', '-key', self.token / 'key.pem', '-subj', '/CN=Sample Person', '-days', days, '-outform', 'DER',
                *added, '-out', self.token / 'cert.der')

    def fault(self, name):
        (self.token / 'fault').write_text(name, encoding='utf-8')

    def plug_in(self, vendor='1050', product='0407', interface='0b', node=True):
        device = self.sys / 'bus/usb/devices/1-2'
        (device / '1-2:1.0').mkdir(parents=True)
        for name, text in (('idVendor', vendor), ('idProduct', product), ('busnum', '1'), ('devnum', '5'), ('product', 'Sample Product')):
            (device / name).write_text(text + '\n', encoding='ascii')
        (device / '1-2:1.0/bInterfaceClass').write_text(interface + '\n', encoding='ascii')
        path = self.root / 'dev/bus/usb/001/005'
        if node:
            path.parent.mkdir(parents=True)
            path.write_bytes(b'')
        return path

    def install_service(self, runs=True, drivers=True):
        self.touch('usr/sbin/pcscd')
        if drivers:
            (self.root / 'usr/lib/pcsc/drivers/ifd-ccid.bundle').mkdir(parents=True)
        if runs:
            (self.pcsc / 'service').write_bytes(b'')

    def touch(self, name):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'')

    def reader(self, state):
        (self.pcsc / 'readers/Sample Reader 00 00').write_text(state, encoding='ascii')

    # --- the doctor ---
    def run_signet(self, *arguments, module=MODULE):
        environment = {**os.environ, 'SIGNET_TEST_HOSTILE_DIR': str(self.token), 'SIGNET_TEST_PCSC_DIR': str(self.pcsc),
                       'SIGNET_SYSFS': str(self.sys), 'SIGNET_DOCTOR_ROOT': str(self.root), 'SIGNET_USER_DIR': str(self.folder / 'user'),
                       'HOME': str(self.folder), 'SIGNET_TOKEN_DEADLINE': '3000', **self.environment}
        named = ['--module', module] if module else []
        return subprocess.run([CLI, 'token', 'doctor', *named, *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)

    def examine(self, *arguments, status, module=MODULE):
        run = self.run_signet('--json', *arguments, module=module)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        document = json.loads(run.stdout)
        self.assertEqual(document['version'], 1)
        self.assertEqual(document['works'], document['cause'] is None)
        order = [LAYERS.index(finding['layer']) for finding in document['findings']]
        self.assertEqual(order, sorted(order))
        for finding in document['findings']:
            self.assertNotEqual(finding['text'], finding['code'], 'no words for it')
            self.assertTrue(finding['state'] != 'failed' or finding['remedy'], finding)
        return document

    def assert_cause(self, document, layer, code):
        self.assertIsNotNone(document['cause'], document)
        self.assertEqual((document['cause']['layer'], document['cause']['code']), (layer, code))
        return document['cause']

    def found(self, document, code):
        return [finding for finding in document['findings'] if finding['code'] == code]


class Usb(Doctor):
    def setUp(self):
        super().setUp()
        self.fault('no-token')

    def test_nothing_is_plugged_in(self):
        self.assert_cause(self.examine(status=UNAVAILABLE), 'usb', 'nothing-plugged-in')

    def test_no_usb(self):
        shutil.rmtree(self.sys)
        self.assert_cause(self.examine(status=UNAVAILABLE), 'usb', 'no-usb')

    def test_other_devices_are_nobodys_token(self):
        self.plug_in('1d6b', '0002', '09')
        self.assert_cause(self.examine(status=UNAVAILABLE), 'usb', 'nothing-plugged-in')

    def test_known_by_its_number_and_by_its_class(self):
        self.plug_in()
        found = self.found(self.examine(status=UNAVAILABLE), 'reader-plugged-in')
        self.assertEqual(found[0]['subject'], 'YubiKey')
        self.assertIn('1050:0407', found[0]['detail'])
        shutil.rmtree(self.sys / 'bus/usb/devices/1-2')
        self.plug_in('ffff', '0001', node=False)
        self.assertEqual(self.found(self.examine(status=UNAVAILABLE), 'reader-plugged-in')[0]['subject'], 'Sample Product')

    def test_junk_in_sysfs(self):
        device = self.sys / 'bus/usb/devices/1-1'
        device.mkdir()
        (device / 'idVendor').write_bytes(b'10\xff50\n')
        (device / 'idProduct').write_bytes(b'x' * 5000)
        self.assert_cause(self.examine(status=UNAVAILABLE), 'usb', 'nothing-plugged-in')

    @unittest.skipIf(os.geteuid() == 0, 'root may open everything')
    def test_device_that_may_not_be_opened(self):
        self.plug_in('163c', '0407', '03').chmod(0)
        self.assertTrue(self.found(self.examine(status=UNAVAILABLE), 'device-forbidden'))


class Service(Doctor):
    def setUp(self):
        super().setUp()
        self.fault('no-token')
        self.plug_in()

    def test_not_installed(self):
        cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'reader-service', 'service-not-installed')
        self.assertEqual((cause['package'], cause['command']), ('pcscd', 'sudo apt install pcscd'))

    def test_stopped(self):
        self.install_service(runs=False)
        cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'reader-service', 'service-stopped')
        self.assertEqual(cause['command'], 'sudo service pcscd start')
        self.touch('run/systemd/system/x')
        cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'reader-service', 'service-stopped')
        self.assertEqual(cause['command'], 'sudo systemctl enable --now pcscd.socket')

    def test_does_not_answer(self):
        self.install_service(runs=False)
        self.touch('run/pcscd/pcscd.comm')
        self.assert_cause(self.examine(status=UNAVAILABLE), 'reader-service', 'service-not-answering')

    def test_no_library(self):
        self.environment['SIGNET_PCSC_LIBRARY'] = '/nonexistent/libpcsclite.so.1'
        cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'reader-service', 'no-reader-library')
        self.assertEqual(cause['package'], 'libpcsclite1')


class Readers(Doctor):
    def setUp(self):
        super().setUp()
        self.fault('no-token')

    def test_no_driver_for_readers(self):
        self.plug_in()
        self.install_service(drivers=False)
        cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'reader', 'no-reader-driver')
        self.assertEqual(cause['package'], 'libccid')

    def test_device_the_service_does_not_see(self):
        self.plug_in()
        self.install_service()
        self.assert_cause(self.examine(status=UNAVAILABLE), 'reader', 'reader-not-seen')

    def test_device_somebody_holds(self):
        node = self.plug_in()
        self.install_service()
        with open(node, 'rb'):
            cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'reader', 'reader-held')
        self.assertIn(f'({os.getpid()})', cause['detail'])

    def test_empty_reader(self):
        self.install_service()
        self.reader('empty 0')
        self.plug_in()
        cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'card', 'no-card')
        self.assertEqual(cause['subject'], 'Sample Reader 00 00')

    def test_mute_card(self):
        self.install_service()
        self.reader('mute 1')
        self.plug_in()
        self.assert_cause(self.examine(status=UNAVAILABLE), 'card', 'card-mute')

    def test_mute_card_in_a_reader_that_is_no_usb_device(self):
        self.install_service()
        self.reader('mute 1')
        shutil.rmtree(self.sys)
        document = self.examine(status=UNAVAILABLE)
        self.assert_cause(document, 'card', 'card-mute')
        self.assertEqual(self.found(document, 'reader-elsewhere')[0]['state'], 'skipped')

    def test_known_card_without_its_driver(self):
        self.install_service()
        self.reader(f'card {YUBIKEY} 1')
        self.plug_in()
        document = self.examine(status=UNAVAILABLE)
        self.assertEqual(self.found(document, 'card-known')[0]['subject'], 'YubiKey 5')
        cause = self.assert_cause(document, 'module', 'module-missing')
        self.assertIn(cause['package'], ('ykcs11', 'opensc-pkcs11'))
        self.assertEqual(cause['command'], 'sudo apt install ' + cause['package'])

    def test_unknown_card(self):
        self.install_service()
        self.reader(f'card {UNKNOWN} 1')
        self.plug_in('ffff', '0001')
        document = self.examine(status=UNAVAILABLE)
        self.assertEqual(self.found(document, 'card-unknown')[0]['detail'], UNKNOWN)
        self.assert_cause(document, 'slot', 'nobody-shows-it')

    def test_card_somebody_holds(self):
        """Whoever is connected to the service's socket: here a process of this test."""
        self.install_service()
        self.reader(f'held {YUBIKEY} 1')
        self.plug_in()
        path = self.root / 'run/pcscd/pcscd.comm'
        path.parent.mkdir(parents=True)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()
            holder = subprocess.Popen(['/usr/bin/python3', '-c', 'import socket, sys\ns = socket.socket(socket.AF_UNIX)\n'
                                       's.connect(sys.argv[1])\nprint("connected", flush=True)\nsys.stdin.read()', str(path)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            try:
                self.assertEqual(holder.stdout.readline(), 'connected\n')
                accepted, _ = server.accept()
                cause = self.assert_cause(self.examine(status=UNAVAILABLE), 'card', 'card-held')
                accepted.close()
            finally:
                holder.communicate('')
        self.assertIn(f'({holder.pid})', cause['detail'])


class Modules(Doctor):
    def test_refused(self):
        copy = self.folder / 'copy.so'
        shutil.copy(MODULE, copy)
        copy.chmod(0o666)
        cause = self.assert_cause(self.examine(status=UNAVAILABLE, module=copy), 'usb', 'nothing-plugged-in')
        self.assertTrue(cause)
        refused = self.found(self.examine(status=UNAVAILABLE, module=copy), 'module-refused')[0]
        self.assertEqual(refused['state'], 'failed')
        self.assertIn('others can write it', refused['detail'])

    def test_broken(self):
        for fault, code in (('crash C_GetSlotList', 'module-crashed'), ('hang C_GetSlotList', 'module-hung'),
                            ('fail C_Initialize', 'module-not-ready'), ('fail C_GetSlotList', 'module-failed')):
            with self.subTest(fault):
                self.fault(fault)
                found = self.found(self.examine(status=UNAVAILABLE), code)
                self.assertEqual(found[0]['state'], 'failed')
                self.assertEqual(found[0]['layer'], 'module')

    def test_not_there(self):
        self.assertTrue(self.found(self.examine(status=UNAVAILABLE, module='/nonexistent/module.so'), 'module-refused'))


class Tokens(Doctor):
    def test_nothing_is_wrong(self):
        document = self.examine(status=DONE)
        self.assertTrue(document['works'])
        self.assertEqual({finding['layer'] for finding in document['findings']}, set(LAYERS))
        self.assertTrue(self.found(document, 'signature-not-asked'))
        self.assertEqual((self.token / 'logins').read_bytes(), b'')

    def test_pin_flags(self):
        for tries, code, status in ((1, 'few-tries-left', DONE), (2, 'last-try', DONE), (3, 'pin-locked', REFUSED)):
            with self.subTest(code):
                (self.token / 'tries').write_bytes(b'x' * tries)
                self.assertTrue(self.found(self.examine(status=status), code))

    def test_expired(self):
        with tempfile.NamedTemporaryFile(suffix='.pem') as ca:
            openssl('x509', '-inform', 'DER', '-in', self.token / 'cert.der', '-out', ca.name)
            openssl('req', '-new', '-key', self.token / 'key.pem', '-subj', '/CN=Sample Person', '-out', self.folder / 'csr')
        (self.folder / 'ca.cnf').write_text(
            f'[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index\nserial={self.folder}/serial\nnew_certs_dir={self.folder}\n'
            'default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nkeyUsage=critical,nonRepudiation\n',
            encoding='ascii')
        (self.folder / 'index').write_bytes(b'')
        (self.folder / 'serial').write_text('01\n', encoding='ascii')
        openssl('ca', '-batch', '-selfsign', '-config', self.folder / 'ca.cnf', '-keyfile', self.token / 'key.pem', '-in', self.folder / 'csr',
                '-startdate', '20200101000000Z', '-enddate', '20210101000000Z', '-out', self.folder / 'old.pem', '-notext')
        openssl('x509', '-in', self.folder / 'old.pem', '-outform', 'DER', '-out', self.token / 'cert.der')
        self.assert_cause(self.examine(status=UNAVAILABLE), 'certificate', 'certificate-expired')

    def test_not_for_documents(self):
        self.certificate('keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth', 'basicConstraints=critical,CA:FALSE')
        self.assert_cause(self.examine(status=UNAVAILABLE), 'certificate', 'certificate-identity-only')
        self.certificate('keyUsage=critical,keyEncipherment', 'basicConstraints=critical,CA:FALSE')
        self.assert_cause(self.examine(status=UNAVAILABLE), 'certificate', 'certificate-encryption')

    def test_no_certificate(self):
        (self.token / 'cert.der').unlink()
        self.assert_cause(self.examine(status=UNAVAILABLE), 'certificate', 'key-without-certificate')

    def test_one_token(self):
        document = self.examine('0001', status=DONE)
        self.assertTrue(document['token'].startswith('pkcs11:'))
        run = self.run_signet('nobody')
        self.assertEqual(run.returncode, UNAVAILABLE)
        self.assertIn('there is no token “nobody”', run.stderr)


class Signature(Doctor):
    def test_made(self):
        document = self.examine('--test-signature', '--pin-file', self.pin, status=DONE)
        self.assertTrue(self.found(document, 'signature-made'))
        self.assertEqual(len((self.token / 'logins').read_bytes()), 1)

    def test_wrong_pin_is_spent_once(self):
        self.pin.write_text('4321\n', encoding='utf-8')
        self.assert_cause(self.examine('--test-signature', '--pin-file', self.pin, status=REFUSED), 'signature', 'wrong-pin')
        self.assertEqual(len((self.token / 'logins').read_bytes()), 1)

    def test_of_another_key(self):
        self.fault('wrong-signature')
        self.assert_cause(self.examine('--test-signature', '--pin-file', self.pin, status=UNAVAILABLE), 'signature', 'signature-wrong')

    def test_crash_and_hang(self):
        for fault, code in (('crash C_Sign', 'signature-crashed'), ('hang C_Sign', 'signature-hung')):
            with self.subTest(fault):
                self.fault(fault)
                self.assert_cause(self.examine('--test-signature', '--pin-file', self.pin, status=UNAVAILABLE), 'signature', code)

    def test_not_on_a_locked_token(self):
        (self.token / 'tries').write_bytes(b'xxx')
        document = self.examine('--test-signature', '--pin-file', self.pin, status=REFUSED)
        self.assert_cause(document, 'token', 'pin-locked')
        self.assertEqual((self.token / 'logins').read_bytes(), b'')


class ForPeople(Doctor):
    def test_a_line_a_layer(self):
        run = self.run_signet()
        lines = run.stdout.split('\n')
        self.assertEqual(lines.index(''), len(LAYERS))
        self.assertIn('Nothing is wrong.', run.stdout)
        self.assertLess(max(map(len, lines)), 140)
        self.assertGreater(len(self.run_signet('-v').stdout), len(run.stdout))

    def test_the_cause_and_what_mends_it(self):
        self.fault('no-token')
        self.plug_in()
        run = self.run_signet()
        self.assertIn('It fails at: Reader service. The reader service (pcscd) is not installed.\nInstall it.\n    sudo apt install pcscd', run.stdout)

    def test_names_from_outside_are_harmless(self):
        self.fault('no-token')
        self.install_service()
        (self.pcsc / 'readers/Sample \x1b[31m Reader\u202e 00 00').write_text('empty 0', encoding='ascii')
        run = self.run_signet('-v')
        self.assertNotRegex(run.stdout, '[\x1b\u202e]')


class Wall(Doctor):
    def codes(self, document):
        return {finding['code']: finding for finding in document['findings']}

    def test_stands(self):
        found = self.codes(self.examine(status=0))
        code, = {'wall-stands', 'wall-partly'} & set(found)
        self.assertIn(str(MODULE), found[code]['detail'])
        self.assertNotIn('wall-in-the-way', found)

    def allow(self, *keys):
        policy = self.folder / 'policy.conf'
        policy.write_text('[Tokens]\n' + ''.join(f'{key}={MODULE}\n' for key in keys), encoding='utf-8')
        policy.chmod(0o644)
        self.environment['SIGNET_POLICY'] = str(policy)

    def test_opened(self):
        self.allow('NetworkModules')
        found = self.codes(self.examine(status=0))
        self.assertNotIn('wall-stands', found)
        code, = {'wall-opened', 'wall-partly'} & set(found)
        self.assertIn('NetworkModules', found[code]['detail'])
        self.assertNotIn('ProgramModules', found[code]['detail'])

    def test_in_the_way(self):
        """A driver that fails may have been refused something: the policy's key is named, unless nothing is refused any more."""
        self.fault('rv C_Initialize 0x5')
        found = self.codes(self.examine(status=69))
        self.assertIn('NetworkModules', found['wall-in-the-way']['remedy'])
        self.assertEqual(found['wall-in-the-way']['state'], 'warning')
        self.allow('NetworkModules', 'ProgramModules')
        self.assertNotIn('wall-in-the-way', self.codes(self.examine(status=69)))


if __name__ == '__main__':
    unittest.main()
