/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-desktop-interaction.c: the bridge between the core's threads and dialogs. A worker thread leaves its question here and sleeps;
 * the main thread shows it and wakes the worker with the answer. Cancelling closes the dialog. One question at a time. While a PIN is typed
 * on the reader a dialog stands until the core goes on.
 */
#define G_LOG_DOMAIN "signet-desktop-interaction"

#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "signet-desktop-interaction.h"
#include "signet-pad-dialog.h"
#include "signet-pin-dialog.h"
#include "../certificates/signet-loss-dialog.h"
#include "../enrol/signet-form-group.h"
#include "../common/signet-field-words.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-base-error.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

#define MAX_LIST_HEIGHT 380 /* pixels */

/* One question and its answer. Shared by the worker and the main thread; the last to drop it frees it. */
typedef struct {
  gatomicrefcount           references;
  SignetDesktopInteraction *interaction; /* (owned) */
  const SignetPinQuestion  *pin;         /* borrowed from the sleeping worker */
  const SignetConsent      *consent;     /* borrowed from the sleeping worker */
  const char               *file_name;   /* borrowed from the sleeping worker: whose passphrase is asked for */
  gboolean                  wrong;       /* the passphrase just given */
  SignetForm               *form;        /* borrowed from the sleeping worker */
  GHashTable               *values;      /* (owned) (nullable): the answer to a form */
  GHashTable               *secrets;     /* (owned) (nullable) */
  GtkWindow                *dialog;      /* main thread only; (nullable), cleared when it is gone */
  SignetSecret             *secret;      /* (owned) (nullable): the answer */
  GCancellable             *cancellable; /* (owned) (nullable): of the work */
  gboolean                  agreed;
  gboolean                  answered;
  GMutex                    mutex;
  GCond                     cond;
} Question;

struct _SignetDesktopInteraction {
  GObject parent_instance;

  GWeakRef             parent;          /* a widget of the window that asks */
  SignetConsentHandler consent_handler;
  gpointer             consent_data;
  Question            *open;            /* (owned) (nullable): main thread; a consent a handler has taken */
  GtkWindow           *pad;             /* (nullable): main thread; the reader is waiting for a PIN */
};

static void interaction_iface_init (SignetInteractionInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetDesktopInteraction, signet_desktop_interaction, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SIGNET_TYPE_INTERACTION, interaction_iface_init))

enum { ASKING, PROGRESS, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- a question ------------------------------------------------------------------------------------------------------ */

static Question *
question_new (SignetDesktopInteraction *interaction)
{
  Question *question = g_new0 (Question, 1);

  g_atomic_ref_count_init (&question->references);
  question->interaction = g_object_ref (interaction);
  g_mutex_init (&question->mutex);
  g_cond_init (&question->cond);
  return question;
}

static Question *
question_ref (Question *question)
{
  g_atomic_ref_count_inc (&question->references);
  return question;
}

static void
question_unref (Question *question)
{
  if (!g_atomic_ref_count_dec (&question->references))
    return;
  g_clear_pointer (&question->secret, signet_secret_unref);
  g_clear_pointer (&question->values, g_hash_table_unref);
  g_clear_pointer (&question->secrets, g_hash_table_unref);
  g_clear_object (&question->cancellable);
  g_object_unref (question->interaction);
  g_mutex_clear (&question->mutex);
  g_cond_clear (&question->cond);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_unref)

static void
question_answer (Question     *question,
                 SignetSecret *secret,
                 gboolean      agreed)
{
  g_mutex_lock (&question->mutex);
  if (!question->answered)
    {
      question->secret = secret != NULL ? signet_secret_ref (secret) : NULL;
      question->agreed = agreed;
      question->answered = TRUE;
      g_cond_signal (&question->cond);
    }
  g_mutex_unlock (&question->mutex);
}

static void
question_wait (Question *question)
{
  g_mutex_lock (&question->mutex);
  while (!question->answered)
    g_cond_wait (&question->cond, &question->mutex);
  g_mutex_unlock (&question->mutex);
}

static gboolean
question_is_answered (Question *question)
{
  gboolean answered;

  g_mutex_lock (&question->mutex);
  answered = question->answered;
  g_mutex_unlock (&question->mutex);
  return answered;
}

/* --- on the main thread ---------------------------------------------------------------------------------------------- */

static void
on_pad_gone_cb (gpointer  data,
                GObject  *dialog)
{
  ((SignetDesktopInteraction *) data)->pad = NULL;
}

static void
close_pad (SignetDesktopInteraction *self)
{
  if (self->pad == NULL)
    return;
  g_object_weak_unref (G_OBJECT (self->pad), on_pad_gone_cb, self);
  gtk_window_destroy (g_steal_pointer (&self->pad));
}

/* the answer is given at once: the core calls the token, and the token waits for the keys of the reader */
static void
show_pad (SignetDesktopInteraction *self,
          Question                 *question,
          GtkWindow                *parent)
{
  close_pad (self);
  self->pad = GTK_WINDOW (signet_pad_dialog_new (parent, question->pin, question->cancellable));
  g_object_weak_ref (G_OBJECT (self->pad), on_pad_gone_cb, self);
  gtk_window_present (self->pad);
}

static void
on_pin_answered_cb (SignetPinDialog *dialog,
                    SignetSecret    *secret,
                    Question        *question)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (dialog));

  if (secret != NULL && parent != NULL && question->pin != NULL && (question->pin->flags & SIGNET_PIN_FLAG_PIN_PAD) != 0)
    show_pad (question->interaction, question, parent);
  question_answer (question, secret, secret != NULL);
}

