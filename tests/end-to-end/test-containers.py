#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-containers: documents in ASiC containers, as a person signs and verifies them at the command line."""
import json
import signal
import socket
import tempfile
import threading
import unittest
import zipfile
from pathlib import Path

from world import CANNOT_WRITE, DATA, FAILED, NO_INPUT, NOT_SIGNED, PASSED, USAGE, World, digest, forward_one, main

NAMES = ('合同.txt', 'plan & 100%.odt', 'Sample.bin')


class ContainerCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.documents = [self.folder / name for name in NAMES]
        for path in self.documents:
            path.write_text(path.name * 1000, encoding='utf-8')
        self.digests = [digest(path) for path in self.documents]

    def tearDown(self):
        self.assertEqual([digest(path) for path in self.documents], self.digests, 'an original was changed')

    def sign(self, *arguments, **options):
        return self.world.signet('sign', '--pin-file', self.world.pin, *arguments, **options)

    def sign_well(self, *arguments):
        run = self.sign('--json', *arguments)
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        return json.loads(run.stdout)['files']

    def verify(self, path, status=PASSED):
        run = self.world.signet('verify', '--json', path)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return json.loads(run.stdout)['files'][0]

    def made(self):
        return {path.name for path in self.folder.iterdir()} - set(NAMES)


class TestContainers(ContainerCase):
    def test_one_each(self):
        files = self.sign_well('--format', 'asice', *self.documents)
        self.assertEqual([Path(file['output']).name for file in files], ['合同.asice', 'plan & 100%.asice', 'Sample.asice'])
        for file, name in zip(files, NAMES):
            report = self.verify(file['output'])
            self.assertEqual((report['format'], report['signatures'][0]['inner_format'], report['signatures'][0]['level']), ('asice', 'xades', 'B-B'))
            self.assertEqual(report['signatures'][0]['members'], [name])

    def test_together(self):
        for options in (['--together'], ['--format', 'asice', '-o', self.folder / 'named.asice']):
            file, = self.sign_well(*options, *self.documents)
            self.assertEqual([Path(path).name for path in file['documents']], list(NAMES))
            report = self.verify(file['output'])
            self.assertEqual(report['signatures'][0]['members'], list(NAMES))
            with zipfile.ZipFile(file['output']) as archive:
                self.assertEqual(archive.read(NAMES[0]), self.documents[0].read_bytes())
        self.assertEqual(self.made(), {'合同.asice', 'named.asice'})

    def test_with_a_time_stamp(self):
        tsa = f'http://127.0.0.1:{self.world.port("TSA")}/'
        file, = self.sign_well('--together', '--level', 't', '--tsa', tsa, *self.documents)
        signature, = self.verify(file['output'])['signatures']
        self.assertEqual((signature['level'], signature['time_source']), ('B-T', 'timestamp'))

    def test_simple(self):
        file, = self.sign_well('--format', 'asics', self.documents[0])
        self.assertEqual(Path(file['output']).name, '合同.asics')
        self.assertEqual(self.verify(file['output'])['format'], 'asics')

    def test_once_more(self):
        """By its content: no option is needed, and nothing in it is touched."""
        first, = self.sign_well('--together', *self.documents)
        second, = self.sign_well(first['output'])
        self.assertEqual(Path(second['output']).name, '合同-signed.asice')
        before, after = Path(first['output']).read_bytes(), Path(second['output']).read_bytes()
        self.assertEqual(after[:before.index(b'PK\1\2')], before[:before.index(b'PK\1\2')])
        report = self.verify(second['output'])
        self.assertEqual([s['indication'] for s in report['signatures']], ['TOTAL-PASSED'] * 2)
        self.assertEqual([s['members'] for s in report['signatures']], [list(NAMES)] * 2)

    def test_simple_once_more(self):
        """Into the one file of signatures that ASiC-S has; also known by its content."""
        for kind, inner in (('asics', 'xades'), ('asics-cades', 'cades')):
            first, = self.sign_well('--format', kind, '-o', self.folder / f'{kind}.asics', self.documents[0])
            second, = self.sign_well(first['output'])
            self.assertEqual(Path(second['output']).name, f'{kind}-signed.asics')
            report = self.verify(second['output'])
            self.assertEqual([(s['indication'], s['inner_format'], s['members']) for s in report['signatures']],
                             [('TOTAL-PASSED', inner, [NAMES[0]])] * 2)
            with zipfile.ZipFile(first['output']) as before, zipfile.ZipFile(second['output']) as after:
                self.assertEqual(after.namelist(), before.namelist())

    def test_said_to_a_person(self):
        file, = self.sign_well('--together', *self.documents)
        run = self.world.signet('verify', file['output'])
        self.assertEqual(run.returncode, PASSED)
        for word in ('ASiC-E', 'XAdES B-B', 'META-INF/signatures001.xml', *NAMES):
            self.assertIn(word, run.stdout)


