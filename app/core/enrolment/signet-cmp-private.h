/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cmp-private.h: CMP (RFC 4210) as this room uses it. The request is OpenSSL's OSSL_CMP client's; what comes after a
 * restart (poll, confirm) OpenSSL cannot do, because its state cannot be restored, so those two messages are made here.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <openssl/cmp.h>

#include "../base/signet-http.h"
#include "../base/signet-secret.h"

G_BEGIN_DECLS

#define SIGNET_CMP_MAX_MESSAGE (256 * 1024)

/* --- messages: pure functions over bytes ----------------------------------------------------------------------------- */

typedef enum {
  SIGNET_CMP_ANSWER_OTHER,
  SIGNET_CMP_ANSWER_ISSUED,
  SIGNET_CMP_ANSWER_WAITING,     /* also pollRep */
  SIGNET_CMP_ANSWER_REJECTED,    /* also an error message */
  SIGNET_CMP_ANSWER_CONFIRMED,
  SIGNET_CMP_ANSWER_REVOKED,     /* revocation done, or about to be */
} SignetCmpAnswerKind;

typedef struct {
  SignetCmpAnswerKind kind;
  GBytes  *transaction;   /* (nullable) */
  GBytes  *sender_nonce;  /* (nullable) */
  GBytes  *recipient_nonce; /* (nullable) */
  GBytes  *certificate;   /* (nullable): DER */
  gint64   request_id;
  gint64   check_after;   /* seconds */
  guint    failure;       /* bits of PKIFailureInfo */
  char    *text;          /* (nullable): sanitized */
  gboolean is_protected;
  gboolean implicit_confirm;     /* the authority wants no certConf (RFC 4210, 5.1.1.1) */
} SignetCmpAnswer;

/* What a message says; protection is not checked here. */
SignetCmpAnswer *_signet_cmp_answer_parse (const guint8 *data, gsize length, GError **error);
void             _signet_cmp_answer_free  (SignetCmpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCmpAnswer, _signet_cmp_answer_free)

/* The header of a message, to make the next of the same transaction from. */
GBytes *_signet_cmp_header_of (const guint8 *data, gsize length);
/* What protects our messages: a shared secret (RFC 4210, 5.1.3.1), or the key of a certificate (5.1.3.3). Borrowed. */
typedef struct {
  SignetSecret *secret;        /* (nullable) */
  EVP_PKEY     *key;           /* (nullable) */
  X509         *certificate;   /* (nullable): of @key */
} SignetCmpProtection;

/* The next message of a transaction: @header of the one before, a fresh nonce, @body, protected as the first one was. */
GBytes *_signet_cmp_message_new (GBytes *header, GBytes *recipient_nonce, GBytes *body, const SignetCmpProtection *protection, GBytes **nonce,
                                 GError **error);
GBytes *_signet_cmp_body_poll    (gint64 request_id);
GBytes *_signet_cmp_body_confirm (gint64 request_id, X509 *certificate);
/* @text: why it is not taken; at most 100 bytes */
GBytes *_signet_cmp_body_reject  (gint64 request_id, X509 *certificate, const char *text);

/* --- exchanges -------------------------------------------------------------------------------------------------------- */

/* A transaction under way, in a form that survives a restart. */
typedef struct {
  GBytes *header;           /* of the last request */
  GBytes *recipient_nonce;  /* senderNonce of the last answer */
  gint64  request_id;
} SignetCmpTransaction;

char                 *_signet_cmp_transaction_to_text (const SignetCmpTransaction *transaction);
SignetCmpTransaction *_signet_cmp_transaction_parse   (const char *text);   /* (nullable) */
void                  _signet_cmp_transaction_free    (SignetCmpTransaction *transaction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCmpTransaction, _signet_cmp_transaction_free)

/* Borrowed for the call. */
typedef struct {
  SignetHttp        *http;
  const char        *url;
  const char *const *allowed_hosts;
  GBytes            *tls_anchors;    /* (nullable): of the profile */
  const char        *recipient;    /* (nullable): "CN=…" */
  const char        *reference;    /* (nullable) */
  SignetCmpProtection protection;
  GPtrArray         *chain;        /* (nullable) (element-type SignetCertificate): the filed chain, for answers that are protected by signature */
  gboolean           implicit_confirm;   /* asked for; the authority decides */
  void             (*sending) (gpointer data);   /* (nullable): right before each message goes out */
  gpointer           sending_data;
  GCancellable      *cancellable;
} SignetCmpServer;

typedef struct {
  SignetCmpAnswerKind   kind;          /* ISSUED, WAITING or CONFIRMED */
  GBytes               *certificate;   /* (nullable) */
  gint64                check_after;
  SignetCmpTransaction *transaction;   /* (nullable): to go on with */
} SignetCmpOutcome;
void _signet_cmp_outcome_free (SignetCmpOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCmpOutcome, _signet_cmp_outcome_free)

/* What is asked for. Borrowed for the call. */
typedef struct {
  const char      *body;      /* "ir", "cr", "p10cr" or "kur" */
  const X509_NAME *subject;
  EVP_PKEY        *key;       /* to be certified; signs the proof of possession */
  X509_REQ        *csr;       /* (nullable): p10cr */
  X509            *old;       /* (nullable): kur: the certificate that is replaced */
} SignetCmpWish;

/* Errors: SIGNET_ENROLMENT_ERROR REJECTED, WRONG_SECRET; SIGNET_BASE_ERROR. */
SignetCmpOutcome *_signet_cmp_request (const SignetCmpServer *server, const SignetCmpWish *wish, GError **error);
SignetCmpOutcome *_signet_cmp_poll    (const SignetCmpServer *server, const SignetCmpTransaction *transaction, GError **error);
SignetCmpOutcome *_signet_cmp_confirm (const SignetCmpServer *server, const SignetCmpTransaction *transaction, X509 *certificate, GError **error);
/* Says that @certificate is not taken (RFC 4210, 5.3.18). */
SignetCmpOutcome *_signet_cmp_reject  (const SignetCmpServer *server, const SignetCmpTransaction *transaction, X509 *certificate, GError **error);
/* @reason: as RFC 5280, 5.3.1 numbers it; certificateHold suspends, removeFromCRL resumes. */
gboolean          _signet_cmp_revoke  (const SignetCmpServer *server, X509 *certificate, int reason, GError **error);
/* The CA certificates the authority tells (genm with id-it-caCerts, RFC 9480, 2.14). The answer is genuine; what it says is hearsay.
   (transfer full) (element-type SignetCertificate) */
GPtrArray        *_signet_cmp_ask_ca_certificates (const SignetCmpServer *server, GError **error);

/* --- for the files of these exchanges ---------------------------------------------------------------------------------------- */

/* One request by OpenSSL's client; its transfer callback fills this in. */
typedef struct {
  const SignetCmpServer *server;
  OSSL_CMP_CTX          *context;
  GBytes                *header;   /* of the last message sent */
  SignetCmpAnswer       *answer;   /* the last one received, not yet known to be genuine */
  GError                *error;    /* of the transport */
} SignetCmpExchange;

gboolean      _signet_cmp_exchange_open  (SignetCmpExchange *exchange, const SignetCmpServer *server, GError **error);
void          _signet_cmp_exchange_close (SignetCmpExchange *exchange);
/* Why there is no genuine acceptance; takes what OpenSSL queued. */
void          _signet_cmp_exchange_fail  (SignetCmpExchange *exchange, GError **error);
/* Credentials, trust and recipient; nothing to ask yet. */
OSSL_CMP_CTX *_signet_cmp_context_new    (const SignetCmpServer *server, GError **error);

G_END_DECLS
