/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-xref.c: the cross-reference sections of a PDF (ISO 32000-1, 7.5.4, 7.5.8): tables, streams and both at once, newest first.
 *
 * An entry once set by a newer section stays. Anything that does not add up is an error: a reader that repairs can be led elsewhere.
 * What adds up, but could be taken in another way by somebody else, makes the reader odd: then a second one is asked.
 */
#define G_LOG_DOMAIN "signet-pdf-xref"

#include "config.h"

#include "signet-pdf-reader-private.h"

#include <string.h>

#define TAIL_SIZE         2048
#define MAX_SECTIONS      4096
#define MAX_OBJECT_NUMBER 8388607 /* ISO 32000-1, annex C.2 */
#define TRAILER_WINDOW    (64 * 1024)
#define ENTRY_SIZE        20
#define ENTRIES_AT_ONCE   4096
#define NEAR_THE_END      1024 /* where every reader looks for startxref (ISO 32000-1, annex H.3, 18) */

static gboolean
set_malformed (GError **error, const char *what, guint64 offset)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "%s at byte %" G_GUINT64_FORMAT, what, offset);
  return FALSE;
}

static gboolean
set_too_large (GError **error, const char *what)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, what);
  return FALSE;
}

/* Object numbers beyond the file's size in bytes cannot be honest, and would cost memory */
static gboolean
add_entry (SignetPdfReader *self, guint64 number, SignetPdfEntryKind kind, guint64 where, guint64 detail, GError **error)
{
  SignetPdfEntry *entry = NULL;

  if (number > MAX_OBJECT_NUMBER || number > self->limit || detail > G_MAXUINT32)
    return set_too_large (error, "object number too large");
  if (kind == SIGNET_PDF_ENTRY_OFFSET && where >= self->limit)
    return set_malformed (error, "cross-reference past the end of the file", where);
  if (kind == SIGNET_PDF_ENTRY_OFFSET && self->watched != NULL && where >= self->watch_from)
    g_hash_table_add (self->watched, g_memdup2 (&where, sizeof where));
  if (number >= self->entries->len)
    g_array_set_size (self->entries, (guint) number + 1);
  entry = &g_array_index (self->entries, SignetPdfEntry, number);
  if (entry->kind == SIGNET_PDF_ENTRY_ABSENT)
    *entry = (SignetPdfEntry){ .where = where, .detail = (guint32) detail, .kind = kind };
  return TRUE;
}

/* --- tables -------------------------------------------------------------------------------------------------------------- */

/* "nnnnnnnnnn ggggg n" and two bytes of line end */
static gboolean
parse_entry (const guint8 *text, guint64 *offset, guint64 *generation, gboolean *in_use)
{
  *offset = 0;
  *generation = 0;
  for (guint i = 0; i < 10; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      *offset = *offset * 10 + (guint64) (text[i] - '0');
    }
  for (guint i = 11; i < 16; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      *generation = *generation * 10 + (guint64) (text[i] - '0');
    }
  *in_use = text[17] == 'n';
  return text[10] == ' ' && text[16] == ' ' && (text[17] == 'n' || text[17] == 'f') && _signet_pdf_is_space (text[18])
         && _signet_pdf_is_space (text[19]);
}

/* 7.5.4: SP CR, SP LF or CR LF */
static gboolean
ends_as_it_should (const guint8 *text)
{
  return text[18] == ' ' ? text[19] == '\r' || text[19] == '\n' : text[18] == '\r' && text[19] == '\n';
}

typedef enum { TAKE_USED = 1, TAKE_FREE = 2 } TakeEntries;

static gboolean
take_entry (SignetPdfReader *self, const guint8 *text, guint64 number, guint64 at, TakeEntries take, GError **error)
{
  guint64 offset = 0;
  guint64 generation = 0;
  gboolean in_use = FALSE;

  if (!parse_entry (text, &offset, &generation, &in_use))
    return set_malformed (error, "bad cross-reference entry", at);
  self->odd |= !ends_as_it_should (text) || (in_use && (offset == 0 || number == 0));
  /* some writers mark a missing object as in use at offset 0, where the header is */
  if (in_use && offset != 0 && number != 0)
    return (take & TAKE_USED) == 0 || add_entry (self, number, SIGNET_PDF_ENTRY_OFFSET, offset, generation, error);
  return (take & TAKE_FREE) == 0 || add_entry (self, number, SIGNET_PDF_ENTRY_FREE, 0, generation, error);
}

