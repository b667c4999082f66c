/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-plugin-wall.c: what a plugin cannot see, reach, change, fill or leave behind, tried by one that tries everything
 * (hostile/hostile.py); and what happens where a wall cannot be put up. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "plugin-fixture.h"

#include "../../app/core/base/signet-paths.h"

static PluginFixture fixture;

static void
assert_refused (SignetPluginProcess *process, const char *method, JsonNode *params)
{
  g_autofree char *got = plugin_fixture_look (process, method, params);

  if (got != NULL)
    g_test_message ("%s: got %s", method, got);
  g_assert_null (got);
}

static void
assert_all_refused (SignetPluginProcess *process, const char *const *methods)
{
  for (gsize i = 0; methods[i] != NULL; i++)
    assert_refused (process, methods[i], NULL);
}

static void
test_stands (void)
{
  g_autoptr (SignetPluginProcess) process = plugin_fixture_start (&fixture, "");

  g_test_message ("%s", signet_plugin_process_get_wall (process));
  g_assert_true (g_str_has_prefix (signet_plugin_process_get_wall (process), "namespaces limits "));
  g_assert_nonnull (strstr (signet_plugin_process_get_wall (process), "calls"));
  g_assert_true (signet_plugin_process_has_method (process, "form"));
  g_assert_false (signet_plugin_process_has_method (process, "renew"));
}

static void
test_reads_nothing (void)
{
  static const char *const files[] = { "shadow", "passwd", "resolver", "machine", "sys", "run", "through-link", "other-memory",
                                       "kernel-memory", "kernel-log", "terminal", NULL };
  g_autoptr (SignetPluginProcess) process = plugin_fixture_start (&fixture, "");
  g_autofree char *secret = signet_test_write_file (g_get_home_dir (), "diary.txt", "dear diary", -1);
  g_autofree char *root = NULL;
  g_autofree char *devices = NULL;
  g_autofree char *descriptors = NULL;

  assert_refused (process, "home", plugin_fixture_params ("home", g_get_home_dir (), 0));
  assert_refused (process, "file", plugin_fixture_params ("path", secret, 0));
  assert_refused (process, "file", plugin_fixture_params ("path", signet_paths_get_database (), 0));
  assert_all_refused (process, files);
  root = plugin_fixture_look (process, "root", NULL);
  g_assert_null (strstr (root, "'home'"));
  g_assert_null (strstr (root, "'run'"));
  g_assert_null (strstr (root, "'etc'"));
  devices = plugin_fixture_look (process, "devices", NULL);
  g_assert_null (strstr (devices, "'sd"));
  g_assert_null (strstr (devices, "'bus'"));
  g_assert_null (strstr (devices, "'input'"));
  descriptors = plugin_fixture_look (process, "descriptors", NULL);
  g_assert_cmpstr (descriptors, ==, "['0', '1', '2', '3']");   /* 3 is the listing itself */
}

static void
test_knows_nothing (void)
{
  g_autoptr (SignetPluginProcess) process = NULL;
  g_autofree char *environment = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *others = NULL;

  g_setenv ("SIGNET_TEST_SECRET", "hunter2", TRUE);
  process = plugin_fixture_start (&fixture, "");
  environment = plugin_fixture_look (process, "environment", NULL);
  g_assert_null (strstr (environment, "hunter2"));
  g_assert_null (strstr (environment, "DBUS"));
  g_assert_null (strstr (environment, "DISPLAY"));
  g_assert_null (strstr (environment, g_get_home_dir ()));
  theirs = plugin_fixture_look (process, "other-environment", NULL);
  g_assert_true (theirs == NULL || strstr (theirs, "hunter2") == NULL);
  others = plugin_fixture_look (process, "others", NULL);
  g_assert_cmpuint (strlen (others), <, 20);   /* itself and the sandbox's own first process */
}

static void
test_reaches_nothing (void)
{
  static const char *const ways[] = { "system-bus", "reader", "abstract", "network-6", "pair", "name", NULL };
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
  process = plugin_fixture_start (&fixture, "");
  assert_refused (process, "bus", plugin_fixture_params ("path", socket_path, 0));
  assert_all_refused (process, ways);
  assert_refused (process, "network", plugin_fixture_params ("port", NULL, atoi (strrchr (signet_test_server_get_host (server), ':') + 1)));
  for (int family = 1; family <= 46; family++)
    assert_refused (process, "family", plugin_fixture_params ("number", NULL, family));
  g_assert_cmpuint (signet_test_server_get_count (server), ==, 0);
  close (abstract);
  close (fd);
}

