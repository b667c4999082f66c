/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-lifecycle.c: revoking, suspending and asking how a certificate stands, with a plugin behind its wall and a portal on loopback: done, refused,
 * waiting, without a network, killed at each state, asked twice, with a host that is not the authority's.
 *
 * `test-lifecycle --child-act` is the process that gets killed.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include <glib/gstdio.h>

#include "enrolment-world.h"
#include "signet-test-pki.h"
#include "signet-test-service.h"
#include "signet-test.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-key-block.h"
#include "../../app/core/base/signet-paths.h"
#include "../../app/core/enrolment/signet-lifecycle.h"

static const char *program;

typedef struct {
  char              *pki;
  char              *port;
  TestService       *portal;
  SignetStore       *store;
  SignetClock       *clock;
  SignetHttp        *http;
  SignetJournal     *journal;
  SignetEnrolment   *enrolment;
  SignetCertificate *certificate;
} World;

/* --- the world -------------------------------------------------------------------------------------------------------------------------- */

static char *
in_home (const char *name)
{
  return g_build_filename (g_getenv ("SIGNET_USER_DIR"), name, NULL);
}

static void
make_pki (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TestPki) pki = NULL;
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  X509_NAME *name = test_pki_name ("CN=Li Na (sample),O=Sample Ltd,C=CN");
  g_autoptr (GBytes) der = NULL;
  X509 *x509;

  world->pki = signet_test_make_dir ();
  g_assert_true (test_pki_init (world->pki, NULL, NULL, &error));
  pki = test_pki_open (world->pki, &error);
  g_assert_no_error (error);
  x509 = test_pki_issue (pki, TEST_CERTIFICATE_SIGNATURE, key, name, 100, &error);
  g_assert_no_error (error);
  der = signet_test_certificate_der (x509);
  world->certificate = signet_certificate_new (der, &error);
  g_assert_no_error (error);
  X509_free (x509);
  X509_NAME_free (name);
  EVP_PKEY_free (key);
}

static void
start_portal (World *world)
{
  world->portal = test_service_start ("SIGNET_TEST_PORTAL", world->pki, NULL);
  world->port = enrolment_world_port (world->portal->url);
}

/* @issuance, @authority: (nullable): further lines of these groups */
static void
write_profile (World *world, const char *issuance, const char *authority)
{
  g_autofree char *folder = in_home ("authorities");
  g_autofree char *filed = g_build_filename (world->pki, "chain.pem", NULL);
  g_autofree char *pem = NULL;
  g_autofree char *profile = g_strdup_printf ("[Profile]\nId=life\nName=Sample CA\nPlugin=life\n[Authority]\nSample=true\nChain=life.pem\n%s\n"
                                              "[Permissions]\nHosts=127.0.0.1:%s;localhost:%s\nKeyTypes=ec-p256\n[Issuance]\nUrl=http://127.0.0.1:%s/\n%s\n",
                                              authority != NULL ? authority : "", world->port, world->port, world->port,
                                              issuance != NULL ? issuance : "");
  char *path;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_get_contents (filed, &pem, NULL, NULL));
  path = signet_test_write_file (folder, "life.pem", pem, -1);
  g_free (path);
  path = signet_test_write_file (folder, "life.profile", profile, -1);
  g_free (path);
}

/* @cannot: (nullable): methods it does not have */
static void
write_plugin (const char *cannot)
{
  g_autofree char *folder = in_home ("plugins/1/life");
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "enrolment", "life", "life-ca.py", NULL);
  g_autofree char *script = NULL;
  char *path;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_get_contents (source, &script, NULL, NULL));
  path = signet_test_write_file (folder, "life-ca.py", script, -1);
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  g_free (path);
  path = signet_test_write_file (folder, "cannot", cannot != NULL ? cannot : "", -1);
  g_free (path);
  path = signet_test_write_file (folder, "life.plugin", "[Plugin]\nId=life\nName=Life (sample)\nVersion=2.5\nApi=1\nExec=life-ca.py\nKinds=issuance\n"
                                                        "[Permissions]\nHosts=*profile*\nMethods=http\n", -1);
  g_free (path);
}

