/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-signing-preflight.c: what is said before the PIN, and that what says stop also stops the act. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signing-fixture.h"

static const SigningCase good = { .key_spec = "ec-p256" };
static const SigningCase plain = { .name = "plan.txt", .plain = TRUE };

#define HOLDER(...) { .subject = "CN=Sample Holder,O=Sample", .not_before = NOW - 86400, .not_after = NOW + 365 * 86400, __VA_ARGS__ }
static const SignetTestCertificate encryption = HOLDER (.key_usage = "critical,keyEncipherment");
static const SignetTestCertificate identity = HOLDER (.key_usage = "critical,digitalSignature",
                                                      .extensions = (const char *const[]) { "extendedKeyUsage", "clientAuth", NULL });
static const SignetTestCertificate authority = HOLDER (.ca = TRUE);
static const SignetTestCertificate expired = { .subject = "CN=Old,O=Sample", .not_before = NOW - 1000000, .not_after = NOW - 1 };
static const SignetTestCertificate future = { .subject = "CN=New,O=Sample", .not_before = NOW + 1, .not_after = NOW + 1000000 };
static const SignetTestCertificate ending = { .subject = "CN=Ending,O=Sample", .not_before = NOW - 86400, .not_after = NOW + 86400 };

static const SigningCase case_encryption = { .holder = &encryption };
static const SigningCase case_identity = { .holder = &identity };
static const SigningCase case_authority = { .holder = &authority };
static const SigningCase case_expired = { .holder = &expired };
static const SigningCase case_future = { .holder = &future };
static const SigningCase case_ending = { .holder = &ending };

static GPtrArray *
preflight (SigningFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *checks = signet_signing_preflight (fixture->signing, NULL, &error);

  g_assert_no_error (error);
  return checks;
}

static void
assert_check (SigningFixture *fixture, const char *code, SignetCheckState state)
{
  g_autoptr (GPtrArray) checks = preflight (fixture);
  SignetSigningCheck *check = signing_fixture_find_check (checks, code);

  g_assert_nonnull (check);
  g_assert_cmpint (check->state, ==, state);
}

/* The pre-flight says stop; so does the act, before the key is used. */
static void
assert_stops (SigningFixture *fixture, const char *code)
{
  g_autoptr (GPtrArray) checks = preflight (fixture);
  g_autoptr (GError) error = NULL;
  const SignetSigningCheck *first = g_ptr_array_index (checks, 0);

  g_assert_cmpint (first->state, ==, SIGNET_CHECK_STOP);
  g_assert_cmpstr (first->code, ==, code);
  g_assert_false (signing_fixture_run (fixture, &error));
  g_assert_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_STOPPED);
  g_assert_true (g_str_has_prefix (error->message, code));
  g_assert_cmpuint (signet_test_signer_get_count (fixture->signer), ==, 0);
  signing_fixture_assert_untouched (fixture);
}

static void
test_all_good (SigningFixture *fixture, gconstpointer which)
{
  static const char *const codes[] = { "certificate-class", "certificate-validity", "certificate-chain", "document-permissions", "document-content",
                                       "level", "output" };
  g_autoptr (GPtrArray) checks = preflight (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      SignetSigningCheck *check = signing_fixture_find_check (checks, codes[i]);

      g_assert_nonnull (check);
      g_assert_cmpint (check->state, ==, SIGNET_CHECK_OK);
    }
  g_assert_cmpint (signing_fixture_find_check (checks, "certificate-revocation")->state, ==, SIGNET_CHECK_UNKNOWN);
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 1);
}

static void
test_plain_file_has_no_pdf_checks (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GPtrArray) checks = preflight (fixture);

  g_assert_null (signing_fixture_find_check (checks, "document-permissions"));
  g_assert_cmpint (signing_fixture_find_check (checks, "output")->state, ==, SIGNET_CHECK_OK);
}

static void
test_class (SigningFixture *fixture, gconstpointer which)
{
  assert_stops (fixture, "certificate-class");
}

static void
test_validity (SigningFixture *fixture, gconstpointer which)
{
  assert_stops (fixture, "certificate-validity");
}

static void
test_ends_soon (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GPtrArray) checks = preflight (fixture);

  assert_check (fixture, "certificate-validity", SIGNET_CHECK_WARNING);
  g_assert_cmpstr (signing_fixture_find_check (checks, "certificate-validity")->value, ==, "2026-11-23T12:00:00Z");
}

static void
test_unknown_authority (SigningFixture *fixture, gconstpointer which)
{
  signet_signing_set_chain (fixture->signing, NULL);
  assert_check (fixture, "certificate-chain", SIGNET_CHECK_UNKNOWN);
}

static void
test_level (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (SignetHttp) http = signet_http_new ();

  signet_signing_set_level (fixture->signing, "t");
  assert_stops (fixture, "level");
  signet_signing_set_tsa (fixture->signing, "http://127.0.0.1:1/");
  assert_stops (fixture, "level");
  signet_signing_set_seams (fixture->signing, http, fixture->clock, NULL);
  assert_check (fixture, "level", SIGNET_CHECK_OK);
  signet_http_set_offline (http, TRUE);
  assert_stops (fixture, "level");
  signet_signing_set_level (fixture->signing, "lta");
  assert_stops (fixture, "level");
}