static void
test_changes_nothing (void)
{
  static const char *const attempts[] = { "write-own-folder", "write-root", "write-usr", "write-dev", "write-kernel", "write-panic", "make-device",
                                          "trace", "fork", "fork-call", "vfork-call", "clone-call", "clone3-call", "clone-user", "spawn",
                                          "run-written", "run-shared", "set-user-id", "kill-first", "kill-parent", "kill-all", "type", "paste",
                                          "new-user", NULL };
  g_autoptr (SignetPluginProcess) process = plugin_fixture_start (&fixture, "");
  g_autofree char *capabilities = NULL;

  assert_all_refused (process, attempts);
  assert_refused (process, "kill", plugin_fixture_params ("pid", NULL, getpid ()));
  capabilities = plugin_fixture_look (process, "capabilities", NULL);
  g_assert_nonnull (strstr (capabilities, "CapEff:\\t0000000000000000"));
  g_assert_nonnull (strstr (capabilities, "CapBnd:\\t0000000000000000"));
  g_assert_nonnull (strstr (capabilities, "NoNewPrivs:\\t1"));
  g_assert_nonnull (strstr (capabilities, "Seccomp:\\t2"));
}

static const char *const calls[] = {
  "ptrace", "process_vm_readv", "kcmp", "pidfd_getfd", "pidfd_send_signal", "process_madvise", "unshare", "setns", "add_key", "request_key", "keyctl",
  "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mlock", "mlockall",
  "mount", "umount2", "chroot", "pivot_root", "open_tree", "move_mount", "fsopen", "mount_setattr", "mknod", "open_by_handle_at",
  "name_to_handle_at", "clock_settime", "settimeofday", "sethostname", "syslog", "init_module", "kexec_load", "reboot", "swapon", "acct", "iopl",
  "modify_ldt", "fanotify_init",
};

/* Refused as such, before the kernel looks at what it was called with. */
static void
test_calls (void)
{
  g_autoptr (SignetPluginProcess) process = plugin_fixture_start (&fixture, "");

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) result = signet_plugin_process_call (process, "call", plugin_fixture_params ("name", calls[i], 0), 20, NULL, NULL,
                                                                NULL, &error);
      const char *refused;

      g_assert_no_error (error);
      refused = json_object_get_string_member_with_default (json_node_get_object (result), "refused", "");
      g_test_message ("%s: %s", calls[i], refused);
#ifdef __x86_64__
      g_assert_nonnull (strstr (refused, "Operation not permitted"));
#else
      g_assert_cmpstr (refused, !=, "");
#endif
    }
}

static void
test_fills_nothing (void)
{
  static const char *const ways[] = { "disk", "disk-many", "disk-shm", "descriptors-many", NULL };
  g_autoptr (SignetPluginProcess) process = plugin_fixture_start (&fixture, "");

  assert_all_refused (process, ways);
  /* a sanitizer wants terabytes of addresses, so that its programs run without a limit of memory, which stops threads too */
#ifndef __SANITIZE_ADDRESS__
  {
    g_autofree char *threads = plugin_fixture_look (process, "threads", NULL);

    assert_refused (process, "higher-limit", NULL);
    assert_refused (process, "memory", NULL);
    g_test_message ("threads: %s", threads);
    g_assert_nonnull (strstr (threads, "burnt out"));
  }
#endif
}

/* --- what opens a part of the wall ---------------------------------------------------------------------------------------- */

static void
test_network_direct (void)
{
  static const char *const still[] = { "passwd", "system-bus", "reader", "abstract", "fork", "other-memory", NULL };
  g_autoptr (SignetTestServer) server = signet_test_server_new_body ("text/plain", "x", 1);
  g_autoptr (SignetPluginProcess) process = plugin_fixture_start (&fixture, "Network=direct\n");
  g_autofree char *connected = NULL;

  connected = plugin_fixture_look (process, "network", plugin_fixture_params ("port", NULL, atoi (strrchr (signet_test_server_get_host (server), ':') + 1)));
  g_assert_cmpstr (connected, ==, "'connected'");
  assert_refused (process, "home", plugin_fixture_params ("home", g_get_home_dir (), 0));
  assert_all_refused (process, still);
}

