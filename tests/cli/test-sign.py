#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way on the command line: a token, a certificate through a plugin, signatures, and every way a PIN can come or be wrong."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from contract import CANCELLED, CANNOT_WRITE, CLI, DATA, FAILED, NO_INPUT, PASSED, REFUSED, SOURCE, UNAVAILABLE, USAGE, Terminal, localized

sys.path.insert(0, str(SOURCE / 'tests/end-to-end'))
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

PIN = '1234'


class SignTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)

    def setUp(self):
        self.desk = Path(tempfile.mkdtemp(dir=self.world.folder, prefix='desk.'))
        self.addCleanup(shutil.rmtree, self.desk, ignore_errors=True)
        self.document = sample_pdf(self.desk / 'contract.pdf')

    def signet(self, *arguments, **options):
        return self.world.signet(*arguments, cwd=self.desk, **options)

    def sign(self, *arguments, **options):
        return self.signet('sign', '--pin-file', self.world.pin, *arguments, **options)

    def json(self, *arguments, status, **options):
        run = self.signet(*arguments, '--json', **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        document = json.loads(run.stdout)
        self.assertEqual(document['version'], 1)
        return document

    def assert_status(self, run, status):
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)

    def assert_nothing_new(self, *more):
        self.assertEqual(sorted(path.name for path in self.desk.iterdir()), sorted(['contract.pdf', *more]))

    def terminal(self, *arguments):
        terminal = Terminal({**self.world.environment, 'TERM': 'xterm'}, *arguments, cwd=self.desk)
        self.addCleanup(terminal.close)
        return terminal


class SignatureFiles(SignTest):
    """A document inside its signature, several signatures in one file, one over another."""

    def kinds(self, path):
        run = self.signet('verify', '--json', '--offline', path)
        report, = json.loads(run.stdout)['files']
        return [(s['id'], s['kind'], s['covers'], s['integrity']) for s in report['signatures']]

    def test_enclosed(self):
        self.assert_status(self.sign('--enclosed', 'contract.pdf'), 0)
        self.assert_nothing_new('contract.pdf.p7m')
        # the document lies beside it, and is not what is judged
        self.assertEqual(self.kinds('contract.pdf.p7m'), [('1', 'signature', None, 'intact')])
        subprocess.run(['openssl', 'cms', '-verify', '-noverify', '-binary', '-inform', 'DER', '-in', 'contract.pdf.p7m', '-out', 'out'], cwd=self.desk,
                       check=True, capture_output=True)
        self.assertEqual((self.desk / 'out').read_bytes(), self.document.read_bytes())

    def test_enclosed_too_large(self):
        with open(self.desk / 'large', 'wb') as out:
            out.truncate(60 * 1024 * 1024 + 1)
        run = self.sign('--enclosed', 'large')
        self.assert_status(run, 65)
        self.assertIn('60 MiB', run.stderr)
        self.assert_nothing_new('large')

    def test_again_and_over(self):
        self.assert_status(self.sign('--format', 'cades', 'contract.pdf'), 0)
        self.assert_status(self.sign('contract.pdf.p7s'), 0)
        self.assert_status(self.sign('--countersign', '2', 'contract.pdf-2.p7s'), 0)
        self.assert_nothing_new('contract.pdf.p7s', 'contract.pdf-2.p7s', 'contract.pdf-3.p7s')
        self.assertEqual(self.kinds('contract.pdf-3.p7s'), [('1', 'signature', None, 'intact'), ('2', 'signature', None, 'intact'),
                                                            ('2.1', 'counter-signature', '2', 'intact')])
        self.assertIn('Countersigns', self.signet('verify', '--offline', 'contract.pdf-3.p7s').stdout)
        first, last = ((self.desk / name).read_bytes() for name in ('contract.pdf.p7s', 'contract.pdf-3.p7s'))
        value = first[-60:]
        self.assertIn(value, last, 'the first signature was changed')

    def test_refused(self):
        self.assert_status(self.sign('--format', 'cades', 'contract.pdf'), 0)
        self.assert_status(self.sign('--countersign', '7', 'contract.pdf.p7s'), 65)
        self.assert_status(self.sign('--countersign', '1', '--enclosed', 'contract.pdf.p7s'), USAGE)
        self.document.rename(self.desk / 'elsewhere.pdf')
        run = self.sign('contract.pdf.p7s')
        self.assert_status(run, 65)
        self.assertIn('--content', run.stderr)
        self.assert_status(self.sign('--content', 'elsewhere.pdf', 'contract.pdf.p7s'), 0)
        self.assert_status(self.sign('--content', 'nowhere.pdf', 'contract.pdf.p7s'), NO_INPUT)
        (self.desk / 'wrong').write_text('something else')
        self.assert_status(self.sign('--content', 'wrong', 'contract.pdf.p7s'), 65)

    def test_as_a_document(self):
        self.assert_status(self.sign('--format', 'cades', 'contract.pdf'), 0)
        self.assert_status(self.sign('--detached', 'contract.pdf.p7s'), 0)
        self.assertEqual(self.kinds('contract.pdf.p7s.p7s'), [('1', 'signature', None, 'intact')])


