/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-answer.c: what a plugin answered to submit, renew or poll, taken into the request: certificates in any form and order, a
 * second certificate with its key, a cookie to come back with, something to carry. Whether it is what was asked for is judged
 * later, in signet-enrolment-check.c.
 */
#define G_LOG_DOMAIN "signet-enrolment-answer"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

#include "../base/signet-text.h"

#define MIN_WAIT      1
#define MAX_HAND_FILE (256 * 1024)
#define MAX_HAND_NAME 100
#define MAX_HAND_TEXT 1000
#define MAX_CHAIN     16

static gboolean
bad_answer (GError **error, const char *why)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin's answer %s", why);
  return FALSE;
}

/* (transfer full) (nullable): nothing for an empty text too */
static GBytes *
decode (const char *text)
{
  gsize length = 0;
  guint8 *data = text != NULL ? g_base64_decode (text, &length) : NULL;

  if (length > 0)
    return g_bytes_new_take (data, length);
  g_free (data);
  return NULL;
}

/* --- certificates -------------------------------------------------------------------------------------------------------------- */

/* What is no certificate will be none when it is asked for again: that ends the attempt. */
static GPtrArray *
parse_certificates (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = decode (text);
  g_autoptr (GPtrArray) certificates = NULL;
  g_autoptr (GError) local = NULL;

  if (bytes == NULL)
    {
      bad_answer (error, "has no certificate");
      return NULL;
    }
  certificates = signet_certificate_parse_many (bytes, &local);
  if (certificates != NULL && certificates->len > 0)
    return g_steal_pointer (&certificates);
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "what came is not a certificate%s%s",
               local != NULL ? ": " : "", local != NULL ? local->message : "");
  return NULL;
}

/* The one for our key, wherever it stands; without one, one that is nobody's authority, so that the check names the right fault. */
static SignetCertificate *
choose_certificate (SignetRequest *request, GPtrArray *certificates)
{
  SignetCertificate *other = NULL;

  for (guint i = 0; i < certificates->len; i++)
    {
      SignetCertificate *certificate = certificates->pdata[i];

      if (g_strcmp0 (signet_certificate_get_key_sha256 (certificate), request->key_sha256) == 0)
        return certificate;
      if (other == NULL && !signet_certificate_is_ca (certificate))
        other = certificate;
    }
  return other != NULL ? other : certificates->pdata[0];
}

static void
add_authorities (GPtrArray *chain, GPtrArray *certificates, SignetCertificate *except)
{
  for (guint i = 0; i < certificates->len && chain->len < MAX_CHAIN; i++)
    if (certificates->pdata[i] != except && signet_certificate_is_ca (certificates->pdata[i]))
      g_ptr_array_add (chain, g_object_ref (certificates->pdata[i]));
}

static gboolean
read_chain (JsonObject *answer, GPtrArray *chain, GError **error)
{
  JsonNode *node = json_object_get_member (answer, "chain");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_CHAIN); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      gboolean is_text = JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING;
      g_autoptr (GPtrArray) certificates = parse_certificates (is_text ? json_node_get_string (element) : NULL, error);

      if (certificates == NULL)
        return FALSE;
      add_authorities (chain, certificates, NULL);
    }
  return TRUE;
}

/* --- the second certificate ---------------------------------------------------------------------------------------------------- */

/* Only forms that are encrypted: a key in the clear has been seen by everybody on the way and would be kept so. */
static gboolean
is_key_format (const char *format)
{
  return g_strcmp0 (format, "cms") == 0 || g_strcmp0 (format, "pkcs12") == 0;
}

static char *
delivered_text (JsonObject *encryption, const char *secret)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *kept = json_object_new ();

  json_object_set_string_member (kept, "key", _signet_broker_get_text (encryption, "key"));
  json_object_set_string_member (kept, "key_format", _signet_broker_get_text (encryption, "key_format"));
  if (secret != NULL)
    json_object_set_string_member (kept, "passphrase", secret);
  json_node_take_object (node, kept);
  return json_to_string (node, FALSE);
}

static gboolean
take_encryption (SignetEnrolmentRun *run, JsonObject *encryption, GError **error)
{
  SignetRequest *request = run->request;
  g_autoptr (GPtrArray) certificates = parse_certificates (_signet_broker_get_text (encryption, "certificate"), error);
  JsonObject *reference = _signet_broker_get_object (encryption, "passphrase");
  const char *secret = NULL;

  if (certificates == NULL)
    return FALSE;
  if (g_strcmp0 (_signet_broker_get_text (encryption, "key_format"), "pkcs12") == 0 &&
      (secret = _signet_broker_secret_reference (run, reference, error)) == NULL)
    return FALSE;
  if (_signet_broker_get_text (encryption, "key") == NULL || !is_key_format (_signet_broker_get_text (encryption, "key_format")))
    return bad_answer (error, "has an encryption certificate without an encrypted key");
  g_set_object (&request->encryption, certificates->pdata[0]);
  g_free (request->delivered);
  request->delivered = delivered_text (encryption, secret);
  g_free (request->encryption_note);
  request->encryption_note = g_strdup ("delivered");
  return TRUE;
}

