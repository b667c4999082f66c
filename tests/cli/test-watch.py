#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What appears in a folder is signed, and a batch that was killed in the middle goes on where it ended."""
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path

from contract import NO_INPUT, PATIENCE, SOURCE, USAGE

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position


class WatchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.desk = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.addCleanup(shutil.rmtree, self.desk, ignore_errors=True)
        for name in ('in', 'out'):
            (self.desk / name).mkdir()

    def signet(self, *arguments, **options):
        return self.world.signet('sign', '--pin-file', self.world.pin, *arguments, cwd=self.desk, **options)

    def wait_for(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, 'nothing happened')
            time.sleep(0.05)

    def outputs(self):
        return sorted(path.name for path in (self.desk / 'out').iterdir() if not path.name.startswith('.'))

    def assert_good(self, path, *content):
        run = self.world.signet('verify', '--json', '--offline', path, *content, cwd=self.desk)
        report, = json.loads(run.stdout)['files']
        self.assertEqual([s['integrity'] for s in report['signatures']], ['intact'], run.stdout)


class Watch(WatchTest):
    def start(self, *more):
        watch = self.world.start('sign', '--pin-file', self.world.pin, '--watch', 'in', '--output-dir', 'out', *more, cwd=self.desk)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.stderr.close)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        return watch

    def end(self, watch, status=0):
        watch.send_signal(signal.SIGINT)
        said = watch.communicate(timeout=PATIENCE)[1]
        self.assertEqual(watch.returncode, status, said)
        return said

    def test_whole_life(self):
        sample_pdf(self.desk / 'in/first.pdf')
        watch = self.start()
        self.wait_for(lambda: self.outputs() == ['first-signed.pdf'])
        # written slowly: signed when it is closed
        data = (self.desk / 'in/first.pdf').read_bytes()
        with open(self.desk / 'in/合同.pdf', 'wb') as out:
            for at in range(0, len(data), 4000):
                out.write(data[at:at + 4000])
                out.flush()
                time.sleep(0.05)
        self.wait_for(lambda: '合同-signed.pdf' in self.outputs())
        # moved in; and what is nobody's document
        sample_pdf(self.desk / 'third.pdf')
        (self.desk / 'in/.hidden').write_text('x', encoding='utf-8')
        (self.desk / 'in/note.txt.part').write_text('x', encoding='utf-8')
        (self.desk / 'in/folder').mkdir()
        os.symlink(self.desk / 'third.pdf', self.desk / 'in/link.pdf')
        (self.desk / 'third.pdf').rename(self.desk / 'in/third.pdf')
        self.wait_for(lambda: 'third-signed.pdf' in self.outputs())
        # one that cannot be signed does not end it
        (self.desk / 'in/broken.pdf').write_bytes(b'%PDF-1.7\nnothing')
        (self.desk / 'in/last.txt').write_text('some text', encoding='utf-8')
        self.wait_for(lambda: 'last.txt.p7s' in self.outputs())
        said = self.end(watch)
        self.assertEqual(self.outputs(), ['first-signed.pdf', 'last.txt.p7s', 'third-signed.pdf', '合同-signed.pdf'])
        for name in ('first-signed.pdf', 'third-signed.pdf', '合同-signed.pdf'):
            self.assert_good(self.desk / 'out' / name)
        self.assertIn('broken.pdf', said)
        self.assertIn('4 documents were signed', said)

    def test_again(self):
        """Started again, it signs nothing twice."""
        sample_pdf(self.desk / 'in/first.pdf')
        watch = self.start()
        self.wait_for(lambda: self.outputs() == ['first-signed.pdf'])
        self.end(watch)
        before = (self.desk / 'out/first-signed.pdf').read_bytes()
        watch = self.start('--json')
        line = json.loads(watch.stdout.readline())
        self.assertEqual((line['signed'], line['signed_before']), (True, True))
        (self.desk / 'in/note').write_text('more', encoding='utf-8')
        line = json.loads(watch.stdout.readline())
        self.assertEqual((line['file'], line['signed'], line['signed_before']), ('in/note', True, False))
        self.end(watch)
        self.assertEqual((self.desk / 'out/first-signed.pdf').read_bytes(), before)

    def test_folder_gone(self):
        watch = self.start()
        (self.desk / 'in/note').write_text('more', encoding='utf-8')
        self.wait_for(lambda: self.outputs() == ['note.p7s'])
        shutil.rmtree(self.desk / 'in')
        self.assertEqual(watch.wait(PATIENCE), NO_INPUT)

    def test_usage(self):
        for wrong in (['--watch', 'in'], ['--watch', 'in', '--output-dir', 'in'], ['--watch', 'in', '--output-dir', 'in/../in'],
                      ['--watch', 'in', '--output-dir', 'out', 'in/x.pdf'], ['--watch', 'in', '-o', 'x.pdf']):
            self.assertEqual(self.signet(*wrong).returncode, USAGE, wrong)
        self.assertEqual(self.signet('--watch', 'nowhere', '--output-dir', 'out').returncode, NO_INPUT)


