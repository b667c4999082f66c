#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-watch-faults: `sign --watch` when something goes wrong: the token pulled and put back, a file that is still being written, the folder for the
signed files gone, the network gone. No document is lost, none is signed twice, and what happened is told."""
import importlib.util
import json
import os
import shutil
import signal
import tempfile
from pathlib import Path

from world import CANNOT_WRITE, PASSED, PATIENCE, SOURCE, UNAVAILABLE, FaultTest, digest, main, sample_pdf

spec = importlib.util.spec_from_file_location('token_faults', SOURCE / 'tests/end-to-end/test-token-faults.py')
token_faults = importlib.util.module_from_spec(spec)
spec.loader.exec_module(token_faults)


class WatchTest(FaultTest):
    module = []

    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='watch.'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ('in', 'out'):
            (self.folder / name).mkdir()

    def start_watch(self, *more):
        watch = self.world.start('sign', *self.module, '--pin-file', self.world.pin, '--watch', 'in', '--output-dir', 'out', *more, cwd=self.folder)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.stderr.close)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        return watch

    def end(self, watch, status=PASSED):
        watch.send_signal(signal.SIGINT)
        out, err = watch.communicate(timeout=PATIENCE)
        self.assertEqual(watch.returncode, status, out + err)
        return out + err

    def line(self, watch):
        """The next file that was told of, as JSON."""
        line = watch.stdout.readline()
        self.assertTrue(line, f'it ended: {watch.poll()} {watch.stderr.read() if watch.poll() is not None else ""}')
        return json.loads(line)

    def put(self, name, size=8000):
        """Whole from its first moment: made elsewhere and moved in."""
        made = sample_pdf(self.folder / 'made.pdf', size)
        made.rename(self.folder / 'in' / name)
        return digest(self.folder / 'in' / name)

    def outputs(self):
        return {path.name: (digest(path), os.stat(path).st_ino) for path in (self.folder / 'out').iterdir()}


class TestToken(WatchTest, token_faults.HostileTest):
    key = 'none'
    module = ['--module', token_faults.MODULE]

    def setUp(self):
        token_faults.HostileTest.setUp(self)
        WatchTest.setUp(self)

    def test_pulled_and_put_back(self):
        """It ends with the token's status and says so; started again it does what is left, and nothing twice."""
        digests = {'1.pdf': self.put('1.pdf')}
        watch = self.start_watch('--json')
        self.assertTrue(self.line(watch)['signed'])
        self.set_fault('no-token')
        for name in ('2.pdf', '3.pdf'):
            digests[name] = self.put(name)
        out, err = watch.communicate(timeout=PATIENCE)
        self.assertEqual(watch.returncode, UNAVAILABLE, out + err)
        self.assertRegex(err.lower(), 'token')
        self.assertIn('1 document was signed', err)
        before = self.outputs()
        self.assertEqual(sorted(before), ['1-signed.pdf'])
        # still away: nothing is tried, and it says so
        run = self.world.signet('sign', *self.module, '--pin-file', self.world.pin, '--watch', 'in', '--output-dir', 'out', cwd=self.folder)
        self.assert_fails(run, UNAVAILABLE, 'token')
        self.set_fault('')
        watch = self.start_watch('--json')
        told = [self.line(watch) for _ in range(3)]
        self.end(watch)
        self.assertEqual([(Path(job['file']).name, job['signed_before']) for job in told], [('1.pdf', True), ('2.pdf', False), ('3.pdf', False)])
        after = self.outputs()
        self.assertEqual(sorted(after), ['1-signed.pdf', '2-signed.pdf', '3-signed.pdf'])
        self.assertEqual(after['1-signed.pdf'], before['1-signed.pdf'])
        self.assertEqual({name: digest(self.folder / 'in' / name) for name in digests}, digests)
        for name in after:
            self.assertEqual(self.world.signet('verify', self.folder / 'out' / name).returncode, PASSED)

    def test_crashes_in_the_middle(self):
        self.put('1.pdf')
        watch = self.start_watch('--json')
        self.line(watch)
        self.set_fault('crash C_Sign')
        self.put('2.pdf')
        out, err = watch.communicate(timeout=PATIENCE)
        self.assertEqual(watch.returncode, UNAVAILABLE, out + err)
        self.assertEqual(sorted(self.outputs()), ['1-signed.pdf'])


