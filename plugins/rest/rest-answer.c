/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rest-answer.c: what the authority's JSON means, by the places and values of the profile. Pure functions. */
#define G_LOG_DOMAIN "signet-rest-answer"

#include "rest-answer.h"

#include <string.h>

#include "../sdk/signet-sdk.h"
#include "rest-json.h"

#define MAX_CERTIFICATES 16

static gboolean
fail (GError **error, int code, const char *text)
{
  g_set_error_literal (error, SIGNET_SDK_ERROR, code, text);
  return FALSE;
}

static JsonNode *
node_at (const RestAnswer *self, const RestEndpoint *endpoint, RestKey key)
{
  return endpoint->pointers[key] != NULL ? rest_pointer_find (self->root, endpoint->pointers[key]) : NULL;
}

char *
rest_answer_text (const RestAnswer *self, const RestEndpoint *endpoint, RestKey key)
{
  return rest_json_text (node_at (self, endpoint, key));
}

static gboolean
is_listed (const RestEndpoint *endpoint, RestKey list, const char *value)
{
  return value != NULL && endpoint->values[list] != NULL && g_strv_contains ((const char *const *) endpoint->values[list], value);
}

/* --- did it say yes? --------------------------------------------------------------------------------------------------------- */

/* (transfer full): the authority's words; else @otherwise */
static char *
words_of (const RestAnswer *self, const RestEndpoint *endpoint, RestKey key, const char *otherwise)
{
  char *text = self->root != NULL ? rest_answer_text (self, endpoint, key) : NULL;

  if (text != NULL && *text != '\0')
    return text;
  g_free (text);
  return g_strdup (otherwise);
}

static gboolean
refuse_by_code (const RestAnswer *self, const RestEndpoint *endpoint, int code, GError **error)
{
  g_autofree char *named = self->root != NULL ? rest_answer_text (self, endpoint, REST_KEY_ERROR_CODE) : NULL;
  g_autofree char *bare = g_strdup_printf ("the authority refused (status %d%s%s)", (int) self->status, named != NULL ? ", code " : "",
                                           named != NULL ? named : "");
  g_autofree char *words = words_of (self, endpoint, REST_KEY_ERROR, bare);

  if (is_listed (endpoint, REST_KEY_WRONG_SECRET_CODES, named))
    code = SIGNET_SDK_ERROR_WRONG_SECRET;
  else if (is_listed (endpoint, REST_KEY_TRY_LATER_CODES, named))
    code = SIGNET_SDK_ERROR_TRY_LATER;
  return fail (error, code, words);
}

/* RFC 9110, 15: what a status means for a request that is kept and can be tried again. */
static int
code_of_status (gint64 status, RestEndpointKind kind)
{
  if (status >= 500 || status == 408 || status == 425 || status == 429)
    return SIGNET_SDK_ERROR_TRY_LATER;
  if (status == 401)
    return SIGNET_SDK_ERROR_WRONG_SECRET;
  if (status == 403 && kind == REST_LOGIN)
    return SIGNET_SDK_ERROR_WRONG_SECRET;
  if (status == 404 || status == 405 || status < 400)
    return SIGNET_SDK_ERROR_FAILED;
  return SIGNET_SDK_ERROR_REJECTED;
}

static gboolean
check_success (const RestAnswer *self, const RestEndpoint *endpoint, GError **error)
{
  g_autofree char *value = rest_answer_text (self, endpoint, REST_KEY_SUCCESS);
  gboolean ok;

  if (endpoint->pointers[REST_KEY_SUCCESS] == NULL)
    return TRUE;
  ok = endpoint->values[REST_KEY_SUCCESS_VALUES] != NULL ? is_listed (endpoint, REST_KEY_SUCCESS_VALUES, value) : g_strcmp0 (value, "true") == 0;
  if (!ok && value == NULL)
    return fail (error, SIGNET_SDK_ERROR_FAILED, "the authority's answer does not say whether it is a yes");
  return ok || refuse_by_code (self, endpoint, SIGNET_SDK_ERROR_REJECTED, error);
}

