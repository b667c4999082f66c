/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-wall.c: the last program that runs before a plugin does: gives up, for good, what a plugin has no use for, and
 * becomes the plugin.
 *
 *   signet-plugin-wall inside|alone FOLDER STATE network|- programs|- PROGRAM
 *
 * "inside": in bubblewrap's namespaces, as the second wall. "alone": there are no namespaces on this computer, and the plugin came
 * with Signet: this wall is all there is, so nothing can be written and no other process be seen. What stands is written to
 * descriptor 3 ("limits files calls"); what cannot be put up "alone" ends it. Links GLib's text functions and libseccomp alone.
 */
#define G_LOG_DOMAIN "signet-plugin-wall"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../base/signet-confinement.h"

#define MIB SIGNET_CONFINEMENT_MIB
#define REPORT_FD 3
#define SECONDS_OF_CPU 120
#define READ SIGNET_CONFINEMENT_READ
#define START SIGNET_CONFINEMENT_START
#define WRITE SIGNET_CONFINEMENT_WRITE

typedef struct
{
  gboolean inside;
  const char *folder; /* of the plugin, as it is seen here */
  const char *state;  /* (nullable): a folder it may keep things in */
  gboolean network;
  gboolean programs;
  const char *program;
} Wall;

/* --- limits --- */

static gboolean
set_limits (const Wall *wall)
{
  rlim_t processes = wall->inside ? 64 : signet_confinement_most_threads (64);
  gboolean ok = signet_confinement_limit (RLIMIT_CPU, SECONDS_OF_CPU) && signet_confinement_limit (RLIMIT_FSIZE, 16 * MIB) &&
                signet_confinement_limit (RLIMIT_NOFILE, 64) && signet_confinement_limit (RLIMIT_NPROC, processes) &&
                signet_confinement_limit (RLIMIT_CORE, 0) && signet_confinement_limit (RLIMIT_MEMLOCK, 0) &&
                signet_confinement_limit (RLIMIT_STACK, 8 * MIB) && signet_confinement_limit (RLIMIT_MSGQUEUE, 0);

  if (SIGNET_CONFINEMENT_LIMITS_MEMORY)
    ok &= signet_confinement_limit (RLIMIT_AS, 512 * MIB);
  signal (SIGXFSZ, SIG_IGN); /* a full file is an error of write(), not an end */
  signet_confinement_volunteer_for_oom ();
  umask (077);
  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ok;
}

/* --- files --- */

/* What a program needs to start; in the namespaces there is nothing else to begin with. */
static void
allow_system (SignetConfinementFiles *files)
{
  static const char *const folders[] = { "/usr", "/lib", "/lib32", "/lib64", "/bin" };
  static const char *const settings[] = { "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf" };
  static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    signet_confinement_files_allow (files, folders[i], READ | START, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    signet_confinement_files_allow (files, settings[i], READ, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    signet_confinement_files_allow (files, devices[i], READ | WRITE, 0);
}

/* Written things cannot be started: what a plugin may run came with it, or with the system. */
static gboolean
set_files (const Wall *wall)
{
  SignetConfinementFiles files;
  SignetConfinementScopes scopes = SIGNET_CONFINEMENT_ABSTRACT | SIGNET_CONFINEMENT_SIGNALS;

  if (!signet_confinement_files_open (&files, wall->network ? scopes : scopes | SIGNET_CONFINEMENT_TCP))
    return FALSE;
  allow_system (&files);
  signet_confinement_files_allow (&files, wall->folder, READ | START, 0);
  if (wall->inside)
    {
      signet_confinement_files_allow (&files, "/", READ, 0);
      signet_confinement_files_allow (&files, "/tmp", READ | WRITE, 0);
      signet_confinement_files_allow (&files, "/dev/shm", READ | WRITE, 0);
    }
  if (wall->state != NULL)
    signet_confinement_files_allow (&files, wall->state, READ | WRITE, 0);
  return signet_confinement_files_enforce (&files);
}

/* --- system calls --- */

static const int plugin_calls[] = {
  SCMP_SYS (name_to_handle_at),
  SCMP_SYS (mknod),
  SCMP_SYS (mknodat),
  SCMP_SYS (inotify_init),
  SCMP_SYS (inotify_init1),
  SCMP_SYS (lookup_dcookie),
  /* memory that no limit counts */
  SCMP_SYS (memfd_create),
  SCMP_SYS (memfd_secret),
  SCMP_SYS (shmget),
  SCMP_SYS (msgget),
  SCMP_SYS (semget),
  SCMP_SYS (mq_open),
  SCMP_SYS (mlock),
  SCMP_SYS (mlock2),
  SCMP_SYS (mlockall),
};

/* It has a conversation with Signet and nothing else. */
static const int connecting_calls[] = {
  SCMP_SYS (socket), SCMP_SYS (connect), SCMP_SYS (bind), SCMP_SYS (listen), SCMP_SYS (accept), SCMP_SYS (accept4),
};

/* No UNIX sockets: with the network of this computer the abstract ones, the bus for one, would be in reach. */
static int
forbid_network (scmp_filter_ctx filter, const Wall *wall)
{
  static const int internet[] = { AF_INET, AF_INET6, AF_NETLINK, -1 };

  return wall->network ? signet_confinement_forbid_sockets (filter, internet)
                       : signet_confinement_forbid (filter, connecting_calls, G_N_ELEMENTS (connecting_calls));
}

static gboolean
set_calls (const Wall *wall)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int result = filter != NULL ? signet_confinement_forbid_common (filter) : -ENOMEM;

  if (result == 0)
    result = signet_confinement_forbid (filter, plugin_calls, G_N_ELEMENTS (plugin_calls));
  if (result == 0)
    result = forbid_network (filter, wall);
  if (result == 0 && !wall->programs)
    result = signet_confinement_forbid_fork (filter);
  if (result == 0 && !wall->programs)
    result = signet_confinement_forbid_signals (filter, getpid ());
  if (result == 0)
    result = seccomp_load (filter);
  seccomp_release (filter);
  if (result != 0)
    g_printerr ("no system call filter: %s\n", g_strerror (-result));
  return result == 0;
}

/* --- the door --- */

static void
report (const char *standing)
{
  if (write (REPORT_FD, standing, strlen (standing)) < 0)
    g_printerr ("nobody hears what stands: %s\n", g_strerror (errno));
  close_range (REPORT_FD, ~0U, 0);
}

static void
raise_wall (const Wall *wall)
{
  gboolean limits = set_limits (wall);
  gboolean files = set_files (wall);
  gboolean calls = set_calls (wall);
  g_autofree char *standing = g_strdup_printf ("%s%s%s", limits ? "limits " : "", files ? "files " : "", calls ? "calls " : "");

  if (!limits || !calls || (!wall->inside && !files))
    {
      g_printerr ("the wall cannot be put up; of it stands: %s\n", standing);
      exit (126);
    }
  report (standing);
}

int
main (int argc, char **argv)
{
  Wall wall;

  if (argc != 7)
    return 64;
  wall = (Wall) { .inside = strcmp (argv[1], "inside") == 0, .folder = argv[2], .state = *argv[3] == '/' ? argv[3] : NULL,
                  .network = strcmp (argv[4], "network") == 0, .programs = strcmp (argv[5], "programs") == 0, .program = argv[6] };
  raise_wall (&wall);
  execv (wall.program, (char *const[]) { argv[6], NULL });
  g_printerr ("%s: %s\n", wall.program, g_strerror (errno));
  return 127;
}
