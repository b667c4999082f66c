/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-mark.c: where on the pages of a PDF a visible mark can go. Tells what is there; whether it may be covered is the person's to say.
 * Reads only. One thread at a time, as the document.
 */
#define G_LOG_DOMAIN "signet-document-mark"

#include "config.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-document-pdf-private.h"
#include "signet-pdf-widget-private.h"

#define MAX_ANNOTATIONS 5000
#define SLACK           0.5  /* points: rounding is no overlap */
#define STEP            6.0  /* points from one place tried to the next, and at least between two marks */
#define MARGIN          36.0 /* points free at the edge of the page, where there is room for it */

void
signet_pdf_occupant_free (SignetPdfOccupant *occupant)
{
  if (occupant == NULL)
    return;
  g_free (occupant->field);
  g_free (occupant);
}

/* --- what is there ------------------------------------------------------------------------------------------------------------- */

static SignetPdfOccupantKind
kind_of (SignetDocumentPdf *self, const SignetPdfField *field)
{
  if (field == NULL)
    return SIGNET_PDF_OCCUPANT_ANNOTATION;
  if (!_signet_pdf_field_is_signature (field))
    return SIGNET_PDF_OCCUPANT_FIELD;
  return _signet_pdf_field_get_signature (self->reader, field)->type != SIGNET_PDF_NULL ? SIGNET_PDF_OCCUPANT_SIGNATURE : SIGNET_PDF_OCCUPANT_EMPTY_FIELD;
}

static gboolean
is_seen (SignetPdfReader *reader, const SignetPdfValue *annotation)
{
  const SignetPdfValue *subtype = _signet_pdf_reader_get (reader, annotation, "Subtype");

  return !_signet_pdf_is_name (subtype, "Link") && !_signet_pdf_is_name (subtype, "Popup") &&
         _signet_pdf_is_annotation_seen (reader, annotation);
}

static void
add_occupant (SignetDocumentPdf *self, const SignetPdfPage *page, guint index, const SignetPdfValue *reference, GPtrArray *occupants)
{
  const SignetPdfValue *annotation = _signet_pdf_reader_resolve (self->reader, reference);
  const SignetPdfField *field = NULL;
  SignetPdfOccupant *occupant = NULL;
  double rectangle[4];

  if (annotation->type != SIGNET_PDF_DICTIONARY || !is_seen (self->reader, annotation)
      || !_signet_pdf_read_rectangle (self->reader, _signet_pdf_lookup (annotation, "Rect"), rectangle) || rectangle[0] == rectangle[2]
      || rectangle[1] == rectangle[3])
    return;
  field = _signet_document_pdf_find_widget_field (self, reference);
  occupant = g_new0 (SignetPdfOccupant, 1);
  _signet_pdf_page_from_user (page, rectangle, &occupant->box);
  occupant->box.page = index;
  occupant->kind = kind_of (self, field);
  occupant->field = field != NULL ? g_strdup (field->name) : NULL;
  g_ptr_array_add (occupants, occupant);
}

static gboolean
check_readable (SignetDocumentPdf *self, GError **error)
{
  if (self->reader != NULL)
    return TRUE;
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "the pages of this document cannot be read");
  return FALSE;
}

static gboolean
find_page (SignetDocumentPdf *self, guint index, SignetPdfPage *page, GError **error)
{
  if (!check_readable (self, error))
    return FALSE;
  if (index < self->n_pages)
    return _signet_pdf_page_find (self->reader, index, page, error);
  g_set_error (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_NO_PAGE, "there is no page %u, there are %u", index + 1, self->n_pages);
  return FALSE;
}

static GPtrArray *
list_occupants (SignetDocumentPdf *self, const SignetPdfPage *page, guint index)
{
  GPtrArray *occupants = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_pdf_occupant_free);
  const SignetPdfValue *annotations = _signet_pdf_reader_get (self->reader, page->dictionary, "Annots");

  for (guint i = 0; annotations->type == SIGNET_PDF_ARRAY && i < MIN (annotations->count, MAX_ANNOTATIONS); i++)
    add_occupant (self, page, index, annotations->items[i], occupants);
  return occupants;
}

gboolean
signet_document_pdf_get_page_size (SignetDocumentPdf *self, guint page, double *width, double *height, GError **error)
{
  SignetPdfPage found;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), FALSE);

  if (!find_page (self, page, &found, error))
    return FALSE;
  _signet_pdf_page_get_size (&found, width, height);
  return TRUE;
}

GPtrArray *
signet_document_pdf_list_occupants (SignetDocumentPdf *self, guint page, GError **error)
{
  SignetPdfPage found;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), NULL);

  return find_page (self, page, &found, error) ? list_occupants (self, &found, page) : NULL;
}

static gboolean
overlap (const SignetMarkBox *a, const SignetMarkBox *b, double slack)
{
  return a->left + a->width > b->left + slack && b->left + b->width > a->left + slack && a->top + a->height > b->top + slack
         && b->top + b->height > a->top + slack;
}

static char *
find_covered (SignetDocumentPdf *self, const SignetMarkBox *box, const char *field, SignetPdfOccupantKind kind, GError **error)
{
  g_autoptr(GPtrArray) occupants = signet_document_pdf_list_occupants (self, box->page, error);

  for (guint i = 0; occupants != NULL && i < occupants->len; i++)
    {
      const SignetPdfOccupant *occupant = g_ptr_array_index (occupants, i);

      if (occupant->kind == kind && overlap (box, &occupant->box, SLACK) && (field == NULL || g_strcmp0 (field, occupant->field) != 0))
        return g_strdup (occupant->field != NULL ? occupant->field : "");
    }
  return NULL;
}

