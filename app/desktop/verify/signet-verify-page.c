/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-verify-page.c: opens a file, has it validated on a thread, shows the report. Of a detached signature it finds the signed file beside
 * it, or asks. Main thread, except verify_in_thread.
 */
#define G_LOG_DOMAIN "signet-verify-page"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-verify-page.h"
#include "signet-report-view.h"
#include "../common/signet-drop-frame.h"
#include "../common/signet-recent-group.h"
#include "../common/signet-ui.h"
#include "../pin/signet-desktop-interaction.h"
#include "../../core/document/signet-document-content.h"
#include "../../core/document/signet-document-password.h"

#define WORKING_DELAY 300 /* ms: before "working" is shown at all */

struct _SignetVerifyPage {
  SignetPlace parent_instance;

  GFile        *waiting;     /* (owned) (nullable): given before the core was open */
  char         *path;        /* (owned) (nullable): of what is shown */
  GCancellable *cancellable; /* (owned) (nullable) */
  guint         delay;

  GtkStack          *stack;
  SignetRecentGroup *recent;
  AdwStatusPage     *working;
  GtkSpinner        *spinner;
  SignetReportView  *report;
};

G_DEFINE_FINAL_TYPE (SignetVerifyPage, signet_verify_page, SIGNET_TYPE_PLACE)

typedef struct {
  SignetCore *core; /* (owned) */
  char       *path;
  char       *data; /* (nullable): what a detached signature is about */
  SignetDesktopInteraction *interaction; /* (owned): asked for the password of an encrypted document */
} Job;

static void
job_free (Job *job)
{
  g_object_unref (job->core);
  g_object_unref (job->interaction);
  g_free (job->path);
  g_free (job->data);
  g_free (job);
}

static void
show (SignetVerifyPage *self,
      const char       *name)
{
  g_clear_handle_id (&self->delay, g_source_remove);
  gtk_spinner_set_spinning (self->spinner, g_str_equal (name, "working"));
  gtk_stack_set_visible_child_name (self->stack, name);
  signet_place_set_can_go_back (SIGNET_PLACE (self), !g_str_equal (name, "start"));
}

/* --- the work -------------------------------------------------------------------------------------------------------- */

static void
journal_verified (const Job        *job,
                  SignetFileReport *report)
{
  SignetJournal *journal = signet_core_get_journal (job->core, NULL);
  g_autofree char *name = signet_ui_display_name (job->path);
  SignetJournalEntry entry = { .act = (char *) "verified", .subject = name, .path = job->path };
  g_autoptr(GError) error = NULL;

  if (journal != NULL && !signet_journal_append (journal, &entry, &error))
    g_warning ("the journal: %s", error->message);
}

static SignetFileReport *
validate (const Job                     *job,
          SignetDocumentFile            *file,
          SignetDocumentFile            *data,
          const SignetValidationOptions *options,
          GCancellable                  *cancellable,
          GError                       **error)
{
  for (;;)
    {
      g_autoptr(GError) local_error = NULL;
      SignetFileReport *report = signet_validation_run (file, data, options, cancellable, &local_error);

      if (report != NULL)
        return report;
      if (!signet_document_password_is_missing (local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (!signet_document_password_ask (file, local_error, SIGNET_INTERACTION (job->interaction), cancellable, error))
        return NULL;
    }
}

static SignetFileReport *
verify (const Job     *job,
        GCancellable  *cancellable,
        GError       **error)
{
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (job->path, error);
  g_autoptr(SignetDocumentFile) data = NULL;
  g_autofree char *beside = NULL;
  SignetFileReport *report;
  SignetValidationOptions options = {
    .anchors = signet_core_get_anchors (job->core),
    .untrusted = signet_core_get_ca_certificates (job->core),
    .authorities = signet_core_get_authorities (job->core),
    .http = signet_core_get_http (job->core),
    .cache = signet_core_get_evidence_cache (job->core),
    .clock = signet_core_get_clock (job->core),
    .at = SIGNET_TIME_UNKNOWN,
  };

  if (file == NULL)
    return NULL;
  beside = job->data != NULL ? g_strdup (job->data) : signet_document_guess_content (file);
  if (beside != NULL && (data = signet_document_file_open (beside, error)) == NULL)
    return NULL;
  report = validate (job, file, data, &options, cancellable, error);
  if (report != NULL)
    journal_verified (job, report);
  return report;
}

static void
verify_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      data,
                  GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetFileReport *report = verify (data, cancellable, &error);

  if (report != NULL)
    g_task_return_pointer (task, report, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_verified_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      data)
{
  SignetVerifyPage *self = SIGNET_VERIFY_PAGE (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetFileReport) report = g_task_propagate_pointer (G_TASK (result), &error);

  /* another file was given meanwhile, or the page is gone */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  g_clear_object (&self->cancellable);
  if (report == NULL)
    {
      show (self, "start");
      signet_ui_tell_error (GTK_WIDGET (self), error);
      return;
    }
  signet_report_view_set_report (self->report, report);
  show (self, "report");
  signet_desktop_tell_changed (signet_place_get_desktop (SIGNET_PLACE (self)));
}

static gboolean
on_delay_cb (gpointer data)
{
  SignetVerifyPage *self = data;
  g_autofree char *name = signet_ui_display_name (self->path);
  g_autofree char *escaped = g_markup_escape_text (name, -1);

  self->delay = 0;
  adw_status_page_set_description (self->working, escaped);
  show (self, "working");
  return G_SOURCE_REMOVE;
}

static void
start_work (SignetVerifyPage *self,
            const char       *data)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr(GTask) task = NULL;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, on_verified_cb, NULL);
  job->core = g_object_ref (signet_desktop_get_core (signet_place_get_desktop (SIGNET_PLACE (self))));
  job->path = g_strdup (self->path);
  job->data = g_strdup (data);
  job->interaction = signet_desktop_interaction_new (GTK_WIDGET (self));
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, verify_in_thread);
  g_clear_handle_id (&self->delay, g_source_remove);
  self->delay = g_timeout_add (WORKING_DELAY, on_delay_cb, self);
}

