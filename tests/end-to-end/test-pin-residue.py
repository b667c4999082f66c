#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-pin-residue: after signing, the PIN is nowhere: not in the memory of the command line or of the token's process, not in an
argument, the environment, the journal, a file that was written, or anything that was said, however much was to be said.

The command line is held (SIGNET_TEST_HOLD_AT) when the token has signed and is still logged in; then every mapped byte of both processes
is read. Without arguments on a software token; inside tests/token/ground/with-reader on the card there, through each module it names.
"""
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from memory import children, find_in_memory, forms, is_held, may_read_others  # noqa: E402  pylint: disable=wrong-import-position
from world import BUILD, CLI, PASSED, PATIENCE, SANITIZED, World, main, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

ON_A_CARD = os.environ.get('SIGNET_GROUND_KIND') == 'reader'
# what a module itself keeps while it is logged in: one copy each, gone with its process
KEPT_BY_MODULES = {'libykcs11': 1}


class Residue:
    """Mixed into a test case that says where and with which PIN."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(dir=self.base, prefix='residue.'))
        self.document = sample_pdf(self.folder / 'document with a name to be found.pdf')
        self.said = b''

    def hold(self, *arguments, **options):
        environment = {**self.environment, 'SIGNET_TEST_HOLD_AT': 'signed', 'G_MESSAGES_DEBUG': 'all'}
        process = subprocess.Popen([CLI, 'sign', *self.more, *map(str, arguments), self.document], env=environment, **options)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.wait()

    def listen(self, descriptor):
        ready, _, _ = select.select([descriptor], [], [], 0.05)
        if not ready:
            return
        try:
            self.said += os.read(descriptor, 1 << 16)
        except OSError:
            pass

    def wait_until_held(self, process, descriptor):
        deadline = time.monotonic() + PATIENCE
        while not is_held(process.pid):
            self.assertLess(time.monotonic(), deadline, self.said)
            self.assertIsNone(process.poll(), self.said)
            self.listen(descriptor)

    def assert_clean_process(self, pid, what, proof, kept=0):
        self.assertTrue(find_in_memory(pid, proof), f'the memory of the {what} was not read: {proof} is surely there')
        found = find_in_memory(pid, *forms(self.pin))
        self.assertLessEqual(len(found), kept, f'the PIN is in the memory of the {what}: {found}')
        for name in ('cmdline', 'environ'):
            self.assertNotIn(self.pin.encode(), Path(f'/proc/{pid}/{name}').read_bytes(), f'{name} of the {what}')

    def assert_clean(self, process):
        hosts = [pid for pid in children(process.pid) if b'signet-token-host' in Path(f'/proc/{pid}/cmdline').read_bytes()]
        self.assertTrue(hosts, 'no process holds the token')
        self.assert_clean_process(process.pid, 'command line', b'document with a name to be found')
        for host in hosts:
            if may_read_others():
                self.assert_clean_process(host, 'token host', b'signet-token-host', self.kept)

    def finish(self, process, descriptor):
        os.kill(process.pid, signal.SIGCONT)
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            self.listen(descriptor)
        for _ in range(20):
            self.listen(descriptor)
        self.assertEqual(process.returncode, PASSED, self.said)
        self.assertEqual(children(process.pid), [], 'the process that held the token is still there')
        self.assertNotIn(self.pin.encode(), self.said, 'the PIN was said')
        self.assertIn(b'call Sign (', self.said, 'nothing of the messages was said')
        for path in [*self.folder.rglob('*'), *self.files()]:
            if path.is_file():
                self.assertNotIn(self.pin.encode(), path.read_bytes(), path)

    def sign(self, *arguments, **options):
        source, sink = os.pipe()
        process = self.hold(*arguments, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, **options)
        os.close(sink)
        self.addCleanup(os.close, source)
        self.wait_until_held(process, source)
        self.assert_clean(process)
        self.finish(process, source)

    def files(self):
        """What Signet keeps: the journal, requests, settings, caches."""
        return [path for path in Path(self.environment.get('SIGNET_USER_DIR', self.folder)).rglob('*')
                if path.is_file() and 'software-token' not in path.parts]

    # --- the ways a PIN comes in

    def test_from_a_file(self):
        self.sign('--pin-file', self.pin_file)

    def test_from_a_descriptor(self):
        source, sink = os.pipe()
        os.write(sink, self.pin.encode() + b'\n')
        os.close(sink)
        self.sign('--pin-fd', source, pass_fds=[source])
        os.close(source)

    def test_typed(self):
        master, slave = pty.openpty()

        def take_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        process = self.hold(stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal)
        self.addCleanup(os.close, master)
        os.close(slave)
        for _ in range(self.questions):
            seen = len(self.said)
            deadline = time.monotonic() + PATIENCE
            while not re.search(rb'PIN for [^\n]*: $', self.said[seen:]):
                self.assertLess(time.monotonic(), deadline, self.said)
                self.listen(master)
            os.write(master, self.pin.encode() + b'\n')
            time.sleep(0.2)
        self.wait_until_held(process, master)
        self.assert_clean(process)
        self.finish(process, master)


