/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-bell.c: what wakes the watching thread. Any thread rings; it is heard once, however often it was rung. */
#define G_LOG_DOMAIN "signet-token-bell"

#include "config.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "signet-token-module-private.h"

struct _SignetTokenBell
{
  gatomicrefcount references;
  int fd;
};

SignetTokenBell *
_signet_token_bell_new (void)
{
  SignetTokenBell *bell = g_new0 (SignetTokenBell, 1);

  g_atomic_ref_count_init (&bell->references);
  bell->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  return bell;
}

SignetTokenBell *
_signet_token_bell_ref (SignetTokenBell *bell)
{
  g_atomic_ref_count_inc (&bell->references);
  return bell;
}

void
_signet_token_bell_unref (SignetTokenBell *bell)
{
  if (!g_atomic_ref_count_dec (&bell->references))
    return;
  if (bell->fd >= 0)
    close (bell->fd);
  g_free (bell);
}

void
_signet_token_bell_ring (SignetTokenBell *bell)
{
  guint64 one = 1;

  /* full is rung */
  if (bell->fd >= 0 && write (bell->fd, &one, sizeof one) < 0)
    return;
}

void
_signet_token_bell_clear (SignetTokenBell *bell)
{
  guint64 count = 0;

  if (bell->fd >= 0 && read (bell->fd, &count, sizeof count) < 0)
    return;
}

int
_signet_token_bell_get_fd (SignetTokenBell *bell)
{
  return bell->fd;
}
