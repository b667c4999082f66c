/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-token-batch.c: many signatures with one login: a second session when it helps and never otherwise, what a cancelled call leaves behind,
 * and nobody waiting for a module that hangs. On SoftHSM with the pace of a token (slow/slow.c).
 */
#include "config.h"

#include <glib/gstdio.h>

#include "../../app/core/token/signet-token-pace.h"
#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"
#include "token-support.h"

#define PIN "12345678"
#define MANY 40 /* signatures: enough for a second session to be tried */
#define N_THREADS 4
#define DEADLINE 20000 /* milliseconds: for a loaded machine */

static char *folder; /* of SoftHSM and of the shim */

typedef struct
{
  SignetTokenManager *manager;
  SignetToken *token;
  SignetTokenSession *session;
  SignetTokenKey *key;
} World;

/* --- the folder --- */

static void
set_rules (const char *rules)
{
  g_autofree char *path = g_build_filename (folder, "rules", NULL);

  g_assert_true (g_file_set_contents (path, rules, -1, NULL));
}

static guint
count (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *letters = NULL;
  gsize length = 0;

  g_file_get_contents (path, &letters, &length, NULL);
  return (guint) length;
}

static void
forget (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_remove (path);
}

/* --- a token --- */

static void
world_clear (World *world)
{
  g_clear_object (&world->key);
  g_clear_object (&world->session);
  g_clear_object (&world->token);
  g_clear_object (&world->manager);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* A token with one key, logged in once. */
static World
new_world (const char *rules)
{
  static guint n = 0;
  const char *const modules[] = { g_getenv ("SIGNET_TEST_SLOW_SHIM"), NULL };
  g_autofree char *label = g_strdup_printf ("Batch %u (sample)", n++);
  g_autoptr (GError) error = NULL;
  World world = { NULL, NULL, NULL, NULL };

  set_rules ("");
  token_support_init_token (label, PIN);
  world.manager = signet_token_manager_new (modules);
  _signet_token_manager_set_deadlines (world.manager, DEADLINE, DEADLINE, DEADLINE);
  world.token = signet_token_manager_find_token (world.manager, label, NULL, &error);
  g_assert_no_error (error);
  forget ("logins");
  world.session = token_support_login (world.token, PIN);
  world.key = signet_token_session_generate_key (world.session, "ec-p256", "a key", NULL, &error);
  g_assert_no_error (error);
  forget ("sessions");
  forget ("together");
  forget ("signed");
  set_rules (rules);
  return world;
}

static SignetSigner *
new_signer (World *world)
{
  g_autoptr (GError) error = NULL;
  SignetSigner *signer = signet_token_session_new_signer (world->session, world->key, NULL, &error);

  g_assert_no_error (error);
  return signer;
}

static gboolean
sign_one (SignetSigner *signer, GCancellable *cancellable, GError **error)
{
  const SignetSignatureAlgorithm algorithm = { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 };
  g_autoptr (GBytes) message = g_bytes_new_static ("to be signed", 12);
  /* which verifies it with the key */
  g_autoptr (GBytes) signature = signet_signer_sign (signer, algorithm, message, cancellable, error);

  return signature != NULL;
}

/* --- the pace, with a clock of our own --- */

/* Signatures that come one after the other, each after @microseconds; what the last one asked for. */
static guint
let_pass (SignetTokenPace *pace, guint n, gint64 microseconds, gint64 *now)
{
  guint wanted = 0;

  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (wanted, ==, 0);
      wanted = _signet_token_pace_note (pace, *now, *now + microseconds);
      *now += microseconds;
    }
  return wanted;
}

