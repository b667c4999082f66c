/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pin-dialog.c: the only place of the desktop a PIN is typed. It goes from GTK's locked entry buffer into a SignetSecret and nowhere
 * else: no label, no log, no clipboard, no memory of it. On the last try Return does not sign and a tick is needed. Main thread.
 */
#define G_LOG_DOMAIN "signet-pin-dialog"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-pin-dialog.h"
#include "signet-secret-entry.h"
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
  GdkDevice     *keyboard; /* (owned) (nullable) */

  GtkWidget      *about;
  AdwActionRow   *document;
  AdwActionRow   *certificate;
  GtkWidget      *entries;
  AdwPasswordEntryRow *pin;
  AdwPasswordEntryRow *again;
  GtkLabel       *hint;
  GtkWidget      *caps_lock;
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
is_management (SignetPinDialog *self)
{
  return self->kind == SIGNET_PIN_MANAGEMENT || self->kind == SIGNET_PIN_NEW_MANAGEMENT;
}

/* what counts of what was typed: of a management key its digits, which people write in groups; 0 when it has others as well */
static gsize
get_length (SignetPinDialog *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->pin));
  gsize digits = 0;

  if (!is_management (self))
    return strlen (text);
  for (; *text != '\0'; text++)
    {
      if (strchr (" :-", *text) == NULL && !g_ascii_isxdigit (*text))
        return 0;
      digits += g_ascii_isxdigit (*text) ? 1 : 0;
    }
  return digits;
}

static gboolean
is_complete (SignetPinDialog *self)
{
  gsize length = get_length (self);

  if (has_pin_pad (self))
    return TRUE;
  if (length < MAX (1, self->min_length) || (self->max_length > 0 && length > self->max_length))
    return FALSE;
  if (is_new_pin (self))
    return g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->pin)), gtk_editable_get_text (GTK_EDITABLE (self->again)));
  return !is_last_try (self) || gtk_check_button_get_active (self->knows);
}

static char *
dup_length_rule (SignetPinDialog *self)
{
  if (is_management (self))
    return g_strdup (_("32, 48 or 64 digits, as many as the old one has: 0 to 9 and a to f."));
  if (self->max_length == 0)
    /* translators: %u is a count of characters */
    return g_strdup_printf (_("At least %u characters."), MAX (1, self->min_length));
  /* translators: both numbers are counts of characters */
  return g_strdup_printf (_("From %u to %u characters."), MAX (1, self->min_length), self->max_length);
}

/* what a new PIN still lacks, while it is typed */
static void
show_hint (SignetPinDialog *self)
{
  const char *again = gtk_editable_get_text (GTK_EDITABLE (self->again));
  g_autofree char *rule = dup_length_rule (self);

  if (*again != '\0' && !g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->pin)), again))
    gtk_label_set_label (self->hint, _("The two are not the same yet."));
  else
    gtk_label_set_label (self->hint, is_complete (self) ? _("Remember it: nobody can tell it to you again.") : rule);
}

