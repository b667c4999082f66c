/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-validation.h: one verdict for each signature and each file, in the terms of ETSI EN 319 102-1. A verdict is a value, not an error. */
#pragma once

#include "../authority/signet-authority.h"
#include "../document/signet-document-signature.h"
#include "../evidence/signet-evidence-session.h"

G_BEGIN_DECLS

typedef enum { SIGNET_VERDICT_PASSED, SIGNET_VERDICT_INDETERMINATE, SIGNET_VERDICT_FAILED, SIGNET_VERDICT_NOT_SIGNED } SignetVerdict;
const char *signet_verdict_get_id (SignetVerdict verdict);  /* "TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED", "NOT-SIGNED" */

/* All borrowed by the validation for its call. */
typedef struct {
  GPtrArray   *anchors;     /* (element-type SignetCertificate) */
  GPtrArray   *untrusted;   /* (nullable) further CA certificates */
  GPtrArray   *authorities; /* (nullable) (element-type SignetAuthority) */
  SignetHttp  *http;        /* (nullable): NULL or offline: nobody is asked */
  gint64       at;          /* SIGNET_TIME_UNKNOWN: now by @clock */
  SignetClock *clock;
  SignetEvidenceCache *cache; /* (nullable): what is known from earlier; also used offline */
  GPtrArray   *crls;        /* (nullable) (element-type GBytes): revocation lists given by hand, DER */
} SignetValidationOptions;

/* @code is stable ("no-trust-anchor"); the sentence is made by the faces. @detail: (nullable) technical, untranslated. */
typedef struct { char *code; char *detail; } SignetValidationReason;

#define SIGNET_TYPE_SIGNATURE_REPORT (signet_signature_report_get_type ())
G_DECLARE_FINAL_TYPE (SignetSignatureReport, signet_signature_report, SIGNET, SIGNATURE_REPORT, GObject)
SignetDocumentSignature *signet_signature_report_get_signature      (SignetSignatureReport *self);
SignetVerdict            signet_signature_report_get_verdict        (SignetSignatureReport *self);
const char              *signet_signature_report_get_sub_indication (SignetSignatureReport *self); /* (nullable): "NO_CERTIFICATE_CHAIN_FOUND" … */
gint64                   signet_signature_report_get_best_time      (SignetSignatureReport *self);
const char              *signet_signature_report_get_time_source    (SignetSignatureReport *self); /* "timestamp" | "claimed" | "now" */
GPtrArray               *signet_signature_report_get_path           (SignetSignatureReport *self); /* certificates, leaf first */
gboolean                 signet_signature_report_get_algorithm_ok   (SignetSignatureReport *self);
SignetRevocationStatus  *signet_signature_report_get_revocation     (SignetSignatureReport *self); /* (nullable) borrowed */
SignetTimestamp         *signet_signature_report_get_timestamp      (SignetSignatureReport *self); /* (nullable) borrowed */
SignetAuthority         *signet_signature_report_get_authority      (SignetSignatureReport *self); /* (nullable) borrowed */
GPtrArray               *signet_signature_report_get_reasons        (SignetSignatureReport *self); /* (element-type SignetValidationReason) */

#define SIGNET_TYPE_FILE_REPORT (signet_file_report_get_type ())
G_DECLARE_FINAL_TYPE (SignetFileReport, signet_file_report, SIGNET, FILE_REPORT, GObject)
const char    *signet_file_report_get_path       (SignetFileReport *self);
const char    *signet_file_report_get_format     (SignetFileReport *self);
SignetVerdict  signet_file_report_get_verdict    (SignetFileReport *self);      /* the worst decides */
gint64         signet_file_report_get_at         (SignetFileReport *self);
GPtrArray     *signet_file_report_get_signatures (SignetFileReport *self);      /* (element-type SignetSignatureReport) */

/* GError: could not find out (file gone, damaged beyond reading). */
SignetFileReport *signet_validation_run (SignetDocumentFile *file, SignetDocumentFile *detached, const SignetValidationOptions *options,
                                         GCancellable *cancellable, GError **error);

G_END_DECLS
