/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-sandbox.c: the wall around a plugin.
 *
 * bubblewrap gives it namespaces of its own: no network, no other processes, no home, no bus, no reader socket; what it sees
 * is /usr and its own folder, read-only. A seccomp filter takes away system calls a plugin has no use for, among them new
 * processes, so that it is one process and cannot multiply. prlimit, run inside, limits memory, CPU and files (inside,
 * because the number of processes is counted for the whole user outside). Any thread.
 */
#define G_LOG_DOMAIN "signet-plugin-sandbox"

#include "config.h"

#include "signet-plugin-private.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MEGABYTE "000000"
#define SECCOMP_FD 3

/* AddressSanitizer maps terabytes that are never used: in such a build memory is not limited. */
#if defined (__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined (__has_feature)
#if __has_feature (address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
#define LIMIT_MEMORY "--as=unlimited"
#else
#define LIMIT_MEMORY "--as=512" MEGABYTE
#endif

static gboolean
fail (GError **error, const char *what, int errnum)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX, "%s: %s", what, g_strerror (errnum));
  return FALSE;
}

/* --- system calls ----------------------------------------------------------------------------------------------------- */

static const int forbidden_calls[] = {
  /* other processes */
  SCMP_SYS (ptrace), SCMP_SYS (process_vm_readv), SCMP_SYS (process_vm_writev), SCMP_SYS (kcmp), SCMP_SYS (pidfd_getfd),
  SCMP_SYS (fork), SCMP_SYS (vfork), SCMP_SYS (unshare), SCMP_SYS (setns),
  /* the kernel */
  SCMP_SYS (keyctl), SCMP_SYS (add_key), SCMP_SYS (request_key), SCMP_SYS (bpf), SCMP_SYS (perf_event_open),
  SCMP_SYS (userfaultfd), SCMP_SYS (io_uring_setup), SCMP_SYS (io_uring_enter), SCMP_SYS (io_uring_register),
  SCMP_SYS (kexec_load), SCMP_SYS (kexec_file_load), SCMP_SYS (init_module), SCMP_SYS (finit_module), SCMP_SYS (delete_module),
  SCMP_SYS (reboot), SCMP_SYS (swapon), SCMP_SYS (swapoff), SCMP_SYS (acct), SCMP_SYS (quotactl), SCMP_SYS (syslog),
  SCMP_SYS (settimeofday), SCMP_SYS (clock_settime), SCMP_SYS (adjtimex), SCMP_SYS (clock_adjtime),
  /* file systems */
  SCMP_SYS (mount), SCMP_SYS (umount2), SCMP_SYS (pivot_root), SCMP_SYS (chroot), SCMP_SYS (move_mount), SCMP_SYS (open_tree),
  SCMP_SYS (fsopen), SCMP_SYS (fsconfig), SCMP_SYS (fsmount), SCMP_SYS (fspick), SCMP_SYS (mount_setattr),
  SCMP_SYS (name_to_handle_at), SCMP_SYS (open_by_handle_at), SCMP_SYS (mknod), SCMP_SYS (mknodat),
  /* memory that no limit counts */
  SCMP_SYS (memfd_create), SCMP_SYS (memfd_secret), SCMP_SYS (shmget), SCMP_SYS (mlock), SCMP_SYS (mlock2), SCMP_SYS (mlockall),
  /* the network, and sockets of any other kind: it has a conversation with us and nothing else */
  SCMP_SYS (socket), SCMP_SYS (connect), SCMP_SYS (bind), SCMP_SYS (listen), SCMP_SYS (accept), SCMP_SYS (accept4),
};

static int
add_rules (scmp_filter_ctx filter)
{
  int result = 0;

  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (forbidden_calls); i++)
    {
      result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), forbidden_calls[i], 0);
      if (result == -EDOM || result == -EEXIST) /* not a call of this architecture */
        result = 0;
    }
  /* threads yes, processes no; clone3 hides its flags in memory, so libc is told to use clone */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone), 1, SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0);
  return result;
}

/* A descriptor to read the program from; -1 with @error. */
static int
make_filter (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int fd = memfd_create ("signet-plugin-filter", MFD_CLOEXEC);
  int result = filter != NULL && fd >= 0 ? add_rules (filter) : -ENOMEM;

  if (result == 0)
    result = seccomp_export_bpf (filter, fd);
  if (result == 0 && lseek (fd, 0, SEEK_SET) != 0)
    result = -errno;
  seccomp_release (filter);
  if (result == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  fail (error, "system call filter", -result);
  return -1;
}

/* --- the command ------------------------------------------------------------------------------------------------------ */

static const char *const wall[] = {
  "--unshare-all", "--cap-drop", "ALL", "--new-session", "--die-with-parent", "--clearenv",
  "--hostname", "plugin",
  "--ro-bind", "/usr", "/usr",
  "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
  "--proc", "/proc",
  "--dev", "/dev", "--size", "1" MEGABYTE, "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
  "--size", "16" MEGABYTE, "--tmpfs", "/tmp",
  "--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8",
  "--setenv", "SIGNET_PLUGIN_API", G_STRINGIFY (SIGNET_PLUGIN_API_VERSION),
#ifdef SANITIZED
  "--setenv", "ASAN_OPTIONS", "detect_leaks=0",
#endif
  "--seccomp", G_STRINGIFY (SECCOMP_FD),
  NULL
};

static const char *const limits[] = {
  "/usr/bin/prlimit", LIMIT_MEMORY, "--cpu=120", "--fsize=16" MEGABYTE, "--nofile=64", "--nproc=64", "--core=0", "--memlock=0",
  "--stack=8" MEGABYTE, "--", NULL
};

static void
add_all (GPtrArray *argv, const char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (words[i]));
}

static const char *
find_bubblewrap (void)
{
#if SIGNET_DEVELOPMENT
  const char *other = g_getenv ("SIGNET_BUBBLEWRAP");   /* how tests make it missing */

  if (other != NULL)
    return other;
#endif
  return "/usr/bin/bwrap";
}

static GPtrArray *
build_command (SignetPluginManifest *manifest)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  const char *directory = signet_plugin_manifest_get_directory (manifest);

  g_ptr_array_add (argv, g_strdup (find_bubblewrap ()));
  add_all (argv, wall);
  add_all (argv, (const char *const[]) { "--ro-bind", directory, "/app", "--remount-ro", "/", "--chdir", "/tmp", "--", NULL });
  add_all (argv, limits);
  g_ptr_array_add (argv, g_strconcat ("/app/", _signet_plugin_manifest_get_program (manifest), NULL));
  g_ptr_array_add (argv, NULL);
  return argv;
}

SignetChild *
_signet_plugin_sandbox_spawn (SignetPluginManifest *manifest, const int fds[3], GError **error)
{
  g_autoptr (GPtrArray) argv = build_command (manifest);
  const char *const no_environment[] = { NULL };
  g_autoptr (GError) local = NULL;
  SignetChild *child;
  int filter = make_filter (error);

  if (filter < 0)
    return NULL;
  child = signet_child_spawn ((const char *const *) argv->pdata, no_environment, (const int[]) { fds[0], fds[1], fds[2], filter }, 4, &local);
  close (filter);
  if (child == NULL)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX, "bubblewrap: %s", local->message);
  return child;
}
