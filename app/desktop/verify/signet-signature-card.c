/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signature-card.c: one signature's report as groups of rows. Says what was found, decides nothing: verdict and reasons come from the
 * core, their sentences from signet-words. Main thread.
 */
#define G_LOG_DOMAIN "signet-signature-card"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-signature-card.h"
#include "signet-evidence-list.h"
#include "../certificates/signet-certificate-details.h"
#include "../common/signet-columns.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-clock.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetSignatureCard {
  AdwBin parent_instance;

  SignetSignatureReport *report; /* (owned) */

  AdwPreferencesGroup *who;
  AdwActionRow        *signer;
  AdwAvatar           *avatar;
  AdwPreferencesGroup *grounds;
  SignetEvidenceList  *evidence;
};

G_DEFINE_FINAL_TYPE (SignetSignatureCard, signet_signature_card, ADW_TYPE_BIN)

/* --- who and what ---------------------------------------------------------------------------------------------------- */

static void
show_signer (SignetSignatureCard *self)
{
  SignetCertificate *certificate = signet_document_signature_get_signer (signet_signature_report_get_signature (self->report));
  g_autofree char *klass = NULL;
  g_autofree char *subtitle = NULL;
  g_autofree char *initials = NULL;

  if (certificate == NULL)
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->signer), _("The signer is not named"));
      adw_action_row_set_subtitle (self->signer, _("The signer’s certificate is not in the file"));
      adw_avatar_set_show_initials (self->avatar, FALSE);
      return;
    }
  klass = signet_words_class (signet_certificate_get_class (certificate, NULL));
  /* translators: the class of a certificate, then the authority that issued it, e.g. Signature · Sample CA */
  subtitle = g_strdup_printf (_("%s · %s"), klass, signet_certificate_get_authority (certificate));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->signer), signet_certificate_get_holder (certificate));
  adw_action_row_set_subtitle (self->signer, subtitle);
  initials = g_strdup (signet_certificate_get_holder (certificate));
  if (strchr (initials, '(') != NULL)
    *strchr (initials, '(') = '\0'; /* a remark in brackets has no initial */
  adw_avatar_set_text (self->avatar, g_strstrip (initials));
  signet_ui_add_next_arrow (GTK_WIDGET (self->signer));
}

/* In a container: which documents were meant. FALSE: this is none. */
static gboolean
show_members (SignetSignatureCard *self)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (self->report);
  g_autofree char *members = signet_words_members (signet_document_signature_get_covered (signature));
  gboolean whole = signet_document_signature_get_coverage (signature) == SIGNET_COVERAGE_WHOLE;

  if (members == NULL || signet_document_signature_get_inner_format (signature) == NULL)
    return FALSE;
  adw_preferences_group_add (self->who, signet_ui_new_state_row (whole ? SIGNET_STATE_OK : SIGNET_STATE_STOP,
                                                                 whole ? _("All documents of the container") : _("Some documents of the container only"), members));
  return TRUE;
}

static void
show_coverage (SignetSignatureCard *self)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (self->report);
  GtkWidget *row;

  if (signet_document_signature_get_integrity (signature) == SIGNET_INTEGRITY_BROKEN)
    row = signet_ui_new_state_row (SIGNET_STATE_STOP, _("Not what was signed"), _("The bytes differ from those the signature was made for"));
  else if (signet_document_signature_get_integrity (signature) != SIGNET_INTEGRITY_INTACT)
    row = signet_ui_new_state_row (SIGNET_STATE_UNKNOWN, _("Cannot be compared"), _("What was signed is not there, or of a kind Signet does not know"));
  else if (show_members (self))
    return;
  else if (signet_document_signature_get_coverage (signature) == SIGNET_COVERAGE_WHOLE)
    row = signet_ui_new_state_row (SIGNET_STATE_OK, _("Whole document"), _("Nothing was added after the signature"));
  else if (signet_document_signature_get_coverage (signature) == SIGNET_COVERAGE_WHOLE_BUT_CHANGED_LATER)
    row = signet_ui_new_state_row (SIGNET_STATE_WARNING, _("Whole document, as it was then"), _("Something was added after the signature"));
  else
    row = signet_ui_new_state_row (SIGNET_STATE_STOP, _("A part of the document only"), _("The signature does not cover the rest"));
  adw_preferences_group_add (self->who, row);
}

