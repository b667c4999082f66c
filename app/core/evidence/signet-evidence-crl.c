/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-crl.c: whether a revocation list may be believed about one certificate (RFC 5280, 6.3.3), and what it says.
 *
 * Complete lists of the certificate's own issuer. Recognised and refused, with the reason: delta lists, indirect lists, lists about some
 * reasons or some kinds of certificates only, lists for another distribution point. "Not listed" of a list that does not cover the
 * certificate would be the most dangerous answer there is. Any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-crl"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/stat.h>

#include "signet-evidence-crl-private.h"

#include "../base/signet-base-error.h"

#define MAX_AGE_WITHOUT_NEXT (24 * 60 * 60) /* as for OCSP: without nextUpdate there is always something newer */
#define MAX_CRLS             64             /* in one file given by hand */
#define MAX_NAMES            64

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ISSUING_DIST_POINT, ISSUING_DIST_POINT_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CRL_DIST_POINTS, CRL_DIST_POINTS_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free)

static gboolean
refuse (GError **error, const char *message)
{
  return _signet_evidence_set_invalid (error, message);
}

/* --- extensions of the list --------------------------------------------------------------------------------------------- */

static gboolean
check_extensions (const SignetCrl *crl, GError **error)
{
  for (int i = 0; i < sk_X509_EXTENSION_num (crl->extensions); i++)
    {
      X509_EXTENSION *extension = sk_X509_EXTENSION_value (crl->extensions, i);
      int nid = OBJ_obj2nid (X509_EXTENSION_get_object (extension));

      if (nid == NID_delta_crl)
        return refuse (error, "a delta revocation list tells only what changed since another one");
      if (X509_EXTENSION_get_critical (extension) && nid != NID_issuing_distribution_point && nid != NID_authority_key_identifier
          && nid != NID_crl_number)
        return refuse (error, "the revocation list has a critical extension that is not known here");
      if (X509v3_get_ext_by_NID (crl->extensions, nid, i) >= 0 && nid != NID_undef)
        return refuse (error, "the revocation list has an extension twice");
    }
  return TRUE;
}

/* --- the scope ------------------------------------------------------------------------------------------------------------ */

static gboolean
shares_name (const GENERAL_NAMES *some, const GENERAL_NAMES *others)
{
  for (int i = 0; i < MIN (sk_GENERAL_NAME_num (some), MAX_NAMES); i++)
    for (int j = 0; j < MIN (sk_GENERAL_NAME_num (others), MAX_NAMES); j++)
      if (GENERAL_NAME_cmp (sk_GENERAL_NAME_value (some, i), sk_GENERAL_NAME_value (others, j)) == 0)
        return TRUE;
  return FALSE;
}

/* A point of the certificate that says: for all reasons, by the issuer itself. */
static gboolean
is_whole_point (const DIST_POINT *point)
{
  return point->CRLissuer == NULL && point->reasons == NULL;
}

