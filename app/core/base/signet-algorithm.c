/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-algorithm.c: the one table of algorithms. Dates are those of ETSI TS 119 312 (and of its predecessors for what is no
 * longer acceptable); a new edition means new rows here and nothing elsewhere. Any thread.
 */
#define G_LOG_DOMAIN "signet-algorithm"

#include "config.h"

#include "signet-algorithm.h"
#include "signet-algorithm-private.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <string.h>

#define ALWAYS G_MININT64
#define FOREVER G_MAXINT64
#define END_OF_JULY_2012 1343779200 /* 2012-08-01T00:00:00Z */
#define END_OF_2028 1861920000      /* 2029-01-01T00:00:00Z */

typedef struct
{
  SignetDigest digest;
  const char *name;
  const char *fetch; /* OpenSSL's name */
  int nid;
  gint64 since;
  gint64 until;
} DigestRow;

static const DigestRow digests[] = {
  { SIGNET_DIGEST_SHA1, "SHA-1", "SHA1", NID_sha1, ALWAYS, END_OF_JULY_2012 },
  { SIGNET_DIGEST_SHA256, "SHA-256", "SHA256", NID_sha256, ALWAYS, FOREVER },
  { SIGNET_DIGEST_SHA384, "SHA-384", "SHA384", NID_sha384, ALWAYS, FOREVER },
  { SIGNET_DIGEST_SHA512, "SHA-512", "SHA512", NID_sha512, ALWAYS, FOREVER },
  { SIGNET_DIGEST_SM3, "SM3", "SM3", NID_sm3, ALWAYS, FOREVER },
};

/* A key of @type with at least @bits, not reaching the next row of the same type, may sign until @until. */
typedef struct
{
  SignetKeyType type;
  int bits;
  gint64 until;
} StrengthRow;

static const StrengthRow strengths[] = {
  { SIGNET_KEY_TYPE_RSA, 1024, END_OF_JULY_2012 },
  { SIGNET_KEY_TYPE_RSA, 1900, END_OF_2028 },
  { SIGNET_KEY_TYPE_RSA, 3000, FOREVER },
  { SIGNET_KEY_TYPE_EC, 192, END_OF_JULY_2012 },
  { SIGNET_KEY_TYPE_EC, 256, FOREVER },
  { SIGNET_KEY_TYPE_ED25519, 253, FOREVER },
  { SIGNET_KEY_TYPE_SM2, 256, FOREVER },
};

static const SignetKeySpec specs[] = {
  { "rsa-3072", "RSA 3072", SIGNET_KEY_TYPE_RSA, 3072, 0 },
  { "rsa-4096", "RSA 4096", SIGNET_KEY_TYPE_RSA, 4096, 0 },
  { "rsa-2048", "RSA 2048", SIGNET_KEY_TYPE_RSA, 2048, 0 },
  { "ec-p256", "P-256", SIGNET_KEY_TYPE_EC, 256, NID_X9_62_prime256v1 },
  { "ec-p384", "P-384", SIGNET_KEY_TYPE_EC, 384, NID_secp384r1 },
  { "ec-p521", "P-521", SIGNET_KEY_TYPE_EC, 521, NID_secp521r1 },
  { "ed25519", "Ed25519", SIGNET_KEY_TYPE_ED25519, 255, 0 },
};

/* GM/T 0009: the default distinguishing identifier. */
static const char sm2_default_id[] = "1234567812345678";

static const DigestRow *
find_digest (SignetDigest digest)
{
  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    if (digests[i].digest == digest)
      return &digests[i];
  return NULL;
}

static int
curve_of (EVP_PKEY *key)
{
  char name[80];

  if (!EVP_PKEY_get_utf8_string_param (key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof name, NULL))
    return NID_undef;
  return OBJ_txt2nid (name);
}

const SignetKeySpec *
signet_key_spec_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    if (g_strcmp0 (specs[i].id, id) == 0)
      return &specs[i];
  return NULL;
}

