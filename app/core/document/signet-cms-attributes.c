/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cms-attributes.c: encodes and reads the signed attributes of a SignerInfo. Strict: an attribute that is there twice is odd. */
#define G_LOG_DOMAIN "signet-cms-attributes"

#include "config.h"

#include "signet-cms-attributes-private.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#define MAX_ATTRIBUTES 64

/* RFC 5035, 4; OpenSSL knows these types but does not let anybody look inside. */
typedef struct {
  GENERAL_NAMES *issuer;
  ASN1_INTEGER  *serial;
} EssIssuerSerial;

typedef struct {
  X509_ALGOR        *hash_algorithm;
  ASN1_OCTET_STRING *hash;
  EssIssuerSerial   *issuer_serial;
} EssCertIdV2;

typedef struct {
  ASN1_OCTET_STRING *hash;
  EssIssuerSerial   *issuer_serial;
} EssCertId;

DEFINE_STACK_OF (EssCertIdV2)
DEFINE_STACK_OF (EssCertId)

typedef struct {
  STACK_OF (EssCertIdV2) *certificates;
  STACK_OF (POLICYINFO) *policies;
} EssSigningCertificateV2;

typedef struct {
  STACK_OF (EssCertId) *certificates;
  STACK_OF (POLICYINFO) *policies;
} EssSigningCertificate;

/* clang-format off */
ASN1_SEQUENCE (EssIssuerSerial) = {
  ASN1_SEQUENCE_OF (EssIssuerSerial, issuer, GENERAL_NAME),
  ASN1_SIMPLE (EssIssuerSerial, serial, ASN1_INTEGER)
} static_ASN1_SEQUENCE_END (EssIssuerSerial)

ASN1_SEQUENCE (EssCertIdV2) = {
  ASN1_OPT (EssCertIdV2, hash_algorithm, X509_ALGOR),
  ASN1_SIMPLE (EssCertIdV2, hash, ASN1_OCTET_STRING),
  ASN1_OPT (EssCertIdV2, issuer_serial, EssIssuerSerial)
} static_ASN1_SEQUENCE_END (EssCertIdV2)

ASN1_SEQUENCE (EssCertId) = {
  ASN1_SIMPLE (EssCertId, hash, ASN1_OCTET_STRING),
  ASN1_OPT (EssCertId, issuer_serial, EssIssuerSerial)
} static_ASN1_SEQUENCE_END (EssCertId)

ASN1_SEQUENCE (EssSigningCertificateV2) = {
  ASN1_SEQUENCE_OF (EssSigningCertificateV2, certificates, EssCertIdV2),
  ASN1_SEQUENCE_OF_OPT (EssSigningCertificateV2, policies, POLICYINFO)
} static_ASN1_SEQUENCE_END (EssSigningCertificateV2)

ASN1_SEQUENCE (EssSigningCertificate) = {
  ASN1_SEQUENCE_OF (EssSigningCertificate, certificates, EssCertId),
  ASN1_SEQUENCE_OF_OPT (EssSigningCertificate, policies, POLICYINFO)
} static_ASN1_SEQUENCE_END (EssSigningCertificate)

ASN1_ITEM_TEMPLATE (SignedAttributes) =
  ASN1_EX_TEMPLATE_TYPE (ASN1_TFLG_SET_ORDER, 0, SignedAttributes, X509_ATTRIBUTE)
static_ASN1_ITEM_TEMPLATE_END (SignedAttributes)
/* clang-format on */

/* Sorts as DER wants a SET OF, whatever the order in the file: that is what RFC 5652, 5.4 says is signed. */
GBytes *
_signet_cms_encode_signed_attributes (CMS_SignerInfo *signer_info)
{
  STACK_OF (X509_ATTRIBUTE) *attributes = NULL;
  unsigned char *der = NULL;
  GBytes *result = NULL;
  int count = CMS_signed_get_attr_count (signer_info);
  int length = 0;

  if (count <= 0 || count > MAX_ATTRIBUTES)
    return NULL;
  attributes = sk_X509_ATTRIBUTE_new_null ();
  for (int i = 0; i < count; i++)
    sk_X509_ATTRIBUTE_push (attributes, CMS_signed_get_attr (signer_info, i));
  length = ASN1_item_i2d ((ASN1_VALUE *) attributes, &der, ASN1_ITEM_rptr (SignedAttributes));
  sk_X509_ATTRIBUTE_free (attributes);
  if (length > 0)
    result = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  return result;
}

SignetCmsAttributeState
_signet_cms_get_signed_attribute (CMS_SignerInfo *signer_info, int nid, int type, gconstpointer *value)
{
  int first = CMS_signed_get_attr_by_NID (signer_info, nid, -1);
  X509_ATTRIBUTE *attribute = NULL;

  *value = NULL;
  if (first < 0)
    return SIGNET_CMS_ATTRIBUTE_ABSENT;
  attribute = CMS_signed_get_attr (signer_info, first);
  if (CMS_signed_get_attr_by_NID (signer_info, nid, first) >= 0 || X509_ATTRIBUTE_count (attribute) != 1)
    return SIGNET_CMS_ATTRIBUTE_ODD;
  *value = X509_ATTRIBUTE_get0_data (attribute, 0, type, NULL);
  ERR_clear_error ();
  return *value != NULL ? SIGNET_CMS_ATTRIBUTE_PRESENT : SIGNET_CMS_ATTRIBUTE_ODD;
}

