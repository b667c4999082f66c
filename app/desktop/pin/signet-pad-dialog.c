/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pad-dialog.c: stands while the reader waits for its own keys. The time is the core's deadline for a PIN, not the reader's, which
 * tells nobody; the reader may give up earlier. Main thread.
 */
#define G_LOG_DOMAIN "signet-pad-dialog"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-pad-dialog.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"

#define USUAL_WAIT 60 /* seconds, where the core does not say */
#define TICK 250      /* ms */

struct _SignetPadDialog {
  AdwMessageDialog parent_instance;

  GCancellable   *cancellable; /* (owned) (nullable) */
  gint64          end;         /* monotonic */
  guint           wait;        /* seconds in all */
  guint           timer;
  GtkLabel       *left;
  GtkProgressBar *bar;
};

G_DEFINE_FINAL_TYPE (SignetPadDialog, signet_pad_dialog, ADW_TYPE_MESSAGE_DIALOG)

/* the one function that makes the dialog fit the time */
static gboolean
update (gpointer data)
{
  SignetPadDialog *self = data;
  double seconds = MAX (0, (double) (self->end - g_get_monotonic_time ()) / G_USEC_PER_SEC);
  guint whole = (guint) (seconds + 0.5);
  /* translators: time to type a PIN on the reader */
  g_autofree char *words = g_strdup_printf (ngettext ("%u second left", "%u seconds left", whole), whole);

  gtk_label_set_label (self->left, words);
  gtk_progress_bar_set_fraction (self->bar, seconds / self->wait);
  return G_SOURCE_CONTINUE;
}

static void
signet_pad_dialog_response (AdwMessageDialog *dialog,
                            const char       *response)
{
  g_cancellable_cancel (SIGNET_PAD_DIALOG (dialog)->cancellable);
}

static void
signet_pad_dialog_dispose (GObject *object)
{
  SignetPadDialog *self = SIGNET_PAD_DIALOG (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (signet_pad_dialog_parent_class)->dispose (object);
}

static void
signet_pad_dialog_class_init (SignetPadDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_pad_dialog_dispose;
  ADW_MESSAGE_DIALOG_CLASS (klass)->response = signet_pad_dialog_response;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/pin/signet-pad-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetPadDialog, left);
  gtk_widget_class_bind_template_child (widget_class, SignetPadDialog, bar);
}

static void
signet_pad_dialog_init (SignetPadDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static char *
dup_body (const SignetPinQuestion *question)
{
  g_autofree char *name = signet_text_isolate (question->token_label != NULL ? question->token_label : "");
  g_autofree char *document = NULL;

  if (SIGNET_PIN_KIND_IS_NEW (question->kind))
    return g_strdup_printf (_("“%s” is set up with the keys of the reader. Do what its display says."), name);
  if (question->document == NULL)
    return g_strdup_printf (_("Type the PIN of “%s” with the keys of the reader."), name);
  document = signet_text_isolate (question->document);
  /* translators: the name of a card, then the name of a document */
  return g_strdup_printf (_("Type the PIN of “%s” with the keys of the reader. It signs “%s”."), name, document);
}

SignetPadDialog *
signet_pad_dialog_new (GtkWindow               *parent,
                       const SignetPinQuestion *question,
                       GCancellable            *cancellable)
{
  SignetPadDialog *self = g_object_new (SIGNET_TYPE_PAD_DIALOG, "transient-for", parent, NULL);
  g_autofree char *body = dup_body (question);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (self), body);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->wait = question->seconds > 0 ? question->seconds : USUAL_WAIT;
  self->end = g_get_monotonic_time () + self->wait * G_USEC_PER_SEC;
  self->timer = g_timeout_add (TICK, update, self);
  update (self);
  return self;
}
