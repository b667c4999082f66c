/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request-file.c: what a person attaches to a request: a copy of an identity document, a power of attorney. Copied when it is chosen,
 * so that what is sent is what was chosen; known by its hash; the copy goes when the request is over, name and hash stay.
 * Any thread.
 */
#define G_LOG_DOMAIN "signet-request-file"

#include "config.h"

#include "signet-enrolment-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define MAX_NAME  200
#define MAX_FILES 16

void
signet_request_file_free (SignetRequestFile *file)
{
  if (file == NULL)
    return;
  g_free (file->field);
  g_free (file->name);
  g_free (file->sha256);
  g_free (file);
}

/* --- reading the person's file ------------------------------------------------------------------------------------------------- */

static gboolean
check_kind (int fd, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return signet_base_error_set_errno (error, errno, "looking at the file");
  if (S_ISREG (status.st_mode) && status.st_size > 0 && status.st_size <= SIGNET_REQUEST_MAX_FILE)
    return TRUE;
  if (S_ISREG (status.st_mode) && status.st_size > 0)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "a file to attach may have 4 MiB at most");
  else
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "only a file that is not empty can be attached");
  return FALSE;
}

static GBytes *
read_all (int fd, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  guint8 buffer[65536];
  gssize n = 0;

  while ((n = read (fd, buffer, sizeof buffer)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          signet_base_error_set_errno (error, errno, "reading the file");
          return NULL;
        }
      if (content->len + (gsize) n > SIGNET_REQUEST_MAX_FILE)
        {
          g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "the file grows while it is read");
          return NULL;
        }
      g_byte_array_append (content, buffer, (guint) n);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&content));
}

static GBytes *
read_file (const char *path, GError **error)
{
  /* a pipe would be waited for without an end */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  GBytes *content = NULL;

  if (fd < 0)
    {
      signet_base_error_set_errno (error, errno, "opening the file to attach");
      return NULL;
    }
  if (check_kind (fd, error))
    content = read_all (fd, error);
  close (fd);
  return content;
}

/* --- rows ---------------------------------------------------------------------------------------------------------------------- */

static gboolean
write_row (SignetStore *store, SignetRequest *request, const SignetRequestFile *file, GBytes *content, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (
      store, "INSERT OR REPLACE INTO request_file (request, field, name, size, sha256, content) VALUES (?,?,?,?,?,?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, request->id);
  sqlite3_bind_text (statement, 2, file->field, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 3, file->name, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 4, file->size);
  sqlite3_bind_text (statement, 5, file->sha256, -1, SQLITE_TRANSIENT);
  sqlite3_bind_blob (statement, 6, g_bytes_get_data (content, NULL), (int) g_bytes_get_size (content), SQLITE_TRANSIENT);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (store, error, "keeping a file of a request");
}

static gboolean
keep (SignetStore *store, SignetRequest *request, const SignetRequestFile *file, GBytes *content, GError **error)
{
  return signet_store_begin (store, error) && signet_store_end (store, write_row (store, request, file, content, error), error);
}

static SignetRequestFile *
read_row (sqlite3_stmt *statement)
{
  SignetRequestFile *file = g_new0 (SignetRequestFile, 1);

  file->field = signet_store_dup_text (statement, 0);
  file->name = signet_store_dup_text (statement, 1);
  file->size = sqlite3_column_int64 (statement, 2);
  file->sha256 = signet_store_dup_text (statement, 3);
  return file;
}

static GPtrArray *
list (SignetStore *store, SignetRequest *request, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_request_file_free);
  g_autoptr (sqlite3_stmt) statement =
      signet_store_prepare (store, "SELECT field, name, size, sha256 FROM request_file WHERE request = ? ORDER BY field", error);
  int code = SQLITE_DONE;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, request->id);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (files, read_row (statement));
  if (code == SQLITE_DONE)
    return g_steal_pointer (&files);
  signet_store_set_error (store, error, "reading the files of a request");
  return NULL;
}

/**
 * signet_enrolment_list_files:
 *
 * Returns: (transfer full) (element-type SignetRequestFile): what was attached to @request
 */
GPtrArray *
signet_enrolment_list_files (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  GPtrArray *files = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  if (!signet_store_begin (self->store, error))
    return NULL;
  files = list (self->store, request, error);
  signet_store_rollback (self->store);
  return files;
}

static GBytes *
read_content (SignetStore *store, SignetRequest *request, const char *field, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      signet_store_prepare (store, "SELECT content FROM request_file WHERE request = ? AND field = ?", error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, request->id);
  sqlite3_bind_text (statement, 2, field, -1, SQLITE_TRANSIENT);
  if (sqlite3_step (statement) == SQLITE_ROW && sqlite3_column_type (statement, 0) == SQLITE_BLOB)
    return g_bytes_new (sqlite3_column_blob (statement, 0), (gsize) sqlite3_column_bytes (statement, 0));
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND, "no file is attached as %s", field);
  return NULL;
}

GBytes *
_signet_request_file_content (SignetStore *store, SignetRequest *request, const char *field, GError **error)
{
  GBytes *content = NULL;

  if (!signet_store_begin (store, error))
    return NULL;
  content = read_content (store, request, field, error);
  signet_store_rollback (store);
  return content;
}

/* Best effort: what is not forgotten now is forgotten with the next that is over. */
void
_signet_request_file_forget (SignetStore *store, SignetRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql =
      g_strdup_printf ("UPDATE request_file SET content = NULL WHERE request = %" G_GINT64_FORMAT, request->id);

  if (!signet_store_begin (store, &error))
    {
      g_warning ("%s", error->message);
      return;
    }
  if (sqlite3_exec (signet_store_get_handle (store), sql, NULL, NULL, NULL) == SQLITE_OK)
    signet_store_commit (store, NULL);
  else
    signet_store_rollback (store);
}

/* --- attaching ----------------------------------------------------------------------------------------------------------------- */

static gboolean
check_count (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  g_autoptr (GPtrArray) files = signet_enrolment_list_files (self, request, error);

  if (files == NULL)
    return FALSE;
  if (files->len < MAX_FILES)
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "at most %d files can be attached", MAX_FILES);
  return FALSE;
}

/* @name: for people; @content: at most SIGNET_REQUEST_MAX_FILE */
gboolean
_signet_request_file_attach (SignetEnrolment *self, SignetRequest *request, const char *field, const char *name, GBytes *content, GError **error)
{
  SignetRequestFile file = { .field = (char *) field, .size = (gint64) g_bytes_get_size (content) };
  g_autofree char *safe = signet_text_sanitize (name, -1, MAX_NAME);
  g_autofree char *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);

  file.name = safe;
  file.sha256 = sha256;
  return check_count (self, request, error) && keep (self->store, request, &file, content, error);
}

/**
 * signet_enrolment_attach:
 * @field: of the authority's form; what was attached there before is replaced
 * @path: a file the person chose: at most 4 MiB
 *
 * Copies the file into the request. The plugin learns its name, size and hash, and gets the content when it asks for it.
 */
gboolean
signet_enrolment_attach (SignetEnrolment *self, SignetRequest *request, const char *field, const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *shown = g_filename_display_name (base);
  g_autoptr (GBytes) content = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (field != NULL, FALSE);

  content = read_file (path, error);
  return content != NULL && _signet_request_file_attach (self, request, field, shown, content, error);
}
