/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificates-empty.c: the page that helps when there is no token. The title is the finding. Main thread. */
#define G_LOG_DOMAIN "signet-certificates-empty"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-certificates-empty.h"
#include "../common/signet-finding.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-policy.h"
#include "../../core/base/signet-text.h"

struct _SignetCertificatesEmpty {
  AdwBin parent_instance;

  GPtrArray  *findings; /* (owned) (nullable) */
  GtkLabel   *title;
  GtkLabel   *advice;
  GtkWidget  *copy;
  GtkWidget  *make;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (SignetCertificatesEmpty, signet_certificates_empty, ADW_TYPE_BIN)

static guint make_signal;

static gboolean
has_broken_driver (SignetCertificatesEmpty *self)
{
  for (guint i = 0; self->findings != NULL && i < self->findings->len; i++)
    if (signet_finding_state (g_ptr_array_index (self->findings, i)) == SIGNET_STATE_STOP)
      return TRUE;
  return FALSE;
}

/* the one function that makes the page fit the findings */
static void
update (SignetCertificatesEmpty *self)
{
  guint n = self->findings != NULL ? self->findings->len : 0;

  if (n == 0)
    {
      gtk_label_set_label (self->title, _("No Driver for Any Token Is Installed"));
      gtk_label_set_label (self->advice, _("Install the driver that came with your card or token; Signet finds it by itself."));
    }
  else if (has_broken_driver (self))
    {
      gtk_label_set_label (self->title, _("No Token, and a Driver Does Not Work"));
      gtk_label_set_label (self->advice, _("If your token belongs to that driver, ask its maker for a newer one."));
    }
  else
    {
      gtk_label_set_label (self->title, _("The Drivers Work, but There Is No Token"));
      gtk_label_set_label (self->advice, _("Put the card in, chip first, or plug in the token. Signet looks again by itself."));
    }
  signet_ui_clear_list (self->list);
  for (guint i = 0; i < n; i++)
    gtk_list_box_append (self->list, signet_finding_row_new (g_ptr_array_index (self->findings, i)));
  if (n == 0)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_UNKNOWN, _("Drivers (PKCS#11 modules)"), _("None is registered on this computer")));
  gtk_widget_set_visible (self->copy, n > 0);
}

void
signet_certificates_empty_set_findings (SignetCertificatesEmpty *self,
                                        GPtrArray               *findings)
{
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  self->findings = g_ptr_array_ref (findings);
  update (self);
}

/* for whoever helps: paths and states, no serial numbers */
static void
on_copy_cb (SignetCertificatesEmpty *self)
{
  g_autoptr(GString) text = g_string_new (SIGNET_NAME " " SIGNET_VERSION "\n");

  for (guint i = 0; i < self->findings->len; i++)
    {
      const SignetTokenFinding *finding = g_ptr_array_index (self->findings, i);

      g_string_append_printf (text, "%s: %s%s%s\n", finding->module, finding->state, finding->detail != NULL ? ": " : "",
                              finding->detail != NULL ? finding->detail : "");
    }
  signet_ui_copy (GTK_WIDGET (self), text->str);
}

static void
on_make_cb (SignetCertificatesEmpty *self)
{
  g_signal_emit (self, make_signal, 0);
}

static void
signet_certificates_empty_dispose (GObject *object)
{
  SignetCertificatesEmpty *self = SIGNET_CERTIFICATES_EMPTY (object);

  g_clear_pointer (&self->findings, g_ptr_array_unref);
  G_OBJECT_CLASS (signet_certificates_empty_parent_class)->dispose (object);
}

static void
signet_certificates_empty_class_init (SignetCertificatesEmptyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_certificates_empty_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-certificates-empty.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesEmpty, title);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesEmpty, advice);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesEmpty, copy);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesEmpty, make);
  gtk_widget_class_bind_template_child (widget_class, SignetCertificatesEmpty, list);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_make_cb);
  make_signal = g_signal_new ("make-token", SIGNET_TYPE_CERTIFICATES_EMPTY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_certificates_empty_init (SignetCertificatesEmpty *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (self->make, signet_policy_allows_software_tokens ());
  update (self);
}
