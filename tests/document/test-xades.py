#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML signatures: what is written, and whether others take it."""
import base64
import hashlib
import subprocess
import xml.etree.ElementTree as ElementTree

from document_test import DOMAIN, FORBIDDEN, MALFORMED, TOO_LARGE, UNSUPPORTED, main
from xades_test import DOCUMENT, DS, XADES, XadesTest


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


class SignTest(XadesTest):
    def sign_xml(self, packaging, key='ec', data=DOCUMENT, *options):
        self.put('document.xml', data)
        self.xades('sign', 'signed.xml', key, packaging, 'document.xml', *options)
        return self.get('signed.xml')

    def find_xml(self, packaging):
        paths = [self.path('signed.xml')] + ([self.path('document.xml')] if packaging == 'detached' else [])
        return self.find(*paths).signatures

    def test_every_packaging_and_key(self):
        kept = []
        for packaging in ('enveloped', 'enveloping', 'detached'):
            for key in ('rsa', 'ec', 'p384', 'p521'):
                self.sign_xml(packaging, key, DOCUMENT, 'location=上海')
                signature, = self.find_xml(packaging)
                self.assertEqual((signature.format, signature.level, signature.problems), ('xades', 'B-B', []))
                self.assertTrue(signature.clean, (packaging, key, vars(signature)))
                self.assertTrue(self.xmlsec('signed.xml'), (packaging, key))
                kept.append('%s-%s.xml' % (packaging, key))
                self.put(kept[-1], self.get('signed.xml'))
        self.assertEqual(self.santuario(*kept), [['1 intact']] * 12)

    def test_pss(self):
        text = self.sign_xml('enveloped', 'rsa', DOCUMENT, 'pss')
        self.assertIn(b'xmldsig-more#sha256-rsa-MGF1', text)
        self.assertTrue(self.find_xml('enveloped')[0].clean)
        # xmlsec 1.2 does not know PSS
        self.assertEqual(self.santuario('signed.xml'), [['1 intact']])

    def test_the_document_keeps_its_bytes(self):
        for data in (DOCUMENT, b'<?xml version="1.0"?><r/>', b'<?xml version="1.0"?>\n<r  a = "/>" />\n',
                     '<?xml version="1.0" encoding="GB18030"?><合同 甲="乙">\n\t文 ≥ </合同>'.encode('gb18030'),
                     # a character whose second byte is ']', in front of what then looks like the end of the character data
                     b'<?xml version="1.0" encoding="GBK"?><r><![CDATA[\x81]]></r><!--]]></r>',
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
                           (many, TOO_LARGE), ('<?xml version="1.0" encoding="UTF-16"?><r/>'.encode('utf-16'), UNSUPPORTED),
                           (b'<?xml version="1.0" encoding="ISO-2022-JP"?><r/>', UNSUPPORTED)):
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


class FromOthersTest(XadesTest):
    """Signatures that xmlsec1 made, in the ways that others transform what they sign. They are no XAdES: intact, and not baseline."""
    TEMPLATE = ('<?xml version="1.0"?>\n<r xmlns="urn:d" xmlns:p="urn:p" p:a="1"><x Id="part"> <!-- c --> <p:y b=""/></x><Signature xmlns="http://www.w3.org/2000/09/xmldsig#">'
                '<SignedInfo><CanonicalizationMethod Algorithm="{method}"/><SignatureMethod Algorithm="{algorithm}"/><Reference URI="{uri}">{transforms}'
                '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo>'
                '</Signature></r>\n')
    EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
    INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
    RSA = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
    ENVELOPED = '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'

    def make(self, method=EXCLUSIVE, algorithm=RSA, uri='', transforms=ENVELOPED):
        transforms = transforms and '<Transforms>%s</Transforms>' % transforms
        self.put('template.xml', self.TEMPLATE.format(method=method, algorithm=algorithm, uri=uri, transforms=transforms).encode())
        subprocess.run(['xmlsec1', '--sign', '--id-attr:Id', 'x', '--privkey-pem', '%s,%s' % (self.path('rsa.key'), self.path('rsa.pem')), '--output', self.path('theirs.xml'),
                        self.path('template.xml')], check=True, capture_output=True)
        signature, = self.find(self.path('theirs.xml')).signatures
        self.assertEqual((signature.integrity, signature.level, signature.problems), ('intact', '', ['signing-certificate-missing']), (method, transforms))
        return signature

    def test_ways_to_canonicalise(self):
        for method in (self.EXCLUSIVE, self.INCLUSIVE, 'http://www.w3.org/2006/12/xml-c14n11'):
            for comments in ('', 'WithComments' if method == self.EXCLUSIVE else '#WithComments'):
                self.assertEqual(self.make(method + comments).coverage, 'whole')
                self.make(transforms=self.ENVELOPED + '<Transform Algorithm="%s"/>' % (method + comments))
        self.make(transforms=self.ENVELOPED + '<Transform Algorithm="%s"><InclusiveNamespaces xmlns="%s" PrefixList="p #default"/></Transform>' % (
            self.EXCLUSIVE, self.EXCLUSIVE))

    def test_all_signatures_left_out(self):
        xpath = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath xmlns:s="http://www.w3.org/2000/09/xmldsig#">%s</XPath></Transform>'
        filtered = ('<Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><XPath xmlns="http://www.w3.org/2002/06/xmldsig-filter2" '
                    'xmlns:s="http://www.w3.org/2000/09/xmldsig#" Filter="subtract">/descendant::s:Signature</XPath></Transform>')
        for transforms in (xpath % 'not(ancestor-or-self::s:Signature)', filtered):
            self.assertEqual(self.make(transforms=transforms).coverage, 'whole')
            # one that stands such company lets another one in
            self.xades('sign', 'second.xml', 'ec', 'enveloped', 'theirs.xml')
            first, second = self.find(self.path('second.xml')).signatures
            self.assertEqual((first.integrity, second.integrity, second.coverage, second.level), ('intact', 'intact', 'whole', 'B-B'))

    def test_a_part(self):
        self.assertEqual(self.make(uri='#part', transforms='').coverage, 'partial')
        self.assertEqual(self.make(uri='#part', transforms='<Transform Algorithm="%s"/>' % self.EXCLUSIVE).coverage, 'partial')

    def test_weak(self):
        """SHA-1 is intact; that it is not good enough any more is the verdict's to say."""
        self.make(algorithm='http://www.w3.org/2000/09/xmldsig#rsa-sha1')


if __name__ == '__main__':
    main()
