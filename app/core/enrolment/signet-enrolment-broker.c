/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-broker.c: what a plugin may ask for inside a call. Everything it names is checked against its manifest; everything
 * that is signed is built here, shown to the person, and is one of the typed objects: there is no sign(bytes). Secrets come by
 * name only. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-enrolment-broker"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-signer-request.h"
#include "../base/signet-text.h"
#include "signet-cmp-private.h"

#define MAX_HTTP_ANSWER (700 * 1024)   /* fits a line once in base64 */
#define MAX_HEADERS     16
#define MAX_LOG         500

typedef JsonObject *(*Service) (SignetEnrolmentRun *run, JsonObject *params, GError **error);

/* --- reading params ---------------------------------------------------------------------------------------------------------- */

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
deny (GError **error, const char *what)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DENIED, "the plugin may not %s", what);
  return FALSE;
}

static gboolean
misuse (GError **error, const char *what)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin asks wrongly: %s", what);
  return FALSE;
}

static void
take_base64 (JsonObject *object, const char *name, GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_base64_encode (data, length);

  json_object_set_string_member (object, name, text);
}

/* Manifest and profile: "*profile*" stands for the hosts of the profile the person chose. */
static char **
allowed_hosts (SignetEnrolmentRun *run)
{
  const char *const *declared = signet_plugin_manifest_get_hosts (run->plugin);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();

  for (gsize i = 0; declared[i] != NULL; i++)
    {
      g_auto (GStrv) of_profile = strcmp (declared[i], "*profile*") == 0 ? signet_authority_dup_hosts (run->authority) : NULL;

      if (of_profile != NULL)
        g_strv_builder_addv (hosts, (const char **) of_profile);
      else
        g_strv_builder_add (hosts, declared[i]);
    }
  return g_strv_builder_end (hosts);
}

/* {"secret": "id"}: the id, when the manifest declares it. */
static const char *
secret_reference (SignetEnrolmentRun *run, JsonObject *reference, GError **error)
{
  const char *id = reference != NULL ? get_text (reference, "secret") : NULL;

  if (id == NULL)
    misuse (error, "no secret is named");
  else if (!g_strv_contains (signet_plugin_manifest_get_secrets (run->plugin), id))
    deny (error, "use this secret");
  else
    return id;
  return NULL;
}

/* Before the first byte leaves: from here on the authority may know of the request. */
static void
note_sending (gpointer data)
{
  SignetEnrolmentRun *run = data;
  g_autoptr (GError) error = NULL;

  if (run->request->state == SIGNET_REQUEST_KEY_MADE && !_signet_enrolment_run_enter (run, SIGNET_REQUEST_SUBMITTED, &error))
    g_warning ("cannot note that the request was sent: %s", error->message);
}

/* --- progress, log, ask ------------------------------------------------------------------------------------------------------- */

static JsonObject *
serve_progress (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *step = get_text (params, "step");
  gboolean is_code = step != NULL && *step != '\0' && strlen (step) <= 32 && strspn (step, "abcdefghijklmnopqrstuvwxyz-") == strlen (step);

  if (run->interaction != NULL)
    signet_interaction_progress (run->interaction, is_code ? step : "submitting", -1);
  return json_object_new ();
}

static JsonObject *
serve_log (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autofree char *text = signet_text_sanitize (get_text (params, "text") != NULL ? get_text (params, "text") : "", -1, MAX_LOG);

  g_info ("%s: %s", signet_plugin_manifest_get_id (run->plugin), text);
  return json_object_new ();
}

/* Secrets stay here: the plugin learns that they are there. */
static JsonObject *
answer_form (SignetEnrolmentRun *run, GHashTable *values, GHashTable *secrets)
{
  JsonObject *result = json_object_new ();
  JsonObject *plain = json_object_new ();
  JsonArray *names = json_array_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (plain, key, value);
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      _signet_request_secret_keep (run->request, key, value);
      json_array_add_string_element (names, key);
    }
  json_object_set_object_member (result, "values", plain);
  json_object_set_array_member (result, "secrets", names);
  return result;
}

