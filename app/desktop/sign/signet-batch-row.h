/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-row.h: one file among many: its name, what is known of it, how far it is, and the one thing to do about it. */
#pragma once

#include <adwaita.h>

#include "signet-batch-file.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_BATCH_ROW (signet_batch_row_get_type ())
G_DECLARE_FINAL_TYPE (SignetBatchRow, signet_batch_row, SIGNET, BATCH_ROW, AdwActionRow)

/* Signals "look" (the person wants to see it), "retry", and "open" (the signed file). */
SignetBatchRow  *signet_batch_row_new      (SignetBatchFile *file);
SignetBatchFile *signet_batch_row_get_file (SignetBatchRow *self);
/* While others are being signed nothing can be looked at that would change what is signed. */
void             signet_batch_row_set_busy (SignetBatchRow *self, gboolean busy);

G_END_DECLS
