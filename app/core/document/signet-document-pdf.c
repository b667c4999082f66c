/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-pdf.c: opens a PDF to be signed, tells what it holds, and whether its earlier signers let it be signed.
 *
 * Reads strictly and repairs nothing. Preparing is in signet-document-pdf-prepare.c. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-document-pdf"

#include "config.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-document-pdf-private.h"
#include "signet-pdf-crypt-private.h"
#include "signet-pdf-findings-private.h"

G_DEFINE_FINAL_TYPE (SignetDocumentPdf, signet_document_pdf, G_TYPE_OBJECT)

enum { FIELD_READ_ONLY = 1 };

static void
signet_document_pdf_finalize (GObject *object)
{
  SignetDocumentPdf *self = SIGNET_DOCUMENT_PDF (object);

  g_clear_pointer (&self->widgets, g_hash_table_unref);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->reader, _signet_pdf_reader_free);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (signet_document_pdf_parent_class)->finalize (object);
}

static void
signet_document_pdf_class_init (SignetDocumentPdfClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_document_pdf_finalize;
}

static void
signet_document_pdf_init (SignetDocumentPdf *self)
{
}

static gboolean
set_malformed (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, message);
  return FALSE;
}

/* Anything but white space behind the end is a second file to somebody else. */
static gboolean
check_nothing_behind (SignetPdfReader *reader, GError **error)
{
  gsize length = (gsize) (reader->limit - reader->end);
  g_autofree guint8 *rest = g_malloc (length + 1);

  if (!signet_document_file_read (reader->file, reader->end, rest, length, error))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!_signet_pdf_is_space (rest[i]))
      {
        g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "bytes after the end of the document at byte %" G_GUINT64_FORMAT,
                     reader->end + i);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_facts (SignetDocumentPdf *self, GError **error)
{
  const SignetPdfValue *catalogue = _signet_pdf_get_catalogue (self->reader);
  const SignetPdfValue *pages = _signet_pdf_reader_get (self->reader, catalogue, "Pages");
  const SignetPdfValue *count = _signet_pdf_reader_get (self->reader, pages, "Count");

  self->fields = _signet_pdf_list_fields (self->reader);
  if (!_signet_pdf_reader_check (self->reader, error))
    return FALSE;
  if (catalogue->type != SIGNET_PDF_DICTIONARY || catalogue->ambiguous || !_signet_pdf_is_name (_signet_pdf_lookup (catalogue, "Type"), "Catalog"))
    return set_malformed (error, "no document catalogue");
  if (pages->type != SIGNET_PDF_DICTIONARY || pages->ambiguous || count->type != SIGNET_PDF_INTEGER || count->integer < 0
      || count->integer > (gint64) self->reader->entries->len)
    return set_malformed (error, "no page tree");
  self->n_pages = (guint) count->integer;
  return TRUE;
}

/* Its header has to stand where the table says, not behind what some readers skip. */
static gboolean
is_exactly_there (SignetPdfReader *reader, const SignetPdfValue *reference)
{
  const SignetPdfEntry *entry = _signet_pdf_reader_get_entry (reader, (guint32) reference->integer);
  guint8 first = 0;

  if (entry->kind == SIGNET_PDF_ENTRY_COMPRESSED)
    return TRUE;
  return entry->kind == SIGNET_PDF_ENTRY_OFFSET && signet_document_file_read (reader->file, entry->where, &first, 1, NULL)
         && g_ascii_isdigit (first);
}

gboolean
_signet_pdf_is_odd (SignetPdfReader *reader)
{
  return reader->odd || !is_exactly_there (reader, _signet_pdf_lookup (reader->trailer, "Root"));
}

static gboolean
open_read (SignetDocumentPdf *self, GError **error)
{
  g_autoptr(SignetSecret) password = signet_document_file_dup_password (self->file);
  gboolean encrypted = FALSE;
  guint32 root = 0;

  if (!check_nothing_behind (self->reader, error) || !read_facts (self, error))
    return FALSE;
  if (!_signet_pdf_is_odd (self->reader))
    return TRUE;
  if (!_signet_pdf_ask_qpdf (self->file, self->reader->entries->len, password != NULL ? (const char *) signet_secret_get_bytes (password, NULL) : NULL, &root, &encrypted, error))
    return FALSE;
  if (encrypted != (self->reader->crypt != NULL) || root != (guint32) _signet_pdf_lookup (self->reader->trailer, "Root")->integer)
    return set_malformed (error, "the document can be read in two ways");
  return TRUE;
}

/**
 * signet_document_pdf_open:
 * @file: an open file
 * @password: (nullable): of an encrypted document, user's or owner's; %NULL: what @file was given
 * @error: MALFORMED with where; ENCRYPTED when a password is needed, WRONG_PASSWORD when this is not it; TOO_LARGE
 *
 * Returns: (transfer full) (nullable): the document
 */
SignetDocumentPdf *
signet_document_pdf_open (SignetDocumentFile *file, const char *password, GError **error)
{
  g_autoptr(SignetDocumentPdf) self = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (file), NULL);

  if (signet_document_file_get_format (file) != SIGNET_FORMAT_PDF)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "not a PDF");
      return NULL;
    }
  self = g_object_new (SIGNET_TYPE_DOCUMENT_PDF, NULL);
  self->file = g_object_ref (file);
  if (password != NULL)
    {
      g_autoptr(SignetSecret) secret = signet_secret_new ((const guint8 *) password, strlen (password));

      signet_document_file_set_password (file, secret);
    }
  self->reader = _signet_pdf_reader_new (file, signet_document_file_get_size (file), error);
  if (self->reader == NULL || !open_read (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * signet_document_pdf_get_n_pages:
 *
 * Returns: the number of pages the page tree claims
 */
guint
signet_document_pdf_get_n_pages (SignetDocumentPdf *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), 0);

  return self->n_pages;
}

