/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-writer.c: an archive written by libzip in several goes into a file that has no name yet. All members are stored;
 * each go comes behind what is there and leaves it in its place. A file is read once, while it is written. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-zip-writer"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "signet-zip-source-private.h"

#define WINDOW (256 * 1024)
#define STEP (8 * 1024 * 1024) /* between two looks at the cancellable */
#define MODE (0100644u << 16)
#define VERSION 20 /* 2.0: folders, deflate */

struct _SignetZipWriter {
  int                     fd;
  gint64                  time;
  const SignetZipLibrary *library;     /* (nullable) before the first member */
  SignetZipSource        *source;      /* (nullable): while members are gathered */
  zip_t                  *zip;         /* (nullable): the same */
  GCancellable           *cancellable; /* (nullable): of the commit */
  guint8                 *window;      /* of the file that is being read */
  guint64                 kept;
};

/* What becomes a member; belongs to libzip until it frees it. */
typedef struct {
  SignetZipWriter    *writer;
  SignetZipSource    *source;       /* the archive's, which keeps what went wrong */
  GBytes             *bytes;        /* (nullable): one of them */
  SignetDocumentFile *file;         /* (nullable) */
  guint64             size;
  gint64              time;
  guint64             at;
  guint64             window_start; /* of the file's bytes in the writer's window */
  gsize               window_length;
} Content;

SignetZipWriter *
_signet_zip_writer_new (int fd, gint64 time)
{
  SignetZipWriter *self = g_new0 (SignetZipWriter, 1);

  self->fd = fd;
  self->time = time;
  self->window = g_malloc (WINDOW);
  return self;
}

static void
drop_zip (SignetZipWriter *self)
{
  if (self->zip != NULL)
    self->library->discard (g_steal_pointer (&self->zip));
  g_clear_pointer (&self->source, _signet_zip_source_free);
}

void
_signet_zip_writer_free (SignetZipWriter *self)
{
  drop_zip (self);
  g_free (self->window);
  g_free (self);
}

guint64
_signet_zip_writer_get_kept (SignetZipWriter *self)
{
  return self->kept;
}

/* --- what goes in ------------------------------------------------------------------------------------------------------------ */

static gboolean
read_content (Content *self, guint8 *data, gsize length, GError **error)
{
  if (self->bytes != NULL)
    memcpy (data, (const guint8 *) g_bytes_get_data (self->bytes, NULL) + self->at, length);
  for (gsize done = 0; self->file != NULL && done < length;)
    {
      guint64 start = self->at + done - self->window_start;
      gsize n = 0;

      if (start >= self->window_length)
        {
          self->window_start = self->at + done;
          self->window_length = (gsize) MIN (WINDOW, self->size - self->window_start);
          if (g_cancellable_set_error_if_cancelled (self->writer->cancellable, error)
              || !signet_document_file_read (self->file, self->window_start, self->writer->window, self->window_length, error))
            return FALSE;
          start = 0;
        }
      n = (gsize) MIN (length - done, self->window_length - start);
      memcpy (data + done, self->writer->window + start, n);
      done += n;
    }
  self->at += length;
  return TRUE;
}

static zip_int64_t
on_read (Content *self, guint8 *data, guint64 wanted)
{
  GError *error = NULL;
  gsize length = (gsize) MIN (wanted, self->size - self->at);

  if (read_content (self, data, length, &error)
      && (length > 0 || self->file == NULL || signet_document_file_check_unchanged (self->file, &error)))
    return (zip_int64_t) length;
  return _signet_zip_source_fail (self->source, error);
}

static zip_int64_t
on_open (Content *self)
{
  self->at = self->window_length = 0;
  return 0;
}

static zip_int64_t
tell_status (Content *self, zip_stat_t *status)
{
  memset (status, 0, sizeof *status);
  status->valid = ZIP_STAT_SIZE | ZIP_STAT_MTIME;
  status->size = self->size;
  status->mtime = (time_t) self->time;
  return sizeof *status;
}

static zip_int64_t
tell_attributes (zip_file_attributes_t *attributes)
{
  memset (attributes, 0, sizeof *attributes);
  attributes->version = 1;
  attributes->valid =
      ZIP_FILE_ATTRIBUTES_HOST_SYSTEM | ZIP_FILE_ATTRIBUTES_VERSION_NEEDED | ZIP_FILE_ATTRIBUTES_EXTERNAL_FILE_ATTRIBUTES;
  attributes->host_system = ZIP_OPSYS_UNIX;
  attributes->version_needed = VERSION;
  attributes->external_file_attributes = MODE;
  return sizeof *attributes;
}

static zip_int64_t
tell_error (zip_error_t *error)
{
  static const int said[] = { ZIP_ER_READ, EIO };

  memcpy (error, said, sizeof said);
  return sizeof said;
}

static void
content_free (Content *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->file);
  g_free (self);
}

static zip_int64_t
on_command (void *data, void *argument, zip_uint64_t length, zip_source_cmd_t command)
{
  Content *self = data;

  switch ((int) command)
    {
    case ZIP_SOURCE_SUPPORTS:
      return ZIP_SOURCE_SUPPORTS_READABLE | ZIP_SOURCE_MAKE_COMMAND_BITMASK (ZIP_SOURCE_GET_FILE_ATTRIBUTES);
    case ZIP_SOURCE_OPEN:
      return on_open (self);
    case ZIP_SOURCE_READ:
      return on_read (self, argument, length);
    case ZIP_SOURCE_STAT:
      return tell_status (self, argument);
    case ZIP_SOURCE_GET_FILE_ATTRIBUTES:
      return tell_attributes (argument);
    case ZIP_SOURCE_ERROR:
      return tell_error (argument);
    case ZIP_SOURCE_FREE:
      content_free (self);
      return 0;
    case ZIP_SOURCE_CLOSE:
      return 0;
    default:
      return -1;
    }
}

