/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-details.c: rows of a certificate's fields, each value can be copied; of a key on a token the evidence for sole control,
 * export and deletion. Main thread.
 */
#define G_LOG_DOMAIN "signet-certificate-details"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-certificate-details.h"
#include "signet-life-acts.h"
#include "signet-life-standing.h"
#include "signet-key-acts.h"
#include "signet-key-facts.h"
#include "signet-token-acts.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"

struct _SignetCertificateDetails {
  AdwWindow parent_instance;

  SignetDesktop       *desktop;     /* (owned) (nullable): of a key on a token */
  SignetTokenKey      *key;         /* (owned) (nullable) */
  SignetCertificate   *certificate; /* (owned) (nullable): a key may have none */
  GtkWidget           *body;
  GtkWidget           *export_button;
  AdwPreferencesGroup *who;
  AdwPreferencesGroup *when;
  SignetKeyFacts      *facts;
  SignetLifeStanding  *standing;
  AdwPreferencesGroup *technical;
  GtkWidget           *copy_pem;
  GtkWidget           *acts;
  GtkWidget           *life;
  GtkWidget           *blocked;
  GtkWidget           *renew;
  GtkWidget           *compromised;
  GtkWidget           *lift;
  GtkWidget           *reuse;
  GtkWidget           *import;
  GtkWidget           *delete_certificate;
  GtkWidget           *delete_key;
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

static void
show_certificate (SignetCertificateDetails *self)
{
  SignetCertificate *certificate = self->certificate;
  gint64 now = self->desktop != NULL ? signet_desktop_now (self->desktop) : g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *klass = signet_words_class (signet_certificate_get_class (certificate, NULL));
  g_autofree char *period = dup_period (certificate);
  g_autofree char *left = signet_words_days_left (signet_certificate_get_not_after (certificate), now);
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
show_lone_key (SignetCertificateDetails *self)
{
  gtk_window_set_title (GTK_WINDOW (self), _("Key without a Certificate"));
  add (self->technical, _("Key"), signet_token_key_get_key_text (self->key));
  add (self->technical, _("Label"), signet_token_key_get_label (self->key));
  add (self->technical, _("SHA-256 of the key"), signet_token_key_get_sha256 (self->key));
}

/* a certificate of the person, not of an authority, which nobody here can give up */
static gboolean
is_own (SignetCertificateDetails *self)
{
  return self->desktop != NULL && self->key != NULL && self->certificate != NULL && !signet_certificate_is_ca (self->certificate);
}

/* Also again, whenever something was done to the key. */
static void
update_life (SignetCertificateDetails *self)
{
  gboolean own = is_own (self);
  g_autoptr(SignetKeyBlock) block = own ? signet_key_block_find (signet_token_key_get_sha256 (self->key)) : NULL;
  g_autofree char *since = block != NULL ? signet_words_date_time (block->time) : NULL;

  gtk_widget_set_visible (self->life, own);
  gtk_widget_set_visible (self->renew, block == NULL);
  gtk_widget_set_visible (self->compromised, block == NULL);
  gtk_widget_set_visible (self->lift, block != NULL);
  gtk_widget_set_visible (self->blocked, block != NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->blocked), since != NULL ? since : "");
}

/* the one function that fills the window */
static void
update (SignetCertificateDetails *self)
{
  gboolean has_key = self->key != NULL && signet_token_key_has_private (self->key);
  gboolean writable = self->key != NULL && !signet_token_is_read_only (signet_token_key_get_token (self->key));

  if (self->certificate != NULL)
    show_certificate (self);
  else
    show_lone_key (self);
  if (self->key != NULL)
    add (self->technical, _("Address on the token (PKCS#11 URI)"), signet_token_key_get_uri (self->key));
  if (has_key)
    signet_key_facts_set_key (self->facts, self->key);
  gtk_widget_set_visible (GTK_WIDGET (self->who), self->certificate != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->when), self->certificate != NULL);
  gtk_widget_set_visible (self->copy_pem, self->certificate != NULL);
  gtk_widget_set_visible (self->export_button, self->certificate != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->facts), has_key);
  gtk_widget_set_visible (self->reuse, writable && has_key && self->certificate == NULL &&
                                       !signet_key_block_is_blocked (signet_token_key_get_sha256 (self->key)));
  gtk_widget_set_visible (self->import, writable && has_key && self->certificate == NULL);
  gtk_widget_set_visible (self->delete_certificate, writable && self->certificate != NULL);
  gtk_widget_set_visible (self->delete_key, writable && has_key);
  gtk_widget_set_visible (self->acts, writable);
  if (is_own (self))
    signet_life_standing_set_key (self->standing, self->desktop, self->key);
  update_life (self);
}

/* --- acts ------------------------------------------------------------------------------------------------------------ */

