/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-mechanism.c: the one table between our algorithms and PKCS#11's mechanisms: which one makes a kind of key, which
 * one signs. What the token says (C_GetMechanismInfo) and what the key says (CKA_ALLOWED_MECHANISMS) decide; raw RSA is not in
 * the table, and why stands in docs/decisions/0018-no-raw-rsa.md. Pure, any thread.
 */
#define G_LOG_DOMAIN "signet-token-mechanism"

#include "config.h"

#include <p11-kit/pkcs11.h>

#include "signet-token-private.h"
#include "signet-token-unblock.h"

/* --- signing --- */

typedef struct
{
  SignetSignatureScheme scheme;
  SignetKeyType type;
  gulong plain;      /* signs what was hashed before */
  gulong hashing[3]; /* hash and sign in one: SHA-256, SHA-384, SHA-512 */
  const char *name;  /* in org.signet.TokenHost */
  const char *hashing_name;
} SchemeRow;

static const SchemeRow schemes[] = {
  { SIGNET_SIGNATURE_RSA_PKCS1,
    SIGNET_KEY_TYPE_RSA,
    CKM_RSA_PKCS,
    { CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS },
    "rsa-pkcs1",
    "rsa-pkcs1-message" },
  { SIGNET_SIGNATURE_RSA_PSS,
    SIGNET_KEY_TYPE_RSA,
    CKM_RSA_PKCS_PSS,
    { CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS_PSS },
    "rsa-pss",
    "rsa-pss-message" },
  { SIGNET_SIGNATURE_ECDSA,
    SIGNET_KEY_TYPE_EC,
    CKM_ECDSA,
    { CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512 },
    "ecdsa",
    "ecdsa-message" },
  /* RFC 8032: Ed25519 hashes by itself, and the message is what it signs */
  { SIGNET_SIGNATURE_ED25519, SIGNET_KEY_TYPE_ED25519, CKM_EDDSA, { CKM_EDDSA, CKM_EDDSA, CKM_EDDSA }, NULL, "eddsa" },
};

static const SchemeRow *
find_scheme (SignetSignatureScheme scheme)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (schemes[i].scheme == scheme)
      return &schemes[i];
  return NULL;
}

static gulong
hashing_mechanism (const SchemeRow *row, SignetDigest digest)
{
  switch (digest)
    {
    case SIGNET_DIGEST_SHA256:
      return row->hashing[0];
    case SIGNET_DIGEST_SHA384:
      return row->hashing[1];
    case SIGNET_DIGEST_SHA512:
      return row->hashing[2];
    case SIGNET_DIGEST_UNKNOWN:
    case SIGNET_DIGEST_SHA1:
    case SIGNET_DIGEST_SM3:
    default:
      return (gulong) -1;
    }
}

/* A key that names no mechanism may be used with all of them (PKCS#11 v2.40, 4.1). */
static gboolean
key_allows (GArray *allowed, gulong mechanism)
{
  if (allowed == NULL || allowed->len == 0)
    return TRUE;
  for (guint i = 0; i < allowed->len; i++)
    if (g_array_index (allowed, guint64, i) == mechanism)
      return TRUE;
  return FALSE;
}

/* Some modules forget the flags altogether; one that tells some and not this one means it. */
static gboolean
token_signs_with (SignetToken *token, gulong mechanism)
{
  const guint64 purposes = CKF_SIGN | CKF_VERIFY | CKF_ENCRYPT | CKF_DECRYPT | CKF_WRAP | CKF_UNWRAP | CKF_GENERATE_KEY_PAIR;
  const SignetTokenMechanism *found = _signet_token_find_mechanism (token, mechanism);

  return found != NULL && ((found->flags & CKF_SIGN) != 0 || (found->flags & purposes) == 0);
}

static gboolean
can_use (SignetToken *token, GArray *allowed, gulong mechanism)
{
  return key_allows (allowed, mechanism) && token_signs_with (token, mechanism);
}

/**
 * _signet_token_choose_mechanism:
 * @allowed: (nullable) (element-type guint64): CKA_ALLOWED_MECHANISMS of the key
 * @type: of the key
 * @whole: (out): whether the token wants the message, not its digest
 *
 * The plain mechanism where there is one: then a long message need not travel.
 *
 * Returns: (nullable): how org.signet.TokenHost calls the way to sign; %NULL when the token or the key does not allow any
 */
const char *
_signet_token_choose_mechanism (SignetToken *token,
                                GArray *allowed,
                                SignetKeyType type,
                                SignetSignatureAlgorithm algorithm,
                                gboolean *whole)
{
  const SchemeRow *row = find_scheme (algorithm.scheme);

  *whole = FALSE;
  if (row == NULL || row->type != type)
    return NULL;
  if (row->name != NULL && can_use (token, allowed, row->plain))
    return row->name;
  *whole = TRUE;
  return can_use (token, allowed, hashing_mechanism (row, algorithm.digest)) ? row->hashing_name : NULL;
}

/* --- making keys --- */

static gulong
generation_mechanism (SignetKeyType type)
{
  switch (type)
    {
    case SIGNET_KEY_TYPE_RSA:
      return CKM_RSA_PKCS_KEY_PAIR_GEN;
    case SIGNET_KEY_TYPE_EC:
      return CKM_EC_KEY_PAIR_GEN;
    case SIGNET_KEY_TYPE_ED25519:
      return CKM_EC_EDWARDS_KEY_PAIR_GEN;
    case SIGNET_KEY_TYPE_UNKNOWN:
    case SIGNET_KEY_TYPE_SM2:
    default:
      return (gulong) -1;
    }
}

gboolean
_signet_token_can_sign_with (SignetToken *token, SignetKeyType type)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      if (schemes[i].type != type)
        continue;
      if (token_signs_with (token, schemes[i].plain) || token_signs_with (token, schemes[i].hashing[0]))
        return TRUE;
    }
  return FALSE;
}

/* PKCS#11 wants bits; a module whose largest RSA key has "512" counts bytes. No maximum: no limit. */
static gboolean
size_fits (const SignetKeySpec *spec, const SignetTokenMechanism *mechanism)
{
  guint64 unit = spec->type == SIGNET_KEY_TYPE_RSA && mechanism->max > 0 && mechanism->max <= 1024 ? 8 : 1;
  guint64 slack = spec->type == SIGNET_KEY_TYPE_ED25519 ? 1 : 0; /* 255 in the standard, 256 in modules */

  if (mechanism->max > G_MAXUINT32 || mechanism->min > G_MAXUINT32)
    return mechanism->min <= spec->bits;
  return mechanism->min * unit <= spec->bits + slack && (mechanism->max == 0 || spec->bits <= mechanism->max * unit);
}

gboolean
_signet_token_can_make (SignetToken *token, const SignetKeySpec *spec)
{
  const SignetTokenMechanism *generation = _signet_token_find_mechanism (token, generation_mechanism (spec->type));

  /* NIST SP 800-73-4, 3.3.2: a PIV card makes keys for its management key alone, which not every module can show it */
  if (_signet_token_is_piv (token) && !signet_token_needs_manager (token))
    return FALSE;
  /* tpm2-pkcs11 names a range that takes in P-521, makes such keys, and cannot sign with them: TPMs have no such curve */
  if (signet_token_get_seat (token) == SIGNET_TOKEN_SEAT_CHIP && spec->type == SIGNET_KEY_TYPE_EC && spec->bits > 384)
    return FALSE;
  return generation != NULL && size_fits (spec, generation) && _signet_token_can_sign_with (token, spec->type);
}
