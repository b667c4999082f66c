/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-signing-run.c: the act of signing with a software key: what comes out, under which name, and that nothing comes out when anything goes wrong. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../app/core/base/signet-base-error.h"
#include "signing-fixture.h"

static const SigningCase pdf_ec = { .key_spec = "ec-p256" };
static const SigningCase pdf_ec384 = { .key_spec = "ec-p384" };
static const SigningCase pdf_rsa = { .key_spec = "rsa-2048" };
static const SigningCase pdf_pss = { .key_spec = "rsa-pss-2048" };
static const SigningCase text = { .key_spec = "ec-p256", .name = "plan.txt", .plain = TRUE };
static const SigningCase text_rsa = { .key_spec = "rsa-2048", .name = "plan.txt", .plain = TRUE };

static void
assert_signs (SigningFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  signing_fixture_run (fixture, &error);
  g_assert_no_error (error);
}

/* --- what comes out -------------------------------------------------------------------------------------------------------- */

static void
test_pades (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_length;
  gsize after_length;

  g_file_get_contents (fixture->document, &before, &before_length, NULL);
  assert_signs (fixture);
  g_assert_true (g_str_has_suffix (signet_signing_get_result_path (fixture->signing), "/contract-signed.pdf"));
  signing_fixture_assert_signed (fixture, signet_signing_get_result_path (fixture->signing), NULL);
  g_file_get_contents (signet_signing_get_result_path (fixture->signing), &after, &after_length, NULL);
  g_assert_cmpuint (after_length, >, before_length);
  g_assert_cmpmem (before, before_length, after, before_length);
  g_assert_cmpuint (signet_test_signer_get_count (fixture->signer), ==, 1);
}

static void
test_cades (SigningFixture *fixture, gconstpointer which)
{
  assert_signs (fixture);
  g_assert_true (g_str_has_suffix (signet_signing_get_result_path (fixture->signing), "/plan.txt.p7s"));
  signing_fixture_assert_signed (fixture, signet_signing_get_result_path (fixture->signing), fixture->document);
}

static void
test_pdf_as_cades (SigningFixture *fixture, gconstpointer which)
{
  signet_signing_set_format (fixture->signing, "cades");
  assert_signs (fixture);
  g_assert_true (g_str_has_suffix (signet_signing_get_result_path (fixture->signing), "/contract.pdf.p7s"));
  signing_fixture_assert_signed (fixture, signet_signing_get_result_path (fixture->signing), fixture->document);
}

static void
test_pss_on_request (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (SignetDocumentFile) file = NULL;
  g_autoptr (SignetDocumentFile) data = NULL;
  g_autoptr (GPtrArray) signatures = NULL;
  SignetSignatureAlgorithm algorithm;

  signet_signing_set_scheme (fixture->signing, SIGNET_SIGNATURE_RSA_PSS);
  assert_signs (fixture);
  file = signet_document_file_open (signet_signing_get_result_path (fixture->signing), NULL);
  data = signet_document_file_open (fixture->document, NULL);
  signatures = signet_document_find_signatures (file, data, NULL, NULL);
  algorithm = signet_document_signature_get_algorithm (g_ptr_array_index (signatures, 0));
  g_assert_cmpint (algorithm.scheme, ==, SIGNET_SIGNATURE_RSA_PSS);
}

static void
test_steps_are_told (SigningFixture *fixture, gconstpointer which)
{
  assert_signs (fixture);
  g_assert_cmpstr (signet_test_interaction_get_steps (fixture->interaction), ==, "reading hashing signing writing verifying done");
}

static void
test_second_name (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *first = NULL;

  assert_signs (fixture);
  first = g_strdup (signet_signing_get_result_path (fixture->signing));
  signing_fixture_reopen (fixture);
  assert_signs (fixture);
  g_assert_true (g_str_has_suffix (signet_signing_get_result_path (fixture->signing), "/plan.txt-2.p7s"));
  signing_fixture_assert_signed (fixture, first, fixture->document);
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 3);
}

static void
test_journal (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *content = NULL;
  g_autofree char *sha256 = NULL;
  const SignetJournalEntry *entry;
  gsize length;

  assert_signs (fixture);
  entries = signet_journal_list (fixture->journal, 0, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_file_get_contents (signet_signing_get_result_path (fixture->signing), &content, &length, NULL);
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content, length);
  g_assert_cmpstr (entry->act, ==, "signed");
  g_assert_cmpstr (entry->subject, ==, "plan.txt");
  g_assert_cmpstr (entry->sha256, ==, sha256);
  g_assert_cmpstr (entry->certificate, ==, signet_certificate_get_sha256 (fixture->certificate));
}

/* --- what must not happen --------------------------------------------------------------------------------------------------- */

static void
assert_fails (SigningFixture *fixture, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (signing_fixture_run (fixture, &error));
  g_assert_error (error, domain, code);
}

