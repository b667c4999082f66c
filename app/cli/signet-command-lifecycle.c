/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-lifecycle.c: `signet request revoke`, `signet certificate suspend | resume | status`. Main thread.
 *
 * Each is kept by the core before anything is sent; the same command again goes on with what is under way.
 */
#define G_LOG_DOMAIN "signet-command-lifecycle"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-command-life.h"
#include "signet-lookup.h"

#include "../core/base/signet-text.h"

#define STATUS_TRY_LATER 75

/* --- which certificate ----------------------------------------------------------------------------------------------------- */
const char *
signet_life_argument (SignetInvocation *invocation)
{
  if (signet_invocation_n_arguments (invocation) == 1)
    return invocation->arguments[0];
  signet_invocation_usage (invocation, "%s", _("name one certificate: its file, its fingerprint or its URI"));
  return NULL;
}

static SignetCertificate *
signet_life_load_file (SignetInvocation *invocation,
                       const char       *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = signet_certificate_load_file (path, &error);

  if (found != NULL && found->len > 0)
    return g_object_ref (g_ptr_array_index (found, 0));
  signet_invocation_fail (invocation, path, error);
  return NULL;
}

SignetCertificate *
signet_life_find_certificate (SignetInvocation *invocation,
                              SignetEnrolment  *enrolment,
                              const char       *what)
{
  g_autoptr(SignetTokenKey) key = NULL;
  SignetCertificate *known;
  g_autoptr(GError) error = NULL;

  if (!g_str_has_prefix (what, "pkcs11:") && g_file_test (what, G_FILE_TEST_EXISTS))
    return signet_life_load_file (invocation, what);
  known = signet_enrolment_find_known (enrolment, what);
  if (known != NULL)
    return known;
  key = signet_lookup_certificate (invocation, what);
  if (key == NULL)
    return NULL;
  if (signet_token_key_get_certificate (key) != NULL)
    return g_object_ref (signet_token_key_get_certificate (key));
  error = g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "there is a key but no certificate for it");
  signet_invocation_fail (invocation, what, error);
  return NULL;
}

/* --- showing ----------------------------------------------------------------------------------------------------------------- */
static SignetMark
signet_life_mark (SignetLifecycle *act)
{
  switch (signet_lifecycle_get_state (act))
    {
    case SIGNET_LIFECYCLE_DONE:
      return SIGNET_MARK_OK;
    case SIGNET_LIFECYCLE_REFUSED:
      return SIGNET_MARK_STOP;
    case SIGNET_LIFECYCLE_FAILED:
      return SIGNET_MARK_UNKNOWN;
    case SIGNET_LIFECYCLE_ASKED:
    case SIGNET_LIFECYCLE_SENT:
    case SIGNET_LIFECYCLE_WAITING:
    default:
      return SIGNET_MARK_WAITING;
    }
}

static void
signet_life_show_line (const char *name,
                       const char *value)
{
  g_autofree char *padded = signet_terminal_pad (name, 16);
  g_autofree char *safe = signet_text_sanitize (value, -1, 1000);

  if (*safe != '\0')
    signet_terminal_print ("  %s%s", padded, safe);
}

static void
signet_life_show_status (SignetLifecycle *act)
{
  gint64 since = signet_lifecycle_get_status_since (act);
  g_autofree char *status = signet_words_certificate_status (signet_lifecycle_get_status (act));
  g_autofree char *when = since != SIGNET_TIME_UNKNOWN ? signet_words_date_time (since) : NULL;
  g_autofree char *reason = signet_words_revocation_reason (signet_lifecycle_get_status_reason (act));

  signet_life_show_line (_("Standing"), status);
  signet_life_show_line (_("Since"), when);
  signet_life_show_line (_("Reason"), reason);
}

void
signet_life_show (SignetInvocation *invocation,
                  SignetEnrolment  *enrolment,
                  SignetLifecycle  *act)
{
  SignetCertificate *certificate = signet_lifecycle_get_certificate (act);
  gint64 next = signet_lifecycle_get_next_poll (act);
  g_autofree char *state = signet_words_act (act);
  g_autofree char *name = signet_words_act_name (signet_lifecycle_get_act (act));
  g_autofree char *text = g_strdup_printf ("%s: %s", name, state);
  g_autofree char *mark = signet_terminal_mark (signet_life_mark (act), text, FALSE);
  g_autofree char *reason = signet_words_revocation_reason (signet_lifecycle_get_reason (act));
  g_autofree char *when = next != SIGNET_TIME_UNKNOWN ? signet_words_date_time (next) : NULL;

  signet_terminal_print ("%s", mark);
  signet_life_show_line (_("Holder"), signet_certificate_get_holder (certificate));
  signet_life_show_line (_("Serial"), signet_certificate_get_serial (certificate));
  if (signet_lifecycle_get_act (act) == SIGNET_LIFECYCLE_STATUS && signet_lifecycle_get_status (act) != NULL)
    signet_life_show_status (act);
  else
    signet_life_show_line (_("Reason"), reason);
  signet_life_show_line (_("Problem"), signet_lifecycle_get_error (act));
  signet_life_show_line (_("Ask again"), when);
  if (!signet_lifecycle_is_over (act))
    signet_terminal_print ("  %s", _("Go on with it: the same command again"));
}

