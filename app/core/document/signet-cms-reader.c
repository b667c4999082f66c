/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-reader.c: reads a CMS SignedData and judges its SignerInfos: are the attributes sound, is the digest right, did the
 * certificate that signing-certificate names make the signature?
 *
 * CMS_verify() is not used: it copies detached content into memory and takes the certificate the SignerInfo claims. No trust here.
 */
#define G_LOG_DOMAIN "signet-cms-reader"

#include "config.h"

#include "signet-cms-reader-private.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-cms-attributes-private.h"
#include "signet-cms-parts-private.h"

#define MAX_SIGNERS 64

struct _SignetCmsReader {
  CMS_ContentInfo *cms;
  GPtrArray       *certificates; /* (element-type SignetCertificate) */
};

void
_signet_cms_reader_free (SignetCmsReader *self)
{
  CMS_ContentInfo_free (self->cms);
  g_clear_pointer (&self->certificates, g_ptr_array_unref);
  g_free (self);
}

static gboolean
set_malformed (GError **error, const char *message)
{
  ERR_clear_error ();
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, message);
  return FALSE;
}

/* Those that were not taken out before. */
static gboolean
load_certificates (SignetCmsReader *self, GError **error)
{
  STACK_OF (X509) *all = CMS_get1_certs (self->cms);
  gboolean ok = sk_X509_num (all) <= SIGNET_CMS_MAX_CERTIFICATES;

  if (self->certificates != NULL)
    {
      gboolean twice = sk_X509_num (all) > 0; /* there is one place for certificates */

      sk_X509_pop_free (all, X509_free);
      ERR_clear_error ();
      return !twice || set_malformed (error, "two lists of certificates");
    }
  self->certificates = g_ptr_array_new_with_free_func (g_object_unref);
  for (int i = 0; ok && i < sk_X509_num (all); i++)
    g_ptr_array_add (self->certificates, signet_certificate_new_x509 (sk_X509_value (all, i)));
  sk_X509_pop_free (all, X509_free);
  ERR_clear_error ();
  if (!ok)
    g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more certificates than anybody needs");
  return ok;
}

static gboolean
check_structure (SignetCmsReader *self, GError **error)
{
  int n_signers = 0;

  if (OBJ_obj2nid (CMS_get0_type (self->cms)) != NID_pkcs7_signed)
    return set_malformed (error, "not a SignedData");
  n_signers = sk_CMS_SignerInfo_num (CMS_get0_SignerInfos (self->cms));
  if (n_signers <= MAX_SIGNERS)
    return TRUE;
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more signers than anybody needs");
  return FALSE;
}

/* How long it is; 0: it is none. */
static gsize
decode (SignetCmsReader *self, GBytes *der)
{
  gsize consumed = 0;
  g_autoptr(GByteArray) bare = _signet_cms_take_certificates (der, &self->certificates, &consumed);
  const unsigned char *start = bare != NULL ? bare->data : g_bytes_get_data (der, NULL);
  gsize length = bare != NULL ? bare->len : g_bytes_get_size (der);
  const unsigned char *cursor = start;

  self->cms = length > 0 ? d2i_CMS_ContentInfo (NULL, &cursor, (long) length) : NULL;
  if (self->cms == NULL)
    return 0;
  return bare == NULL ? (gsize) (cursor - start) : cursor == start + length ? consumed : 0;
}

/* OpenSSL reads more than there is in the standard: two readers must not find different signatures in one file. */
static gboolean
check_parts (GBytes *der, gsize length, GError **error)
{
  g_autoptr(GBytes) whole = g_bytes_new_from_bytes (der, 0, length);
  g_autoptr(SignetCmsParts) parts = _signet_cms_parts_new (whole, error);

  if (parts == NULL)
    return FALSE;
  return _signet_cms_parts_are_formed (parts) || set_malformed (error, "the CMS is not encoded as it has to be");
}

