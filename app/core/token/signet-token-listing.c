/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-listing.c: what a host says of tokens and objects, made into objects of ours.
 *
 * Everything here is outside bytes (a vendor's module wrote them): unknown entries are ignored, wrong types count as missing,
 * sizes and counts are limited, nothing is decoded that nobody asked for. Pure: no I/O, any thread.
 */
#define G_LOG_DOMAIN "signet-token-listing"

#include "config.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include "../base/signet-text.h"
#include "signet-token-private.h"

#define MAX_FIELDS 64 /* of one object: nobody says more */

/* --- objects --- */

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
  g_clear_pointer (&object->allowed, g_array_unref);
  g_free (object);
}

typedef enum
{
  NUMBER,
  BYTES,
  FACT,
} Kind;

/* What an object may be said to be. A listing has thousands of them: each is gone through once, not once for each name. */
static const struct
{
  const char *name;
  Kind kind;
  gsize place; /* in SignetTokenObject */
  gsize limit; /* of bytes */
} fields[] = {
  { "class", NUMBER, G_STRUCT_OFFSET (SignetTokenObject, class), 0 },
  { "handle", NUMBER, G_STRUCT_OFFSET (SignetTokenObject, handle), 0 },
  { "key-type", NUMBER, G_STRUCT_OFFSET (SignetTokenObject, key_type), 0 },
  { "id", BYTES, G_STRUCT_OFFSET (SignetTokenObject, id), SIGNET_TOKEN_MAX_ID },
  { "label", BYTES, G_STRUCT_OFFSET (SignetTokenObject, label), SIGNET_TOKEN_MAX_TEXT },
  { "value", BYTES, G_STRUCT_OFFSET (SignetTokenObject, value), SIGNET_CERTIFICATE_MAX_SIZE },
  { "modulus", BYTES, G_STRUCT_OFFSET (SignetTokenObject, modulus), SIGNET_TOKEN_MAX_KEY },
  { "exponent", BYTES, G_STRUCT_OFFSET (SignetTokenObject, exponent), SIGNET_TOKEN_MAX_KEY },
  { "params", BYTES, G_STRUCT_OFFSET (SignetTokenObject, params), SIGNET_TOKEN_MAX_KEY },
  { "point", BYTES, G_STRUCT_OFFSET (SignetTokenObject, point), SIGNET_TOKEN_MAX_KEY },
  { "local", FACT, G_STRUCT_OFFSET (SignetTokenObject, facts.local), 0 },
  { "sensitive", FACT, G_STRUCT_OFFSET (SignetTokenObject, facts.sensitive), 0 },
  { "always-sensitive", FACT, G_STRUCT_OFFSET (SignetTokenObject, facts.always_sensitive), 0 },
  { "extractable", FACT, G_STRUCT_OFFSET (SignetTokenObject, facts.extractable), 0 },
  { "never-extractable", FACT, G_STRUCT_OFFSET (SignetTokenObject, facts.never_extractable), 0 },
  { "always", FACT, G_STRUCT_OFFSET (SignetTokenObject, facts.always_authenticate), 0 },
  { "sign", FACT, G_STRUCT_OFFSET (SignetTokenObject, signs), 0 },
};

static GArray *
read_mechanisms (GVariant *list)
{
  GArray *mechanisms = NULL;
  gsize n = g_variant_is_of_type (list, G_VARIANT_TYPE ("at")) ? g_variant_n_children (list) : 0;

  if (n == 0 || n > SIGNET_TOKEN_MAX_ALLOWED)
    return NULL;
  mechanisms = g_array_sized_new (FALSE, FALSE, sizeof (guint64), (guint) n);
  for (gsize i = 0; i < n; i++)
    {
      guint64 mechanism = 0;

      g_variant_get_child (list, i, "t", &mechanism);
      g_array_append_val (mechanisms, mechanism);
    }
  return mechanisms;
}

