#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-certmonger-scep: certmonger's scep-submit carries messages that Signet makes, to a certificate on a software token.

Debian's helper against Debian's server: neither was written here. signet-test-scep does what that server cannot: an RA, EC keys, waiting.
"""
import unittest
from pathlib import Path

from scep_server import CHALLENGE, resume_at_a_terminal, start_debian
from server_world import ServerTest
from world import DATA, PASSED, PATIENCE, REFUSED, TRY_LATER, UNAVAILABLE, main

HELPER = Path('/usr/lib/certmonger/scep-submit')


@unittest.skipUnless(HELPER.exists(), 'certmonger is not here')
class HelperTest(ServerTest):
    def reach(self, port, issuance='', **options):
        """The one authority, through the helper, which somebody has allowed."""
        self.write_profile('certmonger', port, 'http://%s/scep', f'Helper=scep-submit\nArguments=-u;http://127.0.0.1:{port}/scep\n{issuance}',
                           anchors=False, **options)
        self.assertEqual(self.person.signet('plugin', 'allow', '--yes', '--helper', HELPER, 'certmonger').returncode, PASSED)

    def serve(self, *arguments, **options):
        self.reach(self.start_server('signet-test-scep', *arguments), **options)

    def challenge(self, text):
        path = self.person.root / 'challenge'
        path.touch(mode=0o600)
        path.write_text(text + '\n', encoding='utf-8')
        return path


class TestDebian(HelperTest):
    def setUp(self):
        super().setUp()
        self.port, self.depot = start_debian(self, 'open-sesame')
        self.reach(self.port, fields=CHALLENGE, chain=(self.depot / 'ca.pem').read_text(encoding='utf-8'))

    def test_issued(self):
        run = self.request('--wait', '30', '--secret-file', self.challenge('open-sesame'), key='rsa-3072')
        self.assertIn('identity-only', run.stdout + run.stderr, run.stdout + run.stderr)
        status, said = resume_at_a_terminal(self.person, self.requests()[0]['id'])
        self.assertEqual(status, PASSED, said)
        self.assertEqual(len(self.holders()), 1)
        self.assertEqual(self.requests()[0]['state'], 'confirmed')
        self.assertTrue([path for path in self.depot.glob('*.pem') if path.name != 'ca.pem'], 'the server knows of no certificate')

    def test_wrong_challenge(self):
        run = self.request('--wait', '30', '--secret-file', self.challenge('not-the-word'), key='rsa-3072')
        self.assert_refused(run, (REFUSED,), r'authority')
        self.assertNotIn('not-the-word', run.stdout + run.stderr)

    def test_other_chain(self):
        """What the helper fetched is not what the authority has filed: it gets no message, and so no challenge password."""
        self.reach(self.port, fields=CHALLENGE)
        run = self.request('--wait', '10', '--secret-file', self.challenge('open-sesame'), key='rsa-3072')
        self.assert_refused(run, (REFUSED,), r'allowed|refused')


class TestOther(HelperTest):
    def test_key_that_only_signs(self):
        """An EC key neither decrypts nor signs SCEP's messages: the one-time key does, as with the plugin scep."""
        self.serve('--challenge', '挑战 42', fields=CHALLENGE)
        self.assert_issued(self.request('--wait', '30', '--secret-file', self.challenge('挑战 42')))
        self.assertNotIn('weak-algorithms', self.person.signet('journal', 'list', '--json').stdout)

    def test_waiting(self):
        self.serve('--fault', 'waiting', issuance='CheckAfter=1')
        self.assert_fails(self.request('--wait', '0'), TRY_LATER, r'authority|later|resume')
        request = self.requests()[0]
        self.assertEqual(request['state'], 'waiting')
        self.wait_for(lambda: self.person.signet('request', 'resume', request['id'], '--wait', '5', '--pin-file', self.person.pin)
                      .returncode == PASSED, seconds=PATIENCE)
        self.assertEqual(len(self.holders()), 1)

    def test_faults(self):
        for fault, statuses, words in (('reject', (REFUSED,), r'authority'), ('wrong-key', (DATA, REFUSED), r'authority'),
                                       ('wrong-issuer', (DATA, REFUSED), r'authority'), ('ca-certificate', (DATA, REFUSED), r'authority'),
                                       ('wrong-nonce', (TRY_LATER, UNAVAILABLE), r'.'), ('garbage', (TRY_LATER, UNAVAILABLE), r'.'),
                                       ('html', (TRY_LATER, UNAVAILABLE), r'.'), ('to-nobody', (DATA, UNAVAILABLE), r'kind|handled|authority')):
            with self.attempt(fault=fault):
                self.serve('--fault', fault)
                self.assert_refused(self.request('--wait', '5'), statuses, words)

    def test_down(self):
        self.reach(1)
        self.assert_refused(self.request('--wait', '3'), (TRY_LATER, UNAVAILABLE), r'authority|network|later')


if __name__ == '__main__':
    main()
