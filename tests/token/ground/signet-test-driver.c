/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-driver.c: the core's tokens by hand: one JSON object a line in, one a line out. test-ground.py is the hand.
 *
 *   {"do": "login", "pins": ["123456"]}   ->   {"ok": true, "questions": 1, "flags": []}   or   {"error": "WrongPin", "text":
 * "…"}
 *
 * Each "do" is one call of the core and nothing else; what it means, and what must come of it, is in test-ground.py. "pins" are
 * what the person answers, one a question. Bytes travel as base64. One manager, one token chosen, one session.
 */
#define G_LOG_DOMAIN "signet-test-driver"

#include "config.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "../../../app/core/base/signet-signer-request.h"
#include "../../../app/core/certificate/signet-pkcs12.h"
#include "../../../app/core/token/signet-token-card.h"
#include "../../../app/core/token/signet-token-manager.h"
#include "../../../app/core/token/signet-token-unblock.h"
#include "signet-test.h"

static SignetTokenManager *manager;
static SignetToken *token; /* chosen by "choose" */
static SignetTokenSession *session;
static SignetTestInteraction *person; /* of the command being done */

/* --- what was asked --- */

static const char *
text (JsonObject *asked, const char *name)
{
  return json_object_get_string_member_with_default (asked, name, "");
}

static guint
number (JsonObject *asked, const char *name, guint otherwise)
{
  return (guint) json_object_get_int_member_with_default (asked, name, otherwise);
}

static gboolean
flag (JsonObject *asked, const char *name)
{
  return json_object_get_boolean_member_with_default (asked, name, FALSE);
}

static GBytes *
bytes (JsonObject *asked, const char *name)
{
  gsize length = 0;
  guchar *data = g_base64_decode (text (asked, name), &length);

  return g_bytes_new_take (data, length);
}

static SignetSecret *
secret (JsonObject *asked, const char *name)
{
  const char *value = text (asked, name);

  return signet_secret_new ((const guint8 *) value, strlen (value));
}

static SignetTestInteraction *
new_person (JsonObject *asked)
{
  SignetTestInteraction *fresh = signet_test_interaction_new (NULL, NULL);
  JsonArray *pins = json_object_has_member (asked, "pins") ? json_object_get_array_member (asked, "pins") : NULL;

  for (guint i = 0; pins != NULL && i < json_array_get_length (pins); i++)
    signet_test_interaction_add_pin (fresh, json_array_get_string_element (pins, i));
  return fresh;
}

/* --- what is answered --- */

static void
add_bytes (JsonObject *answer, const char *name, const void *data, gsize length)
{
  g_autofree char *base64 = g_base64_encode (data, length);

  json_object_set_string_member (answer, name, base64);
}

static JsonArray *
describe_flags (SignetPinFlags flags)
{
  static const char *const names[] = { "low", "final", "locked", "pad", "retry", "factory", "touch" };
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (flags & (1U << i))
      json_array_add_string_element (array, names[i]);
  return array;
}

static JsonObject *
describe_facts (SignetTokenKey *key)
{
  static const char *const words[] = { "unknown", "no", "yes" };
  const SignetTokenKeyFacts *facts = signet_token_key_get_facts (key);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "local", words[facts->local]);
  json_object_set_string_member (object, "sensitive", words[facts->sensitive]);
  json_object_set_string_member (object, "always-sensitive", words[facts->always_sensitive]);
  json_object_set_string_member (object, "extractable", words[facts->extractable]);
  json_object_set_string_member (object, "never-extractable", words[facts->never_extractable]);
  json_object_set_string_member (object, "always-authenticate", words[facts->always_authenticate]);
  return object;
}

static JsonObject *
describe_key (SignetTokenKey *key)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "key", signet_token_key_get_sha256 (key));
  json_object_set_string_member (object, "label", signet_token_key_get_label (key));
  json_object_set_string_member (object, "kind", signet_token_key_get_key_text (key));
  json_object_set_boolean_member (object, "private", signet_token_key_has_private (key));
  json_object_set_boolean_member (object, "always", signet_token_key_always_authenticates (key));
  json_object_set_object_member (object, "facts", describe_facts (key));
  if (certificate != NULL)
    {
      GBytes *der = signet_certificate_get_der (certificate);

      json_object_set_string_member (object, "certificate", signet_certificate_get_sha256 (certificate));
      add_bytes (object, "der", g_bytes_get_data (der, NULL), g_bytes_get_size (der));
    }
  return object;
}

