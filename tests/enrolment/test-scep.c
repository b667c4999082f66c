/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-scep.c: SCEP's messages and answers, and an EST server's wishes, without a network: whom a server's certificates are believed from, and that
 * nothing but a genuine answer to this very message brings a certificate. SIGNET_TEST_REGENERATE=1 writes the seeds of fuzz-scep.
 */
#include "config.h"

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <string.h>

#include "signet-test-cert-rep.h"
#include "signet-test.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/enrolment/signet-csr-attributes.h"
#include "../../app/core/enrolment/signet-scep-private.h"
#include "../fuzz/fuzz-scep.h"

static EVP_PKEY *key;         /* of the CA, and of the transport certificate: the fuzz target has this one alone */
static X509 *ca;
static X509 *transport;
static X509 *issued;
static GBytes *nonce;

static GBytes *
der_of (X509 *certificate)
{
  return signet_test_certificate_der (certificate);
}

static SignetScepServer *
server_new (const char *caps)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  g_autoptr (GBytes) told = der_of (ca);
  g_autoptr (GError) error = NULL;
  SignetScepServer *server;

  g_ptr_array_add (chain, ca);
  server = _signet_scep_server_new (told, caps, chain, &error);
  g_assert_no_error (error);
  return server;
}

/* --- the server --------------------------------------------------------------------------------------------------------------- */

static void
test_capabilities (void)
{
  static const struct { const char *caps; const char *cipher; const char *digest; gboolean weak, posts, renews; } cases[] = {
    { "SCEPStandard\r\nRenewal\r\n", "AES-128-CBC", "SHA2-256", FALSE, TRUE, TRUE },
    { "AES\nSHA-512\nPOSTPKIOperation", "AES-128-CBC", "SHA2-512", FALSE, TRUE, FALSE },
    { "aes\nsha-256", "AES-128-CBC", "SHA2-256", FALSE, FALSE, FALSE },
    { "DES3\nSHA-1", "DES-EDE3-CBC", "SHA1", TRUE, FALSE, FALSE },
    { "", "DES-EDE3-CBC", "SHA1", TRUE, FALSE, FALSE },
    { NULL, "DES-EDE3-CBC", "SHA1", TRUE, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SignetScepServer) server = server_new (cases[i].caps);

      g_assert_true (EVP_CIPHER_is_a (server->cipher, cases[i].cipher));
      g_assert_true (EVP_MD_is_a (server->digest, cases[i].digest));
      g_assert_cmpint (server->weak, ==, cases[i].weak);
      g_assert_cmpint (server->posts, ==, cases[i].posts);
      g_assert_cmpint (server->renews, ==, cases[i].renews);
    }
}

