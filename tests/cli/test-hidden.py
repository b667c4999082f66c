#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PDF holds unseen is told before it is signed, whatever the signature will be: inside it, beside it, around it."""
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from contract import SOURCE

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
sys.path.insert(0, str(SOURCE / 'tests/document'))
import pdf_maker  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

FORMATS = [[], ['--format', 'cades'], ['--enclosed'], ['--format', 'xades'], ['--packaging', 'enveloping'], ['--format', 'asice'], ['--format', 'asics'],
           ['--format', 'asice-cades'], ['--format', 'asics-cades']]


class Hidden(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.desk = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.addCleanup(shutil.rmtree, self.desk, ignore_errors=True)
        self.plain = sample_pdf(self.desk / 'plain.pdf')
        self.script = self.desk / 'script.pdf'
        self.script.write_bytes(pdf_maker.write_form(o1=b'<< /Type /Catalog /Pages 2 0 R /AcroForm 10 0 R '
                                                        b'/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>'))

    def sign(self, *arguments):
        return self.world.signet('sign', '--pin-file', self.world.pin, *arguments, cwd=self.desk)

    def checks(self, *arguments):
        run = self.sign('--json', *arguments)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        job, = json.loads(run.stdout)['files']
        return {check['code']: check for check in job['checks']}

    def test_told_in_every_format(self):
        for options in FORMATS:
            with self.subTest(options):
                checks = self.checks(*options, 'script.pdf')
                self.assertEqual(checks['document-scripts']['state'], 'warning')
                self.assertNotIn('document-content', checks)
                checks = self.checks(*options, 'plain.pdf')
                self.assertEqual(checks['document-content']['state'], 'ok')
                self.assertNotIn('document-scripts', checks)

    def test_which_of_several(self):
        (self.desk / 'note.txt').write_text('sample', encoding='utf-8')
        run = self.sign('--together', '-o', 'all.asice', 'note.txt', 'plain.pdf', 'script.pdf')
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stderr, r'script\.pdf: .*scripts')
        self.assertNotRegex(run.stderr, r'(plain\.pdf|note\.txt): ')

    def test_cannot_be_looked_at(self):
        """It can be signed as bytes; that nobody looked is said."""
        subprocess.run(['qpdf', '--encrypt', 'user', 'owner', '256', '--', self.plain, self.desk / 'locked.pdf'], check=True)
        (self.desk / 'damaged.pdf').write_bytes(self.plain.read_bytes()[:3000])
        for name in ('locked.pdf', 'damaged.pdf'):
            for options in (['--format', 'cades'], ['--format', 'asice']):
                with self.subTest(name=name, options=options):
                    self.assertEqual(self.checks(*options, name)['document-content']['state'], 'unknown')
        (self.desk / 'password').write_text('user\n', encoding='utf-8')
        self.assertEqual(self.checks('--format', 'cades', '--password-file', 'password', 'locked.pdf')['document-content']['state'], 'ok')

    def test_nothing_said_of_others(self):
        (self.desk / 'note.txt').write_text('sample', encoding='utf-8')
        self.assertNotIn('document-content', self.checks('note.txt'))


if __name__ == '__main__':
    unittest.main(verbosity=2)
