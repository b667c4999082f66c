/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-manager-making.c: makes tokens: software tokens of our own, and others anew.
 *
 * Blocks, worker threads.
 */
#define G_LOG_DOMAIN "signet-token-manager-making"

#include "config.h"

#include <string.h>

#include "../base/signet-paths.h"
#include "../base/signet-policy.h"
#include "signet-token-manager-private.h"

static gboolean
check_label (const char *label, GError **error)
{
  gsize length = strlen (label);

  if (length > 0 && length <= 32 && g_utf8_validate (label, (gssize) length, NULL))
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "a token's label has 1 to 32 bytes");
  return FALSE;
}

/* The token was made and is not listed: the module's own trouble says why, when it had any. */
static void
explain_missing (SignetTokenModule *module, GPtrArray *problems, GError **error)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const GError *problem = problems->pdata[i];

      if (g_str_has_prefix (problem->message, _signet_token_module_get_path (module)))
        {
          g_propagate_error (error, g_error_copy (problem));
          return;
        }
    }
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED, "the new token is not listed");
}

static SignetToken *
init_and_list (SignetTokenManager *self,
               SignetTokenModule *module,
               const char *id,
               const char *label,
               SignetSecret *pin,
               SignetSecret *so_pin,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree char *made = _signet_token_module_init_token (module, id, label, pin, so_pin != NULL ? so_pin : pin, cancellable,
                                                           error);
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) tokens = NULL;

  if (made == NULL)
    return NULL;
  tokens = signet_token_manager_refresh (self, cancellable, &problems, error);
  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    if (_signet_token_get_module (tokens->pdata[i]) == module && g_str_equal (_signet_token_get_id (tokens->pdata[i]), made))
      return g_object_ref (tokens->pdata[i]);
  if (tokens != NULL)
    explain_missing (module, problems, error);
  return NULL;
}

/**
 * signet_token_manager_init_software_token:
 * @label: 1 to 32 bytes
 * @so_pin: (nullable): the same as @pin when %NULL
 *
 * Returns: (transfer full) (nullable): a new software token in the user's data folder
 */
SignetToken *
signet_token_manager_init_software_token (SignetTokenManager *self,
                                          const char *label,
                                          SignetSecret *pin,
                                          SignetSecret *so_pin,
                                          GCancellable *cancellable,
                                          GError **error)
{
  const char *dir = signet_paths_get_software_token_dir ();
  g_autofree char *path = _signet_token_software_find_module ();
  g_autofree char *resolved = path != NULL ? _signet_token_manager_resolve (path) : NULL;
  g_autoptr (SignetTokenModule) module = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);
  g_return_val_if_fail (label != NULL && pin != NULL, NULL);

  if (!signet_policy_allows_software_tokens ())
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "policy: software tokens are excluded");
      return NULL;
    }
  if (path == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
                           "SoftHSM 2, which keeps software tokens, is not installed");
      return NULL;
    }
  if (!check_label (label, error) || !_signet_token_software_prepare (dir, error))
    return NULL;
  g_mutex_lock (&self->lock);
  self->with_software = TRUE;
  _signet_token_manager_find_modules (self);
  module = g_object_ref (_signet_token_manager_find_module (self->modules, resolved, dir));
  g_mutex_unlock (&self->lock);
  return init_and_list (self, module, "", label, pin, so_pin, cancellable, error);
}

/**
 * signet_token_manager_remove_software_token:
 * @token: one of ours
 *
 * Its keys are gone for good. Errors: SIGNET_BASE_ERROR_DENIED when it is not a software token of ours, SIGNET_BASE_ERROR_TRY_LATER while
 * somebody, in any process, is logged in to it.
 */
gboolean
signet_token_manager_remove_software_token (SignetTokenManager *self, SignetToken *token, GCancellable *cancellable, GError **error)
{
  const char *dir = signet_paths_get_software_token_dir ();
  SignetTokenModule *module = NULL;
  g_autoptr (GPtrArray) tokens = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_TOKEN (token), FALSE);

  module = _signet_token_get_module (token);
  if (g_strcmp0 (_signet_token_module_get_software_dir (module), dir) != 0)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "only software tokens of our own folder are removed");
      return FALSE;
    }
  if (!_signet_token_software_remove (dir, _signet_token_get_id (token), error))
    return FALSE;
  _signet_token_module_forget_host (module);
  tokens = signet_token_manager_refresh (self, cancellable, NULL, NULL);
  return TRUE;
}

/**
 * signet_token_manager_init_token:
 * @token: all that is on it is lost
 * @pin: (nullable): both %NULL on a PIN pad
 * @so_pin: (nullable): the same as @pin when %NULL
 */
gboolean
signet_token_manager_init_token (SignetTokenManager *self,
                                 SignetToken *token,
                                 const char *label,
                                 SignetSecret *pin,
                                 SignetSecret *so_pin,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (SignetToken) made = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_TOKEN (token), FALSE);

  if (!check_label (label, error))
    return FALSE;
  made = init_and_list (self, _signet_token_get_module (token), _signet_token_get_id (token), label, pin, so_pin, cancellable,
                        error);
  return made != NULL;
}
