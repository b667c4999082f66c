#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-token-faults: a module that crashes, hangs, lies or locks, a token pulled half-way: the command line says so and loses nothing.

The module is tests/token/hostile; what it does wrong stands in a file it reads at every call.
"""
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from world import BUILD, CANCELLED, PASSED, PATIENCE, REFUSED, UNAVAILABLE, Desk, FaultTest, digest, forward_all, main, sample_pdf

MODULE = BUILD / 'tests/token/hostile/signet-hostile.so'


class HostileTest(FaultTest):
    key = 'none'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = Path(tempfile.mkdtemp(dir=cls.world.folder, prefix='hostile.'))
        run = dict(cwd=cls.template, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem',
                        '-out', 'request.pem', '-subj', '/CN=Li Na (sample)/O=Sample Ltd/C=CN'], **run)
        subprocess.run([BUILD / 'tests/servers/signet-test-ca', 'issue', cls.world.root / 'pki', '--csr', 'request.pem', '--out',
                        'certificate.pem'], **run)
        subprocess.run(['openssl', 'x509', '-in', 'certificate.pem', '-outform', 'DER', '-out', 'cert.der'], **run)

    def setUp(self):
        self.token = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='token.'))
        for name in ('key.pem', 'cert.der'):
            shutil.copy(self.template / name, self.token)
        self.world.environment['SIGNET_TEST_HOSTILE_DIR'] = str(self.token)
        self.set_fault('')

    def set_fault(self, fault):
        # replaced, not rewritten: the module reads it at any moment
        new = self.token / 'fault.new'
        new.write_text(fault, encoding='utf-8')
        new.rename(self.token / 'fault')

    def logins(self):
        path = self.token / 'logins'
        return len(path.read_bytes()) if path.exists() else 0

    def sign(self, desk, *more, **options):
        return desk.sign('--module', MODULE, *more, **options)

    def assert_works_again(self):
        self.set_fault('')
        desk = self.desk()
        run = self.sign(desk)
        self.assertEqual(run.returncode, PASSED, run.stderr)
        self.assert_sound(desk)


class TestModule(HostileTest):
    def test_good_first(self):
        self.assert_works_again()
        self.assertEqual(self.logins(), 1, 'one action of the person is one login')

    def test_crashes(self):
        for function in ('C_Initialize', 'C_GetSlotList', 'C_OpenSession', 'C_Login', 'C_SignInit', 'C_Sign', 'C_Logout', 'C_Finalize'):
            with self.subTest(function=function):
                self.set_fault(f'crash {function}')
                desk = self.desk()
                run = self.sign(desk)
                if function in ('C_Logout', 'C_Finalize'):
                    # after the signature it is nobody's loss any more
                    self.assertEqual(run.returncode, PASSED, run.stderr)
                else:
                    self.assert_fails(run, UNAVAILABLE, r'driver|token')
                    self.assertFalse(desk.result.exists())
                self.assert_sound(desk)
                self.assert_works_again()

    def test_lies(self):
        for fault in ('wrong-signature', 'signature-lies', 'empty-signature', 'fail C_Sign', 'attributes-lie', 'slots-lie'):
            with self.subTest(fault=fault):
                self.set_fault(fault)
                desk = self.desk()
                run = self.sign(desk)
                self.assertNotEqual(run.returncode, PASSED)
                self.assert_helps(run, r'driver|token|certificate')
                self.assertFalse(desk.result.exists())
                self.assert_sound(desk)

    def test_texts_are_harmless(self):
        self.set_fault('junk')
        run = self.world.signet('token', 'list', '--module', MODULE)
        for bad in ('\x1b', '\u202e', '\x00'):
            self.assertNotIn(bad, run.stdout + run.stderr)

    def test_never_returns_from_listing(self):
        self.set_fault('hang C_GetSlotList')
        desk = self.desk()
        start = time.monotonic()
        run = self.sign(desk)
        self.assertLess(time.monotonic() - start, 30)
        self.assert_fails(run, UNAVAILABLE, r'driver|token')
        self.assert_sound(desk)

    def test_interrupted_while_it_hangs(self):
        """Ctrl+C is obeyed at once, whatever the module does."""
        self.set_fault('hang C_Sign')
        desk = self.desk()
        process = self.world.start(*desk.sign_arguments('--module', MODULE))
        self.wait_for(lambda: self.logins() > 0)
        time.sleep(0.5)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        self.assertLess(time.monotonic() - start, PATIENCE / 4, 'far less than a signature may take')
        self.assertEqual(process.returncode, CANCELLED)
        self.assertFalse(desk.result.exists())
        self.assert_sound(desk)


class TestPin(HostileTest):
    def wrong_pin(self):
        path = self.token / 'wrong-pin'
        path.write_text('9999\n', encoding='utf-8')
        path.chmod(0o600)
        return path

    def test_wrong_and_the_last_try(self):
        """Each try of a person is one try on the token; nothing tries by itself, and a script never spends the last one."""
        desk = self.desk()
        wrong = self.wrong_pin()
        for attempt in (1, 2):
            run = self.sign(desk, pin=wrong)
            self.assert_fails(run, REFUSED, r'pin')
            self.assertEqual(self.logins(), attempt)
            self.assertNotIn('9999', run.stdout + run.stderr)
        run = self.sign(desk)
        self.assert_fails(run, REFUSED, r'last try')
        self.assertEqual(self.logins(), 2, 'the last try was spent without a person')
        self.assertFalse(desk.result.exists())
        self.assert_sound(desk)

    def test_locked_before(self):
        (self.token / 'tries').write_text('xxx', encoding='utf-8')
        desk = self.desk()
        run = self.sign(desk)
        self.assert_fails(run, REFUSED, r'lock|unblock|puk')
        self.assert_sound(desk)

    def test_pin_file_is_not_there(self):
        desk = self.desk()
        run = self.sign(desk, pin=self.token / 'none')
        self.assertNotEqual(run.returncode, PASSED)
        self.assertEqual(self.logins(), 0)
        self.assert_helps(run, r'not there|no such|pin')
        self.assert_sound(desk)


class TestPulled(HostileTest):
    def test_pulled_in_a_batch(self):
        """The token goes while documents are signed: what was signed stays signed, the rest stays as it was, and it is said which."""
        folder = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='batch.'))
        documents = [sample_pdf(folder / f'document-{number:02}.pdf') for number in range(12)]
        digests = [digest(document) for document in documents]
        results = folder / 'results'
        results.mkdir()
        with socket.create_server(('127.0.0.1', 0)) as door:
            pull = threading.Thread(target=forward_all, args=(door, self.world.port('TSA'), lambda: self.set_fault('no-token')), daemon=True)
            pull.start()
            run = self.world.signet('sign', '--module', MODULE, '--pin-file', self.world.pin, '--level', 't', '--tsa',
                                    f'http://127.0.0.1:{door.getsockname()[1]}/', '--output-dir', results, *documents)
        self.assert_fails(run, UNAVAILABLE, r'token')
        self.assertEqual([digest(document) for document in documents], digests)
        made = sorted(results.iterdir())
        self.assertTrue(0 < len(made) < len(documents), made)
        more = re.search(r'(\d+) more documents? w', run.stderr)
        told = 1 + int(more.group(1)) if more else 1
        self.assertEqual(len(made) + told, len(documents), f'{run.stdout}{run.stderr}')
        for result in made:
            self.assertIn(result.name, run.stdout)
            self.assertNotIn(result.name.replace('-signed', ''), run.stderr)
        self.assertEqual(self.world.signet('verify', *made).returncode, PASSED)

    def test_gone_before(self):
        self.set_fault('no-token')
        desk = Desk(self.world)
        self.assert_fails(self.sign(desk), UNAVAILABLE, r'token')
        self.assertEqual(self.logins(), 0)
        self.assert_sound(desk)


if __name__ == '__main__':
    main()
