/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-plugin-process.c: the conversation and the wall, against a plugin that tries everything (hostile/hostile.py). */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "signet-test.h"

#include "../../app/core/plugin/signet-plugin.h"

static char *plugin_folder;

static const char manifest_text[] =
  "[Plugin]\nId=hostile\nName=Hostile (sample)\nVersion=1\nApi=1\nExec=hostile.py\nKinds=issuance\n"
  "[Permissions]\nHosts=127.0.0.1:1\nMethods=http\n";

/* The plugin in a folder of its own inside the test's home, which it must not see. */
static SignetPluginManifest *
load_hostile (void)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "plugin", "hostile", "hostile.py", NULL);
  g_autofree char *script = NULL;
  g_autofree char *manifest_path = NULL;
  g_autofree char *script_path = NULL;
  g_autoptr (GError) error = NULL;
  SignetPluginManifest *manifest;
  gsize length;

  g_free (plugin_folder);
  plugin_folder = signet_test_make_dir ();
  g_assert_true (g_file_get_contents (source, &script, &length, NULL));
  script_path = signet_test_write_file (plugin_folder, "hostile.py", script, length);
  g_assert_cmpint (g_chmod (script_path, 0755), ==, 0);
  manifest_path = signet_test_write_file (plugin_folder, "hostile.plugin", manifest_text, -1);
  manifest = signet_plugin_manifest_load (manifest_path, &error);
  g_assert_no_error (error);
  return manifest;
}

static SignetPluginProcess *
start (void)
{
  g_autoptr (SignetPluginManifest) manifest = load_hostile ();
  g_autoptr (GError) error = NULL;
  SignetPluginProcess *process = signet_plugin_process_start (manifest, NULL, &error);

  g_assert_no_error (error);
  return process;
}

static JsonNode *
make_params (const char *name, const char *text, gint64 number)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  if (name != NULL && text != NULL)
    json_object_set_string_member (object, name, text);
  else if (name != NULL)
    json_object_set_int_member (object, name, number);
  json_node_take_object (node, object);
  return node;
}

/* What the attempt brought: NULL when it was refused. */
static char *
look (SignetPluginProcess *process, const char *method, JsonNode *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, method, params, 30, NULL, NULL, NULL, &error);
  JsonObject *object;

  g_assert_no_error (error);
  object = json_node_get_object (result);
  if (json_object_has_member (object, "refused"))
    g_test_message ("%s: %s", method, json_object_get_string_member (object, "refused"));
  return json_object_has_member (object, "got") ? g_strdup (json_object_get_string_member (object, "got")) : NULL;
}

static void
assert_refused (SignetPluginProcess *process, const char *method, JsonNode *params)
{
  g_autofree char *got = look (process, method, params);

  if (got != NULL)
    g_test_message ("%s: got %s", method, got);
  g_assert_null (got);
}

static void
test_reads_nothing (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autofree char *secret = signet_test_write_file (g_get_home_dir (), "diary.txt", "dear diary", -1);
  g_autofree char *root = NULL;
  g_autofree char *environment = NULL;
  g_autofree char *others = NULL;
  g_autofree char *descriptors = NULL;

  g_setenv ("SIGNET_TEST_SECRET", "hunter2", TRUE);
  assert_refused (process, "home", make_params ("home", g_get_home_dir (), 0));
  assert_refused (process, "file", make_params ("path", secret, 0));
  assert_refused (process, "shadow", NULL);
  assert_refused (process, "passwd", NULL);
  root = look (process, "root", NULL);
  g_assert_null (strstr (root, "home"));
  g_assert_null (strstr (root, "run"));
  environment = look (process, "environment", NULL);
  g_assert_null (strstr (environment, "hunter2"));
  g_assert_null (strstr (environment, "DBUS"));
  g_assert_null (strstr (environment, g_get_home_dir ()));
  others = look (process, "others", NULL);
  g_assert_cmpuint (strlen (others), <, 20);   /* itself and the sandbox's own first process */
  descriptors = look (process, "descriptors", NULL);
  g_assert_cmpstr (descriptors, ==, "['0', '1', '2', '3']");   /* 3 is the listing itself */
}