static JsonObject *
serve_ask (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (SignetForm) form = NULL;
  g_autoptr (GHashTable) values = NULL;
  g_autoptr (GHashTable) secrets = NULL;

  json_node_set_object (node, params);
  form = _signet_enrolment_form_parse (node, error);
  if (form == NULL || !signet_interaction_ask_form (run->interaction, form, &values, &secrets, run->cancellable, error))
    return NULL;
  return answer_form (run, values, secrets);
}

/* --- http.request --------------------------------------------------------------------------------------------------------------- */

static const char *const reserved_headers[] = { "host", "content-length", "content-type", "connection", "transfer-encoding", "proxy-authorization", "te", "upgrade", NULL };

static gboolean
is_header_text (const char *text, gboolean is_name)
{
  for (const char *at = text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f || (is_name && strchr (" ()<>@,;:\\\"/[]?={}", *at) != NULL))
      return FALSE;
  return !is_name || *text != '\0';
}

/* A value is a text, or {"secret": id, "before": "Bearer "}. (transfer full) */
static char *
header_value (SignetEnrolmentRun *run, JsonNode *node, GError **error)
{
  JsonObject *reference = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (SignetSecret) secret = NULL;
  const char *id, *before;
  const guint8 *bytes;
  gsize length;

  if (reference == NULL)
    return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? g_strdup (json_node_get_string (node)) : NULL;
  if ((id = secret_reference (run, reference, error)) == NULL || (secret = _signet_enrolment_run_secret (run, id, error)) == NULL)
    return NULL;
  before = get_text (reference, "before");
  bytes = signet_secret_get_bytes (secret, &length);
  return g_strdup_printf ("%s%.*s", before != NULL ? before : "", (int) length, (const char *) bytes);
}

static gboolean
add_header (SignetEnrolmentRun *run, GPtrArray *headers, const char *name, JsonNode *node, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  char *value;

  if (!is_header_text (name, TRUE) || g_strv_contains (reserved_headers, lower))
    return deny (error, "set this header");
  value = header_value (run, node, error);
  if (value == NULL)
    return error != NULL && *error != NULL ? FALSE : misuse (error, "a header without a value");
  g_ptr_array_add (headers, g_strdup (name));
  g_ptr_array_add (headers, value);
  return is_header_text (value, FALSE) || misuse (error, "a header with control characters");
}

static void
wipe_text (gpointer text)
{
  if (text != NULL)
    signet_secret_wipe (text, strlen (text));
  g_free (text);
}

static GPtrArray *
read_headers (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new_with_free_func (wipe_text);
  JsonObject *object = get_object (params, "headers");
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;

  if (g_list_length (names) > MAX_HEADERS)
    {
      misuse (error, "too many headers");
      return NULL;
    }
  for (GList *at = names; at != NULL; at = at->next)
    if (!add_header (run, headers, at->data, json_object_get_member (object, at->data), error))
      return NULL;
  return g_steal_pointer (&headers);
}

static GBytes *
read_body (JsonObject *params)
{
  const char *text = get_text (params, "body");
  gsize length;
  guint8 *data;

  if (text == NULL)
    return NULL;
  data = g_base64_decode (text, &length);
  return g_bytes_new_take (data, length);
}

static JsonObject *
answer_http (const SignetHttpResponse *response)
{
  JsonObject *result = json_object_new ();

  json_object_set_int_member (result, "status", response->status);
  json_object_set_int_member (result, "retry_after", response->retry_after);
  if (response->content_type != NULL)
    json_object_set_string_member (result, "content_type", response->content_type);
  take_base64 (result, "body", response->body);
  return result;
}

