/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-work.h: the blocking calls of the Sign page, each on a thread: open, check, sign. */
#pragma once

#include "../../core/document/signet-document-pdf.h"
#include "../../core/signing/signet-signing.h"

G_BEGIN_DECLS

/* A file opened once, for preview and signature alike. */
typedef struct {
  SignetDocumentFile *file;
  SignetDocumentPdf  *pdf;        /* (nullable): not a PDF */
  SignetDocumentFile *content;    /* (nullable): of a signature file: what it is about, when that lies beside it */
  GPtrArray          *signatures; /* (nullable) (element-type SignetDocumentSignature): of a signature file */
  gboolean            encloses;   /* of a signature file: what it is about is inside */
} SignetOpenDocument;
void signet_open_document_free (SignetOpenDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetOpenDocument, signet_open_document_free)

/* @interaction: (nullable): asked for the password of an encrypted document; NULL: that is an error */
void                signet_sign_open_async       (const char *path, SignetInteraction *interaction, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer data);
SignetOpenDocument *signet_sign_open_finish      (GAsyncResult *result, GError **error);
/* A PDF that wants a password: opens it anew and asks until it is the right one. */
void                signet_sign_unlock_async     (const char *path, SignetInteraction *interaction, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer data);
SignetDocumentFile *signet_sign_unlock_finish    (GAsyncResult *result, GError **error);   /* (transfer full) (nullable) */
/* On any thread. (transfer full) (nullable): the file that signature file @file is about, lying beside it */
SignetDocumentFile *signet_sign_open_content     (SignetDocumentFile *file);
void                signet_sign_preflight_async  (SignetSigning *signing, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray          *signet_sign_preflight_finish (SignetSigning *signing, GAsyncResult *result, GError **error);
void                signet_sign_run_async        (SignetSigning *signing, SignetInteraction *interaction, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer data);
gboolean            signet_sign_run_finish       (SignetSigning *signing, GAsyncResult *result, GError **error);

G_END_DECLS
