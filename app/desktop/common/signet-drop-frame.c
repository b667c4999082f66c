/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-drop-frame.c: the frame and the drop target of a start page. Main thread. */
#define G_LOG_DOMAIN "signet-drop-frame"

#include "config.h"

#include "signet-drop-frame.h"

struct _SignetDropFrame {
  AdwBin parent_instance;

  GtkLabel  *title;
  GtkLabel  *subtitle;
  GtkWidget *open;
};

G_DEFINE_FINAL_TYPE (SignetDropFrame, signet_drop_frame, ADW_TYPE_BIN)

enum { PROP_0, PROP_TITLE, PROP_SUBTITLE, N_PROPERTIES };

typedef struct {
  void   (*dropped) (gpointer data, GFile *file);           /* (nullable): then the other */
  void   (*dropped_many) (gpointer data, GPtrArray *files); /* (nullable) */
  gpointer data;
} Target;

static void
give_all (Target *to,
          GSList *files)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (GSList *at = files; at != NULL; at = at->next)
    g_ptr_array_add (all, g_object_ref (at->data));
  to->dropped_many (to->data, all);
}

static gboolean
on_drop_cb (GtkDropTarget *target,
            const GValue  *value,
            double         x,
            double         y,
            Target        *to)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  if (to->dropped_many != NULL)
    give_all (to, files);
  else
    to->dropped (to->data, G_FILE (files->data));
  return TRUE;
}

static void
free_target (gpointer  data,
             GClosure *closure)
{
  g_free (data);
}

/* @to: taken */
static void
add_target (GtkWidget *page,
            Target    *to)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_data (target, "drop", G_CALLBACK (on_drop_cb), to, free_target, 0);
  gtk_widget_add_css_class (page, "drop-page");
  gtk_widget_add_controller (page, GTK_EVENT_CONTROLLER (target));
}

void
signet_drop_target_add (GtkWidget *page,
                        void     (*dropped) (gpointer data, GFile *file),
                        gpointer   data)
{
  Target *to = g_new0 (Target, 1);

  to->dropped = dropped;
  to->data = data;
  add_target (page, to);
}

void
signet_drop_target_add_for_many (GtkWidget *page,
                                 void     (*dropped) (gpointer data, GPtrArray *files),
                                 gpointer   data)
{
  Target *to = g_new0 (Target, 1);

  to->dropped_many = dropped;
  to->data = data;
  add_target (page, to);
}

static void
signet_drop_frame_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  SignetDropFrame *self = SIGNET_DROP_FRAME (object);

  if (id == PROP_TITLE)
    gtk_label_set_label (self->title, g_value_get_string (value));
  else if (id == PROP_SUBTITLE)
    gtk_label_set_label (self->subtitle, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
signet_drop_frame_class_init (SignetDropFrameClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = signet_drop_frame_set_property;
  g_object_class_install_property (object_class, PROP_TITLE,
    g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (object_class, PROP_SUBTITLE,
    g_param_spec_string ("subtitle", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/common/signet-drop-frame.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetDropFrame, title);
  gtk_widget_class_bind_template_child (widget_class, SignetDropFrame, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SignetDropFrame, open);
}

static void
signet_drop_frame_init (SignetDropFrame *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
