/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-pdf-prepare.c: writes a PDF with everything of a new signature but the signature: the old bytes as they were, then
 * an increment with signature dictionary, field, form, page and catalogue (ISO 32000-1, 12.8; EN 319 142-1, 5 and 6).
 */
#define G_LOG_DOMAIN "signet-document-pdf-prepare"

#include "config.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"
#include "signet-document-pdf-private.h"
#include "signet-pdf-widget-private.h"

#define MIN_ROOM       1024
#define MAX_ROOM       (4 * 1024 * 1024)
#define BYTE_RANGE     "[0                                                                 ]"
#define MAX_FIELD_NAME 10000

/* Everything that is decided before the first byte is written. */
typedef struct {
  SignetDocumentPdf             *pdf;
  const SignetPdfSignParameters *parameters;
  SignetPdfWriter               *writer;
  const SignetPdfField          *field;       /* (nullable): existing */
  char                          *field_name;
  guint32                        signature_number;
  guint32                        field_number; /* of a new field */
  SignetPdfPage                  page;        /* with a visible mark in a new field: the one it stands on */
  GArray                        *widgets;     /* (nullable) (element-type SignetPdfWidget): of @field, in which the mark is seen */
  SignetPdfLook                 *looks;       /* (nullable): one for each of @widgets, or for the new field; NULL: nothing is seen */
  gsize                          byte_range;   /* offsets in writer->bytes */
  gsize                          contents;
} Plan;

void
signet_pdf_prepared_free (SignetPdfPrepared *prepared)
{
  if (prepared == NULL)
    return;
  g_clear_pointer (&prepared->digest, g_bytes_unref);
  EVP_MD_CTX_free (prepared->prefix);
  g_free (prepared->field);
  g_free (prepared);
}

/* --- the signature dictionary ------------------------------------------------------------------------------------------- */

static void
write_text_key (SignetPdfWriter *writer, const char *key, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  _signet_pdf_write_key (writer, key);
  _signet_pdf_write_text (writer, text);
  g_string_append_c (writer->bytes, '\n');
}

static void
write_time (SignetPdfWriter *writer, gint64 time)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc (time);
  g_autofree char *text = moment != NULL ? g_date_time_format (moment, "D:%Y%m%d%H%M%SZ") : NULL;

  write_text_key (writer, "M", text);
}

static void
write_docmdp (GString *bytes, guint level)
{
  g_string_append_printf (bytes,
                          "<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P %u >> >>\n", level);
}

/* 12.7.4.5: signing a field that carries a lock means to lock, so the signature says what */
static void
write_fieldmdp (Plan *plan, const SignetPdfValue *lock)
{
  GString *bytes = plan->writer->bytes;
  static const char *const names[] = { "Action", "Fields" };

  g_string_append (bytes, "<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams /V /1.2 ");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const SignetPdfValue *value = _signet_pdf_reader_get (plan->pdf->reader, lock, names[i]);

      if (value->type == SIGNET_PDF_NULL)
        continue;
      _signet_pdf_write_key (plan->writer, names[i]);
      _signet_pdf_write_value (plan->writer, value);
      g_string_append_c (bytes, ' ');
    }
  g_string_append (bytes, ">> >>\n");
}

static void
write_references (Plan *plan)
{
  GString *bytes = plan->writer->bytes;
  const SignetPdfValue *lock = plan->field != NULL ? _signet_pdf_reader_get (plan->pdf->reader, plan->field->dictionary, "Lock") : &_signet_pdf_null;
  const SignetPdfValue *level = _signet_pdf_reader_get (plan->pdf->reader, lock, "P");
  guint certify = plan->parameters->certify;

  if (certify == 0 && level->type == SIGNET_PDF_INTEGER && level->integer >= 1 && level->integer <= 3)
    certify = (guint) level->integer;
  if (certify == 0 && lock->type != SIGNET_PDF_DICTIONARY)
    return;
  g_string_append (bytes, "/Reference [\n");
  if (certify != 0)
    write_docmdp (bytes, certify);
  if (lock->type == SIGNET_PDF_DICTIONARY)
    write_fieldmdp (plan, lock);
  g_string_append (bytes, "]\n");
}

