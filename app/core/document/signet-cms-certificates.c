/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-certificates.c: takes the certificates out of a SignedData before it is decoded. OpenSSL 3.0 decodes each of them with it, public
 * key and all, which costs more than everything else in a signature; and mostly it is the same few.
 *
 * Only what is DER and has nothing but certificates there is taken apart; everything else is for OpenSSL to read as a whole. One thread.
 */
#define G_LOG_DOMAIN "signet-cms-certificates"

#include "config.h"

#include "signet-cms-element-private.h"
#include "signet-cms-reader-private.h"

/* One element of definite length with this tag. */
static gboolean
take_tagged (SignetCmsCursor *cursor, guint8 tag, SignetCmsElement *element)
{
  return _signet_cms_take_tagged (cursor, tag, element) && !element->indefinite;
}

static GPtrArray *
read_certificates (SignetCmsCursor inside)
{
  g_autoptr(GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);
  SignetCmsElement element;

  while (inside.left > 0)
    {
      g_autoptr(GBytes) der = NULL;

      if (!take_tagged (&inside, SIGNET_CMS_SEQUENCE, &element) || certificates->len == SIGNET_CMS_MAX_CERTIFICATES)
        return NULL;
      der = g_bytes_new (element.start, element.size);
      g_ptr_array_add (certificates, signet_certificate_new_shared (der));
    }
  return g_steal_pointer (&certificates);
}

/* RFC 5652, 5.1: version, digestAlgorithms, encapContentInfo, certificates [0], … */
static gboolean
find_certificates (SignetCmsCursor signed_data, SignetCmsElement *certificates)
{
  SignetCmsElement skipped;

  return take_tagged (&signed_data, SIGNET_CMS_INTEGER, &skipped) && take_tagged (&signed_data, SIGNET_CMS_SET, &skipped)
         && take_tagged (&signed_data, SIGNET_CMS_SEQUENCE, &skipped) && take_tagged (&signed_data, SIGNET_CMS_CONTEXT_0, certificates);
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
write_without (const SignetCmsElement *type, const SignetCmsElement *signed_data, const SignetCmsElement *certificates)
{
  const guint8 *after = certificates->start + certificates->size;
  gsize length = signed_data->inside.left - certificates->size;
  gsize wrapped = _signet_cms_size_with_header (length);
  gsize whole = type->size + _signet_cms_size_with_header (wrapped);
  GByteArray *out = g_byte_array_sized_new ((guint) _signet_cms_size_with_header (whole));

  _signet_cms_add_header (out, SIGNET_CMS_SEQUENCE, whole);
  g_byte_array_append (out, type->start, (guint) type->size);
  _signet_cms_add_header (out, SIGNET_CMS_CONTEXT_0, wrapped);
  _signet_cms_add_header (out, SIGNET_CMS_SEQUENCE, length);
  g_byte_array_append (out, signed_data->inside.at, (guint) (certificates->start - signed_data->inside.at));
  g_byte_array_append (out, after, (guint) (signed_data->start + signed_data->size - after));
  return out;
}

/* RFC 5652, 3: ContentInfo, with what must be a SignedData */
static gboolean
find_signed_data (SignetCmsCursor cursor, SignetCmsElement *outer, SignetCmsElement *type, SignetCmsElement *signed_data)
{
  SignetCmsElement wrapper;
  SignetCmsCursor inside;

  if (!take_tagged (&cursor, SIGNET_CMS_SEQUENCE, outer))
    return FALSE;
  inside = outer->inside;
  if (!take_tagged (&inside, SIGNET_CMS_OBJECT, type) || !take_tagged (&inside, SIGNET_CMS_CONTEXT_0, &wrapper) || inside.left > 0)
    return FALSE;
  inside = wrapper.inside;
  return take_tagged (&inside, SIGNET_CMS_SEQUENCE, signed_data) && inside.left == 0;
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
  SignetCmsCursor cursor = { g_bytes_get_data (der, NULL), g_bytes_get_size (der) };
  g_autoptr(GPtrArray) found = NULL;
  SignetCmsElement outer;
  SignetCmsElement type;
  SignetCmsElement signed_data;
  SignetCmsElement set;

  if (!find_signed_data (cursor, &outer, &type, &signed_data) || !find_certificates (signed_data.inside, &set))
    return NULL;
  found = read_certificates (set.inside);
  if (found == NULL || !are_readable (found))
    return NULL;
  *certificates = g_steal_pointer (&found);
  *consumed = outer.size;
  return write_without (&type, &signed_data, &set);
}
