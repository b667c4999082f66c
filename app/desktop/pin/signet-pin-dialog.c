/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pin-dialog.c: the only place of the desktop a PIN is typed. It goes from GTK's locked entry buffer into a SignetSecret and nowhere
 * else: no label, no log, no clipboard, no memory of it. On the last try Return does not sign and a tick is needed. Main thread.
 */
#define G_LOG_DOMAIN "signet-pin-dialog"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-pin-dialog.h"
#include "../common/signet-state.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetPinDialog {
  AdwMessageDialog parent_instance;

  SignetPinKind  kind;
  SignetPinFlags flags;
  guint          min_length;
  guint          max_length;
  gboolean       answered;

  GtkWidget      *about;
  AdwActionRow   *document;
  AdwActionRow   *certificate;
  GtkWidget      *entries;
  GtkWidget      *pin;
  GtkWidget      *again;
  GtkWidget      *tries_box;
  GtkImage       *tries_icon;
  GtkLabel       *tries;
  GtkCheckButton *knows;
};

G_DEFINE_FINAL_TYPE (SignetPinDialog, signet_pin_dialog, ADW_TYPE_MESSAGE_DIALOG)

static guint answered_signal;

static gboolean
is_new_pin (SignetPinDialog *self)
{
  return SIGNET_PIN_KIND_IS_NEW (self->kind);
}

static gboolean
is_last_try (SignetPinDialog *self)
{
  return !is_new_pin (self) && (self->flags & SIGNET_PIN_FLAG_FINAL_TRY) != 0;
}

static gboolean
has_pin_pad (SignetPinDialog *self)
{
  return (self->flags & SIGNET_PIN_FLAG_PIN_PAD) != 0;
}

static gboolean
is_complete (SignetPinDialog *self)
{
  gsize length = strlen (gtk_editable_get_text (GTK_EDITABLE (self->pin)));

  if (has_pin_pad (self))
    return TRUE;
  if (length < MAX (1, self->min_length) || (self->max_length > 0 && length > self->max_length))
    return FALSE;
  if (is_new_pin (self))
    return g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->pin)), gtk_editable_get_text (GTK_EDITABLE (self->again)));
  return !is_last_try (self) || gtk_check_button_get_active (self->knows);
}

/* the one function that makes the dialog fit what was typed */
static void
update (SignetPinDialog *self)
{
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self), "accept", is_complete (self));
}

static void
answer (SignetPinDialog *self,
        SignetSecret    *secret)
{
  if (self->answered)
    return;
  self->answered = TRUE;
  g_signal_emit (self, answered_signal, 0, secret);
}

/* what was typed goes with the dialog: GTK keeps it in locked memory and wipes it */
static void
signet_pin_dialog_response (AdwMessageDialog *dialog,
                            const char       *response)
{
  SignetPinDialog *self = SIGNET_PIN_DIALOG (dialog);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->pin));
  g_autoptr(SignetSecret) secret = NULL;

  if (g_str_equal (response, "accept") && is_complete (self))
    secret = signet_secret_new ((const guint8 *) text, has_pin_pad (self) ? 0 : strlen (text));
  answer (self, secret);
}

/* --- the question ---------------------------------------------------------------------------------------------------- */

static char *
dup_heading (SignetPinDialog         *self,
             const SignetPinQuestion *question)
{
  g_autofree char *name = signet_text_isolate (question->token_label != NULL ? question->token_label : "");

  if (is_last_try (self))
    return g_strdup (_("Last Try"));
  switch (question->kind)
    {
    case SIGNET_PIN_NEW:
      /* translators: %s is the name of a card or token */
      return g_strdup_printf (_("New PIN for “%s”"), name);
    case SIGNET_PIN_SO:
    case SIGNET_PIN_NEW_SO:
      return g_strdup_printf (_("Administrator’s PIN for “%s”"), name);
    case SIGNET_PIN_PUK:
      /* translators: PUK: the unblock code of a card; %s is the name of the card */
      return g_strdup_printf (_("Unblock Code (PUK) of “%s”"), name);
    case SIGNET_PIN_NEW_PUK:
      return g_strdup_printf (_("New Unblock Code (PUK) for “%s”"), name);
    case SIGNET_PIN_USER:
    case SIGNET_PIN_CONTEXT:
    case SIGNET_N_PIN_KINDS:
    default:
      return g_strdup_printf (_("PIN for “%s”"), name);
    }
}

static char *
dup_body (SignetPinDialog         *self,
          const SignetPinQuestion *question)
{
  g_autofree char *name = signet_text_isolate (question->token_label != NULL ? question->token_label : "");

  if (is_last_try (self))
    return g_strdup_printf (_("If the PIN is wrong again, “%s” locks. Then only the unblock code (PUK) opens it, if there is one."), name);
  if (has_pin_pad (self))
    return g_strdup (_("Enter the PIN on the reader."));
  if (is_new_pin (self))
    /* translators: both numbers are counts of characters */
    return g_strdup_printf (_("From %u to %u characters. Whoever knows it can sign in your name."), self->min_length, self->max_length);
  if (question->flags & SIGNET_PIN_FLAG_RETRY)
    return g_strdup (_("That PIN was wrong. Nothing was signed."));
  if (question->kind == SIGNET_PIN_CONTEXT)
    return g_strdup (_("This key asks for the PIN again for each signature."));
  return g_strdup (question->document != NULL ? _("It signs this document when the PIN is right.") : _("The token does its work when the PIN is right."));
}

