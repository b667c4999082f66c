/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-unblock.c: which way a family of tokens unblocks a PIN. Any thread. */
#define G_LOG_DOMAIN "signet-token-unblock"

#include "config.h"

#include <string.h>

#include "signet-token-private.h"
#include "signet-token-unblock.h"

static gboolean
module_is (SignetToken *token, const char *prefix)
{
  g_autofree char *name = g_path_get_basename (signet_token_get_module (token));

  return g_str_has_prefix (name, prefix);
}

/* ykcs11 serves PIV cards alone; OpenSC calls them "piv_II" after its own card driver. */
gboolean
_signet_token_is_piv (SignetToken *token)
{
  return module_is (token, "libykcs11") || strstr (signet_token_get_manufacturer (token), "piv_II") != NULL ||
         strstr (signet_token_get_manufacturer (token), "PIV") != NULL;
}

/**
 * signet_token_get_seat:
 *
 * Returns: where the keys of the token are, as far as its module says; a software token of ours is told by signet_token_is_software()
 */
SignetTokenSeat
signet_token_get_seat (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), SIGNET_TOKEN_SEAT_READER);

  if (module_is (self, "libtpm2_pkcs11"))
    return SIGNET_TOKEN_SEAT_CHIP;
  /* opencryptoki also serves hardware of its maker; its "Soft" token is none */
  if (module_is (self, "libopencryptoki") && g_str_has_prefix (signet_token_get_model (self), "Soft"))
    return SIGNET_TOKEN_SEAT_COMPUTER;
  return SIGNET_TOKEN_SEAT_READER;
}

/**
 * signet_token_get_unblock_strategy:
 *
 * Returns: what a person needs to get a new PIN, as far as the token's family is known
 */
SignetUnblockStrategy
signet_token_get_unblock_strategy (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), SIGNET_UNBLOCK_NONE);

  if (!signet_token_is_initialized (self))
    return SIGNET_UNBLOCK_NONE;
  if (_signet_token_is_piv (self))
    return SIGNET_UNBLOCK_PIV_PUK;
  if (module_is (self, "libtpm2_pkcs11"))
    return SIGNET_UNBLOCK_TPM_LOCKOUT;
  return SIGNET_UNBLOCK_SO_PIN;
}

/**
 * signet_token_key_count_pin_questions:
 *
 * Returns: how often a PIN is asked for, so that it can be said before the first
 */
guint
signet_token_key_count_pin_questions (SignetTokenKey *key, guint n_signatures)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (key), 0);
  return signet_token_key_always_authenticates (key) ? n_signatures + 1 : 1;
}
