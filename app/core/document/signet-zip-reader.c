/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-reader.c: the members of a ZIP archive (APPNOTE 6.3, 4.3), read so that nobody can read it otherwise: the directory and each member's own
 * header say the same, members follow each other without a gap or an overlap from the first byte to the directory, and that ends the file.
 *
 * Does not unpack anything (signet-zip-content.c). Immutable once made; one thread at a time, as it has one window.
 */
#define G_LOG_DOMAIN "signet-zip-reader"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "signet-zip-reader-private.h"

#define END_SIZE          22
#define MAX_COMMENT       65535
#define ENTRY_SIZE        46
#define HEADER_SIZE       30
#define ZIP64_LOCATOR     20
#define MAX_DIRECTORY     (64 * 1024 * 1024)
#define MAX_RATIO         100
#define FREE_OF_RATIO     (64 * 1024 * 1024)           /* small enough to be harmless whatever its ratio */
#define MAX_UNPACKED      (G_GUINT64_CONSTANT (16) << 30)
#define FLAG_ENCRYPTED    (1 << 0 | 1 << 6 | 1 << 13)
#define FLAG_PATCH        (1 << 5)
#define FLAG_DESCRIPTOR   (1 << 3)
#define EXTRA_ZIP64       0x0001
#define EXTRA_UNICODE     0x7075
#define MADE_BY_UNIX      3

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

static gboolean
set_malformed (GError **error, const char *what)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "ZIP: %s", what);
  return FALSE;
}

static gboolean
set_unsupported (GError **error, const char *what)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "ZIP: %s", what);
  return FALSE;
}

static gboolean
set_too_large (GError **error, const char *what)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ZIP: %s", what);
  return FALSE;
}

static void
member_free (SignetZipMember *member)
{
  g_free (member->name);
  g_free (member);
}

void
_signet_zip_reader_free (SignetZipReader *self)
{
  g_clear_object (&self->file);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->directory, g_bytes_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->known); i++)
    g_clear_pointer (&self->known[i], g_hash_table_unref);
  EVP_MD_CTX_free (self->hashing);
  g_free (self->window);
  g_free (self);
}

/* --- the end of the file ------------------------------------------------------------------------------------------------ */

typedef struct {
  guint64 position;
  guint64 directory;
  guint32 directory_size;
  guint   n_members;
} End;

/* Some readers take the last mark, others the one whose comment fits: they have to be the same. */
static gboolean
find_end (SignetDocumentFile *file, End *end, GError **error)
{
  guint64 size = signet_document_file_get_size (file);
  gsize length = (gsize) MIN (size, END_SIZE + MAX_COMMENT);
  g_autofree guint8 *tail = g_malloc (length);
  const guint8 *p = NULL;

  if (length < END_SIZE)
    return set_malformed (error, "too short");
  if (!signet_document_file_read (file, size - length, tail, length, error))
    return FALSE;
  for (gsize i = length - 3; i-- > 0 && p == NULL;)
    if (memcmp (tail + i, "PK\005\006", 4) == 0)
      p = tail + i;
  if (p == NULL || (gsize) (tail + length - p) < END_SIZE || (gsize) (tail + length - p) != END_SIZE + (gsize) get16 (p + 20))
    return set_malformed (error, "no end of the directory, or something behind it");
  end->position = size - (guint64) (tail + length - p);
  end->n_members = get16 (p + 10);
  end->directory_size = get32 (p + 12);
  end->directory = get32 (p + 16);
  if (end->n_members == G_MAXUINT16 || end->directory_size == G_MAXUINT32 || end->directory == G_MAXUINT32)
    return set_unsupported (error, "zip64");
  if (get16 (p + 4) != 0 || get16 (p + 6) != 0 || get16 (p + 8) != end->n_members)
    return set_malformed (error, "spread over several disks");
  return TRUE;
}

