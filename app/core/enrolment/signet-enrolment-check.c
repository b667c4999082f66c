/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-check.c: is the certificate that came the one that was asked for? What could only come of fraud or a grave mistake is
 * refused outright; what merely differs is listed for the person to decide. Pure functions.
 */
#define G_LOG_DOMAIN "signet-enrolment-check"

#include "config.h"

#include "signet-enrolment-private.h"


static gboolean
refuse (GError **error, SignetEnrolmentError code, const char *why)
{
  g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, code, why);
  return FALSE;
}

/* Signed by one of the authority's own filed CA certificates, which must be one. */
static gboolean
is_from_chain (SignetCertificate *certificate, GPtrArray *chain)
{
  for (guint i = 0; i < chain->len; i++)
    if (signet_certificate_is_ca (chain->pdata[i]) && signet_certificate_is_signed_by (certificate, chain->pdata[i]))
      return TRUE;
  return FALSE;
}

gboolean
_signet_enrolment_check (SignetRequest *request, GPtrArray *chain, GError **error)
{
  SignetCertificate *certificate = request->certificate;

  if (certificate == NULL || !signet_certificate_is_readable (certificate))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "what came is not a certificate");
  if (g_strcmp0 (signet_certificate_get_key_sha256 (certificate), request->key_sha256) != 0)
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KEY, "the certificate is for another key");
  if (signet_certificate_is_ca (certificate))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the certificate is that of an authority");
  if (!is_from_chain (certificate, chain))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_ISSUER, "the certificate is not signed by the authority's filed chain");
  return TRUE;
}

/* --- differences ------------------------------------------------------------------------------------------------------------- */

static void
add (GPtrArray *all, const char *field, const char *asked, const char *received, gboolean same)
{
  SignetRequestDifference *difference = g_new0 (SignetRequestDifference, 1);

  difference->field = g_strdup (field);
  difference->asked = g_strdup (asked);
  difference->received = g_strdup (received);
  difference->same = same;
  g_ptr_array_add (all, difference);
}

/* As names, not as texts: the encoding of a string does not matter (RFC 5280, 7.1), nor does the order of the parts' writing. */
static gboolean
is_same_subject (SignetRequest *request)
{
  X509_NAME *asked = _signet_enrolment_name_parse (request->subject, NULL);
  X509 *x509 = signet_certificate_get_x509 (request->certificate);
  gboolean same = asked != NULL && x509 != NULL && X509_NAME_cmp (asked, X509_get_subject_name (x509)) == 0;

  X509_NAME_free (asked);
  return same;
}

static void
add_usage (GPtrArray *all, SignetCertificate *certificate)
{
  SignetCertificateClassification class = signet_certificate_get_class (certificate, NULL);

  add (all, "usage", "signature", signet_certificate_class_get_id (class),
       class == SIGNET_CERTIFICATE_CLASS_SIGNATURE || class == SIGNET_CERTIFICATE_CLASS_SEAL);
}

static void
add_validity (GPtrArray *all, SignetCertificate *certificate, gint64 now)
{
  g_autofree char *from = signet_time_format_iso8601 (signet_certificate_get_not_before (certificate));
  g_autofree char *until = signet_time_format_iso8601 (signet_certificate_get_not_after (certificate));
  g_autofree char *received = g_strdup_printf ("%s/%s", from, until);

  add (all, "validity", "", received, now == SIGNET_TIME_UNKNOWN || signet_certificate_is_valid_at (certificate, now));
}

/* @now: %SIGNET_TIME_UNKNOWN leaves the validity unjudged */
GPtrArray *
_signet_enrolment_differences (SignetRequest *request, gint64 now)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_request_difference_free);
  SignetCertificate *certificate = request->certificate;

  if (certificate == NULL || !signet_certificate_is_readable (certificate))
    return all;
  add (all, "subject", request->subject, signet_certificate_get_subject (certificate), is_same_subject (request));
  add (all, "key", request->key_sha256, signet_certificate_get_key_sha256 (certificate),
       g_strcmp0 (request->key_sha256, signet_certificate_get_key_sha256 (certificate)) == 0);
  add (all, "kind", "end-entity", signet_certificate_is_ca (certificate) ? "authority" : "end-entity", !signet_certificate_is_ca (certificate));
  add_usage (all, certificate);
  add_validity (all, certificate, now);
  return all;
}

/**
 * signet_request_dup_differences:
 *
 * Returns: (transfer full) (element-type SignetRequestDifference): asked against received, a row a field, also where they are the same;
 *   empty before the certificate is there
 */
GPtrArray *
signet_request_dup_differences (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);

  return _signet_enrolment_differences (self, SIGNET_TIME_UNKNOWN);
}
