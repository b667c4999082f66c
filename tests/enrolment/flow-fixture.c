/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flow-fixture.c: a person's world with a desk that issues, and a process that can be killed between any two steps of a request.
 * Single-threaded.
 */
#include "config.h"

#include "flow-fixture.h"

#include <signal.h>
#include <string.h>

#include <glib/gstdio.h>

#include "../../app/core/base/signet-paths.h"

static const char *const answers[] = { "name", "李娜 (sample)", "organisation", "Sample, Ltd", "!activation-code", FLOW_CODE, NULL };

const char *flow_program;

/* --- a world with a desk -------------------------------------------------------------------------------------------------------- */

/* The plugin of this test, where a person's own plugins are. */
static void
install_plugin (void)
{
  static const char *const names[] = { "desk.plugin", "desk.py" };
  g_autofree char *folder = g_build_filename (g_getenv ("SIGNET_USER_DIR"), "plugins", "1", "desk", NULL);
  g_autofree char *plugins = g_build_filename (g_getenv ("SIGNET_USER_DIR"), "plugins", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (g_getenv ("SIGNET_SOURCE_ROOT"), "tests", "enrolment", "desk", names[i], NULL);
      g_autofree char *to = g_build_filename (folder, names[i], NULL);
      g_autofree char *text = NULL;

      g_assert_true (g_file_get_contents (from, &text, NULL, NULL));
      g_assert_true (g_file_set_contents (to, text, -1, NULL));
      g_assert_cmpint (g_chmod (to, 0755), ==, 0);
    }
  g_setenv ("SIGNET_PLUGIN_PATH", plugins, TRUE);
}

/* @issuance: (nullable): further lines for [Issuance] */
void
flow_write_profile (Flow *flow, const char *issuance)
{
  g_autofree char *chain = g_build_filename (enrolment_world_get_pki (), "chain.pem", NULL);
  g_autofree char *more = g_strconcat ("Validity=365\n", issuance != NULL ? issuance : "", NULL);
  const char *const changes[] = { "Validity=365\n", more, NULL };

  enrolment_world_add (flow->world, "sample-desk", flow->port, chain, changes);
  enrolment_world_open (flow->world);
}

void
flow_start_desk (Flow *flow, const char *fault, const char *pending)
{
  const char *argv[6] = { enrolment_world_get_pki (), NULL };
  guint n = 1;

  if (fault != NULL)
    {
      argv[n++] = "--fault";
      argv[n++] = fault;
    }
  if (pending != NULL)
    {
      argv[n++] = "--pending";
      argv[n++] = pending;
    }
  g_clear_pointer (&flow->desk, test_service_stop);
  g_free (flow->port);
  flow->desk = test_service_start_with ("SIGNET_TEST_DESK", argv);
  flow->port = enrolment_world_port (flow->desk->url);
}

Flow *
flow_new (const char *fault, const char *pending, const char *issuance)
{
  Flow *flow = g_new0 (Flow, 1);
  g_autofree char *log = g_build_filename (enrolment_world_get_pki (), "desk.log", NULL);

  g_unlink (log);
  flow->world = enrolment_world_new ();
  install_plugin ();
  flow_start_desk (flow, fault, pending);
  flow_write_profile (flow, issuance);
  return flow;
}

void
flow_free (Flow *flow)
{
  g_clear_pointer (&flow->world, enrolment_world_free);
  g_clear_pointer (&flow->desk, test_service_stop);
  g_free (flow->port);
  g_free (flow);
}


SignetRequest *
flow_draft (Flow *flow)
{
  return enrolment_world_draft (flow->world, "sample-desk", "ec-p256", answers);
}

void
flow_run_to_end (Flow *flow, SignetRequest *request)
{
  g_autoptr (GError) error = NULL;

  enrolment_world_run (flow->world, request, &error);
  g_assert_no_error (error);
  enrolment_world_run_on (flow->world, request);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
}

/* --- looking -------------------------------------------------------------------------------------------------------------------- */

