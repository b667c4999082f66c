/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-group.c: what the mark shows (nothing, text, picture, both, a saved one), in which field or on which page. Where exactly is said on the
 * page itself (signet-mark-layer.c). Main thread.
 */
#define G_LOG_DOMAIN "signet-mark-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-mark-group.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-base-error.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetMarkGroup {
  AdwPreferencesGroup parent_instance;

  SignetMarkChoice *choice; /* (owned) (nullable) */
  GStrv             saved;  /* (owned): names of templates, behind the kinds of their own */
  GStrv             fields; /* (owned): empty signature fields, behind "On the page" */
  char             *picture; /* (owned) (nullable): chosen last */
  gboolean          has_pages; /* of many files, any of them */
  gboolean          filling; /* rows are being made to fit, not chosen */

  AdwComboRow   *kind;
  AdwActionRow  *image;
  AdwEntryRow   *reason;
  AdwEntryRow   *location;
  AdwComboRow   *where;
  AdwActionRow  *page_row;
  GtkSpinButton *page;
  GtkAdjustment *pages;
  AdwActionRow  *cover_row;
  GtkSwitch     *cover;
  AdwActionRow  *save;
};

G_DEFINE_FINAL_TYPE (SignetMarkGroup, signet_mark_group, ADW_TYPE_PREFERENCES_GROUP)

typedef enum { KIND_NONE, KIND_TEXT, KIND_IMAGE, KIND_BOTH, N_KINDS } Kind;
/* Of many files */
typedef enum { PLACE_LAST_PAGE, PLACE_FIRST_PAGE, PLACE_FIELDS, PLACE_SAVED } Place;

static void choose_image (SignetMarkGroup *self);

/* --- rows that fit --------------------------------------------------------------------------------------------------------- */

static guint
get_n_pages (SignetMarkGroup *self)
{
  SignetDocumentPdf *pdf = self->choice != NULL ? signet_mark_choice_get_pdf (self->choice) : NULL;

  return pdf != NULL ? signet_document_pdf_get_n_pages (pdf) : 0;
}

static gboolean
is_for_many (SignetMarkGroup *self)
{
  return self->choice != NULL && signet_mark_choice_is_for_many (self->choice);
}

static gboolean
has_fields (SignetMarkGroup *self)
{
  return self->fields != NULL && self->fields[0] != NULL;
}

/* the one function that makes the rows fit the choice */
static void
update (SignetMarkGroup *self)
{
  gboolean many = is_for_many (self);
  const SignetVisibleMark *mark = self->choice != NULL ? signet_mark_choice_get_mark (self->choice) : NULL;
  gboolean has_text = mark != NULL && mark->show != SIGNET_MARK_SHOW_IMAGE;
  gboolean has_image = mark != NULL && mark->show != SIGNET_MARK_SHOW_TEXT;
  g_autofree char *name = mark != NULL && mark->image != NULL ? signet_ui_display_name (mark->image) : g_strdup ("");
  SignetMarkBox box;

  self->filling = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), many ? self->has_pages : get_n_pages (self) > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->image), has_image && adw_combo_row_get_selected (self->kind) < N_KINDS);
  gtk_widget_set_visible (GTK_WIDGET (self->reason), has_text);
  gtk_widget_set_visible (GTK_WIDGET (self->location), has_text);
  gtk_widget_set_visible (GTK_WIDGET (self->where), mark != NULL && (many || has_fields (self)));
  gtk_widget_set_visible (GTK_WIDGET (self->page_row), !many && mark != NULL && mark->field == NULL && get_n_pages (self) > 1);
  gtk_widget_set_visible (GTK_WIDGET (self->save), mark != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->cover_row), mark != NULL && gtk_widget_get_visible (GTK_WIDGET (self->cover_row)));
  adw_action_row_set_subtitle (self->image, name);
  if (mark != NULL && signet_mark_choice_get_box (self->choice, &box))
    gtk_adjustment_set_value (self->pages, box.page + 1);
  self->filling = FALSE;
}

