/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-interrupt.c: signals become a cancelled GCancellable.
 *
 * A handler may do almost nothing, so it writes one byte into a pipe; a small thread reads it and cancels. No signal is
 * blocked: children start with clean masks.
 */
#define G_LOG_DOMAIN "signet-interrupt"

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>

#include "signet-interrupt.h"

#define STATUS_CANCELLED 130

static int wake_fds[2] = { -1, -1 };
static volatile sig_atomic_t was_interrupted;

static void
on_signal (int signal_number)
{
  int saved = errno;

  if (was_interrupted)
    _exit (STATUS_CANCELLED);
  was_interrupted = 1;
  /* the pipe cannot be full: it gets one byte in its life */
  if (write (wake_fds[1], "!", 1) < 0)
    _exit (STATUS_CANCELLED);
  errno = saved;
}

static gpointer
signet_interrupt_run (gpointer data)
{
  GCancellable *cancellable = data;
  char byte;
  gssize n;

  do
    n = read (wake_fds[0], &byte, 1);
  while (n < 0 && errno == EINTR);

  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
signet_interrupt_install (GCancellable *cancellable)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

  if (!g_unix_open_pipe (wake_fds, FD_CLOEXEC, NULL))
    return;

  g_thread_unref (g_thread_new ("interrupt", signet_interrupt_run, cancellable));
  sigemptyset (&action.sa_mask);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      struct sigaction old;

      /* nohup and shells in the background ask for a signal to be ignored: keep to it */
      if (sigaction (signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction (signals[i], &action, NULL);
    }
}

/**
 * signet_interrupt_get_cancellable:
 *
 * Returns: (transfer none): the one cancellable of the program
 */
GCancellable *
signet_interrupt_get_cancellable (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      GCancellable *cancellable = g_cancellable_new ();

      signet_interrupt_install (cancellable);
      g_once_init_leave (&once, (gsize) cancellable);
    }
  return (GCancellable *) once;
}