/**
 * signet_key_spec_list:
 *
 * Returns: (transfer none) (array length=n_specs): the one to be suggested comes first
 */
const SignetKeySpec *
signet_key_spec_list (gsize *n_specs)
{
  *n_specs = G_N_ELEMENTS (specs);
  return specs;
}

const SignetKeySpec *
signet_key_spec_of (EVP_PKEY *key)
{
  SignetKeyType type = signet_key_type_of (key);
  int curve = type == SIGNET_KEY_TYPE_EC ? curve_of (key) : 0;

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    if (specs[i].type == type && specs[i].curve_nid == curve &&
        (type != SIGNET_KEY_TYPE_RSA || (int) specs[i].bits == EVP_PKEY_get_bits (key)))
      return &specs[i];
  return NULL;
}

const char *
signet_digest_get_name (SignetDigest digest)
{
  const DigestRow *row = find_digest (digest);

  return row != NULL ? row->name : "";
}

/**
 * signet_digest_get_md:
 *
 * Returns: (transfer none) (nullable): OpenSSL's digest; %NULL when this build of OpenSSL has none
 */
const EVP_MD *
signet_digest_get_md (SignetDigest digest)
{
  const DigestRow *row = find_digest (digest);

  return row != NULL ? EVP_get_digestbyname (row->fetch) : NULL;
}

int
signet_digest_get_nid (SignetDigest digest)
{
  const DigestRow *row = find_digest (digest);

  return row != NULL ? row->nid : NID_undef;
}

SignetDigest
signet_digest_from_nid (int nid)
{
  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    if (digests[i].nid == nid)
      return digests[i].digest;
  return SIGNET_DIGEST_UNKNOWN;
}

SignetKeyType
signet_key_type_of (EVP_PKEY *key)
{
  if (key == NULL)
    return SIGNET_KEY_TYPE_UNKNOWN;
  if (EVP_PKEY_is_a (key, "RSA") || EVP_PKEY_is_a (key, "RSA-PSS"))
    return SIGNET_KEY_TYPE_RSA;
  if (EVP_PKEY_is_a (key, "SM2"))
    return SIGNET_KEY_TYPE_SM2;
  if (EVP_PKEY_is_a (key, "EC"))
    return curve_of (key) == NID_sm2 ? SIGNET_KEY_TYPE_SM2 : SIGNET_KEY_TYPE_EC;
  if (EVP_PKEY_is_a (key, "ED25519"))
    return SIGNET_KEY_TYPE_ED25519;
  return SIGNET_KEY_TYPE_UNKNOWN;
}

static char *
describe_curve (EVP_PKEY *key)
{
  int nid = curve_of (key);
  const char *nist = EC_curve_nid2nist (nid);

  if (nist != NULL)
    return g_strdup (nist);
  return nid != NID_undef ? g_strdup (OBJ_nid2sn (nid)) : g_strdup_printf ("EC-%d", EVP_PKEY_get_bits (key));
}

char *
signet_key_describe (EVP_PKEY *key)
{
  switch (signet_key_type_of (key))
    {
    case SIGNET_KEY_TYPE_RSA:
      return g_strdup_printf ("RSA-%d", EVP_PKEY_get_bits (key));
    case SIGNET_KEY_TYPE_EC:
      return describe_curve (key);
    case SIGNET_KEY_TYPE_ED25519:
      return g_strdup ("Ed25519");
    case SIGNET_KEY_TYPE_SM2:
      return g_strdup ("SM2");
    case SIGNET_KEY_TYPE_UNKNOWN:
    default:
      return g_strdup ("");
    }
}

/* An id-RSASSA-PSS key may name the one digest it is for (RFC 4055, 3.1): 2 means mandatory. */
static SignetDigest
mandatory_digest (EVP_PKEY *key)
{
  int nid = NID_undef;

  return EVP_PKEY_get_default_digest_nid (key, &nid) == 2 ? signet_digest_from_nid (nid) : SIGNET_DIGEST_UNKNOWN;
}

