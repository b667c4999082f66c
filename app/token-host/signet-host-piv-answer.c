/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-piv-answer.c: what a PIV card answers, read: status words, the metadata of PINs and keys, the note that
 * administration programs leave. No reader and no module here: bytes in, numbers out; any thread.
 */
#define G_LOG_DOMAIN "signet-host-piv-answer"

#include "config.h"

#include "signet-host-piv-answer.h"

#define SW_BLOCKED 0x6983

#define TAG_ALGORITHM 0x01
#define TAG_POLICY 0x02
#define TAG_FACTORY 0x05
#define TAG_TRIES 0x06

#define TOUCH_NEVER 1

#define TAG_CONTENT 0x53
#define TAG_ADMINISTRATION 0x80
#define TAG_FLAGS 0x81
#define FLAG_GUARDED 0x02

int
host_piv_tries_of (guint16 status)
{
  if ((status & 0xFFF0) == 0x63C0)
    return status & 0x0F;
  return status == SW_BLOCKED ? 0 : -1;
}

/* @at stands on the length, afterwards behind it. Two bytes of length are the most: no object of a card is longer. */
static gboolean
read_size (const guint8 *data, gsize length, gsize *at, gsize *size)
{
  guint more = 0;

  if (*at >= length)
    return FALSE;
  *size = data[(*at)++];
  if (*size >= 0x80)
    {
      more = *size & 0x7F;
      if (more == 0 || more > 2 || more > length - *at)
        return FALSE;
      for (*size = 0; more > 0; more--)
        *size = *size << 8 | data[(*at)++];
    }
  return *size <= length - *at;
}

const guint8 *
host_piv_find (const guint8 *data, gsize length, guint8 tag, gsize *size)
{
  gsize at = 0;

  while (at < length)
    {
      guint8 here = data[at++];

      if (!read_size (data, length, &at, size))
        return NULL;
      if (here == tag)
        return data + at;
      at += *size;
    }
  return NULL;
}

/* The byte at @index of the value of @tag, when that has so many as it should; else -1. */
static int
read_byte (const guint8 *data, gsize length, guint8 tag, gsize expected, gsize index)
{
  gsize size = 0;
  const guint8 *value = host_piv_find (data, length, tag, &size);

  return value != NULL && size == expected ? value[index] : -1;
}

static int
read_tries (const guint8 *data, gsize length)
{
  return read_byte (data, length, TAG_TRIES, 2, 1);
}

HostPivMetadata
host_piv_read_metadata (const guint8 *data, gsize length)
{
  int factory = read_byte (data, length, TAG_FACTORY, 1, 0);
  int touch = read_byte (data, length, TAG_POLICY, 2, 1);

  return (HostPivMetadata){
    .algorithm = read_byte (data, length, TAG_ALGORITHM, 1, 0),
    .tries = read_tries (data, length),
    .factory = factory > 0 ? 1 : factory,
    .touch = touch > TOUCH_NEVER,
  };
}

gboolean
host_piv_read_guarded (const guint8 *data, gsize length)
{
  gsize size = 0;
  const guint8 *value = host_piv_find (data, length, TAG_CONTENT, &size);
  int flags = -1;

  if (value != NULL)
    value = host_piv_find (value, size, TAG_ADMINISTRATION, &size);
  if (value != NULL)
    flags = read_byte (value, size, TAG_FLAGS, 1, 0);
  return flags >= 0 && (flags & FLAG_GUARDED) != 0;
}
