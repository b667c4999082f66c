/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-policy.c: the administrator's file is read strictly, believed only when it is safe, and damaged it restricts everything; a
 * person's settings stay within it. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-policy.h"
#include "../../app/core/base/signet-settings.h"

static char *folder;

static SignetPolicy *
parse (const char *text, GError **error)
{
  return signet_policy_parse (text, strlen (text), error);
}

static void
test_whole (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy =
      parse ("# ours\n[Tokens]\nSoftwareTokens=excluded\nPinKeepingMaximum = 300\nUserModules=allowed\n", &error);

  g_assert_no_error (error);
  g_assert_false (signet_policy_get_software_tokens (policy));
  g_assert_cmpuint (signet_policy_get_maximum (policy), ==, 300);
  g_assert_true (signet_policy_get_user_modules (policy));
  g_assert_true (signet_policy_sets (policy, SIGNET_POLICY_USER_MODULES));
}

static void
test_part (void)
{
  g_autoptr (SignetPolicy) policy = parse ("[Tokens]\nPinKeepingMaximum=0\n", NULL);

  g_assert_true (signet_policy_get_software_tokens (policy));
  g_assert_cmpuint (signet_policy_get_maximum (policy), ==, 0);
  g_assert_false (signet_policy_sets (policy, SIGNET_POLICY_SOFTWARE_TOKENS));
  g_assert_false (signet_policy_sets (policy, "Whatever"));
}

static void
test_nothing (void)
{
  g_autoptr (SignetPolicy) policy = parse ("", NULL);

  g_assert_true (signet_policy_get_software_tokens (policy));
  g_assert_cmpuint (signet_policy_get_maximum (policy), ==, SIGNET_POLICY_DEFAULT_PIN_KEEPING);
}

static void
test_timestamp_servers (void)
{
  g_autoptr (SignetPolicy) policy = parse ("[Signing]\nTimeStampServers=https://tsa.example/ li.na; http://b.example/;\n", NULL);
  static const char *const wrong[] = { "ftp://a.example/", "a.example", "http://user:word@a.example/", "http://a.example/ a b", "http://a.example/ a:b", "http:///" };
  const char *const *servers = signet_policy_get_list (policy, SIGNET_POLICY_TIMESTAMP_SERVERS);

  g_assert_cmpuint (g_strv_length ((char **) servers), ==, 2);
  g_assert_cmpstr (servers[0], ==, "https://tsa.example/ li.na");
  g_assert_cmpstr (servers[1], ==, "http://b.example/");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *text = g_strdup_printf ("[Signing]\nTimeStampServers=%s\n", wrong[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetPolicy) none = parse (text, &error);

      g_assert_null (none);
      g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
    }
}

static void
test_plugins (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy =
      parse ("[Plugins]\nUserPlugins=excluded\nAllowedPlugins=cn.example.ca; publisher:Sample Ltd;\nPluginConsent=content\n", &error);
  g_autoptr (SignetPolicy) none = parse ("[Plugins]\nAllowedPlugins=\n", &error);
  static const char *const bad[] = {
    "[Plugins]\nAllowedPlugins=a b\n",     "[Plugins]\nAllowedPlugins=sha256:abc\n", "[Plugins]\nAllowedPlugins=publisher:\n",
    "[Plugins]\nPluginConsent=yes\n",      "[Plugins]\nUserPlugins=maybe\n",         "[Tokens]\nUserPlugins=allowed\n",
    "[Plugins]\nSoftwareTokens=allowed\n", "[Plugins]\nAllowedPlugins=a;;b\n",
  };

  g_assert_no_error (error);
  g_assert_false (signet_policy_get_user_plugins (policy));
  g_assert_true (signet_policy_get_plugin_content (policy));
  g_assert_cmpstr (signet_policy_get_list (policy, SIGNET_POLICY_ALLOWED_PLUGINS)[1], ==, "publisher:Sample Ltd");
  g_assert_true (signet_policy_sets (none, SIGNET_POLICY_ALLOWED_PLUGINS));
  g_assert_null (signet_policy_get_list (none, SIGNET_POLICY_ALLOWED_PLUGINS)[0]);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parse (bad[i], NULL));
}