JsonObject *
signet_life_to_json (SignetEnrolment *enrolment,
                     SignetLifecycle *act)
{
  g_autoptr(GPtrArray) events = signet_enrolment_list_act_events (enrolment, act, NULL);

  return signet_words_act_to_json (act, events);
}

void
signet_life_show_contact (SignetEnrolment   *enrolment,
                          SignetCertificate *certificate)
{
  SignetAuthority *authority = signet_enrolment_find_issuer (enrolment, certificate, NULL);
  g_autofree char *contact = authority != NULL ? signet_words_contact (authority) : NULL;

  if (contact != NULL)
    signet_terminal_message ("        %s", contact);
  if (contact != NULL)
    /* translators: the serial number of a certificate */
    signet_terminal_message (_("        Have its serial number ready: %s"), signet_certificate_get_serial (certificate));
}

/* --- acts ---------------------------------------------------------------------------------------------------------------------- */
int
signet_life_run (SignetInvocation          *invocation,
                 SignetEnrolment           *enrolment,
                 SignetLifecycle           *act,
                 SignetTerminalInteraction *interaction,
                 GError                   **error)
{
  if (!signet_enrolment_run_act (enrolment, act, SIGNET_INTERACTION (interaction), invocation->cancellable, error))
    return SIGNET_STATUS_UNAVAILABLE;
  return signet_lifecycle_get_state (act) == SIGNET_LIFECYCLE_DONE ? SIGNET_STATUS_DONE
         : signet_lifecycle_is_over (act)                          ? SIGNET_STATUS_REFUSED
                                                                   : STATUS_TRY_LATER;
}

static int
signet_life_fail (SignetInvocation  *invocation,
                  SignetEnrolment   *enrolment,
                  SignetCertificate *certificate,
                  const GError      *error)
{
  signet_invocation_fail (invocation, NULL, error);
  if (g_error_matches (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_BY_HAND) ||
      g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NOT_FOUND))
    signet_life_show_contact (enrolment, certificate);
  return invocation->status;
}

static void
signet_life_print (SignetInvocation *invocation,
                   SignetEnrolment  *enrolment,
                   SignetLifecycle  *act)
{
  JsonObject *document;

  if (!invocation->json)
    {
      signet_life_show (invocation, enrolment, act);
      return;
    }
  document = signet_invocation_new_document ();
  json_object_set_object_member (document, "act", signet_life_to_json (enrolment, act));
  signet_invocation_print_document (document);
}

typedef struct
{
  char    *reason, *secret_file; /* (owned) (nullable) */
  gboolean yes, delegation;
} SignetLifeOptions;

