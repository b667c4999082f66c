/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-import.c: `signet certificate import`: a PKCS#12 file with its key, or certificates for keys that are on the
 * token. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-import"

#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "signet-command.h"
#include "signet-command-token.h"
#include "signet-key-json.h"
#include "signet-lookup.h"

#include "../core/base/signet-base-error.h"

#define MAX_FILE      (4 * 1024 * 1024)
#define MAX_QUESTIONS 3

typedef struct
{
  char    *token, *passphrase_file, *label, *replace; /* (owned) (nullable) */
  gboolean chain;
} SignetImportOptions;

static void
signet_import_options_clear (SignetImportOptions *options)
{
  g_free (options->token);
  g_free (options->passphrase_file);
  g_free (options->label);
  g_free (options->replace);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetImportOptions, signet_import_options_clear)

/* One import: what the file holds, where it goes, what came of it. */
typedef struct
{
  SignetInvocation          *invocation;
  const SignetImportOptions *options;
  SignetPkcs12              *bundle;       /* (owned) (nullable): certificates alone otherwise */
  GPtrArray                 *certificates; /* (owned): to be stored, the one of the key first */
  SignetToken               *token;        /* (owned) */
  SignetTokenSession        *session;      /* (owned) (nullable) */
  SignetTokenKey            *key;          /* (owned) (nullable): the imported one */
  GPtrArray                 *stored;       /* (owned): certificates that are on the token now */
} SignetImport;

static void
signet_import_clear (SignetImport *import)
{
  g_clear_pointer (&import->bundle, signet_pkcs12_unref);
  g_clear_pointer (&import->certificates, g_ptr_array_unref);
  g_clear_pointer (&import->stored, g_ptr_array_unref);
  g_clear_object (&import->key);
  g_clear_object (&import->session);
  g_clear_object (&import->token);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetImport, signet_import_clear)

/* --- the file -------------------------------------------------------------------------------------------------------------- */
static gboolean
signet_import_check_file (const char *path,
                          GError    **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return signet_base_error_set_errno (error, errno, "opening the file");
  if (S_ISREG (info.st_mode) && info.st_size <= MAX_FILE)
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "not a file of a few megabytes at most");
  return FALSE;
}

/* (transfer full) (nullable): wiped when dropped, for a key may stand in it in plain */
static GBytes *
signet_import_read_file (const char *path,
                         GError    **error)
{
  g_autoptr(GError) local_error = NULL;
  SignetSecret *content;
  char *text = NULL;
  gsize length = 0;

  if (!signet_import_check_file (path, error))
    return NULL;
  if (!g_file_get_contents (path, &text, &length, &local_error))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, local_error->message);
      return NULL;
    }
  content = signet_secret_new ((const guint8 *) text, length);
  signet_secret_wipe (text, length);
  g_free (text);
  return g_bytes_new_with_free_func (signet_secret_get_bytes (content, NULL), length, (GDestroyNotify) signet_secret_unref, content);
}

/* A file without a passphrase is opened without a question. A wrong answer costs nothing: a file has no lock. */
static SignetPkcs12 *
signet_import_open_bundle (SignetImport *import,
                           GBytes       *data,
                           GError      **error)
{
  g_autoptr(SignetSecret) passphrase = NULL;

  if (import->options->passphrase_file != NULL)
    {
      passphrase = signet_terminal_read_secret_file (import->options->passphrase_file, error);
      return passphrase != NULL ? signet_pkcs12_open (data, passphrase, error) : NULL;
    }
  for (guint i = 0; ; i++)
    {
      g_autoptr(GError) local_error = NULL;
      SignetPkcs12 *bundle = signet_pkcs12_open (data, passphrase, &local_error);

      if (bundle != NULL)
        return bundle;
      if (!g_error_matches (local_error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE) || i == MAX_QUESTIONS)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (i > 0)
        signet_terminal_message ("%s", _("The passphrase is wrong."));
      g_clear_pointer (&passphrase, signet_secret_unref);
      passphrase = signet_terminal_ask_secret (_("Passphrase of the file: "), import->invocation->cancellable, error);
      if (passphrase == NULL)
        return NULL;
    }
}

