/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-check.c: is the certificate that came the one that was asked for? What could only come of fraud or a grave mistake is
 * refused outright; what merely differs is listed for the person to decide. The mandatory content is that of the Electronic Signature
 * Law, article 21, and the measures under it; what RFC 5280 wants beside it is in signet-enrolment-lint.c. Pure functions.
 */
#define G_LOG_DOMAIN "signet-enrolment-check"

#include "config.h"

#include "signet-check-private.h"

#include <string.h>

static gboolean
refuse (GError **error, SignetEnrolmentError code, const char *why)
{
  g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, (int) code, why);
  return FALSE;
}

/* --- who has signed it ----------------------------------------------------------------------------------------------------------- */

static SignetCertificate *
find_issuer (SignetCertificate *certificate, GPtrArray *authorities)
{
  for (guint i = 0; i < authorities->len; i++)
    if (signet_certificate_is_ca (authorities->pdata[i]) && signet_certificate_is_signed_by (certificate, authorities->pdata[i]))
      return authorities->pdata[i];
  return NULL;
}

gboolean
_signet_enrolment_is_issued_by (SignetCertificate *certificate, GPtrArray *authorities)
{
  return find_issuer (certificate, authorities) != NULL;
}

/**
 * _signet_request_dup_told:
 *
 * Returns: (transfer full) (element-type SignetCertificate): CA certificates that came with the answer and are themselves signed by a filed
 *   one of the authority. Told, not trusted: no path ends at one
 */
GPtrArray *
_signet_request_dup_told (SignetRequest *request, GPtrArray *filed)
{
  GPtrArray *told = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) all = request->chain != NULL ? signet_certificate_parse_many (request->chain, NULL) : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++)
    if (signet_certificate_is_ca (all->pdata[i]) && !signet_certificate_is_self_issued (all->pdata[i]) &&
        find_issuer (all->pdata[i], filed) != NULL)
      g_ptr_array_add (told, g_object_ref (all->pdata[i]));
  return told;
}

/* (transfer full): filed ones first */
GPtrArray *
_signet_request_dup_issuers (SignetRequest *request, GPtrArray *filed)
{
  g_autoptr (GPtrArray) told = _signet_request_dup_told (request, filed);
  GPtrArray *issuers = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < filed->len; i++)
    g_ptr_array_add (issuers, g_object_ref (filed->pdata[i]));
  for (guint i = 0; i < told->len; i++)
    g_ptr_array_add (issuers, g_object_ref (told->pdata[i]));
  return issuers;
}

/* FALSE: never to be installed */
gboolean
_signet_enrolment_check (SignetRequest *request, GPtrArray *issuers, GError **error)
{
  SignetCertificate *certificate = request->certificate;

  if (certificate == NULL || !signet_certificate_is_readable (certificate))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "what came is not a certificate");
  if (g_strcmp0 (signet_certificate_get_key_sha256 (certificate), request->key_sha256) != 0)
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KEY, "the certificate is for another key");
  if (signet_certificate_is_ca (certificate))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the certificate is that of an authority");
  if (find_issuer (certificate, issuers) == NULL)
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_ISSUER, "the certificate is not signed by the authority's filed chain");
  if (request->current != NULL && signet_certificate_equal (request->current, certificate))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the authority sent the certificate that was to be renewed");
  return TRUE;
}

/* --- differences ----------------------------------------------------------------------------------------------------------------- */

/* As names, not as texts: the encoding of a string does not matter (RFC 5280, 7.1), nor does the order of the parts' writing. */
static gboolean
is_same_subject (SignetRequest *request)
{
  X509_NAME *asked = _signet_request_dup_name (request, NULL);
  X509 *x509 = signet_certificate_get_x509 (request->certificate);
  gboolean same = asked != NULL && x509 != NULL && X509_NAME_cmp (asked, X509_get_subject_name (x509)) == 0;

  X509_NAME_free (asked);
  return same;
}