@unittest.skipIf(ON_A_CARD, 'on a card')
class OnASoftwareToken(Residue, unittest.TestCase):
    pin = 'Zx81-residue-of-a-pin'
    more = []
    questions = 1
    kept = 0

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.base = cls.world.folder
        cls.environment = cls.world.environment
        cls.pin_file = cls.base / 'residue-pin'
        cls.pin_file.write_text(cls.pin + '\n', encoding='utf-8')
        cls.pin_file.chmod(0o600)
        run = cls.world.signet('token', 'change-pin', '--pin-file', cls.world.pin, '--new-pin-file', cls.pin_file)
        assert run.returncode == PASSED, run.stderr

    def files(self):
        return [path for path in super().files() if path != self.pin_file]

    def serve_slowly(self, person):
        """The sample authority wants to think for a while."""
        port_file = self.folder / 'port'
        server = subprocess.Popen([BUILD / 'tests/servers/signet-test-ca', 'serve', self.world.root / 'pki', '--reference', '1234', '--secret',
                                   'signet-demo', '--fault', 'waiting', '--check-after', '8', '--port-file', port_file],
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, server)
        self.wait_until(lambda: port_file.exists() and port_file.read_text(encoding='utf-8').strip())
        profile = person.root / 'data/signet/authorities/sample-ca.profile'
        text = profile.read_text(encoding='utf-8')
        profile.write_text(text.replace(f'127.0.0.1:{self.world.port("CA")}', f'127.0.0.1:{port_file.read_text(encoding="utf-8").strip()}'),
                           encoding='utf-8')

    def wait_until(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, 'it did not happen in time')
            time.sleep(0.1)

    def test_between_two_logins(self):
        """A request that waits for its authority has used its PIN and will need it again: it reads the file then, and keeps nothing."""
        person = self.world.copy()
        self.addCleanup(person.close)
        self.serve_slowly(person)
        process = person.start('request', 'new', '--authority', 'sample-ca', '--token', 'Sample token', '--key', 'ec-p256', '--field',
                               'name=Wang Wu (sample)', '--field', 'organisation=Sample Ltd', '--field', 'reference=1234', '--secret-file',
                               person.root / 'activation-code', '--accept-terms', '--pin-file', self.pin_file, '--wait', str(PATIENCE))
        self.addCleanup(self.end, process)
        self.wait_until(lambda: '"waiting"' in person.signet('request', 'list', '--json').stdout)
        self.assert_clean_process(process.pid, 'command line', b'Wang Wu (sample)')
        self.assertIsNone(process.poll(), 'it did not wait')
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, PASSED)


def on_a_card(module):
    class OnACard(Residue, unittest.TestCase):
        pin = '73918264'  # the card's own stands in every help text
        questions = 2  # the key asks at every signature
        kept = KEPT_BY_MODULES.get(Path(module).name.split('.')[0], 0)

        @classmethod
        def setUpClass(cls):
            cls.base = Path(tempfile.mkdtemp(prefix='signet-residue.'))
            cls.environment = {**os.environ, 'HOME': str(cls.base / 'home'), 'SIGNET_USER_DIR': str(cls.base / 'user')}
            for name in ('home', 'user'):
                (cls.base / name).mkdir()
            cls.addClassCleanup(subprocess.run, ['rm', '-rf', cls.base], check=False)
            cls.pin_file = cls.write(cls.base / 'residue-pin', cls.pin)
            own = cls.write(cls.base / 'own-pin', os.environ['SIGNET_GROUND_PIN'])
            cls.change(own, cls.pin_file)
            cls.addClassCleanup(cls.change, cls.pin_file, own)
            listed = subprocess.run([CLI, 'certificate', 'list', '--module', module], env=cls.environment, capture_output=True, text=True,
                                    check=True).stdout
            fingerprint = re.search(r'([0-9a-f]{16})  Sample Person \(signature\)', listed).group(1)
            cls.more = ['--module', module, '--certificate', fingerprint]

        @classmethod
        def write(cls, path, text):
            path.write_text(text + '\n', encoding='utf-8')
            path.chmod(0o600)
            return path

        @classmethod
        def change(cls, old, new):
            subprocess.run([CLI, 'token', 'change-pin', '--module', module, '--pin-file', old, '--new-pin-file', new], env=cls.environment,
                           check=True, stdout=subprocess.DEVNULL)

    OnACard.__qualname__ = OnACard.__name__ = 'OnACard_' + Path(module).name.split('.')[0].replace('-', '_')
    return OnACard


if ON_A_CARD:
    globals().update({case.__name__: case for case in map(on_a_card, os.environ['SIGNET_GROUND_MODULES'].split(':'))})

if __name__ == '__main__':
    if SANITIZED:
        print('a sanitizer keeps what a module frees, and has more memory mapped than can be read')
        sys.exit(77)
    if not may_read_others():
        print('only root may read the memory of the process that holds the token: this part is left out')
    main()
