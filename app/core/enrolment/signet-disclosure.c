/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-disclosure.c: what was told before a request, as rows beside it; documents as files named by their hash. Any thread. */
#define G_LOG_DOMAIN "signet-disclosure"

#include "config.h"

#include "signet-disclosure.h"

#include <glib/gstdio.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-output-file.h"
#include "../base/signet-paths.h"
#include "signet-life-private.h"

#define MAX_DOCUMENT (32 * 1024 * 1024)
#define FRESH 86400 /* seconds in which a document that was fetched is what the person could read before agreeing */

static const char *const keys[] = { "Terms", "Cps", "Fees", "DataUse", "Liability" };

static const char *const steps[] = {
  "CREATE TABLE disclosure (request INTEGER NOT NULL, authority TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,"
  " sha256 TEXT NOT NULL, time INTEGER NOT NULL, document_sha256 TEXT, document_size INTEGER NOT NULL, problem TEXT, PRIMARY KEY (request, key)) STRICT;"
  "CREATE TABLE fetched_document (url TEXT PRIMARY KEY, time INTEGER NOT NULL, sha256 TEXT, size INTEGER NOT NULL, problem TEXT) STRICT",
  NULL
};

gboolean
_signet_disclosure_migrate (SignetStore *store, GError **error)
{
  return signet_store_migrate (store, "disclosure", steps, error);
}

void
signet_disclosure_free (SignetDisclosure *disclosure)
{
  if (disclosure == NULL)
    return;
  g_free (disclosure->key);
  g_free (disclosure->text);
  g_free (disclosure->language);
  g_free (disclosure->sha256);
  g_free (disclosure->document_sha256);
  g_free (disclosure->problem);
  g_free (disclosure);
}

char *
signet_disclosure_dup_document_path (const char *sha256)
{
  return g_build_filename (signet_paths_get_user_data_dir (), "documents", sha256, NULL);
}

/* --- the document behind an address ------------------------------------------------------------------------------------------------------ */

static const char *
address_of (const char *text)
{
  return text != NULL && (g_str_has_prefix (text, "https://") || g_str_has_prefix (text, "http://")) ? text : NULL;
}

/* Named by its own hash: what is there already is the same. */
static gboolean
keep_document (GBytes *bytes, const char *sha256, GError **error)
{
  g_autofree char *path = signet_disclosure_dup_document_path (sha256);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (SignetOutputFile) file = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_mkdir_with_parents (folder, 0700);
  file = signet_output_file_open (path, TRUE, error);
  return file != NULL && signet_output_file_write (file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error) &&
         signet_output_file_commit (file, error);
}

static char *
host_of (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return NULL;
  return g_uri_get_port (uri) > 0 ? g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri)) : g_strdup (g_uri_get_host (uri));
}

/* (transfer full) (nullable): its hash. Only from the host that is named: a document must not come from wherever it is sent on to. */
static char *
fetch (SignetEnrolment *self, const char *url, guint seconds, gsize *size, GCancellable *cancellable, GError **error)
{
  g_autofree char *host = host_of (url);
  const char *const hosts[] = { host, NULL };
  SignetHttpRequest request = { .url = url, .allowed_hosts = hosts, .max_size = MAX_DOCUMENT, .deadline = seconds };
  g_autoptr (SignetHttpResponse) response = signet_http_send (self->http, &request, cancellable, error);
  g_autofree char *sha256 = NULL;

  if (response == NULL)
    return NULL;
  *size = g_bytes_get_size (response->body);
  if (response->status != 200 || *size == 0)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "the server of the practice statement answered with status %u", response->status);
      return NULL;
    }
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, response->body);
  return keep_document (response->body, sha256, error) ? g_steal_pointer (&sha256) : NULL;
}

static gboolean
write_fetched (SignetEnrolment *self, const char *url, const char *sha256, gsize size, const char *problem, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (self->store,
    "INSERT OR REPLACE INTO fetched_document (url, time, sha256, size, problem) VALUES (?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, url, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, signet_clock_now (self->clock));
  sqlite3_bind_text (statement, 3, sha256, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 4, (gint64) size);
  sqlite3_bind_text (statement, 5, problem, -1, SQLITE_STATIC);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (self->store, error, "noting a document");
}

gboolean
signet_enrolment_fetch_cps (SignetEnrolment *self, SignetAuthority *authority, guint seconds, char **sha256, GCancellable *cancellable, GError **error)
{
  g_autofree char *text = signet_enrolment_dup_term (self, authority, "Cps");
  const char *url = address_of (text);
  g_autofree char *found = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) unnoted = NULL;
  gsize size = 0;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);

  if (sha256 != NULL)
    *sha256 = NULL;
  if (url == NULL)
    return TRUE;
  if (_signet_enrolment_may_fetch (self, authority, url))
    found = fetch (self, url, seconds, &size, cancellable, &local);
  else
    g_set_error_literal (&local, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "it is not on one of the authority's own servers");
  if (!signet_store_begin (self->store, &unnoted) ||
      !signet_store_end (self->store, write_fetched (self, url, found, size, local != NULL ? local->message : NULL, &unnoted), &unnoted))
    g_warning ("%s", unnoted->message);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (sha256 != NULL)
    *sha256 = g_steal_pointer (&found);
  return TRUE;
}

