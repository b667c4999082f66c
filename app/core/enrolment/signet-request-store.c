/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-request-store.c: requests as rows of the database. One transaction a call. Any thread. */
#define G_LOG_DOMAIN "signet-request-store"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

static const char *const steps[] = {
  "CREATE TABLE request ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, authority TEXT NOT NULL, token_uri TEXT NOT NULL, token_label TEXT NOT NULL,"
  " key_spec TEXT NOT NULL, key_sha256 TEXT, subject TEXT NOT NULL, label TEXT NOT NULL, fields TEXT NOT NULL, secret_names TEXT NOT NULL,"
  " cookie TEXT, cmp TEXT, error TEXT, certificate BLOB, created INTEGER NOT NULL, changed INTEGER NOT NULL, next_poll INTEGER NOT NULL)",
  NULL
};

#define COLUMNS "state, authority, token_uri, token_label, key_spec, key_sha256, subject, label, fields, secret_names, cookie, cmp, error, " \
                "certificate, created, changed, next_poll"
#define N_COLUMNS 17

gboolean
_signet_request_store_migrate (SignetStore *store, GError **error)
{
  return signet_store_migrate (store, "enrolment", steps, error);
}

/* --- fields as JSON ---------------------------------------------------------------------------------------------------------- */

static char *
fields_to_text (GHashTable *fields)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (object, key, value);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

static void
add_field (JsonObject *object, const char *name, JsonNode *node, gpointer fields)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    g_hash_table_insert (fields, g_strdup (name), g_strdup (json_node_get_string (node)));
}

static void
read_fields (const char *text, GHashTable *fields)
{
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, NULL) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), add_field, fields);
}

/* --- rows -------------------------------------------------------------------------------------------------------------------- */

static void
bind_text (sqlite3_stmt *statement, int column, const char *text)
{
  sqlite3_bind_text (statement, column, text, -1, SQLITE_TRANSIENT);
}

static void
bind_row (sqlite3_stmt *statement, SignetRequest *request)
{
  g_autofree char *fields = fields_to_text (request->fields);
  GBytes *der = request->certificate != NULL ? signet_certificate_get_der (request->certificate) : NULL;
  const char *const texts[] = { signet_request_state_get_id (request->state), request->authority, request->token_uri, request->token_label,
                                request->key_spec, request->key_sha256, request->subject, request->label, fields, request->secret_names,
                                request->cookie, request->transaction, request->error };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    bind_text (statement, (int) i + 1, texts[i]);
  if (der != NULL)
    sqlite3_bind_blob (statement, 14, g_bytes_get_data (der, NULL), (int) g_bytes_get_size (der), SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 15, request->created);
  sqlite3_bind_int64 (statement, 16, request->changed);
  sqlite3_bind_int64 (statement, 17, request->next_poll);
}

static char *
column_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static SignetRequest *
read_row (sqlite3_stmt *statement)
{
  SignetRequest *request = g_object_new (SIGNET_TYPE_REQUEST, NULL);
  char **const texts[] = { NULL, &request->authority, &request->token_uri, &request->token_label, &request->key_spec, &request->key_sha256,
                           &request->subject, &request->label, NULL, &request->secret_names, &request->cookie, &request->transaction, &request->error };

  request->id = sqlite3_column_int64 (statement, N_COLUMNS);
  if (!_signet_request_state_parse ((const char *) sqlite3_column_text (statement, 0), &request->state))
    request->state = SIGNET_REQUEST_FAILED;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL)
      *texts[i] = column_text (statement, (int) i);
  read_fields ((const char *) sqlite3_column_text (statement, 8), request->fields);
  if (sqlite3_column_type (statement, 13) == SQLITE_BLOB)
    {
      g_autoptr (GBytes) der = g_bytes_new (sqlite3_column_blob (statement, 13), sqlite3_column_bytes (statement, 13));
      request->certificate = signet_certificate_new (der, NULL);
    }
  request->created = sqlite3_column_int64 (statement, 14);
  request->changed = sqlite3_column_int64 (statement, 15);
  request->next_poll = sqlite3_column_int64 (statement, 16);
  return request;
}

static gboolean
write_row (SignetStore *store, SignetRequest *request, const char *sql, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, sql, error);

  if (statement == NULL)
    return FALSE;
  bind_row (statement, request);
  if (request->id != 0)
    sqlite3_bind_int64 (statement, N_COLUMNS + 1, request->id);
  if (sqlite3_step (statement) != SQLITE_DONE)
    return signet_store_set_error (store, error, "writing a request");
  if (request->id == 0)
    request->id = sqlite3_last_insert_rowid (signet_store_get_handle (store));
  return TRUE;
}

static gboolean
write_transaction (SignetStore *store, SignetRequest *request, const char *sql, GError **error)
{
  if (!signet_store_begin (store, error))
    return FALSE;
  if (write_row (store, request, sql, error))
    return signet_store_commit (store, error);
  signet_store_rollback (store);
  return FALSE;
}

gboolean
_signet_request_store_insert (SignetStore *store, SignetRequest *request, GError **error)
{
  return write_transaction (store, request, "INSERT INTO request (" COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", error);
}

gboolean
_signet_request_store_update (SignetStore *store, SignetRequest *request, GError **error)
{
  return write_transaction (store, request,
                            "UPDATE request SET (" COLUMNS ") = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE id = ?", error);
}

/* @id 0: all */
static GPtrArray *
query (SignetStore *store, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (sqlite3_stmt) statement =
    signet_store_prepare (store, "SELECT " COLUMNS ", id FROM request WHERE ?1 = 0 OR id = ?1 ORDER BY id DESC", error);
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, id);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (rows, read_row (statement));
  if (code == SQLITE_DONE)
    return g_steal_pointer (&rows);
  signet_store_set_error (store, error, "reading requests");
  return NULL;
}

static GPtrArray *
query_transaction (SignetStore *store, gint64 id, GError **error)
{
  GPtrArray *rows;

  if (!signet_store_begin (store, error))
    return NULL;
  rows = query (store, id, error);
  signet_store_rollback (store);
  return rows;
}

GPtrArray *
_signet_request_store_list (SignetStore *store, GError **error)
{
  return query_transaction (store, 0, error);
}

SignetRequest *
_signet_request_store_find (SignetStore *store, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) rows = id > 0 ? query_transaction (store, id, error) : g_ptr_array_new ();

  if (rows == NULL)
    return NULL;
  if (rows->len == 1)
    return g_object_ref (rows->pdata[0]);
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND, "there is no request %" G_GINT64_FORMAT, id);
  return NULL;
}
