/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-key-facts.h: what the token says of a private key: the evidence that only its holder can use it. Signal "read". */
#pragma once

#include <adwaita.h>

#include "../../core/token/signet-token.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_KEY_FACTS (signet_key_facts_get_type ())
G_DECLARE_FINAL_TYPE (SignetKeyFacts, signet_key_facts, SIGNET, KEY_FACTS, AdwPreferencesGroup)

/* Shows what @key knows; "read" is emitted when the person wants the token asked while logged in. */
void signet_key_facts_set_key (SignetKeyFacts *self, SignetTokenKey *key);

G_END_DECLS
