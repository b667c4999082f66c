/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-modules.c: which modules there are: where they may come from, and where never; modules a user adds; a software token's end. */
#include "config.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../app/core/base/signet-paths.h"
#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"

#define PIN "1234"

static char *hostile_dir;

static const SignetTokenModuleInfo *
find_info (GPtrArray *infos, const char *path)
{
  for (guint i = 0; i < infos->len; i++)
    if (g_str_equal (((SignetTokenModuleInfo *) infos->pdata[i])->path, path))
      return infos->pdata[i];
  return NULL;
}

static gboolean
is_listed (const char *path)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (GPtrArray) infos = signet_token_manager_dup_modules (manager);

  return find_info (infos, path) != NULL;
}

static char *
copy_hostile (const char *dir, const char *name, int mode)
{
  char *path = g_build_filename (dir, name, NULL);
  g_autofree char *bytes = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (g_getenv ("SIGNET_TEST_HOSTILE"), &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  g_assert_cmpint (g_chmod (path, (mode_t) mode), ==, 0);
  return path;
}

static void
set_fault (const char *fault)
{
  g_autofree char *path = signet_test_write_file (hostile_dir, "fault", fault, -1);

  g_assert_nonnull (path);
}

static void
empty_user_folder (void)
{
  signet_test_remove_tree (signet_paths_get_user_module_dir ());
  g_assert_cmpint (g_mkdir_with_parents (signet_paths_get_user_module_dir (), 0700), ==, 0);
}

static char *
write_user_module (const char *name, const char *path, int mode)
{
  g_autofree char *text = g_strdup_printf ("module: %s\n", path);
  char *file = signet_test_write_file (signet_paths_get_user_module_dir (), name, text, -1);

  g_assert_cmpint (g_chmod (file, (mode_t) mode), ==, 0);
  return file;
}

/* --- never from here --- */

static void
test_nowhere_else (void)
{
  const char *home = signet_test_home ();
  g_autofree char *in_home = copy_hostile (home, "opensc-pkcs11.so", 0600);
  g_autofree char *folder = signet_test_make_dir ();
  g_autofree char *in_folder = copy_hostile (folder, "libykcs11.so.2", 0600);
  g_autofree char *before = g_get_current_dir ();
  g_autoptr (SignetTokenManager) manager = NULL;
  g_autoptr (GPtrArray) infos = NULL;

  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_setenv ("LD_LIBRARY_PATH", folder, TRUE);
  g_setenv ("PKCS11_MODULE_PATH", in_folder, TRUE);
  manager = signet_token_manager_new (NULL);
  infos = signet_token_manager_dup_modules (manager);
  for (guint i = 0; i < infos->len; i++)
    {
      const SignetTokenModuleInfo *info = infos->pdata[i];

      g_assert_true (g_path_is_absolute (info->path));
      g_assert_false (g_str_has_prefix (info->path, home));
      g_assert_false (g_str_has_prefix (info->path, folder));
    }
  g_unsetenv ("LD_LIBRARY_PATH");
  g_assert_cmpint (g_chdir (before), ==, 0);
}

/* --- the user's folder --- */

static void
test_user_folder (void)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (GPtrArray) infos = NULL;
  g_autofree char *good = NULL;
  g_autofree char *relative = NULL;
  g_autofree char *other = NULL;

  empty_user_folder ();
  good = write_user_module ("good.module", "/opt/sample/good.so", 0600);
  relative = write_user_module ("relative.module", "sample/relative.so", 0600);
  other = write_user_module ("notes.txt", "/opt/sample/notes.so", 0600);
  infos = signet_token_manager_dup_modules (manager);
  g_assert_cmpstr (find_info (infos, "/opt/sample/good.so")->origin, ==, "user");
  g_assert_cmpstr (find_info (infos, "/opt/sample/good.so")->name, ==, "good.so");
  for (guint i = 0; i < infos->len; i++)
    g_assert_null (strstr (((SignetTokenModuleInfo *) infos->pdata[i])->path, "relative"));
  g_assert_null (find_info (infos, "/opt/sample/notes.so"));
}

