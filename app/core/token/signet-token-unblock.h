/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-unblock.h: a new PIN for a token whose PIN is locked or was never set, by what its family has for that; and the
 * secret that does it, changed. Also how often a PIN will be asked for. Blocks; worker threads.
 */
#pragma once

#include "signet-token.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_UNBLOCK_NONE,        /* nothing known: its maker's program */
  SIGNET_UNBLOCK_SO_PIN,      /* the security officer's PIN, C_InitPIN */
  SIGNET_UNBLOCK_PIV_PUK,     /* the PUK of a PIV card, RESET RETRY COUNTER */
  SIGNET_UNBLOCK_TPM_LOCKOUT, /* the TPM itself is locked for a while: its owner runs tpm2_dictionarylockout */
  SIGNET_UNBLOCK_AUTHORITY,   /* the authority that gave it out */
} SignetUnblockStrategy;

SignetUnblockStrategy signet_token_get_unblock_strategy (SignetToken *self);
/* Asks for SIGNET_PIN_SO or SIGNET_PIN_PUK, then SIGNET_PIN_NEW. UNSUPPORTED where we cannot. */
gboolean              signet_token_unblock              (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable,
                                                         GError **error);
/* @known was given by who keeps it for the person: SIGNET_PIN_PUK or SIGNET_PIN_SO. Asks for the new PIN alone, and tries @known once. */
gboolean              signet_token_unblock_with         (SignetToken *self, SignetPinKind kind, SignetSecret *known,
                                                         SignetInteraction *interaction, GCancellable *cancellable, GError **error);
/* Asks for the secret that unblocks (security officer's PIN, PUK) and for a new one. */
gboolean              signet_token_change_unblocker     (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable,
                                                         GError **error);

/* How often the person is asked for @n_signatures after one login: the login, and once each when the key wants that. The key must
   come from a session (signet_token_session_read_key) when the token shows its private keys only then. */
guint    signet_token_key_count_pin_questions (SignetTokenKey *key, guint n_signatures);

G_END_DECLS
