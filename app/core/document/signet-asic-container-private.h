/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-asic-container-private.h: an ASiC container (EN 319 162-1): which members are documents, which are signatures and what goes with them. */
#pragma once

#include "signet-asic-manifest-private.h"
#include "signet-zip-private.h"

G_BEGIN_DECLS

#define SIGNET_ASIC_MIMETYPE_S "application/vnd.etsi.asic-s+zip"
#define SIGNET_ASIC_MIMETYPE_E "application/vnd.etsi.asic-e+zip"

typedef enum { SIGNET_ASIC_SIMPLE, SIGNET_ASIC_EXTENDED } SignetAsicKind;

typedef enum {
  SIGNET_ASIC_ROLE_DOCUMENT,
  SIGNET_ASIC_ROLE_MIMETYPE,
  SIGNET_ASIC_ROLE_CADES,      /* META-INF/…signature….p7s */
  SIGNET_ASIC_ROLE_XADES,      /* META-INF/…signatures….xml */
  SIGNET_ASIC_ROLE_TIMESTAMP,  /* META-INF/…timestamp….tst */
  SIGNET_ASIC_ROLE_MANIFEST,   /* META-INF/…ASiCManifest….xml, …ASiCArchiveManifest….xml */
  SIGNET_ASIC_ROLE_OTHER,      /* the rest of META-INF; folders */
} SignetAsicRole;

typedef struct {
  SignetAsicKind   kind;
  gboolean         has_mimetype;
  SignetZipReader *zip;
  GPtrArray       *documents;  /* (element-type SignetZipMember): borrowed from @zip */
  GPtrArray       *signatures; /* the same: CAdES, XAdES and time-stamps, in the order of the file */
  GPtrArray       *manifests;  /* the same */
} SignetAsicContainer;

SignetAsicRole       _signet_asic_get_role       (const SignetZipMember *member);
/* (nullable): NULL without @error: a ZIP archive, but no container of signatures */
SignetAsicContainer *_signet_asic_container_open (SignetDocumentFile *file, GCancellable *cancellable, GError **error);
void                 _signet_asic_container_free (SignetAsicContainer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetAsicContainer, _signet_asic_container_free)

G_END_DECLS
