/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostile-lie.c: lies about lengths, and signatures that are none. */
#include <string.h>

#include "hostile.h"

/* A lie about the length of what was read. */
CK_ULONG
hostile_lie (CK_ULONG length, int asked_for_size)
{
  if (fault_is ("attributes-lie"))
    return 1ul << 40;
  if (fault_is ("attributes-minus"))
    return (CK_ULONG) -1;
  if (fault_is ("attributes-empty"))
    return 0;
  if (fault_is ("attributes-one"))
    return 1;
  if (fault_is ("attributes-more"))
    return length + 1;
  if (fault_is ("attributes-shrink") && asked_for_size)
    return length + 1000;
  if (fault_is ("attributes-grow") && asked_for_size)
    return length / 2;
  return length;
}

static const struct
{
  const char *fault;
  CK_ULONG length;
} wrong_lengths[] = {
  { "signature-lies", 1ul << 40 }, { "signature-minus", (CK_ULONG) -1 },
  { "empty-signature", 0 },        { "odd-signature", 63 },
  { "short-signature", 62 },       { "tiny-signature", 2 },
  { "long-signature", 66 },        { "full-signature", 4096 },
};

CK_RV
hostile_spoil (CK_BYTE *signature, CK_ULONG *length)
{
  if (fault_is ("wrong-signature"))
    signature[20] ^= 1;
  if (fault_is ("zero-signature"))
    memset (signature, 0, 64);
  if (fault_is ("ones-signature"))
    memset (signature, 0xff, 64);
  if (fault_is ("signature-overflow"))
    memset (signature, 'x', LARGE);
  for (size_t i = 0; i < sizeof wrong_lengths / sizeof *wrong_lengths; i++)
    if (fault_is (wrong_lengths[i].fault))
      *length = wrong_lengths[i].length;
  return fault_is ("signature-too-small") ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}
