/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-authorities.c: cards by standing, then by name; none is recommended. Main thread. */
#define G_LOG_DOMAIN "signet-enrol-authorities"

#include "config.h"

#include "signet-enrol-authorities.h"
#include "signet-authority-card.h"
#include "../common/signet-standing.h"

struct _SignetEnrolAuthorities {
  AdwBin parent_instance;

  GtkStack   *stack;
  GtkFlowBox *cards;
};

G_DEFINE_FINAL_TYPE (SignetEnrolAuthorities, signet_enrol_authorities, ADW_TYPE_BIN)

static guint chosen_signal;

static int
compare (gconstpointer one,
         gconstpointer other)
{
  SignetAuthority *a = *(SignetAuthority *const *) one;
  SignetAuthority *b = *(SignetAuthority *const *) other;
  int order = (int) signet_standing_state (a) - (int) signet_standing_state (b);

  return order != 0 ? order : g_utf8_collate (signet_authority_get_name (a), signet_authority_get_name (b));
}

static void
on_card_chosen_cb (SignetEnrolAuthorities *self,
                   SignetAuthorityCard    *card)
{
  g_signal_emit (self, chosen_signal, 0, signet_authority_card_get_authority (card));
}

static void
add_card (SignetEnrolAuthorities *self,
          SignetAuthority        *authority)
{
  GtkWidget *card = GTK_WIDGET (signet_authority_card_new (authority));

  g_signal_connect_object (card, "chosen", G_CALLBACK (on_card_chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_flow_box_append (self->cards, card);
  gtk_widget_set_focusable (gtk_widget_get_parent (card), FALSE);
}

void
signet_enrol_authorities_set (SignetEnrolAuthorities *self,
                              GPtrArray              *authorities)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();

  for (guint i = 0; authorities != NULL && i < authorities->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (authorities, i));
  g_ptr_array_sort (sorted, compare);
  for (guint i = 0; i < sorted->len; i++)
    add_card (self, g_ptr_array_index (sorted, i));
  gtk_stack_set_visible_child_name (self->stack, sorted->len > 0 ? "cards" : "none");
}

static void
signet_enrol_authorities_class_init (SignetEnrolAuthoritiesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-enrol-authorities.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolAuthorities, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolAuthorities, cards);
  chosen_signal = g_signal_new ("chosen", SIGNET_TYPE_ENROL_AUTHORITIES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                SIGNET_TYPE_AUTHORITY);
}

static void
signet_enrol_authorities_init (SignetEnrolAuthorities *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
