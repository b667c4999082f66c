/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-columns.c: a GtkFlowBox breaks by what its children would like to have; a report would stand in one column because of one long
 * sentence. This breaks by the room there is. Children come from a template. Main thread.
 */
#define G_LOG_DOMAIN "signet-columns"

#include "config.h"

#include "signet-columns.h"

#define LEAST_COLUMN 330 /* pixels; a narrower column is hard to read */
#define COLUMN_SPACING 24
#define ROW_SPACING 18

struct _SignetColumns {
  GtkWidget parent_instance;
};

static void buildable_iface_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetColumns, signet_columns, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, buildable_iface_init))

static int
count_children (GtkWidget *widget)
{
  int n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

/* 0: one under the other */
static int
column_width (GtkWidget *widget,
              int        width)
{
  int n = MAX (1, count_children (widget));
  int column = (width - (n - 1) * COLUMN_SPACING) / n;

  return column >= LEAST_COLUMN ? column : 0;
}

static void
measure_width (GtkWidget *widget,
               int       *minimum,
               int       *natural)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int least, most;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &most, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural = MAX (*natural, most);
    }
  *natural = *natural * MAX (1, count_children (widget)) + COLUMN_SPACING;
}

static void
measure_height (GtkWidget *widget,
                int        width,
                int       *minimum,
                int       *natural)
{
  int column = width < 0 ? 0 : column_width (widget, width);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int least, most;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, column > 0 ? column : width, &least, &most, NULL, NULL);
      *minimum = column > 0 ? MAX (*minimum, least) : *minimum + least + (*minimum > 0 ? ROW_SPACING : 0);
      *natural = column > 0 ? MAX (*natural, most) : *natural + most + (*natural > 0 ? ROW_SPACING : 0);
    }
}

static void
signet_columns_measure (GtkWidget      *widget,
                        GtkOrientation  orientation,
                        int             for_size,
                        int            *minimum,
                        int            *natural,
                        int            *minimum_baseline,
                        int            *natural_baseline)
{
  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    measure_width (widget, minimum, natural);
  else
    measure_height (widget, for_size, minimum, natural);
}

static void
signet_columns_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  int column = column_width (widget, width);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = rtl && column > 0 ? width - column : 0;
  int y = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int own_width = column > 0 ? column : width;
      int natural;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, own_width, NULL, &natural, NULL, NULL);
      gtk_widget_size_allocate (child, &(GtkAllocation) { x, y, own_width, natural }, -1);
      if (column > 0)
        x += (rtl ? -1 : 1) * (column + COLUMN_SPACING);
      else
        y += natural + ROW_SPACING;
    }
}

static GtkSizeRequestMode
signet_columns_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
signet_columns_add_child (GtkBuildable *buildable,
                          GtkBuilder   *builder,
                          GObject      *child,
                          const char   *type)
{
  gtk_widget_set_parent (GTK_WIDGET (child), GTK_WIDGET (buildable));
}

static void
buildable_iface_init (GtkBuildableIface *iface)
{
  iface->add_child = signet_columns_add_child;
}

static void
signet_columns_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (signet_columns_parent_class)->dispose (object);
}

static void
signet_columns_class_init (SignetColumnsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_columns_dispose;
  widget_class->measure = signet_columns_measure;
  widget_class->size_allocate = signet_columns_size_allocate;
  widget_class->get_request_mode = signet_columns_get_request_mode;
}

static void
signet_columns_init (SignetColumns *self)
{
}
