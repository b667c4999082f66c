/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation-time.c: the earliest time a signature is proved to have existed at (EN 319 102-1, 5.4, 5.5.4 and 5.6.2.3).
 *
 * Time-stamps are judged from the newest to the oldest. The newest must be good at the time in question; each one that is carries those
 * below it: they, their certificates and what was kept with them need only have been good when it was made. So a chain of archive
 * time-stamps outlives the certificates of all its links but the last.
 */
#define G_LOG_DOMAIN "signet-validation-time"

#include "config.h"

#include "signet-validation-private.h"

#define SKEW 300 /* seconds two honest clocks may differ */

/* --- what is proved ----------------------------------------------------------------------------------------------------------- */

static gboolean
is_covered (const GArray *proofs, guint64 position)
{
  for (guint i = 0; i < proofs->len; i++)
    if (g_array_index (proofs, SignetValidationProof, i).position > position)
      return TRUE;
  return FALSE;
}

static gint64
earliest (const GArray *proofs, guint64 position, gint64 time)
{
  for (guint i = 0; i < proofs->len; i++)
    {
      const SignetValidationProof *proof = &g_array_index (proofs, SignetValidationProof, i);

      if (proof->position > position)
        time = MIN (time, proof->time);
    }
  return time;
}

gint64
_signet_validation_get_proved (const SignetValidationContext *context, SignetSignatureReport *report, guint64 position)
{
  return earliest (report->proofs, position, earliest (context->proofs, position, context->at));
}

void
_signet_validation_start_time (const SignetValidationContext *context, SignetSignatureReport *report)
{
  guint64 position = signet_document_signature_get_position (report->signature);

  report->best_time = earliest (context->proofs, position, context->at);
  if (is_covered (context->proofs, position))
    report->time_source = "timestamp";
}

gboolean
_signet_validation_is_timestamp (SignetSignatureReport *report)
{
  return g_strcmp0 (signet_document_signature_get_kind (report->signature), "document-timestamp") == 0;
}

/* A document time-stamp proves its own time, once nothing speaks against it, and that of all it covers. */
void
_signet_validation_take_own_time (const SignetValidationContext *context, SignetSignatureReport *report)
{
  SignetValidationProof proof = { 0, signet_document_signature_get_position (report->signature) };

  if (report->verdict != SIGNET_VERDICT_PASSED || report->timestamp == NULL)
    return;
  proof.time = report->timestamp->time;
  g_array_append_val (context->proofs, proof);
  report->best_time = report->timestamp->time;
  report->time_source = "timestamp";
}

/* --- may its authority be believed? --------------------------------------------------------------------------------------------- */

/* One time-stamp in question. */
typedef struct {
  const SignetDocumentStamp *stamp;
  SignetTimestamp           *timestamp; /* borrowed */
  gint64                     time;      /* when it is proved to have existed itself */
  const char                *why;       /* (nullable): not to be believed */
  char                      *detail;    /* (nullable) */
} Judged;

static void
judged_clear (Judged *judged)
{
  g_free (judged->detail);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Judged, judged_clear)

static gboolean
distrust (Judged *judged, const char *detail)
{
  judged->why = "timestamp-untrusted";
  if (judged->detail == NULL)
    judged->detail = g_strdup (detail);
  return TRUE;
}

/* Offline, what the file carries must have been fresh when the time-stamp was made; online somebody can be asked, and is. */
gboolean
_signet_validation_was_good_then (const SignetValidationContext *context, SignetSignatureReport *report, const SignetValidationQuestion *question,
                                  gint64 then)
{
  SignetValidationQuestion earlier = { question->certificate, question->issuer, then };
  g_autoptr(SignetRevocationStatus) status = _signet_validation_find_embedded (context, report, &earlier);

  return status != NULL && status->status == SIGNET_REVOCATION_GOOD;
}

static gboolean
check_one (const SignetValidationContext *context, SignetSignatureReport *report, Judged *judged, const SignetValidationQuestion *question,
           GError **error)
{
  g_autoptr(SignetRevocationStatus) status = NULL;
  g_auto(SignetValidationMissing) missing = { 0 };
  SignetValidationAnswer answer = _signet_validation_ask (context, report, question, &status, &missing, error);

  if (answer == SIGNET_VALIDATION_ANSWER_CANCELLED)
    return FALSE;
  if (answer == SIGNET_VALIDATION_ANSWER_NOT_NEEDED)
    return TRUE;
  if (answer == SIGNET_VALIDATION_ANSWER_MISSING && missing.offline
      && _signet_validation_was_good_then (context, report, question, judged->timestamp->time))
    return TRUE;
  if (answer == SIGNET_VALIDATION_ANSWER_MISSING)
    return distrust (judged, missing.detail != NULL ? missing.detail : missing.reason);
  if (status->status == SIGNET_REVOCATION_GOOD)
    return TRUE;
  /* revoked after it is proved to have existed takes nothing from it (5.6.2.2) */
  if (status->status == SIGNET_REVOCATION_REVOKED && status->revoked_at != SIGNET_TIME_UNKNOWN && judged->time < status->revoked_at)
    return TRUE;
  return distrust (judged, status->status == SIGNET_REVOCATION_REVOKED ? "the certificate of the time-stamp authority is revoked" : NULL);
}

static gboolean
check_revocation (const SignetValidationContext *context, SignetSignatureReport *report, Judged *judged, GPtrArray *path, GError **error)
{
  for (guint i = 0; i + 1 < path->len && judged->why == NULL; i++)
    {
      SignetValidationQuestion question = { g_ptr_array_index (path, i), g_ptr_array_index (path, i + 1), judged->time };

      if (!check_one (context, report, judged, &question, error))
        return FALSE;
    }
  return TRUE;
}

