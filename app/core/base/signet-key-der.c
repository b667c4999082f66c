/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-key-der.c: keys of OpenSSL as DER. A private key goes straight into a secret, and what was between is wiped. Reads nothing: what comes from
 * outside is read where its form is known. Any thread.
 */
#define G_LOG_DOMAIN "signet-key-der"

#include "config.h"

#include "signet-key-der.h"

#include <openssl/x509.h>

/**
 * signet_key_dup_private_der:
 *
 * Returns: (transfer full) (nullable): PKCS#8 (RFC 5958), without attributes; %NULL: OpenSSL says why
 */
SignetSecret *
signet_key_dup_private_der (EVP_PKEY *key)
{
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8 (key);
  guint8 *der = NULL;
  int length = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO (info, &der) : -1;
  SignetSecret *secret = length > 0 ? signet_secret_new (der, (gsize) length) : NULL;

  OPENSSL_clear_free (der, length > 0 ? (gsize) length : 0);
  PKCS8_PRIV_KEY_INFO_free (info);
  return secret;
}

/**
 * signet_key_dup_public_der:
 *
 * Returns: (transfer full) (nullable): SubjectPublicKeyInfo (RFC 5280, 4.1.2.7); %NULL as above
 */
GBytes *
signet_key_dup_public_der (EVP_PKEY *key)
{
  guint8 *der = NULL;
  int length = i2d_PUBKEY (key, &der);
  GBytes *bytes = length > 0 ? g_bytes_new (der, (gsize) length) : NULL;

  OPENSSL_free (der);
  return bytes;
}
