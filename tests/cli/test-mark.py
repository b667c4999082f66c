#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Visible marks on the command line: said, saved, refused; what is written is read by programs that are not ours."""
import json
import re
import subprocess
import sys
import unittest
import zlib
from pathlib import Path

from contract import CANNOT_WRITE, CommandLineTest, NO_INPUT, REFUSED, SOURCE, USAGE

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import World  # noqa: E402  pylint: disable=wrong-import-position

sys.path.insert(0, str(SOURCE / 'tests/document'))
import pdf_maker  # noqa: E402  pylint: disable=wrong-import-position


def png(width, height, alpha=128):
    """A red picture, half transparent."""
    def chunk(kind, data):
        return len(data).to_bytes(4, 'big') + kind + data + zlib.crc32(kind + data).to_bytes(4, 'big')
    rows = b''.join(b'\0' + bytes((200, 0, 0, alpha)) * width for _ in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', width.to_bytes(4, 'big') + height.to_bytes(4, 'big') + b'\x08\x06\0\0\0')
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


class Saved(CommandLineTest):
    """`signet mark`: no token is needed."""

    def test_none(self):
        self.assert_says(self.signet('mark', 'list'), 'no visible mark')
        self.assertEqual(self.signet_json('mark', 'list', status=0)['marks'], [])

    def test_way_of_a_mark(self):
        (self.desk / 'seal.png').write_bytes(png(4, 4))
        spec = 'page=-2,from=top-right,x=10mm,y=1cm,width=50mm,height=20mm,text=Seen by {name}\\, today\\n{date},image=seal.png'
        self.assert_status(self.signet('mark', 'save', '办公室', spec), 0)
        marks = self.signet_json('mark', 'list', status=0)['marks']
        self.assertEqual([mark['name'] for mark in marks], ['办公室'])
        said = marks[0]['spec']
        self.assertTrue(said.startswith('show=both,page=-2,from=top-right,x=10.00mm,y=10.00mm,width=50.00mm,height=20.00mm,'), said)
        self.assertIn('text=Seen by {name}\\, today\\n{date}', said)
        # what is shown can be said again, and is the same
        self.assert_status(self.signet('mark', 'save', 'again', said), 0)
        shown = self.signet_json('mark', 'show', 'again', status=0)['mark']['spec']
        self.assertEqual(re.sub('image=.*', '', shown), re.sub('image=.*', '', said))
        # the picture was copied
        (self.desk / 'seal.png').unlink()
        self.assert_status(self.signet('mark', 'show', '办公室'), 0)
        self.assertTrue((self.home / 'config/signet/marks/办公室.image').exists())
        self.assert_status(self.signet('mark', 'save', '办公室', 'page=1'), CANNOT_WRITE)
        self.assert_status(self.signet('mark', 'save', '--overwrite', '办公室', 'page=1'), 0)
        self.assert_status(self.signet('mark', 'remove', '办公室'), 0)
        self.assert_status(self.signet('mark', 'remove', '办公室'), NO_INPUT)
        self.assert_status(self.signet('mark', 'show', '办公室'), NO_INPUT)

    def test_names(self):
        for name in ('', '.hidden', 'a/b', '../x', 'a,b', 'a=b', 'default', 'x' * 65, 'a\u202eb', 'a\nb'):
            with self.subTest(name):
                self.assert_status(self.signet('mark', 'save', name, 'page=1'), USAGE)
        self.assertFalse((self.home / 'config/signet/marks').exists())

    def test_not_understood(self):
        for spec in ('', 'page=0', 'page=x', 'x=1', 'x=1parsec,y=1', 'width=1mm', 'width=nan', 'width=1e3', 'width=inf', 'height=-5mm', 'show=image',
                     'show=sound', 'colour=red', 'from=middle', 'text=' + 'x' * 1001, 'page=1,nothing', 'image=', 'field=', 'text=a\tb',
                     'text=' + '\\n' * 12, 'x' * 9000):
            with self.subTest(spec[:40]):
                run = self.signet('mark', 'save', 'name', spec)
                if spec == 'x=1':  # half a place is a place: y is 0
                    self.assert_status(run, 0)
                    self.signet('mark', 'remove', 'name')
                    continue
                self.assertIn(run.returncode, (USAGE, NO_INPUT), spec)
                self.assert_plain(run.err)

    def test_damaged_file(self):
        folder = self.home / 'config/signet/marks'
        folder.mkdir(parents=True)
        for name, content in (('bytes', b'\0\xff' * 40), ('show', b'[Mark]\nshow=image\n'), ('long', b'[Mark]\ntext=' + b'x' * 70000)):
            (folder / (name + '.mark')).write_bytes(content)
            self.assert_status(self.signet('mark', 'show', name), USAGE)
        self.assertEqual({mark['spec'] for mark in self.signet_json('mark', 'list', status=0)['marks']}, {None})


class Signed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)
        cls.desk = Path(cls.world.folder) / 'desk.mark'
        cls.desk.mkdir()

    def put(self, name, data):
        (self.desk / name).write_bytes(data)

    def sign(self, *arguments, status=0, environment=None):
        run = self.world.signet('sign', '--pin-file', self.world.pin, '--json', *arguments, cwd=self.desk)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return json.loads(run.stdout)['files'][0] if run.stdout.startswith('{') and 'files' in json.loads(run.stdout) else None

    def checks(self, file):
        return {(check['state'], check['text']) for check in file['checks'] if check['code'] == 'mark-placement'}

    def text(self, name):
        return subprocess.run(['pdftotext', '-layout', name, '-'], cwd=self.desk, capture_output=True, text=True, check=True).stdout

    def test_default(self):
        self.put('a.pdf', pdf_maker.write(pdf_maker.plain_objects(2)).replace(b'[0 0 300 200]', b'[0 0 595 842]'))
        file = self.sign('--visible', 'default', '--reason', '同意', '--location', 'Sample City', '-o', 'a-signed.pdf', 'a.pdf')
        self.assertEqual({state for state, _ in self.checks(file)}, {'ok'})
        first, second = self.text('a-signed.pdf').split('\f')[:2]
        self.assertNotIn('Signed by', first)
        for words in ('Signed by', 'Reason: 同意', 'Place: Sample City'):
            self.assertIn(words, second)
        subprocess.run(['qpdf', '--check', 'a-signed.pdf'], cwd=self.desk, check=True, capture_output=True)
        # a second one finds a place beside it, a third on top only when it is meant
        file = self.sign('--visible', 'default', '-o', 'b.pdf', 'a-signed.pdf')
        self.assertEqual({state for state, _ in self.checks(file)}, {'ok'})
        report = json.loads(self.world.signet('verify', '--json', '--offline', 'b.pdf', cwd=self.desk).stdout)
        changes = [change for signature in report['files'][0]['signatures'] for change in signature['changes']]
        self.assertEqual([(change['kind'], change['allowed']) for change in changes], [('signature-added', True)])

    def test_text_without_room(self):
        """Words are left out, and that is told before the PIN."""
        self.put('r.pdf', pdf_maker.write(pdf_maker.plain_objects(1)))
        file = self.sign('--visible', 'width=110,height=30', '--reason', 'Agreed to all of it ' * 9, '-o', 'r-signed.pdf', 'r.pdf')
        (state, text), = self.checks(file)
        self.assertEqual(state, 'warning')
        self.assertIn('ellipsis', text)
        self.assertIn('…', self.text('r-signed.pdf'))

    def test_covering(self):
        place = 'x=50,y=50,width=100,height=50'
        self.put('c.pdf', pdf_maker.write(pdf_maker.plain_objects(1)))
        self.sign('--visible', place, '-o', 'c1.pdf', 'c.pdf')
        file = self.sign('--visible', place, '-o', 'c2.pdf', 'c1.pdf', status=REFUSED)
        self.assertEqual({state for state, _ in self.checks(file)}, {'stop'})
        self.assertFalse((self.desk / 'c2.pdf').exists())
        file = self.sign('--visible', place, '--cover', '-o', 'c2.pdf', 'c1.pdf')
        self.assertEqual({state for state, _ in self.checks(file)}, {'warning'})

    def test_stops(self):
        self.put('s.pdf', pdf_maker.write(pdf_maker.plain_objects(1)))
        self.put('cmyk.jpg', b'\xff\xd8\xff\xc0\x00\x14\x08\x00\x10\x00\x10\x04' + b'\x01\x11\x00' * 4)
        self.put('huge.png', png(1, 1)[:16] + (100000).to_bytes(4, 'big') * 2 + png(1, 1)[24:])
        self.put('broken.png', png(30, 30)[:60])
        self.put('other.gif', b'GIF89a\1\0\1\0')
        for spec, words in (('page=2', 'no such page'), ('x=290,y=0', 'beyond the page'), ('width=14,height=14', '4 points'), ('width=400', 'beyond the page'),
                            ('text={nobody}', 'placeholder'), ('image=cmyk.jpg', 'RGB'), ('image=huge.png', 'too large'), ('image=broken.png', 'picture'),
                            ('image=other.gif', 'PNG'), ('image=nowhere.png', 'not there'), ('text=\U0001d173\U00011d00', '')):
            with self.subTest(spec):
                if not words:
                    continue
                file = self.sign('--visible', spec, 's.pdf', status=REFUSED)
                (state, text), = self.checks(file)
                self.assertEqual(state, 'stop')
                self.assertIn(words, text)
        self.assertFalse((self.desk / 's-signed.pdf').exists())
        self.put('note.txt', b'Sample text\n')
        file = self.sign('--visible', 'default', 'note.txt', status=REFUSED)
        self.assertIn('PDF', next(iter(self.checks(file)))[1])

    def test_field(self):
        self.put('f.pdf', pdf_maker.write_form(_3=b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Annots [6 0 R 11 0 R] '
                                               b'/Resources << /Font << /F1 5 0 R >> /XObject << /X1 9 0 R >> >> >>'))
        for options in (['--visible', 'field=approval'], ['--field', 'approval', '--visible', 'default']):
            file = self.sign(*options, '--overwrite', '-o', 'f-signed.pdf', 'f.pdf')
            self.assertEqual({state for state, _ in self.checks(file)}, {'ok'})
            data = (self.desk / 'f-signed.pdf').read_bytes()
            field = data[data.rindex(b'11 0 obj'):data.rindex(b'endobj', 0, data.rindex(b'xref'))]
            self.assertIn(b'/Rect [ 150 20 250 60 ]', field)
            self.assertIn(b'/AP << /N ', field)

    def test_picture_and_saved(self):
        self.put('seal.png', png(40, 40))
        self.put('p.pdf', pdf_maker.write(pdf_maker.plain_objects(1)))
        run = self.world.signet('mark', 'save', 'seal', 'image=seal.png,width=60,height=60,from=top-left,x=10,y=10', cwd=self.desk)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.addCleanup(self.world.signet, 'mark', 'remove', 'seal', cwd=self.desk)
        self.sign('--visible', 'seal', '-o', 'p-signed.pdf', 'p.pdf')
        listing = subprocess.run(['pdfimages', '-list', 'p-signed.pdf'], cwd=self.desk, capture_output=True, text=True, check=True).stdout
        self.assertRegex(listing, r'\bimage +40 +40 +rgb .* no ')  # nothing is interpolated
        self.assertRegex(listing, r'\bsmask +40 +40 +gray ')
        self.assertNotIn(b'/Interpolate', (self.desk / 'p-signed.pdf').read_bytes())
        self.assertEqual(self.sign('--visible', 'nothing-saved', 'p.pdf', status=NO_INPUT), None)


if __name__ == '__main__':
    unittest.main(verbosity=2)
