/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-revocation.c: verdicts where only a list tells about revocation, where issuers have to be fetched, and with what is kept: against
 * servers that do it right and wrong. Nothing forged, stale, about others or unanswered comes out TOTAL-PASSED.
 */
#include "config.h"

#include <string.h>

#include "../../app/core/validation/signet-validation.h"
#include "make-signature.h"
#include "signet-test-pki.h"
#include "signet-test-service.h"
#include "signet-test.h"

#define CONTENT "what was agreed\n"

typedef struct {
  char                   *folder;
  TestPki                *pki;
  TestService            *lists;
  TestService            *ocsp;      /* (nullable) */
  TestService            *tsa;       /* (nullable) */
  EVP_PKEY               *key;
  X509                   *x509;
  MakeSignature           what;
  SignetValidationOptions options;
  GBytes                 *data;
  SignetFileReport       *report;    /* (nullable) */
  SignetSignatureReport  *signature; /* borrowed */
} Fixture;

typedef struct {
  const char *fault;      /* (nullable): of the server of lists */
  const char *ocsp_fault; /* (nullable): names an OCSP server that does this wrong */
  gboolean    names_ocsp;
  gboolean    tsa;
  gboolean    names_issuer;
} Setting;

static const char *
pki_folder (void)
{
  static char *folder;
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    {
      folder = signet_test_make_dir ();
      g_assert_true (test_pki_init (folder, NULL, NULL, &error));
      g_assert_no_error (error);
    }
  return folder;
}

static GPtrArray *
list_of (X509 *x509)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  if (x509 != NULL)
    g_ptr_array_add (list, signet_certificate_new_x509 (x509));
  return list;
}

static void
issue (Fixture *fixture)
{
  X509_NAME *name = test_pki_name ("CN=Li Si (sample)");
  g_autoptr (GError) error = NULL;

  fixture->key = signet_test_new_key ("ec-p256");
  fixture->x509 = test_pki_issue (fixture->pki, TEST_CERTIFICATE_SIGNATURE, fixture->key, name, 365, &error);
  g_assert_no_error (error);
  X509_NAME_free (name);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const Setting *setting = data;
  g_autoptr (GError) error = NULL;

  fixture->pki = test_pki_open (pki_folder (), &error);
  g_assert_no_error (error);
  fixture->lists = test_service_start ("SIGNET_TEST_REPOSITORY", pki_folder (), setting->fault);
  fixture->pki->crl_url = g_strconcat (fixture->lists->url, "ca.crl", NULL);
  if (setting->names_ocsp)
    {
      fixture->ocsp = test_service_start ("SIGNET_TEST_OCSP", pki_folder (), setting->ocsp_fault);
      fixture->pki->ocsp_url = g_strdup (fixture->ocsp->url);
    }
  if (setting->names_issuer)
    fixture->pki->issuer_url = g_strconcat (fixture->lists->url, "ca.p7c", NULL);
  if (setting->tsa)
    fixture->tsa = test_service_start ("SIGNET_TEST_TSA", pki_folder (), NULL);
  issue (fixture);
  fixture->what = (MakeSignature){ .signer = signet_certificate_new_x509 (fixture->x509), .key = fixture->key, .content = CONTENT,
                                   .chain = list_of (setting->names_issuer ? NULL : fixture->pki->ca),
                                   .tsa_url = fixture->tsa != NULL ? fixture->tsa->url : NULL };
  fixture->options = (SignetValidationOptions){ .anchors = list_of (fixture->pki->root), .http = signet_http_new (),
                                                .at = SIGNET_TIME_UNKNOWN, .clock = signet_clock_new_system () };
  fixture->folder = signet_test_make_dir ();
  fixture->data = g_bytes_new_static (CONTENT, strlen (CONTENT));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->report);
  g_bytes_unref (fixture->data);
  g_object_unref (fixture->what.signer);
  g_ptr_array_unref (fixture->what.chain);
  g_ptr_array_unref (fixture->options.anchors);
  g_clear_pointer (&fixture->options.crls, g_ptr_array_unref);
  g_clear_pointer (&fixture->options.cache, signet_evidence_cache_unref);
  g_object_unref (fixture->options.http);
  g_object_unref (fixture->options.clock);
  X509_free (fixture->x509);
  EVP_PKEY_free (fixture->key);
  test_service_stop (fixture->lists);
  test_service_stop (fixture->ocsp);
  test_service_stop (fixture->tsa);
  test_pki_free (fixture->pki);
  g_free (fixture->folder);
}

static SignetDocumentFile *
write_and_open (const char *folder, const char *name, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  g_autofree char *path = signet_test_write_file (folder, name, data, (gssize) size);
  g_autoptr (GError) error = NULL;
  SignetDocumentFile *file = signet_document_file_open (path, &error);

  g_assert_no_error (error);
  return file;
}

