/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-private.h: ZIP archives as containers of documents: read strictly (one reading or none), written with stored members. No zip64, no encryption.
 */
#pragma once

#include "signet-document-file.h"

G_BEGIN_DECLS

#define SIGNET_ZIP_MAX_MEMBERS 65535

/* As the central directory and the member's own header both say. */
typedef struct {
  char    *name;   /* UTF-8, relative, no "..", no control characters */
  guint64  header; /* where its own header begins */
  guint64  data;   /* where its bytes begin */
  guint32  stored; /* how many they are */
  guint32  size;   /* unpacked */
  guint32  crc;
  guint16  flags;
  guint16  method; /* 0 stored, 8 deflated */
  gboolean is_folder;
  gboolean has_extra; /* in its own header */
} SignetZipMember;

/* (nullable): why a name is not one for a member of a container; a static text for the log */
const char *_signet_zip_find_fault_in_name (const char *name, gsize length);
/* (transfer full): equal for names that some file systems take for the same: case and Unicode forms do not count */
char       *_signet_zip_make_name_key      (const char *name);

/* --- reading (signet-zip-reader.c) --- */
typedef struct _SignetZipReader SignetZipReader;

/* MALFORMED unless there is exactly one way to read the archive; UNSUPPORTED: zip64, encryption, other methods; TOO_LARGE: what unpacks to absurd sizes. */
SignetZipReader       *_signet_zip_reader_new           (SignetDocumentFile *file, GCancellable *cancellable, GError **error);
void                   _signet_zip_reader_free          (SignetZipReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetZipReader, _signet_zip_reader_free)
SignetDocumentFile    *_signet_zip_reader_get_file      (SignetZipReader *self);
guint                  _signet_zip_reader_get_n_members (SignetZipReader *self);
const SignetZipMember *_signet_zip_reader_get_member    (SignetZipReader *self, guint index);   /* in the order of the file */
const SignetZipMember *_signet_zip_reader_find          (SignetZipReader *self, const char *name); /* (nullable) */
GBytes                *_signet_zip_reader_get_directory (SignetZipReader *self);                /* borrowed: the central directory as it is */
guint64                _signet_zip_reader_get_end       (SignetZipReader *self);                /* where the members end and it begins */

/* The content, in pieces; FALSE without @error: the member is damaged (it does not unpack, its size or CRC is another). (signet-zip-content.c) */
typedef gboolean (*SignetZipSink) (const void *data, gsize length, gpointer user_data);
gboolean               _signet_zip_reader_unpack        (SignetZipReader *self, const SignetZipMember *member, SignetZipSink sink, gpointer user_data,
                                                         GCancellable *cancellable, GError **error);
/* (nullable): NULL without @error: damaged */
GBytes                *_signet_zip_reader_digest        (SignetZipReader *self, const SignetZipMember *member, SignetDigest digest,
                                                         GCancellable *cancellable, GError **error);
/* (nullable): damaged members are MALFORMED here, those above @most TOO_LARGE */
GBytes                *_signet_zip_reader_load          (SignetZipReader *self, const SignetZipMember *member, gsize most, GCancellable *cancellable,
                                                         GError **error);

/* --- changing (signet-zip-replace.c) --- */
/* In the file behind @fd, which is the one @zip has read: afterwards @zip is of no use any more. */
gboolean               _signet_zip_replace_member       (int fd, SignetZipReader *zip, const SignetZipMember *member, GBytes *content, GError **error);

/* --- writing (signet-zip-writer.c) --- */
typedef struct _SignetZipWriter SignetZipWriter;

/* @fd: empty; @time: seconds since 1970, of the members that have none of their own */
SignetZipWriter *_signet_zip_writer_new       (int fd, gint64 time);
void             _signet_zip_writer_free      (SignetZipWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetZipWriter, _signet_zip_writer_free)
/* All members of another archive byte for byte as they are. First of all. */
gboolean         _signet_zip_writer_take_over (SignetZipWriter *self, SignetZipReader *earlier, GCancellable *cancellable, GError **error);
gboolean         _signet_zip_writer_add       (SignetZipWriter *self, const char *name, const void *data, gsize length, GError **error);
/* Reads @file once. Returns its digest. */
GBytes          *_signet_zip_writer_add_file  (SignetZipWriter *self, const char *name, SignetDocumentFile *file, SignetDigest digest,
                                               GCancellable *cancellable, GError **error);
/* What was added so far is in the file: another may read it back. */
gboolean         _signet_zip_writer_flush     (SignetZipWriter *self, GError **error);
/* The central directory: afterwards the file is whole. */
gboolean         _signet_zip_writer_finish    (SignetZipWriter *self, GError **error);

G_END_DECLS
