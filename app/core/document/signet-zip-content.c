/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-content.c: the content of members, unpacked by libzip in constant memory. It has to have the size and the CRC that
 * were promised: libzip sees to the CRC at the end, and not a byte more than promised is handed on. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-zip-content"

#include "config.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-zip-reader-private.h"

#define WINDOW (256 * 1024)

/* One piece after the other. FALSE without @error: what libzip says of the member. */
static gboolean
read_pieces (SignetZipReader *self,
             zip_file_t *content,
             guint64 size,
             SignetZipSink sink,
             gpointer user_data,
             GCancellable *cancellable,
             GError **error)
{
  zip_int64_t n = 0;

  while (!g_cancellable_set_error_if_cancelled (cancellable, error)
         && (n = self->library->fread (content, self->window, WINDOW)) >= 0)
    {
      if (n == 0)
        return size == 0;
      if ((guint64) n > size || !sink (self->window, (gsize) n, user_data))
        return FALSE;
      size -= (guint64) n;
    }
  return FALSE;
}

static gboolean
read_all (SignetZipReader *self,
          const SignetZipMember *member,
          zip_flags_t flags,
          SignetZipSink sink,
          gpointer user_data,
          GCancellable *cancellable,
          GError **error)
{
  zip_file_t *content = self->library->fopen_index (self->zip, member->index, flags);
  guint64 size = flags & ZIP_FL_COMPRESSED ? member->stored : member->size;
  gboolean done = FALSE;

  if (self->window == NULL)
    self->window = g_malloc (WINDOW);
  done = content != NULL && read_pieces (self, content, size, sink, user_data, cancellable, error);
  if (content != NULL)
    self->library->fclose (content);
  if ((error == NULL || *error == NULL) && _signet_zip_source_take_failure (self->source, error))
    return FALSE;
  return done;
}

/* --- where the packed form ends ----------------------------------------------------------------------------------------------- */

typedef struct {
  GConverter *inflater;
  gboolean    ended;
  guint8      scratch[32 * 1024];
} Inflating;

static gboolean
inflate_piece (const void *data, gsize length, gpointer user_data)
{
  Inflating *self = user_data;
  const guint8 *p = data;

  while (length > 0)
    {
      gsize n_read = 0;
      gsize n_written = 0;
      GConverterResult result = G_CONVERTER_ERROR;

      if (!self->ended)
        result = g_converter_convert (self->inflater, p, length, self->scratch, sizeof self->scratch, G_CONVERTER_NO_FLAGS,
                                      &n_read, &n_written, NULL);
      if (result == G_CONVERTER_ERROR)
        return FALSE;
      self->ended = result == G_CONVERTER_FINISHED;
      p += n_read;
      length -= n_read;
    }
  return TRUE;
}

/* Who reads from the front finds the end of such a member by unpacking it: it has to be where the sizes say, or other members
 * could hide behind it. */
static gboolean
ends_where_it_says (SignetZipReader *self, const SignetZipMember *member, GCancellable *cancellable, GError **error)
{
  g_autoptr(GZlibDecompressor) inflater = NULL;
  g_autofree Inflating *inflating = NULL;

  if (member->method == ZIP_CM_STORE || !member->has_descriptor)
    return TRUE;
  inflater = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW);
  inflating = g_new0 (Inflating, 1);
  inflating->inflater = G_CONVERTER (inflater);
  return read_all (self, member, ZIP_FL_COMPRESSED, inflate_piece, inflating, cancellable, error) && inflating->ended;
}