static void
on_copy_pem_cb (SignetCertificateDetails *self,
                GtkWidget                *button)
{
  g_autofree char *pem = signet_certificate_to_pem (self->certificate);

  signet_ui_copy (button, pem);
}

/* parameter: "pem", "der" or "chain" */
static void
on_export_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  SignetCertificateDetails *self = SIGNET_CERTIFICATE_DETAILS (widget);
  g_autoptr(GPtrArray) none = g_ptr_array_new ();
  GPtrArray *issuers = self->desktop != NULL ? signet_core_get_ca_certificates (signet_desktop_get_core (self->desktop)) : none;

  signet_key_acts_export (self->body, self->certificate, issuers, g_variant_get_string (parameter, NULL));
}

static void
on_key_read_cb (GtkWidget      *widget,
                SignetTokenKey *key)
{
  SignetCertificateDetails *self = SIGNET_CERTIFICATE_DETAILS (gtk_widget_get_root (widget));

  g_set_object (&self->key, key);
  signet_key_facts_set_key (self->facts, key);
}

static void
on_read_cb (SignetCertificateDetails *self)
{
  signet_key_acts_read (self->body, self->key, on_key_read_cb);
}

/* what the window is about is gone: its owner hears of it in the window below */
static void
on_deleted_cb (GtkWidget      *widget,
               SignetTokenKey *key)
{
  GtkWindow *window = signet_ui_get_window (widget);
  GtkWindow *parent = gtk_window_get_transient_for (window);

  if (ADW_IS_APPLICATION_WINDOW (parent))
    signet_ui_toast (adw_application_window_get_content (ADW_APPLICATION_WINDOW (parent)), _("Deleted from the token"));
  gtk_window_destroy (window);
}

static void
on_delete_certificate_cb (SignetCertificateDetails *self)
{
  signet_key_acts_delete_certificate (self->body, self->desktop, self->key, on_deleted_cb);
}

static void
on_delete_key_cb (SignetCertificateDetails *self)
{
  signet_key_acts_delete_key (self->body, self->desktop, self->key, on_deleted_cb);
}

static void
on_renew_cb (SignetCertificateDetails *self)
{
  signet_life_acts_renew (self->body, self->desktop, self->key);
}

static void
on_revoke_cb (SignetCertificateDetails *self)
{
  signet_life_acts_revoke (self->body, self->desktop, self->key);
}

static void
on_compromised_cb (SignetCertificateDetails *self)
{
  signet_life_acts_compromised (self->body, self->desktop, self->key);
}

static void
on_lift_cb (SignetCertificateDetails *self)
{
  signet_life_acts_lift (self->body, self->desktop, self->key);
}

/* the way of every request, in the window below; a window about a key that is to get a certificate would only be in the way */
static void
on_reuse_cb (SignetCertificateDetails *self)
{
  GtkWindow *main = gtk_window_get_transient_for (GTK_WINDOW (self));

  if (main != NULL)
    gtk_widget_activate_action (GTK_WIDGET (main), "win.reuse-key", "s", signet_token_key_get_uri (self->key));
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
on_import_cb (SignetCertificateDetails *self)
{
  signet_token_acts_import (self->body, self->desktop, signet_token_key_get_token (self->key));
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_certificate_details_dispose (GObject *object)
{
  SignetCertificateDetails *self = SIGNET_CERTIFICATE_DETAILS (object);

  g_clear_object (&self->certificate);
  g_clear_object (&self->key);
  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_certificate_details_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, body);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, export_button);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, who);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, when);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, facts);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, standing);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, technical);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, copy_pem);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, acts);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, life);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, blocked);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, renew);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, compromised);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, lift);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, reuse);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, import);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, delete_certificate);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificateDetails, delete_key);
}

static void
signet_certificate_details_class_init (SignetCertificateDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_certificate_details_dispose;
  g_type_ensure (SIGNET_TYPE_KEY_FACTS);
  g_type_ensure (SIGNET_TYPE_LIFE_STANDING);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-certificate-details.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_pem_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_read_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_renew_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_revoke_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_compromised_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_lift_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_reuse_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_import_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_delete_certificate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_delete_key_cb);
  gtk_widget_class_install_action (widget_class, "details.export", "s", on_export_cb);
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

SignetCertificateDetails *
signet_certificate_details_new_for_key (GtkWindow      *parent,
                                        SignetDesktop  *desktop,
                                        SignetTokenKey *key)
{
  SignetCertificateDetails *self = g_object_new (SIGNET_TYPE_CERTIFICATE_DETAILS, "transient-for", parent, NULL);
  SignetCertificate *certificate = signet_token_key_get_certificate (key);

  self->desktop = g_object_ref (desktop);
  self->key = g_object_ref (key);
  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  g_signal_connect_object (desktop, "changed", G_CALLBACK (update_life), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
