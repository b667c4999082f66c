/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-session-keys.c: making a key on the token of a session.
 * Blocking, worker threads.
 */
#define G_LOG_DOMAIN "signet-token-session-keys"

#include "config.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>

#include "../base/signet-text.h"
#include "signet-token-session-private.h"

static const SignetKeySpec *
check_spec (SignetTokenSession *self, const char *key_spec, GError **error)
{
  const SignetKeySpec *spec = signet_key_spec_find (key_spec);

  if (spec != NULL && signet_token_can_make_key (self->token, key_spec))
    return spec;
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token makes no keys of the kind %s", key_spec);
  return NULL;
}

/* As org.signet.TokenHost calls it. */
static const char *
kind_of (const SignetKeySpec *spec)
{
  return spec->type == SIGNET_KEY_TYPE_RSA ? "rsa" : spec->type == SIGNET_KEY_TYPE_ED25519 ? "edwards" : "ec";
}

/* CKA_EC_PARAMS: the curve's OID, DER. Empty for RSA. */
static GVariant *
make_params (const SignetKeySpec *spec)
{
  int nid = spec->type == SIGNET_KEY_TYPE_ED25519 ? NID_ED25519 : spec->curve_nid;
  ASN1_OBJECT *curve = nid != 0 ? OBJ_nid2obj (nid) : NULL;
  guint8 der[32];
  guint8 *end = der;
  int length = curve != NULL ? i2d_ASN1_OBJECT (curve, NULL) : 0;

  if (length > 0 && length <= (int) sizeof der)
    length = i2d_ASN1_OBJECT (curve, &end);
  else
    length = 0;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, der, (gsize) length, 1);
}

static void
adopt_objects (SignetTokenSession *self, GPtrArray *objects)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_extend_and_steal (self->objects, objects);
  g_mutex_unlock (&self->lock);
}

static SignetTokenKey *
adopt_new_key (SignetTokenSession *self, GVariant *answer, GError **error)
{
  g_autoptr (GPtrArray) objects = _signet_token_parse_objects (answer);
  g_autoptr (GPtrArray) keys = _signet_token_join_keys (self->token, objects);

  if (keys->len != 1 || _signet_token_key_get_public (keys->pdata[0]) == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_LIED,
                           "the token described its new key in a way that makes no sense");
      return NULL;
    }
  adopt_objects (self, g_steal_pointer (&objects));
  return g_object_ref (keys->pdata[0]);
}

/* Some modules make keys that they cannot use (tpm2-pkcs11 on curves the TPM lacks): found out now, not when an authority has
 * certified the key. One that wants its PIN at every signature is not tried, for nobody was told of a second question. */
static gboolean
try_new_key (SignetTokenSession *self, SignetTokenKey *key, GCancellable *cancellable, GError **error)
{
  static const char text[] = "Signet: test of a new key";
  g_autoptr (GBytes) message = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (SignetSigner) signer = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) failure = NULL;

  if (signet_token_key_always_authenticates (key) || self->manages)
    return TRUE;
  signer = signet_token_session_new_signer (self, key, NULL, &failure);
  if (signer != NULL)
    signature = signet_signer_sign (signer, signet_signer_choose_algorithm (signer, _signet_token_key_get_public (key)), message,
                                    cancellable, &failure);
  if (signature != NULL)
    return TRUE;
  if (!g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED) &&
      !g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  signet_token_session_delete_key (self, signet_token_key_get_sha256 (key), NULL, NULL);
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token made a key and cannot sign with it: %s",
               failure->message);
  return FALSE;
}

/* (nullable): floating "ay", empty where the token has no places of its own. */
static GVariant *
choose_place (SignetTokenSession *self, const char *place, GError **error)
{
  guint8 id = 0;

  if (!signet_token_needs_manager (self->token))
    return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, NULL, 0, 1);
  if (place == NULL)
    place = signet_token_suggest_place (self->token);
  id = _signet_token_place_get_id (place);
  if (id != 0)
    return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, &id, 1, 1);
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FULL, "no place for a key is free on the card");
  return NULL;
}

