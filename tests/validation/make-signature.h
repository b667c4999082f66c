/* SPDX-License-Identifier: GPL-3.0-or-later */
/* make-signature.h: detached CAdES signatures as a test wants them, right or wrong. */
#pragma once

#include "../../app/core/certificate/signet-certificate.h"

G_BEGIN_DECLS

typedef struct {
  SignetCertificate *signer;
  EVP_PKEY          *key;         /* who really signs */
  GPtrArray         *chain;       /* (nullable) to carry along */
  SignetDigest       digest;      /* SIGNET_DIGEST_UNKNOWN: SHA-256 */
  const char        *content;
  const char        *tsa_url;     /* (nullable): a time-stamp from here */
  GBytes            *token;       /* (nullable): this time-stamp, whatever it is about */
  gboolean           spoil;       /* change one bit of the signature value */
} MakeSignature;

/* (transfer full): DER */
GBytes *make_signature (const MakeSignature *what);

G_END_DECLS
