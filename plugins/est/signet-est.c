/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-est.c: the CA plugin for authorities that speak EST (RFC 7030 with the corrections of RFC 8951). It decides what is asked of which
 * address and what an answer means; the host makes the request, signs in with the token's key and sends. It sees neither a key nor a password.
 */
#define G_LOG_DOMAIN "signet-est"

#include <string.h>

#include "../sdk/signet-sdk.h"

#define WELL_KNOWN "/.well-known/est"
#define LINE 64 /* of base64, for servers that read it as PEM is read */
#define USUAL_WAIT 60
#define MAX_REASON 500

/* --- the profile ---------------------------------------------------------------------------------------------------------------- */

static JsonObject *
issuance_of (JsonObject *params)
{
  return signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance");
}

static gboolean
is_switched_off (JsonObject *issuance, const char *key)
{
  return g_strcmp0 (signet_sdk_get_string (issuance, key), "false") == 0;
}

/* RFC 7030, 3.2.2: https://HOST/.well-known/est/[LABEL/]OPERATION; a profile may give the path whole. */
static char *
url_of (JsonObject *params, const char *operation, GError **error)
{
  JsonObject *issuance = issuance_of (params);
  const char *url = signet_sdk_get_string (issuance, "Url");
  const char *label = signet_sdk_get_string (issuance, "Label");
  g_autofree char *base = url != NULL ? g_strdup (url) : NULL;
  gboolean bare;

  if (base == NULL || !g_str_has_prefix (base, "https://"))
    {
      g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "[Issuance] Url of the profile must be an https address");
      return NULL;
    }
  while (g_str_has_suffix (base, "/"))
    base[strlen (base) - 1] = '\0';
  bare = strchr (base + strlen ("https://"), '/') == NULL;
  return g_strconcat (base, bare ? WELL_KNOWN : "", label != NULL ? "/" : "", label != NULL ? label : "", "/", operation, NULL);
}

/* The name from the field the profile's [Issuance] User names ("user"), the password from its secret field. */
static void
add_authentication (JsonObject *ask, JsonObject *params)
{
  JsonObject *request = signet_sdk_get_object (params, "request");
  const char *field = signet_sdk_get_string (issuance_of (params), "User");
  const char *user = signet_sdk_get_string (signet_sdk_get_object (request, "fields"), field != NULL ? field : "user");
  JsonObject *authentication;

  if (user == NULL)
    return;
  authentication = json_object_new ();
  json_object_set_string_member (authentication, "user", user);
  json_object_set_string_member (authentication, "secret", "password");
  json_object_set_object_member (ask, "authentication", authentication);
}

/* --- base64: with lines, without, or none at all (RFC 8951, 3.1) --------------------------------------------------------- */

/* (transfer full): what the server sent, as the host hands it on */
static guint8 *
dup_body (JsonObject *answer, gsize *length)
{
  const char *text = signet_sdk_get_string (answer, "body");

  *length = 0;
  return text != NULL ? g_base64_decode (text, length) : NULL;
}

static gboolean
is_base64 (const char *text, gsize length)
{
  gsize i;

  for (i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("+/=\r\n\t ", text[i]) == NULL)
      return FALSE;
  return length > 0;
}

/* base64 of DER (nullable). What has bytes that base64 has not is DER as it is. */
static char *
dup_der (JsonObject *answer)
{
  gsize length = 0, der_length = 0;
  g_autofree guint8 *body = dup_body (answer, &length);
  g_autofree char *text = NULL;
  g_autofree guint8 *der = NULL;

  if (body == NULL || length == 0)
    return NULL;
  if (!is_base64 ((const char *) body, length))
    return body[0] == 0x30 ? g_base64_encode (body, length) : NULL;
  text = g_strndup ((const char *) body, length);
  der = g_base64_decode (text, &der_length);
  return der_length > 0 && der[0] == 0x30 ? g_base64_encode (der, der_length) : NULL;
}

/* (transfer full): base64 of base64 with lines */
static char *
wrap (const char *base64)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  gsize i, length = strlen (base64);

  for (i = 0; i < length; i += LINE)
    g_string_append_printf (lines, "%.*s\r\n", LINE, base64 + i);
  return g_base64_encode ((const guint8 *) lines->str, lines->len);
}

/* --- what an answer means ---------------------------------------------------------------------------------------------------- */

