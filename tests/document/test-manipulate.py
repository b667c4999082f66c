#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Signed PDFs are manipulated in every way the literature knows (universal signature forgery, incremental saving, signature wrapping,
shadow documents, evil annotations, sneaky signatures) and in every byte. None may pass, none may become "not signed", and what a
signer allowed must still be allowed.
"""
import re

import pdf_maker
from document_test import DocumentTest, byte_range, contents, main, with_range
from pdf_maker import append, object_body, stream

FORM = b'/Root 1 0 R /Info 8 0 R'


class ManipulationTest(DocumentTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.signed_bytes('plain', pdf_maker.write(pdf_maker.plain_objects()))
        cls.form = cls.signed_bytes('form', pdf_maker.write_form())
        cls.certified = {level: cls.signed_bytes('certified%d' % level, pdf_maker.write_form(), 'certify=%d' % level) for level in (1, 2, 3)}

    @classmethod
    def signed_bytes(cls, name, data, *options):
        source = cls.put(name + '-source.pdf', data)
        answer = cls.tool('sign', source, cls.path(name + '.pdf'), cls.path('rsa.key'), cls.path('rsa.pem'), *options)
        assert answer.status == 0, answer.error
        return cls.get(name + '.pdf')

    def sign_again(self, data, *options):
        return self.get(self.sign(self.put('again-source.pdf', data), 'again.pdf', 'ec', *options))

    def judge(self, data):
        answer = self.find_bytes(data)
        self.assertIsNone(answer.error)
        return answer.signatures

    def assert_changes(self, data, allowed=(), refused=()):
        signature = self.judge(data)[0]
        self.assertEqual((signature.integrity, signature.coverage), ('intact', 'changed-later'), vars(signature))
        self.assertEqual(signature.kinds(True), set(allowed), vars(signature))
        self.assertEqual(signature.kinds(False), set(refused), vars(signature))


class UniversalForgeryTest(ManipulationTest):
    def test_every_byte(self):
        """One changed byte anywhere outside the signature: never good. Inside: never a crash."""
        _, (_, b, c, _) = byte_range(self.plain)
        positions = list(range(0, b, 9)) + list(range(c, len(self.plain), 5)) + [b, c - 1]
        for position in positions:
            for flip in (0x01, 0x20):
                data = self.plain[:position] + bytes([self.plain[position] ^ flip]) + self.plain[position + 1:]
                self.assert_never_clean(data, 'byte %d' % position)

    def test_inside_the_gap(self):
        _, (_, b, c, _) = byte_range(self.plain)
        used = 2 * len(contents(self.plain).rstrip(b'\0'))
        for position in range(b + 1, b + used, 41):
            data = self.plain[:position] + (b'0' if self.plain[position:position + 1] != b'0' else b'1') + self.plain[position + 1:]
            self.find_bytes(data)
        for text in (b'41', b'0 ', b'%a', b'>>', b'xx'):
            data = self.plain[:c - 7] + text + self.plain[c - 5:]
            self.assert_never_clean(data, 'padding filled with %s' % text)

    def test_every_number_of_the_range(self):
        _, numbers = byte_range(self.plain)
        for index in range(4):
            for value in (0, 1, -1, numbers[index] + 1, numbers[index] - 1, numbers[index] + 2, -numbers[index], 2 * numbers[index] + 7,
                          10 ** 15, 2 ** 31, 2 ** 63 - 1):
                changed = list(numbers)
                changed[index] = value
                if changed == numbers:
                    continue
                data = with_range(self.plain, b'[%d %d %d %d]' % tuple(changed))
                self.assert_never_clean(data, 'range %s' % changed)

    def test_forms_of_the_range(self):
        _, (a, b, c, d) = byte_range(self.plain)
        for text in (b'null', b'[]', b'[0]', b'[0 %d]' % b, b'[0 %d %d]' % (b, c), b'[0 %d %d %d 0 0]' % (b, c, d), b'[0 %d 0 %d]' % (b, b),
                     b'[0 %d %d %d]' % (len(self.plain), len(self.plain), 0), b'[0 0 0 0]', b'[(0) %d %d %d]' % (b, c, d), b'[0.0 %d %d %d]' % (b, c, d),
                     b'[0 %d %d null]' % (b, c), b'<< >>', b'1 0 R', b'(0 1 2 3)', b'[[0] %d %d %d]' % (b, c, d), b'[0 %d %d %d' % (b, c, d)):
            self.assert_never_clean(with_range(self.plain, text), text)
        self.assert_never_clean(self.plain.replace(b'/ByteRange', b'/ByteRang3'), 'no range')

    def test_dictionary_keys(self):
        for old, new in ((b'/Contents <', b'/Content5 <'), (b'/SubFilter /ETSI.CAdES.detached', b'/SubFilter /ETSI.CAdES.detacher'),
                         (b'/SubFilter /ETSI.CAdES.detached', b'/SubFilter /adbe.pkcs7.detached'), (b'/SubFilter ', b'/SubFilteR '),
                         (b'/Type /Sig\n', b'/Type /Sag\n'), (b'/Contents <', b'/Contents [')):
            self.assertIn(old, self.plain)
            self.assert_never_clean(self.plain.replace(old, new), new)

    def test_contents(self):
        _, (_, b, c, _) = byte_range(self.plain)
        for text in (b'null', b'()', b'<>', b'<00>', b'1 0 R', b'<' + b'00' * 2000 + b'>', b'<30820000>'):
            data = self.plain[:b] + text.ljust(c - b) + self.plain[c:]
            self.assert_never_clean(data, text[:20])

    def test_older_format(self):
        """adbe.x509.rsa_sha1 and the like are found and said not to be handled."""
        _, (_, b, c, _) = byte_range(self.plain)
        data = self.plain.replace(b'/ETSI.CAdES.detached', b'/adbe.x509.rsa_sha1 ')
        signature, = self.judge(data)
        self.assertEqual((signature.integrity, signature.problems), ('unsupported', ['format-unsupported']))

    def test_cut(self):
        for length in list(range(0, len(self.plain), 311)) + [len(self.plain) - 1, len(self.plain) - 6, len(self.plain) - 7]:
            answer = self.find_bytes(self.plain[:length])
            if answer.error is None and answer.signatures:
                self.assertFalse(any(s.passes for s in answer.signatures), length)


class WrappingTest(ManipulationTest):
    def test_second_part_moved(self):
        """SWA: the signed second part goes to the end, the place between belongs to the attacker."""
        _, (a, b, c, d) = byte_range(self.plain)
        attack = b'\n4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>\nendobj\n'
        moved = self.plain[:c] + attack + self.plain[c:]
        self.assert_never_clean(with_range(moved, b'[0 %d %d %d]' % (b, c + len(attack), d)), 'wrapped')
        self.assert_never_clean(moved, 'inserted')
        wrapped = append(moved, {4: b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>'})
        self.assert_never_clean(with_range(wrapped, b'[0 %d %d %d]' % (b, c + len(attack), d)), 'wrapped and appended')

    def test_gap_widened(self):
        _, (a, b, c, d) = byte_range(self.plain)
        for shift in (1, 2, 10):
            self.assert_never_clean(with_range(self.plain, b'[0 %d %d %d]' % (b, c + shift, d - shift)))
            self.assert_never_clean(with_range(self.plain, b'[0 %d %d %d]' % (b - shift, c, d)))

    def test_signature_of_another_document(self):
        other = self.signed_bytes('other', pdf_maker.write(pdf_maker.plain_objects(2)))
        _, (_, b, c, _) = byte_range(self.plain)
        _, (_, ob, oc, _) = byte_range(other)
        self.assert_never_clean(self.plain[:b] + other[ob:oc] + self.plain[c:], 'transplanted')


class IncrementalSavingTest(ManipulationTest):
    def test_page_content(self):
        new = stream(b'BT /F1 18 Tf 20 150 Td (Sample contract: pay 900) Tj ET')
        self.assert_changes(append(self.form, {4: new}, FORM), refused=['page-content'])
        self.assert_changes(append(self.form, {9: stream(b'0 0 99 99 re f', b'/Type /XObject /Subtype /Form /BBox [0 0 99 99] ')}, FORM), refused=['page-content'])
        self.assert_changes(append(self.form, {5: b'<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>'}, FORM), refused=['page-content'])
        page = object_body(self.form, 3)
        self.assert_changes(append(self.form, {3: page.replace(b'/Contents 4 0 R', b'/Contents 50 0 R'), 50: new}, FORM), refused=['page-content', 'undefined'])
        self.assert_changes(append(self.form, {3: page.replace(b'300 200', b'300 100')}, FORM), refused=['page-content'])
        self.assert_changes(append(self.form, {}, FORM, free=[4]), refused=['page-content'])

    def test_page_tree(self):
        pages = b'<< /Type /Pages /Kids [3 0 R 50 0 R] /Count 2 >>'
        page = b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>'
        self.assert_changes(append(self.form, {2: pages, 50: page}, FORM), refused=['page-content'])
        self.assert_changes(append(self.form, {1: object_body(self.form, 1).replace(b'/Pages 2 0 R', b'/Pages 50 0 R'), 50: pages}, FORM),
                            refused=['catalogue', 'page-content'])

    def test_catalogue(self):
        catalogue = object_body(self.form, 1)
        for extra in (b'/OpenAction << /S /JavaScript /JS (1) >>', b'/OCProperties << >>', b'/Names << >>', b'/ViewerPreferences << >>',
                      b'/Outlines 8 0 R', b'/AA << >>', b'/Perms << >>', b'/Lang (en)'):
            self.assert_changes(append(self.form, {1: catalogue[:-2] + extra + b'\n>>'}, FORM), refused=['catalogue'])
        self.assert_changes(append(self.form, {50: catalogue}, b'/Root 50 0 R'), refused=['catalogue'])

    def test_nothing_named(self):
        """Objects appended without a cross-reference that names them, or with none at all."""
        new = stream(b'BT /F1 18 Tf 20 150 Td (pay 900) Tj ET')
        self.assert_changes(append(self.form, {}, FORM, hidden={4: new}), refused=['undefined'])
        self.assert_never_clean(self.form + b'4 0 obj\n' + new + b'\nendobj\n', 'object behind the end')
        self.assert_never_clean(self.form + b'4 0 obj\n' + new + b'\nendobj\ntrailer\n<< /Root 1 0 R >>\n', 'no startxref')
        self.assert_never_clean(self.form + b'4 0 obj\n' + new + b'\nendobj\nstartxref\n%d\n%%%%EOF\n' % pdf_maker.last_startxref(self.form), 'old xref')
        self.assert_never_clean(self.form + b'rubbish', 'rubbish')
        self.assert_never_clean(self.form + b'rubbish\nstartxref\n%d\n%%%%EOF\n' % pdf_maker.last_startxref(self.form), 'rubbish before')

    def test_attachment_is_no_signature(self):
        """An unsigned document that carries a signed one as it is: nothing of its own is signed."""
        carrier = pdf_maker.write(pdf_maker.plain_objects() | {9: stream(self.form, b'/Type /EmbeddedFile ')})
        self.assertEqual(self.judge(carrier), [])

    def test_only_space_added(self):
        signature, = self.judge(self.form + b'\n')
        self.assertEqual((signature.integrity, signature.coverage, signature.changes), ('intact', 'changed-later', []))

    def test_old_object_in_signed_bytes(self):
        """Shadow replace: two versions of a page's content lie in what was signed; an xref alone switches between them."""
        objects = pdf_maker.form_objects()
        prepared = pdf_maker.write(objects, FORM)
        hidden = b'4 0 obj\n%s\nendobj\n' % stream(b'BT /F1 18 Tf 20 150 Td (pay 900) Tj ET')
        place = prepared.index(b'5 0 obj')
        shifted = pdf_maker.append(prepared[:place] + prepared[place:], {}, FORM, hidden={4: stream(b'BT /F1 18 Tf 20 150 Td (pay 900) Tj ET')})
        signed = self.signed_bytes('shadow', shifted)
        attacked = append(signed, {}, FORM, extra_entries={4: signed.rindex(b'4 0 obj', 0, len(shifted))})
        self.assertIn(hidden, attacked)
        self.assert_changes(attacked, refused=['page-content'])

    def test_dangling_reference_filled(self):
        """Shadow hide: the page names object 90, which is not there when it is signed."""
        picture = stream(b'0 0 300 200 re f', b'/Type /XObject /Subtype /Form /BBox [0 0 300 200] ')
        self.assert_changes(append(self.form, {90: picture}, FORM), refused=['page-content'])
        catalogue = object_body(self.form, 1)
        disguised = append(self.form, {1: catalogue[:-2] + b'/DSS 50 0 R\n>>', 50: b'<< /Certs [90 0 R] >>', 90: picture}, FORM)
        self.assert_changes(disguised, allowed=['evidence-added'], refused=['page-content'])

    def test_shared_objects(self):
        """Shadow replace by sharing: the appearance of a field, or the metadata, is also what the page shows."""
        picture = stream(b'0 0 300 200 re f', b'/Type /XObject /Subtype /Form /BBox [0 0 300 200] ')
        page = pdf_maker.form_objects()[3].replace(b'/X1 9 0 R', b'/X1 7 0 R')
        signed = self.signed_bytes('shared', pdf_maker.write_form(o3=page))
        self.assert_changes(append(signed, {7: picture}, FORM), refused=['page-content'])
        signed = self.signed_bytes('shared', pdf_maker.write_form(o1=b'<< /Type /Catalog /Pages 2 0 R /AcroForm 10 0 R /Metadata 4 0 R >>'))
        self.assert_changes(append(signed, {4: stream(b'', b'/Type /Metadata ')}, FORM), refused=['page-content'])

    def test_one_object_two_roles(self):
        """A field that is also the page's list of pictures: its value would be one of them."""
        page = pdf_maker.form_objects()[3].replace(b'/XObject << /X1 9 0 R /X2 90 0 R >>', b'/XObject 6 0 R')
        signed = self.signed_bytes('roles', pdf_maker.write_form(o3=page, o4=stream(b'/V Do')))
        picture = stream(b'0 0 300 200 re f', b'/Type /XObject /Subtype /Form /BBox [0 0 300 200] ')
        attacked = append(signed, {6: object_body(signed, 6)[:-2] + b'/V 60 0 R\n>>', 60: picture}, FORM)
        self.assertIn('page-content', self.judge(attacked)[0].kinds(False))
        annotation = b'<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /MediaBox [0 0 300 200] /Parent 2 0 R /Contents 4 0 R >>'
        signed = self.signed_bytes('roles', pdf_maker.write_form(o2=b'<< /Type /Pages /Kids [3 0 R 50 0 R] /Count 2 >>', o50=annotation), 'certify=3')
        attacked = append(signed, {50: annotation.replace(b'4 0 R', b'60 0 R'), 60: stream(b'')}, FORM)
        self.assertTrue(self.judge(attacked)[0].kinds(False))

    def test_signature_taken_out(self):
        signed = object_body(self.form, 3)
        field = int(re.search(rb'/T \(Signature1\)', self.form) and re.findall(rb'(\d+) 0 obj\n<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig', self.form)[-1])
        attacked = append(self.form, {10: b'<< /Fields [6 0 R 11 0 R] /SigFlags 3 >>'}, FORM)
        self.assertFalse(any(s.passes for s in self.judge(attacked)))
        self.assertEqual(len(self.judge(attacked)), 1)
        attacked = append(self.form, {1: b'<< /Type /Catalog /Pages 2 0 R >>'}, FORM)
        self.assertEqual([s.passes for s in self.judge(attacked)], [False])
        attacked = append(self.form, {}, FORM, free=[field])
        self.assertEqual([s.passes for s in self.judge(attacked)], [False])
        attacked = append(self.form, {field: object_body(self.form, field).replace(b'/V ', b'/W ')}, FORM)
        self.assertEqual([s.passes for s in self.judge(attacked)], [False])
        self.assertIn(b'/Annots', signed)

    def test_signature_dictionary_replaced(self):
        number = int(re.findall(rb'(\d+) 0 obj\n<<\n/Type /Sig\n', self.form)[-1])
        body = object_body(self.form, number)
        for new in (body, body.replace(b'/Type /Sig', b'/Type /Sig /Reason (other)'), b'null', b'<< /Type /Sig >>',
                    body.replace(b'/Contents', b'/Contents () /Contents')):
            self.assert_never_clean(append(self.form, {number: new}, FORM), new[:40])

    def test_whole_document_replaced_around_the_signature(self):
        _, (_, b, c, d) = byte_range(self.form)
        fake = pdf_maker.write_form(o4=stream(b'BT /F1 18 Tf 20 150 Td (pay 900) Tj ET'))
        other = self.signed_bytes('fake', fake)
        _, (_, ob, oc, _) = byte_range(other)
        self.assert_never_clean(other[:ob] + self.form[b:c] + other[oc:], 'other document, same signature')

    def test_smuggled_beside_allowed(self):
        """A form is filled in, as it may be, and something comes along."""
        field = object_body(self.form, 6)[:-2] + b'/V (1)\n>>'
        self.assert_changes(append(self.form, {6: field}, FORM), allowed=['form-fill'])
        self.assert_changes(append(self.form, {6: field, 50: b'<< /S /Launch >>'}, FORM), allowed=['form-fill'], refused=['undefined'])
        self.assert_changes(append(self.form, {6: field, 5: b'<< /Type /Font >>'}, FORM), allowed=['form-fill'], refused=['page-content'])
        self.assert_changes(append(self.form, {6: field, 11: object_body(self.form, 11).replace(b'150 20', b'0 0')}, FORM),
                            allowed=['form-fill'], refused=['undefined'])


