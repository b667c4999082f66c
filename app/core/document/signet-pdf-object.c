/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-object.c: parses PDF objects strictly: what the standard does not allow is an error, never a guess, because two guesses
 * are how a document shows one thing and proves another. Knows nothing about files. Values are immutable.
 */
#define G_LOG_DOMAIN "signet-pdf-object"

#include "config.h"

#include "signet-pdf-object-private.h"

#include <string.h>

#include "../base/signet-text.h"

#define MAX_DEPTH  64
#define MAX_NODES  500000 /* in one object */
#define BLOCK_SIZE (32 * 1024)

const SignetPdfValue _signet_pdf_null = { .type = SIGNET_PDF_NULL };

/* --- arena ----------------------------------------------------------------------------------------------------------- */

struct _SignetPdfArena {
  GPtrArray *blocks;
  guint8    *cursor;
  gsize      left;
  gsize      budget;
};

SignetPdfArena *
_signet_pdf_arena_new (gsize max_size)
{
  SignetPdfArena *self = g_new0 (SignetPdfArena, 1);

  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->budget = max_size;
  return self;
}

void
_signet_pdf_arena_free (SignetPdfArena *self)
{
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

gpointer
_signet_pdf_arena_allocate (SignetPdfArena *self, gsize size)
{
  gpointer result = NULL;

  if (size > self->budget)
    return NULL;
  size = (size + 7) & ~(gsize) 7;
  if (size > self->left)
    {
      gsize block = MAX (size, BLOCK_SIZE);

      if (block > self->budget)
        return NULL;
      self->budget -= block;
      self->cursor = g_malloc (block);
      self->left = block;
      g_ptr_array_add (self->blocks, self->cursor);
    }
  result = self->cursor;
  self->cursor += size;
  self->left -= size;
  return result;
}

static gpointer
copy_to_arena (SignetPdfArena *arena, gconstpointer data, gsize size)
{
  gpointer result = _signet_pdf_arena_allocate (arena, size + 1);

  if (result == NULL)
    return NULL;
  if (size > 0)
    memcpy (result, data, size);
  ((char *) result)[size] = '\0';
  return result;
}

/* --- bytes ----------------------------------------------------------------------------------------------------------- */

gboolean
_signet_pdf_is_space (guint8 byte)
{
  return byte == 0 || byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r' || byte == ' ';
}

static gboolean
is_delimiter (guint8 byte)
{
  return byte != 0 && strchr ("()<>[]{}/%", byte) != NULL;
}

gboolean
_signet_pdf_is_regular (guint8 byte)
{
  return !_signet_pdf_is_space (byte) && !is_delimiter (byte);
}

static gboolean
at_end (SignetPdfLexer *lexer)
{
  if (lexer->position < lexer->length)
    return FALSE;
  lexer->starved = !lexer->complete;
  return TRUE;
}

static guint8
peek (SignetPdfLexer *lexer)
{
  return lexer->data[lexer->position];
}

/* (transfer none): NULL, for "return malformed (…)" */
static gpointer
malformed (SignetPdfLexer *lexer, const char *what, GError **error)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "%s at byte %" G_GUINT64_FORMAT, what,
               lexer->base + lexer->position);
  return NULL;
}

void
_signet_pdf_lexer_skip_space (SignetPdfLexer *lexer)
{
  while (!at_end (lexer))
    {
      if (_signet_pdf_is_space (peek (lexer)))
        lexer->position++;
      else if (peek (lexer) == '%')
        while (!at_end (lexer) && peek (lexer) != '\n' && peek (lexer) != '\r')
          lexer->position++;
      else
        return;
    }
}

gboolean
_signet_pdf_lexer_take_keyword (SignetPdfLexer *lexer, const char *keyword)
{
  gsize length = strlen (keyword);
  gsize left = 0;

  _signet_pdf_lexer_skip_space (lexer);
  left = lexer->length - lexer->position;
  if (left <= length && !lexer->complete)
    {
      lexer->starved = TRUE;
      return FALSE;
    }
  if (left < length || memcmp (lexer->data + lexer->position, keyword, length) != 0
      || (left > length && _signet_pdf_is_regular (lexer->data[lexer->position + length])))
    return FALSE;
  lexer->position += length;
  return TRUE;
}

