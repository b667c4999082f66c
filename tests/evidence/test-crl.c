/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-crl.c: a revocation list is believed only when it is the issuer's, covers the certificate, is of now and signed; each way to be
 * something else is refused with its reason. What a good one says is what OpenSSL's own reader finds in it.
 */
#include "config.h"

#include <string.h>

#include "../../app/core/evidence/signet-evidence.h"
#include "signet-test-crl.h"
#include "signet-test.h"

#define HOUR 3600
#define DAY (24 * HOUR)

typedef struct {
  EVP_PKEY          *key;
  X509              *ca, *leaf;
  SignetCertificate *issuer, *certificate;
  gint64             now;
} World;

static World world;

static void
make_world (void)
{
  static const char *const lists[] = { "crlDistributionPoints", "URI:http://lists.sample/ca.crl", NULL };
  SignetTestCertificate ca = { .subject = "CN=Sample CA", .ca = TRUE };
  SignetTestCertificate leaf = { .subject = "CN=Li Si (sample)", .serial = 0x81aabbccddeeff, .extensions = lists };
  EVP_PKEY *key = signet_test_new_key ("ec-p256");

  world.key = signet_test_new_key ("ec-p256");
  world.ca = signet_test_new_certificate (&ca, world.key, NULL, world.key);
  world.leaf = signet_test_new_certificate (&leaf, key, world.ca, world.key);
  world.issuer = signet_certificate_new_x509 (world.ca);
  world.certificate = signet_certificate_new_x509 (world.leaf);
  world.now = g_get_real_time () / G_USEC_PER_SEC;
  EVP_PKEY_free (key);
}

static const ASN1_INTEGER *
serial (void)
{
  return X509_get0_serialNumber (world.leaf);
}

static SignetRevocationStatus *
check (GBytes *der, GError **error)
{
  return signet_evidence_check_crl (der, world.certificate, world.issuer, world.now, world.now, error);
}

static GBytes *
finish (X509_CRL *crl, const char *fault)
{
  return test_crl_finish (crl, world.ca, world.key, fault);
}

/* --- what it says --------------------------------------------------------------------------------------------------------- */

static void
test_good (void)
{
  X509_CRL *crl = test_crl_new (world.ca);
  ASN1_INTEGER *other = ASN1_INTEGER_new ();
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = NULL;

  ASN1_INTEGER_set_uint64 (other, 0x81aabbccddeefe);
  test_crl_revoke (crl, other, world.now - DAY, "keyCompromise");
  ASN1_INTEGER_free (other);
  der = finish (crl, NULL);
  status = check (der, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_GOOD);
  g_assert_cmpint (status->kind, ==, SIGNET_EVIDENCE_CRL);
  g_assert_cmpstr (status->responder, ==, "Sample CA");
  g_assert_cmpint (status->this_update, <=, world.now);
  g_assert_cmpint (status->next_update, >, world.now);
  g_assert_cmpint (status->revoked_at, ==, SIGNET_TIME_UNKNOWN);
}

static SignetRevocationStatus *
check_revoked (gint64 when, const char *reason, const char *fault, GError **error)
{
  X509_CRL *crl = test_crl_new (world.ca);
  g_autoptr (GBytes) der = NULL;

  test_crl_revoke (crl, serial (), when, reason);
  der = finish (crl, fault);
  return check (der, error);
}

static void
test_revoked (void)
{
  static const struct { const char *name; int reason; } rows[] = {
    { NULL, -1 }, { "unspecified", 0 }, { "keyCompromise", 1 }, { "superseded", 4 }, { "certificateHold", 6 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetRevocationStatus) status = check_revoked (world.now - HOUR, rows[i].name, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_REVOKED);
      g_assert_cmpint (status->revoked_at, ==, world.now - HOUR);
      g_assert_cmpint (status->reason, ==, rows[i].reason);
    }
}

/* Taken from the list again (6.3.3 k) it is as if it were not there; beside an entry that revokes it changes nothing. */
static void
test_removed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = check_revoked (world.now - HOUR, "removeFromCRL", NULL, &error);
  g_autoptr (SignetRevocationStatus) both = NULL;
  g_autoptr (GBytes) der = NULL;
  X509_CRL *crl = test_crl_new (world.ca);

  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_GOOD);
  test_crl_revoke (crl, serial (), world.now - HOUR, "removeFromCRL");
  test_crl_revoke (crl, serial (), world.now - DAY, "keyCompromise");
  der = finish (crl, NULL);
  both = check (der, &error);
  g_assert_no_error (error);
  g_assert_cmpint (both->status, ==, SIGNET_REVOCATION_REVOKED);
}

