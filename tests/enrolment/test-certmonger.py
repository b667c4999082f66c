#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-certmonger: certmonger's helpers behind Signet's wall.

The helpers of Debian's certmonger, run by the plugin as a person would have it run: local-submit to a certificate on a token. Then helpers that do
everything wrong, run by the plugin's program alone. scep-submit has its own test: tests/end-to-end/test-certmonger-scep.py.
"""
import base64
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, os.path.join(os.environ['SIGNET_SOURCE_ROOT'], 'tests/end-to-end'))
from person import Person   # pylint: disable=wrong-import-position

BUILD = Path(os.environ['SIGNET_BUILD_ROOT'])
HELPERS = Path('/usr/lib/certmonger')
PLUGIN = BUILD / 'plugins/1/certmonger/signet-certmonger'
PATIENCE = 120
UNAVAILABLE, REFUSED = 69, 77


class Client(Person):
    """A person whose authority is reached through a helper."""

    def file(self, chain=None, **changes):
        """Writes the profile; @changes to its [Issuance]."""
        self.file_authority('sample-helper', chain if chain is not None else local_roots(self.root / f'ca-{len(list(self.root.glob("ca-*")))}'),
                            [(rf'^{key}=.*$', f'{key}={value}') for key, value in changes.items()])

    def request(self, *more, **options):
        return self.signet('request', 'new', '--authority', 'sample-helper', '--token', 'Practice', '--key', 'ec-p256', '--field',
                           'name=李娜 (sample)', '--accept-terms', '--pin-file', self.pin, *more, **options)

    def allow(self, helper):
        self.signet('plugin', 'allow', '--yes', '--helper', helper, 'certmonger', expect=0)


def local_roots(folder):
    """The CA that local-submit makes in @folder, which has it ever after."""
    folder.mkdir(parents=True, mode=0o700)
    said = subprocess.run([HELPERS / 'local-submit', '-d', folder], env={'CERTMONGER_OPERATION': 'FETCH-ROOTS', 'PATH': '/usr/bin'},
                          capture_output=True, check=True, timeout=PATIENCE).stdout
    return said[said.index(b'-----BEGIN'):]


@unittest.skipUnless((HELPERS / 'local-submit').exists(), 'certmonger is not here')
class WithHelpers(unittest.TestCase):
    def setUp(self):
        self.person = Client()
        self.addCleanup(self.person.close)

    def keys(self):
        tokens = json.loads(self.person.signet('token', 'list', '--json', expect=0).stdout)['tokens']
        return next(token for token in tokens if token['label'] == 'Practice')['keys']

    def test_local_submit(self):
        """From the command to a certificate on the token, by the CA of this computer, whose folder stays this authority's own."""
        state = self.person.data / 'plugin-state/certmonger/sample-helper'
        self.person.file(local_roots(state))
        self.person.allow(HELPERS / 'local-submit')
        run = self.person.request('--json', expect=0)
        request = json.loads(run.stdout)['request']
        self.assertEqual(request['state'], 'confirmed')
        self.assertEqual(request['certificate']['class'], 'signature')
        self.assertEqual(len([key for key in self.keys() if key['certificate']]), 1)
        # another one: the same CA, not a new one
        self.person.request(expect=0)
        self.assertEqual(len([key for key in self.keys() if key['certificate']]), 2)

    def test_off_until_allowed(self):
        self.person.file()
        run = self.person.request(expect=REFUSED)
        self.assertIn('network by itself', run.stderr)
        self.assertIn('/usr/lib/certmonger/local-submit', run.stderr)
        self.assertEqual(self.keys(), [])

    def test_another_helper_asks_again(self):
        self.person.file()
        self.person.allow(HELPERS / 'local-submit')
        self.person.file(Helper='scep-submit', Arguments='-u;http://127.0.0.1:9/scep')
        run = self.person.request(expect=REFUSED)
        self.assertIn('/usr/lib/certmonger/scep-submit', run.stderr)

    def test_only_certmongers_own(self):
        """A profile cannot have another program run, whatever was allowed."""
        for helper in ('/bin/sh', '../../bin/sh', 'no-such-helper', '/usr/lib/certmonger/../../bin/env', ''):
            with self.subTest(helper=helper):
                self.person.file(Helper=helper)
                self.person.signet('plugin', 'allow', '--yes', 'certmonger', expect=0)
                run = self.person.request()
                self.assertIn(run.returncode, (UNAVAILABLE, REFUSED))
                self.assertIn('Helper', run.stderr)
                self.assertEqual(self.keys(), [])

    def test_damaged_chain(self):
        """A profile that cannot be read is left out and told, and everything else works."""
        self.person.file(b'')
        run = self.person.request(expect=66)
        self.assertIn('sample-helper', run.stderr)
        problems = json.loads(self.person.signet('authority', 'list', '--json', expect=0).stdout)['problems']
        self.assertEqual(len(problems), 1)
        self.assertIn('sample-helper.profile', problems[0]['detail'])

    def test_other_chain(self):
        """The helper's CA is not the one the authority has filed."""
        local_roots(self.person.data / 'plugin-state/certmonger/sample-helper')
        self.person.file()
        self.person.allow(HELPERS / 'local-submit')
        run = self.person.request(expect=REFUSED)
        self.assertIn('not issued by', run.stderr)
        self.assertEqual([key for key in self.keys() if key['certificate']], [])


