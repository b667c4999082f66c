#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-clock: a computer whose clock is wrong by a year asks for certificates, by every protocol; then its clock is set right.

The program alone is lied to (libfaketime); tokens, plugins and servers know the time. What must hold: the person is told of the clock, with both
times; nothing is lost or wrongly accepted; when the clock is right the same request goes on to its one certificate.
"""
import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from server_world import ServerTest
from world import BUILD, DATA, PASSED, REFUSED, SOURCE, TRY_LATER, UNAVAILABLE, USAGE, main

LIBRARY = next(iter(sorted(Path('/usr/lib').glob('*/faketime/libfaketime.so.1'))), None)
WAYS = {'ahead': '+366d', 'behind': '-366d'}
TWO_TIMES = r'20\d\d-\d\d-\d\dT'


@unittest.skipIf(LIBRARY is None, 'faketime is not installed')
class ClockTest(ServerTest):
    def lie(self, way):
        return {'LD_PRELOAD': str(LIBRARY), 'FAKETIME': way, 'FAKETIME_DONT_FAKE_MONOTONIC': '1', 'FAKETIME_DONT_RESET': '1'}

    def secret(self, text):
        path = self.person.root / 'secret'
        path.touch(mode=0o600)
        path.write_text(text + '\n', encoding='utf-8')
        return path

    def ask(self, way, *more, authority='sample'):
        return self.person.signet('request', 'new', '--authority', authority, '--token', 'Sample token', '--key', 'ec-p256', '--field',
                                  'name=Li Na (sample)', '--accept-terms', '--pin-file', self.person.pin, '--wait', '2', *more, environment=self.lie(way))

    def resume(self, request, way=None, wait='20'):
        return self.person.signet('request', 'resume', request['id'], '--accept-terms', '--wait', wait, '--pin-file', self.person.pin,
                                  environment=self.lie(way) if way else None)

    def assert_told(self, run, status=(UNAVAILABLE,)):
        """Of the clock, with the time here and the time there."""
        said = run.stdout + run.stderr
        self.assertIn(run.returncode, status, said)
        self.assertRegex(said, r'[Cc]lock|date and time')
        self.assertGreaterEqual(len(set(re.findall(TWO_TIMES + r'\d\d:\d\d:\d\dZ', said))), 2, said)

    def assert_goes_on(self):
        """The same request, the same key, one certificate."""
        self.assertEqual(self.holders(), [], 'a certificate was installed')
        request, = self.requests()
        run = self.resume(request)
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        self.assertEqual([entry['state'] for entry in self.requests()], ['confirmed'])
        self.assertEqual(len(self.holders()), 1)

    def each_way(self):
        for name, way in WAYS.items():
            with self.attempt(clock=name):
                yield way


class TestProtocols(ClockTest):
    def test_cmp(self):
        for way in self.each_way():
            run = self.ask(way, '--field', 'organisation=Sample Ltd', '--field', 'reference=1234', '--secret-file',
                           self.person.root / 'activation-code', authority='sample-ca')
            self.assert_told(run)
            self.assert_goes_on()

    def test_est(self):
        for way in self.each_way():
            self.write_profile('est', self.start_server('signet-test-est'), 'https://%s')
            self.assert_told(self.ask(way))
            self.assert_goes_on()

    def test_scep(self):
        for way in self.each_way():
            self.write_profile('scep', self.start_server('signet-test-scep'), 'http://%s/scep', anchors=False)
            self.assert_told(self.ask(way))
            self.assert_goes_on()

    def test_rest(self):
        for way in self.each_way():
            port = self.start_server('signet-test-portal')
            text = (SOURCE / 'tests/tools/sample-portal.profile').read_text(encoding='utf-8').replace('@PORT@', port)
            (self.authorities() / 'sample-ca.profile').unlink(missing_ok=True)
            (self.authorities() / 'sample-portal.profile').write_text(text, encoding='utf-8')
            shutil.copy(self.world.root / 'pki/chain.pem', self.authorities() / 'sample-portal-chain.pem')
            self.assert_told(self.ask(way, '--field', 'organisation=Sample Ltd', '--field', 'account=li.na', '--secret-file', self.person.root / 'activation-code',
                                      authority='sample-portal'))
            self.assert_goes_on()

    def test_by_hand(self):
        """No server to compare with: what the certificate says is held against the clock, and a person would be asked."""
        for way in self.each_way():
            text = (SOURCE / 'tests/tools/sample-counter.profile').read_text(encoding='utf-8')
            (self.authorities() / 'sample-ca.profile').unlink(missing_ok=True)
            (self.authorities() / 'sample-counter.profile').write_text(text, encoding='utf-8')
            shutil.copy(self.world.root / 'pki/chain.pem', self.authorities() / 'sample-counter-chain.pem')
            run = self.ask(way, '--field', 'organisation=Sample Ltd', authority='sample-counter')
            self.assertEqual(run.returncode, TRY_LATER, run.stdout + run.stderr)
            csr, answer = self.person.root / 'out.csr', self.person.root / 'answer.pem'
            self.person.signet('request', 'export', self.requests()[0]['id'], '-o', csr)
            subprocess.run([BUILD / 'tests/servers/signet-test-ca', 'issue', self.world.root / 'pki', '--csr', csr, '--out', answer], check=True,
                           capture_output=True)
            run = self.person.signet('request', 'answer', '--pin-file', self.person.pin, answer, environment=self.lie(way))
            self.assert_told(run, (USAGE, REFUSED, DATA))
            self.assert_goes_on()


class TestConnections(ClockTest):
    def test_tls(self):
        """Years ahead every server's certificate has ended; before it began nobody's counts: no byte is sent, and both times are told."""
        for way, code in (('+7000d', 'tls-expired'), ('-366d', 'tls-not-yet-valid')):
            with self.attempt(way=way):
                self.write_profile('est', self.start_server('signet-test-est'), 'https://%s')
                run = self.ask(way, '--json')
                self.assertEqual(json.loads(run.stdout)['error']['code'], code, run.stdout)
                self.assert_told(run)
                self.assert_goes_on()


class TestWaiting(ClockTest):
    def test_jumps_ahead(self):
        """A request is not given up because a clock says that months have gone by: the authority's server is asked what time it is."""
        self.write_profile('scep', self.start_server('signet-test-scep', '--fault', 'waiting'), 'http://%s/scep', 'CheckAfter=1', anchors=False)
        run = self.request('--wait', '0')
        self.assertEqual(run.returncode, TRY_LATER, run.stdout + run.stderr)
        self.assert_told(self.resume(self.requests()[0], '+366d', '0'))
        self.assertIn(self.requests()[0]['state'], ('waiting', 'issued'))
        self.assert_goes_on()

    def test_was_ahead(self):
        """Drafted by a clock that was a year ahead: when it is right, the authority is not asked in a year."""
        self.wait_with('+366d')

    def test_was_behind(self):
        """And one that was behind is not over time."""
        self.wait_with('-366d')

    def wait_with(self, way):
        self.write_profile('scep', self.start_server('signet-test-scep', '--fault', 'waiting'), 'http://%s/scep', 'CheckAfter=3600', anchors=False)
        run = self.person.signet('request', 'new', '--authority', 'sample', '--token', 'Sample token', '--key', 'ec-p256', '--field', 'name=Li Na (sample)',
                                 '--accept-terms', '--pin-file', self.person.pin, '--wait', '0', environment=self.lie(way))
        # the limit of the request, counted by the server's clock, is over by ours: told at once
        self.assertIn(run.returncode, (TRY_LATER, UNAVAILABLE), run.stdout + run.stderr)
        self.assertEqual(self.requests()[0]['state'], 'waiting')
        self.assert_goes_on()


if __name__ == '__main__':
    main()
