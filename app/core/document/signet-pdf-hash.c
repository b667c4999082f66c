/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-hash.c: every signature of a PDF covers the file from its first byte, so the digest runs once over the file and is forked
 * at each signature's gap; only the short rest of each revision is read again.
 */
#define G_LOG_DOMAIN "signet-pdf-hash"

#include "config.h"

#include "signet-pdf-hash-private.h"

#include "../base/signet-base-error.h"

#define WINDOW (256 * 1024)

typedef struct {
  SignetDocumentFile *file;
  GCancellable       *cancellable;
  guint8             *window;
  guint64             tail_budget; /* the rests together may not cost more than a few passes */
} Pass;

void
_signet_pdf_hash_job_free (SignetPdfHashJob *job)
{
  g_clear_pointer (&job->result, g_bytes_unref);
  g_free (job);
}

static gboolean
update (Pass *pass, EVP_MD_CTX *context, guint64 from, guint64 to, GError **error)
{
  while (from < to)
    {
      gsize step = MIN (WINDOW, to - from);

      if (g_cancellable_set_error_if_cancelled (pass->cancellable, error)
          || !signet_document_file_read (pass->file, from, pass->window, step, error))
        return FALSE;
      if (EVP_DigestUpdate (context, pass->window, step) != 1)
        return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "hashing a document");
      from += step;
    }
  return TRUE;
}

static gboolean
finish_fork (Pass *pass, EVP_MD_CTX *trunk, SignetPdfHashJob *job, GError **error)
{
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_MD_CTX *fork = NULL;
  gboolean ok = FALSE;

  if (job->end - job->gap_end > pass->tail_budget)
    return TRUE;
  pass->tail_budget -= job->end - job->gap_end;
  fork = EVP_MD_CTX_new ();
  ok = EVP_MD_CTX_copy_ex (fork, trunk) == 1 && update (pass, fork, job->gap_end, job->end, error);
  if (ok && EVP_DigestFinal_ex (fork, value, &length) == 1)
    job->result = g_bytes_new (value, length);
  EVP_MD_CTX_free (fork);
  return ok;
}

static int
compare_jobs (gconstpointer a, gconstpointer b)
{
  const SignetPdfHashJob *left = *(SignetPdfHashJob *const *) a;
  const SignetPdfHashJob *right = *(SignetPdfHashJob *const *) b;

  return left->gap_start < right->gap_start ? -1 : left->gap_start > right->gap_start;
}

static gboolean
hash_with (Pass *pass, GPtrArray *jobs, SignetDigest digest, EVP_MD_CTX *trunk, GError **error)
{
  guint64 position = 0;
  gboolean started = FALSE;

  if (EVP_DigestInit_ex (trunk, signet_digest_get_md (digest), NULL) != 1)
    return TRUE; /* not offered by this OpenSSL: no result */
  for (guint i = 0; i < jobs->len; i++)
    {
      SignetPdfHashJob *job = g_ptr_array_index (jobs, i);

      if (job->digest != digest)
        continue;
      if (!started)
        position = signet_document_file_resume_digest (pass->file, digest, job->gap_start, trunk);
      started = TRUE;
      if (!update (pass, trunk, position, job->gap_start, error) || !finish_fork (pass, trunk, job, error))
        return FALSE;
      position = job->gap_start;
      signet_document_file_set_known_prefix (pass->file, digest, position, trunk);
    }
  return TRUE;
}

gboolean
_signet_pdf_hash_all (SignetDocumentFile *file, GPtrArray *jobs, GCancellable *cancellable, GError **error)
{
  static const SignetDigest digests[] = { SIGNET_DIGEST_SHA1, SIGNET_DIGEST_SHA256, SIGNET_DIGEST_SHA384, SIGNET_DIGEST_SHA512, SIGNET_DIGEST_SM3 };
  g_autofree guint8 *window = g_malloc (MIN (WINDOW, signet_document_file_get_size (file)) + 1);
  Pass pass = { .file = file, .cancellable = cancellable, .window = window };
  gboolean ok = TRUE;

  pass.tail_budget = 4 * signet_document_file_get_size (file) + 64 * 1024 * 1024;
  g_ptr_array_sort (jobs, compare_jobs);
  for (guint i = 0; ok && i < G_N_ELEMENTS (digests); i++)
    {
      EVP_MD_CTX *trunk = NULL;
      gboolean needed = FALSE;

      for (guint j = 0; j < jobs->len; j++)
        needed |= ((SignetPdfHashJob *) g_ptr_array_index (jobs, j))->digest == digests[i];
      if (!needed)
        continue;
      trunk = EVP_MD_CTX_new ();
      ok = hash_with (&pass, jobs, digests[i], trunk, error);
      EVP_MD_CTX_free (trunk);
    }
  return ok;
}
