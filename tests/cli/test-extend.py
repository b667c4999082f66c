#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""signet extend: levels T, LT and LTA on the command line, offline verification of what came out, and what others say of it."""
import importlib.util
import re
import resource
import shutil
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from contract import DATA, NO_INPUT, SOURCE, UNAVAILABLE, USAGE

sys.path.insert(0, str(SOURCE / 'tests/tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position,wrong-import-order

_spec = importlib.util.spec_from_file_location('test_sign', Path(__file__).with_name('test-sign.py'))
test_sign = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(test_sign)


class ExtendTest(test_sign.SignTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tsa = f"http://127.0.0.1:{cls.world.port('TSA')}/"

    def setUp(self):
        super().setUp()
        self.assert_status(self.sign('contract.pdf'), 0)

    def extend(self, *arguments, status=0):
        return self.json('extend', '--tsa', self.tsa, *arguments, status=status)['files']

    def verify(self, path, status=0):
        return self.json('verify', '--offline', path, status=status)['files'][0]['signatures']

    def token_of(self, data, number):
        """The number-th time-stamp of the document and what it covers, cut out by hand."""
        dictionary = list(re.finditer(rb'/Type /DocTimeStamp.*?/ByteRange \[0 (\d+) (\d+) (\d+)', data, re.DOTALL))[number]
        first, second, length = (int(value) for value in dictionary.groups())
        return bytes.fromhex(data[first + 1:second - 1].decode()), data[:first] + data[second:second + length]


class Extend(ExtendTest):
    def test_each_level_by_name(self):
        for level, reached in (('t', 'B-T'), ('lt', 'B-LT'), ('lta', 'B-LTA')):
            report, = self.extend('--level', level, '-o', level + '.pdf', 'contract-signed.pdf')
            self.assertEqual((report['level'], report['extended'], report['problems'], report['error']), (reached, True, [], None))
            self.assertEqual(self.verify(level + '.pdf')[0]['level'], reached)
        self.assertRegex(report['renew_before'], r'^20\d\d-')

    def test_usual_level_and_name(self):
        report, = self.extend('contract-signed.pdf')
        self.assertEqual((Path(report['output']).name, report['level']), ('contract-signed-extended.pdf', 'B-LT'))
        self.assertEqual((self.desk / 'contract-signed-extended.pdf').read_bytes()[:(self.desk / 'contract-signed.pdf').stat().st_size],
                         (self.desk / 'contract-signed.pdf').read_bytes())
        again, = self.extend('--level', 'lta', 'contract-signed-extended.pdf')
        self.assertEqual(Path(again['output']).name, 'contract-signed-extended-2.pdf')
        idle, = self.extend('--level', 'lta', 'contract-signed-extended-2.pdf')
        self.assertEqual((idle['output'], idle['extended'], idle['level']), (None, False, 'B-LTA'))
        renewed, = self.extend('--level', 'lta', '--renew', 'contract-signed-extended-2.pdf')
        self.assertEqual(Path(renewed['output']).name, 'contract-signed-extended-3.pdf')
        self.assertEqual([s['kind'] for s in self.verify('contract-signed-extended-3.pdf')], ['signature'] + 3 * ['document-timestamp'])

    def test_several_and_what_stops_one(self):
        (self.desk / 'out').mkdir()
        reports = self.extend('--output-dir', 'out', 'contract-signed.pdf', 'contract.pdf', 'nowhere.pdf', status=NO_INPUT)
        self.assertEqual([r['status'] for r in reports], [0, DATA, NO_INPUT])
        self.assertEqual(reports[1]['error']['code'], 'not-signed')
        self.assertEqual([path.name for path in (self.desk / 'out').iterdir()], ['contract-signed-extended.pdf'])

    def test_nothing_is_overwritten(self):
        before = (self.desk / 'contract.pdf').read_bytes()
        self.extend('-o', 'contract.pdf', 'contract-signed.pdf', status=73)
        self.extend('-o', 'contract-signed.pdf', '--overwrite', 'contract-signed.pdf', status=73)
        self.assertEqual((self.desk / 'contract.pdf').read_bytes(), before)
        self.assert_nothing_new('contract-signed.pdf')

    def test_no_server(self):
        run = self.json('extend', '--tsa', 'http://127.0.0.1:9/', 'contract-signed.pdf', status=UNAVAILABLE)
        self.assertIn('unreachable', run['files'][0]['error']['code'])
        self.assert_nothing_new('contract-signed.pdf')
        report, = self.json('extend', '--tsa', 'http://127.0.0.1:9/', '--tsa', self.tsa, 'contract-signed.pdf', status=0)['files']
        self.assertEqual(report['level'], 'B-LT')

    def test_wrong_calls(self):
        for arguments in ([], ['--level', 'b', 'a.pdf'], ['--renew', 'a.pdf'], ['-o', 'x', 'a.pdf', 'b.pdf'], ['-o', 'x', '--output-dir', 'y', 'a.pdf']):
            self.assert_status(self.signet('extend', *arguments), USAGE)

    def test_encrypted(self):
        (self.desk / 'password').write_text('open me\n', encoding='utf-8')
        subprocess.run(['qpdf', '--encrypt', 'open me', 'owner', '256', '--', 'contract.pdf', 'secret.pdf'], cwd=self.desk, check=True)
        self.assert_status(self.sign('--password-file', 'password', 'secret.pdf'), 0)
        report, = self.extend('--password-file', 'password', '--level', 'lta', '-o', 'lta.pdf', 'secret-signed.pdf')
        self.assertEqual((report['level'], report['problems']), ('B-LTA', []))
        signature = self.json('verify', '--offline', '--password-file', 'password', 'lta.pdf', status=0)['files'][0]['signatures'][0]
        self.assertEqual((signature['level'], signature['revocation']['origin']), ('B-LTA', 'embedded'))
        subprocess.run(['qpdf', '--check', '--password=open me', 'lta.pdf'], cwd=self.desk, check=True, capture_output=True)
        self.extend('--level', 'lta', '-o', 'no.pdf', 'secret-signed.pdf', status=DATA)

    def test_certified_and_second_signature(self):
        """What permits no change permits proof; and a signature after an archive time-stamp is extended too."""
        self.assert_status(self.sign('--certify', '1', '-o', 'certified.pdf', 'contract.pdf'), 0)
        self.extend('--level', 'lta', '-o', 'certified-lta.pdf', 'certified.pdf')
        self.assertEqual(self.verify('certified-lta.pdf')[0]['level'], 'B-LTA')
        self.extend('--level', 'lta', '-o', 'once.pdf', 'contract-signed.pdf')
        self.assert_status(self.sign('-o', 'twice.pdf', 'once.pdf'), 0)
        report, = self.extend('--level', 'lta', '-o', 'both.pdf', 'twice.pdf')
        self.assertEqual(report['level'], 'B-LTA')
        self.assertEqual([s['level'] for s in self.verify('both.pdf') if s['kind'] == 'signature'], ['B-LTA', 'B-LTA'])

    def test_words(self):
        run = self.signet('extend', '--tsa', self.tsa, '--level', 'lta', 'contract-signed.pdf')
        self.assert_status(run, 0)
        self.assertIn('contract-signed-extended.pdf', run.stdout)
        self.assertIn('renewed before', run.stdout)
        self.assertIn('Extended', self.signet('journal', 'list').stdout)

    def test_signed_at_once(self):
        self.assert_status(self.sign('--level', 'lta', '--tsa', self.tsa, '-o', 'lta.pdf', 'contract.pdf'), 0)
        self.assertEqual(self.verify('lta.pdf')[0]['level'], 'B-LTA')

    def test_detached(self):
        self.assert_status(self.sign('--format', 'cades', 'contract.pdf'), 0)
        report, = self.extend('--level', 'lta', '-o', 'lta.p7s', '--detached', 'contract.pdf', 'contract.pdf.p7s')
        self.assertEqual(report['level'], 'B-LTA')
        signature, = self.json('verify', '--offline', '--detached', 'contract.pdf', 'lta.p7s', status=0)['files'][0]['signatures']
        self.assertEqual((signature['level'], signature['revocation']['origin']), ('B-LTA', 'embedded'))


class Faults(ExtendTest):
    """Killed at every step, or no room on the disk: the file is as it was, and nothing has the final name."""

    def assert_untouched(self, before):
        self.assertEqual((self.desk / 'contract-signed.pdf').read_bytes(), before)
        self.assertEqual(sorted(path.name for path in self.desk.iterdir() if not path.name.startswith('.')), ['contract-signed.pdf', 'contract.pdf'])

    def test_killed(self):
        before = (self.desk / 'contract-signed.pdf').read_bytes()
        for step in ('copied', 'extended-time-stamped', 'evidence-added', 'archived', 'verified'):
            with self.subTest(step):
                run = self.signet('extend', '--level', 'lta', '--tsa', self.tsa, 'contract-signed.pdf', environment={'SIGNET_TEST_STOP_AT': step})
                self.assertEqual(run.returncode, -signal.SIGKILL, step + run.stdout + run.stderr)
                self.assert_untouched(before)

    def test_disk_full(self):
        before = (self.desk / 'contract-signed.pdf').read_bytes()
        for size in (0, 4096, len(before), len(before) + 512, len(before) + 8192, len(before) + 40000):
            with self.subTest(size):
                run = self.signet('extend', '--level', 'lta', '--tsa', self.tsa, '-o', 'full.pdf', 'contract-signed.pdf',
                                  preexec_fn=lambda limit=size: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
                self.assertNotIn(run.returncode, (0, 70), run.stdout + run.stderr)
                self.assert_untouched(before)


class Others(ExtendTest):
    """What validators that are not ours say of it."""

    def test_structure_and_time_stamps(self):
        self.extend('--level', 'lta', '-o', 'lta.pdf', 'contract-signed.pdf')
        subprocess.run(['qpdf', '--check', 'lta.pdf'], cwd=self.desk, check=True, capture_output=True)
        said = subprocess.run(['pdfsig', '-nocert', 'lta.pdf'], cwd=self.desk, capture_output=True, text=True, check=False).stdout
        self.assertIn('Signature Validation: Signature is Valid', said)
        data = (self.desk / 'lta.pdf').read_bytes()
        for number in (0, 1):
            token, covered = self.token_of(data, number)
            (self.desk / 'covered').write_bytes(covered)
            (self.desk / 'token').write_bytes(token)
            subprocess.run(['openssl', 'ts', '-verify', '-data', 'covered', '-in', 'token', '-token_in', '-CAfile',
                            self.world.root / 'pki/root.pem', '-untrusted', self.world.root / 'pki/ca.pem'],
                           cwd=self.desk, check=True, capture_output=True)

    def test_cms(self):
        """The signature still verifies for who knows nothing of levels, also with evidence and archive time-stamps in it."""
        self.assert_status(self.sign('--format', 'cades', 'contract.pdf'), 0)
        for level in ('t', 'lt', 'lta'):
            self.extend('--level', level, '-o', level + '.p7s', '--detached', 'contract.pdf', 'contract.pdf.p7s')
            for more in ([], ['-cades']):
                subprocess.run(['openssl', 'cms', '-verify', '-binary', *more, '-inform', 'DER', '-in', level + '.p7s', '-content', 'contract.pdf', '-purpose', 'any',
                                '-CAfile', self.world.root / 'pki/root.pem', '-out', '/dev/null'], cwd=self.desk, check=True, capture_output=True)
        said = subprocess.run(['openssl', 'cms', '-cmsout', '-print', '-inform', 'DER', '-in', 'lta.p7s'], cwd=self.desk, check=True, capture_output=True,
                              text=True).stdout
        self.assertIn('0.4.0.1733.2.4', said)
        self.assertIn('1.3.6.1.5.5.7.16.2', said)

    def test_pdfbox(self):
        if not all((others.JARS / f'{jar}.jar').exists() for jar in others.PDFBOX) or shutil.which('javac') is None:
            self.skipTest('PDFBox, BouncyCastle or a Java compiler are not here')
        self.extend('--level', 'lta', '-o', 'lta.pdf', 'contract-signed.pdf')
        lines = others.pdfbox(self.desk / 'lta.pdf')
        self.assertEqual([line.split()[1:3] for line in lines[:3]],
                         [['signature', 'intact'], ['document-timestamp', 'intact'], ['document-timestamp', 'intact']], lines)
        self.assertRegex(lines[3], r'^evidence [3-9] [1-9] 0$')


if __name__ == '__main__':
    unittest.main()
