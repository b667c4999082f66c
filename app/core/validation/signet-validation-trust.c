/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation-trust.c: the path to an anchor, and revocation.
 *
 * Policy (docs/decisions): a certificate that names an OCSP server or a CRL needs an answer; without one the verdict is
 * INDETERMINATE, TRY_LATER, never green. Whether one is revoked is asked only about certificates already on a path to an anchor.
 */
#define G_LOG_DOMAIN "signet-validation-trust"

#include "config.h"

#include "signet-validation-private.h"

#define CRL_REASON_HOLD 6    /* RFC 5280, 5.3.1: may be lifted again */

/* --- path ------------------------------------------------------------------------------------------------------------ */

static void
add_all (GPtrArray *into, GPtrArray *from)
{
  for (guint i = 0; from != NULL && i < from->len; i++)
    g_ptr_array_add (into, g_ptr_array_index (from, i));
}

/* Everything at hand that may stand between; none of it is trusted. Borrowed by the array. */
GPtrArray *
_signet_validation_collect_untrusted (const SignetValidationContext *context, GPtrArray *own, SignetDocumentEvidence *evidence)
{
  GPtrArray *all = g_ptr_array_new ();
  GPtrArray *authorities = context->options->authorities;

  add_all (all, own);
  if (evidence != NULL)
    add_all (all, signet_document_evidence_get_certificates (evidence));
  add_all (all, context->options->untrusted);
  for (guint i = 0; authorities != NULL && i < authorities->len; i++)
    add_all (all, signet_authority_get_chain (g_ptr_array_index (authorities, i)));
  return all;
}

static const struct {
  const char *reason;
  const char *sub_indication;
} path_rules[] = {
  { "no-trust-anchor",  "NO_CERTIFICATE_CHAIN_FOUND" },
  { "bad-signature",    "NO_CERTIFICATE_CHAIN_FOUND" },
  { "expired",          "OUT_OF_BOUNDS_NO_POE" },
  { "ca-expired",       "OUT_OF_BOUNDS_NO_POE" },
  { "not-yet-valid",    "OUT_OF_BOUNDS_NO_POE" },
  { "ca-not-yet-valid", "OUT_OF_BOUNDS_NO_POE" },
  { "weak-algorithm",   "CRYPTO_CONSTRAINTS_FAILURE_NO_POE" },
  { "purpose",          "CHAIN_CONSTRAINTS_FAILURE" },
};

static const char *
sub_indication_of (const char *reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (path_rules); i++)
    if (g_strcmp0 (path_rules[i].reason, reason) == 0)
      return path_rules[i].sub_indication;
  return "CERTIFICATE_CHAIN_GENERAL_FAILURE";
}

static void
fail_path (SignetSignatureReport *report, const SignetCertificatePath *path)
{
  gboolean proved = g_str_equal (report->time_source, "timestamp");

  /* 5.5.4: proved to be older than its certificate: nobody can have signed it then */
  if (proved && g_strcmp0 (path->reason, "not-yet-valid") == 0)
    _signet_signature_report_fail (report, SIGNET_VERDICT_FAILED, "NOT_YET_VALID", path->reason, path->detail);
  else
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, sub_indication_of (path->reason), path->reason, path->detail);
}

/* FALSE only when cancelled; whether there is a path the report says. */
gboolean
_signet_validation_find_path (const SignetValidationContext *context, SignetSignatureReport *report, SignetPathPurpose purpose, GError **error)
{
  g_autoptr(GPtrArray) untrusted =
    _signet_validation_collect_untrusted (context, signet_document_signature_get_certificates (report->signature),
                                          signet_document_signature_get_evidence (report->signature));
  SignetEvidencePathQuestion question = { signet_document_signature_get_signer (report->signature), untrusted, context->options->anchors,
                                          purpose, report->best_time };
  const SignetCertificatePath *path = signet_evidence_session_find_path (context->evidence, &question, context->cancellable, error);

  if (path == NULL)
    return FALSE;
  g_ptr_array_unref (report->path);
  report->path = g_ptr_array_ref (path->certificates);
  report->path_found = path->found;
  if (!path->found)
    fail_path (report, path);
  return TRUE;
}

/* --- revocation ------------------------------------------------------------------------------------------------------ */

typedef SignetValidationAnswer Answer;

static const char *
reason_of (const GError *error)
{
  if (g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE))
    return "revocation-not-checked";
  if (g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE))
    return "revocation-unreachable";
  return g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_STALE) ? "revocation-stale" : "revocation-unknown";
}

static Answer
ask_others (const SignetValidationContext *context, SignetCertificate *certificate, SignetCertificate *issuer, SignetRevocationStatus **status,
            SignetValidationMissing *missing, GError **error)
{
  g_autoptr(GError) local_error = NULL;

  *status = signet_evidence_session_find_revocation (context->evidence, certificate, issuer, context->cancellable, &local_error);
  if (*status != NULL)
    return SIGNET_VALIDATION_ANSWER_THERE;
  if (g_error_matches (local_error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE))
    return SIGNET_VALIDATION_ANSWER_NOT_NEEDED;
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return SIGNET_VALIDATION_ANSWER_CANCELLED;
    }
  missing->reason = reason_of (local_error);
  missing->offline = g_error_matches (local_error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE);
  missing->detail = g_strdup (local_error->message);
  return SIGNET_VALIDATION_ANSWER_MISSING;
}

