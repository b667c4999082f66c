/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-lint.c: what RFC 5280 and the measures want of any end-entity certificate, and a new one does not have. Each is the
 * authority's mistake and a risk that others will not accept the signatures made with it. Pure functions.
 */
#define G_LOG_DOMAIN "signet-enrolment-lint"

#include "config.h"

#include "signet-check-private.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define MAX_EXTENSIONS 64

typedef struct
{
  X509 *x509;
  SignetCertificate *certificate;
} Subject;

static gboolean
has_extension (const Subject *subject, int nid)
{
  return X509_get_ext_by_NID (subject->x509, nid, -1) >= 0;
}

static gboolean
is_version_3 (const Subject *subject)
{
  return X509_get_version (subject->x509) == X509_VERSION_3;
}

static gboolean
has_key_usage (const Subject *subject)
{
  return has_extension (subject, NID_key_usage);
}

static gboolean
is_key_usage_critical (const Subject *subject)
{
  int at = X509_get_ext_by_NID (subject->x509, NID_key_usage, -1);

  return at < 0 || X509_EXTENSION_get_critical (X509_get_ext (subject->x509, at)) == 1;
}

static gboolean
has_authority_key (const Subject *subject)
{
  return has_extension (subject, NID_authority_key_identifier);
}

static gboolean
ends_after_it_begins (const Subject *subject)
{
  return signet_certificate_get_not_after (subject->certificate) > signet_certificate_get_not_before (subject->certificate);
}

static gboolean
knows_critical_extensions (const Subject *subject)
{
  for (int i = 0; i < MIN (X509_get_ext_count (subject->x509), MAX_EXTENSIONS); i++)
    {
      X509_EXTENSION *extension = X509_get_ext (subject->x509, i);

      if (X509_EXTENSION_get_critical (extension) == 1 && X509_supported_extension (extension) != 1)
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_each_extension_once (const Subject *subject)
{
  int n = MIN (X509_get_ext_count (subject->x509), MAX_EXTENSIONS);

  for (int i = 0; i < n; i++)
    if (X509_get_ext_by_OBJ (subject->x509, X509_EXTENSION_get_object (X509_get_ext (subject->x509, i)), i) >= 0)
      return FALSE;
  return TRUE;
}

static gboolean
tells_status (const Subject *subject)
{
  g_auto (GStrv) ocsp = signet_certificate_dup_urls (subject->certificate, "ocsp");
  g_auto (GStrv) lists = signet_certificate_dup_urls (subject->certificate, "crl");

  return (ocsp != NULL && ocsp[0] != NULL) || (lists != NULL && lists[0] != NULL);
}

static const struct
{
  const char *code;
  const char *clause;
  gboolean (*holds) (const Subject *subject);
} rules[] = {
  { "lint-version", "RFC 5280, 4.1.2.1", is_version_3 },
  { "lint-validity", "RFC 5280, 4.1.2.5", ends_after_it_begins },
  { "lint-key-usage", "RFC 5280, 4.2.1.3", has_key_usage },
  { "lint-key-usage-critical", "RFC 5280, 4.2.1.3", is_key_usage_critical },
  { "lint-authority-key", "RFC 5280, 4.2.1.1", has_authority_key },
  { "lint-critical", "RFC 5280, 4.2", knows_critical_extensions },
  { "lint-twice", "RFC 5280, 4.2", has_each_extension_once },
  { "lint-status", "RFC 5280, 4.2.1.13, 4.2.2.1", tells_status },
};

void
_signet_enrolment_lint (GPtrArray *all, SignetCertificate *certificate)
{
  const Subject subject = { signet_certificate_get_x509 (certificate), certificate };

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (!rules[i].holds (&subject))
      _signet_difference_add (all, rules[i].code, rules[i].clause, "", FALSE)->advice = TRUE;
  ERR_clear_error ();
}