static void
show_about (SignetPinDialog         *self,
            const SignetPinQuestion *question)
{
  g_autofree char *document = signet_text_sanitize (question->document != NULL ? question->document : "", -1, 200);
  g_autofree char *holder = signet_text_sanitize (question->certificate != NULL ? question->certificate : "", -1, 200);
  g_autofree char *details = signet_text_sanitize (question->certificate_details != NULL ? question->certificate_details : "", -1, 200);
  /* translators: the holder of a certificate, then its class and authority, e.g. Li Na · Signature · Sample CA */
  g_autofree char *whole = *details != '\0' ? g_strdup_printf (_("%s · %s"), holder, details) : g_strdup (holder);

  adw_action_row_set_subtitle (self->document, document);
  adw_action_row_set_subtitle (self->certificate, whole);
  gtk_widget_set_visible (GTK_WIDGET (self->document), question->document != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->certificate), question->certificate != NULL);
  gtk_widget_set_visible (self->about, question->document != NULL || question->certificate != NULL);
}

static void
show_tries (SignetPinDialog         *self,
            const SignetPinQuestion *question)
{
  g_autofree char *words = is_new_pin (self) ? NULL : signet_words_pin_tries (question);
  gboolean wrong = (question->flags & SIGNET_PIN_FLAG_RETRY) != 0;

  gtk_widget_set_visible (self->tries_box, words != NULL);
  if (words == NULL)
    return;
  gtk_label_set_label (self->tries, words);
  if (is_last_try (self))
    signet_state_image_set (self->tries_icon, SIGNET_STATE_STOP);
  else if (wrong || (question->flags & SIGNET_PIN_FLAG_COUNT_LOW))
    signet_state_image_set (self->tries_icon, SIGNET_STATE_WARNING);
  else
    gtk_image_set_from_icon_name (self->tries_icon, "dialog-password-symbolic");
  gtk_widget_add_css_class (GTK_WIDGET (self->tries), is_last_try (self) ? "error" : "dim-label");
}

static const char *
accept_label (SignetPinDialog         *self,
              const SignetPinQuestion *question)
{
  if (is_last_try (self))
    return _("Use _Last Try");
  if (is_new_pin (self))
    return _("Set _PIN");
  return question->document != NULL ? _("_Sign") : _("_Unlock");
}

static void
show_question (SignetPinDialog         *self,
               const SignetPinQuestion *question)
{
  g_autofree char *heading = dup_heading (self, question);
  g_autofree char *body = dup_body (self, question);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (self);

  adw_message_dialog_set_heading (dialog, heading);
  adw_message_dialog_set_body (dialog, body);
  adw_message_dialog_set_response_label (dialog, "accept", accept_label (self, question));
  adw_message_dialog_set_response_appearance (dialog, "accept",
                                              is_last_try (self) ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, is_last_try (self) ? "cancel" : "accept");
  show_about (self, question);
  show_tries (self, question);
  gtk_widget_set_visible (self->entries, !has_pin_pad (self));
  gtk_widget_set_visible (self->again, is_new_pin (self));
  gtk_widget_set_visible (GTK_WIDGET (self->knows), is_last_try (self));
  if (is_last_try (self))
    adw_entry_row_set_activates_default (ADW_ENTRY_ROW (self->pin), FALSE);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_pin_dialog_dispose (GObject *object)
{
  SignetPinDialog *self = SIGNET_PIN_DIALOG (object);

  answer (self, NULL);
  G_OBJECT_CLASS (signet_pin_dialog_parent_class)->dispose (object);
}

static void
signet_pin_dialog_class_init (SignetPinDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_pin_dialog_dispose;
  ADW_MESSAGE_DIALOG_CLASS (klass)->response = signet_pin_dialog_response;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/pin/signet-pin-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, about);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, document);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, certificate);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, entries);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, pin);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, again);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, tries_box);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, tries_icon);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, tries);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, knows);
  gtk_widget_class_bind_template_callback (widget_class, update);
  answered_signal =
    g_signal_new ("answered", SIGNET_TYPE_PIN_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
signet_pin_dialog_init (SignetPinDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetPinDialog *
signet_pin_dialog_new (GtkWindow               *parent,
                       const SignetPinQuestion *question)
{
  SignetPinDialog *self = g_object_new (SIGNET_TYPE_PIN_DIALOG, "transient-for", parent, NULL);

  self->kind = question->kind;
  self->flags = question->flags;
  self->min_length = question->min_length;
  self->max_length = question->max_length;
  show_question (self, question);
  update (self);
  if (!has_pin_pad (self))
    gtk_widget_grab_focus (self->pin);
  return self;
}
