/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-widget.c: a form field is seen through its widgets (ISO 32000-1, 12.5.6.19): it is one itself, or has them as kids,
 * one or several, on any pages; or it has none. Reads only, with limits. One thread at a time, as the document.
 */
#define G_LOG_DOMAIN "signet-pdf-widget"

#include "config.h"

#include "signet-pdf-widget-private.h"

#define MAX_WIDGETS 200      /* of one field */
#define MAX_ANNOTATIONS 5000 /* of one page */
#define SLACK 0.5            /* points: rounding */

/* Annotation flags (12.5.3) */
enum
{
  HIDDEN = 2,
  NO_VIEW = 32
};

static gboolean
is_listed (GArray *widgets, guint32 number)
{
  for (guint i = 0; i < widgets->len; i++)
    if (g_array_index (widgets, SignetPdfWidget, i).number == number)
      return TRUE;
  return FALSE;
}

/* Each once, and the field itself not below itself: an object is written again once */
static void
add (GArray *widgets, SignetPdfReader *reader, const SignetPdfField *field, const SignetPdfValue *reference)
{
  SignetPdfWidget widget = { 0 };

  if (reference->type != SIGNET_PDF_REFERENCE)
    return;
  widget.number = (guint32) reference->integer;
  widget.generation = reference->count;
  widget.dictionary = _signet_pdf_reader_resolve (reader, reference);
  if (widget.dictionary->type == SIGNET_PDF_DICTIONARY && widget.number != field->number && !is_listed (widgets, widget.number))
    g_array_append_val (widgets, widget);
}

GArray *
_signet_pdf_list_widgets (SignetPdfReader *reader, const SignetPdfField *field)
{
  GArray *widgets = g_array_new (FALSE, FALSE, sizeof (SignetPdfWidget));
  const SignetPdfValue *kids = _signet_pdf_reader_get (reader, field->dictionary, "Kids");
  SignetPdfWidget own = {
    .number = field->number, .generation = field->generation, .dictionary = field->dictionary, .is_field = TRUE
  };

  if (!field->terminal)
    return widgets;
  for (guint i = 0; kids->type == SIGNET_PDF_ARRAY && i < MIN (kids->count, MAX_WIDGETS); i++)
    add (widgets, reader, field, kids->items[i]);
  if ((kids->type != SIGNET_PDF_ARRAY || kids->count == 0) && field->number != 0)
    g_array_append_val (widgets, own);
  return widgets;
}

const SignetPdfField *
_signet_document_pdf_find_widget_field (SignetDocumentPdf *self, const SignetPdfValue *reference)
{
  if (self->widgets == NULL)
    {
      self->widgets = g_hash_table_new (NULL, NULL);
      for (guint i = 0; i < self->fields->len; i++)
        {
          SignetPdfField *field = g_ptr_array_index (self->fields, i);
          g_autoptr(GArray) widgets = _signet_pdf_list_widgets (self->reader, field);

          for (guint k = 0; k < widgets->len; k++)
            g_hash_table_insert (self->widgets, GUINT_TO_POINTER (g_array_index (widgets, SignetPdfWidget, k).number), field);
        }
    }
  return reference->type == SIGNET_PDF_REFERENCE
             ? g_hash_table_lookup (self->widgets, GUINT_TO_POINTER ((guint32) reference->integer))
             : NULL;
}

gboolean
_signet_pdf_is_annotation_seen (SignetPdfReader *reader, const SignetPdfValue *annotation)
{
  const SignetPdfValue *flags = _signet_pdf_reader_get (reader, annotation, "F");

  return flags->type != SIGNET_PDF_INTEGER || (flags->integer & (HIDDEN | NO_VIEW)) == 0;
}

static gboolean
has_look (SignetPdfReader *reader, const SignetPdfValue *widget)
{
  const SignetPdfValue *look = _signet_pdf_reader_get (reader, _signet_pdf_reader_get (reader, widget, "AP"), "N");

  return _signet_pdf_is_dictionary (look) || !_signet_pdf_is_annotation_seen (reader, widget);
}

gboolean
_signet_document_pdf_has_all_looks (SignetDocumentPdf *self)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      const SignetPdfField *field = g_ptr_array_index (self->fields, i);
      g_autoptr(GArray) widgets = _signet_pdf_list_widgets (self->reader, field);

      for (guint k = 0; !_signet_pdf_field_is_signature (field) && k < widgets->len; k++)
        if (!has_look (self->reader, g_array_index (widgets, SignetPdfWidget, k).dictionary))
          return FALSE;
    }
  return TRUE;
}

/* --- where they are seen --------------------------------------------------------------------------------------------------- */

typedef struct
{
  SignetPdfReader *reader;
  GArray *wanted; /* (element-type SignetPdfWidget): found ones have no number any more */
  GArray *seen;
  guint left;
} Search;

/* /MK /R turns what is in the widget (table 189). Where nothing is said of it, it stands upright for whoever looks at the page.
 */
static guint
find_rotation (SignetPdfReader *reader, const SignetPdfValue *widget, const SignetPdfPage *page)
{
  const SignetPdfValue *turn = _signet_pdf_reader_get (reader, _signet_pdf_reader_get (reader, widget, "MK"), "R");
  gint64 angle = turn->type == SIGNET_PDF_INTEGER ? (turn->integer % 360 + 360) % 360 : 0;

  return angle != 0 && angle % 90 == 0 ? (guint) angle : page->rotation;
}

static void
place (Search *search, SignetPdfWidget *widget, const SignetPdfPage *page, guint index)
{
  double rectangle[4];
  SignetPdfWidget found = *widget;

  widget->number = 0;
  search->left--;
  if (!_signet_pdf_is_annotation_seen (search->reader, found.dictionary) ||
      !_signet_pdf_read_rectangle (search->reader, _signet_pdf_lookup (found.dictionary, "Rect"), rectangle))
    return;
  _signet_pdf_page_from_user (page, rectangle, &found.box);
  if (found.box.width < SIGNET_MARK_LEAST_SIDE - SLACK || found.box.height < SIGNET_MARK_LEAST_SIDE - SLACK)
    return;
  found.rotation = find_rotation (search->reader, found.dictionary, page);
  found.box.page = index;
  found.box.turn = (360 + page->rotation - found.rotation) % 360;
  g_array_append_val (search->seen, found);
}

static gboolean
look_at_page (const SignetPdfPage *page, guint index, gpointer data)
{
  Search *search = data;
  const SignetPdfValue *annotations = _signet_pdf_reader_get (search->reader, page->dictionary, "Annots");

  for (guint i = 0; annotations->type == SIGNET_PDF_ARRAY && i < MIN (annotations->count, MAX_ANNOTATIONS); i++)
    for (guint k = 0; annotations->items[i]->type == SIGNET_PDF_REFERENCE && k < search->wanted->len; k++)
      {
        SignetPdfWidget *widget = &g_array_index (search->wanted, SignetPdfWidget, k);

        if (widget->number != 0 && widget->number == (guint32) annotations->items[i]->integer)
          place (search, widget, page, index);
      }
  return search->left == 0;
}

GArray *
_signet_document_pdf_list_seen_widgets (SignetDocumentPdf *self, const SignetPdfField *field)
{
  g_autoptr(GArray) wanted = _signet_pdf_list_widgets (self->reader, field);
  Search search = { .reader = self->reader, .wanted = wanted, .left = wanted->len };

  search.seen = g_array_new (FALSE, FALSE, sizeof (SignetPdfWidget));
  if (wanted->len > 0)
    _signet_pdf_page_visit (self->reader, look_at_page, &search);
  return search.seen;
}
