/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-verify.c: `signet verify`. Main thread.
 *
 * Says what was found; the verdict itself comes from the core. Whatever could not be looked at makes the whole run worse,
 * never better: nothing ends with 0 unless every signature of every file passed.
 */
#define G_LOG_DOMAIN "signet-command-verify"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-password.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-output-file.h"
#include "../core/base/signet-text.h"
#include "../core/document/signet-document-content.h"

typedef struct
{
  char **trust, **untrusted, **crl, **lists, **list_signers;   /* (owned) (nullable) */
  char *at, *detached, *policy, *scenario, *report;            /* (owned) (nullable) */
  gboolean offline;
} SignetVerifyOptions;

typedef struct
{
  SignetInvocation *invocation;    /* borrowed */
  SignetVerifyOptions *options;    /* borrowed */
  SignetValidationOptions validation;
  GPtrArray *anchors;              /* (owned) (element-type SignetCertificate) */
  GPtrArray *untrusted;            /* (owned) (element-type SignetCertificate) */
  GPtrArray *crls;                 /* (owned) (element-type GBytes) */
  JsonArray *files;                /* (owned) until handed over */
  gint64 at;
  SignetVerdict verdict;
  int status;
} SignetVerifyRun;

static void
signet_verify_options_clear (SignetVerifyOptions *options)
{
  g_strfreev (options->trust);
  g_strfreev (options->untrusted);
  g_strfreev (options->crl);
  g_strfreev (options->lists);
  g_strfreev (options->list_signers);
  g_free (options->at);
  g_free (options->detached);
  g_free (options->policy);
  g_free (options->scenario);
  g_free (options->report);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetVerifyOptions, signet_verify_options_clear)

static void
signet_verify_run_clear (SignetVerifyRun *run)
{
  g_clear_pointer (&run->anchors, g_ptr_array_unref);
  g_clear_pointer (&run->untrusted, g_ptr_array_unref);
  g_clear_pointer (&run->crls, g_ptr_array_unref);
  g_clear_pointer (&run->files, json_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetVerifyRun, signet_verify_run_clear)

/* --- options ----------------------------------------------------------------------------------------------------------- */
static gboolean
signet_verify_parse (SignetInvocation    *invocation,
                     SignetVerifyOptions *options)
{
  const GOptionEntry entries[] = {
    { "trust", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->trust, N_("Trust the certificates of this file as well"), N_("PEM") },
    { "untrusted", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->untrusted, N_("Certificates to build the path with, not trusted"), N_("PEM") },
    { "at", 0, 0, G_OPTION_ARG_FILENAME, &options->at, N_("Judge as of this time, e.g. 2026-11-22T12:00:00Z"), N_("TIME") },
    { "offline", 0, 0, G_OPTION_ARG_NONE, &options->offline, N_("Ask nothing over the network"), NULL },
    { "detached", 0, 0, G_OPTION_ARG_FILENAME, &options->detached, N_("The file a signature in a file of its own is about"), N_("FILE") },
    { "report", 0, 0, G_OPTION_ARG_FILENAME, &options->report, N_("Write the report into this file (.json)"), N_("FILE") },
    { "crl", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->crl, N_("Look into this list of revoked certificates first"), N_("FILE") },
    { "policy", 0, 0, G_OPTION_ARG_FILENAME, &options->policy, N_("A signature policy (not in this version yet)"), N_("FILE") },
    { "scenario", 0, 0, G_OPTION_ARG_FILENAME, &options->scenario, N_("What it is used for (not in this version yet)"), N_("CODE") },
    { "list", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->lists, N_("A list of authorities (not in this version yet)"), N_("FILE") },
    { "list-signer", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->list_signers, N_("Who may sign it (not in this version yet)"), N_("PEM") },
    { NULL }
  };

  return signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_PASSWORD);
}

