/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-crypt.c: the encryption dictionary of a PDF and what it means for strings and streams (ISO 32000-1, 7.6; ISO 32000-2, 7.6).
 *
 * Only the standard security handler: a password. Documents encrypted for certificates are refused. Keys and passwords are in locked
 * memory and wiped. The keys of a file are made once and shared by all its readers; immutable, any thread.
 */
#define G_LOG_DOMAIN "signet-pdf-crypt"

#include "config.h"

#include "signet-pdf-crypt-private.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

#define MAX_FILTERS 32
#define MAX_DEPTH   70 /* of a direct object: more than the lexer lets through */

struct _SignetPdfCrypt {
  gatomicrefcount     references;
  SignetPdfCryptFacts facts;
  guint8              fingerprint[SHA256_DIGEST_LENGTH];
  SignetPdfCipher     strings, streams, attachments;
  GHashTable         *filters;  /* name -> SignetPdfCipher */
  SignetSecret       *key;
  SignetSecret       *password; /* NUL-terminated */
  gboolean            is_owner;
};

SignetPdfCrypt *
_signet_pdf_crypt_ref (SignetPdfCrypt *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
_signet_pdf_crypt_unref (SignetPdfCrypt *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->facts.id, g_bytes_unref);
  g_clear_pointer (&self->filters, g_hash_table_unref);
  g_clear_pointer (&self->key, signet_secret_unref);
  g_clear_pointer (&self->password, signet_secret_unref);
  g_free (self);
}

static gboolean
set_error (GError **error, int code, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, code, message);
  return FALSE;
}

static gboolean
set_malformed (GError **error)
{
  return set_error (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "the encryption dictionary is damaged");
}

/* --- the dictionary ---------------------------------------------------------------------------------------------------------- */

static gint64
get_integer (SignetPdfReader *reader, const SignetPdfValue *dictionary, const char *key, gint64 fallback)
{
  const SignetPdfValue *value = _signet_pdf_reader_get (reader, dictionary, key);

  return value->type == SIGNET_PDF_INTEGER ? value->integer : value->type == SIGNET_PDF_NULL ? fallback : G_MAXINT64;
}

/* Longer ones are padded with zeros by some writers */
static gboolean
take_bytes (SignetPdfReader *reader, const SignetPdfValue *dictionary, const char *key, guint8 *bytes, gsize length)
{
  const SignetPdfValue *value = _signet_pdf_reader_get (reader, dictionary, key);

  if (value->type != SIGNET_PDF_STRING || value->count < length)
    return FALSE;
  memcpy (bytes, value->text, length);
  return TRUE;
}

static gboolean
read_version (SignetPdfCryptFacts *facts, SignetPdfReader *reader, const SignetPdfValue *dictionary, GError **error)
{
  gint64 version = get_integer (reader, dictionary, "V", 0);
  gint64 revision = get_integer (reader, dictionary, "R", 0);
  gint64 bits = get_integer (reader, dictionary, "Length", 40);
  gboolean fits = (version == 1 && (revision == 2 || revision == 3)) || (version == 2 && revision == 3) || (version == 4 && revision == 4)
                  || (version == 5 && (revision == 5 || revision == 6));

  if (!fits)
    return set_error (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "encrypted in a way that is not known");
  if (version == 2 && (bits < 40 || bits > 128 || bits % 8 != 0))
    return set_malformed (error);
  facts->version = (int) version;
  facts->revision = (int) revision;
  facts->key_length = version == 1 ? 5 : version == 2 ? (gsize) bits / 8 : version == 4 ? 16 : 32;
  return TRUE;
}

