/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-reader-private.h: the first @limit bytes of a file read as a PDF: cross-reference sections and the objects they name. */
#pragma once

#include "signet-document-file.h"
#include "signet-pdf-object-private.h"

G_BEGIN_DECLS

typedef enum { SIGNET_PDF_ENTRY_ABSENT, SIGNET_PDF_ENTRY_FREE, SIGNET_PDF_ENTRY_OFFSET, SIGNET_PDF_ENTRY_COMPRESSED } SignetPdfEntryKind;

typedef struct {
  guint64 where;  /* offset in the file; number of the object stream */
  guint32 detail; /* generation; index in the object stream */
  guint32 kind;
} SignetPdfEntry;

typedef struct {
  guint64  offset;
  guint64  end;       /* behind the trailer dictionary or the stream's object */
  gboolean is_stream;
  guint32  number;    /* of the stream object */
  gboolean hybrid;    /* the XRefStm beside a table */
} SignetPdfSection;

/* The keys of an encrypted document: signet-pdf-crypt-private.h */
typedef struct _SignetPdfCrypt SignetPdfCrypt;

/* What every SIGNET_PDF_STREAM is the start of: its bytes are encrypted for the object it is. */
typedef struct {
  SignetPdfValue value;
  guint32        number;
  guint32        generation;
} SignetPdfStream;

typedef struct {
  SignetDocumentFile   *file;      /* (owned) */
  guint64               limit;
  SignetPdfArena       *arena;
  GArray               *entries;   /* of SignetPdfEntry, by object number */
  GArray               *sections;  /* of SignetPdfSection, newest first */
  const SignetPdfValue *trailer;   /* of the newest section */
  guint64               startxref;
  guint64               end;       /* behind "%%EOF" */
  gboolean              odd;       /* another strict reader might see something else: hybrid, linearized, encrypted, numbers given twice… */
  GHashTable           *cache;     /* object number -> SignetPdfValue */
  GHashTable           *containers; /* object stream -> its decoded bytes and table */
  SignetPdfArena       *scratch;   /* (nullable): borrowed, for objects that are looked at once */
  SignetPdfCrypt       *crypt;     /* (nullable): of an encrypted document: strings are decrypted as they are read */
  guint32               encrypt_number; /* the object with the encryption dictionary, whose strings are not encrypted */
  guint64               watch_from;
  GHashTable           *watched;   /* (nullable): every offset from watch_from on that any section names */
  gsize                 inflated;  /* so far */
  guint                 depth;     /* of loading an object while loading an object */
  GError               *error;     /* (nullable): the first thing that went wrong; sticky */
} SignetPdfReader;

/* Errors: MALFORMED with where, TOO_LARGE; ENCRYPTED, WRONG_PASSWORD by the password of @file. Nothing is repaired. */
SignetPdfReader      *_signet_pdf_reader_new            (SignetDocumentFile *file, guint64 limit, GError **error);
/* Also collects in self->watched every object offset >= @watch_from, of overridden objects too. */
SignetPdfReader      *_signet_pdf_reader_new_watching   (SignetDocumentFile *file, guint64 limit, guint64 watch_from, GError **error);
/* Reads from the section at @startxref: an earlier state of the document. */
SignetPdfReader      *_signet_pdf_reader_new_at         (SignetDocumentFile *file, guint64 limit, guint64 startxref, GError **error);
void                  _signet_pdf_reader_free           (SignetPdfReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPdfReader, _signet_pdf_reader_free)

/* These never return NULL: an object that is missing is null; one that is damaged is null and makes check() fail from then on. */
const SignetPdfValue *_signet_pdf_reader_get_object     (SignetPdfReader *self, guint32 number, guint32 generation);
const SignetPdfValue *_signet_pdf_reader_resolve        (SignetPdfReader *self, const SignetPdfValue *value);
const SignetPdfValue *_signet_pdf_reader_get            (SignetPdfReader *self, const SignetPdfValue *dictionary, const char *key);
gboolean              _signet_pdf_reader_check          (SignetPdfReader *self, GError **error);

const SignetPdfEntry *_signet_pdf_reader_get_entry      (SignetPdfReader *self, guint32 number);
/* An object to look at once: it lives in @scratch. (nullable): damaged, which is not remembered */
const SignetPdfValue *_signet_pdf_reader_visit_object   (SignetPdfReader *self, guint32 number, SignetPdfArena *scratch);
/* Parses "N G obj …" at @offset; @end: (out): behind "endobj". For streams the data is stepped over. (nullable) */
const SignetPdfValue *_signet_pdf_reader_parse_at       (SignetPdfReader *self, guint64 offset, guint32 *number, guint32 *generation,
                                                         guint64 *end, GError **error);
/* Bytes of a stream, decrypted and without FlateDecode, ASCIIHexDecode and ASCII85Decode; MALFORMED with other filters. (nullable) */
GBytes               *_signet_pdf_reader_decode_stream  (SignetPdfReader *self, const SignetPdfValue *stream, GError **error);
/* signet-pdf-filter.c: the same of @bytes, which are decrypted already */
GBytes               *_signet_pdf_reader_unfilter       (SignetPdfReader *self, const SignetPdfValue *stream, GBytes *bytes, GError **error);

/* The keys that opened a file: signet-document-file.c keeps them for its next reader. */
SignetPdfCrypt       *_signet_document_file_dup_keys    (SignetDocumentFile *file);
void                  _signet_document_file_set_keys    (SignetDocumentFile *file, SignetPdfCrypt *keys);
SignetSecret         *_signet_document_file_dup_given_password (SignetDocumentFile *file);

/* Internal to the reader: signet-pdf-xref.c */
void                  _signet_pdf_container_free        (gpointer data);
gboolean              _signet_pdf_reader_load_sections  (SignetPdfReader *self, GError **error);
/* A cursor on a window of at most @size bytes at @offset; the bytes belong to @window. FALSE on an I/O error. */
gboolean              _signet_pdf_reader_window         (SignetPdfReader *self, guint64 offset, gsize size, GByteArray *window,
                                                         SignetPdfLexer *lexer, GError **error);

G_END_DECLS
