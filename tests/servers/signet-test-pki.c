/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-pki.c: makes and keeps the test PKI. Everything in it says "Sample". The files are those of `openssl ca`
 * where that has a format, so that other tools can read them. Not a CA for anybody.
 */
#include "config.h"

#include "signet-test-pki.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define DAY 86400L
#define POLICY_OID "1.3.6.1.4.1.99999.1.1"

static gboolean
fail (GError **error, const char *what)
{
  unsigned long code = ERR_get_error ();
  const char *reason = code != 0 ? ERR_reason_error_string (code) : NULL;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s%s%s", what, reason != NULL ? ": " : "", reason != NULL ? reason : "");
  ERR_clear_error ();
  return FALSE;
}

/* --- files ---------------------------------------------------------------------------------------------------------- */

static gboolean
write_pem (const char *dir, const char *name, X509 *certificate, EVP_PKEY *key, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data = NULL;
  long length;
  gboolean ok;

  ok = key != NULL ? PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) : PEM_write_bio_X509 (bio, certificate);
  length = BIO_get_mem_data (bio, &data);
  ok = ok ? g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, key != NULL ? 0600 : 0644, error)
          : fail (error, name);
  BIO_free (bio);
  return ok;
}

EVP_PKEY *
test_pki_load_key (const char *dir, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  BIO *bio = BIO_new_file (path, "r");
  EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL) : NULL;

  BIO_free (bio);
  if (key == NULL)
    fail (error, path);
  return key;
}

X509 *
test_pki_load_certificate (const char *dir, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  BIO *bio = BIO_new_file (path, "r");
  X509 *certificate = bio != NULL ? PEM_read_bio_X509 (bio, NULL, NULL, NULL) : NULL;

  BIO_free (bio);
  if (certificate == NULL)
    fail (error, path);
  return certificate;
}

/* --- names and numbers ---------------------------------------------------------------------------------------------- */

X509_NAME *
test_pki_name (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  X509_NAME *name = X509_NAME_new ();

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (g_strstrip (parts[i]), "=", 2);

      if (g_strv_length (pair) != 2 ||
          !X509_NAME_add_entry_by_txt (name, pair[0], MBSTRING_UTF8, (const guchar *) pair[1], -1, -1, 0))
        g_warning ("name part “%s” left out", parts[i]);
    }
  return name;
}

char *
test_pki_serial (X509 *certificate)
{
  BIGNUM *number = ASN1_INTEGER_to_BN (X509_get0_serialNumber (certificate), NULL);
  char *text = BN_bn2hex (number);
  char *serial = g_strdup (text);

  OPENSSL_free (text);
  BN_free (number);
  return serial;
}

static gboolean
set_serial (X509 *certificate)
{
  guint8 bytes[8];
  BIGNUM *number;
  gboolean ok;

  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return FALSE;
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  number = BN_bin2bn (bytes, sizeof bytes, NULL);
  ok = number != NULL && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (certificate)) != NULL;
  BN_free (number);
  return ok;
}