static void
open_core (World *world)
{
  g_autofree char *authorities = in_home ("authorities");
  g_autofree char *plugins_dir = in_home ("plugins");
  const char *const authority_dirs[] = { authorities, NULL };
  const char *const plugin_dirs[] = { plugins_dir, NULL };
  g_autoptr (GPtrArray) plugins = signet_plugin_registry_load (plugin_dirs, NULL);
  g_autoptr (GPtrArray) all = signet_authority_load_all (authority_dirs, NULL);
  g_autoptr (GError) error = NULL;

  world->store = signet_store_open (signet_paths_get_database (), &error);
  g_assert_no_error (error);
  world->clock = signet_clock_new_system ();
  world->http = signet_http_new ();
  world->journal = signet_journal_new (world->store, world->clock, &error);
  g_assert_no_error (error);
  world->enrolment = signet_enrolment_new (world->store, world->http, world->clock, NULL, world->journal, plugins, all, &error);
  g_assert_no_error (error);
  g_assert_true (signet_plugin_consents_allow (signet_enrolment_get_consents (world->enrolment), plugins->pdata[0], NULL, &error));
  g_assert_no_error (error);
}

static void
close_core (World *world)
{
  g_clear_object (&world->enrolment);
  g_clear_object (&world->journal);
  g_clear_object (&world->http);
  g_clear_object (&world->clock);
  g_clear_object (&world->store);
}

static void
set_up (World *world, gconstpointer data)
{
  signet_test_remove_tree (g_getenv ("SIGNET_USER_DIR"));
  g_assert_cmpint (g_mkdir_with_parents (g_getenv ("SIGNET_USER_DIR"), 0700), ==, 0);
  make_pki (world);
  start_portal (world);
  write_profile (world, NULL, NULL);
  write_plugin (NULL);
  open_core (world);
}

static void
tear_down (World *world, gconstpointer data)
{
  close_core (world);
  test_service_stop (world->portal);
  g_clear_object (&world->certificate);
  g_free (world->pki);
  g_free (world->port);
}

/* --- asking ------------------------------------------------------------------------------------------------------------------------------ */

static SignetLifecycle *
ask (World *world, SignetLifecycleAct act, const char *reason)
{
  g_autoptr (GError) error = NULL;
  SignetLifecycle *asked = signet_enrolment_ask_act (world->enrolment, world->certificate, act, reason, &error);

  g_assert_no_error (error);
  return asked;
}

static gboolean
run (World *world, SignetLifecycle *act, gboolean agrees, GError **error)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (NULL, NULL);

  signet_test_interaction_set_consent (person, agrees);
  return signet_enrolment_run_act (world->enrolment, act, SIGNET_INTERACTION (person), NULL, error);
}

