#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted PDFs of every kind: signed with either password, judged by others; permissions respected; what is wrong is told."""
import os
import re
import subprocess
import unittest

import pdf_maker
from document_test import DocumentTest, ENCRYPTED, FORBIDDEN, MALFORMED, UNSUPPORTED, WRONG_PASSWORD, main

# name: arguments of qpdf before and after the passwords
KINDS = {
    'RC4-40': (['--allow-weak-crypto'], '40', []),
    'RC4-128': (['--allow-weak-crypto'], '128', ['--use-aes=n']),
    'RC4-128 V4': (['--allow-weak-crypto'], '128', ['--use-aes=n', '--force-V4']),
    'AES-128': (['--allow-weak-crypto'], '128', ['--use-aes=y']),
    'AES-128 plain metadata': (['--allow-weak-crypto'], '128', ['--use-aes=y', '--cleartext-metadata']),
    'AES-256 R5': (['--allow-weak-crypto'], '256', ['--force-R5']),
    'AES-256': ([], '256', []),
    'AES-256 plain metadata': ([], '256', ['--cleartext-metadata']),
}
SHAPES = {'table': ['--object-streams=disable'], 'streams': ['--object-streams=generate'], 'linearized': ['--linearize', '--object-streams=disable']}


class EncryptedTest(DocumentTest):
    def encrypt(self, source, target, kind, user='open', owner='owner', shape='table', *more):
        before, bits, after = KINDS[kind]
        pdf_maker.qpdf(source, self.path(target), *SHAPES[shape], *before, '--encrypt', user, owner, bits, *after, *more, '--')
        return self.path(target)

    def form(self):
        return self.put('form.pdf', pdf_maker.write_form(o8='<< /Title (秘密) >>'.encode()))

    def judge_by_others(self, path, password='open', n_signatures=1):
        report = subprocess.run(['pdfsig', '-nocert', '-upw', password, '-opw', password, path], capture_output=True, text=True).stdout
        self.assertEqual(report.count('Signature Validation: Signature is Valid.'), n_signatures, report)
        self.assertEqual(report.count('- Total document signed'), 1, report)
        check = subprocess.run(['qpdf', '--check', '--password=' + password, path], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
        verify = subprocess.run(['mutool', 'sign', '-v', '-p', password, path], capture_output=True, text=True)
        self.assertIn('unchanged since signing', verify.stdout + verify.stderr)

    def assert_clean(self, path, password, reason, n_signatures=1):
        answer = self.find(path, 'password=' + password)
        self.assertIsNone(answer.error)
        self.assertEqual(len(answer.signatures), n_signatures)
        self.assertTrue(answer.signatures[-1].clean, vars(answer.signatures[-1]))
        self.assertEqual(answer.signatures[-1].reason, reason)

    def test_every_kind(self):
        for kind in KINDS:
            for shape in SHAPES:
                with self.subTest(kind, shape=shape):
                    source = self.encrypt(self.form(), 'locked.pdf', kind, shape=shape)
                    signed = self.sign(source, 'signed.pdf', 'ec', 'password=open', 'reason=同意')
                    before, after = self.get('locked.pdf'), self.get('signed.pdf')
                    self.assertEqual(after[:len(before)], before)
                    self.assert_clean(signed, 'open', '同意')
                    self.assert_clean(signed, 'owner', '同意')
                    self.judge_by_others(signed)

    def test_what_is_appended_is_encrypted(self):
        for kind in KINDS:
            with self.subTest(kind):
                source = self.encrypt(self.form(), 'locked.pdf', kind)
                signed = self.sign(source, 'signed.pdf', 'ec', 'password=open', 'reason=plain reason', 'name=plain name', 'field=approval')
                appended = self.get('signed.pdf')[os.path.getsize(source):]
                for text in (b'plain reason', b'plain name', b'approval', b'D:20'):
                    self.assertNotIn(text, appended)
                shown = subprocess.run(['qpdf', '--password=open', '--decrypt', '--qdf', '--object-streams=disable', signed, '-'], capture_output=True).stdout
                for text in (b'(plain reason)', b'(plain name)', b'(approval)', b'(D:20'):
                    self.assertIn(text, shown)

    def test_empty_user_password(self):
        for kind in KINDS:
            with self.subTest(kind):
                signed = self.sign(self.encrypt(self.form(), 'locked.pdf', kind, user=''), 'signed.pdf', 'ec', 'reason=x')
                self.assert_clean(signed, '', 'x')
                self.assertEqual(self.find(signed).signatures[0].reason, 'x')
                self.judge_by_others(signed, '')

    def test_second_signature(self):
        for kind in ('RC4-128', 'AES-128', 'AES-256'):
            for shape in SHAPES:
                with self.subTest(kind, shape=shape):
                    first = self.sign(self.encrypt(self.form(), 'locked.pdf', kind, shape=shape), 'first.pdf', 'ec', 'password=open', 'field=approval')
                    second = self.sign(first, 'second.pdf', 'p384', 'password=owner', 'reason=second')
                    answer = self.find(second, 'password=open')
                    self.assertEqual([s.coverage for s in answer.signatures], ['changed-later', 'whole'])
                    self.assertTrue(answer.signatures[0].passes, vars(answer.signatures[0]))
                    self.judge_by_others(second, n_signatures=2)

    def test_passwords(self):
        for kind in KINDS:
            with self.subTest(kind):
                source = self.encrypt(self.form(), 'locked.pdf', kind)
                self.refuse(source, ENCRYPTED)
                for wrong in ('wrong', 'Open', 'open ', 'x' * 600):
                    self.refuse(source, WRONG_PASSWORD, 'password=' + wrong)
                self.assertEqual(self.find(source).error[1], ENCRYPTED)
                self.assertEqual(self.find(source, 'password=wrong').error[1], WRONG_PASSWORD)

    def test_other_letters(self):
        for kind, password in [('AES-256', '密码 ünïcode'), ('AES-256', 'x' * 127), ('RC4-128', 'pa(ss)\\word'), ('AES-128', 'Ünïcode'), ('AES-128', 'y' * 32)]:
            with self.subTest(kind, password=password):
                source = self.encrypt(self.form(), 'locked.pdf', kind, user=password)
                signed = self.sign(source, 'signed.pdf', 'ec', 'password=' + password)
                self.assertTrue(self.find(signed, 'password=' + password).signatures[0].clean)
        # the same letters, typed as base letter and accent
        source = self.encrypt(self.form(), 'locked.pdf', 'AES-256', user='\u00fcber')
        self.assertTrue(self.find(self.sign(source, 'signed.pdf', 'ec', 'password=u\u0308ber'), 'password=\u00fcber').signatures[0].clean)

    def test_permissions(self):
        for kind in ('RC4-128', 'AES-128', 'AES-256'):
            for limits, new, fill in [(['--modify=none'], False, False), (['--modify=form'], False, True), (['--modify=annotate'], False, True),
                                      (['--modify-other=n'], False, True), (['--annotate=n'], False, True), (['--modify=all'], True, True),
                                      (['--print=none', '--extract=n'], True, True)]:
                with self.subTest(kind, limits=limits):
                    source = self.encrypt(self.form(), 'locked.pdf', kind, 'open', 'owner', 'table', *limits)
                    for allowed, *options in [(new, 'password=open'), (fill, 'password=open', 'field=approval')]:
                        if allowed:
                            self.judge_by_others(self.sign(source, 'signed.pdf', 'ec', *options))
                        else:
                            self.assertIn("owner's password", self.refuse(source, FORBIDDEN, *options))
                    self.judge_by_others(self.sign(source, 'signed.pdf', 'ec', 'password=owner'), 'owner')
                    self.assertTrue(self.find(self.path('signed.pdf'), 'password=open').signatures[0].clean)

    def test_open_to_all_but_not_to_change(self):
        source = self.encrypt(self.form(), 'locked.pdf', 'AES-256', '', 'owner', 'table', '--modify=none')
        self.assertIn("owner's password", self.refuse(source, FORBIDDEN))
        self.assertIn("owner's password", self.refuse(source, FORBIDDEN, 'password=wrong'))
        self.judge_by_others(self.sign(source, 'signed.pdf', 'ec', 'password=owner'), '')

    def test_what_is_not_known(self):
        locked = self.get(os.path.basename(self.encrypt(self.form(), 'locked.pdf', 'AES-256')))
        for old, new, code in [(b'/Filter /Standard', b'/Filter /Adobe.Px', UNSUPPORTED), (b'/V 5', b'/V 9', UNSUPPORTED), (b'/R 6', b'/R 7', UNSUPPORTED),
                               (b'/CFM /AESV3', b'/CFM /AESV9', UNSUPPORTED), (b'/StmF /StdCF', b'/StmF /Other', MALFORMED)]:
            with self.subTest(new):
                self.assertIn(old, locked)
                self.refuse(self.put('other.pdf', locked.replace(old, new)), code, 'password=open')

    def test_changed_permissions(self):
        """AES-256 says its permissions twice, once where only somebody with the key can write."""
        locked = self.get(os.path.basename(self.encrypt(self.form(), 'locked.pdf', 'AES-256', 'open', 'owner', 'table', '--modify=none')))
        permissions = re.search(rb'/P (-\d+)', locked).group(1)
        changed = locked.replace(b'/P ' + permissions, b'/P -4'.ljust(3 + len(permissions)))
        self.assertIn('permissions', self.refuse(self.put('changed.pdf', changed), MALFORMED, 'password=open'))
        older = self.get(os.path.basename(self.encrypt(self.form(), 'locked.pdf', 'AES-128', 'open', 'owner', 'table', '--modify=none')))
        permissions = re.search(rb'/P (-\d+)', older).group(1)
        changed = older.replace(b'/P ' + permissions, b'/P -4'.ljust(3 + len(permissions)))
        self.refuse(self.put('changed.pdf', changed), WRONG_PASSWORD, 'password=open')

    def test_damaged(self):
        locked = self.get(os.path.basename(self.encrypt(self.form(), 'locked.pdf', 'AES-128')))
        dictionary = re.search(rb'<<[^<]*/CF <<.*?/V 4 >>', locked, re.S)
        for key in (b'/O ', b'/U ', b'/P ', b'/V ', b'/CF '):
            with self.subTest(key):
                place = dictionary.start() + dictionary.group().index(key)
                self.assertIn(self.tool('sign', self.put('damaged.pdf', locked[:place] + b'/X' + locked[place + 2:]), self.path('out.pdf'), self.path('ec.key'),
                                        self.path('ec.pem'), 'password=open').error[1], (MALFORMED, UNSUPPORTED, WRONG_PASSWORD))

    def test_tampered_is_never_clean(self):
        """A later revision that replaces the encryption dictionary or the identifier would make other objects of the same bytes."""
        for kind in ('RC4-128', 'AES-128', 'AES-256'):
            signed = self.get(os.path.basename(self.sign(self.encrypt(self.form(), 'locked.pdf', kind), 'signed.pdf', 'ec', 'password=open')))
            number = int(re.search(rb'/Encrypt (\d+) 0 R', signed).group(1))
            content = int(re.search(rb'/Contents (\d+) 0 R', signed).group(1))
            body = pdf_maker.object_body(signed, number)
            trailer = re.findall(rb'/ID \[ ?(<[0-9a-f]*>) ?(<[0-9a-f]*>) ?\]', signed)[-1]
            root = re.findall(rb'/Root (\d+) 0 R', signed)[-1]
            keep = b'/Root %s 0 R /Encrypt %d 0 R /ID [%s %s]' % (root, number, *trailer)
            for what, data in {
                'dictionary again': pdf_maker.append(signed, {number: body.replace(b'/P -4', b'/P -1028')}, keep),
                'no longer encrypted': pdf_maker.append(signed, {90: b'<< /Title (x) >>'}, b'/Root %s 0 R /ID [%s %s]' % (root, *trailer)),
                'other identifier': pdf_maker.append(signed, {90: b'<< /Title (x) >>'}, keep.replace(trailer[0], b'<00>')),
                'page content': pdf_maker.append(signed, {content: pdf_maker.stream(b'0 0 10 10 re f')}, keep),
            }.items():
                with self.subTest(kind, what=what):
                    answer = self.find(self.put('manipulated.pdf', data), 'password=open')
                    self.assertTrue(answer.error is not None or answer.signatures, 'called unsigned')
                    for signature in answer.signatures:
                        self.assertFalse(signature.passes, vars(signature))


if __name__ == '__main__':
    main()
