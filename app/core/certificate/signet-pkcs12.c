/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pkcs12.c: PKCS#12 files (RFC 7292), also those of old programs (RC2, triple DES: OpenSSL's legacy provider, in a library
 * context of its own).
 *
 * A file is an outsider's: its size, the number and depth of its bags, and above all the iterations it wants to be spent on its
 * passphrase are limited before anything is computed. Any thread.
 */
#define G_LOG_DOMAIN "signet-pkcs12"

#include "config.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "signet-pkcs12-private.h"

#include "../base/signet-key-der.h"

#define MAX_BAGS 256
#define MAX_DEPTH 4
#define MAX_KEYS 8

struct _SignetPkcs12
{
  gatomicrefcount references;
  SignetSecret *key;              /* (nullable) */
  GBytes *public_key;             /* (nullable) */
  SignetCertificate *certificate; /* (nullable) */
  GPtrArray *chain;
};

/* One file being read. */
typedef struct
{
  PKCS12 *file;
  const char *passphrase; /* (nullable), borrowed; not NUL-terminated */
  int passphrase_length;
  gboolean passphrase_is_right; /* the MAC said so */
  guint64 iterations;           /* that may still be spent */
  guint bags;
  GPtrArray *keys; /* EVP_PKEY */
  GPtrArray *certificates;
} Reading;

static gboolean
fail (GError **error, SignetCertificateError code, const char *message)
{
  ERR_clear_error ();
  g_set_error_literal (error, SIGNET_CERTIFICATE_ERROR, (int) code, message);
  return FALSE;
}

/* Where the old algorithms are: beside the rest of the program, so that nothing else learns to accept them. */
static OSSL_LIB_CTX *
get_library (void)
{
  static gsize once = 0;
  static OSSL_LIB_CTX *library = NULL;

  if (g_once_init_enter (&once))
    {
      library = OSSL_LIB_CTX_new ();
      OSSL_PROVIDER_load (library, "default");
      /* without it RC2 files are told to be unsupported, which is then the truth */
      OSSL_PROVIDER_load (library, "legacy");
      ERR_clear_error ();
      g_once_init_leave (&once, 1);
    }
  return library;
}

/* --- what a file may cost --- */

static gboolean
spend (Reading *reading, const ASN1_INTEGER *iterations, GError **error)
{
  gint64 n = 1;

  if (iterations != NULL && (ASN1_INTEGER_get_int64 (&n, iterations) != 1 || n < 1))
    return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "a number of iterations that cannot be");
  if ((guint64) n > reading->iterations)
    return fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "the file wants its passphrase to be worked on for too long");
  reading->iterations -= (guint64) n;
  return TRUE;
}

/* RFC 8018, A.4: what PBES2 derives its key with */
static gboolean
spend_pbes2 (Reading *reading, const ASN1_TYPE *parameter, GError **error)
{
  PBE2PARAM *scheme = ASN1_TYPE_unpack_sequence (ASN1_ITEM_rptr (PBE2PARAM), parameter);
  PBKDF2PARAM *derivation = NULL;
  gboolean ok = FALSE;

  if (scheme != NULL && OBJ_obj2nid (scheme->keyfunc->algorithm) == NID_id_pbkdf2)
    derivation = ASN1_TYPE_unpack_sequence (ASN1_ITEM_rptr (PBKDF2PARAM), scheme->keyfunc->parameter);
  if (derivation != NULL)
    ok = spend (reading, derivation->iter, error);
  else
    fail (error, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "encrypted in a way that is not supported");
  PBKDF2PARAM_free (derivation);
  PBE2PARAM_free (scheme);
  return ok;
}

static gboolean
spend_on (Reading *reading, const X509_ALGOR *algorithm, GError **error)
{
  PBEPARAM *parameter = NULL;
  gboolean ok = FALSE;

  if (OBJ_obj2nid (algorithm->algorithm) == NID_pbes2)
    return spend_pbes2 (reading, algorithm->parameter, error);
  parameter = ASN1_TYPE_unpack_sequence (ASN1_ITEM_rptr (PBEPARAM), algorithm->parameter);
  if (parameter == NULL)
    return fail (error, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "encrypted in a way that is not supported");
  ok = spend (reading, parameter->iter, error);
  PBEPARAM_free (parameter);
  return ok;
}

