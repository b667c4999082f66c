/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-pkcs12.c: PKCS#12 files as programs old and new write them; wrong passphrases told from damage; greedy files refused. */
#include "config.h"

#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <string.h>

#include "../../app/core/certificate/signet-pkcs12.h"
#include "signet-test.h"

static EVP_PKEY *key;
static EVP_PKEY *other_key;
static X509 *certificate;
static X509 *authority;
static OSSL_LIB_CTX *old_library;

/* What a file is made like; zero is what OpenSSL does by itself. */
typedef struct
{
  const char *passphrase;
  int key_cipher;
  int certificate_cipher;
  int iterations;
  int mac_iterations; /* -1: no MAC */
  gboolean no_key;
} Recipe;

static GBytes *
make_file (const Recipe *recipe)
{
  STACK_OF (X509) *chain = sk_X509_new_null ();
  PKCS12 *file = NULL;
  guint8 *der = NULL;
  int length = 0;

  sk_X509_push (chain, authority);
  file = PKCS12_create_ex (recipe->passphrase, "sample", recipe->no_key ? NULL : key, recipe->no_key ? NULL : certificate, chain,
                           recipe->key_cipher, recipe->certificate_cipher, recipe->iterations, recipe->mac_iterations, 0,
                           old_library, NULL);
  g_assert_nonnull (file);
  length = i2d_PKCS12 (file, &der);
  g_assert_cmpint (length, >, 0);
  PKCS12_free (file);
  sk_X509_free (chain);
  return g_bytes_new_with_free_func (der, (gsize) length, (GDestroyNotify) free, der);
}

static SignetPkcs12 *
open_with (GBytes *data, const char *passphrase, GError **error)
{
  g_autoptr (SignetSecret) secret =
      passphrase != NULL ? signet_secret_new ((const guint8 *) passphrase, strlen (passphrase)) : NULL;

  return signet_pkcs12_open (data, secret, error);
}

/* The key in the file is the one that went in. */
static void
assert_key (SignetPkcs12 *bundle, EVP_PKEY *expected)
{
  gsize length = 0;
  const guint8 *der = signet_secret_get_bytes (signet_pkcs12_get_key (bundle), &length);
  EVP_PKEY *found = d2i_AutoPrivateKey (NULL, &der, (long) length);

  g_assert_nonnull (found);
  g_assert_cmpint (EVP_PKEY_eq (found, expected), ==, 1);
  EVP_PKEY_free (found);
}

static void
test_ciphers (void)
{
  static const Recipe recipes[] = {
    { "passphrase", 0, 0, 0, 0, FALSE },
    { "passphrase", NID_aes_128_cbc, NID_aes_256_cbc, 10000, 10000, FALSE },
    { "passphrase", NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And40BitRC2_CBC, 2048, 2048, FALSE },
    { "passphrase", NID_aes_256_cbc, -1, 2048, 2048, FALSE },
    { "passphrase", -1, -1, 0, 2048, FALSE },
    { "passphrase", NID_aes_256_cbc, NID_aes_256_cbc, 2048, -1, FALSE },
    { "\xe5\x8f\xa3\xe4\xbb\xa4", 0, 0, 0, 0, FALSE },
    { "", 0, 0, 0, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    {
      g_autoptr (GBytes) data = make_file (&recipes[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetPkcs12) bundle = open_with (data, recipes[i].passphrase, &error);

      g_test_message ("recipe %u", i);
      g_assert_no_error (error);
      g_assert_true (signet_pkcs12_is_one (data));
      g_assert_true (signet_pkcs12_has_key (bundle));
      assert_key (bundle, key);
      g_assert_cmpstr (signet_certificate_get_holder (signet_pkcs12_get_certificate (bundle)), ==, "Sample Person");
      g_assert_cmpuint (signet_pkcs12_get_chain (bundle)->len, ==, 1);
      g_assert_cmpstr (signet_certificate_get_holder (signet_pkcs12_get_chain (bundle)->pdata[0]), ==, "Sample Authority");
    }
}

/* Both are "" to a person: old programs wrote the one, new ones the other. */
static void
test_no_passphrase (void)
{
  const Recipe recipe = { .passphrase = NULL };
  g_autoptr (GBytes) data = make_file (&recipe);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPkcs12) without = open_with (data, NULL, &error);
  g_autoptr (SignetPkcs12) empty = open_with (data, "", &error);

  g_assert_no_error (error);
  assert_key (without, key);
  assert_key (empty, key);
}

static void
test_certificates_only (void)
{
  const Recipe recipe = { .passphrase = "passphrase", .no_key = TRUE };
  g_autoptr (GBytes) data = make_file (&recipe);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPkcs12) bundle = open_with (data, "passphrase", &error);

  g_assert_no_error (error);
  g_assert_false (signet_pkcs12_has_key (bundle));
  g_assert_null (signet_pkcs12_get_certificate (bundle));
  g_assert_cmpuint (signet_pkcs12_get_chain (bundle)->len, ==, 1);
}

static void
assert_refused (GBytes *data, const char *passphrase, SignetCertificateError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPkcs12) bundle = open_with (data, passphrase, &error);

  g_assert_null (bundle);
  g_assert_error (error, SIGNET_CERTIFICATE_ERROR, (int) code);
}

