/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-text.c: letters of the strings that content streams write (ISO 32000-1, 9.6.6, 9.10). Only as far as it takes to
 * compare what a form field shows with what it holds: a ToUnicode map is believed, Latin-1 is believed where the font does not
 * rename it, all other letters are told as U+FFFD. A font whose glyphs are not what they are called is beyond what a program can
 * see. One thread.
 */
#define G_LOG_DOMAIN "signet-pdf-text"

#include "config.h"

#include "signet-pdf-findings-private.h"
#include "signet-pdf-operators-private.h"

#define MAX_ENTRIES 65536
#define MAX_ARENA ((gsize) 8 * 1024 * 1024)
#define UNKNOWN 0xfffd

struct _SignetPdfFont
{
  gboolean wide;          /* two bytes a letter */
  GHashTable *to_unicode; /* (nullable): code -> UTF-8 */
  gboolean renamed[256];  /* or not the letter it is in Latin-1 */
};

/* --- ToUnicode (9.10.3) --------------------------------------------------------------------------------------------------- */

static guint32
code_of (const SignetPdfValue *string)
{
  guint32 code = 0;

  for (guint i = 0; i < string->count && i < 4; i++)
    code = (code << 8) | (guint8) string->text[i];
  return code;
}

/* UTF-16BE with @add added to its last unit */
static char *
dup_target (const SignetPdfValue *string, guint32 add)
{
  g_autofree char *bytes = g_memdup2 (string->text, string->count + 1);
  guint last = string->count;

  if (string->type != SIGNET_PDF_STRING || last < 2 || last % 2 != 0 || last > 64)
    return NULL;
  add += (guint32) (((guint8) bytes[last - 2] << 8) | (guint8) bytes[last - 1]);
  bytes[last - 2] = (char) (add >> 8);
  bytes[last - 1] = (char) add;
  return g_convert (bytes, last, "UTF-8", "UTF-16BE", NULL, NULL, NULL);
}

static void
map_code (GHashTable *map, guint32 code, char *text)
{
  if (text != NULL && g_hash_table_size (map) < MAX_ENTRIES)
    g_hash_table_replace (map, GUINT_TO_POINTER (code), text);
  else
    g_free (text);
}

static void
map_characters (GHashTable *map, GPtrArray *values)
{
  for (guint i = 0; i + 1 < values->len; i += 2)
    {
      const SignetPdfValue *code = g_ptr_array_index (values, i);

      if (code->type == SIGNET_PDF_STRING)
        map_code (map, code_of (code), dup_target (g_ptr_array_index (values, i + 1), 0));
    }
}

static void
map_range (GHashTable *map, const SignetPdfValue *first, const SignetPdfValue *last, const SignetPdfValue *target)
{
  guint32 from = code_of (first);
  guint32 until = MIN (code_of (last), from + 0xffff);

  if (first->type != SIGNET_PDF_STRING || last->type != SIGNET_PDF_STRING)
    return;
  for (guint32 code = from; code <= until; code++)
    {
      if (target->type == SIGNET_PDF_ARRAY && code - from < target->count)
        map_code (map, code, dup_target (target->items[code - from], 0));
      else if (target->type == SIGNET_PDF_STRING)
        map_code (map, code, dup_target (target, code - from));
    }
}

static gboolean
map_operator (const SignetPdfOperator *operator, gpointer map)
{
  GPtrArray *values = operator->operands;

  if (_signet_pdf_operator_is (operator, "endbfchar"))
    map_characters (map, values);
  else if (_signet_pdf_operator_is (operator, "endbfrange"))
    for (guint i = 0; i + 2 < values->len; i += 3)
      map_range (map, g_ptr_array_index (values, i), g_ptr_array_index (values, i + 1), g_ptr_array_index (values, i + 2));
  return TRUE;
}

/* As far as it can be read */
static GHashTable *
read_map (GBytes *bytes)
{
  g_autoptr (SignetPdfArena) arena = _signet_pdf_arena_new (MAX_ARENA);
  GHashTable *map = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  _signet_pdf_visit_operators (bytes, arena, map_operator, map);
  return map;
}

/* --- simple fonts (9.6.6) --------------------------------------------------------------------------------------------------- */

