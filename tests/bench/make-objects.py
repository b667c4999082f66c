#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-objects: a PDF of COUNT small objects (bookmarks, pages and their text), with a table, or with object streams when qpdf packs it.

Usage: make-objects.py COUNT FILE
"""
import sys

PAGES = 2000


def main():
    count, name = int(sys.argv[1]), sys.argv[2]
    offsets = []
    with open(name, 'wb') as file:
        def add(body):
            offsets.append(file.tell())
            file.write(b'%d 0 obj\n%s\nendobj\n' % (len(offsets), body))

        file.write(b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')
        first, last = 5 + PAGES, count
        add(b'<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>')
        add(b'<< /Type /Pages /Kids [%s] /Count %d >>' % (b' '.join(b'%d 0 R' % (5 + i) for i in range(PAGES)), PAGES))
        add(b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
        add(b'<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>' % (first, last, last - first + 1))
        for i in range(PAGES):
            add(b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << /Font << /F1 3 0 R >> >> >>')
        for i in range(first, last + 1):
            around = (b'/Prev %d 0 R ' % (i - 1) if i > first else b'') + (b'/Next %d 0 R ' % (i + 1) if i < last else b'')
            add(b'<< /Title (Sample bookmark %d) /Parent 4 0 R %s/Dest [%d 0 R /Fit] >>' % (i, around, 5 + i % PAGES))
        start = file.tell()
        file.write(b'xref\n0 %d\n0000000000 65535 f \n' % (count + 1))
        file.write(b''.join(b'%010d 00000 n \n' % offset for offset in offsets))
        file.write(b'trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (count + 1, start))


if __name__ == '__main__':
    main()
