/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-request-store.c: requests as rows of the database. One transaction a call. Any thread. */
#define G_LOG_DOMAIN "signet-request-store"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

static const char *const steps[] = {
  "CREATE TABLE request ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, authority TEXT NOT NULL, token_uri TEXT NOT NULL, token_label TEXT "
  "NOT NULL,"
  " key_spec TEXT NOT NULL, key_sha256 TEXT, subject TEXT NOT NULL, label TEXT NOT NULL, fields TEXT NOT NULL, secret_names TEXT "
  "NOT NULL,"
  " cookie TEXT, cmp TEXT, error TEXT, certificate BLOB, created INTEGER NOT NULL, changed INTEGER NOT NULL, next_poll INTEGER NOT "
  "NULL)",
  "ALTER TABLE request ADD COLUMN kind TEXT NOT NULL DEFAULT 'new';"
  "ALTER TABLE request ADD COLUMN keeps_key INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE request ADD COLUMN expires INTEGER NOT NULL DEFAULT -9223372036854775808;"
  "ALTER TABLE request ADD COLUMN current BLOB;"
  "ALTER TABLE request ADD COLUMN old_note TEXT;"
  "ALTER TABLE request ADD COLUMN attempt TEXT;"
  "ALTER TABLE request ADD COLUMN csr BLOB;"
  "ALTER TABLE request ADD COLUMN chain BLOB;"
  "ALTER TABLE request ADD COLUMN checks TEXT;"
  "ALTER TABLE request ADD COLUMN encryption BLOB;"
  "ALTER TABLE request ADD COLUMN encryption_note TEXT;"
  "ALTER TABLE request ADD COLUMN delivered TEXT;"
  "ALTER TABLE request ADD COLUMN hand_name TEXT;"
  "ALTER TABLE request ADD COLUMN hand_text TEXT;"
  "ALTER TABLE request ADD COLUMN hand_file BLOB;"
  "CREATE TABLE request_file (request INTEGER NOT NULL, field TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
  " sha256 TEXT NOT NULL, content BLOB, PRIMARY KEY (request, field)) STRICT;",
  NULL
};

/* A column of the table and where it is in the structure. */
typedef struct
{
  const char *name;
  gsize offset;
} Column;

#define COLUMN(name, member) { name, G_STRUCT_OFFSET (struct _SignetRequest, member) }

static const Column texts[] = {
  COLUMN ("authority", authority),
  COLUMN ("token_uri", token_uri),
  COLUMN ("token_label", token_label),
  COLUMN ("key_spec", key_spec),
  COLUMN ("key_sha256", key_sha256),
  COLUMN ("subject", subject),
  COLUMN ("label", label),
  COLUMN ("secret_names", secret_names),
  COLUMN ("cookie", cookie),
  COLUMN ("cmp", transaction),
  COLUMN ("error", error),
  COLUMN ("old_note", old_note),
  COLUMN ("attempt", attempt),
  COLUMN ("checks", checks),
  COLUMN ("encryption_note", encryption_note),
  COLUMN ("delivered", delivered),
  COLUMN ("hand_name", hand_name),
  COLUMN ("hand_text", hand_text),
};

static const Column numbers[] = {
  COLUMN ("created", created),
  COLUMN ("changed", changed),
  COLUMN ("next_poll", next_poll),
  COLUMN ("expires", expires),
};

static const Column certificates[] = {
  COLUMN ("certificate", certificate),
  COLUMN ("current", current),
  COLUMN ("encryption", encryption),
};

static const Column blobs[] = {
  COLUMN ("csr", csr),
  COLUMN ("chain", chain),
  COLUMN ("hand_file", hand_file),
};

/* state, kind, keeps_key, fields: those that are written otherwise than they are kept */
#define N_OTHERS  4
#define N_COLUMNS (N_OTHERS + G_N_ELEMENTS (texts) + G_N_ELEMENTS (numbers) + G_N_ELEMENTS (certificates) + G_N_ELEMENTS (blobs))

gboolean
_signet_request_store_migrate (SignetStore *store, GError **error)
{
  return signet_store_migrate (store, "enrolment", steps, error);
}

static void
append_columns (GString *sql, const Column *columns, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (sql, ", %s", columns[i].name);
}

static char *
list_columns (void)
{
  GString *sql = g_string_new ("state, kind, keeps_key, fields");

  append_columns (sql, texts, G_N_ELEMENTS (texts));
  append_columns (sql, numbers, G_N_ELEMENTS (numbers));
  append_columns (sql, certificates, G_N_ELEMENTS (certificates));
  append_columns (sql, blobs, G_N_ELEMENTS (blobs));
  return g_string_free (sql, FALSE);
}

