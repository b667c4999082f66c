/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-signer-provider.c: OpenSSL's own X509_REQ, CMS, X509 and CMP sign with a key that is only a SignetSigner. */
#include "config.h"

#include <openssl/cmp.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-signer-request.h"
#include "signet-test.h"

typedef struct {
  EVP_PKEY         *software;
  SignetTestSigner *signer;
  EVP_PKEY         *lent;
  X509             *certificate;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer spec)
{
  SignetTestCertificate what = { .subject = "CN=Provider,O=Sample" };
  g_autoptr (GError) error = NULL;

  fixture->software = signet_test_new_key (spec);
  fixture->signer = signet_test_signer_new (fixture->software);
  fixture->lent = signet_signer_new_evp_pkey (SIGNET_SIGNER (fixture->signer), &error);
  g_assert_no_error (error);
  fixture->certificate = signet_test_new_certificate (&what, fixture->software, NULL, fixture->software);
}

static void
tear_down (Fixture *fixture, gconstpointer spec)
{
  X509_free (fixture->certificate);
  EVP_PKEY_free (fixture->lent);
  EVP_PKEY_free (fixture->software);
  g_assert_finalize_object (fixture->signer);
}

static X509_REQ *
new_request (EVP_PKEY *key)
{
  X509_REQ *request = X509_REQ_new ();

  /* newer OpenSSL does not take an unset version for the first */
  g_assert_cmpint (X509_REQ_set_version (request, X509_REQ_VERSION_1), ==, 1);
  g_assert_cmpint (X509_REQ_set_pubkey (request, key), ==, 1);
  g_assert_cmpint (X509_NAME_add_entry_by_txt (X509_REQ_get_subject_name (request), "CN", MBSTRING_UTF8, (const guchar *) "x", -1, -1, 0), ==, 1);
  return request;
}

static void
test_request (Fixture *fixture, gconstpointer spec)
{
  X509_REQ *request = new_request (fixture->lent);

  g_assert_cmpint (X509_REQ_sign (request, fixture->lent, EVP_sha256 ()), >, 0);
  g_assert_cmpint (X509_REQ_verify (request, fixture->software), ==, 1);
  /* OpenSSL 3.0 cannot verify PSS with a key of any provider but its own; whoever needs it decodes the public key anew */
  if (!EVP_PKEY_is_a (fixture->lent, "RSA-PSS"))
    g_assert_cmpint (X509_REQ_verify (request, X509_REQ_get0_pubkey (request)), ==, 1);
  g_assert_cmpuint (signet_test_signer_get_count (fixture->signer), ==, 1);
  X509_REQ_free (request);
}

/* As an authority gets it: encoded, and verified with the key it carries. */
static void
check_request (SignetSigner *signer, EVP_PKEY *key, int expected)
{
  X509_REQ *request = X509_REQ_new ();
  X509_REQ *read = NULL;
  guint8 *der = NULL;
  const guint8 *p = NULL;
  int length = 0;
  g_autoptr (GError) error = NULL;

  X509_REQ_set_version (request, X509_REQ_VERSION_1);
  X509_NAME_add_entry_by_txt (X509_REQ_get_subject_name (request), "CN", MBSTRING_UTF8, (const guchar *) "x", -1, -1, 0);
  g_assert_true (signet_signer_sign_request (signer, request, NULL, &error));
  g_assert_no_error (error);
  length = i2d_X509_REQ (request, &der);
  p = der;
  read = d2i_X509_REQ (NULL, &p, length);
  g_assert_cmpint (X509_REQ_verify (read, X509_REQ_get0_pubkey (read)), ==, 1);
  g_assert_cmpint (EVP_PKEY_eq (X509_REQ_get0_pubkey (read), key), ==, 1);
  g_assert_cmpint (X509_REQ_get_signature_nid (read), ==, expected);
  OPENSSL_free (der);
  X509_REQ_free (read);
  X509_REQ_free (request);
}

