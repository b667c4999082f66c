#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-sign-cut-off: a time-stamp is wanted where none can be had: no server is named, or the computer is on no network. Said before the PIN, with the
option that helps; and with that option it is signed and waits. A server on this computer is none of that.
"""
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(os.environ['SIGNET_SOURCE_ROOT']) / 'tests/end-to-end')]
from world import CLI, PATIENCE, USAGE, World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

ALONE = ['unshare', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']  # a network of its own with nothing but loopback


def can_be_alone():
    return subprocess.run([*ALONE, 'true'], capture_output=True, check=False).returncode == 0


class CutOff(unittest.TestCase):
    def setUp(self):
        self.world = World('ec-p256')
        self.addCleanup(self.world.close)
        self.document = sample_pdf(self.world.folder / 'contract (sample).pdf')
        self.signed = self.document.with_name('contract (sample)-signed.pdf')

    def sign(self, *more, before=()):
        return subprocess.run([*before, CLI, 'sign', '--pin-file', str(self.world.pin), '--level', 't', *more, str(self.document)], check=False,
                              env=self.world.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)

    def name_no_server(self):
        for path in self.world.root.rglob('*'):
            if path.is_file() and path.suffix in ('.profile', '.conf', '.authority', '.ini') and b'\nTimeStamp=' in path.read_bytes():
                path.write_bytes(re.sub(rb'\nTimeStamp=[^\n]*', b'', path.read_bytes()))

    def assert_told(self, run, why):
        self.assertEqual(run.returncode, USAGE, run.stderr)
        self.assertIn(why, run.stderr)
        self.assertIn('--or-later', run.stderr)
        self.assertFalse(self.signed.exists())

    def assert_signed_and_waiting(self, run):
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(self.signed.exists())
        self.assertIn(self.signed.name, self.world.signet('extend', '--waiting', '--list').stdout)

    def test_no_server_is_named(self):
        self.name_no_server()
        self.assert_told(self.sign(), 'A time stamp needs a server')
        self.assert_signed_and_waiting(self.sign('--or-later'))

    @unittest.skipUnless(can_be_alone(), 'no network of its own is to be had here')
    def test_on_no_network(self):
        elsewhere = ('--tsa', 'http://192.0.2.7/')
        self.assert_told(self.sign(*elsewhere, before=ALONE), 'this computer is offline')
        self.assert_signed_and_waiting(self.sign(*elsewhere, '--or-later', before=ALONE))

    @unittest.skipUnless(can_be_alone(), 'no network of its own is to be had here')
    def test_a_server_on_this_computer_is_asked(self):
        run = self.sign('--tsa', 'http://127.0.0.1:9/', before=ALONE)
        self.assertNotIn('offline', run.stderr)
        self.assertEqual(run.returncode, 69, run.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