/* yyMMddHHmmssZ, as `openssl ca` writes it. */
static char *
index_time (const ASN1_TIME *time)
{
  struct tm parts;

  if (time != NULL && !ASN1_TIME_to_tm (time, &parts))
    return g_strdup ("491231235959Z");
  if (time == NULL)
    {
      time_t now = g_get_real_time () / G_USEC_PER_SEC;
      gmtime_r (&now, &parts);
    }
  return g_strdup_printf ("%02d%02d%02d%02d%02d%02dZ", parts.tm_year % 100, parts.tm_mon + 1, parts.tm_mday,
                          parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/* --- certificates --------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *key_usage;
  const char *extended_key_usage;   /* (nullable) */
  const char *basic_constraints;
  gboolean    policy;
  gboolean    no_check;
} KindRow;

static const KindRow kind_rows[] = {
  [TEST_CERTIFICATE_SIGNATURE] = { "critical,nonRepudiation,digitalSignature", NULL, "critical,CA:FALSE", TRUE, FALSE },
  [TEST_CERTIFICATE_IDENTITY] = { "critical,digitalSignature", "clientAuth", "critical,CA:FALSE", TRUE, FALSE },
  [TEST_CERTIFICATE_ENCRYPTION] = { "critical,keyEncipherment,dataEncipherment,keyAgreement", NULL, "critical,CA:FALSE", TRUE, FALSE },
  [TEST_CERTIFICATE_CA] = { "critical,keyCertSign,cRLSign", NULL, "critical,CA:TRUE,pathlen:0", FALSE, FALSE },
  [TEST_CERTIFICATE_OCSP] = { "critical,digitalSignature", "OCSPSigning", "critical,CA:FALSE", FALSE, TRUE },
  [TEST_CERTIFICATE_TSA] = { "critical,digitalSignature,nonRepudiation", "critical,timeStamping", "critical,CA:FALSE", FALSE, FALSE },
  [TEST_CERTIFICATE_CMP] = { "critical,digitalSignature", "1.3.6.1.5.5.7.3.28", "critical,CA:FALSE", FALSE, FALSE },
};

static gboolean
add_extension (X509 *certificate, X509 *issuer, int nid, const char *value)
{
  CONF *empty = NCONF_new (NULL);   /* some extensions insist on one */
  X509V3_CTX context;
  X509_EXTENSION *extension;
  gboolean ok;

  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  X509V3_set_nconf (&context, empty);
  extension = X509V3_EXT_nconf_nid (empty, &context, nid, value);
  ok = extension != NULL && X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
  NCONF_free (empty);
  return ok;
}

/* "OCSP;URI:…,caIssuers;URI:…"; NULL: neither */
static char *
access_of (const TestPki *pki)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (pki != NULL && pki->ocsp_url != NULL)
    g_strv_builder_add_many (parts, "OCSP;URI:", pki->ocsp_url, pki->issuer_url != NULL ? "," : "", NULL);
  if (pki != NULL && pki->issuer_url != NULL)
    g_strv_builder_add_many (parts, "caIssuers;URI:", pki->issuer_url, NULL);
  list = g_strv_builder_end (parts);
  return list[0] != NULL ? g_strjoinv ("", list) : NULL;
}

