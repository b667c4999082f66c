/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-plugin-consent.c: nothing that did not come with Signet starts unasked; what changed is asked about again; the administrator
 * has the last word. Each policy needs a process of its own (it is read once): this program runs itself. */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>
#include <unistd.h>

#include "plugin-fixture.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-paths.h"

#define HEAD "[Plugin]\nId=hostile\nName=Sample plugin\nVersion=1\nApi=1\nExec=hostile.py\nKinds=issuance\nPublisher=Sample Ltd\n"

static PluginFixture fixture;
static const char *program;

static void
rewrite (const char *folder, const char *manifest)
{
  g_free (signet_test_write_file (folder, "hostile.plugin", manifest, -1));
}

static gboolean
starts (const char *folder, int code)
{
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");
  SignetPluginUse use = { fixture.consents, "sample-ca", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginProcess) process = signet_plugin_process_start (manifest, &use, NULL, &error);

  if (process == NULL)
    g_assert_error (error, SIGNET_PLUGIN_ERROR, code);
  else
    g_assert_no_error (error);
  return process != NULL;
}

static void
test_unasked (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", HEAD, "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, manifest, NULL), ==, SIGNET_PLUGIN_STANDING_NEW);
  g_assert_false (starts (folder, SIGNET_PLUGIN_ERROR_CONSENT));
  /* nor for one who brings no answers at all */
  g_assert_null (signet_plugin_process_start (manifest, NULL, NULL, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_CONSENT);
}

static void
test_changes (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", HEAD, "hostile.py");
  g_autofree char *elsewhere = plugin_fixture_make ("hostile", HEAD, "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");
  g_autoptr (SignetPluginManifest) wider = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  g_assert_true (signet_plugin_consents_allow (fixture.consents, manifest, NULL, NULL));
  g_assert_true (starts (folder, 0));
  g_assert_false (starts (elsewhere, SIGNET_PLUGIN_ERROR_CONSENT));   /* the same name in another folder is another plugin */
  rewrite (folder, HEAD "[Permissions]\nHosts=ra.example.cn:443\n");
  g_assert_false (starts (folder, SIGNET_PLUGIN_ERROR_CONSENT));
  wider = plugin_fixture_load (folder, "hostile");
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, wider, NULL), ==, SIGNET_PLUGIN_STANDING_CHANGED);
  g_assert_true (signet_plugin_consents_allow (fixture.consents, wider, NULL, NULL));
  g_assert_true (starts (folder, 0));
  /* a new version that may do the same is not asked about: nobody would read it a tenth time */
  g_free (signet_test_write_file (folder, "notes.txt", "of the new version", -1));
  g_assert_true (starts (folder, 0));
  g_assert_true (signet_plugin_consents_forbid (fixture.consents, wider, NULL));
  g_assert_false (starts (folder, SIGNET_PLUGIN_ERROR_FORBIDDEN));
  rows = signet_plugin_consents_list (fixture.consents, wider, NULL);
  g_assert_cmpuint (rows->len, ==, 3);   /* nothing that was agreed is forgotten */
}

/* A helper is agreed to by its name. */
static void
test_helper (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", HEAD "[Permissions]\nNetwork=direct\nPrograms=system\n", "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");

  g_assert_true (signet_plugin_consents_allow (fixture.consents, manifest, "/usr/libexec/one", NULL));
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, manifest, "/usr/libexec/one"), ==, SIGNET_PLUGIN_STANDING_ALLOWED);
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, manifest, "/usr/libexec/other"), ==, SIGNET_PLUGIN_STANDING_NEW);
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, manifest, NULL), ==, SIGNET_PLUGIN_STANDING_ALLOWED);
}

/* What came with Signet is not asked about, unless it opens a part of the wall; and a plugin that only says it did is. */
static void
test_shipped (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("SIGNET_BUILD_ROOT"), "plugins", "1", "cmp", NULL);
  g_autoptr (SignetPluginManifest) shipped = plugin_fixture_load (folder, "cmp");
  g_autofree char *liar_folder = plugin_fixture_make ("hostile", "[Plugin]\nId=cmp\nName=Certificate Management Protocol\nVersion=1\nApi=1\n"
                                                                 "Exec=hostile.py\nKinds=issuance\n", "hostile.py");
  g_autoptr (SignetPluginManifest) liar = plugin_fixture_load (liar_folder, "hostile");

  g_assert_true (signet_plugin_manifest_is_shipped (shipped));
  g_assert_false (signet_plugin_manifest_is_shipped (liar));
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, shipped, NULL), ==, SIGNET_PLUGIN_STANDING_SHIPPED);
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, liar, NULL), ==, SIGNET_PLUGIN_STANDING_NEW);
  g_assert_true (signet_plugin_consents_forbid (fixture.consents, shipped, NULL));
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, shipped, NULL), ==, SIGNET_PLUGIN_STANDING_FORBIDDEN);
  g_assert_true (signet_plugin_consents_allow (fixture.consents, shipped, NULL, NULL));
}