class TestFiles(WatchTest):
    def test_still_being_written(self):
        """Open for writing when it is found: not before the last writer has closed it, and then all of it."""
        data = sample_pdf(self.folder / 'made.pdf', 30000).read_bytes()
        path = self.folder / 'in/slow.pdf'
        with open(path, 'wb') as slow:
            slow.write(data[:10000])
            slow.flush()
            watch = self.start_watch('--json')
            self.put('other.pdf')
            self.assertEqual(self.line(watch)['file'], 'in/other.pdf')
            # a second writer comes and goes
            with open(path, 'ab') as second:
                second.flush()
            self.put('third.pdf')
            self.assertEqual(self.line(watch)['file'], 'in/third.pdf')
            self.assertNotIn('slow-signed.pdf', self.outputs())
            slow.write(data[10000:])
        job = self.line(watch)
        self.assertEqual((job['file'], job['signed'], job['error']), ('in/slow.pdf', True, None))
        self.end(watch)
        self.assertTrue((self.folder / 'out/slow-signed.pdf').read_bytes().startswith(data))

    def test_folder_for_the_signed_ones_goes(self):
        """Told for each; nothing is lost: started again it goes on."""
        self.put('1.pdf')
        watch = self.start_watch('--json')
        self.assertTrue(self.line(watch)['signed'])
        (self.folder / 'out').rename(self.folder / 'elsewhere')
        self.put('2.pdf')
        job = self.line(watch)
        self.assertEqual((job['signed'], job['status']), (False, CANNOT_WRITE))
        (self.folder / 'elsewhere').rename(self.folder / 'out')
        self.put('3.pdf')
        self.assertTrue(self.line(watch)['signed'])
        self.end(watch)
        watch = self.start_watch('--json')
        told = [self.line(watch) for _ in range(3)]
        self.end(watch)
        self.assertEqual([job['signed_before'] for job in told], [True, False, True])
        self.assertEqual(sorted(self.outputs()), ['1-signed.pdf', '2-signed.pdf', '3-signed.pdf'])

    def test_network_goes(self):
        """No time-stamp to be had: told, the document stays; or signed without, which is told too."""
        self.put('1.pdf')
        for more, signed in ([], False), (['--or-later'], True):
            watch = self.start_watch('--level', 't', '--tsa', 'http://127.0.0.1:1/', '--json', *more)
            job = self.line(watch)
            self.assertEqual((job['signed'], job['timestamp_later']), (signed, signed))
            self.end(watch)
            self.assertEqual(len(self.outputs()), signed)
        self.put('2.pdf')
        watch = self.start_watch('--level', 't', '--tsa', 'http://127.0.0.1:1/', '--or-later')
        self.wait_for(lambda: len(self.outputs()) == 2)
        self.assertIn('without a time stamp', self.end(watch))

    def test_many_at_once(self):
        """More than one buffer of events"""
        watch = self.start_watch('--json')
        self.put('first.pdf')
        self.line(watch)
        for number in range(300):
            (self.folder / f'in/{number:03}-{"x" * 200}.txt').write_text(f'sample {number}', encoding='utf-8')
        told = [self.line(watch) for _ in range(300)]
        self.end(watch)
        self.assertTrue(all(job['signed'] for job in told))
        self.assertEqual(len({job['file'] for job in told}), 300)
        self.assertEqual(len(self.outputs()), 301)


if __name__ == '__main__':
    main()
