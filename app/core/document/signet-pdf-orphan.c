/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-orphan.c: looks through the bytes of a PDF for a signature dictionary that nothing leads to any more. Used when no
 * signature was found, so that a document whose signature was cut loose is not called unsigned.
 */
#define G_LOG_DOMAIN "signet-pdf-orphan"

#include "config.h"

#include <string.h>

#include "signet-pdf-reader-private.h"
#include "signet-pdf-orphan-private.h"

#define WINDOW   (256 * 1024)
#define NEEDLE   "/ByteRange"
#define LOOK_BACK (128 * 1024) /* the signature value may stand before the range */
#define MAX_TRIES 64

/* The object that the cross-reference places last before @position is a stream around it: an attachment, say */
static gboolean
is_inside_stream (SignetPdfReader *reader, guint64 position)
{
  guint64 nearest = 0;
  guint32 number = 0;
  guint32 generation = 0;
  guint64 end = 0;
  const SignetPdfValue *value = NULL;

  for (guint i = 0; i < reader->entries->len; i++)
    {
      const SignetPdfEntry *entry = &g_array_index (reader->entries, SignetPdfEntry, i);

      if (entry->kind == SIGNET_PDF_ENTRY_OFFSET && entry->where <= position && entry->where > nearest)
        nearest = entry->where;
    }
  value = nearest != 0 ? _signet_pdf_reader_parse_at (reader, nearest, &number, &generation, &end, NULL) : NULL;
  return value != NULL && value->type == SIGNET_PDF_STREAM && value->start <= position && position < value->end;
}

static gboolean
starts_object (const guint8 *data, gsize position, gsize *start)
{
  gsize i = position;

  for (guint part = 0; part < 2; part++)
    {
      gsize digits = 0;

      while (i > 0 && data[i - 1] == ' ')
        i--;
      while (i > 0 && g_ascii_isdigit (data[i - 1]) && digits < 10)
        {
          i--;
          digits++;
        }
      if (digits == 0)
        return FALSE;
    }
  *start = i;
  return TRUE;
}

/* The nearest "N G obj" before @position that can be parsed and reaches behind it */
static const SignetPdfValue *
find_object_around (SignetPdfReader *reader, guint64 position)
{
  g_autoptr(GByteArray) window = g_byte_array_new ();
  guint64 offset = position > LOOK_BACK ? position - LOOK_BACK : 0;
  SignetPdfLexer lexer;
  guint tries = 0;

  if (!_signet_pdf_reader_window (reader, offset, (gsize) (position - offset), window, &lexer, NULL))
    return NULL;
  for (gsize i = lexer.length; i > 4 && tries < MAX_TRIES; i--)
    {
      gsize start = 0;
      guint32 number = 0;
      guint32 generation = 0;
      guint64 end = 0;
      const SignetPdfValue *value = NULL;

      if (memcmp (lexer.data + i - 4, " obj", 4) != 0 || !starts_object (lexer.data, i - 4, &start))
        continue;
      tries++;
      value = _signet_pdf_reader_parse_at (reader, offset + start, &number, &generation, &end, NULL);
      if (value != NULL)
        return value->type == SIGNET_PDF_DICTIONARY && end > position ? value : NULL;
    }
  return NULL;
}

const SignetPdfValue *
_signet_pdf_find_orphan (SignetPdfReader *reader, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *window = g_malloc (WINDOW);
  gsize overlap = strlen (NEEDLE) - 1;
  guint tries = 0;

  for (guint64 offset = 0; offset + overlap < reader->limit; offset += WINDOW - overlap)
    {
      gsize length = MIN (WINDOW, reader->limit - offset);
      const guint8 *cursor = window;

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !signet_document_file_read (reader->file, offset, window, length, error))
        return NULL;
      while (tries < MAX_TRIES && (cursor = memmem (cursor, length - (gsize) (cursor - window), NEEDLE, strlen (NEEDLE))) != NULL)
        {
          guint64 position = offset + (guint64) (cursor - window);
          const SignetPdfValue *found = is_inside_stream (reader, position) ? NULL : find_object_around (reader, position);

          if (found != NULL)
            return found;
          tries++;
          cursor++;
        }
    }
  return NULL;
}