SignetCmsReader *
_signet_cms_reader_new (GBytes *der, gsize *consumed, GError **error)
{
  g_autoptr(SignetCmsReader) self = g_new0 (SignetCmsReader, 1);
  gsize length = 0;

  if (g_bytes_get_size (der) > SIGNET_CMS_MAX_SIZE)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "CMS larger than 64 MiB");
      return NULL;
    }
  length = decode (self, der);
  if (length == 0)
    {
      set_malformed (error, "the CMS structure cannot be read");
      return NULL;
    }
  if (consumed != NULL)
    *consumed = length;
  else if (length != g_bytes_get_size (der))
    {
      set_malformed (error, "bytes after the CMS structure");
      return NULL;
    }
  if (!check_structure (self, error) || !check_parts (der, length, error) || !load_certificates (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

guint
_signet_cms_reader_get_n_signers (SignetCmsReader *self)
{
  return (guint) MAX (0, sk_CMS_SignerInfo_num (CMS_get0_SignerInfos (self->cms)));
}

static CMS_SignerInfo *
get_signer_info (SignetCmsReader *self, guint index)
{
  return sk_CMS_SignerInfo_value (CMS_get0_SignerInfos (self->cms), (int) index);
}

SignetDigest
_signet_cms_reader_get_digest (SignetCmsReader *self, guint index)
{
  X509_ALGOR *algorithm = NULL;

  CMS_SignerInfo_get0_algs (get_signer_info (self, index), NULL, NULL, &algorithm, NULL);
  return signet_digest_from_nid (OBJ_obj2nid (algorithm->algorithm));
}

GBytes *
_signet_cms_reader_dup_content (SignetCmsReader *self)
{
  ASN1_OCTET_STRING **content = CMS_get0_content (self->cms);

  ERR_clear_error ();
  if (content == NULL || *content == NULL)
    return NULL;
  return g_bytes_new (ASN1_STRING_get0_data (*content), (gsize) ASN1_STRING_length (*content));
}

/* RFC 5652, 11.4: an attribute may have several values, and there may be several of it */
gboolean
_signet_cms_reader_dup_counters (SignetCmsReader *self, guint index, guint most, GPtrArray *counters)
{
  CMS_SignerInfo *signer_info = get_signer_info (self, index);
  gboolean ok = TRUE;

  for (int at = -1; (at = CMS_unsigned_get_attr_by_NID (signer_info, NID_pkcs9_countersignature, at)) >= 0;)
    {
      X509_ATTRIBUTE *attribute = CMS_unsigned_get_attr (signer_info, at);

      for (int i = 0; i < X509_ATTRIBUTE_count (attribute); i++)
        {
          const ASN1_STRING *value = X509_ATTRIBUTE_get0_data (attribute, i, V_ASN1_SEQUENCE, NULL);

          if (value == NULL || counters->len >= most)
            ok = FALSE;
          else
            g_ptr_array_add (counters, g_bytes_new (ASN1_STRING_get0_data (value), (gsize) ASN1_STRING_length (value)));
        }
    }
  ERR_clear_error ();
  return ok;
}

SignetCmsReader *
_signet_cms_reader_new_counter (SignetCmsReader *self, GBytes *signer_info)
{
  g_autoptr(GBytes) wrapped = _signet_cms_wrap_signer_info (signer_info);
  g_autoptr(SignetCmsReader) counter = wrapped != NULL ? _signet_cms_reader_new (wrapped, NULL, NULL) : NULL;

  if (counter == NULL)
    return NULL;
  g_ptr_array_unref (counter->certificates);
  counter->certificates = g_ptr_array_ref (self->certificates);
  return g_steal_pointer (&counter);
}

/* --- algorithms ----------------------------------------------------------------------------------------------------- */

static SignetDigest
digest_of_algorithm (const X509_ALGOR *algorithm)
{
  /* RFC 8017, A.2.3: SHA-1 when left out */
  return algorithm == NULL ? SIGNET_DIGEST_SHA1 : signet_digest_from_nid (OBJ_obj2nid (algorithm->algorithm));
}

static SignetDigest
digest_of_mask (const X509_ALGOR *mask)
{
  const ASN1_STRING *parameter = NULL;
  SignetDigest digest = SIGNET_DIGEST_UNKNOWN;
  X509_ALGOR *inner = NULL;
  const void *value = NULL;
  int type = 0;

  if (mask == NULL)
    return SIGNET_DIGEST_SHA1;
  X509_ALGOR_get0 (NULL, &type, &value, mask);
  parameter = value;
  if (OBJ_obj2nid (mask->algorithm) != NID_mgf1 || type != V_ASN1_SEQUENCE)
    return SIGNET_DIGEST_UNKNOWN;
  inner = ASN1_item_unpack (parameter, ASN1_ITEM_rptr (X509_ALGOR));
  if (inner != NULL)
    digest = digest_of_algorithm (inner);
  X509_ALGOR_free (inner);
  return digest;
}

/* The one form there is in documents: one digest throughout, salt as long as it (RFC 4055; anything else is a mismatch or an attack). */
static gboolean
is_plain_pss (const X509_ALGOR *algorithm, SignetDigest digest)
{
  RSA_PSS_PARAMS *parameters = NULL;
  const void *value = NULL;
  gboolean ok = FALSE;
  int type = 0;

  X509_ALGOR_get0 (NULL, &type, &value, algorithm);
  parameters = type == V_ASN1_SEQUENCE ? ASN1_item_unpack (value, ASN1_ITEM_rptr (RSA_PSS_PARAMS)) : NULL;
  if (parameters != NULL)
    {
      long salt = parameters->saltLength == NULL ? 20 : ASN1_INTEGER_get (parameters->saltLength);
      long trailer = parameters->trailerField == NULL ? 1 : ASN1_INTEGER_get (parameters->trailerField);

      ok = digest_of_algorithm (parameters->hashAlgorithm) == digest && digest_of_mask (parameters->maskGenAlgorithm) == digest
           && salt == EVP_MD_get_size (signet_digest_get_md (digest)) && trailer == 1;
    }
  RSA_PSS_PARAMS_free (parameters);
  ERR_clear_error ();
  return ok;
}

/* Schemes whose OID names key and digest at once: both must agree with what stands beside them. */
static SignetSignatureScheme
scheme_of_combined (int nid, SignetDigest digest)
{
  int digest_nid = NID_undef;
  int key_nid = NID_undef;

  if (OBJ_find_sigid_algs (nid, &digest_nid, &key_nid) != 1 || signet_digest_from_nid (digest_nid) != digest)
    return SIGNET_SIGNATURE_UNKNOWN;
  switch (key_nid)
    {
    case NID_rsaEncryption:
      return SIGNET_SIGNATURE_RSA_PKCS1;
    case NID_X9_62_id_ecPublicKey:
      return SIGNET_SIGNATURE_ECDSA;
    case NID_sm2:
      return SIGNET_SIGNATURE_SM2;
    default:
      return SIGNET_SIGNATURE_UNKNOWN;
    }
}

/* RFC 8419, 3.1: no parameters, and SHA-512 is named beside it */
static gboolean
is_plain_ed25519 (const X509_ALGOR *algorithm, SignetDigest digest)
{
  int type = V_ASN1_UNDEF;

  X509_ALGOR_get0 (NULL, &type, NULL, algorithm);
  return type == V_ASN1_UNDEF && digest == SIGNET_DIGEST_SHA512;
}

static SignetSignatureAlgorithm
get_algorithm (CMS_SignerInfo *signer_info)
{
  SignetSignatureAlgorithm result = { 0 };
  X509_ALGOR *digest = NULL;
  X509_ALGOR *signature = NULL;
  int nid = NID_undef;

  CMS_SignerInfo_get0_algs (signer_info, NULL, NULL, &digest, &signature);
  result.digest = signet_digest_from_nid (OBJ_obj2nid (digest->algorithm));
  if (result.digest == SIGNET_DIGEST_UNKNOWN)
    return result;

  nid = OBJ_obj2nid (signature->algorithm);
  if (nid == NID_rsaEncryption)
    result.scheme = SIGNET_SIGNATURE_RSA_PKCS1;
  else if (nid == NID_rsassaPss)
    result.scheme = is_plain_pss (signature, result.digest) ? SIGNET_SIGNATURE_RSA_PSS : SIGNET_SIGNATURE_UNKNOWN;
  else if (nid == NID_ED25519)
    result.scheme = is_plain_ed25519 (signature, result.digest) ? SIGNET_SIGNATURE_ED25519 : SIGNET_SIGNATURE_UNKNOWN;
  else
    result.scheme = scheme_of_combined (nid, result.digest);
  return result;
}

/* --- whose signature ------------------------------------------------------------------------------------------------- */

static gboolean
is_named (const SignetCmsSigningCertificate *named, SignetCertificate *certificate)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  gsize der_length = 0;
  const void *der = g_bytes_get_data (signet_certificate_get_der (certificate), &der_length);
  X509 *x509 = signet_certificate_get_x509 (certificate);

  if (x509 == NULL || EVP_Digest (der, der_length, digest, &length, named->md, NULL) != 1
      || length != g_bytes_get_size (named->hash) || memcmp (digest, g_bytes_get_data (named->hash, NULL), length) != 0)
    return FALSE;
  if (named->issuer == NULL)
    return TRUE;
  return X509_NAME_cmp (named->issuer, X509_get_issuer_name (x509)) == 0
         && ASN1_INTEGER_cmp (named->serial, X509_get0_serialNumber (x509)) == 0;
}

static gboolean
is_claimed (CMS_SignerInfo *signer_info, SignetCertificate *certificate)
{
  X509 *x509 = signet_certificate_get_x509 (certificate);

  return x509 != NULL && CMS_SignerInfo_cert_cmp (signer_info, x509) == 0;
}

/*
 * Key substitution: two certificates come along, one is shown, the other verifies. So only the certificate named inside the signed
 * attributes counts, and the SignerInfo must claim the same.
 */
static SignetCertificate *
find_signer (SignetCmsReader *self, CMS_SignerInfo *signer_info, const SignetCmsSigningCertificate *named,
             SignetDocumentSignature *signature)
{
  for (guint i = 0; i < self->certificates->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (self->certificates, i);

      if (named->state == SIGNET_CMS_ATTRIBUTE_ABSENT ? !is_claimed (signer_info, certificate) : !is_named (named, certificate))
        continue;
      if (is_claimed (signer_info, certificate))
        return certificate;
      _signet_document_signature_set_broken (signature, "signing-certificate-mismatch");
      return NULL;
    }
  if (named->state == SIGNET_CMS_ATTRIBUTE_ABSENT)
    {
      _signet_document_signature_set_broken (signature, "signer-certificate-missing");
      return NULL;
    }
  for (guint i = 0; i < self->certificates->len; i++)
    if (is_claimed (signer_info, g_ptr_array_index (self->certificates, i)))
      {
        _signet_document_signature_set_broken (signature, "signing-certificate-mismatch");
        return NULL;
      }
  _signet_document_signature_set_broken (signature, "signer-certificate-missing");
  return NULL;
}

static gboolean
take_signer (SignetCmsReader *self, CMS_SignerInfo *signer_info, SignetCmsRules rules, SignetDocumentSignature *signature)
{
  g_auto(SignetCmsSigningCertificate) named = { 0 };
  SignetCertificate *signer = NULL;

  _signet_cms_get_signing_certificate (signer_info, &named);
  if (named.state == SIGNET_CMS_ATTRIBUTE_ODD || (named.state == SIGNET_CMS_ATTRIBUTE_PRESENT && named.md == NULL))
    {
      _signet_document_signature_set_broken (signature, "signing-certificate-odd");
      return FALSE;
    }
  if (named.state == SIGNET_CMS_ATTRIBUTE_ABSENT && rules != SIGNET_CMS_RULES_PDF_PKCS7)
    _signet_document_signature_add_problem (signature, "signing-certificate-missing");

  signer = find_signer (self, signer_info, &named, signature);
  if (signer == NULL)
    return FALSE;
  signature->signer = g_object_ref (signer);
  return TRUE;
}

/* --- the signed attributes ------------------------------------------------------------------------------------------- */

/* Content that is itself a SET OF attributes can be passed off as signed attributes: RFC 5652, 5.3 demands both of these. */
static gboolean
check_content_type (SignetCmsReader *self, CMS_SignerInfo *signer_info, SignetCmsRules rules, SignetDocumentSignature *signature)
{
  gconstpointer value = NULL;

  if (CMS_signed_get_attr_count (signer_info) <= 0)
    {
      _signet_document_signature_set_broken (signature, "signed-attributes-missing");
      return FALSE;
    }
  /* RFC 5652, 11.4: a countersignature has no content type, and must not claim one */
  if (rules == SIGNET_CMS_RULES_COUNTER)
    {
      if (_signet_cms_get_signed_attribute (signer_info, NID_pkcs9_contentType, V_ASN1_OBJECT, &value) == SIGNET_CMS_ATTRIBUTE_ABSENT)
        return TRUE;
      _signet_document_signature_set_broken (signature, "content-type-mismatch");
      return FALSE;
    }
  if (_signet_cms_get_signed_attribute (signer_info, NID_pkcs9_contentType, V_ASN1_OBJECT, &value) != SIGNET_CMS_ATTRIBUTE_PRESENT
      || OBJ_cmp (value, CMS_get0_eContentType (self->cms)) != 0)
    {
      _signet_document_signature_set_broken (signature, "content-type-mismatch");
      return FALSE;
    }
  return TRUE;
}

/* FALSE when there is nothing sound to compare; a digest that differs is noted and the rest still looked at. */
static gboolean
check_message_digest (CMS_SignerInfo *signer_info, GBytes *content_digest, SignetDocumentSignature *signature)
{
  gconstpointer value = NULL;
  gsize length = 0;
  const void *digest = NULL;

  if (_signet_cms_get_signed_attribute (signer_info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, &value)
      != SIGNET_CMS_ATTRIBUTE_PRESENT)
    {
      _signet_document_signature_set_broken (signature, "message-digest-missing");
      return FALSE;
    }
  if (content_digest == NULL)
    return TRUE;

  digest = g_bytes_get_data (content_digest, &length);
  if ((gsize) ASN1_STRING_length (value) != length || memcmp (ASN1_STRING_get0_data (value), digest, length) != 0)
    _signet_document_signature_set_broken (signature, "digest-mismatch");
  return TRUE;
}

static gint64
to_seconds (const ASN1_TIME *time)
{
  struct tm parts = { 0 };

  return ASN1_TIME_to_tm (time, &parts) == 1 ? (gint64) timegm (&parts) : 0;
}

static void
take_signing_time (CMS_SignerInfo *signer_info, SignetCmsRules rules, SignetDocumentSignature *signature)
{
  gconstpointer value = NULL;
  SignetCmsAttributeState state = _signet_cms_get_signed_attribute (signer_info, NID_pkcs9_signingTime, V_ASN1_UTCTIME, &value);

  if (state == SIGNET_CMS_ATTRIBUTE_ODD)
    state = _signet_cms_get_signed_attribute (signer_info, NID_pkcs9_signingTime, V_ASN1_GENERALIZEDTIME, &value);
  if (state == SIGNET_CMS_ATTRIBUTE_ABSENT)
    return;
  if (rules == SIGNET_CMS_RULES_PADES)
    _signet_document_signature_add_problem (signature, "signing-time-attribute");
  else if (state == SIGNET_CMS_ATTRIBUTE_PRESENT)
    signature->claimed_time = to_seconds (value);
}

static void
set_level (SignetCmsRules rules, SignetDocumentSignature *signature)
{
  if (signature->problems->len > 0 || (rules != SIGNET_CMS_RULES_CADES && rules != SIGNET_CMS_RULES_PADES
                                          && rules != SIGNET_CMS_RULES_COUNTER))
    return;
  /* EN 319 122-1, 6.3: signing-time is required in CAdES baseline */
  if (rules != SIGNET_CMS_RULES_PADES && signature->claimed_time == 0)
    return;
  signature->level = signature->timestamp != NULL ? "B-T" : "B-B";
}

static gboolean
verify_value (CMS_SignerInfo *signer_info, SignetDocumentSignature *signature)
{
  g_autoptr(GBytes) attributes = _signet_cms_encode_signed_attributes (signer_info);
  EVP_PKEY *key = signet_certificate_get_key (signature->signer);
  gsize length = 0;
  gsize value_length = 0;
  const void *value = g_bytes_get_data (signature->value, &value_length);
  const void *data = attributes != NULL ? g_bytes_get_data (attributes, &length) : NULL;

  ERR_clear_error ();
  if (!_signet_document_signature_fits_key (signature->algorithm.scheme, key))
    {
      _signet_document_signature_set_broken (signature, "algorithm-mismatch");
      return FALSE;
    }
  if (data == NULL || !signet_signature_verify (signature->algorithm, key, data, length, value, value_length))
    {
      _signet_document_signature_set_broken (signature, "signature-mismatch");
      return FALSE;
    }
  return TRUE;
}

static void
take_stamps (CMS_SignerInfo *signer_info, SignetDocumentSignature *signature)
{
  g_autoptr(GPtrArray) tokens = _signet_cms_list_timestamps (signer_info);

  for (guint i = 0; i < tokens->len; i++)
    g_ptr_array_add (signature->stamps,
                     signet_document_stamp_new (SIGNET_STAMP_SIGNATURE, g_ptr_array_index (tokens, i), signature->value, FALSE, 0));
}

void
_signet_cms_reader_judge (SignetCmsReader *self, guint index, SignetCmsRules rules, GBytes *content_digest,
                          SignetDocumentSignature *signature)
{
  CMS_SignerInfo *signer_info = get_signer_info (self, index);
  ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature (signer_info);

  signature->integrity = SIGNET_INTEGRITY_BROKEN;
  signature->algorithm = get_algorithm (signer_info);
  signature->value = g_bytes_new (ASN1_STRING_get0_data (value), (gsize) ASN1_STRING_length (value));
  signature->timestamp = _signet_cms_dup_timestamp (signer_info);
  take_stamps (signer_info, signature);
  for (guint i = 0; i < self->certificates->len; i++)
    g_ptr_array_add (signature->certificates, g_object_ref (g_ptr_array_index (self->certificates, i)));
  take_signing_time (signer_info, rules, signature);

  if (!check_content_type (self, signer_info, rules, signature) || !check_message_digest (signer_info, content_digest, signature)
      || !take_signer (self, signer_info, rules, signature))
    return;
  if (signature->algorithm.digest == SIGNET_DIGEST_UNKNOWN || signature->algorithm.scheme == SIGNET_SIGNATURE_UNKNOWN)
    {
      _signet_document_signature_add_problem (signature, "algorithm-unsupported");
      _signet_document_signature_set_integrity (signature, SIGNET_INTEGRITY_UNSUPPORTED);
      return;
    }
  if (!verify_value (signer_info, signature))
    return;

  _signet_document_signature_set_integrity (signature, content_digest != NULL ? SIGNET_INTEGRITY_INTACT : SIGNET_INTEGRITY_NO_DATA);
  set_level (rules, signature);
}
