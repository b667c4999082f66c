/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-sandbox.c: the wall around a plugin.
 *
 * The first wall is bubblewrap's namespaces: no network, no other processes, no home, no bus, no reader socket; what a plugin sees is
 * /usr and its own folder, read-only. The second is raised inside the first by signet-plugin-wall, the last program before the plugin:
 * limits on memory, CPU and files, Landlock, and a filter of system calls that leaves it one process without sockets. A computer
 * without user namespaces runs only plugins that came with Signet, behind the second wall alone. Any thread.
 */
#define G_LOG_DOMAIN "signet-plugin-sandbox"

#include "config.h"

#include "signet-plugin-private.h"

#include <string.h>
#include <unistd.h>

#include "../base/signet-paths.h"

#define MEGABYTE "000000"
#define WALL_IN_SANDBOX "/.signet-plugin-wall"
#define STATE_IN_SANDBOX "/state"

/* --- the first wall ----------------------------------------------------------------------------------------------------- */

static const char *const namespaces[] = {
  "--unshare-all", "--cap-drop", "ALL", "--new-session", "--die-with-parent", "--clearenv",
  "--hostname", "plugin",
  "--ro-bind", "/usr", "/usr",
  "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
  "--proc", "/proc",
  "--dev", "/dev", "--size", "1" MEGABYTE, "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
  "--size", "16" MEGABYTE, "--tmpfs", "/tmp",
  "--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8",
  "--setenv", "SIGNET_PLUGIN_API", G_STRINGIFY (SIGNET_PLUGIN_API_VERSION),
#ifdef __SANITIZE_ADDRESS__
  "--setenv", "ASAN_OPTIONS", "detect_leaks=0",
#endif
  NULL
};

/* Where names, routes, authorities of servers and realms are looked up; for a plugin with a network of its own. */
static const char *const network_settings[] = {
  "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf", "/etc/services", "/etc/ssl",
  "/etc/ca-certificates", "/etc/pki", "/etc/crypto-policies", "/etc/krb5.conf", "/etc/krb5.conf.d", "/etc/ipa", "/etc/cepces",
};

static void
add_all (GPtrArray *argv, const char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (words[i]));
}

const char *
_signet_plugin_sandbox_get_bubblewrap (void)
{
#if SIGNET_DEVELOPMENT
  const char *other = g_getenv ("SIGNET_BUBBLEWRAP");   /* how tests make it missing */

  if (other != NULL)
    return other;
#endif
  return "/usr/bin/bwrap";
}

static void
add_network (GPtrArray *argv)
{
  add_all (argv, (const char *const[]) { "--share-net", NULL });
  for (gsize i = 0; i < G_N_ELEMENTS (network_settings); i++)
    add_all (argv, (const char *const[]) { "--ro-bind-try", network_settings[i], network_settings[i], NULL });
}

static void
add_door (GPtrArray *argv, SignetPluginManifest *manifest, const char *how, const char *folder, const char *state)
{
  add_all (argv, (const char *const[]) { how, folder, state, signet_plugin_manifest_has_network (manifest) ? "network" : "-",
                                         signet_plugin_manifest_has_programs (manifest) ? "programs" : "-", NULL });
  g_ptr_array_add (argv, g_build_filename (folder, _signet_plugin_manifest_get_program (manifest), NULL));
  g_ptr_array_add (argv, NULL);
}

static GPtrArray *
build_command (SignetPluginManifest *manifest, const char *state)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  const char *directory = signet_plugin_manifest_get_directory (manifest);

  g_ptr_array_add (argv, g_strdup (_signet_plugin_sandbox_get_bubblewrap ()));
  add_all (argv, namespaces);
  if (signet_plugin_manifest_has_network (manifest))
    add_network (argv);
  if (state != NULL)
    add_all (argv, (const char *const[]) { "--bind", state, STATE_IN_SANDBOX, "--setenv", "SIGNET_PLUGIN_STATE", STATE_IN_SANDBOX, NULL });
  add_all (argv, (const char *const[]) { "--ro-bind", directory, "/app", "--ro-bind", signet_paths_get_plugin_wall (), WALL_IN_SANDBOX,
                                         "--remount-ro", "/", "--chdir", "/tmp", "--", WALL_IN_SANDBOX, NULL });
  add_door (argv, manifest, "inside", "/app", state != NULL ? STATE_IN_SANDBOX : "-");
  return argv;
}

