/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-rest.c: the CA plugin for authorities with a JSON service of their own, described by a profile. It fills in the profile's
 * templates, has the host send them, and reads the answers where the profile says. It sees neither a key nor a secret: it names them.
 */
#define G_LOG_DOMAIN "signet-rest"

#include <string.h>

#include "../sdk/signet-sdk.h"
#include "rest-answer.h"
#include "rest-profile.h"
#include "rest-template.h"

/* One call of the host. */
typedef struct {
  SignetSdk   *sdk;
  JsonObject  *params;
  RestProfile *profile;     /* (owned) */
  JsonObject  *certificate; /* (nullable): being renewed, revoked… */
  char        *csr;         /* (owned) (nullable): base64 of DER, made when first named */
  char        *transport;   /* (owned) (nullable) */
  char        *session;     /* (owned) (nullable) */
  char        *cookie;      /* (owned) (nullable) */
  char        *body;        /* (owned) (nullable): base64 of what goes into the envelope */
} Call;

static void
call_clear (Call *call)
{
  g_clear_pointer (&call->profile, rest_profile_free);
  g_free (call->csr);
  g_free (call->transport);
  g_free (call->session);
  g_free (call->cookie);
  g_free (call->body);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static gboolean
call_init (Call *call, SignetSdk *sdk, JsonObject *params, GError **error)
{
  JsonObject *request = signet_sdk_get_object (params, "request");
  JsonObject *certificate = signet_sdk_get_object (params, "certificate");

  call->sdk = sdk;
  call->params = params;
  call->certificate = certificate != NULL ? certificate : signet_sdk_get_object (request, "current");
  call->cookie = g_strdup (signet_sdk_get_string (params, "cookie"));
  call->profile = rest_profile_parse (signet_sdk_get_object (params, "profile"), error);
  return call->profile != NULL;
}

/* --- values for templates ------------------------------------------------------------------------------------------------------ */

/* Asks the host for @name, once. */
static gboolean
ask_once (Call *call, char **kept, const char *method, const char *name, GError **error)
{
  g_autoptr (JsonObject) made = *kept == NULL ? signet_sdk_ask (call->sdk, method, json_object_new (), error) : NULL;

  if (*kept == NULL && made == NULL)
    return FALSE;
  if (*kept == NULL)
    *kept = g_strdup (signet_sdk_get_string (made, name));
  return *kept != NULL;
}

static char *
to_pem (const char *base64, const char *label)
{
  g_autoptr (GString) pem = g_string_new (NULL);

  g_string_append_printf (pem, "-----BEGIN %s-----\n", label);
  for (gsize at = 0, length = strlen (base64); at < length; at += 64)
    g_string_append_printf (pem, "%.64s\n", base64 + at);
  g_string_append_printf (pem, "-----END %s-----\n", label);
  return g_string_free (g_steal_pointer (&pem), FALSE);
}

static gboolean
made_value (Call *call, const char *name, char **value, GError **error)
{
  if (strcmp (name, "transport-key") == 0)
    {
      if (!ask_once (call, &call->transport, "transport.key", "spki", error))
        return FALSE;
      *value = g_strdup (call->transport);
      return TRUE;
    }
  if (!ask_once (call, &call->csr, "csr.make", "csr", error))
    return FALSE;
  *value = strcmp (name, "csr:pem") == 0 ? to_pem (call->csr, "CERTIFICATE REQUEST") : g_strdup (call->csr);
  return TRUE;
}

/* RFC 5280, 5.3.1 */
static char *
reason_number (const char *reason)
{
  static const char *const reasons[] = { "unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
                                         "cessationOfOperation", "certificateHold", "", "removeFromCRL", "privilegeWithdrawn",
                                         "aACompromise" };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_strcmp0 (reasons[i], reason) == 0)
      return g_strdup_printf ("%u", i);
  return g_strdup ("0");
}

static char *
certificate_value (Call *call, const char *name)
{
  const char *base64 = signet_sdk_get_string (call->certificate, "certificate");

  if (strcmp (name, "certificate:pem") == 0)
    return base64 != NULL ? to_pem (base64, "CERTIFICATE") : NULL;
  if (strcmp (name, "certificate:base64") == 0)
    return g_strdup (base64);
  return g_strdup (signet_sdk_get_string (call->certificate, name));
}

/* A field the person left empty has nothing to put in. */
static char *
field_value (Call *call, const char *id)
{
  JsonObject *request = signet_sdk_get_object (call->params, "request");
  const char *value = signet_sdk_get_string (signet_sdk_get_object (request, "fields"), id);

  return value != NULL && *value != '\0' ? g_strdup (value) : NULL;
}