class AllowedTest(ManipulationTest):
    def fill(self, data, **change):
        field = object_body(data, 6)[:-2] + b'/V (100)\n>>'
        return append(data, {6: field.replace(b'/N 7 0 R', b'/N 60 0 R'), 60: stream(b'/Tx BMC EMC', b'/Type /XObject /Subtype /Form ')}, FORM)

    def annotate(self, data):
        page = object_body(data, 3)
        annotation = b'<< /Type /Annot /Subtype /FreeText /Rect [20 100 200 180] /Contents (void) /AP << /N 61 0 R >> >>'
        return append(data, {3: re.sub(rb'/Annots \[(.*?)\]', rb'/Annots [\1 60 0 R ]', page), 60: annotation,
                             61: stream(b'', b'/Type /XObject /Subtype /Form ')}, FORM)

    def test_forms(self):
        self.assert_changes(self.fill(self.form), allowed=['form-fill'])
        self.assert_changes(self.fill(self.certified[1]), refused=['form-fill'])
        self.assert_changes(self.fill(self.certified[2]), allowed=['form-fill'])
        self.assert_changes(self.fill(self.certified[3]), allowed=['form-fill'])
        in_place = append(self.form, {7: stream(b'/Tx BMC (1) Tj EMC', b'/Type /XObject /Subtype /Form /BBox [0 0 100 20] ')}, FORM)
        self.assert_changes(in_place, allowed=['form-fill'])
        moved = append(self.form, {6: object_body(self.form, 6).replace(b'20 20 120 40', b'0 0 300 200')}, FORM)
        self.assert_changes(moved, refused=['undefined'])

    def test_annotations(self):
        self.assert_changes(self.annotate(self.form), refused=['annotation'])
        self.assert_changes(self.annotate(self.certified[1]), refused=['annotation'])
        self.assert_changes(self.annotate(self.certified[2]), refused=['annotation'])
        self.assert_changes(self.annotate(self.certified[3]), allowed=['annotation'])

    def test_locked_field(self):
        field = pdf_maker.form_objects()[11]
        for action, allowed in ((b'/All', False), (b'/Include /Fields [(amount)]', False), (b'/Exclude /Fields [(amount)]', True)):
            lock = field[:-2] + b'/Lock << /Type /SigFieldLock /Action %s >> >>' % action
            signed = self.signed_bytes('locked', pdf_maker.write_form(o11=lock), 'field=approval')
            if allowed:
                self.assert_changes(self.fill(signed), allowed=['form-fill'])
            else:
                self.assert_changes(self.fill(signed), refused=['form-fill'])

    def test_second_signature(self):
        for data in (self.form, self.certified[2], self.certified[3]):
            self.assert_changes(self.sign_again(data), allowed=['signature-added'])
            self.assert_changes(self.sign_again(data, 'field=approval'), allowed=['signature-added'])
            self.assert_changes(self.sign_again(self.fill(data)), allowed=['signature-added', 'form-fill'])

    def test_sneaky_signature(self):
        """In a certified document a field that was not there may not cover the page; elsewhere it is shown as added."""
        for data, allowed in ((self.form, True), (self.certified[2], False), (self.certified[3], False), (self.certified[1], False)):
            again = self.sign_again(self.form)  # the shape of what is appended
            self.assertTrue(again.startswith(self.form))
            page = object_body(data, 3)
            widget = b'<< /Type /Annot /Subtype /Widget /FT /Sig /T (sneaky) /F 4 /Rect [0 0 300 200] /P 3 0 R /AP << /N 61 0 R >> >>'
            fields = object_body(data, 10)
            attacked = append(data, {3: re.sub(rb'/Annots \[(.*?)\]', rb'/Annots [\1 60 0 R ]', page), 60: widget,
                                     10: re.sub(rb'/Fields \[(.*?)\]', rb'/Fields [\1 60 0 R ]', fields),
                                     61: stream(b'0 0 300 200 re f', b'/Type /XObject /Subtype /Form ')}, FORM)
            self.assert_changes(attacked, **{'allowed' if allowed else 'refused': ['field-added']})

    def test_new_text_field(self):
        fields = object_body(self.form, 10)
        widget = b'<< /Type /Annot /Subtype /Widget /FT /Tx /T (more) /V (pay 900) /Rect [0 0 300 200] /P 3 0 R >>'
        attacked = append(self.form, {60: widget, 10: re.sub(rb'/Fields \[(.*?)\]', rb'/Fields [\1 60 0 R ]', fields)}, FORM)
        self.assert_changes(attacked, refused=['undefined'])

    def test_evidence(self):
        for data in (self.form, *self.certified.values()):
            catalogue = object_body(data, 1)
            extended = append(data, {1: catalogue[:-2] + b'/DSS 60 0 R\n>>', 60: b'<< /Type /DSS /Certs [61 0 R] /OCSPs [] >>', 61: stream(b'x')}, FORM)
            self.assert_changes(extended, allowed=['evidence-added'])
            odd = append(data, {1: catalogue[:-2] + b'/DSS 60 0 R\n>>', 60: b'<< /Type /DSS /Other [61 0 R] >>', 61: stream(b'x')}, FORM)
            self.assert_changes(odd, refused=['undefined'])

    def test_metadata(self):
        new = stream(b'<y/>', b'/Type /Metadata /Subtype /XML ')
        self.assert_changes(append(self.form, {12: new, 8: b'<< /Title (Other) >>'}, FORM), allowed=['metadata'])
        self.assert_changes(append(self.certified[1], {12: new}, FORM), refused=['metadata'])

    def test_same_object_written_again(self):
        self.assert_changes(append(self.form, {3: object_body(self.form, 3), 5: object_body(self.form, 5)}, FORM))


class ManySignaturesTest(ManipulationTest):
    def test_fifty(self):
        data = self.plain
        for _ in range(20):
            data = self.sign_again(data)
        signatures = self.judge(data)
        self.assertEqual(len(signatures), 21)
        self.assertTrue(all(s.passes for s in signatures))
        broken = data[:700] + bytes([data[700] ^ 1]) + data[701:]
        answer = self.find_bytes(broken)
        self.assertFalse(any(s.passes for s in answer.signatures))


if __name__ == '__main__':
    main()