/* A time-stamp counts only when its own authority can be believed when it is proved to have existed: EN 319 102-1, 5.4 and 5.6.2. */
static gboolean
check_tsa (const SignetValidationContext *context, SignetSignatureReport *report, Judged *judged, GError **error)
{
  SignetTimestamp *timestamp = judged->timestamp;
  g_autoptr(GPtrArray) untrusted =
    _signet_validation_collect_untrusted (context, timestamp->certificates, signet_document_signature_get_evidence (report->signature));
  SignetEvidencePathQuestion question = { timestamp->tsa, untrusted, context->options->anchors, SIGNET_PATH_PURPOSE_TSA, judged->time };
  const SignetCertificatePath *path = signet_evidence_session_find_path (context->evidence, &question, context->cancellable, error);

  if (path == NULL)
    return FALSE;
  if (!path->found)
    return distrust (judged, path->reason);
  if (!signet_certificate_is_valid_at (timestamp->tsa, timestamp->time))
    return distrust (judged, NULL);
  return check_revocation (context, report, judged, path->certificates, error);
}

/* --- one time-stamp ------------------------------------------------------------------------------------------------------------- */

/* A token about something else was put there by somebody: that is no lack of trust but a forgery. */
static gboolean
is_sound (SignetSignatureReport *report, const SignetTimestamp *timestamp)
{
  const char *code = NULL;

  if (!timestamp->imprint_ok)
    code = "timestamp-imprint";
  else if (!timestamp->signature_ok || timestamp->tsa == NULL)
    code = "timestamp-signature";
  if (code != NULL)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", code, NULL);
  return code == NULL;
}

/* Made later than what it was made over is proved to have existed? Or later than now? */
static gboolean
is_in_order (const SignetValidationContext *context, SignetSignatureReport *report, const SignetTimestamp *timestamp, gint64 proved)
{
  if (timestamp->time <= MIN (context->at, proved) + SKEW)
    return TRUE;
  _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "TIMESTAMP_ORDER_FAILURE",
                                 timestamp->time > context->at + SKEW ? "future-time" : "timestamp-order", NULL);
  return FALSE;
}

static SignetTimestamp *
open_stamp (SignetSignatureReport *report, const SignetDocumentStamp *stamp)
{
  g_autoptr(GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr(GError) local_error = NULL;
  SignetTimestamp *timestamp = signet_evidence_parse_timestamp (stamp->token, stamp->stamped != NULL ? stamp->stamped : nothing, &local_error);

  if (timestamp == NULL)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "timestamp-invalid",
                                   local_error != NULL ? local_error->message : NULL);
  else if (stamp->stamped == NULL)
    timestamp->imprint_ok = stamp->fits;
  return timestamp;
}

/* A signature time-stamp covers the signature value, an archive time-stamp what stands below it. */
static void
take_proof (const SignetValidationContext *context, SignetSignatureReport *report, const Judged *judged)
{
  SignetValidationProof proof = { judged->timestamp->time, judged->stamp->position };

  if (judged->stamp->kind == SIGNET_STAMP_ARCHIVE)
    g_array_append_val (report->proofs, proof);
  if (judged->stamp->kind == SIGNET_STAMP_ARCHIVE && proof.position <= signet_document_signature_get_position (report->signature))
    return;
  report->best_time = MIN (MIN (report->best_time, proof.time), context->at);
  report->time_source = "timestamp";
}

static gboolean
judge_stamp (const SignetValidationContext *context, SignetSignatureReport *report, const SignetDocumentStamp *stamp, GError **error)
{
  g_autoptr(SignetTimestamp) timestamp = open_stamp (report, stamp);
  g_auto(Judged) judged = { .stamp = stamp, .timestamp = timestamp, .time = _signet_validation_get_proved (context, report, stamp->position) };
  gboolean usable = timestamp != NULL && is_sound (report, timestamp) && is_in_order (context, report, timestamp, judged.time);

  if (usable && !check_tsa (context, report, &judged, error))
    return FALSE;
  if (usable && judged.why != NULL)
    _signet_signature_report_note (report, judged.why, judged.detail);
  else if (usable)
    take_proof (context, report, &judged);
  if (stamp->kind == SIGNET_STAMP_SIGNATURE && timestamp != NULL)
    {
      signet_timestamp_free (report->timestamp); /* the first one stays: it is the oldest */
      report->timestamp = g_steal_pointer (&timestamp);
    }
  return TRUE;
}

/* --- of a document time-stamp ----------------------------------------------------------------------------------------------------- */

/* Whether its imprint fits is a finding of the document room; its signer is judged as the signer it is. */
static void
open_own (const SignetValidationContext *context, SignetSignatureReport *report)
{
  GBytes *token = signet_document_signature_get_timestamp (report->signature);
  SignetDocumentStamp stamp = { SIGNET_STAMP_ARCHIVE, token, NULL,
                                signet_document_signature_get_integrity (report->signature) == SIGNET_INTEGRITY_INTACT, 0 };

  report->timestamp = token != NULL ? open_stamp (report, &stamp) : NULL;
  if (report->timestamp != NULL && is_sound (report, report->timestamp))
    is_in_order (context, report, report->timestamp, report->best_time);
}

gboolean
_signet_validation_find_time (const SignetValidationContext *context, SignetSignatureReport *report, GError **error)
{
  GPtrArray *stamps = signet_document_signature_get_stamps (report->signature);

  if (_signet_validation_is_timestamp (report))
    {
      open_own (context, report);
      return TRUE;
    }
  for (guint i = stamps->len; i-- > 0;)
    if (!judge_stamp (context, report, g_ptr_array_index (stamps, i), error))
      return FALSE;
  return TRUE;
}
