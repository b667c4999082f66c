/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-key-der.h: keys of OpenSSL as DER, for what keeps or carries them. */
#pragma once

#include <openssl/evp.h>

#include "signet-secret.h"

G_BEGIN_DECLS

SignetSecret *signet_key_dup_private_der (EVP_PKEY *key);
GBytes       *signet_key_dup_public_der  (EVP_PKEY *key);

G_END_DECLS
