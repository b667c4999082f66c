/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-counter-group.c: the signatures of a signature file by number, signer and time, and the file they are about. Whether they hold the pre-flight
 * tells. Main thread, except open_in_thread.
 */
#define G_LOG_DOMAIN "signet-counter-group"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-counter-group.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetCounterGroup {
  AdwPreferencesGroup parent_instance;

  GStrv               ids;      /* (owned): of the signatures that can be countersigned */
  SignetDocumentFile *content;  /* (owned) (nullable) */
  gboolean            encloses;
  gboolean            counters; /* the format is a countersignature */
  gboolean            again;    /* the format signs a signature file again */
  gboolean            filling;
  AdwComboRow        *signature;
  AdwActionRow       *content_row;
};

G_DEFINE_FINAL_TYPE (SignetCounterGroup, signet_counter_group, ADW_TYPE_PREFERENCES_GROUP)

static guint chosen_signal;

/* the one function that makes the rows fit format and file */
static void
update (SignetCounterGroup *self)
{
  gboolean wants_content = self->again && !self->encloses;
  g_autofree char *name = self->content != NULL ? signet_ui_display_name (signet_document_file_get_path (self->content)) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->signature), self->counters && self->ids[0] != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->content_row), wants_content);
  gtk_widget_set_visible (GTK_WIDGET (self), wants_content || (self->counters && self->ids[0] != NULL));
  adw_action_row_set_subtitle (self->content_row, name != NULL ? name : _("Not found beside the signature file"));
}

/* "1 · Li Na · 2026-11-20" */
static char *
dup_words (SignetDocumentSignature *signature)
{
  SignetCertificate *signer = signet_document_signature_get_signer (signature);
  gint64 time = signet_document_signature_get_claimed_time (signature);
  g_autofree char *holder = signer != NULL ? signet_text_sanitize (signet_certificate_get_holder (signer), -1, 80) : g_strdup (_("Unknown signer"));
  g_autofree char *date = time != SIGNET_TIME_UNKNOWN ? signet_words_date (time) : NULL;

  return g_strjoin (" · ", signet_document_signature_get_id (signature), holder, date, NULL);
}

static void
fill (SignetCounterGroup *self,
      GPtrArray          *signatures)
{
  g_autoptr(GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr(GtkStringList) words = gtk_string_list_new (NULL);

  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);
      g_autofree char *text = NULL;

      /* a countersignature itself is not countersigned */
      if (strchr (signet_document_signature_get_id (signature), '.') != NULL)
        continue;
      text = dup_words (signature);
      g_strv_builder_add (ids, signet_document_signature_get_id (signature));
      gtk_string_list_append (words, text);
    }
  self->filling = TRUE;
  g_strfreev (self->ids);
  self->ids = g_strv_builder_end (ids);
  adw_combo_row_set_model (self->signature, G_LIST_MODEL (words));
  self->filling = FALSE;
}

void
signet_counter_group_set_document (SignetCounterGroup *self,
                                   SignetOpenDocument *document)
{
  g_clear_object (&self->content);
  if (document != NULL && document->content != NULL)
    self->content = g_object_ref (document->content);
  self->encloses = document != NULL && document->encloses;
  fill (self, document != NULL ? document->signatures : NULL);
  update (self);
}

void
signet_counter_group_set_format (SignetCounterGroup *self,
                                 const char         *format)
{
  self->counters = g_strcmp0 (format, "cades-counter") == 0;
  self->again = self->counters || g_strcmp0 (format, "cades-parallel") == 0;
  update (self);
}

const char *
signet_counter_group_get_countersign (SignetCounterGroup *self)
{
  guint chosen = adw_combo_row_get_selected (self->signature);

  return chosen < g_strv_length (self->ids) ? self->ids[chosen] : NULL;
}

SignetDocumentFile *
signet_counter_group_get_content (SignetCounterGroup *self)
{
  return self->content;
}

static void
on_selected_cb (SignetCounterGroup *self)
{
  if (!self->filling)
    g_signal_emit (self, chosen_signal, 0);
}

/* --- what it is about -------------------------------------------------------------------------------------------------------- */

static void
open_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetDocumentFile *file = signet_document_file_open (data, &error);

  if (file != NULL)
    g_task_return_pointer (task, file, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_opened_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  SignetCounterGroup *self = SIGNET_COUNTER_GROUP (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetDocumentFile) file = g_task_propagate_pointer (G_TASK (result), &error);

  if (file == NULL)
    {
      signet_ui_tell_error (GTK_WIDGET (self), error);
      return;
    }
  g_set_object (&self->content, file);
  update (self);
  g_signal_emit (self, chosen_signal, 0);
}

static void
on_response_cb (GtkNativeDialog    *dialog,
                int                 response,
                SignetCounterGroup *self)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autoptr(GTask) task = NULL;

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    {
      task = g_task_new (self, NULL, on_opened_cb, NULL);
      g_task_set_task_data (task, g_file_get_path (file), g_free);
      g_task_run_in_thread (task, open_in_thread);
    }
  gtk_native_dialog_destroy (dialog);
}

static void
on_choose_cb (SignetCounterGroup *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Choose the Document That Was Signed"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _("_Choose"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- life ------------------------------------------------------------------------------------------------------------------------ */

static void
signet_counter_group_dispose (GObject *object)
{
  SignetCounterGroup *self = SIGNET_COUNTER_GROUP (object);

  g_clear_object (&self->content);
  G_OBJECT_CLASS (signet_counter_group_parent_class)->dispose (object);
}

static void
signet_counter_group_finalize (GObject *object)
{
  g_strfreev (SIGNET_COUNTER_GROUP (object)->ids);
  G_OBJECT_CLASS (signet_counter_group_parent_class)->finalize (object);
}

static void
signet_counter_group_class_init (SignetCounterGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_counter_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = signet_counter_group_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-counter-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetCounterGroup, signature);
  gtk_widget_class_bind_template_child_full (widget_class, "content", FALSE, G_STRUCT_OFFSET (SignetCounterGroup, content_row));
  gtk_widget_class_bind_template_callback (widget_class, on_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_cb);
  chosen_signal = g_signal_new ("chosen", SIGNET_TYPE_COUNTER_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_counter_group_init (SignetCounterGroup *self)
{
  self->ids = g_new0 (char *, 1);
  gtk_widget_init_template (GTK_WIDGET (self));
}
