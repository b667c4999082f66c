/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pkcs12.c: PKCS#12 files (RFC 7292). Any thread. */
#define G_LOG_DOMAIN "signet-pkcs12"

#include "config.h"

#include "signet-pkcs12.h"

struct _SignetPkcs12
{
  gatomicrefcount references;
  SignetSecret *key;              /* (nullable) */
  GBytes *public_key;             /* (nullable) */
  SignetCertificate *certificate; /* (nullable) */
  GPtrArray *chain;
};

SignetPkcs12 *
signet_pkcs12_open (GBytes *data, SignetSecret *passphrase, GError **error)
{
  g_set_error_literal (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, "PKCS#12 files are not read yet");
  return NULL;
}

gboolean
signet_pkcs12_is_one (GBytes *data)
{
  return FALSE;
}

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
