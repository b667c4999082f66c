/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-job.c: the life of a SignetJob: thread, dialogs, end. While the person is asked something nothing else is shown; when the token
 * alone is slow, a dialog says so and can be cancelled. A window that closes cancels its jobs and does not wait for them.
 * Main thread, except work_in_thread.
 */
#define G_LOG_DOMAIN "signet-job"

#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "signet-job.h"
#include "signet-ui.h"
#include "../pin/signet-desktop-interaction.h"

#define PATIENCE 400 /* ms until a wait is told */

typedef struct {
  SignetJobWork             work;
  SignetJobDone             done;
  gpointer                  data;
  GDestroyNotify            free_data;
  char                     *words;
  SignetDesktopInteraction *interaction; /* (owned) */
  GCancellable             *cancellable; /* (owned) */
  GWeakRef                  widget;
  GtkWindow                *busy;        /* (nullable): main thread */
  guint                     timer;
} SignetJob;

/* the task's last reference may be dropped on its thread; the dialogs are long gone then, see on_end_cb() */
static void
job_free (gpointer data)
{
  SignetJob *job = data;

  if (job->free_data != NULL)
    job->free_data (job->data);
  g_free (job->words);
  g_object_unref (job->interaction);
  g_object_unref (job->cancellable);
  g_weak_ref_clear (&job->widget);
  g_free (job);
}

static void
work_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  SignetJob *job = data;
  g_autoptr(GError) error = NULL;

  if (job->work (job->data, SIGNET_INTERACTION (job->interaction), cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* --- the wait that is told ------------------------------------------------------------------------------------------- */

static void
on_busy_gone_cb (gpointer  data,
                 GObject  *dialog)
{
  ((SignetJob *) data)->busy = NULL;
}

static void
hide_busy (SignetJob *job)
{
  g_clear_handle_id (&job->timer, g_source_remove);
  if (job->busy == NULL)
    return;
  g_object_weak_unref (G_OBJECT (job->busy), on_busy_gone_cb, job);
  gtk_window_destroy (g_steal_pointer (&job->busy));
}

static gboolean
on_patience_ended_cb (gpointer data)
{
  SignetJob *job = data;
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&job->widget);
  GtkWindow *parent = widget != NULL ? signet_ui_get_window (widget) : NULL;
  GtkWidget *spinner;
  GtkWidget *dialog;

  job->timer = 0;
  if (parent == NULL)
    return G_SOURCE_REMOVE;
  dialog = adw_message_dialog_new (parent, job->words, _("Leave the card or token where it is."));
  spinner = g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, "width-request", 32, "height-request", 32, "margin-top", 6, NULL);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), spinner);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"));
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (g_cancellable_cancel), job->cancellable, G_CONNECT_SWAPPED);
  g_object_weak_ref (G_OBJECT (dialog), on_busy_gone_cb, job);
  job->busy = GTK_WINDOW (dialog);
  gtk_window_present (job->busy);
  return G_SOURCE_REMOVE;
}

static void
be_patient (SignetJob *job)
{
  if (job->words != NULL && job->timer == 0 && job->busy == NULL)
    job->timer = g_timeout_add (PATIENCE, on_patience_ended_cb, job);
}

static void
on_asking_cb (SignetDesktopInteraction *interaction,
              gboolean                  asking,
              SignetJob                *job)
{
  if (asking)
    hide_busy (job);
  else
    be_patient (job);
}

/* --- the end --------------------------------------------------------------------------------------------------------- */

static void
on_end_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  SignetJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&job->widget);
  g_autoptr(GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  hide_busy (job);
  signet_desktop_interaction_finish (job->interaction);
  g_signal_handlers_disconnect_by_data (job->interaction, job);
  if (widget == NULL)
    return;
  g_signal_handlers_disconnect_by_data (widget, job->cancellable);
  if (gtk_widget_get_root (widget) != NULL)
    job->done (widget, job->data, error);
}

/**
 * signet_job_run:
 * @widget: in whose window it is asked and told
 * @words: (nullable): what is being done, shown when it takes longer than a moment; %NULL: the caller shows it by itself
 * @work: the act, on a thread
 * @done: told at the end
 * @data: for both; freed by @free_data, on any thread
 *
 * A widget that leaves its window (the window was closed) cancels the work; then @done is not called.
 */
void
signet_job_run (GtkWidget      *widget,
                const char     *words,
                SignetJobWork   work,
                SignetJobDone   done,
                gpointer        data,
                GDestroyNotify  free_data)
{
  SignetJob *job = g_new0 (SignetJob, 1);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, on_end_cb, NULL);

  job->work = work;
  job->done = done;
  job->data = data;
  job->free_data = free_data;
  job->words = g_strdup (words);
  job->cancellable = g_object_ref (cancellable);
  job->interaction = signet_desktop_interaction_new (widget);
  g_weak_ref_init (&job->widget, widget);
  g_signal_connect (job->interaction, "asking", G_CALLBACK (on_asking_cb), job);
  g_signal_connect_object (widget, "unrealize", G_CALLBACK (g_cancellable_cancel), cancellable, G_CONNECT_SWAPPED);
  be_patient (job);
  /* what was done is done, even when Cancel came a moment later */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, work_in_thread);
}