/* --- gathering --------------------------------------------------------------------------------------------------------------- */

static gboolean
fail (SignetZipWriter *self, GError **error)
{
  _signet_zip_source_set_error (self->source, self->library->get_error (self->zip), error);
  return FALSE;
}

/* An archive that is ours, or that has been read strictly: no need to check it again. */
static gboolean
open_zip (SignetZipWriter *self, GError **error)
{
  struct stat status;

  if (self->zip != NULL)
    return TRUE;
  self->library = _signet_zip_library (error);
  if (self->library == NULL)
    return FALSE;
  if (fstat (self->fd, &status) != 0)
    return signet_base_error_set_errno (error, errno, "writing the container");
  self->source = _signet_zip_source_new (self->fd, (guint64) status.st_size, error);
  self->zip = self->source != NULL
                  ? _signet_zip_source_open (self->source, status.st_size == 0 ? ZIP_CREATE | ZIP_TRUNCATE : 0, error)
                  : NULL;
  if (self->zip == NULL)
    drop_zip (self);
  return self->zip != NULL;
}

/* (nullable) */
static zip_source_t *
make_source (SignetZipWriter *self, GBytes *bytes, SignetDocumentFile *file, GError **error)
{
  Content *content = g_new0 (Content, 1);
  zip_source_t *source = NULL;

  content->writer = self;
  content->source = self->source;
  content->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  content->file = file != NULL ? g_object_ref (file) : NULL;
  content->size = bytes != NULL ? g_bytes_get_size (bytes) : signet_document_file_get_size (file);
  content->time = file != NULL ? signet_document_file_get_time (file) : self->time;
  source = self->library->source_function_create (on_command, content, NULL);
  if (source != NULL)
    return source;
  content_free (content);
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "libzip cannot take a member");
  return NULL;
}

static gboolean
add (SignetZipWriter *self, const char *name, GBytes *bytes, SignetDocumentFile *file, GError **error)
{
  const char *fault = _signet_zip_find_fault_in_name (name, strlen (name));
  zip_source_t *source = NULL;
  zip_int64_t index = -1;

  if (fault != NULL)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "ZIP: %s", fault);
      return FALSE;
    }
  if (!open_zip (self, error) || (source = make_source (self, bytes, file, error)) == NULL)
    return FALSE;
  index = self->library->file_add (self->zip, name, source, ZIP_FL_ENC_UTF_8);
  if (index < 0)
    self->library->source_free (source);
  return (index >= 0 && self->library->set_file_compression (self->zip, (zip_uint64_t) index, ZIP_CM_STORE, 0) == 0)
         || fail (self, error);
}

gboolean
_signet_zip_writer_add (SignetZipWriter *self, const char *name, GBytes *content, GError **error)
{
  return add (self, name, content, NULL, error);
}

gboolean
_signet_zip_writer_add_file (SignetZipWriter *self, const char *name, SignetDocumentFile *file, GError **error)
{
  return add (self, name, NULL, file, error);
}

gboolean
_signet_zip_writer_replace (SignetZipWriter *self, const SignetZipMember *member, GBytes *content, GError **error)
{
  zip_source_t *source = NULL;

  if (!open_zip (self, error) || (source = make_source (self, content, NULL, error)) == NULL)
    return FALSE;
  if (self->library->file_replace (self->zip, member->index, source, 0) != 0)
    {
      self->library->source_free (source);
      return fail (self, error);
    }
  return self->library->set_file_compression (self->zip, member->index, ZIP_CM_STORE, 0) == 0 || fail (self, error);
}

/* --- writing ----------------------------------------------------------------------------------------------------------------- */

gboolean
_signet_zip_writer_commit (SignetZipWriter *self, GCancellable *cancellable, GError **error)
{
  gboolean done = FALSE;

  g_return_val_if_fail (self->zip != NULL, FALSE);

  self->cancellable = cancellable;
  done = self->library->close (self->zip) == 0;
  if (!done)
    fail (self, error);
  else
    self->zip = NULL;
  self->kept = _signet_zip_source_get_kept (self->source);
  drop_zip (self);
  self->cancellable = NULL;
  return done;
}

static gboolean
copy_by_hand (SignetZipWriter *self, SignetDocumentFile *earlier, guint64 at, GCancellable *cancellable, GError **error)
{
  guint64 size = signet_document_file_get_size (earlier);
  gsize length = 0;

  for (; at < size; at += length)
    {
      length = (gsize) MIN (WINDOW, size - at);
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !signet_document_file_read (earlier, at, self->window, length, error)
          || !signet_document_write_at (self->fd, at, self->window, length, error))
        return FALSE;
    }
  return TRUE;
}

/* In the kernel where it can; whatever it says, what is left is copied by hand, which tells why it cannot. */
gboolean
_signet_zip_writer_copy (SignetZipWriter *self, SignetDocumentFile *earlier, GCancellable *cancellable, GError **error)
{
  guint64 size = signet_document_file_get_size (earlier);
  gssize n = 1;
  off_t from = 0;
  off_t to = 0;

  while ((guint64) from < size && n > 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      n = copy_file_range (signet_document_file_get_fd (earlier), &from, self->fd, &to,
                           (size_t) MIN (STEP, size - (guint64) from), 0);
    }
  return copy_by_hand (self, earlier, (guint64) from, cancellable, error)
         && signet_document_file_check_unchanged (earlier, error);
}
