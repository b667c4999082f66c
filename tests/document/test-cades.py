#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""CMS signatures around a document, beside others and over another one; judged by OpenSSL, and with everything tampered with."""
import os
import subprocess

from document_test import FORBIDDEN, MALFORMED, TOO_LARGE, UNSUPPORTED, DocumentTest, main

KEYS = [('rsa',), ('rsa', 'pss'), ('ec',), ('p384',)]


class CadesTest(DocumentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.put('all.pem', b''.join(cls.get(name + '.pem') for name in ('rsa', 'ec', 'p384')))
        cls.data = cls.put('data', os.urandom(100000))

    def more(self, kind, source, target, key='rsa', *options):
        return self.tool('sign-more', kind, source, self.path(target), self.path(key + '.key'), self.path(key + '.pem'), *options)

    def make(self, kind, source, target, key='rsa', *options):
        answer = self.more(kind, source, target, key, *options)
        self.assertEqual(answer.status, 0, answer.error)
        return self.path(target)

    def detached(self, target='one.p7s', key='rsa', *options):
        answer = self.tool('sign-cms', self.data, self.path(target), self.path(key + '.key'), self.path(key + '.pem'), *options)
        self.assertEqual(answer.status, 0, answer.error)
        return self.path(target)

    def openssl(self, path, *options):
        return subprocess.run(['openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path, '-CAfile', self.path('all.pem'),
                               '-purpose', 'any', '-out', self.path('extracted'), *options], capture_output=True, text=True)

    def assert_openssl(self, path, *options):
        done = self.openssl(path, *options)
        self.assertEqual(done.returncode, 0, done.stderr)

    def refuse_more(self, code, *arguments):
        answer = self.more(*arguments)
        self.assertEqual(answer.status, 1)
        self.assertEqual(answer.error[1], code, answer.error)
        return answer.error[2]

    def signer_infos(self, path):
        """As they lie in the file."""
        lines = subprocess.run(['openssl', 'asn1parse', '-inform', 'DER', '-in', path], capture_output=True, text=True, check=True).stdout.splitlines()
        rows = [(int(line[:line.index(':')]), int(line.split('d=')[1].split()[0]), line) for line in lines]
        last_set = [i for i, (_, depth, line) in enumerate(rows) if depth == 3 and 'SET' in line][-1]
        data = open(path, 'rb').read()
        starts = [at for at, depth, _ in rows[last_set + 1:] if depth == 4] + [len(data)]
        return [data[a:b] for a, b in zip(starts, starts[1:])]

    def test_enclosed(self):
        for key, *options in KEYS:
            path = self.make('enclosed', self.data, 'in.p7m', key, *options)
            self.assert_openssl(path)
            self.assertEqual(self.get('extracted'), self.get('data'))
            signature, = self.find(path).signatures
            self.assertTrue(signature.clean, vars(signature))
            self.assertEqual((signature.id, signature.kind, signature.format, signature.level), ('1', 'signature', 'cades', 'B-B'))
        whole = self.get('in.p7m')
        at = whole.index(self.get('data')[:64])
        self.put('tampered.p7m', whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        self.assertNotEqual(self.openssl(self.path('tampered.p7m')).returncode, 0)
        self.assertEqual(self.find(self.path('tampered.p7m')).signatures[0].problems, ['digest-mismatch'])
        self.assertEqual(self.find(path, self.data).signatures[0].problems, ['content-twice'])

    def test_enclosed_sizes(self):
        for size in (0, 1, 127, 128, 65535, 65536):
            path = self.make('enclosed', self.put('sized', b'x' * size), 'sized.p7m')
            self.assert_openssl(path)
            self.assertEqual(len(self.get('extracted')), size)
            self.assertTrue(self.find(path).signatures[0].clean)
        with open(self.path('large'), 'wb') as out:
            out.truncate(60 * 1024 * 1024 + 1)
        self.assertIn('60 MiB', self.refuse_more(TOO_LARGE, 'enclosed', self.path('large'), 'large.p7m'))

    def test_parallel(self):
        one = self.detached()
        two = self.make('parallel', one, 'two.p7s', 'ec', 'content=' + self.data)
        three = self.make('parallel', two, 'three.p7s', 'p384', 'content=' + self.data)
        four = self.make('parallel', three, 'four.p7s', 'rsa', 'content=' + self.data, 'pss')
        before = []
        for n, path in enumerate((one, two, three, four), 1):
            self.assert_openssl(path, '-content', self.data)
            signatures = self.find(path, self.data).signatures
            self.assertEqual([s.id for s in signatures], [str(i + 1) for i in range(n)])
            self.assertTrue(all(s.clean and s.level == 'B-B' for s in signatures))
            now = self.signer_infos(path)
            self.assertEqual(now[:-1], before, 'an earlier signer was changed')
            before = now
        self.assertEqual([s.signer for s in signatures], ['Sample Signer', 'Sample Second Signer', 'Sample Third Signer', 'Sample Signer'])

    def test_parallel_enclosed(self):
        one = self.make('enclosed', self.data, 'one.p7m')
        two = self.make('parallel', one, 'two.p7m', 'ec')
        self.assert_openssl(two)
        self.assertEqual(self.get('extracted'), self.get('data'))
        self.assertEqual([s.clean for s in self.find(two).signatures], [True, True])
        self.refuse_more(UNSUPPORTED, 'parallel', one, 'twice.p7m', 'ec', 'content=' + self.data)

    def test_parallel_to_others(self):
        """What OpenSSL wrote: in pieces of indefinite length, and as PEM."""
        for options in (['-stream', '-nodetach'], ['-nodetach'], []):
            for form in ('DER', 'PEM'):
                subprocess.run(['openssl', 'cms', '-sign', '-binary', '-cades', '-in', self.data, '-outform', form, '-out', self.path('theirs'),
                                '-signer', self.path('rsa.pem'), '-inkey', self.path('rsa.key'), *options], check=True)
                content = [] if options else [self.data]
                both = self.make('parallel', self.path('theirs'), 'both', 'ec', *['content=' + c for c in content])
                self.assert_openssl(both, *(['-content', self.data] if content else []))
                self.assertEqual([s.clean for s in self.find(both, *content).signatures], [True, True], (options, form))

    def test_parallel_refused(self):
        one = self.detached()
        self.refuse_more(UNSUPPORTED, 'parallel', one, 'two.p7s', 'ec')
        other = self.put('other', b'something else')
        self.refuse_more(FORBIDDEN, 'parallel', one, 'two.p7s', 'ec', 'content=' + other)
        good = self.get('one.p7s')
        self.put('flipped.p7s', good[:-1] + bytes([good[-1] ^ 1]))
        self.refuse_more(FORBIDDEN, 'parallel', self.path('flipped.p7s'), 'two.p7s', 'ec', 'content=' + self.data)
        self.put('cut.p7s', good[:-5])
        self.refuse_more(MALFORMED, 'parallel', self.path('cut.p7s'), 'two.p7s', 'ec', 'content=' + self.data)

    def test_countersignature(self):
        one = self.detached()
        two = self.make('parallel', one, 'two.p7s', 'ec', 'content=' + self.data)
        for key, *options in KEYS:
            counter = self.make('counter', two, 'counter.p7s', key, 'content=' + self.data, 'id=1', *options)
            self.assert_openssl(counter, '-content', self.data)
            signatures = self.find(counter, self.data).signatures
            self.assertEqual([(s.id, s.kind, s.integrity, s.level) for s in signatures],
                             [('1', 'signature', 'intact', 'B-B'), ('1.1', 'counter-signature', 'intact', 'B-B'), ('2', 'signature', 'intact', 'B-B')])
        again = self.make('counter', self.path('counter.p7s'), 'again.p7s', 'rsa', 'content=' + self.data, 'id=1')
        last = self.make('counter', again, 'last.p7s', 'rsa', 'content=' + self.data, 'id=2')
        self.assertEqual([s.id for s in self.find(last, self.data).signatures], ['1', '1.1', '1.2', '2', '2.1'])
        self.assertTrue(all(s.clean for s in self.find(last, self.data).signatures))
        self.assert_openssl(last, '-content', self.data)
        # a countersignature is about a signature: it holds without the document, and beside a wrong one
        self.assertEqual([s.integrity for s in self.find(last).signatures], ['no-data', 'intact', 'intact', 'no-data', 'intact'])
        wrong = self.find(last, self.put('other', b'x')).signatures
        self.assertEqual([s.integrity for s in wrong], ['broken', 'intact', 'intact', 'broken', 'intact'])

    def test_countersigned_and_then_signed(self):
        counter = self.make('counter', self.detached(), 'counter.p7s', 'ec', 'content=' + self.data, 'id=1')
        both = self.make('parallel', counter, 'both.p7s', 'p384', 'content=' + self.data)
        self.assertEqual(self.signer_infos(both)[0], self.signer_infos(counter)[0])
        self.assertEqual([(s.id, s.clean) for s in self.find(both, self.data).signatures], [('1', True), ('1.1', True), ('2', True)])

    def test_countersignature_refused(self):
        one = self.detached()
        for wrong in ('2', '0', '1.1', 'x', ''):
            self.refuse_more(UNSUPPORTED, 'counter', one, 'counter.p7s', 'ec', 'content=' + self.data, 'id=' + wrong)
        other = self.put('other', b'something else')
        self.refuse_more(FORBIDDEN, 'counter', one, 'counter.p7s', 'ec', 'content=' + other, 'id=1')
        self.refuse_more(MALFORMED, 'counter', self.data, 'counter.p7s', 'ec', 'id=1')

    def test_tampered_countersignature(self):
        """Every byte of it: found and never passed off as good, and nothing else hurt."""
        one = self.detached()
        whole = self.get(os.path.basename(self.make('counter', one, 'counter.p7s', 'ec', 'content=' + self.data, 'id=1')))
        start = whole.index(bytes.fromhex('06092a864886f70d010906'))
        # SET, SEQUENCE and their lengths, then the version, which is not signed
        first = whole.index(bytes.fromhex('020101'), start) + 3
        unnoticed = []
        for at in range(first, len(whole), 3):
            answer = self.find(self.put('tampered.p7s', whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1:]), self.data)
            if answer.error is None and any(s.kind == 'counter-signature' and s.integrity == 'intact' for s in answer.signatures):
                unnoticed.append((at, whole[at - 4:at + 4].hex()))
        self.assertEqual(unnoticed, [])

    def with_countersignature(self, signer_info):
        """The detached signature of rsa, with this SignerInfo put over it by hand."""
        def wrap(tag, content):
            length = len(content)
            size = bytes([length]) if length < 128 else bytes([0x82]) + length.to_bytes(2, 'big')
            return bytes([tag]) + size + content

        inner = self.signer_infos(self.detached())[0]
        attribute = wrap(0x30, bytes.fromhex('06092a864886f70d010906') + wrap(0x31, signer_info))
        changed = wrap(0x30, inner[4:] + wrap(0xa1, attribute))
        certificates = b''.join(subprocess.run(['openssl', 'x509', '-in', self.path(name + '.pem'), '-outform', 'DER'], capture_output=True, check=True).stdout
                                for name in ('rsa', 'ec'))
        body = (b'\x02\x01\x01' + wrap(0x31, bytes.fromhex('300b0609608648016503040201')) + wrap(0x30, bytes.fromhex('06092a864886f70d010701'))
                + wrap(0xa0, certificates) + wrap(0x31, changed))
        return self.put('odd.p7s', wrap(0x30, bytes.fromhex('06092a864886f70d010702') + wrap(0xa0, wrap(0x30, body))))

    def test_content_type_in_a_countersignature(self):
        """RFC 5652, 11.4: an ordinary signature, passed off as one."""
        ordinary = self.signer_infos(self.detached('ordinary.p7s', 'ec'))[0]
        first, odd = self.find(self.with_countersignature(ordinary), self.data).signatures
        self.assertTrue(first.clean, vars(first))
        self.assertEqual((odd.kind, odd.integrity, odd.problems), ('counter-signature', 'broken', ['content-type-mismatch']))

    def test_countersignature_of_another(self):
        """Taken from over another signature of the same document."""
        other = self.detached('other.p7s', 'p384')
        donor = self.signer_infos(self.make('counter', other, 'donor.p7s', 'ec', 'content=' + self.data, 'id=1'))[0]
        moved = donor[donor.index(bytes.fromhex('06092a864886f70d010906')) + 11:]
        self.assertEqual(moved[:2], b'\x31\x82')
        first, odd = self.find(self.with_countersignature(moved[4:]), self.data).signatures
        self.assertTrue(first.clean, vars(first))
        self.assertEqual((odd.kind, odd.integrity, odd.problems), ('counter-signature', 'broken', ['digest-mismatch']))

    def test_countersignature_that_is_none(self):
        first, odd = self.find(self.with_countersignature(bytes.fromhex('3003020101')), self.data).signatures
        self.assertTrue(first.clean, vars(first))
        self.assertEqual((odd.integrity, odd.problems), ('broken', ['counter-signature-odd']))


if __name__ == '__main__':
    main()
