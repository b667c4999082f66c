/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrolment-world.c: everything real but the person and the authority. See the header. */
#include "config.h"

#include "enrolment-world.h"

#include <string.h>

#include <glib/gstdio.h>

#include "../../app/core/base/signet-paths.h"

#define SO_PIN "12345678"

static char *pki_dir;

static char *
in_home (const char *name)
{
  return g_build_filename (g_getenv ("SIGNET_USER_DIR"), name, NULL);
}

/* --- once -------------------------------------------------------------------------------------------------------------------- */

static void
make_pki (void)
{
  const char *const argv[] = { g_getenv ("SIGNET_TEST_CA"), "init", pki_dir, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
}

void
enrolment_world_prepare (void)
{
  const char *home = signet_test_home ();
  g_autofree char *ring = g_build_filename (home, "ring", NULL);

  pki_dir = g_build_filename (home, "pki", NULL);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", ring, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "sample", TRUE);
  make_pki ();
}

const char *
enrolment_world_get_pki (void)
{
  return pki_dir;
}

/* --- a world ------------------------------------------------------------------------------------------------------------------ */

static void
make_token (EnrolmentWorld *world)
{
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) WORLD_PIN, strlen (WORLD_PIN));
  g_autoptr (SignetSecret) so_pin = signet_secret_new ((const guint8 *) SO_PIN, strlen (SO_PIN));
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetTokenManager) tokens = signet_token_manager_new (NULL);
  g_autoptr (SignetToken) token = signet_token_manager_init_software_token (tokens, "Sample", pin, so_pin, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (token);
}

EnrolmentWorld *
enrolment_world_new (void)
{
  EnrolmentWorld *world = g_new0 (EnrolmentWorld, 1);

  signet_test_remove_tree (g_getenv ("SIGNET_USER_DIR"));
  g_assert_cmpint (g_mkdir_with_parents (g_getenv ("SIGNET_USER_DIR"), 0700), ==, 0);
  make_token (world);
  return world;
}

static void
close_core (EnrolmentWorld *world)
{
  g_clear_object (&world->enrolment);
  g_clear_object (&world->tokens);
  g_clear_object (&world->journal);
  g_clear_object (&world->http);
  g_clear_object (&world->clock);
  g_clear_object (&world->store);
}

void
enrolment_world_free (EnrolmentWorld *world)
{
  if (world == NULL)
    return;
  close_core (world);
  g_free (world);
}

void
enrolment_world_add (EnrolmentWorld *world, const char *name, const char *port, const char *chain, const char *const *changes)
{
  g_autofree char *file = g_strconcat (name, ".profile", NULL);
  g_autofree char *chain_file = g_strconcat (name, "-chain.pem", NULL);
  g_autofree char *source = g_build_filename (g_getenv ("SIGNET_SOURCE_ROOT"), "tests", "tools", file, NULL);
  g_autofree char *folder = in_home ("authorities");
  g_autofree char *target = g_build_filename (folder, file, NULL);
  g_autofree char *chain_target = g_build_filename (folder, chain_file, NULL);
  g_autofree char *text = NULL;
  g_autofree char *pem = NULL;
  g_autoptr (GString) profile = NULL;

  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  g_assert_true (g_file_get_contents (chain, &pem, NULL, NULL));
  profile = g_string_new (text);
  g_string_replace (profile, "@PORT@", port, 0);
  for (gsize i = 0; changes != NULL && changes[i] != NULL; i += 2)
    g_assert_cmpuint (g_string_replace (profile, changes[i], changes[i + 1], 0), >, 0);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (target, profile->str, -1, NULL));
  g_assert_true (g_file_set_contents (chain_target, pem, -1, NULL));
}

void
enrolment_world_open (EnrolmentWorld *world)
{
  g_autofree char *authorities = in_home ("authorities");
  const char *const authority_dirs[] = { authorities, NULL };
  g_auto (GStrv) plugin_dirs = signet_paths_dup_plugin_dirs ();
  g_autoptr (GPtrArray) plugins = signet_plugin_registry_load ((const char *const *) plugin_dirs, NULL);
  g_autoptr (GPtrArray) all = signet_authority_load_all (authority_dirs, NULL);
  g_autoptr (GError) error = NULL;

  close_core (world);
  world->store = signet_store_open (signet_paths_get_database (), &error);
  g_assert_no_error (error);
  world->clock = signet_clock_new_system ();
  world->http = signet_http_new ();
  world->journal = signet_journal_new (world->store, world->clock, &error);
  g_assert_no_error (error);
  world->tokens = signet_token_manager_new (NULL);
  world->enrolment = signet_enrolment_new (world->store, world->http, world->clock, world->tokens, world->journal, plugins, all, &error);
  g_assert_no_error (error);
}