static void
write_head (Plan *plan)
{
  g_string_append (plan->writer->bytes, "<<\n/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.CAdES.detached\n");
  write_time (plan->writer, plan->parameters->time);
  write_text_key (plan->writer, "Name", plan->parameters->name);
  write_text_key (plan->writer, "Reason", plan->parameters->reason);
  write_text_key (plan->writer, "Location", plan->parameters->location);
  write_references (plan);
}

static void
write_signature (Plan *plan)
{
  GString *bytes = plan->writer->bytes;
  gsize start = 0;

  plan->signature_number = _signet_pdf_writer_new_number (plan->writer);
  _signet_pdf_writer_begin_object (plan->writer, plan->signature_number, 0);
  if (plan->parameters->is_timestamp)
    g_string_append (bytes, "<<\n/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n");
  else
    write_head (plan);
  g_string_append (bytes, "/ByteRange ");
  plan->byte_range = bytes->len;
  g_string_append (bytes, BYTE_RANGE "\n/Contents ");
  plan->contents = bytes->len;
  g_string_append_c (bytes, '<');
  start = bytes->len;
  g_string_set_size (bytes, start + 2 * plan->parameters->room);
  memset (bytes->str + start, '0', 2 * plan->parameters->room);
  g_string_append (bytes, ">\n>>");
  _signet_pdf_writer_end_object (plan->writer);
}

/* --- field, page, form, catalogue ----------------------------------------------------------------------------------------- */

static void
write_array_with (SignetPdfWriter *writer, const SignetPdfValue *array, guint32 number)
{
  g_string_append_c (writer->bytes, '[');
  for (guint i = 0; array->type == SIGNET_PDF_ARRAY && i < array->count; i++)
    {
      g_string_append_c (writer->bytes, ' ');
      _signet_pdf_write_value (writer, array->items[i]);
    }
  g_string_append_c (writer->bytes, ' ');
  _signet_pdf_write_reference (writer, number, 0);
  g_string_append (writer->bytes, " ]");
}

/* The object an array lives in is written again; TRUE when it has one of its own */
static gboolean
extend_indirect_array (Plan *plan, const SignetPdfValue *raw, guint32 number)
{
  const SignetPdfValue *array = _signet_pdf_reader_resolve (plan->pdf->reader, raw);

  if (raw->type != SIGNET_PDF_REFERENCE || array->type != SIGNET_PDF_ARRAY)
    return FALSE;
  _signet_pdf_writer_begin_object (plan->writer, (guint32) raw->integer, raw->count);
  write_array_with (plan->writer, array, number);
  _signet_pdf_writer_end_object (plan->writer);
  return TRUE;
}

static void
write_look (Plan *plan, guint32 look)
{
  GString *bytes = plan->writer->bytes;

  g_string_append (bytes, "/AP << /N ");
  _signet_pdf_write_reference (plan->writer, look, 0);
  g_string_append (bytes, " >>\n");
}

/* ISO 19005-1, 6.9: in PDF/A-1 every field has an appearance, and one that is seen nowhere has an empty one */
static guint32
write_empty_look (Plan *plan)
{
  guint32 number = _signet_pdf_writer_new_number (plan->writer);

  _signet_pdf_writer_begin_object (plan->writer, number, 0);
  g_string_append (plan->writer->bytes, "<<\n/Type /XObject\n/Subtype /Form\n/BBox [ 0 0 0 0 ]\n");
  _signet_pdf_write_stream (plan->writer, "", 0);
  _signet_pdf_writer_end_object (plan->writer);
  return number;
}

/* Without a mark it has no size, and is seen nowhere (12.7.4.5) */
static void
write_rectangle (Plan *plan)
{
  GString *bytes = plan->writer->bytes;
  double rectangle[4] = { 0 };

  if (plan->looks != NULL)
    _signet_pdf_page_to_user (&plan->page, &plan->parameters->mark, rectangle);
  g_string_append (bytes, "/Rect [");
  for (guint i = 0; i < G_N_ELEMENTS (rectangle); i++)
    _signet_pdf_write_number (bytes, rectangle[i]);
  g_string_append (bytes, " ]\n");
  if (plan->looks != NULL && plan->page.rotation != 0)
    g_string_append_printf (bytes, "/MK << /R %u >>\n", plan->page.rotation);
}

