/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-walk.c: what libzip does not look at. It reads an archive from the directory at its end; others read it from the
 * front. Both have to find the same members: here the members' own headers are followed from the first byte to the directory,
 * each has to be one that libzip knows, and nothing may stand between them. And the end of the archive has to be one for all who
 * look for it. No member's content is read. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-zip-walk"

#include "config.h"

#include <string.h>

#include "signet-zip-reader-private.h"

#define END_SIZE 22
#define END64_SIZE 56
#define LOCATOR_SIZE 20
#define HEADER_SIZE 30
#define ENTRY_SIZE 46
#define MAX_COMMENT 65535
#define MAX_NAME 1024
#define MAX_DESCRIPTOR 24
#define FLAG_DESCRIPTOR (1 << 3)
#define FLAGS_KNOWN (3 << 1 | FLAG_DESCRIPTOR | 1 << 11) /* how hard it was squeezed; sizes behind; UTF-8 */

static guint16
get16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static guint32
get32 (const guint8 *p)
{
  return (guint32) get16 (p) | (guint32) get16 (p + 2) << 16;
}

static guint64
get64 (const guint8 *p)
{
  return (guint64) get32 (p) | (guint64) get32 (p + 4) << 32;
}

static G_GNUC_PRINTF (2, 3) gboolean refuse (GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list list;

  va_start (list, format);
  what = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "ZIP: %s", what);
  return FALSE;
}

/* --- the end ---------------------------------------------------------------------------------------------------------------- */

/* A number at the end stands there, or in the zip64 record when it does not fit; never two different ones. */
static gboolean
settle (guint64 *value, guint64 larger, guint64 too_small)
{
  gboolean agrees = *value == larger || *value == too_small;

  *value = larger;
  return agrees;
}

/* @position: of the ordinary end; then of the one that counts */
static gboolean
read_end64 (SignetDocumentFile *file, guint64 *position, SignetZipEnd *end, GError **error)
{
  guint8 locator[LOCATOR_SIZE];
  guint8 record[END64_SIZE];
  guint64 at = 0;

  if (*position < LOCATOR_SIZE)
    return TRUE;
  if (!signet_document_file_read (file, *position - LOCATOR_SIZE, locator, sizeof locator, error))
    return FALSE;
  if (memcmp (locator, "PK\006\007", 4) != 0)
    return TRUE;
  at = get64 (locator + 8);
  if (*position < LOCATOR_SIZE + END64_SIZE || at != *position - LOCATOR_SIZE - END64_SIZE)
    return refuse (error, "the zip64 end is not where it should be");
  *position = at;
  if (!signet_document_file_read (file, at, record, sizeof record, error))
    return FALSE;
  if (memcmp (record, "PK\006\006", 4) != 0 || get64 (record + 4) != END64_SIZE - 12)
    return refuse (error, "no zip64 end at byte %" G_GUINT64_FORMAT, at);
  return (settle (&end->n_members, get64 (record + 32), G_MAXUINT16)
          && settle (&end->directory_size, get64 (record + 40), G_MAXUINT32)
          && settle (&end->directory, get64 (record + 48), G_MAXUINT32))
         || refuse (error, "two ends of the directory that differ");
}

/* Some readers take the last mark, others the one whose comment fits: they have to be the same. */
gboolean
_signet_zip_read_end (SignetDocumentFile *file, SignetZipEnd *end, GError **error)
{
  guint64 size = signet_document_file_get_size (file);
  gsize length = (gsize) MIN (size, END_SIZE + MAX_COMMENT);
  g_autofree guint8 *tail = g_malloc (length + 1);
  const guint8 *p = NULL;
  guint64 position = 0;

  if (length < END_SIZE)
    return refuse (error, "too short");
  if (!signet_document_file_read (file, size - length, tail, length, error))
    return FALSE;
  for (gsize i = length - 3; i-- > 0 && p == NULL;)
    if (memcmp (tail + i, "PK\005\006", 4) == 0)
      p = tail + i;
  if (p == NULL || (gsize) (tail + length - p) < END_SIZE || (gsize) (tail + length - p) != END_SIZE + (gsize) get16 (p + 20))
    return refuse (error, "no end of the directory, or something behind it");
  end->n_members = get16 (p + 10);
  end->directory_size = get32 (p + 12);
  end->directory = get32 (p + 16);
  position = size - (guint64) (tail + length - p);
  if (!read_end64 (file, &position, end, error))
    return FALSE;
  return (end->directory <= position && end->directory_size == position - end->directory)
         || refuse (error, "the directory does not end where the file does");
}

/* --- from the front --------------------------------------------------------------------------------------------------------- */

/* Behind the bytes of a member whose header did not know their number yet: with a mark or without, in 32 bits or 64. 0 with
 * @error. */
static gsize
measure_descriptor (SignetZipReader *self, const SignetZipMember *member, guint64 position, GError **error)
{
  guint8 bytes[MAX_DESCRIPTOR + 2] = { 0 };
  gsize length = (gsize) MIN (sizeof bytes, signet_document_file_get_size (self->file) - position);
  const guint8 *p = bytes;

  if (!signet_document_file_read (self->file, position, bytes, length, error))
    return 0;
  if (memcmp (p, "PK\007\010", 4) == 0)
    p += 4;
  if (get32 (p) == member->crc && get32 (p + 4) == member->stored && get32 (p + 8) == member->size
      && memcmp (p + 12, "PK", 2) == 0)
    return (gsize) (p - bytes) + 12;
  if (get32 (p) == member->crc && get64 (p + 4) == member->stored && get64 (p + 12) == member->size)
    return (gsize) (p - bytes) + 20;
  return (gsize) refuse (error, "the member “%s” and what stands behind it differ, at byte %" G_GUINT64_FORMAT, member->name,
                         position);
}

