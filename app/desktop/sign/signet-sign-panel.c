/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-sign-panel.c: keeps one SignetSigning fitting what is chosen, runs its checks whenever that changes, and signs. The PIN is asked
 * for by the core through the interaction, never before the checks. Main thread; the work is in signet-sign-work.c.
 */
#define G_LOG_DOMAIN "signet-sign-panel"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-sign-panel.h"
#include "signet-check-list.h"
#include "signet-counter-group.h"
#include "signet-format-group.h"
#include "signet-key-list.h"
#include "signet-mark-group.h"
#include "signet-sign-choice.h"
#include "signet-sign-later.h"
#include "../common/signet-progress-line.h"
#include "../common/signet-ui.h"
#include "../pin/signet-desktop-interaction.h"
#include "../../core/base/signet-base-error.h"
#include "../../core/base/signet-text.h"

struct _SignetSignPanel {
  AdwBin parent_instance;

  SignetDesktop      *desktop;     /* (owned) (nullable) */
  SignetOpenDocument *document;    /* borrowed from the page; (nullable) */
  SignetSigning      *signing;     /* (owned) (nullable): what is chosen now */
  GCancellable       *checking;    /* (owned) (nullable) */
  GCancellable       *running;     /* (owned) (nullable) */
  char               *output_path; /* (owned) (nullable): chosen by the person; NULL: beside the input */
  gboolean            software;    /* the key that signs just now is a file on this computer */
  gboolean            overwrite;   /* the person agreed to replace output_path */
  gboolean            goes_on;     /* signs by itself when the checks that run now stop nothing: the person said so */

  SignetKeyList      *keys;
  SignetMarkGroup    *mark;
  SignetMarkChoice   *choice;      /* (owned) (nullable): of the mark */
  SignetFormatGroup  *format;
  SignetCounterGroup *counter;
  AdwActionRow       *output;
  SignetCheckList    *checks;
  GtkStack           *stack;
  GtkWidget          *sign;
  SignetProgressLine *progress;
};

G_DEFINE_FINAL_TYPE (SignetSignPanel, signet_sign_panel, ADW_TYPE_BIN)

enum { SIGNED, REOPEN, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- what is chosen -------------------------------------------------------------------------------------------------- */

static SignetSigning *
new_signing (SignetSignPanel *self,
             SignetTokenKey  *key,
             gboolean         or_later)
{
  g_autoptr(SignetSignChoice) choice = signet_sign_choice_new (self->desktop, key, signet_format_group_get_format (self->format),
                                                               signet_format_group_get_level (self->format));
  SignetSigning *signing = signet_sign_choice_new_signing (choice, self->document->file);

  signet_signing_set_output (signing, self->output_path, self->overwrite);
  signet_signing_set_or_later (signing, or_later);
  signet_signing_set_cades (signing, signet_counter_group_get_content (self->counter), signet_counter_group_get_countersign (self->counter));
  /* no other format shows anything on a page */
  if (g_str_equal (signet_signing_get_format (signing), "pades"))
    signet_mark_choice_apply (self->choice, signing);
  return signing;
}

/* what this document can become */
static void
show_formats (SignetSignPanel *self)
{
  g_auto(GStrv) formats = self->document != NULL ? signet_signing_list_formats (self->document->file) : NULL;
  g_auto(GStrv) levels = NULL;

  const char *format = NULL;

  if (formats != NULL)
    signet_format_group_set_formats (self->format, (const char *const *) formats, FALSE);
  format = signet_format_group_get_format (self->format);
  if (format == NULL && formats != NULL)
    format = formats[0];
  levels = signet_signing_list_levels (format);
  signet_counter_group_set_format (self->counter, format);
  signet_format_group_set_levels (self->format, (const char *const *) levels);
}

/* no other format shows anything on a page */
static gboolean
shows_marks (SignetSignPanel *self)
{
  return self->signing == NULL || g_str_equal (signet_signing_get_format (self->signing), "pades");
}

static void
show_output (SignetSignPanel *self)
{
  g_autofree char *path = self->signing != NULL ? signet_signing_dup_output (self->signing) : g_strdup (self->output_path);
  g_autofree char *name = path != NULL ? signet_ui_display_name (path) : NULL;
  g_autofree char *whole = path != NULL ? g_filename_display_name (path) : NULL;
  g_autofree char *safe = whole != NULL ? signet_text_sanitize (whole, -1, 0) : NULL;

  adw_action_row_set_subtitle (self->output, name != NULL ? name : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->output), safe);
}

/* the one function that makes the foot of the panel fit what is chosen, checked and running */
static void
update (SignetSignPanel *self)
{
  gboolean ready = self->signing != NULL && self->checking == NULL && !signet_check_list_has_stop (self->checks);

  gtk_widget_set_sensitive (self->sign, ready && self->running == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->keys), self->running == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->format), self->running == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->counter), self->running == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->output), self->running == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->mark), self->running == NULL && shows_marks (self));
  gtk_stack_set_visible_child_name (self->stack, self->running != NULL ? "running" : "ready");
  show_output (self);
}

/* --- checks ---------------------------------------------------------------------------------------------------------- */

