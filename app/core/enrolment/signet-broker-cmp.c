/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-cmp.c: cmp.run: the plugin decides which message goes where, the message itself is made here. Runs on the thread
 * of the call.
 */
#define G_LOG_DOMAIN "signet-broker-cmp"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-cmp-private.h"

/* --- cmp.run
 * ----------------------------------------------------------------------------------------------------------------------- */

static SignetCmpOutcome *
cmp_request (SignetEnrolmentRun *run, const SignetCmpServer *server, const char *body, GError **error)
{
  EVP_PKEY *key = _signet_broker_proof_key (run, error);
  X509_NAME *subject = key != NULL ? _signet_request_dup_name (run->request, error) : NULL;
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
      _signet_broker_misuse (error, "no CMP transaction is under way");
      return NULL;
    }
  if (!confirm)
    return _signet_cmp_poll (server, transaction, error);
  /* only what has passed the check and is on the token */
  if (run->request->state != SIGNET_REQUEST_INSTALLED || run->request->certificate == NULL)
    {
      _signet_broker_deny (error, "confirm before the certificate is installed");
      return NULL;
    }
  return _signet_cmp_confirm (server, transaction, signet_certificate_get_x509 (run->request->certificate), error);
}

static JsonObject *
answer_cmp (SignetEnrolmentRun *run, const SignetCmpOutcome *outcome)
{
  JsonObject *result = json_object_new ();
  static const char *const states[] = {
    [SIGNET_CMP_ANSWER_ISSUED] = "issued",
    [SIGNET_CMP_ANSWER_WAITING] = "waiting",
    [SIGNET_CMP_ANSWER_CONFIRMED] = "confirmed",
  };

  g_free (run->request->transaction);
  run->request->transaction = _signet_cmp_transaction_to_text (outcome->transaction);
  json_object_set_string_member (result, "state", states[outcome->kind]);
  if (outcome->kind == SIGNET_CMP_ANSWER_WAITING)
    json_object_set_int_member (result, "check_after", outcome->check_after);
  if (outcome->certificate != NULL)
    _signet_broker_take_base64 (result, "certificate", outcome->certificate);
  return result;
}

JsonObject *
_signet_broker_serve_cmp (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *body = _signet_broker_get_text (params, "body");
  const char *id = _signet_broker_secret_reference (run, _signet_broker_get_object (params, "protection"), error);
  g_autoptr (SignetSecret) secret = id != NULL ? _signet_enrolment_run_secret (run, id, error) : NULL;
  g_auto (GStrv) hosts = _signet_broker_allowed_hosts (run);
  SignetCmpServer server = { .http = run->http,
                             .url = _signet_broker_get_text (params, "url"),
                             .allowed_hosts = (const char *const *) hosts,
                             .recipient = _signet_broker_get_text (params, "recipient"),
                             .reference = _signet_broker_get_text (params, "reference"),
                             .secret = secret,
                             .sending = _signet_broker_note_sending,
                             .sending_data = run,
                             .cancellable = run->cancellable };
  g_autoptr (SignetCmpOutcome) outcome = NULL;
  gboolean confirm = g_strcmp0 (body, "certConf") == 0;

  if (secret == NULL)
    return NULL;
  if (body == NULL || server.url == NULL)
    {
      _signet_broker_misuse (error, "a CMP message needs a body and a URL");
      return NULL;
    }
  if (confirm || strcmp (body, "pollReq") == 0)
    outcome = cmp_continue (run, &server, confirm, error);
  else
    outcome = cmp_request (run, &server, body, error);
  return outcome != NULL ? answer_cmp (run, outcome) : NULL;
}
