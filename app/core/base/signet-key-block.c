/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-key-block.c: keys that must not sign. The file's being there is the block; what it says is only for telling the person. So a file
 * that is damaged, or a folder that cannot be read, blocks. Any thread, any process.
 */
#define G_LOG_DOMAIN "signet-key-block"

#include "config.h"

#include "signet-key-block.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-base-error.h"
#include "signet-output-file.h"
#include "signet-paths.h"

#define GROUP "Block"
#define MAX_FILE 4096

void
signet_key_block_free (SignetKeyBlock *block)
{
  if (block == NULL)
    return;
  g_free (block->key_sha256);
  g_free (block->by);
  g_free (block);
}

static char *
dup_folder (void)
{
  return g_build_filename (signet_paths_get_user_data_dir (), "blocked-keys", NULL);
}

/* (nullable): for what is no fingerprint; a name that could lead elsewhere is none */
static char *
dup_path (const char *key_sha256)
{
  g_autofree char *folder = dup_folder ();

  if (key_sha256 == NULL || strlen (key_sha256) != 64 || strspn (key_sha256, "0123456789abcdef") != 64)
    return NULL;
  return g_build_filename (folder, key_sha256, NULL);
}

gboolean
signet_key_block_is_blocked (const char *key_sha256)
{
  g_autofree char *path = dup_path (key_sha256);

  if (path == NULL)
    return FALSE;
  if (access (path, F_OK) == 0)
    return TRUE;
  return errno != ENOENT;
}

static gint64
read_time (GKeyFile *file, const char *key)
{
  g_autofree char *text = g_key_file_get_string (file, GROUP, key, NULL);
  gint64 time;

  return text != NULL && signet_time_parse_iso8601 (text, &time) ? time : SIGNET_TIME_UNKNOWN;
}

/**
 * signet_key_block_find:
 *
 * Returns: (transfer full) (nullable): what is known of the block; %NULL when the key is not blocked
 */
SignetKeyBlock *
signet_key_block_find (const char *key_sha256)
{
  g_autofree char *path = dup_path (key_sha256);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  SignetKeyBlock *block;
  gsize length = 0;

  if (!signet_key_block_is_blocked (key_sha256))
    return NULL;
  if (!g_file_get_contents (path, &text, &length, NULL) || length > MAX_FILE || !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL))
    g_message ("the block of key %s cannot be read; it counts", key_sha256);
  block = g_new0 (SignetKeyBlock, 1);
  block->key_sha256 = g_strdup (key_sha256);
  block->time = read_time (file, "Time");
  block->since = read_time (file, "Since");
  block->by = g_key_file_get_string (file, GROUP, "By", NULL);
  return block;
}

static char *
dup_text (const char *key_sha256, gint64 now, gint64 since)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *time = signet_time_format_iso8601 (now);
  g_autofree char *from = signet_time_format_iso8601 (since);
  g_autofree char *by = g_strdup_printf ("%s@%s", g_get_user_name (), g_get_host_name ());

  g_key_file_set_string (file, GROUP, "Key", key_sha256);
  g_key_file_set_string (file, GROUP, "Time", time);
  if (since != SIGNET_TIME_UNKNOWN)
    g_key_file_set_string (file, GROUP, "Since", from);
  g_key_file_set_string (file, GROUP, "By", by);
  return g_key_file_to_data (file, NULL, NULL);
}

gboolean
signet_key_block_add (const char *key_sha256, gint64 now, gint64 since, GError **error)
{
  g_autofree char *folder = dup_folder ();
  g_autofree char *path = dup_path (key_sha256);
  g_autofree char *text = NULL;
  g_autoptr (SignetOutputFile) output = NULL;

  if (path == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "a key is named by its SHA-256");
      return FALSE;
    }
  if (signet_key_block_is_blocked (key_sha256))
    return TRUE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return signet_base_error_set_errno (error, errno, "making the folder of blocked keys");
  text = dup_text (key_sha256, now, since);
  output = signet_output_file_open (path, FALSE, error);
  return output != NULL && signet_output_file_write (output, text, strlen (text), error) && signet_output_file_commit (output, error);
}

gboolean
signet_key_block_lift (const char *key_sha256, GError **error)
{
  g_autofree char *path = dup_path (key_sha256);

  if (path == NULL || !signet_key_block_is_blocked (key_sha256))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "the key is not blocked");
      return FALSE;
    }
  return unlink (path) == 0 || signet_base_error_set_errno (error, errno, "lifting the block");
}

gboolean
signet_key_block_check (const char *key_sha256, GError **error)
{
  if (!signet_key_block_is_blocked (key_sha256))
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_KEY_BLOCKED, "the key %.16s… is blocked on this computer: it may be compromised", key_sha256);
  return FALSE;
}
