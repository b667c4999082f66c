#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-pdf: a plain PDF of about SIZE bytes: one page of sample text and streams that do not compress, a megabyte each.

Usage: make-pdf.py SIZE FILE
"""
import os
import sys

STREAM = 1 << 20
PARAGRAPHS = (
    'This is sample text, made for trying out signatures. It binds nobody to anything.',
    'The parties agree that the page below is long enough to look like an agreement.',
    'Both parties keep a copy. A signature on one of them covers every byte of it.',
    'Changes are made in writing, signed by both, and added to the end of the file.',
    'Should a clause turn out to be empty, the others are no worse for it.',
)


class Writer:
    def __init__(self, file):
        self.file = file
        self.offsets = []

    def add(self, body):
        self.offsets.append(self.file.tell())
        self.file.write(b'%d 0 obj\n%s\nendobj\n' % (len(self.offsets), body))

    def add_stream(self, dictionary, data):
        self.add(b'<< %s /Length %d >>\nstream\n%s\nendstream' % (dictionary, len(data), data))

    def finish(self):
        start, count = self.file.tell(), len(self.offsets) + 1
        self.file.write(b'xref\n0 %d\n0000000000 65535 f \n' % count)
        self.file.write(b''.join(b'%010d 00000 n \n' % offset for offset in self.offsets))
        self.file.write(b'trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (count, start))


def draw_page():
    lines = ['BT /F1 22 Tf 72 740 Td (Service agreement \\(sample\\)) Tj ET', '0.6 w 72 724 m 523 724 l S']
    y = 690
    for number in range(1, 13):
        lines.append(f'BT /F1 11 Tf 72 {y} Td ({number}.  {PARAGRAPHS[number % len(PARAGRAPHS)]}) Tj ET')
        y -= 34
    for x, who in ((72, 'Place, date'), (330, 'Signature')):
        lines.append(f'{x} 170 m {x + 190} 170 l S BT /F1 9 Tf {x} 156 Td ({who}) Tj ET')
    return '\n'.join(lines).encode('ascii')


def main():
    size, name = int(sys.argv[1]), sys.argv[2]
    with open(name, 'wb') as file:
        file.write(b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')
        writer = Writer(file)
        writer.add(b'<< /Type /Catalog /Pages 2 0 R >>')
        writer.add(b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>')
        writer.add(b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R '
                   b'/Resources << /Font << /F1 5 0 R >> >> >>')
        writer.add_stream(b'', draw_page())
        writer.add(b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
        block = os.urandom(STREAM)
        while file.tell() < size:
            length = min(STREAM, max(1, size - file.tell() - 200))
            writer.add_stream(b'/Type /Sample', len(writer.offsets).to_bytes(8, 'big') + block[:length])
        writer.finish()


if __name__ == '__main__':
    main()
