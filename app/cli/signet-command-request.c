/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-request.c: `signet request new | list | show | resume | cancel`. Main thread.
 *
 * Each step is kept by the core before the next begins: a command that is stopped loses nothing, `request resume` goes on.
 */
#define G_LOG_DOMAIN "signet-command-request"

#include "config.h"

#include <errno.h>
#include <poll.h>

#include <glib/gi18n.h>

#include "signet-command-request.h"
#include "signet-request-terms.h"
#include "signet-command.h"
#include "signet-command-request.h"
#include "signet-lookup.h"
#include "signet-request-details.h"
#include "signet-terminal-interaction.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"

#define STATUS_TRY_LATER 75
#define SHORTEST_POLL 1
#define LONGEST_WAIT (7 * 24 * 60 * 60)

typedef struct
{
  char *authority, *token, *key, *reuse_key, *secret_file; /* (owned) (nullable) */
  char *encryption_token;                      /* (owned) (nullable) */
  char **fields;                               /* (owned) (nullable) */
  char *place;                                 /* (owned) (nullable) */
  gboolean replace_key;
  gboolean accept_terms, vouch, delegation;
  int wait;                                    /* seconds */
} SignetRequestOptions;

static void
signet_request_options_clear (SignetRequestOptions *options)
{
  g_free (options->authority);
  g_free (options->token);
  g_free (options->key);
  g_free (options->reuse_key);
  g_free (options->encryption_token);
  g_free (options->place);
  g_free (options->secret_file);
  g_strfreev (options->fields);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetRequestOptions, signet_request_options_clear)

/* --- showing ------------------------------------------------------------------------------------------------------------- */
static JsonArray *
signet_request_differences_to_json (SignetRequest *request)
{
  g_autoptr(GPtrArray) differences = signet_request_dup_differences (request);
  JsonArray *array = json_array_new ();

  for (guint i = 0; differences != NULL && i < differences->len; i++)
    {
      const SignetRequestDifference *difference = g_ptr_array_index (differences, i);
      JsonObject *object = json_object_new ();

      signet_words_set_text (object, "field", difference->field);
      signet_words_set_text (object, "asked", difference->asked);
      signet_words_set_text (object, "received", difference->received);
      json_object_set_boolean_member (object, "same", difference->same);
      json_object_set_boolean_member (object, "advice", difference->advice);
      json_array_add_object_element (array, object);
    }
  return array;
}

/* what is to be carried to the authority, or null */
static void
signet_request_set_hand (JsonObject    *object,
                         SignetRequest *request)
{
  const char *name = NULL, *text = NULL;
  JsonObject *hand;

  if (signet_request_get_hand_file (request, &name, &text) == NULL)
    {
      json_object_set_null_member (object, "hand");
      return;
    }
  hand = json_object_new ();
  signet_words_set_text (hand, "name", name);
  signet_words_set_text (hand, "text", text);
  json_object_set_object_member (object, "hand", hand);
}

JsonObject *
signet_request_to_json (SignetRequest *request)
{
  JsonObject *object = json_object_new ();
  SignetCertificate *certificate = signet_request_get_certificate (request);

  json_object_set_int_member (object, "id", signet_request_get_id (request));
  json_object_set_string_member (object, "state", signet_request_state_get_id (signet_request_get_state (request)));
  signet_words_set_text (object, "authority", signet_request_get_authority (request));
  signet_words_set_text (object, "token", signet_request_get_token_uri (request));
  signet_words_set_text (object, "token_label", signet_request_get_token_label (request));
  signet_words_set_text (object, "key", signet_request_get_key_spec (request));
  signet_words_set_text (object, "key_sha256", signet_request_get_key_sha256 (request));
  signet_words_set_text (object, "subject", signet_request_get_subject (request));
  signet_words_set_time (object, "created", signet_request_get_created (request));
  signet_words_set_time (object, "changed", signet_request_get_changed (request));
  signet_words_set_time (object, "next_poll", signet_request_get_next_poll (request));
  signet_words_set_text (object, "error", signet_request_get_error (request));
  signet_request_set_hand (object, request);
  signet_request_details_to_json (object, request);
  json_object_set_array_member (object, "differences", signet_request_differences_to_json (request));
  if (certificate != NULL)
    json_object_set_object_member (object, "certificate", signet_words_certificate_to_json (certificate));
  else
    json_object_set_null_member (object, "certificate");
  return object;
}

