/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-zip-source.c: libzip on a descriptor of ours. libzip's own files have names and are written anew beside themselves; ours
 * has no name yet and is written from front to back, once. What is added to an archive that is there gathers in memory and is
 * written with the commit, so that a failure before it leaves the archive as it was and members that move may be read while they
 * do.
 *
 * libzip is not linked but loaded with the first container: it brings libraries for methods of compression and encryption nobody
 * needs here. One thread.
 */
#define G_LOG_DOMAIN "signet-zip-source"

#include "config.h"

#include "signet-zip-source-private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "../base/signet-library.h"

#define WINDOW (256 * 1024)
#define FIRST_WINDOW 4096 /* at a place that nothing led to */
#define MAX_BEHIND (256 * 1024 * 1024)

#define ZIP_NAME(name) "zip_" #name,

struct _SignetZipSource {
  const SignetZipLibrary *library;
  int                     fd;
  guint64                 size;
  zip_error_t             said;    /* for libzip */
  GError                 *failure; /* (nullable): for us */
  guint64                 limit;   /* bytes that may still be read */

  /* reading */
  guint64                 position;
  guint8                 *window;
  guint64                 window_start;
  gsize                   window_length;
  gsize                   step;

  /* writing: what is before @base is on the disk, @behind follows it */
  guint64                 base;
  GByteArray             *behind;
  guint64                 cursor;
  gboolean                adding;  /* to an archive that is there */
  guint64                 kept;
};

/* (nullable): the functions, loaded once; a system without the library is asked again. */
const SignetZipLibrary *
_signet_zip_library (GError **error)
{
  static const char *const names[] = { SIGNET_ZIP_FUNCTIONS (ZIP_NAME) NULL };
  static union { SignetZipLibrary functions; gpointer places[G_N_ELEMENTS (names) - 1]; } table;
  static GMutex lock;
  static gboolean loaded;

  G_STATIC_ASSERT (sizeof table.functions == sizeof table.places);
  g_mutex_lock (&lock);
  loaded = loaded || signet_library_load (SIGNET_LIBZIP_SONAME, names, table.places, error);
  g_mutex_unlock (&lock);
  return loaded ? &table.functions : NULL;
}

zip_int64_t
_signet_zip_source_fail (SignetZipSource *self, GError *failure)
{
  if (self->failure == NULL)
    self->failure = failure;
  else
    g_error_free (failure);
  self->library->error_set (&self->said, ZIP_ER_READ, EIO);
  return -1;
}

/* --- reading --------------------------------------------------------------------------------------------------------------- */