static gboolean
read_subsection (SignetPdfReader *self, guint64 offset, guint64 first, guint64 count, TakeEntries take, GError **error)
{
  g_autofree guint8 *entries = g_malloc (ENTRIES_AT_ONCE * ENTRY_SIZE);

  if (first > MAX_OBJECT_NUMBER || count > MAX_OBJECT_NUMBER || count * ENTRY_SIZE > self->limit
      || offset > self->limit - count * ENTRY_SIZE)
    return set_malformed (error, "cross-reference table past the end of the file", offset);
  for (guint64 done = 0; done < count;)
    {
      guint64 step = MIN (count - done, ENTRIES_AT_ONCE);

      if (!signet_document_file_read (self->file, offset + done * ENTRY_SIZE, entries, step * ENTRY_SIZE, error))
        return FALSE;
      for (guint64 i = 0; i < step; i++)
        if (!take_entry (self, entries + i * ENTRY_SIZE, first + done + i, offset + (done + i) * ENTRY_SIZE, take, error))
          return FALSE;
      done += step;
    }
  return TRUE;
}

/* The header of a subsection, "first count" and a line end; FALSE at "trailer" */
static gboolean
take_subsection_header (SignetPdfLexer *lexer, guint64 *first, guint64 *count)
{
  if (!_signet_pdf_lexer_take_unsigned (lexer, first) || !_signet_pdf_lexer_take_unsigned (lexer, count))
    return FALSE;
  while (lexer->position < lexer->length && _signet_pdf_is_space (lexer->data[lexer->position]))
    lexer->position++;
  return TRUE;
}

/* 7.5.4: each number once in a section; of two entries some readers take the first and some the last. @next: (inout) */
static void
note_range (SignetPdfReader *self, guint64 first, guint64 count, guint64 *next)
{
  if (first < *next || count == 0)
    self->odd = TRUE;
  *next = first + count;
}

/* Walks the table at @offset (behind "xref"), takes what @take says, and finds where "trailer" stands */
static gboolean
read_table (SignetPdfReader *self, guint64 offset, TakeEntries take, guint64 *trailer, GError **error)
{
  g_autoptr(GByteArray) window = g_byte_array_new ();
  guint64 next = 0;

  for (guint i = 0; i < G_MAXUINT16; i++)
    {
      SignetPdfLexer lexer;
      guint64 first = 0;
      guint64 count = 0;

      if (!_signet_pdf_reader_window (self, offset, 128, window, &lexer, error))
        return FALSE;
      if (_signet_pdf_lexer_take_keyword (&lexer, "trailer"))
        {
          *trailer = offset + lexer.position;
          return TRUE;
        }
      if (!take_subsection_header (&lexer, &first, &count))
        return set_malformed (error, "cross-reference table damaged", offset);
      offset += lexer.position;
      note_range (self, first, count, &next);
      if (!read_subsection (self, offset, first, count, take, error))
        return FALSE;
      offset += count * ENTRY_SIZE;
    }
  return set_too_large (error, "too many cross-reference subsections");
}

static const SignetPdfValue *
read_trailer (SignetPdfReader *self, guint64 offset, guint64 *end, GError **error)
{
  g_autoptr(GByteArray) window = g_byte_array_new ();
  const SignetPdfValue *trailer = NULL;
  SignetPdfLexer lexer;

  if (!_signet_pdf_reader_window (self, offset, TRAILER_WINDOW, window, &lexer, error))
    return NULL;
  trailer = _signet_pdf_lexer_read_value (&lexer, error);
  if (trailer == NULL)
    return NULL;
  if (trailer->type != SIGNET_PDF_DICTIONARY || trailer->ambiguous)
    {
      set_malformed (error, "trailer is not one dictionary", offset);
      return NULL;
    }
  *end = offset + lexer.position;
  return trailer;
}

/* --- streams --------------------------------------------------------------------------------------------------------------- */

