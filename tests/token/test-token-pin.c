/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-pin.c: the life of a PIN, on a module that writes down every call a PIN is used in: what a person is asked, what that
 * costs, and that nothing is spent by itself. */
#include "config.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>

#include "../../app/core/token/signet-token-initialize.h"
#include "../../app/core/token/signet-token-keeping.h"
#include "../../app/core/token/signet-token-private.h"
#include "../../app/core/token/signet-token-unblock.h"
#include "signet-test.h"

#define PIN "123456"
#define SO_PIN "87654321"

static char *folder;
static char *key_pem;
static GBytes *cert_der;

/* --- the module's folder --- */

static void
write_file (const char *name, const void *data, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, length, NULL));
}

static void
remove_file (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_unlink (path);
}

static char *
read_calls (void)
{
  g_autofree char *path = g_build_filename (folder, "calls", NULL);
  char *calls = NULL;

  if (!g_file_get_contents (path, &calls, NULL, NULL))
    return g_strdup ("");
  g_strdelimit (calls, "\n", ',');
  if (*calls != '\0')
    calls[strlen (calls) - 1] = '\0';
  return calls;
}

#define assert_calls(expected)                                                                                                   \
  G_STMT_START                                                                                                                   \
  {                                                                                                                              \
    g_autofree char *seen = read_calls ();                                                                                       \
    g_assert_cmpstr (seen, ==, expected);                                                                                        \
  }                                                                                                                              \
  G_STMT_END

static void
make_key_and_certificate (void)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetTestCertificate person = { .subject = "CN=Sample Person" };
  X509 *certificate = signet_test_new_certificate (&person, key, NULL, key);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *pem = NULL;
  long length = 0;

  g_assert_true (PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL));
  length = BIO_get_mem_data (bio, &pem);
  key_pem = g_strndup (pem, (gsize) length);
  cert_der = signet_test_certificate_der (certificate);
  BIO_free (bio);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

/* --- a token, a person --- */

typedef struct
{
  SignetTokenManager *manager;
  SignetToken *token;
} World;

static World
new_world (const char *manner)
{
  const char *const modules[] = { g_getenv ("SIGNET_TEST_COUNTING"), NULL };
  World world = { NULL, NULL };
  g_autoptr (GError) error = NULL;

  /* of its own: what an earlier host does last is written where it was started */
  g_free (folder);
  folder = signet_test_make_dir ();
  g_setenv ("SIGNET_TEST_COUNTING_DIR", folder, TRUE);
  write_file ("key.pem", key_pem, -1);
  write_file ("cert.der", g_bytes_get_data (cert_der, NULL), (gssize) g_bytes_get_size (cert_der));
  write_file ("manner", manner, -1);
  write_file ("pin", PIN, -1);
  write_file ("so-pin", SO_PIN, -1);
  world.manager = signet_token_manager_new (modules);
  world.token = signet_token_manager_find_token (world.manager, "0002", NULL, &error);
  g_assert_no_error (error);
  assert_calls ("");
  return world;
}

static void
end_world (World *world)
{
  signet_token_manager_set_pin_keeping (world->manager, 0);
  g_clear_object (&world->token);
  g_clear_object (&world->manager);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, end_world)

/* As it is now. */
static void
look_again (World *world)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (world->manager, NULL, NULL, NULL);

  g_assert_cmpuint (tokens->len, ==, 1);
  g_set_object (&world->token, tokens->pdata[0]);
}

static GBytes *
sign (SignetSigner *signer, GError **error)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("to be signed", 12);

  return signet_signer_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, data, NULL, error);
}

static SignetTokenSession *
login (World *world, SignetTestInteraction *person, GError **error)
{
  return signet_token_login (world->token, SIGNET_INTERACTION (person), NULL, NULL, error);
}

static SignetSigner *
new_signer (World *world, SignetTokenSession *session, SignetTestInteraction *person)
{
  g_autoptr (GError) error = NULL;
  SignetSigner *signer = signet_token_session_new_signer (session, signet_token_get_keys (world->token)->pdata[0],
                                                          SIGNET_INTERACTION (person), &error);

  g_assert_no_error (error);
  return signer;
}

/* --- one question, one try --- */

