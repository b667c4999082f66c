#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-sign-validators: every format at every level, judged by programs that are not ours; and what was changed afterwards refused by each of them.

`--table` writes the table of docs/formats.md instead of comparing with it.
"""
import base64
import hashlib
import json
import re
import shutil
import sys
import tempfile
import unittest
import urllib.parse
import zipfile
from pathlib import Path

from more_keys import CannotHold, add_key
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
# kinds of keys they do not know
NPM_KEY_UNKNOWN = {'edockit': ('Ed25519', 'RSA-PSS'), 'pkijs': ('Ed25519',)}
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
# what is signed again, beside the signature that is there or over it: what it was, how, and what it is for the validators
AGAIN = {
    'CAdES, two in parallel': ('CAdES, detached', ['--format', 'cades'], 'p7s'),
    'CAdES, countersigned': ('CAdES, detached', ['--countersign', '1'], 'p7s'),
    'ASiC-S with CAdES, two': ('ASiC-S with CAdES', [], 'asic'),
    'ASiC-S with XAdES, two': ('ASiC-S with XAdES', [], 'asic-xml'),
}
# beside P-256 with SHA-256, which made all of the above; the digest goes with the key
KEYS = {'RSA-3072': 'SHA-256', 'RSA-PSS': 'SHA-256', 'RSA-4096': 'SHA-512', 'P-384': 'SHA-384', 'P-521': 'SHA-512', 'Ed25519': 'SHA-512'}
KEY_FORMATS = ('PAdES', 'CAdES, detached', 'XAdES, enveloped', 'ASiC-E with CAdES', 'ASiC-E with XAdES')


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


# --- what each of them says of each file: a list of True and False ----------------------------------------------------------------


def each(function):
    return lambda files: [function(signed) for signed in files]


def by_pdfsig(signed):
    told = others.pdfsig(signed.path)
    return bool(told) and told[0][0]


def by_mutool(signed):
    said = others.mutool(signed.path)
    return 'Digest error' not in said and ('unchanged' in said or 'edits since signing' in said and 'was signed' not in said)


def by_qpdf(signed):
    return others.qpdf(signed.path)[0]


def by_pdfbox(files):
    told = [[line.split(' ', 1)[1] for line in lines if not line.startswith(('evidence', 'failed'))]
            for lines in others.pdfbox_each([(signed.path, None) for signed in files])]
    return [bool(lines) and all(line.split()[1] == 'intact' and 'broken' not in line for line in lines) for lines in told]


def by_libreoffice(files):
    # it takes a document time-stamp for a signature and calls it broken
    return [bool(told) and told[0][0] for told in others.libreoffice(*(signed.path for signed in files))]


def cms_of(signed):
    """The CMS files to be judged, each with what it is about (None: inside); and whether a manifest's digests are those of the members."""
    if signed.path.suffix in ('.p7s', '.p7m'):
        return [(signed.path, signed.document if signed.path.suffix == '.p7s' else None)], True
    folder, signatures = signed.unpacked()
    manifests = sorted((folder / 'META-INF').glob('ASiCManifest*.xml'))
    content = manifests[0] if manifests else folder / signed.document.name
    return [(signature, content) for signature in signatures], members_match(folder, manifests)


def members_match(folder, manifests):
    """Who checks the CMS sees the manifest only; whether its digests are those of the members is worked out here."""
    for manifest in manifests:
        text = manifest.read_text(encoding='utf-8')
        references = re.findall(r'DataObjectReference [^>]*URI="([^"]+)".*?DigestMethod[^>]*#(sha\d+)".*?DigestValue[^>]*>([^<]+)<', text, re.S)
        for uri, name, value in references:
            if base64.b64encode(hashlib.new(name, (folder / urllib.parse.unquote(uri)).read_bytes()).digest()).decode() != value.strip():
                return False
        if not references:
            return False
    return True


def by_openssl(signed):
    found, fits = cms_of(signed)
    return fits and bool(found) and all(others.openssl_cms(path, signed.anchors, content)[0] for path, content in found)


def by_bouncycastle(files):
    parts = [cms_of(signed) for signed in files]
    told = iter(others.bouncycastle(*(part for found, _fits in parts for part in found)))
    results = []
    for found, fits in parts:
        verdicts = [next(told) for _part in found]
        results.append(fits and bool(found) and all(verdict and all(verdict.values()) for verdict in verdicts))
    return results


