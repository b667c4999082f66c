/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-acts.c: change PIN, unblock, set up anew, remove, import: the questions before, the work on a thread, the word at the end.
 * Main thread, except the functions named *_work.
 */
#define G_LOG_DOMAIN "signet-token-acts"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-token-acts.h"
#include "signet-import.h"
#include "signet-loss-dialog.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"
#include "../../core/token/signet-token-card.h"
#include "../../core/token/signet-token-unblock.h"

/* A token and what is to be done with it; shared by the dialogs and the thread, freed by the last. */
typedef struct {
  SignetToken   *token;   /* (owned) */
  SignetDesktop *desktop; /* (owned) */
  char          *label;   /* (owned) (nullable): the new name */
  SignetTokenCard card;   /* of a PIV card that was set up */
  char          *words;   /* (owned) (nullable): what the authority says that unblocks the token */
} Act;

static Act *
act_new (SignetToken   *token,
         SignetDesktop *desktop)
{
  Act *act = g_new0 (Act, 1);

  act->token = g_object_ref (token);
  act->desktop = g_object_ref (desktop);
  return act;
}

static void
act_free (gpointer data)
{
  Act *act = data;

  g_object_unref (act->token);
  g_object_unref (act->desktop);
  g_free (act->label);
  g_free (act->words);
  g_free (act);
}

static void
drop_act (gpointer  data,
          GClosure *closure)
{
  act_free (data);
}

static void
tell (GtkWidget    *page,
      const GError *error,
      const char   *words)
{
  if (error == NULL)
    signet_ui_toast (page, words);
  else
    signet_ui_tell_error (page, error);
}

/* --- Change PIN ------------------------------------------------------------------------------------------------------ */

static gboolean
change_pin_work (gpointer            data,
                 SignetInteraction  *interaction,
                 GCancellable       *cancellable,
                 GError            **error)
{
  Act *act = data;

  if (!signet_token_change_pin (act->token, interaction, cancellable, error))
    return FALSE;
  signet_desktop_record (act->desktop, "pin-changed", act->token, NULL);
  return TRUE;
}

static void
on_pin_changed_cb (GtkWidget    *page,
                   gpointer      data,
                   const GError *error)
{
  tell (page, error, _("The PIN is changed"));
}

void
signet_token_acts_change_pin (GtkWidget     *page,
                              SignetDesktop *desktop,
                              SignetToken   *token)
{
  signet_job_run (page, _("Changing the PIN"), change_pin_work, on_pin_changed_cb, act_new (token, desktop), act_free);
}

/* --- Change what unblocks, what writes ------------------------------------------------------------------------------- */

static gboolean
change_unblocker_work (gpointer            data,
                       SignetInteraction  *interaction,
                       GCancellable       *cancellable,
                       GError            **error)
{
  Act *act = data;

  if (!signet_token_change_unblocker (act->token, interaction, cancellable, error))
    return FALSE;
  signet_desktop_record (act->desktop, "puk-changed", act->token, NULL);
  return TRUE;
}

static void
on_unblocker_changed_cb (GtkWidget    *page,
                         gpointer      data,
                         const GError *error)
{
  tell (page, error, _("The unblock code (PUK) is changed"));
}

void
signet_token_acts_change_unblocker (GtkWidget     *page,
                                    SignetDesktop *desktop,
                                    SignetToken   *token)
{
  signet_job_run (page, _("Changing the unblock code"), change_unblocker_work, on_unblocker_changed_cb, act_new (token, desktop), act_free);
}

static gboolean
change_management_key_work (gpointer            data,
                            SignetInteraction  *interaction,
                            GCancellable       *cancellable,
                            GError            **error)
{
  Act *act = data;

  if (!signet_token_change_management_key (act->token, interaction, cancellable, error))
    return FALSE;
  signet_desktop_record (act->desktop, "management-key-changed", act->token, NULL);
  return TRUE;
}

static void
on_management_key_changed_cb (GtkWidget    *page,
                              gpointer      data,
                              const GError *error)
{
  tell (page, error, _("The management key is changed"));
}

void
signet_token_acts_change_management_key (GtkWidget     *page,
                                         SignetDesktop *desktop,
                                         SignetToken   *token)
{
  signet_job_run (page, _("Changing the management key"), change_management_key_work, on_management_key_changed_cb,
                  act_new (token, desktop), act_free);
}

/* --- Unblock --------------------------------------------------------------------------------------------------------- */

