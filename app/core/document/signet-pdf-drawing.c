/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-drawing.c: a drawing (a PDF of one page, made here) becomes a form XObject of the increment (ISO 32000-1, 8.10): its content, and
 * whatever objects its resources need, under new numbers. One thread.
 */
#define G_LOG_DOMAIN "signet-pdf-drawing"

#include "config.h"

#include "signet-pdf-archive-private.h"
#include "signet-pdf-page-private.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../base/signet-base-error.h"

#define MAX_OBJECTS 2000
#define MAX_STREAM  (64 * 1024 * 1024)
#define MAX_DEPTH   32

typedef struct {
  SignetPdfWriter *writer;
  SignetPdfReader *drawing;
  SignetPdfArchive archive;
  GHashTable      *numbers; /* there -> here */
  GHashTable      *characters; /* number there of the descriptor of a subset font -> how many characters it has */
  GArray          *waiting; /* (element-type SignetPdfValue *): references to objects that are not written yet */
} Import;

/* The reader reads files, so the drawing becomes one that has no name */
static SignetDocumentFile *
open_drawing (GBytes *drawing, GError **error)
{
  int fd = memfd_create ("signet-mark", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  SignetDocumentFile *file = NULL;

  if (fd < 0)
    {
      signet_base_error_set_errno (error, errno, "keeping a drawing");
      return NULL;
    }
  if (signet_document_write_at (fd, 0, g_bytes_get_data (drawing, NULL), g_bytes_get_size (drawing), error))
    file = signet_document_file_open (path, error);
  close (fd);
  return file;
}

static guint32
new_number_of (Import *self, const SignetPdfValue *reference)
{
  gpointer there = GUINT_TO_POINTER ((guint32) reference->integer);
  guint32 here = GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, there));

  if (here == 0)
    {
      here = _signet_pdf_writer_new_number (self->writer);
      g_hash_table_insert (self->numbers, there, GUINT_TO_POINTER (here));
      g_array_append_val (self->waiting, reference);
    }
  return here;
}

static void write_copy (Import *self, const SignetPdfValue *value, guint depth);
static void write_pairs (Import *self, const SignetPdfValue *dictionary, const char *skip, guint depth);

static void
write_resources (Import *self, const SignetPdfValue *resources, guint depth)
{
  write_pairs (self, resources, NULL, depth);
  if (self->archive.own_colours && _signet_pdf_lookup (resources, "ColorSpace")->type == SIGNET_PDF_NULL)
    _signet_pdf_write_default_colours (self->writer->bytes, self->archive.own_greys);
  g_string_append (self->writer->bytes, ">>");
}

/* What tells of the page tree of the drawing, and what PDF/A (ISO 19005-1, 6.2.4) does not want in a picture */
static gboolean
is_left_out (const char *key)
{
  return g_str_equal (key, "Parent") || g_str_equal (key, "Interpolate");
}

static void
write_pairs (Import *self, const SignetPdfValue *dictionary, const char *skip, guint depth)
{
  GString *bytes = self->writer->bytes;

  g_string_append (bytes, "<<\n");
  for (guint i = 0; i < dictionary->count; i++)
    {
      const char *key = dictionary->pairs[i].key->text;

      if (is_left_out (key) || g_strcmp0 (key, skip) == 0)
        continue;
      _signet_pdf_write_key (self->writer, key);
      if (g_str_equal (key, "Resources") && dictionary->pairs[i].value->type == SIGNET_PDF_DICTIONARY && depth < MAX_DEPTH)
        write_resources (self, dictionary->pairs[i].value, depth + 1);
      else
        write_copy (self, dictionary->pairs[i].value, depth + 1);
      g_string_append_c (bytes, '\n');
    }
}

static void
write_copy (Import *self, const SignetPdfValue *value, guint depth)
{
  GString *bytes = self->writer->bytes;

  if (depth > MAX_DEPTH)
    {
      g_string_append (bytes, "null");
    }
  else if (value->type == SIGNET_PDF_REFERENCE)
    {
      _signet_pdf_write_reference (self->writer, new_number_of (self, value), 0);
    }
  else if (value->type == SIGNET_PDF_ARRAY)
    {
      g_string_append_c (bytes, '[');
      for (guint i = 0; i < value->count; i++)
        {
          g_string_append_c (bytes, ' ');
          write_copy (self, value->items[i], depth + 1);
        }
      g_string_append (bytes, " ]");
    }
  else if (value->type == SIGNET_PDF_DICTIONARY)
    {
      write_pairs (self, value, NULL, depth);
      g_string_append (bytes, ">>");
    }
  else
    {
      _signet_pdf_write_value (self->writer, value);
    }
}