/* A widget that is hidden from nobody (flags Print and Locked) */
static void
write_new_field (Plan *plan, const SignetPdfValue *page)
{
  GString *bytes = plan->writer->bytes;
  guint32 look = plan->looks != NULL ? plan->looks[0].number : write_empty_look (plan);

  plan->field_number = _signet_pdf_writer_new_number (plan->writer);
  _signet_pdf_writer_begin_object (plan->writer, plan->field_number, 0);
  g_string_append (bytes, "<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/F 132\n");
  write_rectangle (plan);
  write_look (plan, look);
  write_text_key (plan->writer, "T", plan->field_name);
  g_string_append (bytes, "/P ");
  _signet_pdf_write_value (plan->writer, page);
  g_string_append (bytes, "\n/V ");
  _signet_pdf_write_reference (plan->writer, plan->signature_number, 0);
  g_string_append (bytes, "\n>>");
  _signet_pdf_writer_end_object (plan->writer);
}

static void
write_page (Plan *plan, const SignetPdfValue *reference)
{
  static const char *const skip[] = { "Annots", NULL };
  const SignetPdfValue *page = _signet_pdf_reader_resolve (plan->pdf->reader, reference);
  const SignetPdfValue *annotations = _signet_pdf_lookup (page, "Annots");
  GString *bytes = plan->writer->bytes;

  if (extend_indirect_array (plan, annotations, plan->field_number))
    return;
  _signet_pdf_writer_begin_object (plan->writer, (guint32) reference->integer, reference->count);
  _signet_pdf_write_open_dictionary (plan->writer, page, skip);
  _signet_pdf_write_key (plan->writer, "Annots");
  write_array_with (plan->writer, annotations, plan->field_number);
  g_string_append (bytes, "\n>>");
  _signet_pdf_writer_end_object (plan->writer);
}

/* Without what it showed before; hidden from nobody */
static void
write_widget_look (Plan *plan, const SignetPdfLook *look)
{
  write_look (plan, look->number);
  g_string_append (plan->writer->bytes, "/F 132\n");
}

static void
write_value (Plan *plan)
{
  _signet_pdf_write_key (plan->writer, "V");
  _signet_pdf_write_reference (plan->writer, plan->signature_number, 0);
  g_string_append (plan->writer->bytes, "\n>>");
}

static const SignetPdfLook *
find_look (Plan *plan, guint32 widget)
{
  for (guint i = 0; plan->looks != NULL && i < plan->widgets->len; i++)
    if (g_array_index (plan->widgets, SignetPdfWidget, i).number == widget)
      return &plan->looks[i];
  return NULL;
}

/* Widgets that are objects apart from their field. The value is the field's, but there are readers that look for a signature in
 * what is seen of it (docs/decisions/0070-what-is-seen-of-a-field.md). */
static void
write_widgets (Plan *plan)
{
  static const char *const skip_marked[] = { "AP", "AS", "F", "V", NULL };
  g_autoptr(GArray) widgets = _signet_pdf_list_widgets (plan->pdf->reader, plan->field);

  for (guint i = 0; i < widgets->len; i++)
    {
      const SignetPdfWidget *widget = &g_array_index (widgets, SignetPdfWidget, i);
      const SignetPdfLook *look = find_look (plan, widget->number);

      if (widget->is_field || widget->dictionary->ambiguous)
        continue;
      _signet_pdf_writer_begin_object (plan->writer, widget->number, widget->generation);
      _signet_pdf_write_open_dictionary (plan->writer, widget->dictionary, look != NULL ? skip_marked : skip_marked + 3);
      if (look != NULL)
        write_widget_look (plan, look);
      write_value (plan);
      _signet_pdf_writer_end_object (plan->writer);
    }
}