static char *
list_marks (void)
{
  GString *sql = g_string_new ("?");

  for (gsize i = 1; i < N_COLUMNS; i++)
    g_string_append (sql, ",?");
  return g_string_free (sql, FALSE);
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

/* --- writing ----------------------------------------------------------------------------------------------------------------- */

static void
bind_text (sqlite3_stmt *statement, int column, const char *text)
{
  sqlite3_bind_text (statement, column, text, -1, SQLITE_TRANSIENT);
}

static void
bind_bytes (sqlite3_stmt *statement, int column, GBytes *bytes)
{
  if (bytes != NULL)
    sqlite3_bind_blob (statement, column, g_bytes_get_data (bytes, NULL), (int) g_bytes_get_size (bytes), SQLITE_TRANSIENT);
}

static void
bind_row (sqlite3_stmt *statement, SignetRequest *request)
{
  g_autofree char *fields = fields_to_text (request->fields);
  int at = 1;

  bind_text (statement, at++, signet_request_state_get_id (request->state));
  bind_text (statement, at++, signet_request_kind_get_id (request->kind));
  sqlite3_bind_int (statement, at++, request->keeps_key ? 1 : 0);
  bind_text (statement, at++, fields);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    bind_text (statement, at++, G_STRUCT_MEMBER (char *, request, texts[i].offset));
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    sqlite3_bind_int64 (statement, at++, G_STRUCT_MEMBER (gint64, request, numbers[i].offset));
  for (gsize i = 0; i < G_N_ELEMENTS (certificates); i++)
    {
      SignetCertificate *certificate = G_STRUCT_MEMBER (SignetCertificate *, request, certificates[i].offset);

      bind_bytes (statement, at++, certificate != NULL ? signet_certificate_get_der (certificate) : NULL);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (blobs); i++)
    bind_bytes (statement, at++, G_STRUCT_MEMBER (GBytes *, request, blobs[i].offset));
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
  return signet_store_begin (store, error) && signet_store_end (store, write_row (store, request, sql, error), error);
}

gboolean
_signet_request_store_insert (SignetStore *store, SignetRequest *request, GError **error)
{
  g_autofree char *columns = list_columns ();
  g_autofree char *marks = list_marks ();
  g_autofree char *sql = g_strdup_printf ("INSERT INTO request (%s) VALUES (%s)", columns, marks);

  return write_transaction (store, request, sql, error);
}

gboolean
_signet_request_store_update (SignetStore *store, SignetRequest *request, GError **error)
{
  g_autofree char *columns = list_columns ();
  g_autofree char *marks = list_marks ();
  g_autofree char *sql = g_strdup_printf ("UPDATE request SET (%s) = (%s) WHERE id = ?", columns, marks);

  return write_transaction (store, request, sql, error);
}

/* --- reading ----------------------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable) */
static GBytes *
column_bytes (sqlite3_stmt *statement, int column)
{
  const void *data = sqlite3_column_type (statement, column) == SQLITE_BLOB ? sqlite3_column_blob (statement, column) : NULL;

  return data != NULL ? g_bytes_new (data, (gsize) sqlite3_column_bytes (statement, column)) : NULL;
}

static SignetCertificate *
column_certificate (sqlite3_stmt *statement, int column)
{
  g_autoptr (GBytes) der = column_bytes (statement, column);

  return der != NULL ? signet_certificate_new (der, NULL) : NULL;
}

static SignetRequest *
read_row (sqlite3_stmt *statement)
{
  SignetRequest *request = g_object_new (SIGNET_TYPE_REQUEST, NULL);
  int at = 0;

  if (!_signet_request_state_parse ((const char *) sqlite3_column_text (statement, at++), &request->state))
    request->state = SIGNET_REQUEST_FAILED;
  request->kind = g_strcmp0 ((const char *) sqlite3_column_text (statement, at++), "renew") == 0 ? SIGNET_REQUEST_KIND_RENEW
                                                                                                  : SIGNET_REQUEST_KIND_NEW;
  request->keeps_key = sqlite3_column_int (statement, at++) != 0;
  read_fields ((const char *) sqlite3_column_text (statement, at++), request->fields);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    G_STRUCT_MEMBER (char *, request, texts[i].offset) = signet_store_dup_text (statement, at++);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    G_STRUCT_MEMBER (gint64, request, numbers[i].offset) = sqlite3_column_int64 (statement, at++);
  for (gsize i = 0; i < G_N_ELEMENTS (certificates); i++)
    G_STRUCT_MEMBER (SignetCertificate *, request, certificates[i].offset) = column_certificate (statement, at++);
  for (gsize i = 0; i < G_N_ELEMENTS (blobs); i++)
    G_STRUCT_MEMBER (GBytes *, request, blobs[i].offset) = column_bytes (statement, at++);
  request->id = sqlite3_column_int64 (statement, at);
  return request;
}

/* @id 0: all */
static GPtrArray *
query (SignetStore *store, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *columns = list_columns ();
  g_autofree char *sql = g_strdup_printf ("SELECT %s, id FROM request WHERE ?1 = 0 OR id = ?1 ORDER BY id DESC", columns);
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (store, sql, error);
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
