/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-settings.c: one key file, read at every question and written whole: two faces may run at once, and the one that writes
 * keeps the keys it does not know. Any thread.
 */
#define G_LOG_DOMAIN "signet-settings"

#include "config.h"

#include "signet-settings.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "signet-base-error.h"
#include "signet-policy.h"

#define GROUP_TOKENS "Tokens"
#define KEY_PIN_KEEPING "PinKeeping"
#define MAX_SIZE (64 * 1024)

static GMutex lock; /* between reading and writing */

/**
 * signet_settings_get_path:
 *
 * Returns: the file, which may not be there
 */
const char *
signet_settings_get_path (void)
{
  g_autofree char *path = NULL;
#if SIGNET_DEVELOPMENT
  const char *user = g_getenv ("SIGNET_USER_DIR");

  if (user != NULL && *user != '\0')
    path = g_build_filename (user, "settings.ini", NULL);
#endif
  if (path == NULL)
    path = g_build_filename (g_get_user_config_dir (), "signet", "settings.ini", NULL);
  return g_intern_string (path);
}

/* Empty when there is none or it is damaged. */
static GKeyFile *
read_settings (void)
{
  GKeyFile *file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (signet_settings_get_path (), &text, &length, &error))
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_message ("the settings are not used: %s", error->message);
      return file;
    }
  if (length > MAX_SIZE || !g_key_file_load_from_data (file, text, length, G_KEY_FILE_KEEP_COMMENTS, &error))
    g_message ("the settings are not used: %s", error != NULL ? error->message : "the file is too large");
  return file;
}

static gboolean
write_settings (GKeyFile *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (signet_settings_get_path ());
  g_autoptr (GError) failure = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return signet_base_error_set_errno (error, errno, "making the folder of the settings");
  text = g_key_file_to_data (file, &length, NULL);
  if (g_file_set_contents_full (signet_settings_get_path (), text, (gssize) length,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &failure))
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_CANNOT_WRITE, "writing the settings: %s", failure->message);
  return FALSE;
}

/**
 * signet_settings_get_pin_keeping:
 *
 * Returns: for how many seconds a login is kept after its last use, at most what the policy allows; 0 when never
 */
guint
signet_settings_get_pin_keeping (void)
{
  g_autoptr (GKeyFile) file = read_settings ();
  g_autofree char *value = g_key_file_get_value (file, GROUP_TOKENS, KEY_PIN_KEEPING, NULL);
  guint64 seconds = 0;

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT, &seconds, NULL))
    return 0;
  return MIN ((guint) seconds, signet_policy_get_pin_keeping_maximum ());
}

/**
 * signet_settings_set_pin_keeping:
 * @seconds: 0 for never
 */
gboolean
signet_settings_set_pin_keeping (guint seconds, GError **error)
{
  g_autoptr (GKeyFile) file = NULL;
  g_autofree char *value = g_strdup_printf ("%u", seconds);
  gboolean ok = FALSE;

  if (seconds > signet_policy_get_pin_keeping_maximum ())
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the policy of this computer allows %u seconds at most",
                   signet_policy_get_pin_keeping_maximum ());
      return FALSE;
    }
  g_mutex_lock (&lock);
  file = read_settings ();
  g_key_file_set_value (file, GROUP_TOKENS, KEY_PIN_KEEPING, value);
  ok = write_settings (file, error);
  g_mutex_unlock (&lock);
  return ok;
}