static gboolean
read_facts (SignetPdfCryptFacts *facts, SignetPdfReader *reader, const SignetPdfValue *dictionary, GError **error)
{
  const SignetPdfValue *metadata = _signet_pdf_reader_get (reader, dictionary, "EncryptMetadata");
  const SignetPdfValue *id = _signet_pdf_reader_get (reader, reader->trailer, "ID");
  const SignetPdfValue *first = id->type == SIGNET_PDF_ARRAY && id->count > 0 ? _signet_pdf_reader_resolve (reader, id->items[0]) : &_signet_pdf_null;
  gint64 permissions = get_integer (reader, dictionary, "P", G_MAXINT64);
  gsize record = 0;

  if (!read_version (facts, reader, dictionary, error))
    return FALSE;
  record = facts->revision >= 5 ? 48 : 32;
  /* some write it as the unsigned number with the same bits */
  if (permissions < G_MININT32 || permissions > G_MAXUINT32 || !take_bytes (reader, dictionary, "O", facts->owner, record)
      || !take_bytes (reader, dictionary, "U", facts->user, record)
      || (facts->revision >= 5
          && (!take_bytes (reader, dictionary, "OE", facts->owner_key, 32) || !take_bytes (reader, dictionary, "UE", facts->user_key, 32)
              || !take_bytes (reader, dictionary, "Perms", facts->perms, 16))))
    return set_malformed (error);
  facts->permissions = (gint32) (guint32) permissions;
  facts->encrypt_metadata = metadata->type != SIGNET_PDF_BOOLEAN || metadata->integer != 0;
  if (first->type == SIGNET_PDF_STRING)
    facts->id = g_bytes_new (first->text, first->count);
  return TRUE;
}

/* --- crypt filters (7.6.5) ------------------------------------------------------------------------------------------------------ */

#define UNKNOWN_CIPHER G_MAXINT

static int
cipher_of_filter (const SignetPdfCryptFacts *facts, SignetPdfReader *reader, const SignetPdfValue *filter)
{
  static const struct { const char *name; int version; SignetPdfCipher cipher; } known[] = {
    { "V2", 4, SIGNET_PDF_CIPHER_RC4 },
    { "AESV2", 4, SIGNET_PDF_CIPHER_AES_128 },
    { "AESV3", 5, SIGNET_PDF_CIPHER_AES_256 },
  };
  const SignetPdfValue *method = _signet_pdf_reader_get (reader, filter, "CFM");

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (_signet_pdf_is_name (method, known[i].name) && facts->version == known[i].version)
      return (int) known[i].cipher;
  return UNKNOWN_CIPHER;
}

static gboolean
list_filters (SignetPdfCrypt *self, SignetPdfReader *reader, const SignetPdfValue *dictionary, GError **error)
{
  const SignetPdfValue *filters = _signet_pdf_reader_get (reader, dictionary, "CF");

  self->filters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (filters->ambiguous || (_signet_pdf_is_dictionary (filters) && filters->count > MAX_FILTERS))
    return set_malformed (error);
  for (guint i = 0; _signet_pdf_is_dictionary (filters) && i < filters->count; i++)
    g_hash_table_insert (self->filters, g_strdup (filters->pairs[i].key->text),
                         GINT_TO_POINTER (cipher_of_filter (&self->facts, reader, _signet_pdf_reader_resolve (reader, filters->pairs[i].value))));
  return TRUE;
}

static gboolean
cipher_by_name (SignetPdfCrypt *self, const SignetPdfValue *name, SignetPdfCipher fallback, SignetPdfCipher *cipher, GError **error)
{
  gpointer known = NULL;

  *cipher = fallback;
  if (name->type == SIGNET_PDF_NULL)
    return TRUE;
  *cipher = SIGNET_PDF_CIPHER_NONE;
  if (_signet_pdf_is_name (name, "Identity"))
    return TRUE;
  if (name->type != SIGNET_PDF_NAME || !g_hash_table_lookup_extended (self->filters, name->text, NULL, &known))
    return set_malformed (error);
  if (GPOINTER_TO_INT (known) == UNKNOWN_CIPHER)
    return set_error (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "encrypted in a way that is not known");
  *cipher = (SignetPdfCipher) GPOINTER_TO_INT (known);
  return TRUE;
}

static gboolean
read_filters (SignetPdfCrypt *self, SignetPdfReader *reader, const SignetPdfValue *dictionary, GError **error)
{
  if (self->facts.version < 4)
    {
      self->strings = self->streams = self->attachments = SIGNET_PDF_CIPHER_RC4;
      self->filters = g_hash_table_new (g_str_hash, g_str_equal);
      return TRUE;
    }
  return list_filters (self, reader, dictionary, error)
         && cipher_by_name (self, _signet_pdf_reader_get (reader, dictionary, "StrF"), SIGNET_PDF_CIPHER_NONE, &self->strings, error)
         && cipher_by_name (self, _signet_pdf_reader_get (reader, dictionary, "StmF"), SIGNET_PDF_CIPHER_NONE, &self->streams, error)
         && cipher_by_name (self, _signet_pdf_reader_get (reader, dictionary, "EFF"), self->streams, &self->attachments, error);
}

/* --- unlocking --------------------------------------------------------------------------------------------------------------------- */