/* 6.3.3 (b)(2)(i): the name of the list among the names of a point of the certificate. Relative names are not compared: not in use. */
static gboolean
names_point (const CRL_DIST_POINTS *points, const DIST_POINT_NAME *name)
{
  for (int i = 0; name->type == 0 && i < MIN (sk_DIST_POINT_num (points), MAX_NAMES); i++)
    {
      const DIST_POINT *point = sk_DIST_POINT_value (points, i);

      if (is_whole_point (point) && point->distpoint != NULL && point->distpoint->type == 0
          && shares_name (point->distpoint->name.fullname, name->name.fullname))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_whole_point (const CRL_DIST_POINTS *points)
{
  for (int i = 0; i < MIN (sk_DIST_POINT_num (points), MAX_NAMES); i++)
    if (is_whole_point (sk_DIST_POINT_value (points, i)))
      return TRUE;
  return points == NULL;
}

/* What speaks against "not listed" alone: a list of some reasons that names the certificate still revokes it. */
static const char *
why_not_whole (const ISSUING_DIST_POINT *scope, const CRL_DIST_POINTS *points)
{
  if (scope != NULL && scope->onlysomereasons != NULL)
    return "the revocation list is about some reasons only";
  return has_whole_point (points) ? NULL : "the certificate names lists of other authorities or for some reasons only, which are not handled";
}

static gboolean
check_kind (const ISSUING_DIST_POINT *scope, SignetCertificate *certificate, GError **error)
{
  gboolean is_ca = signet_certificate_is_ca (certificate);

  if (scope->indirectCRL > 0)
    return refuse (error, "an indirect revocation list tells about certificates of several authorities, which is not handled");
  if (scope->onlyattr > 0)
    return refuse (error, "the revocation list is about attribute certificates only");
  if ((scope->onlyuser > 0 && is_ca) || (scope->onlyCA > 0 && !is_ca))
    return refuse (error, "the revocation list is about another kind of certificates");
  return TRUE;
}

static gboolean
read_scope (const SignetCrl *crl, ISSUING_DIST_POINT **scope, GError **error)
{
  int critical = -1;

  *scope = crl->extensions != NULL ? X509V3_get_d2i (crl->extensions, NID_issuing_distribution_point, &critical, NULL) : NULL;
  return *scope != NULL || critical == -1 || refuse (error, "the scope of the revocation list cannot be read");
}

static gboolean
read_points (SignetCertificate *certificate, CRL_DIST_POINTS **points, GError **error)
{
  int critical = -1;

  *points = X509_get_ext_d2i (signet_certificate_get_x509 (certificate), NID_crl_distribution_points, &critical, NULL);
  return *points != NULL || critical == -1 || refuse (error, "where the certificate's revocation lists are cannot be read");
}

/* @partial: (out): why "not listed" would say nothing; %NULL: it says something */
static gboolean
check_scope (const SignetCrl *crl, SignetCertificate *certificate, const char **partial, GError **error)
{
  g_autoptr (ISSUING_DIST_POINT) scope = NULL;
  g_autoptr (CRL_DIST_POINTS) points = NULL;

  if (!read_scope (crl, &scope, error) || !read_points (certificate, &points, error))
    return FALSE;
  *partial = why_not_whole (scope, points);
  if (scope == NULL)
    return TRUE;
  if (!check_kind (scope, certificate, error))
    return FALSE;
  return scope->distpoint == NULL || names_point (points, scope->distpoint)
         || refuse (error, "the revocation list is for another distribution point than the certificate's");
}

/* --- who and when -------------------------------------------------------------------------------------------------------- */

static gboolean
is_issuer (const SignetCrl *crl, SignetCertificate *issuer)
{
  X509 *x509 = signet_certificate_get_x509 (issuer);

  return x509 != NULL && X509_NAME_cmp (crl->issuer, X509_get_subject_name (x509)) == 0;
}

/* The signed part as it came, not encoded again: what a signature covers are bytes. */
static gboolean
is_signed_by (const SignetCrl *crl, SignetCertificate *issuer)
{
  ASN1_STRING *bytes = ASN1_STRING_type_new (V_ASN1_SEQUENCE);
  ASN1_TYPE any = { .type = V_ASN1_SEQUENCE, .value.sequence = bytes };
  gboolean good = bytes != NULL && ASN1_STRING_set (bytes, crl->to_be_signed.data, (int) crl->to_be_signed.size) == 1
                  && signet_certificate_verify_item (issuer, ASN1_ITEM_rptr (ASN1_ANY), crl->algorithm, crl->signature, &any);

  ASN1_STRING_free (bytes);
  return good;
}

static gboolean
check_signature (const SignetCrl *crl, SignetCertificate *issuer, GError **error)
{
  X509 *x509 = signet_certificate_get_x509 (issuer);

  if (!is_issuer (crl, issuer))
    return refuse (error, "the revocation list is that of another authority");
  if ((X509_get_extension_flags (x509) & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage (x509) & KU_CRL_SIGN) == 0)
    return refuse (error, "the authority's certificate may not sign revocation lists");
  if (!_signet_evidence_is_strong (crl->algorithm))
    return refuse (error, "the revocation list is signed with a weak algorithm");
  return is_signed_by (crl, issuer) || refuse (error, "the signature of the revocation list is wrong");
}

static gboolean
set_stale (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_STALE, message);
  return FALSE;
}

static gboolean
check_times (const SignetCrl *crl, gint64 now, gint64 at, GError **error)
{
  if (crl->this_update > MAX (now, at) + SIGNET_EVIDENCE_SKEW)
    return refuse (error, "the revocation list is from the future");
  if (crl->next_update != SIGNET_TIME_UNKNOWN && crl->next_update < crl->this_update)
    return refuse (error, "the revocation list ends before it begins");
  if (crl->next_update != SIGNET_TIME_UNKNOWN ? crl->next_update < at - SIGNET_EVIDENCE_SKEW : crl->this_update < at - MAX_AGE_WITHOUT_NEXT)
    return set_stale (error, "the revocation list is too old");
  return TRUE;
}

/* 3.3: a certificate whose time is over leaves the list, unless the list says that it keeps them (X.509, expiredCertsOnCRL). */
static gboolean
still_tells (const SignetCrl *crl, SignetCertificate *certificate)
{
  static const unsigned char object_der[] = { 0x06, 0x03, 0x55, 0x1d, 0x3c };
  const unsigned char *p = object_der;
  gint64 not_after = signet_certificate_get_not_after (certificate);
  ASN1_OBJECT *object = d2i_ASN1_OBJECT (NULL, &p, sizeof object_der);
  int index = object != NULL ? X509v3_get_ext_by_OBJ (crl->extensions, object, -1) : -1;
  g_autoptr (ASN1_GENERALIZEDTIME) since = NULL;

  ASN1_OBJECT_free (object);
  if (not_after >= crl->this_update)
    return TRUE;
  if (index >= 0)
    {
      const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data (X509v3_get_ext (crl->extensions, index));

      p = ASN1_STRING_get0_data (value);
      since = d2i_ASN1_GENERALIZEDTIME (NULL, &p, ASN1_STRING_length (value));
    }
  return since != NULL && _signet_evidence_time_of (since) != SIGNET_TIME_UNKNOWN && _signet_evidence_time_of (since) <= not_after;
}

/* --- together ------------------------------------------------------------------------------------------------------------ */

static gboolean
find_entry (SignetCrl *crl, SignetCertificate *certificate, SignetCrlEntry *entry, GError **error)
{
  const ASN1_INTEGER *serial = X509_get0_serialNumber (signet_certificate_get_x509 (certificate));
  unsigned char *der = NULL;
  int length = i2d_ASN1_INTEGER (serial, &der);
  SignetCrlProblem problem = SIGNET_CRL_MALFORMED;

  if (length > 2 && der[1] < 0x80) /* a serial number of 127 bytes fits in nobody's list */
    problem = _signet_crl_find (crl, (SignetSpan){ der + 2, (gsize) length - 2 }, entry);
  OPENSSL_free (der);
  switch (problem)
    {
    case SIGNET_CRL_FINE:
      return TRUE;
    case SIGNET_CRL_INDIRECT:
      return refuse (error, "the revocation list names certificates of other authorities, which is not handled");
    case SIGNET_CRL_CRITICAL:
      return refuse (error, "an entry of the revocation list has a critical extension that is not known here");
    case SIGNET_CRL_TOO_MANY:
      return refuse (error, "the revocation list has more than a million entries");
    case SIGNET_CRL_MALFORMED:
    default:
      return refuse (error, "not a certificate revocation list");
    }
}

static SignetRevocationStatus *
new_status (const SignetCrl *crl, const SignetCrlEntry *entry, SignetCertificate *issuer)
{
  SignetRevocationStatus *status = g_new0 (SignetRevocationStatus, 1);

  status->kind = SIGNET_EVIDENCE_CRL;
  status->status = entry->listed ? SIGNET_REVOCATION_REVOKED : SIGNET_REVOCATION_GOOD;
  status->this_update = status->produced_at = crl->this_update;
  status->next_update = crl->next_update;
  status->fetched_at = SIGNET_TIME_UNKNOWN;
  status->revoked_at = entry->listed ? entry->revoked_at : SIGNET_TIME_UNKNOWN;
  status->reason = entry->listed ? entry->reason : -1;
  status->responder = g_strdup (signet_certificate_get_holder (issuer));
  status->response = g_bytes_ref (crl->bytes);
  return status;
}

static SignetRevocationStatus *
judge (SignetCrl *crl, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now, gint64 at, GError **error)
{
  SignetCrlEntry entry;
  const char *partial = NULL;

  if (!check_signature (crl, issuer, error) || !check_extensions (crl, error) || !check_scope (crl, certificate, &partial, error)
      || !check_times (crl, now, at, error) || !find_entry (crl, certificate, &entry, error))
    return NULL;
  if (!entry.listed && partial != NULL)
    refuse (error, partial);
  else if (!entry.listed && !still_tells (crl, certificate))
    refuse (error, "the revocation list no longer tells about certificates whose time is over");
  else
    return new_status (crl, &entry, issuer);
  return NULL;
}

/**
 * signet_evidence_check_crl:
 * @crl: DER CertificateList from anywhere
 * @certificate: whom it should be about
 * @issuer: who issued @certificate
 * @now: what the clock says: a list from later than this is not believed
 * @at: the time it must be fresh at; for a list fetched now the same as @now
 * @error: return location, in the %SIGNET_EVIDENCE_ERROR domain; STALE when age alone is against it
 *
 * Returns: (transfer full) (nullable): what it says, once nothing in it is left to doubt
 */
SignetRevocationStatus *
signet_evidence_check_crl (GBytes *crl, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now, gint64 at, GError **error)
{
  g_autoptr (SignetCrl) list = NULL;
  SignetRevocationStatus *status;

  if (!signet_certificate_is_readable (certificate) || !signet_certificate_is_readable (issuer))
    {
      refuse (error, "certificate or issuer cannot be read");
      return NULL;
    }
  list = _signet_crl_open (crl, error);
  if (list == NULL)
    return NULL;
  status = judge (list, certificate, issuer, now, at, error);
  ERR_clear_error ();
  return status;
}

/* Whether the list says that it is the issuer's; says nothing about whether it is. */
gboolean
_signet_evidence_crl_names (GBytes *crl, SignetCertificate *issuer)
{
  g_autoptr (SignetCrl) list = _signet_crl_open (crl, NULL);
  gboolean names = list != NULL && is_issuer (list, issuer);

  ERR_clear_error ();
  return names;
}

/* --- files --------------------------------------------------------------------------------------------------------------- */

static gboolean
add_crl (GPtrArray *crls, GBytes *der, GError **error)
{
  g_autoptr (SignetCrl) list = _signet_crl_open (der, error);

  ERR_clear_error ();
  if (list == NULL)
    return FALSE;
  if (crls->len >= MAX_CRLS)
    return refuse (error, "more than 64 revocation lists");
  g_ptr_array_add (crls, g_bytes_ref (der));
  return TRUE;
}

static gboolean
add_pem (GPtrArray *crls, const char *text, gsize size, GError **error)
{
  static const char begin[] = "-----BEGIN X509 CRL-----", stop[] = "-----END X509 CRL-----";
  const char *end = text + size;
  const char *from = text;

  while ((from = memmem (from, (gsize) (end - from), begin, strlen (begin))) != NULL)
    {
      const char *body = from + strlen (begin);
      const char *to = memmem (body, (gsize) (end - body), stop, strlen (stop));
      g_autofree char *base64 = to != NULL ? g_strndup (body, (gsize) (to - body)) : NULL;
      g_autoptr (GBytes) der = NULL;
      guchar *decoded;
      gsize length = 0;

      if (base64 == NULL)
        return refuse (error, "a PEM block does not end");
      decoded = g_base64_decode (base64, &length);
      der = g_bytes_new_take (decoded, length);
      if (!add_crl (crls, der, error))
        return FALSE;
      from = to;
    }
  return crls->len > 0 || refuse (error, "not a certificate revocation list");
}

/**
 * signet_evidence_parse_crls:
 * @data: the content of a file: one list as DER, or PEM with at most 64
 * @error: return location, in the %SIGNET_EVIDENCE_ERROR domain
 *
 * Looks at the form alone.
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): the lists as DER, at least one
 */
GPtrArray *
signet_evidence_parse_crls (GBytes *data, GError **error)
{
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize size;
  const char *text = g_bytes_get_data (data, &size);
  gboolean done;

  if (size > SIGNET_EVIDENCE_MAX_CRL_FILE)
    done = refuse (error, "the file of revocation lists is larger than 64 MiB");
  else if (size > 0 && (guint8) text[0] == 0x30)
    done = add_crl (crls, data, error);
  else
    done = size > 0 ? add_pem (crls, text, size, error) : refuse (error, "not a certificate revocation list");
  return done ? g_steal_pointer (&crls) : NULL;
}

/**
 * signet_evidence_load_crls:
 * @path: a file
 * @error: return location; %SIGNET_BASE_ERROR_NOT_FOUND and the like when it cannot be read, MALFORMED when it is no revocation list
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): as signet_evidence_parse_crls()
 */
GPtrArray *
signet_evidence_load_crls (const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) data = NULL;
  GPtrArray *crls;
  GStatBuf info;
  char *text = NULL;
  gsize length = 0;

  if (g_stat (path, &info) != 0)
    {
      signet_base_error_set_errno (error, errno, "reading revocation lists");
      return NULL;
    }
  if (!S_ISREG (info.st_mode) || info.st_size > SIGNET_EVIDENCE_MAX_CRL_FILE)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "not a regular file, or larger than 64 MiB");
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, &local_error))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, local_error->message);
      return NULL;
    }
  data = g_bytes_new_take (text, length);
  crls = signet_evidence_parse_crls (data, &local_error);
  if (crls == NULL)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, local_error->message);
  return crls;
}
