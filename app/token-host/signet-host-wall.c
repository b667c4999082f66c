/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-wall.c: what the process that runs a vendor's module may ask of the kernel: limits and forbidden system calls.
 *
 * It is a list of what is forbidden, not of what is allowed: nobody can know what a vendor's library calls, and a list of what
 * is allowed would break at its next release. Files are signet-host-files.c's. Raised once, before the first thread and before
 * the module is loaded; nothing of it can be taken down again. docs/decisions/0027-the-wall-around-a-module.md has the reasons.
 */
#define G_LOG_DOMAIN "signet-host-wall"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "signet-host-private.h"

#define MIB ((rlim_t) 1024 * 1024)

/* AddressSanitizer maps terabytes that are never used: in such a build memory is not limited. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMIT_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMIT_MEMORY 0
#endif
#endif
#ifndef LIMIT_MEMORY
#define LIMIT_MEMORY 1
#endif

/* --- what is known --- */

/* By the name of the file. Here and not in data/modules: a process that starts a thousandth of a second later for each module
 * is no place for twenty files. */
static const struct
{
  const char *module;
  const char *store;   /* that it makes and writes, beneath the home folder */
  gboolean programs;   /* it shows its own PIN dialog for the key that signs, and cannot do without */
} known[] = {
  { "libtpm2_pkcs11.so", ".tpm2_pkcs11", FALSE },
  { "libbeidpkcs11.so", ".eid", TRUE },
  { "libpteidpkcs11.so", ".config/pteid", TRUE },
};

void
host_wall_know (HostWall *wall)
{
  g_autofree char *name = g_path_get_basename (wall->module);

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (name, known[i].module))
      {
        wall->store = known[i].store;
        wall->processes |= known[i].programs;
      }
}

/* --- limits --- */

static gboolean
limit (int resource, rlim_t most)
{
  struct rlimit now;

  if (getrlimit (resource, &now) != 0)
    return FALSE;
  now.rlim_max = MIN (now.rlim_max, most);
  now.rlim_cur = MIN (now.rlim_cur, most);
  return setrlimit (resource, &now) == 0;
}

/* The kernel counts the threads of a user, not of a process: what runs already must not use up what the module may start. */
static rlim_t
most_threads (void)
{
  struct sysinfo info;

  return sysinfo (&info) == 0 ? (rlim_t) info.procs + 512 : 4096;
}

/* When memory is short this process goes first. Its own /proc is closed to it once it is not dumpable any more. */
static void
volunteer_for_oom (void)
{
  static const char score[] = "600";
  int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (write (fd, score, strlen (score)) < 0)
    g_debug ("oom_score_adj: %s", g_strerror (errno));
  close (fd);
}

/* PINs pass through here: nothing of this memory may reach a disk or a debugger. */
static gboolean
set_limits (void)
{
  gboolean ok = limit (RLIMIT_CORE, 0) && limit (RLIMIT_NOFILE, 512) && limit (RLIMIT_FSIZE, 256 * MIB) &&
                limit (RLIMIT_NPROC, most_threads ());

  if (LIMIT_MEMORY)
    ok &= limit (RLIMIT_DATA, 1024 * MIB) && limit (RLIMIT_AS, 8192 * MIB);
  signal (SIGXFSZ, SIG_IGN); /* a full file is an error of write(), not an end */
  volunteer_for_oom ();
  ok &= prctl (PR_SET_DUMPABLE, 0) == 0;
  ok &= prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  umask (077);
  return ok;
}

/* --- system calls --- */

static const int forbidden_calls[] = {
  /* other processes */
  SCMP_SYS (ptrace),
  SCMP_SYS (process_vm_readv),
  SCMP_SYS (process_vm_writev),
  SCMP_SYS (process_madvise),
  SCMP_SYS (kcmp),
  SCMP_SYS (pidfd_getfd),
  SCMP_SYS (pidfd_send_signal),
  SCMP_SYS (unshare),
  SCMP_SYS (setns),
  SCMP_SYS (move_pages),
  SCMP_SYS (migrate_pages),
  /* keys that are not the token's */
  SCMP_SYS (keyctl),
  SCMP_SYS (add_key),
  SCMP_SYS (request_key),
  /* the kernel: calls that are rarely used and often broken into */
  SCMP_SYS (bpf),
  SCMP_SYS (perf_event_open),
  SCMP_SYS (userfaultfd),
  SCMP_SYS (io_uring_setup),
  SCMP_SYS (io_uring_enter),
  SCMP_SYS (io_uring_register),
  SCMP_SYS (kexec_load),
  SCMP_SYS (kexec_file_load),
  SCMP_SYS (init_module),
  SCMP_SYS (finit_module),
  SCMP_SYS (delete_module),
  SCMP_SYS (create_module),
  SCMP_SYS (reboot),
  SCMP_SYS (swapon),
  SCMP_SYS (swapoff),
  SCMP_SYS (acct),
  SCMP_SYS (quotactl),
  SCMP_SYS (syslog),
  SCMP_SYS (uselib),
  SCMP_SYS (modify_ldt),
  SCMP_SYS (iopl),
  SCMP_SYS (ioperm),
  SCMP_SYS (vhangup),
  SCMP_SYS (fanotify_init),
  /* the clock, which certificates are judged by */
  SCMP_SYS (settimeofday),
  SCMP_SYS (clock_settime),
  SCMP_SYS (adjtimex),
  SCMP_SYS (clock_adjtime),
  SCMP_SYS (stime),
  SCMP_SYS (sethostname),
  SCMP_SYS (setdomainname),
  /* file systems */
  SCMP_SYS (mount),
  SCMP_SYS (umount),
  SCMP_SYS (umount2),
  SCMP_SYS (pivot_root),
  SCMP_SYS (chroot),
  SCMP_SYS (move_mount),
  SCMP_SYS (open_tree),
  SCMP_SYS (fsopen),
  SCMP_SYS (fsconfig),
  SCMP_SYS (fsmount),
  SCMP_SYS (fspick),
  SCMP_SYS (mount_setattr),
  SCMP_SYS (open_by_handle_at),
};

