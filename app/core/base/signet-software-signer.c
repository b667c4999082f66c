/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-software-signer.c: signs with a key of this process. Any thread. */
#define G_LOG_DOMAIN "signet-software-signer"

#include "config.h"

#include "signet-software-signer.h"

#include <openssl/rsa.h>

#include "signet-base-error.h"
#include "signet-key-der.h"

#define SIGNET_TYPE_SOFTWARE_SIGNER (signet_software_signer_get_type ())
G_DECLARE_FINAL_TYPE (SignetSoftwareSigner, signet_software_signer, SIGNET, SOFTWARE_SIGNER, GObject)

struct _SignetSoftwareSigner {
  GObject   parent_instance;
  EVP_PKEY *key; /* (owned) */
};

static void signet_software_signer_iface_init (SignetSignerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetSoftwareSigner, signet_software_signer, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SIGNET_TYPE_SIGNER, signet_software_signer_iface_init))

static GBytes *
dup_public_key (SignetSigner *signer)
{
  GBytes *der = signet_key_dup_public_der (SIGNET_SOFTWARE_SIGNER (signer)->key);

  return der != NULL ? der : g_bytes_new (NULL, 0);
}

static gboolean
can_sign (SignetSigner *signer, SignetSignatureAlgorithm algorithm)
{
  EVP_PKEY *key = SIGNET_SOFTWARE_SIGNER (signer)->key;

  switch (algorithm.scheme)
    {
    case SIGNET_SIGNATURE_RSA_PKCS1:
      return EVP_PKEY_is_a (key, "RSA");
    case SIGNET_SIGNATURE_RSA_PSS:
      return signet_key_type_of (key) == SIGNET_KEY_TYPE_RSA;
    case SIGNET_SIGNATURE_ECDSA:
      return signet_key_type_of (key) == SIGNET_KEY_TYPE_EC;
    case SIGNET_SIGNATURE_ED25519:
      return signet_key_type_of (key) == SIGNET_KEY_TYPE_ED25519;
    case SIGNET_SIGNATURE_SM2:
    case SIGNET_SIGNATURE_UNKNOWN:
    default:
      return FALSE;
    }
}

static gboolean
begin (EVP_MD_CTX *context, EVP_PKEY *key, SignetSignatureAlgorithm algorithm)
{
  const EVP_MD *md = algorithm.scheme != SIGNET_SIGNATURE_ED25519 ? signet_digest_get_md (algorithm.digest) : NULL;
  EVP_PKEY_CTX *key_context = NULL;

  if (EVP_DigestSignInit (context, &key_context, md, NULL, key) != 1)
    return FALSE;
  return algorithm.scheme != SIGNET_SIGNATURE_RSA_PSS
         || (EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING) > 0
             && EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, RSA_PSS_SALTLEN_DIGEST) > 0);
}

static GBytes *
sign (SignetSigner *signer, SignetSignatureAlgorithm algorithm, GBytes *message, GCancellable *cancellable, GError **error)
{
  EVP_PKEY *key = SIGNET_SOFTWARE_SIGNER (signer)->key;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gsize length = (gsize) EVP_PKEY_get_size (key);
  g_autofree guint8 *signature = g_malloc (length);
  gboolean ok = begin (context, key, algorithm)
                && EVP_DigestSign (context, signature, &length, g_bytes_get_data (message, NULL), g_bytes_get_size (message)) == 1;

  (void) cancellable; /* no device to wait for */
  EVP_MD_CTX_free (context);
  if (ok)
    return g_bytes_new_take (g_steal_pointer (&signature), length);
  signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "signing with a key of this process");
  return NULL;
}

static void
signet_software_signer_iface_init (SignetSignerInterface *iface)
{
  iface->dup_public_key = dup_public_key;
  iface->can_sign = can_sign;
  iface->sign = sign;
}

static void
signet_software_signer_finalize (GObject *object)
{
  EVP_PKEY_free (SIGNET_SOFTWARE_SIGNER (object)->key);
  G_OBJECT_CLASS (signet_software_signer_parent_class)->finalize (object);
}

static void
signet_software_signer_class_init (SignetSoftwareSignerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_software_signer_finalize;
}

static void
signet_software_signer_init (SignetSoftwareSigner *self)
{
  (void) self;
}

SignetSigner *
signet_software_signer_new (EVP_PKEY *key)
{
  SignetSoftwareSigner *self = NULL;

  g_return_val_if_fail (key != NULL, NULL);

  self = g_object_new (SIGNET_TYPE_SOFTWARE_SIGNER, NULL);
  EVP_PKEY_up_ref (key);
  self->key = key;
  return SIGNET_SIGNER (self);
}