void
_signet_cms_signing_certificate_clear (SignetCmsSigningCertificate *self)
{
  g_clear_pointer (&self->hash, g_bytes_unref);
  g_clear_pointer (&self->issuer, X509_NAME_free);
  g_clear_pointer (&self->serial, ASN1_INTEGER_free);
}

static GBytes *
octets (const ASN1_OCTET_STRING *string)
{
  return g_bytes_new (ASN1_STRING_get0_data (string), (gsize) ASN1_STRING_length (string));
}

static void
take_issuer_serial (SignetCmsSigningCertificate *result, const EssIssuerSerial *issuer_serial)
{
  GENERAL_NAME *name = NULL;

  if (issuer_serial == NULL)
    return;
  name = sk_GENERAL_NAME_num (issuer_serial->issuer) == 1 ? sk_GENERAL_NAME_value (issuer_serial->issuer, 0) : NULL;
  if (name == NULL || name->type != GEN_DIRNAME)
    {
      result->state = SIGNET_CMS_ATTRIBUTE_ODD;
      return;
    }
  result->issuer = X509_NAME_dup (name->d.directoryName);
  result->serial = ASN1_INTEGER_dup (issuer_serial->serial);
}

/* Unpacks all of @value, leaving nothing behind it */
static gpointer
unpack_exactly (const ASN1_STRING *value, const ASN1_ITEM *item)
{
  const unsigned char *start = ASN1_STRING_get0_data (value);
  const unsigned char *cursor = start;
  ASN1_VALUE *result = ASN1_item_d2i (NULL, &cursor, ASN1_STRING_length (value), item);

  ERR_clear_error ();
  if (result != NULL && cursor != start + ASN1_STRING_length (value))
    {
      ASN1_item_free (result, item);
      return NULL;
    }
  return result;
}

static void
read_version_2 (const ASN1_STRING *value, SignetCmsSigningCertificate *result)
{
  EssSigningCertificateV2 *ess = unpack_exactly (value, ASN1_ITEM_rptr (EssSigningCertificateV2));
  EssCertIdV2 *first = ess != NULL ? sk_EssCertIdV2_value (ess->certificates, 0) : NULL;

  if (first == NULL)
    {
      result->state = SIGNET_CMS_ATTRIBUTE_ODD;
    }
  else
    {
      result->md = first->hash_algorithm == NULL ? EVP_sha256 () : EVP_get_digestbyobj (first->hash_algorithm->algorithm);
      result->hash = octets (first->hash);
      take_issuer_serial (result, first->issuer_serial);
    }
  ASN1_item_free ((ASN1_VALUE *) ess, ASN1_ITEM_rptr (EssSigningCertificateV2));
}

static void
read_version_1 (const ASN1_STRING *value, SignetCmsSigningCertificate *result)
{
  EssSigningCertificate *ess = unpack_exactly (value, ASN1_ITEM_rptr (EssSigningCertificate));
  EssCertId *first = ess != NULL ? sk_EssCertId_value (ess->certificates, 0) : NULL;

  if (first == NULL)
    {
      result->state = SIGNET_CMS_ATTRIBUTE_ODD;
    }
  else
    {
      result->md = EVP_sha1 ();
      result->hash = octets (first->hash);
      take_issuer_serial (result, first->issuer_serial);
    }
  ASN1_item_free ((ASN1_VALUE *) ess, ASN1_ITEM_rptr (EssSigningCertificate));
}

/* Version 2 counts when both are there; version 1 is SHA-1 (RFC 2634, 5.4) and still met in old signatures. */
void
_signet_cms_get_signing_certificate (CMS_SignerInfo *signer_info, SignetCmsSigningCertificate *result)
{
  gconstpointer value = NULL;

  result->state = _signet_cms_get_signed_attribute (signer_info, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, &value);
  if (result->state == SIGNET_CMS_ATTRIBUTE_PRESENT)
    {
      read_version_2 (value, result);
      return;
    }
  if (result->state == SIGNET_CMS_ATTRIBUTE_ODD)
    return;

  result->state = _signet_cms_get_signed_attribute (signer_info, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE, &value);
  if (result->state == SIGNET_CMS_ATTRIBUTE_PRESENT)
    read_version_1 (value, result);
}

GBytes *
_signet_cms_dup_timestamp (CMS_SignerInfo *signer_info)
{
  int index = CMS_unsigned_get_attr_by_NID (signer_info, NID_id_smime_aa_timeStampToken, -1);
  X509_ATTRIBUTE *attribute = index >= 0 ? CMS_unsigned_get_attr (signer_info, index) : NULL;
  const ASN1_STRING *value = attribute != NULL ? X509_ATTRIBUTE_get0_data (attribute, 0, V_ASN1_SEQUENCE, NULL) : NULL;

  ERR_clear_error ();
  return value != NULL ? octets (value) : NULL;
}

GPtrArray *
_signet_cms_list_timestamps (CMS_SignerInfo *signer_info)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  int index = -1;

  while ((index = CMS_unsigned_get_attr_by_NID (signer_info, NID_id_smime_aa_timeStampToken, index)) >= 0 && tokens->len < MAX_ATTRIBUTES)
    {
      X509_ATTRIBUTE *attribute = CMS_unsigned_get_attr (signer_info, index);

      for (int i = 0; i < X509_ATTRIBUTE_count (attribute) && tokens->len < MAX_ATTRIBUTES; i++)
        {
          const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type (attribute, i);

          if (value != NULL && value->type == V_ASN1_SEQUENCE)
            g_ptr_array_add (tokens, octets (value->value.sequence));
        }
    }
  ERR_clear_error ();
  return tokens;
}
