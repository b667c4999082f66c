/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-cms.c: builds a CMS SignedData with one SignerInfo around a signature made elsewhere.
 *
 * The SignerInfo is put together here, whatever the key: OpenSSL 3.0 makes none for EdDSA, its signing would add signing-time (which PAdES baseline
 * forbids) and wants the key. OpenSSL keeps the parts and encodes them. Does not verify: see signet-cms-reader.c. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-document-cms"

#include "config.h"

#include "signet-document-cms.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/rsa.h>

#include "../base/signet-base-error.h"
#include "signet-cms-attributes-private.h"
#include "signet-cms-element-private.h"
#include "signet-cms-parts-private.h"

#define TIMESTAMP_ROOM (12 * 1024) /* a token with its own chain */

struct _SignetDocumentCms {
  GObject                  parent_instance;
  CMS_ContentInfo         *cms;         /* (owned) */
  CMS_SignerInfo          *signer_info; /* borrowed from self->cms */
  SignetSignatureAlgorithm algorithm;
  GBytes                  *to_be_signed;
  GBytes                  *signature; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetDocumentCms, signet_document_cms, G_TYPE_OBJECT)

static gboolean
set_openssl_error (GError **error, const char *what)
{
  return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, what);
}

static void
signet_document_cms_finalize (GObject *object)
{
  SignetDocumentCms *self = SIGNET_DOCUMENT_CMS (object);

  CMS_ContentInfo_free (self->cms);
  g_clear_pointer (&self->to_be_signed, g_bytes_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);

  G_OBJECT_CLASS (signet_document_cms_parent_class)->finalize (object);
}

static void
signet_document_cms_class_init (SignetDocumentCmsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_document_cms_finalize;
}

static void
signet_document_cms_init (SignetDocumentCms *self)
{
}

/* RFC 4055, 3.1: every field is written, none left to the SHA-1 defaults */
static ASN1_STRING *
encode_pss_parameters (const EVP_MD *md)
{
  RSA_PSS_PARAMS *parameters = RSA_PSS_PARAMS_new ();
  ASN1_STRING *result = NULL;
  ASN1_STRING *inner = NULL;

  parameters->hashAlgorithm = X509_ALGOR_new ();
  X509_ALGOR_set_md (parameters->hashAlgorithm, md);
  ASN1_item_pack (parameters->hashAlgorithm, ASN1_ITEM_rptr (X509_ALGOR), &inner);
  parameters->maskGenAlgorithm = X509_ALGOR_new ();
  X509_ALGOR_set0 (parameters->maskGenAlgorithm, OBJ_nid2obj (NID_mgf1), V_ASN1_SEQUENCE, inner);
  parameters->saltLength = ASN1_INTEGER_new ();
  ASN1_INTEGER_set (parameters->saltLength, EVP_MD_get_size (md));
  ASN1_item_pack (parameters, ASN1_ITEM_rptr (RSA_PSS_PARAMS), &result);
  RSA_PSS_PARAMS_free (parameters);
  return result;
}

static gboolean
set_signature_algorithm (X509_ALGOR *target, SignetSignatureAlgorithm algorithm, GError **error)
{
  int signature_nid = NID_undef;

  switch (algorithm.scheme)
    {
    case SIGNET_SIGNATURE_RSA_PKCS1:
      /* RFC 3370, 3.2: rsaEncryption, the digest is named beside it */
      return X509_ALGOR_set0 (target, OBJ_nid2obj (NID_rsaEncryption), V_ASN1_NULL, NULL) == 1
             || set_openssl_error (error, "naming the signature algorithm");
    case SIGNET_SIGNATURE_RSA_PSS:
      return X509_ALGOR_set0 (target, OBJ_nid2obj (NID_rsassaPss), V_ASN1_SEQUENCE,
                              encode_pss_parameters (signet_digest_get_md (algorithm.digest))) == 1
             || set_openssl_error (error, "naming the signature algorithm");
    case SIGNET_SIGNATURE_ECDSA:
      if (OBJ_find_sigid_by_algs (&signature_nid, signet_digest_get_nid (algorithm.digest), NID_X9_62_id_ecPublicKey) == 1)
        return X509_ALGOR_set0 (target, OBJ_nid2obj (signature_nid), V_ASN1_UNDEF, NULL) == 1
               || set_openssl_error (error, "naming the signature algorithm");
      break;
    case SIGNET_SIGNATURE_ED25519:
      /* RFC 8419, 3.1 */
      return X509_ALGOR_set0 (target, OBJ_nid2obj (NID_ED25519), V_ASN1_UNDEF, NULL) == 1
             || set_openssl_error (error, "naming the signature algorithm");
    case SIGNET_SIGNATURE_SM2:
    case SIGNET_SIGNATURE_UNKNOWN:
    default:
      break;
    }
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "signature algorithm not handled in CMS");
  return FALSE;
}

