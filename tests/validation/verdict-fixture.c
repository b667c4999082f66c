/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict-fixture.c: see verdict-fixture.h. One thread. */
#include "config.h"

#include "verdict-fixture.h"

#include <string.h>

#include "signet-test-pki-folder.h"

static GPtrArray *
list_of (X509 *x509)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  if (x509 != NULL)
    g_ptr_array_add (list, signet_certificate_new_x509 (x509));
  return list;
}

static void
start_servers (Fixture *self, const Setting *setting)
{
  const char *folder = test_pki_folder ();

  if (setting->lists)
    {
      self->lists = test_service_start ("SIGNET_TEST_REPOSITORY", folder, setting->fault);
      self->pki->crl_url = g_strconcat (self->lists->url, "ca.crl", NULL);
    }
  if (setting->names_ocsp)
    {
      self->ocsp = test_service_start ("SIGNET_TEST_OCSP", folder, setting->ocsp_fault);
      self->pki->ocsp_url = g_strdup (self->ocsp->url);
    }
  if (setting->names_issuer)
    self->pki->issuer_url = g_strconcat (self->lists->url, "ca.p7c", NULL);
  if (setting->tsa)
    self->tsa = test_service_start ("SIGNET_TEST_TSA", folder, NULL);
}

static void
issue (Fixture *self, const Setting *setting)
{
  X509_NAME *name = test_pki_name ("CN=Li Si (sample)");
  g_autoptr (GError) error = NULL;

  self->key = signet_test_new_key ("ec-p256");
  self->x509 = test_pki_issue (self->pki, setting->kind, self->key, name, setting->days != 0 ? setting->days : 365, &error);
  g_assert_no_error (error);
  X509_NAME_free (name);
}

void
fixture_set_up (Fixture *self, const Setting *setting)
{
  g_autoptr (GError) error = NULL;

  self->pki = test_pki_open (test_pki_folder (), &error);
  g_assert_no_error (error);
  start_servers (self, setting);
  issue (self, setting);
  self->what = (MakeSignature){ .signer = signet_certificate_new_x509 (self->x509), .key = self->key, .content = CONTENT,
                                .chain = list_of (setting->names_issuer ? NULL : self->pki->ca),
                                .tsa_url = self->tsa != NULL ? self->tsa->url : NULL };
  self->options = (SignetValidationOptions){ .anchors = list_of (self->pki->root), .http = signet_http_new (),
                                             .at = SIGNET_TIME_UNKNOWN, .clock = signet_clock_new_system () };
  self->data = g_bytes_new_static (CONTENT, strlen (CONTENT));
}

void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->report);
  g_clear_pointer (&self->data, g_bytes_unref);
  g_object_unref (self->what.signer);
  g_ptr_array_unref (self->what.chain);
  g_clear_pointer (&self->what.token, g_bytes_unref);
  g_ptr_array_unref (self->options.anchors);
  g_clear_pointer (&self->options.crls, g_ptr_array_unref);
  g_clear_pointer (&self->options.cache, signet_evidence_cache_unref);
  g_clear_object (&self->options.http);
  g_object_unref (self->options.clock);
  X509_free (self->x509);
  EVP_PKEY_free (self->key);
  test_service_stop (self->lists);
  test_service_stop (self->ocsp);
  test_service_stop (self->tsa);
  test_pki_free (self->pki);
}

SignetDocumentFile *
fixture_write_and_open (const char *folder, const char *name, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  g_autofree char *path = signet_test_write_file (folder, name, data, (gssize) size);
  g_autoptr (GError) error = NULL;
  SignetDocumentFile *file = signet_document_file_open (path, &error);

  g_assert_no_error (error);
  return file;
}

SignetFileReport *
fixture_run (Fixture *self, GBytes *der, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = signet_test_make_dir ();
  g_autoptr (SignetDocumentFile) file = fixture_write_and_open (folder, "a.p7s", der);
  g_autoptr (SignetDocumentFile) detached = self->data != NULL ? fixture_write_and_open (folder, "a.txt", self->data) : NULL;

  return signet_validation_run (file, detached, &self->options, cancellable, error);
}

void
fixture_validate (Fixture *self, GBytes *der)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->report);
  self->report = fixture_run (self, der, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (signet_file_report_get_signatures (self->report)->len, ==, 1);
  self->signature = g_ptr_array_index (signet_file_report_get_signatures (self->report), 0);
}

void
fixture_sign_and_validate (Fixture *self)
{
  g_autoptr (GBytes) der = make_signature (&self->what);

  fixture_validate (self, der);
}

gboolean
fixture_has_reason (Fixture *self, const char *code)
{
  GPtrArray *reasons = signet_signature_report_get_reasons (self->signature);

  for (guint i = 0; i < reasons->len; i++)
    if (g_str_equal (((SignetValidationReason *) g_ptr_array_index (reasons, i))->code, code))
      return TRUE;
  return FALSE;
}

void
fixture_expect (Fixture *self, SignetVerdict verdict, const char *sub_indication, const char *reason)
{
  g_assert_cmpstr (signet_signature_report_get_sub_indication (self->signature), ==, sub_indication);
  g_assert_cmpint (signet_signature_report_get_verdict (self->signature), ==, verdict);
  g_assert_cmpint (signet_file_report_get_verdict (self->report), ==, verdict);
  if (reason != NULL)
    g_assert_true (fixture_has_reason (self, reason));
  else
    g_assert_cmpuint (signet_signature_report_get_reasons (self->signature)->len, ==, 0);
}