def xml_of(signed):
    """The file itself, or the signature of a container, laid where its references begin."""
    if not zipfile.is_zipfile(signed.path):
        return signed.path
    folder, signatures = signed.unpacked()
    return Path(shutil.copy(signatures[0], folder / 'signature.xml'))


def by_xmlsec(signed):
    return others.xmlsec1(xml_of(signed))


def by_santuario(files):
    return [bool(told) and all('intact' in line.split() for line in told) for told in others.santuario(*map(xml_of, files))]


def by_unzip(signed):
    return others.unzip_tests(signed.path)[0] and 'application/vnd.etsi.asic-' in others.file_type(signed.path)


VALIDATORS = {
    'pdfsig': ({'pdf'}, each(by_pdfsig)), 'mutool': ({'pdf'}, each(by_mutool)), 'qpdf': ({'pdf'}, each(by_qpdf)), 'PDFBox': ({'pdf'}, by_pdfbox),
    'LibreOffice': ({'pdf'}, by_libreoffice), 'openssl cms': ({'p7s', 'p7m', 'asic'}, each(by_openssl)),
    'BouncyCastle': ({'p7s', 'p7m', 'asic'}, by_bouncycastle), 'xmlsec1': ({'xml', 'asic-xml'}, each(by_xmlsec)),
    'Santuario': ({'xml', 'asic-xml'}, by_santuario), 'unzip, file': ({'asic', 'asic-xml'}, each(by_unzip)),
}
# they look at structure, not at what was signed
BLIND = ('qpdf', 'unzip, file')


def ask_all(rows, of):
    """{row: {validator: verdict}}: each validator is asked once for all it knows, because some start slowly."""
    verdicts = {row: dict.fromkeys(VALIDATORS) for row in rows}
    for name, (kinds, function) in VALIDATORS.items():
        known = [row for row, entry in rows.items() if entry['kind'] in kinds]
        for row, verdict in zip(known, function([rows[row][of] for row in known])):
            verdicts[row][name] = verdict
    return verdicts


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
    """Everything signed once, spoilt once, and judged by all: rows[name, level]."""

    def __init__(self):
        self.world = World()
        self.folder = Path(tempfile.mkdtemp(dir=self.world.folder))
        self.anchors = self.folder / 'anchors.pem'
        self.anchors.write_text(''.join(path.read_text(encoding='utf-8') for path in sorted(self.world.root.glob('pki/*.pem'))), encoding='utf-8')
        self.first = json.loads(self.world.signet('certificate', 'list', '--json').stdout)['certificates'][0]['sha256']
        self.rows, self.missing = {}, {}

    def close(self):
        self.world.close()

    def make_document(self, name, kind):
        folder = self.folder / re.sub(r'[ ,:]+', '-', name)
        folder.mkdir()
        document = folder / f'document.{kind}'
        SAMPLES[kind](document)
        return document

    def run(self, document, certificate, level, *options):
        """The file that came to be."""
        before = set(document.parent.iterdir())
        tsa = ['--tsa', f'http://127.0.0.1:{self.world.port("TSA")}/'] if level != 'b' else []
        run = self.world.signet('sign', '--certificate', certificate, '--pin-file', self.world.pin, '--level', level, *tsa, *options)
        made = set(document.parent.iterdir()) - before
        if run.returncode != PASSED or len(made) != 1:
            raise AssertionError(f'{options} at {level}: {run.returncode} {run.stderr} {made}')
        return made.pop()

    def sign(self, name, level, certificate=None, label=None):
        kind, options, what = FORMATS[name]
        document = self.make_document(f'{label or name} {level}', kind)
        path = self.run(document, certificate or self.first, level, *options, document)
        return {'kind': what, 'whole': Signed(path, document, self.anchors)}

    def sign_again(self, name, level, certificate):
        first, options, kind = AGAIN[name]
        row = self.sign(first, 'b', label=name + level)
        document = row['whole'].document
        path = self.run(document, certificate, level, *options, row['whole'].path)
        return {'kind': kind, 'whole': Signed(path, document, self.anchors)}

    def sign_all(self):
        for name in FORMATS:
            for level in LEVELS:
                self.rows[name, level] = self.sign(name, level)
        second = None
        for kind in KEYS:
            try:
                certificate = add_key(self.world, kind)
            except CannotHold as reason:
                self.missing[kind] = str(reason)
                continue
            second = second or certificate
            for name in KEY_FORMATS:
                self.rows[f'{name}, {kind}, {KEYS[kind]}', 't'] = self.sign(name, 't', certificate, f'{name} {kind}')
        for name in AGAIN:
            for level in ('b', 't'):
                self.rows[name, level] = self.sign_again(name, level, second)

    def judge(self):
        self.sign_all()
        for row in self.rows.values():
            row['spoilt'] = spoil(row['whole'], row['kind'])
            detached = ['--detached', row['spoilt'].document] if row['kind'] == 'p7s' else []
            row['ours'] = self.world.signet('verify', *detached, row['spoilt'].path).returncode
        whole, spoilt = ask_all(self.rows, 'whole'), ask_all(self.rows, 'spoilt')
        for name, row in self.rows.items():
            row['verdicts'] = whole[name]
            row['wrong'] = [validator for validator in VALIDATORS if validator not in BLIND and spoilt[name][validator]]

    def table(self):
        words = {True: 'yes', False: 'no', None: '·'}
        lines = ['| | ' + ' | '.join(VALIDATORS) + ' |', '| --- |' + ' --- |' * len(VALIDATORS)]
        for (name, level), row in self.rows.items():
            lines.append(f'| {name}, B-{level.upper()} | ' + ' | '.join(words[row['verdicts'][validator]] for validator in VALIDATORS) + ' |')
        return '\n'.join(lines) + '\n'


