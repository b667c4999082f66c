/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-certificate.c: keys and certificates to throw away. */
#include "config.h"

#include "signet-test.h"

#include <openssl/conf.h>
#include <openssl/rsa.h>
#include <string.h>

static EVP_PKEY *
new_pss_key (guint bits)
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (NULL, "RSA-PSS", NULL);
  EVP_PKEY *key = NULL;

  g_assert_cmpint (EVP_PKEY_keygen_init (context), ==, 1);
  g_assert_cmpint (EVP_PKEY_CTX_set_rsa_keygen_bits (context, (int) bits), ==, 1);
  g_assert_cmpint (EVP_PKEY_keygen (context, &key), ==, 1);
  EVP_PKEY_CTX_free (context);
  return key;
}

EVP_PKEY *
signet_test_new_key (const char *key_spec)
{
  const SignetKeySpec *spec = signet_key_spec_find (key_spec);
  EVP_PKEY *key;

  if (g_str_has_prefix (key_spec, "rsa-pss-"))
    return new_pss_key ((guint) g_ascii_strtoull (key_spec + strlen ("rsa-pss-"), NULL, 10));
  g_assert_nonnull (spec);
  if (spec->type == SIGNET_KEY_TYPE_RSA)
    key = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) spec->bits);
  else
    key = EVP_PKEY_Q_keygen (NULL, NULL, "EC", OBJ_nid2sn (spec->curve_nid));
  g_assert_nonnull (key);
  return key;
}

static X509_NAME *
parse_name (const char *text)
{
  X509_NAME *name = X509_NAME_new ();
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (parts[i], "=", 2);

      g_assert_cmpuint (g_strv_length (pair), ==, 2);
      g_assert_cmpint (X509_NAME_add_entry_by_txt (name, g_strstrip (pair[0]), MBSTRING_UTF8, (const guchar *) pair[1], -1, -1, 0), ==, 1);
    }
  return name;
}

static void
add_extension (X509 *certificate, X509V3_CTX *context, const char *name, const char *value)
{
  CONF *empty = NCONF_new (NULL); /* some extensions insist on one */
  X509_EXTENSION *extension;

  X509V3_set_nconf (context, empty);
  extension = X509V3_EXT_nconf (empty, context, name, value);

  g_assert_nonnull (extension);
  g_assert_cmpint (X509_add_ext (certificate, extension, -1), ==, 1);
  X509_EXTENSION_free (extension);
  NCONF_free (empty);
}

static void
add_extensions (X509 *certificate, X509 *issuer, const SignetTestCertificate *what)
{
  const char *usage = what->key_usage != NULL ? what->key_usage : what->ca ? "critical,keyCertSign,cRLSign" : "critical,nonRepudiation";
  X509V3_CTX context;

  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  add_extension (certificate, &context, "subjectKeyIdentifier", "hash");
  if (issuer != certificate)
    add_extension (certificate, &context, "authorityKeyIdentifier", "keyid:always");
  add_extension (certificate, &context, "basicConstraints", what->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (*usage != '\0')
    add_extension (certificate, &context, "keyUsage", usage);
  for (guint i = 0; what->extensions != NULL && what->extensions[i] != NULL; i += 2)
    add_extension (certificate, &context, what->extensions[i], what->extensions[i + 1]);
}

static void
sign_certificate (X509 *certificate, const SignetTestCertificate *what, EVP_PKEY *key)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *key_context = NULL;
  gboolean plain = EVP_PKEY_is_a (key, "ED25519");

  g_assert_cmpint (EVP_DigestSignInit (context, &key_context, plain ? NULL : what->digest != NULL ? what->digest : EVP_sha256 (), NULL, key), ==, 1);
  if (what->sign_pss)
    {
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING), ==, 1);
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, RSA_PSS_SALTLEN_DIGEST), ==, 1);
    }
  g_assert_cmpint (X509_sign_ctx (certificate, context), >, 0);
  EVP_MD_CTX_free (context);
}

static void
set_dates (X509 *certificate, const SignetTestCertificate *what)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  ASN1_TIME_set (X509_getm_notBefore (certificate), (time_t) (what->not_before != 0 ? what->not_before : now - 86400));
  ASN1_TIME_set (X509_getm_notAfter (certificate), (time_t) (what->not_after != 0 ? what->not_after : now + 365 * 86400));
}

X509 *
signet_test_new_certificate (const SignetTestCertificate *what, EVP_PKEY *subject_key, X509 *issuer, EVP_PKEY *issuer_key)
{
  X509 *certificate = X509_new ();
  X509_NAME *subject = parse_name (what->subject != NULL ? what->subject : "CN=Test");
  guint64 serial = what->serial != 0 ? what->serial : (guint64) g_random_int () << 16 | 1;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set_uint64 (X509_get_serialNumber (certificate), serial);
  set_dates (certificate, what);
  X509_set_subject_name (certificate, subject);
  X509_set_issuer_name (certificate, issuer != NULL ? X509_get_subject_name (issuer) : subject);
  X509_set_pubkey (certificate, subject_key);
  add_extensions (certificate, issuer != NULL ? issuer : certificate, what);
  sign_certificate (certificate, what, issuer_key);
  X509_NAME_free (subject);
  return certificate;
}

GBytes *
signet_test_certificate_der (X509 *certificate)
{
  guint8 *der = NULL;
  int length = i2d_X509 (certificate, &der);
  GBytes *bytes;

  g_assert_cmpint (length, >, 0);
  bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  return bytes;
}
