/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-trial.c: `signet plugin check | run`: a plugin tried by its author, in its own folder, behind its wall. Nothing of the
 * person's is touched: a database of its own, no token, no key ring. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-trial"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "signet-command.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-paths.h"
#include "../core/base/signet-text.h"
#include "../core/enrolment/signet-enrolment-trial.h"
#include "../core/plugin/signet-plugin-conformance.h"
#include "../core/plugin/signet-plugin-recording.h"

#define SUBJECT "CN=Li Na (sample)"

/* What a trial works with. */
typedef struct
{
  SignetPluginManifest *plugin;
  SignetAuthority *authority;    /* (nullable) */
  SignetPluginConsents *consents;
  SignetEnrolment *enrolment;    /* (nullable): of run */
  char *folder;                  /* of its database */
} SignetTrial;

static void
signet_trial_clear (SignetTrial *trial)
{
  g_clear_object (&trial->enrolment);
  g_clear_object (&trial->consents);
  g_clear_object (&trial->authority);
  g_clear_object (&trial->plugin);
  if (trial->folder != NULL)
    {
      static const char *const files[] = { "trial.db", "trial.db-wal", "trial.db-shm" };

      for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
        {
          g_autofree char *path = g_build_filename (trial->folder, files[i], NULL);

          g_unlink (path);
        }
      g_rmdir (trial->folder);
    }
  g_free (trial->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetTrial, signet_trial_clear)

/* (transfer full) (nullable): the one file of this ending */
static char *
signet_trial_find_file (const char *folder,
                        const char *ending)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ending) && name[0] != '.')
      return g_build_filename (folder, name, NULL);
  return NULL;
}

/* the manifest, or what is wrong with it and where */
static gboolean
signet_trial_load (SignetTrial  *trial,
                   const char   *folder,
                   const char   *profile,
                   guint        *line,
                   GError      **error)
{
  g_autofree char *manifest = signet_trial_find_file (folder, ".plugin");
  g_autofree char *own = profile != NULL ? g_strdup (profile) : signet_trial_find_file (folder, ".profile");
  g_autofree char *text = NULL;

  *line = 0;
  if (manifest == NULL)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NOT_FOUND, "%s holds no manifest (NAME.plugin)", folder);
      return FALSE;
    }
  trial->plugin = signet_plugin_manifest_load (manifest, error);
  if (trial->plugin == NULL)
    {
      if (error != NULL && *error != NULL && g_file_get_contents (manifest, &text, NULL, NULL))
        *line = signet_plugin_conformance_find_line (text, (*error)->message);
      return FALSE;
    }
  if (own == NULL)
    return TRUE;
  trial->authority = signet_authority_load_profile (own, error);
  return trial->authority != NULL;
}

/* a database nobody else has: a trial leaves nothing in the person's */
static gboolean
signet_trial_open (SignetTrial       *trial,
                   SignetInvocation  *invocation,
                   GError           **error)
{
  SignetCore *core = signet_invocation_get_core (invocation);
  g_autoptr(SignetStore) store = NULL;
  g_autoptr(GPtrArray) plugins = g_ptr_array_new ();
  g_autoptr(GPtrArray) authorities = g_ptr_array_new ();
  g_autofree char *path = NULL;

  trial->folder = g_dir_make_tmp ("signet-trial.XXXXXX", error);
  if (trial->folder == NULL)
    return FALSE;
  path = g_build_filename (trial->folder, "trial.db", NULL);
  store = signet_store_open (path, error);
  if (store == NULL)
    return FALSE;
  trial->consents = signet_plugin_consents_new (store, signet_core_get_clock (core), NULL, error);
  if (trial->consents == NULL)
    return FALSE;
  g_ptr_array_add (plugins, trial->plugin);
  if (trial->authority != NULL)
    g_ptr_array_add (authorities, trial->authority);
  trial->enrolment = signet_enrolment_new (store, signet_core_get_http (core), signet_core_get_clock (core), NULL, NULL, plugins, authorities, error);
  return trial->enrolment != NULL;
}