class WholeWay(SignTest):
    def test_request_is_kept_and_done(self):
        requests = self.json('request', 'list', status=0)['requests']
        self.assertEqual([request['state'] for request in requests], ['confirmed'])
        request = self.json('request', 'show', requests[0]['id'], status=0)['request']
        self.assertEqual(request['key'], 'ec-p256')
        self.assertTrue(all(difference['same'] for difference in request['differences']))
        self.assertIn('Li Na (sample)', request['certificate']['subject'])

    def test_certificate_is_on_the_token(self):
        tokens = self.json('token', 'list', status=0)['tokens']
        self.assertEqual(len(tokens), 1)
        self.assertTrue(tokens[0]['software'])
        key, = tokens[0]['keys']
        self.assertTrue(key['can_sign'])
        self.assertEqual(key['certificate']['class'], 'signature')
        certificate, = self.json('certificate', 'list', status=0)['certificates']
        self.assertEqual(certificate['sha256'], key['certificate']['sha256'])

    def test_show_and_export(self):
        certificate, = self.json('certificate', 'list', status=0)['certificates']
        for name in (certificate['sha256'], certificate['sha256'][:16], certificate['uri']):
            with self.subTest(name):
                shown, = self.json('certificate', 'show', name, status=0)['certificates']
                self.assertEqual(shown['sha256'], certificate['sha256'])
        self.assert_status(self.signet('certificate', 'export', '-o', 'li-na.pem', certificate['sha256']), 0)
        shown, = self.json('certificate', 'show', 'li-na.pem', status=0)['certificates']
        self.assertEqual(shown['sha256'], certificate['sha256'])
        self.assert_status(self.signet('certificate', 'export', '-o', 'li-na.pem', certificate['sha256']), CANNOT_WRITE)
        self.assertIn('BEGIN CERTIFICATE', self.signet('certificate', 'export', certificate['sha256']).stdout)

    def test_sign_and_verify_pdf(self):
        before = self.document.read_bytes()
        run = self.sign('--reason', '批准 “so”', '--location', 'Beijing', 'contract.pdf')
        self.assert_status(run, 0)
        self.assertEqual(self.document.read_bytes(), before)
        self.assertEqual((self.desk / 'contract-signed.pdf').read_bytes()[:len(before)], before)
        signature, = self.json('verify', 'contract-signed.pdf', status=PASSED)['files'][0]['signatures']
        self.assertEqual((signature['format'], signature['level'], signature['coverage']), ('pades', 'B-B', 'whole'))
        self.assertEqual((signature['reason'], signature['location']), ('批准 “so”', 'Beijing'))
        self.assertEqual(signature['revocation']['status'], 'good')
        self.assertEqual(signature['authority']['id'], 'sample-ca')

    def test_time_stamp(self):
        run = self.sign('--level', 't', '--tsa', f'http://127.0.0.1:{self.world.port("TSA")}/', 'contract.pdf')
        self.assert_status(run, 0)
        signature, = self.json('verify', 'contract-signed.pdf', status=PASSED)['files'][0]['signatures']
        self.assertEqual((signature['level'], signature['time_source']), ('B-T', 'timestamp'))

    def test_time_stamp_server_of_the_authority(self):
        self.assert_status(self.sign('--level', 't', 'contract.pdf'), 0)
        signature, = self.json('verify', 'contract-signed.pdf', status=PASSED)['files'][0]['signatures']
        self.assertEqual(signature['level'], 'B-T')

    def test_time_stamp_server_of_nobody(self):
        person = self.world.copy()
        self.addCleanup(person.close)
        profile = person.root / 'data/signet/authorities/sample-ca.profile'
        lines = profile.read_text(encoding='utf-8').splitlines(keepends=True)
        profile.write_text(''.join(line for line in lines if not line.startswith('TimeStamp=')), encoding='utf-8')
        run = person.signet('sign', '--pin-file', person.pin, '--level', 't', 'contract.pdf', cwd=self.desk)
        self.assert_status(run, USAGE)
        self.assertIn('server', run.stderr)
        self.assert_nothing_new()

    def test_time_stamp_server_is_not_there(self):
        self.assert_status(self.sign('--level', 't', '--tsa', 'http://127.0.0.1:1/', 'contract.pdf'), UNAVAILABLE)
        self.assert_nothing_new()

    def test_sign_any_file(self):
        (self.desk / 'plan.odt').write_bytes(b'a plan')
        self.assert_status(self.sign('--format', 'cades', 'plan.odt'), 0)
        signature, = self.json('verify', 'plan.odt.p7s', status=PASSED)['files'][0]['signatures']
        self.assertEqual((signature['format'], signature['level']), ('cades', 'B-B'))

    def test_second_signature(self):
        self.assert_status(self.sign('-o', 'one.pdf', 'contract.pdf'), 0)
        self.assert_status(self.sign('-o', 'two.pdf', 'one.pdf'), 0)
        signatures = self.json('verify', 'two.pdf', status=PASSED)['files'][0]['signatures']
        self.assertEqual(len(signatures), 2)

    def test_certified_takes_no_more(self):
        self.assert_status(self.sign('--certify', '1', '-o', 'one.pdf', 'contract.pdf'), 0)
        self.assert_status(self.sign('-o', 'two.pdf', 'one.pdf'), REFUSED)
        self.assertFalse((self.desk / 'two.pdf').exists())

    def test_changed_after_signing(self):
        self.assert_status(self.sign('-o', 'signed.pdf', 'contract.pdf'), 0)
        signed = self.desk / 'signed.pdf'
        whole = signed.read_bytes()
        for offset in (100, len(self.document.read_bytes()) - 10, len(whole) - 3):
            signed.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1:])
            run = self.signet('verify', 'signed.pdf')
            self.assertIn(run.returncode, (FAILED, DATA), f'byte {offset}: {run.stdout}')
        # bytes behind the end that change nothing are told, and it is not said that nothing was added
        signed.write_bytes(whole + b'\n% hello\n')
        signature, = json.loads(self.signet('verify', '--json', 'signed.pdf').stdout)['files'][0]['signatures']
        self.assertEqual(signature['coverage'], 'whole-but-changed-later')
        self.assertNotIn('not changed since', self.signet('verify', 'signed.pdf').stdout)
        # written anew by another program, the bytes that were signed are gone
        signed.write_bytes(whole)
        subprocess.run(['qpdf', '--rotate=+90:1', 'signed.pdf', 'rotated.pdf'], cwd=self.desk, check=True)
        self.assertEqual(self.signet('verify', 'rotated.pdf').returncode, FAILED)

    def test_encrypted(self):
        subprocess.run(['qpdf', '--encrypt', 'secret', 'owner', '256', '--', 'contract.pdf', 'encrypted.pdf'], cwd=self.desk, check=True)
        document = self.json('sign', '--pin-file', self.world.pin, 'encrypted.pdf', status=DATA)
        self.assertEqual(document['files'][0]['error']['code'], 'document-encrypted')

    def test_result_is_there_already(self):
        (self.desk / 'mine.pdf').write_bytes(b'mine')
        document = self.json('sign', '--pin-file', self.world.pin, '-o', 'mine.pdf', 'contract.pdf', status=CANNOT_WRITE)
        self.assertIn(('output', 'stop'), [(check['code'], check['state']) for check in document['files'][0]['checks']])
        self.assertEqual((self.desk / 'mine.pdf').read_bytes(), b'mine')
        self.assert_status(self.sign('--overwrite', '-o', 'mine.pdf', 'contract.pdf'), 0)
        self.assert_status(self.sign('--overwrite', '-o', 'contract.pdf', 'contract.pdf'), CANNOT_WRITE)

    def test_folder_nobody_can_write_to(self):
        # binds root as well
        self.assert_status(self.sign('-o', '/proc/self/contract.pdf', 'contract.pdf'), CANNOT_WRITE)
        self.assert_status(self.sign('--output-dir', self.desk / 'nowhere', 'contract.pdf'), CANNOT_WRITE)
        self.assert_nothing_new()

    def test_several_files_one_pin(self):
        for name in ('a.pdf', 'b.pdf', 'c.pdf'):
            shutil.copy(self.document, self.desk / name)
        (self.desk / 'out').mkdir()
        terminal = self.terminal('sign', '--output-dir', 'out', 'a.pdf', 'b.pdf', 'c.pdf')
        terminal.read_until('PIN for .*:')
        self.assertIn('3 documents', terminal.seen)
        terminal.type(PIN + '\n')
        self.assertEqual(terminal.finish(), 0, terminal.seen)
        self.assertEqual(terminal.seen.count('PIN for'), 1)
        self.assertEqual(len(list((self.desk / 'out').iterdir())), 3)

    def test_one_bad_file_does_not_stop_the_others(self):
        (self.desk / 'damaged.pdf').write_bytes(b'%PDF-1.7\nnothing\n%%EOF\n')
        document = self.json('sign', '--pin-file', self.world.pin, 'damaged.pdf', 'contract.pdf', 'nowhere.pdf', status=NO_INPUT)
        self.assertEqual([entry['signed'] for entry in document['files']], [False, True, False])
        self.assertEqual([entry['status'] for entry in document['files']], [DATA, 0, NO_INPUT])
        self.assertTrue((self.desk / document['files'][1]['output']).exists())

    def test_everything_is_in_the_journal(self):
        self.assert_status(self.sign('-o', 'journal-me.pdf', 'contract.pdf'), 0)
        entries = self.json('journal', 'list', status=0)['entries']
        acts = [entry['act'] for entry in entries]
        for act in ('token-initialised', 'key-made', 'certificate-requested', 'certificate-installed', 'signed'):
            self.assertIn(act, acts)
        self.assertTrue(self.json('journal', 'verify', status=0)['intact'])

    def test_hostile_names(self):
        for name in ('a\x1b[31m.pdf', '-rf.pdf', '合同\u202efdp.pdf', 'new\nline.pdf', os.fsdecode(b'\xff.pdf')):
            with self.subTest(repr(name)):
                shutil.copy(self.document, self.desk / name)
                run = self.sign('--', name)
                self.assert_status(run, 0)
                self.assertNotRegex(run.stdout + run.stderr, '[\x00-\x08\x0b-\x1f\u202e]')
                self.assertTrue((self.desk / (name[:-4] + '-signed.pdf')).exists())

    def test_chinese(self):
        run = self.sign('contract.pdf', environment=localized(self.desk))
        self.assert_status(run, 0)
        self.assertIn('已签署', run.stdout)
        self.assertIn('剩余 ', self.signet('certificate', 'list', environment=localized(self.desk)).stdout)


