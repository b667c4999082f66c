#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""PDFs signed by other programs, time-stamps made with openssl, and what is signed after them."""
import subprocess

import pdf_maker
from document_test import DocumentTest, main
from pdf_maker import append, object_body, stream

TSA_CONFIGURATION = """
[tsa]
default_tsa = tsa1
[tsa1]
serial = {dir}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
ess_cert_id_alg = sha256
"""


class OthersTest(DocumentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.put('tsa.cnf', TSA_CONFIGURATION.format(dir=cls.dir).encode())
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', cls.path('tsa.key'), '-out', cls.path('tsa.pem'),
                        '-subj', '/CN=Sample TSA', '-days', '30', '-addext', 'extendedKeyUsage=critical,timeStamping'], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(['openssl', 'pkcs12', '-export', '-in', cls.path('rsa.pem'), '-inkey', cls.path('rsa.key'), '-out', cls.path('rsa.pfx'), '-passout', 'pass:x'],
                       check=True)

    def timestamp(self, data):
        """A time-stamp token (RFC 3161) over @data."""
        self.put('stamped', data)
        subprocess.run(['openssl', 'ts', '-query', '-data', self.path('stamped'), '-sha256', '-cert', '-out', self.path('query')], check=True,
                       stderr=subprocess.DEVNULL)
        subprocess.run(['openssl', 'ts', '-reply', '-config', self.path('tsa.cnf'), '-section', 'tsa1', '-queryfile', self.path('query'), '-signer', self.path('tsa.pem'),
                        '-inkey', self.path('tsa.key'), '-token_out', '-out', self.path('token')], check=True, stderr=subprocess.DEVNULL)
        return self.get('token')

    def add_document_timestamp(self, data, room=6000, visible=False):
        """EN 319 142-1, 5.4.3: a signature field whose value is a time-stamp of all before it."""
        size = pdf_maker.size_of(data)
        dictionary = (b'<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange [0 %s] /Contents <%s> >>'
                      % (b'?' * 40, b'0' * 2 * room))
        field = b'<< /Type /Annot /Subtype /Widget /FT /Sig /T (stamp) /F 132 /Rect [0 0 %d %d] /P 3 0 R /V %d 0 R >>' % (
            100 * visible, 100 * visible, size + 1)
        form = object_body(data, 10)
        out = append(data, {size: field, size + 1: dictionary, 10: form.replace(b'/Fields [', b'/Fields [ %d 0 R ' % size)
                            if b'Signature1' not in data else form.replace(b' ]', b' %d 0 R ]' % size, 1)}, b'/Root 1 0 R /Info 8 0 R')
        start = out.rindex(b'/Contents <0') + 10
        end = start + 2 * room + 2
        numbers = b'[0 %d %d %d' % (start, end, len(out) - end)
        out = out.replace(b'[0 ' + b'?' * 40, numbers.ljust(43))
        token = self.timestamp(out[:start] + out[end:])
        return out[:start + 1] + token.hex().encode().ljust(2 * room, b'0') + out[end - 1:]

    def test_mutool(self):
        """adbe.pkcs7.detached: intact, not baseline; and signed again by us."""
        source = self.put('form.pdf', pdf_maker.write_form())
        subprocess.run(['mutool', 'sign', '-s', self.path('rsa.pfx'), '-P', 'x', '-o', self.path('theirs.pdf'), source, '11'], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        signature, = self.find(self.path('theirs.pdf')).signatures
        self.assertEqual((signature.format, signature.level, signature.integrity, signature.coverage), ('pdf-pkcs7', '', 'intact', 'whole'), vars(signature))
        data = self.get('theirs.pdf')
        self.assert_never_clean(data.replace(b'pay 100', b'pay 900'), 'changed')
        again = self.find(self.sign(self.path('theirs.pdf'), 'again.pdf', 'ec')).signatures
        self.assertEqual([s.format for s in again], ['pdf-pkcs7', 'pades'])
        self.assertTrue(all(s.passes for s in again))

    def test_document_timestamp(self):
        source = self.put('form.pdf', pdf_maker.write_form())
        for options, level in (([], 0), (['certify=1'], 1), (['certify=2'], 2)):
            signed = self.get(self.sign(source, 'signed.pdf', 'rsa', *options))
            stamped = self.add_document_timestamp(signed)
            signature, stamp = self.find(self.put('stamped.pdf', stamped)).signatures
            self.assertEqual((stamp.kind, stamp.integrity, stamp.coverage, stamp.signer), ('document-timestamp', 'intact', 'whole', 'Sample TSA'), vars(stamp))
            self.assertEqual(signature.kinds(True), {'evidence-added'}, vars(signature))
            self.assertEqual(signature.kinds(False), set(), level)
            self.assert_never_clean_timestamp(stamped)

    def assert_never_clean_timestamp(self, data):
        changed = data.replace(b'pay 100', b'pay 900')
        self.assertNotEqual(changed, data)
        for signature in self.find(self.put('changed.pdf', changed)).signatures:
            self.assertFalse(signature.passes, vars(signature))

    def test_visible_timestamp(self):
        signed = self.get(self.sign(self.put('form.pdf', pdf_maker.write_form()), 'signed.pdf', 'rsa', 'certify=1'))
        signature = self.find(self.put('stamped.pdf', self.add_document_timestamp(signed, visible=True))).signatures[0]
        self.assertEqual(signature.kinds(False), {'evidence-added'})

    def test_signature_timestamp(self):
        """A token in the unsigned attributes makes it B-T; with a store and a later document time-stamp B-LTA. Structure only."""
        token = self.put('token-file', self.timestamp(b'any'))
        data = self.put('data', b'sample data')
        answer = self.tool('sign-cms', data, self.path('stamped.p7s'), self.path('rsa.key'), self.path('rsa.pem'), 'token=' + token)
        self.assertEqual(answer.status, 0, answer.error)
        signature, = self.find(self.path('stamped.p7s'), data).signatures
        self.assertEqual((signature.integrity, signature.level), ('intact', 'B-T'))
        signed = self.get(self.sign(self.put('form.pdf', pdf_maker.write_form()), 'signed.pdf', 'rsa', 'token=' + token))
        self.assertEqual(self.find(self.path('signed.pdf')).signatures[0].level, 'B-T')
        stored = append(signed, {1: object_body(signed, 1)[:-2] + b'/DSS 60 0 R\n>>', 60: b'<< /Type /DSS /Certs [61 0 R] >>', 61: stream(b'x')},
                        b'/Root 1 0 R /Info 8 0 R')
        self.assertEqual(self.find(self.put('stored.pdf', stored)).signatures[0].level, 'B-LT')
        archived = self.add_document_timestamp(stored)
        signatures = self.find(self.put('archived.pdf', archived)).signatures
        self.assertEqual(signatures[0].level, 'B-LTA')
        self.assertTrue(signatures[0].passes, vars(signatures[0]))


if __name__ == '__main__':
    main()