/* What others can write says nothing. */
static void
test_unguarded (void)
{
  g_autofree char *file = NULL;
  g_autofree char *elsewhere = signet_test_make_dir ();
  g_autofree char *target = signet_test_write_file (elsewhere, "linked.module", "module: /opt/sample/linked.so\n", -1);
  g_autofree char *link = g_build_filename (signet_paths_get_user_module_dir (), "linked.module", NULL);

  empty_user_folder ();
  file = write_user_module ("open.module", "/opt/sample/open.so", 0666);
  g_test_expect_message ("signet-token-configuration", G_LOG_LEVEL_WARNING, "*open.module is not read*");
  g_assert_false (is_listed ("/opt/sample/open.so"));
  g_test_assert_expected_messages ();

  empty_user_folder ();
  g_assert_cmpint (symlink (target, link), ==, 0);
  g_test_expect_message ("signet-token-configuration", G_LOG_LEVEL_WARNING, "*linked.module is not read*");
  g_assert_false (is_listed ("/opt/sample/linked.so"));
  g_test_assert_expected_messages ();

  empty_user_folder ();
  g_free (file);
  file = write_user_module ("good.module", "/opt/sample/good.so", 0600);
  g_assert_cmpint (g_chmod (signet_paths_get_user_module_dir (), 0777), ==, 0);
  g_test_expect_message ("signet-token-configuration", G_LOG_LEVEL_WARNING, "*modules is not read*");
  g_assert_false (is_listed ("/opt/sample/good.so"));
  g_test_assert_expected_messages ();
}

/* --- adding and removing --- */

static gboolean
add (const char *path, GError **error)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);

  return signet_token_manager_add_user_module (manager, path, error);
}

static void
test_add_and_remove (void)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *path = copy_hostile (dir, "sample-pkcs11.so", 0600);
  g_autofree char *link = g_build_filename (dir, "link.so", NULL);
  g_autoptr (GError) error = NULL;

  empty_user_folder ();
  set_fault ("");
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_true (signet_token_manager_add_user_module (manager, link, &error));
  g_assert_no_error (error);
  g_assert_true (is_listed (path)); /* the file, not the link: a link can be turned */
  g_assert_true (signet_token_manager_add_user_module (manager, path, &error));
  g_assert_cmpuint (signet_test_count_files (signet_paths_get_user_module_dir ()), ==, 1);
  g_assert_true (signet_token_manager_remove_user_module (manager, link, &error));
  g_assert_no_error (error);
  g_assert_false (is_listed (path));
  g_assert_false (signet_token_manager_remove_user_module (manager, path, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND);
}

/* What was deleted meanwhile can still be taken off the list. */
static void
test_remove_what_is_gone (void)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *path = copy_hostile (dir, "gone-pkcs11.so", 0600);
  g_autoptr (GError) error = NULL;

  empty_user_folder ();
  g_assert_true (signet_token_manager_add_user_module (manager, path, &error));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (signet_token_manager_remove_user_module (manager, path, &error));
  g_assert_no_error (error);
}

static void
test_refused (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *open_dir = signet_test_make_dir ();
  g_autofree char *writable = copy_hostile (dir, "writable.so", 0666);
  g_autofree char *in_open_dir = copy_hostile (open_dir, "sample.so", 0600);
  g_autofree char *text = signet_test_write_file (dir, "text.so", "no module", -1);
  g_autofree char *with_line_end = g_strdup_printf ("%s\nmodule: /opt/other.so", writable);
  const struct
  {
    const char *path;
    GQuark domain;
    int code;
  } cases[] = {
    { "relative.so", SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE },
    { with_line_end, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE },
    { "/nonexistent/sample.so", SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
    { writable, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
    { in_open_dir, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
    { text, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
    { dir, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
  };

  empty_user_folder ();
  g_assert_cmpint (g_chmod (open_dir, 0777), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].path);
      g_assert_false (add (cases[i].path, &error));
      g_assert_error (error, cases[i].domain, cases[i].code);
      g_assert_cmpuint (signet_test_count_files (signet_paths_get_user_module_dir ()), ==, 0);
    }
}

static void
test_crashes_when_tried (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *path = copy_hostile (dir, "sample.so", 0600);
  g_autoptr (GError) error = NULL;

  empty_user_folder ();
  set_fault ("crash C_Initialize");
  g_assert_false (add (path, &error));
  g_assert_true (g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_CRASHED) ||
                 g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED));
  g_assert_cmpuint (signet_test_count_files (signet_paths_get_user_module_dir ()), ==, 0);
  set_fault ("");
}

/* --- a software token's end --- */

static SignetToken *
make_token (SignetTokenManager *manager, const char *label)
{
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) PIN, strlen (PIN));
  g_autoptr (GError) error = NULL;
  SignetToken *token = signet_token_manager_init_software_token (manager, label, pin, NULL, NULL, &error);

  g_assert_no_error (error);
  return token;
}

