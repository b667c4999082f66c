/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-layer.c: lies over the page and is as large; takes the pointer only where the mark is. Arrow keys push it by a millimetre, with Shift by
 * ten, with Control they size it; where it stands is its accessible name, so that a screen reader tells of each push. Main thread.
 */
#define G_LOG_DOMAIN "signet-mark-layer"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "signet-mark-layer.h"
#include "../../core/base/signet-text.h"

#define POINTS      (72 / 25.4) /* a millimetre */
#define LEAST_SIDE  24.0        /* points: smaller is not taken hold of */
#define GRIP        5.0         /* pixels: radius of a handle */
#define REACH       9.0         /* pixels: how near is on it */

typedef enum { HOLD_NOTHING = 0, HOLD_LEFT = 1, HOLD_RIGHT = 2, HOLD_TOP = 4, HOLD_BOTTOM = 8, HOLD_WHOLE = 16 } Hold;

struct _SignetMarkLayer {
  GtkWidget parent_instance;

  SignetMarkChoice *choice; /* (owned) (nullable) */
  guint             page;
  double            width, height; /* of the page, points */
  Hold              hold;   /* what is being dragged */
  SignetMarkBox     start, dragged;
};

G_DEFINE_FINAL_TYPE (SignetMarkLayer, signet_mark_layer, GTK_TYPE_WIDGET)

/* --- where -------------------------------------------------------------------------------------------------------------- */

/* FALSE: there is nothing on this page */
static gboolean
get_box (SignetMarkLayer *self,
         SignetMarkBox   *box)
{
  if (self->choice == NULL || self->width <= 0 || !signet_mark_choice_get_box (self->choice, box))
    return FALSE;
  if (self->hold != HOLD_NOTHING)
    *box = self->dragged;
  return box->page == self->page;
}

static gboolean
is_fixed (SignetMarkLayer *self)
{
  const SignetVisibleMark *mark = self->choice != NULL ? signet_mark_choice_get_mark (self->choice) : NULL;

  return mark == NULL || mark->field != NULL;
}

static double
get_scale (SignetMarkLayer *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) / self->width;
}

static graphene_rect_t
to_pixels (SignetMarkLayer     *self,
           const SignetMarkBox *box)
{
  double scale = get_scale (self);

  return GRAPHENE_RECT_INIT ((float) (box->left * scale), (float) (box->top * scale), (float) (box->width * scale), (float) (box->height * scale));
}

static Hold
hold_at (SignetMarkLayer *self,
         double           x,
         double           y)
{
  SignetMarkBox box;
  graphene_rect_t area;
  Hold hold = HOLD_NOTHING;

  if (!get_box (self, &box))
    return HOLD_NOTHING;
  area = to_pixels (self, &box);
  if (x < area.origin.x - REACH || x > area.origin.x + area.size.width + REACH || y < area.origin.y - REACH ||
      y > area.origin.y + area.size.height + REACH)
    return HOLD_NOTHING;
  if (is_fixed (self))
    return HOLD_WHOLE;
  hold |= fabs (x - area.origin.x) <= REACH ? HOLD_LEFT : 0;
  hold |= fabs (x - area.origin.x - area.size.width) <= REACH ? HOLD_RIGHT : 0;
  hold |= fabs (y - area.origin.y) <= REACH ? HOLD_TOP : 0;
  hold |= fabs (y - area.origin.y - area.size.height) <= REACH ? HOLD_BOTTOM : 0;
  if ((hold & HOLD_LEFT) && (hold & HOLD_RIGHT))
    hold &= ~(guint) HOLD_LEFT;
  if ((hold & HOLD_TOP) && (hold & HOLD_BOTTOM))
    hold &= ~(guint) HOLD_TOP;
  return hold != HOLD_NOTHING ? hold : HOLD_WHOLE;
}

/* On the page, and not smaller than can be taken hold of */
static void
keep_on_page (SignetMarkLayer *self,
              SignetMarkBox   *box)
{
  box->width = CLAMP (box->width, MIN (LEAST_SIDE, self->width), self->width);
  box->height = CLAMP (box->height, MIN (LEAST_SIDE, self->height), self->height);
  box->left = CLAMP (box->left, 0, self->width - box->width);
  box->top = CLAMP (box->top, 0, self->height - box->height);
}

/* --- what is said ----------------------------------------------------------------------------------------------------------- */

static int
to_millimetres (double points)
{
  return (int) lround (points / POINTS);
}