static SignetFileReport *
run (Fixture *fixture, GBytes *der, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetDocumentFile) file = write_and_open (fixture->folder, "a.p7s", der);
  g_autoptr (SignetDocumentFile) detached = write_and_open (fixture->folder, "a.txt", fixture->data);

  return signet_validation_run (file, detached, &fixture->options, cancellable, error);
}

static void
validate (Fixture *fixture, GBytes *der)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->report);
  fixture->report = run (fixture, der, NULL, &error);
  g_assert_no_error (error);
  fixture->signature = g_ptr_array_index (signet_file_report_get_signatures (fixture->report), 0);
}

static void
sign_and_validate (Fixture *fixture)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  validate (fixture, der);
}

static gboolean
has_reason (Fixture *fixture, const char *code)
{
  GPtrArray *reasons = signet_signature_report_get_reasons (fixture->signature);

  for (guint i = 0; i < reasons->len; i++)
    if (g_str_equal (((SignetValidationReason *) g_ptr_array_index (reasons, i))->code, code))
      return TRUE;
  return FALSE;
}

static void
expect (Fixture *fixture, SignetVerdict verdict, const char *sub_indication, const char *reason)
{
  g_assert_cmpstr (signet_signature_report_get_sub_indication (fixture->signature), ==, sub_indication);
  g_assert_cmpint (signet_signature_report_get_verdict (fixture->signature), ==, verdict);
  if (reason != NULL)
    g_assert_true (has_reason (fixture, reason));
  else
    g_assert_cmpuint (signet_signature_report_get_reasons (fixture->signature)->len, ==, 0);
}

static SignetRevocationStatus *
status_of (Fixture *fixture)
{
  return signet_signature_report_get_revocation (fixture->signature);
}

static void
revoke_person (Fixture *fixture, const char *reason)
{
  g_autofree char *serial = test_pki_serial (fixture->x509);

  g_assert_true (test_pki_revoke (fixture->pki, serial, reason, NULL));
}

/* --- lists ---------------------------------------------------------------------------------------------------------------------- */

static void
test_good (Fixture *fixture, gconstpointer data)
{
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  g_assert_cmpint (status_of (fixture)->kind, ==, SIGNET_EVIDENCE_CRL);
  g_assert_cmpint (status_of (fixture)->status, ==, SIGNET_REVOCATION_GOOD);
  g_assert_cmpstr (status_of (fixture)->responder, ==, "Sample CA");
}

static void
test_revoked (Fixture *fixture, gconstpointer data)
{
  revoke_person (fixture, "keyCompromise");
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "REVOKED_NO_POE", "revoked");
  g_assert_cmpint (status_of (fixture)->reason, ==, 1);
}

static void
test_hold (Fixture *fixture, gconstpointer data)
{
  revoke_person (fixture, "certificateHold");
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "certificate-on-hold");
}

/* Revoked after the time-stamp: what was signed before stays signed, as with OCSP. */
static void
test_revoked_since (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  g_usleep (2100 * 1000);
  revoke_person (fixture, "superseded");
  validate (fixture, der);
  expect (fixture, SIGNET_VERDICT_PASSED, NULL, "revoked-later");
}

static void
test_not_answered (Fixture *fixture, gconstpointer data)
{
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unknown");
}

static void
test_stale (Fixture *fixture, gconstpointer data)
{
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-stale");
}

static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unreachable");
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  g_clear_pointer (&fixture->lists, test_service_stop);
  validate (fixture, der);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unreachable");
}

static void
test_list_after_ocsp (Fixture *fixture, gconstpointer data)
{
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_PASSED, NULL, "revocation-by-list");
  g_assert_true (g_str_has_prefix (status_of (fixture)->instead, "OCSP: "));
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (700 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

/* A server that never ends: a person who no longer wants to wait does not. */
static void
test_drip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 begun = g_get_monotonic_time ();

  g_assert_null (run (fixture, der, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 10 * G_USEC_PER_SEC);
  g_thread_join (thread);
}

/* --- what is kept ----------------------------------------------------------------------------------------------------------------- */

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  fixture->options.cache = signet_evidence_cache_new (NULL, 0);
  validate (fixture, der);
  expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  signet_http_set_offline (fixture->options.http, TRUE);
  validate (fixture, der);
  expect (fixture, SIGNET_VERDICT_PASSED, NULL, "revocation-kept");
  g_assert_cmpint (status_of (fixture)->origin, ==, SIGNET_EVIDENCE_FROM_CACHE);
  g_clear_pointer (&fixture->options.cache, signet_evidence_cache_unref);
  validate (fixture, der);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-not-checked");
}

/* --- issuers ------------------------------------------------------------------------------------------------------------------------ */

static void
test_issuer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  validate (fixture, der);
  expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  g_assert_cmpuint (signet_signature_report_get_path (fixture->signature)->len, ==, 3);
  signet_http_set_offline (fixture->options.http, TRUE);
  validate (fixture, der);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", "no-trust-anchor");
}

