/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-change.c: a new PIN in place of a known one, a new PIN by what unblocks it, and that changed itself: three acts of
 * one shape. What is known is asked for and tried once an answer; what is new is asked for once.
 *
 * Each runs in a host process without a login, for in a process that has one, any PIN may look right. Blocks; worker threads.
 */
#define G_LOG_DOMAIN "signet-token-change"

#include "config.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#include "signet-token-private.h"
#include "signet-token-unblock.h"

typedef struct _Change Change;

typedef gboolean (*ChangeCall) (Change *change,
                                SignetTokenHost *proxy,
                                GUnixFDList *fds,
                                int deadline,
                                GCancellable *cancellable,
                                GError **error);

struct _Change
{
  SignetToken *token;
  SignetTokenHostRef *host;
  SignetInteraction *interaction;
  GCancellable *cancellable;
  SignetPinKind known;
  SignetPinKind wanted;
  const char *strategy; /* in org.signet.TokenHost */
  ChangeCall call;
  SignetSecret *new_pin; /* asked for once */
  GError *refusal;       /* (nullable): of the new PIN, which is not asked for again */
};

static gboolean
call_change_pin (Change *change,
                 SignetTokenHost *proxy,
                 GUnixFDList *fds,
                 int deadline,
                 GCancellable *cancellable,
                 GError **error)
{
  return signet_token_host_call_change_pin_sync (proxy, _signet_token_get_id (change->token), fds, deadline, cancellable, error);
}

static gboolean
call_unblock (Change *change, SignetTokenHost *proxy, GUnixFDList *fds, int deadline, GCancellable *cancellable, GError **error)
{
  return signet_token_host_call_unblock_sync (proxy, _signet_token_get_id (change->token), change->strategy, fds, deadline,
                                              cancellable, error);
}

static gboolean
call_change_unblocker (Change *change,
                       SignetTokenHost *proxy,
                       GUnixFDList *fds,
                       int deadline,
                       GCancellable *cancellable,
                       GError **error)
{
  return signet_token_host_call_change_unblocker_sync (proxy, _signet_token_get_id (change->token), change->strategy, fds,
                                                       deadline, cancellable, error);
}

/* A PIN on its way is not called back, for nobody would know whether it was tried; a person at a PIN pad may walk away. */
static gboolean
call_host (Change *change, SignetSecret *known, GUnixFDList *fds, GError **error)
{
  GCancellable *cancellable = known == NULL ? change->cancellable : NULL;
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = _signet_token_host_begin (change->host, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, error);

  if (proxy == NULL)
    return FALSE;
  ok = change->call (change, proxy, fds, deadline, cancellable, &failure);
  return _signet_token_host_end (change->host, ok, g_steal_pointer (&failure), error);
}

/* Before anything is sent: a card keeps whatever it is given. */
static gboolean
is_new_key (SignetSecret *known, SignetSecret *wanted)
{
  gsize length = 0;
  const guint8 *bytes = signet_secret_get_bytes (wanted, &length);

  return length == signet_secret_get_length (known) && _signet_token_card_check_key (wanted, 0) &&
         !(length == strlen (SIGNET_FACTORY_MANAGEMENT_KEY) && memcmp (bytes, SIGNET_FACTORY_MANAGEMENT_KEY, length) == 0);
}

static gboolean
change_once (gpointer data, SignetSecret *known, GError **error)
{
  Change *change = data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) failure = NULL;

  if (known != NULL && change->new_pin == NULL)
    {
      change->new_pin = _signet_token_ask (change->token, change->interaction, NULL, change->wanted, SIGNET_PIN_FLAG_NONE,
                                           change->cancellable, error);
      if (change->new_pin == NULL)
        return FALSE;
    }
  if (change->wanted == SIGNET_PIN_NEW_MANAGEMENT && !is_new_key (known, change->new_pin))
    {
      change->refusal = g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID,
                                             "the new management key has other digits than the old one, or is the factory's");
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "the new management key was refused");
      return FALSE;
    }
  fds = _signet_token_pin_list (known, known != NULL ? change->new_pin : NULL, error);
  if (fds == NULL)
    return FALSE;
  if (call_host (change, known, fds, &failure))
    return TRUE;
  if (!g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  change->refusal = g_steal_pointer (&failure);
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "the new PIN was refused");
  return FALSE;
}

