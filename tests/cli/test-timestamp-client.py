#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time-stamp server that demands a TLS client certificate: from a file, from a token, from a stranger, from nobody."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from contract import DATA, REFUSED, SOURCE, UNAVAILABLE, USAGE

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from more_keys import PASSPHRASE, add_key, certify, openssl, secret  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)
        cls.signer = json.loads(cls.world.signet('certificate', 'list', '--json').stdout)['certificates'][0]['sha256']
        path = cls.world.root / 'members.port'
        server = subprocess.Popen([os.environ['SIGNET_TEST_TSA'], cls.world.root / 'pki', '--port-file', path, '--members'], stderr=subprocess.DEVNULL)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        while not (path.exists() and path.read_text(encoding='utf-8').strip()):
            time.sleep(0.02)
        cls.url = f"https://127.0.0.1:{path.read_text(encoding='utf-8').strip()}/"
        # whom to trust as a server is the system's list
        anchors = cls.world.root / 'tls.pem'
        anchors.write_text((cls.world.root / 'pki/root.pem').read_text() + (cls.world.root / 'pki/ca.pem').read_text(), encoding='ascii')
        cls.tls = {'SSL_CERT_FILE': str(anchors)}

    def setUp(self):
        self.person = self.world.copy()
        self.addCleanup(self.person.close)
        self.desk = Path(tempfile.mkdtemp(dir=self.person.folder, prefix='desk.'))
        self.document = sample_pdf(self.desk / 'contract.pdf')
        self.passphrase = secret(self.desk / 'passphrase', PASSPHRASE)

    def signet(self, *arguments, status=0, environment=None):
        run = self.person.signet(*arguments, cwd=self.desk, environment={**self.tls, **(environment or {})})
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def add(self, *arguments, status=0):
        return self.signet('tsa', 'add', self.url, *arguments, status=status)

    def sign(self, *arguments, status=0):
        run = self.signet('sign', '--json', '--certificate', self.signer, '--pin-file', self.person.pin, '--level', 't', *arguments, status=status)
        return json.loads(run.stdout)['files'][0]

    def servers(self):
        return json.loads(self.signet('tsa', 'list', '--json').stdout)['servers']

    def assert_stamped(self):
        done = self.sign(self.document)
        self.assertEqual(done['timestamp_server'], self.url)

    def test_nobody(self):
        self.add()
        run = self.signet('tsa', 'check', status=UNAVAILABLE)
        self.assertIn('wants to see a certificate of yours', run.stdout + run.stderr)
        self.assertEqual(self.servers()[0]['failure'], 'refused')
        self.sign('--tsa', self.url, self.document, status=UNAVAILABLE)
        self.assertEqual([path.name for path in self.desk.glob('*signed*')], [])

    def test_file(self):
        made = certify(self.person, 'P-256', 'Sample member')
        self.add('--client-certificate', made.with_suffix('.p12'), '--passphrase-file', self.passphrase)
        self.assertEqual(self.servers()[0]['client_certificate'], made.with_suffix('.p12').as_uri())
        self.assertIn('with your certificate', self.signet('tsa', 'list').stdout)
        self.signet('tsa', 'check')
        self.assert_stamped()
        settings = (self.person.root / 'config/signet/settings.ini').read_text(encoding='utf-8')
        self.assertNotIn(PASSPHRASE, settings)
        self.assertIn(made.with_suffix('.p12').as_uri(), settings)
        self.signet('tsa', 'remove', '1')
        self.assertNotIn('p12', (self.person.root / 'config/signet/settings.ini').read_text(encoding='utf-8'))

    def test_pem_of_each_kind(self):
        for kind in ('RSA-3072', 'P-384'):
            for encrypted in (False, True):
                with self.subTest(kind=kind, encrypted=encrypted):
                    made = certify(self.person, kind, 'Sample member')
                    key = made.with_suffix('.key')
                    if encrypted:
                        openssl('pkcs8', '-topk8', '-in', key, '-passout', f'pass:{PASSPHRASE}', '-out', 'closed.key', folder=key.parent)
                        key = key.parent / 'closed.key'
                    pem = self.desk / 'me and my key.pem'
                    pem.write_text((self.person.root / 'pki/ca.pem').read_text() + made.with_suffix('.pem').read_text() + key.read_text(), encoding='ascii')
                    self.add('--client-certificate', pem, *(['--passphrase-file', self.passphrase] if encrypted else []))
                    self.signet('tsa', 'check')
                    self.signet('tsa', 'remove', self.url)

    def test_token(self):
        """Its PIN is asked for apart from that of the signing key; the two may be on one token."""
        member = add_key(self.person, 'P-256', 'Sample member')
        self.add('--client-certificate', member)
        self.assertEqual(self.servers()[0]['client_certificate'], member)
        self.signet('tsa', 'check', '--tsa-pin-file', self.person.pin)
        done = self.sign('--tsa-pin-file', self.person.pin, self.document, sample_pdf(self.desk / 'second.pdf'))
        self.assertEqual(done['timestamp_server'], self.url)
        self.assertEqual(sorted(path.name for path in self.desk.glob('*-signed.pdf')), ['contract-signed.pdf', 'second-signed.pdf'])
        # nobody at a terminal, no file: the server is not asked, and no try is lost
        run = self.signet('tsa', 'check', status=UNAVAILABLE)
        self.assertIn('cannot be used', run.stdout + run.stderr)
        self.signet('tsa', 'check', '--tsa-pin-file', self.person.pin)

    def test_extend(self):
        member = add_key(self.person, 'RSA-3072', 'Sample member')
        self.add('--client-certificate', member)
        self.signet('sign', '--certificate', self.signer, '--pin-file', self.person.pin, '--level', 'b', self.document)
        self.signet('extend', '--level', 't', '--tsa-pin-file', self.person.pin, '-o', self.desk / 'stamped.pdf', self.desk / 'contract-signed.pdf')
        report, = json.loads(self.signet('verify', '--json', self.desk / 'stamped.pdf').stdout)['files']
        self.assertEqual(report['signatures'][0]['level'], 'B-T')

    def test_stranger(self):
        """A certificate of somebody the server does not know."""
        folder = self.desk / 'stranger'
        folder.mkdir()
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-subj',
                '/CN=Stranger (sample)', '-days', '2', folder=folder)
        (folder / 'both.pem').write_text((folder / 'cert.pem').read_text() + (folder / 'key.pem').read_text(), encoding='ascii')
        self.add('--client-certificate', folder / 'both.pem')
        run = self.signet('tsa', 'check', status=UNAVAILABLE)
        self.assertIn('does not take your certificate', run.stdout + run.stderr)
        self.assertEqual(self.servers()[0]['failure'], 'refused')

    def test_what_cannot_be_kept(self):
        made = certify(self.person, 'P-256', 'Sample member')
        wrong = secret(self.desk / 'wrong', 'something else')
        p12 = made.with_suffix('.p12')
        text = secret(self.desk / 'text.pem', 'no certificate at all\n')
        for arguments, status in ((['--client-certificate', p12, '--passphrase-file', wrong], None), (['--client-certificate', p12], None),
                                  (['--client-certificate', text], DATA), (['--passphrase-file', wrong], USAGE),
                                  (['--client-certificate', made.with_suffix('.pem')], DATA), (['--client-certificate', 'f' * 64], UNAVAILABLE)):
            run = self.person.signet('tsa', 'add', self.url, *arguments, cwd=self.desk, environment=self.tls)
            self.assertIn(run.returncode, (status,) if status else (DATA, REFUSED, UNAVAILABLE), (arguments, run.stdout, run.stderr))
        run = self.person.signet('tsa', 'add', self.url.replace('https', 'http'), '--client-certificate', p12, '--passphrase-file', self.passphrase)
        self.assertEqual(run.returncode, USAGE)
        self.assertEqual(self.servers(), [])

    def test_file_that_went(self):
        made = certify(self.person, 'P-256', 'Sample member')
        self.add('--client-certificate', made.with_suffix('.p12'), '--passphrase-file', self.passphrase)
        made.with_suffix('.p12').unlink()
        run = self.signet('tsa', 'check', status=UNAVAILABLE)
        self.assertIn('cannot be used', run.stdout + run.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
