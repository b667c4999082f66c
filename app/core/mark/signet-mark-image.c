/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-image.c: the head of a picture (PNG, ISO/IEC 15948; JPEG, ITU-T T.81): is it one of those a mark can show, and how large is it?
 * Looked at before anything is decoded, so that a decoder never sees a picture that is too large or of another kind. Any thread.
 */
#define G_LOG_DOMAIN "signet-mark-image"

#include "config.h"

#include "signet-mark-draw.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-base-error.h"

#define MAX_BYTES  (8 * 1024 * 1024)
#define MAX_SIDE   10000
#define MAX_BEHIND 65536
#define MAX_PIXELS (24 * 1000 * 1000) /* what a telephone photographs */

static gboolean
set_image_error (GError **error, int code, const char *message)
{
  g_set_error_literal (error, SIGNET_MARK_ERROR, code, message);
  return FALSE;
}

static gboolean
check_size (guint64 width, guint64 height, GError **error)
{
  if (width == 0 || height == 0)
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a picture without pixels");
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS)
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE_TOO_LARGE, "more than 24 million pixels, or a side of more than 10000");
  return TRUE;
}

/* Decoders draw what there is of a picture that was cut off; some programs put a few bytes behind its end */
static gboolean
has_end (const guint8 *data, gsize length, const char *end, gsize end_length)
{
  gsize tail = MIN (length, MAX_BEHIND);

  return memmem (data + length - tail, tail, end, end_length) != NULL;
}

static guint32
read_16 (const guint8 *at)
{
  return (guint32) at[0] << 8 | at[1];
}

static guint32
read_32 (const guint8 *at)
{
  return read_16 (at) << 16 | read_16 (at + 2);
}

/* IHDR is the first chunk (ISO/IEC 15948, 5.6) */
static gboolean
check_png (const guint8 *data, gsize length, GError **error)
{
  if (length < 33 || read_32 (data + 8) != 13 || memcmp (data + 12, "IHDR", 4) != 0 || !has_end (data, length, "IEND", 4))
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a damaged PNG picture");
  return check_size (read_32 (data + 16), read_32 (data + 20), error);
}

static gboolean
is_frame (guint8 marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* T.81, B.2.2: precision, lines, samples a line, components */
static gboolean
check_frame (guint8 marker, const guint8 *frame, gsize length, GError **error)
{
  if (length < 8)
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a damaged JPEG picture");
  if ((marker != 0xc0 && marker != 0xc1 && marker != 0xc2) || frame[2] != 8)
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a JPEG picture of a rare kind (not 8 bit, baseline or progressive)");
  if (frame[7] == 4)
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a JPEG picture in CMYK colours; save it in RGB");
  if (frame[7] != 1 && frame[7] != 3)
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a JPEG picture of a rare kind (colours)");
  return check_size (read_16 (frame + 5), read_16 (frame + 3), error);
}

static gboolean
check_jpeg_end (const guint8 *data, gsize length, GError **error)
{
  return has_end (data, length, "\xff\xd9", 2) || set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a JPEG picture that was cut off");
}

static gboolean
check_jpeg (const guint8 *data, gsize length, GError **error)
{
  gsize at = 2;

  while (at + 4 <= length && data[at] == 0xff)
    {
      guint8 marker = data[at + 1];
      gsize size = 0;

      if (marker == 0xff) /* filling */
        {
          at++;
          continue;
        }
      size = read_16 (data + at + 2);
      if (size < 2 || size > length - at - 2 || marker == 0xda || marker == 0xd9)
        break;
      if (is_frame (marker))
        return check_frame (marker, data + at + 2, size, error) && check_jpeg_end (data, length, error);
      at += 2 + size;
    }
  return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "a damaged JPEG picture");
}

/**
 * signet_mark_check_image:
 * @data: a whole file
 * @error: IMAGE or IMAGE_TOO_LARGE
 *
 * Looks at the head alone.
 */
gboolean
signet_mark_check_image (GBytes *data, GError **error)
{
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (data, &length);

  if (length > MAX_BYTES)
    return set_image_error (error, SIGNET_MARK_ERROR_IMAGE_TOO_LARGE, "more than 8 MiB");
  if (length >= 8 && memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
    return check_png (bytes, length, error);
  if (length >= 4 && memcmp (bytes, "\xff\xd8\xff", 3) == 0)
    return check_jpeg (bytes, length, error);
  return set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "neither PNG nor JPEG");
}

/* Of a regular file, never more than one byte beyond what may be there */
static GBytes *
read_file (int fd, GError **error)
{
  g_autofree guint8 *data = g_malloc (MAX_BYTES + 1);
  gsize length = 0;

  while (length <= MAX_BYTES)
    {
      gssize n = read (fd, data + length, MAX_BYTES + 1 - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          signet_base_error_set_errno (error, errno, "reading a picture");
          return NULL;
        }
      if (n == 0)
        break;
      length += (gsize) n;
    }
  return g_bytes_new (data, length);
}

/**
 * signet_mark_read_image:
 * @path: a PNG or JPEG file
 * @error: IMAGE, IMAGE_TOO_LARGE; NOT_FOUND, DENIED in %SIGNET_BASE_ERROR
 *
 * Returns: (transfer full) (nullable): the file, its head checked
 */
GBytes *
signet_mark_read_image (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  g_autoptr(GBytes) data = NULL;
  struct stat status;

  if (fd < 0)
    {
      signet_base_error_set_errno (error, errno, "opening a picture");
      return NULL;
    }
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    set_image_error (error, SIGNET_MARK_ERROR_IMAGE, "not a file");
  else
    data = read_file (fd, error);
  close (fd);
  return data != NULL && signet_mark_check_image (data, error) ? g_steal_pointer (&data) : NULL;
}
