/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-signing-token.c: the act with a key on a (software) token, through its host process: one PIN question, and what happens when the token goes. */
#include "config.h"

#include <string.h>

#include "../../app/core/base/signet-paths.h"
#include "../../app/core/token/signet-token-manager.h"
#include "signing-fixture.h"

#define PIN "123456"

static const SigningCase pdf = { .key_spec = "ec-p256" };

typedef struct {
  SigningFixture      base;
  SignetTokenManager *manager;
  SignetToken        *token;
  SignetTokenKey     *key;
} TokenFixture;

static SignetToken *
make_token (SignetTokenManager *manager)
{
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) PIN, strlen (PIN));
  g_autoptr (SignetSecret) so_pin = signet_secret_new ((const guint8 *) "87654321", 8);
  g_autoptr (GError) error = NULL;
  SignetToken *token = signet_token_manager_init_software_token (manager, "Signing (sample)", pin, so_pin, NULL, &error);

  g_assert_no_error (error);
  return token;
}

static EVP_PKEY *
read_public_key (SignetTokenSession *session, SignetTokenKey *key)
{
  g_autoptr (SignetSigner) signer = signet_token_session_new_signer (session, key, NULL, NULL);
  g_autoptr (GBytes) der = signet_signer_dup_public_key (signer);
  const guint8 *p = g_bytes_get_data (der, NULL);

  return d2i_PUBKEY (NULL, &p, (long) g_bytes_get_size (der));
}

/* The certificate is made for the key on the token, whoever holds that of the fixture. */
static SignetCertificate *
certify (TokenFixture *fixture, SignetTokenSession *session, SignetTokenKey *key)
{
  SignetTestCertificate holder = { .subject = "CN=Token Holder,O=Sample", .not_before = NOW - 86400, .not_after = NOW + 365 * 86400 };
  EVP_PKEY *public = read_public_key (session, key);
  X509 *x509 = signet_test_new_certificate (&holder, public, fixture->base.ca_x509, fixture->base.ca_key);
  SignetCertificate *certificate = signet_certificate_new_x509 (x509);

  X509_free (x509);
  EVP_PKEY_free (public);
  return certificate;
}

static void
put_key_on_token (TokenFixture *fixture, const char *spec)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetTokenSession) session = signet_token_login (fixture->token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_autoptr (SignetTokenKey) key = NULL;

  g_assert_no_error (error);
  key = signet_token_session_generate_key (session, spec, "signing key", NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&fixture->base.certificate);
  fixture->base.certificate = certify (fixture, session, key);
  g_assert_true (signet_token_session_store_certificate (session, fixture->base.certificate, "signing key", NULL, &error));
  signet_token_session_close (session);
  fixture->key = signet_token_manager_find_key (fixture->manager, signet_certificate_get_sha256 (fixture->base.certificate), NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (TokenFixture *fixture, gconstpointer spec)
{
  static const char *const none[] = { NULL };

  signet_test_remove_tree (signet_paths_get_software_token_dir ());
  signing_fixture_set_up (&fixture->base, &pdf);
  fixture->manager = signet_token_manager_new (none);
  fixture->token = make_token (fixture->manager);
  put_key_on_token (fixture, spec);
  signet_signing_set_key (fixture->base.signing, fixture->key);
}

static void
tear_down (TokenFixture *fixture, gconstpointer spec)
{
  g_clear_object (&fixture->base.signing);
  g_clear_object (&fixture->key);
  g_clear_object (&fixture->token);
  g_clear_object (&fixture->manager);
  signing_fixture_tear_down (&fixture->base, &pdf);
}

static gboolean
run (TokenFixture *fixture, SignetTestInteraction *person, GError **error)
{
  return signet_signing_run_with_token (fixture->base.signing, SIGNET_INTERACTION (person), NULL, error);
}

static void
test_sign (TokenFixture *fixture, gconstpointer spec)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GError) error = NULL;

  run (fixture, person, &error);
  g_assert_no_error (error);
  signing_fixture_assert_signed (&fixture->base, signet_signing_get_result_path (fixture->base.signing), NULL);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1);
  g_assert_cmpstr (signet_test_interaction_get_document (person), ==, "contract.pdf");
}

