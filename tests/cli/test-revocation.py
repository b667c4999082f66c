#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""signet verify where only a list tells about revocation: by hand, from a server, from what is kept; held against openssl verify."""
import os
import select
import socket
import subprocess
import time

from contract import DATA, INDETERMINATE, NO_INPUT, PASSED, CommandLineTest, main, openssl, sign_detached

TEST_CA, REPOSITORY = os.environ['SIGNET_TEST_CA'], os.environ['SIGNET_TEST_REPOSITORY']


class Revocation(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.server = None
        self.serve()
        self.authority('init', 'pki', '--crl-url', self.url + 'ca.crl')
        self.person()

    def authority(self, *arguments):
        subprocess.run([TEST_CA, *map(str, arguments)], cwd=self.desk, check=True, capture_output=True)

    def serve(self, fault=None, port=0):
        """The lists of the PKI on loopback; the port stays the same, for it is in the certificates."""
        self.stop()
        port_file = self.folder / 'port'
        port_file.unlink(missing_ok=True)
        more = ['--fault', fault] if fault else []
        self.server = subprocess.Popen([REPOSITORY, 'pki', '--port', str(port), '--port-file', port_file, *more], cwd=self.desk)
        self.addCleanup(self.stop)
        deadline = time.monotonic() + 20
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.port = int(port_file.read_text())
        self.url = f'http://127.0.0.1:{self.port}/'

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
            self.server = None

    def person(self):
        openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'person.key', '-out', 'person.csr',
                '-subj', '/CN=Li Na (sample)', '-utf8', cwd=self.desk)
        self.authority('issue', 'pki', '--csr', 'person.csr', '--out', 'person.pem')
        (self.desk / 'minutes.odt').write_bytes(b'minutes of a sample meeting\n' * 100)
        (self.desk / 'root.pem').write_bytes((self.desk / 'pki/ca.pem').read_bytes())  # what sign_detached carries along
        sign_detached(self.desk, 'minutes.odt')

    def revoke(self, reason='keyCompromise'):
        run = subprocess.run(['openssl', 'x509', '-in', 'person.pem', '-noout', '-serial'], cwd=self.desk, check=True, capture_output=True, text=True)
        self.authority('revoke', 'pki', run.stdout.strip().partition('=')[2], '--reason', reason)

    def crl(self, name, fault=None):
        self.authority('crl', 'pki', '--out', name, *(['--fault', fault] if fault else []))

    def verify(self, *arguments, status):
        document = self.signet_json('verify', '--trust', 'pki/root.pem', *arguments, 'minutes.odt.p7s', status=status)
        signature = document['files'][0]['signatures'][0]
        return signature, [reason['code'] for reason in signature['reasons']]

    # --- by hand -----------------------------------------------------------------------------------------------------------

    def test_by_hand(self):
        self.crl('good.crl')
        signature, _ = self.verify('--offline', '--crl', 'good.crl', status=PASSED)
        revocation = signature['revocation']
        self.assertEqual((revocation['status'], revocation['source'], revocation['origin']), ('good', 'crl', 'by-hand'))
        self.assertIsNone(revocation['fetched_at'])
        openssl('crl', '-in', 'good.crl', '-inform', 'DER', '-out', 'good.pem', cwd=self.desk)
        self.verify('--offline', '--crl', 'good.pem', status=PASSED)
        self.revoke()
        self.crl('revoked.crl')
        signature, reasons = self.verify('--offline', '--crl', 'revoked.crl', status=INDETERMINATE)
        self.assertEqual((signature['sub_indication'], signature['revocation']['status']), ('REVOKED_NO_POE', 'revoked'))
        self.assertIn('revoked', reasons)

    def test_by_hand_shown(self):
        self.crl('good.crl')
        run = self.signet('verify', '--offline', '--trust', 'pki/root.pem', '--crl', 'good.crl', 'minutes.odt.p7s')
        self.assert_status(run, PASSED)
        self.assert_says(run, 'revocation +not revoked: list of .*given by hand')

    def test_by_hand_useless(self):
        (self.desk / 'rubbish').write_bytes(b'hello')
        for name, status in (('rubbish', DATA), ('minutes.odt', DATA), ('nowhere', NO_INPUT), ('.', DATA), ('pki/ca.pem', DATA)):
            run = self.signet('verify', '--trust', 'pki/root.pem', '--crl', name, 'minutes.odt.p7s')
            self.assert_status(run, status)

    def test_as_openssl_says(self):
        """One world, two validators: where openssl accepts or refuses, so does signet."""
        differences = []
        cases = [None, 'expired', 'future', 'bad-signature', 'wrong-signer', 'other-issuer', 'only-ca', 'only-user', 'only-attributes', 'other-point',
                 'indirect', 'delta', 'critical-extension', 'critical-entry', 'some-reasons', 'revoked', 'hold']
        for case in cases:
            if case in ('revoked', 'hold'):
                self.revoke('keyCompromise' if case == 'revoked' else 'certificateHold')
            self.crl('one.crl', None if case in ('revoked', 'hold') else case)
            openssl('crl', '-in', 'one.crl', '-inform', 'DER', '-out', 'one.pem', cwd=self.desk)
            ours = self.signet('verify', '--offline', '--trust', 'pki/root.pem', '--crl', 'one.crl', 'minutes.odt.p7s').returncode == PASSED
            theirs = subprocess.run(['openssl', 'verify', '-crl_check', '-CAfile', 'pki/root.pem', '-untrusted', 'pki/ca.pem', '-CRLfile', 'one.pem',
                                     'person.pem'], cwd=self.desk, capture_output=True, check=False).returncode == 0
            if case == 'delta':
                self.assertFalse(ours, 'a list of changes was taken for the whole')   # as OpenSSL does in Debian 12 before its security updates
            elif ours != theirs:
                differences.append((case, ours, theirs))
        self.assertEqual(differences, [])

    def test_as_openssl_says_of_the_whole_path(self):
        """-crl_check_all: the authority's own revocation, by the root's list."""
        (self.desk / 'openssl.cnf').write_text('[ca]\ndefault_ca = d\n[d]\ndatabase = pki/root-index.txt\ndefault_md = sha256\n'
                                               'default_crl_days = 7\ncrlnumber = pki/root-crlnumber\n', encoding='utf-8')
        (self.desk / 'pki/root-crlnumber').write_text('01\n')
        (self.desk / 'pki/root-index.txt').write_text('')
        serial = subprocess.run(['openssl', 'x509', '-in', 'pki/ca.pem', '-noout', '-serial'], cwd=self.desk, check=True, capture_output=True,
                                text=True).stdout.strip().partition('=')[2]
        self.crl('ca.crl')
        openssl('crl', '-in', 'ca.crl', '-inform', 'DER', '-out', 'ca-crl.pem', cwd=self.desk)
        for revoked in (False, True):
            if revoked:
                (self.desk / 'pki/root-index.txt').write_text(f'R\t351122000000Z\t261101000000Z\t{serial}\tunknown\t/CN=Sample CA\n')
            openssl('ca', '-gencrl', '-config', 'openssl.cnf', '-cert', 'pki/root.pem', '-keyfile', 'pki/root.key', '-out', 'root-crl.pem', cwd=self.desk)
            both = (self.desk / 'ca-crl.pem').read_text() + (self.desk / 'root-crl.pem').read_text()
            (self.desk / 'both.pem').write_text(both)
            theirs = subprocess.run(['openssl', 'verify', '-crl_check_all', '-CAfile', 'pki/root.pem', '-untrusted', 'pki/ca.pem', '-CRLfile',
                                     'both.pem', 'person.pem'], cwd=self.desk, capture_output=True, check=False)
            self.assertEqual(theirs.returncode == 0, not revoked, theirs.stdout + theirs.stderr)
            _, reasons = self.verify('--offline', '--crl', 'both.pem', status=INDETERMINATE if revoked else PASSED)
            self.assertEqual('ca-revoked' in reasons, revoked)

    # --- from a server, and kept ----------------------------------------------------------------------------------------------

    def test_server_then_kept(self):
        signature, reasons = self.verify(status=PASSED)
        self.assertEqual((signature['revocation']['source'], signature['revocation']['origin'], reasons), ('crl', 'server', []))
        self.stop()
        signature, reasons = self.verify('--offline', status=PASSED)
        self.assertEqual((signature['revocation']['origin'], reasons), ('cache', ['revocation-kept']))
        self.assertRegex(signature['revocation']['fetched_at'], r'^\d{4}-\d\d-\d\dT')
        run = self.signet('verify', '--offline', '--trust', 'pki/root.pem', 'minutes.odt.p7s')
        self.assert_says(run, 'kept here since')

    def test_offline_asks_nobody(self):
        self.stop()
        with socket.create_server(('127.0.0.1', self.port)) as listener:
            _, reasons = self.verify('--offline', status=INDETERMINATE)
            self.assertIn('revocation-not-checked', reasons)
            self.assertEqual(select.select([listener], [], [], 0)[0], [])

    def test_kept_and_spoilt(self):
        self.verify(status=PASSED)
        self.stop()
        files = [path for path in (self.home / 'cache/signet').rglob('*') if path.is_file()]
        self.assertEqual(len(files), 1, files)
        whole = files[0].read_bytes()
        files[0].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        _, reasons = self.verify('--offline', status=INDETERMINATE)
        self.assertIn('revocation-not-checked', reasons)

    def test_server_faults(self):
        for fault, reason in (('error-500', 'revocation-unreachable'), ('html', 'revocation-unknown'), ('expired', 'revocation-stale'),
                              ('huge', 'revocation-unknown'), ('elsewhere', 'revocation-unknown'), ('round', 'revocation-unreachable')):
            with self.subTest(fault):
                self.serve(fault, self.port)
                signature, reasons = self.verify(status=INDETERMINATE)
                self.assertIn(reason, reasons)
                self.assertEqual(signature['integrity'], 'intact')
        self.stop()
        _, reasons = self.verify(status=INDETERMINATE)
        self.assertIn('revocation-unreachable', reasons)


if __name__ == '__main__':
    main()
