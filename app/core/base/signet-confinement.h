/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-confinement.h: what a process gives up for good before it runs code of others: resources, files (Landlock) and system calls
 * (seccomp). The parts; which of them a wall is made of, and for whom, is said where it is built.
 */
#pragma once

#include <glib.h>
#include <sys/resource.h>

G_BEGIN_DECLS

#define SIGNET_CONFINEMENT_MIB ((rlim_t) 1024 * 1024)

/* AddressSanitizer maps terabytes that are never used: in such a build memory is not limited. */
#if defined(__SANITIZE_ADDRESS__)
#define SIGNET_CONFINEMENT_LIMITS_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIGNET_CONFINEMENT_LIMITS_MEMORY 0
#endif
#endif
#ifndef SIGNET_CONFINEMENT_LIMITS_MEMORY
#define SIGNET_CONFINEMENT_LIMITS_MEMORY 1
#endif

/* Soft and hard; never more than it is now. */
gboolean signet_confinement_limit          (int resource, rlim_t most);
/* The kernel counts the threads of a user, not of a process: what runs already must not use up what may be started. */
rlim_t   signet_confinement_most_threads   (rlim_t more);
/* First to go when memory is short. */
void     signet_confinement_volunteer_for_oom (void);

/* --- files ---------------------------------------------------------------------------------------------------------------- */
typedef enum {
  SIGNET_CONFINEMENT_READ = 1 << 0,    /* files and lists of folders */
  SIGNET_CONFINEMENT_START = 1 << 1,   /* programs */
  SIGNET_CONFINEMENT_WRITE = 1 << 2,
} SignetConfinementRights;

typedef enum {
  SIGNET_CONFINEMENT_SIGNALS = 1 << 0,   /* none out of the domain (since 6.12) */
  SIGNET_CONFINEMENT_ABSTRACT = 1 << 1,  /* no abstract UNIX socket of others (since 6.12) */
  SIGNET_CONFINEMENT_TCP = 1 << 2,       /* no TCP (since 6.7) */
} SignetConfinementScopes;

typedef struct {
  int     fd;       /* -1: this kernel has no Landlock */
  guint64 handled;
} SignetConfinementFiles;

gboolean signet_confinement_files_open     (SignetConfinementFiles *self, SignetConfinementScopes scopes);
/* What is not there is no error. @flags: of open(2), as O_NOFOLLOW */
void     signet_confinement_files_allow    (SignetConfinementFiles *self, const char *path, SignetConfinementRights rights, int flags);
/* For the calling thread and those it starts: to be called before there is another. Closes @self. */
gboolean signet_confinement_files_enforce  (SignetConfinementFiles *self);

/* --- system calls: @filter is a scmp_filter_ctx; each returns 0 or a negative errno --------------------------------------- */
int      signet_confinement_forbid         (gpointer filter, const int *calls, gsize n_calls);
/* What nobody's library has a use for: other processes, kernel keys, rarely used kernel, the clock, file systems. */
int      signet_confinement_forbid_common  (gpointer filter);
/* Threads yes, processes no. */
int      signet_confinement_forbid_fork    (gpointer filter);
/* Signals to nobody but @self. */
int      signet_confinement_forbid_signals (gpointer filter, int self);
/* Every family of sockets but those in @allowed, ended by -1. */
int      signet_confinement_forbid_sockets (gpointer filter, const int *allowed);

G_END_DECLS