static const char *
signet_verify_find_later (const SignetVerifyOptions *options)
{
  if (options->policy != NULL)
    return "--policy";
  if (options->scenario != NULL)
    return "--scenario";
  if (options->lists != NULL || options->list_signers != NULL)
    return "--list";
  if (options->report != NULL && !g_str_has_suffix (options->report, ".json"))
    return "--report FILE.pdf, FILE.xml";
  return NULL;
}

static gboolean
signet_verify_check_options (SignetVerifyRun *run)
{
  const char *later = signet_verify_find_later (run->options);
  guint n_files = signet_invocation_n_arguments (run->invocation);

  if (later != NULL)
    signet_invocation_not_yet (run->invocation, later);
  else if (n_files == 0)
    signet_invocation_usage (run->invocation, "%s", _("name at least one file to verify"));
  else if (run->options->detached != NULL && n_files > 1)
    signet_invocation_usage (run->invocation, "%s", _("--detached is for one signature"));
  else if (run->options->at != NULL && !signet_time_parse_iso8601 (run->options->at, &run->at))
    signet_invocation_usage (run->invocation, "%s", _("--at needs a time like 2026-11-22T12:00:00Z"));
  else
    return TRUE;
  return FALSE;
}

static void
signet_verify_add (GPtrArray *all,
                   GPtrArray *more)
{
  for (guint i = 0; more != NULL && i < more->len; i++)
    g_ptr_array_add (all, g_object_ref (g_ptr_array_index (more, i)));
}

static gboolean
signet_verify_add_files (SignetVerifyRun *run,
                         GPtrArray       *all,
                         char           **paths)
{
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) certificates = signet_certificate_load_file (paths[i], &error);

      if (certificates == NULL)
        {
          signet_invocation_fail (run->invocation, paths[i], error);
          return FALSE;
        }
      signet_verify_add (all, certificates);
    }
  return TRUE;
}

/* (nullable): %NULL: told already */
static GPtrArray *
signet_verify_load_crls (SignetVerifyRun *run,
                         const char      *path)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *crls = signet_evidence_load_crls (path, &error);

  if (crls == NULL)
    signet_invocation_fail (run->invocation, path, error);
  return crls;
}

static gboolean
signet_verify_add_crls (SignetVerifyRun *run,
                        char           **paths)
{
  run->crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      g_autoptr(GPtrArray) crls = signet_verify_load_crls (run, paths[i]);

      if (crls == NULL)
        return FALSE;
      for (guint j = 0; j < crls->len; j++)
        g_ptr_array_add (run->crls, g_bytes_ref (g_ptr_array_index (crls, j)));
    }
  return TRUE;
}

static gboolean
signet_verify_prepare (SignetVerifyRun *run)
{
  SignetCore *core = signet_invocation_get_core (run->invocation);
  g_autoptr(GError) error = NULL;

  if (!signet_password_load (run->invocation, &error))
    {
      signet_invocation_fail (run->invocation, NULL, error);
      return FALSE;
    }
  run->anchors = g_ptr_array_new_with_free_func (g_object_unref);
  run->untrusted = g_ptr_array_new_with_free_func (g_object_unref);
  if (!signet_verify_add_files (run, run->anchors, run->options->trust) ||
      !signet_verify_add_files (run, run->untrusted, run->options->untrusted) ||
      !signet_verify_add_crls (run, run->options->crl))
    return FALSE;

  signet_verify_add (run->anchors, signet_core_get_anchors (core));
  signet_verify_add (run->untrusted, signet_core_get_ca_certificates (core));
  run->validation = (SignetValidationOptions) {
    .anchors = run->anchors,
    .untrusted = run->untrusted,
    .authorities = signet_core_get_authorities (core),
    .http = run->options->offline ? NULL : signet_core_get_http (core),
    .at = run->at,
    .clock = signet_core_get_clock (core),
    .cache = signet_core_get_evidence_cache (core),
    .crls = run->crls,
  };
  if (run->at == SIGNET_TIME_UNKNOWN)
    run->at = signet_clock_now (run->validation.clock);
  return TRUE;
}

