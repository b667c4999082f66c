/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-import.c: bringing a private key to the token. Its numbers are taken apart here, for PKCS#11 wants them one by one,
 * in memory that is wiped. Tokens that take keys only wrapped are served by signet-host-wrap.c.
 */
#define G_LOG_DOMAIN "signet-host-import"

#include "config.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#include "signet-host-private.h"

/* --- the numbers of a key --- */

typedef struct
{
  CK_ATTRIBUTE_TYPE type;
  gboolean is_public;
  gboolean is_private;
  guint8 *bytes;
  gsize length;
} Part;

typedef struct
{
  CK_KEY_TYPE type;
  Part parts[8];
  guint n;
  guint8 id[HOST_ID_LENGTH];
  const char *label;
  gboolean decrypts; /* its one purpose; otherwise it signs */
} Key;

static void
key_clear (Key *key)
{
  for (guint i = 0; i < key->n; i++)
    {
      signet_secret_wipe (key->parts[i].bytes, key->parts[i].length);
      g_free (key->parts[i].bytes);
    }
  key->n = 0;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Key, key_clear)

static void
take_part (Key *key, CK_ATTRIBUTE_TYPE type, gboolean is_public, gboolean is_private, guint8 *bytes, gsize length)
{
  key->parts[key->n++] = (Part){ type, is_public, is_private, bytes, length };
}

/* @size: of the number at least, for a scalar keeps its zeros; 0: as short as it is */
static gboolean
add_number (Key *key, EVP_PKEY *pkey, const char *name, CK_ATTRIBUTE_TYPE type, gboolean is_public, int size)
{
  BIGNUM *number = NULL;
  guint8 *bytes = NULL;

  if (EVP_PKEY_get_bn_param (pkey, name, &number) != 1)
    return FALSE;
  size = MAX (size, BN_num_bytes (number));
  bytes = g_malloc ((gsize) size);
  BN_bn2binpad (number, bytes, size);
  BN_clear_free (number);
  take_part (key, type, is_public, TRUE, bytes, (gsize) size);
  return TRUE;
}

static gboolean
take_rsa (Key *key, EVP_PKEY *pkey)
{
  key->type = CKK_RSA;
  return add_number (key, pkey, OSSL_PKEY_PARAM_RSA_N, CKA_MODULUS, TRUE, 0) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_RSA_E, CKA_PUBLIC_EXPONENT, TRUE, 0) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_RSA_D, CKA_PRIVATE_EXPONENT, FALSE, 0) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_RSA_FACTOR1, CKA_PRIME_1, FALSE, 0) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_RSA_FACTOR2, CKA_PRIME_2, FALSE, 0) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_RSA_EXPONENT1, CKA_EXPONENT_1, FALSE, 0) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_RSA_EXPONENT2, CKA_EXPONENT_2, FALSE, 0) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, CKA_COEFFICIENT, FALSE, 0);
}

/* CKA_EC_PARAMS: the curve's OID */
static gboolean
add_curve (Key *key, int nid)
{
  ASN1_OBJECT *curve = nid != NID_undef ? OBJ_nid2obj (nid) : NULL;
  guint8 *der = NULL;
  int length = curve != NULL ? i2d_ASN1_OBJECT (curve, &der) : 0;

  if (length <= 0)
    return FALSE;
  take_part (key, CKA_EC_PARAMS, TRUE, TRUE, g_memdup2 (der, (gsize) length), (gsize) length);
  OPENSSL_free (der);
  return TRUE;
}

/* CKA_EC_POINT: the point in an OCTET STRING */
static gboolean
add_point (Key *key, EVP_PKEY *pkey)
{
  guint8 point[256];
  gsize length = 0;
  ASN1_OCTET_STRING *octets = NULL;
  guint8 *der = NULL;
  int size = 0;

  if (EVP_PKEY_get_octet_string_param (pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &length) != 1)
    return FALSE;
  octets = ASN1_OCTET_STRING_new ();
  ASN1_OCTET_STRING_set (octets, point, (int) length);
  size = i2d_ASN1_OCTET_STRING (octets, &der);
  ASN1_OCTET_STRING_free (octets);
  if (size <= 0)
    return FALSE;
  take_part (key, CKA_EC_POINT, TRUE, FALSE, g_memdup2 (der, (gsize) size), (gsize) size);
  OPENSSL_free (der);
  return TRUE;
}

