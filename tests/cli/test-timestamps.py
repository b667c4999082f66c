#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time-stamp servers on the command line: the list, the next one when one fails, and files that wait until one answers again."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from contract import CANNOT_WRITE, DATA, NO_INPUT, REFUSED, SOURCE, UNAVAILABLE, USAGE

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

NOBODY = 'http://127.0.0.1:1/'


class TimestampTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.person = self.world.copy()
        self.addCleanup(self.person.close)
        self.desk = Path(tempfile.mkdtemp(dir=self.person.folder, prefix='desk.'))
        self.document = sample_pdf(self.desk / 'contract.pdf')

    @contextlib.contextmanager
    def tsa(self, fault=None, port=0):
        path = self.desk.parent / 'tsa.port'
        path.unlink(missing_ok=True)
        arguments = ['--fault', fault] if fault else []
        server = subprocess.Popen([os.environ['SIGNET_TEST_TSA'], self.world.root / 'pki', '--port-file', path, '--port', str(port), *arguments],
                                  stderr=subprocess.DEVNULL)
        try:
            while not (path.exists() and path.read_text(encoding='utf-8').strip()):
                time.sleep(0.02)
            yield f"http://127.0.0.1:{path.read_text(encoding='utf-8').strip()}/"
        finally:
            server.terminate()
            server.wait()

    def signet(self, *arguments, **options):
        return self.person.signet(*arguments, cwd=self.desk, **options)

    def sign(self, *arguments, status=0, **options):
        run = self.signet('sign', '--pin-file', self.person.pin, '--json', '--level', 't', *arguments, **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return json.loads(run.stdout)['files']

    def json(self, *arguments, status=0, **options):
        run = self.signet(*arguments, '--json', **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return json.loads(run.stdout)

    def levels(self, path, *more):
        report, = json.loads(self.signet('verify', '--json', '--offline', *more, path).stdout)['files']
        self.assertEqual({s['integrity'] for s in report['signatures']}, {'intact'})
        return [s['level'] for s in report['signatures']]

    def assert_waiting(self, *problems):
        self.assertEqual([item['problem'] for item in self.json('extend', '--waiting', '--list')['waiting']], list(problems))


class TheList(TimestampTest):
    def urls(self):
        return [server['url'] for server in self.json('tsa', 'list')['servers']]

    def test_add_move_remove(self):
        self.assertEqual(self.urls(), [])
        for name in 'abc':
            self.json('tsa', 'add', f'http://{name}.example/')
        self.json('tsa', 'add', '--first', 'https://first.example/tsa?x=1')
        self.assertEqual(self.urls(), ['https://first.example/tsa?x=1', 'http://a.example/', 'http://b.example/', 'http://c.example/'])
        self.json('tsa', 'move', '4', '2')
        self.json('tsa', 'move', 'https://first.example/tsa?x=1', '4')
        self.assertEqual(self.urls(), ['http://c.example/', 'http://a.example/', 'http://b.example/', 'https://first.example/tsa?x=1'])
        self.json('tsa', 'remove', 'http://a.example/')
        self.json('tsa', 'remove', '1')
        self.assertEqual(self.urls(), ['http://b.example/', 'https://first.example/tsa?x=1'])
        self.assertIn('Not asked yet', self.signet('tsa', 'list').stdout)

    def test_refused(self):
        for wrong in (['add'], ['add', 'ftp://a.example/'], ['add', 'a.example'], ['add', 'http://user:secret@a.example/'], ['add', 'http:///'],
                      ['add', '--user', 'x', 'https://a.example/'], ['remove', '1'], ['remove', 'http://a.example/'], ['move', '1', '1'], ['list', 'x'],
                      ['check', 'nonsense']):
            run = self.signet('tsa', *wrong)
            self.assertEqual(run.returncode, USAGE, (wrong, run.stdout, run.stderr))
        self.json('tsa', 'add', 'http://a.example/')
        self.assertEqual(self.signet('tsa', 'add', 'http://a.example/').returncode, USAGE)
        self.assertEqual(self.urls(), ['http://a.example/'])

    def test_policy(self):
        with self.tsa() as good:
            policy = self.desk / 'policy.conf'
            policy.write_text(f'[Signing]\nTimeStampServers={good};\n', encoding='utf-8')
            os.chmod(policy, 0o600)
            os.chmod(self.desk, 0o700)
            environment = {'SIGNET_POLICY': str(policy)}
            server, = self.json('tsa', 'list', environment=environment)['servers']
            self.assertEqual((server['url'], server['locked']), (good, True))
            for change in (['add', 'http://a.example/'], ['remove', '1']):
                self.assertEqual(self.signet('tsa', *change, environment=environment).returncode, REFUSED)
            run = self.signet('sign', '--pin-file', self.person.pin, '--level', 't', '--tsa', NOBODY, 'contract.pdf', environment=environment)
            self.assertEqual(run.returncode, REFUSED, run.stderr)
            job, = self.sign('contract.pdf', environment=environment)
            self.assertEqual(job['timestamp_server'], good)

    def test_check(self):
        with self.tsa() as good, self.tsa('html') as bad:
            self.json('tsa', 'add', bad)
            self.json('tsa', 'add', good)
            servers = self.json('tsa', 'check', status=UNAVAILABLE)['servers']
            self.assertEqual([(s['failure'], s['failing'], s['answered'] != '') for s in servers], [('invalid', True, False), ('', False, True)])
            self.json('tsa', 'check', good)
            self.json('tsa', 'check', NOBODY, status=UNAVAILABLE)


class TheNextOne(TimestampTest):
    def test_next(self):
        with self.tsa('wrong-nonce') as bad, self.tsa() as good:
            job, = self.sign('--tsa', NOBODY, '--tsa', bad, '--tsa', good, 'contract.pdf')
            self.assertEqual((job['signed'], job['timestamp_server'], job['timestamp_later']), (True, good, False))
            self.assertEqual(self.levels('contract-signed.pdf'), ['B-T'])
            entries = [e for e in self.json('journal', 'list')['entries'] if e['act'] == 'signed']
            self.assertIn(good, [e['detail'].get('timestamp_server') for e in entries])

    def test_own_list_before_the_authoritys(self):
        with self.tsa() as good:
            self.json('tsa', 'add', good)
            job, = self.sign('contract.pdf')
            self.assertEqual(job['timestamp_server'], good)
        # the authority's own serves when the person's does not answer
        job, = self.sign('contract.pdf')
        self.assertEqual(job['timestamp_server'], f"http://127.0.0.1:{self.person.port('TSA')}/")

    def test_none(self):
        job, = self.sign('--tsa', NOBODY, 'contract.pdf', status=UNAVAILABLE)
        self.assertFalse(job['signed'])
        self.assertEqual(sorted(p.name for p in self.desk.iterdir()), ['contract.pdf'])
        self.assert_waiting()


class TheShelf(TimestampTest):
    def sign_without(self, *arguments):
        job, = self.sign('--tsa', NOBODY, '--or-later', *arguments)
        self.assertEqual((job['signed'], job['timestamp_server'], job['timestamp_later']), (True, None, True))
        return self.desk / job['output']

    def test_worked_off(self):
        before = self.document.read_bytes()
        signed = self.sign_without('contract.pdf')
        self.assertEqual(self.levels(signed), ['B-B'])
        self.assert_waiting('')
        self.json('extend', '--waiting', '--tsa', NOBODY, status=UNAVAILABLE)
        self.assert_waiting('unreachable')
        self.assertEqual(self.levels(signed), ['B-B'])
        with self.tsa() as good:
            item, = self.json('extend', '--waiting', '--tsa', good)['waiting']
            self.assertEqual((item['file'], item['done']), (str(signed), True))
        self.assertEqual(self.levels(signed)[0], 'B-T')
        self.assert_waiting()
        self.assertEqual(self.document.read_bytes(), before)
        self.assertEqual(sorted(p.name for p in self.desk.iterdir()), ['contract-signed.pdf', 'contract.pdf'])
        self.assertIn('extended', [entry['act'] for entry in self.json('journal', 'list')['entries']])

    def test_changed_moved_forgotten(self):
        changed = self.sign_without('contract.pdf')
        moved = self.sign_without('-o', 'moved.pdf', 'contract.pdf')
        with open(changed, 'ab') as out:
            out.write(b'% a comment\n')
        content = changed.read_bytes()
        moved.rename(self.desk / 'elsewhere.pdf')
        with self.tsa() as good:
            self.json('extend', '--waiting', '--tsa', good, status=NO_INPUT)
        self.assert_waiting('changed', 'gone')
        self.assertEqual(changed.read_bytes(), content)
        self.assertFalse(moved.exists())
        for item in self.json('extend', '--waiting', '--list')['waiting']:
            self.assertEqual(self.signet('extend', '--waiting', '--forget', str(item['id'])).returncode, 0)
        self.assert_waiting()

    def test_cades(self):
        for options, name in (([], 'contract.pdf.p7s'), (['--enclosed'], 'contract.pdf.p7m')):
            signed = self.sign_without('--format', 'cades', *options, 'contract.pdf')
            self.assertEqual(signed.name, name)
        with self.tsa() as good:
            self.assertEqual([item['done'] for item in self.json('extend', '--waiting', '--tsa', good)['waiting']], [True, True])
        self.assertEqual(self.levels('contract.pdf.p7s') + self.levels('contract.pdf.p7m'), ['B-T', 'B-T'])

    def kill_at(self, point, *arguments):
        run = self.signet(*arguments, environment={'SIGNET_TEST_STOP_AT': point})
        self.assertEqual(run.returncode, -signal.SIGKILL, run.stderr)

    def test_killed_around_the_name(self):
        """Whatever the moment: a file without a time-stamp is waited for, and what is not there is not."""
        arguments = ['sign', '--pin-file', self.person.pin, '--level', 't', '--tsa', NOBODY, '--or-later', '-o', 'signed.pdf', 'contract.pdf']
        signed = self.desk / 'signed.pdf'
        for point in ('verified', 'announced', 'synced', 'renamed', 'journalled'):
            with self.subTest(point):
                self.kill_at(point, *arguments)
                self.assertEqual(signed.exists(), point in ('renamed', 'journalled'))
                self.assert_waiting(*[''] * signed.exists())
                if signed.exists():
                    with self.tsa() as good:
                        self.json('extend', '--waiting', '--tsa', good)
                    self.assertEqual(self.levels(signed)[0], 'B-T')
                    signed.unlink()
                self.assert_waiting()

    def test_killed_while_replacing_one_that_waits(self):
        """The file that is there goes on waiting until another has its name."""
        first = self.sign_without('-o', 'signed.pdf', 'contract.pdf').read_bytes()
        arguments = ['sign', '--pin-file', self.person.pin, '--level', 't', '--tsa', NOBODY, '--or-later', '--overwrite', '-o', 'signed.pdf', 'contract.pdf']
        self.kill_at('linked', *arguments)
        self.assertEqual((self.desk / 'signed.pdf').read_bytes(), first)
        self.assert_waiting('')
        self.kill_at('renamed', *arguments)
        self.assertNotEqual((self.desk / 'signed.pdf').read_bytes(), first)
        self.assert_waiting('')
        with self.tsa() as good:
            self.json('extend', '--waiting', '--tsa', good)
        self.assertEqual(self.levels('signed.pdf')[0], 'B-T')
        self.assert_waiting()

    def test_killed_after_it_was_worked_off(self):
        """The extended file is ours: nobody is told that somebody changed it."""
        signed = self.sign_without('contract.pdf')
        with self.tsa() as good:
            self.kill_at('replaced', 'extend', '--waiting', '--tsa', good)
        self.assertEqual(self.levels(signed)[0], 'B-T')
        extended = signed.read_bytes()
        self.assert_waiting('')
        item, = self.json('extend', '--waiting', '--tsa', NOBODY)['waiting']
        self.assertTrue(item['done'])
        self.assertEqual(signed.read_bytes(), extended)
        self.assert_waiting()

    def test_encrypted(self):
        """Its password is kept nowhere: whoever adds the time-stamp has to know it."""
        subprocess.run(['qpdf', '--encrypt', 'user', 'owner', '256', '--', 'contract.pdf', 'locked.pdf'], cwd=self.desk, check=True)
        for name in ('user', 'wrong'):
            (self.desk / name).write_text(f'{name}\n', encoding='utf-8')
        signed = self.sign_without('--password-file', 'user', 'locked.pdf')
        before = signed.read_bytes()
        with self.tsa() as good:
            for more in ([], ['--password-file', 'wrong']):
                item, = self.json('extend', '--waiting', '--tsa', good, *more, status=DATA)['waiting']
                self.assertEqual((item['done'], item['problem'], item['next']), (False, 'password', ''))
                self.assertEqual(signed.read_bytes(), before)
            item, = self.json('extend', '--waiting', '--tsa', good, '--password-file', 'user')['waiting']
            self.assertTrue(item['done'])
        self.assert_waiting()
        self.assertIn('B-T', self.levels(signed, '--password-file', 'user'))

    def test_no_name_no_row(self):
        """The name was taken: nothing waits."""
        self.sign('--tsa', NOBODY, '--or-later', '-o', 'signed.pdf', 'contract.pdf')
        self.sign('--tsa', NOBODY, '--or-later', '-o', 'signed.pdf', 'contract.pdf', status=CANNOT_WRITE)
        self.assert_waiting('')

    def test_background(self):
        """The hourly look tries what is due, and asks nobody."""
        signed = self.sign_without('contract.pdf')
        environment = {**self.person.environment}
        with self.tsa() as good:
            self.json('tsa', 'add', good)
            database = next((self.person.root / 'data').rglob('signet.db'))
            with sqlite3.connect(database) as store:
                store.execute('UPDATE shelf SET next = 0')
            store.close()
            subprocess.run(['dbus-run-session', '--', os.environ['SIGNET_BACKGROUND']], env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=100)
        self.assert_waiting()
        self.assertEqual(self.levels(signed)[0], 'B-T')

    def test_usage(self):
        self.assertEqual(self.signet('extend', '--waiting', 'contract.pdf').returncode, USAGE)
        self.assertEqual(self.signet('extend', '--waiting', '--forget', 'x').returncode, USAGE)
        self.assertIn('No file waits', self.signet('extend', '--waiting').stdout)


if __name__ == '__main__':
    unittest.main(verbosity=2)
