/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-pin-manners.c: PIN pads, keys that ask at every signature, and logins that are kept, on a module that writes down
 * every call a PIN is used in. */
#include "config.h"

#include "../../app/core/token/signet-token-keeping.h"
#include "../../app/core/token/signet-token-unblock.h"
#include "token-world.h"

/* --- a reader with a PIN pad --- */

static void
test_pad_login (void)
{
  g_auto (World) world = world_new ("pin-pad always");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("", "", NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_test_interaction_get_pin_flags (person) & SIGNET_PIN_FLAG_PIN_PAD);
  signature = world_sign (signer, &error);
  g_assert_no_error (error);
  assert_calls ("login user pad,login context pad");
  g_assert_cmpstr (signet_test_interaction_get_steps (person), ==, "pin-pad pin-pad-done pin-pad pin-pad-done");
}

/* Whatever the face answers, nothing of it goes to the reader. */
static void
test_pad_takes_no_text (void)
{
  g_auto (World) world = world_new ("pin-pad");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);

  g_assert_nonnull (session);
  assert_calls ("login user pad");
}

static void
test_pad_change (void)
{
  g_auto (World) world = world_new ("pin-pad");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("", NULL);
  g_autoptr (SignetTestInteraction) officer = signet_test_interaction_new ("", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, &error));
  /* the reader asks for old and new by itself: no question of ours for the new one */
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1);
  assert_calls ("set user pad");
  g_assert_true (signet_token_unblock (world.token, SIGNET_INTERACTION (officer), NULL, &error));
  g_assert_no_error (error);
  assert_calls ("set user pad,login so pad,init pin pad,logout");
}

static void
test_pad_initialize (void)
{
  g_auto (World) world = world_new ("pin-pad");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (world_initialize (&world, person, &error));
  g_assert_no_error (error);
  assert_calls ("init token pad,login so pad,init pin pad,logout");
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (300 * 1000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Somebody who walks away from the reader, or presses Cancel. */
static void
test_pad_cancelled (void)
{
  g_auto (World) world = world_new ("pin-pad slow-pad");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();

  g_assert_null (signet_token_login (world.token, SIGNET_INTERACTION (person), NULL, cancellable, &error));
  g_assert_cmpint (g_get_monotonic_time () - start, <, 1200 * 1000);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* --- a key that asks at every signature --- */

static void
test_always (void)
{
  g_auto (World) world = world_new ("always");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, PIN, PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_token_signer_announce (signer, 1, NULL, &error));
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 0);
  g_assert_true (signet_token_signer_announce (signer, 3, NULL, &error));
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 1);
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.pdf", i);
      g_autoptr (GBytes) signature = NULL;

      signet_token_signer_describe (signer, name, i, 3);
      signature = world_sign (signer, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (signet_test_interaction_get_document (person), ==, name);
    }
  assert_calls ("login user,login context,login context,login context");
}

static void
test_always_refused (void)
{
  g_auto (World) world = world_new ("always");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);
  g_autoptr (GError) error = NULL;

  signet_test_interaction_set_consent (person, FALSE);
  g_assert_false (signet_token_signer_announce (signer, 2, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_calls ("login user");
}

static void
test_other_keys_are_not_announced (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);

  g_assert_true (signet_token_signer_announce (signer, 100, NULL, NULL));
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 0);
}

/* A wrong PIN in the middle, or a question left unanswered, leaves a session that signs. */
static void
test_always_goes_on (gconstpointer manner)
{
  g_auto (World) world = world_new (manner);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, "111111", PIN, NULL);
  g_autoptr (SignetTestInteraction) later = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);
  g_autoptr (SignetSigner) other = world_new_signer (&world, session, later);
  g_autoptr (GBytes) signature = world_sign (signer, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (signature);
  g_assert_null (world_sign (signer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_bytes_unref (signature);
  signature = world_sign (other, &error);
  g_assert_no_error (error);
  assert_calls ("login user,login context,login context,login context");
}

/* A module with room for one session: the login went with the refused signature. That is said; the PIN is not tried anew. */
static void
test_always_one_session (void)
{
  g_auto (World) world = world_new ("always one-session");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, "111111", PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
  g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);
  g_autoptr (GError) error = NULL;

  g_assert_null (world_sign (signer, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN);
  assert_calls ("login user,login context");
}

/* --- a login that is kept --- */

static void
test_kept (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);

  signet_token_manager_set_pin_keeping (world.manager, 60);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SignetTokenSession) session = world_login (&world, person, NULL);
      g_autoptr (SignetSigner) signer = world_new_signer (&world, session, person);
      g_autoptr (GBytes) signature = world_sign (signer, NULL);

      g_assert_nonnull (signature);
      g_clear_object (&signer);
      signet_token_session_close (session);
      g_assert_true (signet_token_manager_keeps_pin (world.manager, world.token));
    }
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1);
  assert_calls ("login user");
}

static void
log_in_once (World *world)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (world, person, NULL);

  g_assert_nonnull (session);
  signet_token_session_close (session);
}

static void
assert_asks_again (World *world)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = world_login (world, person, NULL);

  g_assert_nonnull (session);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1);
}

static void
test_forgotten (void)
{
  g_auto (World) world = world_new ("");

  signet_token_manager_set_pin_keeping (world.manager, 60);
  log_in_once (&world);
  signet_token_manager_forget_pins (world.manager);
  g_assert_false (signet_token_manager_keeps_pin (world.manager, world.token));
  assert_asks_again (&world);
}

