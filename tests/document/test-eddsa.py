#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ed25519 in CMS, PDF and XML (RFC 8419, ISO/TS 32002, RFC 9231): judged by BouncyCastle and the JDK, and with everything tampered with."""
import os
import re
import subprocess

import pdf_maker
from document_test import main
from xades_test import DOCUMENT, XadesTest, others

ED25519 = bytes.fromhex('300506032b6570')  # the AlgorithmIdentifier, without parameters
SHA512, SHA256 = (bytes.fromhex('300b06096086480165030402' + last) for last in ('03', '01'))


class EdwardsTest(XadesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_key('ed', ['-newkey', 'ed25519'], 'Sample Edwards Signer')
        cls.make_key('other', ['-newkey', 'ed25519'], 'Sample Other Signer')
        cls.data = cls.put('data', b'Sample data, not much of it.\n' * 300)

    def detached(self, target='one.p7s', key='ed', *options):
        answer = self.tool('sign-cms', self.data, self.path(target), self.path(key + '.key'), self.path(key + '.pem'), *options)
        self.assertEqual(answer.status, 0, answer.error)
        return self.path(target)

    def more(self, kind, source, target, key, *options):
        answer = self.tool('sign-more', kind, source, self.path(target), self.path(key + '.key'), self.path(key + '.pem'), *options)
        self.assertEqual(answer.status, 0, answer.error)
        return self.path(target)

    def changed(self, path, before, after, count=1):
        data = self.get(os.path.basename(path))
        self.assertIn(before, data)
        return self.put('changed', data.replace(before, after, count))

    def test_what_stands_in_a_cms(self):
        """RFC 8419, 3: the digest is SHA-512, and the algorithm of the signature has no parameters."""
        printed = subprocess.run(['openssl', 'cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', self.detached()], check=True,
                                 capture_output=True, text=True).stdout
        signer = printed[printed.index('signerInfos:'):]
        self.assertRegex(signer, r'digestAlgorithm:\s+algorithm: sha512[^\n]*\s+parameter: <ABSENT>')
        self.assertRegex(signer, r'signatureAlgorithm:\s+algorithm: ED25519[^\n]*\s+parameter: <ABSENT>')
        self.assertIn('signingCertificateV2', signer)

    def test_cms(self):
        path = self.detached()
        enclosed = self.more('enclosed', self.data, 'in.p7m', 'ed')
        for found in (self.find(path, self.data), self.find(enclosed)):
            signature, = found.signatures
            self.assertTrue(signature.clean, vars(signature))
        self.assertEqual(others.bouncycastle((path, self.data), (enclosed, None)), [{'1': True}] * 2)

    def test_pdf(self):
        path = self.sign(self.put('form.pdf', pdf_maker.write_form()), 'signed.pdf', 'ed')
        again = self.sign(path, 'again.pdf', 'rsa')
        self.assertTrue(self.find(path).signatures[0].clean)
        self.assertEqual([signature.passes for signature in self.find(again).signatures], [True, True])
        self.assertEqual(others.pdfbox(path), ['1 signature intact whole'])
        self.assertEqual(sorted(others.pdfbox(again)), ['1 signature intact part', '2 signature intact whole'])
        spoilt = bytearray(self.get('signed.pdf'))
        spoilt[11] ^= 1  # in the comment of the second line
        self.assertEqual(self.find(self.put('spoilt.pdf', bytes(spoilt))).signatures[0].passes, False)
        self.assertEqual(others.pdfbox(self.path('spoilt.pdf')), ['1 signature broken whole'])

    def test_xml(self):
        self.put('document.xml', DOCUMENT)
        kept = []
        for packaging in ('enveloped', 'enveloping', 'detached'):
            kept.append(f'{packaging}.xml')
            self.xades('sign', kept[-1], 'ed', packaging, 'document.xml')
            self.assertIn(b'"http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"', self.get(kept[-1]))
            signature, = self.find(*(self.path(name) for name in (kept[-1], 'document.xml') if name == kept[-1] or packaging == 'detached')).signatures
            self.assertTrue(signature.clean, (packaging, vars(signature)))
        self.assertEqual(others.santuario(*map(self.path, kept), eddsa=True), [['1 intact']] * 3)
        for before, after in ((b'<xades:SigningTime>2', b'<xades:SigningTime>1'), (b'<ds:SignatureValue', None)):
            data = self.get('enveloped.xml')
            if after is None:  # one bit of the value
                at = data.index(b'>', data.index(before)) + 1
                data = data[:at] + (b'A' if data[at:at + 1] != b'A' else b'B') + data[at + 1:]
            else:
                data = data.replace(before, after, 1)
            self.put('spoilt.xml', data)
            self.assertFalse(self.find(self.path('spoilt.xml')).signatures[0].passes)
            self.assertNotEqual(others.santuario(self.path('spoilt.xml'), eddsa=True), [['1 intact']])

    def test_beside_and_over_others(self):
        """RSA, then Ed25519 beside it, then Ed25519 over the first and RSA over the second."""
        path = self.more('parallel', self.detached(key='rsa'), 'two.p7s', 'ed', 'content=' + self.data)
        path = self.more('counter', path, 'three.p7s', 'other', 'content=' + self.data, 'id=1')
        path = self.more('counter', path, 'four.p7s', 'rsa', 'content=' + self.data, 'id=2')
        found = self.find(path, self.data).signatures
        self.assertEqual(sorted((signature.id, signature.passes) for signature in found), [('1', True), ('1.1', True), ('2', True), ('2.1', True)])
        self.assertEqual(others.bouncycastle((path, self.data))[0], {'1': True, '1.1': True, '2': True, '2.1': True})

    def test_tampered(self):
        path = self.detached()
        value = re.search(rb'\x04\x40(.{64})', self.get('one.p7s')[-70:], re.S).group(1)
        spoilt = [self.changed(path, value, bytes([value[0] ^ 1]) + value[1:]),
                  self.put('elsewhere', self.get('one.p7s').replace(value, bytes(64))),
                  self.put('negated', self.get('one.p7s').replace(value, value[:32] + bytes(32)))]
        for bad in spoilt:
            self.assertEqual(self.find(bad, self.data).signatures[0].problems, ['signature-mismatch'])
        self.assertEqual(others.bouncycastle(*((bad, self.data) for bad in spoilt)), [{'1': False}] * 3)
        other = self.put('other.data', self.get('data') + b'x')
        self.assertEqual(self.find(path, other).signatures[0].problems, ['digest-mismatch'])

    def test_another_order_of_the_group(self):
        """S + L verifies where nobody looks (RFC 8032, 5.1.7 forbids it): the same signature must not have two forms."""
        data = self.get(os.path.basename(self.detached()))
        value = re.search(rb'\x04\x40(.{64})', data[-70:], re.S).group(1)
        order = 2 ** 252 + 27742317777372353535851937790883648493
        high = (int.from_bytes(value[32:], 'little') + order).to_bytes(32, 'little')
        bad = self.put('high', data.replace(value, value[:32] + high))
        self.assertEqual(self.find(bad, self.data).signatures[0].problems, ['signature-mismatch'])
        self.assertEqual(others.bouncycastle((bad, self.data)), [{'1': False}])

    def test_not_as_the_standard_says(self):
        """Another digest beside it, or parameters where there are none: nobody else may read it as we would."""
        path = self.detached()
        for before, after in ((SHA512, SHA256), (ED25519 + b'\x04\x40', bytes.fromhex('300706032b65700500') + b'\x04\x40')):
            data = self.get('one.p7s')
            self.assertIn(before, data)
            if len(before) == len(after):
                answer = self.find(self.put('odd', data.replace(before, after, 2)), self.data)
            else:
                answer = self.find(self.put('odd', self.lengthened(data, before, after)), self.data)
            self.assertFalse(answer.signatures[0].passes, vars(answer.signatures[0]))
            self.assertIn('algorithm-unsupported', answer.signatures[0].problems)

    @staticmethod
    def lengthened(data, before, after):
        """@after instead of the last @before, and every element around it that much longer. All of them have lengths of two bytes."""
        at, more = data.rindex(before), len(after) - len(before)
        out = bytearray(data[:at] + after + data[at + len(before):])
        cursor = 0
        while cursor < at:
            tag, form = data[cursor], data[cursor + 1]
            size = 2 + (form & 0x7f if form & 0x80 else 0)
            length = int.from_bytes(data[cursor + 2:cursor + size], 'big') if form & 0x80 else form
            if tag & 0x20 and cursor + size <= at < cursor + size + length:
                out[cursor + 2:cursor + size] = (length + more).to_bytes(size - 2, 'big')
                cursor += size
            else:
                cursor += size + length
        return bytes(out)


if __name__ == '__main__':
    main()
