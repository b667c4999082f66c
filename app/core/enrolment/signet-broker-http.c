/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-http.c: http.request, to hosts that the manifest or the profile declares, and no further. Runs on the thread of
 * the call.
 */
#define G_LOG_DOMAIN "signet-broker-http"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

#include "../base/signet-base-error.h"

#define MAX_HTTP_ANSWER (700 * 1024) /* fits a line once in base64 */
#define MAX_HEADERS 16

/* --- http.request -------------------------------------------------------------------------------------------------- */

static const char *const reserved_headers[] = { "host",       "content-length",    "content-type",
                                                "connection", "transfer-encoding", "proxy-authorization",
                                                "te",         "upgrade",           NULL };

static gboolean
is_header_text (const char *text, gboolean is_name)
{
  for (const char *at = text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f || (is_name && strchr (" ()<>@,;:\\\"/[]?={}", *at) != NULL))
      return FALSE;
  return !is_name || *text != '\0';
}

/* "Basic " and what RFC 7617 makes of a name and a password */
static char *
basic_value (const char *user, SignetSecret *password)
{
  gsize length;
  const guint8 *bytes = signet_secret_get_bytes (password, &length);
  char *pair = g_strdup_printf ("%s:%.*s", user, (int) length, (const char *) bytes);
  char *encoded = g_base64_encode ((const guint8 *) pair, strlen (pair));
  char *value = g_strconcat ("Basic ", encoded, NULL);

  signet_secret_wipe (pair, strlen (pair));
  signet_secret_wipe (encoded, strlen (encoded));
  g_free (pair);
  g_free (encoded);
  return value;
}

/* A value is a text, {"secret": id, "before": "Bearer "}, {"secret": id, "basic": user}, or {"hmac": id}. (transfer full) */
static char *
header_value (SignetEnrolmentRun *run, JsonNode *node, JsonObject *params, GBytes *body, GError **error)
{
  JsonObject *reference = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (SignetSecret) secret = NULL;
  const char *id, *before;
  const guint8 *bytes;
  gsize length;

  if (reference == NULL)
    return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
               ? g_strdup (json_node_get_string (node))
               : NULL;
  if ((id = _signet_broker_get_text (reference, "hmac")) != NULL)
    return _signet_broker_make_hmac (run, id, params, body, error);
  if ((id = _signet_broker_secret_reference (run, reference, error)) == NULL ||
      (secret = _signet_enrolment_run_secret (run, id, error)) == NULL)
    return NULL;
  if (_signet_broker_get_text (reference, "basic") != NULL)
    return basic_value (_signet_broker_get_text (reference, "basic"), secret);
  before = _signet_broker_get_text (reference, "before");
  bytes = signet_secret_get_bytes (secret, &length);
  return g_strdup_printf ("%s%.*s", before != NULL ? before : "", (int) length, (const char *) bytes);
}

static gboolean
add_header (SignetEnrolmentRun *run, GPtrArray *headers, const char *name, JsonObject *params, GBytes *body, GError **error)
{
  JsonNode *node = json_object_get_member (_signet_broker_get_object (params, "headers"), name);
  g_autofree char *lower = g_ascii_strdown (name, -1);
  char *value;

  if (!is_header_text (name, TRUE) || g_strv_contains (reserved_headers, lower))
    return _signet_broker_deny (error, "set this header");
  value = header_value (run, node, params, body, error);
  if (value == NULL)
    return error != NULL && *error != NULL ? FALSE : _signet_broker_misuse (error, "a header without a value");
  g_ptr_array_add (headers, g_strdup (name));
  g_ptr_array_add (headers, value);
  return is_header_text (value, FALSE) || _signet_broker_misuse (error, "a header with control characters");
}

static void
wipe_text (gpointer text)
{
  if (text != NULL)
    signet_secret_wipe (text, strlen (text));
  g_free (text);
}

static GPtrArray *
read_headers (SignetEnrolmentRun *run, JsonObject *params, GBytes *body, GError **error)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new_with_free_func (wipe_text);
  JsonObject *object = _signet_broker_get_object (params, "headers");
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;

  if (g_list_length (names) > MAX_HEADERS)
    {
      _signet_broker_misuse (error, "too many headers");
      return NULL;
    }
  for (GList *at = names; at != NULL; at = at->next)
    if (!add_header (run, headers, at->data, params, body, error))
      return NULL;
  return g_steal_pointer (&headers);
}

static JsonObject *
answer_http (const SignetHttpResponse *response)
{
  JsonObject *result = json_object_new ();

  json_object_set_int_member (result, "status", response->status);
  json_object_set_int_member (result, "retry_after", response->retry_after);
  if (response->content_type != NULL)
    json_object_set_string_member (result, "content_type", response->content_type);
  _signet_broker_take_base64 (result, "body", response->body);
  return result;
}

static gboolean
check_request (const SignetHttpRequest *request, GError **error)
{
  if (request->url == NULL || (strcmp (request->method, "GET") != 0 && strcmp (request->method, "POST") != 0) ||
      (request->content_type != NULL && !is_header_text (request->content_type, FALSE)))
    return _signet_broker_misuse (error, "a URL, and the method GET or POST");
  return TRUE;
}

/* 401 to a password is about the password: it is forgotten and asked for again. */
static JsonObject *
send_request (SignetEnrolmentRun *run, const SignetHttpRequest *request, GError **error)
{
  g_autoptr (SignetHttpResponse) response = NULL;

  _signet_broker_note_sending (run);
  response = signet_http_send (run->http, request, run->cancellable, error);
  if (response == NULL)
    return NULL;
  if (response->status != 401 || request->password == NULL)
    return answer_http (response);
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_SECRET, "the server does not accept the name and password");
  return NULL;
}

JsonObject *
_signet_broker_serve_http (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *method = _signet_broker_get_text (params, "method");
  g_auto (GStrv) hosts = _signet_broker_allowed_hosts (run);
  const char *content_type = _signet_broker_get_text (params, "content_type");
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GPtrArray) headers =
      _signet_broker_make_body (run, params, &body, error) ? read_headers (run, params, body, error) : NULL;
  g_autoptr (GPtrArray) chain = _signet_broker_client_chain (run);
  g_autoptr (SignetSecret) password = NULL;
  JsonObject *answer = NULL;
  SignetHttpRequest request = { .method = method != NULL ? method : "GET",
                                .url = _signet_broker_get_text (params, "url"),
                                .body = body,
                                .content_type = content_type != NULL || !json_object_has_member (params, "json")
                                                    ? content_type
                                                    : "application/json",
                                .allowed_hosts = (const char *const *) hosts,
                                .tls_anchors = _signet_broker_tls_anchors (run, _signet_broker_get_text (params, "url")),
                                .client_chain = chain,
                                .max_size = MAX_HTTP_ANSWER };

  if (headers == NULL || !check_request (&request, error) || !_signet_broker_set_proofs (run, params, &request, &password, error))
    return NULL;
  g_ptr_array_add (headers, NULL);
  request.headers = headers->len > 1 ? (const char *const *) headers->pdata : NULL;
  answer = send_request (run, &request, error);
  g_ptr_array_set_size (headers, headers->len - 1);
  return answer;
}
