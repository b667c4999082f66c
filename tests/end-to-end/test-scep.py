#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-scep: certificates from SCEP servers, with a software token, as a script would ask for them.

Debian's scepserver is the one nobody here wrote. signet-test-scep does what that cannot be made to do: an RA, EC keys, waiting, old and wrong answers.
"""
import subprocess

from scep_server import CHALLENGE, resume_at_a_terminal, start_debian
from server_world import ServerTest
from world import DATA, PASSED, PATIENCE, REFUSED, TRY_LATER, UNAVAILABLE, main


class ScepTest(ServerTest):
    def serve(self, *arguments, issuance='', fields='', **options):
        port = self.start_server('signet-test-scep', *arguments)
        self.write_profile('scep', port, 'http://%s/scep', issuance, fields, anchors=False, **options)
        return port

    def challenge(self, text):
        path = self.person.root / 'challenge'
        path.write_text(text + '\n', encoding='utf-8')
        path.chmod(0o600)
        return path

    def journal(self):
        return self.person.signet('journal', 'list', '--json').stdout


class TestDebian(ScepTest):
    """The real binary: RSA, a challenge password, an answer in DES."""

    def setUp(self):
        super().setUp()
        self.port, self.depot = start_debian(self, 'open-sesame')
        self.write_profile('scep', self.port, 'http://%s/scep', fields=CHALLENGE, anchors=False,
                           chain=(self.depot / 'ca.pem').read_text(encoding='utf-8'))

    def test_issued(self):
        run = self.request('--wait', '30', '--secret-file', self.challenge('open-sesame'), key='rsa-3072')
        self.assertIn('identity-only', run.stdout + run.stderr, run.stdout + run.stderr)
        status, said = resume_at_a_terminal(self.person, self.requests()[0]['id'])
        self.assertEqual(status, PASSED, said)
        self.assertEqual(len(self.holders()), 1)
        self.assertTrue(list(self.depot.glob('*.pem')))

    def test_wrong_challenge(self):
        run = self.request('--wait', '30', '--secret-file', self.challenge('not-the-word'), key='rsa-3072')
        self.assert_refused(run, (REFUSED,), r'authority')
        self.assertNotIn('not-the-word', run.stdout + run.stderr)

    def test_ec_is_refused_there(self):
        """This server signs requests with RSA keys alone; it says no, and the person is told what may help."""
        run = self.request('--wait', '30', '--secret-file', self.challenge('open-sesame'), key='ec-p256')
        self.assert_refused(run, (REFUSED,), r'authority')
        self.assertIn('one-time key', run.stderr)

    def test_down(self):
        self.write_profile('scep', 1, 'http://%s/scep', fields=CHALLENGE, anchors=False)
        run = self.request('--wait', '5', '--secret-file', self.challenge('open-sesame'))
        self.assert_refused(run, (UNAVAILABLE,), r'server|network')


class TestIssued(ScepTest):
    def test_keys(self):
        self.serve('--challenge', '挑战 42', fields=CHALLENGE)
        for count, key in enumerate(('ec-p256', 'ec-p384', 'rsa-3072'), 1):
            with self.subTest(key=key):
                self.assert_issued(self.request('--wait', '30', '--secret-file', self.challenge('挑战 42'), key=key), count)

    def test_old_servers(self):
        """Nothing better than 3DES and SHA-1, messages within the address, answers in DES: read, and remembered."""
        for caps, cipher, weak in (('none', 'DES-CBC', True), ('DES3,SHA-1', 'DES-EDE3-CBC', True), ('AES,SHA-256,POSTPKIOperation', 'AES-256-CBC', False),
                                   ('AES,SHA-512,POSTPKIOperation', 'AES-128-CBC', False)):
            with self.attempt(caps=caps):
                self.serve('--caps', caps, '--cipher', cipher)
                self.assert_issued(self.request('--wait', '30'))
                self.assertEqual('weak-algorithms' in self.journal(), weak)

    def test_fixed_capabilities(self):
        """What the profile says a server can do is not for anybody on the way to take away."""
        self.serve('--caps', 'none', issuance='Capabilities=AES;SHA-256')
        self.assert_issued(self.request('--wait', '30'))
        self.assertNotIn('weak-algorithms', self.journal())

    def test_sample_profile(self):
        """What the documentation gives to begin from works."""
        self.use_sample('scep', self.start_server('signet-test-scep', '--challenge', 'x'))
        self.assert_issued(self.request('--field', 'organisation=Sample Ltd', '--secret-file', self.challenge('x'), '--wait', '30'))

    def test_waiting(self):
        self.serve('--fault', 'waiting', issuance='CheckAfter=1')
        self.assert_fails(self.request('--wait', '0'), TRY_LATER, r'authority|later|resume')
        request = self.requests()[0]
        self.wait_for(lambda: self.person.signet('request', 'resume', request['id'], '--wait', '5', '--pin-file', self.person.pin)
                      .returncode == PASSED, seconds=PATIENCE)
        self.assertEqual(len(self.holders()), 1)


class TestRenewed(ScepTest):
    def test_asked_anew(self):
        self.serve(issuance='RenewKey=either')
        self.assert_issued(self.request('--wait', '30'))
        self.assert_issued(self.renew('--new-key', 'ec-p256'), 2)

    def test_signed_by_the_old_key(self):
        """Only where the server answers all certificates that came along; else what comes cannot be read, and the person is told."""
        self.serve('--to-all', issuance='RenewKey=either\nRenewal=signed')
        self.assert_issued(self.request('--wait', '30'))
        self.assert_issued(self.renew('--new-key', 'ec-p256'), 2)
        self.serve(issuance='RenewKey=either\nRenewal=signed')
        run = self.renew('--new-key', 'ec-p256')
        self.assert_fails(run, DATA, r'handle')
        self.assertIn('cannot decrypt', run.stderr)
        self.assertEqual(len(self.holders()), 2)


class TestFaults(ScepTest):
    FAULTS = (
        ('error-500', (TRY_LATER, UNAVAILABLE), r'later|again'),
        ('html', (UNAVAILABLE, TRY_LATER), r'server|network|authority|plugin'),
        ('garbage', (UNAVAILABLE, DATA), r'authority|plugin|damaged|data'),
        ('huge', (DATA, UNAVAILABLE), r'limit|server|large'),
        ('reject', (REFUSED,), r'authority'),
        ('wrong-nonce', (DATA, UNAVAILABLE), r'damaged|authority|data|file'),
        ('wrong-transaction', (DATA, UNAVAILABLE), r'damaged|authority|data|file'),
        ('stranger', (DATA, UNAVAILABLE), r'damaged|authority|data|file'),
        ('to-nobody', (DATA, UNAVAILABLE), r'kind|handled|authority|not supported'),
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
        self.serve('--fault', 'reject')
        run = self.request('--wait', '20')
        self.assertIn('身份核验未通过', run.stdout + run.stderr)

    def test_server_of_nobody(self):
        """A server whose certificates the filed chain does not vouch for gets no challenge password."""
        stranger = self.person.root / 'stranger.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null', '-out', stranger, '-subj', '/CN=Stranger',
                        '-days', '30'], check=True, capture_output=True)
        self.serve('--challenge', 'x', fields=CHALLENGE, chain=stranger.read_text(encoding='utf-8'))
        run = self.request('--wait', '20', '--secret-file', self.challenge('x'))
        self.assert_refused(run, (REFUSED,), r'allowed|refused')


if __name__ == '__main__':
    main()