/* --- acts ------------------------------------------------------------------------------------------------------------------------ */

static void
sort_answer (GHashTable *fields, GHashTable *secrets, const char *id, const char *value)
{
  if (id[0] == '!')
    g_hash_table_insert (secrets, (gpointer) (id + 1), signet_secret_new ((const guint8 *) value, strlen (value)));
  else
    g_hash_table_insert (fields, (gpointer) id, (gpointer) value);
}

SignetRequest *
enrolment_world_draft (EnrolmentWorld *world, const char *authority, const char *key_spec, const char *const *answers)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) secrets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) signet_secret_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetToken) token = signet_token_manager_find_token (world->tokens, "Sample", NULL, &error);
  SignetAuthority *asked = signet_enrolment_find_authority (world->enrolment, authority, &error);
  SignetRequest *request;

  g_assert_no_error (error);
  for (gsize i = 0; answers[i] != NULL; i += 2)
    sort_answer (fields, secrets, answers[i], answers[i + 1]);
  request = signet_enrolment_draft (world->enrolment, asked, token, key_spec, fields, secrets, &error);
  g_assert_no_error (error);
  g_assert_true (signet_enrolment_agree (world->enrolment, request, &error));
  g_assert_no_error (error);
  return request;
}

gboolean
enrolment_world_run (EnrolmentWorld *world, SignetRequest *request, GError **error)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (WORLD_PIN, WORLD_PIN, NULL);

  return signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, error);
}

void
enrolment_world_run_on (EnrolmentWorld *world, SignetRequest *request)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (signet_request_get_state (request) == SIGNET_REQUEST_WAITING && g_get_monotonic_time () < end)
    {
      g_autoptr (GError) error = NULL;

      g_usleep (300000);
      g_assert_true (enrolment_world_run (world, request, &error));
      g_assert_no_error (error);
    }
}

SignetRequest *
enrolment_world_reopen (EnrolmentWorld *world, SignetRequest *request)
{
  g_autoptr (GError) error = NULL;
  SignetRequest *again;

  enrolment_world_open (world);
  again = signet_enrolment_find (world->enrolment, signet_request_get_id (request), &error);
  g_assert_no_error (error);
  return again;
}

/* --- looking ------------------------------------------------------------------------------------------------------------------------ */

void
enrolment_world_assert_token (EnrolmentWorld *world, guint keys, guint certificates)
{
  g_autoptr (GPtrArray) fresh = signet_token_manager_refresh (world->tokens, NULL, NULL, NULL);
  g_autoptr (SignetToken) token = signet_token_manager_find_token (world->tokens, "Sample", NULL, NULL);
  GPtrArray *all = signet_token_get_keys (token);
  guint found_keys = 0, found_certificates = 0;

  g_assert_nonnull (fresh);
  for (guint i = 0; i < all->len; i++)
    {
      found_keys += signet_token_key_has_private (all->pdata[i]) ? 1 : 0;
      found_certificates += signet_token_key_get_certificate (all->pdata[i]) != NULL ? 1 : 0;
    }
  g_assert_cmpuint (found_keys, ==, keys);
  g_assert_cmpuint (found_certificates, ==, certificates);
}

void
enrolment_world_assert_state (SignetRequest *request, SignetRequestState state)
{
  g_assert_cmpstr (signet_request_state_get_id (signet_request_get_state (request)), ==, signet_request_state_get_id (state));
}

static gboolean
file_contains (const char *path, const char *text)
{
  g_autofree char *data = NULL;
  gsize length;

  return g_file_get_contents (path, &data, &length, NULL) && memmem (data, length, text, strlen (text)) != NULL;
}

gboolean
enrolment_world_contains (const char *text)
{
  return file_contains (signet_paths_get_database (), text) || file_contains (g_getenv ("SECRET_FILE_TEST_PATH"), text);
}

char *
enrolment_world_port (const char *url)
{
  const char *colon = strrchr (url, ':');

  return g_strndup (colon + 1, strspn (colon + 1, "0123456789"));
}
