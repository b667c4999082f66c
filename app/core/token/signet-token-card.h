/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-card.h: what is particular to a PIV card (NIST SP 800-73-4): its management key, without which nothing is written to it,
 * its places for keys, and what is still as it left the factory. Blocks where it says so; worker threads.
 */
#pragma once

#include "signet-token.h"

G_BEGIN_DECLS

/* --- what the card tells of itself --- */
typedef struct {
  int             pin_tries;          /* -1: not told */
  int             puk_tries;
  SignetTokenFact pin_factory;        /* still the one every card of its maker has */
  SignetTokenFact puk_factory;
  SignetTokenFact management_factory;
  guint           management_digits;  /* hexadecimal; 0: not told */
  gboolean        management_touch;   /* wants to be touched */
  gboolean        management_guarded; /* kept on the card, behind the PIN */
  gboolean        management_unsuited; /* of a kind its module is too old for */
} SignetTokenCard;

/* Blocks. UNSUPPORTED: no PIV card, or nothing to ask it by. */
gboolean signet_token_read_card     (SignetToken *self, SignetTokenCard *card, GCancellable *cancellable, GError **error);
/* Keys and certificates are written with the management key; signet_token_login_to_write() asks for it. */
gboolean signet_token_needs_manager (SignetToken *self);
/* One question, told what the card tells; PIN_INVALID when the answer has not the form of a management key. Blocks. */
SignetSecret *signet_token_ask_management_key (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error);
/* Asks for SIGNET_PIN_MANAGEMENT, then SIGNET_PIN_NEW_MANAGEMENT. Blocks. */
gboolean signet_token_change_management_key (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error);

/* --- places for keys --- */
typedef struct {
  const char     *name;  /* "9c"; static */
  guint8          id;    /* CKA_ID, as Yubico's module numbers them */
  gboolean        taken; /* by a key or a certificate */
  SignetTokenKey *key;   /* (nullable): what is there */
} SignetTokenPlace;

/* (transfer full) (element-type SignetTokenPlace): the one for signatures first; empty for tokens without places of their own. As it was listed. */
GPtrArray  *signet_token_list_places   (SignetToken *self);
/* (nullable): the first free one that is meant for signatures or for no other use: 9c, then 82 to 95 */
const char *signet_token_suggest_place (SignetToken *self);
/* (nullable): as signet_token_list_places() calls it, of what a person writes: "9C", "0x9c" */
const char *signet_token_parse_place   (const char *text);
/* What is lost is shown ("overwrite-key"; names "token", "place", "key", "certificate"); DENIED when the person says no. A free place needs no answer. */
gboolean    signet_token_confirm_place (SignetToken *self, const char *place, SignetInteraction *interaction, GCancellable *cancellable,
                                        GError **error);

G_END_DECLS
