/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-conformance.h: what every plugin must do, tried on one: for its author, before anybody else has it. Starts it behind its
 * wall several times. Blocking, some seconds.
 */
#pragma once

#include "signet-plugin-schema.h"
#include "signet-plugin.h"

G_BEGIN_DECLS

typedef struct {
  const char *code;    /* "hello", "form"…: faces have words for it */
  gboolean    good;
  char       *detail;  /* (nullable) */
} SignetPluginFinding;
void       signet_plugin_finding_free     (SignetPluginFinding *finding);

/* @profile: (nullable): as the plugin gets it. (transfer full) (element-type SignetPluginFinding) */
GPtrArray *signet_plugin_conformance_run  (SignetPluginManifest *manifest, SignetPluginSchema *schema, JsonObject *profile,
                                           const SignetPluginUse *use, GCancellable *cancellable);
/* The line of the key a message of signet_plugin_manifest_load() names, "[Group] Key: why"; 0: it names none that is there */
guint      signet_plugin_conformance_find_line (const char *text, const char *message);

G_END_DECLS
