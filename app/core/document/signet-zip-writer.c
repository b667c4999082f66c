/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-writer.c: an archive of stored members, written from front to back in one pass: each file is read once, and hashed, checked and copied on the way.
 * A member's CRC is put into its header when it is known. Members of an earlier archive go in front byte for byte. No zip64: four gigabytes are the end.
 * One thread at a time.
 */
#define G_LOG_DOMAIN "signet-zip-writer"

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

#include "../base/signet-base-error.h"
#include "signet-zip-private.h"

#define BUFFER        (256 * 1024)
#define HEADER_SIZE   30
#define VERSION       20          /* 2.0: folders, deflate */
#define MADE_BY_UNIX  (3 << 8)
#define FLAG_UTF8     (1 << 11)
#define MODE          (0100644u << 16)
#define MOST          (G_MAXUINT32 - 1u)

struct _SignetZipWriter {
  int         fd;
  guint64     written;   /* to @fd; the rest of what is there so far is in the buffer */
  guint8     *buffer;
  gsize       used;
  gint64      time;
  guint       n_members;
  GByteArray *directory;
  GHashTable *names;     /* keys */
  EVP_MD_CTX *hashing;
};

/* What a member's header and its entry in the directory both hold. */
typedef struct {
  const char *name;
  guint64     header;
  guint64     size;
  guint32     crc;
  guint32     moment; /* time and date as DOS has them */
} Member;

SignetZipWriter *
_signet_zip_writer_new (int fd, gint64 time)
{
  SignetZipWriter *self = g_new0 (SignetZipWriter, 1);

  self->fd = fd;
  self->time = time;
  self->buffer = g_malloc (BUFFER);
  self->directory = g_byte_array_new ();
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->hashing = EVP_MD_CTX_new ();
  return self;
}

void
_signet_zip_writer_free (SignetZipWriter *self)
{
  g_byte_array_unref (self->directory);
  g_hash_table_unref (self->names);
  EVP_MD_CTX_free (self->hashing);
  g_free (self->buffer);
  g_free (self);
}

/* --- bytes ------------------------------------------------------------------------------------------------------------------ */

static void
put16 (guint8 *p, guint value)
{
  p[0] = (guint8) value;
  p[1] = (guint8) (value >> 8);
}

static void
put32 (guint8 *p, guint32 value)
{
  put16 (p, value & 0xffff);
  put16 (p + 2, value >> 16);
}

static guint64
get_position (SignetZipWriter *self)
{
  return self->written + self->used;
}

gboolean
_signet_zip_writer_flush (SignetZipWriter *self, GError **error)
{
  if (self->used > 0 && !signet_document_write_at (self->fd, self->written, self->buffer, self->used, error))
    return FALSE;
  self->written += self->used;
  self->used = 0;
  return TRUE;
}

static gboolean
put (SignetZipWriter *self, const void *data, gsize length, GError **error)
{
  const guint8 *p = data;

  while (length > 0)
    {
      gsize step = MIN (length, BUFFER - self->used);

      memcpy (self->buffer + self->used, p, step);
      self->used += step;
      p += step;
      length -= step;
      if (self->used == BUFFER && !_signet_zip_writer_flush (self, error))
        return FALSE;
    }
  return TRUE;
}

/* Bytes that are there already get another value. */
static gboolean
patch (SignetZipWriter *self, guint64 position, const guint8 *data, gsize length, GError **error)
{
  if (position < self->written && !_signet_zip_writer_flush (self, error))
    return FALSE;
  if (position < self->written)
    return signet_document_write_at (self->fd, position, data, length, error);
  memcpy (self->buffer + (position - self->written), data, length);
  return TRUE;
}

/* Bytes of a file straight into the buffer; @crc and @context (nullable) are told of them. */
static gboolean
put_from (SignetZipWriter *self, SignetDocumentFile *file, guint64 length, guint32 *crc, EVP_MD_CTX *context, GCancellable *cancellable, GError **error)
{
  for (guint64 at = 0; at < length;)
    {
      gsize step = (gsize) MIN (length - at, BUFFER - self->used);
      guint8 *p = self->buffer + self->used;

      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !signet_document_file_read (file, at, p, step, error))
        return FALSE;
      if (context != NULL && EVP_DigestUpdate (context, p, step) != 1)
        return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "hashing a document");
      if (crc != NULL)
        *crc = (guint32) crc32_z (*crc, p, step);
      self->used += step;
      at += step;
      if (self->used == BUFFER && !_signet_zip_writer_flush (self, error))
        return FALSE;
    }
  return TRUE;
}

/* --- members ---------------------------------------------------------------------------------------------------------------- */

/* DOS knows local time from 1980 on, in steps of two seconds. */
static guint32
to_dos_time (gint64 seconds)
{
  time_t time = (time_t) seconds;
  struct tm parts = { 0 };

  if (localtime_r (&time, &parts) == NULL || parts.tm_year < 80 || parts.tm_year > 207)
    return 1 << 5 << 16 | 1 << 16;
  return (guint32) (parts.tm_year - 80) << 25 | (guint32) (parts.tm_mon + 1) << 21 | (guint32) parts.tm_mday << 16 | (guint32) parts.tm_hour << 11
         | (guint32) parts.tm_min << 5 | (guint32) parts.tm_sec / 2;
}

