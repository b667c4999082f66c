/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signer-provider.c: a SignetSigner dressed as an EVP_PKEY, for the parts of OpenSSL that insist on one (OSSL_CMP, X509_REQ, TLS).
 *
 * The provider lives in a library context of its own, so that nothing else in the process can ever be given our "RSA" or "EC" by
 * mistake. OpenSSL still finds its way to it from the default context: an operation on a key that cannot be exported is
 * done by the provider the key came from. Public parts are those of an ordinary EVP_PKEY that every key here wraps; private parts
 * are never exported, and signing hands the whole message to the signer. Thread-safe when the signer is.
 */
#define G_LOG_DOMAIN "signet-signer-provider"

#include "config.h"

#include "signet-signer.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "signet-algorithm-private.h"
#include "signet-base-error.h"

#define PARAM_SIGNER "signet-signer" /* the pointer itself, as an octet string; only within this process */
#define MAX_MESSAGE (16 * 1024 * 1024)

/* What a provider calls provkey. */
typedef struct {
  const char   *type;   /* "RSA", "RSA-PSS", "EC" */
  EVP_PKEY     *public; /* (owned) (nullable): of the default context */
  SignetSigner *signer; /* (owned) (nullable): none in a copy that was imported for a comparison */
} Key;

/* What a provider calls a signature context. */
typedef struct {
  Key                     *key; /* borrowed: OpenSSL keeps it alive */
  SignetSignatureAlgorithm algorithm;
  GByteArray              *message;
} Operation;

static GPrivate last_error = G_PRIVATE_INIT ((GDestroyNotify) g_error_free);

/* --- keys -------------------------------------------------------------------------------------------------------------------- */

static Key *
key_new (const char *type)
{
  Key *key = g_new0 (Key, 1);

  key->type = type;
  return key;
}

static void *
key_new_rsa (void *context)
{
  return key_new ("RSA");
}

static void *
key_new_rsa_pss (void *context)
{
  return key_new ("RSA-PSS");
}

static void *
key_new_ec (void *context)
{
  return key_new ("EC");
}

static void
key_free (void *data)
{
  Key *key = data;

  if (key == NULL)
    return;
  EVP_PKEY_free (key->public);
  g_clear_object (&key->signer);
  g_free (key);
}

static int
key_has (const void *data, int selection)
{
  const Key *key = data;

  if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && key->signer == NULL)
    return 0;
  return key->public != NULL;
}

static int
key_match (const void *left, const void *right, int selection)
{
  const Key *a = left;
  const Key *b = right;

  return a->public != NULL && b->public != NULL && EVP_PKEY_eq (a->public, b->public) == 1;
}

static gboolean
import_signer (Key *key, const OSSL_PARAM *param)
{
  SignetSigner *signer = NULL;
  g_autoptr (GBytes) der = NULL;
  const guint8 *p;

  if (param->data_size != sizeof signer)
    return FALSE;
  memcpy (&signer, param->data, sizeof signer);
  der = signet_signer_dup_public_key (signer);
  p = der != NULL ? g_bytes_get_data (der, NULL) : NULL;
  key->public = p != NULL ? d2i_PUBKEY (NULL, &p, (long) g_bytes_get_size (der)) : NULL;
  key->signer = g_object_ref (signer);
  return key->public != NULL && EVP_PKEY_is_a (key->public, key->type);
}

/* Another provider's key, to be compared with one of ours. */
static gboolean
import_public (Key *key, const OSSL_PARAM params[])
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (NULL, key->type, NULL);
  gboolean done = context != NULL && EVP_PKEY_fromdata_init (context) == 1
                  && EVP_PKEY_fromdata (context, &key->public, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *) params) == 1;

  EVP_PKEY_CTX_free (context);
  return done;
}

static int
key_import (void *data, int selection, const OSSL_PARAM params[])
{
  const OSSL_PARAM *signer = OSSL_PARAM_locate_const (params, PARAM_SIGNER);

  return signer != NULL ? import_signer (data, signer) : import_public (data, params);
}