static JsonObject *
describe_token (SignetToken *of)
{
  GPtrArray *keys = signet_token_get_keys (of);
  const char *const *specs = signet_token_get_key_specs (of);
  JsonArray *array = json_array_new ();
  JsonArray *makes = json_array_new ();
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "label", signet_token_get_label (of));
  json_object_set_string_member (object, "model", signet_token_get_model (of));
  json_object_set_string_member (object, "serial", signet_token_get_serial (of));
  json_object_set_string_member (object, "uri", signet_token_get_uri (of));
  json_object_set_string_member (object, "module", signet_token_get_module (of));
  json_object_set_boolean_member (object, "initialized", signet_token_is_initialized (of));
  json_object_set_boolean_member (object, "read-only", signet_token_is_read_only (of));
  json_object_set_array_member (object, "flags", describe_flags (signet_token_get_pin_flags (of)));
  json_object_set_int_member (object, "unblock", signet_token_get_unblock_strategy (of));
  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    json_array_add_string_element (makes, specs[i]);
  json_object_set_array_member (object, "makes", makes);
  for (guint i = 0; i < keys->len; i++)
    json_array_add_object_element (array, describe_key (keys->pdata[i]));
  json_object_set_array_member (object, "keys", array);
  return object;
}

/* --- tokens --- */

static gboolean
do_open (JsonObject *asked, JsonObject *answer, GError **error)
{
  JsonArray *modules = json_object_get_array_member (asked, "modules");
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  for (guint i = 0; i < json_array_get_length (modules); i++)
    g_ptr_array_add (paths, (gpointer) json_array_get_string_element (modules, i));
  g_ptr_array_add (paths, NULL);
  g_clear_object (&session);
  g_clear_object (&token);
  g_clear_object (&manager);
  manager = signet_token_manager_new ((const char *const *) paths->pdata);
  return TRUE;
}

static gboolean
do_list (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, &problems, error);
  JsonArray *array = json_array_new ();
  JsonArray *failures = json_array_new ();

  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    json_array_add_object_element (array, describe_token (tokens->pdata[i]));
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    json_array_add_string_element (failures, ((GError *) problems->pdata[i])->message);
  json_object_set_array_member (answer, "tokens", array);
  json_object_set_array_member (answer, "problems", failures);
  return tokens != NULL;
}

static gboolean
do_choose (JsonObject *asked, JsonObject *answer, GError **error)
{
  SignetToken *found = signet_token_manager_find_token (manager, text (asked, "token"), NULL, error);

  if (found == NULL)
    return FALSE;
  g_clear_object (&token);
  token = found;
  json_object_set_object_member (answer, "token", describe_token (token));
  return TRUE;
}

/* Watches until as many tokens as asked for are there; says after how many milliseconds. */
static gboolean
do_await (JsonObject *asked, JsonObject *answer, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gint64 end = start + number (asked, "seconds", 20) * G_TIME_SPAN_SECOND;

  signet_token_manager_watch (manager);
  while (!signet_token_manager_is_listed (manager) ||
         g_list_model_get_n_items (G_LIST_MODEL (manager)) != number (asked, "tokens", 0))
    {
      if (g_get_monotonic_time () > end)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%u tokens are there",
                       g_list_model_get_n_items (G_LIST_MODEL (manager)));
          return FALSE;
        }
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (5000);
    }
  json_object_set_int_member (answer, "milliseconds", (g_get_monotonic_time () - start) / 1000);
  return TRUE;
}

static gboolean
do_init (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetSecret) pin = secret (asked, "pin");
  g_autoptr (SignetSecret) so_pin = secret (asked, "so-pin");

  return signet_token_manager_init_token (manager, token, text (asked, "label"), pin, so_pin, NULL, error);
}

static gboolean
do_change_pin (JsonObject *asked, JsonObject *answer, GError **error)
{
  return signet_token_change_pin (token, SIGNET_INTERACTION (person), NULL, error);
}

static gboolean
do_unblock (JsonObject *asked, JsonObject *answer, GError **error)
{
  return signet_token_unblock (token, SIGNET_INTERACTION (person), NULL, error);
}

/* --- logged in --- */

static gboolean
do_login (JsonObject *asked, JsonObject *answer, GError **error)
{
  SignetTokenSession *(*log_in) (SignetToken *, SignetInteraction *, const SignetPinQuestion *, GCancellable *, GError **) =
      flag (asked, "write") ? signet_token_login_to_write : signet_token_login;
  SignetTokenSession *fresh = log_in (token, SIGNET_INTERACTION (person), NULL, NULL, error);

  if (fresh == NULL)
    return FALSE;
  g_clear_object (&session);
  session = fresh;
  return TRUE;
}