class Authorities(SignTest):
    def test_list_and_show(self):
        authority, = self.json('authority', 'list', status=0)['authorities']
        self.assertEqual((authority['id'], authority['sample'], authority['standing']), ('sample-ca', True, 'unknown'))
        self.assertEqual(len(authority['chain']), 2)
        shown = self.json('authority', 'show', 'sample-ca', status=0)['authority']
        self.assertIn('Terms', shown['disclosure'])
        self.assertIn('sample', self.signet('authority', 'show', 'sample-ca').stdout.lower())
        self.assertEqual(self.json('authority', 'show', 'nobody', status=NO_INPUT)['error']['code'], 'not-found')

    def test_plugins(self):
        self.assertIn('cmp', [plugin['id'] for plugin in self.json('plugin', 'list', status=0)['plugins']])

    def test_request_new_needs_a_yes(self):
        terminal = self.terminal('request', 'new', '--authority', 'sample-ca', '--field', 'name=x', '--field', 'reference=1')
        terminal.read_until('agree.*\\[yes/no\\]')
        self.assertIn('Terms of Sample CA', terminal.seen)
        terminal.type('no\n')
        self.assertEqual(terminal.finish(), REFUSED, terminal.seen)
        self.assertEqual(len(self.json('request', 'list', status=0)['requests']), 1)

    def test_request_new_without_terminal_needs_accept_terms(self):
        run = self.signet('request', 'new', '--authority', 'sample-ca', '--field', 'name=x', start_new_session=True)
        self.assert_status(run, USAGE)
        self.assertIn('--accept-terms', run.stderr)

    def test_fields_are_checked(self):
        for fields in (['--field', 'nonsense=x'], ['--field', 'activation-code=x'], ['--field', 'name']):
            with self.subTest(fields):
                run = self.signet('request', 'new', '--authority', 'sample-ca', '--accept-terms', *fields, start_new_session=True)
                self.assert_status(run, USAGE)
                self.assertEqual(len(self.json('request', 'list', status=0)['requests']), 1)

    def test_unknown_authority_and_key(self):
        self.assertIn(self.signet('request', 'new', '--authority', 'nobody').returncode, (NO_INPUT, UNAVAILABLE))
        self.assert_status(self.signet('request', 'new', '--authority', 'sample-ca', '--key', 'rsa-512', '--accept-terms'), USAGE)

    def test_cancel_what_is_done(self):
        request, = self.json('request', 'list', status=0)['requests']
        self.assertEqual(self.signet('request', 'cancel', request['id']).returncode, USAGE)
        self.assert_status(self.signet('request', 'show', 4711), NO_INPUT)


