/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-scep-server.c: what a SCEP server says it is (RFC 8894, 3.5.2 and 4.2). Its certificates come over plain HTTP, from anybody: one that the
 * authority's filed chain does not vouch for is not there. So nobody else reads the challenge password, and nobody else's answer counts.
 */
#define G_LOG_DOMAIN "signet-scep"

#include "config.h"

#include "signet-scep-private.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "../base/signet-base-error.h"

#define MAX_CERTIFICATES 16

/* --- certificates ------------------------------------------------------------------------------------------------------------- */

static STACK_OF (X509) *
certificates_of (PKCS7 *bag)
{
  return bag != NULL && PKCS7_type_is_signed (bag) && bag->d.sign != NULL ? bag->d.sign->cert : NULL;
}

/* One certificate as it is, or several in PKCS#7 (RFC 8894, 4.2.1). (element-type X509) */
static GPtrArray *
read_certificates (GBytes *bytes)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) X509_free);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  const guint8 *at = data;
  X509 *one = data != NULL && length <= SIGNET_SCEP_MAX_MESSAGE ? d2i_X509 (NULL, &at, (long) length) : NULL;
  PKCS7 *bag = NULL;

  if (one != NULL)
    g_ptr_array_add (all, one);
  else if (data != NULL && length <= SIGNET_SCEP_MAX_MESSAGE)
    {
      at = data;
      bag = d2i_PKCS7 (NULL, &at, (long) length);
    }
  for (int i = 0; i < sk_X509_num (certificates_of (bag)) && i < MAX_CERTIFICATES; i++)
    {
      X509 *each = sk_X509_value (certificates_of (bag), i);

      X509_up_ref (each);
      g_ptr_array_add (all, each);
    }
  PKCS7_free (bag);
  ERR_clear_error ();
  return all;
}

static gboolean
is_vouched_for (X509 *certificate, GPtrArray *chain)
{
  for (guint i = 0; i < chain->len; i++)
    if (X509_cmp (certificate, chain->pdata[i]) == 0
        || (X509_check_ca (chain->pdata[i]) > 0 && X509_verify (certificate, X509_get0_pubkey (chain->pdata[i])) == 1))
      return TRUE;
  return FALSE;
}

static GPtrArray *
keep_vouched_for (GPtrArray *all, GPtrArray *chain)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify) X509_free);

  for (guint i = 0; i < all->len; i++)
    if (is_vouched_for (all->pdata[i], chain) && X509_up_ref (all->pdata[i]))
      g_ptr_array_add (kept, all->pdata[i]);
  ERR_clear_error ();
  return kept;
}

static gboolean
can_receive (X509 *certificate)
{
  return EVP_PKEY_is_a (X509_get0_pubkey (certificate), "RSA") && (X509_get_key_usage (certificate) & KU_KEY_ENCIPHERMENT) != 0;
}

/* An RA that receives; else the CA. */
static void
choose (SignetScepServer *self)
{
  for (guint i = 0; i < self->certificates->len; i++)
    {
      X509 *certificate = self->certificates->pdata[i];

      if (X509_check_ca (certificate) > 0)
        self->issuer = self->issuer != NULL ? self->issuer : certificate;
      else if (self->encryption == NULL && can_receive (certificate))
        self->encryption = certificate;
    }
  if (self->encryption == NULL)
    self->encryption = self->issuer;
}

/* --- capabilities ----------------------------------------------------------------------------------------------------------------- */

static gboolean
is_able (char **caps, const char *name)
{
  for (gsize i = 0; caps[i] != NULL; i++)
    if (g_ascii_strcasecmp (g_strstrip (caps[i]), name) == 0)
      return TRUE;
  return FALSE;
}

/* RFC 8894, 3.5.2; without any, what servers could before there were capabilities. */
static void
read_capabilities (SignetScepServer *self, const char *text)
{
  g_auto (GStrv) caps = g_strsplit_set (text != NULL ? text : "", "\r\n", 64);
  gboolean standard = is_able (caps, "SCEPStandard");
  gboolean aes = standard || is_able (caps, "AES");
  gboolean sha2 = standard || is_able (caps, "SHA-256") || is_able (caps, "SHA-512");

  self->cipher = aes ? EVP_aes_128_cbc () : EVP_des_ede3_cbc ();
  self->digest = is_able (caps, "SHA-512") && !standard && !is_able (caps, "SHA-256") ? EVP_sha512 () : sha2 ? EVP_sha256 () : EVP_sha1 ();
  self->weak = !aes || !sha2;
  self->renews = is_able (caps, "Renewal");
  self->posts = standard || is_able (caps, "POSTPKIOperation");
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------ */

void
_signet_scep_server_free (SignetScepServer *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->certificates);
  g_free (self);
}

SignetScepServer *
_signet_scep_server_new (GBytes *certificates, const char *caps, GPtrArray *chain, GError **error)
{
  g_autoptr (GPtrArray) all = read_certificates (certificates);
  g_autoptr (SignetScepServer) self = g_new0 (SignetScepServer, 1);

  self->certificates = keep_vouched_for (all, chain);
  choose (self);
  read_capabilities (self, caps);
  if (all->len == 0)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "the server's certificates cannot be read");
  else if (self->issuer == NULL || self->encryption == NULL)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the server shows no certificate that the authority's filed chain vouches for");
  else if (!EVP_PKEY_is_a (X509_get0_pubkey (self->encryption), "RSA"))
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the server's key is no RSA key: nothing can be encrypted for it as SCEP does");
  else
    return g_steal_pointer (&self);
  return NULL;
}
