/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-key-block.c: a blocked key is blocked for every process at once, stays so whatever happens to its file, and is lifted only on purpose. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-key-block.h"
#include "../../app/core/base/signet-paths.h"
#include "signet-test.h"

#define KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW 1795348800

static char *
dup_path (void)
{
  return g_build_filename (signet_paths_get_user_data_dir (), "blocked-keys", KEY, NULL);
}

static void
block (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_key_block_add (KEY, NOW, NOW - 86400, &error));
  g_assert_no_error (error);
}

static void
lift (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_key_block_lift (KEY, &error));
  g_assert_no_error (error);
}

static void
test_life (void)
{
  g_autoptr (SignetKeyBlock) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *by = g_strdup_printf ("%s@%s", g_get_user_name (), g_get_host_name ());

  g_assert_false (signet_key_block_is_blocked (KEY));
  g_assert_null (signet_key_block_find (KEY));
  g_assert_true (signet_key_block_check (KEY, &error));
  block ();
  g_assert_true (signet_key_block_is_blocked (KEY));
  g_assert_false (signet_key_block_is_blocked (OTHER));
  g_assert_false (signet_key_block_check (KEY, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_KEY_BLOCKED);
  found = signet_key_block_find (KEY);
  g_assert_cmpint (found->time, ==, NOW);
  g_assert_cmpint (found->since, ==, NOW - 86400);
  g_assert_cmpstr (found->by, ==, by);
  lift ();
  g_assert_false (signet_key_block_is_blocked (KEY));
}

/* said twice, it is blocked since the first time */
static void
test_twice (void)
{
  g_autoptr (SignetKeyBlock) found = NULL;

  block ();
  g_assert_true (signet_key_block_add (KEY, NOW + 500, SIGNET_TIME_UNKNOWN, NULL));
  found = signet_key_block_find (KEY);
  g_assert_cmpint (found->time, ==, NOW);
  lift ();
}

static void
test_not_blocked (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_key_block_lift (KEY, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND);
}

/* a file that says nothing blocks as well as one that says everything */
static void
test_damaged (void)
{
  static const char *const contents[] = { "", "[Block]\nTime=yesterday\n", "\xff\xfe not text", "[Other]\n" };
  g_autofree char *path = dup_path ();

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autoptr (SignetKeyBlock) found = NULL;

      block ();
      g_assert_true (g_file_set_contents (path, contents[i], -1, NULL));
      found = signet_key_block_find (KEY);
      g_assert_nonnull (found);
      g_assert_cmpint (found->time, ==, SIGNET_TIME_UNKNOWN);
      g_assert_false (signet_key_block_check (KEY, NULL));
      lift ();
    }
}

/* a fingerprint becomes a file name: nothing else does */
static void
test_names (void)
{
  static const char *const names[] = { "", "..", "../../etc/passwd", "AAAA", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (signet_key_block_add (names[i], NOW, NOW, &error));
      g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE);
      g_assert_false (signet_key_block_is_blocked (names[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  g_test_add_func ("/base/key-block/life", test_life);
  g_test_add_func ("/base/key-block/twice", test_twice);
  g_test_add_func ("/base/key-block/not-blocked", test_not_blocked);
  g_test_add_func ("/base/key-block/damaged", test_damaged);
  g_test_add_func ("/base/key-block/names", test_names);
  return g_test_run ();
}
