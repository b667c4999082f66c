/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-window.c: the frame: four places, header, menu. Makes a place when it is first shown, opens the core after the first frame.
 *
 * Owns no cryptographic state. Main thread.
 */
#define G_LOG_DOMAIN "signet-window"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-window.h"
#include "../authorities/signet-authorities-page.h"
#include "../certificates/signet-certificates-page.h"
#include "../common/signet-ui.h"
#include "../doctor/signet-doctor-window.h"
#include "../preferences/signet-preferences.h"
#include "../enrol/signet-enrol-view.h"
#include "../sign/signet-sign-page.h"
#include "../verify/signet-verify-page.h"

struct _SignetWindow {
  AdwApplicationWindow parent_instance;

  SignetDesktop *desktop; /* (owned) */
  GtkStack      *layers;
  AdwViewStack  *stack;
  GtkWidget     *bottom_bar;
  GtkWidget     *back;
  AdwBin        *enrol;
};

G_DEFINE_FINAL_TYPE (SignetWindow, signet_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- places ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  GType     (*get_type) (void);
} PlaceKind;

static const PlaceKind kinds[] = {
  { "sign", signet_sign_page_get_type },
  { "verify", signet_verify_page_get_type },
  { "certificates", signet_certificates_page_get_type },
  { "authorities", signet_authorities_page_get_type },
};

static GType
place_type (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].name, name) == 0)
      return kinds[i].get_type ();
  g_return_val_if_reached (G_TYPE_INVALID);
}

static SignetPlace *
get_place (SignetWindow *self)
{
  GtkWidget *bin = adw_view_stack_get_visible_child (self->stack);

  return SIGNET_PLACE (adw_bin_get_child (ADW_BIN (bin)));
}

/* the one function that makes the window fit what is shown */
static void
update (SignetWindow *self)
{
  SignetPlace *place = get_place (self);

  gtk_widget_set_visible (self->back, place != NULL && signet_place_get_can_go_back (place));
  /* with animations off the bar is revealed inside an allocation and only the next one shows it */
  gtk_widget_queue_resize (self->bottom_bar);
}

static SignetPlace *
ensure_place (SignetWindow *self)
{
  AdwBin *bin = ADW_BIN (adw_view_stack_get_visible_child (self->stack));
  GtkWidget *place = adw_bin_get_child (bin);

  if (place == NULL)
    {
      place = g_object_new (place_type (adw_view_stack_get_visible_child_name (self->stack)), NULL);
      adw_bin_set_child (bin, place);
      signet_place_set_desktop (SIGNET_PLACE (place), self->desktop);
      g_signal_connect_object (place, "notify::can-go-back", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  return SIGNET_PLACE (place);
}

static void
on_place_shown_cb (SignetWindow *self)
{
  ensure_place (self);
  update (self);
}

static SignetPlace *
show_place (SignetWindow *self,
            const char   *name)
{
  gtk_stack_set_visible_child_name (self->layers, "places");
  adw_view_stack_set_visible_child_name (self->stack, name);
  return ensure_place (self);
}

static gboolean
is_shown (SignetWindow *self,
          const char   *layer)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->layers), layer) == 0;
}

/* --- actions --------------------------------------------------------------------------------------------------------- */

static void
on_place_cb (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);

  /* a request being made is left by its own Cancel only */
  if (is_shown (self, "places"))
    show_place (self, g_variant_get_string (parameter, NULL));
}

static void
on_back_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);

  if (is_shown (self, "enrol"))
    signet_enrol_view_go_back (SIGNET_ENROL_VIEW (adw_bin_get_child (self->enrol)));
  else
    signet_place_go_back (get_place (self));
}

static void
on_main_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);

  if (is_shown (self, "enrol"))
    signet_enrol_view_activate_main (SIGNET_ENROL_VIEW (adw_bin_get_child (self->enrol)));
  else
    signet_place_activate_main (get_place (self));
}

