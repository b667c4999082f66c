/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-asic-odf-manifest.c: META-INF/manifest.xml. No signature covers it and nothing here believes it; but others compare it with the MIME types that
 * signatures state, so a signature that is added states what stands there. Any thread.
 */
#define G_LOG_DOMAIN "signet-asic-odf-manifest"

#include "config.h"

#include "signet-asic-odf-manifest-private.h"

#include <string.h>

#define MAX_SIZE    (16 * 1024 * 1024)
#define MAX_ENTRIES 65535

static void
append_entry (GString *xml, const char *path, const char *type)
{
  g_autofree char *line = g_markup_printf_escaped ("<manifest:file-entry manifest:full-path=\"%s\" manifest:media-type=\"%s\"/>\n", path, type);

  g_string_append (xml, line);
}

GBytes *
_signet_asic_odf_manifest_write (const char *container_type, GPtrArray *names, GPtrArray *types)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" manifest:version=\"1.2\">\n");

  append_entry (xml, "/", container_type);
  for (guint i = 0; i < names->len; i++)
    append_entry (xml, g_ptr_array_index (names, i), g_ptr_array_index (types, i));
  g_string_append (xml, "</manifest:manifest>\n");
  return g_string_free_to_bytes (xml);
}

/* (nullable): by the part of the name behind a prefix */
static const char *
find_local (const char **names, const char **values, const char *wanted)
{
  for (; *names != NULL; names++, values++)
    {
      const char *colon = strchr (*names, ':');

      if (strcmp (colon != NULL ? colon + 1 : *names, wanted) == 0)
        return *values;
    }
  return NULL;
}

static void
on_start (GMarkupParseContext *context, const char *name, const char **names, const char **values, gpointer data, GError **error)
{
  const char *path = find_local (names, values, "full-path");
  const char *type = find_local (names, values, "media-type");

  (void) context;
  (void) error;
  if (g_str_has_suffix (name, "file-entry") && path != NULL && type != NULL && *type != '\0' && g_hash_table_size (data) < MAX_ENTRIES)
    g_hash_table_insert (data, g_strdup (path), g_strdup (type));
}

GHashTable *
_signet_asic_odf_manifest_parse (GBytes *xml)
{
  static const GMarkupParser parser = { on_start, NULL, NULL, NULL, NULL };
  g_autoptr(GHashTable) types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, types, NULL);
  gsize length = 0;
  const char *text = g_bytes_get_data (xml, &length);

  if (length == 0 || length > MAX_SIZE || !g_markup_parse_context_parse (context, text, (gssize) length, NULL)
      || !g_markup_parse_context_end_parse (context, NULL))
    return NULL;
  return g_steal_pointer (&types);
}