static void
add_usage (GPtrArray *all, SignetAuthority *authority, SignetCertificate *certificate)
{
  SignetCertificateClassification class = signet_authority_classify (authority, certificate, NULL);

  _signet_difference_add (all, "usage", "signature", signet_certificate_class_get_id (class),
                          class == SIGNET_CERTIFICATE_CLASS_SIGNATURE || class == SIGNET_CERTIFICATE_CLASS_SEAL);
}

/* Not valid by this computer's clock: either may be wrong, so the clock is named. */
static void
add_validity (GPtrArray *all, const char *field, SignetCertificate *certificate, gint64 now)
{
  g_autofree char *from = signet_time_format_iso8601 (signet_certificate_get_not_before (certificate));
  g_autofree char *until = signet_time_format_iso8601 (signet_certificate_get_not_after (certificate));
  g_autofree char *received = g_strdup_printf ("%s/%s", from, until);
  g_autofree char *clock = signet_time_format_iso8601 (now);
  gboolean valid = now == SIGNET_TIME_UNKNOWN || signet_certificate_is_valid_at (certificate, now);

  _signet_difference_add (all, field, valid ? "" : clock, received, valid);
}

/* [Issuance] Validity: days. A day more or less is how authorities count. */
static void
add_duration (GPtrArray *all, SignetAuthority *authority, SignetCertificate *certificate)
{
  int days = g_key_file_get_integer (signet_authority_get_profile (authority), "Issuance", "Validity", NULL);
  gint64 received = (signet_certificate_get_not_after (certificate) - signet_certificate_get_not_before (certificate)) / 86400;
  g_autofree char *asked_text = g_strdup_printf ("%d", days);
  g_autofree char *received_text = g_strdup_printf ("%" G_GINT64_FORMAT, received);

  if (days > 0)
    _signet_difference_add (all, "duration", asked_text, received_text, ABS (received - days) <= 1);
}

static void
add_issuer (GPtrArray *all, SignetRequest *request, SignetAuthority *authority)
{
  SignetCertificate *issuer = find_issuer (request->certificate, signet_authority_get_chain (authority));

  _signet_difference_add (all, "issuer", signet_authority_get_name (authority), signet_certificate_get_issuer (request->certificate),
                          issuer != NULL);
}

/* Numbers, not texts; RFC 5280, 4.1.2.2: positive, at most 20 octets. */
static void
add_serial (GPtrArray *all, SignetCertificate *certificate)
{
  const ASN1_INTEGER *serial = X509_get0_serialNumber (signet_certificate_get_x509 (certificate));
  gboolean positive = serial != NULL && ASN1_STRING_type (serial) == V_ASN1_INTEGER && ASN1_STRING_length (serial) <= 20 &&
                      strspn (signet_certificate_get_serial (certificate), "0:") < strlen (signet_certificate_get_serial (certificate));

  _signet_difference_add (all, "serial", "", signet_certificate_get_serial (certificate), positive);
}

/* "OID=class" of [Authority] PolicyOids */
static char **
filed_policies (SignetAuthority *authority)
{
  char **filed = g_key_file_get_string_list (signet_authority_get_profile (authority), "Authority", "PolicyOids", NULL, NULL);

  for (gsize i = 0; filed != NULL && filed[i] != NULL; i++)
    {
      char *equals = strchr (filed[i], '=');

      if (equals != NULL)
        *equals = '\0';
    }
  return filed;
}

static void
add_policy (GPtrArray *all, SignetAuthority *authority, SignetCertificate *certificate)
{
  g_auto (GStrv) filed = filed_policies (authority);
  g_auto (GStrv) policies = signet_certificate_dup_policies (certificate);
  gboolean none_filed = filed == NULL || filed[0] == NULL;
  g_autofree char *asked = none_filed ? g_strdup ("") : g_strjoinv (", ", filed);
  g_autofree char *received = policies != NULL ? g_strjoinv (", ", policies) : g_strdup ("");
  gboolean same = none_filed && *received != '\0';

  for (gsize i = 0; !none_filed && policies != NULL && policies[i] != NULL; i++)
    same = same || g_strv_contains ((const char *const *) filed, policies[i]);
  /* not filed, it was not asked for: a certificate without any is still worth a word */
  _signet_difference_add (all, "policy", asked, received, same)->advice = none_filed;
}

