/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signing-private.h: what the files of this room share. */
#pragma once

#include "../base/signet-key-block.h"
#include "../base/signet-output-file.h"
#include "../document/signet-document-mark.h"
#include "../document/signet-signature-creation.h"
#include "signet-shelf.h"
#include "signet-signing.h"

G_BEGIN_DECLS

typedef struct _SignetSigningFormat SignetSigningFormat;

/* What is known about the certificate (signet-signing-findings.c) */
typedef struct _SignetSigningFindings SignetSigningFindings;
typedef struct {
  SignetRevocationStatus *status;  /* (nullable) */
  char                   *problem; /* (nullable): why it could not be found out */
  const char             *why_not_asked;     /* (nullable): a code, when nobody was asked */
  char                   *revoked_authority; /* (nullable): its name */
  gint64                  asked;
} SignetSigningAnswer;

struct _SignetSigning {
  GObject                  parent;
  SignetDocumentFile      *file;
  SignetDocumentFile      *content;     /* (nullable): what a CMS that is signed again is about */
  char                    *countersign; /* (nullable): id of the signature to be countersigned */
  GPtrArray               *more;        /* (nullable) (element-type SignetDocumentFile): for the same container */
  SignetTokenKey          *key;         /* (nullable) */
  SignetCertificate       *certificate; /* (nullable): of the key */
  SignetHttp              *http;        /* (nullable) */
  SignetEvidenceCache     *cache;       /* (nullable) */
  SignetClock             *clock;
  SignetJournal           *journal;     /* (nullable) */
  GPtrArray               *chain;       /* (element-type SignetCertificate) */
  char                    *format;      /* (nullable) */
  char                    *level;
  SignetTimestampServers  *servers;     /* (nullable): for time-stamps */
  gboolean                 or_later;    /* without a time-stamp when none is to be had */
  gboolean                 postponed;   /* none was */
  SignetStore             *shelf;       /* (nullable) */
  char                    *served;      /* (nullable): who gave it */
  SignetSignatureScheme    scheme;
  char                    *reason;      /* (nullable) */
  char                    *location;    /* (nullable) */
  char                    *field;       /* (nullable) */
  guint                    certify;
  SignetVisibleMark              *mark;        /* (nullable): nothing is seen */
  gboolean                 cover;       /* it may cover an earlier signature */
  char                    *output;      /* (nullable): beside the input */
  gboolean                 overwrite;
  guint64                  place[2];    /* device and inode of the folder that the pre-flight looked at; 0: none was */
  char                    *result;      /* (nullable) */
  const SignetSigningFormat *usual;     /* (nullable): the format for the content, once it was looked for */
  SignetDocumentPdf       *pdf;         /* (nullable): read once, for pre-flight and act */
  SignetSigningFindings   *findings;    /* about the certificate; perhaps shared with other acts */
};

/* For tests: an act without a token. */
void               _signet_signing_set_certificate (SignetSigning *self, SignetCertificate *certificate);

gint64             _signet_signing_now             (SignetSigning *self);
char              *_signet_signing_move_name       (const char *path, const char *folder); /* the same name in @folder */
gboolean           _signet_signing_is_pades        (SignetSigning *self);
gboolean           _signet_signing_wants_timestamp (SignetSigning *self);
/* borrowed; opened when first asked for */
SignetDocumentPdf *_signet_signing_get_pdf         (SignetSigning *self, GError **error);
/* The output's folder is the one that was looked at: not another that has its name, because a disk was pulled out. CANNOT_WRITE. */
gboolean           _signet_signing_check_place     (SignetSigning *self, const char *path, GError **error);
gboolean           _signet_signing_is_the_document (SignetSigning *self, const char *path); /* one of them */
/* All documents of the act (signet-signing-container.c) */
guint              _signet_signing_get_n_documents (SignetSigning *self);
SignetDocumentFile *_signet_signing_get_document   (SignetSigning *self, guint index); /* from 0; the first is the one the act was made for */
gboolean           _signet_signing_check_unchanged (SignetSigning *self, GError **error);
guint64            _signet_signing_get_size        (SignetSigning *self);
char              *_signet_signing_dup_document_name (SignetSigning *self, guint index);
const char        *_signet_signing_find_container_fault (SignetSigning *self, guint *index); /* (nullable): detail of the check "document-container" */
/* From the certificate to where the known CA certificates lead; issuers that are missing are fetched. Borrowed from the findings.
   (nullable): only when cancelled. */
