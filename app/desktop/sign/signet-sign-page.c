/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-sign-page.c: walks from start to document to result, or, with several files, to their list. The document screens are made when the first
 * file comes, so that they cost the first frame nothing. Main thread.
 */
#define G_LOG_DOMAIN "signet-sign-page"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-sign-page.h"
#include "signet-batch-view.h"
#include "signet-sign-document.h"
#include "signet-sign-result.h"
#include "signet-sign-start.h"
#include "signet-sign-work.h"
#include "../common/signet-drop-frame.h"
#include "../common/signet-ui.h"
#include "../pin/signet-desktop-interaction.h"

struct _SignetSignPage {
  SignetPlace parent_instance;

  GtkStack           *stack;
  SignetSignStart    *start;
  SignetSignDocument *document;    /* (nullable): made with the first file */
  SignetSignResult   *result;      /* (nullable): the same */
  SignetBatchView    *batch;       /* (nullable): made with the first list of files */
  GPtrArray          *waiting;     /* (owned) (nullable) (element-type GFile): given before the core was open */
  GFile              *file;        /* (owned) (nullable): shown or being opened */
  GCancellable       *opening;     /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetSignPage, signet_sign_page, SIGNET_TYPE_PLACE)

static void
show (SignetSignPage *self,
      const char     *name)
{
  gtk_stack_set_visible_child_name (self->stack, name);
  signet_place_set_can_go_back (SIGNET_PLACE (self), !g_str_equal (name, "start"));
}

static void
show_start (SignetSignPage *self)
{
  if (self->document != NULL)
    signet_sign_document_set (self->document, NULL);
  if (self->batch != NULL)
    signet_batch_view_clear (self->batch);
  show (self, "start");
}

static gboolean
is_shown (SignetSignPage *self,
          const char     *name)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), name) == 0;
}

static void
on_signed_cb (SignetSignPage *self,
              const char     *path,
              gboolean        software_token,
              gboolean        postponed)
{
  show (self, "result");
  signet_sign_result_set (self->result, path, software_token, postponed);
  signet_sign_document_set (self->document, NULL);
}

static void
on_next_cb (SignetSignPage *self)
{
  show_start (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open", NULL);
}

static void
on_reopen_cb (SignetSignPage *self)
{
  signet_place_open_file (SIGNET_PLACE (self), self->file);
}

static void
ensure_screens (SignetSignPage *self)
{
  if (self->document != NULL)
    return;
  self->document = g_object_new (SIGNET_TYPE_SIGN_DOCUMENT, NULL);
  self->result = g_object_new (SIGNET_TYPE_SIGN_RESULT, NULL);
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->document), "document");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->result), "result");
  signet_sign_document_set_desktop (self->document, signet_place_get_desktop (SIGNET_PLACE (self)));
  g_signal_connect_object (self->document, "signed", G_CALLBACK (on_signed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "reopen", G_CALLBACK (on_reopen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->result, "next", G_CALLBACK (on_next_cb), self, G_CONNECT_SWAPPED);
}

static void
on_opened_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr(SignetSignPage) self = data;
  g_autoptr(GError) error = NULL;
  SignetOpenDocument *document = signet_sign_open_finish (result, &error);

  if (document == NULL)
    {
      signet_ui_tell_error (GTK_WIDGET (self), error);
      return;
    }
  ensure_screens (self);
  signet_sign_document_set (self->document, document);
  show (self, "document");
}

/* --- many files ---------------------------------------------------------------------------------------------------------- */

static void
ensure_batch (SignetSignPage *self)
{
  if (self->batch != NULL)
    return;
  self->batch = g_object_new (SIGNET_TYPE_BATCH_VIEW, NULL);
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->batch), "batch");
  signet_batch_view_set_desktop (self->batch, signet_place_get_desktop (SIGNET_PLACE (self)));
  g_signal_connect_object (self->batch, "next", G_CALLBACK (on_next_cb), self, G_CONNECT_SWAPPED);
}

static guint
count_local (GPtrArray *files)
{
  guint n = 0;

  for (guint i = 0; i < files->len; i++)
    n += g_file_peek_path (g_ptr_array_index (files, i)) != NULL;
  return n;
}

