/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-session-objects.c: writing and deleting what is on the token of a session: certificates, and keys with theirs.
 * Blocking, worker threads.
 */
#define G_LOG_DOMAIN "signet-token-session-objects"

#include "config.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include "signet-token-session-private.h"

static GVariant *
bytes_variant (const guint8 *data, gsize length)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, length, 1);
}

static void
insert_der (GVariantDict *dictionary, const char *name, guint8 *der, int length)
{
  g_variant_dict_insert_value (dictionary, name, bytes_variant (der, length > 0 ? (gsize) length : 0));
  OPENSSL_free (der);
}

/* PKCS#11 v2.40, 4.6.3: subject, issuer and serial number as DER; some tokens insist on them. */
static void
insert_names (GVariantDict *dictionary, X509 *x509)
{
  guint8 *subject = NULL;
  guint8 *issuer = NULL;
  guint8 *serial = NULL;
  int length = i2d_X509_NAME (X509_get_subject_name (x509), &subject);

  insert_der (dictionary, "subject", subject, length);
  length = i2d_X509_NAME (X509_get_issuer_name (x509), &issuer);
  insert_der (dictionary, "issuer", issuer, length);
  length = i2d_ASN1_INTEGER (X509_get0_serialNumber (x509), &serial);
  insert_der (dictionary, "serial", serial, length);
}

/* The CKA_ID of the key the certificate is for: what other programs join the two by. Empty when the key is not here. */
static GBytes *
dup_id_of_key (SignetTokenSession *self, GBytes *spki)
{
  GPtrArray *keys = signet_token_get_keys (self->token);
  GBytes *id = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->objects->len && id == NULL; i++)
    {
      SignetTokenObject *object = self->objects->pdata[i];
      g_autoptr (GBytes) candidate = _signet_token_object_dup_spki (object);

      if (_signet_token_spki_same_key (candidate, spki) && g_bytes_get_size (object->id) > 0)
        id = g_bytes_ref (object->id);
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < keys->len && id == NULL; i++)
    if (_signet_token_spki_same_key (_signet_token_key_get_spki (keys->pdata[i]), spki) &&
        g_bytes_get_size (_signet_token_key_get_id (keys->pdata[i])) > 0)
      id = g_bytes_ref (_signet_token_key_get_id (keys->pdata[i]));
  return id != NULL ? id : g_bytes_new_static ("", 0);
}

static GVariant *
describe_certificate (SignetTokenSession *self, SignetCertificate *certificate, const char *label)
{
  g_auto (GVariantDict) dictionary = G_VARIANT_DICT_INIT (NULL);
  GBytes *der = signet_certificate_get_der (certificate);
  g_autoptr (GBytes) spki = _signet_token_certificate_dup_spki (der);
  g_autoptr (GBytes) id = dup_id_of_key (self, spki);

  if (label == NULL)
    label = signet_certificate_get_holder (certificate);
  insert_names (&dictionary, signet_certificate_get_x509 (certificate));
  g_variant_dict_insert_value (&dictionary, "value", bytes_variant (g_bytes_get_data (der, NULL), g_bytes_get_size (der)));
  g_variant_dict_insert_value (&dictionary, "id", bytes_variant (g_bytes_get_data (id, NULL), g_bytes_get_size (id)));
  g_variant_dict_insert_value (&dictionary, "label",
                               bytes_variant ((const guint8 *) label, MIN (strlen (label), SIGNET_TOKEN_MAX_TEXT)));
  return g_variant_dict_end (&dictionary);
}

/**
 * signet_token_session_store_certificate:
 * @label: (nullable): the holder's name when %NULL
 *
 * Writes @certificate beside its key. One that is there byte for byte is not written twice.
 */
gboolean
signet_token_session_store_certificate (SignetTokenSession *self,
                                        SignetCertificate *certificate,
                                        const char *label,
                                        GCancellable *cancellable,
                                        GError **error)
{
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), FALSE);

  if (signet_certificate_get_x509 (certificate) == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "the certificate is not readable");
      return FALSE;
    }
  if (!_signet_token_session_may_write (self, error))
    return FALSE;
  proxy = _signet_token_session_begin (self, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_store_certificate_sync (proxy, self->id, describe_certificate (self, certificate, label), deadline,
                                                      cancellable, &failure);
  return _signet_token_session_end_writing (self, ok, g_steal_pointer (&failure), error);
}

/* --- deleting --- */

static GVariant *
bytes_or_empty (GBytes *bytes)
{
  gsize length = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  return bytes_variant (data, length);
}