/* --- the passphrase --- */

static gboolean
try_mac (Reading *reading, const char *passphrase, int length)
{
  if (PKCS12_verify_mac (reading->file, passphrase, length) != 1)
    return FALSE;
  reading->passphrase = passphrase;
  reading->passphrase_length = length;
  reading->passphrase_is_right = TRUE;
  return TRUE;
}

/* RFC 7292, 4: with a MAC a wrong passphrase is told from a damaged file. No passphrase and an empty one are two things here. */
static gboolean
check_mac (Reading *reading, GError **error)
{
  const ASN1_INTEGER *iterations = NULL;

  if (!PKCS12_mac_present (reading->file))
    return TRUE;
  PKCS12_get0_mac (NULL, NULL, NULL, &iterations, reading->file);
  if (!spend (reading, iterations, error))
    return FALSE;
  ERR_clear_error ();
  if (try_mac (reading, reading->passphrase, reading->passphrase_length))
    return TRUE;
  if (reading->passphrase_length == 0 && (try_mac (reading, NULL, 0) || try_mac (reading, "", 0)))
    return TRUE;
  if (ERR_peek_error () != 0)
    return fail (error, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "protected in a way that is not supported");
  return fail (error, SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE, "the passphrase does not fit the file");
}

static gboolean
fail_to_decrypt (Reading *reading, GError **error)
{
  if (reading->passphrase_is_right)
    return fail (error, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "a part is encrypted in another way, or with another passphrase");
  return fail (error, SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE, "the passphrase does not fit the file");
}

/* --- bags --- */

static gboolean
add_key (Reading *reading, const PKCS8_PRIV_KEY_INFO *info, GError **error)
{
  EVP_PKEY *key = info != NULL ? EVP_PKCS82PKEY (info) : NULL;

  if (key == NULL)
    return fail (error, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "a key of a kind that is not supported, or a damaged one");
  g_ptr_array_add (reading->keys, key);
  return reading->keys->len <= MAX_KEYS || fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "too many keys in the file");
}

static gboolean
add_encrypted_key (Reading *reading, const PKCS12_SAFEBAG *bag, GError **error)
{
  const X509_ALGOR *algorithm = NULL;
  const X509_SIG *encrypted = PKCS12_SAFEBAG_get0_pkcs8 (bag);
  PKCS8_PRIV_KEY_INFO *info = NULL;
  gboolean ok = FALSE;

  if (encrypted == NULL)
    return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "an empty key bag");
  X509_SIG_get0 (encrypted, &algorithm, NULL);
  if (!spend_on (reading, algorithm, error))
    return FALSE;
  info = PKCS12_decrypt_skey_ex (bag, reading->passphrase, reading->passphrase_length, get_library (), NULL);
  if (info == NULL)
    return fail_to_decrypt (reading, error);
  ok = add_key (reading, info, error);
  PKCS8_PRIV_KEY_INFO_free (info);
  return ok;
}

static gboolean
add_certificate (Reading *reading, const PKCS12_SAFEBAG *bag, GError **error)
{
  X509 *x509 = NULL;

  if (PKCS12_SAFEBAG_get_bag_nid (bag) != NID_x509Certificate)
    return TRUE;
  x509 = PKCS12_SAFEBAG_get1_cert (bag);
  if (x509 == NULL)
    return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "a damaged certificate in the file");
  g_ptr_array_add (reading->certificates, signet_certificate_new_x509 (x509));
  X509_free (x509);
  return reading->certificates->len <= SIGNET_PKCS12_MAX_CERTIFICATES ||
         fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "too many certificates in the file");
}

static gboolean read_bags (Reading *reading, const STACK_OF (PKCS12_SAFEBAG) * bags, guint depth, GError **error);

