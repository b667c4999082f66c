/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-confinement.c: the parts walls are made of. Used by the token host (a vendor's module) and by the door of a plugin
 * (somebody's program). What is forbidden is a list, not what is allowed: nobody can know what the next release of a library
 * calls. Once enforced nothing of it can be taken down again. To be called before there is a second thread.
 */
#define G_LOG_DOMAIN "signet-confinement"

#include "config.h"

#include "signet-confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* newer than the kernel headers of Debian 12 */
#define ACCESS_FS_TRUNCATE (1ULL << 14)
#define ACCESS_NET_TCP 3ULL /* bind and connect */
#define SCOPE_ABSTRACT (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)
#define ABI_REFER 2
#define ABI_TRUNCATE 3
#define ABI_NET 4
#define ABI_SCOPE 6

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define START LANDLOCK_ACCESS_FS_EXECUTE
#define WRITE                                                                                                                    \
  (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                              \
   LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |     \
   LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER |       \
   ACCESS_FS_TRUNCATE)
#define OF_A_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | START | ACCESS_FS_TRUNCATE)

/* struct landlock_ruleset_attr as it is since 6.12 */
typedef struct
{
  guint64 fs;
  guint64 net;
  guint64 scoped;
} Ruleset;

/* --- limits --- */

gboolean
signet_confinement_limit (int resource, rlim_t most)
{
  struct rlimit now;

  if (getrlimit (resource, &now) != 0)
    return FALSE;
  now.rlim_max = MIN (now.rlim_max, most);
  now.rlim_cur = MIN (now.rlim_cur, most);
  return setrlimit (resource, &now) == 0;
}

rlim_t
signet_confinement_most_threads (rlim_t more)
{
  struct sysinfo info;

  return sysinfo (&info) == 0 ? (rlim_t) info.procs + more : 4096;
}

void
signet_confinement_volunteer_for_oom (void)
{
  static const char score[] = "600";
  int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (write (fd, score, strlen (score)) < 0)
    g_debug ("oom_score_adj: %s", g_strerror (errno));
  close (fd);
}

/* --- files --- */

/* A structure of a later kernel is refused by an earlier one: as much of it as this one knows. */
static gsize
ruleset_size (long abi)
{
  if (abi >= ABI_SCOPE)
    return sizeof (Ruleset);
  return abi >= ABI_NET ? G_STRUCT_OFFSET (Ruleset, scoped) : G_STRUCT_OFFSET (Ruleset, net);
}

gboolean
signet_confinement_files_open (SignetConfinementFiles *self, SignetConfinementScopes scopes)
{
  long abi = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  Ruleset attributes = { .fs = READ | WRITE | START };

  self->fd = -1;
  self->handled = 0;
  if (abi < 1)
    return FALSE;
  if (abi < ABI_REFER)
    attributes.fs &= ~(guint64) LANDLOCK_ACCESS_FS_REFER;
  if (abi < ABI_TRUNCATE)
    attributes.fs &= ~ACCESS_FS_TRUNCATE;
  if (abi >= ABI_NET && (scopes & SIGNET_CONFINEMENT_TCP) != 0)
    attributes.net = ACCESS_NET_TCP;
  if (abi >= ABI_SCOPE)
    attributes.scoped = ((scopes & SIGNET_CONFINEMENT_SIGNALS) != 0 ? SCOPE_SIGNAL : 0) |
                        ((scopes & SIGNET_CONFINEMENT_ABSTRACT) != 0 ? SCOPE_ABSTRACT : 0);
  self->handled = attributes.fs;
  self->fd = (int) syscall (SYS_landlock_create_ruleset, &attributes, ruleset_size (abi), 0);
  return self->fd >= 0;
}

static guint64
kernel_rights (SignetConfinementRights rights)
{
  return ((rights & SIGNET_CONFINEMENT_READ) != 0 ? READ : 0) | ((rights & SIGNET_CONFINEMENT_START) != 0 ? START : 0) |
         ((rights & SIGNET_CONFINEMENT_WRITE) != 0 ? WRITE : 0);
}

void
signet_confinement_files_allow (SignetConfinementFiles *self, const char *path, SignetConfinementRights rights, int flags)
{
  struct landlock_path_beneath_attr rule = { .parent_fd = rights != 0 ? open (path, O_PATH | O_CLOEXEC | flags) : -1 };
  struct stat info;

  if (rule.parent_fd < 0)
    return;
  if (fstat (rule.parent_fd, &info) == 0)
    {
      rule.allowed_access = kernel_rights (rights) & self->handled & (S_ISDIR (info.st_mode) ? ~0ULL : OF_A_FILE);
      if (rule.allowed_access != 0 && syscall (SYS_landlock_add_rule, self->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        g_debug ("a rule was refused: %s", g_strerror (errno));
    }
  close (rule.parent_fd);
}

gboolean
signet_confinement_files_enforce (SignetConfinementFiles *self)
{
  gboolean ok = self->fd >= 0 && syscall (SYS_landlock_restrict_self, self->fd, 0) == 0;

  if (!ok)
    g_warning ("no limits on files: %s", g_strerror (errno));
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  return ok;
}

/* --- system calls --- */

static const int common_calls[] = {
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
  /* keys of the kernel */
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

/* A call this architecture does not have is none that could be made. */
static int
added (int result)
{
  return result == -EDOM || result == -EEXIST ? 0 : result;
}

int
signet_confinement_forbid (gpointer filter, const int *calls, gsize n_calls)
{
  int result = 0;

  for (gsize i = 0; result == 0 && i < n_calls; i++)
    result = added (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), calls[i], 0));
  return result;
}

int
signet_confinement_forbid_common (gpointer filter)
{
  int result = signet_confinement_forbid (filter, common_calls, G_N_ELEMENTS (common_calls));

  /* limits of others */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (prlimit64), 1, SCMP_A0 (SCMP_CMP_NE, 0));
  /* keys typed into a terminal, or pasted there */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (ioctl), 1,
                               SCMP_A1 (SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI));
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (ioctl), 1,
                               SCMP_A1 (SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCLINUX));
  return result;
}

