/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-signing-batch.c: many documents with one signer: told in their order and on the disk by then, one that fails alone, runs that end early,
 * and names that several documents want.
 */
#include "config.h"

#include <string.h>

#include "../../app/core/base/signet-base-error.h"
#include "signing-fixture.h"

#define N 40 /* more than are begun before the oldest is told */

/* --- a signer that several may ask at once, and that can end it all --- */

#define TYPE_BATCH_SIGNER (batch_signer_get_type ())
G_DECLARE_FINAL_TYPE (BatchSigner, batch_signer, BATCH, SIGNER, GObject)

struct _BatchSigner {
  GObject           parent;
  SignetTestSigner *real;
  guint             width;
  guint             expected;
  guint             count;       /* (atomic) */
  guint             fails_at;    /* 0: never; with a token's error */
  guint             cancels_at;  /* 0: never */
  GCancellable     *cancellable; /* (nullable) borrowed */
  guint             now;         /* (atomic): under way */
  guint             most;        /* (atomic): at the same time */
};

static GBytes *
dup_public_key (SignetSigner *signer)
{
  return signet_signer_dup_public_key (SIGNET_SIGNER (BATCH_SIGNER (signer)->real));
}

static gboolean
can_sign (SignetSigner *signer, SignetSignatureAlgorithm algorithm)
{
  return signet_signer_can_sign (SIGNET_SIGNER (BATCH_SIGNER (signer)->real), algorithm);
}

static GBytes *
sign (SignetSigner *signer, SignetSignatureAlgorithm algorithm, GBytes *message, GCancellable *cancellable, GError **error)
{
  BatchSigner *self = BATCH_SIGNER (signer);
  guint number = (guint) g_atomic_int_add (&self->count, 1) + 1;
  guint together = (guint) g_atomic_int_add (&self->now, 1) + 1;
  GBytes *signature = NULL;

  if (together > (guint) g_atomic_int_get (&self->most))
    g_atomic_int_set (&self->most, together);
  g_usleep (2000);
  if (number == self->cancels_at)
    g_cancellable_cancel (self->cancellable);
  if (number == self->fails_at)
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED, "pulled on purpose");
  else
    signature = signet_signer_sign (SIGNET_SIGNER (self->real), algorithm, message, NULL, error);
  g_atomic_int_dec_and_test (&self->now);
  return signature;
}

static guint
expect (SignetSigner *signer, guint n_signatures)
{
  BATCH_SIGNER (signer)->expected = n_signatures;
  return BATCH_SIGNER (signer)->width;
}

static void
batch_signer_iface_init (SignetSignerInterface *iface)
{
  iface->dup_public_key = dup_public_key;
  iface->can_sign = can_sign;
  iface->sign = sign;
  iface->expect = expect;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BatchSigner, batch_signer, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (SIGNET_TYPE_SIGNER, batch_signer_iface_init))

static void
batch_signer_class_init (BatchSignerClass *klass)
{
}

static void
batch_signer_init (BatchSigner *self)
{
  self->width = 3;
}

/* --- a batch --- */

typedef struct {
  SigningFixture base;
  BatchSigner   *signer;
  GPtrArray     *signings; /* (element-type SignetSigning) */
  guint          n_told;
  GError        *errors[N];
  gboolean       there[N];  /* the signed file was under its name when it was told */
} BatchFixture;

static char *
write_document (BatchFixture *fixture, guint i, const char *name)
{
  g_autoptr (GBytes) pdf = signing_fixture_make_pdf (i * 1000);
  g_autofree char *own = g_strdup_printf ("document-%02u.pdf", i);

  return signet_test_write_file (fixture->base.dir, name != NULL ? name : own, g_bytes_get_data (pdf, NULL), (gssize) g_bytes_get_size (pdf));
}

