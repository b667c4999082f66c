/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-sign.c: `signet sign`. Main thread.
 *
 * All files are looked at before the PIN is asked for; then one login signs them, and they are told in their order. A file that
 * cannot be signed does not stop the others; what the last status is, the worst of them decides.
 */
#define G_LOG_DOMAIN "signet-command-sign"

#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-tsa-client.h"
#include "signet-lookup.h"
#include "signet-sign-job.h"
#include "signet-sign-watch.h"
#include "signet-password.h"
#include "signet-terminal-interaction.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-stop.h"
#include "../core/base/signet-text.h"
#include "../core/document/signet-document-content.h"
#include "../core/face/signet-timestamps.h"

static void
signet_sign_options_clear (SignetSignOptions *options)
{
  g_free (options->format);
  g_free (options->packaging);
  g_free (options->level);
  g_free (options->certificate);
  g_strfreev (options->tsa);
  g_free (options->reason);
  g_free (options->location);
  g_free (options->field);
  g_free (options->output);
  g_free (options->output_dir);
  g_free (options->content);
  g_free (options->watch);
  g_free (options->countersign);
  g_free (options->visible);
  signet_mark_free (options->mark);
  g_free (options->scenario);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetSignOptions, signet_sign_options_clear)

/* --- options ----------------------------------------------------------------------------------------------------------- */
static gboolean
signet_sign_parse (SignetInvocation  *invocation,
                   SignetSignOptions *options)
{
  const GOptionEntry entries[] = {
    { "format", 0, 0, G_OPTION_ARG_FILENAME, &options->format, N_("pades, cades (any file), xades (XML), asice, asics (containers), asice-cades, asics-cades"), N_("FORMAT") },
    { "packaging", 0, 0, G_OPTION_ARG_FILENAME, &options->packaging, N_("xades: enveloped (inside XML), enveloping (around any file) or detached"),
      N_("KIND") },
    { "level", 0, 0, G_OPTION_ARG_FILENAME, &options->level, N_("b, t (with a time stamp), lt (and lasting proof) or lta (and its own time stamp)"), N_("LEVEL") },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate, N_("Sign with this one; needed when several could"), N_("URI|FINGERPRINT") },
    { "detached", 0, 0, G_OPTION_ARG_NONE, &options->detached, N_("Put the signature into a file of its own"), NULL },
    { "enclosed", 0, 0, G_OPTION_ARG_NONE, &options->enclosed, N_("Put the document into the signature file (cades)"), NULL },
    { "countersign", 0, 0, G_OPTION_ARG_FILENAME, &options->countersign, N_("Sign this signature of a signature file, as verify numbers it"), "N" },
    { "content", 0, 0, G_OPTION_ARG_FILENAME, &options->content, N_("The document that a signature file to be signed again is about"), N_("FILE") },
    { "together", 0, 0, G_OPTION_ARG_NONE, &options->together, N_("Put all the files into one container (asice)"), NULL },
    { "tsa", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->tsa, N_("Time stamp server; repeated: the next is asked when one fails"), N_("URL") },
    { "or-later", 0, 0, G_OPTION_ARG_NONE, &options->or_later, N_("Without a time stamp when none is to be had; it is added later"), NULL },
    { "reason", 0, 0, G_OPTION_ARG_FILENAME, &options->reason, N_("Why it is signed, kept in the PDF"), N_("TEXT") },
    { "location", 0, 0, G_OPTION_ARG_FILENAME, &options->location, N_("Where it is signed, kept in the PDF"), N_("TEXT") },
    { "field", 0, 0, G_OPTION_ARG_FILENAME, &options->field, N_("Use this empty signature field of the PDF"), N_("NAME") },
    { "certify", 0, 0, G_OPTION_ARG_INT, &options->certify, N_("Certify: 1 no changes, 2 fill in forms, 3 and comment"), "1|2|3" },
    { "visible", 0, 0, G_OPTION_ARG_FILENAME, &options->visible, N_("Show a mark on a page: default, a saved name, or key=value,…"), N_("SPEC") },
    { "cover", 0, 0, G_OPTION_ARG_NONE, &options->cover, N_("The mark may cover an earlier signature"), NULL },
    { "scenario", 0, 0, G_OPTION_ARG_FILENAME, &options->scenario, N_("What it will be used for (not in this version yet)"), N_("CODE") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, N_("Write the signed file here"), N_("FILE") },
    { "output-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->output_dir, N_("Write all signed files into this folder"), N_("FOLDER") },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite, N_("Replace a file that is already there"), NULL },
    { "watch", 0, 0, G_OPTION_ARG_FILENAME, &options->watch, N_("Sign what appears in this folder, until interrupted; needs --output-dir"), N_("FOLDER") },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &options->resume, N_("Leave out what was signed already, in a run that ended in the middle"), NULL },
    { NULL }
  };

  return signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_PASSWORD | SIGNET_OPTIONS_TSA);
}

