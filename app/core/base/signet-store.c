/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-store.c: the user's SQLite database. Knows no table but its own `schema` one. One connection, one lock: a transaction
 * belongs to the thread that began it. Several processes may have the file open (WAL, five seconds of patience).
 */
#define G_LOG_DOMAIN "signet-store"

#include "config.h"

#include "signet-store.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

#include "signet-base-error.h"

#define PATIENCE_MILLISECONDS 5000
#define LOG_PAGES 128

struct _SignetStore {
  GObject  parent;
  sqlite3 *handle; /* (owned) */
  GMutex   lock;
  GThread *owner;  /* (atomic): of the transaction in progress */
};

G_DEFINE_FINAL_TYPE (SignetStore, signet_store, G_TYPE_OBJECT)

static void
signet_store_finalize (GObject *object)
{
  SignetStore *self = SIGNET_STORE (object);

  sqlite3_close (self->handle);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (signet_store_parent_class)->finalize (object);
}

static void
signet_store_class_init (SignetStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_store_finalize;
}

static void
signet_store_init (SignetStore *self)
{
  g_mutex_init (&self->lock);
}

static SignetBaseError
code_of_sqlite (int code)
{
  switch (code & 0xff)
    {
    case SQLITE_FULL:
      return SIGNET_BASE_ERROR_NO_SPACE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return SIGNET_BASE_ERROR_TRY_LATER;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_IOERR:
      return SIGNET_BASE_ERROR_CANNOT_WRITE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return SIGNET_BASE_ERROR_MALFORMED;
    default:
      return SIGNET_BASE_ERROR_FAILED;
    }
}

/**
 * signet_store_set_error:
 * @what: what was being done
 *
 * Returns: %FALSE always
 */
gboolean
signet_store_set_error (SignetStore *self, GError **error, const char *what)
{
  int code = sqlite3_extended_errcode (self->handle);

  g_set_error (error, SIGNET_BASE_ERROR, code_of_sqlite (code), "database: %s: %s (%d)", what, sqlite3_errmsg (self->handle), code);
  return FALSE;
}

static gboolean
execute (SignetStore *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return signet_store_set_error (self, error, sql);
}

/* SQLite would create the file with the umask's mode; made beforehand it is private from the first moment. */
static gboolean
make_private_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return signet_base_error_set_errno (error, errno, "making the folder of the database");
  fd = open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    return signet_base_error_set_errno (error, errno, "opening the database");
  close (fd);
  return TRUE;
}

/*
 * A log that is long is moved over and cut off, not only moved over as SQLite would by itself: that it was moved over is known in shared memory alone, and
 * the next process to come alone would move all of it again at each commit, and write behind it. Not now, when somebody else is reading.
 */