gboolean
_signet_pdf_lexer_take_unsigned (SignetPdfLexer *lexer, guint64 *value)
{
  gsize start = 0;
  guint64 result = 0;

  _signet_pdf_lexer_skip_space (lexer);
  start = lexer->position;
  while (!at_end (lexer) && g_ascii_isdigit (peek (lexer)))
    {
      if (lexer->position - start >= 18)
        return FALSE;
      result = result * 10 + (guint64) (peek (lexer) - '0');
      lexer->position++;
    }
  if (lexer->position == start || (lexer->position < lexer->length && _signet_pdf_is_regular (peek (lexer))))
    return FALSE;
  *value = result;
  return TRUE;
}

/* --- values ---------------------------------------------------------------------------------------------------------- */

static const SignetPdfValue *read_value (SignetPdfLexer *lexer, guint depth, GError **error);

static SignetPdfValue *
new_value (SignetPdfLexer *lexer, SignetPdfType type, gsize start, GError **error)
{
  SignetPdfValue *value = ++lexer->nodes > MAX_NODES ? NULL : _signet_pdf_arena_allocate (lexer->arena, sizeof *value);

  if (value == NULL)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "object too large at byte %" G_GUINT64_FORMAT,
                   lexer->base + start);
      return NULL;
    }
  memset (value, 0, sizeof *value);
  value->type = (guint8) type;
  value->located = lexer->located;
  value->start = lexer->base + start;
  value->end = lexer->base + lexer->position;
  return value;
}

static SignetPdfValue *
new_text (SignetPdfLexer *lexer, SignetPdfType type, gsize start, const void *data, gsize length, GError **error)
{
  SignetPdfValue *value = new_value (lexer, type, start, error);

  if (value == NULL)
    return NULL;
  value->text = copy_to_arena (lexer->arena, data, length);
  value->count = (guint32) length;
  if (value->text == NULL)
    return malformed (lexer, "too many objects", error);
  return value;
}

static const SignetPdfValue *
read_name (SignetPdfLexer *lexer, GError **error)
{
  g_autoptr(GString) name = g_string_new (NULL);
  gsize start = lexer->position++;

  while (!at_end (lexer) && _signet_pdf_is_regular (peek (lexer)))
    {
      guint8 byte = peek (lexer);

      if (byte == '#')
        {
          if (lexer->length - lexer->position < 3)
            {
              lexer->starved = !lexer->complete;
              return malformed (lexer, "name ends inside an escape", error);
            }
          if (!g_ascii_isxdigit (lexer->data[lexer->position + 1]) || !g_ascii_isxdigit (lexer->data[lexer->position + 2]))
            return malformed (lexer, "bad escape in a name", error);
          byte = (guint8) (g_ascii_xdigit_value (lexer->data[lexer->position + 1]) * 16
                           + g_ascii_xdigit_value (lexer->data[lexer->position + 2]));
          lexer->position += 2;
        }
      if (byte == 0)
        return malformed (lexer, "NUL in a name", error);
      g_string_append_c (name, (char) byte);
      lexer->position++;
    }
  return new_text (lexer, SIGNET_PDF_NAME, start, name->str, name->len, error);
}

/* From '0' to 'f', plus one; 0: not a digit. A signature's string has tens of thousands of them. */
static const guint8 digit_values['f' - '0' + 1] = {
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 0, 0, 0, 0, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 12, 13, 14, 15, 16,
};

/* -1: not a digit */
static inline int
digit_value (guint8 byte)
{
  guint8 place = byte - '0';

  return place < sizeof digit_values ? digit_values[place] - 1 : -1;
}

