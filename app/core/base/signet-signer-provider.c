/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signer-provider.c: a SignetSigner as an EVP_PKEY. */
#define G_LOG_DOMAIN "signet-signer-provider"

#include "config.h"

#include "signet-base-error.h"
#include "signet-signer.h"

EVP_PKEY *
signet_signer_new_evp_pkey (SignetSigner *self, GError **error)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "not yet");
  return NULL;
}
