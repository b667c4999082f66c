/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * certmonger-helper.c: starts a helper, reads what it says up to a limit and a deadline, and ends it with everything it started. It
 * inherits nothing but three descriptors. Single-threaded.
 */
#define G_LOG_DOMAIN "signet-certmonger-helper"

#include "certmonger-helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sdk/signet-sdk.h"

#define MAX_COMPLAINTS 8192

static const char *const folders[] = { "/usr/lib/certmonger", "/usr/libexec/certmonger", "/usr/lib64/certmonger" };

/* --- finding ------------------------------------------------------------------------------------------------------------------- */

/* @path is a program right in @folder, and no link leads out of it. */
static gboolean
is_in (const char *path, const char *folder)
{
  char *real = realpath (path, NULL);
  g_autofree char *parent = real != NULL ? g_path_get_dirname (real) : NULL;
  gboolean ok = g_strcmp0 (parent, folder) == 0 && access (real, X_OK) == 0;

  free (real);
  return ok;
}

char *
helper_find (const char *name, GError **error)
{
  g_autofree char *base = name != NULL ? g_path_get_basename (name) : NULL;
#ifdef SIGNET_TEST_HELPERS
  const char *other = g_getenv ("SIGNET_TEST_HELPERS");   /* where tests have theirs; behind the wall there is no such variable */

  if (other != NULL && base != NULL)
    return g_build_filename (other, base, NULL);
#endif

  for (gsize i = 0; base != NULL && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folders[i], base, NULL);

      if ((strcmp (name, base) == 0 || strcmp (name, path) == 0) && is_in (path, folders[i]))
        return g_steal_pointer (&path);
    }
  g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED,
               "[Issuance] Helper: there is no helper of this name in certmonger's folder (is certmonger installed?)");
  return NULL;
}

/* --- running --------------------------------------------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, int code, const char *what)
{
  g_set_error_literal (error, SIGNET_SDK_ERROR, code, what);
  return FALSE;
}

/* In the child: nothing but system calls until the helper takes over. */
static void
become (const char *const *argv, const char *const *environment, const int pipes[4])
{
  int nothing = open ("/dev/null", O_RDONLY);

  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (nothing < 0 || dup2 (nothing, 0) < 0 || dup2 (pipes[1], 1) < 0 || dup2 (pipes[3], 2) < 0)
    _exit (126);
  close_range (3, ~0U, 0);
  execve (argv[0], (char *const *) argv, (char *const *) environment);
  _exit (127);
}

static pid_t
start (const char *const *argv, const char *const *environment, int *output, int *complaints)
{
  int pipes[4];
  pid_t child = -1;

  if (pipe2 (pipes, O_CLOEXEC) != 0)
    return -1;
  if (pipe2 (pipes + 2, O_CLOEXEC) == 0)
    {
      child = fork ();
      if (child == 0)
        become (argv, environment, pipes);
      close (pipes[3]);
      *complaints = pipes[2];
    }
  close (pipes[1]);
  *output = pipes[0];
  if (child > 0)
    return child;
  close (pipes[0]);
  return -1;
}

/* FALSE when it is at its end. */
static gboolean
read_some (int fd, GString *text)
{
  char buffer[16384];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n > 0)
    g_string_append_len (text, buffer, n);
  return n > 0 || (n < 0 && errno == EINTR);
}

/* Until both are closed. */
static gboolean
listen_to (HelperRun *run, int output, int complaints, guint seconds, GError **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  struct pollfd polls[2] = { { output, POLLIN, 0 }, { complaints, POLLIN, 0 } };

  while (polls[0].fd >= 0 || polls[1].fd >= 0)
    {
      gint64 left = (end - g_get_monotonic_time ()) / 1000;

      if (left <= 0)
        return fail (error, SIGNET_SDK_ERROR_TRY_LATER, "the helper gave no answer in time");
      if (poll (polls, 2, (int) left) < 0 && errno != EINTR)
        return fail (error, SIGNET_SDK_ERROR_FAILED, "waiting for the helper failed");
      if (polls[0].revents != 0 && !read_some (output, run->output))
        polls[0].fd = -1;
      if (polls[1].revents != 0 && !read_some (complaints, run->complaints))
        polls[1].fd = -1;
      if (run->output->len > HELPER_MAX_OUTPUT)
        return fail (error, SIGNET_SDK_ERROR_FAILED, "the helper says more than a helper has to say");
      if (run->complaints->len > MAX_COMPLAINTS)
        g_string_truncate (run->complaints, MAX_COMPLAINTS);
    }
  return TRUE;
}

/* The whole group: a helper that leaves something behind leaves nothing. */
static int
end (pid_t child, gboolean at_once)
{
  int status = 0;

  if (at_once)
    kill (-child, SIGKILL);
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    continue;
  kill (-child, SIGKILL);
  return status;
}

static gboolean
take_status (HelperRun *run, int status, GError **error)
{
  if (WIFEXITED (status) && WEXITSTATUS (status) != 126 && WEXITSTATUS (status) != 127)
    {
      run->status = WEXITSTATUS (status);
      return TRUE;
    }
  if (WIFSIGNALED (status))
    g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the helper crashed (signal %d)", WTERMSIG (status));
  else
    fail (error, SIGNET_SDK_ERROR_FAILED, "the helper cannot be started");
  return FALSE;
}

HelperRun *
helper_run (const char *const *argv, const char *const *environment, guint seconds, GError **error)
{
  g_autoptr (HelperRun) run = g_new0 (HelperRun, 1);
  int output = -1, complaints = -1;
  pid_t child = start (argv, environment, &output, &complaints);
  gboolean heard;
  int status;

  run->output = g_string_new (NULL);
  run->complaints = g_string_new (NULL);
  if (child < 0)
    {
      fail (error, SIGNET_SDK_ERROR_FAILED, "the helper cannot be started");
      return NULL;
    }
  heard = listen_to (run, output, complaints, seconds, error);
  close (output);
  close (complaints);
  status = end (child, !heard);
  return heard && take_status (run, status, error) ? g_steal_pointer (&run) : NULL;
}

void
helper_run_free (HelperRun *run)
{
  if (run == NULL)
    return;
  if (run->output != NULL)
    g_string_free (run->output, TRUE);
  if (run->complaints != NULL)
    g_string_free (run->complaints, TRUE);
  g_free (run);
}