static void
test_scope_that_fits (void)
{
  static const char *const scopes[] = { "critical,fullname:URI:http://lists.sample/ca.crl", "critical,onlyuser:TRUE",
                                        "critical,fullname:URI:http://lists.sample/ca.crl,onlyuser:TRUE" };

  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++)
    {
      X509_CRL *crl = test_crl_new (world.ca);
      g_autoptr (GBytes) der = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetRevocationStatus) status = NULL;

      test_crl_set_scope (crl, scopes[i]);
      der = finish (crl, NULL);
      status = check (der, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_GOOD);
    }
}

/* --- what is refused ------------------------------------------------------------------------------------------------------ */

static const struct { const char *fault; const char *words; } refusals[] = {
  { "future", "*from the future*" },
  { "bad-signature", "*signature*wrong*" },
  { "wrong-signer", "*signature*wrong*" },
  { "other-issuer", "*another authority*" },
  { "only-ca", "*another kind*" },
  { "only-attributes", "*attribute certificates*" },
  { "other-point", "*another distribution point*" },
  { "some-reasons", "*some reasons*" },
  { "indirect", "*indirect*" },
  { "delta", "*delta*" },
  { "critical-extension", "*critical extension*" },
  { "critical-entry", "*entry*critical extension*" },
  { "weak-algorithm", "*weak algorithm*" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GBytes) der = finish (test_crl_new (world.ca), refusals[i].fault);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetRevocationStatus) status = check (der, &error);

      g_assert_null (status);
      g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
      if (!g_pattern_match_simple (refusals[i].words, error->message))
        g_error ("%s: %s", refusals[i].fault, error->message);
    }
}

/* A list of some reasons cannot say that nothing is wrong; what it does name is revoked. */
static void
test_some_reasons_revoke (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = check_revoked (world.now - HOUR, "keyCompromise", "some-reasons", &error);

  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_REVOKED);
}

static void
test_old (void)
{
  g_autoptr (GBytes) der = finish (test_crl_new (world.ca), "expired");
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = check (der, &error);
  g_autoptr (SignetRevocationStatus) then = NULL;

  g_assert_null (status);
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_STALE);
  g_clear_error (&error);
  /* it was good in its time */
  then = signet_evidence_check_crl (der, world.certificate, world.issuer, world.now, world.now - 29 * DAY - HOUR, &error);
  g_assert_no_error (error);
  g_assert_cmpint (then->status, ==, SIGNET_REVOCATION_GOOD);
}

/* 3.3: what has ended leaves the list, so that not being listed says nothing about it. */
static void
test_ended_certificate (void)
{
  SignetTestCertificate what = { .subject = "CN=Ended (sample)", .not_before = world.now - 9 * DAY, .not_after = world.now - DAY };
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  X509 *ended = signet_test_new_certificate (&what, key, world.ca, world.key);
  g_autoptr (SignetCertificate) certificate = signet_certificate_new_x509 (ended);
  g_autoptr (GBytes) der = finish (test_crl_new (world.ca), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status =
    signet_evidence_check_crl (der, certificate, world.issuer, world.now, world.now, &error);

  g_assert_null (status);
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
  X509_free (ended);
  EVP_PKEY_free (key);
}

/* A CA's certificate that may not sign lists, though its key did. */
static void
test_not_allowed (void)
{
  SignetTestCertificate what = { .subject = "CN=Sample CA", .ca = TRUE, .key_usage = "critical,keyCertSign" };
  X509 *ca = signet_test_new_certificate (&what, world.key, NULL, world.key);
  g_autoptr (SignetCertificate) issuer = signet_certificate_new_x509 (ca);
  g_autoptr (GBytes) der = finish (test_crl_new (world.ca), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status =
    signet_evidence_check_crl (der, world.certificate, issuer, world.now, world.now, &error);

  g_assert_null (status);
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
  X509_free (ca);
}

/* Every third byte bent, and every length cut: a result or an error, and never one that hides the revocation. */
static void
test_damaged (void)
{
  X509_CRL *crl = test_crl_new (world.ca);
  g_autoptr (GBytes) der = NULL;
  const guint8 *data;
  gsize size;

  test_crl_revoke (crl, serial (), world.now - HOUR, "keyCompromise");
  der = finish (crl, NULL);
  data = g_bytes_get_data (der, &size);
  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) bent = NULL;
      g_autoptr (GBytes) cut = g_bytes_new (data, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetRevocationStatus) status = check (cut, &error);

      g_assert_null (status);
      g_assert_nonnull (error);
      g_clear_error (&error);
      copy[i] ^= 1 << (i % 8);
      bent = g_bytes_new (copy, size);
      status = check (bent, &error);
      g_assert_true ((status == NULL) == (error != NULL));
      g_assert_null (status);
    }
}

static void
test_huge (void)
{
  g_autoptr (GBytes) der = finish (test_crl_new (world.ca), "huge");
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = check (der, &error);

  g_assert_cmpuint (g_bytes_get_size (der), >, 32 * 1024 * 1024);
  g_assert_null (status);
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
}

