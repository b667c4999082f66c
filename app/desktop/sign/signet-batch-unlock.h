/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-unlock.h: asks for the password of one encrypted file among many. */
#pragma once

#include <gtk/gtk.h>

#include "signet-batch.h"

G_BEGIN_DECLS

/* Until it is right or the person gives up; in the window of @widget. */
void signet_batch_unlock (SignetBatch * batch, SignetBatchFile * file, GtkWidget * widget);

G_END_DECLS