static JsonObject *
serve_http (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *method = get_text (params, "method");
  g_auto (GStrv) hosts = allowed_hosts (run);
  g_autoptr (GBytes) body = read_body (params);
  g_autoptr (GPtrArray) headers = read_headers (run, params, error);
  g_autoptr (SignetHttpResponse) response = NULL;
  SignetHttpRequest request = { .method = method != NULL ? method : "GET", .url = get_text (params, "url"), .body = body,
                                .content_type = get_text (params, "content_type"), .allowed_hosts = (const char *const *) hosts,
                                .max_size = MAX_HTTP_ANSWER };

  if (headers == NULL)
    return NULL;
  if (request.url == NULL || (strcmp (request.method, "GET") != 0 && strcmp (request.method, "POST") != 0) ||
      (request.content_type != NULL && !is_header_text (request.content_type, FALSE)))
    {
      misuse (error, "a URL, and the method GET or POST");
      return NULL;
    }
  g_ptr_array_add (headers, NULL);
  request.headers = headers->len > 1 ? (const char *const *) headers->pdata : NULL;
  note_sending (run);
  response = signet_http_send (run->enrolment->http, &request, run->cancellable, error);
  g_ptr_array_set_size (headers, headers->len - 1);
  return response != NULL ? answer_http (response) : NULL;
}

/* --- csr.make --------------------------------------------------------------------------------------------------------------------- */

static GBytes *
make_csr (SignetEnrolmentRun *run, SignetSigner *signer, GError **error)
{
  X509_NAME *subject = _signet_enrolment_name_parse (run->request->subject, error);
  X509_REQ *csr = X509_REQ_new ();
  GBytes *bytes;
  guchar *der = NULL;
  int length = -1;

  if (subject != NULL && X509_REQ_set_version (csr, X509_REQ_VERSION_1) && X509_REQ_set_subject_name (csr, subject) &&
      signet_signer_sign_request (signer, csr, run->cancellable, error))
    length = i2d_X509_REQ (csr, &der);
  X509_REQ_free (csr);
  X509_NAME_free (subject);
  if (length <= 0)
    {
      if (error == NULL || *error == NULL)
        signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making the request");
      return NULL;
    }
  bytes = g_bytes_new (der, length);
  OPENSSL_free (der);
  return bytes;
}

/* Borrowed (nullable): the new key, once the person agreed to what it will sign */
static SignetSigner *
proof_signer (SignetEnrolmentRun *run, GError **error)
{
  return _signet_enrolment_run_consent (run, error) ? _signet_enrolment_run_signer (run, error) : NULL;
}

static EVP_PKEY *
proof_key (SignetEnrolmentRun *run, GError **error)
{
  SignetSigner *signer = proof_signer (run, error);

  return signer != NULL ? signet_signer_new_evp_pkey (signer, error) : NULL;
}

static JsonObject *
serve_csr (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  SignetSigner *signer = proof_signer (run, error);
  g_autoptr (GBytes) csr = signer != NULL ? make_csr (run, signer, error) : NULL;
  JsonObject *result;

  if (csr == NULL)
    return NULL;
  result = json_object_new ();
  take_base64 (result, "csr", csr);
  return result;
}

/* --- cmp.run ----------------------------------------------------------------------------------------------------------------------- */

static SignetCmpOutcome *
cmp_request (SignetEnrolmentRun *run, const SignetCmpServer *server, const char *body, GError **error)
{
  EVP_PKEY *key = proof_key (run, error);
  X509_NAME *subject = key != NULL ? _signet_enrolment_name_parse (run->request->subject, error) : NULL;
  SignetCmpOutcome *outcome = subject != NULL ? _signet_cmp_request (server, body, subject, key, error) : NULL;

  X509_NAME_free (subject);
  EVP_PKEY_free (key);
  return outcome;
}

