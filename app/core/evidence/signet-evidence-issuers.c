/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-issuers.c: certificates of issuers that are missing, fetched from where certificates say (caIssuers: RFC 5280, 4.2.2.1).
 *
 * What is fetched serves to build a path and for nothing else: it is never an anchor, and whether it really issued the certificate the
 * path finds out. At most eight fetched one after the other; a certificate met again ends the way. docs/decisions/0031 says what asking
 * an address out of an unknown certificate costs. Any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-issuers"

#include "config.h"

#include <openssl/err.h>

#include "signet-evidence-session-private.h"

#define MAX_ANSWER  (256 * 1024)
#define MAX_TAKEN   16                 /* certificates out of one answer */
#define MAX_ISSUERS 64                 /* in one session */
#define MAX_SERVERS 3
#define FRESH       (24 * 60 * 60)
#define MOST        (30 * 24 * 60 * 60) /* kept at most */

/* --- one answer -------------------------------------------------------------------------------------------------------------- */

static gboolean
is_known (GPtrArray *certificates, SignetCertificate *certificate)
{
  for (guint i = 0; certificates != NULL && i < certificates->len; i++)
    if (signet_certificate_equal (g_ptr_array_index (certificates, i), certificate))
      return TRUE;
  return FALSE;
}

static gboolean
is_named (SignetCertificate *issuer, SignetCertificate *certificate)
{
  X509 *x509 = signet_certificate_get_x509 (issuer);
  X509 *issued = signet_certificate_get_x509 (certificate);

  return x509 != NULL && issued != NULL && X509_NAME_cmp (X509_get_subject_name (x509), X509_get_issuer_name (issued)) == 0;
}

/* The named issuer, and what may stand above it in the same bag. TRUE when something came that was not there. */
static gboolean
take (SignetEvidenceSession *self, GPtrArray *certificates, SignetCertificate *certificate, GPtrArray *untrusted)
{
  gboolean named = FALSE, new = FALSE;

  for (guint i = 0; i < certificates->len && !named; i++)
    named = is_named (g_ptr_array_index (certificates, i), certificate);
  g_mutex_lock (&self->lock);
  for (guint i = 0; named && i < MIN (certificates->len, MAX_TAKEN) && self->issuers->len < MAX_ISSUERS; i++)
    {
      SignetCertificate *one = g_ptr_array_index (certificates, i);

      if (!signet_certificate_is_ca (one) || is_known (self->issuers, one) || is_known (untrusted, one))
        continue;
      g_ptr_array_add (self->issuers, g_object_ref (one));
      new = TRUE;
    }
  g_mutex_unlock (&self->lock);
  return new;
}

static gboolean
take_bytes (SignetEvidenceSession *self, GBytes *data, const SignetEvidencePathQuestion *question, SignetCertificate *certificate)
{
  g_autoptr (GPtrArray) certificates = signet_certificate_parse_many (data, NULL);

  ERR_clear_error ();
  return certificates != NULL && take (self, certificates, certificate, question->untrusted);
}

static gboolean
take_download (SignetEvidenceSession *self, const char *key, SignetEvidenceDownload *download, const SignetEvidencePathQuestion *question,
               SignetCertificate *certificate)
{
  if (download->fetched != NULL && take_bytes (self, download->fetched->data, question, certificate))
    {
      _signet_evidence_session_keep (self, key, download, self->sources.now + MOST);
      return TRUE;
    }
  return download->kept != NULL && take_bytes (self, download->kept->data, question, certificate);
}

static gboolean
take_from (SignetEvidenceSession *self, const char *url, const SignetEvidencePathQuestion *question, SignetCertificate *certificate,
           GCancellable *cancellable, GError **error)
{
  g_autofree char *key = g_strconcat ("issuer ", url, NULL);
  SignetEvidenceDownload *download = _signet_evidence_session_download (self, key, url, MAX_ANSWER, FRESH, cancellable, error);

  if (download != NULL && take_download (self, key, download, question, certificate))
    return TRUE;
  if (download != NULL && download->kept != NULL && download->fetched == NULL) /* what is kept is of no use */
    download = _signet_evidence_session_download (self, key, url, MAX_ANSWER, SIGNET_EVIDENCE_NOT_KEPT, cancellable, error);
  if (download == NULL)
    return FALSE;
  if (download->kept == NULL && take_download (self, key, download, question, certificate))
    return TRUE;
  if (download->problem != NULL)
    g_propagate_error (error, g_error_copy (download->problem));
  else
    _signet_evidence_set_invalid (error, "what the server gave is not a certificate of the issuer, or one met before");
  return FALSE;
}

