/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-token-hint.c: a hint where a certificate was seen saves starting other modules, and can do nothing else: wrong, stale, vanished
 * or nonsense, the certificate is found as without it, and no module is loaded that was not to be asked anyway.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "../../app/core/base/signet-paths.h"
#include "../../app/core/token/signet-token-manager-private.h"
#include "signet-test.h"
#include "token-support.h"

#define PIN "12345678"

static char *module;    /* holds the certificate: the software token's */
static char *sha256;    /* of the certificate */
static char *key_sha256;
static char *hint_path;

static void
set_up (void)
{
  static const char *const none[] = { NULL };
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (none);
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) PIN, strlen (PIN));
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetToken) token = signet_token_manager_init_software_token (manager, "Hints (sample)", pin, NULL, NULL, &error);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetTokenKey) key = NULL;
  g_autoptr (SignetCertificate) certificate = NULL;

  g_assert_no_error (error);
  session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_no_error (error);
  key = signet_token_session_generate_key (session, "ec-p256", "a key", NULL, &error);
  g_assert_no_error (error);
  certificate = token_support_certificate_for (key, "CN=Sample Person");
  g_assert_true (signet_token_session_store_certificate (session, certificate, NULL, NULL, &error));
  module = g_strdup (signet_token_get_module (token));
  sha256 = g_strdup (signet_certificate_get_sha256 (certificate));
  key_sha256 = g_strdup (signet_token_key_get_sha256 (key));
  hint_path = g_build_filename (signet_paths_get_cache_dir (), "certificate-modules.ini", NULL);
}

/* @listed: whether all modules had to be asked */
static void
assert_found (const char *what, gboolean listed)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetTokenKey) key = signet_token_manager_find_key (manager, what, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (signet_certificate_get_sha256 (signet_token_key_get_certificate (key)), ==, sha256);
  g_assert_cmpint (signet_token_manager_is_listed (manager), ==, listed);
}

static void
write_hint (const char *path, gboolean software)
{
  g_autofree char *text = g_strdup_printf ("[%s]\nModule=%s\nSoftware=%s\n", sha256, path, software ? "true" : "false");

  g_assert_true (g_file_set_contents (hint_path, text, -1, NULL));
}

static void
assert_hint (const char *path)
{
  gboolean software = FALSE;
  g_autofree char *hint = _signet_token_hint_find (sha256, &software);

  g_assert_cmpstr (hint, ==, path);
  g_assert_cmpint (software, ==, path != NULL);
}

static void
test_remembered (void)
{
  g_autofree char *upper = g_ascii_strup (sha256, -1);
  GStatBuf info;

  g_unlink (hint_path);
  assert_found (sha256, TRUE);
  assert_hint (module);
  g_assert_cmpint (g_stat (hint_path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 077, ==, 0);
  assert_found (sha256, FALSE);
  assert_found (upper, FALSE);
}

/* A part of a fingerprint, or a key that several certificates may have, could mean something in another module too. */
static void
test_whole_fingerprint_only (void)
{
  g_autofree char *part = g_strndup (sha256, 32);

  write_hint (module, TRUE);
  assert_found (part, TRUE);
  assert_found (key_sha256, TRUE);
  assert_found (sha256, FALSE);
}

static void
test_wrong (void)
{
  write_hint (module, FALSE); /* the same module with other settings: other tokens */
  assert_found (sha256, TRUE);
  assert_hint (module);
  write_hint ("/usr/lib/no-such-module.so", FALSE);
  assert_found (sha256, TRUE);
  assert_hint (module);
  write_hint ("../relative.so", TRUE);
  assert_found (sha256, TRUE);
  assert_hint (module);
}

/* Whoever can write the cache must not choose what is loaded. */
static void
test_foreign_module (void)
{
  const char *hostile = g_getenv ("SIGNET_TEST_HOSTILE");
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);

  g_assert_true (g_file_test (hostile, G_FILE_TEST_IS_REGULAR));
  g_assert_null (_signet_token_manager_list_one (manager, hostile, FALSE, NULL));
  g_assert_null (_signet_token_manager_list_one (manager, hostile, TRUE, NULL));
  write_hint (hostile, FALSE);
  assert_found (sha256, TRUE);
  assert_hint (module);
}

/* The module is there, the certificate is not. */
static void
test_stale (void)
{
  g_autofree char *other = g_strnfill (64, 'a');
  g_autofree char *text = g_strdup_printf ("[%s]\nModule=%s\nSoftware=true\n", other, module);
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *left = NULL;
  gboolean software = FALSE;

  g_assert_true (g_file_set_contents (hint_path, text, -1, NULL));
  g_assert_null (signet_token_manager_find_key (manager, other, NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND);
  left = _signet_token_hint_find (other, &software);
  g_assert_null (left);
}

static void
assert_survives (const char *text, gsize length)
{
  g_assert_true (g_file_set_contents (hint_path, text, (gssize) length, NULL));
  assert_found (sha256, TRUE);
  assert_hint (module);
}

static void
test_junk (void)
{
  static const char binary[] = "[\0\377\376]\n=\n\n[[[\r\0";
  g_autofree char *large = g_strnfill (1024 * 1024, 'x');
  g_autofree char *bad_value = g_strdup_printf ("[%s]\nModule=\377\376\nSoftware=perhaps\n", sha256);
  g_autofree char *half = g_strdup_printf ("[%s]\nModu", sha256);

  assert_survives ("", 0);
  assert_survives (binary, sizeof binary);
  assert_survives (large, strlen (large));
  assert_survives (bad_value, strlen (bad_value));
  assert_survives (half, strlen (half));
}

static void
test_not_a_file (void)
{
  g_autofree char *elsewhere = g_build_filename (signet_paths_get_cache_dir (), "elsewhere.ini", NULL);

  g_unlink (hint_path);
  g_assert_cmpint (g_mkdir (hint_path, 0700), ==, 0);
  assert_found (sha256, TRUE); /* and cannot be remembered */
  g_assert_cmpint (g_rmdir (hint_path), ==, 0);
  write_hint (module, TRUE);
  g_assert_cmpint (g_rename (hint_path, elsewhere), ==, 0);
  g_assert_cmpint (symlink (elsewhere, hint_path), ==, 0);
  assert_found (sha256, TRUE);
  g_unlink (hint_path);
  g_unlink (elsewhere);
}

static void
test_few (void)
{
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (SignetTokenKey) key = signet_token_manager_find_key (manager, sha256, NULL, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  gsize n = 0;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("%064u", i);

      _signet_token_hint_remember (name, _signet_token_get_module (signet_token_key_get_token (key)));
    }
  g_assert_true (g_key_file_load_from_file (file, hint_path, G_KEY_FILE_NONE, NULL));
  groups = g_key_file_get_groups (file, &n);
  g_assert_cmpuint (n, ==, 64);
  g_assert_true (g_str_has_suffix (groups[63], "99")); /* the oldest went */
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  set_up ();
  g_test_add_func ("/token/hint/remembered", test_remembered);
  g_test_add_func ("/token/hint/whole-fingerprint-only", test_whole_fingerprint_only);
  g_test_add_func ("/token/hint/wrong", test_wrong);
  g_test_add_func ("/token/hint/foreign-module", test_foreign_module);
  g_test_add_func ("/token/hint/stale", test_stale);
  g_test_add_func ("/token/hint/junk", test_junk);
  g_test_add_func ("/token/hint/not-a-file", test_not_a_file);
  g_test_add_func ("/token/hint/few", test_few);
  status = g_test_run ();
  g_free (module);
  g_free (sha256);
  g_free (key_sha256);
  g_free (hint_path);
  return status;
}
