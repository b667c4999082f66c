#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-enrol-faults: an authority that is down, lies or answers rubbish, a plugin that dies: nothing wrong is installed, nothing is lost.

After each fault the token holds no new certificate, the request is listed so that its key is not forgotten, and the words say what to do.
"""
import contextlib
import json
import subprocess

from world import BUILD, DATA, PASSED, PATIENCE, REFUSED, SANITIZED, TRY_LATER, UNAVAILABLE, Desk, FaultTest, main

BROKEN_MANIFEST = '''[Plugin]
Id=broken
Name=Broken plugin (sample)
Version=1
Api=1
Exec=broken
Kinds=issuance
[Permissions]
Hosts=*profile*
Methods=cmp
Secrets=activation-code
'''

# A plugin that is polite until the request is submitted.
BROKEN_PLUGIN = '''#!/usr/bin/python3
import json, os, signal, sys, time
for line in sys.stdin:
    call = json.loads(line)
    method = call.get('method')
    if method == 'hello':
        print(json.dumps({'id': call['id'], 'result': {'api': 1, 'methods': ['submit', 'poll', 'accept']}}), flush=True)
    elif method == 'form':
        fields = [{'id': name, 'type': kind, 'label': name, 'required': True} for name, kind in
                  (('name', 'text'), ('organisation', 'text'), ('reference', 'text'), ('activation-code', 'secret'))]
        print(json.dumps({'id': call['id'], 'result': {'fields': fields}}), flush=True)
    elif method == 'submit':
        BREAK
    elif method != 'shutdown':
        print(json.dumps({'id': call['id'], 'result': {}}), flush=True)
'''

BREAKS = {
    'dies': 'os.kill(os.getpid(), signal.SIGKILL)',
    'exits': 'sys.exit(3)',
    'nonsense': 'print("nonsense", flush=True)',
    'not even text': 'os.write(1, bytes([255, 254, 0, 10]))',
    'another answer': 'print(json.dumps({"id": call["id"] + 1, "result": {}}), flush=True)',
    'a certificate out of thin air': 'print(json.dumps({"id": call["id"], "result": {"certificate": "AAAA"}}), flush=True)',
    'too long': 'os.write(1, b"x" * 4000000)',
}


class EnrolFaultTest(FaultTest):
    key = 'none'

    def setUp(self):
        self.person = self.world.copy()
        self.addCleanup(self.person.close)

    @contextlib.contextmanager
    def attempt(self, **what):
        """A subtest with a person and servers of its own."""
        with self.subTest(**what):
            try:
                yield
            finally:
                self.doCleanups()
                self.setUp()

    def certificates(self):
        run = self.person.signet('certificate', 'list', '--json')
        self.assertIn(run.returncode, (PASSED, UNAVAILABLE), run.stderr)
        return json.loads(run.stdout).get('certificates', []) if run.stdout.strip() else []

    def holders(self):
        return [entry for entry in self.certificates() if entry.get('sha256')]

    def requests(self):
        run = self.person.signet('request', 'list', '--json')
        self.assertEqual(run.returncode, PASSED, run.stderr)
        return json.loads(run.stdout)['requests']

    def profile(self, text_of):
        path = self.person.root / 'data/signet/authorities/sample-ca.profile'
        path.write_text(text_of(path.read_text(encoding='utf-8')), encoding='utf-8')

    def use_port(self, port):
        self.profile(lambda text: text.replace(f'127.0.0.1:{self.world.port("CA")}', f'127.0.0.1:{port}'))

    def serve(self, fault, *more):
        """A server of the same authority that does one thing wrong; returns its port."""
        port_file = self.person.root / 'faulty.port'
        server = subprocess.Popen([BUILD / 'tests/servers/signet-test-ca', 'serve', self.world.root / 'pki', '--reference', '1234',
                                   '--secret', 'signet-demo', '--fault', fault, '--port-file', port_file, *more], stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.wait_for(lambda: port_file.exists() and port_file.read_text(encoding='utf-8').strip())
        return port_file.read_text(encoding='utf-8').strip()

    def assert_nothing_installed(self):
        self.assertEqual(self.holders(), [], 'a certificate was installed')
        requests = self.requests()
        self.assertEqual(len(requests), 1, 'the request is not listed: its key on the token would be forgotten')
        self.assertNotIn(requests[0]['state'], ('installed', 'confirmed', 'issued'))


class TestAuthority(EnrolFaultTest):
    def test_down(self):
        self.use_port(1)
        run = self.person.request('--wait', '5')
        self.assert_fails(run, UNAVAILABLE, r'server|network|connect|reach')
        self.assert_nothing_installed()

    def test_lies(self):
        """The key, the subject, the issuer, the kind of certificate: each is compared with what was asked for."""
        for fault in ('wrong-key', 'wrong-issuer', 'ca-certificate'):
            with self.attempt(fault=fault):
                self.use_port(self.serve(fault))
                run = self.person.request('--wait', '20')
                self.assertIn(run.returncode, (DATA, REFUSED), run.stdout + run.stderr)
                self.assert_helps(run, r'authority|certificate')
                self.assertEqual(self.holders(), [])

    def test_rubbish(self):
        for fault, statuses in (('error-500', (UNAVAILABLE, TRY_LATER)), ('garbage', (UNAVAILABLE, DATA)), ('huge', (UNAVAILABLE, DATA))):
            with self.attempt(fault=fault):
                self.use_port(self.serve(fault))
                run = self.person.request('--wait', '20')
                self.assertIn(run.returncode, statuses, run.stdout + run.stderr)
                self.assert_helps(run, r'authority|server|again|later')
                self.assert_nothing_installed()

    def test_refuses(self):
        self.use_port(self.serve('reject'))
        run = self.person.request('--wait', '20')
        self.assert_fails(run, REFUSED, r'authority')
        self.assert_nothing_installed()

    def test_wrong_activation_code(self):
        (self.person.root / 'activation-code').write_text('not-the-code\n', encoding='utf-8')
        run = self.person.request('--wait', '20')
        self.assertIn(run.returncode, (REFUSED, UNAVAILABLE, DATA))
        self.assert_helps(run, r'code|authority|reference')
        self.assertNotIn('not-the-code', run.stdout + run.stderr)
        self.assertEqual(self.holders(), [])

    def test_undecided_then_issued(self):
        """The authority wants to think: status 75, and the request goes on later from where it stood."""
        self.use_port(self.serve('waiting', '--check-after', '3'))   # a second may be over at once: clocks count whole ones
        run = self.person.request('--wait', '0')
        self.assert_fails(run, TRY_LATER, r'authority|later|resume|wait')
        request = self.requests()[0]
        self.wait_for(lambda: self.person.signet('request', 'resume', request['id'], '--wait', '5', '--pin-file', self.person.pin)
                      .returncode == PASSED, seconds=PATIENCE)
        self.assertEqual(len(self.holders()), 1)
        desk = Desk(self.person)
        self.assertEqual(desk.sign().returncode, PASSED)

    def test_killed_while_waiting_goes_on(self):
        """The process is killed while the authority's server hangs; afterwards the request is there and can be resumed."""
        self.use_port(self.serve('slow'))
        process = self.person.start('request', 'new', '--authority', 'sample-ca', '--token', 'Sample token', '--key', 'ec-p256', '--field',
                                    'name=Li Na (sample)', '--field', 'organisation=Sample Ltd', '--field', 'reference=1234', '--secret-file',
                                    self.person.root / 'activation-code', '--accept-terms', '--pin-file', self.person.pin, '--wait', '60')
        self.wait_for(lambda: any(request['state'] not in ('drafted', 'disclosed') for request in self.requests()), seconds=PATIENCE)
        process.kill()
        process.communicate()
        self.assertEqual(len(self.requests()), 1)
        self.assertEqual(self.holders(), [])

    def test_other_reference_text_is_no_command(self):
        """What a person types ends in fields, whatever it looks like."""
        run = self.person.signet('request', 'new', '--authority', 'sample-ca', '--token', 'Sample token', '--key', 'ec-p256', '--field',
                                 'name=Li Na,CN=Somebody Else\u202e', '--field', 'organisation=O=X/CN=Y', '--field', 'reference=1234',
                                 '--secret-file', self.person.root / 'activation-code', '--accept-terms', '--pin-file', self.person.pin,
                                 '--wait', '20')
        for certificate in self.holders():
            self.assertNotIn('\u202e', json.dumps(certificate, ensure_ascii=False))
        self.assertNotIn('\u202e', run.stdout + run.stderr)


