/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-shelf.c: the table of signed files that wait for evidence. A file's row is there before its name, so that no kill can leave a file that nobody
 * waits for; what became of a row that nobody confirmed is settled by looking at the file. What is done with the files is in signet-shelf-work.c. Any thread.
 */
#define G_LOG_DOMAIN "signet-shelf"

#include "config.h"

#include "signet-shelf-private.h"

#include "../base/signet-base-error.h"

#define GIVEN_UP (24 * 60 * 60) /* seconds after which a file that did not get its name never will */

static const char *const steps[] = {
  "CREATE TABLE shelf (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, sha256 TEXT NOT NULL, level TEXT NOT NULL, content BLOB,"
  " signature TEXT NOT NULL, added INTEGER NOT NULL, tried INTEGER, next INTEGER, tries INTEGER NOT NULL DEFAULT 0, problem TEXT, detail TEXT);",
  /* what waits under a path, and what is about to take its place, are two rows */
  "CREATE TABLE shelf_named (id INTEGER PRIMARY KEY, path BLOB NOT NULL, sha256 TEXT NOT NULL, level TEXT NOT NULL, content BLOB,"
  " signature TEXT NOT NULL, added INTEGER NOT NULL, tried INTEGER, next INTEGER, tries INTEGER NOT NULL DEFAULT 0, problem TEXT, detail TEXT,"
  " named INTEGER NOT NULL DEFAULT 1, becoming TEXT, UNIQUE (path, sha256));"
  "INSERT INTO shelf_named (id, path, sha256, level, content, signature, added, tried, next, tries, problem, detail)"
  " SELECT id, path, sha256, level, content, signature, added, tried, next, tries, problem, detail FROM shelf;"
  "DROP TABLE shelf; ALTER TABLE shelf_named RENAME TO shelf;",
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
  g_free (item->becoming);
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
  return signet_store_end (store, what (store, data, error), error);
}

/* --- changes -------------------------------------------------------------------------------------------------------------------- */

static gboolean
announce (SignetStore *store, gconstpointer data, GError **error)
{
  const SignetShelfItem *item = data;
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (
      store, "INSERT OR REPLACE INTO shelf (path, sha256, level, content, signature, added, next, named) VALUES (?, ?, ?, ?, ?, ?, ?, 0)", error);

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

/* One statement about a path and a digest, and nothing else */
static gboolean
run_about (SignetStore *store, const char *sql, const SignetShelfItem *item, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, sql, error);

  if (statement == NULL)
    return FALSE;
  bind_path (statement, 1, item->path);
  sqlite3_bind_text (statement, 2, item->sha256, -1, SQLITE_TRANSIENT);
  return run (store, statement, error);
}

/* What was known of the path before is over: another file has its name. Who settled it meanwhile may have worked it off: then there is nothing to do. */
static gboolean
confirm (SignetStore *store, gconstpointer data, GError **error)
{
  return run_about (store, "DELETE FROM shelf WHERE path = ?1 AND sha256 <> ?2 AND named = 1", data, error)
         && run_about (store, "UPDATE shelf SET named = 1 WHERE path = ?1 AND sha256 = ?2", data, error);
}

static gboolean
withdraw (SignetStore *store, gconstpointer data, GError **error)
{
  return run_about (store, "DELETE FROM shelf WHERE path = ?1 AND sha256 = ?2 AND named = 0", data, error);
}

/**
 * signet_shelf_announce:
 * @item: id, tried, next, tries and problem are set here
 *
 * The file is whole and is about to get its name: to be followed by signet_shelf_confirm() or signet_shelf_withdraw(). Without either, because somebody
 * was killed, it is on the shelf as soon as a file with this digest is found under the name.
 */
gboolean
signet_shelf_announce (SignetStore *store, const SignetShelfItem *item, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_STORE (store), FALSE);
  g_return_val_if_fail (g_path_is_absolute (item->path), FALSE);

  return _signet_shelf_settle (store, item->added, error) && change (store, announce, item, error);
}

