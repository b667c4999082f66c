/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-configuration.c: which PKCS#11 modules this computer has, by p11-kit's configuration (pkcs11.conf(5)).
 *
 * Read here instead of through libp11-kit, because that loads the modules, and no vendor code may enter the core. The files
 * are outside bytes: sizes and counts are limited. Whether a module may be loaded is the token host's decision. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-configuration"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-token-private.h"

#define MAX_FILE (64 * 1024)
#define MAX_LINES 256
#define MAX_MODULES 256
#define SUFFIX ".module"

SignetTokenModuleSource *
_signet_token_module_source_new (const char *path, gboolean user, const char *origin)
{
  SignetTokenModuleSource *source = g_new0 (SignetTokenModuleSource, 1);

  source->path = g_strdup (path);
  source->user = user;
  source->origin = origin;
  return source;
}

void
_signet_token_module_source_free (SignetTokenModuleSource *source)
{
  g_free (source->path);
  g_free (source);
}

/* --- one file --- */

/**
 * _signet_token_configuration_parse:
 *
 * "name: value" lines, '#' comments, blank lines; anything else is ignored. The first of two equal names counts.
 *
 * Returns: (transfer full) (nullable): names to values
 */
GHashTable *
_signet_token_configuration_parse (const char *text, gsize length)
{
  GHashTable *values = NULL;
  g_autofree char *copy = NULL;
  g_auto (GStrv) lines = NULL;

  if (length > MAX_FILE || memchr (text, 0, length) != NULL || !g_utf8_validate (text, (gssize) length, NULL))
    return NULL;
  copy = g_strndup (text, length);
  lines = g_strsplit (copy, "\n", MAX_LINES + 1); /* the last one is all the rest, and not a line */
  values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; lines[i] != NULL && i < MAX_LINES; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *colon = strchr (line, ':');

      if (*line == '#' || colon == NULL || colon == line)
        continue;
      *colon = '\0';
      g_strchomp (line);
      if (!g_hash_table_contains (values, line))
        g_hash_table_insert (values, g_strdup (line), g_strdup (g_strchug (colon + 1)));
    }
  return values;
}

static GHashTable *
load (const char *path)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);

  if (file == NULL || g_mapped_file_get_length (file) == 0)
    return NULL;
  return _signet_token_configuration_parse (g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
}

/* --- what a file means --- */

/* Names of programs between commas or blanks. */
static gboolean
names_program (const char *list, const char *program)
{
  g_auto (GStrv) names = g_strsplit_set (list, ", \t", 64);

  return g_strv_contains ((const char *const *) names, program);
}

static gboolean
is_enabled (GHashTable *values, const char *program)
{
  const char *enable_in = g_hash_table_lookup (values, "enable-in");
  const char *disable_in = g_hash_table_lookup (values, "disable-in");

  if (enable_in != NULL)
    return names_program (enable_in, program);
  return disable_in == NULL || !names_program (disable_in, program);
}

/* Modules that hold no keys of a person, or that only lead to other modules. */
static gboolean
is_of_no_use (const char *path)
{
  static const char *const names[] = { "p11-kit-trust.so", "p11-kit-proxy.so", "p11-kit-client.so", "pkcs11-spy.so", NULL };
  g_autofree char *name = g_path_get_basename (path);

  return g_strv_contains (names, name);
}

static char *
module_path (GHashTable *values, const char *module_dir, const char *program)
{
  const char *module = g_hash_table_lookup (values, "module");
  const char *trust = g_hash_table_lookup (values, "trust-policy");

  if (module == NULL || *module == '\0' || g_hash_table_contains (values, "remote") || g_strcmp0 (trust, "yes") == 0)
    return NULL;
  if (!is_enabled (values, program) || is_of_no_use (module))
    return NULL;
  return g_path_is_absolute (module) ? g_strdup (module) : g_build_filename (module_dir, module, NULL);
}

/* --- folders --- */

/* What a folder of higher precedence says under the same file name wins, value by value. */
static void
merge (GHashTable *files, const char *name, GHashTable *values, gboolean user)
{
  GHashTable *known = g_hash_table_lookup (files, name);
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;

  if (known == NULL && g_hash_table_size (files) >= MAX_MODULES)
    return;
  if (known == NULL)
    {
      known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (files, g_strdup (name), known);
    }
  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_replace (known, g_strdup (key), g_strdup (value));
  if (user && g_hash_table_contains (values, "module"))
    g_hash_table_replace (known, g_strdup (" user"), g_strdup ("yes"));
}

