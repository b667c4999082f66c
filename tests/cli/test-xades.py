#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML signatures on the command line, made with keys on a token and looked at by xmlsec1."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from contract import DATA, FAILED, INDETERMINATE, PASSED, SOURCE, USAGE

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
sys.path.insert(0, str(SOURCE / 'tests/tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

ORDER = '<?xml version="1.0" encoding="UTF-8"?>\n<order xmlns="urn:sample">\n  <item n=\'1\'>纸</item >\n</order>\n'


class XadesTest(unittest.TestCase):
    key = 'ec-p256'

    @classmethod
    def setUpClass(cls):
        cls.world = World(cls.key)
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.desk = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.addCleanup(shutil.rmtree, self.desk, ignore_errors=True)
        (self.desk / 'order.xml').write_text(ORDER, encoding='utf-8')

    def signet(self, *arguments):
        return self.world.signet(*arguments, cwd=self.desk)

    def sign(self, *arguments, status=0):
        run = self.signet('sign', '--pin-file', self.world.pin, *arguments)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def verify(self, path, status, *options):
        run = self.signet('verify', '--json', *options, path)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return json.loads(run.stdout)['files'][0]

    def names(self):
        return sorted(path.name for path in self.desk.iterdir())


class OnP256(XadesTest):
    def test_xml_takes_the_signature_in(self):
        self.sign('order.xml', '--location', '上海')
        self.assertEqual(self.names(), ['order-signed.xml', 'order.xml'])
        report = self.verify('order-signed.xml', PASSED)
        signature, = report['signatures']
        self.assertEqual((report['format'], signature['format'], signature['level'], signature['coverage']), ('xades', 'xades', 'B-B', 'whole'))
        self.assertEqual(signature['packaging'], 'enveloped')
        self.assertIn('上海', self.signet('verify', 'order-signed.xml').stdout)
        self.assertTrue(others.xmlsec1(self.desk / 'order-signed.xml'))
        signed = (self.desk / 'order-signed.xml').read_text(encoding='utf-8')
        start, end = signed.index('<ds:Signature '), signed.rindex('</ds:Signature>') + len('</ds:Signature>')
        self.assertEqual(signed[:start] + signed[end:], ORDER)

    def test_a_change_is_told(self):
        self.sign('order.xml')
        path = self.desk / 'order-signed.xml'
        path.write_text(path.read_text(encoding='utf-8').replace('纸', '金'), encoding='utf-8')
        signature, = self.verify(path.name, FAILED)['signatures']
        self.assertEqual((signature['indication'], signature['sub_indication']), ('TOTAL-FAILED', 'HASH_FAILURE'))
        self.assertFalse(others.xmlsec1(path))

    def test_around_and_beside(self):
        sample_pdf(self.desk / 'contract.pdf')
        self.sign('--packaging', 'enveloping', 'contract.pdf')
        self.assertEqual(self.verify('contract.pdf.xades', PASSED)['signatures'][0]['level'], 'B-B')
        self.assertTrue(others.xmlsec1(self.desk / 'contract.pdf.xades'))
        self.sign('--format', 'xades', 'contract.pdf')
        self.assertEqual(self.verify('contract.pdf-2.xades', PASSED)['signatures'][0]['coverage'], 'whole')
        self.assertTrue(others.xmlsec1(self.desk / 'contract.pdf-2.xades'))
        self.sign('--format', 'xades', '--detached', 'order.xml')
        self.verify('order.xml.xades', PASSED)
        (self.desk / 'order.xml').rename(self.desk / 'renamed.xml')
        self.verify('order.xml.xades', INDETERMINATE)
        self.verify('order.xml.xades', PASSED, '--detached', 'renamed.xml')
        self.verify('order.xml.xades', FAILED, '--detached', 'contract.pdf')

    def test_time_stamp(self):
        self.sign('--level', 't', '--tsa', f'http://127.0.0.1:{self.world.port("TSA")}/', 'order.xml')
        signature, = self.verify('order-signed.xml', PASSED)['signatures']
        self.assertEqual((signature['level'], signature['time_source']), ('B-T', 'timestamp'))
        self.assertTrue(others.xmlsec1(self.desk / 'order-signed.xml'))

    def test_said_before_the_pin(self):
        (self.desk / 'typed.xml').write_text('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "x">]><r>&a;</r>')
        (self.desk / 'broken.xml').write_text('<?xml version="1.0"?><r>')
        self.sign('order.xml')
        for name, text in (('typed.xml', 'DOCTYPE'), ('order-signed.xml', 'another one inside would break it'), ('broken.xml', '')):
            before = self.names()
            self.assertIn(text, self.sign(name, status=DATA).stderr)
            self.assertEqual(self.names(), before)
        self.sign('--format', 'xades', '--detached', 'typed.xml')
        self.verify('typed.xml.xades', PASSED)

    def test_usage(self):
        for options in (('--packaging', 'inside'), ('--packaging', 'enveloping', '--format', 'cades'), ('--packaging', 'enveloped', '--detached')):
            self.sign(*options, 'order.xml', status=USAGE)


class Extended(XadesTest):
    """Levels T, LT and LTA: what is added stands behind what was there, and others still take the signature."""

    def setUp(self):
        super().setUp()
        self.tsa = f'http://127.0.0.1:{self.world.port("TSA")}/'

    def extend(self, *arguments):
        run = self.signet('extend', '--json', '--tsa', self.tsa, *arguments)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return json.loads(run.stdout)['files'][0]

    def level(self, path, *options):
        signature, = self.verify(path, PASSED, '--offline', *options)['signatures']
        self.assertTrue(others.xmlsec1(self.desk / path))
        said, = others.santuario(self.desk / path)
        self.assertEqual(said, ['1 intact' + ' archive intact' * (self.desk / path).read_text(encoding='utf-8').count('<xades141:ArchiveTimeStamp ')])
        return signature['level']

    def test_each_level(self):
        self.sign('order.xml')
        for level, reached in (('t', 'B-T'), ('lt', 'B-LT'), ('lta', 'B-LTA')):
            self.assertEqual(self.extend('--level', level, '-o', level + '.xml', 'order-signed.xml')['level'], reached)
            self.assertEqual(self.level(level + '.xml'), reached)
        # one after the other comes to the same, and renewing goes on
        self.assertEqual(self.extend('--level', 'lt', '-o', 'two.xml', 't.xml')['level'], 'B-LT')
        self.assertEqual(self.extend('--level', 'lta', '-o', 'three.xml', 'two.xml')['level'], 'B-LTA')
        self.assertEqual(self.extend('--level', 'lta', '--renew', '-o', 'four.xml', 'three.xml')['level'], 'B-LTA')
        self.assertEqual(self.level('four.xml'), 'B-LTA')
        self.assertEqual((self.desk / 'four.xml').read_text(encoding='utf-8').count('<xades141:ArchiveTimeStamp '), 2)

    def test_at_once_and_around(self):
        self.sign('--level', 'lta', '--tsa', self.tsa, '--packaging', 'enveloping', 'order.xml')
        self.assertEqual(self.level('order.xml.xades'), 'B-LTA')

    def test_beside(self):
        """An archive time-stamp covers the file itself, not its digest."""
        self.sign('--format', 'xades', '--detached', 'order.xml')
        self.extend('--level', 'lta', '-o', 'lta.xades', '--detached', 'order.xml', 'order.xml.xades')
        self.assertEqual(self.level('lta.xades', '--detached', 'order.xml'), 'B-LTA')

    def test_what_the_archive_covers(self):
        self.sign('--level', 'lta', '--tsa', self.tsa, 'order.xml')
        good = (self.desk / 'order-signed.xml').read_text(encoding='utf-8')
        certificates = re.search(r'<xades:CertificateValues.*?</xades:CertificateValues>', good).group(0)
        first = re.search(r'<xades:EncapsulatedX509Certificate>.*?</xades:EncapsulatedX509Certificate>', certificates).group(0)
        for other in (good.replace(certificates, certificates.replace(first, first + first)), good.replace('<xades:RevocationValues ', '<xades:RevocationValues Id="x" ')):
            self.assertNotEqual(other, good)
            (self.desk / 'changed.xml').write_text(other, encoding='utf-8')
            signature, = self.verify('changed.xml', INDETERMINATE, '--offline')['signatures']
            self.assertIn('timestamp-imprint', [reason['code'] for reason in signature['reasons']])


class OnRsa(XadesTest):
    key = 'rsa-3072'

    def test_on_a_token(self):
        self.sign('order.xml')
        self.verify('order-signed.xml', PASSED)
        self.assertTrue(others.xmlsec1(self.desk / 'order-signed.xml'))


class OnP384(OnRsa):
    key = 'ec-p384'


class OnP521(XadesTest):
    """No authority of the tests gives certificates for such keys: one that was made elsewhere."""
    def test_on_a_token(self):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521', '-nodes', '-keyout', 'key.pem', '-out', 'own.pem',
                        '-subj', '/CN=Sample Signer', '-days', '30', '-addext', 'keyUsage=critical,nonRepudiation',
                        '-addext', 'basicConstraints=critical,CA:FALSE'], cwd=self.desk, check=True, capture_output=True)
        subprocess.run(['openssl', 'pkcs12', '-export', '-in', 'own.pem', '-inkey', 'key.pem', '-out', 'own.p12', '-passout', 'pass:sample'], cwd=self.desk,
                       check=True)
        (self.desk / 'passphrase').write_text('sample')
        run = self.signet('certificate', 'import', '--token', 'Sample token', '--pin-file', self.world.pin, '--passphrase-file', 'passphrase', 'own.p12')
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        found = subprocess.run(['openssl', 'x509', '-in', 'own.pem', '-noout', '-fingerprint', '-sha256'], cwd=self.desk, check=True, capture_output=True, text=True)
        self.sign('--certificate', found.stdout.split('=')[1].strip().replace(':', '').lower(), 'order.xml')
        signed = (self.desk / 'order-signed.xml').read_text(encoding='utf-8')
        self.assertIn('xmldsig-more#ecdsa-sha512', signed)
        self.assertEqual(self.verify('order-signed.xml', INDETERMINATE)['signatures'][0]['integrity'], 'intact')
        self.assertTrue(others.xmlsec1(self.desk / 'order-signed.xml'))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
