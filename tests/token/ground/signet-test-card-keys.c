/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-card-keys.c: the keys of the virtual card: made, brought in, described, signed with.
 *
 * A key is the file "key-9a": algorithm, PIN policy, touch policy, origin (one byte each), then PKCS#8 in DER. RSA input is
 * padded by the caller, as real PIV cards want it. Not here: whether the PIN was shown.
 */
#define G_LOG_DOMAIN "signet-test-card"

#include "config.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "signet-test-card.h"

#define POLICY_NEVER 1
#define POLICY_ONCE 2
#define POLICY_ALWAYS 3
#define ORIGIN_GENERATED 1
#define ORIGIN_IMPORTED 2

typedef struct
{
  guint8 algorithm;
  guint bits;
  const char *curve; /* NULL: RSA */
} Algorithm;

/* SP 800-78-4 table 6-2, and 05 of SP 800-78-5 */
static const Algorithm algorithms[] = {
  { 0x05, 3072, NULL }, { 0x06, 1024, NULL }, { 0x07, 2048, NULL }, { 0x11, 256, "P-256" }, { 0x14, 384, "P-384" },
};

static const Algorithm *
find_algorithm (guint8 algorithm)
{
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (algorithms[i].algorithm == algorithm)
      return &algorithms[i];
  return NULL;
}

/* --- files --- */

static guint8
default_policy (guint8 slot)
{
  if (slot == 0x9C)
    return POLICY_ALWAYS;
  return slot == 0x9E ? POLICY_NEVER : POLICY_ONCE;
}

static void
save_key (SignetTestCard *card, guint8 slot, guint8 algorithm, guint8 policy, guint8 origin, EVP_PKEY *key)
{
  const guint8 head[] = { algorithm, policy != 0 ? policy : default_policy (slot), 1, origin };
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autofree char *name = g_strdup_printf ("key-%02x", slot);
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8 (key);
  unsigned char *der = NULL;
  int length = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO (info, &der) : -1;

  if (length <= 0)
    g_error ("cannot write a key");
  g_byte_array_append (content, head, sizeof head);
  g_byte_array_append (content, der, (guint) length);
  signet_test_card_store_save (card, name, content->data, content->len);
  OPENSSL_clear_free (der, (size_t) length);
  PKCS8_PRIV_KEY_INFO_free (info);
}

/* @head: (out) its four bytes */
static EVP_PKEY *
load_key (SignetTestCard *card, guint8 slot, guint8 *head)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autofree char *name = g_strdup_printf ("key-%02x", slot);
  const unsigned char *der = NULL;

  if (!signet_test_card_store_load (card, name, content) || content->len < 4)
    return NULL;
  memcpy (head, content->data, 4);
  der = content->data + 4;
  return d2i_AutoPrivateKey (NULL, &der, (long) content->len - 4);
}

/* --- the public half --- */

static void
add_number (GByteArray *out, guint tag, EVP_PKEY *key, const char *name)
{
  BIGNUM *number = NULL;
  guint8 buffer[1024];

  if (!EVP_PKEY_get_bn_param (key, name, &number) || BN_num_bytes (number) > (int) sizeof buffer)
    g_error ("a key without %s", name);
  signet_test_card_tlv_add (out, tag, buffer, (gsize) BN_bn2bin (number, buffer));
  BN_free (number);
}

/* 81 modulus 82 exponent, or 86 point (SP 800-73-4 part 2, 3.3.2) */
static void
add_public (GByteArray *out, EVP_PKEY *key)
{
  guint8 point[256];
  size_t length = 0;

  if (EVP_PKEY_is_a (key, "RSA"))
    {
      add_number (out, 0x81, key, OSSL_PKEY_PARAM_RSA_N);
      add_number (out, 0x82, key, OSSL_PKEY_PARAM_RSA_E);
      return;
    }
  if (!EVP_PKEY_get_octet_string_param (key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &length))
    g_error ("a key without a point");
  signet_test_card_tlv_add (out, 0x86, point, length);
}

static gboolean
is_slot (guint8 slot)
{
  return slot == 0x9A || (slot >= 0x9C && slot <= 0x9E) || (slot >= 0x82 && slot <= 0x95);
}

