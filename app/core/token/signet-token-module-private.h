/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-module-private.h: one PKCS#11 module and the process that holds it.
 *
 * A SignetTokenModule lives as long as its manager and tokens; a SignetTokenHostRef is one process, which dies with a crash
 * or a deadline. Calls to one process take turns, except signatures, of which several may be under way: a deadline runs only while the call
 * itself runs. A cancelled call is abandoned (signet-token-call.c). Any thread.
 */
#pragma once

#include <gio/gio.h>

#include "signet-token-calls.h"
#include "signet-token-error.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_TOKEN_DEADLINE_LISTING,    /* and every other short call */
  SIGNET_TOKEN_DEADLINE_SIGNING,    /* and PINs: somebody may be typing on the reader */
  SIGNET_TOKEN_DEADLINE_GENERATION,
  SIGNET_TOKEN_N_DEADLINES,
} SignetTokenDeadline;

typedef struct _SignetTokenHostRef SignetTokenHostRef;

/* An eventfd that any thread may ring and one thread waits on. */
typedef struct _SignetTokenBell SignetTokenBell;
SignetTokenBell    *_signet_token_bell_new            (void);
SignetTokenBell    *_signet_token_bell_ref            (SignetTokenBell *bell);
void                _signet_token_bell_unref          (SignetTokenBell *bell);
void                _signet_token_bell_ring           (SignetTokenBell *bell);
void                _signet_token_bell_clear          (SignetTokenBell *bell);
int                 _signet_token_bell_get_fd         (SignetTokenBell *bell); /* readable when it was rung; -1: there is none */

#define SIGNET_TYPE_TOKEN_MODULE (signet_token_module_get_type ())
G_DECLARE_FINAL_TYPE (SignetTokenModule, signet_token_module, SIGNET, TOKEN_MODULE, GObject)

SignetTokenModule  *_signet_token_module_new          (const char *path, const char *software_dir, gboolean user);
void                _signet_token_module_set_origin   (SignetTokenModule *self, const char *origin); /* static text; once, before others know it */
const char         *_signet_token_module_get_origin   (SignetTokenModule *self); /* (nullable) */
/* Rung when something was written through us, or a call ended: who watches looks. Once, before others know the module. */
void                _signet_token_module_set_bell     (SignetTokenModule *self, SignetTokenBell *bell);
const char         *_signet_token_module_get_path     (SignetTokenModule *self);
const char         *_signet_token_module_get_software_dir (SignetTokenModule *self); /* (nullable) */
void                _signet_token_module_set_deadline (SignetTokenModule *self, SignetTokenDeadline deadline, guint milliseconds);
/* The running host, or a new one after a crash. */
SignetTokenHostRef *_signet_token_module_ensure_host  (SignetTokenModule *self, GCancellable *cancellable, GError **error);
/* A host nobody else uses: for a second login to the same token. */
SignetTokenHostRef *_signet_token_module_new_host     (SignetTokenModule *self, GCancellable *cancellable, GError **error);
/* The running host, never a new one. (nullable) */
SignetTokenHostRef *_signet_token_module_dup_host     (SignetTokenModule *self);
/* The next ensure_host starts a new process; sessions of the old one live on. */
void                _signet_token_module_forget_host  (SignetTokenModule *self);

/* Something was written through us: who watches lists again. */
void                _signet_token_module_touch        (SignetTokenModule *self);
guint               _signet_token_module_get_touches  (SignetTokenModule *self);
/* The state (_signet_token_watch_state) the last listing began with; what differs from it was not listed yet. */
void                _signet_token_module_take_listed  (SignetTokenModule *self, char *state);
gboolean            _signet_token_module_was_listed   (SignetTokenModule *self, const char *state);
/* Forgets a host whose SoftHSM does not know the tokens that are in the folder now. */
void                _signet_token_module_drop_outdated (SignetTokenModule *self);

SignetTokenHostRef *_signet_token_host_ref            (SignetTokenHostRef *host);
void                _signet_token_host_unref          (SignetTokenHostRef *host);
gboolean            _signet_token_host_is_alive       (SignetTokenHostRef *host);
GPid                _signet_token_host_get_pid        (SignetTokenHostRef *host);
/* Whether @token may be logged in here: FALSE when it already is. Undone by release_login. */
gboolean            _signet_token_host_claim_login    (SignetTokenHostRef *host, const char *token);
void                _signet_token_host_release_login  (SignetTokenHostRef *host, const char *token);
/* At once, whoever uses it: for a process that is its caller's alone. */
void                _signet_token_host_abort          (SignetTokenHostRef *host);
void                _signet_token_host_retire         (SignetTokenHostRef *host);

/* A call: begin waits for its turn and tells the proxy and the milliseconds; end must follow, judges @failure and gives the turn on. */
SignetTokenHost    *_signet_token_host_begin          (SignetTokenHostRef *host, SignetTokenDeadline deadline, int *milliseconds,
                                                       GCancellable *cancellable, GError **error);
/* The same for a signature: several may be under way, up to @limit. */
SignetTokenHost    *_signet_token_host_begin_signing  (SignetTokenHostRef *host, guint limit, int *milliseconds, GCancellable *cancellable,
                                                       GError **error);
gboolean            _signet_token_host_end_signing    (SignetTokenHostRef *host, gboolean succeeded, GError *failure, GError **error);
gboolean            _signet_token_host_is_idle        (SignetTokenHostRef *host); /* no call is under way */
gboolean            _signet_token_host_try_begin      (SignetTokenHostRef *host); /* does not wait; proxy by get_proxy */
SignetTokenHost    *_signet_token_host_get_proxy      (SignetTokenHostRef *host);
int                 _signet_token_host_get_deadline   (SignetTokenHostRef *host, SignetTokenDeadline deadline);
gboolean            _signet_token_host_end            (SignetTokenHostRef *host, gboolean succeeded, GError *failure, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetTokenHostRef, _signet_token_host_unref)

G_END_DECLS
