/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-form-group.c: text, choice, secret and file fields of a plugin's form. All its texts are plain, never markup. No template: the form is the
 * template. Main thread.
 */
#define G_LOG_DOMAIN "signet-form-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-form-group.h"
#include "../common/signet-ui.h"
#include "../pin/signet-secret-entry.h"
#include "../../core/base/signet-text.h"

struct _SignetFormGroup {
  AdwPreferencesGroup parent_instance;

  SignetForm *form;    /* (owned) (nullable) */
  GPtrArray  *rows;    /* (element-type GtkWidget): borrowed, one a field, in order */
  GPtrArray  *touched; /* (element-type GtkWidget): rows that were typed in: only those are called wrong */
  GtkListBox *list;
  GtkLabel   *message;
};

G_DEFINE_FINAL_TYPE (SignetFormGroup, signet_form_group, ADW_TYPE_PREFERENCES_GROUP)

static guint changed_signal;

static const char *
get_value (const SignetField *field,
           GtkWidget         *row)
{
  if (field->kind == SIGNET_FIELD_CHOICE)
    {
      guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (row));

      return field->choices != NULL && selected < g_strv_length (field->choices) ? field->choices[selected] : "";
    }
  if (field->kind == SIGNET_FIELD_FILE)
    {
      const char *path = g_object_get_data (G_OBJECT (row), "path");

      return path != NULL ? path : "";
    }
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static gboolean
check_row (SignetFormGroup  *self,
           guint             index,
           GError          **error)
{
  const SignetField *field = signet_form_get_field (self->form, index);

  return signet_form_check_value (self->form, field->id, get_value (field, g_ptr_array_index (self->rows, index)), error);
}

/* the one function that makes messages and red rows fit what was typed */
static void
update (SignetFormGroup *self)
{
  g_autofree char *message = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);
      g_autoptr(GError) error = NULL;
      gboolean wrong = !check_row (self, i, &error) && g_ptr_array_find (self->touched, row, NULL);

      if (wrong)
        gtk_widget_add_css_class (row, "error");
      else
        gtk_widget_remove_css_class (row, "error");
      if (wrong && message == NULL)
        message = signet_text_sanitize (error->message, -1, 200);
      gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                                   wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
    }
  gtk_label_set_label (self->message, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), message != NULL);
}

static void
on_changed_cb (GtkWidget       *row,
               SignetFormGroup *self)
{
  const char *text = GTK_IS_EDITABLE (row) ? gtk_editable_get_text (GTK_EDITABLE (row)) : "";

  /* an empty field is not yet wrong, it is not yet filled in */
  if (*text != '\0' && !g_ptr_array_find (self->touched, row, NULL))
    g_ptr_array_add (self->touched, row);
  update (self);
  g_signal_emit (self, changed_signal, 0);
}

static void
on_selected_cb (GtkWidget       *row,
                GParamSpec      *pspec,
                SignetFormGroup *self)
{
  on_changed_cb (row, self);
}

static GtkWidget *
new_choice (SignetFormGroup   *self,
            const SignetField *field)
{
  GtkWidget *row = signet_ui_new_plain_row (ADW_TYPE_COMBO_ROW, field->label);
  g_autoptr(GtkStringList) model = gtk_string_list_new ((const char *const *) (field->choice_labels != NULL ? field->choice_labels : field->choices));

  if (field->help != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), field->help);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
  for (guint i = 0; field->value != NULL && field->choices != NULL && field->choices[i] != NULL; i++)
    if (g_str_equal (field->choices[i], field->value))
      adw_combo_row_set_selected (ADW_COMBO_ROW (row), i);
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (on_selected_cb), self, 0);
  return row;
}

static GtkWidget *
new_entry (SignetFormGroup   *self,
           const SignetField *field)
{
  GtkWidget *row = signet_ui_new_plain_row (field->kind == SIGNET_FIELD_SECRET ? ADW_TYPE_PASSWORD_ENTRY_ROW : ADW_TYPE_ENTRY_ROW,
                                            field->label);

  if (field->kind == SIGNET_FIELD_SECRET)
    signet_secret_entry_guard (ADW_PASSWORD_ENTRY_ROW (row));
  if (field->value != NULL)
    gtk_editable_set_text (GTK_EDITABLE (row), field->value);
  if (field->help != NULL)
    gtk_widget_set_tooltip_text (row, field->help);
  g_signal_connect_object (row, "changed", G_CALLBACK (on_changed_cb), self, 0);
  return row;
}

/* --- a file ---------------------------------------------------------------------------------------------------------- */

static void
on_file_chosen_cb (GtkNativeDialog *dialog,
                   int              response,
                   GtkWidget       *row)
{
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  char *path = file != NULL ? g_file_get_path (file) : NULL;
  g_autofree char *name = path != NULL ? signet_ui_display_name (path) : NULL;

  if (path != NULL)
    {
      g_object_set_data_full (G_OBJECT (row), "path", path, g_free);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), name);
      on_changed_cb (row, g_object_get_data (G_OBJECT (row), "group"));
    }
  gtk_native_dialog_destroy (dialog);
}

