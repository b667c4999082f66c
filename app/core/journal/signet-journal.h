/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-journal.h: the user's own tamper-evident record: each entry carries the hash of the one before. */
#pragma once

#include "../base/signet-clock.h"
#include "../base/signet-store.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_JOURNAL (signet_journal_get_type ())
G_DECLARE_FINAL_TYPE (SignetJournal, signet_journal, SIGNET, JOURNAL, GObject)

/* One entry; strings may be NULL. */
typedef struct {
  gint64 number;
  gint64 time;
  char  *act;          /* "signed", "verified", "certificate-requested", "certificate-installed", "token-initialised", "key-made" … */
  char  *subject;      /* what it was done to: display file name, token label */
  char  *path;         /* (nullable) */
  char  *sha256;       /* (nullable): of the resulting file */
  char  *certificate;  /* (nullable): SHA-256 of the certificate used */
  char  *detail;       /* (nullable): JSON */
  char  *hash;         /* hex SHA-256 over the entry and the hash before */
} SignetJournalEntry;
void signet_journal_entry_free (SignetJournalEntry *entry);

SignetJournal *signet_journal_new    (SignetStore *store, SignetClock *clock, GError **error);
/* @entry: number, time and hash are filled in by the journal. */
gboolean       signet_journal_append (SignetJournal *self, const SignetJournalEntry *entry, GError **error);
gboolean       signet_journal_append_all (SignetJournal *self, GPtrArray *entries, GError **error); /* all or none, with one wait for the disk */
GPtrArray     *signet_journal_list   (SignetJournal *self, guint most, GError **error);        /* newest first */
/* TRUE and @broken = 0 when the chain holds; else the number of the first entry that does not fit. */
gboolean       signet_journal_verify (SignetJournal *self, gint64 *broken, GError **error);

G_END_DECLS
