#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-hostile-plugin: a plugin that a person has allowed, and that abuses it: other servers, headers, secrets, signatures, certificates that
are not the answer, anchors, forms that imitate a PIN prompt, escapes in every text. Attempts on the wall itself: tests/plugin.
"""
import base64
import http.server
import json
import re
import subprocess
import threading

from world import PASSED, REFUSED, SOURCE, FaultTest, main

MANIFEST = """[Plugin]
Id=hostile
Name=Friendly\\t<b>CA</b> \u202eplugin
Version=1
Api=1
Exec=hostile.py
Kinds=issuance

[Permissions]
Hosts=*profile*
Methods=csr;http
Secrets=code
"""
HELD = ['other-host', 'user-part', 'host-as-user', 'backslash', 'fragment', 'file', 'ftp', 'local-name', 'redirect', 'header-lines', 'header-name',
        'header-host', 'header-length', 'header-split', 'url-lines', 'method-delete', 'other-secret', 'sign', 'sign-digest', 'cmp', 'transport',
        'read-secret', 'pin', 'anchor']
CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


class Listener:
    """A server that notes who came; "elsewhere" on it leads to another."""

    def __init__(self, target=None):
        listener = self
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                listener.seen.append((self.path, dict(self.headers)))
                self.send_response(302 if self.path.endswith('elsewhere') else 200)
                if self.path.endswith('elsewhere'):
                    self.send_header('Location', target)
                self.send_header('Content-Length', '0')
                self.end_headers()

            do_POST = do_DELETE = do_GET

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_port}/'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class HostilePlugin(FaultTest):
    key = 'none'

    def setUp(self):
        self.person = self.world.copy()
        self.addCleanup(self.person.close)
        self.elsewhere = Listener()
        self.addCleanup(self.elsewhere.close)
        self.own = Listener(self.elsewhere.url)
        self.addCleanup(self.own.close)
        folder = self.person.root / 'data/signet/plugins/1/hostile'
        folder.mkdir(parents=True)
        (folder / 'hostile.plugin').write_text(MANIFEST, encoding='utf-8')
        program = folder / 'hostile.py'
        program.write_bytes((SOURCE / 'tests/end-to-end/walk/hostile.py').read_bytes())
        program.chmod(0o755)
        self.write_profile()
        run = self.person.signet('plugin', 'allow', '--yes', 'hostile')
        self.assertEqual(run.returncode, PASSED, run.stderr)
        self.assertNotRegex(run.stdout + run.stderr, CONTROL)

    def pem(self, *arguments):
        """A certificate of the test's own, with a key nobody has."""
        return subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null',
                               '-subj', '/CN=Li Na (sample)', '-days', '30', *arguments], capture_output=True, text=True, check=True).stdout

    def write_profile(self):
        path = self.person.root / 'data/signet/authorities/sample-ca.profile'
        text = path.read_text(encoding='utf-8').replace('Plugin=cmp', 'Plugin=hostile')
        text = re.sub(r'Hosts=.*', f'Hosts={self.own.url.split("/")[2]}', text)
        text = re.sub(r'Subject=.*', 'Subject=CN=Li Na (sample)', text)
        ca = (self.person.root / 'pki/chain.pem').read_text(encoding='utf-8')
        values = {'Url': self.own.url, 'Elsewhere': self.elsewhere.url, 'Ca': ca, 'other-key': self.pem(),
                  'ca-certificate': self.pem('-addext', 'basicConstraints=critical,CA:TRUE'), 'filed-ca': ca}
        lines = ''.join(f'{key}={value.replace(chr(10), chr(92) + "n")}\n' for key, value in values.items())
        text = re.sub(r'\[Issuance\]\nUrl=.*\n', '[Issuance]\n' + lines.replace('\\', '\\\\'), text)
        path.write_text(text, encoding='utf-8')

    def attempt(self, name, *more):
        return self.person.signet('request', 'new', '--json', '--authority', 'sample-ca', '--token', 'Sample token', '--key', 'ec-p256', '--field',
                                  f'attempt={name}', '--accept-terms', '--pin-file', self.person.pin, *more)

    def certificates(self):
        run = self.person.signet('certificate', 'list', '--json')
        return [entry for entry in json.loads(run.stdout)['certificates'] if entry.get('sha256')]

    def test_what_it_asks_for(self):
        for name in HELD:
            with self.subTest(attempt=name):
                run = self.attempt(name)
                self.assertNotEqual(run.returncode, PASSED)
                self.assertNotIn('REACHED', run.stdout + run.stderr)
                self.assertEqual(self.elsewhere.seen, [], 'it got there')
                self.assertTrue(all('other' not in json.dumps(headers) for _, headers in self.own.seen))
                self.assertNotRegex(run.stderr + json.loads(run.stdout)['error']['text'], CONTROL)
        self.assertEqual(self.certificates(), [])

    def test_what_is_signed_is_what_was_shown(self):
        run = self.attempt('subject')
        error = json.loads(run.stdout)['error']
        der = base64.b64decode(re.search(r'csr ([A-Za-z0-9+/=]+)', error['detail'] + error['text']).group(1) + '==')
        text = subprocess.run(['openssl', 'req', '-inform', 'DER', '-noout', '-text', '-subject'], input=der, capture_output=True, check=False).stdout.decode()
        self.assertIn('Li Na (sample)', text)
        self.assertNotIn('Somebody Else', text)
        self.assertNotIn('CA:TRUE', text)

    def test_certificates_that_are_no_answer(self):
        for name in ('other-key', 'ca-certificate', 'filed-ca'):
            with self.subTest(attempt=name):
                run = self.attempt(name)
                self.assertNotEqual(run.returncode, PASSED)
                self.assertEqual(self.certificates(), [])

    def test_no_anchor(self):
        """A chain that comes along is shown as told; it anchors nothing and is filed nowhere."""
        before = sorted(path.name for path in (self.person.root / 'data/signet').rglob('*.pem'))
        self.attempt('other-key')
        self.assertEqual(sorted(path.name for path in (self.person.root / 'data/signet').rglob('*.pem')), before)

    def test_texts_are_plain(self):
        run = self.attempt('escapes')
        self.assertEqual(run.returncode, REFUSED, run.stderr)
        self.assertNotRegex(run.stderr, CONTROL)
        for arguments in (('request', 'list'), ('plugin', 'list'), ('request', 'show', '1'), ('journal', 'list')):
            shown = self.person.signet(*arguments)
            self.assertNotRegex(shown.stdout + shown.stderr, CONTROL, arguments)

    def test_a_form_that_imitates_a_pin_prompt(self):
        run = self.attempt('imitate')
        self.assertNotEqual(run.returncode, PASSED)
        self.assertRegex(run.stderr, 'Warning: the plugin .* speaks of a PIN. The PIN of your token is no answer')
        self.assertNotRegex(run.stderr, CONTROL)


if __name__ == '__main__':
    main()