/* --- check --------------------------------------------------------------------------------------------------------------- */
static JsonObject *
signet_trial_profile_json (SignetAuthority *authority)
{
  return authority != NULL ? signet_enrolment_dup_profile_json (authority) : json_object_new ();
}

static void
signet_trial_add_finding (GPtrArray  *findings,
                          const char *code,
                          gboolean    good,
                          char       *detail)
{
  SignetPluginFinding *finding = g_new0 (SignetPluginFinding, 1);

  finding->code = code;
  finding->good = good;
  finding->detail = detail;
  g_ptr_array_add (findings, finding);
}

static void
signet_trial_replay (SignetTrial      *trial,
                     SignetInvocation *invocation,
                     const char       *path,
                     GPtrArray        *findings)
{
  SignetPluginUse use = { .consents = trial->consents, .authority = "trial", .trial = TRUE };
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetPluginRecording) recording = signet_plugin_recording_load (path, &error);
  gboolean good = recording != NULL && signet_plugin_recording_replay (recording, trial->plugin, &use, invocation->cancellable, &error);
  g_autofree char *shown = signet_text_sanitize (path, -1, 200);

  signet_trial_add_finding (findings, "replay", good, good ? g_steal_pointer (&shown) : g_strdup_printf ("%s: %s", shown, error->message));
}

static JsonObject *
signet_trial_finding_to_json (const SignetPluginFinding *finding)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "code", finding->code);
  json_object_set_boolean_member (object, "good", finding->good);
  json_object_set_string_member (object, "text", signet_words_plugin_finding (finding->code));
  if (finding->detail != NULL)
    json_object_set_string_member (object, "detail", finding->detail);
  else
    json_object_set_null_member (object, "detail");
  return object;
}

static void
signet_trial_show_finding (const SignetPluginFinding *finding)
{
  g_autofree char *mark = signet_terminal_mark (finding->good ? SIGNET_MARK_OK : SIGNET_MARK_STOP, signet_words_plugin_finding (finding->code), FALSE);

  signet_terminal_print ("%s", mark);
  if (finding->detail != NULL && !finding->good)
    signet_terminal_print ("    %s", finding->detail);
}

static int
signet_trial_tell (SignetInvocation *invocation,
                   GPtrArray        *findings)
{
  JsonArray *array = json_array_new ();
  JsonObject *document = signet_invocation_new_document ();
  gboolean good = TRUE;

  for (guint i = 0; i < findings->len; i++)
    {
      const SignetPluginFinding *finding = g_ptr_array_index (findings, i);

      good &= finding->good;
      json_array_add_object_element (array, signet_trial_finding_to_json (finding));
      if (!invocation->json)
        signet_trial_show_finding (finding);
    }
  json_object_set_boolean_member (document, "good", good);
  json_object_set_array_member (document, "findings", array);
  if (invocation->json)
    signet_invocation_print_document (document);
  else
    json_object_unref (document);
  return good ? SIGNET_STATUS_DONE : SIGNET_STATUS_DATA;
}

/* line, key, why */
static char *
signet_trial_manifest_detail (guint         line,
                              const GError *error)
{
  if (line == 0)
    return g_strdup (error->message);
  /* translators: the number of a line, then what is wrong there */
  return g_strdup_printf (_("line %u: %s"), line, error->message);
}

