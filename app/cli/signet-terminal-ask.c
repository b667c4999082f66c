/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-terminal-ask.c: questions at the controlling terminal. Main thread.
 *
 * The terminal is opened by itself, so that a question never eats the data on stdin. While a secret is typed the echo is
 * off; it is put back on every way out, a cancelled question included.
 */
#define G_LOG_DOMAIN "signet-terminal-ask"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "signet-terminal.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"

#define MAX_LINE 4096

typedef struct
{
  int fd;
  gboolean quiet;          /* echo is off */
  struct termios settings; /* as they were */
} SignetTty;

static gboolean
signet_tty_open (SignetTty *tty,
                 GError   **error)
{
  tty->quiet = FALSE;
  tty->fd = open ("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (tty->fd >= 0)
    return TRUE;

  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE,
                       "there is no terminal to ask at: give the answer with --pin-file, --pin-fd or the option for it");
  return FALSE;
}

static void
signet_tty_silence (SignetTty *tty)
{
  struct termios quiet;

  if (tcgetattr (tty->fd, &tty->settings) != 0)
    return;

  quiet = tty->settings;
  quiet.c_lflag &= ~(tcflag_t) (ECHO | ECHONL);
  /* what was typed ahead is thrown away: it was not an answer to this question */
  tty->quiet = tcsetattr (tty->fd, TCSAFLUSH, &quiet) == 0;
}

static void
signet_tty_write (SignetTty  *tty,
                  const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      gssize n = write (tty->fd, text, left);

      if (n < 0 && errno != EINTR)
        return;
      if (n > 0)
        {
          text += n;
          left -= (gsize) n;
        }
    }
}

static void
signet_tty_close (SignetTty *tty)
{
  if (tty->quiet)
    {
      tcsetattr (tty->fd, TCSAFLUSH, &tty->settings);
      signet_tty_write (tty, "\n");
    }
  close (tty->fd);
}

static gboolean
signet_tty_wait (SignetTty    *tty,
                 GCancellable *cancellable,
                 GError      **error)
{
  struct pollfd fds[2] = { { .fd = tty->fd, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
  GPollFD cancel;
  gboolean has_cancel = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &cancel);

  if (has_cancel)
    fds[1].fd = cancel.fd;
  while (poll (fds, 2, -1) < 0 && errno == EINTR)
    ;
  if (has_cancel)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* One line without its end, in @line of MAX_LINE bytes; returns its length, or -1 with an error. End of input is a "no". */
static gssize
signet_tty_read_line (SignetTty    *tty,
                      char         *line,
                      GCancellable *cancellable,
                      GError      **error)
{
  gsize length = 0;

  for (;;)
    {
      gssize n;

      if (!signet_tty_wait (tty, cancellable, error))
        return -1;
      n = read (tty->fd, line + length, 1);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the terminal gave no answer");
          return -1;
        }
      if (line[length] == '\n')
        return (gssize) length;
      if (length + 1 < MAX_LINE)
        length++;
    }
}

/**
 * signet_terminal_can_ask:
 *
 * Returns: whether there is a terminal to ask at
 */
gboolean
signet_terminal_can_ask (void)
{
  int fd = open ("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

/**
 * signet_terminal_ask_secret:
 * @prompt: what to ask, without a trailing space
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what was typed, which was not shown
 */
SignetSecret *
signet_terminal_ask_secret (const char   *prompt,
                            GCancellable *cancellable,
                            GError      **error)
{
  SignetTty tty;
  SignetSecret *secret = NULL;
  char line[MAX_LINE];
  gssize length;

  if (!signet_tty_open (&tty, error))
    return NULL;

  signet_tty_silence (&tty);
  signet_tty_write (&tty, prompt);
  signet_tty_write (&tty, " ");
  length = signet_tty_read_line (&tty, line, cancellable, error);
  signet_tty_close (&tty);
  if (length >= 0)
    secret = signet_secret_new ((const guint8 *) line, (gsize) length);
  signet_secret_wipe (line, sizeof line);
  return secret;
}

/**
 * signet_terminal_ask_line:
 * @prompt: what to ask, without a trailing space
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what was typed, valid UTF-8
 */
char *
signet_terminal_ask_line (const char   *prompt,
                          GCancellable *cancellable,
                          GError      **error)
{
  SignetTty tty;
  char line[MAX_LINE];
  gssize length;

  if (!signet_tty_open (&tty, error))
    return NULL;

  signet_tty_write (&tty, prompt);
  signet_tty_write (&tty, " ");
  length = signet_tty_read_line (&tty, line, cancellable, error);
  signet_tty_close (&tty);
  if (length < 0)
    return NULL;
  return g_utf8_make_valid (line, length);
}

/**
 * signet_terminal_ask_yes:
 * @question: a question, without a trailing space
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Returns: %TRUE when the answer is a clear yes; %FALSE without an error when it is not
 */
gboolean
signet_terminal_ask_yes (const char   *question,
                         GCancellable *cancellable,
                         GError      **error)
{
  /* translators: what a person types to agree, and the shown choice; the English "y" and "yes" are understood as well */
  const char *yes = C_("typed answer", "yes");
  const char *choice = C_("typed answer", "[yes/no]");
  g_autofree char *prompt = g_strdup_printf ("%s %s", question, choice);
  g_autofree char *answer = signet_terminal_ask_line (prompt, cancellable, error);

  if (answer == NULL)
    return FALSE;
  g_strstrip (answer);
  return g_ascii_strcasecmp (answer, "y") == 0 || g_ascii_strcasecmp (answer, "yes") == 0 || g_strcmp0 (answer, yes) == 0;
}