/* The chain may be had from anywhere; whom to trust is said here alone. */
static void
test_issuer_untrusted (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_set_size (fixture->options.anchors, 0);
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", "no-trust-anchor");
}

/* --- an authority that is revoked itself --------------------------------------------------------------------------------------------- */

static void
test_authority (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = g_strconcat ("URI:", fixture->lists->url, "root.crl", NULL);
  const char *lists[] = { "crlDistributionPoints", url, NULL };
  SignetTestCertificate authority = { .subject = "CN=Sample regional CA", .ca = TRUE, .extensions = lists, .serial = 0x4711aabb };
  SignetTestCertificate person = { .subject = "CN=Li Si (sample)" };
  EVP_PKEY *root_key = test_pki_load_key (pki_folder (), "root.key", NULL);
  EVP_PKEY *ca_key = signet_test_new_key ("ec-p256");
  X509 *ca = signet_test_new_certificate (&authority, ca_key, fixture->pki->root, root_key);
  X509 *leaf = signet_test_new_certificate (&person, fixture->key, ca, ca_key);
  g_autofree char *index = g_build_filename (pki_folder (), "index.txt", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_object_unref (fixture->what.signer);
  fixture->what.signer = signet_certificate_new_x509 (leaf);
  g_ptr_array_add (fixture->what.chain, signet_certificate_new_x509 (ca));
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  g_assert_true (g_file_get_contents (index, &before, NULL, NULL));
  after = g_strconcat (before, "R\t351122000000Z\t261101000000Z,CACompromise\t4711AABB\tunknown\t/CN=Sample regional CA\n", NULL);
  g_assert_true (g_file_set_contents (index, after, -1, NULL));
  sign_and_validate (fixture);
  expect (fixture, SIGNET_VERDICT_INDETERMINATE, "REVOKED_CA_NO_POE", "ca-revoked");
  g_assert_true (g_file_set_contents (index, before, -1, NULL));
  X509_free (leaf);
  X509_free (ca);
  EVP_PKEY_free (ca_key);
  EVP_PKEY_free (root_key);
}

static const Setting plain = { NULL };
static const Setting with_tsa = { .tsa = TRUE };
static const Setting with_issuer = { .names_issuer = TRUE };
static const Setting ocsp_fails = { .names_ocsp = TRUE, .ocsp_fault = "error-500" };
static const Setting ocsp_html = { .names_ocsp = TRUE, .ocsp_fault = "html" };
static const Setting ocsp_unknown = { .names_ocsp = TRUE, .ocsp_fault = "unknown" };
static const Setting expired = { .fault = "expired" };

#define ADD(name, setting, function) g_test_add ("/validation/revocation/" name, Fixture, &setting, set_up, function, tear_down)

/* What a server of lists can do wrong, and the reason told. */
static void
add_faults (void)
{
  static const Setting unknown[] = { { .fault = "future" }, { .fault = "bad-signature" }, { .fault = "wrong-signer" }, { .fault = "other-issuer" },
                                     { .fault = "only-ca" }, { .fault = "other-point" }, { .fault = "some-reasons" }, { .fault = "indirect" },
                                     { .fault = "delta" }, { .fault = "critical-extension" }, { .fault = "critical-entry" },
                                     { .fault = "weak-algorithm" }, { .fault = "html" }, { .fault = "garbage" }, { .fault = "huge" },
                                     { .fault = "elsewhere" } };
  static const Setting unreachable[] = { { .fault = "error-500" }, { .fault = "round" } };
  static const Setting drip = { .fault = "drip" }, slow = { .fault = "slow" };

  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autofree char *path = g_strconcat ("/validation/revocation/", unknown[i].fault, NULL);

      g_test_add (path, Fixture, &unknown[i], set_up, test_not_answered, tear_down);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (unreachable); i++)
    {
      g_autofree char *path = g_strconcat ("/validation/revocation/", unreachable[i].fault, NULL);

      g_test_add (path, Fixture, &unreachable[i], set_up, test_unreachable, tear_down);
    }
  ADD ("drip", drip, test_drip);
  ADD ("slow", slow, test_drip);
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("good", plain, test_good);
  ADD ("revoked", plain, test_revoked);
  ADD ("hold", plain, test_hold);
  ADD ("revoked-since", with_tsa, test_revoked_since);
  ADD ("expired", expired, test_stale);
  ADD ("gone", plain, test_gone);
  ADD ("list-after-ocsp-error", ocsp_fails, test_list_after_ocsp);
  ADD ("list-after-ocsp-html", ocsp_html, test_list_after_ocsp);
  ADD ("list-after-ocsp-unknown", ocsp_unknown, test_list_after_ocsp);
  add_faults ();
  ADD ("kept", plain, test_kept);
  ADD ("issuer", with_issuer, test_issuer);
  ADD ("issuer-untrusted", with_issuer, test_issuer_untrusted);
  ADD ("authority", plain, test_authority);
  return g_test_run ();
}