/* The server's own words, when they are words and no page. The host makes them safe to show. */
static char *
dup_reason (JsonObject *answer)
{
  const char *type = signet_sdk_get_string (answer, "content_type");
  gsize length = 0;
  g_autofree guint8 *body = dup_body (answer, &length);

  if (body == NULL || length == 0 || (type != NULL && !g_str_has_prefix (type, "text/plain")) || !g_utf8_validate ((const char *) body, (gssize) length, NULL))
    return g_strdup_printf ("status %d", (int) signet_sdk_get_int (answer, "status"));
  return g_strndup ((const char *) body, MIN (length, MAX_REASON));
}

static gboolean
refuse (JsonObject *answer, GError **error)
{
  gint64 status = signet_sdk_get_int (answer, "status");
  g_autofree char *reason = dup_reason (answer);

  if (status == 404)
    g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "no EST service is at this address (status 404)");
  else if (status >= 500 || status == 429)
    g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_TRY_LATER, reason);
  else if (status == 401)
    g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_REJECTED, "the server wants a name and password, and the profile asks for none");
  else
    g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_REJECTED, reason);
  return FALSE;
}

/* What is no EST at all comes from somebody else than the authority: the sign-in page of a network, a proxy. */
static gboolean
check_type (JsonObject *answer, const char *wanted, GError **error)
{
  const char *type = signet_sdk_get_string (answer, "content_type");

  if (type != NULL && g_ascii_strcasecmp (type, wanted) == 0)
    return TRUE;
  g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_UNREACHABLE, "the answer is %s, not %s", type != NULL ? type : "of no type", wanted);
  return FALSE;
}

static char *
dup_certificates (JsonObject *answer, GError **error)
{
  char *der;

  if (signet_sdk_get_int (answer, "status") != 200)
    {
      refuse (answer, error);
      return NULL;
    }
  if (!check_type (answer, "application/pkcs7-mime", error))
    return NULL;
  der = dup_der (answer);
  if (der == NULL)
    g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the answer says that it holds certificates and does not");
  return der;
}

/* --- the operations ------------------------------------------------------------------------------------------------------------ */

/* (transfer full): what the server answers to GET */
static JsonObject *
get (SignetSdk *sdk, JsonObject *params, const char *operation, GError **error)
{
  g_autofree char *url = url_of (params, operation, error);
  JsonObject *ask;

  if (url == NULL)
    return NULL;
  ask = json_object_new ();
  json_object_set_string_member (ask, "method", "GET");
  json_object_set_string_member (ask, "url", url);
  return signet_sdk_ask (sdk, "http.request", ask, error);
}

/* 4.1: anybody may ask; what is told is shown, and trusted for nothing. (transfer full) (nullable) */
static char *
cacerts (SignetSdk *sdk, JsonObject *params, GError **error)
{
  g_autoptr (JsonObject) answer = get (sdk, params, "cacerts", error);

  return answer != NULL ? dup_certificates (answer, error) : NULL;
}

/* 4.5: 204 and 404 say that there are no wishes. FALSE only with an error. */
static gboolean
csrattrs (SignetSdk *sdk, JsonObject *params, char **wishes, GError **error)
{
  g_autoptr (JsonObject) answer = NULL;
  gint64 status;

  if (is_switched_off (issuance_of (params), "Attributes"))
    return TRUE;
  answer = get (sdk, params, "csrattrs", error);
  if (answer == NULL)
    return FALSE;
  status = signet_sdk_get_int (answer, "status");
  /* some servers tell their wishes only to those they know; the request itself will show whether we are */
  if (status == 204 || status == 404 || status == 401 || status == 403)
    return TRUE;
  if (status != 200)
    return refuse (answer, error);
  if (!check_type (answer, "application/csrattrs", error))
    return FALSE;
  *wishes = dup_der (answer);
  return TRUE;
}

static void
log_unmet (SignetSdk *sdk, JsonObject *made)
{
  JsonNode *node = json_object_get_member (made, "unmet");
  JsonArray *unmet = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint i;

  for (i = 0; unmet != NULL && i < json_array_get_length (unmet); i++)
    {
      g_autofree char *text = g_strdup_printf ("the authority wishes for %s in the request; it is not there", json_array_get_string_element (unmet, i));

      signet_sdk_log (sdk, text);
    }
}

/* (transfer full) (nullable): base64 of the request; the host gives the same one again for as long as it is the same attempt */
static char *
make_csr (SignetSdk *sdk, JsonObject *params, GError **error)
{
  g_autofree char *wishes = NULL;
  g_autoptr (JsonObject) made = NULL;
  JsonObject *ask;

  /* who comes back has made the request already */
  if (signet_sdk_get_string (params, "cookie") == NULL && !csrattrs (sdk, params, &wishes, error))
    return NULL;
  ask = json_object_new ();
  if (wishes != NULL)
    {
      JsonObject *attributes = json_object_new ();

      json_object_set_string_member (attributes, "csrattrs", wishes);
      json_object_set_object_member (ask, "attributes", attributes);
    }
  made = signet_sdk_ask (sdk, "csr.make", ask, error);
  if (made == NULL)
    return NULL;
  log_unmet (sdk, made);
  return g_strdup (signet_sdk_get_string (made, "csr"));
}