static void
write_existing_field (Plan *plan)
{
  static const char *const skip_marked[] = { "AP", "AS", "F", "V", NULL };
  gboolean marked = plan->looks != NULL && g_array_index (plan->widgets, SignetPdfWidget, 0).is_field;
  const char *const *skip = marked ? skip_marked : skip_marked + 3;

  _signet_pdf_writer_begin_object (plan->writer, plan->field->number, plan->field->generation);
  _signet_pdf_write_open_dictionary (plan->writer, plan->field->dictionary, skip);
  if (marked)
    write_widget_look (plan, &plan->looks[0]);
  write_value (plan);
  _signet_pdf_writer_end_object (plan->writer);
}

/* NeedAppearances (table 218) has readers draw every field anew, and the mark away. Nothing needs that where all have a look; the
 * first signature may say so, to earlier ones it would be a change of the form. */
static gboolean
settles_looks (Plan *plan, const SignetPdfValue *form)
{
  const SignetPdfValue *wanted = _signet_pdf_reader_get (plan->pdf->reader, form, "NeedAppearances");

  return plan->looks != NULL && wanted->type == SIGNET_PDF_BOOLEAN && wanted->integer != 0 &&
         signet_document_pdf_get_n_signatures (plan->pdf) == 0 && _signet_document_pdf_has_all_looks (plan->pdf);
}

static void
write_form_dictionary (Plan *plan, const SignetPdfValue *form, gboolean fields_written)
{
  GString *bytes = plan->writer->bytes;
  gboolean keep_fields = fields_written || plan->field != NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) skip = NULL;

  g_strv_builder_add (builder, "SigFlags");
  if (!keep_fields)
    g_strv_builder_add (builder, "Fields");
  if (settles_looks (plan, form))
    g_strv_builder_add (builder, "NeedAppearances");
  skip = g_strv_builder_end (builder);
  _signet_pdf_write_open_dictionary (plan->writer, form, (const char *const *) skip);
  if (!keep_fields)
    {
      _signet_pdf_write_key (plan->writer, "Fields");
      write_array_with (plan->writer, _signet_pdf_lookup (form, "Fields"), plan->field_number);
    }
  g_string_append (bytes, "\n/SigFlags 3\n>>");
}

static void
write_catalogue (Plan *plan, const SignetPdfValue *direct_form, gboolean fields_written)
{
  static const char *const skip[] = { "AcroForm", "Perms", NULL };
  SignetPdfReader *reader = plan->pdf->reader;
  const SignetPdfValue *root = _signet_pdf_lookup (reader->trailer, "Root");
  const SignetPdfValue *catalogue = _signet_pdf_get_catalogue (reader);
  const SignetPdfValue *perms = _signet_pdf_lookup (catalogue, "Perms");
  GString *bytes = plan->writer->bytes;

  _signet_pdf_writer_begin_object (plan->writer, (guint32) root->integer, root->count);
  _signet_pdf_write_open_dictionary (plan->writer, catalogue, skip);
  _signet_pdf_write_key (plan->writer, "AcroForm");
  if (direct_form != NULL)
    write_form_dictionary (plan, direct_form, fields_written);
  else
    _signet_pdf_write_value (plan->writer, _signet_pdf_lookup (catalogue, "AcroForm"));
  g_string_append_c (bytes, '\n');
  if (plan->parameters->certify != 0)
    {
      static const char *const skip_docmdp[] = { "DocMDP", NULL };

      _signet_pdf_write_key (plan->writer, "Perms");
      _signet_pdf_write_open_dictionary (plan->writer, _signet_pdf_reader_resolve (reader, perms), skip_docmdp);
      _signet_pdf_write_key (plan->writer, "DocMDP");
      _signet_pdf_write_reference (plan->writer, plan->signature_number, 0);
      g_string_append (bytes, "\n>>\n");
    }
  else if (perms->type != SIGNET_PDF_NULL)
    {
      _signet_pdf_write_key (plan->writer, "Perms");
      _signet_pdf_write_value (plan->writer, perms);
      g_string_append_c (bytes, '\n');
    }
  g_string_append (bytes, ">>");
  _signet_pdf_writer_end_object (plan->writer);
}

