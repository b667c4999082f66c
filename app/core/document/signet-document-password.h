/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-password.h: asking a person for the password of an encrypted document. */
#pragma once

#include "../base/signet-interaction.h"
#include "signet-document-file.h"

G_BEGIN_DECLS

/* Would a password, or another one, mend @error? */
gboolean signet_document_password_is_missing (const GError *error);
/* Asks for it and gives it to @file; whether it is right shows when the document is read again. @why: what reading it gave. */
gboolean signet_document_password_ask        (SignetDocumentFile *file, const GError *why, SignetInteraction *interaction, GCancellable *cancellable,
                                              GError **error);

G_END_DECLS
