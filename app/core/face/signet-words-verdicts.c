/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-verdicts.c: a verdict in one sentence, its ground in another, and every reason code in words. Any thread.
 *
 * Never "valid" alone: what is good is good on a day. The worst signature decides what is said.
 */
#define G_LOG_DOMAIN "signet-words-verdicts"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

#include "../base/signet-text.h"

#define MEMBERS_NAMED 5 /* of the documents in a container */

typedef struct
{
  const char *code;
  const char *text;
} SignetReasonRow;

static const SignetReasonRow reason_rows[] = {
  /* the path (RFC 5280, 6) */
  { "no-trust-anchor", N_("The certificate does not lead to an authority trusted here") },
  { "expired", N_("The certificate’s time was over, or it is not proved that it signed before that") },
  { "ca-expired", N_("The time of an authority’s certificate was over, or it is not proved that it was not") },
  { "not-yet-valid", N_("The certificate’s time had not begun") },
  { "ca-not-yet-valid", N_("The time of an authority’s certificate had not begun") },
  { "ca-not-allowed", N_("A certificate on the path may not issue certificates") },
  { "bad-signature", N_("A signature on the path of certificates is wrong") },
  { "constraint", N_("A constraint set by an authority on the path is not kept") },
  { "name-constraint", N_("An authority on the path may not issue certificates for this name") },
  { "path-too-long", N_("The path of certificates is longer than an authority on it allows") },
  { "path-failed", N_("No path of certificates could be built") },
  { "unknown-critical-extension", N_("A certificate on the path holds a critical extension Signet does not know") },
  { "weak-algorithm", N_("An algorithm or a key on the path is no longer good enough") },
  { "purpose", N_("The certificate may not be used for this") },
  /* what the certificate is for */
  { "certificate-class", N_("The certificate is not for signing documents") },
  { "identity-only", N_("The certificate only proves who someone is; it does not sign documents") },
  { "encryption", N_("The certificate is for encryption; it does not sign documents") },
  { "class-unknown", N_("The certificate does not clearly say that it is for signing documents") },
  /* the signature itself */
  { "no-signing-certificate", N_("The signer’s certificate is missing") },
  { "signer-certificate-missing", N_("The signer’s certificate is missing") },
  { "signing-certificate-missing", N_("The signature does not say which certificate made it") },
  { "signing-certificate-mismatch", N_("The certificate is not the one the signature names") },
  { "signing-certificate-odd", N_("The signature names its certificate in a way that cannot be read") },
  { "signed-attributes-missing", N_("The signature lacks what it must state about itself") },
  { "message-digest-missing", N_("The signature lacks what it must state about itself") },
  { "signing-time-attribute", N_("The signature states a time where its format has another place for it") },
  { "digest-mismatch", N_("The document is not the one that was signed") },
  { "signature-mismatch", N_("The signature does not fit the document and the key") },
  { "content-type-mismatch", N_("The signature contradicts itself about the kind of content") },
  { "counter-signature-odd", N_("A countersignature is there that cannot be read") },
  { "content-twice", N_("The signature holds content of its own beside the file it came with") },
  { "algorithm-mismatch", N_("The signature contradicts itself about its algorithm") },
  { "algorithm-unsupported", N_("The signature uses an algorithm Signet does not handle") },
  { "algorithm-not-acceptable", N_("An algorithm of the signature is no longer good enough") },
  { "malformed", N_("The signature is damaged") },
  { "unsupported", N_("The signature is of a kind Signet does not handle") },
  { "cms-malformed", N_("The signature is damaged") },
  { "contents-form", N_("The signature is damaged") },
  { "contents-trailing-data", N_("Something is hidden behind the signature, in the room kept for it") },
  { "contents-missing", N_("The place for the signature is empty") },
  { "dictionary-form", N_("The description of the signature in the document is damaged") },
  { "content-inside", N_("The signature holds content of its own, which its format does not allow") },
  { "format-missing", N_("The signature does not say what kind it is") },
  { "format-unsupported", N_("The signature is of a kind Signet does not handle") },
  { "type-mismatch", N_("The signature contradicts itself about its kind") },
  { "signer-count", N_("One signature holds no signer or several, which its format does not allow") },
  { "field-removed", N_("The field of the signature was taken out of the form later") },
  { "no-data", N_("The file that was signed is missing") },
  { "signed-properties-uncovered", N_("What the signature states about itself is not signed") },
  { "reference-target-missing", N_("A part of the document that was signed is not there") },
  { "id-not-unique", N_("A part of the document that was signed is there twice; which one was meant cannot be told") },
  { "reference-unsupported", N_("The signature points at what it covers in a way Signet does not follow") },
  { "transform-unsupported", N_("The signature changes what it covers before it is compared, in a way Signet does not follow") },
  /* coverage */
  { "byte-range-missing", N_("The signature does not say which part of the file it covers") },
  { "byte-range-form", N_("What the signature says it covers makes no sense") },
  { "byte-range-start", N_("The signature leaves out the beginning of the file") },
  { "byte-range-outside", N_("The signature says it covers more than there is") },
  { "byte-range-gap", N_("The signature leaves out a part of the file that it has to cover") },
  { "partial-coverage", N_("The signature covers only a part of the file") },
  { "not-in-its-revision", N_("The signature is not part of the version of the file that it covers") },
  /* containers */
  { "member-not-covered", N_("The signature leaves out a document of the container") },
  { "member-damaged", N_("A document in the container is damaged") },
  { "reference-missing", N_("The signature is about a document that is not in the container") },
  { "reference-ambiguous", N_("The signature names a document in a way that could mean two") },
  { "reference-digest-unsupported", N_("The signature uses an algorithm Signet does not handle") },
  { "reference-digest-weak", N_("An algorithm of the signature is no longer good enough") },
  { "manifest-missing", N_("The list of what the signature covers is missing or damaged") },
  { "manifest-ambiguous", N_("Two lists say what the signature covers") },
  { "manifest-extension", N_("The list of what the signature covers has parts that Signet does not handle") },
  { "not-one-document", N_("The container must hold one document, and does not") },
  { "revision-damaged", N_("The version of the file that was signed is damaged") },
  { "changed-after-signing", N_("The document was changed after signing, beyond what the signer allowed") },
  /* revocation */
  { "revoked", N_("The certificate is revoked, and it is not proved that it signed before that") },
  { "ca-revoked", N_("The certificate of an authority on the path is revoked") },
  { "revoked-later", N_("The certificate was revoked later; it is proved that it signed before that") },
  { "certificate-on-hold", N_("The certificate is suspended for now") },
  { "revocation-unknown", N_("Whether the certificate is revoked could not be found out") },
  { "revocation-not-checked", N_("Whether the certificate is revoked was not asked") },
  { "revocation-unreachable", N_("The server that knows revoked certificates cannot be reached") },
  { "revocation-stale", N_("What is known about revoked certificates is too old") },
  { "revocation-by-list", N_("The authority’s status server gave no usable answer; its list of revoked certificates was read instead") },
  { "revocation-kept", N_("What is said about revocation was fetched earlier and is still valid") },
  /* time */
  { "timestamp-invalid", N_("The time stamp cannot be relied on") },
  { "timestamp-imprint", N_("The time stamp does not fit the signature") },
  { "timestamp-signature", N_("The time stamp’s own signature is wrong") },
  { "timestamp-untrusted", N_("The time stamp does not lead to an authority trusted here") },
  { "future-time", N_("The time of signing lies in the future") },
  { "timestamp-order", N_("A time stamp is later than one that covers it") },
};

