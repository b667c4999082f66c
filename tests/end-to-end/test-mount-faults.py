#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-mount-faults: the folder of the document or of the signed file goes away while it is signed: unmounted, full, suddenly read-only; and the network
after the PIN. The original stays, nothing half done gets the final name, what happened is told.

The run is held at a step (SIGNET_TEST_HOLD_AT), inside a mount namespace of its own; meanwhile the mount is changed. Needs the right to mount.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import unittest

from world import CANNOT_WRITE, CLI, DATA, NO_INPUT, PASSED, PATIENCE, UNAVAILABLE, Desk, FaultTest, digest, main

# from the first look at the document to the last moment before it has its name
STEPS = ('looked-at', 'opened', 'prepared', 'signed', 'completed', 'verified', 'synced')
FORMATS = {'pades': [], 'cades': ['--format', 'cades'], 'asice': ['--format', 'asice'], 'xades': ['--packaging', 'detached']}
FULL = 'dd if=/dev/zero of="$DISK/filler" bs=4096 2>/dev/null; true'
CHANGES = {
    'unmounted': 'umount -l "$DISK"',
    'full': FULL,
    'read-only': 'mount -o remount,ro "$DISK"', # the kernel refuses that as long as something is open for writing
    'read-only by force': 'umount -l "$DISK"; mount -t tmpfs -o ro tmpfs "$DISK"',
}
SCRIPT = r'''
mount -t tmpfs -o size=8m tmpfs "$DISK" || exit 99
[ -z "$DOCUMENT" ] || cp "$DOCUMENT" "$DISK/"
"$SIGNET_CLI" "$@" &
pid=$!
waited=0
until grep -q '^State:.*T' "/proc/$pid/status" 2>/dev/null; do
  [ -d "/proc/$pid" ] || { echo "it was never held" >&2; exit 98; }
  sleep 0.02; waited=$((waited + 1)); [ "$waited" -lt 3000 ] || exit 97
done
exec 7<"$DISK"          # the old disk stays in sight when it is unmounted
eval "$CHANGE"
kill -CONT "$pid"
wait "$pid"; status=$?
for name in /proc/$$/fd/7/* /proc/$$/fd/7/.[!.]* "$DISK"/* "$DISK"/.[!.]*; do
  [ -e "$name" ] && [ "${name##*/}" != filler ] && echo "left: ${name##*/} $(sha256sum <"$name" | cut -d' ' -f1)"
done | sort -u >"$LEFT"
exit $status
'''


def mount_works():
    return subprocess.run(['unshare', '--mount', 'true'], capture_output=True, check=False).returncode == 0