static void
test_request_of_every_kind (void)
{
  static const struct
  {
    const char *spec;
    int expected;
  } rows[] = {
    { "rsa-2048", NID_sha256WithRSAEncryption }, { "rsa-pss-2048", NID_rsassaPss },        { "ec-p256", NID_ecdsa_with_SHA256 },
    { "ec-p384", NID_ecdsa_with_SHA384 },        { "ec-p521", NID_ecdsa_with_SHA512 },
  };
  EVP_PKEY *edwards = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (edwards);

  check_request (SIGNET_SIGNER (signer), edwards, NID_ED25519);
  EVP_PKEY_free (edwards);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      EVP_PKEY *key = signet_test_new_key (rows[i].spec);
      g_autoptr (SignetTestSigner) one = signet_test_signer_new (key);

      check_request (SIGNET_SIGNER (one), key, rows[i].expected);
      EVP_PKEY_free (key);
    }
}

static void
test_looks_like_the_key (Fixture *fixture, gconstpointer spec)
{
  EVP_PKEY *other = signet_test_new_key (spec);
  g_autofree char *text = signet_key_describe (fixture->lent);
  g_autofree char *expected = signet_key_describe (fixture->software);

  g_assert_cmpint (EVP_PKEY_eq (fixture->lent, fixture->software), ==, 1);
  g_assert_cmpint (EVP_PKEY_eq (fixture->software, fixture->lent), ==, 1);
  g_assert_cmpint (EVP_PKEY_eq (fixture->lent, other), !=, 1);
  g_assert_cmpint (X509_check_private_key (fixture->certificate, fixture->lent), ==, 1);
  g_assert_cmpint (EVP_PKEY_get_bits (fixture->lent), ==, EVP_PKEY_get_bits (fixture->software));
  g_assert_cmpint (EVP_PKEY_get_size (fixture->lent), ==, EVP_PKEY_get_size (fixture->software));
  g_assert_cmpstr (text, ==, expected);
  EVP_PKEY_free (other);
}

static void
test_private_part_stays (Fixture *fixture, gconstpointer spec)
{
  g_assert_cmpint (i2d_PrivateKey (fixture->lent, NULL), <=, 0);
  ERR_clear_error ();
}

static void
verify_cms (CMS_ContentInfo *made, X509 *certificate, const char *content)
{
  guint8 *der = NULL;
  int length = i2d_CMS_ContentInfo (made, &der);
  const guint8 *p = der;
  CMS_ContentInfo *read = d2i_CMS_ContentInfo (NULL, &p, length);
  BIO *in = BIO_new_mem_buf (content, -1);

  g_assert_nonnull (read);
  g_assert_cmpint (CMS_verify (read, NULL, NULL, in, NULL, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY | CMS_DETACHED), ==, 1);
  BIO_free (in);
  CMS_ContentInfo_free (read);
  OPENSSL_free (der);
}

static void
test_cms (Fixture *fixture, gconstpointer spec)
{
  BIO *in = BIO_new_mem_buf ("content", -1);
  CMS_ContentInfo *cms = CMS_sign (fixture->certificate, fixture->lent, NULL, in, CMS_BINARY | CMS_DETACHED | CMS_CADES);

  g_assert_nonnull (cms);
  verify_cms (cms, fixture->certificate, "content");
  CMS_ContentInfo_free (cms);
  BIO_free (in);
}

static void
test_cms_pss (Fixture *fixture, gconstpointer spec)
{
  BIO *in = BIO_new_mem_buf ("content", -1);
  CMS_ContentInfo *cms = CMS_sign (NULL, NULL, NULL, in, CMS_BINARY | CMS_DETACHED | CMS_PARTIAL);
  CMS_SignerInfo *info = CMS_add1_signer (cms, fixture->certificate, fixture->lent, EVP_sha384 (), CMS_BINARY | CMS_DETACHED | CMS_KEY_PARAM);
  EVP_PKEY_CTX *context;

  g_assert_nonnull (info);
  context = CMS_SignerInfo_get0_pkey_ctx (info);
  g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PSS_PADDING), >, 0);
  g_assert_cmpint (EVP_PKEY_CTX_set_rsa_pss_saltlen (context, RSA_PSS_SALTLEN_DIGEST), >, 0);
  g_assert_cmpint (CMS_final (cms, in, NULL, CMS_BINARY | CMS_DETACHED), ==, 1);
  verify_cms (cms, fixture->certificate, "content");
  CMS_ContentInfo_free (cms);
  BIO_free (in);
}

