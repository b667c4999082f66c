/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation.c: one file, all its signatures, one verdict.
 *
 * The judgement of a signature is in signet-validation-signature.c; here the worst decides. Blocking, for worker threads; asks
 * servers only through the given SignetHttp.
 */
#define G_LOG_DOMAIN "signet-validation"

#include "config.h"

#include "signet-validation-private.h"

static gboolean
judge_one (const SignetValidationContext *context, SignetFileReport *file, SignetSignatureReport *report, GError **error)
{
  if (!_signet_validation_judge (context, report, error))
    return FALSE;
  if (file->verdict == SIGNET_VERDICT_NOT_SIGNED || report->verdict > file->verdict)
    file->verdict = report->verdict;
  return TRUE;
}

/* Time-stamps of the document first, the newest of them before the others: what they prove is what the rest is judged by. */
static gboolean
judge_all (const SignetValidationContext *context, SignetFileReport *file, GError **error)
{
  GPtrArray *reports = file->signatures;

  for (guint i = reports->len; i-- > 0;)
    if (_signet_validation_is_timestamp (g_ptr_array_index (reports, i)) && !judge_one (context, file, g_ptr_array_index (reports, i), error))
      return FALSE;
  for (guint i = 0; i < reports->len; i++)
    if (!_signet_validation_is_timestamp (g_ptr_array_index (reports, i)) && !judge_one (context, file, g_ptr_array_index (reports, i), error))
      return FALSE;
  return TRUE;
}

static SignetValidationContext
context_for (const SignetValidationOptions *options, GCancellable *cancellable)
{
  SignetValidationContext context = { .options = options, .cancellable = cancellable };

  context.now = options->clock != NULL ? signet_clock_now (options->clock) : g_get_real_time () / G_USEC_PER_SEC;
  context.at = options->at == SIGNET_TIME_UNKNOWN ? context.now : options->at;
  return context;
}

static SignetEvidenceSession *
new_session (const SignetValidationContext *context)
{
  const SignetValidationOptions *options = context->options;
  SignetEvidenceSources sources = { options->http, options->cache, options->crls, context->now, context->at };

  return signet_evidence_session_new (&sources);
}

/**
 * signet_validation_run:
 * @file: a file
 * @detached: (nullable): the data, when @file is a signature beside it
 * @options: anchors and the rest
 * @cancellable: (nullable): a cancellable
 * @error: return location: could not find out (file gone, damaged beyond reading, changed meanwhile)
 *
 * Validates every signature in the terms of ETSI EN 319 102-1 at the time @options asks for.
 *
 * Returns: (transfer full) (nullable): the report
 */
SignetFileReport *
signet_validation_run (SignetDocumentFile *file, SignetDocumentFile *detached, const SignetValidationOptions *options,
                       GCancellable *cancellable, GError **error)
{
  SignetValidationContext context = context_for (options, cancellable);
  g_autoptr(GPtrArray) signatures = signet_document_find_signatures (file, detached, cancellable, error);
  g_autoptr(SignetFileReport) report = NULL;
  g_autoptr(SignetEvidenceSession) evidence = signatures != NULL ? new_session (&context) : NULL;
  g_autoptr(GArray) proofs = g_array_new (FALSE, FALSE, sizeof (SignetValidationProof));

  if (signatures == NULL)
    return NULL;
  context.evidence = evidence;
  context.proofs = proofs;
  _signet_validation_gather (&context, signatures);
  report = _signet_file_report_new (signet_document_file_get_path (file), context.at);
  for (guint i = 0; i < signatures->len; i++)
    g_ptr_array_add (report->signatures, _signet_signature_report_new (g_ptr_array_index (signatures, i)));
  if (!judge_all (&context, report, error))
    return NULL;
  if (signatures->len > 0)
    report->format = signet_document_signature_get_format (g_ptr_array_index (signatures, 0));
  if (!signet_document_file_check_unchanged (file, error) || (detached != NULL && !signet_document_file_check_unchanged (detached, error)))
    return NULL;
  return g_steal_pointer (&report);
}