/* (nullable): the member whose header is at @position */
static SignetZipMember *
recognise (SignetZipReader *self, GHashTable *left, const guint8 *header, gsize length, guint64 position, GError **error)
{
  gsize name_length = get16 (header + 26);
  SignetZipMember *member = NULL;
  g_autofree char *name = NULL;

  if (length < HEADER_SIZE || memcmp (header, "PK\003\004", 4) != 0)
    refuse (error, "no member begins at byte %" G_GUINT64_FORMAT ", where one should", position);
  else if (length < HEADER_SIZE + name_length)
    refuse (error, "the member at byte %" G_GUINT64_FORMAT " and the directory differ", position);
  else
    {
      name = g_strndup ((const char *) header + HEADER_SIZE, name_length);
      member = g_hash_table_lookup (left, name);
      if (member == NULL || strlen (name) != name_length)
        refuse (error, "the member at byte %" G_GUINT64_FORMAT " is not in the directory", position);
      else if (get16 (header + 6) != member->flags)
        refuse (error, "the member “%s” and the directory differ", name);
      else
        return member;
    }
  return NULL;
}

/* @position: (inout): of a header, then of the byte behind the member */
static SignetZipMember *
step (SignetZipReader *self, GHashTable *left, guint64 end, guint64 *position, GError **error)
{
  guint8 header[HEADER_SIZE + MAX_NAME] = { 0 };
  gsize length = (gsize) MIN (sizeof header, end - *position);
  SignetZipMember *member = NULL;
  gsize behind = 0;

  if (!signet_document_file_read (self->file, *position, header, length, error))
    return NULL;
  member = recognise (self, left, header, length, *position, error);
  if (member == NULL)
    return NULL;
  member->has_extra = get16 (header + 28) > 0;
  member->has_descriptor = (get16 (header + 6) & FLAG_DESCRIPTOR) != 0;
  member->data = *position + HEADER_SIZE + get16 (header + 26) + get16 (header + 28);
  if (member->data > end || member->stored > end - member->data)
    {
      refuse (error, "the member “%s” goes on into the directory", member->name);
      return NULL;
    }
  *position = member->data + member->stored;
  behind = member->has_descriptor ? measure_descriptor (self, member, *position, error) : 0;
  *position += behind;
  return member->has_descriptor && behind == 0 ? NULL : member;
}

/* The flags stand in both headers, and libzip tells of neither. @left: the members by their names */
static gboolean
take_flags (SignetZipReader *self, GHashTable *left, GError **error)
{
  gsize length = (gsize) self->end.directory_size;
  g_autofree guint8 *directory = g_malloc (length + 1);
  gsize at = 0;

  if (!signet_document_file_read (self->file, self->end.directory, directory, length, error))
    return FALSE;
  while (length - at >= ENTRY_SIZE && memcmp (directory + at, "PK\001\002", 4) == 0)
    {
      const guint8 *entry = directory + at;
      gsize name_length = get16 (entry + 28);
      g_autofree char *name = NULL;
      SignetZipMember *member = NULL;

      at += ENTRY_SIZE + name_length + get16 (entry + 30) + get16 (entry + 32);
      if (at > length)
        break;
      name = g_strndup ((const char *) entry + ENTRY_SIZE, name_length);
      member = g_hash_table_lookup (left, name);
      if (member == NULL)
        return refuse (error, "a member with two names");
      member->flags = get16 (entry + 8);
      if (member->flags & ~FLAGS_KNOWN)
        return refuse (error, "the member “%s” is of a kind that is not known", name);
    }
  return at == length || refuse (error, "the directory is damaged");
}

/* By the name in their own headers. */
static GHashTable *
list_members (SignetZipReader *self)
{
  GHashTable *left = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->members->len; i++)
    {
      SignetZipMember *member = g_ptr_array_index (self->members, i);

      g_hash_table_insert (left, member->name, member);
    }
  return left;
}

static int
compare_positions (gconstpointer a, gconstpointer b)
{
  const SignetZipMember *left = *(const SignetZipMember *const *) a;
  const SignetZipMember *right = *(const SignetZipMember *const *) b;

  return left->data < right->data ? -1 : left->data > right->data;
}

gboolean
_signet_zip_walk (SignetZipReader *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(GHashTable) left = list_members (self);
  guint64 position = 0;

  if (!take_flags (self, left, error))
    return FALSE;
  for (guint i = 0; i < self->members->len; i++)
    {
      SignetZipMember *member = NULL;

      if (i % 256 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (position >= self->end.directory)
        return refuse (error, "members overlap");
      member = step (self, left, self->end.directory, &position, error);
      if (member == NULL)
        return FALSE;
      g_hash_table_remove (left, member->name);
    }
  g_ptr_array_sort (self->members, compare_positions);
  return position == self->end.directory || refuse (error, "bytes from %" G_GUINT64_FORMAT " on that belong to no member", position);
}
