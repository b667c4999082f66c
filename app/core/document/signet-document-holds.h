/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-holds.h: whether a signed file is one of given documents: it holds them, byte for byte, and nothing else that could be a document. */
#pragma once

#include "signet-document-file.h"

G_BEGIN_DECLS

/*
 * @documents: (element-type SignetDocumentFile): one, or those of one container. What it says of @file alone: a PDF begins with the document, a CMS has
 * it inside, an XML document has a signature at its end and is otherwise as it was, a signature in XML has it inside, a container has these members. Of
 * a container that was signed again: all members that it had. It does not look at signatures. What cannot be read holds nothing.
 */
gboolean signet_document_holds (SignetDocumentFile *file, GPtrArray *documents, GCancellable *cancellable);

G_END_DECLS
