#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-est: certificates from an EST server over https, with a software token, as a script would ask for them; and each way it can go wrong.

The server is signet-test-est. strongSwan's `pki --est`, which knows nothing of us, is a second client of it: what it takes for EST, we may too.
"""
import json
import select
import shutil
import socket
import subprocess
import threading
import time
import unittest

from server_world import USER_FIELDS, ServerTest
from world import DATA, PASSED, PATIENCE, REFUSED, TRY_LATER, UNAVAILABLE, main

URL = 'https://%s'


def relay(door, port, action):
    """Bytes to and fro between whoever knocks and the server at @port; @action happens at the first byte."""
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        with client, socket.create_connection(('127.0.0.1', int(port))) as server:
            while True:
                ready = select.select([client, server], [], [], 30)[0]
                data = ready[0].recv(65536) if ready else b''
                if not data:
                    break
                if action is not None:
                    action()
                    action = None
                (server if ready[0] is client else client).sendall(data)


class EstTest(ServerTest):
    def serve(self, *arguments, issuance='', fields='', **options):
        port = self.start_server('signet-test-est', *arguments)
        self.write_profile('est', port, URL, issuance, fields, **options)
        return port

    def password(self, text):
        path = self.person.root / 'password'
        path.write_text(text + '\n', encoding='utf-8')
        return path


class TestIssued(EstTest):
    def test_keys(self):
        self.serve()
        for count, key in enumerate(('ec-p256', 'ec-p384', 'rsa-3072'), 1):
            with self.subTest(key=key):
                self.assert_issued(self.request('--wait', '30', key=key), count)

    def test_forms_of_base64(self):
        for fault in ('one-line', 'binary'):
            with self.attempt(fault=fault):
                self.serve('--fault', fault)
                self.assert_issued(self.request('--wait', '30'))

    def test_label(self):
        self.serve('--label', 'people', issuance='Label=people')
        self.assert_issued(self.request('--wait', '30'))

    def test_password(self):
        for more in ([], ['--digest']):
            with self.attempt(digest=bool(more)):
                self.serve('--user', 'li-na', '--password', 'sesame 芝麻', *more, fields=USER_FIELDS)
                run = self.request('--field', 'user=li-na', '--secret-file', self.password('sesame 芝麻'), '--wait', '30')
                self.assert_issued(run)

    def test_sample_profile(self):
        """What the documentation gives to begin from works."""
        self.use_sample('est', self.start_server('signet-test-est', '--user', 'li-na', '--password', 'sesame'))
        self.assert_issued(self.request('--field', 'organisation=Sample Ltd', '--field', 'user=li-na', '--secret-file', self.password('sesame'),
                                        '--wait', '30'))

    def test_waiting(self):
        self.serve('--fault', 'waiting', '--check-after', '2')
        run = self.request('--wait', '0')
        self.assert_fails(run, TRY_LATER, r'authority|later|resume|wait')
        request = self.requests()[0]
        self.assertEqual(request['state'], 'waiting')
        self.wait_for(lambda: self.person.signet('request', 'resume', request['id'], '--wait', '5', '--pin-file', self.person.pin)
                      .returncode == PASSED, seconds=PATIENCE)
        self.assertEqual(len(self.holders()), 1)


class TestTold(EstTest):
    def test_cacerts(self):
        """What the authority says it uses is shown with its fingerprints beside what is filed; nothing is filed or trusted for it."""
        self.serve(chain=(self.world.root / 'pki/ca.pem').read_text(encoding='utf-8'))
        before = sorted(path.name for path in (self.person.root / 'data/signet').rglob('*.pem'))
        run = self.person.signet('authority', 'show', 'sample', '--ask', '--json')
        self.assertEqual(run.returncode, PASSED, run.stderr)
        told = json.loads(run.stdout)['authority']['told']
        self.assertEqual([entry['filed'] for entry in told], [True, False])
        self.assertRegex(told[1]['certificate']['sha256'], r'^[0-9a-f]{64}$')
        self.assertEqual(sorted(path.name for path in (self.person.root / 'data/signet').rglob('*.pem')), before)


class TestRenewed(EstTest):
    """simplereenroll: the certificate that is renewed is shown in the TLS handshake; its key on the token signs that."""

    def test_keys(self):
        for key in ('ec-p256', 'rsa-3072'):
            with self.attempt(key=key):
                self.serve(issuance='RenewKey=either')
                self.assert_issued(self.request('--wait', '30', key=key))
                self.assert_issued(self.renew('--new-key', 'ec-p384'), 2)

    def test_same_key(self):
        self.serve(issuance='RenewKey=either')
        self.assert_issued(self.request('--wait', '30'))
        old = self.holders()[0]['sha256']
        self.assert_issued(self.renew('--same-key'))
        self.assertNotEqual(self.holders()[0]['sha256'], old)

    def test_wanted(self):
        """A server that talks to nobody without a certificate: renewing works, asking for the first one is explained."""
        self.serve(issuance='RenewKey=either')
        self.assert_issued(self.request('--wait', '30'))
        self.serve('--fault', 'client-wanted', issuance='RenewKey=either\nAttributes=false')
        self.assert_issued(self.renew('--new-key', 'ec-p256'), 2)

    def test_refused(self):
        self.serve(issuance='RenewKey=either')
        self.assert_issued(self.request('--wait', '30'))
        self.serve('--fault', 'client-refused', issuance='RenewKey=either\nAttributes=false')
        run = self.renew('--new-key', 'ec-p256')
        self.assert_fails(run, REFUSED, r'certificate')
        self.assertEqual(len(self.holders()), 1)

    def test_token_pulled_in_the_handshake(self):
        """The token is gone between the first byte of TLS and its signature: its own words, and the request goes on later."""
        port = self.serve(issuance='RenewKey=either\nAttributes=false')
        self.assert_issued(self.request('--wait', '30'))
        tokens = self.person.root / 'data/signet/software-token/tokens'
        door = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(door.close)
        pulled = threading.Event()

        def pull():
            tokens.rename(tokens.with_name('pulled'))
            pulled.set()

        threading.Thread(target=relay, args=(door, port, pull), daemon=True).start()
        self.write_profile('est', door.getsockname()[1], URL, 'RenewKey=either\nAttributes=false')
        run = self.renew('--new-key', 'ec-p256')
        self.assertTrue(pulled.is_set())
        self.assertNotEqual(run.returncode, PASSED)
        self.assert_helps(run, r'token|key')
        tokens.with_name('pulled').rename(tokens)
        self.assertEqual(len(self.holders()), 1)
        self.assertEqual(len(self.requests()), 2)


class TestWishes(EstTest):
    """csrattrs: honoured, or refused before anything is asked for."""

    def test_honoured(self):
        for wish in ('usage', 'p384', 'sha384', 'unknown', 'binding'):
            with self.attempt(wish=wish):
                self.serve('--csrattrs', wish)
                self.assert_issued(self.request('--wait', '30', key='ec-p384'))

    def test_refused(self):
        for wish, words in (('rsa', 'rsa key of 3072'), ('extension', '1.3.6.1.5.5.7.1.99'), ('garbage', 'wishes')):
            with self.attempt(wish=wish):
                self.serve('--csrattrs', wish)
                run = self.request('--wait', '30')
                self.assertNotEqual(run.returncode, PASSED)
                self.assertIn(words, run.stderr.lower())
                self.assertEqual(self.holders(), [])


class TestFaults(EstTest):
    FAULTS = (
        # what we can only put down to the network, or to a server out of order
        ('error-500', (TRY_LATER, UNAVAILABLE), r'later|again'),
        ('html', (UNAVAILABLE, TRY_LATER), r'server|network|authority|plugin'),
        ('garbage', (UNAVAILABLE, DATA), r'authority|plugin|later'),
        ('empty', (UNAVAILABLE, DATA, REFUSED), r'authority|plugin|certificate'),
        ('gigabyte', (DATA, UNAVAILABLE), r'limit|server|large'),
        ('cut', (UNAVAILABLE,), r'network|server'),
        ('redirect', (UNAVAILABLE,), r'another address'),
        ('downgrade', (UNAVAILABLE,), r'another address'),
        # what the authority says
        ('reject', (REFUSED,), r'authority'),
        ('client-wanted', (REFUSED,), r'certificate of yours'),
        # what is not what was asked for
        ('wrong-key', (DATA, REFUSED), r'authority'),
        ('wrong-issuer', (DATA, REFUSED), r'authority'),
        ('ca-certificate', (DATA, REFUSED), r'authority'),
    )

    def test_each(self):
        for fault, statuses, words in self.FAULTS:
            with self.attempt(fault=fault):
                self.serve('--fault', fault)
                self.assert_refused(self.request('--wait', '20'), statuses, words)

    def test_words_of_the_authority(self):
        """A refusal in Chinese reaches the person as it is."""
        self.serve('--fault', 'reject')
        run = self.request('--wait', '20')
        self.assertIn('身份核验未通过', run.stdout + run.stderr)
        self.assertEqual(self.requests()[0]['state'], 'rejected')

    def test_tls(self):
        """Each way a server's certificate can be wrong has its own sentence, and nothing is sent."""
        for fault, words in (('tls-expired', r'expired.*date and time'), ('tls-future', r'not valid yet.*clock'),
                             ('tls-wrong-host', r'another server'), ('tls-self-signed', r'self-signed.*tlsanchors'),
                             ('tls-stranger', r'nobody trusted here')):
            with self.attempt(fault=fault):
                self.serve('--fault', fault)
                run = self.request('--wait', '20')
                self.assertEqual(run.returncode, UNAVAILABLE, run.stderr)
                self.assertRegex(run.stderr.lower().replace('\n', ' '), words)
                self.assert_refused(run, (UNAVAILABLE,), r'certificate')

    def test_without_anchors(self):
        """The system's anchors know nothing of a test's CA."""
        self.serve(anchors=False)
        self.assert_refused(self.request('--wait', '20'), (UNAVAILABLE,), r'nobody trusted here')

    def test_wrong_password(self):
        for more in ([], ['--digest'], ['--fault', 'expired-password']):
            with self.attempt(more=more):
                self.serve('--user', 'li-na', '--password', 'sesame', *more, fields=USER_FIELDS)
                run = self.request('--field', 'user=li-na', '--secret-file', self.password('open-me'), '--wait', '20')
                self.assert_refused(run, (REFUSED,), r'code|password|reference')
                self.assertNotIn('open-me', run.stdout + run.stderr)

    def test_proxy(self):
        """A proxy that lets nobody through."""
        port = self.serve()
        run = self.request('--wait', '20', environment={'https_proxy': 'http://127.0.0.1:1', 'http_proxy': 'http://127.0.0.1:1'})
        self.assertNotEqual(run.returncode, PASSED)
        self.assert_refused(run, (UNAVAILABLE,), r'network|server|proxy')
        self.assertTrue(port)

    def test_drip(self):
        """A byte now and then is no answer: the request is given up in time and goes on later."""
        port = self.serve('--fault', 'drip')
        started = time.monotonic()
        run = self.request('--wait', '20', timeout=3 * PATIENCE)
        self.assert_refused(run, (UNAVAILABLE,), r'time|again')
        self.assertLess(time.monotonic() - started, 2 * PATIENCE)
        self.assertTrue(port)


