/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-stop.c: ends the process without a chance to tidy up, or holds it, where a test asked for it. Any thread. */
#define G_LOG_DOMAIN "signet-stop"

#include "config.h"

#include "signet-stop.h"

#include <signal.h>

/**
 * signet_stop_here:
 * @step: the name of what has just been done
 *
 * Does nothing in a release build.
 */
void
signet_stop_here (const char *step)
{
#if SIGNET_DEVELOPMENT
  if (g_strcmp0 (g_getenv ("SIGNET_TEST_STOP_AT"), step) == 0)
    raise (SIGKILL);
  if (g_strcmp0 (g_getenv ("SIGNET_TEST_HOLD_AT"), step) == 0)
    raise (SIGSTOP);
#else
  (void) step;
#endif
}