/* to the list that is shown, else to a new one */
static void
open_batch (SignetSignPage *self,
            GPtrArray      *files)
{
  if (count_local (files) < files->len)
    signet_ui_toast (GTK_WIDGET (self), _("Only files on this computer can be signed. Save them first."));
  if (count_local (files) == 0)
    return;
  ensure_batch (self);
  if (!is_shown (self, "batch"))
    signet_batch_view_clear (self->batch);
  signet_batch_view_add (self->batch, files);
  show (self, "batch");
}

static void
wait_for_core (SignetSignPage *self,
               GPtrArray      *files)
{
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (self->waiting, g_object_ref (g_ptr_array_index (files, i)));
}

static void
signet_sign_page_open_files (SignetPlace *place,
                             GPtrArray   *files)
{
  SignetSignPage *self = SIGNET_SIGN_PAGE (place);

  if (!signet_desktop_is_open (signet_place_get_desktop (place)))
    wait_for_core (self, files);
  else if (files->len > 1 || is_shown (self, "batch"))
    open_batch (self, files);
  else
    signet_place_open_file (place, g_ptr_array_index (files, 0));
}

/* --- one file ------------------------------------------------------------------------------------------------------------ */

static void
signet_sign_page_open_file (SignetPlace *place,
                            GFile       *file)
{
  SignetSignPage *self = SIGNET_SIGN_PAGE (place);
  g_autoptr(SignetDesktopInteraction) interaction = NULL;
  g_autofree char *path = g_file_get_path (file);

  if (path == NULL)
    {
      signet_ui_toast (GTK_WIDGET (self), _("Only files on this computer can be signed. Save it first."));
      return;
    }
  g_set_object (&self->file, file);
  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  self->opening = g_cancellable_new ();
  interaction = signet_desktop_interaction_new (GTK_WIDGET (self));
  signet_sign_open_async (path, SIGNET_INTERACTION (interaction), self->opening, on_opened_cb, g_object_ref (self));
}

static void
signet_sign_page_start (SignetPlace *place)
{
  SignetSignPage *self = SIGNET_SIGN_PAGE (place);
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  signet_sign_start_set_desktop (self->start, signet_place_get_desktop (place));
  if (waiting != NULL)
    signet_place_open_files (place, waiting);
}

static void
signet_sign_page_go_back (SignetPlace *place)
{
  SignetSignPage *self = SIGNET_SIGN_PAGE (place);

  if (is_shown (self, "batch"))
    {
      /* what is being signed is stopped by its own button, not by leaving */
      if (!signet_batch_view_go_back (self->batch) && !signet_batch_view_is_running (self->batch))
        show_start (self);
      return;
    }
  if (self->document == NULL || gtk_stack_get_visible_child (self->stack) != GTK_WIDGET (self->document) ||
      !signet_sign_document_go_back (self->document))
    show_start (self);
}

static void
signet_sign_page_activate_main (SignetPlace *place)
{
  SignetSignPage *self = SIGNET_SIGN_PAGE (place);
  const char *shown = gtk_stack_get_visible_child_name (self->stack);

  if (g_strcmp0 (shown, "document") == 0)
    signet_sign_document_activate (self->document);
  else if (g_strcmp0 (shown, "result") == 0)
    on_next_cb (self);
  else if (g_strcmp0 (shown, "batch") == 0)
    signet_batch_view_activate (self->batch);
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open", NULL);
}

static void
on_dropped_cb (gpointer   data,
               GPtrArray *files)
{
  signet_place_open_files (SIGNET_PLACE (data), files);
}

static void
signet_sign_page_dispose (GObject *object)
{
  SignetSignPage *self = SIGNET_SIGN_PAGE (object);

  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_object (&self->file);
  G_OBJECT_CLASS (signet_sign_page_parent_class)->dispose (object);
}

static void
signet_sign_page_class_init (SignetSignPageClass *klass)
{
  SignetPlaceClass *place_class = SIGNET_PLACE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_sign_page_dispose;
  place_class->start = signet_sign_page_start;
  place_class->open_file = signet_sign_page_open_file;
  place_class->open_files = signet_sign_page_open_files;
  place_class->go_back = signet_sign_page_go_back;
  place_class->activate_main = signet_sign_page_activate_main;
}

static void
signet_sign_page_init (SignetSignPage *self)
{
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_transition_type (self->stack, GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  self->start = g_object_new (SIGNET_TYPE_SIGN_START, NULL);
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->start), "start");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->stack));
  signet_drop_target_add_for_many (GTK_WIDGET (self), on_dropped_cb, self);
}
