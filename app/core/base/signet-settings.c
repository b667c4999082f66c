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
#include <string.h>

#include "signet-base-error.h"
#include "signet-policy.h"

#define GROUP_TOKENS "Tokens"
#define KEY_PIN_KEEPING "PinKeeping"
#define GROUP_TIMESTAMPS "TimeStamps"
#define KEY_SERVERS "Servers"
#define KEY_CLIENTS "Clients"
#define MAX_SERVERS 32
#define MAX_SERVER 2048 /* bytes of one entry */
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

/* --- time-stamp servers ------------------------------------------------------------------------------------------------------ */

static gboolean
is_server_address (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  /* a name and password in the address would be written into the settings */
  return scheme != NULL && (g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) && g_uri_get_host (uri) != NULL
         && *g_uri_get_host (uri) != '\0' && g_uri_get_userinfo (uri) == NULL;
}

/**
 * signet_settings_is_timestamp_server:
 * @text: perhaps "URL" or "URL USER"
 *
 * Returns: whether it is one: http or https, and a user's name without blanks and colons (RFC 7617) behind one blank
 */
gboolean
signet_settings_is_timestamp_server (const char *text)
{
  const char *blank = strchr (text, ' ');
  g_autofree char *url = blank != NULL ? g_strndup (text, (gsize) (blank - text)) : g_strdup (text);

  if (strlen (text) > MAX_SERVER || !g_utf8_validate (text, -1, NULL) || strpbrk (text, ";\n\r\t\\") != NULL)
    return FALSE;
  if (blank != NULL && (blank[1] == '\0' || strpbrk (blank + 1, " :") != NULL))
    return FALSE;
  return is_server_address (url);
}

/**
 * signet_settings_dup_timestamp_servers:
 *
 * Returns: (transfer full) (array zero-terminated=1): "URL" or "URL USER", in the order they are to be asked; an entry that is none is left out
 */
char **
signet_settings_dup_timestamp_servers (void)
{
  g_autoptr (GKeyFile) file = NULL;
  g_auto (GStrv) list = NULL;
  g_autoptr (GStrvBuilder) servers = g_strv_builder_new ();

  if (signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    return g_strdupv ((char **) signet_policy_get_timestamp_servers ());
  file = read_settings ();
  list = g_key_file_get_string_list (file, GROUP_TIMESTAMPS, KEY_SERVERS, NULL, NULL);
  for (guint i = 0; list != NULL && list[i] != NULL && i < MAX_SERVERS; i++)
    if (signet_settings_is_timestamp_server (list[i]))
      g_strv_builder_add (servers, list[i]);
  return g_strv_builder_end (servers);
}

static gboolean
check_servers (const char *const *servers, GError **error)
{
  if (signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the policy of this computer names the time-stamp servers");
      return FALSE;
    }
  for (guint i = 0; servers[i] != NULL; i++)
    if (i == MAX_SERVERS || !signet_settings_is_timestamp_server (servers[i]))
      {
        g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, i == MAX_SERVERS ? "%s: too many time-stamp servers" : "%s: no http or https address",
                     servers[i]);
        return FALSE;
      }
  return TRUE;
}

gboolean
signet_settings_set_timestamp_servers (const char *const *servers, GError **error)
{
  g_autoptr (GKeyFile) file = NULL;
  gboolean ok = FALSE;

  if (!check_servers (servers, error))
    return FALSE;
  g_mutex_lock (&lock);
  file = read_settings ();
  g_key_file_set_string_list (file, GROUP_TIMESTAMPS, KEY_SERVERS, servers, g_strv_length ((char **) servers));
  ok = write_settings (file, error);
  g_mutex_unlock (&lock);
  return ok;
}

/* --- who we are to them ------------------------------------------------------------------------------------------------------ */

/**
 * signet_settings_is_timestamp_client:
 * @text: perhaps a file's URI, or the SHA-256 of a certificate on a token in hexadecimal
 */
gboolean
signet_settings_is_timestamp_client (const char *text)
{
  if (strlen (text) > MAX_SERVER || strpbrk (text, "; \n\r\t\\") != NULL)
    return FALSE;
  return g_str_has_prefix (text, "file:///") || (strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64);
}

/* "URL CLIENT" each; of @url all but its client when @skip */
static char **
list_clients (GKeyFile *file, const char *skip)
{
  g_auto (GStrv) list = g_key_file_get_string_list (file, GROUP_TIMESTAMPS, KEY_CLIENTS, NULL, NULL);
  g_autoptr (GStrvBuilder) clients = g_strv_builder_new ();

  for (guint i = 0; list != NULL && list[i] != NULL && i < MAX_SERVERS; i++)
    {
      const char *blank = strchr (list[i], ' ');

      if (blank != NULL && signet_settings_is_timestamp_client (blank + 1)
          && (skip == NULL || strlen (skip) != (gsize) (blank - list[i]) || !g_str_has_prefix (list[i], skip)))
        g_strv_builder_add (clients, list[i]);
    }
  return g_strv_builder_end (clients);
}

/**
 * signet_settings_dup_timestamp_client:
 *
 * Returns: (transfer full) (nullable): what signs us in at the server @url: see signet_settings_is_timestamp_client()
 */
char *
signet_settings_dup_timestamp_client (const char *url)
{
  g_autoptr (GKeyFile) file = read_settings ();
  g_auto (GStrv) clients = list_clients (file, NULL);
  gsize length = strlen (url);

  for (guint i = 0; clients[i] != NULL; i++)
    if (strncmp (clients[i], url, length) == 0 && clients[i][length] == ' ')
      return g_strdup (clients[i] + length + 1);
  return NULL;
}

/**
 * signet_settings_set_timestamp_client:
 * @client: (nullable): none any more
 */
gboolean
signet_settings_set_timestamp_client (const char *url, const char *client, GError **error)
{
  g_autoptr (GKeyFile) file = NULL;
  g_auto (GStrv) others = NULL;
  g_autoptr (GStrvBuilder) clients = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  gboolean ok = FALSE;

  if (client != NULL && (!signet_settings_is_timestamp_client (client) || !g_str_has_prefix (url, "https://")))
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "%s: no certificate can be shown there, or it is none", url);
      return FALSE;
    }
  g_mutex_lock (&lock);
  file = read_settings ();
  others = list_clients (file, url);
  g_strv_builder_addv (clients, (const char **) others);
  if (client != NULL)
    {
      g_autofree char *entry = g_strconcat (url, " ", client, NULL);

      g_strv_builder_add (clients, entry);
    }
  all = g_strv_builder_end (clients);
  g_key_file_set_string_list (file, GROUP_TIMESTAMPS, KEY_CLIENTS, (const char *const *) all, g_strv_length (all));
  ok = write_settings (file, error);
  g_mutex_unlock (&lock);
  return ok;
}
