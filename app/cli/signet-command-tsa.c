/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-tsa.c: `signet tsa list | add | remove | move | check`: the person's time-stamp servers, in the order they are asked. Those that the
 * administrator named are shown and cannot be changed. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-tsa"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-tsa-client.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-policy.h"
#include "../core/base/signet-settings.h"
#include "../core/base/signet-text.h"
#include "../core/face/signet-timestamps.h"

/* --- the list ------------------------------------------------------------------------------------------------------------- */
static SignetTimestampServers *
signet_tsa_load (SignetInvocation *invocation,
                 char           ***entries)
{
  SignetTimestampServers *servers = signet_timestamps_new (signet_invocation_get_core (invocation));
  char **list = signet_settings_dup_timestamp_servers ();

  for (guint i = 0; list[i] != NULL; i++)
    signet_timestamp_servers_add (servers, list[i]);
  if (entries != NULL)
    *entries = list;
  else
    g_strfreev (list);
  return servers;
}

/* by its number as `list` shows it, or its address; FALSE: told already */
static gboolean
signet_tsa_find (SignetInvocation       *invocation,
                 SignetTimestampServers *servers,
                 const char             *name,
                 guint                  *index)
{
  guint n = signet_timestamp_servers_get_n (servers);
  guint64 number = 0;

  for (*index = 0; *index < n; (*index)++)
    if (g_str_equal (signet_timestamp_servers_get_url (servers, *index), name))
      return TRUE;
  if (n > 0 && g_ascii_string_to_unsigned (name, 10, 1, n, &number, NULL))
    {
      *index = (guint) number - 1;
      return TRUE;
    }
  signet_invocation_usage (invocation, _("there is no time stamp server “%s” in your list"), name);
  return FALSE;
}

static JsonObject *
signet_tsa_to_json (SignetTimestampServers *servers,
                    guint                   index,
                    gint64                  now)
{
  const char *url = signet_timestamp_servers_get_url (servers, index);
  const char *user = signet_timestamp_servers_get_user (servers, index);
  const char *client = signet_timestamp_servers_get_client (servers, index);
  g_autoptr(SignetTimestampHealth) health = signet_timestamp_health_read (url);
  g_autofree char *answered = signet_time_format_iso8601 (health->answered);
  g_autofree char *failed = signet_time_format_iso8601 (health->failed);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "url", url);
  if (user != NULL)
    json_object_set_string_member (object, "user", user);
  else
    json_object_set_null_member (object, "user");
  if (client != NULL)
    json_object_set_string_member (object, "client_certificate", client);
  else
    json_object_set_null_member (object, "client_certificate");
  json_object_set_boolean_member (object, "locked", signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS));
  json_object_set_string_member (object, "answered", answered);
  json_object_set_int_member (object, "latency_ms", health->latency_ms);
  json_object_set_string_member (object, "failed", failed);
  json_object_set_string_member (object, "failure", health->failure != NULL ? health->failure : "");
  json_object_set_string_member (object, "detail", health->detail != NULL ? health->detail : "");
  json_object_set_boolean_member (object, "failing", signet_timestamp_health_is_failing (health, now));
  return object;
}

static void
signet_tsa_show (SignetTimestampServers *servers,
                 guint                   index,
                 gint64                  now)
{
  const char *user = signet_timestamp_servers_get_user (servers, index);
  const char *url = signet_timestamp_servers_get_url (servers, index);
  g_autoptr(SignetTimestampHealth) health = signet_timestamp_health_read (url);
  g_autofree char *name = signet_text_sanitize (url, -1, 0);
  g_autofree char *words = signet_words_timestamp_health (health, now);
  const char *client = signet_timestamp_servers_get_client (servers, index);
  g_autofree char *certificate = client != NULL ? signet_tsa_client_describe (client) : NULL;
  g_autofree char *who = user != NULL ? signet_text_sanitize (user, -1, 100) : NULL;

  signet_terminal_print ("%u  %s%s%s%s", index + 1, name, who != NULL ? " (" : "", who != NULL ? who : "", who != NULL ? ")" : "");
  signet_terminal_print ("   %s", words);
  if (certificate != NULL)
    signet_terminal_print ("   %s", certificate);
}