gboolean
_signet_zip_reader_unpack (SignetZipReader *self,
                           const SignetZipMember *member,
                           SignetZipSink sink,
                           gpointer user_data,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr(GError) local_error = NULL;

  if (read_all (self, member, 0, sink, user_data, cancellable, &local_error)
      && ends_where_it_says (self, member, cancellable, &local_error))
    return TRUE;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* --- what is done with it ---------------------------------------------------------------------------------------------------- */

static gboolean
add_to_hash (const void *data, gsize length, gpointer user_data)
{
  return EVP_DigestUpdate (user_data, data, length) == 1;
}

static GBytes *
hash (SignetZipReader *self, const SignetZipMember *member, const EVP_MD *md, GCancellable *cancellable, GError **error)
{
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (self->hashing == NULL)
    self->hashing = EVP_MD_CTX_new ();
  if (EVP_DigestInit_ex (self->hashing, md, NULL) != 1)
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "starting a digest");
      return NULL;
    }
  if (!_signet_zip_reader_unpack (self, member, add_to_hash, self->hashing, cancellable, error)
      || EVP_DigestFinal_ex (self->hashing, value, &length) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

/* --- what was hashed already ------------------------------------------------------------------------------------------------- */

/* A member of a file that has been read back when it was written. */
typedef struct {
  guint64 data;
  guint64 stored;
  guint32 crc;
  GBytes *digests[SIGNET_DIGEST_SM3 + 1]; /* (nullable) */
} Told;

static void
told_free (Told *told)
{
  for (guint i = 0; i < G_N_ELEMENTS (told->digests); i++)
    g_clear_pointer (&told->digests[i], g_bytes_unref);
  g_free (told);
}

static Told *
new_told (SignetZipReader *self, const SignetZipMember *member)
{
  Told *told = g_new0 (Told, 1);

  told->data = member->data;
  told->stored = member->stored;
  told->crc = member->crc;
  for (guint i = 0; i < G_N_ELEMENTS (told->digests); i++)
    {
      GBytes *value = self->known[i] != NULL ? g_hash_table_lookup (self->known[i], member) : NULL;

      told->digests[i] = value != NULL ? g_bytes_ref (value) : NULL;
    }
  return told;
}

static GQuark
told_quark (void)
{
  return g_quark_from_static_string ("signet-zip-told");
}

void
_signet_zip_reader_tell (SignetZipReader *self, SignetDocumentFile *written, guint64 kept)
{
  GHashTable *all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) told_free);

  for (guint i = 0; i < self->members->len; i++)
    {
      const SignetZipMember *member = g_ptr_array_index (self->members, i);

      if (member->method == ZIP_CM_STORE && member->data + member->stored <= kept)
        g_hash_table_insert (all, g_strdup (member->name), new_told (self, member));
    }
  g_object_set_qdata_full (G_OBJECT (written), told_quark (), all, (GDestroyNotify) g_hash_table_unref);
}

/* (nullable) */
static GBytes *
recall (SignetZipReader *self, const SignetZipMember *member, SignetDigest digest)
{
  GHashTable *all = g_object_get_qdata (G_OBJECT (self->file), told_quark ());
  const Told *told = all != NULL ? g_hash_table_lookup (all, member->name) : NULL;

  if (told == NULL || told->digests[digest] == NULL || member->method != ZIP_CM_STORE || told->data != member->data
      || told->stored != member->stored || told->crc != member->crc || !signet_document_file_check_unchanged (self->file, NULL))
    return NULL;
  return g_bytes_ref (told->digests[digest]);
}

GBytes *
_signet_zip_reader_digest (SignetZipReader *self,
                           const SignetZipMember *member,
                           SignetDigest digest,
                           GCancellable *cancellable,
                           GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  GBytes *value = NULL;

  if (md == NULL)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "unknown digest algorithm");
      return NULL;
    }
  if (self->known[digest] == NULL)
    self->known[digest] = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
  value = g_hash_table_lookup (self->known[digest], member);
  if (value != NULL)
    return g_bytes_ref (value);
  value = recall (self, member, digest);
  if (value == NULL)
    value = hash (self, member, md, cancellable, error);
  if (value != NULL)
    g_hash_table_insert (self->known[digest], (gpointer) member, g_bytes_ref (value));
  return value;
}

static gboolean
add_to_array (const void *data, gsize length, gpointer user_data)
{
  g_byte_array_append (user_data, data, (guint) length);
  return TRUE;
}

GBytes *
_signet_zip_reader_load (SignetZipReader *self,
                         const SignetZipMember *member,
                         gsize most,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autoptr(GError) local_error = NULL;

  if (member->size > most)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE,
                   "ZIP: a signature or manifest larger than %" G_GSIZE_FORMAT " bytes", most);
      return NULL;
    }
  if (_signet_zip_reader_unpack (self, member, add_to_array, bytes, cancellable, &local_error))
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  if (local_error == NULL)
    g_set_error_literal (&local_error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "ZIP: a damaged member");
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}
