/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-timestamp.c: asks for time-stamps (RFC 3161) and takes tokens apart.
 *
 * A token is CMS around a TSTInfo. Whether it is about the data and whether its signer made it are findings; whether the signer may be
 * believed is for validation, which builds the path. Nothing of a fetched token is used before it fits the question. Any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-timestamp"

#include "config.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "signet-evidence-private.h"

#include "../base/signet-base-error.h"

#define NONCE_SIZE       8
#define MAX_CERTIFICATES 64

void
signet_timestamp_free (SignetTimestamp *timestamp)
{
  if (timestamp == NULL)
    return;
  g_clear_object (&timestamp->tsa);
  g_clear_pointer (&timestamp->certificates, g_ptr_array_unref);
  g_free (timestamp);
}

/* --- a token --------------------------------------------------------------------------------------------------------- */

static CMS_ContentInfo *
open_token (GBytes *token, GError **error)
{
  gsize size;
  const unsigned char *start = g_bytes_get_data (token, &size);
  const unsigned char *p = start;
  g_autoptr(CMS_ContentInfo) cms = NULL;

  if (size == 0 || size > SIGNET_EVIDENCE_MAX_ANSWER || (cms = d2i_CMS_ContentInfo (NULL, &p, size)) == NULL || p != start + size)
    {
      _signet_evidence_set_invalid (error, "not a time-stamp token");
      return NULL;
    }
  if (OBJ_obj2nid (CMS_get0_type (cms)) != NID_pkcs7_signed || OBJ_obj2nid (CMS_get0_eContentType (cms)) != NID_id_smime_ct_TSTInfo ||
      sk_CMS_SignerInfo_num (CMS_get0_SignerInfos (cms)) != 1)
    {
      _signet_evidence_set_invalid (error, "the token is not signed time-stamp information of one signer");
      return NULL;
    }
  return g_steal_pointer (&cms);
}

static const ASN1_OCTET_STRING *
content_of (CMS_ContentInfo *cms)
{
  ASN1_OCTET_STRING **content = CMS_get0_content (cms);

  return content != NULL ? *content : NULL;
}

static TS_TST_INFO *
open_info (CMS_ContentInfo *cms, GError **error)
{
  const ASN1_OCTET_STRING *content = content_of (cms);
  const unsigned char *start = content != NULL ? ASN1_STRING_get0_data (content) : NULL;
  const unsigned char *p = start;
  int length = start != NULL ? ASN1_STRING_length (content) : 0;
  TS_TST_INFO *info = length > 0 ? d2i_TS_TST_INFO (NULL, &p, length) : NULL;

  if (info != NULL && p == start + length && TS_TST_INFO_get_version (info) == 1)
    return info;
  TS_TST_INFO_free (info);
  _signet_evidence_set_invalid (error, "the time-stamp information cannot be read");
  return NULL;
}

static GPtrArray *
certificates_of (CMS_ContentInfo *cms, GError **error)
{
  g_autoptr(SignetCertificates) stack = CMS_get1_certs (cms);
  g_autoptr(GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);

  if (sk_X509_num (stack) > MAX_CERTIFICATES)
    {
      _signet_evidence_set_invalid (error, "the token carries too many certificates");
      return NULL;
    }
  for (int i = 0; i < sk_X509_num (stack); i++)
    g_ptr_array_add (certificates, signet_certificate_new_x509 (sk_X509_value (stack, i)));
  return g_steal_pointer (&certificates);
}

static gconstpointer
signed_attribute (CMS_SignerInfo *signer, int nid, int type)
{
  /* -3: the attribute must be there exactly once, with exactly one value */
  return CMS_signed_get0_data_by_OBJ (signer, OBJ_nid2obj (nid), -3, type);
}