/* --- the three answers --------------------------------------------------------------------------------------------------------- */

static void
clear_hand (SignetRequest *request)
{
  g_clear_pointer (&request->hand_name, g_free);
  g_clear_pointer (&request->hand_text, g_free);
  g_clear_pointer (&request->hand_file, g_bytes_unref);
}

static gboolean
take_cookie (SignetRequest *request, JsonObject *answer, GError **error)
{
  const char *cookie = _signet_broker_get_text (answer, "cookie");

  if (cookie != NULL && strlen (cookie) > SIGNET_REQUEST_MAX_COOKIE)
    return bad_answer (error, "has a cookie that is too long");
  g_free (request->cookie);
  request->cookie = g_strdup (cookie);
  return TRUE;
}

static gboolean
take_issued (SignetEnrolmentRun *run, JsonObject *answer, GError **error)
{
  SignetRequest *request = run->request;
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) certificates = parse_certificates (_signet_broker_get_text (answer, "certificate"), error);
  JsonNode *encryption = json_object_get_member (answer, "encryption");
  SignetCertificate *own = NULL;

  if (certificates == NULL || !read_chain (answer, chain, error))
    return FALSE;
  /* to confirm with, where that is done */
  if (json_object_has_member (answer, "cookie") && !take_cookie (request, answer, error))
    return FALSE;
  if (encryption != NULL && JSON_NODE_HOLDS_OBJECT (encryption) && !take_encryption (run, json_node_get_object (encryption), error))
    return FALSE;
  own = choose_certificate (request, certificates);
  add_authorities (chain, certificates, own);
  _signet_request_set_certificate (request, own);
  g_clear_pointer (&request->chain, g_bytes_unref);
  if (chain->len > 0)
    request->chain = signet_certificate_encode_pkcs7 (chain);
  return _signet_enrolment_run_enter (run, SIGNET_REQUEST_ISSUED, error);
}

static gboolean
take_waiting (SignetEnrolmentRun *run, JsonObject *answer, GError **error)
{
  gint64 now = signet_clock_now (run->enrolment->clock);

  if (!take_cookie (run->request, answer, error))
    return FALSE;
  clear_hand (run->request);
  if (_signet_broker_get_text (answer, "text") != NULL)
    run->request->hand_text = signet_text_sanitize (_signet_broker_get_text (answer, "text"), -1, MAX_HAND_TEXT);
  run->request->next_poll = now + CLAMP (_signet_broker_get_int (answer, "check_after"), MIN_WAIT, SIGNET_REQUEST_MAX_WAIT);
  return _signet_enrolment_run_enter (run, SIGNET_REQUEST_WAITING, error);
}

/* A name for a file of the person: nothing that leads out of a folder or hides there. */
static char *
hand_name (const char *name)
{
  g_autofree char *text = signet_text_sanitize (name != NULL ? name : "", -1, MAX_HAND_NAME);
  char *base = g_path_get_basename (text);

  g_strdelimit (base, "/\\:*?\"<>|", '_');
  if (*base != '\0' && *base != '.' && *text != '\0')
    return base;
  g_free (base);
  return g_strdup ("request");
}

/* Asked about only when the person says that there is an answer. */
static gboolean
take_hand (SignetEnrolmentRun *run, JsonObject *answer, GError **error)
{
  SignetRequest *request = run->request;
  g_autoptr (GBytes) file = decode (_signet_broker_get_text (answer, "file"));

  if (file == NULL || g_bytes_get_size (file) > MAX_HAND_FILE)
    return bad_answer (error, "gives no file to carry, or one that is too large");
  if (!take_cookie (request, answer, error))
    return FALSE;
  clear_hand (request);
  request->hand_file = g_bytes_ref (file);
  request->hand_name = hand_name (_signet_broker_get_text (answer, "name"));
  if (_signet_broker_get_text (answer, "text") != NULL)
    request->hand_text = signet_text_sanitize (_signet_broker_get_text (answer, "text"), -1, MAX_HAND_TEXT);
  request->next_poll = SIGNET_TIME_UNKNOWN;
  run->handed = TRUE;
  return _signet_enrolment_run_enter (run, SIGNET_REQUEST_WAITING, error);
}

gboolean
_signet_enrolment_run_take (SignetEnrolmentRun *run, JsonNode *node, GError **error)
{
  JsonObject *answer = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *state = answer != NULL ? _signet_broker_get_text (answer, "state") : NULL;

  if (g_strcmp0 (state, "issued") == 0)
    return take_issued (run, answer, error);
  if (g_strcmp0 (state, "waiting") == 0)
    return take_waiting (run, answer, error);
  if (g_strcmp0 (state, "hand") == 0)
    return take_hand (run, answer, error);
  return bad_answer (error, "names no state");
}