static const struct { const char *kind; const char *words; } changes_in_words[] = {
  { "page-content", N_("The content of a page was changed") },
  { "annotation", N_("A note was added or changed") },
  { "form-fill", N_("A form was filled in") },
  { "signature-added", N_("Another signature was added") },
  { "evidence-added", N_("Proof was added") },
  { "catalogue", N_("The structure of the document was changed") },
};

static const char *
words_for_change (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (changes_in_words); i++)
    if (g_strcmp0 (changes_in_words[i].kind, kind) == 0)
      return _(changes_in_words[i].words);
  return _("Something was changed that Signet cannot name");
}

static void
show_changes (SignetSignatureCard *self)
{
  GPtrArray *changes = signet_document_signature_get_changes (signet_signature_report_get_signature (self->report));

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const SignetDocumentChange *change = g_ptr_array_index (changes, i);
      g_autofree char *kind = g_strdup (words_for_change (change->kind));
      g_autofree char *where = signet_text_sanitize (change->where != NULL ? change->where : "", -1, 200);
      GtkWidget *row = signet_ui_new_state_row (change->allowed ? SIGNET_STATE_OK : SIGNET_STATE_STOP, kind, where);

      adw_action_row_add_suffix (ADW_ACTION_ROW (row), signet_ui_new_tag (change->allowed ? _("Allowed") : _("Not allowed"), NULL));
      adw_preferences_group_add (self->who, row);
    }
}

static void
show_remark (SignetSignatureCard *self,
             const char          *title,
             const char          *text)
{
  if (text != NULL && *text != '\0')
    adw_preferences_group_add (self->who, signet_ui_new_row (title, text));
}

/* --- grounds --------------------------------------------------------------------------------------------------------- */

static SignetState
reason_state (SignetVerdict verdict)
{
  switch (verdict)
    {
    case SIGNET_VERDICT_FAILED: return SIGNET_STATE_STOP;
    case SIGNET_VERDICT_INDETERMINATE: return SIGNET_STATE_WARNING;
    case SIGNET_VERDICT_PASSED:
    case SIGNET_VERDICT_NOT_SIGNED:
    default: return SIGNET_STATE_UNKNOWN;
    }
}