/* Walked over where they lie; the one in the middle is found. */
static void
test_many (void)
{
  X509_CRL *crl = test_crl_new (world.ca);
  ASN1_INTEGER *other = ASN1_INTEGER_new ();
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = NULL;

  for (guint i = 0; i < 20000; i++)
    {
      ASN1_INTEGER_set_uint64 (other, 0x81aabbccddef00 - 10000 + i);
      test_crl_revoke (crl, other, world.now - DAY, i % 3 == 0 ? "superseded" : NULL);
    }
  ASN1_INTEGER_free (other);
  test_crl_revoke (crl, serial (), world.now - HOUR, "keyCompromise");
  der = finish (crl, NULL);
  status = check (der, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_REVOKED);
}

/* A key of the Chinese algorithms signs with an ID that has to be known (GB/T 32918): the one door knows it. */
static void
test_sm2 (void)
{
  SignetTestCertificate what = { .subject = "CN=Sample CA", .ca = TRUE };
  EVP_PKEY *key = EVP_PKEY_Q_keygen (NULL, NULL, "SM2");
  X509 *ca = signet_test_new_certificate (&what, key, NULL, world.key);
  g_autoptr (SignetCertificate) issuer = signet_certificate_new_x509 (ca);
  X509_CRL *crl = test_crl_new (ca);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *key_context = EVP_PKEY_CTX_new (key, NULL);
  unsigned char *der = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = NULL;
  int length;

  test_crl_revoke (crl, serial (), world.now - HOUR, "keyCompromise");
  g_assert_cmpint (EVP_PKEY_CTX_set1_id (key_context, "1234567812345678", 16), ==, 1);
  EVP_MD_CTX_set_pkey_ctx (context, key_context);
  g_assert_cmpint (EVP_DigestSignInit (context, NULL, EVP_sm3 (), NULL, key), ==, 1);
  g_assert_cmpint (X509_CRL_sign_ctx (crl, context), >, 0);
  length = i2d_X509_CRL (crl, &der);
  bytes = g_bytes_new (der, (gsize) length);
  status = signet_evidence_check_crl (bytes, world.certificate, issuer, world.now, world.now, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_REVOKED);
  OPENSSL_free (der);
  EVP_MD_CTX_free (context);
  EVP_PKEY_CTX_free (key_context);
  X509_CRL_free (crl);
  X509_free (ca);
  EVP_PKEY_free (key);
}

/* --- files ----------------------------------------------------------------------------------------------------------------- */

static char *
to_pem (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  g_autofree char *base64 = g_base64_encode (data, size);

  return g_strdup_printf ("-----BEGIN X509 CRL-----\n%s\n-----END X509 CRL-----\n", base64);
}

static void
test_files (void)
{
  g_autoptr (GBytes) der = finish (test_crl_new (world.ca), NULL);
  g_autofree char *pem = to_pem (der);
  g_autofree char *two = g_strconcat ("notes\n", pem, pem, NULL);
  g_autoptr (GBytes) text = g_bytes_new_static (two, strlen (two));
  g_autoptr (GBytes) cut = g_bytes_new_static (two, strlen (two) - 30);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("hello", 5);
  g_autoptr (GPtrArray) from_der = signet_evidence_parse_crls (der, NULL);
  g_autoptr (GPtrArray) from_pem = signet_evidence_parse_crls (text, NULL);

  g_assert_cmpuint (from_der->len, ==, 1);
  g_assert_cmpuint (from_pem->len, ==, 2);
  g_assert_true (g_bytes_equal (g_ptr_array_index (from_pem, 1), der));
  g_assert_null (signet_evidence_parse_crls (cut, NULL));
  g_assert_null (signet_evidence_parse_crls (nothing, NULL));
}

int
main (int argc, char **argv)
{
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  make_world ();
  g_test_add_func ("/evidence/crl/good", test_good);
  g_test_add_func ("/evidence/crl/revoked", test_revoked);
  g_test_add_func ("/evidence/crl/removed", test_removed);
  g_test_add_func ("/evidence/crl/scope-that-fits", test_scope_that_fits);
  g_test_add_func ("/evidence/crl/refused", test_refused);
  g_test_add_func ("/evidence/crl/some-reasons-revoke", test_some_reasons_revoke);
  g_test_add_func ("/evidence/crl/old", test_old);
  g_test_add_func ("/evidence/crl/ended-certificate", test_ended_certificate);
  g_test_add_func ("/evidence/crl/not-allowed", test_not_allowed);
  g_test_add_func ("/evidence/crl/damaged", test_damaged);
  g_test_add_func ("/evidence/crl/huge", test_huge);
  g_test_add_func ("/evidence/crl/many", test_many);
  g_test_add_func ("/evidence/crl/sm2", test_sm2);
  g_test_add_func ("/evidence/crl/files", test_files);
  status = g_test_run ();
  g_object_unref (world.issuer);
  g_object_unref (world.certificate);
  X509_free (world.leaf);
  X509_free (world.ca);
  EVP_PKEY_free (world.key);
  return status;
}
