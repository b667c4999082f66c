/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-layer.h: the visible mark over a page: seen as it will be, moved and sized with pointer and keys. */
#pragma once

#include <gtk/gtk.h>

#include "signet-mark-choice.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_MARK_LAYER (signet_mark_layer_get_type ())
G_DECLARE_FINAL_TYPE (SignetMarkLayer, signet_mark_layer, SIGNET, MARK_LAYER, GtkWidget)

void signet_mark_layer_set_choice (SignetMarkLayer *self, SignetMarkChoice *choice);
/* Which page lies below, and its size in points as it is shown; 0: not known yet */
void signet_mark_layer_set_page   (SignetMarkLayer *self, guint page, double width, double height);

G_END_DECLS
