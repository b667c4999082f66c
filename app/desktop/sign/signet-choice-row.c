/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-choice-row.c: a certificate as a choice. The radio button is the stop of the keyboard, the row is not. Main thread. */
#define G_LOG_DOMAIN "signet-choice-row"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-choice-row.h"
#include "../../core/face/signet-words.h"

struct _SignetChoiceRow {
  AdwActionRow parent_instance;

  SignetTokenKey *key; /* (owned) */
  GtkCheckButton *check;
  GtkLabel       *tag;
};

G_DEFINE_FINAL_TYPE (SignetChoiceRow, signet_choice_row, ADW_TYPE_ACTION_ROW)

SignetTokenKey *
signet_choice_row_get_key (SignetChoiceRow *self)
{
  return self->key;
}

GtkCheckButton *
signet_choice_row_get_check (SignetChoiceRow *self)
{
  return self->check;
}

/* a certificate on a software token says so before it says what it is for */
static char *
dup_tag (SignetTokenKey *key,
         const char     *reason)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);

  if (reason != NULL && g_str_equal (reason, "expired"))
    /* translators: a tag beside a certificate */
    return g_strdup (_("Expired"));
  if (reason == NULL && signet_token_is_software (signet_token_key_get_token (key)))
    /* translators: a tag beside a certificate on a software token: good for trying things out only */
    return g_strdup (_("Practice"));
  return signet_words_class (signet_certificate_get_class (certificate, NULL));
}

static char *
dup_subtitle (SignetTokenKey *key,
              const char     *reason,
              gint64          now)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  g_autofree char *days = NULL;

  if (reason != NULL)
    return signet_words_key_unusable (reason);
  days = signet_words_days_left (signet_certificate_get_not_after (certificate), now);
  /* translators: who issued a certificate, then how long it is still good, e.g. Sample CA · 159 days left */
  return g_strdup_printf (_("%s · %s"), signet_certificate_get_authority (certificate), days);
}

/* the one function that makes the row fit its key */
static void
update (SignetChoiceRow *self,
        const char      *reason,
        gint64           now)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (self->key);
  gboolean software = signet_token_is_software (signet_token_key_get_token (self->key));
  g_autofree char *subtitle = dup_subtitle (self->key, reason, now);
  g_autofree char *tag = dup_tag (self->key, reason);
  const char *holder = signet_certificate_get_holder (certificate);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), holder);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_label_set_label (self->tag, tag);
  if (software && reason == NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->tag), "warning");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), signet_token_get_label (signet_token_key_get_token (self->key)));
  gtk_widget_set_sensitive (GTK_WIDGET (self), reason == NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check), GTK_ACCESSIBLE_PROPERTY_LABEL, holder,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle, -1);
}

static void
signet_choice_row_dispose (GObject *object)
{
  SignetChoiceRow *self = SIGNET_CHOICE_ROW (object);

  g_clear_object (&self->key);
  G_OBJECT_CLASS (signet_choice_row_parent_class)->dispose (object);
}

static void
signet_choice_row_class_init (SignetChoiceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_choice_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-choice-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetChoiceRow, check);
  gtk_widget_class_bind_template_child (widget_class, SignetChoiceRow, tag);
}

static void
signet_choice_row_init (SignetChoiceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetChoiceRow *
signet_choice_row_new (SignetTokenKey *key,
                       const char     *reason,
                       gint64          now)
{
  SignetChoiceRow *self = g_object_new (SIGNET_TYPE_CHOICE_ROW, NULL);

  self->key = g_object_ref (key);
  update (self, reason, now);
  return self;
}