gboolean
signet_shelf_confirm (SignetStore *store, const SignetShelfItem *item, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_STORE (store), FALSE);

  return change (store, confirm, item, error);
}

gboolean
signet_shelf_withdraw (SignetStore *store, const SignetShelfItem *item, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_STORE (store), FALSE);

  return change (store, withdraw, item, error);
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

static gboolean
become (SignetStore *store, gconstpointer data, GError **error)
{
  const SignetShelfItem *item = data;
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, "UPDATE shelf SET becoming = ? WHERE id = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, item->becoming, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 2, item->id);
  return run (store, statement, error);
}

gboolean
_signet_shelf_become (SignetStore *store, const SignetShelfItem *item, GError **error)
{
  return change (store, become, item, error);
}

/* --- reading -------------------------------------------------------------------------------------------------------------------- */

static gint64
time_of (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_type (statement, column) == SQLITE_NULL ? SIGNET_TIME_UNKNOWN : sqlite3_column_int64 (statement, column);
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
  item->sha256 = signet_store_dup_text (statement, 2);
  item->level = signet_store_dup_text (statement, 3);
  item->content = path_of (statement, 4);
  item->signature = signet_store_dup_text (statement, 5);
  item->added = sqlite3_column_int64 (statement, 6);
  item->tried = time_of (statement, 7);
  item->next = time_of (statement, 8);
  item->tries = (guint) MAX (0, sqlite3_column_int (statement, 9));
  item->problem = signet_store_dup_text (statement, 10);
  item->detail = signet_store_dup_text (statement, 11);
  item->becoming = signet_store_dup_text (statement, 12);
  return item;
}

#define COLUMNS "id, path, sha256, level, content, signature, added, tried, next, tries, problem, detail, becoming"

/* (transfer full) (nullable) */
static GPtrArray *
read_all (SignetStore *store, gboolean named, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_shelf_item_free);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean ok = FALSE;
  int status = SQLITE_ERROR;

  if (!signet_store_migrate (store, "shelf", steps, error) || !signet_store_begin (store, error))
    return NULL;
  statement = signet_store_prepare (store, "SELECT " COLUMNS " FROM shelf WHERE named = ? ORDER BY added, id", error);
  if (statement != NULL)
    {
      sqlite3_bind_int (statement, 1, named);
      while ((status = sqlite3_step (statement)) == SQLITE_ROW)
        g_ptr_array_add (items, read_item (statement));
      ok = status == SQLITE_DONE || signet_store_set_error (store, error, "reading the shelf");
    }
  g_clear_pointer (&statement, sqlite3_finalize);
  signet_store_rollback (store);
  return ok ? g_steal_pointer (&items) : NULL;
}

/* --- what was left behind ---------------------------------------------------------------------------------------------------------- */

/* @now: (SIGNET_TIME_UNKNOWN): nothing is given up. A row whose file may still be on its way to its name stays as it is. */
gboolean
_signet_shelf_settle (SignetStore *store, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) items = read_all (store, FALSE, error);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const SignetShelfItem *item = g_ptr_array_index (items, i);
      gboolean ok = TRUE;

      if (_signet_shelf_is_as_left (item))
        ok = change (store, confirm, item, error);
      else if (now != SIGNET_TIME_UNKNOWN && now - item->added > GIVEN_UP)
        ok = change (store, withdraw, item, error);
      if (!ok)
        return FALSE;
    }
  return items != NULL;
}

/**
 * signet_shelf_list:
 *
 * Files whose writer was killed before it could say that they have their name are found by their digest.
 *
 * Returns: (transfer full) (nullable) (element-type SignetShelfItem): the oldest first
 */
GPtrArray *
signet_shelf_list (SignetStore *store, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_STORE (store), NULL);

  return _signet_shelf_settle (store, SIGNET_TIME_UNKNOWN, error) ? read_all (store, TRUE, error) : NULL;
}
