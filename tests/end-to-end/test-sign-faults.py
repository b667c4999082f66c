#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-sign-faults: whatever goes wrong while a document is signed, the original stays, and nothing half done gets the final name."""
import os
import resource
import signal
import socket
import subprocess
import threading
import unittest
from pathlib import Path

from world import CANNOT_WRITE, DATA, NO_INPUT, PASSED, PATIENCE, REFUSED, UNAVAILABLE, USAGE, Desk, FaultTest, digest, forward_one, main

# the stops of app/core/signing and the output file, in the order in which signing comes to them
KILL_POINTS = ('opened', 'prepared', 'signed', 'time-stamped', 'completed', 'verified', 'synced', 'renamed', 'journalled')


class TestKilled(FaultTest):
    def test_killed_at_each_point(self):
        self.assertEqual(len(KILL_POINTS), 9)
        tsa = f'http://127.0.0.1:{self.world.port("TSA")}/'
        for point in KILL_POINTS:
            with self.subTest(point=point):
                desk = self.desk()
                run = desk.sign('--level', 't', '--tsa', tsa, environment={'SIGNET_TEST_STOP_AT': point})
                self.assertEqual(run.returncode, -signal.SIGKILL, f'it was not killed at {point}: {run.stderr}')
                self.assert_sound(desk)
                self.assertEqual(desk.result.exists(), point in ('renamed', 'journalled'))

    def test_killed_while_replacing(self):
        """Replacing needs a name for a moment; the old file stays until the new one is whole."""
        for point in ('completed', 'synced', 'linked'):
            with self.subTest(point=point):
                desk = self.desk()
                desk.result.write_text('the one before', encoding='utf-8')
                run = desk.sign('--overwrite', environment={'SIGNET_TEST_STOP_AT': point})
                self.assertEqual(run.returncode, -signal.SIGKILL, f'it was not killed at {point}: {run.stderr}')
                self.assertEqual(desk.result.read_text(encoding='utf-8'), 'the one before')
                self.assertEqual(digest(desk.document), desk.digest)

    def test_signs_again_after_being_killed(self):
        desk = self.desk()
        desk.sign(environment={'SIGNET_TEST_STOP_AT': 'completed'})
        self.assertEqual(desk.sign().returncode, PASSED)
        self.assert_sound(desk)

    def test_killed_where_files_cannot_be_nameless(self):
        """NFS, FAT and others have no O_TMPFILE: then a part may stay beside the target, hidden, and never under its name."""
        desk = self.desk()
        run = desk.sign(environment={'SIGNET_TEST_STOP_AT': 'completed', 'SIGNET_TEST_NO_TMPFILE': '1'})
        self.assertEqual(run.returncode, -signal.SIGKILL)
        self.assertFalse(desk.result.exists())
        self.assertEqual(digest(desk.document), desk.digest)
        left = [path.name for path in desk.folder.iterdir() if path != desk.document]
        self.assertTrue(all(name.startswith('.') and name.endswith('.signet-part') for name in left), left)


