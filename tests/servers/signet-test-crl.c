/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-crl.c: makes revocation lists (RFC 5280, 5). For tests and the demo only. */
#include "config.h"

#include "signet-test-crl.h"

#include <string.h>

#include <openssl/rand.h>

#define HOUR 3600L
#define DAY (24 * HOUR)
#define HUGE_SIZE (33 * 1024 * 1024)

const char *const test_crl_faults[] = { "expired", "future", "yesterday", "no-next", "bad-signature", "wrong-signer", "other-issuer", "only-ca",
                                        "only-user", "only-attributes", "other-point", "some-reasons", "indirect", "delta",
                                        "critical-extension", "critical-entry", "weak-algorithm", "huge", NULL };

/* Scopes that are wrong for a person's certificate. */
static const struct { const char *fault; const char *scope; } scopes[] = {
  { "only-ca", "critical,onlyCA:TRUE" },
  { "only-user", "critical,onlyuser:TRUE" }, /* wrong for a CA alone */
  { "only-attributes", "critical,onlyAA:TRUE" },
  { "other-point", "critical,fullname:URI:http://other.sample/other.crl" },
  { "some-reasons", "critical,onlysomereasons:keyCompromise" },
  { "indirect", "critical,indirectCRL:TRUE" },
};

static void
set_times (X509_CRL *crl, long begins, long ends)
{
  ASN1_TIME *time = X509_gmtime_adj (NULL, begins);

  X509_CRL_set1_lastUpdate (crl, time);
  X509_gmtime_adj (time, ends);
  X509_CRL_set1_nextUpdate (crl, time);
  ASN1_TIME_free (time);
}

