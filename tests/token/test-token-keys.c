/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-token-keys.c: what is on a token and what may be done with it: kinds of keys, the evidence for sole control, keys brought
 * from files, certificates written, replaced and deleted; on SoftHSM, and on SoftHSM with the habits of stricter modules
 * (picky/picky.c).
 */
#include "config.h"

#include <glib/gstdio.h>
#include <openssl/pkcs12.h>

#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"
#include "token-support.h"

#define PIN "12345678"

static char *folder; /* of SoftHSM and of the shim */

/* --- a token --- */

static void
set_rules (const char *rules)
{
  g_autofree char *path = g_build_filename (folder, "rules", NULL);

  g_assert_true (g_file_set_contents (path, rules, -1, NULL));
}

typedef struct
{
  SignetTokenManager *manager;
  SignetToken *token;
  SignetTokenSession *session;
} World;

static void
world_clear (World *world)
{
  g_clear_object (&world->session);
  g_clear_object (&world->token);
  g_clear_object (&world->manager);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* An empty token of the module, logged in. */
static World
new_world (const char *rules)
{
  static guint n = 0;
  const char *const modules[] = { g_getenv ("SIGNET_TEST_PICKY"), NULL };
  g_autofree char *label = g_strdup_printf ("Keys %u (sample)", n++);
  g_autoptr (GError) error = NULL;
  World world = { NULL, NULL, NULL };

  set_rules (rules);
  token_support_init_token (label, PIN);
  world.manager = signet_token_manager_new (modules);
  world.token = signet_token_manager_find_token (world.manager, label, NULL, &error);
  g_assert_no_error (error);
  world.session = token_support_login (world.token, PIN);
  return world;
}

static SignetTokenKey *
make_key (World *world, const char *spec)
{
  g_autoptr (GError) error = NULL;
  SignetTokenKey *key = signet_token_session_generate_key (world->session, spec, "a key", NULL, &error);

  g_assert_no_error (error);
  return key;
}

static void
check_signature (World *world, SignetTokenKey *key, SignetSignatureScheme scheme, SignetDigest digest, gsize size)
{
  SignetSignatureAlgorithm algorithm = { scheme, digest };
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (GBytes) message = g_bytes_new (text, size);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetSigner) signer = signet_token_session_new_signer (world->session, key, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (signet_signer_can_sign (signer, algorithm));
  signature = signet_signer_sign (signer, algorithm, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (signet_signature_verify (algorithm, _signet_token_key_get_public (key), text, size,
                                          g_bytes_get_data (signature, NULL), g_bytes_get_size (signature)));
}

/* The token as it is listed now. */
static SignetToken *
list_again (World *world)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (world->manager, NULL, NULL, NULL);

  for (guint i = 0; i < tokens->len; i++)
    if (g_str_equal (signet_token_get_uri (tokens->pdata[i]), signet_token_get_uri (world->token)))
      return g_object_ref (tokens->pdata[i]);
  g_assert_not_reached ();
}

static guint
count_certificates (World *world)
{
  g_autoptr (SignetToken) token = list_again (world);
  GPtrArray *keys = signet_token_get_keys (token);
  guint n = 0;

  for (guint i = 0; i < keys->len; i++)
    n += signet_token_key_get_certificate (keys->pdata[i]) != NULL;
  return n;
}

/* --- kinds of keys --- */

static void
test_specs (void)
{
  static const char *const expected[] = { "rsa-3072", "rsa-4096", "rsa-2048", "ec-p256", "ec-p384", "ec-p521" };
  g_auto (World) world = new_world ("");
  const char *const *specs = signet_token_get_key_specs (world.token);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_true (g_strv_contains (specs, expected[i]));
  g_assert_cmpstr (specs[0], ==, "rsa-3072");
  g_assert_false (g_strv_contains (specs, "sm2"));
}

static void
test_every_kind (void)
{
  static const struct
  {
    const char *spec;
    const char *text;
    SignetSignatureScheme scheme;
    SignetDigest digest;
  } rows[] = {
    { "rsa-2048", "RSA-2048", SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 },
    { "rsa-3072", "RSA-3072", SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256 },
    { "ec-p256", "P-256", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 },
    { "ec-p384", "P-384", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA384 },
    { "ec-p521", "P-521", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA512 },
    { "ed25519", "Ed25519", SIGNET_SIGNATURE_ED25519, SIGNET_DIGEST_SHA512 },
  };
  g_auto (World) world = new_world ("");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SignetTokenKey) key = NULL;

      /* a SoftHSM built without Edwards curves says so, and then nobody is offered such a key */
      if (!signet_token_can_make_key (world.token, rows[i].spec))
        {
          g_assert_cmpstr (rows[i].spec, ==, "ed25519");
          continue;
        }
      key = make_key (&world, rows[i].spec);
      g_assert_cmpstr (signet_token_key_get_key_text (key), ==, rows[i].text);
      check_signature (&world, key, rows[i].scheme, rows[i].digest, 100);
    }
}

