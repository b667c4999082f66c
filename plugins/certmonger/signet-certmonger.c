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

#define SECONDS 45           /* within the host's own patience */
#define CHECK_AFTER 900
#define MAX_ARGUMENTS 32
#define MAX_COOKIE 16384

/* --- what a helper is told ---------------------------------------------------------------------------------------------------------- */

static JsonObject *
issuance_of (JsonObject *params)
{
  return signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance");
}

/* Helper=NAME and Arguments=A;B;{state} of [Issuance]. (transfer full): NULL with @error */
static char **
make_command (JsonObject *params, GError **error)
{
  JsonObject *issuance = issuance_of (params);
  const char *arguments = signet_sdk_get_string (issuance, "Arguments");
  const char *state = g_getenv ("SIGNET_PLUGIN_STATE");
  g_auto (GStrv) words = g_strsplit (arguments != NULL ? arguments : "", ";", MAX_ARGUMENTS);
  g_autoptr (GStrvBuilder) command = g_strv_builder_new ();
  g_autofree char *path = helper_find (signet_sdk_get_string (issuance, "Helper"), error);

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
to_pem (const char *base64, const char *label)
{
  g_autoptr (GString) pem = g_string_new (NULL);

  if (base64 == NULL)
    return NULL;
  g_string_append_printf (pem, "-----BEGIN %s-----\n", label);
  for (gsize at = 0, length = strlen (base64); at < length; at += 64)
    g_string_append_printf (pem, "%.64s\n", base64 + at);
  g_string_append_printf (pem, "-----END %s-----\n", label);
  return g_string_free (g_steal_pointer (&pem), FALSE);
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
  const char *id = signet_sdk_get_string (issuance_of (params), name);

  return id != NULL ? g_strdup (signet_sdk_get_string (signet_sdk_get_object (signet_sdk_get_object (params, "request"), "fields"), id)) : NULL;
}

static void
add_place (GStrvBuilder *environment)
{
  add (environment, "PATH", g_strdup ("/usr/bin:/usr/sbin"));
  add (environment, "HOME", g_strdup ("/tmp"));
  add (environment, "TMPDIR", g_strdup ("/tmp"));
  add (environment, "LC_ALL", g_strdup ("C.UTF-8"));
}

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
  add (environment, "CERTMONGER_CSR", to_pem (csr, "CERTIFICATE REQUEST"));
  add (environment, "CERTMONGER_SPKI", dup_spki (csr));
  add (environment, "CERTMONGER_KEY_TYPE", g_strdup (type != NULL && g_str_has_prefix (type, "rsa") ? "RSA" : "EC"));
  add (environment, "CERTMONGER_CERTIFICATE", to_pem (signet_sdk_get_string (current, "certificate"), "CERTIFICATE"));
}

/* @csr: (nullable): base64 of DER; @cookie: (nullable). (transfer full) */
static char **
make_environment (JsonObject *params, const char *operation, const char *csr, const char *cookie)
{
  g_autoptr (GStrvBuilder) environment = g_strv_builder_new ();
  JsonObject *profile = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Profile");

  add_place (environment);
  add (environment, "CERTMONGER_OPERATION", g_strdup (operation));
  add (environment, "CERTMONGER_CA_NICKNAME", g_strdup (signet_sdk_get_string (profile, "Id")));
  add (environment, "CERTMONGER_CA_PROFILE", g_strdup (signet_sdk_get_string (issuance_of (params), "Template")));
  add (environment, "CERTMONGER_CA_ISSUER", g_strdup (signet_sdk_get_string (issuance_of (params), "Issuer")));
  if (csr != NULL)
    add_request (environment, params, csr);
  add (environment, "CERTMONGER_CA_COOKIE", g_strdup (cookie));
  return g_strv_builder_end (environment);
}