static guint64
take_field (const guint8 **cursor, guint width)
{
  guint64 value = 0;

  for (guint i = 0; i < width; i++)
    value = (value << 8) | *(*cursor)++;
  return value;
}

static gboolean
take_stream_entry (SignetPdfReader *self, const guint8 *cursor, const guint *widths, guint64 number, guint64 at, GError **error)
{
  guint64 type = widths[0] == 0 ? 1 : take_field (&cursor, widths[0]);
  guint64 where = take_field (&cursor, widths[1]);
  guint64 detail = take_field (&cursor, widths[2]);

  switch (type)
    {
    case 0:
      return add_entry (self, number, SIGNET_PDF_ENTRY_FREE, 0, MIN (detail, 65535), error);
    case 1:
      self->odd |= number == 0 || where == 0;
      if (number == 0 || where == 0)
        return add_entry (self, number, SIGNET_PDF_ENTRY_FREE, 0, 0, error);
      return detail <= 65535 ? add_entry (self, number, SIGNET_PDF_ENTRY_OFFSET, where, detail, error)
                             : set_malformed (error, "bad cross-reference entry", at);
    case 2:
      return where <= MAX_OBJECT_NUMBER ? add_entry (self, number, SIGNET_PDF_ENTRY_COMPRESSED, where, detail, error)
                                        : set_malformed (error, "bad cross-reference entry", at);
    default: /* 7.5.8.3: to be read as null */
      self->odd = TRUE;
      return add_entry (self, number, SIGNET_PDF_ENTRY_FREE, 0, 0, error);
    }
}

static gboolean
get_widths (const SignetPdfValue *stream, guint *widths, GError **error)
{
  const SignetPdfValue *w = _signet_pdf_lookup (stream, "W");

  if (w->type != SIGNET_PDF_ARRAY || w->count != 3)
    return set_malformed (error, "cross-reference stream without widths", stream->start);
  for (guint i = 0; i < 3; i++)
    {
      if (w->items[i]->type != SIGNET_PDF_INTEGER || w->items[i]->integer < 0 || w->items[i]->integer > 8)
        return set_malformed (error, "cross-reference stream with bad widths", stream->start);
      widths[i] = (guint) w->items[i]->integer;
    }
  return widths[1] > 0 || set_malformed (error, "cross-reference stream with bad widths", stream->start);
}

static gboolean
take_stream_range (SignetPdfReader *self, const SignetPdfValue *stream, const guint *widths, gint64 first, gint64 count,
                   const guint8 **cursor, gsize *left, GError **error)
{
  gsize size = widths[0] + widths[1] + widths[2];

  if (first < 0 || count < 0 || first > MAX_OBJECT_NUMBER || (guint64) count > *left / size)
    return set_malformed (error, "cross-reference stream shorter than it says", stream->start);
  for (gint64 i = 0; i < count; i++, *cursor += size, *left -= size)
    if (!take_stream_entry (self, *cursor, widths, (guint64) (first + i), stream->start, error))
      return FALSE;
  return TRUE;
}

static gboolean
take_stream_entries (SignetPdfReader *self, const SignetPdfValue *stream, GError **error)
{
  const SignetPdfValue *index = _signet_pdf_lookup (stream, "Index");
  const SignetPdfValue *size = _signet_pdf_lookup (stream, "Size");
  g_autoptr(GBytes) bytes = NULL;
  const guint8 *cursor = NULL;
  guint widths[3];
  guint64 next = 0;
  gsize left = 0;

  if (!get_widths (stream, widths, error))
    return FALSE;
  self->odd |= widths[0] != 1;
  bytes = _signet_pdf_reader_decode_stream (self, stream, error);
  if (bytes == NULL)
    return FALSE;
  cursor = g_bytes_get_data (bytes, &left);
  if (index->type == SIGNET_PDF_NULL)
    return size->type == SIGNET_PDF_INTEGER ? take_stream_range (self, stream, widths, 0, size->integer, &cursor, &left, error)
                                            : set_malformed (error, "cross-reference stream without size", stream->start);
  if (index->type != SIGNET_PDF_ARRAY || index->count % 2 != 0)
    return set_malformed (error, "cross-reference stream with a bad index", stream->start);
  for (guint i = 0; i < index->count; i += 2)
    {
      if (index->items[i]->type != SIGNET_PDF_INTEGER || index->items[i + 1]->type != SIGNET_PDF_INTEGER)
        return set_malformed (error, "cross-reference stream with a bad index", stream->start);
      note_range (self, (guint64) index->items[i]->integer, (guint64) index->items[i + 1]->integer, &next);
      if (!take_stream_range (self, stream, widths, index->items[i]->integer, index->items[i + 1]->integer, &cursor, &left, error))
        return FALSE;
    }
  return TRUE;
}

