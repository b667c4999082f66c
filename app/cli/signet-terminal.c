/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-terminal.c: printing. Main thread, but for messages, which any thread may write.
 *
 * See signet-terminal-ask.c for questions.
 */
#define G_LOG_DOMAIN "signet-terminal"

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "signet-terminal.h"

#include "../core/base/signet-text.h"
#include "../core/face/signet-words.h"

static gboolean output_failed;

/* our own isolates; those of others were escaped by signet_text_sanitize() */
static char *
signet_terminal_strip_isolates (const char *text)
{
  GString *plain = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p++)
    {
      if (g_str_has_prefix (p, "\xe2\x81\xa8") || g_str_has_prefix (p, "\xe2\x81\xa9"))
        p += 2;
      else
        g_string_append_c (plain, *p);
    }
  return g_string_free (plain, FALSE);
}

/* our own signs for an encoding that lacks them: a "✓" must never become a "?" */
static char *
signet_terminal_spell_out (const char *text)
{
  static const struct { const char *sign; const char *plain; } rows[] = {
    { "✓", "+" }, { "✗", "x" }, { "…", "..." }, { "·", "-" }, { "→", "->" }, { "“", "\"" }, { "”", "\"" }, { "’", "'" },
  };
  GString *plain = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_replace (plain, rows[i].sign, rows[i].plain, 0);
  return g_string_free (plain, FALSE);
}

static char *
signet_terminal_to_locale (const char *text,
                           const char *charset)
{
  g_autofree char *whole = g_convert (text, -1, charset, "UTF-8", NULL, NULL, NULL);
  g_autofree char *plain = NULL;

  if (whole != NULL)
    return g_steal_pointer (&whole);
  plain = signet_terminal_spell_out (text);
  return g_convert_with_fallback (plain, -1, charset, "UTF-8", "?", NULL, NULL, NULL);
}

static void
signet_terminal_write (FILE       *stream,
                       const char *text)
{
  g_autofree char *plain = signet_terminal_strip_isolates (text);
  g_autofree char *local = NULL;
  const char *charset;

  if (!g_get_charset (&charset))
    local = signet_terminal_to_locale (plain, charset);
  if (fputs (local != NULL ? local : plain, stream) == EOF && stream == stdout)
    output_failed = TRUE;
}

/**
 * signet_terminal_print:
 * @format: a printf format, in UTF-8
 * @...: its arguments
 *
 * Prints one line to stdout.
 */
void
signet_terminal_print (const char *format,
                       ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  signet_terminal_write (stdout, text);
  signet_terminal_write (stdout, "\n");
}

/**
 * signet_terminal_message:
 * @format: a printf format, in UTF-8
 * @...: its arguments
 *
 * Prints one line to stderr.
 */
void
signet_terminal_message (const char *format,
                         ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strconcat (text, "\n", NULL);
  signet_terminal_write (stderr, line);
}

/**
 * signet_terminal_print_raw:
 * @text: bytes for stdout as they are: PEM, JSON
 */
void
signet_terminal_print_raw (const char *text)
{
  if (fputs (text, stdout) == EOF)
    output_failed = TRUE;
}

/**
 * signet_terminal_print_json:
 * @root: the one document of this run
 */
void
signet_terminal_print_json (JsonNode *root)
{
  g_autofree char *text = json_to_string (root, TRUE);

  signet_terminal_print_raw (text);
  signet_terminal_print_raw ("\n");
}

/**
 * signet_terminal_flush:
 *
 * Returns: %FALSE when something printed to stdout did not arrive
 */
gboolean
signet_terminal_flush (void)
{
  if (fflush (stdout) != 0 || ferror (stdout))
    output_failed = TRUE;
  return !output_failed;
}

static void
signet_terminal_show_indented (const char *text)
{
  if (text != NULL && *text != '\0')
    signet_terminal_message ("        %s", text);
}

/**
 * signet_terminal_show_error:
 * @subject: (nullable): what it is about
 * @error: what went wrong
 *
 * What happened, what to do, and the technical words for whoever helps.
 */
void
signet_terminal_show_error (const char   *subject,
                            const GError *error)
{
  g_autofree char *what = NULL;
  g_autofree char *remedy = NULL;
  g_autofree char *name = NULL;
  g_autofree char *detail = signet_text_sanitize (error->message, -1, 2000);
  g_autofree char *detail_line = NULL;

  signet_words_explain_error (error, &what, &remedy);
  if (subject != NULL)
    {
      name = signet_text_sanitize (subject, -1, 0);
      signet_terminal_message ("signet: %s: %s", name, what);
    }
  else
    signet_terminal_message ("signet: %s", what);

  signet_terminal_show_indented (remedy);
  if (*detail != '\0' && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* translators: %s is a technical message, mostly in English */
      detail_line = g_strdup_printf (_("Details: %s"), detail);
      signet_terminal_show_indented (detail_line);
    }
}

static gboolean
signet_terminal_has_colours (int fd)
{
  const char *no_color = g_getenv ("NO_COLOR");

  if (no_color != NULL && *no_color != '\0')
    return FALSE;
  return isatty (fd) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

/**
 * signet_terminal_mark:
 * @mark: a state
 * @word: its word
 * @to_stderr: where it will be printed
 *
 * Returns: (transfer full): sign and word
 */
char *
signet_terminal_mark (SignetMark  mark,
                      const char *word,
                      gboolean    to_stderr)
{
  static const struct { const char *sign; const char *colour; } marks[] = {
    [SIGNET_MARK_OK] = { "✓", "32" },
    [SIGNET_MARK_WARNING] = { "!", "33" },
    [SIGNET_MARK_STOP] = { "✗", "31" },
    [SIGNET_MARK_UNKNOWN] = { "?", "36" },
    [SIGNET_MARK_WAITING] = { "…", "36" },
  };

  if (!signet_terminal_has_colours (to_stderr ? STDERR_FILENO : STDOUT_FILENO))
    return g_strdup_printf ("%s %s", marks[mark].sign, word);
  return g_strdup_printf ("\033[%sm%s\033[0m \033[1m%s\033[0m", marks[mark].colour, marks[mark].sign, word);
}

/**
 * signet_terminal_bold:
 * @text: a heading for stdout
 *
 * Returns: (transfer full): the same, bold on a terminal
 */
char *
signet_terminal_bold (const char *text)
{
  if (!signet_terminal_has_colours (STDOUT_FILENO))
    return g_strdup (text);
  return g_strdup_printf ("\033[1m%s\033[0m", text);
}

/**
 * signet_terminal_columns_of:
 * @text: sanitized text
 *
 * Returns: how many columns it takes on a terminal
 */
guint
signet_terminal_columns_of (const char *text)
{
  guint columns = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (g_unichar_iszerowidth (character) || (character >= 0x2066 && character <= 0x2069))
        continue;
      columns += g_unichar_iswide (character) ? 2 : 1;
    }
  return columns;
}

/**
 * signet_terminal_pad:
 * @text: sanitized text
 * @columns: how wide it shall be
 *
 * Returns: (transfer full): the text, with spaces at its end as needed
 */
char *
signet_terminal_pad (const char *text,
                     guint       columns)
{
  guint width = signet_terminal_columns_of (text);
  guint missing = width < columns ? columns - width : 0;
  g_autofree char *spaces = g_strnfill (missing, ' ');

  return g_strconcat (text, spaces, NULL);
}