const SignetCertificatePath *_signet_signing_get_path (SignetSigning *self, GCancellable *cancellable, GError **error);
/* (nullable): only when cancelled. Borrowed from the findings. */
const SignetSigningAnswer *_signet_signing_get_revocation  (SignetSigning *self, GCancellable *cancellable, GError **error);
const SignetSigningAnswer *_signet_signing_read_revocation (SignetSigning *self); /* (nullable): what is known, without asking */
SignetEvidenceSession *_signet_signing_get_session (SignetSigning *signing, GCancellable *cancellable, GError **error); /* borrowed; (nullable): cancelled */
SignetSigningFindings *_signet_signing_findings_new   (void);
SignetSigningFindings *_signet_signing_findings_ref   (SignetSigningFindings *self);
void                   _signet_signing_findings_unref (SignetSigningFindings *self);
const char        *_signet_signing_why_unusable    (SignetCertificate *certificate, gint64 now); /* (nullable) */
gboolean           _signet_signing_key_is_rarely_known (SignetCertificate *certificate); /* few programs can check its signatures */

/* Around giving its name to a file that was signed without a time-stamp: what the shelf knows of it (signet-signing-timestamp.c). */
gboolean           _signet_signing_announce        (SignetSigning *self, const char *path, const char *sha256, const char *id, GError **error);
void               _signet_signing_settle          (SignetSigning *self, const char *path, const char *sha256, const char *id, gboolean named);
gboolean           _signet_signing_may_ask         (SignetSigning *self);
/* TRUE without one when it may come later */
gboolean           _signet_signing_add_timestamp   (SignetSigning *self, SignetSignatureCreation *creation, GCancellable *cancellable, GError **error);
/* What a key that asks at every signature names in its next question. */
void               _signet_signing_name_document   (SignetSigning *self, SignetSigner *signer, guint number, guint documents);

void               _signet_signing_add_check       (GPtrArray *checks, const char *code, SignetCheckState state, const char *value, const char *detail);
void               _signet_signing_check_mark      (SignetSigning *self, GPtrArray *checks);
gboolean           _signet_signing_add_mark        (SignetSigning *self, SignetDocumentPdf *pdf, SignetPdfSignParameters *parameters, GBytes **drawing,
                                                    GError **error);

/* Those checks that stop an act whatever the pre-flight said; SIGNET_SIGNING_ERROR_STOPPED names the first. */
gboolean           _signet_signing_check_stops     (SignetSigning *self, GCancellable *cancellable, GError **error);

/* The file that a signature beside it is about, to be checked with it (nullable): it is inside, or none is at hand. */
SignetDocumentFile *_signet_signing_get_detached   (SignetSigning *self);

/* Parses @output again and compares with what was meant. SIGNET_SIGNING_ERROR_SELF_CHECK. */
gboolean           _signet_signing_check_output    (SignetSigning *self, SignetOutputFile *output, SignetSignatureCreation *creation,
                                                    char **sha256, GCancellable *cancellable, GError **error);

/* --- levels LT and LTA (signet-signing-level.c) --- */
gboolean           _signet_signing_wants_evidence  (SignetSigning *self);
/* What will be wanted after the time-stamp is asked for beside it. (nullable): nothing will be */
typedef struct _SignetSigningAhead SignetSigningAhead;
SignetSigningAhead *_signet_signing_ask_ahead      (SignetSigning *self, GPtrArray *chain, GCancellable *cancellable);
void               _signet_signing_end_ahead       (SignetSigningAhead *ahead); /* waits */
/* Lifts the signed file that has no name yet to the level that was asked for, or fails. */
gboolean           _signet_signing_extend          (SignetSigning *self, SignetOutputFile *output, SignetInteraction *interaction,
                                                    GCancellable *cancellable, GError **error);

