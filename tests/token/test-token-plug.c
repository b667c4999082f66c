/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-token-plug.c: a card in a real reader service (tests/token/ground/with-reader) is pulled and put in again: the list follows, the card
 * two modules show is one, and nothing that lived before is used after.
 */
#include "config.h"

#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"

#define PATIENCE 40 /* seconds */

static gboolean
on_tick_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static guint
count_cards (SignetTokenManager *manager)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (manager)); i++)
    {
      g_autoptr (SignetToken) token = g_list_model_get_item (G_LIST_MODEL (manager), i);

      n += !signet_token_is_software (token);
    }
  return n;
}

/* Two modules tell of one card one after the other: what is shown must come to rest at @n. */
static gint64
wait_for_cards (SignetTokenManager *manager, guint n, gint64 start)
{
  guint tick = g_timeout_add (5, on_tick_cb, NULL);

  while (count_cards (manager) != n && g_get_monotonic_time () - start < PATIENCE * G_TIME_SPAN_SECOND)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_cmpuint (count_cards (manager), ==, n);
  return (g_get_monotonic_time () - start) / G_TIME_SPAN_MILLISECOND;
}

static void
move_card (const char *how)
{
  const char *argv[] = { g_getenv ("SIGNET_GROUND_CARD"), how, NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
test_plug (void)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  gint64 start = g_get_monotonic_time ();

  signet_token_manager_watch (manager);
  g_test_message ("first listed after %d ms", (int) wait_for_cards (manager, 1, start));
  for (guint i = 0; i < 3; i++)
    {
      gint64 gone = 0;

      start = g_get_monotonic_time ();
      move_card ("remove");
      gone = wait_for_cards (manager, 0, start);
      start = g_get_monotonic_time ();
      move_card ("insert");
      g_test_message ("gone %d ms after it was pulled, listed %d ms after it was put in", (int) gone,
                      (int) wait_for_cards (manager, 1, start));
    }
}

static void
test_one_card (void)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  g_autoptr (GPtrArray) findings = signet_token_manager_dup_findings (manager);
  guint showing = 0;
  guint cards = 0;

  for (guint i = 0; i < findings->len; i++)
    showing += ((SignetTokenFinding *) findings->pdata[i])->n_tokens > 0;
  for (guint i = 0; i < tokens->len; i++)
    cards += !signet_token_is_software (tokens->pdata[i]);
  g_assert_cmpuint (showing, ==, 2); /* OpenSC and Yubico's */
  g_assert_cmpuint (cards, ==, 1);
}

static SignetToken *
dup_card (SignetTokenManager *manager)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);

  for (guint i = 0; i < tokens->len; i++)
    if (!signet_token_is_software (tokens->pdata[i]))
      return g_object_ref (tokens->pdata[i]);
  return NULL;
}

/* Who keeps a session of a card that was pulled gets an error, and after it is back the next login works. */
static void
test_session_over_a_pull (void)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (SignetToken) token = dup_card (manager);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (g_getenv ("SIGNET_GROUND_PIN"), g_getenv ("SIGNET_GROUND_PIN"),
                                                                                   NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetTokenSession) again = NULL;
  g_autoptr (SignetTokenKey) key = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (token);
  session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_no_error (error);
  move_card ("pull");
  g_usleep (2 * G_USEC_PER_SEC);
  key = signet_token_session_read_key (session, signet_token_get_keys (token)->pdata[0], NULL, NULL);
  move_card ("insert");
  g_usleep (4 * G_USEC_PER_SEC);
  signet_token_session_close (session);
  again = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  if (g_getenv ("SIGNET_GROUND_CARD") == NULL)
    {
      g_printerr ("test-token-plug: runs in tests/token/ground/with-reader\n");
      return 77;
    }
  g_test_add_func ("/token/plug/one-card", test_one_card);
  g_test_add_func ("/token/plug/pull-and-insert", test_plug);
  g_test_add_func ("/token/plug/session-over-a-pull", test_session_over_a_pull);
  return g_test_run ();
}
