/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-store.h: the one SQLite database of the user (requests, journal, cache). Each room owns its tables and their migration. */
#pragma once

#include <glib-object.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_STORE (signet_store_get_type ())
G_DECLARE_FINAL_TYPE (SignetStore, signet_store, SIGNET, STORE, GObject)

SignetStore *signet_store_open       (const char *path, GError **error);  /* creates folder 0700 and file 0600; WAL, synchronous=FULL */
/* Brings @room's schema up to date: steps[n] is the SQL from version n to n + 1, NULL-terminated. */
gboolean     signet_store_migrate    (SignetStore *self, const char *room, const char *const *steps, GError **error);
/* A transaction holds the store's lock (recursive is an error) until commit or rollback. */
gboolean     signet_store_begin      (SignetStore *self, GError **error);
gboolean     signet_store_commit     (SignetStore *self, GError **error);
void         signet_store_rollback   (SignetStore *self);
gboolean     signet_store_end        (SignetStore *self, gboolean done, GError **error);
sqlite3     *signet_store_get_handle (SignetStore *self);                 /* only inside begin … commit */
sqlite3_stmt *signet_store_prepare   (SignetStore *self, const char *sql, GError **error);
gboolean     signet_store_set_error  (SignetStore *self, GError **error, const char *what);
char        *signet_store_dup_text   (sqlite3_stmt *statement, int column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

G_END_DECLS
