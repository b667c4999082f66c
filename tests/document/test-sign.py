#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""PDFs of every form are signed, and judged by pdfsig, mutool, qpdf, openssl and ourselves; what cannot be signed is refused."""
import os
import re
import subprocess
import unittest

import pdf_maker
from document_test import (DocumentTest, FORBIDDEN, MALFORMED, NO_ROOM, UNSUPPORTED, contents, covered, main)

DEBIAN_PDFS = ['/usr/share/doc/shared-mime-info/shared-mime-info-spec.pdf', '/usr/share/doc/libtasn1-doc/libtasn1.pdf']


class SignTest(DocumentTest):
    def forms(self):
        """Every form of file we know, by name."""
        plain = self.put('plain.pdf', pdf_maker.write(pdf_maker.plain_objects(3)))
        form = self.put('form.pdf', pdf_maker.write_form())
        made = {'table': plain, 'form': form}
        made['crlf'] = self.put('crlf.pdf', pdf_maker.write(pdf_maker.plain_objects(), eol=b'\r\n'))
        made['hybrid'] = self.put('hybrid.pdf', pdf_maker.hybrid())
        made['revised'] = self.put('revised.pdf', pdf_maker.append(pdf_maker.write_form(), {8: b'<< /Title (Second) >>'}, b'/Root 1 0 R /Info 8 0 R'))
        made['no end of line'] = self.put('noeol.pdf', pdf_maker.write(pdf_maker.plain_objects()).rstrip())
        made['indirect lists'] = self.put('lists.pdf', pdf_maker.write_form(
            o3=pdf_maker.form_objects()[3].replace(b'[6 0 R 11 0 R]', b'13 0 R'), o13=b'[6 0 R 11 0 R]',
            o10=b'<< /Fields 14 0 R /SigFlags 1 >>', o14=b'[6 0 R 11 0 R]'))
        made['direct form'] = self.put('direct.pdf', pdf_maker.write_form(o1=b'<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R 11 0 R] >> >>'))
        for name, options in {'streams': ['--object-streams=generate'], 'linearized': ['--linearize'],
                              'linearized streams': ['--linearize', '--object-streams=generate']}.items():
            pdf_maker.qpdf(form, self.path(name + '.pdf'), *options)
            made[name] = self.path(name + '.pdf')
        for path in DEBIAN_PDFS:
            if os.path.exists(path):
                made[os.path.basename(path)] = path
        return made

    def judge_by_others(self, path, n_signatures=1):
        report = subprocess.run(['pdfsig', '-nocert', path], capture_output=True, text=True).stdout
        self.assertEqual(report.count('Signature Validation: Signature is Valid.'), n_signatures, report)
        self.assertEqual(report.count('- Total document signed'), 1, report)
        check = subprocess.run(['qpdf', '--check', path], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
        verify = subprocess.run(['mutool', 'sign', '-v', path], capture_output=True, text=True)
        self.assertIn('unchanged since signing', verify.stdout + verify.stderr)

    def verify_with_openssl(self, data, certificate):
        self.put('covered', covered(data))
        self.put('cms', contents(data))
        done = subprocess.run(['openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', self.path('cms'), '-content', self.path('covered'),
                               '-CAfile', certificate, '-purpose', 'any', '-out', '/dev/null'], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = subprocess.run(['openssl', 'cms', '-cmsout', '-print', '-inform', 'DER', '-in', self.path('cms')], capture_output=True, text=True).stdout
        self.assertNotIn('signingTime', shown)  # EN 319 142-1, 6.3
        self.assertIn('id-smime-aa-signingCertificateV2', shown)

    def test_every_form(self):
        for name, source in self.forms().items():
            with self.subTest(name):
                signed = self.sign(source, 'signed.pdf', 'rsa', 'reason=同意', 'location=Sample (town)', 'name=Sample Signer')
                before, after = self.get(source), self.get(signed)
                self.assertEqual(after[:len(before)], before)
                answer = self.find(signed)
                self.assertEqual(len(answer.signatures), 1)
                self.assertTrue(answer.signatures[0].clean, vars(answer.signatures[0]))
                self.assertEqual((answer.signatures[0].format, answer.signatures[0].level), ('pades', 'B-B'))
                self.assertEqual(answer.signatures[0].reason, '同意')
                self.judge_by_others(signed)
                self.verify_with_openssl(after, self.path('rsa.pem'))

    def test_every_key(self):
        source = self.put('plain.pdf', pdf_maker.write(pdf_maker.plain_objects()))
        for key, *options in [('rsa',), ('ec',), ('p384',), ('rsa', 'pss')]:
            with self.subTest(key, options=options):
                signed = self.sign(source, 'signed.pdf', key, *options)
                self.assertTrue(self.find(signed).signatures[0].clean)
                self.verify_with_openssl(self.get('signed.pdf'), self.path(key + '.pem'))

    def test_second_and_third_signature(self):
        for name, source in self.forms().items():
            with self.subTest(name):
                first = self.sign(source, 'first.pdf', 'rsa')
                second = self.sign(first, 'second.pdf', 'ec')
                third = self.sign(second, 'third.pdf', 'p384')
                signatures = self.find(third).signatures
                self.assertEqual([s.id for s in signatures], ['Signature1', 'Signature2', 'Signature3'])
                self.assertEqual([s.coverage for s in signatures], ['changed-later', 'changed-later', 'whole'])
                for signature in signatures:
                    self.assertTrue(signature.passes, vars(signature))
                self.assertEqual(signatures[0].kinds(True), {'signature-added'})
                self.judge_by_others(third, 3)

    def test_existing_field(self):
        source = self.put('form.pdf', pdf_maker.write_form())
        signed = self.sign(source, 'signed.pdf', 'rsa', 'field=approval')
        self.assertEqual(self.find(signed).signatures[0].id, 'approval')
        self.assertTrue(self.find(signed).signatures[0].clean)
        self.judge_by_others(signed)
        self.refuse(signed, FORBIDDEN, 'field=approval')
        self.refuse(source, 5, 'field=nobody', domain='signet-base-error-quark')
        self.refuse(source, 5, 'field=amount', domain='signet-base-error-quark')

    def test_certified_documents(self):
        source = self.put('form.pdf', pdf_maker.write_form())
        for level in (1, 2, 3):
            certified = self.sign(source, 'certified.pdf', 'rsa', 'certify=%d' % level)
            self.assertTrue(self.find(certified).signatures[0].clean)
            self.judge_by_others(certified)
            self.refuse(certified, FORBIDDEN, 'certify=2')
            if level == 1:
                self.refuse(certified, FORBIDDEN)
                self.refuse(certified, FORBIDDEN, 'field=approval')
                continue
            for options in ([], ['field=approval']):
                again = self.sign(certified, 'again.pdf', 'ec', *options)
                signatures = self.find(again).signatures
                self.assertTrue(all(s.passes for s in signatures), [vars(s) for s in signatures])
                self.judge_by_others(again, 2)

    def test_locks(self):
        lock = b'/Lock << /Type /SigFieldLock /Action /%s >>'
        field = pdf_maker.form_objects()[11]
        source = self.put('locking.pdf', pdf_maker.write_form(o11=field[:-2] + lock % b'All' + b' >>'))
        signed = self.sign(source, 'signed.pdf', 'rsa', 'field=approval')
        self.assertTrue(self.find(signed).signatures[0].clean)
        self.judge_by_others(signed)
        self.refuse(signed, FORBIDDEN)
        source = self.put('locking.pdf', pdf_maker.write_form(o11=field[:-2] + lock % b'Include /Fields [(amount)]' + b' >>'))
        signed = self.sign(source, 'signed.pdf', 'rsa', 'field=approval')
        again = self.sign(signed, 'again.pdf', 'ec')
        self.assertTrue(all(s.passes for s in self.find(again).signatures))

    def test_field_that_demands(self):
        field = pdf_maker.form_objects()[11]
        source = self.put('seed.pdf', pdf_maker.write_form(o11=field[:-2] + b'/SV << /Ff 2 /SubFilter [/adbe.pkcs7.detached] >> >>'))
        self.refuse(source, FORBIDDEN, 'field=approval')
        source = self.put('seed.pdf', pdf_maker.write_form(o11=field[:-2] + b'/SV << /Ff 2 /SubFilter [/ETSI.CAdES.detached] >> >>'))
        self.sign(source, 'signed.pdf', 'rsa', 'field=approval')
        source = self.put('seed.pdf', pdf_maker.write_form(o11=field[:-3] + b'/Ff 1 >>'))
        self.refuse(source, FORBIDDEN, 'field=approval')

    def test_seed_values(self):
        field = pdf_maker.form_objects()[11]
        for seed, options, message in [
                (b'/Ff 64 /DigestMethod [(SHA256) (SHA384)]', (), None), (b'/Ff 64 /DigestMethod [(SHA1) (SHA512)]', (), 'another digest'),
                (b'/DigestMethod [(SHA512)]', (), None),
                (b'/Ff 8 /Reasons [(I agree)]', ('reason=I agree',), None), (b'/Ff 8 /Reasons [(I agree)]', ('reason=Other',), 'own reasons'),
                (b'/Ff 8 /Reasons [(I agree)]', (), 'own reasons'), (b'/Ff 8 /Reasons [(.)]', (), None), (b'/Ff 8 /Reasons [(.)]', ('reason=x',), 'own reasons'),
                (b'/MDP << /P 2 >>', ('certify=2',), None), (b'/MDP << /P 2 >>', (), 'another level'), (b'/MDP << /P 0 >>', ('certify=1',), 'not for a certification'),
                (b'/MDP << /P 0 >>', (), None), (b'/Ff 4 /V 2', (), None), (b'/Ff 4 /V 3', (), 'not handled'), (b'/Ff 1 /Filter /Adobe.PPKLite', (), None),
                (b'/Ff 16 /LegalAttestation [(x)]', (), 'not handled'), (b'/Ff 32 /AddRevInfo true', (), 'not handled'), (b'/Ff 128', (), 'not handled')]:
            with self.subTest(seed, options=options):
                source = self.put('seed.pdf', pdf_maker.write_form(o11=field[:-2] + b'/SV << %s >> >>' % seed))
                if message is None:
                    self.judge_by_others(self.sign(source, 'signed.pdf', 'ec', 'field=approval', *options))
                else:
                    self.assertIn(message, self.refuse(source, FORBIDDEN, 'field=approval', *options))

    def test_shapes_of_the_standard(self):
        """Generations above 0, deleted objects, old and new headers; what is before the header is refused."""
        for version in (b'1.3', b'1.4', b'1.7', b'2.0'):
            source = self.put('version.pdf', pdf_maker.write(pdf_maker.plain_objects(), version=version))
            self.judge_by_others(self.sign(source, 'signed.pdf', 'ec'))
        data = pdf_maker.write_form()
        start = data.index(b'\n3 0 obj') + 1
        aged = data[:start] + b'3 7 obj' + data[start + 7:]
        entry = b'%010d 00000 n' % start
        self.assertIn(entry, aged)
        aged = aged.replace(entry, b'%010d 00007 n' % start).replace(b'3 0 R', b'3 7 R')
        self.judge_by_others(self.sign(self.put('aged.pdf', aged), 'signed.pdf', 'ec'))
        deleted = pdf_maker.append(pdf_maker.write_form(), {}, b'/Root 1 0 R', free=(8,))
        self.judge_by_others(self.sign(self.put('deleted.pdf', deleted), 'signed.pdf', 'ec'))
        self.assertIn('header', self.refuse(self.put('junk.pdf', b'junk before\n' + data), MALFORMED))

    def test_room(self):
        source = self.put('plain.pdf', pdf_maker.write(pdf_maker.plain_objects()))
        self.refuse(source, NO_ROOM, 'room=1024')

    def test_damaged(self):
        good = pdf_maker.write_form()
        self.sign(self.put('good.pdf', good), 'signed.pdf')
        start = pdf_maker.last_startxref(good)
        wrong_offset = re.sub(rb'(\d{10}) 00000 n', lambda m: b'%010d 00000 n' % (int(m.group(1)) + 1), good)
        damaged = {
            'no startxref': good.replace(b'startxref', b'startXref'),
            'startxref elsewhere': good.replace(b'startxref\n%d' % start, b'startxref\n%d' % (start - 7)),
            'startxref past the end': good.replace(b'startxref\n%d' % start, b'startxref\n%d' % (start + 99999)),
            'no end': good.replace(b'%%EOF', b''),
            'broken table': good.replace(b'00000 n', b'0000x n', 3),
            'offsets wrong': wrong_offset,
            'no root': good.replace(b'/Root 1 0 R', b'/Boot 1 0 R'),
            'root is no catalogue': good.replace(b'/Root 1 0 R', b'/Root 5 0 R'),
            'loop': good.replace(b'/Root 1 0 R', b'/Root 1 0 R /Prev %d' % start),
            'header later': b'junk\n' + good,
            'bytes behind': good + b'%PDF-1.4 another file',
            'catalogue twice over': pdf_maker.write_form(o1=b'<< /Type /Catalog /Pages 2 0 R /Pages 2 0 R >>'),
            'page tree missing': pdf_maker.write_form(o1=b'<< /Type /Catalog >>'),
            'stream length wrong': pdf_maker.write_form(o3=b'<< /Type /Page /Parent 2 0 R /Annots 4 0 R >>', o4=b'<< /Length 5 >>\nstream\nabcdefghijk\nendstream'),
            'fields in a loop': pdf_maker.write_form(o6=b'<< /T (a) /FT /Tx /Kids [6 0 R] >>'),
        }
        for length in range(0, len(good) - 8, 97):
            damaged['cut at %d' % length] = good[:length]
        for name, data in damaged.items():
            with self.subTest(name):
                path = self.put('damaged.pdf', data)
                answer = self.tool('sign', path, self.path('refused.pdf'), self.path('rsa.key'), self.path('rsa.pem'))
                self.assertEqual(answer.status, 1, name)
                self.assertIn(answer.error[1], (MALFORMED, UNSUPPORTED), answer.error)

    def test_damaged_message_says_where(self):
        good = pdf_maker.write_form()
        path = self.put('damaged.pdf', good.replace(b'00000 n', b'0000x n', 1))
        self.assertRegex(self.refuse(path, MALFORMED), r'byte \d+')

    def test_content(self):
        def content(**change):
            done = subprocess.run([os.environ['SIGNET_DOCUMENT_TOOL'], 'info', self.put('content.pdf', pdf_maker.write_form(**change))],
                                  capture_output=True, text=True, check=True).stdout
            return int(re.search(r'content\t(\d+)', done).group(1))

        catalogue = b'<< /Type /Catalog /Pages 2 0 R /AcroForm 10 0 R %s >>'
        filled = b'<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (1) /Rect [20 20 120 40] >>'
        self.assertEqual(content(), 32)
        self.assertEqual(content(o6=filled), 0)
        self.assertEqual(content(o6=filled, o1=catalogue % b'/OpenAction << /S /JavaScript /JS (1) >>'), 1)
        self.assertEqual(content(o6=filled, o1=catalogue % b'/Names << /EmbeddedFiles << >> >>'), 2)
        self.assertEqual(content(o6=filled, o10=b'<< /Fields [6 0 R] /XFA (x) >>'), 4)
        self.assertEqual(content(o6=filled, o1=catalogue % b'/OCProperties << >>'), 8)
        self.assertEqual(content(o6=filled[:-2] + b'/A << /S /Launch >> >>'), 16)


class CmsTest(DocumentTest):
    def openssl_sign(self, *options, key='rsa'):
        subprocess.run(['openssl', 'cms', '-sign', '-binary', '-in', self.path('data'), '-outform', 'DER', '-out', self.path('theirs.p7s'),
                        '-signer', self.path(key + '.pem'), '-inkey', self.path(key + '.key'), *options], check=True)
        return self.path('theirs.p7s')

    def test_detached(self):
        data = self.put('data', os.urandom(1000000))
        for key, *options in [('rsa',), ('ec',), ('p384',), ('rsa', 'pss')]:
            answer = self.tool('sign-cms', data, self.path('ours.p7s'), self.path(key + '.key'), self.path(key + '.pem'), *options)
            self.assertEqual(answer.status, 0, answer.error)
            done = subprocess.run(['openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', self.path('ours.p7s'), '-content', data,
                                   '-CAfile', self.path(key + '.pem'), '-purpose', 'any', '-out', '/dev/null'], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            signature, = self.find(self.path('ours.p7s'), data).signatures
            self.assertTrue(signature.clean)
            self.assertEqual((signature.format, signature.level), ('cades', 'B-B'))
            self.assertEqual(self.find(self.path('ours.p7s')).signatures[0].integrity, 'no-data')
            other = self.put('other', b'something else')
            self.assertEqual(self.find(self.path('ours.p7s'), other).signatures[0].problems, ['digest-mismatch'])

    def test_of_others(self):
        data = self.put('data', b'sample data')
        self.assertTrue(self.find(self.openssl_sign('-cades'), data).signatures[0].clean)
        self.assertTrue(self.find(self.openssl_sign('-cades', '-nodetach')).signatures[0].clean)
        self.assertEqual(self.find(self.openssl_sign('-cades', '-nodetach'), data).signatures[0].problems, ['content-twice'])
        self.assertEqual(self.find(self.openssl_sign(), data).signatures[0].problems, ['signing-certificate-missing'])
        self.assertEqual(self.find(self.openssl_sign(), data).signatures[0].level, '')
        self.assertEqual(self.find(self.openssl_sign('-noattr'), data).signatures[0].problems, ['signed-attributes-missing'])
        self.assertEqual(self.find(self.openssl_sign('-cades', '-nocerts'), data).signatures[0].problems, ['signer-certificate-missing'])
        self.assertEqual(self.find(self.openssl_sign('-cades', '-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:20'), data)
                         .signatures[0].problems, ['algorithm-unsupported'])
        self.assertEqual(len(self.find(self.openssl_sign('-cades', '-signer', self.path('ec.pem'), '-inkey', self.path('ec.key')), data).signatures), 2)
        subprocess.run(['openssl', 'cms', '-sign', '-binary', '-cades', '-in', data, '-outform', 'PEM', '-out', self.path('theirs.pem'),
                        '-signer', self.path('rsa.pem'), '-inkey', self.path('rsa.key')], check=True)
        self.assertTrue(self.find(self.path('theirs.pem'), data).signatures[0].clean)

    def test_key_substitution(self):
        """The same name and serial number on another key: only the certificate inside the signed attributes may verify."""
        for name in ('one', 'two'):
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', self.path(name + '.key'), '-out', self.path(name + '.pem'),
                            '-subj', '/CN=Sample Twin', '-set_serial', '7', '-days', '30'], check=True, stderr=subprocess.DEVNULL)
        data = self.put('data', b'sample data')
        theirs = self.get(self.openssl_sign('-cades', '-certfile', self.path('two.pem'), key='one'))
        self.assertTrue(self.find(self.path('theirs.p7s'), data).signatures[0].clean)
        one, two = (subprocess.run(['openssl', 'x509', '-in', self.path(n + '.pem'), '-outform', 'DER'], capture_output=True, check=True).stdout
                    for n in ('one', 'two'))
        self.assertEqual(len(one), len(two))
        only_two = theirs.replace(one, two)
        self.assertEqual(self.find(self.put('swapped.p7s', only_two), data).signatures[0].problems, ['signing-certificate-mismatch'])

    def test_damaged(self):
        data = self.put('data', b'sample data')
        good = self.get(self.openssl_sign('-cades'))
        for length in range(21, len(good), 37):
            answer = self.find(self.put('cut.p7s', good[:length]), data)
            self.assertEqual(answer.error and answer.error[1], MALFORMED)
        self.assertEqual(self.find(self.put('longer.p7s', good + b'x'), data).error[1], MALFORMED)
        for position in range(25, len(good)):
            flipped = good[:position] + bytes([good[position] ^ 0x55]) + good[position + 1:]
            if position % 7 == 0:
                self.find(self.put('flipped.p7s', flipped), data)  # an answer or an error, never a crash

    def test_flipped_signature_value(self):
        data = self.put('data', b'sample data')
        good = self.get(self.openssl_sign('-cades'))
        flipped = good[:-1] + bytes([good[-1] ^ 1])
        self.assertEqual(self.find(self.put('flipped.p7s', flipped), data).signatures[0].problems, ['signature-mismatch'])


class OtherTest(DocumentTest):
    def test_not_a_document(self):
        self.assertEqual(self.find(self.put('empty', b'')).signatures, [])
        self.assertEqual(self.find(self.put('text', b'hello')).signatures, [])
        self.assertEqual(self.find(self.path('nobody')).error[:2], ('signet-base-error-quark', 5))
        self.assertEqual(self.find(self.dir).error[:2], ('signet-base-error-quark', 3))
        self.assertEqual(self.find(self.put('zip', b'PK\3\4 something')).signatures, [])  # whatever it is, it is no container of signatures
        os.mkfifo(self.path('pipe'))
        self.assertEqual(self.find(self.path('pipe')).error[:2], ('signet-base-error-quark', 3))


if __name__ == '__main__':
    main()