/* the one function that makes the dialog fit what was typed */
static void
update (SignetPinDialog *self)
{
  if (is_new_pin (self))
    show_hint (self);
  gtk_widget_set_visible (self->caps_lock, self->keyboard != NULL && !has_pin_pad (self) && gdk_device_get_caps_lock_state (self->keyboard));
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

static void
forget_typed (SignetPinDialog *self)
{
  signet_secret_entry_wipe (self->pin);
  signet_secret_entry_wipe (self->again);
}

static void
signet_pin_dialog_response (AdwMessageDialog *dialog,
                            const char       *response)
{
  SignetPinDialog *self = SIGNET_PIN_DIALOG (dialog);
  g_autoptr(SignetSecret) secret = NULL;

  if (g_str_equal (response, "accept") && is_complete (self))
    secret = signet_secret_entry_dup (self->pin); /* empty on a PIN pad: the row is hidden */
  else if (g_str_equal (response, "factory"))
    secret = signet_secret_new ((const guint8 *) SIGNET_FACTORY_MANAGEMENT_KEY, strlen (SIGNET_FACTORY_MANAGEMENT_KEY));
  forget_typed (self);
  answer (self, secret);
}

/* --- the question ---------------------------------------------------------------------------------------------------- */

/* what is asked for, by SignetPinKind */
typedef struct {
  const char *heading; /* with the token's name */
  const char *entry;
  const char *body;
  const char *wrong;
  const char *last;    /* (nullable) with the token's name: what is lost with the last try */
  const char *knows;
} Kind;

#define PASSPHRASE SIGNET_N_PIN_KINDS /* of a file: no token, no tries */

static const Kind kinds[SIGNET_N_PIN_KINDS + 1] = {
  /* translators: in headings %s is the name of a card or token */
  [SIGNET_PIN_USER] = { N_("PIN for “%s”"), N_("PIN"), N_("The token does its work when the PIN is right."), N_("That PIN was wrong."),
                        N_("If the PIN is wrong again, “%s” locks. Then only the unblock code (PUK) opens it, if there is one."),
                        N_("I know the PIN and want to use the _last try") },
  [SIGNET_PIN_CONTEXT] = { N_("PIN for “%s”"), N_("PIN"), N_("This key asks for the PIN again for each signature."), N_("That PIN was wrong."),
                           N_("If the PIN is wrong again, “%s” locks. Then only the unblock code (PUK) opens it, if there is one."),
                           N_("I know the PIN and want to use the _last try") },
  [SIGNET_PIN_SO] = { N_("Security Officer’s PIN for “%s”"), N_("Security officer’s PIN (SO PIN)"),
                      N_("Not the PIN you sign with: the one the token was set up with."), N_("That security officer’s PIN was wrong."),
                      N_("If the security officer’s PIN is wrong again, nobody can unblock “%s” any more."),
                      N_("I know it and want to use the _last try") },
  [SIGNET_PIN_PUK] = { N_("Unblock Code (PUK) of “%s”"), N_("Unblock code (PUK)"),
                       N_("It came with the card, usually in a letter. It is not the PIN you sign with."), N_("That unblock code was wrong."),
                       N_("If the unblock code is wrong again, “%s” can never be opened any more."),
                       N_("I know the code and want to use the _last try") },
  [SIGNET_PIN_NEW] = { N_("New PIN for “%s”"), N_("New PIN"), N_("Whoever knows it can sign in your name."), "", NULL, "" },
  [SIGNET_PIN_NEW_SO] = { N_("New Security Officer’s PIN for “%s”"), N_("New security officer’s PIN (SO PIN)"),
                          N_("It unblocks the token when its PIN is locked. Keep it apart from the PIN."), "", NULL, "" },
  [SIGNET_PIN_NEW_PUK] = { N_("New Unblock Code (PUK) for “%s”"), N_("New unblock code (PUK)"),
                           N_("It unblocks the token when its PIN is locked. Keep it apart from the PIN."), "", NULL, "" },
  [SIGNET_PIN_MANAGEMENT] = { N_("Management Key of “%s”"), N_("Management key"), "", N_("That was not the management key of this card."), NULL, "" },
  [SIGNET_PIN_NEW_MANAGEMENT] = { N_("New Management Key for “%s”"), N_("New management key"),
                                  N_("Whoever has it can replace the keys and certificates on the card. Keep it apart from the PIN."), "", NULL, "" },
  /* translators: %s is the name of a document */
  [SIGNET_PIN_DOCUMENT] = { N_("Password of “%s”"), N_("Password"), N_("This document is encrypted. Its password is needed to read it."),
                            N_("That was not the password of this document."), NULL, "" },
  /* translators: %s is the name of a file */
  [PASSPHRASE] = { N_("Passphrase for “%s”"), N_("Passphrase"), N_("It was chosen when the key was saved to this file."),
                   N_("That passphrase was wrong."), NULL, "" },
};

static const Kind *
get_kind (SignetPinDialog *self)
{
  return &kinds[(guint) self->kind < G_N_ELEMENTS (kinds) ? self->kind : SIGNET_PIN_USER];
}

/* @words: of ours, translated, with at most one %s for @name */
static char *
dup_named (const char *words,
           const char *name)
{
  g_autofree char *isolated = signet_text_isolate (name != NULL ? name : "");
  g_auto(GStrv) parts = g_strsplit (words, "%s", 2);

  return g_strjoinv (isolated, parts);
}

static char *
dup_heading (SignetPinDialog         *self,
             const SignetPinQuestion *question)
{
  return is_last_try (self) ? g_strdup (_("Last Try")) : dup_named (_(get_kind (self)->heading), question->token_label);
}

static char *
dup_body (SignetPinDialog         *self,
          const SignetPinQuestion *question)
{
  const Kind *kind = get_kind (self);

  if (is_last_try (self))
    return dup_named (_(kind->last), question->token_label);
  if (has_pin_pad (self))
    return g_strdup (_("Enter the PIN on the reader."));
  if (self->kind == SIGNET_PIN_MANAGEMENT && (question->flags & SIGNET_PIN_FLAG_RETRY) == 0)
    return signet_words_management (question);
  if (question->flags & SIGNET_PIN_FLAG_RETRY)
    return question->document != NULL ? g_strdup (_("That PIN was wrong. Nothing was signed.")) : g_strdup (_(kind->wrong));
  if (question->documents > 1 && question->number > 0)
    /* translators: which signature of how many, e.g. 2 of 5 */
    return g_strdup_printf (_("Signature %u of %u. This key asks for the PIN for each one."), question->number, question->documents);
  if (question->software_token && self->kind == SIGNET_PIN_SO)
    return g_strdup (_("It was chosen when the token was made. A token made in this window has its first PIN for it."));
  if (question->document != NULL && question->documents > 1)
    /* translators: so many documents are signed with this one PIN */
    return g_strdup_printf (ngettext ("It signs %u document when the PIN is right.", "It signs these %u documents when the PIN is right.", question->documents),
                            question->documents);
  if (question->document != NULL && self->kind == SIGNET_PIN_USER)
    return g_strdup (_("It signs this document when the PIN is right."));
  return g_strdup (_(kind->body));
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
  g_autofree char *words = is_new_pin (self) || is_management (self) ? NULL : signet_words_pin_tries (question);
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
    return self->kind == SIGNET_PIN_NEW ? _("Set _PIN") : _("_Set");
  if (question->kind == (SignetPinKind) PASSPHRASE)
    return _("_Open");
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
  if (self->kind == SIGNET_PIN_MANAGEMENT && (question->flags & SIGNET_PIN_FLAG_FACTORY) != 0)
    adw_message_dialog_add_response (dialog, "factory", _("Use the _Factory’s Key"));
  show_about (self, question);
  show_tries (self, question);
  gtk_widget_set_visible (self->entries, !has_pin_pad (self));
  gtk_widget_set_visible (GTK_WIDGET (self->again), is_new_pin (self));
  gtk_widget_set_visible (GTK_WIDGET (self->hint), is_new_pin (self));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->pin), _(get_kind (self)->entry));
  if (is_last_try (self))
    signet_ui_set_mnemonic_label (self->knows, _(get_kind (self)->knows));
  gtk_widget_set_visible (GTK_WIDGET (self->knows), is_last_try (self));
  if (is_last_try (self))
    adw_entry_row_set_activates_default (ADW_ENTRY_ROW (self->pin), FALSE);
}

