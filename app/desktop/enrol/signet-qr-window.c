/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-qr-window.c: black on white whatever the style, each module the same whole number of pixels: a reader sees edges, not grey.
 * Main thread.
 */
#define G_LOG_DOMAIN "signet-qr-window"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-qr-window.h"

struct _SignetQrWindow {
  AdwWindow parent_instance;

  GtkDrawingArea *area;
  GtkLabel       *name;
  SignetQr       *code; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetQrWindow, signet_qr_window, ADW_TYPE_WINDOW)

static void
draw_modules (const SignetQr *code,
              cairo_t        *cairo,
              int             size)
{
  guint width = signet_qr_get_width (code);

  for (guint y = 0; y < width; y++)
    for (guint x = 0; x < width; x++)
      if (signet_qr_is_dark (code, x, y))
        cairo_rectangle (cairo, (x + SIGNET_QR_MARGIN) * size, (y + SIGNET_QR_MARGIN) * size, size, size);
  cairo_set_source_rgb (cairo, 0, 0, 0);
  cairo_fill (cairo);
}

static void
on_draw_cb (GtkDrawingArea *area,
            cairo_t        *cairo,
            int             width,
            int             height,
            gpointer        data)
{
  SignetQrWindow *self = data;
  int modules = self->code != NULL ? (int) signet_qr_columns (self->code) : 0;
  int size = modules > 0 ? MIN (width, height) / modules : 0;

  if (size == 0)
    return;
  cairo_translate (cairo, (width - size * modules) / 2, (height - size * modules) / 2);
  cairo_set_antialias (cairo, CAIRO_ANTIALIAS_NONE);
  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_rectangle (cairo, 0, 0, size * modules, size * modules);
  cairo_fill (cairo);
  draw_modules (self->code, cairo, size);
}

GtkWindow *
signet_qr_window_new (SignetQr   *code,
                      const char *name)
{
  SignetQrWindow *self = g_object_new (SIGNET_TYPE_QR_WINDOW, NULL);
  int least = (int) signet_qr_columns (code) * 2;

  self->code = code;
  gtk_label_set_label (self->name, name);
  /* never so small that a module is less than two pixels */
  gtk_drawing_area_set_content_width (self->area, least);
  gtk_drawing_area_set_content_height (self->area, least);
  return GTK_WINDOW (self);
}

static void
signet_qr_window_finalize (GObject *object)
{
  g_clear_pointer (&SIGNET_QR_WINDOW (object)->code, signet_qr_free);
  G_OBJECT_CLASS (signet_qr_window_parent_class)->finalize (object);
}

static void
signet_qr_window_class_init (SignetQrWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_qr_window_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-qr-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetQrWindow, area);
  gtk_widget_class_bind_template_child (widget_class, SignetQrWindow, name);
}

static void
signet_qr_window_init (SignetQrWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drawing_area_set_draw_func (self->area, on_draw_cb, self, NULL);
}
