/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-listing.c: what a host says of tokens and objects, made into objects of ours.
 *
 * Everything here is outside bytes (a vendor's module wrote them): unknown entries are ignored, wrong types count as missing,
 * sizes and counts are limited, nothing is decoded that nobody asked for. Pure: no I/O, any thread.
 */
#define G_LOG_DOMAIN "signet-token-listing"

#include "config.h"

#include <p11-kit/pkcs11.h>
#include <string.h>

#include "../base/signet-text.h"
#include "signet-token-private.h"

/* --- DER, as much as a SubjectPublicKeyInfo needs --- */

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

static GBytes *
rsa_spki (SignetTokenObject *object)
{
  static const guint8 algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
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
  g_byte_array_append (head, algorithm, sizeof algorithm);
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

/* CKA_EC_POINT is an OCTET STRING around the point; some modules give the bare point. */
static GBytes *
ec_spki (SignetTokenObject *object)
{
  static const guint8 id_ec_public_key[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
  g_autoptr (GByteArray) oid = g_byte_array_new ();
  g_autoptr (GByteArray) params = g_byte_array_new ();
  g_autoptr (GByteArray) algorithm = NULL;
  g_autoptr (GByteArray) bits = NULL;
  const guint8 *point = NULL;
  gsize length = 0;
  const guint8 *inner = NULL;
  gsize inner_length = 0;
  gsize whole = 0;

  if (object->point == NULL || object->params == NULL)
    return NULL;
  point = g_bytes_get_data (object->point, &length);
  if (read_tlv (point, length, 0x04, &inner, &inner_length, &whole) && whole == length)
    {
      point = inner;
      length = inner_length;
    }
  g_byte_array_append (oid, id_ec_public_key, sizeof id_ec_public_key);
  g_byte_array_append (params, g_bytes_get_data (object->params, NULL), (guint) g_bytes_get_size (object->params));
  algorithm = wrap (0x30, oid, params);
  bits = bit_string (point, length);
  return g_byte_array_free_to_bytes (wrap (0x30, algorithm, bits));
}

GBytes *
_signet_token_object_dup_spki (SignetTokenObject *object)
{
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

/* --- objects --- */

/* (nullable): also when longer than @limit */
static GBytes *
lookup_bytes (GVariant *dictionary, const char *name, gsize limit)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, name, G_VARIANT_TYPE_BYTESTRING);

  if (value == NULL || g_variant_get_size (value) > limit)
    return NULL;
  return g_variant_get_data_as_bytes (value);
}

static GBytes *
lookup_bytes_or_empty (GVariant *dictionary, const char *name, gsize limit)
{
  GBytes *bytes = lookup_bytes (dictionary, name, limit);

  return bytes != NULL ? bytes : g_bytes_new_static ("", 0);
}

static void
clear_bytes (GBytes **bytes)
{
  g_clear_pointer (bytes, g_bytes_unref);
}

void
_signet_token_object_free (SignetTokenObject *object)
{
  clear_bytes (&object->id);
  clear_bytes (&object->label);
  clear_bytes (&object->value);
  clear_bytes (&object->modulus);
  clear_bytes (&object->exponent);
  clear_bytes (&object->params);
  clear_bytes (&object->point);
  g_free (object);
}

/* What is not said, or not said as a boolean, is unknown. */
static SignetTokenFact
lookup_fact (GVariant *dictionary, const char *name)
{
  gboolean value = FALSE;

  if (!g_variant_lookup (dictionary, name, "b", &value))
    return SIGNET_TOKEN_FACT_UNKNOWN;
  return value ? SIGNET_TOKEN_FACT_YES : SIGNET_TOKEN_FACT_NO;
}

static void
read_facts (GVariant *dictionary, SignetTokenKeyFacts *facts)
{
  facts->local = lookup_fact (dictionary, "local");
  facts->sensitive = lookup_fact (dictionary, "sensitive");
  facts->always_sensitive = lookup_fact (dictionary, "always-sensitive");
  facts->extractable = lookup_fact (dictionary, "extractable");
  facts->never_extractable = lookup_fact (dictionary, "never-extractable");
  facts->always_authenticate = lookup_fact (dictionary, "always");
}

static SignetTokenObject *
parse_object (GVariant *dictionary)
{
  SignetTokenObject *object = g_new0 (SignetTokenObject, 1);
  guint64 class = G_MAXUINT64;
  guint64 key_type = G_MAXUINT64;

  g_variant_lookup (dictionary, "class", "t", &class);
  g_variant_lookup (dictionary, "handle", "t", &object->handle);
  g_variant_lookup (dictionary, "key-type", "t", &key_type);
  read_facts (dictionary, &object->facts);
  object->class = (gulong) class;
  object->key_type = (gulong) key_type;
  object->id = lookup_bytes_or_empty (dictionary, "id", SIGNET_TOKEN_MAX_ID);
  object->label = lookup_bytes_or_empty (dictionary, "label", SIGNET_TOKEN_MAX_TEXT);
  object->value = lookup_bytes_or_empty (dictionary, "value", SIGNET_CERTIFICATE_MAX_SIZE);
  object->modulus = lookup_bytes (dictionary, "modulus", SIGNET_TOKEN_MAX_KEY);
  object->exponent = lookup_bytes (dictionary, "exponent", SIGNET_TOKEN_MAX_KEY);
  object->params = lookup_bytes (dictionary, "params", SIGNET_TOKEN_MAX_KEY);
  object->point = lookup_bytes (dictionary, "point", SIGNET_TOKEN_MAX_KEY);
  return object;
}

GPtrArray *
_signet_token_parse_objects (GVariant *objects)
{
  GPtrArray *parsed = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_token_object_free);
  gsize n = objects != NULL ? g_variant_n_children (objects) : 0;

  for (gsize i = 0; i < MIN (n, SIGNET_TOKEN_MAX_OBJECTS); i++)
    {
      g_autoptr (GVariant) dictionary = g_variant_get_child_value (objects, i);

      g_ptr_array_add (parsed, parse_object (dictionary));
    }
  return parsed;
}

/* --- joining --- */

/* A public key seen on the token, under its SubjectPublicKeyInfo. */
typedef struct
{
  SignetTokenObject *object; /* borrowed */
  GBytes *spki;
  gboolean named; /* a certificate has taken it */
} PublicKey;

static void
public_key_free (PublicKey *key)
{
  g_bytes_unref (key->spki);
  g_free (key);
}

static GHashTable *
index_public_keys (GPtrArray *objects)
{
  GHashTable *keys = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, (GDestroyNotify) public_key_free);

  for (guint i = 0; i < objects->len; i++)
    {
      SignetTokenObject *object = objects->pdata[i];
      PublicKey *key = NULL;
      g_autoptr (GBytes) spki = NULL;

      /* a private RSA key tells its modulus too: enough to show a key whose public half is not on the token */
      if (object->class != CKO_PUBLIC_KEY && object->class != CKO_PRIVATE_KEY)
        continue;
      spki = _signet_token_object_dup_spki (object);
      if (spki == NULL || (object->class == CKO_PRIVATE_KEY && g_hash_table_contains (keys, spki)))
        continue;
      key = g_new0 (PublicKey, 1);
      key->object = object;
      key->spki = g_steal_pointer (&spki);
      g_hash_table_replace (keys, key->spki, key);
    }
  return keys;
}

