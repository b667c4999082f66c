/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-renew.c: `signet request renew`: a new certificate in the place of one that is there. What the authority allows (new key, same key)
 * decides where the person says nothing. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-renew"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-command-life.h"
#include "signet-command-request.h"
#include "signet-lookup.h"

#include "../core/base/signet-base-error.h"

#define LONGEST_WAIT (7 * 24 * 60 * 60)

typedef struct
{
  char *token, *key, *secret_file; /* (owned) (nullable) */
  char **fields;                   /* (owned) (nullable) */
  gboolean same_key, accept_terms, delegation, delete_old;
  int wait;                        /* seconds */
} SignetRenewOptions;

static void
signet_renew_options_clear (SignetRenewOptions *options)
{
  g_free (options->token);
  g_free (options->key);
  g_free (options->secret_file);
  g_strfreev (options->fields);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetRenewOptions, signet_renew_options_clear)

static SignetTerminalInteraction *
signet_renew_new_interaction (SignetInvocation         *invocation,
                              const SignetRenewOptions *options,
                              GError                  **error)
{
  const SignetAgreement agreements[] = {
    { options->accept_terms, "terms" }, { options->accept_terms, "certificate-request" }, { options->delegation, "delegation" }, { FALSE, NULL },
  };

  return signet_request_new_applicant (invocation, (const char *const *) options->fields, options->secret_file, agreements, error);
}

/* (transfer full) (nullable): the first the authority takes and the token can make */
static char *
signet_renew_choose_kind (SignetAuthority *authority,
                          SignetToken     *token,
                          const char      *asked,
                          GError         **error)
{
  g_auto(GStrv) specs = signet_authority_dup_key_specs (authority);

  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if ((asked == NULL || g_str_equal (asked, specs[i])) && signet_token_can_make_key (token, specs[i]))
      return g_strdup (specs[i]);
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "no kind of key fits what the authority takes and the token can make");
  return NULL;
}

/* What the person says, else what the authority wants, else a new key: an old one has been used for long. */
static gboolean
signet_renew_is_same_key (const SignetRenewOptions *options,
                          SignetAuthority          *authority)
{
  if (options->same_key || options->key != NULL)
    return options->same_key;
  return signet_enrolment_get_renewal_keys (authority) == SIGNET_RENEWAL_SAME_KEY;
}

static SignetRequest *
signet_renew_draft (SignetInvocation         *invocation,
                    const SignetRenewOptions *options,
                    SignetEnrolment          *enrolment,
                    SignetCertificate        *current,
                    SignetToken              *token,
                    GError                  **error)
{
  SignetAuthority *authority = signet_enrolment_find_issuer (enrolment, current, error);
  g_autofree char *kind = NULL;

  if (authority == NULL || !signet_enrolment_check_renewal (enrolment, current, invocation->cancellable, error))
    return NULL;
  if (!signet_renew_is_same_key (options, authority))
    {
      kind = signet_renew_choose_kind (authority, token, options->key, error);
      if (kind == NULL)
        return NULL;
    }
  return signet_enrolment_draft_renewal (enrolment, current, token, kind, NULL, NULL, error);
}

static int
signet_renew_fail (SignetInvocation  *invocation,
                   SignetEnrolment   *enrolment,
                   SignetCertificate *current,
                   const GError      *error)
{
  signet_invocation_fail (invocation, NULL, error);
  if (!g_error_matches (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_BY_HAND))
    return invocation->status;
  signet_life_show_contact (enrolment, current);
  signet_terminal_message ("        %s", _("Or ask for another one beside it: signet request new"));
  return invocation->status;
}

