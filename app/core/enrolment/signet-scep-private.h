/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-scep-private.h: messages of SCEP (RFC 8894): made and opened here, sent by the plugin. No I/O. */
#pragma once

#include <glib.h>
#include <openssl/x509.h>

G_BEGIN_DECLS

#define SIGNET_SCEP_MAX_MESSAGE (512 * 1024)

/* What a server is, as far as its GetCACert and GetCACaps tell and the authority's filed chain confirms. */
typedef struct {
  GPtrArray        *certificates; /* (element-type X509): those that the filed chain vouches for */
  X509             *issuer;       /* borrowed from certificates: the CA */
  X509             *encryption;   /* borrowed: whom to encrypt for: an RA, or the CA */
  const EVP_CIPHER *cipher;
  const EVP_MD     *digest;
  gboolean          weak;         /* the server can do nothing better than DES, 3DES or SHA-1 */
  gboolean          renews;       /* it knows RenewalReq */
  gboolean          posts;        /* it takes a message by POST */
} SignetScepServer;

/* @caps: (nullable): the answer to GetCACaps. @chain: (element-type X509): of the authority. */
SignetScepServer *_signet_scep_server_new  (GBytes *certificates, const char *caps, GPtrArray *chain, GError **error);
void              _signet_scep_server_free (SignetScepServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetScepServer, _signet_scep_server_free)

typedef enum {
  SIGNET_SCEP_RENEWAL_REQ = 17,
  SIGNET_SCEP_PKCS_REQ = 19,
  SIGNET_SCEP_CERT_POLL = 20,
} SignetScepType;

typedef struct {
  SignetScepType type;
  const char    *transaction; /* printable */
  GBytes        *nonce;       /* 16 bytes */
  GBytes        *content;     /* PKCS#10, or the issuer and subject of a poll */
  X509          *certificate; /* whose key signs */
  EVP_PKEY      *key;
  X509          *beside;      /* (nullable): a second certificate to encrypt the answer for */
} SignetScepRequest;

/* (transfer full): a pkiMessage, DER */
GBytes *_signet_scep_message_new (const SignetScepServer *server, const SignetScepRequest *request, GError **error);
/* (transfer full): IssuerAndSubject (RFC 8894, 3.3.3) */
GBytes *_signet_scep_poll_content (const SignetScepServer *server, const X509_NAME *subject);
/* Self-signed, for a key that only carries the message and its answer (RFC 8894, 2.3). Caller frees. */
X509   *_signet_scep_certificate_new (EVP_PKEY *key, const X509_NAME *subject);

#define SIGNET_SCEP_BAD_TIME 3   /* failInfo (RFC 8894, 3.2.1.4.5) */

typedef enum { SIGNET_SCEP_ISSUED, SIGNET_SCEP_WAITING, SIGNET_SCEP_REJECTED } SignetScepKind;

typedef struct {
  SignetScepKind kind;
  GBytes        *certificates; /* (nullable): PKCS#7, when issued */
  int            failure;      /* failInfo; -1: none */
  char          *text;         /* (nullable): failInfoText, sanitized */
} SignetScepAnswer;

/* What is signed by the server, for this transaction and this very message; else an error. @key: of the certificate the answer is encrypted for. */
SignetScepAnswer *_signet_scep_answer_open (const SignetScepServer *server, const guint8 *data, gsize length, const char *transaction, GBytes *nonce,
                                            EVP_PKEY *key, GError **error);
/* The pkcsPKIEnvelope of an answer that somebody else has verified. What is in it proves itself by its own signature or not at all. */
SignetScepAnswer *_signet_scep_envelope_open (GBytes *envelope, EVP_PKEY *key, GError **error);
const char       *_signet_scep_failure_text (int failure);   /* "badRequest" … */
void              _signet_scep_answer_free (SignetScepAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetScepAnswer, _signet_scep_answer_free)

G_END_DECLS
