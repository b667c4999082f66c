/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-delivery.c: an encryption key as a CA that keeps a copy of it delivers it: in PKCS#12 under a passphrase the person
 * knows, or in CMS (RFC 5652) to a key of the request. Single-threaded.
 */
#include "config.h"

#include "signet-test-delivery.h"

#include <gio/gio.h>
#include <openssl/cms.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

static GBytes *
from_bio (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);

  return length > 0 ? g_bytes_new (data, (gsize) length) : NULL;
}

static GBytes *
wrap_pkcs12 (EVP_PKEY *key, X509 *certificate, const char *passphrase)
{
  PKCS12 *bag = PKCS12_create (passphrase, "encryption (sample)", key, certificate, NULL, 0, 0, 0, 0, 0);
  BIO *bio = BIO_new (BIO_s_mem ());
  GBytes *bytes = bag != NULL && i2d_PKCS12_bio (bio, bag) ? from_bio (bio) : NULL;

  BIO_free (bio);
  PKCS12_free (bag);
  return bytes;
}

/* OpenSSL reads the identifier only from what is a whole certificate. */
static gboolean
complete (X509 *recipient)
{
  EVP_PKEY *anybody = EVP_EC_gen ("P-256");
  gboolean ok = X509_set_version (recipient, X509_VERSION_3) && ASN1_INTEGER_set (X509_get_serialNumber (recipient), 1) &&
                X509_gmtime_adj (X509_getm_notBefore (recipient), 0) != NULL && X509_gmtime_adj (X509_getm_notAfter (recipient), 60) != NULL &&
                X509_sign (recipient, anybody, EVP_sha256 ()) > 0;

  EVP_PKEY_free (anybody);
  return ok;
}

/* CMS names a recipient by a certificate; one that only carries the key and its identifier will do. */
static X509 *
make_recipient (GBytes *transport)
{
  gsize length;
  const guchar *data = g_bytes_get_data (transport, &length);
  EVP_PKEY *key = d2i_PUBKEY (NULL, &data, (long) length);
  X509 *recipient = key != NULL ? X509_new () : NULL;
  X509V3_CTX context;
  X509_EXTENSION *identifier = NULL;

  if (recipient != NULL && X509_set_pubkey (recipient, key))
    {
      X509V3_set_ctx (&context, NULL, recipient, NULL, NULL, 0);
      identifier = X509V3_EXT_conf_nid (NULL, &context, NID_subject_key_identifier, "hash");
    }
  if (identifier == NULL || !X509_add_ext (recipient, identifier, -1) || !complete (recipient))
    g_clear_pointer (&recipient, X509_free);
  X509_EXTENSION_free (identifier);
  EVP_PKEY_free (key);
  return recipient;
}

static GBytes *
wrap_cms (EVP_PKEY *key, GBytes *transport)
{
  X509 *recipient = make_recipient (transport);
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8 (key);
  BIO *plain = BIO_new (BIO_s_mem ());
  BIO *out = BIO_new (BIO_s_mem ());
  CMS_ContentInfo *cms = NULL;
  GBytes *bytes = NULL;

  if (recipient != NULL && i2d_PKCS8_PRIV_KEY_INFO_bio (plain, info) &&
      (cms = CMS_encrypt (NULL, NULL, EVP_aes_256_cbc (), CMS_BINARY | CMS_PARTIAL)) != NULL &&
      CMS_add1_recipient_cert (cms, recipient, CMS_USE_KEYID) != NULL && CMS_final (cms, plain, NULL, CMS_BINARY) &&
      i2d_CMS_bio (out, cms))
    bytes = from_bio (out);
  CMS_ContentInfo_free (cms);
  BIO_free (out);
  BIO_free (plain);
  PKCS8_PRIV_KEY_INFO_free (info);
  X509_free (recipient);
  return bytes;
}

TestDelivery *
test_delivery_make (TestPki *pki, const X509_NAME *subject, const char *passphrase, GBytes *transport, GError **error)
{
  g_autoptr (TestDelivery) delivery = g_new0 (TestDelivery, 1);
  EVP_PKEY *key = EVP_RSA_gen (2048);

  delivery->certificate = test_pki_issue (pki, TEST_CERTIFICATE_ENCRYPTION, key, subject, 365, error);
  if (delivery->certificate != NULL && passphrase != NULL)
    delivery->key = wrap_pkcs12 (key, delivery->certificate, passphrase);
  else if (delivery->certificate != NULL && transport != NULL)
    delivery->key = wrap_cms (key, transport);
  EVP_PKEY_free (key);
  if (delivery->key != NULL)
    return g_steal_pointer (&delivery);
  if (error != NULL && *error == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the encryption key cannot be wrapped");
  return NULL;
}

void
test_delivery_free (TestDelivery *delivery)
{
  if (delivery == NULL)
    return;
  X509_free (delivery->certificate);
  g_clear_pointer (&delivery->key, g_bytes_unref);
  g_free (delivery);
}
