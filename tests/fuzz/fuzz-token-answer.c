/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-token-answer.c: what a token host answers after a login: objects of a session, a new key and its facts, signatures, public
 * keys. Input: text of a GVariant "[…]" of type aa{sv}; anything else is bytes: a signature, a SubjectPublicKeyInfo, and a
 * GVariant.
 */
#include "config.h"

#include <stdint.h>

#include "../../app/core/token/signet-token-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const SignetSignatureAlgorithm algorithms[] = {
  { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 },
  { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA512 },
  { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA384 },
};

static const SignetKeyType types[] = { SIGNET_KEY_TYPE_RSA, SIGNET_KEY_TYPE_EC, SIGNET_KEY_TYPE_ED25519,
                                       SIGNET_KEY_TYPE_UNKNOWN };

static GVariant *
read_objects (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = NULL;

  if (size > 0 && data[0] == '[')
    {
      if (!g_utf8_validate ((const char *) data, (gssize) size, NULL))
        return NULL;
      return g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), (const char *) data, (const char *) data + size, NULL, NULL);
    }
  bytes = g_bytes_new (data, size);
  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("aa{sv}"), bytes, FALSE));
}

/* A token that can do everything, so that what a key allows decides. */
static SignetToken *
make_token (SignetTokenModule *module)
{
  g_autoptr (GVariant) description = g_variant_ref_sink (
      g_variant_new_parsed ("{'id': <'mock/1'>, 'flags': <uint64 0x40c>, 'mechanisms': <[(uint64 1, uint64 512, uint64 "
                            "8192, uint64 0x800), (uint64 0x1041, uint64 112, uint64 521, uint64 0x800), (uint64 0xd, "
                            "uint64 512, uint64 8192, uint64 0x800), (uint64 0x40, uint64 512, uint64 8192, uint64 0x800)]>}"));

  return _signet_token_new (module, description);
}

static void
choose (SignetToken *token, SignetTokenObject *object)
{
  gboolean whole = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    for (guint n = 0; n < G_N_ELEMENTS (types); n++)
      _signet_token_choose_mechanism (token, object->allowed, types[n], algorithms[i], &whole);
}

static void
read_key (SignetTokenKey *key)
{
  const SignetTokenKeyFacts *facts = signet_token_key_get_facts (key);

  g_assert_cmpint (facts->local, <=, SIGNET_TOKEN_FACT_YES);
  g_assert_cmpint (facts->never_extractable, <=, SIGNET_TOKEN_FACT_YES);
  g_assert_true (g_utf8_validate (signet_token_key_get_uri (key), -1, NULL));
  g_assert_true (g_utf8_validate (signet_token_key_get_label (key), -1, NULL));
  g_assert_nonnull (signet_token_key_get_sha256 (key));
  g_assert_nonnull (signet_token_key_get_key_text (key));
  _signet_token_key_get_public (key);
}

static void
read_session (GVariant *answer)
{
  g_autoptr (SignetTokenModule) module = _signet_token_module_new ("/nowhere/module.so", NULL, FALSE);
  g_autoptr (SignetToken) token = make_token (module);
  g_autoptr (GPtrArray) objects = _signet_token_parse_objects (answer);
  g_autoptr (GPtrArray) keys = _signet_token_join_keys (token, objects);

  g_assert_cmpuint (objects->len, <=, SIGNET_TOKEN_MAX_OBJECTS);
  for (guint i = 0; i < MIN (objects->len, 16); i++)
    {
      g_autoptr (GBytes) spki = _signet_token_object_dup_spki (objects->pdata[i]);

      choose (token, objects->pdata[i]);
      if (spki != NULL)
        g_assert_true (_signet_token_spki_same_key (spki, spki));
    }
  for (guint i = 0; i < MIN (keys->len, 16); i++)
    read_key (keys->pdata[i]);
}

static void
read_bytes (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GBytes) plain = _signet_token_spki_dup_plain (bytes);
  g_autoptr (GVariant) answer = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, size, 1));

  _signet_token_spki_get_key_type (bytes);
  _signet_token_spki_same_key (bytes, plain);
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      g_autoptr (GBytes) signature = _signet_token_read_signature (algorithms[i].scheme, answer);

      if (signature != NULL)
        g_assert_cmpuint (g_bytes_get_size (signature), <=, SIGNET_TOKEN_MAX_KEY + 32);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GVariant) objects = read_objects (data, size);

  if (objects != NULL)
    read_session (objects);
  read_bytes (data, size);
  return 0;
}