/* As many bytes as digits up to the end can make; %NULL: the end is beyond what is here so far */
static guint8 *
allocate_bytes (SignetPdfLexer *lexer)
{
  gsize left = lexer->length - lexer->position;
  const guint8 *end = left > 0 ? memchr (lexer->data + lexer->position, '>', left) : NULL;

  if (end == NULL && !lexer->complete)
    return NULL;
  if (end != NULL)
    left = (gsize) (end - (lexer->data + lexer->position));
  return g_malloc (left / 2 + 1);
}

/* Pairs of digits with nothing between, as nearly everybody writes them; returns the number of bytes. */
static gsize
read_pairs (SignetPdfLexer *lexer, guint8 *bytes)
{
  const guint8 *at = lexer->data + lexer->position;
  const guint8 *end = lexer->data + lexer->length;
  gsize length = 0;

  for (; end - at >= 2; at += 2)
    {
      int high = digit_value (at[0]);
      int low = digit_value (at[1]);

      if ((high | low) < 0)
        break;
      bytes[length++] = (guint8) (high * 16 + low);
    }
  lexer->position += 2 * length;
  return length;
}

static const SignetPdfValue *
read_hexadecimal (SignetPdfLexer *lexer, GError **error)
{
  gsize start = lexer->position++;
  g_autofree guint8 *bytes = allocate_bytes (lexer);
  SignetPdfValue *value = NULL;
  gsize length = 0;
  int high = -1;

  if (bytes == NULL)
    lexer->position = lexer->length;
  else
    length = read_pairs (lexer, bytes);
  for (;; lexer->position++)
    {
      int digit = 0;

      if (at_end (lexer))
        return malformed (lexer, "hexadecimal string without end", error);
      digit = digit_value (peek (lexer));
      if (digit >= 0 && high < 0)
        high = digit;
      else if (digit >= 0)
        {
          bytes[length++] = (guint8) (high * 16 + digit);
          high = -1;
        }
      else if (peek (lexer) == '>')
        break;
      else if (!_signet_pdf_is_space (peek (lexer)))
        return malformed (lexer, "bad digit in a hexadecimal string", error);
    }
  lexer->position++;
  if (high >= 0)
    bytes[length++] = (guint8) (high * 16);
  value = new_text (lexer, SIGNET_PDF_STRING, start, bytes, length, error);
  if (value != NULL)
    {
      value->hexadecimal = TRUE;
      value->irregular = high >= 0 || lexer->position - start != 2 * length + 2;
    }
  return value;
}

/* After a backslash (7.3.4.2); the cursor stands on the character after it */
static void
read_escape (SignetPdfLexer *lexer, GByteArray *bytes)
{
  static const char from[] = "nrtbf";
  static const char to[] = "\n\r\t\b\f";
  guint8 byte = peek (lexer);
  const char *known = byte != 0 ? strchr (from, byte) : NULL;

  if (byte == '\r' || byte == '\n')
    {
      if (byte == '\r' && lexer->position + 1 < lexer->length && lexer->data[lexer->position + 1] == '\n')
        lexer->position++;
      lexer->position++;
      return;
    }
  if (byte >= '0' && byte <= '7')
    {
      guint octal = 0;

      for (guint i = 0; i < 3 && lexer->position < lexer->length && peek (lexer) >= '0' && peek (lexer) <= '7'; i++, lexer->position++)
        octal = octal * 8 + (guint) (peek (lexer) - '0');
      byte = (guint8) octal;
      g_byte_array_append (bytes, &byte, 1);
      return;
    }
  if (known != NULL)
    byte = (guint8) to[known - from];
  g_byte_array_append (bytes, &byte, 1);
  lexer->position++;
}

