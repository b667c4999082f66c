/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-configuration.c: which modules p11-kit's configuration offers, and which of them the host agrees to load. */
#include "config.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"

static GPtrArray *
find (const char *system, const char *administrator, const char *user)
{
  const char *const dirs[] = { system, administrator, NULL };

  return _signet_token_configuration_find (dirs, user, "/usr/lib/pkcs11", "signet");
}

static void
write_module (const char *dir, const char *name, const char *text)
{
  g_autofree char *path = signet_test_write_file (dir, name, text, -1);

  g_assert_nonnull (path);
}

static const SignetTokenModuleSource *
at (GPtrArray *found, guint index)
{
  g_assert_cmpuint (index, <, found->len);
  return found->pdata[index];
}

static void
test_find (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autoptr (GPtrArray) found = NULL;

  write_module (dir, "b-relative.module", "# a card\nmodule: opensc-pkcs11.so\n");
  write_module (dir, "a-absolute.module", "module: /opt/vendor/lib/vendor.so\npriority: 3\n");
  write_module (dir, "trust.module", "module: p11-kit-trust.so\ntrust-policy: yes\n");
  write_module (dir, "other-trust.module", "module: other.so\ntrust-policy: yes\n");
  write_module (dir, "proxy.module", "module: /usr/lib/p11-kit-proxy.so\n");
  write_module (dir, "remote.module", "remote: |ssh somewhere p11-kit remote\n");
  write_module (dir, "notes.txt", "module: ignored.so\n");
  found = find (dir, "/nonexistent", NULL);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpstr (at (found, 0)->path, ==, "/opt/vendor/lib/vendor.so");
  g_assert_cmpstr (at (found, 1)->path, ==, "/usr/lib/pkcs11/opensc-pkcs11.so");
  g_assert_false (at (found, 0)->user);
}

static void
test_enable (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autoptr (GPtrArray) found = NULL;

  write_module (dir, "1.module", "module: /m/1.so\nenable-in: other, signet\n");
  write_module (dir, "2.module", "module: /m/2.so\nenable-in: other\n");
  write_module (dir, "3.module", "module: /m/3.so\ndisable-in: p11-kit-proxy signet\n");
  write_module (dir, "4.module", "module: /m/4.so\ndisable-in: signet-like\n");
  write_module (dir, "5.module", "module: /m/5.so\nenable-in:\n");
  found = find (dir, "/nonexistent", NULL);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpstr (at (found, 0)->path, ==, "/m/1.so");
  g_assert_cmpstr (at (found, 1)->path, ==, "/m/4.so");
}

/* The administrator's file of the same name wins line by line; only what the user named may be the user's own file. */
static void
test_merge (void)
{
  g_autofree char *system = signet_test_make_dir ();
  g_autofree char *administrator = signet_test_make_dir ();
  g_autofree char *user = signet_test_make_dir ();
  g_autoptr (GPtrArray) found = NULL;

  write_module (system, "a.module", "module: /m/a.so\nenable-in: other\n");
  write_module (system, "b.module", "module: /m/b.so\n");
  write_module (administrator, "a.module", "enable-in: signet\n");
  write_module (user, "b.module", "priority: 5\n");
  write_module (user, "c.module", "module: /home/somebody/c.so\n");
  found = find (system, administrator, user);
  g_assert_cmpuint (found->len, ==, 3);
  g_assert_cmpstr (at (found, 0)->path, ==, "/m/a.so");
  g_assert_false (at (found, 1)->user);
  g_assert_cmpstr (at (found, 2)->path, ==, "/home/somebody/c.so");
  g_assert_true (at (found, 2)->user);
}

static void
test_junk (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *long_file = g_strnfill (70 * 1024, 'x');
  g_autofree char *nul = signet_test_write_file (dir, "nul.module", "module: /m/x\0.so\n", 17);
  g_autoptr (GPtrArray) found = NULL;

  write_module (dir, "long.module", long_file);
  write_module (dir, "empty.module", "");
  write_module (dir, "no-module.module", "priority: 1\nmodule:\n");
  g_assert_nonnull (nul);
  found = find (dir, "/nonexistent", NULL);
  g_assert_cmpuint (found->len, ==, 0);
}

/* --- may it be loaded? --- */

static char *
copy_of_module (const char *name)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *contents = NULL;
  char *path = g_build_filename (dir, name, NULL);
  gsize length = 0;

  g_assert_true (g_file_get_contents (g_getenv ("SIGNET_TEST_HOSTILE"), &contents, &length, NULL));
  g_assert_true (g_file_set_contents_full (path, contents, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  return path;
}

static GError *
list_problem (const char *path)
{
  const char *const modules[] = { path, NULL };
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (modules);
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, &problems, NULL);

  g_assert_nonnull (tokens);
  return problems->len > 0 ? g_error_copy (problems->pdata[0]) : NULL;
}

static void
assert_refused (const char *path, const char *why)
{
  g_autoptr (GError) problem = list_problem (path);

  g_assert_error (problem, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED);
  if (strstr (problem->message, why) == NULL)
    g_error ("expected \"%s\", got \"%s\"", why, problem->message);
}

static void
test_refused (void)
{
  g_autofree char *writable = copy_of_module ("writable.so");
  g_autofree char *in_open_folder = copy_of_module ("open.so");
  g_autofree char *open_folder = g_path_get_dirname (in_open_folder);
  g_autofree char *text = copy_of_module ("text.so");
  g_autofree char *folder = signet_test_make_dir ();

  assert_refused ("/nonexistent/module.so", "no such file");
  assert_refused (folder, "not a file");
  g_assert_cmpint (g_chmod (writable, 0777), ==, 0);
  assert_refused (writable, "others can write it");
  g_assert_cmpint (g_chmod (open_folder, 0777), ==, 0);
  assert_refused (in_open_folder, "others can write a folder");
  g_assert_true (g_file_set_contents (text, "not a program", -1, NULL));
  assert_refused (text, "not a PKCS#11 module");
  assert_refused ("/dev/null", "not a file");
}

/* Links are followed before the check: what is looked at is what would be loaded. */
static void
test_link (void)
{
  g_autofree char *target = copy_of_module ("target.so");
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *link_path = g_build_filename (dir, "link.so", NULL);

  g_assert_cmpint (symlink (target, link_path), ==, 0);
  g_assert_cmpint (g_chmod (target, 0666), ==, 0);
  assert_refused (link_path, "others can write it");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  g_test_add_func ("/token/configuration/find", test_find);
  g_test_add_func ("/token/configuration/enable", test_enable);
  g_test_add_func ("/token/configuration/merge", test_merge);
  g_test_add_func ("/token/configuration/junk", test_junk);
  g_test_add_func ("/token/configuration/refused", test_refused);
  g_test_add_func ("/token/configuration/link", test_link);
  return g_test_run ();
}
