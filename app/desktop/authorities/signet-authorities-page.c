/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-authorities-page.c: list at the left, card at the right, one after the other when narrow. Main thread. */
#define G_LOG_DOMAIN "signet-authorities-page"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-authorities-page.h"
#include "signet-authority-view.h"
#include "../common/signet-standing.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"

struct _SignetAuthoritiesPage {
  SignetPlace parent_instance;

  GtkStack            *stack;
  AdwLeaflet          *leaflet;
  GtkWidget           *list_area;
  GtkListBox          *list;
  SignetAuthorityView *view;
};

G_DEFINE_FINAL_TYPE (SignetAuthoritiesPage, signet_authorities_page, SIGNET_TYPE_PLACE)

static gboolean
shows_card_alone (SignetAuthoritiesPage *self)
{
  return adw_leaflet_get_folded (self->leaflet) && adw_leaflet_get_visible_child (self->leaflet) == GTK_WIDGET (self->view);
}

/* the one function that makes the way back fit what is shown */
static void
update (SignetAuthoritiesPage *self)
{
  signet_place_set_can_go_back (SIGNET_PLACE (self), shows_card_alone (self));
}

/* the CA certificate that ends first, where that needs care: what it issued ends with it */
static void
add_end (GtkWidget       *box,
         SignetAuthority *authority,
         gint64           now)
{
  GPtrArray *chain = signet_authority_get_chain (authority);
  gint64 end = G_MAXINT64;
  g_autofree char *left = NULL;
  g_autofree char *words = NULL;
  GtkWidget *line;

  for (guint i = 0; chain != NULL && i < chain->len; i++)
    end = MIN (end, signet_certificate_get_not_after (g_ptr_array_index (chain, i)));
  if (end == G_MAXINT64 || signet_state_of_end (end, now) == SIGNET_STATE_OK)
    return;
  left = signet_words_days_left (end, now);
  /* translators: %s is "12 days left" or "ended 3 days ago" */
  words = g_strdup_printf (_("CA certificate: %s"), left);
  line = signet_ui_new_state_line (signet_state_of_end (end, now), words);
  gtk_widget_add_css_class (line, "caption");
  gtk_box_append (GTK_BOX (box), line);
}

static GtkWidget *
new_row (SignetAuthority *authority,
         gint64           now)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *name = g_object_new (GTK_TYPE_LABEL, "label", signet_authority_get_name (authority), "xalign", 0.0f,
                                  "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  GtkWidget *standing = signet_ui_new_state_line (signet_standing_state (authority), signet_standing_words (authority));
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_widget_add_css_class (standing, "caption");
  gtk_widget_set_margin_top (box, 7);
  gtk_widget_set_margin_bottom (box, 7);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), standing);
  add_end (box, authority, now);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, signet_authority_get_name (authority), -1);
  g_object_set_data_full (G_OBJECT (row), "authority", g_object_ref (authority), g_object_unref);
  return row;
}

static void
show_authority (SignetAuthoritiesPage *self,
                GtkListBoxRow         *row)
{
  signet_authority_view_set_authority (self->view, g_object_get_data (G_OBJECT (row), "authority"),
                                       signet_desktop_now (signet_place_get_desktop (SIGNET_PLACE (self))));
}

static void
on_row_activated_cb (SignetAuthoritiesPage *self,
                     GtkListBoxRow         *row)
{
  show_authority (self, row);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->view));
  update (self);
}

static void
signet_authorities_page_start (SignetPlace *place)
{
  SignetAuthoritiesPage *self = SIGNET_AUTHORITIES_PAGE (place);
  GPtrArray *authorities = signet_core_get_authorities (signet_desktop_get_core (signet_place_get_desktop (place)));
  gint64 now = signet_desktop_now (signet_place_get_desktop (place));
  GtkListBoxRow *first;

  for (guint i = 0; authorities != NULL && i < authorities->len; i++)
    gtk_list_box_append (self->list, new_row (g_ptr_array_index (authorities, i), now));
  first = gtk_list_box_get_row_at_index (self->list, 0);
  gtk_stack_set_visible_child_name (self->stack, first != NULL ? "list" : "none");
  if (first == NULL)
    return;
  gtk_list_box_select_row (self->list, first);
  show_authority (self, first);
}

static void
signet_authorities_page_go_back (SignetPlace *place)
{
  SignetAuthoritiesPage *self = SIGNET_AUTHORITIES_PAGE (place);

  adw_leaflet_set_visible_child (self->leaflet, self->list_area);
  update (self);
}

static void
signet_authorities_page_class_init (SignetAuthoritiesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  SIGNET_PLACE_CLASS (klass)->start = signet_authorities_page_start;
  SIGNET_PLACE_CLASS (klass)->go_back = signet_authorities_page_go_back;
  g_type_ensure (SIGNET_TYPE_AUTHORITY_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/authorities/signet-authorities-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetAuthoritiesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthoritiesPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthoritiesPage, list_area);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthoritiesPage, list);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthoritiesPage, view);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
}

static void
signet_authorities_page_init (SignetAuthoritiesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
