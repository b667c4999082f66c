#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-certificate-life: a certificate renewed, revoked, and its key said to be compromised, from the command line, with a token and an authority on loopback."""
import csv
import hashlib
import json
import shutil

from standing import StandingTest
from world import REFUSED, TRY_LATER, UNAVAILABLE, USAGE, main


class Life(StandingTest):
    def signet(self, *arguments, status=0, **options):
        run = self.world.signet(*arguments, **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def json(self, *arguments, status=0):
        return json.loads(self.signet(*arguments, '--json', status=status).stdout)

    def certificates(self):
        return self.json('certificate', 'list')['certificates']

    def sign(self, name, status=0, certificate=None):
        document = self.world.root / name
        document.write_text('an agreement (sample)\n', encoding='utf-8')
        named = ['--certificate', certificate] if certificate else []
        return self.signet('sign', *named, '--pin-file', self.world.pin, document, status=status)

    def test_compromised(self):
        fingerprint = self.certificates()[0]['sha256']
        self.sign('=contract.txt')
        table = self.world.root / 'signed.csv'
        said = self.json('certificate', 'compromised', '--since', '2026-01-01', '-o', table, '--yes', '--pin-file', self.world.pin, fingerprint[:16])
        self.assertEqual(said['act']['state'], 'done')
        self.assertEqual(said['act']['reason'], 'keyCompromise')
        self.assertEqual(said['blocked']['since'], '2026-01-01T00:00:00Z')
        self.assertEqual([entry['document'] for entry in said['signed']], ['=contract.txt'])
        with open(table, encoding='utf-8', newline='') as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(rows[0]['document'], "'=contract.txt", 'not a formula')
        self.assertEqual(rows[0]['told'], '')
        self.assertIn('keyCompromise', self.index())
        # by no way a signature any more, and no PIN is asked for it
        run = self.sign('later.txt', REFUSED, fingerprint)
        self.assertIn('blocked', run.stdout + run.stderr)
        listed = self.certificates()[0]
        self.assertEqual((listed['can_sign'], listed['cannot_sign_because']), (False, 'blocked'))
        self.assertEqual([entry['act'] for entry in self.json('journal', 'list')['entries']][:2], ['certificate-revoked', 'key-blocked'])
        standing = self.json('certificate', 'status', fingerprint, '--pin-file', self.world.pin)
        self.assertEqual(standing['acts'][0]['state'], 'done')
        self.assertIsNotNone(standing['blocked'])

    def test_blocked_without_the_authority_and_the_token(self):
        """What counts first needs no network and no token."""
        fingerprint = self.certificates()[0]['sha256']
        mend = self.change_profile((f':{self.world.port("CA")}', ':9'))
        tokens = self.world.root / 'data/signet/software-token'
        shutil.move(tokens, self.world.root / 'elsewhere')
        self.signet('certificate', 'compromised', '--yes', '--pin-file', self.world.pin, fingerprint, status=UNAVAILABLE)
        shutil.move(self.world.root / 'elsewhere', tokens)
        self.sign('later.txt', REFUSED, fingerprint)
        # kept, and sent with the next try
        mend()
        said = self.json('certificate', 'compromised', '--yes', '--pin-file', self.world.pin, fingerprint)
        self.assertEqual((said['act']['state'], said['act']['id']), ('done', 1))

    def test_lifted(self):
        fingerprint = self.certificates()[0]['sha256']
        said = self.json('certificate', 'compromised', '--no-revocation', '--yes', fingerprint)
        self.assertIsNone(said['act'])
        self.sign('one.txt', REFUSED, fingerprint)
        self.signet('request', 'renew', '--accept-terms', '--pin-file', self.world.pin, fingerprint, status=REFUSED)
        self.assertIsNone(self.json('certificate', 'compromised', '--lift', '--yes', fingerprint)['blocked'])
        self.sign('two.txt')
        self.signet('certificate', 'compromised', '--lift', '--yes', fingerprint, status=66)
        self.assertEqual([entry['act'] for entry in self.json('journal', 'list')['entries']][:3], ['signed', 'key-block-lifted', 'key-blocked'])

    def test_renewed(self):
        old = self.certificates()[0]
        said = self.json('request', 'renew', '--accept-terms', '--wait', '60', '--pin-file', self.world.pin, old['sha256'])
        self.assertEqual(said['request']['state'], 'confirmed')
        new = said['request']['certificate']
        self.assertEqual(new['subject'], old['subject'])
        self.assertNotEqual((new['serial'], new['sha256']), (old['serial'], old['sha256']))
        self.assertEqual(len(self.certificates()), 2, 'the old one stays unless told otherwise')
        self.signet('sign', '--certificate', new['sha256'], '--pin-file', self.world.pin, self.write('renewed.txt'))
        self.signet('request', 'renew', '--same-key', '--pin-file', self.world.pin, new['sha256'], status=77)  # the authority wants a new key
        self.change_profile(('[Issuance]', '[Issuance]\nRenewKey=either'))
        said = self.json('request', 'renew', '--same-key', '--delete-old', '--accept-terms', '--wait', '60', '--pin-file', self.world.pin, new['sha256'])
        self.assertEqual(said['request']['state'], 'confirmed')
        listed = {certificate['sha256'] for certificate in self.certificates()}
        self.assertEqual(listed, {old['sha256'], said['request']['certificate']['sha256']})

    def write(self, name):
        path = self.world.root / name
        path.write_text('sample\n', encoding='utf-8')
        return path

    def test_revoked(self):
        fingerprint = self.certificates()[0]['sha256']
        self.signet('request', 'revoke', '--reason', 'because', fingerprint, status=USAGE)
        self.signet('request', 'revoke', fingerprint, '--pin-file', self.world.pin, status=USAGE)  # nobody at a terminal to say yes
        self.assertNotIn('superseded', self.index())
        said = self.json('request', 'revoke', '--reason', 'superseded', '--yes', '--pin-file', self.world.pin, fingerprint)
        self.assertEqual(said['act']['state'], 'done')
        self.assertIn('superseded', self.index())
        self.assertEqual({event['plugin'] for event in said['act']['events']}, {'cmp'})
        # asked again, the authority says that it is done already, or does it once more: never a wrong word here
        self.assertIn(self.world.signet('request', 'revoke', '--yes', '--pin-file', self.world.pin, fingerprint).returncode, (0, REFUSED, TRY_LATER))

    def test_what_the_authority_does_not_take(self):
        fingerprint = self.certificates()[0]['sha256']
        self.change_profile(('Sample=true', 'Sample=true\nPhone=+86 10 0000 0000'), ('Plugin=cmp', 'Plugin=example'))
        run = self.signet('certificate', 'suspend', '--yes', fingerprint, status=UNAVAILABLE)
        self.assertIn('+86 10 0000 0000', run.stderr)

    def test_what_was_told(self):
        """Terms and statement are kept as they were shown, and what changed since is said."""
        server = self.serve_statement(b'%PDF-1.7 rules (sample)')
        self.change_profile(('https://sample-ca.example/cps', f'http://127.0.0.1:{server.server_port}/cps'))
        self.assertEqual(self.world.request().returncode, 0)
        request = self.json('request', 'show', '2')['request']
        told = {disclosure['key']: disclosure for disclosure in request['disclosures']}
        self.assertEqual(set(told), {'Terms', 'Cps', 'Fees', 'DataUse', 'Liability'})
        self.assertEqual(told['Cps']['document_sha256'], hashlib.sha256(server.content).hexdigest())
        with open(told['Cps']['document'], 'rb') as file:
            self.assertEqual(file.read(), server.content)
        self.assertEqual(told['Fees']['sha256'], hashlib.sha256(told['Fees']['text'].encode()).hexdigest())
        self.assertEqual({event['plugin'] for event in request['events'] if event['host']}, {'cmp'})
        self.assertIn(f'127.0.0.1:{self.world.port("CA")}', {event['host'] for event in request['events']})
        # the same again: nothing changed
        self.assertNotIn('Changed since', self.world.request().stderr)
        server.content = b'%PDF-1.7 other rules (sample)'
        self.change_profile(('Fees=None', 'Fees=100 a year'))
        said = self.world.request().stderr
        self.assertIn('Changed since', said)
        for part in ('Fees', 'Practice statement'):
            self.assertIn(part, said)
        self.assertNotIn('Liability', said)
        # what was agreed to then is still what it was
        self.assertEqual({d['key']: d for d in self.json('request', 'show', '2')['request']['disclosures']}, told)

    def test_statement_not_there(self):
        self.change_profile(('https://sample-ca.example/cps', 'http://127.0.0.1:9/cps'))
        run = self.world.request()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn('could not be fetched', run.stderr)
        told = {disclosure['key']: disclosure for disclosure in self.json('request', 'show', '2')['request']['disclosures']}
        self.assertIsNone(told['Cps']['document_sha256'])
        self.assertIsNotNone(told['Cps']['problem'])


if __name__ == '__main__':
    main()
