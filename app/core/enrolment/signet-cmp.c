/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cmp.c: one exchange with a CMP server: request, poll, confirm. Every byte goes through SignetHttp with its limits; the
 * proof of possession is signed by whoever is behind @key. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-cmp"

#include "config.h"

#include "signet-cmp-private.h"

#include <string.h>

#include <openssl/err.h>

#include "../base/signet-base-error.h"
#include "../base/signet-signer.h"
#include "../base/signet-text.h"
#include "signet-enrolment-private.h"

#define CONTENT_TYPE     "application/pkixcmp"
#define DEADLINE_SECONDS 60

/* --- values -------------------------------------------------------------------------------------------------------------- */

void
_signet_cmp_transaction_free (SignetCmpTransaction *transaction)
{
  if (transaction == NULL)
    return;
  g_clear_pointer (&transaction->header, g_bytes_unref);
  g_clear_pointer (&transaction->recipient_nonce, g_bytes_unref);
  g_free (transaction);
}

void
_signet_cmp_outcome_free (SignetCmpOutcome *outcome)
{
  if (outcome == NULL)
    return;
  g_clear_pointer (&outcome->certificate, g_bytes_unref);
  _signet_cmp_transaction_free (outcome->transaction);
  g_free (outcome);
}

/* "HEADER NONCE ID" in hexadecimal */
char *
_signet_cmp_transaction_to_text (const SignetCmpTransaction *transaction)
{
  gsize header_length, nonce_length = 0;
  const guint8 *header_data = g_bytes_get_data (transaction->header, &header_length);
  const guint8 *nonce_data = transaction->recipient_nonce != NULL ? g_bytes_get_data (transaction->recipient_nonce, &nonce_length) : NULL;
  g_autofree char *header = signet_text_hex (header_data, header_length);
  g_autofree char *nonce = signet_text_hex (nonce_data, nonce_length);

  return g_strdup_printf ("%s %s %" G_GINT64_FORMAT, header, nonce, transaction->request_id);
}

SignetCmpTransaction *
_signet_cmp_transaction_parse (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", " ", 4);
  g_autoptr (SignetCmpTransaction) transaction = g_new0 (SignetCmpTransaction, 1);

  if (g_strv_length (parts) != 3 || (transaction->header = signet_text_unhex (parts[0])) == NULL)
    return NULL;
  if (*parts[1] != '\0')
    transaction->recipient_nonce = signet_text_unhex (parts[1]);
  transaction->request_id = g_ascii_strtoll (parts[2], NULL, 10);
  return g_steal_pointer (&transaction);
}

/* --- transport ----------------------------------------------------------------------------------------------------------- */

static GBytes *
post (const SignetCmpServer *server, GBytes *message, GError **error)
{
  SignetHttpRequest request = { .method = "POST", .url = server->url, .body = message, .content_type = CONTENT_TYPE,
                                .allowed_hosts = server->allowed_hosts, .tls_anchors = server->tls_anchors,
                                .max_size = SIGNET_CMP_MAX_MESSAGE, .deadline = DEADLINE_SECONDS };
  g_autoptr (SignetHttpResponse) response = NULL;

  if (server->sending != NULL)
    server->sending (server->sending_data);
  response = signet_http_send (server->http, &request, server->cancellable, error);
  if (response == NULL)
    return NULL;
  if (response->status == 200)
    return g_bytes_ref (response->body);
  g_set_error (error, SIGNET_BASE_ERROR, response->status >= 500 ? SIGNET_BASE_ERROR_TRY_LATER : SIGNET_BASE_ERROR_NETWORK,
               "the authority's server answered with status %u", response->status);
  return NULL;
}

static OSSL_CMP_MSG *
decode_message (GBytes *bytes)
{
  BIO *bio = BIO_new_mem_buf (g_bytes_get_data (bytes, NULL), (int) g_bytes_get_size (bytes));
  OSSL_CMP_MSG *message = bio != NULL ? d2i_OSSL_CMP_MSG_bio (bio, NULL) : NULL;

  BIO_free (bio);
  return message;
}

static GBytes *
encode_message (const OSSL_CMP_MSG *message)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  GBytes *bytes = NULL;
  char *data;
  long length;

  if (bio != NULL && i2d_OSSL_CMP_MSG_bio (bio, message) && (length = BIO_get_mem_data (bio, &data)) > 0)
    bytes = g_bytes_new (data, length);
  BIO_free (bio);
  return bytes;
}