static gboolean
write_stream_data (Import *self, const SignetPdfValue *stream, GError **error)
{
  gsize length = (gsize) (stream->end - stream->start);
  g_autofree guint8 *data = length <= MAX_STREAM ? g_malloc (length + 1) : NULL;

  if (data == NULL)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "the drawing of a mark is too large");
      return FALSE;
    }
  if (!signet_document_file_read (self->drawing->file, stream->start, data, length, error))
    return FALSE;
  _signet_pdf_write_stream (self->writer, data, length);
  return TRUE;
}

/* --- fonts of many characters (9.7.4), as archives want them ------------------------------------------------------------------- */

/* How many there are, when their widths are told in one piece from the first one on; 0: it cannot be told */
static guint
count_characters (Import *self, const SignetPdfValue *font)
{
  const SignetPdfValue *widths = _signet_pdf_reader_get (self->drawing, font, "W");
  const SignetPdfValue *each = NULL;

  if (widths->type != SIGNET_PDF_ARRAY || widths->count != 2 || widths->items[0]->type != SIGNET_PDF_INTEGER || widths->items[0]->integer != 0)
    return 0;
  each = _signet_pdf_reader_resolve (self->drawing, widths->items[1]);
  return each->type == SIGNET_PDF_ARRAY ? MIN (each->count, G_MAXUINT16) : 0;
}

/* ISO 19005-1, 6.3.3.2: which glyph a character is, is said also where it is what it would be anyway */
static void
write_font_keys (Import *self, const SignetPdfValue *font)
{
  const SignetPdfValue *descriptor = _signet_pdf_lookup (font, "FontDescriptor");
  gboolean true_type = _signet_pdf_is_name (_signet_pdf_lookup (font, "Subtype"), "CIDFontType2");

  if (!true_type && !_signet_pdf_is_name (_signet_pdf_lookup (font, "Subtype"), "CIDFontType0"))
    return;
  if (true_type && _signet_pdf_lookup (font, "CIDToGIDMap")->type == SIGNET_PDF_NULL)
    g_string_append (self->writer->bytes, "/CIDToGIDMap /Identity\n");
  if (self->archive.lists_characters && descriptor->type == SIGNET_PDF_REFERENCE)
    g_hash_table_insert (self->characters, GUINT_TO_POINTER ((guint32) descriptor->integer), GUINT_TO_POINTER (count_characters (self, font)));
}

/* 9.8.3.2: a bit for each character, the first one in the highest */
static void
write_character_set (Import *self, guint32 number, guint count)
{
  gsize length = (count + 7) / 8;
  g_autofree guint8 *bits = g_malloc0 (length + 1);

  for (guint i = 0; i < count; i++)
    bits[i / 8] |= (guint8) (0x80 >> i % 8);
  _signet_pdf_writer_begin_object (self->writer, number, 0);
  g_string_append (self->writer->bytes, "<<\n");
  _signet_pdf_write_stream (self->writer, bits, length);
  _signet_pdf_writer_end_object (self->writer);
}

static void
write_dictionary (Import *self, const SignetPdfValue *reference, const SignetPdfValue *dictionary)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->characters, GUINT_TO_POINTER ((guint32) reference->integer)));
  guint32 set = count > 0 ? _signet_pdf_writer_new_number (self->writer) : 0;

  write_pairs (self, dictionary, NULL, 0);
  write_font_keys (self, dictionary);
  if (set != 0)
    {
      _signet_pdf_write_key (self->writer, "CIDSet");
      _signet_pdf_write_reference (self->writer, set, 0);
      g_string_append_c (self->writer->bytes, '\n');
    }
  g_string_append (self->writer->bytes, ">>");
  _signet_pdf_writer_end_object (self->writer);
  if (set != 0)
    write_character_set (self, set, count);
}

/* --- objects ------------------------------------------------------------------------------------------------------------------- */

static gboolean
write_object (Import *self, const SignetPdfValue *reference, GError **error)
{
  const SignetPdfValue *value = _signet_pdf_reader_resolve (self->drawing, reference);
  gboolean ok = TRUE;

  _signet_pdf_writer_begin_object (self->writer, new_number_of (self, reference), 0);
  if (value->type == SIGNET_PDF_DICTIONARY)
    {
      write_dictionary (self, reference, value);
      return TRUE;
    }
  if (value->type == SIGNET_PDF_STREAM)
    {
      write_pairs (self, value, "Length", 0);
      ok = write_stream_data (self, value, error);
    }
  else
    {
      write_copy (self, value, 0);
    }
  _signet_pdf_writer_end_object (self->writer);
  return ok;
}

