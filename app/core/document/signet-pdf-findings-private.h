/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-findings-private.h: what a PDF holds beside its pages, collected by kind. */
#pragma once

#include "signet-document-pdf.h"
#include "signet-pdf-form-private.h"

G_BEGIN_DECLS

/* (transfer full) (element-type SignetPdfFinding) */
GPtrArray *_signet_pdf_list_findings (SignetPdfReader *reader, GPtrArray *fields);

/* --- signet-pdf-look.c ----------------------------------------------------------------------------------------------------- */

/*
 * The text that the normal appearance of a widget writes, without blanks, as UTF-8; U+FFFD for a letter that cannot be told.
 * (transfer full) (nullable): there is an appearance that cannot be read. "" when there is none.
 */
char      *_signet_pdf_dup_look      (SignetPdfReader *reader, const SignetPdfValue *widget);
typedef enum { SIGNET_PDF_MATCH_SAME, SIGNET_PDF_MATCH_OTHER, SIGNET_PDF_MATCH_UNKNOWN } SignetPdfMatch;
/* Is @look, as returned by _signet_pdf_dup_look(), how @value is written? Blanks do not count. @whole FALSE: among other things */
SignetPdfMatch _signet_pdf_look_match (const char *look, const char *value, gboolean whole);

/* --- signet-pdf-text.c ----------------------------------------------------------------------------------------------------- */

/* What the codes of a string stand for with one font. */
typedef struct _SignetPdfFont SignetPdfFont;
SignetPdfFont *_signet_pdf_font_new    (SignetPdfReader *reader, const SignetPdfValue *font);
void           _signet_pdf_font_free   (SignetPdfFont *self);
/* Appends the letters of @string without blanks. FALSE: they cannot be told at all. */
gboolean       _signet_pdf_font_append (SignetPdfFont *self, const SignetPdfValue *string, GString *text);

G_END_DECLS
