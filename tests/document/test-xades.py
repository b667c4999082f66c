#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML signatures: what is written, and whether others take it."""
import base64
import hashlib
import subprocess
import xml.etree.ElementTree as ElementTree

from document_test import main
from xades_test import DS, XADES, XadesTest


class BuildTest(XadesTest):
    def build(self, key, *options):
        self.put('data.txt', b'sample data')
        self.put('合同 1.txt', '合同'.encode())
        self.xades('build', 'signed.xml', key, *options, 'data.txt=data.txt', '合同 1.txt=合同 1.txt')
        return self.get('signed.xml').decode('ascii')

    def test_xmlsec_takes_it(self):
        for key in ('rsa', 'ec', 'p384', 'p521'):
            text = self.build(key)
            self.assertTrue(self.xmlsec('signed.xml'), key)
            self.assertIn('URI="%E5%90%88%E5%90%8C%201.txt"', text)

    def test_xmlsec_refuses_a_change(self):
        text = self.build('ec', 'location=Sample City')
        for old, new in (('<xades:SigningTime>2', '<xades:SigningTime>1'), ('Sample City', 'Sample Town'), ('URI="data.txt"', 'URI="./data.txt"')):
            self.assertIn(old, text)
            self.put('signed.xml', text.replace(old, new).encode())
            self.assertFalse(self.xmlsec('signed.xml'), old)
        self.put('signed.xml', text.encode())
        self.put('data.txt', b'other data')
        self.assertFalse(self.xmlsec('signed.xml'))

    def test_what_stands_in_it(self):
        text = self.build('ec', 'location=上海 <&>', 'role=Sample "Role"')
        root = ElementTree.fromstring(text)
        self.assertEqual(root.tag, DS + 'Signature')
        self.assertEqual(root.find('.//%sCity' % XADES).text, '上海 <&>')
        self.assertEqual(root.find('.//%sClaimedRole' % XADES).text, 'Sample "Role"')
        self.assertEqual(len(root.findall('.//%sDataObjectFormat' % XADES)), 2)
        certificate = base64.b64decode(root.find('.//%sX509Certificate' % DS).text)
        digest = root.find('.//%sSigningCertificateV2//%sDigestValue' % (XADES, DS)).text
        self.assertEqual(base64.b64decode(digest), hashlib.sha256(certificate).digest())
        issuer_serial = base64.b64decode(root.find('.//%sIssuerSerialV2' % XADES).text)
        parsed = subprocess.run(['openssl', 'asn1parse', '-inform', 'DER'], input=issuer_serial, capture_output=True, check=True).stdout.decode()
        self.assertIn('Sample Second Signer', parsed)

    def test_in_a_container(self):
        root = ElementTree.fromstring(self.build('rsa', 'container'))
        self.assertEqual(root.tag, '{http://uri.etsi.org/02918/v1.2.1#}XAdESSignatures')
        self.assertEqual([child.tag for child in root], [DS + 'Signature'])
        self.assertTrue(self.xmlsec('signed.xml'))

    def test_time_stamp(self):
        """What a time-stamp covers is the canonical ds:SignatureValue, with the namespace it needs and nothing else."""
        token = self.put('token', b'\x30\x03\x02\x01\x00')
        text = self.build('rsa', 'token=' + token, 'tbs=' + self.path('tbs'))
        root = ElementTree.fromstring(text)
        value = root.find(DS + 'SignatureValue')
        expected = '<ds:SignatureValue xmlns:ds="%s" Id="%s">%s</ds:SignatureValue>' % (DS[1:-1], value.get('Id'), value.text)
        self.assertEqual(self.get('tbs').decode(), expected)
        stamp = root.find('.//%sSignatureTimeStamp/%sEncapsulatedTimeStamp' % (XADES, XADES))
        self.assertEqual(base64.b64decode(stamp.text), self.get('token'))
        self.assertTrue(self.xmlsec('signed.xml'))


if __name__ == '__main__':
    main()
