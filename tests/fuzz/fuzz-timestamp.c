/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-timestamp.c: time-stamp tokens of anybody's making. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/evidence/signet-evidence.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) token = g_bytes_new (data, size);
  g_autoptr (GBytes) stamped = g_bytes_new_static ("a signature value", 17);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetTimestamp) timestamp = signet_evidence_parse_timestamp (token, stamped, &error);

  g_assert_true ((timestamp == NULL) == (error != NULL));
  if (timestamp != NULL && timestamp->signature_ok)
    g_assert_nonnull (timestamp->tsa);
  return 0;
}
