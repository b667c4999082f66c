/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation-report.c: the two reports as objects.
 *
 * Not the judgement: they are filled in by signet-validation.c and immutable from then on, so any thread may read them.
 */
#define G_LOG_DOMAIN "signet-validation-report"

#include "config.h"

#include "signet-validation-private.h"

G_DEFINE_FINAL_TYPE (SignetSignatureReport, signet_signature_report, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (SignetFileReport, signet_file_report, G_TYPE_OBJECT)

const char *
signet_verdict_get_id (SignetVerdict verdict)
{
  switch (verdict)
    {
    case SIGNET_VERDICT_PASSED:
      return "TOTAL-PASSED";
    case SIGNET_VERDICT_FAILED:
      return "TOTAL-FAILED";
    case SIGNET_VERDICT_NOT_SIGNED:
      return "NOT-SIGNED";
    case SIGNET_VERDICT_INDETERMINATE:
    default:
      return "INDETERMINATE";
    }
}

/* --- one signature --------------------------------------------------------------------------------------------------- */

static void
reason_free (gpointer data)
{
  SignetValidationReason *reason = data;

  g_free (reason->code);
  g_free (reason->detail);
  g_free (reason);
}

static void
signet_signature_report_finalize (GObject *object)
{
  SignetSignatureReport *self = SIGNET_SIGNATURE_REPORT (object);

  g_clear_object (&self->signature);
  g_clear_pointer (&self->path, g_ptr_array_unref);
  g_clear_pointer (&self->revocation, signet_revocation_status_free);
  g_clear_pointer (&self->timestamp, signet_timestamp_free);
  g_clear_object (&self->authority);
  g_clear_pointer (&self->reasons, g_ptr_array_unref);
  g_clear_pointer (&self->proofs, g_array_unref);
  G_OBJECT_CLASS (signet_signature_report_parent_class)->finalize (object);
}

static void
signet_signature_report_class_init (SignetSignatureReportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_signature_report_finalize;
}

static void
signet_signature_report_init (SignetSignatureReport *self)
{
  self->path = g_ptr_array_new_with_free_func (g_object_unref);
  self->reasons = g_ptr_array_new_with_free_func (reason_free);
  self->proofs = g_array_new (FALSE, FALSE, sizeof (SignetValidationProof));
  self->best_time = SIGNET_TIME_UNKNOWN;
  self->time_source = "now";
}

SignetSignatureReport *
_signet_signature_report_new (SignetDocumentSignature *signature)
{
  SignetSignatureReport *self = g_object_new (SIGNET_TYPE_SIGNATURE_REPORT, NULL);

  self->signature = g_object_ref (signature);
  return self;
}

void
_signet_signature_report_note (SignetSignatureReport *self, const char *code, const char *detail)
{
  SignetValidationReason *reason = g_new0 (SignetValidationReason, 1);

  reason->code = g_strdup (code);
  reason->detail = g_strdup (detail);
  g_ptr_array_add (self->reasons, reason);
}

void
_signet_signature_report_fail (SignetSignatureReport *self, SignetVerdict verdict, const char *sub_indication, const char *code,
                               const char *detail)
{
  gboolean worse = verdict == SIGNET_VERDICT_FAILED ? self->verdict != SIGNET_VERDICT_FAILED : self->verdict == SIGNET_VERDICT_PASSED;

  _signet_signature_report_note (self, code, detail);
  if (!worse)
    return;
  self->verdict = verdict;
  self->sub_indication = sub_indication;
}

SignetDocumentSignature *
signet_signature_report_get_signature (SignetSignatureReport *self)
{
  return self->signature;
}

SignetVerdict
signet_signature_report_get_verdict (SignetSignatureReport *self)
{
  return self->verdict;
}

const char *
signet_signature_report_get_sub_indication (SignetSignatureReport *self)
{
  return self->sub_indication;
}

gint64
signet_signature_report_get_best_time (SignetSignatureReport *self)
{
  return self->best_time;
}

const char *
signet_signature_report_get_time_source (SignetSignatureReport *self)
{
  return self->time_source;
}

GPtrArray *
signet_signature_report_get_path (SignetSignatureReport *self)
{
  return self->path;
}

gboolean
signet_signature_report_get_algorithm_ok (SignetSignatureReport *self)
{
  return self->algorithm_ok;
}

SignetRevocationStatus *
signet_signature_report_get_revocation (SignetSignatureReport *self)
{
  return self->revocation;
}

SignetTimestamp *
signet_signature_report_get_timestamp (SignetSignatureReport *self)
{
  return self->timestamp;
}

SignetAuthority *
signet_signature_report_get_authority (SignetSignatureReport *self)
{
  return self->authority;
}

GPtrArray *
signet_signature_report_get_reasons (SignetSignatureReport *self)
{
  return self->reasons;
}

/* --- one file -------------------------------------------------------------------------------------------------------- */

static void
signet_file_report_finalize (GObject *object)
{
  SignetFileReport *self = SIGNET_FILE_REPORT (object);

  g_free (self->path);
  g_clear_pointer (&self->signatures, g_ptr_array_unref);
  G_OBJECT_CLASS (signet_file_report_parent_class)->finalize (object);
}

static void
signet_file_report_class_init (SignetFileReportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_file_report_finalize;
}

static void
signet_file_report_init (SignetFileReport *self)
{
  self->signatures = g_ptr_array_new_with_free_func (g_object_unref);
  self->verdict = SIGNET_VERDICT_NOT_SIGNED;
  self->format = "";
}

SignetFileReport *
_signet_file_report_new (const char *path, gint64 at)
{
  SignetFileReport *self = g_object_new (SIGNET_TYPE_FILE_REPORT, NULL);

  self->path = g_strdup (path);
  self->at = at;
  return self;
}

const char *
signet_file_report_get_path (SignetFileReport *self)
{
  return self->path;
}

const char *
signet_file_report_get_format (SignetFileReport *self)
{
  return self->format;
}

SignetVerdict
signet_file_report_get_verdict (SignetFileReport *self)
{
  return self->verdict;
}

gint64
signet_file_report_get_at (SignetFileReport *self)
{
  return self->at;
}

GPtrArray *
signet_file_report_get_signatures (SignetFileReport *self)
{
  return self->signatures;
}