static JsonNode *
read_root (JsonObject *http, GError **error)
{
  const char *text = signet_sdk_get_string (http, "body");
  const char *type = signet_sdk_get_string (http, "content_type");
  gsize length = 0;
  g_autofree guchar *data = text != NULL ? g_base64_decode (text, &length) : NULL;

  if (length == 0)
    {
      JsonNode *empty = json_node_new (JSON_NODE_OBJECT);

      json_node_take_object (empty, json_object_new ());
      return empty;
    }
  if (type != NULL && g_ascii_strncasecmp (type, "text/html", strlen ("text/html")) == 0)
    {
      fail (error, SIGNET_SDK_ERROR_FAILED, "the authority answered with a web page instead of JSON");
      return NULL;
    }
  return rest_json_parse ((const char *) data, length, error);
}

RestAnswer *
rest_answer_read (const RestEndpoint *endpoint, RestEndpointKind kind, JsonObject *http, GError **error)
{
  g_autoptr (RestAnswer) self = g_new0 (RestAnswer, 1);
  g_autoptr (GError) local = NULL;

  self->status = signet_sdk_get_int (http, "status");
  self->retry_after = signet_sdk_get_int (http, "retry_after");
  self->root = read_root (http, &local);
  if (self->status < 200 || self->status > 299)
    {
      refuse_by_code (self, endpoint, code_of_status (self->status, kind), error);
      return NULL;
    }
  if (self->root == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return check_success (self, endpoint, error) ? g_steal_pointer (&self) : NULL;
}

void
rest_answer_free (RestAnswer *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->root, json_node_unref);
  g_free (self);
}

/* --- how far is it? ------------------------------------------------------------------------------------------------------------ */

static gboolean
state_by_value (const RestAnswer *self, const RestEndpoint *endpoint, RestState *state, GError **error)
{
  g_autofree char *value = rest_answer_text (self, endpoint, REST_KEY_STATE);
  g_autofree char *words = NULL;

  if (is_listed (endpoint, REST_KEY_ISSUED_VALUES, value))
    *state = REST_STATE_ISSUED;
  else if (is_listed (endpoint, REST_KEY_WAITING_VALUES, value))
    *state = REST_STATE_WAITING;
  else if (is_listed (endpoint, REST_KEY_DONE_VALUES, value))
    *state = REST_STATE_DONE;
  else if (is_listed (endpoint, REST_KEY_REJECTED_VALUES, value))
    {
      words = words_of (self, endpoint, REST_KEY_REASON, value);
      return fail (error, SIGNET_SDK_ERROR_REJECTED, words);
    }
  else
    {
      words = g_strdup_printf ("the authority's answer has the state “%.60s”, which its profile does not know", value != NULL ? value : "");
      return fail (error, SIGNET_SDK_ERROR_FAILED, words);
    }
  return TRUE;
}

gboolean
rest_answer_state (const RestAnswer *self, const RestEndpoint *endpoint, RestState *state, GError **error)
{
  if (endpoint->pointers[REST_KEY_STATE] != NULL)
    return state_by_value (self, endpoint, state, error);
  if (node_at (self, endpoint, REST_KEY_CERTIFICATE) != NULL && !JSON_NODE_HOLDS_NULL (node_at (self, endpoint, REST_KEY_CERTIFICATE)))
    *state = REST_STATE_ISSUED;
  else if (self->status == 202 || node_at (self, endpoint, REST_KEY_COOKIE) != NULL)
    *state = REST_STATE_WAITING;
  else
    return fail (error, SIGNET_SDK_ERROR_FAILED, "there is neither a certificate in the authority's answer nor anything to ask for it with");
  return TRUE;
}

/* --- certificates ---------------------------------------------------------------------------------------------------------------- */

/* base64 as it stands in JSON: with line ends, with the alphabet for URLs. */
static char *
normalize_base64 (const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  for (; *text != '\0'; text++)
    {
      if (g_ascii_isspace (*text))
        continue;
      if (!g_ascii_isalnum (*text) && strchr ("+/-_=", *text) == NULL)
        return NULL;
      g_string_append_c (clean, *text == '-' ? '+' : *text == '_' ? '/' : *text);
    }
  while (clean->len % 4 != 0)
    g_string_append_c (clean, '=');
  return clean->len > 0 ? g_string_free (g_steal_pointer (&clean), FALSE) : NULL;
}

