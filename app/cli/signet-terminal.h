/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-terminal.h: what the person at the terminal sees and types. Outside text must be sanitized before it comes here; our own
 * direction marks are taken out, since terminals show them as rubbish.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "../core/base/signet-secret.h"

G_BEGIN_DECLS

/* A state is a sign and a word; colour comes last and only on a terminal. */
typedef enum { SIGNET_MARK_OK, SIGNET_MARK_WARNING, SIGNET_MARK_STOP, SIGNET_MARK_UNKNOWN, SIGNET_MARK_WAITING } SignetMark;

/* stdout and stderr, a line each; UTF-8 in, the locale's encoding out */
void          signet_terminal_print       (const char *format, ...) G_GNUC_PRINTF (1, 2);
void          signet_terminal_message     (const char *format, ...) G_GNUC_PRINTF (1, 2);
void          signet_terminal_print_raw   (const char *text);
void          signet_terminal_print_json  (JsonNode *root);
/* FALSE when something printed did not arrive (disk full, pipe closed). */
gboolean      signet_terminal_flush       (void);

/* @subject: (nullable): what it is about, e.g. a file name (outside text is fine here) */
void          signet_terminal_show_error  (const char *subject, const GError *error);

/* (transfer full): "✓ Good", coloured when @to_stderr or stdout is a terminal */
char         *signet_terminal_mark        (SignetMark mark, const char *word, gboolean to_stderr);
char         *signet_terminal_bold        (const char *text);
/* (transfer full): @text filled with spaces to @columns, wide characters counted as two */
char         *signet_terminal_pad         (const char *text, guint columns);
guint         signet_terminal_columns_of  (const char *text);

/* Questions go to the controlling terminal, never to stdin. Errors: USAGE when there is none, CANCELLED. */
gboolean      signet_terminal_can_ask     (void);
SignetSecret *signet_terminal_ask_secret  (const char *prompt, GCancellable *cancellable, GError **error);
char         *signet_terminal_ask_line    (const char *prompt, GCancellable *cancellable, GError **error);
/* FALSE without an error: the answer was no. Only a clear yes counts. */
gboolean      signet_terminal_ask_yes     (const char *question, GCancellable *cancellable, GError **error);

G_END_DECLS
