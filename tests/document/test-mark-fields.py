#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks in signature fields whose widget is an object of its own: one or several, turned, hidden, with a look already, as several programs make them. Looked
at by poppler and MuPDF, checked by qpdf, pdfsig and PDFBox."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import fields
import pdf_maker
from document_test import MALFORMED, main
from mark_test import MARK_DOMAIN, MarkTest, NO_AREA, place_seen

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position

BOX = (150 / 300, 1 - 60 / 200, 250 / 300, 1 - 20 / 200)


class FieldTest(MarkTest):
    def objects(self, name):
        """The file as qpdf reads it."""
        said = json.loads(subprocess.run(['qpdf', '--json', self.path(name)], check=True, capture_output=True).stdout)
        return {key: entry.get('value', entry.get('stream', {}).get('dict')) for key, entry in said['qpdf'][1].items()}

    def widgets(self, name):
        return [value for value in self.objects(name).values() if isinstance(value, dict) and value.get('/Subtype') == '/Widget'
                and value.get('/T') != 'u:amount']

    def assert_others_agree(self, *names):
        """pdfsig and mutool tell of each widget: to them it is a field of its own."""
        for name in names:
            self.assertEqual(set(others.pdfsig(self.path(name))), {(True, True)}, name)
            self.assertNotIn('rror: Sig', others.mutool(self.path(name)), name)
            self.assertIn('unchanged since signing', others.mutool(self.path(name)), name)
        for name, told in zip(names, others.pdfbox_each([(self.path(name), None) for name in names])):
            self.assertEqual(told, ['1 signature intact whole'], name)


class Producers(FieldTest):
    def test_every_producer(self):
        made = []
        for name, function in fields.PRODUCERS.items():
            with self.subTest(name):
                with tempfile.TemporaryDirectory(prefix='signet-fields-') as work:
                    function(self.path(name + '.pdf'), work)
                self.drawers = (self.poppler,) if 'without parent' in name else (self.poppler, self.mupdf)  # to MuPDF it is no widget then
                field = 'approval.here' if 'inherited' in name else 'approval'
                signed = self.sign_visible(name + '.pdf', name + '-s.pdf', 'field=' + field)
                if name == 'libreoffice':  # poppler draws its text field in another manner as long as it has to be drawn
                    self.assertGreater(self.page_picture(signed, 1).part(150, 140, 250, 180).ink(), 0.02)
                else:
                    self.assert_seen(name + '.pdf', signed, BOX, name)
                widget, = self.widgets(signed)
                self.assertEqual(widget['/F'], 132)
                self.assertEqual(list(widget['/AP']), ['/N'])
                self.assertNotIn('/AS', widget)
                signature, = self.find(self.path(signed)).signatures
                self.assertTrue(signature.clean, vars(signature))
                if 'without parent' not in name:
                    made.append(signed)
        self.assert_others_agree(*made)

    def test_without_a_mark(self):
        """Signed and nothing is seen of it: the widget still shows what it did."""
        fields.by_hand_with_look(self.path('look.pdf'), None)
        self.sign('look.pdf', 'look-s.pdf', 'rsa', 'field=approval')
        self.check('look-s.pdf')
        self.assertIsNone(self.poppler('look-s.pdf').difference(self.poppler('look.pdf')))
        self.assert_others_agree('look-s.pdf')

    def test_after_a_certification(self):
        """What we write ourselves is no change that the certification forbids; the same done to the look of another field is."""
        fields.by_hand(self.path('certified.pdf'), None)
        self.sign('certified.pdf', 'certified-1.pdf', 'rsa', 'certify=2')
        self.sign_visible('certified-1.pdf', 'certified-2.pdf', 'field=approval', key='ec')
        first, second = self.find(self.path('certified-2.pdf')).signatures
        self.assertEqual((first.kinds(True), first.kinds(False)), ({'signature-added'}, set()))
        self.assertTrue(second.clean)
        # as some programs do it: the signature is in the widget alone, and is found there
        signed = self.get('certified-2.pdf')
        field = re.sub(rb'/V \d+ 0 R', b'', pdf_maker.object_body(signed, 11))
        self.assertNotEqual(field, pdf_maker.object_body(signed, 11))
        self.assertEqual(len(self.find_bytes(pdf_maker.append(signed, {11: field})).signatures), 2)
        first, second = self.find(self.path('manipulated.pdf')).signatures
        self.assertEqual((first.kinds(True), first.kinds(False)), ({'signature-added'}, set()))
        self.assertFalse(second.passes)  # it was changed, and it is signed
        # afterwards somebody gives the signed field another look
        widget = pdf_maker.object_body(self.get('certified-2.pdf'), 20)
        other = re.sub(rb'/AP << /N \d+ 0 R >>', b'/AP << /N 9 0 R >>', widget)
        self.assertNotEqual(other, widget)
        forged = pdf_maker.append(self.get('certified-2.pdf'), {20: other})
        self.assert_never_clean(forged, 'another look of a signed field')


    def test_fields_to_be_drawn(self):
        """NeedAppearances goes with the first mark, unless a field has no look of its own or somebody has signed."""
        fields.by_hand_to_be_drawn(self.path('drawn.pdf'), None)
        bare = {'_10': b'<< /Fields [6 0 R 11 0 R] /NeedAppearances true >>', '_6': b'<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (7) /Rect [20 20 120 40] /P 3 0 R >>'}
        self.put('bare.pdf', fields.hand_made(**bare))
        self.sign('drawn.pdf', 'signed.pdf', 'ec')
        for name, stays in (('drawn', False), ('bare', True), ('signed', True)):
            self.sign_visible(name + '.pdf', name + '-s.pdf', 'field=approval')
            form = self.objects(name + '-s.pdf')['obj:10 0 R']
            self.assertEqual('/NeedAppearances' in form, stays, name)
        self.assertIn('/NeedAppearances', self.objects('signed.pdf')['obj:10 0 R'])  # without a mark nobody needs it to go


