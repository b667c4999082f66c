/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-private.h: ZIP archives as containers of documents, by libzip: read strictly (one reading or none), written with stored members in several goes.
 * No encryption, no methods but store and deflate. See docs/decisions/0054-containers-by-libzip.md.
 */
#pragma once

#include "signet-document-file.h"

G_BEGIN_DECLS

#define SIGNET_ZIP_MAX_MEMBERS 200000

typedef struct {
  char    *name;   /* UTF-8, relative, no "..", no control characters */
  guint64  index;  /* libzip's */
  guint64  data;   /* where its bytes begin */
  guint64  stored; /* how many they are */
  guint64  size;   /* unpacked */
  guint32  crc;
  guint16  flags;  /* as both headers say */
  guint16  method; /* 0 stored, 8 deflated */
  gboolean is_folder;
  gboolean has_extra;      /* in its own header */
  gboolean has_descriptor; /* sizes and CRC stand behind its bytes */
} SignetZipMember;

/* (nullable): why a name is not one for a member of a container; a static text for the log */
const char *_signet_zip_find_fault_in_name (const char *name, gsize length);
/* (transfer full): equal for names that some file systems take for the same: case and Unicode forms do not count */
char       *_signet_zip_make_name_key      (const char *name);

/* --- reading (signet-zip-reader.c) --- */
typedef struct _SignetZipReader SignetZipReader;

/* MALFORMED unless there is exactly one way to read the archive; UNSUPPORTED: encryption, other methods; TOO_LARGE: what unpacks to absurd sizes. */
SignetZipReader       *_signet_zip_reader_new           (SignetDocumentFile *file, GCancellable *cancellable, GError **error);
void                   _signet_zip_reader_free          (SignetZipReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetZipReader, _signet_zip_reader_free)
guint                  _signet_zip_reader_get_n_members (SignetZipReader *self);
const SignetZipMember *_signet_zip_reader_get_member    (SignetZipReader *self, guint index);   /* in the order of the file */
const SignetZipMember *_signet_zip_reader_find          (SignetZipReader *self, const char *name); /* (nullable) */
guint64                _signet_zip_reader_get_end       (SignetZipReader *self);                /* where the members end and the directory begins */
gboolean               _signet_zip_reader_has_alike     (SignetZipReader *self, const char *name); /* a name that some would take for it */

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
/* @written: the same file, opened again after bytes from @kept on were written: digests of members in front of that are not made again. */
void                   _signet_zip_reader_tell          (SignetZipReader *self, SignetDocumentFile *written, guint64 kept);

/* --- writing (signet-zip-writer.c) --- */
typedef struct _SignetZipWriter SignetZipWriter;

/* @fd: open for reading and writing, empty or an archive; @time: seconds since 1970, of members that have none of their own */
SignetZipWriter *_signet_zip_writer_new      (int fd, gint64 time);
void             _signet_zip_writer_free     (SignetZipWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetZipWriter, _signet_zip_writer_free)
/* Another archive as it is. First of all. */
gboolean         _signet_zip_writer_copy     (SignetZipWriter *self, SignetDocumentFile *earlier, GCancellable *cancellable, GError **error);
/* Each is written with the next commit, in this order, behind what is there; a file is read then. */
gboolean         _signet_zip_writer_add      (SignetZipWriter *self, const char *name, GBytes *content, GError **error);
gboolean         _signet_zip_writer_add_file (SignetZipWriter *self, const char *name, SignetDocumentFile *file, GError **error);
/* The member stays where it is, those behind it move. @member: of a reader of the same archive */
gboolean         _signet_zip_writer_replace  (SignetZipWriter *self, const SignetZipMember *member, GBytes *content, GError **error);
/* Afterwards the file is a whole archive, and more may be added. */
gboolean         _signet_zip_writer_commit   (SignetZipWriter *self, GCancellable *cancellable, GError **error);
/* Before this byte the last commit has touched nothing. */
guint64          _signet_zip_writer_get_kept (SignetZipWriter *self);

G_END_DECLS
