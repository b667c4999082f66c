#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch that is killed in the middle goes on where it ended, whatever the format: each document is signed once, none twice, and that is told."""
import json
import os
import shutil
import signal
import sys
import tempfile
import unittest
from pathlib import Path

from contract import CANNOT_WRITE, SOURCE

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

COUNT = 5
# the documents (with {} the number) and the options; what is signed again is signed first
FORMATS = {
    'pades': ('pdf', []),
    'cades': ('pdf', ['--format', 'cades']),
    'cades-enclosed': ('txt', ['--enclosed']),
    'cades-parallel': ('txt.p7s', []),
    'cades-parallel-enclosed': ('txt.p7m', []),
    'cades-counter': ('txt.p7s', ['--countersign', '1']),
    'xades': ('xml', []),
    'xades-empty': ('empty.xml', []),
    'pades-again': ('signed.pdf', []),
    'xades-enveloping': ('txt', ['--packaging', 'enveloping']),
    'xades-detached': ('txt', ['--packaging', 'detached']),
    'asice': ('txt', ['--format', 'asice']),
    'asics': ('txt', ['--format', 'asics']),
    'asice-cades': ('pdf', ['--format', 'asice-cades']),
    'asics-cades': ('txt', ['--format', 'asics-cades']),
    'asice-again': ('asice', []),
    'asice-cades-again': ('cades.asice', []),
}
MAKE_FIRST = {'txt.p7s': ('txt', ['--format', 'cades']), 'txt.p7m': ('txt', ['--enclosed']), 'asice': ('txt', ['--format', 'asice']),
              'cades.asice': ('txt', ['--format', 'asice-cades']), 'signed.pdf': ('pdf', [])}


class ResumeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.desk = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.addCleanup(shutil.rmtree, self.desk, ignore_errors=True)
        (self.desk / 'out').mkdir()

    def sign(self, *arguments, **options):
        return self.world.signet('sign', '--pin-file', self.world.pin, *arguments, cwd=self.desk, **options)

    def outputs(self):
        return {path.name: (path.read_bytes(), os.stat(path).st_ino) for path in (self.desk / 'out').iterdir()}

    def make(self, kind):
        """COUNT documents of one kind. Returns their names."""
        if kind in MAKE_FIRST:
            before, options = MAKE_FIRST[kind]
            documents = self.make(before)
            names = [f'{i}合同.{kind}' for i in range(COUNT)]
            for document, name in zip(documents, names):
                run = self.sign(*options, '-o', name, document)
                self.assertEqual(run.returncode, 0, run.stderr)
            return names
        names = [f'{i}合同.{kind}' for i in range(COUNT)]
        for i, name in enumerate(names):
            if kind == 'pdf':
                sample_pdf(self.desk / name, 8000 + 100 * i)
            else:
                text = {'xml': f'<?xml version="1.0"?>\n<a xmlns="urn:sample" n="{i}">样本 <b />\n</a>\n<!-- end -->\n', 'empty.xml': f'<a n="{i}"/>\n',
                        'txt': f'sample {i}\n' * 50}[kind]
                (self.desk / name).write_text(text, encoding='utf-8')
        return names

    def killed(self, point, *arguments):
        run = self.sign('--resume', '--output-dir', 'out', *arguments, environment={'SIGNET_TEST_STOP_AT': point})
        self.assertEqual(run.returncode, -signal.SIGKILL, run.stdout + run.stderr)
        return self.outputs()

    def assert_good(self, name, document, is_beside):
        data = ['--detached', document.removesuffix('.p7s')] if name.endswith('.p7s') or is_beside else []
        run = self.world.signet('verify', '--json', '--offline', *data, f'out/{name}', cwd=self.desk)
        report, = json.loads(run.stdout)['files']
        self.assertEqual({s['integrity'] for s in report['signatures']}, {'intact'}, run.stdout)


