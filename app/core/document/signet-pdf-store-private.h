/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-store-private.h: the document security store of a PDF (ISO 32000-2, 12.8.4.3; EN 319 142-1, 5.4.2): read, and added to. */
#pragma once

#include "signet-document-signature-private.h"
#include "signet-pdf-writer-private.h"

G_BEGIN_DECLS

/* (transfer full) (nullable): what is in /DSS; NULL: there is none. What cannot be read of it is left out. */
SignetDocumentEvidence *_signet_pdf_store_read       (SignetPdfReader *reader);
/* Gives every signature what the file has for it, and the level the structure has by that. @signatures: in the order of the file */
void                    _signet_pdf_store_attach     (SignetPdfReader *reader, GPtrArray *signatures);
/* Writes what is not there yet, and /DSS with it. @added: (out): FALSE: all was there, nothing was written */
gboolean                _signet_pdf_store_write      (SignetPdfWriter *writer, SignetDocumentEvidence *evidence, gboolean *added, GError **error);

G_END_DECLS