static int
on_log_grown_cb (void *data, sqlite3 *handle, const char *database, int n_pages)
{
  if (n_pages < LOG_PAGES)
    return SQLITE_OK;
  sqlite3_busy_timeout (handle, 0);
  if (sqlite3_wal_checkpoint_v2 (handle, database, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
    g_debug ("the log stays as long as it is: %s", sqlite3_errmsg (handle));
  sqlite3_busy_timeout (handle, PATIENCE_MILLISECONDS);
  return SQLITE_OK;
}

static gboolean
configure (SignetStore *self, GError **error)
{
  sqlite3_busy_timeout (self->handle, PATIENCE_MILLISECONDS);
  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  /* The log beside the database stays when the last process closes it: to make it, to move it over and to delete it each time is five waits
     for the disk, of which a commit needs one. It is moved over when it is long, so that there is little to read at the next start. */
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_wal_hook (self->handle, on_log_grown_cb, NULL);
  return execute (self, "PRAGMA journal_mode=WAL", error) && execute (self, "PRAGMA synchronous=FULL", error)
         && execute (self, "PRAGMA foreign_keys=ON", error) && execute (self, "PRAGMA trusted_schema=OFF", error)
         && execute (self, "CREATE TABLE IF NOT EXISTS schema (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT", error);
}

/**
 * signet_store_open:
 *
 * Returns: (transfer full) (nullable): the database, made when it is not there
 */
SignetStore *
signet_store_open (const char *path, GError **error)
{
  g_autoptr (SignetStore) self = g_object_new (SIGNET_TYPE_STORE, NULL);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

  if (!make_private_file (path, error))
    return NULL;
  if (sqlite3_open_v2 (path, &self->handle, flags, NULL) != SQLITE_OK)
    {
      signet_store_set_error (self, error, "opening");
      return NULL;
    }
  return configure (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * signet_store_begin:
 *
 * Waits for another thread's transaction; a second one of the same thread is %SIGNET_BASE_ERROR_USAGE.
 */
gboolean
signet_store_begin (SignetStore *self, GError **error)
{
  if (g_atomic_pointer_get (&self->owner) == g_thread_self ())
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "a transaction inside a transaction");
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  if (!execute (self, "BEGIN IMMEDIATE", error))
    {
      g_mutex_unlock (&self->lock);
      return FALSE;
    }
  g_atomic_pointer_set (&self->owner, g_thread_self ());
  return TRUE;
}

static void
release (SignetStore *self)
{
  g_atomic_pointer_set (&self->owner, NULL);
  g_mutex_unlock (&self->lock);
}

/**
 * signet_store_commit:
 *
 * Ends the transaction in any case: what cannot be committed is rolled back.
 */
gboolean
signet_store_commit (SignetStore *self, GError **error)
{
  gboolean done;

  g_return_val_if_fail (g_atomic_pointer_get (&self->owner) == g_thread_self (), FALSE);

  done = execute (self, "COMMIT", error);
  if (!done)
    sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
  release (self);
  return done;
}

void
signet_store_rollback (SignetStore *self)
{
  g_return_if_fail (g_atomic_pointer_get (&self->owner) == g_thread_self ());

  sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
  release (self);
}

/**
 * signet_store_end:
 * @done: whether all that belongs together was written
 * @error: set already when not @done
 *
 * Commits what is @done and rolls back what is not.
 *
 * Returns: whether it is written
 */
gboolean
signet_store_end (SignetStore *self, gboolean done, GError **error)
{
  if (done)
    return signet_store_commit (self, error);
  signet_store_rollback (self);
  return FALSE;
}

sqlite3 *
signet_store_get_handle (SignetStore *self)
{
  g_return_val_if_fail (g_atomic_pointer_get (&self->owner) == g_thread_self (), NULL);

  return self->handle;
}

/**
 * signet_store_prepare:
 *
 * Only inside a transaction. Finalize the statement before the transaction ends.
 *
 * Returns: (transfer full) (nullable): a statement
 */
sqlite3_stmt *
signet_store_prepare (SignetStore *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  g_return_val_if_fail (g_atomic_pointer_get (&self->owner) == g_thread_self (), NULL);

  if (sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      signet_store_set_error (self, error, sql);
      return NULL;
    }
  return statement;
}

/**
 * signet_store_dup_text:
 *
 * Returns: (transfer full) (nullable): a text as it stands in the row; %NULL for an SQL NULL
 */
char *
signet_store_dup_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

/* -1 on error */
static int
read_version (SignetStore *self, const char *room, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (self, "SELECT version FROM schema WHERE room = ?", error);
  int code;

  if (statement == NULL)
    return -1;
  sqlite3_bind_text (statement, 1, room, -1, SQLITE_STATIC);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    return MAX (sqlite3_column_int (statement, 0), 0);
  if (code == SQLITE_DONE)
    return 0;
  signet_store_set_error (self, error, "reading a version");
  return -1;
}

static gboolean
write_version (SignetStore *self, const char *room, int version, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (self, "INSERT OR REPLACE INTO schema (room, version) VALUES (?, ?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, room, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, 2, version);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (self, error, "writing a version");
}

/* SIGNET_BASE_ERROR_UNSUPPORTED: a newer Signet has used this file. */
static gboolean
run_steps (SignetStore *self, const char *room, const char *const *steps, GError **error)
{
  int version = read_version (self, room, error);
  int newest = (int) g_strv_length ((char **) steps);

  if (version < 0)
    return FALSE;
  if (version > newest)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the database of %s has version %d, this program knows %d", room, version, newest);
      return FALSE;
    }
  for (int i = version; i < newest; i++)
    if (!execute (self, steps[i], error))
      return FALSE;
  return version == newest || write_version (self, room, newest, error);
}

gboolean
signet_store_migrate (SignetStore *self, const char *room, const char *const *steps, GError **error)
{
  if (!signet_store_begin (self, error))
    return FALSE;
  return signet_store_end (self, run_steps (self, room, steps, error), error);
}
