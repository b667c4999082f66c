/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate-details.c: rows of a certificate's fields; each value can be copied. Main thread. */
#define G_LOG_DOMAIN "signet-certificate-details"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-certificate-details.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"

struct _SignetCertificateDetails {
  AdwWindow parent_instance;

  SignetCertificate   *certificate; /* (owned) */
  AdwPreferencesGroup *who;
  AdwPreferencesGroup *when;
  AdwPreferencesGroup *technical;
};

G_DEFINE_FINAL_TYPE (SignetCertificateDetails, signet_certificate_details, ADW_TYPE_WINDOW)

static void
add (AdwPreferencesGroup *group,
     const char          *title,
     const char          *value)
{
  if (value != NULL && *value != '\0')
    adw_preferences_group_add (group, signet_ui_new_value_row (title, value, TRUE));
}

static void
add_lines (AdwPreferencesGroup *group,
           const char          *title,
           char               **values)
{
  g_autofree char *lines = g_strjoinv ("\n", values);

  add (group, title, lines);
}

static char *
dup_period (SignetCertificate *certificate)
{
  g_autofree char *from = signet_words_date (signet_certificate_get_not_before (certificate));
  g_autofree char *until = signet_words_date (signet_certificate_get_not_after (certificate));

  /* translators: the first day and the last day of a certificate */
  return g_strdup_printf (_("%s to %s"), from, until);
}

/* the one function that fills the window from the certificate */
static void
update (SignetCertificateDetails *self)
{
  SignetCertificate *certificate = self->certificate;
  g_autofree char *klass = signet_words_class (signet_certificate_get_class (certificate, NULL));
  g_autofree char *period = dup_period (certificate);
  g_autofree char *left = signet_words_days_left (signet_certificate_get_not_after (certificate), g_get_real_time () / G_USEC_PER_SEC);
  g_auto(GStrv) policies = signet_certificate_dup_policies (certificate);
  g_auto(GStrv) ocsp = signet_certificate_dup_urls (certificate, "ocsp");
  g_auto(GStrv) crl = signet_certificate_dup_urls (certificate, "crl");

  add (self->who, _("Holder"), signet_certificate_get_subject (certificate));
  add (self->who, _("Issued by"), signet_certificate_get_issuer (certificate));
  add (self->when, _("Used for"), klass);
  add (self->when, _("Good from and to"), period);
  add (self->when, _("Time left"), left);
  add (self->technical, _("Serial number"), signet_certificate_get_serial (certificate));
  add (self->technical, _("SHA-256 fingerprint"), signet_certificate_get_sha256 (certificate));
  add (self->technical, _("Key"), signet_certificate_get_key_text (certificate));
  add (self->technical, _("SHA-256 of the key"), signet_certificate_get_key_sha256 (certificate));
  add_lines (self->technical, _("Policies"), policies);
  add_lines (self->technical, _("Revocation asked at"), ocsp);
  add_lines (self->technical, _("Revocation lists"), crl);
}

static void
on_copy_pem_cb (SignetCertificateDetails *self,
                GtkWidget                *button)
{
  g_autofree char *pem = signet_certificate_to_pem (self->certificate);

  signet_ui_copy (button, pem);
}

static void
signet_certificate_details_dispose (GObject *object)
{
  SignetCertificateDetails *self = SIGNET_CERTIFICATE_DETAILS (object);

  g_clear_object (&self->certificate);
  G_OBJECT_CLASS (signet_certificate_details_parent_class)->dispose (object);
}

static void
signet_certificate_details_class_init (SignetCertificateDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_certificate_details_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-certificate-details.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, who);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, when);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, technical);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_pem_cb);
}

static void
signet_certificate_details_init (SignetCertificateDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetCertificateDetails *
signet_certificate_details_new (GtkWindow         *parent,
                                SignetCertificate *certificate)
{
  SignetCertificateDetails *self = g_object_new (SIGNET_TYPE_CERTIFICATE_DETAILS, "transient-for", parent, NULL);

  self->certificate = g_object_ref (certificate);
  update (self);
  return self;
}