static void
signet_request_print_json (SignetRequest *request)
{
  JsonObject *document = signet_invocation_new_document ();

  json_object_set_object_member (document, "request", signet_request_to_json (request));
  signet_invocation_print_document (document);
}

static SignetMark
signet_request_mark (SignetRequestState state)
{
  switch (state)
    {
    case SIGNET_REQUEST_CONFIRMED:
    case SIGNET_REQUEST_INSTALLED:
      return SIGNET_MARK_OK;
    case SIGNET_REQUEST_REJECTED:
    case SIGNET_REQUEST_FAILED:
    case SIGNET_REQUEST_EXPIRED:
      return SIGNET_MARK_STOP;
    case SIGNET_REQUEST_CANCELLED:
      return SIGNET_MARK_UNKNOWN;
    default:
      return SIGNET_MARK_WAITING;
    }
}

static char *
signet_request_state_mark (SignetRequest *request)
{
  SignetRequestState state = signet_request_get_state (request);
  /* translators: the state of a request */
  g_autofree char *word = signet_request_get_hand_file (request, NULL, NULL) != NULL ? g_strdup (_("To be carried to the authority"))
                                                                                      : signet_words_request_state (state);

  return signet_terminal_mark (signet_request_mark (state), word, FALSE);
}

static void
signet_request_show_row (SignetRequest *request)
{
  g_autofree char *state = signet_request_state_mark (request);
  g_autofree char *padded = signet_terminal_pad (state, 34);
  g_autofree char *authority = signet_text_sanitize (signet_request_get_authority (request), -1, 40);
  g_autofree char *label = signet_text_sanitize (signet_request_get_token_label (request), -1, 40);
  g_autofree char *changed = signet_words_date_time (signet_request_get_changed (request));

  signet_terminal_print ("%4" G_GINT64_FORMAT "  %s %s · %s · %s", signet_request_get_id (request), padded, authority, label, changed);
}

static void
signet_request_show_line (const char *name,
                          const char *value)
{
  g_autofree char *padded = signet_terminal_pad (name, 14);
  g_autofree char *safe = signet_text_sanitize (value, -1, 1000);

  if (*safe != '\0')
    signet_terminal_print ("  %s%s", padded, safe);
}

static void
signet_request_show (SignetRequest *request)
{
  SignetCertificate *certificate = signet_request_get_certificate (request);
  gint64 next = signet_request_get_next_poll (request);
  g_autofree char *state = signet_request_state_mark (request);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, signet_request_get_id (request));
  g_autofree char *when = next != SIGNET_TIME_UNKNOWN ? signet_words_date_time (next) : NULL;
  const char *text = NULL;

  /* translators: the number of a request, and its state */
  signet_terminal_print (_("Request %s: %s"), number, state);
  signet_request_show_line (_("Authority"), signet_request_get_authority (request));
  signet_request_show_line (_("Token"), signet_request_get_token_label (request));
  signet_request_show_line (_("Subject"), signet_request_get_subject (request));
  signet_request_show_line (_("Key"), signet_request_get_key_spec (request));
  if (certificate != NULL)
    signet_request_show_line (_("Certificate"), signet_certificate_get_sha256 (certificate));
  signet_request_details_show (request, signet_request_show_line);
  signet_request_show_line (_("Problem"), signet_request_get_error (request));
  signet_request_show_line (_("Ask again"), when);
  if (signet_request_get_hand_file (request, NULL, &text) != NULL && text != NULL)
    signet_request_show_line (_("To carry"), text);
}

