/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-csr-attributes.c: CsrAttrs (RFC 7030, 4.5.2): read from an authority's server, so capped in size and count. Extensions
 * are honoured when it is known what they ask for; the kind of key and the digest are held to; other wishes are told by their OID.
 * Pure functions.
 */
#define G_LOG_DOMAIN "signet-csr-attributes"

#include "config.h"

#include "signet-csr-attributes.h"

#include <openssl/asn1t.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "../base/signet-base-error.h"

#define MAX_SIZE  (64 * 1024)
#define MAX_COUNT 64
#define MAX_OID   128

/* What these ask for is compared again when the certificate comes. */
static const int known_extensions[] = { NID_key_usage, NID_ext_key_usage, NID_subject_alt_name, NID_certificate_policies };
/* Certificate Template Name and Certificate Template of Microsoft's CA */
static const char *const known_oids[] = { "1.3.6.1.4.1.311.20.2", "1.3.6.1.4.1.311.21.7" };

void
_signet_csr_attributes_free (SignetCsrAttributes *self)
{
  if (self == NULL)
    return;
  sk_X509_EXTENSION_pop_free (self->extensions, X509_EXTENSION_free);
  g_ptr_array_unref (self->unknown);
  g_free (self);
}

static gboolean
malformed (GError **error)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "the authority's wishes for the request cannot be read");
  return FALSE;
}

static char *
dup_oid (const ASN1_OBJECT *object)
{
  char text[MAX_OID] = "";

  OBJ_obj2txt (text, sizeof text, object, 1);
  return g_strdup (text);
}

/* --- extensions ----------------------------------------------------------------------------------------------------------- */

static gboolean
is_known_extension (const ASN1_OBJECT *object)
{
  g_autofree char *oid = dup_oid (object);

  for (gsize i = 0; i < G_N_ELEMENTS (known_extensions); i++)
    if (OBJ_obj2nid (object) == known_extensions[i])
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (known_oids); i++)
    if (g_str_equal (oid, known_oids[i]))
      return TRUE;
  return FALSE;
}

static gboolean
take_extension (SignetCsrAttributes *self, X509_EXTENSION *extension, GError **error)
{
  const ASN1_OBJECT *object = X509_EXTENSION_get_object (extension);
  g_autofree char *oid = dup_oid (object);

  if (!is_known_extension (object))
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the authority wants the extension %s in the request, which is not known here", oid);
      return FALSE;
    }
  /* named, but without a value: for us to fill in, and we have nothing else than the name */
  if (ASN1_STRING_length (X509_EXTENSION_get_data (extension)) == 0)
    {
      g_ptr_array_add (self->unknown, g_steal_pointer (&oid));
      return TRUE;
    }
  return X509v3_add_ext (&self->extensions, extension, -1) != NULL || malformed (error);
}

/* As Extensions (RFC 2985, 5.4.2), or a bare OID as in the example of RFC 7030, which says what is wished and not with which value. */
static gboolean
take_extensions (SignetCsrAttributes *self, const ASN1_TYPE *value, GError **error)
{
  const guint8 *der = value->type == V_ASN1_SEQUENCE ? value->value.sequence->data : NULL;
  X509_EXTENSIONS *all = der != NULL ? d2i_X509_EXTENSIONS (NULL, &der, value->value.sequence->length) : NULL;
  gboolean ok = all != NULL && sk_X509_EXTENSION_num (all) <= MAX_COUNT;

  if (value->type == V_ASN1_OBJECT)
    g_ptr_array_add (self->unknown, dup_oid (value->value.object));
  else if (!ok)
    malformed (error);
  for (int i = 0; ok && i < sk_X509_EXTENSION_num (all); i++)
    ok = take_extension (self, sk_X509_EXTENSION_value (all, i), error);
  sk_X509_EXTENSION_pop_free (all, X509_EXTENSION_free);
  return ok || value->type == V_ASN1_OBJECT;
}

/* --- keys and digests ------------------------------------------------------------------------------------------------------- */

static gboolean
take_key (SignetCsrAttributes *self, int nid, const ASN1_TYPE *value, GError **error)
{
  gint64 bits = 0;

  self->key_nid = nid;
  if (value == NULL)
    return TRUE;
  if (nid == NID_rsaEncryption && value->type == V_ASN1_INTEGER && ASN1_INTEGER_get_int64 (&bits, value->value.integer) && bits > 0 && bits <= 65536)
    self->key_bits = (int) bits;
  else if (nid == NID_X9_62_id_ecPublicKey && value->type == V_ASN1_OBJECT)
    self->curve_nid = OBJ_obj2nid (value->value.object);
  else
    return malformed (error);
  return TRUE;
}