static X509_CRL *
new_list (X509 *issuer)
{
  X509_CRL *crl = X509_CRL_new ();

  X509_CRL_set_version (crl, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name (crl, X509_get_subject_name (issuer));
  return crl;
}

X509_CRL *
test_crl_new (X509 *issuer)
{
  X509_CRL *crl = new_list (issuer);

  set_times (crl, -60, DAY);
  return crl;
}

X509_CRL *
test_crl_new_without_next (X509 *issuer)
{
  X509_CRL *crl = new_list (issuer);
  ASN1_TIME *time = X509_gmtime_adj (NULL, -60);

  X509_CRL_set1_lastUpdate (crl, time);
  ASN1_TIME_free (time);
  return crl;
}

static int
reason_number (const char *name)
{
  static const char *const names[] = { "unspecified", "keyCompromise", "CACompromise", "affiliationChanged", "superseded",
                                       "cessationOfOperation", "certificateHold", "", "removeFromCRL" };

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return (int) i;
  return -1;
}

void
test_crl_revoke (X509_CRL *crl, const ASN1_INTEGER *serial, gint64 when, const char *reason)
{
  X509_REVOKED *revoked = X509_REVOKED_new ();
  ASN1_TIME *time = ASN1_TIME_set (NULL, (time_t) when);
  ASN1_ENUMERATED *code = ASN1_ENUMERATED_new ();

  X509_REVOKED_set_serialNumber (revoked, (ASN1_INTEGER *) serial);
  X509_REVOKED_set_revocationDate (revoked, time);
  if (reason_number (reason) >= 0 && ASN1_ENUMERATED_set (code, reason_number (reason)))
    X509_REVOKED_add1_ext_i2d (revoked, NID_crl_reason, code, 0, 0);
  X509_CRL_add0_revoked (crl, revoked);
  ASN1_ENUMERATED_free (code);
  ASN1_TIME_free (time);
}

static void
revoke_line (X509_CRL *crl, const char *line)
{
  g_auto (GStrv) columns = g_strsplit (line, "\t", 6);
  g_auto (GStrv) when = NULL;
  ASN1_TIME *time = ASN1_TIME_new ();
  BIGNUM *number = NULL;
  ASN1_INTEGER *serial = NULL;
  struct tm parts = { 0 };

  if (g_strv_length (columns) == 6 && columns[0][0] == 'R' && BN_hex2bn (&number, columns[3]) > 0)
    {
      when = g_strsplit (columns[2], ",", 2);
      serial = BN_to_ASN1_INTEGER (number, NULL);
      if (ASN1_UTCTIME_set_string (time, when[0]) && ASN1_TIME_to_tm (time, &parts))
        test_crl_revoke (crl, serial, (gint64) timegm (&parts), when[1]);
    }
  ASN1_INTEGER_free (serial);
  BN_free (number);
  ASN1_TIME_free (time);
}

void
test_crl_revoke_listed (X509_CRL *crl, const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "index.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    revoke_line (crl, lines[i]);
}

/* --- wrong in one way --------------------------------------------------------------------------------------------------- */

static void
add_extension (X509_CRL *crl, X509 *issuer, int nid, const char *value)
{
  CONF *empty = NCONF_new (NULL);
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx (&context, issuer, NULL, NULL, crl, 0);
  X509V3_set_nconf (&context, empty);
  extension = X509V3_EXT_nconf_nid (empty, &context, nid, value);
  if (extension == NULL || !X509_CRL_add_ext (crl, extension, -1))
    g_error ("cannot make the extension %s", value);
  X509_EXTENSION_free (extension);
  NCONF_free (empty);
}

void
test_crl_set_scope (X509_CRL *crl, const char *scope)
{
  add_extension (crl, NULL, NID_issuing_distribution_point, scope);
}

static void
add_unknown (X509_CRL *crl)
{
  ASN1_OBJECT *object = OBJ_txt2obj ("1.3.6.1.4.1.99999.9.9", 1);
  ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new ();
  X509_EXTENSION *extension;

  ASN1_OCTET_STRING_set (value, (const guchar *) "\x05\x00", 2);
  extension = X509_EXTENSION_create_by_OBJ (NULL, object, 1, value);
  X509_CRL_add_ext (crl, extension, -1);
  X509_EXTENSION_free (extension);
  ASN1_OCTET_STRING_free (value);
  ASN1_OBJECT_free (object);
}

static void
add_unknown_entry (X509_CRL *crl)
{
  X509_REVOKED *revoked = X509_REVOKED_new ();
  ASN1_TIME *time = X509_gmtime_adj (NULL, -HOUR);
  ASN1_INTEGER *serial = ASN1_INTEGER_new ();
  ASN1_OBJECT *object = OBJ_txt2obj ("1.3.6.1.4.1.99999.9.9", 1);
  ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new ();
  X509_EXTENSION *extension;

  ASN1_INTEGER_set (serial, 4711);
  ASN1_OCTET_STRING_set (value, (const guchar *) "\x05\x00", 2);
  extension = X509_EXTENSION_create_by_OBJ (NULL, object, 1, value);
  X509_REVOKED_set_serialNumber (revoked, serial);
  X509_REVOKED_set_revocationDate (revoked, time);
  X509_REVOKED_add_ext (revoked, extension, -1);
  X509_CRL_add0_revoked (crl, revoked);
  X509_EXTENSION_free (extension);
  ASN1_OCTET_STRING_free (value);
  ASN1_OBJECT_free (object);
  ASN1_INTEGER_free (serial);
  ASN1_TIME_free (time);
}

/* More than Signet takes, in an extension nobody needs. */
static void
add_very_much (X509_CRL *crl)
{
  ASN1_OBJECT *object = OBJ_txt2obj ("1.3.6.1.4.1.99999.9.8", 1);
  ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new ();
  X509_EXTENSION *extension;
  g_autofree guint8 *data = g_malloc0 (HUGE_SIZE);

  ASN1_OCTET_STRING_set (value, data, HUGE_SIZE);
  extension = X509_EXTENSION_create_by_OBJ (NULL, object, 0, value);
  X509_CRL_add_ext (crl, extension, -1);
  X509_EXTENSION_free (extension);
  ASN1_OCTET_STRING_free (value);
  ASN1_OBJECT_free (object);
}

static void
bend (X509_CRL *crl, X509 *issuer, const char *fault)
{
  X509_NAME *other = X509_NAME_new ();

  X509_NAME_add_entry_by_txt (other, "CN", MBSTRING_UTF8, (const guchar *) "Somebody else (sample)", -1, -1, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++)
    if (strcmp (scopes[i].fault, fault) == 0)
      add_extension (crl, issuer, NID_issuing_distribution_point, scopes[i].scope);
  if (strcmp (fault, "expired") == 0)
    set_times (crl, -30 * DAY, -29 * DAY);
  if (strcmp (fault, "future") == 0)
    set_times (crl, 2 * DAY, 3 * DAY);
  if (strcmp (fault, "yesterday") == 0)
    set_times (crl, -2 * DAY, -DAY);
  if (strcmp (fault, "other-issuer") == 0)
    X509_CRL_set_issuer_name (crl, other);
  if (strcmp (fault, "critical-extension") == 0)
    add_unknown (crl);
  if (strcmp (fault, "critical-entry") == 0)
    add_unknown_entry (crl);
  if (strcmp (fault, "huge") == 0)
    add_very_much (crl);
  X509_NAME_free (other);
}

static void
add_number (X509_CRL *crl, int nid, long value, int critical)
{
  ASN1_INTEGER *number = ASN1_INTEGER_new ();

  ASN1_INTEGER_set (number, value);
  X509_CRL_add1_ext_i2d (crl, nid, number, critical, 0);
  ASN1_INTEGER_free (number);
}

static EVP_PKEY *
key_for (EVP_PKEY *key, const char *fault)
{
  if (strcmp (fault, "wrong-signer") == 0)
    return EVP_EC_gen ("P-256");
  EVP_PKEY_up_ref (key);
  return key;
}

GBytes *
test_crl_finish (X509_CRL *crl, X509 *issuer, EVP_PKEY *key, const char *fault)
{
  const char *wrong = fault != NULL ? fault : "";
  EVP_PKEY *signer = key_for (key, wrong);
  unsigned char *der = NULL;
  GBytes *bytes;
  int length;

  add_extension (crl, issuer, NID_authority_key_identifier, "keyid");
  add_number (crl, NID_crl_number, 4711, 0);
  if (strcmp (wrong, "delta") == 0)
    add_number (crl, NID_delta_crl, 4710, 1);
  bend (crl, issuer, wrong);
  X509_CRL_sort (crl);
  X509_CRL_sign (crl, signer, strcmp (wrong, "weak-algorithm") == 0 ? EVP_sha1 () : EVP_sha256 ());
  length = i2d_X509_CRL (crl, &der);
  if (strcmp (wrong, "bad-signature") == 0)
    der[length - 1] ^= 1;
  bytes = g_bytes_new (der, (gsize) MAX (length, 0));
  OPENSSL_free (der);
  X509_CRL_free (crl);
  EVP_PKEY_free (signer);
  return bytes;
}