static gboolean
check_end (SignetDocumentFile *file, const End *end, GError **error)
{
  guint8 locator[4];

  if (end->position >= ZIP64_LOCATOR && !signet_document_file_read (file, end->position - ZIP64_LOCATOR, locator, sizeof locator, error))
    return FALSE;
  if (end->position >= ZIP64_LOCATOR && memcmp (locator, "PK\006\007", 4) == 0)
    return set_unsupported (error, "zip64");
  if (end->directory + end->directory_size != end->position)
    return set_malformed (error, "the directory does not end where the file does");
  return end->directory_size <= MAX_DIRECTORY || set_too_large (error, "the directory is too large");
}

static gboolean
load_directory (SignetZipReader *self, guint *n_members, GError **error)
{
  End end = { 0 };
  g_autofree guint8 *bytes = NULL;

  if (!find_end (self->file, &end, error) || !check_end (self->file, &end, error))
    return FALSE;
  bytes = g_malloc (end.directory_size + 1);
  if (!signet_document_file_read (self->file, end.directory, bytes, end.directory_size, error))
    return FALSE;
  self->directory = g_bytes_new_take (g_steal_pointer (&bytes), end.directory_size);
  self->end = end.directory;
  *n_members = end.n_members;
  return TRUE;
}

/* --- one entry of the directory ------------------------------------------------------------------------------------------- */

/* Info-ZIP keeps the name once more for those that do not know UTF-8; it has to be the same one. */
static gboolean
is_same_unicode_name (const guint8 *extra, gsize length, const char *name)
{
  gsize name_length = strlen (name);

  return length == 5 + name_length && extra[0] == 1 && memcmp (extra + 5, name, name_length) == 0;
}

static gboolean
check_extra (const guint8 *extra, gsize length, const char *name, GError **error)
{
  gsize at = 0;

  while (length - at >= 4)
    {
      guint16 id = get16 (extra + at);
      gsize size = get16 (extra + at + 2);

      if (size > length - at - 4)
        return set_malformed (error, "an extra field that does not end");
      if (id == EXTRA_ZIP64)
        return set_unsupported (error, "zip64");
      if (id == EXTRA_UNICODE && strcmp (name, "mimetype") != 0 && !is_same_unicode_name (extra + at + 4, size, name))
        return set_malformed (error, "a member with two names");
      at += 4 + size;
    }
  return at == length || set_malformed (error, "an extra field that does not end");
}

static gboolean
check_kind (const guint8 *entry, const SignetZipMember *member, GError **error)
{
  guint32 mode = get32 (entry + 38) >> 16;

  if (get16 (entry + 34) != 0)
    return set_malformed (error, "spread over several disks");
  if (get16 (entry + 4) >> 8 == MADE_BY_UNIX && (mode & S_IFMT) != 0 && !S_ISREG (mode) && !S_ISDIR (mode))
    return set_malformed (error, "a member that is a link or a device");
  if (member->flags & FLAG_ENCRYPTED)
    return set_unsupported (error, "encrypted members");
  if ((member->flags & FLAG_PATCH) || (member->method != 0 && member->method != 8))
    return set_unsupported (error, "a method of compression other than deflate");
  if (member->stored == G_MAXUINT32 || member->size == G_MAXUINT32 || member->header == G_MAXUINT32)
    return set_unsupported (error, "zip64");
  if (member->method == 0 && member->stored != member->size)
    return set_malformed (error, "a stored member with two sizes");
  if (member->is_folder && member->size != 0)
    return set_malformed (error, "a folder with content");
  return TRUE;
}

static gboolean
take_name (SignetZipReader *self, SignetZipMember *member, const char *name, gsize length, GError **error)
{
  const char *fault = _signet_zip_find_fault_in_name (name, length);
  char *key = NULL;

  if (fault != NULL)
    return set_malformed (error, fault);
  member->name = g_strndup (name, length);
  member->is_folder = name[length - 1] == '/';
  key = _signet_zip_make_name_key (member->name);
  if (!g_hash_table_insert (self->by_name, key, member))
    return set_malformed (error, "two members of the same name");
  return TRUE;
}