static HelperRun *
run_helper (SignetSdk *sdk, JsonObject *params, const char *operation, const char *csr, const char *cookie, GError **error)
{
  g_auto (GStrv) command = make_command (params, error);
  g_auto (GStrv) environment = make_environment (params, operation, csr, cookie);
  g_autoptr (HelperRun) run = NULL;

  if (command == NULL)
    return NULL;
  run = helper_run ((const char *const *) command, (const char *const *) environment, SECONDS, error);
  if (run != NULL && run->complaints->len > 0)
    {
      g_autofree char *said = g_utf8_make_valid (run->complaints->str, (gssize) run->complaints->len);
      signet_sdk_log (sdk, said);
    }
  return g_steal_pointer (&run);
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

/* Ours: the helper's cookie beside the request it belongs to. */
static char *
write_cookie (const char *csr, const char *cookie)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "csr", csr);
  json_object_set_string_member (object, "cookie", cookie);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

/* @output: a cookie; with a delay, the number of seconds in a line before it. */
static JsonObject *
waiting (GString *output, gboolean has_delay, const char *csr, GError **error)
{
  g_autofree char *text = g_strstrip (g_utf8_make_valid (output->str, (gssize) output->len));
  char *line = has_delay ? strchr (text, '\n') : NULL;
  g_autofree char *cookie = NULL;
  gint64 seconds = CHECK_AFTER;
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
    { HELPER_NEEDS_SCEP, SIGNET_SDK_ERROR_FAILED, "this helper wants messages of SCEP: a profile for the plugin scep serves its authority" },
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
read_run (const HelperRun *run, const char *csr, GError **error)
{
  switch (run->status)
    {
    case HELPER_ISSUED:
      return issued (run->output, error);
    case HELPER_WAIT:
      return waiting (run->output, FALSE, csr, error);
    case HELPER_WAIT_WITH_DELAY:
      return waiting (run->output, TRUE, csr, error);
    default:
      return refuse (run, error);
    }
}

/* --- methods ---------------------------------------------------------------------------------------------------------------------------- */

/* CsrAttrs (RFC 7030, 4.5.2) with an extensionRequest: keyUsage critical, digitalSignature and nonRepudiation. Without such a wish a CA like
   local-submit certifies a key for nothing in particular. */
#define WISH_TO_SIGN "MCEwHwYJKoZIhvcNAQkOMRIwEDAOBgNVHQ8BAf8EBAMCBsA="

/* [Issuance] KeyUsage=none leaves it to the authority. */
static JsonObject *
csr_params (JsonObject *params)
{
  JsonObject *result = json_object_new ();
  JsonObject *attributes;

  if (g_strcmp0 (signet_sdk_get_string (issuance_of (params), "KeyUsage"), "none") == 0)
    return result;
  attributes = json_object_new ();
  json_object_set_string_member (attributes, "csrattrs", WISH_TO_SIGN);
  json_object_set_object_member (result, "attributes", attributes);
  return result;
}

static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_autoptr (JsonObject) made = signet_sdk_ask (sdk, "csr.make", csr_params (params), error);
  const char *csr = signet_sdk_get_string (made, "csr");
  g_autoptr (HelperRun) run = NULL;

  if (csr == NULL)
    return NULL;
  signet_sdk_progress (sdk, "submitting", -1);
  run = run_helper (sdk, params, "SUBMIT", csr, NULL, error);
  return run != NULL ? read_run (run, csr, error) : NULL;
}

static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  const char *cookie = signet_sdk_get_string (params, "cookie");
  g_autoptr (JsonNode) node = cookie != NULL ? json_from_string (cookie, NULL) : NULL;
  JsonObject *kept = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *csr = signet_sdk_get_string (kept, "csr");
  g_autoptr (HelperRun) run = NULL;

  if (csr == NULL)
    {
      g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "what was kept of this request cannot be read");
      return NULL;
    }
  run = run_helper (sdk, params, "POLL", csr, signet_sdk_get_string (kept, "cookie"), error);
  return run != NULL ? read_run (run, csr, error) : NULL;
}

/* All there is in what the helper calls roots: told, and trusted for nothing. */
static JsonObject *
chain (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_autoptr (HelperRun) run = run_helper (sdk, params, "FETCH-ROOTS", NULL, NULL, error);
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
