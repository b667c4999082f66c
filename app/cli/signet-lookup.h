/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-lookup.h: which token and which certificate a command is about, and what to say when that is not clear. */
#pragma once

#include "signet-invocation.h"

G_BEGIN_DECLS

/* All tokens; modules that failed are told on stderr. (transfer full) (nullable): then self->status is set */
GPtrArray      *signet_lookup_tokens (SignetInvocation *invocation);
/* The same; @some is called on this thread, once, with what there is when modules take their time. */
typedef void (*SignetLookupSome) (GPtrArray *tokens, gpointer data);
GPtrArray      *signet_lookup_tokens_by_and_by (SignetInvocation *invocation, SignetLookupSome some, gpointer data);
/* @what: (nullable): then the only token is meant. (transfer full) (nullable) */
SignetToken    *signet_lookup_token  (SignetInvocation *invocation, const char *what);
/* @what: (nullable): then the only one that can sign is meant. @meanwhile is called on this thread while modules are asked.
 * (transfer full) (nullable) */
typedef void (*SignetLookupMeanwhile) (gpointer data);
SignetTokenKey *signet_lookup_signing_key (SignetInvocation *invocation, const char *what, SignetLookupMeanwhile meanwhile, gpointer data);
/* Any certificate on a token. (transfer full) (nullable) */
SignetTokenKey *signet_lookup_certificate (SignetInvocation *invocation, const char *what);
/* One line: "3f6c…  Li Na (sample) · Signature · 159 days left · Sample CA" */
char           *signet_lookup_describe_key (SignetInvocation *invocation, SignetTokenKey *key);

G_END_DECLS
