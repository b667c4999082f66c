/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-asic-beside-private.h: one signature more in the one file of signatures that an ASiC-S container has. */
#pragma once

#include "signet-document-cms.h"
#include "signet-document-file.h"
#include "signet-document-xades.h"

G_BEGIN_DECLS

/* FORBIDDEN: a signature in @file, a container, does not hold: nothing is put beside it. */
gboolean _signet_asic_beside_check (SignetDocumentFile *file, GCancellable *cancellable, GError **error);
/* How many signatures are there already. 0 with @error: none can be put beside them. */
guint    _signet_asic_beside_count (GBytes *there, gboolean is_xades, GError **error);
/* (nullable): what is there, byte for byte, with one signature more behind. */
GBytes  *_signet_asic_beside_xades (GBytes *there, SignetDocumentXades *xades, GError **error);
GBytes  *_signet_asic_beside_cades (GBytes *there, SignetDocumentCms *cms, GError **error);

G_END_DECLS