static int
key_export (void *data, int selection, OSSL_CALLBACK *callback, void *callback_data)
{
  Key *key = data;

  if (key->public == NULL || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
    return 0;
  return EVP_PKEY_export (key->public, EVP_PKEY_PUBLIC_KEY, callback, callback_data);
}

static const OSSL_PARAM *
key_types (int selection)
{
  static const OSSL_PARAM types[] = {
    OSSL_PARAM_octet_string (PARAM_SIGNER, NULL, 0),
    OSSL_PARAM_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
    OSSL_PARAM_octet_string (OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
    OSSL_PARAM_BN (OSSL_PKEY_PARAM_RSA_N, NULL, 0),
    OSSL_PARAM_BN (OSSL_PKEY_PARAM_RSA_E, NULL, 0),
    OSSL_PARAM_END,
  };

  return types;
}

static int
key_get_params (void *data, OSSL_PARAM params[])
{
  Key *key = data;

  return key->public != NULL && EVP_PKEY_get_params (key->public, params);
}

static const OSSL_PARAM *
key_gettable (void *context)
{
  static const OSSL_PARAM gettable[] = {
    OSSL_PARAM_int (OSSL_PKEY_PARAM_BITS, NULL),
    OSSL_PARAM_int (OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
    OSSL_PARAM_int (OSSL_PKEY_PARAM_MAX_SIZE, NULL),
    OSSL_PARAM_utf8_string (OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
    OSSL_PARAM_utf8_string (OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
    OSSL_PARAM_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
    OSSL_PARAM_octet_string (OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
    OSSL_PARAM_octet_string (OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
    OSSL_PARAM_BN (OSSL_PKEY_PARAM_RSA_N, NULL, 0),
    OSSL_PARAM_BN (OSSL_PKEY_PARAM_RSA_E, NULL, 0),
    OSSL_PARAM_END,
  };

  return gettable;
}

static const char *
rsa_operation_name (int operation)
{
  return operation == OSSL_OP_SIGNATURE ? "RSA" : NULL;
}

static const char *
ec_operation_name (int operation)
{
  return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

#define FUNCTION(number, function) { number, (void (*) (void)) function }
#define KEY_FUNCTIONS(new_function, name_function) \
  { \
    FUNCTION (OSSL_FUNC_KEYMGMT_NEW, new_function), \
    FUNCTION (OSSL_FUNC_KEYMGMT_FREE, key_free), \
    FUNCTION (OSSL_FUNC_KEYMGMT_HAS, key_has), \
    FUNCTION (OSSL_FUNC_KEYMGMT_MATCH, key_match), \
    FUNCTION (OSSL_FUNC_KEYMGMT_IMPORT, key_import), \
    FUNCTION (OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_types), \
    FUNCTION (OSSL_FUNC_KEYMGMT_EXPORT, key_export), \
    FUNCTION (OSSL_FUNC_KEYMGMT_EXPORT_TYPES, key_types), \
    FUNCTION (OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params), \
    FUNCTION (OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable), \
    FUNCTION (OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, name_function), \
    { 0, NULL }, \
  }

static const OSSL_DISPATCH rsa_functions[] = KEY_FUNCTIONS (key_new_rsa, rsa_operation_name);
static const OSSL_DISPATCH rsa_pss_functions[] = KEY_FUNCTIONS (key_new_rsa_pss, rsa_operation_name);
static const OSSL_DISPATCH ec_functions[] = KEY_FUNCTIONS (key_new_ec, ec_operation_name);

/* --- signing ------------------------------------------------------------------------------------------------------------------ */

static void *
operation_new (void *context, const char *properties)
{
  Operation *operation = g_new0 (Operation, 1);

  operation->message = g_byte_array_new ();
  return operation;
}

static void
operation_free (void *data)
{
  Operation *operation = data;

  if (operation == NULL)
    return;
  g_byte_array_unref (operation->message);
  g_free (operation);
}

static void *
operation_dup (void *data)
{
  Operation *operation = data;
  Operation *copy = g_new0 (Operation, 1);

  *copy = *operation;
  copy->message = g_byte_array_sized_new (operation->message->len);
  g_byte_array_append (copy->message, operation->message->data, operation->message->len);
  return copy;
}

static gboolean
set_digest (Operation *operation, const char *name)
{
  const EVP_MD *md = EVP_get_digestbyname (name);

  operation->algorithm.digest = md != NULL ? signet_digest_from_nid (EVP_MD_get_type (md)) : SIGNET_DIGEST_UNKNOWN;
  return operation->algorithm.digest != SIGNET_DIGEST_UNKNOWN;
}

/* The padding comes as a number or as a name, depending on who asks. */
static gboolean
set_padding (Operation *operation, const OSSL_PARAM *param)
{
  int number = 0;
  const char *name = NULL;

  if (param->data_type == OSSL_PARAM_UTF8_STRING && OSSL_PARAM_get_utf8_string_ptr (param, &name))
    number = g_strcmp0 (name, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0 ? RSA_PKCS1_PSS_PADDING
             : g_strcmp0 (name, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) == 0 ? RSA_PKCS1_PADDING : 0;
  else if (!OSSL_PARAM_get_int (param, &number))
    return FALSE;
  if (number == RSA_PKCS1_PSS_PADDING)
    operation->algorithm.scheme = SIGNET_SIGNATURE_RSA_PSS;
  else if (number == RSA_PKCS1_PADDING && g_strcmp0 (operation->key->type, "RSA") == 0)
    operation->algorithm.scheme = SIGNET_SIGNATURE_RSA_PKCS1;
  else
    return FALSE;
  return TRUE;
}

/* Signers make salts as long as the digest; whoever asks for another length is told no. */
static gboolean
check_salt (Operation *operation, const OSSL_PARAM *param)
{
  const EVP_MD *md = signet_digest_get_md (operation->algorithm.digest);
  const char *name = NULL;
  int length = 0;

  if (param->data_type == OSSL_PARAM_UTF8_STRING && OSSL_PARAM_get_utf8_string_ptr (param, &name))
    return g_strcmp0 (name, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST) == 0 || g_strcmp0 (name, OSSL_PKEY_RSA_PSS_SALT_LEN_AUTO) == 0;
  return OSSL_PARAM_get_int (param, &length)
         && (length == RSA_PSS_SALTLEN_DIGEST || length == RSA_PSS_SALTLEN_AUTO || (md != NULL && length == EVP_MD_get_size (md)));
}

static gboolean
check_mask_digest (Operation *operation, const OSSL_PARAM *param)
{
  const char *name = NULL;
  const EVP_MD *md = OSSL_PARAM_get_utf8_string_ptr (param, &name) ? EVP_get_digestbyname (name) : NULL;

  return md != NULL && EVP_MD_get_type (md) == signet_digest_get_nid (operation->algorithm.digest);
}

static int
operation_set_params (void *data, const OSSL_PARAM params[])
{
  Operation *operation = data;
  const OSSL_PARAM *param;
  const char *name = NULL;

  if (params == NULL)
    return 1;
  if ((param = OSSL_PARAM_locate_const (params, OSSL_SIGNATURE_PARAM_DIGEST)) != NULL
      && (!OSSL_PARAM_get_utf8_string_ptr (param, &name) || !set_digest (operation, name)))
    return 0;
  if ((param = OSSL_PARAM_locate_const (params, OSSL_SIGNATURE_PARAM_PAD_MODE)) != NULL && !set_padding (operation, param))
    return 0;
  if ((param = OSSL_PARAM_locate_const (params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN)) != NULL && !check_salt (operation, param))
    return 0;
  if ((param = OSSL_PARAM_locate_const (params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST)) != NULL && !check_mask_digest (operation, param))
    return 0;
  return 1;
}

static const OSSL_PARAM *
operation_params (void *operation, void *context)
{
  static const OSSL_PARAM params[] = {
    OSSL_PARAM_octet_string (OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
    OSSL_PARAM_utf8_string (OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
    OSSL_PARAM_utf8_string (OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
    OSSL_PARAM_utf8_string (OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
    OSSL_PARAM_utf8_string (OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
    OSSL_PARAM_END,
  };

  return params;
}

static gboolean
get_algorithm_id (const Operation *operation, OSSL_PARAM *param)
{
  X509_ALGOR *algorithm = X509_ALGOR_new ();
  guint8 *der = NULL;
  int length = _signet_signature_algorithm_fill (algorithm, operation->algorithm) ? i2d_X509_ALGOR (algorithm, &der) : 0;
  gboolean done = length > 0 && OSSL_PARAM_set_octet_string (param, der, (gsize) length);

  OPENSSL_free (der);
  X509_ALGOR_free (algorithm);
  return done;
}

static gboolean
get_padding (const Operation *operation, OSSL_PARAM *param)
{
  gboolean pss = operation->algorithm.scheme == SIGNET_SIGNATURE_RSA_PSS;

  if (param->data_type == OSSL_PARAM_UTF8_STRING)
    return OSSL_PARAM_set_utf8_string (param, pss ? OSSL_PKEY_RSA_PAD_MODE_PSS : OSSL_PKEY_RSA_PAD_MODE_PKCSV15);
  return OSSL_PARAM_set_int (param, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING);
}

static gboolean
get_salt (const Operation *operation, OSSL_PARAM *param)
{
  const EVP_MD *md = signet_digest_get_md (operation->algorithm.digest);

  if (param->data_type == OSSL_PARAM_UTF8_STRING)
    return OSSL_PARAM_set_utf8_string (param, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST);
  return md != NULL && OSSL_PARAM_set_int (param, EVP_MD_get_size (md));
}

static int
operation_get_params (void *data, OSSL_PARAM params[])
{
  const Operation *operation = data;
  const char *digest = OBJ_nid2sn (signet_digest_get_nid (operation->algorithm.digest));
  OSSL_PARAM *param;

  if ((param = OSSL_PARAM_locate (params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID)) != NULL && !get_algorithm_id (operation, param))
    return 0;
  if ((param = OSSL_PARAM_locate (params, OSSL_SIGNATURE_PARAM_PAD_MODE)) != NULL && !get_padding (operation, param))
    return 0;
  if ((param = OSSL_PARAM_locate (params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN)) != NULL && !get_salt (operation, param))
    return 0;
  if ((param = OSSL_PARAM_locate (params, OSSL_SIGNATURE_PARAM_DIGEST)) != NULL && !OSSL_PARAM_set_utf8_string (param, digest))
    return 0;
  if ((param = OSSL_PARAM_locate (params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST)) != NULL && !OSSL_PARAM_set_utf8_string (param, digest))
    return 0;
  return 1;
}

static int
operation_init (void *data, const char *digest, void *key, const OSSL_PARAM params[])
{
  Operation *operation = data;

  if (key != NULL)
    operation->key = key;
  if (operation->key == NULL || operation->key->public == NULL)
    return 0;
  g_byte_array_set_size (operation->message, 0);
  operation->algorithm = signet_signature_algorithm_default (operation->key->public);
  if (digest != NULL && *digest != '\0' && !set_digest (operation, digest))
    return 0;
  return operation_set_params (operation, params);
}

static int
operation_update (void *data, const guint8 *bytes, size_t length)
{
  Operation *operation = data;

  if (length > MAX_MESSAGE - operation->message->len)
    return 0;
  g_byte_array_append (operation->message, bytes, (guint) length);
  return 1;
}

static void
remember_error (GError *error)
{
  ERR_raise_data (ERR_LIB_USER, ERR_R_OPERATION_FAIL, "%s", error->message);
  g_private_replace (&last_error, error);
}

static int
operation_sign (Operation *operation, GBytes *message, guint8 *signature, size_t *length, size_t capacity)
{
  g_autoptr (GBytes) result = NULL;
  GError *error = NULL;
  gsize size;

  if (operation->key->signer == NULL)
    return 0;
  result = signet_signer_sign (operation->key->signer, operation->algorithm, message, NULL, &error);
  if (result == NULL)
    {
      remember_error (error);
      return 0;
    }
  size = g_bytes_get_size (result);
  if (size > capacity)
    return 0;
  memcpy (signature, g_bytes_get_data (result, NULL), size);
  *length = size;
  return 1;
}

static int
operation_sign_final (void *data, guint8 *signature, size_t *length, size_t capacity)
{
  Operation *operation = data;
  g_autoptr (GBytes) message = NULL;

  *length = (size_t) EVP_PKEY_get_size (operation->key->public);
  if (signature == NULL)
    return 1;
  message = g_bytes_new (operation->message->data, operation->message->len);
  return operation_sign (operation, message, signature, length, capacity);
}

static int
operation_verify_final (void *data, const guint8 *signature, size_t length)
{
  Operation *operation = data;

  return signet_signature_verify (operation->algorithm, operation->key->public, operation->message->data, operation->message->len,
                                  signature, length);
}

static const OSSL_DISPATCH signature_functions[] = {
  FUNCTION (OSSL_FUNC_SIGNATURE_NEWCTX, operation_new),
  FUNCTION (OSSL_FUNC_SIGNATURE_FREECTX, operation_free),
  FUNCTION (OSSL_FUNC_SIGNATURE_DUPCTX, operation_dup),
  FUNCTION (OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, operation_init),
  FUNCTION (OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, operation_update),
  FUNCTION (OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, operation_sign_final),
  FUNCTION (OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, operation_init),
  FUNCTION (OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE, operation_update),
  FUNCTION (OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL, operation_verify_final),
  FUNCTION (OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, operation_get_params),
  FUNCTION (OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, operation_params),
  FUNCTION (OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, operation_set_params),
  FUNCTION (OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, operation_params),
  { 0, NULL },
};

/* --- the provider -------------------------------------------------------------------------------------------------------------- */

static const OSSL_ALGORITHM key_algorithms[] = {
  { "RSA:rsaEncryption:1.2.840.113549.1.1.1", "provider=signet", rsa_functions, "key of a signer" },
  { "RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", "provider=signet", rsa_pss_functions, "key of a signer" },
  { "EC:id-ecPublicKey:1.2.840.10045.2.1", "provider=signet", ec_functions, "key of a signer" },
  { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM signature_algorithms[] = {
  { "RSA:rsaEncryption:1.2.840.113549.1.1.1", "provider=signet", signature_functions, "signing by a signer" },
  { "ECDSA", "provider=signet", signature_functions, "signing by a signer" },
  { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *
provider_query (void *context, int operation, int *no_cache)
{
  *no_cache = 0;
  return operation == OSSL_OP_KEYMGMT ? key_algorithms : operation == OSSL_OP_SIGNATURE ? signature_algorithms : NULL;
}

static const OSSL_DISPATCH provider_functions[] = {
  FUNCTION (OSSL_FUNC_PROVIDER_QUERY_OPERATION, provider_query),
  { 0, NULL },
};

static int
provider_init (const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context)
{
  *out = provider_functions;
  *context = (void *) handle; /* must not be NULL */
  return 1;
}

/* Kept for the life of the process: keys may live as long. The default provider beside it encodes public keys. */
static OSSL_LIB_CTX *
get_library_context (void)
{
  static gsize once;
  static OSSL_LIB_CTX *context;

  if (g_once_init_enter (&once))
    {
      context = OSSL_LIB_CTX_new ();
      if (!OSSL_PROVIDER_add_builtin (context, "signet", provider_init) || OSSL_PROVIDER_load (context, "default") == NULL
          || OSSL_PROVIDER_load (context, "signet") == NULL)
        g_clear_pointer (&context, OSSL_LIB_CTX_free);
      g_once_init_leave (&once, 1);
    }
  return context;
}

static const char *
provider_type_of (SignetSigner *signer)
{
  g_autoptr (GBytes) der = signet_signer_dup_public_key (signer);
  const guint8 *p = der != NULL ? g_bytes_get_data (der, NULL) : NULL;
  EVP_PKEY *public = p != NULL ? d2i_PUBKEY (NULL, &p, (long) g_bytes_get_size (der)) : NULL;
  const char *type = NULL;

  if (public != NULL)
    type = EVP_PKEY_is_a (public, "RSA") ? "RSA" : EVP_PKEY_is_a (public, "RSA-PSS") ? "RSA-PSS" : EVP_PKEY_is_a (public, "EC") ? "EC" : NULL;
  EVP_PKEY_free (public);
  return type;
}

static EVP_PKEY *
wrap (OSSL_LIB_CTX *library, const char *type, SignetSigner *signer)
{
  OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string (PARAM_SIGNER, &signer, sizeof signer), OSSL_PARAM_construct_end () };
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (library, type, "provider=signet");
  EVP_PKEY *key = NULL;

  if (context != NULL && EVP_PKEY_fromdata_init (context) == 1)
    EVP_PKEY_fromdata (context, &key, EVP_PKEY_KEYPAIR, params);
  EVP_PKEY_CTX_free (context);
  return key;
}

/**
 * signet_signer_new_evp_pkey:
 * @self: an RSA or EC key; kept alive by the result
 *
 * Works wherever OpenSSL's default library context is used. When an operation with it fails, signet_signer_take_last_error() tells
 * what the signer said.
 *
 * Returns: (transfer full) (nullable): free with EVP_PKEY_free()
 */
EVP_PKEY *
signet_signer_new_evp_pkey (SignetSigner *self, GError **error)
{
  OSSL_LIB_CTX *library = get_library_context ();
  const char *type = provider_type_of (self);
  EVP_PKEY *key;

  if (type == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "only RSA and EC keys can be lent to OpenSSL");
      return NULL;
    }
  key = library != NULL ? wrap (library, type, self) : NULL;
  if (key == NULL)
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "lending a key to OpenSSL");
  return key;
}

/**
 * signet_signer_take_last_error:
 *
 * Returns: (transfer full) (nullable): why the last signature through an EVP_PKEY of ours failed on this thread
 */
GError *
signet_signer_take_last_error (void)
{
  GError *error = g_private_get (&last_error);

  g_private_set (&last_error, NULL);
  return error;
}
