/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-look.c: preview and checks of one file of a batch, from the descriptor that will be signed. Main thread, except open_in_thread. */
#define G_LOG_DOMAIN "signet-batch-look"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-batch-look.h"
#include "signet-check-list.h"
#include "signet-preview.h"

struct _SignetBatchLook {
  AdwBin parent_instance;

  SignetBatchFile *file;     /* (owned) (nullable) */
  GCancellable    *opening;  /* (owned) (nullable) */
  gboolean         has_next;
  SignetMarkChoice *mark;    /* (owned) (nullable): of all files */
  SignetPreview   *preview;
  SignetCheckList *checks;
  GtkButton       *leave_out;
  GtkButton       *next;
};

G_DEFINE_FINAL_TYPE (SignetBatchLook, signet_batch_look, ADW_TYPE_BIN)

enum { NEXT, DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

SignetBatchFile *
signet_batch_look_get_file (SignetBatchLook *self)
{
  return self->file;
}

/* one that a check stops cannot be taken in by the person */
static gboolean
may_choose (SignetBatchLook *self)
{
  SignetBatchState state = signet_batch_file_get_state (self->file);

  return signet_batch_file_is_left_out (self->file) || state == SIGNET_BATCH_READY || state == SIGNET_BATCH_NEEDS_LOOK;
}

/* the one function that makes the foot fit the file */
static void
update (SignetBatchLook *self)
{
  if (self->file == NULL)
    return;
  signet_check_list_set_checks (self->checks, signet_batch_file_get_checks (self->file));
  gtk_widget_set_visible (GTK_WIDGET (self->leave_out), may_choose (self));
  gtk_button_set_label (self->leave_out, signet_batch_file_is_left_out (self->file) ? _("_Sign It Too") : _("_Leave Out"));
  gtk_button_set_label (self->next, self->has_next ? _("_Next Document") : _("_Back to the List"));
}

/* --- the pages ----------------------------------------------------------------------------------------------------------- */

static void
open_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetDocumentPdf *pdf = NULL;

  if (signet_document_file_get_format (data) == SIGNET_FORMAT_PDF)
    pdf = signet_document_pdf_open (data, NULL, &error);
  if (error != NULL)
    g_info ("no preview: %s", error->message);
  g_task_return_pointer (task, pdf, g_object_unref);
}

/* no other format shows anything on a page */
static gboolean
is_marked (SignetBatchLook *self)
{
  SignetSigning *signing = self->file != NULL ? signet_batch_file_get_signing (self->file) : NULL;

  return signing != NULL && g_str_equal (signet_signing_get_format (signing), "pades");
}

static void
on_opened_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  SignetBatchLook *self = SIGNET_BATCH_LOOK (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetDocumentPdf) pdf = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL)
    return; /* cancelled: another one is looked at */
  g_clear_object (&self->opening);
  signet_preview_set_file (self->preview, g_task_get_task_data (G_TASK (result)), pdf);
  if (self->mark != NULL)
    signet_mark_choice_show_on (self->mark, g_task_get_task_data (G_TASK (result)), is_marked (self) ? pdf : NULL);
}

static void
show_pages (SignetBatchLook *self)
{
  g_autoptr(GTask) task = NULL;

  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  if (self->file == NULL || signet_batch_file_get_file (self->file) == NULL)
    return;
  self->opening = g_cancellable_new ();
  task = g_task_new (self, self->opening, on_opened_cb, NULL);
  g_task_set_task_data (task, g_object_ref (signet_batch_file_get_file (self->file)), g_object_unref);
  g_task_run_in_thread (task, open_in_thread);
}

void
signet_batch_look_set (SignetBatchLook *self,
                       SignetBatchFile *file,
                       gboolean         has_next)
{
  if (self->file != NULL)
    g_signal_handlers_disconnect_by_func (self->file, update, self);
  g_set_object (&self->file, file);
  self->has_next = has_next;
  show_pages (self);
  if (file == NULL)
    return;
  g_signal_connect_object (file, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->next));
}

void
signet_batch_look_set_mark_choice (SignetBatchLook  *self,
                                   SignetMarkChoice *choice)
{
  g_set_object (&self->mark, choice);
  signet_preview_set_mark_choice (self->preview, choice);
}

/* --- acts ---------------------------------------------------------------------------------------------------------------- */

void
signet_batch_look_activate (SignetBatchLook *self)
{
  g_signal_emit (self, signals[self->has_next ? NEXT : DONE], 0);
}

static void
on_leave_out_cb (SignetBatchLook *self)
{
  signet_batch_file_leave_out (self->file, !signet_batch_file_is_left_out (self->file));
}

static void
signet_batch_look_dispose (GObject *object)
{
  SignetBatchLook *self = SIGNET_BATCH_LOOK (object);

  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  g_clear_object (&self->file);
  g_clear_object (&self->mark);
  G_OBJECT_CLASS (signet_batch_look_parent_class)->dispose (object);
}

static void
signet_batch_look_class_init (SignetBatchLookClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_batch_look_dispose;
  g_type_ensure (SIGNET_TYPE_PREVIEW);
  g_type_ensure (SIGNET_TYPE_CHECK_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-batch-look.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetBatchLook, preview);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchLook, checks);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchLook, leave_out);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchLook, next);
  gtk_widget_class_bind_template_callback (widget_class, signet_batch_look_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_leave_out_cb);
  signals[NEXT] = g_signal_new ("next", SIGNET_TYPE_BATCH_LOOK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DONE] = g_signal_new ("done", SIGNET_TYPE_BATCH_LOOK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_batch_look_init (SignetBatchLook *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
