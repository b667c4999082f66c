/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-form-private.h: the form fields of a PDF (ISO 32000-1, 12.7) and what its signers allow to be done with them. */
#pragma once

#include "signet-pdf-reader-private.h"

G_BEGIN_DECLS

typedef struct {
  char                 *name;       /* full name as UTF-8; names are only ever compared in this form */
  guint32               number;     /* 0: not an object of its own */
  guint32               generation;
  const SignetPdfValue *dictionary;
  const char           *type;       /* "Sig", "Tx" …, inherited; "" when nowhere said */
  gint64                flags;
  gboolean              terminal;   /* has no fields below */
  const SignetPdfValue *parent;     /* (nullable) */
} SignetPdfField;

/* Catalogue and AcroForm of a reader; null values when missing. */
const SignetPdfValue *_signet_pdf_get_catalogue (SignetPdfReader *reader);
const SignetPdfValue *_signet_pdf_get_form      (SignetPdfReader *reader);
/* (element-type SignetPdfField): every field in document order; makes the reader fail when there are too many or they form a loop */
GPtrArray            *_signet_pdf_list_fields   (SignetPdfReader *reader);
gboolean              _signet_pdf_field_is_signature (const SignetPdfField *field);
/* The signature dictionary in /V, null when the field is empty. */
const SignetPdfValue *_signet_pdf_field_get_signature (SignetPdfReader *reader, const SignetPdfField *field);

/* --- what earlier signers allow ------------------------------------------------------------------------------------------- */

typedef struct {
  guint      level;  /* DocMDP: 0 nobody certified, 1 nothing may change, 2 forms and signatures, 3 also annotations */
  GPtrArray *locks;  /* of FieldMDP */
} SignetPdfPermissions;

SignetPdfPermissions *_signet_pdf_permissions_new       (void);
void                  _signet_pdf_permissions_free      (SignetPdfPermissions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPdfPermissions, _signet_pdf_permissions_free)
/* Adds the transforms of a signature dictionary. What is there but not understood counts as the strictest. */
void                  _signet_pdf_permissions_add       (SignetPdfPermissions *self, SignetPdfReader *reader, const SignetPdfValue *signature);
/* Those of every signature of the document. */
SignetPdfPermissions *_signet_pdf_permissions_of        (SignetPdfReader *reader, GPtrArray *fields);
/* @name NULL: a field that does not exist yet */
gboolean              _signet_pdf_permissions_is_locked (SignetPdfPermissions *self, const char *name);

G_END_DECLS
