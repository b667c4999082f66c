/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-module-user.c: modules the user adds: one small *.module file each, in a folder of the user's own.
 *
 * A module is tried before it is written down: the host must agree to load it. Blocks, worker threads.
 */
#define G_LOG_DOMAIN "signet-token-module-user"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "../base/signet-paths.h"
#include "../base/signet-policy.h"
#include "signet-token-manager-private.h"

static gboolean
check_allowed (GError **error)
{
  if (signet_policy_allows_user_modules ())
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "policy: modules of the user's own are excluded");
  return FALSE;
}

static gboolean
check_path (const char *path, GError **error)
{
  if (g_path_is_absolute (path) && g_utf8_validate (path, -1, NULL) && strpbrk (path, "\n\r#") == NULL)
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "a module is named by its absolute path");
  return FALSE;
}

/* Loads it once, in a process that is gone afterwards. What it has to say about tokens does not matter here. */
static gboolean
try_module (const char *path, GError **error)
{
  g_autoptr (SignetTokenModule) module = _signet_token_module_new (path, NULL, TRUE);
  g_autoptr (SignetTokenHostRef) host = _signet_token_module_ensure_host (module, NULL, error);
  g_autofree char *state = NULL;
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  if (host == NULL)
    return FALSE;
  proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, NULL, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_get_state_sync (proxy, deadline, &state, NULL, &failure);
  if (!_signet_token_host_end (host, ok, g_steal_pointer (&failure), error))
    return FALSE;
  return TRUE;
}

static gboolean
has_module (const char *file, const char *path)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr (GHashTable) values = NULL;

  if (!g_file_get_contents (file, &text, &length, NULL))
    return FALSE;
  values = _signet_token_configuration_parse (text, length);
  return values != NULL && g_strcmp0 (g_hash_table_lookup (values, "module"), path) == 0;
}

/* (transfer full) (nullable): the file that names @path */
static char *
find_file (const char *path)
{
  const char *dir = signet_paths_get_user_module_dir ();
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (dir, name, NULL);

      if (g_str_has_suffix (name, ".module") && has_module (file, path))
        return g_steal_pointer (&file);
    }
  return NULL;
}

/* Two modules of one name live in different folders: the path's hash keeps their files apart. */
static gboolean
write_file (const char *path, GError **error)
{
  const char *dir = signet_paths_get_user_module_dir ();
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
  g_autofree char *file = g_strdup_printf ("%s/%s-%.8s.module", dir, name, digest);
  g_autofree char *text = g_strdup_printf ("# added by its user\nmodule: %s\n", path);

  if (g_mkdir_with_parents (dir, 0700) != 0)
    return signet_base_error_set_errno (error, errno, "making the folder for modules");
  return g_file_set_contents_full (file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/**
 * signet_token_manager_add_user_module:
 * @path: absolute; kept without links, as it is loaded
 *
 * Errors: SIGNET_BASE_ERROR_DENIED by policy; SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED, _CRASHED, _HUNG when it does not load.
 * Adding what is there already is no error.
 */
gboolean
signet_token_manager_add_user_module (SignetTokenManager *self, const char *path, GError **error)
{
  g_autofree char *resolved = NULL;
  g_autofree char *file = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (!check_allowed (error) || !check_path (path, error))
    return FALSE;
  resolved = _signet_token_manager_resolve (path);
  if (!check_path (resolved, error) || !try_module (resolved, error))
    return FALSE;
  file = find_file (resolved);
  return file != NULL || write_file (resolved, error);
}

/**
 * signet_token_manager_remove_user_module:
 * @path: as it was added, or as the list shows it
 */
gboolean
signet_token_manager_remove_user_module (SignetTokenManager *self, const char *path, GError **error)
{
  g_autofree char *resolved = NULL;
  g_autofree char *file = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  resolved = _signet_token_manager_resolve (path);
  file = find_file (resolved);
  if (file == NULL)
    file = find_file (path);
  if (file == NULL)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "%s was not added by the user", path);
      return FALSE;
    }
  return g_unlink (file) == 0 || signet_base_error_set_errno (error, errno, "removing the module's file");
}
