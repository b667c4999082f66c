/* SPDX-License-Identifier: MIT */
/* signet-sdk-host.c: small functions over what the host does for a plugin, and over the answers a plugin gives. Single-threaded. */
#define G_LOG_DOMAIN "signet-sdk-host"

#include "signet-sdk.h"

/* --- asking ------------------------------------------------------------------------------------------------------------- */

/* One text of what the host answered. (transfer full) */
static char *
ask_for (SignetSdk *sdk, const char *service, const char *member, GError **error)
{
  g_autoptr (JsonObject) answer = signet_sdk_ask (sdk, service, json_object_new (), error);
  const char *text = answer != NULL ? signet_sdk_get_string (answer, member) : NULL;

  if (answer != NULL && text == NULL)
    g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the host gave no %s", member);
  return g_strdup (text);
}

char *
signet_sdk_make_csr (SignetSdk *sdk, GError **error)
{
  return ask_for (sdk, "csr.make", "csr", error);
}

char *
signet_sdk_transport_key (SignetSdk *sdk, GError **error)
{
  return ask_for (sdk, "transport.key", "spki", error);
}

gboolean
signet_sdk_keep_cookie (SignetSdk *sdk, const char *cookie, GError **error)
{
  JsonObject *params = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;

  json_object_set_string_member (params, "cookie", cookie);
  answer = signet_sdk_ask (sdk, "cookie.keep", params, error);
  return answer != NULL;
}

JsonObject *
signet_sdk_http (SignetSdk *sdk, const char *method, const char *url, const char *content_type, const void *body, gsize length,
                 JsonObject *headers, GError **error)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "method", method);
  json_object_set_string_member (params, "url", url != NULL ? url : "");
  if (content_type != NULL)
    json_object_set_string_member (params, "content_type", content_type);
  if (body != NULL)
    {
      g_autofree char *text = g_base64_encode (body, length);

      json_object_set_string_member (params, "body", text);
    }
  if (headers != NULL)
    json_object_set_object_member (params, "headers", headers);
  return signet_sdk_ask (sdk, "http.request", params, error);
}

/* (transfer full) (nullable) */
static JsonObject *
parse_body (JsonObject *answer)
{
  const char *text = signet_sdk_get_string (answer, "body");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree guint8 *data = NULL;
  gsize length = 0;

  data = text != NULL ? g_base64_decode (text, &length) : NULL;
  if (data == NULL || length == 0 || !json_parser_load_from_data (parser, (const char *) data, (gssize) length, NULL) ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

int
signet_sdk_http_json (SignetSdk *sdk, const char *method, const char *url, JsonObject *body, JsonObject *headers, JsonObject **answer,
                      GError **error)
{
  JsonObject *params = json_object_new ();
  g_autoptr (JsonObject) got = NULL;

  json_object_set_string_member (params, "method", method);
  json_object_set_string_member (params, "url", url != NULL ? url : "");
  /* "json" and not "body": the host fills in secrets that are named in it */
  if (body != NULL)
    json_object_set_object_member (params, "json", body);
  if (headers != NULL)
    json_object_set_object_member (params, "headers", headers);
  got = signet_sdk_ask (sdk, "http.request", params, error);
  if (answer != NULL)
    *answer = got != NULL ? parse_body (got) : NULL;
  return got != NULL ? (int) signet_sdk_get_int (got, "status") : 0;
}

JsonObject *
signet_sdk_secret (const char *id, const char *before)
{
  JsonObject *secret = json_object_new ();

  json_object_set_string_member (secret, "secret", id);
  if (before != NULL)
    json_object_set_string_member (secret, "before", before);
  return secret;
}

/* --- answering ------------------------------------------------------------------------------------------------------------ */

static JsonObject *
new_state (const char *state)
{
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "state", state);
  return result;
}

JsonObject *
signet_sdk_issued (const char *certificate)
{
  JsonObject *result = new_state ("issued");

  json_object_set_string_member (result, "certificate", certificate);
  return result;
}

JsonObject *
signet_sdk_waiting (const char *cookie, gint64 check_after)
{
  JsonObject *result = new_state ("waiting");

  if (cookie != NULL)
    json_object_set_string_member (result, "cookie", cookie);
  json_object_set_int_member (result, "check_after", check_after);
  return result;
}

JsonObject *
signet_sdk_done (void)
{
  return new_state ("done");
}

JsonObject *
signet_sdk_standing (const char *status)
{
  JsonObject *result = new_state ("done");

  json_object_set_string_member (result, "status", status);
  return result;
}

JsonObject *
signet_sdk_reject (GError **error, const char *words)
{
  g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_REJECTED, words != NULL ? words : "the authority gave no reason");
  return NULL;
}

/* --- forms ---------------------------------------------------------------------------------------------------------------- */

JsonObject *
signet_sdk_new_form (void)
{
  JsonObject *form = json_object_new ();

  json_object_set_array_member (form, "fields", json_array_new ());
  return form;
}

JsonObject *
signet_sdk_add_field (JsonObject *form, const char *type, const char *id, const char *label, gboolean required)
{
  JsonObject *field = json_object_new ();

  json_object_set_string_member (field, "id", id);
  json_object_set_string_member (field, "type", type);
  json_object_set_string_member (field, "label", label);
  json_object_set_boolean_member (field, "required", required);
  json_array_add_object_element (json_object_get_array_member (form, "fields"), field);
  return field;
}

/* --- what a call is about -------------------------------------------------------------------------------------------------- */

const char *
signet_sdk_get_setting (JsonObject *params, const char *key)
{
  return signet_sdk_get_string (signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance"), key);
}

const char *
signet_sdk_get_answer (JsonObject *params, const char *field)
{
  return signet_sdk_get_string (signet_sdk_get_object (signet_sdk_get_object (params, "request"), "fields"), field);
}

gboolean
signet_sdk_has_secret (JsonObject *params, const char *id)
{
  JsonObject *request = signet_sdk_get_object (params, "request");
  JsonNode *node = request != NULL ? json_object_get_member (request, "secrets") : NULL;
  JsonArray *secrets = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; secrets != NULL && i < json_array_get_length (secrets); i++)
    if (g_strcmp0 (json_array_get_string_element (secrets, i), id) == 0)
      return TRUE;
  return FALSE;
}

const char *
signet_sdk_get_cookie (JsonObject *params)
{
  return signet_sdk_get_string (params, "cookie");
}

const char *
signet_sdk_get_serial (JsonObject *params)
{
  JsonObject *certificate = signet_sdk_get_object (params, "certificate");

  if (certificate == NULL)
    certificate = signet_sdk_get_object (signet_sdk_get_object (params, "request"), "current");
  return signet_sdk_get_string (certificate, "serial");
}