static void
test_existing_output_stays (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *output = signet_test_write_file (fixture->dir, "out.p7s", "mine", -1);
  g_autofree char *content = NULL;

  signet_signing_set_output (fixture->signing, output, FALSE);
  assert_fails (fixture, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS);
  g_file_get_contents (output, &content, NULL, NULL);
  g_assert_cmpstr (content, ==, "mine");
  g_assert_cmpuint (signet_test_signer_get_count (fixture->signer), ==, 0);
  signet_signing_set_output (fixture->signing, output, TRUE);
  assert_signs (fixture);
  signing_fixture_assert_signed (fixture, output, fixture->document);
}

/* Somebody makes a file of that name while the token works: it is not replaced. */
static void
occupy_output (gpointer data)
{
  SigningFixture *fixture = data;
  g_autofree char *path = signet_test_write_file (fixture->dir, "plan.txt.p7s", "theirs", -1);

  g_assert_nonnull (path);
}

static void
test_output_taken_meanwhile (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *path = g_build_filename (fixture->dir, "plan.txt.p7s", NULL);
  g_autofree char *content = NULL;

  signet_test_signer_set_hook (fixture->signer, occupy_output, fixture);
  assert_fails (fixture, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS);
  g_file_get_contents (path, &content, NULL, NULL);
  g_assert_cmpstr (content, ==, "theirs");
}

static void
test_document_is_never_the_output (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_length;
  gsize after_length;

  g_file_get_contents (fixture->document, &before, &before_length, NULL);
  signet_signing_set_output (fixture->signing, fixture->document, TRUE);
  assert_fails (fixture, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS);
  g_file_get_contents (fixture->document, &after, &after_length, NULL);
  g_assert_cmpmem (before, before_length, after, after_length);
}

static void
change_document (gpointer data)
{
  SigningFixture *fixture = data;
  int fd = open (fixture->document, O_WRONLY);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (pwrite (fd, "%PDF-1.6", 8, 0), ==, 8);
  close (fd);
}

static void
test_document_changed_while_signing (SigningFixture *fixture, gconstpointer which)
{
  signet_test_signer_set_hook (fixture->signer, change_document, fixture);
  assert_fails (fixture, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED);
  signing_fixture_assert_untouched (fixture);
}

static void
test_document_changed_before (SigningFixture *fixture, gconstpointer which)
{
  change_document (fixture);
  assert_fails (fixture, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED);
  g_assert_cmpuint (signet_test_signer_get_count (fixture->signer), ==, 0);
  signing_fixture_assert_untouched (fixture);
}

/* A new file under the old name is another file: what was opened is what is signed, or nothing. */
static void
test_document_replaced (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *aside = g_strconcat (fixture->document, ".new", NULL);

  g_file_set_contents (aside, "other text\n", -1, NULL);
  g_assert_cmpint (rename (aside, fixture->document), ==, 0);
  assert_fails (fixture, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED);
  signing_fixture_assert_untouched (fixture);
}

static void
test_failing_key (SigningFixture *fixture, gconstpointer which)
{
  signet_test_signer_set_fault (fixture->signer, SIGNET_TEST_SIGNER_FAILS);
  assert_fails (fixture, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED);
  signing_fixture_assert_untouched (fixture);
}

