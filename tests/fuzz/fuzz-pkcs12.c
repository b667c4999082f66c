/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-pkcs12.c: a PKCS#12 file and the passphrase "sample". */
#include "config.h"

#include <stdint.h>

#include "../../app/core/certificate/signet-pkcs12-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (SignetSecret) passphrase = signet_secret_new ((const guint8 *) "sample", 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPkcs12) bundle = _signet_pkcs12_open_within (bytes, passphrase, 10000, &error);

  g_assert_true ((bundle != NULL) != (error != NULL));
  signet_pkcs12_is_one (bytes);
  if (bundle != NULL)
    {
      g_assert_true (signet_pkcs12_has_key (bundle) == (signet_pkcs12_get_public_key (bundle) != NULL));
      g_assert_cmpuint (signet_pkcs12_get_chain (bundle)->len, <=, SIGNET_PKCS12_MAX_CERTIFICATES);
    }
  return 0;
}
