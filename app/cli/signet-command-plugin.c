/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-plugin.c: `signet plugin list | allow | forbid`: which plugins there are, what each may do, and whether it runs.
 * Main thread. What the kit does (new, check, run) is in signet-command-kit.c.
 */
#define G_LOG_DOMAIN "signet-command-plugin"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"

/* --- showing ------------------------------------------------------------------------------------------------------------- */
static JsonArray *
signet_plugin_strv_to_json (const char *const *strv)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strv != NULL && strv[i] != NULL; i++)
    {
      g_autofree char *safe = signet_text_sanitize (strv[i], -1, 0);

      json_array_add_string_element (array, safe);
    }
  return array;
}

static void
signet_plugin_set_text (JsonObject *object,
                        const char *name,
                        const char *text)
{
  if (text != NULL && *text != '\0')
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

/* the newest answer, or null */
static void
signet_plugin_set_answer (JsonObject           *object,
                          SignetPluginConsents *consents,
                          SignetPluginManifest *plugin)
{
  g_autoptr(GPtrArray) rows = consents != NULL ? signet_plugin_consents_list (consents, plugin, NULL) : NULL;
  const SignetPluginConsent *newest = rows != NULL && rows->len > 0 ? g_ptr_array_index (rows, 0) : NULL;
  g_autofree char *sha256 = signet_plugin_manifest_dup_sha256 (plugin, NULL);
  g_autofree char *time = newest != NULL ? signet_time_format_iso8601 (newest->time) : NULL;
  JsonObject *answer;

  signet_plugin_set_text (object, "sha256", sha256);
  if (newest == NULL)
    {
      json_object_set_null_member (object, "answer");
      return;
    }
  answer = json_object_new ();
  json_object_set_boolean_member (answer, "allowed", newest->allowed);
  json_object_set_string_member (answer, "time", time);
  json_object_set_string_member (answer, "plugin_version", newest->version);
  signet_plugin_set_text (answer, "helper", newest->helper);
  json_object_set_boolean_member (answer, "same_content", g_strcmp0 (newest->sha256, sha256) == 0);
  json_object_set_object_member (object, "answer", answer);
}

static JsonObject *
signet_plugin_to_json (SignetPluginConsents *consents,
                       SignetPluginManifest *plugin)
{
  JsonObject *object = json_object_new ();
  SignetPluginStanding standing = signet_plugin_consents_look (consents, plugin, NULL);

  json_object_set_string_member (object, "id", signet_plugin_manifest_get_id (plugin));
  json_object_set_string_member (object, "name", signet_plugin_manifest_get_name (plugin));
  json_object_set_string_member (object, "plugin_version", signet_plugin_manifest_get_version (plugin));
  signet_plugin_set_text (object, "publisher", signet_plugin_manifest_get_publisher (plugin));
  json_object_set_string_member (object, "folder", signet_plugin_manifest_get_directory (plugin));
  json_object_set_string_member (object, "standing", signet_plugin_standing_get_id (standing));
  json_object_set_array_member (object, "hosts", signet_plugin_strv_to_json (signet_plugin_manifest_get_hosts (plugin)));
  json_object_set_array_member (object, "methods", signet_plugin_strv_to_json (signet_plugin_manifest_get_methods (plugin)));
  json_object_set_array_member (object, "secrets", signet_plugin_strv_to_json (signet_plugin_manifest_get_secrets (plugin)));
  json_object_set_boolean_member (object, "network", signet_plugin_manifest_has_network (plugin));
  json_object_set_boolean_member (object, "programs", signet_plugin_manifest_has_programs (plugin));
  json_object_set_boolean_member (object, "state", signet_plugin_manifest_has_state (plugin));
  signet_plugin_set_answer (object, consents, plugin);
  return object;
}

static void
signet_plugin_show_permissions (SignetPluginManifest *plugin,
                                const char           *helper)
{
  g_auto(GStrv) pairs = signet_plugin_manifest_dup_permissions (plugin, helper);

  for (gsize i = 0; pairs[i] != NULL; i += 2)
    {
      const char *words = signet_words_plugin_permission (pairs[i]);
      g_autofree char *value = signet_words_plugin_value (pairs[i], pairs[i + 1]);

      if (*value != '\0')
        /* translators: what a plugin may do, and with what */
        signet_terminal_print (_("  %s: %s"), words != NULL ? words : pairs[i], value);
      else
        signet_terminal_print ("  %s", words != NULL ? words : pairs[i]);
    }
}

static gboolean
signet_plugin_runs (SignetPluginStanding standing)
{
  return standing == SIGNET_PLUGIN_STANDING_SHIPPED || standing == SIGNET_PLUGIN_STANDING_POLICY || standing == SIGNET_PLUGIN_STANDING_ALLOWED;
}

static void
signet_plugin_show (SignetPluginConsents *consents,
                    SignetPluginManifest *plugin)
{
  SignetPluginStanding standing = signet_plugin_consents_look (consents, plugin, NULL);
  g_autofree char *id = signet_terminal_pad (signet_plugin_manifest_get_id (plugin), 20);
  g_autofree char *mark = signet_terminal_mark (signet_plugin_runs (standing) ? SIGNET_MARK_OK : SIGNET_MARK_STOP,
                                                signet_words_plugin_standing (standing), FALSE);

  signet_terminal_print ("%s %s %s · %s", id, signet_plugin_manifest_get_name (plugin), signet_plugin_manifest_get_version (plugin), mark);
  signet_plugin_show_permissions (plugin, NULL);
}

/* --- list ---------------------------------------------------------------------------------------------------------------- */
static JsonArray *
signet_plugin_problems_to_json (GPtrArray *problems)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; problems != NULL && i < problems->len; i++)
    json_array_add_object_element (array, signet_words_error_to_json (g_ptr_array_index (problems, i)));
  return array;
}

