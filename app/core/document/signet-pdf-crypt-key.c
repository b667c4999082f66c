/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-crypt-key.c: from a password to the key of an encrypted PDF: ISO 32000-1, 7.6.3 (algorithms 2 to 7) for RC4 and AES-128,
 * ISO 32000-2, 7.6.4 (2.A, 2.B, 11 to 13) for AES-256. Wipes what it worked with. Any thread.
 */
#define G_LOG_DOMAIN "signet-pdf-crypt-key"

#include "config.h"

#include "signet-pdf-crypt-private.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <string.h>

#define PADDED        32
#define SALT          8
#define HASH_REPEATS  64
#define OLD_REPEATS   50
#define OLD_STEPS     20

static const guint8 padding[PADDED] = { 0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08,
                                        0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a };

/* --- until revision 4 ---------------------------------------------------------------------------------------------------- */

static void
pad_password (const guint8 *password, gsize length, guint8 *padded)
{
  length = MIN (length, PADDED);
  if (length > 0)
    memcpy (padded, password, length);
  memcpy (padded + length, padding, PADDED - length);
}

static gboolean
repeat_md5 (const SignetPdfCryptFacts *facts, guint8 *digest, GError **error)
{
  for (guint i = 0; facts->revision >= 3 && i < OLD_REPEATS; i++)
    if (!_signet_pdf_digest (EVP_md5 (), digest, error, digest, facts->key_length, NULL))
      return FALSE;
  return TRUE;
}

/* Algorithm 2 */
static gboolean
make_old_key (const SignetPdfCryptFacts *facts, const guint8 *padded, guint8 *key, GError **error)
{
  static const guint8 all_ones[] = { 0xff, 0xff, 0xff, 0xff };
  guint32 permissions = GUINT32_TO_LE ((guint32) facts->permissions);
  gboolean plain_metadata = facts->revision >= 4 && !facts->encrypt_metadata;
  gsize id_length = 0;
  const void *id = facts->id != NULL ? g_bytes_get_data (facts->id, &id_length) : NULL;
  guint8 digest[MD5_DIGEST_LENGTH];
  gboolean ok = _signet_pdf_digest (EVP_md5 (), digest, error, padded, (gsize) PADDED, facts->owner, (gsize) PADDED, &permissions, sizeof permissions,
                                    id != NULL ? id : "", id_length, all_ones, plain_metadata ? sizeof all_ones : (gsize) 0, NULL)
                && repeat_md5 (facts, digest, error);

  memcpy (key, digest, facts->key_length);
  OPENSSL_cleanse (digest, sizeof digest);
  return ok;
}

/* RC4 with the key, each of its bytes changed by @step */
static gboolean
rc4_step (const guint8 *key, gsize key_length, guint8 step, guint8 *data, gsize length, GError **error)
{
  guint8 changed[MD5_DIGEST_LENGTH];
  gboolean ok = FALSE;

  for (gsize i = 0; i < key_length; i++)
    changed[i] = key[i] ^ step;
  ok = _signet_pdf_rc4 (changed, key_length, data, length, data, error);
  OPENSSL_cleanse (changed, sizeof changed);
  return ok;
}

/* Algorithms 4 and 5: what /U must be; algorithm 6: is it? */
static gboolean
check_old_key (const SignetPdfCryptFacts *facts, const guint8 *key, GError **error)
{
  gsize id_length = 0;
  const void *id = facts->id != NULL ? g_bytes_get_data (facts->id, &id_length) : NULL;
  guint8 expected[PADDED];

  if (facts->revision == 2)
    {
      memcpy (expected, padding, PADDED);
      return rc4_step (key, facts->key_length, 0, expected, PADDED, error) && memcmp (expected, facts->user, PADDED) == 0;
    }
  if (!_signet_pdf_digest (EVP_md5 (), expected, error, padding, (gsize) PADDED, id != NULL ? id : "", id_length, NULL))
    return FALSE;
  for (guint8 i = 0; i < OLD_STEPS; i++)
    if (!rc4_step (key, facts->key_length, i, expected, MD5_DIGEST_LENGTH, error))
      return FALSE;
  return memcmp (expected, facts->user, MD5_DIGEST_LENGTH) == 0;
}

static gboolean
derive_old_user_key (const SignetPdfCryptFacts *facts, const guint8 *padded, guint8 *key, GError **error)
{
  return make_old_key (facts, padded, key, error) && check_old_key (facts, key, error);
}

/* Algorithm 7: the owner's password opens the user's */
static gboolean
derive_old_owner_key (const SignetPdfCryptFacts *facts, const guint8 *padded, guint8 *key, GError **error)
{
  guint8 digest[MD5_DIGEST_LENGTH];
  guint8 user[PADDED];
  gboolean ok = _signet_pdf_digest (EVP_md5 (), digest, error, padded, (gsize) PADDED, NULL) && repeat_md5 (facts, digest, error);

  memcpy (user, facts->owner, PADDED);
  for (guint8 i = facts->revision == 2 ? 1 : OLD_STEPS; ok && i-- > 0;)
    ok = rc4_step (digest, facts->key_length, i, user, PADDED, error);
  ok = ok && derive_old_user_key (facts, user, key, error);
  OPENSSL_cleanse (digest, sizeof digest);
  OPENSSL_cleanse (user, sizeof user);
  return ok;
}

