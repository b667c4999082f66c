/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-xades-creation.h: an XML signature (EN 319 132-1) inside the document, around it, or in a file of its own. */
#pragma once

#include "signet-document-xades.h"
#include "signet-signature-creation.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_XADES_CREATION (signet_xades_creation_get_type ())
G_DECLARE_FINAL_TYPE (SignetXadesCreation, signet_xades_creation, SIGNET, XADES_CREATION, SignetSignatureCreation)

/* @location: (nullable): where it is signed. Errors of prepare: MALFORMED, TOO_LARGE and UNSUPPORTED (a DOCTYPE) for enveloped; TOO_LARGE for
   enveloping; FORBIDDEN: a signature that is inside already would not hold any more. */
SignetSignatureCreation *signet_xades_creation_new (SignetDocumentFile *file, SignetXadesPackaging packaging, const char *location);
/* The same errors before there is a signature. */
gboolean                 signet_xades_check_can_sign (SignetDocumentFile *file, SignetXadesPackaging packaging, GCancellable *cancellable, GError **error);
/* What a file of that name is (RFC 6838); application/octet-stream when nobody knows. (transfer full) */
char                    *signet_xades_guess_mime_type (const char *name);

G_END_DECLS
