/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-filter.c: undoes the filters of a PDF stream (ISO 32000-1, 7.4) that text and tables come in. Pictures stay as they are.
 * What all streams of one reader unfold to is limited. One thread.
 */
#define G_LOG_DOMAIN "signet-pdf-filter"

#include "config.h"

#include "signet-pdf-reader-private.h"

#include <string.h>

#define MAX_INFLATED ((gsize) 256 * 1024 * 1024) /* of all streams decoded by one reader */
#define MAX_FILTERS  4
#define MAX_COLUMNS  4096

static gboolean
set_malformed (GError **error, const char *what, guint64 offset)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "%s at byte %" G_GUINT64_FORMAT, what, offset);
  return FALSE;
}

/* --- FlateDecode --------------------------------------------------------------------------------------------------------- */

static GBytes *
inflate (SignetPdfReader *self, GBytes *bytes, GError **error)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr(GZlibDecompressor) decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autoptr(GByteArray) result = g_byte_array_new ();
  GConverterResult state = G_CONVERTER_CONVERTED;
  guint8 chunk[16384];

  while (state != G_CONVERTER_FINISHED)
    {
      gsize n_read = 0;
      gsize n_written = 0;

      state = g_converter_convert (G_CONVERTER (decompressor), data, length, chunk, sizeof chunk, G_CONVERTER_INPUT_AT_END, &n_read,
                                   &n_written, NULL);
      if (state == G_CONVERTER_ERROR)
        return set_malformed (error, "compressed stream damaged", 0), NULL;
      data += n_read;
      length -= n_read;
      self->inflated += n_written;
      if (self->inflated > MAX_INFLATED)
        {
          g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "compressed streams too large");
          return NULL;
        }
      g_byte_array_append (result, chunk, (guint) n_written);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&result));
}

static guint8
paeth (guint8 left, guint8 up, guint8 corner)
{
  int a = ABS ((int) up - corner);
  int b = ABS ((int) left - corner);
  int c = ABS ((int) left + up - 2 * corner);

  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/* RFC 2083, 6, with one byte per pixel */
static gboolean
undo_png_row (guint8 filter, guint8 *row, const guint8 *above, gsize columns)
{
  if (filter > 4)
    return FALSE;
  for (gsize i = 0; i < columns; i++)
    {
      guint8 left = i > 0 ? row[i - 1] : 0;
      guint8 up = above != NULL ? above[i] : 0;
      guint8 corner = i > 0 && above != NULL ? above[i - 1] : 0;
      guint8 add[] = { 0, left, up, (guint8) ((left + up) / 2), paeth (left, up, corner) };

      row[i] = (guint8) (row[i] + add[filter]);
    }
  return TRUE;
}

static GBytes *
undo_rows (GBytes *bytes, gsize columns, guint64 where, GError **error)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  gsize n_rows = length / (columns + 1);
  g_autofree guint8 *result = g_malloc (n_rows * columns + 1);

  if (length % (columns + 1) != 0)
    return set_malformed (error, "predictor does not fit", where), NULL;
  for (gsize i = 0; i < n_rows; i++)
    {
      guint8 *row = result + i * columns;

      memcpy (row, data + i * (columns + 1) + 1, columns);
      if (!undo_png_row (data[i * (columns + 1)], row, i > 0 ? row - columns : NULL, columns))
        return set_malformed (error, "unknown predictor", where), NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&result), n_rows * columns);
}

static GBytes *
undo_predictor (SignetPdfReader *self, GBytes *bytes, const SignetPdfValue *parameters, guint64 where, GError **error)
{
  const SignetPdfValue *predictor = _signet_pdf_reader_get (self, parameters, "Predictor");
  const SignetPdfValue *columns = _signet_pdf_reader_get (self, parameters, "Columns");
  const SignetPdfValue *colors = _signet_pdf_reader_get (self, parameters, "Colors");

  if (predictor->type != SIGNET_PDF_INTEGER || predictor->integer == 1)
    return g_bytes_ref (bytes);
  if (predictor->integer < 10 || predictor->integer > 15 || (colors->type == SIGNET_PDF_INTEGER && colors->integer != 1)
      || (columns->type == SIGNET_PDF_INTEGER && (columns->integer < 1 || columns->integer > MAX_COLUMNS)))
    return set_malformed (error, "unknown predictor", where), NULL;
  return undo_rows (bytes, columns->type == SIGNET_PDF_INTEGER ? (gsize) columns->integer : 1, where, error);
}

static GBytes *
undo_flate (SignetPdfReader *self, GBytes *bytes, const SignetPdfValue *parameters, guint64 where, GError **error)
{
  g_autoptr(GBytes) plain = inflate (self, bytes, error);

  return plain != NULL ? undo_predictor (self, plain, parameters, where, error) : NULL;
}

