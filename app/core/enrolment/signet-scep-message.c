/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-scep-message.c: a pkiMessage made (RFC 8894, 3): the request encrypted for the server, and that signed together with what names the
 * transaction. Pure but for the key that signs.
 */
#define G_LOG_DOMAIN "signet-scep"

#include "config.h"

#include "signet-scep-private.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-signer.h"

#define OID_MESSAGE_TYPE "2.16.840.1.113733.1.9.2"
#define OID_SENDER_NONCE "2.16.840.1.113733.1.9.5"
#define OID_TRANSACTION  "2.16.840.1.113733.1.9.7"
#define DAY 86400
#define LIFE_DAYS 90

static GBytes *
encode_cms (CMS_ContentInfo *cms)
{
  guint8 *der = NULL;
  int length = cms != NULL ? i2d_CMS_ContentInfo (cms, &der) : -1;
  GBytes *bytes = length > 0 ? g_bytes_new (der, (gsize) length) : NULL;

  OPENSSL_free (der);
  return bytes;
}

static BIO *
bio_of (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  return BIO_new_mem_buf (data, (int) length);
}

/* --- the envelope --------------------------------------------------------------------------------------------------------- */

static GBytes *
envelop (const SignetScepServer *server, GBytes *content)
{
  STACK_OF (X509) *recipients = sk_X509_new_null ();
  BIO *bio = bio_of (content);
  CMS_ContentInfo *cms = NULL;
  GBytes *bytes;

  if (sk_X509_push (recipients, server->encryption) > 0)
    cms = CMS_encrypt (recipients, bio, server->cipher, CMS_BINARY);
  bytes = encode_cms (cms);
  CMS_ContentInfo_free (cms);
  BIO_free (bio);
  sk_X509_free (recipients);
  return bytes;
}

/* --- the signature ------------------------------------------------------------------------------------------------------------ */

static gboolean
add_attribute (CMS_SignerInfo *signer, const char *oid, int type, const void *bytes, gsize length)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  gboolean ok = object != NULL && CMS_signed_add1_attr_by_OBJ (signer, object, type, bytes, (int) length) == 1;

  ASN1_OBJECT_free (object);
  return ok;
}

static gboolean
add_attributes (CMS_SignerInfo *signer, const SignetScepRequest *request)
{
  g_autofree char *type = g_strdup_printf ("%d", (int) request->type);
  gsize length;
  const guint8 *nonce = g_bytes_get_data (request->nonce, &length);

  return add_attribute (signer, OID_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, type, strlen (type))
         && add_attribute (signer, OID_TRANSACTION, V_ASN1_PRINTABLESTRING, request->transaction, strlen (request->transaction))
         && add_attribute (signer, OID_SENDER_NONCE, V_ASN1_OCTET_STRING, nonce, length);
}

static CMS_ContentInfo *
sign (const SignetScepServer *server, const SignetScepRequest *request, GBytes *envelope)
{
  const guint flags = CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL;
  BIO *bio = bio_of (envelope);
  CMS_ContentInfo *cms = CMS_sign (NULL, NULL, NULL, bio, flags);
  CMS_SignerInfo *signer = cms != NULL ? CMS_add1_signer (cms, request->certificate, request->key, server->digest, flags) : NULL;
  gboolean ok = signer != NULL && add_attributes (signer, request) && (request->beside == NULL || CMS_add1_cert (cms, request->beside) == 1)
                && CMS_final (cms, bio, NULL, flags) == 1;

  BIO_free (bio);
  if (ok)
    return cms;
  CMS_ContentInfo_free (cms);
  return NULL;
}

/* What the signer said, when it was the one to fail; OpenSSL's words otherwise. */
static GBytes *
fail (GError **error)
{
  GError *of_signer = signet_signer_take_last_error ();

  if (of_signer != NULL)
    g_propagate_error (error, of_signer);
  else
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making a SCEP message");
  ERR_clear_error ();
  return NULL;
}

GBytes *
_signet_scep_message_new (const SignetScepServer *server, const SignetScepRequest *request, GError **error)
{
  g_autoptr (GBytes) envelope = envelop (server, request->content);
  CMS_ContentInfo *cms = envelope != NULL ? sign (server, request, envelope) : NULL;
  GBytes *bytes = encode_cms (cms);

  CMS_ContentInfo_free (cms);
  return bytes != NULL ? bytes : fail (error);
}

/* --- what goes into one ------------------------------------------------------------------------------------------------------------ */

GBytes *
_signet_scep_poll_content (const SignetScepServer *server, const X509_NAME *subject)
{
  guint8 *issuer_der = NULL, *subject_der = NULL, *der, *at;
  int issuer_length = i2d_X509_NAME (X509_get_subject_name (server->issuer), &issuer_der);
  int subject_length = i2d_X509_NAME (subject, &subject_der);
  int length = issuer_length > 0 && subject_length > 0 ? issuer_length + subject_length : 0;
  int whole = ASN1_object_size (1, length, V_ASN1_SEQUENCE);

  at = der = g_malloc ((gsize) whole);
  ASN1_put_object (&at, 1, length, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  memcpy (at, issuer_der, (gsize) MAX (issuer_length, 0));
  memcpy (at + issuer_length, subject_der, (gsize) MAX (subject_length, 0));
  OPENSSL_free (issuer_der);
  OPENSSL_free (subject_der);
  return g_bytes_new_take (der, (gsize) whole);
}

static gboolean
add_usage (X509 *certificate)
{
  X509_EXTENSION *usage = X509V3_EXT_conf_nid (NULL, NULL, NID_key_usage, "critical,digitalSignature,keyEncipherment");
  gboolean ok = usage != NULL && X509_add_ext (certificate, usage, -1) == 1;

  X509_EXTENSION_free (usage);
  return ok;
}

X509 *
_signet_scep_certificate_new (EVP_PKEY *key, const X509_NAME *subject)
{
  X509 *certificate = X509_new ();

  if (X509_set_version (certificate, X509_VERSION_3) && ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1)
      && X509_set_subject_name (certificate, subject) && X509_set_issuer_name (certificate, subject)
      && X509_gmtime_adj (X509_getm_notBefore (certificate), -DAY) && X509_time_adj_ex (X509_getm_notAfter (certificate), LIFE_DAYS, 0, NULL)
      && X509_set_pubkey (certificate, key) && add_usage (certificate) && X509_sign (certificate, key, EVP_sha256 ()) > 0)
    return certificate;
  X509_free (certificate);
  return NULL;
}