static void
on_consent_response_cb (AdwMessageDialog *dialog,
                        const char       *response,
                        Question         *question)
{
  question_answer (question, NULL, g_str_equal (response, "agree") || g_str_equal (response, "lose"));
}

static void
on_consent_destroyed_cb (GtkWidget *dialog,
                         Question  *question)
{
  question_answer (question, NULL, FALSE);
}

static void
drop_question (gpointer  data,
               GClosure *closure)
{
  question_unref (data);
}

/* a permission may stand by itself, without a value */
static GtkWidget *
new_consent_row (const char *code,
                 const char *text)
{
  const char *permission = signet_words_plugin_permission (code);
  g_autofree char *name = signet_text_sanitize (permission != NULL ? permission : signet_field_words (code), -1, 200);
  g_autofree char *value = permission != NULL ? signet_words_plugin_value (code, text) : signet_text_sanitize (text, -1, 400);
  GtkWidget *row;

  if (*value == '\0')
    return signet_ui_new_row (name, NULL);
  row = signet_ui_new_value_row (name, value, FALSE);
  gtk_widget_add_css_class (row, "property");
  return row;
}

static GtkWidget *
new_consent_list (const SignetConsent *consent)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; consent->names != NULL && consent->names[i] != NULL; i++)
    {
      GtkWidget *row = new_consent_row (consent->names[i], consent->values[i]);

      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  return list;
}

