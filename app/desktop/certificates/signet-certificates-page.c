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
#include "../common/signet-token-row.h"

struct _SignetCertificatesPage {
  SignetPlace parent_instance;

  SignetRequestsGroup     *requests;
  GtkBox                  *groups;
  AdwPreferencesGroup     *looking;
  SignetCertificatesEmpty *empty;
  GtkWidget               *get;
};

G_DEFINE_FINAL_TYPE (SignetCertificatesPage, signet_certificates_page, SIGNET_TYPE_PLACE)

static void
show_groups (SignetCertificatesPage *self,
             GPtrArray              *tokens)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->groups))) != NULL)
    gtk_box_remove (self->groups, child);
  for (guint i = 0; i < tokens->len; i++)
    gtk_box_append (self->groups, GTK_WIDGET (signet_token_group_new (signet_place_get_desktop (SIGNET_PLACE (self)),
                                                                      g_ptr_array_index (tokens, i))));
}

static void
show_findings (SignetCertificatesPage *self)
{
  SignetDesktop *desktop = signet_place_get_desktop (SIGNET_PLACE (self));
  g_autoptr(GPtrArray) findings = signet_token_manager_dup_findings (signet_desktop_get_tokens (desktop));

  signet_certificates_empty_set_findings (self->empty, findings);
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
  gtk_widget_set_visible (GTK_WIDGET (self->looking), !listed && tokens->len == 0);
  gtk_widget_set_visible (GTK_WIDGET (self->empty), listed && tokens->len == 0);
  gtk_widget_set_visible (self->get, tokens->len > 0);
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
  g_signal_connect_object (signet_desktop_get_tokens (desktop), "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desktop, "tokens-listed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
signet_certificates_page_activate_main (SignetPlace *place)
{
  SignetCertificatesPage *self = SIGNET_CERTIFICATES_PAGE (place);

  if (gtk_widget_get_visible (GTK_WIDGET (self->empty)))
    on_make_token_cb (self);
  else if (gtk_widget_get_visible (self->get))
    on_get_cb (self);
}

static void
signet_certificates_page_class_init (SignetCertificatesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  SIGNET_PLACE_CLASS (klass)->start = signet_certificates_page_start;
  SIGNET_PLACE_CLASS (klass)->activate_main = signet_certificates_page_activate_main;
  g_type_ensure (SIGNET_TYPE_REQUESTS_GROUP);
  g_type_ensure (SIGNET_TYPE_CERTIFICATES_EMPTY);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-certificates-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, requests);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, groups);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, looking);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, empty);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesPage, get);
  gtk_widget_class_bind_template_callback (widget_class, on_make_token_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_get_cb);
}

static void
signet_certificates_page_init (SignetCertificatesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_preferences_group_add (self->looking, signet_token_row_new_looking ());
}