static void
signet_life_options_clear (SignetLifeOptions *options)
{
  g_free (options->reason);
  g_free (options->secret_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetLifeOptions, signet_life_options_clear)

static SignetTerminalInteraction *
signet_life_new_interaction (SignetInvocation        *invocation,
                             const SignetLifeOptions *options,
                             SignetLifecycleAct       act,
                             GError                 **error)
{
  static const char *const kinds[] = { "revoke-certificate", "suspend-certificate", "resume-certificate" };
  gboolean is_status = act == SIGNET_LIFECYCLE_STATUS;
  const SignetAgreement agreements[] = {
    { options->yes && !is_status, is_status ? "" : kinds[act] }, { options->delegation, "delegation" }, { FALSE, NULL },
  };

  return signet_invocation_new_applicant (invocation, options->secret_file, agreements, error);
}

static int
signet_life_act (SignetInvocation        *invocation,
                 const SignetLifeOptions *options,
                 SignetLifecycleAct       which)
{
  const char *what = signet_life_argument (invocation);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetCertificate) certificate = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(SignetLifecycle) act = NULL;
  SignetEnrolment *enrolment = what != NULL ? signet_core_get_enrolment (signet_invocation_get_core (invocation), &error) : NULL;
  int status = 0;

  if (what == NULL)
    return invocation->status;
  if (enrolment == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  certificate = signet_life_find_certificate (invocation, enrolment, what);
  if (certificate == NULL)
    return invocation->status;
  interaction = signet_life_new_interaction (invocation, options, which, &error);
  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  /* what the authority's plugin cannot do is said before anything is begun */
  if (signet_enrolment_check_act (enrolment, certificate, which, invocation->cancellable, &error))
    act = signet_enrolment_ask_act (enrolment, certificate, which, options->reason, &error);
  if (act != NULL)
    status = signet_life_run (invocation, enrolment, act, interaction, &error);
  if (error != NULL)
    return signet_life_fail (invocation, enrolment, certificate, error);
  signet_life_print (invocation, enrolment, act);
  return status;
}

#define SIGNET_LIFE_ENTRIES(options) \
  { "yes", 0, 0, G_OPTION_ARG_NONE, &(options).yes, N_("Do not ask whether you are sure"), NULL }, \
  { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &(options).secret_file, N_("Read the activation code from this file"), N_("FILE") }, \
  { "accept-delegation", 0, 0, G_OPTION_ARG_NONE, &(options).delegation, N_("Servers that are not the authority’s own may act for it"), NULL }

int
signet_command_request_revoke (SignetInvocation *invocation)
{
  g_auto(SignetLifeOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "reason", 0, 0, G_OPTION_ARG_FILENAME, &options.reason,
      N_("unspecified, keyCompromise, superseded, cessationOfOperation or affiliationChanged"), N_("REASON") },
    SIGNET_LIFE_ENTRIES (options),
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN))
    return invocation->status;
  if (!signet_invocation_check_choice (invocation, "--reason", options.reason, signet_lifecycle_get_reasons ()))
    return invocation->status;
  return signet_life_act (invocation, &options, SIGNET_LIFECYCLE_REVOKE);
}

static int
signet_life_command (SignetInvocation  *invocation,
                     SignetLifecycleAct act)
{
  g_auto(SignetLifeOptions) options = { NULL };
  const GOptionEntry entries[] = { SIGNET_LIFE_ENTRIES (options), { NULL } };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN))
    return invocation->status;
  return signet_life_act (invocation, &options, act);
}

int
signet_command_certificate_suspend (SignetInvocation *invocation)
{
  return signet_life_command (invocation, SIGNET_LIFECYCLE_SUSPEND);
}

int
signet_command_certificate_resume (SignetInvocation *invocation)
{
  return signet_life_command (invocation, SIGNET_LIFECYCLE_RESUME);
}

/* --- status: what the authority says, what its status service says, what was asked of it, what is blocked here ------------------------ */
typedef struct
{
  SignetInvocation       *invocation;
  SignetEnrolment        *enrolment;
  SignetCertificate      *certificate; /* (owned) */
  SignetLifecycle        *asked;       /* (owned) (nullable) */
  SignetRevocationStatus *service;     /* (owned) (nullable): OCSP */
  SignetKeyBlock         *block;       /* (owned) (nullable) */
  GPtrArray              *acts;        /* (owned): of this certificate, not counting STATUS */
} SignetLifeStanding;

static void
signet_life_standing_clear (SignetLifeStanding *standing)
{
  g_clear_object (&standing->certificate);
  g_clear_object (&standing->asked);
  g_clear_pointer (&standing->service, signet_revocation_status_free);
  g_clear_pointer (&standing->block, signet_key_block_free);
  g_clear_pointer (&standing->acts, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetLifeStanding, signet_life_standing_clear)

static GPtrArray *
signet_life_acts_of (SignetEnrolment   *enrolment,
                     SignetCertificate *certificate)
{
  g_autoptr(GPtrArray) all = signet_enrolment_list_acts (enrolment, NULL);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      SignetLifecycle *act = g_ptr_array_index (all, i);

      if (signet_lifecycle_get_act (act) != SIGNET_LIFECYCLE_STATUS && signet_certificate_equal (signet_lifecycle_get_certificate (act), certificate))
        g_ptr_array_add (found, g_object_ref (act));
    }
  return found;
}

static SignetRevocationStatus *
signet_life_ask_service (SignetInvocation  *invocation,
                         SignetCertificate *certificate)
{
  g_autoptr(GError) error = NULL;
  SignetRevocationStatus *status = signet_core_ask_status_service (signet_invocation_get_core (invocation), certificate, invocation->cancellable, &error);

  if (error != NULL)
    g_info ("status service: %s", error->message);
  return status;
}