class Several(FieldTest):
    def test_two_pages_by_pdfbox(self):
        """One upright, one turned by a quarter: the same mark in both, and what was there before in neither."""
        fields.two_pages_by_pdfbox(self.path('two.pdf'))
        self.sign_visible('two.pdf', 'two-s.pdf', 'field=approval,heading=,text={name}')
        self.assert_seen('two.pdf', 'two-s.pdf', BOX, 'first page')
        first, second = self.page_picture('two-s.pdf', 1), self.page_picture('two-s.pdf', 2)
        here, there = first.part(150, 140, 250, 180), second.part(20, 80, 60, 180).turned()
        self.assertLess(here.distance(there), 0.05)
        self.assertGreater(here.ink(), 0.02)
        self.assert_others_agree('two-s.pdf')

    def test_other_sizes(self):
        """A place of another shape: as large as it fits, not stretched; fonts are in the file once."""
        kids = pdf_maker.write_form(_3=fields.PAGE.replace(b'20 0 R', b'20 0 R 21 0 R'), _4=fields.TEXT, _11=b'<< /FT /Sig /T (approval) /Kids [20 0 R 21 0 R] >>',
                                    _20=fields.WIDGET % b'', _21=fields.WIDGET.replace(fields.PLACE, b'/Rect [10 60 60 140]') % b'')
        self.put('sizes.pdf', kids)
        self.sign_visible('sizes.pdf', 'sizes-s.pdf', 'field=approval,heading=,text={name}')
        picture, before = self.page_picture('sizes-s.pdf', 1), self.page_picture('sizes.pdf', 1)
        self.assertGreater(picture.part(150, 140, 250, 180).ink(), 0.02)
        seen = picture.difference(before)
        small = picture.part(10, 60, 60, 140)
        self.assertGreater(small.ink(), 0.005)
        self.assertGreater(seen[0], 9 / 300)
        self.assertEqual(small.part(0, 0, 50, 28).ink(), 0)  # above and below the mark, which is half as high as wide
        self.assertEqual(small.part(0, 52, 50, 80).ink(), 0)
        self.assertEqual(len(re.findall(rb'/FontFile[23]?\b', self.get('sizes-s.pdf'))), 1)

    def test_over_an_earlier_signature(self):
        """The second place of a field may be over what is signed already: that is found, too."""
        objects = dict(_3=fields.PAGE.replace(b'6 0 R 20 0 R', b'20 0 R 21 0 R 22 0 R'), _4=fields.TEXT, _10=b'<< /Fields [11 0 R 22 0 R] >>',
                       _11=b'<< /FT /Sig /T (approval) /Kids [20 0 R 21 0 R] >>', _20=fields.WIDGET % b'',
                       _21=fields.WIDGET.replace(fields.PLACE, b'/Rect [10 10 100 60]') % b'',
                       _22=b'<< /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /FT /Sig /T (first) /Rect [10 10 100 60] >>')
        self.put('over.pdf', pdf_maker.write_form(**objects))
        self.sign_visible('over.pdf', 'over-1.pdf', 'field=first')
        self.assertEqual(self.tool('info', self.path('over-1.pdf'), 'field=approval').covered, 'first')
        self.assertIsNone(self.tool('info', self.path('over.pdf'), 'field=approval').covered)


