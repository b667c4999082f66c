/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-output-file.c: a file that appears whole under its name or not at all.
 *
 * Written without a name (O_TMPFILE) where the file system can do it, so that even a killed process leaves nothing; else as
 * ".signet-XXXXXXXX.signet-part" beside the target. Given its name by linkat (never replaces) or rename. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-output-file"

#include "config.h"

#include "signet-output-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-base-error.h"
#include "signet-stop.h"

struct _SignetOutputFile {
  GObject  parent;
  char    *target;
  char    *name;      /* last part of @target */
  char    *temporary; /* (nullable): name in the folder while it has one that is not the target's */
  char    *place;     /* (nullable): path of the folder */
  int      folder;    /* (owned) */
  int      fd;        /* (owned) */
  gboolean overwrite;
  GThread *syncing;   /* (owned) (nullable) */
  int      errnum;    /* of a sync that failed: the kernel tells it once */
  gboolean synced;    /* with all that will be in it, when @syncing has ended */
};

G_DEFINE_FINAL_TYPE (SignetOutputFile, signet_output_file, G_TYPE_OBJECT)

static gpointer
sync_content (gpointer data)
{
  return GINT_TO_POINTER (fdatasync (GPOINTER_TO_INT (data)) == 0 ? 0 : errno);
}

static void
wait_for_sync (SignetOutputFile *self)
{
  int errnum = self->syncing != NULL ? GPOINTER_TO_INT (g_thread_join (g_steal_pointer (&self->syncing))) : 0;

  if (self->errnum == 0)
    self->errnum = errnum;
}

static void
signet_output_file_finalize (GObject *object)
{
  SignetOutputFile *self = SIGNET_OUTPUT_FILE (object);

  wait_for_sync (self);
  if (self->temporary != NULL)
    unlinkat (self->folder, self->temporary, 0);
  if (self->fd >= 0)
    close (self->fd);
  if (self->folder >= 0)
    close (self->folder);
  g_free (self->target);
  g_free (self->name);
  g_free (self->place);
  g_free (self->temporary);
  G_OBJECT_CLASS (signet_output_file_parent_class)->finalize (object);
}

static void
signet_output_file_class_init (SignetOutputFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_output_file_finalize;
}

static void
signet_output_file_init (SignetOutputFile *self)
{
  self->folder = -1;
  self->fd = -1;
}

/* The same errno means something else here than when reading: what cannot be written, for whatever reason. */
static gboolean
set_write_error (GError **error, int errnum, const char *what)
{
  SignetBaseError code = SIGNET_BASE_ERROR_CANNOT_WRITE;

  switch (errnum)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      code = SIGNET_BASE_ERROR_NO_SPACE;
      break;
    case EEXIST:
    case ENOTEMPTY:
      code = SIGNET_BASE_ERROR_EXISTS;
      break;
    default:
      break;
    }
  g_set_error (error, SIGNET_BASE_ERROR, code, "%s: %s", what, g_strerror (errnum));
  return FALSE;
}

/* Past a file size limit the kernel kills by default; we want the EFBIG and a sentence instead. */
static void
ignore_file_size_signal (void)
{
  struct sigaction current;

  if (sigaction (SIGXFSZ, NULL, &current) == 0 && current.sa_handler == SIG_DFL)
    signal (SIGXFSZ, SIG_IGN);
}

/* Writing to a symbolic link means to write to what it points at. */
static char *
resolve_target (const char *target, gboolean overwrite)
{
  char resolved[PATH_MAX];
  struct stat status;

  if (overwrite && lstat (target, &status) == 0 && S_ISLNK (status.st_mode) && realpath (target, resolved) != NULL)
    return g_strdup (resolved);
  return g_strdup (target);
}