/* Certificates come over plain HTTP: what the filed chain does not vouch for is not there. */
static void
test_certificates (void)
{
  EVP_PKEY *other_key = signet_test_new_key ("rsa-2048");
  SignetTestCertificate what = { .subject = "CN=Sample CA", .ca = TRUE };
  SignetTestCertificate ra_what = { .subject = "CN=RA", .key_usage = "keyEncipherment,digitalSignature" };
  X509 *stranger = signet_test_new_certificate (&what, other_key, NULL, other_key);
  X509 *ra = signet_test_new_certificate (&ra_what, other_key, ca, key);
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  g_autoptr (GBytes) of_stranger = der_of (stranger);
  g_autoptr (GBytes) with_ra = test_cert_rep_bag (ra, ca);
  g_autoptr (GBytes) ra_of_stranger = test_cert_rep_bag (stranger, ca);
  g_autoptr (GBytes) rubbish = g_bytes_new_static ("rubbish", 7);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetScepServer) server = NULL;
  g_autoptr (SignetScepServer) mixed = NULL;

  g_ptr_array_add (chain, ca);
  g_assert_null (_signet_scep_server_new (of_stranger, NULL, chain, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  g_clear_error (&error);
  g_assert_null (_signet_scep_server_new (rubbish, NULL, chain, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
  server = _signet_scep_server_new (with_ra, NULL, chain, NULL);
  g_assert_cmpint (X509_cmp (server->encryption, ra), ==, 0);
  g_assert_cmpint (X509_cmp (server->issuer, ca), ==, 0);
  mixed = _signet_scep_server_new (ra_of_stranger, NULL, chain, NULL);
  g_assert_cmpint (X509_cmp (mixed->encryption, ca), ==, 0);
  g_assert_cmpuint (mixed->certificates->len, ==, 1);
  X509_free (ra);
  X509_free (stranger);
  EVP_PKEY_free (other_key);
}

/* --- answers -------------------------------------------------------------------------------------------------------------------- */

static GBytes *
envelope_for (const char *cipher)
{
  STACK_OF (X509) *readers = sk_X509_new_null ();
  g_autoptr (GBytes) bag = test_cert_rep_bag (issued, NULL);
  GBytes *envelope;

  sk_X509_push (readers, transport);
  envelope = test_cert_rep_envelop (bag, readers, cipher);
  sk_X509_free (readers);
  return envelope;
}

static SignetScepAnswer *
open_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (SignetScepServer) server = server_new ("SCEPStandard");
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  return _signet_scep_answer_open (server, data, length, FUZZ_SCEP_TRANSACTION, nonce, key, error);
}

static GBytes *
answer_new (TestCertRep rep)
{
  if (rep.transaction == NULL)
    rep.transaction = FUZZ_SCEP_TRANSACTION;
  if (rep.nonce == NULL)
    rep.nonce = nonce;
  return test_cert_rep_new (&rep, ca, key);
}

static void
test_issued (void)
{
  static const char *const ciphers[] = { "AES-128-CBC", "AES-256-CBC", "DES-EDE3-CBC", "DES-CBC" };

  for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++)
    {
      g_autoptr (GBytes) envelope = envelope_for (ciphers[i]);
      g_autoptr (GBytes) bytes = answer_new ((TestCertRep){ .status = "0", .content = envelope });
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetScepAnswer) answer = open_bytes (bytes, &error);
      g_autoptr (GBytes) expected = test_cert_rep_bag (issued, NULL);

      g_assert_no_error (error);
      g_assert_cmpint (answer->kind, ==, SIGNET_SCEP_ISSUED);
      g_assert_true (g_bytes_equal (answer->certificates, expected));
    }
}

static void
test_waiting_and_refused (void)
{
  g_autoptr (GBytes) waiting = answer_new ((TestCertRep){ .status = "3" });
  g_autoptr (GBytes) refused = answer_new ((TestCertRep){ .status = "2", .failure = "1", .text = "不\x1b[31m对" });
  g_autoptr (SignetScepAnswer) waits = open_bytes (waiting, NULL);
  g_autoptr (SignetScepAnswer) refuses = open_bytes (refused, NULL);

  g_assert_cmpint (waits->kind, ==, SIGNET_SCEP_WAITING);
  g_assert_cmpint (refuses->kind, ==, SIGNET_SCEP_REJECTED);
  g_assert_cmpstr (_signet_scep_failure_text (refuses->failure), ==, "badMessageCheck");
  g_assert_nonnull (strstr (refuses->text, "对"));
  g_assert_null (strchr (refuses->text, 0x1b));
}

