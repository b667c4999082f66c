/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation-signature.c: the steps for one signature, in the order of EN 319 102-1, 5.3 and 5.5.
 *
 * format → signing certificate → what was signed → time → path → class → algorithms → revocation. Every step is taken even after
 * one has failed, as far as it makes sense, so that a person learns all reasons; the first sub-indication of the worst kind stays.
 */
#define G_LOG_DOMAIN "signet-validation-signature"

#include "config.h"

#include "signet-validation-private.h"

typedef struct {
  const char   *code;
  SignetVerdict verdict;
  const char   *sub_indication;
} Rule;

/* What the document room found wrong, in the standard's terms. What is not listed here is a defect of the form. */
static const Rule broken_rules[] = {
  { "digest-mismatch",              SIGNET_VERDICT_FAILED,        "HASH_FAILURE" },
  { "signature-mismatch",           SIGNET_VERDICT_FAILED,        "SIG_CRYPTO_FAILURE" },
  { "signer-certificate-missing",   SIGNET_VERDICT_INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND" },
  { "signing-certificate-mismatch", SIGNET_VERDICT_INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND" },
};

/* Oddities of form that take nothing from an intact signature. */
static const char *const harmless[] = { "signing-time-attribute", NULL };

static gboolean
has_code (GPtrArray *codes, const char *code)
{
  for (guint i = 0; i < codes->len; i++)
    if (g_str_equal (g_ptr_array_index (codes, i), code))
      return TRUE;
  return FALSE;
}

static void
fail_broken (SignetSignatureReport *report, const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken_rules); i++)
    if (g_str_equal (broken_rules[i].code, code))
      {
        _signet_signature_report_fail (report, broken_rules[i].verdict, broken_rules[i].sub_indication, code, NULL);
        return;
      }
  _signet_signature_report_fail (report, SIGNET_VERDICT_FAILED, "FORMAT_FAILURE", code, NULL);
}

static void
judge_problem (SignetSignatureReport *report, SignetIntegrity integrity, const char *code)
{
  gboolean baseline = !g_str_equal (signet_document_signature_get_format (report->signature), "pdf-pkcs7");

  if (integrity == SIGNET_INTEGRITY_BROKEN)
    fail_broken (report, code);
  else if (integrity == SIGNET_INTEGRITY_UNSUPPORTED)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE", code, NULL);
  else if (g_strv_contains (harmless, code) || (!baseline && g_str_equal (code, "signing-certificate-missing")))
    _signet_signature_report_note (report, code, NULL);
  else
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", code, NULL);
}

/* A broken or unsupported signature that names no problem is still not a good one. */
static void
judge_bare_integrity (SignetSignatureReport *report, SignetIntegrity integrity)
{
  if (integrity == SIGNET_INTEGRITY_BROKEN)
    _signet_signature_report_fail (report, SIGNET_VERDICT_FAILED, "SIG_CRYPTO_FAILURE", "signature-mismatch", NULL);
  else if (integrity == SIGNET_INTEGRITY_UNSUPPORTED)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE", "unsupported", NULL);
}

static void
check_integrity (SignetSignatureReport *report)
{
  SignetIntegrity integrity = signet_document_signature_get_integrity (report->signature);
  GPtrArray *problems = signet_document_signature_get_problems (report->signature);

  /* several problems of a broken signature: the first in the standard's order names the sub-indication */
  for (gsize i = 0; i < G_N_ELEMENTS (broken_rules); i++)
    if (integrity == SIGNET_INTEGRITY_BROKEN && has_code (problems, broken_rules[i].code))
      fail_broken (report, broken_rules[i].code);
  for (guint i = 0; i < problems->len; i++)
    {
      const char *code = g_ptr_array_index (problems, i);
      gboolean told = FALSE;

      for (guint j = 0; j < report->reasons->len && !told; j++)
        told = g_str_equal (((SignetValidationReason *) g_ptr_array_index (report->reasons, j))->code, code);
      if (!told)
        judge_problem (report, integrity, code);
    }
  if (report->verdict == SIGNET_VERDICT_PASSED)
    judge_bare_integrity (report, integrity);
  if (integrity == SIGNET_INTEGRITY_NO_DATA)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "SIGNED_DATA_NOT_FOUND", "no-data", NULL);
}