/* Said beside a verdict without deciding it. */
static const char *const notes[] = { "class-unknown", "revoked-later", "signing-time-attribute", "revocation-by-list", "revocation-kept", NULL };

/**
 * signet_words_members:
 * @names: (nullable) (element-type utf8): names from outside
 *
 * Returns: (transfer full) (nullable): the first few, and how many more there are
 */
char *
signet_words_members (GPtrArray *names)
{
  g_autoptr(GString) text = g_string_new (NULL);
  guint n_more = 0;

  if (names == NULL || names->len == 0)
    return NULL;
  for (guint i = 0; i < MIN (names->len, MEMBERS_NAMED); i++)
    {
      g_autofree char *name = signet_text_isolate (g_ptr_array_index (names, i));

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name);
    }
  n_more = names->len - MIN (names->len, MEMBERS_NAMED);
  if (n_more > 0)
    /* translators: stands behind a list of file names */
    g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, " and %u more", " and %u more", n_more), n_more);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * signet_words_reason:
 * @code: a reason of a verdict
 *
 * Returns: (transfer full): the reason in words; a code not known here is named as it is
 */
char *
signet_words_reason (const char *code)
{
  g_autofree char *name = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (reason_rows); i++)
    if (g_strcmp0 (reason_rows[i].code, code) == 0)
      return g_strdup (_(reason_rows[i].text));

  name = signet_text_sanitize (code != NULL ? code : "", -1, 64);
  /* translators: {code} is the technical name of a reason */
  return _signet_words_fill (_("A check did not pass: {code}"), "code", name, NULL);
}

