/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificates-page.c: follows the token list; one group a token, or the page that helps. Main thread. */
#define G_LOG_DOMAIN "signet-certificates-page"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-certificates-page.h"
#include "signet-certificates-empty.h"
#include "signet-requests-group.h"
#include "signet-software-token-dialog.h"
#include "signet-token-group.h"
#include "../common/signet-finding.h"
#include "../common/signet-token-row.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-policy.h"

#define PATIENCE 1000 /* ms: a driver that has not answered then is named */

struct _SignetCertificatesPage {
  SignetPlace parent_instance;

  SignetRequestsGroup     *requests;
  SignetRequestsGroup     *earlier;
  GtkBox                  *groups;
  AdwPreferencesGroup     *looking;
  GtkListBox              *looking_list;
  guint                    looking_timer;
  SignetCertificatesEmpty *empty;
  GtkWidget               *get;
  GtkWidget               *more;
  GtkWidget               *make;
};

G_DEFINE_FINAL_TYPE (SignetCertificatesPage, signet_certificates_page, SIGNET_TYPE_PLACE)

/* (nullable): the group that shows this very token already */
static GtkWidget *
find_group (SignetCertificatesPage *self,
            SignetToken            *token)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->groups)); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (signet_token_group_get_token (SIGNET_TOKEN_GROUP (child)) == token)
      return child;
  return NULL;
}

static void
remove_groups_from (SignetCertificatesPage *self,
                    GtkWidget              *after)
{
  GtkWidget *child;

  while ((child = after != NULL ? gtk_widget_get_next_sibling (after) : gtk_widget_get_first_child (GTK_WIDGET (self->groups))) != NULL)
    gtk_box_remove (self->groups, child);
}

/* what is there stays: nobody loses the focus or an open menu because another token came */
static void
show_groups (SignetCertificatesPage *self,
             GPtrArray              *tokens)
{
  GtkWidget *last = NULL;

  for (guint i = 0; i < tokens->len; i++)
    {
      SignetToken *token = g_ptr_array_index (tokens, i);
      GtkWidget *group = find_group (self, token);

      if (group == NULL)
        {
          group = GTK_WIDGET (signet_token_group_new (signet_place_get_desktop (SIGNET_PLACE (self)), token));
          gtk_box_insert_child_after (self->groups, group, last);
        }
      else
        gtk_box_reorder_child_after (self->groups, group, last);
      last = group;
    }
  remove_groups_from (self, last);
}

static void
show_findings (SignetCertificatesPage *self)
{
  SignetDesktop *desktop = signet_place_get_desktop (SIGNET_PLACE (self));
  g_autoptr(GPtrArray) findings = signet_token_manager_dup_findings (signet_desktop_get_tokens (desktop));

  signet_certificates_empty_set_findings (self->empty, findings);
}

/* what is still asked after a moment, and what will never answer, by name; the rest of the page does not wait for it */
static gboolean
is_worth_telling (const SignetTokenFinding *finding)
{
  static const char *const states[] = { "asking", "hung", "crashed", NULL };

  return g_strv_contains (states, finding->state);
}

static guint
show_looking (SignetCertificatesPage *self,
              gboolean                listed,
              guint                   n_tokens)
{
  SignetDesktop *desktop = signet_place_get_desktop (SIGNET_PLACE (self));
  g_autoptr(GPtrArray) findings = signet_token_manager_dup_findings (signet_desktop_get_tokens (desktop));

  signet_ui_clear_list (self->looking_list);
  for (guint i = 0; self->looking_timer == 0 && i < findings->len; i++)
    if (is_worth_telling (g_ptr_array_index (findings, i)))
      gtk_list_box_append (self->looking_list, signet_finding_row_new (g_ptr_array_index (findings, i)));
  if (!listed && n_tokens == 0 && gtk_list_box_get_row_at_index (self->looking_list, 0) == NULL)
    gtk_list_box_append (self->looking_list, signet_token_row_new_looking ());
  return gtk_list_box_get_row_at_index (self->looking_list, 0) != NULL;
}

/* the one function that makes the page fit the tokens */
static void
update (SignetCertificatesPage *self)
{
  SignetDesktop *desktop = signet_place_get_desktop (SIGNET_PLACE (self));
  g_autoptr(GPtrArray) tokens = signet_desktop_dup_tokens (desktop);
  gboolean listed = signet_token_manager_is_listed (signet_desktop_get_tokens (desktop));

  show_groups (self, tokens);
  if (listed && tokens->len == 0)
    show_findings (self);
  gtk_widget_set_visible (GTK_WIDGET (self->groups), tokens->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->looking), show_looking (self, listed, tokens->len) && !(listed && tokens->len == 0));
  gtk_widget_set_visible (GTK_WIDGET (self->empty), listed && tokens->len == 0);
  gtk_widget_set_visible (self->get, tokens->len > 0);
  gtk_widget_set_visible (self->more, tokens->len > 0);
  gtk_widget_set_visible (self->make, signet_policy_allows_software_tokens ());
}

static gboolean
on_looking_timer_cb (gpointer data)
{
  SignetCertificatesPage *self = data;

  self->looking_timer = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
on_make_token_cb (SignetCertificatesPage *self)
{
  gtk_window_present (GTK_WINDOW (signet_software_token_dialog_new (GTK_WIDGET (self), signet_place_get_desktop (SIGNET_PLACE (self)))));
}

static void
on_get_cb (SignetCertificatesPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.get-certificate", "x", (gint64) 0);
}

static void
signet_certificates_page_start (SignetPlace *place)
{
  SignetCertificatesPage *self = SIGNET_CERTIFICATES_PAGE (place);
  SignetDesktop *desktop = signet_place_get_desktop (place);

  signet_requests_group_set_desktop (self->requests, desktop);
  signet_requests_group_set_desktop (self->earlier, desktop);
  self->looking_timer = g_timeout_add (PATIENCE, on_looking_timer_cb, self);
  g_signal_connect_object (signet_desktop_get_tokens (desktop), "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desktop, "tokens-listed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
signet_certificates_page_activate_main (SignetPlace *place)
{
  SignetCertificatesPage *self = SIGNET_CERTIFICATES_PAGE (place);

  if (gtk_widget_get_visible (GTK_WIDGET (self->empty)) && signet_policy_allows_software_tokens ())
    on_make_token_cb (self);
  else if (gtk_widget_get_visible (self->get))
    on_get_cb (self);
}

static void
signet_certificates_page_dispose (GObject *object)
{
  g_clear_handle_id (&SIGNET_CERTIFICATES_PAGE (object)->looking_timer, g_source_remove);
  G_OBJECT_CLASS (signet_certificates_page_parent_class)->dispose (object);
}

static void
signet_certificates_page_class_init (SignetCertificatesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_certificates_page_dispose;
  SIGNET_PLACE_CLASS (klass)->start = signet_certificates_page_start;
  SIGNET_PLACE_CLASS (klass)->activate_main = signet_certificates_page_activate_main;
  g_type_ensure (SIGNET_TYPE_REQUESTS_GROUP);
  g_type_ensure (SIGNET_TYPE_CERTIFICATES_EMPTY);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-certificates-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, requests);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, earlier);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, groups);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, looking);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, looking_list);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, empty);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, get);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, more);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, make);
  gtk_widget_class_bind_template_callback (widget_class, on_make_token_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_get_cb);
}

static void
signet_certificates_page_init (SignetCertificatesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