/**
 * signet_token_session_generate_key:
 * @key_spec: "rsa-3072", "ec-p256"…
 * @label: shown in lists
 *
 * Returns: (transfer full) (nullable): the new key, made and kept on the token
 */
SignetTokenKey *
signet_token_session_generate_key (SignetTokenSession *self,
                                   const char *key_spec,
                                   const char *label,
                                   GCancellable *cancellable,
                                   GError **error)
{
  return signet_token_session_generate_key_at (self, key_spec, label, NULL, FALSE, cancellable, error);
}

/**
 * signet_token_session_generate_key_at:
 * @place: (nullable): "9c"
 * @replace: a key that is there may go
 *
 * Returns: (transfer full) (nullable): the new key; OCCUPIED when the place is taken, FULL when none is free
 */
SignetTokenKey *
signet_token_session_generate_key_at (SignetTokenSession *self,
                                      const char *key_spec,
                                      const char *label,
                                      const char *place,
                                      gboolean replace,
                                      GCancellable *cancellable,
                                      GError **error)
{
  const SignetKeySpec *spec = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (SignetTokenKey) key = NULL;
  g_autoptr (GVariant) id = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);

  spec = check_spec (self, key_spec, error);
  if (spec == NULL || !_signet_token_session_may_write (self, error))
    return NULL;
  id = choose_place (self, place, error);
  if (id == NULL)
    return NULL;
  g_variant_ref_sink (id);
  proxy = _signet_token_session_begin (self, SIGNET_TOKEN_DEADLINE_GENERATION, &deadline, cancellable, error);
  if (proxy == NULL)
    return NULL;
  ok = signet_token_host_call_generate_key_sync (proxy, self->id, kind_of (spec), spec->bits, make_params (spec),
                                                 label != NULL ? label : "", id, replace, deadline, &objects, cancellable,
                                                 &failure);
  if (!_signet_token_session_end_writing (self, ok, g_steal_pointer (&failure), error))
    return NULL;
  key = adopt_new_key (self, objects, error);
  return key != NULL && try_new_key (self, key, cancellable, error) ? g_steal_pointer (&key) : NULL;
}

/**
 * signet_token_session_read_key:
 * @key: one of this token's keys
 *
 * Returns: (transfer full) (nullable): @key with what the token told of it after the login; NOT_FOUND when it has no private key
 */
SignetTokenKey *
signet_token_session_read_key (SignetTokenSession *self, SignetTokenKey *key, GCancellable *cancellable, GError **error)
{
  SignetTokenObject *object = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (key), NULL);

  if (!_signet_token_session_check_open (self, error))
    return NULL;
  object = _signet_token_session_find_private (self, key);
  if (object != NULL)
    return _signet_token_key_new (signet_token_key_get_token (key), _signet_token_key_get_spki (key),
                                  _signet_token_key_get_id (key), signet_token_key_get_label (key),
                                  signet_token_key_get_certificate (key), TRUE, TRUE, &object->facts);
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the token has no private key for %s",
               signet_token_key_get_sha256 (key));
  return NULL;
}

/* What the key is we know, and a token need not tell it: some keep no public halves. */
static SignetTokenKey *
adopt_imported (SignetTokenSession *self, GVariant *answer, GBytes *spki, GError **error)
{
  g_autoptr (GPtrArray) objects = _signet_token_parse_objects (answer);
  SignetTokenObject *private_key = objects->len > 0 ? objects->pdata[objects->len - 1] : NULL;
  g_autoptr (GBytes) told = private_key != NULL ? _signet_token_object_dup_spki (private_key) : NULL;
  g_autoptr (SignetToken) twin = NULL;
  g_autofree char *label = NULL;
  SignetTokenKey *key = NULL;

  if (private_key == NULL || private_key->class != CKO_PRIVATE_KEY || (told != NULL && !_signet_token_spki_same_key (told, spki)))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_LIED,
                           "the token tells of another key than it was given");
      return NULL;
    }
  twin = _signet_token_new (_signet_token_get_module (self->token), _signet_token_get_description (self->token));
  label = signet_text_sanitize (g_bytes_get_data (private_key->label, NULL), (gssize) g_bytes_get_size (private_key->label), 64);
  key = _signet_token_key_new (twin, spki, private_key->id, label, NULL, TRUE, TRUE, &private_key->facts);
  adopt_objects (self, g_steal_pointer (&objects));
  return key;
}