static void
test_listing_spends_nothing (void)
{
  g_auto (World) world = new_world ("");

  look_again (&world);
  look_again (&world);
  assert_calls ("");
}

static void
test_one_question (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = new_signer (&world, session, person);

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GBytes) signature = sign (signer, NULL);

      g_assert_nonnull (signature);
    }
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1);
  assert_calls ("login user");
  signet_token_session_close (session);
  assert_calls ("login user,logout");
}

static void
test_wrong_then_right (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", "222222", PIN, NULL);
  g_autoptr (SignetTokenSession) session = login (&world, person, NULL);

  g_assert_nonnull (session);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 3);
  /* the third question said that it was the last try */
  g_assert_cmpuint (signet_test_interaction_get_pin_flags (person), ==,
                    SIGNET_PIN_FLAG_COUNT_LOW | SIGNET_PIN_FLAG_FINAL_TRY | SIGNET_PIN_FLAG_RETRY);
  assert_calls ("login user,login user,login user");
}

static void
test_gives_up (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  assert_calls ("login user");
}

static void
test_impossible_length (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("123", "123456789", "", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  assert_calls ("");
}

static void
test_locked (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GError) error = NULL;

  write_file ("tries", "xxx", 3);
  g_assert_null (login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 0);
  assert_calls ("");
}

static void
test_locks (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", "111111", "111111", PIN, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 3);
  assert_calls ("login user,login user,login user");
}

/* --- a new PIN --- */

static void
test_change (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, "4444", NULL);
  g_autoptr (SignetTestInteraction) again = signet_test_interaction_new ("4444", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  assert_calls ("login user,set user,logout");
  session = login (&world, again, NULL);
  g_assert_nonnull (session);
}

static void
test_change_wrong (void)
{
  g_auto (World) world = new_world ("");
  /* the new PIN is asked for once, also when the old one is asked for twice */
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", "4444", PIN, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 3);
  assert_calls ("login user,logout,login user,set user,logout");
}

static void
test_change_refused (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, "999999999", "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 2);
}

static void
test_unblock (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (SignetTestInteraction) again = signet_test_interaction_new ("4444", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_file ("tries", "xxx", 3);
  look_again (&world);
  g_assert_cmpuint (signet_token_get_pin_flags (world.token), ==, SIGNET_PIN_FLAG_LOCKED);
  g_assert_cmpint (signet_token_get_unblock_strategy (world.token), ==, SIGNET_UNBLOCK_SO_PIN);
  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  assert_calls ("login so,init pin,logout");
  look_again (&world);
  g_assert_cmpuint (signet_token_get_pin_flags (world.token), ==, SIGNET_PIN_FLAG_NONE);
  session = login (&world, again, NULL);
  g_assert_nonnull (session);
}

static void
test_unblock_wrong (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("11111111", "4444", "11111111", "11111111", NULL);
  g_autoptr (SignetTestInteraction) later = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED);
  g_assert_true (signet_test_interaction_get_pin_flags (person) & SIGNET_PIN_FLAG_FINAL_TRY);
  assert_calls ("login so,logout,login so,logout,login so,logout");
  g_clear_error (&error);
  g_assert_false (signet_token_unblock (world.token, SIGNET_INTERACTION (later), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (later), ==, 0);
}

/* The user's tries are none of the security officer's business, and the other way round. */
static void
test_unblock_flags (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  write_file ("tries", "xx", 2);
  g_assert_false (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (signet_test_interaction_get_pin_flags (person), ==, SIGNET_PIN_FLAG_NONE);
}

/* A new PIN that cannot be is refused before the security officer's is tried. */
static void
test_unblock_short (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "12", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  assert_calls ("");
}

static void
test_change_unblocker (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "55555555", NULL);
  g_autoptr (SignetTestInteraction) again = signet_test_interaction_new ("55555555", "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_change_unblocker (world.token, SIGNET_INTERACTION (person), NULL, &error));
  assert_calls ("login so,set so,logout");
  signet_token_unblock (world.token, SIGNET_INTERACTION (again), NULL, &error);
  g_assert_no_error (error);
}

/* A maker wants a PIN changed that the security officer set: whoever chose it here is its owner. */
static void
test_to_be_changed (void)
{
  g_auto (World) world = new_world ("to-be-changed");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", "4444", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetSigner) signer = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  assert_calls ("login so,init pin,logout,login user,set user,logout");
  session = login (&world, person, NULL);
  signer = new_signer (&world, session, person);
  signature = sign (signer, &error);
  g_assert_no_error (error);
}

static void
test_no_pin_yet (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);

  remove_file ("pin");
  look_again (&world);
  g_assert_false (signet_token_has_pin (world.token));
  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, NULL));
  look_again (&world);
  g_assert_true (signet_token_has_pin (world.token));
}

