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
/* (transfer full): none yet; certificates on the tokens of @core can be shown to them, once somebody attends (signet_timestamp_servers_attend()). */
SignetTimestampServers *signet_timestamps_new (SignetCore *core);
/* @client: as signet-settings.h says; @passphrase: (nullable): of a file, kept in the key ring. Errors: SIGNET_CERTIFICATE_ERROR, SIGNET_BASE_ERROR */
gboolean signet_timestamps_keep_client   (const char *url, const char *client, SignetSecret *passphrase, GError **error);
void     signet_timestamps_forget_client (const char *url);

G_END_DECLS
