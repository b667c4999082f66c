/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-module.c: draws a mark with cairo and pango. The one file of the core that knows them, in a library of its own. Decides nothing: text
 * and picture come checked. Any thread: everything drawn with belongs to the call.
 */
#define G_LOG_DOMAIN "signet-mark-module"

#include <math.h>
#include <string.h>

#include <cairo-pdf.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <pango/pangocairo.h>

#include "signet-mark-module.h"
#include "signet-mark.h"

#define LEAST_LETTER 4.0  /* points */
#define LEAST_CUT    24.0 /* points: in less width an ellipsis leaves nothing that says anything */
#define NICE_LETTER  6.0  /* below it words may be broken */
#define MOST_LETTER  10.0 /* in a mark of usual size; in larger ones they grow with it */
#define NICE_HEADING 14.0 /* below it a heading takes another line rather than smaller letters */
#define MOST_HEADING 30.0
#define MOST_OF_ALL  720.0 /* points: larger ones not all readers draw */
#define STEP         0.25
#define DENSITY      (300.0 / 72) /* pixels a point: finer is not seen and makes the file large */
#define WIDE         1.6  /* width to height from which picture or heading stands beside the text and not above it */

typedef struct { double x, y, width, height; } Box;
typedef struct { const char *prefix, *language, *families; } Script; /* of the person's language; of the text */

