/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-initialize.h: setting up a token that a person owns: what is lost, its PINs, erasing it. Blocks; worker threads. */
#pragma once

#include "signet-token-manager.h"

G_BEGIN_DECLS

gboolean signet_token_confirm_initialize (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error);
gboolean signet_token_initialize         (SignetTokenManager *manager, SignetToken *token, const char *label, SignetInteraction *interaction,
                                          GCancellable *cancellable, GError **error);

G_END_DECLS
