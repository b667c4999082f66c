/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-certificate.c: `signet certificate list | show | export`. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-certificate"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-key-json.h"
#include "signet-lookup.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-output-file.h"
#include "../core/base/signet-text.h"

#define MAX_CHAIN 16

/* --- list ---------------------------------------------------------------------------------------------------------------- */
static JsonObject *
signet_certificate_entry_to_json (SignetTokenKey *key,
                                  gint64          now)
{
  JsonObject *object = signet_words_certificate_to_json (signet_token_key_get_certificate (key));

  json_object_set_string_member (object, "token", signet_token_get_uri (signet_token_key_get_token (key)));
  json_object_set_string_member (object, "uri", signet_token_key_get_uri (key));
  signet_key_json_set_usable (object, key, now);
  json_object_set_object_member (object, "facts", signet_words_key_facts_to_json (signet_token_key_get_facts (key)));
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

/* So that what ends is known of when no token is there. Best effort: the list does not depend on it. */
static void
signet_certificate_remember (SignetInvocation *invocation,
                             GPtrArray        *tokens)
{
  g_autoptr(GError) error = NULL;
  SignetEnrolment *enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);

  if (enrolment == NULL || !signet_enrolment_note_certificates (enrolment, tokens, &error))
    g_info ("certificates are not remembered: %s", error->message);
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
  signet_certificate_remember (invocation, tokens);
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

/* What the token says of the key: the evidence for sole control. */
static void
signet_certificate_show_evidence (SignetTokenKey *key)
{
  const SignetTokenKeyFacts *facts = signet_token_key_get_facts (key);
  g_autofree char *origin = signet_words_key_origin (facts);
  g_autofree char *leaving = signet_words_key_leaving (facts);
  g_autofree char *asking = signet_words_key_asking (facts);

  signet_certificate_show_line (_("Token"), signet_token_get_label (signet_token_key_get_token (key)));
  if (signet_token_is_software (signet_token_key_get_token (key)))
    signet_certificate_show_line ("", _("Software token, for trying things out: its keys are in files on this computer."));
  signet_certificate_show_line (_("Made"), origin);
  signet_certificate_show_line (_("Leaves it"), leaving);
  signet_certificate_show_line (_("PIN asked for"), asking);
}

static JsonObject *
signet_certificate_to_json (SignetCertificate *certificate,
                            SignetTokenKey    *key)
{
  JsonObject *object = signet_words_certificate_to_json (certificate);

  if (key != NULL)
    json_object_set_object_member (object, "facts", signet_words_key_facts_to_json (signet_token_key_get_facts (key)));
  return object;
}

/* @key: (nullable): when it is one on a token */
static int
signet_certificate_show_all (SignetInvocation *invocation,
                             GPtrArray        *certificates,
                             SignetTokenKey   *key)
{
  JsonArray *array;
  JsonObject *document;

  if (!invocation->json)
    {
      for (guint i = 0; i < certificates->len; i++)
        signet_certificate_show (invocation, g_ptr_array_index (certificates, i));
      if (key != NULL)
        signet_certificate_show_evidence (key);
      return SIGNET_STATUS_DONE;
    }
  array = json_array_new ();
  for (guint i = 0; i < certificates->len; i++)
    json_array_add_object_element (array, signet_certificate_to_json (g_ptr_array_index (certificates, i), key));
  document = signet_invocation_new_document ();
  json_object_set_array_member (document, "certificates", array);
  signet_invocation_print_document (document);
  return SIGNET_STATUS_DONE;
}

/* (transfer full) (nullable): of a file when there is one of that name, else on a token; then @on_token is set */
static GPtrArray *
signet_certificate_find (SignetInvocation *invocation,
                         const char       *what,
                         SignetTokenKey  **on_token)
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
  *on_token = g_steal_pointer (&key);
  return g_steal_pointer (&found);
}

static gboolean
signet_certificate_parse (SignetInvocation   *invocation,
                          const GOptionEntry *entries,
                          SignetOptions       common)
{
  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | common))
    return FALSE;
  if (signet_invocation_n_arguments (invocation) == 1)
    return TRUE;
  signet_invocation_usage (invocation, "%s", _("name one certificate: its file, its fingerprint or its URI"));
  return FALSE;
}

/* Most tokens tell of a private key only after the login. */
static gboolean
signet_certificate_read_key (SignetInvocation *invocation,
                             SignetTokenKey  **key,
                             GError          **error)
{
  g_autoptr(SignetTerminalInteraction) interaction = signet_invocation_new_interaction (invocation, error);
  g_autoptr(SignetTokenSession) session = NULL;
  SignetTokenKey *anew = NULL;

  if (interaction != NULL)
    session = signet_token_login (signet_token_key_get_token (*key), SIGNET_INTERACTION (interaction), NULL, invocation->cancellable, error);
  if (session != NULL)
    anew = signet_token_session_read_key (session, *key, invocation->cancellable, error);
  if (anew == NULL)
    return FALSE;
  g_object_unref (*key);
  *key = anew;
  return TRUE;
}

