#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-life-cmp: the life of a certificate with an authority that speaks CMP, as the profile has it: each kind of first request, what protects it,
without confirmation, and what the authority says of its own chain. The plugin, the token and the authority's server are real.
"""
import json
import re

from world import PASSED, REFUSED, UNAVAILABLE, USAGE, FaultTest, main


class CmpTest(FaultTest):
    key = 'none'

    def setUp(self):
        self.person = self.world.copy()
        self.addCleanup(self.person.close)

    def issuance(self, **settings):
        path = self.person.root / 'data/signet/authorities/sample-ca.profile'
        lines = ''.join(f'{key}={value}\n' for key, value in settings.items())
        path.write_text(path.read_text(encoding='utf-8').replace('[Issuance]\n', '[Issuance]\n' + lines), encoding='utf-8')

    def obtain(self, *more):
        run = self.person.request('--wait', '20', '--json', *more)
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        return json.loads(run.stdout)['request']

    def assert_confirmed(self, request):
        self.assertEqual(request['state'], 'confirmed')
        self.assertEqual(request['certificate']['subject'], 'CN=Li Na (sample),O=Sample Ltd,C=CN')
        self.assertTrue(all(row['same'] for row in request['differences']), request['differences'])


class TestRequests(CmpTest):
    def test_bodies(self):
        for body in ('ir', 'cr', 'p10cr'):
            with self.subTest(body=body):
                self.setUp()
                self.issuance(Body=body)
                self.assert_confirmed(self.obtain())

    def test_without_confirmation(self):
        """Where the profile says so and the authority agrees, no certConf is sent; the certificate is checked and stored all the same."""
        self.issuance(ImplicitConfirm='true')
        self.assert_confirmed(self.obtain())

    def test_vouched_for(self):
        """A second certificate, asked for with the key of the first: no code from a letter, and the person sees which one vouches."""
        first = self.obtain()
        self.issuance(Body='cr', Protection='signature')
        run = self.person.request('--wait', '20')
        self.assertEqual(run.returncode, USAGE, 'a certificate vouched without being asked about: ' + run.stdout + run.stderr)
        self.assertIn('CN=Li Na (sample)', run.stdout + run.stderr)
        second = self.obtain('--vouch')
        self.assert_confirmed(second)
        self.assertNotEqual(second['certificate']['sha256'], first['certificate']['sha256'])

    def test_nobody_to_vouch(self):
        self.issuance(Body='cr', Protection='signature')
        run = self.person.request('--wait', '20')
        self.assert_fails(run, UNAVAILABLE, r'certificate')


class TestRenewals(CmpTest):
    def renew(self, certificate, *more):
        run = self.person.signet('request', 'renew', '--accept-terms', '--wait', '20', '--pin-file', self.person.pin, '--json', *more,
                                 certificate['sha256'])
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        return json.loads(run.stdout)['request']

    def assert_renewed(self, before, after, same_key):
        self.assert_confirmed(after)
        self.assertEqual(after['kind'], 'renew')
        self.assertNotEqual(after['certificate']['sha256'], before['certificate']['sha256'])
        self.assertEqual(after['key_sha256'] == before['key_sha256'], same_key)

    def test_new_key(self):
        """kur: the old key signs the message, the new one proves itself."""
        first = self.obtain()
        self.assert_renewed(first, self.renew(first['certificate'], '--new-key', 'ec-p256'), same_key=False)

    def test_same_key(self):
        """Only where the authority's profile says that it renews so."""
        first = self.obtain()
        run = self.person.signet('request', 'renew', '--accept-terms', '--same-key', '--pin-file', self.person.pin, first['certificate']['sha256'])
        self.assert_fails(run, REFUSED, r'authority')
        self.issuance(RenewKey='either')
        self.assert_renewed(first, self.renew(first['certificate'], '--same-key'), same_key=True)

    def test_otherwise(self):
        """Authorities that know no kur: a cr or p10cr, vouched for by the certificate that is renewed."""
        for body in ('cr', 'p10cr'):
            with self.subTest(body=body):
                self.setUp()
                self.issuance(RenewBody=body)
                first = self.obtain()
                self.assert_renewed(first, self.renew(first['certificate'], '--new-key', 'ec-p256'), same_key=False)


class TestStanding(CmpTest):
    """rr, and what the authority's own book says afterwards."""

    def standing(self, certificate):
        for line in (self.world.root / 'pki/index.txt').read_text(encoding='utf-8').splitlines():
            columns = line.split('\t')
            if int(columns[3], 16) == int(certificate['serial'].replace(':', ''), 16):
                return columns[0], columns[2].partition(',')[2]
        self.fail('the authority does not know the certificate')

    def act(self, *command):
        run = self.person.signet(*command, '--yes', '--pin-file', self.person.pin, '--json', self.certificate['sha256'])
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        self.assertEqual(json.loads(run.stdout)['act']['state'], 'done')

    def test_hold_and_revocation(self):
        self.certificate = self.obtain()['certificate']
        self.act('certificate', 'suspend')
        self.assertEqual(self.standing(self.certificate), ('R', 'certificateHold'))
        self.act('certificate', 'resume')
        self.assertEqual(self.standing(self.certificate)[0], 'V')
        self.act('request', 'revoke', '--reason', 'superseded')
        self.assertEqual(self.standing(self.certificate), ('R', 'superseded'))


class TestChain(CmpTest):
    def ask(self):
        run = self.person.signet('authority', 'show', 'sample-ca', '--ask', '--json')
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        return json.loads(run.stdout)['authority']['told']

    def test_as_filed(self):
        told = self.ask()
        self.assertGreaterEqual(len(told), 2)
        self.assertTrue(all(row['filed'] for row in told), told)
        self.assertTrue(all(row['certificate']['class'] == 'authority' for row in told), told)

    def test_not_filed(self):
        """What is told and not filed is marked, and files nothing."""
        chain = self.person.root / 'data/signet/authorities/sample-ca-chain.pem'
        certificates = re.findall(r'-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n', chain.read_text(encoding='ascii'), re.DOTALL)
        chain.write_text(certificates[0], encoding='ascii')
        told = self.ask()
        self.assertEqual([row['filed'] for row in told].count(False), len(certificates) - 1)
        run = self.person.signet('authority', 'show', 'sample-ca', '--ask')
        self.assertIn('not filed', run.stdout)
        self.assertEqual(chain.read_text(encoding='ascii'), certificates[0])

    def test_down(self):
        path = self.person.root / 'data/signet/authorities/sample-ca.profile'
        path.write_text(path.read_text(encoding='utf-8').replace(f'127.0.0.1:{self.world.port("CA")}', '127.0.0.1:1'), encoding='utf-8')
        self.assert_fails(self.person.signet('authority', 'show', 'sample-ca', '--ask'), UNAVAILABLE, r'server|network|connect|reach')


if __name__ == '__main__':
    main()
