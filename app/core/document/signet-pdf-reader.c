/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-reader.c: objects of a PDF, wherever they are: at an offset or in an object stream.
 *
 * Reads small windows by position, so a file of any size costs what its cross-reference costs. Not thread safe: one reader, one thread.
 */
#define G_LOG_DOMAIN "signet-pdf-reader"

#include "config.h"

#include "signet-pdf-crypt-private.h"

#include <string.h>

#define FIRST_WINDOW    2048
#define MAX_WINDOW      (16 * 1024 * 1024)
#define MAX_ARENA       ((gsize) 256 * 1024 * 1024)
#define MAX_STREAM      (64 * 1024 * 1024)          /* as stored */
#define MAX_LOAD_DEPTH  8
#define MAX_REFERENCES  32

static SignetPdfReader *
new_reader (SignetDocumentFile *file, guint64 limit)
{
  SignetPdfReader *self = g_new0 (SignetPdfReader, 1);

  self->file = g_object_ref (file);
  self->limit = limit;
  self->arena = _signet_pdf_arena_new (MAX_ARENA);
  self->entries = g_array_new (FALSE, TRUE, sizeof (SignetPdfEntry));
  self->sections = g_array_new (FALSE, TRUE, sizeof (SignetPdfSection));
  self->cache = g_hash_table_new (NULL, NULL);
  self->containers = g_hash_table_new_full (NULL, NULL, NULL, _signet_pdf_container_free);
  self->trailer = &_signet_pdf_null;
  return self;
}

static gboolean
load (SignetPdfReader *self, GError **error)
{
  const SignetPdfValue *encrypt = NULL;

  if (!_signet_pdf_reader_load_sections (self, error))
    return FALSE;
  encrypt = _signet_pdf_lookup (self->trailer, "Encrypt");
  if (encrypt->type == SIGNET_PDF_REFERENCE)
    self->encrypt_number = (guint32) encrypt->integer;
  return encrypt->type == SIGNET_PDF_NULL || _signet_pdf_crypt_unlock (self, error);
}

SignetPdfReader *
_signet_pdf_reader_new (SignetDocumentFile *file, guint64 limit, GError **error)
{
  g_autoptr(SignetPdfReader) self = new_reader (file, limit);

  return load (self, error) ? g_steal_pointer (&self) : NULL;
}

SignetPdfReader *
_signet_pdf_reader_new_watching (SignetDocumentFile *file, guint64 limit, guint64 watch_from, GError **error)
{
  g_autoptr(SignetPdfReader) self = new_reader (file, limit);

  self->watch_from = watch_from;
  self->watched = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return load (self, error) ? g_steal_pointer (&self) : NULL;
}

SignetPdfReader *
_signet_pdf_reader_new_at (SignetDocumentFile *file, guint64 limit, guint64 startxref, GError **error)
{
  g_autoptr(SignetPdfReader) self = new_reader (file, limit);

  self->startxref = startxref;
  return load (self, error) ? g_steal_pointer (&self) : NULL;
}

void
_signet_pdf_reader_free (SignetPdfReader *self)
{
  g_hash_table_unref (self->containers);
  g_hash_table_unref (self->cache);
  g_array_unref (self->sections);
  g_array_unref (self->entries);
  _signet_pdf_arena_free (self->arena);
  g_clear_pointer (&self->watched, g_hash_table_unref);
  g_clear_pointer (&self->crypt, _signet_pdf_crypt_unref);
  g_clear_error (&self->error);
  g_object_unref (self->file);
  g_free (self);
}

gboolean
_signet_pdf_reader_check (SignetPdfReader *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL && *error == NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

static gboolean
set_malformed (GError **error, const char *what, guint64 offset)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "%s at byte %" G_GUINT64_FORMAT, what, offset);
  return FALSE;
}