/* @pki: (nullable): whose services it names */
static gboolean
add_extensions (X509 *certificate, X509 *issuer, const KindRow *row, const TestPki *pki)
{
  g_autofree char *access = access_of (pki);
  g_autofree char *lists = pki != NULL && pki->crl_url != NULL ? g_strconcat ("URI:", pki->crl_url, NULL) : NULL;

  return add_extension (certificate, issuer, NID_basic_constraints, row->basic_constraints) &&
         add_extension (certificate, issuer, NID_key_usage, row->key_usage) &&
         add_extension (certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension (certificate, issuer, NID_authority_key_identifier, "keyid") &&
         (row->extended_key_usage == NULL || add_extension (certificate, issuer, NID_ext_key_usage, row->extended_key_usage)) &&
         (!row->policy || add_extension (certificate, issuer, NID_certificate_policies, POLICY_OID)) &&
         (!row->no_check || add_extension (certificate, issuer, NID_id_pkix_OCSP_noCheck, "ignored")) &&
         (lists == NULL || !row->policy || add_extension (certificate, issuer, NID_crl_distribution_points, lists)) &&
         (access == NULL || !row->policy || add_extension (certificate, issuer, NID_info_access, access));
}

/* @issuer NULL: self-signed. */
static X509 *
make_certificate (X509 *issuer, EVP_PKEY *issuer_key, const KindRow *row, EVP_PKEY *key, const X509_NAME *subject, int days,
                  const TestPki *pki)
{
  X509 *certificate = X509_new ();

  if (X509_set_version (certificate, X509_VERSION_3) && set_serial (certificate) &&
      X509_set_subject_name (certificate, subject) &&
      X509_set_issuer_name (certificate, issuer != NULL ? X509_get_subject_name (issuer) : subject) &&
      X509_gmtime_adj (X509_getm_notBefore (certificate), issuer == NULL || !row->policy ? -2 * DAY : -300) != NULL &&
      X509_gmtime_adj (X509_getm_notAfter (certificate), days > 0 ? days * DAY : -60) != NULL && X509_set_pubkey (certificate, key) &&
      add_extensions (certificate, issuer != NULL ? issuer : certificate, row, pki) &&
      X509_sign (certificate, issuer_key, EVP_sha256 ()) > 0)
    return certificate;
  X509_free (certificate);
  return NULL;
}

/* --- what was issued ------------------------------------------------------------------------------------------------ */

static gboolean
append_index (TestPki *pki, X509 *certificate, GError **error)
{
  g_autofree char *path = g_build_filename (pki->dir, "index.txt", NULL);
  g_autofree char *serial = test_pki_serial (certificate);
  g_autofree char *until = index_time (X509_get0_notAfter (certificate));
  char *subject = X509_NAME_oneline (X509_get_subject_name (certificate), NULL, 0);
  FILE *file = g_fopen (path, "ae");
  gboolean ok = file != NULL && fprintf (file, "V\t%s\t\t%s\tunknown\t%s\n", until, serial, subject) > 0;

  if (file != NULL)
    ok = fclose (file) == 0 && ok;
  OPENSSL_free (subject);
  return ok || fail (error, path);
}

X509 *
test_pki_issue (TestPki *pki, TestCertificateKind kind, EVP_PKEY *key, const X509_NAME *subject, int days, GError **error)
{
  X509 *certificate = make_certificate (pki->ca, pki->ca_key, &kind_rows[kind], key, subject, days, pki);
  g_autofree char *serial = certificate != NULL ? test_pki_serial (certificate) : NULL;
  g_autofree char *name = serial != NULL ? g_strdup_printf ("issued/%s.pem", serial) : NULL;

  if (certificate == NULL)
    {
      fail (error, "certificate");
      return NULL;
    }
  if (!write_pem (pki->dir, name, certificate, NULL, error) || !append_index (pki, certificate, error))
    g_clear_pointer (&certificate, X509_free);
  return certificate;
}

/* The columns of @line when it is that of @serial. */
static char **
split_line (const char *line, const char *serial)
{
  g_auto (GStrv) columns = g_strsplit (line, "\t", 6);

  return g_strv_length (columns) == 6 && g_ascii_strcasecmp (columns[3], serial) == 0 ? g_steal_pointer (&columns) : NULL;
}

static char *
revoked_line (char **columns, const char *reason)
{
  g_autofree char *now = index_time (NULL);

  return g_strdup_printf ("R\t%s\t%s%s%s\t%s\tunknown\t%s", columns[1], now, reason != NULL ? "," : "",
                          reason != NULL ? reason : "", columns[3], columns[5]);
}

static char *
valid_line (char **columns, const char *unused)
{
  return g_strdup_printf ("V\t%s\t\t%s\tunknown\t%s", columns[1], columns[3], columns[5]);
}

static gboolean
change_line (TestPki *pki, const char *serial, char *(*change) (char **columns, const char *detail), const char *detail, GError **error)
{
  g_autofree char *path = g_build_filename (pki->dir, "index.txt", NULL);
  g_autofree char *text = NULL;
  g_autofree char *joined = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean found = FALSE;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = split_line (lines[i], serial);

      if (columns == NULL)
        continue;
      g_free (lines[i]);
      lines[i] = change (columns, detail);
      found = TRUE;
    }
  joined = g_strjoinv ("\n", lines);
  return found ? g_file_set_contents (path, joined, -1, error) : fail (error, "no such serial number");
}

gboolean
test_pki_revoke (TestPki *pki, const char *serial, const char *reason, GError **error)
{
  return change_line (pki, serial, revoked_line, reason, error);
}

