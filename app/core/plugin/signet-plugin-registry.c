/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-registry.c: finds plugins: <folder>/<API version>/NAME/NAME.plugin. Runs nothing. A bad plugin never
 * hides a good one and is never skipped in silence. Any thread.
 */
#define G_LOG_DOMAIN "signet-plugin-registry"

#include "config.h"

#include "signet-plugin-private.h"

#include <string.h>

#define MAX_PLUGINS 256

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, so that two runs see the same order. */
static GPtrArray *
list_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && names->len < MAX_PLUGINS && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
is_known (GPtrArray *found, const char *id)
{
  for (guint i = 0; i < found->len; i++)
    if (g_strcmp0 (signet_plugin_manifest_get_id (found->pdata[i]), id) == 0)
      return TRUE;
  return FALSE;
}

static void
add_plugin (GPtrArray *found, GPtrArray *problems, const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *path = g_build_filename (folder, name, file, NULL);
  g_autoptr (SignetPluginManifest) manifest = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  manifest = signet_plugin_manifest_load (path, &error);
  if (manifest == NULL)
    {
      g_prefix_error (&error, "%s: ", path);
      g_ptr_array_add (problems, g_steal_pointer (&error));
    }
  else if (!is_known (found, signet_plugin_manifest_get_id (manifest)))
    g_ptr_array_add (found, g_steal_pointer (&manifest));
}

/**
 * signet_plugin_registry_load:
 * @directories: in order of precedence; the first plugin of an id wins
 * @problems: (out) (optional) (transfer full) (element-type GError): plugins that were found but refused
 *
 * Returns: (transfer full) (element-type SignetPluginManifest): what is usable; may be empty
 */
GPtrArray *
signet_plugin_registry_load (const char *const *directories, GPtrArray **problems)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) refused = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);

  for (gsize i = 0; directories != NULL && directories[i] != NULL; i++)
    {
      g_autofree char *folder = g_build_filename (directories[i], G_STRINGIFY (SIGNET_PLUGIN_API_VERSION), NULL);
      g_autoptr (GPtrArray) names = list_folder (folder);

      for (guint n = 0; n < names->len; n++)
        add_plugin (found, refused, folder, names->pdata[n]);
    }
  if (problems != NULL)
    *problems = g_steal_pointer (&refused);
  return g_steal_pointer (&found);
}
