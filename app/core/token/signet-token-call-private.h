/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-call-private.h: what the two files know of a process that holds a module: who starts it and who calls it. */
#pragma once

#include "../base/signet-child.h"
#include "signet-token-module-private.h"

G_BEGIN_DECLS

struct _SignetTokenHostRef {
  gatomicrefcount  references;
  SignetChild     *child;
  SignetTokenHost *proxy;     /* the wire to it */
  guint            deadlines[SIGNET_TOKEN_N_DEADLINES]; /* milliseconds */
  GMutex           lock;                                /* for what follows */
  GCond            turn;
  gboolean         busy;      /* a call that wants the module for itself is under way */
  guint            n_waiting; /* such calls that wait for their turn */
  guint            n_signing; /* signatures under way: those may be several */
  SignetTokenDeadline doing;  /* what @busy is about */
  gboolean         dead;
  gboolean         hung;      /* why it is dead */
  GHashTable      *logins;    /* ids of the tokens that are logged in here, to the descriptor that tells other processes */
  char            *software_dir; /* (nullable) */
};

/* Called with the lock held, or when nobody else is left. */
void _signet_token_host_kill (SignetTokenHostRef *host);

G_END_DECLS