/* the codes of SignetConsent.kind; the core's own title is for logs */
static const struct { const char *kind; const char *heading; const char *body; const char *agree; } consent_words[] = {
  { "plugin", N_("Let This Plugin Run?"), N_("It did not come with Signet. It never sees your PIN, your keys or your files. It may:"), N_("_Allow") },
  { "plugin-changed", N_("Let the Plugin Do More?"), N_("It has changed since you allowed it. It may now:"), N_("_Allow") },
  { "terms", N_("Accept the Terms?"), N_("They were shown to you before."), N_("_Accept") },
  { "certificate-request", N_("Sign This Request?"), N_("The token signs it with the new key, to prove that the key is yours."), N_("_Sign Request") },
  { "use-certificate", N_("Vouch With This Certificate?"), N_("The authority wants the request signed with a certificate you have from it."), N_("_Use It") },
  { "accept-difference", N_("Accept the Certificate?"), N_("Once accepted, it counts as yours."), N_("_Accept and Install") },
  { "revoke-certificate", N_("Revoke the Certificate?"), N_("Nothing takes that back, and nobody will accept new signatures with it."), N_("_Revoke") },
  { "suspend-certificate", N_("Suspend the Certificate?"), N_("It does not count until it is resumed."), N_("_Suspend") },
  { "resume-certificate", N_("Resume the Certificate?"), N_("It counts again from then on."), N_("_Resume") },
  { "delegation", N_("Let Somebody Else Act?"), N_("This server is not one the authority names as its own. Nothing was sent there yet."), N_("_Go On") },
  { "overwrite", N_("Replace the File?"), N_("There is already a file of this name."), N_("_Replace") },
  { "many-pins", N_("The PIN Is Asked for Each Time"), N_("Its maker has set the key so. You can stop after any document; what is signed stays signed."), N_("_Go On") },
  { "import-key", N_("Put This Key on the Token?"), N_("It comes from a file, and copies of it may be elsewhere: what it signs proves less than a key made on the token."), N_("_Import") },
  { "import-certificates", N_("Put This on the Token?"), N_("It has no private key with it: it does not sign by itself."), N_("_Import") },
  { "init-token", N_("Erase the Token?"), N_("All keys and certificates on it are lost for ever."), N_("_Erase") },
  { "delete-key", N_("Delete the Key?"), N_("It is lost for ever: nobody can make it again."), N_("_Delete") },
  { "unblock-token", N_("Tell the Authority Which Token It Is?"), N_("It unblocks the token. This is told to it, and nothing else."), N_("_Tell It") },
  { "delete-certificate", N_("Delete the Certificate?"), N_("The key stays on the token."), N_("_Delete") },
};

static gboolean
is_loss (const SignetConsent *consent)
{
  return g_str_has_prefix (consent->kind, "delete-") || g_str_equal (consent->kind, "revoke-certificate") || g_str_equal (consent->kind, "init-token");
}

/* however much is asked for, the answers stay on the screen */
static GtkWidget *
in_scroller (GtkWidget *list)
{
  return g_object_new (GTK_TYPE_SCROLLED_WINDOW, "child", list, "hscrollbar-policy", GTK_POLICY_NEVER, "propagate-natural-height", TRUE,
                       "max-content-height", MAX_LIST_HEIGHT, NULL);
}

/* a key that is lost for ever: the name of its card is typed first */
static AdwMessageDialog *
new_overwrite_dialog (GtkWindow           *parent,
                      const SignetConsent *consent)
{
  SignetLossDialog *dialog =
    signet_loss_dialog_new (parent, _("Make the Key over Another?"),
                            _("The key that is in that place of the card is lost for ever: nobody can make it again. What was signed with it stays good."),
                            _("_Replace Key"), consent->title);

  for (guint i = 0; consent->names[i] != NULL; i++)
    {
      g_autofree char *name = signet_text_sanitize (signet_field_words (consent->names[i]), -1, 100);
      g_autofree char *value = signet_text_sanitize (consent->values[i], -1, 400);

      signet_loss_dialog_add (dialog, value, name);
    }
  return ADW_MESSAGE_DIALOG (dialog);
}

static AdwMessageDialog *
new_consent_dialog (GtkWindow           *parent,
                    const SignetConsent *consent)
{
  const char *heading = _("Go On?");
  const char *body = "";
  const char *agree = _("_Continue");
  GtkWidget *dialog;

  if (g_str_equal (consent->kind, "overwrite-key"))
    return new_overwrite_dialog (parent, consent);
  for (guint i = 0; i < G_N_ELEMENTS (consent_words); i++)
    if (g_strcmp0 (consent->kind, consent_words[i].kind) == 0)
      {
        heading = _(consent_words[i].heading);
        body = _(consent_words[i].body);
        agree = _(consent_words[i].agree);
      }
  dialog = adw_message_dialog_new (parent, heading, body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "refuse", _("_Cancel"), "agree", agree, NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "refuse");
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), is_loss (consent) ? "refuse" : "agree");
  if (is_loss (consent))
    adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "agree", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), in_scroller (new_consent_list (consent)));
  return ADW_MESSAGE_DIALOG (dialog);
}