class EveryFormat(ResumeTest):
    def killed_and_resumed(self, kind, options):
        documents = self.make(kind)
        digests = {name: (self.desk / name).read_bytes() for name in documents}
        there = [self.killed('renamed', *options, *documents), self.killed('renamed', *options, *documents), self.killed('synced', *options, *documents)]
        self.assertEqual([len(outputs) for outputs in there], [1, 2, 2])
        run = self.sign('--resume', '--json', '--output-dir', 'out', *options, *documents)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        jobs = json.loads(run.stdout)['files']
        self.assertEqual([(job['signed'], job['signed_before']) for job in jobs], [(True, i < 2) for i in range(COUNT)])
        after = self.outputs()
        self.assertEqual(len(after), COUNT, sorted(after))
        for name, what in there[1].items():
            self.assertEqual(after[name], what, f'{name} was signed twice')
        for document, job in zip(documents, jobs):
            self.assert_good(Path(job['output']).name, document, 'detached' in options)
            self.assertEqual((self.desk / document).read_bytes(), digests[document])
        # and once more there is nothing to do, which is said
        run = self.sign('--resume', '--output-dir', 'out', *options, *documents)
        self.assertEqual((run.returncode, run.stdout.count('was signed already')), (0, COUNT), run.stdout + run.stderr)
        self.assertEqual(self.outputs(), after)

    def test_killed_and_resumed(self):
        for name, (kind, options) in FORMATS.items():
            with self.subTest(format=name):
                shutil.rmtree(self.desk)
                (self.desk / 'out').mkdir(parents=True)
                self.killed_and_resumed(kind, options)

    def test_together(self):
        documents = self.make('txt')
        options = ['--together', '--format', 'asice', '-o', 'out/all.asice']
        self.assertEqual(self.sign(*options, *documents).returncode, 0)
        before = self.outputs()
        run = self.sign('--resume', *options, *documents)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn('signed already', run.stdout)
        self.assertEqual(self.outputs(), before)
        # one document fewer is another container
        run = self.sign('--resume', *options, *documents[:-1])
        self.assertEqual(run.returncode, CANNOT_WRITE, run.stdout + run.stderr)
        self.assertEqual(self.outputs(), before)


class NotTheSame(ResumeTest):
    """What only looks like it: the signed file of another document, or not all of it, or somebody else's kind of signature."""

    def assert_not_done(self, *arguments):
        before = self.outputs()
        run = self.sign('--resume', '--output-dir', 'out', *arguments)
        self.assertNotIn('signed already', run.stdout)
        self.assertEqual(run.returncode, CANNOT_WRITE, run.stdout + run.stderr)
        self.assertEqual(self.outputs(), before)

    def test_document_changed(self):
        for name, (kind, options) in FORMATS.items():
            if kind in MAKE_FIRST:
                continue
            with self.subTest(format=name):
                shutil.rmtree(self.desk)
                (self.desk / 'out').mkdir(parents=True)
                document = self.make(kind)[0]
                self.assertEqual(self.sign('--output-dir', 'out', *options, document).returncode, 0)
                data = (self.desk / document).read_bytes()
                (self.desk / document).write_bytes(data.replace(b'sample 0', b'sample 1', 1) if kind == 'txt' else data.replace(b'n="0"', b'n="7"', 1)
                                                   if kind != 'pdf' else sample_pdf(self.desk / 'other', 9000).read_bytes())
                self.assert_not_done(*options, document)

    def test_signature_spoilt(self):
        document = self.make('txt')[0]
        self.assertEqual(self.sign('--output-dir', 'out', '--enclosed', document).returncode, 0)
        signed, = (self.desk / 'out').iterdir()
        data = bytearray(signed.read_bytes())
        data[-3] ^= 1
        signed.write_bytes(data)
        self.assert_not_done('--enclosed', document)

    def test_other_kind_of_container(self):
        document = self.make('txt')[0]
        self.assertEqual(self.sign('--output-dir', 'out', '--format', 'asice', document).returncode, 0)
        self.assert_not_done('--format', 'asice-cades', document)

    def test_more_in_the_container(self):
        documents = self.make('txt')
        self.assertEqual(self.sign('--together', '--format', 'asice', '-o', 'out/0合同.asice', *documents).returncode, 0)
        self.assert_not_done('--format', 'asice', documents[0])

    def test_counter_over_another(self):
        document = self.make('txt.p7s')[0]
        content = document.removesuffix('.p7s')
        self.assertEqual(self.sign('--content', content, '-o', 'two.p7s', document).returncode, 0)
        self.assertEqual(self.sign('--content', content, '--countersign', '1', '-o', 'out/done.p7s', 'two.p7s').returncode, 0)
        run = self.sign('--resume', '--content', content, '--countersign', '1', '-o', 'out/done.p7s', 'two.p7s')
        self.assertIn('signed already', run.stdout, run.stderr)
        run = self.sign('--resume', '--content', content, '--countersign', '2', '-o', 'out/done.p7s', 'two.p7s')
        self.assertNotIn('signed already', run.stdout)
        self.assertEqual(run.returncode, CANNOT_WRITE, run.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
