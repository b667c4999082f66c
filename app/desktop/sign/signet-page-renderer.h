/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-page-renderer.h: pictures of a PDF's pages, made on a thread of its own from the very descriptor that will be signed. */
#pragma once

#include <gdk/gdk.h>

#include "../../core/document/signet-document-file.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PAGE_RENDERER (signet_page_renderer_get_type ())
G_DECLARE_FINAL_TYPE (SignetPageRenderer, signet_page_renderer, SIGNET, PAGE_RENDERER, GObject)

/* One picture; width and height of the page in points. */
typedef struct {
  GdkTexture *texture;
  double      width;
  double      height;
} SignetPagePicture;
void signet_page_picture_free (SignetPagePicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPagePicture, signet_page_picture_free)

SignetPageRenderer *signet_page_renderer_new           (SignetDocumentFile *file);
/* (transfer full): what was drawn on @surface; shares its pixels */
GdkTexture         *signet_page_renderer_surface_to_texture (cairo_surface_t *surface);
/* @page counts from 0; @width in device pixels. Earlier requests that were cancelled cost nothing. */
void                signet_page_renderer_render_async  (SignetPageRenderer *self, guint page, guint width, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer data);
SignetPagePicture  *signet_page_renderer_render_finish (SignetPageRenderer *self, GAsyncResult *result, GError **error);

G_END_DECLS