class TestLevels(ContainerCase):
    def level(self, level, *arguments):
        tsa = f'http://127.0.0.1:{self.world.port("TSA")}/'
        file, = self.sign_well('--level', level, '--tsa', tsa, *arguments)
        return file['output']

    def levels_of(self, path):
        report = self.verify(path)
        self.assertEqual(report['verdict'], 'TOTAL-PASSED')
        return [signature['level'] for signature in report['signatures']]

    def test_each_kind_at_each_level(self):
        for kind, documents in (('asice-cades', self.documents), ('asics-cades', self.documents[:1]), ('asice', self.documents), ('asics', self.documents[:1])):
            for level in ('lt', 'lta'):
                with self.subTest(kind=kind, level=level):
                    path = self.level(level, '--format', kind, '-o', self.folder / f'{kind}.{level}', *documents)
                    self.assertEqual(self.levels_of(path), ['B-' + level.upper()])

    def test_simple_twice_at_each_level(self):
        for kind in ('asics', 'asics-cades'):
            first = self.level('lta', '--format', kind, '-o', self.folder / f'{kind}.asics', self.documents[0])
            self.assertEqual(self.levels_of(self.level('lta', first)), ['B-LTA', 'B-LTA'])

    def test_extended_later(self):
        """Both signatures of a container, and nothing in front of the first one moves."""
        first, = self.sign_well('--together', *self.documents)
        second, = self.sign_well(first['output'])
        tsa = f'http://127.0.0.1:{self.world.port("TSA")}/'
        target = self.folder / 'extended.asice'
        run = self.world.signet('extend', '--level', 'lt', '--tsa', tsa, '-o', target, second['output'])
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        self.assertEqual(self.levels_of(target), ['B-LT', 'B-LT'])
        with zipfile.ZipFile(second['output']) as before, zipfile.ZipFile(target) as after:
            self.assertEqual(before.namelist(), after.namelist())
            self.assertIsNone(after.testzip())
            start = before.getinfo('META-INF/signatures001.xml').header_offset
        self.assertEqual(target.read_bytes()[:start], Path(second['output']).read_bytes()[:start])


class TestRefused(ContainerCase):
    def refuse(self, status, word, *arguments):
        run = self.sign(*arguments)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertRegex(run.stderr, word)

    def test_names(self):
        other = self.folder / 'other'
        other.mkdir()
        for name, word in ((NAMES[0], 'name of its own'), ('SAMPLE.bin', 'name of its own'), ('mimetype', 'cannot be used'), ('line\nbreak', 'cannot be used')):
            twin = other / name
            twin.write_text('x', encoding='utf-8')
            self.refuse(DATA, word, '--together', *self.documents, twin)
        self.assertEqual(self.made(), {'other'})

    def test_usage(self):
        self.refuse(USAGE, '--together', '--together', '--format', 'pades', *self.documents)
        self.refuse(USAGE, '--together', '--together', '--detached', *self.documents)
        self.refuse(USAGE, '-o', '--format', 'asics', '-o', self.folder / 'x', *self.documents)
        self.refuse(NO_INPUT, 'nowhere', '--together', self.documents[0], self.folder / 'nowhere')
        self.refuse(CANNOT_WRITE, 'document', '--format', 'asice', '-o', self.documents[1], '--overwrite', *self.documents)
        self.assertEqual(self.made(), set())

    def test_changed_container(self):
        file, = self.sign_well('--together', *self.documents)
        path = Path(file['output'])
        data = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(NAMES[0])
        at = data.index(self.documents[0].read_bytes(), info.header_offset)
        path.write_bytes(data[:at + 100] + b'X' + data[at + 101:])  # the name in front is like the content
        report = self.verify(path, FAILED)
        self.assertIn('member-damaged', [reason['code'] for reason in report['signatures'][0]['reasons']])

    def test_added_document(self):
        file, = self.sign_well('--together', *self.documents)
        with zipfile.ZipFile(file['output'], 'a') as archive:
            archive.writestr('addendum.txt', 'never signed')
        report = self.verify(file['output'], FAILED)
        self.assertIn('member-not-covered', [reason['code'] for reason in report['signatures'][0]['reasons']])

    def test_an_ordinary_archive_is_not_signed(self):
        with zipfile.ZipFile(self.folder / 'plain.zip', 'w') as archive:
            archive.writestr('a', 'b')
        self.verify(self.folder / 'plain.zip', NOT_SIGNED)


class TestKilled(ContainerCase):
    def test_killed_at_each_point(self):
        for point in ('opened', 'prepared', 'signed', 'completed', 'verified', 'synced', 'renamed', 'journalled'):
            with self.subTest(point=point):
                target = self.folder / f'{point}.asice'
                run = self.sign('--format', 'asice', '-o', target, *self.documents, environment={'SIGNET_TEST_STOP_AT': point})
                self.assertEqual(run.returncode, -signal.SIGKILL, run.stderr)
                self.assertEqual(target.exists(), point in ('renamed', 'journalled'))
                if target.exists():
                    self.verify(target)
        self.assertEqual(self.made(), {'renamed.asice', 'journalled.asice'})

    def test_a_document_changes_meanwhile(self):
        """The last of three, while the time-stamp server is asked: nothing is written that mixes before and after."""
        door = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(door.close)
        changed = self.documents[2]
        threading.Thread(target=forward_one, args=(door, self.world.port('TSA'), lambda: changed.write_text('another', encoding='utf-8')), daemon=True).start()
        run = self.sign('--together', '--level', 't', '--tsa', f'http://127.0.0.1:{door.getsockname()[1]}/', *self.documents)
        self.digests[2] = digest(changed)
        self.assertEqual(run.returncode, DATA, run.stdout + run.stderr)
        self.assertRegex(run.stderr, 'changed')
        self.assertEqual(self.made(), set())


if __name__ == '__main__':
    main()
