/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-wrap.c: bringing a private key to a token that takes none in plain: wrapped by an AES key that lives for this call
 * only. The token unwraps PKCS#8 (PKCS#11 v2.40, 2.1.20 and 2.13.4: CKM_AES_KEY_WRAP_PAD, CKM_AES_CBC_PAD).
 */
#define G_LOG_DOMAIN "signet-host-wrap"

#include "config.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

#include "signet-host-private.h"

#define KEY_LENGTH 32
#define IV_LENGTH 16

static const CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY;
static const CK_KEY_TYPE aes = CKK_AES;

/* An AES key both sides know, on the token for this PKCS#11 session. */
static CK_RV
place_key (CK_FUNCTION_LIST *p11, HostSession *session, const guint8 value[KEY_LENGTH], CK_OBJECT_HANDLE *handle)
{
  HostTemplate template = { .n = 0 };

  host_template_add (&template, CKA_CLASS, &secret_class, sizeof secret_class);
  host_template_add (&template, CKA_KEY_TYPE, &aes, sizeof aes);
  host_template_add_boolean (&template, CKA_TOKEN, FALSE);
  host_template_add_boolean (&template, CKA_UNWRAP, TRUE);
  host_template_add (&template, CKA_VALUE, value, KEY_LENGTH);
  return p11->C_CreateObject (session->handle, template.attributes, template.n, handle);
}

/* What a token may add to the length of what is wrapped. */
#define ROOM (HOST_MAX_PRIVATE + 64)

static gboolean
encrypt (const EVP_CIPHER *cipher, const guint8 *key, const guint8 *iv, SignetSecret *secret, guint8 *wrapped, gsize *length)
{
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  gsize plain_length = 0;
  const guint8 *plain = signet_secret_get_bytes (secret, &plain_length);
  int n = 0;
  int rest = 0;
  gboolean ok = FALSE;

  EVP_CIPHER_CTX_set_flags (context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  ok = plain_length > 0 && EVP_EncryptInit_ex (context, cipher, NULL, key, iv) == 1 &&
       EVP_EncryptUpdate (context, wrapped, &n, plain, (int) plain_length) == 1 &&
       EVP_EncryptFinal_ex (context, wrapped + n, &rest) == 1;
  *length = (gsize) (n + rest);
  EVP_CIPHER_CTX_free (context);
  ERR_clear_error ();
  return ok;
}

static CK_RV
unwrap (CK_FUNCTION_LIST *p11,
        HostSession *session,
        CK_OBJECT_HANDLE key,
        CK_MECHANISM *mechanism,
        guint8 *wrapped,
        gsize length,
        HostTemplate *template,
        CK_OBJECT_HANDLE *handle)
{
  return p11->C_UnwrapKey (session->handle, mechanism, key, wrapped, length, template->attributes, template->n, handle);
}

/* RFC 5649 first; where a token does not know it, CBC. */
static CK_RV
bring_with (CK_FUNCTION_LIST *p11,
            HostSession *session,
            CK_OBJECT_HANDLE key,
            const guint8 *value,
            SignetSecret *secret,
            HostTemplate *template,
            CK_OBJECT_HANDLE *handle)
{
  g_autofree guint8 *wrapped = g_malloc (ROOM);
  guint8 iv[IV_LENGTH];
  CK_MECHANISM key_wrap = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
  CK_MECHANISM cbc = { CKM_AES_CBC_PAD, iv, sizeof iv };
  gsize length = 0;
  CK_RV rv = CKR_FUNCTION_FAILED;

  if (encrypt (EVP_aes_256_wrap_pad (), value, NULL, secret, wrapped, &length))
    rv = unwrap (p11, session, key, &key_wrap, wrapped, length, template, handle);
  if (rv == CKR_OK || host_template_is_refused (rv))
    return rv;
  if (getrandom (iv, sizeof iv, 0) != (gssize) sizeof iv || !encrypt (EVP_aes_256_cbc (), value, iv, secret, wrapped, &length))
    return rv;
  return unwrap (p11, session, key, &cbc, wrapped, length, template, handle);
}

/* @template: of the private key, without its numbers. Returns: CKR_FUNCTION_NOT_SUPPORTED when the module wraps nothing */
CK_RV
host_wrap_bring (CK_FUNCTION_LIST *p11,
                 HostSession *session,
                 SignetSecret *secret,
                 HostTemplate *template,
                 CK_OBJECT_HANDLE *handle)
{
  guint8 value[KEY_LENGTH];
  CK_OBJECT_HANDLE key = 0;
  CK_RV rv = CKR_FUNCTION_NOT_SUPPORTED;

  if (p11->C_UnwrapKey == NULL || signet_secret_get_length (secret) > HOST_MAX_PRIVATE)
    return rv;
  if (getrandom (value, sizeof value, 0) == (gssize) sizeof value)
    rv = place_key (p11, session, value, &key);
  if (rv == CKR_OK)
    {
      rv = bring_with (p11, session, key, value, secret, template, handle);
      p11->C_DestroyObject (session->handle, key);
    }
  signet_secret_wipe (value, sizeof value);
  return rv;
}
