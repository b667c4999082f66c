/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-software-token-dialog.c: name and PIN of a software token, then the making of it on a thread. Main thread, except make_in_thread. */
#define G_LOG_DOMAIN "signet-software-token-dialog"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-software-token-dialog.h"
#include "../common/signet-ui.h"
#include "../pin/signet-secret-entry.h"

#define SHORTEST_PIN 4
#define LONGEST_PIN 255
#define LONGEST_LABEL 32 /* bytes: CK_TOKEN_INFO.label */

struct _SignetSoftwareTokenDialog {
  AdwMessageDialog parent_instance;

  SignetDesktop *desktop; /* (owned) */
  GtkWidget     *parent;  /* (owned): where to tell of a failure when the dialog is gone */
  GtkEditable   *label;
  AdwPasswordEntryRow *pin;
  AdwPasswordEntryRow *again;
  GtkLabel      *hint;
};

G_DEFINE_FINAL_TYPE (SignetSoftwareTokenDialog, signet_software_token_dialog, ADW_TYPE_MESSAGE_DIALOG)

/* The dialog is gone before the token is made: the page it came from hears of the end. */
typedef struct {
  SignetDesktop *desktop; /* (owned) */
  char          *label;
  SignetSecret  *pin;     /* (owned) */
} Job;

static void
job_free (Job *job)
{
  g_object_unref (job->desktop);
  g_free (job->label);
  signet_secret_unref (job->pin);
  g_free (job);
}

static const char *
what_is_missing (SignetSoftwareTokenDialog *self)
{
  const char *label = gtk_editable_get_text (self->label);
  const char *pin = gtk_editable_get_text (GTK_EDITABLE (self->pin));
  gsize length = strlen (pin);

  if (*label == '\0')
    return _("Give it a name.");
  if (strlen (label) > LONGEST_LABEL)
    return _("The name is too long for a token.");
  if (length < SHORTEST_PIN || length > LONGEST_PIN)
    return _("The PIN has at least 4 characters.");
  if (!g_str_equal (pin, gtk_editable_get_text (GTK_EDITABLE (self->again))))
    return _("Type the PIN a second time; both must be the same.");
  return NULL;
}

/* the one function that makes the dialog fit what was typed */
static void
update (SignetSoftwareTokenDialog *self)
{
  const char *missing = what_is_missing (self);

  gtk_label_set_label (self->hint, missing != NULL ? missing : _("Remember it: nobody can tell it to you again."));
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self), "make", missing == NULL);
}

static void
make_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr(GError) error = NULL;
  /* one person, one file: the officer's PIN protects nothing of its own here */
  g_autoptr(SignetToken) token = signet_token_manager_init_software_token (signet_desktop_get_tokens (job->desktop), job->label, job->pin,
                                                                           job->pin, cancellable, &error);

  if (token == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  signet_desktop_record (job->desktop, "token-initialised", token, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
on_made_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(SignetDesktop) desktop = data;
  g_autoptr(GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    signet_desktop_tell_changed (desktop);
  else
    signet_ui_tell_error (GTK_WIDGET (source), error);
}

static void
signet_software_token_dialog_response (AdwMessageDialog *dialog,
                                       const char       *response)
{
  SignetSoftwareTokenDialog *self = SIGNET_SOFTWARE_TOKEN_DIALOG (dialog);
  g_autoptr(GTask) task = NULL;
  Job *job;

  if (g_str_equal (response, "make") && what_is_missing (self) == NULL)
    {
      job = g_new0 (Job, 1);
      job->desktop = g_object_ref (self->desktop);
      job->label = g_strdup (gtk_editable_get_text (self->label));
      job->pin = signet_secret_entry_dup (self->pin);
      task = g_task_new (self->parent, NULL, on_made_cb, g_object_ref (self->desktop));
      g_task_set_task_data (task, job, (GDestroyNotify) job_free);
      g_task_run_in_thread (task, make_in_thread);
    }
  signet_secret_entry_wipe (self->pin);
  signet_secret_entry_wipe (self->again);
}

static void
signet_software_token_dialog_finalize (GObject *object)
{
  SignetSoftwareTokenDialog *self = SIGNET_SOFTWARE_TOKEN_DIALOG (object);

  g_clear_object (&self->desktop);
  g_clear_object (&self->parent);
  G_OBJECT_CLASS (signet_software_token_dialog_parent_class)->finalize (object);
}

static void
signet_software_token_dialog_class_init (SignetSoftwareTokenDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_software_token_dialog_finalize;
  ADW_MESSAGE_DIALOG_CLASS (klass)->response = signet_software_token_dialog_response;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-software-token-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetSoftwareTokenDialog, label);
  gtk_widget_class_bind_template_child (widget_class, SignetSoftwareTokenDialog, pin);
  gtk_widget_class_bind_template_child (widget_class, SignetSoftwareTokenDialog, again);
  gtk_widget_class_bind_template_child (widget_class, SignetSoftwareTokenDialog, hint);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
signet_software_token_dialog_init (SignetSoftwareTokenDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_secret_entry_guard (self->pin);
  signet_secret_entry_never_show (self->pin);
  signet_secret_entry_guard (self->again);
  signet_secret_entry_never_show (self->again);
  update (self);
}

SignetSoftwareTokenDialog *
signet_software_token_dialog_new (GtkWidget     *parent,
                                  SignetDesktop *desktop)
{
  SignetSoftwareTokenDialog *self = g_object_new (SIGNET_TYPE_SOFTWARE_TOKEN_DIALOG, "transient-for", signet_ui_get_window (parent), NULL);

  self->desktop = g_object_ref (desktop);
  self->parent = g_object_ref (parent);
  return self;
}
