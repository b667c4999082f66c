/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate-row.c: one certificate in the list of a token. People count days, so days come before the date. Main thread. */
#define G_LOG_DOMAIN "signet-certificate-row"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-certificate-row.h"
#include "../common/signet-state.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-core.h"
#include "../../core/face/signet-words.h"

struct _SignetCertificateRow {
  AdwPreferencesRow parent_instance;

  SignetTokenKey *key; /* (owned) */
  GtkLabel       *holder;
  GtkLabel       *tag;
  GtkImage       *soon;
  GtkLabel       *days;
  GtkLabel       *until;
};

G_DEFINE_FINAL_TYPE (SignetCertificateRow, signet_certificate_row, ADW_TYPE_PREFERENCES_ROW)

SignetTokenKey *
signet_certificate_row_get_key (SignetCertificateRow *self)
{
  return self->key;
}

static void
show_tag (SignetCertificateRow *self)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (self->key);
  gboolean software = signet_token_is_software (signet_token_key_get_token (self->key));
  g_autofree char *klass = signet_words_class (signet_certificate_get_class (certificate, NULL));

  gtk_label_set_label (self->tag, software ? _("Practice") : klass);
  if (software)
    gtk_widget_add_css_class (GTK_WIDGET (self->tag), "warning");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->tag), klass);
  if (!signet_key_block_is_blocked (signet_token_key_get_sha256 (self->key)))
    return;
  gtk_label_set_label (self->tag, _("Blocked"));
  gtk_widget_remove_css_class (GTK_WIDGET (self->tag), "warning");
  gtk_widget_add_css_class (GTK_WIDGET (self->tag), "error");
}

static void
show_time (SignetCertificateRow *self,
           gint64                now)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (self->key);
  gint64 end = signet_certificate_get_not_after (certificate);
  g_autofree char *days = signet_words_days_left (end, now);
  g_autofree char *date = signet_words_date (end);
  /* translators: the last day of a certificate, then the authority that issued it */
  g_autofree char *until = g_strdup_printf (_("until %s · %s"), date, signet_certificate_get_authority (certificate));
  SignetState state = signet_state_of_end (end, now);

  gtk_label_set_label (self->days, days);
  gtk_label_set_label (self->until, until);
  gtk_widget_set_visible (GTK_WIDGET (self->soon), state != SIGNET_STATE_OK);
  if (state == SIGNET_STATE_OK)
    return;
  signet_state_image_set (self->soon, state);
  gtk_widget_add_css_class (GTK_WIDGET (self->days), state == SIGNET_STATE_STOP ? "error" : "warning");
}

/* who, for what, how long: said as one, since the row is one stop */
static void
set_spoken_name (SignetCertificateRow *self)
{
  g_autofree char *name = g_strdup_printf ("%s, %s, %s, %s", gtk_label_get_label (self->holder), gtk_label_get_label (self->tag),
                                           gtk_label_get_label (self->days), gtk_label_get_label (self->until));

  signet_ui_set_spoken_name (GTK_WIDGET (self), name);
}

/* the one function that makes the row fit its key */
static void
update (SignetCertificateRow *self,
        gint64                now)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (self->key);
  const char *holder = signet_certificate_get_holder (certificate);
  gboolean locked = (signet_token_get_pin_flags (signet_token_key_get_token (self->key)) & SIGNET_PIN_FLAG_LOCKED) != 0;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), holder);
  gtk_label_set_label (self->holder, holder);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->holder), signet_certificate_get_subject (certificate));
  show_tag (self);
  show_time (self, now);
  set_spoken_name (self);
  if (locked)
    gtk_widget_add_css_class (GTK_WIDGET (self), "dim-label");
}

static void
signet_certificate_row_dispose (GObject *object)
{
  SignetCertificateRow *self = SIGNET_CERTIFICATE_ROW (object);

  g_clear_object (&self->key);
  G_OBJECT_CLASS (signet_certificate_row_parent_class)->dispose (object);
}

static void
signet_certificate_row_class_init (SignetCertificateRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_certificate_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-certificate-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateRow, holder);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateRow, tag);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateRow, soon);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateRow, days);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateRow, until);
}

static void
signet_certificate_row_init (SignetCertificateRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetCertificateRow *
signet_certificate_row_new (SignetTokenKey *key,
                            gint64          now)
{
  SignetCertificateRow *self = g_object_new (SIGNET_TYPE_CERTIFICATE_ROW, NULL);

  self->key = g_object_ref (key);
  update (self, now);
  return self;
}
