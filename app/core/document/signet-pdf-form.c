/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-form.c: walks the fields of a PDF form, with limits on depth and count. Reads only. */
#define G_LOG_DOMAIN "signet-pdf-form"

#include "config.h"

#include "signet-pdf-form-private.h"

#include "../base/signet-text.h"

#define MAX_DEPTH  32
#define MAX_FIELDS 50000
#define MAX_WIDGETS 200 /* of one signature field that are looked at */

static void
field_free (gpointer data)
{
  SignetPdfField *field = data;

  g_free (field->name);
  g_free (field);
}

const SignetPdfValue *
_signet_pdf_get_catalogue (SignetPdfReader *reader)
{
  return _signet_pdf_reader_get (reader, reader->trailer, "Root");
}

const SignetPdfValue *
_signet_pdf_get_form (SignetPdfReader *reader)
{
  return _signet_pdf_reader_get (reader, _signet_pdf_get_catalogue (reader), "AcroForm");
}

static char *
full_name (const SignetPdfField *parent, const SignetPdfValue *partial)
{
  g_autofree char *own = partial->type == SIGNET_PDF_STRING ? _signet_pdf_dup_text (partial, 0) : NULL;

  if (parent == NULL || parent->name == NULL || *parent->name == '\0')
    return g_steal_pointer (&own) ?: g_strdup ("");
  return own != NULL ? g_strdup_printf ("%s.%s", parent->name, own) : g_strdup (parent->name);
}

static void
set_error (SignetPdfReader *reader, int code, const char *message)
{
  if (reader->error == NULL)
    g_set_error_literal (&reader->error, SIGNET_DOCUMENT_ERROR, code, message);
}

/* A kid without /T is a widget of its parent, not a field (12.7.3.1) */
static gboolean
has_field_kids (SignetPdfReader *reader, const SignetPdfValue *kids)
{
  const SignetPdfValue *first = kids->type == SIGNET_PDF_ARRAY && kids->count > 0 ? _signet_pdf_reader_resolve (reader, kids->items[0]) : NULL;

  return first != NULL && _signet_pdf_lookup (first, "T")->type != SIGNET_PDF_NULL;
}

static void
walk (SignetPdfReader *reader, const SignetPdfValue *reference, const SignetPdfField *parent, GPtrArray *fields, GHashTable *seen,
      guint depth)
{
  const SignetPdfValue *dictionary = _signet_pdf_reader_resolve (reader, reference);
  const SignetPdfValue *kids = _signet_pdf_reader_get (reader, dictionary, "Kids");
  const SignetPdfValue *type = _signet_pdf_reader_get (reader, dictionary, "FT");
  const SignetPdfValue *flags = _signet_pdf_reader_get (reader, dictionary, "Ff");
  SignetPdfField *field = NULL;

  if (dictionary->type != SIGNET_PDF_DICTIONARY)
    return;
  if (depth > MAX_DEPTH || fields->len >= MAX_FIELDS)
    return set_error (reader, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "too many form fields");
  if (!g_hash_table_add (seen, (gpointer) dictionary))
    return set_error (reader, SIGNET_DOCUMENT_ERROR_MALFORMED, "a form field appears twice");

  field = g_new0 (SignetPdfField, 1);
  field->name = full_name (parent, _signet_pdf_reader_get (reader, dictionary, "T"));
  field->number = reference->type == SIGNET_PDF_REFERENCE ? (guint32) reference->integer : 0;
  field->generation = reference->type == SIGNET_PDF_REFERENCE ? reference->count : 0;
  field->dictionary = dictionary;
  field->type = type->type == SIGNET_PDF_NAME ? type->text : parent != NULL ? parent->type : "";
  field->flags = flags->type == SIGNET_PDF_INTEGER ? flags->integer : parent != NULL ? parent->flags : 0;
  field->parent = parent != NULL ? parent->dictionary : NULL;
  field->terminal = !has_field_kids (reader, kids);
  g_ptr_array_add (fields, field);
  for (guint i = 0; !field->terminal && i < kids->count && reader->error == NULL; i++)
    walk (reader, kids->items[i], field, fields, seen, depth + 1);
}

GPtrArray *
_signet_pdf_list_fields (SignetPdfReader *reader)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);
  GPtrArray *fields = g_ptr_array_new_with_free_func (field_free);
  const SignetPdfValue *top = _signet_pdf_reader_get (reader, _signet_pdf_get_form (reader), "Fields");

  for (guint i = 0; top->type == SIGNET_PDF_ARRAY && i < top->count && reader->error == NULL; i++)
    walk (reader, top->items[i], NULL, fields, seen, 0);
  return fields;
}

gboolean
_signet_pdf_field_is_signature (const SignetPdfField *field)
{
  return field->terminal && g_str_equal (field->type, "Sig");
}

/* Where the value is: in the field; some programs put it into the widget alone */
static const SignetPdfValue *
find_holder (SignetPdfReader *reader, const SignetPdfField *field)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (reader, field->dictionary, "Kids");

  if (_signet_pdf_lookup (field->dictionary, "V")->type != SIGNET_PDF_NULL)
    return field->dictionary;
  for (guint i = 0; kids->type == SIGNET_PDF_ARRAY && i < MIN (kids->count, MAX_WIDGETS); i++)
    {
      const SignetPdfValue *widget = _signet_pdf_reader_resolve (reader, kids->items[i]);

      if (_signet_pdf_reader_get (reader, widget, "V")->type != SIGNET_PDF_NULL)
        return widget;
    }
  return field->dictionary;
}

const SignetPdfValue *
_signet_pdf_field_get_signature (SignetPdfReader *reader, const SignetPdfField *field)
{
  return _signet_pdf_field_is_signature (field) ? _signet_pdf_reader_get (reader, find_holder (reader, field), "V")
                                                : &_signet_pdf_null;
}