static gboolean
make_fingerprint (SignetPdfCrypt *self, GError **error)
{
  const SignetPdfCryptFacts *facts = &self->facts;
  gsize id_length = 0;
  const void *id = facts->id != NULL ? g_bytes_get_data (facts->id, &id_length) : NULL;

  return _signet_pdf_digest (EVP_sha256 (), self->fingerprint, error, &facts->version, sizeof facts->version, &facts->revision, sizeof facts->revision,
                             &facts->key_length, sizeof facts->key_length, &facts->permissions, sizeof facts->permissions, &facts->encrypt_metadata,
                             sizeof facts->encrypt_metadata, facts->owner, sizeof facts->owner, facts->user, sizeof facts->user, facts->owner_key,
                             sizeof facts->owner_key, facts->user_key, sizeof facts->user_key, facts->perms, sizeof facts->perms, id != NULL ? id : "",
                             id_length, NULL);
}

static SignetPdfCrypt *
read_dictionary (SignetPdfReader *reader, GError **error)
{
  g_autoptr(SignetPdfCrypt) self = g_new0 (SignetPdfCrypt, 1);
  const SignetPdfValue *dictionary = _signet_pdf_reader_get (reader, reader->trailer, "Encrypt");

  g_atomic_ref_count_init (&self->references);
  if (!_signet_pdf_reader_check (reader, error))
    return NULL;
  if (dictionary->type != SIGNET_PDF_DICTIONARY || dictionary->ambiguous)
    return set_malformed (error), NULL;
  if (!_signet_pdf_is_name (_signet_pdf_reader_get (reader, dictionary, "Filter"), "Standard"))
    return set_error (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "encrypted for certificates or by a handler that is not known"), NULL;
  if (!read_facts (&self->facts, reader, dictionary, error) || !read_filters (self, reader, dictionary, error) || !make_fingerprint (self, error))
    return NULL;
  return _signet_pdf_reader_check (reader, error) ? g_steal_pointer (&self) : NULL;
}

static gboolean
try_password (SignetPdfCrypt *self, const guint8 *password, gsize length, GError **error)
{
  guint8 *key = NULL;
  guint8 *kept = NULL;

  g_clear_pointer (&self->key, signet_secret_unref);
  self->key = signet_secret_new_filled (SIGNET_PDF_MAX_FILE_KEY, &key);
  if (!_signet_pdf_crypt_derive_key (&self->facts, password, length, key, &self->is_owner, error))
    return FALSE;
  self->password = signet_secret_new_filled (length + 1, &kept);
  if (length > 0)
    memcpy (kept, password, length);
  return TRUE;
}

/* The given one first, then none: a document may be open to everybody and still have an owner. */
static gboolean
try_passwords (SignetPdfCrypt *self, SignetSecret *password, GError **error)
{
  g_autoptr(GPtrArray) spellings = password != NULL ? _signet_pdf_crypt_list_spellings (&self->facts, password) : g_ptr_array_new ();
  g_autoptr(GError) local_error = NULL;

  for (guint i = 0; i < spellings->len && local_error == NULL; i++)
    {
      gsize length = 0;
      const guint8 *bytes = signet_secret_get_bytes (g_ptr_array_index (spellings, i), &length);

      if (try_password (self, bytes, length, &local_error))
        return TRUE;
    }
  if (local_error == NULL && try_password (self, (const guint8 *) "", 0, &local_error))
    return TRUE;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return set_error (error, password != NULL ? SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD : SIGNET_DOCUMENT_ERROR_ENCRYPTED, "a password is needed");
}

gboolean
_signet_pdf_crypt_unlock (SignetPdfReader *reader, GError **error)
{
  g_autoptr(SignetPdfCrypt) self = read_dictionary (reader, error);
  g_autoptr(SignetPdfCrypt) known = self != NULL ? _signet_document_file_dup_keys (reader->file) : NULL;
  g_autoptr(SignetSecret) password = NULL;

  if (self == NULL)
    return FALSE;
  if (known != NULL && memcmp (known->fingerprint, self->fingerprint, sizeof self->fingerprint) == 0 && known->strings == self->strings
      && known->streams == self->streams && g_hash_table_size (known->filters) == g_hash_table_size (self->filters))
    {
      /* the filters are of this reader's dictionary, the key is the same */
      self->key = signet_secret_ref (known->key);
      self->password = signet_secret_ref (known->password);
      self->is_owner = known->is_owner;
    }
  else
    {
      password = _signet_document_file_dup_given_password (reader->file);
      if (!try_passwords (self, password, error))
        return FALSE;
      _signet_document_file_set_keys (reader->file, self);
    }
  /* what was read before the keys were there was read for its numbers only */
  g_hash_table_remove_all (reader->cache);
  reader->crypt = g_steal_pointer (&self);
  return TRUE;
}

