/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-network.h: whether this computer is on any network at all, known without asking anybody. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FALSE: no interface but loopback is up and has an address: nothing on another computer can be reached. */
gboolean signet_network_is_there   (void);
/* Whether @url is on this computer, where no network is needed. */
gboolean signet_network_is_local   (const char *url);

G_END_DECLS
