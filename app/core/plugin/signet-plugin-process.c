/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "signet-plugin-process"

#include "config.h"

#include "signet-plugin-private.h"

struct _SignetPluginProcess
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (SignetPluginProcess, signet_plugin_process, G_TYPE_OBJECT)

static void
signet_plugin_process_class_init (SignetPluginProcessClass *klass)
{
}

static void
signet_plugin_process_init (SignetPluginProcess *self)
{
}

SignetPluginProcess *
signet_plugin_process_start (SignetPluginManifest *manifest, GCancellable *cancellable, GError **error)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED, "not yet");
  return NULL;
}

JsonNode *
signet_plugin_process_call (SignetPluginProcess *self, const char *method, JsonNode *params, guint deadline_seconds,
                            SignetPluginServe serve, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED, "not yet");
  return NULL;
}

void
signet_plugin_process_stop (SignetPluginProcess *self)
{
}