/* --- asking --------------------------------------------------------------------------------------------------------------------------- */

gboolean
_signet_pdf_crypt_is_owner (SignetPdfCrypt *self)
{
  return self->is_owner;
}

gboolean
_signet_pdf_crypt_may (SignetPdfCrypt *self, SignetPdfMay what)
{
  guint32 permissions = (guint32) self->facts.permissions;

  if (self->is_owner)
    return TRUE;
  /* table 22: in revision 2 whoever may annotate may fill in */
  if (what == SIGNET_PDF_MAY_FILL && self->facts.revision == 2)
    return (permissions & SIGNET_PDF_MAY_ANNOTATE) != 0;
  return (permissions & what) != 0;
}

SignetSecret *
_signet_pdf_crypt_get_password (SignetPdfCrypt *self)
{
  return self->password;
}

/* --- objects ---------------------------------------------------------------------------------------------------------------------------- */

/* Algorithm 1 and 1.A. Returns the length of the key. */
static gsize
make_object_key (SignetPdfCrypt *self, SignetPdfCipher cipher, guint32 number, guint32 generation, guint8 *key, GError **error)
{
  const guint8 id[] = { (guint8) number, (guint8) (number >> 8), (guint8) (number >> 16), (guint8) generation, (guint8) (generation >> 8) };
  const guint8 *file_key = signet_secret_get_bytes (self->key, NULL);

  if (cipher == SIGNET_PDF_CIPHER_AES_256)
    {
      memcpy (key, file_key, 32);
      return 32;
    }
  if (!_signet_pdf_digest (EVP_md5 (), key, error, file_key, self->facts.key_length, id, sizeof id, "sAlT",
                           cipher == SIGNET_PDF_CIPHER_AES_128 ? (gsize) 4 : (gsize) 0, NULL))
    return 0;
  return MIN (self->facts.key_length + 5, 16);
}

static GBytes *
apply (SignetPdfCrypt *self, SignetPdfCipher cipher, gboolean encrypt, guint32 number, guint32 generation, const void *data, gsize length, GError **error)
{
  guint8 key[SIGNET_PDF_MAX_FILE_KEY];
  gsize key_length = 0;
  GBytes *result = NULL;

  if (cipher == SIGNET_PDF_CIPHER_NONE)
    return g_bytes_new (data, length);
  key_length = make_object_key (self, cipher, number, generation, key, error);
  if (key_length == 0)
    return NULL;
  if (cipher == SIGNET_PDF_CIPHER_RC4)
    {
      g_autofree guint8 *out = g_malloc (length + 1);

      if (_signet_pdf_rc4 (key, key_length, data, length, out, error))
        result = g_bytes_new_take (g_steal_pointer (&out), length);
    }
  else
    result = encrypt ? _signet_pdf_aes_encrypt (key, key_length, data, length, error) : _signet_pdf_aes_decrypt (key, key_length, data, length, error);
  OPENSSL_cleanse (key, sizeof key);
  return result;
}

GBytes *
_signet_pdf_crypt_encrypt (SignetPdfCrypt *self, gboolean is_stream, guint32 number, guint32 generation, const void *data, gsize length, GError **error)
{
  return apply (self, is_stream ? self->streams : self->strings, TRUE, number, generation, data, length, error);
}

gboolean
_signet_pdf_is_signature_contents (const SignetPdfValue *dictionary, const SignetPdfPair *pair)
{
  const SignetPdfValue *type = _signet_pdf_lookup (dictionary, "Type");

  return pair->value->type == SIGNET_PDF_STRING && pair->value->hexadecimal && strcmp (pair->key->text, "Contents") == 0
         && _signet_pdf_lookup (dictionary, "ByteRange")->type == SIGNET_PDF_ARRAY
         && (type->type == SIGNET_PDF_NULL || _signet_pdf_is_name (type, "Sig") || _signet_pdf_is_name (type, "DocTimeStamp"));
}

