/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-extension.c: PAdES at levels T, LT and LTA (EN 319 142-1, 6): document time-stamps and the document security store, each an
 * incremental update behind all that was there. Both are allowed in certified documents whatever they permit (5.4.2, 5.4.3).
 *
 * A time-stamp covers the file to its end, so one serves all signatures. Neither judges nor fetches. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-pdf-extension"

#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "signet-document-extension-private.h"
#include "signet-document-pdf-private.h"
#include "signet-pdf-store-private.h"

struct _SignetPdfExtension {
  SignetDocumentExtension parent_instance;

  SignetPdfPrepared *prepared; /* (nullable) */
  guint64            length;   /* before it was prepared */
};

#define SIGNET_TYPE_PDF_EXTENSION (_signet_pdf_extension_get_type ())
G_DECLARE_FINAL_TYPE (SignetPdfExtension, _signet_pdf_extension, SIGNET, PDF_EXTENSION, SignetDocumentExtension)
G_DEFINE_FINAL_TYPE (SignetPdfExtension, _signet_pdf_extension, SIGNET_TYPE_DOCUMENT_EXTENSION)

/* Invisible and about the whole document, it touches nothing a certification or a lock protects (see signet-pdf-difference-form.c). To
 * the permissions of an encrypted document it is a new field like any other. */
gboolean
_signet_document_pdf_check_can_stamp (SignetDocumentPdf *self, GError **error)
{
  return _signet_document_pdf_check_access (self, NULL, error) && _signet_pdf_reader_check (self->reader, error);
}

static SignetDocumentPdf *
open_pdf (SignetPdfExtension *self, GError **error)
{
  g_autoptr(SignetDocumentFile) file = _signet_document_extension_open_file (SIGNET_DOCUMENT_EXTENSION (self), error);

  return file != NULL ? signet_document_pdf_open (file, NULL, error) : NULL;
}

static GBytes *
prepare_timestamp (SignetDocumentExtension *base, const SignetExtensionStamp *stamp, GCancellable *cancellable, GError **error)
{
  SignetPdfExtension *self = SIGNET_PDF_EXTENSION (base);
  g_autoptr(SignetDocumentPdf) pdf = open_pdf (self, error);
  SignetPdfSignParameters parameters = { .room = stamp->room, .is_timestamp = TRUE, .in_place = TRUE };

  g_clear_pointer (&self->prepared, signet_pdf_prepared_free);
  if (pdf == NULL)
    return NULL;
  self->length = signet_document_file_get_size (pdf->file);
  self->prepared = signet_document_pdf_prepare (pdf, _signet_document_extension_get_fd (base), stamp->digest, &parameters, cancellable, error);
  return self->prepared != NULL ? g_bytes_ref (self->prepared->digest) : NULL;
}

static void
take_back (SignetPdfExtension *self, GError **error)
{
  if (g_error_matches (*error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_NO_ROOM)
      && ftruncate (_signet_document_extension_get_fd (SIGNET_DOCUMENT_EXTENSION (self)), (off_t) self->length) != 0)
    {
      g_clear_error (error);
      signet_base_error_set_errno (error, errno, "taking a time-stamp back");
    }
}

static gboolean
add_timestamp (SignetDocumentExtension *base, GBytes *token, GCancellable *cancellable, GError **error)
{
  SignetPdfExtension *self = SIGNET_PDF_EXTENSION (base);
  g_autoptr(GError) local_error = NULL;

  g_return_val_if_fail (self->prepared != NULL, FALSE);

  if (!signet_pdf_prepared_complete (self->prepared, _signet_document_extension_get_fd (base), token, &local_error))
    {
      take_back (self, &local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_clear_pointer (&self->prepared, signet_pdf_prepared_free);
  return TRUE;
}

static gboolean
append (SignetDocumentExtension *base, SignetPdfWriter *writer, GError **error)
{
  return _signet_pdf_writer_finish (writer, error)
         && signet_document_write_at (_signet_document_extension_get_fd (base), writer->reader->limit, writer->bytes->str, writer->bytes->len, error);
}

static gboolean
add_evidence (SignetDocumentExtension *base, const char *id, SignetDocumentEvidence *evidence, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetDocumentPdf) pdf = open_pdf (SIGNET_PDF_EXTENSION (base), error);
  g_autoptr(SignetPdfWriter) writer = NULL;
  gboolean added = FALSE;

  if (pdf == NULL || !_signet_document_pdf_check_can_stamp (pdf, error))
    return FALSE;
  writer = _signet_pdf_writer_new (pdf->reader);
  if (!_signet_pdf_store_write (writer, evidence, &added, error))
    return FALSE;
  return !added || append (base, writer, error);
}

static void
_signet_pdf_extension_finalize (GObject *object)
{
  g_clear_pointer (&SIGNET_PDF_EXTENSION (object)->prepared, signet_pdf_prepared_free);
  G_OBJECT_CLASS (_signet_pdf_extension_parent_class)->finalize (object);
}

static void
_signet_pdf_extension_class_init (SignetPdfExtensionClass *klass)
{
  SignetDocumentExtensionClass *extension_class = SIGNET_DOCUMENT_EXTENSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = _signet_pdf_extension_finalize;
  extension_class->prepare_timestamp = prepare_timestamp;
  extension_class->add_timestamp = add_timestamp;
  extension_class->add_evidence = add_evidence;
}

static void
_signet_pdf_extension_init (SignetPdfExtension *self)
{
}
