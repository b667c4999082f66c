/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-parts.c: cuts a SignedData into parts and puts it together again. OpenSSL would decode and encode what others signed and
 * time-stamped; here every SignerInfo, certificate and list keeps its bytes (an archive time-stamp is over just those), only what is around
 * them is written anew, with definite lengths. Interprets no more than that: judging is for signet-cms-reader.c. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-cms-parts"

#include "config.h"

#include "signet-cms-parts-private.h"

#include <string.h>

#include "signet-cms-element-private.h"
#include "signet-cms-reader-private.h"

#define MAX_SIGNERS 64
#define MAX_LISTS   256
#define MAX_DIGESTS 64
#define MAX_PIECES  (1024 * 1024) /* of content written in pieces */

/* 1.2.840.113549.1.7.2 and .1 */
static const guint8 id_signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
static const guint8 id_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
/* 1.2.840.113549.1.9.6, RFC 5652, 11.4 */
static const guint8 id_countersignature[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x06 };

void
_signet_cms_parts_free (SignetCmsParts *self)
{
  g_clear_pointer (&self->whole, g_bytes_unref);
  g_clear_pointer (&self->content_type, g_bytes_unref);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_ptr_array_unref (self->digest_algorithms);
  g_ptr_array_unref (self->certificates);
  g_ptr_array_unref (self->crls);
  g_ptr_array_unref (self->signer_infos);
  g_free (self);
}

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

static GBytes *
slice (GBytes *whole, const SignetCmsElement *element)
{
  return g_bytes_new_from_bytes (whole, (gsize) (element->start - (const guint8 *) g_bytes_get_data (whole, NULL)), element->size);
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

/* All elements of a SET OF, whatever they are (RFC 5652 has choices in certificates and crls) */
static gboolean
take_all (GBytes *whole, SignetCmsCursor inside, GPtrArray *list, guint most)
{
  SignetCmsElement element;

  while (inside.left > 0)
    {
      if (list->len == most || !_signet_cms_take (&inside, &element))
        return FALSE;
      g_ptr_array_add (list, slice (whole, &element));
    }
  return TRUE;
}

/* An OCTET STRING, in one piece or in pieces (X.690, 8.7) */
static GBytes *
take_octets (GBytes *whole, const SignetCmsElement *element)
{
  g_autoptr(GByteArray) joined = NULL;
  SignetCmsCursor inside = element->inside;
  SignetCmsElement piece;

  if (element->tag == SIGNET_CMS_OCTETS)
    return g_bytes_new_from_bytes (whole, (gsize) (inside.at - (const guint8 *) g_bytes_get_data (whole, NULL)), inside.left);
  if (element->tag != SIGNET_CMS_OCTETS_PARTS)
    return NULL;
  joined = g_byte_array_new ();
  for (guint i = 0; inside.left > 0; i++)
    {
      if (i == MAX_PIECES || !_signet_cms_take_tagged (&inside, SIGNET_CMS_OCTETS, &piece))
        return NULL;
      g_byte_array_append (joined, piece.inside.at, (guint) piece.inside.left);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&joined));
}

/* EncapsulatedContentInfo, RFC 5652, 5.2 */
static gboolean
take_content (SignetCmsParts *self, SignetCmsCursor inside)
{
  SignetCmsElement element;
  SignetCmsCursor wrapped;

  if (!_signet_cms_take_tagged (&inside, SIGNET_CMS_OBJECT, &element))
    return FALSE;
  self->content_type = slice (self->whole, &element);
  if (inside.left == 0)
    return TRUE;
  if (!_signet_cms_take_tagged (&inside, SIGNET_CMS_CONTEXT_0, &element) || inside.left > 0)
    return FALSE;
  wrapped = element.inside;
  if (!_signet_cms_take (&wrapped, &element) || wrapped.left > 0)
    return FALSE;
  self->content = take_octets (self->whole, &element);
  return self->content != NULL;
}

/* Set [tag] IMPLICIT OPTIONAL */
static gboolean
take_optional (SignetCmsParts *self, SignetCmsCursor *cursor, guint8 tag, GPtrArray *list, guint most)
{
  SignetCmsElement element;

  return !_signet_cms_next_is (cursor, tag)
         || (_signet_cms_take (cursor, &element) && take_all (self->whole, element.inside, list, most));
}

