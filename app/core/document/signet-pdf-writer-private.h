/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-writer-private.h: the bytes appended to a PDF: objects, their cross-reference section, and the trailer. */
#pragma once

#include "signet-pdf-reader-private.h"

G_BEGIN_DECLS

typedef struct {
  SignetPdfReader *reader;      /* borrowed: what is appended to */
  GString         *bytes;       /* to be written at reader->limit */
  GArray          *written;     /* of WrittenObject */
  guint32          next_number;
} SignetPdfWriter;

SignetPdfWriter *_signet_pdf_writer_new          (SignetPdfReader *reader);
void             _signet_pdf_writer_free         (SignetPdfWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPdfWriter, _signet_pdf_writer_free)

guint32          _signet_pdf_writer_new_number   (SignetPdfWriter *self);
void             _signet_pdf_writer_begin_object (SignetPdfWriter *self, guint32 number, guint32 generation);
void             _signet_pdf_writer_end_object   (SignetPdfWriter *self);
/* Cross-reference section of the same form as the newest one (7.5.8.4: forms are not mixed), trailer, startxref. */
gboolean         _signet_pdf_writer_finish       (SignetPdfWriter *self, GError **error);

void             _signet_pdf_write_value         (GString *bytes, const SignetPdfValue *value);
void             _signet_pdf_write_key           (GString *bytes, const char *key); /* "/Key " */
/* A dictionary without its closing ">>", and without @skip (NULL-terminated), so that keys can be added. */
void             _signet_pdf_write_open_dictionary (GString *bytes, const SignetPdfValue *dictionary, const char *const *skip);
void             _signet_pdf_write_text          (GString *bytes, const char *utf8);  /* a text string (7.9.2.2) */
void             _signet_pdf_write_reference    (GString *bytes, guint32 number, guint32 generation);

G_END_DECLS
