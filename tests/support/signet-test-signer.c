/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-signer.c: a software key behind the signer's seam, and the ways such a key can fail. */
#include "config.h"

#include "signet-test.h"

#include <openssl/rsa.h>

#include "../../app/core/base/signet-base-error.h"

struct _SignetTestSigner {
  GObject               parent;
  EVP_PKEY             *key;   /* (owned) */
  SignetTestSignerFault fault;
  SignetTestSignerHook  hook;  /* (nullable) */
  gpointer              hook_data;
  guint                 count; /* (atomic) */
};

static void signet_test_signer_iface_init (SignetSignerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetTestSigner, signet_test_signer, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SIGNET_TYPE_SIGNER, signet_test_signer_iface_init))

static GBytes *
dup_public_key (SignetSigner *signer)
{
  guint8 *der = NULL;
  int length = i2d_PUBKEY (SIGNET_TEST_SIGNER (signer)->key, &der);
  GBytes *bytes;

  g_assert_cmpint (length, >, 0);
  bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  return bytes;
}

static gboolean
can_sign (SignetSigner *signer, SignetSignatureAlgorithm algorithm)
{
  gboolean rsa = signet_key_type_of (SIGNET_TEST_SIGNER (signer)->key) == SIGNET_KEY_TYPE_RSA;

  return rsa == (algorithm.scheme == SIGNET_SIGNATURE_RSA_PKCS1 || algorithm.scheme == SIGNET_SIGNATURE_RSA_PSS);
}

static GBytes *
compute (EVP_PKEY *key, SignetSignatureAlgorithm algorithm, GBytes *message)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *key_context = NULL;
  const EVP_MD *md = algorithm.scheme == SIGNET_SIGNATURE_ED25519 ? NULL : signet_digest_get_md (algorithm.digest);
  guint8 signature[1024];
  gsize length = sizeof signature;

  g_assert_cmpint (EVP_DigestSignInit (context, &key_context, md, NULL, key), ==, 1);
  if (algorithm.scheme == SIGNET_SIGNATURE_RSA_PSS)
    {
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING), ==, 1);
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, RSA_PSS_SALTLEN_DIGEST), ==, 1);
    }
  g_assert_cmpint (EVP_DigestSign (context, signature, &length, g_bytes_get_data (message, NULL), g_bytes_get_size (message)), ==, 1);
  EVP_MD_CTX_free (context);
  return g_bytes_new (signature, length);
}

static GBytes *
compute_with_another_key (EVP_PKEY *like, SignetSignatureAlgorithm algorithm, GBytes *message)
{
  EVP_PKEY *other = signet_test_new_key (signet_key_spec_of (like)->id);
  GBytes *signature = compute (other, algorithm, message);

  EVP_PKEY_free (other);
  return signature;
}

static GBytes *
sign (SignetSigner *signer, SignetSignatureAlgorithm algorithm, GBytes *message, GCancellable *cancellable, GError **error)
{
  SignetTestSigner *self = SIGNET_TEST_SIGNER (signer);

  g_atomic_int_inc (&self->count);
  if (self->hook != NULL)
    self->hook (self->hook_data);
  switch (self->fault)
    {
    case SIGNET_TEST_SIGNER_FAILS:
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "this key fails on purpose");
      return NULL;
    case SIGNET_TEST_SIGNER_LIES:
      return g_bytes_new_static ("no signature", 12);
    case SIGNET_TEST_SIGNER_WRONG_KEY:
      return compute_with_another_key (self->key, algorithm, message);
    case SIGNET_TEST_SIGNER_GOOD:
    default:
      return compute (self->key, algorithm, message);
    }
}

static void
signet_test_signer_iface_init (SignetSignerInterface *iface)
{
  iface->dup_public_key = dup_public_key;
  iface->can_sign = can_sign;
  iface->sign = sign;
}

static void
signet_test_signer_finalize (GObject *object)
{
  EVP_PKEY_free (SIGNET_TEST_SIGNER (object)->key);
  G_OBJECT_CLASS (signet_test_signer_parent_class)->finalize (object);
}

static void
signet_test_signer_class_init (SignetTestSignerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_test_signer_finalize;
}

static void
signet_test_signer_init (SignetTestSigner *self)
{
}

SignetTestSigner *
signet_test_signer_new (EVP_PKEY *key)
{
  SignetTestSigner *self = g_object_new (SIGNET_TYPE_TEST_SIGNER, NULL);

  EVP_PKEY_up_ref (key);
  self->key = key;
  return self;
}

void
signet_test_signer_set_fault (SignetTestSigner *self, SignetTestSignerFault fault)
{
  self->fault = fault;
}

void
signet_test_signer_set_hook (SignetTestSigner *self, SignetTestSignerHook hook, gpointer data)
{
  self->hook = hook;
  self->hook_data = data;
}

guint
signet_test_signer_get_count (SignetTestSigner *self)
{
  return (guint) g_atomic_int_get (&self->count);
}
