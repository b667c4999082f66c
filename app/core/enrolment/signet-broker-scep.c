/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-scep.c: scep.make and scep.open (RFC 8894). A key on a token signs and does not decrypt, so a one-time transport key carries the
 * message and receives the answer; the request inside is signed by the new key, on the token. A renewal may be signed by the certificate that is
 * renewed; the transport certificate goes beside it. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker-scep"

#include "config.h"

#include "signet-broker-private.h"

#include <openssl/rand.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"
#include "signet-scep-private.h"

#define NONCE_SIZE 16
#define TRANSACTION "scep " /* and the nonce of the message that is out, in the request */

/* --- what the server is ------------------------------------------------------------------------------------------------------ */

static GBytes *
get_bytes (JsonObject *params, const char *name)
{
  const char *text = _signet_broker_get_text (params, name);
  gsize length = 0;
  guint8 *data = text != NULL ? g_base64_decode (text, &length) : NULL;

  return g_bytes_new_take (data, length);
}

static SignetScepServer *
server_of (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autoptr (GBytes) told = get_bytes (params, "ca");
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  GPtrArray *filed = signet_authority_get_chain (run->authority);

  for (guint i = 0; i < filed->len; i++)
    if (signet_certificate_get_x509 (filed->pdata[i]) != NULL)
      g_ptr_array_add (chain, signet_certificate_get_x509 (filed->pdata[i]));
  return _signet_scep_server_new (told, _signet_broker_get_text (params, "caps"), chain, error);
}

/* --- what goes in ---------------------------------------------------------------------------------------------------------------- */

static GBytes *
encode_csr (X509_REQ *csr)
{
  guint8 *der = NULL;
  int length = csr != NULL ? i2d_X509_REQ (csr, &der) : -1;
  GBytes *bytes = length > 0 ? g_bytes_new (der, (gsize) length) : NULL;

  OPENSSL_free (der);
  return bytes;
}

static gboolean
get_challenge (SignetEnrolmentRun *run, JsonObject *params, SignetSecret **challenge, GError **error)
{
  JsonObject *reference = _signet_broker_get_object (params, "challenge");
  const char *id;

  if (reference == NULL)
    return TRUE;
  id = _signet_broker_secret_reference (run, reference, error);
  *challenge = id != NULL ? _signet_enrolment_run_secret (run, id, error) : NULL;
  return *challenge != NULL;
}

static GBytes *
make_content (SignetEnrolmentRun *run, JsonObject *params, const SignetScepServer *server, SignetScepType type, const X509_NAME *subject, GError **error)
{
  g_autoptr (SignetSecret) challenge = NULL;
  X509_REQ *csr;
  GBytes *content;

  if (type == SIGNET_SCEP_CERT_POLL)
    return _signet_scep_poll_content (server, subject);
  if (!get_challenge (run, params, &challenge, error))
    return NULL;
  csr = _signet_broker_new_csr (run, NULL, challenge, error);
  content = encode_csr (csr);
  X509_REQ_free (csr);
  return content;
}

/* --- the message ----------------------------------------------------------------------------------------------------------------------- */

/* The certificate being renewed signs; whoever encrypts the answer for each certificate that came along can be read. */
static gboolean
sign_as_current (SignetEnrolmentRun *run, SignetScepRequest *request, X509 *transport, GError **error)
{
  SignetSigner *signer = _signet_enrolment_run_current_signer (run, error);

  if (signer == NULL)
    return FALSE;
  request->key = signet_signer_new_evp_pkey (signer, error);
  request->certificate = signet_certificate_get_x509 (run->current);
  request->beside = transport;
  return request->key != NULL;
}

static GBytes *
make_message (SignetEnrolmentRun *run, JsonObject *params, const SignetScepServer *server, SignetScepType type, GBytes *nonce, GError **error)
{
  EVP_PKEY *key = _signet_enrolment_run_transport_key (run, error);
  X509_NAME *subject = key != NULL ? _signet_request_dup_name (run->request, error) : NULL;
  X509 *transport = subject != NULL ? _signet_scep_certificate_new (key, subject) : NULL;
  g_autoptr (GBytes) content = transport != NULL ? make_content (run, params, server, type, subject, error) : NULL;
  SignetScepRequest request = { .type = type, .transaction = run->request->attempt, .nonce = nonce, .content = content,
                                .certificate = transport, .key = key };
  GBytes *message = NULL;

  if (content != NULL && (type != SIGNET_SCEP_RENEWAL_REQ || sign_as_current (run, &request, transport, error)))
    message = _signet_scep_message_new (server, &request, error);
  if (request.key != key)
    EVP_PKEY_free (request.key);
  X509_free (transport);
  X509_NAME_free (subject);
  EVP_PKEY_free (key);
  return message;
}

static GBytes *
new_nonce (void)
{
  guint8 bytes[NONCE_SIZE];

  return RAND_bytes (bytes, sizeof bytes) == 1 ? g_bytes_new (bytes, sizeof bytes) : NULL;
}

static void
keep_nonce (SignetRequest *request, GBytes *nonce)
{
  g_autofree char *hex = signet_text_hex (g_bytes_get_data (nonce, NULL), NONCE_SIZE);

  g_free (request->transaction);
  request->transaction = g_strconcat (TRANSACTION, hex, NULL);
}

/* (transfer full) (nullable) */
static GBytes *
take_nonce (SignetRequest *request)
{
  g_autofree char *text = g_steal_pointer (&request->transaction);

  return text != NULL && g_str_has_prefix (text, TRANSACTION) ? signet_text_unhex (text + strlen (TRANSACTION)) : NULL;
}

