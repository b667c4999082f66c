/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-asic-whole-private.h: the digest of the container as a file, begun while the signature is still being made. */
#pragma once

#include "signet-document-file.h"

G_BEGIN_DECLS

typedef struct _SignetAsicWhole SignetAsicWhole;

/* Hashes the first @length bytes of @file on a thread of its own. */
SignetAsicWhole *_signet_asic_whole_new  (SignetDocumentFile *file, guint64 length);
void             _signet_asic_whole_free (SignetAsicWhole *self);
/* @written: the same file, grown: those bytes of it are not hashed again. Waits. */
void             _signet_asic_whole_tell (SignetAsicWhole *self, SignetDocumentFile *written);

G_END_DECLS
