/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-ocsp.c: asks whether a certificate is revoked (RFC 6960) and believes an answer only when it is about this
 * certificate, from who may say it, fresh, and signed.
 *
 * The answer's own words are compared with what we compute: the CertID is made again from certificate and issuer. A responder is
 * the issuer itself, or holds a certificate with OCSPSigning that this very issuer signed (4.2.2.2); no other list of responders.
 * Not here: what a revocation means for a verdict. Any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-ocsp"

#include "config.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "signet-evidence-private.h"

#include "../base/signet-base-error.h"

#define NONCE_SIZE      16    /* RFC 8954: 1 to 32 */
#define MAX_RESPONSES   64
#define MAX_CERTIFICATES 16
#define MAX_SERVERS     3
#define MAX_AGE_WITHOUT_NEXT (24 * 60 * 60) /* without nextUpdate there is always something newer: a day is old */

/* --- the question ---------------------------------------------------------------------------------------------------- */

static OCSP_CERTID *
new_id (const EVP_MD *md, SignetCertificate *certificate, SignetCertificate *issuer)
{
  return OCSP_cert_to_id (md, signet_certificate_get_x509 (certificate), signet_certificate_get_x509 (issuer));
}

/* SHA-1 in the CertID names a certificate, it protects nothing; RFC 5019, 2.1.1 makes it the one hash every responder knows. */
static GBytes *
new_question (SignetCertificate *certificate, SignetCertificate *issuer, GBytes *nonce, GError **error)
{
  g_autoptr(OCSP_REQUEST) request = OCSP_REQUEST_new ();
  OCSP_CERTID *id = new_id (EVP_sha1 (), certificate, issuer);
  gsize nonce_size;
  gconstpointer nonce_data = g_bytes_get_data (nonce, &nonce_size);
  unsigned char *der = NULL;
  int length;
  GBytes *question;

  if (request == NULL || id == NULL || OCSP_request_add0_id (request, id) == NULL)
    {
      OCSP_CERTID_free (id);
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making an OCSP request");
      return NULL;
    }
  OCSP_request_add1_nonce (request, (unsigned char *) nonce_data, nonce_size);
  length = i2d_OCSP_REQUEST (request, &der);
  question = g_bytes_new (der, MAX (length, 0));
  OPENSSL_free (der);
  return question;
}

/* --- is it about this certificate? ------------------------------------------------------------------------------------ */

static gboolean
id_fits (const OCSP_CERTID *id, SignetCertificate *certificate, SignetCertificate *issuer)
{
  ASN1_OBJECT *algorithm = NULL;
  const EVP_MD *md;
  g_autoptr(OCSP_CERTID) own = NULL;

  OCSP_id_get0_info (NULL, &algorithm, NULL, NULL, (OCSP_CERTID *) id);
  md = EVP_get_digestbyobj (algorithm);
  own = md != NULL ? new_id (md, certificate, issuer) : NULL;
  return own != NULL && OCSP_id_cmp (id, own) == 0;
}

/* The newest answer about the certificate; a response may hold several. */
static OCSP_SINGLERESP *
find_single (OCSP_BASICRESP *basic, SignetCertificate *certificate, SignetCertificate *issuer)
{
  OCSP_SINGLERESP *found = NULL;
  gint64 newest = SIGNET_TIME_UNKNOWN;

  for (int i = 0; i < MIN (OCSP_resp_count (basic), MAX_RESPONSES); i++)
    {
      OCSP_SINGLERESP *single = OCSP_resp_get0 (basic, i);
      ASN1_GENERALIZEDTIME *this_update = NULL;
      gint64 time;

      if (!id_fits (OCSP_SINGLERESP_get0_id (single), certificate, issuer))
        continue;
      OCSP_single_get0_status (single, NULL, NULL, &this_update, NULL);
      time = _signet_evidence_time_of (this_update);
      if (found == NULL || time > newest)
        {
          found = single;
          newest = time;
        }
    }
  return found;
}

/* --- may its signer say it? ------------------------------------------------------------------------------------------- */

