/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugins-group.c: lists, allows and forbids plugins. What may run is decided in the core; this shows it and passes the answer on.
 * Nothing of a plugin is started here. Main thread, except the functions named *_work.
 */
#define G_LOG_DOMAIN "signet-plugins-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-plugins-group.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-base-error.h"
#include "../../core/base/signet-policy.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetPluginsGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) (nullable) */
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (SignetPluginsGroup, signet_plugins_group, ADW_TYPE_PREFERENCES_GROUP)

static void update (SignetPluginsGroup *self);

/* --- allowing and forbidding ------------------------------------------------------------------------------------------- */

typedef struct {
  SignetPluginConsents *consents; /* (owned) */
  SignetPluginManifest *plugin;   /* (owned) */
  gboolean              allows;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_object_unref (answer->consents);
  g_object_unref (answer->plugin);
  g_free (answer);
}

static gboolean
answer_work (gpointer            data,
             SignetInteraction  *interaction,
             GCancellable       *cancellable,
             GError            **error)
{
  Answer *answer = data;

  if (answer->allows)
    return signet_plugin_consents_reconsider (answer->consents, answer->plugin, NULL, interaction, cancellable, error);
  return signet_plugin_consents_forbid (answer->consents, answer->plugin, error);
}

static void
on_answered_cb (GtkWidget    *widget,
                gpointer      data,
                const GError *error)
{
  if (error != NULL && !g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED))
    signet_ui_tell_error (widget, error);
  update (SIGNET_PLUGINS_GROUP (widget));
}

static void
on_answer_cb (GtkButton          *button,
              SignetPluginsGroup *self)
{
  SignetPluginConsents *consents = signet_core_get_plugin_consents (signet_desktop_get_core (self->desktop), NULL);
  Answer *answer;

  if (consents == NULL)
    return;
  answer = g_new0 (Answer, 1);
  answer->consents = g_object_ref (consents);
  answer->plugin = g_object_ref (g_object_get_data (G_OBJECT (button), "plugin"));
  answer->allows = g_object_get_data (G_OBJECT (button), "allows") != NULL;
  signet_job_run (GTK_WIDGET (self), NULL, answer_work, on_answered_cb, answer, answer_free);
}

/* --- one plugin -------------------------------------------------------------------------------------------------------- */

static gboolean
runs (SignetPluginStanding standing)
{
  return standing == SIGNET_PLUGIN_STANDING_SHIPPED || standing == SIGNET_PLUGIN_STANDING_POLICY || standing == SIGNET_PLUGIN_STANDING_ALLOWED;
}

static SignetState
state_of (SignetPluginStanding standing)
{
  if (runs (standing))
    return SIGNET_STATE_OK;
  if (standing == SIGNET_PLUGIN_STANDING_NEW)
    return SIGNET_STATE_LATER;
  return standing == SIGNET_PLUGIN_STANDING_CHANGED ? SIGNET_STATE_WARNING : SIGNET_STATE_STOP;
}

static void
add_permissions (AdwExpanderRow       *row,
                 SignetPluginManifest *plugin)
{
  g_auto(GStrv) pairs = signet_plugin_manifest_dup_permissions (plugin, NULL);
  const char *publisher = signet_plugin_manifest_get_publisher (plugin);

  for (gsize i = 0; pairs[i] != NULL; i += 2)
    {
      const char *words = signet_words_plugin_permission (pairs[i]);
      g_autofree char *value = signet_words_plugin_value (pairs[i], pairs[i + 1]);

      adw_expander_row_add_row (row, signet_ui_new_row (words != NULL ? words : pairs[i], *value != '\0' ? value : NULL));
    }
  if (publisher != NULL)
    adw_expander_row_add_row (row, signet_ui_new_row (signet_words_plugin_permission ("plugin-publisher"), publisher));
  adw_expander_row_add_row (row, signet_ui_new_value_row (signet_words_plugin_permission ("plugin-folder"),
                                                          signet_plugin_manifest_get_directory (plugin), TRUE));
}

