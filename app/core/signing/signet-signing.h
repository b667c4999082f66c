/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signing.h: one object per act of signing: what, with which key, how; pre-flight before the PIN; then the act. */
#pragma once

#include "../evidence/signet-timestamp-servers.h"
#include "../journal/signet-journal.h"
#include "../mark/signet-mark.h"
#include "../token/signet-token-manager.h"
#include "../validation/signet-validation.h"

G_BEGIN_DECLS

#define SIGNET_SIGNING_ERROR (signet_signing_error_quark ())
typedef enum {
  SIGNET_SIGNING_ERROR_STOPPED,        /* a pre-flight check says stop; message names it */
  SIGNET_SIGNING_ERROR_SELF_CHECK,     /* what was written does not verify: thrown away */
  SIGNET_SIGNING_ERROR_UNSUPPORTED,
  SIGNET_SIGNING_ERROR_NOT_SIGNED,     /* nothing to extend */
  SIGNET_SIGNING_ERROR_BROKEN,         /* a signature is broken: not extended */
  SIGNET_SIGNING_ERROR_EVIDENCE,       /* what the level needs could not be had */
} SignetSigningError;
GQuark signet_signing_error_quark (void);

typedef enum { SIGNET_CHECK_OK, SIGNET_CHECK_WARNING, SIGNET_CHECK_STOP, SIGNET_CHECK_UNKNOWN } SignetCheckState;

/* @code: "key-block" (only when the key is blocked), "certificate-class", "certificate-key" (only when few
   programs know such signatures; @value: which kind), "certificate-validity", "certificate-revocation", "certificate-chain", "document-permissions",
   "document-content" (nothing of the following was found), "document-scripts", "document-layers", "document-layers-off", "document-attachments", "document-xfa",
   "document-external", "document-actions", "document-values", "document-looks", "document-hidden" (@detail: (nullable): page of the first), "document-fields", "mark-placement" (only with a mark), "document-container", "signed-file" (CMS formats but "cades"), "level", "output" with a state; the sentence is made by the faces. @value: (nullable): a name, date or count for it;
   @document: (nullable): of several in one act, the name of the one it is about */
typedef struct { char *code; SignetCheckState state; char *value; char *detail; char *document; } SignetSigningCheck;
void signet_signing_check_free (SignetSigningCheck *check);

#define SIGNET_TYPE_SIGNING (signet_signing_get_type ())
G_DECLARE_FINAL_TYPE (SignetSigning, signet_signing, SIGNET, SIGNING, GObject)

