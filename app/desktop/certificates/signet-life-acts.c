/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-life-acts.c: what is done to a certificate that is there, in dialogs. What counts first when a key may be in other hands, the block, comes before
 * anything that may fail. Main thread, except the functions named *_work.
 */
#define G_LOG_DOMAIN "signet-life-acts"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "signet-life-acts.h"
#include "signet-contact.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"

typedef struct {
  SignetDesktop     *desktop;       /* (owned) */
  SignetTokenKey    *key;           /* (owned) */
  SignetCertificate *certificate;   /* borrowed from key */
  gboolean           same_key;      /* of a renewal */
  SignetRequest     *request;       /* (owned) (nullable): the renewal */
  const char        *reason;        /* (nullable): of a revocation; static */
  gint64             since;         /* of a compromise */
  SignetLifecycleAct which;         /* suspend or resume */
  SignetLifecycle   *act;           /* (owned) (nullable) */
  GError            *not_revoked;   /* (owned) (nullable) */
  GPtrArray         *signed_before; /* (owned) (nullable) */
} Act;

static Act *
act_new (SignetDesktop  *desktop,
         SignetTokenKey *key)
{
  Act *act = g_new0 (Act, 1);

  act->desktop = g_object_ref (desktop);
  act->key = g_object_ref (key);
  act->certificate = signet_token_key_get_certificate (key);
  act->since = SIGNET_TIME_UNKNOWN;
  return act;
}

static void
act_free (gpointer data)
{
  Act *act = data;

  g_clear_object (&act->request);
  g_clear_object (&act->act);
  g_clear_error (&act->not_revoked);
  g_clear_pointer (&act->signed_before, g_ptr_array_unref);
  g_object_unref (act->key);
  g_object_unref (act->desktop);
  g_free (act);
}

static Act *
act_copy (const Act *act)
{
  Act *copy = act_new (act->desktop, act->key);

  copy->reason = act->reason;
  copy->since = act->since;
  copy->same_key = act->same_key;
  return copy;
}

static void
drop_act (gpointer  data,
          GClosure *closure)
{
  act_free (data);
}

static SignetEnrolment *
enrolment_of (Act     *act,
              GError **error)
{
  return signet_core_get_enrolment (signet_desktop_get_core (act->desktop), error);
}

