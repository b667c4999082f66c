/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-group.c: a token's rows; changes the PIN on a thread. Main thread, except change_pin_in_thread. */
#define G_LOG_DOMAIN "signet-token-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-token-group.h"
#include "signet-certificate-details.h"
#include "signet-certificate-row.h"
#include "../common/signet-token-row.h"
#include "../common/signet-ui.h"
#include "../pin/signet-desktop-interaction.h"
#include "../../core/face/signet-words.h"

struct _SignetTokenGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) */
  SignetToken   *token;   /* (owned) */
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (SignetTokenGroup, signet_token_group, ADW_TYPE_PREFERENCES_GROUP)

static void
show_heading (SignetTokenGroup *self)
{
  g_autofree char *title = signet_token_title (self->token);
  g_autofree char *state = signet_words_token_state (self->token);
  g_autofree char *title_markup = g_markup_escape_text (title, -1);
  g_autofree char *state_markup = g_markup_escape_text (state, -1);

  /* a group's heading is markup, always */
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), title_markup);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), state_markup);
}

static void
add_notes (SignetTokenGroup *self)
{
  SignetPinFlags flags = signet_token_get_pin_flags (self->token);

  if (flags & SIGNET_PIN_FLAG_LOCKED)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_STOP, _("PIN is locked"),
      _("It was wrong too often. Only the unblock code (PUK) opens it; ask the authority that gave you the card.")));
  else if (flags & SIGNET_PIN_FLAG_FINAL_TRY)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_WARNING, _("Last try"),
      _("If the PIN is wrong once more, the token locks.")));
  if (signet_token_is_software (self->token))
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_WARNING, _("Software token, for trying things out"),
      _("Its keys are in a file on this computer. What it signs proves nothing to others.")));
}

static guint
add_certificates (SignetTokenGroup *self)
{
  GPtrArray *keys = signet_token_get_keys (self->token);
  guint n = 0;

  for (guint i = 0; i < keys->len; i++)
    if (signet_token_key_get_certificate (g_ptr_array_index (keys, i)) != NULL)
      {
        gtk_list_box_append (self->list, GTK_WIDGET (signet_certificate_row_new (g_ptr_array_index (keys, i),
                                                                                 signet_desktop_now (self->desktop))));
        n++;
      }
  return n;
}

static void
add_lone_keys (SignetTokenGroup *self)
{
  GPtrArray *keys = signet_token_get_keys (self->token);

  for (guint i = 0; i < keys->len; i++)
    {
      SignetTokenKey *key = g_ptr_array_index (keys, i);
      GtkWidget *row;

      if (signet_token_key_get_certificate (key) != NULL)
        continue;
      row = signet_ui_new_row (_("Key without a certificate"), signet_token_key_get_key_text (key));
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("dialog-password-symbolic"));
      gtk_widget_add_css_class (row, "dim-label");
      gtk_list_box_append (self->list, row);
    }
}

/* the one function that makes the group fit its token */
static void
update (SignetTokenGroup *self)
{
  guint n;

  show_heading (self);
  signet_ui_clear_list (self->list);
  add_notes (self);
  n = add_certificates (self);
  add_lone_keys (self);
  if (n == 0)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_LATER, _("No certificate yet"), NULL));
}

static void
on_row_activated_cb (SignetTokenGroup *self,
                     GtkListBoxRow    *row)
{
  if (SIGNET_IS_CERTIFICATE_ROW (row))
    gtk_window_present (GTK_WINDOW (signet_certificate_details_new (signet_ui_get_window (GTK_WIDGET (self)),
                                    signet_certificate_row_get_certificate (SIGNET_CERTIFICATE_ROW (row)))));
}

/* --- Change PIN ------------------------------------------------------------------------------------------------------ */

static void
change_pin_in_thread (GTask        *task,
                      gpointer      source,
                      gpointer      data,
                      GCancellable *cancellable)
{
  SignetTokenGroup *self = source;
  g_autoptr(GError) error = NULL;

  if (signet_token_change_pin (self->token, data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_pin_changed_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      data)
{
  GtkWidget *window = GTK_WIDGET (data);
  g_autoptr(GError) error = NULL;

  /* the group may have been rebuilt meanwhile: its page still stands */
  if (g_task_propagate_boolean (G_TASK (result), &error))
    signet_ui_toast (window, _("The PIN is changed"));
  else
    signet_ui_tell_error (window, error);
  g_object_unref (window);
}

static void
on_change_pin_cb (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  GtkWidget *page = gtk_widget_get_ancestor (widget, ADW_TYPE_BIN);
  g_autoptr(GTask) task = g_task_new (widget, NULL, on_pin_changed_cb, g_object_ref (page));

  g_task_set_task_data (task, signet_desktop_interaction_new (page), g_object_unref);
  g_task_run_in_thread (task, change_pin_in_thread);
}

static void
on_copy_uri_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  signet_ui_copy (widget, signet_token_get_uri (SIGNET_TOKEN_GROUP (widget)->token));
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_token_group_finalize (GObject *object)
{
  SignetTokenGroup *self = SIGNET_TOKEN_GROUP (object);

  g_clear_object (&self->desktop);
  g_clear_object (&self->token); /* not in dispose: a thread may still change its PIN */
  G_OBJECT_CLASS (signet_token_group_parent_class)->finalize (object);
}

static void
signet_token_group_class_init (SignetTokenGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_token_group_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-token-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetTokenGroup, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
  gtk_widget_class_install_action (widget_class, "token.change-pin", NULL, on_change_pin_cb);
  gtk_widget_class_install_action (widget_class, "token.copy-uri", NULL, on_copy_uri_cb);
}

static void
signet_token_group_init (SignetTokenGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetTokenGroup *
signet_token_group_new (SignetDesktop *desktop,
                        SignetToken   *token)
{
  SignetTokenGroup *self = g_object_new (SIGNET_TYPE_TOKEN_GROUP, NULL);

  self->desktop = g_object_ref (desktop);
  self->token = g_object_ref (token);
  update (self);
  return self;
}
