#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-request-secret: activation codes in a real key ring (gnome-keyring on a session bus of its own), and without one: never in a file.

Usage: test-request-secret.py TOOL
"""
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TOOL = sys.argv.pop(1) if len(sys.argv) > 1 else os.environ['SIGNET_SECRET_TOOL']
FOUND, NOT_THERE = 0, 3
SILENT_SERVICE = '''
import sys
from gi.repository import Gio, GLib
loop = GLib.MainLoop()
# takes the name and never answers
Gio.bus_own_name(Gio.BusType.SESSION, 'org.freedesktop.secrets', 0, None, lambda *a: print('ready', flush=True), None)
Gio.bus_get_sync(Gio.BusType.SESSION).add_filter(lambda c, m, incoming: None if incoming and m.get_path() and 'secrets' in m.get_path() else m)
loop.run()
'''


class Ring(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix='signet-ring-'))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.secret = 'code-' + secrets.token_hex(12)
        self.file = self.home / 'shifted'
        self.file.write_bytes(bytes(b + 1 for b in self.secret.encode()))
        for name in ('data', 'config', 'run', 'cache'):
            (self.home / name).mkdir(mode=0o700)
        self.environment = {**os.environ, 'HOME': str(self.home), 'XDG_DATA_HOME': str(self.home / 'data'), 'XDG_CONFIG_HOME': str(self.home / 'config'),
                            'XDG_RUNTIME_DIR': str(self.home / 'run'), 'XDG_CACHE_HOME': str(self.home / 'cache'),
                            'SIGNET_USER_DIR': str(self.home / 'data' / 'signet'),
                            'DBUS_SESSION_BUS_ADDRESS': f'unix:path={self.home}/no-bus'}
        for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'GNOME_KEYRING_CONTROL'):
            self.environment.pop(name, None)

    def start_bus(self):
        process = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address=1'], stdout=subprocess.PIPE, text=True,
                                   env=self.environment, stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop, process)
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = process.stdout.readline().strip()

    def start_ring(self, password):
        command = ['gnome-keyring-daemon', '--foreground', '--components=secrets'] + (['--unlock'] if password is not None else [])
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop, process)
        process.stdin.write((password or '').encode())
        process.stdin.close()
        self.wait_for_name()
        return process

    def wait_for_name(self):
        query = ['dbus-send', '--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner',
                 'string:org.freedesktop.secrets']
        for _ in range(400):
            if 'true' in subprocess.run(query, env=self.environment, capture_output=True, text=True).stdout:
                return
            time.sleep(0.05)
        self.fail('the key ring does not come up')

    @staticmethod
    def stop(process):
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()

    def tool(self, act, label='signet-0001', **more):
        return subprocess.run([TOOL, act, label, str(self.file)], env={**self.environment, **more}, timeout=200, stderr=subprocess.DEVNULL).returncode

    def list_items(self):
        return subprocess.run(['secret-tool', 'search', '--all', 'xdg:schema', 'org.signet.Request'], env=self.environment, capture_output=True,
                              text=True)

    def assert_nowhere_on_disk(self):
        for path in self.home.rglob('*'):
            if path.is_file() and not path.is_symlink():
                self.assertNotIn(self.secret.encode(), path.read_bytes(), path)

    def test_kept_and_removed(self):
        self.start_bus()
        self.start_ring('keyring')
        self.assertEqual(self.tool('keep'), 0)
        self.assertEqual(self.tool('find'), FOUND, 'another process finds it')
        self.assertEqual(self.tool('find', 'signet-0002'), NOT_THERE, 'one request does not see the secret of another')
        shown = self.list_items()
        for attribute in ('attribute.request = signet-0001', 'attribute.field = activation-code', 'attribute.authority = sample-ca'):
            self.assertIn(attribute, shown.stdout + shown.stderr)
        self.assert_nowhere_on_disk()
        self.assertEqual(self.tool('forget'), 0)
        self.assertEqual(self.tool('find'), NOT_THERE)
        self.assertEqual(self.list_items().stdout, '')

    def test_what_was_typed(self):
        """A wrong code goes; the key that the authority encrypts for stays until the request ends."""
        self.start_bus()
        self.start_ring('keyring')
        self.assertEqual(self.tool('keep'), 0)
        self.assertEqual(self.tool('keep', 'signet-0002'), 0)
        self.assertEqual(self.tool('keep-own'), 0)
        self.assertEqual(self.tool('forget-typed'), 0)
        self.assertEqual(self.tool('find'), NOT_THERE)
        self.assertEqual(self.tool('find', 'signet-0002'), FOUND, 'another request keeps its own')
        self.assertIn('attribute.field = signet:sample', self.list_items().stdout + self.list_items().stderr)
        self.assertEqual(self.tool('forget'), 0)
        self.assertNotIn('signet:sample', self.list_items().stdout + self.list_items().stderr)

    def test_no_service(self):
        self.assertEqual(self.tool('keep'), 0)
        self.assertEqual(self.tool('find'), NOT_THERE, 'kept for one run only')
        self.assert_nowhere_on_disk()

    def test_no_service_leaves_no_copy_in_memory(self):
        self.assertEqual(self.tool('residue'), 0)

    def test_locked(self):
        """Nobody answers the prompt: nothing is kept, nothing hangs, nothing is written."""
        self.start_bus()
        ring = self.start_ring('keyring')
        self.assertEqual(self.tool('keep'), 0)
        self.stop(ring)
        self.start_ring(None)
        self.assertEqual(self.tool('find', SIGNET_TEST_NOBODY='1'), NOT_THERE)
        self.assertEqual(self.tool('keep', 'signet-0003', SIGNET_TEST_NOBODY='1'), 0)
        self.assert_nowhere_on_disk()

    def test_prompt_refused(self):
        """gcr-prompter cannot come up here: for the core that is a person who says no."""
        self.start_bus()
        ring = self.start_ring('keyring')
        self.assertEqual(self.tool('keep'), 0)
        self.stop(ring)
        self.start_ring(None)
        self.assertEqual(self.tool('find'), NOT_THERE)
        self.assert_nowhere_on_disk()

    def test_hanging_service(self):
        self.start_bus()
        silent = subprocess.Popen([sys.executable, '-c', SILENT_SERVICE], env=self.environment, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop, silent)
        self.assertEqual(silent.stdout.readline().strip(), 'ready')
        self.assertEqual(self.tool('find', SIGNET_TEST_NOBODY='1'), NOT_THERE)


if __name__ == '__main__':
    for need in ('gnome-keyring-daemon', 'dbus-daemon', 'secret-tool'):
        if shutil.which(need) is None:
            print(f'{need} is not installed')
            sys.exit(77)
    unittest.main()