static gboolean
decrypt_string (SignetPdfCrypt *self, SignetPdfArena *arena, SignetPdfValue *value, guint32 number, guint32 generation, GError **error)
{
  g_autoptr(GBytes) plain = apply (self, self->strings, FALSE, number, generation, value->text, value->count, error);
  gsize length = 0;
  const void *bytes = plain != NULL ? g_bytes_get_data (plain, &length) : NULL;
  char *text = NULL;

  if (plain == NULL)
    {
      if (error != NULL && *error != NULL)
        g_prefix_error (error, "string at byte %" G_GUINT64_FORMAT ": ", value->start);
      return FALSE;
    }
  text = _signet_pdf_arena_allocate (arena, length + 1);
  if (text == NULL)
    return set_error (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "too many objects");
  if (length > 0)
    memcpy (text, bytes, length);
  text[length] = '\0';
  value->text = text;
  value->count = (guint32) length;
  return TRUE;
}

static gboolean
decrypt_value (SignetPdfCrypt *self, SignetPdfArena *arena, const SignetPdfValue *value, guint32 number, guint32 generation, guint depth, GError **error)
{
  if (depth > MAX_DEPTH)
    return set_error (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "objects nested too deeply");
  if (value->type == SIGNET_PDF_STRING)
    /* nobody else has seen it yet */
    return decrypt_string (self, arena, (SignetPdfValue *) value, number, generation, error);
  for (guint i = 0; value->type == SIGNET_PDF_ARRAY && i < value->count; i++)
    if (!decrypt_value (self, arena, value->items[i], number, generation, depth + 1, error))
      return FALSE;
  for (guint i = 0; value->type == SIGNET_PDF_DICTIONARY && i < value->count; i++)
    if (!_signet_pdf_is_signature_contents (value, &value->pairs[i])
        && !decrypt_value (self, arena, value->pairs[i].value, number, generation, depth + 1, error))
      return FALSE;
  return TRUE;
}

gboolean
_signet_pdf_crypt_decrypt_value (SignetPdfCrypt *self, SignetPdfArena *arena, const SignetPdfValue *value, guint32 number, guint32 generation,
                                 GError **error)
{
  if (self->strings == SIGNET_PDF_CIPHER_NONE || _signet_pdf_is_name (_signet_pdf_lookup (value, "Type"), "XRef"))
    return TRUE;
  return decrypt_value (self, arena, value, number, generation, 0, error);
}

/* 7.6.5: a stream may name a crypt filter of its own, as the first of its filters */
static gboolean
cipher_of_stream (SignetPdfReader *reader, const SignetPdfValue *stream, SignetPdfCipher *cipher, GError **error)
{
  SignetPdfCrypt *self = reader->crypt;
  const SignetPdfValue *type = _signet_pdf_lookup (stream, "Type");
  const SignetPdfValue *filter = _signet_pdf_reader_get (reader, stream, "Filter");
  const SignetPdfValue *parameters = _signet_pdf_reader_get (reader, stream, "DecodeParms");

  if (filter->type == SIGNET_PDF_ARRAY)
    filter = filter->count > 0 ? _signet_pdf_reader_resolve (reader, filter->items[0]) : &_signet_pdf_null;
  if (parameters->type == SIGNET_PDF_ARRAY)
    parameters = parameters->count > 0 ? _signet_pdf_reader_resolve (reader, parameters->items[0]) : &_signet_pdf_null;

  *cipher = self->streams;
  if (_signet_pdf_is_name (type, "XRef") || (_signet_pdf_is_name (type, "Metadata") && !self->facts.encrypt_metadata))
    *cipher = SIGNET_PDF_CIPHER_NONE;
  else if (_signet_pdf_is_name (filter, "Crypt"))
    return cipher_by_name (self, _signet_pdf_reader_get (reader, parameters, "Name"), SIGNET_PDF_CIPHER_NONE, cipher, error);
  else if (_signet_pdf_is_name (type, "EmbeddedFile"))
    *cipher = self->attachments;
  return TRUE;
}

GBytes *
_signet_pdf_crypt_decrypt_stream (SignetPdfReader *reader, const SignetPdfValue *stream, guint32 number, guint32 generation, GBytes *bytes, GError **error)
{
  SignetPdfCipher cipher = SIGNET_PDF_CIPHER_NONE;
  gsize length = 0;
  const void *data = g_bytes_get_data (bytes, &length);

  if (!cipher_of_stream (reader, stream, &cipher, error))
    return NULL;
  return apply (reader->crypt, cipher, FALSE, number, generation, data, length, error);
}