/* What is no CMP at all comes from somebody else than the authority: a portal of a network, a proxy. */
static SignetCmpAnswer *
parse_bytes (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr (GError) local = NULL;
  SignetCmpAnswer *answer = _signet_cmp_answer_parse (data, length, &local);

  if (answer == NULL)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, local->message);
  return answer;
}

static OSSL_CMP_MSG *
on_transfer_cb (OSSL_CMP_CTX *context, const OSSL_CMP_MSG *request)
{
  SignetCmpExchange *exchange = OSSL_CMP_CTX_get_transfer_cb_arg (context);
  g_autoptr (GBytes) out = encode_message (request);
  g_autoptr (GBytes) in = NULL;
  gsize length;
  const guint8 *data;

  if (out == NULL || exchange->error != NULL)
    return NULL;
  data = g_bytes_get_data (out, &length);
  g_clear_pointer (&exchange->header, g_bytes_unref);
  exchange->header = _signet_cmp_header_of (data, length);
  in = post (exchange->server, out, &exchange->error);
  if (in == NULL)
    return NULL;
  g_clear_pointer (&exchange->answer, _signet_cmp_answer_free);
  exchange->answer = parse_bytes (in, &exchange->error);
  return exchange->answer != NULL ? decode_message (in) : NULL;
}

gboolean
_signet_cmp_exchange_open (SignetCmpExchange *exchange, const SignetCmpServer *server, GError **error)
{
  ERR_clear_error ();
  exchange->server = server;
  exchange->context = _signet_cmp_context_new (server, error);
  if (exchange->context == NULL)
    return FALSE;
  return OSSL_CMP_CTX_set_transfer_cb (exchange->context, on_transfer_cb) && OSSL_CMP_CTX_set_transfer_cb_arg (exchange->context, exchange);
}

void
_signet_cmp_exchange_close (SignetCmpExchange *exchange)
{
  g_clear_pointer (&exchange->context, OSSL_CMP_CTX_free);
  g_clear_pointer (&exchange->header, g_bytes_unref);
  g_clear_pointer (&exchange->answer, _signet_cmp_answer_free);
  g_clear_error (&exchange->error);
}

/* --- errors -------------------------------------------------------------------------------------------------------------- */

static gboolean
queue_has (int reason)
{
  gboolean found = FALSE;
  unsigned long code;

  while ((code = ERR_get_error ()) != 0)
    {
      g_debug ("openssl: %s", ERR_reason_error_string (code));
      found = found || (ERR_GET_LIB (code) == ERR_LIB_CMP && ERR_GET_REASON (code) == reason);
    }
  return found;
}

static gboolean
set_rejected (const SignetCmpAnswer *answer, GError **error)
{
  gboolean wrong_secret = (answer->failure & OSSL_CMP_CTX_FAILINFO_badMessageCheck) != 0;

  if ((answer->failure & OSSL_CMP_CTX_FAILINFO_badTime) != 0)
    {
      g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_CLOCK, "the authority says that the time in our message is wrong (badTime)");
      return FALSE;
    }
  g_set_error (error, SIGNET_ENROLMENT_ERROR, wrong_secret ? SIGNET_ENROLMENT_ERROR_WRONG_SECRET : SIGNET_ENROLMENT_ERROR_REJECTED, "%s",
               answer->text != NULL && *answer->text != '\0' ? answer->text : "the authority gave no reason");
  return FALSE;
}

/* An answer protected with another secret than ours: ours is wrong, or it is not the authority that answers. */
static gboolean
set_wrong_secret (GError **error)
{
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_SECRET, "the authority's answer is not protected with this activation code");
  return FALSE;
}

static gboolean
set_not_genuine (GError **error)
{
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "the answer is not a genuine CMP answer to what was asked");
  return FALSE;
}

/* --- request --------------------------------------------------------------------------------------------------------------- */

static SignetCmpTransaction *
transaction_of (GBytes *header, GBytes *nonce, gint64 request_id)
{
  SignetCmpTransaction *transaction = g_new0 (SignetCmpTransaction, 1);

  transaction->header = g_bytes_ref (header);
  transaction->recipient_nonce = nonce != NULL ? g_bytes_ref (nonce) : NULL;
  transaction->request_id = request_id;
  return transaction;
}

static GBytes *
encode_certificate (X509 *certificate)
{
  guchar *der = NULL;
  int length = certificate != NULL ? i2d_X509 (certificate, &der) : 0;
  GBytes *bytes = length > 0 ? g_bytes_new (der, length) : NULL;

  OPENSSL_free (der);
  return bytes;
}