static void
add (BatchFixture *fixture, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (path, &error);
  SignetSigning *signing = NULL;

  g_assert_no_error (error);
  signing = signet_signing_new (file, NULL);
  _signet_signing_set_certificate (signing, fixture->base.certificate);
  signet_signing_set_seams (signing, NULL, fixture->base.clock, fixture->base.journal);
  signet_signing_set_chain (signing, fixture->base.chain);
  if (fixture->signings->len > 0)
    signet_signing_share_findings (signing, g_ptr_array_index (fixture->signings, 0));
  g_ptr_array_add (fixture->signings, signing);
}

static void
set_up (BatchFixture *fixture, gconstpointer unused)
{
  signing_fixture_set_up (&fixture->base, NULL);
  fixture->signings = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->signer = g_object_new (TYPE_BATCH_SIGNER, NULL);
  fixture->signer->real = fixture->base.signer;
}

static void
add_many (BatchFixture *fixture)
{
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *path = write_document (fixture, i, NULL);

      add (fixture, path);
    }
}

static void
tear_down (BatchFixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < N; i++)
    g_clear_error (&fixture->errors[i]);
  g_ptr_array_unref (fixture->signings);
  g_assert_finalize_object (fixture->signer);
  signing_fixture_tear_down (&fixture->base, NULL);
}

static const char *
result_of (BatchFixture *fixture, guint i)
{
  return signet_signing_get_result_path (g_ptr_array_index (fixture->signings, i));
}

static void
told (guint index, const GError *error, gpointer data)
{
  BatchFixture *fixture = data;

  g_assert_cmpuint (index, ==, fixture->n_told);
  fixture->n_told++;
  fixture->errors[index] = error != NULL ? g_error_copy (error) : NULL;
  fixture->there[index] = error == NULL && g_file_test (result_of (fixture, index), G_FILE_TEST_IS_REGULAR);
}

static gboolean
run (BatchFixture *fixture, GCancellable *cancellable)
{
  gboolean done = signet_signing_run_batch (fixture->signings, SIGNET_SIGNER (fixture->signer), NULL, told, fixture, cancellable);

  g_assert_cmpuint (fixture->n_told, ==, fixture->signings->len);
  g_assert_cmpuint (fixture->signer->now, ==, 0);
  return done;
}

/* Signed, and said so: exactly those. Their entries are in the journal, in the order of the documents. */
static guint
assert_told_truly (BatchFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = signet_journal_list (fixture->base.journal, 0, &error);
  gint64 broken = -1;
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < fixture->signings->len; i++)
    {
      g_autofree char *name = NULL;
      const SignetJournalEntry *entry = NULL;

      g_assert_true ((fixture->errors[i] == NULL) == (result_of (fixture, i) != NULL));
      g_assert_true (fixture->there[i] == (fixture->errors[i] == NULL));
      if (fixture->errors[i] != NULL)
        continue;
      signing_fixture_assert_signed (&fixture->base, result_of (fixture, i), NULL);
      name = g_filename_display_name (result_of (fixture, i));
      g_assert_cmpuint (n, <, entries->len);
      entry = g_ptr_array_index (entries, entries->len - 1 - n);
      g_assert_cmpstr (entry->path, ==, name);
      n++;
    }
  g_assert_cmpuint (entries->len, ==, n);
  g_assert_true (signet_journal_verify (fixture->base.journal, &broken, &error));
  g_assert_cmpint (broken, ==, 0);
  return n;
}

static void
test_all (BatchFixture *fixture, gconstpointer unused)
{
  add_many (fixture);
  g_assert_true (run (fixture, NULL));
  g_assert_cmpuint (assert_told_truly (fixture), ==, N);
  g_assert_cmpuint (fixture->signer->expected, ==, N);
  g_assert_cmpuint (fixture->signer->count, ==, N);
  g_assert_cmpuint (fixture->signer->most, <=, 3);
}

static void
test_one_at_a_time (BatchFixture *fixture, gconstpointer unused)
{
  fixture->signer->width = 1;
  add_many (fixture);
  g_assert_true (run (fixture, NULL));
  g_assert_cmpuint (assert_told_truly (fixture), ==, N);
  g_assert_cmpuint (fixture->signer->most, ==, 1);
}