/* Any i2d function's result behind what is there. */
static void
append_encoded (GByteArray *out, unsigned char *der, int length)
{
  if (length > 0)
    g_byte_array_append (out, der, (guint) length);
  OPENSSL_free (der);
}

static void
append_within (GByteArray *out, guint8 tag, const GByteArray *inside)
{
  _signet_cms_add_header (out, tag, inside->len);
  g_byte_array_append (out, inside->data, inside->len);
}

static void
append_signer_id (GByteArray *out, X509 *signer)
{
  g_autoptr(GByteArray) id = g_byte_array_new ();
  unsigned char *name = NULL;
  unsigned char *serial = NULL;
  int name_length = i2d_X509_NAME (X509_get_issuer_name (signer), &name);
  int serial_length = i2d_ASN1_INTEGER (X509_get0_serialNumber (signer), &serial);

  append_encoded (id, name, name_length);
  append_encoded (id, serial, serial_length);
  append_within (out, SIGNET_CMS_SEQUENCE, id);
}

static void
append_algorithm (GByteArray *out, const X509_ALGOR *algorithm)
{
  unsigned char *der = NULL;
  int length = i2d_X509_ALGOR (algorithm, &der);

  append_encoded (out, der, length);
}

/* A SignerInfo that lacks attributes and signature (RFC 5652, 5.3) */
static GBytes *
encode_signer_info (X509 *signer, const X509_ALGOR *digest, const X509_ALGOR *signature)
{
  static const guint8 version[] = { SIGNET_CMS_INTEGER, 1, 1 };
  static const guint8 no_value[] = { SIGNET_CMS_OCTETS, 0 };
  g_autoptr(GByteArray) inside = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (inside, version, sizeof version);
  append_signer_id (inside, signer);
  append_algorithm (inside, digest);
  append_algorithm (inside, signature);
  g_byte_array_append (inside, no_value, sizeof no_value);
  append_within (out, SIGNET_CMS_SEQUENCE, inside);
  return g_byte_array_free_to_bytes (out);
}

static CMS_ContentInfo *
wrap_signer_info (GBytes *signer_info)
{
  g_autoptr(GBytes) wrapped = _signet_cms_wrap_signer_info (signer_info);
  const unsigned char *cursor = wrapped != NULL ? g_bytes_get_data (wrapped, NULL) : NULL;

  return wrapped != NULL ? d2i_CMS_ContentInfo (NULL, &cursor, (long) g_bytes_get_size (wrapped)) : NULL;
}

/* RFC 5035, 3: which certificate it is, inside what is signed */
static gboolean
add_signing_certificate (SignetDocumentCms *self, X509 *signer)
{
  ESS_SIGNING_CERT_V2 *named = OSSL_ESS_signing_cert_v2_new_init (signet_digest_get_md (self->algorithm.digest), signer, NULL, 1);
  unsigned char *der = NULL;
  int length = named != NULL ? i2d_ESS_SIGNING_CERT_V2 (named, &der) : 0;
  gboolean ok = length > 0
                && CMS_signed_add1_attr_by_NID (self->signer_info, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, der, length) == 1;

  OPENSSL_free (der);
  ESS_SIGNING_CERT_V2_free (named);
  return ok;
}

