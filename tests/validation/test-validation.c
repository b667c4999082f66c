/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-validation.c: one verdict, in the standard's terms, for each way a signature can be good or not. Nothing forged, expired, revoked
 * or unanswered comes out TOTAL-PASSED.
 */
#include "config.h"

#include <string.h>

#include "verdict-fixture.h"

#define DAY 86400

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, data);
}

#define EXPECT_PASSED(reason) fixture_expect (fixture, SIGNET_VERDICT_PASSED, NULL, reason)
#define EXPECT_OPEN(sub, reason) fixture_expect (fixture, SIGNET_VERDICT_INDETERMINATE, sub, reason)
#define EXPECT_FAILED(sub, reason) fixture_expect (fixture, SIGNET_VERDICT_FAILED, sub, reason)

static const Setting plain = { .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting with_ocsp = { .names_ocsp = TRUE, .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting with_tsa = { .tsa = TRUE, .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting with_both = { .names_ocsp = TRUE, .tsa = TRUE, .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting revoked = { .names_ocsp = TRUE, .ocsp_fault = "revoked-all", .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting revoked_tsa = { .names_ocsp = TRUE, .ocsp_fault = "revoked-all", .tsa = TRUE, .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting unknown = { .names_ocsp = TRUE, .ocsp_fault = "unknown", .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting error_500 = { .names_ocsp = TRUE, .ocsp_fault = "error-500", .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting html = { .names_ocsp = TRUE, .ocsp_fault = "html", .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting wrong_signer = { .names_ocsp = TRUE, .ocsp_fault = "wrong-signer", .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting old_response = { .names_ocsp = TRUE, .ocsp_fault = "old-response", .kind = TEST_CERTIFICATE_SIGNATURE };
static const Setting identity = { .kind = TEST_CERTIFICATE_IDENTITY };
static const Setting authority = { .kind = TEST_CERTIFICATE_CA };
static const Setting time_stamper = { .kind = TEST_CERTIFICATE_TSA };

/* --- good ---------------------------------------------------------------------------------------------------------------- */

static void
test_good (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_PASSED (NULL);
  g_assert_cmpstr (signet_file_report_get_format (fixture->report), ==, "cades");
  g_assert_cmpstr (signet_signature_report_get_time_source (fixture->signature), ==, "now");
  g_assert_cmpint (signet_signature_report_get_best_time (fixture->signature), ==, signet_file_report_get_at (fixture->report));
  g_assert_cmpuint (signet_signature_report_get_path (fixture->signature)->len, ==, 3);
  g_assert_true (signet_signature_report_get_algorithm_ok (fixture->signature));
  g_assert_null (signet_signature_report_get_revocation (fixture->signature));
}

static void
test_good_ocsp (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_PASSED (NULL);
  g_assert_cmpint (signet_signature_report_get_revocation (fixture->signature)->status, ==, SIGNET_REVOCATION_GOOD);
}

static void
test_good_timestamp (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_PASSED (NULL);
  g_assert_cmpstr (signet_signature_report_get_time_source (fixture->signature), ==, "timestamp");
  g_assert_nonnull (signet_signature_report_get_timestamp (fixture->signature));
}

/* The certificate ended long ago; the time-stamp proves that the signature is older. */
static void
test_expired_since (Fixture *fixture, gconstpointer data)
{
  fixture->options.at = g_get_real_time () / G_USEC_PER_SEC + 400 * DAY;
  fixture_sign_and_validate (fixture);
  EXPECT_PASSED (NULL);
}

/* Revoked after the time-stamp: what was signed before stays signed. */
static void
test_revoked_since (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);
  g_autofree char *serial = test_pki_serial (fixture->x509);

  g_usleep (2100 * 1000);
  g_assert_true (test_pki_revoke (fixture->pki, serial, "superseded", NULL));
  fixture_validate (fixture, der);
  EXPECT_PASSED ("revoked-later");
}

/* --- not what was signed ----------------------------------------------------------------------------------------------------- */

static void
test_other_content (Fixture *fixture, gconstpointer data)
{
  g_bytes_unref (fixture->data);
  fixture->data = g_bytes_new_static ("what was never agreed\n", 22);
  fixture_sign_and_validate (fixture);
  EXPECT_FAILED ("HASH_FAILURE", "digest-mismatch");
}

static void
test_spoilt (Fixture *fixture, gconstpointer data)
{
  fixture->what.spoil = TRUE;
  fixture_sign_and_validate (fixture);
  EXPECT_FAILED ("SIG_CRYPTO_FAILURE", "signature-mismatch");
}

/* Somebody else's key under this certificate's name. */
static void
test_other_key (Fixture *fixture, gconstpointer data)
{
  fixture->what.key = signet_test_new_key ("ec-p256");
  fixture_sign_and_validate (fixture);
  EXPECT_FAILED ("SIG_CRYPTO_FAILURE", "signature-mismatch");
  EVP_PKEY_free (fixture->what.key);
}

static void
test_no_data (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->data, g_bytes_unref);
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("SIGNED_DATA_NOT_FOUND", "no-data");
}

/* --- not by whom we trust ------------------------------------------------------------------------------------------------------ */

static void
test_no_anchor (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_set_size (fixture->options.anchors, 0);
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("NO_CERTIFICATE_CHAIN_FOUND", "no-trust-anchor");
}

/* An authority of the same name that somebody made at home. */
static void
test_forged_authority (Fixture *fixture, gconstpointer data)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetTestCertificate ca = { .subject = "CN=Sample CA", .ca = TRUE };
  SignetTestCertificate leaf = { .subject = "CN=Li Si (sample)" };
  X509 *forged_ca = signet_test_new_certificate (&ca, key, NULL, key);
  X509 *forged = signet_test_new_certificate (&leaf, fixture->key, forged_ca, key);

  g_object_unref (fixture->what.signer);
  fixture->what.signer = signet_certificate_new_x509 (forged);
  fixture_sign_and_validate (fixture);
  g_assert_cmpint (signet_signature_report_get_verdict (fixture->signature), ==, SIGNET_VERDICT_INDETERMINATE);
  g_assert_cmpstr (signet_signature_report_get_sub_indication (fixture->signature), ==, "NO_CERTIFICATE_CHAIN_FOUND");
  X509_free (forged);
  X509_free (forged_ca);
  EVP_PKEY_free (key);
}

static void
test_identity (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("CHAIN_CONSTRAINTS_FAILURE", "identity-only");
}

static void
test_wrong_class (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("CHAIN_CONSTRAINTS_FAILURE", "certificate-class");
}

/* --- not in its time ----------------------------------------------------------------------------------------------------------- */

static void
test_expired (Fixture *fixture, gconstpointer data)
{
  fixture->options.at = g_get_real_time () / G_USEC_PER_SEC + 400 * DAY;
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("OUT_OF_BOUNDS_NO_POE", "expired");
}

static void
test_too_early (Fixture *fixture, gconstpointer data)
{
  fixture->options.at = g_get_real_time () / G_USEC_PER_SEC - DAY;
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("OUT_OF_BOUNDS_NO_POE", "not-yet-valid");
}

/* A clock that is behind: a time-stamp from its future proves nothing. */
static void
test_timestamp_from_future (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);

  fixture->options.at = g_get_real_time () / G_USEC_PER_SEC - 2000;
  fixture_validate (fixture, der);
  EXPECT_OPEN ("TIMESTAMP_ORDER_FAILURE", "future-time");
}

static void
test_timestamp_transplanted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (GBytes) other = g_bytes_new_static ("another signature", 17);

  fixture->what.token = signet_evidence_fetch_timestamp (http, fixture->tsa->url, SIGNET_DIGEST_SHA256, other, NULL, NULL);
  g_assert_nonnull (fixture->what.token);
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("SIG_CONSTRAINTS_FAILURE", "timestamp-imprint");
}

/* A time-stamp of an authority nobody here trusts proves no time, and takes nothing away. */
static void
test_timestamp_untrusted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *elsewhere = signet_test_make_dir ();
  g_autoptr (TestService) tsa = NULL;

  g_assert_true (test_pki_init (elsewhere, NULL, NULL, NULL));
  tsa = test_service_start ("SIGNET_TEST_TSA", elsewhere, NULL);
  fixture->what.tsa_url = tsa->url;
  fixture_sign_and_validate (fixture);
  EXPECT_PASSED ("timestamp-untrusted");
  g_assert_cmpstr (signet_signature_report_get_time_source (fixture->signature), ==, "now");
}

/* --- revocation ---------------------------------------------------------------------------------------------------------------- */

static void
test_revoked (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("REVOKED_NO_POE", "revoked");
  g_assert_cmpint (signet_signature_report_get_revocation (fixture->signature)->status, ==, SIGNET_REVOCATION_REVOKED);
}

static void
test_on_hold (Fixture *fixture, gconstpointer data)
{
  g_autofree char *serial = test_pki_serial (fixture->x509);

  g_assert_true (test_pki_revoke (fixture->pki, serial, "certificateHold", NULL));
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("TRY_LATER", "certificate-on-hold");
}

static void
test_not_answered (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("TRY_LATER", "revocation-unknown");
}

static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("TRY_LATER", "revocation-unreachable");
}

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  signet_http_set_offline (fixture->options.http, TRUE);
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("TRY_LATER", "revocation-not-checked");
  g_clear_object (&fixture->options.http);
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("TRY_LATER", "revocation-not-checked");
}

/* --- algorithms ---------------------------------------------------------------------------------------------------------------- */

static void
test_sha1 (Fixture *fixture, gconstpointer data)
{
  fixture->what.digest = SIGNET_DIGEST_SHA1;
  fixture_sign_and_validate (fixture);
  EXPECT_OPEN ("CRYPTO_CONSTRAINTS_FAILURE", "algorithm-not-acceptable");
  g_assert_false (signet_signature_report_get_algorithm_ok (fixture->signature));
}

/* --- worst decides, nothing passes by accident ------------------------------------------------------------------------------------ */

static void
test_all_reasons (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_set_size (fixture->options.anchors, 0);
  fixture->what.spoil = TRUE;
  fixture_sign_and_validate (fixture);
  EXPECT_FAILED ("SIG_CRYPTO_FAILURE", "signature-mismatch");
  g_assert_true (fixture_has_reason (fixture, "identity-only"));
  g_assert_true (fixture_has_reason (fixture, "no-trust-anchor"));
}

/* Every byte of a good signature bent in turn: TOTAL-PASSED only where what was signed did not change. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = make_signature (&fixture->what);
  g_autofree char *folder = signet_test_make_dir ();
  g_autoptr (SignetDocumentFile) detached = fixture_write_and_open (folder, "a.txt", fixture->data);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (der, &size);

  for (gsize i = 0; i < size; i += 5)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      g_autoptr (GBytes) bent = NULL;
      g_autoptr (SignetDocumentFile) file = NULL;
      g_autoptr (SignetFileReport) report = NULL;
      g_autoptr (GError) error = NULL;

      copy[i] ^= 0x04;
      bent = g_bytes_new (copy, size);
      file = fixture_write_and_open (folder, "a.p7s", bent);
      report = signet_validation_run (file, detached, &fixture->options, NULL, &error);
      g_assert_true ((report == NULL) == (error != NULL));
      if (report == NULL || signet_file_report_get_verdict (report) != SIGNET_VERDICT_PASSED)
        continue;
      fixture->signature = g_ptr_array_index (signet_file_report_get_signatures (report), 0);
      g_assert_true (signet_certificate_equal (
        signet_document_signature_get_signer (signet_signature_report_get_signature (fixture->signature)), fixture->what.signer));
    }
}

#define ADD(name, setting, function) g_test_add ("/validation/" name, Fixture, &setting, set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("good", plain, test_good);
  ADD ("good-ocsp", with_ocsp, test_good_ocsp);
  ADD ("good-timestamp", with_tsa, test_good_timestamp);
  ADD ("expired-since", with_both, test_expired_since);
  ADD ("revoked-since", with_both, test_revoked_since);
  ADD ("other-content", plain, test_other_content);
  ADD ("spoilt", plain, test_spoilt);
  ADD ("other-key", plain, test_other_key);
  ADD ("no-data", plain, test_no_data);
  ADD ("no-anchor", plain, test_no_anchor);
  ADD ("forged-authority", plain, test_forged_authority);
  ADD ("identity-only", identity, test_identity);
  ADD ("signed-by-authority", authority, test_wrong_class);
  ADD ("signed-by-time-stamper", time_stamper, test_wrong_class);
  ADD ("expired", plain, test_expired);
  ADD ("too-early", plain, test_too_early);
  ADD ("timestamp-from-future", with_tsa, test_timestamp_from_future);
  ADD ("timestamp-transplanted", with_tsa, test_timestamp_transplanted);
  ADD ("timestamp-untrusted", plain, test_timestamp_untrusted);
  ADD ("revoked", revoked, test_revoked);
  ADD ("revoked-before-timestamp", revoked_tsa, test_revoked);
  ADD ("on-hold", with_ocsp, test_on_hold);
  ADD ("ocsp-unknown", unknown, test_not_answered);
  ADD ("ocsp-html", html, test_not_answered);
  ADD ("ocsp-wrong-signer", wrong_signer, test_not_answered);
  ADD ("ocsp-old", old_response, test_not_answered);
  ADD ("ocsp-error", error_500, test_unreachable);
  ADD ("offline", with_ocsp, test_offline);
  ADD ("sha1", plain, test_sha1);
  ADD ("all-reasons", identity, test_all_reasons);
  ADD ("damaged", plain, test_damaged);
  return g_test_run ();
}