static void
write_form (Plan *plan)
{
  SignetPdfReader *reader = plan->pdf->reader;
  const SignetPdfValue *raw = _signet_pdf_lookup (_signet_pdf_get_catalogue (reader), "AcroForm");
  const SignetPdfValue *form = _signet_pdf_reader_resolve (reader, raw);
  const SignetPdfValue *flags = _signet_pdf_reader_get (reader, form, "SigFlags");
  gboolean flags_set = flags->type == SIGNET_PDF_INTEGER && flags->integer == 3;
  gboolean fields_written = plan->field == NULL && extend_indirect_array (plan, _signet_pdf_lookup (form, "Fields"), plan->field_number);
  gboolean form_needed = !flags_set || (plan->field == NULL && !fields_written) || settles_looks (plan, form);
  gboolean own_object = raw->type == SIGNET_PDF_REFERENCE && form->type == SIGNET_PDF_DICTIONARY;

  if (form_needed && own_object)
    {
      _signet_pdf_writer_begin_object (plan->writer, (guint32) raw->integer, raw->count);
      write_form_dictionary (plan, form, fields_written);
      _signet_pdf_writer_end_object (plan->writer);
    }
  if ((form_needed && !own_object) || plan->parameters->certify != 0)
    write_catalogue (plan, own_object ? NULL : form, fields_written);
}

/* --- checks and names ------------------------------------------------------------------------------------------------------- */

static gboolean
set_malformed (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, message);
  return FALSE;
}

/* What is written again must have had one meaning */
static gboolean
check_unambiguous (SignetDocumentPdf *self, const SignetPdfValue *reference, GError **error)
{
  const SignetPdfValue *page = _signet_pdf_reader_resolve (self->reader, reference);
  const SignetPdfValue *form = _signet_pdf_get_form (self->reader);
  const SignetPdfValue *annotations = _signet_pdf_reader_get (self->reader, page, "Annots");

  if (reference->type != SIGNET_PDF_REFERENCE || page->type != SIGNET_PDF_DICTIONARY)
    return set_malformed (error, "the page cannot be found");
  if (page->ambiguous || form->ambiguous || (form->type != SIGNET_PDF_NULL && form->type != SIGNET_PDF_DICTIONARY)
      || (annotations->type != SIGNET_PDF_NULL && annotations->type != SIGNET_PDF_ARRAY))
    return set_malformed (error, "the form or the page can be read in two ways");
  return TRUE;
}

static gboolean
check_parameters (SignetDocumentPdf *self, const SignetPdfSignParameters *parameters, GError **error)
{
  if (parameters->room < MIN_ROOM || parameters->room > MAX_ROOM || parameters->certify > 3)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "room or certification level out of range");
      return FALSE;
    }
  if (parameters->certify != 0 && signet_document_pdf_get_n_signatures (self) > 0)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "only the first signature can certify");
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_name_taken (SignetDocumentPdf *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (g_str_equal (((SignetPdfField *) g_ptr_array_index (self->fields, i))->name, name))
      return TRUE;
  return FALSE;
}

static char *
dup_new_name (SignetDocumentPdf *self)
{
  for (guint i = 1; i < MAX_FIELD_NAME; i++)
    {
      g_autofree char *name = g_strdup_printf ("Signature%u", i);

      if (!is_name_taken (self, name))
        return g_steal_pointer (&name);
    }
  return g_uuid_string_random ();
}

/* --- the mark ---------------------------------------------------------------------------------------------------------------- */

static void
add_look (GArray *looks, guint rotation, const SignetMarkBox *box)
{
  SignetPdfLook look = { .rotation = rotation };

  signet_mark_box_get_drawing_size (box, &look.width, &look.height);
  g_array_append_val (looks, look);
}

/* One in each widget of a field that is there */
static gboolean
add_field_looks (Plan *plan, GArray *looks, GError **error)
{
  plan->widgets = _signet_document_pdf_list_seen_widgets (plan->pdf, plan->field);
  for (guint i = 0; i < plan->widgets->len; i++)
    {
      const SignetPdfWidget *widget = &g_array_index (plan->widgets, SignetPdfWidget, i);

      if (widget->dictionary->ambiguous)
        return set_malformed (error, "the place of the signature field can be read in two ways");
      add_look (looks, widget->rotation, &widget->box);
    }
  if (looks->len > 0)
    return TRUE;
  g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_NO_AREA, "the signature field has no place on a page");
  return FALSE;
}