/* The part that header and directory have in common, from the version on: 26 bytes */
static void
fill_common (guint8 *p, const Member *member)
{
  gboolean ascii = TRUE;

  for (const char *c = member->name; *c != '\0'; c++)
    ascii &= (guint8) *c < 0x80;
  put16 (p, VERSION);
  put16 (p + 2, ascii ? 0 : FLAG_UTF8);
  put16 (p + 4, 0); /* stored */
  put32 (p + 6, member->moment);
  put32 (p + 10, member->crc);
  put32 (p + 14, (guint32) member->size);
  put32 (p + 18, (guint32) member->size);
  put16 (p + 22, (guint) strlen (member->name));
  put16 (p + 24, 0); /* no extra field: EN 319 162-1, A.1 */
}

static gboolean
put_header (SignetZipWriter *self, const Member *member, GError **error)
{
  guint8 header[HEADER_SIZE] = "PK\003\004";

  fill_common (header + 4, member);
  return put (self, header, sizeof header, error) && put (self, member->name, strlen (member->name), error);
}

static void
note_in_directory (SignetZipWriter *self, const Member *member)
{
  guint8 entry[46] = "PK\001\002";

  put16 (entry + 4, MADE_BY_UNIX | VERSION);
  fill_common (entry + 6, member);
  put32 (entry + 38, MODE);
  put32 (entry + 42, (guint32) member->header);
  g_byte_array_append (self->directory, entry, sizeof entry);
  g_byte_array_append (self->directory, (const guint8 *) member->name, (guint) strlen (member->name));
  self->n_members++;
}

static gboolean
refuse (GError **error, int code, const char *what)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, code, "ZIP: %s", what);
  return FALSE;
}

static gboolean
begin (SignetZipWriter *self, Member *member, GError **error)
{
  const char *fault = _signet_zip_find_fault_in_name (member->name, strlen (member->name));

  if (fault != NULL)
    return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, fault);
  if (!g_hash_table_add (self->names, _signet_zip_make_name_key (member->name)))
    return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "two members of the same name");
  if (self->n_members == SIGNET_ZIP_MAX_MEMBERS - 1)
    return refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "too many members");
  member->header = get_position (self);
  if (member->header > MOST || member->size > MOST - member->header)
    return refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "four gigabytes are the limit");
  return put_header (self, member, error);
}

gboolean
_signet_zip_writer_add (SignetZipWriter *self, const char *name, const void *data, gsize length, GError **error)
{
  Member member = { .name = name, .size = length, .crc = (guint32) crc32_z (0, data, length), .moment = to_dos_time (self->time) };

  if (!begin (self, &member, error) || !put (self, data, length, error))
    return FALSE;
  note_in_directory (self, &member);
  return TRUE;
}

static gboolean
copy_file (SignetZipWriter *self, Member *member, SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  guint8 crc[4];

  if (!begin (self, member, error) || !put_from (self, file, member->size, &member->crc, self->hashing, cancellable, error))
    return FALSE;
  put32 (crc, member->crc);
  if (!patch (self, member->header + 14, crc, sizeof crc, error))
    return FALSE;
  note_in_directory (self, member);
  return TRUE;
}

GBytes *
_signet_zip_writer_add_file (SignetZipWriter *self, const char *name, SignetDocumentFile *file, SignetDigest digest, GCancellable *cancellable,
                             GError **error)
{
  Member member = { .name = name, .size = signet_document_file_get_size (file) };
  const EVP_MD *md = signet_digest_get_md (digest);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  struct stat status;

  member.moment = to_dos_time (fstat (signet_document_file_get_fd (file), &status) == 0 ? (gint64) status.st_mtime : self->time);
  if (md == NULL || EVP_DigestInit_ex (self->hashing, md, NULL) != 1)
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "starting a digest");
      return NULL;
    }
  if (!copy_file (self, &member, file, cancellable, error) || EVP_DigestFinal_ex (self->hashing, value, &length) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

gboolean
_signet_zip_writer_take_over (SignetZipWriter *self, SignetZipReader *earlier, GCancellable *cancellable, GError **error)
{
  GBytes *directory = _signet_zip_reader_get_directory (earlier);

  g_return_val_if_fail (get_position (self) == 0, FALSE);

  for (guint i = 0; i < _signet_zip_reader_get_n_members (earlier); i++)
    g_hash_table_add (self->names, _signet_zip_make_name_key (_signet_zip_reader_get_member (earlier, i)->name));
  self->n_members = _signet_zip_reader_get_n_members (earlier);
  g_byte_array_append (self->directory, g_bytes_get_data (directory, NULL), (guint) g_bytes_get_size (directory));
  return put_from (self, _signet_zip_reader_get_file (earlier), _signet_zip_reader_get_end (earlier), NULL, NULL, cancellable, error);
}

gboolean
_signet_zip_writer_finish (SignetZipWriter *self, GError **error)
{
  guint8 end[22] = "PK\005\006";
  guint64 start = get_position (self);

  if (start > MOST || start + self->directory->len > MOST)
    return refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "four gigabytes are the limit");
  put16 (end + 8, self->n_members);
  put16 (end + 10, self->n_members);
  put32 (end + 12, self->directory->len);
  put32 (end + 16, (guint32) start);
  return put (self, self->directory->data, self->directory->len, error) && put (self, end, sizeof end, error) && _signet_zip_writer_flush (self, error);
}