static void
on_file_chosen_cb (GtkNativeDialog *dialog,
                   int              response,
                   SignetWindow    *self)
{
  g_autoptr(GListModel) chosen = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean verify = g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "verify") == 0;

  for (guint i = 0; i < g_list_model_get_n_items (chosen); i++)
    g_ptr_array_add (files, g_list_model_get_item (chosen, i));
  if (response == GTK_RESPONSE_ACCEPT && files->len > 0)
    signet_place_open_files (show_place (self, verify ? "verify" : "sign"), files);
  gtk_native_dialog_destroy (dialog);
}

static void
on_open_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);
  gboolean verify = g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "verify") == 0;
  GtkFileChooserNative *dialog;

  if (!is_shown (self, "places"))
    return;
  dialog = gtk_file_chooser_native_new (verify ? _("File to Verify") : _("Files to Sign"), GTK_WINDOW (self),
                                        GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), !verify);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_verify_file_cb (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  g_autoptr(GFile) file = g_file_new_for_path (g_variant_get_bytestring (parameter));

  signet_place_open_file (show_place (SIGNET_WINDOW (widget), "verify"), file);
}

static void
on_enrol_closed_cb (SignetWindow *self)
{
  gtk_stack_set_visible_child_name (self->layers, "places");
  adw_bin_set_child (self->enrol, NULL);
  show_place (self, "certificates");
}

static void
show_enrol (SignetWindow    *self,
            SignetEnrolView *view)
{
  g_signal_connect_object (view, "closed", G_CALLBACK (on_enrol_closed_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (self->enrol, GTK_WIDGET (view));
  gtk_stack_set_visible_child_name (self->layers, "enrol");
  gtk_widget_child_focus (GTK_WIDGET (view), GTK_DIR_TAB_FORWARD);
}

/* parameter: a request's number to go on with, or 0 for a new one */
static void
on_get_certificate_cb (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);

  if (signet_desktop_is_open (self->desktop) && !is_shown (self, "enrol"))
    show_enrol (self, signet_enrol_view_new (self->desktop, g_variant_get_int64 (parameter)));
}

/* parameter: the address of a key that has no certificate */
static void
on_reuse_key_cb (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);
  g_autoptr(SignetTokenKey) key = signet_desktop_find_key (self->desktop, g_variant_get_string (parameter, NULL));

  if (key != NULL && signet_desktop_is_open (self->desktop) && !is_shown (self, "enrol"))
    show_enrol (self, signet_enrol_view_new_for_key (self->desktop, key));
}

static void
on_doctor_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);

  if (signet_desktop_is_open (self->desktop))
    gtk_window_present (GTK_WINDOW (signet_doctor_window_new (GTK_WINDOW (self), self->desktop, NULL)));
}

static void
on_preferences_cb (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  SignetWindow *self = SIGNET_WINDOW (widget);

  if (signet_desktop_is_open (self->desktop))
    gtk_window_present (GTK_WINDOW (signet_preferences_new (GTK_WINDOW (self), self->desktop)));
}

/* --- F6: from area to area ------------------------------------------------------------------------------------------- */

static void
collect_areas (GtkWidget *widget,
               GPtrArray *areas)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (gtk_widget_has_css_class (widget, "area"))
    g_ptr_array_add (areas, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_areas (child, areas);
}

static void
move_area (SignetWindow *self,
           int           step)
{
  g_autoptr(GPtrArray) areas = g_ptr_array_new ();
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  int at = -1;

  collect_areas (GTK_WIDGET (self), areas);
  for (guint i = 0; focus != NULL && i < areas->len; i++)
    if (focus == areas->pdata[i] || gtk_widget_is_ancestor (focus, areas->pdata[i]))
      at = (int) i;
  for (guint tried = 0; tried < areas->len; tried++)
    {
      at = (at + step + 2 * (int) areas->len) % (int) areas->len;
      if (gtk_widget_child_focus (areas->pdata[at], GTK_DIR_TAB_FORWARD))
        return;
    }
}