static gboolean
signet_import_open (SignetImport *import,
                    const char   *path,
                    GError      **error)
{
  g_autoptr(GBytes) data = signet_import_read_file (path, error);

  if (data == NULL)
    return FALSE;
  if (!signet_pkcs12_is_one (data))
    {
      import->certificates = signet_certificate_parse_many (data, error);
      return import->certificates != NULL;
    }
  import->bundle = signet_import_open_bundle (import, data, error);
  if (import->bundle == NULL)
    return FALSE;
  import->certificates = g_ptr_array_new_with_free_func (g_object_unref);
  if (signet_pkcs12_get_certificate (import->bundle) != NULL)
    g_ptr_array_add (import->certificates, g_object_ref (signet_pkcs12_get_certificate (import->bundle)));
  for (guint i = 0; i < signet_pkcs12_get_chain (import->bundle)->len; i++)
    g_ptr_array_add (import->certificates, g_object_ref (g_ptr_array_index (signet_pkcs12_get_chain (import->bundle), i)));
  return TRUE;
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */
static gboolean
signet_import_has_key_for (SignetImport      *import,
                           SignetCertificate *certificate)
{
  const char *sha256 = signet_certificate_get_key_sha256 (certificate);
  GPtrArray *keys = signet_token_get_keys (import->token);

  if (import->key != NULL && certificate == signet_pkcs12_get_certificate (import->bundle))
    return TRUE;
  for (guint i = 0; i < keys->len; i++)
    {
      SignetTokenKey *key = g_ptr_array_index (keys, i);

      if (g_strcmp0 (signet_token_key_get_sha256 (key), sha256) == 0 && signet_token_key_has_private (key))
        return TRUE;
    }
  return FALSE;
}

/* Those of a key on the token; an authority's own only when asked for, for tokens are small and faces know them anyway. */
static gboolean
signet_import_wants (SignetImport      *import,
                     SignetCertificate *certificate)
{
  return signet_import_has_key_for (import, certificate) || (import->options->chain && signet_certificate_is_ca (certificate));
}

static gboolean
signet_import_store (SignetImport      *import,
                     SignetCertificate *certificate,
                     SignetCertificate *old,
                     GError           **error)
{
  GCancellable *cancellable = import->invocation->cancellable;
  const char *label = signet_import_has_key_for (import, certificate) ? import->options->label : NULL;
  gboolean ok;

  if (old != NULL)
    ok = signet_token_session_replace_certificate (import->session, old, certificate, label, cancellable, error);
  else
    ok = signet_token_session_store_certificate (import->session, certificate, label, cancellable, error);
  if (ok)
    g_ptr_array_add (import->stored, g_object_ref (certificate));
  return ok;
}

static gboolean
signet_import_write (SignetImport      *import,
                     SignetCertificate *old,
                     GError           **error)
{
  if (import->bundle != NULL && signet_pkcs12_has_key (import->bundle))
    {
      import->key = signet_token_session_import_key (import->session, import->bundle, import->options->label,
                                                     import->invocation->cancellable, error);
      if (import->key == NULL)
        return FALSE;
    }
  for (guint i = 0; i < import->certificates->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (import->certificates, i);

      if (!signet_import_wants (import, certificate))
        continue;
      if (!signet_import_store (import, certificate, import->stored->len == 0 ? old : NULL, error))
        return FALSE;
    }
  if (import->key != NULL || import->stored->len > 0)
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "no key on the token fits a certificate of the file");
  return FALSE;
}

/* --- afterwards ------------------------------------------------------------------------------------------------------------ */
static void
signet_import_record (SignetImport *import)
{
  for (guint i = 0; i < import->stored->len; i++)
    signet_command_token_record_certificate (import->invocation, "certificate-imported", import->token,
                                             g_ptr_array_index (import->stored, i));
  if (import->key != NULL)
    signet_command_token_record_certificate (import->invocation, "key-imported", import->token,
                                             signet_pkcs12_get_certificate (import->bundle));
}

/* The key as it is now, with its certificate, for showing. */
static void
signet_import_refresh_key (SignetImport *import)
{
  SignetCertificate *certificate = import->key != NULL ? signet_pkcs12_get_certificate (import->bundle) : NULL;
  SignetTokenManager *manager = signet_core_get_tokens (import->invocation->core);
  g_autoptr(SignetTokenKey) listed = NULL;
  SignetTokenKey *anew = NULL;

  if (certificate != NULL)
    listed = signet_token_manager_find_key (manager, signet_certificate_get_sha256 (certificate), import->invocation->cancellable, NULL);
  if (listed != NULL)
    anew = signet_token_session_read_key (import->session, listed, import->invocation->cancellable, NULL);
  if (anew == NULL)
    return;
  g_object_unref (import->key);
  import->key = anew;
}