static gboolean
do_logout (JsonObject *asked, JsonObject *answer, GError **error)
{
  if (session != NULL)
    signet_token_session_close (session);
  g_clear_object (&session);
  return TRUE;
}

static SignetTokenKey *
find_key (JsonObject *asked, GError **error)
{
  return signet_token_manager_find_key (manager, text (asked, "key"), NULL, error);
}

static gboolean
is_logged_in (GError **error)
{
  if (session == NULL)
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "the test has no session");
  return session != NULL;
}

static gboolean
answer_key (JsonObject *answer, SignetTokenKey *key)
{
  if (key != NULL)
    json_object_set_object_member (answer, "key", describe_key (key));
  return key != NULL;
}

static gboolean
do_generate (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetTokenKey) key = NULL;

  if (!is_logged_in (error))
    return FALSE;
  key = signet_token_session_generate_key_at (session, text (asked, "spec"), text (asked, "label"),
                                              signet_token_parse_place (text (asked, "place")), flag (asked, "replace"), NULL,
                                              error);
  return answer_key (answer, key);
}

static gboolean
do_read_key (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetTokenKey) known = is_logged_in (error) ? find_key (asked, error) : NULL;
  g_autoptr (SignetTokenKey) key = NULL;

  if (known == NULL)
    return FALSE;
  key = signet_token_session_read_key (session, known, NULL, error);
  if (key != NULL)
    json_object_set_int_member (answer, "questions-for-20", signet_token_key_count_pin_questions (key, 20));
  return answer_key (answer, key);
}

static SignetSigner *
new_signer (JsonObject *asked, GError **error)
{
  g_autoptr (SignetTokenKey) key = is_logged_in (error) ? find_key (asked, error) : NULL;

  if (key == NULL)
    return NULL;
  return signet_token_session_new_signer (session, key, SIGNET_INTERACTION (person), error);
}

static SignetSignatureAlgorithm
algorithm_of (JsonObject *asked)
{
  static const char *const schemes[] = { "", "rsa-pkcs1", "rsa-pss", "ecdsa", "ed25519" };
  SignetSignatureAlgorithm algorithm = { SIGNET_SIGNATURE_UNKNOWN, signet_digest_from_nid (EVP_MD_get_type (
                                                                       EVP_get_digestbyname (text (asked, "digest")))) };

  for (guint i = 1; i < G_N_ELEMENTS (schemes); i++)
    if (strcmp (schemes[i], text (asked, "scheme")) == 0)
      algorithm.scheme = (SignetSignatureScheme) i;
  return algorithm;
}

/* "count" signatures with one signer. */
static gboolean
do_sign (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetSigner) signer = new_signer (asked, error);
  g_autoptr (GBytes) message = bytes (asked, "data");
  SignetSignatureAlgorithm algorithm = algorithm_of (asked);
  JsonArray *signatures = json_array_new ();

  json_object_set_array_member (answer, "signatures", signatures);
  if (signer == NULL)
    return FALSE;
  if (!signet_signer_can_sign (signer, algorithm))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the signer says that it cannot");
      return FALSE;
    }
  for (guint i = 0; i < number (asked, "count", 1); i++)
    {
      g_autoptr (GBytes) signature = signet_signer_sign (signer, algorithm, message, NULL, error);
      g_autofree char *base64 = NULL;

      if (signature == NULL)
        return FALSE;
      base64 = g_base64_encode (g_bytes_get_data (signature, NULL), g_bytes_get_size (signature));
      json_array_add_string_element (signatures, base64);
    }
  return TRUE;
}

static gboolean
do_public_key (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetSigner) signer = new_signer (asked, error);
  g_autoptr (GBytes) spki = signer != NULL ? signet_signer_dup_public_key (signer) : NULL;

  if (spki != NULL)
    add_bytes (answer, "der", g_bytes_get_data (spki, NULL), g_bytes_get_size (spki));
  return spki != NULL;
}

static gboolean
do_request (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetSigner) signer = new_signer (asked, error);
  X509_REQ *request = X509_REQ_new ();
  X509_NAME *name = X509_NAME_new ();
  unsigned char *der = NULL;
  int length = 0;

  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const unsigned char *) "Sample Person", -1, -1, 0);
  X509_REQ_set_subject_name (request, name);
  if (signer != NULL && signet_signer_sign_request (signer, request, NULL, error))
    {
      length = i2d_X509_REQ (request, &der);
      g_assert (length > 0);
      add_bytes (answer, "der", der, (gsize) length);
    }
  OPENSSL_free (der);
  X509_NAME_free (name);
  X509_REQ_free (request);
  return length > 0;
}