static gboolean
read_at (SignetZipSource *self, guint8 *data, gsize length, guint64 position, GError **error)
{
  for (gsize done = 0; done < length;)
    {
      gssize n = pread (self->fd, data + done, length - done, (off_t) (position + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return signet_base_error_set_errno (error, errno, "reading a container");
      if (n == 0)
        {
          g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED, "the file ends at byte %" G_GUINT64_FORMAT,
                       position + done);
          return FALSE;
        }
      done += (gsize) n;
    }
  return TRUE;
}

/* Small at first, larger as long as one piece follows another. */
static gboolean
fill_window (SignetZipSource *self, GError **error)
{
  gboolean follows = self->window_length > 0 && self->position == self->window_start + self->window_length;

  self->step = follows ? MIN (self->step * 2, WINDOW) : FIRST_WINDOW;
  self->window_start = self->position;
  self->window_length = (gsize) MIN (self->step, self->size - self->position);
  if (read_at (self, self->window, self->window_length, self->window_start, error))
    return TRUE;
  self->window_length = 0;
  return FALSE;
}

static zip_int64_t
read_some (SignetZipSource *self, guint8 *data, guint64 wanted)
{
  GError *error = NULL;
  guint64 length = self->position < self->size ? MIN (wanted, self->size - self->position) : 0;

  if (length > self->limit)
    {
      g_set_error_literal (&error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ZIP: the directory is too large");
      return _signet_zip_source_fail (self, error);
    }
  self->limit -= self->limit == G_MAXUINT64 ? 0 : length;
  for (guint64 done = 0; done < length;)
    {
      guint64 start = self->position - self->window_start; /* far too large when it lies before the window */
      gsize n = 0;

      if (start >= self->window_length)
        {
          if (!fill_window (self, &error))
            return _signet_zip_source_fail (self, error);
          start = 0;
        }
      n = (gsize) MIN (length - done, self->window_length - start);
      memcpy (data + done, self->window + start, n);
      done += n;
      self->position += n;
    }
  return (zip_int64_t) length;
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */

static void
begin_writing (SignetZipSource *self, guint64 base, gboolean adding)
{
  self->base = self->cursor = self->kept = base;
  self->adding = adding;
  g_byte_array_set_size (self->behind, 0);
}

static gboolean
flush (SignetZipSource *self, GError **error)
{
  if (!signet_document_write_at (self->fd, self->base, self->behind->data, self->behind->len, error))
    return FALSE;
  self->base += self->behind->len;
  g_byte_array_set_size (self->behind, 0);
  return TRUE;
}

static gboolean
check_writable (SignetZipSource *self, guint64 length, GError **error)
{
  if (!self->adding || (self->cursor >= self->base && self->cursor - self->base <= MAX_BEHIND
                        && length <= MAX_BEHIND - (self->cursor - self->base)))
    return TRUE;
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE,
                       "ZIP: too much behind the member that changes");
  return FALSE;
}

static gboolean
put (SignetZipSource *self, const guint8 *data, gsize length, GError **error)
{
  gsize before = self->cursor < self->base ? (gsize) MIN (length, self->base - self->cursor) : 0;
  gsize at = 0;

  if (!check_writable (self, length, error)
      || (before > 0 && !signet_document_write_at (self->fd, self->cursor, data, before, error)))
    return FALSE;
  self->cursor += length;
  if (before == length)
    return TRUE;
  at = (gsize) (self->cursor - self->base) - (length - before);
  if (at + length - before > self->behind->len)
    g_byte_array_set_size (self->behind, (guint) (at + length - before));
  memcpy (self->behind->data + at, data + before, length - before);
  return self->adding || self->behind->len < WINDOW || flush (self, error);
}

static gboolean
commit (SignetZipSource *self, GError **error)
{
  if (!flush (self, error))
    return FALSE;
  self->size = self->base;
  self->window_length = 0;
  return ftruncate (self->fd, (off_t) self->size) == 0 || signet_base_error_set_errno (error, errno, "writing the container");
}

/* --- what libzip asks for ----------------------------------------------------------------------------------------------------- */

static zip_int64_t
seek (SignetZipSource *self, const zip_source_args_seek_t *to, guint64 *position, guint64 end)
{
  gint64 from = to->whence == SEEK_SET ? 0 : (gint64) (to->whence == SEEK_CUR ? *position : end);

  if (to->offset < -from || to->offset > G_MAXINT64 - from)
    {
      self->library->error_set (&self->said, ZIP_ER_SEEK, EINVAL);
      return -1;
    }
  *position = (guint64) (from + to->offset);
  return 0;
}

static zip_int64_t
tell_size (SignetZipSource *self, zip_stat_t *status)
{
  memset (status, 0, sizeof *status);
  status->valid = ZIP_STAT_SIZE;
  status->size = self->size;
  return sizeof *status;
}

static zip_int64_t
on_command (void *data, void *argument, zip_uint64_t length, zip_source_cmd_t command)
{
  SignetZipSource *self = data;
  GError *error = NULL;

  switch ((int) command)
    {
    case ZIP_SOURCE_SUPPORTS:
      return ZIP_SOURCE_SUPPORTS_WRITABLE | ZIP_SOURCE_MAKE_COMMAND_BITMASK (ZIP_SOURCE_BEGIN_WRITE_CLONING);
    case ZIP_SOURCE_OPEN:
      self->position = 0;
      return 0;
    case ZIP_SOURCE_READ:
      return read_some (self, argument, length);
    case ZIP_SOURCE_SEEK:
      return seek (self, argument, &self->position, self->size);
    case ZIP_SOURCE_TELL:
      return (zip_int64_t) self->position;
    case ZIP_SOURCE_STAT:
      return tell_size (self, argument);
    case ZIP_SOURCE_BEGIN_WRITE:
      begin_writing (self, 0, FALSE);
      return 0;
    case ZIP_SOURCE_BEGIN_WRITE_CLONING:
      begin_writing (self, length, TRUE);
      return 0;
    case ZIP_SOURCE_WRITE:
      return put (self, argument, length, &error) ? (zip_int64_t) length : _signet_zip_source_fail (self, error);
    case ZIP_SOURCE_SEEK_WRITE:
      return seek (self, argument, &self->cursor, self->base + self->behind->len);
    case ZIP_SOURCE_TELL_WRITE:
      return (zip_int64_t) self->cursor;
    case ZIP_SOURCE_COMMIT_WRITE:
      return commit (self, &error) ? 0 : _signet_zip_source_fail (self, error);
    case ZIP_SOURCE_ERROR:
      return self->library->error_to_data (&self->said, argument, length);
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE: /* it is ours */
      return 0;
    default:
      self->library->error_set (&self->said, ZIP_ER_OPNOTSUPP, 0);
      return -1;
    }
}

/* --- the door ---------------------------------------------------------------------------------------------------------------- */

SignetZipSource *
_signet_zip_source_new (int fd, guint64 size, GError **error)
{
  const SignetZipLibrary *library = _signet_zip_library (error);
  SignetZipSource *self = NULL;

  if (library == NULL)
    return NULL;
  self = g_new0 (SignetZipSource, 1);
  self->library = library;
  self->fd = fd;
  self->size = size;
  self->limit = G_MAXUINT64;
  self->window = g_malloc (WINDOW);
  self->behind = g_byte_array_new ();
  library->error_init (&self->said);
  return self;
}

void
_signet_zip_source_free (SignetZipSource *self)
{
  self->library->error_fini (&self->said);
  g_clear_error (&self->failure);
  g_byte_array_unref (self->behind);
  g_free (self->window);
  g_free (self);
}

void
_signet_zip_source_set_limit (SignetZipSource *self, guint64 most)
{
  self->limit = most;
}

guint64
_signet_zip_source_get_kept (SignetZipSource *self)
{
  return self->kept;
}

gboolean
_signet_zip_source_take_failure (SignetZipSource *self, GError **error)
{
  if (self->failure == NULL)
    return FALSE;
  g_propagate_error (error, g_steal_pointer (&self->failure));
  return TRUE;
}

gboolean
_signet_zip_source_set_error (SignetZipSource *self, zip_error_t *said, GError **error)
{
  int code = self->library->error_code_zip (said);

  if (_signet_zip_source_take_failure (self, error))
    return FALSE;
  if (code == ZIP_ER_MEMORY || code == ZIP_ER_INTERNAL)
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "libzip: %s", self->library->error_strerror (said));
  else
    g_set_error (error, SIGNET_DOCUMENT_ERROR,
                 code == ZIP_ER_COMPNOTSUPP || code == ZIP_ER_ENCRNOTSUPP ? SIGNET_DOCUMENT_ERROR_UNSUPPORTED
                                                                          : SIGNET_DOCUMENT_ERROR_MALFORMED,
                 "ZIP: %s, near byte %" G_GUINT64_FORMAT, self->library->error_strerror (said), self->position);
  return FALSE;
}

zip_t *
_signet_zip_source_open (SignetZipSource *self, int flags, GError **error)
{
  zip_source_t *source = NULL;
  zip_t *zip = NULL;
  zip_error_t said;

  self->library->error_init (&said);
  source = self->library->source_function_create (on_command, self, &said);
  zip = source != NULL ? self->library->open_from_source (source, flags, &said) : NULL;
  if (zip == NULL)
    {
      _signet_zip_source_set_error (self, &said, error);
      self->library->source_free (source);
    }
  self->library->error_fini (&said);
  return zip;
}