static gboolean
is_responder (OCSP_BASICRESP *basic, SignetCertificate *candidate)
{
  const ASN1_OCTET_STRING *key_hash = NULL;
  const X509_NAME *name = NULL;
  X509 *x509 = signet_certificate_get_x509 (candidate);
  guint8 hash[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  if (x509 == NULL || !OCSP_resp_get0_id (basic, &key_hash, &name))
    return FALSE;
  if (name != NULL)
    return X509_NAME_cmp (name, X509_get_subject_name (x509)) == 0;
  if (key_hash == NULL || !X509_pubkey_digest (x509, EVP_sha1 (), hash, &length))
    return FALSE;
  return (int) length == ASN1_STRING_length (key_hash) && memcmp (hash, ASN1_STRING_get0_data (key_hash), length) == 0;
}

/* RFC 6960, 4.2.2.2: signed directly by the issuer, with OCSPSigning said explicitly. */
static gboolean
is_delegated (SignetCertificate *candidate, SignetCertificate *issuer, gint64 now)
{
  X509 *x509 = signet_certificate_get_x509 (candidate);
  X509 *ca = signet_certificate_get_x509 (issuer);

  return (X509_get_extension_flags (x509) & EXFLAG_XKUSAGE) != 0 && (X509_get_extended_key_usage (x509) & XKU_OCSP_SIGN) != 0 &&
         (X509_get_extension_flags (x509) & EXFLAG_CRITICAL) == 0 && !signet_certificate_is_ca (candidate) &&
         signet_certificate_is_valid_at (candidate, now) && X509_NAME_cmp (X509_get_issuer_name (x509), X509_get_subject_name (ca)) == 0 &&
         signet_certificate_is_signed_by (candidate, issuer);
}

static SignetCertificate *
find_signer (OCSP_BASICRESP *basic, SignetCertificate *issuer, gint64 now)
{
  const STACK_OF(X509) *certificates = OCSP_resp_get0_certs (basic);

  if (is_responder (basic, issuer))
    return g_object_ref (issuer);
  for (int i = 0; i < MIN (sk_X509_num (certificates), MAX_CERTIFICATES); i++)
    {
      g_autoptr(SignetCertificate) candidate = signet_certificate_new_x509 (sk_X509_value (certificates, i));

      if (is_responder (basic, candidate) && is_delegated (candidate, issuer, now))
        return g_steal_pointer (&candidate);
    }
  return NULL;
}

static char *
check_signature (OCSP_BASICRESP *basic, SignetCertificate *issuer, gint64 now, GError **error)
{
  g_autoptr(SignetCertificate) signer = find_signer (basic, issuer, now);
  const X509_ALGOR *algorithm = OCSP_resp_get0_tbs_sigalg (basic);

  if (signer == NULL)
    {
      _signet_evidence_set_invalid (error, "the OCSP answer is not signed by the issuer or by whom the issuer named");
      return NULL;
    }
  if (!_signet_evidence_is_strong (algorithm))
    {
      _signet_evidence_set_invalid (error, "the OCSP answer is signed with a weak algorithm");
      return NULL;
    }
  if (!signet_certificate_verify_item (signer, ASN1_ITEM_rptr (OCSP_RESPDATA), algorithm, OCSP_resp_get0_signature (basic),
                                       OCSP_resp_get0_respdata (basic)))
    {
      _signet_evidence_set_invalid (error, "the signature of the OCSP answer is wrong");
      return NULL;
    }
  return g_strdup (signet_certificate_get_holder (signer));
}

/* --- is it an answer to us, and of now? ------------------------------------------------------------------------------- */

/* A server may leave the nonce out (RFC 5019 answers are made in advance); freshness then rests on nextUpdate. Another one never. */
static gboolean
check_nonce (OCSP_BASICRESP *basic, GBytes *nonce, GError **error)
{
  int index = OCSP_BASICRESP_get_ext_by_NID (basic, NID_id_pkix_OCSP_Nonce, -1);
  const ASN1_OCTET_STRING *value;
  const unsigned char *p;
  gsize size;
  gconstpointer data;
  ASN1_OCTET_STRING *inner;
  gboolean same;

  if (nonce == NULL || index < 0)
    return TRUE;
  data = g_bytes_get_data (nonce, &size);
  value = X509_EXTENSION_get_data (OCSP_BASICRESP_get_ext (basic, index));
  p = ASN1_STRING_get0_data (value);
  inner = d2i_ASN1_OCTET_STRING (NULL, &p, ASN1_STRING_length (value));
  same = inner != NULL && (gsize) ASN1_STRING_length (inner) == size && memcmp (ASN1_STRING_get0_data (inner), data, size) == 0;
  ASN1_OCTET_STRING_free (inner);
  return same || _signet_evidence_set_invalid (error, "the OCSP answer carries another nonce");
}

/* @at: the time it must tell about; @latest: it was not made after that */
static gboolean
check_times (const SignetRevocationStatus *status, gint64 at, gint64 latest, GError **error)
{
  if (status->this_update == SIGNET_TIME_UNKNOWN || status->produced_at == SIGNET_TIME_UNKNOWN)
    return _signet_evidence_set_invalid (error, "the OCSP answer has no readable time");
  if (status->this_update > latest + SIGNET_EVIDENCE_SKEW || status->produced_at > latest + SIGNET_EVIDENCE_SKEW)
    return _signet_evidence_set_invalid (error, "the OCSP answer is from the future");
  if (status->produced_at < status->this_update - SIGNET_EVIDENCE_SKEW)
    return _signet_evidence_set_invalid (error, "the OCSP answer was made before what it tells");
  if (status->next_update != SIGNET_TIME_UNKNOWN && status->next_update < status->this_update)
    return _signet_evidence_set_invalid (error, "the OCSP answer ends before it begins");
  if (status->next_update != SIGNET_TIME_UNKNOWN ? status->next_update < at - SIGNET_EVIDENCE_SKEW
                                                 : status->this_update < at - MAX_AGE_WITHOUT_NEXT)
    return _signet_evidence_set_invalid (error, "the OCSP answer is too old");
  return TRUE;
}

/* --- together -------------------------------------------------------------------------------------------------------- */

static OCSP_BASICRESP *
open_response (GBytes *bytes, GError **error)
{
  gsize size;
  const unsigned char *start = g_bytes_get_data (bytes, &size);
  const unsigned char *p = start;
  g_autoptr(OCSP_RESPONSE) response = NULL;
  OCSP_BASICRESP *basic;
  int status;

  if (size == 0 || size > SIGNET_EVIDENCE_MAX_ANSWER || (response = d2i_OCSP_RESPONSE (NULL, &p, size)) == NULL || p != start + size)
    {
      _signet_evidence_set_invalid (error, "not an OCSP answer");
      return NULL;
    }
  status = OCSP_response_status (response);
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    {
      g_set_error (error, SIGNET_EVIDENCE_ERROR,
                   status == OCSP_RESPONSE_STATUS_TRYLATER || status == OCSP_RESPONSE_STATUS_INTERNALERROR
                     ? SIGNET_EVIDENCE_ERROR_UNREACHABLE : SIGNET_EVIDENCE_ERROR_REFUSED,
                   "the OCSP server answered: %s", OCSP_response_status_str (status));
      return NULL;
    }
  basic = OCSP_response_get1_basic (response);
  if (basic == NULL)
    _signet_evidence_set_invalid (error, "the OCSP answer holds no basic response");
  return basic;
}

static SignetRevocationStatus *
read_single (OCSP_BASICRESP *basic, OCSP_SINGLERESP *single, GBytes *bytes)
{
  SignetRevocationStatus *status = g_new0 (SignetRevocationStatus, 1);
  ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
  int reason = -1;
  int code = OCSP_single_get0_status (single, &reason, &revoked, &this_update, &next_update);

  status->status = code == V_OCSP_CERTSTATUS_GOOD      ? SIGNET_REVOCATION_GOOD
                   : code == V_OCSP_CERTSTATUS_REVOKED ? SIGNET_REVOCATION_REVOKED
                                                       : SIGNET_REVOCATION_UNKNOWN;
  status->this_update = _signet_evidence_time_of (this_update);
  status->next_update = _signet_evidence_time_of (next_update);
  status->produced_at = _signet_evidence_time_of (OCSP_resp_get0_produced_at (basic));
  status->revoked_at = code == V_OCSP_CERTSTATUS_REVOKED ? _signet_evidence_time_of (revoked) : SIGNET_TIME_UNKNOWN;
  status->reason = code == V_OCSP_CERTSTATUS_REVOKED ? reason : -1;
  status->kind = SIGNET_EVIDENCE_OCSP;
  status->fetched_at = SIGNET_TIME_UNKNOWN;
  status->response = g_bytes_ref (bytes);
  return status;
}

/* Three times that are one for an answer that has just come. */
typedef struct {
  gint64 at;        /* the time it must tell about */
  gint64 latest;    /* it was not made after that */
  gint64 signer_at; /* who signed it must be entitled then */
} Times;

static SignetRevocationStatus *
check (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, const Times *times, GBytes *nonce, GError **error)
{
  g_autoptr(OCSP_BASICRESP) basic = NULL;
  g_autoptr(SignetRevocationStatus) status = NULL;
  OCSP_SINGLERESP *single;

  if (!signet_certificate_is_readable (certificate) || !signet_certificate_is_readable (issuer))
    {
      _signet_evidence_set_invalid (error, "certificate or issuer cannot be read");
      return NULL;
    }
  basic = open_response (response, error);
  if (basic == NULL)
    return NULL;
  single = find_single (basic, certificate, issuer);
  if (single == NULL)
    {
      _signet_evidence_set_invalid (error, "the OCSP answer is about another certificate");
      return NULL;
    }
  status = read_single (basic, single, response);
  status->responder = check_signature (basic, issuer, times->signer_at, error);
  if (status->responder == NULL || !check_nonce (basic, nonce, error) || !check_times (status, times->at, times->latest, error))
    return NULL;
  ERR_clear_error ();
  return g_steal_pointer (&status);
}

/**
 * signet_evidence_check_ocsp:
 * @response: DER OCSPResponse from anywhere
 * @certificate: whom it should be about
 * @issuer: who issued @certificate
 * @now: the time it must be fresh at, seconds since 1970
 * @nonce: (nullable): what was asked with
 * @error: return location, in the %SIGNET_EVIDENCE_ERROR domain
 *
 * Returns: (transfer full) (nullable): what it says, once nothing in it is left to doubt
 */
SignetRevocationStatus *
signet_evidence_check_ocsp (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                            GBytes *nonce, GError **error)
{
  Times times = { now, now, now };

  return check (response, certificate, issuer, &times, nonce, error);
}

/**
 * signet_evidence_check_ocsp_kept:
 * @at: the time the question is about; an answer made later tells about it too
 * @latest: what the clock says
 * @proved: when the answer is known to have existed: its signer must have been entitled by then
 *
 * As signet_evidence_check_ocsp(), of an answer that was kept with a signature to prove it later.
 */
SignetRevocationStatus *
signet_evidence_check_ocsp_kept (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, gint64 at, gint64 latest,
                                 gint64 proved, GError **error)
{
  Times times = { at, latest, proved };

  return check (response, certificate, issuer, &times, NULL, error);
}

/**
 * signet_evidence_dup_responder:
 * @response: DER OCSPResponse
 * @issuer: who issued the certificate it is about
 * @now: when the responder must be entitled
 *
 * Returns: (transfer full) (nullable): the certificate of whom @issuer named to answer, when it is one that may be revoked itself: %NULL
 *   for @issuer itself, and for one with id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1)
 */
SignetCertificate *
signet_evidence_dup_responder (GBytes *response, SignetCertificate *issuer, gint64 now)
{
  g_autoptr(OCSP_BASICRESP) basic = open_response (response, NULL);
  g_autoptr(SignetCertificate) signer = basic != NULL ? find_signer (basic, issuer, now) : NULL;
  X509 *x509 = signer != NULL ? signet_certificate_get_x509 (signer) : NULL;

  ERR_clear_error ();
  if (x509 == NULL || signet_certificate_equal (signer, issuer) || X509_get_ext_by_NID (x509, NID_id_pkix_OCSP_noCheck, -1) >= 0)
    return NULL;
  return g_steal_pointer (&signer);
}

static SignetRevocationStatus *
ask_one (SignetHttp *http, const char *url, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
         GCancellable *cancellable, GError **error)
{
  guint8 random[NONCE_SIZE];
  g_autoptr(GBytes) nonce = NULL, question = NULL, answer = NULL;

  if (!_signet_evidence_random (random, sizeof random, error))
    return NULL;
  nonce = g_bytes_new (random, sizeof random);
  question = new_question (certificate, issuer, nonce, error);
  if (question == NULL)
    return NULL;
  answer = _signet_evidence_post (http, url, question, "application/ocsp-request", cancellable, error);
  return answer != NULL ? signet_evidence_check_ocsp (answer, certificate, issuer, now, nonce, error) : NULL;
}

/**
 * signet_evidence_fetch_ocsp:
 * @http: the door
 * @certificate: a certificate whose path to an anchor is already known: its URLs are an outsider's wish until then
 * @issuer: its issuer
 * @now: seconds since 1970
 * @cancellable: (nullable): a cancellable
 * @error: return location, in the %SIGNET_EVIDENCE_ERROR domain
 *
 * Asks up to three servers the certificate names, until one gives a trustworthy answer.
 *
 * Returns: (transfer full) (nullable): the status
 */
SignetRevocationStatus *
signet_evidence_fetch_ocsp (SignetHttp *http, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                            GCancellable *cancellable, GError **error)
{
  g_auto(GStrv) urls = signet_certificate_dup_urls (certificate, "ocsp");
  SignetRevocationStatus *status = NULL;
  g_autoptr(GError) last = NULL;

  if (!signet_certificate_is_readable (certificate) || !signet_certificate_is_readable (issuer))
    {
      _signet_evidence_set_invalid (error, "certificate or issuer cannot be read");
      return NULL;
    }
  for (guint i = 0; urls[i] != NULL && i < MAX_SERVERS && status == NULL; i++)
    {
      g_clear_error (&last);
      status = ask_one (http, urls[i], certificate, issuer, now, cancellable, &last);
      if (status == NULL)
        _signet_evidence_prefix_server (&last, urls[i]);
      if (g_error_matches (last, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        break;
    }
  if (status == NULL && last == NULL)
    g_set_error_literal (&last, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, "the certificate names no OCSP server");
  if (status == NULL)
    g_propagate_error (error, g_steal_pointer (&last));
  return status;
}