static void
fill_kinds (SignetMarkGroup *self,
            const char      *selected)
{
  static const char *const words[] = { N_("None"), N_("Name, time, reason"), N_("Picture"), N_("Picture and text") };
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);
  guint index = 0;

  g_strfreev (self->saved);
  self->saved = signet_mark_template_list (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    gtk_string_list_append (model, _(words[i]));
  for (guint i = 0; self->saved[i] != NULL; i++)
    {
      gtk_string_list_append (model, self->saved[i]);
      if (g_strcmp0 (selected, self->saved[i]) == 0)
        index = N_KINDS + i;
    }
  self->filling = TRUE;
  adw_combo_row_set_model (self->kind, G_LIST_MODEL (model));
  adw_combo_row_set_selected (self->kind, index);
  self->filling = FALSE;
}

/* of many files the fields have many names; what is said is where it stands on each */
static void
fill_places_of_many (SignetMarkGroup *self)
{
  const SignetVisibleMark *mark = signet_mark_choice_get_mark (self->choice);
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);
  Place place = PLACE_LAST_PAGE;

  gtk_string_list_append (model, _("On the last page"));
  gtk_string_list_append (model, _("On the first page"));
  gtk_string_list_append (model, _("In the signature field of each"));
  if (mark != NULL && mark->page != -1)
    place = mark->page == 1 ? PLACE_FIRST_PAGE : PLACE_SAVED;
  if (place == PLACE_SAVED)
    gtk_string_list_append (model, _("On the page it was saved with"));
  if (signet_mark_choice_is_in_fields (self->choice))
    place = PLACE_FIELDS;
  self->filling = TRUE;
  adw_combo_row_set_model (self->where, G_LIST_MODEL (model));
  adw_combo_row_set_selected (self->where, place);
  self->filling = FALSE;
}

static void
fill_places (SignetMarkGroup *self)
{
  SignetDocumentPdf *pdf = signet_mark_choice_get_pdf (self->choice);
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);

  g_strfreev (self->fields);
  self->fields = pdf != NULL ? signet_document_pdf_dup_empty_fields (pdf) : g_new0 (char *, 1);
  gtk_string_list_append (model, _("On the page"));
  for (guint i = 0; self->fields[i] != NULL; i++)
    {
      g_autofree char *safe = signet_text_sanitize (self->fields[i], -1, 80);
      /* translators: %s is the name of a signature field of a form */
      g_autofree char *words = g_strdup_printf (_("In the field %s"), safe);

      gtk_string_list_append (model, words);
    }
  adw_combo_row_set_model (self->where, G_LIST_MODEL (model));
  gtk_adjustment_set_upper (self->pages, MAX (1, get_n_pages (self)));
}

/* --- what is chosen --------------------------------------------------------------------------------------------------------- */

/* Where it was stays; nothing else of the old one does */
static SignetVisibleMark *
new_mark (SignetMarkGroup *self)
{
  const SignetVisibleMark *old = signet_mark_choice_get_mark (self->choice);
  SignetVisibleMark *mark = signet_mark_new ();
  guint where = adw_combo_row_get_selected (self->where);

  if (old != NULL && old->placed)
    {
      mark->placed = TRUE;
      mark->corner = old->corner;
      mark->x = old->x;
      mark->y = old->y;
      mark->width = old->width;
      mark->height = old->height;
    }
  if (old != NULL)
    mark->page = old->page;
  if (is_for_many (self))
    return mark;
  if (where > 0 && where != GTK_INVALID_LIST_POSITION)
    mark->field = g_strdup (self->fields[where - 1]);
  return mark;
}

static void
take (SignetMarkGroup   *self,
      SignetVisibleMark *mark)
{
  signet_words_fill_mark (mark);
  gtk_widget_set_visible (GTK_WIDGET (self->cover_row), FALSE);
  gtk_switch_set_active (self->cover, FALSE);
  signet_mark_choice_take_mark (self->choice, mark);
  if (is_for_many (self))
    fill_places_of_many (self);
  update (self);
}

static void
take_saved (SignetMarkGroup *self,
            const char      *name)
{
  g_autoptr(GError) error = NULL;
  SignetVisibleMark *mark = signet_mark_template_load (name, &error);

  if (mark != NULL)
    {
      take (self, mark);
      return;
    }
  signet_ui_tell_error (GTK_WIDGET (self), error);
  fill_kinds (self, NULL);
  signet_mark_choice_take_mark (self->choice, NULL);
  update (self);
}

