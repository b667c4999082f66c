/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-extension.h: one object per act of extending: a signed file lifted to level T, LT or LTA, or its archive time-stamp renewed. No key, no PIN. */
#pragma once

#include "signet-signing.h"

G_BEGIN_DECLS

/* EN 319 142-1, 319 122-1, 319 132-1, clause 6; in their order */
typedef enum { SIGNET_LEVEL_NONE, SIGNET_LEVEL_B, SIGNET_LEVEL_T, SIGNET_LEVEL_LT, SIGNET_LEVEL_LTA } SignetLevel;
SignetLevel signet_level_parse    (const char *text);  /* "lt" and "B-LT"; NONE: neither */
const char *signet_level_get_name (SignetLevel level); /* "B-LT"; "" */

/* Why a signature did not get further. @code: "not-baseline", "time-stamp", "no-path", "revocation-unreachable", "revocation-offline", "revoked" */
typedef struct { char *code; char *signature; char *about; char *detail; } SignetExtensionProblem;
void signet_extension_problem_free (SignetExtensionProblem *problem);

#define SIGNET_TYPE_EXTENSION (signet_extension_get_type ())
G_DECLARE_FINAL_TYPE (SignetExtension, signet_extension, SIGNET, EXTENSION, GObject)

SignetExtension *signet_extension_new                (SignetDocumentFile *file);
void             signet_extension_set_seams          (SignetExtension *self, SignetHttp *http, SignetClock *clock, SignetJournal *journal); /* each (nullable) */
void             signet_extension_set_evidence_cache (SignetExtension *self, SignetEvidenceCache *cache);    /* (nullable) */
void             signet_extension_set_chain          (SignetExtension *self, GPtrArray *certificates);       /* CA certificates known here */
void             signet_extension_set_level          (SignetExtension *self, SignetLevel level);             /* LT */
void             signet_extension_set_servers        (SignetExtension *self, const char *const *urls);       /* time-stamp servers, in their order */
void             signet_extension_set_timestamp_servers (SignetExtension *self, SignetTimestampServers *servers); /* (nullable) */
void             signet_extension_set_detached       (SignetExtension *self, SignetDocumentFile *detached);  /* the data of a detached signature */
void             signet_extension_set_renew          (SignetExtension *self, gboolean always);               /* FALSE: an archive time-stamp only when its end is near */
void             signet_extension_set_output         (SignetExtension *self, const char *path, gboolean overwrite); /* NULL: beside the file */
void             signet_extension_set_output_folder  (SignetExtension *self, const char *folder, gboolean overwrite);
char            *signet_extension_dup_output         (SignetExtension *self);

/* TRUE: the extended file is under its name, or there was nothing to do (get_result_path() is NULL). It may be below the level that was
   asked for: get_problems() says why. FALSE: nothing was gained and nothing written. Blocks on disk and network. */
gboolean         signet_extension_run                (SignetExtension *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error);
const char      *signet_extension_get_result_path    (SignetExtension *self); /* (nullable) */
SignetLevel      signet_extension_get_level          (SignetExtension *self); /* of the signature that got least far */
GPtrArray       *signet_extension_get_problems       (SignetExtension *self); /* (element-type SignetExtensionProblem) */
/* When the newest archive time-stamp should be renewed at the latest; SIGNET_TIME_UNKNOWN: there is none */
gint64           signet_extension_get_renewal        (SignetExtension *self);

G_END_DECLS
