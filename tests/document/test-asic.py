#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-asic: containers (EN 319 162-1): made, signed once more, read; others agree; nothing manipulated or readable in two ways passes."""
import os
import struct
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile

import asic_maker
import document_test
from document_test import DOMAIN, FORBIDDEN, MALFORMED, TOO_LARGE, UNSUPPORTED, Answer

TOOL = os.environ['SIGNET_ASIC_TOOL']
ASIC = '{http://uri.etsi.org/02918/v1.2.1#}'
CONTRACT, PLAN = '合同 一.txt', 'plan & 100%.txt'


class ContainerTest(document_test.DocumentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documents = [cls.put(CONTRACT, '内容\n'.encode()), cls.put(PLAN, b'sample plan\n' * 100), cls.put('empty', b'')]
        cls.good = cls.make('good.asice', 'asice', *cls.documents)
        cls.xades = cls.make('xades.asice', 'asice-xades', *cls.documents)
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


class TestSimpleOnceMore(ContainerTest):
    """ASiC-S has one file of signatures; another goes into it."""

    def verify_with_openssl(self, members):
        both = self.put('both.pem', self.get('rsa.pem') + self.get('ec.pem'))
        done = subprocess.run(['openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', self.put('x.p7s', members['META-INF/signature.p7s']),
                               '-content', self.put('x.content', members[CONTRACT]), '-CAfile', both, '-out', os.devnull], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_cades(self):
        twice = self.make('twice.asics', 'asics', self.simple, key='ec')
        members = self.members(twice)
        self.assertEqual(list(members), ['mimetype', CONTRACT, 'META-INF/signature.p7s'])
        self.verify_with_openssl(members)
        found = self.assert_good(twice, 2)
        self.assertEqual([(s.signer, s.level) for s in found], [('Sample Signer', 'B-B'), ('Sample Second Signer', 'B-B')])
        before, after = self.get('good.asics'), self.get('twice.asics')
        start = before.index(b'META-INF/signature.p7s') - 30
        self.assertEqual(after[:start], before[:start])
        self.assert_good(self.make('thrice.asics', 'asics', twice, key='p384'), 3)

    def test_xades(self):
        name = 'META-INF/signatures.xml'
        once = self.make('x-once.asics', 'asics-xades', self.put('a.txt', b'a'))
        twice = self.make('x-twice.asics', 'asics', once, key='ec')
        self.assertEqual([(s.signer, s.level) for s in self.assert_good(twice, 2)], [('Sample Signer', 'B-B'), ('Sample Second Signer', 'B-B')])
        before, after = self.members(once)[name], self.members(twice)[name]
        end = before.rindex(b'</')
        self.assertEqual(after[:end], before[:end])
        root = ElementTree.fromstring(after)
        self.assertEqual([child.tag for child in root], ['{http://www.w3.org/2000/09/xmldsig#}Signature'] * 2)
        folder = self.path('unpacked-simple')
        with zipfile.ZipFile(twice) as archive:
            archive.extractall(folder)
        os.replace(folder + '/' + name, folder + '/signatures.xml')
        for number in (1, 2):
            said = subprocess.run(['xmlsec1', '--verify', '--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties', '--enabled-key-data', 'x509',
                                   '--insecure', '--node-xpath', '/*/*[%d]' % number, 'signatures.xml'], cwd=folder, capture_output=True, text=True, check=False)
            self.assertEqual(said.returncode, 0, said.stderr)

    def test_not_beside_a_broken_one(self):
        for flavour in ('asics', 'asics-xades'):
            members = self.members(self.make('whole.asics', flavour, self.documents[0]))
            members[CONTRACT] += b'!'
            self.refuse_to_make(FORBIDDEN, 'asics', self.put('broken.asics', asic_maker.pack(members)))

    def test_what_cannot_be_added_to(self):
        members = self.members(self.make('whole.asics', 'asics-xades', self.documents[0]))
        name = 'META-INF/signatures.xml'
        bare = members[name][members[name].index(b'<ds:Signature'):members[name].rindex(b'</asic')]
        self.refuse_to_make(UNSUPPORTED, 'asics', self.put('bare.asics', asic_maker.pack({**members, name: bare})))
        two = {**self.members(self.simple), name: members[name]}
        self.refuse_to_make(UNSUPPORTED, 'asics', self.put('two.asics', asic_maker.pack(two)))
        self.refuse_to_make(UNSUPPORTED, 'asice', self.simple)


class TestXades(ContainerTest):
    def test_what_is_in_it(self):
        members = self.members(self.xades)
        self.assertEqual(list(members), ['mimetype', CONTRACT, PLAN, 'empty', 'META-INF/manifest.xml', 'META-INF/signatures001.xml'])
        self.assertTrue(ElementTree.fromstring(members['META-INF/signatures001.xml']).tag.endswith('}XAdESSignatures'))
        entries = [entry.attrib.values() for entry in ElementTree.fromstring(members['META-INF/manifest.xml'])]
        self.assertEqual([list(values)[0] for values in entries], ['/', CONTRACT, PLAN, 'empty'])
        self.assertEqual([s.level for s in self.assert_good(self.xades)], ['B-B'])

    def test_xmlsec_agrees(self):
        """It looks for what is referred to beside the signature."""
        folder = self.path('unpacked')
        with zipfile.ZipFile(self.make('ascii.asice', 'asice-xades', self.documents[2], self.put('a.txt', b'a'))) as archive:
            archive.extractall(folder)
        os.replace(folder + '/META-INF/signatures001.xml', folder + '/signatures001.xml')
        said = subprocess.run(['xmlsec1', '--verify', '--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties', '--enabled-key-data', 'x509',
                               '--insecure', 'signatures001.xml'], cwd=folder, capture_output=True, text=True, check=False)
        self.assertEqual(said.returncode, 0, said.stderr)

    def test_once_more(self):
        """What is in it goes on in its own kind, whatever was asked for."""
        twice = self.make('xades-twice.asice', 'asice', self.xades, key='ec')
        self.assertIn('META-INF/signatures002.xml', self.members(twice))
        self.assert_good(twice, 2)

    def test_simple(self):
        path = self.make('xades.asics', 'asics-xades', self.documents[0])
        self.assertEqual(list(self.members(path)), ['mimetype', CONTRACT, 'META-INF/signatures.xml'])
        self.assert_good(path)

    def test_manipulated(self):
        members = self.members(self.xades)
        self.assert_problem(asic_maker.pack({**members, PLAN: b'another'}), 'digest-mismatch')
        self.assert_problem(asic_maker.pack({**members, 'more.txt': b'more'}), 'member-not-covered')
        self.assert_problem(asic_maker.pack({name: content for name, content in members.items() if name != PLAN}), 'reference-missing')
        self.assert_problem(asic_maker.pack({**members, 'META-INF/signatures001.xml': b'<x'}), 'malformed')

    def test_references_lead_to_members_only(self):
        """A file outside has the right content; nobody looks there."""
        outside = self.put('outside', b'')
        members = self.members(self.xades)
        signature = members['META-INF/signatures001.xml']
        for uri in (outside, 'file://' + outside, '../empty', '/empty', './empty', 'http://127.0.0.1/empty'):
            changed = signature.replace(b'URI="empty"', b'URI="%s"' % uri.encode())
            self.assertNotEqual(changed, signature)
            answer = self.find_bytes(asic_maker.pack({**members, 'META-INF/signatures001.xml': changed}))
            self.assertFalse(answer.signatures[0].passes)


class TestManipulated(ContainerTest):
    def changed(self, **changes):
        members = self.members(self.good)
        for name, content in changes.items():
            members[name] = content
        return members

    def without(self, *names):
        return {name: content for name, content in self.members(self.good).items() if name not in names}

    def test_documents(self):
        self.assert_problem(asic_maker.pack({**self.members(self.good), CONTRACT: b'another'}), 'digest-mismatch')
        self.assert_problem(asic_maker.pack({**self.members(self.good), 'more.txt': b'more'}), 'member-not-covered')
        self.assert_problem(asic_maker.pack(self.without(PLAN)), 'reference-missing')
        renamed = {('renamed' if name == PLAN else name): content for name, content in self.members(self.good).items()}
        self.assert_problem(asic_maker.pack(renamed), 'reference-missing')
        twin = self.members(self.good)
        twin['plan%20%26%20100%25.txt'] = twin[PLAN]
        self.assert_problem(asic_maker.pack(twin), 'reference-ambiguous')

    def test_every_byte_of_every_document(self):
        """In the archive as it is: the name, the size, the CRC, the content, in both places."""
        data = self.get('good.asice')
        for at in range(0, len(data), 67):
            self.assert_never_clean_or_same(data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1:], at)

    def assert_never_clean_or_same(self, data, what):
        """Times and attributes of members are nobody's statement; all else counts."""
        answer = self.find_bytes(data)
        if answer.error is None and all(s.passes for s in answer.signatures):
            self.assertTrue(answer.signatures, what)
            with zipfile.ZipFile(self.path('manipulated.pdf')) as archive:
                self.assertEqual({name: archive.read(name) for name in archive.namelist()}, self.members(self.good), what)

    def test_manifest(self):
        name = 'META-INF/ASiCManifest001.xml'
        manifest = self.members(self.good)[name]
        self.assert_problem(asic_maker.pack(self.without(name)), 'manifest-missing')
        self.assert_problem(asic_maker.pack({**self.members(self.good), name: b'<x/>'}), 'manifest-missing')
        self.assert_problem(asic_maker.pack({**self.members(self.good), 'META-INF/ASiCManifest002.xml': manifest}), 'manifest-ambiguous')
        self.assert_problem(asic_maker.pack({**self.members(self.good), name: manifest.replace(b'\n', b'\n ')}), 'digest-mismatch')

    def sign_manifest(self, manifest):
        """Somebody signs a manifest of his own making: the signature is right, whatever stands in it."""
        subprocess.run(['openssl', 'cms', '-sign', '-binary', '-cades', '-in', self.put('m.xml', manifest), '-outform', 'DER', '-out', self.path('m.p7s'),
                        '-signer', self.path('rsa.pem'), '-inkey', self.path('rsa.key'), '-md', 'sha256'], check=True, capture_output=True)
        return asic_maker.pack({**self.members(self.good), 'META-INF/ASiCManifest001.xml': manifest, 'META-INF/signature001.p7s': self.get('m.p7s')})

    def test_manifests_read_in_two_ways(self):
        manifest = self.members(self.good)['META-INF/ASiCManifest001.xml']
        self.assert_good(self.put('own.asice', self.sign_manifest(manifest)))
        end = manifest.index(b'?>') + 2
        head, body = manifest[:end], manifest[end:]
        for odd in (head + b'<!DOCTYPE x>' + body, head + b'<!DOCTYPE x [<!ENTITY e "x">]>' + body, manifest.replace(b'UTF-8', b'UTF-16', 1),
                    manifest.replace(b'URI="empty"', b'URI="empty" URI="other"'), manifest.replace(b'<asic:SigRef', b'text<asic:SigRef'),
                    manifest.replace(b'xmldsig#', b'xmldsig'), manifest + manifest, manifest.replace(b'</asic:ASiCManifest>', b'<x/></asic:ASiCManifest>')):
            self.assertNotEqual(odd, manifest)
            self.assert_problem(self.sign_manifest(odd), 'manifest-missing')
        doubled = manifest.replace(b'URI="empty"', b'URI="plan%20%26%20100%25.txt"')
        self.assert_problem(self.sign_manifest(doubled), 'reference-ambiguous')
        extension = b'<asic:ASiCManifestExtensions><asic:Extension Critical="%s"/></asic:ASiCManifestExtensions></asic:ASiCManifest>'
        self.assert_problem(self.sign_manifest(manifest.replace(b'</asic:ASiCManifest>', extension % b'true')), 'manifest-extension')
        self.assert_good(self.put('own.asice', self.sign_manifest(manifest.replace(b'</asic:ASiCManifest>', extension % b'false'))))

    def test_signature(self):
        name = 'META-INF/signature001.p7s'
        self.assert_problem(asic_maker.pack({**self.members(self.good), name: b'0\x03\x02\x01\x01'}), 'cms-malformed')
        self.assertEqual(self.find_bytes(asic_maker.pack(self.without(name))).signatures, [])
        # of another container: right in itself, about something else
        other = self.members(self.make('other.asice', 'asice', self.documents[1]))
        self.assert_problem(asic_maker.pack({**self.members(self.good), name: other[name]}), 'digest-mismatch')

    def test_simple(self):
        members = self.members(self.simple)
        self.assert_problem(asic_maker.pack({**members, CONTRACT: b'another'}), 'digest-mismatch')
        self.assert_problem(asic_maker.pack({**members, 'more.txt': b'more'}), 'not-one-document')

    def test_mimetype(self):
        members = self.members(self.good)
        rest = self.without('mimetype')
        self.assertEqual([s.level for s in self.assert_good(self.put('none.asice', asic_maker.pack(rest)))], [''])
        self.assert_error(asic_maker.pack({**rest, 'mimetype': members['mimetype']}), MALFORMED, 'last')
        squeezed = asic_maker.members_of(members)
        squeezed[0] = asic_maker.Member('Mimetype', members['mimetype'] * 20, deflate=True)
        squeezed[0].name = b'mimetype'
        self.find_bytes(asic_maker.write(squeezed))
        self.assert_error(asic_maker.pack({**members, 'mimetype': b'application/epub+zip'}), UNSUPPORTED, 'another kind')
        extra = asic_maker.members_of(members)
        extra[0].local_extra = b'UT\5\0\1\0\0\0\0'
        self.assert_error(asic_maker.write(extra), MALFORMED, 'extra field')


class TestOneReading(ContainerTest):
    """Archives that two readers could take for different things."""

    def whole(self):
        return asic_maker.members_of(self.members(self.good))

    def test_our_maker_makes_good_ones(self):
        self.assert_good(self.put('again.asice', asic_maker.write(self.whole())))
        self.assert_good(self.put('comment.asice', asic_maker.write(self.whole(), comment=b'made by a sample')))

    def test_two_headers(self):
        """Each field that stands in the directory and in the member's own header."""
        for field, value in (('name', b'others'), ('flags', 1), ('flags', 0x800), ('flags', 0x40), ('flags', 0x2000), ('method', 8), ('crc', 1), ('size', 1), ('stored', 1)):
            for index in range(len(self.whole())):
                members = self.whole()
                if field == 'flags' and members[index].flags == value:
                    continue
                members[index].local = {field: value}
                self.assert_error(asic_maker.write(members), MALFORMED, (field, index))

    def test_places(self):
        whole = self.whole()
        self.assert_error(asic_maker.write(self.whole(), gap=b'hidden'), MALFORMED)
        self.assert_error(b'PK\3\4' + asic_maker.write(self.whole(), before=b''), MALFORMED)
        self.assert_error(asic_maker.write(self.whole(), before=b'PK\3\4' + bytes(40)), MALFORMED)
        self.assert_error(asic_maker.write(self.whole(), behind=b'x'), MALFORMED)
        self.assert_error(asic_maker.write(self.whole(), comment=asic_maker.write(whole)), MALFORMED)
        for count in (len(whole) - 1, len(whole) + 1, 0):
            self.assert_error(asic_maker.write(self.whole(), count=count), MALFORMED, count)
        overlap = self.whole()
        asic_maker.write(overlap)
        overlap[2].offset = overlap[1].offset
        self.assert_error(asic_maker.write(overlap), MALFORMED)

    def test_hidden_member(self):
        """Between two members stands one that the directory does not know."""
        members = self.whole()
        members[1].packed += asic_maker.Member('hidden', b'x').whole()
        self.assert_error(asic_maker.write(members), MALFORMED)

    def test_names(self):
        for name in (b'', b'/etc/x', b'../x', b'a/../../x', b'a/./x', b'a//x', b'C:x', b'a\\b', b'nul\0x', b'new\nline', b'\xff\xfe', b'x' * 2000,
                     b'a/' * 40 + b'x'):
            self.assert_error(asic_maker.write(self.whole() + [asic_maker.Member(name, b'x')]), MALFORMED, name)

    def test_twins(self):
        for name in (CONTRACT, 'EMPTY', 'empty/', 'Mimetype', PLAN.upper()):
            self.assert_error(asic_maker.write(self.whole() + [asic_maker.Member(name, b'')]), MALFORMED, name)
        for one, two in (('caf\u00e9', 'cafe\u0301'), ('\u00c9', '\u00e9')):
            self.assert_error(asic_maker.write(self.whole() + [asic_maker.Member(one, b'x'), asic_maker.Member(two, b'x')]), MALFORMED, one)

    def test_kinds(self):
        link = self.whole() + [asic_maker.Member('link', b'/etc/passwd')]
        link[-1].attributes = 0o120777 << 16
        self.assert_error(asic_maker.write(link), MALFORMED)
        locked = self.whole()
        locked[1].flags |= 1
        self.assert_error(asic_maker.write(locked), UNSUPPORTED)
        method = self.whole()
        method[1].method = 14
        self.assert_error(asic_maker.write(method), UNSUPPORTED)
        for flag in (1 << 5, 1 << 13):  # a patch, a hidden directory: in both headers
            odd = self.whole()
            odd[1].flags |= flag
            self.assert_error(asic_maker.write(odd), MALFORMED)
        for field in ('stored', 'size'):
            cut = self.whole()
            setattr(cut[1], field, 0xffffffff)
            self.assert_error(asic_maker.write(cut), MALFORMED)

    def test_zip64(self):
        """Two ends of one archive say the same, or the larger one alone says anything."""
        none = (0xffff, 0xffffffff, 0xffffffff)
        path = self.put('64.asice', asic_maker.write(self.whole(), zip64=none))
        self.assert_good(path)
        self.assert_good(self.make('64-twice.asice', 'asice', path, key='ec'), 2)
        for at in range(3):
            other = list(none)
            other[at] = 1
            self.assert_error(asic_maker.write(self.whole(), zip64=other), MALFORMED, other)
        data = asic_maker.write(self.whole(), zip64=none)
        for field in (4, 24, 32, 40, 48, 56 + 8):
            at = data.index(b'PK\6\6') + field
            self.assert_error(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:], MALFORMED, field)

    def test_hidden_in_what_is_packed(self):
        """Who reads from the front finds the end of a packed member by unpacking it, and then more members."""
        members = asic_maker.members_of(self.members(self.good), deflate=True, descriptor=True)
        victim = members[2]
        self.assertEqual((victim.method, victim.descriptor), (8, True))
        hidden = struct.pack('<4s3L', b'PK\7\10', victim.crc, victim.stored, victim.size) + asic_maker.Member('hidden', b'x').whole()
        victim.packed += hidden
        victim.stored += len(hidden)
        self.assert_problem(asic_maker.write(members), 'member-damaged')

    def test_descriptors(self):
        self.assert_good(self.put('d.asice', asic_maker.pack(self.members(self.good), descriptor=True)))
        for field in ('crc', 'size', 'stored'):
            members = asic_maker.members_of(self.members(self.good), descriptor=True)
            data = asic_maker.write(members)
            at = data.index(b'PK\7\10') + {'crc': 4, 'stored': 8, 'size': 12}[field]
            self.assert_error(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:], MALFORMED, field)

    def test_cut(self):
        data = self.get('good.asice')
        for length in range(4, len(data), 97):
            answer = self.find_bytes(data[:length])
            self.assertFalse(answer.error is None and any(s.passes for s in answer.signatures), length)