static gboolean
unblock_work (gpointer            data,
              SignetInteraction  *interaction,
              GCancellable       *cancellable,
              GError            **error)
{
  Act *act = data;
  SignetCore *core = signet_desktop_get_core (act->desktop);
  SignetEnrolment *enrolment = core != NULL ? signet_core_get_enrolment (core, NULL) : NULL;
  g_autoptr(SignetUnblockOffer) offer = enrolment != NULL ? signet_enrolment_find_unblock (enrolment, act->token, NULL) : NULL;
  gboolean unblocked = FALSE;

  if (offer != NULL && !signet_enrolment_unblock (enrolment, act->token, offer, interaction, &unblocked, cancellable, error))
    return FALSE;
  if (offer != NULL && !unblocked)
    {
      act->words = signet_words_unblock_offer (offer);
      return TRUE;
    }
  if (offer == NULL && !signet_token_unblock (act->token, interaction, cancellable, error))
    return FALSE;
  signet_desktop_record (act->desktop, "pin-unblocked", act->token, NULL);
  return TRUE;
}

static void
advise (GtkWidget  *page,
        const char *words)
{
  GtkWidget *dialog = adw_message_dialog_new (signet_ui_get_window (page), _("It Cannot Be Unblocked Here"), words);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_unblocked_cb (GtkWidget    *page,
                 gpointer      data,
                 const GError *error)
{
  Act *act = data;

  if (error == NULL && act->words != NULL)
    advise (page, act->words);
  else
    tell (page, error, _("The token is unblocked and has its new PIN"));
}

void
signet_token_acts_unblock (GtkWidget     *page,
                           SignetDesktop *desktop,
                           SignetToken   *token)
{
  signet_job_run (page, _("Unblocking the token"), unblock_work, on_unblocked_cb, act_new (token, desktop), act_free);
}

/* --- Set up anew ----------------------------------------------------------------------------------------------------- */

static SignetSecret *
ask (Act                *act,
     SignetPinKind       kind,
     SignetInteraction  *interaction,
     GCancellable       *cancellable,
     GError            **error)
{
  SignetPinQuestion question = {
    .kind = kind,
    .token_label = kind == SIGNET_PIN_SO ? signet_token_get_label (act->token) : act->label,
    .token_model = signet_token_get_model (act->token),
    .software_token = signet_token_is_software (act->token),
    .tries_left = -1,
    .min_length = MAX (signet_token_get_min_pin (act->token), kind == SIGNET_PIN_SO ? 1 : 4),
    .max_length = signet_token_get_max_pin (act->token),
  };

  return signet_interaction_ask_pin (interaction, &question, cancellable, error);
}

/* the officer's PIN of a token that has one is asked for; of a new token it is chosen now */
static gboolean
initialize_work (gpointer            data,
                 SignetInteraction  *interaction,
                 GCancellable       *cancellable,
                 GError            **error)
{
  Act *act = data;
  SignetPinKind officer = signet_token_is_initialized (act->token) ? SIGNET_PIN_SO : SIGNET_PIN_NEW_SO;
  g_autoptr(SignetSecret) so_pin = signet_token_needs_manager (act->token)
                                     ? signet_token_ask_management_key (act->token, interaction, cancellable, error)
                                     : ask (act, officer, interaction, cancellable, error);
  g_autoptr(SignetSecret) pin = so_pin != NULL ? ask (act, SIGNET_PIN_NEW, interaction, cancellable, error) : NULL;

  if (pin == NULL || !signet_token_manager_init_token (signet_desktop_get_tokens (act->desktop), act->token, act->label, pin, so_pin,
                                                       cancellable, error))
    return FALSE;
  signet_desktop_record (act->desktop, "token-initialised", act->token, NULL);
  signet_token_read_card (act->token, &act->card, cancellable, NULL);
  return TRUE;
}

/* what is told at once is changed; what is found out later is not */
static void
advise_factory (GtkWidget  *page,
                const char *words)
{
  GtkWidget *dialog = adw_message_dialog_new (signet_ui_get_window (page), _("Change These Codes"), NULL);
  g_autofree char *body =
    g_strdup_printf ("%s\n\n%s", words, _("The menu of the token changes the unblock code (PUK) and the management key."));

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), body);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_initialized_cb (GtkWidget    *page,
                   gpointer      data,
                   const GError *error)
{
  g_autofree char *words = error == NULL ? signet_words_factory (&((Act *) data)->card) : NULL;

  tell (page, error, _("The token is empty and has its new PIN"));
  if (words != NULL)
    advise_factory (page, words);
}

static void
on_initialize_response_cb (SignetLossDialog *dialog,
                           const char       *response,
                           Act              *act)
{
  GtkWidget *page = g_object_get_data (G_OBJECT (dialog), "page");
  Act *own;

  if (!g_str_equal (response, "lose"))
    return;
  own = act_new (act->token, act->desktop);
  own->label = signet_loss_dialog_dup_new_name (dialog);
  signet_job_run (page, _("Setting up the token"), initialize_work, on_initialized_cb, own, act_free);
}

/* what a person types to say "this one": its name, or where it has none, its model */
static const char *
name_to_type (SignetToken *token)
{
  const char *label = signet_token_get_label (token);
  const char *model = signet_token_get_model (token);

  if (label != NULL && *label != '\0')
    return label;
  return model != NULL && *model != '\0' ? model : NULL;
}

