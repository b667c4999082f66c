/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-crypt-private.h: the standard security handler of PDF (ISO 32000-1, 7.6.3; ISO 32000-2, 7.6.4): keys, permissions, strings, streams. */
#pragma once

#include "../base/signet-secret.h"
#include "signet-pdf-cipher-private.h"
#include "signet-pdf-reader-private.h"

G_BEGIN_DECLS

#define SIGNET_PDF_MAX_PASSWORD 127 /* ISO 32000-2, 7.6.4.3.3: bytes; older ones use 32 of them */
#define SIGNET_PDF_MAX_FILE_KEY 32

/* Table 22, by bit position less one; bit 2 of old documents (revision 2) says what 9 to 11 say since */
typedef enum {
  SIGNET_PDF_MAY_MODIFY   = 1 << 3,
  SIGNET_PDF_MAY_ANNOTATE = 1 << 5,
  SIGNET_PDF_MAY_FILL     = 1 << 8,
} SignetPdfMay;

/* What /Encrypt says, checked for form; everything the keys are made from. */
typedef struct {
  int     version;        /* V */
  int     revision;       /* R */
  gsize   key_length;
  gint32  permissions;    /* P */
  gboolean encrypt_metadata;
  guint8  owner[48], user[48];         /* O, U: 32 bytes until revision 4 */
  guint8  owner_key[32], user_key[32]; /* OE, UE */
  guint8  perms[16];
  GBytes *id;             /* (nullable): the first part of the trailer's ID */
} SignetPdfCryptFacts;

/* --- signet-pdf-crypt-key.c ------------------------------------------------------------------------------------------------ */

/* Finds the file's key with a password as this document writes it. FALSE without @error: that is not the password. */
gboolean _signet_pdf_crypt_derive_key (const SignetPdfCryptFacts *facts, const guint8 *password, gsize length, guint8 *key, gboolean *is_owner,
                                       GError **error);
/* The ways in which a document may write @password, (element-type SignetSecret), most likely first. */
GPtrArray *_signet_pdf_crypt_list_spellings (const SignetPdfCryptFacts *facts, SignetSecret *password);

/* --- signet-pdf-crypt.c ---------------------------------------------------------------------------------------------------- */

/* Immutable, any thread. */
SignetPdfCrypt *_signet_pdf_crypt_ref             (SignetPdfCrypt *self);
void            _signet_pdf_crypt_unref           (SignetPdfCrypt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPdfCrypt, _signet_pdf_crypt_unref)
/* Gives @reader its keys, with the password of its file or without one. ENCRYPTED, WRONG_PASSWORD, UNSUPPORTED, MALFORMED. */
gboolean        _signet_pdf_crypt_unlock          (SignetPdfReader *reader, GError **error);

gboolean        _signet_pdf_crypt_is_owner        (SignetPdfCrypt *self);
gboolean        _signet_pdf_crypt_may             (SignetPdfCrypt *self, SignetPdfMay what);
/* The password that opened it as the document spells it, NUL-terminated, in locked memory. */
SignetSecret   *_signet_pdf_crypt_get_password    (SignetPdfCrypt *self);

/* Decrypts every string of a direct object in place; /Contents of a signature and cross-reference streams are never encrypted. */
gboolean        _signet_pdf_crypt_decrypt_value   (SignetPdfCrypt *self, SignetPdfArena *arena, const SignetPdfValue *value, guint32 number,
                                                   guint32 generation, GError **error);
/* The bytes of @stream as stored; (nullable) */
GBytes         *_signet_pdf_crypt_decrypt_stream  (SignetPdfReader *reader, const SignetPdfValue *stream, guint32 number, guint32 generation,
                                                   GBytes *bytes, GError **error);
GBytes         *_signet_pdf_crypt_encrypt         (SignetPdfCrypt *self, gboolean is_stream, guint32 number, guint32 generation, const void *data,
                                                   gsize length, GError **error);
/* Is this the string that 7.6.1 leaves out? */
gboolean        _signet_pdf_is_signature_contents (const SignetPdfValue *dictionary, const SignetPdfPair *pair);

G_END_DECLS