/* (nullable): the name of what is attached as @id; NULL: nothing is. */
static char *
file_name (Call *call, const char *id)
{
  JsonNode *node = json_object_get_member (signet_sdk_get_object (call->params, "request"), "files");
  JsonArray *files = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; files != NULL && i < json_array_get_length (files); i++)
    {
      JsonNode *file = json_array_get_element (files, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (file) ? json_node_get_object (file) : NULL;

      if (g_strcmp0 (signet_sdk_get_string (object, "id"), id) == 0)
        return g_strdup (signet_sdk_get_string (object, "name"));
    }
  return NULL;
}

static char *
request_value (Call *call, const char *name)
{
  JsonObject *request = signet_sdk_get_object (call->params, "request");

  if (strcmp (name, "request-id") == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, signet_sdk_get_int (request, "id"));
  return g_strdup (signet_sdk_get_string (request, strcmp (name, "key-type") == 0 ? "key_type" : name));
}

static gboolean
is_one_of (const char *name, const char *const *names)
{
  return g_strv_contains (names, name);
}

static gboolean
find_value (const char *name, gpointer user_data, char **value, GError **error)
{
  static const char *const made[] = { "csr:pem", "csr:base64", "transport-key", NULL };
  static const char *const of_request[] = { "subject", "request-id", "key-type", "transaction", NULL };
  Call *call = user_data;
  const char *colon = strchr (name, ':');
  const char *reason = signet_sdk_get_string (call->params, "reason");

  if (is_one_of (name, made))
    return made_value (call, name, value, error);
  if (g_str_has_prefix (name, "field:"))
    *value = field_value (call, colon + 1);
  else if (g_str_has_prefix (name, "file:") || g_str_has_prefix (name, "file-name:"))
    *value = file_name (call, colon + 1);
  else if (g_str_has_prefix (name, "secret:") || g_str_has_prefix (name, "hmac:"))
    *value = g_strdup (colon + 1);
  else if (is_one_of (name, of_request))
    *value = request_value (call, name);
  else if (strcmp (name, "cookie") == 0)
    *value = g_strdup (call->cookie);
  else if (strcmp (name, "session") == 0)
    *value = g_strdup (call->session);
  else if (strcmp (name, "body:base64") == 0)
    *value = g_strdup (call->body);
  else if (strcmp (name, "reason") == 0)
    *value = g_strdup (reason != NULL ? reason : "unspecified");
  else if (strcmp (name, "reason:code") == 0)
    *value = reason_number (reason);
  else
    *value = certificate_value (call, name);
  return TRUE;
}

/* --- sending ---------------------------------------------------------------------------------------------------------------------- */

/* {"secret": ID, "before": "Bearer "}, {"secret": ID, "basic": USER}, {"hmac": ID} */
static JsonNode *
reference_header (const char *kind, const char *id, const char *before)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  gboolean is_basic = g_str_has_prefix (before, "Basic ") && g_str_has_suffix (before, ":");
  g_autofree char *user = is_basic ? g_strndup (before + strlen ("Basic "), strlen (before) - strlen ("Basic :")) : NULL;

  json_object_set_string_member (object, kind + 1, id);
  if (is_basic)
    json_object_set_string_member (object, "basic", user);
  else if (*before != '\0')
    json_object_set_string_member (object, "before", before);
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
fill_header (Call *call, const char *template, GError **error)
{
  g_autofree char *before = NULL;
  g_autofree char *last = rest_template_split_last (template, &before);
  g_autofree char *filled = NULL;
  const char *kind, *id;

  if (last != NULL && rest_template_is_reference (last, &kind, &id))
    {
      filled = rest_template_fill_text (before, REST_TEXT_PLAIN, find_value, call, error);
      return filled != NULL ? reference_header (kind, id, filled) : NULL;
    }
  filled = rest_template_fill_text (template, REST_TEXT_PLAIN, find_value, call, error);
  return filled != NULL ? json_node_init_string (json_node_alloc (), filled) : NULL;
}

static gboolean
add_headers (Call *call, const RestEndpoint *endpoint, JsonObject *request, GError **error)
{
  JsonObject *headers = json_object_new ();

  json_object_set_object_member (request, "headers", headers);
  for (guint i = 0; i < endpoint->headers->len; i += 2)
    {
      JsonNode *node = fill_header (call, endpoint->headers->pdata[i + 1], error);

      if (node == NULL)
        return FALSE;
      json_object_set_member (headers, endpoint->headers->pdata[i], node);
    }
  return TRUE;
}

