/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cms-counter-private.h: the countersignatures of a signature (RFC 5652, 11.4), found and judged. */
#pragma once

#include "signet-cms-reader-private.h"

G_BEGIN_DECLS

/* Adds to @found what countersigns @signature, which is the one at @index, and what countersigns that. Never an error: findings. */
void _signet_cms_find_counters (SignetCmsReader *reader, guint index, SignetDocumentSignature *signature, GPtrArray *found);

G_END_DECLS
