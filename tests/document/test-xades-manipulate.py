#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML signatures changed after signing, wrapped, pointed elsewhere: none of it is taken for good, and nothing a reference names is opened."""
import base64
import os
import re
import xml.etree.ElementTree as ElementTree

from document_test import DOMAIN, MALFORMED, TOO_LARGE, UNSUPPORTED, main
from xades_test import DOCUMENT, XadesTest

HMAC = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1'
ENVELOPED = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'


class ManipulateTest(XadesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.put('document.xml', DOCUMENT)
        cls.good = {}
        for packaging in ('enveloped', 'enveloping', 'detached'):
            cls.xades('sign', packaging + '.xml', 'ec', packaging, 'document.xml', 'location=Sample City')
            cls.good[packaging] = cls.get(packaging + '.xml').decode()

    def judge(self, text, packaging='enveloped'):
        self.put('changed.xml', text.encode() if isinstance(text, str) else text)
        return self.find(self.path('changed.xml'), *([self.path('document.xml')] if packaging == 'detached' else []))

    def assert_bad(self, text, *problems, packaging='enveloped', others_too=True):
        """Not passed by us, for that reason, and not by the other two."""
        answer = self.judge(text, packaging)
        self.assertIsNone(answer.error, answer.error)
        self.assertTrue(answer.signatures)
        for signature in answer.signatures:
            self.assertFalse(signature.passes, vars(signature))
            for problem in problems:
                self.assertIn(problem, signature.problems)
        if others_too:
            self.assertFalse(self.xmlsec('changed.xml'))
            self.bad.append('bad-%d.xml' % len(self.bad))
            self.put(self.bad[-1], self.get('changed.xml'))
        return answer.signatures[0]

    def setUp(self):
        self.bad = []

    def assert_santuario_agrees(self):
        for name, said in zip(self.bad, self.santuario(*self.bad) if self.bad else []):
            self.assertNotIn('1 intact', said, self.get(name))

    def tearDown(self):
        self.assert_santuario_agrees()

    def changed(self, packaging, *pairs):
        text = self.good[packaging]
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new)
        return text

    def test_what_is_signed(self):
        for packaging, old, new in (('enveloped', '<item  id="1"/>', '<item  id="2"/>'), ('enveloped', 'b="x>y"', 'b="x>z"'),
                                    ('enveloped', 'Sample City', 'Sample Town'), ('enveloping', 'Sample City', 'Sample Town'),
                                    ('detached', 'Sample City', 'Sample Town'), ('detached', 'text/plain', 'text/html'),
                                    ('enveloped', '<xades:SigningTime>20', '<xades:SigningTime>19'), ('enveloped', 'application/xml', 'application/xyz')):
            if old in self.good[packaging]:
                self.assert_bad(self.changed(packaging, (old, new)), 'digest-mismatch', packaging=packaging)
        encoded = base64.b64encode(DOCUMENT).decode()
        other = base64.b64encode(DOCUMENT.replace(b'item', b'iten')).decode()
        self.assert_bad(self.changed('enveloping', (encoded, other)), 'digest-mismatch', packaging='enveloping')

    def test_the_file_beside(self):
        self.put('document.xml', DOCUMENT + b' ')
        self.addCleanup(self.put, 'document.xml', DOCUMENT)
        self.assert_bad(self.good['detached'], 'digest-mismatch', packaging='detached')

    def test_the_value(self):
        for packaging in self.good:
            value = re.search(r'<ds:SignatureValue[^>]*>([^<]*)', self.good[packaging]).group(1)
            raw = bytearray(base64.b64decode(value))
            raw[5] ^= 1
            for other in (base64.b64encode(raw).decode(), base64.b64encode(raw[:-1]).decode(), base64.b64encode(b'\0' * 64).decode(), '', 'no base64'):
                self.assert_bad(self.changed(packaging, (value, other)), 'signature-mismatch', packaging=packaging)

    def test_every_part_of_what_is_signed(self):
        """One character at a time of SignedInfo, SignedProperties and the document: no judgement differs from xmlsec1's to the good."""
        text = self.good['enveloped']
        places = [m.start() for pattern in (r'<ds:SignedInfo>.*?</ds:SignedInfo>', r'<xades:SignedProperties.*?</xades:SignedProperties>', r'<a:root.*?<ds:Signature')
                  for m in [re.search(pattern, text, re.S)]]
        step = 37
        for start in places:
            for place in range(start, start + 900, step):
                other = text[:place] + ('x' if text[place] != 'x' else 'y') + text[place + 1:]
                answer = self.judge(other)
                if answer.error is None and any(s.passes for s in answer.signatures):
                    self.assertTrue(self.xmlsec('changed.xml'), other[max(0, place - 40):place + 40])

    def test_references_taken_away(self):
        text = self.good['enveloped']
        reference = re.search(r'<ds:Reference Id.*?</ds:Reference>', text).group(0)
        properties = re.search(r'<ds:Reference Type.*?</ds:Reference>', text).group(0)
        self.assert_bad(text.replace(reference, ''), 'signature-mismatch')
        self.assert_bad(text.replace(properties, ''), 'signed-properties-uncovered')
        self.assert_bad(text.replace(reference, '').replace(properties, ''), 'malformed')
        self.assert_bad(text.replace(' Type="http://uri.etsi.org/01903#SignedProperties"', ''), 'signed-properties-uncovered')

    def test_properties_taken_away(self):
        text = self.good['enveloped']
        self.assert_bad(re.sub(r'<xades:SignedProperties.*</xades:SignedProperties>', '', text), 'reference-target-missing')
        self.assert_bad(re.sub(r'<ds:Object>.*</ds:Object>', '', text), 'reference-target-missing')

    def test_another_certificate(self):
        """Two certificates come along, one is shown, the other verifies: only the one that is named counts."""
        text = self.good['enveloped']
        own = re.search(r'<ds:X509Certificate>([^<]*)', text).group(1)
        other = ''.join(self.get('rsa.pem').decode().split('-----')[2].split())
        self.assert_bad(text.replace(own, other), 'signing-certificate-mismatch')
        self.assert_bad(re.sub(r'<ds:KeyInfo>.*</ds:KeyInfo>', '', text), 'signer-certificate-missing')
        both = text.replace('<ds:X509Certificate>', '<ds:X509Certificate>%s</ds:X509Certificate><ds:X509Certificate>' % other)
        signature, = self.judge(both).signatures
        self.assertTrue(signature.clean, vars(signature))
        self.assertEqual(signature.signer, 'Sample Second Signer')

    def test_algorithms(self):
        method = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'
        for other, problem in ((HMAC, 'algorithm-unsupported'), ('urn:sample:none', 'algorithm-unsupported'),
                               ('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'algorithm-mismatch'),
                               ('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512', 'signature-mismatch')):
            self.assert_bad(self.changed('enveloped', (method, other)), problem)
        self.assert_bad(self.changed('enveloped', ('http://www.w3.org/2001/04/xmlenc#sha256', 'urn:sample:none')), 'algorithm-unsupported')

    def test_transforms(self):
        for other in ('http://www.w3.org/TR/1999/REC-xslt-19991116', 'http://www.w3.org/TR/1999/REC-xpath-19991116', 'http://www.w3.org/2002/06/xmldsig-filter2',
                      'http://www.w3.org/2000/09/xmldsig#base64', 'urn:sample:none'):
            self.assert_bad(self.changed('enveloped', ('http://www.w3.org/2000/09/xmldsig#enveloped-signature', other)), 'transform-unsupported')
        self.assert_bad(self.changed('enveloped', (ENVELOPED, ENVELOPED * 20)), 'transform-unsupported')

    def test_wrapped(self):
        """The signed thing is moved away and something else is put where a reader looks."""
        root = re.search(r'<a:root.*</a:root >', self.good['enveloped'], re.S).group(0)
        self.assert_bad('<?xml version="1.0"?><evil>%s<pay/></evil>' % root)
        for packaging in ('enveloping', 'detached'):
            signature = re.search(r'<ds:Signature .*</ds:Signature>', self.good[packaging], re.S).group(0)
            found = self.judge('<?xml version="1.0"?><evil><pay/>%s</evil>' % signature, packaging).signatures[0]
            self.assertEqual((found.coverage, found.passes), ('partial', False))
        container = '<?xml version="1.0"?><s:XAdESSignatures xmlns:s="http://uri.etsi.org/02918/v1.2.1#">%s%s</s:XAdESSignatures>'
        self.assertTrue(self.judge(container % (signature, ''), 'detached').signatures[0].clean)
        self.assertFalse(self.judge(container % (signature, '<evil/>'), 'detached').signatures[0].passes)

    def test_objects(self):
        """A twin with the same Id, and something unsigned beside what is signed."""
        text = self.good['enveloping']
        signed = re.search(r'<ds:Object Id="([^"]*)"[^>]*>[^<]*</ds:Object>', text)
        twin = signed.group(0).replace(base64.b64encode(DOCUMENT).decode(), base64.b64encode(b'other').decode())
        for both in (signed.group(0) + twin, twin + signed.group(0)):
            self.assert_bad(text.replace(signed.group(0), both), 'id-not-unique', packaging='enveloping', others_too=False)
        for name in ('ID', 'id', 'xml:id'):
            other = twin.replace(' Id=', ' %s=' % name)
            self.assert_bad(text.replace(signed.group(0), signed.group(0) + other), 'id-not-unique', packaging='enveloping', others_too=False)
        beside = self.judge(text.replace(signed.group(0), signed.group(0) + '<ds:Object>%s</ds:Object>' % 'AAAA'), 'enveloping').signatures[0]
        self.assertEqual((beside.coverage, beside.passes), ('partial', False))
        self.assert_bad(text.replace(signed.group(0), signed.group(0) + '<evil xmlns=""/>'), 'malformed', packaging='enveloping', others_too=False)

    def test_twin_properties(self):
        """A second QualifyingProperties with another time, beside the signed one or around it."""
        text = self.good['enveloped']
        real = re.search(r'<ds:Object><xades:QualifyingProperties.*?</xades:QualifyingProperties></ds:Object>', text).group(0)
        fake = re.sub(r'Id="([^"]*)-properties"', r'Id="\1-other"', real).replace('<xades:SigningTime>20', '<xades:SigningTime>19')
        self.assert_bad(text.replace(real, fake + real), 'malformed', others_too=False)
        self.assert_bad(text.replace(real, fake.replace('</ds:Object>', real + '</ds:Object>')), 'signed-properties-uncovered', others_too=False)
        self.assert_bad(text.replace('Target="#', 'Target="#other'), 'malformed', others_too=False)

    def test_text_cut_by_a_comment(self):
        """Canonical XML has no comments: what is read is what is signed, with them in the middle."""
        signature, = self.judge(self.changed('enveloped', ('Sample City', 'Sample<!-- x --> City'))).signatures
        self.assertTrue(signature.clean, vars(signature))
        self.assertTrue(self.xmlsec('changed.xml'))

    def test_nothing_is_opened(self):
        """A reader of this pipe would wait for ever; /etc/passwd would differ instead of being missing."""
        os.mkfifo(self.path('pipe'))
        for name in ('pipe', './pipe', self.path('pipe'), 'file://' + self.path('pipe'), '/etc/passwd', 'file:///etc/passwd', 'http://127.0.0.1:1/x', '../x', '%2e%2e/x',
                     'a%00b', '%ff', 'urn:x'):
            self.put('changed.xml', self.changed('detached', ('URI="document.xml"', 'URI="%s"' % name)).encode())
            signature, = self.find(self.path('changed.xml')).signatures
            self.assertFalse(signature.passes)
            self.assertNotIn('digest-mismatch', signature.problems)

    def test_odd_references(self):
        for other in ('URI="#xpointer(/)"', 'URI="#xpointer(id(\'x\'))"', ''):
            self.assert_bad(self.changed('enveloped', ('URI=""', other)), 'reference-unsupported', others_too=False)
        self.assert_bad(self.changed('enveloped', ('URI=""', 'URI="#nothing"')), 'reference-target-missing')

    def test_document_type(self):
        text = self.good['enveloped']
        for kind in ('<!DOCTYPE a:root>', '<!DOCTYPE a:root SYSTEM "file:///etc/passwd">',
                     '<!DOCTYPE a:root [<!ENTITY % e SYSTEM "http://127.0.0.1:1/x"> %e;]>', '<!DOCTYPE a:root [<!ATTLIST item id CDATA "2">]>',
                     '<!DOCTYPE a:root [%s]>' % ''.join('<!ENTITY e%d "%s">' % (i, '&e%d;' % (i - 1) * 9 if i else 'x') for i in range(12))):
            answer = self.judge(text.replace('<?style', kind + '<?style'))
            self.assertEqual(answer.error[:2], (DOMAIN, UNSUPPORTED), kind)

    def test_limits(self):
        many = ''.join('<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>' for _ in range(65))
        references = '<ds:Reference URI="x"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AA==</ds:DigestValue></ds:Reference>'
        for text, code in (('<?xml version="1.0"?><r>%s</r>' % many, TOO_LARGE), ('<?xml version="1.0"?>' + '<r>' * 300 + '</r>' * 300, MALFORMED),
                           ('<?xml version="1.0"?><r %s/>' % ('=' * 1000001), TOO_LARGE),
                           (self.good['detached'].replace('</ds:SignedInfo>', references * 4096 + '</ds:SignedInfo>'), TOO_LARGE),
                           (self.good['detached'].replace('</ds:SignedInfo>', references.replace('"x"', '""') * 65 + '</ds:SignedInfo>'), TOO_LARGE)):
            answer = self.judge(text)
            self.assertIsNotNone(answer.error, text[:100])
            self.assertEqual(answer.error[:2], (DOMAIN, code), text[:100])

    def test_empty_forms(self):
        """Elements that are missing, doubled or out of order make a bad signature, never none and never a crash."""
        text = self.good['enveloping']
        root = ElementTree.fromstring(text)
        tags = sorted({element.tag.split('}')[1] for element in root.iter()})
        for tag in tags:
            for pattern, new in ((r'<(\w+):%s[ >/].*?(/>|</\1:%s>)' % (tag, tag), ''), (r'(<(\w+):%s[ >/].*?(/>|</\2:%s>))' % (tag, tag), r'\1\1')):
                other = re.sub(pattern, new, text, count=1, flags=re.S)
                answer = self.judge(other, 'enveloping')
                if tag in ('X509Certificate', 'X509Data', 'KeyInfo') and answer.error is None and new:
                    continue  # one certificate twice is no lie
                self.assertFalse(answer.error is None and any(s.passes for s in answer.signatures), (tag, new))


if __name__ == '__main__':
    main()
