/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-authority-card.h: an authority to choose from: all cards are equal, none is recommended. Signal "chosen". */
#pragma once

#include <adwaita.h>

#include "../../core/authority/signet-authority.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_AUTHORITY_CARD (signet_authority_card_get_type ())
G_DECLARE_FINAL_TYPE (SignetAuthorityCard, signet_authority_card, SIGNET, AUTHORITY_CARD, AdwBin)

SignetAuthorityCard *signet_authority_card_new           (SignetAuthority *authority);
SignetAuthority     *signet_authority_card_get_authority (SignetAuthorityCard *self);


G_END_DECLS