/**
 * signet_words_verdict_status:
 * @verdict: a verdict
 *
 * Returns: the exit status of docs/cli.md
 */
int
signet_words_verdict_status (SignetVerdict verdict)
{
  switch (verdict)
    {
    case SIGNET_VERDICT_PASSED:
      return 0;
    case SIGNET_VERDICT_FAILED:
      return 1;
    case SIGNET_VERDICT_NOT_SIGNED:
      return 3;
    case SIGNET_VERDICT_INDETERMINATE:
    default:
      return 2;
    }
}

static int
signet_verdict_badness (SignetVerdict verdict)
{
  switch (verdict)
    {
    case SIGNET_VERDICT_PASSED:
      return 0;
    case SIGNET_VERDICT_INDETERMINATE:
      return 1;
    case SIGNET_VERDICT_NOT_SIGNED:
      return 2;
    case SIGNET_VERDICT_FAILED:
    default:
      return 3;
    }
}

/**
 * signet_words_worse_verdict:
 * @one: a verdict
 * @other: a verdict
 *
 * Returns: the one that decides when both are about one order: failed before not signed before indeterminate before passed
 */
SignetVerdict
signet_words_worse_verdict (SignetVerdict one,
                            SignetVerdict other)
{
  return signet_verdict_badness (one) >= signet_verdict_badness (other) ? one : other;
}

/* borrowed, (nullable): the first of the worst */
static SignetSignatureReport *
signet_words_worst_signature (SignetFileReport *report)
{
  GPtrArray *signatures = signet_file_report_get_signatures (report);
  SignetSignatureReport *worst = NULL;

  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    {
      SignetSignatureReport *signature = g_ptr_array_index (signatures, i);
      int badness = signet_verdict_badness (signet_signature_report_get_verdict (signature));

      if (worst == NULL || badness > signet_verdict_badness (signet_signature_report_get_verdict (worst)))
        worst = signature;
    }
  return worst;
}

/* (transfer full): the holder's name, isolated; never empty */
static char *
signet_words_signer_name (SignetSignatureReport *signature)
{
  SignetCertificate *signer = signet_document_signature_get_signer (signet_signature_report_get_signature (signature));

  if (signer == NULL || signet_certificate_get_holder (signer) == NULL || *signet_certificate_get_holder (signer) == '\0')
    /* translators: stands where the name of a signer should be */
    return g_strdup (_("an unknown signer"));
  return signet_text_isolate (signet_certificate_get_holder (signer));
}

static gboolean
signet_words_changed_later (SignetDocumentSignature *signature)
{
  GPtrArray *changes = signet_document_signature_get_changes (signature);

  if (signet_document_signature_get_coverage (signature) != SIGNET_COVERAGE_WHOLE_BUT_CHANGED_LATER)
    return FALSE;
  for (guint i = 0; changes != NULL && i < changes->len; i++)
    if (!((const SignetDocumentChange *) g_ptr_array_index (changes, i))->allowed)
      return TRUE;
  return FALSE;
}

static gboolean
signet_words_has_reason (SignetSignatureReport *report,
                         const char            *code)
{
  GPtrArray *reasons = signet_signature_report_get_reasons (report);

  for (guint i = 0; reasons != NULL && i < reasons->len; i++)
    if (g_strcmp0 (((const SignetValidationReason *) g_ptr_array_index (reasons, i))->code, code) == 0)
      return TRUE;
  return FALSE;
}

