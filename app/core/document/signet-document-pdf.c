/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "signet-document-pdf"

#include "config.h"

#include "signet-document-pdf.h"
#include "signet-document-signature-private.h"

struct _SignetDocumentPdf { GObject parent_instance; };
G_DEFINE_FINAL_TYPE (SignetDocumentPdf, signet_document_pdf, G_TYPE_OBJECT)
static void signet_document_pdf_class_init (SignetDocumentPdfClass *klass) { }
static void signet_document_pdf_init (SignetDocumentPdf *self) { }

static gpointer
not_yet (GError **error)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "not yet");
  return NULL;
}
void signet_pdf_prepared_free (SignetPdfPrepared *prepared) { }
SignetDocumentPdf *signet_document_pdf_open (SignetDocumentFile *file, const char *password, GError **error) { return not_yet (error); }
guint signet_document_pdf_get_n_pages (SignetDocumentPdf *self) { return 0; }
SignetPdfContent signet_document_pdf_get_content (SignetDocumentPdf *self) { return 0; }
gboolean signet_document_pdf_is_encrypted (SignetDocumentPdf *self) { return FALSE; }
guint signet_document_pdf_get_n_signatures (SignetDocumentPdf *self) { return 0; }
char **signet_document_pdf_dup_empty_fields (SignetDocumentPdf *self) { return NULL; }
gboolean signet_document_pdf_check_can_sign (SignetDocumentPdf *self, const char *field, GError **error) { return not_yet (error) != NULL; }
SignetPdfPrepared *signet_document_pdf_prepare (SignetDocumentPdf *self, int fd, SignetDigest digest, const SignetPdfSignParameters *parameters, GCancellable *cancellable, GError **error) { return not_yet (error); }
gboolean signet_pdf_prepared_complete (const SignetPdfPrepared *prepared, int fd, GBytes *cms, GError **error) { return not_yet (error) != NULL; }
GPtrArray *_signet_document_find_pdf_signatures (SignetDocumentFile *file, GCancellable *cancellable, GError **error) { return not_yet (error); }
