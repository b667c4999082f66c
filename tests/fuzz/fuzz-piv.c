/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-piv.c: what a PIV card answers: two bytes of status, then the data, read as everything it may be asked for. */
#include "config.h"

#include <stdint.h>

#include "../../app/token-host/signet-host-piv-answer.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_found (const uint8_t *data, size_t size, guint8 tag)
{
  gsize length = 0;
  const guint8 *value = host_piv_find (data, size, tag, &length);

  if (value == NULL)
    return;
  g_assert_true (value > data && value <= data + size);
  g_assert_cmpuint (length, <=, (gsize) (data + size - value));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  HostPivMetadata metadata;
  int tries = size >= 2 ? host_piv_tries_of ((guint16) (data[0] << 8 | data[1])) : -1;

  g_assert_cmpint (tries, >=, -1);
  g_assert_cmpint (tries, <=, 15);
  if (size < 2)
    return 0;
  data += 2;
  size -= 2;
  metadata = host_piv_read_metadata (data, size);
  g_assert_cmpint (metadata.tries, >=, -1);
  g_assert_cmpint (metadata.tries, <=, 255);
  g_assert_cmpint (metadata.algorithm, >=, -1);
  g_assert_cmpint (metadata.algorithm, <=, 255);
  g_assert_true (metadata.factory >= -1 && metadata.factory <= 1);
  if (host_piv_read_guarded (data, size))
    check_found (data, size, 0x53);
  check_found (data, size, 0x06);
  return 0;
}
