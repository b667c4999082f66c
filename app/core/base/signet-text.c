/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-text.c: outside text made safe to show (threats: right-to-left overrides, invisible characters, terminal escapes). Any thread. */
#define G_LOG_DOMAIN "signet-text"

#include "config.h"

#include "signet-text.h"

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"
#define FSI "\xe2\x81\xa8"
#define PDI "\xe2\x81\xa9"

/* Joiners carry meaning in some scripts (Persian, Malayalam), never after an ASCII character. */
static gboolean
is_needed_joiner (gunichar c, gunichar before)
{
  return (c == 0x200c || c == 0x200d) && before >= 0x0590;
}

static gboolean
must_be_escaped (gunichar c, gunichar before)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
      return TRUE;
    case G_UNICODE_FORMAT: /* bidi controls, zero width, tags */
      return !is_needed_joiner (c, before);
    default:
      return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0; /* Hangul fillers: letters that show nothing */
    }
}

static void
append_escaped (GString *out, gunichar c)
{
  if (c > 0xffff)
    g_string_append_printf (out, "\\U%08x", c);
  else
    g_string_append_printf (out, "\\u%04x", c);
}

/**
 * signet_text_sanitize:
 * @text: (nullable): bytes from outside
 * @length: in bytes, or -1 for a NUL-terminated string
 * @max_characters: 0 for no limit; an ellipsis takes the place of the last one
 *
 * Returns: (transfer full): valid UTF-8 on one line without invisible characters
 */
char *
signet_text_sanitize (const char *text, gssize length, gsize max_characters)
{
  gsize size = text == NULL ? 0 : length < 0 ? strlen (text) : (gsize) length;
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", (gssize) size);
  GString *out = g_string_sized_new (size + 16);
  gunichar before = 0;
  gsize count = 0;

  /* g_utf8_make_valid() keeps a NUL inside @length as U+FFFD, so the result is a whole C string. */
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (max_characters > 0 && ++count == max_characters && *g_utf8_next_char (p) != '\0')
        {
          g_string_append (out, ELLIPSIS);
          break;
        }
      if (must_be_escaped (c, before))
        append_escaped (out, c);
      else
        g_string_append_unichar (out, c);
      before = c;
    }
  return g_string_free (out, FALSE);
}

char *
signet_text_isolate (const char *text)
{
  g_autofree char *safe = signet_text_sanitize (text, -1, 0);

  return g_strconcat (FSI, safe, PDI, NULL);
}

/**
 * signet_text_shorten_middle:
 * @text: valid UTF-8
 * @max_characters: at least 3
 *
 * Returns: (transfer full): @text with its middle cut out, so that "….pdf" at the end is still seen
 */
char *
signet_text_shorten_middle (const char *text, gsize max_characters)
{
  glong count = g_utf8_strlen (text, -1);
  glong most = (glong) MAX (max_characters, 3);
  glong tail = (most - 1) / 2;
  g_autofree char *head = NULL;
  g_autofree char *end = NULL;

  if (count <= most)
    return g_strdup (text);
  head = g_utf8_substring (text, 0, most - 1 - tail);
  end = g_utf8_substring (text, count - tail, count);
  return g_strconcat (head, ELLIPSIS, end, NULL);
}

char *
signet_text_hex (const guint8 *data, gsize length)
{
  static const char digits[] = "0123456789abcdef";
  char *out = g_malloc (2 * length + 1);

  for (gsize i = 0; i < length; i++)
    {
      out[2 * i] = digits[data[i] >> 4];
      out[2 * i + 1] = digits[data[i] & 15];
    }
  out[2 * length] = '\0';
  return out;
}

/**
 * signet_text_unhex:
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL when @text is not whole pairs of hexadecimal digits
 */
GBytes *
signet_text_unhex (const char *text)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  int high = -1;

  for (const char *p = text; *p != '\0'; p++)
    {
      int digit = g_ascii_xdigit_value (*p);
      guint8 byte;

      if (*p == ':' || *p == ' ')
        continue;
      if (digit < 0)
        return NULL;
      if (high < 0)
        {
          high = digit;
          continue;
        }
      byte = (guint8) (high << 4 | digit);
      g_byte_array_append (out, &byte, 1);
      high = -1;
    }
  return high < 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}

/* As a word by itself, so that "opinion", "shipping" and "Pinyin" are none. The others stand for it in Chinese. */
gboolean
signet_text_names_pin (const char *text)
{
  static const char *const words[] = { "pin", "puk", "p.i.n.", "passcode", NULL };
  static const char *const phrases[] = { "令牌口令", "用户口令", "个人识别码", "令牌密码", "证书密码", "u盾密码", "ukey密码", "key密码", NULL };
  g_autofree char *normal = text != NULL ? g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;
  g_autofree char *lower = normal != NULL ? g_utf8_strdown (normal, -1) : NULL;
  g_auto (GStrv) parts = lower != NULL ? g_strsplit_set (lower, " \t-_/()[]:,;!?\"'“”‘’|", -1) : NULL;

  for (gsize i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      gboolean ends = g_str_has_suffix (parts[i], ".") && !g_str_equal (parts[i], "p.i.n.");
      g_autofree char *word = g_strndup (parts[i], strlen (parts[i]) - (ends ? 1 : 0));

      if (g_strv_contains (words, word))
        return TRUE;
    }
  for (gsize i = 0; lower != NULL && phrases[i] != NULL; i++)
    if (strstr (lower, phrases[i]) != NULL)
      return TRUE;
  /* written against a Chinese word, without a blank */
  for (const char *at = lower != NULL ? strstr (lower, "pin") : NULL; at != NULL; at = strstr (at + 1, "pin"))
    if ((at == lower || !g_ascii_isalnum (at[-1])) && !g_ascii_isalnum (at[3]))
      return TRUE;
  return FALSE;
}