static void
read_folder (GHashTable *files, const char *path, gboolean user)
{
  g_autoptr (GDir) dir = path != NULL ? g_dir_open (path, 0, NULL) : NULL;
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autoptr (GHashTable) values = NULL;

      if (!g_str_has_suffix (name, SUFFIX))
        continue;
      values = load (file);
      if (values != NULL)
        merge (files, name, values, user);
    }
}

/**
 * _signet_token_configuration_find:
 * @system_dirs: folders of the system, those of higher precedence later
 * @user_dir: (nullable): the user's folder
 * @module_dir: where a relative "module:" is
 * @program: whom "enable-in" and "disable-in" mean
 *
 * Returns: (transfer full) (element-type SignetTokenModuleSource): sorted by file name
 */
GPtrArray *
_signet_token_configuration_find (const char *const *system_dirs,
                                  const char *user_dir,
                                  const char *module_dir,
                                  const char *program)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_token_module_source_free);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  g_autoptr (GList) names = NULL;

  for (guint i = 0; system_dirs[i] != NULL; i++)
    read_folder (files, system_dirs[i], FALSE);
  read_folder (files, user_dir, TRUE);
  names = g_list_sort (g_hash_table_get_keys (files), (GCompareFunc) strcmp);
  for (GList *name = names; name != NULL; name = name->next)
    {
      GHashTable *values = g_hash_table_lookup (files, name->data);
      g_autofree char *path = module_path (values, module_dir, program);

      if (path != NULL)
        g_ptr_array_add (found, _signet_token_module_source_new (path, g_hash_table_contains (values, " user"), "p11-kit"));
    }
  return found;
}

/* --- our own folders --- */

/* Development builds accept a group's folder: build trees often are (signet-host-module.c says the same). */
static gboolean
is_written_by_us_alone (const struct stat *info, gboolean user)
{
  mode_t others = SIGNET_DEVELOPMENT ? S_IWOTH : (S_IWOTH | S_IWGRP);

  return (info->st_uid == 0 || (user && info->st_uid == geteuid ())) && (info->st_mode & others) == 0;
}

gboolean
_signet_token_configuration_is_guarded (const char *path, gboolean user)
{
  struct stat info;

  if (lstat (path, &info) != 0)
    return errno == ENOENT;
  return (S_ISREG (info.st_mode) || S_ISDIR (info.st_mode)) && is_written_by_us_alone (&info, user);
}

static void
read_own_file (GPtrArray *found, const char *path, gboolean user)
{
  g_autoptr (GHashTable) values = NULL;
  const char *module = NULL;

  if (!_signet_token_configuration_is_guarded (path, user))
    {
      g_warning ("%s is not read: others can write it, or it is a link", path);
      return;
    }
  values = load (path);
  module = values != NULL ? g_hash_table_lookup (values, "module") : NULL;
  if (module != NULL && g_path_is_absolute (module))
    g_ptr_array_add (found, _signet_token_module_source_new (module, user, user ? "user" : "administrator"));
}

GPtrArray *
_signet_token_configuration_read_own (const char *dir, gboolean user)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_token_module_source_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name = NULL;

  if (folder != NULL && !_signet_token_configuration_is_guarded (dir, user))
    {
      g_warning ("%s is not read: others can write it, or it is a link", dir);
      return found;
    }
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL && names->len < MAX_MODULES)
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_build_filename (dir, name, NULL));
  g_ptr_array_sort (names, (GCompareFunc) _signet_token_compare_names);
  for (guint i = 0; i < names->len; i++)
    read_own_file (found, names->pdata[i], user);
  return found;
}

/* --- the whole --- */

/* "user-config" of pkcs11.conf; p11-kit ignores the user's files for root, and so do we. */
static const char *
user_mode (void)
{
  g_autoptr (GHashTable) values = load ("/etc/pkcs11/pkcs11.conf");
  const char *mode = values != NULL ? g_hash_table_lookup (values, "user-config") : NULL;

  if (geteuid () == 0)
    return "none";
  return mode != NULL ? g_intern_string (mode) : "merge";
}

GPtrArray *
_signet_token_configuration_find_default (void)
{
  static const char *const system_dirs[] = { P11_MODULE_CONFIGS, "/etc/pkcs11/modules", NULL };
  static const char *const none[] = { NULL };
  const char *mode = user_mode ();
  g_autofree char *user_dir = g_build_filename (g_get_user_config_dir (), "pkcs11", "modules", NULL);

  return _signet_token_configuration_find (strcmp (mode, "only") == 0 ? none : system_dirs,
                                           strcmp (mode, "none") == 0 ? NULL : user_dir, P11_MODULE_PATH, "signet");
}
