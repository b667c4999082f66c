/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin-fixture.c: see plugin-fixture.h. */
#include "config.h"

#include "plugin-fixture.h"

#include <glib/gstdio.h>

#include "../../app/core/base/signet-paths.h"

#define HEAD "[Plugin]\nId=hostile\nName=Hostile (sample)\nVersion=1\nApi=1\nExec=hostile.py\nKinds=issuance\n[Permissions]\n"

void
plugin_fixture_open (PluginFixture *self)
{
  g_autoptr (SignetClock) clock = signet_clock_new_system ();
  g_autoptr (GError) error = NULL;

  self->store = signet_store_open (signet_paths_get_database (), &error);
  g_assert_no_error (error);
  self->journal = signet_journal_new (self->store, clock, &error);
  g_assert_no_error (error);
  self->consents = signet_plugin_consents_new (self->store, clock, self->journal, &error);
  g_assert_no_error (error);
}

void
plugin_fixture_close (PluginFixture *self)
{
  g_clear_object (&self->consents);
  g_clear_object (&self->journal);
  g_clear_object (&self->store);
}

char *
plugin_fixture_make (const char *name, const char *manifest, const char *program)
{
  g_autofree char *top = signet_test_make_dir ();
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "plugin", "hostile", program, NULL);
  g_autofree char *script = NULL;
  g_autofree char *path = NULL;
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  char *folder = g_build_filename (top, name, NULL);
  gsize length;

  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_true (g_file_get_contents (source, &script, &length, NULL));
  path = signet_test_write_file (folder, program, script, length);
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  g_free (signet_test_write_file (folder, file, manifest, -1));
  return folder;
}

SignetPluginManifest *
plugin_fixture_load (const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;
  SignetPluginManifest *manifest = signet_plugin_manifest_load (path, &error);

  g_assert_no_error (error);
  return manifest;
}

SignetPluginProcess *
plugin_fixture_start (PluginFixture *self, const char *permissions)
{
  g_autofree char *text = g_strconcat (HEAD, "Hosts=127.0.0.1:1\nMethods=http\n", permissions, NULL);
  g_autofree char *folder = plugin_fixture_make ("hostile", text, "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");
  SignetPluginUse use = { self->consents, "sample-ca", NULL };
  g_autoptr (GError) error = NULL;
  SignetPluginProcess *process;

  g_assert_true (signet_plugin_consents_allow (self->consents, manifest, NULL, &error));
  g_assert_no_error (error);
  process = signet_plugin_process_start (manifest, &use, NULL, &error);
  g_assert_no_error (error);
  return process;
}

JsonNode *
plugin_fixture_params (const char *name, const char *text, gint64 number)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  if (name != NULL && text != NULL)
    json_object_set_string_member (object, name, text);
  else if (name != NULL)
    json_object_set_int_member (object, name, number);
  json_node_take_object (node, object);
  return node;
}

char *
plugin_fixture_look (SignetPluginProcess *process, const char *method, JsonNode *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, method, params, 60, NULL, NULL, NULL, &error);
  JsonObject *object;

  g_assert_no_error (error);
  object = json_node_get_object (result);
  if (json_object_has_member (object, "refused"))
    g_test_message ("%s: %s", method, json_object_get_string_member (object, "refused"));
  return json_object_has_member (object, "got") ? g_strdup (json_object_get_string_member (object, "got")) : NULL;
}
