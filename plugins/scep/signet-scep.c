/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-scep.c: the CA plugin for authorities that speak SCEP (RFC 8894). It asks the server what it can do and carries messages to and fro; the
 * host makes them and opens the answers. It sees neither a key nor a password, nor what is in a message.
 */
#define G_LOG_DOMAIN "signet-scep"

#include <string.h>

#include "../sdk/signet-sdk.h"

#define CHALLENGE "challenge"
#define USUAL_WAIT 60
#define MAX_CAPABILITIES 4096

typedef struct {
  char *caps; /* (owned): as the server tells them, or the profile */
  char *ca;   /* (owned): base64 of what GetCACert answers */
} Server;

static void
server_clear (Server *server)
{
  g_free (server->caps);
  g_free (server->ca);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Server, server_clear)

/* --- addresses --------------------------------------------------------------------------------------------------------------- */

/* RFC 8894, 4.1. @message: (nullable) */
static char *
url_of (JsonObject *params, const char *operation, const char *message, GError **error)
{
  const char *url = signet_sdk_get_setting (params, "Url");
  g_autofree char *escaped = message != NULL ? g_uri_escape_string (message, NULL, FALSE) : NULL;

  if (url != NULL)
    return g_strconcat (url, strchr (url, '?') != NULL ? "&" : "?", "operation=", operation, escaped != NULL ? "&message=" : NULL, escaped, NULL);
  g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "[Issuance] Url is missing from the profile");
  return NULL;
}

/* --- asking ---------------------------------------------------------------------------------------------------------------------- */

static gboolean
check_answer (JsonObject *answer, GError **error)
{
  gint64 status = signet_sdk_get_int (answer, "status");
  const char *type = signet_sdk_get_string (answer, "content_type");

  if (status == 200 && (type == NULL || strcmp (type, "text/html") != 0))
    return TRUE;
  if (status == 200)
    g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_UNREACHABLE, "a web page came where the authority should answer");
  else if (status >= 500 || status == 429)
    g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_TRY_LATER, "the server answers with status %d", (int) status);
  else
    g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "no SCEP service is at this address (status %d)", (int) status);
  return FALSE;
}

static JsonObject *
get (SignetSdk *sdk, JsonObject *params, const char *operation, const char *message, GError **error)
{
  g_autofree char *url = url_of (params, operation, message, error);

  return url != NULL ? signet_sdk_http (sdk, "GET", url, NULL, NULL, 0, NULL, error) : NULL;
}

static JsonObject *
post (SignetSdk *sdk, JsonObject *params, const char *message, GError **error)
{
  g_autofree char *url = url_of (params, "PKIOperation", NULL, error);
  JsonObject *ask;

  if (url == NULL)
    return NULL;
  ask = json_object_new ();
  json_object_set_string_member (ask, "method", "POST");
  json_object_set_string_member (ask, "url", url);
  json_object_set_string_member (ask, "content_type", "application/x-pki-message");
  json_object_set_string_member (ask, "body", message);
  return signet_sdk_ask (sdk, "http.request", ask, error);
}

/* --- what the server is ------------------------------------------------------------------------------------------------------------ */

/* A server from before capabilities answers with an error: it has none. What the profile says nobody on the way can take away. */
static char *
dup_capabilities (SignetSdk *sdk, JsonObject *params, GError **error)
{
  const char *fixed = signet_sdk_get_setting (params, "Capabilities");
  g_autoptr (JsonObject) answer = NULL;
  const char *body;
  gsize length = 0;
  g_autofree guint8 *text = NULL;

  if (fixed != NULL)
    return g_strdelimit (g_strdup (fixed), ";", '\n');
  answer = get (sdk, params, "GetCACaps", NULL, error);
  if (answer == NULL)
    return NULL;
  body = signet_sdk_get_string (answer, "body");
  if (signet_sdk_get_int (answer, "status") != 200 || body == NULL)
    return g_strdup ("");
  text = g_base64_decode (body, &length);
  return g_strndup ((const char *) text, MIN (length, MAX_CAPABILITIES));
}

static gboolean
look_at (SignetSdk *sdk, JsonObject *params, Server *server, GError **error)
{
  g_autoptr (JsonObject) answer = get (sdk, params, "GetCACert", signet_sdk_get_setting (params, "Ca"), error);

  if (answer == NULL || !check_answer (answer, error))
    return FALSE;
  server->ca = g_strdup (signet_sdk_get_string (answer, "body"));
  server->caps = dup_capabilities (sdk, params, error);
  return server->caps != NULL;
}

