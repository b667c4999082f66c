/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-hand-group.c: save, copy or show the request, open the answer or have it dropped. What is in either is not looked at here.
   Main thread. */
#define G_LOG_DOMAIN "signet-hand-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-hand-group.h"
#include "signet-qr-window.h"
#include "../common/signet-drop-frame.h"
#include "../common/signet-ui.h"

struct _SignetHandGroup {
  AdwPreferencesGroup parent_instance;

  GtkListBox   *list;
  AdwActionRow *file;
  GtkWidget    *copy;
  GBytes       *content; /* (owned) (nullable) */
  char         *name;    /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetHandGroup, signet_hand_group, ADW_TYPE_PREFERENCES_GROUP)

static guint answered_signal;

/* PEM can be pasted into a form; DER cannot */
static gboolean
is_text (GBytes *content)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (content, &length);

  return g_utf8_validate (data, (gssize) length, NULL);
}

void
signet_hand_group_set_request (SignetHandGroup *self,
                               SignetRequest   *request)
{
  const char *name = NULL;
  const char *text = NULL;
  GBytes *content = signet_request_get_hand_file (request, &name, &text);

  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_pointer (&self->name, g_free);
  if (content == NULL)
    return;
  self->content = g_bytes_ref (content);
  self->name = g_strdup (name);
  adw_action_row_set_subtitle (self->file, text != NULL ? text : name);
  gtk_widget_set_visible (self->copy, is_text (content));
}

static void
on_copy_cb (SignetHandGroup *self)
{
  g_autofree char *text = self->content != NULL ? g_strndup (g_bytes_get_data (self->content, NULL), g_bytes_get_size (self->content)) : NULL;

  if (text == NULL)
    return;
  signet_ui_copy (GTK_WIDGET (self), text);
}

static void
on_qr_cb (SignetHandGroup *self)
{
  g_autoptr(GError) error = NULL;
  SignetQr *code = self->content != NULL ? signet_qr_new (self->content, &error) : NULL;
  GtkWindow *window;

  if (error != NULL)
    signet_ui_tell_error (GTK_WIDGET (self), error);
  if (code == NULL)
    return;
  window = signet_qr_window_new (code, self->name);
  gtk_window_set_transient_for (window, signet_ui_get_window (GTK_WIDGET (self)));
  gtk_window_present (window);
}

/* --- save ------------------------------------------------------------------------------------------------------------ */

static void
on_saved_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(SignetHandGroup) self = data;
  g_autoptr(GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    signet_ui_tell_error (GTK_WIDGET (self), error);
  else
    signet_ui_toast (GTK_WIDGET (self), _("The request is saved"));
}

static void
on_save_chosen_cb (GtkNativeDialog *dialog,
                   int              response,
                   SignetHandGroup *self)
{
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (file != NULL && self->content != NULL)
    g_file_replace_contents_bytes_async (file, self->content, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_saved_cb, g_object_ref (self));
  gtk_native_dialog_destroy (dialog);
}

static void
on_save_cb (SignetHandGroup *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Save the Request"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), self->name != NULL ? self->name : "request");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- open ------------------------------------------------------------------------------------------------------------ */

static void
on_open_chosen_cb (GtkNativeDialog *dialog,
                   int              response,
                   SignetHandGroup *self)
{
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  gtk_native_dialog_destroy (dialog);
  if (file != NULL)
    g_signal_emit (self, answered_signal, 0, file);
}

static void
on_dropped_cb (gpointer  data,
               GFile    *file)
{
  g_signal_emit (data, answered_signal, 0, file);
}

static void
on_open_cb (SignetHandGroup *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("The Answer of the Authority"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_open_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_hand_group_finalize (GObject *object)
{
  SignetHandGroup *self = SIGNET_HAND_GROUP (object);

  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self->name);
  G_OBJECT_CLASS (signet_hand_group_parent_class)->finalize (object);
}

static void
signet_hand_group_class_init (SignetHandGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_hand_group_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-hand-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetHandGroup, list);
  gtk_widget_class_bind_template_child (widget_class, SignetHandGroup, file);
  gtk_widget_class_bind_template_child (widget_class, SignetHandGroup, copy);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_qr_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_save_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_open_cb);
  answered_signal = g_signal_new ("answered", SIGNET_TYPE_HAND_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_FILE);
}

static void
signet_hand_group_init (SignetHandGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_drop_target_add (GTK_WIDGET (self), on_dropped_cb, self);
}
