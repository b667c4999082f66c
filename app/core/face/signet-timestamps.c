/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-timestamps.c: which time-stamp servers an act asks: the administrator's word first, then the person's, then the authority's. Any thread. */
#define G_LOG_DOMAIN "signet-timestamps"

#include "config.h"

#include "signet-timestamps.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-policy.h"
#include "../base/signet-settings.h"

/* --- who we are to them ------------------------------------------------------------------------------------------------------- */

/* As a login at an authority does it (enrolment): the token signs, its session lives as long as the client. */
static SignetTimestampClient *
open_on_token (const char *fingerprint, SignetInteraction *interaction, gpointer tokens, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetTokenKey) key = signet_token_manager_find_key (tokens, fingerprint, cancellable, error);
  SignetCertificate *certificate = key != NULL ? signet_token_key_get_certificate (key) : NULL;
  SignetPinQuestion about = { .kind = SIGNET_PIN_USER, .tries_left = -1 };
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetSigner) signer = NULL;

  if (key == NULL)
    return NULL;
  if (certificate == NULL || signet_certificate_get_x509 (certificate) == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the certificate is not on the token");
      return NULL;
    }
  about.certificate = signet_certificate_get_holder (certificate);
  about.certificate_details = signet_certificate_get_authority (certificate);
  session = signet_token_login (signet_token_key_get_token (key), interaction, &about, cancellable, error);
  signer = session != NULL ? signet_token_session_new_signer (session, key, interaction, error) : NULL;
  return signer != NULL ? signet_timestamp_client_new (certificate, NULL, signer, G_OBJECT (session)) : NULL;
}

SignetTimestampServers *
signet_timestamps_new (SignetCore *core)
{
  SignetTimestampServers *servers = signet_timestamp_servers_new ();

  signet_timestamp_servers_set_opener (servers, open_on_token, g_object_ref (signet_core_get_tokens (core)), g_object_unref);
  return servers;
}

/* Opened once before it is kept: a wrong passphrase is told now, not when somebody signs. */
static gboolean
try_file (const char *client, SignetSecret *passphrase, GError **error)
{
  g_autoptr (SignetTimestampClient) opened = signet_timestamp_client_open_file (client, passphrase, error);

  return opened != NULL;
}

gboolean
signet_timestamps_keep_client (const char *url, const char *client, SignetSecret *passphrase, GError **error)
{
  if (g_str_has_prefix (client, "file:") && !try_file (client, passphrase, error))
    return FALSE;
  if (passphrase != NULL && !signet_timestamp_password_keep (url, client, passphrase, error))
    return FALSE;
  return signet_settings_set_timestamp_client (url, client, error);
}

void
signet_timestamps_forget_client (const char *url)
{
  g_autofree char *client = signet_settings_dup_timestamp_client (url);
  g_autoptr (GError) error = NULL;

  if (client == NULL)
    return;
  if (g_str_has_prefix (client, "file:"))
    signet_timestamp_password_forget (url, client);
  if (!signet_settings_set_timestamp_client (url, NULL, &error))
    g_message ("%s", error->message);
}

/* --- which ones -------------------------------------------------------------------------------------------------------------- */

static void
add_all (SignetTimestampServers *servers, const char *const *list)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    signet_timestamp_servers_add (servers, list[i]);
}

/* "URL" of "URL USER" */
static gboolean
has_address (const char *server, const char *url)
{
  gsize length = strcspn (server, " ");

  return strlen (url) == length && strncmp (server, url, length) == 0;
}

/* Of servers that were named for this act alone: the user of one that is known here. */
static const char *
find_known (const char *const *known, const char *url)
{
  for (guint i = 0; known[i] != NULL; i++)
    if (has_address (known[i], url))
      return known[i];
  return NULL;
}

static gboolean
add_given (SignetTimestampServers *servers, const char *const *given, const char *const *known, GError **error)
{
  gboolean locked = signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS);

  for (guint i = 0; given[i] != NULL; i++)
    {
      const char *server = find_known (known, given[i]);

      if (server == NULL && locked)
        {
          g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the policy of this computer names other time-stamp servers than %s", given[i]);
          return FALSE;
        }
      signet_timestamp_servers_add (servers, server != NULL ? server : given[i]);
    }
  return TRUE;
}

static void
add_of_authority (SignetTimestampServers *servers, SignetCore *core, SignetCertificate *certificate)
{
  SignetAuthority *authority = certificate != NULL ? signet_authority_find_issuer (signet_core_get_authorities (core), certificate) : NULL;
  g_autofree char *url = authority != NULL ? signet_authority_dup_timestamp_url (authority) : NULL;

  if (url != NULL)
    signet_timestamp_servers_add (servers, url);
}

SignetTimestampServers *
signet_timestamps_choose (SignetCore *core, SignetCertificate *certificate, const char *const *given, GError **error)
{
  g_autoptr (SignetTimestampServers) servers = signet_timestamps_new (core);
  g_auto (GStrv) known = signet_settings_dup_timestamp_servers ();

  if (given != NULL && given[0] != NULL)
    {
      if (!add_given (servers, given, (const char *const *) known, error))
        return NULL;
      return g_steal_pointer (&servers);
    }
  add_all (servers, (const char *const *) known);
  if (!signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    add_of_authority (servers, core, certificate);
  return g_steal_pointer (&servers);
}

SignetTimestampServers *
signet_timestamps_choose_all (SignetCore *core, const char *const *given, GError **error)
{
  g_autoptr (SignetTimestampServers) servers = signet_timestamps_choose (core, NULL, given, error);
  GPtrArray *authorities = servers != NULL ? signet_core_get_authorities (core) : NULL;

  if (given != NULL || signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    return g_steal_pointer (&servers);
  for (guint i = 0; authorities != NULL && i < authorities->len; i++)
    {
      g_autofree char *url = signet_authority_dup_timestamp_url (g_ptr_array_index (authorities, i));

      if (url != NULL)
        signet_timestamp_servers_add (servers, url);
    }
  return g_steal_pointer (&servers);
}