static const char *
signet_words_failed_sentence (SignetSignatureReport *report)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (report);

  if (signet_words_changed_later (signature))
    /* translators: {name} is a person or organisation */
    return _("Changed after {name} signed it");
  if (signet_document_signature_get_integrity (signature) == SIGNET_INTEGRITY_BROKEN)
    /* translators: {name} is a person or organisation */
    return _("Not what {name} signed: the file or the signature was altered");
  if (signet_words_has_reason (report, "revoked"))
    /* translators: {name} is a person or organisation */
    return _("Signed by {name} with a certificate that is revoked");
  /* translators: {name} is a person or organisation */
  return _("The signature of {name} cannot be accepted");
}

static const char *
signet_words_indeterminate_sentence (SignetSignatureReport *report)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (report);

  if (signet_words_has_reason (report, "revoked"))
    return _("Signed by {name} with a certificate that is revoked");
  switch (signet_document_signature_get_integrity (signature))
    {
    case SIGNET_INTEGRITY_INTACT:
      /* translators: {name} is a person or organisation */
      return _("Not changed since it was signed, but whether {name} can be relied on cannot be told");
    case SIGNET_INTEGRITY_NO_DATA:
      /* translators: {name} is a person or organisation */
      return _("The file {name} signed is missing, so nothing can be told");
    case SIGNET_INTEGRITY_BROKEN:
    case SIGNET_INTEGRITY_UNSUPPORTED:
    default:
      /* translators: {name} is a person or organisation */
      return _("Whether the signature of {name} is good cannot be told");
    }
}

/* Whether some signature covers the file to its end: then all that was added after older ones is signed too. */
static gboolean
signet_words_is_covered (GPtrArray *signatures)
{
  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = signet_signature_report_get_signature (g_ptr_array_index (signatures, i));

      if (signet_document_signature_get_coverage (signature) == SIGNET_COVERAGE_WHOLE)
        return TRUE;
    }
  return FALSE;
}

static char *
signet_words_passed_headline (SignetFileReport *report)
{
  GPtrArray *signatures = signet_file_report_get_signatures (report);
  gboolean covered = signet_words_is_covered (signatures);
  g_autofree char *name = signet_words_signer_name (g_ptr_array_index (signatures, 0));

  if (signatures->len > 1 && covered)
    /* translators: so many signatures in one file, each of them good */
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Signed once, and not changed since",
                                         "Signed with %u signatures, and not changed since", signatures->len), signatures->len);
  if (signatures->len > 1)
    /* translators: so many signatures in one file, each of them good */
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Signed once; what was added since is allowed",
                                         "Signed with %u signatures; what was added since is allowed", signatures->len), signatures->len);
  if (covered)
    /* translators: {name} is a person or organisation */
    return _signet_words_fill (_("Signed by {name}, and not changed since"), "name", name, NULL);
  /* translators: {name} is a person or organisation */
  return _signet_words_fill (_("Signed by {name}; what was added since, the signer allows"), "name", name, NULL);
}

/**
 * signet_words_verdict_headline:
 * @report: what was found out about a file
 *
 * Returns: (transfer full): the one sentence that answers "may I rely on this?"; names in it are isolated
 */
char *
signet_words_verdict_headline (SignetFileReport *report)
{
  SignetSignatureReport *worst;
  g_autofree char *name = NULL;

  g_return_val_if_fail (SIGNET_IS_FILE_REPORT (report), NULL);

  worst = signet_words_worst_signature (report);
  if (worst == NULL)
    return g_strdup (_("Nothing is signed in this file"));
  if (signet_file_report_get_verdict (report) == SIGNET_VERDICT_PASSED)
    return signet_words_passed_headline (report);

  name = signet_words_signer_name (worst);
  if (signet_file_report_get_verdict (report) == SIGNET_VERDICT_FAILED)
    return _signet_words_fill (signet_words_failed_sentence (worst), "name", name, NULL);
  return _signet_words_fill (signet_words_indeterminate_sentence (worst), "name", name, NULL);
}

static char *
signet_words_passed_detail (SignetFileReport *report)
{
  g_autofree char *day = signet_words_date (signet_file_report_get_at (report));

  /* translators: {date} is a day. Signet has checked document, certificate, authority and revocation as of it. */
  return _signet_words_fill (_("Good on {date}: the document, the certificate and its authority were checked."), "date", day, NULL);
}