/* @response: signature of AdwMessageDialog::response with an Act; @act: taken */
static void
present (AdwMessageDialog *dialog,
         GtkWidget        *widget,
         GCallback         on_response,
         Act              *act)
{
  g_object_set_data_full (G_OBJECT (dialog), "widget", g_object_ref (widget), g_object_unref);
  g_signal_connect_data (dialog, "response", on_response, act, drop_act, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static GtkWidget *
widget_of (AdwMessageDialog *dialog)
{
  return g_object_get_data (G_OBJECT (dialog), "widget");
}

static AdwMessageDialog *
new_dialog (GtkWidget  *widget,
            const char *heading,
            const char *body)
{
  GtkWidget *dialog = adw_message_dialog_new (signet_ui_get_window (widget), heading, body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"));
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  return ADW_MESSAGE_DIALOG (dialog);
}

static void
tell_error (GtkWidget    *widget,
            Act          *act,
            const GError *error)
{
  signet_contact_tell_error (widget, act->desktop, act->certificate, error);
}

/* --- renew --------------------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable): the first kind the authority takes and the token can make */
static char *
choose_kind (SignetAuthority *authority,
             SignetToken     *token)
{
  g_auto(GStrv) specs = signet_authority_dup_key_specs (authority);

  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if (signet_token_can_make_key (token, specs[i]))
      return g_strdup (specs[i]);
  return NULL;
}

static gboolean
renew_work (gpointer            data,
            SignetInteraction  *interaction,
            GCancellable       *cancellable,
            GError            **error)
{
  Act *act = data;
  SignetEnrolment *enrolment = enrolment_of (act, error);
  SignetAuthority *authority = enrolment != NULL ? signet_enrolment_find_issuer (enrolment, act->certificate, error) : NULL;
  SignetToken *token = signet_token_key_get_token (act->key);
  g_autofree char *kind = NULL;

  if (authority == NULL || !signet_enrolment_check_renewal (enrolment, act->certificate, cancellable, error))
    return FALSE;
  kind = act->same_key ? NULL : choose_kind (authority, token);
  act->request = signet_enrolment_draft_renewal (enrolment, act->certificate, token, kind, NULL, NULL, error);
  return act->request != NULL;
}

static void
on_renewal_drafted_cb (GtkWidget    *widget,
                       gpointer      data,
                       const GError *error)
{
  Act *act = data;
  GtkWindow *window = signet_ui_get_window (widget);
  GtkWindow *main = window != NULL ? gtk_window_get_transient_for (window) : NULL;

  if (error != NULL)
    {
      tell_error (widget, act, error);
      return;
    }
  gtk_widget_activate_action (GTK_WIDGET (main != NULL ? main : window), "win.get-certificate", "x", signet_request_get_id (act->request));
  if (main != NULL)
    gtk_window_destroy (window);
}

static void
on_renew_response_cb (AdwMessageDialog *dialog,
                      const char       *response,
                      Act              *act)
{
  Act *work;

  if (g_str_equal (response, "cancel"))
    return;
  work = act_copy (act);
  work->same_key = g_str_equal (response, "same");
  signet_job_run (widget_of (dialog), _("Preparing the renewal"), renew_work, on_renewal_drafted_cb, work, act_free);
}

void
signet_life_acts_renew (GtkWidget      *widget,
                        SignetDesktop  *desktop,
                        SignetTokenKey *key)
{
  Act *act = act_new (desktop, key);
  SignetEnrolment *enrolment = enrolment_of (act, NULL);
  SignetAuthority *authority = enrolment != NULL ? signet_enrolment_find_issuer (enrolment, act->certificate, NULL) : NULL;
  SignetRenewalKeys keys = authority != NULL ? signet_enrolment_get_renewal_keys (authority) : SIGNET_RENEWAL_NEW_KEY;
  AdwMessageDialog *dialog = new_dialog (widget, _("Renew the Certificate?"),
    _("The new certificate has a serial number of its own. Sites that know you by the old one, for tax, banking or tenders, have to be told. The old certificate stays on the token until you delete it."));

  if (keys & SIGNET_RENEWAL_SAME_KEY)
    adw_message_dialog_add_response (dialog, "same", _("With the _Same Key"));
  if (keys & SIGNET_RENEWAL_NEW_KEY)
    adw_message_dialog_add_response (dialog, "new", _("With a _New Key"));
  adw_message_dialog_set_response_appearance (dialog, keys & SIGNET_RENEWAL_NEW_KEY ? "new" : "same", ADW_RESPONSE_SUGGESTED);
  present (dialog, widget, G_CALLBACK (on_renew_response_cb), act);
}

/* --- revoke -------------------------------------------------------------------------------------------------------------- */

static gboolean
revoke_work (gpointer            data,
             SignetInteraction  *interaction,
             GCancellable       *cancellable,
             GError            **error)
{
  Act *act = data;
  SignetEnrolment *enrolment = enrolment_of (act, error);

  if (enrolment == NULL || !signet_enrolment_check_act (enrolment, act->certificate, SIGNET_LIFECYCLE_REVOKE, cancellable, error))
    return FALSE;
  act->act = signet_enrolment_ask_act (enrolment, act->certificate, SIGNET_LIFECYCLE_REVOKE, act->reason, error);
  return act->act != NULL && signet_enrolment_run_act (enrolment, act->act, interaction, cancellable, error);
}

static void
on_revoked_cb (GtkWidget    *widget,
               gpointer      data,
               const GError *error)
{
  Act *act = data;
  g_autofree char *words = act->act != NULL ? signet_words_act (act->act) : NULL;

  if (error != NULL)
    tell_error (widget, act, error);
  else
    signet_ui_toast (widget, words);
  signet_desktop_tell_changed (act->desktop);
}

static GtkWidget *
new_reasons (void)
{
  const char *const *reasons = signet_lifecycle_get_reasons ();
  g_autoptr(GtkStringList) words = gtk_string_list_new (NULL);
  GtkWidget *drop;

  for (guint i = 0; reasons[i] != NULL; i++)
    {
      g_autofree char *word = signet_words_revocation_reason (reasons[i]);

      gtk_string_list_append (words, word);
    }
  drop = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&words)), NULL);
  signet_ui_set_spoken_name (drop, _("Reason"));
  return drop;
}

static void
on_revoke_response_cb (AdwMessageDialog *dialog,
                       const char       *response,
                       Act              *act)
{
  guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (adw_message_dialog_get_extra_child (dialog)));
  Act *work;

  if (!g_str_equal (response, "revoke"))
    return;
  work = act_copy (act);
  work->reason = signet_lifecycle_get_reasons ()[chosen];
  signet_job_run (widget_of (dialog), _("Asking the authority to revoke"), revoke_work, on_revoked_cb, work, act_free);
}

void
signet_life_acts_revoke (GtkWidget      *widget,
                         SignetDesktop  *desktop,
                         SignetTokenKey *key)
{
  AdwMessageDialog *dialog = new_dialog (widget, _("Why Should It Be Revoked?"),
    _("The authority is told the reason. If somebody else may have the key, use “My Key May Be Compromised” instead: that blocks the key here first."));

  adw_message_dialog_set_extra_child (dialog, new_reasons ());
  adw_message_dialog_add_response (dialog, "revoke", _("_Revoke…"));
  adw_message_dialog_set_response_appearance (dialog, "revoke", ADW_RESPONSE_DESTRUCTIVE);
  present (dialog, widget, G_CALLBACK (on_revoke_response_cb), act_new (desktop, key));
}

