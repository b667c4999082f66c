/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-certificate.c: `signet certificate list | show | export`. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-certificate"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-lookup.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-output-file.h"
#include "../core/base/signet-text.h"

/* --- list ---------------------------------------------------------------------------------------------------------------- */
static JsonObject *
signet_certificate_entry_to_json (SignetTokenKey *key,
                                  gint64          now)
{
  JsonObject *object = signet_words_certificate_to_json (signet_token_key_get_certificate (key));
  const char *reason = NULL;
  gboolean usable = signet_signing_key_is_usable (key, now, &reason);

  json_object_set_string_member (object, "token", signet_token_get_uri (signet_token_key_get_token (key)));
  json_object_set_string_member (object, "uri", signet_token_key_get_uri (key));
  json_object_set_boolean_member (object, "can_sign", usable);
  if (usable || reason == NULL)
    json_object_set_null_member (object, "cannot_sign_because");
  else
    json_object_set_string_member (object, "cannot_sign_because", reason);
  return object;
}

static void
signet_certificate_show_row (SignetInvocation *invocation,
                             SignetTokenKey   *key,
                             gint64            now)
{
  g_autofree char *line = signet_lookup_describe_key (invocation, key);
  const char *reason = NULL;
  gboolean usable = signet_signing_key_is_usable (key, now, &reason);
  g_autofree char *why = usable ? NULL : signet_words_key_unusable (reason);
  g_autofree char *mark = signet_terminal_mark (usable ? SIGNET_MARK_OK : SIGNET_MARK_UNKNOWN, line, FALSE);

  if (usable)
    signet_terminal_print ("%s", mark);
  else
    signet_terminal_print ("%s · %s", mark, why);
}

static guint
signet_certificate_list_token (SignetInvocation *invocation,
                               SignetToken      *token,
                               JsonArray        *array,
                               gint64            now)
{
  GPtrArray *keys = signet_token_get_keys (token);
  guint n = 0;

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    {
      SignetTokenKey *key = g_ptr_array_index (keys, i);

      if (signet_token_key_get_certificate (key) == NULL)
        continue;
      n++;
      json_array_add_object_element (array, signet_certificate_entry_to_json (key, now));
      if (!invocation->json)
        signet_certificate_show_row (invocation, key, now);
    }
  return n;
}

int
signet_command_certificate_list (SignetInvocation *invocation)
{
  g_autoptr(GPtrArray) tokens = NULL;
  g_autoptr(JsonArray) array = json_array_new ();
  JsonObject *document;
  gint64 now;
  guint n = 0;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE))
    return invocation->status;
  tokens = signet_lookup_tokens (invocation);
  if (tokens == NULL)
    return invocation->status;

  now = signet_clock_now (signet_core_get_clock (signet_invocation_get_core (invocation)));
  for (guint i = 0; i < tokens->len; i++)
    n += signet_certificate_list_token (invocation, g_ptr_array_index (tokens, i), array, now);
  if (invocation->json)
    {
      document = signet_invocation_new_document ();
      json_object_set_array_member (document, "certificates", json_array_ref (array));
      signet_invocation_print_document (document);
    }
  else if (n == 0)
    signet_terminal_print ("%s", tokens->len == 0 ? _("No token was found. See: signet token list")
                                                  : _("There is no certificate yet. Get one with: signet request new"));
  return SIGNET_STATUS_DONE;
}

/* --- show ---------------------------------------------------------------------------------------------------------------- */
static void
signet_certificate_show_line (const char *name,
                              const char *value)
{
  g_autofree char *padded = signet_terminal_pad (name, 16);

  signet_terminal_print ("  %s%s", padded, value);
}

static void
signet_certificate_show (SignetInvocation  *invocation,
                         SignetCertificate *certificate)
{
  gint64 now = signet_clock_now (signet_core_get_clock (signet_invocation_get_core (invocation)));
  g_autofree char *title = signet_terminal_bold (signet_certificate_get_holder (certificate));
  g_autofree char *klass = signet_words_class (signet_certificate_get_class (certificate, NULL));
  g_autofree char *from = signet_words_date_time (signet_certificate_get_not_before (certificate));
  g_autofree char *until = signet_words_date_time (signet_certificate_get_not_after (certificate));
  g_autofree char *days = signet_words_days_left (signet_certificate_get_not_after (certificate), now);
  g_autofree char *end = g_strdup_printf ("%s · %s", until, days);

  signet_terminal_print ("%s", title);
  if (!signet_certificate_is_readable (certificate))
    {
      signet_certificate_show_line (_("Problem"), _("The certificate cannot be read"));
      signet_certificate_show_line ("SHA-256", signet_certificate_get_sha256 (certificate));
      return;
    }
  signet_certificate_show_line (_("For"), klass);
  signet_certificate_show_line (_("Subject"), signet_certificate_get_subject (certificate));
  signet_certificate_show_line (_("Issued by"), signet_certificate_get_issuer (certificate));
  signet_certificate_show_line (_("Serial"), signet_certificate_get_serial (certificate));
  signet_certificate_show_line (_("From"), from);
  signet_certificate_show_line (_("Until"), end);
  signet_certificate_show_line (_("Key"), signet_certificate_get_key_text (certificate));
  signet_certificate_show_line ("SHA-256", signet_certificate_get_sha256 (certificate));
}