/* --- Caps Lock ------------------------------------------------------------------------------------------------------- */

static void
watch_caps_lock (SignetPinDialog *self)
{
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (GTK_WIDGET (self)));
  GdkDevice *keyboard = seat != NULL ? gdk_seat_get_keyboard (seat) : NULL;

  if (keyboard == NULL)
    return;
  self->keyboard = g_object_ref (keyboard);
  g_signal_connect_object (keyboard, "notify::caps-lock-state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_pin_dialog_dispose (GObject *object)
{
  SignetPinDialog *self = SIGNET_PIN_DIALOG (object);

  g_clear_object (&self->keyboard);
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
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, hint);
  gtk_widget_class_bind_template_child (widget_class, SignetPinDialog, caps_lock);
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
  signet_secret_entry_guard (self->pin);
  signet_secret_entry_never_show (self->pin);
  signet_secret_entry_guard (self->again);
  signet_secret_entry_never_show (self->again);
  watch_caps_lock (self);
}

SignetPinDialog *
signet_pin_dialog_new_passphrase (GtkWindow  *parent,
                                  const char *file_name,
                                  gboolean    wrong)
{
  SignetPinQuestion question = { .kind = PASSPHRASE, .flags = wrong ? SIGNET_PIN_FLAG_RETRY : 0, .token_label = file_name, .tries_left = -1 };

  return signet_pin_dialog_new (parent, &question);
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
    gtk_widget_grab_focus (GTK_WIDGET (self->pin));
  return self;
}
