/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-clock.c: what a wrong clock would spoil. The servers of an authority say what time it is (RFC 9110, 6.6.1): hearsay, and enough to
 * doubt our clock where going by it would refuse a good certificate or give up a request that is not late. Nothing is ever set by it.
 */
#define G_LOG_DOMAIN "signet-enrolment-clock"

#include "config.h"

#include "signet-enrolment-private.h"

#include "../base/signet-base-error.h"

#define TOLERANCE 86400   /* seconds: a time zone taken for another is not a wrong year */

/* From a clock that was a year ahead a limit would be a year late, or long over: it is counted anew from what the server says, once. */
static void
mend_limit (SignetEnrolmentRun *run, gint64 now, gint64 off)
{
  SignetRequest *request = run->request;
  gint64 left = request->expires != SIGNET_TIME_UNKNOWN ? request->expires - now : -1;

  if (left >= 0 && left <= request->expires - request->created)
    {
      request->expires += off;
      request->created += off;
    }
}

void
_signet_enrolment_clock_note (SignetEnrolmentRun *run, gint64 server)
{
  gint64 now = signet_clock_now (run->enrolment->clock);

  if (server == SIGNET_TIME_UNKNOWN)
    return;
  run->clock_known = TRUE;
  run->clock_off = server - now;
  if (ABS (run->clock_off) <= TOLERANCE || run->request->id == 0)
    return;
  g_message ("the authority's server is %" G_GINT64_FORMAT " s away from this computer's clock", run->clock_off);
  mend_limit (run, now, run->clock_off);
}

gboolean
_signet_enrolment_clock_check (SignetEnrolmentRun *run, GError **error)
{
  gint64 now = signet_clock_now (run->enrolment->clock);
  g_autofree char *ours = signet_time_format_iso8601 (now);
  g_autofree char *theirs = signet_time_format_iso8601 (now + run->clock_off);

  if (!run->clock_known || ABS (run->clock_off) <= TOLERANCE)
    return TRUE;
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_CLOCK,
               "by the clock of this computer it is %s, by the authority's server %s", ours, theirs);
  return FALSE;
}

/* What is refused because of a wrong clock is told as that. Takes @error, gives what takes its place. */
GError *
_signet_enrolment_clock_explain (SignetEnrolmentRun *run, GError *error)
{
  GError *clock = NULL;

  if (!g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED) || _signet_enrolment_clock_check (run, &clock))
    return error;
  g_prefix_error (&clock, "%s; ", error->message);
  g_error_free (error);
  return clock;
}