/* --- for people --------------------------------------------------------------------------------------------------------- */
static char *
signet_verify_mark (SignetVerdict verdict)
{
  switch (verdict)
    {
    case SIGNET_VERDICT_PASSED:
      return signet_terminal_mark (SIGNET_MARK_OK, C_("verdict", "Good"), FALSE);
    case SIGNET_VERDICT_FAILED:
      return signet_terminal_mark (SIGNET_MARK_STOP, C_("verdict", "Not good"), FALSE);
    case SIGNET_VERDICT_NOT_SIGNED:
      return signet_terminal_mark (SIGNET_MARK_WARNING, C_("verdict", "Not signed"), FALSE);
    case SIGNET_VERDICT_INDETERMINATE:
    default:
      return signet_terminal_mark (SIGNET_MARK_UNKNOWN, C_("verdict", "Cannot tell"), FALSE);
    }
}

static void
signet_verify_show_line (const char *name,
                         const char *value)
{
  g_autofree char *padded = signet_terminal_pad (name, 14);

  if (value != NULL && *value != '\0')
    signet_terminal_print ("    %s%s", padded, value);
}

static void
signet_verify_show_signer (SignetSignatureReport *report)
{
  SignetCertificate *signer = signet_document_signature_get_signer (signet_signature_report_get_signature (report));
  g_autofree char *klass = NULL;
  g_autofree char *who = NULL;

  if (signer == NULL)
    {
      signet_verify_show_line (_("Signer"), _("not known"));
      return;
    }
  klass = signet_words_class (signet_certificate_get_class (signer, NULL));
  who = g_strdup_printf ("%s · %s", signet_certificate_get_holder (signer), klass);
  signet_verify_show_line (_("Signer"), who);
  signet_verify_show_line (_("Issued by"), signet_certificate_get_authority (signer));
  signet_verify_show_line (_("Serial"), signet_certificate_get_serial (signer));
}

static void
signet_verify_show_time (SignetSignatureReport *report)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (report);
  gint64 claimed = signet_document_signature_get_claimed_time (signature);
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;

  if (g_strcmp0 (signet_signature_report_get_time_source (report), "timestamp") == 0)
    {
      time = signet_words_date_time (signet_signature_report_get_best_time (report));
      /* translators: %s is a date and time */
      text = g_strdup_printf (_("%s, proved by a time stamp"), time);
    }
  else if (claimed != SIGNET_TIME_UNKNOWN)
    {
      time = signet_words_date_time (claimed);
      /* translators: %s is a date and time */
      text = g_strdup_printf (_("%s, claimed by the signer’s own clock"), time);
    }
  signet_verify_show_line (_("Time"), text != NULL ? text : _("not known"));
}

static void
signet_verify_show_revocation (SignetSignatureReport *report)
{
  SignetRevocationStatus *status = signet_signature_report_get_revocation (report);
  g_autofree char *text = status != NULL ? signet_words_revocation (status) : NULL;

  signet_verify_show_line (_("Revocation"), text);
}

static void
signet_verify_show_changes (SignetDocumentSignature *signature)
{
  GPtrArray *changes = signet_document_signature_get_changes (signature);

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const SignetDocumentChange *change = g_ptr_array_index (changes, i);
      g_autofree char *kind = signet_text_sanitize (change->kind, -1, 60);
      g_autofree char *where = signet_text_sanitize (change->where, -1, 200);
      g_autofree char *text = g_strdup_printf ("%s %s · %s", kind, where, change->allowed ? _("allowed by the signer") : _("not allowed"));

      signet_verify_show_line (_("Changed later"), text);
    }
}

