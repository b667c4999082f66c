/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xades-names.c: algorithms as XML signatures name them, and the two values they write in their own way: ECDSA signatures and the
 * issuer's name with the serial number. Any thread.
 */
#define G_LOG_DOMAIN "signet-xades-names"

#include "config.h"

#include "signet-xades-private.h"

#include <openssl/asn1t.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

typedef struct {
  SignetDigest digest;
  const char  *uri;
} DigestRow;

static const DigestRow digests[] = {
  { SIGNET_DIGEST_SHA1, "http://www.w3.org/2000/09/xmldsig#sha1" },
  { SIGNET_DIGEST_SHA256, "http://www.w3.org/2001/04/xmlenc#sha256" },
  { SIGNET_DIGEST_SHA384, "http://www.w3.org/2001/04/xmldsig-more#sha384" },
  { SIGNET_DIGEST_SHA512, "http://www.w3.org/2001/04/xmlenc#sha512" },
};

typedef struct {
  SignetSignatureAlgorithm algorithm;
  gboolean                 written;
  const char              *uri;
} AlgorithmRow;

/* No HMAC: whoever can check one can make one. */
static const AlgorithmRow algorithms[] = {
  { { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA1 }, FALSE, "http://www.w3.org/2000/09/xmldsig#rsa-sha1" },
  { { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 }, TRUE, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" },
  { { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA384 }, TRUE, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" },
  { { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA512 }, TRUE, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" },
  { { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256 }, TRUE, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1" },
  { { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA384 }, TRUE, "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1" },
  { { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA512 }, TRUE, "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1" },
  { { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA1 }, FALSE, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1" },
  { { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, TRUE, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" },
  { { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA384 }, TRUE, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" },
  { { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA512 }, TRUE, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" },
  { { SIGNET_SIGNATURE_ED25519, SIGNET_DIGEST_SHA512 }, TRUE, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519" },
};

SignetDigest
_signet_xades_digest_find (const char *uri)
{
  for (gsize i = 0; i < G_N_ELEMENTS (digests); i++)
    if (g_strcmp0 (digests[i].uri, uri) == 0)
      return digests[i].digest;
  return SIGNET_DIGEST_UNKNOWN;
}

const char *
_signet_xades_digest_uri (SignetDigest digest)
{
  for (gsize i = 0; i < G_N_ELEMENTS (digests); i++)
    if (digests[i].digest == digest)
      return digests[i].uri;
  return NULL;
}

SignetSignatureAlgorithm
_signet_xades_algorithm_find (const char *uri)
{
  for (gsize i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (g_strcmp0 (algorithms[i].uri, uri) == 0)
      return algorithms[i].algorithm;
  return (SignetSignatureAlgorithm) { SIGNET_SIGNATURE_UNKNOWN, SIGNET_DIGEST_UNKNOWN };
}

const char *
_signet_xades_algorithm_uri (SignetSignatureAlgorithm algorithm)
{
  for (gsize i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (algorithms[i].written && algorithms[i].algorithm.scheme == algorithm.scheme && algorithms[i].algorithm.digest == algorithm.digest)
      return algorithms[i].uri;
  return NULL;
}

/* --- ECDSA ----------------------------------------------------------------------------------------------------------------- */

static GBytes *
split_ecdsa (EVP_PKEY *key, GBytes *signature)
{
  int half = (EVP_PKEY_get_bits (key) + 7) / 8;
  gsize length = 0;
  const unsigned char *der = g_bytes_get_data (signature, &length);
  ECDSA_SIG *pair = d2i_ECDSA_SIG (NULL, &der, (long) length);
  g_autofree guint8 *value = g_malloc0 ((gsize) half * 2);
  gboolean ok = pair != NULL && BN_bn2binpad (ECDSA_SIG_get0_r (pair), value, half) == half
                && BN_bn2binpad (ECDSA_SIG_get0_s (pair), value + half, half) == half;

  ECDSA_SIG_free (pair);
  ERR_clear_error ();
  return ok ? g_bytes_new_take (g_steal_pointer (&value), (gsize) half * 2) : NULL;
}

static GBytes *
join_ecdsa (EVP_PKEY *key, GBytes *value)
{
  int half = (EVP_PKEY_get_bits (key) + 7) / 8;
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (value, &length);
  ECDSA_SIG *pair = NULL;
  unsigned char *der = NULL;
  GBytes *result = NULL;
  int size = 0;

  if (length != (gsize) half * 2)
    return NULL;
  pair = ECDSA_SIG_new ();
  ECDSA_SIG_set0 (pair, BN_bin2bn (data, half, NULL), BN_bin2bn (data + half, half, NULL));
  size = i2d_ECDSA_SIG (pair, &der);
  if (size > 0)
    result = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  ECDSA_SIG_free (pair);
  return result;
}

GBytes *
_signet_xades_value_from_signature (SignetSignatureAlgorithm algorithm, EVP_PKEY *key, GBytes *signature)
{
  return algorithm.scheme == SIGNET_SIGNATURE_ECDSA ? split_ecdsa (key, signature) : g_bytes_ref (signature);
}

GBytes *
_signet_xades_value_to_signature (SignetSignatureAlgorithm algorithm, EVP_PKEY *key, GBytes *value)
{
  return algorithm.scheme == SIGNET_SIGNATURE_ECDSA ? join_ecdsa (key, value) : g_bytes_ref (value);
}

/* --- whose certificate ----------------------------------------------------------------------------------------------------- */

typedef struct {
  GENERAL_NAMES *issuer;
  ASN1_INTEGER  *serial;
} IssuerSerial;

/* clang-format off */
ASN1_SEQUENCE (IssuerSerial) = {
  ASN1_SEQUENCE_OF (IssuerSerial, issuer, GENERAL_NAME),
  ASN1_SIMPLE (IssuerSerial, serial, ASN1_INTEGER)
} static_ASN1_SEQUENCE_END (IssuerSerial)
/* clang-format on */

static IssuerSerial *
new_issuer_serial (X509 *x509)
{
  IssuerSerial *self = (IssuerSerial *) ASN1_item_new (ASN1_ITEM_rptr (IssuerSerial));
  GENERAL_NAME *name = GENERAL_NAME_new ();

  GENERAL_NAME_set0_value (name, GEN_DIRNAME, X509_NAME_dup (X509_get_issuer_name (x509)));
  sk_GENERAL_NAME_push (self->issuer, name);
  ASN1_INTEGER_free (self->serial);
  self->serial = ASN1_INTEGER_dup (X509_get0_serialNumber (x509));
  return self;
}

GBytes *
_signet_xades_encode_issuer_serial (X509 *x509)
{
  IssuerSerial *value = new_issuer_serial (x509);
  unsigned char *der = NULL;
  int length = ASN1_item_i2d ((ASN1_VALUE *) value, &der, ASN1_ITEM_rptr (IssuerSerial));
  GBytes *result = length > 0 ? g_bytes_new (der, (gsize) length) : NULL;

  OPENSSL_free (der);
  ASN1_item_free ((ASN1_VALUE *) value, ASN1_ITEM_rptr (IssuerSerial));
  return result;
}

gboolean
_signet_xades_is_issuer_serial (GBytes *der, X509 *x509)
{
  gsize length = 0;
  const unsigned char *data = g_bytes_get_data (der, &length);
  IssuerSerial *value = (IssuerSerial *) ASN1_item_d2i (NULL, &data, (long) length, ASN1_ITEM_rptr (IssuerSerial));
  const GENERAL_NAME *name = value != NULL && sk_GENERAL_NAME_num (value->issuer) == 1 ? sk_GENERAL_NAME_value (value->issuer, 0) : NULL;
  gboolean same = name != NULL && name->type == GEN_DIRNAME && X509_NAME_cmp (name->d.directoryName, X509_get_issuer_name (x509)) == 0
                  && ASN1_INTEGER_cmp (value->serial, X509_get0_serialNumber (x509)) == 0;

  ASN1_item_free ((ASN1_VALUE *) value, ASN1_ITEM_rptr (IssuerSerial));
  ERR_clear_error ();
  return same;
}