/* @handle: 0 when the object is to be looked for. @id, @value: (nullable) */
static void
add_doomed (GVariantBuilder *doomed, gulong class, guint64 handle, GBytes *id, GBytes *value)
{
  g_variant_builder_add (doomed, "(tt@ay@ay)", (guint64) class, handle, bytes_or_empty (id), bytes_or_empty (value));
}

static gboolean
delete_objects (SignetTokenSession *self, GVariant *doomed, guint *count, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) objects = g_variant_ref_sink (doomed);
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = _signet_token_session_begin (self, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, error);

  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_delete_objects_sync (proxy, self->id, objects, deadline, count, cancellable, &failure);
  return _signet_token_session_end_writing (self, ok, g_steal_pointer (&failure), error);
}

/* CKA_MODULUS, or the point in an OCTET STRING: what makes a public key unmistakable, for an id may be shared or missing. */
static GBytes *
dup_modulus (EVP_PKEY *key)
{
  BIGNUM *modulus = NULL;
  guint8 *bytes = NULL;
  int length = 0;

  if (EVP_PKEY_get_bn_param (key, OSSL_PKEY_PARAM_RSA_N, &modulus) != 1)
    return NULL;
  length = BN_num_bytes (modulus);
  bytes = g_malloc ((gsize) length);
  BN_bn2bin (modulus, bytes);
  BN_free (modulus);
  return g_bytes_new_take (bytes, (gsize) length);
}

static GBytes *
dup_point (EVP_PKEY *key)
{
  ASN1_OCTET_STRING *octets = NULL;
  guint8 point[SIGNET_TOKEN_MAX_KEY];
  guint8 *der = NULL;
  gsize length = 0;
  int size = 0;
  GBytes *bytes = NULL;

  if (EVP_PKEY_get_octet_string_param (key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &length) != 1)
    return NULL;
  octets = ASN1_OCTET_STRING_new ();
  ASN1_OCTET_STRING_set (octets, point, (int) length);
  size = i2d_ASN1_OCTET_STRING (octets, &der);
  bytes = size > 0 ? g_bytes_new (der, (gsize) size) : NULL;
  OPENSSL_free (der);
  ASN1_OCTET_STRING_free (octets);
  return bytes;
}

static GBytes *
dup_public_value (EVP_PKEY *key)
{
  GBytes *value = signet_key_type_of (key) == SIGNET_KEY_TYPE_RSA ? dup_modulus (key) : dup_point (key);

  ERR_clear_error ();
  return value;
}

/* The header of the OCTET STRING: some modules keep the bare point. */
static GBytes *
strip_header (GBytes *point)
{
  gsize header = ((const guint8 *) g_bytes_get_data (point, NULL))[1] == 0x81 ? 3 : 2;

  return g_bytes_new_from_bytes (point, header, g_bytes_get_size (point) - header);
}

/* tpm2-pkcs11 writes any length into one byte. */
static GBytes *
add_wrong_header (GBytes *point)
{
  GByteArray *bytes = g_byte_array_new ();
  guint8 header[] = { 0x04, (guint8) g_bytes_get_size (point) };

  g_byte_array_append (bytes, header, sizeof header);
  g_byte_array_append (bytes, g_bytes_get_data (point, NULL), (guint) g_bytes_get_size (point));
  return g_byte_array_free_to_bytes (bytes);
}

static void
doom_public_key (GVariantBuilder *doomed, SignetTokenKey *key)
{
  EVP_PKEY *public = _signet_token_key_get_public (key);
  g_autoptr (GBytes) value = public != NULL ? dup_public_value (public) : NULL;
  g_autoptr (GBytes) bare = NULL;
  g_autoptr (GBytes) wrong = NULL;

  if (value == NULL)
    return;
  add_doomed (doomed, CKO_PUBLIC_KEY, 0, NULL, value);
  if (signet_key_type_of (public) == SIGNET_KEY_TYPE_RSA)
    return;
  bare = strip_header (value);
  add_doomed (doomed, CKO_PUBLIC_KEY, 0, NULL, bare);
  wrong = add_wrong_header (bare);
  add_doomed (doomed, CKO_PUBLIC_KEY, 0, NULL, wrong);
}

/* (transfer full) (element-type SignetTokenKey): every entry of that key: one for each certificate, and those of this session */
static GPtrArray *
find_entries (SignetTokenSession *self, const char *sha256)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *listed = signet_token_get_keys (self->token);
  g_autoptr (GPtrArray) made = NULL;

  g_mutex_lock (&self->lock);
  made = _signet_token_join_keys (self->token, self->objects);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < listed->len + made->len; i++)
    {
      SignetTokenKey *key = i < listed->len ? listed->pdata[i] : made->pdata[i - listed->len];
      gboolean same = strcmp (signet_token_key_get_sha256 (key), sha256) == 0;

      for (guint n = 0; n < found->len && !same; n++)
        same = _signet_token_spki_same_key (_signet_token_key_get_spki (found->pdata[n]), _signet_token_key_get_spki (key));
      if (same)
        g_ptr_array_add (found, g_object_ref (key));
    }
  return found;
}

