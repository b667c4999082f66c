#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-unblock: a token whose authority unblocks it, by words or through its plugin: on a software token (security officer's PIN), and inside
tests/token/ground/with-reader on the card there (PUK). The plugin is told which token it is and no more; a code it gives is seen nowhere."""
import json
import os
import shutil
import unittest
from pathlib import Path

from world import DATA, PASSED, REFUSED, UNAVAILABLE, FaultTest

ON_A_CARD = os.environ.get('SIGNET_GROUND_KIND') == 'reader'
MANIFEST = '''[Plugin]
Id=unblocker
Name=Unblocking plugin (sample)
Version=1
Api=1
Exec=unblocker
Kinds=issuance
[Permissions]
Hosts=*profile*
Methods=
Secrets=
'''
# What it is told it answers with, so that the test sees it.
PLUGIN = '''#!/usr/bin/python3
import json, sys
for line in sys.stdin:
    call = json.loads(line)
    method, params = call.get('method'), call.get('params', {})
    result = {}
    if method == 'hello':
        result = {'api': 1, 'methods': ['unblock']}
    elif method == 'unblock':
        result = json.loads(params['profile']['Unblock'].get('Answer', '{}'))
        if result.get('text') == 'told':
            result['text'] = 'told ' + ' '.join(sorted(params)) + ': ' + ' '.join(f'{name}={params["token"][name]}' for name in sorted(params['token']))
    if method != 'shutdown':
        print(json.dumps({'id': call['id'], 'result': result}), flush=True)
'''
PROFILE = '''[Profile]
Id=unblocking-ca
Name=Sample Unblocking CA
Plugin=unblocker
[Authority]
Sample=true
Chain=unblocking.pem
[Unblock]
Text=Show your passport at the counter.
Text[zh_CN]=请到柜台出示护照。
Url=https://ca.example/unblock
Phone=+86 10 5550 0100
'''


class TestUnblock(FaultTest):
    key = 'none' if ON_A_CARD else 'ec-p256'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        authorities = cls.world.root / 'data/signet/authorities'
        cls.profile = authorities / 'unblocking-ca.profile'
        if ON_A_CARD:
            shutil.copy(os.environ['SIGNET_GROUND_AUTHORITY'], authorities / 'unblocking.pem')
            cls.module = ['--module', os.environ['SIGNET_GROUND_MODULES'].split(':')[1]]
            # one that stands nowhere else
            (Path(os.environ['SIGNET_GROUND_CARD_FOLDER']) / 'puk').write_text('73910264 3 3\n', encoding='ascii')
            cls.pin, cls.code, cls.wrong = os.environ['SIGNET_GROUND_PIN'], {'puk': '73910264'}, {'puk': '87654321'}
        else:
            sample = authorities / 'sample-ca.profile'
            text = sample.read_text(encoding='utf-8')
            chain = next(line.split('=', 1)[1] for line in text.splitlines() if line.startswith('Chain='))
            shutil.copy(authorities / chain, authorities / 'unblocking.pem')
            sample.unlink()
            cls.module = []
            cls.pin = cls.world.pin.read_text(encoding='ascii').strip()
            cls.code, cls.wrong = {'so_pin': (cls.world.root / 'so-pin').read_text(encoding='ascii').strip()}, {'so_pin': '99999999'}
        folder = cls.world.root / 'plugins/1/unblocker'
        folder.mkdir(parents=True)
        (folder / 'unblocker.plugin').write_text(MANIFEST, encoding='utf-8')
        (folder / 'unblocker').write_text(PLUGIN, encoding='utf-8')
        (folder / 'unblocker').chmod(0o755)
        cls.world.environment['SIGNET_PLUGIN_PATH'] = f'{cls.world.root}/plugins:{cls.world.environment["SIGNET_PLUGIN_PATH"]}'
        cls.new_pin = cls.world.root / 'new-pin'
        cls.new_pin.write_text(cls.pin + '\n', encoding='ascii')
        cls.new_pin.chmod(0o600)

    def offer(self, answer=None):
        more = f'Method=plugin\nAnswer={json.dumps(answer)}\n' if answer is not None else ''
        self.profile.write_text(PROFILE + more, encoding='utf-8')
        if answer is not None:
            self.assertEqual(self.world.signet('plugin', 'allow', '--yes', 'unblocker').returncode, PASSED)

    def token(self):
        run = self.world.signet('token', 'list', '--json', *self.module)
        return next(token for token in json.loads(run.stdout)['tokens'] if token['initialized'])

    def unblock(self, *more):
        return self.world.signet('token', 'unblock', '--new-pin-file', self.new_pin, self.token()['uri'], *more, *self.module)

    def test_words_alone(self):
        self.offer()
        self.assertEqual(self.token()['unblock'], 'authority')
        run = self.unblock()
        self.assertEqual(run.returncode, DATA, run.stderr)
        for words in ('Sample Unblocking CA', 'Show your passport', 'https://ca.example/unblock', '+86 10 5550 0100'):
            self.assertIn(words, run.stderr)

    def test_an_address_that_is_none_is_not_shown(self):
        self.offer({'url': 'javascript:alert(1)', 'text': 'Come \u202e here'})
        run = self.unblock('--tell-authority')
        self.assertNotIn('javascript', run.stderr)
        self.assertNotIn('\u202e', run.stderr)

    def test_nobody_is_told_without_a_yes(self):
        self.offer({'text': 'told'})
        run = self.unblock()
        self.assertNotEqual(run.returncode, PASSED)
        self.assertIn(self.token()['serial'], run.stderr, 'what would be told is not shown')
        self.assertNotIn('told token', run.stderr)

    def test_what_the_plugin_is_told(self):
        self.offer({'text': 'told'})
        token = self.token()
        run = self.unblock('--tell-authority')
        told = next(line for line in run.stderr.splitlines() if 'told profile token' in line)
        self.assertIn(f'profile token: label={token["label"]} model={token["model"]} serial={token["serial"]}', told)

    def test_a_code_unblocks_and_is_seen_nowhere(self):
        self.offer(self.code)
        run = self.unblock('--tell-authority', '--json')
        self.assertEqual(run.returncode, PASSED, run.stdout + run.stderr)
        self.assertEqual(json.loads(run.stdout)['done'], 'pin-unblocked')
        if ON_A_CARD:
            self.assertNotIn(self.code['puk'], run.stdout + run.stderr)
            kept = [path.name for path in self.world.root.rglob('*') if path.is_file() and self.code['puk'].encode() in path.read_bytes()]
            self.assertEqual(kept, [self.profile.name], 'the code is in a file')

    def test_a_wrong_code_is_tried_once(self):
        self.offer(self.wrong)
        run = self.unblock('--tell-authority')
        self.assert_fails(run, REFUSED, 'puk|security officer')
        if ON_A_CARD:
            left = (os.environ['SIGNET_GROUND_CARD_FOLDER'] + '/puk')
            with open(left, encoding='ascii') as file:
                self.assertEqual(file.read().split()[1], '2', 'more than one try was spent')
        self.offer(self.code)
        self.assertEqual(self.unblock('--tell-authority').returncode, PASSED)

    def test_a_code_of_the_other_family(self):
        self.offer({'puk' if 'so_pin' in self.code else 'so_pin': '12345678'})
        run = self.unblock('--tell-authority')
        self.assertEqual(run.returncode, DATA, run.stderr)

    def test_an_empty_answer_leaves_the_words_of_the_profile(self):
        self.offer({})
        run = self.unblock('--tell-authority')
        self.assertIn(run.returncode, (DATA, UNAVAILABLE))
        self.assertIn('Show your passport', run.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