static SignetLossDialog *
new_loss_dialog (GtkWidget   *page,
                 SignetToken *token,
                 const char  *heading,
                 const char  *body,
                 const char  *lose,
                 gboolean     must_type)
{
  SignetLossDialog *dialog = signet_loss_dialog_new (signet_ui_get_window (page), heading, body, lose, must_type ? name_to_type (token) : NULL);

  g_object_set_data_full (G_OBJECT (dialog), "page", g_object_ref (page), g_object_unref);
  return dialog;
}

void
signet_token_acts_initialize (GtkWidget     *page,
                              SignetDesktop *desktop,
                              SignetToken   *token)
{
  g_autofree char *isolated = signet_text_isolate (name_to_type (token) != NULL ? name_to_type (token) : _("Token without a name"));
  gboolean erases = signet_token_is_initialized (token);
  /* translators: %s is the name of a card or token */
  g_autofree char *heading = g_strdup_printf (erases ? _("Erase and Set Up “%s”?") : _("Set Up “%s”"), isolated);
  gboolean empty = signet_token_get_keys (token)->len == 0;
  const char *body = !erases ? _("It gets a name, a security officer’s PIN that unblocks it, and a PIN.")
                     : empty ? _("Signet sees nothing on it. What it keeps for other programs is lost as well.")
                             : _("All of this is lost for ever, with whatever other programs keep on it. What you signed with it stays good.");
  /* also of one that looks empty: many tokens show their keys only to who is logged in */
  SignetLossDialog *dialog = new_loss_dialog (page, token, heading, body, erases ? _("_Erase") : _("_Set Up"), erases);

  signet_loss_dialog_add_token (dialog, token, signet_desktop_now (desktop));
  signet_loss_dialog_ask_new_name (dialog, signet_token_get_label (token));
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_initialize_response_cb), act_new (token, desktop),
                         drop_act, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- Remove a software token ----------------------------------------------------------------------------------------- */

static gboolean
remove_work (gpointer            data,
             SignetInteraction  *interaction,
             GCancellable       *cancellable,
             GError            **error)
{
  Act *act = data;

  return signet_token_manager_remove_software_token (signet_desktop_get_tokens (act->desktop), act->token, cancellable, error);
}

static void
on_removed_cb (GtkWidget    *page,
               gpointer      data,
               const GError *error)
{
  tell (page, error, _("The software token is removed"));
}

static void
on_remove_response_cb (SignetLossDialog *dialog,
                       const char       *response,
                       Act              *act)
{
  if (g_str_equal (response, "lose"))
    signet_job_run (g_object_get_data (G_OBJECT (dialog), "page"), _("Removing the software token"), remove_work, on_removed_cb,
                    act_new (act->token, act->desktop), act_free);
}

void
signet_token_acts_remove (GtkWidget     *page,
                          SignetDesktop *desktop,
                          SignetToken   *token)
{
  g_autofree char *isolated = signet_text_isolate (name_to_type (token) != NULL ? name_to_type (token) : _("Token without a name"));
  /* translators: %s is the name of a software token */
  g_autofree char *heading = g_strdup_printf (_("Remove “%s”?"), isolated);
  gboolean empty = signet_token_get_keys (token)->len == 0;
  const char *body = empty ? _("Signet sees nothing on it.") : _("All of this is lost for ever. What you signed with it stays good.");
  SignetLossDialog *dialog = new_loss_dialog (page, token, heading, body, _("_Remove"), !empty);

  signet_loss_dialog_add_token (dialog, token, signet_desktop_now (desktop));
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_remove_response_cb), act_new (token, desktop),
                         drop_act, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- Import ---------------------------------------------------------------------------------------------------------- */

static void
on_file_chosen_cb (GtkNativeDialog *chooser,
                   int              response,
                   Act             *act)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  GtkWidget *page = g_object_get_data (G_OBJECT (chooser), "page");

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    signet_import_run (page, act->desktop, act->token, file);
  gtk_native_dialog_destroy (chooser);
}

static void
add_filters (GtkFileChooser *chooser)
{
  static const char *const suffixes[] = { "p12", "pfx", "pem", "crt", "cer", "der", "p7b", "p7c" };
  g_autoptr(GtkFileFilter) fitting = gtk_file_filter_new ();
  g_autoptr(GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (fitting, _("Keys and certificates"));
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    gtk_file_filter_add_suffix (fitting, suffixes[i]);
  gtk_file_filter_set_name (all, _("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, fitting);
  gtk_file_chooser_add_filter (chooser, all);
}

void
signet_token_acts_import (GtkWidget     *page,
                          SignetDesktop *desktop,
                          SignetToken   *token)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Import a Key or Certificates"), signet_ui_get_window (page),
                                                               GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  add_filters (GTK_FILE_CHOOSER (chooser));
  g_object_set_data_full (G_OBJECT (chooser), "page", g_object_ref (page), g_object_unref);
  g_signal_connect_data (chooser, "response", G_CALLBACK (on_file_chosen_cb), act_new (token, desktop), drop_act, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
