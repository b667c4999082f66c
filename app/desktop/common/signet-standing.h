/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-standing.h: the standing of an authority in words and state: what a list says, and "on no list" where none says anything. */
#pragma once

#include "../../core/authority/signet-authority.h"
#include "signet-state.h"

G_BEGIN_DECLS

SignetState signet_standing_state     (SignetAuthority *authority);
const char *signet_standing_words     (SignetAuthority *authority);
gboolean    signet_standing_may_issue (SignetAuthority *authority);  /* FALSE: a list says that it may not */

G_END_DECLS