static gboolean
is_ascii_name (guint code, const char *name)
{
  static const char *const punctuation[] = {
    "space",      "exclam",   "quotedbl", "numbersign", "dollar",   "percent", "ampersand", "quotesingle", "parenleft",
    "parenright", "asterisk", "plus",     "comma",      "hyphen",   "period",  "slash",     "zero",        "one",
    "two",        "three",    "four",     "five",       "six",      "seven",   "eight",     "nine",        "colon",
    "semicolon",  "less",     "equal",    "greater",    "question", "at",
  };

  if (g_ascii_isalpha ((char) code))
    return name[0] == (char) code && name[1] == '\0';
  return code >= 32 && code - 32 < G_N_ELEMENTS (punctuation) && g_str_equal (punctuation[code - 32], name);
}

static void
read_differences (SignetPdfFont *self, SignetPdfReader *reader, const SignetPdfValue *differences)
{
  guint code = 0;

  for (guint i = 0; differences->type == SIGNET_PDF_ARRAY && i < differences->count; i++)
    {
      const SignetPdfValue *item = _signet_pdf_reader_resolve (reader, differences->items[i]);

      if (item->type == SIGNET_PDF_INTEGER)
        code = (guint) CLAMP (item->integer, 0, 255);
      else if (item->type == SIGNET_PDF_NAME)
        {
          if (code < G_N_ELEMENTS (self->renamed))
            self->renamed[code] = !is_ascii_name (code, item->text);
          code++;
        }
    }
}

SignetPdfFont *
_signet_pdf_font_new (SignetPdfReader *reader, const SignetPdfValue *font)
{
  SignetPdfFont *self = g_new0 (SignetPdfFont, 1);
  const SignetPdfValue *map = _signet_pdf_reader_get (reader, font, "ToUnicode");
  const SignetPdfValue *base = _signet_pdf_reader_get (reader, font, "Encoding");
  g_autoptr (GBytes) bytes = map->type == SIGNET_PDF_STREAM ? _signet_pdf_reader_decode_stream (reader, map, NULL) : NULL;

  if (base->type == SIGNET_PDF_DICTIONARY)
    base = _signet_pdf_reader_get (reader, base, "BaseEncoding");
  self->wide = _signet_pdf_is_name (_signet_pdf_reader_get (reader, font, "Subtype"), "Type0");
  if (bytes != NULL)
    self->to_unicode = read_map (bytes);
  /* 0x80 to 0xa0 are different letters in different encodings, and what is above is in the one of old Macintoshes */
  for (guint code = 0x80; code < (_signet_pdf_is_name (base, "MacRomanEncoding") ? 0x100 : 0xa1); code++)
    self->renamed[code] = TRUE;
  if (!self->wide)
    read_differences (self, reader,
                      _signet_pdf_reader_get (reader, _signet_pdf_reader_get (reader, font, "Encoding"), "Differences"));
  return self;
}

void
_signet_pdf_font_free (SignetPdfFont *self)
{
  g_clear_pointer (&self->to_unicode, g_hash_table_unref);
  g_free (self);
}

static void
append_letter (GString *text, gunichar letter)
{
  if (letter == UNKNOWN || (!g_unichar_isspace (letter) && letter >= 0x20))
    g_string_append_unichar (text, letter);
}

static void
append_letters (GString *text, const char *letters)
{
  for (; *letters != '\0'; letters = g_utf8_next_char (letters))
    append_letter (text, g_utf8_get_char (letters));
}

gboolean
_signet_pdf_font_append (SignetPdfFont *self, const SignetPdfValue *string, GString *text)
{
  guint step = self->wide ? 2 : 1;

  if (self->wide && self->to_unicode == NULL)
    return FALSE;
  for (guint i = 0; i + step <= string->count; i += step)
    {
      guint32 code = (guint8) string->text[i];
      const char *letters = NULL;

      if (self->wide)
        code = (code << 8) | (guint8) string->text[i + 1];
      letters = self->to_unicode != NULL ? g_hash_table_lookup (self->to_unicode, GUINT_TO_POINTER (code)) : NULL;
      if (letters != NULL)
        append_letters (text, letters);
      else
        append_letter (text, !self->wide && code < G_N_ELEMENTS (self->renamed) && !self->renamed[code] ? code : UNKNOWN);
    }
  return TRUE;
}
