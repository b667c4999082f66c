/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-file.h: a file opened once; every later read (preview, hash, copy) goes through this one descriptor. */
#pragma once

#include <gio/gio.h>

#include "../base/signet-algorithm.h"
#include "../base/signet-secret.h"
#include "signet-document-error.h"

G_BEGIN_DECLS

typedef enum { SIGNET_FORMAT_UNKNOWN, SIGNET_FORMAT_PDF, SIGNET_FORMAT_CMS, SIGNET_FORMAT_XML, SIGNET_FORMAT_ZIP, SIGNET_FORMAT_OTHER } SignetFormat;

#define SIGNET_TYPE_DOCUMENT_FILE (signet_document_file_get_type ())
G_DECLARE_FINAL_TYPE (SignetDocumentFile, signet_document_file, SIGNET, DOCUMENT_FILE, GObject)

SignetDocumentFile *signet_document_file_open          (const char *path, GError **error);  /* regular files only; NOT_FOUND and the like in SIGNET_BASE_ERROR */
const char         *signet_document_file_get_path      (SignetDocumentFile *self);
int                 signet_document_file_get_fd        (SignetDocumentFile *self);
guint64             signet_document_file_get_size      (SignetDocumentFile *self);
gint64              signet_document_file_get_time      (SignetDocumentFile *self);           /* last changed, in seconds since 1970, as it was when opened */
SignetFormat        signet_document_file_get_format    (SignetDocumentFile *self);           /* by content, not by name */
/* FALSE with CHANGED when size, times or inode differ from when it was opened. */
gboolean            signet_document_file_check_unchanged (SignetDocumentFile *self, GError **error);
gboolean            signet_document_file_read          (SignetDocumentFile *self, guint64 offset, void *buffer, gsize length, GError **error);
/* Of an encrypted document, to be given before it is read. @password: (nullable): bytes as the person typed them */
void                signet_document_file_set_password  (SignetDocumentFile *self, SignetSecret *password);
/* What opens @from opens @self: for a file made of it. */
void                signet_document_file_share_password (SignetDocumentFile *self, SignetDocumentFile *from);
/* Another document: the password that was typed for @from is tried for it; the keys made of it there are no good here. */
void                signet_document_file_try_password_of (SignetDocumentFile *self, SignetDocumentFile *from);
/* (transfer full) (nullable): the password that opened it as this document spells it, NUL-terminated; NULL: none was needed so far */
SignetSecret       *signet_document_file_dup_password  (SignetDocumentFile *self);
/* Digest of [offset, offset + length) in constant memory. */
GBytes             *signet_document_file_digest        (SignetDocumentFile *self, SignetDigest digest, guint64 offset, guint64 length,
                                                        GCancellable *cancellable, GError **error);
/* @state: a digest in progress over exactly the first @length bytes of this file (copied): those are not read again while the file stays unchanged. */
void                signet_document_file_set_known_prefix (SignetDocumentFile *self, SignetDigest digest, guint64 length, EVP_MD_CTX *state);
/* Puts the longest known state of at most @most bytes into @context, which was initialised for @digest. Returns how many bytes it covers. */
guint64             signet_document_file_resume_digest (SignetDocumentFile *self, SignetDigest digest, guint64 most, EVP_MD_CTX *context);

/* All of @data at @offset, with SIGNET_BASE_ERROR saying why not: what formats write signed files with. */
gboolean            signet_document_write_at           (int fd, guint64 offset, const void *data, gsize length, GError **error);

G_END_DECLS