static void
on_dialog_gone_cb (gpointer  data,
                   GObject  *dialog)
{
  Question *question = data;

  question->dialog = NULL;
  question_unref (question);
}

static void
answer_for_pad (Question  *question,
                GtkWindow *parent)
{
  g_autoptr(SignetSecret) nothing = signet_secret_new ((const guint8 *) "", 0);

  show_pad (question->interaction, question, parent);
  question_answer (question, nothing, TRUE);
}

static void
show_dialog (Question  *question,
             GtkWindow *dialog)
{
  question->dialog = dialog;
  g_object_weak_ref (G_OBJECT (dialog), on_dialog_gone_cb, question_ref (question));
  gtk_window_present (dialog);
}

static void
show_pin (Question  *question,
          GtkWindow *parent)
{
  SignetPinDialog *dialog = question->pin != NULL ? signet_pin_dialog_new (parent, question->pin)
                                                  : signet_pin_dialog_new_passphrase (parent, question->file_name, question->wrong);

  g_signal_connect_data (dialog, "answered", G_CALLBACK (on_pin_answered_cb), question_ref (question), drop_question, 0);
  show_dialog (question, GTK_WINDOW (dialog));
}

static void
show_consent (Question  *question,
              GtkWindow *parent)
{
  SignetDesktopInteraction *self = question->interaction;
  AdwMessageDialog *dialog;

  if (self->consent_handler != NULL && self->consent_handler (self, question->consent, self->consent_data))
    {
      self->open = question_ref (question);
      return;
    }
  dialog = new_consent_dialog (parent, question->consent);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_consent_response_cb), question_ref (question), drop_question, 0);
  g_signal_connect_data (dialog, "destroy", G_CALLBACK (on_consent_destroyed_cb), question_ref (question), drop_question, 0);
  show_dialog (question, GTK_WINDOW (dialog));
}

/* --- a form ---------------------------------------------------------------------------------------------------------- */

static void
on_form_response_cb (AdwMessageDialog *dialog,
                     const char       *response,
                     Question         *question)
{
  SignetFormGroup *group = SIGNET_FORM_GROUP (adw_message_dialog_get_extra_child (dialog));

  if (g_str_equal (response, "send") && !question_is_answered (question))
    {
      question->values = signet_form_group_dup_values (group);
      question->secrets = signet_form_group_dup_secrets (group);
    }
  question_answer (question, NULL, g_str_equal (response, "send"));
}

static void
on_form_changed_cb (AdwMessageDialog *dialog,
                    SignetFormGroup  *group)
{
  adw_message_dialog_set_response_enabled (dialog, "send", signet_form_group_is_complete (group));
}

static void
show_form (Question  *question,
           GtkWindow *parent)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, _("The Authority Asks"), NULL));
  SignetFormGroup *group = g_object_new (SIGNET_TYPE_FORM_GROUP, NULL);

  signet_form_group_set_form (group, question->form);
  adw_message_dialog_set_extra_child (dialog, GTK_WIDGET (group));
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "send", _("_Go On"), NULL);
  adw_message_dialog_set_default_response (dialog, "send");
  adw_message_dialog_set_close_response (dialog, "cancel");
  adw_message_dialog_set_response_appearance (dialog, "send", ADW_RESPONSE_SUGGESTED);
  g_signal_connect_object (group, "changed", G_CALLBACK (on_form_changed_cb), dialog, G_CONNECT_SWAPPED);
  on_form_changed_cb (dialog, group);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_form_response_cb), question_ref (question), drop_question, 0);
  g_signal_connect_data (dialog, "destroy", G_CALLBACK (on_consent_destroyed_cb), question_ref (question), drop_question, 0);
  show_dialog (question, GTK_WINDOW (dialog));
}