class Pin(SignTest):
    def test_typed(self):
        terminal = self.terminal('sign', 'contract.pdf')
        terminal.read_until('PIN for “Sample token”:')
        self.assertIn('contract.pdf', terminal.seen)
        self.assertIn('Li Na (sample)', terminal.seen)
        self.assertFalse(terminal.echoes())
        terminal.type(PIN + '\n')
        self.assertEqual(terminal.finish(), 0, terminal.seen)
        self.assertTrue(terminal.echoes())
        self.assertNotIn(PIN, terminal.seen)

    def test_wrong_then_right(self):
        terminal = self.terminal('sign', 'contract.pdf')
        terminal.read_until('PIN for “Sample token”:')
        terminal.type('4321\n')
        terminal.read_until('PIN was wrong(.|\\n)*PIN for')
        terminal.type(PIN + '\n')
        self.assertEqual(terminal.finish(), 0, terminal.seen)

    def test_ctrl_c_at_the_question(self):
        terminal = self.terminal('sign', 'contract.pdf')
        terminal.read_until('PIN for')
        terminal.type('\x03')
        self.assertEqual(terminal.finish(), CANCELLED, terminal.seen)
        self.assertTrue(terminal.echoes())
        self.assert_nothing_new()

    def test_killed_at_the_question(self):
        terminal = self.terminal('sign', 'contract.pdf')
        terminal.read_until('PIN for')
        terminal.run.send_signal(signal.SIGTERM)
        self.assertEqual(terminal.finish(), CANCELLED, terminal.seen)
        self.assertTrue(terminal.echoes())
        self.assert_nothing_new()

    def test_end_of_input_is_a_no(self):
        terminal = self.terminal('sign', 'contract.pdf')
        terminal.read_until('PIN for')
        terminal.type('\x04')
        self.assertEqual(terminal.finish(), CANCELLED, terminal.seen)
        self.assert_nothing_new()

    def test_no_terminal_no_pin(self):
        run = self.signet('sign', 'contract.pdf', start_new_session=True)
        self.assert_status(run, USAGE)
        self.assertIn('--pin-file', run.stderr)
        self.assert_nothing_new()

    def test_wrong_in_file_is_tried_once(self):
        wrong = self.desk / 'wrong-pin'
        wrong.write_text('9999\n', encoding='utf-8')
        document = self.json('sign', '--pin-file', wrong, 'contract.pdf', status=REFUSED)
        self.assertEqual(document['files'][0]['error']['code'], 'wrong-pin')
        self.assertNotIn('9999', json.dumps(document))
        # the token says by its flags that tries were used up
        self.assertIn('tries left', self.signet('sign', '--pin-file', wrong, 'contract.pdf').stderr.lower())
        self.assert_status(self.sign('-o', 'right-again.pdf', 'contract.pdf'), 0)
        (self.desk / 'right-again.pdf').unlink()
        self.assert_nothing_new('wrong-pin')

    def test_file_not_there(self):
        self.assert_status(self.signet('sign', '--pin-file', 'nowhere', 'contract.pdf'), NO_INPUT)

    def test_descriptor(self):
        reader, writer = os.pipe()
        os.write(writer, b'1234\n')
        os.close(writer)
        run = self.signet('sign', '--pin-fd', reader, 'contract.pdf', pass_fds=[reader])
        os.close(reader)
        self.assert_status(run, 0)

    def test_bad_descriptor(self):
        self.assert_status(self.signet('sign', '--pin-fd', '99', 'contract.pdf'), USAGE)
        self.assert_nothing_new()

    def test_never_in_the_process_list_or_on_the_screen(self):
        run = self.sign('contract.pdf')
        self.assertNotIn(PIN, run.stdout + run.stderr)