static const SignetPdfValue *
read_literal (SignetPdfLexer *lexer, GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  gsize start = lexer->position++;
  gsize open = 1;

  for (;;)
    {
      guint8 byte = 0;

      if (at_end (lexer))
        return malformed (lexer, "string without end", error);
      byte = lexer->data[lexer->position++];
      if (byte == '\\')
        {
          if (at_end (lexer))
            return malformed (lexer, "string without end", error);
          read_escape (lexer, bytes);
          continue;
        }
      if (byte == '(')
        open++;
      if (byte == ')' && --open == 0)
        break;
      if (byte == '\r') /* 7.3.4.2: any end of line inside a string is a line feed */
        {
          if (lexer->position < lexer->length && peek (lexer) == '\n')
            lexer->position++;
          byte = '\n';
        }
      g_byte_array_append (bytes, &byte, 1);
    }
  return new_text (lexer, SIGNET_PDF_STRING, start, bytes->data, bytes->len, error);
}

/* "12 0 R": the cursor stands behind the first number */
static gboolean
take_rest_of_reference (SignetPdfLexer *lexer, guint64 *generation)
{
  gsize saved = lexer->position;

  if (_signet_pdf_lexer_take_unsigned (lexer, generation) && *generation <= 65535 && _signet_pdf_lexer_take_keyword (lexer, "R"))
    return TRUE;
  lexer->position = saved;
  return FALSE;
}

static const SignetPdfValue *
read_number (SignetPdfLexer *lexer, GError **error)
{
  gsize start = lexer->position;
  const char *text = (const char *) lexer->data + start;
  SignetPdfValue *value = NULL;
  guint64 generation = 0;
  guint n_digits = 0;
  guint n_points = 0;

  if (peek (lexer) == '+' || peek (lexer) == '-')
    lexer->position++;
  while (!at_end (lexer) && _signet_pdf_is_regular (peek (lexer)))
    {
      n_digits += g_ascii_isdigit (peek (lexer)) ? 1 : 0;
      n_points += peek (lexer) == '.' ? 1 : 0;
      if (!g_ascii_isdigit (peek (lexer)) && peek (lexer) != '.')
        return malformed (lexer, "bad number", error);
      lexer->position++;
    }
  if (n_digits == 0 || n_points > 1 || n_digits > 64 || (n_points == 0 && n_digits > 18))
    return malformed (lexer, "bad number", error);
  if (n_points == 1)
    return new_text (lexer, SIGNET_PDF_REAL, start, text, lexer->position - start, error);

  value = new_value (lexer, SIGNET_PDF_INTEGER, start, error);
  if (value == NULL)
    return NULL;
  for (gsize i = start; i < lexer->position; i++)
    if (g_ascii_isdigit (lexer->data[i]))
      value->integer = value->integer * 10 + (lexer->data[i] - '0');
  if (*text == '-')
    value->integer = -value->integer;
  if (!g_ascii_isdigit (*text) || value->integer > G_MAXINT32 || !take_rest_of_reference (lexer, &generation))
    return value;

  value->type = SIGNET_PDF_REFERENCE;
  value->count = (guint32) generation;
  value->end = lexer->base + lexer->position;
  return value;
}

static const SignetPdfValue *
read_array (SignetPdfLexer *lexer, guint depth, GError **error)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new ();
  gsize start = lexer->position++;
  SignetPdfValue *value = NULL;

  for (;;)
    {
      const SignetPdfValue *item = NULL;

      _signet_pdf_lexer_skip_space (lexer);
      if (at_end (lexer))
        return malformed (lexer, "array without end", error);
      if (peek (lexer) == ']')
        break;
      item = read_value (lexer, depth + 1, error);
      if (item == NULL)
        return NULL;
      g_ptr_array_add (items, (gpointer) item);
    }
  lexer->position++;
  value = new_value (lexer, SIGNET_PDF_ARRAY, start, error);
  if (value == NULL)
    return NULL;
  value->count = items->len;
  value->items = copy_to_arena (lexer->arena, items->pdata, items->len * sizeof (gpointer));
  return value->items != NULL ? value : malformed (lexer, "too many objects", error);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (((const SignetPdfPair *) a)->key->text, ((const SignetPdfPair *) b)->key->text);
}