/* The new one is there and can sign; the old one goes only when that was asked for. */
static void
signet_renew_end_old (SignetInvocation          *invocation,
                      const SignetRenewOptions  *options,
                      SignetTokenKey            *old,
                      SignetTerminalInteraction *interaction)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (old);
  g_autoptr(SignetTokenSession) session = NULL;
  g_autoptr(GError) error = NULL;

  if (!options->delete_old)
    {
      /* translators: the first digits of a fingerprint */
      signet_terminal_message (_("The old certificate stays on the token. When nothing needs it any more: signet certificate delete %.16s"),
                               signet_certificate_get_sha256 (certificate));
      return;
    }
  session = signet_token_login_to_write (signet_token_key_get_token (old), SIGNET_INTERACTION (interaction), NULL, invocation->cancellable, &error);
  if (session != NULL && signet_token_session_delete_certificate (session, certificate, invocation->cancellable, &error))
    signet_terminal_message ("%s", _("The old certificate was deleted from the token; its key stays."));
  if (error != NULL)
    signet_terminal_show_error (_("The old certificate"), error);
  if (session != NULL)
    signet_token_session_close (session);
}

static int
signet_renew_run (SignetInvocation         *invocation,
                  const SignetRenewOptions *options,
                  const char               *what)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = signet_renew_new_interaction (invocation, options, &error);
  g_autoptr(SignetTokenKey) old = NULL;
  g_autoptr(SignetToken) token = NULL;
  g_autoptr(SignetRequest) request = NULL;
  SignetEnrolment *enrolment = interaction != NULL ? signet_core_get_enrolment (signet_invocation_get_core (invocation), &error) : NULL;
  int status;

  if (enrolment == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  old = signet_lookup_certificate (invocation, what);
  if (old == NULL)
    return invocation->status;
  if (signet_token_key_get_certificate (old) == NULL)
    return signet_invocation_usage (invocation, "%s", _("there is a key but no certificate for it; ask for one: signet request new"));
  token = options->token != NULL ? signet_lookup_token (invocation, options->token) : g_object_ref (signet_token_key_get_token (old));
  if (token == NULL)
    return invocation->status;
  request = signet_renew_draft (invocation, options, enrolment, signet_token_key_get_certificate (old), token, &error);
  if (request == NULL)
    return signet_renew_fail (invocation, enrolment, signet_token_key_get_certificate (old), error);
  signet_terminal_message ("%s", _("Note: the new certificate has a serial number of its own. Sites that know you by the old one (tax, banking, tenders) have to be told."));
  status = signet_request_go_on (invocation, enrolment, request, interaction, options->wait);
  if (signet_request_get_state (request) == SIGNET_REQUEST_CONFIRMED)
    signet_renew_end_old (invocation, options, old, interaction);
  return status;
}

int
signet_command_request_renew (SignetInvocation *invocation)
{
  g_auto(SignetRenewOptions) options = { NULL };
  const char *what;
  const GOptionEntry entries[] = {
    { "token", 0, 0, G_OPTION_ARG_FILENAME, &options.token, N_("Another token for the new key than that of the old one"), N_("URI|LABEL") },
    { "new-key", 0, 0, G_OPTION_ARG_FILENAME, &options.key, N_("Make a new key of this kind, e.g. rsa-3072 or ec-p256"), N_("KIND") },
    { "same-key", 0, 0, G_OPTION_ARG_NONE, &options.same_key, N_("Keep the key there is"), NULL },
    { "delete-old", 0, 0, G_OPTION_ARG_NONE, &options.delete_old, N_("Delete the old certificate once the new one is there"), NULL },
    { "field", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.fields, N_("An answer to a question of the authority; may be repeated"), N_("NAME=VALUE") },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options.secret_file, N_("Read the activation code from this file"), N_("FILE") },
    { "accept-terms", 0, 0, G_OPTION_ARG_NONE, &options.accept_terms, N_("You have read the authority’s terms and agree to them"), NULL },
    { "accept-delegation", 0, 0, G_OPTION_ARG_NONE, &options.delegation, N_("Servers that are not the authority’s own may act for it"), NULL },
    { "wait", 0, 0, G_OPTION_ARG_INT, &options.wait, N_("Wait this long for the certificate, at most"), N_("SECONDS") },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE) ||
      (what = signet_life_argument (invocation)) == NULL)
    return invocation->status;
  if (options.same_key && options.key != NULL)
    return signet_invocation_usage (invocation, "%s", _("either --new-key or --same-key"));
  if (options.wait < 0 || options.wait > LONGEST_WAIT)
    return signet_invocation_usage (invocation, "%s", _("--wait is a number of seconds, at most a week"));
  return signet_renew_run (invocation, &options, what);
}
