/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-path.c: a path to an anchor only where RFC 5280 has one: one violation a test, in certificates made for it. */
#include "config.h"

#include "../../app/core/certificate/signet-certificate-path.h"
#include "signet-test.h"

#define DAY 86400

/* root -> ca -> leaf, each with a key of its own; what a test changes before make() is what it is about. */
typedef struct {
  EVP_PKEY              *root_key, *ca_key, *leaf_key, *other_key;
  SignetTestCertificate  root, ca, leaf;
  EVP_PKEY              *ca_signer;   /* who really signs the CA certificate */
  EVP_PKEY              *leaf_signer;
  GPtrArray             *anchors, *untrusted;
  SignetCertificate     *certificate;
  SignetPathPurpose      purpose;
  gint64                 time;
} Fixture;

static EVP_PKEY *keys[4];

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root_key = keys[0];
  fixture->ca_key = fixture->leaf_signer = keys[1];
  fixture->leaf_key = keys[2];
  fixture->other_key = keys[3];
  fixture->ca_signer = keys[0];
  fixture->root = (SignetTestCertificate){ .subject = "CN=Root (sample)", .ca = TRUE };
  fixture->ca = (SignetTestCertificate){ .subject = "CN=CA (sample)", .ca = TRUE };
  fixture->leaf = (SignetTestCertificate){ .subject = "CN=Leaf (sample)" };
  fixture->anchors = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->untrusted = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->purpose = SIGNET_PATH_PURPOSE_ANY;
  fixture->time = g_get_real_time () / G_USEC_PER_SEC;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->anchors);
  g_ptr_array_unref (fixture->untrusted);
  g_clear_object (&fixture->certificate);
}

static void
make (Fixture *fixture)
{
  X509 *root = signet_test_new_certificate (&fixture->root, fixture->root_key, NULL, fixture->root_key);
  X509 *ca = signet_test_new_certificate (&fixture->ca, fixture->ca_key, root, fixture->ca_signer);
  X509 *leaf = signet_test_new_certificate (&fixture->leaf, fixture->leaf_key, ca, fixture->leaf_signer);

  g_ptr_array_add (fixture->anchors, signet_certificate_new_x509 (root));
  g_ptr_array_add (fixture->untrusted, signet_certificate_new_x509 (ca));
  fixture->certificate = signet_certificate_new_x509 (leaf);
  X509_free (root);
  X509_free (ca);
  X509_free (leaf);
}

static SignetCertificatePath *
build (Fixture *fixture)
{
  return signet_certificate_path_build (fixture->certificate, fixture->untrusted, fixture->anchors, fixture->purpose, fixture->time);
}

static void
check_reason (Fixture *fixture, const char *reason)
{
  g_autoptr (SignetCertificatePath) path = build (fixture);

  g_assert_false (path->found);
  g_assert_cmpstr (path->reason, ==, reason);
  g_assert_cmpuint (path->certificates->len, >=, 1);
  g_assert_true (g_ptr_array_index (path->certificates, 0) == fixture->certificate);
}

static void
check_found (Fixture *fixture, guint length)
{
  g_autoptr (SignetCertificatePath) path = build (fixture);

  g_assert_cmpstr (path->reason, ==, NULL);
  g_assert_true (path->found);
  g_assert_cmpuint (path->certificates->len, ==, length);
}

/* --- good ---------------------------------------------------------------------------------------------------------------- */

static void
test_good (Fixture *fixture, gconstpointer data)
{
  make (fixture);
  check_found (fixture, 3);
}

static void
test_intermediate_anchor (Fixture *fixture, gconstpointer data)
{
  make (fixture);
  g_ptr_array_set_size (fixture->anchors, 0);
  g_ptr_array_add (fixture->anchors, g_object_ref (g_ptr_array_index (fixture->untrusted, 0)));
  check_found (fixture, 2);
}

static void
test_leaf_is_anchor (Fixture *fixture, gconstpointer data)
{
  make (fixture);
  g_ptr_array_add (fixture->anchors, g_object_ref (fixture->certificate));
  check_found (fixture, 1);
}

