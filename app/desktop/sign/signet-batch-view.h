/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-view.h: many files, one certificate, one login: the list before, while and after it is signed. Signal "next": more are wanted. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_BATCH_VIEW (signet_batch_view_get_type ())
G_DECLARE_FINAL_TYPE (SignetBatchView, signet_batch_view, SIGNET, BATCH_VIEW, AdwBin)

void     signet_batch_view_set_desktop (SignetBatchView *self, SignetDesktop *desktop);
/* (element-type GFile): to those that are there */
void     signet_batch_view_add         (SignetBatchView *self, GPtrArray *files);
/* An empty list again; what runs is stopped. */
void     signet_batch_view_clear       (SignetBatchView *self);
/* One step back inside the view. FALSE: it is at its first page, and may be left. */
gboolean signet_batch_view_go_back     (SignetBatchView *self);
gboolean signet_batch_view_is_running  (SignetBatchView *self);
void     signet_batch_view_activate    (SignetBatchView *self);

G_END_DECLS
