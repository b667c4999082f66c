/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-words-mark.c: what a visible mark says when nobody wrote a text for it, in the person's language. Any thread. */
#define G_LOG_DOMAIN "signet-words-mark"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"

const char *
signet_words_mark_text (void)
{
  /* translators: the text of a visible mark in a PDF. The words in braces stay as they are; a line whose words in braces have no value is left out */
  return _("Signed by {name}\n{date} {time}\nReason: {reason}\nPlace: {location}");
}

/**
 * signet_words_fill_mark:
 * @mark: a mark; what it says already stays
 */
void
signet_words_fill_mark (SignetVisibleMark *mark)
{
  if (mark->text != NULL)
    return;
  mark->text = g_strdup (signet_words_mark_text ());
  if (mark->heading == NULL)
    mark->heading = g_strdup ("{name}");
}
