/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-work.c: a GTask around the core's placing and drawing of a mark. What the core draws is what will be in the file; poppler, which shows
 * the pages, makes the picture of it. No widget is touched here.
 */
#define G_LOG_DOMAIN "signet-mark-work"

#include "config.h"

#include <math.h>

#include <poppler.h>

#include "signet-mark-work.h"
#include "signet-page-renderer.h"

#define DENSITY     4.0    /* pixels a point */
#define MOST_PIXELS 4096.0 /* a side */

void
signet_mark_drawing_free (SignetMarkDrawing *drawing)
{
  g_clear_object (&drawing->picture);
  g_free (drawing);
}

/* The drawing stands upright; a field may want it turned */
static void
turn (cairo_t             *cr,
      const SignetMarkBox *box)
{
  static const int quarters[4][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } }; /* the corner its upper left one comes to */
  guint quarter = box->turn / 90 % 4;

  cairo_translate (cr, quarters[quarter][0] * box->width, quarters[quarter][1] * box->height);
  cairo_rotate (cr, quarter * G_PI_2);
}

static GdkTexture *
to_picture (GBytes              *drawing,
            const SignetMarkBox *box,
            GError             **error)
{
  g_autoptr(GObject) document = (GObject *) poppler_document_new_from_bytes (drawing, NULL, error);
  g_autoptr(GObject) page = document != NULL ? (GObject *) poppler_document_get_page (POPPLER_DOCUMENT (document), 0) : NULL;
  double scale = MIN (DENSITY, MOST_PIXELS / MAX (box->width, box->height));
  cairo_surface_t *surface;
  cairo_t *cr;
  GdkTexture *picture;

  if (page == NULL)
    {
      if (document != NULL)
        g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_IMAGE, "the drawing of the mark cannot be shown");
      return NULL;
    }
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX (1, (int) ceil (box->width * scale)), MAX (1, (int) ceil (box->height * scale)));
  cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  turn (cr, box);
  poppler_page_render (POPPLER_PAGE (page), cr);
  cairo_destroy (cr);
  picture = signet_page_renderer_surface_to_texture (surface);
  cairo_surface_destroy (surface);
  return picture;
}

static SignetMarkDrawing *
draw (SignetSigning  *signing,
      GError        **error)
{
  g_autoptr(SignetMarkDrawing) drawing = g_new0 (SignetMarkDrawing, 1);
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (!signet_signing_place_mark (signing, &drawing->box, error))
    return NULL;
  bytes = signet_signing_draw_mark (signing, &drawing->box, &local_error);
  drawing->picture = bytes != NULL ? to_picture (bytes, &drawing->box, &local_error) : NULL;
  /* a frame that is too small can still be made larger; the pre-flight tells what is wrong */
  if (local_error != NULL)
    g_debug ("the mark cannot be drawn: %s", local_error->message);
  return g_steal_pointer (&drawing);
}

static void
draw_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetMarkDrawing *drawing = draw (source, &error);

  if (drawing != NULL)
    g_task_return_pointer (task, drawing, (GDestroyNotify) signet_mark_drawing_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
signet_mark_draw_async (SignetSigning       *signing,
                        GAsyncReadyCallback  callback,
                        gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (signing, NULL, callback, data);

  g_task_run_in_thread (task, draw_in_thread);
}

SignetMarkDrawing *
signet_mark_draw_finish (SignetSigning  *signing,
                         GAsyncResult   *result,
                         GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
