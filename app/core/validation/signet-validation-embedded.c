/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation-embedded.c: OCSP answers and lists out of the signed file itself. They are believed like any other, with two differences:
 * they need not be of today but must tell about the time in question, and who signed an answer must have been entitled when the answer
 * is proved to have existed. Nobody is asked. Any thread.
 */
#define G_LOG_DOMAIN "signet-validation-embedded"

#include "config.h"

#include "signet-validation-embedded.h"
#include "signet-validation-private.h"

/* Of two that may both be believed, the one that knows more. */
static void
take (SignetRevocationStatus **best, SignetRevocationStatus *status)
{
  if (status == NULL)
    return;
  status->origin = SIGNET_EVIDENCE_EMBEDDED;
  if (*best != NULL && (status->status == SIGNET_REVOCATION_UNKNOWN || (*best)->this_update >= status->this_update))
    {
      signet_revocation_status_free (status);
      return;
    }
  signet_revocation_status_free (*best);
  *best = status;
}

SignetRevocationStatus *
signet_embedded_find_revocation (SignetDocumentEvidence *evidence, const SignetEmbeddedQuestion *question, SignetEmbeddedProved proved,
                                 gpointer data)
{
  SignetRevocationStatus *best = NULL;

  for (guint i = 0; i < signet_document_evidence_get_n (evidence, SIGNET_PIECE_OCSP); i++)
    {
      gint64 existed = proved (signet_document_evidence_get_position (evidence, SIGNET_PIECE_OCSP, i), data);

      take (&best, signet_evidence_check_ocsp_kept (signet_document_evidence_get (evidence, SIGNET_PIECE_OCSP, i), question->certificate,
                                                    question->issuer, question->time, MAX (question->latest, question->time), existed, NULL));
    }
  for (guint i = 0; i < signet_document_evidence_get_n (evidence, SIGNET_PIECE_CRL); i++)
    take (&best, signet_evidence_check_crl (signet_document_evidence_get (evidence, SIGNET_PIECE_CRL, i), question->certificate, question->issuer,
                                            question->latest, question->time, NULL));
  return best;
}

typedef struct {
  const SignetValidationContext *context;
  SignetSignatureReport         *report;
} Asker;

static gint64
get_proved (guint64 position, gpointer data)
{
  const Asker *asker = data;

  return _signet_validation_get_proved (asker->context, asker->report, position);
}

SignetRevocationStatus *
_signet_validation_find_embedded (const SignetValidationContext *context, SignetSignatureReport *report, const SignetValidationQuestion *question)
{
  SignetDocumentEvidence *evidence = signet_document_signature_get_evidence (report->signature);
  SignetEmbeddedQuestion embedded = { question->certificate, question->issuer, question->time, MAX (context->now, context->at) };
  Asker asker = { context, report };

  return evidence != NULL ? signet_embedded_find_revocation (evidence, &embedded, get_proved, &asker) : NULL;
}
