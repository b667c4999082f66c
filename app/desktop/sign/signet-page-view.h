/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-page-view.h: one page of a PDF as a widget: keeps the page's shape, asks the renderer for a picture of the right size. */
#pragma once

#include <gtk/gtk.h>

#include "signet-page-renderer.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PAGE_VIEW (signet_page_view_get_type ())
G_DECLARE_FINAL_TYPE (SignetPageView, signet_page_view, SIGNET, PAGE_VIEW, GtkWidget)

void   signet_page_view_set_page   (SignetPageView *self, SignetPageRenderer *renderer, guint page); /* @renderer: (nullable): nothing */
/* The width of the widget in pixels; the height follows the page. */
void   signet_page_view_set_width  (SignetPageView *self, int width);
/* Width of the page at 100 %, in pixels; 0 until known. */
double signet_page_view_get_natural_width (SignetPageView *self);
/* The page as it is shown, in points; FALSE until known. */
gboolean signet_page_view_get_page_size (SignetPageView *self, double *width, double *height);
/* Signal "failed" (char *message): the page cannot be drawn. "page-loaded": its size is known. */

G_END_DECLS