static char *
dup_name (SignetMarkLayer     *self,
          const SignetMarkBox *box)
{
  const SignetVisibleMark *mark = signet_mark_choice_get_mark (self->choice);

  if (mark->field != NULL)
    {
      g_autofree char *field = signet_text_isolate (mark->field);

      /* translators: a screen reader says it: %s is the name of a signature field, %u a page */
      return g_strdup_printf (_("Visible mark in the field %s on page %u"), field, box->page + 1);
    }
  /* translators: a screen reader says it whenever the mark is moved; lengths are millimetres */
  return g_strdup_printf (_("Visible mark on page %u: %d mm from the left, %d mm from the top, %d by %d mm"), box->page + 1,
                          to_millimetres (box->left), to_millimetres (box->top), to_millimetres (box->width), to_millimetres (box->height));
}

/* the one function that makes the layer fit mark and page */
static void
update (SignetMarkLayer *self)
{
  SignetMarkBox box;
  gboolean here = get_box (self, &box);

  gtk_widget_set_visible (GTK_WIDGET (self), here);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (here)
    {
      g_autofree char *name = dup_name (self, &box);

      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      is_fixed (self) ? "" : _("Arrow keys move it, with Shift further, with Control they change its size"), -1);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self), name);
    }
}

/* --- moving --------------------------------------------------------------------------------------------------------------------- */

static void
on_drag_begin_cb (GtkGestureDrag  *gesture,
                  double           x,
                  double           y,
                  SignetMarkLayer *self)
{
  Hold hold = hold_at (self, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (hold == HOLD_NOTHING || is_fixed (self) || !get_box (self, &self->start))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  self->dragged = self->start;
  self->hold = hold;
}

static void
drag (SignetMarkLayer *self,
      double           dx,
      double           dy)
{
  SignetMarkBox *box = &self->dragged;
  const SignetMarkBox *start = &self->start;
  double right = start->left + start->width;
  double bottom = start->top + start->height;

  *box = *start;
  if (self->hold == HOLD_WHOLE)
    {
      box->left += dx;
      box->top += dy;
    }
  if (self->hold & HOLD_LEFT)
    {
      box->left = CLAMP (start->left + dx, 0, MAX (0, right - LEAST_SIDE));
      box->width = right - box->left;
    }
  if (self->hold & HOLD_RIGHT)
    box->width = MIN (start->width + dx, self->width - start->left);
  if (self->hold & HOLD_TOP)
    {
      box->top = CLAMP (start->top + dy, 0, MAX (0, bottom - LEAST_SIDE));
      box->height = bottom - box->top;
    }
  if (self->hold & HOLD_BOTTOM)
    box->height = MIN (start->height + dy, self->height - start->top);
  keep_on_page (self, box);
}

static void
on_drag_update_cb (GtkGestureDrag  *gesture,
                   double           dx,
                   double           dy,
                   SignetMarkLayer *self)
{
  double scale = get_scale (self);

  if (self->hold == HOLD_NOTHING)
    return;
  drag (self, dx / scale, dy / scale);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_drag_end_cb (GtkGestureDrag  *gesture,
                double           dx,
                double           dy,
                SignetMarkLayer *self)
{
  double scale = get_scale (self);

  if (self->hold == HOLD_NOTHING)
    return;
  drag (self, dx / scale, dy / scale);
  self->hold = HOLD_NOTHING;
  signet_mark_choice_move (self->choice, &self->dragged);
}

static gboolean
on_key_cb (GtkEventController *controller,
           guint               key,
           guint               code,
           GdkModifierType     state,
           SignetMarkLayer    *self)
{
  double step = (state & GDK_SHIFT_MASK ? 10 : 1) * POINTS;
  gboolean size = (state & GDK_CONTROL_MASK) != 0;
  double dx = 0;
  double dy = 0;
  SignetMarkBox box;

  if ((state & GDK_ALT_MASK) != 0 || self->hold != HOLD_NOTHING || is_fixed (self) || !get_box (self, &box))
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left: case GDK_KEY_KP_Left:   dx = -step; break;
    case GDK_KEY_Right: case GDK_KEY_KP_Right: dx = step; break;
    case GDK_KEY_Up: case GDK_KEY_KP_Up:       dy = -step; break;
    case GDK_KEY_Down: case GDK_KEY_KP_Down:   dy = step; break;
    default: return GDK_EVENT_PROPAGATE;
    }
  if (size)
    {
      box.width = MIN (box.width + dx, self->width - box.left);
      box.height = MIN (box.height + dy, self->height - box.top);
    }
  else
    {
      box.left += dx;
      box.top += dy;
    }
  keep_on_page (self, &box);
  signet_mark_choice_move (self->choice, &box);
  return GDK_EVENT_STOP;
}

static void
on_motion_cb (GtkEventControllerMotion *controller,
              double                    x,
              double                    y,
              SignetMarkLayer          *self)
{
  static const struct { guint hold; const char *cursor; } cursors[] = {
    { HOLD_WHOLE, "move" }, { HOLD_LEFT, "w-resize" }, { HOLD_RIGHT, "e-resize" }, { HOLD_TOP, "n-resize" }, { HOLD_BOTTOM, "s-resize" },
    { HOLD_LEFT | HOLD_TOP, "nw-resize" }, { HOLD_RIGHT | HOLD_TOP, "ne-resize" }, { HOLD_LEFT | HOLD_BOTTOM, "sw-resize" },
    { HOLD_RIGHT | HOLD_BOTTOM, "se-resize" },
  };
  guint hold = self->hold != HOLD_NOTHING ? (guint) self->hold : (guint) hold_at (self, x, y);
  const char *cursor = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cursors) && !is_fixed (self); i++)
    if (cursors[i].hold == hold)
      cursor = cursors[i].cursor;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursor);
}

