/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-mark.h: where on the pages of a PDF a visible mark can go, and what is there already. */
#pragma once

#include "../mark/signet-mark.h"
#include "signet-document-pdf.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_PDF_OCCUPANT_SIGNATURE,   /* an earlier signature */
  SIGNET_PDF_OCCUPANT_EMPTY_FIELD, /* a signature field nobody signed yet */
  SIGNET_PDF_OCCUPANT_FIELD,       /* another form field */
  SIGNET_PDF_OCCUPANT_ANNOTATION,
} SignetPdfOccupantKind;

typedef struct {
  SignetMarkBox         box;
  SignetPdfOccupantKind kind;
  char                 *field; /* (nullable): its full name */
} SignetPdfOccupant;
void signet_pdf_occupant_free (SignetPdfOccupant *occupant);

/* As shown: turned, cropped, in points. @page counts from 0. NO_PAGE in SIGNET_MARK_ERROR. */
gboolean   signet_document_pdf_get_page_size  (SignetDocumentPdf *self, guint page, double *width, double *height, GError **error);
/* (transfer full) (element-type SignetPdfOccupant): what takes place on the page beside its content */
GPtrArray *signet_document_pdf_list_occupants (SignetDocumentPdf *self, guint page, GError **error);
/* Where @mark would stand. @field: (nullable): the field that will be signed; its place is the mark's then.
   NO_PAGE, OFF_PAGE, NO_PLACE, NO_AREA in SIGNET_MARK_ERROR; FORBIDDEN where a certification lets no new field be seen. */
gboolean   signet_document_pdf_place_mark     (SignetDocumentPdf *self, const SignetVisibleMark *mark, const char *field, SignetMarkBox *box, GError **error);
/* (transfer full) (nullable): the first occupant of @kind under @box, but for @field itself: its name, or "" */
char      *signet_document_pdf_find_covered   (SignetDocumentPdf *self, const SignetMarkBox *box, const char *field, SignetPdfOccupantKind kind,
                                               GError **error);
/* The part of ISO 19005 its metadata claim; 0: none */
guint      signet_document_pdf_get_pdfa_part  (SignetDocumentPdf *self);
/* A mark in it must be drawn without transparency */
gboolean   signet_document_pdf_wants_opaque_mark (SignetDocumentPdf *self);

G_END_DECLS
