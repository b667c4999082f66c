#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-mark: a visible mark in the window: chosen, pushed about with the keyboard and told of at each push, signed; and it stands in the file where it
stood on the page. Looks: SIGNET_LOOK=zh, dark."""
import os
import re
import sys
import time
import unittest
import zlib
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end'), str(SOURCE / 'tests/document')]
import pdf_maker  # noqa: E402  pylint: disable=wrong-import-position
from desk import TAB, Desk  # noqa: E402  pylint: disable=wrong-import-position
from keyboard import Keyboard  # noqa: E402  pylint: disable=wrong-import-position
from screenshots import chinese, settings  # noqa: E402  pylint: disable=wrong-import-position
from world import World  # noqa: E402  pylint: disable=wrong-import-position

LOOK = os.environ.get('SIGNET_LOOK', 'light')
PICTURES = Path(os.environ['SIGNET_BUILD_ROOT']) / 'tests/desktop/screenshots/mark' / LOOK
WORDS = chinese() if LOOK == 'zh' else {}
LEFT, UP = 0xff51, 0xff52
FOCUSED = 1 << 12
POINTS = 72 / 25.4
PLACE = r'(\d+)\D+(\d+) mm\D+(\d+) mm\D+(\d+)\D+(\d+) mm' if LOOK != 'zh' else r'(\d+)\D+(\d+)\D+(\d+)\D+(\d+)\D+(\d+)'


class VisibleMark(unittest.TestCase):
    def setUp(self):
        self.world = World('ec-p256')
        self.addCleanup(self.world.close)
        settings(self.world, LOOK)
        self.save_seal()
        self.document = self.world.folder / 'Service agreement (sample).pdf'
        self.document.write_bytes(pdf_maker.write(pdf_maker.plain_objects(3)).replace(b'[0 0 300 200]', b'[0 0 595 842]'))
        self.desk = Desk(self.world.environment, self.document, pictures=PICTURES, words=WORDS)
        self.addCleanup(self.desk.close)
        self.keyboard = Keyboard()
        self.addCleanup(self.keyboard.close)

    def save_seal(self):
        """A red ring on nothing, and two lines, under a name."""
        size, rows = 120, b''
        for y in range(size):
            rows += b'\0'
            for x in range(size):
                distance = ((x - 59.5) ** 2 + (y - 59.5) ** 2) ** 0.5
                rows += bytes((200, 20, 20, 255 if 44 < distance < 56 or distance < 16 else 0))
        def chunk(kind, data):
            return len(data).to_bytes(4, 'big') + kind + data + zlib.crc32(kind + data).to_bytes(4, 'big')
        (self.world.folder / 'seal.png').write_bytes(
            b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', size.to_bytes(4, 'big') * 2 + b'\x08\x06\0\0\0') + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
        spec = 'page=1,from=top-left,x=25mm,y=30mm,width=80mm,height=30mm,image=seal.png,text=李娜（样例）\\n{date} {time}\\nשלום כהן\\n{issuer}'
        run = self.world.signet('mark', 'save', '公章 Seal', spec, cwd=self.world.folder)
        self.assertEqual(run.returncode, 0, run.stderr)

    def layer(self):
        return next((node for node in self.desk.walk() if re.search(PLACE, node.name() or '')), None)

    def mark(self):
        """The layer's name: page, left, top, width, height in millimetres."""
        layer = self.layer()
        return tuple(int(number) for number in re.search(PLACE, layer.name()).groups()) if layer is not None else None

    def wait_mark(self, wanted=lambda mark: True):
        self.desk.wait_for(lambda: (mark := self.mark()) is not None and wanted(mark), 'a mark on the page')
        return self.mark()

    def choose(self, steps=1):
        """The list of the row opens with a click; what stands so many steps behind None is taken."""
        self.desk.choose_below('Visible Mark', steps)

    def reach(self):
        """With Tab alone."""
        for _ in range(60):
            if self.layer().call('Accessible', 'GetState')[0][0] & FOCUSED:
                return
            self.keyboard.press(TAB)
            time.sleep(0.1)
        raise AssertionError('Tab does not reach the mark')

    def test_saved(self):
        """None, text, picture, both, and then those under a name: with its picture, where it was saved to stand."""
        self.desk.find('Sign…', ('push button', 'button'), sensitive=True)
        self.choose(4)
        self.assertEqual(self.wait_mark(), (1, 25, 30, 80, 30))
        self.desk.picture('saved')

    def test_nudge_and_sign(self):
        desk = self.desk
        desk.find('Sign…', ('push button', 'button'), sensitive=True)
        self.choose()
        page, left, top, width, height = self.wait_mark()
        self.assertEqual((page, width, height), (3, 70, 25))
        desk.picture('chosen')
        self.reach()
        self.keyboard.press(UP, shift=True)
        self.wait_mark(lambda mark: mark[2] == top - 10)
        for _ in range(3):
            self.keyboard.press(LEFT)
        self.wait_mark(lambda mark: mark[1] == left - 3)
        self.keyboard.press(LEFT, shift=True)
        place = self.wait_mark(lambda mark: mark[1] == left - 13)
        self.assertEqual(place, (3, left - 13, top - 10, 70, 25))
        desk.picture('moved')
        desk.find('Sign…', ('push button', 'button'), sensitive=True)
        desk.click('Sign…')
        desk.find_text('PIN')
        desk.fill('PIN', '1234')
        desk.click('Sign')
        desk.find('Signed, and Checked Again after Writing')
        desk.picture('signed')
        signed, = [path for path in self.document.parent.glob('*-signed.pdf')]
        rectangle = re.findall(rb'/Rect \[ ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) \]', signed.read_bytes())[-1]
        x0, y0, x1, y1 = map(float, rectangle)
        self.assertAlmostEqual(x0, place[1] * POINTS, delta=POINTS)
        self.assertAlmostEqual(842 - y1, place[2] * POINTS, delta=POINTS)
        self.assertAlmostEqual(x1 - x0, 70 * POINTS, delta=0.1)
        self.assertAlmostEqual(y1 - y0, 25 * POINTS, delta=0.1)


if __name__ == '__main__':
    unittest.main(verbosity=2)
