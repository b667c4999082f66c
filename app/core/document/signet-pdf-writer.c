/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-writer.c: writes PDF objects and an incremental section (ISO 32000-1, 7.5.6). Only what is appended is in memory.
 *
 * Does not decide what to write. One thread.
 */
#define G_LOG_DOMAIN "signet-pdf-writer"

#include "config.h"

#include "signet-pdf-crypt-private.h"
#include "signet-pdf-writer-private.h"

#include <string.h>

typedef struct {
  guint32 number;
  guint32 generation;
  guint64 offset;
} WrittenObject;

SignetPdfWriter *
_signet_pdf_writer_new (SignetPdfReader *reader)
{
  SignetPdfWriter *self = g_new0 (SignetPdfWriter, 1);
  const SignetPdfValue *size = _signet_pdf_lookup (reader->trailer, "Size");

  self->reader = reader;
  self->bytes = g_string_new ("\n");
  self->written = g_array_new (FALSE, FALSE, sizeof (WrittenObject));
  self->next_number = MAX (1, reader->entries->len);
  /* numbers a reader may have seen and hidden from us are not used again */
  if (size->type == SIGNET_PDF_INTEGER && size->integer > self->next_number && size->integer < 8388000)
    self->next_number = (guint32) size->integer;
  return self;
}

void
_signet_pdf_writer_free (SignetPdfWriter *self)
{
  g_clear_error (&self->error);
  g_string_free (self->bytes, TRUE);
  g_array_unref (self->written);
  g_free (self);
}

guint32
_signet_pdf_writer_new_number (SignetPdfWriter *self)
{
  return self->next_number++;
}

void
_signet_pdf_writer_begin_object (SignetPdfWriter *self, guint32 number, guint32 generation)
{
  WrittenObject object = { .number = number, .generation = generation, .offset = self->reader->limit + self->bytes->len };

  g_array_append_val (self->written, object);
  self->number = number;
  self->generation = generation;
  g_string_append_printf (self->bytes, "%u %u obj\n", number, generation);
}

void
_signet_pdf_writer_end_object (SignetPdfWriter *self)
{
  g_string_append (self->bytes, "\nendobj\n");
  self->number = 0;
}

/* --- values ---------------------------------------------------------------------------------------------------------- */

static void
write_name (GString *bytes, const char *name, gsize length)
{
  g_string_append_c (bytes, '/');
  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = (guint8) name[i];

      if (byte < 0x21 || byte > 0x7e || byte == '#' || !_signet_pdf_is_regular (byte))
        g_string_append_printf (bytes, "#%02x", byte);
      else
        g_string_append_c (bytes, (char) byte);
    }
}

void
_signet_pdf_write_key (SignetPdfWriter *self, const char *key)
{
  write_name (self->bytes, key, strlen (key));
  g_string_append_c (self->bytes, ' ');
}

static void
append_string (GString *bytes, const guint8 *data, gsize length, gboolean hexadecimal)
{
  for (gsize i = 0; i < length && !hexadecimal; i++)
    hexadecimal = data[i] < 0x20 || data[i] > 0x7e;
  if (hexadecimal)
    {
      g_string_append_c (bytes, '<');
      for (gsize i = 0; i < length; i++)
        g_string_append_printf (bytes, "%02x", data[i]);
      g_string_append_c (bytes, '>');
      return;
    }
  g_string_append_c (bytes, '(');
  for (gsize i = 0; i < length; i++)
    {
      if (strchr ("()\\", data[i]) != NULL)
        g_string_append_c (bytes, '\\');
      g_string_append_c (bytes, (char) data[i]);
    }
  g_string_append_c (bytes, ')');
}

/* (transfer full) (nullable): what stands in the file for @data; %NULL: finish() will tell */
static GBytes *
encrypt (SignetPdfWriter *self, gboolean is_stream, const void *data, gsize length)
{
  if (self->reader->crypt == NULL || self->number == 0)
    return g_bytes_new (data, length);
  return _signet_pdf_crypt_encrypt (self->reader->crypt, is_stream, self->number, self->generation, data, length,
                                    self->error == NULL ? &self->error : NULL);
}

static void
write_string (SignetPdfWriter *self, const void *data, gsize length, gboolean hexadecimal)
{
  g_autoptr(GBytes) stored = encrypt (self, FALSE, data, length);
  gsize stored_length = 0;
  const guint8 *bytes = stored != NULL ? g_bytes_get_data (stored, &stored_length) : NULL;

  append_string (self->bytes, bytes, stored_length, hexadecimal);
}

