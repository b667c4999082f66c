/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-plugin.h: a CA plugin: manifest before code, a sandboxed process, JSON lines. Knows nothing of enrolment. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "../base/signet-clock.h"
#include "../base/signet-interaction.h"
#include "../base/signet-store.h"
#include "../journal/signet-journal.h"

G_BEGIN_DECLS

#define SIGNET_PLUGIN_ERROR (signet_plugin_error_quark ())
typedef enum {
  SIGNET_PLUGIN_ERROR_MANIFEST,      /* missing or bad key, named in the message */
  SIGNET_PLUGIN_ERROR_NOT_FOUND,
  SIGNET_PLUGIN_ERROR_API,           /* made for another API version */
  SIGNET_PLUGIN_ERROR_SANDBOX,       /* the wall cannot be put up on this computer */
  SIGNET_PLUGIN_ERROR_PROTOCOL,      /* not JSON, too long, too deep, out of order */
  SIGNET_PLUGIN_ERROR_DIED,
  SIGNET_PLUGIN_ERROR_TIMEOUT,
  SIGNET_PLUGIN_ERROR_REJECTED,      /* the CA said no; its words are in the message */
  SIGNET_PLUGIN_ERROR_TRY_LATER,
  SIGNET_PLUGIN_ERROR_DENIED,        /* it asked for something its manifest does not allow */
  SIGNET_PLUGIN_ERROR_FAILED,
  SIGNET_PLUGIN_ERROR_WRONG_SECRET,  /* the CA did not take the code or password; it is asked for again */
  SIGNET_PLUGIN_ERROR_NO_BUBBLEWRAP, /* the program that puts up the wall is not installed */
  SIGNET_PLUGIN_ERROR_NO_NAMESPACES, /* the kernel, as it is set, refuses them */
  SIGNET_PLUGIN_ERROR_CONSENT,       /* the person was not asked yet, or something changed since */
  SIGNET_PLUGIN_ERROR_FORBIDDEN,     /* by the person */
  SIGNET_PLUGIN_ERROR_POLICY,        /* by the administrator */
} SignetPluginError;
GQuark signet_plugin_error_quark (void);

#define SIGNET_PLUGIN_API_VERSION 1
#define SIGNET_PLUGIN_MAX_LINE (1024 * 1024)

#define SIGNET_TYPE_PLUGIN_MANIFEST (signet_plugin_manifest_get_type ())
G_DECLARE_FINAL_TYPE (SignetPluginManifest, signet_plugin_manifest, SIGNET, PLUGIN_MANIFEST, GObject)

SignetPluginManifest *signet_plugin_manifest_load        (const char *path, GError **error);
const char           *signet_plugin_manifest_get_id      (SignetPluginManifest *self);
const char           *signet_plugin_manifest_get_name    (SignetPluginManifest *self);
const char           *signet_plugin_manifest_get_version (SignetPluginManifest *self);
const char           *signet_plugin_manifest_get_directory (SignetPluginManifest *self);
const char           *signet_plugin_manifest_get_exec    (SignetPluginManifest *self);  /* canonical path inside its folder */
const char *const    *signet_plugin_manifest_get_hosts   (SignetPluginManifest *self);  /* "*profile*": those of the profile it serves */
const char *const    *signet_plugin_manifest_get_methods (SignetPluginManifest *self);
const char *const    *signet_plugin_manifest_get_secrets (SignetPluginManifest *self);
const char *const    *signet_plugin_manifest_get_key_types (SignetPluginManifest *self);

const char           *signet_plugin_manifest_get_publisher (SignetPluginManifest *self);   /* (nullable): unchecked */
const char           *signet_plugin_manifest_get_summary   (SignetPluginManifest *self);   /* (nullable) */
gboolean              signet_plugin_manifest_has_network   (SignetPluginManifest *self);   /* Network=direct: a network of its own */
gboolean              signet_plugin_manifest_has_programs  (SignetPluginManifest *self);   /* Programs=system: starts programs of /usr */
gboolean              signet_plugin_manifest_has_state     (SignetPluginManifest *self);   /* State=authority: keeps a small folder */
gboolean              signet_plugin_manifest_is_shipped    (SignetPluginManifest *self);   /* it came with Signet */
char                 *signet_plugin_manifest_dup_sha256    (SignetPluginManifest *self, GError **error);  /* of all the folder holds; 64 hex digits */

/* (transfer full) (element-type SignetPluginManifest); bad ones are told in @problems (element-type GError) */
GPtrArray            *signet_plugin_registry_load (const char *const *directories, GPtrArray **problems);

