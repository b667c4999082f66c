# SPDX-License-Identifier: GPL-3.0-or-later
"""server_world: what the tests of EST and SCEP share: a person with a token, an authority's server on loopback with one fault, its profile."""
import contextlib
import json
import subprocess

from world import BUILD, PASSED, SOURCE, UNAVAILABLE, FaultTest

FIELDS = '''
[Field name]
Type=text
Label=Name
Required=true
'''

USER_FIELDS = '''
[Field user]
Type=text
Label=User
Required=true

[Field password]
Type=secret
Label=Password
Required=true
'''


class ServerTest(FaultTest):
    """A fresh person for each test; certificates of the world's own test PKI."""
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

    def authorities(self):
        return self.person.root / 'data/signet/authorities'

    def start_server(self, program, *arguments, port_file='server.port'):
        """Starts one of the test servers with @arguments; returns its port."""
        path = self.person.root / port_file
        path.unlink(missing_ok=True)
        server = subprocess.Popen([BUILD / 'tests/servers' / program, self.world.root / 'pki', '--port-file', path, *map(str, arguments)],
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.wait_for(lambda: path.exists() and path.read_text(encoding='utf-8').strip())
        return path.read_text(encoding='utf-8').strip()

    def write_profile(self, plugin, port, url, issuance='', fields='', anchors=True, chain=None):
        """The one authority of this person. @url: with %s for host and port."""
        host = f'127.0.0.1:{port}'
        # the world's own authority is of the same PKI: a renewal would find it first
        (self.authorities() / 'sample-ca.profile').unlink(missing_ok=True)
        chain = chain or (self.world.root / 'pki/chain.pem').read_text(encoding='utf-8')
        (self.authorities() / 'sample-chain.pem').write_text(chain, encoding='utf-8')
        text = (f'[Profile]\nId=sample\nName=Sample authority\nPlugin={plugin}\n\n[Authority]\nSample=true\nChain=sample-chain.pem\n\n'
                f'[Permissions]\nHosts={host}\nKeyTypes=rsa-3072;ec-p256;ec-p384\n\n'
                f'[Issuance]\nUrl={url % host}\nSubject=CN={{name}},O=Sample Ltd,C=CN\n{issuance}\n')
        if anchors:
            text += '[Services]\nTlsAnchors=sample-chain.pem\n'
        (self.authorities() / 'sample.profile').write_text(text + FIELDS + fields, encoding='utf-8')

    def use_sample(self, plugin, port):
        """The profile the documentation gives to begin from, for the server at @port."""
        text = (SOURCE / 'plugins' / plugin / 'sample.profile').read_text(encoding='utf-8')
        for name in (f'ra.example:{port}', 'ra.example:443', 'ra.example:80', 'ra.example'):
            text = text.replace(name, f'127.0.0.1:{port}')
        chain = (self.world.root / 'pki/chain.pem').read_text(encoding='utf-8')
        (self.authorities() / 'sample-ca.profile').unlink(missing_ok=True)
        (self.authorities() / 'example-chain.pem').write_text(chain, encoding='utf-8')
        (self.authorities() / 'sample.profile').write_text(text.replace(f'Id=example-{plugin}', 'Id=sample'), encoding='utf-8')

    def request(self, *more, key='ec-p256', **options):
        return self.person.signet('request', 'new', '--authority', 'sample', '--token', 'Sample token', '--key', key, '--field',
                                  'name=Li Na (sample)', '--accept-terms', '--pin-file', self.person.pin, *more, **options)

    def renew(self, *more, **options):
        """The certificate there is, in the place of itself."""
        return self.person.signet('request', 'renew', self.holders()[0]['sha256'], '--accept-terms', '--wait', '30', '--pin-file', self.person.pin,
                                  *more, **options)

    def holders(self):
        run = self.person.signet('certificate', 'list', '--json')
        self.assertIn(run.returncode, (PASSED, UNAVAILABLE), run.stderr)
        all_ = json.loads(run.stdout).get('certificates', []) if run.stdout.strip() else []
        return [entry for entry in all_ if entry.get('sha256')]

    def requests(self):
        run = self.person.signet('request', 'list', '--json')
        self.assertEqual(run.returncode, PASSED, run.stderr)
        return json.loads(run.stdout)['requests']

    def assert_issued(self, run, count=1):
        self.assertEqual(run.returncode, PASSED, f'{run.stdout}\n{run.stderr}')
        self.assertEqual(len(self.holders()), count)

    def assert_refused(self, run, statuses, words):
        """Nothing installed, the request kept, and words that help."""
        self.assertIn(run.returncode, statuses, f'{run.stdout}\n{run.stderr}')
        self.assert_helps(run, words)
        self.assertEqual(self.holders(), [], 'a certificate was installed')
        self.assertEqual(len(self.requests()), 1, 'the request is not listed: its key on the token would be forgotten')
