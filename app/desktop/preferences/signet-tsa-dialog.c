/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-tsa-dialog.c: address of a server, user name and password, or the certificate it wants to see; what is wrong with them is said while they
 * are typed. Main thread.
 */
#define G_LOG_DOMAIN "signet-tsa-dialog"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-tsa-dialog.h"
#include "../pin/signet-secret-entry.h"
#include "../../core/base/signet-settings.h"
#include "../../core/base/signet-text.h"
#include "../../core/token/signet-token.h"
#include "../common/signet-ui.h"

struct _SignetTsaDialog {
  AdwMessageDialog parent_instance;

  char               **known; /* (owned) */
  GtkEditable         *url;
  GtkEditable         *user;
  AdwPasswordEntryRow *password;
  AdwComboRow         *certificate;  /* none, those on tokens, a file */
  AdwPasswordEntryRow *passphrase;
  GtkLabel            *hint;
  GPtrArray           *fingerprints; /* (element-type utf8): of those on tokens, in their order */
  char                *file;         /* (owned) (nullable): its URI */
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
is_file_selected (SignetTsaDialog *self)
{
  return adw_combo_row_get_selected (self->certificate) == self->fingerprints->len + 1;
}

char *
signet_tsa_dialog_dup_client (SignetTsaDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->certificate);

  if (is_file_selected (self))
    return g_strdup (self->file);
  if (selected == 0 || selected > self->fingerprints->len)
    return NULL;
  return g_strdup (g_ptr_array_index (self->fingerprints, selected - 1));
}

SignetSecret *
signet_tsa_dialog_dup_passphrase (SignetTsaDialog *self)
{
  if (!is_file_selected (self) || *gtk_editable_get_text (GTK_EDITABLE (self->passphrase)) == '\0')
    return NULL;
  return signet_secret_entry_dup (self->passphrase);
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
  g_autofree char *client = signet_tsa_dialog_dup_client (self);
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
  if (client != NULL && !g_str_has_prefix (url, "https://"))
    return _("A certificate is only shown to an address that begins with https://.");
  return NULL;
}

/* the password goes to the server as it is typed */
static const char *
what_to_know (SignetTsaDialog *self)
{
  g_autofree char *url = signet_tsa_dialog_dup_url (self);
  g_autofree char *user = signet_tsa_dialog_dup_user (self);

  g_autofree char *client = signet_tsa_dialog_dup_client (self);

  if (client != NULL && !is_file_selected (self))
    return _("The PIN of the token is asked for when a time stamp is.");
  if (user == NULL && client == NULL)
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

  gtk_widget_set_visible (GTK_WIDGET (self->passphrase), is_file_selected (self));
  gtk_label_set_label (self->hint, missing != NULL ? missing : what_to_know (self));
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self), "add", missing == NULL);
}

/* --- certificates ---------------------------------------------------------------------------------------------------- */

static void
on_file_response_cb (GtkNativeDialog *chooser,
                     int              response,
                     SignetTsaDialog *self)
{
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *name = file != NULL ? g_file_get_basename (file) : NULL;
  g_autofree char *safe = name != NULL ? signet_text_isolate (name) : NULL;

  if (file != NULL)
    {
      g_free (self->file);
      self->file = g_file_get_uri (file);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self->certificate), safe);
    }
  else if (self->file == NULL)
    adw_combo_row_set_selected (self->certificate, 0);
  update (self);
  gtk_native_dialog_destroy (chooser);
}

static void
choose_file (SignetTsaDialog *self)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Choose a Certificate with Its Key"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN,
                                                               _("_Choose"), _("_Cancel"));
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_add_suffix (filter, "p12");
  gtk_file_filter_add_suffix (filter, "pfx");
  gtk_file_filter_add_suffix (filter, "pem");
  gtk_file_filter_set_name (filter, _("Certificates with keys (PKCS#12, PEM)"));
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_file_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
on_certificate_cb (SignetTsaDialog *self)
{
  if (self->fingerprints == NULL)
    return;
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->certificate), NULL);
  g_clear_pointer (&self->file, g_free);
  if (is_file_selected (self))
    choose_file (self);
  update (self);
}

static void
add_certificates (SignetTsaDialog *self,
                  GtkStringList   *list,
                  SignetToken     *token)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; i < keys->len; i++)
    {
      SignetTokenKey *key = g_ptr_array_index (keys, i);
      SignetCertificate *certificate = signet_token_key_get_certificate (key);
      g_autofree char *holder = NULL;
      g_autofree char *line = NULL;

      if (certificate == NULL || !signet_token_key_has_private (key))
        continue;
      holder = signet_text_sanitize (signet_certificate_get_holder (certificate), -1, 60);
      line = g_strdup_printf ("%s · %s", holder, signet_token_get_label (token));
      gtk_string_list_append (list, line);
      g_ptr_array_add (self->fingerprints, g_strdup (signet_certificate_get_sha256 (certificate)));
    }
}

static void
fill_certificates (SignetTsaDialog *self,
                   GPtrArray       *tokens)
{
  g_autoptr(GtkStringList) list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _("None"));
  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    add_certificates (self, list, g_ptr_array_index (tokens, i));
  gtk_string_list_append (list, _("From a File…"));
  adw_combo_row_set_model (self->certificate, G_LIST_MODEL (list));
}

static void
signet_tsa_dialog_dispose (GObject *object)
{
  SignetTsaDialog *self = SIGNET_TSA_DIALOG (object);

  if (self->password != NULL)
    signet_secret_entry_wipe (self->password);
  if (self->passphrase != NULL)
    signet_secret_entry_wipe (self->passphrase);
  self->password = self->passphrase = NULL;
  g_clear_pointer (&self->fingerprints, g_ptr_array_unref);
  g_clear_pointer (&self->file, g_free);
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
  gtk_widget_class_bind_template_child (widget_class, SignetTsaDialog, certificate);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaDialog, passphrase);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaDialog, hint);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_certificate_cb);
}

static void
signet_tsa_dialog_init (SignetTsaDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_secret_entry_guard (self->password);
  signet_secret_entry_guard (self->passphrase);
  self->fingerprints = g_ptr_array_new_with_free_func (g_free);
  fill_certificates (self, NULL);
  update (self);
}

SignetTsaDialog *
signet_tsa_dialog_new (GtkWindow         *parent,
                       const char *const *known,
                       GPtrArray         *tokens)
{
  SignetTsaDialog *self = g_object_new (SIGNET_TYPE_TSA_DIALOG, "transient-for", parent, NULL);

  self->known = g_strdupv ((char **) known);
  fill_certificates (self, tokens);
  return self;
}
