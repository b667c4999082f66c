/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-preferences.c: each change is kept at once; there is no Apply. Main thread. */
#define G_LOG_DOMAIN "signet-preferences"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-preferences.h"
#include "signet-modules-group.h"
#include "signet-plugins-group.h"
#include "signet-tsa-group.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-policy.h"
#include "../../core/base/signet-settings.h"
#include "../../core/token/signet-token-keeping.h"

struct _SignetPreferences {
  AdwPreferencesWindow parent_instance;

  SignetDesktop      *desktop; /* (owned) (nullable) */
  GArray             *times;   /* (owned) of guint: the seconds of each line of @keeping */
  AdwComboRow        *keeping;
  AdwActionRow       *kept;
  GtkWidget          *forget;
  GtkWidget          *software;
  SignetModulesGroup *modules;
  SignetPluginsGroup *plugins;
  SignetTsaGroup     *tsa;
};

G_DEFINE_FINAL_TYPE (SignetPreferences, signet_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const guint usual_times[] = { 0, 60, 300, 900 }; /* seconds */

static char *
dup_time_words (guint seconds)
{
  guint minutes = (seconds + 59) / 60;

  if (seconds == 0)
    return g_strdup (_("Every time"));
  return g_strdup_printf (ngettext ("After %u minute", "After %u minutes", minutes), minutes);
}

static void
add_time (SignetPreferences *self,
          GtkStringList     *model,
          guint              seconds)
{
  g_autofree char *words = dup_time_words (seconds);

  gtk_string_list_append (model, words);
  g_array_append_val (self->times, seconds);
}

/* the usual times the policy allows, and the one that was set in another way */
static void
fill_times (SignetPreferences *self,
            guint              chosen,
            guint              most)
{
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);
  guint selected = 0;

  g_array_set_size (self->times, 0);
  for (guint i = 0; i < G_N_ELEMENTS (usual_times); i++)
    {
      gboolean between = i > 0 && chosen > usual_times[i - 1] && chosen < usual_times[i];

      if (between)
        add_time (self, model, chosen);
      if (usual_times[i] <= most)
        add_time (self, model, usual_times[i]);
    }
  if (chosen > usual_times[G_N_ELEMENTS (usual_times) - 1])
    add_time (self, model, chosen);
  for (guint i = 0; i < self->times->len; i++)
    if (g_array_index (self->times, guint, i) == chosen)
      selected = i;
  adw_combo_row_set_model (self->keeping, G_LIST_MODEL (model));
  adw_combo_row_set_selected (self->keeping, selected);
}

static char *
dup_keeping_words (gboolean locked,
                   guint    most)
{
  guint minutes = most / 60;

  if (locked && most == 0)
    return g_strdup (_("Set by your administrator: a PIN is never kept."));
  if (locked)
    return g_strdup_printf (ngettext ("Set by your administrator: for %u minute at most.", "Set by your administrator: for %u minutes at most.",
                                      minutes), minutes);
  return g_strdup (_("Counted from the last signature. A key that wants the PIN for each signature still asks."));
}

