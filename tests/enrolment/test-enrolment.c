/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-enrolment.c: from a wish to a confirmed certificate, with everything real: a software token behind its host, the plugin behind its
 * wall, a CA on loopback that signs what it is asked for. Then with each thing going wrong, and killed at every state.
 *
 * `test-enrolment --child-run ID` is the process that gets killed.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include <glib/gstdio.h>

#include "enrolment-world.h"
#include "signet-test-service.h"
#include "signet-test.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-paths.h"
#include "../../app/core/enrolment/signet-enrolment.h"

#define PIN "1234"
#define SECRET "signet-demo"

static const char *program;

/* --- the world -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  TestService        *ca;
  SignetStore        *store;
  SignetClock        *clock;
  SignetHttp         *http;
  SignetJournal      *journal;
  SignetTokenManager *tokens;
  SignetEnrolment    *enrolment;
} World;

static char *
in_home (const char *name)
{
  return g_build_filename (g_getenv ("SIGNET_USER_DIR"), name, NULL);
}

static void
write_profile (const char *port, const char *plugin)
{
  g_autofree char *source = g_build_filename (g_getenv ("SIGNET_SOURCE_ROOT"), "tests", "tools", "sample-ca.profile", NULL);
  g_autofree char *folder = in_home ("authorities");
  g_autofree char *target = g_build_filename (folder, "sample-ca.profile", NULL);
  g_autofree char *chain = g_build_filename (folder, "sample-ca-chain.pem", NULL);
  g_autofree char *filed = g_build_filename (enrolment_world_get_pki (), "chain.pem", NULL);
  g_autofree char *text = NULL;
  g_autofree char *pem = NULL;
  g_autoptr (GString) profile = NULL;

  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  profile = g_string_new (text);
  g_string_replace (profile, "@PORT@", port, 0);
  if (strcmp (plugin, "cmp") != 0)
    {
      g_autofree char *line = g_strdup_printf ("Plugin=%s", plugin);
      g_string_replace (profile, "Plugin=cmp", line, 0);
      g_string_replace (profile, "/pkix/", "/simple/", 0);
    }
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (target, profile->str, -1, NULL));
  g_assert_true (g_file_get_contents (filed, &pem, NULL, NULL));
  g_assert_true (g_file_set_contents (chain, pem, -1, NULL));
}

static void
start_ca (World *world, const char *fault, const char *plugin)
{
  const char *const arguments[] = { "serve", enrolment_world_get_pki (), "--reference", "1234", "--secret", SECRET, fault != NULL ? "--fault" : NULL,
                                    fault, NULL };
  g_autofree char *port = NULL;

  world->ca = test_service_start_with ("SIGNET_TEST_CA", arguments);
  port = enrolment_world_port (world->ca->url);
  write_profile (port, plugin);
}

static void
stop_ca (World *world)
{
  g_clear_pointer (&world->ca, test_service_stop);
}

static void
open_core (World *world)
{
  g_autofree char *authorities = in_home ("authorities");
  const char *const authority_dirs[] = { authorities, NULL };
  g_auto (GStrv) plugin_dirs = signet_paths_dup_plugin_dirs ();
  g_autoptr (GPtrArray) plugins = signet_plugin_registry_load ((const char *const *) plugin_dirs, NULL);
  g_autoptr (GPtrArray) all = signet_authority_load_all (authority_dirs, NULL);
  g_autoptr (GError) error = NULL;

  world->store = signet_store_open (signet_paths_get_database (), &error);
  g_assert_no_error (error);
  world->clock = signet_clock_new_system ();
  world->http = signet_http_new ();
  world->journal = signet_journal_new (world->store, world->clock, &error);
  g_assert_no_error (error);
  world->tokens = signet_token_manager_new (NULL);
  world->enrolment = signet_enrolment_new (world->store, world->http, world->clock, world->tokens, world->journal, plugins, all, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (signet_enrolment_get_authorities (world->enrolment)->len, ==, 1);
}

static void
close_core (World *world)
{
  g_clear_object (&world->enrolment);
  g_clear_object (&world->tokens);
  g_clear_object (&world->journal);
  g_clear_object (&world->http);
  g_clear_object (&world->clock);
  g_clear_object (&world->store);
}

static void
make_token (World *world)
{
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) PIN, strlen (PIN));
  g_autoptr (SignetSecret) so_pin = signet_secret_new ((const guint8 *) "12345678", 8);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetToken) token = signet_token_manager_init_software_token (world->tokens, "Sample", pin, so_pin, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (token);
}

/* A person who has never used Signet, and an authority with @fault. */
static World *
world_new (const char *fault, const char *plugin)
{
  World *world = g_new0 (World, 1);

  signet_test_remove_tree (g_getenv ("SIGNET_USER_DIR"));
  g_assert_cmpint (g_mkdir_with_parents (g_getenv ("SIGNET_USER_DIR"), 0700), ==, 0);
  start_ca (world, fault, plugin);
  open_core (world);
  make_token (world);
  return world;
}