/* --- text filters ---------------------------------------------------------------------------------------------------------- */

static GBytes *
undo_hexadecimal (GBytes *bytes, guint64 where, GError **error)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr(GByteArray) result = g_byte_array_sized_new ((guint) length / 2 + 1);
  int high = -1;

  for (gsize i = 0; i < length && data[i] != '>'; i++)
    {
      int digit = g_ascii_xdigit_value ((char) data[i]);
      guint8 byte = 0;

      if (digit < 0 && !_signet_pdf_is_space (data[i]))
        return set_malformed (error, "bad hexadecimal stream", where), NULL;
      if (digit < 0)
        continue;
      byte = high < 0 ? 0 : (guint8) (high * 16 + digit);
      if (high >= 0)
        g_byte_array_append (result, &byte, 1);
      high = high < 0 ? digit : -1;
    }
  if (high >= 0)
    {
      guint8 byte = (guint8) (high * 16);

      g_byte_array_append (result, &byte, 1);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&result));
}

static gboolean
append_group (GByteArray *result, const guint8 *digits, guint n)
{
  guint64 value = 0;
  guint8 bytes[4];

  for (guint i = 0; i < 5; i++)
    value = value * 85 + (i < n ? digits[i] : 84);
  for (guint i = 0; i < 4; i++)
    bytes[i] = (guint8) (value >> (24 - 8 * i));
  g_byte_array_append (result, bytes, n - 1);
  return value <= G_MAXUINT32 && n != 1;
}

static GBytes *
undo_base_85 (GBytes *bytes, guint64 where, GError **error)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr(GByteArray) result = g_byte_array_sized_new ((guint) length);
  guint8 digits[5];
  guint n = 0;

  for (gsize i = 0; i < length && data[i] != '~'; i++)
    {
      if (_signet_pdf_is_space (data[i]))
        continue;
      if (data[i] == 'z' && n == 0)
        {
          g_byte_array_append (result, (const guint8 *) "\0\0\0", 4);
          continue;
        }
      if (data[i] < '!' || data[i] > 'u')
        return set_malformed (error, "bad base 85 stream", where), NULL;
      digits[n++] = data[i] - '!';
      if (n == 5 && !append_group (result, digits, 5))
        return set_malformed (error, "bad base 85 stream", where), NULL;
      n %= 5;
    }
  if (n > 0 && !append_group (result, digits, n))
    return set_malformed (error, "bad base 85 stream", where), NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&result));
}

/* --- all of them ------------------------------------------------------------------------------------------------------------- */

static GBytes *
undo (SignetPdfReader *self, const SignetPdfValue *filter, const SignetPdfValue *parameters, GBytes *bytes, guint64 where, GError **error)
{
  if (_signet_pdf_is_name (filter, "FlateDecode"))
    return undo_flate (self, bytes, parameters, where, error);
  if (_signet_pdf_is_name (filter, "ASCIIHexDecode"))
    return undo_hexadecimal (bytes, where, error);
  if (_signet_pdf_is_name (filter, "ASCII85Decode"))
    return undo_base_85 (bytes, where, error);
  if (_signet_pdf_is_name (filter, "Crypt")) /* undone already */
    return g_bytes_ref (bytes);
  return set_malformed (error, "stream filter not allowed here", where), NULL;
}

/* Filters and their parameters are written as one or as an array */
static const SignetPdfValue *
get_item (SignetPdfReader *self, const SignetPdfValue *list, guint index)
{
  if (list->type != SIGNET_PDF_ARRAY)
    return index == 0 ? list : &_signet_pdf_null;
  return index < list->count ? _signet_pdf_reader_resolve (self, list->items[index]) : &_signet_pdf_null;
}

GBytes *
_signet_pdf_reader_unfilter (SignetPdfReader *self, const SignetPdfValue *stream, GBytes *bytes, GError **error)
{
  const SignetPdfValue *filters = _signet_pdf_reader_get (self, stream, "Filter");
  const SignetPdfValue *parameters = _signet_pdf_reader_get (self, stream, "DecodeParms");
  guint n_filters = filters->type == SIGNET_PDF_NULL ? 0 : filters->type == SIGNET_PDF_ARRAY ? filters->count : 1;
  g_autoptr(GBytes) result = g_bytes_ref (bytes);

  if (n_filters > MAX_FILTERS)
    return set_malformed (error, "too many stream filters", stream->start), NULL;
  for (guint i = 0; i < n_filters; i++)
    {
      GBytes *next = undo (self, get_item (self, filters, i), get_item (self, parameters, i), result, stream->start, error);

      if (next == NULL)
        return NULL;
      g_bytes_unref (result);
      result = next;
    }
  return g_steal_pointer (&result);
}
