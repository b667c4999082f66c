/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-batch-file.h: one file among many to be signed: what is known of it, and how far it is. Signal "changed". Main thread only; what a worker
 * needs is handed to it, and what it found comes back through signet_batch_file_take_*().
 */
#pragma once

#include "signet-mark-plan.h"
#include "signet-sign-choice.h"
#include "signet-sign-work.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_BATCH_LOOKING,   /* being opened and checked */
  SIGNET_BATCH_READY,
  SIGNET_BATCH_NEEDS_LOOK, /* a check warns of the document: signed only once the person has looked at it */
  SIGNET_BATCH_LOCKED,    /* cannot be read without its password; left out as long as nobody gives it */
  SIGNET_BATCH_LEFT_OUT,  /* a check stops it, it cannot be read, or the person left it out */
  SIGNET_BATCH_WAITING,   /* for its turn at the key */
  SIGNET_BATCH_SIGNING,
  SIGNET_BATCH_SIGNED,
  SIGNET_BATCH_FAILED,
} SignetBatchState;

#define SIGNET_TYPE_BATCH_FILE (signet_batch_file_get_type ())
G_DECLARE_FINAL_TYPE (SignetBatchFile, signet_batch_file, SIGNET, BATCH_FILE, GObject)

SignetBatchFile    *signet_batch_file_new          (const char *path);
const char         *signet_batch_file_get_path     (SignetBatchFile *self);
SignetBatchState    signet_batch_file_get_state    (SignetBatchFile *self);
void                signet_batch_file_set_state    (SignetBatchFile *self, SignetBatchState state);
SignetDocumentFile *signet_batch_file_get_file     (SignetBatchFile *self);   /* (nullable): it could not be opened, or not yet */
SignetSigning      *signet_batch_file_get_signing  (SignetBatchFile *self);   /* (nullable) */
GPtrArray          *signet_batch_file_get_checks   (SignetBatchFile *self);   /* (nullable) (element-type SignetSigningCheck) */
const GError       *signet_batch_file_get_error    (SignetBatchFile *self);   /* (nullable): why it could not be read or signed */
const char         *signet_batch_file_get_result   (SignetBatchFile *self);   /* (nullable): the signed file */
const char         *signet_batch_file_get_folder   (SignetBatchFile *self);   /* (nullable): where the signed file goes; NULL: beside */
void                signet_batch_file_set_folder   (SignetBatchFile *self, const char *folder);
gboolean            signet_batch_file_has_pages    (SignetBatchFile *self);   /* for a visible mark to stand on */
/* Kind and size, and pages: "PDF · 2 pages"; why it is where it is. Each (transfer full) */
char               *signet_batch_file_dup_kind     (SignetBatchFile *self);
char               *signet_batch_file_dup_words    (SignetBatchFile *self);
/* The person has seen it; what only waited for that is ready. @time: seconds since 1970 */
void                signet_batch_file_note_look    (SignetBatchFile *self, gint64 time);
gint64              signet_batch_file_get_looked   (SignetBatchFile *self);   /* SIGNET_TIME_UNKNOWN: not yet */
void                signet_batch_file_leave_out    (SignetBatchFile *self, gboolean leave_out);
gboolean            signet_batch_file_is_left_out  (SignetBatchFile *self);   /* by the person */
/* The outcome of looking: @file: (nullable); @signing: (nullable); @checks: (nullable); @error: (nullable). All borrowed. */
void                signet_batch_file_take_look    (SignetBatchFile *self, SignetDocumentFile *file, guint n_pages, SignetSigning *signing,
                                                    GPtrArray *checks, const GError *error);
/* The others get a visible mark, and this one has nothing to show it on. */
void                signet_batch_file_set_unmarked (SignetBatchFile *self, gboolean unmarked);
/* The outcome of signing. @error: (nullable): signed */
void                signet_batch_file_take_outcome (SignetBatchFile *self, const GError *error, gint64 time);
/* Its password is known to @file, through which it is read from now on; looked at anew. */
void                signet_batch_file_take_unlocked (SignetBatchFile *self, SignetDocumentFile *file);
/* Opened anew at the next look: it failed, or changed since. */
void                signet_batch_file_forget       (SignetBatchFile *self);
/* Whether a check is about the certificate and so about every file alike. */
gboolean            signet_batch_check_is_of_all   (const SignetSigningCheck *check);

G_END_DECLS
