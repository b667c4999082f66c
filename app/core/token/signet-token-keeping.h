/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-keeping.h: logged in for a while longer, when the person wants that: the next signature asks for no PIN.
 *
 * What is kept is the login, in the token's host process, never the PIN. It ends with the time set (counted from its last use),
 * with forget_pins(), with a wrong PIN, with the token or the program. A key that wants its PIN at every signature still asks.
 */
#pragma once

#include "signet-token-manager.h"

G_BEGIN_DECLS

/* Seconds, cut to what the policy allows; 0: off, and what is kept is forgotten. */
void     signet_token_manager_set_pin_keeping (SignetTokenManager *self, guint seconds);
guint    signet_token_manager_get_pin_keeping (SignetTokenManager *self);
void     signet_token_manager_forget_pins     (SignetTokenManager *self);
/* Whether the next login asks nothing. */
gboolean signet_token_manager_keeps_pin       (SignetTokenManager *self, SignetToken *token);

G_END_DECLS
