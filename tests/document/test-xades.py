#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML signatures: what is written, and whether others take it."""
import base64
import hashlib
import subprocess
import xml.etree.ElementTree as ElementTree

from document_test import DOMAIN, FORBIDDEN, MALFORMED, TOO_LARGE, UNSUPPORTED, main
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


DOCUMENT = ('<?xml version="1.0"?>\n<?style sheet?><!-- a --><a:root xmlns:a="urn:a" xmlns="urn:d"\n b="x>y" ><item  id="1"/>'
            '<![CDATA[ </a:root> ]]>&#x4e2d;\n</a:root >\n<!-- </a:root> -->\n').encode()


class SignTest(XadesTest):
    def sign_xml(self, packaging, key='ec', data=DOCUMENT, *options):
        self.put('document.xml', data)
        self.xades('sign', 'signed.xml', key, packaging, 'document.xml', *options)
        return self.get('signed.xml')

    def find_xml(self, packaging):
        paths = [self.path('signed.xml')] + ([self.path('document.xml')] if packaging == 'detached' else [])
        return self.find(*paths).signatures

    def test_every_packaging_and_key(self):
        for packaging in ('enveloped', 'enveloping', 'detached'):
            for key in ('rsa', 'ec', 'p384', 'p521'):
                self.sign_xml(packaging, key, DOCUMENT, 'location=上海')
                signature, = self.find_xml(packaging)
                self.assertEqual((signature.format, signature.level, signature.problems), ('xades', 'B-B', []))
                self.assertTrue(signature.clean, (packaging, key, vars(signature)))
                self.assertTrue(self.xmlsec('signed.xml'), (packaging, key))

    def test_pss(self):
        text = self.sign_xml('enveloped', 'rsa', DOCUMENT, 'pss')
        self.assertIn(b'xmldsig-more#sha256-rsa-MGF1', text)
        self.assertTrue(self.find_xml('enveloped')[0].clean)

    def test_the_document_keeps_its_bytes(self):
        for data in (DOCUMENT, b'<?xml version="1.0"?><r/>', b'<?xml version="1.0"?>\n<r  a = "/>" />\n',
                     '<?xml version="1.0" encoding="GB18030"?><合同 甲="乙">\n\t文 ≥ </合同>'.encode('gb18030'),
                     '<?xml version="1.0" encoding="ISO-8859-1"?><r>\xe9</r>'.encode('latin-1')):
            signed = self.sign_xml('enveloped', 'ec', data)
            start, end = signed.index(b'<ds:Signature '), signed.rindex(b'</ds:Signature>') + len(b'</ds:Signature>')
            rest = signed[:start] + signed[end:]
            if data.rstrip().endswith(b'/>'):
                rest = rest.replace(b'></r>', b'/>').replace(b' ></r>', b' />')
            self.assertEqual(rest, data)
            self.assertTrue(self.find_xml('enveloped')[0].clean, data)
            self.assertTrue(self.xmlsec('signed.xml'), data)

    def test_any_file(self):
        for data in (b'', b'sample data', bytes(range(256)) * 100):
            for packaging in ('enveloping', 'detached'):
                self.sign_xml(packaging, 'ec', data)
                self.assertTrue(self.find_xml(packaging)[0].clean, (packaging, len(data)))
                self.assertTrue(self.xmlsec('signed.xml'))

    def test_what_is_refused(self):
        bomb = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>'
        deep = b'<?xml version="1.0"?>' + b'<r>' * 300 + b'</r>' * 300
        many = b'<?xml version="1.0"?><r>' + b'<i/>' * 1000001 + b'</r>'
        for data, code in ((b'<?xml version="1.0"?><r>', MALFORMED), (b'sample data', MALFORMED), (bomb, UNSUPPORTED), (deep, MALFORMED),
                           (many, TOO_LARGE), ('<?xml version="1.0" encoding="UTF-16"?><r/>'.encode('utf-16'), UNSUPPORTED)):
            self.put('document.xml', data)
            out = self.xades('sign', 'signed.xml', 'ec', 'enveloped', 'document.xml', status=1)
            self.assertEqual(out.split('\t')[1:3], [DOMAIN, str(code)], (data[:80], out))
        self.put('large', bytes(7500001))
        self.assertIn('\t%d\t' % TOO_LARGE, self.xades('sign', 'signed.xml', 'ec', 'enveloping', 'large', status=1))

    def test_a_second_one(self):
        """It would take the first one down: refused. Beside the file it harms nobody."""
        self.sign_xml('enveloped')
        out = self.xades('sign', 'second.xml', 'rsa', 'enveloped', 'signed.xml', status=1)
        self.assertEqual(out.split('\t')[1:3], [DOMAIN, str(FORBIDDEN)])
        self.xades('sign', 'second.xml', 'rsa', 'detached', 'signed.xml')
        self.assertTrue(self.find(self.path('second.xml'), self.path('signed.xml')).signatures[0].clean)
        self.assertTrue(self.find(self.path('signed.xml')).signatures[0].clean)

    def test_without_its_file(self):
        self.sign_xml('detached')
        self.assertEqual(self.find(self.path('signed.xml')).signatures[0].integrity, 'no-data')
        self.sign_xml('enveloped')
        self.assertIn('content-twice', self.find(self.path('signed.xml'), self.path('document.xml')).signatures[0].problems)

    def test_not_signed(self):
        self.assertEqual(self.find(self.put('plain.xml', DOCUMENT)).signatures, [])


if __name__ == '__main__':
    main()