static void
world_free (World *world)
{
  close_core (world);
  stop_ca (world);
  g_free (world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/* --- acts ------------------------------------------------------------------------------------------------------------------------------ */

static SignetRequest *
draft (World *world, const char *secret)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) secrets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) signet_secret_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetToken) token = signet_token_manager_find_token (world->tokens, "Sample", NULL, &error);
  SignetAuthority *authority = signet_enrolment_find_authority (world->enrolment, "sample-ca", &error);
  SignetRequest *request;

  g_assert_no_error (error);
  g_hash_table_insert (fields, (gpointer) "name", (gpointer) "Li Na (sample)");
  g_hash_table_insert (fields, (gpointer) "organisation", (gpointer) "Sample, Ltd");
  g_hash_table_insert (fields, (gpointer) "reference", (gpointer) "1234");
  if (secret != NULL)
    g_hash_table_insert (secrets, (gpointer) "activation-code", signet_secret_new ((const guint8 *) secret, strlen (secret)));
  request = signet_enrolment_draft (world->enrolment, authority, token, "ec-p256", fields, secrets, &error);
  g_assert_no_error (error);
  return request;
}

static SignetRequest *
draft_and_agree (World *world)
{
  g_autoptr (GError) error = NULL;
  SignetRequest *request = draft (world, SECRET);

  g_assert_true (signet_enrolment_agree (world->enrolment, request, &error));
  g_assert_no_error (error);
  return request;
}

static gboolean
run (World *world, SignetRequest *request, GError **error)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, NULL);

  return signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, error);
}

/* As after a restart of the program. */
static SignetRequest *
reopen (World *world, gint64 id)
{
  g_autoptr (GError) error = NULL;
  SignetRequest *request;

  close_core (world);
  open_core (world);
  request = signet_enrolment_find (world->enrolment, id, &error);
  g_assert_no_error (error);
  return request;
}

static void
count_token (World *world, guint *keys, guint *certificates)
{
  g_autoptr (GPtrArray) fresh = signet_token_manager_refresh (world->tokens, NULL, NULL, NULL);
  g_autoptr (SignetToken) token = signet_token_manager_find_token (world->tokens, "Sample", NULL, NULL);
  GPtrArray *all = signet_token_get_keys (token);

  g_assert_nonnull (fresh);
  *keys = *certificates = 0;
  for (guint i = 0; i < all->len; i++)
    {
      *keys += signet_token_key_has_private (all->pdata[i]) ? 1 : 0;
      *certificates += signet_token_key_get_certificate (all->pdata[i]) != NULL ? 1 : 0;
    }
}

