/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-wire.h: the host's end of the wire to its one client: one call after the other, answered from any thread. */
#pragma once

#include "signet-host-handlers.h"

G_BEGIN_DECLS

  gboolean host_wire_greet (int fd);
  /* Calls @handlers, on this thread, until the client goes. */
  void host_wire_serve (int fd, const HostHandlers *handlers, HostService *service);

  /* Each ends @call; any thread. */
  void host_call_return (HostCall * call, GVariant * answer); /* @answer: floating */
  void host_call_fail (HostCall * call, GError * error);      /* takes it */
  guint host_call_count_fds (HostCall * call);
  /* Borrowed. -1: it was not given */
  int host_call_peek_fd (HostCall * call, guint index);

G_END_DECLS
