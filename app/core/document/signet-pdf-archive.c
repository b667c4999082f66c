/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-archive.c: what a document says of itself as an archive (PDF/A, ISO 19005), and what a mark in it must keep for that. The claim is taken as
 * one, not checked. Reads only; one thread at a time, as the document.
 */
#define G_LOG_DOMAIN "signet-pdf-archive"

#include "config.h"

#include <string.h>

#include "signet-pdf-archive-private.h"

#define MAX_METADATA (4 * 1024 * 1024)
#define MAX_INTENTS  100

/* "<pdfaid:part>1</pdfaid:part>" or pdfaid:part="1" (ISO 19005-1, 6.7.11) */
static guint
find_part (const char *xmp, gsize length)
{
  const char *found = g_strstr_len (xmp, (gssize) length, "pdfaid:part");
  const char *end = xmp + length;

  for (found = found != NULL ? found + strlen ("pdfaid:part") : end; found < end && strchr ("=>\"' \t\r\n", *found) != NULL; found++)
    ;
  return found < end && *found >= '1' && *found <= '4' ? (guint) (*found - '0') : 0;
}

static guint
read_part (SignetPdfReader *reader)
{
  const SignetPdfValue *metadata = _signet_pdf_reader_get (reader, _signet_pdf_get_catalogue (reader), "Metadata");
  g_autoptr(GBytes) xmp = NULL;

  if (metadata->type != SIGNET_PDF_STREAM || metadata->end - metadata->start > MAX_METADATA)
    return 0;
  xmp = _signet_pdf_reader_decode_stream (reader, metadata, NULL);
  return xmp != NULL ? find_part (g_bytes_get_data (xmp, NULL), g_bytes_get_size (xmp)) : 0;
}

/* 14.11.5: components of the profile of the intent that counts for PDF/A; 0: there is none */
static gint64
read_intent (SignetPdfReader *reader)
{
  const SignetPdfValue *intents = _signet_pdf_reader_get (reader, _signet_pdf_get_catalogue (reader), "OutputIntents");

  for (guint i = 0; intents->type == SIGNET_PDF_ARRAY && i < MIN (intents->count, MAX_INTENTS); i++)
    {
      const SignetPdfValue *intent = _signet_pdf_reader_resolve (reader, intents->items[i]);
      const SignetPdfValue *components = _signet_pdf_reader_get (reader, _signet_pdf_reader_get (reader, intent, "DestOutputProfile"), "N");

      if (_signet_pdf_is_name (_signet_pdf_reader_get (reader, intent, "S"), "GTS_PDFA1") && components->type == SIGNET_PDF_INTEGER)
        return components->integer;
    }
  return 0;
}

void
_signet_pdf_archive_read (SignetPdfReader *reader, SignetPdfArchive *archive)
{
  gint64 components = 0;

  *archive = (SignetPdfArchive) { .part = read_part (reader) };
  if (archive->part == 0)
    return;
  components = read_intent (reader);
  archive->own_colours = components != 3;
  archive->own_greys = components == 0; /* any intent knows grey (ISO 19005-2, 6.2.4.3) */
  /* ISO 19005-1, 6.4; 19005-2, 6.2.10: blending needs a colour space that the page or an intent gives */
  archive->opaque = archive->part == 1 || components == 0;
  archive->lists_characters = archive->part == 1;
}

/* The colours of sRGB (IEC 61966-2-1) as 8.6.5.3 can say them, for what is written in device colours (8.6.5.6) */
void
_signet_pdf_write_default_colours (GString *bytes, gboolean grey_too)
{
  g_string_append (bytes, "/ColorSpace <<\n/DefaultRGB [ /CalRGB << /WhitePoint [ 0.9505 1 1.089 ] /Gamma [ 2.2 2.2 2.2 ] "
                          "/Matrix [ 0.4124 0.2126 0.0193 0.3576 0.7152 0.1192 0.1805 0.0722 0.9505 ] >> ]\n");
  if (grey_too)
    g_string_append (bytes, "/DefaultGray [ /CalGray << /WhitePoint [ 0.9505 1 1.089 ] /Gamma 2.2 >> ]\n");
  g_string_append (bytes, ">>\n");
}

guint
signet_document_pdf_get_pdfa_part (SignetDocumentPdf *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), 0);

  return self->reader != NULL ? read_part (self->reader) : 0;
}

gboolean
signet_document_pdf_wants_opaque_mark (SignetDocumentPdf *self)
{
  SignetPdfArchive archive = { 0 };

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), FALSE);

  if (self->reader != NULL)
    _signet_pdf_archive_read (self->reader, &archive);
  return archive.opaque;
}
