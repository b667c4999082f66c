/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-output-file.c: whole under its name or not at all, in both ways of writing (nameless, and beside the target). */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-output-file.h"
#include "signet-test.h"

typedef struct {
  char *dir;
  char *target;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer named)
{
  fixture->dir = signet_test_make_dir ();
  fixture->target = g_build_filename (fixture->dir, "out.pdf", NULL);
  if (named != NULL)
    g_setenv ("SIGNET_TEST_NO_TMPFILE", "1", TRUE);
  else
    g_unsetenv ("SIGNET_TEST_NO_TMPFILE");
}

static void
tear_down (Fixture *fixture, gconstpointer named)
{
  g_chmod (fixture->dir, 0700);
  signet_test_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->target);
}

static SignetOutputFile *
open_output (Fixture *fixture, gboolean overwrite)
{
  g_autoptr (GError) error = NULL;
  SignetOutputFile *output = signet_output_file_open (fixture->target, overwrite, &error);

  g_assert_no_error (error);
  g_assert_true (signet_output_file_write (output, "whole", 5, NULL));
  return output;
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (content, ==, expected);
}

static void
assert_cannot_open (const char *path, gboolean overwrite, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_output_file_open (path, overwrite, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, code);
}

static void
test_commit (Fixture *fixture, gconstpointer named)
{
  g_autoptr (SignetOutputFile) output = open_output (fixture, FALSE);
  mode_t mask = umask (027);
  struct stat status;

  g_assert_false (g_file_test (fixture->target, G_FILE_TEST_EXISTS));
  g_assert_true (signet_output_file_commit (output, NULL));
  umask (mask);
  assert_content (fixture->target, "whole");
  g_assert_cmpint (stat (fixture->target, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0640);
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 1);
}

static void
test_dropped (Fixture *fixture, gconstpointer named)
{
  SignetOutputFile *output = open_output (fixture, FALSE);
  struct stat status;

  g_assert_cmpint (fstat (signet_output_file_get_fd (output), &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_object_unref (output);
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 0);
}

static void
test_existing (Fixture *fixture, gconstpointer named)
{
  g_file_set_contents (fixture->target, "old", -1, NULL);
  assert_cannot_open (fixture->target, FALSE, SIGNET_BASE_ERROR_EXISTS);
  assert_content (fixture->target, "old");
}

static void
test_appears_meanwhile (Fixture *fixture, gconstpointer named)
{
  SignetOutputFile *output = open_output (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->target, "theirs", -1, NULL);
  g_assert_false (signet_output_file_commit (output, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS);
  g_object_unref (output);
  assert_content (fixture->target, "theirs");
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 1);
}

static void
test_overwrite_keeps_mode (Fixture *fixture, gconstpointer named)
{
  g_autoptr (SignetOutputFile) output = NULL;
  struct stat status;

  g_file_set_contents (fixture->target, "old", -1, NULL);
  g_chmod (fixture->target, 0604);
  output = open_output (fixture, TRUE);
  assert_content (fixture->target, "old");
  g_assert_true (signet_output_file_commit (output, NULL));
  assert_content (fixture->target, "whole");
  g_assert_cmpint (stat (fixture->target, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0604);
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 1);
}

static void
test_symbolic_link (Fixture *fixture, gconstpointer named)
{
  g_autofree char *other = signet_test_write_file (fixture->dir, "real.pdf", "old", -1);
  g_autoptr (SignetOutputFile) output = NULL;

  g_assert_cmpint (symlink ("real.pdf", fixture->target), ==, 0);
  assert_cannot_open (fixture->target, FALSE, SIGNET_BASE_ERROR_EXISTS);
  output = open_output (fixture, TRUE);
  g_assert_true (signet_output_file_commit (output, NULL));
  g_assert_true (g_file_test (fixture->target, G_FILE_TEST_IS_SYMLINK));
  assert_content (other, "whole");
}

static void
test_odd_targets (Fixture *fixture, gconstpointer named)
{
  g_autofree char *folder = g_strconcat (fixture->dir, "/", NULL);
  g_autofree char *missing = g_build_filename (fixture->dir, "no", "such.pdf", NULL);
  g_autofree char *longest = g_strnfill (300, 'x');
  g_autofree char *too_long = g_build_filename (fixture->dir, longest, NULL);

  assert_cannot_open (folder, TRUE, SIGNET_BASE_ERROR_CANNOT_WRITE);
  assert_cannot_open (fixture->dir, TRUE, SIGNET_BASE_ERROR_CANNOT_WRITE);
  assert_cannot_open (missing, FALSE, SIGNET_BASE_ERROR_CANNOT_WRITE);
  assert_cannot_open (too_long, FALSE, SIGNET_BASE_ERROR_CANNOT_WRITE);
  assert_cannot_open ("/dev/null", TRUE, SIGNET_BASE_ERROR_CANNOT_WRITE);
  assert_cannot_open ("", FALSE, SIGNET_BASE_ERROR_CANNOT_WRITE);
}

static void
test_no_space (Fixture *fixture, gconstpointer named)
{
  SignetOutputFile *output = open_output (fixture, FALSE);
  g_autofree char *much = g_strnfill (100000, 'x');
  g_autoptr (GError) error = NULL;
  struct rlimit old;
  struct rlimit small;

  getrlimit (RLIMIT_FSIZE, &old);
  small = (struct rlimit) { .rlim_cur = 1000, .rlim_max = old.rlim_max };
  setrlimit (RLIMIT_FSIZE, &small);
  g_assert_false (signet_output_file_write (output, much, 100000, &error));
  setrlimit (RLIMIT_FSIZE, &old);
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NO_SPACE);
  g_object_unref (output);
  g_assert_cmpuint (signet_test_count_files (fixture->dir), ==, 0);
}

static void
test_read_only_folder (Fixture *fixture, gconstpointer named)
{
  /* root writes where modes say no; /proc takes no files from anybody */
  if (geteuid () == 0)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (signet_output_file_open ("/proc/out.pdf", FALSE, &error));
      g_assert_true (error->domain == SIGNET_BASE_ERROR);
      return;
    }
  g_chmod (fixture->dir, 0500);
  assert_cannot_open (fixture->target, FALSE, SIGNET_BASE_ERROR_CANNOT_WRITE);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *nameless = g_strconcat ("/base/output-file/nameless/", name, NULL);
  g_autofree char *beside = g_strconcat ("/base/output-file/beside/", name, NULL);

  g_test_add (nameless, Fixture, NULL, set_up, test, tear_down);
  g_test_add (beside, Fixture, "named", set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  add ("commit", test_commit);
  add ("dropped", test_dropped);
  add ("existing", test_existing);
  add ("appears-meanwhile", test_appears_meanwhile);
  add ("overwrite-keeps-mode", test_overwrite_keeps_mode);
  add ("symbolic-link", test_symbolic_link);
  add ("odd-targets", test_odd_targets);
  add ("no-space", test_no_space);
  add ("read-only-folder", test_read_only_folder);
  return g_test_run ();
}
