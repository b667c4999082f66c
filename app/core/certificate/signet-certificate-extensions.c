/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-extensions.c: URLs, policies and QC statements out of the extensions, each with a limit on its count.
 *
 * Not a place for judgement: what an extension means for the class of a certificate is in signet-certificate-class.c.
 */
#define G_LOG_DOMAIN "signet-certificate-extensions"

#include "config.h"

#include <string.h>

#include "signet-certificate-private.h"

#define MAX_URL 2048

#define OID_QC_TYPE "0.4.0.1862.1.6" /* EN 319 412-5, 4.2.3 */

/* Only http and https, printable ASCII: a URL out of a certificate is an outsider's wish. */
static gboolean
is_plain_url (const char *url, gsize length)
{
  if (length == 0 || length > MAX_URL)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (url[i] <= ' ' || url[i] >= 0x7f)
      return FALSE;
  return g_ascii_strncasecmp (url, "http://", 7) == 0 || g_ascii_strncasecmp (url, "https://", 8) == 0;
}

static void
add_url (GPtrArray *urls, const GENERAL_NAME *name)
{
  const char *text;
  gsize length;

  if (name == NULL || name->type != GEN_URI || urls->len >= SIGNET_MAX_URLS)
    return;
  text = (const char *) ASN1_STRING_get0_data (name->d.uniformResourceIdentifier);
  length = ASN1_STRING_length (name->d.uniformResourceIdentifier);
  if (is_plain_url (text, length))
    g_ptr_array_add (urls, g_strndup (text, length));
}

static void
add_access_urls (GPtrArray *urls, X509 *x509, int method)
{
  g_autoptr(AUTHORITY_INFO_ACCESS) access = X509_get_ext_d2i (x509, NID_info_access, NULL, NULL);

  for (int i = 0; i < sk_ACCESS_DESCRIPTION_num (access); i++)
    {
      const ACCESS_DESCRIPTION *description = sk_ACCESS_DESCRIPTION_value (access, i);

      if (OBJ_obj2nid (description->method) == method)
        add_url (urls, description->location);
    }
}

static void
add_crl_urls (GPtrArray *urls, X509 *x509)
{
  g_autoptr(CRL_DIST_POINTS) points = X509_get_ext_d2i (x509, NID_crl_distribution_points, NULL, NULL);

  for (int i = 0; i < sk_DIST_POINT_num (points); i++)
    {
      const DIST_POINT_NAME *name = sk_DIST_POINT_value (points, i)->distpoint;

      if (name == NULL || name->type != 0)
        continue;
      for (int j = 0; j < sk_GENERAL_NAME_num (name->name.fullname); j++)
        add_url (urls, sk_GENERAL_NAME_value (name->name.fullname, j));
    }
}

char **
_signet_x509_dup_urls (X509 *x509, const char *kind)
{
  g_autoptr(GPtrArray) urls = g_ptr_array_new_with_free_func (g_free);

  if (x509 != NULL && g_strcmp0 (kind, "ocsp") == 0)
    add_access_urls (urls, x509, NID_ad_OCSP);
  else if (x509 != NULL && g_strcmp0 (kind, "ca-issuers") == 0)
    add_access_urls (urls, x509, NID_ad_ca_issuers);
  else if (x509 != NULL && g_strcmp0 (kind, "crl") == 0)
    add_crl_urls (urls, x509);
  g_ptr_array_add (urls, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&urls), FALSE);
}

char **
_signet_x509_dup_policies (X509 *x509)
{
  g_autoptr(GPtrArray) oids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(CERTIFICATEPOLICIES) policies = NULL;

  if (x509 != NULL)
    policies = X509_get_ext_d2i (x509, NID_certificate_policies, NULL, NULL);
  for (int i = 0; i < sk_POLICYINFO_num (policies) && i < SIGNET_MAX_POLICIES; i++)
    g_ptr_array_add (oids, _signet_oid_to_text (sk_POLICYINFO_value (policies, i)->policyid));
  g_ptr_array_add (oids, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&oids), FALSE);
}

gboolean
_signet_x509_has_policy (X509 *x509, const char *oid)
{
  g_auto(GStrv) policies = _signet_x509_dup_policies (x509);

  return g_strv_contains ((const char *const *) policies, oid);
}

static SignetSequence *
sequence_of (const ASN1_TYPE *type)
{
  const unsigned char *p;

  if (type == NULL || type->type != V_ASN1_SEQUENCE)
    return NULL;
  p = ASN1_STRING_get0_data (type->value.sequence);
  return d2i_ASN1_SEQUENCE_ANY (NULL, &p, ASN1_STRING_length (type->value.sequence));
}

static gboolean
is_oid (const ASN1_TYPE *type, const char *oid)
{
  g_autofree char *text = NULL;

  if (type == NULL || type->type != V_ASN1_OBJECT)
    return FALSE;
  text = _signet_oid_to_text (type->value.object);
  return strcmp (text, oid) == 0;
}

/* QCStatement ::= SEQUENCE { statementId OBJECT IDENTIFIER, statementInfo ANY OPTIONAL } (RFC 3739, 3.2.6) */
static gboolean
statement_names_type (const ASN1_TYPE *statement, const char *oid)
{
  g_autoptr(SignetSequence) parts = sequence_of (statement);
  g_autoptr(SignetSequence) types = NULL;

  if (sk_ASN1_TYPE_num (parts) != 2 || !is_oid (sk_ASN1_TYPE_value (parts, 0), OID_QC_TYPE))
    return FALSE;
  types = sequence_of (sk_ASN1_TYPE_value (parts, 1));
  for (int i = 0; i < sk_ASN1_TYPE_num (types); i++)
    if (is_oid (sk_ASN1_TYPE_value (types, i), oid))
      return TRUE;
  return FALSE;
}

gboolean
_signet_x509_has_qc_type (X509 *x509, const char *oid)
{
  int index = X509_get_ext_by_NID (x509, NID_qcStatements, -1);
  const ASN1_OCTET_STRING *data;
  const unsigned char *p;
  g_autoptr(SignetSequence) statements = NULL;

  if (index < 0)
    return FALSE;
  data = X509_EXTENSION_get_data (X509_get_ext (x509, index));
  p = ASN1_STRING_get0_data (data);
  statements = d2i_ASN1_SEQUENCE_ANY (NULL, &p, ASN1_STRING_length (data));
  for (int i = 0; i < sk_ASN1_TYPE_num (statements) && i < SIGNET_MAX_POLICIES; i++)
    if (statement_names_type (sk_ASN1_TYPE_value (statements, i), oid))
      return TRUE;
  return FALSE;
}
