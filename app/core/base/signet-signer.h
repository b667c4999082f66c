/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signer.h: the seam through which every signature is made: bytes to be signed + algorithm -> signature. */
#pragma once

#include <gio/gio.h>

#include "signet-algorithm.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_SIGNER (signet_signer_get_type ())
G_DECLARE_INTERFACE (SignetSigner, signet_signer, SIGNET, SIGNER, GObject)

/**
 * SignetSignerInterface:
 * @dup_public_key: (transfer full): DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)
 * @can_sign: whether the key can do @algorithm
 * @sign: signs the *message* @to_be_signed (the signer hashes it): PKCS#1, PSS, or DER Ecdsa-Sig-Value. Blocking.
 * @lied: (optional): the error for something that was returned as a signature and is none; without it %SIGNET_BASE_ERROR_MALFORMED
 * @expect: (optional): see signet_signer_expect(); a signer without it is asked for one signature at a time
 */
struct _SignetSignerInterface {
  GTypeInterface g_iface;

  GBytes  *(*dup_public_key) (SignetSigner *self);
  gboolean (*can_sign)       (SignetSigner *self, SignetSignatureAlgorithm algorithm);
  GBytes  *(*sign)           (SignetSigner *self, SignetSignatureAlgorithm algorithm, GBytes *to_be_signed,
                              GCancellable *cancellable, GError **error);
  guint    (*expect)         (SignetSigner *self, guint n_signatures);
  GError  *(*lied)           (SignetSigner *self);
};

GBytes  *signet_signer_dup_public_key (SignetSigner *self);
gboolean signet_signer_can_sign       (SignetSigner *self, SignetSignatureAlgorithm algorithm);
/* What @self can sign with, nearest to the usual of @key: the same scheme with another digest, then PSS for PKCS#1; scheme UNKNOWN: nothing. */
SignetSignatureAlgorithm signet_signer_choose_algorithm (SignetSigner *self, EVP_PKEY *key);
/* Verifies what the signer returned with its public key before handing it on: a lying token never gets further than here. */
GBytes  *signet_signer_sign           (SignetSigner *self, SignetSignatureAlgorithm algorithm, GBytes *to_be_signed,
                                       GCancellable *cancellable, GError **error);

/* Announces @n_signatures. Returns how many of them may be asked for at the same time, from as many threads; at least 1. With 1 a person may
   be asked at each: ask in the order of the documents. */
guint    signet_signer_expect         (SignetSigner *self, guint n_signatures);

/* An EVP_PKEY of our in-process provider whose one ability is to call @self; for OSSL_CMP, X509_REQ and TLS. Caller frees. */
EVP_PKEY *signet_signer_new_evp_pkey  (SignetSigner *self, GError **error);
/* (transfer full) (nullable): what the signer said when an operation with such a key last failed on this thread: OpenSSL keeps no GError. */
GError   *signet_signer_take_last_error (void);

G_END_DECLS