/* A namesake of the CA with another key stands first, with and without a key identifier that gives it away. */
static void
test_namesake (Fixture *fixture, gconstpointer data)
{
  X509 *root, *twin;

  make (fixture);
  root = signet_certificate_get_x509 (g_ptr_array_index (fixture->anchors, 0));
  twin = signet_test_new_certificate (&fixture->ca, fixture->other_key, root, fixture->root_key);
  X509_EXTENSION_free (X509_delete_ext (twin, X509_get_ext_by_NID (twin, NID_subject_key_identifier, -1)));
  X509_sign (twin, fixture->root_key, EVP_sha256 ());
  g_ptr_array_insert (fixture->untrusted, 0, signet_certificate_new_x509 (twin));
  check_found (fixture, 3);
  X509_free (twin);
}

/* The CA was certified twice, once long ago: the way that is still open is found. */
static void
test_two_ways (Fixture *fixture, gconstpointer data)
{
  SignetTestCertificate old = { .subject = "CN=CA (sample)", .ca = TRUE, .not_before = 1000 * DAY, .not_after = 2000 * DAY };
  X509 *root, *expired;

  make (fixture);
  root = signet_certificate_get_x509 (g_ptr_array_index (fixture->anchors, 0));
  expired = signet_test_new_certificate (&old, fixture->ca_key, root, fixture->root_key);
  g_ptr_array_insert (fixture->untrusted, 0, signet_certificate_new_x509 (expired));
  check_found (fixture, 3);
  X509_free (expired);
}

static void
test_pss (Fixture *fixture, gconstpointer data)
{
  fixture->root_key = fixture->ca_signer = signet_test_new_key ("rsa-2048");
  fixture->root.sign_pss = fixture->ca.sign_pss = TRUE;
  make (fixture);
  check_found (fixture, 3);
  EVP_PKEY_free (fixture->root_key);
}

/* --- not good -------------------------------------------------------------------------------------------------------------- */

static void
test_no_anchor (Fixture *fixture, gconstpointer data)
{
  make (fixture);
  g_ptr_array_add (fixture->untrusted, g_object_ref (g_ptr_array_index (fixture->anchors, 0)));
  g_ptr_array_set_size (fixture->anchors, 0);
  check_reason (fixture, "no-trust-anchor");
}

static void
test_no_intermediate (Fixture *fixture, gconstpointer data)
{
  make (fixture);
  g_ptr_array_set_size (fixture->untrusted, 0);
  check_reason (fixture, "no-trust-anchor");
}

static void
test_self_signed_leaf (Fixture *fixture, gconstpointer data)
{
  X509 *alone;

  make (fixture);
  alone = signet_test_new_certificate (&fixture->leaf, fixture->leaf_key, NULL, fixture->leaf_key);
  g_set_object (&fixture->certificate, NULL);
  fixture->certificate = signet_certificate_new_x509 (alone);
  check_reason (fixture, "no-trust-anchor");
  X509_free (alone);
}

static void
test_forged_leaf (Fixture *fixture, gconstpointer data)
{
  fixture->leaf_signer = fixture->other_key;
  make (fixture);
  check_reason (fixture, "bad-signature");
}

static void
test_forged_ca (Fixture *fixture, gconstpointer data)
{
  fixture->ca_signer = fixture->other_key;
  make (fixture);
  check_reason (fixture, "no-trust-anchor");
}

static void
test_expired_leaf (Fixture *fixture, gconstpointer data)
{
  fixture->leaf.not_before = fixture->time - 20 * DAY;
  fixture->leaf.not_after = fixture->time - 10 * DAY;
  make (fixture);
  check_reason (fixture, "expired");
  fixture->time -= 15 * DAY;
  fixture->time = MAX (fixture->time, 0);
  check_reason (fixture, "ca-not-yet-valid"); /* the CA is from yesterday */
}

static void
test_not_yet_valid (Fixture *fixture, gconstpointer data)
{
  fixture->leaf.not_before = fixture->time + DAY;
  make (fixture);
  check_reason (fixture, "not-yet-valid");
}

static void
test_expired_ca (Fixture *fixture, gconstpointer data)
{
  fixture->ca.not_before = fixture->time - 20 * DAY;
  fixture->ca.not_after = fixture->time - 10 * DAY;
  make (fixture);
  check_reason (fixture, "ca-expired");
}

static void
test_not_a_ca (Fixture *fixture, gconstpointer data)
{
  fixture->ca.ca = FALSE;
  make (fixture);
  check_reason (fixture, "ca-not-allowed");
}

static void
test_ca_without_cert_sign (Fixture *fixture, gconstpointer data)
{
  fixture->ca.key_usage = "critical,cRLSign";
  make (fixture);
  check_reason (fixture, "ca-not-allowed");
}