/* --- one format (signet-signing-format.c): all that this room has to know of it --- */
struct _SignetSigningFormat {
  const char *id;       /* "pades" … as --format and JSON call it */
  gboolean    detached; /* the signed file does not hold the document */
  gboolean    copies;   /* it holds all of it, and needs its room on the disk */
  gboolean    is_container;
  gboolean    takes_many; /* documents at once */
  gboolean  (*takes)        (SignetDocumentFile *file);
  gboolean  (*is_usual)     (SignetDocumentFile *file); /* (nullable): for what it takes; the first of the table wins */
  char     *(*propose_name) (const char *path, guint number); /* the @number-th name beside the document, from 1 */
  SignetSignatureCreation *(*create) (SignetSigning *self, GError **error);
};
const SignetSigningFormat *_signet_signing_get_format (SignetSigning *self);
/* containers (signet-signing-container.c) */
SignetSignatureCreation *_signet_signing_create_asice  (SignetSigning *self, GError **error);
SignetSignatureCreation *_signet_signing_create_asics  (SignetSigning *self, GError **error);
SignetSignatureCreation *_signet_signing_create_asice_cades (SignetSigning *self, GError **error);
SignetSignatureCreation *_signet_signing_create_asics_cades (SignetSigning *self, GError **error);
gboolean                 _signet_signing_is_asice      (SignetDocumentFile *file);
gboolean                 _signet_signing_is_asics      (SignetDocumentFile *file);
char                    *_signet_signing_propose_asice (const char *path, guint number);
char                    *_signet_signing_propose_asics (const char *path, guint number);

/* signet-signing-cades.c: signatures around a document, beside others, over another */
gboolean    _signet_signing_is_cms                 (SignetDocumentFile *file);
char       *_signet_signing_propose_p7m            (const char *path, guint number);
gboolean    _signet_signing_is_again               (SignetSigning *self); /* a CMS with one signature more, beside others or over one */
char       *_signet_signing_propose_again          (const char *path, guint number);
SignetSignatureCreation *_signet_signing_create_enclosed (SignetSigning *self, GError **error);
SignetSignatureCreation *_signet_signing_create_parallel (SignetSigning *self, GError **error);
SignetSignatureCreation *_signet_signing_create_counter  (SignetSigning *self, GError **error);
/* Adds to @checks what can be said before the PIN; FALSE: the CMS cannot be read. */
gboolean    _signet_signing_check_cades            (SignetSigning *self, GPtrArray *checks, GCancellable *cancellable, GError **error);

/* signet-signing-xades.c: XML signatures inside a document, around it, beside it */
gboolean    _signet_signing_is_xml                 (SignetDocumentFile *file);
char       *_signet_signing_propose_xades          (const char *path, guint number);
SignetSignatureCreation *_signet_signing_create_xades (SignetSigning *self, GError **error);
gboolean    _signet_signing_check_xades            (SignetSigning *self, GPtrArray *checks, GCancellable *cancellable, GError **error);

/* --- one act in progress: the steps of signet_signing_run(), each called once and in this order by one thread at a time --- */
typedef struct _SignetSigningAct SignetSigningAct;
SignetSigningAct   *_signet_signing_act_new        (SignetSigning *signing, SignetSigner *signer, SignetInteraction *interaction,
                                                    GCancellable *cancellable); /* borrows all of them */
void                _signet_signing_act_free       (SignetSigningAct *act);     /* what has no name yet is gone */
gboolean            _signet_signing_act_prepare    (SignetSigningAct *act, GError **error);
gboolean            _signet_signing_act_sign       (SignetSigningAct *act, GError **error);
gboolean            _signet_signing_act_complete   (SignetSigningAct *act, GError **error); /* and checks it */
gboolean            _signet_signing_act_publish    (SignetSigningAct *act, gboolean renames, GError **error); /* its folder is not synced yet */
SignetOutputFile   *_signet_signing_act_get_output (SignetSigningAct *act);
SignetJournalEntry *_signet_signing_act_describe   (SignetSigningAct *act);
void                _signet_signing_record         (SignetJournal *journal, GPtrArray *entries); /* @journal: (nullable) */
/* The folders of @outputs (SignetOutputFile, neighbours beside each other) are synced while @entries are recorded. */
void                _signet_signing_keep           (GPtrArray *outputs, SignetJournal *journal, GPtrArray *entries);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetSigningAct, _signet_signing_act_free)

G_END_DECLS
