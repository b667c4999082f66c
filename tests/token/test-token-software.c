/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-software.c: the whole life of a software token: made, logged in, keys, signatures, certificates, PINs, and faults
 * around it. */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "../../app/core/base/signet-paths.h"
#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"
#include "token-support.h"

#define PIN "12345678"

static GBytes *
message (void)
{
  return g_bytes_new_static ("what is to be signed", 20);
}

static SignetToken *
make_token (SignetTokenManager *manager, const char *label)
{
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) PIN, strlen (PIN));
  g_autoptr (SignetSecret) so_pin = signet_secret_new ((const guint8 *) "87654321", 8);
  g_autoptr (GError) error = NULL;
  SignetToken *token = signet_token_manager_init_software_token (manager, label, pin, so_pin, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (token);
  return token;
}

/* A manager that knows the software tokens only: what is installed on the machine is none of a test's business. */
static SignetTokenManager *
new_manager (void)
{
  static const char *const none[] = { NULL };

  signet_test_remove_tree (signet_paths_get_software_token_dir ());
  return signet_token_manager_new (none);
}

static SignetTokenKey *
make_key (SignetTokenSession *session, const char *spec)
{
  g_autoptr (GError) error = NULL;
  SignetTokenKey *key = signet_token_session_generate_key (session, spec, "a key", NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (key);
  return key;
}

static void
test_init (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) first = make_token (manager, "First (sample)");
  g_autoptr (SignetToken) second = make_token (manager, "Second (sample)");
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);

  g_assert_cmpuint (tokens->len, ==, 2); /* the empty slot SoftHSM always has is not shown */
  g_assert_true (signet_token_is_software (first));
  g_assert_true (signet_token_is_initialized (first));
  g_assert_cmpstr (signet_token_get_label (first), ==, "First (sample)");
  g_assert_cmpstr (signet_token_get_label (second), ==, "Second (sample)");
  g_assert_cmpstr (signet_token_get_serial (first), !=, signet_token_get_serial (second));
  g_assert_true (g_str_has_prefix (signet_token_get_uri (first), "pkcs11:model=SoftHSM%20v2;serial="));
  g_assert_true (signet_token_can_make_key (first, "rsa-3072"));
  g_assert_true (signet_token_can_make_key (first, "ec-p384"));
  g_assert_false (signet_token_can_make_key (first, "no such kind"));
}

