/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-password.c: the question for the password of an encrypted document. It goes from the person to the open file and nowhere
 * else; it is asked for once a file, since two documents seldom share one. Blocks: on the thread that does the work.
 */
#define G_LOG_DOMAIN "signet-document-password"

#include "config.h"

#include "signet-document-password.h"

#include "../base/signet-text.h"

#define MAX_NAME 120

/**
 * signet_document_password_is_missing:
 *
 * Returns: whether @error is ENCRYPTED or WRONG_PASSWORD
 */
gboolean
signet_document_password_is_missing (const GError *error)
{
  return g_error_matches (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_ENCRYPTED)
         || g_error_matches (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD);
}

/**
 * signet_document_password_ask:
 * @why: with WRONG_PASSWORD the question says so
 * @error: G_IO_ERROR_CANCELLED when the person does not want to
 */
gboolean
signet_document_password_ask (SignetDocumentFile *file, const GError *why, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autofree char *base = g_path_get_basename (signet_document_file_get_path (file));
  g_autofree char *display = g_filename_display_name (base);
  g_autofree char *name = signet_text_sanitize (display, -1, MAX_NAME);
  g_autoptr(SignetSecret) password = NULL;
  SignetPinQuestion question = { .kind = SIGNET_PIN_DOCUMENT, .token_label = name, .tries_left = -1 };

  if (g_error_matches (why, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD))
    question.flags |= SIGNET_PIN_FLAG_RETRY;
  password = signet_interaction_ask_pin (interaction, &question, cancellable, error);
  if (password == NULL)
    return FALSE;
  signet_document_file_set_password (file, password);
  return TRUE;
}
