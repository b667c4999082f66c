/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-extension-private.h: the steps of extending, for a file that is extended and for one that was signed just now. */
#pragma once

#include "../document/signet-document-extension.h"
#include "signet-extension.h"

G_BEGIN_DECLS

#define SIGNET_EXTENSION_RENEW_BEFORE (90 * 24 * 60 * 60) /* seconds before the end of an archive time-stamp */

/* What is wanted and where from. Borrowed. */
typedef struct {
  SignetLevel            level;
  gboolean               renew;     /* an archive time-stamp in any case */
  SignetTimestampServers *servers;  /* (nullable) */
  SignetHttp            *http;      /* (nullable) */
  SignetEvidenceCache   *cache;     /* (nullable) */
  SignetEvidenceSession *session;
  GPtrArray             *chain;     /* (element-type SignetCertificate): CA certificates known here */
  SignetDocumentFile    *detached;  /* (nullable) */
  SignetDocumentFile    *origin;    /* (nullable): what the file was made of */
  gint64                 now;
  SignetInteraction     *interaction; /* (nullable) */
  GCancellable          *cancellable; /* (nullable) */
} SignetExtensionWish;

typedef struct {
  SignetLevel level;    /* reached */
  gboolean    changed;
  gint64      renewal;
  guint       n_signatures;
  GPtrArray  *problems; /* (element-type SignetExtensionProblem) */
  GError     *error;    /* (nullable): the first of what stands behind @problems */
} SignetExtensionOutcome;
void signet_extension_outcome_clear (SignetExtensionOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetExtensionOutcome, signet_extension_outcome_clear)

/* Extends the file behind @fd. FALSE: it is spoiled or was never fit: throw it away. */
gboolean _signet_extension_apply (const SignetExtensionWish *wish, int fd, SignetExtensionOutcome *outcome, GError **error);
void     _signet_extension_add_problem (SignetExtensionOutcome *outcome, const char *code, const char *signature, const char *about,
                                        const GError *error);

/* --- signet-extension-evidence.c --- */
/* Finds all that will be wanted, everything at the same time; what came out lies in the session. @signer, @own: (nullable): of a signature that is
   just being made. */
void     _signet_extension_ask_ahead (const SignetExtensionWish *wish, GPtrArray *signatures, SignetCertificate *signer, GPtrArray *own);
/* (transfer full) (nullable): what proves @signature; NULL: @outcome says what is missing, or @error that it was cancelled */
SignetDocumentEvidence *_signet_extension_collect (const SignetExtensionWish *wish, SignetDocumentSignature *signature,
                                                   SignetExtensionOutcome *outcome, GError **error);

/* The same for one time-stamp of @signature. */
SignetDocumentEvidence *_signet_extension_collect_for_token (const SignetExtensionWish *wish, GBytes *token, SignetDocumentSignature *signature,
                                                             SignetExtensionOutcome *outcome);
gboolean _signet_extension_is_provable (const SignetExtensionWish *wish, GBytes *token, SignetDocumentEvidence *evidence);

/* --- signet-extension-stamp.c --- */
/* (transfer full) (nullable): from the first server that gives one */
GBytes  *_signet_extension_fetch_stamp (const SignetExtensionWish *wish, SignetDigest digest, GBytes *hash, GError **error);
/* (transfer full) (nullable): the certificates of a server's authority as it was last met */
GPtrArray *_signet_extension_recall_authority (const SignetExtensionWish *wish, const char *url, SignetCertificate **tsa);
void     _signet_extension_remember_authority (SignetEvidenceCache *cache, const char *url, GBytes *token, gint64 now);
/* The newest time-stamp that covers @signature and its evidence: (nullable) borrowed */
GBytes  *_signet_extension_find_archive_stamp (SignetDocumentSignature *signature, GPtrArray *signatures);
gint64   _signet_extension_renewal_of         (GBytes *token, gint64 now);

G_END_DECLS