static void
test_lists (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy = parse ("[Tokens]\nNetworkModules=/opt/a.so; /opt/b.so;\nModuleFolders=.vendor;vendor/cache\n", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length ((char **) signet_policy_get_list (policy, SIGNET_POLICY_NETWORK_MODULES)), ==, 2);
  g_assert_cmpstr (signet_policy_get_list (policy, SIGNET_POLICY_NETWORK_MODULES)[1], ==, "/opt/b.so");
  g_assert_cmpstr (signet_policy_get_list (policy, SIGNET_POLICY_MODULE_FOLDERS)[0], ==, ".vendor");
  g_assert_null (signet_policy_get_list (policy, SIGNET_POLICY_PROGRAM_MODULES)[0]);
  g_assert_true (signet_policy_sets (policy, SIGNET_POLICY_NETWORK_MODULES));
}

static const char *const refused[] = {
  "[Tokens]\nNetworkModules=libhsm.so\n",
  "[Tokens]\nProgramModules=/a.so;;/b.so\n",
  "[Tokens]\nModuleFolders=/etc\n",
  "[Tokens]\nModuleFolders=../other\n",
  "[Tokens]\nModuleFolders=.\n",
  "[Tokens]\nSoftwareToken=excluded\n",
  "[tokens]\nSoftwareTokens=excluded\n",
  "[Token]\n",
  "[Tokens]\nSoftwareTokens=no\n",
  "[Tokens]\nSoftwareTokens=\n",
  "[Tokens]\nPinKeepingMaximum=-1\n",
  "[Tokens]\nPinKeepingMaximum=1h\n",
  "[Tokens]\nPinKeepingMaximum=86401\n",
  "[Tokens]\nSoftwareTokens=excluded\nSoftwareTokens=allowed\n",
  "[Tokens]\nUserModules=excluded\n[Tokens]\nUserModules =allowed\n",
  "SoftwareTokens=excluded\n",
  "[Tokens\n",
  "[Tokens]\nSoftwareTokens[zh]=excluded\n",
  "\xff\xfe[Tokens]\n",
};

static void
test_refused (gconstpointer text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy = parse (text, &error);

  g_assert_null (policy);
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
}

static void
test_too_large (void)
{
  g_autofree char *text = g_strnfill (70000, '#');
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy = parse (text, &error);

  g_assert_null (policy);
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
}

/* --- the file --- */

static char *
write_policy (const char *name, const char *text, guint mode)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, (int) mode), ==, 0);
  return path;
}