gboolean
test_pki_restore (TestPki *pki, const char *serial, GError **error)
{
  return change_line (pki, serial, valid_line, NULL, error);
}

char **
test_pki_find (TestPki *pki, const char *serial)
{
  g_autofree char *path = g_build_filename (pki->dir, "index.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  char **columns = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL && columns == NULL; i++)
    columns = split_line (lines[i], serial);
  return columns;
}

/* --- init ----------------------------------------------------------------------------------------------------------- */

static gboolean
make_authorities (const char *dir, GError **error)
{
  static const KindRow root_row = { "critical,keyCertSign,cRLSign", NULL, "critical,CA:TRUE", FALSE, FALSE };
  X509_NAME *root_name = test_pki_name ("CN=Sample Root CA,O=Signet sample");
  X509_NAME *ca_name = test_pki_name ("CN=Sample CA");
  EVP_PKEY *root_key = EVP_EC_gen ("P-256");
  EVP_PKEY *ca_key = EVP_EC_gen ("P-256");
  X509 *root = make_certificate (NULL, root_key, &root_row, root_key, root_name, 20 * 365, NULL);
  X509 *ca = root != NULL ? make_certificate (root, root_key, &kind_rows[TEST_CERTIFICATE_CA], ca_key, ca_name, 10 * 365, NULL) : NULL;
  gboolean ok = ca != NULL ? write_pem (dir, "root.pem", root, NULL, error) && write_pem (dir, "root.key", NULL, root_key, error) &&
                             write_pem (dir, "ca.pem", ca, NULL, error) && write_pem (dir, "ca.key", NULL, ca_key, error)
                           : fail (error, "authority certificates");

  X509_free (ca);
  X509_free (root);
  EVP_PKEY_free (ca_key);
  EVP_PKEY_free (root_key);
  X509_NAME_free (ca_name);
  X509_NAME_free (root_name);
  return ok;
}

static gboolean
write_chain (const char *dir, GError **error)
{
  g_autofree char *ca_path = g_build_filename (dir, "ca.pem", NULL);
  g_autofree char *root_path = g_build_filename (dir, "root.pem", NULL);
  g_autofree char *chain_path = g_build_filename (dir, "chain.pem", NULL);
  g_autofree char *ca = NULL;
  g_autofree char *root = NULL;
  g_autofree char *both = NULL;

  if (!g_file_get_contents (ca_path, &ca, NULL, error) || !g_file_get_contents (root_path, &root, NULL, error))
    return FALSE;
  both = g_strconcat (ca, root, NULL);
  return g_file_set_contents (chain_path, both, -1, error);
}

static gboolean
make_service (TestPki *pki, TestCertificateKind kind, const char *name, const char *subject, GError **error)
{
  g_autofree char *key_file = g_strconcat (name, ".key", NULL);
  g_autofree char *certificate_file = g_strconcat (name, ".pem", NULL);
  X509_NAME *subject_name = test_pki_name (subject);
  EVP_PKEY *key = kind == TEST_CERTIFICATE_TSA ? EVP_RSA_gen (2048) : EVP_EC_gen ("P-256");
  X509 *certificate = test_pki_issue (pki, kind, key, subject_name, 5 * 365, error);
  gboolean ok = certificate != NULL && write_pem (pki->dir, certificate_file, certificate, NULL, error) &&
                write_pem (pki->dir, key_file, NULL, key, error);

  X509_free (certificate);
  EVP_PKEY_free (key);
  X509_NAME_free (subject_name);
  return ok;
}

static gboolean
write_settings (const char *dir, const char *ocsp_url, const char *tsa_url, GError **error)
{
  g_autoptr (GKeyFile) settings = g_key_file_new ();
  g_autofree char *path = g_build_filename (dir, "pki.conf", NULL);

  g_key_file_set_string (settings, "Pki", "OcspUrl", ocsp_url != NULL ? ocsp_url : "");
  g_key_file_set_string (settings, "Pki", "TsaUrl", tsa_url != NULL ? tsa_url : "");
  return g_key_file_save_to_file (settings, path, error);
}

gboolean
test_pki_init (const char *dir, const char *ocsp_url, const char *tsa_url, GError **error)
{
  g_autofree char *issued = g_build_filename (dir, "issued", NULL);
  g_autofree char *marker = g_build_filename (dir, "root.key", NULL);
  g_autofree char *index = g_build_filename (dir, "index.txt", NULL);
  g_autoptr (TestPki) pki = NULL;

  if (g_file_test (marker, G_FILE_TEST_EXISTS))
    return fail (error, "there is a PKI in this folder already");
  if (g_mkdir_with_parents (issued, 0700) != 0 || !g_file_set_contents (index, "", 0, error))
    return (error != NULL && *error != NULL) ? FALSE : fail (error, issued);
  if (!write_settings (dir, ocsp_url, tsa_url, error) || !make_authorities (dir, error) || !write_chain (dir, error) ||
      (pki = test_pki_open (dir, error)) == NULL)
    return FALSE;
  return make_service (pki, TEST_CERTIFICATE_OCSP, "ocsp", "CN=Sample OCSP responder,O=Signet sample", error) &&
         make_service (pki, TEST_CERTIFICATE_TSA, "tsa", "CN=Sample time-stamping authority,O=Signet sample", error) &&
         make_service (pki, TEST_CERTIFICATE_CMP, "cmp", "CN=Sample registration authority,O=Signet sample", error);
}

/* (nullable): an empty setting is none */
static char *
read_setting (GKeyFile *settings, const char *name)
{
  g_autofree char *value = g_key_file_get_string (settings, "Pki", name, NULL);

  return value != NULL && *value != '\0' ? g_steal_pointer (&value) : NULL;
}

gboolean
test_pki_set_lists (const char *dir, const char *crl_url, const char *issuer_url, GError **error)
{
  g_autoptr (GKeyFile) settings = g_key_file_new ();
  g_autofree char *path = g_build_filename (dir, "pki.conf", NULL);

  if (!g_key_file_load_from_file (settings, path, G_KEY_FILE_NONE, error))
    return FALSE;
  g_key_file_set_string (settings, "Pki", "CrlUrl", crl_url != NULL ? crl_url : "");
  g_key_file_set_string (settings, "Pki", "IssuerUrl", issuer_url != NULL ? issuer_url : "");
  return g_key_file_save_to_file (settings, path, error);
}

TestPki *
test_pki_open (const char *dir, GError **error)
{
  g_autoptr (TestPki) pki = g_new0 (TestPki, 1);
  g_autoptr (GKeyFile) settings = g_key_file_new ();
  g_autofree char *path = g_build_filename (dir, "pki.conf", NULL);

  pki->dir = g_strdup (dir);
  g_key_file_load_from_file (settings, path, G_KEY_FILE_NONE, NULL);
  pki->ocsp_url = read_setting (settings, "OcspUrl");
  pki->crl_url = read_setting (settings, "CrlUrl");
  pki->issuer_url = read_setting (settings, "IssuerUrl");
  if ((pki->root = test_pki_load_certificate (dir, "root.pem", error)) == NULL ||
      (pki->ca = test_pki_load_certificate (dir, "ca.pem", error)) == NULL ||
      (pki->ca_key = test_pki_load_key (dir, "ca.key", error)) == NULL)
    return NULL;
  return g_steal_pointer (&pki);
}

void
test_pki_free (TestPki *pki)
{
  if (pki == NULL)
    return;
  X509_free (pki->root);
  X509_free (pki->ca);
  EVP_PKEY_free (pki->ca_key);
  g_free (pki->ocsp_url);
  g_free (pki->crl_url);
  g_free (pki->issuer_url);
  g_free (pki->dir);
  g_free (pki);
}