static guint
count_tokens (SignetTokenManager *manager)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);

  return tokens->len;
}

static void
test_remove_software (void)
{
  const char *const none[] = { NULL };
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (none);
  g_autoptr (SignetToken) first = make_token (manager, "First (sample)");
  g_autoptr (SignetToken) second = make_token (manager, "Second (sample)");
  g_autofree char *outside = signet_test_write_file (signet_test_home (), "outside", "kept", -1);
  g_autofree char *tokens = g_build_filename (signet_paths_get_software_token_dir (), "tokens", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (tokens, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *link = g_build_filename (tokens, name, "link", NULL);

      g_assert_cmpint (symlink (outside, link), ==, 0);
    }
  signet_token_manager_remove_software_token (manager, first, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_tokens (manager), ==, 1);
  g_assert_cmpuint (signet_test_count_files (tokens), ==, 1);
  g_assert_true (g_file_test (outside, G_FILE_TEST_IS_REGULAR));
  g_assert_false (signet_token_manager_remove_software_token (manager, first, NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED);
  g_clear_error (&error);
  g_assert_true (signet_token_manager_remove_software_token (manager, second, NULL, &error));
  g_assert_cmpuint (count_tokens (manager), ==, 0);
}

/* Also when another program is the one that is logged in: here another manager. */
static void
test_remove_in_use (void)
{
  const char *const none[] = { NULL };
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (none);
  g_autoptr (SignetTokenManager) other = signet_token_manager_new (NULL);
  g_autoptr (SignetToken) token = make_token (manager, "Used (sample)");
  g_autoptr (SignetToken) same = signet_token_manager_find_token (other, "Used (sample)", NULL, NULL);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (same);
  session = signet_token_login (same, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (signet_token_manager_remove_software_token (manager, token, NULL, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TRY_LATER);
  g_clear_error (&error);
  g_assert_cmpuint (count_tokens (manager), ==, 1);
  signet_token_session_close (session);
  g_assert_true (signet_token_manager_remove_software_token (manager, token, NULL, &error));
  g_assert_no_error (error);
}

static void
test_remove_no_software (void)
{
  const char *const modules[] = { g_getenv ("SIGNET_TEST_HOSTILE"), NULL };
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (modules);
  g_autoptr (SignetToken) token = signet_token_manager_find_token (manager, "0001", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (token);
  g_assert_false (signet_token_manager_remove_software_token (manager, token, NULL, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
}

static void
write_key (void)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  BIO *bio = BIO_new (BIO_s_mem ());
  g_autofree char *path = NULL;
  char *pem = NULL;
  long length = 0;

  g_assert_true (PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL));
  length = BIO_get_mem_data (bio, &pem);
  path = signet_test_write_file (hostile_dir, "key.pem", pem, length);
  BIO_free (bio);
  EVP_PKEY_free (key);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  hostile_dir = signet_test_make_dir ();
  g_setenv ("SIGNET_TEST_HOSTILE_DIR", hostile_dir, TRUE);
  write_key ();
  g_test_add_func ("/token/modules/nowhere-else", test_nowhere_else);
  g_test_add_func ("/token/modules/user-folder", test_user_folder);
  g_test_add_func ("/token/modules/unguarded", test_unguarded);
  g_test_add_func ("/token/modules/add-and-remove", test_add_and_remove);
  g_test_add_func ("/token/modules/remove-what-is-gone", test_remove_what_is_gone);
  g_test_add_func ("/token/modules/refused", test_refused);
  g_test_add_func ("/token/modules/crashes-when-tried", test_crashes_when_tried);
  g_test_add_func ("/token/modules/remove-software", test_remove_software);
  g_test_add_func ("/token/modules/remove-in-use", test_remove_in_use);
  g_test_add_func ("/token/modules/remove-no-software", test_remove_no_software);
  return g_test_run ();
}