/* The private half goes first: when the rest fails, what remains is harmless. */
static gboolean
list_doomed (SignetTokenSession *self, const char *sha256, GVariantBuilder *doomed, guint64 *private_handle)
{
  g_autoptr (GPtrArray) entries = find_entries (self, sha256);
  SignetTokenObject *object = NULL;

  if (entries->len == 0)
    return FALSE;
  for (guint i = 0; i < entries->len && object == NULL; i++)
    object = _signet_token_session_find_private (self, entries->pdata[i]);
  *private_handle = object != NULL ? object->handle : 0;
  if (object != NULL)
    add_doomed (doomed, CKO_PRIVATE_KEY, object->handle, NULL, NULL);
  doom_public_key (doomed, entries->pdata[0]);
  for (guint i = 0; i < entries->len; i++)
    {
      SignetCertificate *certificate = signet_token_key_get_certificate (entries->pdata[i]);

      if (certificate != NULL)
        add_doomed (doomed, CKO_CERTIFICATE, 0, NULL, signet_certificate_get_der (certificate));
    }
  return TRUE;
}

static void
forget_private_key (SignetTokenSession *self, guint64 handle)
{
  g_mutex_lock (&self->lock);
  for (guint i = self->objects->len; i > 0; i--)
    {
      SignetTokenObject *object = self->objects->pdata[i - 1];

      if (object->class == CKO_PRIVATE_KEY && object->handle == handle)
        g_ptr_array_remove_index (self->objects, i - 1);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * signet_token_session_delete_key:
 * @key_sha256: names the key
 *
 * Deletes the private key, then its public half and its certificates. Whoever calls this has asked before. UNSUPPORTED on PIV
 * cards.
 */
gboolean
signet_token_session_delete_key (SignetTokenSession *self, const char *key_sha256, GCancellable *cancellable, GError **error)
{
  g_auto (GVariantBuilder) doomed = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ttayay)"));
  guint64 private_handle = 0;
  guint count = 0;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), FALSE);
  g_return_val_if_fail (key_sha256 != NULL, FALSE);

  /* Yubico's module would delete the certificate and say that the key is gone; it goes only when another is made in its place */
  if (signet_token_needs_manager (self->token))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "a PIV card deletes no keys");
      return FALSE;
    }
  if (!list_doomed (self, key_sha256, &doomed, &private_handle))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the token has no such key");
      return FALSE;
    }
  if (!delete_objects (self, g_variant_builder_end (&doomed), &count, cancellable, error))
    return FALSE;
  forget_private_key (self, private_handle);
  return TRUE;
}

/**
 * signet_token_session_delete_certificate:
 * @certificate: one of the token
 *
 * Deletes the certificate and leaves its key. NOT_FOUND when it is not there.
 */
gboolean
signet_token_session_delete_certificate (SignetTokenSession *self,
                                         SignetCertificate *certificate,
                                         GCancellable *cancellable,
                                         GError **error)
{
  g_auto (GVariantBuilder) doomed = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ttayay)"));
  guint count = 0;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), FALSE);

  add_doomed (&doomed, CKO_CERTIFICATE, 0, NULL, signet_certificate_get_der (certificate));
  if (!_signet_token_session_may_write (self, error) ||
      !delete_objects (self, g_variant_builder_end (&doomed), &count, cancellable, error))
    return FALSE;
  if (count > 0)
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the token has no such certificate");
  return FALSE;
}

/**
 * signet_token_session_replace_certificate:
 * @old: removed once @replacement is there; when it is gone already that is fine
 * @label: (nullable): the holder's name when %NULL
 */
gboolean
signet_token_session_replace_certificate (SignetTokenSession *self,
                                          SignetCertificate *old,
                                          SignetCertificate *replacement,
                                          const char *label,
                                          GCancellable *cancellable,
                                          GError **error)
{
  g_autoptr (GError) failure = NULL;

  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (old), FALSE);

  if (!signet_token_session_store_certificate (self, replacement, label, cancellable, error))
    return FALSE;
  if (signet_certificate_equal (old, replacement) || signet_token_session_delete_certificate (self, old, cancellable, &failure) ||
      g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
