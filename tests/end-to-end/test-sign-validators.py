#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-sign-validators: every format at every level, judged by programs that are not ours; and what was changed afterwards refused by each of them.

`--table` writes the table of docs/formats.md instead of comparing with it.
"""
import base64
import hashlib
import re
import shutil
import sys
import tempfile
import unittest
import urllib.parse
import zipfile
from pathlib import Path

from world import FAILED, PASSED, SOURCE, World, main, sample_pdf

sys.path.insert(0, str(SOURCE / 'tests/tools/others'))
import others  # noqa: E402  pylint: disable=wrong-import-position

DOCUMENT = SOURCE / 'docs/formats.md'
MARK = '<!-- made by tests/end-to-end/test-sign-validators.py --table -->\n'
LEVELS = ('b', 't', 'lt', 'lta')
SAMPLES = {
    'pdf': lambda path: sample_pdf(path, 20000),
    'xml': lambda path: path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n<contract><party>李娜</party></contract>\n', encoding='utf-8'),
    'txt': lambda path: path.write_text('Sample data, 样本.\n' * 50, encoding='utf-8'),
}
# what is signed, how, and what the result is for the validators
FORMATS = {
    'PAdES': ('pdf', ['--format', 'pades'], 'pdf'),
    'CAdES, detached': ('txt', ['--format', 'cades'], 'p7s'),
    'CAdES, enclosed': ('txt', ['--format', 'cades', '--enclosed'], 'p7m'),
    'XAdES, enveloped': ('xml', ['--format', 'xades', '--packaging', 'enveloped'], 'xml'),
    'XAdES, enveloping': ('txt', ['--format', 'xades', '--packaging', 'enveloping'], 'xml'),
    'XAdES, detached': ('txt', ['--format', 'xades', '--packaging', 'detached'], 'xml'),
    'ASiC-E with CAdES': ('txt', ['--format', 'asice-cades'], 'asic'),
    'ASiC-E with XAdES': ('txt', ['--format', 'asice'], 'asic-xml'),
    'ASiC-S with CAdES': ('txt', ['--format', 'asics-cades'], 'asic'),
    'ASiC-S with XAdES': ('txt', ['--format', 'asics'], 'asic-xml'),
}


class Signed:
    """One signed file and all that others need to judge it."""

    def __init__(self, path, document, anchors):
        self.path, self.document, self.anchors = path, document, anchors

    def unpacked(self):
        """A container's members in a folder of their own; its signature files."""
        folder = Path(tempfile.mkdtemp(dir=self.path.parent, prefix='unpacked.'))
        with zipfile.ZipFile(self.path) as container:
            container.extractall(folder)
        return folder, sorted((folder / 'META-INF').glob('*signature*'))


# --- what each of them says: True, False, or None when it does not know this kind -----------------------------------------------


def by_pdfsig(signed):
    told = others.pdfsig(signed.path)
    return bool(told) and told[0][0]


def by_mutool(signed):
    said = others.mutool(signed.path)
    return 'Digest error' not in said and 'unchanged' in said or 'edits since signing' in said and 'was signed' not in said


def by_qpdf(signed):
    return others.qpdf(signed.path)[0]


def by_pdfbox(signed):
    lines = [line.split(' ', 1)[1] for line in others.pdfbox(signed.path) if not line.startswith('evidence')]
    return bool(lines) and all(line.split()[1] == 'intact' and 'broken' not in line for line in lines)


def by_libreoffice(signed):
    told = others.libreoffice(signed.path)[0]
    return bool(told) and told[0][0]  # it takes a document time-stamp for a signature and calls it broken


def by_openssl(signed):
    return others.openssl_cms(signed.path, signed.anchors, signed.document if signed.path.suffix == '.p7s' else None)[0]


def by_openssl_inside(signed):
    folder, signatures = signed.unpacked()
    results = []
    for signature in signatures:
        manifests = sorted((folder / 'META-INF').glob('ASiCManifest*.xml'))
        content = manifests[0] if manifests else folder / signed.document.name
        results.append(others.openssl_cms(signature, signed.anchors, content)[0] and members_match(folder, manifests))
    return bool(results) and all(results)


def members_match(folder, manifests):
    """openssl sees the manifest only; whether its digests are those of the members is worked out here."""
    for manifest in manifests:
        text = manifest.read_text(encoding='utf-8')
        references = re.findall(r'DataObjectReference [^>]*URI="([^"]+)".*?DigestValue[^>]*>([^<]+)<', text, re.S)
        for uri, value in references:
            if base64.b64encode(hashlib.sha256((folder / urllib.parse.unquote(uri)).read_bytes()).digest()).decode() != value.strip():
                return False
        if not references:
            return False
    return True


def xml_of(signed):
    """The file itself, or the signature of a container, laid where its references begin."""
    if not zipfile.is_zipfile(signed.path):
        return signed.path
    folder, signatures = signed.unpacked()
    return Path(shutil.copy(signatures[0], folder / 'signature.xml'))


def by_xmlsec(signed):
    return others.xmlsec1(xml_of(signed))


def by_santuario(signed):
    told = others.santuario(xml_of(signed))[0]
    return bool(told) and all('intact' in line.split() for line in told)


def by_unzip(signed):
    return others.unzip_tests(signed.path)[0] and 'application/vnd.etsi.asic-' in others.file_type(signed.path)


