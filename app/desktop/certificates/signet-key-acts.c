/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-key-acts.c: read anew, delete, export. A deletion names what is lost before any PIN is asked for. Main thread, except the functions
 * named *_work.
 */
#define G_LOG_DOMAIN "signet-key-acts"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "signet-key-acts.h"
#include "signet-loss-dialog.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"

#define LONGEST_CHAIN 8

typedef struct {
  SignetDesktop    *desktop; /* (owned) (nullable): for the journal, where something is changed */
  SignetTokenKey   *key;     /* (owned) */
  SignetTokenKey   *anew;    /* (owned) (nullable): what was read */
  SignetKeyActDone  done;
} Act;

static Act *
act_new (SignetDesktop    *desktop,
         SignetTokenKey   *key,
         SignetKeyActDone  done)
{
  Act *act = g_new0 (Act, 1);

  act->desktop = desktop != NULL ? g_object_ref (desktop) : NULL;
  act->key = g_object_ref (key);
  act->done = done;
  return act;
}

static void
act_free (gpointer data)
{
  Act *act = data;

  g_clear_object (&act->desktop);
  g_object_unref (act->key);
  g_clear_object (&act->anew);
  g_free (act);
}

static void
drop_act (gpointer  data,
          GClosure *closure)
{
  act_free (data);
}

static void
on_done_cb (GtkWidget    *widget,
            gpointer      data,
            const GError *error)
{
  Act *act = data;

  if (error == NULL)
    act->done (widget, act->anew);
  else
    signet_ui_tell_error (widget, error);
}

static SignetTokenSession *
login (Act                *act,
       gboolean            write,
       SignetInteraction  *interaction,
       GCancellable       *cancellable,
       GError            **error)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (act->key);
  SignetPinQuestion about = { .certificate = certificate != NULL ? signet_certificate_get_holder (certificate) : NULL };
  SignetToken *token = signet_token_key_get_token (act->key);

  return write ? signet_token_login_to_write (token, interaction, &about, cancellable, error)
               : signet_token_login (token, interaction, &about, cancellable, error);
}

/* --- read anew ------------------------------------------------------------------------------------------------------- */

static gboolean
read_work (gpointer            data,
           SignetInteraction  *interaction,
           GCancellable       *cancellable,
           GError            **error)
{
  Act *act = data;
  g_autoptr(SignetTokenSession) session = login (act, FALSE, interaction, cancellable, error);

  if (session != NULL)
    act->anew = signet_token_session_read_key (session, act->key, cancellable, error);
  return act->anew != NULL;
}

void
signet_key_acts_read (GtkWidget        *widget,
                      SignetTokenKey   *key,
                      SignetKeyActDone  done)
{
  signet_job_run (widget, _("Reading from the token"), read_work, on_done_cb, act_new (NULL, key, done), act_free);
}

/* --- delete ---------------------------------------------------------------------------------------------------------- */

static gboolean
delete_certificate_work (gpointer            data,
                         SignetInteraction  *interaction,
                         GCancellable       *cancellable,
                         GError            **error)
{
  Act *act = data;
  g_autoptr(SignetTokenSession) session = login (act, TRUE, interaction, cancellable, error);

  if (session == NULL ||
      !signet_token_session_delete_certificate (session, signet_token_key_get_certificate (act->key), cancellable, error))
    return FALSE;
  signet_desktop_record (act->desktop, "certificate-deleted", signet_token_key_get_token (act->key),
                         signet_token_key_get_certificate (act->key));
  return TRUE;
}

/* (transfer container) (element-type SignetTokenKey): all of the token that show the same key: one may have several certificates */
static GPtrArray *
list_twins (SignetTokenKey *key)
{
  GPtrArray *keys = signet_token_get_keys (signet_token_key_get_token (key));
  GPtrArray *twins = g_ptr_array_new ();

  for (guint i = 0; i < keys->len; i++)
    if (g_strcmp0 (signet_token_key_get_sha256 (keys->pdata[i]), signet_token_key_get_sha256 (key)) == 0)
      g_ptr_array_add (twins, keys->pdata[i]);
  return twins;
}

