/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-unblock.h: tokens that their authority unblocks: what its profile says of that ([Unblock]), and the way through its plugin. Blocks;
 * worker threads.
 */
#pragma once

#include "../token/signet-token-unblock.h"
#include "signet-enrolment.h"

G_BEGIN_DECLS

/* What an authority offers to whose PIN is locked. */
typedef struct {
  SignetAuthority *authority;
  char            *text;      /* (nullable) from here on: for the person, sanitized */
  char            *url;       /* http or https */
  char            *phone;
  gboolean         by_plugin; /* its plugin can be asked */
} SignetUnblockOffer;

void signet_unblock_offer_free (SignetUnblockOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetUnblockOffer, signet_unblock_offer_free)

/* (transfer full) (nullable): of the authority that certified what is on @token, or that a request on it went to; NULL without @error: no authority
   says that it does. */
SignetUnblockOffer   *signet_enrolment_find_unblock (SignetEnrolment *self, SignetToken *token, GError **error);
/* SIGNET_UNBLOCK_AUTHORITY where there is such an offer, else what the token's family has. */
SignetUnblockStrategy signet_enrolment_get_unblock_strategy (SignetEnrolment *self, SignetToken *token);
/* Tells the authority's plugin which token it is, after the person has seen what that is (consent "unblock-token"). What unblocks goes from its
   answer to the token and to nobody else; the person chooses the new PIN. @unblocked: (out): FALSE: only words came, now in @offer. */
gboolean              signet_enrolment_unblock      (SignetEnrolment *self, SignetToken *token, SignetUnblockOffer *offer,
                                                     SignetInteraction *interaction, gboolean *unblocked, GCancellable *cancellable, GError **error);

G_END_DECLS