static void
assert_not_genuine (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_bytes (bytes, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
}

/* Of another transaction, to another message, by another key, or a message of ours sent back. */
static void
test_not_genuine (void)
{
  EVP_PKEY *other_key = signet_test_new_key ("rsa-2048");
  X509 *fake = X509_dup (ca);
  g_autoptr (GBytes) other_nonce = g_bytes_new_static ("another nonce 16", 16);
  g_autoptr (GBytes) envelope = envelope_for ("AES-128-CBC");
  g_autoptr (GBytes) transaction = answer_new ((TestCertRep){ .status = "0", .content = envelope, .transaction = "another" });
  g_autoptr (GBytes) replayed = answer_new ((TestCertRep){ .status = "0", .content = envelope, .nonce = other_nonce });
  g_autoptr (GBytes) status = answer_new ((TestCertRep){ .status = "1", .content = envelope });
  g_autoptr (GBytes) by_other = NULL;
  g_autoptr (SignetScepServer) server = server_new ("SCEPStandard");
  SignetScepRequest request = { SIGNET_SCEP_PKCS_REQ, FUZZ_SCEP_TRANSACTION, nonce, envelope, transport, key, NULL };
  g_autoptr (GBytes) mirrored = _signet_scep_message_new (server, &request, NULL);

  X509_set_pubkey (fake, other_key);
  by_other = test_cert_rep_new (&(TestCertRep){ .status = "0", .content = envelope, .transaction = FUZZ_SCEP_TRANSACTION, .nonce = nonce }, fake, other_key);
  assert_not_genuine (transaction);
  assert_not_genuine (replayed);
  assert_not_genuine (status);
  assert_not_genuine (by_other);
  assert_not_genuine (mirrored);
  X509_free (fake);
  EVP_PKEY_free (other_key);
}

/* A byte changed brings an error or the very same certificate (where it has no meaning); every ninth is tried. */
static void
test_changed (void)
{
  g_autoptr (GBytes) envelope = envelope_for ("AES-128-CBC");
  g_autoptr (GBytes) bytes = answer_new ((TestCertRep){ .status = "0", .content = envelope });
  g_autoptr (GBytes) expected = test_cert_rep_bag (issued, NULL);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint same = 0;

  for (gsize at = 0; at < length; at += 9)
    {
      g_autofree guint8 *changed = g_memdup2 (data, length);
      g_autoptr (GBytes) wrong = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetScepAnswer) answer = NULL;

      changed[at] ^= 0x01;
      wrong = g_bytes_new (changed, length);
      answer = open_bytes (wrong, &error);
      g_assert ((answer != NULL) != (error != NULL));
      same += answer != NULL;
      g_assert (answer == NULL || g_bytes_equal (answer->certificates, expected));
    }
  g_test_message ("%" G_GSIZE_FORMAT " bytes, %u of those changed without meaning", length, same);
}

/* --- messages --------------------------------------------------------------------------------------------------------------------- */

/* What is secret in a request is for the server alone. */
static void
test_message (void)
{
  static const char secret[] = "the challenge password";
  g_autoptr (SignetScepServer) server = server_new ("SCEPStandard");
  g_autoptr (GBytes) content = g_bytes_new_static (secret, sizeof secret);
  SignetScepRequest request = { SIGNET_SCEP_PKCS_REQ, "abc", nonce, content, transport, key, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = _signet_scep_message_new (server, &request, &error);
  gsize length;
  const guint8 *data = g_bytes_get_data (message, &length);

  g_assert_no_error (error);
  g_assert_null (memmem (data, length, secret, sizeof secret - 1));
  g_assert_nonnull (memmem (data, length, "abc", 3));
}

static void
test_poll_content (void)
{
  g_autoptr (SignetScepServer) server = server_new ("SCEPStandard");
  g_autoptr (GBytes) content = _signet_scep_poll_content (server, X509_get_subject_name (issued));
  gsize length;
  const guint8 *data = g_bytes_get_data (content, &length);
  const guint8 *at = data;
  ASN1_SEQUENCE_ANY *both = d2i_ASN1_SEQUENCE_ANY (NULL, &at, (long) length);

  g_assert_cmpint (sk_ASN1_TYPE_num (both), ==, 2);
  g_assert_true (at == data + length);
  sk_ASN1_TYPE_pop_free (both, ASN1_TYPE_free);
}

/* --- wishes ----------------------------------------------------------------------------------------------------------------------- */

static SignetCsrAttributes *
wishes_of (const char *hex, GError **error)
{
  long length = 0;
  guint8 *der = OPENSSL_hexstr2buf (hex, &length);
  SignetCsrAttributes *wishes = _signet_csr_attributes_parse (der, (gsize) length, error);

  OPENSSL_free (der);
  return wishes;
}

/* RFC 7030, 4.5.2: the example of the standard */
static void
test_wishes_of_the_standard (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCsrAttributes) wishes
    = wishes_of ("304106092a864886f70d010907301206072a8648ce3d0201310706052b81040022301606092a864886f70d01090e31090607"
                 "2b06010101011606082a8648ce3d040303", &error);
  EVP_PKEY *p256 = signet_test_new_key ("ec-p256");
  EVP_PKEY *p384 = signet_test_new_key ("ec-p384");

  g_assert_no_error (error);
  g_assert_true (wishes->binding);
  g_assert_cmpint (wishes->curve_nid, ==, NID_secp384r1);
  g_assert_cmpint (wishes->digest, ==, SIGNET_DIGEST_SHA384);
  g_assert_cmpuint (wishes->unknown->len, ==, 1);
  g_assert_cmpstr (wishes->unknown->pdata[0], ==, "1.3.6.1.1.1.1.22");
  g_assert_true (_signet_csr_attributes_fits (wishes, p384, NULL));
  g_assert_false (_signet_csr_attributes_fits (wishes, p256, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED);
  EVP_PKEY_free (p256);
  EVP_PKEY_free (p384);
}

/* --- seeds ----------------------------------------------------------------------------------------------------------------------------- */

/* @bytes: (transfer full) */
static void
write_seed (const char *name, GBytes *bytes)
{
  g_autofree char *path = g_build_filename (g_getenv ("SIGNET_SOURCE_ROOT"), "tests", "fuzz", "seeds", "scep", name, NULL);

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL));
  g_bytes_unref (bytes);
}

