/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence-session-private.h: what is asked once although many want to know it. */
#pragma once

#include "signet-evidence-session.h"
#include "signet-evidence-private.h"

G_BEGIN_DECLS

/* One question to somebody else: the first who has it asks, the others wait for the answer. */
typedef struct {
  gboolean done;
  gpointer value;         /* (nullable) */
  GError  *error;         /* (nullable) */
  GDestroyNotify destroy;
} SignetEvidenceSlot;

struct _SignetEvidenceSession
{
  SignetEvidenceSources sources;
  GMutex      lock;
  GCond       answered;
  GHashTable *slots;   /* question → SignetEvidenceSlot */
  GPtrArray  *issuers; /* (element-type SignetCertificate): fetched, trusted for nothing */
  GPtrArray  *paths;   /* (element-type SignetCertificatePath): handed out */
  GHashTable *found;   /* question → SignetCertificatePath of @paths */
  GHashTable *spared;  /* set of fingerprints: nobody is asked ahead */
};

/* TRUE: nobody asked yet; answer it with _fill. FALSE: it is answered in @slot. */
gboolean _signet_evidence_session_claim (SignetEvidenceSession *self, const char *key, SignetEvidenceSlot **slot);
void     _signet_evidence_session_fill  (SignetEvidenceSession *self, SignetEvidenceSlot *slot, gpointer value, GDestroyNotify destroy,
                                         GError *error);
gboolean _signet_evidence_session_is_offline (SignetEvidenceSession *self);

/* A list or certificates as bytes: what was kept, and what the server gave when it was asked. Both may be there. */
typedef struct {
  SignetEvidenceCached *kept;    /* (nullable) */
  SignetEvidenceCached *fetched; /* (nullable) */
  GError               *problem; /* (nullable): why the server gave nothing */
  gboolean              stored;  /* (atomic): @fetched is in the cache by now */
} SignetEvidenceDownload;

#define SIGNET_EVIDENCE_NOT_KEPT (-1) /* for @fresh: as if nothing were kept, because what is kept is of no use */

/* (transfer none) (nullable): NULL only when cancelled. @fresh: seconds for which what is kept is not asked for again */
SignetEvidenceDownload *_signet_evidence_session_download (SignetEvidenceSession *self, const char *key, const char *url, gsize max_size,
                                                           gint64 fresh, GCancellable *cancellable, GError **error);
/* Keeps what was fetched, now that it is known to be what it should be. */
void _signet_evidence_session_keep (SignetEvidenceSession *self, const char *key, SignetEvidenceDownload *download, gint64 expires);

/* signet-evidence-revocation.c: without the memory of the session */
SignetRevocationStatus *_signet_evidence_find_revocation (SignetEvidenceSession *self, SignetCertificate *certificate, SignetCertificate *issuer,
                                                          GCancellable *cancellable, GError **error);

G_END_DECLS
