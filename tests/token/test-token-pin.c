/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-pin.c: the life of a PIN, on a module that writes down every call a PIN is used in: what a person is asked, what
 * that costs, and that nothing is spent by itself. */
#include "config.h"

#include "../../app/core/token/signet-token-unblock.h"
#include "token-world.h"

/* --- one question, one try --- */

static void
test_listing_spends_nothing (void)
{
  g_auto (World) world = world_new ("");

  world_look_again (&world);
  world_look_again (&world);
  assert_calls ("");
}

static void
test_one_question (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GBytes) signature = world_sign (signer, NULL);

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
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", "222222", PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);

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
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (world_login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  assert_calls ("login user");
}

static void
test_impossible_length (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("123", "123456789", "", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (world_login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  assert_calls ("");
}

static void
test_locked (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GError) error = NULL;

  world_write ("tries", "xxx", 3);
  g_assert_null (world_login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 0);
  assert_calls ("");
}

static void
test_locks (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", "111111", "111111", PIN, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (world_login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 3);
  assert_calls ("login user,login user,login user");
}

/* --- a new PIN --- */

static void
test_change (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, "4444", NULL);
  g_autoptr (SignetTestInteraction) again = signet_test_interaction_new ("4444", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  assert_calls ("login user,set user,logout");
  session = world_login (&world, again, NULL);
  g_assert_nonnull (session);
}

static void
test_change_wrong (void)
{
  g_auto (World) world = world_new ("");
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
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, "999999999", "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 2);
}

static void
test_unblock (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (SignetTestInteraction) again = signet_test_interaction_new ("4444", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  world_write ("tries", "xxx", 3);
  world_look_again (&world);
  g_assert_cmpuint (signet_token_get_pin_flags (world.token), ==, SIGNET_PIN_FLAG_LOCKED);
  g_assert_cmpint (signet_token_get_unblock_strategy (world.token), ==, SIGNET_UNBLOCK_SO_PIN);
  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  assert_calls ("login so,init pin,logout");
  world_look_again (&world);
  g_assert_cmpuint (signet_token_get_pin_flags (world.token), ==, SIGNET_PIN_FLAG_NONE);
  session = world_login (&world, again, NULL);
  g_assert_nonnull (session);
}

static void
test_unblock_wrong (void)
{
  g_auto (World) world = world_new ("");
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
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  world_write ("tries", "xx", 2);
  g_assert_false (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (signet_test_interaction_get_pin_flags (person), ==, SIGNET_PIN_FLAG_NONE);
}

/* A new PIN that cannot be is refused before the security officer's is tried. */
static void
test_unblock_short (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "12", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  assert_calls ("");
}

static void
test_change_unblocker (void)
{
  g_auto (World) world = world_new ("");
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
  g_auto (World) world = world_new ("to-be-changed");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", "4444", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetSigner) signer = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, &error));
  assert_calls ("login so,init pin,logout,login user,set user,logout");
  session = world_login (&world, person, NULL);
  signer = world_new_signer (&world, session, person);
  signature = world_sign (signer, &error);
  g_assert_no_error (error);
}

/* A right PIN that is to be changed is told apart from a locked one, and changing it needs no login that succeeds. */
static void
test_expired (void)
{
  g_auto (World) world = world_new ("expires");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, "4444", "4444", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  world_write ("change-me", "", 0);
  g_assert_null (world_login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_EXPIRED);
  g_clear_error (&error);
  g_assert_true (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  session = world_login (&world, person, &error);
  g_assert_no_error (error);
  assert_calls ("login user,login user,set user,logout,login user");
}

static void
test_no_pin_yet (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);

  world_remove ("pin");
  world_look_again (&world);
  g_assert_false (signet_token_has_pin (world.token));
  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (person), NULL, NULL));
  world_look_again (&world);
  g_assert_true (signet_token_has_pin (world.token));
}

/* --- setting up --- */

static void
test_initialize (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (world_initialize (&world, person, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 1);
  assert_calls ("init token,login so,init pin,logout");
  world_look_again (&world);
  g_assert_cmpstr (signet_token_get_label (world.token), ==, "Anew (sample)");
}

static void
test_initialize_refused (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (GError) error = NULL;

  signet_test_interaction_set_consent (person, FALSE);
  g_assert_false (world_initialize (&world, person, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  assert_calls ("");
}

static void
test_initialize_wrong (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("11111111", "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (world_initialize (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER);
  assert_calls ("init token");
}

static void
test_initialize_empty (void)
{
  g_auto (World) world = world_new ("empty");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("55555555", "4444", NULL);
  g_autoptr (GError) error = NULL;

  world_remove ("pin");
  world_remove ("so-pin");
  world_look_again (&world);
  g_assert_false (signet_token_is_initialized (world.token));
  g_assert_true (world_initialize (&world, person, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 0);
  world_look_again (&world);
  g_assert_true (signet_token_has_pin (world.token));
}

/* Half-way: everything is gone and no PIN is set. That is told as what it is, and there is a way on. */
static void
test_erased (void)
{
  g_auto (World) world = world_new ("no-init-pin");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (SignetTestInteraction) again = signet_test_interaction_new (SO_PIN, "4444", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (world_initialize (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_ERASED);
  world_write ("manner", "", 0);
  g_clear_error (&error);
  world_look_again (&world);
  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (again), NULL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  int status = 0;
  world_start ();
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
  g_test_add_func ("/token/pin/expired", test_expired);
  g_test_add_func ("/token/pin/no-pin-yet", test_no_pin_yet);
  g_test_add_func ("/token/pin/initialize", test_initialize);
  g_test_add_func ("/token/pin/initialize-refused", test_initialize_refused);
  g_test_add_func ("/token/pin/initialize-wrong", test_initialize_wrong);
  g_test_add_func ("/token/pin/initialize-empty", test_initialize_empty);
  g_test_add_func ("/token/pin/erased", test_erased);
  status = g_test_run ();
  world_stop ();
  return status;
}
