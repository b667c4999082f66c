/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-flow-interrupted.c: requests that are interrupted: the program killed between any two steps, the plugin dead, the token pulled. Each goes
 * on from where it stood, and the authority makes one certificate.
 *
 * `test-flow-interrupted --child-run ID [ANSWER-FILE]` is the process that gets killed.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "flow-fixture.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-paths.h"

/* --- killed --------------------------------------------------------------------------------------------------------------------- */

/* Killed there, started again: one more certificate at the authority, one key and one certificate more on the token. */
static void
test_killed_new (gconstpointer point)
{
  g_autoptr (Flow) flow = flow_new (NULL, "1", NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) later = NULL;
  guint issued = flow_count_issued ();

  flow_run_until_killed (request, point, NULL);
  later = enrolment_world_reopen (flow->world, request);
  flow_run_to_end (flow, later);
  enrolment_world_assert_token (flow->world, 1, 1);
  g_assert_cmpuint (flow_count_issued (), ==, issued + 1);
  g_assert_true (flow_desk_was_told ("accept"));
  g_assert_false (enrolment_world_contains (FLOW_CODE));
}

static void
test_killed_dual (gconstpointer point)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, "Certificates=dual\nDual=cms\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GSubprocess) process = NULL;
  guint issued = flow_count_issued ();

  flow_run_until_killed (request, point, NULL);
  process = flow_run_child (request, NULL, NULL);
  g_assert_true (g_subprocess_get_successful (process));
  later = enrolment_world_reopen (flow->world, request);
  g_assert_cmpstr (signet_request_get_encryption_note (later), ==, "imported");
  enrolment_world_assert_token (flow->world, 2, 2);
  g_assert_cmpuint (flow_count_issued (), ==, issued + 2);
}

static void
test_killed_renewal (gconstpointer data)
{
  const char *point = data;
  gboolean same_key = g_str_has_prefix (point, "same:");
  g_autoptr (Flow) flow = flow_new (NULL, NULL, NULL);
  g_autoptr (SignetCertificate) before = flow_get_first (flow);
  g_autoptr (SignetRequest) request = flow_draft_renewal (flow, before, same_key ? NULL : "ec-p256");
  g_autoptr (SignetRequest) later = NULL;
  guint issued = flow_count_issued ();

  flow_run_until_killed (request, strchr (point, ':') + 1, NULL);
  later = enrolment_world_reopen (flow->world, request);
  flow_run_to_end (flow, later);
  flow_check_renewed (flow, later, before, same_key);
  g_assert_cmpuint (flow_count_issued (), ==, issued + 1);
}

/* --- carried by hand ----------------------------------------------------------------------------------------------------------------- */

/* The desk answers on paper, so to say: what was carried there is issued from the command line. */
static char *
answer_by_hand (SignetRequest *request)
{
  const char *name = NULL;
  const char *text = NULL;
  GBytes *file = signet_request_get_hand_file (request, &name, &text);
  g_autofree char *encoded = NULL;
  g_autofree char *pem = NULL;
  g_autofree char *csr = NULL;
  char *out = g_build_filename (g_getenv ("SIGNET_USER_DIR"), "answer of the desk.pem", NULL);
  const char *argv[] = { g_getenv ("SIGNET_TEST_CA"), "issue", enrolment_world_get_pki (), "--csr", NULL, "--out", out, NULL };
  g_autoptr (GSubprocess) process = NULL;

  g_assert_nonnull (file);
  g_assert_cmpstr (name, ==, "申请.p10");
  g_assert_cmpstr (text, ==, "Take this to the desk (sample)");
  encoded = g_base64_encode (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  pem = g_strdup_printf ("-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n", encoded);
  argv[4] = csr = signet_test_write_file (g_getenv ("SIGNET_USER_DIR"), "carried.pem", pem, -1);
  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, NULL);
  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
  return out;
}