static void
test_pss (TokenFixture *fixture, gconstpointer spec)
{
  signet_signing_set_scheme (fixture->base.signing, SIGNET_SIGNATURE_RSA_PSS);
  test_sign (fixture, spec);
}

/* An XML signature around the document: what the token gives is what XML wants, or made so (ECDSA). */
static void
test_xades (TokenFixture *fixture, gconstpointer spec)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetDocumentFile) written = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;
  SignetSignatureScheme scheme = g_str_has_prefix (spec, "rsa") ? SIGNET_SIGNATURE_RSA_PSS : SIGNET_SIGNATURE_ECDSA;

  signet_signing_set_format (fixture->base.signing, "xades-enveloping");
  signet_signing_set_scheme (fixture->base.signing, scheme);
  run (fixture, person, &error);
  g_assert_no_error (error);
  written = signet_document_file_open (signet_signing_get_result_path (fixture->base.signing), &error);
  found = signet_document_find_signatures (written, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpint (signet_document_signature_get_integrity (g_ptr_array_index (found, 0)), ==, SIGNET_INTEGRITY_INTACT);
  g_assert_cmpint (signet_document_signature_get_algorithm (g_ptr_array_index (found, 0)).scheme, ==, scheme);
}

static void
test_no_pin_when_stopped (TokenFixture *fixture, gconstpointer spec)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetClock) later = signet_clock_new_fixed (NOW + 10 * 365 * 86400LL);
  g_autoptr (GError) error = NULL;

  signet_signing_set_seams (fixture->base.signing, NULL, later, NULL);
  g_assert_false (run (fixture, person, &error));
  g_assert_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_STOPPED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 0);
}

static void
test_wrong_pin (TokenFixture *fixture, gconstpointer spec)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("wrong1", PIN, NULL);
  g_autoptr (GError) error = NULL;

  run (fixture, person, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 2);
  g_assert_cmpint (signet_test_interaction_get_pin_flags (person) & SIGNET_PIN_FLAG_RETRY, !=, 0);
}

static void
test_no_pin_given (TokenFixture *fixture, gconstpointer spec)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (run (fixture, person, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  signing_fixture_assert_untouched (&fixture->base);
}

/* Pulled after it was chosen and before the PIN. */
static void
test_token_gone (TokenFixture *fixture, gconstpointer spec)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autofree char *tokens = g_build_filename (signet_paths_get_software_token_dir (), "tokens", NULL);
  g_autoptr (GError) error = NULL;

  signet_test_remove_tree (tokens);
  g_assert_false (run (fixture, person, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == SIGNET_TOKEN_ERROR);
  g_assert_true (error->code == SIGNET_TOKEN_ERROR_REMOVED || error->code == SIGNET_TOKEN_ERROR_NOT_FOUND);
  signing_fixture_assert_untouched (&fixture->base);
}

#define ADD(path, spec, test) g_test_add ("/signing/token/" path, TokenFixture, spec, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("ec-p256", "ec-p256", test_sign);
  ADD ("ec-p384", "ec-p384", test_sign);
  ADD ("rsa", "rsa-2048", test_sign);
  ADD ("rsa-pss", "rsa-2048", test_pss);
  ADD ("xades-pss", "rsa-3072", test_xades);
  ADD ("xades-p521", "ec-p521", test_xades);
  ADD ("no-pin-when-stopped", "ec-p256", test_no_pin_when_stopped);
  ADD ("wrong-pin", "ec-p256", test_wrong_pin);
  ADD ("no-pin-given", "ec-p256", test_no_pin_given);
  ADD ("token-gone", "ec-p256", test_token_gone);
  return g_test_run ();
}