static char *
describe_changes (GPtrArray *changes)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < changes->len && i < 16; i++)
    {
      const SignetDocumentChange *change = g_ptr_array_index (changes, i);

      if (!change->allowed)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", change->kind);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
has_forbidden_change (GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    if (!((SignetDocumentChange *) g_ptr_array_index (changes, i))->allowed)
      return TRUE;
  return FALSE;
}

/* The standard knows no indication of its own for a file that went on after its signature; the signature no longer has the form its
 * format requires (ISO 32000-1, 12.8.2.2), so FORMAT_FAILURE is nearest. One verdict, never "valid, but". */
static void
check_coverage (SignetSignatureReport *report)
{
  SignetCoverage coverage = signet_document_signature_get_coverage (report->signature);
  GPtrArray *changes = signet_document_signature_get_changes (report->signature);
  g_autofree char *detail = NULL;

  if (coverage == SIGNET_COVERAGE_PARTIAL && signet_document_signature_get_integrity (report->signature) != SIGNET_INTEGRITY_UNSUPPORTED)
    _signet_signature_report_fail (report, SIGNET_VERDICT_FAILED, "FORMAT_FAILURE", "partial-coverage", NULL);
  if (!has_forbidden_change (changes))
    return;
  detail = describe_changes (changes);
  _signet_signature_report_fail (report, SIGNET_VERDICT_FAILED, "FORMAT_FAILURE", "changed-after-signing", detail);
}

/* An identity-only or encryption certificate does not sign documents, whatever the mathematics says. */
static void
check_class (SignetSignatureReport *report, SignetCertificate *signer)
{
  const char *why = NULL;
  SignetCertificateClassification klass = signet_authority_classify (report->authority, signer, &why);
  const char *code = NULL;

  if (klass == SIGNET_CERTIFICATE_CLASS_IDENTITY)
    code = "identity-only";
  else if (klass == SIGNET_CERTIFICATE_CLASS_ENCRYPTION)
    code = "encryption";
  else if (klass == SIGNET_CERTIFICATE_CLASS_AUTHORITY)
    code = "certificate-class";
  else if (klass == SIGNET_CERTIFICATE_CLASS_UNKNOWN && g_strcmp0 (why, "no-key-usage") != 0 && g_strcmp0 (why, "extended-key-usage-mail") != 0)
    code = "certificate-class";
  if (code != NULL)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE", code, why);
  else if (klass == SIGNET_CERTIFICATE_CLASS_UNKNOWN)
    _signet_signature_report_note (report, "class-unknown", why);
}

static void
check_algorithm (SignetSignatureReport *report, SignetCertificate *signer)
{
  SignetSignatureAlgorithm algorithm = signet_document_signature_get_algorithm (report->signature);
  EVP_PKEY *key = signet_certificate_get_key (signer);

  report->algorithm_ok = key != NULL && signet_signature_algorithm_is_acceptable (algorithm, key, report->best_time);
  if (!report->algorithm_ok)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE", "algorithm-not-acceptable", NULL);
}

static gboolean
judge_signer (const SignetValidationContext *context, SignetSignatureReport *report, SignetCertificate *signer, GError **error)
{
  gboolean is_timestamp = _signet_validation_is_timestamp (report);

  report->authority = signet_authority_find_issuer (context->options->authorities, signer);
  if (report->authority != NULL)
    g_object_ref (report->authority);
  if (!_signet_validation_find_time (context, report, error))
    return FALSE;
  if (!is_timestamp)
    check_class (report, signer);
  check_algorithm (report, signer);
  if (!_signet_validation_find_path (context, report, is_timestamp ? SIGNET_PATH_PURPOSE_TSA : SIGNET_PATH_PURPOSE_ANY, error))
    return FALSE;
  if (!report->path_found)
    return TRUE; /* who issued a certificate nobody vouches for is not worth asking, and its URLs are not to be followed */
  if (!_signet_validation_check_revocation (context, report, error))
    return FALSE;
  if (is_timestamp)
    _signet_validation_take_own_time (context, report);
  return TRUE;
}

gboolean
_signet_validation_judge (const SignetValidationContext *context, SignetSignatureReport *report, GError **error)
{
  SignetCertificate *signer = signet_document_signature_get_signer (report->signature);

  _signet_validation_start_time (context, report);
  check_integrity (report);
  check_coverage (report);
  if (signer != NULL)
    return judge_signer (context, report, signer, error);
  if (report->verdict == SIGNET_VERDICT_PASSED)
    _signet_signature_report_fail (report, SIGNET_VERDICT_INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND", "no-signing-certificate", NULL);
  return TRUE;
}