static void
test_hand (gconstpointer point)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, "Hand=true\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (SignetInteraction) person = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (flow->world, request, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_WAITING);
  later = enrolment_world_reopen (flow->world, request);
  answer = answer_by_hand (later);
  person = flow_person_new (answer);
  if (point != NULL)
    {
      flow_run_until_killed (later, point, answer);
      g_clear_object (&later);
      later = enrolment_world_reopen (flow->world, request);
    }
  g_assert_true (signet_enrolment_run (flow->world->enrolment, later, person, NULL, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (later, SIGNET_REQUEST_CONFIRMED);
  g_assert_null (signet_request_get_hand_file (later, NULL, NULL));
  files = signet_enrolment_list_files (flow->world->enrolment, later, NULL);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_cmpstr (((SignetRequestFile *) files->pdata[0])->name, ==, "answer of the desk.pem");
  enrolment_world_assert_token (flow->world, 1, 1);
}

/* --- what breaks ------------------------------------------------------------------------------------------------------------------- */

/* The plugin dies there; mended, the request goes on from where it stood, and the authority made one certificate. */
static void
test_plugin_dies (gconstpointer point)
{
  g_autofree char *lines = g_strdup_printf ("Break=%s\n", (const char *) point);
  g_autoptr (Flow) flow = flow_new (NULL, g_str_has_prefix (point, "poll") ? "1" : NULL, lines);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (GError) error = NULL;
  guint issued = flow_count_issued ();

  for (guint i = 0; i < 20 && error == NULL; i++)
    {
      enrolment_world_run (flow->world, request, &error);
      g_usleep (200000);
    }
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DIED);
  g_assert_cmpint (signet_request_get_state (request), !=, SIGNET_REQUEST_FAILED);
  flow_write_profile (flow, NULL);
  flow_run_to_end (flow, request);
  g_assert_cmpuint (flow_count_issued (), ==, issued + 1);
  enrolment_world_assert_token (flow->world, 1, 1);
}

/* Out it comes after each step, in it goes again: the request waits for it where it stood. */
static void
test_token_pulled (gconstpointer state)
{
  g_autoptr (Flow) flow = flow_new (NULL, "1", NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) later = NULL;
  g_autofree char *elsewhere = g_build_filename (g_getenv ("SIGNET_USER_DIR"), "in a pocket", NULL);
  g_autofree char *folder = g_build_filename (signet_paths_get_software_token_dir (), "tokens", NULL);
  g_autoptr (GError) error = NULL;
  SignetRequestState before;

  flow_run_until_killed (request, state, NULL);
  g_assert_cmpint (g_rename (folder, elsewhere), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  later = enrolment_world_reopen (flow->world, request);
  for (guint i = 0; i < 20 && error == NULL; i++)
    {
      enrolment_world_run (flow->world, later, &error);
      g_usleep (200000);
    }
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND);
  before = signet_request_get_state (later);
  g_assert_cmpint (before, <, SIGNET_REQUEST_CONFIRMED);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_cmpint (g_rename (elsewhere, folder), ==, 0);
  g_clear_object (&later);
  later = enrolment_world_reopen (flow->world, request);
  enrolment_world_assert_state (later, before);
  flow_run_to_end (flow, later);
  enrolment_world_assert_token (flow->world, 1, 1);
}

/* --- main ------------------------------------------------------------------------------------------------------------------------------- */

static void
add_many (const char *prefix, const char *const *names, GTestDataFunc function)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (prefix, names[i], NULL);

      g_test_add_data_func (path, names[i], function);
    }
}

static void
add_killed (void)
{
  static const char *const points[] = { "key-generated", "key-made", "submitted", "answered", "waiting", "issued", "checked",
                                        "certificate-stored", "installed", "accepted", NULL };
  static const char *const dual_points[] = { "submitted", "answered", "issued", "checked", "certificate-stored", "encryption-key-imported",
                                             "encryption-installed", "installed", NULL };
  static const char *const renewal_points[] = { "same:key-made", "same:submitted", "same:answered", "same:issued",
                                                "same:certificate-stored", "same:installed", "new:key-generated", "new:key-made",
                                                "new:answered", "new:checked", "new:installed", NULL };
  static const char *const hand_points[] = { "issued", "checked", "installed", NULL };
  static const char *const pulled_points[] = { "key-made", "waiting", "issued", "checked", "installed", NULL };

  add_many ("/flow/killed/new/", points, test_killed_new);
  add_many ("/flow/killed/dual/", dual_points, test_killed_dual);
  add_many ("/flow/killed/renewal/", renewal_points, test_killed_renewal);
  add_many ("/flow/killed/hand/", hand_points, test_hand);
  add_many ("/flow/pulled/", pulled_points, test_token_pulled);
}

int
main (int argc, char **argv)
{
  static const char *const breaks[] = { "submit-before", "submit-after", "poll-before", "accept-before", "accept-after", NULL };

  if (argc >= 3 && strcmp (argv[1], "--child-run") == 0)
    return flow_child_run (argv[2], argv[3]);
  flow_program = argv[0];
  g_test_init (&argc, &argv, NULL);
  enrolment_world_prepare ();
  add_killed ();
  g_test_add_data_func ("/flow/hand", NULL, test_hand);
  add_many ("/flow/plugin-dies/", breaks, test_plugin_dies);
  return g_test_run ();
}
