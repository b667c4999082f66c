/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-tsa-dialog.c: address, user name and password of a server; what is wrong with them is said while they are typed. Main thread. */
#define G_LOG_DOMAIN "signet-tsa-dialog"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-tsa-dialog.h"
#include "../pin/signet-secret-entry.h"
#include "../../core/base/signet-settings.h"

struct _SignetTsaDialog {
  AdwMessageDialog parent_instance;

  char               **known; /* (owned) */
  GtkEditable         *url;
  GtkEditable         *user;
  AdwPasswordEntryRow *password;
  GtkLabel            *hint;
};

G_DEFINE_FINAL_TYPE (SignetTsaDialog, signet_tsa_dialog, ADW_TYPE_MESSAGE_DIALOG)

static char *
dup_stripped (GtkEditable *entry)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (entry)));
}

char *
signet_tsa_dialog_dup_url (SignetTsaDialog *self)
{
  return dup_stripped (self->url);
}

char *
signet_tsa_dialog_dup_user (SignetTsaDialog *self)
{
  g_autofree char *user = dup_stripped (self->user);

  return *user != '\0' ? g_steal_pointer (&user) : NULL;
}

SignetSecret *
signet_tsa_dialog_dup_password (SignetTsaDialog *self)
{
  g_autofree char *user = signet_tsa_dialog_dup_user (self);

  return user != NULL ? signet_secret_entry_dup (self->password) : NULL;
}

static gboolean
is_known (SignetTsaDialog *self,
          const char      *url)
{
  gsize length = strlen (url);

  for (guint i = 0; self->known != NULL && self->known[i] != NULL; i++)
    if (strcspn (self->known[i], " ") == length && strncmp (self->known[i], url, length) == 0)
      return TRUE;
  return FALSE;
}

static const char *
what_is_missing (SignetTsaDialog *self)
{
  g_autofree char *url = signet_tsa_dialog_dup_url (self);
  g_autofree char *user = signet_tsa_dialog_dup_user (self);
  g_autofree char *server = user != NULL ? g_strconcat (url, " ", user, NULL) : NULL;
  gboolean has_password = *gtk_editable_get_text (GTK_EDITABLE (self->password)) != '\0';

  if (!signet_settings_is_timestamp_server (url) || strchr (url, ' ') != NULL)
    return _("The address begins with http:// or https://.");
  if (is_known (self, url))
    return _("This server is in your list already.");
  if (server != NULL && !signet_settings_is_timestamp_server (server))
    return _("A user name has no blanks and no colons.");
  if ((user != NULL) != has_password)
    return _("User name and password belong together.");
  return NULL;
}

/* the password goes to the server as it is typed */
static const char *
what_to_know (SignetTsaDialog *self)
{
  g_autofree char *url = signet_tsa_dialog_dup_url (self);
  g_autofree char *user = signet_tsa_dialog_dup_user (self);

  if (user == NULL)
    return "";
  if (!g_str_has_prefix (url, "https://"))
    return _("With http:// everybody on the way can read the password.");
  return _("The password is kept in your key ring.");
}

/* the one function that makes the dialog fit what was typed */
static void
update (SignetTsaDialog *self)
{
  const char *missing = what_is_missing (self);

  gtk_label_set_label (self->hint, missing != NULL ? missing : what_to_know (self));
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self), "add", missing == NULL);
}

static void
signet_tsa_dialog_dispose (GObject *object)
{
  SignetTsaDialog *self = SIGNET_TSA_DIALOG (object);

  if (self->password != NULL)
    signet_secret_entry_wipe (self->password);
  self->password = NULL;
  g_clear_pointer (&self->known, g_strfreev);
  G_OBJECT_CLASS (signet_tsa_dialog_parent_class)->dispose (object);
}

static void
signet_tsa_dialog_class_init (SignetTsaDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_tsa_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/preferences/signet-tsa-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetTsaDialog, url);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaDialog, user);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaDialog, password);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaDialog, hint);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
signet_tsa_dialog_init (SignetTsaDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_secret_entry_guard (self->password);
  update (self);
}

SignetTsaDialog *
signet_tsa_dialog_new (GtkWindow         *parent,
                       const char *const *known)
{
  SignetTsaDialog *self = g_object_new (SIGNET_TYPE_TSA_DIALOG, "transient-for", parent, NULL);

  self->known = g_strdupv ((char **) known);
  return self;
}
