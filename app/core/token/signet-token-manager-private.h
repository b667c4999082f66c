/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-manager-private.h: what the manager and its watching thread share. */
#pragma once

#include "signet-token-private.h"

G_BEGIN_DECLS

/* What a module without a process has to say: it crashed, hung or was refused. */
#define SIGNET_TOKEN_STATE_GONE "gone"

typedef struct _SignetTokenWatch SignetTokenWatch;

struct _SignetTokenManager
{
  GObject parent_instance;
  GMainContext *context; /* of the list model */
  SignetTokenBell *bell;
  char **given;          /* (nullable): paths to use instead of what is found */
  GMutex lock;           /* for what follows, up to the empty line */
  GPtrArray *modules;    /* (element-type SignetTokenModule) */
  GPtrArray *tokens;     /* (element-type SignetToken): the last listing */
  GPtrArray *hidden;     /* (element-type SignetToken): second views of cards that are in @tokens */
  GPtrArray *answers;    /* what each module said last */
  GPtrArray *findings;   /* (element-type SignetTokenFinding) */
  GPtrArray *excluded;   /* (element-type utf8): paths of modules that policy does not want */
  gboolean listed;
  gboolean with_software; /* one was made through us: listed even beside given paths */
  guint deadlines[SIGNET_TOKEN_N_DEADLINES];
  SignetTokenWatch *watch; /* (nullable) */

  GPtrArray *items; /* what the list model shows; only in @context */
};

SignetTokenWatch *_signet_token_watch_start (SignetTokenManager *manager); /* borrowed: stop before the manager goes */
void              _signet_token_watch_stop  (SignetTokenWatch *watch);     /* waits for its thread; frees */

GPtrArray        *_signet_token_manager_dup_loaded (SignetTokenManager *self); /* (element-type SignetTokenModule) those of the last listing */
gboolean          _signet_token_manager_is_troubled (SignetTokenManager *self, SignetTokenModule *module); /* it crashed or hung at its last listing */
GPtrArray        *_signet_token_manager_dup_hidden  (SignetTokenManager *self); /* (element-type SignetToken) second views of the same cards */
GPtrArray        *_signet_token_manager_dup_tokens  (SignetTokenManager *self); /* (element-type SignetToken) of the last listing */
/* Of one module alone, if it is one of ours: (transfer full) (nullable) (element-type SignetToken). What was listed stays as it was. */
GPtrArray        *_signet_token_manager_list_one    (SignetTokenManager *self, const char *path, gboolean software, GCancellable *cancellable);
gboolean          _signet_token_manager_has_given_modules (SignetTokenManager *self);

SignetTokenFinding *_signet_token_finding_copy (const SignetTokenFinding *finding);
GPtrArray        *_signet_token_manager_new_answers (void);
/* Lists one module and shows what it says; blocks up to its deadline. */
void              _signet_token_manager_list_module (SignetTokenManager *self, SignetTokenModule *module, GCancellable *cancellable);
/* What @module shows in readers without a card is not there; @present: names of the readers that have one. */
void              _signet_token_manager_drop_absent (SignetTokenManager *self, SignetTokenModule *module, const char *const *present);
/* Which modules there are may have changed: (transfer full) (element-type SignetTokenModule) */
GPtrArray        *_signet_token_manager_find_again  (SignetTokenManager *self);
/* Shows the last listing in the list model, in its context. */
void              _signet_token_manager_show (SignetTokenManager *self);

/* --- which modules --- */
/* With the lock held: what should be asked becomes @self->modules; modules that stay keep their process. */
void               _signet_token_manager_find_modules (SignetTokenManager *self);
SignetTokenModule *_signet_token_manager_find_module  (GPtrArray *modules, const char *path, const char *software_dir); /* (nullable) borrowed */
char              *_signet_token_manager_resolve      (const char *path);

G_END_DECLS