static gboolean
read_bag (Reading *reading, const PKCS12_SAFEBAG *bag, guint depth, GError **error)
{
  if (++reading->bags > MAX_BAGS)
    return fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "too many parts in the file");
  switch (PKCS12_SAFEBAG_get_nid (bag))
    {
    case NID_keyBag:
      return add_key (reading, PKCS12_SAFEBAG_get0_p8inf (bag), error);
    case NID_pkcs8ShroudedKeyBag:
      return add_encrypted_key (reading, bag, error);
    case NID_certBag:
      return add_certificate (reading, bag, error);
    case NID_safeContentsBag:
      return read_bags (reading, PKCS12_SAFEBAG_get0_safes (bag), depth + 1, error);
    default:
      return TRUE; /* lists of revoked certificates, secrets: not ours */
    }
}

static gboolean
read_bags (Reading *reading, const STACK_OF (PKCS12_SAFEBAG) * bags, guint depth, GError **error)
{
  if (depth > MAX_DEPTH)
    return fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "the parts of the file are nested too deeply");
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num (bags); i++)
    if (!read_bag (reading, sk_PKCS12_SAFEBAG_value (bags, i), depth, error))
      return FALSE;
  return TRUE;
}

/* --- the parts of a file --- */

static gboolean
is_plain (PKCS7 *part)
{
  return OBJ_obj2nid (part->type) == NID_pkcs7_data && part->d.data != NULL;
}

static gboolean
is_encrypted (PKCS7 *part)
{
  return OBJ_obj2nid (part->type) == NID_pkcs7_encrypted && part->d.encrypted != NULL && part->d.encrypted->enc_data != NULL &&
         part->d.encrypted->enc_data->algorithm != NULL && part->d.encrypted->enc_data->enc_data != NULL;
}

static gboolean
read_part (Reading *reading, PKCS7 *part, GError **error)
{
  STACK_OF (PKCS12_SAFEBAG) *bags = NULL;
  gboolean ok = FALSE;

  if (is_plain (part))
    {
      bags = PKCS12_unpack_p7data (part);
      if (bags == NULL)
        return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "a damaged part of the file");
    }
  else if (is_encrypted (part))
    {
      if (!spend_on (reading, part->d.encrypted->enc_data->algorithm, error))
        return FALSE;
      bags = PKCS12_unpack_p7encdata (part, reading->passphrase, reading->passphrase_length);
      if (bags == NULL)
        return fail_to_decrypt (reading, error);
    }
  else
    return fail (error, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "encrypted for a key, not with a passphrase");
  ok = read_bags (reading, bags, 0, error);
  sk_PKCS12_SAFEBAG_pop_free (bags, PKCS12_SAFEBAG_free);
  return ok;
}

static gboolean
read_parts (Reading *reading, GError **error)
{
  STACK_OF (PKCS7) *parts = PKCS12_unpack_authsafes (reading->file);
  gboolean ok = parts != NULL;

  if (parts == NULL)
    return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "the content of the file is damaged");
  for (int i = 0; ok && i < sk_PKCS7_num (parts); i++)
    ok = read_part (reading, sk_PKCS7_value (parts, i), error);
  sk_PKCS7_pop_free (parts, PKCS7_free);
  if (ok && reading->keys->len == 0 && reading->certificates->len == 0)
    return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "neither key nor certificate in the file");
  return ok;
}

/* --- which key, which certificate --- */

static gboolean
same_modulus (EVP_PKEY *a, EVP_PKEY *b)
{
  BIGNUM *n_a = NULL;
  BIGNUM *n_b = NULL;
  gboolean same = signet_key_type_of (a) == SIGNET_KEY_TYPE_RSA && signet_key_type_of (b) == SIGNET_KEY_TYPE_RSA &&
                  EVP_PKEY_get_bn_param (a, OSSL_PKEY_PARAM_RSA_N, &n_a) == 1 &&
                  EVP_PKEY_get_bn_param (b, OSSL_PKEY_PARAM_RSA_N, &n_b) == 1 && BN_cmp (n_a, n_b) == 0;

  BN_free (n_a);
  BN_free (n_b);
  return same;
}