class TestOutput(FaultTest):
    def test_no_space(self):
        if os.geteuid() == 0 and self.mount_works():
            self.no_space_on_a_small_disk()
        else:
            self.no_space_by_limit()

    def mount_works(self):
        probe = subprocess.run(['unshare', '--mount', 'true'], capture_output=True, check=False)
        return probe.returncode == 0

    def no_space_on_a_small_disk(self):
        desk = self.desk(size=3_000_000)
        run = self.sign_onto(desk, 'size=1m')
        self.assert_fails(run, CANNOT_WRITE, r'space|full|room')
        self.assertNotIn('result.pdf\n', run.stderr)
        self.assertEqual(digest(desk.document), desk.digest)

    def sign_onto(self, desk, mount_options):
        """Signs onto a disk of its own; what lies there afterwards is listed on stderr."""
        disk = desk.folder / 'disk'
        disk.mkdir()
        command = f'mount -t tmpfs -o {mount_options} tmpfs "{disk}"; "$SIGNET_CLI" "$@"; status=$?; ls -A "{disk}" >&2; exit $status'
        arguments = ['sign', '--pin-file', self.world.pin, '-o', disk / 'result.pdf', desk.document]
        return subprocess.run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', command, 'sh', *map(str, arguments)],
                              env={**self.world.environment, 'SIGNET_CLI': os.environ['SIGNET_CLI']}, capture_output=True, text=True, check=False)

    def no_space_by_limit(self):
        desk = self.desk(size=3_000_000)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        self.assert_fails(desk.sign(preexec_fn=limit), CANNOT_WRITE, r'space|full|room|large')
        self.assert_sound(desk)
        self.assertFalse(desk.result.exists())

    def test_file_size_limit(self):
        self.no_space_by_limit()

    def test_read_only_folder(self):
        if os.geteuid() == 0:
            self.read_only_disk()
            return
        desk = self.desk()
        closed = desk.folder / 'closed'
        closed.mkdir(mode=0o500)
        run = self.world.signet('sign', '--pin-file', self.world.pin, '-o', closed / 'result.pdf', desk.document)
        self.assert_fails(run, CANNOT_WRITE, r'folder|another|-o|write')
        closed.rmdir()
        self.assert_sound(desk)

    def read_only_disk(self):
        """Root may write into any folder; not onto a disk that is read-only."""
        self.assertTrue(self.mount_works(), 'root without the right to mount: run this as an ordinary user')
        desk = self.desk()
        run = self.sign_onto(desk, 'ro')
        self.assert_fails(run, CANNOT_WRITE, r'folder|another|-o|write')
        self.assertEqual(digest(desk.document), desk.digest)

    def test_folder_does_not_exist(self):
        desk = self.desk()
        run = self.world.signet('sign', '--pin-file', self.world.pin, '-o', desk.folder / 'nowhere/result.pdf', desk.document)
        self.assert_fails(run, CANNOT_WRITE, r'folder')
        self.assert_sound(desk)

    def test_never_over_an_existing_file(self):
        desk = self.desk()
        desk.result.write_text('mine', encoding='utf-8')
        run = desk.sign()
        self.assert_fails(run, CANNOT_WRITE, r'exists|another|already|-o')
        self.assertEqual(desk.result.read_text(encoding='utf-8'), 'mine')
        self.assertEqual(digest(desk.document), desk.digest)

    def test_never_over_the_original(self):
        desk = self.desk()
        run = self.world.signet('sign', '--pin-file', self.world.pin, '-o', desk.document, desk.document)
        self.assertNotEqual(run.returncode, PASSED)
        self.assert_sound(desk)

    def test_standard_result_stands_beside(self):
        desk = self.desk()
        run = self.world.signet('sign', '--pin-file', self.world.pin, desk.document)
        self.assertEqual(run.returncode, PASSED, run.stderr)
        made = [path for path in desk.folder.iterdir() if path != desk.document]
        self.assertEqual(len(made), 1, made)
        self.assertEqual(self.world.signet('verify', made[0]).returncode, PASSED)
        self.assertEqual(digest(desk.document), desk.digest)


