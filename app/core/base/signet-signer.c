/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signer.c: the seam through which every signature is made. What a signer returns is verified with its own public key
 * before anybody sees it: tokens have been seen to return rubbish. Thread-safe when the implementation is.
 */
#define G_LOG_DOMAIN "signet-signer"

#include "config.h"

#include "signet-signer.h"

#include <openssl/x509.h>

#include "signet-algorithm-private.h"
#include "signet-base-error.h"

G_DEFINE_INTERFACE (SignetSigner, signet_signer, G_TYPE_OBJECT)

static void
signet_signer_default_init (SignetSignerInterface *iface)
{
}

/**
 * signet_signer_dup_public_key:
 *
 * Returns: (transfer full): DER SubjectPublicKeyInfo
 */
GBytes *
signet_signer_dup_public_key (SignetSigner *self)
{
  g_return_val_if_fail (SIGNET_IS_SIGNER (self), NULL);

  return SIGNET_SIGNER_GET_IFACE (self)->dup_public_key (self);
}

gboolean
signet_signer_can_sign (SignetSigner *self, SignetSignatureAlgorithm algorithm)
{
  g_return_val_if_fail (SIGNET_IS_SIGNER (self), FALSE);

  return SIGNET_SIGNER_GET_IFACE (self)->can_sign (self, algorithm);
}

static gboolean
choose_digest (SignetSigner *self, SignetSignatureAlgorithm *algorithm)
{
  static const SignetDigest digests[] = { SIGNET_DIGEST_SHA256, SIGNET_DIGEST_SHA384, SIGNET_DIGEST_SHA512 };

  if (signet_signer_can_sign (self, *algorithm))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    {
      algorithm->digest = digests[i];
      if (signet_signer_can_sign (self, *algorithm))
        return TRUE;
    }
  return FALSE;
}

/**
 * signet_signer_choose_algorithm:
 * @key: its public key, as the certificate has it
 *
 * Tokens that only hash and sign in one know some digests and not others; some keys may be used with PSS alone.
 *
 * Returns: an algorithm @self can sign with
 */
SignetSignatureAlgorithm
signet_signer_choose_algorithm (SignetSigner *self, EVP_PKEY *key)
{
  SignetSignatureAlgorithm usual = signet_signature_algorithm_default (key);
  SignetSignatureAlgorithm chosen = usual;

  g_return_val_if_fail (SIGNET_IS_SIGNER (self), usual);

  if (choose_digest (self, &chosen))
    return chosen;
  chosen = usual;
  if (chosen.scheme == SIGNET_SIGNATURE_RSA_PKCS1)
    {
      chosen.scheme = SIGNET_SIGNATURE_RSA_PSS;
      if (choose_digest (self, &chosen))
        return chosen;
    }
  return (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_UNKNOWN, SIGNET_DIGEST_UNKNOWN };
}

/**
 * signet_signer_expect:
 * @n_signatures: how many are coming
 *
 * A token may answer the next request while the last one is still being looked at here, and some sign faster with two sessions.
 *
 * Returns: how many signatures may be asked for at the same time
 */
guint
signet_signer_expect (SignetSigner *self, guint n_signatures)
{
  SignetSignerInterface *iface = NULL;

  g_return_val_if_fail (SIGNET_IS_SIGNER (self), 1);

  iface = SIGNET_SIGNER_GET_IFACE (self);
  return iface->expect != NULL ? MAX (iface->expect (self, n_signatures), 1) : 1;
}

/* Decoded once for each signer: that costs more than to check a signature with it. Borrowed, (nullable) */
static EVP_PKEY *
get_public_key (SignetSigner *self)
{
  static GMutex lock;
  GQuark quark = g_quark_from_static_string ("signet-signer-public-key");
  EVP_PKEY *key = NULL;

  g_mutex_lock (&lock);
  key = g_object_get_qdata (G_OBJECT (self), quark);
  if (key == NULL)
    {
      g_autoptr (GBytes) der = signet_signer_dup_public_key (self);
      gsize length = 0;
      const guint8 *p = der != NULL ? g_bytes_get_data (der, &length) : NULL;

      key = p != NULL ? d2i_PUBKEY (NULL, &p, (long) length) : NULL;
      g_object_set_qdata_full (G_OBJECT (self), quark, key, (GDestroyNotify) EVP_PKEY_free);
    }
  g_mutex_unlock (&lock);
  return key;
}

static gboolean
check_signature (SignetSigner *self, SignetSignatureAlgorithm algorithm, GBytes *message, GBytes *signature)
{
  EVP_PKEY *key = get_public_key (self);
  const EVP_MD *md = signet_digest_get_md (algorithm.digest);

  /* what goes into a CMS says that the salt is as long as the digest */
  return key != NULL && md != NULL
         && _signet_signature_verify_with_salt (algorithm, key, EVP_MD_get_size (md),
                                                g_bytes_get_data (message, NULL), g_bytes_get_size (message),
                                                g_bytes_get_data (signature, NULL), g_bytes_get_size (signature));
}

static void
set_lied (SignetSigner *self, GError **error)
{
  SignetSignerInterface *iface = SIGNET_SIGNER_GET_IFACE (self);

  if (iface->lied != NULL)
    g_propagate_error (error, iface->lied (self));
  else
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "what the key returned is not a signature of that key");
}

/**
 * signet_signer_sign:
 * @to_be_signed: the message itself, not its digest
 *
 * Blocks; may ask the person through an interaction the signer was made with.
 * Errors: those of the implementation; %SIGNET_BASE_ERROR_MALFORMED, or its own, when what it returned is no signature of its key.
 *
 * Returns: (transfer full) (nullable): the signature as it goes on the wire
 */
GBytes *
signet_signer_sign (SignetSigner *self, SignetSignatureAlgorithm algorithm, GBytes *to_be_signed,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) signature = NULL;

  g_return_val_if_fail (SIGNET_IS_SIGNER (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  signature = SIGNET_SIGNER_GET_IFACE (self)->sign (self, algorithm, to_be_signed, cancellable, error);
  if (signature == NULL)
    return NULL;
  if (!check_signature (self, algorithm, to_be_signed, signature))
    {
      set_lied (self, error);
      return NULL;
    }
  return g_steal_pointer (&signature);
}