/* Takes over @change->host. */
static gboolean
run (Change *change, GError **error)
{
  gboolean ok = FALSE;

  _signet_token_keeping_forget (change->token);
  ok = _signet_token_ask_and_try (change->token, change->host, change->interaction, NULL, change->known, change_once, change,
                                  change->cancellable, error);

  _signet_token_give_back_host (change->token, change->host, change->cancellable);
  /* whether the module is logged out again is its secret; the end of its process is no secret */
  _signet_token_host_retire (change->host);
  _signet_token_host_unref (change->host);
  g_clear_pointer (&change->new_pin, signet_secret_unref);
  if (change->refusal != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, change->refusal);
    }
  return ok;
}

/**
 * signet_token_change_pin:
 *
 * Asks for the PIN and for a new one. A new PIN the token refuses is an error (PIN_INVALID), not asked again by us.
 */
gboolean
signet_token_change_pin (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  Change change = { .token = self,
                    .interaction = interaction,
                    .cancellable = cancellable,
                    .known = SIGNET_PIN_USER,
                    .wanted = SIGNET_PIN_NEW,
                    .call = call_change_pin };

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);

  if (!_signet_token_check_ready (self, error))
    return FALSE;
  change.host = _signet_token_claim_host (self, cancellable, error);
  return change.host != NULL && run (&change, error);
}

/* --- by what unblocks --- */

static gboolean
choose_strategy (Change *change, gboolean new_unblocker, GError **error)
{
  switch (signet_token_get_unblock_strategy (change->token))
    {
    case SIGNET_UNBLOCK_PIV_PUK:
      change->strategy = "piv-puk";
      change->known = SIGNET_PIN_PUK;
      change->wanted = new_unblocker ? SIGNET_PIN_NEW_PUK : SIGNET_PIN_NEW;
      return TRUE;
    case SIGNET_UNBLOCK_SO_PIN:
    case SIGNET_UNBLOCK_TPM_LOCKOUT:
      change->strategy = "so-pin";
      change->known = SIGNET_PIN_SO;
      change->wanted = new_unblocker ? SIGNET_PIN_NEW_SO : SIGNET_PIN_NEW;
      return TRUE;
    case SIGNET_UNBLOCK_NONE:
    case SIGNET_UNBLOCK_AUTHORITY:
    default:
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
                           "nothing is known that unblocks this token: its maker's program or the authority may");
      return FALSE;
    }
}

/* A process of its own: a security officer cannot log in where anybody else is. */
static gboolean
run_unblocker (Change *change, gboolean new_unblocker, GError **error)
{
  SignetTokenModule *module = _signet_token_get_module (change->token);
  gboolean ok = FALSE;

  if (!_signet_token_check_ready (change->token, error) || !choose_strategy (change, new_unblocker, error))
    return FALSE;
  change->host = _signet_token_module_new_host (module, change->cancellable, error);
  if (change->host == NULL)
    return FALSE;
  ok = run (change, error);
  /* also when it failed: a try was spent, and a module that remembers its flags would not see it */
  _signet_token_module_forget_host (module);
  _signet_token_module_touch (module);
  return ok;
}

/* What the card keeps behind its PIN would no longer be its key. */
static gboolean
check_not_guarded (Change *change, GError **error)
{
  SignetTokenCard card;

  _signet_token_card_read (change->token, change->host, &card, change->cancellable, NULL);
  if (!card.management_guarded && !card.management_unsuited)
    return TRUE;
  g_set_error_literal (
      error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
      "the card keeps its management key behind the PIN, or has one its module does not know: the program of its "
      "maker changes it");
  return FALSE;
}