/* The authority's signature and the certified key, against the table of what may be used. */
static void
add_algorithm (GPtrArray *all, SignetCertificate *certificate)
{
  X509 *x509 = signet_certificate_get_x509 (certificate);
  EVP_PKEY *key = signet_certificate_get_key (certificate);
  int digest = NID_undef;
  int bits = 0;
  gboolean told = X509_get_signature_info (x509, &digest, NULL, &bits, NULL) == 1;
  SignetSignatureAlgorithm algorithm = key != NULL ? signet_signature_algorithm_default (key) : (SignetSignatureAlgorithm){ 0 };

  if (digest != NID_undef)
    algorithm.digest = signet_digest_from_nid (digest);
  _signet_difference_add (all, "algorithm", "", OBJ_nid2ln (X509_get_signature_nid (x509)),
                          told && key != NULL &&
                              signet_signature_algorithm_is_acceptable (algorithm, key, signet_certificate_get_not_before (certificate)));
}

/* --- two certificates ------------------------------------------------------------------------------------------------------------ */

gboolean
_signet_enrolment_wants_two (SignetAuthority *authority)
{
  g_autofree char *text = g_key_file_get_string (signet_authority_get_profile (authority), "Issuance", "Certificates", NULL);

  return g_strcmp0 (text, "dual") == 0;
}

static void
add_encryption (GPtrArray *all, SignetRequest *request, SignetAuthority *authority, gint64 now)
{
  gboolean asked = _signet_enrolment_wants_two (authority);
  gboolean received = request->encryption != NULL;

  if (asked || received)
    _signet_difference_add (all, "certificates", asked ? "dual" : "single", received ? "dual" : "single", asked == received);
  if (!received || !signet_certificate_is_readable (request->encryption))
    return;
  _signet_difference_add (all, "encryption-usage", "encryption",
                          signet_certificate_class_get_id (signet_authority_classify (authority, request->encryption, NULL)), TRUE);
  add_validity (all, "encryption-validity", request->encryption, now);
}

/**
 * _signet_enrolment_differences:
 * @now: %SIGNET_TIME_UNKNOWN leaves the validity unjudged
 *
 * Returns: (transfer full) (element-type SignetRequestDifference): the mandatory content first, a row a field, also where it is the same;
 *   then what a standard wants otherwise
 */
GPtrArray *
_signet_enrolment_differences (SignetRequest *request, SignetAuthority *authority, gint64 now)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_request_difference_free);
  SignetCertificate *certificate = request->certificate;

  if (certificate == NULL || !signet_certificate_is_readable (certificate))
    return all;
  _signet_difference_add (all, "subject", request->subject, signet_certificate_get_subject (certificate), is_same_subject (request));
  add_issuer (all, request, authority);
  add_serial (all, certificate);
  _signet_difference_add (all, "key", request->key_sha256, signet_certificate_get_key_sha256 (certificate),
                          g_strcmp0 (request->key_sha256, signet_certificate_get_key_sha256 (certificate)) == 0);
  _signet_difference_add (all, "kind", "end-entity", signet_certificate_is_ca (certificate) ? "authority" : "end-entity",
                          !signet_certificate_is_ca (certificate));
  add_usage (all, authority, certificate);
  add_validity (all, "validity", certificate, now);
  add_duration (all, authority, certificate);
  add_policy (all, authority, certificate);
  add_algorithm (all, certificate);
  add_encryption (all, request, authority, now);
  _signet_enrolment_lint (all, certificate);
  return all;
}