static void
test_lying_key (SigningFixture *fixture, gconstpointer which)
{
  signet_test_signer_set_fault (fixture->signer, SIGNET_TEST_SIGNER_WRONG_KEY);
  assert_fails (fixture, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
  signing_fixture_assert_untouched (fixture);
}

static void
test_key_of_another_certificate (SigningFixture *fixture, gconstpointer which)
{
  EVP_PKEY *other = signet_test_new_key ("ec-p256");
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (other);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_signing_run (fixture->signing, SIGNET_SIGNER (signer), NULL, NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND);
  g_assert_cmpuint (signet_test_signer_get_count (signer), ==, 0);
  signing_fixture_assert_untouched (fixture);
  EVP_PKEY_free (other);
}

static void
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancelled_while_signing (SigningFixture *fixture, gconstpointer which)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  signet_test_signer_set_hook (fixture->signer, cancel, cancellable);
  g_assert_false (signet_signing_run (fixture->signing, SIGNET_SIGNER (fixture->signer), NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  signing_fixture_assert_untouched (fixture);
}

/* A folder that does not take files: read-only for people, /proc for root, who is not held up by modes. */
static void
test_folder_read_only (SigningFixture *fixture, gconstpointer which)
{
  g_autofree char *output = geteuid () == 0 ? g_strdup ("/proc/out.p7s") : g_build_filename (fixture->dir, "out.p7s", NULL);
  g_autoptr (GError) error = NULL;

  signet_signing_set_output (fixture->signing, output, FALSE);
  g_assert_cmpint (chmod (fixture->dir, 0500), ==, 0);
  g_assert_false (signing_fixture_run (fixture, &error));
  g_assert_cmpint (chmod (fixture->dir, 0700), ==, 0);
  g_assert_nonnull (error);
  g_assert_true (error->domain == SIGNET_BASE_ERROR);
  g_assert_true (error->code == SIGNET_BASE_ERROR_CANNOT_WRITE || error->code == SIGNET_BASE_ERROR_NOT_FOUND);
  signing_fixture_assert_untouched (fixture);
}

/* A limit on the size of files stands for a full disk: it needs no mount and holds for root too. */
static void
test_no_space (SigningFixture *fixture, gconstpointer which)
{
  struct rlimit old;
  struct rlimit small = { .rlim_cur = 100 };
  g_autoptr (GError) error = NULL;

  signet_signing_set_seams (fixture->signing, NULL, fixture->clock, NULL);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small.rlim_max = old.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (signing_fixture_run (fixture, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NO_SPACE);
  signing_fixture_assert_untouched (fixture);
}

/* --- killed in between ---------------------------------------------------------------------------------------------------------- */

static int
run_and_be_killed (SigningFixture *fixture, const char *step)
{
  int status = 0;
  pid_t pid = fork ();

  if (pid == 0)
    {
      g_setenv ("SIGNET_TEST_STOP_AT", step, TRUE);
      _exit (signing_fixture_run (fixture, NULL) ? 0 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return status;
}

static void
assert_whole_or_absent (SigningFixture *fixture, const char *result, const char *detached)
{
  g_autofree char *content = NULL;

  if (g_file_test (result, G_FILE_TEST_EXISTS))
    signing_fixture_assert_signed (fixture, result, detached);
  g_assert_true (g_file_get_contents (fixture->document, &content, NULL, NULL));
}

static void
test_killed (SigningFixture *fixture, gconstpointer which)
{
  static const char *const steps[] = { "opened", "prepared", "signed", "completed", "verified", "synced", "renamed", "journalled" };

  signet_signing_set_seams (fixture->signing, NULL, fixture->clock, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *result = signet_signing_dup_output (fixture->signing);
      int status = run_and_be_killed (fixture, steps[i]);

      g_test_message ("%s", steps[i]);
      g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
      assert_whole_or_absent (fixture, result, ((const SigningCase *) which)->plain ? fixture->document : NULL);
      g_assert_true (g_file_test (result, G_FILE_TEST_EXISTS) == (i >= 6));
    }
  /* before the rename nothing at all is left behind; after it the two files */
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 3);
}

#define ADD(path, which, test) g_test_add ("/signing/run/" path, SigningFixture, which, signing_fixture_set_up, test, signing_fixture_tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("cades/ec", &text, test_cades);
  ADD ("cades/rsa", &text_rsa, test_cades);
  ADD ("cades/pss-on-request", &text_rsa, test_pss_on_request);
  ADD ("cades/steps-are-told", &text, test_steps_are_told);
  ADD ("cades/second-name", &text, test_second_name);
  ADD ("cades/journal", &text, test_journal);
  ADD ("cades/existing-output-stays", &text, test_existing_output_stays);
  ADD ("cades/output-taken-meanwhile", &text, test_output_taken_meanwhile);
  ADD ("cades/document-is-never-the-output", &text, test_document_is_never_the_output);
  ADD ("cades/document-changed-while-signing", &text, test_document_changed_while_signing);
  ADD ("cades/document-changed-before", &text, test_document_changed_before);
  ADD ("cades/document-replaced", &text, test_document_replaced);
  ADD ("cades/failing-key", &text, test_failing_key);
  ADD ("cades/lying-key", &text, test_lying_key);
  ADD ("cades/key-of-another-certificate", &text, test_key_of_another_certificate);
  ADD ("cades/cancelled-while-signing", &text, test_cancelled_while_signing);
  ADD ("cades/folder-read-only", &text, test_folder_read_only);
  ADD ("cades/no-space", &text, test_no_space);
  ADD ("cades/killed", &text, test_killed);
  ADD ("pades/ec-p256", &pdf_ec, test_pades);
  ADD ("pades/ec-p384", &pdf_ec384, test_pades);
  ADD ("pades/rsa", &pdf_rsa, test_pades);
  ADD ("pades/pss", &pdf_pss, test_pades);
  ADD ("pades/detached", &pdf_ec, test_pdf_as_cades);
  ADD ("pades/document-changed-while-signing", &pdf_ec, test_document_changed_while_signing);
  ADD ("pades/lying-key", &pdf_ec, test_lying_key);
  ADD ("pades/cancelled-while-signing", &pdf_ec, test_cancelled_while_signing);
  ADD ("pades/folder-read-only", &pdf_ec, test_folder_read_only);
  ADD ("pades/no-space", &pdf_ec, test_no_space);
  ADD ("pades/killed", &pdf_ec, test_killed);
  return g_test_run ();
}