static gboolean
bring_key (SignetTokenSession *self,
           SignetSecret *key,
           const char *label,
           gboolean decrypts,
           GVariant **objects,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  fds = _signet_token_pin_list (key, NULL, error);
  if (fds == NULL)
    return FALSE;
  proxy = _signet_token_session_begin (self, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_import_key_sync (proxy, self->id, fds, label, decrypts, deadline, objects, cancellable, &failure);
  return _signet_token_session_end_writing (self, ok, g_steal_pointer (&failure), error);
}

/* Some tokens keep keys that they cannot do anything with. */
static gboolean
check_use (SignetTokenSession *self, GBytes *spki, GError **error)
{
  gsize length = 0;
  const guint8 *der = g_bytes_get_data (spki, &length);
  EVP_PKEY *key = d2i_PUBKEY (NULL, &der, (long) length);
  gboolean useful = key != NULL && _signet_token_can_sign_with (self->token, signet_key_type_of (key));

  EVP_PKEY_free (key);
  ERR_clear_error ();
  if (!useful)
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
                         "the token does not sign with keys of this kind");
  return useful;
}

static SignetTokenKey *
import (SignetTokenSession *self, SignetPkcs12 *bundle, const char *label, gboolean decrypts, GCancellable *cancellable, GError **error)
{
  SignetCertificate *certificate = signet_pkcs12_get_certificate (bundle);
  g_autoptr (GVariant) objects = NULL;

  if (!signet_pkcs12_has_key (bundle))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "there is no private key in the file");
      return NULL;
    }
  if (!decrypts && !check_use (self, signet_pkcs12_get_public_key (bundle), error))
    return NULL;
  if (label == NULL)
    label = certificate != NULL ? signet_certificate_get_holder (certificate) : "";
  if (!bring_key (self, signet_pkcs12_get_key (bundle), label, decrypts, &objects, cancellable, error))
    return NULL;
  return adopt_imported (self, objects, signet_pkcs12_get_public_key (bundle), error);
}

/**
 * signet_token_session_import_key:
 * @bundle: with a key
 * @label: (nullable): the holder's name when %NULL
 *
 * The key is sensitive and not extractable from then on, and its facts say that it was not made there: who had the file may have
 * a copy. Its certificates are not written: that is signet_token_session_store_certificate().
 *
 * Returns: (transfer full) (nullable): the key, now on the token
 */
SignetTokenKey *
signet_token_session_import_key (SignetTokenSession *self,
                                 SignetPkcs12 *bundle,
                                 const char *label,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);
  g_return_val_if_fail (bundle != NULL, NULL);

  return import (self, bundle, label, FALSE, cancellable, error);
}

/**
 * signet_token_session_import_decryption_key:
 * @bundle: with a key that an authority made for an encryption certificate
 * @label: (nullable): the holder's name when %NULL
 *
 * As signet_token_session_import_key(), but the key is for decrypting alone: where the token keeps purposes apart it does not sign.
 *
 * Returns: (transfer full) (nullable): the key, now on the token
 */
SignetTokenKey *
signet_token_session_import_decryption_key (SignetTokenSession *self,
                                            SignetPkcs12 *bundle,
                                            const char *label,
                                            GCancellable *cancellable,
                                            GError **error)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);
  g_return_val_if_fail (bundle != NULL, NULL);

  return import (self, bundle, label, TRUE, cancellable, error);
}