static SignetDigest
digest_by_strength (int bits, int most_for_256, int most_for_384)
{
  return bits <= most_for_256 ? SIGNET_DIGEST_SHA256 : bits <= most_for_384 ? SIGNET_DIGEST_SHA384 : SIGNET_DIGEST_SHA512;
}

SignetSignatureAlgorithm
signet_signature_algorithm_default (EVP_PKEY *key)
{
  SignetSignatureAlgorithm algorithm = { SIGNET_SIGNATURE_UNKNOWN, SIGNET_DIGEST_UNKNOWN };

  switch (signet_key_type_of (key))
    {
    case SIGNET_KEY_TYPE_RSA:
      algorithm.scheme = EVP_PKEY_is_a (key, "RSA-PSS") ? SIGNET_SIGNATURE_RSA_PSS : SIGNET_SIGNATURE_RSA_PKCS1;
      algorithm.digest = EVP_PKEY_is_a (key, "RSA-PSS") ? mandatory_digest (key) : SIGNET_DIGEST_UNKNOWN;
      if (algorithm.digest == SIGNET_DIGEST_UNKNOWN)
        algorithm.digest = digest_by_strength (EVP_PKEY_get_bits (key), 3072, 3072);
      break;
    case SIGNET_KEY_TYPE_EC:
      algorithm.scheme = SIGNET_SIGNATURE_ECDSA;
      algorithm.digest = digest_by_strength (EVP_PKEY_get_bits (key), 256, 384);
      break;
    case SIGNET_KEY_TYPE_ED25519:
      algorithm.scheme = SIGNET_SIGNATURE_ED25519;
      algorithm.digest = SIGNET_DIGEST_SHA512; /* RFC 8419, 3: the message digest that goes with it */
      break;
    case SIGNET_KEY_TYPE_SM2:
      algorithm.scheme = SIGNET_SIGNATURE_SM2;
      algorithm.digest = SIGNET_DIGEST_SM3;
      break;
    case SIGNET_KEY_TYPE_UNKNOWN:
    default:
      break;
    }
  return algorithm;
}

/**
 * signet_signature_algorithm_describe:
 *
 * Returns: (transfer full): "RSA-3072", "RSA-PSS-3072", "ECDSA-P-256", "Ed25519", "SM2" or ""
 */
char *
signet_signature_algorithm_describe (SignetSignatureAlgorithm algorithm, EVP_PKEY *key)
{
  g_autofree char *name = signet_key_describe (key);

  if (algorithm.scheme == SIGNET_SIGNATURE_RSA_PSS)
    return g_strdup_printf ("RSA-PSS-%d", EVP_PKEY_get_bits (key));
  if (algorithm.scheme == SIGNET_SIGNATURE_ECDSA)
    return g_strconcat ("ECDSA-", name, NULL);
  return g_steal_pointer (&name);
}

static gboolean
key_is_strong_enough (EVP_PKEY *key, gint64 time)
{
  SignetKeyType type = signet_key_type_of (key);
  const StrengthRow *best = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (strengths); i++)
    if (strengths[i].type == type && strengths[i].bits <= EVP_PKEY_get_bits (key))
      best = &strengths[i];
  return best != NULL && time < best->until;
}

gboolean
signet_signature_algorithm_is_acceptable (SignetSignatureAlgorithm algorithm, EVP_PKEY *key, gint64 time)
{
  const DigestRow *row = find_digest (algorithm.digest);

  if (algorithm.scheme == SIGNET_SIGNATURE_UNKNOWN || row == NULL)
    return FALSE;
  return time >= row->since && time < row->until && key_is_strong_enough (key, time);
}