/**
 * signet_document_pdf_get_content:
 *
 * Looks at the first 500 pages.
 */
SignetPdfContent
signet_document_pdf_get_content (SignetDocumentPdf *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), 0);

  if (!self->content_known)
    self->content = _signet_pdf_look_for_content (self->reader, self->fields);
  self->content_known = TRUE;
  return self->content;
}

GPtrArray *
signet_document_pdf_list_findings (SignetDocumentPdf *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), NULL);

  return _signet_pdf_list_findings (self->reader, self->fields);
}

gboolean
signet_document_pdf_is_encrypted (SignetDocumentPdf *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), FALSE);

  return self->reader->crypt != NULL;
}

/**
 * signet_document_pdf_get_n_signatures:
 *
 * Returns: the number of signature fields with something in them, whatever it is worth
 */
guint
signet_document_pdf_get_n_signatures (SignetDocumentPdf *self)
{
  guint n = 0;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), 0);

  for (guint i = 0; i < self->fields->len; i++)
    if (_signet_pdf_field_get_signature (self->reader, g_ptr_array_index (self->fields, i))->type != SIGNET_PDF_NULL)
      n++;
  return n;
}

/**
 * signet_document_pdf_dup_empty_fields:
 *
 * Returns: (transfer full): full names of the signature fields nobody signed yet, NULL-terminated
 */
char **
signet_document_pdf_dup_empty_fields (SignetDocumentPdf *self)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), NULL);

  for (guint i = 0; i < self->fields->len; i++)
    {
      const SignetPdfField *field = g_ptr_array_index (self->fields, i);

      if (_signet_pdf_field_is_signature (field) && *field->name != '\0'
          && _signet_pdf_field_get_signature (self->reader, field)->type == SIGNET_PDF_NULL)
        g_strv_builder_add (builder, field->name);
    }
  return g_strv_builder_end (builder);
}

SignetPdfField *
_signet_document_pdf_find_field (SignetDocumentPdf *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      SignetPdfField *field = g_ptr_array_index (self->fields, i);

      if (_signet_pdf_field_is_signature (field) && g_str_equal (field->name, name))
        return field;
    }
  return NULL;
}

static gboolean
set_forbidden (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN, message);
  return FALSE;
}

static gboolean
check_field (SignetDocumentPdf *self, const char *name, GError **error)
{
  const SignetPdfField *field = _signet_document_pdf_find_field (self, name);

  if (field == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "no signature field of that name");
      return FALSE;
    }
  if (_signet_pdf_field_get_signature (self->reader, field)->type != SIGNET_PDF_NULL)
    return set_forbidden (error, "the field is signed already");
  if ((field->flags & FIELD_READ_ONLY) != 0)
    return set_forbidden (error, "the field is read-only");
  if (field->number == 0)
    return set_malformed (error, "the field is not an object of its own");
  return _signet_pdf_check_seed (self->reader, field, error);
}

/* Table 22: a new field needs to modify and to annotate, an existing one to fill in or to annotate. The owner may everything. */
gboolean
_signet_document_pdf_check_access (SignetDocumentPdf *self, const char *field, GError **error)
{
  SignetPdfCrypt *crypt = self->reader->crypt;

  if (crypt == NULL || _signet_pdf_crypt_is_owner (crypt))
    return TRUE;
  if (field == NULL && !(_signet_pdf_crypt_may (crypt, SIGNET_PDF_MAY_MODIFY) && _signet_pdf_crypt_may (crypt, SIGNET_PDF_MAY_ANNOTATE)))
    return set_forbidden (error, "the document's owner allows no new signature without the owner's password");
  if (field != NULL && !_signet_pdf_crypt_may (crypt, SIGNET_PDF_MAY_FILL) && !_signet_pdf_crypt_may (crypt, SIGNET_PDF_MAY_ANNOTATE))
    return set_forbidden (error, "the document's owner allows no form to be filled in without the owner's password");
  return TRUE;
}

/**
 * signet_document_pdf_check_can_sign:
 * @field: (nullable): an existing empty field; %NULL: a new one
 * @error: FORBIDDEN when an earlier signer does not allow it; UNSUPPORTED; NOT_FOUND in %SIGNET_BASE_ERROR when there is no such field
 */
gboolean
signet_document_pdf_check_can_sign (SignetDocumentPdf *self, const char *field, GError **error)
{
  g_autoptr(SignetPdfPermissions) permissions = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), FALSE);

  if (!_signet_document_pdf_check_access (self, field, error))
    return FALSE;
  if (_signet_pdf_reader_get (self->reader, _signet_pdf_get_catalogue (self->reader), "NeedsRendering")->integer != 0)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "a dynamic XFA form has no fixed look to sign");
      return FALSE;
    }
  permissions = _signet_pdf_permissions_of (self->reader, self->fields);
  if (!_signet_pdf_reader_check (self->reader, error))
    return FALSE;
  if (permissions->level == 1)
    return set_forbidden (error, "the document is certified and no change is allowed");
  if (_signet_pdf_permissions_is_locked (permissions, field))
    return set_forbidden (error, "an earlier signer locked the form");
  return field == NULL || check_field (self, field, error);
}