/* --- consent ---------------------------------------------------------------------------------------------------------- */
typedef enum {
  SIGNET_PLUGIN_STANDING_SHIPPED,    /* came with Signet, wants nothing special */
  SIGNET_PLUGIN_STANDING_POLICY,     /* the administrator allows it */
  SIGNET_PLUGIN_STANDING_ALLOWED,    /* the person does */
  SIGNET_PLUGIN_STANDING_NEW,        /* nobody was asked yet */
  SIGNET_PLUGIN_STANDING_CHANGED,    /* allowed once; what it may do, or what it is, has changed since */
  SIGNET_PLUGIN_STANDING_FORBIDDEN,  /* by the person */
  SIGNET_PLUGIN_STANDING_EXCLUDED,   /* by the administrator */
} SignetPluginStanding;
const char *signet_plugin_standing_get_id (SignetPluginStanding standing);   /* "shipped" … */

/* What was agreed to, when. */
typedef struct {
  gint64  time;
  gboolean allowed;
  char   *version;
  char   *permissions;  /* one a line, as they were shown */
  char   *helper;       /* "" without */
  char   *sha256;       /* of the folder then; "" when it could not be told */
} SignetPluginConsent;
void signet_plugin_consent_free (SignetPluginConsent *consent);

#define SIGNET_TYPE_PLUGIN_CONSENTS (signet_plugin_consents_get_type ())
G_DECLARE_FINAL_TYPE (SignetPluginConsents, signet_plugin_consents, SIGNET, PLUGIN_CONSENTS, GObject)

/* @journal: (nullable) */
SignetPluginConsents *signet_plugin_consents_new     (SignetStore *store, SignetClock *clock, SignetJournal *journal, GError **error);
/* @self: (nullable); @helper: (nullable): without it any helper once allowed counts */
SignetPluginStanding  signet_plugin_consents_look    (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper);
gboolean              signet_plugin_consents_allow   (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, GError **error);
gboolean              signet_plugin_consents_forbid  (SignetPluginConsents *self, SignetPluginManifest *manifest, GError **error);
/* Asks the person when it must be ("plugin", "plugin-changed"), and keeps the answer. TRUE: it may run. */
gboolean              signet_plugin_consents_ask     (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper,
                                                      SignetInteraction *interaction, GCancellable *cancellable, GError **error);
/* The same although it was forbidden before, or nothing has changed. */
gboolean              signet_plugin_consents_reconsider (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper,
                                                         SignetInteraction *interaction, GCancellable *cancellable, GError **error);
/* (transfer full) (element-type SignetPluginConsent): newest first */
GPtrArray            *signet_plugin_consents_list    (SignetPluginConsents *self, SignetPluginManifest *manifest, GError **error);
/* FALSE with CONSENT, FORBIDDEN or POLICY */
gboolean              signet_plugin_consents_check   (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, GError **error);
/* (transfer full): what it may do, as codes and values, "plugin-hosts", "ra.example.cn:443"…; NULL-terminated pairs */
char                **signet_plugin_manifest_dup_permissions (SignetPluginManifest *self, const char *helper);

/* --- process ---------------------------------------------------------------------------------------------------------- */
#define SIGNET_TYPE_PLUGIN_PROCESS (signet_plugin_process_get_type ())
G_DECLARE_FINAL_TYPE (SignetPluginProcess, signet_plugin_process, SIGNET, PLUGIN_PROCESS, GObject)

/* Serves what the plugin asks for inside a call; returns the result node or sets @error, which goes back as {code, text}. */
typedef JsonNode *(*SignetPluginServe) (const char *method, JsonObject *params, gpointer user_data, GCancellable *cancellable, GError **error);

/* Sees each line of a conversation, without its newline. */
typedef void (*SignetPluginTap) (gboolean to_plugin, const char *line, gsize length, gpointer user_data);

/* For what a plugin is started. All borrowed. */
typedef struct {
  SignetPluginConsents *consents;   /* (nullable): then only what came with Signet and wants nothing special is started */
  const char           *authority;  /* (nullable): id of the profile it serves */
  const char           *helper;     /* (nullable): the program of the profile that it runs */
  gboolean              trial;      /* its author started it by its folder: an act that needs no other yes, but for what opens the wall */
  SignetPluginTap       tap;        /* (nullable) */
  gpointer              tap_data;
} SignetPluginUse;

/* The one place where a plugin becomes a process: refuses with CONSENT, FORBIDDEN or POLICY what may not run. Says hello. */
SignetPluginProcess *signet_plugin_process_start (SignetPluginManifest *manifest, const SignetPluginUse *use, GCancellable *cancellable, GError **error);
gboolean             signet_plugin_process_has_method (SignetPluginProcess *self, const char *method);   /* as it said in its hello */
const char          *signet_plugin_process_get_wall   (SignetPluginProcess *self);   /* what stands: "namespaces limits files calls" */
JsonNode            *signet_plugin_process_call  (SignetPluginProcess *self, const char *method, JsonNode *params, guint deadline_seconds,
                                                  SignetPluginServe serve, gpointer user_data, GCancellable *cancellable, GError **error);
/* Whether it went by itself when its input ended. */
gboolean             signet_plugin_process_stop  (SignetPluginProcess *self);

G_END_DECLS
