/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-start.c: the first screen. Follows the token list and the journal. Main thread. */
#define G_LOG_DOMAIN "signet-sign-start"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-sign-start.h"
#include "signet-waiting-group.h"
#include "../common/signet-drop-frame.h"
#include "../common/signet-recent-group.h"
#include "../common/signet-token-row.h"
#include "../common/signet-ui.h"

struct _SignetSignStart {
  AdwBin parent_instance;

  SignetDesktop      *desktop; /* (owned) (nullable) */
  GtkListBox         *tokens;
  SignetWaitingGroup *waiting;
  SignetRecentGroup  *recent;
};

G_DEFINE_FINAL_TYPE (SignetSignStart, signet_sign_start, ADW_TYPE_BIN)

/* the one function that makes the token list fit the tokens */
static void
update (SignetSignStart *self)
{
  g_autoptr(GPtrArray) tokens = self->desktop != NULL ? signet_desktop_dup_tokens (self->desktop) : NULL;

  signet_ui_clear_list (self->tokens);
  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    gtk_list_box_append (self->tokens, signet_token_row_new (g_ptr_array_index (tokens, i), signet_desktop_now (self->desktop)));
  if (tokens == NULL || !signet_token_manager_is_listed (signet_desktop_get_tokens (self->desktop)))
    gtk_list_box_append (self->tokens, signet_token_row_new_looking ());
  else if (tokens->len == 0)
    gtk_list_box_append (self->tokens, signet_token_row_new_none ());
}

static void
on_token_activated_cb (SignetSignStart *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.place", "s", "certificates");
}

void
signet_sign_start_set_desktop (SignetSignStart *self,
                               SignetDesktop   *desktop)
{
  self->desktop = g_object_ref (desktop);
  signet_recent_group_set_desktop (self->recent, desktop);
  signet_waiting_group_set_desktop (self->waiting, desktop);
  g_signal_connect_object (signet_desktop_get_tokens (desktop), "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desktop, "tokens-listed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
signet_sign_start_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (signet_sign_start_parent_class)->map (widget);
  signet_waiting_group_reload (SIGNET_SIGN_START (widget)->waiting);
}

static void
signet_sign_start_dispose (GObject *object)
{
  SignetSignStart *self = SIGNET_SIGN_START (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_sign_start_parent_class)->dispose (object);
}

static void
signet_sign_start_class_init (SignetSignStartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_sign_start_dispose;
  widget_class->map = signet_sign_start_map;
  g_type_ensure (SIGNET_TYPE_DROP_FRAME);
  g_type_ensure (SIGNET_TYPE_RECENT_GROUP);
  g_type_ensure (SIGNET_TYPE_WAITING_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-sign-start.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetSignStart, tokens);
  gtk_widget_class_bind_template_child (widget_class, SignetSignStart, recent);
  gtk_widget_class_bind_template_child (widget_class, SignetSignStart, waiting);
  gtk_widget_class_bind_template_callback (widget_class, on_token_activated_cb);
}

static void
signet_sign_start_init (SignetSignStart *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}
