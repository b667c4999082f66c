/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certmonger.c: the CA plugin that runs the enrolment helpers of certmonger, so that authorities somebody has written one for (AD
 * CS through cepces, FreeIPA, Dogtag, a CA on this computer) work as they are. A helper does its own networking; that is why this
 * plugin alone may, and why it is off until somebody allowed that helper.
 */
#define G_LOG_DOMAIN "signet-certmonger"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "../sdk/signet-sdk.h"
#include "certmonger-helper.h"
#include "certmonger-scep.h"

#define SECONDS 45           /* within the host's own patience */
#define SECONDS_TO_SAY 5     /* what it wants to be told */
#define CHECK_AFTER 900
#define CHALLENGE "challenge"
#define MAX_CAPABILITIES 4096
#define MAX_ARGUMENTS 32
#define MAX_COOKIE 16384

/* --- what a helper is told ---------------------------------------------------------------------------------------------------------- */

/* One call of the host's: the helper's runs in it share one patience. */
typedef struct {
  SignetSdk  *sdk;
  JsonObject *params;
  gint64      end;   /* monotonic */
} Call;

static Call
begin_call (SignetSdk *sdk, JsonObject *params)
{
  return (Call) { sdk, params, g_get_monotonic_time () + SECONDS * G_USEC_PER_SEC };
}

/* What it is told beside what it is asked to do. All (nullable). */
typedef struct {
  const char       *csr;      /* base64 of DER */
  const char       *cookie;
  const HelperScep *scep;
} Told;

/* Helper=NAME and Arguments=A;B;{state} of [Issuance]. (transfer full): NULL with @error */
static char **
make_command (JsonObject *params, GError **error)
{
  const char *arguments = signet_sdk_get_setting (params, "Arguments");
  const char *state = g_getenv ("SIGNET_PLUGIN_STATE");
  g_auto (GStrv) words = g_strsplit (arguments != NULL ? arguments : "", ";", MAX_ARGUMENTS);
  g_autoptr (GStrvBuilder) command = g_strv_builder_new ();
  g_autofree char *path = helper_find (signet_sdk_get_setting (params, "Helper"), error);

  if (path == NULL)
    return NULL;
  g_strv_builder_add (command, path);
  for (gsize i = 0; words[i] != NULL; i++)
    {
      g_autoptr (GString) word = g_string_new (words[i]);

      g_string_replace (word, "{state}", state != NULL ? state : "", 0);
      if (word->len > 0)
        g_strv_builder_add (command, word->str);
    }
  return g_strv_builder_end (command);
}

/* Takes @value. */
static void
add (GStrvBuilder *environment, const char *name, char *value)
{
  g_autofree char *pair = value != NULL && *value != '\0' ? g_strconcat (name, "=", value, NULL) : NULL;

  if (pair != NULL)
    g_strv_builder_add (environment, pair);
  g_free (value);
}

static char *
dup_spki (const char *csr)
{
  gsize length = 0;
  g_autofree guint8 *der = g_base64_decode (csr, &length);
  const guint8 *at = der;
  X509_REQ *request = d2i_X509_REQ (NULL, &at, (long) length);
  guint8 *spki = NULL;
  int size = request != NULL ? i2d_X509_PUBKEY (X509_REQ_get_X509_PUBKEY (request), &spki) : -1;
  char *text = size > 0 ? g_base64_encode (spki, (gsize) size) : NULL;

  OPENSSL_free (spki);
  X509_REQ_free (request);
  ERR_clear_error ();
  return text;
}

/* [Issuance] NAME=ID of a field: what the person answered there. */
static char *
dup_field (JsonObject *params, const char *name)
{
  const char *id = signet_sdk_get_setting (params, name);

  return id != NULL ? g_strdup (signet_sdk_get_answer (params, id)) : NULL;
}

static void
add_place (GStrvBuilder *environment)
{
  add (environment, "PATH", g_strdup ("/usr/bin:/usr/sbin"));
  add (environment, "HOME", g_strdup ("/tmp"));
  add (environment, "TMPDIR", g_strdup ("/tmp"));
  add (environment, "LC_ALL", g_strdup ("C.UTF-8"));
}

