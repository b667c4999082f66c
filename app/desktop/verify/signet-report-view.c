/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-report-view.c: headline, buttons, one card a signature; saves the report as JSON. Main thread. */
#define G_LOG_DOMAIN "signet-report-view"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-report-view.h"
#include "signet-signature-card.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-base-error.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetReportView {
  AdwBin parent_instance;

  SignetFileReport *report; /* (owned) (nullable) */

  GtkScrolledWindow *scrolled;
  GtkLabel  *name;
  GtkLabel  *facts;
  GtkImage  *icon;
  GtkLabel  *headline;
  GtkLabel  *detail;
  GtkWidget *choose_data;
  GtkBox    *signatures;
};

G_DEFINE_FINAL_TYPE (SignetReportView, signet_report_view, ADW_TYPE_BIN)

static guint choose_data_signal;

static SignetState
state_of (SignetVerdict verdict)
{
  switch (verdict)
    {
    case SIGNET_VERDICT_PASSED: return SIGNET_STATE_OK;
    case SIGNET_VERDICT_FAILED: return SIGNET_STATE_STOP;
    case SIGNET_VERDICT_INDETERMINATE: return SIGNET_STATE_WARNING;
    case SIGNET_VERDICT_NOT_SIGNED:
    default: return SIGNET_STATE_UNKNOWN;
    }
}

/* a detached signature whose data was not found */
static gboolean
misses_data (SignetFileReport *report)
{
  GPtrArray *signatures = signet_file_report_get_signatures (report);

  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = signet_signature_report_get_signature (g_ptr_array_index (signatures, i));

      if (signet_document_signature_get_integrity (signature) == SIGNET_INTEGRITY_NO_DATA)
        return TRUE;
    }
  return FALSE;
}

static void
show_signatures (SignetReportView *self)
{
  GPtrArray *signatures = signet_file_report_get_signatures (self->report);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->signatures))) != NULL)
    gtk_box_remove (self->signatures, child);
  for (guint i = 0; i < signatures->len; i++)
    gtk_box_append (self->signatures, GTK_WIDGET (signet_signature_card_new (g_ptr_array_index (signatures, i),
                                                                             signatures->len > 1 ? i + 1 : 0)));
}

/* the one function that makes the page fit the report */
static void
update (SignetReportView *self)
{
  guint n = signet_file_report_get_signatures (self->report)->len;
  g_autofree char *name = signet_ui_display_name (signet_file_report_get_path (self->report));
  g_autofree char *count = g_strdup_printf (ngettext ("%u signature", "%u signatures", n), n);
  g_autofree char *headline = signet_words_verdict_headline (self->report);
  g_autofree char *detail = signet_words_verdict_detail (self->report);

  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->facts, n > 0 ? count : _("No signature"));
  signet_state_image_set (self->icon, state_of (signet_file_report_get_verdict (self->report)));
  gtk_label_set_label (self->headline, headline);
  gtk_label_set_label (self->detail, detail != NULL ? detail : "");
  gtk_widget_set_visible (GTK_WIDGET (self->detail), detail != NULL && *detail != '\0');
  gtk_widget_set_visible (self->choose_data, misses_data (self->report));
  show_signatures (self);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scrolled), 0);
}

void
signet_report_view_set_report (SignetReportView *self,
                               SignetFileReport *report)
{
  g_set_object (&self->report, report);
  update (self);
}

static void
on_open_cb (SignetReportView *self)
{
  signet_ui_open_file (GTK_WIDGET (self), signet_file_report_get_path (self->report));
}

static void
on_choose_data_cb (SignetReportView *self)
{
  g_signal_emit (self, choose_data_signal, 0);
}

/* --- Save Report ----------------------------------------------------------------------------------------------------- */

static void
on_written_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr(SignetReportView) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) told = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      signet_ui_toast (GTK_WIDGET (self), _("Report saved"));
      return;
    }
  told = g_error_new_literal (SIGNET_BASE_ERROR, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ?
                              SIGNET_BASE_ERROR_NO_SPACE : SIGNET_BASE_ERROR_CANNOT_WRITE, error->message);
  signet_ui_tell_error (GTK_WIDGET (self), told);
}

static GBytes *
new_json (SignetReportView *self)
{
  g_autoptr(GPtrArray) reports = g_ptr_array_new ();
  g_autoptr(JsonNode) node = NULL;
  char *text;

  g_ptr_array_add (reports, self->report);
  node = signet_words_report_to_json (reports);
  text = json_to_string (node, TRUE);
  return g_bytes_new_take (text, strlen (text));
}

static void
on_save_chosen_cb (GtkNativeDialog  *dialog,
                   int               response,
                   SignetReportView *self)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    {
      g_autoptr(GBytes) bytes = new_json (self);

      g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, on_written_cb, g_object_ref (self));
    }
  gtk_native_dialog_destroy (dialog);
}

static void
on_save_cb (SignetReportView *self)
{
  g_autofree char *base = g_path_get_basename (signet_file_report_get_path (self->report));
  /* translators: the name of a saved report; %s is the name of the verified file, keep .json at the end */
  g_autofree char *name = g_strdup_printf (_("%s report.json"), base);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Save Report As"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_report_view_dispose (GObject *object)
{
  SignetReportView *self = SIGNET_REPORT_VIEW (object);

  g_clear_object (&self->report);
  G_OBJECT_CLASS (signet_report_view_parent_class)->dispose (object);
}

static void
signet_report_view_class_init (SignetReportViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_report_view_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/verify/signet-report-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, name);
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, facts);
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, icon);
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, headline);
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, detail);
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, choose_data);
  gtk_widget_class_bind_template_child (widget_class, SignetReportView, signatures);
  gtk_widget_class_bind_template_callback (widget_class, on_open_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_save_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_data_cb);
  choose_data_signal = g_signal_new ("choose-data", SIGNET_TYPE_REPORT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_report_view_init (SignetReportView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