/* the public half and the certificates go with it */
static gboolean
delete_key_work (gpointer            data,
                 SignetInteraction  *interaction,
                 GCancellable       *cancellable,
                 GError            **error)
{
  Act *act = data;
  SignetToken *token = signet_token_key_get_token (act->key);
  g_autoptr(GPtrArray) twins = list_twins (act->key);
  g_autoptr(SignetTokenSession) session = login (act, TRUE, interaction, cancellable, error);

  if (session == NULL || !signet_token_session_delete_key (session, signet_token_key_get_sha256 (act->key), cancellable, error))
    return FALSE;
  for (guint i = 0; i < twins->len; i++)
    if (signet_token_key_get_certificate (twins->pdata[i]) != NULL)
      signet_desktop_record (act->desktop, "certificate-deleted", token, signet_token_key_get_certificate (twins->pdata[i]));
  signet_desktop_record (act->desktop, "key-deleted", token, NULL);
  return TRUE;
}

static void
on_delete_response_cb (SignetLossDialog *dialog,
                       const char       *response,
                       Act              *act)
{
  GtkWidget *widget = g_object_get_data (G_OBJECT (dialog), "widget");
  SignetJobWork work = g_object_get_data (G_OBJECT (dialog), "work");

  if (g_str_equal (response, "lose"))
    signet_job_run (widget, _("Deleting from the token"), work, on_done_cb, act_new (act->desktop, act->key, act->done), act_free);
}

static void
ask (GtkWidget        *widget,
     SignetLossDialog *dialog,
     SignetJobWork     work,
     Act              *act)
{
  g_object_set_data_full (G_OBJECT (dialog), "widget", g_object_ref (widget), g_object_unref);
  g_object_set_data (G_OBJECT (dialog), "work", (gpointer) work);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_delete_response_cb), act, drop_act, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
signet_key_acts_delete_certificate (GtkWidget        *widget,
                                    SignetDesktop    *desktop,
                                    SignetTokenKey   *key,
                                    SignetKeyActDone  done)
{
  gboolean has_key = signet_token_key_has_private (key);
  SignetLossDialog *dialog = signet_loss_dialog_new (signet_ui_get_window (widget), _("Delete the Certificate?"), has_key
    ? _("The key stays on the token, but signs nothing until a certificate for it is there again. Ask the authority for a copy, or export it first.")
    : _("It can be put on the token again where you have a copy of it."), _("_Delete"), NULL);

  signet_loss_dialog_add_key (dialog, key, signet_desktop_now (desktop));
  ask (widget, dialog, delete_certificate_work, act_new (desktop, key, done));
}

void
signet_key_acts_delete_key (GtkWidget        *widget,
                            SignetDesktop    *desktop,
                            SignetTokenKey   *key,
                            SignetKeyActDone  done)
{
  g_autoptr(GPtrArray) twins = list_twins (key);
  gboolean with_certificate = signet_token_key_get_certificate (key) != NULL;
  SignetLossDialog *dialog = signet_loss_dialog_new (signet_ui_get_window (widget),
    with_certificate ? _("Delete the Key and Its Certificate?") : _("Delete the Key?"),
    with_certificate ? _("The key is lost for ever: nobody can make it again, and nothing more can be signed with this certificate. What you signed with it stays good.")
                     : _("The key is lost for ever: nobody can make it again. A certificate that is still on its way for it will be of no use."),
    _("_Delete"), NULL);

  signet_loss_dialog_add (dialog, _("Private key"), signet_token_key_get_key_text (key));
  for (guint i = 0; i < twins->len; i++)
    if (signet_token_key_get_certificate (twins->pdata[i]) != NULL)
      signet_loss_dialog_add_key (dialog, twins->pdata[i], signet_desktop_now (desktop));
  ask (widget, dialog, delete_key_work, act_new (desktop, key, done));
}

/* --- export ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  GFile  *file;  /* (owned) */
  GBytes *bytes; /* (owned) */
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  g_clear_object (&export->file);
  g_bytes_unref (export->bytes);
  g_free (export);
}