/* @csr: (nullable): within a message of SCEP nobody but the host sees it */
static void
add_request (GStrvBuilder *environment, JsonObject *params, const char *csr)
{
  JsonObject *request = signet_sdk_get_object (params, "request");
  const char *type = signet_sdk_get_string (request, "key_type");
  JsonObject *current = signet_sdk_get_object (request, "current");

  add (environment, "CERTMONGER_REQ_SUBJECT", g_strdup (signet_sdk_get_string (request, "subject")));
  add (environment, "CERTMONGER_REQ_EMAIL", dup_field (params, "EmailField"));
  add (environment, "CERTMONGER_REQ_PRINCIPAL", dup_field (params, "PrincipalField"));
  add (environment, "CERTMONGER_REQ_HOSTNAME", dup_field (params, "HostNameField"));
  add (environment, "CERTMONGER_CSR", helper_to_pem (csr, "CERTIFICATE REQUEST"));
  add (environment, "CERTMONGER_SPKI", csr != NULL ? dup_spki (csr) : NULL);
  add (environment, "CERTMONGER_KEY_TYPE", g_strdup (type != NULL && g_str_has_prefix (type, "rsa") ? "RSA" : "EC"));
  add (environment, "CERTMONGER_CERTIFICATE", helper_to_pem (signet_sdk_get_string (current, "certificate"), "CERTIFICATE"));
}

/* scep-submit reads what it polls with where it reads what it submits; other helpers where certmonger documents it. */
static void
add_scep (GStrvBuilder *environment, const HelperScep *scep, const char *operation)
{
  add (environment, "CERTMONGER_SCEP_RA_CERTIFICATE", g_strdup (scep->ra));
  add (environment, "CERTMONGER_SCEP_CA_CERTIFICATE", g_strdup (scep->issuer));
  add (environment, "CERTMONGER_SCEP_CERTIFICATES", g_strdup (scep->others));
  add (environment, "CERTMONGER_PKCSREQ", g_strdup (scep->message));
  if (strcmp (operation, "POLL") == 0)
    add (environment, "CERTMONGER_GETCERTINITIAL", g_strdup (scep->message));
}

/* (transfer full) */
static char **
make_environment (JsonObject *params, const char *operation, const Told *told)
{
  g_autoptr (GStrvBuilder) environment = g_strv_builder_new ();
  JsonObject *profile = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Profile");

  add_place (environment);
  add (environment, "CERTMONGER_OPERATION", g_strdup (operation));
  add (environment, "CERTMONGER_CA_NICKNAME", g_strdup (signet_sdk_get_string (profile, "Id")));
  add (environment, "CERTMONGER_CA_PROFILE", g_strdup (signet_sdk_get_setting (params, "Template")));
  add (environment, "CERTMONGER_CA_ISSUER", g_strdup (signet_sdk_get_setting (params, "Issuer")));
  add (environment, "CERTMONGER_SCEP_CA_IDENTIFIER", g_strdup (signet_sdk_get_setting (params, "Ca")));
  if (told->csr != NULL || told->scep != NULL)
    add_request (environment, params, told->csr);
  if (told->scep != NULL)
    add_scep (environment, told->scep, operation);
  add (environment, "CERTMONGER_CA_COOKIE", g_strdup (told->cookie));
  return g_strv_builder_end (environment);
}

/* @seconds: at most; less when the call has been long under way */
static HelperRun *
run_helper_for (const Call *call, const char *operation, const Told *told, guint seconds, GError **error)
{
  gint64 left = (call->end - g_get_monotonic_time ()) / G_USEC_PER_SEC;
  g_auto (GStrv) command = make_command (call->params, error);
  g_auto (GStrv) environment = make_environment (call->params, operation, told);
  g_autoptr (HelperRun) run = NULL;

  if (command == NULL)
    return NULL;
  run = helper_run ((const char *const *) command, (const char *const *) environment, (guint) CLAMP (left, 1, (gint64) seconds), error);
  if (run != NULL && run->complaints->len > 0)
    {
      g_autofree char *said = g_utf8_make_valid (run->complaints->str, (gssize) run->complaints->len);
      signet_sdk_log (call->sdk, said);
    }
  return g_steal_pointer (&run);
}

static HelperRun *
run_helper (const Call *call, const char *operation, const Told *told, GError **error)
{
  return run_helper_for (call, operation, told, SECONDS, error);
}

/* --- what it says -------------------------------------------------------------------------------------------------------------------- */