/* RFC 5652, 5.1 */
static gboolean
take_signed_data (SignetCmsParts *self, SignetCmsCursor cursor)
{
  SignetCmsElement version;
  SignetCmsElement digests;
  SignetCmsElement content;
  SignetCmsElement signers;

  if (!_signet_cms_take_tagged (&cursor, SIGNET_CMS_INTEGER, &version) || version.inside.left != 1 || version.inside.at[0] > 5
      || !_signet_cms_take_tagged (&cursor, SIGNET_CMS_SET, &digests)
      || !take_all (self->whole, digests.inside, self->digest_algorithms, MAX_DIGESTS)
      || !_signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &content) || !take_content (self, content.inside)
      || !take_optional (self, &cursor, SIGNET_CMS_CONTEXT_0, self->certificates, SIGNET_CMS_MAX_CERTIFICATES)
      || !take_optional (self, &cursor, SIGNET_CMS_CONTEXT_1, self->crls, MAX_LISTS)
      || !_signet_cms_take_tagged (&cursor, SIGNET_CMS_SET, &signers)
      || !take_all (self->whole, signers.inside, self->signer_infos, MAX_SIGNERS))
    return FALSE;
  self->version = version.inside.at[0];
  return cursor.left == 0;
}

static gboolean
is_element (const SignetCmsElement *element, const guint8 *bytes, gsize length)
{
  return element->size == length && memcmp (element->start, bytes, length) == 0;
}

/* RFC 5652, 3 */
static gboolean
take_content_info (SignetCmsParts *self)
{
  SignetCmsCursor cursor = { g_bytes_get_data (self->whole, NULL), g_bytes_get_size (self->whole) };
  SignetCmsElement element;
  SignetCmsElement wrapper;

  if (!_signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &element) || cursor.left > 0)
    return FALSE;
  cursor = element.inside;
  if (!_signet_cms_take (&cursor, &element) || !is_element (&element, id_signed_data, sizeof id_signed_data)
      || !_signet_cms_take_tagged (&cursor, SIGNET_CMS_CONTEXT_0, &wrapper) || cursor.left > 0)
    return FALSE;
  cursor = wrapper.inside;
  return _signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &element) && cursor.left == 0 && take_signed_data (self, element.inside);
}

SignetCmsParts *
_signet_cms_parts_new (GBytes *encoded, GError **error)
{
  g_autoptr(SignetCmsParts) self = g_new0 (SignetCmsParts, 1);

  self->whole = g_bytes_ref (encoded);
  self->digest_algorithms = new_list ();
  self->certificates = new_list ();
  self->crls = new_list ();
  self->signer_infos = new_list ();
  if (g_bytes_get_size (encoded) > SIGNET_CMS_MAX_SIZE)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "CMS larger than 64 MiB");
      return NULL;
    }
  if (!take_content_info (self))
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "the parts of the CMS cannot be told apart");
      return NULL;
    }
  return g_steal_pointer (&self);
}

gboolean
_signet_cms_parts_is_data (const SignetCmsParts *self)
{
  gsize length = 0;
  const void *type = g_bytes_get_data (self->content_type, &length);

  return length == sizeof id_data && memcmp (type, id_data, length) == 0;
}

/* --- adding ------------------------------------------------------------------------------------------------------------ */

void
_signet_cms_parts_set_content (SignetCmsParts *self, GBytes *content)
{
  g_clear_pointer (&self->content, g_bytes_unref);
  self->content = g_bytes_ref (content);
}

static gboolean
add_missing (GPtrArray *list, GPtrArray *addition, guint most)
{
  for (guint i = 0; i < addition->len; i++)
    {
      GBytes *part = g_ptr_array_index (addition, i);

      if (g_ptr_array_find_with_equal_func (list, part, (GEqualFunc) g_bytes_equal, NULL))
        continue;
      if (list->len >= most)
        return FALSE;
      g_ptr_array_add (list, g_bytes_ref (part));
    }
  return TRUE;
}

gboolean
_signet_cms_parts_merge (SignetCmsParts *self, const SignetCmsParts *addition, gboolean signers, GError **error)
{
  gboolean fits = add_missing (self->certificates, addition->certificates, SIGNET_CMS_MAX_CERTIFICATES)
                  && add_missing (self->crls, addition->crls, MAX_LISTS)
                  && (!signers || self->signer_infos->len + addition->signer_infos->len <= MAX_SIGNERS);

  /* RFC 5652, 5.1: digestAlgorithms are those of the signers, not of countersigners */
  fits = fits && (!signers || add_missing (self->digest_algorithms, addition->digest_algorithms, MAX_DIGESTS));
  if (!fits)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "no room for more signers or certificates");
      return FALSE;
    }
  self->version = MAX (self->version, addition->version);
  for (guint i = 0; signers && i < addition->signer_infos->len; i++)
    g_ptr_array_add (self->signer_infos, g_bytes_ref (g_ptr_array_index (addition->signer_infos, i)));
  return TRUE;
}

