/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-replace.c: one member of an archive gets another content, in place: the members in front of it are not touched, those behind it move. Meant for
 * signatures, which stand near the end; what is behind them is held in memory, so capped. After an error the archive is to be thrown away.
 */
#define G_LOG_DOMAIN "signet-zip-replace"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "../base/signet-base-error.h"
#include "signet-zip-private.h"

#define MAX_BEHIND     (64 * 1024 * 1024)
#define ENTRY_SIZE     46
#define HEADER_SIZE    30
#define FLAG_UTF8      (1 << 11)
#define MOST           (G_MAXUINT32 - 1u)

static guint32
get32 (const guint8 *p)
{
  return (guint32) p[0] | (guint32) p[1] << 8 | (guint32) p[2] << 16 | (guint32) p[3] << 24;
}

static guint
get16 (const guint8 *p)
{
  return (guint) (p[0] | p[1] << 8);
}

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

/* What is stated of the new content: stored, its sizes and CRC. @p: from the flags on, as header and entry both have it */
static void
restate (guint8 *p, GBytes *content)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (content, &length);

  put16 (p, get16 (p) & FLAG_UTF8);
  put16 (p + 2, 0);
  put32 (p + 8, (guint32) crc32_z (0, data, length));
  put32 (p + 12, (guint32) length);
  put32 (p + 16, (guint32) length);
}

static void
append_member (GByteArray *bytes, const SignetZipMember *member, const guint8 *entry, GBytes *content)
{
  guint8 header[HEADER_SIZE] = "PK\003\004";

  memcpy (header + 4, entry + 6, 22); /* from the version to the sizes */
  restate (header + 6, content);
  put16 (header + 26, (guint) strlen (member->name));
  g_byte_array_append (bytes, header, sizeof header);
  g_byte_array_append (bytes, (const guint8 *) member->name, (guint) strlen (member->name));
  g_byte_array_append (bytes, g_bytes_get_data (content, NULL), (guint) g_bytes_get_size (content));
}

/* (nullable): the entry that begins at @at, and where the next one does; the directory has been read before and is sound */
static guint8 *
take_entry (GByteArray *directory, gsize *at)
{
  guint8 *entry = directory->data + *at;

  if (*at + ENTRY_SIZE > directory->len)
    return NULL;
  *at += ENTRY_SIZE + get16 (entry + 28) + get16 (entry + 30) + get16 (entry + 32);
  return entry;
}

static void
move_entries (GByteArray *directory, const SignetZipMember *member, GBytes *content, gint64 shift)
{
  guint8 *entry = NULL;
  gsize at = 0;

  while ((entry = take_entry (directory, &at)) != NULL)
    {
      guint32 position = get32 (entry + 42);

      if (position == member->header)
        restate (entry + 8, content);
      else if (position > member->header)
        put32 (entry + 42, (guint32) (position + shift));
    }
}

static const guint8 *
find_entry (GByteArray *directory, const SignetZipMember *member)
{
  const guint8 *entry = NULL;
  gsize at = 0;

  while ((entry = take_entry (directory, &at)) != NULL && get32 (entry + 42) != member->header)
    ;
  return entry;
}

/* Where the member that follows begins, or the directory does */
static guint64
find_next (SignetZipReader *zip, const SignetZipMember *member)
{
  for (guint i = 0; i + 1 < _signet_zip_reader_get_n_members (zip); i++)
    if (_signet_zip_reader_get_member (zip, i) == member)
      return _signet_zip_reader_get_member (zip, i + 1)->header;
  return _signet_zip_reader_get_end (zip);
}

static gboolean
append_from (GByteArray *bytes, SignetDocumentFile *file, guint64 from, guint64 to, GError **error)
{
  guint length = bytes->len;

  if (to - from > MAX_BEHIND)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ZIP: too much behind the member that changes");
      return FALSE;
    }
  g_byte_array_set_size (bytes, length + (guint) (to - from));
  return signet_document_file_read (file, from, bytes->data + length, (gsize) (to - from), error);
}

/* The new member, what was behind it, the directory and the end. (nullable) */
static GByteArray *
assemble (SignetZipReader *zip, const SignetZipMember *member, GBytes *content, GError **error)
{
  SignetDocumentFile *file = _signet_zip_reader_get_file (zip);
  GBytes *old = _signet_zip_reader_get_directory (zip);
  g_autoptr(GByteArray) directory = g_byte_array_new ();
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  guint64 next = find_next (zip, member);
  guint64 end = _signet_zip_reader_get_end (zip);
  guint start = 0;
  guint closing = 0;

  g_byte_array_append (directory, g_bytes_get_data (old, NULL), (guint) g_bytes_get_size (old));
  append_member (bytes, member, find_entry (directory, member), content);
  move_entries (directory, member, content, (gint64) (member->header + bytes->len) - (gint64) next);
  if (!append_from (bytes, file, next, end, error))
    return NULL;
  start = bytes->len;
  g_byte_array_append (bytes, directory->data, directory->len);
  closing = bytes->len;
  if (!append_from (bytes, file, end + directory->len, signet_document_file_get_size (file), error))
    return NULL;
  put32 (bytes->data + closing + 16, (guint32) (member->header + start));
  return g_steal_pointer (&bytes);
}

gboolean
_signet_zip_replace_member (int fd, SignetZipReader *zip, const SignetZipMember *member, GBytes *content, GError **error)
{
  g_autoptr(GByteArray) bytes = NULL;

  if (g_bytes_get_size (content) > MAX_BEHIND)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ZIP: too large a member");
      return FALSE;
    }
  bytes = assemble (zip, member, content, error);
  if (bytes == NULL)
    return FALSE;
  if (member->header + bytes->len > MOST)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ZIP: four gigabytes are the limit");
      return FALSE;
    }
  if (!signet_document_write_at (fd, member->header, bytes->data, bytes->len, error))
    return FALSE;
  return ftruncate (fd, (off_t) (member->header + bytes->len)) == 0 || signet_base_error_set_errno (error, errno, "writing the container");
}
