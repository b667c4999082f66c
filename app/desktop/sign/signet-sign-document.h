/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-document.h: the document to be signed and the panel beside it; folded into one column when narrow. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"
#include "signet-sign-work.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_SIGN_DOCUMENT (signet_sign_document_get_type ())
G_DECLARE_FINAL_TYPE (SignetSignDocument, signet_sign_document, SIGNET, SIGN_DOCUMENT, AdwBin)

void     signet_sign_document_set_desktop (SignetSignDocument *self, SignetDesktop *desktop);
void     signet_sign_document_set         (SignetSignDocument *self, SignetOpenDocument *document);  /* (transfer full) (nullable) */
void     signet_sign_document_activate    (SignetSignDocument *self);
gboolean signet_sign_document_go_back     (SignetSignDocument *self);                                /* TRUE: it had something to fold away */
/* Signals: "signed" (char *path, gboolean software_token), "reopen" */

G_END_DECLS