class TestInput(FaultTest):
    def test_no_such_file(self):
        desk = self.desk()
        self.assert_fails(desk.sign(document=desk.folder / 'none.pdf'), NO_INPUT, r'no such|not there|does not exist|not found')
        self.assert_sound(desk)

    def test_a_folder_is_no_document(self):
        desk = self.desk()
        run = desk.sign(document=desk.folder)
        self.assertIn(run.returncode, (DATA, NO_INPUT))
        self.assert_sound(desk)

    def test_damaged(self):
        whole = self.desk()
        data = whole.document.read_bytes()
        damages = {'cut short': data[:len(data) // 2], 'no cross-reference': data.replace(b'startxref', b'startxxxx'),
                   'only a header': b'%PDF-1.7\n', 'wrong offset': data[:data.rindex(b'startxref')] + b'startxref\n999999999\n%%EOF\n'}
        for name, damaged in damages.items():
            with self.subTest(damage=name):
                desk = self.desk()
                desk.document.write_bytes(damaged)
                run = desk.sign('--format', 'pades')
                self.assert_fails(run, DATA, r'damaged|not a pdf|cannot be read|again')
                self.assertFalse(desk.result.exists())
                self.assertEqual(desk.document.read_bytes(), damaged)
                self.assert_sound(desk, touched=True)

    def test_encrypted(self):
        desk = self.desk()
        locked = desk.folder / 'locked.pdf'
        subprocess.run(['qpdf', '--encrypt', 'user', 'owner', '256', '--', desk.document, locked], check=True)
        before = digest(locked)
        run = desk.sign(document=locked)
        self.assert_fails(run, DATA, r'encrypt|password|protect')
        self.assertFalse(desk.result.exists())
        self.assertEqual(digest(locked), before)

    def test_changed_while_it_is_signed(self):
        """Signed must be what was opened, or nothing."""
        for change in (self.grow, self.replace_byte, self.cut):
            with self.subTest(change=change.__name__):
                desk = self.desk()
                run = self.sign_and_meanwhile(desk, lambda change=change, desk=desk: change(desk.document))
                self.assert_fails(run, DATA, r'changed')
                self.assertFalse(desk.result.exists())
                self.assert_sound(desk, touched=True)

    def test_replaced_while_it_is_signed(self):
        """Another file under the same name: what was opened is what gets signed; the new file is nobody's business."""
        desk = self.desk()
        other = desk.folder.parent / 'other.pdf'
        other.write_bytes(desk.document.read_bytes() + b'%other\n')
        run = self.sign_and_meanwhile(desk, lambda: os.replace(other, desk.document))
        if run.returncode == PASSED:
            self.assertNotIn(b'%other', desk.result.read_bytes())
        else:
            self.assert_fails(run, DATA, r'changed')
        self.assert_sound(desk, touched=True)

    def sign_and_meanwhile(self, desk, change):
        """The time-stamp server is a door of ours: the change happens when signing knocks, after it has read the document."""
        with socket.create_server(('127.0.0.1', 0)) as door:
            knocked = threading.Thread(target=forward_one, args=(door, self.world.port('TSA'), change), daemon=True)
            knocked.start()
            run = desk.sign('--level', 't', '--tsa', f'http://127.0.0.1:{door.getsockname()[1]}/')
            knocked.join(PATIENCE)
            self.assertFalse(knocked.is_alive(), 'signing never asked for the time stamp')
        return run

    @staticmethod
    def grow(path):
        with open(path, 'ab') as file:
            file.write(b'%more\n')

    @staticmethod
    def replace_byte(path):
        with open(path, 'r+b') as file:
            file.seek(1000)
            file.write(b'X')

    @staticmethod
    def cut(path):
        os.truncate(path, 5000)


class TestUsage(FaultTest):
    def test_wrong_options(self):
        for arguments in (['sign'], ['sign', '--level', 'gold', 'x.pdf'], ['sign', '--pin', '1234', 'x.pdf'], ['frobnicate']):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.world.signet(*arguments).returncode, USAGE)

    def test_wrong_pin(self):
        world = self.world.copy()
        self.addCleanup(world.close)
        desk = Desk(world)
        wrong = world.root / 'wrong-pin'
        wrong.write_text('9999\n', encoding='utf-8')
        run = desk.sign(pin=wrong)
        self.assert_fails(run, REFUSED, r'pin')
        self.assertNotIn('9999', run.stdout + run.stderr)
        self.assert_sound(desk)
        self.assertFalse(desk.result.exists())

    def test_token_is_gone(self):
        world = self.world.copy()
        self.addCleanup(world.close)
        desk = Desk(world)
        for tokens in (world.root / 'data/signet/software-token').rglob('*'):
            if tokens.is_file() and tokens.suffix in ('.object', '.lock'):
                tokens.unlink()
        run = desk.sign()
        self.assert_fails(run, UNAVAILABLE, r'token|certificate')
        self.assert_sound(desk)

    def test_no_token_host(self):
        desk = self.desk()
        run = desk.sign(environment={'SIGNET_TOKEN_HOST': '/nonexistent/signet-token-host'})
        self.assert_fails(run, UNAVAILABLE, r'token|install')
        self.assert_sound(desk)


if __name__ == '__main__':
    unittest.installHandler()
    main()