/* What was found there when it was last looked at, if that is not too long ago. */
static void
find_document (SignetEnrolment *self, const char *url, SignetDisclosure *disclosure)
{
  g_autoptr (sqlite3_stmt) row = signet_store_prepare (self->store, "SELECT time, sha256, size, problem FROM fetched_document WHERE url = ?", NULL);

  if (row == NULL)
    return;
  sqlite3_bind_text (row, 1, url, -1, SQLITE_STATIC);
  if (sqlite3_step (row) != SQLITE_ROW || sqlite3_column_int64 (row, 0) + FRESH < signet_clock_now (self->clock))
    {
      disclosure->problem = g_strdup ("not fetched");
      return;
    }
  disclosure->document_sha256 = signet_store_dup_text (row, 1);
  disclosure->document_size = sqlite3_column_int64 (row, 2);
  disclosure->problem = signet_store_dup_text (row, 3);
}

/* --- what is told now -------------------------------------------------------------------------------------------------------------------- */

/* Inside a transaction. (transfer full) (nullable): the authority says nothing of that */
static SignetDisclosure *
new_disclosure (SignetEnrolment *self, SignetAuthority *authority, const char *key)
{
  g_autofree char *text = signet_enrolment_dup_term (self, authority, key);
  SignetDisclosure *disclosure;

  if (text == NULL || *text == '\0')
    return NULL;
  disclosure = g_new0 (SignetDisclosure, 1);
  disclosure->key = g_strdup (key);
  disclosure->text = g_strdup (text);
  disclosure->language = g_strdup (g_get_language_names ()[0]);
  disclosure->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  disclosure->time = signet_clock_now (self->clock);
  if (address_of (text) != NULL && strcmp (key, "Cps") == 0)
    find_document (self, text, disclosure);
  return disclosure;
}

static gboolean
insert (SignetEnrolment *self, SignetRequest *request, const SignetDisclosure *disclosure, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = signet_store_prepare (self->store,
    "INSERT OR IGNORE INTO disclosure (request, authority, key, text, language, sha256, time, document_sha256, document_size, problem)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
  const char *const texts[] = { request->authority, disclosure->key, disclosure->text, disclosure->language, disclosure->sha256 };

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, request->id);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    sqlite3_bind_text (statement, 2 + (int) i, texts[i], -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 7, disclosure->time);
  sqlite3_bind_text (statement, 8, disclosure->document_sha256, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 9, disclosure->document_size);
  sqlite3_bind_text (statement, 10, disclosure->problem, -1, SQLITE_STATIC);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (self->store, error, "keeping what was told");
}

