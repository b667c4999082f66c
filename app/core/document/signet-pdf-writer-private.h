/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-writer-private.h: the bytes appended to a PDF: objects, their cross-reference section, and the trailer. */
#pragma once

#include "signet-pdf-reader-private.h"

G_BEGIN_DECLS

/*
 * In an encrypted document strings and streams of what is appended are encrypted too, each for the object it is in (7.6.2). So they are
 * written with the functions below and nothing else; what is not a string (names, numbers, brackets, and the one string that stays as it
 * is, /Contents of a signature) may be put into @bytes directly.
 */
typedef struct {
  SignetPdfReader *reader;      /* borrowed: what is appended to */
  GString         *bytes;       /* to be written at reader->limit */
  GArray          *written;     /* of WrittenObject */
  guint32          next_number;
  guint32          number;      /* of the object begun last; 0: outside of objects, where nothing is encrypted */
  guint32          generation;
  GError          *error;       /* (nullable): the first string that could not be encrypted; finish() tells */
} SignetPdfWriter;

SignetPdfWriter *_signet_pdf_writer_new          (SignetPdfReader *reader);
void             _signet_pdf_writer_free         (SignetPdfWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPdfWriter, _signet_pdf_writer_free)

guint32          _signet_pdf_writer_new_number   (SignetPdfWriter *self);
void             _signet_pdf_writer_begin_object (SignetPdfWriter *self, guint32 number, guint32 generation);
void             _signet_pdf_writer_end_object   (SignetPdfWriter *self);
/* Cross-reference section of the same form as the newest one (7.5.8.4: forms are not mixed), trailer, startxref. */
gboolean         _signet_pdf_writer_finish       (SignetPdfWriter *self, GError **error);

void             _signet_pdf_write_value         (SignetPdfWriter *self, const SignetPdfValue *value);
void             _signet_pdf_write_key           (SignetPdfWriter *self, const char *key); /* "/Key " */
/* A dictionary without its closing ">>", and without @skip (NULL-terminated), so that keys can be added. */
void             _signet_pdf_write_open_dictionary (SignetPdfWriter *self, const SignetPdfValue *dictionary, const char *const *skip);
void             _signet_pdf_write_text          (SignetPdfWriter *self, const char *utf8);  /* a text string (7.9.2.2) */
void             _signet_pdf_write_string        (SignetPdfWriter *self, const void *data, gsize length); /* a byte string */
void             _signet_pdf_write_reference     (SignetPdfWriter *self, guint32 number, guint32 generation);
/* Ends an open stream dictionary: /Length, ">>", and the bytes, which the keys written before describe (/Filter …). */
void             _signet_pdf_write_stream        (SignetPdfWriter *self, const void *data, gsize length);

G_END_DECLS
