/* SPDX-License-Identifier: GPL-3.0-or-later */
/* p256.c: see p256.h. Any thread. */
#include "p256.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>

EVP_PKEY *
p256_read (FILE *file, unsigned char point[P256_POINT])
{
  EVP_PKEY *key = file != NULL ? PEM_read_PrivateKey (file, NULL, NULL, NULL) : NULL;

  if (file != NULL)
    fclose (file);
  point[0] = 0x04;
  point[1] = P256_POINT - 2;
  if (key != NULL && EVP_PKEY_get_octet_string_param (key, OSSL_PKEY_PARAM_PUB_KEY, point + 2, P256_POINT - 2, NULL) == 1)
    return key;
  EVP_PKEY_free (key);
  return NULL;
}

int
p256_sign (EVP_PKEY *key, const unsigned char *data, size_t length, unsigned char raw[64])
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  unsigned char der[128];
  const unsigned char *at = der;
  size_t size = sizeof der;
  ECDSA_SIG *signature = NULL;
  int ok = EVP_PKEY_sign_init (context) == 1 && EVP_PKEY_sign (context, der, &size, data, length) == 1;

  EVP_PKEY_CTX_free (context);
  signature = ok ? d2i_ECDSA_SIG (NULL, &at, (long) size) : NULL;
  if (signature == NULL)
    return 0;
  BN_bn2binpad (ECDSA_SIG_get0_r (signature), raw, 32);
  BN_bn2binpad (ECDSA_SIG_get0_s (signature), raw + 32, 32);
  ECDSA_SIG_free (signature);
  return 1;
}