SignetSigning *signet_signing_new             (SignetDocumentFile *file, SignetTokenKey *key);
void           signet_signing_add_document     (SignetSigning *self, SignetDocumentFile *file);  /* one more in the same container */
void           signet_signing_set_seams       (SignetSigning *self, SignetHttp *http, SignetClock *clock, SignetJournal *journal); /* each (nullable) */
void           signet_signing_set_evidence_cache (SignetSigning *self, SignetEvidenceCache *cache); /* (nullable): nothing is kept */
void           signet_signing_set_chain       (SignetSigning *self, GPtrArray *certificates);   /* CA certificates known here */
void           signet_signing_set_format      (SignetSigning *self, const char *format);        /* one of signet_signing_list_formats(); NULL: by content */
const char    *signet_signing_get_format      (SignetSigning *self);                            /* what it will be: never NULL */
/* (transfer full): the formats that take this content, the usual one first. */
char         **signet_signing_list_formats    (SignetDocumentFile *file);
/* (transfer full): the levels there are for @format (nullable: the usual), the plainest first. */
char         **signet_signing_list_levels     (const char *format);
void           signet_signing_set_level       (SignetSigning *self, const char *level);         /* "b" (default), "t" */
void           signet_signing_set_tsa         (SignetSigning *self, const char *url);         /* this one alone */
void           signet_signing_set_timestamp_servers (SignetSigning *self, SignetTimestampServers *servers); /* (nullable) */
/* When no server gives a time-stamp: sign without, and tell so; the caller sees to it that it is added later. */
void           signet_signing_set_or_later     (SignetSigning *self, gboolean or_later);
/* Where such a file is remembered: (nullable) nowhere. */
void           signet_signing_set_shelf        (SignetSigning *self, SignetStore *store);
gboolean       signet_signing_is_postponed     (SignetSigning *self);                           /* after the act: that is what happened */
const char    *signet_signing_get_timestamp_server (SignetSigning *self);                       /* (nullable): after the act: who gave the time-stamp */
void           signet_signing_set_scheme      (SignetSigning *self, SignetSignatureScheme scheme); /* UNKNOWN: what key and certificate say */
void           signet_signing_set_pdf         (SignetSigning *self, const char *reason, const char *location, const char *field, guint certify);
/* Of a CMS that is signed again: the file it is about, when that is not inside; and the id of the signature to be countersigned, NULL: none. */
void           signet_signing_set_cades       (SignetSigning *self, SignetDocumentFile *content, const char *countersign);
void           signet_signing_set_mark        (SignetSigning *self, const SignetVisibleMark *mark, gboolean cover);
void           signet_signing_set_output      (SignetSigning *self, const char *path, gboolean overwrite); /* NULL: beside the input */
void           signet_signing_set_output_folder (SignetSigning *self, const char *folder, gboolean overwrite);
char          *signet_signing_dup_output      (SignetSigning *self);                             /* where it would go */
/* Whether it was signed already, with the chosen certificate, in a run that ended in the middle: (transfer full) (nullable) the signed file. */
char          *signet_signing_find_done        (SignetSigning *self, GCancellable *cancellable);
void           signet_signing_set_key         (SignetSigning *self, SignetTokenKey *key);

/* Of a PDF with a mark: where it would stand, and a drawing of it (a PDF of one page). */
gboolean       signet_signing_place_mark       (SignetSigning *self, SignetMarkBox *box, GError **error);
GBytes        *signet_signing_draw_mark        (SignetSigning *self, const SignetMarkBox *box, GError **error);

/* What was found out about the certificate (path, revocation) serves both; for acts that are signed together. */
void           signet_signing_share_findings   (SignetSigning *self, SignetSigning *with);
/* (element-type SignetSigning): reads PDFs while their face waits for something else; what is wrong with one preflight tells. */
void           signet_signing_read_ahead       (GPtrArray *signings);
/* (transfer full) (element-type SignetSigningCheck): stops first, then warnings, then good ones. No PIN, may use the network. */
GPtrArray     *signet_signing_preflight       (SignetSigning *self, GCancellable *cancellable, GError **error);
/* Prepares, signs with @signer, completes, verifies what was written, fsyncs, renames, journals. Runs the stops of the pre-flight again. */
gboolean       signet_signing_run             (SignetSigning *self, SignetSigner *signer, SignetInteraction *interaction,
                                               GCancellable *cancellable, GError **error);
/* Told of each document in the order of the documents: @error NULL: its signed file is under its name, on the disk and in the journal. */
typedef void (*SignetSigningTold) (guint index, const GError *error, gpointer data);
/* All of @signings with one signer, several at a time; what ends the run (cancelled, the token fails) is told of all that follow. */
gboolean       signet_signing_run_batch       (GPtrArray *signings, SignetSigner *signer, SignetInteraction *interaction,
                                               SignetSigningTold told, gpointer data, GCancellable *cancellable);
/* The same including the login, whose question names @documents. FALSE with @error: no login, and nothing was told. */
gboolean       signet_signing_run_batch_with_token (GPtrArray *signings, const char *documents, SignetInteraction *interaction,
                                               SignetSigningTold told, gpointer data, GCancellable *cancellable, GError **error);
/* One including the login: one PIN question. */
gboolean       signet_signing_run_with_token  (SignetSigning *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error);
const char    *signet_signing_get_result_path (SignetSigning *self);                             /* (nullable) */

/* Can this key sign documents? @reason: code: "identity-only", "encryption", "expired", "not-yet-valid", "no-private-key", "no-certificate", "ca", "blocked" */
gboolean       signet_signing_key_is_usable   (SignetTokenKey *key, gint64 now, const char **reason);

G_END_DECLS