gboolean
_signet_pdf_reader_window (SignetPdfReader *self, guint64 offset, gsize size, GByteArray *window, SignetPdfLexer *lexer, GError **error)
{
  gsize length = offset < self->limit ? (gsize) MIN (size, self->limit - offset) : 0;

  g_byte_array_set_size (window, (guint) length);
  if (length > 0 && !signet_document_file_read (self->file, offset, window->data, length, error))
    return FALSE;
  *lexer = (SignetPdfLexer){ .arena = self->scratch != NULL ? self->scratch : self->arena, .data = window->data, .length = length, .base = offset, .located = TRUE,
                             .complete = offset + length >= self->limit };
  return TRUE;
}

/* --- objects at an offset ---------------------------------------------------------------------------------------------- */

static gboolean
read_header (SignetPdfLexer *lexer, guint32 *number, guint32 *generation)
{
  guint64 n = 0;
  guint64 g = 0;

  if (!_signet_pdf_lexer_take_unsigned (lexer, &n) || !_signet_pdf_lexer_take_unsigned (lexer, &g)
      || !_signet_pdf_lexer_take_keyword (lexer, "obj") || n > G_MAXINT32 || g > 65535)
    return FALSE;
  *number = (guint32) n;
  *generation = (guint32) g;
  return TRUE;
}

/* 7.3.8.1: "stream", then CR LF or LF alone; the data starts behind it */
static gboolean
skip_stream_eol (SignetPdfLexer *lexer)
{
  if (lexer->length - lexer->position < 2)
    {
      lexer->starved = !lexer->complete;
      return FALSE;
    }
  if (lexer->data[lexer->position] == '\r' && lexer->data[lexer->position + 1] == '\n')
    lexer->position += 2;
  else if (lexer->data[lexer->position] == '\n')
    lexer->position += 1;
  else
    return FALSE;
  return TRUE;
}

static const SignetPdfValue *
to_stream (SignetPdfReader *self, const SignetPdfValue *dictionary, guint32 number, guint32 generation, guint64 data_offset, GError **error)
{
  const SignetPdfValue *length = _signet_pdf_reader_get (self, dictionary, "Length");
  SignetPdfStream *stream = NULL;

  if (!_signet_pdf_reader_check (self, error))
    return NULL;
  if (length->type != SIGNET_PDF_INTEGER || length->integer < 0 || (guint64) length->integer > self->limit
      || data_offset > self->limit - (guint64) length->integer)
    {
      set_malformed (error, "stream length not usable", data_offset);
      return NULL;
    }
  stream = _signet_pdf_arena_allocate (self->scratch != NULL ? self->scratch : self->arena, sizeof *stream);
  if (stream == NULL)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "too many objects");
      return NULL;
    }
  *stream = (SignetPdfStream){ .value = *dictionary, .number = number, .generation = generation };
  stream->value.type = SIGNET_PDF_STREAM;
  stream->value.start = data_offset;
  stream->value.end = data_offset + (guint64) length->integer;
  return &stream->value;
}

static gboolean
expect_keywords (SignetPdfReader *self, guint64 offset, const char *first, const char *second, guint64 *end, GError **error)
{
  g_autoptr(GByteArray) window = g_byte_array_new ();
  SignetPdfLexer lexer;

  if (!_signet_pdf_reader_window (self, offset, 512, window, &lexer, error))
    return FALSE;
  if ((first != NULL && !_signet_pdf_lexer_take_keyword (&lexer, first)) || !_signet_pdf_lexer_take_keyword (&lexer, second))
    return set_malformed (error, "object without its end", offset);
  *end = offset + lexer.position;
  return TRUE;
}

