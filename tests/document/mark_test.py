# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of visible marks share: pages to put them on, pictures of what poppler and MuPDF make of them."""
import re
import subprocess
import zlib

import pdf_maker
from document_test import DOMAIN, DocumentTest

A4 = (595, 842)
MARK_DOMAIN = 'signet-mark-error-quark'
NO_PAGE, OFF_PAGE, NO_PLACE, NO_AREA = 5, 6, 7, 8
CHINESE, HEBREW, ARABIC = '李娜（样例）', 'שלום כהן', 'محمد'
HOSTILE = 'Eve\u202e\u0000\n/Name) >> endobj {time} \u2066'.replace('\u0000', '')


def page(extra=b'/MediaBox [0 0 595 842]', catalogue=b'', more=None):
    objects = pdf_maker.plain_objects(1)
    objects[1] = b'<< /Type /Catalog /Pages 2 0 R ' + catalogue + b' >>'
    objects[4] = b'<< /Type /Page /Parent 2 0 R ' + extra + b' /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>'
    objects[5] = pdf_maker.stream(b'BT /F1 18 Tf 60 400 Td (Sample page) Tj ET')
    return pdf_maker.write({**objects, **(more or {})})


def png(width, height, pixel=(200, 0, 0, 128)):
    def chunk(kind, data):
        return len(data).to_bytes(4, 'big') + kind + data + zlib.crc32(kind + data).to_bytes(4, 'big')
    rows = b''.join(b'\0' + bytes(pixel) * width for _ in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', width.to_bytes(4, 'big') + height.to_bytes(4, 'big') + b'\x08\x06\0\0\0')
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


class Picture:
    """A grey picture (PGM): which of it is not as in another one."""

    def __init__(self, data):
        head = re.match(rb'P5\s(?:#.*\s)*(\d+)\s(\d+)\s255\s', data)
        self.width, self.height = int(head.group(1)), int(head.group(2))
        self.pixels = data[head.end():]
        self.scale = 1

    def difference(self, other):
        """left, top, right, bottom of what differs, from 0 to 1; None: nothing."""
        assert (self.width, self.height) == (other.width, other.height)
        places = [i for i, (a, b) in enumerate(zip(self.pixels, other.pixels)) if abs(a - b) > 40]
        if not places:
            return None
        columns = [i % self.width for i in places]
        return (min(columns) / self.width, places[0] // self.width / self.height, (max(columns) + 1) / self.width,
                (places[-1] // self.width + 1) / self.height)


    def part(self, left, top, right, bottom):
        """A part of it; in points of a page of 300 by 200, or of what this is a part of."""
        scale = self.scale
        left, top, right, bottom = (round(side * scale) for side in (left, top, right, bottom))
        return Picture.of(right - left, b''.join(self.pixels[y * self.width + left:y * self.width + right] for y in range(top, bottom)), scale)

    @classmethod
    def of(cls, width, pixels, scale):
        self = cls.__new__(cls)
        self.width, self.height, self.pixels, self.scale = width, len(pixels) // width, pixels, scale
        return self

    def turned(self, back=False):
        """By a quarter clockwise; back: the other way."""
        columns = [self.pixels[x::self.width] for x in range(self.width)]
        return Picture.of(self.height, b''.join(reversed(columns) if back else (column[::-1] for column in columns)), self.scale)

    def ink(self):
        """How much of it is not white, from 0 to 1."""
        return sum(pixel < 200 for pixel in self.pixels) / len(self.pixels)

    def distance(self, other):
        """Between 0 and 1: parts of the ink of both that are not in the other, nor beside it (each pixel may be one off)."""
        assert (self.width, self.height) == (other.width, other.height), (self.width, self.height, other.width, other.height)
        return max(self._alone(other), other._alone(self))

    def _alone(self, other):
        dark = [i for i, pixel in enumerate(self.pixels) if pixel < 128]
        near = [-self.width - 1, -self.width, -self.width + 1, -1, 0, 1, self.width - 1, self.width, self.width + 1]
        lost = sum(all(not 0 <= i + step < len(other.pixels) or other.pixels[i + step] >= 190 for step in near) for i in dark)
        return lost / max(1, len(dark))


def place_seen(rectangle, size, turn):
    """left, top, right, bottom of a rectangle of the page's own coordinates as it is seen, in points."""
    (left, bottom, right, top), (width, height) = rectangle, size
    return {0: (left, height - top, right, height - bottom), 90: (bottom, left, top, right), 180: (width - right, bottom, width - left, top),
            270: (height - top, width - right, height - bottom, width - left)}[turn]


class MarkTest(DocumentTest):
    def sign(self, source, target, key='rsa', *options):
        return super().sign(self.path(source), target, key, *options)

    def refuse(self, source, code, *options, domain=DOMAIN):
        return super().refuse(self.path(source), code, *options, domain=domain)

    def setUp(self):
        self.drawers = (self.poppler, self.mupdf)

    def poppler(self, name):
        return Picture(subprocess.run(['pdftoppm', '-cropbox', '-gray', '-r', '72', '-l', '1', self.path(name)], check=True, capture_output=True).stdout)

    def page_picture(self, name, number, density=144):
        picture = Picture(subprocess.run(['pdftoppm', '-cropbox', '-gray', '-r', str(density), '-f', str(number), '-l', str(number), self.path(name)],
                                         check=True, capture_output=True).stdout)
        picture.scale = density / 72
        return picture

    def mupdf(self, name):
        return Picture(subprocess.run(['mutool', 'draw', '-q', '-F', 'pgm', '-r', '72', '-o', '-', self.path(name), '1'], check=True,
                                      capture_output=True).stdout)

    def text(self, name):
        return subprocess.run(['pdftotext', self.path(name), '-'], check=True, capture_output=True, text=True).stdout

    def fonts(self, name):
        rows = subprocess.run(['pdffonts', self.path(name)], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
        return [(row[:36].strip(), *re.search(r'(yes|no) +(yes|no) +(yes|no) +\d+ +\d+$', row).groups()) for row in rows]

    def sign_visible(self, source, target, spec, *options, key='rsa'):
        self.sign(source, target, key, 'visible=' + spec, *options)
        self.check(target)
        return target

    def check(self, name):
        subprocess.run(['qpdf', '--check', self.path(name)], check=True, capture_output=True)
        for signature in self.find(self.path(name)).signatures:
            self.assertTrue(signature.passes, (signature.id, signature.changes, signature.reason))

    def assert_seen(self, before, after, box, what=''):
        """Only in the box (of a page from 0 to 1), and nearly filling it from side to side."""
        for draw in self.drawers:
            seen = draw(after).difference(draw(before))
            self.assertIsNotNone(seen, f'{what} {draw.__name__}: nothing is seen')
            for side, (found, allowed) in enumerate(zip(seen, box)):
                inside = found >= allowed - 0.005 if side < 2 else found <= allowed + 0.005
                self.assertTrue(inside, f'{what} {draw.__name__}: {seen} reaches beyond {box}')
            self.assertGreater(seen[2] - seen[0], (box[2] - box[0]) * 0.5, f'{what} {draw.__name__}: {seen} in {box}')