/* (transfer full) (nullable): what to do next, where there is something */
static char *
signet_request_next_step (SignetRequest *request)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, signet_request_get_id (request));

  switch (signet_request_get_state (request))
    {
    case SIGNET_REQUEST_CONFIRMED:
      return g_strdup (_("Sign with it: signet sign FILE"));
    case SIGNET_REQUEST_REJECTED:
    case SIGNET_REQUEST_CANCELLED:
    case SIGNET_REQUEST_EXPIRED:
    case SIGNET_REQUEST_FAILED:
      return NULL;
    default:
      if (signet_request_get_hand_file (request, NULL, NULL) != NULL)
        /* translators: the number of a request */
        return g_strdup_printf (_("Carry it to the authority: signet request export %s. When the answer is there: signet request answer FILE"), number);
      /* translators: the number of a request */
      return g_strdup_printf (_("Go on with it: signet request resume %s"), number);
    }
}

static void
signet_request_show_next (SignetRequest *request)
{
  g_autofree char *next = signet_request_next_step (request);

  if (next != NULL)
    signet_terminal_print ("  %s", next);
}

static void
signet_request_show_with_next (SignetRequest *request)
{
  signet_request_show (request);
  signet_request_show_next (request);
}

/* --- going on ------------------------------------------------------------------------------------------------------------ */
static gboolean
signet_request_is_over (SignetRequest *request)
{
  switch (signet_request_get_state (request))
    {
    case SIGNET_REQUEST_CONFIRMED:
    case SIGNET_REQUEST_REJECTED:
    case SIGNET_REQUEST_CANCELLED:
    case SIGNET_REQUEST_EXPIRED:
    case SIGNET_REQUEST_FAILED:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
signet_request_sleep (gint64         seconds,
                      GCancellable  *cancellable,
                      GError       **error)
{
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  GPollFD cancel = { .fd = -1, .events = G_IO_IN };
  gboolean has_cancel = g_cancellable_make_pollfd (cancellable, &cancel);
  struct pollfd fd = { .fd = cancel.fd, .events = POLLIN };

  for (gint64 left = seconds * G_USEC_PER_SEC; left > 0 && !g_cancellable_is_cancelled (cancellable); left = end - g_get_monotonic_time ())
    if (poll (&fd, has_cancel ? 1 : 0, (int) MIN (left / 1000 + 1, 60000)) < 0 && errno != EINTR)
      break;
  if (has_cancel)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Runs, and while the authority asks to wait and there is time, asks again when it said. */
static gboolean
signet_request_run_for (SignetInvocation          *invocation,
                        SignetEnrolment           *enrolment,
                        SignetRequest             *request,
                        SignetTerminalInteraction *interaction,
                        int                        wait,
                        GError                   **error)
{
  SignetClock *clock = signet_core_get_clock (signet_invocation_get_core (invocation));
  gint64 end = signet_clock_now (clock) + wait;

  for (;;)
    {
      gint64 now, pause;

      if (!signet_enrolment_run (enrolment, request, SIGNET_INTERACTION (interaction), invocation->cancellable, error))
        return FALSE;
      now = signet_clock_now (clock);
      if (signet_request_is_over (request) || signet_request_get_hand_file (request, NULL, NULL) != NULL || now >= end)
        return TRUE;
      pause = signet_request_get_next_poll (request) != SIGNET_TIME_UNKNOWN ? signet_request_get_next_poll (request) - now : SHORTEST_POLL;
      pause = CLAMP (pause, SHORTEST_POLL, MAX (end - now, SHORTEST_POLL));
      if (!signet_request_sleep (pause, invocation->cancellable, error))
        return FALSE;
    }
}

static int
signet_request_status (SignetRequest *request)
{
  switch (signet_request_get_state (request))
    {
    case SIGNET_REQUEST_CONFIRMED:
      return SIGNET_STATUS_DONE;
    case SIGNET_REQUEST_REJECTED:
    case SIGNET_REQUEST_CANCELLED:
      return SIGNET_STATUS_REFUSED;
    case SIGNET_REQUEST_FAILED:
    case SIGNET_REQUEST_EXPIRED:
      return SIGNET_STATUS_UNAVAILABLE;
    default:
      return STATUS_TRY_LATER;
    }
}

int
signet_request_go_on (SignetInvocation          *invocation,
                      SignetEnrolment           *enrolment,
                      SignetRequest             *request,
                      SignetTerminalInteraction *interaction,
                      int                        wait)
{
  g_autoptr(GError) error = NULL;

  if (!signet_request_run_for (invocation, enrolment, request, interaction, wait, &error))
    {
      g_autofree char *next = signet_request_next_step (request);

      signet_invocation_fail (invocation, NULL, error);
      if (next != NULL)
        signet_terminal_message ("        %s", next);
      return invocation->status;
    }
  if (invocation->json)
    signet_request_print_json (request);
  else
    signet_request_show_with_next (request);
  return signet_request_status (request);
}

/* --- new ----------------------------------------------------------------------------------------------------------------- */
/* (transfer full) (nullable): the first the authority takes and the token can make */
static char *
signet_request_choose_key (SignetAuthority *authority,
                           SignetToken     *token,
                           const char      *asked,
                           GError         **error)
{
  g_auto(GStrv) specs = signet_authority_dup_key_specs (authority);
  g_autofree char *possible = specs != NULL ? g_strjoinv (", ", specs) : g_strdup ("");

  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if ((asked == NULL || g_str_equal (asked, specs[i])) && signet_token_can_make_key (token, specs[i]))
      return g_strdup (specs[i]);

  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "no kind of key fits: the authority takes %s, asked for was %s",
               possible, asked != NULL ? asked : "any that the token can make");
  return NULL;
}

static SignetRequest *
signet_request_draft (SignetInvocation           *invocation,
                      const SignetRequestOptions *options,
                      SignetEnrolment            *enrolment,
                      SignetAuthority            *authority,
                      SignetToken                *token,
                      SignetTokenKey             *reused,
                      SignetTerminalInteraction  *interaction,
                      GError                    **error)
{
  g_autofree char *key = reused == NULL ? signet_request_choose_key (authority, token, options->key, error) : NULL;
  g_autoptr(SignetForm) form = NULL;
  g_autoptr(GHashTable) values = NULL;
  g_autoptr(GHashTable) secrets = NULL;
  g_autoptr(GHashTable) files = NULL;
  g_autoptr(SignetRequest) request = NULL;

  /* the plugin is asked for what the authority tells: allowed first */
  if ((key == NULL && reused == NULL) ||
      !signet_enrolment_admit_plugin (enrolment, authority, SIGNET_INTERACTION (interaction), invocation->cancellable, error) ||
      !signet_request_agree_to_terms (invocation, authority, SIGNET_INTERACTION (interaction), options->accept_terms, error))
    return NULL;
  form = signet_enrolment_get_form (enrolment, authority, invocation->cancellable, error);
  if (form == NULL ||
      !signet_interaction_ask_form (SIGNET_INTERACTION (interaction), form, &values, &secrets, invocation->cancellable, error))
    return NULL;

  files = signet_request_take_files (form, values);
  request = reused != NULL ? signet_enrolment_draft_for_key (enrolment, authority, reused, values, secrets, error)
                           : signet_enrolment_draft (enrolment, authority, token, key, values, secrets, error);
  if (request == NULL || (options->place != NULL && !signet_enrolment_choose_place (enrolment, request, options->place, error)) ||
      !signet_request_attach_files (enrolment, request, files, error) || !signet_enrolment_agree (enrolment, request, error))
    return NULL;
  return g_steal_pointer (&request);
}

SignetTerminalInteraction *
signet_request_new_applicant (SignetInvocation      *invocation,
                              const char *const     *fields,
                              const char            *secret_file,
                              const SignetAgreement *agreements,
                              GError               **error)
{
  g_autoptr(SignetTerminalInteraction) interaction = signet_invocation_new_applicant (invocation, secret_file, agreements, error);

  if (interaction == NULL)
    return NULL;
  /* to make the key, and again to put the certificate beside it */
  signet_terminal_interaction_set_reusable (interaction);
  return signet_terminal_interaction_set_fields (interaction, fields, error) ? g_steal_pointer (&interaction) : NULL;
}

static SignetTerminalInteraction *
signet_request_new_interaction (SignetInvocation           *invocation,
                                const SignetRequestOptions *options,
                                GError                    **error)
{
  const SignetAgreement agreements[] = {
    { options->vouch, "use-certificate" },  { options->replace_key, "overwrite-key" },        { options->delegation, "delegation" },
    { options->accept_terms, "terms" },     { options->accept_terms, "certificate-request" }, { FALSE, NULL },
  };

  return signet_request_new_applicant (invocation, (const char *const *) options->fields, options->secret_file, agreements, error);
}

/* Said before anything is asked: which place it will be, and of a wish whether there is such a place. */
static gboolean
signet_request_check_place (SignetInvocation           *invocation,
                            const SignetRequestOptions *options,
                            SignetToken                *token)
{
  g_autoptr(GPtrArray) places = signet_token_list_places (token);
  const char *place = options->place != NULL ? signet_token_parse_place (options->place) : signet_token_suggest_place (token);
  g_autofree char *words = NULL;

  if (places->len == 0 && options->place == NULL)
    return TRUE;
  if (places->len == 0)
    signet_invocation_usage (invocation, "%s", _("this token has no places to choose from: leave --place out"));
  else if (place == NULL && options->place == NULL)
    signet_invocation_usage (invocation, "%s", _("every place for a signature key on the card is taken: name one with --place; its key is lost then"));
  else if (place == NULL)
    signet_invocation_usage (invocation, "%s", _("--place is one of 9c, 82 to 95 (hexadecimal), 9a, 9d"));
  else
    {
      words = signet_words_place (place);
      signet_terminal_message ("%s", words);
      return TRUE;
    }
  return FALSE;
}

static int
signet_request_new_run (SignetInvocation           *invocation,
                        const SignetRequestOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = signet_request_new_interaction (invocation, options, &error);
  g_autoptr(SignetToken) token = NULL;
  g_autoptr(SignetTokenKey) reused = NULL;
  g_autoptr(SignetRequest) request = NULL;
  SignetEnrolment *enrolment = NULL;
  SignetAuthority *authority = NULL;

  if (interaction != NULL)
    enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);
  if (enrolment != NULL)
    authority = signet_enrolment_find_authority (enrolment, options->authority, &error);
  if (authority == NULL)
    return signet_invocation_fail (invocation, options->authority, error);

  if (signet_authority_is_sample (authority))
    signet_terminal_message ("%s", _("This is a sample authority, for trying things out. Its certificates prove nothing to others."));
  if (options->reuse_key != NULL)
    {
      reused = signet_token_manager_find_key (signet_core_get_tokens (signet_invocation_get_core (invocation)), options->reuse_key,
                                              invocation->cancellable, &error);
      if (reused == NULL)
        return signet_invocation_fail (invocation, options->reuse_key, error);
      token = g_object_ref (signet_token_key_get_token (reused));
    }
  else
    token = signet_lookup_token (invocation, options->token);
  if (token == NULL || (reused == NULL && !signet_request_check_place (invocation, options, token)))
    return invocation->status;

  request = signet_request_draft (invocation, options, enrolment, authority, token, reused, interaction, &error);
  if (request == NULL)
    return signet_invocation_fail (invocation, options->authority, error);
  return signet_request_go_on (invocation, enrolment, request, interaction, options->wait);
}

int
signet_command_request_new (SignetInvocation *invocation)
{
  g_auto(SignetRequestOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "authority", 0, 0, G_OPTION_ARG_FILENAME, &options.authority, N_("The authority to ask (see: signet authority list)"), N_("ID") },
    { "token", 0, 0, G_OPTION_ARG_FILENAME, &options.token, N_("The token that will hold the key; needed when there are several"), N_("URI|LABEL") },
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &options.key, N_("The kind of key, e.g. rsa-3072 or ec-p256"), N_("KIND") },
    { "reuse-key", 0, 0, G_OPTION_ARG_FILENAME, &options.reuse_key, N_("Make no key: ask for a certificate for this one, which is on a token"), N_("URI|FINGERPRINT") },
    { "place", 0, 0, G_OPTION_ARG_FILENAME, &options.place, N_("Where on a PIV card the key is made: 9c, 82 to 95, 9a, 9d"), N_("PLACE") },
    { "replace-key", 0, 0, G_OPTION_ARG_NONE, &options.replace_key, N_("A key that is in that place may be lost"), NULL },
    { "field", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.fields, N_("An answer to a question of the authority; may be repeated"), N_("NAME=VALUE") },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options.secret_file, N_("Read the activation code from this file"), N_("FILE") },
    { "accept-terms", 0, 0, G_OPTION_ARG_NONE, &options.accept_terms, N_("You have read the authority’s terms and agree to them"), NULL },
    { "accept-delegation", 0, 0, G_OPTION_ARG_NONE, &options.delegation, N_("Servers that are not the authority’s own may act for it"), NULL },
    { "vouch", 0, 0, G_OPTION_ARG_NONE, &options.vouch, N_("A certificate you have from the authority may sign the request"), NULL },
    { "wait", 0, 0, G_OPTION_ARG_INT, &options.wait, N_("Wait this long for the certificate, at most"), N_("SECONDS") },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE))
    return invocation->status;
  if (options.authority == NULL)
    return signet_invocation_usage (invocation, "%s", _("name the authority with --authority (see: signet authority list)"));
  if (signet_invocation_n_arguments (invocation) > 0)
    return signet_invocation_usage (invocation, "%s", _("too many arguments"));
  if (options.reuse_key != NULL && (options.key != NULL || options.token != NULL))
    return signet_invocation_usage (invocation, "%s", _("--reuse-key names the key and its token: leave --key and --token out"));
  if (options.wait < 0 || options.wait > LONGEST_WAIT)
    return signet_invocation_usage (invocation, "%s", _("--wait is a number of seconds, at most a week"));
  return signet_request_new_run (invocation, &options);
}