static int
signet_certificate_show_all (SignetInvocation *invocation,
                             GPtrArray        *certificates)
{
  JsonArray *array;
  JsonObject *document;

  if (!invocation->json)
    {
      for (guint i = 0; i < certificates->len; i++)
        signet_certificate_show (invocation, g_ptr_array_index (certificates, i));
      return SIGNET_STATUS_DONE;
    }
  array = json_array_new ();
  for (guint i = 0; i < certificates->len; i++)
    json_array_add_object_element (array, signet_words_certificate_to_json (g_ptr_array_index (certificates, i)));
  document = signet_invocation_new_document ();
  json_object_set_array_member (document, "certificates", array);
  signet_invocation_print_document (document);
  return SIGNET_STATUS_DONE;
}

/* (transfer full) (nullable): of a file when there is one of that name, else on a token */
static GPtrArray *
signet_certificate_find (SignetInvocation *invocation,
                         const char       *what)
{
  g_autoptr(GPtrArray) found = NULL;
  g_autoptr(SignetTokenKey) key = NULL;
  g_autoptr(GError) error = NULL;

  if (!g_str_has_prefix (what, "pkcs11:") && g_file_test (what, G_FILE_TEST_EXISTS))
    {
      found = signet_certificate_load_file (what, &error);
      if (found == NULL)
        signet_invocation_fail (invocation, what, error);
      return g_steal_pointer (&found);
    }
  key = signet_lookup_certificate (invocation, what);
  if (key == NULL)
    return NULL;
  if (signet_token_key_get_certificate (key) == NULL)
    {
      error = g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "there is a key but no certificate for it");
      signet_invocation_fail (invocation, what, error);
      return NULL;
    }
  found = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (found, g_object_ref (signet_token_key_get_certificate (key)));
  return g_steal_pointer (&found);
}

static gboolean
signet_certificate_parse (SignetInvocation   *invocation,
                          const GOptionEntry *entries)
{
  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE))
    return FALSE;
  if (signet_invocation_n_arguments (invocation) == 1)
    return TRUE;
  signet_invocation_usage (invocation, "%s", _("name one certificate: its file, its fingerprint or its URI"));
  return FALSE;
}

int
signet_command_certificate_show (SignetInvocation *invocation)
{
  g_autoptr(GPtrArray) certificates = NULL;

  if (!signet_certificate_parse (invocation, NULL))
    return invocation->status;
  certificates = signet_certificate_find (invocation, invocation->arguments[0]);
  if (certificates == NULL)
    return invocation->status;
  return signet_certificate_show_all (invocation, certificates);
}

/* --- export -------------------------------------------------------------------------------------------------------------- */
static gboolean
signet_certificate_write (SignetCertificate *certificate,
                          const char        *path,
                          gboolean           der,
                          gboolean           overwrite,
                          GError           **error)
{
  g_autofree char *pem = signet_certificate_to_pem (certificate);
  g_autoptr(GBytes) bytes = der ? g_bytes_ref (signet_certificate_get_der (certificate)) : g_bytes_new (pem, strlen (pem));
  g_autoptr(SignetOutputFile) file = NULL;

  if (path == NULL)
    {
      signet_terminal_print_raw (pem);
      return TRUE;
    }
  file = signet_output_file_open (path, overwrite, error);
  return file != NULL && signet_output_file_write (file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error) &&
         signet_output_file_commit (file, error);
}

int
signet_command_certificate_export (SignetInvocation *invocation)
{
  g_autofree char *output = NULL;
  gboolean der = FALSE, overwrite = FALSE;
  g_autoptr(GPtrArray) certificates = NULL;
  g_autoptr(GError) error = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("Write it here instead of to the standard output"), N_("FILE") },
    { "der", 0, 0, G_OPTION_ARG_NONE, &der, N_("Binary (DER) instead of text (PEM)"), NULL },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, N_("Replace a file that is already there"), NULL },
    { NULL }
  };

  if (!signet_certificate_parse (invocation, entries))
    return invocation->status;
  if ((der || invocation->json) && output == NULL)
    return signet_invocation_usage (invocation, "%s", _("--der and --json need -o FILE"));

  certificates = signet_certificate_find (invocation, invocation->arguments[0]);
  if (certificates == NULL)
    return invocation->status;
  if (!signet_certificate_write (g_ptr_array_index (certificates, 0), output, der, overwrite, &error))
    return signet_invocation_fail (invocation, output, error);
  return invocation->json ? signet_certificate_show_all (invocation, certificates) : SIGNET_STATUS_DONE;
}
