/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-kept-private.h: what was drawn lately, so that the same mark on many documents is drawn once. */
#pragma once

#include "signet-mark-module.h"

G_BEGIN_DECLS

typedef GBytes *(*SignetMarkDrawFunction) (const SignetMarkPicture *picture, gboolean *shortened, GError **error);

/* (transfer full) (nullable): what @draw says to @picture, or said when it was last asked for exactly this. Any thread; one at a time draws. */
GBytes *_signet_mark_draw_once (SignetMarkDrawFunction draw, const SignetMarkPicture *picture, gboolean *shortened, GError **error);

G_END_DECLS