/* PEM, or base64 of DER or PKCS#7: to the base64 the host wants. */
static char *
to_base64 (const char *text)
{
  if (strstr (text, "-----BEGIN ") != NULL)
    return g_base64_encode ((const guchar *) text, strlen (text));
  return normalize_base64 (text);
}

/* One text or several. @array: what was read goes here. */
static gboolean
read_certificates (JsonNode *node, JsonArray *array, GError **error)
{
  guint length = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_length (json_node_get_array (node)) : 1;

  if (length > MAX_CERTIFICATES)
    return fail (error, SIGNET_SDK_ERROR_FAILED, "there are too many certificates in the authority's answer");
  for (guint i = 0; i < length; i++)
    {
      JsonNode *at = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_element (json_node_get_array (node), i) : node;
      g_autofree char *text = at != NULL && JSON_NODE_HOLDS_VALUE (at) && json_node_get_value_type (at) == G_TYPE_STRING ? rest_json_text (at) : NULL;
      g_autofree char *base64 = text != NULL ? to_base64 (text) : NULL;

      if (base64 == NULL)
        return fail (error, SIGNET_SDK_ERROR_FAILED, "there is no certificate where the authority's profile says that it is");
      json_array_add_string_element (array, base64);
    }
  return TRUE;
}

/* The one at @key, as base64. */
static gboolean
copy_certificate (const RestAnswer *self, const RestEndpoint *endpoint, RestKey key, JsonObject *to, const char *name, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();

  if (!read_certificates (node_at (self, endpoint, key), array, error))
    return FALSE;
  json_object_set_string_member (to, name, json_array_get_length (array) > 0 ? json_array_get_string_element (array, 0) : "");
  return TRUE;
}

static gboolean
copy_chain (const RestAnswer *self, const RestEndpoint *endpoint, JsonObject *result, GError **error)
{
  JsonNode *node = node_at (self, endpoint, REST_KEY_CHAIN);
  g_autoptr (JsonArray) array = json_array_new ();

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!read_certificates (node, array, error))
    return FALSE;
  json_object_set_array_member (result, "chain", g_steal_pointer (&array));
  return TRUE;
}

/* The second of two certificates, where the answer has one. */
static gboolean
copy_encryption (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile, JsonObject *result, GError **error)
{
  g_autofree char *key = rest_answer_text (self, endpoint, REST_KEY_ENCRYPTION_KEY);
  g_autofree char *base64 = key != NULL ? normalize_base64 (key) : NULL;
  JsonObject *encryption, *passphrase;

  if (key == NULL)
    return TRUE;
  if (base64 == NULL)
    return fail (error, SIGNET_SDK_ERROR_FAILED, "the encryption key in the authority's answer is not base64");
  encryption = json_object_new ();
  json_object_set_object_member (result, "encryption", encryption);
  json_object_set_string_member (encryption, "key", base64);
  json_object_set_string_member (encryption, "key_format", profile->encryption_format);
  if (g_strcmp0 (profile->encryption_format, "pkcs12") == 0)
    {
      passphrase = json_object_new ();
      json_object_set_string_member (passphrase, "secret", profile->encryption_secret);
      json_object_set_object_member (encryption, "passphrase", passphrase);
    }
  return copy_certificate (self, endpoint, REST_KEY_ENCRYPTION_CERTIFICATE, encryption, "certificate", error);
}

JsonObject *
rest_answer_issued (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile, GError **error)
{
  g_autoptr (JsonObject) result = json_object_new ();
  g_autofree char *cookie = rest_answer_text (self, endpoint, REST_KEY_COOKIE);

  json_object_set_string_member (result, "state", "issued");
  if (cookie != NULL)
    json_object_set_string_member (result, "cookie", cookie);
  if (!copy_certificate (self, endpoint, REST_KEY_CERTIFICATE, result, "certificate", error) || !copy_chain (self, endpoint, result, error) ||
      !copy_encryption (self, endpoint, profile, result, error))
    return NULL;
  return g_steal_pointer (&result);
}

