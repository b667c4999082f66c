/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "signet-document-signature-private.h"
GPtrArray *
_signet_document_find_pdf_signatures (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "not yet");
  return NULL;
}
