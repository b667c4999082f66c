/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-software-remove.c: the end of a software token: its folder, and nothing else, while nobody is logged in to it.
 *
 * A login is told to other processes by a shared lock on a small file; who removes wants it alone. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-software-remove"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-token-private.h"

#define TOKENS "tokens"
#define LOGINS "logins"
#define GOING  "removed"
#define SERIAL 16
#define UUID   36

/* (transfer full) (nullable): of "SoftHSMv2/d058c09cd990d8a1/Label" */
static char *
dup_serial (const char *id)
{
  g_auto (GStrv) parts = g_strsplit (id, "/", 3);

  if (g_strv_length (parts) < 2 || strlen (parts[1]) != SERIAL || strspn (parts[1], "0123456789abcdef") != SERIAL)
    return NULL;
  return g_strdup (parts[1]);
}

static int
open_mark (const char *dir, const char *id)
{
  g_autofree char *serial = dir != NULL ? dup_serial (id) : NULL;
  g_autofree char *folder = dir != NULL ? g_build_filename (dir, LOGINS, NULL) : NULL;
  g_autofree char *path = NULL;

  if (serial == NULL || g_mkdir_with_parents (folder, 0700) != 0)
    return -1;
  path = g_build_filename (folder, serial, NULL);
  return open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int
_signet_token_software_mark_login (const char *dir, const char *id)
{
  int fd = open_mark (dir, id);

  if (fd >= 0 && flock (fd, LOCK_SH | LOCK_NB) != 0)
    {
      close (fd);
      return -1;
    }
  return fd;
}

void
_signet_token_software_unmark_login (gpointer mark)
{
  if (GPOINTER_TO_INT (mark) >= 0)
    close (GPOINTER_TO_INT (mark));
}

/* SoftHSM names the folder with a UUID whose last sixteen digits are the serial number. */
static gboolean
is_folder_of (const char *name, const char *serial)
{
  return strlen (name) == UUID && name[23] == '-' && strncmp (name + 19, serial, 4) == 0 && strcmp (name + 24, serial + 4) == 0;
}

/* (transfer full) (nullable): the one folder of that token; never a guess */
static char *
find_folder (const char *tokens, const char *serial, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (tokens, 0, NULL);
  g_autofree char *found = NULL;
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      if (!is_folder_of (name, serial))
        continue;
      if (found != NULL)
        {
          g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "two folders of one software token");
          return NULL;
        }
      found = g_build_filename (tokens, name, NULL);
    }
  if (found == NULL)
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED, "the folder of the software token is not there");
  return g_steal_pointer (&found);
}

/* Files only, and no links: SoftHSM makes nothing else. */
static gboolean
empty_folder (const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name = NULL;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (unlink (file) != 0)
        return signet_base_error_set_errno (error, errno, "removing a file of the software token");
    }
  return TRUE;
}

/* Moved aside first: SoftHSM never sees half a token, and a second try finishes what was interrupted. */
static gboolean
remove_folder (const char *dir, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *going = g_strdup_printf ("%s/%s-%s", dir, GOING, name);
  struct stat info;

  if (lstat (path, &info) != 0 || !S_ISDIR (info.st_mode) || info.st_uid != geteuid ())
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the software token's folder is not the user's own");
      return FALSE;
    }
  if (g_rename (path, going) != 0)
    return signet_base_error_set_errno (error, errno, "moving the software token aside");
  if (!empty_folder (going, error))
    return FALSE;
  return g_rmdir (going) == 0 || signet_base_error_set_errno (error, errno, "removing the software token's folder");
}

gboolean
_signet_token_software_remove (const char *dir, const char *id, GError **error)
{
  g_autofree char *serial = dup_serial (id);
  g_autofree char *tokens = g_build_filename (dir, TOKENS, NULL);
  g_autofree char *path = NULL;
  gboolean removed = FALSE;
  int mark = -1;

  if (serial == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "not a software token's serial number");
      return FALSE;
    }
  path = find_folder (tokens, serial, error);
  if (path == NULL)
    return FALSE;
  mark = open_mark (dir, id);
  if (mark < 0)
    return signet_base_error_set_errno (error, errno, "asking who is logged in to the software token");
  if (flock (mark, LOCK_EX | LOCK_NB) != 0)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TRY_LATER, "somebody is logged in to the software token");
  else
    removed = remove_folder (dir, path, error);
  close (mark);
  return removed;
}