/* --- setting up --- */

static gboolean
initialize (World *world, SignetTestInteraction *person, GError **error)
{
  return signet_token_initialize (world->manager, world->token, "Anew (sample)", SIGNET_INTERACTION (person), NULL, error);
}

static void
test_initialize (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (initialize (&world, person, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 1);
  assert_calls ("init token,login so,init pin,logout");
  look_again (&world);
  g_assert_cmpstr (signet_token_get_label (world.token), ==, "Anew (sample)");
}

static void
test_initialize_refused (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (GError) error = NULL;

  signet_test_interaction_set_consent (person, FALSE);
  g_assert_false (initialize (&world, person, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  assert_calls ("");
}

static void
test_initialize_wrong (void)
{
  g_auto (World) world = new_world ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("11111111", "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (initialize (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER);
  assert_calls ("init token");
}

static void
test_initialize_empty (void)
{
  g_auto (World) world = new_world ("empty");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("55555555", "4444", NULL);
  g_autoptr (GError) error = NULL;

  remove_file ("pin");
  remove_file ("so-pin");
  look_again (&world);
  g_assert_false (signet_token_is_initialized (world.token));
  g_assert_true (initialize (&world, person, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 0);
  look_again (&world);
  g_assert_true (signet_token_has_pin (world.token));
}

/* Half-way: everything is gone and no PIN is set. That is told as what it is, and there is a way on. */
static void
test_erased (void)
{
  g_auto (World) world = new_world ("no-init-pin");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (SignetTestInteraction) again = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (initialize (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_ERASED);
  write_file ("manner", "", 0);
  g_clear_error (&error);
  look_again (&world);
  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (again), NULL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  int status = 0;
  signet_test_home ();
  g_setenv ("SIGNET_POLICY", "/nonexistent", TRUE);
  make_key_and_certificate ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token/pin/listing-spends-nothing", test_listing_spends_nothing);
  g_test_add_func ("/token/pin/one-question", test_one_question);
  g_test_add_func ("/token/pin/wrong-then-right", test_wrong_then_right);
  g_test_add_func ("/token/pin/gives-up", test_gives_up);
  g_test_add_func ("/token/pin/impossible-length", test_impossible_length);
  g_test_add_func ("/token/pin/locked", test_locked);
  g_test_add_func ("/token/pin/locks", test_locks);
  g_test_add_func ("/token/pin/change", test_change);
  g_test_add_func ("/token/pin/change-wrong", test_change_wrong);
  g_test_add_func ("/token/pin/change-refused", test_change_refused);
  g_test_add_func ("/token/pin/unblock", test_unblock);
  g_test_add_func ("/token/pin/unblock-wrong", test_unblock_wrong);
  g_test_add_func ("/token/pin/unblock-flags", test_unblock_flags);
  g_test_add_func ("/token/pin/unblock-short", test_unblock_short);
  g_test_add_func ("/token/pin/change-unblocker", test_change_unblocker);
  g_test_add_func ("/token/pin/to-be-changed", test_to_be_changed);
  g_test_add_func ("/token/pin/no-pin-yet", test_no_pin_yet);
  g_test_add_func ("/token/pin/initialize", test_initialize);
  g_test_add_func ("/token/pin/initialize-refused", test_initialize_refused);
  g_test_add_func ("/token/pin/initialize-wrong", test_initialize_wrong);
  g_test_add_func ("/token/pin/initialize-empty", test_initialize_empty);
  g_test_add_func ("/token/pin/erased", test_erased);
  status = g_test_run ();
  g_free (folder);
  g_free (key_pem);
  g_bytes_unref (cert_der);
  return status;
}
