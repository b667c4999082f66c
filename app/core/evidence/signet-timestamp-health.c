/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-timestamp-health.c: how each time-stamp server did, in a key file of the cache folder: anybody may delete it, and it decides nothing but who
 * is asked first. Read and written whole; of two processes that write at once the last one wins. Any thread.
 */
#define G_LOG_DOMAIN "signet-timestamp-health"

#include "config.h"

#include "signet-timestamp-servers.h"

#include <glib/gstdio.h>
#include <string.h>

#include "../base/signet-paths.h"
#include "../base/signet-text.h"

#define MAX_SIZE    (256 * 1024)
#define MAX_SERVERS 64
#define SHORT_WHILE (10 * 60) /* seconds a failure counts */

static GMutex lock; /* between reading and writing */

void
signet_timestamp_health_free (SignetTimestampHealth *health)
{
  if (health == NULL)
    return;
  g_free (health->failure);
  g_free (health->detail);
  g_free (health);
}

static char *
dup_path (void)
{
  return g_build_filename (signet_paths_get_cache_dir (), "time-stamp-servers.ini", NULL);
}

/* A group's name has no brackets and nothing that is not to be seen; an address may. */
static char *
group_of (const char *url)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);
}

static GKeyFile *
read_file (void)
{
  GKeyFile *file = g_key_file_new ();
  g_autofree char *path = dup_path ();
  g_autofree char *text = NULL;
  gsize length = 0;
  GStatBuf info;

  if (g_stat (path, &info) == 0 && info.st_size <= MAX_SIZE && g_file_get_contents (path, &text, &length, NULL) && length <= MAX_SIZE)
    g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL);
  return file;
}

static void
write_file (GKeyFile *file)
{
  g_autofree char *path = dup_path ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  g_mkdir_with_parents (signet_paths_get_cache_dir (), 0700);
  text = g_key_file_to_data (file, &length, NULL);
  if (!g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_info ("how the time-stamp servers did is not kept: %s", error->message);
}

static gint64
read_time (GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *value = g_key_file_get_value (file, group, key, NULL);
  gint64 time = SIGNET_TIME_UNKNOWN;

  return value != NULL && signet_time_parse_iso8601 (value, &time) ? time : SIGNET_TIME_UNKNOWN;
}

static char *
read_text (GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, NULL);

  return value != NULL ? signet_text_sanitize (value, -1, 500) : NULL;
}

SignetTimestampHealth *
signet_timestamp_health_read (const char *url)
{
  SignetTimestampHealth *health = g_new0 (SignetTimestampHealth, 1);
  g_autofree char *group = group_of (url);
  g_autoptr (GKeyFile) file = NULL;

  g_mutex_lock (&lock);
  file = read_file ();
  g_mutex_unlock (&lock);
  health->answered = read_time (file, group, "Answered");
  health->latency_ms = (guint) CLAMP (g_key_file_get_integer (file, group, "Latency", NULL), 0, G_MAXINT);
  health->failed = read_time (file, group, "Failed");
  health->failure = read_text (file, group, "Failure");
  health->detail = read_text (file, group, "Detail");
  return health;
}

static const char *
name_failure (const GError *error)
{
  if (g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_REFUSED))
    return "refused";
  return g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID) ? "invalid" : "unreachable";
}

static void
drop_some (GKeyFile *file)
{
  gsize n = 0;
  g_auto (GStrv) groups = g_key_file_get_groups (file, &n);

  for (gsize i = 0; n > MAX_SERVERS && i < n - MAX_SERVERS; i++)
    g_key_file_remove_group (file, groups[i], NULL);
}

void
signet_timestamp_health_note (const char *url, gint64 now, guint latency_ms, const GError *error)
{
  g_autofree char *group = group_of (url);
  g_autofree char *time = signet_time_format_iso8601 (now);
  g_autoptr (GKeyFile) file = NULL;

  g_mutex_lock (&lock);
  file = read_file ();
  g_key_file_set_string (file, group, "Address", url);
  g_key_file_set_string (file, group, error != NULL ? "Failed" : "Answered", time);
  if (error != NULL)
    {
      g_key_file_set_string (file, group, "Failure", name_failure (error));
      g_key_file_set_string (file, group, "Detail", error->message);
    }
  else
    g_key_file_set_integer (file, group, "Latency", (int) MIN (latency_ms, G_MAXINT));
  drop_some (file);
  write_file (file);
  g_mutex_unlock (&lock);
}

void
signet_timestamp_health_forget (const char *url)
{
  g_autofree char *group = group_of (url);
  g_autoptr (GKeyFile) file = NULL;

  g_mutex_lock (&lock);
  file = read_file ();
  if (g_key_file_remove_group (file, group, NULL))
    write_file (file);
  g_mutex_unlock (&lock);
}

gboolean
signet_timestamp_health_is_failing (const SignetTimestampHealth *health, gint64 now)
{
  if (health->failed == SIGNET_TIME_UNKNOWN || health->failed > now || now - health->failed > SHORT_WHILE)
    return FALSE;
  return health->answered == SIGNET_TIME_UNKNOWN || health->answered <= health->failed;
}
