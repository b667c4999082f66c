/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-unlock.c: one question for a password, from a row of the list to the file that is read with it. Main thread. */
#define G_LOG_DOMAIN "signet-batch-unlock"

#include "config.h"

#include "signet-batch-unlock.h"
#include "../common/signet-ui.h"
#include "../pin/signet-desktop-interaction.h"

/* whose password it is, while it is asked for */
typedef struct {
  SignetBatch     *batch;  /* (owned) */
  SignetBatchFile *file;   /* (owned) */
  GtkWidget       *widget; /* (owned) */
} Unlocking;

static void
unlocking_free (Unlocking *unlocking)
{
  g_object_unref (unlocking->batch);
  g_object_unref (unlocking->file);
  g_object_unref (unlocking->widget);
  g_free (unlocking);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Unlocking, unlocking_free)

static void
on_unlocked_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      data)
{
  g_autoptr(Unlocking) unlocking = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetDocumentFile) file = signet_sign_unlock_finish (result, &error);

  /* signed or let go meanwhile */
  if (signet_batch_file_get_state (unlocking->file) != SIGNET_BATCH_LOCKED)
    return;
  if (file != NULL)
    signet_batch_take_unlocked (unlocking->batch, unlocking->file, file);
  else if (gtk_widget_get_root (unlocking->widget) != NULL)
    signet_ui_tell_error (unlocking->widget, error);
}

void
signet_batch_unlock (SignetBatch     *batch,
                     SignetBatchFile *file,
                     GtkWidget       *widget)
{
  g_autoptr(SignetDesktopInteraction) interaction = signet_desktop_interaction_new (widget);
  Unlocking *unlocking = g_new0 (Unlocking, 1);

  unlocking->batch = g_object_ref (batch);
  unlocking->file = g_object_ref (file);
  unlocking->widget = g_object_ref (widget);
  signet_sign_unlock_async (signet_batch_file_get_path (file), SIGNET_INTERACTION (interaction), NULL, on_unlocked_cb, unlocking);
}
