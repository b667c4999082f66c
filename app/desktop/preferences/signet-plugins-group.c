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

#define HELPERS "/usr/lib/certmonger" /* where programs are that speak with authorities for a plugin */

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
  char                 *helper;   /* (owned) (nullable): a program it may run for an authority */
  gboolean              allows;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_object_unref (answer->consents);
  g_object_unref (answer->plugin);
  g_free (answer->helper);
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
    return signet_plugin_consents_reconsider (answer->consents, answer->plugin, answer->helper, interaction, cancellable, error);
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

/* @helper: (nullable) */
static void
begin_answer (SignetPluginsGroup   *self,
              SignetPluginManifest *plugin,
              const char           *helper,
              gboolean              allows)
{
  SignetPluginConsents *consents = signet_core_get_plugin_consents (signet_desktop_get_core (self->desktop), NULL);
  Answer *answer;

  if (consents == NULL)
    return;
  answer = g_new0 (Answer, 1);
  answer->consents = g_object_ref (consents);
  answer->plugin = g_object_ref (plugin);
  answer->helper = g_strdup (helper);
  answer->allows = allows;
  signet_job_run (GTK_WIDGET (self), NULL, answer_work, on_answered_cb, answer, answer_free);
}

static void
on_answer_cb (GtkButton          *button,
              SignetPluginsGroup *self)
{
  begin_answer (self, g_object_get_data (G_OBJECT (button), "plugin"), NULL, g_object_get_data (G_OBJECT (button), "allows") != NULL);
}

static void
on_helper_chosen_cb (GtkNativeDialog    *dialog,
                     int                 response,
                     SignetPluginsGroup *self)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    begin_answer (self, g_object_get_data (G_OBJECT (dialog), "plugin"), g_file_peek_path (file), TRUE);
  gtk_native_dialog_destroy (dialog);
}

/* the consent that follows names the program: choosing it is not yet allowing it */
static void
on_helper_cb (GtkButton          *button,
              SignetPluginsGroup *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Program the Plugin May Run"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _("_Choose"), _("_Cancel"));
  g_autoptr(GFile) folder = g_file_new_for_path (HELPERS);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (g_file_query_exists (folder, NULL))
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  g_object_set_data_full (G_OBJECT (dialog), "plugin", g_object_ref (g_object_get_data (G_OBJECT (button), "plugin")), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_helper_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
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

/* a word for each helper, the last word about it counts: (transfer full) */
static char *
dup_helpers (SignetPluginConsents *consents,
             SignetPluginManifest *plugin)
{
  g_autoptr(GPtrArray) given = signet_plugin_consents_list (consents, plugin, NULL);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; given != NULL && i < given->len; i++)
    {
      const SignetPluginConsent *consent = g_ptr_array_index (given, i);

      if (!consent->allowed)
        break; /* forbidden as a whole: what was allowed before is void */
      if (*consent->helper != '\0' && g_hash_table_add (seen, consent->helper))
        {
          g_autofree char *safe = signet_text_sanitize (consent->helper, -1, 400);

          g_string_append_printf (names, "%s%s", names->len > 0 ? "\n" : "", safe);
        }
    }
  return g_strdup (names->len > 0 ? names->str : _("None yet"));
}

/* a plugin that runs programs asks for each by its name: here it can be answered before */
static void
add_helper (SignetPluginsGroup   *self,
            AdwExpanderRow       *row,
            SignetPluginConsents *consents,
            SignetPluginManifest *plugin)
{
  g_autofree char *helpers = dup_helpers (consents, plugin);
  GtkWidget *line = signet_ui_new_row (_("Programs it may run for an authority"), helpers);
  GtkWidget *button = gtk_button_new_with_mnemonic (_("Allow a _Program…"));
  /* translators: %s is the name of a plugin */
  g_autofree char *spoken = g_strdup_printf (_("Allow a Program for %s"), signet_plugin_manifest_get_name (plugin));

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (line), 0);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  signet_ui_set_spoken_name (button, spoken);
  g_object_set_data_full (G_OBJECT (button), "plugin", g_object_ref (plugin), g_object_unref);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_helper_cb), self, 0);
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
  if (!locked && consents != NULL && signet_plugin_manifest_has_programs (plugin))
    add_helper (self, ADW_EXPANDER_ROW (row), consents, plugin);
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
