/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-authority-card.c: what the profile and the lists say of an authority, and a button that is not suggested. Main thread. */
#define G_LOG_DOMAIN "signet-authority-card"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-authority-card.h"
#include "../common/signet-standing.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"

struct _SignetAuthorityCard {
  AdwBin parent_instance;

  SignetAuthority *authority; /* (owned) */
  GtkLabel        *name;
  GtkWidget       *sample;
  GtkBox          *lines;
  GtkWidget       *choose;
};

G_DEFINE_FINAL_TYPE (SignetAuthorityCard, signet_authority_card, ADW_TYPE_BIN)

static guint chosen_signal;

SignetAuthority *
signet_authority_card_get_authority (SignetAuthorityCard *self)
{
  return self->authority;
}

static void
add_line (SignetAuthorityCard *self,
          SignetState          state,
          const char          *words)
{
  gtk_box_append (self->lines, signet_ui_new_state_line (state, words));
}

static void
add_hosts (SignetAuthorityCard *self)
{
  g_auto(GStrv) hosts = signet_authority_dup_hosts (self->authority);
  g_autofree char *joined = hosts != NULL ? g_strjoinv (", ", hosts) : NULL;
  g_autofree char *safe = joined != NULL ? signet_text_sanitize (joined, -1, 120) : NULL;
  g_autofree char *words = NULL;

  if (safe == NULL || *safe == '\0')
    return;
  /* translators: %s is a list of server names */
  words = g_strdup_printf (_("Reached at %s"), safe);
  add_line (self, SIGNET_STATE_CLAIMED, words);
}

/* the one function that fills the card */
static void
update (SignetAuthorityCard *self)
{
  const char *name = signet_authority_get_name (self->authority);
  GPtrArray *chain = signet_authority_get_chain (self->authority);
  /* translators: %s is the name of an authority; spoken by screen readers for its button */
  g_autofree char *choose = g_strdup_printf (_("Choose %s"), name);

  gtk_label_set_label (self->name, name);
  gtk_widget_set_visible (self->sample, signet_authority_is_sample (self->authority));
  add_line (self, signet_standing_state (self->authority), signet_standing_words (self->authority));
  if (chain != NULL && chain->len > 0)
    add_line (self, SIGNET_STATE_OK, _("CA certificates on file"));
  else
    add_line (self, SIGNET_STATE_WARNING, _("No CA certificate on file: what it sends cannot be checked"));
  add_hosts (self);
  gtk_widget_set_sensitive (self->choose, signet_standing_may_issue (self->authority));
  signet_ui_set_spoken_name (self->choose, choose);
}

static void
on_choose_cb (SignetAuthorityCard *self)
{
  g_signal_emit (self, chosen_signal, 0);
}

static void
signet_authority_card_dispose (GObject *object)
{
  SignetAuthorityCard *self = SIGNET_AUTHORITY_CARD (object);

  g_clear_object (&self->authority);
  G_OBJECT_CLASS (signet_authority_card_parent_class)->dispose (object);
}

static void
signet_authority_card_class_init (SignetAuthorityCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_authority_card_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-authority-card.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityCard, name);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityCard, sample);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityCard, lines);
  gtk_widget_class_bind_template_child (widget_class, SignetAuthorityCard, choose);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_cb);
  chosen_signal = g_signal_new ("chosen", SIGNET_TYPE_AUTHORITY_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_authority_card_init (SignetAuthorityCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetAuthorityCard *
signet_authority_card_new (SignetAuthority *authority)
{
  SignetAuthorityCard *self = g_object_new (SIGNET_TYPE_AUTHORITY_CARD, NULL);

  self->authority = g_object_ref (authority);
  update (self);
  return self;
}
