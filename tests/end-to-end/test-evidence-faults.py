#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-evidence-faults: whatever the servers for OCSP, revocation lists and certificates of issuers do wrong: the other source is asked, nothing wrong
gets into a file, nothing is waited for without an end, and a person is told which server it was.

With --table it prints what was said in each case.
"""
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from world import INDETERMINATE, PASSED, SANITIZED, UNAVAILABLE, World, digest, main, sample_pdf

OFF = 'off'
DEADLINE = 2       # seconds for one answer in these tests
LONGEST = 60       # a generous end for one run under load

# each as the server's --fault; what the pattern says is in the technical detail
OCSP_FAULTS = {
    OFF: r'connect|refused', 'wrong-nonce': r'another nonce', 'wrong-certid': r'another certificate', 'wrong-signer': r'not signed by the issuer',
    'stranger': r'not signed by the issuer', 'ended-signer': r'not signed by the issuer', 'bad-signature': r'signature of the OCSP answer is wrong',
    'old-response': r'too old', 'yesterday': r'too old', 'future-response': r'from the future', 'try-later': r'trylater', 'unauthorized': r'unauthorized',
    'unknown': r'does not know', 'error-500': r'HTTP status 500', 'error-404': r'HTTP status 404', 'html': r'not an OCSP answer', 'garbage': r'not an OCSP answer',
    'truncated': r'not an OCSP answer', 'empty': r'not an OCSP answer|HTTP status 200', 'gzip-bomb': r'not an OCSP answer', 'elsewhere': r'sends us',
    'round': r'sends us|too often|redirect|round', 'endless': r'longer', 'slow': r'in time', 'drip': r'in time',
}
LIST_FAULTS = {
    OFF: r'connect|refused', 'expired': r'old|ended|newer', 'yesterday': r'old|ended|newer', 'future': r'future', 'bad-signature': r'signature', 'wrong-signer': r'signature',
    'other-issuer': r'issuer|another', 'only-ca': r'.', 'only-attributes': r'.', 'other-point': r'.', 'some-reasons': r'reasons', 'indirect': r'indirect|others',
    'delta': r'changes|delta|basis', 'critical-extension': r'critical|extension', 'critical-entry': r'critical|entry|extension', 'weak-algorithm': r'weak',
    'huge': r'longer', 'error-500': r'HTTP status 500', 'error-404': r'HTTP status 404', 'html': r'.', 'garbage': r'.', 'truncated': r'.',
    'empty': r'.', 'gzip-bomb': r'.', 'elsewhere': r'sends us', 'round': r'sends us|too often|redirect|round', 'endless': r'longer',
    'slow': r'in time', 'drip': r'in time',
}
# what another source is not needed for
FINE = {'ocsp': [None, 'no-nonce'], 'list': [None, 'no-next', 'only-user']}
ISSUER_FAULTS = [OFF, 'other-certificate', 'error-500', 'error-404', 'html', 'garbage', 'truncated', 'empty', 'gzip-bomb', 'elsewhere', 'round', 'endless', 'slow', 'drip']

MEMORY = 512 << 20  # bytes a run may ask for: no answer, however long, may need more

TABLE = []


def limit_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


class EvidenceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256', '--lists')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.desk = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.document = sample_pdf(self.desk / 'contract.pdf')
        self.before = digest(self.document)
        self.running = {}
        self.addCleanup(self.serve)
        self.ports = {'ocsp': self.world.port('OCSP'), 'list': self.world.port('LIST')}

    def serve(self, **wanted):
        """Starts servers as {kind: fault}; all others end. None: a good one. The ports stay, for they are in the certificate."""
        for server in self.running.values():
            server.kill()
            server.wait()
        self.running = {}
        for kind, fault in wanted.items():
            if fault != OFF:
                self.start(kind, fault)

    def start(self, kind, fault):
        program = os.environ['SIGNET_TEST_OCSP' if kind == 'ocsp' else 'SIGNET_TEST_REPOSITORY']
        port_file = self.desk.parent / f'{kind}.port'
        port_file.unlink(missing_ok=True)
        self.running[kind] = subprocess.Popen([program, self.world.root / 'pki', '--port', self.ports[kind], '--port-file', port_file,
                                               *(['--fault', fault] if fault else [])], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not (port_file.exists() and port_file.read_text(encoding='utf-8').strip()):
            self.assertLess(time.monotonic(), deadline, f'the {kind} server does not start with {fault}')
            time.sleep(0.01)

    def signet(self, *arguments, cache=None, environment=None):
        """With a cache of its own, so that nothing is known from before."""
        folder = cache or Path(tempfile.mkdtemp(dir=self.world.folder, prefix='cache.'))
        began = time.monotonic()
        run = self.world.signet(*arguments, cwd=self.desk, preexec_fn=None if SANITIZED else limit_memory,
                                environment={'XDG_CACHE_HOME': str(folder), 'SIGNET_TEST_DEADLINE': str(DEADLINE), **(environment or {})})
        self.assertLess(time.monotonic() - began, LONGEST, 'it waited too long')
        if cache is None:
            shutil.rmtree(folder)
        return run

    def sign(self, level, *more, **options):
        return self.signet('sign', '--pin-file', self.world.pin, '--level', level, '--tsa', f'http://127.0.0.1:{self.world.port("TSA")}/', *more, 'contract.pdf',
                           **options)

    def embedded(self, name='contract-signed.pdf'):
        """How many OCSP answers and lists are in the file."""
        data = (self.desk / name).read_bytes()

        def count(key):
            return sum(len(found.split(b' R')) - 1 for found in re.findall(rb'/%s \[([^]]*)\]' % key, data))
        return {'ocsp': count(b'OCSPs'), 'list': count(b'CRLs')}

    def verify(self, *arguments, **options):
        run = self.signet('verify', '--json', *arguments, **options)
        report, = json.loads(run.stdout)['files']
        signature, = report['signatures']
        return run.returncode, signature

    def assert_untouched(self):
        self.assertEqual(digest(self.document), self.before)
        self.assertEqual([path.name for path in self.desk.iterdir()], ['contract.pdf'], 'left behind')

    def name(self, kind, fault):
        """How the server is called: one that gave a signed answer by the name it signs with."""
        return 'Sample OCSP responder' if fault == 'unknown' else f'127.0.0.1:{self.ports[kind]}'

    def tell(self, what, fault, said):
        TABLE.append((what, fault or 'none', ' '.join(said.split())))


class SigningAtLt(EvidenceTest):
    """`sign --level lt`: what is wrong is never embedded; the other source is; without any there is no file."""

    def assert_other_is_used(self, kind, fault):
        other = 'list' if kind == 'ocsp' else 'ocsp'
        self.serve(**{kind: fault, other: None})
        run = self.sign('lt')
        self.assertEqual(run.returncode, PASSED, f'{fault}: {run.stderr}')
        found = self.embedded()
        self.assertEqual((found[kind], found[other] > 0), (0, True), f'{fault}: {found}')
        # what is inside serves where nobody answers
        self.serve()
        status, signature = self.verify('contract-signed.pdf')
        self.assertEqual((status, signature['level'], signature['revocation']['status']), (PASSED, 'B-LT', 'good'), f'{fault}: {signature}')
        (self.desk / 'contract-signed.pdf').unlink()
        self.assert_untouched()

    def assert_nothing_without(self, kind, fault):
        other = 'list' if kind == 'ocsp' else 'ocsp'
        self.serve(**{kind: fault, other: OFF})
        run = self.sign('lt')
        self.assertEqual(run.returncode, UNAVAILABLE, f'{fault}: {run.stdout}{run.stderr}')
        self.assertIn(self.name(kind, fault), run.stderr, f'{fault}: which server?')
        self.assert_untouched()
        self.tell(f'sign --level lt, {kind}', fault, run.stderr)

    def test_ocsp(self):
        for fault in OCSP_FAULTS:
            with self.subTest(fault=fault):
                self.assert_other_is_used('ocsp', fault)
                self.assert_nothing_without('ocsp', fault)

    def test_list(self):
        for fault in LIST_FAULTS:
            with self.subTest(fault=fault):
                self.assert_nothing_without('list', fault)

    def test_what_is_fine(self):
        for kind, faults in FINE.items():
            for fault in faults:
                with self.subTest(kind=kind, fault=fault):
                    self.serve(**{kind: fault})
                    run = self.sign('lt')
                    self.assertEqual(run.returncode, PASSED, f'{fault}: {run.stderr}')
                    self.assertGreater(self.embedded()[kind], 0)
                    (self.desk / 'contract-signed.pdf').unlink()

    def test_revoked_is_believed_from_a_list_too(self):
        """A broken OCSP server does not hide what the list says."""
        self.serve(ocsp='revoked-all', list=None)
        self.assertNotEqual(self.sign('lt').returncode, PASSED)
        self.assert_untouched()


class SigningAtT(EvidenceTest):
    """Below LT a person may sign although nobody knows, and is told so, with the servers' names."""

    def test_warned(self):
        for ocsp, lists in (('html', 'html'), ('wrong-nonce', OFF), (OFF, 'yesterday'), ('slow', 'drip')):
            with self.subTest(ocsp=ocsp, lists=lists):
                self.serve(ocsp=ocsp, list=lists)
                run = self.sign('t')
                self.assertEqual(run.returncode, PASSED, run.stderr)
                for port in self.ports.values():
                    self.assertIn(f'127.0.0.1:{port}', run.stderr)
                self.assertEqual(self.embedded(), {'ocsp': 0, 'list': 0})
                (self.desk / 'contract-signed.pdf').unlink()
                self.tell('sign --level t, both', f'{ocsp}, {lists}', run.stderr)


