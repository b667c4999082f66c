/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-paths.c: where things are. A release build listens to XDG variables only: a program that loads other programs must
 * not be led elsewhere by its environment. Returned strings are interned. Any thread.
 */
#define G_LOG_DOMAIN "signet-paths"

#include "config.h"

#include "signet-paths.h"

#include <errno.h>
#include <sys/stat.h>

static const char *
from_environment (const char *variable)
{
#if SIGNET_DEVELOPMENT
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0' ? g_intern_string (value) : NULL;
#else
  (void) variable;
  return NULL;
#endif
}

static const char *
intern_take (char *text)
{
  const char *interned = g_intern_string (text);

  g_free (text);
  return interned;
}

static const char *
ensure_private_dir (const char *path)
{
  if (g_mkdir_with_parents (path, 0700) != 0)
    g_warning ("cannot make the folder %s: %s", path, g_strerror (errno));
  return path;
}

const char *
signet_paths_get_token_host (void)
{
  const char *path = from_environment ("SIGNET_TOKEN_HOST");

  return path != NULL ? path : SIGNET_LIBEXEC_DIR "/signet-token-host";
}

const char *
signet_paths_get_plugin_wall (void)
{
  const char *path = from_environment ("SIGNET_PLUGIN_WALL");

  return path != NULL ? path : SIGNET_LIBEXEC_DIR "/signet-plugin-wall";
}

const char *
signet_paths_get_mark_module (void)
{
  const char *path = from_environment ("SIGNET_MARK_MODULE");

  return path != NULL ? path : SIGNET_LIBEXEC_DIR "/signet-mark-draw.so";
}

const char *
signet_paths_get_mark_dir (void)
{
  const char *user = from_environment ("SIGNET_USER_DIR");

  if (user != NULL)
    return intern_take (g_build_filename (user, "marks", NULL));
  return intern_take (g_build_filename (g_get_user_config_dir (), "signet", "marks", NULL));
}

const char *
signet_paths_get_user_data_dir (void)
{
  const char *path = from_environment ("SIGNET_USER_DIR");

  if (path == NULL)
    path = intern_take (g_build_filename (g_get_user_data_dir (), "signet", NULL));
  return ensure_private_dir (path);
}

const char *
signet_paths_get_cache_dir (void)
{
  const char *user = from_environment ("SIGNET_USER_DIR");

  if (user != NULL)
    return ensure_private_dir (intern_take (g_build_filename (user, "cache", NULL)));
  return ensure_private_dir (intern_take (g_build_filename (g_get_user_cache_dir (), "signet", NULL)));
}

const char *
signet_paths_get_software_token_dir (void)
{
  return intern_take (g_build_filename (signet_paths_get_user_data_dir (), "software-token", NULL));
}

const char *
signet_paths_get_database (void)
{
  return intern_take (g_build_filename (signet_paths_get_user_data_dir (), "signet.db", NULL));
}

static void
add_search_path (GStrvBuilder *dirs, const char *variable)
{
  const char *value = from_environment (variable);
  g_auto (GStrv) parts = g_strsplit (value != NULL ? value : "", G_SEARCHPATH_SEPARATOR_S, -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_strv_builder_add (dirs, parts[i]);
}

static char **
dup_dirs (const char *variable, const char *name, const char *system)
{
  g_autoptr (GStrvBuilder) dirs = g_strv_builder_new ();
  g_autofree char *user = g_build_filename (signet_paths_get_user_data_dir (), name, NULL);

  add_search_path (dirs, variable);
  g_strv_builder_add (dirs, user);
  g_strv_builder_add (dirs, system);
  return g_strv_builder_end (dirs);
}

char **
signet_paths_dup_plugin_dirs (void)
{
  return dup_dirs ("SIGNET_PLUGIN_PATH", "plugins", SIGNET_PLUGIN_DIR);
}

char **
signet_paths_dup_authority_dirs (void)
{
  const char *data = from_environment ("SIGNET_DATA_DIR");
  g_autofree char *system = g_build_filename (data != NULL ? data : SIGNET_DATA_DIR, "authorities", NULL);

  return dup_dirs ("SIGNET_AUTHORITY_PATH", "authorities", system);
}

const char *
signet_paths_get_module_data_dir (void)
{
  const char *path = from_environment ("SIGNET_MODULE_DATA");

  return path != NULL ? path : SIGNET_DATA_DIR "/modules";
}

const char *
signet_paths_get_user_module_dir (void)
{
  const char *user = from_environment ("SIGNET_USER_DIR");

  if (user != NULL)
    return intern_take (g_build_filename (user, "modules", NULL));
  return intern_take (g_build_filename (g_get_user_config_dir (), "signet", "modules", NULL));
}

const char *
signet_paths_get_system_module_dir (void)
{
  const char *path = from_environment ("SIGNET_SYSTEM_MODULES");

  return path != NULL ? path : SIGNET_SYSCONF_DIR "/modules";
}

const char *
signet_paths_get_kit_dir (void)
{
  const char *path = from_environment ("SIGNET_KIT");

  return path != NULL ? path : SIGNET_DATA_DIR "/kit";
}

const char *
signet_paths_get_locale_dir (void)
{
  const char *path = from_environment ("SIGNET_LOCALE_DIR");

  return path != NULL ? path : SIGNET_LOCALE_DIR;
}
