/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-certificates.c: takes the certificates out of a SignedData before it is decoded. OpenSSL 3.0 decodes each of them with it, public
 * key and all, which costs more than everything else in a signature; and mostly it is the same few.
 *
 * Only what is DER and has nothing but certificates there is taken apart; everything else is for OpenSSL to read as a whole. One thread.
 */
#define G_LOG_DOMAIN "signet-cms-certificates"

#include "config.h"

#include "signet-cms-reader-private.h"

#define SEQUENCE    0x30
#define SET         0x31
#define OBJECT      0x06
#define INTEGER     0x02
#define CONTEXT_0   0xa0

typedef struct {
  const guint8 *at;
  gsize         left;
} Cursor;

typedef struct {
  guint8        tag;
  const guint8 *start; /* of its header */
  gsize         size;  /* with it */
  Cursor        inside;
} Element;

/* One element of definite length with a tag of one byte. */
static gboolean
take (Cursor *cursor, Element *element)
{
  gsize header = 2;
  gsize length = 0;

  if (cursor->left < 2 || (cursor->at[0] & 0x1f) == 0x1f)
    return FALSE;
  length = cursor->at[1];
  if (length >= 0x80)
    {
      gsize n = length & 0x7f;

      if (n == 0 || n > 4 || cursor->left < 2 + n)
        return FALSE;
      length = 0;
      for (gsize i = 0; i < n; i++)
        length = length << 8 | cursor->at[2 + i];
      header += n;
    }
  if (length > cursor->left - header)
    return FALSE;
  *element = (Element){ cursor->at[0], cursor->at, header + length, { cursor->at + header, length } };
  cursor->at += element->size;
  cursor->left -= element->size;
  return TRUE;
}

static gboolean
take_tagged (Cursor *cursor, guint8 tag, Element *element)
{
  return take (cursor, element) && element->tag == tag;
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

static gsize
size_with_header (gsize length)
{
  return 2 + count_length_bytes (length) + length;
}

static void
add_header (GByteArray *out, guint8 tag, gsize length)
{
  gsize n = count_length_bytes (length);
  guint8 header[2 + sizeof length] = { tag, (guint8) (n == 0 ? length : 0x80 | n) };

  for (gsize i = 0; i < n; i++)
    header[2 + i] = (guint8) (length >> (8 * (n - 1 - i)));
  g_byte_array_append (out, header, (guint) (2 + n));
}

static GPtrArray *
read_certificates (Cursor inside)
{
  g_autoptr(GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);
  Element element;

  while (inside.left > 0)
    {
      g_autoptr(GBytes) der = NULL;

      if (!take_tagged (&inside, SEQUENCE, &element) || certificates->len == SIGNET_CMS_MAX_CERTIFICATES)
        return NULL;
      der = g_bytes_new (element.start, element.size);
      g_ptr_array_add (certificates, signet_certificate_new_shared (der));
    }
  return g_steal_pointer (&certificates);
}

/* RFC 5652, 5.1: version, digestAlgorithms, encapContentInfo, certificates [0], … */
static gboolean
find_certificates (Cursor signed_data, Element *certificates)
{
  Element skipped;

  return take_tagged (&signed_data, INTEGER, &skipped) && take_tagged (&signed_data, SET, &skipped)
         && take_tagged (&signed_data, SEQUENCE, &skipped) && take_tagged (&signed_data, CONTEXT_0, certificates);
}

static gboolean
are_readable (GPtrArray *certificates)
{
  for (guint i = 0; i < certificates->len; i++)
    if (!signet_certificate_is_readable (g_ptr_array_index (certificates, i)))
      return FALSE;
  return TRUE;
}

/* The CMS as it would be without them. */
static GByteArray *
write_without (const Element *type, const Element *signed_data, const Element *certificates)
{
  const guint8 *after = certificates->start + certificates->size;
  gsize length = signed_data->inside.left - certificates->size;
  gsize wrapped = size_with_header (length);
  gsize whole = type->size + size_with_header (wrapped);
  GByteArray *out = g_byte_array_sized_new ((guint) size_with_header (whole));

  add_header (out, SEQUENCE, whole);
  g_byte_array_append (out, type->start, (guint) type->size);
  add_header (out, CONTEXT_0, wrapped);
  add_header (out, SEQUENCE, length);
  g_byte_array_append (out, signed_data->inside.at, (guint) (certificates->start - signed_data->inside.at));
  g_byte_array_append (out, after, (guint) (signed_data->start + signed_data->size - after));
  return out;
}

/* RFC 5652, 3: ContentInfo, with what must be a SignedData */
static gboolean
find_signed_data (Cursor cursor, Element *outer, Element *type, Element *signed_data)
{
  Element wrapper;
  Cursor inside;

  if (!take_tagged (&cursor, SEQUENCE, outer))
    return FALSE;
  inside = outer->inside;
  if (!take_tagged (&inside, OBJECT, type) || !take_tagged (&inside, CONTEXT_0, &wrapper) || inside.left > 0)
    return FALSE;
  inside = wrapper.inside;
  return take_tagged (&inside, SEQUENCE, signed_data) && inside.left == 0;
}

/**
 * _signet_cms_take_certificates:
 * @der: a CMS, perhaps with something behind it
 * @certificates: (out) (element-type SignetCertificate): all of them, and readable
 * @consumed: (out): the length of the CMS
 *
 * Returns: (transfer full) (nullable): the same CMS without its certificates; NULL: it has none, or is not so simple
 */
GByteArray *
_signet_cms_take_certificates (GBytes *der, GPtrArray **certificates, gsize *consumed)
{
  Cursor cursor = { g_bytes_get_data (der, NULL), g_bytes_get_size (der) };
  g_autoptr(GPtrArray) found = NULL;
  Element outer;
  Element type;
  Element signed_data;
  Element set;

  if (!find_signed_data (cursor, &outer, &type, &signed_data) || !find_certificates (signed_data.inside, &set))
    return NULL;
  found = read_certificates (set.inside);
  if (found == NULL || !are_readable (found))
    return NULL;
  *certificates = g_steal_pointer (&found);
  *consumed = outer.size;
  return write_without (&type, &signed_data, &set);
}
