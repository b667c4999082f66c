/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-content.c: the content of members, unpacked in constant memory. It has to have the size and the CRC that were promised, and its packed form has to
 * end where it should: not a byte more is ever handed on. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-zip-content"

#include "config.h"

#include <zlib.h>

#include "../base/signet-base-error.h"
#include "signet-zip-reader-private.h"

#define WINDOW (256 * 1024)

/* One member on its way. */
typedef struct {
  SignetZipReader       *reader;
  const SignetZipMember *member;
  SignetZipSink          sink;
  gpointer               user_data;
  GCancellable          *cancellable; /* (nullable) */
  guint32                crc;
  guint64                size; /* so far */
} Unpacking;

static gboolean
hand_on (Unpacking *self, const guint8 *data, gsize length)
{
  if (length > self->member->size - self->size)
    return FALSE;
  self->crc = (guint32) crc32_z (self->crc, data, length);
  self->size += length;
  return self->sink (data, length, self->user_data);
}

static gboolean
read_window (Unpacking *self, guint64 at, gsize *length, GError **error)
{
  *length = (gsize) MIN (self->member->stored - at, WINDOW);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error)
         && signet_document_file_read (self->reader->file, self->member->data + at, self->reader->window, *length, error);
}

static gboolean
copy (Unpacking *self, GError **error)
{
  gsize length = 0;

  for (guint64 at = 0; at < self->member->stored; at += length)
    if (!read_window (self, at, &length, error) || !hand_on (self, self->reader->window, length))
      return FALSE;
  return TRUE;
}

/* What one window of packed bytes unpacks to. */
static int
inflate_window (Unpacking *self, z_stream *stream, guint8 *out)
{
  int status = Z_OK;

  while (status == Z_OK && (stream->avail_in > 0 || stream->avail_out == 0))
    {
      stream->next_out = out;
      stream->avail_out = WINDOW;
      status = inflate (stream, Z_NO_FLUSH);
      if ((status == Z_OK || status == Z_STREAM_END) && !hand_on (self, out, WINDOW - stream->avail_out))
        return Z_DATA_ERROR;
    }
  return status == Z_BUF_ERROR ? Z_OK : status; /* it wants more */
}

static gboolean
inflate_all (Unpacking *self, z_stream *stream, GError **error)
{
  g_autofree guint8 *out = g_malloc (WINDOW);
  int status = Z_OK;
  gsize length = 0;

  for (guint64 at = 0; at < self->member->stored && status == Z_OK; at += length)
    {
      if (!read_window (self, at, &length, error))
        return FALSE;
      stream->next_in = self->reader->window;
      stream->avail_in = (uInt) length;
      status = inflate_window (self, stream, out);
      if (status == Z_STREAM_END)
        return stream->avail_in == 0 && at + length == self->member->stored;
    }
  return FALSE;
}

static gboolean
unpack (Unpacking *self, GError **error)
{
  z_stream stream = { 0 };
  gboolean done = FALSE;

  if (self->member->method == 0)
    return copy (self, error);
  if (inflateInit2 (&stream, -MAX_WBITS) != Z_OK)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "zlib cannot begin");
      return FALSE;
    }
  done = inflate_all (self, &stream, error);
  inflateEnd (&stream);
  return done;
}

gboolean
_signet_zip_reader_unpack (SignetZipReader *self, const SignetZipMember *member, SignetZipSink sink, gpointer user_data, GCancellable *cancellable,
                           GError **error)
{
  Unpacking unpacking = { .reader = self, .member = member, .sink = sink, .user_data = user_data, .cancellable = cancellable };

  if (self->window == NULL)
    self->window = g_malloc (WINDOW);
  return unpack (&unpacking, error) && unpacking.size == member->size && unpacking.crc == member->crc;
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

GBytes *
_signet_zip_reader_digest (SignetZipReader *self, const SignetZipMember *member, SignetDigest digest, GCancellable *cancellable, GError **error)
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
_signet_zip_reader_load (SignetZipReader *self, const SignetZipMember *member, gsize most, GCancellable *cancellable, GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autoptr(GError) local_error = NULL;

  if (member->size > most)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ZIP: a signature or manifest larger than %" G_GSIZE_FORMAT " bytes", most);
      return NULL;
    }
  if (_signet_zip_reader_unpack (self, member, add_to_array, bytes, cancellable, &local_error))
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  if (local_error == NULL)
    g_set_error_literal (&local_error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "ZIP: a damaged member");
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}
