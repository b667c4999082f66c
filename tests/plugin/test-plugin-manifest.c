/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-plugin-manifest.c: manifests good and bad, and where plugins are looked for. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "signet-test.h"

#include "../../app/core/plugin/signet-plugin-private.h"

#define HEAD "[Plugin]\nId=acme\nName=Acme (sample)\nName[zh_CN]=样例\nVersion=1.2\nApi=1\nExec=acme\nKinds=issuance\n"

static SignetPluginManifest *
parse (const char *text, GError **error)
{
  return _signet_plugin_manifest_parse (text, strlen (text), "/nowhere", error);
}

static void
test_good (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginManifest) manifest =
    parse (HEAD "[Permissions]\nHosts=ra.example.cn:443;[::1]:80;*profile*\nMethods=csr;cmp\nSecrets=activation-code\nKeyTypes=rsa-3072;sm2\n", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (signet_plugin_manifest_get_id (manifest), ==, "acme");
  g_assert_cmpstr (signet_plugin_manifest_get_name (manifest), ==, "Acme (sample)");
  g_assert_cmpuint (g_strv_length ((char **) signet_plugin_manifest_get_hosts (manifest)), ==, 3);
  g_assert_cmpstr (signet_plugin_manifest_get_methods (manifest)[1], ==, "cmp");
  g_assert_cmpstr (signet_plugin_manifest_get_secrets (manifest)[0], ==, "activation-code");
  g_assert_cmpstr (signet_plugin_manifest_get_key_types (manifest)[1], ==, "sm2");
}

/* What is wrong, and the key that the message must name. */
static const struct {
  const char *text;
  const char *named;
  int         code;
} bad[] = {
  { "", "key file", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "hello", "key file", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "[Plugin]\nApi=1\n", "Id", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "[Plugin]\nId=a\n", "Api", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "[Plugin]\nApi=2\nSomethingNew=1\n", "2", SIGNET_PLUGIN_ERROR_API },
  { HEAD "Root=true\n", "Root", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Extra]\na=b\n", "Extra", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nNetwork=all\n", "Network", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nPrograms=yes\n", "Programs", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nState=/home\n", "State", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nHosts=ra.example.cn\n", "Hosts", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nHosts=*:443\n", "Hosts", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nHosts=a/b:443\n", "Hosts", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nHosts=a@b:443\n", "Hosts", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nHosts=a:0\n", "Hosts", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nMethods=sign\n", "Methods", SIGNET_PLUGIN_ERROR_MANIFEST },
  { HEAD "[Permissions]\nSecrets=a b\n", "Secrets", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "[Plugin]\nId=../x\nName=A\nVersion=1\nApi=1\nExec=a\nKinds=issuance\n", "Id", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=../a\nKinds=issuance\n", "Exec", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=/bin/sh\nKinds=issuance\n", "Exec", SIGNET_PLUGIN_ERROR_MANIFEST },
  { "[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=a\nKinds=everything\n", "Kinds", SIGNET_PLUGIN_ERROR_MANIFEST },
};

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (bad[i].text, &error));
      g_assert_error (error, SIGNET_PLUGIN_ERROR, bad[i].code);
      if (strstr (error->message, bad[i].named) == NULL)
        g_error ("“%s” does not name %s", error->message, bad[i].named);
    }
}

/* What opens a part of the wall is closed unless it is asked for by name. */
static void
test_wall_keys (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginManifest) closed = parse (HEAD "[Permissions]\nNetwork=none\n", &error);
  g_autoptr (SignetPluginManifest) open = parse (HEAD "[Permissions]\nNetwork=direct\nPrograms=system\nState=authority\n", &error);
  g_auto (GStrv) nothing = NULL;
  g_auto (GStrv) pairs = NULL;

  g_assert_no_error (error);
  g_assert_false (signet_plugin_manifest_has_network (closed));
  g_assert_false (signet_plugin_manifest_has_programs (closed));
  g_assert_false (signet_plugin_manifest_has_state (closed));
  nothing = signet_plugin_manifest_dup_permissions (closed, NULL);
  g_assert_null (nothing[0]);
  g_assert_true (signet_plugin_manifest_has_network (open));
  g_assert_true (signet_plugin_manifest_has_programs (open));
  g_assert_true (signet_plugin_manifest_has_state (open));
  pairs = signet_plugin_manifest_dup_permissions (open, "/usr/libexec/helper");
  g_assert_cmpstr (pairs[0], ==, "plugin-network");
  g_assert_cmpstr (pairs[2], ==, "plugin-programs");
  g_assert_cmpstr (pairs[3], ==, "/usr/libexec/helper");
}

static void
test_name_is_harmless (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginManifest) manifest =
    parse ("[Plugin]\nId=a\nName=Bank \xe2\x80\xae\\tgnp\nVersion=1\nApi=1\nExec=a\nKinds=issuance\n", &error);

  g_assert_no_error (error);
  g_assert_null (strstr (signet_plugin_manifest_get_name (manifest), "\xe2\x80\xae"));
  g_assert_null (strchr (signet_plugin_manifest_get_name (manifest), '\t'));
}

/* A plugin folder with a manifest and a program of the given mode. */
static char *
make_plugin (const char *top, const char *name, const char *manifest, int mode)
{
  g_autofree char *folder = g_build_filename (top, "1", name, NULL);
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *program = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_free (signet_test_write_file (folder, file, manifest, -1));
  program = signet_test_write_file (folder, "acme", "#!/bin/sh\n", -1);
  g_assert_cmpint (g_chmod (program, mode), ==, 0);
  return g_steal_pointer (&folder);
}

static void
test_registry (void)
{
  g_autofree char *top = signet_test_make_dir ();
  g_autofree char *second = signet_test_make_dir ();
  g_autofree char *good = make_plugin (top, "acme", HEAD, 0755);
  const char *const folders[] = { top, second, "/nonexistent", NULL };
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) found = NULL;

  g_free (make_plugin (second, "acme", HEAD, 0755));                /* the same again, later in the search */
  g_free (make_plugin (top, "broken", "[Plugin]\nApi=1\n", 0755));
  g_free (make_plugin (top, "open", HEAD, 0777));                    /* anybody may change it */
  g_free (make_plugin (top, "dead", HEAD, 0644));                    /* not executable */
  found = signet_plugin_registry_load (folders, &problems);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (signet_plugin_manifest_get_directory (found->pdata[0]), ==, good);
  g_assert_cmpuint (problems->len, ==, 3);
}

/* A program that is a link to elsewhere is not in its folder. */
static void
test_link (void)
{
  g_autofree char *top = signet_test_make_dir ();
  g_autofree char *folder = make_plugin (top, "acme", HEAD, 0755);
  g_autofree char *program = g_build_filename (folder, "acme", NULL);
  g_autofree char *manifest = g_build_filename (folder, "acme.plugin", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (program), ==, 0);
  g_assert_cmpint (symlink ("/bin/sh", program), ==, 0);
  g_assert_null (signet_plugin_manifest_load (manifest, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_MANIFEST);
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/manifest/good", test_good);
  g_test_add_func ("/plugin/manifest/bad", test_bad);
  g_test_add_func ("/plugin/manifest/wall-keys", test_wall_keys);
  g_test_add_func ("/plugin/manifest/name-is-harmless", test_name_is_harmless);
  g_test_add_func ("/plugin/manifest/link", test_link);
  g_test_add_func ("/plugin/registry", test_registry);
  return g_test_run ();
}
