/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-compromised.c: `signet certificate compromised`: the key is blocked here before anything else, then the authority is asked to revoke,
 * then what was signed is listed. With --lift a block that was a mistake is taken back. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-compromised"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-command-life.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-output-file.h"
#include "../core/base/signet-text.h"

#define STATUS_TRY_LATER 75

typedef struct
{
  char    *since, *output, *secret_file; /* (owned) (nullable) */
  gboolean yes, lift, no_revocation, overwrite, delegation;
} SignetCompromisedOptions;

static void
signet_compromised_options_clear (SignetCompromisedOptions *options)
{
  g_free (options->since);
  g_free (options->output);
  g_free (options->secret_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetCompromisedOptions, signet_compromised_options_clear)

/* What became of it. */
typedef struct
{
  SignetInvocation  *invocation;
  SignetEnrolment   *enrolment;
  SignetCertificate *certificate;  /* (owned) */
  SignetLifecycle   *revocation;   /* (owned) (nullable) */
  GError            *not_revoked;  /* (owned) (nullable) */
  GPtrArray         *signed_before; /* (owned) (nullable) */
  int                status;
} SignetCompromised;

static void
signet_compromised_clear (SignetCompromised *self)
{
  g_clear_object (&self->certificate);
  g_clear_object (&self->revocation);
  g_clear_error (&self->not_revoked);
  g_clear_pointer (&self->signed_before, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetCompromised, signet_compromised_clear)

/* A day (2026-11-01: from its beginning, UTC) or a time */
static gboolean
signet_compromised_parse_since (const char *text,
                                gint64     *since)
{
  g_autofree char *whole = text != NULL ? g_strconcat (text, "T00:00:00Z", NULL) : NULL;

  *since = SIGNET_TIME_UNKNOWN;
  return text == NULL || signet_time_parse_iso8601 (text, since) || signet_time_parse_iso8601 (whole, since);
}

/* Kept as an act even when it cannot be sent now, unless the authority takes none: then the person has to turn to it. */
static void
signet_compromised_revoke (SignetCompromised         *self,
                           SignetTerminalInteraction *interaction)
{
  GCancellable *cancellable = self->invocation->cancellable;

  if (!signet_enrolment_check_act (self->enrolment, self->certificate, SIGNET_LIFECYCLE_REVOKE, cancellable, &self->not_revoked))
    {
      self->status = signet_words_exit_status (self->not_revoked);
      return;
    }
  self->revocation = signet_enrolment_ask_act (self->enrolment, self->certificate, SIGNET_LIFECYCLE_REVOKE, "keyCompromise", &self->not_revoked);
  if (self->revocation != NULL)
    self->status = signet_life_run (self->invocation, self->enrolment, self->revocation, interaction, &self->not_revoked);
  if (self->not_revoked != NULL)
    self->status = signet_words_exit_status (self->not_revoked);
}

/* --- showing ----------------------------------------------------------------------------------------------------------------- */
static void
signet_compromised_show_revocation (SignetCompromised *self)
{
  if (self->revocation != NULL && (self->not_revoked == NULL || signet_lifecycle_is_over (self->revocation)))
    signet_life_show (self->invocation, self->enrolment, self->revocation);
  if (self->not_revoked == NULL)
    return;
  signet_terminal_show_error (_("Not revoked yet"), self->not_revoked);
  if (self->revocation == NULL)
    signet_life_show_contact (self->enrolment, self->certificate);
  else if (!signet_lifecycle_is_over (self->revocation))
    signet_terminal_message ("        %s", _("It is kept and can be sent with the same command again."));
}

static void
signet_compromised_show_signed (SignetCompromised *self)
{
  guint n = self->signed_before->len;

  if (n == 0)
    {
      signet_terminal_print ("%s", _("The journal knows of nothing that was signed with it in that time."));
      return;
    }
  /* translators: a number of documents */
  signet_terminal_print (ngettext ("%u document was signed with it in that time. Whom to tell is for you to know:",
                                   "%u documents were signed with it in that time. Whom to tell is for you to know:", n), n);
  for (guint i = 0; i < n; i++)
    {
      const SignetJournalEntry *entry = g_ptr_array_index (self->signed_before, i);
      g_autofree char *time = signet_words_date_time (entry->time);
      g_autofree char *padded = signet_terminal_pad (time, 25);
      g_autofree char *name = signet_text_sanitize (entry->subject, -1, 200);

      signet_terminal_print ("  %s %s", padded, name);
    }
}

static void
signet_compromised_show (SignetCompromised *self)
{
  g_autofree char *mark = signet_terminal_mark (SIGNET_MARK_STOP, _("The key is blocked: nothing can be signed with it on this computer."), FALSE);

  signet_terminal_print ("%s", mark);
  signet_compromised_show_revocation (self);
  signet_compromised_show_signed (self);
}

static void
signet_compromised_print_json (SignetCompromised *self)
{
  g_autoptr(SignetKeyBlock) block = signet_key_block_find (signet_certificate_get_key_sha256 (self->certificate));
  JsonObject *document = signet_invocation_new_document ();

  json_object_set_object_member (document, "certificate", signet_words_certificate_to_json (self->certificate));
  json_object_set_member (document, "blocked", signet_words_block_to_json (block));
  if (self->revocation != NULL)
    json_object_set_object_member (document, "act", signet_life_to_json (self->enrolment, self->revocation));
  else
    json_object_set_null_member (document, "act");
  if (self->not_revoked != NULL)
    json_object_set_object_member (document, "error", signet_words_error_to_json (self->not_revoked));
  else
    json_object_set_null_member (document, "error");
  json_object_set_array_member (document, "signed", signet_words_signed_to_json (self->signed_before));
  signet_invocation_print_document (document);
}

static gboolean
signet_compromised_write (SignetCompromised              *self,
                          const SignetCompromisedOptions *options,
                          GError                        **error)
{
  g_autoptr(GBytes) table = signet_words_signed_to_csv (self->signed_before);
  g_autoptr(SignetOutputFile) file = signet_output_file_open (options->output, options->overwrite, error);

  return file != NULL && signet_output_file_write (file, g_bytes_get_data (table, NULL), g_bytes_get_size (table), error) &&
         signet_output_file_commit (file, error);
}

/* --- the act ------------------------------------------------------------------------------------------------------------------ */
static int
signet_compromised_run (SignetInvocation               *invocation,
                        const SignetCompromisedOptions *options,
                        SignetCompromised              *self,
                        gint64                          since)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  const SignetAgreement agreements[] = { { options->yes, "revoke-certificate" }, { options->delegation, "delegation" }, { FALSE, NULL } };

  /* first of all, and whatever follows */
  if (!signet_enrolment_block_key (self->enrolment, self->certificate, since, &error))
    return signet_invocation_fail (invocation, NULL, error);
  interaction = signet_invocation_new_applicant (invocation, options->secret_file, agreements, &error);
  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  if (!options->no_revocation)
    signet_compromised_revoke (self, interaction);
  self->signed_before = signet_enrolment_list_signed (self->enrolment, self->certificate, since, &error);
  if (self->signed_before == NULL || (options->output != NULL && !signet_compromised_write (self, options, &error)))
    return signet_invocation_fail (invocation, options->output, error);
  if (invocation->json)
    signet_compromised_print_json (self);
  else
    signet_compromised_show (self);
  return self->status;
}

static int
signet_compromised_lift (SignetInvocation               *invocation,
                         const SignetCompromisedOptions *options,
                         SignetCompromised              *self)
{
  g_autoptr(GError) error = NULL;
  JsonObject *document;

  if (!options->yes && !signet_terminal_ask_yes (_("Are you sure that nobody else has the key? It can sign again then."), invocation->cancellable, &error))
    {
      if (error == NULL)
        error = g_error_new_literal (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the block stays");
      return signet_invocation_fail (invocation, NULL, error);
    }
  if (!signet_enrolment_lift_block (self->enrolment, self->certificate, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  if (!invocation->json)
    {
      signet_terminal_print ("%s", _("The block is lifted: the key can sign again."));
      return SIGNET_STATUS_DONE;
    }
  document = signet_invocation_new_document ();
  json_object_set_object_member (document, "certificate", signet_words_certificate_to_json (self->certificate));
  json_object_set_null_member (document, "blocked");
  signet_invocation_print_document (document);
  return SIGNET_STATUS_DONE;
}

int
signet_command_certificate_compromised (SignetInvocation *invocation)
{
  g_auto(SignetCompromisedOptions) options = { NULL };
  g_auto(SignetCompromised) self = { .invocation = invocation };
  g_autoptr(GError) error = NULL;
  const char *what;
  gint64 since;
  const GOptionEntry entries[] = {
    { "since", 0, 0, G_OPTION_ARG_FILENAME, &options.since, N_("From when on somebody else may have had the key (2026-11-01); lists what was signed since"),
      N_("DATE") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_("Write the list of what was signed into this file (CSV)"), N_("FILE") },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options.overwrite, N_("Replace the file if it is there"), NULL },
    { "no-revocation", 0, 0, G_OPTION_ARG_NONE, &options.no_revocation, N_("Only block the key here"), NULL },
    { "lift", 0, 0, G_OPTION_ARG_NONE, &options.lift, N_("It was a mistake: let the key sign again"), NULL },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &options.yes, N_("Do not ask whether you are sure"), NULL },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options.secret_file, N_("Read the activation code from this file"), N_("FILE") },
    { "accept-delegation", 0, 0, G_OPTION_ARG_NONE, &options.delegation, N_("Servers that are not the authority’s own may act for it"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN) ||
      (what = signet_life_argument (invocation)) == NULL)
    return invocation->status;
  if (!signet_compromised_parse_since (options.since, &since))
    return signet_invocation_usage (invocation, "%s", _("--since is a day or a time: 2026-11-01 or 2026-11-01T08:00:00Z"));
  self.enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);
  if (self.enrolment == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  self.certificate = signet_life_find_certificate (invocation, self.enrolment, what);
  if (self.certificate == NULL)
    return invocation->status;
  return options.lift ? signet_compromised_lift (invocation, &options, &self) : signet_compromised_run (invocation, &options, &self, since);
}