static void
take_kind (SignetMarkGroup *self,
           Kind             kind)
{
  SignetVisibleMark *mark;

  if (kind != KIND_TEXT && self->picture == NULL)
    {
      choose_image (self);
      return;
    }
  mark = new_mark (self);
  mark->show = kind == KIND_TEXT ? SIGNET_MARK_SHOW_TEXT : kind == KIND_IMAGE ? SIGNET_MARK_SHOW_IMAGE : SIGNET_MARK_SHOW_BOTH;
  mark->image = kind != KIND_TEXT ? g_strdup (self->picture) : NULL;
  take (self, mark);
}

static void
on_kind_cb (SignetMarkGroup *self)
{
  guint kind = adw_combo_row_get_selected (self->kind);

  if (self->filling || self->choice == NULL || kind == GTK_INVALID_LIST_POSITION)
    return;
  if (kind == KIND_NONE)
    {
      signet_mark_choice_take_mark (self->choice, NULL);
      update (self);
    }
  else if (kind < N_KINDS)
    take_kind (self, (Kind) kind);
  else
    take_saved (self, self->saved[kind - N_KINDS]);
}

static void
choose_place_of_many (SignetMarkGroup *self,
                      Place            place)
{
  SignetVisibleMark *mark = NULL;

  signet_mark_choice_set_in_fields (self->choice, place == PLACE_FIELDS);
  if (place != PLACE_LAST_PAGE && place != PLACE_FIRST_PAGE)
    return;
  mark = signet_mark_copy (signet_mark_choice_get_mark (self->choice));
  mark->page = place == PLACE_LAST_PAGE ? -1 : 1;
  signet_mark_choice_take_mark (self->choice, mark);
}

static void
on_where_cb (SignetMarkGroup *self)
{
  const SignetVisibleMark *old = self->choice != NULL ? signet_mark_choice_get_mark (self->choice) : NULL;
  guint where = adw_combo_row_get_selected (self->where);
  SignetVisibleMark *mark;

  if (self->filling || old == NULL || where == GTK_INVALID_LIST_POSITION)
    return;
  if (is_for_many (self))
    {
      choose_place_of_many (self, (Place) where);
      return;
    }
  mark = signet_mark_copy (old);
  g_clear_pointer (&mark->field, g_free);
  if (where > 0)
    mark->field = g_strdup (self->fields[where - 1]);
  take (self, mark);
}

static void
on_page_cb (SignetMarkGroup *self)
{
  const SignetVisibleMark *old = self->choice != NULL ? signet_mark_choice_get_mark (self->choice) : NULL;
  SignetVisibleMark *mark;

  if (self->filling || old == NULL)
    return;
  mark = signet_mark_copy (old);
  mark->page = (int) gtk_adjustment_get_value (self->pages);
  take (self, mark);
}

static void
on_text_cb (SignetMarkGroup *self)
{
  if (self->choice != NULL)
    signet_mark_choice_set_texts (self->choice, gtk_editable_get_text (GTK_EDITABLE (self->reason)), gtk_editable_get_text (GTK_EDITABLE (self->location)));
}

static void
on_cover_cb (SignetMarkGroup *self)
{
  if (self->choice != NULL && !self->filling)
    signet_mark_choice_set_cover (self->choice, gtk_switch_get_active (self->cover));
}

/* --- a picture ------------------------------------------------------------------------------------------------------------------ */

static void
on_image_response_cb (GtkNativeDialog *dialog,
                      int              response,
                      SignetMarkGroup *self)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  const SignetVisibleMark *mark = signet_mark_choice_get_mark (self->choice);
  guint kind = adw_combo_row_get_selected (self->kind);

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    {
      g_free (self->picture);
      self->picture = g_file_get_path (file);
      take_kind (self, kind == KIND_BOTH ? KIND_BOTH : KIND_IMAGE);
    }
  else if (mark == NULL || mark->image == NULL)
    {
      /* no picture: what was chosen before */
      self->filling = TRUE;
      adw_combo_row_set_selected (self->kind, mark != NULL ? KIND_TEXT : KIND_NONE);
      self->filling = FALSE;
    }
  gtk_native_dialog_destroy (dialog);
}

