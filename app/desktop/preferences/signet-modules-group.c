/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-modules-group.c: lists, adds and removes drivers. Nothing is loaded here; that is the token host's. Main thread, except the
 * functions named *_work.
 */
#define G_LOG_DOMAIN "signet-modules-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-modules-group.h"
#include "../common/signet-finding.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-policy.h"
#include "../../core/base/signet-text.h"

struct _SignetModulesGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) (nullable) */
  GtkWidget     *add;
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (SignetModulesGroup, signet_modules_group, ADW_TYPE_PREFERENCES_GROUP)

/* --- the list -------------------------------------------------------------------------------------------------------- */

static const struct { const char *origin; const char *words; } origins[] = {
  { "p11-kit", N_("Registered on this computer") },
  { "vendor", N_("Found where its maker puts it") },
  { "administrator", N_("Added by your administrator") },
  { "user", N_("Added by you") },
  { "software", N_("Keeps the software tokens") },
  { "given", N_("Given at the start") },
};

static const char *
origin_words (const char *origin)
{
  for (guint i = 0; i < G_N_ELEMENTS (origins); i++)
    if (g_strcmp0 (origins[i].origin, origin) == 0)
      return _(origins[i].words);
  return "";
}

static const SignetTokenFinding *
find_finding (GPtrArray  *findings,
              const char *path)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const SignetTokenFinding *finding = g_ptr_array_index (findings, i);

      if (g_strcmp0 (finding->module, path) == 0)
        return finding;
    }
  return NULL;
}

static char *
dup_title (const SignetTokenModuleInfo *info)
{
  g_autofree char *name = signet_text_sanitize (info->name, -1, 80);
  g_autofree char *vendor = signet_text_sanitize (info->vendor, -1, 80);

  /* translators: the name of a driver, then its maker */
  return *vendor != '\0' && !g_str_equal (vendor, name) ? g_strdup_printf (_("%s, %s"), name, vendor) : g_steal_pointer (&name);
}

static char *
dup_subtitle (const SignetTokenModuleInfo *info,
              const SignetTokenFinding    *finding)
{
  g_autofree char *path = signet_text_sanitize (info->path, -1, 300);
  const char *state = finding != NULL ? signet_finding_words (finding) : _("Not asked yet");

  return g_strdup_printf ("%s\n%s · %s", path, origin_words (info->origin), state);
}

static void on_remove_cb (GtkButton *button, SignetModulesGroup *self);

static void
add_remove_button (SignetModulesGroup *self,
                   GtkWidget          *row,
                   const char         *path,
                   const char         *title)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  /* translators: %s is the name of a driver */
  g_autofree char *label = g_strdup_printf (_("Remove %s"), title);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  signet_ui_set_spoken_name (button, label);
  g_object_set_data_full (G_OBJECT (button), "path", g_strdup (path), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_remove_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static GtkWidget *
new_row (SignetModulesGroup          *self,
         const SignetTokenModuleInfo *info,
         GPtrArray                   *findings)
{
  const SignetTokenFinding *finding = find_finding (findings, info->path);
  g_autofree char *title = dup_title (info);
  g_autofree char *subtitle = dup_subtitle (info, finding);
  GtkWidget *row = signet_ui_new_state_row (finding != NULL ? signet_finding_state (finding) : SIGNET_STATE_LATER, title, subtitle);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  if (g_str_equal (info->origin, "user"))
    add_remove_button (self, row, info->path, title);
  return row;
}

/* the one function that makes the list fit the modules */
static void
update (SignetModulesGroup *self,
        GPtrArray          *modules)
{
  g_autoptr(GPtrArray) findings = signet_token_manager_dup_findings (signet_desktop_get_tokens (self->desktop));
  gboolean allowed = signet_policy_allows_user_modules ();

  signet_ui_clear_list (self->list);
  for (guint i = 0; i < modules->len; i++)
    gtk_list_box_append (self->list, new_row (self, g_ptr_array_index (modules, i), findings));
  if (modules->len == 0)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_UNKNOWN, _("None is registered on this computer"),
                                                              _("Install the driver that came with your card or token, or add its file.")));
  gtk_widget_set_sensitive (self->add, allowed);
  if (!allowed)
    {
      gtk_widget_set_tooltip_text (self->add, _("Set by your administrator"));
      adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), _("Set by your administrator: no drivers of your own."));
    }
}

