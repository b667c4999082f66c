/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-certificate.c: fields read right, names safe to show, decoding only when asked for, from any thread. */
#include "config.h"

#include <string.h>

#include "../../app/core/base/signet-clock.h"
#include "../../app/core/certificate/signet-certificate.h"
#include "signet-test.h"

static EVP_PKEY *key;

static SignetCertificate *
make (const SignetTestCertificate *what)
{
  X509 *x509 = signet_test_new_certificate (what, key, NULL, key);
  SignetCertificate *certificate = signet_certificate_new_x509 (x509);

  X509_free (x509);
  return certificate;
}

static void
test_fields (void)
{
  const char *extensions[] = { "authorityInfoAccess", "OCSP;URI:http://ocsp.sample/,OCSP;URI:file:///etc/passwd,caIssuers;URI:http://ca.sample/ca.cer",
                               "crlDistributionPoints", "URI:http://crl.sample/a.crl", "certificatePolicies", "1.2.3.4,1.2.3.5", NULL };
  SignetTestCertificate what = { .subject = "C=CN,O=Sample,CN=Zhang San", .not_before = 1700000000, .not_after = 1800000000, .serial = 0xab12,
                                 .extensions = extensions };
  g_autoptr (SignetCertificate) certificate = make (&what);
  g_auto (GStrv) ocsp = signet_certificate_dup_urls (certificate, "ocsp");
  g_auto (GStrv) issuers = signet_certificate_dup_urls (certificate, "ca-issuers");
  g_auto (GStrv) crl = signet_certificate_dup_urls (certificate, "crl");
  g_auto (GStrv) none = signet_certificate_dup_urls (certificate, "ftp");
  g_auto (GStrv) policies = signet_certificate_dup_policies (certificate);

  g_assert_cmpstr (signet_certificate_get_holder (certificate), ==, "Zhang San");
  g_assert_cmpstr (signet_certificate_get_subject (certificate), ==, "CN=Zhang San,O=Sample,C=CN");
  g_assert_cmpstr (signet_certificate_get_issuer (certificate), ==, "CN=Zhang San,O=Sample,C=CN");
  g_assert_cmpstr (signet_certificate_get_serial (certificate), ==, "ab12");
  g_assert_cmpstr (signet_certificate_get_key_text (certificate), ==, "P-256");
  g_assert_cmpuint (strlen (signet_certificate_get_sha256 (certificate)), ==, 64);
  g_assert_cmpuint (strlen (signet_certificate_get_key_sha256 (certificate)), ==, 64);
  g_assert_true (signet_certificate_is_self_issued (certificate));
  g_assert_true (signet_certificate_is_signed_by (certificate, certificate));
  g_assert_cmpstr (ocsp[0], ==, "http://ocsp.sample/");
  g_assert_null (ocsp[1]); /* file: is not for us to follow */
  g_assert_cmpstr (issuers[0], ==, "http://ca.sample/ca.cer");
  g_assert_cmpstr (crl[0], ==, "http://crl.sample/a.crl");
  g_assert_null (none[0]);
  g_assert_cmpstr (policies[0], ==, "1.2.3.4");
  g_assert_cmpstr (policies[1], ==, "1.2.3.5");
}

static void
test_validity (void)
{
  SignetTestCertificate what = { .not_before = 1700000000, .not_after = 1800000000 };
  g_autoptr (SignetCertificate) certificate = make (&what);

  g_assert_false (signet_certificate_is_valid_at (certificate, 1699999999));
  g_assert_true (signet_certificate_is_valid_at (certificate, 1700000000));
  g_assert_true (signet_certificate_is_valid_at (certificate, 1800000000));
  g_assert_false (signet_certificate_is_valid_at (certificate, 1800000001));
  g_assert_cmpint (signet_certificate_get_not_after (certificate), ==, 1800000000);
}

/* --- names ------------------------------------------------------------------------------------------------------------- */

/* A certificate whose subject has one CN of these very bytes and type. */
static SignetCertificate *
with_name (int type, const char *bytes, int length)
{
  SignetTestCertificate what = { .subject = "CN=x" };
  X509 *x509 = signet_test_new_certificate (&what, key, NULL, key);
  X509_NAME *name = X509_NAME_new ();
  X509_NAME_ENTRY *entry = X509_NAME_ENTRY_new ();
  ASN1_STRING *value = ASN1_STRING_type_new (type);
  SignetCertificate *certificate;

  X509_NAME_ENTRY_set_object (entry, OBJ_nid2obj (NID_commonName));
  ASN1_STRING_set (value, bytes, length);
  X509_NAME_ENTRY_set_data (entry, type, (const guchar *) bytes, length);
  X509_NAME_add_entry (name, entry, -1, 0);
  X509_set_subject_name (x509, name);
  X509_sign (x509, key, EVP_sha256 ());
  certificate = signet_certificate_new_x509 (x509);
  ASN1_STRING_free (value);
  X509_NAME_ENTRY_free (entry);
  X509_NAME_free (name);
  X509_free (x509);
  return certificate;
}

