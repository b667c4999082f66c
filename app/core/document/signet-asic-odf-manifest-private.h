/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-asic-odf-manifest-private.h: META-INF/manifest.xml (OpenDocument 1.2, part 3), which containers with XAdES carry: what kind each document is of. */
#pragma once

#include "signet-document-error.h"

G_BEGIN_DECLS

#define SIGNET_ASIC_ODF_MANIFEST "META-INF/manifest.xml"

/* @names, @types: (element-type utf8): of the documents, in one order */
GBytes     *_signet_asic_odf_manifest_write (const char *container_type, GPtrArray *names, GPtrArray *types);
/* (nullable): name → MIME type, as somebody wrote it; NULL: it cannot be read, which does not matter to anybody's signature */
GHashTable *_signet_asic_odf_manifest_parse (GBytes *xml);

G_END_DECLS
