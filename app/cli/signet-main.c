/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-main.c: the command line face. Locale, signals, logs; then the command decides.
 */
#define G_LOG_DOMAIN "signet-main"

#include "config.h"

#include <locale.h>
#include <signal.h>

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-terminal.h"

#include "../core/base/signet-paths.h"
#include "../core/base/signet-text.h"

/* Logs are for those who ask (G_MESSAGES_DEBUG), except warnings; they may hold outside text. */
static GLogWriterOutput
signet_main_write_log (GLogLevelFlags   level,
                       const GLogField *fields,
                       gsize            n_fields,
                       gpointer         data)
{
  g_autofree char *line = NULL;
  g_autofree char *safe = NULL;

  if (level & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG) && g_getenv ("G_MESSAGES_DEBUG") == NULL)
    return G_LOG_WRITER_HANDLED;

  line = g_log_writer_format_fields (level, fields, n_fields, FALSE);
  safe = signet_text_sanitize (line, -1, 0);
  signet_terminal_message ("%s", safe);
  return G_LOG_WRITER_HANDLED;
}

static void
signet_main_set_up (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, signet_paths_get_locale_dir ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_log_set_writer_func (signet_main_write_log, NULL, NULL);
  /* a closed pipe is seen when writing: it must not kill us between two steps of signing */
  signal (SIGPIPE, SIG_IGN);
}

int
main (int    argc,
      char **argv)
{
  int status;

  signet_main_set_up ();
  /* argv is NULL-terminated (C11, 5.1.2.2.1); argc may be 0 */
  status = signet_command_dispatch (argc > 0 ? argv + 1 : argv);
  if (!signet_terminal_flush () && status < SIGNET_STATUS_USAGE)
    {
      signet_terminal_message ("signet: %s", _("The output could not be written."));
      status = SIGNET_STATUS_CANNOT_WRITE;
    }
  return status;
}