static gboolean
read_type (const char *name, SignetScepType *type)
{
  static const struct { const char *name; SignetScepType type; } types[] = {
    { "PKCSReq", SIGNET_SCEP_PKCS_REQ }, { "RenewalReq", SIGNET_SCEP_RENEWAL_REQ }, { "CertPoll", SIGNET_SCEP_CERT_POLL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (name, types[i].name) == 0)
      {
        *type = types[i].type;
        return TRUE;
      }
  return FALSE;
}

/* A server that can do nothing better is not refused, for it is the authority's choice; but it is remembered. */
static void
note_weakness (SignetEnrolmentRun *run, const SignetScepServer *server, SignetScepType type)
{
  g_autofree char *algorithms = NULL;

  if (!server->weak || type == SIGNET_SCEP_CERT_POLL)
    return;
  algorithms = g_strdup_printf ("\"%s, %s\"", EVP_CIPHER_get0_name (server->cipher), EVP_MD_get0_name (server->digest));
  g_message ("the authority's server can only do %s", algorithms);
  _signet_enrolment_run_note (run, "weak-algorithms", "algorithms", algorithms);
}

/* Who answers may be held against what is filed, and not against what came over plain HTTP. */
static JsonArray *
filed_chain (SignetEnrolmentRun *run)
{
  GPtrArray *filed = signet_authority_get_chain (run->authority);
  JsonArray *all = json_array_new ();

  for (guint i = 0; i < filed->len; i++)
    {
      GBytes *der = signet_certificate_get_der (filed->pdata[i]);
      g_autofree char *text = g_base64_encode (g_bytes_get_data (der, NULL), g_bytes_get_size (der));

      json_array_add_string_element (all, text);
    }
  return all;
}

/* {"type", "ca", "caps", "challenge": {secret}} → {"message", "post", "certificates"} */
JsonObject *
_signet_broker_serve_scep_make (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autoptr (SignetScepServer) server = NULL;
  g_autoptr (GBytes) nonce = new_nonce ();
  g_autoptr (GBytes) message = NULL;
  SignetScepType type;
  JsonObject *result;

  if (!read_type (_signet_broker_get_text (params, "type"), &type) || run->request == NULL || nonce == NULL)
    {
      _signet_broker_misuse (error, "a SCEP message is PKCSReq, RenewalReq or CertPoll");
      return NULL;
    }
  server = server_of (run, params, error);
  if (server == NULL || (message = make_message (run, params, server, type, nonce, error)) == NULL)
    return NULL;
  keep_nonce (run->request, nonce);
  note_weakness (run, server, type);
  _signet_broker_note_given (run);
  result = json_object_new ();
  _signet_broker_take_base64 (result, "message", message);
  json_object_set_boolean_member (result, "post", server->posts);
  json_object_set_array_member (result, "certificates", filed_chain (run));
  return result;
}

/* --- the answer --------------------------------------------------------------------------------------------------------------------------- */

/* Without a word of its own, a refusal may be of the way and not of the person. */
static const char *
hint_of (const SignetScepAnswer *answer)
{
  return answer->text != NULL ? ""
         : " (the message is carried by a one-time key, because a key on a token cannot decrypt the answer; some servers do not take that)";
}

static JsonObject *
tell (const SignetScepAnswer *answer, GError **error)
{
  JsonObject *result;

  if (answer->kind == SIGNET_SCEP_REJECTED && answer->failure == SIGNET_SCEP_BAD_TIME)
    {
      g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_CLOCK, "the authority says that the time in our message is wrong (badTime)");
      return NULL;
    }
  if (answer->kind == SIGNET_SCEP_REJECTED)
    {
      g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_REJECTED, "%s%s%s%s", answer->text != NULL ? answer->text : "",
                   answer->text != NULL ? " – " : "", _signet_scep_failure_text (answer->failure), hint_of (answer));
      return NULL;
    }
  result = json_object_new ();
  json_object_set_string_member (result, "state", answer->kind == SIGNET_SCEP_ISSUED ? "issued" : "waiting");
  if (answer->certificates != NULL)
    _signet_broker_take_base64 (result, "certificate", answer->certificates);
  return result;
}

/* The whole answer, or what a helper that verifies answers itself has taken out of one. */
static SignetScepAnswer *
open_answer (SignetEnrolmentRun *run, JsonObject *params, const SignetScepServer *server, GBytes *nonce, EVP_PKEY *key, GError **error)
{
  gboolean unpacked = _signet_broker_get_text (params, "envelope") != NULL;
  g_autoptr (GBytes) bytes = get_bytes (params, unpacked ? "envelope" : "message");

  if (unpacked)
    return _signet_scep_envelope_open (bytes, key, error);
  return _signet_scep_answer_open (server, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), run->request->attempt, nonce, key, error);
}

/* {"message" or "envelope", "ca", "caps"} → {"state", "certificate"} */
JsonObject *
_signet_broker_serve_scep_open (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autoptr (SignetScepServer) server = server_of (run, params, error);
  g_autoptr (GBytes) nonce = run->request != NULL ? take_nonce (run->request) : NULL;
  g_autoptr (SignetScepAnswer) answer = NULL;
  EVP_PKEY *key = NULL;

  if (server == NULL)
    return NULL;
  if (nonce == NULL)
    {
      _signet_broker_misuse (error, "no SCEP message is out");
      return NULL;
    }
  key = _signet_enrolment_run_transport_key (run, error);
  if (key != NULL)
    answer = open_answer (run, params, server, nonce, key, error);
  EVP_PKEY_free (key);
  return answer != NULL ? tell (answer, error) : NULL;
}
