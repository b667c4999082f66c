/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-details.c: form and key choice; follows the token list. Main thread. */
#define G_LOG_DOMAIN "signet-enrol-details"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-enrol-details.h"
#include "signet-form-group.h"
#include "../certificates/signet-software-token-dialog.h"
#include "../common/signet-token-row.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetEnrolDetails {
  AdwBin parent_instance;

  SignetDesktop   *desktop;   /* (owned) (nullable) */
  SignetAuthority *authority; /* (owned) (nullable) */
  SignetTokenKey  *again;     /* (owned) (nullable): the key that is used again */
  GPtrArray       *places;    /* (owned) (nullable): of the chosen token, where it has some */
  GPtrArray       *tokens;    /* (owned) (nullable): those in the combo row */
  GPtrArray       *specs;     /* (owned): const SignetKeySpec *, those in the combo row */

  GtkSpinner          *spinner;
  SignetFormGroup     *form;
  AdwPreferencesGroup *key;
  AdwActionRow        *again_row;
  AdwComboRow         *token;
  AdwComboRow         *type;
  AdwComboRow         *place;
  GtkWidget           *none;
};

G_DEFINE_FINAL_TYPE (SignetEnrolDetails, signet_enrol_details, ADW_TYPE_BIN)

static guint changed_signal;

static SignetToken *
get_token (SignetEnrolDetails *self)
{
  guint selected = adw_combo_row_get_selected (self->token);

  return self->tokens != NULL && selected < self->tokens->len ? g_ptr_array_index (self->tokens, selected) : NULL;
}

static const SignetKeySpec *
get_spec (SignetEnrolDetails *self)
{
  guint selected = adw_combo_row_get_selected (self->type);

  return selected < self->specs->len ? g_ptr_array_index (self->specs, selected) : NULL;
}

/* the one function that makes the key rows fit what is there */
static void
update (SignetEnrolDetails *self)
{
  SignetToken *token = get_token (self);

  gtk_widget_set_visible (GTK_WIDGET (self->again_row), self->again != NULL);
  gtk_widget_set_visible (self->none, token == NULL && self->again == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->token), token != NULL && self->again == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->type), token != NULL && self->again == NULL);
  if (token != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->token), signet_token_is_software (token) ?
                                 _("A file on this computer, for trying things out") : _("The private key never leaves the token"));
  g_signal_emit (self, changed_signal, 0);
}

/* --- key types ------------------------------------------------------------------------------------------------------- */

static void
fill_types (SignetEnrolDetails *self)
{
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);
  SignetToken *token = get_token (self);
  g_auto(GStrv) wanted = self->authority != NULL ? signet_authority_dup_key_specs (self->authority) : NULL;

  g_ptr_array_set_size (self->specs, 0);
  for (guint i = 0; token != NULL && wanted != NULL && wanted[i] != NULL; i++)
    {
      const SignetKeySpec *spec = signet_key_spec_find (wanted[i]);

      if (spec == NULL || !signet_token_can_make_key (token, spec->id))
        continue;
      g_ptr_array_add (self->specs, (gpointer) spec);
      gtk_string_list_append (model, spec->display_name);
    }
  adw_combo_row_set_model (self->type, G_LIST_MODEL (model));
}

/* --- places ---------------------------------------------------------------------------------------------------------- */

/* "9c", or what a key made there destroys */
static char *
dup_place_words (const SignetTokenPlace *place)
{
  SignetCertificate *certificate = place->key != NULL ? signet_token_key_get_certificate (place->key) : NULL;

  if (!place->taken)
    return g_strdup (place->name);
  /* translators: a place of a card like 9c, then whose certificate or what key is there */
  return g_strdup_printf (_("%s · taken by %s"), place->name,
                          certificate != NULL ? signet_certificate_get_holder (certificate) : signet_token_key_get_key_text (place->key));
}

static const SignetTokenPlace *
get_place (SignetEnrolDetails *self)
{
  guint selected = adw_combo_row_get_selected (self->place);

  return self->places != NULL && selected < self->places->len ? g_ptr_array_index (self->places, selected) : NULL;
}

static void
on_place_cb (SignetEnrolDetails *self)
{
  const SignetTokenPlace *place = get_place (self);
  g_autofree char *words = place != NULL ? signet_words_place (place->name) : NULL;

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->place), place == NULL ? "" :
                               place->taken ? _("The key that is there will be lost for ever.") : words);
}

static void
fill_places (SignetEnrolDetails *self)
{
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);
  SignetToken *token = get_token (self);
  const char *suggested = token != NULL ? signet_token_suggest_place (token) : NULL;
  guint selected = 0;

  g_clear_pointer (&self->places, g_ptr_array_unref);
  self->places = token != NULL ? signet_token_list_places (token) : g_ptr_array_new ();
  for (guint i = 0; i < self->places->len; i++)
    {
      const SignetTokenPlace *place = g_ptr_array_index (self->places, i);
      g_autofree char *words = dup_place_words (place);

      gtk_string_list_append (model, words);
      if (g_strcmp0 (place->name, suggested) == 0)
        selected = i;
    }
  adw_combo_row_set_model (self->place, G_LIST_MODEL (model));
  adw_combo_row_set_selected (self->place, selected);
  gtk_widget_set_visible (GTK_WIDGET (self->place), self->places->len > 0 && self->again == NULL);
  on_place_cb (self);
}

