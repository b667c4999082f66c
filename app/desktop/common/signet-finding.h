/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-finding.h: what a driver had to say when it was asked for tokens, in words. Any thread. */
#pragma once

#include "signet-state.h"
#include "../../core/token/signet-token-manager.h"

G_BEGIN_DECLS

SignetState signet_finding_state (const SignetTokenFinding *finding);
const char *signet_finding_words (const SignetTokenFinding *finding);

GtkWidget  *signet_finding_row_new (const SignetTokenFinding *finding); /* main thread */

G_END_DECLS