/* --- revisions 5 and 6 ----------------------------------------------------------------------------------------------------- */

typedef struct {
  const guint8 *password;
  gsize         length;
  const guint8 *salt;
  const guint8 *user; /* (nullable): the 48 bytes of /U, for the owner's password */
} HashInput;

/* What is encrypted in one round: 64 times password, hash so far, and /U */
static gsize
fill_round (const HashInput *input, const guint8 *hash, gsize hash_length, guint8 *block)
{
  guint8 *at = block;

  for (guint i = 0; i < HASH_REPEATS; i++)
    {
      if (input->length > 0)
        memcpy (at, input->password, input->length);
      at += input->length;
      memcpy (at, hash, hash_length);
      at += hash_length;
      if (input->user != NULL)
        memcpy (at, input->user, 48);
      at += input->user != NULL ? 48 : 0;
    }
  return (gsize) (at - block);
}

/* Algorithm 2.B from step a on; @hash holds SHA-256 of the input */
static gboolean
harden (const HashInput *input, guint8 *hash, GError **error)
{
  static const gsize lengths[] = { 32, 48, 64 };
  g_autofree guint8 *block = g_malloc (HASH_REPEATS * (SIGNET_PDF_MAX_PASSWORD + 64 + 48));
  const EVP_MD *const digests[] = { EVP_sha256 (), EVP_sha384 (), EVP_sha512 () };
  gsize hash_length = 32;
  gboolean ok = TRUE;

  for (guint round = 1; ok; round++)
    {
      gsize length = fill_round (input, hash, hash_length, block);
      guint sum = 0;

      ok = _signet_pdf_aes_blocks (TRUE, hash, 16, hash + 16, block, length, block, error);
      for (guint i = 0; i < 16; i++) /* 256 is one more than a multiple of 3 */
        sum += block[i];
      ok = ok && _signet_pdf_digest (digests[sum % 3], hash, error, block, length, NULL);
      hash_length = lengths[sum % 3];
      if (round >= 64 && block[length - 1] <= round - 32)
        break;
    }
  signet_secret_wipe (block, HASH_REPEATS * (SIGNET_PDF_MAX_PASSWORD + 64 + 48));
  return ok;
}

/* @hash: 64 bytes of room, of which the first 32 are the answer */
static gboolean
hash_password (const SignetPdfCryptFacts *facts, const HashInput *input, guint8 *hash, GError **error)
{
  if (!_signet_pdf_digest (EVP_sha256 (), hash, error, input->length > 0 ? input->password : (const guint8 *) "", input->length, input->salt, (gsize) SALT,
                           input->user != NULL ? input->user : (const guint8 *) "", input->user != NULL ? (gsize) 48 : 0, NULL))
    return FALSE;
  return facts->revision == 5 || harden (input, hash, error);
}

/* Algorithms 11 and 12 (is it the password?), then 2.A (the key) */
static gboolean
derive_new_key (const SignetPdfCryptFacts *facts, const guint8 *password, gsize length, gboolean owner, guint8 *key, GError **error)
{
  static const guint8 no_vector[16];
  const guint8 *record = owner ? facts->owner : facts->user;
  HashInput input = { .password = password, .length = length, .salt = record + 32, .user = owner ? facts->user : NULL };
  guint8 hash[64];
  gboolean ok = hash_password (facts, &input, hash, error) && CRYPTO_memcmp (hash, record, 32) == 0;

  input.salt = record + 32 + SALT;
  ok = ok && hash_password (facts, &input, hash, error)
       && _signet_pdf_aes_blocks (FALSE, hash, 32, no_vector, owner ? facts->owner_key : facts->user_key, 32, key, error);
  OPENSSL_cleanse (hash, sizeof hash);
  return ok;
}

/* Algorithm 13: /Perms says again, where nobody without the key can change it, what /P and /EncryptMetadata say */
static gboolean
check_perms (const SignetPdfCryptFacts *facts, const guint8 *key, GError **error)
{
  guint8 plain[16];
  guint32 permissions = GUINT32_TO_LE ((guint32) facts->permissions);

  if (!_signet_pdf_aes_blocks (FALSE, key, 32, NULL, facts->perms, 16, plain, error))
    return FALSE;
  if (memcmp (plain + 9, "adb", 3) == 0 && memcmp (plain, &permissions, 4) == 0 && plain[8] == (facts->encrypt_metadata ? 'T' : 'F'))
    return TRUE;
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "the permissions of the encrypted document were changed");
  return FALSE;
}

/* --- both ---------------------------------------------------------------------------------------------------------------------- */