/* (nullable): without a database nothing counts as allowed, and what there is can still be told */
static SignetPluginConsents *
signet_plugin_get_consents (SignetInvocation *invocation)
{
  g_autoptr(GError) error = NULL;
  SignetPluginConsents *consents = signet_core_get_plugin_consents (signet_invocation_get_core (invocation), &error);

  if (consents == NULL)
    signet_terminal_show_error (NULL, error);
  return consents;
}

int
signet_command_plugin_list (SignetInvocation *invocation)
{
  SignetPluginConsents *consents;
  GPtrArray *plugins, *problems;
  JsonObject *document;
  JsonArray *array;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;

  consents = signet_plugin_get_consents (invocation);
  plugins = signet_core_get_plugins (signet_invocation_get_core (invocation));
  problems = signet_core_get_problems (signet_invocation_get_core (invocation));
  array = json_array_new ();
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    signet_terminal_show_error (NULL, g_ptr_array_index (problems, i));
  for (guint i = 0; i < plugins->len; i++)
    {
      json_array_add_object_element (array, signet_plugin_to_json (consents, g_ptr_array_index (plugins, i)));
      if (!invocation->json)
        signet_plugin_show (consents, g_ptr_array_index (plugins, i));
    }
  if (plugins->len == 0 && !invocation->json)
    signet_terminal_print ("%s", _("No plugin is installed."));
  document = signet_invocation_new_document ();
  json_object_set_array_member (document, "plugins", array);
  json_object_set_array_member (document, "problems", signet_plugin_problems_to_json (problems));
  if (invocation->json)
    signet_invocation_print_document (document);
  else
    json_object_unref (document);
  return SIGNET_STATUS_DONE;
}

/* --- allow, forbid ------------------------------------------------------------------------------------------------------- */
static SignetPluginManifest *
signet_plugin_of_argument (SignetInvocation *invocation)
{
  GPtrArray *plugins;
  g_autoptr(GError) error = NULL;

  if (signet_invocation_n_arguments (invocation) != 1)
    {
      signet_invocation_usage (invocation, "%s", _("name one plugin (see: signet plugin list)"));
      return NULL;
    }
  plugins = signet_core_get_plugins (signet_invocation_get_core (invocation));
  for (guint i = 0; i < plugins->len; i++)
    if (g_str_equal (signet_plugin_manifest_get_id (g_ptr_array_index (plugins, i)), invocation->arguments[0]))
      return g_ptr_array_index (plugins, i);
  error = g_error_new_literal (SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NOT_FOUND, "no plugin of this name is installed");
  signet_invocation_fail (invocation, invocation->arguments[0], error);
  return NULL;
}

static int
signet_plugin_tell (SignetInvocation     *invocation,
                    SignetPluginConsents *consents,
                    SignetPluginManifest *plugin)
{
  JsonObject *document;

  if (!invocation->json)
    {
      signet_plugin_show (consents, plugin);
      return SIGNET_STATUS_DONE;
    }
  document = signet_invocation_new_document ();
  json_object_set_object_member (document, "plugin", signet_plugin_to_json (consents, plugin));
  signet_invocation_print_document (document);
  return SIGNET_STATUS_DONE;
}

int
signet_command_plugin_allow (SignetInvocation *invocation)
{
  g_autofree char *helper = NULL;
  gboolean yes = FALSE;
  const GOptionEntry entries[] = {
    { "helper", 0, 0, G_OPTION_ARG_FILENAME, &helper, N_("The program it may run for an authority"), N_("PATH") },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &yes, N_("You have seen what it may do"), NULL },
    { NULL }
  };
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(GError) error = NULL;
  SignetPluginConsents *consents;
  SignetPluginManifest *plugin;

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  plugin = signet_plugin_of_argument (invocation);
  if (plugin == NULL)
    return invocation->status;
  consents = signet_core_get_plugin_consents (signet_invocation_get_core (invocation), &error);
  interaction = signet_terminal_interaction_new ();
  if (yes)
    {
      signet_terminal_interaction_set_agreed (interaction, "plugin");
      signet_terminal_interaction_set_agreed (interaction, "plugin-changed");
    }
  if (consents == NULL || !signet_plugin_consents_reconsider (consents, plugin, helper, SIGNET_INTERACTION (interaction), invocation->cancellable, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  return signet_plugin_tell (invocation, consents, plugin);
}

int
signet_command_plugin_forbid (SignetInvocation *invocation)
{
  g_autoptr(GError) error = NULL;
  SignetPluginConsents *consents;
  SignetPluginManifest *plugin;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;
  plugin = signet_plugin_of_argument (invocation);
  if (plugin == NULL)
    return invocation->status;
  consents = signet_core_get_plugin_consents (signet_invocation_get_core (invocation), &error);
  if (consents == NULL || !signet_plugin_consents_forbid (consents, plugin, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  return signet_plugin_tell (invocation, consents, plugin);
}