/* Sorted by key, so that looking up and comparing need no order */
static const SignetPdfValue *
finish_dictionary (SignetPdfLexer *lexer, gsize start, GArray *pairs, GError **error)
{
  SignetPdfValue *value = new_value (lexer, SIGNET_PDF_DICTIONARY, start, error);

  if (value == NULL)
    return NULL;
  if (pairs->len > 1)
    g_array_sort (pairs, compare_keys);
  for (guint i = 1; i < pairs->len; i++)
    if (compare_keys (&g_array_index (pairs, SignetPdfPair, i - 1), &g_array_index (pairs, SignetPdfPair, i)) == 0)
      value->ambiguous = TRUE;
  value->count = pairs->len;
  value->pairs = copy_to_arena (lexer->arena, pairs->data, pairs->len * sizeof (SignetPdfPair));
  return value->pairs != NULL ? value : malformed (lexer, "too many objects", error);
}

static const SignetPdfValue *
read_dictionary (SignetPdfLexer *lexer, guint depth, GError **error)
{
  g_autoptr(GArray) pairs = g_array_new (FALSE, FALSE, sizeof (SignetPdfPair));
  gsize start = lexer->position;

  lexer->position += 2;
  for (;;)
    {
      SignetPdfPair pair = { 0 };

      _signet_pdf_lexer_skip_space (lexer);
      if (lexer->length - lexer->position < 2)
        {
          lexer->starved = !lexer->complete;
          return malformed (lexer, "dictionary without end", error);
        }
      if (peek (lexer) == '>' && lexer->data[lexer->position + 1] == '>')
        break;
      if (peek (lexer) != '/')
        return malformed (lexer, "dictionary key that is not a name", error);
      pair.key = read_name (lexer, error);
      pair.value = pair.key != NULL ? read_value (lexer, depth + 1, error) : NULL;
      if (pair.value == NULL)
        return NULL;
      g_array_append_val (pairs, pair);
    }
  lexer->position += 2;
  return finish_dictionary (lexer, start, pairs, error);
}

static const SignetPdfValue *
read_word (SignetPdfLexer *lexer, GError **error)
{
  gsize start = lexer->position;
  SignetPdfValue *value = NULL;

  if (_signet_pdf_lexer_take_keyword (lexer, "null"))
    return new_value (lexer, SIGNET_PDF_NULL, start, error);
  if (_signet_pdf_lexer_take_keyword (lexer, "true"))
    {
      value = new_value (lexer, SIGNET_PDF_BOOLEAN, start, error);
      if (value != NULL)
        value->integer = 1;
      return value;
    }
  if (_signet_pdf_lexer_take_keyword (lexer, "false"))
    return new_value (lexer, SIGNET_PDF_BOOLEAN, start, error);
  return malformed (lexer, "not an object", error);
}

static const SignetPdfValue *
read_value (SignetPdfLexer *lexer, guint depth, GError **error)
{
  if (depth > MAX_DEPTH)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "objects nested too deeply");
      return NULL;
    }
  _signet_pdf_lexer_skip_space (lexer);
  if (at_end (lexer))
    return malformed (lexer, "object expected", error);

  switch (peek (lexer))
    {
    case '/':
      return read_name (lexer, error);
    case '(':
      return read_literal (lexer, error);
    case '[':
      return read_array (lexer, depth, error);
    case '<':
      if (lexer->position + 1 >= lexer->length)
        {
          lexer->starved = !lexer->complete;
          return malformed (lexer, "object expected", error);
        }
      return lexer->data[lexer->position + 1] == '<' ? read_dictionary (lexer, depth, error) : read_hexadecimal (lexer, error);
    case '+':
    case '-':
    case '.':
      return read_number (lexer, error);
    default:
      return g_ascii_isdigit (peek (lexer)) ? read_number (lexer, error) : read_word (lexer, error);
    }
}

const SignetPdfValue *
_signet_pdf_lexer_read_value (SignetPdfLexer *lexer, GError **error)
{
  return read_value (lexer, 0, error);
}

