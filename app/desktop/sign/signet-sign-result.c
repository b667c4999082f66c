/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-result.c: the page after the act. Main thread. */
#define G_LOG_DOMAIN "signet-sign-result"

#include "config.h"

#include "signet-sign-result.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"

struct _SignetSignResult {
  AdwBin parent_instance;

  char         *path; /* (owned) (nullable) */
  GtkImage     *icon;
  AdwActionRow *file;
  GtkWidget    *software;
  GtkImage     *software_icon;
  GtkWidget    *postponed;
  GtkImage     *postponed_icon;
  GtkWidget    *next;
};

G_DEFINE_FINAL_TYPE (SignetSignResult, signet_sign_result, ADW_TYPE_BIN)

static guint next_signal;

/**
 * signet_sign_result_set:
 * @self: the page
 * @path: the signed file
 * @software_token: whether the key was a file on this computer
 * @postponed: whether its time-stamp is still to come
 */
void
signet_sign_result_set (SignetSignResult *self,
                        const char       *path,
                        gboolean          software_token,
                        gboolean          postponed)
{
  g_autofree char *name = signet_ui_display_name (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *folder_name = g_filename_display_name (folder);
  g_autofree char *safe = signet_text_sanitize (folder_name, -1, 0);

  g_free (self->path);
  self->path = g_strdup (path);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->file), name);
  adw_action_row_set_subtitle (self->file, safe);
  gtk_widget_set_visible (self->software, software_token);
  gtk_widget_set_visible (self->postponed, postponed);
  gtk_widget_grab_focus (self->next);
}

static void
on_open_cb (SignetSignResult *self)
{
  signet_ui_open_file (GTK_WIDGET (self), self->path);
}

static void
on_folder_cb (SignetSignResult *self)
{
  signet_ui_show_in_folder (GTK_WIDGET (self), self->path);
}

static void
on_verify_cb (SignetSignResult *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.verify-file", "^ay", self->path);
}

static void
on_next_cb (SignetSignResult *self)
{
  g_signal_emit (self, next_signal, 0);
}

static void
signet_sign_result_dispose (GObject *object)
{
  SignetSignResult *self = SIGNET_SIGN_RESULT (object);

  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (signet_sign_result_parent_class)->dispose (object);
}

static void
signet_sign_result_class_init (SignetSignResultClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_sign_result_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-sign-result.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetSignResult, icon);
  gtk_widget_class_bind_template_child (widget_class, SignetSignResult, file);
  gtk_widget_class_bind_template_child (widget_class, SignetSignResult, software);
  gtk_widget_class_bind_template_child (widget_class, SignetSignResult, software_icon);
  gtk_widget_class_bind_template_child (widget_class, SignetSignResult, postponed);
  gtk_widget_class_bind_template_child (widget_class, SignetSignResult, postponed_icon);
  gtk_widget_class_bind_template_child (widget_class, SignetSignResult, next);
  gtk_widget_class_bind_template_callback (widget_class, on_open_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_verify_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_next_cb);
  next_signal = g_signal_new ("next", SIGNET_TYPE_SIGN_RESULT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_sign_result_init (SignetSignResult *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  signet_state_image_set (self->icon, SIGNET_STATE_OK);
  signet_state_image_set (self->software_icon, SIGNET_STATE_WARNING);
  signet_state_image_set (self->postponed_icon, SIGNET_STATE_LATER);
}
