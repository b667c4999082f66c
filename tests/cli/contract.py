# SPDX-License-Identifier: GPL-3.0-or-later
"""contract: what the tests of the command line share: a person's empty folders, a run, and what docs/cli.md promises of every run."""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
CLI = os.environ['SIGNET_CLI']
PATIENCE = 120

PASSED, FAILED, INDETERMINATE, NOT_SIGNED = 0, 1, 2, 3
USAGE, DATA, NO_INPUT, UNAVAILABLE, INTERNAL, CANNOT_WRITE, TRY_LATER, REFUSED, CANCELLED = 64, 65, 66, 69, 70, 73, 75, 77, 130


class CommandLineTest(unittest.TestCase):
    """A test case with folders of its own; nothing of the person who runs it is read."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix='signet-cli.'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / 'home'
        self.home.mkdir()
        self.desk = self.folder / 'desk'
        self.desk.mkdir()
        places = {f'XDG_{name}_HOME': str(self.home / name.lower()) for name in ('DATA', 'CONFIG', 'CACHE', 'STATE')}
        self.environment = {**os.environ, 'HOME': str(self.home), **places}
        for name in ('SIGNET_USER_DIR', 'SIGNET_AUTHORITY_PATH', 'G_MESSAGES_DEBUG', 'NO_COLOR', 'LANGUAGE'):
            self.environment.pop(name, None)

    def signet(self, *arguments, environment=None, **options):
        options = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'cwd': self.desk, **options}
        command = [CLI, *(argument if isinstance(argument, bytes) else str(argument) for argument in arguments)]
        run = subprocess.run(command, env={**self.environment, **(environment or {})}, timeout=PATIENCE, check=False,
                             start_new_session=True, **options)
        run.out = (run.stdout or b'').decode('utf-8')  # what is not UTF-8 is a defect and fails here
        run.err = (run.stderr or b'').decode('utf-8')
        return run

    def signet_json(self, *arguments, status, **options):
        """Exactly one document on stdout, of version 1, whatever happens."""
        run = self.signet(*arguments, '--json', **options)
        self.assertEqual(run.returncode, status, run.out + run.err)
        document = json.loads(run.out)
        self.assertEqual(document['version'], 1)
        return document

    def assert_status(self, run, status):
        self.assertEqual(run.returncode, status, run.out + run.err)

    def assert_plain(self, text):
        """Nothing on the screen can move the cursor, hide text or turn its direction."""
        self.assertNotRegex(text, r'[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]')

    def assert_says(self, run, words):
        self.assertRegex((run.out + run.err).lower(), words)
        self.assertNotRegex(run.err, r'CRITICAL|GLib|assertion|\(null\)')
        self.assert_plain(run.out + run.err)


class Terminal:
    """signet at a terminal of its own, as a person sees it."""

    def __init__(self, environment, *arguments, cwd=None):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.run = subprocess.Popen([CLI, *map(str, arguments)], env=environment, stdin=slave, stdout=slave, stderr=slave, cwd=cwd,
                                    preexec_fn=self._take_terminal)
        self.seen = ''

    @staticmethod
    def _take_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read_until(self, pattern, seconds=60):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f'no {pattern!r} in time, only {self.seen!r}')
            try:
                self.seen += os.read(self.master, 65536).decode('utf-8', errors='replace')
            except OSError as error:
                raise AssertionError(f'no {pattern!r}, only {self.seen!r}') from error
        return self.seen

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.master, text.encode())

    def finish(self, seconds=60):
        status = None
        deadline = time.monotonic() + seconds
        while status is None and time.monotonic() < deadline:
            status = self.run.poll()
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                try:
                    self.seen += os.read(self.master, 65536).decode('utf-8', errors='replace')
                except OSError:
                    pass
        return status

    def close(self):
        if self.run.poll() is None:
            self.run.kill()
            self.run.wait()
        os.close(self.slave)
        os.close(self.master)


def openssl(*arguments, cwd):
    subprocess.run(['openssl', *map(str, arguments)], cwd=cwd, check=True, capture_output=True)


EXTENSIONS = '''
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = critical, CA:false
keyUsage = critical, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
'''


def make_pki(folder, subject='/CN=Li Na (sample)/O=Sample Ltd'):
    """A root and a person's certificate without any server named in it, so that nothing is asked over a network."""
    (folder / 'pki.cnf').write_text(EXTENSIONS, encoding='utf-8')
    for name, dn, more in (('root', '/CN=Sample root', []), ('person', subject, ['-CA', 'root.pem', '-CAkey', 'root.key'])):
        openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', f'{name}.key', '-out', f'{name}.csr',
                '-subj', dn, '-utf8', cwd=folder)
        signed_by = more or ['-signkey', 'root.key']
        openssl('x509', '-req', '-in', f'{name}.csr', '-days', '30', '-extfile', 'pki.cnf', '-extensions', name, '-out', f'{name}.pem', *signed_by,
                cwd=folder)


def sign_detached(folder, data):
    """@data signed by somebody else's program, as CAdES beside it."""
    openssl('cms', '-sign', '-binary', '-cades', '-md', 'sha256', '-in', data, '-signer', 'person.pem', '-inkey', 'person.key',
            '-certfile', 'root.pem', '-outform', 'DER', '-out', f'{data}.p7s', cwd=folder)


def localized(folder):
    """The environment of somebody who reads Chinese: a locale of our own, because a bare Debian has none."""
    locale = Path(folder) / 'locale'
    locale.mkdir(exist_ok=True)
    subprocess.run(['localedef', '-i', 'zh_CN', '-f', 'UTF-8', locale / 'zh_CN.UTF-8'], check=True, capture_output=True)
    return {'LOCPATH': str(locale), 'LC_ALL': 'zh_CN.UTF-8'}


def main():
    unittest.main(verbosity=2)