/* RFC 3161, 2.4.2 with RFC 5816: the token names its certificate by hash, so that it cannot be swapped. */
static gboolean
names_certificate (CMS_SignerInfo *signer, X509 *x509)
{
  const ASN1_STRING *v1 = signed_attribute (signer, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE);
  const ASN1_STRING *v2 = signed_attribute (signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
  const unsigned char *p1 = v1 != NULL ? ASN1_STRING_get0_data (v1) : NULL;
  const unsigned char *p2 = v2 != NULL ? ASN1_STRING_get0_data (v2) : NULL;
  g_autoptr(ESS_SIGNING_CERT) first = v1 != NULL ? d2i_ESS_SIGNING_CERT (NULL, &p1, ASN1_STRING_length (v1)) : NULL;
  g_autoptr(ESS_SIGNING_CERT_V2) second = v2 != NULL ? d2i_ESS_SIGNING_CERT_V2 (NULL, &p2, ASN1_STRING_length (v2)) : NULL;
  g_autoptr(SignetCertificates) chain = sk_X509_new_null ();

  if ((v1 != NULL && first == NULL) || (v2 != NULL && second == NULL) || chain == NULL || !X509_up_ref (x509))
    return FALSE;
  sk_X509_push (chain, x509);
  return OSSL_ESS_check_signing_certs (first, second, chain, 1) > 0;
}

static const EVP_MD *
digest_of (const X509_ALGOR *algorithm, SignetDigest *digest)
{
  const ASN1_OBJECT *object = NULL;

  X509_ALGOR_get0 (&object, NULL, NULL, algorithm);
  *digest = signet_digest_from_nid (OBJ_obj2nid (object));
  return signet_digest_get_md (*digest);
}

static gboolean
digest_fits (const EVP_MD *md, const ASN1_STRING *expected, const void *data, gsize length)
{
  guint8 hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;

  return md != NULL && expected != NULL && EVP_Digest (data, length, hash, &size, md, NULL) == 1 &&
         ASN1_STRING_length (expected) == (int) size && memcmp (hash, ASN1_STRING_get0_data (expected), size) == 0;
}

/* RFC 5652, 5.4: messageDigest is the digest of the content and contentType names it. */
static gboolean
attributes_fit (CMS_ContentInfo *cms, CMS_SignerInfo *signer)
{
  const ASN1_OCTET_STRING *content = content_of (cms);
  const ASN1_OBJECT *type = signed_attribute (signer, NID_pkcs9_contentType, V_ASN1_OBJECT);
  const ASN1_OCTET_STRING *expected = signed_attribute (signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
  X509_ALGOR *algorithm = NULL;
  SignetDigest digest;
  const EVP_MD *md;

  CMS_SignerInfo_get0_algs (signer, NULL, NULL, &algorithm, NULL);
  md = digest_of (algorithm, &digest);
  if (type == NULL || OBJ_obj2nid (type) != NID_id_smime_ct_TSTInfo || digest == SIGNET_DIGEST_SHA1)
    return FALSE;
  return digest_fits (md, expected, ASN1_STRING_get0_data (content), ASN1_STRING_length (content));
}

static SignetCertificate *
find_signer (CMS_SignerInfo *signer, GPtrArray *certificates)
{
  for (guint i = 0; i < certificates->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (certificates, i);
      X509 *x509 = signet_certificate_get_x509 (certificate);

      if (x509 != NULL && CMS_SignerInfo_cert_cmp (signer, x509) == 0)
        return certificate;
    }
  return NULL;
}

static gboolean
signature_fits (CMS_ContentInfo *cms, CMS_SignerInfo *signer, SignetCertificate *certificate)
{
  X509 *x509 = signet_certificate_get_x509 (certificate);

  if (!attributes_fit (cms, signer) || !names_certificate (signer, x509))
    return FALSE;
  CMS_SignerInfo_set1_signer_cert (signer, x509);
  return CMS_SignerInfo_verify (signer) == 1;
}

/* What a time-stamp should be about: the data itself, or what it is hashed to. */
typedef struct {
  GBytes      *data;   /* (nullable) */
  SignetDigest digest; /* of @hash */
  GBytes      *hash;   /* (nullable) */
} Subject;

static gboolean
imprint_fits (TS_TST_INFO *info, const Subject *subject)
{
  TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint (info);
  const ASN1_OCTET_STRING *value = TS_MSG_IMPRINT_get_msg (imprint);
  SignetDigest digest;
  const EVP_MD *md = digest_of (TS_MSG_IMPRINT_get_algo (imprint), &digest);
  gsize size = 0;
  gconstpointer bytes = subject->data != NULL   ? g_bytes_get_data (subject->data, &size)
                        : subject->hash != NULL ? g_bytes_get_data (subject->hash, &size)
                                                : NULL;

  if (bytes == NULL || digest == SIGNET_DIGEST_SHA1)
    return FALSE;
  if (subject->data != NULL)
    return digest_fits (md, value, bytes, size);
  return md != NULL && digest == subject->digest && (gsize) ASN1_STRING_length (value) == size && memcmp (ASN1_STRING_get0_data (value), bytes, size) == 0;
}

static SignetTimestamp *
read_token (CMS_ContentInfo *cms, TS_TST_INFO *info, const Subject *subject, GError **error)
{
  g_autoptr(SignetTimestamp) timestamp = g_new0 (SignetTimestamp, 1);
  CMS_SignerInfo *signer = sk_CMS_SignerInfo_value (CMS_get0_SignerInfos (cms), 0);
  SignetCertificate *tsa;

  timestamp->time = _signet_evidence_time_of (TS_TST_INFO_get_time (info));
  timestamp->certificates = certificates_of (cms, error);
  if (timestamp->certificates == NULL)
    return NULL;
  if (timestamp->time == SIGNET_TIME_UNKNOWN)
    {
      _signet_evidence_set_invalid (error, "the time-stamp has no readable time");
      return NULL;
    }
  timestamp->imprint_ok = imprint_fits (info, subject);
  tsa = find_signer (signer, timestamp->certificates);
  timestamp->signature_ok = tsa != NULL && signature_fits (cms, signer, tsa);
  timestamp->tsa = tsa != NULL ? g_object_ref (tsa) : NULL;
  ERR_clear_error ();
  return g_steal_pointer (&timestamp);
}

static SignetTimestamp *
parse (GBytes *token, const Subject *subject, GError **error)
{
  g_autoptr(CMS_ContentInfo) cms = open_token (token, error);
  g_autoptr(TS_TST_INFO) info = NULL;

  if (cms == NULL)
    return NULL;
  info = open_info (cms, error);
  return info != NULL ? read_token (cms, info, subject, error) : NULL;
}

/**
 * signet_evidence_parse_timestamp:
 * @token: DER TimeStampToken
 * @data: what it should be about
 * @error: return location, in the %SIGNET_EVIDENCE_ERROR domain: the token cannot be read
 *
 * Returns: (transfer full) (nullable): what it says, with the findings; trust in the signer is not judged
 */
SignetTimestamp *
signet_evidence_parse_timestamp (GBytes *token, GBytes *data, GError **error)
{
  Subject subject = { .data = data };

  return parse (token, &subject, error);
}

/* --- the question ---------------------------------------------------------------------------------------------------- */

static gboolean
set_imprint (TS_REQ *request, SignetDigest digest, GBytes *hash)
{
  g_autoptr(TS_MSG_IMPRINT) imprint = TS_MSG_IMPRINT_new ();
  g_autoptr(X509_ALGOR) algorithm = X509_ALGOR_new ();
  const EVP_MD *md = signet_digest_get_md (digest);
  gsize size;
  gconstpointer bytes = g_bytes_get_data (hash, &size);

  if (imprint == NULL || algorithm == NULL || md == NULL || (gsize) EVP_MD_get_size (md) != size)
    return FALSE;
  X509_ALGOR_set_md (algorithm, md);
  return TS_MSG_IMPRINT_set_algo (imprint, algorithm) && TS_MSG_IMPRINT_set_msg (imprint, (unsigned char *) bytes, (int) size) &&
         TS_REQ_set_msg_imprint (request, imprint);
}

static gboolean
set_nonce (TS_REQ *request, GError **error)
{
  guint8 random[NONCE_SIZE];
  guint64 value = 0;
  g_autoptr(ASN1_INTEGER) nonce = ASN1_INTEGER_new ();

  if (!_signet_evidence_random (random, sizeof random, error))
    return FALSE;
  for (gsize i = 0; i < sizeof random; i++)
    value = value << 8 | random[i];
  if (nonce != NULL && ASN1_INTEGER_set_uint64 (nonce, value | 1) && TS_REQ_set_nonce (request, nonce))
    return TRUE;
  return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making a time-stamp request");
}

static TS_REQ *
new_request (SignetDigest digest, GBytes *hash, GError **error)
{
  g_autoptr(TS_REQ) request = TS_REQ_new ();

  if (request == NULL || !TS_REQ_set_version (request, 1) || !TS_REQ_set_cert_req (request, 1) || !set_imprint (request, digest, hash))
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making a time-stamp request");
      return NULL;
    }
  return set_nonce (request, error) ? g_steal_pointer (&request) : NULL;
}

static GBytes *
encode_request (TS_REQ *request)
{
  unsigned char *der = NULL;
  int length = i2d_TS_REQ (request, &der);
  GBytes *bytes = g_bytes_new (der, MAX (length, 0));

  OPENSSL_free (der);
  return bytes;
}

/* --- the answer ------------------------------------------------------------------------------------------------------ */

static gboolean
check_granted (TS_RESP *response, GError **error)
{
  TS_STATUS_INFO *info = TS_RESP_get_status_info (response);
  gint64 status = ASN1_INTEGER_get (TS_STATUS_INFO_get0_status (info));

  if (status == TS_STATUS_GRANTED || status == TS_STATUS_GRANTED_WITH_MODS)
    return TRUE;
  g_set_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_REFUSED,
               "the time-stamp server refused with status %" G_GINT64_FORMAT, status);
  return FALSE;
}