/* PEM from where it begins; DER when nothing is before it. (transfer full) (nullable): base64 */
static char *
read_certificate (GString *output)
{
  const char *pem = strstr (output->str, "-----BEGIN ");

  if (pem != NULL)
    return g_base64_encode ((const guchar *) pem, output->len - (gsize) (pem - output->str));
  if (output->len > 64 && output->str[0] == 0x30 && (guchar) output->str[1] >= 0x81)
    return g_base64_encode ((const guchar *) output->str, output->len);
  return NULL;
}

static JsonObject *
issued (GString *output, GError **error)
{
  g_autofree char *certificate = read_certificate (output);
  JsonObject *result;

  if (certificate == NULL)
    {
      g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the helper says that the certificate is there, and gives none");
      return NULL;
    }
  result = json_object_new ();
  json_object_set_string_member (result, "state", "issued");
  json_object_set_string_member (result, "certificate", certificate);
  return result;
}

/* Ours: the helper's cookie beside the request it belongs to. @csr: (nullable): of SCEP, whose messages are made anew */
static char *
write_cookie (const char *csr, const char *cookie)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  if (csr != NULL)
    json_object_set_string_member (object, "csr", csr);
  else
    json_object_set_boolean_member (object, "scep", TRUE);
  json_object_set_string_member (object, "cookie", cookie);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

/* [Issuance] CheckAfter: for helpers that name no time. */
static gint64
usual_wait (JsonObject *params)
{
  const char *after = signet_sdk_get_setting (params, "CheckAfter");
  gint64 seconds = 0;

  return after != NULL && g_ascii_string_to_signed (after, 10, 1, G_MAXINT, &seconds, NULL) ? seconds : CHECK_AFTER;
}

/* @output: a cookie; with a delay, the number of seconds in a line before it. */
static JsonObject *
waiting (GString *output, gboolean has_delay, const char *csr, gint64 seconds, GError **error)
{
  g_autofree char *text = g_strstrip (g_utf8_make_valid (output->str, (gssize) output->len));
  char *line = has_delay ? strchr (text, '\n') : NULL;
  g_autofree char *cookie = NULL;
  JsonObject *result;

  if (line != NULL)
    *line = '\0';
  if (strlen (text) > MAX_COOKIE || (has_delay && !g_ascii_string_to_signed (g_strstrip (text), 10, 0, G_MAXINT, &seconds, NULL)))
    {
      g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the helper asks to wait in a way that cannot be understood");
      return NULL;
    }
  cookie = write_cookie (csr, !has_delay ? text : line != NULL ? g_strstrip (line + 1) : "");
  result = json_object_new ();
  json_object_set_string_member (result, "state", "waiting");
  json_object_set_string_member (result, "cookie", cookie);
  json_object_set_int_member (result, "check_after", MAX (seconds, 1));
  return result;
}

/* The helper's words about why not. */
static JsonObject *
refuse (const HelperRun *run, GError **error)
{
  static const struct { int status; int code; const char *words; } rows[] = {
    { HELPER_REJECTED, SIGNET_SDK_ERROR_REJECTED, "the authority refused" },
    { HELPER_UNREACHABLE, SIGNET_SDK_ERROR_UNREACHABLE, "the helper cannot reach the authority" },
    { HELPER_UNCONFIGURED, SIGNET_SDK_ERROR_FAILED, "the helper is not set up for this" },
    { HELPER_NOT_SUPPORTED, SIGNET_SDK_ERROR_FAILED, "the helper does not know how to do this" },
    { HELPER_NEEDS_SCEP, SIGNET_SDK_ERROR_FAILED, "the helper does not take the message of SCEP that was made for it" },
    { HELPER_NEEDS_OTHER_KEY, SIGNET_SDK_ERROR_REJECTED, "the authority wants another key: ask anew" },
  };
  const GString *said = run->output->len > 0 ? run->output : run->complaints;
  g_autofree char *text = g_strstrip (g_utf8_make_valid (said->str, (gssize) MIN (said->len, 1000)));

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].status == run->status)
      {
        g_set_error (error, SIGNET_SDK_ERROR, rows[i].code, "%s%s%s", rows[i].words, *text != '\0' ? ": " : "", text);
        return NULL;
      }
  g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the helper ended with the status %d, which means nothing%s%s", run->status,
               *text != '\0' ? ": " : "", text);
  return NULL;
}