/* --- list, show, resume, cancel ------------------------------------------------------------------------------------------ */
int
signet_command_request_list (SignetInvocation *invocation)
{
  SignetEnrolment *enrolment = NULL;
  g_autoptr(GPtrArray) requests = NULL;
  g_autoptr(GError) error = NULL;
  JsonObject *document;
  JsonArray *array;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;
  enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);
  if (enrolment != NULL)
    requests = signet_enrolment_list (enrolment, &error);
  if (requests == NULL)
    return signet_invocation_fail (invocation, NULL, error);

  array = json_array_new ();
  for (guint i = 0; i < requests->len; i++)
    {
      json_array_add_object_element (array, signet_request_to_json (g_ptr_array_index (requests, i)));
      if (!invocation->json)
        signet_request_show_row (g_ptr_array_index (requests, i));
    }
  document = signet_invocation_new_document ();
  json_object_set_array_member (document, "requests", array);
  if (invocation->json)
    signet_invocation_print_document (document);
  else
    json_object_unref (document);
  if (requests->len == 0 && !invocation->json)
    signet_terminal_print ("%s", _("Nothing was asked for yet. Ask with: signet request new"));
  return SIGNET_STATUS_DONE;
}

SignetRequest *
signet_request_of_argument (SignetInvocation  *invocation,
                            SignetEnrolment  **enrolment)
{
  g_autoptr(GError) error = NULL;
  SignetRequest *request = NULL;
  guint64 id;

  if (signet_invocation_n_arguments (invocation) != 1 ||
      !g_ascii_string_to_unsigned (invocation->arguments[0], 10, 1, G_MAXINT64, &id, NULL))
    {
      signet_invocation_usage (invocation, "%s", _("give the number of one request (see: signet request list)"));
      return NULL;
    }
  *enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);
  if (*enrolment != NULL)
    request = signet_enrolment_find (*enrolment, (gint64) id, &error);
  if (request == NULL)
    signet_invocation_fail (invocation, invocation->arguments[0], error);
  return request;
}