static void
test_seeds (void)
{
  g_autoptr (GBytes) aes = envelope_for ("AES-128-CBC");
  g_autoptr (GBytes) des = envelope_for ("DES-CBC");

  write_seed ("issued", answer_new ((TestCertRep){ .status = "0", .content = aes }));
  write_seed ("issued-des", answer_new ((TestCertRep){ .status = "0", .content = des }));
  write_seed ("waiting", answer_new ((TestCertRep){ .status = "3" }));
  write_seed ("refused", answer_new ((TestCertRep){ .status = "2", .failure = "1", .text = "不对" }));
  write_seed ("certificates", test_cert_rep_bag (ca, NULL));
  write_seed ("certificate", der_of (ca));
  write_seed ("capabilities", g_bytes_new_static ("AES\nSHA-256\nRenewal", 19));
}

static void
set_up (void)
{
  SignetTestCertificate end = { .subject = "CN=Li Na (sample)" };
  BIO *key_bio = BIO_new_mem_buf (fuzz_scep_key, -1);
  BIO *certificate_bio = BIO_new_mem_buf (fuzz_scep_certificate, -1);

  key = PEM_read_bio_PrivateKey (key_bio, NULL, NULL, NULL);
  ca = PEM_read_bio_X509 (certificate_bio, NULL, NULL, NULL);
  transport = _signet_scep_certificate_new (key, X509_get_subject_name (ca));
  issued = signet_test_new_certificate (&end, key, ca, key);
  nonce = g_bytes_new_static (FUZZ_SCEP_NONCE, 16);
  BIO_free (key_bio);
  BIO_free (certificate_bio);
}

int
main (int argc, char **argv)
{
  OSSL_PROVIDER *standard, *legacy;
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  standard = OSSL_PROVIDER_load (NULL, "default");
  legacy = OSSL_PROVIDER_load (NULL, "legacy");
  set_up ();
  g_test_add_func ("/enrolment/scep/capabilities", test_capabilities);
  g_test_add_func ("/enrolment/scep/certificates", test_certificates);
  g_test_add_func ("/enrolment/scep/issued", test_issued);
  g_test_add_func ("/enrolment/scep/waiting-and-refused", test_waiting_and_refused);
  g_test_add_func ("/enrolment/scep/not-genuine", test_not_genuine);
  g_test_add_func ("/enrolment/scep/changed", test_changed);
  g_test_add_func ("/enrolment/scep/message", test_message);
  g_test_add_func ("/enrolment/scep/poll-content", test_poll_content);
  g_test_add_func ("/enrolment/est/wishes-of-the-standard", test_wishes_of_the_standard);
  if (g_getenv ("SIGNET_TEST_REGENERATE") != NULL)
    g_test_add_func ("/enrolment/scep/seeds", test_seeds);
  status = g_test_run ();
  X509_free (ca);
  X509_free (transport);
  X509_free (issued);
  EVP_PKEY_free (key);
  g_bytes_unref (nonce);
  OSSL_PROVIDER_unload (legacy);
  OSSL_PROVIDER_unload (standard);
  return status;
}
