/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-job.c: one file of `signet sign` before the PIN: what it is, what becomes of it and where, and what stands in the way. Main thread. */
#define G_LOG_DOMAIN "signet-sign-job"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-sign-job.h"
#include "signet-password.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"
#include "../core/document/signet-document-content.h"

void
signet_sign_job_free (SignetSignJob *job)
{
  g_clear_object (&job->signing);
  g_clear_object (&job->file);
  g_clear_error (&job->error);
  g_free (job->before);
  g_clear_pointer (&job->checks, g_ptr_array_unref);
  g_free (job);
}

/* --- before the PIN ---------------------------------------------------------------------------------------------------- */
static void
signet_sign_job_set_output (SignetSignJob           *job,
                            const SignetSignOptions *options)
{
  if (options->output == NULL && options->output_dir != NULL)
    signet_signing_set_output_folder (job->signing, options->output_dir, options->overwrite);
  else
    signet_signing_set_output (job->signing, options->output, options->overwrite);
}

/* XML takes the signature in, another file has it beside it, unless something else was asked for. */
static const char *
signet_sign_choose_packaging (const SignetSignOptions *options,
                              SignetDocumentFile      *file)
{
  gboolean is_xml = signet_document_file_get_format (file) == SIGNET_FORMAT_XML;

  if (g_strcmp0 (options->packaging, "enveloping") == 0)
    return "xades-enveloping";
  if (g_strcmp0 (options->packaging, "enveloped") == 0)
    return "xades";
  return options->detached || options->packaging != NULL || !is_xml ? "xades-detached" : "xades";
}

/* (nullable): usual for the content. A signature file is signed as the others in it signed, unless it is meant as a document itself. */
static const char *
signet_sign_choose_format (const SignetSignOptions *options,
                           SignetDocumentFile      *file)
{
  if (options->packaging != NULL || g_strcmp0 (options->format, "xades") == 0)
    return signet_sign_choose_packaging (options, file);
  if (options->enclosed)
    return "cades-enclosed";
  if (options->countersign != NULL)
    return "cades-counter";
  if (options->detached)
    return "cades";
  if (g_strcmp0 (options->format, "cades") == 0 && signet_document_file_get_format (file) == SIGNET_FORMAT_CMS)
    return "cades-parallel";
  return options->together && options->format == NULL ? "asice" : options->format;
}

/* What a signature file that is signed again is about: as told, else beside it. */
static gboolean
signet_sign_job_find_content (SignetSignJob           *job,
                              const SignetSignOptions *options,
                              SignetDocumentFile      *file)
{
  const char *format = signet_signing_get_format (job->signing);
  g_autoptr(SignetDocumentFile) content = NULL;
  g_autofree char *path = NULL;

  if (g_str_equal (format, "cades-parallel") || g_str_equal (format, "cades-counter"))
    path = options->content != NULL ? g_strdup (options->content) : signet_document_guess_content (file);
  if (path != NULL && (content = signet_document_file_open (path, &job->error)) == NULL)
    {
      g_prefix_error (&job->error, "%s: ", path);
      g_clear_object (&job->signing);
      return FALSE;
    }
  signet_signing_set_cades (job->signing, content, options->countersign);
  return TRUE;
}

/* What needs no token: happens while the modules are asked. */
void
signet_sign_job_open (SignetSignJob           *job,
                      SignetInvocation        *invocation,
                      const SignetSignOptions *options)
{
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (job->path, &job->error);

  if (file == NULL)
    return;
  job->file = g_object_ref (file);
  signet_password_give (invocation, file);
  job->signing = signet_signing_new (file, NULL);
  signet_signing_set_format (job->signing, signet_sign_choose_format (options, file));
  if (!signet_sign_job_find_content (job, options, file))
    return;
  if (options->level != NULL)
    signet_signing_set_level (job->signing, options->level);
  signet_signing_set_pdf (job->signing, options->reason, options->location, options->field, (guint) options->certify);
  if (options->mark != NULL)
    signet_signing_set_mark (job->signing, options->mark, options->cover);
  signet_sign_job_set_output (job, options);
}

/* All that follow the first go with it. */
void
signet_sign_job_add_documents (SignetSignJob *job,
                               char         **paths)
{
  job->documents = paths;
  for (guint i = 1; paths[i] != NULL && job->signing != NULL; i++)
    {
      g_autoptr(SignetDocumentFile) file = signet_document_file_open (paths[i], &job->error);

      if (file != NULL)
        signet_signing_add_document (job->signing, file);
      else
        {
          job->path = paths[i];
          g_clear_object (&job->signing);
        }
    }
}

