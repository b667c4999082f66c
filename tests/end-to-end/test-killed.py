#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-killed: requests by EST, SCEP and a JSON service, the program killed at every state and between two of them, then gone on with.

Whatever was killed when: one key on the token, one certificate there, one certificate that the authority knows of. (CMP: tests/enrolment/test-enrolment.c;
a desk with everything else: test-flow-interrupted.c.)
"""
import json
import shutil
import signal

from server_world import ServerTest
from world import PASSED, PATIENCE, SOURCE, main

STATES = ('disclosed', 'key-generated', 'key-made', 'submitted', 'answered', 'issued', 'checked', 'certificate-stored', 'installed', 'accepted', 'confirmed')


class KilledTest(ServerTest):
    def secret(self):
        return self.person.root / 'activation-code'

    def ask(self, stop, *more, authority='sample'):
        run = self.person.signet('request', 'new', '--authority', authority, '--token', 'Sample token', '--key', 'ec-p256', '--field',
                                 'name=Li Na (sample)', '--accept-terms', '--pin-file', self.person.pin, '--wait', '20',
                                 *more, environment={'SIGNET_TEST_STOP_AT': stop})
        self.assertEqual(run.returncode, -signal.SIGKILL, f'{stop}: {run.stdout}\n{run.stderr}')

    def issued(self):
        """What the authority has certified, by its own book."""
        lines = (self.world.root / 'pki/index.txt').read_text(encoding='utf-8').splitlines()
        return [line for line in lines if 'Li Na (sample)' in line]

    def keys(self):
        run = self.person.signet('token', 'list', '--json')
        return [key for token in json.loads(run.stdout)['tokens'] for key in token['keys']]

    def go_on(self):
        request, = self.requests()
        if request['state'] == 'confirmed':
            return
        self.wait_for(lambda: self.person.signet('request', 'resume', request['id'], '--accept-terms', '--wait', '20', '--pin-file', self.person.pin)
                      .returncode == PASSED, seconds=PATIENCE)

    def check(self, before, stop):
        self.assertEqual([entry['state'] for entry in self.requests()], ['confirmed'], stop)
        self.assertEqual(len(self.keys()), 1, stop)
        self.assertEqual(len(self.holders()), 1, stop)
        self.assertEqual(len(self.issued()), before + 1, f'{stop}: the authority has issued more than one')

    def each(self, states=STATES):
        for stop in states:
            with self.attempt(killed=stop):
                before = len(self.issued())
                yield stop
                self.go_on()
                self.check(before, stop)


class TestKilled(KilledTest):
    def test_est(self):
        for stop in self.each(('waiting', *STATES)):
            self.write_profile('est', self.start_server('signet-test-est', *(('--fault', 'waiting') if stop == 'waiting' else ())), 'https://%s')
            self.ask(stop)

    def test_scep(self):
        for stop in self.each(('waiting', *STATES)):
            self.write_profile('scep', self.start_server('signet-test-scep', *(('--fault', 'waiting') if stop == 'waiting' else ())), 'http://%s/scep',
                               'CheckAfter=1', anchors=False)
            self.ask(stop)

    def test_rest(self):
        for stop in self.each(('waiting', *STATES)):
            port = self.start_server('signet-test-portal', *(('--pending', '1') if stop == 'waiting' else ()))
            text = (SOURCE / 'tests/tools/sample-portal.profile').read_text(encoding='utf-8').replace('@PORT@', port)
            (self.authorities() / 'sample-ca.profile').unlink(missing_ok=True)
            (self.authorities() / 'sample-portal.profile').write_text(text, encoding='utf-8')
            shutil.copy(self.world.root / 'pki/chain.pem', self.authorities() / 'sample-portal-chain.pem')
            self.ask(stop, '--field', 'organisation=Sample Ltd', '--field', 'account=li.na', '--secret-file', self.secret(), authority='sample-portal')


if __name__ == '__main__':
    main()