/* Replaces the CA's basic constraints, signs again. */
static void
test_path_length (Fixture *fixture, gconstpointer data)
{
  SignetTestCertificate sub = { .subject = "CN=Sub CA (sample)", .ca = TRUE };
  X509V3_CTX context;
  X509_EXTENSION *limit;
  X509 *ca, *sub_ca, *leaf;

  make (fixture);
  ca = X509_dup (signet_certificate_get_x509 (g_ptr_array_index (fixture->untrusted, 0)));
  X509V3_set_ctx (&context, NULL, ca, NULL, NULL, 0);
  limit = X509V3_EXT_conf_nid (NULL, &context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  X509_EXTENSION_free (X509_delete_ext (ca, X509_get_ext_by_NID (ca, NID_basic_constraints, -1)));
  X509_add_ext (ca, limit, -1);
  X509_sign (ca, fixture->root_key, EVP_sha256 ());
  sub_ca = signet_test_new_certificate (&sub, fixture->other_key, ca, fixture->ca_key);
  leaf = signet_test_new_certificate (&fixture->leaf, fixture->leaf_key, sub_ca, fixture->other_key);
  g_ptr_array_set_size (fixture->untrusted, 0);
  g_ptr_array_add (fixture->untrusted, signet_certificate_new_x509 (ca));
  g_ptr_array_add (fixture->untrusted, signet_certificate_new_x509 (sub_ca));
  g_object_unref (fixture->certificate);
  fixture->certificate = signet_certificate_new_x509 (leaf);
  check_reason (fixture, "path-too-long");
  X509_EXTENSION_free (limit);
  X509_free (ca);
  X509_free (sub_ca);
  X509_free (leaf);
}

static void
test_name_constraint (Fixture *fixture, gconstpointer data)
{
  static const char *const constraint[] = { "nameConstraints", "critical,permitted;email:good.sample", NULL };
  static const char *const name[] = { "subjectAltName", "email:me@bad.sample", NULL };

  fixture->ca.extensions = constraint;
  fixture->leaf.extensions = name;
  make (fixture);
  check_reason (fixture, "name-constraint");
}

static void
test_unknown_critical (Fixture *fixture, gconstpointer data)
{
  static const char *const extension[] = { "1.2.3.4.5", "critical,DER:05:00", NULL };

  fixture->leaf.extensions = extension;
  make (fixture);
  check_reason (fixture, "unknown-critical-extension");
}

static void
test_unknown_not_critical (Fixture *fixture, gconstpointer data)
{
  static const char *const extension[] = { "1.2.3.4.5", "DER:05:00", NULL };

  fixture->leaf.extensions = extension;
  make (fixture);
  check_found (fixture, 3);
}

static void
test_explicit_policy (Fixture *fixture, gconstpointer data)
{
  static const char *const of_ca[] = { "certificatePolicies", "1.2.3.4", "policyConstraints", "critical,requireExplicitPolicy:0", NULL };
  static const char *const of_leaf[] = { "certificatePolicies", "1.2.3.5", NULL };

  fixture->ca.extensions = of_ca;
  fixture->leaf.extensions = of_leaf;
  make (fixture);
  check_reason (fixture, "constraint");
}

static void
test_sha1 (Fixture *fixture, gconstpointer data)
{
  fixture->leaf.digest = EVP_sha1 ();
  make (fixture);
  check_reason (fixture, "weak-algorithm");
}

static void
test_short_rsa (Fixture *fixture, gconstpointer data)
{
  fixture->leaf_key = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t) 1024);
  make (fixture);
  check_reason (fixture, "weak-algorithm");
  EVP_PKEY_free (fixture->leaf_key);
}

/* Two CAs that certify each other, and no way out: it ends, and soon. */
static void
test_loop (Fixture *fixture, gconstpointer data)
{
  SignetTestCertificate a = { .subject = "CN=A (sample)", .ca = TRUE }, b = { .subject = "CN=B (sample)", .ca = TRUE };
  X509 *a0 = signet_test_new_certificate (&a, keys[0], NULL, keys[0]);
  X509 *b0 = signet_test_new_certificate (&b, keys[1], a0, keys[0]);
  X509 *a1 = signet_test_new_certificate (&a, keys[0], b0, keys[1]);
  X509 *leaf = signet_test_new_certificate (&fixture->leaf, keys[2], a1, keys[0]);

  g_ptr_array_add (fixture->untrusted, signet_certificate_new_x509 (b0));
  g_ptr_array_add (fixture->untrusted, signet_certificate_new_x509 (a1));
  fixture->certificate = signet_certificate_new_x509 (leaf);
  check_reason (fixture, "no-trust-anchor");
  X509_free (a0);
  X509_free (b0);
  X509_free (a1);
  X509_free (leaf);
}

