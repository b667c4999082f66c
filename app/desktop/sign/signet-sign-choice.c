/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-choice.c: one place where a choice becomes a SignetSigning, for one file and for many. */
#define G_LOG_DOMAIN "signet-sign-choice"

#include "config.h"

#include "signet-sign-choice.h"
#include "../../core/face/signet-timestamps.h"

struct _SignetSignChoice {
  SignetTokenKey      *key;       /* (owned) (nullable) */
  char                *format;    /* (nullable) */
  char                *level;
  gboolean             or_later;
  SignetTimestampServers *servers; /* (owned) (nullable): none is known, or none may be used */
  SignetCore          *core;      /* (owned): whose the next five are */
  SignetHttp          *http;
  SignetClock         *clock;
  SignetJournal       *journal;   /* (nullable) */
  SignetEvidenceCache *cache;     /* (nullable) */
  SignetStore         *store;     /* (nullable) */
  GPtrArray           *chain;     /* (owned) */
};

/* the administrator's, the person's or the authority's; (transfer full) (nullable) */
static SignetTimestampServers *
choose_servers (SignetDesktop  *desktop,
                SignetTokenKey *key)
{
  SignetCertificate *certificate = key != NULL ? signet_token_key_get_certificate (key) : NULL;
  g_autoptr(GError) error = NULL;
  SignetTimestampServers *servers = certificate != NULL ? signet_timestamps_choose (signet_desktop_get_core (desktop), certificate, NULL, &error) : NULL;

  if (error != NULL)
    g_info ("no time-stamp servers: %s", error->message);
  return servers;
}

SignetSignChoice *
signet_sign_choice_new (SignetDesktop  *desktop,
                        SignetTokenKey *key,
                        const char     *format,
                        const char     *level)
{
  SignetSignChoice *self = g_new0 (SignetSignChoice, 1);
  SignetCore *core = signet_desktop_get_core (desktop);

  self->key = key != NULL ? g_object_ref (key) : NULL;
  self->format = g_strdup (format);
  self->level = g_strdup (level);
  self->servers = choose_servers (desktop, key);
  self->core = g_object_ref (core);
  self->http = signet_core_get_http (core);
  self->clock = signet_core_get_clock (core);
  self->journal = signet_core_get_journal (core, NULL);
  self->cache = signet_core_get_evidence_cache (core);
  self->store = signet_core_get_store (core, NULL);
  self->chain = g_ptr_array_ref (signet_core_get_ca_certificates (core));
  return self;
}

void
signet_sign_choice_free (SignetSignChoice *self)
{
  g_clear_object (&self->key);
  g_free (self->format);
  g_free (self->level);
  g_clear_pointer (&self->servers, signet_timestamp_servers_unref);
  g_clear_object (&self->core);
  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_free (self);
}

void
signet_sign_choice_set_or_later (SignetSignChoice *self,
                                 gboolean          or_later)
{
  self->or_later = or_later;
}

gboolean
signet_sign_choice_has_key (SignetSignChoice *self)
{
  return self->key != NULL;
}

SignetSigning *
signet_sign_choice_new_signing (SignetSignChoice   *self,
                                SignetDocumentFile *file)
{
  SignetSigning *signing = signet_signing_new (file, self->key);

  signet_signing_set_seams (signing, self->http, self->clock, self->journal);
  signet_signing_set_evidence_cache (signing, self->cache);
  signet_signing_set_chain (signing, self->chain);
  signet_signing_set_format (signing, self->format);
  signet_signing_set_level (signing, self->level);
  signet_signing_set_timestamp_servers (signing, self->servers);
  signet_signing_set_or_later (signing, self->or_later);
  signet_signing_set_shelf (signing, self->store);
  return signing;
}
