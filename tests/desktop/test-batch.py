#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-batch: many files at once in the window: ten with one damaged among them, one login, each looked at or not, what fails tried again; and the
same by the keyboard alone. Looks: SIGNET_LOOK=dark, zh or large for pictures.
"""
import hashlib
import os
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import CONTROL, ESCAPE, RETURN, Desk  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/batch' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
BUTTON = ('push button', 'button')
N_GOOD = 7


def says(english, chinese_part):
    """What holds a number is looked for by its beginning in English, by a part in Chinese."""
    return (lambda name: chinese_part in name) if LOOK == 'zh' else english


class Batch(unittest.TestCase):
    def setUp(self):
        self.world = World('rsa-3072')
        self.addCleanup(self.world.close)
        settings(self.world, LOOK)
        self.folder = self.world.folder / 'documents'
        self.folder.mkdir()

    def write_files(self):
        """Ten: PDFs, one with a script, one damaged, one that is no PDF whatever its name says."""
        files = [sample_pdf(self.folder / f'invoice-{number:04} (sample).pdf') for number in range(91, 91 + N_GOOD)]
        script = self.folder / 'with a script (sample).pdf'
        text = files[0].read_bytes()
        self.assertIn(b'/Type /Catalog', text)
        script.write_bytes(self.with_script())
        damaged = self.folder / 'damaged (sample).pdf'
        damaged.write_bytes(text[:len(text) // 2])
        other = self.folder / '样例清单.pdf'
        other.write_text('a list (sample)\n', encoding='utf-8')
        return [*files[:3], damaged, *files[3:], script, other]

    @staticmethod
    def with_script():
        objects = [b'<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\);) >> >>',
                   b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>', b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>']
        out, places = bytearray(b'%PDF-1.7\n'), []
        for number, body in enumerate(objects, 1):
            places.append(len(out))
            out += b'%d 0 obj\n' % number + body + b'\nendobj\n'
        start = len(out)
        out += b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1)
        out += b''.join(b'%010d 00000 n \n' % place for place in places)
        out += b'trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (len(objects) + 1, start)
        return bytes(out)

    def desk(self, *files):
        desk = Desk(self.world.environment, *files, pictures=PICTURES, words=WORDS)
        self.addCleanup(desk.close)
        return desk

    def results(self):
        return sorted(path for path in self.folder.iterdir() if '-signed' in path.name or path.suffix == '.p7s')

    def assert_verifies(self, *paths):
        run = self.world.signet('verify', *paths)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_ten_with_one_damaged(self):
        files = self.write_files()
        before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        desk = self.desk(*files)
        desk.find(says('10 Documents', '10'))
        desk.find('This token will ask for the PIN once')
        desk.find(says('Sign 8 Documents…', '签署 8'), role=BUTTON, sensitive=True)
        self.assertEqual(len(list(desk.matches('Left out'))), 1, desk.tree())
        self.assertEqual(len(list(desk.matches('Needs a look'))), 1, desk.tree())
        desk.picture('before')
        # what warns is signed only once it was seen
        desk.click(says('Look at with a script (sample).pdf', 'with a script'))
        desk.find('Scripts')
        desk.picture('look')
        desk.click('Next Document')
        desk.wait_for(lambda: desk.has('样例清单.pdf'), 'the next one')
        desk.bus.key(ESCAPE)
        desk.find(says('Sign 9 Documents…', '签署 9'), role=BUTTON, sensitive=True)
        desk.picture('before-looked')
        # left out by the person
        desk.click(says('Look at invoice-0091 (sample).pdf', 'invoice-0091'))
        desk.click('Leave Out')
        desk.find('Sign It Too', role=BUTTON)
        desk.bus.key(ESCAPE)
        desk.find(says('Sign 8 Documents…', '签署 8'), role=BUTTON, sensitive=True)
        desk.click(says('Sign 8 Documents…', '签署 8'))
        desk.fill('PIN', '1234')
        desk.picture('pin')
        desk.click('Sign', role=BUTTON)
        desk.find(says('8 of 8 Signed', '8'))
        desk.find('Show in Folder', role=BUTTON)
        desk.picture('after')
        self.assertEqual(len(self.results()), 8, self.results())
        self.assertFalse((self.folder / 'invoice-0091 (sample)-signed.pdf').exists())
        self.assert_verifies(*[path for path in self.results() if path.suffix == '.pdf'])
        self.assertEqual({path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}, before)

    def test_goes_on_after_an_error_and_retries(self):
        """One was changed after it was checked: it fails alone, the others are signed; then it is read again and signed too."""
        files = [sample_pdf(self.folder / f'{name} (sample).pdf') for name in ('one', 'two', 'three')]
        own = self.world.folder / 'own'
        own.mkdir()
        lone = sample_pdf(own / 'lone (sample).pdf')
        desk = self.desk(files[0], lone, *files[1:])
        desk.find(says('Sign 4 Documents…', '签署 4'), role=BUTTON, sensitive=True)
        sample_pdf(lone, 30000)  # another one under the same name, after it was looked at
        desk.click(says('Sign 4 Documents…', '签署 4'))
        desk.fill('PIN', '1234')
        desk.click('Sign', role=BUTTON)
        desk.find('Failed')
        desk.find(says('3 of 4 Signed', '3'))
        desk.picture('failed')
        self.assertEqual(len(self.results()), 3)
        desk.click(says('Retry lone (sample).pdf', 'lone'))
        desk.fill('PIN', '1234')
        desk.click('Sign', role=BUTTON)
        desk.find(says('4 of 4 Signed', '4'))
        self.assertTrue((own / 'lone (sample)-signed.pdf').exists())
        self.assert_verifies(own / 'lone (sample)-signed.pdf')

    def test_wrong_pin_and_cancel(self):
        """Nothing is signed, nothing is lost, and it can go on."""
        files = [sample_pdf(self.folder / f'{name} (sample).pdf') for name in ('one', 'two')]
        desk = self.desk(*files)
        desk.find(says('Sign 2 Documents…', '签署 2'), role=BUTTON, sensitive=True)
        desk.click(says('Sign 2 Documents…', '签署 2'))
        desk.fill('PIN', '1234')
        desk.click('Cancel')
        desk.find(says('Sign 2 Documents…', '签署 2'), role=BUTTON, sensitive=True)
        desk.find('This token will ask for the PIN once')
        self.assertEqual(self.results(), [])

    def test_by_keyboard(self):
        """Open, sign, PIN, done without a pointer; files that are there already are not added twice, and nothing is overwritten."""
        files = [sample_pdf(self.folder / f'{name} (sample).pdf') for name in ('one', 'two')]
        there = self.folder / 'one (sample)-signed.pdf'
        there.write_bytes(b'of somebody else\n')
        desk = self.desk(*files, files[0])
        desk.find(says('Sign 2 Documents…', '签署 2'), role=BUTTON, sensitive=True)
        desk.find(says('2 Documents', '2'))
        desk.bus.chord(CONTROL, RETURN)
        desk.find('PIN')
        for digit in '1234':
            desk.bus.key(ord(digit))
        desk.bus.key(RETURN)
        desk.find(says('2 of 2 Signed', '2'))
        self.assertEqual(there.read_bytes(), b'of somebody else\n')
        self.assertTrue((self.folder / 'one (sample)-signed-2.pdf').exists())

    def test_another_format(self):
        files = [sample_pdf(self.folder / f'{name} (sample).pdf') for name in ('one', 'two')]
        desk = self.desk(*files)
        desk.find(says('Sign 2 Documents…', '签署 2'), role=BUTTON, sensitive=True)
        desk.click('Change…')
        desk.find('Usual for each file')
        desk.picture('options')


if __name__ == '__main__':
    unittest.main(verbosity=2)
