/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-level.c: levels LT and LTA of a file that was signed just now: it is extended before it is checked and gets its name. What is
 * wanted after the time-stamp is asked for while the time-stamp is under way.
 */
#define G_LOG_DOMAIN "signet-signing-level"

#include "config.h"

#include "signet-extension-private.h"
#include "signet-signing-private.h"

struct _SignetSigningAhead {
  SignetExtensionWish wish;
  SignetCertificate  *signer;
  GPtrArray          *chain;
  GThread            *thread;
};

gboolean
_signet_signing_wants_evidence (SignetSigning *self)
{
  return !self->postponed && signet_level_parse (self->level) >= SIGNET_LEVEL_LT;
}

/* FALSE only when cancelled */
static gboolean
make_wish (SignetSigning *self, SignetExtensionWish *wish, GCancellable *cancellable, GError **error)
{
  *wish = (SignetExtensionWish){
    .level = signet_level_parse (self->level),
    .servers = self->servers,
    .http = self->http,
    .cache = self->cache,
    .session = _signet_signing_get_session (self, cancellable, error),
    .chain = self->chain,
    .now = _signet_signing_now (self),
    .cancellable = cancellable,
  };
  return wish->session != NULL;
}

static gpointer
ask (gpointer data)
{
  SignetSigningAhead *ahead = data;

  _signet_extension_ask_ahead (&ahead->wish, NULL, ahead->signer, ahead->chain);
  return NULL;
}

SignetSigningAhead *
_signet_signing_ask_ahead (SignetSigning *self, GPtrArray *chain, GCancellable *cancellable)
{
  SignetSigningAhead *ahead;

  if (!_signet_signing_wants_evidence (self))
    return NULL;
  ahead = g_new0 (SignetSigningAhead, 1);
  ahead->signer = self->certificate;
  ahead->chain = chain;
  if (make_wish (self, &ahead->wish, cancellable, NULL))
    ahead->thread = g_thread_try_new ("signet-ahead", ask, ahead, NULL);
  return ahead;
}

void
_signet_signing_end_ahead (SignetSigningAhead *ahead)
{
  if (ahead != NULL && ahead->thread != NULL)
    g_thread_join (ahead->thread);
  g_free (ahead);
}

/* A person who asked for LT does not get less and find out in ten years: what could be had is for the one who asks again to say. */
static gboolean
check_reached (const SignetExtensionWish *wish, const SignetExtensionOutcome *outcome, GError **error)
{
  const SignetExtensionProblem *problem;

  if (outcome->level >= wish->level)
    return TRUE;
  problem = outcome->problems->len > 0 ? g_ptr_array_index (outcome->problems, 0) : NULL;
  if (outcome->error != NULL)
    g_set_error (error, outcome->error->domain, outcome->error->code, "%s%s%s", problem != NULL && problem->about != NULL ? problem->about : "",
                 problem != NULL && problem->about != NULL ? ": " : "", outcome->error->message);
  else
    g_set_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_EVIDENCE, "%s %s", problem != NULL ? problem->code : "evidence",
                 problem != NULL && problem->about != NULL ? problem->about : "");
  return FALSE;
}

gboolean
_signet_signing_extend (SignetSigning *self, SignetOutputFile *output, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_auto (SignetExtensionOutcome) outcome = { 0 };
  SignetExtensionWish wish;

  if (!_signet_signing_wants_evidence (self))
    return TRUE;
  if (!make_wish (self, &wish, cancellable, error))
    return FALSE;
  wish.interaction = interaction;
  wish.detached = _signet_signing_get_detached (self);
  wish.origin = self->file;
  return _signet_extension_apply (&wish, signet_output_file_get_fd (output), &outcome, error) && check_reached (&wish, &outcome, error);
}
