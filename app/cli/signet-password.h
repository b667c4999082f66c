/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-password.h: passwords of encrypted documents: from --password-file, else from the terminal, one question a file. */
#pragma once

#include "../core/document/signet-document-file.h"
#include "signet-invocation.h"

G_BEGIN_DECLS

/* Reads --password-file (SIGNET_OPTIONS_PASSWORD); nothing to do when it was not given. */
gboolean signet_password_load      (SignetInvocation *invocation, GError **error);
/* Gives what was loaded to a file that was just opened. */
void     signet_password_give      (SignetInvocation *invocation, SignetDocumentFile *file);
/* For a loop around reading @file: TRUE, with @error cleared, when a person gave a password to try it again with. @tries: from 0, counted up. */
gboolean signet_password_try_again (SignetInvocation *invocation, SignetDocumentFile *file, guint *tries, GError **error);

G_END_DECLS
