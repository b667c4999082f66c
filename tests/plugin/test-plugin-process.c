/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-plugin-process.c: the conversation, against a plugin that breaks it in every way (hostile/hostile.py). */
#include "config.h"

#include <string.h>


#include "plugin-fixture.h"

#include "../../app/core/plugin/signet-plugin-recording.h"

static PluginFixture fixture;

static SignetPluginProcess *
start (void)
{
  return plugin_fixture_start (&fixture, "");
}

typedef struct {
  const char *method;
  int         code;
  guint       deadline;
} Breach;

#define BROKEN(name) { name, SIGNET_PLUGIN_ERROR_PROTOCOL, 30 }
#define SILENT(name) { name, SIGNET_PLUGIN_ERROR_TIMEOUT, 1 }
#define DEAD(name) { name, SIGNET_PLUGIN_ERROR_DIED, 30 }

static const Breach breaches[] = {
  BROKEN ("not-json"), BROKEN ("not-utf8"), BROKEN ("overlong-utf8"), BROKEN ("raw-surrogate"), BROKEN ("nul"), BROKEN ("mark-first"),
  BROKEN ("two-objects"), BROKEN ("array"), BROKEN ("comment"), BROKEN ("not-a-number"), BROKEN ("deep"), BROKEN ("nested-bomb"),
  BROKEN ("long-line"), BROKEN ("wrong-id"), BROKEN ("earlier-id"), BROKEN ("no-id"), BROKEN ("text-id"), BROKEN ("negative-id"),
  BROKEN ("fraction-id"), BROKEN ("huge-id"), BROKEN ("huge-exponent"), BROKEN ("both"), BROKEN ("neither"), BROKEN ("error-text"),
  BROKEN ("no-method"), BROKEN ("list-params"), BROKEN ("asks-without-id"), BROKEN ("same-id"), BROKEN ("asks-endlessly"), BROKEN ("flood"),
  BROKEN ("becomes-another"), SILENT ("hang"), SILENT ("half-line"), SILENT ("drip"), SILENT ("stop-itself"), SILENT ("close"),
  DEAD ("die"), DEAD ("crash"),
};

static void
test_breach (gconstpointer data)
{
  const Breach *breach = data;
  g_autoptr (SignetPluginProcess) process = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) after = NULL;
  gint64 before = g_get_monotonic_time ();
  JsonNode *result = signet_plugin_process_call (process, breach->method, NULL, breach->deadline, NULL, NULL, NULL, &error);

  g_assert_null (result);
  g_assert_error (error, SIGNET_PLUGIN_ERROR, breach->code);
  g_test_message ("%s", error->message);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 15 * G_USEC_PER_SEC);
  /* there is no way back into step */
  result = signet_plugin_process_call (process, "anything", NULL, 5, NULL, NULL, NULL, &after);
  g_assert_null (result);
  g_assert_error (after, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DIED);
}

static void
test_speaks_unasked (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, "afterwards", NULL, 20, NULL, NULL, NULL, &error);
  JsonNode *next;

  g_assert_no_error (error);
  g_assert_nonnull (result);
  g_usleep (100000);
  next = signet_plugin_process_call (process, "anything", NULL, 20, NULL, NULL, NULL, &error);
  g_assert_null (next);
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL);
}

/* Complaints are kept to a limit and hold nobody up. */
static void
test_stderr_flood (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, "stderr-flood", NULL, 60, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
}

static void
test_words_are_harmless (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) longer = NULL;
  g_autoptr (GError) unknown = NULL;

  g_assert_null (signet_plugin_process_call (process, "markup", NULL, 20, NULL, NULL, NULL, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  g_assert_null (strchr (error->message, '\x1b'));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_null (strstr (error->message, "\xe2\x80\xae"));
  g_assert_null (signet_plugin_process_call (process, "long-text", NULL, 20, NULL, NULL, NULL, &longer));
  g_assert_error (longer, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  g_assert_cmpuint (strlen (longer->message), <, 4000);
  g_assert_null (signet_plugin_process_call (process, "unknown-code", NULL, 20, NULL, NULL, NULL, &unknown));
  g_assert_error (unknown, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED);
}

/* Outside a served call nothing is given; inside, the broker's refusal reaches the plugin and the conversation goes on. */
static void
test_asks_and_is_refused (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, "ask", plugin_fixture_params ("method", "http.request", 0), 20,
                                                            NULL, NULL, NULL, &error);
  JsonObject *refusal;

  g_assert_no_error (error);
  refusal = json_object_get_object_member (json_node_get_object (result), "error");
  g_assert_nonnull (refusal);
  g_assert_cmpstr (json_object_get_string_member (refusal, "code"), ==, "denied");
}

static void
on_timeout_cancel (gpointer data)
{
  g_usleep (300000);
  g_cancellable_cancel (data);
}

static gpointer
cancel_soon (gpointer data)
{
  on_timeout_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 before = g_get_monotonic_time ();

  g_assert_null (signet_plugin_process_call (process, "hang", NULL, 60, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 5 * G_USEC_PER_SEC);
  g_thread_join (thread);
}

/* It does not go when it is told to. */
static void
test_stays (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, "stay", NULL, 20, NULL, NULL, NULL, &error);
  gint64 before = g_get_monotonic_time ();

  g_assert_no_error (error);
  g_assert_nonnull (result);
  signet_plugin_process_stop (process);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 10 * G_USEC_PER_SEC);
}

/* A recording is shown around: a secret is in it neither as it is, nor as JSON or base64 spell it. */
static void
test_recording_blanks (void)
{
  static const char secret[] = "open \"sesame\" 芝麻";
  SignetPluginRecording *recording = signet_plugin_recording_new ();
  g_autofree char *base64 = g_base64_encode ((const guchar *) secret, strlen (secret));
  g_autofree char *said = g_strdup_printf ("{\"id\":1,\"result\":{\"text\":\"open \\\"sesame\\\" 芝麻\",\"body\":\"%s\"}}", base64);
  g_autofree char *text = NULL;

  signet_plugin_recording_tap (FALSE, said, strlen (said), recording);
  signet_plugin_recording_blank (recording, secret);
  text = signet_plugin_recording_print (recording);
  g_assert_null (strstr (text, "sesame"));
  g_assert_null (strstr (text, base64));
  g_assert_nonnull (strstr (text, "•••"));
  signet_plugin_recording_free (recording);
}

int
main (int argc, char **argv)
{
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  plugin_fixture_open (&fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (breaches); i++)
    {
      g_autofree char *path = g_strconcat ("/plugin/breach/", breaches[i].method, NULL);
      g_test_add_data_func (path, &breaches[i], test_breach);
    }
  g_test_add_func ("/plugin/speaks-unasked", test_speaks_unasked);
  g_test_add_func ("/plugin/stderr-flood", test_stderr_flood);
  g_test_add_func ("/plugin/words-are-harmless", test_words_are_harmless);
  g_test_add_func ("/plugin/asks-and-is-refused", test_asks_and_is_refused);
  g_test_add_func ("/plugin/stays", test_stays);
  g_test_add_func ("/plugin/cancel", test_cancel);
  g_test_add_func ("/plugin/recording-blanks", test_recording_blanks);
  status = g_test_run ();
  plugin_fixture_close (&fixture);
  return status;
}
