/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-key-list.c: the certificates of the token list as radio buttons; keeps the choice while tokens come and go. Main thread. */
#define G_LOG_DOMAIN "signet-key-list"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-key-list.h"
#include "signet-choice-row.h"
#include "../common/signet-token-row.h"
#include "../common/signet-ui.h"

#define MOST_UNUSABLE 2 /* more than these are folded */

struct _SignetKeyList {
  AdwPreferencesGroup parent_instance;

  SignetDesktop  *desktop; /* (owned) (nullable) */
  SignetTokenKey *key;     /* (owned) (nullable): the choice */
  GtkCheckButton *leader;  /* (owned): never shown; without a group a lone choice would be a tick, not a radio button */
  GtkListBox     *list;
};

G_DEFINE_FINAL_TYPE (SignetKeyList, signet_key_list, ADW_TYPE_PREFERENCES_GROUP)

static guint chosen_signal;

SignetTokenKey *
signet_key_list_get_key (SignetKeyList *self)
{
  return self->key;
}

static gboolean
is_same_key (SignetTokenKey *one,
             SignetTokenKey *other)
{
  return one != NULL && other != NULL && g_strcmp0 (signet_token_key_get_sha256 (one), signet_token_key_get_sha256 (other)) == 0 &&
         signet_certificate_equal (signet_token_key_get_certificate (one), signet_token_key_get_certificate (other));
}

static void
choose (SignetKeyList  *self,
        SignetTokenKey *key)
{
  if (g_set_object (&self->key, key))
    g_signal_emit (self, chosen_signal, 0);
}

static void
on_toggled_cb (GtkCheckButton *check,
               SignetKeyList  *self)
{
  GtkWidget *row = gtk_widget_get_ancestor (GTK_WIDGET (check), SIGNET_TYPE_CHOICE_ROW);

  if (gtk_check_button_get_active (check))
    choose (self, signet_choice_row_get_key (SIGNET_CHOICE_ROW (row)));
}

/* keys of certificates, those that can sign in @usable, the others in @others */
static void
sort_keys (SignetKeyList *self,
           GPtrArray     *tokens,
           GPtrArray     *usable,
           GPtrArray     *others)
{
  for (guint i = 0; i < tokens->len; i++)
    {
      GPtrArray *keys = signet_token_get_keys (g_ptr_array_index (tokens, i));

      for (guint j = 0; j < keys->len; j++)
        {
          SignetTokenKey *key = g_ptr_array_index (keys, j);
          const char *reason = NULL;

          if (signet_token_key_get_certificate (key) == NULL)
            continue;
          g_ptr_array_add (signet_signing_key_is_usable (key, signet_desktop_now (self->desktop), &reason) ? usable : others, key);
        }
    }
}

static GtkWidget *
new_choice (SignetKeyList  *self,
            SignetTokenKey *key)
{
  const char *reason = NULL;
  gint64 now = signet_desktop_now (self->desktop);

  if (signet_signing_key_is_usable (key, now, &reason))
    reason = NULL;
  else if (reason == NULL)
    reason = "unknown";
  return GTK_WIDGET (signet_choice_row_new (key, reason, now));
}

static void
add_usable (SignetKeyList *self,
            GPtrArray     *usable)
{
  for (guint i = 0; i < usable->len; i++)
    {
      GtkWidget *row = new_choice (self, g_ptr_array_index (usable, i));
      GtkCheckButton *check = signet_choice_row_get_check (SIGNET_CHOICE_ROW (row));

      gtk_check_button_set_group (check, self->leader);
      gtk_check_button_set_active (check, is_same_key (self->key, g_ptr_array_index (usable, i)));
      g_signal_connect_object (check, "toggled", G_CALLBACK (on_toggled_cb), self, 0);
      gtk_list_box_append (self->list, row);
    }
}

static void
add_others (SignetKeyList *self,
            GPtrArray     *others)
{
  GtkWidget *expander = NULL;

  if (others->len > MOST_UNUSABLE)
    {
      /* translators: a row that unfolds the certificates that cannot sign */
      g_autofree char *title = g_strdup_printf (ngettext ("%u that cannot sign", "%u that cannot sign", others->len), others->len);

      expander = signet_ui_new_plain_row (ADW_TYPE_EXPANDER_ROW, title);
      gtk_list_box_append (self->list, expander);
    }
  for (guint i = 0; i < others->len; i++)
    {
      GtkWidget *row = new_choice (self, g_ptr_array_index (others, i));

      if (expander != NULL)
        adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);
      else
        gtk_list_box_append (self->list, row);
    }
}

static void
add_nothing (SignetKeyList *self,
             guint          n_tokens)
{
  GtkWidget *row = n_tokens == 0 ? signet_token_row_new_none () :
    signet_ui_new_state_row (SIGNET_STATE_UNKNOWN, _("No certificate to sign with"), _("Get one, or put in another token."));

  if (n_tokens > 0)
    signet_ui_add_next_arrow (row);
  gtk_list_box_append (self->list, row);
}

static gboolean
contains_choice (SignetKeyList *self,
                 GPtrArray     *usable)
{
  for (guint i = 0; i < usable->len; i++)
    if (is_same_key (self->key, g_ptr_array_index (usable, i)))
      return TRUE;
  return FALSE;
}

/* the one function that makes the list fit the tokens */
static void
update (SignetKeyList *self)
{
  g_autoptr(GPtrArray) tokens = signet_desktop_dup_tokens (self->desktop);
  g_autoptr(GPtrArray) usable = g_ptr_array_new ();
  g_autoptr(GPtrArray) others = g_ptr_array_new ();

  sort_keys (self, tokens, usable, others);
  if (!contains_choice (self, usable))
    choose (self, usable->len > 0 ? g_ptr_array_index (usable, 0) : NULL);
  signet_ui_clear_list (self->list);
  add_usable (self, usable);
  add_others (self, others);
  if (!signet_token_manager_is_listed (signet_desktop_get_tokens (self->desktop)))
    gtk_list_box_append (self->list, signet_token_row_new_looking ());
  else if (usable->len + others->len == 0)
    add_nothing (self, tokens->len);
}

static void
on_row_activated_cb (SignetKeyList *self,
                     GtkListBoxRow *row)
{
  if (!SIGNET_IS_CHOICE_ROW (row))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.place", "s", "certificates");
}

void
signet_key_list_set_desktop (SignetKeyList *self,
                             SignetDesktop *desktop)
{
  self->desktop = g_object_ref (desktop);
  g_signal_connect_object (signet_desktop_get_tokens (desktop), "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desktop, "tokens-listed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
signet_key_list_dispose (GObject *object)
{
  SignetKeyList *self = SIGNET_KEY_LIST (object);

  g_clear_object (&self->desktop);
  g_clear_object (&self->key);
  g_clear_object (&self->leader);
  G_OBJECT_CLASS (signet_key_list_parent_class)->dispose (object);
}

static void
signet_key_list_class_init (SignetKeyListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_key_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-key-list.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetKeyList, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
  chosen_signal = g_signal_new ("chosen", SIGNET_TYPE_KEY_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_key_list_init (SignetKeyList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->leader = g_object_ref_sink (GTK_CHECK_BUTTON (gtk_check_button_new ()));
}