/* --- drawing ------------------------------------------------------------------------------------------------------------------- */

static void
draw_frame (cairo_t               *cr,
            const graphene_rect_t *area,
            gboolean               focused)
{
  static const double dashes[] = { 5, 3 };

  cairo_rectangle (cr, area->origin.x, area->origin.y, area->size.width, area->size.height);
  if (focused)
    {
      cairo_set_source_rgba (cr, 0.21, 0.52, 0.89, 0.35);
      cairo_set_line_width (cr, 6);
      cairo_stroke_preserve (cr);
    }
  cairo_set_source_rgb (cr, 0.11, 0.44, 0.85);
  cairo_set_line_width (cr, 1.5);
  cairo_set_dash (cr, dashes, focused ? 0 : 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_grips (cairo_t               *cr,
            const graphene_rect_t *area)
{
  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 3; column++)
      {
        if (row == 1 && column == 1)
          continue;
        cairo_new_path (cr);
        cairo_arc (cr, area->origin.x + area->size.width * column / 2, area->origin.y + area->size.height * row / 2, GRIP, 0, 2 * G_PI);
        cairo_set_source_rgb (cr, 1, 1, 1);
        cairo_fill_preserve (cr);
        cairo_set_source_rgb (cr, 0.11, 0.44, 0.85);
        cairo_set_line_width (cr, 1.5);
        cairo_stroke (cr);
      }
}

static void
signet_mark_layer_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  SignetMarkLayer *self = SIGNET_MARK_LAYER (widget);
  SignetMarkBox box;
  graphene_rect_t area, around;
  cairo_t *cr;

  if (!get_box (self, &box))
    return;
  area = to_pixels (self, &box);
  if (signet_mark_choice_get_picture (self->choice) != NULL)
    gtk_snapshot_append_texture (snapshot, signet_mark_choice_get_picture (self->choice), &area);
  graphene_rect_inset_r (&area, -2 * REACH, -2 * REACH, &around);
  cr = gtk_snapshot_append_cairo (snapshot, &around);
  draw_frame (cr, &area, gtk_widget_has_visible_focus (widget));
  if (!is_fixed (self))
    draw_grips (cr, &area);
  cairo_destroy (cr);
}

static gboolean
signet_mark_layer_contains (GtkWidget *widget,
                            double     x,
                            double     y)
{
  return hold_at (SIGNET_MARK_LAYER (widget), x, y) != HOLD_NOTHING;
}

/* --- life ------------------------------------------------------------------------------------------------------------------------- */

void
signet_mark_layer_set_page (SignetMarkLayer *self,
                            guint            page,
                            double           width,
                            double           height)
{
  self->page = page;
  self->width = width;
  self->height = height;
  self->hold = HOLD_NOTHING;
  update (self);
}

void
signet_mark_layer_set_choice (SignetMarkLayer  *self,
                              SignetMarkChoice *choice)
{
  g_set_object (&self->choice, choice);
  g_signal_connect_object (choice, "drawn", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
signet_mark_layer_dispose (GObject *object)
{
  g_clear_object (&SIGNET_MARK_LAYER (object)->choice);
  G_OBJECT_CLASS (signet_mark_layer_parent_class)->dispose (object);
}

static void
signet_mark_layer_class_init (SignetMarkLayerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_mark_layer_dispose;
  widget_class->snapshot = signet_mark_layer_snapshot;
  widget_class->contains = signet_mark_layer_contains;
  gtk_widget_class_set_css_name (widget_class, "marklayer");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
signet_mark_layer_init (SignetMarkLayer *self)
{
  GtkGesture *gesture = gtk_gesture_drag_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect (gesture, "drag-begin", G_CALLBACK (on_drag_begin_cb), self);
  g_signal_connect (gesture, "drag-update", G_CALLBACK (on_drag_update_cb), self);
  g_signal_connect (gesture, "drag-end", G_CALLBACK (on_drag_end_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (gesture));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}
