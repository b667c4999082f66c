/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-csr-attributes.c: what an EST server wishes to find in a request (CsrAttrs). */
#include "config.h"

#include <stdint.h>

#include <openssl/ec.h>

#include "../../app/core/enrolment/signet-csr-attributes.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static EVP_PKEY *key;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unfit = NULL;
  g_autoptr (SignetCsrAttributes) wishes = _signet_csr_attributes_parse (data, size, &error);

  g_assert ((wishes != NULL) != (error != NULL));
  if (wishes == NULL)
    return 0;
  if (key == NULL)
    key = EVP_EC_gen ("P-256");
  g_assert (_signet_csr_attributes_fits (wishes, key, &unfit) == (unfit == NULL));
  return 0;
}