/* A certificate may bind its RSA key to PSS while the file has it as a plain one: EVP_PKEY_eq() calls these two kinds. */
static gboolean
belongs (SignetCertificate *certificate, EVP_PKEY *key)
{
  EVP_PKEY *public_key = signet_certificate_get_key (certificate);
  gboolean same = public_key != NULL && (EVP_PKEY_eq (public_key, key) == 1 || same_modulus (public_key, key));

  ERR_clear_error ();
  return same;
}

static SignetCertificate *
find_certificate (Reading *reading, EVP_PKEY *key)
{
  for (guint i = 0; i < reading->certificates->len; i++)
    if (belongs (reading->certificates->pdata[i], key))
      return reading->certificates->pdata[i];
  return NULL;
}

static guint
rank (SignetCertificate *certificate)
{
  SignetCertificateClassification class = SIGNET_CERTIFICATE_CLASS_UNKNOWN;

  if (certificate == NULL)
    return 0;
  class = signet_certificate_get_class (certificate, NULL);
  return class == SIGNET_CERTIFICATE_CLASS_SIGNATURE || class == SIGNET_CERTIFICATE_CLASS_SEAL ? 2 : 1;
}

/* Files with two keys are a person's pair for signing and for encrypting: ours is the first of the two. */
static EVP_PKEY *
choose_key (Reading *reading, SignetCertificate **certificate)
{
  EVP_PKEY *best = NULL;

  *certificate = NULL;
  for (guint i = 0; i < reading->keys->len; i++)
    {
      SignetCertificate *candidate = find_certificate (reading, reading->keys->pdata[i]);

      if (best != NULL && rank (candidate) <= rank (*certificate))
        continue;
      best = reading->keys->pdata[i];
      *certificate = candidate;
    }
  return best;
}

static SignetPkcs12 *
finish (Reading *reading, GError **error)
{
  g_autoptr (SignetPkcs12) self = g_new0 (SignetPkcs12, 1);
  SignetCertificate *certificate = NULL;
  EVP_PKEY *key = choose_key (reading, &certificate);

  g_atomic_ref_count_init (&self->references);
  self->chain = g_ptr_array_new_with_free_func (g_object_unref);
  g_set_object (&self->certificate, certificate);
  for (guint i = 0; i < reading->certificates->len; i++)
    if (reading->certificates->pdata[i] != certificate)
      g_ptr_array_add (self->chain, g_object_ref (reading->certificates->pdata[i]));
  if (key == NULL)
    return g_steal_pointer (&self);
  self->key = signet_key_dup_private_der (key);
  self->public_key = signet_key_dup_public_der (key);
  ERR_clear_error ();
  if (self->key != NULL && self->public_key != NULL)
    return g_steal_pointer (&self);
  fail (error, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "a key of a kind that is not supported");
  return NULL;
}

/* --- a key without a file --- */

static EVP_PKEY *
decode_key (SignetSecret *key)
{
  gsize length = 0;
  const guint8 *der = signet_secret_get_bytes (key, &length);
  const guint8 *at = der;
  PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO (NULL, &at, (long) length);
  EVP_PKEY *pkey = info != NULL && at == der + length ? EVP_PKCS82PKEY (info) : NULL;

  PKCS8_PRIV_KEY_INFO_free (info);
  ERR_clear_error ();
  return pkey;
}

/**
 * signet_pkcs12_new_for_key:
 * @key: PKCS#8 PrivateKeyInfo (RFC 5208), DER
 * @certificate: left out of the bundle when it is for another key
 *
 * Returns: (transfer full) (nullable): as if it had been read from a file
 */
SignetPkcs12 *
signet_pkcs12_new_for_key (SignetSecret *key, SignetCertificate *certificate, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) EVP_PKEY_free);
  g_autoptr (GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);
  Reading reading = { .keys = keys, .certificates = certificates };
  EVP_PKEY *pkey = decode_key (key);

  if (pkey == NULL)
    {
      fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "not a private key, or a damaged one");
      return NULL;
    }
  g_ptr_array_add (keys, pkey);
  g_ptr_array_add (certificates, g_object_ref (certificate));
  return finish (&reading, error);
}

/* --- opening --- */