static void
signet_request_show_whole (SignetInvocation *invocation,
                           SignetEnrolment  *enrolment,
                           SignetRequest    *request)
{
  JsonObject *document, *object;

  if (!invocation->json)
    {
      signet_request_show (request);
      signet_request_files_show (enrolment, request, signet_request_show_line);
      signet_request_record_show (enrolment, request);
      signet_request_show_next (request);
      return;
    }
  document = signet_invocation_new_document ();
  object = signet_request_to_json (request);
  signet_request_record_to_json (enrolment, request, object);
  json_object_set_object_member (document, "request", object);
  json_object_set_array_member (document, "files", signet_request_files_to_json (enrolment, request));
  signet_invocation_print_document (document);
}

int
signet_command_request_show (SignetInvocation *invocation)
{
  SignetEnrolment *enrolment = NULL;
  g_autoptr(SignetRequest) request = NULL;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;
  request = signet_request_of_argument (invocation, &enrolment);
  if (request == NULL)
    return invocation->status;
  signet_request_show_whole (invocation, enrolment, request);
  return SIGNET_STATUS_DONE;
}

/* The key of the encryption certificate, which the first token did not take. */
static int
signet_request_place_encryption (SignetInvocation           *invocation,
                                 SignetEnrolment            *enrolment,
                                 SignetRequest              *request,
                                 const char                 *token_name,
                                 SignetTerminalInteraction  *interaction)
{
  g_autoptr(SignetToken) token = signet_lookup_token (invocation, token_name);
  g_autoptr(GError) error = NULL;

  if (token == NULL)
    return invocation->status;
  if (!signet_enrolment_place_encryption (enrolment, request, token, SIGNET_INTERACTION (interaction), invocation->cancellable, &error))
    return signet_invocation_fail (invocation, NULL, error);
  signet_request_show_whole (invocation, enrolment, request);
  return SIGNET_STATUS_DONE;
}