static char *
read_pki (const char *name)
{
  g_autofree char *path = g_build_filename (enrolment_world_get_pki (), name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

static guint
count_in (const char *text, const char *what)
{
  guint n = 0;

  for (const char *at = strstr (text, what); at != NULL; at = strstr (at + 1, what))
    n++;
  return n;
}

/* How many certificates the authority has made. */
guint
flow_count_issued (void)
{
  g_autofree char *index = read_pki ("index.txt");

  return count_in (index, "\n");
}

gboolean
flow_desk_was_told (const char *act)
{
  g_autofree char *log = read_pki ("desk.log");

  return count_in (log, act) > 0;
}

/* (transfer full): the details of the first entry of this kind; NULL: there is none */
char *
flow_journal_find (Flow *flow, const char *act)
{
  g_autoptr (GPtrArray) entries = signet_journal_list (flow->world->journal, 50, NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const SignetJournalEntry *entry = entries->pdata[i];

      if (g_strcmp0 (entry->act, act) == 0)
        return g_strdup (entry->detail);
    }
  return NULL;
}

gboolean
flow_has_difference (SignetRequest *request, const char *field)
{
  g_autoptr (GPtrArray) all = signet_request_dup_differences (request);

  for (guint i = 0; i < all->len; i++)
    {
      const SignetRequestDifference *difference = all->pdata[i];

      if (strcmp (difference->field, field) == 0)
        return !difference->same;
    }
  return FALSE;
}

/* --- killed ---------------------------------------------------------------------------------------------------------------------- */

SignetInteraction *
flow_person_new (const char *answer_file)
{
  SignetTestInteraction *person = signet_test_interaction_new (WORLD_PIN, WORLD_PIN, WORLD_PIN, NULL);

  if (answer_file != NULL)
    signet_test_interaction_set_value (person, "answer", answer_file);
  return SIGNET_INTERACTION (person);
}

int
flow_child_run (const char *id, const char *answer_file)
{
  EnrolmentWorld world = { NULL };
  g_autoptr (SignetInteraction) person = flow_person_new (answer_file);
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  enrolment_world_open (&world);
  request = signet_enrolment_find (world.enrolment, g_ascii_strtoll (id, NULL, 10), &error);
  for (guint i = 0; i < 30 && error == NULL && signet_request_get_state (request) != SIGNET_REQUEST_CONFIRMED; i++)
    {
      signet_enrolment_run (world.enrolment, request, person, NULL, &error);
      g_usleep (200000);
    }
  if (error == NULL)
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}

/* @point: (nullable): it is not killed. Also as another process: what that one kept in the key ring, it reads there. */
GSubprocess *
flow_run_child (SignetRequest *request, const char *point, const char *answer_file)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, signet_request_get_id (request));
  const char *const argv[] = { flow_program, "--child-run", id, answer_file, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = NULL;

  if (point != NULL)
    g_subprocess_launcher_setenv (launcher, "SIGNET_TEST_STOP_AT", point, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  return process;
}

void
flow_run_until_killed (SignetRequest *request, const char *point, const char *answer_file)
{
  g_autoptr (GSubprocess) process = flow_run_child (request, point, answer_file);

  g_assert_true (g_subprocess_get_if_signaled (process));
  g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGKILL);
}

/* --- renewals ---------------------------------------------------------------------------------------------------------------------- */

SignetRequest *
flow_draft_renewal (Flow *flow, SignetCertificate *current, const char *key_spec)
{
  g_autoptr (SignetToken) token = signet_token_manager_find_token (flow->world->tokens, "Sample", NULL, NULL);
  g_autoptr (GError) error = NULL;
  SignetRequest *request = signet_enrolment_draft_renewal (flow->world->enrolment, current, token, key_spec, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (signet_enrolment_agree (flow->world->enrolment, request, &error));
  g_assert_cmpint (signet_request_get_kind (request), ==, SIGNET_REQUEST_KIND_RENEW);
  g_assert_true (signet_request_keeps_key (request) == (key_spec == NULL));
  return request;
}

/* The first certificate, by the way that is tested elsewhere. */
SignetCertificate *
flow_get_first (Flow *flow)
{
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (GPtrArray) fresh = NULL;

  flow_run_to_end (flow, request);
  fresh = signet_token_manager_refresh (flow->world->tokens, NULL, NULL, NULL);
  return g_object_ref (signet_request_get_certificate (request));
}

void
flow_check_renewed (Flow *flow, SignetRequest *request, SignetCertificate *before, gboolean same_key)
{
  SignetCertificate *after = signet_request_get_certificate (request);

  g_assert_false (signet_certificate_equal (before, after));
  g_assert_cmpstr (signet_certificate_get_subject (after), ==, signet_certificate_get_subject (before));
  g_assert_true ((g_strcmp0 (signet_certificate_get_key_sha256 (after), signet_certificate_get_key_sha256 (before)) == 0) == same_key);
  g_assert_cmpstr (signet_request_get_old_note (request), ==, same_key ? "replaced" : "kept");
  enrolment_world_assert_token (flow->world, same_key ? 1 : 2, same_key ? 1 : 2);
  g_assert_true (signet_certificate_equal (signet_request_get_current (request), before));
}

/* The same person, another day. */
/* --- time ---------------------------------------------------------------------------------------------------------------------- */

#define FLOW_TYPE_HTTP (flow_http_get_type ())
G_DECLARE_FINAL_TYPE (FlowHttp, flow_http, FLOW, HTTP, SignetHttp)

/* A network where everybody's time has moved on. */
struct _FlowHttp
{
  SignetHttp parent_instance;

  SignetHttp *real;
  gint64      offset;
};

G_DEFINE_FINAL_TYPE (FlowHttp, flow_http, SIGNET_TYPE_HTTP)

static SignetHttpResponse *
flow_http_send (SignetHttp *http, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  FlowHttp *self = FLOW_HTTP (http);
  SignetHttpResponse *response = signet_http_send (self->real, request, cancellable, error);

  if (response != NULL && response->date != SIGNET_TIME_UNKNOWN)
    response->date += self->offset;
  return response;
}

static void
flow_http_finalize (GObject *object)
{
  g_clear_object (&FLOW_HTTP (object)->real);
  G_OBJECT_CLASS (flow_http_parent_class)->finalize (object);
}

static void
flow_http_class_init (FlowHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_http_finalize;
  SIGNET_HTTP_CLASS (klass)->send = flow_http_send;
}

static void
flow_http_init (FlowHttp *self)
{
}

static void
put_together (Flow *flow, SignetHttp *http, gint64 offset)
{
  EnrolmentWorld *world = flow->world;
  g_autofree char *authorities = g_build_filename (g_getenv ("SIGNET_USER_DIR"), "authorities", NULL);
  const char *const dirs[] = { authorities, NULL };
  g_auto (GStrv) plugin_dirs = signet_paths_dup_plugin_dirs ();
  g_autoptr (GPtrArray) plugins = signet_plugin_registry_load ((const char *const *) plugin_dirs, NULL);
  g_autoptr (GPtrArray) all = signet_authority_load_all (dirs, NULL);
  g_autoptr (SignetClock) clock = signet_clock_new_fixed (signet_clock_now (world->clock) + offset);

  g_clear_object (&world->enrolment);
  world->enrolment = signet_enrolment_new (world->store, http, clock, world->tokens, world->journal, plugins, all, NULL);
  g_assert_nonnull (world->enrolment);
}

void
flow_set_clock (Flow *flow, gint64 offset)
{
  put_together (flow, flow->world->http, offset);
}

void
flow_let_time_pass (Flow *flow, gint64 offset)
{
  g_autoptr (FlowHttp) http = g_object_new (FLOW_TYPE_HTTP, NULL);

  http->real = g_object_ref (flow->world->http);
  http->offset = offset;
  put_together (flow, SIGNET_HTTP (http), offset);
}