@unittest.skipUnless(mount_works(), 'no right to mount here')
class TestMount(FaultTest):
    def run_on_disk(self, desk, step, change, arguments, document=''):
        """Signs with a disk of its own at desk/disk. Returns the run, and what is left on the disk as {name: digest}."""
        disk, left = desk.folder / 'disk', desk.folder.parent / f'{desk.folder.name}.left'
        disk.mkdir(exist_ok=True)
        run = subprocess.run(['unshare', '--mount', '--propagation', 'private', 'bash', '-c', SCRIPT, 'bash', 'sign', '--pin-file', str(self.world.pin),
                              *map(str, arguments)],
                             env={**self.world.environment, 'SIGNET_CLI': CLI, 'DISK': str(disk), 'CHANGE': change, 'LEFT': str(left), 'DOCUMENT': str(document),
                                  'SIGNET_TEST_HOLD_AT': step}, capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertTrue(left.exists(), f'{step}: {run.returncode} {run.stderr}')
        found = dict(line.split()[1:3] for line in left.read_text(encoding='utf-8').splitlines() if line.startswith('left: '))
        left.unlink()
        disk.rmdir()
        return run, found

    def signed_onto(self, name, step, change):
        desk = self.desk()
        run, left = self.run_on_disk(desk, step, CHANGES[change], [*FORMATS[name], '-o', desk.folder / 'disk/result', desk.document])
        self.assertEqual(digest(desk.document), desk.digest)
        self.assertEqual({path.name for path in desk.folder.iterdir()}, {desk.document.name})
        return run, left

    def test_the_output_goes_away(self):
        for name in FORMATS:
            for change in CHANGES:
                for step in STEPS:
                    if change == 'read-only' and step != 'looked-at':
                        continue
                    with self.subTest(format=name, change=change, step=step):
                        run, left = self.signed_onto(name, step, change)
                        print(f'{name} {change} {step}: {run.returncode} {" ".join(run.stderr.split())} left: {sorted(left)}')
                        if run.returncode == PASSED:
                            self.assertIn('result', left, 'it says it is signed, and there is nothing')
                            continue
                        self.assert_fails(run, CANNOT_WRITE, r'space|full|room|folder|write|disk|another')
                        self.assertEqual(left, {}, 'something is left')

    def test_the_document_goes_away(self):
        """The document stays open: what was opened is signed, or nothing is."""
        for change in ('unmounted', 'read-only'):
            for step in STEPS:
                with self.subTest(change=change, step=step):
                    desk = self.desk()
                    run, left = self.run_on_disk(desk, step, CHANGES[change], ['-o', desk.result, desk.folder / 'disk/document.pdf'], desk.document)
                    print(f'input {change} {step}: {run.returncode} {" ".join(run.stderr.split())}')
                    self.assertEqual(left.get('document.pdf'), desk.digest, 'the original was changed')
                    if run.returncode != PASSED:
                        self.assert_fails(run, run.returncode, r'changed|gone|there|read')
                        self.assertIn(run.returncode, (DATA, NO_INPUT))
                        self.assertFalse(desk.result.exists())
                    self.assert_sound(desk)

    def test_both_between_look_and_pin(self):
        """Beside the document, on a disk that goes after it was looked at and before the PIN was used."""
        for change in CHANGES:
            with self.subTest(change=change):
                desk = self.desk()
                run, left = self.run_on_disk(desk, 'looked-at', CHANGES[change], [desk.folder / 'disk/document.pdf'], desk.document)
                self.assertEqual(left.pop('document.pdf'), desk.digest)
                if run.returncode != PASSED:
                    self.assert_helps(run, r'space|full|room|folder|write|disk|another|changed|there')
                    self.assertEqual(left, {})
                shutil.rmtree(desk.folder)


class TestNetwork(FaultTest):
    """The time-stamp server dies when the signature is made already."""

    def dying_server(self, desk, *more, environment=None):
        """It takes the question and answers nothing."""
        with socket.create_server(('127.0.0.1', 0)) as door:
            def hang_up():
                client, _ = door.accept()
                client.recv(4096)
                client.close()
                door.close()
            thread = threading.Thread(target=hang_up, daemon=True)
            thread.start()
            run = desk.sign('--tsa', f'http://127.0.0.1:{door.getsockname()[1]}/', *more, environment=environment)
            thread.join(PATIENCE)
        return run

    def test_gone_between_b_and_t(self):
        for level in ('t', 'lt', 'lta'):
            for name, options in FORMATS.items():
                with self.subTest(level=level, format=name):
                    desk = self.desk()
                    run = self.dying_server(desk, '--level', level, *options)
                    self.assert_fails(run, UNAVAILABLE, r'time stamp|time-stamp')
                    self.assertFalse(desk.result.exists())
                    self.assert_sound(desk)

    def test_or_later(self):
        person = self.world.copy()
        self.addCleanup(person.close)
        for name, options in FORMATS.items():
            with self.subTest(format=name):
                desk = Desk(person)
                run = self.dying_server(desk, '--level', 't', '--or-later', *options)
                self.assertEqual(run.returncode, PASSED, run.stderr)
                self.assertRegex(run.stderr, 'without a time stamp')
                self.assertEqual(digest(desk.document), desk.digest)
                run = person.signet('extend', '--waiting', '--json', '--tsa', f'http://127.0.0.1:{self.world.port("TSA")}/')
                self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
                item, = json.loads(run.stdout)['waiting']
                self.assertEqual((item['file'], item['done']), (str(desk.result), True))
                detached = ['--detached', desk.document] if name in ('cades', 'xades') else []
                run = person.signet('verify', '--json', *detached, desk.result)
                self.assertIn('B-T', [signature['level'] for signature in json.loads(run.stdout)['files'][0]['signatures']], run.stdout)

    def test_held_while_it_goes(self):
        """The server is killed while the signature is being made: after the PIN, before the question."""
        desk = self.desk()
        with socket.create_server(('127.0.0.1', 0)) as door:
            url = f'http://127.0.0.1:{door.getsockname()[1]}/'
            run = self.world.start(*desk.sign_arguments('--level', 't', '--tsa', url), environment={'SIGNET_TEST_HOLD_AT': 'signed'})
            self.addCleanup(run.kill)
            self.wait_for(lambda: ' T' in self.state(run.pid) or run.poll() is not None)
        os.kill(run.pid, signal.SIGCONT)
        out, err = run.communicate(timeout=PATIENCE)
        self.assertEqual(run.returncode, UNAVAILABLE, out + err)
        self.assertFalse(desk.result.exists())
        self.assert_sound(desk)

    @staticmethod
    def state(pid):
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8') as stat:
                return stat.read().rpartition(')')[2][:2]
        except OSError:
            return ''


if __name__ == '__main__':
    main()
