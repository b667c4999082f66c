/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-asic-manifest-private.h: ASiCManifest (EN 319 162-1, A.4): which members a signature or time-stamp of a container is about. */
#pragma once

#include "../base/signet-algorithm.h"
#include "signet-document-error.h"

G_BEGIN_DECLS

#define SIGNET_ASIC_MAX_MANIFEST (48 * 1024 * 1024)

typedef struct {
  char        *name;      /* writing: of the member; reading: the reference as it stands there */
  char        *mime_type; /* (nullable) */
  SignetDigest digest;    /* UNKNOWN: one we do not have */
  GBytes      *value;
} SignetAsicReference;

SignetAsicReference *_signet_asic_reference_new  (const char *name, const char *mime_type, SignetDigest digest, GBytes *value);
void                 _signet_asic_reference_free (SignetAsicReference *self);

typedef struct {
  char      *signature_uri;
  char      *signature_type; /* (nullable) a MIME type */
  GPtrArray *references;     /* (element-type SignetAsicReference) */
  gboolean   has_critical;   /* an extension that we do not know and must not pass over */
} SignetAsicManifest;

/* MALFORMED: not an ASiCManifest, or one that could be read in two ways. */
SignetAsicManifest *_signet_asic_manifest_parse (GBytes *xml, GError **error);
void                _signet_asic_manifest_free  (SignetAsicManifest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetAsicManifest, _signet_asic_manifest_free)
/* @references: (element-type SignetAsicReference) */
GBytes             *_signet_asic_manifest_write (const char *signature_uri, const char *signature_type, GPtrArray *references);

/* A member's name as a reference calls it: percent-encoded UTF-8 (RFC 3986). */
char               *_signet_asic_name_to_uri    (const char *name);
/* (nullable): the names a reference may mean: decoded, and as it stands (old writers did not encode). NULL: none. */
char              **_signet_asic_uri_to_names   (const char *uri);

G_END_DECLS