/* --- sections -------------------------------------------------------------------------------------------------------------- */

static gboolean
add_section (SignetPdfReader *self, SignetPdfSection section, GError **error)
{
  for (guint i = 0; i < self->sections->len; i++)
    if (g_array_index (self->sections, SignetPdfSection, i).offset == section.offset)
      return set_malformed (error, "cross-reference sections form a loop", section.offset);
  if (self->sections->len >= MAX_SECTIONS)
    return set_too_large (error, "too many cross-reference sections");
  g_array_append_val (self->sections, section);
  return TRUE;
}

static const SignetPdfValue *
read_stream_section (SignetPdfReader *self, guint64 offset, gboolean hybrid, GError **error)
{
  SignetPdfSection section = { .offset = offset, .is_stream = TRUE, .hybrid = hybrid };
  guint32 generation = 0;
  const SignetPdfValue *stream = _signet_pdf_reader_parse_at (self, offset, &section.number, &generation, &section.end, error);

  if (stream == NULL)
    return NULL;
  if (stream->type != SIGNET_PDF_STREAM || stream->ambiguous || !_signet_pdf_is_name (_signet_pdf_lookup (stream, "Type"), "XRef"))
    {
      set_malformed (error, "no cross-reference section", offset);
      return NULL;
    }
  if (!add_section (self, section, error) || !take_stream_entries (self, stream, error))
    return NULL;
  return stream;
}

/*
 * 7.5.8.4: in a hybrid file objects are looked up in the table, then in the stream beside it; the table marks as free what only the
 * stream names, so its free entries come last.
 */
static const SignetPdfValue *
read_table_section (SignetPdfReader *self, guint64 offset, guint64 behind_keyword, GError **error)
{
  SignetPdfSection section = { .offset = offset };
  const SignetPdfValue *trailer = NULL;
  const SignetPdfValue *beside = NULL;
  guint64 trailer_offset = 0;

  if (!read_table (self, behind_keyword, TAKE_USED, &trailer_offset, error))
    return NULL;
  trailer = read_trailer (self, trailer_offset, &section.end, error);
  if (trailer == NULL || !add_section (self, section, error))
    return NULL;
  beside = _signet_pdf_lookup (trailer, "XRefStm");
  if (beside->type != SIGNET_PDF_NULL)
    {
      self->odd = TRUE;
      if (beside->type != SIGNET_PDF_INTEGER || beside->integer < 0)
        return set_malformed (error, "bad XRefStm", trailer_offset), NULL;
      if (read_stream_section (self, (guint64) beside->integer, TRUE, error) == NULL)
        return NULL;
    }
  if (!read_table (self, behind_keyword, TAKE_FREE, &trailer_offset, error))
    return NULL;
  return trailer;
}

static const SignetPdfValue *
read_section (SignetPdfReader *self, guint64 offset, GError **error)
{
  g_autoptr(GByteArray) window = g_byte_array_new ();
  SignetPdfLexer lexer;

  if (offset >= self->limit)
    return set_malformed (error, "cross-reference section past the end of the file", offset), NULL;
  if (!_signet_pdf_reader_window (self, offset, 64, window, &lexer, error))
    return NULL;
  /* white space or a comment before it is skipped by some and an error to others */
  self->odd |= lexer.data[0] != 'x' && !g_ascii_isdigit (lexer.data[0]);
  if (_signet_pdf_lexer_take_keyword (&lexer, "xref"))
    return read_table_section (self, offset, offset + lexer.position, error);
  return read_stream_section (self, offset, FALSE, error);
}