static gboolean
fetch_issuer (SignetEvidenceSession *self, const SignetEvidencePathQuestion *question, SignetCertificate *certificate,
              GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) urls = signet_certificate_dup_urls (certificate, "ca-issuers");
  g_autoptr (GError) last = NULL;

  for (guint i = 0; urls[i] != NULL && i < MAX_SERVERS && !g_error_matches (last, G_IO_ERROR, G_IO_ERROR_CANCELLED); i++)
    {
      g_clear_error (&last);
      if (take_from (self, urls[i], question, certificate, cancellable, &last))
        return TRUE;
      _signet_evidence_prefix_server (&last, urls[i]);
    }
  if (last != NULL)
    g_propagate_error (error, g_steal_pointer (&last));
  return FALSE;
}

/* --- the path ---------------------------------------------------------------------------------------------------------------- */

static SignetCertificatePath *
build (SignetEvidenceSession *self, const SignetEvidencePathQuestion *question)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; question->untrusted != NULL && i < question->untrusted->len; i++)
    g_ptr_array_add (all, g_object_ref (g_ptr_array_index (question->untrusted, i)));
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->issuers->len; i++)
    g_ptr_array_add (all, g_object_ref (g_ptr_array_index (self->issuers, i)));
  g_mutex_unlock (&self->lock);
  return signet_certificate_path_build (question->leaf, all, question->anchors, question->purpose, question->time);
}

/* Only where the way simply ends; what is broken another certificate of the same name does not mend. */
static SignetCertificate *
find_end (const SignetCertificatePath *path)
{
  SignetCertificate *last = path->certificates->len > 0 ? g_ptr_array_index (path->certificates, path->certificates->len - 1) : NULL;

  if (path->found || g_strcmp0 (path->reason, "no-trust-anchor") != 0 || last == NULL || signet_certificate_is_self_issued (last))
    return NULL;
  return last;
}

static void
tell (SignetCertificatePath *path, const GError *problem)
{
  if (path->detail == NULL && problem != NULL)
    path->detail = g_strdup_printf ("the certificate of an issuer could not be had: %s", problem->message);
}

static SignetCertificatePath *
find_path (SignetEvidenceSession *self, const SignetEvidencePathQuestion *question, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetCertificatePath) path = build (self, question);

  for (guint depth = 0; depth < SIGNET_EVIDENCE_MAX_DEPTH; depth++)
    {
      SignetCertificate *end = find_end (path);
      g_autoptr (GError) problem = NULL;

      if (end == NULL || !fetch_issuer (self, question, end, cancellable, &problem))
        {
          if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            {
              g_propagate_error (error, g_steal_pointer (&problem));
              return NULL;
            }
          tell (path, problem);
          return g_steal_pointer (&path);
        }
      signet_certificate_path_free (path);
      path = build (self, question);
    }
  return g_steal_pointer (&path);
}

static SignetCertificatePath *
look_up (SignetEvidenceSession *self, const char *key)
{
  SignetCertificatePath *path;

  g_mutex_lock (&self->lock);
  path = g_hash_table_lookup (self->found, key);
  g_mutex_unlock (&self->lock);
  return path;
}

static const SignetCertificatePath *
remember (SignetEvidenceSession *self, const char *key, SignetCertificatePath *path)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->paths, path);
  if (path->found && !g_hash_table_contains (self->found, key))
    g_hash_table_insert (self->found, g_strdup (key), path);
  g_mutex_unlock (&self->lock);
  return path;
}

/* A path found with the certificates of one signature is one for all; that none was found says nothing about the next. */
const SignetCertificatePath *
signet_evidence_session_find_path (SignetEvidenceSession *self, const SignetEvidencePathQuestion *question, GCancellable *cancellable,
                                   GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s %d %" G_GINT64_FORMAT " %p", signet_certificate_get_sha256 (question->leaf), (int) question->purpose,
                                          question->time, (void *) question->anchors);
  SignetCertificatePath *path = look_up (self, key);

  if (path != NULL)
    return path;
  path = find_path (self, question, cancellable, error);
  return path != NULL ? remember (self, key, path) : NULL;
}