static void
test_edwards_by_name (void)
{
  g_auto (World) world = new_world ("edwards-by-name");
  g_autoptr (SignetTokenKey) key = NULL;

  if (!signet_token_can_make_key (world.token, "ed25519"))
    {
      g_test_skip ("this SoftHSM has no Edwards curves");
      return;
    }
  key = make_key (&world, "ed25519");
  check_signature (&world, key, SIGNET_SIGNATURE_ED25519, SIGNET_DIGEST_SHA512, 100);
}

static void
assert_facts (SignetTokenKey *key, gboolean local)
{
  const SignetTokenKeyFacts *facts = signet_token_key_get_facts (key);
  SignetTokenFact if_local = local ? SIGNET_TOKEN_FACT_YES : SIGNET_TOKEN_FACT_NO;

  g_assert_cmpint (facts->local, ==, if_local);
  g_assert_cmpint (facts->sensitive, ==, SIGNET_TOKEN_FACT_YES);
  g_assert_cmpint (facts->always_sensitive, ==, if_local);
  g_assert_cmpint (facts->extractable, ==, SIGNET_TOKEN_FACT_NO);
  g_assert_cmpint (facts->never_extractable, ==, if_local);
  g_assert_cmpint (facts->always_authenticate, ==, SIGNET_TOKEN_FACT_NO);
}

/* A listing without a login tells nothing of a private key; what was heard after one stays known, whenever the token is listed. */
static void
test_facts (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTokenKey) made = make_key (&world, "ec-p256");
  g_autoptr (SignetToken) token = NULL;

  assert_facts (made, TRUE);
  signet_token_session_close (world.session);
  token = list_again (&world);
  assert_facts (signet_token_get_keys (token)->pdata[0], TRUE);
}

/* Somebody else made the key: nothing is known of it before the login; afterwards all that the token tells. */
static void
test_facts_of_others (void)
{
  g_auto (World) world = new_world ("");
  /* SoftHSM itself: the shim may be made with a sanitizer, which that program is not */
  const char *const arguments[] = { "pkcs11-tool", "--module", g_getenv ("SIGNET_TEST_PICKY_MODULE"), "--token-label", signet_token_get_label (world.token),
                                    "--login", "--pin", PIN, "--keypairgen", "--key-type", "EC:prime256v1", "--id", "01", NULL };
  g_autoptr (SignetToken) token = NULL;
  SignetTokenKey *listed = NULL;
  g_autoptr (SignetTokenKey) read = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  signet_token_session_close (world.session);
  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  token = list_again (&world);
  listed = signet_token_get_keys (token)->pdata[0];
  g_assert_cmpint (signet_token_key_get_facts (listed)->local, ==, SIGNET_TOKEN_FACT_UNKNOWN);
  g_assert_cmpint (signet_token_key_get_facts (listed)->extractable, ==, SIGNET_TOKEN_FACT_UNKNOWN);
  g_set_object (&world.session, NULL);
  world.session = token_support_login (token, PIN);
  read = signet_token_session_read_key (world.session, listed, NULL, &error);
  g_assert_no_error (error);
  assert_facts (read, TRUE);
  g_assert_cmpstr (signet_token_key_get_sha256 (read), ==, signet_token_key_get_sha256 (listed));
  assert_facts (listed, TRUE);
}

static void
test_all_or_nothing (void)
{
  g_auto (World) world = new_world ("all-or-nothing");
  g_autoptr (SignetTokenKey) key = make_key (&world, "rsa-2048");
  const SignetTokenKeyFacts *facts = signet_token_key_get_facts (key);

  g_assert_cmpint (facts->local, ==, SIGNET_TOKEN_FACT_YES);
  g_assert_cmpint (facts->sensitive, ==, SIGNET_TOKEN_FACT_YES);
  g_assert_cmpint (facts->always_sensitive, ==, SIGNET_TOKEN_FACT_UNKNOWN); /* that one it does not tell */
  g_assert_cmpint (facts->extractable, ==, SIGNET_TOKEN_FACT_NO);
  g_assert_cmpint (facts->never_extractable, ==, SIGNET_TOKEN_FACT_YES);
  check_signature (&world, key, SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256, 100);
}

