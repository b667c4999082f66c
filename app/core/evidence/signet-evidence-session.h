/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence-session.h: all that one verification or one signature wants to know of others: asked once, at the same time, kept. */
#pragma once

#include "signet-evidence-cache.h"
#include "signet-evidence.h"

G_BEGIN_DECLS

#define SIGNET_EVIDENCE_MAX_DEPTH 8 /* issuers fetched one after the other for one certificate */

/* Where an answer may come from. Borrowed; must live as long as the session. */
typedef struct {
  SignetHttp          *http;  /* (nullable): NULL or offline: nobody is asked */
  SignetEvidenceCache *cache; /* (nullable) */
  GPtrArray           *crls;  /* (nullable) (element-type GBytes): revocation lists given by hand, DER */
  gint64               now;   /* what the clock says */
  gint64               at;    /* the time the whole question is about; what is given by hand must be fresh then */
} SignetEvidenceSources;

typedef struct _SignetEvidenceSession SignetEvidenceSession; /* any thread */

SignetEvidenceSession *signet_evidence_session_new  (const SignetEvidenceSources *sources);
void                   signet_evidence_session_free (SignetEvidenceSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetEvidenceSession, signet_evidence_session_free)

/* (transfer full) (nullable): given by hand, else OCSP, else CRL, else what is kept. %SIGNET_EVIDENCE_ERROR_NO_SOURCE: nobody would know;
   %SIGNET_EVIDENCE_ERROR_OFFLINE: somebody would, and may not be asked. The same question is asked of others once. */
SignetRevocationStatus *signet_evidence_session_find_revocation (SignetEvidenceSession *self, SignetCertificate *certificate,
                                                                 SignetCertificate *issuer, GCancellable *cancellable, GError **error);

/* What a path is looked for with; see signet_certificate_path_build(). Borrowed. */
typedef struct {
  SignetCertificate *leaf;
  GPtrArray         *untrusted; /* (nullable) */
  GPtrArray         *anchors;
  SignetPathPurpose  purpose;
  gint64             time;
} SignetEvidencePathQuestion;

/* (transfer none): as signet_certificate_path_build(), with issuers that are missing fetched from where certificates say (RFC 5280, 4.2.2.1).
   What is fetched is never an anchor. %NULL only when cancelled. */
const SignetCertificatePath *signet_evidence_session_find_path (SignetEvidenceSession *self, const SignetEvidencePathQuestion *question,
                                                                GCancellable *cancellable, GError **error);

/* Asks about every certificate of every path but its last, all at the same time; the answers are there when they are looked for.
   @paths: (element-type SignetCertificatePath) */
void signet_evidence_session_ask_all (SignetEvidenceSession *self, GPtrArray *paths, GCancellable *cancellable);
/* Whether anybody would know if it were revoked. */
gboolean signet_evidence_names_source (SignetCertificate *certificate);
/* About this one ask_all() asks nobody: what is known of it is enough. */
void signet_evidence_session_spare   (SignetEvidenceSession *self, SignetCertificate *certificate);
/* @function for each of @jobs, at most 16 at a time; returns when all are done. */
void signet_evidence_in_parallel     (GPtrArray *jobs, GFunc function, gpointer data);

G_END_DECLS
