#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-sign-formats: every format there is, with the disk full at its first write, its second and so on to its last, and killed at each step."""
import os
import shutil
import signal
from pathlib import Path

from world import CANNOT_WRITE, PASSED, Desk, FaultTest, digest, main

# what is signed, and further options; the result's name says nothing of its kind
FORMATS = {
    'pades': ('pdf', []),
    'pades, visible': ('pdf', ['--visible', 'default']),
    'cades': ('pdf', []),
    'cades, enclosed': ('text', ['--enclosed']),
    'xades, enveloped': ('xml', ['--packaging', 'enveloped']),
    'xades, enveloping': ('text', ['--packaging', 'enveloping']),
    'xades, detached': ('text', ['--packaging', 'detached']),
    'asice-cades': ('text', []),
    'asics-cades': ('text', []),
    'asice': ('text', []),
}
MOST_CALLS = 200
# where a signing can be killed (app/core/signing); under the last two the file has its name
KILL_POINTS = ('opened', 'prepared', 'signed', 'completed', 'verified', 'synced', 'renamed', 'journalled')
NAMED = ('renamed', 'journalled')


class FormatDesk(Desk):
    def __init__(self, world, kind):
        super().__init__(world)
        if kind != 'pdf':
            self.document.unlink()
            self.document = self.folder / f'document.{kind}'
            self.document.write_text('<?xml version="1.0"?>\n<sample>样本</sample>\n' if kind == 'xml' else 'Sample data.\n' * 500, encoding='utf-8')
            self.digest = digest(self.document)
        self.result = self.folder / 'result'
        self.told = Path(world.folder) / 'told'

    def sign_until(self, number, options):
        """Every writing call from the @number-th on fails. Returns the run and what the first of them was, or None when there were fewer."""
        self.told.unlink(missing_ok=True)
        run = self.sign(*options, environment={
            'LD_PRELOAD': os.environ['SIGNET_FAILING_IO'], 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0',
            'SIGNET_TEST_IO_FOLDER': str(self.folder), 'SIGNET_TEST_IO_FAIL_AT': str(number), 'SIGNET_TEST_IO_TOLD': str(self.told)})
        return run, self.told.read_text(encoding='utf-8') if self.told.exists() else None


class TestFormats(FaultTest):
    def assert_nothing_lost(self, desk, run, call):
        """Either nothing is there and it was said why, or (only the folder's own sync failed) the whole file is."""
        self.assertEqual(digest(desk.document), desk.digest, f'{call}: the original was changed')
        left = {path.name for path in desk.folder.iterdir()} - {desk.document.name, desk.result.name}
        self.assertEqual(left, set(), f'{call}: left behind')
        if run.returncode == PASSED:
            self.assertEqual(call, 'fsync', f'{call} failed and nobody noticed')
            self.assertTrue(desk.result.exists())
        else:
            self.assert_fails(run, CANNOT_WRITE, r'space|full|room')
            self.assertFalse(desk.result.exists(), f'{call}: half a file under the final name')

    def full_at_every_write(self, name, kind, options):
        calls = []
        for number in range(1, MOST_CALLS):
            desk = FormatDesk(self.world, kind)
            run, call = desk.sign_until(number, ['--format', name.split(',')[0], *options])
            if call is None:
                self.assertEqual(run.returncode, PASSED, run.stderr)
                break
            calls.append(call)
            self.assert_nothing_lost(desk, run, call)
            shutil.rmtree(desk.folder)
        self.assertGreater(len(calls), 3, f'{name}: it writes without our noticing: {calls}')
        print(f'{name}: {len(calls)} calls: {" ".join(calls)}')

    def test_full_at_every_write(self):
        for name, (kind, options) in FORMATS.items():
            with self.subTest(format=name):
                self.full_at_every_write(name, kind, options)

    def killed_at(self, point, name, kind, options):
        desk = FormatDesk(self.world, kind)
        run = desk.sign('--format', name.split(',')[0], *options, environment={'SIGNET_TEST_STOP_AT': point})
        self.assertEqual(run.returncode, -signal.SIGKILL, f'{name}: it was not killed at {point}: {run.stderr}')
        self.assertEqual(digest(desk.document), desk.digest)
        self.assertEqual({path.name for path in desk.folder.iterdir()} - {desk.document.name, desk.result.name}, set())
        self.assertEqual(desk.result.exists(), point in NAMED, f'{name} at {point}')
        again = desk.sign('--format', name.split(',')[0], *options, '--overwrite')
        self.assertEqual(again.returncode, PASSED, again.stderr)
        shutil.rmtree(desk.folder)

    def test_killed_at_every_step(self):
        for name, (kind, options) in FORMATS.items():
            for point in KILL_POINTS:
                with self.subTest(format=name, point=point):
                    self.killed_at(point, name, kind, options)


if __name__ == '__main__':
    main()