static void
on_cancel_cb (SignetVerifyPage *self)
{
  g_cancellable_cancel (self->cancellable);
}

/* --- what a detached signature is about ------------------------------------------------------------------------------ */

static void
on_data_chosen_cb (GtkNativeDialog  *dialog,
                   int               response,
                   SignetVerifyPage *self)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    start_work (self, g_file_peek_path (file));
  gtk_native_dialog_destroy (dialog);
}

static void
on_choose_data_cb (SignetVerifyPage *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("The File That Was Signed"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_data_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- the place ------------------------------------------------------------------------------------------------------- */

static void
signet_verify_page_open_file (SignetPlace *place,
                              GFile       *file)
{
  SignetVerifyPage *self = SIGNET_VERIFY_PAGE (place);
  g_autofree char *path = g_file_get_path (file);

  if (!signet_desktop_is_open (signet_place_get_desktop (place)))
    {
      g_set_object (&self->waiting, file);
      return;
    }
  if (path == NULL)
    {
      signet_ui_toast (GTK_WIDGET (self), _("Only files on this computer can be verified. Save it first."));
      return;
    }
  g_free (self->path);
  self->path = g_steal_pointer (&path);
  start_work (self, NULL);
}

static void
signet_verify_page_start (SignetPlace *place)
{
  SignetVerifyPage *self = SIGNET_VERIFY_PAGE (place);
  g_autoptr(GFile) waiting = g_steal_pointer (&self->waiting);

  signet_recent_group_set_desktop (self->recent, signet_place_get_desktop (place));
  if (waiting != NULL)
    signet_place_open_file (place, waiting);
}

static void
signet_verify_page_go_back (SignetPlace *place)
{
  SignetVerifyPage *self = SIGNET_VERIFY_PAGE (place);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  show (self, "start");
}

static void
signet_verify_page_activate_main (SignetPlace *place)
{
  gtk_widget_activate_action (GTK_WIDGET (place), "win.open", NULL);
}

static void
on_dropped_cb (gpointer  data,
               GFile    *file)
{
  signet_place_open_file (SIGNET_PLACE (data), file);
}

static void
signet_verify_page_dispose (GObject *object)
{
  SignetVerifyPage *self = SIGNET_VERIFY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->delay, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->waiting);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (signet_verify_page_parent_class)->dispose (object);
}

static void
signet_verify_page_class_init (SignetVerifyPageClass *klass)
{
  SignetPlaceClass *place_class = SIGNET_PLACE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_verify_page_dispose;
  place_class->start = signet_verify_page_start;
  place_class->open_file = signet_verify_page_open_file;
  place_class->go_back = signet_verify_page_go_back;
  place_class->activate_main = signet_verify_page_activate_main;
  g_type_ensure (SIGNET_TYPE_DROP_FRAME);
  g_type_ensure (SIGNET_TYPE_RECENT_GROUP);
  g_type_ensure (SIGNET_TYPE_REPORT_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/verify/signet-verify-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetVerifyPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetVerifyPage, recent);
  gtk_widget_class_bind_template_child (widget_class, SignetVerifyPage, working);
  gtk_widget_class_bind_template_child (widget_class, SignetVerifyPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, SignetVerifyPage, report);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_data_cb);
}

static void
signet_verify_page_init (SignetVerifyPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_drop_target_add (GTK_WIDGET (self), on_dropped_cb, self);
}
