#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PDF/A with a mark stays one. Part 1 is judged by PDFBox preflight; for parts 2 and 3, which no program here knows, the rules of ISO 19005-2 that an
increment can break are asserted one by one on what qpdf reads."""
import json
import os
import re
import subprocess
import sys
import unittest

import pdf_maker
import producers
from document_test import main
from mark_test import ARABIC, CHINESE, MarkTest, page, png

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position

PROFILES = '/usr/share/color/icc/ghostscript/'
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><pdfaid:part>%d</pdfaid:part></x:xmpmeta>'
INTENT = """%%!
[/_objdef {profile} /type /stream /OBJ pdfmark
[{profile} << /N %d >> /PUT pdfmark
[{profile} (%s) (r) file /PUT pdfmark
[/_objdef {intent} /type /dict /OBJ pdfmark
[{intent} << /Type /OutputIntent /S /GTS_PDFA1 /DestOutputProfile {profile} /OutputConditionIdentifier (Sample) >> /PUT pdfmark
[{Catalog} << /OutputIntents [ {intent} ] >> /PUT pdfmark
/Helvetica findfont 18 scalefont setfont 20 150 moveto (Sample contract) show showpage
"""
FORBIDDEN_FILTERS = {'/LZWDecode', '/Crypt', '/JBIG2Decode'}


def everything(value):
    """All dictionaries in it."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from everything(item)


class ArchiveTest(MarkTest):
    SPECS = {'chinese': ('heading=,text={name}\\n{date}', CHINESE + ' Sample'), 'arabic': ('heading=,text=Ünal {name}\\n{date}', ARABIC),
             'picture': ('show=both,text={name},image=seal.png', 'Sample'), 'grey picture': ('show=both,text={name},image=grey.png', 'Sample')}

    def setUp(self):
        super().setUp()
        self.put('seal.png', png(60, 60))
        self.put('grey.png', png(60, 60, (120, 120, 120, 255)))

    def libreoffice(self, part):
        name = f'archive-{part}.pdf'
        if not os.path.exists(self.path(name)):
            with producers.tempfile.TemporaryDirectory() as work:
                producers.by_libreoffice(self.path(name), work, ':writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"%d"}}' % part)
        return name

    def ghostscript(self, name, profile, components):
        """PDF/A-1b whose output intent is not RGB."""
        self.put('intent.ps', (INTENT % (components, PROFILES + profile)).encode())
        producers.run('gs', '-q', '-dSAFER', f'--permit-file-read={PROFILES}', '-dPDFA=1', '-dBATCH', '-dNOPAUSE', '-sDEVICE=pdfwrite', '-dPDFACompatibilityPolicy=1',
                      f'-sColorConversionStrategy={name}', '-dDEVICEWIDTHPOINTS=300', '-dDEVICEHEIGHTPOINTS=200', f'-sOutputFile={self.path(name)}.pdf',
                      self.path('intent.ps'))
        return name + '.pdf'

    def sign_each(self, source):
        signed = []
        for what, (spec, name) in self.SPECS.items():
            spec = re.sub('image=', 'image=' + self.dir + '/', spec)
            signed.append(self.sign_visible(source, f'{what} of {source}', spec, 'name=' + name))
        return signed

    def objects(self, name):
        said = json.loads(subprocess.run(['qpdf', '--json', self.path(name)], check=True, capture_output=True).stdout)
        return {key: entry.get('value', entry.get('stream', {}).get('dict')) for key, entry in said['qpdf'][1].items()}

    def added(self, before, after):
        """Objects that are not what they were."""
        old = self.objects(before)
        return {key: value for key, value in self.objects(after).items() if old.get(key) != value and key != 'trailer'}


class Part1(ArchiveTest):
    def test_libreoffice(self):
        source = self.libreoffice(1)
        signed = self.sign_each(source)
        twice = self.sign_visible(signed[0], 'twice.pdf', 'heading=,text={name}', 'name=' + CHINESE, key='ec')
        names = [source, *signed, twice]
        for name, told in zip(names, others.pdfbox_archive(*(self.path(name) for name in names))):
            self.assertEqual(told, [], name)

    def test_other_intents(self):
        """CMYK and grey: what PDFBox has against the file as Ghostscript made it (its dates), and nothing more."""
        for name, profile, components in (('CMYK', 'default_cmyk.icc', 4), ('Gray', 'default_gray.icc', 1)):
            source = self.ghostscript(name, profile, components)
            names = [source, *self.sign_each(source)]
            told = others.pdfbox_archive(*(self.path(name) for name in names))
            self.assertFalse([line for line in told[0] if not line.startswith('7.')], told[0])
            for which, lines in zip(names, told):
                self.assertEqual(lines, told[0], which)
            for which in names[1:]:
                spaces = [value['/ColorSpace'] for value in everything(list(self.added(source, which).values())) if isinstance(value.get('/ColorSpace'), dict)]
                self.assertTrue(spaces)
                self.assertTrue(all(list(space) == ['/DefaultRGB'] and space['/DefaultRGB'][0] == '/CalRGB' for space in spaces))

    def test_characters(self):
        """6.3.5: every glyph of the font is listed, and no other."""
        source = self.libreoffice(1)
        signed = self.sign_visible(source, 'listed.pdf', 'heading=,text={name}', 'name=' + CHINESE)
        objects = self.objects(signed)
        font = next(value for value in objects.values() if isinstance(value, dict) and value.get('/Subtype') == '/CIDFontType0')
        descriptor = objects['obj:' + font['/FontDescriptor']]
        listed = subprocess.run(['qpdf', '--show-object=' + descriptor['/CIDSet'].split()[0], '--raw-stream-data', self.path(signed)], check=True,
                                capture_output=True).stdout
        bits = ''.join(f'{byte:08b}' for byte in listed)
        count = len(font['/W'][1])
        self.assertGreaterEqual(count, len(set(CHINESE)) + 1)
        self.assertEqual(bits, ('1' * count).ljust(len(bits), '0'))


class Parts2And3(ArchiveTest):
    def assert_rules(self, source, signed, transparent):
        before, after, added = self.objects(source), self.objects(signed), self.added(source, signed)
        catalogue, old_catalogue = (objects['obj:' + objects['trailer']['value']['/Root']] if 'value' in objects['trailer']
                                    else objects['obj:' + objects['trailer']['/Root']] for objects in (after, before))
        # 6.6.2, 6.2.3: metadata and intents are those that were there
        for key in ('/Metadata', '/OutputIntents', '/MarkInfo', '/StructTreeRoot', '/Lang', '/AF'):
            self.assertEqual(catalogue.get(key), old_catalogue.get(key), key)
        self.assertNotIn('obj:' + catalogue['/Metadata'], added)
        self.assertEqual(set(catalogue) - set(old_catalogue), {'/AcroForm'} - set(old_catalogue))
        # 6.4.1, 6.5: nothing to be done by itself, nothing to be drawn by somebody else
        self.assertNotIn('/NeedAppearances', catalogue['/AcroForm'])
        fonts = 0
        for dictionary in everything(list(added.values())):
            filters = dictionary.get('/Filter', [])
            self.assertFalse(FORBIDDEN_FILTERS & set(filters if isinstance(filters, list) else [filters]))  # 6.1.7.2
            for key in ('/AA', '/JS', '/Alternates', '/OPI', '/Ref', '/PS', '/TR', '/HTP', '/F' if '/Length' in dictionary else '/Interpolate'):
                self.assertNotIn(key, dictionary)
            self.assertNotIn(dictionary.get('/S'), ('/Transparency', '/JavaScript'))
            if not transparent:
                self.assertNotIn('/SMask', dictionary)
            if dictionary.get('/Subtype') == '/Widget':  # 6.3.2, 6.3.3
                self.assertEqual(dictionary['/F'] & 0b100111, 4)
                self.assertEqual(list(dictionary['/AP']), ['/N'])
                self.assertEqual(after['obj:' + dictionary['/AP']['/N']]['/Subtype'], '/Form')
            if dictionary.get('/Type') == '/Font' and '/FontDescriptor' in dictionary:  # 6.2.11
                fonts += 1
                descriptor = after['obj:' + dictionary['/FontDescriptor']]
                self.assertTrue({'/FontFile', '/FontFile2', '/FontFile3'} & set(descriptor))
                self.assertRegex(descriptor['/FontName'], r'^/[A-Z]{6}\+')
                if dictionary['/Subtype'] == '/CIDFontType2':
                    self.assertEqual(dictionary['/CIDToGIDMap'], '/Identity')
            if dictionary.get('/Subtype') == '/Type0':
                self.assertIn('/ToUnicode', dictionary)
                below = after['obj:' + dictionary['/DescendantFonts'][0]]
                self.assertEqual((below['/CIDSystemInfo']['/Registry'], dictionary['/Encoding']), ('u:Adobe', '/Identity-H'))
        self.assertGreater(fonts, 0)

    def test_libreoffice(self):
        for part in (2, 3):
            source = self.libreoffice(part)
            for signed in self.sign_each(source):
                with self.subTest(signed):
                    self.assert_rules(source, signed, True)

    def test_without_an_intent(self):
        """6.2.10, 6.2.4.3: with nothing that says what device colours are, none are used, and nothing shines through."""
        self.put('bare.pdf', page(catalogue=b'/Metadata 90 0 R', more={90: pdf_maker.stream(XMP % 2, b'/Type /Metadata /Subtype /XML ')}))
        for signed in self.sign_each('bare.pdf'):
            self.assert_rules('bare.pdf', signed, False)
            forms = [value for value in self.added('bare.pdf', signed).values() if isinstance(value, dict) and value.get('/Subtype') == '/Form']
            self.assertTrue(forms)
            self.assertTrue(all(set(form['/Resources']['/ColorSpace']) == {'/DefaultRGB', '/DefaultGray'} for form in forms))

    def test_no_claim(self):
        """Who does not say it is an archive gets no such colours, and pictures with what shines through."""
        self.put('plain.pdf', page())
        signed = self.sign_each('plain.pdf')[2]
        added = list(everything(list(self.added('plain.pdf', signed).values())))
        self.assertFalse([value for value in added if '/DefaultRGB' in value or '/CIDSet' in value])
        self.assertTrue([value for value in added if '/SMask' in value])


if __name__ == '__main__':
    main()