/* --- compromised ---------------------------------------------------------------------------------------------------------- */

static void
ask_revocation (Act               *act,
                SignetEnrolment   *enrolment,
                SignetInteraction *interaction,
                GCancellable      *cancellable)
{
  if (!signet_enrolment_check_act (enrolment, act->certificate, SIGNET_LIFECYCLE_REVOKE, cancellable, &act->not_revoked))
    return;
  act->act = signet_enrolment_ask_act (enrolment, act->certificate, SIGNET_LIFECYCLE_REVOKE, "keyCompromise", &act->not_revoked);
  if (act->act != NULL)
    signet_enrolment_run_act (enrolment, act->act, interaction, cancellable, &act->not_revoked);
}

static gboolean
compromised_work (gpointer            data,
                  SignetInteraction  *interaction,
                  GCancellable       *cancellable,
                  GError            **error)
{
  Act *act = data;
  SignetEnrolment *enrolment = enrolment_of (act, error);

  if (enrolment == NULL || !signet_enrolment_block_key (enrolment, act->certificate, act->since, error))
    return FALSE;
  ask_revocation (act, enrolment, interaction, cancellable);
  act->signed_before = signet_enrolment_list_signed (enrolment, act->certificate, act->since, error);
  return act->signed_before != NULL;
}

static void
on_list_chosen_cb (GtkNativeDialog *chooser,
                   int              response,
                   GBytes          *table)
{
  GtkWidget *widget = g_object_get_data (G_OBJECT (chooser), "widget");
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autoptr(GError) error = NULL;

  /* the chooser has asked before a file is replaced */
  if (file != NULL &&
      !g_file_replace_contents (file, g_bytes_get_data (table, NULL), g_bytes_get_size (table), NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, &error))
    signet_ui_tell_error (widget, error);
  g_object_unref (chooser);
}

static void
drop_bytes (gpointer  data,
            GClosure *closure)
{
  g_bytes_unref (data);
}

static void
save_list (GtkWidget *widget,
           GPtrArray *entries)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Save the List"), signet_ui_get_window (widget), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                               _("_Save"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "signed.csv");
  g_object_set_data_full (G_OBJECT (chooser), "widget", g_object_ref (widget), g_object_unref);
  g_signal_connect_data (chooser, "response", G_CALLBACK (on_list_chosen_cb), signet_words_signed_to_csv (entries), drop_bytes, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
on_result_response_cb (AdwMessageDialog *dialog,
                       const char       *response,
                       GPtrArray        *entries)
{
  if (g_str_equal (response, "save"))
    save_list (widget_of (dialog), entries);
}

static void
drop_entries (gpointer  data,
              GClosure *closure)
{
  g_ptr_array_unref (data);
}

/* (transfer full): what became of the revocation, and how many documents there are */
static char *
describe_result (Act *act)
{
  guint n = act->signed_before->len;
  g_autofree char *revocation = act->act != NULL ? signet_words_act (act->act) : g_strdup (_("It has to be revoked by telephone or at the counter."));
  /* translators: a number of documents */
  g_autofree char *documents = n == 0 ? g_strdup (_("The journal knows of nothing that was signed with it in that time."))
                                      : g_strdup_printf (ngettext ("%u document was signed with it in that time. Whom to tell is for you to know.",
                                                                   "%u documents were signed with it in that time. Whom to tell is for you to know.", n), n);

  return g_strdup_printf ("%s\n\n%s", revocation, documents);
}

static void
show_result (GtkWidget *widget,
             Act       *act)
{
  g_autofree char *body = describe_result (act);
  GtkWidget *dialog = adw_message_dialog_new (signet_ui_get_window (widget), _("The Key Is Blocked"), body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  if (act->signed_before->len > 0)
    adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "save", _("_Save the List…"));
  g_object_set_data_full (G_OBJECT (dialog), "widget", g_object_ref (widget), g_object_unref);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_result_response_cb), g_ptr_array_ref (act->signed_before), drop_entries, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_compromised_cb (GtkWidget    *widget,
                   gpointer      data,
                   const GError *error)
{
  Act *act = data;

  signet_desktop_tell_changed (act->desktop);
  if (error != NULL)
    {
      signet_ui_tell_error (widget, error);
      return;
    }
  show_result (widget, act);
  if (act->not_revoked != NULL)
    tell_error (widget, act, act->not_revoked);
}

static gint64
parse_day (const char *text)
{
  g_autofree char *whole = g_strconcat (text, "T00:00:00Z", NULL);
  gint64 time;

  return signet_time_parse_iso8601 (whole, &time) ? time : SIGNET_TIME_UNKNOWN;
}

/* a day that cannot be read would hide what was signed: then nothing is hidden */
static void
on_day_changed_cb (GtkEditable      *editable,
                   AdwMessageDialog *dialog)
{
  const char *text = gtk_editable_get_text (editable);

  adw_message_dialog_set_response_enabled (dialog, "block", *text == '\0' || parse_day (text) != SIGNET_TIME_UNKNOWN);
}

static void
on_compromised_response_cb (AdwMessageDialog *dialog,
                            const char       *response,
                            Act              *act)
{
  GtkEditable *day = GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog));
  Act *work;

  if (!g_str_equal (response, "block"))
    return;
  work = act_copy (act);
  work->since = parse_day (gtk_editable_get_text (day));
  signet_job_run (widget_of (dialog), _("Blocking the key and asking the authority to revoke"), compromised_work, on_compromised_cb, work, act_free);
}