/* --- listing, adding, removing --------------------------------------------------------------------------------------- */

typedef struct {
  SignetTokenManager *tokens;  /* (owned) */
  char               *path;    /* (owned) (nullable): to add or to remove */
  gboolean            removes;
  GPtrArray          *modules; /* (owned) (nullable): afterwards */
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->tokens);
  g_free (change->path);
  g_clear_pointer (&change->modules, g_ptr_array_unref);
  g_free (change);
}

static gboolean
change_work (gpointer            data,
             SignetInteraction  *interaction,
             GCancellable       *cancellable,
             GError            **error)
{
  Change *change = data;
  gboolean ok = TRUE;

  if (change->path != NULL && change->removes)
    ok = signet_token_manager_remove_user_module (change->tokens, change->path, error);
  else if (change->path != NULL)
    ok = signet_token_manager_add_user_module (change->tokens, change->path, error);
  if (ok && change->path != NULL)
    {
      /* what the new one has to say; the page of tokens follows by itself */
      g_autoptr(GPtrArray) tokens = signet_token_manager_refresh (change->tokens, cancellable, NULL, NULL);

      (void) tokens;
    }
  change->modules = signet_token_manager_dup_modules (change->tokens);
  return ok;
}

static void
on_changed_cb (GtkWidget    *widget,
               gpointer      data,
               const GError *error)
{
  Change *change = data;

  if (error != NULL)
    signet_ui_tell_error (widget, error);
  if (change->modules != NULL)
    update (SIGNET_MODULES_GROUP (widget), change->modules);
}

static void
run (SignetModulesGroup *self,
     const char         *path,
     gboolean            removes)
{
  Change *change = g_new0 (Change, 1);

  change->tokens = g_object_ref (signet_desktop_get_tokens (self->desktop));
  change->path = g_strdup (path);
  change->removes = removes;
  signet_job_run (GTK_WIDGET (self), path != NULL ? _("Asking the driver") : NULL, change_work, on_changed_cb, change, change_free);
}

static void
on_remove_cb (GtkButton          *button,
              SignetModulesGroup *self)
{
  run (self, g_object_get_data (G_OBJECT (button), "path"), TRUE);
}

static void
on_file_chosen_cb (GtkNativeDialog    *chooser,
                   int                 response,
                   SignetModulesGroup *self)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    run (self, g_file_peek_path (file), FALSE);
  gtk_native_dialog_destroy (chooser);
}

static void
on_add_cb (SignetModulesGroup *self)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Driver (PKCS#11 Module)"), signet_ui_get_window (GTK_WIDGET (self)),
                                                               GTK_FILE_CHOOSER_ACTION_OPEN, _("_Add"), _("_Cancel"));
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Drivers (*.so)"));
  gtk_file_filter_add_pattern (filter, "*.so");
  gtk_file_filter_add_pattern (filter, "*.so.*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_file_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

void
signet_modules_group_set_desktop (SignetModulesGroup *self,
                                  SignetDesktop      *desktop)
{
  self->desktop = g_object_ref (desktop);
  run (self, NULL, FALSE);
}

static void
signet_modules_group_dispose (GObject *object)
{
  SignetModulesGroup *self = SIGNET_MODULES_GROUP (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_modules_group_parent_class)->dispose (object);
}

static void
signet_modules_group_class_init (SignetModulesGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_modules_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/preferences/signet-modules-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetModulesGroup, add);
  gtk_widget_class_bind_template_child (widget_class, SignetModulesGroup, list);
  gtk_widget_class_bind_template_callback (widget_class, on_add_cb);
}

static void
signet_modules_group_init (SignetModulesGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
