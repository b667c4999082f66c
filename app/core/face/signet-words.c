/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words.c: how a sentence gets its names and dates. The sentences themselves are in signet-words-errors.c,
 * -verdicts.c, -checks.c, -tokens.c and -dates.c: together the only translated files of the core. Any thread.
 */
#define G_LOG_DOMAIN "signet-words"

#include "config.h"

#include <string.h>

#include "signet-words-private.h"

static const char *
signet_words_find_value (const char *name,
                         gsize       length,
                         const char *first,
                         va_list     arguments)
{
  va_list copy;
  const char *found = NULL;

  va_copy (copy, arguments);
  for (const char *key = first; key != NULL && found == NULL; key = va_arg (copy, const char *))
    {
      const char *value = va_arg (copy, const char *);

      if (strlen (key) == length && memcmp (key, name, length) == 0)
        found = value != NULL ? value : "";
    }
  va_end (copy);
  return found;
}

static char *
signet_words_fill_valist (const char *sentence,
                          const char *first,
                          va_list     arguments)
{
  GString *text = g_string_new (NULL);

  /* one pass: a value that itself holds "{name}" is outside text and is left as it is */
  while (*sentence != '\0')
    {
      const char *end = *sentence == '{' ? strchr (sentence, '}') : NULL;
      const char *value = end != NULL ? signet_words_find_value (sentence + 1, end - sentence - 1, first, arguments) : NULL;

      if (value != NULL)
        {
          g_string_append (text, value);
          sentence = end + 1;
        }
      else
        g_string_append_c (text, *sentence++);
    }
  return g_string_free (text, FALSE);
}

char *
_signet_words_fill (const char *sentence,
                    ...)
{
  va_list arguments;
  const char *first;
  char *text;

  va_start (arguments, sentence);
  first = va_arg (arguments, const char *);
  text = signet_words_fill_valist (sentence, first, arguments);
  va_end (arguments);
  return text;
}