void
signet_life_acts_compromised (GtkWidget      *widget,
                              SignetDesktop  *desktop,
                              SignetTokenKey *key)
{
  AdwMessageDialog *dialog = new_dialog (widget, _("May Somebody Else Have the Key?"),
    _("It is blocked on this computer at once: nothing can be signed with it any more. Then the authority is asked to revoke the certificate, and you get the list of what was signed with it. The law wants you to tell those who rely on it."));
  GtkWidget *day = gtk_entry_new ();

  gtk_entry_set_placeholder_text (GTK_ENTRY (day), _("Since when, if you know: 2026-11-01"));
  signet_ui_set_spoken_name (day, _("Since when somebody else may have had the key"));
  adw_message_dialog_set_extra_child (dialog, day);
  adw_message_dialog_add_response (dialog, "block", _("_Block and Revoke"));
  adw_message_dialog_set_response_appearance (dialog, "block", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (day, "changed", G_CALLBACK (on_day_changed_cb), dialog, 0);
  present (dialog, widget, G_CALLBACK (on_compromised_response_cb), act_new (desktop, key));
}

/* --- suspend, and let it count again --------------------------------------------------------------------------------------- */

static gboolean
hold_work (gpointer            data,
           SignetInteraction  *interaction,
           GCancellable       *cancellable,
           GError            **error)
{
  Act *act = data;
  SignetEnrolment *enrolment = enrolment_of (act, error);

  if (enrolment == NULL || !signet_enrolment_check_act (enrolment, act->certificate, act->which, cancellable, error))
    return FALSE;
  act->act = signet_enrolment_ask_act (enrolment, act->certificate, act->which, NULL, error);
  return act->act != NULL && signet_enrolment_run_act (enrolment, act->act, interaction, cancellable, error);
}

static void
run_hold (GtkWidget *widget,
          Act       *act)
{
  signet_job_run (widget, act->which == SIGNET_LIFECYCLE_SUSPEND ? _("Asking the authority to suspend") : _("Asking the authority to let it count again"),
                  hold_work, on_revoked_cb, act, act_free);
}

/* the authority's plugin has the core ask whether the person is sure: the window does not ask twice */
void
signet_life_acts_hold (GtkWidget         *widget,
                       SignetDesktop     *desktop,
                       SignetTokenKey    *key,
                       SignetLifecycleAct which)
{
  Act *act = act_new (desktop, key);

  act->which = which;
  run_hold (widget, act);
}

/* --- a block that was a mistake -------------------------------------------------------------------------------------------- */

static void
on_lift_response_cb (AdwMessageDialog *dialog,
                     const char       *response,
                     Act              *act)
{
  g_autoptr(GError) error = NULL;
  SignetEnrolment *enrolment;

  if (!g_str_equal (response, "lift"))
    return;
  enrolment = enrolment_of (act, &error);
  if (enrolment == NULL || !signet_enrolment_lift_block (enrolment, act->certificate, &error))
    signet_ui_tell_error (widget_of (dialog), error);
  else
    signet_ui_toast (widget_of (dialog), _("The key can sign again"));
  signet_desktop_tell_changed (act->desktop);
}

void
signet_life_acts_lift (GtkWidget      *widget,
                       SignetDesktop  *desktop,
                       SignetTokenKey *key)
{
  AdwMessageDialog *dialog = new_dialog (widget, _("Let the Key Sign Again?"),
    _("Only if you are sure that nobody else has it. A revocation is not taken back by this."));

  adw_message_dialog_add_response (dialog, "lift", _("_Lift the Block"));
  adw_message_dialog_set_response_appearance (dialog, "lift", ADW_RESPONSE_DESTRUCTIVE);
  present (dialog, widget, G_CALLBACK (on_lift_response_cb), act_new (desktop, key));
}