/* --- waiting ------------------------------------------------------------------------------------------------------------------------- */

static gint64
wait_of (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile)
{
  g_autofree char *text = rest_answer_text (self, endpoint, REST_KEY_CHECK_AFTER);
  gint64 seconds;

  if (text != NULL && g_ascii_string_to_signed (text, 10, 1, G_MAXINT, &seconds, NULL))
    return seconds;
  return self->retry_after > 0 ? self->retry_after : profile->check_after;
}

JsonObject *
rest_answer_waiting (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile, const char *cookie)
{
  JsonObject *result = json_object_new ();
  g_autofree char *told = rest_answer_text (self, endpoint, REST_KEY_COOKIE);
  g_autofree char *words = rest_answer_text (self, endpoint, REST_KEY_REASON);

  json_object_set_string_member (result, "state", "waiting");
  if (told != NULL || cookie != NULL)
    json_object_set_string_member (result, "cookie", told != NULL ? told : cookie);
  if (words != NULL && *words != '\0')
    json_object_set_string_member (result, "text", words);
  json_object_set_int_member (result, "check_after", wait_of (self, endpoint, profile));
  return result;
}

/* --- a certificate's life ------------------------------------------------------------------------------------------------------------- */

/* Without a state in the answer its yes is enough. */
JsonObject *
rest_answer_life (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile, GError **error)
{
  RestState state = self->status == 202 ? REST_STATE_WAITING : REST_STATE_DONE;
  JsonObject *result;

  if (endpoint->pointers[REST_KEY_STATE] != NULL && endpoint->values[REST_KEY_DONE_VALUES] != NULL && !state_by_value (self, endpoint, &state, error))
    return NULL;
  if (state == REST_STATE_WAITING)
    return rest_answer_waiting (self, endpoint, profile, NULL);
  result = json_object_new ();
  json_object_set_string_member (result, "state", "done");
  return result;
}

JsonObject *
rest_answer_status (const RestAnswer *self, const RestEndpoint *endpoint, GError **error)
{
  g_autofree char *value = rest_answer_text (self, endpoint, REST_KEY_STATE);
  g_autofree char *since = rest_answer_text (self, endpoint, REST_KEY_SINCE);
  g_autofree char *reason = rest_answer_text (self, endpoint, REST_KEY_REASON);
  const char *status = is_listed (endpoint, REST_KEY_GOOD_VALUES, value) ? "good" :
                       is_listed (endpoint, REST_KEY_REVOKED_VALUES, value) ? "revoked" :
                       is_listed (endpoint, REST_KEY_SUSPENDED_VALUES, value) ? "suspended" : "unknown";
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "state", "done");
  json_object_set_string_member (result, "status", status);
  if (since != NULL)
    json_object_set_string_member (result, "since", since);
  if (reason != NULL)
    json_object_set_string_member (result, "reason", reason);
  return result;
}

/* --- terms, chain -------------------------------------------------------------------------------------------------------------------------- */

JsonObject *
rest_answer_terms (const RestAnswer *self, const RestEndpoint *endpoint)
{
  static const struct { RestKey key; const char *name; } rows[] = {
    { REST_KEY_TERMS, "Terms" }, { REST_KEY_CPS, "Cps" }, { REST_KEY_FEES, "Fees" }, { REST_KEY_DATA_USE, "DataUse" },
    { REST_KEY_LIABILITY, "Liability" },
  };
  JsonObject *terms = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = rest_answer_text (self, endpoint, rows[i].key);

      if (text != NULL && *text != '\0')
        json_object_set_string_member (terms, rows[i].name, text);
    }
  return terms;
}

JsonObject *
rest_answer_chain (const RestAnswer *self, const RestEndpoint *endpoint, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonObject *result;

  if (!read_certificates (node_at (self, endpoint, REST_KEY_CHAIN), array, error))
    return NULL;
  result = json_object_new ();
  json_object_set_array_member (result, "certificates", g_steal_pointer (&array));
  return result;
}
