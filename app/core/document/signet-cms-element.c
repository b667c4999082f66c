/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-element.c: finds the elements of an encoded CMS where they lie. BER with definite and indefinite lengths (X.690, 8.1), since a
 * SignedData may be either; interprets nothing. Any thread.
 */
#define G_LOG_DOMAIN "signet-cms-element"

#include "config.h"

#include "signet-cms-element-private.h"

#define MAX_DEPTH 32

gboolean
_signet_cms_take_header (SignetCmsCursor *cursor, guint8 *tag, gsize *length, gboolean *indefinite)
{
  gsize n = 0;

  if (cursor->left < 2 || (cursor->at[0] & 0x1f) == 0x1f)
    return FALSE;
  *tag = cursor->at[0];
  *length = cursor->at[1];
  *indefinite = *length == 0x80;
  if (*length >= 0x80)
    {
      n = *length & 0x7f;
      if (n > 4 || cursor->left < 2 + n)
        return FALSE;
      *length = 0;
      for (gsize i = 0; i < n; i++)
        *length = *length << 8 | cursor->at[2 + i];
    }
  cursor->at += 2 + n;
  cursor->left -= 2 + n;
  /* X.690, 8.1.3.2: only what is made of elements can end with one */
  return !*indefinite || (*tag & 0x20) != 0;
}

static gboolean
is_end (const SignetCmsCursor *cursor)
{
  return cursor->left >= 2 && cursor->at[0] == 0 && cursor->at[1] == 0;
}

static void
advance (SignetCmsCursor *cursor, gsize length)
{
  cursor->at += length;
  cursor->left -= length;
}

/* Moves behind the element, its end included; @inside: (out): its contents */
static gboolean
skip (SignetCmsCursor *cursor, SignetCmsCursor *inside, guint8 *tag, gboolean *indefinite, guint depth)
{
  gsize length = 0;

  if (depth > MAX_DEPTH || !_signet_cms_take_header (cursor, tag, &length, indefinite) || length > cursor->left)
    return FALSE;
  *inside = (SignetCmsCursor){ cursor->at, length };
  if (!*indefinite)
    {
      advance (cursor, length);
      return TRUE;
    }
  while (!is_end (cursor))
    {
      SignetCmsCursor ignored;
      gboolean inner_indefinite;
      guint8 inner_tag;

      if (!skip (cursor, &ignored, &inner_tag, &inner_indefinite, depth + 1))
        return FALSE;
    }
  inside->left = (gsize) (cursor->at - inside->at);
  advance (cursor, 2);
  return TRUE;
}

gboolean
_signet_cms_take (SignetCmsCursor *cursor, SignetCmsElement *element)
{
  const guint8 *start = cursor->at;

  if (!skip (cursor, &element->inside, &element->tag, &element->indefinite, 0))
    return FALSE;
  element->start = start;
  element->size = (gsize) (cursor->at - start);
  return TRUE;
}

gboolean
_signet_cms_take_tagged (SignetCmsCursor *cursor, guint8 tag, SignetCmsElement *element)
{
  return _signet_cms_take (cursor, element) && element->tag == tag;
}

gboolean
_signet_cms_next_is (const SignetCmsCursor *cursor, guint8 tag)
{
  return cursor->left > 0 && cursor->at[0] == tag;
}

static gboolean
is_formed (SignetCmsCursor cursor, guint depth)
{
  SignetCmsElement element;

  while (cursor.left > 0)
    {
      if (depth > MAX_DEPTH || !_signet_cms_take (&cursor, &element) || element.tag == (SIGNET_CMS_SEQUENCE & 0x1f) || element.tag == (SIGNET_CMS_SET & 0x1f)
          || ((element.tag & 0x20) != 0 && !is_formed (element.inside, depth + 1)))
        return FALSE;
    }
  return TRUE;
}

gboolean
_signet_cms_is_formed (SignetCmsCursor cursor)
{
  return is_formed (cursor, 0);
}

/* How many bytes a length takes that does not fit into the first one */
static gsize
count_length_bytes (gsize length)
{
  gsize n = 0;

  while (length >= 0x80 && length >> (8 * n) != 0)
    n++;
  return n;
}

gsize
_signet_cms_size_with_header (gsize length)
{
  return 2 + count_length_bytes (length) + length;
}

void
_signet_cms_add_header (GByteArray *out, guint8 tag, gsize length)
{
  gsize n = count_length_bytes (length);
  guint8 header[2 + sizeof length] = { tag, (guint8) (n == 0 ? length : 0x80 | n) };

  for (gsize i = 0; i < n; i++)
    header[2 + i] = (guint8) (length >> (8 * (n - 1 - i)));
  g_byte_array_append (out, header, (guint) (2 + n));
}