static GHashTable *
index_private_keys (GPtrArray *objects)
{
  GHashTable *keys = g_hash_table_new (g_bytes_hash, g_bytes_equal);

  for (guint i = 0; i < objects->len; i++)
    {
      SignetTokenObject *object = objects->pdata[i];

      if (object->class == CKO_PRIVATE_KEY && g_bytes_get_size (object->id) > 0)
        g_hash_table_insert (keys, object->id, object);
    }
  return keys;
}

static char *
object_label (SignetTokenObject *object)
{
  gsize length = 0;
  const char *label = g_bytes_get_data (object->label, &length);

  return signet_text_sanitize (label, (gssize) length, 64);
}

static SignetTokenKey *
join (SignetToken *token,
      GHashTable *private_keys,
      SignetTokenObject *object,
      SignetCertificate *certificate,
      GBytes *spki,
      gboolean has_public)
{
  SignetTokenObject *private_key = g_hash_table_lookup (private_keys, object->id);
  g_autofree char *label = object_label (object);

  return _signet_token_key_new (token, spki, object->id, label, certificate, has_public,
                                private_key != NULL || object->class == CKO_PRIVATE_KEY,
                                private_key != NULL ? &private_key->facts : NULL);
}

static SignetTokenKey *
join_certificate (SignetToken *token, GHashTable *public_keys, GHashTable *private_keys, SignetTokenObject *object)
{
  g_autoptr (SignetCertificate) certificate = signet_certificate_new_lazy (object->value);
  g_autoptr (GBytes) spki = _signet_token_certificate_dup_spki (object->value);
  PublicKey *key = spki != NULL ? g_hash_table_lookup (public_keys, spki) : NULL;

  if (key != NULL)
    key->named = TRUE;
  return join (token, private_keys, object, certificate, spki, key != NULL);
}

/**
 * _signet_token_join_keys:
 * @token: whose they are
 * @objects: (element-type SignetTokenObject): what was listed
 *
 * The keys get a twin of @token (signet-token-key.c). Puts certificates and keys together by the key itself; private keys, which
 * most tokens hide before a login, by CKA_ID.
 *
 * Returns: (transfer full) (element-type SignetTokenKey)
 */
GPtrArray *
_signet_token_join_keys (SignetToken *token, GPtrArray *objects)
{
  GPtrArray *joined = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (SignetToken) twin = _signet_token_new (_signet_token_get_module (token), _signet_token_get_description (token));
  g_autoptr (GHashTable) public_keys = index_public_keys (objects);
  g_autoptr (GHashTable) private_keys = index_private_keys (objects);
  GHashTableIter iter;
  PublicKey *key = NULL;

  for (guint i = 0; i < objects->len; i++)
    {
      SignetTokenObject *object = objects->pdata[i];

      if (object->class == CKO_CERTIFICATE && g_bytes_get_size (object->value) > 0)
        g_ptr_array_add (joined, join_certificate (twin, public_keys, private_keys, object));
    }
  g_hash_table_iter_init (&iter, public_keys);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &key))
    if (!key->named)
      g_ptr_array_add (joined, join (twin, private_keys, key->object, NULL, key->spki, key->object->class == CKO_PUBLIC_KEY));
  return joined;
}

GPtrArray *
_signet_token_parse_tokens (SignetTokenModule *module, GVariant *tokens)
{
  GPtrArray *parsed = g_ptr_array_new_with_free_func (g_object_unref);
  gsize n = g_variant_n_children (tokens);

  for (gsize i = 0; i < MIN (n, SIGNET_TOKEN_MAX_TOKENS); i++)
    {
      g_autoptr (GVariant) description = g_variant_get_child_value (tokens, i);
      g_autoptr (SignetToken) token = _signet_token_new (module, description);

      if (!_signet_token_hides (token))
        g_ptr_array_add (parsed, g_steal_pointer (&token));
    }
  return parsed;
}
