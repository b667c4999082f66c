/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-child.c: a supervised child gets only what it is given, ends when told, and dies with us. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-child.h"
#include "signet-test.h"

static const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };

static SignetChild *
spawn_shell (const char *script, const int *fds, guint n_fds)
{
  const char *const argv[] = { "/bin/sh", "-c", script, NULL };
  g_autoptr (GError) error = NULL;
  SignetChild *child = signet_child_spawn (argv, environment, fds, n_fds, &error);

  g_assert_no_error (error);
  return child;
}

static char *
run_and_read (const char *script)
{
  int ends[2];
  char buffer[4096] = "";
  gsize length = 0;
  gssize n;
  g_autoptr (SignetChild) child = NULL;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  child = spawn_shell (script, (int[]) { -1, ends[1], 2 }, 3);
  close (ends[1]);
  while (length < sizeof buffer - 1 && (n = read (ends[0], buffer + length, sizeof buffer - 1 - length)) > 0)
    length += (gsize) n;
  close (ends[0]);
  g_assert_true (signet_child_wait (child, 5000));
  return g_strndup (buffer, length);
}

static void
test_end (void)
{
  g_autoptr (SignetChild) child = spawn_shell ("exit 3", (int[]) { -1, -1, -1 }, 3);
  g_autofree char *end = NULL;

  g_assert_true (signet_child_wait (child, 5000));
  end = signet_child_describe_end (child);
  g_assert_cmpstr (end, ==, "exit status 3");
  g_assert_true (signet_child_has_exited (child));
}

static void
test_crash (void)
{
  g_autoptr (SignetChild) child = spawn_shell ("kill -SEGV $$", (int[]) { -1, -1, -1 }, 3);
  g_autofree char *end = NULL;

  g_assert_true (signet_child_wait (child, 5000));
  end = signet_child_describe_end (child);
  g_assert_true (g_str_has_prefix (end, "signal 11"));
}

static void
test_deadline_and_kill (void)
{
  g_autoptr (SignetChild) child = spawn_shell ("sleep 100", (int[]) { -1, -1, -1 }, 3);
  gint64 start = g_get_monotonic_time ();

  g_assert_false (signet_child_wait (child, 50));
  g_assert_false (signet_child_has_exited (child));
  signet_child_kill (child);
  g_assert_true (signet_child_has_exited (child));
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  signet_child_kill (child);
}

static void
test_clean_environment (void)
{
  g_autofree char *said = NULL;

  g_setenv ("SIGNET_LEAK", "secret", TRUE);
  said = run_and_read ("env | grep -c LEAK; pwd");
  g_assert_cmpstr (said, ==, "0\n/\n");
}

static void
test_descriptors_closed (void)
{
  int stray = open ("/dev/null", O_RDONLY); /* on purpose without O_CLOEXEC */
  g_autofree char *said = run_and_read ("ls /proc/self/fd | wc -l");

  /* 0, 1, 2 and the folder that ls reads */
  g_assert_cmpstr (said, ==, "4\n");
  close (stray);
}

static void
test_descriptors_in_order (void)
{
  int ends[2];
  char text[8] = "";
  g_autoptr (SignetChild) child = NULL;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  /* what is 2 here is 0 there, and the other way round */
  child = spawn_shell ("echo four >&4", (int[]) { 2, 1, 0, -1, ends[1] }, 5);
  close (ends[1]);
  g_assert_cmpint (read (ends[0], text, sizeof text), ==, 5);
  g_assert_cmpstr (text, ==, "four\n");
  close (ends[0]);
}

static void
test_no_such_program (void)
{
  const char *const argv[] = { "/nonexistent/program", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_child_spawn (argv, environment, (int[]) { -1, -1, -1 }, 3, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND);
}

static gpointer
spawn_in_thread (gpointer data)
{
  return spawn_shell ("sleep 100", (int[]) { -1, -1, -1 }, 3);
}

/* The parent-death signal must not fire when a worker thread that started the child ends. */
static void
test_outlives_thread (void)
{
  g_autoptr (SignetChild) child = g_thread_join (g_thread_new ("worker", spawn_in_thread, NULL));

  g_assert_false (signet_child_wait (child, 200));
}

static gboolean
is_gone (pid_t pid)
{
  return kill (pid, 0) != 0 && errno == ESRCH;
}

static void
wait_until_gone (pid_t pid)
{
  for (guint i = 0; i < 500 && !is_gone (pid); i++)
    g_usleep (10000);
  g_assert_true (is_gone (pid));
}

/* Whatever the child left in its process group goes with it. */
static void
test_grandchildren (void)
{
  int ends[2];
  char text[32] = "";
  SignetChild *child;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  child = spawn_shell ("sleep 100 & echo $!; exit 0", (int[]) { -1, ends[1], -1 }, 3);
  close (ends[1]);
  g_assert_cmpint (read (ends[0], text, sizeof text - 1), >, 0);
  g_assert_true (signet_child_wait (child, 5000));
  g_object_unref (child);
  wait_until_gone ((pid_t) strtol (text, NULL, 10));
  close (ends[0]);
}

/* A process in between starts the child, notes its number in a file and is killed without a chance to tidy up. */
static void
start_and_be_killed (const char *path)
{
  g_autoptr (SignetChild) child = spawn_shell ("sleep 100", (int[]) { -1, -1, -1 }, 3);
  g_autofree char *number = g_strdup_printf ("%d", signet_child_get_pid (child));

  g_assert_true (g_file_set_contents (path, number, -1, NULL));
  raise (SIGKILL);
}

static void
test_dies_with_us (void)
{
  g_autofree char *path = g_build_filename (signet_test_home (), "child", NULL);
  g_autofree char *number = NULL;

  if (g_test_subprocess ())
    {
      start_and_be_killed (g_getenv ("SIGNET_TEST_REPORT"));
      return;
    }
  g_setenv ("SIGNET_TEST_REPORT", path, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_assert_false (g_test_trap_has_passed ());
  g_assert_true (g_file_get_contents (path, &number, NULL, NULL));
  wait_until_gone ((pid_t) strtol (number, NULL, 10));
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/child/end", test_end);
  g_test_add_func ("/base/child/crash", test_crash);
  g_test_add_func ("/base/child/deadline-and-kill", test_deadline_and_kill);
  g_test_add_func ("/base/child/clean-environment", test_clean_environment);
  g_test_add_func ("/base/child/descriptors-closed", test_descriptors_closed);
  g_test_add_func ("/base/child/descriptors-in-order", test_descriptors_in_order);
  g_test_add_func ("/base/child/no-such-program", test_no_such_program);
  g_test_add_func ("/base/child/outlives-thread", test_outlives_thread);
  g_test_add_func ("/base/child/grandchildren", test_grandchildren);
  g_test_add_func ("/base/child/dies-with-us", test_dies_with_us);
  return g_test_run ();
}
