/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-page-bar.c: the bar over the desk; says where one is and what was pressed, turns nothing by itself. Main thread. */
#define G_LOG_DOMAIN "signet-page-bar"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-page-bar.h"

struct _SignetPageBar {
  AdwBin parent_instance;

  GtkLabel  *zoom;
  GtkLabel  *page;
  GtkWidget *previous;
  GtkWidget *next;
};

G_DEFINE_FINAL_TYPE (SignetPageBar, signet_page_bar, ADW_TYPE_BIN)

enum { TURN, ZOOM, N_SIGNALS };
static guint signals[N_SIGNALS];

void
signet_page_bar_set (SignetPageBar *self,
                     guint          page,
                     guint          n_pages,
                     double         zoom)
{
  /* translators: the zoom of a page, e.g. 75 % */
  g_autofree char *percent = g_strdup_printf (_("%d %%"), (int) (zoom * 100 + 0.5));
  /* translators: the first number is the page shown, the second the number of pages */
  g_autofree char *words = g_strdup_printf (_("Page %u of %u"), page + 1, n_pages);

  gtk_label_set_label (self->zoom, percent);
  gtk_label_set_label (self->page, words);
  gtk_widget_set_sensitive (self->previous, page > 0);
  gtk_widget_set_sensitive (self->next, page + 1 < n_pages);
}

static void
on_zoom_out_cb (SignetPageBar *self)
{
  g_signal_emit (self, signals[ZOOM], 0, -1);
}

static void
on_zoom_in_cb (SignetPageBar *self)
{
  g_signal_emit (self, signals[ZOOM], 0, 1);
}

static void
on_fit_cb (SignetPageBar *self)
{
  g_signal_emit (self, signals[ZOOM], 0, 0);
}

static void
on_previous_cb (SignetPageBar *self)
{
  g_signal_emit (self, signals[TURN], 0, -1);
}

static void
on_next_cb (SignetPageBar *self)
{
  g_signal_emit (self, signals[TURN], 0, 1);
}

static void
signet_page_bar_class_init (SignetPageBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-page-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetPageBar, zoom);
  gtk_widget_class_bind_template_child (widget_class, SignetPageBar, page);
  gtk_widget_class_bind_template_child (widget_class, SignetPageBar, previous);
  gtk_widget_class_bind_template_child (widget_class, SignetPageBar, next);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_out_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_in_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_fit_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_next_cb);
  signals[TURN] = g_signal_new ("turn", SIGNET_TYPE_PAGE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[ZOOM] = g_signal_new ("zoom", SIGNET_TYPE_PAGE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
signet_page_bar_init (SignetPageBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
