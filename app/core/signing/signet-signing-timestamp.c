/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-timestamp.c: the signature time-stamp of an act: from the first server that gives one; and when none does, what the person decided:
 * the act fails, or goes on without one and says so. One thread at a time; blocks on the network.
 */
#define G_LOG_DOMAIN "signet-signing-timestamp"

#include "config.h"

#include "../base/signet-stop.h"
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

/* --- the shelf ----------------------------------------------------------------------------------------------------------------- */

typedef gboolean (*ShelfStep) (SignetStore *store, const SignetShelfItem *item, GError **error);

static gboolean
tell_shelf (SignetSigning *self, ShelfStep step, const char *result, const char *sha256, const char *id, GError **error)
{
  SignetDocumentFile *content = _signet_signing_get_detached (self);
  g_autofree char *path = make_absolute (result);
  g_autofree char *content_path = content != NULL ? make_absolute (signet_document_file_get_path (content)) : NULL;
  SignetShelfItem item = {
    .path = path, .sha256 = (char *) sha256, .level = self->level, .content = content_path,
    .signature = (char *) (id != NULL ? id : "1"), .added = _signet_signing_now (self),
  };

  return step (self->shelf, &item, error);
}

/* Whoever may have no time-stamp now is promised one later: without a row on the shelf there is no signature. */
gboolean
_signet_signing_announce (SignetSigning *self, const char *path, const char *sha256, const char *id, GError **error)
{
  if (!self->postponed || self->shelf == NULL)
    return TRUE;
  if (!tell_shelf (self, signet_shelf_announce, path, sha256, id, error))
    return FALSE;
  signet_stop_here ("announced");
  return TRUE;
}

/* @named: whether the file got its name. What is not told now is settled when the shelf is read. */
void
_signet_signing_settle (SignetSigning *self, const char *path, const char *sha256, const char *id, gboolean named)
{
  g_autoptr (GError) error = NULL;

  if (self->postponed && self->shelf != NULL && !tell_shelf (self, named ? signet_shelf_confirm : signet_shelf_withdraw, path, sha256, id, &error))
    g_message ("the shelf: %s", error->message);
}