static gboolean
export_work (gpointer            data,
             SignetInteraction  *interaction,
             GCancellable       *cancellable,
             GError            **error)
{
  Export *export = data;
  gsize size = 0;
  const char *bytes = g_bytes_get_data (export->bytes, &size);

  return g_file_replace_contents (export->file, bytes, size, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, cancellable, error);
}

static void
on_exported_cb (GtkWidget    *widget,
                gpointer      data,
                const GError *error)
{
  g_autofree char *path = g_file_get_parse_name (((Export *) data)->file);
  g_autofree char *name = signet_ui_display_name (path);
  /* translators: %s is the name of a file */
  g_autofree char *words = g_strdup_printf (_("Saved as %s"), name);

  if (error == NULL)
    signet_ui_toast (widget, words);
  else
    signet_ui_tell_error (widget, error);
}

static SignetCertificate *
find_issuer (SignetCertificate *certificate,
             GPtrArray         *issuers)
{
  for (guint i = 0; i < issuers->len; i++)
    {
      SignetCertificate *issuer = g_ptr_array_index (issuers, i);

      if (g_strcmp0 (signet_certificate_get_issuer (certificate), signet_certificate_get_subject (issuer)) == 0 &&
          signet_certificate_is_signed_by (certificate, issuer))
        return issuer;
    }
  return NULL;
}

/* from the certificate up, as servers and other programs expect it */
static GBytes *
chain_to_pem (SignetCertificate *certificate,
              GPtrArray         *issuers)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; certificate != NULL && i < LONGEST_CHAIN; i++)
    {
      g_autofree char *pem = signet_certificate_to_pem (certificate);

      g_string_append (text, pem);
      certificate = signet_certificate_is_self_issued (certificate) ? NULL : find_issuer (certificate, issuers);
    }
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

static GBytes *
certificate_to_bytes (SignetCertificate *certificate,
                      GPtrArray         *issuers,
                      const char        *format)
{
  char *pem;

  if (g_str_equal (format, "der"))
    return g_bytes_ref (signet_certificate_get_der (certificate));
  if (g_str_equal (format, "chain"))
    return chain_to_pem (certificate, issuers);
  pem = signet_certificate_to_pem (certificate);
  return g_bytes_new_take (pem, strlen (pem));
}

/* what may stand in a file's name anywhere */
static char *
dup_file_name (SignetCertificate *certificate,
               const char        *format)
{
  g_autofree char *name = signet_text_sanitize (signet_certificate_get_holder (certificate), -1, 60);

  g_strdelimit (name, "/\\:*?\"<>|", '-');
  return g_strdup_printf ("%s%s", *name != '\0' && *name != '.' ? name : "certificate",
                          g_str_equal (format, "der") ? ".cer" : g_str_equal (format, "chain") ? "-chain.pem" : ".pem");
}

static void
on_export_chosen_cb (GtkNativeDialog *chooser,
                     int              response,
                     Export          *export)
{
  GtkWidget *widget = g_object_get_data (G_OBJECT (chooser), "widget");
  GFile *file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  Export *own;

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    {
      own = g_new0 (Export, 1);
      own->file = file;
      own->bytes = g_bytes_ref (export->bytes);
      signet_job_run (widget, _("Saving"), export_work, on_exported_cb, own, export_free);
    }
  else
    g_clear_object (&file);
  gtk_native_dialog_destroy (chooser);
}

static void
drop_export (gpointer  data,
             GClosure *closure)
{
  export_free (data);
}

void
signet_key_acts_export (GtkWidget         *widget,
                        SignetCertificate *certificate,
                        GPtrArray         *issuers,
                        const char        *format)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Export Certificate"), signet_ui_get_window (widget),
                                                               GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
  g_autofree char *name = dup_file_name (certificate, format);
  Export *export = g_new0 (Export, 1);

  export->bytes = certificate_to_bytes (certificate, issuers, format);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  g_object_set_data_full (G_OBJECT (chooser), "widget", g_object_ref (widget), g_object_unref);
  g_signal_connect_data (chooser, "response", G_CALLBACK (on_export_chosen_cb), export, drop_export, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
