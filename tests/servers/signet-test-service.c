/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-service.c: a test server as a child process, found through the environment of the tests. Any thread. */
#include "config.h"

#include "signet-test-service.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#define PATIENCE (20 * G_USEC_PER_SEC)

static char *
wait_for_port (const char *port_file)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  char *text = NULL;

  while (g_get_monotonic_time () < end && !g_file_get_contents (port_file, &text, NULL, NULL))
    g_usleep (5000);
  g_assert_nonnull (text);
  return g_strchomp (text);
}

/* A test that aborts takes its servers with it. */
static void
on_child_setup_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

TestService *
test_service_start (const char *variable, const char *dir, const char *fault)
{
  TestService *service = g_new0 (TestService, 1);
  g_autofree char *folder = g_dir_make_tmp ("signet-service-XXXXXX", NULL);
  g_autofree char *port_file = g_build_filename (folder, "port", NULL);
  g_autofree char *port = NULL;
  const char *program = g_getenv (variable);
  const char *argv[] = { program, dir, "--port-file", port_file, fault != NULL ? "--fault" : NULL, fault, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (program);
  g_subprocess_launcher_set_child_setup (launcher, on_child_setup_cb, NULL, NULL);
  service->process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  port = wait_for_port (port_file);
  service->url = g_strdup_printf ("http://127.0.0.1:%s/", port);
  g_unlink (port_file);
  g_rmdir (folder);
  return service;
}

void
test_service_stop (TestService *service)
{
  if (service == NULL)
    return;
  g_subprocess_send_signal (service->process, SIGTERM);
  g_subprocess_wait (service->process, NULL, NULL);
  g_object_unref (service->process);
  g_free (service->url);
  g_free (service);
}
