/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-revocation.c: verdicts where only a list tells about revocation, where issuers have to be fetched, and with what is kept: against
 * servers that do it right and wrong. Nothing forged, stale, about others or unanswered comes out TOTAL-PASSED.
 */
#include "config.h"

#include <string.h>

#include "signet-test-pki-folder.h"
#include "verdict-fixture.h"

static void
set_up (Fixture *fixture, gconstpointer data)
{
  Setting setting = *(const Setting *) data;

  setting.lists = TRUE;
  fixture_set_up (fixture, &setting);
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
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  g_assert_cmpint (status_of (fixture)->kind, ==, SIGNET_EVIDENCE_CRL);
  g_assert_cmpint (status_of (fixture)->status, ==, SIGNET_REVOCATION_GOOD);
  g_assert_cmpstr (status_of (fixture)->responder, ==, "Sample CA");
}

static void
test_revoked (Fixture *fixture, gconstpointer data)
{
  revoke_person (fixture, "keyCompromise");
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "REVOKED_NO_POE", "revoked");
  g_assert_cmpint (status_of (fixture)->reason, ==, 1);
}

static void
test_hold (Fixture *fixture, gconstpointer data)
{
  revoke_person (fixture, "certificateHold");
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "certificate-on-hold");
}

/* Revoked after the time-stamp: what was signed before stays signed, as with OCSP. */
static void
test_revoked_since (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  g_usleep (2100 * 1000);
  revoke_person (fixture, "superseded");
  fixture_validate (fixture, der);
  fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, "revoked-later");
}

static void
test_not_answered (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unknown");
}

static void
test_stale (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-stale");
}

static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unreachable");
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  g_clear_pointer (&fixture->lists, test_service_stop);
  fixture_validate (fixture, der);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unreachable");
}

static void
test_list_after_ocsp (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, "revocation-by-list");
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

  g_assert_null (fixture_run (fixture, der, cancellable, &error));
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
  fixture_validate (fixture, der);
  fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  signet_http_set_offline (fixture->options.http, TRUE);
  fixture_validate (fixture, der);
  fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, "revocation-kept");
  g_assert_cmpint (status_of (fixture)->origin, ==, SIGNET_EVIDENCE_FROM_CACHE);
  g_clear_pointer (&fixture->options.cache, signet_evidence_cache_unref);
  fixture_validate (fixture, der);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-not-checked");
}

/* --- issuers ------------------------------------------------------------------------------------------------------------------------ */

static void
test_issuer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  fixture_validate (fixture, der);
  fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  g_assert_cmpuint (signet_signature_report_get_path (fixture->signature)->len, ==, 3);
  signet_http_set_offline (fixture->options.http, TRUE);
  fixture_validate (fixture, der);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", "no-trust-anchor");
}

/* The chain may be had from anywhere; whom to trust is said here alone. */
static void
test_issuer_untrusted (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_set_size (fixture->options.anchors, 0);
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", "no-trust-anchor");
}

/* --- an authority that is revoked itself --------------------------------------------------------------------------------------------- */

static void
test_authority (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = g_strconcat ("URI:", fixture->lists->url, "root.crl", NULL);
  const char *lists[] = { "crlDistributionPoints", url, NULL };
  SignetTestCertificate authority = { .subject = "CN=Sample regional CA", .ca = TRUE, .extensions = lists, .serial = 0x4711aabb };
  SignetTestCertificate person = { .subject = "CN=Li Si (sample)" };
  EVP_PKEY *root_key = test_pki_load_key (test_pki_folder (), "root.key", NULL);
  EVP_PKEY *ca_key = signet_test_new_key ("ec-p256");
  X509 *ca = signet_test_new_certificate (&authority, ca_key, fixture->pki->root, root_key);
  X509 *leaf = signet_test_new_certificate (&person, fixture->key, ca, ca_key);
  g_autofree char *index = g_build_filename (test_pki_folder (), "index.txt", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_object_unref (fixture->what.signer);
  fixture->what.signer = signet_certificate_new_x509 (leaf);
  g_ptr_array_add (fixture->what.chain, signet_certificate_new_x509 (ca));
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, NULL);
  g_assert_true (g_file_get_contents (index, &before, NULL, NULL));
  after = g_strconcat (before, "R\t351122000000Z\t261101000000Z,CACompromise\t4711AABB\tunknown\t/CN=Sample regional CA\n", NULL);
  g_assert_true (g_file_set_contents (index, after, -1, NULL));
  fixture_sign_and_validate (fixture);
  fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, "REVOKED_CA_NO_POE", "ca-revoked");
  g_assert_true (g_file_set_contents (index, before, -1, NULL));
  X509_free (leaf);
  X509_free (ca);
  EVP_PKEY_free (ca_key);
  EVP_PKEY_free (root_key);
}

static const Setting plain = { 0 };
static const Setting with_tsa = { .tsa = TRUE };
static const Setting with_issuer = { .names_issuer = TRUE };
static const Setting ocsp_fails = { .names_ocsp = TRUE, .ocsp_fault = "error-500" };
static const Setting ocsp_html = { .names_ocsp = TRUE, .ocsp_fault = "html" };
static const Setting ocsp_unknown = { .names_ocsp = TRUE, .ocsp_fault = "unknown" };
static const Setting expired = { .fault = "expired" };

#define ADD(name, setting, function) g_test_add ("/validation/revocation/" name, Fixture, &setting, set_up, function, fixture_tear_down)

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

      g_test_add (path, Fixture, &unknown[i], set_up, test_not_answered, fixture_tear_down);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (unreachable); i++)
    {
      g_autofree char *path = g_strconcat ("/validation/revocation/", unreachable[i].fault, NULL);

      g_test_add (path, Fixture, &unreachable[i], set_up, test_unreachable, fixture_tear_down);
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