/* What an HMAC is computed over: the body, or with an envelope what is inside. */
static void
add_hmac (Call *call, JsonObject *request)
{
  JsonObject *hmac = json_object_new ();

  json_object_set_string_member (hmac, "digest", "sha256");
  json_object_set_string_member (hmac, "key", call->profile->hmac_key);
  json_object_set_string_member (hmac, "as", call->profile->hmac_as);
  if (call->body != NULL)
    json_object_set_string_member (hmac, "over", call->body);
  json_object_set_object_member (request, "hmac", hmac);
}

static gboolean
add_body (Call *call, const RestEndpoint *endpoint, JsonObject *request, GError **error)
{
  g_autoptr (JsonNode) body = endpoint->body != NULL ? rest_template_fill_json (endpoint->body, find_value, call, error) : NULL;
  g_autofree char *text = NULL;

  if (endpoint->body == NULL)
    return TRUE;
  if (body == NULL)
    return FALSE;
  if (endpoint->envelope != NULL)
    {
      text = json_to_string (body, FALSE);
      g_free (call->body);
      call->body = g_base64_encode ((const guchar *) text, strlen (text));
      g_clear_pointer (&body, json_node_unref);
      if ((body = rest_template_fill_json (endpoint->envelope, find_value, call, error)) == NULL)
        return FALSE;
    }
  json_object_set_member (request, "json", g_steal_pointer (&body));
  add_hmac (call, request);
  return TRUE;
}

static RestAnswer *
send (Call *call, RestEndpointKind kind, GError **error)
{
  const RestEndpoint *endpoint = call->profile->endpoints[kind];
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) http = NULL;
  g_autofree char *path = rest_template_fill_text (endpoint->path, REST_TEXT_URI, find_value, call, error);
  g_autofree char *url = path != NULL ? g_strconcat (call->profile->url, path, NULL) : NULL;

  if (url == NULL || !add_body (call, endpoint, request, error) || !add_headers (call, endpoint, request, error))
    return NULL;
  json_object_set_string_member (request, "method", endpoint->get ? "GET" : "POST");
  json_object_set_string_member (request, "url", url);
  json_object_set_string_member (request, "accept", "application/json");
  http = signet_sdk_ask (call->sdk, "http.request", g_steal_pointer (&request), error);
  return http != NULL ? rest_answer_read (endpoint, kind, http, error) : NULL;
}

static gboolean
log_in (Call *call, GError **error)
{
  const RestEndpoint *login = call->profile->endpoints[REST_LOGIN];
  g_autoptr (RestAnswer) answer = NULL;

  if (login == NULL)
    return TRUE;
  answer = send (call, REST_LOGIN, error);
  if (answer == NULL)
    return FALSE;
  call->session = rest_answer_text (answer, login, REST_KEY_SESSION);
  if (call->session != NULL)
    return TRUE;
  g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "there is no session in the authority's answer to [Rest Login]");
  return FALSE;
}

/* Logged in, then @kind. */
static RestAnswer *
send_one (Call *call, RestEndpointKind kind, GError **error)
{
  if (call->profile->endpoints[kind] == NULL)
    {
      g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the authority's profile has no group [%s]", rest_endpoint_kind_get_group (kind));
      return NULL;
    }
  return log_in (call, error) ? send (call, kind, error) : NULL;
}

/* --- submit, renew, poll, accept --------------------------------------------------------------------------------------------------- */

static JsonObject *
fetch (Call *call, GError **error)
{
  const RestEndpoint *endpoint = call->profile->endpoints[REST_FETCH];
  g_autoptr (RestAnswer) answer = send (call, REST_FETCH, error);

  return answer != NULL ? rest_answer_issued (answer, endpoint, call->profile, error) : NULL;
}

/* The certificate is in the answer, or at an address of its own. */
static JsonObject *
issued (Call *call, const RestEndpoint *endpoint, const RestAnswer *answer, GError **error)
{
  g_autofree char *certificate = rest_answer_text (answer, endpoint, REST_KEY_CERTIFICATE);
  g_autofree char *cookie = rest_answer_text (answer, endpoint, REST_KEY_COOKIE);
  JsonObject *result;

  if (cookie != NULL)
    {
      g_free (call->cookie);
      call->cookie = g_strdup (cookie);
    }
  result = certificate == NULL && call->profile->endpoints[REST_FETCH] != NULL ? fetch (call, error)
                                                                               : rest_answer_issued (answer, endpoint, call->profile, error);
  if (result != NULL && call->cookie != NULL)
    json_object_set_string_member (result, "cookie", call->cookie);
  return result;
}

