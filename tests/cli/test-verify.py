#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""signet verify: statuses and JSON of each documented situation, with signatures another program made."""
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from contract import (CANCELLED, CLI, DATA, FAILED, INDETERMINATE, NO_INPUT, NOT_SIGNED, PASSED, PATIENCE, CommandLineTest, localized, main, make_pki,
                      openssl, sign_detached)

FILE_KEYS = {'file', 'format', 'verdict', 'signatures'}
SIGNATURE_KEYS = {'id', 'kind', 'format', 'level', 'indication', 'sub_indication', 'integrity', 'coverage', 'changes', 'signer', 'claimed_time',
                  'best_time', 'time_source', 'algorithms', 'authority', 'recognition', 'reasons', 'revocation'}

# names from hell: escapes, direction, invisible characters, markup, options, what is not UTF-8
NAMES = [b'plain.txt', b'with space.txt', '合同 第3版.pdf.txt'.encode(), b'a\x1b[31mred\x1b[0m.txt', b'a\rb.txt', b'a\nb.txt', b'a\tb.txt', b'bell\x07.txt',
         b'back\x08space.txt', b'del\x7f.txt', b'\xc2\x9b31m.txt', 'gpj.‮fdp.txt'.encode(), 'iso⁦late⁩.txt'.encode(), 'zero​width.txt'.encode(),
         'line paragraph .txt'.encode(), '﻿bom.txt'.encode(), b'<b>bold<i>.txt', b'&amp;.txt', b'%s%n%d.txt', b'{name}.txt', b'-dash.txt',
         b'--json', b"quo'te\".txt", b'\xff\xfe.txt', b'half\xe4\xb8.txt', b'a' * 200 + b'.txt', 'é.txt'.encode(), b'trailing.', b'..two', b'pkcs11:x.txt',
         b'$(id).txt', b'`id`.txt', b'a;b|c&d.txt', 'שלום.txt'.encode(), 'مرحبا.txt'.encode(), '🖋.txt'.encode(), b'*.txt', b'~.txt', b'#.txt']