static JsonObject *
read_run (const Call *call, const HelperRun *run, const char *csr, GError **error)
{
  switch (run->status)
    {
    case HELPER_ISSUED:
      return issued (run->output, error);
    case HELPER_WAIT:
      return waiting (run->output, FALSE, csr, usual_wait (call->params), error);
    case HELPER_WAIT_WITH_DELAY:
      return waiting (run->output, TRUE, csr, usual_wait (call->params), error);
    default:
      return refuse (run, error);
    }
}

/* --- a request -------------------------------------------------------------------------------------------------------------------------- */

/* CsrAttrs (RFC 7030, 4.5.2) with an extensionRequest: keyUsage critical, digitalSignature and nonRepudiation. Without such a wish a CA like
   local-submit certifies a key for nothing in particular. */
#define WISH_TO_SIGN "MCEwHwYJKoZIhvcNAQkOMRIwEDAOBgNVHQ8BAf8EBAMCBsA="

/* [Issuance] KeyUsage=none leaves it to the authority. */
static JsonObject *
csr_params (JsonObject *params)
{
  JsonObject *result = json_object_new ();
  JsonObject *attributes;

  if (g_strcmp0 (signet_sdk_get_setting (params, "KeyUsage"), "none") == 0)
    return result;
  attributes = json_object_new ();
  json_object_set_string_member (attributes, "csrattrs", WISH_TO_SIGN);
  json_object_set_object_member (result, "attributes", attributes);
  return result;
}

static JsonObject *
submit_csr (const Call *call, gboolean *wants_scep, GError **error)
{
  g_autoptr (JsonObject) made = signet_sdk_ask (call->sdk, "csr.make", csr_params (call->params), error);
  const char *csr = signet_sdk_get_string (made, "csr");
  const Told told = { .csr = csr };
  g_autoptr (HelperRun) run = NULL;

  if (csr == NULL)
    return NULL;
  signet_sdk_progress (call->sdk, "submitting", -1);
  run = run_helper (call, "SUBMIT", &told, error);
  *wants_scep = run != NULL && run->status == HELPER_NEEDS_SCEP;
  return run != NULL && !*wants_scep ? read_run (call, run, csr, error) : NULL;
}

/* --- SCEP -------------------------------------------------------------------------------------------------------------------------------- */

/* What it wants to be told it says itself, before a key on the token signs something it has no use for. */
static gboolean
says_scep (const Call *call)
{
  const Told nothing = { NULL };
  g_autoptr (HelperRun) run = run_helper_for (call, "GET-NEW-REQUEST-REQUIREMENTS", &nothing, SECONDS_TO_SAY, NULL);

  return run != NULL && run->status == HELPER_ISSUED && helper_scep_is_wanted (run->output->str);
}

/* A server from before capabilities has none. What the profile says nobody on the way can take away. */
static gboolean
read_capabilities (const Call *call, HelperScep *scep, GError **error)
{
  const char *fixed = signet_sdk_get_setting (call->params, "Capabilities");
  const Told nothing = { NULL };
  g_autoptr (HelperRun) run = NULL;

  if (fixed != NULL)
    {
      scep->caps = g_strdelimit (g_strdup (fixed), ";", '\n');
      return TRUE;
    }
  run = run_helper (call, "FETCH-SCEP-CA-CAPS", &nothing, error);
  if (run == NULL)
    return FALSE;
  scep->caps = run->status == HELPER_ISSUED ? g_utf8_make_valid (run->output->str, (gssize) MIN (run->output->len, MAX_CAPABILITIES)) : g_strdup ("");
  return TRUE;
}

static gboolean
look_at_server (const Call *call, HelperScep *scep, GError **error)
{
  const Told nothing = { NULL };
  g_autoptr (HelperRun) run = run_helper (call, "FETCH-SCEP-CA-CERTS", &nothing, error);

  if (run == NULL)
    return FALSE;
  if (run->status == HELPER_ISSUED)
    return helper_scep_read_certificates (scep, run->output->str, error) && read_capabilities (call, scep, error);
  refuse (run, error);
  return FALSE;
}

/* The helper has held the answer against the message and gives what was in it. */
static JsonObject *
open_envelope (const Call *call, const SignetSdkScepServer *server, const HelperRun *run, GError **error)
{
  g_autofree char *envelope = helper_scep_read_envelope (run->output->str);

  if (envelope != NULL)
    return signet_sdk_scep_open_envelope (call->sdk, envelope, server, error);
  g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the helper says that the certificate is there, and gives none");
  return NULL;
}