/* (nullable): the code of the first reason that decides */
static const char *
signet_words_deciding_reason (SignetSignatureReport *report)
{
  GPtrArray *reasons = signet_signature_report_get_reasons (report);

  for (guint i = 0; reasons != NULL && i < reasons->len; i++)
    {
      const SignetValidationReason *reason = g_ptr_array_index (reasons, i);

      if (reason->code != NULL && !g_strv_contains (notes, reason->code))
        return reason->code;
    }
  return NULL;
}

/**
 * signet_words_verdict_detail:
 * @report: what was found out about a file
 *
 * Returns: (transfer full): for what and on which day, or what is in the way and what to do
 */
char *
signet_words_verdict_detail (SignetFileReport *report)
{
  SignetSignatureReport *worst;
  const char *code;
  g_autofree char *reason = NULL;

  g_return_val_if_fail (SIGNET_IS_FILE_REPORT (report), NULL);

  worst = signet_words_worst_signature (report);
  if (worst == NULL)
    return g_strdup (_("If it should be signed, ask for it again, or for the signature that belongs to it."));
  if (signet_file_report_get_verdict (report) == SIGNET_VERDICT_PASSED)
    return signet_words_passed_detail (report);
  if (signet_words_changed_later (signet_signature_report_get_signature (worst)))
    return g_strdup (_("Do not rely on this version. The version that was signed is still inside the file."));
  if (signet_document_signature_get_integrity (signet_signature_report_get_signature (worst)) == SIGNET_INTEGRITY_BROKEN)
    return g_strdup (_("Do not rely on it. Ask for the file again."));

  code = signet_words_deciding_reason (worst);
  if (code == NULL)
    return g_strdup (_("The details say what is missing."));
  reason = signet_words_reason (code);
  /* translators: {reason} is a whole sentence without a full stop at its end */
  return _signet_words_fill (_("{reason}."), "reason", reason, NULL);
}

static const char *
signet_words_revocation_sentence (const SignetRevocationStatus *status)
{
  gboolean is_list = status->kind == SIGNET_EVIDENCE_CRL;

  switch (status->status)
    {
    case SIGNET_REVOCATION_GOOD:
      /* translators: {name} is an authority or its server, {date} a day with time */
      return is_list ? _("Not revoked: list of {name} of {date}") : _("Not revoked: answer of {name} of {date}");
    case SIGNET_REVOCATION_REVOKED:
      /* translators: {name} is an authority or its server, {since} and {date} are days with time */
      return is_list ? _("Revoked since {since}: list of {name} of {date}") : _("Revoked since {since}: answer of {name} of {date}");
    case SIGNET_REVOCATION_UNKNOWN:
    default:
      return _("Not known to {name}, {date}");
    }
}

/* (transfer full) (nullable): where it comes from, unless it was asked for just now */
static char *
signet_words_revocation_origin (const SignetRevocationStatus *status)
{
  g_autofree char *when = NULL;

  if (status->origin == SIGNET_EVIDENCE_BY_HAND)
    return g_strdup (_("given by hand"));
  if (status->origin != SIGNET_EVIDENCE_FROM_CACHE)
    return NULL;
  when = signet_words_date_time (status->fetched_at);
  /* translators: {date} is a day with time; of what is kept on this computer */
  return _signet_words_fill (_("kept here since {date}"), "date", when, NULL);
}

/**
 * signet_words_revocation:
 * @status: what was found out about revocation
 *
 * Returns: (transfer full): what it says, who said it and when, and where it comes from
 */
char *
signet_words_revocation (const SignetRevocationStatus *status)
{
  g_autofree char *name = NULL;
  g_autofree char *date = NULL;
  g_autofree char *since = NULL;
  g_autofree char *sentence = NULL;
  g_autofree char *origin = NULL;

  g_return_val_if_fail (status != NULL, NULL);

  name = signet_text_isolate (status->responder != NULL ? status->responder : "");
  date = signet_words_date_time (status->this_update);
  since = signet_words_date_time (status->revoked_at);
  sentence = _signet_words_fill (signet_words_revocation_sentence (status), "name", name, "date", date, "since", since, NULL);
  origin = signet_words_revocation_origin (status);
  return origin != NULL ? g_strdup_printf ("%s · %s", sentence, origin) : g_steal_pointer (&sentence);
}
