/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-group.c: a token's rows and its menu. What the menu starts is in signet-token-acts.c. Main thread. */
#define G_LOG_DOMAIN "signet-token-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-token-group.h"
#include "signet-certificate-details.h"
#include "signet-certificate-row.h"
#include "signet-token-acts.h"
#include "../common/signet-token-row.h"
#include "../common/signet-ui.h"
#include "../doctor/signet-doctor-window.h"
#include "../../core/face/signet-words.h"
#include "../../core/token/signet-token-card.h"
#include "../../core/token/signet-token-unblock.h"

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

static GtkWidget *
new_act_button (const char *label,
                const char *action,
                gboolean    suggested)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  if (suggested)
    gtk_widget_add_css_class (button, "suggested-action");
  return button;
}

static void
add_locked (SignetTokenGroup *self)
{
  g_autofree char *words = signet_words_unblock (signet_token_get_unblock_strategy (self->token));
  GtkWidget *row = signet_ui_new_state_row (SIGNET_STATE_STOP, _("PIN is locked"), words);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), new_act_button (_("_Unblock…"), "token.unblock", TRUE));
  gtk_list_box_append (self->list, row);
}

static void
add_not_set_up (SignetTokenGroup *self)
{
  GtkWidget *row = signet_ui_new_state_row (SIGNET_STATE_LATER, _("Not set up yet"), _("It needs a name and a PIN before it can keep a key."));

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), new_act_button (_("_Set Up…"), "token.initialize", TRUE));
  gtk_list_box_append (self->list, row);
}

static void
add_no_pin (SignetTokenGroup *self)
{
  g_autofree char *words = signet_words_unblock (signet_token_get_unblock_strategy (self->token));
  GtkWidget *row = signet_ui_new_state_row (SIGNET_STATE_WARNING, _("It has no PIN yet"), words);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), new_act_button (_("Set _PIN…"), "token.unblock", TRUE));
  gtk_list_box_append (self->list, row);
}

/* what the token says of its PIN, before anything is asked */
static void
add_pin_standing (SignetTokenGroup *self)
{
  SignetPinFlags flags = signet_token_get_pin_flags (self->token);

  if (flags & SIGNET_PIN_FLAG_LOCKED)
    add_locked (self);
  else if (!signet_token_has_pin (self->token))
    add_no_pin (self);
  else if (flags & SIGNET_PIN_FLAG_FINAL_TRY)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_WARNING, _("Last try"),
      _("If the PIN is wrong once more, the token locks.")));
  else if (flags & SIGNET_PIN_FLAG_COUNT_LOW)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_WARNING, _("The PIN was wrong at least once"),
      _("The token forgets that when the right PIN is given.")));
}

static void
add_notes (SignetTokenGroup *self)
{
  if (signet_token_is_initialized (self->token))
    add_pin_standing (self);
  else
    add_not_set_up (self);
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
      g_object_set_data_full (G_OBJECT (row), "key", g_object_ref (key), g_object_unref);
      signet_ui_add_next_arrow (row);
      gtk_list_box_append (self->list, row);
    }
}

static void
update_actions (SignetTokenGroup *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean ready = signet_token_is_initialized (self->token);
  gboolean writable = !signet_token_is_read_only (self->token);
  gboolean locked = (signet_token_get_pin_flags (self->token) & SIGNET_PIN_FLAG_LOCKED) != 0;

  gtk_widget_action_set_enabled (widget, "token.change-pin", ready && !locked && signet_token_has_pin (self->token));
  gtk_widget_action_set_enabled (widget, "token.unblock", ready);
  gtk_widget_action_set_enabled (widget, "token.change-puk",
                                 ready && signet_token_get_unblock_strategy (self->token) == SIGNET_UNBLOCK_PIV_PUK);
  gtk_widget_action_set_enabled (widget, "token.change-management-key", ready && signet_token_needs_manager (self->token));
  gtk_widget_action_set_enabled (widget, "token.initialize", writable);
  gtk_widget_action_set_enabled (widget, "token.import", ready && writable && !locked && signet_token_has_pin (self->token));
  gtk_widget_action_set_enabled (widget, "token.remove", signet_token_is_software (self->token));
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
  if (n == 0 && signet_token_is_initialized (self->token))
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_LATER, _("No certificate yet"), NULL));
  update_actions (self);
}