static void
test_alone (BatchFixture *fixture, gconstpointer unused)
{
  g_autofree char *path = write_document (fixture, 0, NULL);

  add (fixture, path);
  g_assert_true (run (fixture, NULL));
  g_assert_cmpuint (assert_told_truly (fixture), ==, 1);
}

/* What is wrong with one document is that document's. */
static void
test_one_fails (BatchFixture *fixture, gconstpointer unused)
{
  g_autofree char *output = g_build_filename (fixture->base.dir, "document-04-signed.pdf", NULL);

  add_many (fixture);
  signet_signing_set_output (g_ptr_array_index (fixture->signings, 4), output, FALSE);
  g_assert_true (g_file_set_contents (output, "mine", -1, NULL));
  g_assert_false (run (fixture, NULL));
  g_assert_cmpuint (assert_told_truly (fixture), ==, N - 1);
  g_assert_error (fixture->errors[4], SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS);
}

/* The token is pulled: what was signed is finished, the rest is told what happened and costs no signature. */
static void
test_token_goes (BatchFixture *fixture, gconstpointer unused)
{
  guint n = 0;

  fixture->signer->fails_at = 5;
  add_many (fixture);
  g_assert_false (run (fixture, NULL));
  n = assert_told_truly (fixture);
  g_assert_cmpuint (n, <, N);
  for (guint i = 0; i < N; i++)
    if (fixture->errors[i] != NULL)
      g_assert_error (fixture->errors[i], SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED);
  g_assert_cmpuint (fixture->signer->count, <, N);
}

static void
test_cancelled (BatchFixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint n = 0;

  fixture->signer->cancels_at = 5;
  fixture->signer->cancellable = cancellable;
  add_many (fixture);
  g_assert_false (run (fixture, cancellable));
  n = assert_told_truly (fixture);
  g_assert_cmpuint (n, <, N);
  for (guint i = 0; i < N; i++)
    if (fixture->errors[i] != NULL)
      g_assert_error (fixture->errors[i], G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->signer->count, <, N);
}

static void
test_cancelled_before (BatchFixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  add_many (fixture);
  g_assert_false (run (fixture, cancellable));
  g_assert_cmpuint (assert_told_truly (fixture), ==, 0);
  g_assert_cmpuint (fixture->signer->count, ==, 0);
}

/* The same document several times: each result has a name of its own. */
static void
test_same_name (BatchFixture *fixture, gconstpointer unused)
{
  g_autofree char *path = write_document (fixture, 0, "contract.pdf");

  for (guint i = 0; i < 6; i++)
    add (fixture, path);
  g_assert_true (run (fixture, NULL));
  g_assert_cmpuint (assert_told_truly (fixture), ==, 6);
}

/* What is known of the certificate is found out once for all of them. */
static void
test_findings_are_shared (BatchFixture *fixture, gconstpointer unused)
{
  SignetSigning *first = NULL;
  const SignetCertificatePath *path = NULL;

  add_many (fixture);
  first = g_ptr_array_index (fixture->signings, 0);
  path = _signet_signing_get_path (first, NULL, NULL);
  for (guint i = 1; i < N; i++)
    g_assert_true (_signet_signing_get_path (g_ptr_array_index (fixture->signings, i), NULL, NULL) == path);
  /* another chain, another finding */
  signet_signing_set_chain (first, NULL);
  g_assert_true (_signet_signing_get_path (first, NULL, NULL) != path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
#define ADD(path, test) g_test_add ("/signing/batch/" path, BatchFixture, NULL, set_up, test, tear_down)
  ADD ("all", test_all);
  ADD ("one-at-a-time", test_one_at_a_time);
  ADD ("alone", test_alone);
  ADD ("one-fails", test_one_fails);
  ADD ("token-goes", test_token_goes);
  ADD ("cancelled", test_cancelled);
  ADD ("cancelled-before", test_cancelled_before);
  ADD ("same-name", test_same_name);
  ADD ("findings-are-shared", test_findings_are_shared);
#undef ADD
  return g_test_run ();
}