static void
on_checked_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr(SignetSignPanel) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) checks = signet_sign_preflight_finish (SIGNET_SIGNING (source), result, &error);
  gboolean goes_on;

  /* an answer about an earlier choice */
  if (SIGNET_SIGNING (source) != self->signing)
    return;
  goes_on = self->goes_on;
  self->goes_on = FALSE;
  g_clear_object (&self->checking);
  signet_mark_group_set_checks (self->mark, checks);
  if (checks != NULL)
    signet_check_list_set_checks (self->checks, checks);
  else
    signet_check_list_set_note (self->checks, _("The checks could not be made"));
  if (error != NULL && g_error_matches (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED))
    g_signal_emit (self, signals[REOPEN], 0);
  update (self);
  if (goes_on)
    signet_sign_panel_sign (self);
}

/* @goes_on: then signs; @or_later: without a time-stamp when none is to be had. Both hold for this very choice. */
static void
check_and (SignetSignPanel *self,
           gboolean         goes_on,
           gboolean         or_later)
{
  SignetTokenKey *key = self->document != NULL ? signet_key_list_get_key (self->keys) : NULL;
  g_autoptr(SignetSigning) before = g_steal_pointer (&self->signing);

  g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  self->goes_on = goes_on;
  if (key != NULL)
    {
      signet_mark_choice_set_key (self->choice, key, signet_core_get_clock (signet_desktop_get_core (self->desktop)));
      self->signing = new_signing (self, key, or_later);
      /* a mark that was moved does not ask the authority again */
      if (before != NULL)
        signet_signing_share_findings (self->signing, before);
      self->checking = g_cancellable_new ();
      signet_check_list_set_checks (self->checks, NULL);
      signet_sign_preflight_async (self->signing, self->checking, on_checked_cb, g_object_ref (self));
    }
  else
    signet_check_list_set_note (self->checks, _("There is no certificate to sign with yet"));
  update (self);
}

static void
check (SignetSignPanel *self)
{
  check_and (self, FALSE, FALSE);
}

static void
on_chosen_cb (SignetSignPanel *self)
{
  /* the very choice that is signing just now has been replaced: the act goes on with what it was given */
  if (self->running != NULL)
    return;
  show_formats (self);
  check (self);
}

/* nothing but the time-stamp was in the way */
static void
on_later_cb (SignetSignPanel *self)
{
  if (self->running == NULL)
    check_and (self, TRUE, TRUE);
}

static void
on_counter_cb (SignetSignPanel *self)
{
  if (self->desktop != NULL && self->running == NULL)
    check (self);
}

static void
on_mark_cb (SignetSignPanel *self)
{
  if (self->desktop != NULL && self->running == NULL)
    check (self);
}

/* another format has a name of its own: one that was chosen for the old one is let go */
static void
on_format_cb (SignetSignPanel *self)
{
  if (self->desktop == NULL || self->running != NULL)
    return;
  g_clear_pointer (&self->output_path, g_free);
  self->overwrite = FALSE;
  show_formats (self);
  check (self);
}

/* --- where it goes --------------------------------------------------------------------------------------------------- */

static void
on_output_chosen_cb (GtkNativeDialog *dialog,
                     int              response,
                     SignetSignPanel *self)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    {
      g_free (self->output_path);
      self->output_path = g_file_get_path (file);
      self->overwrite = TRUE; /* the chooser asked */
      check (self);
    }
  gtk_native_dialog_destroy (dialog);
}

static void
on_change_output_cb (SignetSignPanel *self)
{
  g_autofree char *path = self->signing != NULL ? signet_signing_dup_output (self->signing) : NULL;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Save Signed File As"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, _("_Choose"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (path != NULL)
    {
      g_autofree char *name = g_path_get_basename (path);

      gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
    }
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_output_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- the act --------------------------------------------------------------------------------------------------------- */

static gboolean
is_about_folder (const GError *error)
{
  return g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_CANNOT_WRITE) ||
         g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NO_SPACE) ||
         g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS);
}

static void
on_error_response_cb (SignetSignPanel *self,
                      const char      *response)
{
  if (g_str_equal (response, "folder"))
    on_change_output_cb (self);
  else if (g_str_equal (response, "reopen"))
    g_signal_emit (self, signals[REOPEN], 0);
  else if (g_str_equal (response, "again"))
    signet_sign_panel_sign (self);
}

static void
on_later_response_cb (SignetSignPanel *self,
                      const char      *response)
{
  gboolean later = g_str_equal (response, "later");

  if (self->running == NULL && (later || g_str_equal (response, "again")))
    check_and (self, TRUE, later);
}

