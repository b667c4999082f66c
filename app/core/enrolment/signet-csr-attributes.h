/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-csr-attributes.h: what an authority wants to find in a certification request (RFC 7030, 4.5.2: CsrAttrs). */
#pragma once

#include <glib.h>
#include <openssl/x509.h>

#include "../base/signet-algorithm.h"

G_BEGIN_DECLS

typedef struct {
  X509_EXTENSIONS *extensions; /* (nullable): to be asked for as they are */
  int              key_nid;    /* NID_rsaEncryption, NID_X9_62_id_ecPublicKey; NID_undef: any */
  int              key_bits;   /* of an RSA key; 0: any */
  int              curve_nid;  /* of an EC key; NID_undef: any */
  SignetDigest     digest;     /* SIGNET_DIGEST_UNKNOWN: any */
  gboolean         binding;    /* the request bound to the TLS session by a challengePassword (RFC 7030, 3.5) */
  GPtrArray       *unknown;    /* dotted OIDs of what else is wished */
} SignetCsrAttributes;

/* Errors: SIGNET_BASE_ERROR MALFORMED, TOO_LARGE; UNSUPPORTED for an extension that is not known here. */
SignetCsrAttributes *_signet_csr_attributes_parse (const guint8 *der, gsize length, GError **error);
/* Whether @key is of the kind that is wanted. */
gboolean             _signet_csr_attributes_fits  (const SignetCsrAttributes *self, EVP_PKEY *key, GError **error);
void                 _signet_csr_attributes_free  (SignetCsrAttributes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCsrAttributes, _signet_csr_attributes_free)

G_END_DECLS
