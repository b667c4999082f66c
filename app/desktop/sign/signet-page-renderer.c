/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-page-renderer.c: draws pages with poppler, one after the other, on one thread that alone touches the PopplerDocument.
 *
 * Reads through a duplicate of the descriptor the core opened, so that what is shown is what will be signed. Decides nothing:
 * poppler's own view of signatures is never asked.
 */
#define G_LOG_DOMAIN "signet-page-renderer"

#include "config.h"

#include <fcntl.h>
#include <poppler.h>

#include "signet-page-renderer.h"

#define MOST_PIXELS 4096 /* a side; a page of any size stays below 64 MB */

struct _SignetPageRenderer {
  GObject parent_instance;

  SignetDocumentFile *file;     /* (owned) */
  GThreadPool        *thread;   /* (owned): exactly one, so that jobs queue */
  PopplerDocument    *document; /* (owned) (nullable): touched on that thread only */
};

G_DEFINE_FINAL_TYPE (SignetPageRenderer, signet_page_renderer, G_TYPE_OBJECT)

typedef struct {
  guint page;
  guint width;
} Job;

void
signet_page_picture_free (SignetPagePicture *picture)
{
  g_clear_object (&picture->texture);
  g_free (picture);
}

static gboolean
ensure_document (SignetPageRenderer  *self,
                 GError             **error)
{
  g_autoptr(SignetSecret) password = NULL;
  int fd;

  if (self->document != NULL)
    return TRUE;
  fd = fcntl (signet_document_file_get_fd (self->file), F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "no more descriptors");
      return FALSE;
    }
  password = signet_document_file_dup_password (self->file);
  self->document = poppler_document_new_from_fd (fd, password != NULL ? (const char *) signet_secret_get_bytes (password, NULL) : NULL,
                                                 error); /* takes fd */
  return self->document != NULL;
}

GdkTexture *
signet_page_renderer_surface_to_texture (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  g_autoptr(GBytes) bytes = NULL;

  cairo_surface_flush (surface);
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface), stride * (gsize) height,
                                      (GDestroyNotify) cairo_surface_destroy, cairo_surface_reference (surface));
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
}

static GdkTexture *
draw (PopplerPage *page,
      double       page_width,
      double       page_height,
      guint        width)
{
  double scale = MIN (width / page_width, MOST_PIXELS / MAX (page_width, page_height));
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX (1, (int) (page_width * scale + 0.5)),
                                                         MAX (1, (int) (page_height * scale + 0.5)));
  cairo_t *cr = cairo_create (surface);
  GdkTexture *texture;

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  poppler_page_render (page, cr);
  cairo_destroy (cr);
  texture = signet_page_renderer_surface_to_texture (surface);
  cairo_surface_destroy (surface);
  return texture;
}

static SignetPagePicture *
make_picture (SignetPageRenderer  *self,
              const Job           *job,
              GError             **error)
{
  g_autoptr(GObject) object = NULL; /* poppler 22.12 has no autoptr of its own */
  PopplerPage *page;
  SignetPagePicture *picture;
  double width, height;

  if (!ensure_document (self, error))
    return NULL;
  page = poppler_document_get_page (self->document, (int) job->page);
  if (page == NULL)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "page %u cannot be read", job->page + 1);
      return NULL;
    }
  object = G_OBJECT (page);
  poppler_page_get_size (page, &width, &height);
  width = CLAMP (width, 1, 100000);
  height = CLAMP (height, 1, 100000);
  picture = g_new0 (SignetPagePicture, 1);
  picture->width = width;
  picture->height = height;
  picture->texture = draw (page, width, height, job->width);
  return picture;
}

static void
render_in_thread (gpointer data,
                  gpointer user_data)
{
  g_autoptr(GTask) task = data;
  SignetPagePicture *picture;
  g_autoptr(GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  picture = make_picture (g_task_get_source_object (task), g_task_get_task_data (task), &error);
  if (picture != NULL)
    g_task_return_pointer (task, picture, (GDestroyNotify) signet_page_picture_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
signet_page_renderer_render_async (SignetPageRenderer  *self,
                                   guint                page,
                                   guint                width,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Job *job = g_new0 (Job, 1);

  job->page = page;
  job->width = MAX (1, width);
  g_task_set_task_data (task, job, g_free);
  g_thread_pool_push (self->thread, task, NULL);
}

SignetPagePicture *
signet_page_renderer_render_finish (SignetPageRenderer  *self,
                                    GAsyncResult        *result,
                                    GError             **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
signet_page_renderer_finalize (GObject *object)
{
  SignetPageRenderer *self = SIGNET_PAGE_RENDERER (object);

  /* every job holds a reference, so none is left; the last one may have been dropped on the thread itself: do not wait */
  g_thread_pool_free (self->thread, FALSE, FALSE);
  g_clear_object (&self->document);
  g_clear_object (&self->file);
  G_OBJECT_CLASS (signet_page_renderer_parent_class)->finalize (object);
}

static void
signet_page_renderer_class_init (SignetPageRendererClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_page_renderer_finalize;
}

static void
signet_page_renderer_init (SignetPageRenderer *self)
{
  self->thread = g_thread_pool_new (render_in_thread, NULL, 1, FALSE, NULL);
}

SignetPageRenderer *
signet_page_renderer_new (SignetDocumentFile *file)
{
  SignetPageRenderer *self = g_object_new (SIGNET_TYPE_PAGE_RENDERER, NULL);

  self->file = g_object_ref (file);
  return self;
}
