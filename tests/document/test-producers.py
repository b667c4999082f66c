#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Documents of many producers in every shape are signed, and looked at by pdfsig, mutool, qpdf, PDFBox with BouncyCastle and ourselves. Changed ones are
refused by those who judge. What is PDF/A stays PDF/A.
"""
import os
import re
import sys
import unittest

import producers
from document_test import DocumentTest, contents, main

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position


class ProducersTest(DocumentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in producers.PRODUCERS:
            producers.make(name, cls.path(name + '.pdf'))

    def sign_shape(self, name, shape):
        source, password = producers.shape(self.path(name + '.pdf'), shape, self.path('shaped.pdf'))
        options = ['password=' + password] if password else []
        answer = self.tool('sign', source, self.path(f'{name} {shape}.pdf'), self.path('ec.key'), self.path('ec.pem'), 'reason=同意', *options)
        self.assertIsNone(answer.error)
        signed = self.path(f'{name} {shape}.pdf')
        with open(source, 'rb') as before, open(signed, 'rb') as after:
            original = before.read()
            self.assertEqual(after.read(len(original)), original)
        return signed, password, options

    def change(self, name, signed):
        """One bit of a page's bytes, so that the structure stays."""
        data = bytearray(self.get(os.path.basename(signed)))
        stream = list(re.finditer(rb'stream\r?\n', data))
        place = stream[0].end() + 8
        data[place] ^= 1
        return self.put(f'changed {name}', bytes(data))

    def test_every_producer_in_every_shape(self):
        signed, changed = [], []
        for name in producers.PRODUCERS:
            for shape in producers.SHAPES:
                with self.subTest(name, shape=shape):
                    path, password, options = self.sign_shape(name, shape)
                    found = self.find(path, *options)
                    self.assertEqual(len(found.signatures), 1, found.error)
                    self.assertTrue(found.signatures[0].clean, vars(found.signatures[0]))
                    self.assertEqual(others.pdfsig(path, password), [(True, True)])
                    self.assertTrue(others.qpdf(path, password)[0], others.qpdf(path, password)[1])
                    self.assertIn('unchanged since signing', others.mutool(path, password))
                    signed.append((path, password))
                    other = self.change(f'{name} {shape}.pdf', path)
                    self.assertNotEqual(contents(self.get(os.path.basename(other))), b'')
                    answer = self.find(other, *options)
                    self.assertTrue(answer.error is not None or answer.signatures)
                    self.assertFalse(any(signature.passes for signature in answer.signatures))
                    changed.append((other, password))
        for (path, _password), told in zip(signed, others.pdfbox_each(signed)):
            self.assertEqual(told, ['1 signature intact whole'], os.path.basename(path))
        for (path, _password), told in zip(changed, others.pdfbox_each(changed)):
            self.assertNotEqual([line for line in told if 'intact' in line], told or [''], os.path.basename(path))

    def test_archives_stay_archives(self):
        made = self.path('archive-1.pdf')
        with producers.tempfile.TemporaryDirectory() as work:
            producers.by_libreoffice(made, work, ':writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"1"}}')
        signed = self.sign(made, 'archive-1-signed.pdf', 'ec')
        twice = self.sign(signed, 'archive-1-twice.pdf', 'rsa')
        self.assertEqual(others.pdfbox_archive(made, signed, twice), [[], [], []])


if __name__ == '__main__':
    main()