static JsonObject *
run (SignetSdk *sdk, JsonObject *params, RestEndpointKind kind, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (RestAnswer) answer = NULL;
  const RestEndpoint *endpoint;
  RestState state;

  if (!call_init (&call, sdk, params, error) || (answer = send_one (&call, kind, error)) == NULL)
    return NULL;
  endpoint = call.profile->endpoints[kind];
  if (!rest_answer_state (answer, endpoint, &state, error))
    return NULL;
  if (state == REST_STATE_WAITING)
    return rest_answer_waiting (answer, endpoint, call.profile, call.cookie);
  return issued (&call, endpoint, answer, error);
}

static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  signet_sdk_progress (sdk, "submitting", -1);
  return run (sdk, params, REST_SUBMIT, error);
}

static JsonObject *
renew (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  signet_sdk_progress (sdk, "submitting", -1);
  return run (sdk, params, REST_RENEW, error);
}

static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return run (sdk, params, REST_POLL, error);
}

/* An authority that wants no word of it gets none. */
static JsonObject *
accept (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (RestAnswer) answer = NULL;
  JsonObject *result;

  if (!call_init (&call, sdk, params, error))
    return NULL;
  if (call.profile->endpoints[REST_ACCEPT] != NULL && (answer = send_one (&call, REST_ACCEPT, error)) == NULL)
    return NULL;
  result = json_object_new ();
  json_object_set_string_member (result, "state", "confirmed");
  return result;
}

/* --- a certificate's life ------------------------------------------------------------------------------------------------------------ */

static JsonObject *
change (SignetSdk *sdk, JsonObject *params, RestEndpointKind kind, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (RestAnswer) answer = NULL;

  if (!call_init (&call, sdk, params, error) || (answer = send_one (&call, kind, error)) == NULL)
    return NULL;
  return kind == REST_STATUS ? rest_answer_status (answer, call.profile->endpoints[kind], error)
                             : rest_answer_life (answer, call.profile->endpoints[kind], call.profile, error);
}

static JsonObject *
revoke_certificate (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return change (sdk, params, REST_REVOKE, error);
}

static JsonObject *
suspend_certificate (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return change (sdk, params, REST_SUSPEND, error);
}

static JsonObject *
resume_certificate (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return change (sdk, params, REST_RESUME, error);
}

static JsonObject *
status (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return change (sdk, params, REST_STATUS, error);
}

/* --- what comes before ------------------------------------------------------------------------------------------------------------------ */

/* Whoever wrote a profile that cannot work learns it here, before a person has typed anything. */
static JsonObject *
form (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_autoptr (RestProfile) profile = rest_profile_parse (signet_sdk_get_object (params, "profile"), error);

  return profile != NULL ? signet_sdk_profile_form (params) : NULL;
}

/* What the authority says today takes the place of what its profile says. */
static JsonObject *
disclose (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (RestAnswer) answer = NULL;
  JsonObject *result;

  if (!call_init (&call, sdk, params, error))
    return NULL;
  if (call.profile->endpoints[REST_TERMS] == NULL)
    return signet_sdk_profile_disclose (params);
  if ((answer = send (&call, REST_TERMS, error)) == NULL)
    return NULL;
  result = json_object_new ();
  json_object_set_object_member (result, "terms", rest_answer_terms (answer, call.profile->endpoints[REST_TERMS]));
  return result;
}

static JsonObject *
chain (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (RestAnswer) answer = NULL;
  JsonObject *result;

  if (!call_init (&call, sdk, params, error))
    return NULL;
  if (call.profile->endpoints[REST_CHAIN] != NULL)
    {
      answer = send (&call, REST_CHAIN, error);
      return answer != NULL ? rest_answer_chain (answer, call.profile->endpoints[REST_CHAIN], error) : NULL;
    }
  result = json_object_new ();
  json_object_set_array_member (result, "certificates", json_array_new ());
  return result;
}

static const SignetSdkEntry methods[] = {
  { "profiles", signet_sdk_answer_profiles }, { "form", form }, { "disclose", disclose }, { "chain", chain }, { "submit", submit }, { "poll", poll },
  { "accept", accept }, { "renew", renew }, { "revoke", revoke_certificate }, { "suspend", suspend_certificate },
  { "resume", resume_certificate }, { "status", status }, { NULL, NULL },
};

int
main (void)
{
  return signet_sdk_main (methods, NULL);
}
