/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-work.h: the visible mark placed and drawn on a thread, by the core, and turned into a picture by what draws the pages. */
#pragma once

#include <gdk/gdk.h>

#include "../../core/signing/signet-signing.h"

G_BEGIN_DECLS

typedef struct {
  SignetMarkBox box;
  GdkTexture   *picture; /* (nullable): it has a place, and cannot be drawn */
} SignetMarkDrawing;
void signet_mark_drawing_free (SignetMarkDrawing *drawing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetMarkDrawing, signet_mark_drawing_free)

/* @signing: is the thread's until it is finished; its mark is drawn */
void               signet_mark_draw_async  (SignetSigning *signing, GAsyncReadyCallback callback, gpointer data);
SignetMarkDrawing *signet_mark_draw_finish (SignetSigning *signing, GAsyncResult *result, GError **error);

G_END_DECLS