int
signet_command_certificate_show (SignetInvocation *invocation)
{
  g_autoptr(GPtrArray) certificates = NULL;
  g_autoptr(SignetTokenKey) key = NULL;
  g_autoptr(GError) error = NULL;
  gboolean login = FALSE;
  const GOptionEntry entries[] = {
    { "login", 0, 0, G_OPTION_ARG_NONE, &login, N_("Log in, to read what the token says of the private key"), NULL },
    { NULL }
  };

  if (!signet_certificate_parse (invocation, entries, SIGNET_OPTIONS_PIN))
    return invocation->status;
  certificates = signet_certificate_find (invocation, invocation->arguments[0], &key);
  if (certificates == NULL)
    return invocation->status;
  if (key != NULL && (login || invocation->pin_file != NULL || invocation->pin_fd >= 0) &&
      !signet_certificate_read_key (invocation, &key, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  return signet_certificate_show_all (invocation, certificates, key);
}

/* --- export -------------------------------------------------------------------------------------------------------------- */
typedef struct
{
  char    *output; /* (owned) (nullable) */
  gboolean der, pkcs7, chain, overwrite;
} SignetExportOptions;

static void
signet_export_options_clear (SignetExportOptions *options)
{
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetExportOptions, signet_export_options_clear)

static SignetCertificate *
signet_certificate_find_issuer (GPtrArray         *known,
                                SignetCertificate *certificate)
{
  for (guint i = 0; i < known->len; i++)
    if (signet_certificate_is_signed_by (certificate, g_ptr_array_index (known, i)))
      return g_ptr_array_index (known, i);
  return NULL;
}

/* Those of its authorities that this computer knows, the issuer first; an incomplete chain is one as well. */
static void
signet_certificate_add_chain (SignetInvocation *invocation,
                              GPtrArray        *certificates)
{
  GPtrArray *known = signet_core_get_ca_certificates (signet_invocation_get_core (invocation));
  SignetCertificate *last = g_ptr_array_index (certificates, 0);

  while (certificates->len < MAX_CHAIN && last != NULL && !signet_certificate_is_self_issued (last))
    {
      last = signet_certificate_find_issuer (known, last);
      if (last != NULL)
        g_ptr_array_add (certificates, g_object_ref (last));
    }
  last = g_ptr_array_index (certificates, certificates->len - 1);
  if (!signet_certificate_is_self_issued (last))
    /* translators: %s is the name of an authority */
    signet_terminal_message (_("Note: the chain ends here: the certificate of %s is not known on this computer."),
                             signet_certificate_get_authority (last));
}

static GBytes *
signet_certificate_encode (GPtrArray                 *certificates,
                           const SignetExportOptions *options)
{
  GString *text;

  if (options->pkcs7)
    return signet_certificate_encode_pkcs7 (certificates);
  if (options->der)
    return g_bytes_ref (signet_certificate_get_der (g_ptr_array_index (certificates, 0)));
  text = g_string_new (NULL);
  for (guint i = 0; i < certificates->len; i++)
    {
      g_autofree char *pem = signet_certificate_to_pem (g_ptr_array_index (certificates, i));

      g_string_append (text, pem);
    }
  return g_string_free_to_bytes (text);
}

static gboolean
signet_certificate_write (GBytes                    *bytes,
                          const SignetExportOptions *options,
                          GError                   **error)
{
  g_autoptr(SignetOutputFile) file = NULL;
  g_autofree char *text = NULL;

  if (options->output == NULL)
    {
      text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      signet_terminal_print_raw (text);
      return TRUE;
    }
  file = signet_output_file_open (options->output, options->overwrite, error);
  return file != NULL && signet_output_file_write (file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error) &&
         signet_output_file_commit (file, error);
}

static int
signet_certificate_export (SignetInvocation          *invocation,
                           const SignetExportOptions *options)
{
  g_autoptr(GPtrArray) certificates = NULL;
  g_autoptr(SignetTokenKey) key = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;

  certificates = signet_certificate_find (invocation, invocation->arguments[0], &key);
  if (certificates == NULL)
    return invocation->status;
  g_ptr_array_set_size (certificates, 1);
  if (options->chain)
    signet_certificate_add_chain (invocation, certificates);
  bytes = signet_certificate_encode (certificates, options);
  if (!signet_certificate_write (bytes, options, &error))
    return signet_invocation_fail (invocation, options->output, error);
  return invocation->json ? signet_certificate_show_all (invocation, certificates, NULL) : SIGNET_STATUS_DONE;
}

int
signet_command_certificate_export (SignetInvocation *invocation)
{
  g_auto(SignetExportOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_("Write it here instead of to the standard output"), N_("FILE") },
    { "der", 0, 0, G_OPTION_ARG_NONE, &options.der, N_("Binary (DER) instead of text (PEM)"), NULL },
    { "pkcs7", 0, 0, G_OPTION_ARG_NONE, &options.pkcs7, N_("PKCS#7 (.p7b) instead of text (PEM)"), NULL },
    { "chain", 0, 0, G_OPTION_ARG_NONE, &options.chain, N_("With the certificates of its authorities, as far as they are known here"), NULL },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options.overwrite, N_("Replace a file that is already there"), NULL },
    { NULL }
  };

  if (!signet_certificate_parse (invocation, entries, SIGNET_OPTIONS_NONE))
    return invocation->status;
  if ((options.der || options.pkcs7 || invocation->json) && options.output == NULL)
    return signet_invocation_usage (invocation, "%s", _("--der, --pkcs7 and --json need -o FILE"));
  if (options.der && (options.pkcs7 || options.chain))
    return signet_invocation_usage (invocation, "%s", _("--der holds one certificate: for a chain leave it out, or use --pkcs7"));
  return signet_certificate_export (invocation, &options);
}