class NoToken(SignTest):
    def test_no_token(self):
        empty = self.desk / 'empty'
        environment = {'XDG_DATA_HOME': str(empty)}
        run = self.sign('contract.pdf', environment=environment)
        self.assert_status(run, UNAVAILABLE)
        self.assertEqual(self.json('token', 'list', status=0, environment=environment)['tokens'], [])
        self.assertIn('token init --software', self.signet('token', 'list', environment=environment).stdout)

    def test_no_such_certificate(self):
        self.assert_status(self.sign('--certificate', 'ab' * 32, 'contract.pdf'), UNAVAILABLE)
        self.assert_nothing_new()

    def test_module_that_is_none(self):
        self.assert_status(self.sign('--module', '/nonexistent/module.so', 'contract.pdf'), UNAVAILABLE)


class Choice(unittest.TestCase):
    """Two tokens, two certificates: nothing is guessed."""

    @classmethod
    def setUpClass(cls):
        cls.world = World('ec-p256')
        cls.addClassCleanup(cls.world.close)

    def test_two_of_each(self):
        world = self.world
        made = world.signet('token', 'init', '--software', '--label', 'Zwei \N{CJK UNIFIED IDEOGRAPH-5370}', '--pin-file', world.pin, '--json')
        self.assertEqual(made.returncode, 0, made.stderr)
        token = json.loads(made.stdout)['token']
        self.assertTrue(token['software'])
        # which token is meant must be said now
        run = world.signet('token', 'change-pin', '--pin-file', world.pin)
        self.assertEqual(run.returncode, USAGE, run.stderr)
        self.assertIn(token['serial'], run.stderr)

        code = world.root / 'activation-code'
        run = world.signet('request', 'new', '--authority', 'sample-ca', '--token', token['serial'], '--key', 'ec-p384', '--field', 'name=Wang Wu (sample)',
                           '--field', 'organisation=Sample Ltd', '--field', 'reference=1234', '--secret-file', code, '--accept-terms', '--pin-file', world.pin)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

        document = sample_pdf(world.folder / 'two.pdf')
        run = world.signet('sign', '--pin-file', world.pin, document)
        self.assertEqual(run.returncode, USAGE, run.stderr)
        self.assertIn('Wang Wu (sample)', run.stderr)
        self.assertIn('Li Na (sample)', run.stderr)
        certificates = json.loads(world.signet('certificate', 'list', '--json').stdout)['certificates']
        for certificate in certificates:
            result = world.folder / (certificate['sha256'][:8] + '.pdf')
            run = world.signet('sign', '--pin-file', world.pin, '--certificate', certificate['sha256'], '-o', result, document)
            self.assertEqual(run.returncode, 0, run.stderr)
            signature, = json.loads(world.signet('verify', '--json', result).stdout)['files'][0]['signatures']
            self.assertEqual(signature['signer']['sha256'], certificate['sha256'])

        # a new PIN: the old one is wrong from then on
        new = world.folder / 'new-pin'
        new.write_text('567890\n', encoding='utf-8')
        run = world.signet('token', 'change-pin', '--pin-file', world.pin, '--new-pin-file', new, token['serial'])
        self.assertEqual(run.returncode, 0, run.stderr)
        run = world.signet('token', 'change-pin', '--pin-file', world.pin, '--new-pin-file', new, token['serial'])
        self.assertEqual(run.returncode, REFUSED, run.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
