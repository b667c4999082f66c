/* SPDX-License-Identifier: GPL-3.0-or-later */
/* p256.h: the P-256 key of a PKCS#11 module that stands alone, as PKCS#11 wants it. For tests only. */
#pragma once

#include <openssl/evp.h>
#include <stdio.h>

#define P256_POINT 67 /* bytes of CKA_EC_POINT: the point in an OCTET STRING */

/* From PEM; closes @file, which may be NULL. NULL: there is none. */
EVP_PKEY *p256_read (FILE *file, unsigned char point[P256_POINT]);

/* r and s side by side, of a hash. Returns: 0 when it cannot */
int p256_sign (EVP_PKEY *key, const unsigned char *data, size_t length, unsigned char raw[64]);
