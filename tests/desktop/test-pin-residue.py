#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-pin-residue: a PIN typed on the keyboard into the window is, once the token has it, nowhere in the memory of the window or of the
token's process; and as long as it is in the dialog, it is in memory that is locked.

The window is held (SIGNET_TEST_HOLD_AT) when the token has signed and is still logged in; then every mapped byte is read. A screen reader's
bus is there all the while, and everything that goes over it is looked through as well.
"""
import os
import re
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import RETURN, Desk  # noqa: E402  pylint: disable=wrong-import-position
from keyboard import Keyboard  # noqa: E402  pylint: disable=wrong-import-position
from memory import children, find_in_memory, forms, is_held, locked_regions, may_read_others  # noqa: E402  pylint: disable=wrong-import-position
from world import PASSED, SANITIZED, World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

PIN = 'zx81residueofapin'
WRONG = 'qw29anotherwrongpin'
PATIENCE = 60


def pieces(pin):
    """A copy made while it was typed is shorter by what was still to come."""
    return [form for part in (pin[:10], pin[-10:]) for form in forms(part)]


class Residue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        pin_file = cls.world.folder / 'residue-pin'
        pin_file.write_text(PIN + '\n', encoding='utf-8')
        pin_file.chmod(0o600)
        run = cls.world.signet('token', 'change-pin', '--pin-file', cls.world.pin, '--new-pin-file', pin_file)
        assert run.returncode == PASSED, run.stderr
        pin_file.unlink()

    def setUp(self):
        self.keyboard = Keyboard()
        self.addCleanup(self.keyboard.close)
        self.document = sample_pdf(self.world.folder / 'document with a name to be found.pdf')
        environment = {**self.world.environment, 'SIGNET_TEST_HOLD_AT': 'signed'}
        environment.pop('MALLOC_PERTURB_', None)  # as a person has it: what is freed stays as it was
        self.desk = Desk(environment, self.document)
        self.addCleanup(self.desk.close)
        self.addCleanup(self.go_on)
        self.overheard = self.world.folder / 'overheard'
        with self.overheard.open('wb') as sink:
            self.listener = subprocess.Popen(['dbus-monitor', '--address', self.desk.bus.address], stdout=sink)
        self.addCleanup(self.end_listener)

    def end_listener(self):
        self.listener.terminate()
        self.listener.wait()

    def go_on(self):
        if self.desk.process.poll() is None:
            os.kill(self.desk.process.pid, signal.SIGCONT)

    def type_pin(self, pin, question):
        self.desk.find(question)
        self.desk.find('Sign', ('button', 'push button'), sensitive=False)
        row = self.desk.find('PIN', ('text box',))
        self.assertNotIn('button', [node.role() for node in self.desk.walk(row)], 'what is shown is drawn from memory that nobody wipes')
        self.keyboard.type(pin)
        self.desk.find('Sign', ('button', 'push button'), sensitive=True)
        self.assert_only_locked(pin)

    def assert_nowhere(self, pid, what, proof):
        self.assertTrue(find_in_memory(pid, proof), f'the memory of the {what} was not read: {proof} is surely there')
        found = find_in_memory(pid, *pieces(PIN), *pieces(WRONG))
        self.assertEqual(found, [], f'the PIN is in the memory of the {what}')

    def assert_nowhere_at_all(self):
        pid = self.desk.process.pid
        self.assert_nowhere(pid, 'window', b'document with a name to be found')
        hosts = [child for child in children(pid) if b'signet-token-host' in Path(f'/proc/{child}/cmdline').read_bytes()]
        self.assertTrue(hosts, 'no process holds the token')
        for host in hosts:
            if may_read_others():
                self.assert_nowhere(host, 'token host', b'signet-token-host')

    def assert_only_locked(self, pin):
        pid = self.desk.process.pid
        self.assertTrue(find_in_memory(pid, pin.encode()), 'what was typed is not there')
        self.assertEqual(find_in_memory(pid, *pieces(pin), besides=locked_regions(pid)), [], 'what was typed is in memory that may be swapped out')

    def assert_nobody_was_told(self):
        """Not the whole, and not a character at a time."""
        self.end_listener()
        said = self.overheard.read_text(encoding='utf-8', errors='replace')
        self.assertIn('member=TextCaretMoved', said, 'nothing was overheard')
        typed = ''.join(re.findall(r'string "insert"\n +int32 \d+\n +int32 \d+\n +variant +string "(.*)"', said))
        for pin in (PIN, WRONG):
            self.assertNotIn(pin, typed, 'what was typed was told on the accessibility bus')
            self.assertNotIn(pin, said, 'the PIN was told on the accessibility bus')

    def wait_until_held(self):
        end = time.monotonic() + PATIENCE
        while not is_held(self.desk.process.pid):
            self.assertLess(time.monotonic(), end, 'nothing was signed')
            time.sleep(0.05)

    def test_typed(self):
        self.desk.click('Sign…')
        self.type_pin(WRONG, lambda text: text.startswith('PIN for'))
        self.keyboard.press(RETURN)
        self.type_pin(PIN, 'That PIN was wrong. Nothing was signed.')
        self.keyboard.press(RETURN)
        self.wait_until_held()
        self.assert_nowhere_at_all()
        self.go_on()
        self.desk.find('Signed, and Checked Again after Writing')
        self.assert_nowhere_at_all()
        self.assert_nobody_was_told()


if __name__ == '__main__':
    if SANITIZED:
        print('a sanitizer keeps what a module frees, and has more memory mapped than can be read')
        sys.exit(77)
    unittest.main(verbosity=2)
