#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Visible marks in PDFs, looked at by poppler, MuPDF and qpdf: seen where they should be and nowhere else, upright on turned pages, with fonts embedded
and text that can be read back; earlier signatures stay what they were."""
import re
import subprocess
import unittest

import pdf_maker
from document_test import FORBIDDEN, main
from mark_test import A4, ARABIC, CHINESE, HEBREW, HOSTILE, MARK_DOMAIN, MarkTest, NO_AREA, NO_PAGE, NO_PLACE, OFF_PAGE, page, png


class Places(MarkTest):
    def test_turned_and_cropped(self):
        """As a person sees the page: 60 points from the left and 40 from the bottom, whatever the file says about the page."""
        pages = {'plain': (b'/MediaBox [0 0 595 842]', A4), 'r90': (b'/MediaBox [0 0 595 842] /Rotate 90', (842, 595)),
                 'r180': (b'/MediaBox [0 0 595 842] /Rotate 180', A4), 'r270': (b'/MediaBox [0 0 595 842] /Rotate -90', (842, 595)),
                 'shifted': (b'/MediaBox [100 -200 695 642]', A4),
                 'cropped': (b'/MediaBox [0 0 595 842] /CropBox [45 100 545 800] /Rotate 90', (700, 500))}
        for name, (extra, (width, height)) in pages.items():
            with self.subTest(name):
                self.put(name + '.pdf', page(extra))
                self.sign_visible(name + '.pdf', name + '-s.pdf', 'x=60,y=40,width=200,height=70')
                self.assert_seen(name + '.pdf', name + '-s.pdf', (60 / width, 1 - 110 / height, 260 / width, 1 - 40 / height), name)

    def test_user_unit(self):
        """A page whose unit is two points: 60 points are 30 of its units."""
        self.put('unit.pdf', page(b'/MediaBox [0 0 297.5 421] /UserUnit 2'))
        self.sign_visible('unit.pdf', 'unit-s.pdf', 'x=60,y=40,width=200,height=70')
        self.assertIn(b'/Rect [ 30.0000 20.0000 130.0000 55.0000 ]', self.get('unit-s.pdf'))

    def test_corners(self):
        self.put('corner.pdf', page())
        for corner, (left, bottom) in {'bottom-left': (10, 20), 'bottom-right': (485, 20), 'top-left': (10, 772), 'top-right': (485, 772)}.items():
            self.sign_visible('corner.pdf', 'corner-s.pdf', f'from={corner},x=10,y=20,width=100,height=50')
            self.assertIn(b'/Rect [ %d.0000 %d.0000 %d.0000 %d.0000 ]' % (left, bottom, left + 100, bottom + 50), self.get('corner-s.pdf'))

    def test_pages(self):
        data = pdf_maker.write(pdf_maker.plain_objects(5)).replace(b'[0 0 300 200]', b'[0 0 595 842]')
        self.put('pages.pdf', data)
        for spec, number in (('page=first', 4), ('page=last', 12), ('page=3', 8), ('page=-2', 10)):
            self.sign_visible('pages.pdf', 'pages-s.pdf', spec)
            self.assertIn(b'/P %d 0 R' % number, self.get('pages-s.pdf'))
        for spec in ('page=6', 'page=-6', 'page=1000000'):
            self.refuse('pages.pdf', NO_PAGE, 'visible=' + spec, domain=MARK_DOMAIN)

    def test_off_page_and_full(self):
        self.put('small.pdf', page(b'/MediaBox [0 0 240 160]'))
        for spec in ('x=200,y=0,width=60', 'x=-2,y=0,width=60', 'width=300'):
            self.refuse('small.pdf', OFF_PAGE, 'visible=' + spec, domain=MARK_DOMAIN)
        self.sign_visible('small.pdf', 'small-s.pdf', 'width=200,height=100')
        self.refuse('small-s.pdf', NO_PLACE, 'visible=width=200,height=100', domain=MARK_DOMAIN)

    def test_many_beside_each_other(self):
        self.put('many.pdf', page())
        source = 'many.pdf'
        for i in range(6):
            source = self.sign_visible(source, f'many-{i}.pdf', 'default', key=('rsa', 'ec')[i % 2])
        rectangles = [tuple(map(float, found)) for found in re.findall(rb'/Rect \[ ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) \]', self.get(source))]
        self.assertEqual(len(rectangles), 6)
        for i, a in enumerate(rectangles):
            for b in rectangles[:i]:
                self.assertFalse(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3], (a, b))
        signatures = self.find(self.path(source)).signatures
        self.assertEqual([len(signature.changes) for signature in signatures], [5, 4, 3, 2, 1, 0])
        self.assertTrue(all(change[:2] == ('signature-added', True) for signature in signatures for change in signature.changes))

    def test_page_tree_with_depth(self):
        """Nodes that inherit, and counts that lie: the page is found or it is not, never another one."""
        objects = {1: b'<< /Type /Catalog /Pages 2 0 R >>', 2: b'<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 3 /MediaBox [0 0 595 842] >>',
                   3: b'<< /Type /Pages /Parent 2 0 R /Kids [5 0 R 6 0 R] /Count 2 /Rotate 90 >>', 4: b'<< /Type /Page /Parent 2 0 R >>',
                   5: b'<< /Type /Page /Parent 3 0 R >>', 6: b'<< /Type /Page /Parent 3 0 R /Rotate 0 >>'}
        self.put('tree.pdf', pdf_maker.write(objects))
        for number, reference in ((1, 5), (2, 6), (3, 4)):
            self.sign('tree.pdf', 'tree-s.pdf', 'rsa', f'visible=page={number}')
            self.assertIn(b'/P %d 0 R' % reference, self.get('tree-s.pdf'))
        loop = {**objects, 3: b'<< /Type /Pages /Parent 2 0 R /Kids [3 0 R 3 0 R] /Count 2 >>'}
        self.put('loop.pdf', pdf_maker.write(loop))
        self.assertNotEqual(self.tool('sign', self.path('loop.pdf'), self.path('loop-s.pdf'), self.path('rsa.key'), self.path('rsa.pem'),
                                      'visible=page=1').status, 0)


class Looks(MarkTest):
    def test_scripts(self):
        self.put('text.pdf', page())
        for i, name in enumerate((CHINESE, HEBREW, ARABIC, 'Zoë Ünal-Müller', 'Nguyễn Văn A')):
            self.sign_visible('text.pdf', f'text-{i}.pdf', 'heading=,text={name}\\n{date}', 'name=' + name)
            words = self.text(f'text-{i}.pdf')
            if name in (HEBREW, ARABIC):  # poppler takes the space between two letters of a word for one between words
                words, name = re.sub(r'[\s\u202a-\u202e]', '', words), name.replace(' ', '')
            self.assertIn(name, words)
            fonts = self.fonts(f'text-{i}.pdf')[1:]
            self.assertTrue(fonts)
            for font in fonts:
                self.assertEqual(font[1:], ('yes', 'yes', 'yes'), font)  # embedded, subset, with a map to Unicode

    def test_hostile_name(self):
        self.put('hostile.pdf', page())
        self.sign_visible('hostile.pdf', 'hostile-s.pdf', 'heading=,text={name}|end', 'name=' + HOSTILE)
        words = self.text('hostile-s.pdf')
        self.assertIn('\\u202e', words.replace('\n', ''))
        self.assertIn('{time}', words.replace('\n', ' '))  # a name is no template
        self.assertNotIn('\u202e', words)

    def test_long_name(self):
        self.put('long.pdf', page())
        self.sign_visible('long.pdf', 'long-s.pdf', 'default', 'name=' + 'Donaudampfschifffahrtsgesellschaftskapitän ' * 4)
        self.refuse('long.pdf', 3, 'visible=width=40,height=20', 'name=' + 'x' * 200, domain=MARK_DOMAIN)

    def test_name_without_room(self):
        """Smaller letters, broken words, and when that is not enough an ellipsis, which is told; the other lines stay."""
        self.put('room.pdf', page())
        long = 'Maximiliane-Theodora von Hohenlohe-Waldenburg-Schillingsfürst'
        for spec, name, shortened in (('default', long, False), ('width=100,height=30', 'Ann Lee', False), ('width=100,height=30', long * 2, True),
                                      ('width=100,height=30', CHINESE * 12, True), ('width=100,height=20', ARABIC * 30, True)):
            with self.subTest(spec, name=name):
                answer = self.tool('sign', self.path('room.pdf'), self.path('room-s.pdf'), self.path('rsa.key'), self.path('rsa.pem'), 'visible=' + spec, 'name=' + name)
                self.assertEqual((answer.error, answer.shortened), (None, shortened))
                words = self.text('room-s.pdf')
                self.assertEqual(bool(re.search("[…⋯]", words)), shortened)  # the second is that of Chinese
                self.assertRegex(words, r'20\d\d-\d\d-\d\d')
        self.refuse('room.pdf', 3, 'visible=width=60,height=24', 'name=' + long, domain=MARK_DOMAIN)

    def test_letters_grow(self):
        """In a mark twice as large letters are twice as large; in one of 200 inches there is still something to be read."""
        self.put('poster.pdf', page(b'/MediaBox [0 0 14400 14400]'))
        heights = []
        for size in ('width=198.4,height=70.9', 'width=396.8,height=141.8', 'width=14400,height=14400'):
            self.sign_visible('poster.pdf', 'poster-s.pdf', 'heading=,text=Approved,' + size)
            boxes = subprocess.run(['pdftotext', '-bbox', self.path('poster-s.pdf'), '-'], check=True, capture_output=True, text=True).stdout
            top, bottom = map(float, re.search(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">Approved<', boxes).groups())
            heights.append(bottom - top)
        self.assertAlmostEqual(heights[1] / heights[0], 2, delta=0.2)
        self.assertGreater(heights[2], 500)

    def test_picture(self):
        self.put('seal.png', png(60, 60))
        self.put('picture.pdf', page())
        spec = 'x=100,y=100,width=80,height=80,image=' + self.path('seal.png')
        self.sign_visible('picture.pdf', 'picture-s.pdf', spec)
        self.assert_seen('picture.pdf', 'picture-s.pdf', (100 / 595, 1 - 180 / 842, 180 / 595, 1 - 100 / 842), 'picture')
        self.assertIn(b'/SMask', self.get('picture-s.pdf'))
        self.sign_visible('picture.pdf', 'both-s.pdf', 'show=both,text=Seen by {name},image=' + self.path('seal.png'))
        self.assertIn('Seen by', self.text('both-s.pdf'))
        # a large one is made no finer than it is seen
        self.put('large.png', png(4000, 3000))
        self.sign_visible('picture.pdf', 'large-s.pdf', 'width=80,height=60,image=' + self.path('large.png'))
        self.assertLess(len(self.get('large-s.pdf')), 120000)

    def test_archive(self):
        """PDF/A-1: no transparency."""
        xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><pdfaid:part>1</pdfaid:part></x:xmpmeta>'
        metadata = {90: pdf_maker.stream(xmp, b'/Type /Metadata /Subtype /XML ')}
        self.put('seal.png', png(60, 60))
        self.put('archive.pdf', page(catalogue=b'/Metadata 90 0 R', more=metadata))
        self.sign_visible('archive.pdf', 'archive-s.pdf', 'show=both,text={name},image=' + self.path('seal.png'))
        added = self.get('archive-s.pdf')[len(self.get('archive.pdf')):]
        for word in (b'/SMask', b'/Interpolate', b'/S /Transparency', b'/Group'):
            self.assertNotIn(word, added)
        self.assertIn(b'/F 132', added)


class Preview(MarkTest):
    def test_what_is_shown_is_what_is_signed(self):
        """The drawing is what the window shows (signet_signing_draw_mark() and poppler); the file has the same, however page and file are made."""
        self.put('seal.png', png(60, 60))
        spec = 'x=50,y=50,width=100,height=50,heading=,text={name}\\n{date}'
        for turn in (0, 90, 180, 270):
            for what, image in (('text', ''), ('both', ',show=both,image=' + self.path('seal.png'))):
                for archive in (False, True):
                    with self.subTest(what, turn=turn, archive=archive):
                        xmp = pdf_maker.stream(b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><pdfaid:part>1</pdfaid:part></x:xmpmeta>', b'/Type /Metadata /Subtype /XML ')
                        self.put('p.pdf', page(b'/MediaBox [10 20 310 220] /Rotate %d' % turn, b'/Metadata 90 0 R' if archive else b'', {90: xmp}))
                        self.sign('p.pdf', 'p-s.pdf', 'rsa', 'visible=' + spec + image, 'name=' + CHINESE, 'drawing=' + self.path('drawing.pdf'))
                        height = 200 if turn in (0, 180) else 300
                        signed = self.page_picture('p-s.pdf', 1).part(50, height - 100, 150, height - 50)
                        shown = self.page_picture('drawing.pdf', 1)
                        self.assertGreater(shown.ink(), 0.02)
                        self.assertLess(shown.distance(signed), 0.02)
                        greys = [sum(picture.pixels) / len(picture.pixels) for picture in (shown, signed)]
                        self.assertAlmostEqual(*greys, delta=2)


class Fields(MarkTest):
    FORM = {'_3': b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Annots [6 0 R 11 0 R] '
                  b'/Resources << /Font << /F1 5 0 R >> /XObject << /X1 9 0 R >> >> >>',
            '_4': pdf_maker.stream(b'BT /F1 18 Tf 20 150 Td (Sample contract: pay 100) Tj ET /X1 Do')}

    def test_existing(self):
        self.put('form.pdf', pdf_maker.write_form(**self.FORM))
        self.sign_visible('form.pdf', 'form-s.pdf', 'field=approval')
        self.assert_seen('form.pdf', 'form-s.pdf', (150 / 300, 1 - 60 / 200, 250 / 300, 1 - 20 / 200), 'field')
        signature, = self.find(self.path('form-s.pdf')).signatures
        self.assertTrue(signature.clean)

    def test_existing_after_a_certification(self):
        """A certification of level 2 lets the field be filled that is there, and no other be seen."""
        self.put('certified.pdf', pdf_maker.write_form(**self.FORM))
        self.sign('certified.pdf', 'certified-1.pdf', 'rsa', 'certify=2')
        self.sign_visible('certified-1.pdf', 'certified-2.pdf', 'field=approval', key='ec')
        first = self.find(self.path('certified-2.pdf')).signatures[0]
        self.assertEqual(first.kinds(True), {'signature-added'})
        self.assertEqual(first.kinds(False), set())
        self.refuse('certified-1.pdf', FORBIDDEN, 'visible=default')

    def test_field_without_area(self):
        change = dict(self.FORM, _11=b'<< /Type /Annot /Subtype /Widget /FT /Sig /T (approval) /F 4 /Rect [0 0 0 0] /P 3 0 R >>')
        self.put('none.pdf', pdf_maker.write_form(**change))
        self.refuse('none.pdf', NO_AREA, 'visible=field=approval', domain=MARK_DOMAIN)

    def test_every_file_shape(self):
        plain = page()
        self.put('shape.pdf', plain)
        pdf_maker.qpdf(self.path('shape.pdf'), self.path('shape-streams.pdf'), '--object-streams=generate')
        pdf_maker.qpdf(self.path('shape.pdf'), self.path('shape-linear.pdf'), '--linearize')
        self.put('shape-hybrid.pdf', pdf_maker.hybrid())
        for name in ('shape-streams', 'shape-linear', 'shape-hybrid'):
            with self.subTest(name):
                self.sign_visible(name + '.pdf', name + '-s.pdf', 'x=10,y=10,width=150,height=60')
                self.assertIsNotNone(self.poppler(name + '-s.pdf').difference(self.poppler(name + '.pdf')))

    def test_encrypted(self):
        self.put('open.pdf', page())
        for bits, options in (('256', []), ('128', ['--use-aes=y'])):
            with self.subTest(bits):
                pdf_maker.qpdf(self.path('open.pdf'), self.path('locked.pdf'), '--encrypt', '', 'owner', bits, *options, '--')
                self.sign_visible('locked.pdf', 'locked-s.pdf', 'x=10,y=10,width=150,height=60', 'password=', 'name=' + CHINESE)
                self.assertIn('李娜', self.text('locked-s.pdf'))

    def test_room_stays(self):
        """What is kept for the signature does not depend on the mark."""
        self.put('room.pdf', page())
        self.sign('room.pdf', 'room-1.pdf', 'rsa', 'room=9000')
        self.sign_visible('room.pdf', 'room-2.pdf', 'default', 'room=9000')
        for name in ('room-1.pdf', 'room-2.pdf'):
            self.assertEqual(len(re.search(rb'/Contents <([0-9a-f]+)>', self.get(name)).group(1)), 18000)


if __name__ == '__main__':
    main()
