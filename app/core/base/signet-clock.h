/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-clock.h: the seam for "now". Times in the whole core are gint64 seconds since 1970-01-01T00:00:00Z. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_CLOCK (signet_clock_get_type ())
G_DECLARE_FINAL_TYPE (SignetClock, signet_clock, SIGNET, CLOCK, GObject)

/* names: signet_time, for times themselves beside the clock that tells them */
#define SIGNET_TIME_UNKNOWN G_MININT64

SignetClock *signet_clock_new_system (void);
SignetClock *signet_clock_new_fixed  (gint64 now);
gint64       signet_clock_now        (SignetClock *self);

char   *signet_time_format_iso8601 (gint64 time);                     /* 2026-11-22T12:00:00Z; "" for SIGNET_TIME_UNKNOWN */
gboolean signet_time_parse_iso8601 (const char *text, gint64 *time);

G_END_DECLS
