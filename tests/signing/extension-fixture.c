/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extension-fixture.c: see extension-fixture.h. One thread. */
#include "config.h"

#include "extension-fixture.h"

#include <openssl/pem.h>
#include <string.h>

#include "signing-fixture.h"

static void
issue_holder (ExtensionFixture *self)
{
  X509_NAME *name = test_pki_name ("CN=Wang Wu (sample)");
  g_autoptr (GError) error = NULL;

  self->pki->ocsp_url = g_strdup (self->ocsp->url);
  self->key = signet_test_new_key ("ec-p256");
  self->x509 = test_pki_issue (self->pki, TEST_CERTIFICATE_SIGNATURE, self->key, name, 365, &error);
  g_assert_no_error (error);
  self->certificate = signet_certificate_new_x509 (self->x509);
  self->signer = signet_test_signer_new (self->key);
  X509_NAME_free (name);
}

static void
write_pem (const char *path, X509 *x509, EVP_PKEY *key)
{
  FILE *file = fopen (path, "w");

  g_assert_nonnull (file);
  g_assert_true (x509 != NULL ? PEM_write_X509 (file, x509) == 1 : PEM_write_PrivateKey (file, key, NULL, NULL, 0, NULL, NULL) == 1);
  fclose (file);
}

/* The time-stamp authority's certificate names the responder too: it can be revoked like any other. */
static void
make_tsa (ExtensionFixture *self, int days)
{
  g_autofree char *responder = g_strconcat ("OCSP;URI:", self->ocsp->url, NULL);
  const char *const extensions[] = { "extendedKeyUsage", "critical,timeStamping", "authorityInfoAccess", responder, NULL };
  SignetTestCertificate what = { .subject = "CN=Sample stamps,O=Sample", .key_usage = "digitalSignature", .extensions = extensions,
                                 .not_after = self->now + days * DAY };
  EVP_PKEY *key = signet_test_new_key ("rsa-2048");
  X509 *x509 = signet_test_new_certificate (&what, key, self->pki->ca, self->pki->ca_key);
  g_autofree char *certificate_path = g_build_filename (self->pki_dir, "tsa.pem", NULL);
  g_autofree char *key_path = g_build_filename (self->pki_dir, "tsa.key", NULL);
  g_autofree char *serial = test_pki_serial (x509);
  g_autofree char *index_path = g_build_filename (self->pki_dir, "index.txt", NULL);
  g_autofree char *index = NULL;
  g_autofree char *with = NULL;

  write_pem (certificate_path, x509, NULL);
  write_pem (key_path, NULL, key);
  g_assert_true (g_file_get_contents (index_path, &index, NULL, NULL));
  with = g_strdup_printf ("%sV\t491231235959Z\t\t%s\tunknown\t/CN=Sample stamps\n", index, serial);
  g_assert_true (g_file_set_contents (index_path, with, -1, NULL));
  X509_free (x509);
  EVP_PKEY_free (key);
}

void
extension_fixture_change_tsa (ExtensionFixture *self, int days)
{
  test_service_stop (self->tsa);
  make_tsa (self, days);
  self->tsa = test_service_start ("SIGNET_TEST_TSA", self->pki_dir, NULL);
}

void
extension_fixture_stop_ocsp (ExtensionFixture *self)
{
  test_service_stop (g_steal_pointer (&self->ocsp));
}

static void
make_document (ExtensionFixture *self, const char *name)
{
  g_autoptr (GBytes) pdf = signing_fixture_make_pdf (0);

  self->dir = signet_test_make_dir ();
  if (name == NULL)
    self->document = signet_test_write_file (self->dir, "contract.pdf", g_bytes_get_data (pdf, NULL), (gssize) g_bytes_get_size (pdf));
  else
    self->document = signet_test_write_file (self->dir, name, "what was agreed\n", -1);
}

void
extension_fixture_set_up (ExtensionFixture *self, const ExtensionCase *which)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pki_dir = signet_test_make_dir ();

  self->pki_dir = g_build_filename (pki_dir, "pki", NULL);
  self->now = g_get_real_time () / G_USEC_PER_SEC;
  self->clock = signet_clock_new_system ();
  self->http = signet_http_new ();
  g_assert_true (test_pki_init (self->pki_dir, NULL, NULL, &error));
  g_assert_no_error (error);
  self->pki = test_pki_open (self->pki_dir, &error);
  g_assert_no_error (error);
  self->ocsp = test_service_start ("SIGNET_TEST_OCSP", self->pki_dir, NULL);
  make_tsa (self, which != NULL && which->tsa_days != 0 ? which->tsa_days : 5 * 365);
  self->tsa = test_service_start ("SIGNET_TEST_TSA", self->pki_dir, NULL);
  issue_holder (self);
  self->chain = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->chain, signet_certificate_new_x509 (self->pki->ca));
  g_ptr_array_add (self->chain, signet_certificate_new_x509 (self->pki->root));
  self->anchors = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->anchors, signet_certificate_new_x509 (self->pki->root));
  make_document (self, which != NULL ? which->name : NULL);
}

