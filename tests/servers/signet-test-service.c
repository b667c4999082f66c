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
test_service_start_with (const char *variable, const char *const *arguments)
{
  TestService *service = g_new0 (TestService, 1);
  g_autofree char *folder = g_dir_make_tmp ("signet-service-XXXXXX", NULL);
  g_autofree char *port_file = g_build_filename (folder, "port", NULL);
  g_autofree char *port = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (g_getenv (variable));
  g_ptr_array_add (argv, (gpointer) g_getenv (variable));
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, (gpointer) "--port-file");
  g_ptr_array_add (argv, port_file);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_child_setup (launcher, on_child_setup_cb, NULL, NULL);
  service->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  port = wait_for_port (port_file);
  service->url = g_strdup_printf ("http://127.0.0.1:%s/", port);
  g_unlink (port_file);
  g_rmdir (folder);
  return service;
}

TestService *
test_service_start (const char *variable, const char *dir, const char *fault)
{
  return test_service_start_with (variable, (const char *const[]) { dir, fault != NULL ? "--fault" : NULL, fault, NULL });
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