static void
on_area_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  move_area (SIGNET_WINDOW (widget), g_str_has_suffix (name, "next-area") ? 1 : -1);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static gboolean
open_core (gpointer data)
{
  signet_desktop_open (SIGNET_DESKTOP (data));
  return G_SOURCE_REMOVE;
}

/* the first frame is on the screen: only now may anything else begin */
static void
on_first_frame_cb (GdkFrameClock *clock,
                   SignetWindow  *self)
{
  g_signal_handlers_disconnect_by_func (clock, on_first_frame_cb, self);
  g_debug ("first frame");
  g_idle_add_full (G_PRIORITY_LOW, open_core, g_object_ref (self->desktop), g_object_unref);
}

static void
signet_window_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (signet_window_parent_class)->map (widget);
  if (!signet_desktop_is_open (SIGNET_WINDOW (widget)->desktop))
    g_signal_connect_object (gtk_widget_get_frame_clock (widget), "after-paint", G_CALLBACK (on_first_frame_cb), widget, 0);
}

static void
signet_window_dispose (GObject *object)
{
  SignetWindow *self = SIGNET_WINDOW (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_window_parent_class)->dispose (object);
}

static void
signet_window_class_init (SignetWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_window_dispose;
  widget_class->map = signet_window_map;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/window/signet-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetWindow, layers);
  gtk_widget_class_bind_template_child (widget_class, SignetWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetWindow, bottom_bar);
  gtk_widget_class_bind_template_child (widget_class, SignetWindow, back);
  gtk_widget_class_bind_template_child (widget_class, SignetWindow, enrol);
  gtk_widget_class_bind_template_callback (widget_class, on_place_shown_cb);
  gtk_widget_class_install_action (widget_class, "win.place", "s", on_place_cb);
  gtk_widget_class_install_action (widget_class, "win.open", NULL, on_open_cb);
  gtk_widget_class_install_action (widget_class, "win.main", NULL, on_main_cb);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, on_back_cb);
  gtk_widget_class_install_action (widget_class, "win.verify-file", "ay", on_verify_file_cb);
  gtk_widget_class_install_action (widget_class, "win.get-certificate", "x", on_get_certificate_cb);
  gtk_widget_class_install_action (widget_class, "win.reuse-key", "s", on_reuse_key_cb);
  gtk_widget_class_install_action (widget_class, "win.doctor", NULL, on_doctor_cb);
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL, on_preferences_cb);
  gtk_widget_class_install_action (widget_class, "win.next-area", NULL, on_area_cb);
  gtk_widget_class_install_action (widget_class, "win.previous-area", NULL, on_area_cb);
}

static void
signet_window_init (SignetWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetWindow *
signet_window_new (GtkApplication *application,
                   SignetDesktop  *desktop)
{
  SignetWindow *self = g_object_new (SIGNET_TYPE_WINDOW, "application", application, NULL);

  self->desktop = g_object_ref (desktop);
  on_place_shown_cb (self);
  return self;
}

static gboolean
is_signature_file (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *lower = g_ascii_strdown (name != NULL ? name : "", -1);

  return g_str_has_suffix (lower, ".p7s") || g_str_has_suffix (lower, ".p7m") || g_str_has_suffix (lower, ".xades");
}

/* Those that are signatures are verified, one at a time; the others are signed, together when there are several. */
void
signet_window_open_files (SignetWindow *self,
                          GPtrArray    *files,
                          gboolean      verify)
{
  g_autoptr(GPtrArray) to_sign = g_ptr_array_new ();

  for (guint i = 0; i < files->len; i++)
    if (verify || is_signature_file (g_ptr_array_index (files, i)))
      signet_place_open_file (show_place (self, "verify"), g_ptr_array_index (files, i));
    else
      g_ptr_array_add (to_sign, g_ptr_array_index (files, i));
  if (to_sign->len > 0)
    signet_place_open_files (show_place (self, "sign"), to_sign);
}
