/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-token-pin.c: `signet token change-pin | unblock`: a token's PIN, and what unblocks it. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-token-pin"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-command-token.h"
#include "signet-lookup.h"
#include "signet-terminal-interaction.h"

#include "../core/enrolment/signet-unblock.h"
#include "../core/token/signet-token-card.h"
#include "../core/token/signet-token-unblock.h"

/* What both commands are given. */
typedef struct
{
  char *puk_file, *so_pin_file, *new_pin_file; /* (owned) (nullable) */
  gboolean so, puk, management;                /* change-pin: of something else */
  gboolean tell_authority;                     /* unblock: which token it is may be told */
} SignetTokenPinOptions;

static void
signet_token_pin_options_clear (SignetTokenPinOptions *options)
{
  g_free (options->puk_file);
  g_free (options->so_pin_file);
  g_free (options->new_pin_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetTokenPinOptions, signet_token_pin_options_clear)

/* Whatever new is asked for, it is in the one file for it. */
static SignetTerminalInteraction *
signet_token_pin_new_interaction (SignetInvocation            *invocation,
                                  const SignetTokenPinOptions *options,
                                  GError                     **error)
{
  static const SignetPinKind wanted[] = { SIGNET_PIN_NEW, SIGNET_PIN_NEW_SO, SIGNET_PIN_NEW_PUK, SIGNET_PIN_NEW_MANAGEMENT };
  g_autoptr(SignetTerminalInteraction) interaction = signet_invocation_new_interaction (invocation, error);

  if (interaction == NULL ||
      !signet_terminal_interaction_set_source (interaction, SIGNET_PIN_PUK, options->puk_file, -1, error) ||
      !signet_terminal_interaction_set_source (interaction, SIGNET_PIN_SO, options->so_pin_file, -1, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (!signet_terminal_interaction_set_source (interaction, wanted[i], options->new_pin_file, -1, error))
      return NULL;
  return g_steal_pointer (&interaction);
}

/* A PUK is not tried as a security officer's PIN, nor the other way round. */
static gboolean
signet_token_pin_check_family (SignetInvocation            *invocation,
                               const SignetTokenPinOptions *options,
                               SignetToken                 *token)
{
  gboolean has_puk = signet_token_get_unblock_strategy (token) == SIGNET_UNBLOCK_PIV_PUK;

  if (options->management && !signet_token_needs_manager (token))
    signet_invocation_usage (invocation, "%s", _("this token has no management key"));
  else if (has_puk && (options->so || options->so_pin_file != NULL))
    signet_invocation_usage (invocation, "%s", _("this card has an unblock code (PUK): use --puk and --puk-file"));
  else if (!has_puk && (options->puk || options->puk_file != NULL))
    signet_invocation_usage (invocation, "%s", _("this token has a security officer’s PIN: use --so and --so-pin-file"));
  else
    return TRUE;
  return FALSE;
}

static int
signet_token_pin_done (SignetInvocation *invocation,
                       SignetToken      *token,
                       const char       *act,
                       const char       *words)
{
  g_autofree char *mark = NULL;
  JsonObject *document;

  signet_command_token_record (invocation, act, token);
  if (invocation->json)
    {
      document = signet_invocation_new_document ();
      json_object_set_string_member (document, "done", act);
      signet_invocation_print_document (document);
      return SIGNET_STATUS_DONE;
    }
  mark = signet_terminal_mark (SIGNET_MARK_OK, words, FALSE);
  signet_terminal_print ("%s  %s", mark, signet_token_get_label (token));
  return SIGNET_STATUS_DONE;
}

static SignetToken *
signet_token_pin_find (SignetInvocation            *invocation,
                       const SignetTokenPinOptions *options)
{
  g_autoptr(SignetToken) token = NULL;

  if (signet_invocation_n_arguments (invocation) > 1)
    {
      signet_invocation_usage (invocation, "%s", _("too many arguments"));
      return NULL;
    }
  token = signet_lookup_token (invocation, invocation->arguments[0]);
  if (token == NULL || !signet_token_pin_check_family (invocation, options, token))
    return NULL;
  return g_steal_pointer (&token);
}

/* --- change-pin ---------------------------------------------------------------------------------------------------------- */
static int
signet_token_change (SignetInvocation            *invocation,
                     const SignetTokenPinOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = signet_token_pin_new_interaction (invocation, options, &error);
  g_autoptr(SignetToken) token = NULL;
  gboolean unblocker = options->so || options->puk;
  gboolean done;

  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  token = signet_token_pin_find (invocation, options);
  if (token == NULL)
    return invocation->status;

  if (options->management)
    done = signet_token_change_management_key (token, SIGNET_INTERACTION (interaction), invocation->cancellable, &error);
  else if (unblocker)
    done = signet_token_change_unblocker (token, SIGNET_INTERACTION (interaction), invocation->cancellable, &error);
  else
    done = signet_token_change_pin (token, SIGNET_INTERACTION (interaction), invocation->cancellable, &error);
  if (!done)
    return signet_invocation_fail (invocation, signet_token_get_label (token), error);
  if (options->management)
    return signet_token_pin_done (invocation, token, "management-key-changed", _("Management key changed"));
  if (options->puk)
    return signet_token_pin_done (invocation, token, "puk-changed", _("Unblock code (PUK) changed"));
  if (options->so)
    return signet_token_pin_done (invocation, token, "so-pin-changed", _("Security officer’s PIN changed"));
  return signet_token_pin_done (invocation, token, "pin-changed", _("PIN changed"));
}

int
signet_command_token_change_pin (SignetInvocation *invocation)
{
  g_auto(SignetTokenPinOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "new-pin-file", 0, 0, G_OPTION_ARG_FILENAME, &options.new_pin_file, N_("Read what is to be set from this file"), N_("FILE") },
    { "so", 0, 0, G_OPTION_ARG_NONE, &options.so, N_("Change the security officer’s PIN instead"), NULL },
    { "so-pin-file", 0, 0, G_OPTION_ARG_FILENAME, &options.so_pin_file, N_("Read the security officer’s PIN from this file"), N_("FILE") },
    { "puk", 0, 0, G_OPTION_ARG_NONE, &options.puk, N_("Change the unblock code (PUK) of a card instead"), NULL },
    { "puk-file", 0, 0, G_OPTION_ARG_FILENAME, &options.puk_file, N_("Read the unblock code (PUK) from this file"), N_("FILE") },
    { "management-key", 0, 0, G_OPTION_ARG_NONE, &options.management, N_("Change the management key of a PIV card instead"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries,
                                SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE))
    return invocation->status;
  if (options.so + options.puk + options.management > 1)
    return signet_invocation_usage (invocation, "%s", _("--so, --puk and --management-key exclude each other"));
  return signet_token_change (invocation, &options);
}

/* --- unblock by who gave it out ------------------------------------------------------------------------------------------- */
static void
signet_token_show_offer (const SignetUnblockOffer *offer)
{
  g_autofree char *words = signet_words_unblock_offer (offer);

  signet_terminal_message ("%s", words);
}

/* TRUE: the authority of the token unblocks it, and that came to invocation->status. Whoever has the PUK or the security officer's PIN gives it
   with its option and is not sent there. */
static gboolean
signet_token_ask_authority (SignetInvocation            *invocation,
                            const SignetTokenPinOptions *options,
                            SignetToken                 *token,
                            SignetTerminalInteraction   *interaction)
{
  g_autoptr(GError) error = NULL;
  SignetEnrolment *enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);
  g_autoptr(SignetUnblockOffer) offer = enrolment != NULL ? signet_enrolment_find_unblock (enrolment, token, &error) : NULL;
  gboolean unblocked = FALSE;

  if (offer == NULL && error != NULL)
    signet_terminal_show_error (_("Authority"), error);
  if (offer == NULL)
    return FALSE;
  if (options->tell_authority)
    signet_terminal_interaction_set_agreed (interaction, "unblock-token");
  if (!signet_enrolment_unblock (enrolment, token, offer, SIGNET_INTERACTION (interaction), &unblocked, invocation->cancellable, &error))
    invocation->status = signet_invocation_fail (invocation, signet_token_get_label (token), error);
  else if (unblocked)
    invocation->status = signet_token_pin_done (invocation, token, "pin-unblocked", _("PIN unblocked"));
  else
    {
      signet_token_show_offer (offer);
      g_set_error_literal (&error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the authority unblocks this token");
      invocation->status = signet_invocation_fail (invocation, signet_token_get_label (token), error);
    }
  return TRUE;
}

/* --- unblock ------------------------------------------------------------------------------------------------------------- */
int
signet_command_token_unblock (SignetInvocation *invocation)
{
  g_auto(SignetTokenPinOptions) options = { NULL };
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(SignetToken) token = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *needs = NULL;
  const GOptionEntry entries[] = {
    { "puk-file", 0, 0, G_OPTION_ARG_FILENAME, &options.puk_file, N_("Read the unblock code (PUK) from this file"), N_("FILE") },
    { "so-pin-file", 0, 0, G_OPTION_ARG_FILENAME, &options.so_pin_file, N_("Read the security officer’s PIN from this file"), N_("FILE") },
    { "new-pin-file", 0, 0, G_OPTION_ARG_FILENAME, &options.new_pin_file, N_("Read the new PIN from this file"), N_("FILE") },
    { "tell-authority", 0, 0, G_OPTION_ARG_NONE, &options.tell_authority,
      N_("The authority that unblocks the token may be told which one it is"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_LAST_TRY))
    return invocation->status;
  interaction = signet_token_pin_new_interaction (invocation, &options, &error);
  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  token = signet_token_pin_find (invocation, &options);
  if (token == NULL)
    return invocation->status;

  if (options.puk_file == NULL && options.so_pin_file == NULL && signet_token_ask_authority (invocation, &options, token, interaction))
    return invocation->status;
  needs = signet_words_unblock (signet_token_get_unblock_strategy (token));
  signet_terminal_message ("%s", needs);
  if (!signet_token_unblock (token, SIGNET_INTERACTION (interaction), invocation->cancellable, &error))
    return signet_invocation_fail (invocation, signet_token_get_label (token), error);
  return signet_token_pin_done (invocation, token, "pin-unblocked", _("PIN unblocked"));
}