/* Five of 3 ms one by one, then eleven with two sessions, each @microseconds after the one before. */
static guint
try_two (SignetTokenPace *pace, gint64 microseconds)
{
  gint64 now = 1;

  _signet_token_pace_init (pace);
  _signet_token_pace_expect (pace, 200, TRUE);
  g_assert_cmpuint (_signet_token_pace_get_limit (pace), ==, 1);
  g_assert_cmpuint (let_pass (pace, 5, 3000, &now), ==, 2);
  _signet_token_pace_set_lanes (pace, 2);
  g_assert_cmpuint (_signet_token_pace_get_limit (pace), ==, 3);
  return let_pass (pace, 11, microseconds, &now);
}

static void
test_pace_gain (void)
{
  SignetTokenPace pace;

  g_assert_cmpuint (try_two (&pace, 1600), ==, 0);
  g_assert_cmpuint (_signet_token_pace_get_limit (&pace), ==, 3);
  _signet_token_pace_clear (&pace);
}

static void
test_pace_no_gain (void)
{
  SignetTokenPace pace;

  g_assert_cmpuint (try_two (&pace, 2900), ==, 1);
  _signet_token_pace_set_lanes (&pace, 1);
  g_assert_cmpuint (_signet_token_pace_get_limit (&pace), ==, 2);
  g_assert_cmpuint (_signet_token_pace_note (&pace, 1, 2), ==, 0);
  _signet_token_pace_clear (&pace);
}

/* A card takes its time: whoever cancels has no more than one signature made that nobody wants. */
static void
test_pace_slow (void)
{
  SignetTokenPace pace;
  gint64 now = 1;

  _signet_token_pace_init (&pace);
  _signet_token_pace_expect (&pace, 8, TRUE);
  g_assert_cmpuint (let_pass (&pace, 8, 800 * G_TIME_SPAN_MILLISECOND, &now), ==, 0);
  g_assert_cmpuint (_signet_token_pace_get_limit (&pace), ==, 1);
  _signet_token_pace_clear (&pace);
}

static void
test_pace_short (void)
{
  SignetTokenPace pace;
  gint64 now = 1;

  _signet_token_pace_init (&pace);
  _signet_token_pace_expect (&pace, 8, TRUE);
  g_assert_cmpuint (let_pass (&pace, 8, 3000, &now), ==, 0);
  g_assert_cmpuint (_signet_token_pace_get_limit (&pace), ==, 2);
  _signet_token_pace_clear (&pace);
}

/* --- many at once --- */

typedef struct
{
  SignetSigner *signer;
  GCancellable *cancellable; /* (nullable) */
  guint left;                /* (atomic) */
  guint good;                /* (atomic) */
  guint cancelled;           /* (atomic) */
  guint cancel_after;        /* 0: never */
} Work;

static gpointer
work_thread (gpointer data)
{
  Work *work = data;

  while (g_atomic_int_add (&work->left, -1) > 0)
    {
      g_autoptr (GError) error = NULL;

      if (sign_one (work->signer, work->cancellable, &error))
        {
          if ((guint) g_atomic_int_add (&work->good, 1) + 1 == work->cancel_after)
            g_cancellable_cancel (work->cancellable);
          continue;
        }
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_atomic_int_inc (&work->cancelled);
    }
  return NULL;
}

static void
sign_many (Work *work)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("signer", work_thread, work);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

/* All are signatures of the key, with the one login there was. */
static void
assert_signs_many (World *world)
{
  g_autoptr (SignetSigner) signer = new_signer (world);
  Work work = { .signer = signer, .left = MANY };

  g_assert_cmpuint (signet_signer_expect (signer, MANY), >, 1);
  sign_many (&work);
  g_assert_cmpuint (work.good, ==, MANY);
  g_assert_cmpuint (count ("logins"), ==, 1);
}

static void
test_two_sessions (void)
{
  g_auto (World) world = new_world ("sign-20");

  assert_signs_many (&world);
  g_assert_cmpuint (count ("sessions"), ==, 1);
  g_assert_cmpuint (count ("together"), >, 0);
}

static void
test_one_by_one (void)
{
  g_auto (World) world = new_world ("sign-20 one-by-one");

  assert_signs_many (&world);
}