static PKCS12 *
decode (GBytes *data)
{
  gsize length = 0;
  const void *bytes = g_bytes_get_data (data, &length);
  BIO *bio = BIO_new_mem_buf (bytes, (int) length);
  PKCS12 *file = PKCS12_init_ex (NID_pkcs7_data, get_library (), NULL);

  /* on failure it is freed there, or left as it was: that depends on how far it came */
  if (file != NULL && d2i_PKCS12_bio (bio, &file) == NULL)
    g_clear_pointer (&file, PKCS12_free);
  BIO_free (bio);
  ERR_clear_error ();
  return file;
}

static gboolean
check_size (GBytes *data, GError **error)
{
  if (g_bytes_get_size (data) == 0)
    return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "an empty file");
  if (g_bytes_get_size (data) > SIGNET_PKCS12_MAX_SIZE)
    return fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "a PKCS#12 file larger than 1 MiB");
  return TRUE;
}

SignetPkcs12 *
_signet_pkcs12_open_within (GBytes *data, SignetSecret *passphrase, guint64 max_iterations, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) EVP_PKEY_free);
  g_autoptr (GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);
  Reading reading = { .keys = keys, .certificates = certificates, .iterations = max_iterations };
  SignetPkcs12 *self = NULL;
  gsize length = 0;

  if (!check_size (data, error))
    return NULL;
  reading.file = decode (data);
  if (reading.file == NULL)
    {
      fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "not a PKCS#12 file, or a damaged one");
      return NULL;
    }
  if (passphrase != NULL)
    reading.passphrase = (const char *) signet_secret_get_bytes (passphrase, &length);
  reading.passphrase_length = (int) MIN (length, 4096);
  if (check_mac (&reading, error) && read_parts (&reading, error))
    self = finish (&reading, error);
  PKCS12_free (reading.file);
  ERR_clear_error ();
  return self;
}

/**
 * signet_pkcs12_open:
 * @data: the content of a file, at most %SIGNET_PKCS12_MAX_SIZE bytes
 * @passphrase: (nullable): what the file is protected with
 * @error: return location, in the %SIGNET_CERTIFICATE_ERROR domain
 *
 * Blocks for as long as the file wants its passphrase to be worked on, a second at most for files as programs write them.
 *
 * Returns: (transfer full) (nullable): the file, opened. Of several keys the one whose certificate is for signing
 */
SignetPkcs12 *
signet_pkcs12_open (GBytes *data, SignetSecret *passphrase, GError **error)
{
  return _signet_pkcs12_open_within (data, passphrase, SIGNET_PKCS12_MAX_ITERATIONS, error);
}

/**
 * signet_pkcs12_is_one:
 *
 * Returns: whether it begins like one: SEQUENCE, INTEGER 3 (RFC 7292, 4). Certificates and PKCS#7 begin otherwise.
 */
gboolean
signet_pkcs12_is_one (GBytes *data)
{
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (data, &length);
  gsize header = 2;

  if (length < 8 || bytes[0] != 0x30)
    return FALSE;
  if (bytes[1] > 0x80 && bytes[1] <= 0x84)
    header += bytes[1] - 0x80;
  return length >= header + 3 && bytes[header] == 0x02 && bytes[header + 1] == 0x01 && bytes[header + 2] == 0x03;
}

/* --- what is in it --- */

SignetPkcs12 *
signet_pkcs12_ref (SignetPkcs12 *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
signet_pkcs12_unref (SignetPkcs12 *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->key, signet_secret_unref);
  g_clear_pointer (&self->public_key, g_bytes_unref);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_free (self);
}

gboolean
signet_pkcs12_has_key (SignetPkcs12 *self)
{
  return self->key != NULL;
}

SignetSecret *
signet_pkcs12_get_key (SignetPkcs12 *self)
{
  return self->key;
}

GBytes *
signet_pkcs12_get_public_key (SignetPkcs12 *self)
{
  return self->public_key;
}

SignetCertificate *
signet_pkcs12_get_certificate (SignetPkcs12 *self)
{
  return self->certificate;
}

GPtrArray *
signet_pkcs12_get_chain (SignetPkcs12 *self)
{
  return self->chain;
}