static void
signet_verify_show_reasons (SignetSignatureReport *report)
{
  GPtrArray *reasons = signet_signature_report_get_reasons (report);
  gboolean passed = signet_signature_report_get_verdict (report) == SIGNET_VERDICT_PASSED;

  for (guint i = 0; reasons != NULL && i < reasons->len; i++)
    {
      const SignetValidationReason *reason = g_ptr_array_index (reasons, i);
      g_autofree char *text = signet_words_reason (reason->code);

      signet_verify_show_line (i > 0 ? "" : passed ? _("Note") : _("Because"), text);
    }
}

static const char *
signet_verify_format_name (const char *format)
{
  static const struct { const char *id; const char *name; } rows[] = {
    { "pades", "PAdES" },
    { "cades", "CAdES" },
    { "xades", "XAdES" },
    { "asice", "ASiC-E" },
    { "asics", "ASiC-S" },
    { "pdf-pkcs7", "PDF (PKCS#7)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].id, format) == 0)
      return rows[i].name;
  return format != NULL ? format : "";
}

static void
signet_verify_show_signature (SignetSignatureReport *report)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (report);
  const char *level = signet_document_signature_get_level (signature);
  g_autofree char *id = signet_text_sanitize (signet_document_signature_get_id (signature), -1, 60);
  const char *format = signet_verify_format_name (signet_document_signature_get_format (signature));
  const char *inner = signet_verify_format_name (signet_document_signature_get_inner_format (signature));
  g_autofree char *members = signet_words_members (signet_document_signature_get_covered (signature));
  g_autofree char *mark = signet_verify_mark (signet_signature_report_get_verdict (report));
  g_autofree char *reason = signet_text_sanitize (signet_document_signature_get_reason (signature), -1, 300);
  g_autofree char *location = signet_text_sanitize (signet_document_signature_get_location (signature), -1, 300);

  signet_terminal_print ("\n  %s  %s · %s%s%s%s%s", mark, id, format, *inner != '\0' ? " · " : "", inner, level != NULL && *level != '\0' ? " " : "", level != NULL ? level : "");
  /* translators: the line names the signature that this one is over, by its number */
  signet_verify_show_line (_("Countersigns"), signet_document_signature_get_covers (signature));
  signet_verify_show_signer (report);
  /* translators: the line names the documents of a container that were signed */
  signet_verify_show_line (_("Covers"), members);
  signet_verify_show_time (report);
  signet_verify_show_revocation (report);
  signet_verify_show_line (_("Reason"), reason);
  signet_verify_show_line (_("Place"), location);
  signet_verify_show_changes (signature);
  signet_verify_show_reasons (report);
}

/* a signature in a file of its own, lying beside the file somebody asked about */
static void
signet_verify_hint_at_signature (const char *path)
{
  g_autofree char *cms = g_strconcat (path, ".p7s", NULL);
  g_autofree char *xml = g_strconcat (path, ".xades", NULL);
  const char *beside = g_file_test (cms, G_FILE_TEST_IS_REGULAR) ? cms : xml;
  g_autofree char *shown = NULL;

  if (!g_file_test (beside, G_FILE_TEST_IS_REGULAR))
    return;
  shown = signet_text_sanitize (beside, -1, 0);
  /* translators: %s is a file name */
  signet_terminal_print (_("  There is a signature in a file of its own: signet verify %s"), shown);
}

static void
signet_verify_show (SignetFileReport *report)
{
  GPtrArray *signatures = signet_file_report_get_signatures (report);
  g_autofree char *name = signet_text_sanitize (signet_file_report_get_path (report), -1, 0);
  g_autofree char *bold = signet_terminal_bold (name);
  g_autofree char *mark = signet_verify_mark (signet_file_report_get_verdict (report));
  g_autofree char *headline = signet_words_verdict_headline (report);
  g_autofree char *detail = signet_words_verdict_detail (report);

  signet_terminal_print ("%s\n%s  %s\n  %s", bold, mark, headline, detail);
  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    signet_verify_show_signature (g_ptr_array_index (signatures, i));
  if (signet_file_report_get_verdict (report) == SIGNET_VERDICT_NOT_SIGNED)
    signet_verify_hint_at_signature (signet_file_report_get_path (report));
}

/* --- one file ------------------------------------------------------------------------------------------------------------ */
static SignetFileReport *
signet_verify_examine (SignetVerifyRun *run,
                       const char      *path,
                       GError         **error)
{
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (path, error);
  g_autoptr(SignetDocumentFile) detached = NULL;
  g_autofree char *data = NULL;
  g_autoptr(GError) local_error = NULL;
  SignetFileReport *report;
  guint tries = 0;

  if (file == NULL)
    return NULL;
  signet_password_give (run->invocation, file);
  data = run->options->detached != NULL ? g_strdup (run->options->detached) : signet_document_guess_content (file);
  if (data != NULL)
    {
      detached = signet_document_file_open (data, error);
      if (detached == NULL)
        {
          g_prefix_error (error, "%s: ", data);
          return NULL;
        }
    }
  do
    report = signet_validation_run (file, detached, &run->validation, run->invocation->cancellable, &local_error);
  while (report == NULL && signet_password_try_again (run->invocation, file, &tries, &local_error));
  if (report == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return report;
}

static void
signet_verify_file (SignetVerifyRun *run,
                    const char      *path,
                    gboolean         first)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetFileReport) report = signet_verify_examine (run, path, &error);

  if (report == NULL)
    {
      signet_terminal_show_error (path, error);
      json_array_add_object_element (run->files, signet_words_file_error_to_json (path, error));
      run->verdict = signet_words_worse_verdict (run->verdict, SIGNET_VERDICT_INDETERMINATE);
      run->status = signet_invocation_worse_status (run->status, signet_words_exit_status (error));
      return;
    }
  json_array_add_object_element (run->files, signet_words_file_report_to_json (report));
  run->verdict = signet_words_worse_verdict (run->verdict, signet_file_report_get_verdict (report));
  run->status = signet_invocation_worse_status (run->status, signet_words_verdict_status (signet_file_report_get_verdict (report)));
  if (run->invocation->json)
    return;
  if (!first)
    signet_terminal_print ("%s", "");
  signet_verify_show (report);
}