int
signet_command_plugin_check (SignetInvocation *invocation)
{
  g_autofree char *profile = NULL;
  g_auto(GStrv) replays = NULL;
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &profile, N_("The authority it is to serve (default: the profile in the folder)"), N_("FILE") },
    { "replay", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &replays, N_("Play a recording again; may be repeated"), N_("FILE") },
    { NULL }
  };
  g_auto(SignetTrial) trial = { NULL };
  g_autoptr(GPtrArray) findings = NULL;
  g_autoptr(SignetPluginSchema) schema = NULL;
  g_autoptr(JsonObject) settings = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (signet_paths_get_kit_dir (), "sdk", "protocol.schema.json", NULL);
  SignetPluginUse use = { .authority = "trial", .trial = TRUE };
  guint line = 0;

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("give the folder of one plugin"));
  schema = signet_plugin_schema_load (path, &error);
  if (schema == NULL)
    return signet_invocation_fail (invocation, path, error);
  if (!signet_trial_load (&trial, invocation->arguments[0], profile, &line, &error) && trial.plugin == NULL)
    {
      findings = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_plugin_finding_free);
      signet_trial_add_finding (findings, "manifest", FALSE, signet_trial_manifest_detail (line, error));
      return signet_trial_tell (invocation, findings);
    }
  if (error != NULL || !signet_trial_open (&trial, invocation, &error))
    return signet_invocation_fail (invocation, profile, error);
  settings = signet_trial_profile_json (trial.authority);
  use.consents = trial.consents;
  findings = signet_plugin_conformance_run (trial.plugin, schema, settings, &use, invocation->cancellable);
  for (guint i = 0; replays != NULL && replays[i] != NULL; i++)
    signet_trial_replay (&trial, invocation, replays[i], findings);
  return signet_trial_tell (invocation, findings);
}

/* --- run ----------------------------------------------------------------------------------------------------------------- */
typedef struct
{
  char *profile, *params, *record, *secret_file, *subject, *cookie; /* (owned) (nullable) */
  char **fields;
} SignetRunOptions;

static void
signet_run_options_clear (SignetRunOptions *options)
{
  g_free (options->profile);
  g_free (options->params);
  g_free (options->record);
  g_free (options->secret_file);
  g_free (options->subject);
  g_free (options->cookie);
  g_strfreev (options->fields);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetRunOptions, signet_run_options_clear)

static gboolean
signet_run_read_params (const char  *path,
                        JsonObject **params,
                        GError     **error)
{
  g_autofree char *text = NULL;
  g_autoptr(JsonNode) node = NULL;

  if (path == NULL)
    return TRUE;
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  node = json_from_string (text, error);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "%s is no JSON object", path);
      return FALSE;
    }
  *params = json_object_ref (json_node_get_object (node));
  return TRUE;
}

static GHashTable *
signet_run_fields (char **assignments)
{
  GHashTable *fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; assignments != NULL && assignments[i] != NULL; i++)
    {
      const char *equals = strchr (assignments[i], '=');

      if (equals != NULL)
        g_hash_table_replace (fields, g_strndup (assignments[i], (gsize) (equals - assignments[i])), g_strdup (equals + 1));
    }
  return fields;
}

