/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-validation-embedded.h: revocation as told by the evidence a signed file carries. */
#pragma once

#include "../document/signet-document-evidence.h"
#include "../evidence/signet-evidence.h"

G_BEGIN_DECLS

typedef struct {
  SignetCertificate *certificate, *issuer; /* borrowed */
  gint64             time;                 /* what is asked about */
  gint64             latest;               /* what the clock says */
} SignetEmbeddedQuestion;

/* When what stands at @position is proved to have existed. */
typedef gint64 (*SignetEmbeddedProved) (guint64 position, gpointer data);

/* (transfer full) (nullable): the newest piece of @evidence that can be believed about @question */
SignetRevocationStatus *signet_embedded_find_revocation (SignetDocumentEvidence *evidence, const SignetEmbeddedQuestion *question,
                                                         SignetEmbeddedProved proved, gpointer data);

G_END_DECLS
