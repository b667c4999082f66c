/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-plugin.h: a CA plugin: manifest before code, a sandboxed process, JSON lines. Knows nothing of enrolment. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

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

/* (transfer full) (element-type SignetPluginManifest); bad ones are told in @problems (element-type GError) */
GPtrArray            *signet_plugin_registry_load (const char *const *directories, GPtrArray **problems);

#define SIGNET_TYPE_PLUGIN_PROCESS (signet_plugin_process_get_type ())
G_DECLARE_FINAL_TYPE (SignetPluginProcess, signet_plugin_process, SIGNET, PLUGIN_PROCESS, GObject)

/* Serves what the plugin asks for inside a call; returns the result node or sets @error, which goes back as {code, text}. */
typedef JsonNode *(*SignetPluginServe) (const char *method, JsonObject *params, gpointer user_data, GCancellable *cancellable, GError **error);

SignetPluginProcess *signet_plugin_process_start (SignetPluginManifest *manifest, GCancellable *cancellable, GError **error); /* says hello */
JsonNode            *signet_plugin_process_call  (SignetPluginProcess *self, const char *method, JsonNode *params, guint deadline_seconds,
                                                  SignetPluginServe serve, gpointer user_data, GCancellable *cancellable, GError **error);
gboolean             signet_plugin_process_has_method (SignetPluginProcess *self, const char *method);   /* by its hello */
void                 signet_plugin_process_stop  (SignetPluginProcess *self);

G_END_DECLS
