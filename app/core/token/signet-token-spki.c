/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-spki.c: SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) out of what a token tells of a key, and out of a certificate
 * without decoding the rest of it. Outside bytes: definite lengths only, sizes limited by who hands them in. Pure, any thread.
 */
#define G_LOG_DOMAIN "signet-token-spki"

#include "config.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include "signet-token-private.h"

#define MAX_SPELT_OUT 1024 /* bytes of a curve's numbers: P-521 takes half of it */

/* --- DER, as much as is needed --- */

static void
append_header (GByteArray *der, guint8 tag, gsize length)
{
  guint8 header[6] = { tag };
  guint n = 1;

  if (length < 0x80)
    header[n++] = (guint8) length;
  else if (length < 0x100)
    {
      header[n++] = 0x81;
      header[n++] = (guint8) length;
    }
  else
    {
      header[n++] = 0x82;
      header[n++] = (guint8) (length >> 8);
      header[n++] = (guint8) length;
    }
  g_byte_array_append (der, header, n);
}

/* @parts are encodings already, or the bare content when there is one part */
static GByteArray *
wrap (guint8 tag, const GByteArray *first, const GByteArray *second)
{
  GByteArray *der = g_byte_array_new ();

  append_header (der, tag, first->len + (second != NULL ? second->len : 0));
  g_byte_array_append (der, first->data, first->len);
  if (second != NULL)
    g_byte_array_append (der, second->data, second->len);
  return der;
}

/* An unsigned big-endian number as INTEGER: shortest form, never negative. */
static GByteArray *
unsigned_integer (GBytes *number)
{
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (number, &length);
  g_autoptr (GByteArray) content = g_byte_array_new ();

  while (length > 1 && *bytes == 0)
    {
      bytes++;
      length--;
    }
  if (length == 0 || (*bytes & 0x80) != 0)
    g_byte_array_append (content, (const guint8 *) "\0", 1);
  g_byte_array_append (content, bytes, (guint) length);
  return wrap (0x02, content, NULL);
}

static GByteArray *
bit_string (const guint8 *bytes, gsize length)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();

  g_byte_array_append (content, (const guint8 *) "\0", 1);
  g_byte_array_append (content, bytes, (guint) length);
  return wrap (0x03, content, NULL);
}

/* rsaEncryption with NULL (RFC 3279, 2.3.1) */
static const guint8 rsa_encryption[] = {
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
};

static GBytes *
rsa_spki (SignetTokenObject *object)
{
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GByteArray) modulus = NULL;
  g_autoptr (GByteArray) exponent = NULL;
  g_autoptr (GByteArray) key = NULL;
  g_autoptr (GByteArray) bits = NULL;

  if (object->modulus == NULL || object->exponent == NULL)
    return NULL;
  modulus = unsigned_integer (object->modulus);
  exponent = unsigned_integer (object->exponent);
  key = wrap (0x30, modulus, exponent);
  bits = bit_string (key->data, key->len);
  g_byte_array_append (head, rsa_encryption, sizeof rsa_encryption);
  return g_byte_array_free_to_bytes (wrap (0x30, head, bits));
}

/* One TLV at the start of @der: definite lengths only. @content: what is in it; @whole: with its header. */
static gboolean
read_tlv (const guint8 *der, gsize length, guint8 tag, const guint8 **content, gsize *content_length, gsize *whole)
{
  gsize size = 0;
  gsize header = 2;

  if (length < 2 || der[0] != tag)
    return FALSE;
  size = der[1];
  if (size > 0x80 && size <= 0x83)
    {
      gsize n = size - 0x80;

      if (length < 2 + n)
        return FALSE;
      size = 0;
      for (gsize i = 0; i < n; i++)
        size = size << 8 | der[2 + i];
      header += n;
    }
  else if (size >= 0x80)
    return FALSE;
  if (size > length - header)
    return FALSE;
  *content = der + header;
  *content_length = size;
  *whole = header + size;
  return TRUE;
}

