/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pkcs12-private.h: for the fuzz target, which has no time for a passphrase worked on five million times. */
#pragma once

#include "signet-pkcs12.h"

G_BEGIN_DECLS

SignetPkcs12 *_signet_pkcs12_open_within (GBytes *data, SignetSecret *passphrase, guint64 max_iterations, GError **error);

G_END_DECLS