/* on the last try a tick is needed first */
static gboolean
is_typed_on_the_reader (const SignetPinQuestion *pin)
{
  return pin != NULL && (pin->flags & SIGNET_PIN_FLAG_PIN_PAD) != 0 && (pin->flags & SIGNET_PIN_FLAG_FINAL_TRY) == 0;
}

static gboolean
show_in_main (gpointer data)
{
  Question *question = data;
  g_autoptr(GtkWidget) widget = g_weak_ref_get (&question->interaction->parent);
  GtkWindow *parent = widget != NULL ? signet_ui_get_window (widget) : NULL;

  if (question_is_answered (question))
    return G_SOURCE_REMOVE;
  close_pad (question->interaction);
  g_signal_emit (question->interaction, signals[ASKING], 0, TRUE);
  if (parent == NULL)
    question_answer (question, NULL, FALSE);
  else if (is_typed_on_the_reader (question->pin))
    answer_for_pad (question, parent);
  else if (question->form != NULL)
    show_form (question, parent);
  else if (question->consent == NULL)
    show_pin (question, parent);
  else
    show_consent (question, parent);
  return G_SOURCE_REMOVE;
}

static gboolean
close_in_main (gpointer data)
{
  Question *question = data;

  if (question->dialog != NULL)
    gtk_window_destroy (question->dialog);
  return G_SOURCE_REMOVE;
}

void
signet_desktop_interaction_set_consent (SignetDesktopInteraction *self,
                                        SignetConsentHandler      handler,
                                        gpointer                  data)
{
  self->consent_handler = handler;
  self->consent_data = data;
}

void
signet_desktop_interaction_answer (SignetDesktopInteraction *self,
                                   gboolean                  agreed)
{
  Question *question = g_steal_pointer (&self->open);

  if (question == NULL)
    return;
  question_answer (question, NULL, agreed);
  question_unref (question);
}

/* --- on the worker's thread ------------------------------------------------------------------------------------------ */

static void
on_cancelled_cb (GCancellable *cancellable,
                 gpointer      data)
{
  Question *question = data;

  question_answer (question, NULL, FALSE);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, close_in_main, question_ref (question), (GDestroyNotify) question_unref);
}

static gboolean
tell_answered_in_main (gpointer data)
{
  SignetDesktopInteraction *self = ((Question *) data)->interaction;

  if (self->pad == NULL)
    g_signal_emit (self, signals[ASKING], 0, FALSE);
  return G_SOURCE_REMOVE;
}

static void
ask (Question     *question,
     GCancellable *cancellable)
{
  gulong id = 0;

  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb), question_ref (question), (GDestroyNotify) question_unref);
  question->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, show_in_main, question_ref (question), (GDestroyNotify) question_unref);
  question_wait (question);
  g_cancellable_disconnect (cancellable, id);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, tell_answered_in_main, question_ref (question), (GDestroyNotify) question_unref);
}