static gboolean
take_ec (Key *key, EVP_PKEY *pkey)
{
  char curve[80];

  key->type = CKK_EC;
  return EVP_PKEY_get_utf8_string_param (pkey, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, NULL) == 1 &&
         add_curve (key, OBJ_txt2nid (curve)) && add_point (key, pkey) &&
         add_number (key, pkey, OSSL_PKEY_PARAM_PRIV_KEY, CKA_VALUE, FALSE, (EVP_PKEY_get_bits (pkey) + 7) / 8);
}

static gboolean
take_ed25519 (Key *key, EVP_PKEY *pkey)
{
  gsize length = 32;
  guint8 *value = g_malloc (length);

  key->type = CKK_EC_EDWARDS;
  if (EVP_PKEY_get_raw_private_key (pkey, value, &length) != 1)
    {
      g_free (value);
      return FALSE;
    }
  take_part (key, CKA_VALUE, FALSE, TRUE, value, length);
  return add_curve (key, NID_ED25519) && add_point (key, pkey);
}

/* As a key made here is called: SHA-1 of the modulus or the point. */
static void
name_key (Key *key)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  gsize length = sizeof key->id;

  for (guint i = 0; i < key->n; i++)
    if (key->parts[i].type == CKA_MODULUS || key->parts[i].type == CKA_EC_POINT)
      g_checksum_update (sha1, key->parts[i].bytes, (gssize) key->parts[i].length);
  g_checksum_get_digest (sha1, key->id, &length);
}

static gboolean
take_apart (Key *key, SignetSecret *secret, GError **error)
{
  gsize length = 0;
  const guint8 *der = signet_secret_get_bytes (secret, &length);
  EVP_PKEY *pkey = d2i_AutoPrivateKey (NULL, &der, (long) length);
  gboolean ok = FALSE;

  if (pkey != NULL && (EVP_PKEY_is_a (pkey, "RSA") || EVP_PKEY_is_a (pkey, "RSA-PSS")))
    ok = take_rsa (key, pkey);
  else if (pkey != NULL && EVP_PKEY_is_a (pkey, "EC"))
    ok = take_ec (key, pkey);
  else if (pkey != NULL && EVP_PKEY_is_a (pkey, "ED25519"))
    ok = take_ed25519 (key, pkey);
  EVP_PKEY_free (pkey);
  ERR_clear_error ();
  if (!ok)
    return host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "a key of a kind that is not imported");
  name_key (key);
  return TRUE;
}

/* --- writing it --- */

static void
add_parts (HostTemplate *template, const Key *key, gboolean private)
{
  for (guint i = 0; i < key->n; i++)
    if (private ? key->parts[i].is_private : key->parts[i].is_public)
      host_template_add (template, key->parts[i].type, key->parts[i].bytes, key->parts[i].length);
}

static const CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
static const CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;

static void
add_kind (HostTemplate *template, const CK_OBJECT_CLASS *class, const CK_KEY_TYPE *type)
{
  host_template_add (template, CKA_CLASS, class, sizeof *class);
  host_template_add (template, CKA_KEY_TYPE, type, sizeof *type);
}

/* A key for decrypting signs nothing, however well it could. */
static void
add_private (HostTemplate *template, const Key *key, HostMeasure measure)
{
  gboolean with_purpose = measure == HOST_MEASURE_FULL;

  host_template_add_private (template, key->label, key->id, sizeof key->id,
                             key->decrypts && with_purpose ? HOST_MEASURE_PROTECTED : measure);
  if (!key->decrypts || !with_purpose)
    return;
  host_template_add_boolean (template, CKA_DECRYPT, TRUE);
  host_template_add_boolean (template, CKA_SIGN, FALSE);
}

static CK_RV
create_private (CK_FUNCTION_LIST *p11, HostSession *session, const Key *key, CK_OBJECT_HANDLE *handle)
{
  CK_RV rv = CKR_OK;

  for (HostMeasure measure = HOST_MEASURE_FULL; measure < HOST_N_MEASURES; measure++)
    {
      HostTemplate template = { .n = 0 };

      add_kind (&template, &private_class, &key->type);
      add_private (&template, key, measure);
      add_parts (&template, key, TRUE);
      rv = p11->C_CreateObject (session->handle, template.attributes, template.n, handle);
      if (!host_template_is_refused (rv))
        return rv;
    }
  return rv;
}

