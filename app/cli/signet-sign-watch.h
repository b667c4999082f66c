/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-watch.h: `signet sign --watch FOLDER`: what appears in a folder is signed. */
#pragma once

#include "signet-sign-job.h"

G_BEGIN_DECLS

/* Until it is interrupted (then 0), the folder is gone, or the token. The status it ends with. */
int signet_sign_watch (SignetInvocation *invocation, const SignetSignOptions *options, SignetTokenKey *key, SignetTimestampServers *servers,
                       SignetSigner *signer, SignetTerminalInteraction *interaction);

G_END_DECLS