static void
sign_and_verify (SignetSigner *signer, SignetSignatureScheme scheme, SignetDigest digest)
{
  SignetSignatureAlgorithm algorithm = { scheme, digest };
  g_autoptr (GBytes) data = message ();
  g_autoptr (GBytes) spki = signet_signer_dup_public_key (signer);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;
  const guint8 *der = g_bytes_get_data (spki, NULL);
  EVP_PKEY *key = d2i_PUBKEY (NULL, &der, (long) g_bytes_get_size (spki));

  g_assert_true (signet_signer_can_sign (signer, algorithm));
  signature = signet_signer_sign (signer, algorithm, data, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (signet_signature_verify (algorithm, key, g_bytes_get_data (data, NULL), g_bytes_get_size (data),
                                          g_bytes_get_data (signature, NULL), g_bytes_get_size (signature)));
  EVP_PKEY_free (key);
}

static SignetSigner *
new_signer (SignetTokenSession *session, SignetTokenKey *key)
{
  g_autoptr (GError) error = NULL;
  SignetSigner *signer = signet_token_session_new_signer (session, key, NULL, &error);

  g_assert_no_error (error);
  return signer;
}

static void
test_sign (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Keys (sample)");
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  static const char *const curves[] = { "ec-p256", "ec-p384" };
  static const char *const names[] = { "P-256", "P-384" };
  static const SignetDigest digests[] = { SIGNET_DIGEST_SHA256, SIGNET_DIGEST_SHA384, SIGNET_DIGEST_SHA512 };
  g_autoptr (SignetTokenKey) rsa = make_key (session, "rsa-3072");
  g_autoptr (SignetSigner) rsa_signer = new_signer (session, rsa);

  g_assert_cmpstr (signet_token_key_get_key_text (rsa), ==, "RSA-3072");
  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    {
      sign_and_verify (rsa_signer, SIGNET_SIGNATURE_RSA_PKCS1, digests[i]);
      sign_and_verify (rsa_signer, SIGNET_SIGNATURE_RSA_PSS, digests[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
    {
      g_autoptr (SignetTokenKey) key = make_key (session, curves[i]);
      g_autoptr (SignetSigner) signer = new_signer (session, key);

      g_assert_cmpstr (signet_token_key_get_key_text (key), ==, names[i]);
      for (guint n = 0; n < G_N_ELEMENTS (digests); n++)
        sign_and_verify (signer, SIGNET_SIGNATURE_ECDSA, digests[n]);
      g_assert_false (
          signet_signer_can_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256 }));
    }
}

static void
test_wrong_pin (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "PIN (sample)");
  g_autoptr (SignetTestInteraction) learns = signet_test_interaction_new ("wrong one", "wrong two", PIN, NULL);
  g_autoptr (SignetTestInteraction) gives_up = signet_test_interaction_new ("wrong", NULL);
  g_autoptr (SignetTestInteraction) says_no = signet_test_interaction_new (NULL, NULL);
  g_autoptr (SignetTestInteraction) too_short = signet_test_interaction_new ("1", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  session = signet_token_login (token, SIGNET_INTERACTION (gives_up), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (gives_up), ==, 2); /* asked again, answered no more */
  g_assert_true (signet_test_interaction_get_pin_flags (gives_up) & SIGNET_PIN_FLAG_RETRY);
  g_assert_true (signet_test_interaction_get_pin_flags (gives_up) & SIGNET_PIN_FLAG_COUNT_LOW);
  g_clear_error (&error);
  session = signet_token_login (token, SIGNET_INTERACTION (says_no), NULL, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  session = signet_token_login (token, SIGNET_INTERACTION (too_short), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  g_clear_error (&error);
  session = signet_token_login (token, SIGNET_INTERACTION (learns), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (session);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (learns), ==, 3);
}

/* Within one PKCS#11 process a second login would succeed with any PIN. */
static void
test_second_login (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Twice (sample)");
  g_autoptr (SignetTokenSession) first = token_support_login (token, PIN);
  g_autoptr (SignetTokenKey) key = make_key (first, "ec-p256");
  g_autoptr (SignetSigner) signer = new_signer (first, key);
  g_autoptr (SignetTestInteraction) guesses = signet_test_interaction_new ("guessed", NULL);
  g_autoptr (SignetTokenSession) wrong = NULL;
  g_autoptr (SignetTokenSession) second = NULL;
  g_autoptr (GError) error = NULL;

  wrong = signet_token_login (token, SIGNET_INTERACTION (guesses), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  second = token_support_login (token, PIN);
  g_assert_nonnull (second);
  signet_token_session_close (second);
  sign_and_verify (signer, SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256);
  signet_token_session_close (first);
  g_clear_error (&error);
  g_assert_null (signet_signer_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 },
                                     message (), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN);
}

static void
test_change_pin (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Change (sample)");
  g_autoptr (SignetTestInteraction) changes = signet_test_interaction_new ("not it", "newpin99", NULL);
  g_autoptr (SignetTestInteraction) too_short = signet_test_interaction_new (PIN, "1", PIN, NULL);
  g_autoptr (SignetTestInteraction) old = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTestInteraction) new = signet_test_interaction_new ("newpin99", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_token_change_pin (token, SIGNET_INTERACTION (changes), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  g_clear_error (&error);
  g_assert_false (signet_token_change_pin (token, SIGNET_INTERACTION (too_short), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (too_short), ==, 2); /* the old and the new, once each */
  g_clear_error (&error);
  g_clear_object (&changes);
  changes = signet_test_interaction_new (PIN, "newpin99", NULL);
  g_assert_true (signet_token_change_pin (token, SIGNET_INTERACTION (changes), NULL, &error));
  g_assert_no_error (error);
  session = signet_token_login (token, SIGNET_INTERACTION (old), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  g_clear_error (&error);
  session = signet_token_login (token, SIGNET_INTERACTION (new), NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_certificate (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Certificates (sample)");
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (SignetTokenKey) key = make_key (session, "ec-p256");
  g_autoptr (SignetCertificate) certificate = token_support_certificate_for (key, "CN=Sample Person");
  g_autoptr (SignetTokenKey) found = NULL;
  g_autoptr (SignetTokenKey) by_certificate = NULL;
  g_autoptr (SignetTokenKey) by_uri = NULL;
  g_autoptr (SignetToken) same = NULL;
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) /* the second time it is there already */
    {
      g_assert_true (signet_token_session_store_certificate (session, certificate, NULL, NULL, &error));
      g_assert_no_error (error);
    }
  tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  g_assert_cmpuint (tokens->len, ==, 1);
  g_assert_cmpuint (signet_token_get_keys (tokens->pdata[0])->len, ==, 1);
  found = signet_token_manager_find_key (manager, signet_token_key_get_sha256 (key), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (signet_certificate_equal (signet_token_key_get_certificate (found), certificate));
  g_assert_cmpstr (signet_token_key_get_sha256 (found), ==, signet_certificate_get_key_sha256 (certificate));
  g_assert_true (signet_token_key_has_private (found));
  by_certificate = signet_token_manager_find_key (manager, signet_certificate_get_sha256 (certificate), NULL, &error);
  g_assert_no_error (error);
  by_uri = signet_token_manager_find_key (manager, signet_token_key_get_uri (found), NULL, &error);
  g_assert_no_error (error);
  same = signet_token_manager_find_token (manager, signet_token_get_serial (token), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (signet_token_get_uri (same), ==, signet_token_get_uri (token));
  g_assert_cmpstr (signet_token_get_uri (signet_token_key_get_token (found)), ==, signet_token_get_uri (token));
}

static void
test_delete (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Delete (sample)");
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (SignetTokenKey) doomed = make_key (session, "rsa-2048");
  g_autoptr (SignetTokenKey) kept = make_key (session, "ec-p256");
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *keys = NULL;

  g_assert_true (signet_token_session_delete_key (session, signet_token_key_get_sha256 (doomed), NULL, &error));
  g_assert_no_error (error);
  tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  keys = signet_token_get_keys (tokens->pdata[0]);
  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (signet_token_key_get_sha256 (keys->pdata[0]), ==, signet_token_key_get_sha256 (kept));
  g_assert_false (signet_token_session_delete_key (session, "00", NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND);
}

static void
test_host_killed (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Killed (sample)");
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (SignetTokenKey) key = make_key (session, "ec-p256");
  g_autoptr (SignetSigner) signer = new_signer (session, key);
  g_autoptr (SignetTokenSession) again = NULL;
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GBytes) data = message ();
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kill (_signet_token_host_get_pid (_signet_token_session_get_host (session)), SIGKILL), ==, 0);
  signature =
      signet_signer_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, data, NULL, &error);
  g_assert_null (signature);
  g_assert_true (g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_CRASHED) ||
                 g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN));
  tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  g_assert_cmpuint (tokens->len, ==, 1);
  again = token_support_login (token, PIN);
  g_assert_nonnull (again);
}

static void
test_removed (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Removed (sample)");
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (SignetTokenKey) key = make_key (session, "ec-p256");
  g_autoptr (SignetSigner) signer = new_signer (session, key);
  g_autofree char *tokens_dir = g_build_filename (signet_paths_get_software_token_dir (), "tokens", NULL);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) later = NULL;
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GBytes) data = message ();
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  signet_test_remove_tree (tokens_dir);
  signature =
      signet_signer_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, data, NULL, &error);
  g_assert_null (signature);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED);
  g_clear_error (&error);
  tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  g_assert_cmpuint (tokens->len, ==, 0);
  later = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 0); /* nobody is asked for a PIN that cannot be used */
}

static void
test_initialise_again (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = make_token (manager, "Before (sample)");
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (SignetTokenKey) key = make_key (session, "ec-p256");
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) PIN, strlen (PIN));
  g_autoptr (SignetSecret) wrong = signet_secret_new ((const guint8 *) "00000000", 8);
  g_autoptr (SignetSecret) so_pin = signet_secret_new ((const guint8 *) "87654321", 8);
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GError) error = NULL;

  signet_token_session_close (session);
  g_assert_false (signet_token_manager_init_token (manager, token, "After (sample)", pin, wrong, NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  g_clear_error (&error);
  g_assert_true (signet_token_manager_init_token (manager, token, "After (sample)", pin, so_pin, NULL, &error));
  g_assert_no_error (error);
  tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  g_assert_cmpuint (tokens->len, ==, 1);
  g_assert_cmpstr (signet_token_get_label (tokens->pdata[0]), ==, "After (sample)");
  g_assert_cmpuint (signet_token_get_keys (tokens->pdata[0])->len, ==, 0);
}

static gboolean
on_too_late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_for_items (SignetTokenManager *manager, guint n)
{
  gboolean too_late = FALSE;
  guint timeout = g_timeout_add_seconds (4, on_too_late_cb, &too_late);

  while (g_list_model_get_n_items (G_LIST_MODEL (manager)) != n && !too_late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (manager)), ==, n);
}