/**
 * signet_token_change_management_key:
 * @interaction: asked for the management key and for a new one
 *
 * The new key has as many digits as the old one, and is not the factory's (PIN_INVALID).
 */
gboolean
signet_token_change_management_key (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  Change change = { .token = self,
                    .interaction = interaction,
                    .cancellable = cancellable,
                    .known = SIGNET_PIN_MANAGEMENT,
                    .wanted = SIGNET_PIN_NEW_MANAGEMENT,
                    .strategy = "management",
                    .call = call_change_unblocker };
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);

  if (!signet_token_needs_manager (self))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token has no management key");
      return FALSE;
    }
  if (!_signet_token_check_ready (self, error))
    return FALSE;
  change.host = _signet_token_module_new_host (_signet_token_get_module (self), cancellable, error);
  if (change.host == NULL)
    return FALSE;
  if (check_not_guarded (&change, error))
    ok = run (&change, error);
  else
    _signet_token_host_unref (change.host);
  _signet_token_module_touch (_signet_token_get_module (self));
  return ok;
}

/**
 * signet_token_unblock:
 * @interaction: asked for the PUK or the security officer's PIN, then for the new PIN
 *
 * Sets a new PIN without the old one: it may be locked, forgotten, or never have been set.
 *
 * The errors are those of a PIN; UNBLOCKER_LOCKED when no try is left for what unblocks, LOCKED_OUT when a TPM refuses all PINs,
 * UNSUPPORTED when nothing is known that unblocks such a token.
 */
gboolean
signet_token_unblock (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  Change change = { .token = self, .interaction = interaction, .cancellable = cancellable, .call = call_unblock };

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);
  return run_unblocker (&change, FALSE, error);
}

static GError *
name_refused (GError *failure)
{
  if (g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN))
    failure->code = SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER;
  else if (g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED))
    failure->code = SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED;
  return failure;
}

/* Takes over @change->host. */
static gboolean
run_given (Change *change, SignetSecret *known, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean ok = FALSE;

  _signet_token_keeping_forget (change->token);
  ok = change_once (change, known, &failure);
  _signet_token_host_retire (change->host);
  _signet_token_host_unref (change->host);
  g_clear_pointer (&change->new_pin, signet_secret_unref);
  if (change->refusal != NULL)
    g_propagate_error (error, change->refusal);
  else if (!ok)
    g_propagate_error (error, name_refused (g_steal_pointer (&failure)));
  return ok;
}

/**
 * signet_token_unblock_with:
 * @kind: what @known is: %SIGNET_PIN_PUK or %SIGNET_PIN_SO
 * @interaction: asked for the new PIN
 *
 * UNSUPPORTED when such a token is not unblocked by that.
 */
gboolean
signet_token_unblock_with (SignetToken *self,
                           SignetPinKind kind,
                           SignetSecret *known,
                           SignetInteraction *interaction,
                           GCancellable *cancellable,
                           GError **error)
{
  SignetTokenModule *module = NULL;
  Change change = { .token = self, .interaction = interaction, .cancellable = cancellable, .call = call_unblock };
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (known != NULL, FALSE);

  if (!_signet_token_check_ready (self, error) || !choose_strategy (&change, FALSE, error))
    return FALSE;
  if (change.known != kind)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "that does not unblock this kind of token");
      return FALSE;
    }
  module = _signet_token_get_module (self);
  change.host = _signet_token_module_new_host (module, cancellable, error);
  if (change.host == NULL)
    return FALSE;
  ok = run_given (&change, known, error);
  _signet_token_module_forget_host (module);
  _signet_token_module_touch (module);
  return ok;
}

/**
 * signet_token_change_unblocker:
 * @interaction: asked for the PUK or the security officer's PIN, then for a new one
 */
gboolean
signet_token_change_unblocker (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  Change change = { .token = self, .interaction = interaction, .cancellable = cancellable, .call = call_change_unblocker };

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);
  return run_unblocker (&change, TRUE, error);
}
