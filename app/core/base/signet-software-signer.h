/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-software-signer.h: a key in this process that stands where a token's would: throw-away keys, and a TLS client's from a file. Never a person's signature. */
#pragma once

#include "signet-signer.h"

G_BEGIN_DECLS

/* (transfer full); @key: a private key, of which a reference is taken */
SignetSigner *signet_software_signer_new (EVP_PKEY *key);

G_END_DECLS