class Resume(WatchTest):
    def test_killed_in_the_middle(self):
        """At any moment: what has a name is whole, and the next run does the rest."""
        names = [f'{i:03}.pdf' if i % 3 else f'{i:03}.txt' for i in range(60)]
        for i, name in enumerate(names):
            if name.endswith('.pdf'):
                sample_pdf(self.desk / 'in' / name, 10000 + 500 * i)
            else:
                (self.desk / 'in' / name).write_text(name, encoding='utf-8')
        files = [f'in/{name}' for name in names]
        for enough in (3, 20):
            run = self.world.start('sign', '--pin-file', self.world.pin, '--resume', '--output-dir', 'out', *files, cwd=self.desk)
            self.wait_for(lambda: len(self.outputs()) >= enough or run.poll() is not None)  # pylint: disable=cell-var-from-loop
            run.kill()
            run.wait()
            run.stdout.close()
            run.stderr.close()
        there = {name: ((self.desk / 'out' / name).read_bytes(), os.stat(self.desk / 'out' / name).st_ino) for name in self.outputs()}
        self.assertGreaterEqual(len(there), 20)
        run = self.signet('--resume', '--json', '--output-dir', 'out', *files)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        jobs = json.loads(run.stdout)['files']
        self.assertTrue(all(job['signed'] for job in jobs))
        self.assertEqual(sum(job['signed_before'] for job in jobs), len(there))
        self.assertEqual(len(self.outputs()), len(names))
        for name, (data, inode) in there.items():
            self.assertEqual((self.desk / 'out' / name).read_bytes(), data)
            self.assertEqual(os.stat(self.desk / 'out' / name).st_ino, inode)
        for job in jobs[::7]:
            self.assert_good(job['output'], *(['--detached', job['file']] if job['output'].endswith('.p7s') else []))

    def test_beside(self):
        """Without a folder: the names beside the document; and never what only looks like it."""
        document = sample_pdf(self.desk / 'contract.pdf')
        self.assertEqual(self.signet('contract.pdf').returncode, 0)
        run = self.signet('--resume', 'contract.pdf')
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn('signed already', run.stdout)
        self.assertFalse((self.desk / 'contract-signed-2.pdf').exists())
        # the document changed: its signed file is another document's
        sample_pdf(document, 30000)
        self.assertEqual(self.signet('--resume', 'contract.pdf').returncode, 0)
        self.assertTrue((self.desk / 'contract-signed-2.pdf').exists())
        # a signature that does not hold is none
        signed = self.desk / 'contract-signed-2.pdf'
        data = bytearray(signed.read_bytes())
        at = data.rindex(b'/M (D:') + 9
        data[at] = ord('0') if data[at] != ord('0') else ord('1')
        signed.write_bytes(data)
        self.assertEqual(self.signet('--resume', 'contract.pdf').returncode, 0)
        self.assertTrue((self.desk / 'contract-signed-3.pdf').exists())

    def test_signed_before_by_the_same(self):
        """A document that carries our signature already is not its own signed file."""
        sample_pdf(self.desk / 'contract.pdf')
        self.assertEqual(self.signet('contract.pdf').returncode, 0)
        (self.desk / 'contract-signed.pdf').rename(self.desk / 'in/again.pdf')
        self.assertEqual(self.signet('--resume', '--output-dir', 'out', 'in/again.pdf').returncode, 0)
        self.assertEqual(self.outputs(), ['again-signed.pdf'])
        self.assertIn('signed already', self.signet('--resume', '--output-dir', 'out', 'in/again.pdf').stdout)


if __name__ == '__main__':
    unittest.main(verbosity=2)
