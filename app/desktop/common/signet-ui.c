/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-ui.c: rows and dialogs several widgets share. Outside text is never markup here. Main thread.
 */
#define G_LOG_DOMAIN "signet-ui"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

#define LONGEST_NAME 80

void
signet_ui_clear_list (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

GtkWidget *
signet_ui_new_tag (const char *word,
                   const char *style)
{
  GtkWidget *tag = gtk_label_new (word);

  gtk_widget_add_css_class (tag, "tag");
  if (style != NULL)
    gtk_widget_add_css_class (tag, style);
  gtk_widget_set_valign (tag, GTK_ALIGN_CENTER);
  return tag;
}

GtkWidget *
signet_ui_new_plain_row (GType       type,
                         const char *title)
{
  GtkWidget *row = g_object_new (type, NULL);

  /* one after the other: g_object_new() with both lets the title through as markup first */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  return row;
}

GtkWidget *
signet_ui_new_row (const char *title,
                   const char *subtitle)
{
  GtkWidget *row = signet_ui_new_plain_row (ADW_TYPE_ACTION_ROW, title);

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  return row;
}

GtkWidget *
signet_ui_new_state_row (SignetState  state,
                         const char  *title,
                         const char  *subtitle)
{
  GtkWidget *row = signet_ui_new_row (title, subtitle);

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), signet_state_image_new (state));
  return row;
}

GtkWidget *
signet_ui_new_state_line (SignetState  state,
                          const char  *words)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *image = signet_state_image_new (state);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL,
                                   "label", words, "xalign", 0.0f, "hexpand", TRUE,
                                   "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);

  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_widget_set_margin_top (image, 1);
  gtk_box_append (GTK_BOX (line), image);
  gtk_box_append (GTK_BOX (line), label);
  return line;
}

static void
on_copy_clicked_cb (GtkButton *button,
                    gpointer   data)
{
  signet_ui_copy (GTK_WIDGET (button), g_object_get_data (G_OBJECT (button), "value"));
}

GtkWidget *
signet_ui_new_copy_button (const char *title,
                           const char *value)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  /* translators: %s is the name of a value, such as "Serial number" */
  g_autofree char *label = g_strdup_printf (_("Copy %s"), title);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (button), "value", g_strdup (value), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (on_copy_clicked_cb), NULL);
  return button;
}

/**
 * signet_ui_set_spoken_name:
 * @widget: a widget that shows words of its own
 * @name: what a screen reader says instead
 *
 * Newer GTK labels a button by the label inside it, which goes before a name given to it.
 */
void
signet_ui_set_spoken_name (GtkWidget  *widget,
                           const char *name)
{
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/**
 * signet_ui_set_mnemonic_label:
 * @check: a check button with use-underline
 * @label: its words, with a mnemonic
 *
 * GTK 4.8 says the underscore of a label that is set later.
 */
void
signet_ui_set_mnemonic_label (GtkCheckButton *check,
                              const char     *label)
{
  g_auto(GStrv) parts = g_strsplit (label, "_", -1);
  g_autofree char *plain = g_strjoinv (NULL, parts);

  gtk_check_button_set_label (check, label);
  signet_ui_set_spoken_name (GTK_WIDGET (check), plain);
}

GtkWidget *
signet_ui_new_value_row (const char *title,
                         const char *value,
                         gboolean    can_copy)
{
  GtkWidget *row = signet_ui_new_row (title, value);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  if (can_copy)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), signet_ui_new_copy_button (title, value));
  return row;
}

void
signet_ui_add_next_arrow (GtkWidget *row)
{
  GtkWidget *arrow = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic",
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
}

char *
signet_ui_display_name (const char *path)
{
  g_autofree char *base = g_filename_display_basename (path);
  g_autofree char *safe = signet_text_sanitize (base, -1, 0);

  return signet_text_shorten_middle (safe, LONGEST_NAME);
}

GtkWindow *
signet_ui_get_window (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

void
signet_ui_open_file (GtkWidget  *widget,
                     const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  if (uri != NULL)
    gtk_show_uri (signet_ui_get_window (widget), uri, GDK_CURRENT_TIME);
}

static void
on_folder_shown_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      data)
{
  g_autoptr(GtkWidget) widget = data;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autofree char *folder = NULL;

  if (reply != NULL)
    return;
  /* no file manager speaks the interface: at least open the folder */
  folder = g_path_get_dirname (g_object_get_data (G_OBJECT (widget), "signet-shown-path"));
  signet_ui_open_file (widget, folder);
}

void
signet_ui_show_in_folder (GtkWidget  *widget,
                          const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  GDBusConnection *bus = g_application_get_dbus_connection (g_application_get_default ());
  const char *uris[] = { uri, NULL };

  g_object_set_data_full (G_OBJECT (widget), "signet-shown-path", g_strdup (path), g_free);
  if (bus != NULL && uri != NULL)
    g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1",
                            "ShowItems", g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, 5000, NULL,
                            on_folder_shown_cb, g_object_ref (widget));
}

void
signet_ui_copy (GtkWidget  *widget,
                const char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  signet_ui_toast (widget, _("Copied"));
}

void
signet_ui_toast (GtkWidget  *widget,
                 const char *text)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), adw_toast_new (escaped));
}

static GtkWidget *
new_details (const char *message)
{
  g_autofree char *safe = signet_text_sanitize (message, -1, 2000);
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_("_Details"));
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL,
                                   "label", safe, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "xalign", 0.0f,
                                   "selectable", TRUE, "margin-top", 6, "max-width-chars", 50, NULL);

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_expander_set_child (GTK_EXPANDER (expander), label);
  return expander;
}

/**
 * signet_ui_new_error_dialog:
 * @widget: whose window is in trouble
 * @error: what happened
 *
 * Returns: (transfer floating): a dialog with a sentence, what to do, and the technical words folded; one response "close"
 */
AdwMessageDialog *
signet_ui_new_error_dialog (GtkWidget    *widget,
                            const GError *error)
{
  g_autofree char *what = NULL;
  g_autofree char *remedy = NULL;
  GtkWidget *dialog;

  signet_words_explain_error (error, &what, &remedy);
  dialog = adw_message_dialog_new (signet_ui_get_window (widget), what, remedy);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), new_details (error->message));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  return ADW_MESSAGE_DIALOG (dialog);
}

void
signet_ui_tell_error (GtkWidget    *widget,
                      const GError *error)
{
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  gtk_window_present (GTK_WINDOW (signet_ui_new_error_dialog (widget, error)));
}