/* 4.2: the body is base64 whatever its header says; old servers want the header. */
static JsonObject *
post (SignetSdk *sdk, JsonObject *params, const char *operation, const char *csr, gboolean as_current, GError **error)
{
  g_autofree char *url = url_of (params, operation, error);
  g_autofree char *body = wrap (csr);
  JsonObject *ask, *headers;

  if (url == NULL)
    return NULL;
  ask = json_object_new ();
  headers = json_object_new ();
  json_object_set_string_member (headers, "Content-Transfer-Encoding", "base64");
  json_object_set_string_member (ask, "method", "POST");
  json_object_set_string_member (ask, "url", url);
  json_object_set_string_member (ask, "content_type", "application/pkcs10");
  json_object_set_string_member (ask, "body", body);
  json_object_set_object_member (ask, "headers", headers);
  if (as_current)
    json_object_set_string_member (ask, "client", "current");
  add_authentication (ask, params);
  return signet_sdk_ask (sdk, "http.request", ask, error);
}

/* --- methods ---------------------------------------------------------------------------------------------------------------------- */

/* The authority's certificates are told with the first certificate; without them it is as good. */
static void
add_chain (SignetSdk *sdk, JsonObject *params, JsonObject *result)
{
  g_autofree char *told = cacerts (sdk, params, NULL);
  JsonArray *chain;

  if (told == NULL)
    return;
  chain = json_array_new ();
  json_array_add_string_element (chain, told);
  json_object_set_array_member (result, "chain", chain);
}

static JsonObject *
issued (SignetSdk *sdk, JsonObject *params, JsonObject *answer, GError **error)
{
  g_autofree char *certificates = dup_certificates (answer, error);
  JsonObject *result;

  if (certificates == NULL)
    return NULL;
  result = json_object_new ();
  json_object_set_string_member (result, "state", "issued");
  json_object_set_string_member (result, "certificate", certificates);
  add_chain (sdk, params, result);
  return result;
}

/* 4.2.3: 202: the same request is to be sent again, later. */
static JsonObject *
waiting (JsonObject *answer, const char *operation)
{
  JsonObject *result = json_object_new ();
  gint64 after = signet_sdk_get_int (answer, "retry_after");

  json_object_set_string_member (result, "state", "waiting");
  json_object_set_string_member (result, "cookie", operation);
  json_object_set_int_member (result, "check_after", after > 0 ? after : USUAL_WAIT);
  return result;
}

static JsonObject *
enrol (SignetSdk *sdk, JsonObject *params, const char *operation, GError **error)
{
  g_autofree char *csr = NULL;
  g_autoptr (JsonObject) answer = NULL;

  signet_sdk_progress (sdk, "submitting", -1);
  csr = make_csr (sdk, params, error);
  if (csr == NULL)
    return NULL;
  answer = post (sdk, params, operation, csr, strcmp (operation, "simplereenroll") == 0, error);
  if (answer == NULL)
    return NULL;
  if (signet_sdk_get_int (answer, "status") == 202)
    return waiting (answer, operation);
  return issued (sdk, params, answer, error);
}

static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return enrol (sdk, params, "simpleenroll", error);
}

static JsonObject *
renew (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return enrol (sdk, params, "simplereenroll", error);
}

static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  gboolean renews = g_strcmp0 (signet_sdk_get_string (params, "cookie"), "simplereenroll") == 0;

  return enrol (sdk, params, renews ? "simplereenroll" : "simpleenroll", error);
}

static JsonObject *
chain (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_autofree char *told = cacerts (sdk, params, error);
  JsonObject *result;
  JsonArray *certificates;

  if (told == NULL)
    return NULL;
  result = json_object_new ();
  certificates = json_array_new ();
  json_array_add_string_element (certificates, told);
  json_object_set_array_member (result, "certificates", certificates);
  return result;
}

static const SignetSdkEntry methods[] = {
  { "profiles", signet_sdk_answer_profiles }, { "form", signet_sdk_answer_form }, { "disclose", signet_sdk_answer_disclose },
  { "chain", chain }, { "submit", submit }, { "renew", renew },
  { "poll", poll }, { "accept", signet_sdk_answer_accept }, { NULL, NULL },
};

int
main (void)
{
  return signet_sdk_main (methods, NULL);
}