/* Why there is no genuine acceptance; takes what OpenSSL queued. */
void
_signet_cmp_exchange_fail (SignetCmpExchange *exchange, GError **error)
{
  g_autoptr (GError) signing = signet_signer_take_last_error ();

  if (exchange->error != NULL)
    g_propagate_error (error, g_steal_pointer (&exchange->error));
  else if (signing != NULL)
    g_propagate_error (error, g_steal_pointer (&signing));
  else if (queue_has (CMP_R_WRONG_PBM_VALUE))
    set_wrong_secret (error);
  else if (exchange->answer != NULL && exchange->answer->kind == SIGNET_CMP_ANSWER_REJECTED && exchange->answer->is_protected)
    set_rejected (exchange->answer, error);
  else
    set_not_genuine (error);
  ERR_clear_error ();
}

/* With implicit confirmation there is nothing to go on with. */
static SignetCmpTransaction *
open_transaction (const SignetCmpExchange *exchange, gboolean issued)
{
  if (issued && exchange->server->implicit_confirm && exchange->answer->implicit_confirm)
    return NULL;
  return transaction_of (exchange->header, exchange->answer->sender_nonce, exchange->answer->request_id);
}

/* What OpenSSL found genuine. A certificate it found unfit (another key) is given all the same: the check of this room says why it is refused. */
static SignetCmpOutcome *
read_outcome (SignetCmpExchange *exchange, int waits, GError **error)
{
  SignetCmpOutcome *outcome;
  GBytes *certificate = encode_certificate (OSSL_CMP_CTX_get0_newCert (exchange->context));

  if (certificate == NULL && !(waits && exchange->answer != NULL && exchange->answer->kind == SIGNET_CMP_ANSWER_WAITING))
    {
      _signet_cmp_exchange_fail (exchange, error);
      return NULL;
    }
  outcome = g_new0 (SignetCmpOutcome, 1);
  outcome->kind = certificate != NULL ? SIGNET_CMP_ANSWER_ISSUED : SIGNET_CMP_ANSWER_WAITING;
  outcome->certificate = certificate;
  outcome->check_after = exchange->answer->check_after;
  outcome->transaction = open_transaction (exchange, certificate != NULL);
  ERR_clear_error ();
  return outcome;
}

static int
body_number (const char *body)
{
  static const struct { const char *name; int number; } bodies[] = {
    { "ir", OSSL_CMP_IR }, { "cr", OSSL_CMP_CR }, { "p10cr", OSSL_CMP_P10CR }, { "kur", OSSL_CMP_KUR },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    if (g_strcmp0 (body, bodies[i].name) == 0)
      return bodies[i].number;
  return -1;
}

/* A key that is lent is not a private key in OpenSSL's eyes unless it is told so: 1. */
static gboolean
set_wish (OSSL_CMP_CTX *context, const SignetCmpWish *wish)
{
  if (wish->csr != NULL && !OSSL_CMP_CTX_set1_p10CSR (context, wish->csr))
    return FALSE;
  if (wish->old != NULL && !OSSL_CMP_CTX_set1_oldCert (context, wish->old))
    return FALSE;
  EVP_PKEY_up_ref (wish->key);
  return OSSL_CMP_CTX_set0_newPkey (context, 1, wish->key) && OSSL_CMP_CTX_set1_subjectName (context, wish->subject);
}

SignetCmpOutcome *
_signet_cmp_request (const SignetCmpServer *server, const SignetCmpWish *wish, GError **error)
{
  SignetCmpExchange exchange = { NULL };
  SignetCmpOutcome *outcome = NULL;
  int check_after = 0;
  int type = body_number (wish->body);

  if (type < 0)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "a CMP request of this type is not made");
      return NULL;
    }
  if (!_signet_cmp_exchange_open (&exchange, server, error))
    return NULL;
  if (set_wish (exchange.context, wish))
    outcome = read_outcome (&exchange, OSSL_CMP_try_certreq (exchange.context, type, NULL, &check_after) == -1, error);
  else
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "CMP client");
  _signet_cmp_exchange_close (&exchange);
  return outcome;
}

/* --- poll and confirm -------------------------------------------------------------------------------------------------------- */

static gboolean
same_bytes (GBytes *a, GBytes *b)
{
  return a != NULL && b != NULL && g_bytes_equal (a, b);
}

