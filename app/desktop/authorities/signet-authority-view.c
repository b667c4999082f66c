/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-authority-view.c: standing, filed CA certificates, servers. Not known is said as such. Main thread. */
#define G_LOG_DOMAIN "signet-authority-view"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-authority-view.h"
#include "../certificates/signet-certificate-details.h"
#include "../common/signet-standing.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetAuthorityView {
  AdwBin parent_instance;

  SignetAuthority *authority; /* (owned) (nullable) */
  gint64           now;       /* seconds since 1970: by the clock of the core */

  GtkScrolledWindow *scrolled;
  GtkLabel   *name;
  GtkWidget  *sample;
  GtkListBox *licence;
  GtkListBox *chain;
  GtkListBox *hosts;
};

G_DEFINE_FINAL_TYPE (SignetAuthorityView, signet_authority_view, ADW_TYPE_BIN)

static void
show_licence (SignetAuthorityView *self)
{
  const char *number = signet_authority_get_licence (self->authority);
  gboolean on_no_list = signet_standing_state (self->authority) == SIGNET_STATE_UNKNOWN;

  signet_ui_clear_list (self->licence);
  gtk_list_box_append (self->licence, signet_ui_new_state_row (signet_standing_state (self->authority), signet_standing_words (self->authority),
                       on_no_list ? _("Signet holds no list that names it. Not known is not forbidden.") : NULL));
  if (number != NULL)
    {
      g_autofree char *safe = signet_text_sanitize (number, -1, 100);

      gtk_list_box_append (self->licence, signet_ui_new_state_row (SIGNET_STATE_CLAIMED, _("Licence number, as it says itself"), safe));
    }
  if (signet_authority_is_sample (self->authority))
    gtk_list_box_append (self->licence, signet_ui_new_state_row (SIGNET_STATE_WARNING, _("A sample authority"),
                         _("Made up, for trying things out. Its certificates prove nothing to others.")));
}

static GtkWidget *
new_certificate_row (SignetCertificate *certificate,
                     gint64             now)
{
  gint64 end = signet_certificate_get_not_after (certificate);
  g_autofree char *left = signet_words_days_left (end, now);
  g_autofree char *date = signet_words_date (end);
  /* translators: "12 days left", then the last day of a certificate of an authority, which is filed here */
  g_autofree char *until = g_strdup_printf (_("On file · %s, until %s"), left, date);
  GtkWidget *row = signet_ui_new_state_row (signet_state_of_end (end, now), signet_certificate_get_holder (certificate), until);

  g_object_set_data_full (G_OBJECT (row), "certificate", g_object_ref (certificate), g_object_unref);
  signet_ui_add_next_arrow (row);
  return row;
}

static void
show_chain (SignetAuthorityView *self)
{
  GPtrArray *chain = signet_authority_get_chain (self->authority);

  signet_ui_clear_list (self->chain);
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    gtk_list_box_append (self->chain, new_certificate_row (g_ptr_array_index (chain, i), self->now));
  if (chain == NULL || chain->len == 0)
    gtk_list_box_append (self->chain, signet_ui_new_state_row (SIGNET_STATE_WARNING, _("None on file"),
                         _("What it issues cannot be checked against it.")));
}

static void
show_hosts (SignetAuthorityView *self)
{
  g_auto(GStrv) hosts = signet_authority_dup_hosts (self->authority);

  signet_ui_clear_list (self->hosts);
  for (guint i = 0; hosts != NULL && hosts[i] != NULL; i++)
    {
      g_autofree char *safe = signet_text_sanitize (hosts[i], -1, 200);

      gtk_list_box_append (self->hosts, signet_ui_new_row (safe, NULL));
    }
  if (hosts == NULL || hosts[0] == NULL)
    gtk_list_box_append (self->hosts, signet_ui_new_row (_("None"), NULL));
}

/* the one function that makes the page fit the authority */
static void
update (SignetAuthorityView *self)
{
  gtk_label_set_label (self->name, signet_authority_get_name (self->authority));
  gtk_widget_set_visible (self->sample, signet_authority_is_sample (self->authority));
  show_licence (self);
  show_chain (self);
  show_hosts (self);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scrolled), 0);
}

void
signet_authority_view_set_authority (SignetAuthorityView *self,
                                     SignetAuthority     *authority,
                                     gint64               now)
{
  self->now = now;
  g_set_object (&self->authority, authority);
  update (self);
}

static void
on_certificate_activated_cb (SignetAuthorityView *self,
                             GtkListBoxRow       *row)
{
  SignetCertificate *certificate = g_object_get_data (G_OBJECT (row), "certificate");

  if (certificate != NULL)
    gtk_window_present (GTK_WINDOW (signet_certificate_details_new (signet_ui_get_window (GTK_WIDGET (self)), certificate)));
}

static void
signet_authority_view_dispose (GObject *object)
{
  SignetAuthorityView *self = SIGNET_AUTHORITY_VIEW (object);

  g_clear_object (&self->authority);
  G_OBJECT_CLASS (signet_authority_view_parent_class)->dispose (object);
}

static void
signet_authority_view_class_init (SignetAuthorityViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_authority_view_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/authorities/signet-authority-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityView, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityView, name);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityView, sample);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityView, licence);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityView, chain);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityView, hosts);
  gtk_widget_class_bind_template_callback (widget_class, on_certificate_activated_cb);
}

static void
signet_authority_view_init (SignetAuthorityView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