static gboolean
insert_all (SignetEnrolment *self, SignetAuthority *authority, SignetRequest *request, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      SignetDisclosure *disclosure = new_disclosure (self, authority, keys[i]);
      gboolean done = disclosure == NULL || insert (self, request, disclosure, error);

      signet_disclosure_free (disclosure);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

static void
note (SignetEnrolment *self, SignetAuthority *authority, SignetRequest *request)
{
  g_autofree char *detail = g_strdup_printf ("{\"request\":%" G_GINT64_FORMAT "}", request->id);
  SignetJournalEntry entry = { .act = (char *) "terms-agreed", .subject = (char *) signet_authority_get_name (authority), .detail = detail };
  g_autoptr (GError) error = NULL;

  if (self->journal != NULL && !signet_journal_append (self->journal, &entry, &error))
    g_warning ("journal: %s", error->message);
}

/* Once for a request, when the person has agreed. A record, not a gate. */
void
_signet_disclosure_keep (SignetEnrolment *self, SignetRequest *request)
{
  SignetAuthority *authority = signet_enrolment_find_authority (self, request->authority, NULL);
  g_autoptr (GError) error = NULL;

  if (authority == NULL)
    return;
  if (!signet_store_begin (self->store, &error) || !signet_store_end (self->store, insert_all (self, authority, request, &error), &error))
    g_warning ("what was told is not kept: %s", error->message);
  note (self, authority, request);
}

/* --- what was told ------------------------------------------------------------------------------------------------------------------------ */

#define COLUMNS "key, text, language, sha256, time, document_sha256, document_size, problem"

static SignetDisclosure *
read_row (sqlite3_stmt *row)
{
  SignetDisclosure *disclosure = g_new0 (SignetDisclosure, 1);

  disclosure->key = signet_store_dup_text (row, 0);
  disclosure->text = signet_store_dup_text (row, 1);
  disclosure->language = signet_store_dup_text (row, 2);
  disclosure->sha256 = signet_store_dup_text (row, 3);
  disclosure->time = sqlite3_column_int64 (row, 4);
  disclosure->document_sha256 = signet_store_dup_text (row, 5);
  disclosure->document_size = sqlite3_column_int64 (row, 6);
  disclosure->problem = signet_store_dup_text (row, 7);
  return disclosure;
}

static GPtrArray *
query (SignetStore *store, gint64 request, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_disclosure_free);
  g_autoptr (sqlite3_stmt) statement =
    signet_store_prepare (store, "SELECT " COLUMNS " FROM disclosure WHERE request = ? ORDER BY rowid", error);
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, request);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (all, read_row (statement));
  if (code == SQLITE_DONE)
    return g_steal_pointer (&all);
  signet_store_set_error (store, error, "reading what was told");
  return NULL;
}

GPtrArray *
signet_enrolment_list_disclosures (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  GPtrArray *all;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_REQUEST (request), NULL);

  if (!signet_store_begin (self->store, error))
    return NULL;
  all = query (self->store, request->id, error);
  signet_store_rollback (self->store);
  return all;
}

/* 0: never */
static gint64
find_last_request (SignetEnrolment *self, SignetAuthority *authority)
{
  g_autoptr (sqlite3_stmt) row =
    signet_store_prepare (self->store, "SELECT MAX(request) FROM disclosure WHERE authority = ? AND language = ?", NULL);

  if (row == NULL)
    return 0;
  sqlite3_bind_text (row, 1, signet_authority_get_id (authority), -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (row, 2, g_get_language_names ()[0], -1, SQLITE_TRANSIENT);
  return sqlite3_step (row) == SQLITE_ROW ? sqlite3_column_int64 (row, 0) : 0;
}

static const SignetDisclosure *
find_key (GPtrArray *all, const char *key)
{
  for (guint i = 0; i < all->len; i++)
    if (g_strcmp0 (((SignetDisclosure *) all->pdata[i])->key, key) == 0)
      return all->pdata[i];
  return NULL;
}

/* A document that could not be fetched now or then is not one that changed. */
static gboolean
differ (const SignetDisclosure *before, const SignetDisclosure *now)
{
  if (before == NULL || now == NULL)
    return before != now;
  if (g_strcmp0 (before->sha256, now->sha256) != 0)
    return TRUE;
  return before->document_sha256 != NULL && now->document_sha256 != NULL && strcmp (before->document_sha256, now->document_sha256) != 0;
}

static char **
compare (SignetEnrolment *self, SignetAuthority *authority, GPtrArray *before)
{
  g_autoptr (GPtrArray) changed = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      SignetDisclosure *now = new_disclosure (self, authority, keys[i]);

      if (differ (find_key (before, keys[i]), now))
        g_ptr_array_add (changed, g_strdup (keys[i]));
      signet_disclosure_free (now);
    }
  if (changed->len == 0)
    return NULL;
  g_ptr_array_add (changed, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&changed), FALSE);
}

char **
signet_enrolment_dup_changed_terms (SignetEnrolment *self, SignetAuthority *authority, gint64 *agreed)
{
  g_autoptr (GPtrArray) before = NULL;
  char **changed = NULL;
  gint64 last;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  if (agreed != NULL)
    *agreed = SIGNET_TIME_UNKNOWN;
  if (!signet_store_begin (self->store, NULL))
    return NULL;
  last = find_last_request (self, authority);
  before = last != 0 ? query (self->store, last, NULL) : NULL;
  if (before != NULL && before->len > 0)
    {
      changed = compare (self, authority, before);
      if (agreed != NULL)
        *agreed = ((SignetDisclosure *) before->pdata[0])->time;
    }
  signet_store_rollback (self->store);
  return changed;
}
