/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-manager-private.h: what the manager and its watching thread share. */
#pragma once

#include "signet-token-private.h"

G_BEGIN_DECLS

/* What a module without a process has to say: it crashed, hung or was refused. */
#define SIGNET_TOKEN_STATE_GONE "gone"

typedef struct _SignetTokenWatch SignetTokenWatch;

SignetTokenWatch *_signet_token_watch_start (SignetTokenManager *manager); /* borrowed: stop before the manager goes */
void              _signet_token_watch_stop  (SignetTokenWatch *watch);     /* waits for its thread; frees */

GPtrArray        *_signet_token_manager_dup_modules (SignetTokenManager *self); /* (element-type SignetTokenModule) those of the last listing */
gboolean          _signet_token_manager_is_troubled (SignetTokenManager *self);  /* a module crashed or hung at the last listing */
GPtrArray        *_signet_token_manager_dup_tokens  (SignetTokenManager *self); /* (element-type SignetToken) of the last listing */
/* Of one module alone, if it is one of ours: (transfer full) (nullable) (element-type SignetToken). What was listed stays as it was. */
GPtrArray        *_signet_token_manager_list_one    (SignetTokenManager *self, const char *path, gboolean software, GCancellable *cancellable);
gboolean          _signet_token_manager_has_given_modules (SignetTokenManager *self);

G_END_DECLS
