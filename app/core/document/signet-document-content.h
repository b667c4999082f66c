/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-content.h: where the content of a CMS file is: inside, or in a file beside it. */
#pragma once

#include "signet-document-file.h"

G_BEGIN_DECLS

/* FALSE also when it is no CMS */
gboolean signet_document_has_content   (SignetDocumentFile *file);
/* (transfer full) (nullable): "plan.odt" beside "plan.odt.p7s" or "plan.odt-2.p7s"; NULL: none, or none is needed */
char    *signet_document_guess_content (SignetDocumentFile *file);

G_END_DECLS
