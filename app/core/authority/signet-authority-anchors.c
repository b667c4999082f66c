/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-authority-anchors.c: the trust anchors of this computer.
 *
 * A certificate is an anchor because a person put its file into an anchors folder, and for no other reason: neither a profile
 * nor its filed chain, neither a plugin nor a document makes one. Any thread.
 */
#define G_LOG_DOMAIN "signet-authority-anchors"

#include "config.h"

#include <string.h>

#include "signet-authority.h"

#include "../base/signet-base-error.h"
#include "../base/signet-paths.h"

#define MAX_FILES   1024
#define MAX_ANCHORS 1024

static gboolean
is_certificate_file (const char *name)
{
  static const char *const endings[] = { ".pem", ".crt", ".cer", ".der", ".p7b", ".p7c" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (name[0] == '.')
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

static void
add_new (GPtrArray *anchors, SignetCertificate *certificate)
{
  for (guint i = 0; i < anchors->len; i++)
    if (signet_certificate_equal (g_ptr_array_index (anchors, i), certificate))
      return;
  if (anchors->len < MAX_ANCHORS)
    g_ptr_array_add (anchors, g_object_ref (certificate));
}

/* A damaged file costs its own anchors, not those beside it: fewer anchors can only make a verdict worse. */
static void
load_file (GPtrArray *anchors, const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) certificates = signet_certificate_load_file (path, &error);

  if (certificates == NULL)
    g_warning ("anchor file skipped: %s: %s", path, error->message);
  for (guint i = 0; certificates != NULL && i < certificates->len; i++)
    add_new (anchors, g_ptr_array_index (certificates, i));
}

static gboolean
load_folder (GPtrArray *anchors, const char *folder, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GDir) dir = g_dir_open (folder, 0, &local_error);
  const char *name;

  if (dir == NULL && g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  if (dir == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, local_error->message);
      return FALSE;
    }
  for (guint i = 0; i < MAX_FILES && (name = g_dir_read_name (dir)) != NULL; i++)
    if (is_certificate_file (name))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        load_file (anchors, path);
      }
  return TRUE;
}

/**
 * signet_authority_load_anchors:
 * @directories: (nullable): folders of PEM, DER and PKCS#7 files; %NULL: "anchors" in the user's data folder and in the
 *   administrator's (sysconfdir/signet). Folders that are not there are skipped
 * @error: return location, in the %SIGNET_BASE_ERROR domain: a folder is there and cannot be read
 *
 * Returns: (transfer full) (nullable) (element-type SignetCertificate): the anchors, each once
 */
GPtrArray *
signet_authority_load_anchors (const char *const *directories, GError **error)
{
  g_autoptr(GPtrArray) anchors = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *of_user = NULL;
  const char *of_system = SIGNET_SYSCONF_DIR "/anchors";
  const char *defaults[3] = { NULL, of_system, NULL };

  if (directories == NULL)
    {
      defaults[0] = of_user = g_build_filename (signet_paths_get_user_data_dir (), "anchors", NULL);
      directories = defaults;
    }
  for (gsize i = 0; directories[i] != NULL; i++)
    if (!load_folder (anchors, directories[i], error))
      return NULL;
  return g_steal_pointer (&anchors);
}
