/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-page.c: finds a page (ISO 32000-1, 7.7.3) with what it inherits, and turns places as a person sees them into the page's own
 * coordinates and back (8.3.2.3, 14.11.2). Reads only, with limits on depth and count.
 */
#define G_LOG_DOMAIN "signet-pdf-page"

#include "config.h"

#include "signet-pdf-page-private.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH  64
#define MAX_VISITS 200000 /* nodes of the page tree */
#define MAX_PLACE  1e7

/* What a page has from the nodes above it (table 30) */
typedef struct { const SignetPdfValue *media, *crop, *rotate; } Inherited;

typedef struct {
  SignetPdfReader   *reader;
  SignetPdfPageVisit visit;
  gpointer           data;
  guint              wanted; /* with no visit: the index looked for */
  guint              index;  /* of the next page */
  guint              left;   /* visits */
} Walk;

static gboolean
read_number (const SignetPdfValue *value, double *number)
{
  if (value->type == SIGNET_PDF_INTEGER)
    *number = (double) value->integer;
  else if (value->type == SIGNET_PDF_REAL)
    *number = g_ascii_strtod (value->text, NULL);
  else
    return FALSE;
  return isfinite (*number) && fabs (*number) < MAX_PLACE;
}

gboolean
_signet_pdf_read_rectangle (SignetPdfReader *reader, const SignetPdfValue *value, double rectangle[4])
{
  const SignetPdfValue *array = _signet_pdf_reader_resolve (reader, value);
  double side[4];

  if (array->type != SIGNET_PDF_ARRAY || array->count != 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    if (!read_number (_signet_pdf_reader_resolve (reader, array->items[i]), &side[i]))
      return FALSE;
  for (guint i = 0; i < 2; i++)
    {
      rectangle[i] = MIN (side[i], side[i + 2]);
      rectangle[i + 2] = MAX (side[i], side[i + 2]);
    }
  return TRUE;
}

static const SignetPdfValue *
own_or (SignetPdfReader *reader, const SignetPdfValue *node, const char *key, const SignetPdfValue *inherited)
{
  const SignetPdfValue *own = _signet_pdf_reader_get (reader, node, key);

  return own->type != SIGNET_PDF_NULL ? own : inherited;
}

static gboolean
fill_page (SignetPdfReader *reader, const SignetPdfValue *reference, const SignetPdfValue *dictionary, const Inherited *inherited, SignetPdfPage *page)
{
  double media[4];
  double crop[4];
  double unit = 1;
  gint64 turn = inherited->rotate->type == SIGNET_PDF_INTEGER ? inherited->rotate->integer : 0;

  if (!_signet_pdf_read_rectangle (reader, inherited->media, media))
    return FALSE;
  if (!_signet_pdf_read_rectangle (reader, inherited->crop, crop))
    memcpy (crop, media, sizeof crop);
  page->reference = reference;
  page->dictionary = dictionary;
  page->left = MAX (media[0], crop[0]);
  page->bottom = MAX (media[1], crop[1]);
  page->right = MIN (media[2], crop[2]);
  page->top = MIN (media[3], crop[3]);
  page->rotation = (guint) ((turn % 360 + 360) % 360);
  if (!read_number (_signet_pdf_reader_get (reader, dictionary, "UserUnit"), &unit) || unit < 0.001 || unit > 100000)
    unit = 1;
  page->unit = unit;
  return page->right - page->left >= 1 && page->top - page->bottom >= 1 && page->rotation % 90 == 0;
}

static gboolean
walk_pages (Walk *walk, const SignetPdfValue *reference, Inherited inherited, guint depth, SignetPdfPage *page)
{
  const SignetPdfValue *node = _signet_pdf_reader_resolve (walk->reader, reference);
  const SignetPdfValue *kids = _signet_pdf_reader_get (walk->reader, node, "Kids");
  const SignetPdfValue *count = _signet_pdf_reader_get (walk->reader, node, "Count");
  guint first = 0;

  if (node->type != SIGNET_PDF_DICTIONARY || depth > MAX_DEPTH || walk->left-- == 0)
    return FALSE;
  if (kids->type == SIGNET_PDF_ARRAY && walk->visit == NULL && count->type == SIGNET_PDF_INTEGER && count->integer > 0
      && depth > 0 && walk->wanted - walk->index >= (guint64) count->integer)
    {
      walk->index += (guint) count->integer;
      return FALSE;
    }
  inherited.media = own_or (walk->reader, node, "MediaBox", inherited.media);
  inherited.crop = own_or (walk->reader, node, "CropBox", inherited.crop);
  inherited.rotate = own_or (walk->reader, node, "Rotate", inherited.rotate);
  if (kids->type != SIGNET_PDF_ARRAY)
    {
      guint index = walk->index++;

      if (walk->visit == NULL)
        return index == walk->wanted && fill_page (walk->reader, reference, node, &inherited, page);
      return fill_page (walk->reader, reference, node, &inherited, page) && walk->visit (page, index, walk->data);
    }
  /* a node that counts as many pages as it has kids has pages and nothing else below it */
  if (walk->visit == NULL && count->type == SIGNET_PDF_INTEGER && count->integer == kids->count && walk->wanted - walk->index < kids->count)
    {
      first = walk->wanted - walk->index;
      walk->index += first;
    }
  for (guint i = first; i < kids->count && walk->left > 0 && (walk->visit != NULL || walk->index <= walk->wanted); i++)
    if (walk_pages (walk, kids->items[i], inherited, depth + 1, page))
      return TRUE;
  return FALSE;
}

static gboolean
start_walk (Walk *walk, SignetPdfPage *page)
{
  const SignetPdfValue *root = _signet_pdf_lookup (_signet_pdf_reader_get (walk->reader, walk->reader->trailer, "Root"), "Pages");
  Inherited nothing = { &_signet_pdf_null, &_signet_pdf_null, &_signet_pdf_null };

  walk->left = MAX_VISITS;
  return walk_pages (walk, root, nothing, 0, page);
}

gboolean
_signet_pdf_page_find (SignetPdfReader *reader, guint index, SignetPdfPage *page, GError **error)
{
  Walk walk = { .reader = reader, .wanted = index };

  if (start_walk (&walk, page) && page->reference->type == SIGNET_PDF_REFERENCE && !page->dictionary->ambiguous)
    return _signet_pdf_reader_check (reader, error);
  if (_signet_pdf_reader_check (reader, error))
    g_set_error (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_NO_PAGE, "page %u cannot be found", index + 1);
  return FALSE;
}

gboolean
_signet_pdf_page_visit (SignetPdfReader *reader, SignetPdfPageVisit visit, gpointer data)
{
  Walk walk = { .reader = reader, .visit = visit, .data = data };
  SignetPdfPage page;

  return start_walk (&walk, &page);
}

/* --- places ---------------------------------------------------------------------------------------------------------------- */

static gboolean
lies_on_its_side (const SignetPdfPage *page)
{
  return page->rotation == 90 || page->rotation == 270;
}

void
_signet_pdf_page_get_size (const SignetPdfPage *page, double *width, double *height)
{
  double w = (page->right - page->left) * page->unit;
  double h = (page->top - page->bottom) * page->unit;

  *width = lies_on_its_side (page) ? h : w;
  *height = lies_on_its_side (page) ? w : h;
}

/* A point as seen, from the upper left corner, in the page's units; turning is clockwise, so at 90 the lower left corner is seen there */
static void
to_user (const SignetPdfPage *page, double u, double v, double *x, double *y)
{
  switch (page->rotation)
    {
    case 90:
      *x = page->left + v, *y = page->bottom + u;
      break;
    case 180:
      *x = page->right - u, *y = page->bottom + v;
      break;
    case 270:
      *x = page->right - v, *y = page->top - u;
      break;
    default:
      *x = page->left + u, *y = page->top - v;
      break;
    }
}

static void
from_user (const SignetPdfPage *page, double x, double y, double *u, double *v)
{
  switch (page->rotation)
    {
    case 90:
      *u = y - page->bottom, *v = x - page->left;
      break;
    case 180:
      *u = page->right - x, *v = y - page->bottom;
      break;
    case 270:
      *u = page->top - y, *v = page->right - x;
      break;
    default:
      *u = x - page->left, *v = page->top - y;
      break;
    }
}

void
_signet_pdf_page_to_user (const SignetPdfPage *page, const SignetMarkBox *box, double rectangle[4])
{
  double x[2];
  double y[2];

  to_user (page, box->left / page->unit, box->top / page->unit, &x[0], &y[0]);
  to_user (page, (box->left + box->width) / page->unit, (box->top + box->height) / page->unit, &x[1], &y[1]);
  rectangle[0] = MIN (x[0], x[1]);
  rectangle[1] = MIN (y[0], y[1]);
  rectangle[2] = MAX (x[0], x[1]);
  rectangle[3] = MAX (y[0], y[1]);
}

void
_signet_pdf_page_from_user (const SignetPdfPage *page, const double rectangle[4], SignetMarkBox *box)
{
  double u[2];
  double v[2];

  from_user (page, rectangle[0], rectangle[1], &u[0], &v[0]);
  from_user (page, rectangle[2], rectangle[3], &u[1], &v[1]);
  box->left = MIN (u[0], u[1]) * page->unit;
  box->top = MIN (v[0], v[1]) * page->unit;
  box->width = fabs (u[1] - u[0]) * page->unit;
  box->height = fabs (v[1] - v[0]) * page->unit;
}

void
_signet_pdf_write_number (GString *bytes, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.4f", fabs (number) < 0.00005 ? 0 : number); /* never -0 */
  g_string_append_printf (bytes, " %s", text);
}
