/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-page-private.h: one page of a PDF: what is shown of it, how it is turned, and how places on it are written in the file. */
#pragma once

#include "signet-document-mark.h"
#include "signet-pdf-writer-private.h"

G_BEGIN_DECLS

typedef struct {
  const SignetPdfValue *reference;  /* a reference */
  const SignetPdfValue *dictionary;
  double                left, bottom, right, top; /* what is shown (CropBox within MediaBox), in the page's units */
  guint                 rotation;   /* 0, 90, 180, 270: clockwise, when shown */
  double                unit;       /* points a unit (UserUnit) */
} SignetPdfPage;

/* @index counts from 0. NO_PAGE in SIGNET_MARK_ERROR, MALFORMED. */
gboolean _signet_pdf_page_find      (SignetPdfReader *reader, guint index, SignetPdfPage *page, GError **error);
/* Goes through all pages in their order until @visit says TRUE; returns whether it did. Limited. */
typedef gboolean (*SignetPdfPageVisit) (const SignetPdfPage *page, guint index, gpointer data);
gboolean _signet_pdf_page_visit     (SignetPdfReader *reader, SignetPdfPageVisit visit, gpointer data);
void     _signet_pdf_page_get_size  (const SignetPdfPage *page, double *width, double *height);
void     _signet_pdf_page_to_user   (const SignetPdfPage *page, const SignetMarkBox *box, double rectangle[4]);
void     _signet_pdf_page_from_user (const SignetPdfPage *page, const double rectangle[4], SignetMarkBox *box);
/* Four finite numbers, the smaller first */
gboolean _signet_pdf_read_rectangle (SignetPdfReader *reader, const SignetPdfValue *value, double rectangle[4]);
void     _signet_pdf_write_number   (GString *bytes, double number); /* a blank before it */

/* A look: turned by @rotation counterclockwise in the page's own coordinates, with room for what is @width wide and @height high before it is turned */
typedef struct { guint rotation; double width, height; guint32 number; } SignetPdfLook;
/* Puts the one page of @drawing into the document as form XObjects, one for each of @looks, in the middle of its room and as large as it fits; sets
   their numbers. What they show is in the document once. */
gboolean _signet_pdf_import_drawing (SignetPdfWriter *writer, GBytes *drawing, SignetPdfLook *looks, guint n_looks, GError **error);

G_END_DECLS
