/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-group.h: one token with its certificates and what can be done with it. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_TOKEN_GROUP (signet_token_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetTokenGroup, signet_token_group, SIGNET, TOKEN_GROUP, AdwPreferencesGroup)

SignetToken      *signet_token_group_get_token (SignetTokenGroup *self);
SignetTokenGroup *signet_token_group_new (SignetDesktop *desktop, SignetToken *token);

G_END_DECLS