static guint8
read_policy (const guint8 *data, gsize length, guint8 tag)
{
  gsize size = 0;
  const guint8 *value = signet_test_card_tlv_find (data, length, tag, &size);

  return value != NULL && size == 1 ? value[0] : 0;
}

guint
signet_test_card_keys_generate (SignetTestCard *card, guint8 slot, const guint8 *data, gsize length, GByteArray *out)
{
  gsize n = 0;
  const guint8 *template = signet_test_card_tlv_find (data, length, 0xAC, &n);
  const Algorithm *algorithm = template != NULL ? find_algorithm (read_policy (template, n, 0x80)) : NULL;
  g_autoptr (GByteArray) public = g_byte_array_new ();
  EVP_PKEY *key = NULL;

  if (algorithm == NULL || !is_slot (slot))
    return SIGNET_TEST_CARD_WRONG_DATA;
  key = algorithm->curve != NULL ? EVP_EC_gen (algorithm->curve) : EVP_RSA_gen (algorithm->bits);
  if (key == NULL)
    g_error ("cannot make a key");
  EVP_PKEY_set_utf8_string_param (key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
  save_key (card, slot, algorithm->algorithm, read_policy (template, n, 0xAA), ORIGIN_GENERATED, key);
  add_public (public, key);
  signet_test_card_tlv_add (out, 0x7F49, public->data, public->len);
  EVP_PKEY_free (key);
  return SIGNET_TEST_CARD_OK;
}

guint
signet_test_card_keys_describe (SignetTestCard *card, guint8 slot, GByteArray *out)
{
  guint8 head[4];
  EVP_PKEY *key = load_key (card, slot, head);
  g_autoptr (GByteArray) public = g_byte_array_new ();

  if (key == NULL)
    return SIGNET_TEST_CARD_NO_REFERENCE;
  add_public (public, key);
  signet_test_card_tlv_add (out, 0x01, &head[0], 1);
  signet_test_card_tlv_add (out, 0x02, &head[1], 2);
  signet_test_card_tlv_add (out, 0x03, &head[3], 1);
  signet_test_card_tlv_add (out, 0x04, public->data, public->len);
  EVP_PKEY_free (key);
  return SIGNET_TEST_CARD_OK;
}

/* --- brought in from outside --- */

static BIGNUM *
read_number (const guint8 *data, gsize length, guint8 tag)
{
  gsize n = 0;
  const guint8 *value = signet_test_card_tlv_find (data, length, tag, &n);

  return value != NULL && n > 0 && n <= 512 ? BN_bin2bn (value, (int) n, NULL) : NULL;
}

static EVP_PKEY *
new_key (const char *type, OSSL_PARAM_BLD *builder)
{
  OSSL_PARAM *params = OSSL_PARAM_BLD_to_param (builder);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (NULL, type, NULL);
  EVP_PKEY *key = NULL;

  if (params == NULL || context == NULL || EVP_PKEY_fromdata_init (context) <= 0 ||
      EVP_PKEY_fromdata (context, &key, EVP_PKEY_KEYPAIR, params) <= 0)
    key = NULL;
  EVP_PKEY_CTX_free (context);
  OSSL_PARAM_free (params);
  return key;
}

/* Of the two primes: the cards know no other exponent than 65537. */
static EVP_PKEY *
key_of_primes (const BIGNUM *p, const BIGNUM *q)
{
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new ();
  BN_CTX *context = BN_CTX_new ();
  BIGNUM *n = BN_new ();
  BIGNUM *e = BN_new ();
  BIGNUM *p1 = BN_dup (p);
  BIGNUM *q1 = BN_dup (q);
  BIGNUM *phi = BN_new ();
  BIGNUM *d = NULL;
  EVP_PKEY *key = NULL;

  if (BN_mul (n, p, q, context) && BN_set_word (e, RSA_F4) && BN_sub_word (p1, 1) && BN_sub_word (q1, 1) &&
      BN_mul (phi, p1, q1, context) && (d = BN_mod_inverse (NULL, e, phi, context)) != NULL &&
      OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_N, n) && OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_E, e) &&
      OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_D, d))
    key = new_key ("RSA", builder);
  OSSL_PARAM_BLD_free (builder);
  BN_free (n);
  BN_free (e);
  BN_free (p1);
  BN_free (q1);
  BN_free (phi);
  BN_free (d);
  BN_CTX_free (context);
  return key;
}

