/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-software.c: the folder of our own software tokens: SoftHSM 2 with settings of ours, never the system's.
 *
 * Only files and names here; the keys in them are touched by the token host alone. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-software"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "signet-token-private.h"

#define SETTINGS "softhsm2.conf"
#define TOKENS "tokens"

static const char *const places[] = {
  SYSTEM_LIBDIR "/softhsm/libsofthsm2.so", "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/lib/pkcs11/libsofthsm2.so",        "/usr/lib64/libsofthsm2.so",       "/usr/local/lib/softhsm/libsofthsm2.so",
};

char *
_signet_token_software_find_module (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_IS_REGULAR))
      return g_canonicalize_filename (places[i], NULL);
  return NULL;
}

gboolean
_signet_token_software_exists (const char *dir)
{
  g_autofree char *settings = g_build_filename (dir, SETTINGS, NULL);

  return g_file_test (settings, G_FILE_TEST_IS_REGULAR);
}

/* The folder may have been moved or restored elsewhere: the settings name its place and are written anew. */
static gboolean
write_settings (const char *dir, const char *tokens, GError **error)
{
  g_autofree char *path = g_build_filename (dir, SETTINGS, NULL);
  g_autofree char *old = NULL;
  g_autofree char *text = g_strdup_printf ("# Written by " SIGNET_NAME ": software tokens, not cards.\n"
                                           "directories.tokendir = %s\n"
                                           "objectstore.backend = file\n"
                                           "log.level = ERROR\n"
                                           "slots.removable = true\n",
                                           tokens);

  if (g_file_get_contents (path, &old, NULL, NULL) && g_str_equal (old, text))
    return TRUE;
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

gboolean
_signet_token_software_prepare (const char *dir, GError **error)
{
  g_autofree char *tokens = g_build_filename (dir, TOKENS, NULL);

  if (g_mkdir_with_parents (tokens, 0700) != 0)
    return signet_base_error_set_errno (error, errno, "making the folder for software tokens");
  return write_settings (dir, tokens, error);
}

static void
append_state (GString *state, const char *path)
{
  struct stat info;

  if (stat (path, &info) == 0)
    g_string_append_printf (state, "%" G_GUINT64_FORMAT ":%ld.%09ld;", (guint64) info.st_ino, (long) info.st_mtim.tv_sec,
                            (long) info.st_mtim.tv_nsec);
}

/**
 * _signet_token_software_dup_state:
 *
 * Returns: (transfer full): a text that changes when a token or an object comes or goes. A few stat calls.
 */
char *
_signet_token_software_dup_state (const char *dir)
{
  g_autofree char *tokens = g_build_filename (dir, TOKENS, NULL);
  g_autoptr (GDir) folder = g_dir_open (tokens, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GString *state = g_string_new (NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL && names->len < SIGNET_TOKEN_MAX_TOKENS)
    g_ptr_array_add (names, g_build_filename (tokens, name, NULL));
  g_ptr_array_sort (names, (GCompareFunc) _signet_token_compare_names);
  for (guint i = 0; i < names->len; i++)
    append_state (state, names->pdata[i]);
  return g_string_free (state, FALSE);
}

void
_signet_token_software_watch (const char *dir, SignetTokenInotify *inotify)
{
  g_autofree char *tokens = g_build_filename (dir, TOKENS, NULL);

  _signet_token_inotify_add (inotify, tokens, SIGNET_TOKEN_EVENT_TOKENS);
  _signet_token_inotify_add_children (inotify, tokens, SIGNET_TOKEN_EVENT_TOKENS);
}

/* The tokens alone: SoftHSM reads the list of its tokens once, at C_Initialize. */
char *
_signet_token_software_dup_tokens (const char *dir)
{
  g_autofree char *tokens = g_build_filename (dir, TOKENS, NULL);
  g_autoptr (GDir) folder = g_dir_open (tokens, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL && names->len < SIGNET_TOKEN_MAX_TOKENS)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, (GCompareFunc) _signet_token_compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv ("/", (char **) names->pdata);
}

int
_signet_token_compare_names (const char *const *a, const char *const *b)
{
  return strcmp (*a, *b);
}
