/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-cache.c: evidence as files, one for each key, in the person's cache folder.
 *
 * A file begins with four lines (what it is and for, when it was fetched and when it is over, the ETag, a SHA-256 over all that and the
 * data); then the data. It gets its name when it is whole, so that another process reads the old one or the new one. The checksum finds
 * damage, not malice: whoever may write here may write anything, which is why everything read is judged again as if it came from the
 * network. Not here: what the data is. Any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-cache"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-evidence-cache.h"

#include "../base/signet-paths.h"

#define FORMAT      "signet-evidence 1"
#define MAX_HEAD    4096
#define MAX_ETAG    256
#define MAX_ENTRY   (33 * 1024 * 1024)
#define MAX_ENTRIES 4096
#define MAX_AGE     (3600) /* of a file somebody began and never finished */
#define UNFINISHED  ".new-"
#define SKEW        300

struct _SignetEvidenceCache
{
  gatomicrefcount references;
  char *folder;
  gsize limit;
};

void
signet_evidence_cached_free (SignetEvidenceCached *cached)
{
  if (cached == NULL)
    return;
  g_clear_pointer (&cached->data, g_bytes_unref);
  g_free (cached->etag);
  g_free (cached);
}

SignetEvidenceCache *
signet_evidence_cache_new (const char *folder, gsize limit)
{
  SignetEvidenceCache *self = g_new0 (SignetEvidenceCache, 1);

  g_atomic_ref_count_init (&self->references);
  self->folder = folder != NULL ? g_strdup (folder) : g_build_filename (signet_paths_get_cache_dir (), "evidence", NULL);
  self->limit = limit != 0 ? limit : SIGNET_EVIDENCE_CACHE_SIZE;
  return self;
}

SignetEvidenceCache *
signet_evidence_cache_ref (SignetEvidenceCache *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
signet_evidence_cache_unref (SignetEvidenceCache *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->folder);
  g_free (self);
}

static char *
path_of (SignetEvidenceCache *self, const char *key)
{
  g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  return g_build_filename (self->folder, name, NULL);
}

/* --- the form of a file --------------------------------------------------------------------------------------------------- */

static char *
checksum_of (const char *head, gconstpointer data, gsize size)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, (const guchar *) head, (gssize) strlen (head));
  g_checksum_update (checksum, data, (gssize) size);
  return g_strdup (g_checksum_get_string (checksum));
}

static char *
head_of (const char *key, const SignetEvidenceCached *what)
{
  return g_strdup_printf ("%s %s\n%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n%s\n", FORMAT, key, what->fetched_at, what->expires,
                          what->etag != NULL ? what->etag : "");
}

/* The head again as it would be written: then only the checksum has to be compared. */
static SignetEvidenceCached *
parse_head (char **lines)
{
  g_autoptr (SignetEvidenceCached) cached = g_new0 (SignetEvidenceCached, 1);
  g_auto (GStrv) times = g_strsplit (lines[1], " ", 3);

  if (g_strv_length (times) != 2 || !g_ascii_string_to_signed (times[0], 10, 0, G_MAXINT64, &cached->fetched_at, NULL)
      || !g_ascii_string_to_signed (times[1], 10, 0, G_MAXINT64, &cached->expires, NULL))
    return NULL;
  cached->etag = *lines[2] != '\0' ? g_strdup (lines[2]) : NULL;
  return g_steal_pointer (&cached);
}

static const char *
end_of_head (const char *text, gsize size)
{
  const char *at = text;

  for (int i = 0; i < 4 && at != NULL; i++)
    {
      at = memchr (at, '\n', MIN (size, MAX_HEAD) - (gsize) (at - text));
      at = at != NULL ? at + 1 : NULL;
    }
  return at;
}

static SignetEvidenceCached *
parse (const char *key, GBytes *file)
{
  gsize size;
  const char *text = g_bytes_get_data (file, &size);
  const char *data = text != NULL ? end_of_head (text, size) : NULL;
  g_autofree char *head = data != NULL ? g_strndup (text, (gsize) (data - text)) : NULL;
  g_auto (GStrv) lines = head != NULL ? g_strsplit (head, "\n", 6) : NULL;
  g_autoptr (SignetEvidenceCached) cached = lines != NULL && g_strv_length (lines) == 5 ? parse_head (lines) : NULL;
  g_autofree char *expected = cached != NULL ? head_of (key, cached) : NULL;
  g_autofree char *checksum = NULL;

  if (cached == NULL || !g_str_has_prefix (head, expected))
    return NULL;
  checksum = checksum_of (expected, data, size - (gsize) (data - text));
  if (strcmp (checksum, lines[3]) != 0)
    return NULL;
  cached->data = g_bytes_new_from_bytes (file, (gsize) (data - text), size - (gsize) (data - text));
  return g_steal_pointer (&cached);
}

/* --- reading -------------------------------------------------------------------------------------------------------------- */

/* Only a file of our own: a link or a pipe somebody put there is not opened or not read. */
static int
open_own (const char *path, gsize *size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat info;

  if (fd < 0)
    return -1;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid () && info.st_size > 0 && info.st_size <= MAX_ENTRY)
    {
      *size = (gsize) info.st_size;
      return fd;
    }
  close (fd);
  return -1;
}