class TestValidators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.matrix = Matrix()
        cls.addClassCleanup(cls.matrix.close)
        cls.matrix.judge()

    def test_the_table_is_true(self):
        written = DOCUMENT.read_text(encoding='utf-8').split(MARK)[1].split('\n\n')[0].strip().splitlines()
        kept = [line for line in written if not any(f', {kind}, ' in line for kind in self.matrix.missing)]
        self.assertEqual('\n'.join(kept), self.matrix.table().strip())
        if self.matrix.missing:
            self.skipTest(f'this token has not every kind of key: {self.matrix.missing}')

    def test_what_was_changed_is_refused(self):
        for (name, level), row in self.matrix.rows.items():
            with self.subTest(format=name, level=level):
                self.assertEqual(row['wrong'], [], 'these take a changed file')
                self.assertEqual(row['ours'], FAILED, 'ours does not refuse it')

    def test_a_spoilt_countersignature(self):
        """openssl does not look at it; BouncyCastle and Signet do, and say which of the two is wrong."""
        signed = self.matrix.rows['CAdES, countersigned', 'b']['whole']
        self.assertEqual(others.bouncycastle((signed.path, signed.document)), [{'1': True, '1.1': True}])
        spoilt = signed.path.with_name('counter.p7s')
        data = bytearray(signed.path.read_bytes())
        data[-1] ^= 1  # the counter signature is the last thing in the file, and its value the last of it
        spoilt.write_bytes(data)
        self.assertEqual(others.bouncycastle((spoilt, signed.document)), [{'1': True, '1.1': False}])
        run = self.matrix.world.signet('verify', '--json', '--detached', signed.document, spoilt)
        report = {entry['id']: entry['integrity'] for entry in json.loads(run.stdout)['files'][0]['signatures']}
        self.assertEqual((run.returncode, report), (FAILED, {'1': 'intact', '1.1': 'broken'}))

    def test_npm(self):
        """edockit and pkijs, where somebody has put them: SIGNET_NPM names a folder with node_modules."""
        missing = others.npm_missing('edockit', 'pkijs')
        if missing:
            self.skipTest(missing)
        rows = {name: row for name, row in self.matrix.rows.items() if not name[0].startswith(('CAdES, two', 'CAdES, counter'))}
        for tool, kinds in (('edockit', {'asic-xml'}), ('pkijs', {'pdf', 'p7s', 'p7m'})):
            for of in ('whole', 'spoilt'):
                known = [name for name, row in rows.items() if row['kind'] in kinds and not any(f', {kind}, ' in name[0] for kind in NPM_KEY_UNKNOWN[tool])]
                files = [(rows[name][of].path, rows[name][of].document) for name in known]
                for name, verdict in zip(known, others.npm(tool, files)):
                    with self.subTest(tool=tool, row=name, of=of):
                        self.assertEqual(verdict, of == 'whole')


if __name__ == '__main__':
    if '--table' in sys.argv:
        matrix = Matrix()
        try:
            matrix.judge()
            print(matrix.table())
            print({name: (row['wrong'], row['ours']) for name, row in matrix.rows.items() if row['wrong'] or row['ours'] != FAILED}, matrix.missing)
        finally:
            matrix.close()
    else:
        main()