static SignetCmpOutcome *
cmp_continue (SignetEnrolmentRun *run, const SignetCmpServer *server, gboolean confirm, GError **error)
{
  g_autoptr (SignetCmpTransaction) transaction = _signet_cmp_transaction_parse (run->request->transaction);

  if (transaction == NULL)
    {
      misuse (error, "no CMP transaction is under way");
      return NULL;
    }
  if (!confirm)
    return _signet_cmp_poll (server, transaction, error);
  /* only what has passed the check and is on the token */
  if (run->request->state != SIGNET_REQUEST_INSTALLED || run->request->certificate == NULL)
    {
      deny (error, "confirm before the certificate is installed");
      return NULL;
    }
  return _signet_cmp_confirm (server, transaction, signet_certificate_get_x509 (run->request->certificate), error);
}

static JsonObject *
answer_cmp (SignetEnrolmentRun *run, const SignetCmpOutcome *outcome)
{
  JsonObject *result = json_object_new ();
  static const char *const states[] = {
    [SIGNET_CMP_ANSWER_ISSUED] = "issued", [SIGNET_CMP_ANSWER_WAITING] = "waiting", [SIGNET_CMP_ANSWER_CONFIRMED] = "confirmed",
  };

  g_free (run->request->transaction);
  run->request->transaction = _signet_cmp_transaction_to_text (outcome->transaction);
  json_object_set_string_member (result, "state", states[outcome->kind]);
  if (outcome->kind == SIGNET_CMP_ANSWER_WAITING)
    json_object_set_int_member (result, "check_after", outcome->check_after);
  if (outcome->certificate != NULL)
    take_base64 (result, "certificate", outcome->certificate);
  return result;
}

static JsonObject *
serve_cmp (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *body = get_text (params, "body");
  const char *id = secret_reference (run, get_object (params, "protection"), error);
  g_autoptr (SignetSecret) secret = id != NULL ? _signet_enrolment_run_secret (run, id, error) : NULL;
  g_auto (GStrv) hosts = allowed_hosts (run);
  SignetCmpServer server = { .http = run->enrolment->http, .url = get_text (params, "url"), .allowed_hosts = (const char *const *) hosts,
                             .recipient = get_text (params, "recipient"), .reference = get_text (params, "reference"), .secret = secret,
                             .sending = note_sending, .sending_data = run, .cancellable = run->cancellable };
  g_autoptr (SignetCmpOutcome) outcome = NULL;
  gboolean confirm = g_strcmp0 (body, "certConf") == 0;

  if (secret == NULL)
    return NULL;
  if (body == NULL || server.url == NULL)
    {
      misuse (error, "a CMP message needs a body and a URL");
      return NULL;
    }
  if (confirm || strcmp (body, "pollReq") == 0)
    outcome = cmp_continue (run, &server, confirm, error);
  else
    outcome = cmp_request (run, &server, body, error);
  return outcome != NULL ? answer_cmp (run, outcome) : NULL;
}

/* --- the counter --------------------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *method;
  const char *permission;   /* (nullable): in Methods of the manifest */
  Service     serve;
} services[] = {
  { "http.request", "http", serve_http }, { "csr.make", "csr", serve_csr }, { "cmp.run", "cmp", serve_cmp },
  { "ask", NULL, serve_ask }, { "progress", NULL, serve_progress }, { "log", NULL, serve_log },
};

static JsonObject *
dispatch (SignetEnrolmentRun *run, const char *method, JsonObject *params, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    if (strcmp (services[i].method, method) == 0)
      {
        if (services[i].permission == NULL || g_strv_contains (signet_plugin_manifest_get_methods (run->plugin), services[i].permission))
          return services[i].serve (run, params, error);
        break;
      }
  deny (error, "ask for this");
  return NULL;
}

JsonNode *
_signet_enrolment_serve (const char *method, JsonObject *params, gpointer user_data, GCancellable *cancellable, GError **error)
{
  SignetEnrolmentRun *run = user_data;
  g_autoptr (GError) local = NULL;
  JsonObject *result = dispatch (run, method, params, &local);
  JsonNode *node;

  if (result == NULL)
    {
      g_clear_error (&run->served);
      run->served = g_error_copy (local);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, result);
  return node;
}
