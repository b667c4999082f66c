/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-store.c: the document security store: /DSS in the catalogue, with a stream for each certificate, OCSP answer and list.
 *
 * /VRI, which says what belongs to which signature, is kept where it is and not written: it is optional, and whoever validates decides
 * himself what he needs. Judges nothing. One thread.
 */
#define G_LOG_DOMAIN "signet-pdf-store"

#include "config.h"

#include "signet-pdf-form-private.h"
#include "signet-pdf-store-private.h"

typedef struct {
  const char     *key;
  SignetPieceKind kind;
} List;

static const List lists[] = {
  { "Certs", SIGNET_PIECE_CERTIFICATE },
  { "OCSPs", SIGNET_PIECE_OCSP },
  { "CRLs", SIGNET_PIECE_CRL },
};

static const SignetPdfValue *
get_store (SignetPdfReader *reader)
{
  return _signet_pdf_reader_get (reader, _signet_pdf_get_catalogue (reader), "DSS");
}

/* --- reading ------------------------------------------------------------------------------------------------------------------ */

/* FALSE: no more of this kind are taken */
static gboolean
read_piece (SignetPdfReader *reader, const SignetPdfValue *stream, SignetPieceKind kind, SignetDocumentEvidence *into)
{
  g_autoptr(GBytes) der = NULL;

  if (stream->type != SIGNET_PDF_STREAM || stream->ambiguous)
    return TRUE;
  der = _signet_pdf_reader_decode_stream (reader, stream, NULL);
  return der == NULL || g_bytes_get_size (der) == 0 || signet_document_evidence_add (into, kind, der, stream->start);
}

static void
read_list (SignetPdfReader *reader, const SignetPdfValue *list, SignetPieceKind kind, SignetDocumentEvidence *into)
{
  for (guint i = 0; list->type == SIGNET_PDF_ARRAY && i < MIN (list->count, SIGNET_DOCUMENT_MAX_EVIDENCE); i++)
    if (!read_piece (reader, _signet_pdf_reader_resolve (reader, list->items[i]), kind, into))
      return;
}

SignetDocumentEvidence *
_signet_pdf_store_read (SignetPdfReader *reader)
{
  const SignetPdfValue *store = get_store (reader);
  SignetDocumentEvidence *evidence = NULL;

  if (store->type != SIGNET_PDF_DICTIONARY || store->ambiguous)
    return NULL;
  evidence = signet_document_evidence_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    read_list (reader, _signet_pdf_reader_get (reader, store, lists[i].key), lists[i].kind, evidence);
  return evidence;
}

/* --- what signatures have by it ------------------------------------------------------------------------------------------------- */

/* Where the first piece behind @position stands, or the store itself when it was gone through once more after that and nothing was missing; 0: neither.
 * Certificates alone may be all there is to be had: not every one can be revoked. */
static guint64
find_piece (SignetPdfReader *reader, SignetDocumentEvidence *evidence, guint64 position)
{
  const SignetPdfValue *store = get_store (reader);
  guint64 first = evidence != NULL && store->located && store->start > position ? store->start : 0;

  for (gsize i = 0; evidence != NULL && i < G_N_ELEMENTS (lists); i++)
    for (guint j = 0; j < signet_document_evidence_get_n (evidence, lists[i].kind); j++)
      {
        guint64 other = signet_document_evidence_get_position (evidence, lists[i].kind, j);

        if (other > position && (first == 0 || other < first))
          first = other;
      }
  return first;
}

/* The end of the first intact document time-stamp behind @position; 0: there is none */
static guint64
find_timestamp (GPtrArray *signatures, guint64 position)
{
  guint64 found = 0;

  for (guint i = 0; i < signatures->len; i++)
    {
      const SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);

      if (g_str_equal (signature->kind, "document-timestamp") && signature->integrity == SIGNET_INTEGRITY_INTACT
          && signature->position > position && (found == 0 || signature->position < found))
        found = signature->position;
    }
  return found;
}

/* EN 319 142-1, 6.3: T by a time-stamp in the signature or over the document, LT by evidence behind the signature, LTA by a time-stamp over that.
 * Evidence about the last time-stamp stands behind it. */
static void
raise_level (SignetPdfReader *reader, SignetDocumentSignature *signature, GPtrArray *signatures, SignetDocumentEvidence *evidence)
{
  guint64 piece = find_piece (reader, evidence, signature->position);

  if (g_str_equal (signature->level, "B-B") && find_timestamp (signatures, signature->position) != 0)
    signature->level = "B-T";
  if (!g_str_equal (signature->level, "B-T") || piece == 0)
    return;
  signature->level = find_timestamp (signatures, piece) != 0 ? "B-LTA" : "B-LT";
}

void
_signet_pdf_store_attach (SignetPdfReader *reader, GPtrArray *signatures)
{
  g_autoptr(SignetDocumentEvidence) evidence = _signet_pdf_store_read (reader);

  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);

      signature->evidence = evidence != NULL ? signet_document_evidence_ref (evidence) : NULL;
      for (guint j = 0; j < signature->stamps->len; j++)
        ((SignetDocumentStamp *) g_ptr_array_index (signature->stamps, j))->position = signature->position;
      raise_level (reader, signature, signatures, evidence);
    }
}

/* --- writing -------------------------------------------------------------------------------------------------------------------- */