static gboolean
signet_sign_check_later (SignetInvocation        *invocation,
                         const SignetSignOptions *options)
{
  static const char *const later_formats[] = { "ofd", NULL };
  const char *what = NULL;

  if (options->format != NULL && g_strv_contains (later_formats, options->format))
    what = options->format;
  else if (options->scenario != NULL)
    what = "--scenario";
  if (what == NULL)
    return TRUE;
  signet_invocation_not_yet (invocation, what);
  return FALSE;
}

/* Several files, one act: asked for, or meant by naming one container for them. */
static gboolean
signet_sign_is_together (SignetInvocation        *invocation,
                         const SignetSignOptions *options)
{
  gboolean container = options->format != NULL && g_str_has_prefix (options->format, "asice");

  return options->together || (options->output != NULL && container && signet_invocation_n_arguments (invocation) > 1);
}

/* FALSE: what --visible says is not understood, and that was told */
static gboolean
signet_sign_read_mark (SignetInvocation  *invocation,
                       SignetSignOptions *options)
{
  g_autoptr(GError) error = NULL;

  if (options->visible == NULL)
    return TRUE;
  options->mark = signet_mark_parse (options->visible, &error);
  if (options->mark == NULL)
    {
      signet_invocation_fail (invocation, "--visible", error);
      return FALSE;
    }
  signet_words_fill_mark (options->mark);
  return TRUE;
}