static void
signet_verify_write_report (SignetVerifyRun *run,
                            JsonNode        *root)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = json_to_string (root, TRUE);
  g_autoptr(SignetOutputFile) file = signet_output_file_open (run->options->report, FALSE, &error);

  if (file != NULL && signet_output_file_write (file, text, strlen (text), &error) && signet_output_file_write (file, "\n", 1, &error) &&
      signet_output_file_commit (file, &error))
    return;
  signet_terminal_show_error (run->options->report, error);
  run->status = signet_invocation_worse_status (run->status, signet_words_exit_status (error));
}

int
signet_command_verify (SignetInvocation *invocation)
{
  g_auto(SignetVerifyOptions) options = { NULL };
  g_auto(SignetVerifyRun) run = { .invocation = invocation, .options = &options, .at = SIGNET_TIME_UNKNOWN, .verdict = SIGNET_VERDICT_PASSED };
  g_autoptr(JsonNode) root = NULL;

  if (!signet_verify_parse (invocation, &options) || !signet_verify_check_options (&run) || !signet_verify_prepare (&run))
    return invocation->status;

  run.files = json_array_new ();
  for (guint i = 0; invocation->arguments[i] != NULL && !g_cancellable_is_cancelled (invocation->cancellable); i++)
    signet_verify_file (&run, invocation->arguments[i], i == 0);
  if (g_cancellable_is_cancelled (invocation->cancellable))
    run.status = SIGNET_STATUS_CANCELLED;

  root = signet_words_files_to_json (g_steal_pointer (&run.files), run.at, run.verdict);
  if (options.report != NULL)
    signet_verify_write_report (&run, root);
  if (invocation->json)
    signet_terminal_print_json (root);
  return run.status;
}
