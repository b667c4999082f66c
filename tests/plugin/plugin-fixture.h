/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin-fixture.h: a plugin of the test's own in a folder of its own, allowed by the person of the test's home. */
#pragma once

#include "signet-test.h"

#include "../../app/core/plugin/signet-plugin.h"

G_BEGIN_DECLS

typedef struct {
  SignetStore          *store;
  SignetJournal        *journal;
  SignetPluginConsents *consents;
} PluginFixture;

void plugin_fixture_open  (PluginFixture *self);
void plugin_fixture_close (PluginFixture *self);

/* A folder NAME with NAME.plugin and the file @program of tests/plugin/hostile. (transfer full) */
char                 *plugin_fixture_make   (const char *name, const char *manifest, const char *program);
SignetPluginManifest *plugin_fixture_load   (const char *folder, const char *name);
/* hostile.py with @permissions (lines of the group, "" for none), allowed and started */
SignetPluginProcess  *plugin_fixture_start  (PluginFixture *self, const char *permissions);
/* {name: text} or, without @text, {name: number}; {} without @name */
JsonNode             *plugin_fixture_params (const char *name, const char *text, gint64 number);
/* What the attempt brought: NULL when it was refused. (transfer full) */
char                 *plugin_fixture_look   (SignetPluginProcess *process, const char *method, JsonNode *params);

G_END_DECLS
