/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-loss-dialog.c: the list of what is lost, and the button that stays grey until the name is typed. Return never loses. Main thread. */
#define G_LOG_DOMAIN "signet-loss-dialog"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-loss-dialog.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

#define LONGEST_LABEL 32 /* bytes: CK_TOKEN_INFO.label */

struct _SignetLossDialog {
  AdwMessageDialog parent_instance;

  char       *typed; /* (owned) (nullable) */
  GtkWidget  *scrolled;
  GtkListBox *list;
  GtkWidget  *entries;
  GtkWidget  *name;
  GtkWidget  *new_name;
};

G_DEFINE_FINAL_TYPE (SignetLossDialog, signet_loss_dialog, ADW_TYPE_MESSAGE_DIALOG)

static gboolean
is_complete (SignetLossDialog *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));
  g_autofree char *new_name = signet_loss_dialog_dup_new_name (self);

  if (self->typed != NULL && !g_str_equal (text, self->typed))
    return FALSE;
  return !gtk_widget_get_visible (self->new_name) || (*new_name != '\0' && strlen (new_name) <= LONGEST_LABEL);
}

/* the one function that makes the dialog fit what was typed */
static void
update (SignetLossDialog *self)
{
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self), "lose", is_complete (self));
}

void
signet_loss_dialog_ask_new_name (SignetLossDialog *self,
                                 const char       *name)
{
  gtk_editable_set_text (GTK_EDITABLE (self->new_name), name != NULL ? name : "");
  gtk_widget_set_visible (self->new_name, TRUE);
  gtk_widget_set_visible (self->entries, TRUE);
  update (self);
}

char *
signet_loss_dialog_dup_new_name (SignetLossDialog *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->new_name))));
}

void
signet_loss_dialog_add (SignetLossDialog *self,
                        const char       *what,
                        const char       *why_it_matters)
{
  gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_STOP, what, why_it_matters));
  gtk_widget_set_visible (self->scrolled, TRUE);
}

static char *
dup_certificate_words (SignetCertificate *certificate,
                       gint64             now)
{
  g_autofree char *klass = signet_words_class (signet_certificate_get_class (certificate, NULL));
  g_autofree char *left = signet_words_days_left (signet_certificate_get_not_after (certificate), now);

  /* translators: of a certificate: its class, its authority, how long it is good, e.g. Signature · Sample CA · 159 days left */
  return g_strdup_printf (_("%s · %s · %s"), klass, signet_certificate_get_authority (certificate), left);
}

void
signet_loss_dialog_add_key (SignetLossDialog *self,
                            SignetTokenKey   *key,
                            gint64            now)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  g_autofree char *words = certificate != NULL ? dup_certificate_words (certificate, now) : NULL;

  if (certificate != NULL)
    signet_loss_dialog_add (self, signet_certificate_get_holder (certificate), words);
  else
    signet_loss_dialog_add (self, _("Key without a certificate"), signet_token_key_get_key_text (key));
}

void
signet_loss_dialog_add_token (SignetLossDialog *self,
                              SignetToken      *token,
                              gint64            now)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; i < keys->len; i++)
    signet_loss_dialog_add_key (self, g_ptr_array_index (keys, i), now);
}

static void
signet_loss_dialog_finalize (GObject *object)
{
  g_free (SIGNET_LOSS_DIALOG (object)->typed);
  G_OBJECT_CLASS (signet_loss_dialog_parent_class)->finalize (object);
}

static void
signet_loss_dialog_class_init (SignetLossDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_loss_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-loss-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetLossDialog, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SignetLossDialog, list);
  gtk_widget_class_bind_template_child (widget_class, SignetLossDialog, entries);
  gtk_widget_class_bind_template_child (widget_class, SignetLossDialog, name);
  gtk_widget_class_bind_template_child (widget_class, SignetLossDialog, new_name);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
signet_loss_dialog_init (SignetLossDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetLossDialog *
signet_loss_dialog_new (GtkWindow  *parent,
                        const char *heading,
                        const char *body,
                        const char *lose,
                        const char *typed)
{
  SignetLossDialog *self = g_object_new (SIGNET_TYPE_LOSS_DIALOG, "transient-for", parent, "heading", heading, "body", body, NULL);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (self);

  adw_message_dialog_set_response_label (dialog, "lose", lose);
  self->typed = g_strdup (typed);
  if (typed != NULL)
    {
      g_autofree char *isolated = signet_text_isolate (typed);
      /* translators: %s is the name of a card or token */
      g_autofree char *title = g_strdup_printf (_("Type “%s” to go on"), isolated);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->name), title);
    }
  gtk_widget_set_visible (self->name, typed != NULL);
  if (typed != NULL)
    gtk_window_set_focus (GTK_WINDOW (self), self->name);
  gtk_widget_set_visible (self->entries, typed != NULL);
  update (self);
  return self;
}