static gboolean
read_all_sections (SignetPdfReader *self, GError **error)
{
  guint64 offset = self->startxref;

  for (;;)
    {
      const SignetPdfValue *trailer = read_section (self, offset, error);
      const SignetPdfValue *previous = NULL;

      if (trailer == NULL)
        return FALSE;
      if (self->trailer->type == SIGNET_PDF_NULL)
        self->trailer = trailer;
      previous = _signet_pdf_lookup (trailer, "Prev");
      if (previous->type == SIGNET_PDF_NULL)
        return TRUE;
      if (previous->type != SIGNET_PDF_INTEGER || previous->integer < 0)
        return set_malformed (error, "bad Prev", offset);
      self->odd |= (guint64) previous->integer >= offset;
      offset = (guint64) previous->integer;
    }
}

/* --- the two ends of the file ------------------------------------------------------------------------------------------------ */

/* A header that is not at the very start moves every offset in some readers and not in others. */
static gboolean
check_header (SignetPdfReader *self, GError **error)
{
  guint8 header[8];

  if (self->limit < 64 || !signet_document_file_read (self->file, 0, header, sizeof header, error))
    return self->limit >= 64 ? FALSE : set_malformed (error, "file too short for a PDF", self->limit);
  if (memcmp (header, "%PDF-", 5) != 0 || !g_ascii_isdigit (header[5]) || header[6] != '.' || !g_ascii_isdigit (header[7]))
    return set_malformed (error, "PDF header is not at the start", 0);
  return TRUE;
}

static const guint8 *
find_last (const guint8 *data, gsize length, const char *word)
{
  gsize n = strlen (word);

  for (gsize i = length; i >= n; i--)
    if (memcmp (data + i - n, word, n) == 0)
      return data + i - n;
  return NULL;
}

static gboolean
find_startxref (SignetPdfReader *self, GError **error)
{
  g_autoptr(GByteArray) tail = g_byte_array_new ();
  guint64 offset = self->limit > TAIL_SIZE ? self->limit - TAIL_SIZE : 0;
  const guint8 *keyword = NULL;
  SignetPdfLexer lexer;

  if (!_signet_pdf_reader_window (self, offset, TAIL_SIZE, tail, &lexer, error))
    return FALSE;
  keyword = find_last (lexer.data, lexer.length, "startxref");
  if (keyword == NULL)
    return set_malformed (error, "no startxref near the end; the file is cut off or damaged", self->limit);
  lexer.position = (gsize) (keyword - lexer.data) + strlen ("startxref");
  if (!_signet_pdf_lexer_take_unsigned (&lexer, &self->startxref))
    return set_malformed (error, "startxref without an offset", offset + lexer.position);
  while (lexer.position < lexer.length && _signet_pdf_is_space (lexer.data[lexer.position]))
    lexer.position++;
  if (lexer.length - lexer.position < 5 || memcmp (lexer.data + lexer.position, "%%EOF", 5) != 0)
    return set_malformed (error, "no %%EOF behind startxref", offset + lexer.position);
  self->end = offset + lexer.position + 5;
  self->odd |= (gsize) (keyword - lexer.data) + NEAR_THE_END < lexer.length;
  return TRUE;
}

static gboolean
check_trailer (SignetPdfReader *self, GError **error)
{
  const SignetPdfValue *root = _signet_pdf_lookup (self->trailer, "Root");
  const SignetPdfValue *size = _signet_pdf_lookup (self->trailer, "Size");

  if (root->type != SIGNET_PDF_REFERENCE)
    return set_malformed (error, "no document catalogue named", self->startxref);
  /* 7.5.5: an object beyond it is as good as not there, to those who look */
  self->odd |= size->type != SIGNET_PDF_INTEGER || size->integer < (gint64) self->entries->len || _signet_pdf_lookup (self->trailer, "Encrypt")->type != SIGNET_PDF_NULL;
  return TRUE;
}

gboolean
_signet_pdf_reader_load_sections (SignetPdfReader *self, GError **error)
{
  return check_header (self, error) && (self->startxref != 0 || find_startxref (self, error)) && read_all_sections (self, error) && check_trailer (self, error);
}