static void
test_reaches_nothing (void)
{
  g_autoptr (SignetPluginProcess) process = NULL;
  g_autoptr (SignetTestServer) server = signet_test_server_new_body ("text/plain", "x", 1);
  g_autofree char *socket_path = g_build_filename (g_get_home_dir (), "bus", NULL);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  int abstract = socket (AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un nameless = { .sun_family = AF_UNIX, .sun_path = "\0signet-test" };

  g_strlcpy (address.sun_path, socket_path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  g_assert_cmpint (bind (abstract, (struct sockaddr *) &nameless, offsetof (struct sockaddr_un, sun_path) + 12), ==, 0);
  g_assert_cmpint (listen (abstract, 1), ==, 0);
  process = start ();
  assert_refused (process, "bus", make_params ("path", socket_path, 0));
  assert_refused (process, "reader", NULL);
  assert_refused (process, "abstract", NULL);
  assert_refused (process, "network", make_params ("port", NULL, atoi (strrchr (signet_test_server_get_host (server), ':') + 1)));
  g_assert_cmpuint (signet_test_server_get_count (server), ==, 0);
  close (abstract);
  close (fd);
}

static void
test_changes_nothing (void)
{
  g_autoptr (SignetPluginProcess) process = start ();
  g_autofree char *capabilities = NULL;
  const char *const attempts[] = { "write-own-folder", "write-root", "write-usr", "trace", "fork", "spawn", "shared-memory" };

  for (gsize i = 0; i < G_N_ELEMENTS (attempts); i++)
    assert_refused (process, attempts[i], NULL);
  assert_refused (process, "kill", make_params ("pid", NULL, getpid ()));
  capabilities = look (process, "capabilities", NULL);
  g_assert_nonnull (strstr (capabilities, "CapEff:\\t0000000000000000"));
  g_assert_nonnull (strstr (capabilities, "NoNewPrivs:\\t1"));
}

static void
test_fills_nothing (void)
{
  g_autoptr (SignetPluginProcess) process = start ();

  assert_refused (process, "disk", NULL);
  assert_refused (process, "disk-many", NULL);
  assert_refused (process, "disk-shm", NULL);
#ifndef __SANITIZE_ADDRESS__
  assert_refused (process, "memory", NULL);
#endif
}

typedef struct {
  const char *method;
  int         code;
  guint       deadline;
} Breach;

static const Breach breaches[] = {
  { "not-json", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 }, { "not-utf8", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 },
  { "two-objects", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 }, { "deep", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 },
  { "nested-bomb", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 }, { "long-line", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 },
  { "wrong-id", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 }, { "no-id", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 },
  { "text-id", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 }, { "both", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 },
  { "same-id", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 }, { "flood", SIGNET_PLUGIN_ERROR_PROTOCOL, 20 },
  { "hang", SIGNET_PLUGIN_ERROR_TIMEOUT, 1 }, { "half-line", SIGNET_PLUGIN_ERROR_TIMEOUT, 1 },
  { "die", SIGNET_PLUGIN_ERROR_DIED, 20 }, { "crash", SIGNET_PLUGIN_ERROR_DIED, 20 }, { "close", SIGNET_PLUGIN_ERROR_TIMEOUT, 1 },
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
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, "ask", make_params ("method", "http.request", 0), 20,
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

static void
test_no_wall_no_plugin (void)
{
  g_autoptr (SignetPluginManifest) manifest = load_hostile ();
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) refusing = NULL;
  g_autofree char *fake = signet_test_write_file (plugin_folder, "fake-bwrap",
                                                  "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n", -1);

  g_setenv ("SIGNET_BUBBLEWRAP", "/nonexistent/bwrap", TRUE);
  g_assert_null (signet_plugin_process_start (manifest, NULL, &missing));
  g_assert_error (missing, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX);
  g_assert_cmpint (g_chmod (fake, 0755), ==, 0);
  g_setenv ("SIGNET_BUBBLEWRAP", fake, TRUE);
  g_assert_null (signet_plugin_process_start (manifest, NULL, &refusing));
  g_assert_error (refusing, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX);
  g_unsetenv ("SIGNET_BUBBLEWRAP");
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/wall/reads-nothing", test_reads_nothing);
  g_test_add_func ("/plugin/wall/reaches-nothing", test_reaches_nothing);
  g_test_add_func ("/plugin/wall/changes-nothing", test_changes_nothing);
  g_test_add_func ("/plugin/wall/fills-nothing", test_fills_nothing);
  g_test_add_func ("/plugin/wall/none-no-plugin", test_no_wall_no_plugin);
  for (gsize i = 0; i < G_N_ELEMENTS (breaches); i++)
    {
      g_autofree char *path = g_strconcat ("/plugin/breach/", breaches[i].method, NULL);
      g_test_add_data_func (path, &breaches[i], test_breach);
    }
  g_test_add_func ("/plugin/speaks-unasked", test_speaks_unasked);
  g_test_add_func ("/plugin/stderr-flood", test_stderr_flood);
  g_test_add_func ("/plugin/words-are-harmless", test_words_are_harmless);
  g_test_add_func ("/plugin/asks-and-is-refused", test_asks_and_is_refused);
  g_test_add_func ("/plugin/cancel", test_cancel);
  return g_test_run ();
}