/* One try with a window of @size; NULL with lexer->starved: a larger one may do */
static const SignetPdfValue *
parse_in_window (SignetPdfReader *self, guint64 offset, SignetPdfLexer *lexer, guint32 *number, guint32 *generation, guint64 *end,
                 GError **error)
{
  const SignetPdfValue *value = NULL;

  if (!read_header (lexer, number, generation))
    {
      set_malformed (error, "object expected", offset);
      return NULL;
    }
  value = _signet_pdf_lexer_read_value (lexer, error);
  if (value == NULL || lexer->starved)
    return NULL;
  if (self->crypt != NULL && *number != self->encrypt_number
      && !_signet_pdf_crypt_decrypt_value (self->crypt, lexer->arena, value, *number, *generation, error))
    return NULL;

  if (value->type == SIGNET_PDF_DICTIONARY && _signet_pdf_lexer_take_keyword (lexer, "stream"))
    {
      if (!skip_stream_eol (lexer))
        {
          set_malformed (error, "no end of line behind \"stream\"", lexer->base + lexer->position);
          return NULL;
        }
      value = to_stream (self, value, *number, *generation, lexer->base + lexer->position, error);
      if (value == NULL || !expect_keywords (self, value->end, "endstream", "endobj", end, error))
        return NULL;
      return value;
    }
  if (lexer->starved)
    return NULL;
  return expect_keywords (self, lexer->base + lexer->position, NULL, "endobj", end, error) ? value : NULL;
}

const SignetPdfValue *
_signet_pdf_reader_parse_at (SignetPdfReader *self, guint64 offset, guint32 *number, guint32 *generation, guint64 *end, GError **error)
{
  g_autoptr(GByteArray) window = g_byte_array_new ();

  for (gsize size = FIRST_WINDOW;; size *= 8)
    {
      g_autoptr(GError) local_error = NULL;
      const SignetPdfValue *value = NULL;
      SignetPdfLexer lexer;

      if (!_signet_pdf_reader_window (self, offset, MIN (size, MAX_WINDOW), window, &lexer, error))
        return NULL;
      value = parse_in_window (self, offset, &lexer, number, generation, end, &local_error);
      if (value != NULL)
        return value;
      if (!lexer.starved || lexer.complete)
        {
          if (local_error == NULL)
            set_malformed (&local_error, "object cut off", offset);
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (size >= MAX_WINDOW)
        {
          g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "object too large at byte %" G_GUINT64_FORMAT, offset);
          return NULL;
        }
    }
}

static const SignetPdfValue *
load_at_offset (SignetPdfReader *self, guint32 number, const SignetPdfEntry *entry, GError **error)
{
  guint32 found = 0;
  guint32 generation = 0;
  guint64 end = 0;
  const SignetPdfValue *value = _signet_pdf_reader_parse_at (self, entry->where, &found, &generation, &end, error);

  if (value == NULL)
    return NULL;
  if (found != number || generation != entry->detail)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED,
                   "object %u expected at byte %" G_GUINT64_FORMAT ", object %u found", number, entry->where, found);
      return NULL;
    }
  return value;
}

/* --- object streams ---------------------------------------------------------------------------------------------------- */

typedef struct {
  GBytes *bytes;
  gsize   first;
  guint   count;
  guint64 *table; /* number and offset in turn */
} Container;

void
_signet_pdf_container_free (gpointer data)
{
  Container *self = data;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->table);
  g_free (self);
}

static gint64
get_small (SignetPdfReader *self, const SignetPdfValue *dictionary, const char *key)
{
  const SignetPdfValue *value = _signet_pdf_reader_get (self, dictionary, key);

  return value->type == SIGNET_PDF_INTEGER && value->integer >= 0 && value->integer <= MAX_STREAM ? value->integer : -1;
}

/* 7.5.7: N pairs of number and offset stand before the objects */
static gboolean
read_container_table (SignetPdfReader *self, const SignetPdfValue *stream, Container *container)
{
  SignetPdfLexer lexer = { .arena = self->arena, .complete = TRUE };
  gint64 first = get_small (self, stream, "First");
  gint64 count = get_small (self, stream, "N");

  lexer.data = g_bytes_get_data (container->bytes, &lexer.length);
  if (first < 0 || count < 0 || (gsize) first > lexer.length || count > first)
    return FALSE;
  container->first = (gsize) first;
  container->count = (guint) count;
  container->table = g_new (guint64, 2 * (gsize) count + 1);
  for (gsize i = 0; i < 2 * (gsize) count; i++)
    if (!_signet_pdf_lexer_take_unsigned (&lexer, &container->table[i]))
      return FALSE;
  return TRUE;
}

