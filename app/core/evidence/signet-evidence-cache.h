/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence-cache.h: evidence kept for next time. A cache: it may be emptied at any time, and nothing in it is believed for being in it. */
#pragma once

#include "../base/signet-clock.h"

G_BEGIN_DECLS

#define SIGNET_EVIDENCE_CACHE_SIZE (128 * 1024 * 1024) /* bytes of all entries together */

typedef struct _SignetEvidenceCache SignetEvidenceCache; /* reference counted; any thread; several processes */

/* What is kept under one key. */
typedef struct {
  GBytes *data;
  gint64  fetched_at;
  gint64  expires;
  char   *etag; /* (nullable) */
} SignetEvidenceCached;
void signet_evidence_cached_free (SignetEvidenceCached *cached);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetEvidenceCached, signet_evidence_cached_free)

/* @folder: (nullable): NULL: "evidence" in the person's cache folder. Made when something is kept. @limit: 0: SIGNET_EVIDENCE_CACHE_SIZE */
SignetEvidenceCache  *signet_evidence_cache_new    (const char *folder, gsize limit);
SignetEvidenceCache  *signet_evidence_cache_ref    (SignetEvidenceCache *self);
void                  signet_evidence_cache_unref  (SignetEvidenceCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetEvidenceCache, signet_evidence_cache_unref)

/* (transfer full) (nullable): NULL: not there, over at @now, from after @now, or not as it was written */
SignetEvidenceCached *signet_evidence_cache_get    (SignetEvidenceCache *self, const char *key, gint64 now);
/* Best effort: what cannot be kept is fetched again. */
void                  signet_evidence_cache_put    (SignetEvidenceCache *self, const char *key, const SignetEvidenceCached *what);
void                  signet_evidence_cache_remove (SignetEvidenceCache *self, const char *key);

G_END_DECLS