static GBytes *
read_file (const char *path)
{
  gsize size = 0, done = 0;
  int fd = open_own (path, &size);
  g_autofree char *data = fd >= 0 ? g_malloc (size) : NULL;
  gssize n = 1;

  while (data != NULL && done < size && n > 0)
    {
      n = read (fd, data + done, size - done);
      done += n > 0 ? (gsize) n : 0;
    }
  if (data != NULL && done == size)
    futimens (fd, NULL); /* used last: what is used least goes first */
  if (fd >= 0)
    close (fd);
  return data != NULL && done == size ? g_bytes_new_take (g_steal_pointer (&data), size) : NULL;
}

/* A file from after now was written by a clock that went wrong, or by nobody honest. */
static gboolean
is_of_its_time (const SignetEvidenceCached *cached, gint64 now)
{
  return cached->fetched_at <= now + SKEW && cached->expires > now;
}

SignetEvidenceCached *
signet_evidence_cache_get (SignetEvidenceCache *self, const char *key, gint64 now)
{
  g_autofree char *path = path_of (self, key);
  g_autoptr (GBytes) file = read_file (path);
  g_autoptr (SignetEvidenceCached) cached = NULL;

  if (file == NULL)
    return NULL;
  cached = parse (key, file);
  if (cached != NULL && is_of_its_time (cached, now))
    return g_steal_pointer (&cached);
  g_debug ("dropping %s: %s", path, cached == NULL ? "damaged" : "over");
  g_unlink (path);
  return NULL;
}

void
signet_evidence_cache_remove (SignetEvidenceCache *self, const char *key)
{
  g_autofree char *path = path_of (self, key);

  g_unlink (path);
}

/* --- room ----------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  char *path;
  gint64 used; /* nanoseconds */
  gsize size;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->path);
  g_free (kept);
}

static gint
compare_kept (gconstpointer left, gconstpointer right)
{
  const Kept *a = *(Kept *const *) left;
  const Kept *b = *(Kept *const *) right;

  return a->used < b->used ? -1 : a->used > b->used;
}

static void
add_kept (GPtrArray *all, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;
  Kept *kept;

  if (lstat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return;
  if (g_str_has_prefix (name, UNFINISHED))
    {
      if (info.st_mtim.tv_sec < g_get_real_time () / G_USEC_PER_SEC - MAX_AGE)
        g_unlink (path);
      return;
    }
  kept = g_new0 (Kept, 1);
  kept->path = g_steal_pointer (&path);
  kept->used = (gint64) info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
  kept->size = (gsize) info.st_size;
  g_ptr_array_add (all, kept);
}

/* Least recently used first, until @wanted more bytes fit. Another process may do the same: then more goes than had to. */
static void
make_room (SignetEvidenceCache *self, gsize wanted)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (kept_free);
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;
  gsize total = wanted;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    add_kept (all, self->folder, name);
  for (guint i = 0; i < all->len; i++)
    total += ((Kept *) g_ptr_array_index (all, i))->size;
  g_ptr_array_sort (all, compare_kept);
  for (guint i = 0; i < all->len && (total > self->limit || all->len - i >= MAX_ENTRIES); i++)
    {
      const Kept *kept = g_ptr_array_index (all, i);

      g_unlink (kept->path);
      total -= kept->size;
    }
}

/* --- writing -------------------------------------------------------------------------------------------------------------- */

static gboolean
write_all (int fd, const void *data, gsize size)
{
  const char *at = data;

  while (size > 0)
    {
      gssize n = write (fd, at, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      size -= (gsize) n;
    }
  return TRUE;
}

static gboolean
write_file (const char *folder, const char *path, const char *head, const char *checksum, GBytes *data)
{
  g_autofree char *unfinished = g_build_filename (folder, UNFINISHED "XXXXXX", NULL);
  int fd = g_mkstemp_full (unfinished, O_WRONLY | O_CLOEXEC, 0600);
  gboolean done;

  if (fd < 0)
    return FALSE;
  done = write_all (fd, head, strlen (head)) && write_all (fd, checksum, strlen (checksum)) && write_all (fd, "\n", 1)
         && write_all (fd, g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  done = close (fd) == 0 && done;
  done = done && g_rename (unfinished, path) == 0;
  if (!done)
    g_unlink (unfinished);
  return done;
}

/* Names of our own making, but addresses come from certificates: one line each. */
static gboolean
is_line (const char *text, gsize most)
{
  return text == NULL || (strlen (text) <= most && strpbrk (text, "\r\n") == NULL && g_utf8_validate (text, -1, NULL));
}

void
signet_evidence_cache_put (SignetEvidenceCache *self, const char *key, const SignetEvidenceCached *what)
{
  SignetEvidenceCached kept = *what;
  g_autofree char *path = path_of (self, key);
  g_autofree char *head = NULL;
  g_autofree char *checksum = NULL;
  gsize size = g_bytes_get_size (what->data);

  if (!is_line (key, MAX_HEAD / 2) || size + MAX_HEAD > self->limit || size + MAX_HEAD > MAX_ENTRY)
    return;
  if (!is_line (kept.etag, MAX_ETAG))
    kept.etag = NULL;
  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    return;
  head = head_of (key, &kept);
  checksum = checksum_of (head, g_bytes_get_data (what->data, NULL), size);
  make_room (self, size + MAX_HEAD);
  if (!write_file (self->folder, path, head, checksum, what->data))
    g_debug ("cannot keep %s: %s", key, g_strerror (errno));
}
