/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-reader.c: the members of a ZIP archive as libzip reads it with all its checks, and no others: names that are none
 * for a document, links, encrypted or strangely packed members, sizes beyond reason are refused here; what two readers could take
 * differently in signet-zip-walk.c.
 *
 * Does not unpack anything (signet-zip-content.c). One thread at a time.
 */
#define G_LOG_DOMAIN "signet-zip-reader"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "signet-zip-reader-private.h"

#define MAX_DIRECTORY (64 * 1024 * 1024)
#define MAX_RATIO 100
#define FREE_OF_RATIO (64 * 1024 * 1024) /* small enough to be harmless whatever its ratio */
#define MAX_UNPACKED (G_GUINT64_CONSTANT (64) << 30)

static gboolean
refuse (GError **error, SignetDocumentError code, const char *what, const char *name)
{
  g_autofree char *shown = name != NULL ? g_utf8_make_valid (name, (gssize) strnlen (name, 200)) : NULL;

  g_set_error (error, SIGNET_DOCUMENT_ERROR, (int) code, shown != NULL ? "ZIP: %s: “%s”" : "ZIP: %s", what, shown);
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
  if (self->zip != NULL)
    self->library->discard (self->zip);
  g_clear_pointer (&self->source, _signet_zip_source_free);
  g_clear_object (&self->file);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->known); i++)
    g_clear_pointer (&self->known[i], g_hash_table_unref);
  EVP_MD_CTX_free (self->hashing);
  g_free (self->window);
  g_free (self);
}

/* --- members ----------------------------------------------------------------------------------------------------------------- */

static gboolean
is_link_or_device (SignetZipReader *self, guint64 index)
{
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  guint32 mode = 0;

  if (self->library->file_get_external_attributes (self->zip, index, 0, &system, &attributes) != 0 || system != ZIP_OPSYS_UNIX)
    return FALSE;
  mode = attributes >> 16;
  return (mode & S_IFMT) != 0 && !S_ISREG (mode) && !S_ISDIR (mode);
}

static gboolean
check_kind (SignetZipReader *self, const SignetZipMember *member, const zip_stat_t *status, GError **error)
{
  if (status->encryption_method != ZIP_EM_NONE)
    return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "an encrypted member", member->name);
  if (member->method != ZIP_CM_STORE && member->method != ZIP_CM_DEFLATE)
    return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "a method of compression other than deflate", member->name);
  if (is_link_or_device (self, member->index))
    return refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "a member that is a link or a device", member->name);
  if (member->method == ZIP_CM_STORE && member->stored != member->size)
    return refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "a stored member with two sizes", member->name);
  if (member->is_folder && member->size != 0)
    return refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "a folder with content", member->name);
  return TRUE;
}

static gboolean
take_name (SignetZipReader *self, SignetZipMember *member, const char *name, GError **error)
{
  gsize length = strlen (name);
  const char *fault = _signet_zip_find_fault_in_name (name, length);

  if (fault != NULL)
    return refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, fault, name);
  member->name = g_strdup (name);
  member->is_folder = name[length - 1] == '/';
  return g_hash_table_insert (self->by_name, _signet_zip_make_name_key (name), member)
         || refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "two members of the same name", name);
}

static gboolean
take_member (SignetZipReader *self, guint64 index, GError **error)
{
  const char *name = self->library->get_name (self->zip, index, ZIP_FL_ENC_RAW);
  SignetZipMember *member = NULL;
  zip_stat_t status = { 0 };

  if (name == NULL || self->library->stat_index (self->zip, index, ZIP_FL_ENC_RAW, &status) != 0)
    return refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "a member without a name", NULL);
  member = g_new0 (SignetZipMember, 1);
  g_ptr_array_add (self->members, member);
  member->index = index;
  member->stored = status.comp_size;
  member->size = status.size;
  member->crc = status.crc;
  member->method = status.comp_method;
  return take_name (self, member, name, error) && check_kind (self, member, &status, error);
}

static gboolean
take_members (SignetZipReader *self, GError **error)
{
  guint64 n = (guint64) self->library->get_num_entries (self->zip, 0);
  guint64 unpacked = 0;

  if (n == 0 || n != self->end.n_members)
    return refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, n == 0 ? "it is empty" : "another number of members than announced",
                   NULL);
  for (guint64 i = 0; i < n; i++)
    {
      if (!take_member (self, i, error))
        return FALSE;
      unpacked += MIN (((SignetZipMember *) g_ptr_array_index (self->members, i))->size, MAX_UNPACKED + 1);
    }
  if (unpacked > MAX_UNPACKED || (unpacked > FREE_OF_RATIO && unpacked / MAX_RATIO > signet_document_file_get_size (self->file)))
    return refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "it would unpack to an absurd size", NULL);
  return TRUE;
}

/* --- the door ---------------------------------------------------------------------------------------------------------------- */

/* libzip keeps the whole directory in memory, and reads the members' own headers, which repeat it: neither may be without bounds.
 */
static gboolean
open_zip (SignetZipReader *self, GError **error)
{
  if (self->end.n_members > SIGNET_ZIP_MAX_MEMBERS || self->end.directory_size > MAX_DIRECTORY)
    return refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "too many members", NULL);
  self->source =
      _signet_zip_source_new (signet_document_file_get_fd (self->file), signet_document_file_get_size (self->file), error);
  if (self->source == NULL)
    return FALSE;
  self->library = _signet_zip_library (NULL);
  _signet_zip_source_set_limit (self->source, 4 * self->end.directory_size + 1024 * 1024);
  self->zip = _signet_zip_source_open (self->source, ZIP_RDONLY | ZIP_CHECKCONS, error);
  _signet_zip_source_set_limit (self->source, G_MAXUINT64);
  return self->zip != NULL;
}

SignetZipReader *
_signet_zip_reader_new (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetZipReader) self = g_new0 (SignetZipReader, 1);

  self->file = g_object_ref (file);
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!_signet_zip_read_end (file, &self->end, error) || !open_zip (self, error) || !take_members (self, error)
      || !_signet_zip_walk (self, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
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

static const SignetZipMember *
find_alike (SignetZipReader *self, const char *name)
{
  g_autofree char *key = _signet_zip_make_name_key (name);

  return g_hash_table_lookup (self->by_name, key);
}

const SignetZipMember *
_signet_zip_reader_find (SignetZipReader *self, const char *name)
{
  const SignetZipMember *member = find_alike (self, name);

  return member != NULL && strcmp (member->name, name) == 0 ? member : NULL;
}

guint64
_signet_zip_reader_get_end (SignetZipReader *self)
{
  return self->end.directory;
}

gboolean
_signet_zip_reader_has_alike (SignetZipReader *self, const char *name)
{
  return find_alike (self, name) != NULL;
}