static SignetSecret *
signet_desktop_interaction_ask_pin (SignetInteraction        *interaction,
                                    const SignetPinQuestion  *pin,
                                    GCancellable             *cancellable,
                                    GError                  **error)
{
  g_autoptr(Question) question = question_new (SIGNET_DESKTOP_INTERACTION (interaction));

  question->pin = pin;
  ask (question, cancellable);
  if (question->secret == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the PIN was not given");
  return g_steal_pointer (&question->secret);
}

/**
 * signet_desktop_interaction_ask_passphrase:
 * @self: the interaction
 * @file_name: safe to show
 * @wrong: the passphrase just given was wrong
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * On the worker's thread, as everything of #SignetInteraction.
 *
 * Returns: (transfer full) (nullable): %NULL with %G_IO_ERROR_CANCELLED when the person said no
 */
SignetSecret *
signet_desktop_interaction_ask_passphrase (SignetDesktopInteraction  *self,
                                           const char                *file_name,
                                           gboolean                   wrong,
                                           GCancellable              *cancellable,
                                           GError                   **error)
{
  g_autoptr(Question) question = question_new (self);

  question->file_name = file_name;
  question->wrong = wrong;
  ask (question, cancellable);
  if (question->secret == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the passphrase was not given");
  return g_steal_pointer (&question->secret);
}

static gboolean
signet_desktop_interaction_confirm (SignetInteraction    *interaction,
                                    const SignetConsent  *consent,
                                    GCancellable         *cancellable,
                                    GError              **error)
{
  g_autoptr(Question) question = question_new (SIGNET_DESKTOP_INTERACTION (interaction));

  question->consent = consent;
  ask (question, cancellable);
  if (question->agreed)
    return TRUE;
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "refused by the person");
  return FALSE;
}

/* the form of an enrolment is a page of its own, filled in before anything runs: this is for what is asked later */
static gboolean
signet_desktop_interaction_ask_form (SignetInteraction  *interaction,
                                     SignetForm         *form,
                                     GHashTable        **values,
                                     GHashTable        **secrets,
                                     GCancellable       *cancellable,
                                     GError            **error)
{
  g_autoptr(Question) question = question_new (SIGNET_DESKTOP_INTERACTION (interaction));

  question->form = form;
  ask (question, cancellable);
  if (question->agreed && question->values != NULL)
    {
      *values = g_steal_pointer (&question->values);
      *secrets = g_steal_pointer (&question->secrets);
      return TRUE;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the form was not filled in");
  return FALSE;
}

typedef struct {
  SignetDesktopInteraction *interaction;
  char                     *step;
  double                    fraction;
} Progress;

static void
progress_free (Progress *progress)
{
  g_object_unref (progress->interaction);
  g_free (progress->step);
  g_free (progress);
}

static gboolean
tell_progress_in_main (gpointer data)
{
  Progress *progress = data;

  if (g_strcmp0 (progress->step, "pin-pad") != 0)
    close_pad (progress->interaction);
  g_signal_emit (progress->interaction, signals[PROGRESS], 0, progress->step, progress->fraction);
  return G_SOURCE_REMOVE;
}

static void
signet_desktop_interaction_progress (SignetInteraction *interaction,
                                     const char        *step,
                                     double             fraction)
{
  Progress *progress = g_new0 (Progress, 1);

  progress->interaction = g_object_ref (SIGNET_DESKTOP_INTERACTION (interaction));
  progress->step = g_strdup (step);
  progress->fraction = fraction;
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, tell_progress_in_main, progress, (GDestroyNotify) progress_free);
}

/**
 * signet_desktop_interaction_finish:
 * @self: the interaction
 *
 * The work is over: what still says that the reader waits is closed. Main thread.
 */
void
signet_desktop_interaction_finish (SignetDesktopInteraction *self)
{
  close_pad (self);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
interaction_iface_init (SignetInteractionInterface *iface)
{
  iface->ask_pin = signet_desktop_interaction_ask_pin;
  iface->confirm = signet_desktop_interaction_confirm;
  iface->ask_form = signet_desktop_interaction_ask_form;
  iface->progress = signet_desktop_interaction_progress;
}

static void
signet_desktop_interaction_finalize (GObject *object)
{
  SignetDesktopInteraction *self = SIGNET_DESKTOP_INTERACTION (object);

  g_weak_ref_clear (&self->parent);
  G_OBJECT_CLASS (signet_desktop_interaction_parent_class)->finalize (object);
}

static void
signet_desktop_interaction_class_init (SignetDesktopInteractionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_desktop_interaction_finalize;
  signals[ASKING] = g_signal_new ("asking", SIGNET_TYPE_DESKTOP_INTERACTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_BOOLEAN);
  signals[PROGRESS] = g_signal_new ("progress", SIGNET_TYPE_DESKTOP_INTERACTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                  G_TYPE_STRING, G_TYPE_DOUBLE);
}

static void
signet_desktop_interaction_init (SignetDesktopInteraction *self)
{
}

SignetDesktopInteraction *
signet_desktop_interaction_new (GtkWidget *parent)
{
  SignetDesktopInteraction *self = g_object_new (SIGNET_TYPE_DESKTOP_INTERACTION, NULL);

  g_weak_ref_init (&self->parent, parent);
  return self;
}