void
signet_sign_job_resume (SignetSignJob           *job,
                        SignetInvocation        *invocation,
                        const SignetSignOptions *options,
                        SignetTokenKey          *key)
{
  g_autofree char *name = NULL;
  g_autofree char *before = NULL;

  if (!options->resume || job->signing == NULL)
    return;
  signet_signing_set_key (job->signing, key);
  job->before = signet_signing_find_done (job->signing, invocation->cancellable);
  if (job->before == NULL || invocation->json)
    return;
  name = signet_text_sanitize (job->path, -1, 0);
  before = signet_text_sanitize (job->before, -1, 0);
  /* translators: the first %s is a file name, the second that of its signed file */
  signet_terminal_print (_("%s was signed already: %s"), name, before);
}

void
signet_sign_job_check (SignetSignJob           *job,
                       SignetInvocation        *invocation,
                       const SignetSignOptions *options,
                       SignetTokenKey          *key,
                       SignetJournal           *journal,
                       SignetTimestampServers  *servers,
                       SignetSigning           *shared)
{
  SignetCore *core = signet_invocation_get_core (invocation);
  guint tries = 0;

  if (job->signing == NULL)
    return;
  signet_signing_set_key (job->signing, key);
  signet_signing_set_timestamp_servers (job->signing, servers);
  signet_signing_set_or_later (job->signing, options->or_later);
  signet_signing_set_shelf (job->signing, signet_core_get_store (core, NULL));
  signet_signing_set_seams (job->signing, signet_core_get_http (core), signet_core_get_clock (core), journal);
  signet_signing_set_evidence_cache (job->signing, signet_core_get_evidence_cache (core));
  signet_signing_set_chain (job->signing, signet_core_get_ca_certificates (core));
  if (shared != NULL)
    signet_signing_share_findings (job->signing, shared);
  do
    job->checks = signet_signing_preflight (job->signing, invocation->cancellable, &job->error);
  while (job->checks == NULL && signet_password_try_again (invocation, job->file, &tries, &job->error));
}

static SignetMark
signet_sign_check_mark (SignetCheckState state)
{
  switch (state)
    {
    case SIGNET_CHECK_OK:
      return SIGNET_MARK_OK;
    case SIGNET_CHECK_WARNING:
      return SIGNET_MARK_WARNING;
    case SIGNET_CHECK_STOP:
      return SIGNET_MARK_STOP;
    case SIGNET_CHECK_UNKNOWN:
    default:
      return SIGNET_MARK_UNKNOWN;
    }
}

static void
signet_sign_show_check (const SignetSigningCheck *check,
                        const char               *path)
{
  g_autofree char *sentence = signet_words_check (check);
  g_autofree char *mark = signet_terminal_mark (signet_sign_check_mark (check->state), sentence, TRUE);
  g_autofree char *name = path != NULL ? signet_text_sanitize (path, -1, 0) : NULL;

  if (name != NULL)
    signet_terminal_message ("%s: %s", name, mark);
  else
    signet_terminal_message ("%s", mark);
}

/* (nullable): the option that helps where a check stops */
static const char *
signet_sign_find_hint (const SignetSigningCheck *check)
{
  if (signet_words_check_can_wait (check))
    return _("With --or-later it is signed now, and the time stamp is added later");
  if (check->state == SIGNET_CHECK_STOP && g_strcmp0 (check->detail, "content-missing") == 0)
    return _("Name that file with --content");
  return NULL;
}

/* What stops and what needs a look is said, what is fine is not. What is about the certificate is said once for all files. */
void
signet_sign_job_show_checks (SignetSignJob *job,
                             gboolean       first)
{
  for (guint i = 0; job->checks != NULL && i < job->checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (job->checks, i);
      gboolean of_all = g_str_has_prefix (check->code, "certificate-") || g_str_equal (check->code, "level");

      job->status = signet_invocation_worse_status (job->status, signet_words_check_status (check));
      if (check->state == SIGNET_CHECK_OK || (!first && of_all))
        continue;
      signet_sign_show_check (check, of_all || check->document != NULL ? NULL : job->path);
      if (signet_sign_find_hint (check) != NULL)
        signet_terminal_message ("%s", signet_sign_find_hint (check));
    }
}

gboolean
signet_sign_job_is_ready (const SignetSignJob *job)
{
  return job->status == 0 && !job->done && job->before == NULL;
}