G_DEFINE_QUARK (signet-mark-error-quark, signet_mark_error)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (cairo_surface_t, cairo_surface_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (cairo_t, cairo_destroy)

/* Which lines may be broken so that the letters can be larger */
typedef enum { FIT_UNBROKEN, FIT_WORDS, FIT_LETTERS, FIT_CUT } Fit;

/* --- text -------------------------------------------------------------------------------------------------------------------- */

static gboolean
has_han (const char *text)
{
  for (; text != NULL && *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_get_script (g_utf8_get_char (text)) == G_UNICODE_SCRIPT_HAN)
      return TRUE;
  return FALSE;
}

/* Han characters have a Chinese, a Japanese and a Korean form: that of the person's language, else the Chinese. One family for all of the
 * mark, so that its lines look alike; where it is missing the system's own choice follows. */
static const Script *
find_script (const SignetMarkPicture *picture)
{
  static const Script scripts[] = {
    { "ja", "ja", "Noto Sans CJK JP,Sans" }, { "ko", "ko", "Noto Sans CJK KR,Sans" }, { "zh-tw", "zh-tw", "Noto Sans CJK TC,Sans" },
    { "zh-hk", "zh-hk", "Noto Sans CJK HK,Sans" }, { "", "zh-cn", "Noto Sans CJK SC,Sans" },
  };
  static const Script others = { "", NULL, "Sans" };
  const char *own = pango_language_to_string (pango_language_get_default ());

  if (!has_han (picture->text) && !has_han (picture->heading))
    return &others;
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    if (g_str_has_prefix (own, scripts[i].prefix))
      return &scripts[i];
  return &others;
}

static PangoLayout *
new_layout (cairo_t *cr, const Script *script, const char *text, gboolean heading)
{
  PangoFontDescription *font = pango_font_description_new ();
  PangoLayout *layout = pango_cairo_create_layout (cr);
  PangoContext *context = pango_layout_get_context (layout);

  pango_cairo_context_set_resolution (context, 72); /* a unit is a point */
  pango_context_set_round_glyph_positions (context, FALSE);
  pango_font_description_set_family_static (font, script->families);
  pango_context_set_font_description (context, font);
  pango_font_description_free (font);
  if (script->language != NULL)
    pango_context_set_language (context, pango_language_from_string (script->language));
  pango_layout_context_changed (layout);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_alignment (layout, heading ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
  return layout;
}

static gboolean
fits (PangoLayout *layout, double letter, Fit how, const Box *box)
{
  PangoFontDescription *font = pango_font_description_copy (pango_context_get_font_description (pango_layout_get_context (layout)));
  PangoRectangle extents;

  pango_font_description_set_absolute_size (font, letter * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (layout, (int) (box->width * PANGO_SCALE));
  pango_layout_set_ellipsize (layout, how == FIT_CUT ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  pango_layout_set_wrap (layout, how == FIT_LETTERS ? PANGO_WRAP_WORD_CHAR : PANGO_WRAP_WORD);
  pango_layout_get_extents (layout, NULL, &extents);
  return extents.height <= box->height * PANGO_SCALE && extents.width <= box->width * PANGO_SCALE
         && (how != FIT_UNBROKEN || !pango_layout_is_wrapped (layout));
}

/* The largest letters with which @layout fits into @box; they stay set */
static gboolean
fit (PangoLayout *layout, double least, double most, Fit how, const Box *box)
{
  int low = 0;
  int high = (int) ((most - least) / STEP);

  if (!fits (layout, least, how, box))
    return FALSE;
  while (low < high)
    {
      int middle = (low + high + 1) / 2;

      if (fits (layout, least + middle * STEP, how, box))
        low = middle;
      else
        high = middle - 1;
    }
  return fits (layout, least + low * STEP, how, box);
}

/* Smaller letters before broken words, broken words before an ellipsis at the end of a line */
static gboolean
fit_text (PangoLayout *layout, double whole, double most, const Box *box, gboolean *shortened, GError **error)
{
  gboolean ok = box->width > 0 && box->height > 0
                && (fit (layout, whole, most, FIT_UNBROKEN, box) || fit (layout, NICE_LETTER, most, FIT_WORDS, box)
                    || fit (layout, LEAST_LETTER, most, FIT_LETTERS, box));

  if (!ok && box->width >= LEAST_CUT && fit (layout, LEAST_LETTER, LEAST_LETTER, FIT_CUT, box))
    ok = *shortened = TRUE;
  if (!ok)
    {
      g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_TOO_SMALL, "the text would be smaller than 4 points");
      return FALSE;
    }
  if (pango_layout_get_unknown_glyphs_count (layout) > 0)
    {
      g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_NO_FONT, "no font has all characters of the mark");
      return FALSE;
    }
  return TRUE;
}

/* The largest letters of @usual for a mark of usual size */
static double
most_letter (const SignetMarkPicture *picture, double usual)
{
  return MIN (MOST_OF_ALL, usual * MAX (1, MIN (picture->width, picture->height) / SIGNET_MARK_DEFAULT_HEIGHT));
}

static gboolean
draw_text (cairo_t *cr, const SignetMarkPicture *picture, gboolean heading, const Box *box, gboolean *shortened, GError **error)
{
  g_autoptr(PangoLayout) layout = new_layout (cr, find_script (picture), heading ? picture->heading : picture->text, heading);
  PangoRectangle extents;

  if (!fit_text (layout, heading ? NICE_HEADING : NICE_LETTER, most_letter (picture, heading ? MOST_HEADING : MOST_LETTER), box, shortened, error))
    return FALSE;
  pango_layout_get_extents (layout, NULL, &extents);
  cairo_move_to (cr, box->x, box->y + MAX (0, (box->height - (double) extents.height / PANGO_SCALE) / 2));
  pango_cairo_show_layout (cr, layout);
  return TRUE;
}

/* --- picture ----------------------------------------------------------------------------------------------------------------- */

static gboolean
set_image_error (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_IMAGE, message);
  return FALSE;
}

/* By one of two decoders, chosen by the first byte: others the system may have are not asked. */
static GdkPixbuf *
decode (GBytes *image, GError **error)
{
  const guint8 *data = g_bytes_get_data (image, NULL);
  g_autoptr(GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type (data[0] == 0xff ? "jpeg" : "png", NULL);
  GdkPixbuf *pixbuf = NULL;
  gboolean ok;

  if (loader == NULL)
    return set_image_error (error, "this computer cannot read such pictures"), NULL;
  ok = gdk_pixbuf_loader_write (loader, data, g_bytes_get_size (image), NULL);
  ok = gdk_pixbuf_loader_close (loader, NULL) && ok; /* always: a loader wants to be closed */
  pixbuf = ok ? gdk_pixbuf_loader_get_pixbuf (loader) : NULL;
  if (pixbuf == NULL)
    return set_image_error (error, "the picture is damaged"), NULL;
  /* a photograph says which side is up */
  return gdk_pixbuf_apply_embedded_orientation (pixbuf);
}

static guint8
multiply (guint8 colour, guint8 alpha)
{
  guint product = (guint) colour * alpha + 128;

  return (guint8) ((product + (product >> 8)) >> 8);
}

static void
convert_row (const guint8 *from, guint32 *to, int width, int channels, gboolean opaque)
{
  for (int i = 0; i < width; i++, from += channels)
    {
      guint8 alpha = channels == 4 ? from[3] : 255;
      guint8 white = opaque ? (guint8) (255 - alpha) : 0; /* what shines through on paper */
      guint32 red = (guint32) multiply (from[0], alpha) + white;
      guint32 green = (guint32) multiply (from[1], alpha) + white;
      guint32 blue = (guint32) multiply (from[2], alpha) + white;

      to[i] = (guint32) (opaque ? 255 : alpha) << 24 | MIN (red, 255) << 16 | MIN (green, 255) << 8 | MIN (blue, 255);
    }
}

static cairo_surface_t *
to_surface (GdkPixbuf *pixbuf, gboolean opaque)
{
  int width = gdk_pixbuf_get_width (pixbuf);
  int height = gdk_pixbuf_get_height (pixbuf);
  int channels = gdk_pixbuf_get_n_channels (pixbuf);
  cairo_surface_t *surface =
    cairo_image_surface_create (channels == 4 && !opaque ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, width, height);
  const guint8 *from = gdk_pixbuf_read_pixels (pixbuf);
  guint8 *to = cairo_image_surface_get_data (surface);

  if (to == NULL)
    return surface; /* in error: painting with it says so */
  cairo_surface_flush (surface);
  for (int y = 0; y < height; y++)
    convert_row (from + (gsize) y * (gsize) gdk_pixbuf_get_rowstride (pixbuf),
                 (guint32 *) (void *) (to + (gsize) y * (gsize) cairo_image_surface_get_stride (surface)), width, channels, opaque);
  cairo_surface_mark_dirty (surface);
  return surface;
}

static GdkPixbuf *
shrink (GdkPixbuf *pixbuf, double scale)
{
  double width = gdk_pixbuf_get_width (pixbuf) * scale * DENSITY;
  double height = gdk_pixbuf_get_height (pixbuf) * scale * DENSITY;

  if (scale * DENSITY >= 1)
    return g_object_ref (pixbuf);
  return gdk_pixbuf_scale_simple (pixbuf, MAX (1, (int) ceil (width)), MAX (1, (int) ceil (height)), GDK_INTERP_HYPER);
}

/* As large as it fits, its shape kept, in the middle */
static gboolean
draw_image (cairo_t *cr, GBytes *image, gboolean opaque, const Box *box, GError **error)
{
  g_autoptr(GdkPixbuf) pixbuf = decode (image, error);
  g_autoptr(GdkPixbuf) small = NULL;
  g_autoptr(cairo_surface_t) surface = NULL;
  double width, height, scale;

  if (pixbuf == NULL)
    return FALSE;
  width = gdk_pixbuf_get_width (pixbuf);
  height = gdk_pixbuf_get_height (pixbuf);
  scale = MIN (box->width / width, box->height / height);
  small = scale > 0 ? shrink (pixbuf, scale) : NULL;
  if (small == NULL)
    return set_image_error (error, "no room for the picture");
  surface = to_surface (small, opaque);
  cairo_save (cr);
  cairo_translate (cr, box->x + (box->width - width * scale) / 2, box->y + (box->height - height * scale) / 2);
  cairo_scale (cr, width * scale / gdk_pixbuf_get_width (small), height * scale / gdk_pixbuf_get_height (small));
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_restore (cr);
  return TRUE;
}

/* --- both -------------------------------------------------------------------------------------------------------------------- */

static void
set_ink (cairo_t *cr)
{
  cairo_set_source_rgb (cr, 0.09, 0.13, 0.34);
}

static void
draw_rule (cairo_t *cr, double x, double y, double width, double height)
{
  set_ink (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_fill (cr);
}

/* Two parts with a fine line between them: beside each other when there is width for it */
static void
split (cairo_t *cr, const Box *whole, Box *first, Box *second)
{
  double gap = CLAMP (MIN (whole->width, whole->height) * 0.2, 4, 14);

  *first = *second = *whole;
  if (whole->width >= WIDE * whole->height)
    {
      first->width = floor ((whole->width - gap) * 0.38);
      second->x += first->width + gap;
      second->width -= first->width + gap;
      draw_rule (cr, first->x + first->width + gap / 2, whole->y, 0.5, whole->height);
      return;
    }
  first->height = floor ((whole->height - gap) * 0.45);
  second->y += first->height + gap;
  second->height -= first->height + gap;
  draw_rule (cr, whole->x, first->y + first->height + gap / 2, whole->width, 0.5);
}

static gboolean
is_there (const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
draw (cairo_t *cr, const SignetMarkPicture *picture, gboolean *shortened, GError **error)
{
  double margin = CLAMP (MIN (picture->width, picture->height) * 0.06, 1, 5);
  Box whole = { margin, margin, picture->width - 2 * margin, picture->height - 2 * margin };
  Box first = whole;
  Box second = whole;
  gboolean aside = picture->image != NULL || is_there (picture->heading);

  if (aside && is_there (picture->text))
    split (cr, &whole, &first, &second);
  if (picture->image != NULL && !draw_image (cr, picture->image, picture->opaque, &first, error))
    return FALSE;
  set_ink (cr);
  if (picture->image == NULL && is_there (picture->heading) && !draw_text (cr, picture, TRUE, &first, shortened, error))
    return FALSE;
  return !is_there (picture->text) || draw_text (cr, picture, FALSE, &second, shortened, error);
}

static cairo_status_t
append (void *data, const unsigned char *bytes, unsigned length)
{
  g_byte_array_append (data, bytes, length);
  return CAIRO_STATUS_SUCCESS;
}

GBytes *
signet_mark_module_draw (const SignetMarkPicture *picture, gboolean *shortened, GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autoptr(cairo_surface_t) surface = cairo_pdf_surface_create_for_stream (append, bytes, picture->width, picture->height);
  cairo_t *cr;
  gboolean ok;

  cairo_pdf_surface_restrict_to_version (surface, CAIRO_PDF_VERSION_1_4);
  cr = cairo_create (surface);
  ok = draw (cr, picture, shortened, error);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (!ok)
    return NULL;
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_IMAGE, "drawing failed: %s", cairo_status_to_string (cairo_surface_status (surface)));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}
