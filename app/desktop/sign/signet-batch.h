/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-batch.h: many files to be signed with one certificate and one login. Reads and checks them on a thread whenever what is chosen changes, signs
 * what is ready on another; the files themselves (signet-batch-file.h) belong to the main thread.
 *
 * Signals: "changed" whenever counts may have changed; "files-changed" when files were added; "ended" (GError, nullable) when a run is over: with an
 * error when it ended before its time: the token, the PIN, the person.
 */
#pragma once

#include "signet-batch-file.h"
#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_BATCH (signet_batch_get_type ())
G_DECLARE_FINAL_TYPE (SignetBatch, signet_batch, SIGNET, BATCH, GObject)

SignetBatch *signet_batch_new         (SignetDesktop *desktop);
/* (element-type GFile); those that are there already are not added twice. Returns how many were. */
guint        signet_batch_add         (SignetBatch *self, GPtrArray *files);
GPtrArray   *signet_batch_get_files   (SignetBatch *self);   /* (element-type SignetBatchFile) borrowed, in the order they came */
guint        signet_batch_count       (SignetBatch *self, SignetBatchState state);
/* @key: (nullable); @format: (nullable): what is usual for each; @level: "b" … Looks at all files again when something changed. */
void         signet_batch_choose      (SignetBatch *self, SignetTokenKey *key, const char *format, const char *level);
/* Without a time-stamp when none is to be had, for all of them. */
void         signet_batch_set_or_later (SignetBatch *self, gboolean or_later);
/* @plan: (nullable): the visible mark of all that have pages */
void         signet_batch_set_mark    (SignetBatch *self, const SignetMarkPlan *plan);
/* What opens @file by its password was found out; those of the others that want one are tried with it too. */
void         signet_batch_take_unlocked (SignetBatch *self, SignetBatchFile *file, SignetDocumentFile *unlocked);
SignetTokenKey *signet_batch_get_key  (SignetBatch *self);   /* (nullable) borrowed */
gboolean     signet_batch_is_looking  (SignetBatch *self);
gboolean     signet_batch_is_running  (SignetBatch *self);
/* Signs all that are ready; their answers and PINs through @interaction. */
void         signet_batch_run         (SignetBatch *self, SignetInteraction *interaction);
/* After the one that is being signed. */
void         signet_batch_stop        (SignetBatch *self);
/* Reads and checks a failed one again, so that it can be signed. @folder: (nullable): where its signed file goes from now on */
void         signet_batch_retry       (SignetBatch *self, SignetBatchFile *file, const char *folder);

G_END_DECLS