int
signet_command_request_resume (SignetInvocation *invocation)
{
  g_auto(SignetRequestOptions) options = { NULL };
  SignetEnrolment *enrolment = NULL;
  g_autoptr(SignetRequest) request = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(GError) error = NULL;
  const GOptionEntry entries[] = {
    { "field", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.fields, N_("An answer to a question of the authority; may be repeated"), N_("NAME=VALUE") },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options.secret_file, N_("Read the activation code from this file"), N_("FILE") },
    { "accept-terms", 0, 0, G_OPTION_ARG_NONE, &options.accept_terms, N_("You have read the authority’s terms and agree to them"), NULL },
    { "accept-delegation", 0, 0, G_OPTION_ARG_NONE, &options.delegation, N_("Servers that are not the authority’s own may act for it"), NULL },
    { "vouch", 0, 0, G_OPTION_ARG_NONE, &options.vouch, N_("A certificate you have from the authority may sign the request"), NULL },
    { "encryption-token", 0, 0, G_OPTION_ARG_FILENAME, &options.encryption_token, N_("Bring the delivered key of the encryption certificate to this token"), N_("URI|LABEL") },
    { "wait", 0, 0, G_OPTION_ARG_INT, &options.wait, N_("Wait this long for the certificate, at most"), N_("SECONDS") },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE))
    return invocation->status;
  if (options.wait < 0 || options.wait > LONGEST_WAIT)
    return signet_invocation_usage (invocation, "%s", _("--wait is a number of seconds, at most a week"));
  request = signet_request_of_argument (invocation, &enrolment);
  if (request == NULL)
    return invocation->status;
  interaction = signet_request_new_interaction (invocation, &options, &error);
  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  if (options.encryption_token != NULL)
    return signet_request_place_encryption (invocation, enrolment, request, options.encryption_token, interaction);
  return signet_request_go_on (invocation, enrolment, request, interaction, options.wait);
}

int
signet_request_continue (SignetInvocation *invocation,
                         SignetEnrolment  *enrolment,
                         SignetRequest    *request)
{
  const SignetRequestOptions options = { NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = signet_request_new_interaction (invocation, &options, &error);

  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  return signet_request_go_on (invocation, enrolment, request, interaction, 0);
}

int
signet_command_request_cancel (SignetInvocation *invocation)
{
  SignetEnrolment *enrolment = NULL;
  g_autoptr(SignetRequest) request = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *words = NULL;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN))
    return invocation->status;
  request = signet_request_of_argument (invocation, &enrolment);
  if (request == NULL)
    return invocation->status;
  words = signet_words_withdrawal (request);
  interaction = signet_invocation_new_interaction (invocation, &error);
  if (interaction == NULL ||
      !signet_enrolment_withdraw (enrolment, request, SIGNET_INTERACTION (interaction), invocation->cancellable, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  if (invocation->json)
    signet_request_print_json (request);
  else
    signet_request_show (request);
  signet_terminal_message ("%s", words);
  return SIGNET_STATUS_DONE;
}
