/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signing-fixture.c: what the tests of signing stand on. */
#include "config.h"

#include "signing-fixture.h"

#include <string.h>

static void
append_object (GString *pdf, GArray *offsets, const char *body)
{
  g_array_append_val (offsets, pdf->len);
  g_string_append_printf (pdf, "%u 0 obj\n%s\nendobj\n", offsets->len, body);
}

static void
append_stream (GString *pdf, GArray *offsets, guint padding)
{
  static const char text[] = "BT /F1 24 Tf 72 720 Td (Sample contract) Tj ET\n";

  g_array_append_val (offsets, pdf->len);
  g_string_append_printf (pdf, "%u 0 obj\n<< /Length %zu >>\nstream\n%s", offsets->len, strlen (text) + padding, text);
  for (guint i = 0; i < padding; i++)
    g_string_append_c (pdf, i % 64 == 63 ? '\n' : ' ');
  g_string_append (pdf, "\nendstream\nendobj\n");
}

/* A one-page document written by hand: no library of ours or others takes part in making what is tested. */
GBytes *
signing_fixture_make_pdf (guint padding)
{
  GString *pdf = g_string_new ("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize xref;

  append_object (pdf, offsets, "<< /Type /Catalog /Pages 2 0 R >>");
  append_object (pdf, offsets, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
  append_object (pdf, offsets, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>");
  append_object (pdf, offsets, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  append_stream (pdf, offsets, padding);
  xref = pdf->len;
  g_string_append_printf (pdf, "xref\n0 %u\n0000000000 65535 f \n", offsets->len + 1);
  for (guint i = 0; i < offsets->len; i++)
    g_string_append_printf (pdf, "%010zu 00000 n \n", g_array_index (offsets, gsize, i));
  g_string_append_printf (pdf, "trailer\n<< /Size %u /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", offsets->len + 1, xref);
  return g_string_free_to_bytes (pdf);
}

SignetCertificate *
signing_fixture_issue (SigningFixture *fixture, const SignetTestCertificate *what)
{
  X509 *x509 = signet_test_new_certificate (what, fixture->key, fixture->ca_x509, fixture->ca_key);
  SignetCertificate *certificate = signet_certificate_new_x509 (x509);

  X509_free (x509);
  return certificate;
}

static void
make_people (SigningFixture *fixture, const SigningCase *which)
{
  SignetTestCertificate ca = { .subject = "CN=Sample CA,O=Sample", .ca = TRUE, .not_before = NOW - 86400, .not_after = NOW + 10 * 365 * 86400 };
  SignetTestCertificate holder = { .subject = "CN=Sample Holder,O=Sample", .not_before = NOW - 86400, .not_after = NOW + 365 * 86400 };

  fixture->ca_key = signet_test_new_key ("ec-p256");
  fixture->ca_x509 = signet_test_new_certificate (&ca, fixture->ca_key, NULL, fixture->ca_key);
  fixture->chain = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (fixture->chain, signet_certificate_new_x509 (fixture->ca_x509));
  fixture->key = signet_test_new_key (which != NULL && which->key_spec != NULL ? which->key_spec : "ec-p256");
  fixture->certificate = signing_fixture_issue (fixture, which != NULL && which->holder != NULL ? which->holder : &holder);
  fixture->signer = signet_test_signer_new (fixture->key);
  fixture->interaction = signet_test_interaction_new (NULL, NULL);
}

static void
make_places (SigningFixture *fixture, const SigningCase *which)
{
  g_autoptr (GBytes) pdf = signing_fixture_make_pdf (0);
  g_autofree char *database = NULL;
  g_autofree char *aside = signet_test_make_dir ();
  g_autoptr (GError) error = NULL;
  gboolean plain = which != NULL && which->plain;

  fixture->dir = signet_test_make_dir ();
  fixture->document = signet_test_write_file (fixture->dir, which != NULL && which->name != NULL ? which->name : "contract.pdf",
                                              plain ? "some text\n" : g_bytes_get_data (pdf, NULL), plain ? -1 : (gssize) g_bytes_get_size (pdf));
  database = g_build_filename (aside, "signet.db", NULL);
  fixture->clock = signet_clock_new_fixed (NOW);
  fixture->store = signet_store_open (database, &error);
  g_assert_no_error (error);
  fixture->journal = signet_journal_new (fixture->store, fixture->clock, &error);
  g_assert_no_error (error);
}

void
signing_fixture_reopen (SigningFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->signing);
  g_clear_object (&fixture->file);
  fixture->file = signet_document_file_open (fixture->document, &error);
  g_assert_no_error (error);
  fixture->signing = signet_signing_new (fixture->file, NULL);
  _signet_signing_set_certificate (fixture->signing, fixture->certificate);
  signet_signing_set_seams (fixture->signing, NULL, fixture->clock, fixture->journal);
  signet_signing_set_chain (fixture->signing, fixture->chain);
}

void
signing_fixture_set_up (SigningFixture *fixture, gconstpointer which)
{
  make_people (fixture, which);
  make_places (fixture, which);
  signing_fixture_reopen (fixture);
}

void
signing_fixture_tear_down (SigningFixture *fixture, gconstpointer which)
{
  g_clear_object (&fixture->signing);
  g_clear_object (&fixture->file);
  g_clear_object (&fixture->journal);
  g_clear_object (&fixture->store);
  g_clear_object (&fixture->clock);
  g_clear_object (&fixture->interaction);
  g_assert_finalize_object (fixture->signer);
  g_clear_object (&fixture->certificate);
  g_ptr_array_unref (fixture->chain);
  X509_free (fixture->ca_x509);
  EVP_PKEY_free (fixture->ca_key);
  EVP_PKEY_free (fixture->key);
  signet_test_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->document);
}

gboolean
signing_fixture_run (SigningFixture *fixture, GError **error)
{
  return signet_signing_run (fixture->signing, SIGNET_SIGNER (fixture->signer), SIGNET_INTERACTION (fixture->interaction), NULL, error);
}

void
signing_fixture_assert_signed (SigningFixture *fixture, const char *path, const char *detached)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (path, &error);
  g_autoptr (SignetDocumentFile) data = detached != NULL ? signet_document_file_open (detached, NULL) : NULL;
  g_autoptr (GPtrArray) signatures = NULL;
  SignetDocumentSignature *signature;

  g_assert_no_error (error);
  signatures = signet_document_find_signatures (file, data, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (signatures->len, ==, 1);
  signature = g_ptr_array_index (signatures, 0);
  g_assert_cmpint (signet_document_signature_get_integrity (signature), ==, SIGNET_INTEGRITY_INTACT);
  g_assert_cmpint (signet_document_signature_get_coverage (signature), ==, SIGNET_COVERAGE_WHOLE);
  g_assert_true (signet_certificate_equal (signet_document_signature_get_signer (signature), fixture->certificate));
}

void
signing_fixture_assert_untouched (SigningFixture *fixture)
{
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 1);
  g_assert_null (signet_signing_get_result_path (fixture->signing));
}

SignetSigningCheck *
signing_fixture_find_check (GPtrArray *checks, const char *code)
{
  for (guint i = 0; i < checks->len; i++)
    {
      SignetSigningCheck *check = g_ptr_array_index (checks, i);

      if (g_str_equal (check->code, code))
        return check;
    }
  return NULL;
}
