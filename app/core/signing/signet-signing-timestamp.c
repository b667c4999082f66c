/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-timestamp.c: the signature time-stamp of an act: from the first server that gives one; and when none does, what the person decided:
 * the act fails, or goes on without one and says so. One thread at a time; blocks on the network.
 */
#define G_LOG_DOMAIN "signet-signing-timestamp"

#include "config.h"

#include "signet-extension-private.h"
#include "signet-signing-private.h"

void
signet_signing_set_timestamp_servers (SignetSigning *self, SignetTimestampServers *servers)
{
  g_return_if_fail (SIGNET_IS_SIGNING (self));

  if (servers != NULL)
    signet_timestamp_servers_ref (servers);
  signet_timestamp_servers_unref (self->servers);
  self->servers = servers;
}

void
signet_signing_set_tsa (SignetSigning *self, const char *url)
{
  g_autoptr (SignetTimestampServers) servers = url != NULL ? signet_timestamp_servers_new () : NULL;

  if (servers != NULL)
    signet_timestamp_servers_add (servers, url);
  signet_signing_set_timestamp_servers (self, servers);
}

/**
 * signet_signing_set_or_later:
 * @or_later: whether a signature without a time-stamp is better than none
 */
void
signet_signing_set_or_later (SignetSigning *self, gboolean or_later)
{
  g_return_if_fail (SIGNET_IS_SIGNING (self));

  self->or_later = or_later;
}

/**
 * signet_signing_is_postponed:
 *
 * Returns: after the act: whether the file is at level B-B only, because no server gave a time-stamp
 */
gboolean
signet_signing_is_postponed (SignetSigning *self)
{
  return self->postponed;
}

const char *
signet_signing_get_timestamp_server (SignetSigning *self)
{
  return self->served;
}

gboolean
_signet_signing_may_ask (SignetSigning *self)
{
  return self->http != NULL && !signet_http_is_offline (self->http);
}

gboolean
_signet_signing_add_timestamp (SignetSigning *self, SignetSignatureCreation *creation, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) stamped = signet_signature_creation_dup_timestamped (creation);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) token = NULL;

  g_clear_pointer (&self->served, g_free);
  self->postponed = FALSE;
  token = signet_timestamp_servers_fetch (self->servers, self->http, SIGNET_DIGEST_SHA256, stamped, &self->served, cancellable, &failure);
  if (token != NULL && _signet_signing_wants_evidence (self))
    _signet_extension_remember_authority (self->cache, self->served, token, _signet_signing_now (self));
  if (token != NULL)
    return signet_signature_creation_add_timestamp (creation, token, error);
  if (self->or_later && failure->domain == SIGNET_EVIDENCE_ERROR)
    {
      g_message ("signed without a time-stamp: %s", failure->message);
      self->postponed = TRUE;
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

void
signet_signing_set_shelf (SignetSigning *self, SignetStore *store)
{
  g_return_if_fail (SIGNET_IS_SIGNING (self));

  g_set_object (&self->shelf, store);
}

static char *
make_absolute (const char *path)
{
  return g_canonicalize_filename (path, NULL);
}

void
_signet_signing_shelve (SignetSigning *self, const char *sha256, const char *id)
{
  SignetDocumentFile *content = _signet_signing_get_detached (self);
  g_autofree char *path = make_absolute (self->result);
  g_autofree char *content_path = content != NULL ? make_absolute (signet_document_file_get_path (content)) : NULL;
  g_autoptr (GError) error = NULL;
  SignetShelfItem item = {
    .path = path, .sha256 = (char *) sha256, .level = self->level, .content = content_path,
    .signature = (char *) (id != NULL ? id : "1"), .added = _signet_signing_now (self),
  };

  if (self->shelf != NULL && !signet_shelf_put (self->shelf, &item, &error))
    g_message ("the file waits for a time-stamp, but not on the shelf: %s", error->message);
}