static guint32
write_piece (SignetPdfWriter *writer, GBytes *der)
{
  guint32 number = _signet_pdf_writer_new_number (writer);
  gsize length = 0;
  const void *data = g_bytes_get_data (der, &length);

  _signet_pdf_writer_begin_object (writer, number, 0);
  g_string_append (writer->bytes, "<<\n");
  _signet_pdf_write_stream (writer, data, length);
  _signet_pdf_writer_end_object (writer);
  return number;
}

/* Numbers of the streams that are new, by list */
static gboolean
write_pieces (SignetPdfWriter *writer, SignetDocumentEvidence *evidence, GArray *const *numbers)
{
  g_autoptr(SignetDocumentEvidence) there = _signet_pdf_store_read (writer->reader);
  gboolean any = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint j = 0; j < signet_document_evidence_get_n (evidence, lists[i].kind); j++)
      {
        GBytes *der = signet_document_evidence_get (evidence, lists[i].kind, j);
        guint32 number = 0;

        if (there != NULL && signet_document_evidence_has (there, lists[i].kind, der))
          continue;
        number = write_piece (writer, der);
        g_array_append_val (numbers[i], number);
        any = TRUE;
      }
  return any;
}

static void
write_list (SignetPdfWriter *writer, const SignetPdfValue *old, const List *list, GArray *numbers)
{
  const SignetPdfValue *array = _signet_pdf_reader_get (writer->reader, old, list->key);

  if (array->type != SIGNET_PDF_ARRAY && numbers->len == 0)
    return;
  _signet_pdf_write_key (writer, list->key);
  g_string_append_c (writer->bytes, '[');
  for (guint i = 0; array->type == SIGNET_PDF_ARRAY && i < array->count; i++)
    {
      g_string_append_c (writer->bytes, ' ');
      _signet_pdf_write_value (writer, array->items[i]);
    }
  for (guint i = 0; i < numbers->len; i++)
    {
      g_string_append_c (writer->bytes, ' ');
      _signet_pdf_write_reference (writer, g_array_index (numbers, guint32, i), 0);
    }
  g_string_append (writer->bytes, " ]\n");
}

static void
write_dictionary (SignetPdfWriter *writer, GArray *const *numbers)
{
  static const char *const skip[] = { "Type", "Certs", "OCSPs", "CRLs", NULL };
  const SignetPdfValue *old = get_store (writer->reader);

  _signet_pdf_write_open_dictionary (writer, old, skip);
  g_string_append (writer->bytes, "/Type /DSS\n");
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    write_list (writer, old, &lists[i], numbers[i]);
  g_string_append (writer->bytes, ">>");
}

static void
write_catalogue (SignetPdfWriter *writer, guint32 store)
{
  static const char *const skip[] = { "DSS", NULL };
  const SignetPdfValue *root = _signet_pdf_lookup (writer->reader->trailer, "Root");

  _signet_pdf_writer_begin_object (writer, (guint32) root->integer, root->count);
  _signet_pdf_write_open_dictionary (writer, _signet_pdf_get_catalogue (writer->reader), skip);
  _signet_pdf_write_key (writer, "DSS");
  _signet_pdf_write_reference (writer, store, 0);
  g_string_append (writer->bytes, "\n>>");
  _signet_pdf_writer_end_object (writer);
}

/* A store that is an object of its own is written again in its place; the catalogue only when it did not lead to one */
static void
write_store (SignetPdfWriter *writer, GArray *const *numbers)
{
  const SignetPdfValue *raw = _signet_pdf_lookup (_signet_pdf_get_catalogue (writer->reader), "DSS");
  gboolean own = raw->type == SIGNET_PDF_REFERENCE && get_store (writer->reader)->type == SIGNET_PDF_DICTIONARY;
  guint32 number = own ? (guint32) raw->integer : _signet_pdf_writer_new_number (writer);

  _signet_pdf_writer_begin_object (writer, number, own ? raw->count : 0);
  write_dictionary (writer, numbers);
  _signet_pdf_writer_end_object (writer);
  if (!own)
    write_catalogue (writer, number);
}

static gboolean
check_store (SignetPdfReader *reader, GError **error)
{
  const SignetPdfValue *store = get_store (reader);

  if (!store->ambiguous && (store->type == SIGNET_PDF_NULL || store->type == SIGNET_PDF_DICTIONARY))
    return TRUE;
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "the store of evidence can be read in two ways");
  return FALSE;
}

/* A signature made after the store was written last: that nothing more is needed for it has to be said, too. */
static gboolean
is_older_than_a_signature (SignetPdfReader *reader)
{
  const SignetPdfValue *store = get_store (reader);
  g_autoptr(GPtrArray) fields = _signet_pdf_list_fields (reader);

  for (guint i = 0; store->located && i < fields->len; i++)
    {
      const SignetPdfValue *signature = _signet_pdf_field_get_signature (reader, g_ptr_array_index (fields, i));
      const SignetPdfValue *contents = _signet_pdf_lookup (signature, "Contents");

      if (contents->located && contents->start > store->start && !_signet_pdf_is_name (_signet_pdf_lookup (signature, "Type"), "DocTimeStamp"))
        return TRUE;
    }
  return FALSE;
}

gboolean
_signet_pdf_store_write (SignetPdfWriter *writer, SignetDocumentEvidence *evidence, gboolean *added, GError **error)
{
  GArray *numbers[G_N_ELEMENTS (lists)];

  *added = FALSE;
  if (!check_store (writer->reader, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    numbers[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
  *added = write_pieces (writer, evidence, numbers) || is_older_than_a_signature (writer->reader);
  if (*added)
    write_store (writer, numbers);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    g_array_unref (numbers[i]);
  return _signet_pdf_reader_check (writer->reader, error);
}