class TestLimits(ContainerTest):
    def test_bomb(self):
        bomb = asic_maker.Member('bomb', bytes(200_000_000), deflate=True)
        self.assertIn('absurd', self.assert_error(asic_maker.write(asic_maker.members_of(self.members(self.good)) + [bomb]), TOO_LARGE))

    def test_a_member_that_says_less_than_it_is(self):
        """Unpacked only as far as was promised."""
        members = asic_maker.members_of(self.members(self.good), deflate=True)
        liar = asic_maker.Member(CONTRACT, bytes(50_000_000), deflate=True)
        liar.size = 10
        members[1] = liar
        self.assert_problem(asic_maker.write(members), 'member-damaged')

    def test_many_members(self):
        """More than an archive without zip64 has room for."""
        members = [asic_maker.Member('%05d' % i, b'') for i in range(70000)]
        members.insert(0, asic_maker.Member('mimetype', b'application/vnd.etsi.asic-e+zip'))
        answer = self.find_bytes(asic_maker.write(members, zip64=(0xffff, 0xffffffff, 0xffffffff)))
        self.assertIsNone(answer.error)
        self.assertEqual(answer.signatures, [])
        self.assert_error(asic_maker.write(members, count=len(members) & 0xffff), MALFORMED)

    def test_too_many_members(self):
        members = asic_maker.members_of(self.members(self.good))
        self.assert_error(asic_maker.write(members, count=200_001, zip64=(0xffff, 0xffffffff, 0xffffffff)), TOO_LARGE)

    def test_many_signatures(self):
        many = self.members(self.good)
        for i in range(1100):
            many['META-INF/signature%d.p7s' % (i + 1000)] = b''
        self.assert_error(asic_maker.pack(many), TOO_LARGE)


document_test.main()
