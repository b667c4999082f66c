/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-lifecycle-store.c: acts as rows of the database. One transaction a call. Any thread. */
#define G_LOG_DOMAIN "signet-lifecycle-store"

#include "config.h"

#include "signet-lifecycle-private.h"

static const char *const steps[] = {
  "CREATE TABLE lifecycle (id INTEGER PRIMARY KEY AUTOINCREMENT, act TEXT NOT NULL, state TEXT NOT NULL, authority TEXT NOT NULL, label TEXT NOT NULL,"
  " reason TEXT, cookie TEXT, cmp TEXT, error TEXT, status TEXT, status_reason TEXT, status_since INTEGER NOT NULL, certificate BLOB NOT NULL,"
  " created INTEGER NOT NULL, changed INTEGER NOT NULL, next_poll INTEGER NOT NULL) STRICT",
  NULL
};

#define COLUMNS "act, state, authority, label, reason, cookie, cmp, error, status, status_reason, status_since, certificate, created, changed, next_poll"
#define N_COLUMNS 15
#define N_TEXTS 10

gboolean
_signet_lifecycle_migrate (SignetStore *store, GError **error)
{
  return signet_store_migrate (store, "lifecycle", steps, error);
}

static void
bind_row (sqlite3_stmt *statement, SignetLifecycle *act)
{
  GBytes *der = signet_certificate_get_der (act->certificate);
  const char *const texts[N_TEXTS] = { signet_lifecycle_act_get_id (act->act), signet_lifecycle_state_get_id (act->state), act->authority, act->label,
                                       act->reason, act->cookie, act->transaction, act->error, act->status, act->status_reason };

  for (guint i = 0; i < N_TEXTS; i++)
    sqlite3_bind_text (statement, (int) i + 1, texts[i], -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 11, act->status_since);
  sqlite3_bind_blob (statement, 12, g_bytes_get_data (der, NULL), (int) g_bytes_get_size (der), SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 13, act->created);
  sqlite3_bind_int64 (statement, 14, act->changed);
  sqlite3_bind_int64 (statement, 15, act->next_poll);
}

static gboolean
write_row (SignetStore *store, SignetLifecycle *act, const char *sql, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, sql, error);

  if (statement == NULL)
    return FALSE;
  bind_row (statement, act);
  if (act->id != 0)
    sqlite3_bind_int64 (statement, N_COLUMNS + 1, act->id);
  if (sqlite3_step (statement) != SQLITE_DONE)
    return signet_store_set_error (store, error, "writing an act");
  if (act->id == 0)
    act->id = sqlite3_last_insert_rowid (signet_store_get_handle (store));
  return TRUE;
}

static gboolean
write_transaction (SignetStore *store, SignetLifecycle *act, const char *sql, GError **error)
{
  return signet_store_begin (store, error) && signet_store_end (store, write_row (store, act, sql, error), error);
}

gboolean
_signet_lifecycle_store_insert (SignetStore *store, SignetLifecycle *act, GError **error)
{
  return write_transaction (store, act, "INSERT INTO lifecycle (" COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", error);
}

gboolean
_signet_lifecycle_store_update (SignetStore *store, SignetLifecycle *act, GError **error)
{
  return write_transaction (store, act, "UPDATE lifecycle SET (" COLUMNS ") = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE id = ?", error);
}

static gboolean
find_id (const char *text, const char *(*get_id) (int), int n, int *found)
{
  for (int i = 0; i < n; i++)
    if (g_strcmp0 (text, get_id (i)) == 0)
      {
        *found = i;
        return TRUE;
      }
  return FALSE;
}

static const char *
act_id (int act)
{
  return signet_lifecycle_act_get_id ((SignetLifecycleAct) act);
}

static const char *
state_id (int state)
{
  return signet_lifecycle_state_get_id ((SignetLifecycleState) state);
}

/* (nullable): of a version that is newer than this one, or damaged */
static SignetLifecycle *
read_row (sqlite3_stmt *row)
{
  g_autoptr (SignetLifecycle) act = g_object_new (SIGNET_TYPE_LIFECYCLE, NULL);
  char **const texts[N_TEXTS] = { NULL, NULL, &act->authority, &act->label, &act->reason, &act->cookie, &act->transaction, &act->error, &act->status,
                                  &act->status_reason };
  g_autoptr (GBytes) der = g_bytes_new (sqlite3_column_blob (row, 11), sqlite3_column_bytes (row, 11));
  int which, state;

  if (!find_id ((const char *) sqlite3_column_text (row, 0), act_id, SIGNET_LIFECYCLE_STATUS + 1, &which) ||
      !find_id ((const char *) sqlite3_column_text (row, 1), state_id, SIGNET_LIFECYCLE_FAILED + 1, &state) ||
      (act->certificate = signet_certificate_new (der, NULL)) == NULL)
    return NULL;
  act->act = (SignetLifecycleAct) which;
  act->state = (SignetLifecycleState) state;
  for (guint i = 0; i < N_TEXTS; i++)
    if (texts[i] != NULL)
      *texts[i] = signet_store_dup_text (row, (int) i);
  act->status_since = sqlite3_column_int64 (row, 10);
  act->created = sqlite3_column_int64 (row, 12);
  act->changed = sqlite3_column_int64 (row, 13);
  act->next_poll = sqlite3_column_int64 (row, 14);
  act->id = sqlite3_column_int64 (row, N_COLUMNS);
  return g_steal_pointer (&act);
}

static GPtrArray *
query (SignetStore *store, GError **error)
{
  g_autoptr (GPtrArray) acts = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, "SELECT " COLUMNS ", id FROM lifecycle ORDER BY id DESC", error);
  int code;

  if (statement == NULL)
    return NULL;
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      SignetLifecycle *act = read_row (statement);

      if (act != NULL)
        g_ptr_array_add (acts, act);
    }
  if (code == SQLITE_DONE)
    return g_steal_pointer (&acts);
  signet_store_set_error (store, error, "reading acts");
  return NULL;
}

GPtrArray *
_signet_lifecycle_store_list (SignetStore *store, GError **error)
{
  GPtrArray *acts;

  if (!signet_store_begin (store, error))
    return NULL;
  acts = query (store, error);
  signet_store_rollback (store);
  return acts;
}
