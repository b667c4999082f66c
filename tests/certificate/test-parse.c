/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-parse.c: certificate files as people have them: PEM with text around, DER, PKCS#7; damaged and oversized ones refused. */
#include "config.h"

#include <string.h>

#include <openssl/pkcs7.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/certificate/signet-certificate.h"
#include "signet-test.h"

static SignetCertificate *first, *second;

static GPtrArray *
parse (const void *data, gssize length, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length < 0 ? strlen (data) : (gsize) length);

  return signet_certificate_parse_many (bytes, error);
}

static void
check_both (GPtrArray *found)
{
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_true (signet_certificate_equal (g_ptr_array_index (found, 0), first));
  g_assert_true (signet_certificate_equal (g_ptr_array_index (found, 1), second));
}

static void
test_pem (void)
{
  g_autofree char *one = signet_certificate_to_pem (first);
  g_autofree char *two = signet_certificate_to_pem (second);
  g_autofree char *text = g_strconcat ("Bag attributes\r\n  friendlyName: x\n", one,
                                       "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", two, "trailing words", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = parse (text, -1, &error);

  g_assert_no_error (error);
  check_both (found);
}

static void
test_der (void)
{
  gsize size;
  gconstpointer der = g_bytes_get_data (signet_certificate_get_der (first), &size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = parse (der, (gssize) size, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_true (signet_certificate_equal (g_ptr_array_index (found, 0), first));
}

static void
test_pkcs7 (void)
{
  PKCS7 *bag = PKCS7_new ();
  unsigned char *der = NULL;
  int length;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *base64 = NULL;
  g_autofree char *pem = NULL;
  g_autoptr (GPtrArray) from_pem = NULL;

  PKCS7_set_type (bag, NID_pkcs7_signed);
  PKCS7_content_new (bag, NID_pkcs7_data);
  PKCS7_add_certificate (bag, signet_certificate_get_x509 (first));
  PKCS7_add_certificate (bag, signet_certificate_get_x509 (second));
  length = i2d_PKCS7 (bag, &der);
  found = parse (der, length, &error);
  g_assert_no_error (error);
  check_both (found);
  base64 = g_base64_encode (der, (gsize) length);
  pem = g_strdup_printf ("-----BEGIN PKCS7-----\n%s\n-----END PKCS7-----\n", base64);
  from_pem = parse (pem, -1, &error);
  g_assert_no_error (error);
  check_both (from_pem);
  OPENSSL_free (der);
  PKCS7_free (bag);
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "", "nothing here", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nMAA=\n", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", "0\x82\x01",
    "-----BEGIN AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-----\n", "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) found = parse (bad[i], -1, &error);

      g_assert_error (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_MALFORMED);
      g_assert_null (found);
    }
}

/* A hole in a chain is worse than a message. */
static void
test_one_damaged_among_good (void)
{
  g_autofree char *one = signet_certificate_to_pem (first);
  g_autofree char *text = g_strconcat (one, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", NULL);

  g_assert_null (parse (text, -1, NULL));
}

static void
test_too_many (void)
{
  g_autofree char *one = signet_certificate_to_pem (first);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 257; i++)
    g_string_append (text, one);
  g_assert_null (parse (text->str, (gssize) text->len, &error));
  g_assert_error (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_TOO_LARGE);
}

static void
test_files (void)
{
  g_autofree char *folder = signet_test_make_dir ();
  g_autofree char *pem = signet_certificate_to_pem (first);
  g_autofree char *path = signet_test_write_file (folder, "a.pem", pem, -1);
  g_autofree char *missing = g_build_filename (folder, "missing.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = signet_certificate_load_file (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_null (signet_certificate_load_file (missing, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (signet_certificate_load_file (folder, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED);
}

static SignetCertificate *
make (const char *subject, EVP_PKEY *key)
{
  SignetTestCertificate what = { .subject = subject };
  X509 *x509 = signet_test_new_certificate (&what, key, NULL, key);
  SignetCertificate *certificate = signet_certificate_new_x509 (x509);

  X509_free (x509);
  return certificate;
}

int
main (int argc, char **argv)
{
  EVP_PKEY *key;
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  key = signet_test_new_key ("ec-p256");
  first = make ("CN=First", key);
  second = make ("CN=Second", key);
  g_test_add_func ("/certificate/parse/pem", test_pem);
  g_test_add_func ("/certificate/parse/der", test_der);
  g_test_add_func ("/certificate/parse/pkcs7", test_pkcs7);
  g_test_add_func ("/certificate/parse/refused", test_refused);
  g_test_add_func ("/certificate/parse/one-damaged-among-good", test_one_damaged_among_good);
  g_test_add_func ("/certificate/parse/too-many", test_too_many);
  g_test_add_func ("/certificate/parse/files", test_files);
  status = g_test_run ();
  g_object_unref (first);
  g_object_unref (second);
  EVP_PKEY_free (key);
  return status;
}
