/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-cert-rep.c: answers of a SCEP server, by OpenSSL's CMS. Any thread. */
#include "config.h"

#include "signet-test-cert-rep.h"

#include <openssl/cms.h>
#include <openssl/rand.h>
#include <string.h>

#define OID_MESSAGE_TYPE    "2.16.840.1.113733.1.9.2"
#define OID_STATUS          "2.16.840.1.113733.1.9.3"
#define OID_FAILURE         "2.16.840.1.113733.1.9.4"
#define OID_SENDER_NONCE    "2.16.840.1.113733.1.9.5"
#define OID_RECIPIENT_NONCE "2.16.840.1.113733.1.9.6"
#define OID_TRANSACTION     "2.16.840.1.113733.1.9.7"
#define OID_FAILURE_TEXT    "1.3.6.1.5.5.7.24.1"

static void
add (CMS_SignerInfo *signer, const char *oid, int type, const void *bytes, gsize length)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);

  CMS_signed_add1_attr_by_OBJ (signer, object, type, bytes, (int) length);
  ASN1_OBJECT_free (object);
}

static void
add_text (CMS_SignerInfo *signer, const char *oid, const char *text)
{
  if (text != NULL)
    add (signer, oid, V_ASN1_PRINTABLESTRING, text, strlen (text));
}

static void
add_attributes (CMS_SignerInfo *signer, const TestCertRep *rep)
{
  guint8 nonce[16];

  RAND_bytes (nonce, sizeof nonce);
  add (signer, OID_SENDER_NONCE, V_ASN1_OCTET_STRING, nonce, sizeof nonce);
  add_text (signer, OID_MESSAGE_TYPE, "3");
  add_text (signer, OID_STATUS, rep->status);
  add_text (signer, OID_TRANSACTION, rep->transaction);
  add_text (signer, OID_FAILURE, rep->failure);
  if (rep->text != NULL)
    add (signer, OID_FAILURE_TEXT, V_ASN1_UTF8STRING, rep->text, strlen (rep->text));
  add (signer, OID_RECIPIENT_NONCE, V_ASN1_OCTET_STRING, g_bytes_get_data (rep->nonce, NULL), g_bytes_get_size (rep->nonce));
}

static GBytes *
encode (CMS_ContentInfo *cms)
{
  guint8 *der = NULL;
  int length = cms != NULL ? i2d_CMS_ContentInfo (cms, &der) : 0;
  GBytes *bytes = g_bytes_new (der, (gsize) MAX (length, 0));

  OPENSSL_free (der);
  CMS_ContentInfo_free (cms);
  return bytes;
}

static BIO *
bio_of (GBytes *bytes)
{
  return bytes != NULL ? BIO_new_mem_buf (g_bytes_get_data (bytes, NULL), (int) g_bytes_get_size (bytes)) : BIO_new_mem_buf ("", 0);
}

GBytes *
test_cert_rep_new (const TestCertRep *rep, X509 *certificate, EVP_PKEY *key)
{
  const guint flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
  BIO *bio = bio_of (rep->content);
  CMS_ContentInfo *cms = CMS_sign (NULL, NULL, NULL, bio, flags);

  add_attributes (CMS_add1_signer (cms, certificate, key, EVP_sha256 (), flags), rep);
  CMS_final (cms, bio, NULL, flags);
  BIO_free (bio);
  return encode (cms);
}

GBytes *
test_cert_rep_envelop (GBytes *content, STACK_OF (X509) *readers, const char *cipher)
{
  BIO *bio = bio_of (content);
  EVP_CIPHER *fetched = EVP_CIPHER_fetch (NULL, cipher, NULL);
  CMS_ContentInfo *cms = CMS_encrypt (readers, bio, fetched, CMS_BINARY);

  EVP_CIPHER_free (fetched);
  BIO_free (bio);
  return encode (cms);
}

GBytes *
test_cert_rep_bag (X509 *certificate, X509 *issuer)
{
  STACK_OF (X509) *all = sk_X509_new_null ();
  CMS_ContentInfo *cms;

  sk_X509_push (all, certificate);
  if (issuer != NULL)
    sk_X509_push (all, issuer);
  cms = CMS_sign (NULL, NULL, all, NULL, CMS_DETACHED | CMS_BINARY | CMS_PARTIAL);
  sk_X509_free (all);
  return encode (cms);
}