class TestPlugin(EnrolFaultTest):
    def install(self, action):
        folder = self.person.root / 'plugins/1/broken'
        folder.mkdir(parents=True)
        (folder / 'broken.plugin').write_text(BROKEN_MANIFEST, encoding='utf-8')
        program = folder / 'broken'
        program.write_text(BROKEN_PLUGIN.replace('BREAK', action), encoding='utf-8')
        program.chmod(0o755)
        self.profile(lambda text: text.replace('Plugin=cmp', 'Plugin=broken'))
        self.person.environment['SIGNET_PLUGIN_PATH'] = f'{self.person.root}/plugins:{self.world.environment["SIGNET_PLUGIN_PATH"]}'

    def allow(self):
        run = self.person.signet('plugin', 'allow', '--yes', 'broken')
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)

    def test_is_off_until_allowed(self):
        with self.attempt(what='unasked'):
            self.install(next(iter(BREAKS.values())))
            run = self.person.request('--wait', '5')
            self.assert_fails(run, REFUSED, r'plugin.*off until')
            self.assertEqual((self.holders(), self.requests()), ([], []))
            self.allow()
            self.assertEqual(self.person.signet('plugin', 'forbid', 'broken').returncode, PASSED)
            self.assert_fails(self.person.request('--wait', '5'), REFUSED, r'you have forbidden this plugin')

    def test_breaks(self):
        for name, action in BREAKS.items():
            with self.attempt(what=name):
                self.install(action)
                self.allow()
                run = self.person.request('--wait', '20')
                self.assertNotIn(run.returncode, (PASSED, 70) if not SANITIZED else (PASSED,), run.stdout + run.stderr)
                self.assert_helps(run, r'plugin|authority')
                self.assert_nothing_installed()

    def test_is_not_there(self):
        self.profile(lambda text: text.replace('Plugin=cmp', 'Plugin=nowhere'))
        run = self.person.request('--wait', '5')
        self.assertNotEqual(run.returncode, PASSED)
        self.assert_helps(run, r'plugin')
        self.assertEqual(self.holders(), [])


if __name__ == '__main__':
    main()