static void
on_token_cb (SignetEnrolDetails *self)
{
  fill_types (self);
  fill_places (self);
  update (self);
}

/* --- tokens ---------------------------------------------------------------------------------------------------------- */

static gboolean
can_make_any_key (SignetToken *token)
{
  return signet_token_is_initialized (token) && !signet_token_is_read_only (token) &&
         (signet_token_get_pin_flags (token) & SIGNET_PIN_FLAG_LOCKED) == 0;
}

static void
fill_tokens (SignetEnrolDetails *self)
{
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);
  g_autoptr(GPtrArray) all = signet_desktop_dup_tokens (self->desktop);

  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < all->len; i++)
    {
      g_autofree char *title = NULL;

      if (!can_make_any_key (g_ptr_array_index (all, i)))
        continue;
      title = signet_token_title (g_ptr_array_index (all, i));
      g_ptr_array_add (self->tokens, g_object_ref (g_ptr_array_index (all, i)));
      gtk_string_list_append (model, title);
    }
  adw_combo_row_set_model (self->token, G_LIST_MODEL (model));
  on_token_cb (self);
}

static void
on_make_cb (SignetEnrolDetails *self)
{
  gtk_window_present (GTK_WINDOW (signet_software_token_dialog_new (GTK_WIDGET (self), self->desktop)));
}

/* --- public ---------------------------------------------------------------------------------------------------------- */

void
signet_enrol_details_set_desktop (SignetEnrolDetails *self,
                                  SignetDesktop      *desktop)
{
  self->desktop = g_object_ref (desktop);
  g_signal_connect_object (signet_desktop_get_tokens (desktop), "items-changed", G_CALLBACK (fill_tokens), self, G_CONNECT_SWAPPED);
  fill_tokens (self);
}

static void
show_where_it_goes (SignetEnrolDetails *self)
{
  g_auto(GStrv) hosts = signet_authority_dup_hosts (self->authority);
  g_autofree char *joined = hosts != NULL ? g_strjoinv (", ", hosts) : g_strdup ("");
  g_autofree char *safe = signet_text_sanitize (joined, -1, 200);
  /* translators: the name of an authority, then its servers */
  g_autofree char *words = g_strdup_printf (_("Asked for by %s. Goes only to %s, and not before you press Send."),
                                            signet_authority_get_name (self->authority), safe);
  g_autofree char *markup = g_markup_escape_text (words, -1);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->form), markup);
}

void
signet_enrol_details_set (SignetEnrolDetails *self,
                          SignetAuthority    *authority,
                          SignetForm         *form)
{
  g_set_object (&self->authority, authority);
  gtk_spinner_set_spinning (self->spinner, form == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), form == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->key), form != NULL);
  show_where_it_goes (self);
  signet_form_group_set_form (self->form, form);
  on_token_cb (self);
}

void
signet_enrol_details_set_key (SignetEnrolDetails *self,
                              SignetTokenKey     *key)
{
  g_autofree char *title = signet_token_title (signet_token_key_get_token (key));
  /* translators: the type of a key, then the token it is on */
  g_autofree char *words = g_strdup_printf (_("%s on %s"), signet_token_key_get_key_text (key), title);

  g_set_object (&self->again, key);
  adw_action_row_set_subtitle (self->again_row, words);
  on_token_cb (self);
}

gboolean
signet_enrol_details_is_complete (SignetEnrolDetails *self)
{
  if (self->again != NULL)
    return signet_form_group_is_complete (self->form);
  return get_token (self) != NULL && get_spec (self) != NULL && signet_form_group_is_complete (self->form);
}

static void
take_choice (SignetEnrolDetails *self,
             SignetEnrolAnswers *answers)
{
  answers->token = g_object_ref (get_token (self));
  answers->key_spec = g_strdup (get_spec (self)->id);
  answers->place = get_place (self) != NULL ? g_strdup (get_place (self)->name) : NULL;
}

SignetEnrolAnswers *
signet_enrol_details_dup_answers (SignetEnrolDetails *self)
{
  SignetEnrolAnswers *answers = g_new0 (SignetEnrolAnswers, 1);

  answers->authority = g_object_ref (self->authority);
  if (self->again != NULL)
    answers->key = g_object_ref (self->again);
  else
    take_choice (self, answers);
  answers->fields = signet_form_group_dup_values (self->form);
  answers->secrets = signet_form_group_dup_secrets (self->form);
  answers->files = signet_form_group_dup_files (self->form);
  return answers;
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_enrol_details_dispose (GObject *object)
{
  SignetEnrolDetails *self = SIGNET_ENROL_DETAILS (object);

  g_clear_object (&self->desktop);
  g_clear_object (&self->authority);
  g_clear_object (&self->again);
  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  g_clear_pointer (&self->specs, g_ptr_array_unref);
  g_clear_pointer (&self->places, g_ptr_array_unref);
  G_OBJECT_CLASS (signet_enrol_details_parent_class)->dispose (object);
}

static void
signet_enrol_details_class_init (SignetEnrolDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_enrol_details_dispose;
  g_type_ensure (SIGNET_TYPE_FORM_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-enrol-details.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, spinner);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, form);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, key);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, token);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, again_row);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, type);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, place);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolDetails, none);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_token_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_place_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_make_cb);
  changed_signal = g_signal_new ("changed", SIGNET_TYPE_ENROL_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_enrol_details_init (SignetEnrolDetails *self)
{
  self->specs = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
