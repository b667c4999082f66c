#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document holds beside what it shows is told before it is signed: each kind with its names, how many, and on which page."""
import unittest
import zlib

import pdf_maker
from document_test import DocumentTest, main

FONT = b'/Resources << /Font << /F1 5 0 R >> >> '


def look(content, extra=FONT):
    return pdf_maker.stream(content, b'/Type /XObject /Subtype /Form /BBox [0 0 100 20] ' + extra)


def text_field(value, more=b''):
    return (b'<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V %s /Rect [20 20 120 40] /P 3 0 R /AP << /N 7 0 R >> /DA (/F1 10 Tf 0 g) %s>>'
            % (value, more))


class ContentTest(DocumentTest):
    def findings(self, **objects):
        answer = self.tool('info', self.put('content.pdf', pdf_maker.write_form(**objects)))
        self.assertIsNone(answer.error)
        return answer.findings

    def assert_finds(self, code, expected, **objects):
        found = self.findings(**objects)
        self.assertEqual(found.get(code), expected, found)
        self.assertEqual(set(found), {code})

    def test_nothing(self):
        self.assertEqual(self.findings(), {})
        plain = self.put('plain.pdf', pdf_maker.write(pdf_maker.plain_objects(3)))
        self.assertEqual(self.tool('info', plain).findings, {})

    def catalogue(self, more):
        return b'<< /Type /Catalog /Pages 2 0 R /AcroForm 10 0 R %s >>' % more

    def page(self, more, annotations=b'6 0 R 11 0 R'):
        return pdf_maker.form_objects()[3].replace(b'/Annots [6 0 R 11 0 R]', b'/Annots [%s] %s' % (annotations, more))

    def test_scripts(self):
        script = b'<< /S /JavaScript /JS (app.alert\\(1\\)) >>'
        self.assert_finds('scripts', (2, 0, 'first, second'), o1=self.catalogue(b'/Names << /JavaScript << /Names [(first) %s (second) %s] >> >>' % (script, script)))
        self.assert_finds('scripts', (1, 0, 'deep'), o1=self.catalogue(b'/Names << /JavaScript << /Kids [<< /Names [(deep) %s] >>] >> >>' % script))
        self.assert_finds('scripts', (1, 0, ''), o1=self.catalogue(b'/OpenAction ' + script))
        self.assert_finds('scripts', (1, 0, ''), o1=self.catalogue(b'/AA << /WS %s >>' % script))
        self.assert_finds('scripts', (1, 1, ''), o3=self.page(b'/AA << /O %s >>' % script))
        self.assert_finds('scripts', (1, 1, 'amount'), o6=text_field(b'()', b'/AA << /K %s >> ' % script))
        self.assert_finds('scripts', (1, 0, ''), o1=self.catalogue(b'/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [<< /S /GoTo /D [3 0 R /Fit] >> %s] >>' % script))
        many = b' '.join(b'(n%d) %s' % (i, script) for i in range(9))
        self.assert_finds('scripts', (9, 0, 'n0, n1, n2, n3, …'), o1=self.catalogue(b'/Names << /JavaScript << /Names [%s] >> >>' % many))

    def test_actions(self):
        for kind in (b'Launch', b'GoToR', b'GoToE', b'SubmitForm', b'ImportData'):
            with self.subTest(kind):
                action = b'<< /S /%s /F (other.pdf) >>' % kind
                self.assert_finds('actions', (1, 0, kind.decode()), o1=self.catalogue(b'/OpenAction ' + action))
                link = b'<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A %s >>' % action
                self.assert_finds('actions', (1, 1, kind.decode()), o3=self.page(b'', b'6 0 R 11 0 R 13 0 R'), o13=link)
        # an ordinary link is what it looks like; one that opens by itself is not
        address = b'<< /S /URI /URI (http://sample.invalid/) >>'
        self.assertEqual(self.findings(o3=self.page(b'', b'6 0 R 11 0 R 13 0 R'), o13=b'<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A %s >>' % address), {})
        self.assert_finds('actions', (1, 1, 'URI'), o3=self.page(b'/AA << /O %s >>' % address))

    def test_layers(self):
        layers = b'/OCProperties << /OCGs [13 0 R 14 0 R] /D << %s >> >>'
        groups = {'o13': b'<< /Type /OCG /Name (Draft) >>', 'o14': b'<< /Type /OCG /Name <FEFF4E0D89C1> >>'}
        self.assert_finds('layers', (2, 0, 'Draft, 不见'), o1=self.catalogue(layers % b''), **groups)
        found = self.findings(o1=self.catalogue(layers % b'/OFF [14 0 R]'), **groups)
        self.assertEqual(found, {'layers': (1, 0, 'Draft'), 'layers-off': (1, 0, '不见')})
        self.assertEqual(self.findings(o1=self.catalogue(layers % b'/BaseState /OFF /ON [13 0 R]'), **groups), found)

    def test_attachments(self):
        tree = b'/Names << /EmbeddedFiles << /Names [(key) << /Type /Filespec /F (plan.ods) /UF (%s) >>] >> >>'
        self.assert_finds('attachments', (1, 0, 'plan.ods'), o1=self.catalogue(tree % b'plan.ods'))
        self.assert_finds('attachments', (1, 1, 'note.txt'), o3=self.page(b'', b'6 0 R 11 0 R 13 0 R'),
                          o13=b'<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /F (note.txt) >> >>')
        # what a name does to a terminal is not passed on
        found = self.findings(o1=self.catalogue(tree % b'a\\033[2J.pdf'))
        self.assertNotIn('\x1b', found['attachments'][2])

    def test_xfa(self):
        self.assert_finds('xfa', (1, 0, ''), o10=b'<< /Fields [6 0 R 11 0 R] /XFA 13 0 R >>', o13=pdf_maker.stream(b'<xdp/>'))

    def test_elsewhere(self):
        self.assert_finds('external', (1, 1, 'other.bin'), o4=pdf_maker.stream(b'', b'/F (other.bin) /FFilter /FlateDecode '))
        self.assert_finds('external', (1, 1, 'other.pdf'), o9=look(b'', b'/Ref << /F << /Type /Filespec /F (other.pdf) >> /Page 0 >> '))

    def test_hidden(self):
        for flag in (1, 2, 32):
            self.assert_finds('hidden', (1, 1, 'pay 100 more'), o3=self.page(b'', b'6 0 R 11 0 R 13 0 R'),
                              o13=b'<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /F %d /Contents (pay 100 more) >>' % flag)
        self.assertIn('hidden', self.findings(o6=text_field(b'(100)', b'/F 2 '), o7=look(b'/F1 10 Tf (100) Tj')))
        # a comment that is shown is no finding, nor is the invisible field of a signature
        self.assertEqual(self.findings(o3=self.page(b'', b'6 0 R 11 0 R 13 0 R'), o13=b'<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (seen) >>'), {})
        self.assertEqual(self.findings(o11=b'<< /Type /Annot /Subtype /Widget /FT /Sig /T (approval) /F 2 /Rect [0 0 0 0] /P 3 0 R >>'), {})

    def test_values_as_shown(self):
        for value, content in [(b'(pay 100)', b'/Tx BMC q BT /F1 10 Tf 2 5 Td (pay 100) Tj ET Q EMC'), (b'(pay 100)', b'BT /F1 10 Tf [(pa) -20 (y) 3 ( 1) (00)] TJ ET'),
                               (b'(two\\rlines)', b"BT /F1 10 Tf (two) Tj (lines) ' ET"), (b'<FEFF00FC0062>', b'BT /F1 9 Tf (\xfcb) Tj ET'),
                               (b'()', b''), (b'(pay 100)', b'/F1 10 Tf <7061792031> Tj 0 g (00) Tj'), (b'(a\\(b)', b'/F1 9 Tf (a\\(b) Tj')]:
            with self.subTest(value, content=content):
                self.assertEqual(self.findings(o6=text_field(value), o7=look(content)), {})
                packed = zlib.compress(content)
                self.assertEqual(self.findings(o6=text_field(value), o7=pdf_maker.stream(
                    packed, b'/Filter /FlateDecode /Type /XObject /Subtype /Form /BBox [0 0 100 20] ' + FONT)), {})

    def test_values_not_as_shown(self):
        for value, content in [(b'(900)', b'/F1 10 Tf (100) Tj'), (b'(100)', b'/F1 10 Tf (1000) Tj'), (b'(1000)', b'/F1 10 Tf (100) Tj'), (b'(100)', b''),
                               (b'()', b'/F1 10 Tf (100) Tj'), (b'null', b'/F1 10 Tf (100) Tj'), (b'(100)', b'/F1 10 Tf (10) Tj /X1 Do')]:
            with self.subTest(value, content=content):
                self.assert_finds('values', (1, 1, 'amount'), o6=text_field(value), o7=look(content))
        # the font calls '1' by another name
        font = b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [49 /nine] >> >>'
        self.assert_finds('values-unknown', (1, 1, 'amount'), o6=text_field(b'(100)'), o7=look(b'/F1 10 Tf (100) Tj'), o5=font)
        self.assert_finds('values', (1, 1, 'amount'), o6=text_field(b'(209)'), o7=look(b'/F1 10 Tf (110) Tj'), o5=font)

    def test_values_in_a_wide_font(self):
        cmap = b'/CIDInit /ProcSet findresource begin 1 beginbfrange <0001> <0009> <0031> endbfrange 1 beginbfchar <0020> <4E00> endbfchar end'
        font = b'<< /Type /Font /Subtype /Type0 /BaseFont /Sample /Encoding /Identity-H /ToUnicode 13 0 R >>'
        wide = {'o5': font, 'o13': pdf_maker.stream(cmap), 'o7': look(b'/F1 10 Tf <000100020020> Tj')}
        self.assertEqual(self.findings(o6=text_field(b'<FEFF003100324E00>'), **wide), {})
        self.assert_finds('values', (1, 1, 'amount'), o6=text_field(b'(13)'), **wide)
        self.assert_finds('values-unknown', (1, 1, 'amount'), o6=text_field(b'(12)'), o5=font.replace(b'/ToUnicode 13 0 R', b''), o7=look(b'/F1 9 Tf <0001> Tj'))
        self.assert_finds('values-unknown', (1, 1, 'amount'), o6=text_field(b'(12)'), o7=look(b'BI /W 1 /H 1 ID x EI'))

    def test_choices(self):
        def choice(value, shown, flags=b'131072'):
            return self.findings(o6=b'<< /Type /Annot /Subtype /Widget /FT /Ch /Ff %s /T (plan) /Opt [[(a) (Annual)] [(m) (Monthly)]] /V %s /Rect [2 2 9 9] '
                                    b'/P 3 0 R /AP << /N 7 0 R >> >>' % (flags, value), o7=look(b'/F1 9 Tf ' + shown))
        self.assertEqual(choice(b'(m)', b'(Monthly) Tj'), {})
        self.assertEqual(set(choice(b'(m)', b'(Annual) Tj')), {'values'})
        self.assertEqual(choice(b'(m)', b'(Annual) Tj (Monthly) Tj', b'0'), {})
        self.assertEqual(set(choice(b'(m)', b'(Annual) Tj', b'0')), {'values'})
        self.assertEqual(set(choice(b'[(a) (m)]', b'(Annual) Tj', b'0')), {'values-unknown'})

    def test_buttons(self):
        def button(value, state):
            return self.findings(o6=b'<< /Type /Annot /Subtype /Widget /FT /Btn /T (agree) /V %s /AS %s /Rect [2 2 9 9] /P 3 0 R '
                                    b'/AP << /N << /Yes 7 0 R /Off 7 0 R >> >> >>' % (value, state))
        for value, state, expected in [(b'/Yes', b'/Yes', set()), (b'/Off', b'/Off', set()), (b'null', b'/Off', set()), (b'/Off', b'/Yes', {'values'}),
                                       (b'/Yes', b'/Off', {'values'}), (b'null', b'/Yes', {'values'})]:
            with self.subTest(value, state=state):
                self.assertEqual(set(button(value, state)), expected)

    def test_no_looks(self):
        field = text_field(b'(100)').replace(b'/AP << /N 7 0 R >>', b'')
        self.assert_finds('no-looks', (1, 1, 'amount'), o6=field)
        self.assert_finds('no-looks', (1, 0, ''), o10=b'<< /Fields [6 0 R 11 0 R] /NeedAppearances true >>')

    def test_loops(self):
        """What refers to itself ends."""
        self.findings(o7=look(b'/F1 9 Tf /X1 Do', b'/Resources << /XObject << /X1 7 0 R >> >> '), o6=text_field(b'(1)'))
        self.findings(o1=self.catalogue(b'/Names << /JavaScript 13 0 R >>'), o13=b'<< /Kids [13 0 R 13 0 R] >>')
        self.findings(o1=self.catalogue(b'/OpenAction 13 0 R'), o13=b'<< /S /JavaScript /Next [13 0 R 13 0 R 13 0 R] >>')


if __name__ == '__main__':
    main()
