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
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-host-private.h"

#include "../core/base/signet-confinement.h"

#define MIB SIGNET_CONFINEMENT_MIB

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

/* PINs pass through here: nothing of this memory may reach a disk or a debugger. */
static gboolean
set_limits (void)
{
  gboolean ok = signet_confinement_limit (RLIMIT_CORE, 0) && signet_confinement_limit (RLIMIT_NOFILE, 512) &&
                signet_confinement_limit (RLIMIT_FSIZE, 256 * MIB) &&
                signet_confinement_limit (RLIMIT_NPROC, signet_confinement_most_threads (512));

  if (SIGNET_CONFINEMENT_LIMITS_MEMORY)
    ok &= signet_confinement_limit (RLIMIT_DATA, 1024 * MIB) && signet_confinement_limit (RLIMIT_AS, 8192 * MIB);
  signal (SIGXFSZ, SIG_IGN); /* a full file is an error of write(), not an end */
  signet_confinement_volunteer_for_oom (); /* its own /proc is closed to it once it is not dumpable any more */
  ok &= prctl (PR_SET_DUMPABLE, 0) == 0;
  ok &= prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  umask (077);
  return ok;
}

/* --- system calls --- */

static int
forbid_calls (scmp_filter_ctx filter)
{
  int result = signet_confinement_forbid_common (filter);

  /* dumpable again, and a debugger may read a PIN */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (prctl), 1, SCMP_A0 (SCMP_CMP_EQ, PR_SET_DUMPABLE));
  return result;
}

/* UNIX for pcscd, D-Bus, p11-kit and the daemons of vendors; netlink for who looks for USB devices. */
static int
forbid_sockets (scmp_filter_ctx filter, gboolean network)
{
  static const int local[] = { AF_UNIX, AF_NETLINK, -1 };
  static const int all[] = { AF_UNIX, AF_NETLINK, AF_INET, AF_INET6, -1 };

  return signet_confinement_forbid_sockets (filter, network ? all : local);
}

/* Threads yes, processes and programs no; and signals to nobody but itself. */
static int
forbid_processes (scmp_filter_ctx filter)
{
  static const int calls[] = { SCMP_SYS (execve), SCMP_SYS (execveat) };
  int result = signet_confinement_forbid_fork (filter);

  if (result == 0)
    result = signet_confinement_forbid (filter, calls, G_N_ELEMENTS (calls));
  if (result == 0)
    result = signet_confinement_forbid_signals (filter, getpid ());
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
