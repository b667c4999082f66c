/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-timestamps.h: which time-stamp servers an act asks, the same for both faces. */
#pragma once

#include "signet-core.h"

G_BEGIN_DECLS

/* (transfer full): those of the policy, when it names them; else @given (nullable: --tsa); else the person's own and then that of the authority of
   @certificate (nullable). May be empty. NULL: DENIED, the policy names others than @given. */
SignetTimestampServers *signet_timestamps_choose (SignetCore *core, SignetCertificate *certificate, const char *const *given, GError **error);
/* The same for files of several signers, long after: those of all authorities known here come behind the person's own. */
SignetTimestampServers *signet_timestamps_choose_all (SignetCore *core, const char *const *given, GError **error);

G_END_DECLS
