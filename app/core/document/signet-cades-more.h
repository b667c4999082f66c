/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cades-more.h: CMS signatures that are not a file beside the document: around it, beside other signatures, over one of them (EN 319 122-1). */
#pragma once

#include "signet-signature-creation.h"

G_BEGIN_DECLS

/* What a document may have to be put inside a CMS: who reads it has to hold all of it in memory, and stops at SIGNET_CMS_MAX_SIZE. */
#define SIGNET_CADES_MAX_ENCLOSED (60 * 1024 * 1024)

#define SIGNET_TYPE_CADES_MORE (signet_cades_more_get_type ())
G_DECLARE_FINAL_TYPE (SignetCadesMore, signet_cades_more, SIGNET, CADES_MORE, SignetSignatureCreation)

/* The document goes inside. */
SignetSignatureCreation *signet_cades_enclosed_new (SignetDocumentFile *file);
/* One more signature over what @cms signs. @content: (nullable): when it is not inside. */
SignetSignatureCreation *signet_cades_parallel_new (SignetDocumentFile *cms, SignetDocumentFile *content);
/* A signature over the value of the signature @id: "1", "2" … */
SignetSignatureCreation *signet_cades_counter_new  (SignetDocumentFile *cms, SignetDocumentFile *content, const char *id);

G_END_DECLS