static gboolean
is_running (const char *mark)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *words = NULL;
      gsize length = 0;

      if (g_ascii_isdigit (name[0]) && atoi (name) != getpid () && g_file_get_contents (path, &words, &length, NULL) &&
          g_strstr_len (words, length, "python3") != NULL && memmem (words, length, mark, strlen (mark)) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* A plugin that may start programs leaves none behind, however well it hides them. */
static void
test_programs (void)
{
  g_autofree char *mark = g_uuid_string_random ();
  g_autoptr (SignetPluginProcess) process = plugin_fixture_start (&fixture, "Programs=system\n");
  g_autofree char *spawned = plugin_fixture_look (process, "spawn", NULL);
  g_autofree char *left = plugin_fixture_look (process, "leave-behind", plugin_fixture_params ("mark", mark, 0));

  g_assert_cmpstr (spawned, ==, "0");
  g_assert_cmpstr (left, ==, "'left'");
  assert_refused (process, "run-written", NULL);
  assert_refused (process, "new-user", NULL);
  assert_refused (process, "abstract", NULL);
  for (guint i = 0; i < 200 && !is_running (mark); i++)
    g_usleep (20000);
  g_assert_true (is_running (mark));
  signet_plugin_process_stop (process);
  for (guint i = 0; i < 200 && is_running (mark); i++)
    g_usleep (20000);
  g_assert_false (is_running (mark));
}

static JsonNode *
keep_params (gint64 bytes, gint64 number)
{
  JsonNode *node = plugin_fixture_params ("bytes", NULL, bytes);

  json_object_set_int_member (json_node_get_object (node), "number", number);
  return node;
}

static void
test_state (void)
{
  g_autoptr (SignetPluginProcess) first = plugin_fixture_start (&fixture, "State=authority\n");
  g_autofree char *kept = plugin_fixture_look (first, "keep", keep_params (100, 2));
  g_autoptr (SignetPluginProcess) second = NULL;
  g_autofree char *found = NULL;

  g_assert_cmpstr (kept, ==, "['kept0', 'kept1']");
  signet_plugin_process_stop (first);
  second = plugin_fixture_start (&fixture, "State=authority\n");
  found = plugin_fixture_look (second, "state", NULL);
  g_assert_cmpstr (found, ==, "['kept0', 'kept1']");
}

/* Who fills the folder is ended, and does not start again until somebody looked. */
static void
test_state_is_small (void)
{
  g_autofree char *text = g_strconcat ("[Plugin]\nId=hoarder\nName=Hoarder (sample)\nVersion=1\nApi=1\nExec=hostile.py\nKinds=issuance\n"
                                       "[Permissions]\nState=authority\n", NULL);
  g_autofree char *folder = plugin_fixture_make ("hoarder", text, "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hoarder");
  SignetPluginUse use = { fixture.consents, "sample-ca", NULL };
  g_autoptr (SignetPluginProcess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (GError) nobody = NULL;

  g_assert_true (signet_plugin_consents_allow (fixture.consents, manifest, NULL, NULL));
  process = signet_plugin_process_start (manifest, &use, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 50 && error == NULL; i++)
    {
      g_autoptr (JsonNode) result = signet_plugin_process_call (process, "keep", keep_params (4 * 1024 * 1024, 3), 60, NULL, NULL, NULL, &error);

      g_usleep (100000);
    }
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DIED);
  g_assert_null (signet_plugin_process_start (manifest, &use, NULL, &again));
  g_assert_error (again, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX);
  g_assert_nonnull (strstr (again->message, "plugin-state"));
  use.authority = NULL;
  g_assert_null (signet_plugin_process_start (manifest, &use, NULL, &nobody));
  g_assert_error (nobody, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX);
}

/* --- where there is no wall ------------------------------------------------------------------------------------------------- */

static SignetPluginManifest *
load_shipped (const char *name)
{
  g_autofree char *folder = g_build_filename (g_getenv ("SIGNET_BUILD_ROOT"), "plugins", "1", name, NULL);

  return plugin_fixture_load (folder, name);
}

static SignetPluginManifest *
load_allowed_hostile (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", "[Plugin]\nId=hostile\nName=Hostile (sample)\nVersion=1\nApi=1\nExec=hostile.py\n"
                                                            "Kinds=issuance\n", "hostile.py");
  SignetPluginManifest *manifest = plugin_fixture_load (folder, "hostile");

  g_assert_true (signet_plugin_consents_allow (fixture.consents, manifest, NULL, NULL));
  return manifest;
}

