/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-extension.h: a signed file lifted to a higher level (EN 319 142-1, 319 122-1, 319 132-1, clause 6): time-stamps and evidence
 * are added to a file that has no name yet. Nothing is signed and nobody is asked here: tokens and evidence come in as bytes.
 */
#pragma once

#include "signet-document-evidence.h"
#include "signet-document-signature.h"

G_BEGIN_DECLS

/* A time-stamp that will be added. */
typedef struct {
  const char  *id;      /* the signature it is for; a format whose time-stamps cover the whole file may serve the others with it */
  gboolean     archive; /* over signature, evidence and earlier time-stamps; else over the signature alone */
  SignetDigest digest;
  gsize        room;    /* bytes to keep for the token where that has to be known before; SIGNET_DOCUMENT_ERROR_NO_ROOM: ask again with more */
} SignetExtensionStamp;

#define SIGNET_TYPE_DOCUMENT_EXTENSION (signet_document_extension_get_type ())
G_DECLARE_DERIVABLE_TYPE (SignetDocumentExtension, signet_document_extension, SIGNET, DOCUMENT_EXTENSION, GObject)

/* What a format implements. Each works on the file behind _signet_document_extension_get_fd() (open for reading and writing); when a call
   that adds something returns TRUE, that file is whole again. After FALSE it is to be thrown away, except after NO_ROOM: then it is as it was
   before the prepare_timestamp() that led there. */
struct _SignetDocumentExtensionClass {
  GObjectClass parent_class;

  /* The digest of what the time-stamp must be made over. */
  GBytes  *(*prepare_timestamp) (SignetDocumentExtension *self, const SignetExtensionStamp *stamp, GCancellable *cancellable, GError **error);
  gboolean (*add_timestamp)     (SignetDocumentExtension *self, GBytes *token, GCancellable *cancellable, GError **error);
  gboolean (*add_evidence)      (SignetDocumentExtension *self, const char *id, SignetDocumentEvidence *evidence, GCancellable *cancellable,
                                 GError **error);
};

/* @fd: borrowed; holds the signed file. @detached: (nullable): the data of a detached signature. @origin: (nullable): what it was made of: its
   password serves here too. UNSUPPORTED: not a format that can be extended. */
SignetDocumentExtension *signet_document_extension_new               (int fd, SignetDocumentFile *detached, SignetDocumentFile *origin, GError **error);
/* (transfer full): as signet_document_find_signatures(), of the file as it is now */
GPtrArray               *signet_document_extension_find_signatures   (SignetDocumentExtension *self, GCancellable *cancellable, GError **error);
GBytes                  *signet_document_extension_prepare_timestamp (SignetDocumentExtension *self, const SignetExtensionStamp *stamp,
                                                                      GCancellable *cancellable, GError **error);
gboolean                 signet_document_extension_add_timestamp     (SignetDocumentExtension *self, GBytes *token, GCancellable *cancellable,
                                                                      GError **error);
/* For signature @id; what is in the file already is not written again. */
gboolean                 signet_document_extension_add_evidence      (SignetDocumentExtension *self, const char *id,
                                                                      SignetDocumentEvidence *evidence, GCancellable *cancellable, GError **error);

/* --- for the formats ------------------------------------------------------------------------------------------------------------- */
int                 _signet_document_extension_get_fd       (SignetDocumentExtension *self);
SignetDocumentFile *_signet_document_extension_get_detached (SignetDocumentExtension *self); /* (nullable) */
/* (transfer full): the file as it is now: opened anew, because it changes under whoever holds it open */
SignetDocumentFile *_signet_document_extension_open_file    (SignetDocumentExtension *self, GError **error);
/* Replaces all of the file. */
gboolean            _signet_document_extension_replace      (SignetDocumentExtension *self, GBytes *content, GError **error);

G_END_DECLS
