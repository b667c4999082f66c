# SPDX-License-Identifier: GPL-3.0-or-later
"""world: what the end-to-end tests share: a world of sample data, the command line run in it, and what must hold after any fault.

A test sees Signet as a script does: arguments, files, exit status, words. It never looks inside.
"""
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
BUILD = Path(os.environ['SIGNET_BUILD_ROOT'])
CLI = os.environ['SIGNET_CLI']
SANITIZED = os.environ.get('SIGNET_SANITIZED') == '1'
PATIENCE = 180 if SANITIZED else 60

# what AddressSanitizer says of a module that crashes on purpose; a crash of ours would show in the exit status
SANITIZER_REPORT = re.compile(r'^(AddressSanitizer:|={20,}|==\d+==|    #\d+ |SUMMARY: Addr|\s*$).*\n', re.MULTILINE)

# the contract: docs/cli.md
PASSED, FAILED, INDETERMINATE, NOT_SIGNED = 0, 1, 2, 3
USAGE, DATA, NO_INPUT, UNAVAILABLE, INTERNAL, CANNOT_WRITE, TRY_LATER, REFUSED, CANCELLED = 64, 65, 66, 69, 70, 73, 75, 77, 130


class World:
    """One person's folders, a software token with a certificate, a sample authority on loopback."""

    def __init__(self, key='ec-p256', *options):
        self.folder = Path(tempfile.mkdtemp(prefix='signet-test.'))
        self.keeper = subprocess.Popen([SOURCE / 'tests/tools/world-keeper', self.folder / 'world', key, *options],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in self.keeper.stdout:
            if line.strip() == 'ready':
                break
            said.append(line)
        else:
            raise RuntimeError('the sample world did not open:\n' + ''.join(said))
        entries = (self.folder / 'world/environment').read_text(encoding='utf-8').split('\0')
        self.environment = dict(entry.split('=', 1) for entry in entries if '=' in entry)
        self.root = Path(self.environment['WORLD'])
        self.pin = self.root / 'pin'

    def close(self):
        self.keeper.stdin.close()
        try:
            self.keeper.wait(30)
        except subprocess.TimeoutExpired:
            self.keeper.kill()
        self.keeper.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def port(self, name):
        return self.environment[f'WORLD_{name}_PORT']

    def copy(self):
        """The same person elsewhere, for a test that spoils things. The authority stays the same one."""
        return CopiedWorld(self)

    def signet(self, *arguments, environment=None, timeout=PATIENCE, **options):
        return subprocess.run([CLI, *map(str, arguments)], env={**self.environment, **(environment or {})}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors='replace', timeout=timeout, check=False, **options)

    def start(self, *arguments, environment=None, **options):
        return subprocess.Popen([CLI, *map(str, arguments)], env={**self.environment, **(environment or {})}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace', **options)

    def request(self, *more, **options):
        return self.signet('request', 'new', '--authority', 'sample-ca', '--token', 'Sample token', '--key', 'ec-p256',
                           '--field', 'name=Li Na (sample)', '--field', 'organisation=Sample Ltd', '--field', 'reference=1234',
                           '--secret-file', self.root / 'activation-code', '--accept-terms', '--pin-file', self.pin, *more, **options)


class CopiedWorld(World):
    # pylint: disable=super-init-not-called
    def __init__(self, original):
        self.folder = Path(tempfile.mkdtemp(prefix='signet-test.'))
        self.root = self.folder / 'world'
        shutil.copytree(original.root, self.root, symlinks=True)
        before, after = str(original.root), str(self.root)
        self.environment = {name: value.replace(before, after) for name, value in original.environment.items()}
        for path in self.root.rglob('*'):
            # files that name their own place: the software token's configuration
            if path.suffix in ('.conf', '.ini', '.profile') and path.is_file():
                path.write_text(path.read_text(encoding='utf-8').replace(before, after), encoding='utf-8')
        self.pin = self.root / 'pin'

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sample_pdf(path, size=20000):
    subprocess.run([sys.executable, SOURCE / 'tests/bench/make-pdf.py', str(size), path], check=True)
    return path


def read_message(source):
    """One HTTP message with a Content-Length."""
    data = b''
    while b'\r\n\r\n' not in data:
        data += source.recv(65536)
    head, body = data.split(b'\r\n\r\n', 1)
    length = int(re.search(rb'content-length: *(\d+)', head.lower()).group(1))
    while len(body) < length:
        body += source.recv(65536)
    return head + b'\r\n\r\n' + body


def forward_all(door, port, action):
    """Every connection through @door goes on to @port, until the door is closed; @action happens once the first was asked."""
    acted = False
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        with client, socket.create_connection(('127.0.0.1', int(port))) as server:
            if not acted:
                acted = True
                action()
            for source, target in ((client, server), (server, client)):
                target.sendall(read_message(source))


def forward_one(door, port, action):
    """A door before a server: at the first knock does @action, then hands the request on and the answer back."""
    client, _ = door.accept()
    with client, socket.create_connection(('127.0.0.1', int(port))) as server:
        action()
        for source, target in ((client, server), (server, client)):
            target.sendall(read_message(source))


class Desk:
    """A folder with one document on it, and what must hold whatever happens while it is signed."""

    def __init__(self, world, size=20000):
        self.world = world
        self.folder = Path(tempfile.mkdtemp(dir=world.folder, prefix='desk.'))
        self.document = sample_pdf(self.folder / 'document.pdf', size)
        self.result = self.folder / 'result.pdf'
        self.digest = digest(self.document)

    def sign(self, *more, pin=None, document=None, **options):
        return self.world.signet(*self.sign_arguments(*more, pin=pin, document=document), **options)

    def sign_arguments(self, *more, pin=None, document=None):
        return ['sign', '--pin-file', pin or self.world.pin, '-o', self.result, *more, document or self.document]

    def faults(self, touched=False):
        """What does not hold. @touched: the test itself has changed the document."""
        if not touched and digest(self.document) != self.digest:
            yield 'the original was changed'
        left = {path.name for path in self.folder.iterdir()} - {self.document.name, self.result.name}
        if left:
            yield f'left behind: {sorted(left)}'
        if self.result.exists():
            check = self.world.signet('verify', self.result)
            if check.returncode != PASSED:
                yield f'a file stands under the final name and does not verify ({check.returncode}): {check.stdout}{check.stderr}'


class FaultTest(unittest.TestCase):
    """A test case with a world of its own class."""
    key = 'ec-p256'

    @classmethod
    def setUpClass(cls):
        cls.world = World(cls.key)
        cls.addClassCleanup(cls.world.close)

    def desk(self, **options):
        return Desk(self.world, **options)

    def assert_sound(self, desk, **options):
        self.assertEqual(list(desk.faults(**options)), [])

    def assert_helps(self, run, words):
        """The sentence names what happened and what to do: @words is a pattern of the remedy. No internals on the screen."""
        text = SANITIZER_REPORT.sub('', run.stderr) if SANITIZED else run.stderr
        self.assertTrue(text.strip(), 'it failed without a word')
        self.assertRegex(text.lower(), words)
        self.assertNotRegex(text, r'CRITICAL|WARNING \*\*|GLib|assertion|0x[0-9a-f]{8,}', text)
        self.assertNotIn('1234', re.sub(r'127\.0\.0\.1:\d+', '', text), 'a PIN or reference on the screen')

    def assert_fails(self, run, status, words):
        self.assertEqual(run.returncode, status, f'{run.stdout}\n{run.stderr}')
        self.assert_helps(run, words)

    def wait_for(self, condition, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, 'it did not happen in time')
            time.sleep(0.01)


def main():
    unittest.main(verbosity=2)