static gboolean
add_signer (SignetDocumentCms *self, SignetCertificate *signer, GError **error)
{
  X509 *x509 = signet_certificate_get_x509 (signer);
  X509_ALGOR *digest = X509_ALGOR_new ();
  X509_ALGOR *signature = X509_ALGOR_new ();
  g_autoptr(GBytes) signer_info = NULL;
  gboolean ok = FALSE;

  X509_ALGOR_set_md (digest, signet_digest_get_md (self->algorithm.digest));
  ok = set_signature_algorithm (signature, self->algorithm, error);
  signer_info = ok ? encode_signer_info (x509, digest, signature) : NULL;
  X509_ALGOR_free (digest);
  X509_ALGOR_free (signature);
  if (!ok)
    return FALSE;
  self->cms = wrap_signer_info (signer_info);
  self->signer_info = self->cms != NULL ? sk_CMS_SignerInfo_value (CMS_get0_SignerInfos (self->cms), 0) : NULL;
  return (self->signer_info != NULL && CMS_add1_cert (self->cms, x509) == 1 && add_signing_certificate (self, x509))
         || set_openssl_error (error, "adding the signer to a CMS");
}

static gboolean
add_certificates (SignetDocumentCms *self, SignetCertificate *signer, GPtrArray *chain, GError **error)
{
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (chain, i);

      if (signet_certificate_equal (certificate, signer) || signet_certificate_get_x509 (certificate) == NULL)
        continue;
      /* fails when it is there already, which is just as well */
      if (CMS_add1_cert (self->cms, signet_certificate_get_x509 (certificate)) != 1)
        ERR_clear_error ();
    }
  return TRUE;
}

static gboolean
add_attributes (SignetDocumentCms *self, GBytes *content_digest, SignetCmsProfile profile, gint64 signing_time, GError **error)
{
  ASN1_TIME *time = NULL;
  gboolean ok = FALSE;
  gsize length = 0;
  const void *digest = g_bytes_get_data (content_digest, &length);

  ok = (profile == SIGNET_CMS_PROFILE_COUNTER
        || CMS_signed_add1_attr_by_NID (self->signer_info, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj (NID_pkcs7_data), -1) == 1)
       && CMS_signed_add1_attr_by_NID (self->signer_info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest, (int) length) == 1;
  /* EN 319 142-1, 6.3: PAdES keeps the claimed time in /M; EN 319 122-1, 6.3: CAdES baseline requires signing-time */
  if (ok && profile != SIGNET_CMS_PROFILE_PADES)
    {
      time = ASN1_TIME_adj (NULL, (time_t) signing_time, 0, 0);
      ok = time != NULL
           && CMS_signed_add1_attr_by_NID (self->signer_info, NID_pkcs9_signingTime, ASN1_STRING_type (time), time, -1) == 1;
      ASN1_TIME_free (time);
    }
  return ok || set_openssl_error (error, "adding signed attributes");
}

static gboolean
check_digest_length (SignetSignatureAlgorithm algorithm, GBytes *content_digest, GError **error)
{
  const EVP_MD *md = signet_digest_get_md (algorithm.digest);

  if (md != NULL && g_bytes_get_size (content_digest) == (gsize) EVP_MD_get_size (md))
    return TRUE;

  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "the digest is not one of the signature's algorithm");
  return FALSE;
}

/**
 * signet_document_cms_new:
 * @profile: whose rules for signed attributes apply
 * @signer: the certificate; its public key names the algorithm's family
 * @chain: (nullable) (element-type SignetCertificate): further certificates to carry
 * @algorithm: what the signature will be made with
 * @content_digest: the digest, by @algorithm's digest, of what is signed
 * @signing_time: seconds since 1970, for CAdES; ignored for PAdES
 *
 * Returns: (transfer full) (nullable): a detached SignedData that lacks only the signature
 */
SignetDocumentCms *
signet_document_cms_new (SignetCmsProfile profile, SignetCertificate *signer, GPtrArray *chain, SignetSignatureAlgorithm algorithm,
                         GBytes *content_digest, gint64 signing_time, GError **error)
{
  g_autoptr(SignetDocumentCms) self = NULL;

  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (signer), NULL);
  g_return_val_if_fail (content_digest != NULL, NULL);

  if (!check_digest_length (algorithm, content_digest, error))
    return NULL;
  if (signet_certificate_get_x509 (signer) == NULL || signet_certificate_get_key (signer) == NULL)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "the signer's certificate is not readable");
      return NULL;
    }

  self = g_object_new (SIGNET_TYPE_DOCUMENT_CMS, NULL);
  self->algorithm = algorithm;
  /* whoever reads what we wrote meets them again */
  signet_certificate_share (signer);
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    signet_certificate_share (g_ptr_array_index (chain, i));
  if (!add_signer (self, signer, error) || !add_certificates (self, signer, chain, error)
      || !add_attributes (self, content_digest, profile, signing_time, error))
    return NULL;

  self->to_be_signed = _signet_cms_encode_signed_attributes (self->signer_info);
  if (self->to_be_signed == NULL)
    {
      set_openssl_error (error, "encoding signed attributes");
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * signet_document_cms_get_to_be_signed:
 *
 * Returns: (transfer none): the DER SET OF signed attributes (RFC 5652, 5.4): the message the signer hashes and signs
 */
GBytes *
signet_document_cms_get_to_be_signed (SignetDocumentCms *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_CMS (self), NULL);

  return self->to_be_signed;
}

