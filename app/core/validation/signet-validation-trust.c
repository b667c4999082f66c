/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation-trust.c: the best time a signature is proved to exist at, the path to an anchor, and revocation.
 *
 * Policy (docs/decisions): a certificate that names an OCSP server or a CRL needs an answer; without one the verdict is
 * INDETERMINATE, TRY_LATER, never green. Whether one is revoked is asked only about certificates already on a path to an anchor.
 */
#define G_LOG_DOMAIN "signet-validation-trust"

#include "config.h"

#include "signet-validation-private.h"

#define SKEW 300             /* seconds two honest clocks may differ */
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
_signet_validation_collect_untrusted (const SignetValidationContext *context, GPtrArray *own)
{
  GPtrArray *all = g_ptr_array_new ();
  GPtrArray *authorities = context->options->authorities;

  add_all (all, own);
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
    _signet_validation_collect_untrusted (context, signet_document_signature_get_certificates (report->signature));
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

typedef enum { ANSWER_NOT_NEEDED, ANSWER_MISSING, ANSWER_THERE, ANSWER_CANCELLED } Answer;

static const char *
reason_of (const GError *error)
{
  if (g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE))
    return "revocation-not-checked";
  if (g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE))
    return "revocation-unreachable";
  return g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_STALE) ? "revocation-stale" : "revocation-unknown";
}

/* @reason: a code when the answer is missing; @detail: (transfer full) */
static Answer
ask (const SignetValidationContext *context, SignetCertificate *certificate, SignetCertificate *issuer, SignetRevocationStatus **status,
     const char **reason, char **detail, GError **error)
{
  g_autoptr(GError) local_error = NULL;

  *status = signet_evidence_session_find_revocation (context->evidence, certificate, issuer, context->cancellable, &local_error);
  if (*status != NULL)
    return ANSWER_THERE;
  if (g_error_matches (local_error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE))
    return ANSWER_NOT_NEEDED;
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return ANSWER_CANCELLED;
    }
  *reason = reason_of (local_error);
  *detail = g_strdup (local_error->message);
  return ANSWER_MISSING;
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

static gboolean
check_one (const SignetValidationContext *context, SignetSignatureReport *report, guint index, GError **error)
{
  g_autoptr(SignetRevocationStatus) status = NULL;
  g_autofree char *detail = NULL;
  const char *reason = NULL;
  Answer answer = ask (context, g_ptr_array_index (report->path, index), g_ptr_array_index (report->path, index + 1), &status, &reason,
                       &detail, error);

  if (answer == ANSWER_CANCELLED)
    return FALSE;
  if (answer == ANSWER_MISSING)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", reason, detail);
  else if (answer == ANSWER_THERE && status->status == SIGNET_REVOCATION_REVOKED)
    judge_revoked (report, status, index > 0);
  else if (answer == ANSWER_THERE && status->status == SIGNET_REVOCATION_UNKNOWN)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "TRY_LATER", "revocation-unknown", "the server does not know the certificate");
  if (answer == ANSWER_THERE)
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

/* --- time ------------------------------------------------------------------------------------------------------------ */

/* The same demands as on a signer; a NULL answer of @why means: trusted. */
static gboolean
check_tsa_revocation (const SignetValidationContext *context, GPtrArray *path, const char **why, char **detail, GError **error)
{
  for (guint i = 0; i + 1 < path->len && *why == NULL; i++)
    {
      g_autoptr(SignetRevocationStatus) status = NULL;
      const char *reason = NULL;
      Answer answer = ask (context, g_ptr_array_index (path, i), g_ptr_array_index (path, i + 1), &status, &reason, detail, error);

      if (answer == ANSWER_CANCELLED)
        return FALSE;
      if (answer == ANSWER_MISSING || (answer == ANSWER_THERE && status->status != SIGNET_REVOCATION_GOOD))
        *why = "timestamp-untrusted";
      if (answer == ANSWER_THERE && status->status == SIGNET_REVOCATION_REVOKED && *detail == NULL)
        *detail = g_strdup ("the certificate of the time-stamp authority is revoked");
      if (answer == ANSWER_MISSING && *detail == NULL)
        *detail = g_strdup (reason);
    }
  return TRUE;
}