class Kept(EvidenceTest):
    """OCSP → list → what was kept; and what was kept is named with its time."""

    def test_kept_serves(self):
        cache = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='cache.'))
        self.serve(ocsp=None, list=None)
        self.assertEqual(self.sign('b', '-o', 'b.pdf', cache=cache).returncode, PASSED)
        self.serve()
        status, signature = self.verify('b.pdf', cache=cache)
        self.assertEqual((status, signature['revocation']['origin']), (PASSED, 'cache'))
        self.assertTrue(signature['revocation']['fetched_at'])
        (self.desk / 'b.pdf').unlink()
        run = self.sign('lt', cache=cache)
        self.assertEqual(run.returncode, PASSED, run.stderr)
        self.assertGreater(sum(self.embedded().values()), 0)
        self.assertEqual(digest(self.document), self.before)


class Verifying(EvidenceTest):
    """`verify` of a file without evidence of its own"""

    def test_faults(self):
        self.serve(ocsp=None)
        self.assertEqual(self.sign('b').returncode, PASSED)
        for kind, faults in (('ocsp', OCSP_FAULTS), ('list', LIST_FAULTS)):
            for fault, pattern in faults.items():
                with self.subTest(kind=kind, fault=fault):
                    self.serve(**{kind: fault, 'list' if kind == 'ocsp' else 'ocsp': OFF})
                    status, signature = self.verify('contract-signed.pdf')
                    self.assertEqual((status, signature['integrity']), (INDETERMINATE, 'intact'), f'{fault}: {signature}')
                    reasons = {reason['code']: reason['detail'] or '' for reason in signature['reasons']}
                    code, = [code for code in reasons if code.startswith('revocation-')]
                    self.assertIn(self.name(kind, fault), reasons[code], f'{fault}: which server?')
                    self.assertRegex(reasons[code].lower(), pattern.lower())
                    self.tell(f'verify, {kind}', fault, f'{code}: {reasons[code]}')

    def test_instead(self):
        """The list was read because OCSP failed: a note says which server and why."""
        self.serve(ocsp=None)
        self.assertEqual(self.sign('b').returncode, PASSED)
        self.serve(ocsp='wrong-nonce', list=None)
        status, signature = self.verify('contract-signed.pdf')
        self.assertEqual((status, signature['revocation']['source']), (PASSED, 'crl'))
        self.assertRegex(signature['revocation']['instead_because'], rf"127\.0\.0\.1:{self.ports['ocsp']}.*another nonce")