static gboolean
write_mark (Plan *plan, GError **error)
{
  const SignetPdfSignParameters *parameters = plan->parameters;
  g_autoptr(GArray) looks = g_array_new (FALSE, FALSE, sizeof (SignetPdfLook));

  if (parameters->drawing == NULL)
    return TRUE;
  if (plan->field != NULL && !add_field_looks (plan, looks, error))
    return FALSE;
  if (plan->field == NULL)
    {
      if (!_signet_pdf_page_find (plan->pdf->reader, parameters->mark.page, &plan->page, error))
        return FALSE;
      add_look (looks, plan->page.rotation, &parameters->mark);
    }
  if (!_signet_pdf_import_drawing (plan->writer, parameters->drawing, (SignetPdfLook *) (void *) looks->data, looks->len, error))
    return FALSE;
  plan->looks = g_array_steal (looks, NULL);
  return TRUE;
}

/* --- putting it together ------------------------------------------------------------------------------------------------------ */

static gboolean
write_increment (Plan *plan, GError **error)
{
  SignetPdfReader *reader = plan->pdf->reader;
  const SignetPdfValue *page = NULL;

  if (!write_mark (plan, error))
    return FALSE;
  page = plan->looks != NULL && plan->field == NULL ? plan->page.reference : _signet_pdf_get_first_page (reader);
  if (plan->field == NULL && !check_unambiguous (plan->pdf, page, error))
    return FALSE;
  if (plan->field != NULL && plan->field->dictionary->ambiguous)
    return set_malformed (error, "the signature field can be read in two ways");

  write_signature (plan);
  if (plan->field != NULL)
    {
      write_existing_field (plan);
      write_widgets (plan);
    }
  else
    {
      write_new_field (plan, page);
      write_page (plan, page);
    }
  write_form (plan);
  return _signet_pdf_reader_check (reader, error) && _signet_pdf_writer_finish (plan->writer, error);
}

static void
fill_byte_range (Plan *plan)
{
  guint64 base = plan->pdf->reader->limit;
  guint64 first_end = base + plan->contents;
  guint64 second = first_end + 2 * plan->parameters->room + 2;
  guint64 end = base + plan->writer->bytes->len;
  g_autofree char *text = g_strdup_printf ("[0 %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, first_end, second, end - second);

  memcpy (plan->writer->bytes->str + plan->byte_range, text, strlen (text));
}

static GBytes *
finish_digest (Plan *plan, EVP_MD_CTX *context, GError **error)
{
  const GString *bytes = plan->writer->bytes;
  gsize second = plan->contents + 2 * plan->parameters->room + 2;
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (EVP_DigestUpdate (context, bytes->str, plan->contents) != 1
      || EVP_DigestUpdate (context, bytes->str + second, bytes->len - second) != 1 || EVP_DigestFinal_ex (context, value, &length) != 1)
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "hashing a document");
      return NULL;
    }
  return g_bytes_new (value, length);
}

/* @prefix: (out): the digest after what was copied */
static GBytes *
write_document (Plan *plan, int fd, EVP_MD_CTX *context, const EVP_MD *md, EVP_MD_CTX *prefix, GCancellable *cancellable, GError **error)
{
  SignetDocumentFile *file = plan->pdf->file;
  guint64 size = plan->pdf->reader->limit;

  if (EVP_DigestInit_ex (context, md, NULL) != 1)
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "starting a digest");
      return NULL;
    }
  if (!_signet_pdf_copy_and_hash (file, plan->parameters->in_place ? -1 : fd, size, context, cancellable, error)
      || !signet_document_file_check_unchanged (file, error)
      || !signet_document_write_at (fd, size, plan->writer->bytes->str, plan->writer->bytes->len, error))
    return NULL;
  if (EVP_MD_CTX_copy_ex (prefix, context) != 1)
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "hashing a document");
      return NULL;
    }
  return finish_digest (plan, context, error);
}

