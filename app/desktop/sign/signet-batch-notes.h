/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-notes.h: what concerns all of many files: how often the PIN is asked for, what stands in the way of every one, why a run ended. */
#pragma once

#include <gtk/gtk.h>

#include "signet-batch.h"

G_BEGIN_DECLS

/* Fills @box anew. @end: (nullable): why the last run ended before its time */
void signet_batch_notes_show (GtkBox *box, SignetBatch *batch, const GError *end);

G_END_DECLS