/* the row that says what can be done about it; nothing where the administrator decided */
static void
add_answer (SignetPluginsGroup   *self,
            AdwExpanderRow       *row,
            SignetPluginManifest *plugin,
            SignetPluginStanding  standing)
{
  gboolean allows = !runs (standing);
  GtkWidget *button = gtk_button_new_with_mnemonic (allows ? _("_Allow…") : _("_Forbid"));
  g_autofree char *spoken = g_strdup_printf (allows ? _("Allow %s") : _("Forbid %s"), signet_plugin_manifest_get_name (plugin));
  GtkWidget *line = signet_ui_new_row (allows ? _("Let it run after seeing what it may do") : _("Keep it from running"), NULL);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  signet_ui_set_spoken_name (button, spoken);
  g_object_set_data_full (G_OBJECT (button), "plugin", g_object_ref (plugin), g_object_unref);
  g_object_set_data (G_OBJECT (button), "allows", allows ? self : NULL);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_answer_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (line), button);
  adw_expander_row_add_row (row, line);
}

static GtkWidget *
new_row (SignetPluginsGroup   *self,
         SignetPluginConsents *consents,
         SignetPluginManifest *plugin)
{
  SignetPluginStanding standing = signet_plugin_consents_look (consents, plugin, NULL);
  gboolean locked = standing == SIGNET_PLUGIN_STANDING_POLICY || standing == SIGNET_PLUGIN_STANDING_EXCLUDED;
  g_autofree char *title = g_strdup_printf ("%s %s", signet_plugin_manifest_get_name (plugin), signet_plugin_manifest_get_version (plugin));
  GtkWidget *row = signet_ui_new_plain_row (ADW_TYPE_EXPANDER_ROW, title);

  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), signet_words_plugin_standing (standing));
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), locked ? gtk_image_new_from_icon_name ("changes-prevent-symbolic")
                                                              : signet_state_image_new (state_of (standing)));
  add_permissions (ADW_EXPANDER_ROW (row), plugin);
  if (!locked)
    add_answer (self, ADW_EXPANDER_ROW (row), plugin, standing);
  return row;
}

/* --- the list ---------------------------------------------------------------------------------------------------------- */

/* what was left out, and why: a plugin that is not there must not look like one that was never installed */
static void
add_problems (SignetPluginsGroup *self)
{
  GPtrArray *problems = signet_core_get_problems (signet_desktop_get_core (self->desktop));

  for (guint i = 0; problems != NULL && i < problems->len; i++)
    {
      const GError *problem = g_ptr_array_index (problems, i);
      g_autofree char *text = NULL;
      g_autofree char *remedy = NULL;
      g_autofree char *detail = signet_text_sanitize (problem->message, -1, 400);

      signet_words_explain_error (problem, &text, &remedy);
      if (problem->domain == SIGNET_PLUGIN_ERROR)
        gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_STOP, text, detail));
    }
}

/* the one function that makes the list fit the plugins */
static void
update (SignetPluginsGroup *self)
{
  SignetCore *core = signet_desktop_get_core (self->desktop);
  SignetPluginConsents *consents = core != NULL ? signet_core_get_plugin_consents (core, NULL) : NULL;
  GPtrArray *plugins = core != NULL ? signet_core_get_plugins (core) : NULL;

  signet_ui_clear_list (self->list);
  for (guint i = 0; plugins != NULL && i < plugins->len; i++)
    gtk_list_box_append (self->list, new_row (self, consents, g_ptr_array_index (plugins, i)));
  if (core != NULL)
    add_problems (self);
  if (signet_policy_is_locked (SIGNET_POLICY_ALLOWED_PLUGINS) || !signet_policy_allows_user_plugins ())
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), _("Set by your administrator: only some plugins may run."));
}

/* --- life -------------------------------------------------------------------------------------------------------------- */

void
signet_plugins_group_set_desktop (SignetPluginsGroup *self,
                                  SignetDesktop      *desktop)
{
  self->desktop = g_object_ref (desktop);
  update (self);
}

static void
signet_plugins_group_dispose (GObject *object)
{
  SignetPluginsGroup *self = SIGNET_PLUGINS_GROUP (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_plugins_group_parent_class)->dispose (object);
}

static void
signet_plugins_group_class_init (SignetPluginsGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_plugins_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/preferences/signet-plugins-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetPluginsGroup, list);
}

static void
signet_plugins_group_init (SignetPluginsGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