/* Objects bring further ones; each is written once */
static gboolean
write_waiting (Import *self, GError **error)
{
  for (guint i = 0; i < self->waiting->len; i++)
    {
      if (i >= MAX_OBJECTS)
        {
          g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "the drawing of a mark has too many objects");
          return FALSE;
        }
      if (!write_object (self, g_array_index (self->waiting, const SignetPdfValue *, i), error))
        return FALSE;
    }
  return _signet_pdf_reader_check (self->drawing, error);
}

/* 12.5.5: the box is turned by the matrix, then put into the rectangle of the annotation. A box with another shape than the
 * drawing's is larger than it, so that the drawing keeps its own. */
static void
write_placement (GString *bytes, const SignetPdfLook *look, const SignetPdfPage *drawn)
{
  double width = drawn->right - drawn->left;
  double height = drawn->top - drawn->bottom;
  double scale = MIN (look->width / width, look->height / height);
  double across = look->width / scale;
  double along = look->height / scale;
  const double box[4] = { drawn->left + (width - across) / 2, drawn->bottom + (height - along) / 2,
                          drawn->left + (width + across) / 2, drawn->bottom + (height + along) / 2 };
  const double numbers[4][6] = {
    { 1, 0, 0, 1, 0, 0 },
    { 0, 1, -1, 0, along, 0 },
    { -1, 0, 0, -1, across, along },
    { 0, -1, 1, 0, 0, across },
  };

  g_string_append (bytes, "/BBox [");
  for (guint i = 0; i < G_N_ELEMENTS (box); i++)
    _signet_pdf_write_number (bytes, box[i]);
  g_string_append (bytes, " ]\n/Matrix [");
  for (guint i = 0; i < G_N_ELEMENTS (numbers[0]); i++)
    _signet_pdf_write_number (bytes, numbers[look->rotation / 90 % 4][i]);
  g_string_append (bytes, " ]\n");
}

static gboolean
write_form (Import *self, const SignetPdfPage *drawn, SignetPdfLook *look, GError **error)
{
  static const char *const kept[] = { "Filter", "DecodeParms" };
  const SignetPdfValue *content = _signet_pdf_reader_get (self->drawing, drawn->dictionary, "Contents");
  const SignetPdfValue *resources = _signet_pdf_reader_get (self->drawing, drawn->dictionary, "Resources");
  GString *bytes = self->writer->bytes;

  if (content->type != SIGNET_PDF_STREAM || resources->type != SIGNET_PDF_DICTIONARY)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "the drawing of a mark cannot be used");
      return FALSE;
    }
  look->number = _signet_pdf_writer_new_number (self->writer);
  _signet_pdf_writer_begin_object (self->writer, look->number, 0);
  g_string_append (bytes, "<<\n/Type /XObject\n/Subtype /Form\n/FormType 1\n");
  write_placement (bytes, look, drawn);
  g_string_append (bytes, "/Resources ");
  write_resources (self, resources, 0);
  g_string_append_c (bytes, '\n');
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      const SignetPdfValue *value = _signet_pdf_reader_get (self->drawing, content, kept[i]);

      if (value->type == SIGNET_PDF_NULL)
        continue;
      _signet_pdf_write_key (self->writer, kept[i]);
      write_copy (self, value, 0);
      g_string_append_c (bytes, '\n');
    }
  if (!write_stream_data (self, content, error))
    return FALSE;
  _signet_pdf_writer_end_object (self->writer);
  return TRUE;
}

static gboolean
write_forms (Import *self, const SignetPdfPage *drawn, SignetPdfLook *looks, guint n_looks, GError **error)
{
  for (guint i = 0; i < n_looks; i++)
    if (!write_form (self, drawn, &looks[i], error))
      return FALSE;
  return write_waiting (self, error);
}

gboolean
_signet_pdf_import_drawing (SignetPdfWriter *writer, GBytes *drawing, SignetPdfLook *looks, guint n_looks, GError **error)
{
  g_autoptr(SignetDocumentFile) file = open_drawing (drawing, error);
  g_autoptr(SignetPdfReader) reader = file != NULL ? _signet_pdf_reader_new (file, signet_document_file_get_size (file), error) : NULL;
  Import import = { .writer = writer, .drawing = reader };
  SignetPdfPage drawn;
  gboolean ok;

  if (reader == NULL || !_signet_pdf_page_find (reader, 0, &drawn, error))
    return FALSE;
  _signet_pdf_archive_read (writer->reader, &import.archive);
  import.numbers = g_hash_table_new (NULL, NULL);
  import.characters = g_hash_table_new (NULL, NULL);
  import.waiting = g_array_new (FALSE, FALSE, sizeof (const SignetPdfValue *));
  ok = write_forms (&import, &drawn, looks, n_looks, error);
  g_array_unref (import.waiting);
  g_hash_table_unref (import.numbers);
  g_hash_table_unref (import.characters);
  return ok;
}