class Turned(FieldTest):
    def test_rotation_of_the_widget(self):
        """/MK /R is counterclockwise and in the page's own coordinates (ISO 32000-1, table 189); where it is not said, the mark is upright for the reader."""
        upright = None
        for turn in (0, 90, 180, 270):
            for said in (None, 0, 90, 180, 270):
                with self.subTest(page=turn, widget=said):
                    name = f'turn-{turn}-{said}.pdf'
                    manner = b'' if said is None else b'/MK << /R %d >> ' % said
                    self.put(name, fields.hand_made(widget=fields.WIDGET.replace(fields.PLACE, b'/Rect [100 20 180 100]') % manner,
                                                    _3=fields.PAGE.replace(b'/MediaBox', b'/Rotate %d /MediaBox' % turn)))
                    self.sign_visible(name, 's-' + name, 'field=approval,heading=,text={name}')
                    place = place_seen((100, 20, 180, 100), (300, 200), turn)
                    part = self.page_picture('s-' + name, 1).part(*place)
                    upright = upright or part
                    for _ in range(((turn - said) % 360 if said else 0) // 90):
                        part = part.turned(back=True)
                    self.assertLess(part.distance(upright), 0.05)


class NoPlace(FieldTest):
    def test_refused(self):
        """Nothing to be seen in: no mark is put anywhere else, and it can be signed without one."""
        for name, data in {
                'no-widget': fields.hand_made(field=b'<< /FT /Sig /T (approval) >>', widget=b'<< >>'),
                'no-kids': fields.hand_made(field=b'<< /FT /Sig /T (approval) /Kids [] >>', widget=b'<< >>'),
                'hidden': fields.hand_made(widget=fields.WIDGET.replace(b'/F 4', b'/F 6') % b''),
                'no-view': fields.hand_made(widget=fields.WIDGET.replace(b'/F 4', b'/F 32') % b''),
                'flat': fields.hand_made(widget=fields.WIDGET.replace(fields.PLACE, b'/Rect [10 10 10 10]') % b''),
                'on-no-page': fields.hand_made(_3=fields.PAGE.replace(b' 20 0 R', b'')),
                'not-an-object': fields.hand_made(field=b'<< /FT /Sig /T (approval) /Kids [' + fields.WIDGET % b'' + b'] >>', widget=b'<< >>')}.items():
            with self.subTest(name):
                self.put(name + '.pdf', data)
                self.refuse(name + '.pdf', NO_AREA, 'visible=field=approval', domain=MARK_DOMAIN)
                self.sign(name + '.pdf', name + '-s.pdf', 'rsa', 'field=approval')
                self.check(name + '-s.pdf')

    def test_two_meanings(self):
        self.put('twice.pdf', fields.hand_made(widget=fields.WIDGET % b'/MK << >> /MK << /R 90 >> '))
        self.refuse('twice.pdf', MALFORMED, 'visible=field=approval')
        self.put('itself.pdf', fields.hand_made(field=b'<< /FT /Sig /T (approval) /Kids [11 0 R] /Rect [150 20 250 60] >>', widget=b'<< >>'))
        self.refuse('itself.pdf', MALFORMED, 'visible=field=approval')


if __name__ == '__main__':
    main()
