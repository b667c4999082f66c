/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-clock.c: the system's clock, or one that stands still for tests; ISO 8601 in UTC. Any thread. */
#define G_LOG_DOMAIN "signet-clock"

#include "config.h"

#include "signet-clock.h"

struct _SignetClock {
  GObject parent;
  gint64  fixed; /* SIGNET_TIME_UNKNOWN: the system's */
};

G_DEFINE_FINAL_TYPE (SignetClock, signet_clock, G_TYPE_OBJECT)

static void
signet_clock_class_init (SignetClockClass *klass)
{
}

static void
signet_clock_init (SignetClock *self)
{
  self->fixed = SIGNET_TIME_UNKNOWN;
}

SignetClock *
signet_clock_new_system (void)
{
  return g_object_new (SIGNET_TYPE_CLOCK, NULL);
}

SignetClock *
signet_clock_new_fixed (gint64 now)
{
  SignetClock *self = g_object_new (SIGNET_TYPE_CLOCK, NULL);

  self->fixed = now;
  return self;
}

gint64
signet_clock_now (SignetClock *self)
{
  g_return_val_if_fail (SIGNET_IS_CLOCK (self), SIGNET_TIME_UNKNOWN);

  return self->fixed != SIGNET_TIME_UNKNOWN ? self->fixed : g_get_real_time () / G_USEC_PER_SEC;
}

/**
 * signet_time_format_iso8601:
 *
 * Returns: (transfer full): "2026-11-22T12:00:00Z", or "" for a time that is unknown or outside the years 1 to 9999
 */
char *
signet_time_format_iso8601 (gint64 time)
{
  g_autoptr (GDateTime) date = time == SIGNET_TIME_UNKNOWN ? NULL : g_date_time_new_from_unix_utc (time);

  return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
}

/**
 * signet_time_parse_iso8601:
 * @text: a date and time; without a zone it is UTC
 * @time: (out): seconds since 1970
 *
 * Returns: whether @text is a time
 */
gboolean
signet_time_parse_iso8601 (const char *text, gint64 *time)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, utc);

  if (date == NULL)
    return FALSE;
  *time = g_date_time_to_unix (date);
  return TRUE;
}