void
extension_fixture_tear_down (ExtensionFixture *self, gconstpointer which)
{
  g_clear_object (&self->report);
  test_service_stop (self->ocsp);
  test_service_stop (self->tsa);
  test_pki_free (self->pki);
  g_clear_pointer (&self->cache, signet_evidence_cache_unref);
  g_clear_object (&self->certificate);
  g_assert_finalize_object (self->signer);
  g_ptr_array_unref (self->chain);
  g_ptr_array_unref (self->anchors);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  X509_free (self->x509);
  EVP_PKEY_free (self->key);
  g_free (self->pki_dir);
  g_free (self->dir);
  g_free (self->document);
}

char *
extension_fixture_sign (ExtensionFixture *self, const char *level, GError **error)
{
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (self->document, NULL);
  g_autoptr (SignetSigning) signing = signet_signing_new (file, NULL);

  _signet_signing_set_certificate (signing, self->certificate);
  signet_signing_set_seams (signing, self->http, self->clock, NULL);
  signet_signing_set_evidence_cache (signing, self->cache);
  signet_signing_set_chain (signing, self->chain);
  signet_signing_set_format (signing, g_str_has_suffix (self->document, ".pdf") ? "pades" : "cades");
  signet_signing_set_level (signing, level);
  signet_signing_set_tsa (signing, self->tsa->url);
  if (!signet_signing_run (signing, SIGNET_SIGNER (self->signer), NULL, NULL, error))
    return NULL;
  return g_strdup (signet_signing_get_result_path (signing));
}

/* (transfer full) (nullable): the data beside a detached signature */
static SignetDocumentFile *
open_detached (ExtensionFixture *self, const char *path)
{
  return g_str_has_suffix (path, ".p7s") ? signet_document_file_open (self->document, NULL) : NULL;
}

SignetExtension *
extension_fixture_open (ExtensionFixture *self, const char *path, SignetLevel level)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (path, &error);
  g_autoptr (SignetDocumentFile) detached = open_detached (self, path);
  const char *const servers[] = { self->tsa->url, NULL };
  SignetExtension *extension;

  g_assert_no_error (error);
  extension = signet_extension_new (file);
  signet_extension_set_seams (extension, self->http, self->clock, NULL);
  signet_extension_set_evidence_cache (extension, self->cache);
  signet_extension_set_chain (extension, self->chain);
  signet_extension_set_servers (extension, servers);
  signet_extension_set_detached (extension, detached);
  signet_extension_set_level (extension, level);
  return extension;
}

char *
extension_fixture_extend (ExtensionFixture *self, const char *path, SignetLevel level)
{
  g_autoptr (SignetExtension) extension = extension_fixture_open (self, path, level);
  g_autoptr (GError) error = NULL;

  signet_extension_run (extension, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (signet_level_get_name (signet_extension_get_level (extension)), ==, signet_level_get_name (level));
  g_assert_cmpuint (signet_extension_get_problems (extension)->len, ==, 0);
  return g_strdup (signet_extension_get_result_path (extension));
}

SignetVerdict
extension_fixture_validate (ExtensionFixture *self, const char *path, gint64 time, gboolean online)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (path, &error);
  g_autoptr (SignetDocumentFile) detached = open_detached (self, path);
  g_autoptr (SignetClock) clock = signet_clock_new_fixed (time);
  SignetValidationOptions options = { .anchors = self->anchors, .http = online ? self->http : NULL, .at = SIGNET_TIME_UNKNOWN, .clock = clock };

  g_assert_no_error (error);
  g_clear_object (&self->report);
  self->report = signet_validation_run (file, detached, &options, NULL, &error);
  g_assert_no_error (error);
  if (g_getenv ("SIGNET_TEST_VERBOSE") != NULL)
    for (guint i = 0; i < signet_file_report_get_signatures (self->report)->len; i++)
      {
        SignetSignatureReport *report = g_ptr_array_index (signet_file_report_get_signatures (self->report), i);
        GPtrArray *reasons = signet_signature_report_get_reasons (report);

        g_printerr ("%s %s %s %s\n", signet_document_signature_get_id (signet_signature_report_get_signature (report)),
                    signet_document_signature_get_level (signet_signature_report_get_signature (report)),
                    signet_verdict_get_id (signet_signature_report_get_verdict (report)), signet_signature_report_get_sub_indication (report));
        for (guint j = 0; j < reasons->len; j++)
          g_printerr ("   %s: %s\n", ((SignetValidationReason *) g_ptr_array_index (reasons, j))->code,
                      ((SignetValidationReason *) g_ptr_array_index (reasons, j))->detail);
      }
  return signet_file_report_get_verdict (self->report);
}

SignetSignatureReport *
extension_fixture_first (ExtensionFixture *self)
{
  return g_ptr_array_index (signet_file_report_get_signatures (self->report), 0);
}

void
extension_fixture_assert_level (ExtensionFixture *self, const char *path, const char *level)
{
  g_assert_cmpint (extension_fixture_validate (self, path, self->now, FALSE), ==, SIGNET_VERDICT_PASSED);
  g_assert_cmpstr (signet_document_signature_get_level (signet_signature_report_get_signature (extension_fixture_first (self))), ==, level);
}
