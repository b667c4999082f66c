/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-shelf.c: the table of signed files that wait for evidence. What is done with them is in signet-shelf-work.c. Any thread. */
#define G_LOG_DOMAIN "signet-shelf"

#include "config.h"

#include "signet-shelf-private.h"

#include "../base/signet-base-error.h"

static const char *const steps[] = {
  "CREATE TABLE shelf (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, sha256 TEXT NOT NULL, level TEXT NOT NULL, content BLOB,"
  " signature TEXT NOT NULL, added INTEGER NOT NULL, tried INTEGER, next INTEGER, tries INTEGER NOT NULL DEFAULT 0, problem TEXT, detail TEXT);",
  NULL
};

void
signet_shelf_item_free (SignetShelfItem *item)
{
  if (item == NULL)
    return;
  g_free (item->path);
  g_free (item->sha256);
  g_free (item->level);
  g_free (item->content);
  g_free (item->signature);
  g_free (item->problem);
  g_free (item->detail);
  g_free (item);
}

/* --- statements ----------------------------------------------------------------------------------------------------------------- */

static void
bind_time (sqlite3_stmt *statement, int at, gint64 time)
{
  if (time == SIGNET_TIME_UNKNOWN)
    sqlite3_bind_null (statement, at);
  else
    sqlite3_bind_int64 (statement, at, time);
}

/* A path is bytes, not text. */
static void
bind_path (sqlite3_stmt *statement, int at, const char *path)
{
  if (path == NULL)
    sqlite3_bind_null (statement, at);
  else
    sqlite3_bind_blob (statement, at, path, (int) strlen (path), SQLITE_TRANSIENT);
}

static gboolean
run (SignetStore *store, sqlite3_stmt *statement, GError **error)
{
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (store, error, "writing the shelf");
}

typedef gboolean (*Change) (SignetStore *store, gconstpointer data, GError **error);

/* One change, whole or not at all. */
static gboolean
change (SignetStore *store, Change what, gconstpointer data, GError **error)
{
  if (!signet_store_migrate (store, "shelf", steps, error) || !signet_store_begin (store, error))
    return FALSE;
  if (what (store, data, error))
    return signet_store_commit (store, error);
  signet_store_rollback (store);
  return FALSE;
}

/* --- changes -------------------------------------------------------------------------------------------------------------------- */

static gboolean
put (SignetStore *store, gconstpointer data, GError **error)
{
  const SignetShelfItem *item = data;
  g_autoptr (sqlite3_stmt) statement =
      signet_store_prepare (store, "INSERT OR REPLACE INTO shelf (path, sha256, level, content, signature, added, next) VALUES (?, ?, ?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  bind_path (statement, 1, item->path);
  sqlite3_bind_text (statement, 2, item->sha256, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 3, item->level, -1, SQLITE_TRANSIENT);
  bind_path (statement, 4, item->content);
  sqlite3_bind_text (statement, 5, item->signature, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 6, item->added);
  sqlite3_bind_int64 (statement, 7, item->added + SIGNET_SHELF_FIRST_WAIT);
  return run (store, statement, error);
}

gboolean
signet_shelf_put (SignetStore *store, const SignetShelfItem *item, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_STORE (store), FALSE);
  g_return_val_if_fail (g_path_is_absolute (item->path), FALSE);

  return change (store, put, item, error);
}

static gboolean
forget (SignetStore *store, gconstpointer data, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, "DELETE FROM shelf WHERE id = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, *(const gint64 *) data);
  return run (store, statement, error);
}

/**
 * signet_shelf_forget:
 *
 * The file stays as it is; nobody tries to lift it any more. One that is not there any longer is forgotten already.
 */
gboolean
signet_shelf_forget (SignetStore *store, gint64 id, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_STORE (store), FALSE);

  return change (store, forget, &id, error);
}

static gboolean
note (SignetStore *store, gconstpointer data, GError **error)
{
  const SignetShelfItem *item = data;
  g_autoptr (sqlite3_stmt) statement =
      signet_store_prepare (store, "UPDATE shelf SET tried = ?, next = ?, tries = ?, problem = ?, detail = ? WHERE id = ?", error);

  if (statement == NULL)
    return FALSE;
  bind_time (statement, 1, item->tried);
  bind_time (statement, 2, item->next);
  sqlite3_bind_int (statement, 3, (int) item->tries);
  sqlite3_bind_text (statement, 4, item->problem, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 5, item->detail, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 6, item->id);
  return run (store, statement, error);
}

gboolean
_signet_shelf_note (SignetStore *store, const SignetShelfItem *item, GError **error)
{
  return change (store, note, item, error);
}

/* --- reading -------------------------------------------------------------------------------------------------------------------- */

static gint64
time_of (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_type (statement, column) == SQLITE_NULL ? SIGNET_TIME_UNKNOWN : sqlite3_column_int64 (statement, column);
}

static char *
text_of (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static char *
path_of (sqlite3_stmt *statement, int column)
{
  const char *bytes = sqlite3_column_blob (statement, column);

  return bytes != NULL ? g_strndup (bytes, (gsize) sqlite3_column_bytes (statement, column)) : NULL;
}

static SignetShelfItem *
read_item (sqlite3_stmt *statement)
{
  SignetShelfItem *item = g_new0 (SignetShelfItem, 1);

  item->id = sqlite3_column_int64 (statement, 0);
  item->path = path_of (statement, 1);
  item->sha256 = text_of (statement, 2);
  item->level = text_of (statement, 3);
  item->content = path_of (statement, 4);
  item->signature = text_of (statement, 5);
  item->added = sqlite3_column_int64 (statement, 6);
  item->tried = time_of (statement, 7);
  item->next = time_of (statement, 8);
  item->tries = (guint) MAX (0, sqlite3_column_int (statement, 9));
  item->problem = text_of (statement, 10);
  item->detail = text_of (statement, 11);
  return item;
}

/**
 * signet_shelf_list:
 *
 * Returns: (transfer full) (nullable) (element-type SignetShelfItem): the oldest first
 */
GPtrArray *
signet_shelf_list (SignetStore *store, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_shelf_item_free);
  g_autoptr (sqlite3_stmt) statement = NULL;

  g_return_val_if_fail (SIGNET_IS_STORE (store), NULL);

  if (!signet_store_migrate (store, "shelf", steps, error) || !signet_store_begin (store, error))
    return NULL;
  statement = signet_store_prepare (store, "SELECT id, path, sha256, level, content, signature, added, tried, next, tries, problem, detail"
                                           " FROM shelf ORDER BY added, id", error);
  if (statement != NULL)
    while (sqlite3_step (statement) == SQLITE_ROW)
      g_ptr_array_add (items, read_item (statement));
  g_clear_pointer (&statement, sqlite3_finalize);
  signet_store_rollback (store);
  return error != NULL && *error != NULL ? NULL : g_steal_pointer (&items);
}
