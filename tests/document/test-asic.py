#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-asic: containers (EN 319 162-1): made, signed once more, read; others agree; nothing manipulated or readable in two ways passes."""
import os
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile

import asic_maker
import document_test
from document_test import DOMAIN, UNSUPPORTED, Answer

TOOL = os.environ['SIGNET_ASIC_TOOL']
ASIC = '{http://uri.etsi.org/02918/v1.2.1#}'
CONTRACT, PLAN = '合同 一.txt', 'plan & 100%.txt'


class ContainerTest(document_test.DocumentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documents = [cls.put(CONTRACT, '内容\n'.encode()), cls.put(PLAN, b'sample plan\n' * 100), cls.put('empty', b'')]
        cls.good = cls.make('good.asice', 'asice', *cls.documents)
        cls.simple = cls.make('good.asics', 'asics', cls.documents[0])

    @classmethod
    def make(cls, target, flavour, *files, key='rsa'):
        done = subprocess.run([TOOL, cls.path(target), cls.path(key + '.key'), cls.path(key + '.pem'), flavour, *files], capture_output=True, timeout=120)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(done)
        return cls.path(target)

    def refuse_to_make(self, code, flavour, *files):
        done = subprocess.run([TOOL, self.path('refused.asice'), self.path('rsa.key'), self.path('rsa.pem'), flavour, *files], capture_output=True, timeout=120)
        answer = Answer(done.stdout.decode(), done.returncode)
        self.assertEqual((done.returncode, answer.error[:2]), (1, (DOMAIN, code)), answer.error)

    def members(self, path):
        with zipfile.ZipFile(path) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist()}

    def assert_good(self, path, signatures=1):
        answer = self.find(path)
        self.assertIsNone(answer.error)
        self.assertEqual([(s.integrity, s.coverage, s.problems) for s in answer.signatures], [('intact', 'whole', [])] * signatures)
        return answer.signatures

    def assert_error(self, data, code, what=''):
        answer = self.find_bytes(data)
        self.assertIsNotNone(answer.error, what)
        self.assertEqual(answer.error[:2], (DOMAIN, code), '%s: %s' % (what, answer.error))
        return answer.error[2]

    def assert_problem(self, data, problem):
        """One signature that does not pass, for this reason."""
        answer = self.find_bytes(data)
        self.assertIsNone(answer.error, answer.error)
        self.assertEqual(len(answer.signatures), 1)
        self.assertIn(problem, answer.signatures[0].problems)
        self.assertFalse(answer.signatures[0].passes, vars(answer.signatures[0]))
        self.assertEqual(answer.signatures[0].level, '')


class TestMade(ContainerTest):
    def test_what_is_in_it(self):
        members = self.members(self.good)
        self.assertEqual(list(members), ['mimetype', CONTRACT, PLAN, 'empty', 'META-INF/ASiCManifest001.xml', 'META-INF/signature001.p7s'])
        self.assertEqual(members[CONTRACT], '内容\n'.encode())
        self.assertEqual([s.level for s in self.assert_good(self.good)], ['B-B'])

    def test_mimetype_is_first_and_plain(self):
        for path, kind in ((self.good, b'asic-e'), (self.simple, b'asic-s')):
            head = self.get(os.path.basename(path))[:80]
            self.assertEqual(head[:10], b'PK\x03\x04\x14\0\0\0\0\0')
            self.assertEqual(head[26:38], b'\x08\0\0\0mimetype')
            self.assertEqual(head[38:69], b'application/vnd.etsi.' + kind + b'+zip')
            said = subprocess.run(['file', '-b', path], capture_output=True, text=True, check=True).stdout
            self.assertIn('application/vnd.etsi.' + kind.decode(), said)

    def test_others_unpack_it(self):
        for path in (self.good, self.simple):
            said = subprocess.run(['unzip', '-tq', path], capture_output=True, text=True, check=False)
            self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
            with zipfile.ZipFile(path) as archive:
                self.assertIsNone(archive.testzip())

    def verify_with_openssl(self, signature, content):
        subprocess.run(['openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', self.put('x.p7s', signature), '-content',
                        self.put('x.content', content), '-CAfile', self.path('rsa.pem'), '-out', os.devnull], check=True, capture_output=True)

    def test_openssl_agrees(self):
        members = self.members(self.good)
        self.verify_with_openssl(members['META-INF/signature001.p7s'], members['META-INF/ASiCManifest001.xml'])
        members = self.members(self.simple)
        self.verify_with_openssl(members['META-INF/signature.p7s'], members[CONTRACT])

    def test_manifest(self):
        members = self.members(self.good)
        root = ElementTree.fromstring(members['META-INF/ASiCManifest001.xml'])
        self.assertEqual(root.tag, ASIC + 'ASiCManifest')
        self.assertEqual(root.find(ASIC + 'SigReference').get('URI'), 'META-INF/signature001.p7s')
        self.assertEqual([r.get('URI') for r in root.findall(ASIC + 'DataObjectReference')],
                         ['%E5%90%88%E5%90%8C%20%E4%B8%80.txt', 'plan%20%26%20100%25.txt', 'empty'])

    def test_simple(self):
        self.assertEqual(list(self.members(self.simple)), ['mimetype', CONTRACT, 'META-INF/signature.p7s'])
        self.assertEqual([s.format for s in self.assert_good(self.simple)], ['asics'])

    def test_refused(self):
        self.refuse_to_make(UNSUPPORTED, 'asics', *self.documents)
        os.makedirs(self.path('other'), exist_ok=True)
        for name in (CONTRACT, 'EMPTY', 'mimetype', 'Meta-Inf', 'line\nbreak', 'back\\slash'):
            self.refuse_to_make(UNSUPPORTED, 'asice', *self.documents, self.put('other/' + name, b'x'))


class TestAdded(ContainerTest):
    def test_nothing_before_is_touched(self):
        twice = self.make('twice.asice', 'asice', self.good, key='ec')
        before, after = self.get('good.asice'), self.get('twice.asice')
        end = before.index(b'PK\1\2')
        self.assertEqual(after[:end], before[:end])
        self.assertEqual([s.signer for s in self.assert_good(twice, 2)], ['Sample Signer', 'Sample Second Signer'])
        self.assert_good(self.make('thrice.asice', 'asice', twice, key='p384'), 3)

    def test_compressed_ones_stay_compressed(self):
        """Made by others: deflated, sizes behind the data."""
        data = asic_maker.pack(self.members(self.good), deflate=True, descriptor=True)
        source = self.put('deflated.asice', data)
        self.assert_good(source)
        twice = self.make('deflated-twice.asice', 'asice', source, key='ec')
        self.assertEqual(self.get('deflated-twice.asice')[:data.index(b'PK\1\2')], data[:data.index(b'PK\1\2')])
        self.assert_good(twice, 2)

    def test_first_signature_still_counts(self):
        """Broken before, broken after: a new signature heals nothing."""
        members = self.members(self.good)
        members[CONTRACT] += b'!'
        twice = self.make('healed.asice', 'asice', self.put('broken.asice', asic_maker.pack(members)), key='ec')
        first, second = self.find(twice).signatures
        self.assertEqual((first.integrity, second.integrity), ('broken', 'intact'))


document_test.main()