gboolean
_signet_pdf_crypt_derive_key (const SignetPdfCryptFacts *facts, const guint8 *password, gsize length, guint8 *key, gboolean *is_owner, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  guint8 padded[PADDED];
  gboolean ok = FALSE;

  if (facts->revision >= 5)
    {
      *is_owner = derive_new_key (facts, password, length, TRUE, key, &local_error);
      ok = *is_owner || (local_error == NULL && derive_new_key (facts, password, length, FALSE, key, &local_error));
      ok = ok && check_perms (facts, key, &local_error);
    }
  else
    {
      pad_password (password, length, padded);
      *is_owner = derive_old_owner_key (facts, padded, key, &local_error);
      ok = *is_owner || (local_error == NULL && derive_old_user_key (facts, padded, key, &local_error));
      OPENSSL_cleanse (padded, sizeof padded);
    }
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return ok;
}

/* --- spellings ------------------------------------------------------------------------------------------------------------------ */

/* ISO 32000-1, annex D.3: what differs from Latin-1, from 0x80 on */
static const guint16 document_encoding[] = {
  0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203a, 0x2212, 0x2030, 0x201e, 0x201c, 0x201d, 0x2018, 0x2019,
  0x201a, 0x2122, 0xfb01, 0xfb02, 0x0141, 0x0152, 0x0160, 0x0178, 0x017d, 0x0131, 0x0142, 0x0153, 0x0161, 0x017e, 0,      0x20ac,
};

/* 0: it has no such character */
static guint8
to_document_encoding (gunichar character)
{
  if (character < 0x80 || (character > 0xa0 && character <= 0xff))
    return (guint8) character;
  for (guint i = 0; i < G_N_ELEMENTS (document_encoding); i++)
    if (document_encoding[i] == character)
      return (guint8) (0x80 + i);
  return 0;
}

static SignetSecret *
spell_old (const char *text)
{
  guint8 bytes[SIGNET_PDF_MAX_PASSWORD];
  SignetSecret *secret = NULL;
  gsize length = 0;

  for (; *text != '\0' && length < sizeof bytes; text = g_utf8_next_char (text))
    {
      bytes[length] = to_document_encoding (g_utf8_get_char (text));
      if (bytes[length++] == 0)
        goto out;
    }
  secret = signet_secret_new (bytes, length);
out:
  signet_secret_wipe (bytes, sizeof bytes);
  return secret;
}

/* RFC 4013, 2.1 and 2.2: what is mapped to nothing goes, other blanks become blanks, then NFKC */
static SignetSecret *
spell_new (const char *text)
{
  GString *mapped = g_string_sized_new (4 * SIGNET_PDF_MAX_PASSWORD);
  char *normal = NULL;
  SignetSecret *secret = NULL;
  gsize length = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar character = g_utf8_get_char (text);

      if (g_unichar_type (character) == G_UNICODE_SPACE_SEPARATOR)
        g_string_append_c (mapped, ' ');
      else if (character != 0xad && character != 0x34f && character != 0x1806 && !(character >= 0x180b && character <= 0x180d)
               && !(character >= 0x200b && character <= 0x200d) && character != 0x2060 && !(character >= 0xfe00 && character <= 0xfe0f)
               && character != 0xfeff)
        g_string_append_unichar (mapped, character);
    }
  normal = g_utf8_normalize (mapped->str, (gssize) mapped->len, G_NORMALIZE_ALL_COMPOSE);
  length = normal != NULL ? strlen (normal) : 0;
  if (normal != NULL)
    secret = signet_secret_new ((const guint8 *) normal, MIN (length, SIGNET_PDF_MAX_PASSWORD));
  signet_secret_wipe (normal, length);
  g_free (normal);
  signet_secret_wipe (mapped->str, mapped->len);
  g_string_free (mapped, TRUE);
  return secret;
}

GPtrArray *
_signet_pdf_crypt_list_spellings (const SignetPdfCryptFacts *facts, SignetSecret *password)
{
  GPtrArray *spellings = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_secret_unref);
  gsize length = 0;
  const guint8 *bytes = signet_secret_get_bytes (password, &length);
  SignetSecret *spelled = NULL;
  char *text = NULL;

  /* as signet_document_file_dup_password() gives it */
  if (length > 0 && bytes[length - 1] == 0)
    length--;
  if (length > 4 * SIGNET_PDF_MAX_PASSWORD || memchr (bytes, 0, length) != NULL)
    return spellings;
  if (g_utf8_validate ((const char *) bytes, (gssize) length, NULL))
    {
      text = g_strndup ((const char *) bytes, length);
      spelled = facts->revision >= 5 ? spell_new (text) : spell_old (text);
      signet_secret_wipe (text, length);
      g_free (text);
    }
  if (spelled != NULL)
    g_ptr_array_add (spellings, spelled);
  /* many writers take the bytes as they come */
  g_ptr_array_add (spellings, signet_secret_new (bytes, MIN (length, SIGNET_PDF_MAX_PASSWORD)));
  return spellings;
}