void
_signet_pdf_write_string (SignetPdfWriter *self, const void *data, gsize length)
{
  write_string (self, data, length, FALSE);
}

void
_signet_pdf_write_text (SignetPdfWriter *self, const char *utf8)
{
  g_autoptr(GByteArray) utf16 = NULL;
  g_autofree char *converted = NULL;
  gsize length = 0;

  if (g_str_is_ascii (utf8))
    {
      _signet_pdf_write_string (self, utf8, strlen (utf8));
      return;
    }
  converted = g_convert_with_fallback (utf8, -1, "UTF-16BE", "UTF-8", "?", NULL, &length, NULL);
  utf16 = g_byte_array_new ();
  g_byte_array_append (utf16, (const guint8 *) "\xfe\xff", 2);
  if (converted != NULL)
    g_byte_array_append (utf16, (const guint8 *) converted, (guint) length);
  _signet_pdf_write_string (self, utf16->data, utf16->len);
}

void
_signet_pdf_write_reference (SignetPdfWriter *self, guint32 number, guint32 generation)
{
  g_string_append_printf (self->bytes, "%u %u R", number, generation);
}

void
_signet_pdf_write_stream (SignetPdfWriter *self, const void *data, gsize length)
{
  g_autoptr(GBytes) stored = encrypt (self, TRUE, data, length);
  gsize stored_length = 0;
  const char *bytes = stored != NULL ? g_bytes_get_data (stored, &stored_length) : NULL;

  g_string_append_printf (self->bytes, "/Length %" G_GSIZE_FORMAT "\n>>\nstream\n", stored_length);
  if (stored_length > 0)
    g_string_append_len (self->bytes, bytes, (gssize) stored_length);
  g_string_append (self->bytes, "\nendstream");
}

static void
write_array (SignetPdfWriter *self, const SignetPdfValue *array)
{
  g_string_append (self->bytes, "[");
  for (guint i = 0; i < array->count; i++)
    {
      g_string_append_c (self->bytes, ' ');
      _signet_pdf_write_value (self, array->items[i]);
    }
  g_string_append (self->bytes, " ]");
}

void
_signet_pdf_write_open_dictionary (SignetPdfWriter *self, const SignetPdfValue *dictionary, const char *const *skip)
{
  g_string_append (self->bytes, "<<\n");
  for (guint i = 0; _signet_pdf_is_dictionary (dictionary) && i < dictionary->count; i++)
    {
      const SignetPdfValue *key = dictionary->pairs[i].key;

      if (skip != NULL && g_strv_contains (skip, key->text))
        continue;
      write_name (self->bytes, key->text, key->count);
      g_string_append_c (self->bytes, ' ');
      if (_signet_pdf_is_signature_contents (dictionary, &dictionary->pairs[i]))
        append_string (self->bytes, (const guint8 *) dictionary->pairs[i].value->text, dictionary->pairs[i].value->count, TRUE);
      else
        _signet_pdf_write_value (self, dictionary->pairs[i].value);
      g_string_append_c (self->bytes, '\n');
    }
}

void
_signet_pdf_write_value (SignetPdfWriter *self, const SignetPdfValue *value)
{
  switch ((SignetPdfType) value->type)
    {
    case SIGNET_PDF_BOOLEAN:
      g_string_append (self->bytes, value->integer ? "true" : "false");
      break;
    case SIGNET_PDF_INTEGER:
      g_string_append_printf (self->bytes, "%" G_GINT64_FORMAT, value->integer);
      break;
    case SIGNET_PDF_REAL:
      g_string_append_len (self->bytes, value->text, value->count);
      break;
    case SIGNET_PDF_STRING:
      write_string (self, value->text, value->count, value->hexadecimal);
      break;
    case SIGNET_PDF_NAME:
      write_name (self->bytes, value->text, value->count);
      break;
    case SIGNET_PDF_ARRAY:
      write_array (self, value);
      break;
    case SIGNET_PDF_DICTIONARY:
      _signet_pdf_write_open_dictionary (self, value, NULL);
      g_string_append (self->bytes, ">>");
      break;
    case SIGNET_PDF_REFERENCE:
      _signet_pdf_write_reference (self, (guint32) value->integer, value->count);
      break;
    case SIGNET_PDF_STREAM: /* never inside another object */
    case SIGNET_PDF_NULL:
    default:
      g_string_append (self->bytes, "null");
      break;
    }
}