static void
test_output (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *taken = signet_test_write_file (fixture->dir, "taken.pdf", "mine", -1);

  signet_signing_set_output (fixture->signing, taken, FALSE);
  assert_check (fixture, "output", SIGNET_CHECK_STOP);
  signet_signing_set_output (fixture->signing, taken, TRUE);
  assert_check (fixture, "output", SIGNET_CHECK_WARNING);
  signet_signing_set_output (fixture->signing, fixture->document, TRUE);
  assert_check (fixture, "output", SIGNET_CHECK_STOP);
  signet_signing_set_output (fixture->signing, "/nonexistent/folder/out.pdf", FALSE);
  assert_check (fixture, "output", SIGNET_CHECK_STOP);
}

/* A server that is asked and does not answer is a warning, not a stop and not a good answer. */
static void
test_revocation_server_down (SigningFixture *fixture, gconstpointer which)
{
  static const char *const extensions[] = { "authorityInfoAccess", "OCSP;URI:http://127.0.0.1:1/", NULL };
  SignetTestCertificate holder = HOLDER (.extensions = extensions);
  g_autoptr (SignetCertificate) certificate = signing_fixture_issue (fixture, &holder);
  g_autoptr (SignetHttp) http = signet_http_new ();

  _signet_signing_set_certificate (fixture->signing, certificate);
  signet_signing_set_seams (fixture->signing, http, fixture->clock, NULL);
  assert_check (fixture, "certificate-revocation", SIGNET_CHECK_WARNING);
}

static void
test_damaged_document (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->document, "%PDF-1.7\nthis is not all there", -1, NULL));
  signing_fixture_reopen (fixture);
  g_assert_null (signet_signing_preflight (fixture->signing, NULL, &error));
  g_assert_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_false (signing_fixture_run (fixture, &error));
  g_assert_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED);
  signing_fixture_assert_untouched (fixture);
}

static void
test_cancelled (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (signet_signing_preflight (fixture->signing, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_certified_document (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *certified = NULL;

  signet_signing_set_pdf (fixture->signing, NULL, NULL, NULL, 1);
  signing_fixture_run (fixture, &error);
  g_assert_no_error (error);
  certified = g_strdup (signet_signing_get_result_path (fixture->signing));
  g_free (fixture->document);
  fixture->document = g_steal_pointer (&certified);
  signing_fixture_reopen (fixture);
  assert_check (fixture, "document-permissions", SIGNET_CHECK_STOP);
  g_assert_false (signing_fixture_run (fixture, &error));
  g_assert_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN);
}

/* Two signatures one after the other: the second leaves the first as it is. */
static void
test_signed_before (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetDocumentFile) file = NULL;
  g_autoptr (GPtrArray) signatures = NULL;
  g_autofree char *once = NULL;

  signing_fixture_run (fixture, &error);
  g_assert_no_error (error);
  once = g_strdup (signet_signing_get_result_path (fixture->signing));
  g_free (fixture->document);
  fixture->document = g_steal_pointer (&once);
  signing_fixture_reopen (fixture);
  assert_check (fixture, "document-permissions", SIGNET_CHECK_OK);
  signing_fixture_run (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (signet_signing_get_result_path (fixture->signing), "/contract-signed-2.pdf"));
  file = signet_document_file_open (signet_signing_get_result_path (fixture->signing), NULL);
  signatures = signet_document_find_signatures (file, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (signatures->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (signet_document_signature_get_integrity (g_ptr_array_index (signatures, i)), ==, SIGNET_INTEGRITY_INTACT);
}

#define ADD(path, which, test) g_test_add ("/signing/preflight/" path, SigningFixture, which, signing_fixture_set_up, test, signing_fixture_tear_down)

/* a key that is said to be compromised signs nothing, whatever its certificate says */
static void
test_blocked (SigningFixture *fixture, gconstpointer which)
{
  const char *key = signet_certificate_get_key_sha256 (fixture->certificate);
  g_autoptr (GPtrArray) checks = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_key_block_add (key, NOW, SIGNET_TIME_UNKNOWN, NULL));
  checks = signet_signing_preflight (fixture->signing, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (signing_fixture_find_check (checks, "key-block")->state, ==, SIGNET_CHECK_STOP);
  g_assert_false (signing_fixture_run (fixture, &error));
  g_assert_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_STOPPED);
  signing_fixture_assert_untouched (fixture);
  g_assert_cmpuint (signet_test_signer_get_count (fixture->signer), ==, 0);
  g_assert_true (signet_key_block_lift (key, NULL));
  g_clear_error (&error);
  g_assert_true (signing_fixture_run (fixture, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("all-good", &good, test_all_good);
  ADD ("plain-file", &plain, test_plain_file_has_no_pdf_checks);
  ADD ("class/encryption", &case_encryption, test_class);
  ADD ("class/identity-only", &case_identity, test_class);
  ADD ("class/authority", &case_authority, test_class);
  ADD ("validity/expired", &case_expired, test_validity);
  ADD ("validity/not-yet", &case_future, test_validity);
  ADD ("validity/ends-soon", &case_ending, test_ends_soon);
  ADD ("unknown-authority", &good, test_unknown_authority);
  ADD ("level", &good, test_level);
  ADD ("output", &good, test_output);
  ADD ("revocation-server-down", &good, test_revocation_server_down);
  ADD ("damaged-document", &good, test_damaged_document);
  ADD ("cancelled", &good, test_cancelled);
  ADD ("certified-document", &good, test_certified_document);
  ADD ("signed-before", &good, test_signed_before);
  ADD ("key-block", &good, test_blocked);
  return g_test_run ();
}