/* A thousand namesakes that did not sign: the search gives up at its limit instead of trying every one. */
static void
test_flood (Fixture *fixture, gconstpointer data)
{
  make (fixture);
  g_ptr_array_set_size (fixture->untrusted, 0);
  for (guint i = 0; i < 1000; i++)
    {
      SignetTestCertificate twin = { .subject = "CN=CA (sample)", .ca = TRUE, .serial = 1000 + i };
      X509 *x509 = signet_test_new_certificate (&twin, fixture->ca_key, NULL, fixture->ca_key);

      g_ptr_array_add (fixture->untrusted, signet_certificate_new_x509 (x509));
      X509_free (x509);
    }
  check_reason (fixture, "path-failed");
}

/* --- purpose ----------------------------------------------------------------------------------------------------------------- */

static void
check_purpose (Fixture *fixture, SignetPathPurpose purpose, const char *usage, const char *extended, gboolean allowed)
{
  const char *extensions[] = { "extendedKeyUsage", extended, NULL };

  fixture->purpose = purpose;
  fixture->leaf.key_usage = usage;
  fixture->leaf.extensions = extended != NULL ? extensions : NULL;
  make (fixture);
  if (allowed)
    check_found (fixture, 3);
  else
    check_reason (fixture, "purpose");
  g_ptr_array_set_size (fixture->anchors, 0);
  g_ptr_array_set_size (fixture->untrusted, 0);
  g_clear_object (&fixture->certificate);
}

static void
test_purposes (Fixture *fixture, gconstpointer data)
{
  check_purpose (fixture, SIGNET_PATH_PURPOSE_TSA, "critical,digitalSignature", "critical,timeStamping", TRUE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_TSA, "critical,digitalSignature", "timeStamping", FALSE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_TSA, "critical,digitalSignature", "critical,timeStamping,emailProtection", FALSE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_TSA, "critical,digitalSignature", NULL, FALSE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_TSA, "critical,keyEncipherment", "critical,timeStamping", FALSE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_OCSP, "critical,digitalSignature", "OCSPSigning", TRUE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_OCSP, "critical,digitalSignature", NULL, FALSE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_SIGNATURE, "critical,nonRepudiation", NULL, TRUE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_SIGNATURE, "critical,keyEncipherment", NULL, FALSE);
  check_purpose (fixture, SIGNET_PATH_PURPOSE_SIGNATURE, "critical,digitalSignature", "OCSPSigning", FALSE);
}

#define ADD(name, function) g_test_add ("/certificate/path/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    keys[i] = signet_test_new_key ("ec-p256");
  ADD ("good", test_good);
  ADD ("intermediate-anchor", test_intermediate_anchor);
  ADD ("leaf-is-anchor", test_leaf_is_anchor);
  ADD ("namesake", test_namesake);
  ADD ("two-ways", test_two_ways);
  ADD ("pss", test_pss);
  ADD ("no-anchor", test_no_anchor);
  ADD ("no-intermediate", test_no_intermediate);
  ADD ("self-signed-leaf", test_self_signed_leaf);
  ADD ("forged-leaf", test_forged_leaf);
  ADD ("forged-ca", test_forged_ca);
  ADD ("expired-leaf", test_expired_leaf);
  ADD ("not-yet-valid", test_not_yet_valid);
  ADD ("expired-ca", test_expired_ca);
  ADD ("not-a-ca", test_not_a_ca);
  ADD ("ca-without-cert-sign", test_ca_without_cert_sign);
  ADD ("path-length", test_path_length);
  ADD ("name-constraint", test_name_constraint);
  ADD ("unknown-critical", test_unknown_critical);
  ADD ("unknown-not-critical", test_unknown_not_critical);
  ADD ("explicit-policy", test_explicit_policy);
  ADD ("sha1", test_sha1);
  ADD ("short-rsa", test_short_rsa);
  ADD ("loop", test_loop);
  ADD ("flood", test_flood);
  ADD ("purposes", test_purposes);
  status = g_test_run ();
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    EVP_PKEY_free (keys[i]);
  return status;
}