/* RFC 4211: proof of possession in an initialisation request, as OpenSSL's CMP client makes it. */
static void
test_cmp_request (Fixture *fixture, gconstpointer spec)
{
  OSSL_CMP_CTX *context = OSSL_CMP_CTX_new (NULL, NULL);
  OSSL_CRMF_MSG *message;
  OSSL_CRMF_MSGS *messages = sk_OSSL_CRMF_MSG_new_null ();

  EVP_PKEY_up_ref (fixture->lent);
  g_assert_cmpint (OSSL_CMP_CTX_set0_newPkey (context, 1, fixture->lent), ==, 1);
  g_assert_cmpint (OSSL_CMP_CTX_set1_subjectName (context, X509_get_subject_name (fixture->certificate)), ==, 1);
  message = OSSL_CMP_CTX_setup_CRM (context, 0, 0);
  g_assert_nonnull (message);
  g_assert_cmpint (OSSL_CRMF_MSG_create_popo (OSSL_CRMF_POPO_SIGNATURE, message, fixture->lent, EVP_sha256 (), NULL, NULL), ==, 1);
  sk_OSSL_CRMF_MSG_push (messages, message);
  g_assert_cmpint (OSSL_CRMF_MSGS_verify_popo (messages, 0, 0, NULL, NULL), ==, 1);
  sk_OSSL_CRMF_MSG_pop_free (messages, OSSL_CRMF_MSG_free);
  OSSL_CMP_CTX_free (context);
}

static void
test_failure_is_kept (Fixture *fixture, gconstpointer spec)
{
  X509_REQ *request = new_request (fixture->lent);
  g_autoptr (GError) error = NULL;

  signet_test_signer_set_fault (fixture->signer, SIGNET_TEST_SIGNER_FAILS);
  g_assert_cmpint (X509_REQ_sign (request, fixture->lent, EVP_sha256 ()), <=, 0);
  error = signet_signer_take_last_error ();
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED);
  g_assert_null (signet_signer_take_last_error ());
  ERR_clear_error ();
  X509_REQ_free (request);
}

static void
test_lie_is_caught (Fixture *fixture, gconstpointer spec)
{
  X509_REQ *request = new_request (fixture->lent);
  g_autoptr (GError) error = NULL;

  signet_test_signer_set_fault (fixture->signer, SIGNET_TEST_SIGNER_WRONG_KEY);
  g_assert_cmpint (X509_REQ_sign (request, fixture->lent, EVP_sha256 ()), <=, 0);
  error = signet_signer_take_last_error ();
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
  ERR_clear_error ();
  X509_REQ_free (request);
}

/* Ordinary keys must not notice that the provider exists. */
static void
test_default_context_is_untouched (Fixture *fixture, gconstpointer spec)
{
  EVP_PKEY *ordinary = signet_test_new_key (spec);
  X509_REQ *request = new_request (ordinary);
  EVP_KEYMGMT *found = EVP_KEYMGMT_fetch (NULL, "RSA", NULL);

  g_assert_cmpint (X509_REQ_sign (request, ordinary, EVP_sha256 ()), >, 0);
  g_assert_cmpint (X509_REQ_verify (request, ordinary), ==, 1);
  g_assert_cmpstr (OSSL_PROVIDER_get0_name (EVP_KEYMGMT_get0_provider (found)), ==, "default");
  EVP_KEYMGMT_free (found);
  X509_REQ_free (request);
  EVP_PKEY_free (ordinary);
}

static void
add (const char *name, const char *spec, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strdup_printf ("/base/signer-provider/%s/%s", spec, name);

  g_test_add (path, Fixture, spec, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  static const char *const keys[] = { "rsa-2048", "ec-p256", "ec-p384" };

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/signer/request", test_request_of_every_kind);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      add ("request", keys[i], test_request);
      add ("looks-like-the-key", keys[i], test_looks_like_the_key);
      add ("private-part-stays", keys[i], test_private_part_stays);
      add ("cms", keys[i], test_cms);
      add ("cmp-request", keys[i], test_cmp_request);
      add ("failure-is-kept", keys[i], test_failure_is_kept);
      add ("lie-is-caught", keys[i], test_lie_is_caught);
      add ("default-context-is-untouched", keys[i], test_default_context_is_untouched);
    }
  add ("cms-pss", "rsa-2048", test_cms_pss);
  add ("request", "rsa-pss-2048", test_request);
  add ("looks-like-the-key", "rsa-pss-2048", test_looks_like_the_key);
  return g_test_run ();
}