static void
append (GByteArray *out, GBytes *part)
{
  g_byte_array_append (out, g_bytes_get_data (part, NULL), (guint) g_bytes_get_size (part));
}

/* Attribute ::= SEQUENCE { type, SET OF value } */
static GByteArray *
new_attribute (const guint8 *type, gsize type_length, GBytes *value)
{
  GByteArray *attribute = g_byte_array_new ();
  gsize set = _signet_cms_size_with_header (g_bytes_get_size (value));

  _signet_cms_add_header (attribute, SIGNET_CMS_SEQUENCE, type_length + set);
  g_byte_array_append (attribute, type, (guint) type_length);
  _signet_cms_add_header (attribute, SIGNET_CMS_SET, g_bytes_get_size (value));
  append (attribute, value);
  return attribute;
}

/* A SignerInfo up to its signature, and what its unsigned attributes hold (RFC 5652, 5.3) */
gboolean
_signet_cms_split_signer_info (GBytes *signer_info, SignetCmsCursor *before, SignetCmsCursor *unsigned_attributes)
{
  SignetCmsCursor cursor = { g_bytes_get_data (signer_info, NULL), g_bytes_get_size (signer_info) };
  SignetCmsElement element;

  *unsigned_attributes = (SignetCmsCursor){ NULL, 0 };
  if (!_signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &element) || cursor.left > 0)
    return FALSE;
  cursor = *before = element.inside;
  /* version, sid, digestAlgorithm, [0] signedAttrs, signatureAlgorithm, signature */
  for (guint i = 0; i < 3; i++)
    if (!_signet_cms_take (&cursor, &element))
      return FALSE;
  if (_signet_cms_next_is (&cursor, SIGNET_CMS_CONTEXT_0) && !_signet_cms_take (&cursor, &element))
    return FALSE;
  if (!_signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &element) || !_signet_cms_take_tagged (&cursor, SIGNET_CMS_OCTETS, &element))
    return FALSE;
  before->left = (gsize) (cursor.at - before->at);
  if (cursor.left == 0)
    return TRUE;
  if (!_signet_cms_take_tagged (&cursor, SIGNET_CMS_CONTEXT_1, &element) || cursor.left > 0)
    return FALSE;
  *unsigned_attributes = element.inside;
  return TRUE;
}

static gboolean
are_formed (GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      GBytes *part = g_ptr_array_index (list, i);

      if (!_signet_cms_is_formed ((SignetCmsCursor){ g_bytes_get_data (part, NULL), g_bytes_get_size (part) }))
        return FALSE;
    }
  return TRUE;
}

gboolean
_signet_cms_parts_are_formed (const SignetCmsParts *self)
{
  for (guint i = 0; i < self->signer_infos->len; i++)
    {
      SignetCmsCursor before;
      SignetCmsCursor attributes;

      if (!_signet_cms_split_signer_info (g_ptr_array_index (self->signer_infos, i), &before, &attributes))
        return FALSE;
    }
  return are_formed (self->digest_algorithms) && are_formed (self->certificates) && are_formed (self->crls) && are_formed (self->signer_infos);
}

gboolean
_signet_cms_parts_add_attribute (SignetCmsParts *self, guint index, const guint8 *type, gsize type_length, GBytes *value, GError **error)
{
  g_autoptr(GByteArray) attribute = new_attribute (type, type_length, value);
  g_autoptr(GByteArray) out = g_byte_array_new ();
  SignetCmsCursor before;
  SignetCmsCursor attributes;
  gsize length = 0;

  if (index >= self->signer_infos->len || !_signet_cms_split_signer_info (g_ptr_array_index (self->signer_infos, index), &before, &attributes))
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "the signature that something is added to cannot be taken apart");
      return FALSE;
    }
  /* an attribute of its own: those that are there keep their bytes */
  length = attributes.left + attribute->len;
  _signet_cms_add_header (out, SIGNET_CMS_SEQUENCE, before.left + _signet_cms_size_with_header (length));
  g_byte_array_append (out, before.at, (guint) before.left);
  _signet_cms_add_header (out, SIGNET_CMS_CONTEXT_1, length);
  if (attributes.left > 0)
    g_byte_array_append (out, attributes.at, (guint) attributes.left);
  g_byte_array_append (out, attribute->data, attribute->len);
  g_bytes_unref (self->signer_infos->pdata[index]);
  self->signer_infos->pdata[index] = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return TRUE;
}