static GPtrArray *
build_lone_command (SignetPluginManifest *manifest)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, g_strdup (signet_paths_get_plugin_wall ()));
  add_door (argv, manifest, "alone", signet_plugin_manifest_get_directory (manifest), "-");
  return argv;
}

/* @fds: what the plugin gets as 0, 1, 2, and what its door tells on as 3 what stands. @state: (nullable). @alone: the second wall
 * is to be all. */
SignetChild *
_signet_plugin_sandbox_spawn (SignetPluginManifest *manifest, const char *state, gboolean alone, const int fds[4], GError **error)
{
  static const char *const inside[] = { NULL };
  static const char *const lone[] = { "PATH=/usr/bin", "HOME=/nonexistent", "LC_ALL=C.UTF-8",
                                      "SIGNET_PLUGIN_API=" G_STRINGIFY (SIGNET_PLUGIN_API_VERSION),
#ifdef __SANITIZE_ADDRESS__
                                      "ASAN_OPTIONS=detect_leaks=0",
#endif
                                      NULL };
  g_autoptr (GPtrArray) argv = alone ? build_lone_command (manifest) : build_command (manifest, state);
  g_autoptr (GError) local = NULL;
  SignetChild *child;

  if (!g_file_test (signet_paths_get_plugin_wall (), G_FILE_TEST_IS_EXECUTABLE))
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX, "%s is not there", signet_paths_get_plugin_wall ());
      return NULL;
    }
  child = signet_child_spawn ((const char *const *) argv->pdata, alone ? lone : inside, fds, 4, &local);
  if (child == NULL)
    g_set_error (error, SIGNET_PLUGIN_ERROR,
                 access (argv->pdata[0], F_OK) != 0 ? SIGNET_PLUGIN_ERROR_NO_BUBBLEWRAP : SIGNET_PLUGIN_ERROR_SANDBOX, "%s: %s",
                 (const char *) argv->pdata[0], local->message);
  return child;
}

/* --- why it cannot be put up ---------------------------------------------------------------------------------------------- */

static const struct {
  const char *path;
  const char *stops;    /* the value that stops namespaces */
  const char *setting;  /* that lets them */
} switches[] = {
  { "/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1" },
  { "/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=10000" },
  { "/proc/sys/user/max_net_namespaces", "0", "user.max_net_namespaces=10000" },
  { "/proc/sys/user/max_pid_namespaces", "0", "user.max_pid_namespaces=10000" },
  { "/proc/sys/user/max_mnt_namespaces", "0", "user.max_mnt_namespaces=10000" },
  { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile that allows bwrap" },
};

/* (transfer full) (nullable): the setting of this kernel that stands in the way */
static char *
find_switch (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      g_autofree char *value = NULL;

      if (g_file_get_contents (switches[i].path, &value, NULL, NULL) && strcmp (g_strchomp (value), switches[i].stops) == 0)
        return g_strdup_printf ("sysctl %s", switches[i].setting);
    }
  return NULL;
}

/* bubblewrap ended before the door of the plugin: @words are its own. */
void
_signet_plugin_sandbox_explain (SignetPluginManifest *manifest, const char *words, GError **error)
{
  g_autofree char *setting = find_switch ();

  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NO_NAMESPACES, "no user namespaces for plugin %s: %s%s%s",
               signet_plugin_manifest_get_id (manifest), *words != '\0' ? words : "bubblewrap ended without a word",
               setting != NULL ? "; the administrator can change this: " : "", setting != NULL ? setting : "");
}