static int
signet_tsa_print (SignetInvocation       *invocation,
                  SignetTimestampServers *servers)
{
  gint64 now = signet_clock_now (signet_core_get_clock (signet_invocation_get_core (invocation)));
  guint n = signet_timestamp_servers_get_n (servers);
  JsonObject *document = NULL;
  JsonArray *array = NULL;

  if (invocation->json)
    {
      array = json_array_new ();
      for (guint i = 0; i < n; i++)
        json_array_add_object_element (array, signet_tsa_to_json (servers, i, now));
      document = signet_invocation_new_document ();
      json_object_set_array_member (document, "servers", array);
      signet_invocation_print_document (document);
      return SIGNET_STATUS_DONE;
    }
  if (n == 0)
    signet_terminal_print ("%s", _("No time stamp server is named. The one of your certificate’s authority is asked, when its profile names one."));
  for (guint i = 0; i < n; i++)
    signet_tsa_show (servers, i, now);
  if (signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    signet_terminal_print ("%s", _("These are decided by the administrator of this computer."));
  return SIGNET_STATUS_DONE;
}

int
signet_command_tsa_list (SignetInvocation *invocation)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autoptr(SignetTimestampServers) servers = NULL;

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) > 0)
    return signet_invocation_usage (invocation, "%s", _("nothing more is needed"));
  servers = signet_tsa_load (invocation, NULL);
  return signet_tsa_print (invocation, servers);
}

/* --- changing it ------------------------------------------------------------------------------------------------------------ */
static int
signet_tsa_save (SignetInvocation *invocation,
                 GPtrArray        *entries)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTimestampServers) servers = NULL;

  g_ptr_array_add (entries, NULL);
  if (!signet_settings_set_timestamp_servers ((const char *const *) entries->pdata, &error))
    return signet_invocation_fail (invocation, NULL, error);
  servers = signet_tsa_load (invocation, NULL);
  return signet_tsa_print (invocation, servers);
}

/* (element-type utf8) (transfer container): of @entries */
static GPtrArray *
signet_tsa_to_array (char **entries)
{
  GPtrArray *array = g_ptr_array_new ();

  for (guint i = 0; entries[i] != NULL; i++)
    g_ptr_array_add (array, entries[i]);
  return array;
}

static gboolean
signet_tsa_keep_password (SignetInvocation *invocation,
                          const char       *url,
                          const char       *user,
                          const char       *password_file)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetSecret) password = signet_terminal_read_secret_file (password_file, &error);

  if (password != NULL && signet_timestamp_password_keep (url, user, password, &error))
    return TRUE;
  signet_invocation_fail (invocation, url, error);
  return FALSE;
}

typedef struct
{
  char    *user;          /* (owned) (nullable), as all that follow */
  char    *password_file;
  char    *certificate;
  char    *passphrase_file;
  gboolean first;
} SignetTsaOptions;

