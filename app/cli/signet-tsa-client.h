/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-tsa-client.h: the certificate shown to a time-stamp server, on the command line. */
#pragma once

#include "../core/face/signet-timestamps.h"
#include "signet-invocation.h"

G_BEGIN_DECLS

/* @what: a file, or the URI or fingerprint of a certificate on a token; @passphrase_file: (nullable): of the file. FALSE: told already */
gboolean signet_tsa_client_keep   (SignetInvocation *invocation, const char *url, const char *what, const char *passphrase_file);
/* (transfer full): "… · with your certificate /home/…"; @client: of signet_timestamp_servers_get_client() */
char    *signet_tsa_client_describe (const char *client);
/* Who is asked for the PIN of its token: the terminal, or what --tsa-pin-file names. FALSE: told already */
gboolean signet_tsa_set_person    (SignetInvocation *invocation, SignetTimestampServers *servers);

G_END_DECLS