/* Returns how long the entry is; 0 with @error */
static gsize
read_entry (SignetZipReader *self, const guint8 *entry, gsize room, GError **error)
{
  SignetZipMember *member = NULL;
  gsize name_length;
  gsize extra_length;
  gsize length;

  if (room < ENTRY_SIZE || memcmp (entry, "PK\001\002", 4) != 0)
    return (gsize) set_malformed (error, "the directory is damaged");
  name_length = get16 (entry + 28);
  extra_length = get16 (entry + 30);
  length = ENTRY_SIZE + name_length + extra_length + get16 (entry + 32);
  if (length > room)
    return (gsize) set_malformed (error, "the directory is damaged");
  member = g_new0 (SignetZipMember, 1);
  g_ptr_array_add (self->members, member);
  member->flags = get16 (entry + 8);
  member->method = get16 (entry + 10);
  member->crc = get32 (entry + 16);
  member->stored = get32 (entry + 20);
  member->size = get32 (entry + 24);
  member->header = get32 (entry + 42);
  if (!take_name (self, member, (const char *) entry + ENTRY_SIZE, name_length, error) || !check_kind (entry, member, error)
      || !check_extra (entry + ENTRY_SIZE + name_length, extra_length, member->name, error))
    return 0;
  return length;
}

static gboolean
read_directory (SignetZipReader *self, guint n_members, GError **error)
{
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (self->directory, &length);
  guint64 unpacked = 0;

  for (gsize at = 0; at < length;)
    {
      gsize step = 0;

      if (self->members->len == n_members)
        return set_malformed (error, "more members than were announced");
      step = read_entry (self, bytes + at, length - at, error);
      if (step == 0)
        return FALSE;
      at += step;
      unpacked += ((SignetZipMember *) g_ptr_array_index (self->members, self->members->len - 1))->size;
    }
  if (self->members->len != n_members)
    return set_malformed (error, "fewer members than were announced");
  if (unpacked > MAX_UNPACKED || (unpacked > FREE_OF_RATIO && unpacked / MAX_RATIO > signet_document_file_get_size (self->file)))
    return set_too_large (error, "it would unpack to an absurd size");
  return TRUE;
}

/* --- the members' own headers ----------------------------------------------------------------------------------------------- */

static int
compare_positions (gconstpointer a, gconstpointer b)
{
  const SignetZipMember *left = *(const SignetZipMember *const *) a;
  const SignetZipMember *right = *(const SignetZipMember *const *) b;

  return left->header < right->header ? -1 : left->header > right->header;
}

/* Behind the bytes of a member whose header did not know their number yet: once with a mark, once without */
static gboolean
check_descriptor (SignetZipReader *self, const SignetZipMember *member, guint64 end, GError **error)
{
  guint8 bytes[16];
  guint64 start = member->data + member->stored;
  const guint8 *p = bytes;

  if (start == end)
    return set_malformed (error, "a member whose size is not where it was announced");
  if (end - start != 12 && end - start != 16)
    return set_malformed (error, "bytes between two members");
  if (!signet_document_file_read (self->file, start, bytes, (gsize) (end - start), error))
    return FALSE;
  if (end - start == 16 && memcmp (p, "PK\007\010", 4) != 0)
    return set_malformed (error, "bytes between two members");
  p += end - start - 12;
  return (get32 (p) == member->crc && get32 (p + 4) == member->stored && get32 (p + 8) == member->size)
         || set_malformed (error, "a member and the directory differ");
}

static gboolean
is_same (const SignetZipMember *member, const guint8 *header)
{
  gboolean later = (member->flags & FLAG_DESCRIPTOR) != 0;
  guint32 crc = get32 (header + 14);
  guint32 stored = get32 (header + 18);
  guint32 size = get32 (header + 22);

  if (get16 (header + 6) != member->flags || get16 (header + 8) != member->method)
    return FALSE;
  if (later && crc == 0 && stored == 0 && size == 0)
    return TRUE;
  return crc == member->crc && stored == member->stored && size == member->size;
}

