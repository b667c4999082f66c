/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-widget-private.h: the widgets of a form field, and where they are seen. */
#pragma once

#include "signet-document-pdf-private.h"
#include "signet-pdf-page-private.h"

G_BEGIN_DECLS

typedef struct {
  guint32               number, generation;
  const SignetPdfValue *dictionary;
  gboolean              is_field; /* one object with its field (12.5.6.19) */
  /* of those that _signet_document_pdf_list_seen_widgets() lists: */
  guint                 rotation; /* counterclockwise, in the page's own coordinates: 0, 90, 180, 270 */
  SignetMarkBox         box;
} SignetPdfWidget;

/* (transfer full) (element-type SignetPdfWidget): every widget that is an object of its own */
GArray                *_signet_pdf_list_widgets                (SignetPdfReader *reader, const SignetPdfField *field);
/* (transfer full) (element-type SignetPdfWidget): those on a page with room for a mark, hidden from nobody, in the order of the pages */
GArray                *_signet_document_pdf_list_seen_widgets  (SignetDocumentPdf *self, const SignetPdfField *field);
/* (nullable): whose widget the object is that @reference refers to */
const SignetPdfField  *_signet_document_pdf_find_widget_field  (SignetDocumentPdf *self, const SignetPdfValue *reference);

/* Every field but signatures has a normal appearance wherever it is seen, so that nobody needs to draw one */
gboolean               _signet_document_pdf_has_all_looks      (SignetDocumentPdf *self);
/* Neither Hidden nor NoView (12.5.3) */
gboolean               _signet_pdf_is_annotation_seen          (SignetPdfReader *reader, const SignetPdfValue *annotation);

G_END_DECLS
