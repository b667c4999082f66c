/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-validation-private.h: the reports while they are being filled in. */
#pragma once

#include "signet-validation.h"

G_BEGIN_DECLS

struct _SignetSignatureReport
{
  GObject                  parent_instance;

  SignetDocumentSignature *signature;
  SignetVerdict            verdict;
  const char              *sub_indication; /* (nullable) static */
  gint64                   best_time;
  const char              *time_source;    /* static */
  GPtrArray               *path;
  gboolean                 path_found;
  gboolean                 algorithm_ok;
  SignetRevocationStatus  *revocation;     /* (nullable) */
  SignetTimestamp         *timestamp;      /* (nullable) */
  SignetAuthority         *authority;      /* (nullable) */
  GPtrArray               *reasons;
  GArray                  *proofs;         /* of SignetValidationProof: trusted time-stamps that cover it or what belongs to it */
};

struct _SignetFileReport
{
  GObject       parent_instance;

  char         *path;
  const char   *format;    /* static or of a signature that @signatures keeps */
  SignetVerdict verdict;
  gint64        at;
  GPtrArray    *signatures;
};

/* A trusted time-stamp: what has a lower position in the file existed at @time. */
typedef struct {
  gint64  time;
  guint64 position;
} SignetValidationProof;

/* What one run is asked to do, with the defaults filled in. Borrowed. */
typedef struct {
  const SignetValidationOptions *options;
  gint64                         at;   /* the time the question is about */
  gint64                         now;  /* what the clock says: answers of servers are fresh or stale by it */
  GCancellable                  *cancellable;
  SignetEvidenceSession         *evidence; /* what others are asked, once for the whole file */
  GArray                        *proofs;   /* of SignetValidationProof: document time-stamps, the newest judged first */
} SignetValidationContext;

SignetSignatureReport *_signet_signature_report_new (SignetDocumentSignature *signature);
SignetFileReport      *_signet_file_report_new      (const char *path, gint64 at);

/* A note: told, but it does not change the verdict. */
void _signet_signature_report_note (SignetSignatureReport *self, const char *code, const char *detail);
/* FAILED beats INDETERMINATE; among equals the first sub-indication stays, as the standard's order of steps wants. */
void _signet_signature_report_fail (SignetSignatureReport *self, SignetVerdict verdict, const char *sub_indication,
                                    const char *code, const char *detail);

/* signet-validation-signature.c: all steps for one signature; FALSE only when cancelled */
gboolean _signet_validation_judge (const SignetValidationContext *context, SignetSignatureReport *report, GError **error);

/* Is @certificate good at @time? */
typedef struct {
  SignetCertificate *certificate, *issuer; /* borrowed */
  gint64             time;
} SignetValidationQuestion;

/* signet-validation-time.c; FALSE only when cancelled */
gboolean _signet_validation_is_timestamp     (SignetSignatureReport *report);
/* The time before anything about the signature itself was looked at: what document time-stamps prove, else the time in question. */
void     _signet_validation_start_time       (const SignetValidationContext *context, SignetSignatureReport *report);
void     _signet_validation_take_own_time    (const SignetValidationContext *context, SignetSignatureReport *report);
gboolean _signet_validation_find_time        (const SignetValidationContext *context, SignetSignatureReport *report, GError **error);
gboolean _signet_validation_was_good_then    (const SignetValidationContext *context, SignetSignatureReport *report,
                                              const SignetValidationQuestion *question, gint64 then);
gint64   _signet_validation_get_proved       (const SignetValidationContext *context, SignetSignatureReport *report, guint64 position);

/* signet-validation-trust.c; FALSE only when cancelled */
/* (transfer container): borrowed certificates that may stand between; none of them is trusted. @evidence: (nullable) */
GPtrArray *_signet_validation_collect_untrusted (const SignetValidationContext *context, GPtrArray *own, SignetDocumentEvidence *evidence);
gboolean _signet_validation_find_path        (const SignetValidationContext *context, SignetSignatureReport *report, SignetPathPurpose purpose,
                                              GError **error);
gboolean _signet_validation_check_revocation (const SignetValidationContext *context, SignetSignatureReport *report, GError **error);

typedef enum {
  SIGNET_VALIDATION_ANSWER_NOT_NEEDED, /* nobody would know */
  SIGNET_VALIDATION_ANSWER_MISSING,
  SIGNET_VALIDATION_ANSWER_THERE,
  SIGNET_VALIDATION_ANSWER_CANCELLED,
} SignetValidationAnswer;
typedef struct {
  const char *reason;  /* static code */
  gboolean    offline; /* nobody may be asked, and that is all */
  char       *detail;
} SignetValidationMissing;
void _signet_validation_missing_clear (SignetValidationMissing *missing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetValidationMissing, _signet_validation_missing_clear)
SignetValidationAnswer _signet_validation_ask (const SignetValidationContext *context, SignetSignatureReport *report,
                                               const SignetValidationQuestion *question, SignetRevocationStatus **status,
                                               SignetValidationMissing *missing, GError **error);

/* signet-validation-embedded.c: (transfer full) (nullable): what the file itself carries, the newest of it */
SignetRevocationStatus *_signet_validation_find_embedded (const SignetValidationContext *context, SignetSignatureReport *report,
                                                          const SignetValidationQuestion *question);

/* signet-validation-gather.c: asks all that the judgement will want to know, at the same time */
void _signet_validation_gather (const SignetValidationContext *context, GPtrArray *signatures);

G_END_DECLS
