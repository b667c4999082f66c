/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-key.c: a key on a token, with its certificate, or one of the two alone. A snapshot like its token: immutable,
 * readable from any thread. Its token is a twin of the one that lists it (same description, other object): a key keeps its token
 * readable, and the two do not keep each other alive.
 */
#define G_LOG_DOMAIN "signet-token-key"

#include "config.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "signet-token-private.h"

struct _SignetTokenKey
{
  GObject parent_instance;
  SignetToken *token; /* the twin */
  GBytes *spki;       /* (nullable): the certificate is not readable */
  GBytes *id;         /* CKA_ID */
  gsize hashed; /* g_once: sha256 */
  char *sha256;
  char *label;
  SignetCertificate *certificate; /* (nullable) */
  gboolean has_public;
  gboolean has_private;
  SignetTokenKeyFacts facts;
  GMutex lock; /* for what is made when asked for */
  EVP_PKEY *key;
  gboolean decoded;
  char *key_text;
  char *uri;
};

G_DEFINE_FINAL_TYPE (SignetTokenKey, signet_token_key, G_TYPE_OBJECT)

static void
signet_token_key_finalize (GObject *object)
{
  SignetTokenKey *self = SIGNET_TOKEN_KEY (object);

  g_clear_object (&self->token);
  g_clear_pointer (&self->spki, g_bytes_unref);
  g_clear_pointer (&self->id, g_bytes_unref);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->key, EVP_PKEY_free);
  g_mutex_clear (&self->lock);
  g_free (self->sha256);
  g_free (self->label);
  g_free (self->key_text);
  g_free (self->uri);
  G_OBJECT_CLASS (signet_token_key_parent_class)->finalize (object);
}

static void
signet_token_key_class_init (SignetTokenKeyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_token_key_finalize;
}

static void
signet_token_key_init (SignetTokenKey *self)
{
  g_mutex_init (&self->lock);
}

/* The name of a key: as signet_certificate_get_key_sha256(), also where the certificate cannot be decoded. */
static char *
hash_key (SignetTokenKey *self)
{
  if (self->spki == NULL)
    return g_strdup ("");
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->spki);
}

SignetTokenKey *
_signet_token_key_new (SignetToken *token,
                       GBytes *spki,
                       GBytes *id,
                       const char *label,
                       SignetCertificate *certificate,
                       gboolean has_public,
                       gboolean has_private,
                       const SignetTokenKeyFacts *facts)
{
  SignetTokenKey *self = g_object_new (SIGNET_TYPE_TOKEN_KEY, NULL);

  self->token = g_object_ref (token);
  self->spki = spki != NULL ? g_bytes_ref (spki) : NULL;
  self->id = g_bytes_ref (id);
  self->label = g_strdup (label);
  g_set_object (&self->certificate, certificate);
  self->has_public = has_public;
  self->has_private = has_private;
  if (facts != NULL)
    self->facts = *facts;
  if (spki != NULL && has_private)
    _signet_token_told_note (token, spki, &self->facts);
  return self;
}

GBytes *
_signet_token_key_get_spki (SignetTokenKey *self)
{
  return self->spki;
}

GBytes *
_signet_token_key_get_id (SignetTokenKey *self)
{
  return self->id;
}

EVP_PKEY *
_signet_token_key_get_public (SignetTokenKey *self)
{
  g_mutex_lock (&self->lock);
  if (!self->decoded && self->spki != NULL)
    {
      gsize length = 0;
      const guint8 *der = g_bytes_get_data (self->spki, &length);

      self->key = d2i_PUBKEY (NULL, &der, (long) length);
      ERR_clear_error ();
    }
  self->decoded = TRUE;
  g_mutex_unlock (&self->lock);
  return self->key;
}

SignetToken *
signet_token_key_get_token (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);
  return self->token;
}

const char *
signet_token_key_get_sha256 (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);
  if (g_once_init_enter (&self->hashed))
    {
      self->sha256 = hash_key (self);
      g_once_init_leave (&self->hashed, 1);
    }
  return self->sha256;
}

const char *
signet_token_key_get_label (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);
  return self->label;
}

static char *
make_uri (SignetTokenKey *self)
{
  GString *uri = g_string_new (signet_token_get_uri (self->token));
  gsize length = 0;
  const guint8 *id = g_bytes_get_data (self->id, &length);

  if (length > 0)
    g_string_append (uri, ";id=");
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (uri, "%%%02X", id[i]);
  if (*self->label != '\0')
    {
      g_string_append (uri, ";object=");
      g_string_append_uri_escaped (uri, self->label, NULL, FALSE);
    }
  return g_string_free (uri, FALSE);
}

const char *
signet_token_key_get_uri (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);

  g_mutex_lock (&self->lock);
  if (self->uri == NULL)
    self->uri = make_uri (self);
  g_mutex_unlock (&self->lock);
  return self->uri;
}

SignetCertificate *
signet_token_key_get_certificate (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);
  return self->certificate;
}

const char *
signet_token_key_get_key_text (SignetTokenKey *self)
{
  EVP_PKEY *key = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);
  key = _signet_token_key_get_public (self);
  g_mutex_lock (&self->lock);
  if (self->key_text == NULL)
    self->key_text = key != NULL ? signet_key_describe (key) : g_strdup ("");
  g_mutex_unlock (&self->lock);
  return self->key_text;
}

/* (nullable): as requests name it, "ec-p256"; NULL for a kind that no request is made for */
const char *
signet_token_key_get_key_spec (SignetTokenKey *self)
{
  EVP_PKEY *key = NULL;
  const SignetKeySpec *spec = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);
  key = _signet_token_key_get_public (self);
  spec = key != NULL ? signet_key_spec_of (key) : NULL;
  return spec != NULL ? spec->id : NULL;
}

/**
 * signet_token_key_has_private:
 *
 * Before a login most tokens hide private keys: then a public key, or a certificate that carries a CKA_ID and is not an
 * authority's own, stands for one. A signature tells for certain.
 */
gboolean
signet_token_key_has_private (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), FALSE);
  if (self->has_private || self->has_public)
    return TRUE;
  return self->certificate != NULL && g_bytes_get_size (self->id) > 0 && !signet_certificate_is_ca (self->certificate);
}

gboolean
signet_token_key_always_authenticates (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), FALSE);
  return self->facts.always_authenticate == SIGNET_TOKEN_FACT_YES;
}

/**
 * signet_token_key_get_facts:
 *
 * Returns: (transfer none): what the token said of the private key when this snapshot was taken; where it kept silent, as it does
 *   before the PIN, what it said to this process at an earlier time
 */
const SignetTokenKeyFacts *
signet_token_key_get_facts (SignetTokenKey *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (self), NULL);
  return self->spki != NULL ? _signet_token_told_find (self->token, self->spki, &self->facts) : &self->facts;
}