static void
on_choose_file_cb (GtkWidget *row)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)),
                                                              signet_ui_get_window (row), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Choose"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen_cb), row, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static GtkWidget *
new_file (SignetFormGroup   *self,
          const SignetField *field)
{
  GtkWidget *row = signet_ui_new_row (field->label, field->help != NULL ? field->help : _("No file chosen"));
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Choose…"));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  g_object_set_data (G_OBJECT (row), "group", self);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_choose_file_cb), row, G_CONNECT_SWAPPED);
  return row;
}

static GtkWidget *
new_row_for (SignetFormGroup   *self,
             const SignetField *field)
{
  if (field->kind == SIGNET_FIELD_CHOICE)
    return new_choice (self, field);
  return field->kind == SIGNET_FIELD_FILE ? new_file (self, field) : new_entry (self, field);
}

static void
add_field (SignetFormGroup   *self,
           const SignetField *field)
{
  GtkWidget *row = new_row_for (self, field);

  g_ptr_array_add (self->rows, row);
  gtk_list_box_append (self->list, row);
}

/* who asks: a plugin's form is never to be taken for a question of Signet's. The description is markup. */
static void
frame (SignetFormGroup *self)
{
  const char *asker = self->form != NULL ? signet_form_get_asker (self->form) : NULL;
  gboolean suspicious = asker != NULL && signet_form_names_pin (self->form);
  g_autofree char *words = NULL;
  g_autofree char *escaped = NULL;

  if (suspicious)
    /* translators: %s is the name of a plugin */
    words = g_strdup_printf (_("Warning: the plugin “%s” speaks of a PIN. The PIN of your token is no answer to it: only Signet asks for that."), asker);
  else if (asker != NULL)
    /* translators: %s is the name of a plugin */
    words = g_strdup_printf (_("Asked by the plugin “%s”"), asker);
  escaped = g_markup_escape_text (words != NULL ? words : "", -1);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), words != NULL ? escaped : NULL);
  if (suspicious)
    gtk_widget_add_css_class (GTK_WIDGET (self), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "warning");
}

void
signet_form_group_set_form (SignetFormGroup *self,
                            SignetForm      *form)
{
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->touched, 0);
  signet_ui_clear_list (self->list);
  g_set_object (&self->form, form);
  for (guint i = 0; form != NULL && i < signet_form_get_n_fields (form); i++)
    add_field (self, signet_form_get_field (form, i));
  gtk_widget_set_visible (GTK_WIDGET (self), self->rows->len > 0);
  frame (self);
  update (self);
}

gboolean
signet_form_group_is_complete (SignetFormGroup *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (!check_row (self, i, NULL))
      return FALSE;
  return self->form != NULL;
}

GHashTable *
signet_form_group_dup_values (SignetFormGroup *self)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const SignetField *field = signet_form_get_field (self->form, i);

      if (field->kind != SIGNET_FIELD_SECRET)
        g_hash_table_insert (values, g_strdup (field->id), g_strdup (get_value (field, g_ptr_array_index (self->rows, i))));
    }
  return values;
}

GHashTable *
signet_form_group_dup_files (SignetFormGroup *self)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const SignetField *field = signet_form_get_field (self->form, i);
      const char *path = field->kind == SIGNET_FIELD_FILE ? get_value (field, g_ptr_array_index (self->rows, i)) : "";

      if (*path != '\0')
        g_hash_table_insert (files, g_strdup (field->id), g_strdup (path));
    }
  return files;
}

GHashTable *
signet_form_group_dup_secrets (SignetFormGroup *self)
{
  GHashTable *secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) signet_secret_unref);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const SignetField *field = signet_form_get_field (self->form, i);

      if (field->kind == SIGNET_FIELD_SECRET)
        g_hash_table_insert (secrets, g_strdup (field->id), signet_secret_entry_dup (g_ptr_array_index (self->rows, i)));
    }
  return secrets;
}

static void
signet_form_group_dispose (GObject *object)
{
  SignetFormGroup *self = SIGNET_FORM_GROUP (object);

  for (guint i = 0; i < self->rows->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->rows, i), self);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->touched, 0);
  G_OBJECT_CLASS (signet_form_group_parent_class)->dispose (object);
}

static void
signet_form_group_finalize (GObject *object)
{
  SignetFormGroup *self = SIGNET_FORM_GROUP (object);

  g_clear_object (&self->form);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->touched);
  G_OBJECT_CLASS (signet_form_group_parent_class)->finalize (object);
}

static void
signet_form_group_class_init (SignetFormGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = signet_form_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = signet_form_group_finalize;
  changed_signal = g_signal_new ("changed", SIGNET_TYPE_FORM_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_form_group_init (SignetFormGroup *self)
{
  self->rows = g_ptr_array_new ();
  self->touched = g_ptr_array_new ();
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  self->message = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0f, "wrap", TRUE, "margin-top", 8, "margin-start", 14, "visible", FALSE, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->message), "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->message), "caption");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->list));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->message));
}