/* What is not said, said in another type or longer than we take stays as it was. */
static void
read_field (SignetTokenObject *object, guint field, GVariant *value)
{
  gpointer place = G_STRUCT_MEMBER_P (object, fields[field].place);
  GBytes **bytes = place;

  if (fields[field].kind == NUMBER && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    *(guint64 *) place = g_variant_get_uint64 (value);
  else if (fields[field].kind == FACT && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    *(SignetTokenFact *) place = g_variant_get_boolean (value) ? SIGNET_TOKEN_FACT_YES : SIGNET_TOKEN_FACT_NO;
  else if (fields[field].kind == BYTES && g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING) &&
           g_variant_get_size (value) <= fields[field].limit && *bytes == NULL)
    *bytes = g_variant_get_data_as_bytes (value);
}

static void
read_entry (SignetTokenObject *object, GVariant *entry)
{
  g_autoptr (GVariant) name = g_variant_get_child_value (entry, 0);
  g_autoptr (GVariant) boxed = g_variant_get_child_value (entry, 1);
  g_autoptr (GVariant) value = g_variant_get_variant (boxed);
  const char *text = g_variant_get_string (name, NULL);

  if (object->allowed == NULL && g_str_equal (text, "allowed"))
    object->allowed = read_mechanisms (value);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (text, fields[i].name))
      {
        read_field (object, i, value);
        return;
      }
}

static SignetTokenObject *
parse_object (GVariant *dictionary)
{
  SignetTokenObject *object = g_new0 (SignetTokenObject, 1);
  GBytes **const required[] = { &object->id, &object->label, &object->value };
  gsize n = MIN (g_variant_n_children (dictionary), MAX_FIELDS);

  object->class = G_MAXUINT64;
  object->key_type = G_MAXUINT64;
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (dictionary, i);

      read_entry (object, entry);
    }
  for (guint i = 0; i < G_N_ELEMENTS (required); i++)
    if (*required[i] == NULL)
      *required[i] = g_bytes_new_static ("", 0);
  /* what was made elsewhere was outside once, whatever a module says of it (opencryptoki says that it never was) */
  if (object->facts.local == SIGNET_TOKEN_FACT_NO)
    object->facts.always_sensitive = object->facts.never_extractable = SIGNET_TOKEN_FACT_NO;
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

/* What is longer than we take is missing, as in read_field(). */
static GBytes *
cut (GBytes *packed, gsize *at, gsize length, gsize limit)
{
  GBytes *part = length <= limit ? g_bytes_new_from_bytes (packed, *at, length) : g_bytes_new_static ("", 0);

  *at += length;
  return part;
}

/**
 * _signet_token_parse_certificates:
 * @packed: "ay", as a host packs them (org.signet.TokenHost.xml); what is cut off at the end is left out
 * @objects: (element-type SignetTokenObject): where they are added, up to as many as we take
 */
void
_signet_token_parse_certificates (GVariant *packed, GPtrArray *objects)
{
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (packed);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint32 lengths[3];
  gsize at = 0;

  while (objects->len < SIGNET_TOKEN_MAX_OBJECTS && size - at >= sizeof lengths)
    {
      SignetTokenObject *object = NULL;

      memcpy (lengths, data + at, sizeof lengths);
      at += sizeof lengths;
      if ((guint64) lengths[0] + lengths[1] + lengths[2] > size - at)
        return;
      object = g_new0 (SignetTokenObject, 1);
      object->class = CKO_CERTIFICATE;
      object->key_type = G_MAXUINT64;
      object->id = cut (bytes, &at, lengths[0], SIGNET_TOKEN_MAX_ID);
      object->label = cut (bytes, &at, lengths[1], SIGNET_TOKEN_MAX_TEXT);
      object->value = cut (bytes, &at, lengths[2], SIGNET_CERTIFICATE_MAX_SIZE);
      g_ptr_array_add (objects, object);
    }
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

/* Private keys by their own public half, where the token tells it, and by kind and CKA_ID. */
typedef struct
{
  GHashTable *by_spki; /* GBytes to SignetTokenObject, as both */
  GHashTable *by_id;
} PrivateKeys;

static void
private_keys_clear (PrivateKeys *keys)
{
  g_clear_pointer (&keys->by_spki, g_hash_table_unref);
  g_clear_pointer (&keys->by_id, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PrivateKeys, private_keys_clear)

/* Two keys of different kinds may share an id. */
static GBytes *
make_id_name (gulong key_type, GBytes *id)
{
  GByteArray *name = g_byte_array_new ();

  g_byte_array_append (name, (const guint8 *) &key_type, sizeof key_type);
  g_byte_array_append (name, g_bytes_get_data (id, NULL), (guint) g_bytes_get_size (id));
  return g_byte_array_free_to_bytes (name);
}

static PrivateKeys
index_private_keys (GPtrArray *objects)
{
  PrivateKeys keys = {
    g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL),
    g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL),
  };

  for (guint i = 0; i < objects->len; i++)
    {
      SignetTokenObject *object = objects->pdata[i];
      GBytes *spki = NULL;

      if (object->class != CKO_PRIVATE_KEY)
        continue;
      spki = _signet_token_object_dup_spki (object);
      if (spki != NULL)
        g_hash_table_replace (keys.by_spki, spki, object);
      else if (g_bytes_get_size (object->id) > 0)
        g_hash_table_replace (keys.by_id, make_id_name (object->key_type, object->id), object);
    }
  return keys;
}