# what the host of these tests makes and opens: nothing that is looked into here
ANSWERS = {'scep.make': {'message': base64.b64encode(b'a message').decode(), 'post': True},
           'scep.open': {'state': 'issued', 'certificate': 'AAAA'}}


class Talk:
    """The plugin's program, spoken to as Signet does."""

    def __init__(self, folder, helper):
        self.process = subprocess.Popen([PLUGIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env={'SIGNET_TEST_HELPERS': str(folder), 'PATH': '/usr/bin', 'SIGNET_PLUGIN_STATE': str(folder),
                                             'SECRET_OF_SIGNET': 'not for helpers'})
        self.profile = {'Profile': {'Id': 'sample-helper'}, 'Issuance': {'Helper': helper, 'Arguments': 'one;{state};two words', 'Template': 'User'}}
        self.number = 0
        self.notes = []
        self.asked = []   # what the plugin wanted the host to do

    def call(self, method, csr, **more):
        self.number += 1
        params = {'profile': self.profile, 'request': {'id': 1, 'subject': 'CN=李娜', 'key_type': 'rsa-3072', 'fields': {}, 'secrets': []}, **more}
        self.say({'id': self.number, 'method': method, 'params': params})
        for line in self.process.stdout:
            message = json.loads(line)
            if 'method' not in message:
                return message
            if 'id' not in message:
                self.notes.append(message)
                continue
            self.asked.append(message)
            self.say({'id': message['id'], 'result': ANSWERS.get(message['method'], {'csr': csr})})
        raise AssertionError('the plugin ended')

    def say(self, message):
        self.process.stdin.write(json.dumps(message) + '\n')
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix='signet-test.'))
        key = cls.folder / 'key.pem'
        subprocess.run(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-subj', '/CN=x',
                        '-outform', 'DER', '-out', cls.folder / 'csr.der'], check=True, capture_output=True)
        subprocess.run(['openssl', 'req', '-x509', '-new', '-key', key, '-subj', '/CN=x', '-out', cls.folder / 'certificate.pem'], check=True,
                       capture_output=True)
        cls.csr = base64.b64encode((cls.folder / 'csr.der').read_bytes()).decode()
        cls.certificate = (cls.folder / 'certificate.pem').read_bytes()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def helper(self, script):
        path = self.folder / 'helper'
        path.write_text('#!/bin/sh\n' + script, encoding='utf-8')
        path.chmod(stat.S_IRWXU)
        talk = Talk(self.folder, 'helper')
        self.addCleanup(talk.close)
        return talk

    def submit(self, script, **more):
        return self.helper(script).call('submit', self.csr, **more)

    def error(self, script, code):
        answer = self.submit(script)
        self.assertIn('error', answer)
        self.assertEqual(answer['error']['code'], code, answer['error']['text'])
        return answer['error']['text']

    def test_what_a_helper_sees(self):
        """The request and nothing of ours: the environment is made, not inherited; no descriptor is left open."""
        self.submit(f'env > {self.folder}/env; printf "%s\\n" "$@" > {self.folder}/arguments; ls /proc/self/fd > {self.folder}/fds; exit 6')
        environment = (self.folder / 'env').read_text(encoding='utf-8')
        self.assertIn('CERTMONGER_OPERATION=SUBMIT', environment)
        self.assertIn('CERTMONGER_REQ_SUBJECT=CN=李娜', environment)
        self.assertIn('CERTMONGER_CSR=-----BEGIN CERTIFICATE REQUEST-----', environment)
        self.assertIn('CERTMONGER_CA_PROFILE=User', environment)
        self.assertIn('CERTMONGER_CA_NICKNAME=sample-helper', environment)
        self.assertIn('CERTMONGER_KEY_TYPE=RSA', environment)
        self.assertRegex(environment, r'CERTMONGER_SPKI=MF')
        self.assertNotIn('SECRET_OF_SIGNET', environment)
        self.assertEqual((self.folder / 'arguments').read_text(encoding='utf-8').splitlines(), ['one', str(self.folder), 'two words'])
        self.assertEqual((self.folder / 'fds').read_text(encoding='utf-8').split(), ['0', '1', '2', '3'])   # 3: the folder ls reads

    def test_issued(self):
        answer = self.submit(f'echo a word before; cat {self.folder}/certificate.pem')
        self.assertEqual(answer['result']['state'], 'issued')
        self.assertTrue(base64.b64decode(answer['result']['certificate']).startswith(self.certificate))

    def test_waits_and_polls(self):
        talk = self.helper('if [ "$CERTMONGER_OPERATION" = SUBMIT ]; then printf "90\\nticket 7\\nand more\\n"; exit 5; fi\n'
                           f'[ "$CERTMONGER_OPERATION:$CERTMONGER_CA_COOKIE" = "POLL:ticket 7\nand more" ] && cat {self.folder}/certificate.pem')
        waiting = talk.call('submit', self.csr)['result']
        self.assertEqual((waiting['state'], waiting['check_after']), ('waiting', 90))
        issued = talk.call('poll', self.csr, cookie=waiting['cookie'])
        self.assertEqual(issued['result']['state'], 'issued')
        waiting = self.submit('echo later; exit 1')['result']
        self.assertEqual(waiting['state'], 'waiting')
        self.assertGreaterEqual(waiting['check_after'], 60)

    def test_statuses(self):
        for status, code, words in ((2, 'rejected', '资料不全'), (3, 'unreachable', '资料不全'), (4, 'failed', 'not set up'), (6, 'failed', 'does not know'),
                                    (17, 'rejected', 'another key'), (99, 'failed', 'status 99')):
            with self.subTest(status=status):
                text = self.error(f'echo 资料不全; exit {status}', code)
                self.assertIn(words, text)

    # what a helper for SCEP says before it is given a message
    SCEP = ('case "$CERTMONGER_OPERATION" in GET-NEW-REQUEST-REQUIREMENTS) echo CERTMONGER_PKCSREQ; exit 0;;\n'
            'FETCH-SCEP-CA-CERTS) cat {0}/certificate.pem {0}/certificate.pem {0}/certificate.pem; exit 0;;\n'
            'FETCH-SCEP-CA-CAPS) echo AES; exit 0;; esac\n')

    def scep(self, script, **more):
        talk = self.helper(self.SCEP.format(self.folder) + script)
        return talk, talk.call('submit', self.csr, **more)

    def test_scep_needs_no_other_signature(self):
        """It says by itself what it wants; nothing but the message is signed, and what comes back is opened by the host."""
        talk, answer = self.scep(f'env > {self.folder}/env; echo -----BEGIN PKCS7-----; echo YQ==; echo -----END PKCS7-----')
        self.assertEqual(answer['result']['state'], 'issued')
        self.assertEqual([asked['method'] for asked in talk.asked], ['scep.make', 'scep.open'])
        self.assertEqual(talk.asked[1]['params']['envelope'], 'YQ==')
        self.assertNotIn('message', talk.asked[1]['params'])
        environment = (self.folder / 'env').read_text(encoding='utf-8')
        self.assertIn('CERTMONGER_PKCSREQ=-----BEGIN PKCS7-----\n' + base64.b64encode(b'a message').decode(), environment)
        for name in ('RA_CERTIFICATE', 'CA_CERTIFICATE', 'CERTIFICATES'):
            self.assertIn(f'CERTMONGER_SCEP_{name}=-----BEGIN CERTIFICATE-----', environment)
        self.assertNotIn('CERTMONGER_CSR', environment)

    def test_scep_wanted_by_status(self):
        """A helper that says so only when it is asked for a certificate."""
        talk = self.helper(self.SCEP.format(self.folder).replace('echo CERTMONGER_PKCSREQ', 'echo nothing')
                           + '[ -n "$CERTMONGER_PKCSREQ" ] || exit 16\necho later; exit 1')
        waiting = talk.call('submit', self.csr)['result']
        self.assertEqual(waiting['state'], 'waiting')
        self.assertEqual([asked['method'] for asked in talk.asked], ['csr.make', 'scep.make'])
        talk.call('poll', self.csr, cookie=waiting['cookie'])
        self.assertEqual(talk.asked[-1]['params']['type'], 'CertPoll')

    def test_scep_challenge_by_name(self):
        request = {'id': 1, 'subject': 'CN=李娜', 'key_type': 'rsa-3072', 'fields': {}, 'secrets': ['challenge']}
        talk, _ = self.scep('exit 3', request=request)
        self.assertEqual(talk.asked[0]['params']['challenge'], {'secret': 'challenge'})

    def test_scep_faults(self):
        for script, code, words in (('exit 16', 'failed', 'does not take the message'), ('exit 0', 'failed', 'gives none'),
                                    ('cat {0}/certificate.pem', 'failed', 'gives none'), ('echo 拒绝; exit 2', 'rejected', '拒绝'),
                                    ('kill -SEGV $$', 'failed', 'signal 11')):
            with self.subTest(script=script):
                _, answer = self.scep(script.format(self.folder))
                self.assertEqual(answer['error']['code'], code, answer)
                self.assertIn(words, answer['error']['text'])
        for bad in ('echo nothing', 'echo -----BEGIN CERTIFICATE-----; echo -----END CERTIFICATE-----', 'echo -----END CERTIFICATE-----',
                    'head -c 100000 /dev/urandom'):
            with self.subTest(certificates=bad):
                talk = self.helper(f'case "$CERTMONGER_OPERATION" in GET-*) echo CERTMONGER_PKCSREQ;; FETCH-SCEP-CA-CERTS) {bad};; esac')
                self.assertIn('no certificate of the SCEP server', talk.call('submit', self.csr)['error']['text'])
                self.assertEqual(talk.asked, [])

    def test_says_issued_and_gives_nothing(self):
        for said in ('', 'echo done', 'echo "<html>Your certificate</html>"', 'head -c 200000 /dev/urandom', 'printf "0"'):
            with self.subTest(said=said):
                answer = self.submit(said + '\nexit 0')
                # bytes that happen to begin like DER are looked at by the host
                self.assertTrue('error' in answer or answer['result']['state'] == 'issued')
                if 'random' not in said:
                    self.assertIn('gives none', answer['error']['text'])

    def test_floods(self):
        began = time.monotonic()
        self.assertIn('more than', self.error('cat /dev/zero', 'failed'))
        self.assertLess(time.monotonic() - began, 40)

    def test_crashes(self):
        self.assertIn('signal 11', self.error('kill -SEGV $$', 'failed'))
        self.assertIn('signal 9', self.error('kill -KILL $$', 'failed'))

    def test_leaves_something_behind(self):
        """What a helper starts ends with it."""
        marker = self.folder / 'alive'
        self.submit(f'(sleep 2; touch {marker}) >/dev/null 2>&1 &\nexit 6')
        time.sleep(3)
        self.assertFalse(marker.exists())

    def test_hangs(self):
        """A helper that never ends, and one that never ends talking to stderr: given up within the host's own patience."""
        began = time.monotonic()
        self.assertIn('in time', self.error('yes resistance is useless >&2', 'try-later'))
        self.assertLess(time.monotonic() - began, 58)

    def test_bad_cookies(self):
        talk = self.helper('exit 1')
        for cookie in ('', 'not JSON', '[]', '{"csr": 5}', '{}'):
            with self.subTest(cookie=cookie):
                self.assertIn('error', talk.call('poll', self.csr, cookie=cookie))
        self.assertIn('cannot be understood', self.error('echo soon; exit 5', 'failed'))
        self.assertIn('cannot be understood', self.error('head -c 100000 /dev/zero | tr "\\0" x; exit 1', 'failed'))

    def test_cannot_be_started(self):
        path = self.folder / 'helper'
        path.write_bytes(b'\x7fELF and no more')
        path.chmod(stat.S_IRWXU)
        talk = Talk(self.folder, 'helper')
        self.addCleanup(talk.close)
        self.assertIn('cannot be started', talk.call('submit', self.csr)['error']['text'])


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