/* a reason of the core, not words for a person */
static gboolean
is_code (const char *detail)
{
  return detail[strspn (detail, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void
show_reasons (SignetSignatureCard *self)
{
  GPtrArray *reasons = signet_signature_report_get_reasons (self->report);
  SignetState state = reason_state (signet_signature_report_get_verdict (self->report));

  for (guint i = 0; reasons != NULL && i < reasons->len; i++)
    {
      const SignetValidationReason *reason = g_ptr_array_index (reasons, i);
      g_autofree char *words = signet_words_reason (reason->code);
      g_autofree char *detail = signet_text_sanitize (reason->detail != NULL ? reason->detail : "", -1, 200);

      adw_preferences_group_add (self->grounds, signet_ui_new_state_row (state, words, is_code (detail) ? "" : detail));
    }
}

static void
show_authority (SignetSignatureCard *self)
{
  SignetAuthority *authority = signet_signature_report_get_authority (self->report);
  GtkWidget *row;

  if (authority == NULL)
    row = signet_ui_new_state_row (SIGNET_STATE_UNKNOWN, _("Authority on no list"), _("Not known is not forbidden; it is not known to be allowed"));
  else if (g_strcmp0 (signet_authority_get_standing (authority), "licensed") == 0)
    row = signet_ui_new_state_row (SIGNET_STATE_OK, _("Authority licensed"), signet_authority_get_name (authority));
  else
    row = signet_ui_new_state_row (SIGNET_STATE_UNKNOWN, _("Authority on no list"), signet_authority_get_name (authority));
  if (authority != NULL && signet_authority_is_sample (authority))
    /* translators: a tag: this authority is made up, for trying things out */
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), signet_ui_new_tag (_("Sample"), "warning"));
  adw_preferences_group_add (self->grounds, row);
}

static void
show_path (SignetSignatureCard *self)
{
  GPtrArray *path = signet_signature_report_get_path (self->report);
  SignetCertificate *end;

  if (signet_signature_report_get_verdict (self->report) != SIGNET_VERDICT_PASSED || path == NULL || path->len < 2)
    return;
  end = g_ptr_array_index (path, path->len - 1);
  adw_preferences_group_add (self->grounds, signet_ui_new_state_row (SIGNET_STATE_OK, _("Leads to a certificate you trust"),
                                                                     signet_certificate_get_holder (end)));
}

/* --- evidence -------------------------------------------------------------------------------------------------------- */

static void
show_signing_time (SignetSignatureCard *self)
{
  gint64 claimed = signet_document_signature_get_claimed_time (signet_signature_report_get_signature (self->report));
  g_autofree char *when = claimed != SIGNET_TIME_UNKNOWN ? signet_words_date_time (claimed) : NULL;

  signet_evidence_list_add (self->evidence, SIGNET_STATE_CLAIMED, _("Signed"),
                            when != NULL ? _("By the signer’s own clock") : _("The signer says no time"), when);
}

/* a sound time stamp by somebody who is not trusted here proves nothing here */
static gboolean
time_is_proved (SignetSignatureCard *self)
{
  return g_strcmp0 (signet_signature_report_get_time_source (self->report), "timestamp") == 0;
}

static void
show_timestamp (SignetSignatureCard *self)
{
  SignetTimestamp *timestamp = signet_signature_report_get_timestamp (self->report);
  g_autofree char *when = NULL;
  gboolean good;

  if (timestamp == NULL)
    {
      signet_evidence_list_add (self->evidence, SIGNET_STATE_UNKNOWN, _("Time not proved"), _("There is no time stamp"), NULL);
      return;
    }
  good = timestamp->imprint_ok && timestamp->signature_ok;
  when = signet_words_date_time (timestamp->time);
  if (good && !time_is_proved (self))
    {
      signet_evidence_list_add (self->evidence, SIGNET_STATE_UNKNOWN, _("Time not proved"),
                                _("The time stamp does not lead to an authority trusted here"), when);
      return;
    }
  signet_evidence_list_add (self->evidence, good ? SIGNET_STATE_OK : SIGNET_STATE_STOP,
                            good ? _("Time proved") : _("The time stamp is not good"),
                            timestamp->tsa != NULL ? signet_certificate_get_holder (timestamp->tsa) : _("By a server that is not named"), when);
}

static void
show_revocation (SignetSignatureCard *self)
{
  SignetRevocationStatus *revocation = signet_signature_report_get_revocation (self->report);
  g_autofree char *when = NULL;
  g_autofree char *kept = NULL;

  if (revocation == NULL || revocation->status == SIGNET_REVOCATION_UNKNOWN)
    {
      signet_evidence_list_add (self->evidence, SIGNET_STATE_UNKNOWN, _("Revocation not known"),
                                _("No answer from the authority that can be relied on"), NULL);
      return;
    }
  when = signet_words_date_time (revocation->status == SIGNET_REVOCATION_REVOKED ? revocation->revoked_at : revocation->produced_at);
  if (revocation->origin == SIGNET_EVIDENCE_FROM_CACHE && revocation->status == SIGNET_REVOCATION_GOOD)
    {
      /* who reads it has to know that nobody was asked just now */
      kept = signet_words_revocation (revocation);
      signet_evidence_list_add (self->evidence, SIGNET_STATE_OK, _("Not revoked"), kept, NULL);
    }
  else if (revocation->status == SIGNET_REVOCATION_REVOKED)
    signet_evidence_list_add (self->evidence, SIGNET_STATE_STOP, _("Revoked"), revocation->responder, when);
  else
    signet_evidence_list_add (self->evidence, SIGNET_STATE_OK, _("Not revoked"), revocation->responder, when);
}

static void
show_expiry (SignetSignatureCard *self)
{
  SignetCertificate *certificate = signet_document_signature_get_signer (signet_signature_report_get_signature (self->report));
  g_autofree char *when = NULL;

  if (certificate == NULL)
    return;
  when = signet_words_date (signet_certificate_get_not_after (certificate));
  signet_evidence_list_add (self->evidence, SIGNET_STATE_LATER, _("The certificate ends"),
                            time_is_proved (self) ?
                            _("The time stamp keeps proving that it was signed before") :
                            _("After that, this signature can no longer be proved without a time stamp"), when);
}

static void
show_technical (SignetSignatureCard *self)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (self->report);
  SignetCertificate *certificate = signet_document_signature_get_signer (signature);
  SignetSignatureAlgorithm algorithm = signet_document_signature_get_algorithm (signature);
  g_autofree char *words = certificate != NULL ?
    signet_signature_algorithm_describe (algorithm, signet_certificate_get_key (certificate)) : NULL;

  if (words == NULL)
    return;
  adw_preferences_group_add (self->grounds,
    signet_ui_new_state_row (signet_signature_report_get_algorithm_ok (self->report) ? SIGNET_STATE_OK : SIGNET_STATE_WARNING,
                             signet_signature_report_get_algorithm_ok (self->report) ? _("Strong enough") : _("Too weak today"), words));
}

