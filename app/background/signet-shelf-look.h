/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-shelf-look.h: the look at signed files that wait for a time-stamp. */
#pragma once

#include "../core/face/signet-core.h"

G_BEGIN_DECLS

/* Tries those whose time has come; asks nobody for anything. How many have what they waited for. @n_locked: (out): how many need a password, as was found out now */
guint signet_shelf_look (SignetCore *core, gint64 now, guint *n_locked);

G_END_DECLS