static Container *
new_container (SignetPdfReader *self, const SignetPdfValue *stream, GError **error)
{
  Container *container = g_new0 (Container, 1);

  container->bytes = _signet_pdf_reader_decode_stream (self, stream, error);
  if (container->bytes != NULL && read_container_table (self, stream, container))
    return container;
  if (container->bytes != NULL)
    set_malformed (error, "object stream with a bad table", stream->start);
  _signet_pdf_container_free (container);
  return NULL;
}

static Container *
load_container (SignetPdfReader *self, guint32 number, GError **error)
{
  const SignetPdfEntry *entry = _signet_pdf_reader_get_entry (self, number);
  const SignetPdfValue *stream = &_signet_pdf_null;
  Container *container = g_hash_table_lookup (self->containers, GUINT_TO_POINTER (number));

  if (container != NULL)
    return container;

  if (entry->kind == SIGNET_PDF_ENTRY_OFFSET) /* 7.5.7: an object stream is never inside another */
    stream = _signet_pdf_reader_get_object (self, number, entry->detail);
  if (!_signet_pdf_reader_check (self, error))
    return NULL;
  if (stream->type != SIGNET_PDF_STREAM || !_signet_pdf_is_name (_signet_pdf_lookup (stream, "Type"), "ObjStm") || stream->ambiguous)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "object %u is not an object stream", number);
      return NULL;
    }
  container = new_container (self, stream, error);
  if (container != NULL)
    g_hash_table_insert (self->containers, GUINT_TO_POINTER (number), container);
  return container;
}

static const SignetPdfValue *
load_compressed (SignetPdfReader *self, guint32 number, const SignetPdfEntry *entry, SignetPdfArena *arena, GError **error)
{
  SignetPdfLexer lexer = { .arena = arena, .complete = TRUE };
  Container *container = load_container (self, (guint32) entry->where, error);

  if (container == NULL)
    return NULL;
  lexer.data = g_bytes_get_data (container->bytes, &lexer.length);
  if (entry->detail >= container->count || container->table[2 * entry->detail] != number
      || container->table[2 * entry->detail + 1] >= lexer.length - container->first)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "object stream %" G_GUINT64_FORMAT " does not hold it", entry->where);
      return NULL;
    }
  lexer.position = container->first + (gsize) container->table[2 * entry->detail + 1];
  return _signet_pdf_lexer_read_value (&lexer, error);
}

/* --- streams ------------------------------------------------------------------------------------------------------------ */

static GBytes *
decrypt (SignetPdfReader *self, const SignetPdfValue *stream, GBytes *bytes, GError **error)
{
  const SignetPdfStream *object = (const SignetPdfStream *) stream;

  return self->crypt != NULL ? _signet_pdf_crypt_decrypt_stream (self, stream, object->number, object->generation, bytes, error) : g_bytes_ref (bytes);
}

GBytes *
_signet_pdf_reader_decode_stream (SignetPdfReader *self, const SignetPdfValue *stream, GError **error)
{
  guint64 length = stream->end - stream->start;
  g_autofree guint8 *data = NULL;
  g_autoptr(GBytes) stored = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (length > MAX_STREAM)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "stream too large");
      return NULL;
    }
  data = g_malloc (length + 1);
  if (!signet_document_file_read (self->file, stream->start, data, length, error))
    return NULL;
  stored = g_bytes_new_take (g_steal_pointer (&data), length);
  bytes = decrypt (self, stream, stored, error);
  return bytes != NULL ? _signet_pdf_reader_unfilter (self, stream, bytes, error) : NULL;
}

/* --- asking ------------------------------------------------------------------------------------------------------------- */