/* --- certificates, keys from outside --- */

static SignetCertificate *
certificate (JsonObject *asked, const char *name, GError **error)
{
  g_autoptr (GBytes) der = bytes (asked, name);

  return is_logged_in (error) ? signet_certificate_new (der, error) : NULL;
}

static gboolean
do_store (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetCertificate) stored = certificate (asked, "der", error);

  return stored != NULL && signet_token_session_store_certificate (session, stored, text (asked, "label"), NULL, error);
}

static gboolean
do_replace (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetCertificate) old = certificate (asked, "old", error);
  g_autoptr (SignetCertificate) fresh = old != NULL ? certificate (asked, "der", error) : NULL;

  return fresh != NULL && signet_token_session_replace_certificate (session, old, fresh, text (asked, "label"), NULL, error);
}

static gboolean
do_delete_certificate (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (SignetCertificate) gone = certificate (asked, "der", error);

  return gone != NULL && signet_token_session_delete_certificate (session, gone, NULL, error);
}

static gboolean
do_delete_key (JsonObject *asked, JsonObject *answer, GError **error)
{
  return is_logged_in (error) && signet_token_session_delete_key (session, text (asked, "key"), NULL, error);
}

static gboolean
do_import (JsonObject *asked, JsonObject *answer, GError **error)
{
  g_autoptr (GBytes) file = bytes (asked, "file");
  g_autoptr (SignetSecret) passphrase = secret (asked, "passphrase");
  g_autoptr (SignetPkcs12) bundle = is_logged_in (error) ? signet_pkcs12_open (file, passphrase, error) : NULL;
  g_autoptr (SignetTokenKey) key = NULL;

  if (bundle == NULL)
    return FALSE;
  key = signet_token_session_import_key (session, bundle, text (asked, "label"), NULL, error);
  return answer_key (answer, key);
}

/* --- one line --- */

static const struct
{
  const char *name;
  gboolean (*call) (JsonObject *asked, JsonObject *answer, GError **error);
} commands[] = {
  { "open", do_open },
  { "list", do_list },
  { "choose", do_choose },
  { "await", do_await },
  { "init", do_init },
  { "change-pin", do_change_pin },
  { "unblock", do_unblock },
  { "login", do_login },
  { "logout", do_logout },
  { "generate", do_generate },
  { "read-key", do_read_key },
  { "sign", do_sign },
  { "public-key", do_public_key },
  { "request", do_request },
  { "store", do_store },
  { "replace", do_replace },
  { "delete-certificate", do_delete_certificate },
  { "delete-key", do_delete_key },
  { "import", do_import },
};

static void
obey (JsonObject *asked, JsonObject *answer, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, text (asked, "do")) == 0)
      {
        if (commands[i].call (asked, answer, error))
          json_object_set_boolean_member (answer, "ok", TRUE);
        else
          g_assert (*error != NULL);
        return;
      }
  g_error ("no such command: %s", text (asked, "do"));
}

static void
add_error (JsonObject *answer, const GError *error)
{
  g_autofree char *other = g_strdup_printf ("%s:%d", g_quark_to_string (error->domain), error->code);

  json_object_set_string_member (answer, "error",
                                 error->domain == SIGNET_TOKEN_ERROR ? signet_token_error_get_name (error->code) : other);
  json_object_set_string_member (answer, "text", error->message);
}

static char *
answer_line (const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line, NULL);
  JsonObject *answer = json_object_new ();
  g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (), answer);
  g_autoptr (GError) error = NULL;

  g_assert (node != NULL && JSON_NODE_HOLDS_OBJECT (node));
  person = new_person (json_node_get_object (node));
  obey (json_node_get_object (node), answer, &error);
  if (error != NULL)
    add_error (answer, error);
  json_object_set_int_member (answer, "questions", signet_test_interaction_get_n_pins (person));
  json_object_set_array_member (answer, "flags", describe_flags (signet_test_interaction_get_pin_flags (person)));
  g_clear_object (&person);
  json_object_unref (answer);
  return json_to_string (root, FALSE);
}

int
main (void)
{
  g_autofree char *line = NULL;
  size_t size = 0;

  signet_test_home ();
  while (getline (&line, &size, stdin) > 0)
    {
      g_autofree char *answer = answer_line (line);

      puts (answer);
      fflush (stdout);
    }
  g_clear_object (&session);
  g_clear_object (&token);
  g_clear_object (&manager);
  return 0;
}
