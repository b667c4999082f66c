/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-session-private.h: a session for the files that are parts of it (signet-token-session*.c), and for nobody else. */
#pragma once

#include "signet-token-private.h"

G_BEGIN_DECLS

struct _SignetTokenSession
{
  GObject parent_instance;
  SignetToken *token;
  SignetTokenHostRef *host;
  guint id;
  gboolean open;      /* (atomic) */
  gboolean manages;   /* logged in to write (signet_token_needs_manager()): every signature wants the PIN besides */
  guint born;         /* the generation of kept logins at this one */
  GCancellable *cancellable; /* borrowed (nullable): of the login, while somebody types on the reader */
  GMutex lock;        /* for objects */
  GPtrArray *objects; /* (element-type SignetTokenObject): private keys */
};

/* A call to the host, on a session that is open; end_writing (or _signet_token_host_end) must follow. */
SignetTokenHost *_signet_token_session_begin       (SignetTokenSession *self, SignetTokenDeadline deadline, int *milliseconds,
                                                    GCancellable *cancellable, GError **error);
/* FALSE: the token takes keys and certificates from nobody who is logged in like this. */
gboolean         _signet_token_session_may_write   (SignetTokenSession *self, GError **error);
gboolean         _signet_token_session_end_writing (SignetTokenSession *self, gboolean ok, GError *failure, GError **error);

G_END_DECLS