static void
test_strict_templates (void)
{
  static const char *const rules[] = { "no-purposes", "no-protection", "no-purposes no-protection" };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_auto (World) world = new_world (rules[i]);
      g_autoptr (SignetTokenKey) key = make_key (&world, "ec-p256");

      assert_facts (key, TRUE);
      check_signature (&world, key, SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256, 100);
    }
}

/* A key that can be taken out is worse than none: it is refused and does not stay behind. */
static void
test_leaky (void)
{
  g_auto (World) world = new_world ("leaky");
  g_autoptr (SignetToken) token = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_token_session_generate_key (world.session, "rsa-2048", "x", NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED);
  token = list_again (&world);
  g_assert_cmpuint (signet_token_get_keys (token)->len, ==, 0);
}

static void
test_hash_only (void)
{
  static const SignetDigest digests[] = { SIGNET_DIGEST_SHA256, SIGNET_DIGEST_SHA384, SIGNET_DIGEST_SHA512 };
  static const gsize sizes[] = { 0, 100, 16384, 16385, 200000 };
  g_auto (World) world = new_world ("hash-only");
  g_autoptr (SignetTokenKey) rsa = make_key (&world, "rsa-2048");

  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    {
      check_signature (&world, rsa, SIGNET_SIGNATURE_RSA_PKCS1, digests[i], 100);
      check_signature (&world, rsa, SIGNET_SIGNATURE_RSA_PSS, digests[i], 100);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_signature (&world, rsa, SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256, sizes[i]);
}

/* SoftHSM hashes for RSA alone: with ECDSA gone as a plain mechanism nothing is left, and that is told before a PIN is. */
static void
test_hash_only_ec (void)
{
  g_auto (World) world = new_world ("hash-only");

  g_assert_false (signet_token_can_make_key (world.token, "ec-p256"));
  g_assert_true (signet_token_can_make_key (world.token, "rsa-2048"));
}

/* --- keys from files --- */

static SignetPkcs12 *
make_bundle (EVP_PKEY *key, X509 *certificate)
{
  PKCS12 *file = PKCS12_create ("passphrase", "sample", key, certificate, NULL, 0, 0, 0, 0, 0);
  guint8 *der = NULL;
  int length = i2d_PKCS12 (file, &der);
  g_autoptr (GBytes) data = g_bytes_new (der, (gsize) length);
  g_autoptr (SignetSecret) passphrase = signet_secret_new ((const guint8 *) "passphrase", 10);
  g_autoptr (GError) error = NULL;
  SignetPkcs12 *bundle = signet_pkcs12_open (data, passphrase, &error);

  g_assert_no_error (error);
  OPENSSL_free (der);
  PKCS12_free (file);
  return bundle;
}

static SignetPkcs12 *
new_bundle (const char *spec)
{
  EVP_PKEY *key = NULL;
  SignetTestCertificate person = { .subject = "CN=Sample Person" };
  X509 *certificate = NULL;
  SignetPkcs12 *bundle = NULL;

  key = g_str_equal (spec, "ed25519") ? EVP_PKEY_Q_keygen (NULL, NULL, "ED25519") : signet_test_new_key (spec);
  if (!g_str_equal (spec, "ed25519"))
    certificate = signet_test_new_certificate (&person, key, NULL, key);
  bundle = make_bundle (key, certificate);
  X509_free (certificate);
  EVP_PKEY_free (key);
  return bundle;
}

static void
check_import (World *world, const char *spec, SignetSignatureScheme scheme, SignetDigest digest)
{
  g_autoptr (SignetPkcs12) bundle = new_bundle (spec);
  SignetCertificate *certificate = signet_pkcs12_get_certificate (bundle);
  g_autoptr (SignetTokenKey) key = NULL;
  g_autoptr (SignetTokenKey) again = NULL;
  g_autoptr (SignetTokenKey) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", spec);
  key = signet_token_session_import_key (world->session, bundle, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_facts (key, FALSE);
  check_signature (world, key, scheme, digest, 100);
  again = signet_token_session_import_key (world->session, bundle, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (signet_token_key_get_sha256 (again), ==, signet_token_key_get_sha256 (key));
  if (certificate == NULL)
    return;
  g_assert_true (signet_token_session_store_certificate (world->session, certificate, NULL, NULL, &error));
  g_assert_no_error (error);
  found = signet_token_manager_find_key (world->manager, signet_certificate_get_sha256 (certificate), NULL, &error);
  g_assert_no_error (error);
  check_signature (world, found, scheme, digest, 100);
}

static void
test_import (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetToken) token = NULL;

  check_import (&world, "rsa-2048", SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256);
  check_import (&world, "ec-p256", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256);
  check_import (&world, "ec-p521", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA512);
  if (signet_token_can_make_key (world.token, "ed25519"))
    check_import (&world, "ed25519", SIGNET_SIGNATURE_ED25519, SIGNET_DIGEST_SHA512);
  token = list_again (&world);
  g_assert_cmpuint (signet_token_get_keys (token)->len, ==, signet_token_can_make_key (world.token, "ed25519") ? 4 : 3);
}

static void
test_import_wrapped (void)
{
  g_auto (World) world = new_world ("wrapped-only");

  check_import (&world, "rsa-2048", SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256);
  check_import (&world, "ec-p256", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256);
}

/* RFC 4055, 1.2: the certificate binds the key to PSS; the token has a plain RSA key and must find it, and sign nothing else. */
static void
test_pss_certificate (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetPkcs12) bundle = new_bundle ("rsa-pss-2048");
  SignetCertificate *certificate = signet_pkcs12_get_certificate (bundle);
  g_autoptr (SignetTokenKey) imported = NULL;
  g_autoptr (SignetTokenKey) found = NULL;
  g_autoptr (SignetSigner) signer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (certificate);
  imported = signet_token_session_import_key (world.session, bundle, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (signet_token_session_store_certificate (world.session, certificate, NULL, NULL, &error));
  g_assert_no_error (error);
  found = signet_token_manager_find_key (world.manager, signet_certificate_get_sha256 (certificate), NULL, &error);
  g_assert_no_error (error);
  signer = signet_token_session_new_signer (world.session, found, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (
      signet_signer_can_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 }));
  check_signature (&world, found, SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256, 100);
}

/* --- certificates --- */

static void
store (World *world, SignetCertificate *certificate)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_session_store_certificate (world->session, certificate, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* Renewed: two certificates for one key are both shown, until the old one is replaced; the key stays. */
static void
test_replace (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTokenKey) key = make_key (&world, "ec-p256");
  g_autoptr (SignetCertificate) old = token_support_certificate_for (key, "CN=Old");
  g_autoptr (SignetCertificate) other = token_support_certificate_for (key, "CN=Other");
  g_autoptr (SignetCertificate) new = token_support_certificate_for (key, "CN=New");
  g_autoptr (SignetTokenKey) found = NULL;
  g_autoptr (GError) error = NULL;

  store (&world, old);
  store (&world, other);
  g_assert_cmpuint (count_certificates (&world), ==, 2);
  g_assert_true (signet_token_session_replace_certificate (world.session, old, new, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_certificates (&world), ==, 2);
  g_assert_null (signet_token_manager_find_key (world.manager, signet_certificate_get_sha256 (old), NULL, NULL));
  found = signet_token_manager_find_key (world.manager, signet_certificate_get_sha256 (new), NULL, &error);
  g_assert_no_error (error);
  check_signature (&world, found, SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256, 100);
  /* replacing by itself must not delete it */
  g_assert_true (signet_token_session_replace_certificate (world.session, new, new, NULL, NULL, &error));
  g_assert_cmpuint (count_certificates (&world), ==, 2);
}

static void
test_delete_certificate (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTokenKey) key = make_key (&world, "ec-p256");
  g_autoptr (SignetCertificate) doomed = token_support_certificate_for (key, "CN=Doomed");
  g_autoptr (SignetCertificate) kept = token_support_certificate_for (key, "CN=Kept");
  g_autoptr (GError) error = NULL;

  store (&world, doomed);
  store (&world, kept);
  g_assert_true (signet_token_session_delete_certificate (world.session, doomed, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_certificates (&world), ==, 1);
  g_assert_false (signet_token_session_delete_certificate (world.session, doomed, NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND);
  check_signature (&world, key, SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256, 100);
}

/* A module that searches by class alone hands over everything: nothing but what was named may go, or be renamed. */
static void
test_forgetful_search (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTokenKey) first = make_key (&world, "ec-p256");
  g_autoptr (SignetTokenKey) second = make_key (&world, "ec-p256");
  g_autoptr (SignetCertificate) one = token_support_certificate_for (first, "CN=One");
  g_autoptr (SignetCertificate) two = token_support_certificate_for (second, "CN=Two");
  g_autoptr (SignetCertificate) three = token_support_certificate_for (second, "CN=Three");
  g_autoptr (GError) error = NULL;

  store (&world, one);
  store (&world, two);
  set_rules ("forgetful-search");
  store (&world, three);
  g_assert_true (signet_token_session_delete_certificate (world.session, two, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (signet_token_session_delete_key (world.session, signet_token_key_get_sha256 (first), NULL, &error));
  g_assert_no_error (error);
  set_rules ("");
  g_assert_cmpuint (count_certificates (&world), ==, 2); /* "One" was not known when the session began, and "Three" stays */
  check_signature (&world, second, SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256, 100);
  g_assert_null (signet_token_session_new_signer (world.session, first, NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND);
}

/* Not listed, and not kept quiet about. */
static void
test_large_certificates (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTokenKey) key = make_key (&world, "ec-p256");
  g_autoptr (SignetCertificate) certificate = token_support_certificate_for (key, "CN=Large");
  g_autoptr (GPtrArray) findings = NULL;
  const char *detail = NULL;

  store (&world, certificate);
  set_rules ("large-certificates");
  g_assert_cmpuint (count_certificates (&world), ==, 0);
  findings = signet_token_manager_dup_findings (world.manager);
  g_assert_cmpuint (findings->len, ==, 1);
  detail = ((SignetTokenFinding *) findings->pdata[0])->detail;
  g_assert_nonnull (strstr (detail, " certificates are larger than 64 KiB"));
}

/* The key, its public half and all its certificates go; what shares nothing with it stays. */
static void
test_delete_key (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTokenKey) doomed = make_key (&world, "rsa-2048");
  g_autoptr (SignetTokenKey) kept = make_key (&world, "ec-p256");
  g_autoptr (SignetCertificate) first = token_support_certificate_for (doomed, "CN=First");
  g_autoptr (SignetCertificate) second = token_support_certificate_for (doomed, "CN=Second");
  g_autoptr (SignetCertificate) other = token_support_certificate_for (kept, "CN=Other");
  g_autoptr (SignetToken) token = NULL;
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  store (&world, first);
  store (&world, second);
  store (&world, other);
  token = list_again (&world);
  session = token_support_login (token, PIN);
  g_assert_true (signet_token_session_delete_key (session, signet_token_key_get_sha256 (doomed), NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&token);
  token = list_again (&world);
  g_assert_cmpuint (signet_token_get_keys (token)->len, ==, 1);
  g_assert_cmpstr (signet_token_key_get_sha256 (signet_token_get_keys (token)->pdata[0]), ==, signet_token_key_get_sha256 (kept));
}

/* --- */

int
main (int argc, char **argv)
{
  g_autofree char *module = _signet_token_software_find_module ();
  g_autofree char *rules = NULL;
  int result = 0;

  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  if (module == NULL)
    {
      g_print ("1..0 # SKIP SoftHSM is not installed\n");
      return 77;
    }
  g_setenv ("SIGNET_TEST_PICKY_MODULE", module, TRUE);
  folder = token_support_softhsm ("signet-picky-XXXXXX");
  rules = g_build_filename (folder, "rules", NULL);
  g_setenv ("SIGNET_TEST_PICKY_RULES", rules, TRUE);
  g_test_add_func ("/token/keys/specs", test_specs);
  g_test_add_func ("/token/keys/every-kind", test_every_kind);
  g_test_add_func ("/token/keys/edwards-by-name", test_edwards_by_name);
  g_test_add_func ("/token/keys/facts", test_facts);
  g_test_add_func ("/token/keys/facts/of-others", test_facts_of_others);
  g_test_add_func ("/token/keys/all-or-nothing", test_all_or_nothing);
  g_test_add_func ("/token/keys/strict-templates", test_strict_templates);
  g_test_add_func ("/token/keys/leaky", test_leaky);
  g_test_add_func ("/token/keys/hash-only", test_hash_only);
  g_test_add_func ("/token/keys/hash-only-ec", test_hash_only_ec);
  g_test_add_func ("/token/keys/import", test_import);
  g_test_add_func ("/token/keys/import-wrapped", test_import_wrapped);
  g_test_add_func ("/token/keys/pss-certificate", test_pss_certificate);
  g_test_add_func ("/token/keys/replace", test_replace);
  g_test_add_func ("/token/keys/delete-certificate", test_delete_certificate);
  g_test_add_func ("/token/keys/delete-key", test_delete_key);
  g_test_add_func ("/token/keys/forgetful-search", test_forgetful_search);
  g_test_add_func ("/token/keys/large-certificates", test_large_certificates);
  result = g_test_run ();
  signet_test_remove_tree (folder);
  g_free (folder);
  return result;
}
