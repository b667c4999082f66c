/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-cmp.c: cmp.run: the plugin decides which message goes where, the message itself is made here. Which body may be
 * asked for depends on the call the plugin is in: nothing is revoked while something is being issued. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker-cmp"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-cmp-private.h"

/* --- what may be asked for, and when ---------------------------------------------------------------------------------------- */

typedef JsonObject *(*Exchange) (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error);

static JsonObject *exchange_request (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error);
static JsonObject *exchange_poll    (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error);
static JsonObject *exchange_confirm (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error);
static JsonObject *exchange_revoke  (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error);
static JsonObject *exchange_general (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error);

typedef struct {
  const char *body;
  const char *methods[4];   /* of the plugin; none: any */
  gboolean    unprotected;  /* may go out without protection: a question that gives nothing away */
  Exchange    run;
} BodyRow;

static const BodyRow bodies[] = {
  { "ir", { "submit", "renew" }, FALSE, exchange_request },
  { "cr", { "submit", "renew" }, FALSE, exchange_request },
  { "p10cr", { "submit", "renew" }, FALSE, exchange_request },
  { "kur", { "renew" }, FALSE, exchange_request },
  { "pollReq", { "poll" }, FALSE, exchange_poll },
  { "certConf", { "accept", "decline" }, FALSE, exchange_confirm },
  { "rr", { "revoke", "suspend", "resume" }, FALSE, exchange_revoke },
  { "genm", { NULL }, TRUE, exchange_general },
};

static const BodyRow *
find_body (SignetEnrolmentRun *run, const char *body, GError **error)
{
  for (gsize i = 0; body != NULL && i < G_N_ELEMENTS (bodies); i++)
    {
      if (strcmp (bodies[i].body, body) != 0)
        continue;
      for (gsize j = 0; j < G_N_ELEMENTS (bodies[i].methods); j++)
        if (bodies[i].methods[0] == NULL || g_strcmp0 (bodies[i].methods[j], run->method) == 0)
          return &bodies[i];
      _signet_broker_deny (error, "send this message now");
      return NULL;
    }
  _signet_broker_misuse (error, "a CMP message of a kind that is not made");
  return NULL;
}

static const struct { const char *name; int reason; } reasons[] = {
  { "unspecified", CRL_REASON_UNSPECIFIED }, { "keyCompromise", CRL_REASON_KEY_COMPROMISE },
  { "affiliationChanged", CRL_REASON_AFFILIATION_CHANGED }, { "superseded", CRL_REASON_SUPERSEDED },
  { "cessationOfOperation", CRL_REASON_CESSATION_OF_OPERATION }, { "certificateHold", CRL_REASON_CERTIFICATE_HOLD },
  { "removeFromCRL", CRL_REASON_REMOVE_FROM_CRL }, { "privilegeWithdrawn", CRL_REASON_PRIVILEGE_WITHDRAWN },
};

/* A suspension is a hold and nothing else, whatever reason the plugin names. */
static int
find_reason (SignetEnrolmentRun *run, const char *name)
{
  if (g_strcmp0 (run->method, "suspend") == 0)
    return CRL_REASON_CERTIFICATE_HOLD;
  if (g_strcmp0 (run->method, "resume") == 0)
    return CRL_REASON_REMOVE_FROM_CRL;
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_strcmp0 (reasons[i].name, name) == 0)
      return reasons[i].reason;
  return CRL_REASON_UNSPECIFIED;
}

/* --- protection -------------------------------------------------------------------------------------------------------------- */

/* {"secret": id}, {"signature": "current"}, or none at all. @key: (out): what has to be freed afterwards */
static gboolean
read_protection (SignetEnrolmentRun *run, JsonObject *params, gboolean may_lack, SignetCmpProtection *protection, GError **error)
{
  JsonObject *object = _signet_broker_get_object (params, "protection");
  const char *id;

  if (object == NULL)
    return may_lack || _signet_broker_misuse (error, "a CMP message without protection");
  if (g_strcmp0 (_signet_broker_get_text (object, "signature"), "current") == 0)
    {
      SignetSigner *signer = _signet_enrolment_run_current_signer (run, error);

      protection->key = signer != NULL ? signet_signer_new_evp_pkey (signer, error) : NULL;
      protection->certificate = protection->key != NULL ? signet_certificate_get_x509 (run->current) : NULL;
      return protection->key != NULL;
    }
  id = _signet_broker_secret_reference (run, object, error);
  protection->secret = id != NULL ? _signet_enrolment_run_secret (run, id, error) : NULL;
  return protection->secret != NULL;
}

