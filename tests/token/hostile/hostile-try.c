/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostile-try.c: tries what the wall around a module forbids, and what it must leave; one line each in "report":
 *
 *   NAME=0 when it worked, NAME=ERRNO when not
 *
 * The files "document", "secret", "setting" and "cache" of the folder name paths for the tries on files. Nothing here does harm
 * when it works.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

static FILE *report;

static void
tell (const char *name, long result)
{
  fprintf (report, "%s=%d\n", name, result < 0 ? errno : 0);
}

/* --- other processes --- */

static void
try_processes (void)
{
  char byte = 0;
  struct iovec here = { &byte, 1 };
  struct rlimit none = { 1, 1 };
  char memory[64];
  pid_t child = -1;
  pid_t face = getppid ();
  int fd = -1;

  snprintf (memory, sizeof memory, "/proc/%d/mem", (int) face);
  tell ("ptrace", ptrace (PTRACE_SEIZE, face, NULL, NULL));
  tell ("process_vm_readv", process_vm_readv (face, &here, 1, &here, 1, 0));
  fd = open (memory, O_RDONLY);
  tell ("memory-of-face", fd);
  snprintf (memory, sizeof memory, "/proc/%d/environ", (int) face);
  fd = open (memory, O_RDONLY);
  tell ("environment-of-face", fd >= 0 && read (fd, &byte, 1) == 1 ? 0 : -1);
  tell ("kill", kill (face, 0));
  tell ("limits-of-face", prlimit (face, RLIMIT_CORE, &none, NULL));
  child = fork ();
  if (child == 0)
    _exit (0);
  tell ("fork", child);
  child = vfork ();
  if (child == 0)
    _exit (0);
  tell ("vfork", child);
  tell ("execve", execl ("/nonexistent/program", "program", NULL) < 0 && errno == ENOENT ? 0 : -1);
  tell ("dumpable", prctl (PR_SET_DUMPABLE, 1));
}

/* --- the network --- */

static void
try_sockets (void)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "/nonexistent/socket" };
  int fd = -1;

  tell ("inet", socket (AF_INET, SOCK_STREAM, 0));
  tell ("inet-datagram", socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  tell ("inet6", socket (AF_INET6, SOCK_STREAM, 0));
  tell ("packet", socket (AF_PACKET, SOCK_RAW, 0));
  tell ("bluetooth", socket (31, SOCK_RAW, 0));
  tell ("alg", socket (38, SOCK_SEQPACKET, 0));
  tell ("vsock", socket (40, SOCK_STREAM, 0));
  tell ("io_uring", syscall (SYS_io_uring_setup, 1, NULL));
  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  tell ("may-unix", fd);
  errno = 0;
  connect (fd, (struct sockaddr *) &name, sizeof name);
  tell ("may-connect", errno == ENOENT ? 0 : -1);
  tell ("may-netlink", socket (AF_NETLINK, SOCK_RAW, 0));
}

/* --- the kernel --- */

static void
try_kernel (void)
{
  tell ("keyctl", syscall (SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0));
  tell ("bpf", syscall (SYS_bpf, 0, NULL, 0));
  tell ("perf", syscall (SYS_perf_event_open, NULL, 0, -1, -1, 0));
  tell ("userfaultfd", syscall (SYS_userfaultfd, 0));
  tell ("unshare", unshare (CLONE_NEWUSER));
  tell ("mount", syscall (SYS_mount, "none", "/nonexistent", "tmpfs", 0, NULL));
  tell ("chroot", chroot ("/"));
  tell ("clock", syscall (SYS_clock_settime, 0, NULL));
  tell ("kexec", syscall (SYS_kexec_load, 0, 0, NULL, 0));
  tell ("init_module", syscall (SYS_init_module, NULL, 0, ""));
  tell ("core-file", setrlimit (RLIMIT_CORE, &(struct rlimit){ 1, 1 }));
}

/* --- files --- */

static void
try_file (const char *what, const char *name, int flags)
{
  char path[4096] = "";
  int fd = -1;

  if (hostile_read (what, path, sizeof path - 1) == 0)
    return;
  fd = open (path, flags | O_CLOEXEC, 0600);
  tell (name, fd);
  if (fd >= 0)
    close (fd);
}

static void
try_files (void)
{
  try_file ("document", "document", O_RDONLY);
  try_file ("document", "document-write", O_WRONLY | O_APPEND);
  try_file ("new-document", "document-new", O_WRONLY | O_CREAT);
  try_file ("secret", "secret", O_RDONLY);
  try_file ("start", "start-file-write", O_WRONLY | O_APPEND);
  try_file ("setting", "may-setting", O_RDONLY);
  try_file ("setting", "setting-write", O_WRONLY | O_APPEND);
  try_file ("cache", "may-cache", O_WRONLY | O_CREAT);
}

static void *
nothing (void *unused)
{
  return NULL;
}

static void
try_own (void)
{
  pthread_t thread;

  tell ("may-thread", pthread_create (&thread, NULL, nothing, NULL) == 0 ? 0 : -1);
  pthread_join (thread, NULL);
  tell ("may-signal-itself", kill (getpid (), 0));
  tell ("may-random", open ("/dev/urandom", O_RDONLY));
  tell ("may-shared-memory", open ("/dev/shm/signet-hostile-try", O_RDWR | O_CREAT, 0600));
  unlink ("/dev/shm/signet-hostile-try");
}

void
hostile_try (void)
{
  report = hostile_open ("report", "w");
  if (report == NULL)
    return;
  try_processes ();
  try_sockets ();
  try_kernel ();
  try_files ();
  try_own ();
  fputs ("end\n", report);
  fclose (report);
}