static void
choose_image (SignetMarkGroup *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Choose a Picture"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _("_Choose"), _("_Cancel"));
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_add_mime_type (filter, "image/png");
  gtk_file_filter_add_mime_type (filter, "image/jpeg");
  gtk_file_filter_set_name (filter, _("Pictures (PNG, JPEG)"));
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_image_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_open_image_cb (SignetMarkGroup *self)
{
  choose_image (self);
}

/* --- under a name ----------------------------------------------------------------------------------------------------------------- */

static void
save (SignetMarkGroup *self,
      const char      *name)
{
  g_autoptr(GError) error = NULL;

  if (!signet_mark_template_save (name, signet_mark_choice_get_mark (self->choice), TRUE, &error))
    {
      signet_ui_tell_error (GTK_WIDGET (self), error);
      return;
    }
  fill_kinds (self, name);
  update (self);
  signet_ui_toast (GTK_WIDGET (self), _("The mark is saved"));
}

static void
on_name_cb (GtkEditable      *entry,
            AdwMessageDialog *dialog)
{
  adw_message_dialog_set_response_enabled (dialog, "save", signet_mark_template_is_name (gtk_editable_get_text (entry)));
}

static void
on_save_response_cb (AdwMessageDialog *dialog,
                     const char       *response,
                     SignetMarkGroup  *self)
{
  GtkEditable *entry = g_object_get_data (G_OBJECT (dialog), "entry");

  if (g_str_equal (response, "save") && signet_mark_choice_get_mark (self->choice) != NULL)
    save (self, gtk_editable_get_text (entry));
}

static void
on_save_cb (SignetMarkGroup *self)
{
  GtkWidget *dialog = adw_message_dialog_new (signet_ui_get_window (GTK_WIDGET (self)), _("Save This Mark"),
                                              _("What it shows and where it stands is kept under a name. One of the same name is replaced."));
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  signet_ui_set_spoken_name (entry, _("Name of the Mark"));
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "save", _("_Save"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "save", FALSE);
  g_object_set_data (G_OBJECT (dialog), "entry", entry);
  g_signal_connect (entry, "changed", G_CALLBACK (on_name_cb), dialog);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- life --------------------------------------------------------------------------------------------------------------------------- */

void
signet_mark_group_set_checks (SignetMarkGroup *self,
                              GPtrArray       *checks)
{
  gboolean covers = FALSE;

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (checks, i);

      covers |= g_str_equal (check->code, "mark-placement") && g_strcmp0 (check->detail, "covers-signature") == 0;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->cover_row), covers);
}

void
signet_mark_group_set_for_many (SignetMarkGroup *self,
                                gboolean         has_pages)
{
  self->has_pages = has_pages;
  update (self);
}

void
signet_mark_group_start_anew (SignetMarkGroup *self)
{
  if (self->choice == NULL)
    return;
  fill_kinds (self, NULL);
  self->filling = TRUE;
  if (is_for_many (self))
    fill_places_of_many (self);
  else
    fill_places (self);
  self->filling = TRUE;
  gtk_switch_set_active (self->cover, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->cover_row), FALSE);
  self->filling = FALSE;
  update (self);
}

void
signet_mark_group_set_choice (SignetMarkGroup  *self,
                              SignetMarkChoice *choice)
{
  g_set_object (&self->choice, choice);
  g_signal_connect_object (choice, "drawn", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (is_for_many (self))
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), _("The same on each PDF. Look at one of them to see it there, and to move it on all."));
  signet_mark_group_start_anew (self);
}

static void
signet_mark_group_dispose (GObject *object)
{
  SignetMarkGroup *self = SIGNET_MARK_GROUP (object);

  g_clear_object (&self->choice);
  g_clear_pointer (&self->saved, g_strfreev);
  g_clear_pointer (&self->fields, g_strfreev);
  g_clear_pointer (&self->picture, g_free);
  G_OBJECT_CLASS (signet_mark_group_parent_class)->dispose (object);
}

static void
signet_mark_group_class_init (SignetMarkGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_mark_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-mark-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, kind);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, image);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, reason);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, location);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, where);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, page_row);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, page);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, pages);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, cover_row);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, cover);
  gtk_widget_class_bind_template_child (widget_class, SignetMarkGroup, save);
  gtk_widget_class_bind_template_callback (widget_class, on_kind_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_open_image_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_text_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_where_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_page_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_cover_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_save_cb);
}

static void
signet_mark_group_init (SignetMarkGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
