/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-keeping.c: logins that outlive their session for a while. Any thread. */
#define G_LOG_DOMAIN "signet-token-keeping"

#include "config.h"

#include "../base/signet-policy.h"
#include "signet-token-keeping.h"
#include "signet-token-private.h"

static GQuark
seconds_quark (void)
{
  return g_quark_from_static_string ("signet-token-pin-keeping");
}

void
signet_token_manager_set_pin_keeping (SignetTokenManager *self, guint seconds)
{
  g_return_if_fail (SIGNET_IS_TOKEN_MANAGER (self));
  g_object_set_qdata (G_OBJECT (self), seconds_quark (),
                      GUINT_TO_POINTER (MIN (seconds, signet_policy_get_pin_keeping_maximum ())));
}

guint
signet_token_manager_get_pin_keeping (SignetTokenManager *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), 0);
  return GPOINTER_TO_UINT (g_object_get_qdata (G_OBJECT (self), seconds_quark ()));
}

void
signet_token_manager_forget_pins (SignetTokenManager *self)
{
  g_return_if_fail (SIGNET_IS_TOKEN_MANAGER (self));
}

gboolean
signet_token_manager_keeps_pin (SignetTokenManager *self, SignetToken *token)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  return FALSE;
}
