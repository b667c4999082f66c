/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-journal.c: what was written is read back, and what was tampered with shows. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/journal/signet-journal.h"
#include "signet-test.h"

typedef struct {
  SignetStore   *store;
  SignetClock   *clock;
  SignetJournal *journal;
  char          *path;
} Fixture;

static void
open_journal (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->store = signet_store_open (fixture->path, &error);
  g_assert_no_error (error);
  fixture->journal = signet_journal_new (fixture->store, fixture->clock, &error);
  g_assert_no_error (error);
}

static void
append (Fixture *fixture, const char *act, const char *subject)
{
  SignetJournalEntry entry = { .act = (char *) act, .subject = (char *) subject };
  g_autoptr (GError) error = NULL;

  signet_journal_append (fixture->journal, &entry, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *dir = signet_test_make_dir ();

  fixture->path = g_build_filename (dir, "folder", "journal.db", NULL);
  fixture->clock = signet_clock_new_fixed (1795348800);
  open_journal (fixture);
  append (fixture, "signed", "contract.pdf");
  append (fixture, "verified", "contract.pdf");
  append (fixture, "signed", NULL);
}

static void
close_journal (Fixture *fixture)
{
  g_assert_finalize_object (fixture->journal);
  g_assert_finalize_object (fixture->store);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_journal (fixture);
  g_assert_finalize_object (fixture->clock);
  g_free (fixture->path);
}

static void
test_read_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = signet_journal_list (fixture->journal, 2, &error);
  const SignetJournalEntry *newest;

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 2);
  newest = g_ptr_array_index (entries, 0);
  g_assert_cmpint (newest->number, ==, 3);
  g_assert_cmpint (newest->time, ==, 1795348800);
  g_assert_cmpstr (newest->act, ==, "signed");
  g_assert_null (newest->subject);
  g_assert_cmpuint (strlen (newest->hash), ==, 64);
}

static gint64
verify (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 broken = -1;

  signet_journal_verify (fixture->journal, &broken, &error);
  g_assert_no_error (error);
  return broken;
}

static void
tamper (Fixture *fixture, const char *sql)
{
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static void
test_untouched_holds (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (verify (fixture), ==, 0);
  close_journal (fixture);
  open_journal (fixture);
  append (fixture, "signed", "after a restart");
  g_assert_cmpint (verify (fixture), ==, 0);
}

static void
test_changed_shows (Fixture *fixture, gconstpointer data)
{
  tamper (fixture, "UPDATE journal SET subject = 'other.pdf' WHERE number = 2");
  g_assert_cmpint (verify (fixture), ==, 2);
}

static void
test_null_is_not_empty (Fixture *fixture, gconstpointer data)
{
  tamper (fixture, "UPDATE journal SET subject = '' WHERE number = 3");
  g_assert_cmpint (verify (fixture), ==, 3);
}

static void
test_removed_shows (Fixture *fixture, gconstpointer data)
{
  tamper (fixture, "DELETE FROM journal WHERE number = 1");
  g_assert_cmpint (verify (fixture), ==, 1);
}

static void
test_moved_field_shows (Fixture *fixture, gconstpointer data)
{
  tamper (fixture, "UPDATE journal SET path = subject, subject = NULL WHERE number = 1");
  g_assert_cmpint (verify (fixture), ==, 1);
}

static void
test_database_is_private (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  GStatBuf status;

  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
}

#define ADD(name, test) g_test_add ("/journal/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("read-back", test_read_back);
  ADD ("untouched-holds", test_untouched_holds);
  ADD ("changed-shows", test_changed_shows);
  ADD ("null-is-not-empty", test_null_is_not_empty);
  ADD ("removed-shows", test_removed_shows);
  ADD ("moved-field-shows", test_moved_field_shows);
  ADD ("database-is-private", test_database_is_private);
  return g_test_run ();
}