static gboolean
scheme_fits_key (SignetSignatureScheme scheme, EVP_PKEY *key)
{
  switch (scheme)
    {
    case SIGNET_SIGNATURE_RSA_PKCS1:
      return EVP_PKEY_is_a (key, "RSA");
    case SIGNET_SIGNATURE_RSA_PSS:
      return signet_key_type_of (key) == SIGNET_KEY_TYPE_RSA;
    case SIGNET_SIGNATURE_ECDSA:
      return signet_key_type_of (key) == SIGNET_KEY_TYPE_EC;
    case SIGNET_SIGNATURE_ED25519:
      return signet_key_type_of (key) == SIGNET_KEY_TYPE_ED25519;
    case SIGNET_SIGNATURE_SM2:
      return signet_key_type_of (key) == SIGNET_KEY_TYPE_SM2;
    case SIGNET_SIGNATURE_UNKNOWN:
    default:
      return FALSE;
    }
}

static gboolean
set_padding (EVP_PKEY_CTX *context, SignetSignatureScheme scheme, const EVP_MD *md, int pss_salt)
{
  if (scheme == SIGNET_SIGNATURE_RSA_PKCS1)
    return EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) > 0;
  if (scheme == SIGNET_SIGNATURE_RSA_PSS)
    return EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen (context, pss_salt == SIGNET_PSS_ANY_SALT ? RSA_PSS_SALTLEN_AUTO : pss_salt) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md (context, md) > 0;
  return TRUE;
}

/* OpenSSL wants SM2's identifier before the context is initialised, on a context of its own. */
static EVP_PKEY_CTX *
new_sm2_context (EVP_MD_CTX *digest_context, EVP_PKEY *key)
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);

  if (context == NULL || EVP_PKEY_CTX_set1_id (context, sm2_default_id, (int) strlen (sm2_default_id)) <= 0)
    {
      EVP_PKEY_CTX_free (context);
      return NULL;
    }
  EVP_MD_CTX_set_pkey_ctx (digest_context, context);
  return context;
}

static gboolean
verify_in (EVP_MD_CTX *context,
           SignetSignatureAlgorithm algorithm,
           EVP_PKEY *key,
           int pss_salt,
           const void *data,
           gsize length,
           const void *signature,
           gsize signature_length)
{
  const EVP_MD *md = signet_digest_get_md (algorithm.digest);
  EVP_PKEY_CTX *key_context = NULL;

  if (md == NULL)
    return FALSE;
  if (EVP_DigestVerifyInit (context, &key_context, algorithm.scheme == SIGNET_SIGNATURE_ED25519 ? NULL : md, NULL, key) <= 0 ||
      !set_padding (key_context, algorithm.scheme, md, pss_salt))
    return FALSE;
  return EVP_DigestVerify (context, signature, signature_length, data, length) == 1;
}

gboolean
_signet_signature_verify_with_salt (SignetSignatureAlgorithm algorithm,
                                    EVP_PKEY *key,
                                    int pss_salt,
                                    const void *data,
                                    gsize length,
                                    const void *signature,
                                    gsize signature_length)
{
  EVP_MD_CTX *context;
  EVP_PKEY_CTX *sm2 = NULL;
  gboolean good = FALSE;

  if (key == NULL || signature_length == 0 || !scheme_fits_key (algorithm.scheme, key))
    return FALSE;
  context = EVP_MD_CTX_new ();
  if (algorithm.scheme == SIGNET_SIGNATURE_SM2)
    sm2 = new_sm2_context (context, key);
  if (algorithm.scheme != SIGNET_SIGNATURE_SM2 || sm2 != NULL)
    good = verify_in (context, algorithm, key, pss_salt, data, length, signature, signature_length);
  EVP_MD_CTX_free (context);
  EVP_PKEY_CTX_free (sm2);
  ERR_clear_error ();
  return good;
}

/**
 * signet_signature_verify:
 * @signature: PKCS#1 or PSS bytes, or DER Ecdsa-Sig-Value; with PSS any length of salt is taken
 *
 * Returns: whether the signature is right; never raises an error, leaves OpenSSL's queue empty
 */
gboolean
signet_signature_verify (SignetSignatureAlgorithm algorithm,
                         EVP_PKEY *key,
                         const void *data,
                         gsize length,
                         const void *signature,
                         gsize signature_length)
{
  return _signet_signature_verify_with_salt (algorithm, key, SIGNET_PSS_ANY_SALT, data, length, signature, signature_length);
}