gboolean
_signet_cms_parts_countersign (SignetCmsParts *self, guint index, GBytes *signer_info, GError **error)
{
  return _signet_cms_parts_add_attribute (self, index, id_countersignature, sizeof id_countersignature, signer_info, error);
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

static gsize
size_of (GPtrArray *list)
{
  gsize size = 0;

  for (guint i = 0; i < list->len; i++)
    size += g_bytes_get_size (g_ptr_array_index (list, i));
  return size;
}

static void
add_list (GByteArray *out, guint8 tag, GPtrArray *list, gboolean optional)
{
  if (optional && list->len == 0)
    return;
  _signet_cms_add_header (out, tag, size_of (list));
  for (guint i = 0; i < list->len; i++)
    append (out, g_ptr_array_index (list, i));
}

static void
add_content (GByteArray *out, GBytes *type, GBytes *content)
{
  gsize octets = content != NULL ? _signet_cms_size_with_header (g_bytes_get_size (content)) : 0;
  gsize wrapped = content != NULL ? _signet_cms_size_with_header (octets) : 0;

  _signet_cms_add_header (out, SIGNET_CMS_SEQUENCE, g_bytes_get_size (type) + wrapped);
  append (out, type);
  if (content == NULL)
    return;
  _signet_cms_add_header (out, SIGNET_CMS_CONTEXT_0, octets);
  _signet_cms_add_header (out, SIGNET_CMS_OCTETS, g_bytes_get_size (content));
  append (out, content);
}

GBytes *
_signet_cms_parts_encode (SignetCmsParts *self)
{
  g_autoptr(GByteArray) body = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();
  const guint8 version = (guint8) self->version;
  gsize wrapped = 0;

  _signet_cms_add_header (body, SIGNET_CMS_INTEGER, 1);
  g_byte_array_append (body, &version, 1);
  add_list (body, SIGNET_CMS_SET, self->digest_algorithms, FALSE);
  add_content (body, self->content_type, self->content);
  add_list (body, SIGNET_CMS_CONTEXT_0, self->certificates, TRUE);
  add_list (body, SIGNET_CMS_CONTEXT_1, self->crls, TRUE);
  add_list (body, SIGNET_CMS_SET, self->signer_infos, FALSE);

  wrapped = _signet_cms_size_with_header (body->len);
  _signet_cms_add_header (out, SIGNET_CMS_SEQUENCE, sizeof id_signed_data + _signet_cms_size_with_header (wrapped));
  g_byte_array_append (out, id_signed_data, sizeof id_signed_data);
  _signet_cms_add_header (out, SIGNET_CMS_CONTEXT_0, wrapped);
  _signet_cms_add_header (out, SIGNET_CMS_SEQUENCE, body->len);
  g_byte_array_append (out, body->data, body->len);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
_signet_cms_wrap_signer_info (GBytes *signer_info)
{
  SignetCmsParts parts = { .whole = signer_info, .version = 1 };
  SignetCmsCursor cursor = { g_bytes_get_data (signer_info, NULL), g_bytes_get_size (signer_info) };
  SignetCmsElement element;
  g_autoptr(GPtrArray) digests = new_list ();
  g_autoptr(GPtrArray) signers = new_list ();
  g_autoptr(GPtrArray) none = new_list ();
  g_autoptr(GBytes) type = g_bytes_new_static (id_data, sizeof id_data);

  if (!_signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &element) || cursor.left > 0)
    return NULL;
  cursor = element.inside;
  for (guint i = 0; i < 3; i++)
    if (!_signet_cms_take (&cursor, &element))
      return NULL;
  g_ptr_array_add (digests, slice (signer_info, &element));
  g_ptr_array_add (signers, g_bytes_ref (signer_info));
  parts.digest_algorithms = digests;
  parts.content_type = type;
  parts.certificates = parts.crls = none;
  parts.signer_infos = signers;
  return _signet_cms_parts_encode (&parts);
}