static GtkWidget *
new_lock (void)
{
  GtkWidget *lock = g_object_new (GTK_TYPE_IMAGE, "icon-name", "changes-prevent-symbolic", "accessible-role", GTK_ACCESSIBLE_ROLE_IMG,
                                  "tooltip-text", _("Set by your administrator"), NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (lock), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Set by your administrator"), -1);
  return lock;
}

/* how many tokens open without a PIN just now */
static void
show_kept (SignetPreferences *self)
{
  g_autoptr(GPtrArray) tokens = signet_desktop_dup_tokens (self->desktop);
  guint n = 0;
  g_autofree char *words = NULL;

  for (guint i = 0; i < tokens->len; i++)
    n += signet_token_manager_keeps_pin (signet_desktop_get_tokens (self->desktop), g_ptr_array_index (tokens, i));
  words = g_strdup_printf (ngettext ("%u token is open until then.", "%u tokens are open until then.", n), n);
  adw_action_row_set_subtitle (self->kept, n > 0 ? words : _("No token is open without its PIN."));
  gtk_widget_set_sensitive (self->forget, n > 0);
}

/* the one function that makes the window fit settings and policy */
static void
update (SignetPreferences *self)
{
  gboolean locked = signet_policy_is_locked (SIGNET_POLICY_PIN_KEEPING_MAXIMUM);
  guint most = signet_policy_get_pin_keeping_maximum ();
  guint chosen = MIN (signet_settings_get_pin_keeping (), most);
  g_autofree char *words = dup_keeping_words (locked, most);

  fill_times (self, chosen, most);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->keeping), words);
  if (locked)
    adw_action_row_add_prefix (ADW_ACTION_ROW (self->keeping), new_lock ());
  gtk_widget_set_sensitive (GTK_WIDGET (self->keeping), most > 0);
  gtk_widget_set_visible (self->software, !signet_policy_allows_software_tokens ());
}

static void
on_keeping_cb (SignetPreferences *self)
{
  guint selected = adw_combo_row_get_selected (self->keeping);
  g_autoptr(GError) error = NULL;
  guint seconds;

  if (self->desktop == NULL || selected >= self->times->len)
    return;
  seconds = g_array_index (self->times, guint, selected);
  if (seconds == signet_settings_get_pin_keeping ())
    return;
  if (!signet_settings_set_pin_keeping (seconds, &error))
    {
      signet_ui_tell_error (GTK_WIDGET (self), error);
      return;
    }
  signet_token_manager_set_pin_keeping (signet_desktop_get_tokens (self->desktop), seconds);
  show_kept (self);
}

static void
on_forget_cb (SignetPreferences *self)
{
  signet_token_manager_forget_pins (signet_desktop_get_tokens (self->desktop));
  show_kept (self);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (_("Every token asks for its PIN again")));
}

static void
signet_preferences_dispose (GObject *object)
{
  SignetPreferences *self = SIGNET_PREFERENCES (object);

  g_clear_object (&self->desktop);
  g_clear_pointer (&self->times, g_array_unref);
  G_OBJECT_CLASS (signet_preferences_parent_class)->dispose (object);
}

static void
signet_preferences_class_init (SignetPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_preferences_dispose;
  g_type_ensure (SIGNET_TYPE_MODULES_GROUP);
  g_type_ensure (SIGNET_TYPE_PLUGINS_GROUP);
  g_type_ensure (SIGNET_TYPE_TSA_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/preferences/signet-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetPreferences, keeping);
  gtk_widget_class_bind_template_child (widget_class, SignetPreferences, kept);
  gtk_widget_class_bind_template_child (widget_class, SignetPreferences, forget);
  gtk_widget_class_bind_template_child (widget_class, SignetPreferences, software);
  gtk_widget_class_bind_template_child (widget_class, SignetPreferences, modules);
  gtk_widget_class_bind_template_child (widget_class, SignetPreferences, plugins);
  gtk_widget_class_bind_template_child (widget_class, SignetPreferences, tsa);
  gtk_widget_class_bind_template_callback (widget_class, on_keeping_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_forget_cb);
}

static void
signet_preferences_init (SignetPreferences *self)
{
  self->times = g_array_new (FALSE, FALSE, sizeof (guint));
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetPreferences *
signet_preferences_new (GtkWindow     *parent,
                        SignetDesktop *desktop)
{
  SignetPreferences *self = g_object_new (SIGNET_TYPE_PREFERENCES, "transient-for", parent, NULL);

  update (self);
  self->desktop = g_object_ref (desktop);
  show_kept (self);
  signet_modules_group_set_desktop (self->modules, desktop);
  signet_plugins_group_set_desktop (self->plugins, desktop);
  signet_tsa_group_set_desktop (self->tsa, desktop);
  return self;
}