/* Another program makes and removes tokens: the list follows by itself. */
static void
test_watch (void)
{
  g_autoptr (SignetTokenManager) other = new_manager ();
  g_autoptr (SignetTokenManager) manager = NULL;
  g_autoptr (SignetToken) first = make_token (other, "Seen (sample)");
  g_autoptr (SignetToken) second = NULL;
  g_autofree char *tokens_dir = g_build_filename (signet_paths_get_software_token_dir (), "tokens", NULL);

  manager = signet_token_manager_new (NULL);
  g_assert_false (signet_token_manager_is_listed (manager));
  signet_token_manager_watch (manager);
  wait_for_items (manager, 1);
  /* what one module says is shown before the last one has answered */
  while (!signet_token_manager_is_listed (manager))
    g_usleep (10 * 1000);
  second = make_token (other, "Seen too (sample)");
  wait_for_items (manager, 2);
  signet_test_remove_tree (tokens_dir);
  wait_for_items (manager, 0);
}

static void
test_find_none (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) first = make_token (manager, "Same (sample)");
  g_autoptr (SignetToken) second = make_token (manager, "Same (sample)");
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_token_manager_find_token (manager, "Same (sample)", NULL, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, signet_token_get_serial (first)));
  g_assert_nonnull (strstr (error->message, signet_token_get_serial (second)));
  g_clear_error (&error);
  g_assert_null (signet_token_manager_find_token (manager, "nobody's", NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  g_test_add_func ("/token/software/init", test_init);
  g_test_add_func ("/token/software/sign", test_sign);
  g_test_add_func ("/token/software/wrong-pin", test_wrong_pin);
  g_test_add_func ("/token/software/second-login", test_second_login);
  g_test_add_func ("/token/software/change-pin", test_change_pin);
  g_test_add_func ("/token/software/certificate", test_certificate);
  g_test_add_func ("/token/software/delete", test_delete);
  g_test_add_func ("/token/software/host-killed", test_host_killed);
  g_test_add_func ("/token/software/removed", test_removed);
  g_test_add_func ("/token/software/initialise-again", test_initialise_again);
  g_test_add_func ("/token/software/find-none-or-several", test_find_none);
  g_test_add_func ("/token/software/watch", test_watch);
  return g_test_run ();
}
