/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-password.c: passwords of encrypted documents on the command line. One of --password-file is tried once for each document; one
 * that is typed may be typed again. Main thread.
 */
#define G_LOG_DOMAIN "signet-password"

#include "config.h"

#include "signet-password.h"

#include "../core/document/signet-document-password.h"

#define MAX_TRIES 3

gboolean
signet_password_load (SignetInvocation *invocation,
                      GError          **error)
{
  if (invocation->password_file == NULL)
    return TRUE;
  invocation->password = signet_terminal_read_secret_file (invocation->password_file, error);
  if (invocation->password == NULL)
    g_prefix_error (error, "%s: ", invocation->password_file);
  return invocation->password != NULL;
}

void
signet_password_give (SignetInvocation   *invocation,
                      SignetDocumentFile *file)
{
  if (invocation->password != NULL)
    signet_document_file_set_password (file, invocation->password);
}

gboolean
signet_password_try_again (SignetInvocation   *invocation,
                           SignetDocumentFile *file,
                           guint              *tries,
                           GError            **error)
{
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(GError) refused = NULL;

  if (file == NULL || !signet_document_password_is_missing (*error) || invocation->password != NULL || (*tries)++ >= MAX_TRIES ||
      !signet_terminal_can_ask ())
    return FALSE;
  interaction = signet_terminal_interaction_new ();
  if (signet_document_password_ask (file, *error, SIGNET_INTERACTION (interaction), invocation->cancellable, &refused))
    {
      g_clear_error (error);
      return TRUE;
    }
  g_clear_error (error);
  g_propagate_error (error, g_steal_pointer (&refused));
  return FALSE;
}
