/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-dates.c: dates and spans as people of the language write them, in the local time zone. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-dates"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

#include "../base/signet-clock.h"

#define SECONDS_PER_DAY (24 * 60 * 60)

static char *
signet_words_format_time (gint64      time,
                          const char *format)
{
  g_autoptr(GDateTime) date = time == SIGNET_TIME_UNKNOWN ? NULL : g_date_time_new_from_unix_local (time);
  char *text = date == NULL ? NULL : g_date_time_format (date, format);

  /* translators: stands where a date should be that nobody stated, or that no calendar has */
  return text != NULL ? text : g_strdup (_("unknown"));
}

/**
 * signet_words_date:
 * @time: seconds since 1970, or %SIGNET_TIME_UNKNOWN
 *
 * Returns: (transfer full): the day, in the local time zone
 */
char *
signet_words_date (gint64 time)
{
  /* translators: a day, in the notation of g_date_time_format(): 22 November 2026 */
  return signet_words_format_time (time, C_("date format", "%-d %B %Y"));
}

/**
 * signet_words_date_time:
 * @time: seconds since 1970, or %SIGNET_TIME_UNKNOWN
 *
 * Returns: (transfer full): day and minute, in the local time zone
 */
char *
signet_words_date_time (gint64 time)
{
  /* translators: a day and a time, in the notation of g_date_time_format(): 22 November 2026, 10:12 */
  return signet_words_format_time (time, C_("date format", "%-d %B %Y, %H:%M"));
}

/**
 * signet_words_time:
 * @time: seconds since 1970, or %SIGNET_TIME_UNKNOWN
 *
 * Returns: (transfer full): the minute of the day, in the local time zone
 */
char *
signet_words_time (gint64 time)
{
  /* translators: a time of day, in the notation of g_date_time_format(): 10:12 */
  return signet_words_format_time (time, C_("date format", "%H:%M"));
}

static char *
signet_words_days_ago (gint64 days)
{
  guint n = (guint) MIN (days, G_MAXINT);

  if (n == 0)
    return g_strdup (_("ended today"));

  /* translators: a certificate's time is over since so many days */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "ended %u day ago", "ended %u days ago", n), n);
}

/**
 * signet_words_days_left:
 * @until: when it ends, seconds since 1970
 * @now: now, seconds since 1970
 *
 * Returns: (transfer full): "159 days left", "ends today", "ended 3 days ago"
 */
char *
signet_words_days_left (gint64 until,
                        gint64 now)
{
  guint n;

  if (until == SIGNET_TIME_UNKNOWN || now == SIGNET_TIME_UNKNOWN)
    return g_strdup (_("unknown"));
  if (until < now)
    return signet_words_days_ago ((now - until) / SECONDS_PER_DAY);

  n = (guint) MIN ((until - now) / SECONDS_PER_DAY, G_MAXINT);
  if (n == 0)
    return g_strdup (_("ends within a day"));

  /* translators: so many days until a certificate ends */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u day left", "%u days left", n), n);
}