/* The transaction ID of a header: a message with nothing in its body is a message too. */
static GBytes *
transaction_id_of (GBytes *message)
{
  g_autoptr (SignetCmpAnswer) own = parse_bytes (message, NULL);

  return own != NULL && own->transaction != NULL ? g_bytes_ref (own->transaction) : NULL;
}

/* Protection by OpenSSL; nonce and transaction are compared here, because its context is a new one. */
static gboolean
check_genuine (const SignetCmpServer *server, GBytes *in, const SignetCmpAnswer *answer, GBytes *transaction, GBytes *nonce, GError **error)
{
  OSSL_CMP_CTX *context = _signet_cmp_context_new (server, error);
  OSSL_CMP_MSG *message = context != NULL ? decode_message (in) : NULL;
  gboolean genuine = message != NULL && OSSL_CMP_validate_msg (context, message);
  gboolean wrong_secret = queue_has (CMP_R_WRONG_PBM_VALUE);

  OSSL_CMP_MSG_free (message);
  OSSL_CMP_CTX_free (context);
  if (context == NULL)
    return FALSE;
  if (wrong_secret)
    return set_wrong_secret (error);
  if (genuine && same_bytes (answer->transaction, transaction) && same_bytes (answer->recipient_nonce, nonce))
    return TRUE;
  return set_not_genuine (error);
}

static SignetCmpOutcome *
exchange_next (const SignetCmpServer *server, const SignetCmpTransaction *transaction, GBytes *body, GError **error)
{
  g_autoptr (GBytes) nonce = NULL;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) in = NULL;
  g_autoptr (GBytes) id = NULL;
  g_autoptr (GBytes) header = NULL;
  g_autoptr (SignetCmpAnswer) answer = NULL;
  SignetCmpOutcome *outcome;

  out = _signet_cmp_message_new (transaction->header, transaction->recipient_nonce, body, &server->protection, &nonce, error);
  if (out == NULL || (in = post (server, out, error)) == NULL || (answer = parse_bytes (in, error)) == NULL)
    return NULL;
  id = transaction_id_of (out);
  header = _signet_cmp_header_of (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
  if (!check_genuine (server, in, answer, id, nonce, error))
    return NULL;
  if (answer->kind == SIGNET_CMP_ANSWER_REJECTED)
    {
      set_rejected (answer, error);
      return NULL;
    }
  outcome = g_new0 (SignetCmpOutcome, 1);
  outcome->kind = answer->kind;
  outcome->certificate = g_steal_pointer (&answer->certificate);
  outcome->check_after = answer->check_after;
  outcome->transaction = transaction_of (header, answer->sender_nonce, transaction->request_id);
  return outcome;
}

static SignetCmpOutcome *
expect (SignetCmpOutcome *outcome, SignetCmpAnswerKind one, SignetCmpAnswerKind other, GError **error)
{
  if (outcome == NULL || outcome->kind == one || outcome->kind == other)
    return outcome;
  _signet_cmp_outcome_free (outcome);
  set_not_genuine (error);
  return NULL;
}

SignetCmpOutcome *
_signet_cmp_poll (const SignetCmpServer *server, const SignetCmpTransaction *transaction, GError **error)
{
  g_autoptr (GBytes) body = _signet_cmp_body_poll (transaction->request_id);

  return expect (exchange_next (server, transaction, body, error), SIGNET_CMP_ANSWER_ISSUED, SIGNET_CMP_ANSWER_WAITING, error);
}

SignetCmpOutcome *
_signet_cmp_confirm (const SignetCmpServer *server, const SignetCmpTransaction *transaction, X509 *certificate, GError **error)
{
  g_autoptr (GBytes) body = _signet_cmp_body_confirm (transaction->request_id, certificate);

  return expect (exchange_next (server, transaction, body, error), SIGNET_CMP_ANSWER_CONFIRMED, SIGNET_CMP_ANSWER_CONFIRMED, error);
}

SignetCmpOutcome *
_signet_cmp_reject (const SignetCmpServer *server, const SignetCmpTransaction *transaction, X509 *certificate, GError **error)
{
  g_autoptr (GBytes) body = _signet_cmp_body_reject (transaction->request_id, certificate, "the certificate is not what was asked for");

  return expect (exchange_next (server, transaction, body, error), SIGNET_CMP_ANSWER_CONFIRMED, SIGNET_CMP_ANSWER_CONFIRMED, error);
}