static void
run_well (World *world, SignetLifecycle *act, SignetLifecycleState state)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (run (world, act, TRUE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (signet_lifecycle_get_state (act), ==, state);
}

static void
act_well (World *world, SignetLifecycleAct which, const char *reason)
{
  g_autoptr (SignetLifecycle) act = ask (world, which, reason);

  run_well (world, act, SIGNET_LIFECYCLE_DONE);
}

/* What the authority's own books say: "V" or "R…,reason" */
static char *
books (World *world)
{
  g_autoptr (TestPki) pki = test_pki_open (world->pki, NULL);
  g_autofree char *serial = test_pki_serial (signet_certificate_get_x509 (world->certificate));
  g_auto (GStrv) line = test_pki_find (pki, serial);

  return g_strconcat (line[0], " ", line[2], NULL);
}

static void
assert_books (World *world, const char *state, const char *reason)
{
  g_autofree char *line = books (world);

  g_assert_true (g_str_has_prefix (line, state));
  g_assert_true (reason == NULL || g_str_has_suffix (line, reason));
}

static void
assert_status (World *world, const char *expected)
{
  g_autoptr (SignetLifecycle) act = ask (world, SIGNET_LIFECYCLE_STATUS, NULL);

  run_well (world, act, SIGNET_LIFECYCLE_DONE);
  g_assert_cmpstr (signet_lifecycle_get_status (act), ==, expected);
}

static guint
count_journal (World *world, const char *what)
{
  g_autoptr (GPtrArray) entries = signet_journal_list (world->journal, 100, NULL);
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    n += g_strcmp0 (((SignetJournalEntry *) entries->pdata[i])->act, what) == 0;
  return n;
}

/* --- tests -------------------------------------------------------------------------------------------------------------------------------- */

static void
test_whole_life (World *world, gconstpointer data)
{
  assert_status (world, "good");
  act_well (world, SIGNET_LIFECYCLE_SUSPEND, NULL);
  assert_books (world, "R", "certificateHold");
  assert_status (world, "suspended");
  act_well (world, SIGNET_LIFECYCLE_RESUME, NULL);
  assert_books (world, "V", NULL);
  act_well (world, SIGNET_LIFECYCLE_REVOKE, "affiliationChanged");
  assert_books (world, "R", "affiliationChanged");
  assert_status (world, "revoked");
  g_assert_cmpuint (count_journal (world, "certificate-suspended"), ==, 1);
  g_assert_cmpuint (count_journal (world, "certificate-resumed"), ==, 1);
  g_assert_cmpuint (count_journal (world, "certificate-revoked"), ==, 1);
}

static void
test_events (World *world, gconstpointer data)
{
  static const char *const steps[] = { "sent", "sent", "done" };
  g_autoptr (SignetLifecycle) act = ask (world, SIGNET_LIFECYCLE_REVOKE, "superseded");
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *host = g_strdup_printf ("127.0.0.1:%s", world->port);
  g_autoptr (GError) error = NULL;

  run_well (world, act, SIGNET_LIFECYCLE_DONE);
  events = signet_enrolment_list_act_events (world->enrolment, act, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, G_N_ELEMENTS (steps)); /* the state, then the host */
  for (guint i = 0; i < events->len; i++)
    {
      SignetRequestEvent *event = events->pdata[i];

      g_assert_cmpstr (event->step, ==, steps[i]);
      g_assert_cmpstr (event->plugin, ==, "life");
      g_assert_cmpstr (event->plugin_version, ==, "2.5");
    }
  g_assert_cmpstr (((SignetRequestEvent *) events->pdata[1])->host, ==, host);
  g_assert_cmpint (((SignetRequestEvent *) events->pdata[1])->delegation, ==, SIGNET_DELEGATION_NOT_TOLD);
}

/* the person's no is no end: nothing was sent, and it can be asked again */
static void
test_no_consent (World *world, gconstpointer data)
{
  g_autoptr (SignetLifecycle) act = ask (world, SIGNET_LIFECYCLE_REVOKE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (run (world, act, FALSE, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  g_assert_cmpint (signet_lifecycle_get_state (act), ==, SIGNET_LIFECYCLE_ASKED);
  assert_books (world, "V", NULL);
}

/* the authority's no is an end, with its words */
static void
test_refused (World *world, gconstpointer data)
{
  g_autoptr (SignetLifecycle) act = NULL;
  g_autoptr (GError) error = NULL;

  act_well (world, SIGNET_LIFECYCLE_REVOKE, "keyCompromise");
  act = ask (world, SIGNET_LIFECYCLE_SUSPEND, NULL);
  g_assert_false (run (world, act, TRUE, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  g_assert_cmpint (signet_lifecycle_get_state (act), ==, SIGNET_LIFECYCLE_REFUSED);
  g_assert_nonnull (signet_lifecycle_get_error (act));
  g_assert_cmpuint (count_journal (world, "suspension-refused"), ==, 1);
  g_assert_true (run (world, act, TRUE, NULL)); /* nothing more happens */
}

static void
test_waiting (World *world, gconstpointer data)
{
  g_autoptr (SignetLifecycle) act = NULL;
  g_autoptr (SignetLifecycle) again = NULL;

  close_core (world);
  write_profile (world, "Wait=yes", NULL);
  open_core (world);
  act = ask (world, SIGNET_LIFECYCLE_REVOKE, "superseded");
  run_well (world, act, SIGNET_LIFECYCLE_WAITING);
  g_assert_cmpint (signet_lifecycle_get_next_poll (act), !=, SIGNET_TIME_UNKNOWN);
  run_well (world, act, SIGNET_LIFECYCLE_WAITING); /* not before the authority said */
  assert_books (world, "V", NULL);
  close_core (world); /* a day later, in another process */
  open_core (world);
  g_usleep (6 * G_USEC_PER_SEC);
  again = ask (world, SIGNET_LIFECYCLE_REVOKE, "superseded");
  g_assert_cmpint (signet_lifecycle_get_id (again), ==, signet_lifecycle_get_id (act));
  run_well (world, again, SIGNET_LIFECYCLE_DONE);
  assert_books (world, "R", "superseded");
}

/* queued: what cannot be sent now is not forgotten */
static void
test_offline (World *world, gconstpointer data)
{
  g_autoptr (SignetLifecycle) act = ask (world, SIGNET_LIFECYCLE_REVOKE, "keyCompromise");
  g_autoptr (SignetLifecycle) again = NULL;
  g_autoptr (GError) error = NULL;

  signet_http_set_offline (world->http, TRUE);
  g_assert_false (run (world, act, TRUE, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK);
  g_assert_false (signet_lifecycle_is_over (act));
  signet_http_set_offline (world->http, FALSE);
  again = ask (world, SIGNET_LIFECYCLE_REVOKE, NULL);
  g_assert_cmpint (signet_lifecycle_get_id (again), ==, signet_lifecycle_get_id (act));
  run_well (world, again, SIGNET_LIFECYCLE_DONE);
  assert_books (world, "R", "keyCompromise");
}

/* said beforehand, and nothing is begun */
static void
test_plugin_cannot (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  close_core (world);
  write_plugin ("suspend resume");
  open_core (world);
  signet_enrolment_check_act (world->enrolment, world->certificate, SIGNET_LIFECYCLE_REVOKE, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (signet_enrolment_check_act (world->enrolment, world->certificate, SIGNET_LIFECYCLE_SUSPEND, NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_BY_HAND);
}

static void
test_nobodys (World *world, gconstpointer data)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetTestCertificate what = { .subject = "CN=Somebody" };
  X509 *x509 = signet_test_new_certificate (&what, key, NULL, key);
  g_autoptr (GBytes) der = signet_test_certificate_der (x509);
  g_autoptr (SignetCertificate) strange = signet_certificate_new (der, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_enrolment_ask_act (world->enrolment, strange, SIGNET_LIFECYCLE_REVOKE, NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (signet_enrolment_ask_act (world->enrolment, world->certificate, SIGNET_LIFECYCLE_REVOKE, "because", &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE);
  X509_free (x509);
  EVP_PKEY_free (key);
}

/* A host the authority does not name: said before the first byte, and without a yes nothing goes there. */
static void
test_delegation (World *world, gconstpointer data)
{
  g_autofree char *elsewhere = g_strdup_printf ("Elsewhere=http://localhost:%s/", world->port);
  g_autoptr (SignetLifecycle) act = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;

  close_core (world);
  write_profile (world, elsewhere, "Hosts=127.0.0.1");
  open_core (world);
  act = ask (world, SIGNET_LIFECYCLE_STATUS, NULL); /* asks for no other consent */
  g_assert_false (run (world, act, FALSE, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  events = signet_enrolment_list_act_events (world->enrolment, act, NULL);
  g_assert_cmpuint (events->len, ==, 0);
  run_well (world, act, SIGNET_LIFECYCLE_DONE);
  g_clear_pointer (&events, g_ptr_array_unref);
  events = signet_enrolment_list_act_events (world->enrolment, act, NULL);
  g_assert_cmpint (((SignetRequestEvent *) events->pdata[1])->delegation, ==, SIGNET_DELEGATION_YES);
}

static void
test_whose_host (void)
{
  static const struct { const char *lines; const char *host; SignetDelegation expected; } rows[] = {
    { "", "ra.example:443", SIGNET_DELEGATION_NOT_TOLD },
    { "Hosts=ra.example", "ra.example:443", SIGNET_DELEGATION_NO },
    { "Hosts=ra.example:443", "ra.example:8443", SIGNET_DELEGATION_YES },
    { "Domains=example", "ra.example:443", SIGNET_DELEGATION_NO },
    { "Domains=ca.example", "ca.example:80", SIGNET_DELEGATION_NO },
    { "Domains=ca.example", "notca.example:80", SIGNET_DELEGATION_YES },
    { "Domains=ca.example", "ca.example.evil:80", SIGNET_DELEGATION_YES },
    { "Domains=CA.Example", "ra.ca.EXAMPLE:80", SIGNET_DELEGATION_NO },
    { "Hosts=[::1]", "[::1]:80", SIGNET_DELEGATION_NO },
  };
  g_autofree char *folder = signet_test_make_dir ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("[Profile]\nId=a\nName=A\nPlugin=p\n[Authority]\n%s\n", rows[i].lines);
      g_autofree char *path = signet_test_write_file (folder, "a.profile", text, -1);
      g_autoptr (SignetAuthority) authority = signet_authority_load_profile (path, NULL);

      g_assert_cmpint (signet_delegation_of_host (authority, rows[i].host), ==, rows[i].expected);
    }
}

/* --- killed ------------------------------------------------------------------------------------------------------------------------------- */

static int
child_act (void)
{
  World world = { 0 };
  g_autoptr (GPtrArray) acts = NULL;

  open_core (&world);
  acts = signet_enrolment_list_acts (world.enrolment, NULL);
  if (acts == NULL || acts->len != 1)
    return 2;
  return run (&world, acts->pdata[0], TRUE, NULL) ? 0 : 1;
}

static void
kill_at (const char *state)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  const char *argv[] = { program, "--child-act", NULL };
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "SIGNET_TEST_STOP_AT", state, TRUE);
  child = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (child, NULL, &error));
  g_assert_true (g_subprocess_get_if_signaled (child));
  g_assert_cmpint (g_subprocess_get_term_sig (child), ==, SIGKILL);
}

static void
test_killed (World *world, gconstpointer state)
{
  g_autoptr (SignetLifecycle) act = ask (world, SIGNET_LIFECYCLE_REVOKE, "superseded");
  g_autoptr (SignetLifecycle) again = NULL;

  close_core (world);
  write_profile (world, g_str_equal (state, "act-waiting") ? "Wait=yes" : NULL, NULL);
  kill_at (state);
  open_core (world);
  if (g_str_equal (state, "act-waiting"))
    g_usleep (6 * G_USEC_PER_SEC);
  again = ask (world, SIGNET_LIFECYCLE_REVOKE, NULL);
  if (!g_str_equal (state, "act-done"))
    {
      g_assert_cmpint (signet_lifecycle_get_id (again), ==, signet_lifecycle_get_id (act));
      run_well (world, again, SIGNET_LIFECYCLE_DONE);
    }
  assert_books (world, "R", "superseded");
}

/* The authority heard it, we did not hear the authority: it is not asked twice, and its "no, that was done" is not taken for a refusal. */
static void
test_answer_lost (World *world, gconstpointer data)
{
  g_autoptr (SignetLifecycle) act = ask (world, SIGNET_LIFECYCLE_REVOKE, "keyCompromise");
  g_autoptr (SignetLifecycle) again = NULL;
  g_autofree char *serial = test_pki_serial (signet_certificate_get_x509 (world->certificate));

  close_core (world);
  kill_at ("act-sent");
  {
    g_autoptr (TestPki) pki = test_pki_open (world->pki, NULL);
    g_assert_true (test_pki_revoke (pki, serial, "keyCompromise", NULL));
  }
  open_core (world);
  again = ask (world, SIGNET_LIFECYCLE_REVOKE, NULL);
  g_assert_cmpint (signet_lifecycle_get_state (again), ==, SIGNET_LIFECYCLE_SENT);
  run_well (world, again, SIGNET_LIFECYCLE_DONE);
}

static void
test_given_up (World *world, gconstpointer data)
{
  g_autoptr (SignetLifecycle) act = ask (world, SIGNET_LIFECYCLE_REVOKE, NULL);
  g_autoptr (SignetLifecycle) other = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_enrolment_give_up_act (world->enrolment, act, &error));
  g_assert_false (signet_enrolment_give_up_act (world->enrolment, act, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE);
  other = ask (world, SIGNET_LIFECYCLE_REVOKE, NULL);
  g_assert_cmpint (signet_lifecycle_get_id (other), !=, signet_lifecycle_get_id (act));
}

#define ADD(name, function) g_test_add ("/enrolment/lifecycle/" name, World, NULL, set_up, function, tear_down)
#define ADD_KILLED(state) g_test_add ("/enrolment/lifecycle/killed/" state, World, "act-" state, set_up, test_killed, tear_down)

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--child-act") == 0)
    return child_act ();
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  g_test_add_func ("/enrolment/lifecycle/whose-host", test_whose_host);
  ADD ("whole-life", test_whole_life);
  ADD ("events", test_events);
  ADD ("no-consent", test_no_consent);
  ADD ("refused", test_refused);
  ADD ("waiting", test_waiting);
  ADD ("offline", test_offline);
  ADD ("plugin-cannot", test_plugin_cannot);
  ADD ("nobodys", test_nobodys);
  ADD ("delegation", test_delegation);
  ADD_KILLED ("sent");
  ADD_KILLED ("waiting");
  ADD_KILLED ("done");
  ADD ("answer-lost", test_answer_lost);
  ADD ("given-up", test_given_up);
  return g_test_run ();
}
