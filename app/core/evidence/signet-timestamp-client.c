/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-timestamp-client.c: a certificate with its key from a file, or as whoever opened a token gives it. The file is the person's own choice and
 * still read with limits. Any thread.
 */
#define G_LOG_DOMAIN "signet-timestamp-client"

#include "config.h"

#include "signet-timestamp-client.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-software-signer.h"
#include "../certificate/signet-pkcs12.h"

#define MAX_CERTIFICATES 16

struct _SignetTimestampClient {
  gatomicrefcount    references;
  SignetCertificate *certificate;
  GPtrArray         *held;  /* (element-type SignetCertificate): whose X509 are in @chain */
  GPtrArray         *chain; /* (element-type X509) */
  SignetSigner      *signer;
  GObject           *keeps; /* (nullable) */
};

SignetTimestampClient *
signet_timestamp_client_new (SignetCertificate *certificate, GPtrArray *chain, SignetSigner *signer, GObject *keeps)
{
  SignetTimestampClient *self = NULL;

  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate) && SIGNET_IS_SIGNER (signer), NULL);

  self = g_new0 (SignetTimestampClient, 1);
  g_atomic_ref_count_init (&self->references);
  self->certificate = g_object_ref (certificate);
  self->signer = g_object_ref (signer);
  self->keeps = keeps != NULL ? g_object_ref (keeps) : NULL;
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->chain = g_ptr_array_new ();
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    {
      X509 *x509 = signet_certificate_get_x509 (chain->pdata[i]);

      if (x509 == NULL || signet_certificate_equal (chain->pdata[i], certificate))
        continue;
      g_ptr_array_add (self->held, g_object_ref (chain->pdata[i]));
      g_ptr_array_add (self->chain, x509);
    }
  return self;
}

SignetTimestampClient *
signet_timestamp_client_ref (SignetTimestampClient *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
signet_timestamp_client_unref (SignetTimestampClient *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->signer);
  g_clear_object (&self->keeps);
  g_clear_object (&self->certificate);
  g_ptr_array_unref (self->chain);
  g_ptr_array_unref (self->held);
  g_free (self);
}

X509 *
signet_timestamp_client_get_x509 (SignetTimestampClient *self)
{
  return signet_certificate_get_x509 (self->certificate);
}

GPtrArray *
signet_timestamp_client_get_chain (SignetTimestampClient *self)
{
  return self->chain;
}

SignetSigner *
signet_timestamp_client_get_signer (SignetTimestampClient *self)
{
  return self->signer;
}

/* --- from a file ----------------------------------------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *why)
{
  ERR_clear_error ();
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, why);
  return FALSE;
}

/* Takes @key. */
static SignetTimestampClient *
new_for_key (SignetCertificate *certificate, GPtrArray *chain, EVP_PKEY *key, GError **error)
{
  g_autoptr (SignetSigner) signer = key != NULL ? signet_software_signer_new (key) : NULL;

  EVP_PKEY_free (key);
  if (signer != NULL && certificate != NULL)
    return signet_timestamp_client_new (certificate, chain, signer, NULL);
  refuse (error, "the file holds no certificate together with its key");
  return NULL;
}

static SignetTimestampClient *
open_pkcs12 (GBytes *data, SignetSecret *passphrase, GError **error)
{
  g_autoptr (SignetPkcs12) bundle = signet_pkcs12_open (data, passphrase, error);
  gsize length = 0;
  const guint8 *der = NULL;

  if (bundle == NULL)
    return NULL;
  if (signet_pkcs12_has_key (bundle))
    der = signet_secret_get_bytes (signet_pkcs12_get_key (bundle), &length);
  return new_for_key (signet_pkcs12_get_certificate (bundle), signet_pkcs12_get_chain (bundle),
                      der != NULL ? d2i_AutoPrivateKey (NULL, &der, (long) length) : NULL, error);
}

static int
on_passphrase_cb (char *buffer, int size, int writing, void *data)
{
  SignetSecret *passphrase = data;
  gsize length = 0;
  const guint8 *bytes = passphrase != NULL ? signet_secret_get_bytes (passphrase, &length) : NULL;

  (void) writing;
  if (bytes == NULL || length > (gsize) size)
    return -1;
  memcpy (buffer, bytes, length);
  return (int) length;
}

static GPtrArray *
read_certificates (GBytes *data)
{
  GPtrArray *certificates = g_ptr_array_new_with_free_func (g_object_unref);
  BIO *bio = BIO_new_mem_buf (g_bytes_get_data (data, NULL), (int) g_bytes_get_size (data));
  X509 *x509 = NULL;

  while (certificates->len < MAX_CERTIFICATES && (x509 = PEM_read_bio_X509 (bio, NULL, NULL, NULL)) != NULL)
    {
      g_ptr_array_add (certificates, signet_certificate_new_x509 (x509));
      X509_free (x509);
    }
  BIO_free (bio);
  ERR_clear_error ();
  return certificates;
}

static SignetCertificate *
find_certificate (GPtrArray *certificates, EVP_PKEY *key)
{
  for (guint i = 0; key != NULL && i < certificates->len; i++)
    {
      EVP_PKEY *public_key = signet_certificate_get_key (certificates->pdata[i]);

      if (public_key != NULL && EVP_PKEY_eq (public_key, key) == 1)
        return certificates->pdata[i];
    }
  return NULL;
}

static SignetTimestampClient *
open_pem (GBytes *data, SignetSecret *passphrase, GError **error)
{
  g_autoptr (GPtrArray) certificates = read_certificates (data);
  BIO *bio = BIO_new_mem_buf (g_bytes_get_data (data, NULL), (int) g_bytes_get_size (data));
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, on_passphrase_cb, passphrase);

  BIO_free (bio);
  ERR_clear_error ();
  return new_for_key (find_certificate (certificates, key), certificates, key, error);
}

static GBytes *
read_file (const char *uri, GError **error)
{
  g_autofree char *path = g_filename_from_uri (uri, NULL, error);
  g_autoptr (GMappedFile) file = path != NULL ? g_mapped_file_new (path, FALSE, error) : NULL;

  if (file == NULL)
    return NULL;
  if (g_mapped_file_get_length (file) > 0 && g_mapped_file_get_length (file) <= SIGNET_PKCS12_MAX_SIZE)
    return g_bytes_new (g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
  refuse (error, "the file is too large to hold a certificate, or empty");
  return NULL;
}

SignetTimestampClient *
signet_timestamp_client_open_file (const char *uri, SignetSecret *passphrase, GError **error)
{
  g_autoptr (GBytes) data = read_file (uri, error);

  if (data == NULL)
    return NULL;
  return signet_pkcs12_is_one (data) ? open_pkcs12 (data, passphrase, error) : open_pem (data, passphrase, error);
}
