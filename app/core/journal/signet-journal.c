/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-journal.c: the user's own record. Each entry's hash covers its fields and the hash before it, so that a line changed,
 * removed or put in between shows. It is evidence for the user, not against: whoever can write the file can make a whole new chain.
 * Thread-safe by the store's lock.
 */
#define G_LOG_DOMAIN "signet-journal"

#include "config.h"

#include "signet-journal.h"

#include <string.h>

#include "../base/signet-base-error.h"

#define MOST_LISTED 100000

struct _SignetJournal {
  GObject      parent;
  SignetStore *store; /* (owned) */
  SignetClock *clock; /* (owned) */
};

G_DEFINE_FINAL_TYPE (SignetJournal, signet_journal, G_TYPE_OBJECT)

static const char *const steps[] = {
  "CREATE TABLE journal (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, act TEXT NOT NULL, subject TEXT, path TEXT, sha256 TEXT,"
  " certificate TEXT, detail TEXT, hash TEXT NOT NULL) STRICT",
  NULL,
};

#define COLUMNS "number, time, act, subject, path, sha256, certificate, detail, hash"

void
signet_journal_entry_free (SignetJournalEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->act);
  g_free (entry->subject);
  g_free (entry->path);
  g_free (entry->sha256);
  g_free (entry->certificate);
  g_free (entry->detail);
  g_free (entry->hash);
  g_free (entry);
}

static void
signet_journal_finalize (GObject *object)
{
  SignetJournal *self = SIGNET_JOURNAL (object);

  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (signet_journal_parent_class)->finalize (object);
}

static void
signet_journal_class_init (SignetJournalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_journal_finalize;
}

static void
signet_journal_init (SignetJournal *self)
{
}

SignetJournal *
signet_journal_new (SignetStore *store, SignetClock *clock, GError **error)
{
  g_autoptr (SignetJournal) self = g_object_new (SIGNET_TYPE_JOURNAL, NULL);

  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  return signet_store_migrate (store, "journal", steps, error) ? g_steal_pointer (&self) : NULL;
}

/* Length before content: no two different entries give the same bytes. A NULL is not an empty text. */
static void
hash_text (GChecksum *checksum, const char *text)
{
  g_autofree char *length = g_strdup_printf ("%" G_GSSIZE_FORMAT ":", text != NULL ? (gssize) strlen (text) : (gssize) -1);

  g_checksum_update (checksum, (const guchar *) length, -1);
  if (text != NULL)
    g_checksum_update (checksum, (const guchar *) text, -1);
}

static char *
compute_hash (const SignetJournalEntry *entry, const char *before)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, entry->number);
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, entry->time);
  const char *const fields[] = { before, number, time, entry->act, entry->subject, entry->path, entry->sha256, entry->certificate, entry->detail };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    hash_text (checksum, fields[i]);
  return g_strdup (g_checksum_get_string (checksum));
}

static SignetJournalEntry *
read_row (sqlite3_stmt *row)
{
  SignetJournalEntry *entry = g_new0 (SignetJournalEntry, 1);

  entry->number = sqlite3_column_int64 (row, 0);
  entry->time = sqlite3_column_int64 (row, 1);
  entry->act = signet_store_dup_text (row, 2);
  entry->subject = signet_store_dup_text (row, 3);
  entry->path = signet_store_dup_text (row, 4);
  entry->sha256 = signet_store_dup_text (row, 5);
  entry->certificate = signet_store_dup_text (row, 6);
  entry->detail = signet_store_dup_text (row, 7);
  entry->hash = signet_store_dup_text (row, 8);
  return entry;
}

/* The end of the chain; an empty journal ends in number 0 and the empty hash. */
static gboolean
read_last (SignetJournal *self, gint64 *number, char **hash, GError **error)
{
  g_autoptr (sqlite3_stmt) query = signet_store_prepare (self->store, "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1", error);
  int code;

  if (query == NULL)
    return FALSE;
  code = sqlite3_step (query);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return signet_store_set_error (self->store, error, "reading the journal");
  *number = code == SQLITE_ROW ? sqlite3_column_int64 (query, 0) : 0;
  *hash = code == SQLITE_ROW ? signet_store_dup_text (query, 1) : g_strdup ("");
  return TRUE;
}

static void
bind_entry (sqlite3_stmt *insert, const SignetJournalEntry *entry, const char *hash)
{
  const char *const texts[] = { entry->act, entry->subject, entry->path, entry->sha256, entry->certificate, entry->detail, hash };

  sqlite3_bind_int64 (insert, 1, entry->number);
  sqlite3_bind_int64 (insert, 2, entry->time);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    sqlite3_bind_text (insert, 3 + (int) i, texts[i], -1, SQLITE_STATIC); /* a NULL binds NULL */
}