static void
test_second_fails (void)
{
  g_auto (World) world = new_world ("sign-20 second-fails");

  assert_signs_many (&world);
}

static void
test_login_not_shared (void)
{
  g_auto (World) world = new_world ("sign-20 not-shared");

  assert_signs_many (&world);
  g_assert_cmpuint (count ("together"), ==, 0);
}

static void
test_no_room (void)
{
  g_auto (World) world = new_world ("sign-20 one-session");

  assert_signs_many (&world);
  g_assert_cmpuint (count ("sessions"), ==, 0);
  g_assert_cmpuint (count ("together"), ==, 0);
}

static void
test_short_batch (void)
{
  g_auto (World) world = new_world ("sign-20");
  g_autoptr (SignetSigner) signer = new_signer (&world);
  Work work = { .signer = signer, .left = 8 };

  signet_signer_expect (signer, 8);
  sign_many (&work);
  g_assert_cmpuint (work.good, ==, 8);
  g_assert_cmpuint (count ("sessions"), ==, 0);
}

/* While a second session is open, everything else still works, and in its turn. */
static void
test_other_calls_beside (void)
{
  g_auto (World) world = new_world ("sign-20");
  g_autoptr (SignetSigner) signer = new_signer (&world);
  Work work = { .signer = signer, .left = MANY };
  GThread *thread = NULL;

  signet_signer_expect (signer, MANY);
  thread = g_thread_new ("signer", work_thread, &work);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (world.manager, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (tokens->len, >, 0);
    }
  sign_many (&work);
  g_thread_join (thread);
  g_assert_cmpuint (work.good, ==, MANY);
}

/* --- cancelling --- */

/* Those that were asked for before are over or given up, no more are begun, and the login lives on. */
static void
test_cancelled_between (void)
{
  g_auto (World) world = new_world ("sign-20");
  g_autoptr (SignetSigner) signer = new_signer (&world);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Work work = { .signer = signer, .cancellable = cancellable, .left = MANY, .cancel_after = 10 };

  signet_signer_expect (signer, MANY);
  sign_many (&work);
  g_assert_cmpuint (work.good, >=, 10);
  g_assert_cmpuint (work.good + work.cancelled, ==, MANY);
  g_assert_cmpuint (count ("signed"), <, MANY / 2);
  g_assert_true (sign_one (signer, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count ("logins"), ==, 1);
}

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (300 * 1000);
  cancel_cb (data);
  return NULL;
}

static gpointer
end_hanging_soon (gpointer unused)
{
  g_usleep (300 * 1000);
  set_rules ("");
  return NULL;
}

/* The caller goes at once; the call is left to its end; whoever is logged in stays so. */
static void
assert_survives_cancelled_call (World *world, gboolean (*call) (World *world, GCancellable *cancellable, GError **error))
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (SignetSigner) signer = new_signer (world);
  g_autoptr (GError) error = NULL;
  GThread *canceller = g_thread_new ("cancel", cancel_soon, cancellable);
  GThread *mender = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert_false (call (world, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, DEADLINE / 2 * 1000);
  g_clear_error (&error);
  mender = g_thread_new ("mend", end_hanging_soon, NULL);
  g_assert_true (sign_one (signer, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count ("logins"), ==, 1);
  g_thread_join (canceller);
  g_thread_join (mender);
}

static gboolean
list (World *world, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (world->manager, cancellable, NULL, error);

  return tokens != NULL;
}

static gboolean
sign_again (World *world, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetSigner) signer = new_signer (world);

  return sign_one (signer, cancellable, error);
}

static void
test_cancelled_listing (void)
{
  g_auto (World) world = new_world ("hang GetSlotList");

  assert_survives_cancelled_call (&world, list);
}

static void
test_cancelled_signature (void)
{
  g_auto (World) world = new_world ("hang Sign");

  assert_survives_cancelled_call (&world, sign_again);
}

/* --- nobody waits for a module that hangs --- */