static void
use_chain (HelperScep *scep, JsonObject *made)
{
  JsonNode *node = made != NULL ? json_object_get_member (made, "certificates") : NULL;
  JsonArray *filed = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) chain = NULL;

  for (guint i = 0; filed != NULL && i < json_array_get_length (filed); i++)
    g_strv_builder_add (builder, json_array_get_string_element (filed, i));
  chain = g_strv_builder_end (builder);
  helper_scep_use_chain (scep, (const char *const *) chain);
}

static JsonObject *
exchange (const Call *call, const char *operation, const char *type, const char *cookie, GError **error)
{
  g_auto (HelperScep) scep = { NULL };
  const Told told = { .cookie = cookie, .scep = &scep };
  gboolean challenged = strcmp (type, "CertPoll") != 0 && signet_sdk_has_secret (call->params, CHALLENGE);
  SignetSdkScepServer server;
  g_autoptr (JsonObject) made = NULL;
  g_autoptr (HelperRun) run = NULL;

  if (!look_at_server (call, &scep, error))
    return NULL;
  server = (SignetSdkScepServer) { scep.ca, scep.caps };
  made = signet_sdk_scep_make (call->sdk, type, &server, challenged ? CHALLENGE : NULL, error);
  scep.message = helper_to_pem (signet_sdk_get_string (made, "message"), "PKCS7");
  if (scep.message == NULL)
    return NULL;
  use_chain (&scep, made);
  signet_sdk_progress (call->sdk, "submitting", -1);
  run = run_helper (call, operation, &told, error);
  if (run == NULL)
    return NULL;
  return run->status == HELPER_ISSUED ? open_envelope (call, &server, run, error) : read_run (call, run, NULL, error);
}

/* --- methods ---------------------------------------------------------------------------------------------------------------------------- */

static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  const Call call = begin_call (sdk, params);
  gboolean wants_scep = says_scep (&call);
  JsonObject *result = wants_scep ? NULL : submit_csr (&call, &wants_scep, error);

  return wants_scep ? exchange (&call, "SUBMIT", "PKCSReq", NULL, error) : result;
}

static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  const Call call = begin_call (sdk, params);
  const char *cookie = signet_sdk_get_cookie (params);
  g_autoptr (JsonNode) node = cookie != NULL ? json_from_string (cookie, NULL) : NULL;
  JsonObject *kept = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const Told told = { .csr = signet_sdk_get_string (kept, "csr"), .cookie = signet_sdk_get_string (kept, "cookie") };
  g_autoptr (HelperRun) run = NULL;

  if (kept != NULL && json_object_has_member (kept, "scep"))
    return exchange (&call, "POLL", "CertPoll", told.cookie, error);
  if (told.csr == NULL)
    {
      g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "what was kept of this request cannot be read");
      return NULL;
    }
  run = run_helper (&call, "POLL", &told, error);
  return run != NULL ? read_run (&call, run, told.csr, error) : NULL;
}

/* All there is in what the helper calls roots: told, and trusted for nothing. */
static JsonObject *
chain (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  const Call call = begin_call (sdk, params);
  const Told nothing = { NULL };
  g_autoptr (HelperRun) run = run_helper (&call, "FETCH-ROOTS", &nothing, error);
  JsonObject *result;
  JsonArray *certificates;
  g_autofree char *all = NULL;

  if (run == NULL)
    return NULL;
  if (run->status != HELPER_ISSUED && run->status != HELPER_NOT_SUPPORTED)
    return refuse (run, error);
  result = json_object_new ();
  certificates = json_array_new ();
  all = run->status == HELPER_ISSUED ? read_certificate (run->output) : NULL;
  if (all != NULL)
    json_array_add_string_element (certificates, all);
  json_object_set_array_member (result, "certificates", certificates);
  return result;
}

static const SignetSdkEntry methods[] = {
  { "profiles", signet_sdk_answer_profiles }, { "form", signet_sdk_answer_form }, { "disclose", signet_sdk_answer_disclose },
  { "chain", chain },
  { "submit", submit }, { "renew", submit }, { "poll", poll }, { NULL, NULL },
};

int
main (void)
{
  return signet_sdk_main (methods, NULL);
}
