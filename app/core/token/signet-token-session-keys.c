/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-session-keys.c: making a key on the token of a session.
 * Blocking, worker threads.
 */
#define G_LOG_DOMAIN "signet-token-session-keys"

#include "config.h"

#include <openssl/objects.h>

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
  g_mutex_lock (&self->lock);
  g_ptr_array_extend_and_steal (self->objects, g_steal_pointer (&objects));
  g_mutex_unlock (&self->lock);
  return g_object_ref (keys->pdata[0]);
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
  const SignetKeySpec *spec = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);

  spec = check_spec (self, key_spec, error);
  if (spec == NULL)
    return NULL;
  proxy = _signet_token_session_begin (self, SIGNET_TOKEN_DEADLINE_GENERATION, &deadline, cancellable, error);
  if (proxy == NULL)
    return NULL;
  ok = signet_token_host_call_generate_key_sync (proxy, self->id, kind_of (spec), spec->bits, make_params (spec),
                                                 label != NULL ? label : "", G_DBUS_CALL_FLAGS_NONE, deadline, &objects,
                                                 cancellable, &failure);
  if (!_signet_token_session_end_writing (self, ok, g_steal_pointer (&failure), error))
    return NULL;
  return adopt_new_key (self, objects, error);
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

/**
 * signet_token_session_import_key:
 * @bundle: with a key
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

  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "keys are not imported yet");
  return NULL;
}
