/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pades-creation.h: a signature inside a PDF (EN 319 142-1). */
#pragma once

#include "signet-document-pdf.h"
#include "signet-signature-creation.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PADES_CREATION (signet_pades_creation_get_type ())
G_DECLARE_FINAL_TYPE (SignetPadesCreation, signet_pades_creation, SIGNET, PADES_CREATION, SignetSignatureCreation)

/* @parameters: copied; room and time are worked out when it is prepared */
SignetSignatureCreation *signet_pades_creation_new (SignetDocumentPdf *pdf, const SignetPdfSignParameters *parameters);

G_END_DECLS