static gboolean
take_object (SignetCsrAttributes *self, const ASN1_OBJECT *object, GError **error)
{
  int nid = OBJ_obj2nid (object), digest = NID_undef, key = NID_undef;

  if (nid == NID_pkcs9_challengePassword)
    self->binding = TRUE;
  else if (nid == NID_rsaEncryption || nid == NID_X9_62_id_ecPublicKey)
    return take_key (self, nid, NULL, error);
  else if (OBJ_find_sigid_algs (nid, &digest, &key) && digest != NID_undef)
    self->digest = signet_digest_from_nid (digest);
  else
    g_ptr_array_add (self->unknown, dup_oid (object));
  return TRUE;
}

static gboolean
take_attribute (SignetCsrAttributes *self, const ASN1_STRING *sequence, GError **error)
{
  const guint8 *der = ASN1_STRING_get0_data (sequence);
  X509_ATTRIBUTE *attribute = d2i_X509_ATTRIBUTE (NULL, &der, ASN1_STRING_length (sequence));
  const ASN1_TYPE *value = attribute != NULL ? X509_ATTRIBUTE_get0_type (attribute, 0) : NULL;
  int nid = attribute != NULL ? OBJ_obj2nid (X509_ATTRIBUTE_get0_object (attribute)) : NID_undef;
  gboolean ok = TRUE;

  if (attribute == NULL)
    ok = malformed (error);
  else if ((nid == NID_ext_req || nid == NID_ms_ext_req) && value != NULL)
    ok = take_extensions (self, value, error);
  else if (nid == NID_rsaEncryption || nid == NID_X9_62_id_ecPublicKey)
    ok = take_key (self, nid, value, error);
  else
    ok = take_object (self, X509_ATTRIBUTE_get0_object (attribute), error);
  X509_ATTRIBUTE_free (attribute);
  return ok;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------ */

static gboolean
take_all (SignetCsrAttributes *self, const ASN1_SEQUENCE_ANY *all, GError **error)
{
  gboolean ok = sk_ASN1_TYPE_num (all) <= MAX_COUNT || malformed (error);

  for (int i = 0; ok && i < sk_ASN1_TYPE_num (all); i++)
    {
      const ASN1_TYPE *one = sk_ASN1_TYPE_value (all, i);

      if (one->type == V_ASN1_OBJECT)
        ok = take_object (self, one->value.object, error);
      else if (one->type == V_ASN1_SEQUENCE)
        ok = take_attribute (self, one->value.sequence, error);
      else
        ok = malformed (error);
    }
  return ok;
}

/**
 * _signet_csr_attributes_parse:
 * @der: of a CsrAttrs
 *
 * Returns: (transfer full) (nullable): what is wanted; %NULL with @error
 */
SignetCsrAttributes *
_signet_csr_attributes_parse (const guint8 *der, gsize length, GError **error)
{
  g_autoptr (SignetCsrAttributes) self = g_new0 (SignetCsrAttributes, 1);
  ASN1_SEQUENCE_ANY *all = NULL;
  const guint8 *end = der;
  gboolean ok;

  self->unknown = g_ptr_array_new_with_free_func (g_free);
  self->digest = SIGNET_DIGEST_UNKNOWN;
  if (length > MAX_SIZE)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "the authority's wishes for the request are too long");
      return NULL;
    }
  all = length > 0 ? d2i_ASN1_SEQUENCE_ANY (NULL, &end, (long) length) : NULL;
  ok = all != NULL && end == der + length ? take_all (self, all, error) : malformed (error);
  sk_ASN1_TYPE_pop_free (all, ASN1_TYPE_free);
  ERR_clear_error ();
  return ok ? g_steal_pointer (&self) : NULL;
}

static int
curve_of (EVP_PKEY *key)
{
  char name[80] = "";
  gsize length = 0;

  return EVP_PKEY_get_group_name (key, name, sizeof name, &length) == 1 ? OBJ_txt2nid (name) : NID_undef;
}

gboolean
_signet_csr_attributes_fits (const SignetCsrAttributes *self, EVP_PKEY *key, GError **error)
{
  gboolean is_rsa = EVP_PKEY_is_a (key, "RSA") || EVP_PKEY_is_a (key, "RSA-PSS");
  gboolean fits = self->key_nid == NID_undef || (self->key_nid == NID_rsaEncryption) == is_rsa;

  if (fits && is_rsa && self->key_bits > 0)
    fits = EVP_PKEY_get_bits (key) == self->key_bits;
  if (fits && !is_rsa && self->curve_nid != NID_undef)
    fits = curve_of (key) == self->curve_nid;
  if (fits)
    return TRUE;
  if (self->key_nid == NID_rsaEncryption)
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the authority wants an RSA key of %d bits", self->key_bits);
  else
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the authority wants an EC key (%s)",
                 self->curve_nid != NID_undef ? OBJ_nid2sn (self->curve_nid) : "any curve");
  return FALSE;
}
