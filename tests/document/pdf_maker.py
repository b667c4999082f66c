# SPDX-License-Identifier: GPL-3.0-or-later
"""Small PDFs written by hand, and revisions appended to them, for the tests. Sample data only; needs nothing but qpdf for some forms."""
import re
import subprocess
import zlib


def stream(data, extra=b''):
    return b'<< /Length %d %s>>\nstream\n%s\nendstream' % (len(data), extra, data)


def form_objects(**change):
    """A page with text, a picture, a text field, an empty signature field; object numbers are fixed so that tests can name them."""
    objects = {
        1: b'<< /Type /Catalog /Pages 2 0 R /AcroForm 10 0 R /Metadata 12 0 R >>',
        2: b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        3: b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Annots [6 0 R 11 0 R] '
           b'/Resources << /Font << /F1 5 0 R >> /XObject << /X1 9 0 R /X2 90 0 R >> >> >>',
        4: stream(b'BT /F1 18 Tf 20 150 Td (Sample contract: pay 100) Tj ET /X1 Do /X2 Do'),
        5: b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
        6: b'<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /Rect [20 20 120 40] /P 3 0 R /AP << /N 7 0 R >> /DA (/F1 10 Tf 0 g) >>',
        7: stream(b'/Tx BMC EMC', b'/Type /XObject /Subtype /Form /BBox [0 0 100 20] '),
        8: b'<< /Title (Sample) >>',
        9: stream(b'0 0 10 10 re f', b'/Type /XObject /Subtype /Form /BBox [0 0 10 10] '),
        10: b'<< /Fields [6 0 R 11 0 R] /DR << /Font << /F1 5 0 R >> >> >>',
        11: b'<< /Type /Annot /Subtype /Widget /FT /Sig /T (approval) /F 4 /Rect [150 20 250 60] /P 3 0 R >>',
        12: stream(b'<x/>', b'/Type /Metadata /Subtype /XML '),
    }
    for number, body in change.items():
        objects[int(number[1:])] = body
    return objects


def plain_objects(n_pages=1):
    objects = {1: b'<< /Type /Catalog /Pages 2 0 R >>'}
    kids = []
    for i in range(n_pages):
        objects[4 + 2 * i] = b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>' % (5 + 2 * i)
        objects[5 + 2 * i] = stream(b'BT /F1 18 Tf 20 150 Td (Sample page %d) Tj ET' % (i + 1))
        kids.append(b'%d 0 R' % (4 + 2 * i))
    objects[2] = b'<< /Type /Pages /Kids [%s] /Count %d >>' % (b' '.join(kids), n_pages)
    objects[3] = b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'
    return objects


def table(entries, size, trailer):
    """A cross-reference table of {number: offset or None for free}, and a trailer."""
    out = b'xref\n'
    numbers = sorted(entries)
    if not numbers:
        out += b'0 0\n'
    while numbers:
        run = [numbers.pop(0)]
        while numbers and numbers[0] == run[-1] + 1:
            run.append(numbers.pop(0))
        out += b'%d %d\n' % (run[0], len(run))
        for number in run:
            out += b'%010d 65535 f\r\n' % 0 if entries[number] is None else b'%010d 00000 n\r\n' % entries[number]
    return out + b'trailer\n<< /Size %d %s >>\n' % (size, trailer)


def write(objects, trailer=b'/Root 1 0 R', eol=b'\n', version=b'1.7'):
    """One revision with a classic table."""
    out = b'%PDF-' + version + b'\n%\xe2\xe3\xcf\xd3\n'
    entries = {0: None}
    for number in sorted(objects):
        entries[number] = len(out)
        out += b'%d 0 obj' % number + eol + objects[number] + eol + b'endobj' + eol
    start = len(out)
    return out + table(entries, max(objects) + 1, trailer) + b'startxref\n%d\n%%%%EOF\n' % start


def write_form(**change):
    return write(form_objects(**change), b'/Root 1 0 R /Info 8 0 R')


def last_startxref(data):
    return int(re.findall(rb'startxref\s+(\d+)', data)[-1])


def size_of(data):
    return max(int(n) for n in re.findall(rb'/Size (\d+)', data))


def append(data, objects, trailer=b'/Root 1 0 R', free=(), extra_entries=None, hidden=None):
    """An incremental revision: new bodies, freed numbers, entries that point elsewhere, and objects no cross-reference names."""
    previous, size = last_startxref(data), size_of(data)
    out, entries = data, {number: None for number in free}
    for number, body in (hidden or {}).items():
        out += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    for number, body in objects.items():
        entries[number] = len(out)
        out += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    entries.update(extra_entries or {})
    start = len(out)
    size = max([size] + [n + 1 for n in entries])
    return out + table(entries, size, b'/Prev %d %s' % (previous, trailer)) + b'startxref\n%d\n%%%%EOF\n' % start


def object_body(data, number):
    """The newest body of an object, as the tests' own files write it."""
    return re.findall(rb'(?:^|[\r\n])%d 0 obj\s(.*?)\sendobj' % number, data, re.S)[-1]


def hybrid():
    """7.5.8.4: the catalogue's form is only in an object stream that the table beside it marks as free."""
    objects = plain_objects()
    objects[1] = b'<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>'
    out = b'%PDF-1.5\n%\xe2\xe3\xcf\xd3\n'
    entries = {0: None, 6: None, 7: None, 8: None}
    for number in sorted(objects):
        entries[number] = len(out)
        out += b'%d 0 obj\n%s\nendobj\n' % (number, objects[number])
    inside = b'<< /Fields [ ] >>'
    body = b'6 0 ' + inside
    container = len(out)
    out += b'7 0 obj\n' + stream(body, b'/Type /ObjStm /N 1 /First 4 ') + b'\nendobj\n'
    beside = len(out)
    rows = b'\x02' + (7).to_bytes(4, 'big') + b'\0' + b'\x01' + container.to_bytes(4, 'big') + b'\0' + b'\x01' + beside.to_bytes(4, 'big') + b'\0'
    out += b'8 0 obj\n' + stream(rows, b'/Type /XRef /W [1 4 1] /Index [6 3] /Size 9 /Root 1 0 R ') + b'\nendobj\n'
    start = len(out)
    return out + table(entries, 9, b'/Root 1 0 R /XRefStm %d' % beside) + b'startxref\n%d\n%%%%EOF\n' % start


def large(path, megabytes, n_objects=1000):
    """A page and many streams nobody can compress, written piece by piece."""
    import os
    piece = os.urandom(1024 * 1024)
    objects, entries = plain_objects(), {0: None}
    with open(path, 'wb') as out:
        out.write(b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')
        for number in sorted(objects):
            entries[number] = out.tell()
            out.write(b'%d 0 obj\n%s\nendobj\n' % (number, objects[number]))
        each = megabytes * 1024 * 1024 // n_objects
        for number in range(6, 6 + n_objects):
            entries[number] = out.tell()
            out.write(b'%d 0 obj\n<< /Length %d >>\nstream\n' % (number, each))
            left = each
            while left:
                left -= out.write(piece[:min(left, len(piece))])
            out.write(b'\nendstream\nendobj\n')
        start = out.tell()
        out.write(table(entries, 6 + n_objects, b'/Root 1 0 R') + b'startxref\n%d\n%%%%EOF\n' % start)


def qpdf(source, target, *options):
    subprocess.run(['qpdf', '--static-id', '--static-aes-iv', *options, source, target], check=True, stderr=subprocess.DEVNULL)


def compressed(data):
    return stream(zlib.compress(data), b'/Filter /FlateDecode ')
