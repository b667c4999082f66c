/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-extend.c: `signet extend`: signed files lifted to level T, LT or LTA, archive time-stamps renewed. Main thread.
 *
 * One file after the other; one that gets less far, or nowhere, does not stop the others.
 */
#define G_LOG_DOMAIN "signet-command-extend"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-tsa-client.h"
#include "signet-password.h"
#include "signet-terminal-interaction.h"

#include "../core/base/signet-text.h"
#include "../core/face/signet-timestamps.h"
#include "../core/signing/signet-extension.h"

typedef struct
{
  char *level, *output, *output_dir, *detached; /* (owned) (nullable) */
  char **tsa;                                   /* (owned) (nullable) */
  SignetTimestampServers *servers;              /* (owned) (nullable): for all files, so that a PIN is asked for once */
  gboolean overwrite, renew, waiting;
} SignetExtendOptions;

/* One file and what became of it. */
typedef struct
{
  const char *path;           /* borrowed from the arguments */
  SignetExtension *extension; /* (owned) (nullable): NULL when it could not be opened */
  GError *error;              /* (owned) (nullable) */
  int status;
} SignetExtendJob;

static void
signet_extend_options_clear (SignetExtendOptions *options)
{
  g_free (options->level);
  g_free (options->output);
  g_free (options->output_dir);
  g_free (options->detached);
  g_strfreev (options->tsa);
  g_clear_pointer (&options->servers, signet_timestamp_servers_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetExtendOptions, signet_extend_options_clear)

static void
signet_extend_job_free (SignetExtendJob *job)
{
  g_clear_object (&job->extension);
  g_clear_error (&job->error);
  g_free (job);
}

/* --- options ----------------------------------------------------------------------------------------------------------- */
static gboolean
signet_extend_parse (SignetInvocation    *invocation,
                     SignetExtendOptions *options)
{
  const GOptionEntry entries[] = {
    { "level", 0, 0, G_OPTION_ARG_FILENAME, &options->level, N_("t (a time stamp), lt (and lasting proof; usual) or lta (and its own time stamp)"), N_("LEVEL") },
    { "waiting", 0, 0, G_OPTION_ARG_NONE, &options->waiting, N_("Add the time stamps that signed files wait for (--list, --forget NUMBER)"), NULL },
    { "tsa", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->tsa, N_("Time stamp server; several are tried in this order"), N_("URL") },
    { "renew", 0, 0, G_OPTION_ARG_NONE, &options->renew, N_("Add an archive time stamp even when the last one lasts a while"), NULL },
    { "detached", 0, 0, G_OPTION_ARG_FILENAME, &options->detached, N_("The file a signature in a file of its own is about"), N_("FILE") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, N_("Write the extended file here"), N_("FILE") },
    { "output-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->output_dir, N_("Write all extended files into this folder"), N_("FOLDER") },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite, N_("Replace a file that is already there"), NULL },
    { NULL }
  };

  return signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_PASSWORD | SIGNET_OPTIONS_TSA);
}

static gboolean
signet_extend_check_options (SignetInvocation          *invocation,
                             const SignetExtendOptions *options)
{
  static const char *const levels[] = { "t", "lt", "lta", NULL };
  guint n_files = signet_invocation_n_arguments (invocation);

  if (!signet_invocation_check_choice (invocation, "--level", options->level, levels))
    return FALSE;
  if (n_files == 0)
    signet_invocation_usage (invocation, "%s", _("name at least one file to extend"));
  else if (options->output != NULL && options->output_dir != NULL)
    signet_invocation_usage (invocation, "%s", _("-o and --output-dir exclude each other"));
  else if (options->output != NULL && n_files > 1)
    signet_invocation_usage (invocation, "%s", _("-o is for one file; for several there is --output-dir"));
  else if (options->detached != NULL && n_files > 1)
    signet_invocation_usage (invocation, "%s", _("--detached is for one signature"));
  else if (options->renew && g_strcmp0 (options->level, "lta") != 0)
    signet_invocation_usage (invocation, "%s", _("--renew needs --level lta"));
  else
    return TRUE;
  return FALSE;
}

/* --- one file ---------------------------------------------------------------------------------------------------------- */
/* FALSE: the policy names others than --tsa. */
static gboolean
signet_extend_set_servers (SignetExtendJob     *job,
                           SignetExtendOptions *options,
                           SignetInvocation    *invocation)
{
  SignetCore *core = signet_invocation_get_core (invocation);

  if (options->servers == NULL)
    {
      options->servers = signet_timestamps_choose_all (core, (const char *const *) options->tsa, &job->error);
      if (options->servers != NULL && !signet_tsa_set_person (invocation, options->servers))
        g_set_error_literal (&job->error, G_IO_ERROR, G_IO_ERROR_FAILED, "--tsa-pin-file");
    }
  if (options->servers == NULL || job->error != NULL)
    return FALSE;
  signet_extension_set_timestamp_servers (job->extension, options->servers);
  return TRUE;
}

static void
signet_extend_set_output (SignetExtendJob           *job,
                          const SignetExtendOptions *options)
{
  if (options->output == NULL && options->output_dir != NULL)
    signet_extension_set_output_folder (job->extension, options->output_dir, options->overwrite);
  else
    signet_extension_set_output (job->extension, options->output, options->overwrite);
}

/* (transfer full) (nullable): the data of a detached signature: named, or beside it without the last ending */
static SignetDocumentFile *
signet_extend_open_detached (const char                *path,
                             const SignetExtendOptions *options,
                             GError                   **error)
{
  g_autofree char *beside = NULL;

  if (options->detached != NULL)
    return signet_document_file_open (options->detached, error);
  if (!g_str_has_suffix (path, ".p7s"))
    return NULL;
  beside = g_strndup (path, strlen (path) - strlen (".p7s"));
  return signet_document_file_open (beside, NULL);
}

static gboolean
signet_extend_open (SignetExtendJob     *job,
                    SignetInvocation    *invocation,
                    SignetExtendOptions *options,
                    SignetDocumentFile **file)
{
  SignetCore *core = signet_invocation_get_core (invocation);
  g_autoptr(SignetDocumentFile) detached = NULL;
  g_autoptr(GError) no_journal = NULL;

  *file = signet_document_file_open (job->path, &job->error);
  if (*file == NULL)
    return FALSE;
  detached = signet_extend_open_detached (job->path, options, &job->error);
  if (job->error != NULL)
    return FALSE;
  signet_password_give (invocation, *file);
  job->extension = signet_extension_new (*file);
  signet_extension_set_level (job->extension, options->level != NULL ? signet_level_parse (options->level) : SIGNET_LEVEL_LT);
  signet_extension_set_seams (job->extension, signet_core_get_http (core), signet_core_get_clock (core), signet_core_get_journal (core, &no_journal));
  signet_extension_set_evidence_cache (job->extension, signet_core_get_evidence_cache (core));
  signet_extension_set_chain (job->extension, signet_core_get_ca_certificates (core));
  signet_extension_set_detached (job->extension, detached);
  signet_extension_set_renew (job->extension, options->renew);
  signet_extend_set_output (job, options);
  return signet_extend_set_servers (job, options, invocation);
}

static void
signet_extend_run_one (SignetExtendJob           *job,
                       SignetInvocation          *invocation,
                       SignetExtendOptions       *options)
{
  g_autoptr(SignetDocumentFile) file = NULL;
  guint tries = 0;
  gboolean done = FALSE;

  if (!signet_extend_open (job, invocation, options, &file))
    {
      g_clear_object (&file);
      job->status = signet_words_exit_status (job->error);
      return;
    }
  do
    done = signet_extension_run (job->extension, NULL, invocation->cancellable, &job->error);
  while (!done && signet_password_try_again (invocation, file, &tries, &job->error));
  if (!done)
    job->status = signet_words_exit_status (job->error);
  else if (signet_extension_get_problems (job->extension)->len > 0)
    job->status = SIGNET_STATUS_UNAVAILABLE;
}

/* --- result ------------------------------------------------------------------------------------------------------------- */
static void
signet_extend_show_problems (SignetExtendJob *job)
{
  GPtrArray *problems = signet_extension_get_problems (job->extension);

  for (guint i = 0; i < problems->len; i++)
    {
      g_autofree char *sentence = signet_words_extension_problem (g_ptr_array_index (problems, i));
      g_autofree char *mark = signet_terminal_mark (SIGNET_MARK_WARNING, sentence, TRUE);

      signet_terminal_message ("        %s", mark);
    }
}

static void
signet_extend_show (SignetExtendJob *job)
{
  const char *result = signet_extension_get_result_path (job->extension);
  gint64 renewal = signet_extension_get_renewal (job->extension);
  g_autofree char *name = signet_text_sanitize (job->path, -1, 0);
  g_autofree char *output = result != NULL ? signet_text_sanitize (result, -1, 0) : NULL;
  const char *level = signet_level_get_name (signet_extension_get_level (job->extension));
  g_autofree char *mark = signet_terminal_mark (job->status == 0 ? SIGNET_MARK_OK : SIGNET_MARK_WARNING, level, FALSE);
  g_autofree char *when = renewal != SIGNET_TIME_UNKNOWN ? signet_words_date (renewal) : NULL;

  if (output != NULL)
    signet_terminal_print ("%s  %s → %s", mark, name, output);
  else
    /* translators: the file has the level that was asked for already; %s %s are level and file */
    signet_terminal_print (_("%s  %s: nothing to do"), mark, name);
  if (when != NULL)
    signet_terminal_print (_("        to be renewed before %s"), when);
}

static void
signet_extend_tell (SignetExtendJob  *job,
                    SignetInvocation *invocation)
{
  if (job->error != NULL)
    signet_terminal_show_error (job->path, job->error);
  else if (!invocation->json)
    signet_extend_show (job);
  if (job->extension != NULL)
    signet_extend_show_problems (job);
}

static JsonArray *
signet_extend_problems_to_json (GPtrArray *problems)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < problems->len; i++)
    {
      const SignetExtensionProblem *problem = g_ptr_array_index (problems, i);
      JsonObject *object = json_object_new ();
      g_autofree char *text = signet_words_extension_problem (problem);

      json_object_set_string_member (object, "code", problem->code);
      signet_words_set_text (object, "signature", problem->signature);
      signet_words_set_text (object, "about", problem->about);
      json_object_set_string_member (object, "text", text);
      signet_words_set_text (object, "detail", problem->detail);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonObject *
signet_extend_job_to_json (SignetExtendJob *job)
{
  JsonObject *object = json_object_new ();
  const char *result = job->extension != NULL ? signet_extension_get_result_path (job->extension) : NULL;
  const char *level = job->extension != NULL ? signet_level_get_name (signet_extension_get_level (job->extension)) : "";

  signet_words_set_text (object, "file", job->path);
  signet_words_set_text (object, "output", result);
  json_object_set_boolean_member (object, "extended", result != NULL);
  signet_words_set_text (object, "level", *level != '\0' ? level : NULL);
  signet_words_set_time (object, "renew_before", job->extension != NULL ? signet_extension_get_renewal (job->extension) : SIGNET_TIME_UNKNOWN);
  json_object_set_int_member (object, "status", job->status);
  json_object_set_array_member (object, "problems", job->extension != NULL ? signet_extend_problems_to_json (signet_extension_get_problems (job->extension))
                                                                           : json_array_new ());
  if (job->error != NULL)
    json_object_set_object_member (object, "error", signet_words_error_to_json (job->error));
  else
    json_object_set_null_member (object, "error");
  return object;
}

static int
signet_extend_finish (SignetInvocation *invocation,
                      GPtrArray        *jobs)
{
  JsonArray *files = json_array_new ();
  JsonObject *document = signet_invocation_new_document ();
  int status = SIGNET_STATUS_DONE;

  for (guint i = 0; i < jobs->len; i++)
    {
      SignetExtendJob *job = g_ptr_array_index (jobs, i);

      status = signet_invocation_worse_status (status, job->status);
      json_array_add_object_element (files, signet_extend_job_to_json (job));
    }
  json_object_set_array_member (document, "files", files);
  if (invocation->json)
    signet_invocation_print_document (document);
  else
    json_object_unref (document);
  return status;
}

int
signet_command_extend (SignetInvocation *invocation)
{
  g_auto(SignetExtendOptions) options = { NULL };
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_extend_job_free);
  g_autoptr(GError) error = NULL;

  if (g_strv_contains ((const char *const *) invocation->arguments, "--waiting"))
    return signet_command_waiting (invocation);
  if (!signet_extend_parse (invocation, &options) || !signet_extend_check_options (invocation, &options))
    return invocation->status;
  if (!signet_password_load (invocation, &error))
    return signet_invocation_fail (invocation, NULL, error);
  for (guint i = 0; invocation->arguments[i] != NULL; i++)
    {
      SignetExtendJob *job = g_new0 (SignetExtendJob, 1);

      job->path = invocation->arguments[i];
      g_ptr_array_add (jobs, job);
      if (g_cancellable_set_error_if_cancelled (invocation->cancellable, &job->error))
        job->status = signet_words_exit_status (job->error);
      else
        signet_extend_run_one (job, invocation, &options);
      signet_extend_tell (job, invocation);
    }
  return signet_extend_finish (invocation, jobs);
}