/**
 * signet_document_cms_set_signature:
 * @signature: as #SignetSigner returns it
 *
 * Does not check it: the signer did, and the finished document is verified.
 */
gboolean
signet_document_cms_set_signature (SignetDocumentCms *self, GBytes *signature, GError **error)
{
  gsize length = 0;
  const void *data = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_CMS (self), FALSE);
  g_return_val_if_fail (signature != NULL, FALSE);

  data = g_bytes_get_data (signature, &length);
  if (length == 0 || length > G_MAXUINT16)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "no signature of that size exists");
      return FALSE;
    }
  if (ASN1_STRING_set (CMS_SignerInfo_get0_signature (self->signer_info), data, (int) length) != 1)
    return set_openssl_error (error, "storing the signature");

  g_clear_pointer (&self->signature, g_bytes_unref);
  self->signature = g_bytes_ref (signature);
  return TRUE;
}

/**
 * signet_document_cms_get_signature:
 *
 * Returns: (transfer none) (nullable): the signature value, which is what a signature time-stamp covers (EN 319 122-1, 5.3)
 */
GBytes *
signet_document_cms_get_signature (SignetDocumentCms *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_CMS (self), NULL);

  return self->signature;
}

/**
 * signet_document_cms_add_timestamp:
 * @token: DER of a TimeStampToken (RFC 3161), already checked by who got it
 */
gboolean
signet_document_cms_add_timestamp (SignetDocumentCms *self, GBytes *token, GError **error)
{
  gsize length = 0;
  const void *data = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_CMS (self), FALSE);
  g_return_val_if_fail (token != NULL, FALSE);

  data = g_bytes_get_data (token, &length);
  return CMS_unsigned_add1_attr_by_NID (self->signer_info, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE, data, (int) length) == 1
         || set_openssl_error (error, "adding a time-stamp");
}

/**
 * signet_document_cms_encode:
 *
 * Returns: (transfer full) (nullable): DER of the whole ContentInfo
 */
GBytes *
signet_document_cms_encode (SignetDocumentCms *self, GError **error)
{
  unsigned char *der = NULL;
  GBytes *result = NULL;
  int length = 0;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_CMS (self), NULL);

  if (self->signature == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "not signed yet");
      return NULL;
    }
  length = i2d_CMS_ContentInfo (self->cms, &der);
  if (length <= 0)
    {
      set_openssl_error (error, "encoding a CMS");
      return NULL;
    }
  result = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  return result;
}

/**
 * signet_document_cms_estimate_size:
 * @chain: (nullable) (element-type SignetCertificate)
 * @with_timestamp: keep room for a time-stamp token
 *
 * Returns: bytes that are enough for the encoded CMS
 */
gsize
signet_document_cms_estimate_size (SignetCertificate *signer, GPtrArray *chain, gboolean with_timestamp)
{
  gsize size = 2048; /* structure, attributes, issuer name */
  EVP_PKEY *key = NULL;

  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (signer), 16384);

  key = signet_certificate_get_key (signer);
  size += key != NULL ? (gsize) EVP_PKEY_get_size (key) : 1024;
  size += 2 * g_bytes_get_size (signet_certificate_get_der (signer)); /* the issuer's name appears again */
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    size += g_bytes_get_size (signet_certificate_get_der (g_ptr_array_index (chain, i)));
  return with_timestamp ? MAX (size + TIMESTAMP_ROOM, 16 * 1024) : size;
}
