/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-terminal-question.c: what stands on the terminal before a PIN is typed: what it is for, how many tries are left, and the
 * prompt. Main thread.
 */
#define G_LOG_DOMAIN "signet-terminal-question"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-terminal-question.h"
#include "signet-terminal.h"

#include "../core/base/signet-text.h"
#include "../core/face/signet-words.h"

char *
signet_terminal_pin_prompt (const SignetPinQuestion *question)
{
  g_autofree char *label = signet_text_sanitize (question->token_label, -1, question->kind == SIGNET_PIN_DOCUMENT ? 120 : 60);

  switch (question->kind)
    {
    case SIGNET_PIN_SO:
      /* translators: %s is the label of a token */
      return g_strdup_printf (_("Security officer’s PIN of “%s”:"), label);
    case SIGNET_PIN_NEW:
      /* translators: %s is the label of a token */
      return g_strdup_printf (_("New PIN for “%s”:"), label);
    case SIGNET_PIN_NEW_SO:
      /* translators: %s is the label of a token */
      return g_strdup_printf (_("New security officer’s PIN for “%s”:"), label);
    case SIGNET_PIN_PUK:
      /* translators: PUK: the unblock code of a card; %s is the label of a token */
      return g_strdup_printf (_("Unblock code (PUK) of “%s”:"), label);
    case SIGNET_PIN_NEW_PUK:
      /* translators: PUK: the unblock code of a card; %s is the label of a token */
      return g_strdup_printf (_("New unblock code (PUK) for “%s”:"), label);
    case SIGNET_PIN_MANAGEMENT:
      /* translators: %s is the label of a card */
      return g_strdup_printf (_("Management key of “%s” (hexadecimal):"), label);
    case SIGNET_PIN_NEW_MANAGEMENT:
      /* translators: %s is the label of a card */
      return g_strdup_printf (_("New management key for “%s” (hexadecimal):"), label);
    case SIGNET_PIN_DOCUMENT:
      /* translators: %s is the name of a document */
      return g_strdup_printf (_("Password of “%s”:"), label);
    case SIGNET_PIN_USER:
    case SIGNET_PIN_CONTEXT:
    case SIGNET_N_PIN_KINDS:
    default:
      /* translators: %s is the label of a token */
      return g_strdup_printf (_("PIN for “%s”:"), label);
    }
}

void
signet_terminal_show_tries (const SignetPinQuestion *question)
{
  g_autofree char *tries = signet_words_pin_tries (question);
  g_autofree char *mark = tries != NULL ? signet_terminal_mark (SIGNET_MARK_WARNING, tries, TRUE) : NULL;

  if (mark != NULL)
    signet_terminal_message ("%s", mark);
  if ((question->flags & SIGNET_PIN_FLAG_FINAL_TRY) && (question->kind == SIGNET_PIN_SO || question->kind == SIGNET_PIN_PUK))
    signet_terminal_message ("  %s", _("If it is wrong once more, nothing opens the token any more."));
  else if (question->flags & SIGNET_PIN_FLAG_FINAL_TRY)
    signet_terminal_message ("  %s", _("If the PIN is wrong once more, the token locks."));
}

static void
signet_terminal_show_management (const SignetPinQuestion *question)
{
  g_autofree char *words = signet_words_management (question);

  signet_terminal_message ("%s", words);
  if (question->flags & SIGNET_PIN_FLAG_FACTORY)
    signet_terminal_message ("%s", _("Return alone uses the factory’s key. Change it with: signet token change-pin --management-key"));
}

void
signet_terminal_show_pin_context (const SignetPinQuestion *question)
{
  if ((question->flags & SIGNET_PIN_FLAG_RETRY) && question->kind == SIGNET_PIN_DOCUMENT)
    signet_terminal_message ("%s", _("That was not the password of this document."));
  else if ((question->flags & SIGNET_PIN_FLAG_RETRY) && question->kind == SIGNET_PIN_PUK)
    signet_terminal_message ("%s", _("The unblock code (PUK) was wrong."));
  else if ((question->flags & SIGNET_PIN_FLAG_RETRY) && question->kind == SIGNET_PIN_MANAGEMENT)
    signet_terminal_message ("%s", _("That was not the management key of this card."));
  else if (question->flags & SIGNET_PIN_FLAG_RETRY)
    signet_terminal_message ("%s", _("The PIN was wrong."));
  if (question->document != NULL)
    {
      g_autofree char *document = signet_text_sanitize (question->document, -1, 200);

      if (question->documents > 0)
        /* translators: which document of how many, and its name */
        signet_terminal_message (_("To sign (%u of %u): %s"), question->number, question->documents, document);
      else
        /* translators: %s is the name of the document that will be signed */
        signet_terminal_message (_("To sign: %s"), document);
    }
  if (question->certificate != NULL)
    {
      g_autofree char *holder = signet_text_sanitize (question->certificate, -1, 200);

      /* translators: %s is the name of the holder of the certificate that signs */
      signet_terminal_message (_("As:      %s"), holder);
    }
  if (question->kind == SIGNET_PIN_CONTEXT)
    signet_terminal_message ("%s", _("This key asks for the PIN again for each signature."));
  if (question->kind == SIGNET_PIN_MANAGEMENT)
    signet_terminal_show_management (question);
  signet_terminal_show_tries (question);
}