static gboolean
give_up_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* What another module has is shown while one of them does not answer. */
static void
test_list_beside_hanging (void)
{
  g_auto (World) world = new_world ("hang GetSlotList");
  const char *const modules[] = { g_getenv ("SIGNET_TEST_SLOW_SHIM"), g_getenv ("SIGNET_TEST_SLOW_MODULE"), NULL };
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (modules);
  gboolean late = FALSE;
  guint timeout = g_timeout_add (DEADLINE / 2, give_up_cb, &late);

  g_assert_nonnull (world.token);
  _signet_token_manager_set_deadlines (manager, DEADLINE, DEADLINE, DEADLINE);
  signet_token_manager_watch (manager);
  while (g_list_model_get_n_items (G_LIST_MODEL (manager)) == 0 && !late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (late);
  g_source_remove (timeout);
  g_clear_object (&manager);
  set_rules ("");
}

/* The last reference to a session is dropped on the thread that runs the main loop, as when a window is closed. */
static void
test_drop_while_hanging (void)
{
  static const char *const rules[] = { "hang Logout", "hang GetSlotList", "hang Sign" };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_auto (World) world = new_world (rules[i]);
      gint64 start = 0;

      g_assert_true (g_main_context_acquire (g_main_context_default ()));
      start = g_get_monotonic_time ();
      g_clear_object (&world.session);
      g_assert_cmpint (g_get_monotonic_time () - start, <, DEADLINE / 4 * 1000);
      g_main_context_release (g_main_context_default ());
      set_rules ("");
    }
}

/* Closed after it was cancelled: nobody waits for the call that was given up. */
static void
test_close_after_cancel (void)
{
  g_auto (World) world = new_world ("hang Sign");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *canceller = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();

  g_assert_false (sign_again (&world, cancellable, &error));
  signet_token_session_close (world.session);
  g_assert_cmpint (g_get_monotonic_time () - start, <, DEADLINE / 4 * 1000);
  g_thread_join (canceller);
  set_rules ("");
}

/* --- */

int
main (int argc, char **argv)
{
  g_autofree char *module = _signet_token_software_find_module ();
  int result = 0;

  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  if (module == NULL)
    {
      g_print ("1..0 # SKIP SoftHSM is not installed\n");
      return 77;
    }
  g_setenv ("SIGNET_TEST_SLOW_MODULE", module, TRUE);
  folder = token_support_softhsm ("signet-slow-XXXXXX");
  g_setenv ("SIGNET_TEST_SLOW", folder, TRUE);
  g_test_add_func ("/token/batch/two-sessions", test_two_sessions);
  g_test_add_func ("/token/batch/pace-gain", test_pace_gain);
  g_test_add_func ("/token/batch/pace-no-gain", test_pace_no_gain);
  g_test_add_func ("/token/batch/pace-slow", test_pace_slow);
  g_test_add_func ("/token/batch/pace-short", test_pace_short);
  g_test_add_func ("/token/batch/one-by-one", test_one_by_one);
  g_test_add_func ("/token/batch/second-fails", test_second_fails);
  g_test_add_func ("/token/batch/login-not-shared", test_login_not_shared);
  g_test_add_func ("/token/batch/no-room", test_no_room);
  g_test_add_func ("/token/batch/short", test_short_batch);
  g_test_add_func ("/token/batch/other-calls-beside", test_other_calls_beside);
  g_test_add_func ("/token/batch/cancelled-between", test_cancelled_between);
  g_test_add_func ("/token/batch/cancelled-listing", test_cancelled_listing);
  g_test_add_func ("/token/batch/cancelled-signature", test_cancelled_signature);
  g_test_add_func ("/token/batch/list-beside-hanging", test_list_beside_hanging);
  g_test_add_func ("/token/batch/drop-while-hanging", test_drop_while_hanging);
  g_test_add_func ("/token/batch/close-after-cancel", test_close_after_cancel);
  result = g_test_run ();
  signet_test_remove_tree (folder);
  g_free (folder);
  return result;
}