class TestIndependentClient(EstTest):
    """strongSwan's client against our server: the server is no mirror of our own client."""

    def pki(self, *arguments, data=None):
        return subprocess.run(['pki', *map(str, arguments)], input=data, capture_output=True, check=False, timeout=PATIENCE)

    def test_strongswan(self):
        if shutil.which('pki') is None:
            self.skipTest('strongswan-pki is not installed')
        folder, root = self.person.root, self.world.root / 'pki/root.pem'
        ca = self.world.root / 'pki/ca.pem'
        port = self.start_server('signet-test-est', '--user', 'li-na', '--password', 'sesame', '--fault', 'one-line')
        url = f'https://127.0.0.1:{port}'
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', folder / 'key.pem'],
                       check=True, capture_output=True)
        made = self.pki('--req', '--in', folder / 'key.pem', '--type', 'rsa', '--dn', 'CN=Li Na (sample)')
        self.assertEqual(made.returncode, 0, made.stderr)
        got = self.pki('--est', '--url', url, '--cacert', root, '--cacert', ca, '--userpass', 'li-na:sesame', '--outform', 'pem', data=made.stdout)
        self.assertEqual(got.returncode, 0, got.stderr)
        check = subprocess.run(['openssl', 'verify', '-CAfile', root, '-untrusted', ca, '-partial_chain', '/dev/stdin'], input=got.stdout,
                               capture_output=True, check=False)
        self.assertEqual(check.returncode, 0, check.stderr + got.stdout)
        # and renewed with what it got, as a TLS client
        (folder / 'old.pem').write_bytes(got.stdout)
        again = self.pki('--est', '--url', url, '--cacert', root, '--cacert', ca, '--cert', folder / 'old.pem', '--key', folder / 'key.pem',
                         '--outform', 'pem', data=made.stdout)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotEqual(again.stdout, got.stdout)


if __name__ == '__main__':
    if shutil.which('openssl') is None:
        raise unittest.SkipTest('openssl is not installed')
    main()
