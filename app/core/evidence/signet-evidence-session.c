/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-session.c: questions of one act, each asked once and all at the same time.
 *
 * Who finds that another thread asks the same already waits for its answer: fifty signatures by one person are one question. Not here:
 * what is asked of whom (signet-evidence-revocation.c, signet-evidence-issuers.c). Any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-session"

#include "config.h"

#include "signet-evidence-session-private.h"

#define MAX_THREADS 16

static void
slot_free (gpointer data)
{
  SignetEvidenceSlot *slot = data;

  if (slot->value != NULL && slot->destroy != NULL)
    slot->destroy (slot->value);
  g_clear_error (&slot->error);
  g_free (slot);
}

SignetEvidenceSession *
signet_evidence_session_new (const SignetEvidenceSources *sources)
{
  SignetEvidenceSession *self = g_new0 (SignetEvidenceSession, 1);

  self->sources = *sources;
  g_mutex_init (&self->lock);
  g_cond_init (&self->answered);
  self->slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, slot_free);
  self->issuers = g_ptr_array_new_with_free_func (g_object_unref);
  self->paths = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_certificate_path_free);
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->spared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
signet_evidence_session_free (SignetEvidenceSession *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->found);
  g_hash_table_unref (self->spared);
  g_hash_table_unref (self->slots);
  g_ptr_array_unref (self->issuers);
  g_ptr_array_unref (self->paths);
  g_cond_clear (&self->answered);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
_signet_evidence_session_is_offline (SignetEvidenceSession *self)
{
  return self->sources.http == NULL || signet_http_is_offline (self->sources.http);
}

/* --- once ------------------------------------------------------------------------------------------------------------------ */

gboolean
_signet_evidence_session_claim (SignetEvidenceSession *self, const char *key, SignetEvidenceSlot **slot)
{
  gboolean ours;

  g_mutex_lock (&self->lock);
  *slot = g_hash_table_lookup (self->slots, key);
  ours = *slot == NULL;
  if (ours)
    {
      *slot = g_new0 (SignetEvidenceSlot, 1);
      g_hash_table_insert (self->slots, g_strdup (key), *slot);
    }
  while (!ours && !(*slot)->done)
    g_cond_wait (&self->answered, &self->lock);
  g_mutex_unlock (&self->lock);
  return ours;
}

void
_signet_evidence_session_fill (SignetEvidenceSession *self, SignetEvidenceSlot *slot, gpointer value, GDestroyNotify destroy, GError *error)
{
  g_mutex_lock (&self->lock);
  slot->value = value;
  slot->destroy = destroy;
  slot->error = error;
  slot->done = TRUE;
  g_cond_broadcast (&self->answered);
  g_mutex_unlock (&self->lock);
}

SignetRevocationStatus *
signet_evidence_session_find_revocation (SignetEvidenceSession *self, SignetCertificate *certificate, SignetCertificate *issuer,
                                         GCancellable *cancellable, GError **error)
{
  g_autofree char *key = g_strconcat ("revocation ", signet_certificate_get_sha256 (certificate), " ", signet_certificate_get_sha256 (issuer),
                                      NULL);
  SignetEvidenceSlot *slot = NULL;
  g_autoptr (GError) problem = NULL;

  if (_signet_evidence_session_claim (self, key, &slot))
    {
      SignetRevocationStatus *status = _signet_evidence_find_revocation (self, certificate, issuer, cancellable, &problem);

      _signet_evidence_session_fill (self, slot, status, (GDestroyNotify) signet_revocation_status_free, g_steal_pointer (&problem));
    }
  if (slot->value != NULL)
    return signet_revocation_status_copy (slot->value);
  g_propagate_error (error, g_error_copy (slot->error));
  return NULL;
}

/* --- at the same time -------------------------------------------------------------------------------------------------------- */

void
signet_evidence_in_parallel (GPtrArray *jobs, GFunc function, gpointer data)
{
  GThreadPool *pool;

  if (jobs->len == 1)
    function (g_ptr_array_index (jobs, 0), data);
  if (jobs->len <= 1)
    return;
  pool = g_thread_pool_new (function, data, (int) MIN (jobs->len, MAX_THREADS), TRUE, NULL); /* TRUE: no thread outlives it */
  for (guint i = 0; i < jobs->len; i++)
    g_thread_pool_push (pool, g_ptr_array_index (jobs, i), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
}

typedef struct
{
  SignetEvidenceSession *session;
  GCancellable *cancellable; /* (nullable) */
} Asking;

typedef struct
{
  SignetCertificate *certificate, *issuer; /* borrowed */
} Question;

/* What came out lies in the session; who wants it takes it from there. */
static void
ask_one (gpointer item, gpointer data)
{
  const Question *question = item;
  const Asking *asking = data;

  signet_revocation_status_free (signet_evidence_session_find_revocation (asking->session, question->certificate, question->issuer,
                                                                          asking->cancellable, NULL));
}

static gboolean
is_known (GPtrArray *questions, SignetCertificate *certificate)
{
  for (guint i = 0; i < questions->len; i++)
    if (signet_certificate_equal (((Question *) g_ptr_array_index (questions, i))->certificate, certificate))
      return TRUE;
  return FALSE;
}

void
signet_evidence_session_spare (SignetEvidenceSession *self, SignetCertificate *certificate)
{
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->spared, g_strdup (signet_certificate_get_sha256 (certificate)));
  g_mutex_unlock (&self->lock);
}

