/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * certmonger-scep.c: SCEP as certmonger's helpers speak it. They fetch and carry; messages are made and envelopes opened by the host, who alone
 * has keys. Nothing here decides whom to trust: the host holds every certificate against the authority's filed chain. Pure functions.
 */
#define G_LOG_DOMAIN "signet-certmonger-scep"

#include "certmonger-scep.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "../sdk/signet-sdk.h"

#define MAX_CERTIFICATES 16
#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

void
helper_scep_clear (HelperScep *scep)
{
  g_free (scep->ra);
  g_free (scep->issuer);
  g_free (scep->others);
  g_free (scep->ca);
  g_free (scep->caps);
  g_free (scep->message);
}

char *
helper_to_pem (const char *base64, const char *label)
{
  g_autoptr (GString) pem = g_string_new (NULL);

  if (base64 == NULL)
    return NULL;
  g_string_append_printf (pem, "-----BEGIN %s-----\n", label);
  for (gsize at = 0, length = strlen (base64); at < length; at += 64)
    g_string_append_printf (pem, "%.64s\n", base64 + at);
  g_string_append_printf (pem, "-----END %s-----\n", label);
  return g_string_free (g_steal_pointer (&pem), FALSE);
}

/* --- certificates ----------------------------------------------------------------------------------------------------------- */

/* (element-type utf8): each certificate of @output, PEM */
static GPtrArray *
split (const char *output)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);
  const char *at = output, *end;

  while (all->len < MAX_CERTIFICATES && (at = strstr (at, BEGIN)) != NULL && (end = strstr (at, END)) != NULL)
    {
      g_autofree char *one = g_strndup (at, (gsize) (end - at) + strlen (END));

      g_ptr_array_add (all, g_strconcat (one, "\n", NULL));
      at = end + strlen (END);
    }
  return all;
}

static gboolean
add_certificate (PKCS7 *bag, const char *pem)
{
  BIO *bio = BIO_new_mem_buf (pem, -1);
  X509 *certificate = bio != NULL ? PEM_read_bio_X509 (bio, NULL, NULL, NULL) : NULL;
  gboolean ok = certificate != NULL && PKCS7_add_certificate (bag, certificate) == 1;

  X509_free (certificate);
  BIO_free (bio);
  return ok;
}

/* RFC 8894, 4.2.1.2: a degenerate SignedData. (transfer full) (nullable): base64 */
static char *
pack (GPtrArray *certificates)
{
  PKCS7 *bag = PKCS7_new ();
  gboolean ok = PKCS7_set_type (bag, NID_pkcs7_signed) == 1 && PKCS7_content_new (bag, NID_pkcs7_data) == 1;
  guint8 *der = NULL;
  int length;
  char *text;

  for (guint i = 0; ok && i < certificates->len; i++)
    ok = add_certificate (bag, g_ptr_array_index (certificates, i));
  length = ok ? i2d_PKCS7 (bag, &der) : -1;
  text = length > 0 ? g_base64_encode (der, (gsize) length) : NULL;
  OPENSSL_free (der);
  PKCS7_free (bag);
  ERR_clear_error ();
  return text;
}

gboolean
helper_scep_read_certificates (HelperScep *scep, const char *output, GError **error)
{
  g_autoptr (GPtrArray) all = split (output);
  g_autoptr (GString) others = g_string_new (NULL);

  scep->ca = all->len > 0 ? pack (all) : NULL;
  if (scep->ca == NULL)
    {
      g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the helper gives no certificate of the SCEP server that can be read");
      return FALSE;
    }
  for (guint i = 2; i < all->len; i++)
    g_string_append (others, g_ptr_array_index (all, i));
  scep->ra = g_strdup (g_ptr_array_index (all, 0));
  scep->issuer = all->len > 1 ? g_strdup (g_ptr_array_index (all, 1)) : NULL;
  scep->others = others->len > 0 ? g_strdup (others->str) : NULL;
  return TRUE;
}

static gboolean
is_root (const char *base64)
{
  gsize length = 0;
  g_autofree guint8 *der = g_base64_decode (base64, &length);
  const guint8 *at = der;
  X509 *certificate = d2i_X509 (NULL, &at, (long) length);
  gboolean root = certificate != NULL && X509_NAME_cmp (X509_get_subject_name (certificate), X509_get_issuer_name (certificate)) == 0;

  X509_free (certificate);
  ERR_clear_error ();
  return root;
}

void
helper_scep_use_chain (HelperScep *scep, const char *const *chain)
{
  g_autoptr (GString) others = g_string_new (scep->others);
  g_autofree char *root = NULL;

  for (gsize i = 0; chain[i] != NULL; i++)
    {
      g_autofree char *pem = helper_to_pem (chain[i], "CERTIFICATE");

      if (root == NULL && is_root (chain[i]))
        root = g_steal_pointer (&pem);
      else
        g_string_append (others, pem);
    }
  if (root != NULL)
    {
      if (scep->issuer != NULL)
        g_string_append (others, scep->issuer);
      g_free (scep->issuer);
      scep->issuer = g_steal_pointer (&root);
    }
  g_free (scep->others);
  scep->others = others->len > 0 ? g_strdup (others->str) : NULL;
}

/* --- what it prints ------------------------------------------------------------------------------------------------------------ */

gboolean
helper_scep_is_wanted (const char *output)
{
  g_auto (GStrv) names = g_strsplit_set (output, "\r\n, ", 64);

  return g_strv_contains ((const char *const *) names, "CERTMONGER_PKCSREQ");
}

char *
helper_scep_read_envelope (const char *output)
{
  BIO *bio = BIO_new_mem_buf (output, -1);
  char *name = NULL, *header = NULL;
  guint8 *data = NULL;
  long length = 0;
  char *text = NULL;

  if (bio != NULL && PEM_read_bio (bio, &name, &header, &data, &length) == 1 && strcmp (name, "PKCS7") == 0)
    text = g_base64_encode (data, (gsize) length);
  OPENSSL_free (name);
  OPENSSL_free (header);
  OPENSSL_free (data);
  BIO_free (bio);
  ERR_clear_error ();
  return text;
}