static void
assert_load_fails (const char *path, SignetBaseError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy = signet_policy_load (path, &error);

  g_assert_null (policy);
  g_assert_error (error, SIGNET_BASE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_file (void)
{
  g_autofree char *good = write_policy ("good.conf", "[Tokens]\nUserModules=excluded\n", 0644);
  g_autofree char *shared = write_policy ("shared.conf", "", 0664);
  g_autofree char *open = write_policy ("open.conf", "", 0646);
  g_autofree char *link = g_build_filename (folder, "link.conf", NULL);
  g_autofree char *none = g_build_filename (folder, "none.conf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy = signet_policy_load (good, &error);

  g_assert_no_error (error);
  g_assert_false (signet_policy_get_user_modules (policy));
  assert_load_fails (shared, SIGNET_BASE_ERROR_DENIED);
  assert_load_fails (open, SIGNET_BASE_ERROR_DENIED);
  assert_load_fails (folder, SIGNET_BASE_ERROR_DENIED);
  g_assert_cmpint (symlink (good, link), ==, 0);
  g_assert_null (signet_policy_load (link, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (signet_policy_load (none, &error));
  g_assert_no_error (error);
}

static void
test_folder (void)
{
  g_autofree char *path = write_policy ("policy.conf", "", 0644);

  g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
  assert_load_fails (path, SIGNET_BASE_ERROR_DENIED);
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
}

/* --- this computer's: read once, so each case is a process of its own --- */

static void
in_a_process (const char *policy)
{
  g_autofree char *path = policy != NULL ? write_policy ("current.conf", policy, 0644) : g_build_filename (folder, "none", NULL);

  if (!g_test_subprocess ())
    g_setenv ("SIGNET_POLICY", path, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_damaged_restricts (void)
{
  if (!g_test_subprocess ())
    {
      in_a_process ("[Tokens]\nSoftwareTokns=excluded\n");
      return;
    }
  g_assert_false (signet_policy_allows_software_tokens ());
  g_assert_false (signet_policy_allows_user_modules ());
  g_assert_cmpuint (signet_policy_get_pin_keeping_maximum (), ==, 0);
  g_assert_true (signet_policy_is_locked (SIGNET_POLICY_PIN_KEEPING_MAXIMUM));
  g_assert_error (signet_policy_get_error (), SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
}

static void
test_absent_allows (void)
{
  if (!g_test_subprocess ())
    {
      in_a_process (NULL);
      return;
    }
  g_assert_true (signet_policy_allows_software_tokens ());
  g_assert_false (signet_policy_is_locked (SIGNET_POLICY_SOFTWARE_TOKENS));
  g_assert_null (signet_policy_get_error ());
}

static void
test_settings_within (void)
{
  g_autoptr (GError) error = NULL;

  if (!g_test_subprocess ())
    {
      g_setenv ("SIGNET_USER_DIR", folder, TRUE);
      in_a_process ("[Tokens]\nPinKeepingMaximum=120\n");
      return;
    }
  g_assert_cmpuint (signet_settings_get_pin_keeping (), ==, 0);
  g_assert_true (signet_settings_set_pin_keeping (100, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (signet_settings_get_pin_keeping (), ==, 100);
  g_assert_false (signet_settings_set_pin_keeping (121, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  g_assert_cmpuint (signet_settings_get_pin_keeping (), ==, 100);
  /* set before the policy was: cut, not obeyed; and what another version wrote is kept */
  g_assert_true (g_file_set_contents (signet_settings_get_path (), "[Other]\nkey=1\n[Tokens]\nPinKeeping=9999\n", -1, NULL));
  g_assert_cmpuint (signet_settings_get_pin_keeping (), ==, 120);
  g_assert_true (signet_settings_set_pin_keeping (0, NULL));
  {
    g_autofree char *text = NULL;

    g_assert_true (g_file_get_contents (signet_settings_get_path (), &text, NULL, NULL));
    g_assert_nonnull (strstr (text, "key=1"));
  }
  g_assert_true (g_file_set_contents (signet_settings_get_path (), "rubbish", -1, NULL));
  g_assert_cmpuint (signet_settings_get_pin_keeping (), ==, 0);
}

int
main (int argc, char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("signet-policy-XXXXXX", NULL);
  g_test_add_func ("/base/policy/whole", test_whole);
  g_test_add_func ("/base/policy/part", test_part);
  g_test_add_func ("/base/policy/nothing", test_nothing);
  g_test_add_func ("/base/policy/lists", test_lists);
  g_test_add_func ("/base/policy/plugins", test_plugins);
  g_test_add_func ("/base/policy/timestamp-servers", test_timestamp_servers);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strdup_printf ("/base/policy/refused/%u", i);

      g_test_add_data_func (path, refused[i], test_refused);
    }
  g_test_add_func ("/base/policy/too-large", test_too_large);
  g_test_add_func ("/base/policy/file", test_file);
  g_test_add_func ("/base/policy/folder", test_folder);
  g_test_add_func ("/base/policy/damaged-restricts", test_damaged_restricts);
  g_test_add_func ("/base/policy/absent-allows", test_absent_allows);
  g_test_add_func ("/base/policy/settings-within", test_settings_within);
  status = g_test_run ();
  {
    g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", folder);

    if (system (remove) != 0)
      status = 1;
  }
  g_free (folder);
  return status;
}
