/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-hint.c: remembers in the cache folder which module a named certificate was found in, so that the next time that module
 * is asked first and the others are not started (docs/decisions/0017-a-hint-is-only-a-hint.md).
 *
 * Nothing here is trusted: a hint only picks among modules that would be asked anyway, and what it promises is listed before it is
 * used. A file that is missing, too large or nonsense is no hint. Any thread; two writers at once: the later one stays.
 */
#define G_LOG_DOMAIN "signet-token-hint"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-paths.h"
#include "signet-token-private.h"

#define MAX_SIZE   (64 * 1024)
#define MAX_HINTS  64

static char *
dup_path (void)
{
  return g_build_filename (signet_paths_get_cache_dir (), "certificate-modules.ini", NULL);
}

/* -1: not a plain file of a sane size */
static gssize
read_file (const char *path, char *buffer)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat info;
  gssize length = -1;

  if (fd < 0)
    return -1;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= MAX_SIZE)
    length = read (fd, buffer, MAX_SIZE);
  close (fd);
  return length;
}

/* (transfer full): empty when there is nothing of use */
static GKeyFile *
load (void)
{
  GKeyFile *hints = g_key_file_new ();
  g_autofree char *path = dup_path ();
  g_autofree char *text = g_malloc (MAX_SIZE);
  gssize length = read_file (path, text);

  if (length > 0 && !g_key_file_load_from_data (hints, text, (gsize) length, G_KEY_FILE_NONE, NULL))
    {
      g_key_file_unref (hints);
      hints = g_key_file_new ();
    }
  return hints;
}

/* A cache: what cannot be written costs the next run some milliseconds. */
static void
save (GKeyFile *hints)
{
  g_autofree char *path = dup_path ();
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *text = g_key_file_to_data (hints, &length, NULL);

  if (!g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_debug ("%s", error->message);
}

/* The oldest come first: a group that is written again is moved to the end. */
static void
drop_oldest (GKeyFile *hints)
{
  gsize n = 0;
  g_auto (GStrv) groups = g_key_file_get_groups (hints, &n);

  for (gsize i = 0; i + MAX_HINTS < n; i++)
    g_key_file_remove_group (hints, groups[i], NULL);
}

/**
 * _signet_token_hint_find:
 * @sha256: of a certificate, 64 digits
 * @software: (out): of the module with our software token's settings
 *
 * Returns: (transfer full) (nullable): path of the module it was seen in last
 */
char *
_signet_token_hint_find (const char *sha256, gboolean *software)
{
  g_autoptr (GKeyFile) hints = load ();
  g_autofree char *module = g_key_file_get_string (hints, sha256, "Module", NULL);

  *software = g_key_file_get_boolean (hints, sha256, "Software", NULL);
  return module != NULL && g_path_is_absolute (module) ? g_steal_pointer (&module) : NULL;
}

void
_signet_token_hint_remember (const char *sha256, SignetTokenModule *module)
{
  g_autoptr (GKeyFile) hints = load ();
  const char *path = _signet_token_module_get_path (module);

  if (!g_utf8_validate (path, -1, NULL))
    return;
  g_key_file_remove_group (hints, sha256, NULL);
  g_key_file_set_string (hints, sha256, "Module", path);
  g_key_file_set_boolean (hints, sha256, "Software", _signet_token_module_get_software_dir (module) != NULL);
  drop_oldest (hints);
  save (hints);
}

/* So that a module that hangs is waited for once, not before each listing. */
void
_signet_token_hint_forget (const char *sha256)
{
  g_autoptr (GKeyFile) hints = load ();

  if (g_key_file_remove_group (hints, sha256, NULL))
    save (hints);
}
