/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-schema.h: lines of a conversation held against plugins/sdk/protocol.schema.json. For authors and tests: a running
 * conversation is judged by signet-plugin-line.c, which knows only the frame. Pure; a schema may be used from any thread.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _SignetPluginSchema SignetPluginSchema;

SignetPluginSchema *signet_plugin_schema_load  (const char *path, GError **error);
void                signet_plugin_schema_free  (SignetPluginSchema *self);
/* (nullable) (transfer full): where the line does not fit and why, "result.fields[0]: no id" */
char               *signet_plugin_schema_check (SignetPluginSchema *self, const char *line, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPluginSchema, signet_plugin_schema_free)

G_END_DECLS