static void
signet_import_print_json (SignetImport *import)
{
  gint64 now = signet_clock_now (signet_core_get_clock (import->invocation->core));
  JsonObject *document = signet_invocation_new_document ();
  JsonObject *imported = json_object_new ();
  JsonArray *certificates = json_array_new ();

  for (guint i = 0; i < import->stored->len; i++)
    json_array_add_object_element (certificates, signet_words_certificate_to_json (g_ptr_array_index (import->stored, i)));
  json_object_set_string_member (imported, "token", signet_token_get_uri (import->token));
  if (import->key != NULL)
    json_object_set_object_member (imported, "key", signet_key_json_new (import->key, now));
  else
    json_object_set_null_member (imported, "key");
  json_object_set_array_member (imported, "certificates", certificates);
  json_object_set_object_member (document, "imported", imported);
  signet_invocation_print_document (document);
}

static void
signet_import_show (SignetImport *import)
{
  for (guint i = 0; i < import->stored->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (import->stored, i);
      g_autofree char *mark = signet_terminal_mark (SIGNET_MARK_OK, _("On the token"), FALSE);

      signet_terminal_print ("%s  %.16s  %s", mark, signet_certificate_get_sha256 (certificate), signet_certificate_get_holder (certificate));
    }
  if (import->key == NULL)
    return;
  {
    g_autofree char *mark = signet_terminal_mark (SIGNET_MARK_OK, _("Key on the token"), FALSE);
    g_autofree char *origin = signet_words_key_origin (signet_token_key_get_facts (import->key));
    g_autofree char *leaving = signet_words_key_leaving (signet_token_key_get_facts (import->key));

    signet_terminal_print ("%s  %s", mark, signet_token_key_get_key_text (import->key));
    signet_terminal_print ("  %s: %s", _("Made"), origin);
    signet_terminal_print ("  %s: %s", _("Leaves it"), leaving);
  }
}

/* --- the command ----------------------------------------------------------------------------------------------------------- */
/* (transfer full) (nullable): the certificate --replace names. FALSE: the invocation has failed */
static gboolean
signet_import_find_old (SignetImport       *import,
                        SignetCertificate **old)
{
  g_autoptr(SignetTokenKey) key = NULL;

  *old = NULL;
  if (import->options->replace == NULL)
    return TRUE;
  key = signet_lookup_certificate (import->invocation, import->options->replace);
  if (key == NULL)
    return FALSE;
  g_set_object (old, signet_token_key_get_certificate (key));
  if (*old != NULL && g_str_equal (signet_token_get_uri (signet_token_key_get_token (key)), signet_token_get_uri (import->token)))
    return TRUE;
  g_clear_object (old);
  signet_invocation_usage (import->invocation, "%s", _("--replace names a certificate that is not on this token"));
  return FALSE;
}

static int
signet_import_run (SignetImport *import,
                   const char   *path)
{
  SignetInvocation *invocation = import->invocation;
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(SignetCertificate) old = NULL;
  g_autoptr(GError) error = NULL;

  if (!signet_import_open (import, path, &error))
    return signet_invocation_fail (invocation, path, error);
  import->token = signet_lookup_token (invocation, import->options->token);
  if (import->token == NULL || !signet_import_find_old (import, &old))
    return invocation->status;
  interaction = signet_invocation_new_interaction (invocation, &error);
  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  import->session = signet_token_login_to_write (import->token, SIGNET_INTERACTION (interaction), NULL, invocation->cancellable, &error);
  if (import->session == NULL || !signet_import_write (import, old, &error))
    {
      signet_import_record (import); /* what came before the failure is there */
      return signet_invocation_fail (invocation, path, error);
    }
  signet_import_record (import);
  signet_import_refresh_key (import);
  if (invocation->json)
    signet_import_print_json (import);
  else
    signet_import_show (import);
  return SIGNET_STATUS_DONE;
}

int
signet_command_certificate_import (SignetInvocation *invocation)
{
  g_auto(SignetImportOptions) options = { NULL };
  g_auto(SignetImport) import = { .invocation = invocation, .options = &options };
  const GOptionEntry entries[] = {
    { "token", 0, 0, G_OPTION_ARG_FILENAME, &options.token, N_("The token it goes to: its URI, serial number or label"), N_("TOKEN") },
    { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &options.passphrase_file, N_("Read the passphrase of the PKCS#12 file from this file"), N_("FILE") },
    { "label", 0, 0, G_OPTION_ARG_FILENAME, &options.label, N_("The name it shows in lists, instead of the holder’s"), N_("LABEL") },
    { "replace", 0, 0, G_OPTION_ARG_FILENAME, &options.replace, N_("Delete this certificate once the new one is there"), N_("CERTIFICATE") },
    { "chain", 0, 0, G_OPTION_ARG_NONE, &options.chain, N_("Put the authorities’ certificates of the file on the token as well"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("name one file: PKCS#12, or certificates"));
  import.stored = g_ptr_array_new_with_free_func (g_object_unref);
  return signet_import_run (&import, invocation->arguments[0]);
}
