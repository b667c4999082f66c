/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-page-view.c: a page that asks for its picture when its size is known and draws the old one until the new one is there. Main thread.
 */
#define G_LOG_DOMAIN "signet-page-view"

#include "config.h"

#include "signet-page-view.h"

#define DEFAULT_RATIO 1.4142 /* A4, until the page tells */
#define PIXELS_PER_POINT (96.0 / 72.0)

struct _SignetPageView {
  GtkWidget parent_instance;

  SignetPageRenderer *renderer;    /* (owned) (nullable) */
  SignetPagePicture  *picture;     /* (owned) (nullable) */
  GCancellable       *cancellable; /* (owned) (nullable): of the picture under way */
  guint               page;
  int                 width;
  guint               asked_width; /* device pixels of the picture there or under way */
};

G_DEFINE_FINAL_TYPE (SignetPageView, signet_page_view, GTK_TYPE_WIDGET)

enum { FAILED, PAGE_LOADED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_rendered_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      data)
{
  g_autoptr(SignetPageView) self = data;
  g_autoptr(GError) error = NULL;
  SignetPagePicture *picture = signet_page_renderer_render_finish (SIGNET_PAGE_RENDERER (source), result, &error);

  if (picture == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_signal_emit (self, signals[FAILED], 0, error->message);
      return;
    }
  g_clear_pointer (&self->picture, signet_page_picture_free);
  self->picture = picture;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_signal_emit (self, signals[PAGE_LOADED], 0);
}

static void
ask (SignetPageView *self)
{
  guint wanted = (guint) (self->width * gtk_widget_get_scale_factor (GTK_WIDGET (self)));

  if (self->renderer == NULL || self->width <= 0 || wanted == self->asked_width)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->asked_width = wanted;
  signet_page_renderer_render_async (self->renderer, self->page, wanted, self->cancellable, on_rendered_cb, g_object_ref (self));
}

void
signet_page_view_set_page (SignetPageView     *self,
                           SignetPageRenderer *renderer,
                           guint               page)
{
  if (self->renderer == renderer && self->page == page)
    return;
  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->renderer, renderer);
  self->page = page;
  self->asked_width = 0;
  if (renderer == NULL)
    g_clear_pointer (&self->picture, signet_page_picture_free);
  ask (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
signet_page_view_set_width (SignetPageView *self,
                            int             width)
{
  if (self->width == width)
    return;
  self->width = width;
  ask (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

double
signet_page_view_get_natural_width (SignetPageView *self)
{
  return self->picture != NULL ? self->picture->width * PIXELS_PER_POINT : 0;
}

gboolean
signet_page_view_get_page_size (SignetPageView *self,
                                double         *width,
                                double         *height)
{
  if (self->picture == NULL)
    return FALSE;
  *width = self->picture->width;
  *height = self->picture->height;
  return TRUE;
}

static void
signet_page_view_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  SignetPageView *self = SIGNET_PAGE_VIEW (widget);
  double ratio = self->picture != NULL ? self->picture->height / self->picture->width : DEFAULT_RATIO;
  int width = MAX (self->width, 1);

  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? width : (int) (width * ratio + 0.5);
}

static void
signet_page_view_snapshot (GtkWidget   *widget,
                           GtkSnapshot *snapshot)
{
  SignetPageView *self = SIGNET_PAGE_VIEW (widget);
  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));

  /* the desk may be dark, paper is not */
  gtk_snapshot_append_color (snapshot, &(GdkRGBA) { 1, 1, 1, 1 }, &area);
  if (self->picture != NULL)
    gtk_snapshot_append_texture (snapshot, self->picture->texture, &area);
}

static void
signet_page_view_dispose (GObject *object)
{
  SignetPageView *self = SIGNET_PAGE_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->renderer);
  g_clear_pointer (&self->picture, signet_page_picture_free);
  G_OBJECT_CLASS (signet_page_view_parent_class)->dispose (object);
}

static void
signet_page_view_class_init (SignetPageViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_page_view_dispose;
  widget_class->measure = signet_page_view_measure;
  widget_class->snapshot = signet_page_view_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "pageview");
  signals[FAILED] = g_signal_new ("failed", SIGNET_TYPE_PAGE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[PAGE_LOADED] = g_signal_new ("page-loaded", SIGNET_TYPE_PAGE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_page_view_init (SignetPageView *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "page");
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (ask), NULL);
}
