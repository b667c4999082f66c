/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-look.h: one of many files, seen before it is signed: its pages, its checks, left out or not. Signals "next" and "done". */
#pragma once

#include <adwaita.h>

#include "signet-batch-file.h"
#include "signet-mark-choice.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_BATCH_LOOK (signet_batch_look_get_type ())
G_DECLARE_FINAL_TYPE (SignetBatchLook, signet_batch_look, SIGNET, BATCH_LOOK, AdwBin)

/* @file: (nullable): none any more; it was opened. @has_next: there is another one to look at */
void             signet_batch_look_set      (SignetBatchLook *self, SignetBatchFile *file, gboolean has_next);
/* The mark of all of them, seen and moved on the one that is looked at. */
void             signet_batch_look_set_mark_choice (SignetBatchLook *self, SignetMarkChoice *choice);
SignetBatchFile *signet_batch_look_get_file (SignetBatchLook *self); /* (nullable) */
void             signet_batch_look_activate (SignetBatchLook *self);

G_END_DECLS