static void
offer_later (SignetSignPanel *self,
             const GError    *error)
{
  AdwMessageDialog *dialog = signet_sign_later_new_dialog (GTK_WIDGET (self), error);

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_later_response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* the remedy is a button where there is one */
static void
tell_failure (SignetSignPanel *self,
              const GError    *error)
{
  AdwMessageDialog *dialog;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  dialog = signet_ui_new_error_dialog (GTK_WIDGET (self), error);
  if (is_about_folder (error))
    adw_message_dialog_add_response (dialog, "folder", _("Choose Another _Folder…"));
  else if (g_error_matches (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED))
    adw_message_dialog_add_response (dialog, "reopen", _("_Read It Again"));
  else if (g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN))
    adw_message_dialog_add_response (dialog, "again", _("_Try Again"));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_error_response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_run_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr(SignetSignPanel) self = data;
  g_autoptr(GError) error = NULL;
  gboolean ok = signet_sign_run_finish (SIGNET_SIGNING (source), result, &error);

  g_clear_object (&self->running);
  /* the page is gone; whatever was written is in the journal */
  if (self->desktop == NULL)
    return;
  signet_desktop_tell_changed (self->desktop);
  update (self);
  if (self->document == NULL)
    return;
  if (ok)
    g_signal_emit (self, signals[SIGNED], 0, signet_signing_get_result_path (SIGNET_SIGNING (source)), self->software,
                   signet_signing_is_postponed (SIGNET_SIGNING (source)));
  else
    {
      if (signet_sign_later_is_possible (SIGNET_SIGNING (source), error))
        offer_later (self, error);
      else
        tell_failure (self, error);
      check (self);
    }
}

static void
on_progress_cb (SignetSignPanel *self,
                const char      *step,
                double           fraction)
{
  signet_progress_line_set (self->progress, step, fraction);
}

static void
on_cancel_cb (SignetSignPanel *self)
{
  g_cancellable_cancel (self->running);
}

/**
 * signet_sign_panel_sign:
 * @self: the panel
 *
 * Signs with what is chosen. Does nothing while a check stops it.
 */
void
signet_sign_panel_sign (SignetSignPanel *self)
{
  g_autoptr(SignetDesktopInteraction) interaction = NULL;

  if (!gtk_widget_get_sensitive (self->sign) || self->signing == NULL)
    return;
  interaction = signet_desktop_interaction_new (GTK_WIDGET (self));
  g_signal_connect_object (interaction, "progress", G_CALLBACK (on_progress_cb), self, G_CONNECT_SWAPPED);
  self->running = g_cancellable_new ();
  self->software = signet_token_is_software (signet_token_key_get_token (signet_key_list_get_key (self->keys)));
  signet_progress_line_set (self->progress, NULL, -1);
  signet_sign_run_async (self->signing, SIGNET_INTERACTION (interaction), self->running, on_run_cb, g_object_ref (self));
  update (self);
}

void
signet_sign_panel_set_mark (SignetSignPanel  *self,
                            SignetMarkChoice *choice)
{
  g_set_object (&self->choice, choice);
  signet_mark_group_set_choice (self->mark, choice);
  g_signal_connect_object (choice, "changed", G_CALLBACK (on_mark_cb), self, G_CONNECT_SWAPPED);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

void
signet_sign_panel_set_desktop (SignetSignPanel *self,
                               SignetDesktop   *desktop)
{
  self->desktop = g_object_ref (desktop);
  signet_key_list_set_desktop (self->keys, desktop);
}

void
signet_sign_panel_set_document (SignetSignPanel    *self,
                                SignetOpenDocument *document)
{
  g_cancellable_cancel (self->running);
  self->document = document;
  g_clear_pointer (&self->output_path, g_free);
  self->overwrite = FALSE;
  signet_mark_group_start_anew (self->mark);
  signet_counter_group_set_document (self->counter, document);
  if (self->desktop != NULL)
    on_chosen_cb (self);
}

static void
signet_sign_panel_dispose (GObject *object)
{
  SignetSignPanel *self = SIGNET_SIGN_PANEL (object);

  g_cancellable_cancel (self->checking);
  g_cancellable_cancel (self->running);
  g_clear_object (&self->checking);
  g_clear_object (&self->running);
  g_clear_object (&self->signing);
  g_clear_object (&self->desktop);
  g_clear_object (&self->choice);
  g_clear_pointer (&self->output_path, g_free);
  G_OBJECT_CLASS (signet_sign_panel_parent_class)->dispose (object);
}

static void
signet_sign_panel_class_init (SignetSignPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_sign_panel_dispose;
  g_type_ensure (SIGNET_TYPE_KEY_LIST);
  g_type_ensure (SIGNET_TYPE_CHECK_LIST);
  g_type_ensure (SIGNET_TYPE_FORMAT_GROUP);
  g_type_ensure (SIGNET_TYPE_COUNTER_GROUP);
  g_type_ensure (SIGNET_TYPE_MARK_GROUP);
  g_type_ensure (SIGNET_TYPE_PROGRESS_LINE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-sign-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, keys);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, format);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, counter);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, mark);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, output);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, checks);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, sign);
  gtk_widget_class_bind_template_child (widget_class, SignetSignPanel, progress);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_format_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_counter_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_later_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_change_output_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, signet_sign_panel_sign);
  signals[SIGNED] =
    g_signal_new ("signed", SIGNET_TYPE_SIGN_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING,
                  G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);
  signals[REOPEN] = g_signal_new ("reopen", SIGNET_TYPE_SIGN_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_sign_panel_init (SignetSignPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_check_list_offer_later (self->checks);
}
