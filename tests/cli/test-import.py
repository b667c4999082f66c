#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys from files onto a token, and certificates put there, replaced, exported and deleted; what is signed is judged by openssl."""
import os
import re
import shutil
import subprocess
import sys
import time

from contract import DATA, NO_INPUT, REFUSED, SOURCE, UNAVAILABLE, USAGE, CommandLineTest, Terminal, main, openssl

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

PIN, PASSPHRASE = '12345678', 'sample passphrase'
EXTENSIONS = '[person]\nkeyUsage = critical, nonRepudiation\n[ca]\nbasicConstraints = critical, CA:true\nkeyUsage = critical, keyCertSign\n'


class ImportTest(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.pin = self.secret('pin', PIN)
        self.passphrase = self.secret('passphrase', PASSPHRASE)
        self.assert_status(self.signet('token', 'init', '--software', '--label', 'Sample', '--pin-file', self.pin), 0)
        (self.folder / 'x.cnf').write_text(EXTENSIONS, encoding='utf-8')
        self.genpkey('ca', 'RSA', 'rsa_keygen_bits:2048')
        self.openssl('req', '-new', '-key', 'ca.key', '-subj', '/CN=Sample Authority', '-out', 'ca.csr')
        self.openssl('x509', '-req', '-in', 'ca.csr', '-signkey', 'ca.key', '-days', '30', '-extfile', 'x.cnf', '-extensions', 'ca', '-out', 'ca.pem')

    def openssl(self, *arguments):
        openssl(*arguments, cwd=self.folder)

    def secret(self, name, text):
        path = self.folder / name
        path.write_text(text + '\n', encoding='utf-8')
        path.chmod(0o600)
        return path

    def genpkey(self, name, algorithm, *options):
        self.openssl('genpkey', '-algorithm', algorithm, *[part for option in options for part in ('-pkeyopt', option)], '-out', f'{name}.key')

    def certify(self, name, key=None, subject='/CN=Li Na (sample)', days=200):
        """A certificate NAME.pem for the key of @key. Returns its SHA-256."""
        self.openssl('req', '-new', '-key', f'{key or name}.key', '-subj', subject, '-utf8', '-out', f'{name}.csr')
        self.openssl('x509', '-req', '-in', f'{name}.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', days, '-extfile', 'x.cnf',
                     '-extensions', 'person', '-out', f'{name}.pem')
        printed = subprocess.run(['openssl', 'x509', '-in', self.folder / f'{name}.pem', '-noout', '-fingerprint', '-sha256'], check=True,
                                 capture_output=True, text=True).stdout
        return printed.split('=')[1].strip().replace(':', '').lower()

    def bundle(self, name, *options):
        self.openssl('pkcs12', '-export', '-inkey', f'{name}.key', '-in', f'{name}.pem', '-certfile', 'ca.pem', '-passout', f'pass:{PASSPHRASE}',
                     *options, '-out', f'{name}.p12')
        return self.folder / f'{name}.p12'

    def make(self, name, algorithm, *options):
        self.genpkey(name, algorithm, *options)
        return self.certify(name), self.bundle(name)

    def import_file(self, *arguments, status=0):
        return self.signet_json('certificate', 'import', '--token', 'Sample', '--pin-file', self.pin, *arguments, status=status)

    def list(self):
        return self.signet_json('certificate', 'list', status=0)['certificates']

    def keys(self):
        token, = self.signet_json('token', 'list', status=0)['tokens']
        return token['keys']

    def assert_signs(self, sha256, signature):
        """A PDF and a file of another kind, signed with it, hold before openssl."""
        for path in self.desk.iterdir():
            path.unlink()
        (self.desk / 'minutes.txt').write_text('What was agreed.\n', encoding='utf-8')
        document = sample_pdf(self.desk / 'contract.pdf')
        run = self.signet('sign', '--certificate', sha256, '--pin-file', self.pin, 'minutes.txt', document)
        self.assert_status(run, 0)
        self.assert_cms(self.desk / 'minutes.txt.p7s', self.desk / 'minutes.txt', signature)
        signed = (self.desk / 'contract-signed.pdf').read_bytes()
        a, b, c, d = map(int, re.search(rb'/ByteRange *\[ *(\d+) +(\d+) +(\d+) +(\d+)', signed).groups())
        (self.desk / 'covered').write_bytes(signed[a:a + b] + signed[c:c + d])
        (self.desk / 'cms').write_bytes(bytes.fromhex(signed[a + b:c].strip(b'<>').decode()))
        self.assert_cms(self.desk / 'cms', self.desk / 'covered', signature)

    def assert_cms(self, cms, content, signature):
        subprocess.run(['openssl', 'cms', '-verify', '-inform', 'DER', '-binary', '-in', cms, '-content', content, '-CAfile', self.folder / 'ca.pem',
                        '-purpose', 'any', '-out', os.devnull], check=True, capture_output=True)
        printed = subprocess.run(['openssl', 'cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', cms], check=True, capture_output=True,
                                 text=True).stdout
        self.assertEqual(re.search(r'signatureAlgorithm:\s+algorithm: (\S+)', printed).group(1), signature)


class Import(ImportTest):
    def test_key_and_certificate(self):
        sha256, path = self.make('li-na', 'RSA', 'rsa_keygen_bits:3072')
        imported = self.import_file('--passphrase-file', self.passphrase, path)['imported']
        self.assertEqual(imported['key']['key'], 'RSA-3072')
        self.assertTrue(imported['key']['can_sign'])
        self.assertEqual([certificate['sha256'] for certificate in imported['certificates']], [sha256])
        facts = imported['key']['facts']
        self.assertIs(facts['local'], False)  # it came from a file, and that stays visible
        self.assertIs(facts['sensitive'], True)
        self.assertIs(facts['extractable'], False)
        self.assertIs(facts['never_extractable'], False)
        self.assert_signs(sha256, 'rsaEncryption')
        acts = [entry['act'] for entry in self.signet_json('journal', 'list', status=0)['entries']]
        self.assertIn('key-imported', acts)
        self.assertIn('certificate-imported', acts)

    def test_curves(self):
        for curve, signature in (('P-256', 'ecdsa-with-SHA256'), ('P-384', 'ecdsa-with-SHA384'), ('P-521', 'ecdsa-with-SHA512')):
            with self.subTest(curve):
                sha256, path = self.make(curve, 'EC', f'ec_paramgen_curve:{curve}')
                self.import_file('--passphrase-file', self.passphrase, path)
                self.assert_signs(sha256, signature)

    def test_certificate_for_pss_alone(self):
        """RFC 4055, 1.2: the certificate says that its key makes PSS signatures, and the token is asked for nothing else."""
        sha256, path = self.make('pss', 'RSA-PSS', 'rsa_keygen_bits:2048')
        self.import_file('--passphrase-file', self.passphrase, path)
        self.assert_signs(sha256, 'rsassaPss')
        self.assertTrue(self.list()[0]['can_sign'])

    def test_ed25519_signs_with_a_warning(self):
        sha256, path = self.make('ed', 'ED25519')
        run = self.signet('certificate', 'import', '--token', 'Sample', '--pin-file', self.pin, '--passphrase-file', self.passphrase, path)
        if run.returncode == UNAVAILABLE:
            self.skipTest('this SoftHSM has no Edwards curves')
        self.assert_status(run, 0)
        entry, = self.list()
        self.assertEqual((entry['sha256'], entry['can_sign'], entry['cannot_sign_because']), (sha256, True, None))
        (self.desk / 'a.txt').write_text('x', encoding='utf-8')
        run = self.signet('sign', '--certificate', sha256, '--pin-file', self.pin, 'a.txt')
        self.assert_status(run, 0)
        self.assert_says(run, 'few programs can check ed25519')
        printed = subprocess.run(['openssl', 'cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', self.desk / 'a.txt.p7s'], check=True,
                                 capture_output=True, text=True).stdout
        # RFC 8419, 3: SHA-512, the algorithm without parameters
        self.assertRegex(printed, r'(?s)digestAlgorithm:\s+algorithm: sha512.*signatureAlgorithm:\s+algorithm: ED25519 \(1\.3\.101\.112\)\s+parameter: <ABSENT>')
        report = self.signet_json('verify', '--detached', self.desk / 'a.txt', self.desk / 'a.txt.p7s', status=2)
        self.assertEqual(report['files'][0]['signatures'][0]['integrity'], 'intact')

    def test_files_of_other_programs(self):
        sha256, _ = self.make('old', 'RSA', 'rsa_keygen_bits:2048')
        old = self.bundle('old', '-legacy')  # RC2 and triple DES, as Windows and old OpenSSL write them
        self.assertEqual(self.import_file('--passphrase-file', self.passphrase, old)['imported']['certificates'][0]['sha256'], sha256)
        if shutil.which('certtool') is None:
            return
        sha256, _ = self.make('gnu', 'EC', 'ec_paramgen_curve:P-256')
        subprocess.run(['certtool', '--to-p12', '--load-privkey', 'gnu.key', '--load-certificate', 'gnu.pem', '--p12-name', 'sample', '--password',
                        PASSPHRASE, '--outder', '--outfile', 'gnu.p12'], cwd=self.folder, check=True, capture_output=True)
        imported = self.import_file('--passphrase-file', self.passphrase, self.folder / 'gnu.p12')['imported']
        self.assertEqual(imported['certificates'][0]['sha256'], sha256)

    def test_wrong_passphrase_and_damage_are_two_things(self):
        _, path = self.make('li-na', 'EC', 'ec_paramgen_curve:P-256')
        self.assertEqual(self.import_file('--passphrase-file', self.pin, path, status=REFUSED)['error']['code'], 'wrong-passphrase')
        broken = self.folder / 'broken.p12'
        broken.write_bytes(path.read_bytes()[:-50])
        self.assertEqual(self.import_file('--passphrase-file', self.passphrase, broken, status=DATA)['error']['code'], 'certificate-malformed')
        self.import_file('--passphrase-file', self.passphrase, self.folder / 'none.p12', status=NO_INPUT)
        self.assertEqual(self.keys(), [])

    def test_passphrase_at_the_terminal(self):
        sha256, path = self.make('li-na', 'EC', 'ec_paramgen_curve:P-256')
        terminal = Terminal({**self.environment, 'TERM': 'xterm'}, 'certificate', 'import', '--pin-file', self.pin, path, cwd=self.desk)
        self.addCleanup(terminal.close)
        terminal.read_until('Passphrase')
        self.assertFalse(terminal.echoes())
        terminal.type('wrong\n')
        terminal.read_until('(?s)is wrong.*Passphrase')
        while terminal.echoes(): # the prompt is there a moment before the echo goes
            time.sleep(0.01)
        terminal.type(PASSPHRASE + '\n')
        self.assertEqual(terminal.finish(), 0, terminal.seen)
        self.assertNotIn(PASSPHRASE, terminal.seen)
        self.assertEqual(self.list()[0]['sha256'], sha256)

    def test_chain_only_when_asked_for(self):
        _, path = self.make('li-na', 'EC', 'ec_paramgen_curve:P-256')
        self.import_file('--passphrase-file', self.passphrase, path)
        self.assertEqual([entry['class'] for entry in self.list()], ['signature'])
        self.import_file('--passphrase-file', self.passphrase, '--chain', path)
        self.assertEqual(sorted(entry['class'] for entry in self.list()), ['authority', 'signature'])

    def test_certificate_without_a_key_here(self):
        self.genpkey('other', 'EC', 'ec_paramgen_curve:P-256')
        self.certify('other')
        self.assertEqual(self.import_file(self.folder / 'other.pem', status=UNAVAILABLE)['error']['code'], 'token-not-found')
        self.assertEqual(self.keys(), [])


class Change(ImportTest):
    def setUp(self):
        super().setUp()
        self.sha256, path = self.make('li-na', 'EC', 'ec_paramgen_curve:P-256')
        self.import_file('--passphrase-file', self.passphrase, path)

    def test_renewed_certificate_beside_the_old_one(self):
        renewed = self.certify('renewed', key='li-na', days=400)
        self.import_file(self.folder / 'renewed.pem')
        self.assertEqual({entry['sha256'] for entry in self.list()}, {self.sha256, renewed})
        self.assert_signs(renewed, 'ecdsa-with-SHA256')
        self.assert_signs(self.sha256, 'ecdsa-with-SHA256')

    def test_replace(self):
        renewed = self.certify('renewed', key='li-na', days=400)
        self.import_file('--replace', self.sha256, self.folder / 'renewed.pem')
        self.assertEqual([entry['sha256'] for entry in self.list()], [renewed])
        self.assert_signs(renewed, 'ecdsa-with-SHA256')

    def test_delete_certificate_keeps_the_key(self):
        deleted = self.signet_json('certificate', 'delete', '--yes', '--pin-file', self.pin, self.sha256, status=0)['deleted']
        self.assertEqual((deleted['key_sha256'], deleted['certificates'][0]['sha256']), (None, self.sha256))
        key, = self.keys()
        self.assertIsNone(key['certificate'])
        self.import_file(self.folder / 'li-na.pem')  # the key is there for it
        self.assert_signs(self.sha256, 'ecdsa-with-SHA256')

    def test_delete_key_takes_every_certificate(self):
        renewed = self.certify('renewed', key='li-na', days=400)
        self.import_file(self.folder / 'renewed.pem')
        deleted = self.signet_json('certificate', 'delete', '--yes', '--with-key', '--pin-file', self.pin, self.sha256, status=0)['deleted']
        self.assertEqual({certificate['sha256'] for certificate in deleted['certificates']}, {self.sha256, renewed})
        self.assertEqual(self.keys(), [])

    def test_deletion_names_what_is_lost_and_wants_a_yes(self):
        for answer, status, left in (('no', REFUSED, 1), ('yes', 0, 0)):
            with self.subTest(answer):
                terminal = Terminal({**self.environment, 'TERM': 'xterm'}, 'certificate', 'delete', '--with-key', '--pin-file', self.pin,
                                    self.sha256, cwd=self.desk)
                self.addCleanup(terminal.close)
                terminal.read_until('agree')
                self.assertRegex(terminal.seen, r'destroyed')
                self.assertIn('Li Na (sample)', terminal.seen)
                terminal.type(answer + '\n')
                self.assertEqual(terminal.finish(), status, terminal.seen)
                self.assertEqual(len(self.keys()), left)

    def test_nobody_there_to_ask_deletes_nothing(self):
        self.assert_status(self.signet('certificate', 'delete', '--pin-file', self.pin, self.sha256), USAGE)
        self.assertEqual(len(self.list()), 1)

    def test_evidence_after_a_login(self):
        shown, = self.signet_json('certificate', 'show', self.sha256, status=0)['certificates']
        self.assertIsNone(shown['facts']['local'])  # nothing was logged in
        shown, = self.signet_json('certificate', 'show', '--pin-file', self.pin, self.sha256, status=0)['certificates']
        self.assertIs(shown['facts']['local'], False)
        self.assert_says(self.signet('certificate', 'show', '--pin-file', self.pin, self.sha256), 'copies of it may exist')

    def test_export(self):
        anchors = self.home / 'data/signet/anchors'
        anchors.mkdir(parents=True)
        shutil.copy(self.folder / 'ca.pem', anchors)
        for options, read in ((['--chain'], ['crl2pkcs7', '-nocrl', '-certfile']), (['--chain', '--pkcs7'], ['pkcs7', '-inform', 'DER', '-in'])):
            with self.subTest(options):
                self.assert_status(self.signet('certificate', 'export', *options, '--overwrite', '-o', 'out', self.sha256), 0)
                bag = subprocess.run(['openssl', *read, self.desk / 'out'], check=True, capture_output=True).stdout
                if read[0] == 'crl2pkcs7':
                    printed = subprocess.run(['openssl', 'pkcs7', '-print_certs'], input=bag, check=True, capture_output=True).stdout.decode()
                else:
                    printed = subprocess.run(['openssl', *read, self.desk / 'out', '-print_certs'], check=True, capture_output=True).stdout.decode()
                self.assertEqual(printed.count('BEGIN CERTIFICATE'), 2, printed)
        self.assert_status(self.signet('certificate', 'export', '--der', '-o', 'out.der', self.sha256), 0)
        self.openssl('x509', '-inform', 'DER', '-in', self.desk / 'out.der', '-noout')
        self.assert_status(self.signet('certificate', 'export', '--der', '--chain', '-o', 'x', self.sha256), USAGE)


if __name__ == '__main__':
    main()
