/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-initialize.c: C_InitToken, which erases a token and gives it its first PINs; and the questions before it. Blocks;
 * any thread. */
#define G_LOG_DOMAIN "signet-token-initialize"

#include "config.h"

#include <gio/gunixfdlist.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include "signet-token-initialize.h"
#include "signet-token-private.h"

/* In a process of its own: C_InitToken wants no session open on the token, and afterwards the running one knows old slots. */
char *
_signet_token_module_init_token (SignetTokenModule *module,
                                 const char *id,
                                 const char *label,
                                 SignetSecret *pin,
                                 SignetSecret *so_pin,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (SignetTokenHostRef) host = _signet_token_module_new_host (module, cancellable, error);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GVariant) text = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, label, strlen (label), 1));
  SignetTokenHost *proxy = NULL;
  char *made = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  if (host == NULL)
    return NULL;
  fds = _signet_token_pin_list (so_pin, pin, error);
  if (fds == NULL)
    return NULL;
  proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_GENERATION, &deadline, cancellable, error);
  if (proxy == NULL)
    return NULL;
  ok = signet_token_host_call_init_token_sync (proxy, id, text, fds, deadline, &made, cancellable, &failure);
  if (!_signet_token_host_end (host, ok, g_steal_pointer (&failure), error))
    return NULL;
  _signet_token_module_forget_host (module);
  return made;
}

/* --- asking --- */

static void
add_loss (GPtrArray *names, GPtrArray *values, const char *name, const char *value)
{
  g_ptr_array_add (names, (gpointer) name);
  g_ptr_array_add (values, (gpointer) value);
}

/* What is seen without a login; private keys nobody sees may be there as well. */
static void
list_losses (SignetToken *token, GPtrArray *names, GPtrArray *values)
{
  GPtrArray *keys = signet_token_get_keys (token);

  add_loss (names, values, "token", signet_token_get_label (token));
  for (guint i = 0; i < keys->len; i++)
    {
      SignetCertificate *certificate = signet_token_key_get_certificate (keys->pdata[i]);

      if (certificate != NULL)
        add_loss (names, values, "certificate", signet_certificate_get_holder (certificate));
      else
        add_loss (names, values, "key", signet_token_key_get_key_text (keys->pdata[i]));
    }
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (values, NULL);
}

/**
 * signet_token_confirm_initialize:
 *
 * A token in use is erased only after a clear yes to a list of what is lost ("init-token"); else DENIED. An empty one needs none.
 */
gboolean
signet_token_confirm_initialize (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  SignetConsent consent = { .kind = "init-token", .title = signet_token_get_label (self) };

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);

  if (!signet_token_is_initialized (self))
    return TRUE;
  list_losses (self, names, values);
  consent.names = (const char *const *) names->pdata;
  consent.values = (const char *const *) values->pdata;
  return signet_interaction_confirm (interaction, &consent, cancellable, error);
}

typedef struct
{
  SignetTokenManager *manager;
  SignetToken *token;
  const char *label;
  SignetInteraction *interaction;
  GCancellable *cancellable;
  SignetSecret *pin; /* (nullable) until asked for, once */
  GError *refusal;   /* (nullable): of the PINs to be set, which are not asked for again */
} Initialization;

/* PKCS#11 v2.40, 5.5: of a token in use, C_InitToken checks the security officer's PIN: one try. */
static gboolean
initialize_once (gpointer data, SignetSecret *so_pin, GError **error)
{
  Initialization *run = data;
  g_autoptr (GError) failure = NULL;

  if (so_pin != NULL && run->pin == NULL)
    run->pin =
        _signet_token_ask (run->token, run->interaction, NULL, SIGNET_PIN_NEW, SIGNET_PIN_FLAG_NONE, run->cancellable, error);
  if (so_pin != NULL && run->pin == NULL)
    return FALSE;
  if (signet_token_manager_init_token (run->manager, run->token, run->label, run->pin, so_pin, run->cancellable, &failure))
    return TRUE;
  if (!g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  run->refusal = g_steal_pointer (&failure);
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "the new PIN was refused");
  return FALSE;
}

static gboolean
initialize_fresh (Initialization *run, GError **error)
{
  g_autoptr (SignetSecret) so_pin = NULL;

  if (!_signet_token_is_pad (run->token))
    {
      so_pin = _signet_token_ask (run->token, run->interaction, NULL, SIGNET_PIN_NEW_SO, SIGNET_PIN_FLAG_NONE, run->cancellable,
                                  error);
      if (so_pin == NULL)
        return FALSE;
    }
  return initialize_once (run, so_pin, error);
}

static gboolean
initialize_again (Initialization *run, GError **error)
{
  g_autoptr (SignetTokenHostRef) host =
      _signet_token_module_ensure_host (_signet_token_get_module (run->token), run->cancellable, error);
  SignetPinKind kind = signet_token_needs_manager (run->token) ? SIGNET_PIN_MANAGEMENT : SIGNET_PIN_SO;

  return host != NULL && _signet_token_ask_and_try (run->token, host, run->interaction, NULL, kind, initialize_once, run,
                                                    run->cancellable, error);
}

/**
 * signet_token_initialize:
 * @label: 1 to 32 bytes
 * @interaction: asked whether what is on the token may be lost, for the security officer's PIN (a new one for an empty token; of
 * a PIV card the management key), and for the new PIN
 *
 * ERASED: the token was erased and then took no PIN; signet_token_unblock() with the security officer's PIN sets one.
 */
gboolean
signet_token_initialize (SignetTokenManager *manager,
                         SignetToken *token,
                         const char *label,
                         SignetInteraction *interaction,
                         GCancellable *cancellable,
                         GError **error)
{
  Initialization run = {
    .manager = manager, .token = token, .label = label, .interaction = interaction, .cancellable = cancellable
  };
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (manager), FALSE);
  g_return_val_if_fail (SIGNET_IS_TOKEN (token), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);

  if (!signet_token_confirm_initialize (token, interaction, cancellable, error))
    return FALSE;
  _signet_token_keeping_forget (token);
  ok = signet_token_is_initialized (token) ? initialize_again (&run, error) : initialize_fresh (&run, error);
  g_clear_pointer (&run.pin, signet_secret_unref);
  if (run.refusal != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, run.refusal);
    }
  return ok;
}