static void
test_wrong_passphrase (void)
{
  static const Recipe recipes[] = {
    { "passphrase", 0, 0, 0, 0, FALSE },
    { "passphrase", NID_aes_256_cbc, NID_aes_256_cbc, 2048, -1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    {
      g_autoptr (GBytes) data = make_file (&recipes[i]);

      assert_refused (data, "Passphrase", SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE);
      assert_refused (data, "", SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE);
      assert_refused (data, NULL, SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE);
    }
}

static void
test_damaged (void)
{
  const Recipe recipe = { .passphrase = "passphrase" };
  g_autoptr (GBytes) data = make_file (&recipe);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (data, 0, g_bytes_get_size (data) - 40);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("-----BEGIN CERTIFICATE-----\n", 28);
  g_autofree char *room = g_malloc0 (SIGNET_PKCS12_MAX_SIZE + 1);
  g_autoptr (GBytes) large = g_bytes_new (room, SIGNET_PKCS12_MAX_SIZE + 1);

  assert_refused (cut, "passphrase", SIGNET_CERTIFICATE_ERROR_MALFORMED);
  assert_refused (empty, "passphrase", SIGNET_CERTIFICATE_ERROR_MALFORMED);
  assert_refused (text, "passphrase", SIGNET_CERTIFICATE_ERROR_MALFORMED);
  assert_refused (large, "passphrase", SIGNET_CERTIFICATE_ERROR_TOO_LARGE);
  g_assert_false (signet_pkcs12_is_one (text));
  g_assert_false (signet_pkcs12_is_one (empty));
}

/* The MAC says how often: a file that wants it two billion times must be refused at once, not after an hour. */
static void
test_greedy (void)
{
  const Recipe recipe = { .passphrase = "passphrase", .mac_iterations = 0x010203 };
  static const guint8 modest[] = { 0x02, 0x03, 0x01, 0x02, 0x03 };
  static const guint8 greedy[] = { 0x02, 0x03, 0x7f, 0xff, 0xff };
  g_autoptr (GBytes) data = make_file (&recipe);
  gsize length = 0;
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (data, &length), g_bytes_get_size (data));
  g_autoptr (GBytes) changed = NULL;
  guint8 *place = memmem (bytes, length, modest, sizeof modest);

  g_assert_nonnull (place);
  memcpy (place, greedy, sizeof greedy);
  changed = g_bytes_new (bytes, length);
  assert_refused (changed, "passphrase", SIGNET_CERTIFICATE_ERROR_TOO_LARGE);
}

static PKCS7 *
pack_keys (EVP_PKEY *first, EVP_PKEY *second)
{
  STACK_OF (PKCS12_SAFEBAG) *bags = sk_PKCS12_SAFEBAG_new_null ();
  PKCS7 *part = NULL;

  sk_PKCS12_SAFEBAG_push (bags, PKCS12_SAFEBAG_create0_p8inf (EVP_PKEY2PKCS8 (first)));
  sk_PKCS12_SAFEBAG_push (bags, PKCS12_SAFEBAG_create0_p8inf (EVP_PKEY2PKCS8 (second)));
  sk_PKCS12_SAFEBAG_push (bags, PKCS12_SAFEBAG_create_cert (certificate));
  part = PKCS12_pack_p7data (bags);
  sk_PKCS12_SAFEBAG_pop_free (bags, PKCS12_SAFEBAG_free);
  return part;
}

/* A pair for encrypting and signing: ours is the one whose certificate signs, wherever it stands. */
static void
test_two_keys (void)
{
  STACK_OF (PKCS7) *parts = sk_PKCS7_new_null ();
  PKCS12 *file = PKCS12_init (NID_pkcs7_data);
  guint8 *der = NULL;
  int length = 0;
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPkcs12) bundle = NULL;

  sk_PKCS7_push (parts, pack_keys (other_key, key));
  g_assert_true (PKCS12_pack_authsafes (file, parts));
  g_assert_true (PKCS12_set_mac (file, "passphrase", -1, NULL, 0, 2048, EVP_sha256 ()));
  length = i2d_PKCS12 (file, &der);
  data = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  PKCS12_free (file);
  sk_PKCS7_pop_free (parts, PKCS7_free);
  bundle = open_with (data, "passphrase", &error);
  g_assert_no_error (error);
  assert_key (bundle, key);
  g_assert_nonnull (signet_pkcs12_get_certificate (bundle));
}

static void
make_world (void)
{
  EVP_PKEY *authority_key = signet_test_new_key ("ec-p256");
  SignetTestCertificate ca = { .subject = "CN=Sample Authority", .ca = TRUE };
  SignetTestCertificate person = { .subject = "CN=Sample Person" };

  key = signet_test_new_key ("rsa-2048");
  other_key = signet_test_new_key ("ec-p256");
  authority = signet_test_new_certificate (&ca, authority_key, NULL, authority_key);
  certificate = signet_test_new_certificate (&person, key, authority, authority_key);
  EVP_PKEY_free (authority_key);
  old_library = OSSL_LIB_CTX_new ();
  g_assert_nonnull (OSSL_PROVIDER_load (old_library, "default"));
  g_assert_nonnull (OSSL_PROVIDER_load (old_library, "legacy"));
}

int
main (int argc, char **argv)
{
  int result = 0;

  g_test_init (&argc, &argv, NULL);
  make_world ();
  g_test_add_func ("/certificate/pkcs12/ciphers", test_ciphers);
  g_test_add_func ("/certificate/pkcs12/no-passphrase", test_no_passphrase);
  g_test_add_func ("/certificate/pkcs12/certificates-only", test_certificates_only);
  g_test_add_func ("/certificate/pkcs12/wrong-passphrase", test_wrong_passphrase);
  g_test_add_func ("/certificate/pkcs12/damaged", test_damaged);
  g_test_add_func ("/certificate/pkcs12/greedy", test_greedy);
  g_test_add_func ("/certificate/pkcs12/two-keys", test_two_keys);
  result = g_test_run ();
  X509_free (certificate);
  X509_free (authority);
  EVP_PKEY_free (key);
  EVP_PKEY_free (other_key);
  OSSL_LIB_CTX_free (old_library);
  return result;
}