static void
clear_protection (SignetCmpProtection *protection)
{
  g_clear_pointer (&protection->secret, signet_secret_unref);
  g_clear_pointer (&protection->key, EVP_PKEY_free);
}

/* --- answers ------------------------------------------------------------------------------------------------------------------ */

static JsonObject *
answer_outcome (SignetEnrolmentRun *run, const SignetCmpOutcome *outcome)
{
  JsonObject *result = json_object_new ();
  static const char *const states[] = {
    [SIGNET_CMP_ANSWER_ISSUED] = "issued", [SIGNET_CMP_ANSWER_WAITING] = "waiting", [SIGNET_CMP_ANSWER_CONFIRMED] = "confirmed",
  };

  g_free (run->request->transaction);
  run->request->transaction = outcome->transaction != NULL ? _signet_cmp_transaction_to_text (outcome->transaction) : NULL;
  json_object_set_string_member (result, "state", states[outcome->kind]);
  if (outcome->kind == SIGNET_CMP_ANSWER_WAITING)
    json_object_set_int_member (result, "check_after", outcome->check_after);
  if (outcome->certificate != NULL)
    _signet_broker_take_base64 (result, "certificate", outcome->certificate);
  return result;
}

/* --- ir, cr, p10cr, kur ----------------------------------------------------------------------------------------------------------- */

static X509_REQ *
make_csr (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GBytes) der = _signet_broker_make_csr (run, error);
  gsize length = 0;
  const guchar *at = der != NULL ? g_bytes_get_data (der, &length) : NULL;

  return at != NULL ? d2i_X509_REQ (NULL, &at, (long) length) : NULL;
}

static gboolean
fill_wish (SignetEnrolmentRun *run, SignetCmpWish *wish, GError **error)
{
  if (strcmp (wish->body, "p10cr") == 0 && (wish->csr = make_csr (run, error)) == NULL)
    return FALSE;
  if (strcmp (wish->body, "kur") == 0)
    wish->old = signet_certificate_get_x509 (run->current);
  wish->key = _signet_broker_proof_key (run, error);
  return wish->key != NULL && (wish->subject = _signet_request_dup_name (run->request, error)) != NULL;
}

static JsonObject *
exchange_request (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error)
{
  SignetCmpWish wish = { .body = _signet_broker_get_text (params, "body") };
  g_autoptr (SignetCmpOutcome) outcome = NULL;

  if (strcmp (wish.body, "kur") == 0 && run->current == NULL)
    {
      _signet_broker_deny (error, "renew what is not there");
      return NULL;
    }
  if (fill_wish (run, &wish, error))
    outcome = _signet_cmp_request (server, &wish, error);
  X509_NAME_free ((X509_NAME *) wish.subject);
  X509_REQ_free (wish.csr);
  EVP_PKEY_free (wish.key);
  return outcome != NULL ? answer_outcome (run, outcome) : NULL;
}

/* --- pollReq, certConf -------------------------------------------------------------------------------------------------------------- */

static SignetCmpTransaction *
open_transaction (SignetEnrolmentRun *run, GError **error)
{
  SignetCmpTransaction *transaction = _signet_cmp_transaction_parse (run->request->transaction);

  if (transaction == NULL)
    _signet_broker_misuse (error, "no CMP transaction is under way");
  return transaction;
}

static JsonObject *
exchange_poll (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error)
{
  g_autoptr (SignetCmpTransaction) transaction = open_transaction (run, error);
  g_autoptr (SignetCmpOutcome) outcome = transaction != NULL ? _signet_cmp_poll (server, transaction, error) : NULL;

  return outcome != NULL ? answer_outcome (run, outcome) : NULL;
}

