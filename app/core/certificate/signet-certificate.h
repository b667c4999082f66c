/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate.h: one X.509 certificate (RFC 5280): immutable, safe to share between threads, decoded only when a field is asked for. */
#pragma once

#include <gio/gio.h>
#include <openssl/x509.h>

#include "../base/signet-algorithm.h"

G_BEGIN_DECLS

#define SIGNET_CERTIFICATE_ERROR (signet_certificate_error_quark ())
typedef enum {
  SIGNET_CERTIFICATE_ERROR_MALFORMED,
  SIGNET_CERTIFICATE_ERROR_UNSUPPORTED,
  SIGNET_CERTIFICATE_ERROR_TOO_LARGE,
  SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE,
} SignetCertificateError;
GQuark signet_certificate_error_quark (void);

/* What the certificate is for, derived from key usage, extended key usage and policy, never from a name. */
typedef enum {
  SIGNET_CERTIFICATE_CLASS_UNKNOWN,
  SIGNET_CERTIFICATE_CLASS_SIGNATURE,
  SIGNET_CERTIFICATE_CLASS_SEAL,
  SIGNET_CERTIFICATE_CLASS_IDENTITY,   /* identity-only: does not sign documents */
  SIGNET_CERTIFICATE_CLASS_ENCRYPTION,
  SIGNET_CERTIFICATE_CLASS_AUTHORITY,  /* a CA certificate */
} SignetCertificateClassification;

#define SIGNET_TYPE_CERTIFICATE (signet_certificate_get_type ())
G_DECLARE_FINAL_TYPE (SignetCertificate, signet_certificate, SIGNET, CERTIFICATE, GObject)

#define SIGNET_CERTIFICATE_MAX_SIZE (64 * 1024)

SignetCertificate *signet_certificate_new        (GBytes *der, GError **error);
SignetCertificate *signet_certificate_new_lazy   (GBytes *der);                 /* never fails; is_readable tells */
SignetCertificate *signet_certificate_new_x509   (X509 *x509);                  /* copies */
/* Decoded once for all who read these bytes. */
SignetCertificate *signet_certificate_new_shared (GBytes *der);
void               signet_certificate_share      (SignetCertificate *self);
/* (element-type SignetCertificate): PEM (any number), DER, or PKCS#7 certs-only; at most 256 */
GPtrArray         *signet_certificate_parse_many (GBytes *data, GError **error);
GPtrArray         *signet_certificate_load_file  (const char *path, GError **error);

gboolean     signet_certificate_is_readable   (SignetCertificate *self);
X509        *signet_certificate_get_x509      (SignetCertificate *self);        /* borrowed; NULL when not readable */
GBytes      *signet_certificate_get_der       (SignetCertificate *self);        /* borrowed */
EVP_PKEY    *signet_certificate_get_key       (SignetCertificate *self);        /* borrowed, (nullable) */
const char  *signet_certificate_get_holder    (SignetCertificate *self);        /* CN, else O, else the whole subject; sanitized */
const char  *signet_certificate_get_authority (SignetCertificate *self);        /* the same of the issuer */
const char  *signet_certificate_get_subject   (SignetCertificate *self);        /* RFC 4514, UTF-8, sanitized */
const char  *signet_certificate_get_issuer    (SignetCertificate *self);
const char  *signet_certificate_get_serial    (SignetCertificate *self);        /* hex */
const char  *signet_certificate_get_sha256    (SignetCertificate *self);        /* hex of the DER's SHA-256 */
const char  *signet_certificate_get_key_sha256 (SignetCertificate *self);       /* hex of the SubjectPublicKeyInfo's SHA-256: names the key everywhere */
const char  *signet_certificate_get_key_text  (SignetCertificate *self);        /* "RSA-3072" */
gint64       signet_certificate_get_not_before (SignetCertificate *self);
gint64       signet_certificate_get_not_after (SignetCertificate *self);
gboolean     signet_certificate_is_valid_at   (SignetCertificate *self, gint64 time);
gboolean     signet_certificate_is_ca         (SignetCertificate *self);
gboolean     signet_certificate_is_self_issued (SignetCertificate *self);
/* @reason: (out) (optional) (transfer none): a code faces turn into a sentence, e.g. "key-usage-non-repudiation", "no-non-repudiation", "key-usage-encipherment" */
SignetCertificateClassification signet_certificate_get_class (SignetCertificate *self, const char **reason);
const char  *signet_certificate_class_get_id  (SignetCertificateClassification klass);   /* "signature", "seal", "identity-only", "encryption", "authority", "unknown" */
/* Every URL of a kind, (transfer full): "ocsp", "ca-issuers", "crl" */
char       **signet_certificate_dup_urls      (SignetCertificate *self, const char *kind);
char       **signet_certificate_dup_policies  (SignetCertificate *self);        /* dotted OIDs */
gboolean     signet_certificate_equal         (SignetCertificate *self, SignetCertificate *other);
char        *signet_certificate_to_pem        (SignetCertificate *self);
GBytes      *signet_certificate_encode_pkcs7  (GPtrArray *certificates);        /* (transfer full): certs-only, DER */

/* The one door for a signature on a certificate, CRL, OCSP answer or time-stamp: is @self signed by the key of @issuer? */
gboolean     signet_certificate_is_signed_by  (SignetCertificate *self, SignetCertificate *issuer);
/* The same door for what is signed like a certificate: is @value (of the ASN.1 type @item) signed by the key of @self? */
gboolean     signet_certificate_verify_item   (SignetCertificate *self, const ASN1_ITEM *item, const X509_ALGOR *algorithm,
                                               const ASN1_BIT_STRING *signature, const void *value);

G_END_DECLS