static void
signet_tsa_options_clear (SignetTsaOptions *options)
{
  g_free (options->user);
  g_free (options->password_file);
  g_free (options->certificate);
  g_free (options->passphrase_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetTsaOptions, signet_tsa_options_clear)

/* FALSE: told already */
static gboolean
signet_tsa_keep_proofs (SignetInvocation       *invocation,
                        const char             *url,
                        const SignetTsaOptions *options)
{
  if (signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    return TRUE; /* saving it will say so */
  if (options->password_file != NULL && !signet_tsa_keep_password (invocation, url, options->user, options->password_file))
    return FALSE;
  return options->certificate == NULL || signet_tsa_client_keep (invocation, url, options->certificate, options->passphrase_file);
}

static int
signet_tsa_add (SignetInvocation       *invocation,
                const SignetTsaOptions *options)
{
  const char *url = invocation->arguments[0];
  g_autofree char *entry = options->user != NULL ? g_strconcat (url, " ", options->user, NULL) : g_strdup (url);
  g_auto(GStrv) entries = NULL;
  g_autoptr(SignetTimestampServers) servers = signet_tsa_load (invocation, &entries);
  g_autoptr(GPtrArray) array = signet_tsa_to_array (entries);

  if (!signet_settings_is_timestamp_server (entry))
    return signet_invocation_usage (invocation, "%s", _("give an address that begins with http:// or https://"));
  for (guint i = 0; i < signet_timestamp_servers_get_n (servers); i++)
    if (g_str_equal (signet_timestamp_servers_get_url (servers, i), url))
      return signet_invocation_usage (invocation, "%s", _("this time stamp server is in your list already"));
  if (!signet_tsa_keep_proofs (invocation, url, options))
    return invocation->status != 0 ? invocation->status : SIGNET_STATUS_REFUSED;
  g_ptr_array_insert (array, options->first ? 0 : -1, entry);
  return signet_tsa_save (invocation, array);
}

int
signet_command_tsa_add (SignetInvocation *invocation)
{
  g_auto(SignetTsaOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "user", 0, 0, G_OPTION_ARG_FILENAME, &options.user, N_("Your name at the server; the password is kept in the key ring"), N_("NAME") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &options.password_file, N_("Read the password from this file"), N_("FILE") },
    { "client-certificate", 0, 0, G_OPTION_ARG_FILENAME, &options.certificate,
      N_("Sign in with this certificate: a file (PKCS#12 or PEM), or a URI or fingerprint on a token"), N_("CERTIFICATE") },
    { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &options.passphrase_file, N_("Read the passphrase of the certificate’s file from this file"), N_("FILE") },
    { "first", 0, 0, G_OPTION_ARG_NONE, &options.first, N_("Ask it before all others"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("give the address of one time stamp server"));
  if ((options.user != NULL) != (options.password_file != NULL))
    return signet_invocation_usage (invocation, "%s", _("--user and --password-file belong together"));
  if (options.passphrase_file != NULL && options.certificate == NULL)
    return signet_invocation_usage (invocation, "%s", _("--passphrase-file needs --client-certificate"));
  return signet_tsa_add (invocation, &options);
}

int
signet_command_tsa_remove (SignetInvocation *invocation)
{
  const GOptionEntry options[] = { { NULL } };
  g_auto(GStrv) entries = NULL;
  g_autoptr(SignetTimestampServers) servers = NULL;
  g_autoptr(GPtrArray) array = NULL;
  const char *user;
  guint index = 0;

  if (!signet_invocation_parse (invocation, options, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("give the address of one time stamp server"));
  servers = signet_tsa_load (invocation, &entries);
  if (!signet_tsa_find (invocation, servers, invocation->arguments[0], &index))
    return invocation->status != 0 ? invocation->status : SIGNET_STATUS_USAGE;
  array = signet_tsa_to_array (entries);
  g_ptr_array_remove_index (array, index);
  user = signet_timestamp_servers_get_user (servers, index);
  if (!signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    {
      if (user != NULL)
        signet_timestamp_password_forget (signet_timestamp_servers_get_url (servers, index), user);
      signet_timestamps_forget_client (signet_timestamp_servers_get_url (servers, index));
      signet_timestamp_health_forget (signet_timestamp_servers_get_url (servers, index));
    }
  return signet_tsa_save (invocation, array);
}

int
signet_command_tsa_move (SignetInvocation *invocation)
{
  const GOptionEntry options[] = { { NULL } };
  g_auto(GStrv) entries = NULL;
  g_autoptr(SignetTimestampServers) servers = NULL;
  g_autoptr(GPtrArray) array = NULL;
  guint64 place = 0;
  guint index = 0;

  if (!signet_invocation_parse (invocation, options, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 2)
    return signet_invocation_usage (invocation, "%s", _("give a time stamp server of your list and its new place: 1 is asked first"));
  servers = signet_tsa_load (invocation, &entries);
  if (!signet_tsa_find (invocation, servers, invocation->arguments[0], &index))
    return invocation->status != 0 ? invocation->status : SIGNET_STATUS_USAGE;
  if (!g_ascii_string_to_unsigned (invocation->arguments[1], 10, 1, MAX (1, signet_timestamp_servers_get_n (servers)), &place, NULL))
    return signet_invocation_usage (invocation, "%s", _("give a time stamp server of your list and its new place: 1 is asked first"));
  array = signet_tsa_to_array (entries);
  g_ptr_array_insert (array, (int) place - 1, g_ptr_array_steal_index (array, index));
  return signet_tsa_save (invocation, array);
}

/* --- asking them ------------------------------------------------------------------------------------------------------------- */
static int
signet_tsa_check (SignetInvocation       *invocation,
                  SignetTimestampServers *servers,
                  guint                   first,
                  guint                   end)
{
  SignetHttp *http = signet_core_get_http (signet_invocation_get_core (invocation));
  int status = SIGNET_STATUS_DONE;

  for (guint i = first; i < end; i++)
    {
      g_autoptr(GError) error = NULL;

      if (signet_timestamp_servers_check (servers, i, http, NULL, invocation->cancellable, &error))
        continue;
      status = signet_invocation_worse_status (status, signet_words_exit_status (error));
      signet_terminal_show_error (signet_timestamp_servers_get_url (servers, i), error);
    }
  return status;
}

int
signet_command_tsa_check (SignetInvocation *invocation)
{
  const GOptionEntry options[] = { { NULL } };
  g_autoptr(SignetTimestampServers) servers = NULL;
  guint index = 0;
  guint n = 0;
  int status = 0;

  if (!signet_invocation_parse (invocation, options, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_TSA))
    return invocation->status;
  servers = signet_tsa_load (invocation, NULL);
  n = signet_timestamp_servers_get_n (servers);
  if (signet_invocation_n_arguments (invocation) > 1)
    return signet_invocation_usage (invocation, "%s", _("give the address of one time stamp server"));
  if (signet_invocation_n_arguments (invocation) == 1)
    {
      /* one that is not in the list may be tried before it is added */
      if (signet_settings_is_timestamp_server (invocation->arguments[0]) && !signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
        signet_timestamp_servers_add (servers, invocation->arguments[0]);
      if (!signet_tsa_find (invocation, servers, invocation->arguments[0], &index))
        return invocation->status != 0 ? invocation->status : SIGNET_STATUS_USAGE;
      n = index + 1;
    }
  if (!signet_tsa_set_person (invocation, servers))
    return invocation->status;
  status = signet_tsa_check (invocation, servers, index, n);
  signet_tsa_print (invocation, servers);
  return status;
}