/* --- the section ------------------------------------------------------------------------------------------------------- */

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const WrittenObject *) a)->number;
  guint32 right = ((const WrittenObject *) b)->number;

  return left < right ? -1 : left > right;
}

/* Keys every trailer has; those of a cross-reference stream and a stale XRefStm must not be carried over */
static void
write_trailer_keys (SignetPdfWriter *self, guint32 size)
{
  static const char *const carried[] = { "Root", "Info", "ID", "Encrypt" };

  for (guint i = 0; i < G_N_ELEMENTS (carried); i++)
    {
      const SignetPdfValue *value = _signet_pdf_lookup (self->reader->trailer, carried[i]);

      if (value->type == SIGNET_PDF_NULL)
        continue;
      _signet_pdf_write_key (self, carried[i]);
      _signet_pdf_write_value (self, value);
      g_string_append_c (self->bytes, '\n');
    }
  g_string_append_printf (self->bytes, "/Size %u\n/Prev %" G_GUINT64_FORMAT "\n", size, self->reader->startxref);
}

static guint
run_length (GArray *written, guint start)
{
  guint length = 1;

  while (start + length < written->len
         && g_array_index (written, WrittenObject, start + length).number == g_array_index (written, WrittenObject, start).number + length)
    length++;
  return length;
}

static void
write_table (SignetPdfWriter *self)
{
  g_string_append (self->bytes, "xref\n");
  for (guint i = 0; i < self->written->len;)
    {
      guint length = run_length (self->written, i);

      g_string_append_printf (self->bytes, "%u %u\n", g_array_index (self->written, WrittenObject, i).number, length);
      for (guint end = i + length; i < end; i++)
        {
          const WrittenObject *object = &g_array_index (self->written, WrittenObject, i);

          g_string_append_printf (self->bytes, "%010" G_GUINT64_FORMAT " %05u n\r\n", object->offset, object->generation);
        }
    }
  g_string_append (self->bytes, "trailer\n<<\n");
  write_trailer_keys (self, self->next_number);
  g_string_append (self->bytes, ">>\n");
}

static void
append_big_endian (GString *bytes, guint64 value, guint width)
{
  for (guint i = width; i-- > 0;)
    g_string_append_c (bytes, (char) (value >> (8 * i)));
}

/* W [1 8 2], not compressed: it is small, and can be read by eye */
static void
write_stream (SignetPdfWriter *self, guint32 number)
{
  g_autoptr(GString) entries = g_string_new (NULL);
  g_autoptr(GString) index = g_string_new (NULL);

  for (guint i = 0; i < self->written->len;)
    {
      guint length = run_length (self->written, i);

      g_string_append_printf (index, " %u %u", g_array_index (self->written, WrittenObject, i).number, length);
      for (guint end = i + length; i < end; i++)
        {
          append_big_endian (entries, 1, 1);
          append_big_endian (entries, g_array_index (self->written, WrittenObject, i).offset, 8);
          append_big_endian (entries, g_array_index (self->written, WrittenObject, i).generation, 2);
        }
    }
  g_string_append_printf (self->bytes, "%u 0 obj\n<<\n/Type /XRef\n/W [ 1 8 2 ]\n/Index [%s ]\n", number, index->str);
  write_trailer_keys (self, self->next_number);
  g_string_append_printf (self->bytes, "/Length %" G_GSIZE_FORMAT "\n>>\nstream\n", entries->len);
  g_string_append_len (self->bytes, entries->str, (gssize) entries->len);
  g_string_append (self->bytes, "\nendstream\nendobj\n");
}

gboolean
_signet_pdf_writer_finish (SignetPdfWriter *self, GError **error)
{
  gboolean is_stream = g_array_index (self->reader->sections, SignetPdfSection, 0).is_stream;
  guint32 number = is_stream ? _signet_pdf_writer_new_number (self) : 0;
  guint64 offset = self->reader->limit + self->bytes->len;

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  if (!is_stream && offset > G_GUINT64_CONSTANT (9999999999))
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "a cross-reference table ends at 10 GB");
      return FALSE;
    }
  if (is_stream)
    {
      WrittenObject self_entry = { .number = number, .offset = offset };

      g_array_append_val (self->written, self_entry);
    }
  g_array_sort (self->written, compare_numbers);
  if (is_stream)
    write_stream (self, number);
  else
    write_table (self);
  g_string_append_printf (self->bytes, "startxref\n%" G_GUINT64_FORMAT "\n%%%%EOF\n", offset);
  return TRUE;
}