/* Signed files must not fall into the folder that is watched. */
static gboolean
signet_sign_check_watch (SignetInvocation        *invocation,
                         const SignetSignOptions *options)
{
  struct stat watched;
  struct stat target;

  if (signet_invocation_n_arguments (invocation) > 0 || options->output != NULL || options->together)
    signet_invocation_usage (invocation, "%s", _("--watch takes a folder, and no files"));
  else if (options->output_dir == NULL)
    signet_invocation_usage (invocation, "%s", _("--watch needs another folder for the signed files: --output-dir"));
  else if (stat (options->watch, &watched) == 0 && stat (options->output_dir, &target) == 0 && watched.st_dev == target.st_dev &&
           watched.st_ino == target.st_ino)
    signet_invocation_usage (invocation, "%s", _("--watch needs another folder for the signed files: --output-dir"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
signet_sign_check_options (SignetInvocation        *invocation,
                           const SignetSignOptions *options)
{
  static const char *const formats[] = { "pades", "cades", "xades", "asice", "asics", "asice-cades", "asics-cades", NULL };
  static const char *const packagings[] = { "enveloped", "enveloping", "detached", NULL };
  static const char *const levels[] = { "b", "t", "lt", "lta", NULL };
  guint n_files = signet_invocation_n_arguments (invocation);

  if (!signet_sign_check_later (invocation, options) ||
      !signet_invocation_check_choice (invocation, "--format", options->format, formats) ||
      !signet_invocation_check_choice (invocation, "--packaging", options->packaging, packagings) ||
      !signet_invocation_check_choice (invocation, "--level", options->level, levels))
    return FALSE;
  if (options->watch != NULL)
    return signet_sign_check_watch (invocation, options);
  if (n_files == 0)
    signet_invocation_usage (invocation, "%s", _("name at least one file to sign"));
  else if (options->output != NULL && options->output_dir != NULL)
    signet_invocation_usage (invocation, "%s", _("-o and --output-dir exclude each other"));
  else if (options->together && (options->detached || (options->format != NULL && !g_str_has_prefix (options->format, "asice"))))
    signet_invocation_usage (invocation, "%s", _("--together needs --format asice"));
  else if (options->output != NULL && n_files > 1 && !signet_sign_is_together (invocation, options))
    signet_invocation_usage (invocation, "%s", _("-o is for one file; for several there is --output-dir"));
  else if (options->certify < 0 || options->certify > 3)
    signet_invocation_usage (invocation, "%s", _("--certify is 1, 2 or 3"));
  else if (options->detached + options->enclosed + (options->countersign != NULL) > 1)
    signet_invocation_usage (invocation, "%s", _("--detached, --enclosed and --countersign exclude each other"));
  else if ((options->enclosed || options->countersign != NULL) && options->format != NULL && !g_str_equal (options->format, "cades"))
    signet_invocation_usage (invocation, "%s", _("--enclosed and --countersign need --format cades"));
  else if (options->content != NULL && n_files > 1)
    signet_invocation_usage (invocation, "%s", _("--content is for one signature file"));
  else if (options->packaging != NULL && (options->enclosed || options->countersign != NULL ||
                                          (options->format != NULL && !g_str_equal (options->format, "xades"))))
    signet_invocation_usage (invocation, "%s", _("--packaging is for --format xades"));
  else if (options->packaging != NULL && options->detached && !g_str_equal (options->packaging, "detached"))
    signet_invocation_usage (invocation, "%s", _("--detached and --packaging contradict each other"));
  else if (options->detached && g_strcmp0 (options->format, "pades") == 0)
    signet_invocation_usage (invocation, "%s", _("pades is always inside the PDF; --detached needs --format cades"));
  else
    return TRUE;
  return FALSE;
}

/* Each document stays open from the first look at it to the end of its signing, with what is written beside it. */
static void
signet_sign_make_room (guint n_files)
{
  struct rlimit limit;
  rlim_t wanted = (rlim_t) n_files * 2 + 256;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = MIN (wanted, limit.rlim_max);
  setrlimit (RLIMIT_NOFILE, &limit);
}

/* What signet_sign_prepare() needs and makes. */
typedef struct
{
  SignetInvocation        *invocation;
  const SignetSignOptions *options;
  GPtrArray               *jobs; /* (element-type SignetSignJob) */
} SignetSignPreparation;

/* Runs while modules are started and asked. Says nothing: when there is no certificate, that is all there is to say. */
static void
signet_sign_prepare (gpointer data)
{
  SignetSignPreparation *preparation = data;
  SignetInvocation *invocation = preparation->invocation;
  SignetCore *core = signet_invocation_get_core (invocation);
  g_autoptr(GPtrArray) signings = g_ptr_array_new ();
  gboolean together = signet_sign_is_together (invocation, preparation->options);

  signet_sign_make_room (signet_invocation_n_arguments (invocation));
  for (guint i = 0; invocation->arguments[i] != NULL && (i == 0 || !together); i++)
    {
      SignetSignJob *job = g_new0 (SignetSignJob, 1);

      job->path = invocation->arguments[i];
      g_ptr_array_add (preparation->jobs, job);
      signet_sign_job_open (job, invocation, preparation->options);
      if (together)
        signet_sign_job_add_documents (job, invocation->arguments);
      if (job->signing != NULL)
        g_ptr_array_add (signings, job->signing);
    }
  signet_core_get_ca_certificates (core);
  signet_core_get_journal (core, NULL);
  /* last: loading the second reader, where it is asked, would keep the thread beside us from starting the token's process */
  signet_signing_read_ahead (signings);
}

static void
signet_sign_check_all (SignetInvocation        *invocation,
                       const SignetSignOptions *options,
                       SignetTokenKey          *key,
                       SignetTimestampServers  *servers,
                       GPtrArray               *jobs)
{
  g_autoptr(GError) error = NULL;
  SignetJournal *journal = signet_core_get_journal (signet_invocation_get_core (invocation), &error);
  SignetSigning *shared = NULL; /* what the first file tells of the certificate is true for all */
  gboolean first = TRUE;

  if (journal == NULL)
    {
      signet_terminal_message ("signet: %s", _("The journal cannot be opened; this signing will not be recorded in it."));
      signet_terminal_show_error (NULL, error);
    }
  for (guint i = 0; i < jobs->len; i++)
    {
      SignetSignJob *job = g_ptr_array_index (jobs, i);

      signet_sign_job_resume (job, invocation, options, key);
      if (job->before == NULL && job->error == NULL)
        signet_sign_job_check (job, invocation, options, key, journal, servers, shared);
      if (shared == NULL && job->checks != NULL)
        shared = job->signing;
      if (job->error != NULL)
        signet_terminal_show_error (job->path, job->error);
      job->status = signet_words_exit_status (job->error);
      signet_sign_job_show_checks (job, first);
      first &= job->checks == NULL;
    }
}

static guint
signet_sign_count_ready (GPtrArray *jobs)
{
  guint n = 0;

  for (guint i = 0; i < jobs->len; i++)
    n += signet_sign_job_is_ready (g_ptr_array_index (jobs, i));
  return n;
}

/* --- the act ------------------------------------------------------------------------------------------------------------ */
static char *
signet_sign_describe_documents (GPtrArray *jobs)
{
  guint n = signet_sign_count_ready (jobs);
  g_autofree char *name = NULL;

  if (n != 1)
    /* translators: so many documents will be signed with one PIN */
    return g_strdup_printf (ngettext ("%u document", "%u documents", n), n);
  for (guint i = 0; i < jobs->len; i++)
    if (signet_sign_job_is_ready (g_ptr_array_index (jobs, i)))
      name = g_path_get_basename (((SignetSignJob *) g_ptr_array_index (jobs, i))->path);
  return signet_text_sanitize (name, -1, 200);
}

static SignetTokenSession *
signet_sign_log_in (SignetInvocation          *invocation,
                    SignetTokenKey            *key,
                    GPtrArray                 *jobs,
                    SignetTerminalInteraction *interaction,
                    GError                   **error)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  g_autofree char *document = jobs != NULL ? signet_sign_describe_documents (jobs) : g_strdup (_("what appears in a folder"));
  SignetPinQuestion about = {
    .kind = SIGNET_PIN_USER,
    .tries_left = -1,
    .document = document,
    .certificate = certificate != NULL ? signet_certificate_get_holder (certificate) : NULL,
    .certificate_details = certificate != NULL ? signet_certificate_get_authority (certificate) : NULL,
  };

  return signet_token_login (signet_token_key_get_token (key), SIGNET_INTERACTION (interaction), &about, invocation->cancellable, error);
}

/* One login for all that follows. The PIN is kept no longer than the key may ask for it again. */
static SignetSigner *
signet_sign_new_signer (SignetInvocation          *invocation,
                        SignetTokenKey            *key,
                        GPtrArray                 *jobs,
                        SignetTerminalInteraction *interaction,
                        SignetTokenSession       **session,
                        GError                   **error)
{
  SignetSigner *signer = NULL;

  *session = signet_sign_log_in (invocation, key, jobs, interaction, error);
  if (*session != NULL)
    signer = signet_token_session_new_signer (*session, key, SIGNET_INTERACTION (interaction), error);
  if (signer == NULL || !signet_token_signer_asks (signer))
    signet_terminal_interaction_forget_pin (interaction);
  return signer;
}

static gboolean
signet_sign_ends_the_run (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == SIGNET_TOKEN_ERROR;
}

/* What signet_sign_told() needs. */
typedef struct
{
  SignetInvocation *invocation;
  GPtrArray        *ready; /* (element-type SignetSignJob): those being signed, borrowed */
  gboolean          ended; /* what ended the run was said */
  GPtrArray        *quiet; /* (element-type utf8): paths of files that were not reached, borrowed */
} SignetSignBatch;

/* One file is finished; they come in the order they were named in. */
static void
signet_sign_told (guint         index,
                  const GError *error,
                  gpointer      data)
{
  SignetSignBatch *batch = data;
  SignetSignJob *job = g_ptr_array_index (batch->ready, index);
  g_autofree char *name = NULL;
  g_autofree char *result = NULL;
  g_autofree char *mark = NULL;

  job->done = error == NULL;
  if (!job->done)
    {
      /* what ended the run is said once, for the file it happened to */
      if (batch->ended && signet_sign_ends_the_run (error))
        g_ptr_array_add (batch->quiet, (gpointer) job->path);
      else
        signet_terminal_show_error (job->path, error);
      batch->ended |= signet_sign_ends_the_run (error);
      job->error = g_error_copy (error);
      job->status = signet_words_exit_status (error);
      return;
    }
  if (batch->invocation->json)
    return;
  name = signet_text_sanitize (job->path, -1, 0);
  result = signet_text_sanitize (signet_signing_get_result_path (job->signing), -1, 0);
  mark = signet_terminal_mark (SIGNET_MARK_OK, _("Signed"), FALSE);
  signet_terminal_print ("%s  %s → %s", mark, name, result);
  if (signet_signing_is_postponed (job->signing))
    signet_terminal_message ("%s: %s", result, _("without a time stamp, which will be added later: signet extend --waiting"));
}

#define REST_NAMED 4

/* What is left to do is told: a person must not have to find out by comparing folders. Of a thousand files the first few are named. */
static void
signet_sign_tell_rest (GPtrArray *quiet)
{
  if (quiet->len == 0)
    return;
  signet_terminal_message (ngettext ("%u more document was not signed. It is as it was:",
                                     "%u more documents were not signed. They are as they were:", quiet->len),
                           quiet->len);
  for (guint i = 0; i < MIN (quiet->len, REST_NAMED); i++)
    {
      g_autofree char *name = signet_text_sanitize (quiet->pdata[i], -1, 0);

      signet_terminal_message ("        %s", name);
    }
  if (quiet->len > REST_NAMED)
    signet_terminal_message ("        …");
}

/* Files that were ready and not reached get the status of what stopped the run. */
static void
signet_sign_leave_out (GPtrArray    *jobs,
                       const GError *error)
{
  for (guint i = 0; i < jobs->len; i++)
    {
      SignetSignJob *job = g_ptr_array_index (jobs, i);

      if (job->done || job->status != 0)
        continue;
      job->error = g_error_copy (error);
      job->status = signet_words_exit_status (error);
    }
}

/* No time-stamp server answered for some: a person may want them signed all the same. */
static gboolean
signet_sign_offer_later (SignetInvocation          *invocation,
                         GPtrArray                 *jobs,
                         SignetTerminalInteraction *interaction)
{
  const SignetConsent consent = { .kind = "time-stamp-later", .title = "" };
  g_autoptr(GPtrArray) without = g_ptr_array_new ();

  for (guint i = 0; i < jobs->len; i++)
    {
      SignetSignJob *job = g_ptr_array_index (jobs, i);

      if (!job->done && job->error != NULL && job->error->domain == SIGNET_EVIDENCE_ERROR)
        g_ptr_array_add (without, job);
    }
  if (without->len == 0 || invocation->json || !signet_terminal_can_ask () ||
      !signet_interaction_confirm (SIGNET_INTERACTION (interaction), &consent, invocation->cancellable, NULL))
    return FALSE;
  for (guint i = 0; i < without->len; i++)
    {
      SignetSignJob *job = g_ptr_array_index (without, i);

      signet_signing_set_or_later (job->signing, TRUE);
      g_clear_error (&job->error);
      job->status = 0;
    }
  return TRUE;
}

static void
signet_sign_run_ready (SignetInvocation          *invocation,
                       SignetSigner              *signer,
                       GPtrArray                 *jobs,
                       SignetTerminalInteraction *interaction)
{
  g_autoptr(GPtrArray) ready = g_ptr_array_new ();
  g_autoptr(GPtrArray) signings = g_ptr_array_new ();
  g_autoptr(GPtrArray) quiet = g_ptr_array_new ();
  SignetSignBatch batch = { .invocation = invocation, .ready = ready, .quiet = quiet };

  for (guint i = 0; i < jobs->len; i++)
    {
      SignetSignJob *job = g_ptr_array_index (jobs, i);

      if (!signet_sign_job_is_ready (job))
        continue;
      g_ptr_array_add (ready, job);
      g_ptr_array_add (signings, job->signing);
    }
  signet_signing_run_batch (signings, signer, SIGNET_INTERACTION (interaction), signet_sign_told, &batch, invocation->cancellable);
  signet_sign_tell_rest (quiet);
}

static void
signet_sign_run_all (SignetInvocation          *invocation,
                     SignetTokenKey            *key,
                     GPtrArray                 *jobs,
                     SignetTerminalInteraction *interaction)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTokenSession) session = NULL;
  g_autoptr(SignetSigner) signer = NULL;

  signet_stop_here ("looked-at");
  signer = signet_sign_new_signer (invocation, key, jobs, interaction, &session, &error);
  if (signer != NULL)
    {
      signet_sign_run_ready (invocation, signer, jobs, interaction);
      if (signet_sign_offer_later (invocation, jobs, interaction))
        signet_sign_run_ready (invocation, signer, jobs, interaction);
      return;
    }
  signet_terminal_show_error (signet_token_get_label (signet_token_key_get_token (key)), error);
  signet_sign_leave_out (jobs, error);
}