/* A screen locked while something is signed: that is finished, and not kept. */
static void
test_forgotten_in_use (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = NULL;

  signet_token_manager_set_pin_keeping (world.manager, 60);
  session = world_login (&world, person, NULL);
  signet_token_manager_forget_pins (world.manager);
  signet_token_session_close (session);
  g_assert_false (signet_token_manager_keeps_pin (world.manager, world.token));
  assert_calls ("login user,logout");
}

/* The host logs out by itself, whoever forgets to ask. */
static void
test_time_is_over (void)
{
  g_auto (World) world = world_new ("");
  g_autofree char *calls = NULL;

  signet_token_manager_set_pin_keeping (world.manager, 1);
  log_in_once (&world);
  assert_calls ("login user");
  for (guint i = 0; i < 100 && (calls == NULL || strstr (calls, "logout") == NULL); i++)
    {
      g_usleep (100 * 1000);
      g_free (calls);
      calls = world_read_calls ();
    }
  g_assert_cmpstr (calls, ==, "login user,logout");
  g_assert_false (signet_token_manager_keeps_pin (world.manager, world.token));
  assert_asks_again (&world);
}

static void
test_pulled (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GError) error = NULL;

  signet_token_manager_set_pin_keeping (world.manager, 60);
  log_in_once (&world);
  world_write ("manner", "pulled", -1);
  g_assert_null (world_login (&world, person, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED);
  world_write ("manner", "", 0);
  assert_asks_again (&world);
}

static void
test_module_forgets (void)
{
  g_auto (World) world = world_new ("forgets");

  signet_token_manager_set_pin_keeping (world.manager, 60);
  log_in_once (&world);
  g_usleep (2500 * 1000);
  assert_asks_again (&world);
}

static void
test_change_forgets (void)
{
  g_auto (World) world = world_new ("");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, NULL);

  signet_token_manager_set_pin_keeping (world.manager, 60);
  log_in_once (&world);
  g_assert_true (signet_token_change_pin (world.token, SIGNET_INTERACTION (person), NULL, NULL));
  g_assert_false (signet_token_manager_keeps_pin (world.manager, world.token));
  assert_asks_again (&world);
}

/* What is kept opens the token; it does not stand for the PIN a key wants at every signature. */
static void
test_kept_and_always (void)
{
  g_auto (World) world = world_new ("always");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetSigner) signer = NULL;
  g_autoptr (GBytes) signature = NULL;

  signet_token_manager_set_pin_keeping (world.manager, 60);
  log_in_once (&world);
  session = world_login (&world, person, NULL);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 0);
  signer = world_new_signer (&world, session, person);
  signature = world_sign (signer, NULL);
  g_assert_nonnull (signature);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1);
  assert_calls ("login user,login context");
}

static void
test_wrong_context_forgets (void)
{
  g_auto (World) world = world_new ("always");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("111111", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetSigner) signer = NULL;
  g_autoptr (GError) error = NULL;

  signet_token_manager_set_pin_keeping (world.manager, 60);
  log_in_once (&world);
  session = world_login (&world, person, NULL);
  signer = world_new_signer (&world, session, person);
  g_assert_null (world_sign (signer, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  g_clear_object (&signer);
  signet_token_session_close (session);
  g_assert_false (signet_token_manager_keeps_pin (world.manager, world.token));
}

/* The policy has the last word. */
static void
test_policy_bounds (void)
{
  g_auto (World) world = world_new ("");

  signet_token_manager_set_pin_keeping (world.manager, 1000000);
  g_assert_cmpuint (signet_token_manager_get_pin_keeping (world.manager), ==, 3600);
  signet_token_manager_set_pin_keeping (world.manager, 0);
  log_in_once (&world);
  assert_calls ("login user,logout");
}

int
main (int argc, char **argv)
{
  int status = 0;
  static const char *const going_on[] = { "always", "always read-only" };

  world_start ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token/pin-manners/pad-login", test_pad_login);
  g_test_add_func ("/token/pin-manners/pad-takes-no-text", test_pad_takes_no_text);
  g_test_add_func ("/token/pin-manners/pad-change", test_pad_change);
  g_test_add_func ("/token/pin-manners/pad-initialize", test_pad_initialize);
  g_test_add_func ("/token/pin-manners/pad-cancelled", test_pad_cancelled);
  g_test_add_func ("/token/pin-manners/always", test_always);
  g_test_add_func ("/token/pin-manners/always-refused", test_always_refused);
  g_test_add_func ("/token/pin-manners/not-announced", test_other_keys_are_not_announced);
  for (guint i = 0; i < G_N_ELEMENTS (going_on); i++)
    {
      g_autofree char *path = g_strdup_printf ("/token/pin-manners/always-goes-on/%u", i);

      g_test_add_data_func (path, going_on[i], test_always_goes_on);
    }
  g_test_add_func ("/token/pin-manners/always-one-session", test_always_one_session);
  g_test_add_func ("/token/pin-manners/kept", test_kept);
  g_test_add_func ("/token/pin-manners/forgotten", test_forgotten);
  g_test_add_func ("/token/pin-manners/forgotten-in-use", test_forgotten_in_use);
  g_test_add_func ("/token/pin-manners/time-is-over", test_time_is_over);
  g_test_add_func ("/token/pin-manners/pulled", test_pulled);
  g_test_add_func ("/token/pin-manners/module-forgets", test_module_forgets);
  g_test_add_func ("/token/pin-manners/change-forgets", test_change_forgets);
  g_test_add_func ("/token/pin-manners/kept-and-always", test_kept_and_always);
  g_test_add_func ("/token/pin-manners/wrong-context-forgets", test_wrong_context_forgets);
  g_test_add_func ("/token/pin-manners/policy-bounds", test_policy_bounds);
  status = g_test_run ();
  world_stop ();
  return status;
}