/* No name, whatever is in it, comes out with a control or bidi-control character, or cut at a NUL. */
static void
check_safe (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_assert_false (g_unichar_iscntrl (c));
      g_assert_false ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f);
    }
}

static void
test_hostile_names (void)
{
  static const struct { int type; const char *bytes; int length; const char *must_show; } names[] = {
    { V_ASN1_UTF8STRING, "good.sample\0.evil", 17, "evil" },
    { V_ASN1_UTF8STRING, "a\xe2\x80\xae" "fdp.exe", 11, "fdp.exe" },
    { V_ASN1_UTF8STRING, "line\nbreak\x1b[31m", 15, "break" },
    { V_ASN1_BMPSTRING, "\x5f\x20\x4e\x09", 4, "张三" },
    { V_ASN1_PRINTABLESTRING, "under_score@", 12, "under_score@" },
    { V_ASN1_T61STRING, "caf\xe9", 4, "café" },
    { V_ASN1_UTF8STRING, "<b>Bank</b>", 11, "<b>Bank</b>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (SignetCertificate) certificate = with_name (names[i].type, names[i].bytes, names[i].length);
      const char *holder = signet_certificate_get_holder (certificate);

      check_safe (holder);
      check_safe (signet_certificate_get_subject (certificate));
      g_assert_nonnull (strstr (holder, names[i].must_show));
    }
}

static void
test_name_escapes (void)
{
  g_autoptr (SignetCertificate) certificate = with_name (V_ASN1_UTF8STRING, " Smith, A+B; \"x\\", 16);

  g_assert_cmpstr (signet_certificate_get_subject (certificate), ==, "CN=\\ Smith\\, A\\+B\\; \\\"x\\\\");
  g_assert_cmpstr (signet_certificate_get_holder (certificate), ==, " Smith, A+B; \"x\\");
}

static void
test_multi_valued (void)
{
  SignetTestCertificate what = { .subject = "O=Sample" };
  X509 *x509 = signet_test_new_certificate (&what, key, NULL, key);
  X509_NAME *name = X509_NAME_dup (X509_get_subject_name (x509));
  g_autoptr (SignetCertificate) certificate = NULL;

  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guchar *) "A", -1, -1, 0);
  X509_NAME_add_entry_by_txt (name, "serialNumber", MBSTRING_UTF8, (const guchar *) "7", -1, -1, -1);
  X509_set_subject_name (x509, name);
  X509_sign (x509, key, EVP_sha256 ());
  certificate = signet_certificate_new_x509 (x509);
  /* the encoder sorts the set; both belong to one RDN */
  g_assert_nonnull (strstr (signet_certificate_get_subject (certificate), "+"));
  g_assert_true (g_str_has_suffix (signet_certificate_get_subject (certificate), ",O=Sample"));
  X509_NAME_free (name);
  X509_free (x509);
}

static void
test_no_common_name (void)
{
  SignetTestCertificate organisation = { .subject = "O=Sample Ltd,C=CN" };
  SignetTestCertificate country = { .subject = "C=CN" };
  g_autoptr (SignetCertificate) first = make (&organisation);
  g_autoptr (SignetCertificate) second = make (&country);

  g_assert_cmpstr (signet_certificate_get_holder (first), ==, "Sample Ltd");
  g_assert_cmpstr (signet_certificate_get_holder (second), ==, "C=CN");
}

/* --- lazy, damaged, shared ------------------------------------------------------------------------------------------------ */

static void
test_lazy (void)
{
  SignetTestCertificate what = { .subject = "CN=Card" };
  g_autoptr (SignetCertificate) certificate = make (&what);
  gsize size;
  const guint8 *der = g_bytes_get_data (signet_certificate_get_der (certificate), &size);
  g_autofree guint8 *padded = g_malloc0 (size + 100);
  g_autoptr (GBytes) in_card = NULL;
  g_autoptr (SignetCertificate) lazy = NULL;

  memcpy (padded, der, size);
  in_card = g_bytes_new (padded, size + 100);
  lazy = signet_certificate_new_lazy (in_card); /* a card that fills up its file with zeros */
  g_assert_true (signet_certificate_is_readable (lazy));
  g_assert_true (signet_certificate_equal (lazy, certificate));
  g_assert_cmpstr (signet_certificate_get_sha256 (lazy), ==, signet_certificate_get_sha256 (certificate));
  g_assert_null (signet_certificate_new (in_card, NULL)); /* where nothing may follow, nothing follows */
}

