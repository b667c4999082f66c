/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-hash-private.h: digests of many byte ranges of one file in one pass. */
#pragma once

#include "signet-document-file.h"

G_BEGIN_DECLS

/* [0, gap_start) and [gap_end, end) */
typedef struct {
  SignetDigest digest;
  guint64      gap_start, gap_end, end;
  GBytes      *result; /* (out) (nullable): NULL when the digest is unknown or too much was asked */
} SignetPdfHashJob;

void     _signet_pdf_hash_job_free (SignetPdfHashJob *job);
/* @jobs: (element-type SignetPdfHashJob) */
gboolean _signet_pdf_hash_all      (SignetDocumentFile *file, GPtrArray *jobs, GCancellable *cancellable, GError **error);

G_END_DECLS
