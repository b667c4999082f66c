/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-key-block.h: keys the person must not sign with any more, because somebody else may have them (Electronic Signature Law, article 15).
 * One small file a key in the user's data folder, so that every process sees a block at once and none needs the database to obey it.
 */
#pragma once

#include "signet-clock.h"

G_BEGIN_DECLS

typedef struct {
  char  *key_sha256; /* of the SubjectPublicKeyInfo, hex */
  gint64 time;       /* blocked at; %SIGNET_TIME_UNKNOWN when the file is damaged */
  gint64 since;      /* from when on it may have been in other hands; %SIGNET_TIME_UNKNOWN: not told */
  char  *by;         /* who and where: "li@desk" */
} SignetKeyBlock;

void            signet_key_block_free       (SignetKeyBlock *block);
/* On the disk when it returns. A key that is blocked already stays blocked since then. */
gboolean        signet_key_block_add        (const char *key_sha256, gint64 now, gint64 since, GError **error);
/* One look at the folder. What cannot be looked at counts as blocked. */
gboolean        signet_key_block_is_blocked (const char *key_sha256);
SignetKeyBlock *signet_key_block_find       (const char *key_sha256);                 /* (nullable): not blocked */
gboolean        signet_key_block_lift       (const char *key_sha256, GError **error); /* NOT_FOUND when it is not blocked */
/* FALSE with %SIGNET_BASE_ERROR_KEY_BLOCKED */
gboolean        signet_key_block_check      (const char *key_sha256, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetKeyBlock, signet_key_block_free)

G_END_DECLS
