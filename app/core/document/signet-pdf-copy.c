/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-copy.c: copies a file in the kernel on one thread while the digest is made on another, behind it and of what has arrived:
 * the digest is of the output as it can be read back, and together they take no more than the slower of the two.
 */
#define G_LOG_DOMAIN "signet-pdf-copy"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "signet-document-pdf-private.h"

#define WINDOW      (256 * 1024)
#define COPY_STEP   (8 * 1024 * 1024) /* between two looks at the cancellable, and what the digest stays behind */
#define WORTH_A_THREAD (4 * 1024 * 1024)

typedef struct {
  int           source;
  int           target;
  guint64       length;
  GCancellable *cancellable;
  gint          stop; /* (atomic): the digest failed */
  GMutex        lock;
  GCond         cond;
  guint64       copied; /* under @lock */
  gboolean      ended;  /* under @lock */
  GError       *error;
} Copy;

/* Has the disk begin with it now: the fsync before the rename would otherwise wait for all of it at the end. */
static void
note_progress (Copy *copy, guint64 from, guint64 to)
{
  if (copy->length >= WORTH_A_THREAD)
    sync_file_range (copy->target, (off_t) from, (off_t) (to - from), SYNC_FILE_RANGE_WRITE);
  g_mutex_lock (&copy->lock);
  copy->copied = to;
  g_cond_signal (&copy->cond);
  g_mutex_unlock (&copy->lock);
}

/* How far the digest may go; less than @wanted only when the copy has ended early. */
static guint64
wait_for (Copy *copy, guint64 wanted)
{
  guint64 there;

  g_mutex_lock (&copy->lock);
  while (copy->copied < wanted && !copy->ended)
    g_cond_wait (&copy->cond, &copy->lock);
  there = copy->copied;
  g_mutex_unlock (&copy->lock);
  return there;
}

static gboolean
set_changed (GError **error)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED, "the file became shorter while it was copied");
  return FALSE;
}

static gboolean
copy_by_hand (Copy *copy, guint64 offset, GError **error)
{
  g_autofree guint8 *window = g_malloc (WINDOW);

  while (offset < copy->length && !g_atomic_int_get (&copy->stop))
    {
      gssize n = pread (copy->source, window, MIN (WINDOW, copy->length - offset), (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return signet_base_error_set_errno (error, errno, "reading a document");
      if (n == 0)
        return set_changed (error);
      if (g_cancellable_set_error_if_cancelled (copy->cancellable, error)
          || !signet_document_write_at (copy->target, offset, window, (gsize) n, error))
        return FALSE;
      note_progress (copy, offset, offset + (guint64) n);
      offset += (guint64) n;
    }
  return TRUE;
}

/* File systems that cannot do it say so with one of these */
static gboolean
is_not_possible (int errnum)
{
  return errnum == EXDEV || errnum == EINVAL || errnum == ENOSYS || errnum == EOPNOTSUPP || errnum == EPERM || errnum == EBADF;
}

static gboolean
copy_in_kernel (Copy *copy, GError **error)
{
  off_t from = 0;
  off_t to = 0;

  while ((guint64) from < copy->length && !g_atomic_int_get (&copy->stop))
    {
      gssize n = copy_file_range (copy->source, &from, copy->target, &to, MIN (COPY_STEP, copy->length - (guint64) from), 0);

      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0 || (n < 0 && is_not_possible (errno)))
        return copy_by_hand (copy, (guint64) from, error); /* also tells a shrunk file from a strange file system */
      if (n < 0)
        return signet_base_error_set_errno (error, errno, "copying a document");
      note_progress (copy, (guint64) (from - n), (guint64) from);
      if (g_cancellable_set_error_if_cancelled (copy->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static gpointer
run_copy (gpointer data)
{
  Copy *copy = data;

  copy_in_kernel (copy, &copy->error);
  g_mutex_lock (&copy->lock);
  copy->ended = TRUE;
  g_cond_signal (&copy->cond);
  g_mutex_unlock (&copy->lock);
  return NULL;
}

static gboolean
read_back (int fd, guint64 offset, guint8 *window, gsize length, GError **error)
{
  for (gsize done = 0; done < length;)
    {
      gssize n = pread (fd, window + done, length - done, (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return signet_base_error_set_errno (error, n < 0 ? errno : EIO, "reading the signed document back");
      done += (gsize) n;
    }
  return TRUE;
}

/* FALSE without @error: the copy has one. */
static gboolean
hash (EVP_MD_CTX *context, Copy *copy, GError **error)
{
  g_autofree guint8 *window = g_malloc (MIN (WINDOW, copy->length) + 1);

  for (guint64 offset = 0; offset < copy->length; offset += WINDOW)
    {
      gsize step = MIN (WINDOW, copy->length - offset);

      if (wait_for (copy, offset + step) < offset + step)
        return FALSE;
      if (g_cancellable_set_error_if_cancelled (copy->cancellable, error) || !read_back (copy->target, offset, window, step, error))
        return FALSE;
      if (EVP_DigestUpdate (context, window, step) != 1)
        return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "hashing a document");
    }
  return TRUE;
}

gboolean
_signet_pdf_copy_and_hash (SignetDocumentFile *file, int fd, guint64 length, EVP_MD_CTX *context, GCancellable *cancellable, GError **error)
{
  Copy copy = { .source = signet_document_file_get_fd (file), .target = fd, .length = length, .cancellable = cancellable };
  g_autoptr(GError) hash_error = NULL;
  GThread *thread = NULL;
  gboolean ok = FALSE;

  g_mutex_init (&copy.lock);
  g_cond_init (&copy.cond);
  if (fd < 0) /* all of it is there */
    copy.target = copy.source, copy.copied = length, copy.ended = TRUE;
  else
    thread = length >= WORTH_A_THREAD ? g_thread_try_new ("signet-copy", run_copy, &copy, NULL) : NULL;
  if (thread == NULL && fd >= 0)
    run_copy (&copy);
  ok = hash (context, &copy, &hash_error);
  if (!ok)
    g_atomic_int_set (&copy.stop, TRUE);
  if (thread != NULL)
    g_thread_join (thread);
  g_mutex_clear (&copy.lock);
  g_cond_clear (&copy.cond);

  if (copy.error != NULL)
    g_propagate_error (error, copy.error);
  else if (hash_error != NULL)
    g_propagate_error (error, g_steal_pointer (&hash_error));
  return ok && copy.error == NULL;
}