static int
signet_sign_run_watch (SignetInvocation          *invocation,
                       const SignetSignOptions   *options,
                       SignetTokenKey            *key,
                       SignetTimestampServers    *servers,
                       SignetTerminalInteraction *interaction)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetTokenSession) session = NULL;
  g_autoptr(SignetSigner) signer = signet_sign_new_signer (invocation, key, NULL, interaction, &session, &error);

  if (signer == NULL)
    return signet_invocation_fail (invocation, signet_token_get_label (signet_token_key_get_token (key)), error);
  return signet_sign_watch (invocation, options, key, servers, signer, interaction);
}

int
signet_command_sign (SignetInvocation *invocation)
{
  g_auto(SignetSignOptions) options = { NULL };
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(SignetTimestampServers) servers = NULL;
  g_autoptr(SignetTokenKey) key = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  g_autoptr(GError) error = NULL;
  SignetSignPreparation preparation = { .invocation = invocation, .options = &options };

  if (!signet_sign_parse (invocation, &options) || !signet_sign_check_options (invocation, &options) ||
      !signet_sign_read_mark (invocation, &options))
    return invocation->status;
  interaction = signet_invocation_new_interaction (invocation, &error);
  if (interaction == NULL || !signet_password_load (invocation, &error))
    return signet_invocation_fail (invocation, NULL, error);

  jobs = preparation.jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_sign_job_free);
  options.resume |= options.watch != NULL;
  key = signet_lookup_signing_key (invocation, options.certificate, signet_sign_prepare, &preparation);
  if (key == NULL)
    return invocation->status;

  servers = signet_timestamps_choose (signet_invocation_get_core (invocation), signet_token_key_get_certificate (key),
                                      (const char *const *) options.tsa, &error);
  if (servers == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  if (!signet_tsa_set_person (invocation, servers))
    return invocation->status;
  if (options.watch != NULL)
    return signet_sign_run_watch (invocation, &options, key, servers, interaction);
  signet_sign_check_all (invocation, &options, key, servers, jobs);
  if (signet_sign_count_ready (jobs) > 0)
    signet_sign_run_all (invocation, key, jobs, interaction);
  return signet_sign_finish (invocation, jobs);
}