static void
test_unreadable (void)
{
  static const char *const junk[] = { "", "0", "0\x80", "0\x84\xff\xff\xff\xff", "0\x03\x02\x01\x01", "not DER at all" };

  for (gsize i = 0; i < G_N_ELEMENTS (junk); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (junk[i], strlen (junk[i]));
      g_autoptr (SignetCertificate) lazy = signet_certificate_new_lazy (bytes);
      g_auto (GStrv) urls = signet_certificate_dup_urls (lazy, "ocsp");
      g_autoptr (GError) error = NULL;

      g_assert_null (signet_certificate_new (bytes, &error));
      g_assert_error (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_MALFORMED);
      g_assert_false (signet_certificate_is_readable (lazy));
      g_assert_cmpstr (signet_certificate_get_holder (lazy), ==, "");
      g_assert_null (signet_certificate_get_key (lazy));
      g_assert_false (signet_certificate_is_valid_at (lazy, 0));
      g_assert_false (signet_certificate_is_signed_by (lazy, lazy));
      g_assert_null (urls[0]);
    }
}

static void
test_too_large (void)
{
  g_autofree char *zeros = g_malloc0 (SIGNET_CERTIFICATE_MAX_SIZE + 1);
  g_autoptr (GBytes) bytes = g_bytes_new (zeros, SIGNET_CERTIFICATE_MAX_SIZE + 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_certificate_new (bytes, &error));
  g_assert_error (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_TOO_LARGE);
}

static gpointer
read_all (gpointer data)
{
  SignetCertificate *certificate = data;

  g_assert_cmpstr (signet_certificate_get_holder (certificate), ==, "Shared");
  g_assert_cmpuint (strlen (signet_certificate_get_sha256 (certificate)), ==, 64);
  return NULL;
}

static void
test_threads (void)
{
  SignetTestCertificate what = { .subject = "CN=Shared" };

  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (SignetCertificate) certificate = make (&what);
      GThread *threads[4];

      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("reader", read_all, certificate);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    }
}

/* Every byte of a certificate bent once: readable or not, never a crash, never an unsafe name. */
static void
test_damaged (void)
{
  const char *extensions[] = { "authorityInfoAccess", "OCSP;URI:http://ocsp.sample/", "crlDistributionPoints", "URI:http://crl.sample/a.crl",
                               "certificatePolicies", "1.2.3.4", "extendedKeyUsage", "emailProtection", NULL };
  SignetTestCertificate what = { .subject = "CN=Damaged", .extensions = extensions };
  g_autoptr (SignetCertificate) certificate = make (&what);
  gsize size;
  const guint8 *der = g_bytes_get_data (signet_certificate_get_der (certificate), &size);

  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (der, size);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (SignetCertificate) bent = NULL;
      g_auto (GStrv) urls = NULL;
      g_auto (GStrv) policies = NULL;

      copy[i] ^= 0x81;
      bytes = g_bytes_new (copy, size);
      bent = signet_certificate_new_lazy (bytes);
      check_safe (signet_certificate_get_holder (bent));
      check_safe (signet_certificate_get_subject (bent));
      urls = signet_certificate_dup_urls (bent, "ocsp");
      policies = signet_certificate_dup_policies (bent);
      if (signet_certificate_is_readable (bent) && signet_certificate_is_signed_by (bent, bent))
        g_assert_not_reached ();
    }
}

int
main (int argc, char **argv)
{
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  key = signet_test_new_key ("ec-p256");
  g_test_add_func ("/certificate/fields", test_fields);
  g_test_add_func ("/certificate/validity", test_validity);
  g_test_add_func ("/certificate/name/hostile", test_hostile_names);
  g_test_add_func ("/certificate/name/escapes", test_name_escapes);
  g_test_add_func ("/certificate/name/multi-valued", test_multi_valued);
  g_test_add_func ("/certificate/name/no-common-name", test_no_common_name);
  g_test_add_func ("/certificate/lazy", test_lazy);
  g_test_add_func ("/certificate/unreadable", test_unreadable);
  g_test_add_func ("/certificate/too-large", test_too_large);
  g_test_add_func ("/certificate/threads", test_threads);
  g_test_add_func ("/certificate/damaged", test_damaged);
  status = g_test_run ();
  EVP_PKEY_free (key);
  return status;
}