class Verify(CommandLineTest):
    def setUp(self):
        super().setUp()
        make_pki(self.desk)
        self.document = self.desk / 'minutes.odt'
        self.document.write_bytes(b'minutes of a sample meeting\n' * 100)
        sign_detached(self.desk, 'minutes.odt')
        self.signature = self.desk / 'minutes.odt.p7s'

    def verify(self, *arguments, status, **options):
        return self.signet_json('verify', '--offline', *arguments, status=status, **options)

    def only(self, document):
        self.assertEqual(len(document['files']), 1)
        self.assertLessEqual(FILE_KEYS, set(document['files'][0]))
        self.assertEqual(len(document['files'][0]['signatures']), 1)
        signature = document['files'][0]['signatures'][0]
        self.assertLessEqual(SIGNATURE_KEYS, set(signature))
        return signature

    def test_trusted_and_whole(self):
        document = self.verify('--trust', 'root.pem', 'minutes.odt.p7s', status=PASSED)
        signature = self.only(document)
        self.assertEqual(document['verdict'], 'TOTAL-PASSED')
        self.assertEqual(signature['indication'], 'TOTAL-PASSED')
        self.assertEqual(signature['integrity'], 'intact')
        self.assertEqual(signature['coverage'], 'whole')
        self.assertEqual(signature['format'], 'cades')
        self.assertEqual(signature['algorithms']['digest'], 'SHA-256')
        self.assertEqual(signature['authority']['standing'], 'unknown')
        self.assertIsNone(signature['recognition'])
        self.assertIn('Li Na (sample)', signature['signer']['subject'])
        self.assertRegex(signature['claimed_time'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')

    def test_words_for_people(self):
        run = self.signet('verify', '--offline', '--trust', 'root.pem', 'minutes.odt.p7s')
        self.assert_status(run, PASSED)
        self.assert_says(run, r'signed by li na \(sample\), and not changed since')
        self.assertEqual(run.err, '')

    def test_chinese(self):
        run = self.signet('verify', '--offline', '--trust', 'root.pem', 'minutes.odt.p7s', environment=localized(self.folder))
        self.assert_status(run, PASSED)
        self.assert_says(run, '由li na')
        self.assertRegex(run.out, r'\d{4}年\d{1,2}月\d{1,2}日')

    def test_c_locale_has_no_question_mark_beside_good(self):
        run = self.signet('verify', '--offline', '--trust', 'root.pem', 'minutes.odt.p7s', environment={'LC_ALL': 'C'})
        self.assert_status(run, PASSED)
        self.assertIn('+ Good', run.out)
        self.assertNotIn('?', run.out)

    def test_json_keys_do_not_follow_the_language(self):
        document = self.verify('--trust', 'root.pem', 'minutes.odt.p7s', status=PASSED, environment=localized(self.folder))
        self.assertEqual(self.only(document)['indication'], 'TOTAL-PASSED')

    def test_not_trusted(self):
        document = self.verify('minutes.odt.p7s', status=INDETERMINATE)
        signature = self.only(document)
        self.assertEqual((signature['integrity'], signature['sub_indication']), ('intact', 'NO_CERTIFICATE_CHAIN_FOUND'))
        self.assertIn('no-trust-anchor', [reason['code'] for reason in signature['reasons']])

    def test_untrusted_certificates_make_no_trust(self):
        self.verify('--untrusted', 'root.pem', 'minutes.odt.p7s', status=INDETERMINATE)

    def test_anchors_of_the_person(self):
        anchors = self.home / 'data/signet/anchors'
        anchors.mkdir(parents=True)
        (anchors / 'root.pem').write_bytes((self.desk / 'root.pem').read_bytes())
        self.verify('minutes.odt.p7s', status=PASSED)

    def test_changed(self):
        self.document.write_bytes(self.document.read_bytes().replace(b'sample', b'Sample', 1))
        signature = self.only(self.verify('--trust', 'root.pem', 'minutes.odt.p7s', status=FAILED))
        self.assertEqual((signature['indication'], signature['integrity']), ('TOTAL-FAILED', 'broken'))

    def test_every_byte_of_the_value_counts(self):
        whole = self.signature.read_bytes()
        for offset in (len(whole) - 1, len(whole) - 20):
            self.signature.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1:])
            self.assertNotEqual(self.signet('verify', '--offline', '--trust', 'root.pem', 'minutes.odt.p7s').returncode, PASSED)

    def test_data_is_missing(self):
        self.document.rename(self.desk / 'elsewhere')
        signature = self.only(self.verify('--trust', 'root.pem', 'minutes.odt.p7s', status=INDETERMINATE))
        self.assertEqual(signature['integrity'], 'no-data')
        self.verify('--trust', 'root.pem', '--detached', 'elsewhere', 'minutes.odt.p7s', status=PASSED)
        self.verify('--trust', 'root.pem', '--detached', 'nowhere', 'minutes.odt.p7s', status=NO_INPUT)

    def test_nothing_signed(self):
        document = self.verify('minutes.odt', status=NOT_SIGNED)
        self.assertEqual(document['files'][0]['signatures'], [])
        self.assert_says(self.signet('verify', 'minutes.odt'), 'nothing is signed.*\n.*\n.*minutes.odt.p7s')

    def test_not_there(self):
        document = self.verify('nowhere.pdf', status=NO_INPUT)
        self.assertIsNone(document['files'][0]['verdict'])
        self.assertEqual(document['files'][0]['error']['code'], 'not-found')
        self.assertNotEqual(document['verdict'], 'TOTAL-PASSED')

    def test_no_regular_file(self):
        for name in ('/', '/dev/null', '.'):
            self.assertIn(self.signet('verify', name).returncode, (DATA, NO_INPUT), name)
        os.mkfifo(self.desk / 'pipe')
        self.assertIn(self.signet('verify', 'pipe').returncode, (DATA, NO_INPUT))

    def test_damaged(self):
        (self.desk / 'damaged.pdf').write_bytes(b'%PDF-1.7\n1 0 obj\n<< /Type /Catalog\n%%EOF\n')
        self.verify('damaged.pdf', status=DATA)
        # an empty file is no damage: nothing in it is signed
        (self.desk / 'empty').write_bytes(b'')
        self.verify('empty', status=NOT_SIGNED)

    def test_worst_decides(self):
        self.verify('--trust', 'root.pem', 'minutes.odt.p7s', 'minutes.odt', status=NOT_SIGNED)
        document = self.verify('--trust', 'root.pem', 'minutes.odt.p7s', 'minutes.odt', 'nowhere', status=NO_INPUT)
        self.assertEqual([entry['verdict'] for entry in document['files']], ['TOTAL-PASSED', 'NOT-SIGNED', None])

    def test_at(self):
        self.verify('--trust', 'root.pem', '--at', '2020-01-01T00:00:00Z', 'minutes.odt.p7s', status=INDETERMINATE)
        document = self.verify('--trust', 'root.pem', '--at', '2099-01-01T00:00:00Z', 'minutes.odt.p7s', status=INDETERMINATE)
        self.assertEqual(document['at'], '2099-01-01T00:00:00Z')

    def test_bad_trust_file(self):
        (self.desk / 'empty.pem').write_bytes(b'')
        self.assertEqual(self.signet_json('verify', '--trust', 'empty.pem', 'minutes.odt.p7s', status=DATA)['error']['status'], DATA)
        self.signet_json('verify', '--trust', 'nowhere.pem', 'minutes.odt.p7s', status=NO_INPUT)

    def test_report(self):
        run = self.signet('verify', '--offline', '--trust', 'root.pem', '--report', 'report.json', 'minutes.odt.p7s')
        self.assert_status(run, PASSED)
        self.assertEqual(json.loads((self.desk / 'report.json').read_text(encoding='utf-8'))['verdict'], 'TOTAL-PASSED')

    def test_verify_writes_nothing(self):
        before = sorted(self.desk.iterdir())
        self.signet('verify', '--offline', '--trust', 'root.pem', 'minutes.odt.p7s')
        self.assertEqual(sorted(self.desk.iterdir()), before)

    def test_hostile_names(self):
        for name in NAMES:
            with self.subTest(name):
                path = os.path.join(os.fsencode(self.desk), name)
                with open(path, 'wb') as file:
                    file.write(b'nothing signed')
                run = self.signet('verify', '--', name)
                self.assert_status(run, NOT_SIGNED)
                self.assert_plain(run.out + run.err)
                document = json.loads(self.signet('verify', '--json', '--', name).out)
                if _is_text(name):
                    self.assertEqual(os.fsencode(document['files'][0]['file']), name)
                missing = self.signet('verify', '--', name + b'.missing')
                self.assert_status(missing, NO_INPUT)
                self.assert_plain(missing.err)

    def test_hostile_subject(self):
        hostile = self.desk / 'hostile'
        hostile.mkdir()
        make_pki(hostile, subject='/CN=Bank \N{CHECK MARK}\x1b[32m Good\x1b[0m \N{RIGHT-TO-LEFT OVERRIDE}dab/O=<b>&')
        (hostile / 'a.txt').write_bytes(b'a')
        sign_detached(hostile, 'a.txt')
        run = self.signet('verify', '--offline', '--trust', hostile / 'root.pem', hostile / 'a.txt.p7s')
        self.assert_status(run, PASSED)
        self.assert_plain(run.out)

    def wait_until_it_heeds(self, run, number):
        """A signal that comes before would end any program."""
        end = time.monotonic() + PATIENCE
        caught = 0
        while not caught & 1 << number - 1 and run.poll() is None:
            self.assertLess(time.monotonic(), end, 'it does not come to its work')
            status = Path('/proc', str(run.pid), 'status').read_text(encoding='ascii', errors='replace')
            caught = int(re.search(r'^SigCgt:\s*([0-9a-f]+)$', status, re.MULTILINE).group(1), 16)
            time.sleep(0.01)

    def test_interrupted(self):
        # a thousand files: Ctrl+C ends it soon, with the status of a cancelled run and one whole document
        many = ['minutes.odt.p7s'] * 4000
        run = subprocess.Popen([CLI, 'verify', '--json', '--offline', '--trust', 'root.pem', *many], env=self.environment, cwd=self.desk,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.wait_until_it_heeds(run, signal.SIGINT)
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=60)
        if run.returncode != PASSED:
            self.assertEqual(run.returncode, CANCELLED)
            self.assertLess(len(json.loads(out)['files']), len(many))

    def test_expired_certificate(self):
        # OpenSSL 3.4 and newer refuse a negative number of days, and are the first to take dates
        usage = subprocess.run(['openssl', 'x509', '-help'], capture_output=True, text=True, check=False)
        past = (['-not_before', '20250101000000Z', '-not_after', '20250201000000Z'] if '-not_after' in usage.stderr + usage.stdout
                else ['-days', '-1'])
        openssl('x509', '-req', '-in', 'person.csr', *past, '-extfile', 'pki.cnf', '-extensions', 'person', '-out', 'person.pem',
                '-CA', 'root.pem', '-CAkey', 'root.key', cwd=self.desk)
        sign_detached(self.desk, 'minutes.odt')
        signature = self.only(self.verify('--trust', 'root.pem', 'minutes.odt.p7s', status=INDETERMINATE))
        self.assertIn('expired', [reason['code'] for reason in signature['reasons']])


def _is_text(name):
    try:
        return bool(name.decode('utf-8'))
    except UnicodeDecodeError:
        return False


if __name__ == '__main__':
    main()
