/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request-event.c: the table of who acted at each step. A record, not a gate: what cannot be written does not stop the step. Any thread.
 */
#define G_LOG_DOMAIN "signet-request-event"

#include "config.h"

#include "signet-request-event.h"

#include <string.h>

#include "signet-life-private.h"

#define MOST_EVENTS 1000 /* of one request: a plugin must not fill the disk by asking again and again */

static const char *const steps[] = {
  "CREATE TABLE request_event (id INTEGER PRIMARY KEY, request INTEGER NOT NULL, act INTEGER NOT NULL, time INTEGER NOT NULL, step TEXT NOT NULL,"
  " host TEXT, plugin TEXT, plugin_version TEXT, delegation INTEGER NOT NULL) STRICT;"
  "CREATE INDEX request_event_of ON request_event (request, act)",
  NULL
};

gboolean
_signet_request_event_migrate (SignetStore *store, GError **error)
{
  return signet_store_migrate (store, "request-event", steps, error);
}

void
signet_request_event_free (SignetRequestEvent *event)
{
  if (event == NULL)
    return;
  g_free (event->step);
  g_free (event->host);
  g_free (event->plugin);
  g_free (event->plugin_version);
  g_free (event);
}

const char *
signet_delegation_get_id (SignetDelegation delegation)
{
  static const char *const ids[] = { "not-told", "no", "yes" };

  g_return_val_if_fail ((guint) delegation < G_N_ELEMENTS (ids), NULL);
  return ids[delegation];
}

/* --- writing ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
insert (SignetStore *store, gint64 request, gint64 act, const SignetRequestEvent *event, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store,
    "INSERT INTO request_event (request, act, time, step, host, plugin, plugin_version, delegation) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8"
    " WHERE (SELECT COUNT(*) FROM request_event WHERE request = ?1 AND act = ?2) < ?9", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, request);
  sqlite3_bind_int64 (statement, 2, act);
  sqlite3_bind_int64 (statement, 3, event->time);
  sqlite3_bind_text (statement, 4, event->step, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 5, event->host, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 6, event->plugin, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 7, event->plugin_version, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, 8, (int) event->delegation);
  sqlite3_bind_int (statement, 9, MOST_EVENTS);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (store, error, "writing an event");
}

static gboolean
insert_transaction (SignetStore *store, gint64 request, gint64 act, const SignetRequestEvent *event, GError **error)
{
  return signet_store_begin (store, error) && signet_store_end (store, insert (store, request, act, event, error), error);
}

/* @host: (nullable) */
void
_signet_request_event_note (SignetEnrolmentRun *run, const char *step, const char *host, SignetDelegation delegation)
{
  SignetPluginManifest *plugin = run->plugin;
  SignetRequestEvent event = { .time = signet_clock_now (run->enrolment->clock), .step = (char *) step, .host = (char *) host,
                               .delegation = delegation };
  g_autoptr (GError) error = NULL;

  if (run->request->id == 0 && run->act == 0)   /* nobody's (signet-enrolment-told.c) */
    return;
  if (plugin != NULL)
    {
      event.plugin = (char *) signet_plugin_manifest_get_id (plugin);
      event.plugin_version = (char *) signet_plugin_manifest_get_version (plugin);
    }
  if (!insert_transaction (run->enrolment->store, run->request->id, run->act, &event, &error))
    g_warning ("cannot note who acted: %s", error->message);
}

/* --- reading ----------------------------------------------------------------------------------------------------------------------- */

static SignetRequestEvent *
read_row (sqlite3_stmt *row)
{
  SignetRequestEvent *event = g_new0 (SignetRequestEvent, 1);
  int delegation = sqlite3_column_int (row, 5);

  event->time = sqlite3_column_int64 (row, 0);
  event->step = signet_store_dup_text (row, 1);
  event->host = signet_store_dup_text (row, 2);
  event->plugin = signet_store_dup_text (row, 3);
  event->plugin_version = signet_store_dup_text (row, 4);
  event->delegation = delegation >= 0 && delegation <= SIGNET_DELEGATION_YES ? (SignetDelegation) delegation : SIGNET_DELEGATION_NOT_TOLD;
  return event;
}

static GPtrArray *
query (SignetStore *store, gint64 request, gint64 act, GError **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_request_event_free);
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store,
    "SELECT time, step, host, plugin, plugin_version, delegation FROM request_event WHERE request = ? AND act = ? ORDER BY id", error);
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, request);
  sqlite3_bind_int64 (statement, 2, act);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (events, read_row (statement));
  if (code == SQLITE_DONE)
    return g_steal_pointer (&events);
  signet_store_set_error (store, error, "reading events");
  return NULL;
}

GPtrArray *
_signet_request_event_list (SignetStore *store, gint64 request, gint64 act, GError **error)
{
  GPtrArray *events;

  if (!signet_store_begin (store, error))
    return NULL;
  events = query (store, request, act, error);
  signet_store_rollback (store);
  return events;
}

GPtrArray *
signet_enrolment_list_events (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_REQUEST (request), NULL);

  return _signet_request_event_list (self->store, request->id, 0, error);
}

/* --- whose host it is ---------------------------------------------------------------------------------------------------------------- */

static gboolean
is_below (const char *host, const char *domain)
{
  gsize length = strlen (host), tail = strlen (domain);

  if (tail == 0 || length < tail || g_ascii_strcasecmp (host + length - tail, domain) != 0)
    return FALSE;
  return length == tail || host[length - tail - 1] == '.';
}

static char *
without_port (const char *host_and_port)
{
  const char *colon = strrchr (host_and_port, ':');

  return colon != NULL && strchr (colon, ']') == NULL ? g_strndup (host_and_port, colon - host_and_port) : g_strdup (host_and_port);
}

static gboolean
is_listed (char **names, const char *host_and_port, const char *host)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_ascii_strcasecmp (names[i], host_and_port) == 0 || g_ascii_strcasecmp (names[i], host) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_in_domain (char **domains, const char *host)
{
  for (guint i = 0; domains != NULL && domains[i] != NULL; i++)
    if (is_below (host, domains[i]))
      return TRUE;
  return FALSE;
}

SignetDelegation
signet_delegation_of_host (SignetAuthority *authority, const char *host_and_port)
{
  GKeyFile *profile = signet_authority_get_profile (authority);
  g_auto (GStrv) hosts = g_key_file_get_string_list (profile, "Authority", "Hosts", NULL, NULL);
  g_auto (GStrv) domains = g_key_file_get_string_list (profile, "Authority", "Domains", NULL, NULL);
  g_autofree char *host = without_port (host_and_port);

  if (hosts == NULL && domains == NULL)
    return SIGNET_DELEGATION_NOT_TOLD;
  return is_listed (hosts, host_and_port, host) || is_in_domain (domains, host) ? SIGNET_DELEGATION_NO : SIGNET_DELEGATION_YES;
}
