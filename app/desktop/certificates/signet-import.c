/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-import.c: a PKCS#12 file with its key, or certificates alone, put on a token. The passphrase is asked for until it is right, then
 * what is in the file is shown, then the token's PIN is asked for. Main thread, except what import_work calls.
 */
#define G_LOG_DOMAIN "signet-import"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-import.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../pin/signet-desktop-interaction.h"
#include "../../core/base/signet-base-error.h"

typedef struct {
  SignetDesktop *desktop; /* (owned) */
  SignetToken   *token;   /* (owned) */
  GFile         *file;    /* (owned) */
  guint          n;       /* certificates written */
  gboolean       key;     /* a key was written */
} Import;

static void
import_free (gpointer data)
{
  Import *import = data;

  g_object_unref (import->desktop);
  g_object_unref (import->token);
  g_object_unref (import->file);
  g_free (import);
}

/* --- reading, on the thread ------------------------------------------------------------------------------------------ */

static GBytes *
read_file (GFile         *file,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr(GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr(GBytes) bytes = NULL;

  if (stream == NULL)
    return NULL;
  bytes = g_input_stream_read_bytes (G_INPUT_STREAM (stream), SIGNET_PKCS12_MAX_SIZE + 1, cancellable, error);
  if (bytes != NULL && g_bytes_get_size (bytes) > SIGNET_PKCS12_MAX_SIZE)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "a file of keys or certificates has at most 1 MiB");
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

/* without a passphrase first, then asked for until it is right or the person gives up */
static SignetPkcs12 *
open_bundle (Import             *import,
             GBytes             *data,
             SignetInteraction  *interaction,
             GCancellable       *cancellable,
             GError            **error)
{
  g_autofree char *path = g_file_get_parse_name (import->file);
  g_autofree char *name = signet_ui_display_name (path);
  gboolean wrong = FALSE;
  g_autoptr(SignetSecret) passphrase = NULL;

  for (;;)
    {
      g_autoptr(GError) failure = NULL;
      SignetPkcs12 *bundle = signet_pkcs12_open (data, passphrase, &failure);

      if (bundle != NULL)
        return bundle;
      if (!g_error_matches (failure, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      wrong = passphrase != NULL;
      g_clear_pointer (&passphrase, signet_secret_unref);
      passphrase = signet_desktop_interaction_ask_passphrase (SIGNET_DESKTOP_INTERACTION (interaction), name, wrong, cancellable, error);
      if (passphrase == NULL)
        return NULL;
    }
}

/* --- writing, on the thread ------------------------------------------------------------------------------------------ */

static gboolean
confirm (Import             *import,
         SignetInteraction  *interaction,
         gboolean            has_key,
         SignetCertificate  *first,
         GCancellable       *cancellable,
         GError            **error)
{
  const char *names[] = { "token", "subject", "issuer", NULL };
  const char *values[] = { signet_token_get_label (import->token), first != NULL ? signet_certificate_get_subject (first) : "",
                           first != NULL ? signet_certificate_get_authority (first) : "", NULL };
  SignetConsent consent = { .kind = has_key ? "import-key" : "import-certificates", .title = "import", .names = names, .values = values };

  if (first == NULL)
    names[1] = NULL;
  return signet_interaction_confirm (interaction, &consent, cancellable, error);
}

static gboolean
store (Import              *import,
       SignetTokenSession  *session,
       SignetCertificate   *certificate,
       GCancellable        *cancellable,
       GError             **error)
{
  if (!signet_token_session_store_certificate (session, certificate, signet_certificate_get_holder (certificate), cancellable, error))
    return FALSE;
  import->n++;
  signet_desktop_record (import->desktop, "certificate-imported", import->token, certificate);
  return TRUE;
}

static gboolean
import_bundle (Import             *import,
               GBytes             *data,
               SignetInteraction  *interaction,
               GCancellable       *cancellable,
               GError            **error)
{
  g_autoptr(SignetPkcs12) bundle = open_bundle (import, data, interaction, cancellable, error);
  SignetCertificate *certificate = bundle != NULL ? signet_pkcs12_get_certificate (bundle) : NULL;
  g_autoptr(SignetTokenSession) session = NULL;
  g_autoptr(SignetTokenKey) key = NULL;

  if (bundle == NULL || !confirm (import, interaction, signet_pkcs12_has_key (bundle), certificate, cancellable, error))
    return FALSE;
  session = signet_token_login_to_write (import->token, interaction, NULL, cancellable, error);
  if (session == NULL)
    return FALSE;
  if (signet_pkcs12_has_key (bundle))
    {
      const char *label = certificate != NULL ? signet_certificate_get_holder (certificate) : "";

      key = signet_token_session_import_key (session, bundle, label, cancellable, error);
      if (key == NULL)
        return FALSE;
      import->key = TRUE;
      signet_desktop_record (import->desktop, "key-imported", import->token, certificate);
    }
  if (certificate != NULL && !store (import, session, certificate, cancellable, error))
    return FALSE;
  /* the chain is a courtesy: a token too small for it has what matters */
  for (guint i = 0; i < signet_pkcs12_get_chain (bundle)->len; i++)
    if (!store (import, session, g_ptr_array_index (signet_pkcs12_get_chain (bundle), i), cancellable, NULL))
      break;
  return TRUE;
}

static gboolean
import_certificates (Import             *import,
                     GBytes             *data,
                     SignetInteraction  *interaction,
                     GCancellable       *cancellable,
                     GError            **error)
{
  g_autoptr(GPtrArray) certificates = signet_certificate_parse_many (data, error);
  g_autoptr(SignetTokenSession) session = NULL;

  if (certificates == NULL)
    return FALSE;
  if (certificates->len == 0)
    {
      g_set_error_literal (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_MALFORMED, "there is no certificate in the file");
      return FALSE;
    }
  if (!confirm (import, interaction, FALSE, g_ptr_array_index (certificates, 0), cancellable, error))
    return FALSE;
  session = signet_token_login_to_write (import->token, interaction, NULL, cancellable, error);
  for (guint i = 0; session != NULL && i < certificates->len; i++)
    if (!store (import, session, g_ptr_array_index (certificates, i), cancellable, error))
      return FALSE;
  return session != NULL;
}

static gboolean
import_work (gpointer            data,
             SignetInteraction  *interaction,
             GCancellable       *cancellable,
             GError            **error)
{
  Import *import = data;
  g_autoptr(GBytes) bytes = read_file (import->file, cancellable, error);

  if (bytes == NULL)
    return FALSE;
  return signet_pkcs12_is_one (bytes) ? import_bundle (import, bytes, interaction, cancellable, error)
                                      : import_certificates (import, bytes, interaction, cancellable, error);
}

/* --- the end --------------------------------------------------------------------------------------------------------- */

static void
on_imported_cb (GtkWidget    *page,
                gpointer      data,
                const GError *error)
{
  Import *import = data;
  g_autofree char *words = NULL;

  if (error != NULL)
    {
      if (!g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED))
        signet_ui_tell_error (page, error);
      return;
    }
  words = g_strdup_printf (ngettext ("%u certificate is on the token", "%u certificates are on the token", import->n), import->n);
  signet_ui_toast (page, import->key ? _("The key and its certificate are on the token") : words);
}

void
signet_import_run (GtkWidget     *page,
                   SignetDesktop *desktop,
                   SignetToken   *token,
                   GFile         *file)
{
  Import *import = g_new0 (Import, 1);

  import->desktop = g_object_ref (desktop);
  import->token = g_object_ref (token);
  import->file = g_object_ref (file);
  signet_job_run (page, _("Importing"), import_work, on_imported_cb, import, import_free);
}
