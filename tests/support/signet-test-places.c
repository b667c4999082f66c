/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-places.c: a home for one test program, removed when it ends. */
#include "config.h"

#include "signet-test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *home;
static pid_t owner;

static int
on_entry_cb (const char *path, const struct stat *status, int kind, struct FTW *where)
{
  if (kind == FTW_D || kind == FTW_DNR)
    chmod (path, 0700);
  return remove (path);
}

static int
on_folder_cb (const char *path, const struct stat *status, int kind, struct FTW *where)
{
  if (kind == FTW_D || kind == FTW_DNR)
    chmod (path, 0700);
  return 0;
}

void
signet_test_remove_tree (const char *path)
{
  nftw (path, on_folder_cb, 16, FTW_PHYS);
  nftw (path, on_entry_cb, 16, FTW_DEPTH | FTW_PHYS);
}

static void
remove_home (void)
{
  if (home != NULL && getpid () == owner)
    signet_test_remove_tree (home);
  g_clear_pointer (&home, g_free);
}

static void
point (const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (home, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  g_setenv (variable, path, TRUE);
}

const char *
signet_test_home (void)
{
  if (home != NULL)
    return home;
  home = g_dir_make_tmp ("signet-test-XXXXXX", NULL);
  g_assert_nonnull (home);
  owner = getpid ();
  atexit (remove_home);
  g_setenv ("HOME", home, TRUE);
  point ("XDG_DATA_HOME", "data");
  point ("XDG_CONFIG_HOME", "config");
  point ("XDG_CACHE_HOME", "cache");
  point ("XDG_RUNTIME_DIR", "run");
  point ("SIGNET_USER_DIR", "user");
  return home;
}

char *
signet_test_make_dir (void)
{
  char *path = g_build_filename (signet_test_home (), "dir-XXXXXX", NULL);

  g_assert_nonnull (g_mkdtemp (path));
  return path;
}

char *
signet_test_write_file (const char *dir, const char *name, const void *data, gssize length)
{
  char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, length, &error);
  g_assert_no_error (error);
  return path;
}

guint
signet_test_count_files (const char *dir)
{
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  guint count = 0;

  g_assert_nonnull (entries);
  while (g_dir_read_name (entries) != NULL)
    count++;
  return count;
}
