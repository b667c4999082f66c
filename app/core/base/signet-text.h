/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-text.h: outside text (names, labels, plugin texts, file names) made safe to show, and localised dates and sizes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): valid UTF-8, control and bidi-control characters as visible \u escapes, at most @max_characters (0: no limit) with an ellipsis. */
char *signet_text_sanitize      (const char *text, gssize length, gsize max_characters);
/* (transfer full): sanitized and wrapped in FSI … PDI, for use inside our own sentences. */
char *signet_text_isolate       (const char *text);
/* (transfer full): cut in the middle so that the ending stays. */
char *signet_text_shorten_middle (const char *text, gsize max_characters);
char *signet_text_hex           (const guint8 *data, gsize length);         /* lower case, no separators */
/* Whether it speaks of what opens a token: words of outside parties that do are marked, for nobody but Signet asks for that. */
gboolean signet_text_names_pin  (const char *text);
GBytes *signet_text_unhex       (const char *text);                         /* (nullable); ':' and spaces allowed */

G_END_DECLS