static void
assert_token (World *world, guint keys, guint certificates)
{
  guint found_keys, found_certificates;

  count_token (world, &found_keys, &found_certificates);
  g_assert_cmpuint (found_keys, ==, keys);
  g_assert_cmpuint (found_certificates, ==, certificates);
}

static void
assert_state (SignetRequest *request, SignetRequestState state)
{
  g_assert_cmpstr (signet_request_state_get_id (signet_request_get_state (request)), ==, signet_request_state_get_id (state));
}

static gboolean
journal_has (World *world, const char *act)
{
  g_autoptr (GPtrArray) entries = signet_journal_list (world->journal, 50, NULL);

  for (guint i = 0; i < entries->len; i++)
    if (g_strcmp0 (((SignetJournalEntry *) entries->pdata[i])->act, act) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
ring_has_secret (void)
{
  g_autofree char *ring = NULL;

  return g_file_get_contents (g_getenv ("SECRET_FILE_TEST_PATH"), &ring, NULL, NULL) && strstr (ring, SECRET) != NULL;
}

/* --- tests -------------------------------------------------------------------------------------------------------------------------------- */

static void
test_whole_way (void)
{
  g_autoptr (World) world = world_new (NULL, "cmp");
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (SignetRequest) stored = NULL;
  g_autoptr (GPtrArray) differences = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (signet_request_get_subject (request), ==, "CN=Li Na (sample),O=Sample\\, Ltd,C=CN");
  g_assert_true (run (world, request, &error));
  g_assert_no_error (error);
  assert_state (request, SIGNET_REQUEST_CONFIRMED);
  assert_token (world, 1, 1);
  stored = reopen (world, signet_request_get_id (request));
  assert_state (stored, SIGNET_REQUEST_CONFIRMED);
  g_assert_nonnull (signet_request_get_certificate (stored));
  g_assert_cmpstr (signet_certificate_get_key_sha256 (signet_request_get_certificate (stored)), ==, signet_request_get_key_sha256 (stored));
  differences = signet_request_dup_differences (stored);
  for (guint i = 0; i < differences->len; i++)
    g_assert_true (((SignetRequestDifference *) differences->pdata[i])->same || ((SignetRequestDifference *) differences->pdata[i])->advice);
  g_assert_true (journal_has (world, "key-made"));
  g_assert_true (journal_has (world, "certificate-requested"));
  g_assert_true (journal_has (world, "certificate-installed"));
  g_assert_false (ring_has_secret ());
  /* what is done stays done */
  g_assert_true (run (world, stored, &error));
  g_assert_false (signet_enrolment_cancel (world->enrolment, stored, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE);
}

/* The form comes from the plugin; every field of the profile is there. */
static void
test_form (void)
{
  g_autoptr (World) world = world_new (NULL, "cmp");
  g_autoptr (GError) error = NULL;
  SignetAuthority *authority = signet_enrolment_find_authority (world->enrolment, "sample-ca", &error);
  g_autoptr (SignetForm) form = signet_enrolment_get_form (world->enrolment, authority, NULL, &error);
  const SignetField *field;

  g_assert_no_error (error);
  g_assert_cmpuint (signet_form_get_n_fields (form), ==, 4);
  field = signet_form_find_field (form, "activation-code");
  g_assert_nonnull (field);
  g_assert_cmpint (field->kind, ==, SIGNET_FIELD_SECRET);
  g_assert_true (field->required);
  g_assert_cmpstr (signet_form_get_field (form, 0)->id, ==, "name");
}

typedef struct {
  const char        *fault;
  GQuark           (*domain) (void);
  int                code;
  SignetRequestState state;
} Fault;

static const Fault faults[] = {
  { "wrong-key", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_WRONG_KEY, SIGNET_REQUEST_FAILED },
  { "wrong-issuer", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_WRONG_ISSUER, SIGNET_REQUEST_FAILED },
  { "ca-certificate", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_WRONG_KIND, SIGNET_REQUEST_FAILED },
  { "reject", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_REJECTED, SIGNET_REQUEST_REJECTED },
  { "error-500", signet_base_error_quark, SIGNET_BASE_ERROR_TRY_LATER, SIGNET_REQUEST_SUBMITTED },
  { "garbage", signet_base_error_quark, SIGNET_BASE_ERROR_NETWORK, SIGNET_REQUEST_SUBMITTED },
  { "huge", signet_base_error_quark, SIGNET_BASE_ERROR_TOO_LARGE, SIGNET_REQUEST_SUBMITTED },
};

/* The authority's fault is told as what it is; the token holds the key and no certificate. When it is mended the request goes through. */
static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (World) world = world_new (fault->fault, "cmp");
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (run (world, request, &error));
  g_assert_error (error, fault->domain (), fault->code);
  assert_state (request, fault->state);
  assert_token (world, 1, 0);
  stop_ca (world);
  start_ca (world, NULL, "cmp");
  later = reopen (world, signet_request_get_id (request));
  g_clear_error (&error);
  if (fault->state == SIGNET_REQUEST_REJECTED)
    {
      g_assert_nonnull (strstr (signet_request_get_error (later), "sample rejection"));
      g_assert_false (run (world, later, &error));
      g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE);
      return;
    }
  g_assert_true (run (world, later, &error));
  g_assert_no_error (error);
  assert_state (later, SIGNET_REQUEST_CONFIRMED);
  assert_token (world, 1, 1);
}

/* What differs but is not forbidden is the person's to accept. */
static void
test_difference (gconstpointer data)
{
  g_autoptr (World) world = world_new (data, "cmp");
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (signet_test_interaction_get_n_consents (person), ==, 2);   /* the request, the difference */
  assert_state (request, SIGNET_REQUEST_CONFIRMED);
}

/* What the authority took back because it was declined: lines of its index. */
static guint
count_declined (void)
{
  g_autofree char *path = g_build_filename (enrolment_world_get_pki (), "index.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_file_get_contents (path, &text, NULL, NULL);
  lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    n += g_str_has_prefix (lines[i], "R\t") && strstr (lines[i], "cessationOfOperation") != NULL;
  return n;
}

/* A difference the person refuses is told to the authority, which waits to hear (RFC 4210, 5.3.18); a new attempt is another matter. */
static void
test_declined (void)
{
  g_autoptr (World) world = world_new ("wrong-subject", "cmp");
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (SignetTestInteraction) doubter = signet_test_interaction_new (PIN, PIN, NULL);
  g_autoptr (GError) error = NULL;
  guint before = count_declined ();

  signet_test_interaction_refuse (doubter, "accept-difference");
  g_assert_false (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (doubter), NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_ACCEPTED);
  assert_state (request, SIGNET_REQUEST_FAILED);
  g_assert_cmpuint (count_declined (), ==, before + 1);
  g_assert_true (journal_has (world, "certificate-declined"));
  g_clear_error (&error);
  g_assert_true (run (world, request, &error));
  g_assert_no_error (error);
  assert_state (request, SIGNET_REQUEST_CONFIRMED);
  g_assert_cmpuint (count_declined (), ==, before + 1);
}

/* The first consent is before anything is made; a no leaves nothing behind. */
static void
test_no_consent (void)
{
  g_autoptr (World) world = world_new (NULL, "cmp");
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GError) error = NULL;

  signet_test_interaction_set_consent (person, FALSE);
  g_assert_false (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 0);
  assert_state (request, SIGNET_REQUEST_DISCLOSED);
  assert_token (world, 0, 0);
  g_clear_error (&error);
  g_assert_true (signet_enrolment_cancel (world->enrolment, request, &error));
  assert_state (request, SIGNET_REQUEST_CANCELLED);
  g_assert_false (ring_has_secret ());
}

/* A wrong code is told, forgotten, and asked for again. */
static void
test_wrong_secret (void)
{
  g_autoptr (World) world = world_new (NULL, "cmp");
  g_autoptr (SignetRequest) request = draft (world, "not the code");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_SECRET);
  g_assert_null (strstr (error->message, "not the code"));
  g_clear_error (&error);
  signet_test_interaction_set_value (person, "activation-code", SECRET);
  g_assert_true (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  assert_state (request, SIGNET_REQUEST_CONFIRMED);
  assert_token (world, 1, 1);
}

static void
test_down (void)
{
  g_autoptr (World) world = world_new (NULL, "cmp");
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;

  stop_ca (world);
  g_assert_false (run (world, request, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK);
  start_ca (world, NULL, "cmp");
  later = reopen (world, signet_request_get_id (request));
  g_clear_error (&error);
  g_assert_true (run (world, later, &error));
  g_assert_no_error (error);
  assert_state (later, SIGNET_REQUEST_CONFIRMED);
  assert_token (world, 1, 1);
}

static void
test_waiting (gconstpointer plugin)
{
  g_autoptr (World) world = world_new ("waiting", plugin);
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (run (world, request, &error));
  g_assert_no_error (error);
  assert_state (request, SIGNET_REQUEST_WAITING);
  g_assert_cmpint (signet_request_get_next_poll (request), >=, signet_clock_now (world->clock));
  later = reopen (world, signet_request_get_id (request));
  for (guint i = 0; i < 20 && signet_request_get_state (later) == SIGNET_REQUEST_WAITING; i++)
    {
      g_usleep (300000);
      g_assert_true (run (world, later, &error));
      g_assert_no_error (error);
    }
  assert_state (later, SIGNET_REQUEST_CONFIRMED);
  assert_token (world, 1, 1);
}

/* The other protocol: csr.make and http.request instead of cmp.run. */
static void
test_example_plugin (void)
{
  g_autoptr (World) world = world_new (NULL, "example");
  g_autoptr (SignetRequest) request = draft_and_agree (world);
  g_autoptr (GError) error = NULL;

  g_assert_true (run (world, request, &error));
  g_assert_no_error (error);
  assert_state (request, SIGNET_REQUEST_CONFIRMED);
  assert_token (world, 1, 1);
}

/* --- killed ----------------------------------------------------------------------------------------------------------------------------------- */

static int
child_run (const char *id)
{
  World world = { 0 };
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  open_core (&world);
  request = signet_enrolment_find (world.enrolment, g_ascii_strtoll (id, NULL, 10), &error);
  if (request != NULL && run (&world, request, &error))
    return 0;
  g_printerr ("%s\n", error != NULL ? error->message : "?");
  return 1;
}

static void
run_until_killed (gint64 id, const char *state)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  const char *const argv[] = { program, "--child-run", text, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "SIGNET_TEST_STOP_AT", state, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  g_assert_true (g_subprocess_get_if_signaled (process));
  g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGKILL);
}

/* Whatever was killed when, the next run ends with one key, one certificate, and a request that knows both. */
static void
test_killed (gconstpointer state)
{
  g_autoptr (World) world = world_new (strcmp (state, "waiting") == 0 ? "waiting" : NULL, "cmp");
  g_autoptr (SignetRequest) request = draft (world, SECRET);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;

  run_until_killed (signet_request_get_id (request), state);
  later = reopen (world, signet_request_get_id (request));
  if (strcmp (state, "key-generated") != 0)
    g_assert_cmpstr (signet_request_state_get_id (signet_request_get_state (later)), ==, state);
  if (strcmp (state, "waiting") == 0)
    g_usleep (1200000);
  g_assert_true (run (world, later, &error));
  g_assert_no_error (error);
  assert_state (later, SIGNET_REQUEST_CONFIRMED);
  assert_token (world, 1, 1);
}

/* Killed between the refusal and telling it: told before the next attempt begins. */
static void
test_killed_refusing (void)
{
  g_autoptr (World) world = world_new ("wrong-issuer", "cmp");
  g_autoptr (SignetRequest) request = draft (world, SECRET);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;
  guint before = count_declined ();

  run_until_killed (signet_request_get_id (request), "refused");
  later = reopen (world, signet_request_get_id (request));
  assert_state (later, SIGNET_REQUEST_FAILED);
  g_assert_cmpuint (count_declined (), ==, before);
  g_assert_false (run (world, later, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_ISSUER);
  g_assert_true (journal_has (world, "certificate-declined"));
}

/* Given up instead of installed: the authority hears of that too. */
static void
test_withdrawn (void)
{
  g_autoptr (World) world = world_new (NULL, "cmp");
  g_autoptr (SignetRequest) request = draft (world, SECRET);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, NULL);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;
  guint before = count_declined ();

  run_until_killed (signet_request_get_id (request), "issued");
  later = reopen (world, signet_request_get_id (request));
  g_assert_true (signet_enrolment_withdraw (world->enrolment, later, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  assert_state (later, SIGNET_REQUEST_CANCELLED);
  g_assert_cmpuint (count_declined (), ==, before + 1);
  assert_token (world, 1, 0);
}

/* --- refusals before anything happens ------------------------------------------------------------------------------------------------------------ */

static void
test_unknown (void)
{
  g_autoptr (World) world = world_new (NULL, "cmp");
  g_autoptr (GError) authority = NULL;
  g_autoptr (GError) request = NULL;
  g_autoptr (GError) key = NULL;
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (SignetToken) token = signet_token_manager_find_token (world->tokens, "Sample", NULL, NULL);

  g_assert_null (signet_enrolment_find_authority (world->enrolment, "nobody", &authority));
  g_assert_error (authority, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND);
  g_assert_null (signet_enrolment_find (world->enrolment, 4711, &request));
  g_assert_error (request, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND);
  g_assert_null (signet_enrolment_draft (world->enrolment, signet_enrolment_find_authority (world->enrolment, "sample-ca", NULL), token,
                                         "rsa-1024", fields, NULL, &key));
  g_assert_error (key, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_OFFERED);
}

static void
add_many (const char *prefix, const char *const *names, GTestDataFunc function)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (prefix, names[i], NULL);
      g_test_add_data_func (path, names[i], function);
    }
}

int
main (int argc, char **argv)
{
  static const char *const states[] = { "disclosed", "key-generated", "key-made", "submitted", "waiting", "issued", "checked", "installed",
                                        "confirmed", NULL };
  static const char *const differences[] = { "wrong-subject", "identity", "expired", NULL };
  static const char *const waiting[] = { "cmp", NULL };

  if (argc == 3 && strcmp (argv[1], "--child-run") == 0)
    return child_run (argv[2]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  enrolment_world_prepare ();
  g_test_add_func ("/enrolment/whole-way", test_whole_way);
  g_test_add_func ("/enrolment/form", test_form);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/enrolment/fault/", faults[i].fault, NULL);
      g_test_add_data_func (path, &faults[i], test_fault);
    }
  add_many ("/enrolment/difference/", differences, test_difference);
  add_many ("/enrolment/killed-at/", states, test_killed);
  add_many ("/enrolment/waiting/", waiting, test_waiting);
  g_test_add_func ("/enrolment/declined", test_declined);
  g_test_add_func ("/enrolment/withdrawn", test_withdrawn);
  g_test_add_func ("/enrolment/killed-at/refused", test_killed_refusing);
  g_test_add_func ("/enrolment/no-consent", test_no_consent);
  g_test_add_func ("/enrolment/wrong-secret", test_wrong_secret);
  g_test_add_func ("/enrolment/down", test_down);
  g_test_add_func ("/enrolment/example-plugin", test_example_plugin);
  g_test_add_func ("/enrolment/unknown", test_unknown);
  return g_test_run ();
}
