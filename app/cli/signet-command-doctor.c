/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-doctor.c: `signet token doctor`: one line a layer, the cause and what mends it at the end. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-doctor"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-terminal-interaction.h"

#include "../core/base/signet-text.h"

#define LAYER_COLUMNS 18

static SignetMark
signet_doctor_mark (SignetDoctorState state)
{
  static const SignetMark marks[] = { SIGNET_MARK_OK, SIGNET_MARK_WARNING, SIGNET_MARK_STOP, SIGNET_MARK_WAITING };

  return state < G_N_ELEMENTS (marks) ? marks[state] : SIGNET_MARK_UNKNOWN;
}

/* What matters most: failed, then a warning, then what works. */
static guint
signet_doctor_weight (const SignetDoctorFinding *finding)
{
  static const guint weights[] = { 1, 2, 3, 0 };

  return finding->state < G_N_ELEMENTS (weights) ? weights[finding->state] : 0;
}

static void
signet_doctor_show_line (const SignetDoctorFinding *finding,
                         gboolean                   first,
                         guint                      others)
{
  g_autofree char *layer = signet_words_doctor_layer (finding->layer);
  g_autofree char *padded = signet_terminal_pad (first ? layer : "", LAYER_COLUMNS);
  g_autofree char *text = signet_words_doctor_finding (finding);
  g_autofree char *more = NULL;
  g_autofree char *line = NULL;
  g_autofree char *mark = NULL;

  if (others > 0)
    /* translators: so many further lines of this kind, which --verbose shows */
    more = g_strdup_printf (g_dngettext (NULL, " (and %u more)", " (and %u more)", others), others);
  line = g_strdup_printf ("%s%s%s", padded, text, more != NULL ? more : "");
  mark = signet_terminal_mark (signet_doctor_mark (finding->state), line, FALSE);
  signet_terminal_print ("%s", mark);
}

static void
signet_doctor_show_details (const SignetDoctorFinding *finding)
{
  g_autofree char *remedy = signet_words_doctor_remedy (finding);
  g_autofree char *detail = signet_text_sanitize (finding->detail, -1, 500);

  if (*detail != '\0')
    signet_terminal_print ("      %s", detail);
  if (remedy != NULL && finding->state != SIGNET_DOCTOR_OK)
    signet_terminal_print ("      %s", remedy);
}

/* One line, for what matters most; --verbose shows all. */
static void
signet_doctor_show_layer (GPtrArray         *findings,
                          SignetDoctorLayer  layer,
                          gboolean           verbose)
{
  const SignetDoctorFinding *worst = NULL;
  gboolean first = TRUE;
  guint others = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const SignetDoctorFinding *finding = g_ptr_array_index (findings, i);

      if (finding->layer != layer)
        continue;
      others = worst == NULL || signet_doctor_weight (finding) > signet_doctor_weight (worst) ? 0
               : others + (signet_doctor_weight (finding) == signet_doctor_weight (worst));
      if (worst == NULL || signet_doctor_weight (finding) > signet_doctor_weight (worst))
        worst = finding;
      if (verbose)
        {
          signet_doctor_show_line (finding, first, 0);
          signet_doctor_show_details (finding);
        }
      first = FALSE;
    }
  if (!verbose && worst != NULL)
    signet_doctor_show_line (worst, TRUE, others);
}

static void
signet_doctor_show_cause (GPtrArray *findings)
{
  const SignetDoctorFinding *cause = signet_words_doctor_cause (findings);
  g_autofree char *layer = NULL;
  g_autofree char *text = NULL;
  g_autofree char *remedy = NULL;

  signet_terminal_print ("%s", "");
  if (cause == NULL)
    {
      signet_terminal_print ("%s", _("Nothing is wrong."));
      return;
    }
  layer = signet_words_doctor_layer (cause->layer);
  text = signet_words_doctor_finding (cause);
  remedy = signet_words_doctor_remedy (cause);
  /* translators: %1$s is a layer ("Reader service"), %2$s a sentence that says what is wrong there */
  signet_terminal_print (_("It fails at: %1$s. %2$s."), layer, text);
  if (remedy != NULL)
    signet_terminal_print ("%s", remedy);
  if (*cause->command != '\0')
    signet_terminal_print ("    %s", cause->command);
}

