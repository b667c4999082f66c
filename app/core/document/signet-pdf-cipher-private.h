/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-cipher-private.h: the ciphers and digests that the encryption of PDF is made of, each in one call. */
#pragma once

#include <gio/gio.h>
#include <openssl/evp.h>

#include "signet-document-error.h"

G_BEGIN_DECLS

typedef enum { SIGNET_PDF_CIPHER_NONE, SIGNET_PDF_CIPHER_RC4, SIGNET_PDF_CIPHER_AES_128, SIGNET_PDF_CIPHER_AES_256 } SignetPdfCipher;

/* @parts: pairs of bytes and length, ended by a NULL pointer. @digest: (out): as long as the digest is */
gboolean _signet_pdf_digest       (const EVP_MD *md, guint8 *digest, GError **error, ...) G_GNUC_NULL_TERMINATED;
/* @in may be @out. UNSUPPORTED when this system's OpenSSL cannot do RC4. */
gboolean _signet_pdf_rc4          (const guint8 *key, gsize key_length, const guint8 *in, gsize length, guint8 *out, GError **error);
/* Whole blocks, no padding; @vector NULL: ECB */
gboolean _signet_pdf_aes_blocks   (gboolean encrypt, const guint8 *key, gsize key_length, const guint8 *vector, const guint8 *in, gsize length,
                                   guint8 *out, GError **error);
/* CBC as in 7.6.2: the vector stands first, PKCS#7 padding. (nullable): not so encrypted, which is MALFORMED */
GBytes  *_signet_pdf_aes_decrypt  (const guint8 *key, gsize key_length, const guint8 *in, gsize length, GError **error);
GBytes  *_signet_pdf_aes_encrypt  (const guint8 *key, gsize key_length, const guint8 *in, gsize length, GError **error);

G_END_DECLS