/* 0, or a negative errno. A call this architecture does not have is none that could be made. */
static int
add (int result)
{
  return result == -EDOM || result == -EEXIST ? 0 : result;
}

static int
forbid_calls (scmp_filter_ctx filter)
{
  int result = 0;

  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (forbidden_calls); i++)
    result = add (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), forbidden_calls[i], 0));
  /* dumpable again, and a debugger may read a PIN */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (prctl), 1, SCMP_A0 (SCMP_CMP_EQ, PR_SET_DUMPABLE));
  /* limits of others */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (prlimit64), 1, SCMP_A0 (SCMP_CMP_NE, 0));
  /* keys typed into a terminal */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (ioctl), 1, SCMP_A1 (SCMP_CMP_EQ, TIOCSTI));
  return result;
}

/* UNIX for pcscd, D-Bus, p11-kit and the daemons of vendors; netlink for who looks for USB devices. */
static int
forbid_sockets (scmp_filter_ctx filter, gboolean network)
{
  const guint32 refuse = SCMP_ACT_ERRNO (EAFNOSUPPORT);
  int result = seccomp_rule_add (filter, refuse, SCMP_SYS (socket), 1, SCMP_A0 (SCMP_CMP_GT, AF_NETLINK));

  for (int family = 0; result == 0 && family < AF_NETLINK; family++)
    if (family != AF_UNIX && !(network && (family == AF_INET || family == AF_INET6)))
      result = seccomp_rule_add (filter, refuse, SCMP_SYS (socket), 1, SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) family));
  return result;
}

/* Threads yes, processes and programs no; and signals to nobody but itself. clone3 hides its flags in memory, so libc is told
 * to use clone. */
static int
forbid_processes (scmp_filter_ctx filter)
{
  static const int calls[] = { SCMP_SYS (fork), SCMP_SYS (vfork), SCMP_SYS (execve), SCMP_SYS (execveat) };
  static const int signals[] = { SCMP_SYS (kill), SCMP_SYS (tgkill), SCMP_SYS (rt_sigqueueinfo), SCMP_SYS (rt_tgsigqueueinfo) };
  const scmp_datum_t self = (scmp_datum_t) getpid ();
  int result =
      seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone), 1, SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));

  if (result == 0)
    result = add (seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0));
  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (calls); i++)
    result = add (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), calls[i], 0));
  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (signals); i++)
    result = add (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), signals[i], 1, SCMP_A0 (SCMP_CMP_NE, self)));
  return result;
}

static gboolean
filter_calls (const HostWall *wall)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int result = filter != NULL ? seccomp_attr_set (filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) : -ENOMEM;

  if (result == 0)
    result = forbid_calls (filter);
  if (result == 0)
    result = forbid_sockets (filter, wall->network);
  if (result == 0 && !wall->processes)
    result = forbid_processes (filter);
  if (result == 0)
    result = seccomp_load (filter);
  seccomp_release (filter);
  if (result != 0)
    g_warning ("no system call filter: %s", g_strerror (-result));
  return result == 0;
}

static GString *standing;

/**
 * host_wall_raise:
 *
 * A kernel that cannot do a part of it gets a module with less of a wall, as it was before there was one; what stands is told to
 * the client.
 */
void
host_wall_raise (const HostWall *wall)
{
  standing = g_string_new (set_limits () ? "limits" : "");
  if (host_files_restrict (wall))
    g_string_append (standing, " files");
  if (filter_calls (wall))
    g_string_append (standing, " calls");
}

/* The parts that stand, with a blank between: "limits files calls". */
const char *
host_wall_describe (void)
{
  return standing != NULL ? standing->str : "";
}
