#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Signatures of each format, mutated: where we say that one holds, openssl, BouncyCastle, PDFBox, xmlsec1 and Santuario must say so too. That they
refuse what we take would mean that we read something as nobody else does. The other way round is no fault: we are stricter.

SIGNET_MUTATIONS (of each format) and SIGNET_SEED make more and other ones: `SIGNET_MUTATIONS=3000 SIGNET_SEED=7 meson test document-differential`.
"""
import os
import random
import re
from concurrent.futures import ThreadPoolExecutor

import pdf_maker
from document_test import main
from xades_test import DOCUMENT, XadesTest, others

COUNT = int(os.environ.get('SIGNET_MUTATIONS', '100'))
SEED = os.environ.get('SIGNET_SEED', '20261123')
DATA = b'Sample data, signed and then changed.\n' * 20


# --- mutations ------------------------------------------------------------------------------------------------------------------


def flip(data, at, rand):
    return data[:at] + bytes([data[at] ^ 1 << rand.randrange(8)]) + data[at + 1:]


def put(data, at, rand):
    return data[:at] + bytes([rand.choice((0, 1, 0x7f, 0x80, 0xff, rand.randrange(256)))]) + data[at + 1:]


def drop(data, at, rand):
    return data[:at] + data[at + rand.choice((1, 1, 2, 4, 16)):]


def insert(data, at, rand):
    return data[:at] + bytes(rand.randrange(256) for _ in range(rand.choice((1, 1, 2, 4)))) + data[at:]


def repeat(data, at, rand):
    return data[:at + (size := rand.randrange(1, 64))] + data[at:at + size] + data[at + size:]


def exchange(data, at, rand):
    other, size = rand.randrange(len(data)), rand.randrange(1, 32)
    first, second = sorted((at, other))
    if first + size > second:
        return flip(data, at, rand)
    return data[:first] + data[second:second + size] + data[first + size:second] + data[first:first + size] + data[second + size:]


def longer_length(data, at, rand):
    """The next DER length in its long form: BER says the same, DER forbids it. The lengths around it no longer fit, unless it is last."""
    for index in range(at, min(at + 40, len(data) - 1)):
        if data[index] in (0x30, 0x31, 0x04, 0x02, 0x06) and data[index + 1] < 0x80:
            return data[:index + 1] + bytes([0x81, data[index + 1]]) + data[index + 2:]
    return flip(data, at, rand)


def element(data, rand):
    """An XML element or attribute is taken out, put elsewhere, or comes twice; white space, comments and entities where they may stand."""
    spots = [match for match in re.finditer(rb'<[^<>]*>', data)]
    one, other = rand.choice(spots), rand.choice(spots)
    kind = rand.randrange(8)
    if kind == 0:
        return data[:one.start()] + data[one.end():]
    if kind == 1:
        return data[:other.start()] + one.group() + data[other.start():]
    if kind == 2:
        return data[:one.end()] + rand.choice((b' ', b'\n', b'<!-- x -->', b'<?pi x?>', b'&#x41;', b'<![CDATA[x]]>')) + data[one.end():]
    if kind == 3:
        return data[:one.end() - 1] + rand.choice((b' ', b' Id="x"', b' xmlns:q="urn:q"', b' xml:lang="en"')) + data[one.end() - 1:]
    ids = re.findall(rb'Id="([^"]+)"', data) or [b'x']
    if kind == 4:
        return data.replace(b'"' + rand.choice(ids) + b'"', b'"' + rand.choice(ids) + b'"', 1)
    uris = re.findall(rb'Algorithm="([^"]+)"', data) or [b'x']
    if kind == 5:
        spot = rand.choice(list(re.finditer(rb'Algorithm="([^"]+)"', data)))
        return data[:spot.start(1)] + rand.choice(uris) + data[spot.end(1):]
    if kind == 6:
        spot = rand.choice(list(re.finditer(rb'URI="([^"]*)"', data)))
        return data[:spot.start(1)] + rand.choice([b'', b'#xpointer(/)', *(b'#' + name for name in ids)]) + data[spot.end(1):]
    return data[:one.start()] + data[one.start():other.start()] + data[one.start():]


BYTES = (flip, put, drop, insert, repeat, exchange, longer_length)


def mutate(data, is_xml, begin, rand):
    """One or two changes behind @begin."""
    for _ in range(rand.choice((1, 1, 1, 2))):
        if is_xml and rand.random() < 0.7:
            data = element(data, rand)
        else:
            data = rand.choice(BYTES)(data, rand.randrange(min(begin, len(data) - 1), len(data)), rand)
    return data


# --- what others say ------------------------------------------------------------------------------------------------------------


class DifferentialTest(XadesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_key('ed', ['-newkey', 'ed25519'], 'Sample Edwards Signer')
        cls.data = cls.put('data', DATA)
        cls.put('all.pem', b''.join(cls.get(name + '.pem') for name in ('rsa', 'ec', 'ed')))

    def say(self, *arguments):
        answer = self.tool(*arguments)
        self.assertEqual(answer.status, 0, answer.error)

    def keys(self, name):
        return [self.path(name + '.key'), self.path(name + '.pem')]

    def passing(self, name, whole, ending, begin=0, detached=False):
        """The mutations of @whole of which we say that every signature holds, and that somebody signed."""
        rand = random.Random(f'{SEED} {name}')
        paths = []
        for number in range(COUNT):
            data = mutate(whole, ending == 'xml', begin, rand)
            if data != whole:
                paths.append(self.put(f'{name}-{number}.{ending}', data))
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda path: self.find(path, *([self.data] if detached else [])), paths))
        self.assertGreater(len(paths), COUNT * 0.7, 'too few of them changed anything')
        return [path for path, answer in zip(paths, answers)
                if answer.error is None and answer.signatures and all(signature.passes for signature in answer.signatures)]

    def assert_agree(self, name, total, verdicts):
        """@verdicts: {path: {validator: bool}} of what we take."""
        wrong = [(path, [validator for validator, good in said.items() if not good]) for path, said in verdicts.items() if not all(said.values())]
        print(f'{name}: {len(verdicts)} of {total} still hold; all others say so: {not wrong}', flush=True)
        self.assertEqual(wrong, [], f'{name}: we take what these refuse')

    def check_cms(self, name, key, *options, ending='p7s', kind=None):
        path = self.path(f'{name}.{ending}')
        self.say(*(['sign-more', kind] if kind else ['sign-cms']), self.data, path, *self.keys(key), *options)
        whole, content = self.get(f'{name}.{ending}'), None if kind else self.data
        taken = self.passing(name, whole, ending, detached=content is not None)
        told = others.bouncycastle(*((path, content) for path in taken)) if taken else []
        verdicts = {path: {'BouncyCastle': bool(said) and all(said.values())} for path, said in zip(taken, told)}
        if key != 'ed':  # openssl 3.0 knows no Ed25519 in CMS
            for path in verdicts:
                verdicts[path]['openssl'] = self.by_openssl(path, content)
        self.assert_agree(name, COUNT, verdicts)

    def test_what_openssl_alone_reads(self):
        """A set, or [0], that says it is not made of elements: BouncyCastle cannot read it, so we do not, either."""
        path = self.path('primitive.p7s')
        self.say('sign-cms', self.data, path, *self.keys('ec'))
        whole = self.get('primitive.p7s')
        self.assertTrue(self.find(path, self.data).signatures[0].passes)
        attributes = whole.index(bytes.fromhex('06092a864886f70d010903')) - 2  # the first signed attribute: contentType
        header = 2 if whole[attributes - 2] == 0xa0 else 3 if whole[attributes - 3] == 0xa0 else 4
        values = whole.index(b'\x31', attributes)
        for at, tag in ((attributes - header, 0x80), (values, 0x11)):
            self.assertEqual(whole[at], tag | 0x20)
            spoilt = self.put('spoilt.p7s', whole[:at] + bytes([tag]) + whole[at + 1:])
            self.assertIn('not encoded as it has to be', str(self.find(spoilt, self.data).error))
            self.assertFalse(others.bouncycastle((spoilt, self.data))[0])

    def by_openssl(self, path, content):
        """It hashes with what SignedData lists before it comes to the signature. RFC 5652, 5.1: who finds another digest there MAY fail; that list is
        signed by nobody, and we and BouncyCastle go by the SignerInfo."""
        good, said = others.openssl_cms(path, self.path('all.pem'), content)
        return good or 'unknown digest algorithm' in said or 'no matching digest' in said

    def test_cades_detached(self):
        self.check_cms('ec-detached', 'ec')
        self.check_cms('pss-detached', 'rsa', 'pss')

    def test_cades_enclosed(self):
        self.check_cms('rsa-enclosed', 'rsa', ending='p7m', kind='enclosed')

    def test_cades_ed25519(self):
        self.check_cms('ed-detached', 'ed')

    def check_pdf(self, name, key):
        source = self.put(f'{name}-source.pdf', pdf_maker.write_form())
        path = self.sign(source, f'{name}.pdf', key)
        taken = self.passing(name, self.get(f'{name}.pdf'), 'pdf')
        told = others.pdfbox_each([(path, None) for path in taken]) if taken else []
        self.assert_agree(name, COUNT, {path: {'PDFBox': bool(lines) and all('intact' in line.split() for line in lines if 'signature' in line)}
                                        for path, lines in zip(taken, told)})

    def test_pades(self):
        self.check_pdf('pades', 'ec')

    def test_pades_inside_contents(self):
        """Only the CMS in /Contents is changed, and stays hexadecimal."""
        source = self.put('inside-source.pdf', pdf_maker.write_form())
        self.sign(source, 'inside.pdf', 'rsa')
        whole = self.get('inside.pdf')
        spot = re.search(rb'/Contents *<([0-9A-Fa-f]+)>', whole)
        cms = bytes.fromhex(spot.group(1).decode()).rstrip(b'\0')
        rand, taken, made = random.Random(f'{SEED} inside'), [], 0
        for number in range(COUNT):
            changed = mutate(cms, False, 0, rand).hex().encode()
            if len(changed) > len(spot.group(1)) or bytes.fromhex(changed.decode()) == cms:
                continue
            made += 1
            path = self.put(f'inside-{number}.pdf', whole[:spot.start(1)] + changed.ljust(len(spot.group(1)), b'0') + whole[spot.end(1):])
            answer = self.find(path)
            if answer.error is None and answer.signatures and all(signature.passes for signature in answer.signatures):
                taken.append(path)
        told = others.pdfbox_each([(path, None) for path in taken]) if taken else []
        self.assert_agree('inside', made, {path: {'PDFBox': bool(lines) and 'intact' in lines[0].split()} for path, lines in zip(taken, told)})

    def check_xml(self, name, key, packaging):
        self.put('document.xml', DOCUMENT)
        self.xades('sign', f'{name}.xml', key, packaging, 'document.xml')
        taken = self.passing(name, self.get(f'{name}.xml'), 'xml')
        told = others.santuario(*taken, eddsa=key == 'ed') if taken else []
        verdicts = {path: {'Santuario': bool(lines) and all('intact' in line for line in lines)} for path, lines in zip(taken, told)}
        for path in taken if key != 'ed' else ():
            verdicts[path]['xmlsec1'] = others.xmlsec1(path)
        self.assert_agree(name, COUNT, verdicts)

    def test_xades_enveloped(self):
        self.check_xml('enveloped', 'ec', 'enveloped')

    def test_xades_enveloping(self):
        self.check_xml('enveloping', 'rsa', 'enveloping')

    def test_xades_ed25519(self):
        self.check_xml('xml-ed', 'ed', 'enveloped')


if __name__ == '__main__':
    main()
