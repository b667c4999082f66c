#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-plugin-walk: the way of docs/plugin-guide.md, from an empty folder to a certificate of an authority with a portal of its own, as its
engineer goes it: new, edit, check, run, record, play again, install, allow, request. What is edited is kept in walk/.
"""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from world import BUILD, CLI, DATA, PASSED, REFUSED, SOURCE, TRY_LATER, World, main

NAME = 'acme-ca'
CODE = 'signet-demo'
WALK = SOURCE / 'tests/end-to-end/walk'


class Walk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('none')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.plugin = self.folder / NAME
        self.environment = {**self.world.environment, 'SIGNET': CLI, 'HOME': str(self.folder), 'SIGNET_KIT': str(SOURCE / 'plugins')}
        self.environment.pop('SIGNET_USER_DIR', None)

    def serve(self, *options):
        port_file = self.folder / 'port'
        server = subprocess.Popen([os.environ['SIGNET_TEST_PORTAL'], self.world.root / 'pki', '--port-file', port_file, '--login-code', CODE, *options],
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        for _ in range(2000):
            if port_file.exists() and port_file.read_text(encoding='utf-8').strip():
                return port_file.read_text(encoding='utf-8').strip()
            os.sched_yield()
            subprocess.run(['sleep', '0.02'], check=True)
        raise AssertionError('the portal did not open')

    def signet(self, *arguments, status=PASSED, **options):
        run = subprocess.run([CLI, *map(str, arguments)], env=self.environment, cwd=options.pop('cwd', self.folder), stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(run.returncode, status, f'{arguments}\n{run.stdout}\n{run.stderr}')
        return run

    def make(self, goal, status=0):
        run = subprocess.run(['make', '-C', self.plugin, goal], env=self.environment, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    # --- the steps of the guide --------------------------------------------------------------------------------------
    def begin(self, language):
        self.signet('plugin', 'new', '--language', language, NAME)

    def edit_program(self):
        """form, send, submit and poll of the example give way to ours; talking and the loop stay."""
        path = self.plugin / NAME
        text = path.read_text(encoding='utf-8')
        ours = (WALK / 'portal.py').read_text(encoding='utf-8')
        head, rest = text.split('\n\ndef form(params)', 1)
        tail = rest[rest.index('# guide: loop'):].replace("'form': form,", "'form': form, 'disclose': disclose,")
        path.write_text(head + '\n\n' + ours + '\n\n' + tail, encoding='utf-8')

    def edit_manifest(self):
        path = self.plugin / f'{NAME}.plugin'
        text = path.read_text(encoding='utf-8').replace('KeyTypes=', 'Secrets=login-code\nKeyTypes=')
        path.write_text(text, encoding='utf-8')

    def edit_profile(self, port):
        path = self.plugin / f'{NAME}.profile'
        text = path.read_text(encoding='utf-8').replace('127.0.0.1:8080/', f'127.0.0.1:{port}/api/v1').replace('127.0.0.1:8080', f'127.0.0.1:{port}')
        text = text.replace('# Chain=', 'Chain=')
        path.write_text(text, encoding='utf-8')
        (self.plugin / f'{NAME}-chain.pem').write_bytes((self.world.root / 'pki/chain.pem').read_bytes())

    def edit(self, port):
        self.edit_program()
        self.edit_manifest()
        self.edit_profile(port)

    def code_file(self, code=CODE):
        path = self.folder / 'login-code'
        path.write_text(code + '\n', encoding='utf-8')
        path.chmod(0o600)
        return path

    def run_by_hand(self, method, *more, status=PASSED):
        return self.signet('plugin', 'run', '--json', '--field', 'account=lina', '--field', 'name=Li Na (sample)', '--secret-file', self.code_file(), *more,
                           '.', method, cwd=self.plugin, status=status)

    def request(self, status=PASSED, wait='60'):
        return self.signet('request', 'new', '--json', '--authority', NAME, '--token', 'Sample token', '--key', 'ec-p256', '--field', 'name=Li Na (sample)',
                           '--field', 'account=lina', '--secret-file', self.code_file(), '--accept-terms', '--pin-file', self.world.pin, '--wait', wait,
                           status=status)

    def install(self):
        self.make('install')
        authorities = self.world.root / 'data/signet/authorities'
        for name in (f'{NAME}.profile', f'{NAME}-chain.pem'):
            (authorities / name).write_bytes((self.plugin / name).read_bytes())

    # --- the walks ---------------------------------------------------------------------------------------------------
    def test_what_is_written_builds_and_passes(self):
        for language in ('c', 'python'):
            with self.subTest(language=language):
                self.setUp()
                self.begin(language)
                self.assertIn('It asks for nothing', self.make('check').stdout)

    def test_from_an_empty_folder_to_a_certificate(self):
        port = self.serve('--pending', '1')
        self.begin('python')
        self.edit(port)
        self.make('check')
        self.assertEqual([field['id'] for field in json.loads(self.run_by_hand('form').stdout)['result']['fields']], ['name', 'account', 'login-code'])
        self.assertIn('Terms', json.loads(self.run_by_hand('disclose').stdout)['result']['terms'])
        recording = self.plugin / 'recordings/submit.txt'
        waiting = json.loads(self.run_by_hand('submit', '--record', recording).stdout)['result']
        self.assertEqual(waiting['state'], 'waiting')
        self.assertNotIn(CODE, recording.read_text(encoding='utf-8'))
        self.assertIn('"$secret"', recording.read_text(encoding='utf-8'))
        issued = json.loads(self.run_by_hand('poll', '--cookie', waiting['cookie']).stdout)['result']
        self.assertEqual(issued['state'], 'issued')
        self.assertIn('plays as it was', self.make('check').stdout)

        self.install()
        self.assertIn('plugin-consent', self.request(status=REFUSED).stdout)
        self.signet('plugin', 'allow', '--yes', NAME)
        request = json.loads(self.request().stdout)['request']
        self.assertEqual(request['state'], 'confirmed')
        self.assertIn('Li Na (sample)', request['certificate']['subject'])

    def test_a_recording_catches_a_change(self):
        port = self.serve()
        self.begin('python')
        self.edit(port)
        self.run_by_hand('submit', '--record', self.plugin / 'recordings/submit.txt')
        self.make('check')
        program = self.plugin / NAME
        program.write_text(program.read_text(encoding='utf-8').replace("'agreed_terms'", "'agreed'"), encoding='utf-8')
        run = self.make('check', status=2)
        self.assertRegex(run.stdout, r'line \d+ of the recording: here the plugin asked for something else')

    def test_what_is_wrong_is_told_with_its_line(self):
        self.begin('python')
        manifest = self.plugin / f'{NAME}.plugin'
        manifest.write_text(manifest.read_text(encoding='utf-8').replace('Methods=csr;http', 'Methods=csr;sign'), encoding='utf-8')
        run = self.signet('plugin', 'check', NAME, status=DATA)
        line = manifest.read_text(encoding='utf-8').split('\n').index('Methods=csr;sign') + 1
        self.assertIn(f'line {line}: [Permissions] Methods', run.stdout)

    def test_asks_for_more_than_it_says(self):
        self.begin('python')
        manifest = self.plugin / f'{NAME}.plugin'
        manifest.write_text(re.sub('Methods=.*', 'Methods=csr', manifest.read_text(encoding='utf-8')), encoding='utf-8')
        run = self.signet('plugin', 'check', NAME, status=DATA)
        self.assertIn('http.request is not among its Methods', run.stdout)

    def test_wrong_code(self):
        self.begin('python')
        self.edit(self.serve())
        self.code_file()
        run = self.signet('plugin', 'run', '--json', '--field', 'account=lina', '--secret-file', self.code_file('wrong'), '.', 'submit', cwd=self.plugin,
                          status=REFUSED)
        self.assertEqual(json.loads(run.stdout)['error']['code'], 'wrong-secret')

    def test_a_portal_that_fails(self):
        self.begin('python')
        self.edit(self.serve('--fault', 'error-500'))
        run = self.run_by_hand('submit', status=TRY_LATER)
        self.assertIn('try-later', run.stdout)


if __name__ == '__main__':
    main()
