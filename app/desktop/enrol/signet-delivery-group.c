/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-delivery-group.c: lists the tokens that are here and has the core bring the delivered key to the one that is chosen. The key itself never
 * comes here. Main thread, except place_work.
 */
#define G_LOG_DOMAIN "signet-delivery-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-delivery-group.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"

struct _SignetDeliveryGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) (nullable) */
  SignetRequest *request; /* (owned) (nullable) */
  GPtrArray     *tokens;  /* (owned) (element-type SignetToken): in the order of the choice */
  AdwActionRow  *words;
  GtkImage      *icon;
  AdwComboRow   *choice;
  GtkWidget     *none;
  GtkWidget     *place;
};

G_DEFINE_FINAL_TYPE (SignetDeliveryGroup, signet_delivery_group, ADW_TYPE_PREFERENCES_GROUP)

static guint placed_signal;

gboolean
signet_delivery_group_is_needed (SignetRequest *request)
{
  const char *note = signet_request_get_encryption_note (request);

  return signet_request_get_state (request) == SIGNET_REQUEST_CONFIRMED &&
         (g_strcmp0 (note, "refused-by-token") == 0 || g_strcmp0 (note, "delivered") == 0);
}

/* --- putting it there ---------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetCore    *core;    /* (owned) */
  SignetToken   *token;   /* (owned) */
  gint64         request; /* its number: the one that is shown stays with the main thread */
} Placing;

static void
placing_free (gpointer data)
{
  Placing *placing = data;

  g_object_unref (placing->core);
  g_object_unref (placing->token);
  g_free (placing);
}

static gboolean
place_work (gpointer            data,
            SignetInteraction  *interaction,
            GCancellable       *cancellable,
            GError            **error)
{
  Placing *placing = data;
  SignetEnrolment *enrolment = signet_core_get_enrolment (placing->core, error);
  g_autoptr(SignetRequest) request = enrolment != NULL ? signet_enrolment_find (enrolment, placing->request, error) : NULL;

  return request != NULL && signet_enrolment_place_encryption (enrolment, request, placing->token, interaction, cancellable, error);
}

static void
on_placed_cb (GtkWidget    *widget,
              gpointer      data,
              const GError *error)
{
  gtk_widget_set_sensitive (widget, TRUE);
  if (error != NULL)
    signet_ui_tell_error (widget, error);
  else
    signet_ui_toast (widget, _("The key is on the token"));
  g_signal_emit (widget, placed_signal, 0);
}

static void
on_place_cb (SignetDeliveryGroup *self)
{
  guint chosen = adw_combo_row_get_selected (self->choice);
  Placing *placing;

  if (self->request == NULL || chosen >= self->tokens->len)
    return;
  placing = g_new0 (Placing, 1);
  placing->core = g_object_ref (signet_desktop_get_core (self->desktop));
  placing->request = signet_request_get_id (self->request);
  placing->token = g_object_ref (g_ptr_array_index (self->tokens, chosen));
  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  signet_job_run (GTK_WIDGET (self), _("Putting the key on the token"), place_work, on_placed_cb, placing, placing_free);
}

/* --- showing ------------------------------------------------------------------------------------------------------------- */

static gboolean
has_refused (SignetDeliveryGroup *self,
             SignetToken         *token)
{
  return g_strcmp0 (signet_token_get_uri (token), signet_request_get_token_uri (self->request)) == 0;
}

static void
add_tokens (SignetDeliveryGroup *self,
            GPtrArray           *tokens,
            gboolean             refused,
            GtkStringList       *labels)
{
  for (guint i = 0; i < tokens->len; i++)
    {
      SignetToken *token = g_ptr_array_index (tokens, i);
      /* translators: %s is the name of a token that did not take a key */
      g_autofree char *label = g_strdup_printf (refused ? _("%s (refused it before)") : "%s", signet_token_get_label (token));

      if (signet_token_is_read_only (token) || has_refused (self, token) != refused)
        continue;
      g_ptr_array_add (self->tokens, g_object_ref (token));
      gtk_string_list_append (labels, label);
    }
}

/* the one that refused comes last: what it may do can have been changed since */
static void
list_tokens (SignetDeliveryGroup *self)
{
  g_autoptr(GPtrArray) tokens = signet_desktop_dup_tokens (self->desktop);
  g_autoptr(GtkStringList) labels = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->tokens, 0);
  add_tokens (self, tokens, FALSE, labels);
  add_tokens (self, tokens, TRUE, labels);
  adw_combo_row_set_model (self->choice, G_LIST_MODEL (labels));
}

/* the one function that makes the group fit the request and the tokens */
static void
update (SignetDeliveryGroup *self)
{
  gboolean needed = self->desktop != NULL && self->request != NULL && signet_delivery_group_is_needed (self->request);
  g_autofree char *words = needed ? signet_words_delivered_key (self->request) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), needed);
  if (!needed)
    return;
  list_tokens (self);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->words), words);
  gtk_widget_set_visible (GTK_WIDGET (self->choice), self->tokens->len > 0);
  gtk_widget_set_visible (self->none, self->tokens->len == 0);
  gtk_widget_set_visible (self->place, self->tokens->len > 0);
}

void
signet_delivery_group_set_request (SignetDeliveryGroup *self,
                                   SignetRequest       *request)
{
  g_set_object (&self->request, request);
  update (self);
}

void
signet_delivery_group_set_desktop (SignetDeliveryGroup *self,
                                   SignetDesktop       *desktop)
{
  self->desktop = g_object_ref (desktop);
  if (signet_desktop_get_tokens (desktop) != NULL)
    g_signal_connect_object (signet_desktop_get_tokens (desktop), "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desktop, "tokens-listed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}

/* --- life ---------------------------------------------------------------------------------------------------------------- */

static void
signet_delivery_group_dispose (GObject *object)
{
  SignetDeliveryGroup *self = SIGNET_DELIVERY_GROUP (object);

  g_clear_object (&self->request);
  g_clear_object (&self->desktop);
  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  G_OBJECT_CLASS (signet_delivery_group_parent_class)->dispose (object);
}

static void
signet_delivery_group_class_init (SignetDeliveryGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_delivery_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-delivery-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetDeliveryGroup, words);
  gtk_widget_class_bind_template_child (widget_class, SignetDeliveryGroup, icon);
  gtk_widget_class_bind_template_child (widget_class, SignetDeliveryGroup, choice);
  gtk_widget_class_bind_template_child (widget_class, SignetDeliveryGroup, none);
  gtk_widget_class_bind_template_child (widget_class, SignetDeliveryGroup, place);
  gtk_widget_class_bind_template_callback (widget_class, on_place_cb);
  placed_signal = g_signal_new ("placed", SIGNET_TYPE_DELIVERY_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_delivery_group_init (SignetDeliveryGroup *self)
{
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_state_image_set (self->icon, SIGNET_STATE_WARNING);
}