/* What kernels say, word for word; ours come from bubblewrap 0.8 and 0.9. */
static const char *const refusals[] = {
  "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.",
  "bwrap: setting up uid map: Permission denied",
  "bwrap: Creating new namespace failed: No space left on device",
  "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
};

static void
test_no_namespaces (gconstpointer data)
{
  g_autoptr (SignetPluginManifest) stranger = load_allowed_hostile ();
  g_autoptr (SignetPluginManifest) shipped = load_shipped ("cmp");
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho '%s' >&2\nexit 1\n", (const char *) data);
  g_autofree char *folder = signet_test_make_dir ();
  g_autofree char *fake = signet_test_write_file (folder, "fake-bwrap", script, -1);
  SignetPluginUse use = { fixture.consents, "sample-ca", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) own = NULL;
  g_autoptr (SignetPluginProcess) process = NULL;

  g_assert_cmpint (g_chmod (fake, 0755), ==, 0);
  g_setenv ("SIGNET_BUBBLEWRAP", fake, TRUE);
  g_assert_null (signet_plugin_process_start (stranger, &use, NULL, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NO_NAMESPACES);
  g_assert_nonnull (strstr (error->message, data));
  /* ours does its work behind the second wall */
  process = signet_plugin_process_start (shipped, &use, NULL, &own);
  g_assert_no_error (own);
  g_assert_cmpstr (signet_plugin_process_get_wall (process), ==, "limits files calls");
  g_unsetenv ("SIGNET_BUBBLEWRAP");
}

static void
test_no_bubblewrap (void)
{
  g_autoptr (SignetPluginManifest) stranger = load_allowed_hostile ();
  SignetPluginUse use = { fixture.consents, "sample-ca", NULL };
  g_autoptr (GError) error = NULL;

  g_setenv ("SIGNET_BUBBLEWRAP", "/nonexistent/bwrap", TRUE);
  g_assert_null (signet_plugin_process_start (stranger, &use, NULL, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NO_BUBBLEWRAP);
  g_unsetenv ("SIGNET_BUBBLEWRAP");
}

/* A wall that is not there lets nobody through, not even ours. */
static void
test_no_door (void)
{
  g_autoptr (SignetPluginManifest) shipped = load_shipped ("cmp");
  g_autofree char *before = g_strdup (g_getenv ("SIGNET_PLUGIN_WALL"));
  g_autoptr (GError) error = NULL;

  g_setenv ("SIGNET_PLUGIN_WALL", "/nonexistent/wall", TRUE);
  g_assert_null (signet_plugin_process_start (shipped, NULL, NULL, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX);
  g_setenv ("SIGNET_PLUGIN_WALL", before, TRUE);
}

int
main (int argc, char **argv)
{
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  plugin_fixture_open (&fixture);
  g_test_add_func ("/plugin/wall/stands", test_stands);
  g_test_add_func ("/plugin/wall/reads-nothing", test_reads_nothing);
  g_test_add_func ("/plugin/wall/knows-nothing", test_knows_nothing);
  g_test_add_func ("/plugin/wall/reaches-nothing", test_reaches_nothing);
  g_test_add_func ("/plugin/wall/changes-nothing", test_changes_nothing);
  g_test_add_func ("/plugin/wall/calls", test_calls);
  g_test_add_func ("/plugin/wall/fills-nothing", test_fills_nothing);
  g_test_add_func ("/plugin/wall/network-direct", test_network_direct);
  g_test_add_func ("/plugin/wall/programs", test_programs);
  g_test_add_func ("/plugin/wall/state", test_state);
  g_test_add_func ("/plugin/wall/state-is-small", test_state_is_small);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/plugin/wall/no-namespaces/%d", (int) i);
      g_test_add_data_func (path, refusals[i], test_no_namespaces);
    }
  g_test_add_func ("/plugin/wall/no-bubblewrap", test_no_bubblewrap);
  g_test_add_func ("/plugin/wall/no-door", test_no_door);
  status = g_test_run ();
  plugin_fixture_close (&fixture);
  return status;
}