static void
on_row_activated_cb (SignetTokenGroup *self,
                     GtkListBoxRow    *row)
{
  SignetTokenKey *key = SIGNET_IS_CERTIFICATE_ROW (row) ? signet_certificate_row_get_key (SIGNET_CERTIFICATE_ROW (row))
                                                        : g_object_get_data (G_OBJECT (row), "key");

  if (key != NULL)
    gtk_window_present (GTK_WINDOW (signet_certificate_details_new_for_key (signet_ui_get_window (GTK_WIDGET (self)), self->desktop, key)));
}

/* --- the menu -------------------------------------------------------------------------------------------------------- */

/* the group may be rebuilt while something runs: its page stands */
static GtkWidget *
get_page (GtkWidget *widget)
{
  return gtk_widget_get_ancestor (widget, ADW_TYPE_BIN);
}

static void
on_change_pin_cb (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  signet_token_acts_change_pin (get_page (widget), SIGNET_TOKEN_GROUP (widget)->desktop, SIGNET_TOKEN_GROUP (widget)->token);
}

static void
on_change_puk_cb (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  signet_token_acts_change_unblocker (get_page (widget), SIGNET_TOKEN_GROUP (widget)->desktop, SIGNET_TOKEN_GROUP (widget)->token);
}

static void
on_change_management_key_cb (GtkWidget  *widget,
                             const char *name,
                             GVariant   *parameter)
{
  signet_token_acts_change_management_key (get_page (widget), SIGNET_TOKEN_GROUP (widget)->desktop, SIGNET_TOKEN_GROUP (widget)->token);
}

static void
on_unblock_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  signet_token_acts_unblock (get_page (widget), SIGNET_TOKEN_GROUP (widget)->desktop, SIGNET_TOKEN_GROUP (widget)->token);
}

static void
on_initialize_cb (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  SignetTokenGroup *self = SIGNET_TOKEN_GROUP (widget);

  signet_token_acts_initialize (get_page (widget), self->desktop, self->token);
}

static void
on_import_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  signet_token_acts_import (get_page (widget), SIGNET_TOKEN_GROUP (widget)->desktop, SIGNET_TOKEN_GROUP (widget)->token);
}

static void
on_remove_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  SignetTokenGroup *self = SIGNET_TOKEN_GROUP (widget);

  signet_token_acts_remove (get_page (widget), self->desktop, self->token);
}

static void
on_check_cb (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  SignetTokenGroup *self = SIGNET_TOKEN_GROUP (widget);

  gtk_window_present (GTK_WINDOW (signet_doctor_window_new (signet_ui_get_window (widget), self->desktop, self->token)));
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
  g_clear_object (&self->token);
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
  gtk_widget_class_install_action (widget_class, "token.change-puk", NULL, on_change_puk_cb);
  gtk_widget_class_install_action (widget_class, "token.change-management-key", NULL, on_change_management_key_cb);
  gtk_widget_class_install_action (widget_class, "token.unblock", NULL, on_unblock_cb);
  gtk_widget_class_install_action (widget_class, "token.initialize", NULL, on_initialize_cb);
  gtk_widget_class_install_action (widget_class, "token.import", NULL, on_import_cb);
  gtk_widget_class_install_action (widget_class, "token.remove", NULL, on_remove_cb);
  gtk_widget_class_install_action (widget_class, "token.check", NULL, on_check_cb);
  gtk_widget_class_install_action (widget_class, "token.copy-uri", NULL, on_copy_uri_cb);
}

static void
signet_token_group_init (SignetTokenGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetToken *
signet_token_group_get_token (SignetTokenGroup *self)
{
  return self->token;
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