/* In a field with several widgets the mark is seen in each */
char *
signet_document_pdf_find_covered (SignetDocumentPdf *self,
                                  const SignetMarkBox *box,
                                  const char *field,
                                  SignetPdfOccupantKind kind,
                                  GError **error)
{
  const SignetPdfField *found = field != NULL && self->reader != NULL ? _signet_document_pdf_find_field (self, field) : NULL;
  g_autoptr(GArray) widgets = found != NULL ? _signet_document_pdf_list_seen_widgets (self, found) : NULL;
  char *covered = find_covered (self, box, field, kind, error);

  for (guint i = 1; covered == NULL && widgets != NULL && i < widgets->len; i++)
    covered = find_covered (self, &g_array_index (widgets, SignetPdfWidget, i).box, field, kind, NULL);
  return covered;
}

/* --- in a field -------------------------------------------------------------------------------------------------------------------- */

static gboolean
place_in_field (SignetDocumentPdf *self, const char *name, SignetMarkBox *box, GError **error)
{
  const SignetPdfField *field = _signet_document_pdf_find_field (self, name);
  g_autoptr(GArray) widgets = field != NULL ? _signet_document_pdf_list_seen_widgets (self, field) : NULL;

  if (widgets == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "no signature field of that name");
      return FALSE;
    }
  if (!_signet_pdf_reader_check (self->reader, error))
    return FALSE;
  if (widgets->len == 0)
    {
      g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_NO_AREA,
                           "the signature field has no place on a page, or too small a one");
      return FALSE;
    }
  *box = g_array_index (widgets, SignetPdfWidget, 0).box;
  return TRUE;
}

/* --- on a page --------------------------------------------------------------------------------------------------------------------- */

static gboolean
is_free (const SignetMarkBox *box, GPtrArray *occupants)
{
  for (guint i = 0; i < occupants->len; i++)
    if (overlap (box, &((SignetPdfOccupant *) g_ptr_array_index (occupants, i))->box, -STEP + SLACK))
      return FALSE;
  return TRUE;
}

/* From the lower right corner to the left, then upwards: where people sign */
static gboolean
find_free_place (const SignetPdfPage *page, GPtrArray *occupants, SignetMarkBox *box, GError **error)
{
  double width, height, across, along;

  _signet_pdf_page_get_size (page, &width, &height);
  across = CLAMP ((width - box->width) / 2, 0, MARGIN);
  along = CLAMP ((height - box->height) / 2, 0, MARGIN);
  for (box->top = height - along - box->height; box->top >= along - SLACK; box->top -= STEP)
    for (box->left = width - across - box->width; box->left >= across - SLACK; box->left -= STEP)
      if (is_free (box, occupants))
        return TRUE;
  g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_NO_PLACE, "the page has no free place of this size");
  return FALSE;
}

static void
place_at_corner (const SignetVisibleMark *mark, double width, double height, SignetMarkBox *box)
{
  gboolean right = mark->corner == SIGNET_MARK_BOTTOM_RIGHT || mark->corner == SIGNET_MARK_TOP_RIGHT;
  gboolean bottom = mark->corner == SIGNET_MARK_BOTTOM_LEFT || mark->corner == SIGNET_MARK_BOTTOM_RIGHT;

  box->left = right ? width - mark->x - box->width : mark->x;
  box->top = bottom ? height - mark->y - box->height : mark->y;
}

static gboolean
check_on_page (const SignetMarkBox *box, double width, double height, GError **error)
{
  if (box->left >= -SLACK && box->top >= -SLACK && box->left + box->width <= width + SLACK && box->top + box->height <= height + SLACK)
    return TRUE;
  g_set_error (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_OFF_PAGE, "the mark reaches beyond page %u", box->page + 1);
  return FALSE;
}

static gboolean
place_on_page (SignetDocumentPdf *self, const SignetVisibleMark *mark, SignetMarkBox *box, GError **error)
{
  gint64 index = mark->page > 0 ? mark->page - 1 : (gint64) self->n_pages + mark->page;
  g_autoptr(GPtrArray) occupants = NULL;
  SignetPdfPage page;
  double width, height;

  if (!find_page (self, index < 0 ? G_MAXUINT - 1 : (guint) index, &page, error))
    return FALSE;
  *box = (SignetMarkBox) { .page = (guint) index, .width = mark->width, .height = mark->height };
  _signet_pdf_page_get_size (&page, &width, &height);
  if (mark->placed)
    place_at_corner (mark, width, height, box);
  else if (box->width <= width + SLACK && box->height <= height + SLACK)
    {
      occupants = list_occupants (self, &page, box->page);
      if (!find_free_place (&page, occupants, box, error))
        return FALSE;
    }
  return check_on_page (box, width, height, error) && _signet_pdf_reader_check (self->reader, error);
}

/* What a certification of level 2 or 3 allows is a signature that covers nothing (signet-pdf-difference-form.c) */
static gboolean
check_may_be_seen (SignetDocumentPdf *self, GError **error)
{
  g_autoptr(SignetPdfPermissions) permissions = _signet_pdf_permissions_of (self->reader, self->fields);

  if (permissions->level == 0)
    return _signet_pdf_reader_check (self->reader, error);
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "in a certified document a mark may only stand in a field that is there");
  return FALSE;
}

gboolean
signet_document_pdf_place_mark (SignetDocumentPdf *self, const SignetVisibleMark *mark, const char *field, SignetMarkBox *box, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (self), FALSE);
  g_return_val_if_fail (mark != NULL && box != NULL, FALSE);

  if (!check_readable (self, error))
    return FALSE;
  if (field == NULL)
    field = mark->field;
  if (field != NULL)
    return place_in_field (self, field, box, error);
  return check_may_be_seen (self, error) && place_on_page (self, mark, box, error);
}