/* Accepted is only what has passed the check and is on the token; declined what is neither. */
static gboolean
may_confirm (SignetEnrolmentRun *run, gboolean declines, GError **error)
{
  SignetRequestState state = run->request->state;
  gboolean is_there = state == SIGNET_REQUEST_INSTALLED;
  gboolean is_refused = state == SIGNET_REQUEST_ISSUED || state == SIGNET_REQUEST_CHECKED || state == SIGNET_REQUEST_FAILED;

  if (run->request->certificate != NULL && (declines ? is_refused : is_there))
    return TRUE;
  return _signet_broker_deny (error, declines ? "decline what is installed" : "confirm before the certificate is installed");
}

static JsonObject *
exchange_confirm (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error)
{
  g_autoptr (SignetCmpTransaction) transaction = open_transaction (run, error);
  g_autoptr (SignetCmpOutcome) outcome = NULL;
  gboolean declines = g_strcmp0 (run->method, "decline") == 0;
  X509 *certificate;

  if (transaction == NULL || !may_confirm (run, declines, error))
    return NULL;
  certificate = signet_certificate_get_x509 (run->request->certificate);
  outcome = declines ? _signet_cmp_reject (server, transaction, certificate, error) : _signet_cmp_confirm (server, transaction, certificate, error);
  return outcome != NULL ? answer_outcome (run, outcome) : NULL;
}

/* --- rr, genm -------------------------------------------------------------------------------------------------------------------------- */

static JsonObject *
exchange_revoke (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error)
{
  JsonObject *result;

  if (run->current == NULL)
    {
      _signet_broker_deny (error, "revoke what is not there");
      return NULL;
    }
  if (!_signet_cmp_revoke (server, signet_certificate_get_x509 (run->current), find_reason (run, _signet_broker_get_text (params, "reason")),
                           error))
    return NULL;
  result = json_object_new ();
  json_object_set_string_member (result, "state", "done");
  return result;
}

static JsonObject *
exchange_general (SignetEnrolmentRun *run, const SignetCmpServer *server, JsonObject *params, GError **error)
{
  g_autoptr (GPtrArray) certificates = _signet_cmp_ask_ca_certificates (server, error);
  JsonObject *result;
  JsonArray *all;

  if (certificates == NULL)
    return NULL;
  result = json_object_new ();
  all = json_array_new ();
  for (guint i = 0; i < certificates->len; i++)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (signet_certificate_get_der (certificates->pdata[i]), &length);
      g_autofree char *text = g_base64_encode (data, length);

      json_array_add_string_element (all, text);
    }
  json_object_set_array_member (result, "certificates", all);
  return result;
}

/* --- the service -------------------------------------------------------------------------------------------------------------------------- */

JsonObject *
_signet_broker_serve_cmp (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const BodyRow *body = find_body (run, _signet_broker_get_text (params, "body"), error);
  g_auto (GStrv) hosts = _signet_broker_allowed_hosts (run);
  SignetCmpServer server = {
    .http = run->http, .url = _signet_broker_get_text (params, "url"), .allowed_hosts = (const char *const *) hosts,
    .tls_anchors = _signet_broker_tls_anchors (run, _signet_broker_get_text (params, "url")),
    .recipient = _signet_broker_get_text (params, "recipient"), .reference = _signet_broker_get_text (params, "reference"),
    .chain = signet_authority_get_chain (run->authority), .implicit_confirm = _signet_broker_get_boolean (params, "implicit_confirm"),
    .sending = _signet_broker_note_sending, .sending_data = run, .cancellable = run->cancellable,
  };
  JsonObject *result = NULL;

  if (body == NULL)
    return NULL;
  if (server.url == NULL)
    {
      _signet_broker_misuse (error, "a CMP message needs a URL");
      return NULL;
    }
  if (read_protection (run, params, body->unprotected, &server.protection, error))
    result = body->run (run, &server, params, error);
  clear_protection (&server.protection);
  return result;
}