/* (nullable): a key that tells its modulus belongs to that one and to no other, whatever its id. */
static SignetTokenObject *
find_private_key (const PrivateKeys *keys, GBytes *spki, GBytes *id)
{
  g_autoptr (GBytes) plain = spki != NULL ? _signet_token_spki_dup_plain (spki) : NULL;
  g_autoptr (GBytes) name = make_id_name (_signet_token_spki_get_key_type (spki), id);
  SignetTokenObject *object = plain != NULL ? g_hash_table_lookup (keys->by_spki, plain) : NULL;

  return object != NULL ? object : g_hash_table_lookup (keys->by_id, name);
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
      const PrivateKeys *private_keys,
      SignetTokenObject *object,
      SignetCertificate *certificate,
      GBytes *spki,
      gboolean has_public)
{
  SignetTokenObject *private_key = find_private_key (private_keys, spki, object->id);
  g_autofree char *label = object_label (object);

  return _signet_token_key_new (token, spki, object->id, label, certificate, has_public,
                                private_key != NULL || object->class == CKO_PRIVATE_KEY,
                                private_key != NULL ? &private_key->facts : NULL);
}

static SignetTokenKey *
join_certificate (SignetToken *token, GHashTable *public_keys, const PrivateKeys *private_keys, SignetTokenObject *object)
{
  g_autoptr (SignetCertificate) certificate = signet_certificate_new_lazy (object->value);
  g_autoptr (GBytes) spki = _signet_token_certificate_dup_spki (object->value);
  g_autoptr (GBytes) plain = spki != NULL ? _signet_token_spki_dup_plain (spki) : NULL;
  PublicKey *key = plain != NULL ? g_hash_table_lookup (public_keys, plain) : NULL;

  if (key != NULL)
    key->named = TRUE;
  return join (token, private_keys, object, certificate, spki, key != NULL);
}

/* Beside each key it makes Yubico's module writes a certificate that says "YubiKey PIV Slot 9c", signed by nobody, so that
 * programs that find keys by their certificates find it. It names no person: for us the key has no certificate yet. */
static gboolean
is_placeholder (SignetToken *token, GBytes *der)
{
  static const char name[] = "YubiKey PIV Slot ";
  const guint8 *bytes = g_bytes_get_data (der, NULL);
  X509 *x509 = NULL;
  X509_NAME *subject = NULL;
  char text[32] = "";
  gboolean found = FALSE;

  if (!_signet_token_is_piv (token) || memmem (bytes, g_bytes_get_size (der), name, strlen (name)) == NULL)
    return FALSE;
  x509 = d2i_X509 (NULL, &bytes, (long) g_bytes_get_size (der));
  subject = x509 != NULL ? X509_get_subject_name (x509) : NULL;
  found = subject != NULL && X509_NAME_entry_count (subject) == 1 &&
          X509_NAME_get_text_by_NID (subject, NID_commonName, text, sizeof text) > 0 && g_str_has_prefix (text, name) &&
          X509_NAME_cmp (subject, X509_get_issuer_name (x509)) == 0;
  X509_free (x509);
  ERR_clear_error ();
  return found;
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
  g_auto (PrivateKeys) private_keys = index_private_keys (objects);
  GHashTableIter iter;
  PublicKey *key = NULL;

  for (guint i = 0; i < objects->len; i++)
    {
      SignetTokenObject *object = objects->pdata[i];

      if (object->class == CKO_CERTIFICATE && g_bytes_get_size (object->value) > 0 && !is_placeholder (token, object->value))
        g_ptr_array_add (joined, join_certificate (twin, public_keys, &private_keys, object));
    }
  g_hash_table_iter_init (&iter, public_keys);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &key))
    if (!key->named)
      g_ptr_array_add (joined, join (twin, &private_keys, key->object, NULL, key->spki, key->object->class == CKO_PUBLIC_KEY));
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