static EVP_PKEY *
key_of_scalar (const char *curve, const BIGNUM *scalar)
{
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new ();
  EC_GROUP *group = EC_GROUP_new_by_curve_name (EC_curve_nist2nid (curve));
  EC_POINT *point = EC_POINT_new (group);
  guint8 octets[256];
  gsize length = 0;
  EVP_PKEY *key = NULL;

  if (EC_POINT_mul (group, point, scalar, NULL, NULL, NULL) &&
      (length = EC_POINT_point2oct (group, point, POINT_CONVERSION_UNCOMPRESSED, octets, sizeof octets, NULL)) > 0 &&
      OSSL_PARAM_BLD_push_utf8_string (builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) &&
      OSSL_PARAM_BLD_push_octet_string (builder, OSSL_PKEY_PARAM_PUB_KEY, octets, length) &&
      OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar))
    key = new_key ("EC", builder);
  EC_POINT_free (point);
  EC_GROUP_free (group);
  OSSL_PARAM_BLD_free (builder);
  return key;
}

/* Yubico's IMPORT ASYMMETRIC KEY: 01 p 02 q … or 06 scalar, AA PIN policy. */
guint
signet_test_card_keys_import (SignetTestCard *card, guint8 slot, guint8 code, const guint8 *data, gsize length)
{
  const Algorithm *algorithm = find_algorithm (code);
  BIGNUM *first = algorithm != NULL ? read_number (data, length, algorithm->curve != NULL ? 0x06 : 0x01) : NULL;
  BIGNUM *second = read_number (data, length, 0x02);
  EVP_PKEY *key = NULL;

  if (first != NULL && is_slot (slot))
    {
      if (algorithm->curve != NULL)
        key = key_of_scalar (algorithm->curve, first);
      else if (second != NULL)
        key = key_of_primes (first, second);
    }
  if (key != NULL)
    save_key (card, slot, code, read_policy (data, length, 0xAA), ORIGIN_IMPORTED, key);
  BN_clear_free (first);
  BN_clear_free (second);
  EVP_PKEY_free (key);
  return key != NULL ? SIGNET_TEST_CARD_OK : SIGNET_TEST_CARD_WRONG_DATA;
}

/* --- signing --- */

static gboolean
sign (EVP_PKEY *key, const guint8 *input, gsize length, guint8 *signature, size_t *size)
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  gboolean done = EVP_PKEY_sign_init (context) > 0 &&
                  (!EVP_PKEY_is_a (key, "RSA") || EVP_PKEY_CTX_set_rsa_padding (context, RSA_NO_PADDING) > 0) &&
                  EVP_PKEY_sign (context, signature, size, input, length) > 0;

  EVP_PKEY_CTX_free (context);
  return done;
}

guint
signet_test_card_keys_sign (SignetTestCard *card,
                            guint8 slot,
                            guint8 algorithm,
                            const guint8 *input,
                            gsize length,
                            GByteArray *out)
{
  guint8 head[4];
  guint8 signature[1024];
  size_t size = sizeof signature;
  EVP_PKEY *key = load_key (card, slot, head);
  guint status = SIGNET_TEST_CARD_OK;

  if (key == NULL)
    return SIGNET_TEST_CARD_NO_REFERENCE;
  if (head[1] != POLICY_NEVER && !card->pin_verified)
    status = SIGNET_TEST_CARD_NOT_ALLOWED;
  else if (head[0] != algorithm || !sign (key, input, length, signature, &size))
    status = SIGNET_TEST_CARD_WRONG_DATA;
  if (head[1] == POLICY_ALWAYS)
    card->pin_verified = FALSE;
  if (status == SIGNET_TEST_CARD_OK)
    {
      if (signet_test_card_store_fault (card, "wrong-signature", NULL))
        signature[size / 2] ^= 1;
      signet_test_card_tlv_add (out, 0x82, signature, size);
    }
  EVP_PKEY_free (key);
  return status;
}
