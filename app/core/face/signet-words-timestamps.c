/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-words-timestamps.c: how time-stamp servers did, and what files wait for, in words. Any thread. */
#define G_LOG_DOMAIN "signet-words-timestamps"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"

static const char *
signet_words_timestamp_failure (const char *failure)
{
  if (g_strcmp0 (failure, "refused") == 0)
    return _("it refused");
  if (g_strcmp0 (failure, "invalid") == 0)
    return _("its answer could not be used");
  return _("it did not answer");
}

/**
 * signet_words_timestamp_health:
 * @health: what is remembered of a time-stamp server
 * @now: seconds since 1970
 *
 * Returns: (transfer full): one sentence
 */
char *
signet_words_timestamp_health (const SignetTimestampHealth *health,
                               gint64                       now)
{
  gboolean failed_last = health->failed != SIGNET_TIME_UNKNOWN && (health->answered == SIGNET_TIME_UNKNOWN || health->answered <= health->failed);
  g_autofree char *when = signet_words_date_time (failed_last ? health->failed : health->answered);

  if (health->failed == SIGNET_TIME_UNKNOWN && health->answered == SIGNET_TIME_UNKNOWN)
    return g_strdup (_("Not asked yet"));
  if (!failed_last)
    /* translators: %s is a date and time; %u a number of milliseconds */
    return g_strdup_printf (_("Answered on %s, after %u ms"), when, health->latency_ms);
  if (signet_timestamp_health_is_failing (health, now))
    /* translators: the first %s is a date and time, the second “it did not answer” or the like */
    return g_strdup_printf (_("Failed on %s: %s; asked last for now"), when, signet_words_timestamp_failure (health->failure));
  /* translators: the first %s is a date and time, the second “it did not answer” or the like */
  return g_strdup_printf (_("Failed on %s: %s"), when, signet_words_timestamp_failure (health->failure));
}

/**
 * signet_words_shelf:
 * @item: a signed file that waits for a time-stamp
 *
 * Returns: (transfer full): why it still waits
 */
char *
signet_words_shelf (const SignetShelfItem *item)
{
  static const struct { const char *problem; const char *text; } rows[] = {
    { "changed", N_("The file was changed since it was signed; it is left alone") },
    { "gone", N_("The file is no longer there") },
    { "cannot-write", N_("The file cannot be written") },
    { "refused", N_("The time stamp servers refused") },
    { "invalid", N_("What the time stamp servers answered could not be used") },
    { "unreachable", N_("No time stamp server answered") },
    { "password", N_("The document is encrypted: its password is needed to add the time stamp") },
    { "failed", N_("The time stamp could not be added") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].problem, item->problem) == 0)
      return g_strdup (_(rows[i].text));
  return g_strdup (_("Not tried again yet"));
}
