/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-plugin-private.h: what the files of this room, its tests and its fuzz targets share. */
#pragma once

#include "signet-plugin.h"

#include "../base/signet-child.h"

G_BEGIN_DECLS

/* --- manifest ------------------------------------------------------------------------------------------------------- */
#define SIGNET_PLUGIN_MAX_MANIFEST (64 * 1024)
#define SIGNET_PLUGIN_MAX_VALUE    4096
#define SIGNET_PLUGIN_MAX_LIST     64

/* The bytes alone, without looking at the executable. @directory is canonical. */
SignetPluginManifest *_signet_plugin_manifest_parse       (const char *data, gsize length, const char *directory, GError **error);
const char           *_signet_plugin_manifest_get_program (SignetPluginManifest *self);   /* the file name of Exec */

/* Only root could have changed it. */
gboolean              _signet_plugin_manifest_is_installed (SignetPluginManifest *self);

/* --- wire ----------------------------------------------------------------------------------------------------------- */
#define SIGNET_PLUGIN_MAX_DEPTH 32
#define SIGNET_PLUGIN_MAX_ERROR_TEXT 2000

typedef enum {
  SIGNET_PLUGIN_LINE_RESULT,   /* the answer to call @id */
  SIGNET_PLUGIN_LINE_ERROR,    /* the refusal of call @id */
  SIGNET_PLUGIN_LINE_REQUEST,  /* the plugin asks for @method; answered under @id */
  SIGNET_PLUGIN_LINE_NOTICE,   /* "progress" or "log": no answer */
} SignetPluginLineKind;

typedef struct {
  SignetPluginLineKind kind;
  gint64      id;           /* 0 for a notice */
  char       *method;       /* (nullable) */
  JsonNode   *body;         /* result or params; (nullable) */
  char       *code;         /* (nullable) of an error */
  char       *text;         /* (nullable) of an error; sanitized */
  guint       retry_after;  /* seconds; 0: not said */
} SignetPluginLine;

/* One line without its newline. Errors: PROTOCOL. */
SignetPluginLine *_signet_plugin_line_parse  (const char *data, gsize length, GError **error);
void              _signet_plugin_line_free   (SignetPluginLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPluginLine, _signet_plugin_line_free)
/* With its newline; takes @body. */
char             *_signet_plugin_line_call   (gint64 id, const char *method, JsonNode *body);
char             *_signet_plugin_line_answer (gint64 id, JsonNode *body);
char             *_signet_plugin_line_refuse (gint64 id, const GError *error);

/* Whether it may be started for @use; sets what signet_plugin_consents_check() sets. */
gboolean              _signet_plugin_use_is_allowed (const SignetPluginUse *use, SignetPluginManifest *manifest, GError **error);

/* --- sandbox -------------------------------------------------------------------------------------------------------- */
SignetChild *_signet_plugin_sandbox_spawn   (SignetPluginManifest *manifest, const char *state, gboolean alone, const int fds[4], GError **error);
void         _signet_plugin_sandbox_explain (SignetPluginManifest *manifest, const char *words, GError **error);
const char  *_signet_plugin_sandbox_get_bubblewrap (void);

/* --- what a plugin keeps between runs --------------------------------------------------------------------------------- */
typedef struct _SignetPluginState SignetPluginState;

SignetPluginState *_signet_plugin_state_open     (const char *plugin, const char *authority, GError **error);
const char        *_signet_plugin_state_get_path (SignetPluginState *self);
void               _signet_plugin_state_watch    (SignetPluginState *self, SignetChild *child);
void               _signet_plugin_state_close    (SignetPluginState *self);

G_END_DECLS