static gboolean
can_renew (const Server *server)
{
  g_auto (GStrv) caps = g_strsplit_set (server->caps, "\r\n", 64);
  gsize i;

  for (i = 0; caps[i] != NULL; i++)
    if (g_ascii_strcasecmp (g_strstrip (caps[i]), "Renewal") == 0)
      return TRUE;
  return FALSE;
}

/* --- a message and its answer ---------------------------------------------------------------------------------------------------------- */

static JsonObject *
make (SignetSdk *sdk, JsonObject *params, const char *type, const SignetSdkScepServer *server, GError **error)
{
  gboolean challenged = strcmp (type, "CertPoll") != 0 && signet_sdk_has_secret (params, CHALLENGE);

  return signet_sdk_scep_make (sdk, type, server, challenged ? CHALLENGE : NULL, error);
}

/* Old servers take a message only as a part of the address. */
static JsonObject *
carry (SignetSdk *sdk, JsonObject *params, JsonObject *made, GError **error)
{
  const char *message = signet_sdk_get_string (made, "message");
  JsonNode *posts = json_object_get_member (made, "post");

  if (posts != NULL && json_node_get_boolean (posts))
    return post (sdk, params, message, error);
  return get (sdk, params, "PKIOperation", message, error);
}

static JsonObject *
open_answer (SignetSdk *sdk, const SignetSdkScepServer *server, JsonObject *answer, GError **error)
{
  return check_answer (answer, error) ? signet_sdk_scep_open (sdk, signet_sdk_get_string (answer, "body"), server, error) : NULL;
}

static void
add_wait (JsonObject *params, JsonObject *result)
{
  const char *after = signet_sdk_get_setting (params, "CheckAfter");
  gint64 seconds = after != NULL ? g_ascii_strtoll (after, NULL, 10) : 0;

  if (g_strcmp0 (signet_sdk_get_string (result, "state"), "waiting") != 0)
    return;
  json_object_set_string_member (result, "cookie", "poll");
  json_object_set_int_member (result, "check_after", seconds > 0 ? seconds : USUAL_WAIT);
}

static JsonObject *
exchange (SignetSdk *sdk, JsonObject *params, const char *type, const Server *server, GError **error)
{
  const SignetSdkScepServer told = { server->ca, server->caps };
  g_autoptr (JsonObject) made = make (sdk, params, type, &told, error);
  g_autoptr (JsonObject) answer = made != NULL ? carry (sdk, params, made, error) : NULL;
  JsonObject *result = answer != NULL ? open_answer (sdk, &told, answer, error) : NULL;

  if (result != NULL)
    add_wait (params, result);
  return result;
}

/* --- methods ------------------------------------------------------------------------------------------------------------------------------ */

static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_auto (Server) server = { NULL, NULL };

  signet_sdk_progress (sdk, "submitting", -1);
  return look_at (sdk, params, &server, error) ? exchange (sdk, params, "PKCSReq", &server, error) : NULL;
}

/* A renewal signed by the old certificate is answered for its key alone by most servers, and a key on a token cannot read that. So it is made
   only where the profile knows the server to answer all certificates that came along; elsewhere renewing is asking anew. */
static JsonObject *
renew (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_auto (Server) server = { NULL, NULL };
  gboolean is_signed = g_strcmp0 (signet_sdk_get_setting (params, "Renewal"), "signed") == 0;

  signet_sdk_progress (sdk, "submitting", -1);
  if (!look_at (sdk, params, &server, error))
    return NULL;
  return exchange (sdk, params, is_signed && can_renew (&server) ? "RenewalReq" : "PKCSReq", &server, error);
}

static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_auto (Server) server = { NULL, NULL };

  return look_at (sdk, params, &server, error) ? exchange (sdk, params, "CertPoll", &server, error) : NULL;
}

static JsonObject *
chain (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_auto (Server) server = { NULL, NULL };
  JsonObject *result;
  JsonArray *certificates;

  if (!look_at (sdk, params, &server, error))
    return NULL;
  result = json_object_new ();
  certificates = json_array_new ();
  json_array_add_string_element (certificates, server.ca);
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
