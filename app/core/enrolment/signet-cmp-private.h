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
} SignetCmpAnswer;

/* What a message says; protection is not checked here. */
SignetCmpAnswer *_signet_cmp_answer_parse (const guint8 *data, gsize length, GError **error);
void             _signet_cmp_answer_free  (SignetCmpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCmpAnswer, _signet_cmp_answer_free)

/* The header of a message, to make the next of the same transaction from. */
GBytes *_signet_cmp_header_of (const guint8 *data, gsize length);
/* The next message of a transaction: @header of the one before, a fresh nonce, @body, protected with the shared secret (RFC 4210, 5.1.3.1). */
GBytes *_signet_cmp_message_new (GBytes *header, GBytes *recipient_nonce, GBytes *body, SignetSecret *secret, GBytes **nonce, GError **error);
GBytes *_signet_cmp_body_poll    (gint64 request_id);
GBytes *_signet_cmp_body_confirm (gint64 request_id, X509 *certificate);

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
  const char        *recipient;    /* (nullable): "CN=…" */
  const char        *reference;    /* (nullable) */
  SignetSecret      *secret;
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

/* @body: "ir" or "cr"; @key signs the proof of possession. Errors: SIGNET_ENROLMENT_ERROR REJECTED, WRONG_SECRET; SIGNET_BASE_ERROR. */
SignetCmpOutcome *_signet_cmp_request (const SignetCmpServer *server, const char *body, const X509_NAME *subject, EVP_PKEY *key, GError **error);
SignetCmpOutcome *_signet_cmp_poll    (const SignetCmpServer *server, const SignetCmpTransaction *transaction, GError **error);
SignetCmpOutcome *_signet_cmp_confirm (const SignetCmpServer *server, const SignetCmpTransaction *transaction, X509 *certificate, GError **error);

G_END_DECLS
