/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pkcs10-answer.c: PEM with any number of certificates and words around them, DER, PKCS#7 in both, bare base64. Runs behind the
 * plugin's wall: what a person was mailed by a stranger is taken apart here. Pure functions.
 */
#define G_LOG_DOMAIN "signet-pkcs10-answer"

#include "pkcs10-answer.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "../sdk/signet-sdk.h"

#define MAX_CERTIFICATES 64

/* --- taking apart ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  GPtrArray *all;         /* (element-type X509) */
  gboolean   encrypted;   /* something in it is for somebody's key */
  gboolean   has_key;     /* a private key, which nobody should have sent */
} Found;

/* Takes @certificate. */
static void
add (Found *found, X509 *certificate)
{
  if (certificate != NULL && found->all->len < MAX_CERTIFICATES)
    g_ptr_array_add (found->all, certificate);
  else
    X509_free (certificate);
}

static void
add_bag (Found *found, const guint8 *der, long length)
{
  PKCS7 *bag = d2i_PKCS7 (NULL, &der, length);
  STACK_OF (X509) *certificates = NULL;

  if (bag != NULL && PKCS7_type_is_signed (bag) && bag->d.sign != NULL)
    certificates = bag->d.sign->cert;
  else if (bag != NULL && (PKCS7_type_is_enveloped (bag) || PKCS7_type_is_signedAndEnveloped (bag) || PKCS7_type_is_encrypted (bag)))
    found->encrypted = TRUE;
  for (int i = 0; i < sk_X509_num (certificates); i++)
    {
      X509 *certificate = sk_X509_value (certificates, i);

      X509_up_ref (certificate);
      add (found, certificate);
    }
  PKCS7_free (bag);
}

static void
add_der (Found *found, const guint8 *der, gsize length)
{
  const guint8 *at = der;
  X509 *certificate = NULL;

  while (at < der + length && (certificate = d2i_X509 (NULL, &at, (long) (der + length - at))) != NULL)
    add (found, certificate);
  if (found->all->len == 0)
    add_bag (found, der, (long) length);
}

static void
add_pem_block (Found *found, const char *name, const guint8 *der, long length)
{
  const guint8 *at = der;

  if (strcmp (name, PEM_STRING_X509) == 0 || strcmp (name, PEM_STRING_X509_OLD) == 0)
    add (found, d2i_X509 (NULL, &at, length));
  else if (strcmp (name, PEM_STRING_X509_TRUSTED) == 0)
    add (found, d2i_X509_AUX (NULL, &at, length));
  else if (strcmp (name, PEM_STRING_PKCS7) == 0 || strcmp (name, PEM_STRING_PKCS7_SIGNED) == 0 || strcmp (name, PEM_STRING_CMS) == 0)
    add_bag (found, der, length);
  else if (g_str_has_suffix (name, "PRIVATE KEY"))
    found->has_key = TRUE;
}

static void
add_pem (Found *found, const guint8 *data, gsize length)
{
  BIO *bio = BIO_new_mem_buf (data, (int) length);
  char *name = NULL, *header = NULL;
  guint8 *der = NULL;
  long size = 0;

  for (guint i = 0; i < MAX_CERTIFICATES && PEM_read_bio (bio, &name, &header, &der, &size); i++)
    {
      add_pem_block (found, name, der, size);
      OPENSSL_free (name);
      OPENSSL_free (header);
      OPENSSL_free (der);
    }
  BIO_free (bio);
}

/* Web forms show a certificate as base64 and nothing else. */
static void
add_base64 (Found *found, const guint8 *data, gsize length)
{
  g_autofree char *text = g_strndup ((const char *) data, length);
  g_autofree guint8 *der = NULL;
  gsize size = 0;

  if (strlen (text) != length || strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n") != length)
    return;
  der = g_base64_decode (text, &size);
  if (size > 0)
    add_der (found, der, size);
}

static void
take_apart (Found *found, const guint8 *data, gsize length)
{
  static const char byte_order_mark[] = "\xef\xbb\xbf";

  if (length > 3 && memcmp (data, byte_order_mark, 3) == 0)
    {
      data += 3;
      length -= 3;
    }
  if (memmem (data, length, "-----BEGIN ", 11) != NULL)
    add_pem (found, data, length);
  else
    add_der (found, data, length);
  if (found->all->len == 0 && !found->encrypted)
    add_base64 (found, data, length);
  ERR_clear_error ();
}

/* --- whose it is -------------------------------------------------------------------------------------------------------------------- */

static char *
hash_key (const X509_PUBKEY *key)
{
  guint8 *der = NULL;
  int length = i2d_X509_PUBKEY (key, &der);
  char *hash = length > 0 ? g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, (gsize) length) : NULL;

  OPENSSL_free (der);
  return hash;
}

char *
pkcs10_request_key (const guint8 *data, gsize length)
{
  X509_REQ *request = d2i_X509_REQ (NULL, &data, (long) length);
  char *hash = request != NULL ? hash_key (X509_REQ_get_X509_PUBKEY (request)) : NULL;

  X509_REQ_free (request);
  ERR_clear_error ();
  return hash;
}

static GBytes *
encode (X509 *certificate)
{
  guint8 *der = NULL;
  int length = i2d_X509 (certificate, &der);
  GBytes *bytes = length > 0 ? g_bytes_new (der, (gsize) length) : NULL;

  OPENSSL_free (der);
  return bytes;
}

static void
sort (Pkcs10Answer *self, const Found *found, const char *key)
{
  for (guint i = 0; i < found->all->len; i++)
    {
      g_autofree char *hash = hash_key (X509_get_X509_PUBKEY ((X509 *) found->all->pdata[i]));
      GBytes *der = encode (found->all->pdata[i]);

      if (der != NULL && self->certificate == NULL && g_strcmp0 (hash, key) == 0)
        self->certificate = der;
      else if (der != NULL)
        g_ptr_array_add (self->others, der);
    }
}

static const char *
why_none (const Found *found, const guint8 *data, gsize length)
{
  if (found->all->len > 0)
    return "the certificate in this file is for another key than that of this request";
  if (found->encrypted)
    return "this file is encrypted for somebody: ask the authority for the certificate itself";
  if (found->has_key)
    return "there is a private key in this file and no certificate: no authority should have sent that";
  if (length == 0)
    return "this file is empty";
  if (length > 4 && memcmp (data, "PK\x03\x04", 4) == 0)
    return "this file is packed: unpack it and choose the certificate in it";
  if (memmem (data, MIN (length, 1024), "CERTIFICATE REQUEST-----", 24) != NULL)
    return "this file is a request, not the answer to it";
  return "there is no certificate in this file";
}

Pkcs10Answer *
pkcs10_answer_read (const guint8 *data, gsize length, const char *key, GError **error)
{
  g_autoptr (Pkcs10Answer) self = g_new0 (Pkcs10Answer, 1);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) X509_free);
  Found found = { .all = all };

  self->others = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (length > 0 && length <= PKCS10_MAX_ANSWER)
    take_apart (&found, data, length);
  sort (self, &found, key);
  if (self->certificate != NULL)
    return g_steal_pointer (&self);
  g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, why_none (&found, data, length));
  return NULL;
}

void
pkcs10_answer_free (Pkcs10Answer *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->certificate, g_bytes_unref);
  g_clear_pointer (&self->others, g_ptr_array_unref);
  g_free (self);
}