const SignetPdfEntry *
_signet_pdf_reader_get_entry (SignetPdfReader *self, guint32 number)
{
  static const SignetPdfEntry absent = { 0 };

  return number < self->entries->len ? &g_array_index (self->entries, SignetPdfEntry, number) : &absent;
}

static const SignetPdfValue *
load_object (SignetPdfReader *self, guint32 number, const SignetPdfEntry *entry, GError **error)
{
  const SignetPdfValue *value = NULL;

  if (self->depth >= MAX_LOAD_DEPTH)
    return set_malformed (error, "object that needs itself", entry->where), NULL;
  self->depth++;
  value = entry->kind == SIGNET_PDF_ENTRY_OFFSET ? load_at_offset (self, number, entry, error)
                                                 : load_compressed (self, number, entry, self->scratch != NULL ? self->scratch : self->arena, error);
  self->depth--;
  return value;
}

/* What is loaded on the way (a length, an object stream) is kept, so it must not land in the scratch arena */
static const SignetPdfValue *
load_to_keep (SignetPdfReader *self, guint32 number, const SignetPdfEntry *entry, GError **error)
{
  SignetPdfArena *scratch = g_steal_pointer (&self->scratch);
  const SignetPdfValue *value = load_object (self, number, entry, error);

  self->scratch = scratch;
  return value;
}

const SignetPdfValue *
_signet_pdf_reader_visit_object (SignetPdfReader *self, guint32 number, SignetPdfArena *scratch)
{
  SignetPdfEntry entry = *_signet_pdf_reader_get_entry (self, number);
  const SignetPdfValue *value = g_hash_table_lookup (self->cache, GUINT_TO_POINTER (number));
  g_autoptr(GError) local_error = NULL;

  if (value != NULL)
    return value;
  if (entry.kind != SIGNET_PDF_ENTRY_OFFSET && entry.kind != SIGNET_PDF_ENTRY_COMPRESSED)
    return &_signet_pdf_null;
  self->scratch = scratch;
  value = load_object (self, number, &entry, &local_error);
  self->scratch = NULL;
  return value;
}

const SignetPdfValue *
_signet_pdf_reader_get_object (SignetPdfReader *self, guint32 number, guint32 generation)
{
  SignetPdfEntry entry = *_signet_pdf_reader_get_entry (self, number);
  const SignetPdfValue *value = NULL;
  g_autoptr(GError) local_error = NULL;

  if (self->error != NULL || (entry.kind != SIGNET_PDF_ENTRY_OFFSET && entry.kind != SIGNET_PDF_ENTRY_COMPRESSED)
      || generation != (entry.kind == SIGNET_PDF_ENTRY_OFFSET ? entry.detail : 0))
    return &_signet_pdf_null;
  value = g_hash_table_lookup (self->cache, GUINT_TO_POINTER (number));
  if (value != NULL)
    return value;

  value = load_to_keep (self, number, &entry, &local_error);
  if (value == NULL)
    {
      if (self->error == NULL)
        {
          self->error = g_steal_pointer (&local_error);
          g_prefix_error (&self->error, "object %u: ", number);
        }
      return &_signet_pdf_null;
    }
  g_hash_table_insert (self->cache, GUINT_TO_POINTER (number), (gpointer) value);
  return value;
}

const SignetPdfValue *
_signet_pdf_reader_resolve (SignetPdfReader *self, const SignetPdfValue *value)
{
  for (guint i = 0; i < MAX_REFERENCES; i++)
    {
      if (value->type != SIGNET_PDF_REFERENCE)
        return value;
      value = _signet_pdf_reader_get_object (self, (guint32) value->integer, value->count);
    }
  return &_signet_pdf_null;
}

const SignetPdfValue *
_signet_pdf_reader_get (SignetPdfReader *self, const SignetPdfValue *dictionary, const char *key)
{
  return _signet_pdf_reader_resolve (self, _signet_pdf_lookup (dictionary, key));
}