static gboolean
open_folder (SignetOutputFile *self, const char *path, GError **error)
{
  self->place = g_path_get_dirname (path);
  if (*path == '\0' || g_str_has_suffix (path, "/"))
    return set_write_error (error, EISDIR, "opening the output");
  self->name = g_path_get_basename (path);
  if (strlen (self->name) > NAME_MAX)
    return set_write_error (error, ENAMETOOLONG, "opening the output");
  self->folder = open (self->place, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
  if (self->folder < 0)
    return set_write_error (error, errno, "opening the output folder");
  return TRUE;
}

static gboolean
check_target (SignetOutputFile *self, GError **error)
{
  struct stat status;

  if (fstatat (self->folder, self->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT || set_write_error (error, errno, "opening the output");
  if (!self->overwrite)
    return set_write_error (error, EEXIST, "opening the output");
  if (S_ISDIR (status.st_mode))
    return set_write_error (error, EISDIR, "opening the output");
  if (!S_ISREG (status.st_mode) && !S_ISLNK (status.st_mode))
    return set_write_error (error, EINVAL, "the output is not an ordinary file");
  return TRUE;
}

static gboolean
can_link_nameless (void)
{
#if SIGNET_DEVELOPMENT
  if (g_getenv ("SIGNET_TEST_NO_TMPFILE") != NULL)
    return FALSE;
#endif
  return access ("/proc/self/fd", X_OK) == 0;
}

static char *
invent_name (void)
{
  return g_strdup_printf (".signet-%08x%08x.signet-part", g_random_int (), g_random_int ());
}

static int
open_named (SignetOutputFile *self)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = invent_name ();
      int fd = openat (self->folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

      if (fd >= 0)
        self->temporary = g_steal_pointer (&name);
      if (fd >= 0 || errno != EEXIST)
        return fd;
    }
  return -1;
}

static gboolean
open_temporary (SignetOutputFile *self, GError **error)
{
  if (can_link_nameless ())
    self->fd = openat (self->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  else
    errno = EOPNOTSUPP;
  if (self->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT))
    self->fd = open_named (self);
  return self->fd >= 0 || set_write_error (error, errno, "opening the output");
}

/**
 * signet_output_file_open:
 * @target: where the file shall be; with @overwrite a symbolic link is followed
 *
 * Returns: (transfer full) (nullable): a file without a name, to be written and committed
 */
SignetOutputFile *
signet_output_file_open (const char *target, gboolean overwrite, GError **error)
{
  g_autoptr (SignetOutputFile) self = g_object_new (SIGNET_TYPE_OUTPUT_FILE, NULL);
  g_autofree char *path = resolve_target (target, overwrite);

  self->target = g_strdup (target);
  self->overwrite = overwrite;
  ignore_file_size_signal ();
  if (!open_folder (self, path, error) || !check_target (self, error) || !open_temporary (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

int
signet_output_file_get_fd (SignetOutputFile *self)
{
  return self->fd;
}

const char *
signet_output_file_get_target (SignetOutputFile *self)
{
  return self->target;
}

gboolean
signet_output_file_write (SignetOutputFile *self, const void *data, gsize length, GError **error)
{
  const guint8 *p = data;

  while (length > 0)
    {
      gssize n = write (self->fd, p, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return set_write_error (error, errno, "writing the output");
      p += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* umask(2) can only be read by setting it, which other threads would notice. Nobody here sets it, so it is looked for once. */
static mode_t
read_umask (void)
{
  static gsize once = 0; /* 1 + the mask */

  if (g_once_init_enter (&once))
    {
      g_autofree char *status = NULL;
      const char *line = NULL;
      gsize mask = 0077;

      if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL) && (line = strstr (status, "\nUmask:")) != NULL)
        mask = strtoul (line + strlen ("\nUmask:"), NULL, 8) & 0777;
      g_once_init_leave (&once, mask + 1);
    }
  return (mode_t) (once - 1);
}

/* A new file gets what the umask says, a replaced one keeps its mode and, where allowed, its group. */
static void
set_mode (SignetOutputFile *self)
{
  struct stat old;
  struct stat mine;
  mode_t mode = 0666 & ~read_umask ();

  if (fstatat (self->folder, self->name, &old, 0) == 0 && fstat (self->fd, &mine) == 0)
    {
      mode = old.st_mode & 0777;
      if (old.st_gid != mine.st_gid && fchown (self->fd, (uid_t) -1, old.st_gid) != 0)
        mode = (mode & 0707) | (mode & 0007) << 3; /* another group: no more than everybody has */
    }
  if (fchmod (self->fd, mode) != 0)
    g_debug ("fchmod: %s", g_strerror (errno));
}

static int
link_as (SignetOutputFile *self, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", self->fd);

  return linkat (AT_FDCWD, path, self->folder, name, AT_SYMLINK_FOLLOW);
}

/* Where the file system knows neither renameat2 flags nor links, look first; the gap is as small as it can be there. */
static int
rename_without_replacing (SignetOutputFile *self)
{
  struct stat status;

  if (renameat2 (self->folder, self->temporary, self->folder, self->name, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  if (linkat (self->folder, self->temporary, self->folder, self->name, 0) == 0)
    return unlinkat (self->folder, self->temporary, 0);
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
    return -1;
  if (fstatat (self->folder, self->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    {
      errno = EEXIST;
      return -1;
    }
  return renameat (self->folder, self->temporary, self->folder, self->name);
}

/* A folder that was moved, replaced or unmounted while it was open still takes files; nobody would find them. */
static gboolean
check_place (SignetOutputFile *self, GError **error)
{
  struct stat opened;
  struct stat there;

  if (stat (self->place, &there) == 0 && fstat (self->folder, &opened) == 0 && opened.st_dev == there.st_dev && opened.st_ino == there.st_ino)
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_CANNOT_WRITE, "the output folder is no longer where it was");
  return FALSE;
}

static int
give_name (SignetOutputFile *self)
{
  int result;

  if (self->temporary == NULL && !self->overwrite)
    return link_as (self, self->name);
  if (self->temporary == NULL)
    {
      g_autofree char *name = invent_name ();

      if (link_as (self, name) != 0)
        return -1;
      self->temporary = g_steal_pointer (&name);
      signet_stop_here ("linked");
    }
  result = self->overwrite ? renameat (self->folder, self->temporary, self->folder, self->name) : rename_without_replacing (self);
  if (result == 0)
    g_clear_pointer (&self->temporary, g_free);
  return result;
}

/**
 * signet_output_file_begin_sync:
 * @whole: nothing more will be written to it
 *
 * Has another thread bring to the disk what was written so far, while this one goes on; for a file that is worth a thread. What it cannot do is told
 * by signet_output_file_publish().
 */
void
signet_output_file_begin_sync (SignetOutputFile *self, gboolean whole)
{
  wait_for_sync (self);
  self->syncing = g_thread_try_new ("signet-sync", sync_content, GINT_TO_POINTER (self->fd), NULL);
  self->synced = whole && self->syncing != NULL;
}

/* The content and what is needed to find it. Its times and mode go with its name. */
static gboolean
finish_sync (SignetOutputFile *self, GError **error)
{
  wait_for_sync (self);
  if (self->errnum == 0 && !self->synced && fdatasync (self->fd) != 0)
    self->errnum = errno;
  return self->errnum == 0 || set_write_error (error, self->errnum, "writing the output to the disk");
}

/**
 * signet_output_file_publish:
 *
 * The first half of a commit: what is in the file is on the disk and the file has its name. That the name outlives a loss of power is for
 * signet_output_file_sync_folder() to see to: once for many files, if need be.
 */
gboolean
signet_output_file_publish (SignetOutputFile *self, GError **error)
{
  set_mode (self);
  if (!finish_sync (self, error))
    return FALSE;
  signet_stop_here ("synced");
  if (!check_place (self, error))
    return FALSE;
  if (give_name (self) != 0)
    return set_write_error (error, errno, "giving the output its name");
  signet_stop_here ("renamed");
  return TRUE;
}

/* The file is there by now; some file systems refuse to sync a folder. */
void
signet_output_file_sync_folder (SignetOutputFile *self)
{
  if (fsync (self->folder) != 0)
    g_debug ("fsync of the folder: %s", g_strerror (errno));
}

gboolean
signet_output_file_is_beside (SignetOutputFile *self, SignetOutputFile *other)
{
  struct stat mine;
  struct stat theirs;

  return fstat (self->folder, &mine) == 0 && fstat (other->folder, &theirs) == 0 && mine.st_dev == theirs.st_dev
         && mine.st_ino == theirs.st_ino;
}

/**
 * signet_output_file_rename:
 * @target: in the same folder
 *
 * For a file that has no name yet, when the name it should have got was taken meanwhile.
 */
void
signet_output_file_rename (SignetOutputFile *self, const char *target)
{
  g_free (self->target);
  g_free (self->name);
  self->target = g_strdup (target);
  self->name = g_path_get_basename (target);
}

/**
 * signet_output_file_commit:
 *
 * After success the file is under its name and on the disk. After failure nothing is under its name, or what was there before.
 */
gboolean
signet_output_file_commit (SignetOutputFile *self, GError **error)
{
  if (!signet_output_file_publish (self, error))
    return FALSE;
  signet_output_file_sync_folder (self);
  return TRUE;
}
