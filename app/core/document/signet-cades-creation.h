/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cades-creation.h: a detached signature in a file of its own (EN 319 122-1). */
#pragma once

#include "signet-signature-creation.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CADES_CREATION (signet_cades_creation_get_type ())
G_DECLARE_FINAL_TYPE (SignetCadesCreation, signet_cades_creation, SIGNET, CADES_CREATION, SignetSignatureCreation)

SignetSignatureCreation *signet_cades_creation_new (SignetDocumentFile *file);

G_END_DECLS