static GBytes *
token_of (TS_RESP *response)
{
  unsigned char *der = NULL;
  PKCS7 *token = TS_RESP_get_token (response);
  int length = token != NULL ? i2d_PKCS7 (token, &der) : 0;
  GBytes *bytes = length > 0 ? g_bytes_new (der, length) : NULL;

  OPENSSL_free (der);
  return bytes;
}

static gboolean
check_question (TS_REQ *request, TS_RESP *response, GError **error)
{
  TS_TST_INFO *info = TS_RESP_get_tst_info (response);
  const ASN1_INTEGER *nonce = info != NULL ? TS_TST_INFO_get_nonce (info) : NULL;

  if (nonce == NULL || ASN1_INTEGER_cmp (nonce, TS_REQ_get_nonce (request)) != 0)
    return _signet_evidence_set_invalid (error, "the time-stamp carries another nonce");
  return TRUE;
}

/* RFC 3161, 2.3: the key of a time-stamp authority signs nothing else, and its certificate says so critically. */
static gboolean
check_tsa (SignetTimestamp *timestamp, GError **error)
{
  X509 *x509 = timestamp->tsa != NULL ? signet_certificate_get_x509 (timestamp->tsa) : NULL;

  if (!timestamp->imprint_ok)
    return _signet_evidence_set_invalid (error, "the time-stamp is about other data");
  if (!timestamp->signature_ok)
    return _signet_evidence_set_invalid (error, "the signature of the time-stamp is wrong");
  if (x509 == NULL || X509_check_purpose (x509, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1)
    return _signet_evidence_set_invalid (error, "the signer of the time-stamp is no time-stamp authority");
  if (!signet_certificate_is_valid_at (timestamp->tsa, timestamp->time))
    return _signet_evidence_set_invalid (error, "the certificate of the time-stamp authority was not valid at that time");
  return TRUE;
}

static GBytes *
check_answer (TS_REQ *request, GBytes *answer, const Subject *subject, GError **error)
{
  gsize size;
  const unsigned char *start = g_bytes_get_data (answer, &size);
  const unsigned char *p = start;
  g_autoptr(TS_RESP) response = size > 0 ? d2i_TS_RESP (NULL, &p, size) : NULL;
  g_autoptr(GBytes) token = NULL;
  g_autoptr(SignetTimestamp) timestamp = NULL;

  if (response == NULL || p != start + size)
    {
      _signet_evidence_set_invalid (error, "not a time-stamp answer");
      return NULL;
    }
  if (!check_granted (response, error) || !check_question (request, response, error))
    return NULL;
  token = token_of (response);
  timestamp = token != NULL ? parse (token, subject, error) : NULL;
  if (timestamp == NULL || !check_tsa (timestamp, error))
    return NULL;
  return g_steal_pointer (&token);
}

/**
 * signet_evidence_fetch_timestamp_of_hash:
 * @http: the door
 * @url: a time-stamp server
 * @digest: what @hash was made with
 * @hash: of what the time-stamp shall be about
 * @cancellable: (nullable): a cancellable
 * @error: return location, in the %SIGNET_EVIDENCE_ERROR domain
 *
 * Returns: (transfer full) (nullable): DER TimeStampToken that answers exactly this question
 */
GBytes *
signet_evidence_fetch_timestamp_of_hash (SignetHttp *http, const char *url, SignetDigest digest, GBytes *hash, GCancellable *cancellable,
                                         GError **error)
{
  return _signet_evidence_fetch_timestamp_as (http, url, NULL, digest, hash, cancellable, error);
}

GBytes *
_signet_evidence_fetch_timestamp_as (SignetHttp *http, const char *url, const SignetEvidenceLogin *login, SignetDigest digest, GBytes *hash,
                                     GCancellable *cancellable, GError **error)
{
  g_autoptr(TS_REQ) request = new_request (digest, hash, error);
  g_autoptr(GBytes) question = NULL, answer = NULL;
  Subject subject = { .digest = digest, .hash = hash };
  GBytes *token;

  if (request == NULL)
    return NULL;
  question = encode_request (request);
  answer = _signet_evidence_post_as (http, url, question, "application/timestamp-query", login, cancellable, error);
  if (answer == NULL)
    return NULL;
  token = check_answer (request, answer, &subject, error);
  ERR_clear_error ();
  return token;
}

/* The same about @data, which is hashed with @digest. */
GBytes *
signet_evidence_fetch_timestamp (SignetHttp *http, const char *url, SignetDigest digest, GBytes *data, GCancellable *cancellable,
                                 GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  gsize size;
  gconstpointer bytes = g_bytes_get_data (data, &size);
  g_autoptr(GBytes) hash = NULL;

  if (md == NULL || EVP_Digest (bytes, size, value, &length, md, NULL) != 1)
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making a time-stamp request");
      return NULL;
    }
  hash = g_bytes_new (value, length);
  return signet_evidence_fetch_timestamp_of_hash (http, url, digest, hash, cancellable, error);
}