/* @end: where the next member, or the directory, begins */
static gboolean
check_header (SignetZipReader *self, SignetZipMember *member, guint64 end, GError **error)
{
  guint8 header[HEADER_SIZE + 1024 + 512];
  gsize name_length = strlen (member->name);
  gsize length = (gsize) MIN (end - member->header, sizeof header);
  gsize extra_length;

  if (length < HEADER_SIZE + name_length)
    return set_malformed (error, "members overlap");
  length = MIN (length, HEADER_SIZE + name_length + 128); /* most extra fields are short: one read */
  if (!signet_document_file_read (self->file, member->header, header, length, error))
    return FALSE;
  extra_length = get16 (header + 28);
  if (memcmp (header, "PK\003\004", 4) != 0 || get16 (header + 26) != name_length || memcmp (header + HEADER_SIZE, member->name, name_length) != 0
      || !is_same (member, header))
    return set_malformed (error, "a member and the directory differ");
  member->has_extra = extra_length > 0;
  member->data = member->header + HEADER_SIZE + name_length + extra_length;
  if (member->data + member->stored > end)
    return set_malformed (error, "members overlap");
  if (extra_length > 0)
    {
      g_autofree guint8 *extra = g_malloc (extra_length);

      if (!signet_document_file_read (self->file, member->header + HEADER_SIZE + name_length, extra, extra_length, error)
          || !check_extra (extra, extra_length, member->name, error))
        return FALSE;
    }
  if (member->flags & FLAG_DESCRIPTOR)
    return check_descriptor (self, member, end, error);
  return member->data + member->stored == end || set_malformed (error, "bytes between two members");
}

static gboolean
check_headers (SignetZipReader *self, GCancellable *cancellable, GError **error)
{
  g_ptr_array_sort (self->members, compare_positions);
  for (guint i = 0; i < self->members->len; i++)
    {
      SignetZipMember *member = g_ptr_array_index (self->members, i);
      SignetZipMember *next = i + 1 < self->members->len ? g_ptr_array_index (self->members, i + 1) : NULL;
      guint64 end = next != NULL ? next->header : self->end;

      if (i == 0 && member->header != 0)
        return set_malformed (error, "bytes before the first member");
      if (end <= member->header || end > self->end)
        return set_malformed (error, "members overlap");
      if ((i % 256 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error)) || !check_header (self, member, end, error))
        return FALSE;
    }
  return self->members->len > 0 || set_malformed (error, "it is empty");
}

/* --- the door ---------------------------------------------------------------------------------------------------------------- */

SignetZipReader *
_signet_zip_reader_new (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetZipReader) self = g_new0 (SignetZipReader, 1);
  guint n_members = 0;

  self->file = g_object_ref (file);
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!load_directory (self, &n_members, error) || !read_directory (self, n_members, error) || !check_headers (self, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

SignetDocumentFile *
_signet_zip_reader_get_file (SignetZipReader *self)
{
  return self->file;
}

guint
_signet_zip_reader_get_n_members (SignetZipReader *self)
{
  return self->members->len;
}

const SignetZipMember *
_signet_zip_reader_get_member (SignetZipReader *self, guint index)
{
  return g_ptr_array_index (self->members, index);
}

const SignetZipMember *
_signet_zip_reader_find (SignetZipReader *self, const char *name)
{
  g_autofree char *key = _signet_zip_make_name_key (name);
  const SignetZipMember *member = g_hash_table_lookup (self->by_name, key);

  return member != NULL && strcmp (member->name, name) == 0 ? member : NULL;
}

GBytes *
_signet_zip_reader_get_directory (SignetZipReader *self)
{
  return self->directory;
}

guint64
_signet_zip_reader_get_end (SignetZipReader *self)
{
  return self->end;
}