void
_signet_validation_missing_clear (SignetValidationMissing *missing)
{
  g_free (missing->detail);
}

static gboolean
tells_more (const SignetRevocationStatus *others, const SignetRevocationStatus *kept)
{
  return others->status != SIGNET_REVOCATION_UNKNOWN && (others->this_update > kept->this_update || others->status != kept->status);
}

/*
 * What the file carries and what was made after the time in question is enough: nobody has to be asked, and in ten years nobody could be.
 * What was made a little before it, by the signer's own pre-flight, serves when nobody tells more.
 */
SignetValidationAnswer
_signet_validation_ask (const SignetValidationContext *context, SignetSignatureReport *report, const SignetValidationQuestion *question,
                        SignetRevocationStatus **status, SignetValidationMissing *missing, GError **error)
{
  g_autoptr(SignetRevocationStatus) kept = _signet_validation_find_embedded (context, report, question);
  Answer answer;

  if (kept != NULL && kept->this_update >= question->time)
    {
      *status = g_steal_pointer (&kept);
      return SIGNET_VALIDATION_ANSWER_THERE;
    }
  answer = ask_others (context, question->certificate, question->issuer, status, missing, error);
  if (kept == NULL || answer == SIGNET_VALIDATION_ANSWER_CANCELLED || (answer == SIGNET_VALIDATION_ANSWER_THERE && tells_more (*status, kept)))
    return answer;
  g_clear_pointer (status, signet_revocation_status_free);
  *status = g_steal_pointer (&kept);
  return SIGNET_VALIDATION_ANSWER_THERE;
}

/* Not where an answer usually comes from: a person who relies on it is told. */
static void
tell_origin (SignetSignatureReport *report, const SignetRevocationStatus *status)
{
  g_autofree char *when = signet_time_format_iso8601 (status->produced_at);

  if (status->kind == SIGNET_EVIDENCE_CRL && status->instead != NULL)
    _signet_signature_report_note (report, "revocation-by-list", status->instead);
  if (status->origin == SIGNET_EVIDENCE_FROM_CACHE)
    _signet_signature_report_note (report, "revocation-kept", when);
}

/* Revoked counts from its own date on: what is proved to be older stays good (5.5.4), except that a hold may be lifted again. */
static void
judge_revoked (SignetSignatureReport *report, const SignetRevocationStatus *status, gboolean is_ca)
{
  g_autofree char *when = signet_time_format_iso8601 (status->revoked_at);

  if (status->reason == CRL_REASON_HOLD)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "certificate-on-hold", when);
  else if (status->revoked_at != SIGNET_TIME_UNKNOWN && report->best_time < status->revoked_at)
    _signet_signature_report_note (report, "revoked-later", when);
  else if (is_ca)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "REVOKED_CA_NO_POE", "ca-revoked", when);
  else
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "REVOKED_NO_POE", "revoked", when);
}

/* The last time-stamp of a file has nothing above it that could prove it; see signet-validation-time.c. */
static gboolean
stamped_when_good (const SignetValidationContext *context, SignetSignatureReport *report, const SignetValidationQuestion *question)
{
  return _signet_validation_is_timestamp (report) && report->timestamp != NULL
         && _signet_validation_was_good_then (context, report, question, report->timestamp->time);
}

static gboolean
check_one (const SignetValidationContext *context, SignetSignatureReport *report, guint index, GError **error)
{
  g_autoptr(SignetRevocationStatus) status = NULL;
  g_auto(SignetValidationMissing) missing = { 0 };
  SignetValidationQuestion question = { g_ptr_array_index (report->path, index), g_ptr_array_index (report->path, index + 1), report->best_time };
  Answer answer = _signet_validation_ask (context, report, &question, &status, &missing, error);

  if (answer == SIGNET_VALIDATION_ANSWER_CANCELLED)
    return FALSE;
  if (answer == SIGNET_VALIDATION_ANSWER_MISSING && !(missing.offline && stamped_when_good (context, report, &question)))
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", missing.reason, missing.detail);
  else if (status != NULL && status->status == SIGNET_REVOCATION_REVOKED)
    judge_revoked (report, status, index > 0);
  else if (status != NULL && status->status == SIGNET_REVOCATION_UNKNOWN)
    {
      g_autofree char *who = g_strdup_printf ("%s does not know the certificate", status->responder);

      _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unknown", who);
    }
  if (status != NULL)
    tell_origin (report, status);
  if (index == 0)
    report->revocation = g_steal_pointer (&status);
  return TRUE;
}

/* Every certificate of the path but the anchor, which nobody above could revoke. */
gboolean
_signet_validation_check_revocation (const SignetValidationContext *context, SignetSignatureReport *report, GError **error)
{
  for (guint i = 0; i + 1 < report->path->len; i++)
    if (!check_one (context, report, i, error))
      return FALSE;
  return TRUE;
}
