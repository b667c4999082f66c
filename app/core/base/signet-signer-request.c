/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signer-request.c: a certification request (RFC 2986), put together and signed here. X509_REQ_sign() with a lent key
 * would ask for PKCS#1 whatever the key can do; this one serves keys for PSS alone, tokens that only hash and sign in one, and
 * Ed25519. Blocking, any thread.
 */
#define G_LOG_DOMAIN "signet-signer-request"

#include "config.h"

#include "signet-signer-request.h"

#include <openssl/err.h>

#include "signet-algorithm-private.h"
#include "signet-base-error.h"

static gboolean
set_key (SignetSigner *self, X509_REQ *request, SignetSignatureAlgorithm *algorithm)
{
  g_autoptr (GBytes) spki = signet_signer_dup_public_key (self);
  gsize length = 0;
  const guint8 *der = spki != NULL ? g_bytes_get_data (spki, &length) : NULL;
  EVP_PKEY *key = der != NULL ? d2i_PUBKEY (NULL, &der, (long) length) : NULL;
  gboolean ok = key != NULL && X509_REQ_set_pubkey (request, key) == 1;

  if (ok)
    *algorithm = signet_signer_choose_algorithm (self, key);
  EVP_PKEY_free (key);
  return ok;
}

static gboolean
set_algorithm (X509_REQ *request, SignetSignatureAlgorithm algorithm)
{
  X509_ALGOR *identifier = X509_ALGOR_new ();
  gboolean ok =
      _signet_signature_algorithm_fill (identifier, algorithm) && X509_REQ_set1_signature_algo (request, identifier) == 1;

  X509_ALGOR_free (identifier);
  return ok;
}

static GBytes *
encode_body (X509_REQ *request)
{
  guint8 *der = NULL;
  int length = i2d_re_X509_REQ_tbs (request, &der);
  GBytes *bytes = length > 0 ? g_bytes_new (der, (gsize) length) : NULL;

  OPENSSL_free (der);
  return bytes;
}

static gboolean
set_signature (X509_REQ *request, GBytes *signature)
{
  ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new ();

  if (ASN1_STRING_set (bits, g_bytes_get_data (signature, NULL), (int) g_bytes_get_size (signature)) != 1)
    {
      ASN1_BIT_STRING_free (bits);
      return FALSE;
    }
  bits->flags |= ASN1_STRING_FLAG_BITS_LEFT; /* no unused bits, also when the last byte ends with zeros */
  X509_REQ_set0_signature (request, bits);
  return TRUE;
}

static gboolean
choose_digest (SignetSigner *self, SignetDigest digest, SignetSignatureAlgorithm *algorithm)
{
  if (digest == SIGNET_DIGEST_UNKNOWN || digest == algorithm->digest)
    return TRUE;
  algorithm->digest = digest;
  return algorithm->scheme != SIGNET_SIGNATURE_ED25519 && signet_signer_can_sign (self, *algorithm);
}

/**
 * signet_signer_sign_request_as:
 * @request: version, subject and attributes are there; its key, algorithm and signature are set
 * @digest: that the algorithm is to use, or %SIGNET_DIGEST_UNKNOWN
 * @error: of the signer, or %SIGNET_BASE_ERROR_UNSUPPORTED when the key can sign nothing we know, or not with @digest
 */
gboolean
signet_signer_sign_request_as (SignetSigner *self, X509_REQ *request, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  SignetSignatureAlgorithm algorithm = { SIGNET_SIGNATURE_UNKNOWN, SIGNET_DIGEST_UNKNOWN };
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) signature = NULL;

  g_return_val_if_fail (SIGNET_IS_SIGNER (self), FALSE);

  if (!set_key (self, request, &algorithm) || !choose_digest (self, digest, &algorithm) || !set_algorithm (request, algorithm))
    {
      ERR_clear_error ();
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the key cannot sign a request, or not in the way that is asked for");
      return FALSE;
    }
  body = encode_body (request);
  signature = body != NULL ? signet_signer_sign (self, algorithm, body, cancellable, error) : NULL;
  if (signature != NULL && set_signature (request, signature))
    return TRUE;
  if (error != NULL && *error == NULL)
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making the request");
  return FALSE;
}

gboolean
signet_signer_sign_request (SignetSigner *self, X509_REQ *request, GCancellable *cancellable, GError **error)
{
  return signet_signer_sign_request_as (self, request, SIGNET_DIGEST_UNKNOWN, cancellable, error);
}