static void
test_asking (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", HEAD "[Permissions]\nHosts=ra.example.cn:443\nMethods=csr\n", "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");
  g_autoptr (SignetTestInteraction) no = signet_test_interaction_new (NULL, NULL);
  g_autoptr (SignetTestInteraction) yes = signet_test_interaction_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  signet_test_interaction_set_consent (no, FALSE);
  g_assert_false (signet_plugin_consents_ask (fixture.consents, manifest, NULL, SIGNET_INTERACTION (no), NULL, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED);
  g_assert_cmpint (signet_plugin_consents_look (fixture.consents, manifest, NULL), ==, SIGNET_PLUGIN_STANDING_NEW);
  g_clear_error (&error);
  g_assert_true (signet_plugin_consents_ask (fixture.consents, manifest, NULL, SIGNET_INTERACTION (yes), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (starts (folder, 0));
}

static void
test_digest (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", HEAD, "hostile.py");
  g_autofree char *same_folder = plugin_fixture_make ("hostile", HEAD, "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");
  g_autoptr (SignetPluginManifest) same = plugin_fixture_load (same_folder, "hostile");
  g_autofree char *before = signet_plugin_manifest_dup_sha256 (manifest, NULL);
  g_autofree char *others = signet_plugin_manifest_dup_sha256 (same, NULL);
  g_autofree char *path = g_build_filename (folder, "hostile.py", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *mode_changed = NULL;
  g_autofree char *grown = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (before), ==, 64);
  g_assert_cmpstr (before, ==, others);
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  mode_changed = signet_plugin_manifest_dup_sha256 (manifest, NULL);
  g_assert_cmpstr (mode_changed, !=, before);
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  g_free (signet_test_write_file (folder, "more", "", 0));
  grown = signet_plugin_manifest_dup_sha256 (manifest, NULL);
  g_assert_cmpstr (grown, !=, before);
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_null (signet_plugin_manifest_dup_sha256 (manifest, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_MANIFEST);
}

/* --- the administrator ----------------------------------------------------------------------------------------------------- */

/* Run as `--judge FOLDER`: prints how the plugin stands under the policy of this process. */
static int
judge (const char *folder)
{
  g_autoptr (SignetPluginManifest) manifest = NULL;

  plugin_fixture_open (&fixture);
  manifest = plugin_fixture_load (folder, "hostile");
  g_print ("%s", signet_plugin_standing_get_id (signet_plugin_consents_look (fixture.consents, manifest, NULL)));
  plugin_fixture_close (&fixture);
  return 0;
}

static void
assert_judged (const char *folder, const char *policy, const char *standing)
{
  g_autofree char *place = signet_test_make_dir ();
  g_autofree char *path = signet_test_write_file (place, "policy.conf", policy, -1);
  const char *argv[] = { program, "--judge", folder, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *out = NULL;

  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  g_subprocess_launcher_setenv (launcher, "SIGNET_POLICY", path, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error));
  g_test_message ("%s -> %s", policy, out);
  g_assert_cmpstr (out, ==, standing);
}

static void
test_policy (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", HEAD, "hostile.py");
  g_autofree char *user_top = g_build_filename (signet_paths_get_user_data_dir (), "plugins", "1", NULL);
  g_autofree char *user_folder = g_build_filename (user_top, "hostile", NULL);
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");
  g_autofree char *sha256 = signet_plugin_manifest_dup_sha256 (manifest, NULL);
  g_autofree char *pinned = g_strdup_printf ("[Plugins]\nAllowedPlugins=sha256:%s\n", sha256);

  assert_judged (folder, "[Tokens]\n", "new");
  assert_judged (folder, pinned, "policy");
  assert_judged (folder, "[Plugins]\nAllowedPlugins=sha256:0000000000000000000000000000000000000000000000000000000000000000\n", "excluded");
  assert_judged (folder, "[Plugins]\nAllowedPlugins=\n", "excluded");
  assert_judged (folder, "[Plugins]\nAllowedPlugins=other;publisher:Nobody\n", "excluded");
  if (geteuid () == 0)   /* what it says of itself counts where only root can have put it */
    {
      assert_judged (folder, "[Plugins]\nAllowedPlugins=publisher:Sample Ltd\n", "policy");
      assert_judged (folder, "[Plugins]\nAllowedPlugins=hostile\n", "policy");
      g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
    }
  assert_judged (folder, "[Plugins]\nAllowedPlugins=hostile\n", "excluded");
  g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
  /* damaged, it restricts everything */
  assert_judged (folder, "[Plugins]\nAllowedPlugins=a b\n", "excluded");

  g_assert_cmpint (g_mkdir_with_parents (user_top, 0755), ==, 0);
  g_assert_cmpint (g_rename (folder, user_folder), ==, 0);
  assert_judged (user_folder, "[Plugins]\nUserPlugins=excluded\n", "excluded");
  assert_judged (user_folder, "[Plugins]\nUserPlugins=allowed\n", "new");
}

static void
test_policy_pins_content (void)
{
  g_autofree char *folder = plugin_fixture_make ("hostile", HEAD, "hostile.py");
  g_autoptr (SignetPluginManifest) manifest = plugin_fixture_load (folder, "hostile");

  g_assert_true (signet_plugin_consents_allow (fixture.consents, manifest, NULL, NULL));
  assert_judged (folder, "[Plugins]\nPluginConsent=content\n", "allowed");
  g_free (signet_test_write_file (folder, "notes.txt", "of the new version", -1));
  assert_judged (folder, "[Plugins]\nPluginConsent=permissions\n", "allowed");
  assert_judged (folder, "[Plugins]\nPluginConsent=content\n", "changed");
}

int
main (int argc, char **argv)
{
  int status;

  if (argc == 3 && strcmp (argv[1], "--judge") == 0)
    return judge (argv[2]);
  program = argv[0];
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  plugin_fixture_open (&fixture);
  g_test_add_func ("/plugin/consent/unasked", test_unasked);
  g_test_add_func ("/plugin/consent/changes", test_changes);
  g_test_add_func ("/plugin/consent/helper", test_helper);
  g_test_add_func ("/plugin/consent/shipped", test_shipped);
  g_test_add_func ("/plugin/consent/asking", test_asking);
  g_test_add_func ("/plugin/consent/digest", test_digest);
  g_test_add_func ("/plugin/consent/policy", test_policy);
  g_test_add_func ("/plugin/consent/policy-pins-content", test_policy_pins_content);
  status = g_test_run ();
  plugin_fixture_close (&fixture);
  return status;
}