class Issuers(EvidenceTest):
    """The signature carries no certificate of its issuer: it is fetched, believed only when it fits, and who gave none is named."""

    def setUp(self):
        super().setUp()
        pki = self.world.root / 'pki'

        def run(*command):
            subprocess.run(list(map(str, command)), cwd=self.desk, check=True, capture_output=True)
        run('openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'person.key', '-out', 'person.csr', '-subj',
            '/CN=Li Na (sample)', '-utf8')
        run(os.environ['SIGNET_TEST_CA'], 'issue', pki, '--csr', 'person.csr', '--out', 'person.pem')
        run('openssl', 'cms', '-sign', '-binary', '-cades', '-in', 'contract.pdf', '-signer', 'person.pem', '-inkey', 'person.key', '-outform', 'DER', '-out',
            'contract.pdf.p7s', '-md', 'sha256')

    def verify_alone(self):
        """By somebody who knows the root and nothing of the authority."""
        home = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='home.'))
        try:
            return self.verify('--trust', self.world.root / 'pki/root.pem', '--detached', 'contract.pdf', 'contract.pdf.p7s',
                               environment={'XDG_DATA_HOME': str(home)})
        finally:
            shutil.rmtree(home)

    def test_faults(self):
        self.serve(ocsp=None, list=None)
        status, signature = self.verify_alone()
        self.assertEqual(status, PASSED, signature['reasons'])
        for fault in ISSUER_FAULTS:
            with self.subTest(fault=fault):
                self.serve(ocsp=None, list=fault)
                status, signature = self.verify_alone()
                self.assertEqual((status, signature['integrity']), (INDETERMINATE, 'intact'))
                said = {reason['code']: reason['detail'] or '' for reason in signature['reasons']}
                self.assertIn('no-trust-anchor', said)
                self.assertIn(f'127.0.0.1:{self.ports["list"]}', said['no-trust-anchor'], 'which server?')
                self.tell('verify, issuer', fault, said['no-trust-anchor'])


if __name__ == '__main__':
    if '--table' in sys.argv:
        sys.argv.remove('--table')
        unittest.main(verbosity=2, exit=False)
        for row in TABLE:
            print('| ' + ' | '.join(row) + ' |')
    else:
        main()