static SignetPdfPrepared *
execute (Plan *plan, int fd, const EVP_MD *md, GCancellable *cancellable, GError **error)
{
  EVP_MD_CTX *context = NULL;
  EVP_MD_CTX *prefix = NULL;
  SignetPdfPrepared *prepared = NULL;
  GBytes *digest = NULL;

  if (!write_increment (plan, error))
    return NULL;
  fill_byte_range (plan);
  context = EVP_MD_CTX_new ();
  prefix = EVP_MD_CTX_new ();
  digest = write_document (plan, fd, context, md, prefix, cancellable, error);
  EVP_MD_CTX_free (context);
  if (digest == NULL)
    {
      EVP_MD_CTX_free (prefix);
      return NULL;
    }

  prepared = g_new0 (SignetPdfPrepared, 1);
  prepared->contents_offset = plan->pdf->reader->limit + plan->contents;
  prepared->room = plan->parameters->room;
  prepared->digest = digest;
  prepared->prefix_length = plan->pdf->reader->limit;
  prepared->prefix = prefix;
  prepared->field = g_strdup (plan->field_name);
  return prepared;
}

/**
 * signet_document_pdf_prepare:
 * @fd: an empty file open for reading and writing
 * @digest: of the signature that will follow
 * @parameters: what to write
 *
 * Copies the document to @fd byte for byte, appends the increment, and hashes what the signature will cover. On an error @fd holds
 * rubbish: drop it.
 *
 * Returns: (transfer full) (nullable): where the signature goes and the digest it is about
 */
SignetPdfPrepared *
signet_document_pdf_prepare (SignetDocumentPdf *self, int fd, SignetDigest digest, const SignetPdfSignParameters *parameters,
                             GCancellable *cancellable, GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  SignetPdfPrepared *prepared = NULL;
  Plan plan = { .pdf = self, .parameters = parameters };

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), NULL);
  g_return_val_if_fail (parameters != NULL, NULL);

  if (md == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "unknown digest");
      return NULL;
    }
  if (!(parameters->is_timestamp ? _signet_document_pdf_check_can_stamp (self, error)
                                 : signet_document_pdf_check_can_sign (self, parameters->field, error))
      || !check_parameters (self, parameters, error))
    return NULL;

  plan.field = parameters->field != NULL ? _signet_document_pdf_find_field (self, parameters->field) : NULL;
  if (plan.field != NULL && !parameters->is_timestamp && !_signet_pdf_check_seed_parameters (self->reader, plan.field, digest, parameters, error))
    return NULL;
  plan.field_name = plan.field != NULL ? g_strdup (plan.field->name) : dup_new_name (self);
  plan.writer = _signet_pdf_writer_new (self->reader);
  prepared = execute (&plan, fd, md, cancellable, error);
  _signet_pdf_writer_free (plan.writer);
  g_clear_pointer (&plan.widgets, g_array_unref);
  g_free (plan.looks);
  g_free (plan.field_name);
  return prepared;
}

/**
 * signet_pdf_prepared_complete:
 * @fd: as given to signet_document_pdf_prepare()
 * @cms: DER of the finished SignedData
 * @error: NO_ROOM when @cms is larger than the room kept
 */
gboolean
signet_pdf_prepared_complete (const SignetPdfPrepared *prepared, int fd, GBytes *cms, GError **error)
{
  g_autofree char *hex = NULL;
  gsize length = 0;
  const guint8 *data = NULL;

  g_return_val_if_fail (prepared != NULL, FALSE);
  g_return_val_if_fail (cms != NULL, FALSE);

  data = g_bytes_get_data (cms, &length);
  if (length > prepared->room)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_NO_ROOM, "the signature has %" G_GSIZE_FORMAT " bytes, room is for %" G_GSIZE_FORMAT,
                   length, prepared->room);
      return FALSE;
    }
  hex = signet_text_hex (data, (gssize) length);
  return signet_document_write_at (fd, prepared->contents_offset + 1, hex, 2 * length, error);
}