/* the one function that makes the card fit the report */
static void
update (SignetSignatureCard *self,
        guint                number)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (self->report);

  if (number > 0)
    {
      /* translators: the heading of one of several signatures */
      g_autofree char *title = g_strdup_printf (_("Signature %u"), number);

      adw_preferences_group_set_title (self->who, title);
    }
  show_signer (self);
  show_coverage (self);
  show_changes (self);
  show_remark (self, _("Reason given"), signet_document_signature_get_reason (signature));
  show_remark (self, _("Place given"), signet_document_signature_get_location (signature));
  show_reasons (self);
  show_path (self);
  show_authority (self);
  show_technical (self);
  show_signing_time (self);
  show_timestamp (self);
  show_revocation (self);
  show_expiry (self);
}

static void
on_signer_activated_cb (SignetSignatureCard *self)
{
  SignetCertificate *certificate = signet_document_signature_get_signer (signet_signature_report_get_signature (self->report));

  if (certificate != NULL)
    gtk_window_present (GTK_WINDOW (signet_certificate_details_new (signet_ui_get_window (GTK_WIDGET (self)), certificate)));
}

static void
signet_signature_card_dispose (GObject *object)
{
  SignetSignatureCard *self = SIGNET_SIGNATURE_CARD (object);

  g_clear_object (&self->report);
  G_OBJECT_CLASS (signet_signature_card_parent_class)->dispose (object);
}

static void
signet_signature_card_class_init (SignetSignatureCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_signature_card_dispose;
  g_type_ensure (SIGNET_TYPE_COLUMNS);
  g_type_ensure (SIGNET_TYPE_EVIDENCE_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/verify/signet-signature-card.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetSignatureCard, who);
  gtk_widget_class_bind_template_child (widget_class, SignetSignatureCard, signer);
  gtk_widget_class_bind_template_child (widget_class, SignetSignatureCard, avatar);
  gtk_widget_class_bind_template_child (widget_class, SignetSignatureCard, grounds);
  gtk_widget_class_bind_template_child (widget_class, SignetSignatureCard, evidence);
}

static void
signet_signature_card_init (SignetSignatureCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->signer, "activated", G_CALLBACK (on_signer_activated_cb), self, G_CONNECT_SWAPPED);
}

SignetSignatureCard *
signet_signature_card_new (SignetSignatureReport *report,
                           guint                  number)
{
  SignetSignatureCard *self = g_object_new (SIGNET_TYPE_SIGNATURE_CARD, NULL);

  self->report = g_object_ref (report);
  update (self, number);
  return self;
}
