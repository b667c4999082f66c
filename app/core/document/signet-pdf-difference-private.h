/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-difference-private.h: what was done to a PDF between the revision a signature covers and the file as it is. */
#pragma once

#include "signet-document-signature-private.h"
#include "signet-pdf-form-private.h"

G_BEGIN_DECLS

/*
 * Adds the changes between @before and @after (made with _signet_pdf_reader_new_watching() from @before's limit or lower) to
 * @signature. Whatever is not explained by a rule is "undefined" and not allowed.
 */
void _signet_pdf_compare_revisions (SignetPdfReader *before, SignetPdfReader *after, SignetPdfPermissions *permissions,
                                    SignetDocumentSignature *signature);

/* --- between the files of the comparison -------------------------------------------------------------------------------- */

typedef struct {
  SignetPdfReader         *before;
  SignetPdfReader         *after;
  SignetPdfPermissions    *permissions;
  SignetDocumentSignature *signature;
  GHashTable              *changed;      /* object numbers that differ and are not explained yet */
  GHashTable              *references;   /* of those: object number -> how often @before refers to it, 2 for more */
  GHashTable              *from_content; /* of those: set that @before refers to from page content or resources */
  GHashTable              *from_annotations; /* of those: set that a page of @before names as its /Annots */
  GPtrArray               *fields_before, *fields_after;
  GHashTable              *new_widgets;  /* object numbers of widgets of new signature fields */
} SignetPdfComparison;

gboolean _signet_pdf_comparison_is_new         (SignetPdfComparison *self, guint32 number);
void     _signet_pdf_comparison_add            (SignetPdfComparison *self, const char *kind, const char *where, gboolean allowed);
/* The object is explained; nothing below it. */
void     _signet_pdf_comparison_explain        (SignetPdfComparison *self, guint32 number);
/* Explains new objects below @value that nothing in @before refers to, and changed ones that only one place there refers to. */
void     _signet_pdf_comparison_explain_below  (SignetPdfComparison *self, const SignetPdfValue *value, gboolean changed_too);
/* Names of keys that differ, unresolved values compared. */
GStrv    _signet_pdf_differing_keys            (const SignetPdfValue *before, const SignetPdfValue *after);
/* What came behind; FALSE when it is not the old array with something behind it. */
gboolean _signet_pdf_array_grew                (const SignetPdfValue *before, const SignetPdfValue *after, guint *first_new);

void     _signet_pdf_comparison_census         (SignetPdfComparison *self);
void     _signet_pdf_comparison_check_form     (SignetPdfComparison *self);
void     _signet_pdf_comparison_check_pages    (SignetPdfComparison *self);
/* Are the bytes of @after behind @before's end objects and sections that the cross-reference names, and nothing else? */
gboolean _signet_pdf_comparison_accounts_for_bytes (SignetPdfComparison *self);

G_END_DECLS
