/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-shelf-private.h: what the two files of the shelf share. */
#pragma once

#include "signet-shelf.h"

#include <string.h>

G_BEGIN_DECLS

#define SIGNET_SHELF_FIRST_WAIT (5 * 60)       /* seconds before it is tried by itself */
#define SIGNET_SHELF_LAST_WAIT  (24 * 60 * 60)

gboolean _signet_shelf_note       (SignetStore *store, const SignetShelfItem *item, GError **error);
gboolean _signet_shelf_become     (SignetStore *store, const SignetShelfItem *item, GError **error);
gboolean _signet_shelf_settle     (SignetStore *store, gint64 now, GError **error);
/* Whether the file is under its name, byte for byte as it was written. What cannot be read is not. (signet-shelf-work.c) */
gboolean _signet_shelf_is_as_left (const SignetShelfItem *item);

G_END_DECLS
