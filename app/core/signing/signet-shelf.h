/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-shelf.h: signed files that wait for evidence: signed while no time-stamp server answered. The shelf remembers them (a table of the person's
 * database), and works them off: it adds what is missing and puts the file in the place of our own output, never of anything else.
 */
#pragma once

#include "../base/signet-interaction.h"
#include "../base/signet-store.h"
#include "../evidence/signet-evidence-cache.h"
#include "../evidence/signet-timestamp-servers.h"
#include "../journal/signet-journal.h"

G_BEGIN_DECLS

typedef struct {
  gint64 id;
  char  *path;      /* absolute */
  char  *sha256;    /* of the file as we wrote it */
  char  *level;     /* wanted: "t" … */
  char  *content;   /* (nullable): absolute: the document of a signature beside it */
  char  *signature; /* id of the one that waits */
  gint64 added;
  gint64 tried;     /* SIGNET_TIME_UNKNOWN: not yet */
  gint64 next;      /* not before this; of a file that is not as we left it, or needs a password: SIGNET_TIME_UNKNOWN, only the person can tell what to do */
  guint  tries;
  char  *problem;   /* (nullable): "unreachable", "refused", "invalid", "changed", "gone", "cannot-write", "password", "failed" */
  char  *detail;    /* (nullable): technical */
  char  *becoming;  /* (nullable): digest of the extended file that was about to take its place */
} SignetShelfItem;
void     signet_shelf_item_free (SignetShelfItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetShelfItem, signet_shelf_item_free)

/* Around giving a file its name. @item: path, sha256, level, content, signature, added. The same path again replaces what was known of it. */
gboolean   signet_shelf_announce (SignetStore *store, const SignetShelfItem *item, GError **error); /* before */
gboolean   signet_shelf_confirm  (SignetStore *store, const SignetShelfItem *item, GError **error); /* it has it */
gboolean   signet_shelf_withdraw (SignetStore *store, const SignetShelfItem *item, GError **error); /* it will not get it */
/* (transfer full) (element-type SignetShelfItem): the oldest first */
GPtrArray *signet_shelf_list   (SignetStore *store, GError **error);
gboolean   signet_shelf_forget (SignetStore *store, gint64 id, GError **error);

/* What it is done with. Borrowed. */
typedef struct {
  SignetHttp             *http;
  SignetTimestampServers *servers;
  SignetClock            *clock;
  SignetEvidenceCache    *cache;   /* (nullable) */
  GPtrArray              *chain;   /* (element-type SignetCertificate): CA certificates known here */
  SignetJournal          *journal; /* (nullable) */
  SignetSecret           *password;    /* (nullable): tried on documents that are encrypted */
  SignetInteraction      *interaction; /* (nullable): nobody is there; asked for the password when none was given */
} SignetShelfMeans;

/* Takes one item as far as it goes now. TRUE: it is done, and off the shelf. FALSE without an error: it stays, @item says why. */
gboolean   signet_shelf_work   (SignetStore *store, SignetShelfItem *item, const SignetShelfMeans *means, GCancellable *cancellable, GError **error);
/* Whether it is time to try it (by itself; a person may always). */
gboolean   signet_shelf_is_due (const SignetShelfItem *item, gint64 now);

G_END_DECLS