static void
signet_doctor_show (GPtrArray *findings,
                    gboolean   verbose)
{
  for (SignetDoctorLayer layer = SIGNET_DOCTOR_USB; layer < SIGNET_DOCTOR_N_LAYERS; layer++)
    signet_doctor_show_layer (findings, layer, verbose);
  signet_doctor_show_cause (findings);
}

static void
signet_doctor_print_json (GPtrArray   *findings,
                          SignetToken *token)
{
  JsonObject *document = signet_invocation_new_document ();
  JsonArray *array = json_array_new ();
  const SignetDoctorFinding *cause = signet_words_doctor_cause (findings);

  for (guint i = 0; i < findings->len; i++)
    json_array_add_object_element (array, signet_words_doctor_finding_to_json (g_ptr_array_index (findings, i)));
  if (token != NULL)
    json_object_set_string_member (document, "token", signet_token_get_uri (token));
  else
    json_object_set_null_member (document, "token");
  json_object_set_boolean_member (document, "works", cause == NULL);
  if (cause != NULL)
    json_object_set_object_member (document, "cause", signet_words_doctor_finding_to_json (cause));
  else
    json_object_set_null_member (document, "cause");
  json_object_set_array_member (document, "findings", array);
  signet_invocation_print_document (document);
}

/* A token that is not found is what the doctor is for: then everything is looked at. */
static gboolean
signet_doctor_find (SignetInvocation *invocation,
                    const char       *what,
                    SignetToken     **token,
                    GError          **error)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  g_autoptr(GError) local_error = NULL;

  if (what == NULL)
    return TRUE;
  *token = signet_token_manager_find_token (manager, what, invocation->cancellable, &local_error);
  if (*token != NULL || g_error_matches (local_error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static int
signet_doctor_run (SignetInvocation  *invocation,
                   SignetInteraction *interaction,
                   gboolean           verbose)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  const char *what = invocation->arguments[0];
  g_autoptr(SignetToken) token = NULL;
  g_autoptr(GPtrArray) findings = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *shown = NULL;

  if (!signet_doctor_find (invocation, what, &token, &error))
    return signet_invocation_fail (invocation, what, error);
  findings = signet_token_doctor_examine (manager, token, interaction, invocation->cancellable, &error);
  if (findings == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  if (invocation->json)
    signet_doctor_print_json (findings, token);
  else
    signet_doctor_show (findings, verbose);
  if (what == NULL || token != NULL)
    return signet_words_doctor_status (findings);
  shown = signet_text_sanitize (what, -1, 60);
  signet_terminal_message (_("signet: there is no token “%s”; everything was looked at instead."), shown);
  return signet_invocation_worse_status (signet_words_doctor_status (findings), SIGNET_STATUS_UNAVAILABLE);
}

int
signet_command_token_doctor (SignetInvocation *invocation)
{
  gboolean test = FALSE;
  gboolean verbose = FALSE;
  g_autoptr(SignetTerminalInteraction) interaction = signet_terminal_interaction_new ();
  g_autoptr(GError) error = NULL;
  const GOptionEntry entries[] = {
    { "test-signature", 0, 0, G_OPTION_ARG_NONE, &test, N_("Make a test signature, which asks for the PIN once"), NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, N_("Show everything that was looked at, with technical details"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) > 1)
    return signet_invocation_usage (invocation, "%s", _("too many arguments"));
  if (!signet_terminal_interaction_set_source (interaction, SIGNET_PIN_USER, invocation->pin_file, invocation->pin_fd, &error))
    return signet_invocation_fail (invocation, NULL, error);
  return signet_doctor_run (invocation, test ? SIGNET_INTERACTION (interaction) : NULL, verbose);
}
