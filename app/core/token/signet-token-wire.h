/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-wire.h: how the core and the process that holds a module talk: frames on a socket pair.
 *
 * A frame is its header and @size bytes: a tuple as GVariant has it, in the byte order of this machine. The token host says
 * hello, then the core calls and the host answers, in any order; descriptors (PINs) go with the first byte of a call. No
 * handshake beyond that: both ends are one program in two processes, made from app/token-host/org.signet.TokenHost.xml.
 */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include "signet-token-frame.h"

G_BEGIN_DECLS

  /* The core's end. Calls may be made from several threads at a time. */
  typedef struct _SignetTokenHost SignetTokenHost;

  SignetTokenHost *_signet_token_wire_new (int fd); /* takes it */
  SignetTokenHost *_signet_token_wire_ref (SignetTokenHost * self);
  void _signet_token_wire_unref (SignetTokenHost * self);
  gboolean _signet_token_wire_is_closed (SignetTokenHost * self);
  /* Waits until the other end has said what it is. */
  gboolean _signet_token_wire_greet (SignetTokenHost * self, int milliseconds, GCancellable *cancellable, GError **error);
  GVariant *_signet_token_wire_call (SignetTokenHost * self, guint number, const char *name, GVariant *arguments,
                                     const GVariantType *answer_type, GUnixFDList *fds, int milliseconds,
                                     GCancellable *cancellable, GError **error);

G_END_DECLS