/* A time-stamp counts only when its own authority can be believed now: EN 319 102-1, 5.4. */
static gboolean
check_tsa (const SignetValidationContext *context, SignetTimestamp *timestamp, const char **why, char **detail, GError **error)
{
  g_autoptr(GPtrArray) untrusted = _signet_validation_collect_untrusted (context, timestamp->certificates);
  SignetEvidencePathQuestion question = { timestamp->tsa, untrusted, context->options->anchors, SIGNET_PATH_PURPOSE_TSA, context->at };
  const SignetCertificatePath *path = signet_evidence_session_find_path (context->evidence, &question, context->cancellable, error);

  if (path == NULL)
    return FALSE;
  if (!path->found)
    {
      *why = "timestamp-untrusted";
      *detail = g_strdup (path->reason);
      return TRUE;
    }
  if (!signet_certificate_is_valid_at (timestamp->tsa, timestamp->time))
    {
      *why = "timestamp-untrusted";
      return TRUE;
    }
  return check_tsa_revocation (context, path->certificates, why, detail, error);
}

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

gboolean
_signet_validation_is_timestamp (SignetSignatureReport *report)
{
  return g_strcmp0 (signet_document_signature_get_kind (report->signature), "document-timestamp") == 0;
}

/* A document time-stamp proves its own time, once nothing speaks against it. */
void
_signet_validation_take_own_time (SignetSignatureReport *report)
{
  if (report->verdict != SIGNET_VERDICT_PASSED || report->timestamp == NULL)
    return;
  report->best_time = report->timestamp->time;
  report->time_source = "timestamp";
}

/* The imprint of a document time-stamp is over the document, and whether it fits is a finding of the document room. */
static GBytes *
dup_stamped (SignetSignatureReport *report)
{
  GBytes *value = signet_document_signature_get_value (report->signature);

  return value != NULL && !_signet_validation_is_timestamp (report) ? g_bytes_ref (value) : g_bytes_new_static ("", 0);
}

static void
open_timestamp (SignetSignatureReport *report, GBytes *token)
{
  g_autoptr(GBytes) stamped = dup_stamped (report);
  g_autoptr(GError) local_error = NULL;

  report->timestamp = signet_evidence_parse_timestamp (token, stamped, &local_error);
  if (report->timestamp != NULL && _signet_validation_is_timestamp (report))
    report->timestamp->imprint_ok = signet_document_signature_get_integrity (report->signature) == SIGNET_INTEGRITY_INTACT;
  if (report->timestamp == NULL)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "timestamp-invalid",
                                   local_error != NULL ? local_error->message : NULL);
}

/* 5.5.4: the time-stamp says when, if it can be believed; without one nothing is proved but that the signature exists now. */
gboolean
_signet_validation_find_time (const SignetValidationContext *context, SignetSignatureReport *report, GError **error)
{
  GBytes *token = signet_document_signature_get_timestamp (report->signature);
  const char *why = NULL;
  g_autofree char *detail = NULL;

  if (token == NULL)
    return TRUE;
  open_timestamp (report, token);
  if (report->timestamp == NULL || !is_sound (report, report->timestamp))
    return TRUE;
  if (report->timestamp->time > context->at + SKEW)
    {
      _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "TIMESTAMP_ORDER_FAILURE", "future-time", NULL);
      return TRUE;
    }
  if (_signet_validation_is_timestamp (report))
    return TRUE; /* its signer is judged as the signer it is */
  if (!check_tsa (context, report->timestamp, &why, &detail, error))
    return FALSE;
  if (why != NULL)
    {
      _signet_signature_report_note (report, why, detail);
      return TRUE;
    }
  report->best_time = report->timestamp->time;
  report->time_source = "timestamp";
  return TRUE;
}