/* an author sees everything on the screen anyway: nothing is asked */
static SignetTerminalInteraction *
signet_run_new_interaction (const SignetRunOptions *options,
                            SignetPluginRecording  *recording,
                            GError                **error)
{
  static const char *const kinds[] = { "certificate-request", "delegation", "terms" };
  SignetTerminalInteraction *interaction = signet_terminal_interaction_new ();
  g_autoptr(SignetSecret) secret = options->secret_file != NULL ? signet_terminal_read_secret_file (options->secret_file, error) : NULL;

  if (options->secret_file != NULL && secret == NULL)
    {
      g_object_unref (interaction);
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    signet_terminal_interaction_set_agreed (interaction, kinds[i]);
  if (secret != NULL)
    {
      gsize length;
      const guint8 *bytes = signet_secret_get_bytes (secret, &length);
      g_autofree char *text = g_strndup ((const char *) bytes, length);

      signet_plugin_recording_blank (recording, text);
      signet_terminal_interaction_set_secret (interaction, secret);
    }
  return interaction;
}

/* typed, from a file or the key ring: none of them is for a file that is shown around */
static void
signet_run_blank (SignetSecret *secret,
                  gpointer      recording)
{
  gsize length;
  const guint8 *bytes = signet_secret_get_bytes (secret, &length);
  g_autofree char *text = g_strndup ((const char *) bytes, length);

  signet_plugin_recording_blank (recording, text);
}

static gboolean
signet_run_keep (SignetPluginRecording *recording,
                 const char            *path,
                 GError               **error)
{
  g_autofree char *text = signet_plugin_recording_print (recording);

  return path == NULL || g_file_set_contents (path, text, -1, error);
}

static int
signet_run_tell (SignetInvocation *invocation,
                 JsonNode         *result)
{
  g_autofree char *text = json_to_string (result, TRUE);
  g_autofree char *safe = NULL;
  JsonObject *document;

  if (invocation->json)
    {
      document = signet_invocation_new_document ();
      json_object_set_member (document, "result", json_node_copy (result));
      signet_invocation_print_document (document);
      return SIGNET_STATUS_DONE;
    }
  for (char **lines = g_strsplit (text, "\n", -1), **at = lines; *at != NULL || (g_strfreev (lines), FALSE); at++)
    {
      g_free (safe);
      safe = signet_text_sanitize (*at, -1, 0);
      signet_terminal_print ("%s", safe);
    }
  return SIGNET_STATUS_DONE;
}

static JsonNode *
signet_run_call (SignetInvocation       *invocation,
                 const SignetRunOptions *options,
                 SignetTrial            *trial,
                 SignetPluginRecording  *recording,
                 GError                **error)
{
  g_autoptr(SignetTerminalInteraction) interaction = signet_run_new_interaction (options, recording, error);
  g_autoptr(GHashTable) fields = signet_run_fields (options->fields);
  g_autoptr(JsonObject) params = NULL;
  SignetEnrolmentTrial call = { .plugin = trial->plugin, .authority = trial->authority, .method = invocation->arguments[1],
                                .subject = options->subject != NULL ? options->subject : SUBJECT, .fields = fields, .cookie = options->cookie,
                                .tap = signet_plugin_recording_tap, .secret = signet_run_blank, .tap_data = recording };

  if (interaction == NULL || !signet_run_read_params (options->params, &params, error))
    return NULL;
  call.params = params;
  return signet_enrolment_try (trial->enrolment, &call, SIGNET_INTERACTION (interaction), invocation->cancellable, error);
}

int
signet_command_plugin_run (SignetInvocation *invocation)
{
  g_auto(SignetRunOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &options.profile, N_("The authority it is to serve (default: the profile in the folder)"), N_("FILE") },
    { "field", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.fields, N_("What a person would answer; may be repeated"), N_("NAME=VALUE") },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options.secret_file, N_("Read the activation code from this file"), N_("FILE") },
    { "subject", 0, 0, G_OPTION_ARG_FILENAME, &options.subject, N_("Who asks (RFC 4514)"), N_("NAME") },
    { "cookie", 0, 0, G_OPTION_ARG_FILENAME, &options.cookie, N_("What the plugin gave when it had to wait"), N_("TEXT") },
    { "params", 0, 0, G_OPTION_ARG_FILENAME, &options.params, N_("More params of the call, as JSON"), N_("FILE") },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &options.record, N_("Keep the conversation in this file"), N_("FILE") },
    { NULL }
  };
  g_auto(SignetTrial) trial = { NULL };
  g_autoptr(SignetPluginRecording) recording = signet_plugin_recording_new ();
  g_autoptr(JsonNode) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) unkept = NULL;
  guint line = 0;

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 2)
    return signet_invocation_usage (invocation, "%s", _("give the folder of a plugin and one of its methods"));
  if (!signet_trial_load (&trial, invocation->arguments[0], options.profile, &line, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  if (trial.authority == NULL)
    return signet_invocation_usage (invocation, "%s", _("there is no profile in the folder: name one with --profile"));
  if (signet_trial_open (&trial, invocation, &error))
    result = signet_run_call (invocation, &options, &trial, recording, &error);
  /* a conversation that failed is the one an author wants to see */
  if (!signet_run_keep (recording, options.record, &unkept))
    return signet_invocation_fail (invocation, options.record, unkept);
  if (result == NULL)
    return signet_invocation_fail (invocation, invocation->arguments[1], error);
  return signet_run_tell (invocation, result);
}
