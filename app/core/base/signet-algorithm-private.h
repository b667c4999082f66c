/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-algorithm-private.h: what only this room may ask of the table. */
#pragma once

#include <openssl/x509.h>

#include "signet-algorithm.h"

G_BEGIN_DECLS

#define SIGNET_PSS_ANY_SALT (-1)

/* @pss_salt: the salt's length in bytes, or SIGNET_PSS_ANY_SALT */
gboolean _signet_signature_verify_with_salt (SignetSignatureAlgorithm algorithm, EVP_PKEY *key, int pss_salt,
                                             const void *data, gsize length, const void *signature, gsize signature_length);

/* As certificates and requests name it; FALSE: no name for it. */
gboolean _signet_signature_algorithm_fill   (X509_ALGOR *identifier, SignetSignatureAlgorithm algorithm);

G_END_DECLS