VALIDATORS = {
    'pdfsig': ({'pdf'}, by_pdfsig), 'mutool': ({'pdf'}, by_mutool), 'qpdf': ({'pdf'}, by_qpdf), 'PDFBox': ({'pdf'}, by_pdfbox),
    'LibreOffice': ({'pdf'}, by_libreoffice), 'openssl cms': ({'p7s', 'p7m', 'asic'}, None), 'xmlsec1': ({'xml', 'asic-xml'}, by_xmlsec),
    'Santuario': ({'xml', 'asic-xml'}, by_santuario), 'unzip, file': ({'asic', 'asic-xml'}, by_unzip),
}
# they look at structure, not at what was signed
BLIND = ('qpdf', 'unzip, file')


def ask(name, kind, signed):
    kinds, function = VALIDATORS[name]
    if kind not in kinds:
        return None
    if name == 'openssl cms':
        function = by_openssl_inside if kind == 'asic' else by_openssl
    return function(signed)


def spoil(signed, kind):
    """The same with one thing changed that was signed."""
    folder = Path(tempfile.mkdtemp(dir=signed.path.parent, prefix='spoilt.'))
    path, document = folder / signed.path.name, folder / signed.document.name
    shutil.copy(signed.document, document)
    data = bytearray(signed.path.read_bytes())
    if kind == 'pdf':
        data[len(data) // 8] ^= 1
    elif kind.startswith('asic'):
        data = repack(signed, b'Sample', b'Tample')
    elif kind == 'p7s' or b'URI="document.txt"' in data:
        document.write_bytes(document.read_bytes().replace(b'Sample', b'Tample', 1))
    else:
        before, after = (b'Sample', b'Tample') if b'Sample' in data else ('李娜'.encode(), '李那'.encode())
        if before not in data:
            before, after = b'U2FtcGxlIGRhdGEs', b'VGFtcGxlIGRhdGEs'  # the same in base64
        data = data.replace(before, after, 1)
    path.write_bytes(data)
    return Signed(path, document, signed.anchors)


def repack(signed, before, after):
    target = signed.path.with_suffix('.repacked')
    with zipfile.ZipFile(signed.path) as container, zipfile.ZipFile(target, 'w') as changed:
        for member in container.infolist():
            data = container.read(member)
            changed.writestr(member, data.replace(before, after, 1) if member.filename == signed.document.name else data)
    data = target.read_bytes()
    target.unlink()
    return data


class Matrix:
    def __init__(self):
        self.world = World()
        self.folder = Path(tempfile.mkdtemp(dir=self.world.folder))
        self.anchors = self.folder / 'anchors.pem'
        self.anchors.write_text(''.join(path.read_text(encoding='utf-8') for path in sorted(self.world.root.glob('pki/*.pem'))), encoding='utf-8')
        self.rows = {}

    def close(self):
        self.world.close()

    def sign(self, name, level):
        kind, options, what = FORMATS[name]
        folder = self.folder / f'{name} {level}'.replace(' ', '-').replace(',', '')
        folder.mkdir()
        document = folder / f'document.{kind}'
        SAMPLES[kind](document)
        tsa = ['--tsa', f'http://127.0.0.1:{self.world.port("TSA")}/'] if level != 'b' else []
        run = self.world.signet('sign', '--pin-file', self.world.pin, '--level', level, *tsa, *options, document)
        if run.returncode != PASSED:
            raise AssertionError(f'{name} at {level}: {run.returncode} {run.stderr}')
        made = [path for path in folder.iterdir() if path != document]
        if len(made) != 1:
            raise AssertionError(f'{name} at {level}: {made}')
        return Signed(made[0], document, self.anchors), what

    def judge(self):
        for name in FORMATS:
            for level in LEVELS:
                signed, kind = self.sign(name, level)
                verdicts = {validator: ask(validator, kind, signed) for validator in VALIDATORS}
                spoilt = spoil(signed, kind)
                wrong = [validator for validator in VALIDATORS if validator not in BLIND and ask(validator, kind, spoilt)]
                ours = self.world.signet('verify', *(['--detached', spoilt.document] if kind == 'p7s' else []), spoilt.path)
                self.rows[name, level] = (verdicts, wrong, ours.returncode)

    def table(self):
        words = {True: 'yes', False: 'no', None: '·'}
        lines = ['| | ' + ' | '.join(VALIDATORS) + ' |', '| --- |' + ' --- |' * len(VALIDATORS)]
        for (name, level), (verdicts, _wrong, _ours) in self.rows.items():
            lines.append(f'| {name}, B-{level.upper()} | ' + ' | '.join(words[verdicts[validator]] for validator in VALIDATORS) + ' |')
        return '\n'.join(lines) + '\n'


class TestValidators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.matrix = Matrix()
        cls.addClassCleanup(cls.matrix.close)
        cls.matrix.judge()

    def test_the_table_is_true(self):
        self.assertEqual(DOCUMENT.read_text(encoding='utf-8').split(MARK)[1].split('\n\n')[0].strip(), self.matrix.table().strip())

    def test_what_was_changed_is_refused(self):
        for (name, level), (_verdicts, wrong, ours) in self.matrix.rows.items():
            with self.subTest(format=name, level=level):
                self.assertEqual(wrong, [], 'these take a changed file')
                self.assertEqual(ours, FAILED, 'ours does not refuse it')


if __name__ == '__main__':
    if '--table' in sys.argv:
        matrix = Matrix()
        try:
            matrix.judge()
            print(matrix.table())
            print({key: value[1:] for key, value in matrix.rows.items()})
        finally:
            matrix.close()
    else:
        main()