static gboolean
is_spared (SignetEvidenceSession *self, SignetCertificate *certificate)
{
  gboolean spared;

  g_mutex_lock (&self->lock);
  spared = g_hash_table_contains (self->spared, signet_certificate_get_sha256 (certificate));
  g_mutex_unlock (&self->lock);
  return spared;
}

static void
add_questions (SignetEvidenceSession *self, GPtrArray *questions, GPtrArray *path)
{
  for (guint i = 0; i + 1 < path->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (path, i);
      Question *question;

      if (!signet_evidence_names_source (certificate) || is_known (questions, certificate) || is_spared (self, certificate))
        continue;
      question = g_new (Question, 1);
      *question = (Question){ certificate, g_ptr_array_index (path, i + 1) };
      g_ptr_array_add (questions, question);
    }
}

void
signet_evidence_session_ask_all (SignetEvidenceSession *self, GPtrArray *paths, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) questions = g_ptr_array_new_with_free_func (g_free);
  Asking asking = { self, cancellable };

  if (_signet_evidence_session_is_offline (self))
    return; /* nothing that would take time */
  for (guint i = 0; i < paths->len; i++)
    {
      const SignetCertificatePath *path = g_ptr_array_index (paths, i);

      if (path->found)
        add_questions (self, questions, path->certificates);
    }
  signet_evidence_in_parallel (questions, ask_one, &asking);
}

/* --- downloads -------------------------------------------------------------------------------------------------------------- */

static void
download_free (gpointer data)
{
  SignetEvidenceDownload *download = data;

  signet_evidence_cached_free (download->kept);
  signet_evidence_cached_free (download->fetched);
  g_clear_error (&download->problem);
  g_free (download);
}

static SignetEvidenceCached *
cached_new (GBytes *data, gint64 fetched_at, const char *etag)
{
  SignetEvidenceCached *cached = g_new0 (SignetEvidenceCached, 1);

  cached->data = g_bytes_ref (data);
  cached->fetched_at = fetched_at;
  cached->etag = g_strdup (etag);
  return cached;
}

/* 304: what is here is what there is, asked just now. */
static void
fetch (SignetEvidenceSession *self, SignetEvidenceDownload *download, const char *url, gsize max_size, GCancellable *cancellable)
{
  const char *etag = download->kept != NULL ? download->kept->etag : NULL;
  g_autoptr (SignetHttpResponse) response =
    _signet_evidence_get (self->sources.http, url, max_size, etag, cancellable, &download->problem);

  if (response == NULL)
    return;
  if (response->status == 304 && download->kept != NULL)
    download->fetched = cached_new (download->kept->data, self->sources.now, etag);
  else
    download->fetched = cached_new (response->body, self->sources.now, response->etag);
}

static SignetEvidenceDownload *
download_new (SignetEvidenceSession *self, const char *key, const char *url, gsize max_size, gint64 fresh, GCancellable *cancellable)
{
  SignetEvidenceDownload *download = g_new0 (SignetEvidenceDownload, 1);
  gint64 now = self->sources.now;

  if (self->sources.cache != NULL && fresh != SIGNET_EVIDENCE_NOT_KEPT)
    download->kept = signet_evidence_cache_get (self->sources.cache, key, now);
  if (_signet_evidence_session_is_offline (self))
    g_set_error_literal (&download->problem, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE, "offline");
  else if (download->kept == NULL || download->kept->fetched_at + fresh <= now || download->kept->fetched_at > now)
    fetch (self, download, url, max_size, cancellable);
  return download;
}

SignetEvidenceDownload *
_signet_evidence_session_download (SignetEvidenceSession *self, const char *key, const char *url, gsize max_size, gint64 fresh,
                                   GCancellable *cancellable, GError **error)
{
  g_autofree char *question = g_strconcat (fresh == SIGNET_EVIDENCE_NOT_KEPT ? "anew " : "", key, NULL);
  SignetEvidenceSlot *slot = NULL;
  SignetEvidenceDownload *download;

  if (_signet_evidence_session_claim (self, question, &slot))
    _signet_evidence_session_fill (self, slot, download_new (self, key, url, max_size, fresh, cancellable), download_free, NULL);
  download = slot->value;
  if (!g_error_matches (download->problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return download;
  g_propagate_error (error, g_error_copy (download->problem));
  return NULL;
}

void
_signet_evidence_session_keep (SignetEvidenceSession *self, const char *key, SignetEvidenceDownload *download, gint64 expires)
{
  if (self->sources.cache == NULL || download->fetched == NULL || !g_atomic_int_compare_and_exchange (&download->stored, FALSE, TRUE))
    return;
  download->fetched->expires = expires;
  signet_evidence_cache_put (self->sources.cache, key, download->fetched);
}
