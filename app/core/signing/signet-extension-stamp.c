/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-extension-stamp.c: time-stamps for an extension: fetched from the first server that gives one; how long the last one will do.
 *
 * The certificate of a server's authority is remembered, so that next time its revocation can be asked about while the time-stamp is under
 * way, and not after it. Any thread.
 */
#define G_LOG_DOMAIN "signet-extension-stamp"

#include "config.h"

#include "signet-extension-private.h"

#define REMEMBERED (90 * 24 * 60 * 60)
#define STEP       (30 * 24 * 60 * 60)

static char *
authority_key (const char *url)
{
  return g_strconcat ("time-stamp authority ", url, NULL);
}

void
_signet_extension_remember_authority (SignetEvidenceCache *cache, const char *url, GBytes *token, gint64 now)
{
  g_autofree char *key = authority_key (url);
  SignetEvidenceCached cached = { .data = token, .fetched_at = now, .expires = now + REMEMBERED };

  if (cache != NULL)
    signet_evidence_cache_put (cache, key, &cached);
}

/* A guess and nothing more: the token that comes will be looked at itself. */
GPtrArray *
_signet_extension_recall_authority (const SignetExtensionWish *wish, const char *url, SignetCertificate **tsa)
{
  g_autofree char *key = authority_key (url);
  g_autoptr (SignetEvidenceCached) cached = wish->cache != NULL ? signet_evidence_cache_get (wish->cache, key, wish->now) : NULL;
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (SignetTimestamp) timestamp = cached != NULL ? signet_evidence_parse_timestamp (cached->data, nothing, NULL) : NULL;

  if (timestamp == NULL || timestamp->tsa == NULL)
    return NULL;
  *tsa = g_object_ref (timestamp->tsa);
  return g_ptr_array_ref (timestamp->certificates);
}

GBytes *
_signet_extension_fetch_stamp (const SignetExtensionWish *wish, SignetDigest digest, GBytes *hash, GError **error)
{
  g_autofree char *served = NULL;
  GBytes *token = NULL;

  if (wish->http == NULL || signet_http_is_offline (wish->http))
    {
      g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE, "time-stamps need the network");
      return NULL;
    }
  token = signet_timestamp_servers_fetch_of_hash (wish->servers, wish->http, digest, hash, &served, wish->cancellable, error);
  if (token != NULL)
    _signet_extension_remember_authority (wish->cache, served, token, wish->now);
  return token;
}

/* --- how long it will do -------------------------------------------------------------------------------------------------------- */

GBytes *
_signet_extension_find_archive_stamp (SignetDocumentSignature *signature, GPtrArray *signatures)
{
  GPtrArray *stamps = signet_document_signature_get_stamps (signature);
  guint64 newest = signet_document_signature_get_position (signature);
  GBytes *token = NULL;

  for (guint i = 0; i < stamps->len; i++)
    {
      const SignetDocumentStamp *stamp = g_ptr_array_index (stamps, i);

      if (stamp->kind == SIGNET_STAMP_ARCHIVE && (stamp->stamped != NULL || stamp->fits) && stamp->position > newest)
        {
          newest = stamp->position;
          token = stamp->token;
        }
    }
  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *other = g_ptr_array_index (signatures, i);

      if (g_str_equal (signet_document_signature_get_kind (other), "document-timestamp") && signet_document_signature_get_position (other) > newest
          && signet_document_signature_get_integrity (other) == SIGNET_INTEGRITY_INTACT)
        {
          newest = signet_document_signature_get_position (other);
          token = signet_document_signature_get_timestamp (other);
        }
    }
  return token;
}

static SignetSignatureAlgorithm
algorithm_of (EVP_PKEY *key)
{
  SignetSignatureAlgorithm algorithm = signet_signature_algorithm_default (key);

  algorithm.digest = SIGNET_DIGEST_SHA256; /* no stronger than this is what a time-stamp has to be */
  return algorithm;
}

/* The certificate ends, or before it the strength of its key. */
static gint64
end_of (SignetCertificate *tsa, gint64 now)
{
  EVP_PKEY *key = signet_certificate_get_key (tsa);
  gint64 end = signet_certificate_get_not_after (tsa);

  for (gint64 time = now; key != NULL && time < end; time += STEP)
    if (!signet_signature_algorithm_is_acceptable (algorithm_of (key), key, time))
      return time;
  return end;
}

gint64
_signet_extension_renewal_of (GBytes *token, gint64 now)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (SignetTimestamp) timestamp = signet_evidence_parse_timestamp (token, nothing, NULL);

  if (timestamp == NULL || timestamp->tsa == NULL || !signet_certificate_is_readable (timestamp->tsa))
    return now;
  return end_of (timestamp->tsa, now) - SIGNET_EXTENSION_RENEW_BEFORE;
}
