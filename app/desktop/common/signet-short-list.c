/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-short-list.c: a GtkScrolledWindow that asks for the height its child has at the width there is. GTK's own propagate-natural-height asks for the
 * height of lines that are not wrapped. Its one property is the child. Main thread.
 */
#define G_LOG_DOMAIN "signet-short-list"

#include "config.h"

#include "signet-short-list.h"

#define MOST 230 /* pixels: five lines, of large text three */

struct _SignetShortList {
  GtkWidget parent_instance;

  GtkWidget *scroller;
};

G_DEFINE_FINAL_TYPE (SignetShortList, signet_short_list, GTK_TYPE_WIDGET)

enum { PROP_0, PROP_CHILD, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

static void
signet_short_list_measure (GtkWidget      *widget,
                           GtkOrientation  orientation,
                           int             for_size,
                           int            *minimum,
                           int            *natural,
                           int            *minimum_baseline,
                           int            *natural_baseline)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (SIGNET_SHORT_LIST (widget)->scroller);
  GtkWidget *child = gtk_scrolled_window_get_child (scroller);

  gtk_widget_measure (GTK_WIDGET (scroller), orientation, for_size, minimum, natural, NULL, NULL);
  if (child == NULL)
    return;
  gtk_widget_measure (child, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = MIN (*natural, MOST);
}

static void
signet_short_list_size_allocate (GtkWidget *widget,
                                 int        width,
                                 int        height,
                                 int        baseline)
{
  gtk_widget_allocate (SIGNET_SHORT_LIST (widget)->scroller, width, height, baseline, NULL);
}

static GtkSizeRequestMode
signet_short_list_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
signet_short_list_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  g_value_set_object (value, gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (SIGNET_SHORT_LIST (object)->scroller)));
}

static void
signet_short_list_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (SIGNET_SHORT_LIST (object)->scroller), g_value_get_object (value));
}

static void
signet_short_list_dispose (GObject *object)
{
  g_clear_pointer (&SIGNET_SHORT_LIST (object)->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (signet_short_list_parent_class)->dispose (object);
}

static void
signet_short_list_class_init (SignetShortListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = signet_short_list_get_property;
  object_class->set_property = signet_short_list_set_property;
  object_class->dispose = signet_short_list_dispose;
  widget_class->measure = signet_short_list_measure;
  widget_class->size_allocate = signet_short_list_size_allocate;
  widget_class->get_request_mode = signet_short_list_get_request_mode;
  properties[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
signet_short_list_init (SignetShortList *self)
{
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}
