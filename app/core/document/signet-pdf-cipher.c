/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-cipher.c: RC4, AES and digests as the encryption of PDF uses them (ISO 32000-1, 7.6; ISO 32000-2, 7.6). Knows nothing of
 * documents. RC4 is broken and only here because documents have it: it protects nothing, it has to be undone. Any thread.
 */
#define G_LOG_DOMAIN "signet-pdf-cipher"

#include "config.h"

#include "signet-pdf-cipher-private.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <string.h>

#include "../base/signet-base-error.h"

#define BLOCK 16

static gboolean
set_openssl (GError **error, const char *doing)
{
  signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, doing);
  return FALSE;
}

gboolean
_signet_pdf_digest (const EVP_MD *md, guint8 *digest, GError **error, ...)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  const void *data = NULL;
  gboolean ok = context != NULL && EVP_DigestInit_ex (context, md, NULL) == 1;
  va_list parts;

  va_start (parts, error);
  while ((data = va_arg (parts, const void *)) != NULL)
    {
      gsize length = va_arg (parts, gsize);

      ok = ok && EVP_DigestUpdate (context, data, length) == 1;
    }
  va_end (parts);
  ok = ok && EVP_DigestFinal_ex (context, digest, NULL) == 1;
  EVP_MD_CTX_free (context);
  return ok || set_openssl (error, "hashing for the encryption of a document");
}

/* --- RC4 ----------------------------------------------------------------------------------------------------------------- */

/* In a library context of its own, so that nothing else in the program can come to use what the legacy provider brings. */
static EVP_CIPHER *
get_rc4 (void)
{
  static gsize once;
  static EVP_CIPHER *cipher;

  if (g_once_init_enter (&once))
    {
      OSSL_LIB_CTX *context = OSSL_LIB_CTX_new ();

      if (context != NULL && OSSL_PROVIDER_load (context, "legacy") != NULL)
        cipher = EVP_CIPHER_fetch (context, "RC4", NULL);
      ERR_clear_error ();
      g_once_init_leave (&once, 1);
    }
  return cipher;
}

gboolean
_signet_pdf_rc4 (const guint8 *key, gsize key_length, const guint8 *in, gsize length, guint8 *out, GError **error)
{
  EVP_CIPHER *cipher = get_rc4 ();
  EVP_CIPHER_CTX *context = NULL;
  int n_written = 0;
  gboolean ok = FALSE;

  if (cipher == NULL)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED,
                           "encrypted with RC4, which this system cannot undo: OpenSSL's legacy provider is not installed");
      return FALSE;
    }
  if (length > G_MAXINT)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "encrypted data too large");
      return FALSE;
    }
  context = EVP_CIPHER_CTX_new ();
  ok = context != NULL && EVP_EncryptInit_ex (context, cipher, NULL, NULL, NULL) == 1
       && EVP_CIPHER_CTX_set_key_length (context, (int) key_length) == 1 && EVP_EncryptInit_ex (context, NULL, NULL, key, NULL) == 1
       && EVP_EncryptUpdate (context, out, &n_written, in, (int) length) == 1;
  EVP_CIPHER_CTX_free (context);
  return ok || set_openssl (error, "RC4");
}

/* --- AES ----------------------------------------------------------------------------------------------------------------- */

static gboolean
run_aes (gboolean encrypt, gboolean padded, const guint8 *key, gsize key_length, const guint8 *vector, const guint8 *in, gsize length, guint8 *out,
         gsize *n_written)
{
  const EVP_CIPHER *cipher = vector == NULL ? EVP_aes_256_ecb () : key_length == 32 ? EVP_aes_256_cbc () : EVP_aes_128_cbc ();
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int first = 0;
  int last = 0;
  gboolean ok = context != NULL && length < G_MAXINT - 2 * BLOCK && EVP_CipherInit_ex (context, cipher, NULL, key, vector, encrypt) == 1
                && EVP_CIPHER_CTX_set_padding (context, padded) == 1 && EVP_CipherUpdate (context, out, &first, in, (int) length) == 1
                && EVP_CipherFinal_ex (context, out + first, &last) == 1;

  EVP_CIPHER_CTX_free (context);
  *n_written = ok ? (gsize) (first + last) : 0;
  return ok;
}

gboolean
_signet_pdf_aes_blocks (gboolean encrypt, const guint8 *key, gsize key_length, const guint8 *vector, const guint8 *in, gsize length, guint8 *out,
                        GError **error)
{
  gsize n_written = 0;

  return run_aes (encrypt, FALSE, key, key_length, vector, in, length, out, &n_written) || set_openssl (error, "AES");
}

GBytes *
_signet_pdf_aes_decrypt (const guint8 *key, gsize key_length, const guint8 *in, gsize length, GError **error)
{
  g_autofree guint8 *out = NULL;
  gsize n_written = 0;

  if (length == 0)
    return g_bytes_new_static ("", 0);
  out = g_malloc (length);
  if (length < 2 * BLOCK || length % BLOCK != 0
      || !run_aes (FALSE, TRUE, key, key_length, in, in + BLOCK, length - BLOCK, out, &n_written))
    {
      ERR_clear_error ();
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "encrypted data damaged");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out), n_written);
}

GBytes *
_signet_pdf_aes_encrypt (const guint8 *key, gsize key_length, const guint8 *in, gsize length, GError **error)
{
  g_autofree guint8 *out = g_malloc (length + 2 * BLOCK);
  gsize n_written = 0;

  if (RAND_bytes (out, BLOCK) != 1 || !run_aes (TRUE, TRUE, key, key_length, out, in, length, out + BLOCK, &n_written))
    {
      set_openssl (error, "AES");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out), n_written + BLOCK);
}
