/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-expiry-store.c: certificates seen on tokens, and which rung of the ladder was told of what. One transaction a call. Any thread. */
#define G_LOG_DOMAIN "signet-expiry-store"

#include "config.h"

#include "signet-expiry-private.h"
#include "signet-life-private.h"

#define MOST_KNOWN 1000
#define REQUEST_LIFE (90 * 86400) /* what a request has when the authority says nothing (signet-enrolment-run.c) */

static const char *const steps[] = {
  "CREATE TABLE known_certificate (sha256 TEXT NOT NULL, token TEXT NOT NULL, der BLOB NOT NULL, PRIMARY KEY (sha256, token)) STRICT;"
  "CREATE TABLE told_expiry (kind TEXT NOT NULL, id TEXT NOT NULL, until INTEGER NOT NULL, rung INTEGER NOT NULL, time INTEGER NOT NULL,"
  " PRIMARY KEY (kind, id, until)) STRICT",
  NULL
};

gboolean
_signet_expiry_migrate (SignetStore *store, GError **error)
{
  return signet_store_migrate (store, "expiry", steps, error);
}

gint64
_signet_request_ends (SignetRequest *request)
{
  return request->expires != SIGNET_TIME_UNKNOWN ? request->expires : request->created + REQUEST_LIFE;
}

/* --- known certificates -------------------------------------------------------------------------------------------------------------- */

static gboolean
insert_known (SignetStore *store, const char *uri, SignetCertificate *certificate, GError **error)
{
  GBytes *der = signet_certificate_get_der (certificate);
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store,
    "INSERT OR IGNORE INTO known_certificate (sha256, token, der) SELECT ?, ?, ? WHERE (SELECT COUNT(*) FROM known_certificate) < ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, signet_certificate_get_sha256 (certificate), -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 2, uri, -1, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 3, g_bytes_get_data (der, NULL), (int) g_bytes_get_size (der), SQLITE_STATIC);
  sqlite3_bind_int (statement, 4, MOST_KNOWN);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (store, error, "remembering a certificate");
}

static gboolean
is_among (const char *sha256, GPtrArray *certificates)
{
  for (guint i = 0; i < certificates->len; i++)
    if (g_strcmp0 (sha256, signet_certificate_get_sha256 (certificates->pdata[i])) == 0)
      return TRUE;
  return FALSE;
}

/* (transfer full) (nullable): fingerprints noted for @uri */
static GPtrArray *
noted_for (SignetStore *store, const char *uri, GError **error)
{
  g_autoptr (GPtrArray) noted = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, "SELECT sha256 FROM known_certificate WHERE token = ?", error);
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_text (statement, 1, uri, -1, SQLITE_STATIC);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (noted, signet_store_dup_text (statement, 0));
  if (code == SQLITE_DONE)
    return g_steal_pointer (&noted);
  signet_store_set_error (store, error, "reading known certificates");
  return NULL;
}

static gboolean
forget (SignetStore *store, const char *uri, const char *sha256, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, "DELETE FROM known_certificate WHERE token = ? AND sha256 = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, uri, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, sha256, -1, SQLITE_STATIC);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (store, error, "forgetting a certificate");
}

static gboolean
note (SignetStore *store, const char *uri, GPtrArray *certificates, gboolean *changed, GError **error)
{
  g_autoptr (GPtrArray) noted = noted_for (store, uri, error);

  if (noted == NULL)
    return FALSE;
  for (guint i = 0; i < certificates->len; i++)
    if (!g_ptr_array_find_with_equal_func (noted, signet_certificate_get_sha256 (certificates->pdata[i]), g_str_equal, NULL))
      {
        *changed = TRUE;
        if (!insert_known (store, uri, certificates->pdata[i], error))
          return FALSE;
      }
  for (guint i = 0; i < noted->len; i++)
    if (!is_among (noted->pdata[i], certificates))
      {
        *changed = TRUE;
        if (!forget (store, uri, noted->pdata[i], error))
          return FALSE;
      }
  return TRUE;
}

/* Nothing is written, and no disk waited for, when all is as it was. */
gboolean
_signet_known_note (SignetStore *store, const char *uri, GPtrArray *certificates, GError **error)
{
  gboolean changed = FALSE;

  if (!signet_store_begin (store, error))
    return FALSE;
  if (note (store, uri, certificates, &changed, error) && changed)
    return signet_store_commit (store, error);
  signet_store_rollback (store);
  return error == NULL || *error == NULL;
}

static GPtrArray *
query_known (SignetStore *store, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, "SELECT DISTINCT sha256, der FROM known_certificate", error);
  int code;

  if (statement == NULL)
    return NULL;
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_autoptr (GBytes) der = g_bytes_new (sqlite3_column_blob (statement, 1), sqlite3_column_bytes (statement, 1));
      SignetCertificate *certificate = signet_certificate_new (der, NULL);

      if (certificate != NULL)
        g_ptr_array_add (known, certificate);
    }
  if (code == SQLITE_DONE)
    return g_steal_pointer (&known);
  signet_store_set_error (store, error, "reading known certificates");
  return NULL;
}

GPtrArray *
_signet_known_list (SignetStore *store, GError **error)
{
  GPtrArray *known;

  if (!signet_store_begin (store, error))
    return NULL;
  known = query_known (store, error);
  signet_store_rollback (store);
  return known;
}

/* --- what was told --------------------------------------------------------------------------------------------------------------------- */

static sqlite3_stmt *
prepare_told (SignetStore *store, const char *sql, const SignetExpiry *expiry, GError **error)
{
  sqlite3_stmt *statement = signet_store_prepare (store, sql, error);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_text (statement, 1, signet_expiry_kind_get_id (expiry->kind), -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, expiry->id, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 3, expiry->until);
  return statement;
}

static gboolean
find_told (SignetStore *store, const SignetExpiry *expiry, gboolean *told, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = prepare_told (store, "SELECT rung FROM told_expiry WHERE kind = ? AND id = ? AND until = ?", expiry, error);
  int code;

  if (statement == NULL)
    return FALSE;
  code = sqlite3_step (statement);
  *told = code == SQLITE_ROW && sqlite3_column_int (statement, 0) <= expiry->rung;
  return code == SQLITE_ROW || code == SQLITE_DONE || signet_store_set_error (store, error, "reading what was told");
}

gboolean
_signet_told_find (SignetStore *store, const SignetExpiry *expiry, gboolean *told, GError **error)
{
  gboolean done;

  if (!signet_store_begin (store, error))
    return FALSE;
  done = find_told (store, expiry, told, error);
  signet_store_rollback (store);
  return done;
}

static gboolean
write_told (SignetStore *store, const SignetExpiry *expiry, gint64 now, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
    prepare_told (store, "INSERT OR REPLACE INTO told_expiry (kind, id, until, rung, time) VALUES (?, ?, ?, ?, ?)", expiry, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int (statement, 4, expiry->rung);
  sqlite3_bind_int64 (statement, 5, now);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (store, error, "noting what was told");
}

gboolean
_signet_told_note (SignetStore *store, const SignetExpiry *expiry, gint64 now, GError **error)
{
  return signet_store_begin (store, error) && signet_store_end (store, write_told (store, expiry, now, error), error);
}
