/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-manager.h: all tokens of all modules. One host process per module, started when needed, restarted after a crash.
 *
 * Thread-safe. As a GListModel (of SignetToken, for the thread-default main context of its creation) it follows hot-plug
 * while watched; refresh() gives the same as an array to programs without a main loop.
 */
#pragma once

#include "signet-token.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_TOKEN_MANAGER (signet_token_manager_get_type ())
G_DECLARE_FINAL_TYPE (SignetTokenManager, signet_token_manager, SIGNET, TOKEN_MANAGER, GObject)

/* @modules: (nullable): paths to use instead of what p11-kit and our software token offer */
SignetTokenManager *signet_token_manager_new        (const char *const *modules);
/* Lists again. Modules that fail do not stop the others: their errors are in @problems. (transfer full) (element-type SignetToken) */
GPtrArray          *signet_token_manager_refresh    (SignetTokenManager *self, GCancellable *cancellable, GPtrArray **problems, GError **error);
/* What is known without asking: while a listing goes on, what has answered. (transfer full) (element-type SignetToken) */
GPtrArray          *signet_token_manager_dup_tokens (SignetTokenManager *self);
void                signet_token_manager_watch      (SignetTokenManager *self);   /* background thread; items-changed within 2 s of a change */
gboolean            signet_token_manager_is_listed  (SignetTokenManager *self);   /* a first listing is complete */
/* By URI, serial, label or key/certificate SHA-256; several matches are an error that names them. */
SignetToken        *signet_token_manager_find_token (SignetTokenManager *self, const char *what, GCancellable *cancellable, GError **error);
SignetTokenKey     *signet_token_manager_find_key   (SignetTokenManager *self, const char *what, GCancellable *cancellable, GError **error);
/* Makes a software token in the user's data folder, or initialises @token when given. */
SignetToken        *signet_token_manager_init_software_token (SignetTokenManager *self, const char *label, SignetSecret *pin, SignetSecret *so_pin,
                                                    GCancellable *cancellable, GError **error);
gboolean            signet_token_manager_init_token (SignetTokenManager *self, SignetToken *token, const char *label, SignetSecret *pin, SignetSecret *so_pin,
                                                    GCancellable *cancellable, GError **error);
/* (transfer full): what was looked for and found, one line a module: path, state code, detail; for the empty page */
GPtrArray          *signet_token_manager_dup_findings (SignetTokenManager *self);

/* --- modules -------------------------------------------------------------------------------------------------------- */
typedef struct {
  char *path;    /* canonical */
  char *name;    /* for people: "OpenSC"; the file's name when no vendor is known */
  char *vendor;  /* "" when not known */
  char *origin;  /* "p11-kit", "vendor" (our data), "administrator", "user", "software", "given" (--module) */
  char *package; /* the Debian package that brings it, "" when not known */
} SignetTokenModuleInfo;
void       signet_token_module_info_free (SignetTokenModuleInfo *info);

/* (transfer full) (element-type SignetTokenModuleInfo): the modules a listing asks, in its order. Loads nothing, reads files. */
GPtrArray *signet_token_manager_dup_modules (SignetTokenManager *self);
/* @path: absolute. Refused when policy excludes user modules, or when the host would not load it (MODULE_NOT_LOADED says why). */
gboolean   signet_token_manager_add_user_module    (SignetTokenManager *self, const char *path, GError **error);
/* SIGNET_BASE_ERROR_NOT_FOUND when the user has not added it. */
gboolean   signet_token_manager_remove_user_module (SignetTokenManager *self, const char *path, GError **error);

/* Destroys a software token of ours and all its keys; the face has asked. Refused while somebody is logged in to it. */
gboolean   signet_token_manager_remove_software_token (SignetTokenManager *self, SignetToken *token, GCancellable *cancellable,
                                                       GError **error);

/* @version: the library's own, outside text, "" when not known; @wall: what stands around its process, words of "limits files calls", "" when it
 * was not loaded */
typedef struct { char *module; char *state; char *detail; guint n_tokens; char *version; char *wall; } SignetTokenFinding; /* state: "ok", "no-token", "refused", "not-ready", "crashed", "hung", "failed", "excluded" (by policy), "asking" (at the first listing: no answer yet) */
void signet_token_finding_free (SignetTokenFinding *finding);

G_END_DECLS
