/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-tsa-client.c: what --client-certificate names: opened once before it is kept, so that a wrong passphrase is told now and not when somebody
 * signs; and who is asked for a PIN later. Main thread.
 */
#define G_LOG_DOMAIN "signet-tsa-client"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-lookup.h"
#include "signet-tsa-client.h"

#include "../core/base/signet-settings.h"
#include "../core/base/signet-text.h"

/* (transfer full) (nullable): its secret; FALSE: told already */
static gboolean
signet_tsa_client_read_passphrase (SignetInvocation *invocation,
                                   const char       *passphrase_file,
                                   SignetSecret    **passphrase)
{
  g_autoptr(GError) error = NULL;

  *passphrase = passphrase_file != NULL ? signet_terminal_read_secret_file (passphrase_file, &error) : NULL;
  if (error == NULL)
    return TRUE;
  signet_invocation_fail (invocation, passphrase_file, error);
  return FALSE;
}

static char *
signet_tsa_client_find_on_token (SignetInvocation *invocation,
                                 const char       *what)
{
  g_autoptr(SignetTokenKey) key = signet_lookup_certificate (invocation, what);
  SignetCertificate *certificate = key != NULL ? signet_token_key_get_certificate (key) : NULL;

  if (key != NULL && certificate == NULL)
    signet_invocation_usage (invocation, _("%s is neither a file nor a certificate on a token"), what);
  return certificate != NULL ? g_strdup (signet_certificate_get_sha256 (certificate)) : NULL;
}

gboolean
signet_tsa_client_keep (SignetInvocation *invocation,
                        const char       *url,
                        const char       *what,
                        const char       *passphrase_file)
{
  gboolean is_file = g_file_test (what, G_FILE_TEST_EXISTS);
  g_autofree char *path = is_file ? g_canonicalize_filename (what, NULL) : NULL;
  g_autofree char *client = is_file ? g_filename_to_uri (path, NULL, NULL) : NULL;
  g_autoptr(SignetSecret) passphrase = NULL;
  g_autoptr(GError) error = NULL;

  if (!g_str_has_prefix (url, "https://"))
    signet_invocation_usage (invocation, "%s", _("a certificate can only be shown to a server whose address begins with https://"));
  else if (!is_file && passphrase_file != NULL)
    signet_invocation_usage (invocation, "%s", _("--passphrase-file is for a certificate in a file"));
  else if (!is_file)
    client = signet_tsa_client_find_on_token (invocation, what);
  if (invocation->status != 0 || client == NULL || !signet_tsa_client_read_passphrase (invocation, passphrase_file, &passphrase))
    return FALSE;
  if (signet_timestamps_keep_client (url, client, passphrase, &error))
    return TRUE;
  signet_invocation_fail (invocation, what, error);
  return FALSE;
}

char *
signet_tsa_client_describe (const char *client)
{
  g_autofree char *path = g_str_has_prefix (client, "file:") ? g_filename_from_uri (client, NULL, NULL) : NULL;
  g_autofree char *short_name = path != NULL ? g_filename_display_name (path) : g_strndup (client, 16);
  g_autofree char *safe = signet_text_sanitize (short_name, -1, 0);

  /* translators: %s is a file name, or the beginning of a certificate's fingerprint */
  return g_strdup_printf (_("with your certificate %s"), safe);
}

gboolean
signet_tsa_set_person (SignetInvocation       *invocation,
                       SignetTimestampServers *servers)
{
  g_autoptr(SignetTerminalInteraction) interaction = signet_terminal_interaction_new ();
  g_autoptr(GError) error = NULL;

  signet_terminal_interaction_set_spend_last_try (interaction, invocation->spend_last_try);
  if (invocation->tsa_pin_file != NULL)
    signet_terminal_interaction_set_reusable (interaction);
  if (!signet_terminal_interaction_set_source (interaction, SIGNET_PIN_USER, invocation->tsa_pin_file, -1, &error))
    {
      signet_invocation_fail (invocation, NULL, error);
      return FALSE;
    }
  signet_timestamp_servers_attend (servers, SIGNET_INTERACTION (interaction), TRUE);
  return TRUE;
}