static gboolean
insert_entry (SignetJournal *self, const SignetJournalEntry *given, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = NULL;
  g_autofree char *before = NULL;
  g_autofree char *hash = NULL;
  SignetJournalEntry entry = *given;

  if (!read_last (self, &entry.number, &before, error))
    return FALSE;
  entry.number++;
  entry.time = signet_clock_now (self->clock);
  hash = compute_hash (&entry, before);
  insert = signet_store_prepare (self->store, "INSERT INTO journal (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
  if (insert == NULL)
    return FALSE;
  bind_entry (insert, &entry, hash);
  return sqlite3_step (insert) == SQLITE_DONE || signet_store_set_error (self->store, error, "writing the journal");
}

/**
 * signet_journal_append_all:
 * @entries: (element-type SignetJournalEntry): number, time and hash are ignored; texts must be UTF-8
 *
 * All of them or none, in this order, with one wait for the disk.
 *
 * Returns: whether the entries are on the disk
 */
gboolean
signet_journal_append_all (SignetJournal *self, GPtrArray *entries, GError **error)
{
  gboolean ok = TRUE;

  g_return_val_if_fail (SIGNET_IS_JOURNAL (self) && entries != NULL, FALSE);

  if (entries->len == 0)
    return TRUE;
  if (!signet_store_begin (self->store, error))
    return FALSE;
  for (guint i = 0; ok && i < entries->len; i++)
    ok = insert_entry (self, g_ptr_array_index (entries, i), error);
  return signet_store_end (self->store, ok, error);
}

/**
 * signet_journal_append:
 * @entry: number, time and hash are ignored; texts must be UTF-8
 *
 * Returns: whether the entry is on the disk
 */
gboolean
signet_journal_append (SignetJournal *self, const SignetJournalEntry *entry, GError **error)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  g_return_val_if_fail (SIGNET_IS_JOURNAL (self) && entry->act != NULL, FALSE);

  g_ptr_array_add (one, (gpointer) entry);
  return signet_journal_append_all (self, one, error);
}

static GPtrArray *
read_entries (SignetJournal *self, guint most, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_journal_entry_free);
  g_autoptr (sqlite3_stmt) query = signet_store_prepare (self->store, "SELECT " COLUMNS " FROM journal ORDER BY number DESC LIMIT ?", error);
  int code;

  if (query == NULL)
    return NULL;
  sqlite3_bind_int64 (query, 1, most);
  while ((code = sqlite3_step (query)) == SQLITE_ROW)
    g_ptr_array_add (entries, read_row (query));
  if (code == SQLITE_DONE)
    return g_steal_pointer (&entries);
  signet_store_set_error (self->store, error, "reading the journal");
  return NULL;
}

/**
 * signet_journal_list:
 * @most: at most this many; 0: as many as fit
 *
 * Returns: (transfer full) (nullable) (element-type SignetJournalEntry): newest first
 */
GPtrArray *
signet_journal_list (SignetJournal *self, guint most, GError **error)
{
  GPtrArray *entries;

  g_return_val_if_fail (SIGNET_IS_JOURNAL (self), NULL);

  if (!signet_store_begin (self->store, error))
    return NULL;
  entries = read_entries (self, most > 0 && most < MOST_LISTED ? most : MOST_LISTED, error);
  signet_store_rollback (self->store);
  return entries;
}

static gboolean
walk_chain (SignetJournal *self, gint64 *broken, GError **error)
{
  g_autoptr (sqlite3_stmt) query = signet_store_prepare (self->store, "SELECT " COLUMNS " FROM journal ORDER BY number", error);
  g_autofree char *before = g_strdup ("");
  gint64 expected = 1;
  int code;

  if (query == NULL)
    return FALSE;
  while ((code = sqlite3_step (query)) == SQLITE_ROW)
    {
      SignetJournalEntry *entry = read_row (query);
      g_autofree char *hash = compute_hash (entry, before);

      if (entry->number != expected || g_strcmp0 (hash, entry->hash) != 0)
        *broken = expected;
      g_free (before);
      before = g_steal_pointer (&hash);
      signet_journal_entry_free (entry);
      if (*broken != 0)
        return TRUE;
      expected++;
    }
  return code == SQLITE_DONE || signet_store_set_error (self->store, error, "reading the journal");
}

/**
 * signet_journal_verify:
 * @broken: (out): 0, or the number of the first entry that is missing or does not fit
 *
 * An entry removed from the end cannot be seen: there is nothing after it.
 *
 * Returns: whether the journal could be read
 */
gboolean
signet_journal_verify (SignetJournal *self, gint64 *broken, GError **error)
{
  gboolean read;

  g_return_val_if_fail (SIGNET_IS_JOURNAL (self) && broken != NULL, FALSE);

  *broken = 0;
  if (!signet_store_begin (self->store, error))
    return FALSE;
  read = walk_chain (self, broken, error);
  signet_store_rollback (self->store);
  return read;
}
