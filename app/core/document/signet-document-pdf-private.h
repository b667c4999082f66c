/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-pdf-private.h: what the files of SignetDocumentPdf share. */
#pragma once

#include "signet-document-pdf.h"
#include "signet-pdf-form-private.h"

G_BEGIN_DECLS

struct _SignetDocumentPdf {
  GObject             parent_instance;
  SignetDocumentFile *file;
  SignetPdfReader    *reader;
  GPtrArray          *fields;    /* (element-type SignetPdfField) */
  GHashTable         *widgets;   /* (nullable) (element-type uint SignetPdfField): made when it is asked for */
  guint               n_pages;
  SignetPdfContent    content;
  gboolean            content_known;
};

/* Hashes [0, length) of @file into @context while it is copied to @fd (-1: nowhere); constant memory. */
gboolean _signet_pdf_copy_and_hash (SignetDocumentFile *file, int fd, guint64 length, EVP_MD_CTX *context,
                                    GCancellable *cancellable, GError **error);

SignetPdfContent _signet_pdf_look_for_content (SignetPdfReader *reader, GPtrArray *fields);
/* The first leaf of the page tree as it is referred to; null when there is none. */
const SignetPdfValue *_signet_pdf_get_first_page (SignetPdfReader *reader);

/* Whether another strict reader could see another document: then it is asked. docs/decisions/0063 */
gboolean _signet_pdf_is_odd (SignetPdfReader *reader);
/* Opens the file a second time with qpdf, recovery off: a second opinion on what it is. */
gboolean _signet_pdf_ask_qpdf (SignetDocumentFile *file, guint n_objects, const char *password, guint32 *root, gboolean *encrypted, GError **error);

/* FALSE with FORBIDDEN: a time-stamp of the document cannot be put into it. */
gboolean _signet_document_pdf_check_can_stamp (SignetDocumentPdf *self, GError **error);
/* FORBIDDEN when the permissions of an encrypted document do not allow a signature. @field: (nullable): a new one */
gboolean _signet_document_pdf_check_access (SignetDocumentPdf *self, const char *field, GError **error);
/* FORBIDDEN when the seed values of @field demand what is never done, or what these parameters do not do. */
gboolean _signet_pdf_check_seed            (SignetPdfReader *reader, const SignetPdfField *field, GError **error);
gboolean _signet_pdf_check_seed_parameters (SignetPdfReader *reader, const SignetPdfField *field, SignetDigest digest,
                                            const SignetPdfSignParameters *parameters, GError **error);
SignetPdfField *_signet_document_pdf_find_field (SignetDocumentPdf *self, const char *name);

G_END_DECLS