/* --- asking ---------------------------------------------------------------------------------------------------------- */

gboolean
_signet_pdf_is_name (const SignetPdfValue *value, const char *name)
{
  return value->type == SIGNET_PDF_NAME && strcmp (value->text, name) == 0;
}

gboolean
_signet_pdf_is_dictionary (const SignetPdfValue *value)
{
  return value->type == SIGNET_PDF_DICTIONARY || value->type == SIGNET_PDF_STREAM;
}

const SignetPdfValue *
_signet_pdf_lookup (const SignetPdfValue *dictionary, const char *key)
{
  guint low = 0;
  guint high = _signet_pdf_is_dictionary (dictionary) ? dictionary->count : 0;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = strcmp (key, dictionary->pairs[middle].key->text);

      if (order == 0)
        return dictionary->pairs[middle].value;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return &_signet_pdf_null;
}

static gboolean
equal_items (const SignetPdfValue *a, const SignetPdfValue *b)
{
  for (guint i = 0; i < a->count; i++)
    if (!_signet_pdf_equal (a->items[i], b->items[i]))
      return FALSE;
  return TRUE;
}

static gboolean
equal_pairs (const SignetPdfValue *a, const SignetPdfValue *b)
{
  for (guint i = 0; i < a->count; i++)
    if (strcmp (a->pairs[i].key->text, b->pairs[i].key->text) != 0 || !_signet_pdf_equal (a->pairs[i].value, b->pairs[i].value))
      return FALSE;
  return TRUE;
}

gboolean
_signet_pdf_equal (const SignetPdfValue *a, const SignetPdfValue *b)
{
  if (a == b)
    return TRUE;
  if (a->type != b->type || a->count != b->count || a->ambiguous || b->ambiguous)
    return FALSE;

  switch ((SignetPdfType) a->type)
    {
    case SIGNET_PDF_NULL:
      return TRUE;
    case SIGNET_PDF_BOOLEAN:
    case SIGNET_PDF_INTEGER:
    case SIGNET_PDF_REFERENCE:
      return a->integer == b->integer;
    case SIGNET_PDF_REAL:
    case SIGNET_PDF_STRING:
    case SIGNET_PDF_NAME:
      return memcmp (a->text, b->text, a->count) == 0;
    case SIGNET_PDF_ARRAY:
      return equal_items (a, b);
    case SIGNET_PDF_DICTIONARY:
      return equal_pairs (a, b);
    case SIGNET_PDF_STREAM: /* equal only when it is the same bytes in the file */
      return a->located && b->located && a->start == b->start && a->end == b->end;
    default:
      return FALSE;
    }
}

/* Without iconv, which loads a library for it */
static char *
latin1_to_utf8 (const char *text, gsize length)
{
  GString *out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    g_string_append_unichar (out, (guchar) text[i]);
  return g_string_free (out, FALSE);
}

char *
_signet_pdf_dup_raw_text (const SignetPdfValue *value)
{
  char *text = NULL;

  if (value->type != SIGNET_PDF_STRING)
    return NULL;
  if (value->count >= 2 && memcmp (value->text, "\xfe\xff", 2) == 0)
    text = g_convert_with_fallback (value->text + 2, (value->count - 2) & ~1u, "UTF-8", "UTF-16BE", "?", NULL, NULL, NULL);
  else if (value->count >= 3 && memcmp (value->text, "\xef\xbb\xbf", 3) == 0)
    text = g_utf8_make_valid (value->text + 3, value->count - 3);
  else /* PDFDocEncoding is close enough to Latin-1 for a text that is only shown */
    text = latin1_to_utf8 (value->text, value->count);
  return text;
}

char *
_signet_pdf_dup_text (const SignetPdfValue *value, gsize max_characters)
{
  g_autofree char *text = _signet_pdf_dup_raw_text (value);

  return text != NULL ? signet_text_sanitize (text, -1, max_characters) : NULL;
}
