/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate-private.h: what the files of this room share: OpenSSL clean-ups, names as text, extensions. */
#pragma once

#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "signet-certificate.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE_CTX, X509_STORE_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS7, PKCS7_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CRL_DIST_POINTS, CRL_DIST_POINTS_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)

static inline void
_signet_sequence_free (ASN1_SEQUENCE_ANY *sequence)
{
  sk_ASN1_TYPE_pop_free (sequence, ASN1_TYPE_free);
}
typedef ASN1_SEQUENCE_ANY SignetSequence;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetSequence, _signet_sequence_free)

static inline void
_signet_x509_stack_free (STACK_OF(X509) *stack)
{
  sk_X509_free (stack);
}
typedef STACK_OF(X509) SignetX509Stack;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetX509Stack, _signet_x509_stack_free)

/* signet-certificate-name.c; all (transfer full) and sanitized */
char *_signet_name_to_text   (const X509_NAME *name);
char *_signet_name_to_holder (const X509_NAME *name);
char *_signet_oid_to_text    (const ASN1_OBJECT *object);

/* signet-certificate-extensions.c */
#define SIGNET_MAX_URLS 16
#define SIGNET_MAX_POLICIES 64
char   **_signet_x509_dup_urls     (X509 *x509, const char *kind);
char   **_signet_x509_dup_policies (X509 *x509);
gboolean _signet_x509_has_qc_type  (X509 *x509, const char *oid);
gboolean _signet_x509_has_policy   (X509 *x509, const char *oid);

/* signet-certificate-class.c */
SignetCertificateClassification _signet_x509_classify (X509 *x509, const char **reason);

G_END_DECLS
