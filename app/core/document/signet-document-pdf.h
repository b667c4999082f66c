/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-pdf.h: a PDF (ISO 32000-1) read strictly and signed by an incremental append that leaves every earlier byte as it was. */
#pragma once

#include "../mark/signet-mark.h"
#include "signet-document-signature.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_DOCUMENT_PDF (signet_document_pdf_get_type ())
G_DECLARE_FINAL_TYPE (SignetDocumentPdf, signet_document_pdf, SIGNET, DOCUMENT_PDF, GObject)

/* What a document holds that a page does not show. */
typedef enum {
  SIGNET_PDF_HAS_SCRIPT         = 1 << 0,
  SIGNET_PDF_HAS_ATTACHMENT     = 1 << 1,
  SIGNET_PDF_HAS_XFA            = 1 << 2,
  SIGNET_PDF_HAS_OPTIONAL_LAYER = 1 << 3,
  SIGNET_PDF_HAS_EXTERNAL       = 1 << 4, /* external streams, launch or remote actions */
  SIGNET_PDF_HAS_EMPTY_FIELD    = 1 << 5, /* form fields not filled in */
} SignetPdfContent;

/* One kind of thing that a person should know of before signing. */
typedef struct {
  const char *code;  /* "scripts", "layers", "layers-off", "attachments", "xfa", "external", "actions", "values", "values-unknown", "no-looks", "hidden" */
  guint       count;
  char       *names; /* the first few, safe to show: "a, b, …"; "" when they have none */
  guint       page;  /* of the first, from 1; 0: on no page */
} SignetPdfFinding;
void signet_pdf_finding_free (SignetPdfFinding *finding);

typedef struct {
  const char *field;        /* (nullable): an existing empty signature field; NULL: a new one */
  const char *reason;       /* (nullable) */
  const char *location;     /* (nullable) */
  const char *name;         /* (nullable): the signer's name for /Name */
  gint64      time;         /* for /M */
  gsize       room;         /* bytes for the DER in /Contents */
  guint       certify;      /* 0: approval; 1-3: DocMDP level */
  gboolean    is_timestamp; /* a time-stamp of the document (EN 319 142-1, 5.4.3): the texts and @time are left out */
  gboolean    in_place;     /* the file to be written to is the document itself */
  GBytes     *drawing;      /* (nullable): of the visible mark: a PDF of one page (signet_mark_draw()) */
  SignetMarkBox mark;       /* where it stands, from signet_document_pdf_place_mark() */
} SignetPdfSignParameters;

/* Where the signature goes, after prepare() has written everything but it. */
typedef struct {
  guint64  contents_offset; /* of '<' */
  gsize    room;            /* hex digits / 2 */
  GBytes  *digest;          /* over both ranges */
  char    *field;           /* the field's full name */
  guint64  prefix_length;   /* bytes copied */
  EVP_MD_CTX *prefix;       /* (owned): digest in progress over them, as read back from the output */
} SignetPdfPrepared;
void signet_pdf_prepared_free (SignetPdfPrepared *prepared);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPdfPrepared, signet_pdf_prepared_free)

SignetDocumentPdf *signet_document_pdf_open            (SignetDocumentFile *file, const char *password, GError **error);
guint              signet_document_pdf_get_n_pages     (SignetDocumentPdf *self);
SignetPdfContent   signet_document_pdf_get_content     (SignetDocumentPdf *self);
/* (transfer full) (element-type SignetPdfFinding): what can change what the document shows, or is not shown at all; looks at the first 500 pages */
GPtrArray         *signet_document_pdf_list_findings   (SignetDocumentPdf *self);
gboolean           signet_document_pdf_is_encrypted    (SignetDocumentPdf *self);
guint              signet_document_pdf_get_n_signatures (SignetDocumentPdf *self);
char             **signet_document_pdf_dup_empty_fields (SignetDocumentPdf *self);
/* FALSE with FORBIDDEN when DocMDP, FieldMDP, a lock or the permissions do not allow a signature (ISO 32000-1, 12.8.2.2). */
gboolean           signet_document_pdf_check_can_sign  (SignetDocumentPdf *self, const char *field, GError **error);
/* Copies the file to @fd (open for reading too), appends the increment, hashes what has arrived there while copying (constant memory), leaves /Contents empty. */
SignetPdfPrepared *signet_document_pdf_prepare         (SignetDocumentPdf *self, int fd, SignetDigest digest, const SignetPdfSignParameters *parameters,
                                                        GCancellable *cancellable, GError **error);
/* Writes @cms into the gap. */
gboolean           signet_pdf_prepared_complete        (const SignetPdfPrepared *prepared, int fd, GBytes *cms, GError **error);

G_END_DECLS