static CK_RV
unwrap_private (CK_FUNCTION_LIST *p11, HostSession *session, const Key *key, SignetSecret *secret, CK_OBJECT_HANDLE *handle)
{
  CK_RV rv = CKR_OK;

  for (HostMeasure measure = HOST_MEASURE_FULL; measure < HOST_N_MEASURES; measure++)
    {
      HostTemplate template = { .n = 0 };

      add_kind (&template, &private_class, &key->type);
      add_private (&template, key, measure);
      rv = host_wrap_bring (p11, session, secret, &template, handle);
      if (!host_template_is_refused (rv))
        return rv;
    }
  return rv;
}

/* Tokens that do not keep public keys show theirs by the certificate. */
static CK_OBJECT_HANDLE
create_public (CK_FUNCTION_LIST *p11, HostSession *session, const Key *key)
{
  for (HostMeasure measure = HOST_MEASURE_FULL; measure < HOST_MEASURE_MINIMAL; measure++)
    {
      HostTemplate template = { .n = 0 };
      CK_OBJECT_HANDLE handle = 0;

      add_kind (&template, &public_class, &key->type);
      host_template_add_public (&template, key->label, key->id, sizeof key->id, measure);
      add_parts (&template, key, FALSE);
      if (p11->C_CreateObject (session->handle, template.attributes, template.n, &handle) == CKR_OK)
        return handle;
    }
  return 0;
}

/* The object of @class that is this key, 0 when there is none: a key is not written beside itself. */
static CK_OBJECT_HANDLE
find (CK_FUNCTION_LIST *p11, HostSession *session, const Key *key, const CK_OBJECT_CLASS *class)
{
  HostTemplate template = { .n = 0 };
  CK_OBJECT_HANDLE handle = 0;
  gulong n = 0;

  add_kind (&template, class, &key->type);
  host_template_add_boolean (&template, CKA_TOKEN, TRUE);
  host_template_add (&template, CKA_ID, key->id, sizeof key->id);
  return host_objects_find (p11, session->handle, template.attributes, template.n, &handle, 1, &n, NULL) && n == 1 ? handle : 0;
}

/* A template it dislikes, or no such call for keys: the key may still come wrapped. */
static gboolean
may_come_wrapped (CK_RV rv)
{
  return host_template_is_refused (rv) || rv == CKR_FUNCTION_NOT_SUPPORTED || rv == CKR_ACTION_PROHIBITED ||
         rv == CKR_KEY_FUNCTION_NOT_PERMITTED || rv == CKR_FUNCTION_FAILED || rv == CKR_GENERAL_ERROR;
}

static gboolean
write_private (CK_FUNCTION_LIST *p11,
               HostSession *session,
               const Key *key,
               SignetSecret *secret,
               CK_OBJECT_HANDLE *handle,
               GError **error)
{
  CK_RV rv = create_private (p11, session, key, handle);
  CK_RV wrapped = CKR_OK;
  g_autoptr (GVariant) description = NULL;

  if (may_come_wrapped (rv))
    {
      wrapped = unwrap_private (p11, session, key, secret, handle);
      rv = wrapped == CKR_OK ? CKR_OK : rv;
    }
  if (may_come_wrapped (rv))
    return host_set_rv_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token takes no keys from outside", rv);
  if (!host_session_explain (p11, session, rv, "C_CreateObject (private key)", error))
    return FALSE;
  description = g_variant_ref_sink (host_objects_describe_one (p11, session->handle, CKO_PRIVATE_KEY, *handle));
  if (host_template_check_protection (description))
    return TRUE;
  p11->C_DestroyObject (session->handle, *handle);
  return host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token would keep the key so that it can be taken out again");
}

GVariant *
host_session_import (CK_FUNCTION_LIST *p11,
                     HostSession *session,
                     SignetSecret *secret,
                     const char *label,
                     gboolean decrypts,
                     GError **error)
{
  g_auto (Key) key = { .label = label, .decrypts = decrypts };
  CK_OBJECT_HANDLE private_key = 0;
  CK_OBJECT_HANDLE public_key = 0;
  GVariantBuilder builder;

  if (!take_apart (&key, secret, error))
    return NULL;
  private_key = find (p11, session, &key, &private_class);
  if (private_key == 0 && !write_private (p11, session, &key, secret, &private_key, error))
    return NULL;
  public_key = find (p11, session, &key, &public_class);
  if (public_key == 0)
    public_key = create_public (p11, session, &key);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  if (public_key != 0)
    g_variant_builder_add_value (&builder, host_objects_describe_one (p11, session->handle, CKO_PUBLIC_KEY, public_key));
  g_variant_builder_add_value (&builder, host_objects_describe_one (p11, session->handle, CKO_PRIVATE_KEY, private_key));
  return g_variant_builder_end (&builder);
}