/* PKCS#11 v3.0, 2.3.10: the curve by its name (PrintableString) or by its OID (RFC 8410). */
static gboolean
is_ed25519 (GBytes *params)
{
  static const guint8 name[] = { 0x13, 0x0c, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9' };
  static const guint8 oid[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
  gsize length = 0;
  const guint8 *bytes = params != NULL ? g_bytes_get_data (params, &length) : NULL;

  return (length == sizeof name && memcmp (bytes, name, length) == 0) ||
         (length == sizeof oid && memcmp (bytes, oid, length) == 0);
}

/* ykcs11 on OpenSSL 3 spells the curve out (SEC 1, C.2). It is the same curve only when every number is; the name is what a
 * certificate has. */
static GBytes *
name_curve (GBytes *params)
{
  gsize length = 0;
  const unsigned char *der = g_bytes_get_data (params, &length);
  EC_GROUP *group =
      length > 0 && length <= MAX_SPELT_OUT && der[0] == 0x30 ? d2i_ECPKParameters (NULL, &der, (long) length) : NULL;
  int nid = group != NULL ? EC_GROUP_check_named_curve (group, 1, NULL) : NID_undef;
  const ASN1_OBJECT *oid = nid != NID_undef ? OBJ_nid2obj (nid) : NULL;
  unsigned char *name = NULL;
  int size = oid != NULL ? i2d_ASN1_OBJECT (oid, &name) : 0;
  GBytes *named = size > 0 ? g_bytes_new (name, (gsize) size) : g_bytes_ref (params);

  OPENSSL_free (name);
  EC_GROUP_free (group);
  ERR_clear_error ();
  return named;
}

/* The curves people have keys on. A listing has a thousand of them: OpenSSL is asked only about what is not here. */
static const struct
{
  guint8 oid[10];
  gsize length;
  gsize point; /* bytes of an uncompressed one */
} curves[] = {
  { { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }, 10, 65 }, /* P-256 */
  { { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 }, 7, 97 },                    /* P-384 */
  { { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 }, 7, 133 },                   /* P-521 */
};

/* 0: not known */
static gsize
point_length (GBytes *curve)
{
  gsize length = 0;
  const guint8 *oid = g_bytes_get_data (curve, &length);

  for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
    if (length == curves[i].length && memcmp (oid, curves[i].oid, length) == 0)
      return curves[i].point;
  return 0;
}

/* CKA_EC_POINT is an OCTET STRING around the point. Some modules give the bare point, one (tpm2-pkcs11, P-521) a header with a
 * wrong length. Where the curve is known its size tells what is header and what is point; a point may begin like a header. */
static const guint8 *
find_point (GBytes *value, gsize expected, gsize *length)
{
  const guint8 *point = g_bytes_get_data (value, length);
  const guint8 *inner = NULL;
  gsize inner_length = 0;
  gsize whole = 0;

  if (expected > 0 && *length >= expected && *length <= expected + 3 && point[*length - expected] == 0x04)
    {
      point += *length - expected;
      *length = expected;
    }
  else if (read_tlv (point, *length, 0x04, &inner, &inner_length, &whole) && whole == *length)
    {
      point = inner;
      *length = inner_length;
    }
  return point;
}

static GBytes *
ec_spki (SignetTokenObject *object)
{
  static const guint8 id_ec_public_key[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
  g_autoptr (GByteArray) oid = g_byte_array_new ();
  g_autoptr (GByteArray) params = g_byte_array_new ();
  g_autoptr (GByteArray) algorithm = NULL;
  g_autoptr (GByteArray) bits = NULL;
  g_autoptr (GBytes) curve = NULL;
  const guint8 *point = NULL;
  gsize length = 0;

  if (object->point == NULL || object->params == NULL)
    return NULL;
  curve = name_curve (object->params);
  point = find_point (object->point, point_length (curve), &length);
  g_byte_array_append (params, g_bytes_get_data (curve, NULL), (guint) g_bytes_get_size (curve));
  g_byte_array_append (oid, id_ec_public_key, sizeof id_ec_public_key);
  algorithm = wrap (0x30, oid, params);
  bits = bit_string (point, length);
  return g_byte_array_free_to_bytes (wrap (0x30, algorithm, bits));
}

/* RFC 8410, 4: no parameters. Modules wrap the 32 bytes in an OCTET STRING, in a BIT STRING, or in nothing. */
static GBytes *
edwards_spki (SignetTokenObject *object)
{
  static const guint8 algorithm[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };
  g_autoptr (GByteArray) head = NULL;
  g_autoptr (GByteArray) bits = NULL;
  const guint8 *point = NULL;
  gsize length = 0;

  if (object->point == NULL || !is_ed25519 (object->params))
    return NULL;
  point = g_bytes_get_data (object->point, &length);
  if (length == 34 && point[0] == 0x04 && point[1] == 32)
    point += 2;
  else if (length == 35 && point[0] == 0x03 && point[1] == 33 && point[2] == 0)
    point += 3;
  else if (length != 32)
    return NULL;
  head = g_byte_array_new ();
  bits = bit_string (point, 32);
  g_byte_array_append (head, algorithm, sizeof algorithm);
  return g_byte_array_free_to_bytes (wrap (0x30, head, bits));
}

GBytes *
_signet_token_object_dup_spki (SignetTokenObject *object)
{
  if (object->key_type == CKK_EC_EDWARDS)
    return edwards_spki (object);
  if (object->key_type == CKK_RSA)
    return rsa_spki (object);
  if (object->key_type == CKK_EC)
    return ec_spki (object);
  return NULL;
}

/**
 * _signet_token_certificate_dup_spki:
 * @der: a certificate, perhaps
 *
 * Walks RFC 5280, 4.1 down to the key: version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo.
 * A listing of a thousand certificates must not decode a thousand of them.
 *
 * Returns: (transfer full) (nullable): a slice of @der
 */
GBytes *
_signet_token_certificate_dup_spki (GBytes *der)
{
  static const guint8 before[] = { 0x02, 0x30, 0x30, 0x30, 0x30 };
  gsize length = 0;
  const guint8 *start = g_bytes_get_data (der, &length);
  const guint8 *at = start;
  const guint8 *content = NULL;
  gsize size = 0;
  gsize whole = 0;

  for (guint level = 0; level < 2; level++)
    {
      if (!read_tlv (at, length, 0x30, &content, &size, &whole))
        return NULL;
      at = content;
      length = size;
    }
  if (read_tlv (at, length, 0xa0, &content, &size, &whole))
    {
      at += whole;
      length -= whole;
    }
  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      if (!read_tlv (at, length, before[i], &content, &size, &whole))
        return NULL;
      at += whole;
      length -= whole;
    }
  if (!read_tlv (at, length, 0x30, &content, &size, &whole))
    return NULL;
  return g_bytes_new_from_bytes (der, (gsize) (at - start), whole);
}

/**
 * _signet_token_spki_dup_plain:
 * @spki: of a certificate
 *
 * A certificate may bind its RSA key to PSS (id-RSASSA-PSS, RFC 4055, 1.2); the token knows a plain RSA key. For comparing the
 * two.
 *
 * Returns: (transfer full): @spki with rsaEncryption in place of id-RSASSA-PSS, any other as it is
 */
GBytes *
_signet_token_spki_dup_plain (GBytes *spki)
{
  static const guint8 pss[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a };
  gsize length = 0;
  const guint8 *der = g_bytes_get_data (spki, &length);
  const guint8 *content = NULL;
  const guint8 *algorithm = NULL;
  gsize size = 0;
  gsize algorithm_size = 0;
  gsize whole = 0;
  g_autoptr (GByteArray) head = NULL;
  g_autoptr (GByteArray) bits = NULL;

  if (!read_tlv (der, length, 0x30, &content, &size, &whole) ||
      !read_tlv (content, size, 0x30, &algorithm, &algorithm_size, &whole) || algorithm_size < sizeof pss ||
      memcmp (algorithm, pss, sizeof pss) != 0)
    return g_bytes_ref (spki);
  head = g_byte_array_new ();
  bits = g_byte_array_new ();
  g_byte_array_append (head, rsa_encryption, sizeof rsa_encryption);
  g_byte_array_append (bits, content + whole, (guint) (size - whole));
  return g_byte_array_free_to_bytes (wrap (0x30, head, bits));
}

/* CKK_… of the algorithm a key says it is for; -1 when it is none that we use. */
gulong
_signet_token_spki_get_key_type (GBytes *spki)
{
  static const struct
  {
    guint8 oid[11];
    gsize length;
    gulong type;
  } rows[] = {
    { { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 }, 11, CKK_RSA }, /* rsaEncryption */
    { { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a }, 11, CKK_RSA }, /* id-RSASSA-PSS */
    { { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 }, 9, CKK_EC },               /* id-ecPublicKey */
    { { 0x06, 0x03, 0x2b, 0x65, 0x70 }, 5, CKK_EC_EDWARDS },                               /* id-Ed25519 */
  };
  gsize length = 0;
  const guint8 *der = spki != NULL ? g_bytes_get_data (spki, &length) : NULL;
  const guint8 *content = NULL;
  const guint8 *algorithm = NULL;
  gsize size = 0;
  gsize whole = 0;

  if (spki == NULL || !read_tlv (der, length, 0x30, &content, &size, &whole) ||
      !read_tlv (content, size, 0x30, &algorithm, &length, &whole))
    return (gulong) -1;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (length >= rows[i].length && memcmp (algorithm, rows[i].oid, rows[i].length) == 0)
      return rows[i].type;
  return (gulong) -1;
}

/* Whether two are the same key, bound to PSS or not. @a, @b: (nullable): like no key at all */
gboolean
_signet_token_spki_same_key (GBytes *a, GBytes *b)
{
  g_autoptr (GBytes) plain_a = NULL;
  g_autoptr (GBytes) plain_b = NULL;

  if (a == NULL || b == NULL)
    return FALSE;
  if (g_bytes_equal (a, b))
    return TRUE;
  plain_a = _signet_token_spki_dup_plain (a);
  plain_b = _signet_token_spki_dup_plain (b);
  return g_bytes_equal (plain_a, plain_b);
}