static void
signet_life_standing_show (const SignetLifeStanding *standing)
{
  g_autofree char *title = signet_terminal_bold (signet_certificate_get_holder (standing->certificate));
  g_autofree char *service = standing->service != NULL ? signet_words_revocation (standing->service) : NULL;

  signet_terminal_print ("%s", title);
  if (standing->block != NULL)
    {
      g_autofree char *since = signet_words_date_time (standing->block->time);
      /* translators: a date, and who did it */
      g_autofree char *text = g_strdup_printf (_("Blocked on this computer since %s by %s"), since, standing->block->by != NULL ? standing->block->by : "?");
      g_autofree char *mark = signet_terminal_mark (SIGNET_MARK_STOP, text, FALSE);

      signet_terminal_print ("  %s", mark);
    }
  if (standing->asked != NULL)
    signet_life_show_status (standing->asked);
  signet_life_show_line (_("Status service"), service);
  for (guint i = 0; i < standing->acts->len; i++)
    {
      SignetLifecycle *act = g_ptr_array_index (standing->acts, i);
      g_autofree char *name = signet_words_act_name (signet_lifecycle_get_act (act));
      g_autofree char *state = signet_words_act (act);
      g_autofree char *when = signet_words_date_time (signet_lifecycle_get_changed (act));
      g_autofree char *line = g_strdup_printf ("%s · %s", state, when);

      signet_life_show_line (name, line);
    }
}

static void
signet_life_standing_print_json (const SignetLifeStanding *standing)
{
  JsonObject *document = signet_invocation_new_document ();
  JsonArray *acts = json_array_new ();
  g_autofree char *service = standing->service != NULL ? signet_words_revocation (standing->service) : NULL;

  json_object_set_object_member (document, "certificate", signet_words_certificate_to_json (standing->certificate));
  json_object_set_member (document, "blocked", signet_words_block_to_json (standing->block));
  if (standing->asked != NULL)
    json_object_set_object_member (document, "act", signet_life_to_json (standing->enrolment, standing->asked));
  else
    json_object_set_null_member (document, "act");
  if (service != NULL)
    json_object_set_string_member (document, "status_service", service);
  else
    json_object_set_null_member (document, "status_service");
  for (guint i = 0; i < standing->acts->len; i++)
    json_array_add_object_element (acts, signet_life_to_json (standing->enrolment, g_ptr_array_index (standing->acts, i)));
  json_object_set_array_member (document, "acts", acts);
  signet_invocation_print_document (document);
}

/* FALSE: @error; where the plugin cannot be asked the status service may still know */
static gboolean
signet_life_standing_ask (SignetLifeStanding      *standing,
                          const SignetLifeOptions *options,
                          GError                 **error)
{
  SignetInvocation *invocation = standing->invocation;
  g_autoptr(SignetTerminalInteraction) interaction = signet_life_new_interaction (invocation, options, SIGNET_LIFECYCLE_STATUS, error);
  g_autoptr(GError) cannot = NULL;

  if (interaction == NULL)
    return FALSE;
  standing->service = signet_life_ask_service (invocation, standing->certificate);
  if (!signet_enrolment_check_act (standing->enrolment, standing->certificate, SIGNET_LIFECYCLE_STATUS, invocation->cancellable, &cannot))
    {
      if (standing->service != NULL || standing->block != NULL || standing->acts->len > 0)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&cannot));
      return FALSE;
    }
  standing->asked = signet_enrolment_ask_act (standing->enrolment, standing->certificate, SIGNET_LIFECYCLE_STATUS, NULL, error);
  return standing->asked != NULL &&
         signet_enrolment_run_act (standing->enrolment, standing->asked, SIGNET_INTERACTION (interaction), invocation->cancellable, error);
}

int
signet_command_certificate_status (SignetInvocation *invocation)
{
  g_auto(SignetLifeOptions) options = { NULL };
  g_auto(SignetLifeStanding) standing = { .invocation = invocation };
  const GOptionEntry entries[] = { SIGNET_LIFE_ENTRIES (options), { NULL } };
  g_autoptr(GError) error = NULL;
  const char *what;

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN) ||
      (what = signet_life_argument (invocation)) == NULL)
    return invocation->status;
  standing.enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);
  if (standing.enrolment == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  standing.certificate = signet_life_find_certificate (invocation, standing.enrolment, what);
  if (standing.certificate == NULL)
    return invocation->status;
  standing.block = signet_key_block_find (signet_certificate_get_key_sha256 (standing.certificate));
  standing.acts = signet_life_acts_of (standing.enrolment, standing.certificate);
  if (!signet_life_standing_ask (&standing, &options, &error))
    return signet_life_fail (invocation, standing.enrolment, standing.certificate, error);
  if (invocation->json)
    signet_life_standing_print_json (&standing);
  else
    signet_life_standing_show (&standing);
  return standing.asked == NULL || signet_lifecycle_get_state (standing.asked) == SIGNET_LIFECYCLE_DONE ? SIGNET_STATUS_DONE : STATUS_TRY_LATER;
}
