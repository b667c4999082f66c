/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * failing-io.c: preloaded into a program: the call number $SIGNET_TEST_IO_FAIL_AT that writes into $SIGNET_TEST_IO_FOLDER finds the disk full, and so
 * does every one after it. What it was is written to $SIGNET_TEST_IO_TOLD. Calls that the C library makes for itself (stdio) are not seen.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int count;

static int
is_inside (const char *path)
{
  const char *folder = getenv ("SIGNET_TEST_IO_FOLDER");

  return folder != NULL && strncmp (path, folder, strlen (folder)) == 0;
}

static int
is_ours (int fd)
{
  char link[64];
  char path[PATH_MAX];
  ssize_t length;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, path, sizeof path - 1);
  if (length <= 0)
    return 0;
  path[length] = '\0';
  return is_inside (path);
}

static int
is_ours_at (int folder, const char *path)
{
  return path[0] == '/' || folder == AT_FDCWD ? is_inside (path) : is_ours (folder);
}

static void
tell (const char *call)
{
  const char *path = getenv ("SIGNET_TEST_IO_TOLD");
  int fd = path != NULL ? (int) openat (AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;

  if (fd >= 0)
    {
      dprintf (fd, "%s", call);
      close (fd);
    }
}

static int
fails (const char *call)
{
  const char *at = getenv ("SIGNET_TEST_IO_FAIL_AT");
  int number = atomic_fetch_add (&count, 1) + 1;

  if (at == NULL || number < atoi (at))
    return 0;
  tell (call);
  errno = ENOSPC;
  return 1;
}

#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

ssize_t
write (int fd, const void *data, size_t length)
{
  return is_ours (fd) && fails ("write") ? -1 : REAL (write) (fd, data, length);
}

ssize_t
pwrite (int fd, const void *data, size_t length, off_t offset)
{
  return is_ours (fd) && fails ("pwrite") ? -1 : REAL (pwrite64) (fd, data, length, offset);
}

ssize_t
pwrite64 (int fd, const void *data, size_t length, off64_t offset)
{
  return is_ours (fd) && fails ("pwrite") ? -1 : REAL (pwrite64) (fd, data, length, offset);
}

ssize_t
copy_file_range (int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length, unsigned flags)
{
  return is_ours (to) && fails ("copy_file_range") ? -1 : REAL (copy_file_range) (from, from_offset, to, to_offset, length, flags);
}

int
ftruncate64 (int fd, off64_t length)
{
  return is_ours (fd) && fails ("ftruncate") ? -1 : REAL (ftruncate64) (fd, length);
}

int
fsync (int fd)
{
  return is_ours (fd) && fails ("fsync") ? -1 : REAL (fsync) (fd);
}

int
fdatasync (int fd)
{
  return is_ours (fd) && fails ("fdatasync") ? -1 : REAL (fdatasync) (fd);
}

int
linkat (int from_folder, const char *from, int to_folder, const char *to, int flags)
{
  return is_ours_at (to_folder, to) && fails ("linkat") ? -1 : REAL (linkat) (from_folder, from, to_folder, to, flags);
}

int
renameat2 (int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
  return is_ours_at (to_folder, to) && fails ("renameat2") ? -1 : REAL (renameat2) (from_folder, from, to_folder, to, flags);
}

int
renameat (int from_folder, const char *from, int to_folder, const char *to)
{
  return is_ours_at (to_folder, to) && fails ("renameat") ? -1 : REAL (renameat) (from_folder, from, to_folder, to);
}

int
rename (const char *from, const char *to)
{
  return is_inside (to) && fails ("rename") ? -1 : REAL (rename) (from, to);
}

static int
makes (int flags)
{
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

static int
open_at (int folder, const char *path, int flags, mode_t mode)
{
  int (*real) (int, const char *, int, ...) = REAL (openat64);

  if (makes (flags) && is_ours_at (folder, path) && fails ("open"))
    return -1;
  return makes (flags) ? real (folder, path, flags, mode) : real (folder, path, flags);
}

static mode_t
read_mode (int flags, va_list *rest)
{
  return makes (flags) ? (mode_t) va_arg (*rest, int) : 0;
}

int
openat64 (int folder, const char *path, int flags, ...)
{
  va_list rest;
  mode_t mode;

  va_start (rest, flags);
  mode = read_mode (flags, &rest);
  va_end (rest);
  return open_at (folder, path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
  va_list rest;
  mode_t mode;

  va_start (rest, flags);
  mode = read_mode (flags, &rest);
  va_end (rest);
  return open_at (AT_FDCWD, path, flags, mode);
}