/* clone3 hides its flags in memory, so libc is told to use clone. */
int
signet_confinement_forbid_fork (gpointer filter)
{
  static const int calls[] = { SCMP_SYS (fork), SCMP_SYS (vfork) };
  int result =
      seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone), 1, SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));

  if (result == 0)
    result = added (seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0));
  if (result == 0)
    result = signet_confinement_forbid (filter, calls, G_N_ELEMENTS (calls));
  return result;
}

int
signet_confinement_forbid_signals (gpointer filter, int self)
{
  static const int signals[] = { SCMP_SYS (kill), SCMP_SYS (tgkill), SCMP_SYS (rt_sigqueueinfo), SCMP_SYS (rt_tgsigqueueinfo) };
  int result = 0;

  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (signals); i++)
    result = added (
        seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), signals[i], 1, SCMP_A0 (SCMP_CMP_NE, (scmp_datum_t) self)));
  return result;
}

static gboolean
is_allowed (const int *allowed, int family)
{
  for (gsize i = 0; allowed[i] >= 0; i++)
    if (allowed[i] == family)
      return TRUE;
  return FALSE;
}

int
signet_confinement_forbid_sockets (gpointer filter, const int *allowed)
{
  const guint32 refuse = SCMP_ACT_ERRNO (EAFNOSUPPORT);
  int result = seccomp_rule_add (filter, refuse, SCMP_SYS (socket), 1, SCMP_A0 (SCMP_CMP_GT, AF_NETLINK));

  for (int family = 0; result == 0 && family <= AF_NETLINK; family++)
    if (!is_allowed (allowed, family))
      result = seccomp_rule_add (filter, refuse, SCMP_SYS (socket), 1, SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) family));
  return result;
}
