/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment.h: the way from a wish to an installed certificate. A request is a row in the database and moves from state to
 * state, each step kept before the next begins; killing any process at any moment loses nothing.
 */
#pragma once

#include "../authority/signet-authority.h"
#include "../base/signet-http.h"
#include "../base/signet-store.h"
#include "../journal/signet-journal.h"
#include "../plugin/signet-plugin.h"
#include "../token/signet-token-manager.h"

G_BEGIN_DECLS

#define SIGNET_ENROLMENT_ERROR (signet_enrolment_error_quark ())
typedef enum {
  SIGNET_ENROLMENT_ERROR_REJECTED,       /* by the CA */
  SIGNET_ENROLMENT_ERROR_WRONG_KEY,      /* the certificate is for another key */
  SIGNET_ENROLMENT_ERROR_WRONG_ISSUER,
  SIGNET_ENROLMENT_ERROR_WRONG_SUBJECT,
  SIGNET_ENROLMENT_ERROR_WRONG_KIND,     /* a CA certificate, or one that cannot do what was asked */
  SIGNET_ENROLMENT_ERROR_WRONG_SECRET,
  SIGNET_ENROLMENT_ERROR_NOT_FOUND,
  SIGNET_ENROLMENT_ERROR_STATE,          /* not possible in the state it is in */
  SIGNET_ENROLMENT_ERROR_BY_HAND,        /* the authority's plugin cannot do it: the person has to turn to the authority */
  SIGNET_ENROLMENT_ERROR_NOT_ACCEPTED,   /* by the person: it differs from what was asked */
  SIGNET_ENROLMENT_ERROR_NOT_OFFERED,    /* by this authority; another may */
  SIGNET_ENROLMENT_ERROR_KEY_LOST,       /* the transport key a delivered one was encrypted for is gone */
  SIGNET_ENROLMENT_ERROR_NOT_CONFIRMED,  /* by the CA: the certificate is on the token, and stays there */
  SIGNET_ENROLMENT_ERROR_CLOCK,          /* this computer's is most likely wrong; the request stays where it is */
} SignetEnrolmentError;
GQuark signet_enrolment_error_quark (void);

typedef enum {
  SIGNET_REQUEST_DRAFTED,
  SIGNET_REQUEST_DISCLOSED,
  SIGNET_REQUEST_KEY_MADE,
  SIGNET_REQUEST_SUBMITTED,
  SIGNET_REQUEST_WAITING,
  SIGNET_REQUEST_ISSUED,
  SIGNET_REQUEST_CHECKED,
  SIGNET_REQUEST_INSTALLED,
  SIGNET_REQUEST_CONFIRMED,
  SIGNET_REQUEST_REJECTED,
  SIGNET_REQUEST_CANCELLED,
  SIGNET_REQUEST_EXPIRED,
  SIGNET_REQUEST_FAILED,
} SignetRequestState;
const char *signet_request_state_get_id (SignetRequestState state);  /* "drafted" … */

typedef enum {
  SIGNET_REQUEST_KIND_NEW,
  SIGNET_REQUEST_KIND_RENEW,
} SignetRequestKind;
const char *signet_request_kind_get_id (SignetRequestKind kind);     /* "new", "renew" */

/* What an authority lets a renewal keep: [Issuance] RenewKey. */
typedef enum {
  SIGNET_RENEWAL_NEW_KEY  = 1 << 0,
  SIGNET_RENEWAL_SAME_KEY = 1 << 1,
} SignetRenewalKeys;

#define SIGNET_TYPE_REQUEST (signet_request_get_type ())
G_DECLARE_FINAL_TYPE (SignetRequest, signet_request, SIGNET, REQUEST, GObject)

gint64             signet_request_get_id          (SignetRequest *self);
SignetRequestState signet_request_get_state       (SignetRequest *self);
const char        *signet_request_get_authority   (SignetRequest *self);   /* authority id */
const char        *signet_request_get_token_uri   (SignetRequest *self);
const char        *signet_request_get_token_label (SignetRequest *self);
const char        *signet_request_get_key_spec    (SignetRequest *self);
const char        *signet_request_get_key_sha256  (SignetRequest *self);   /* (nullable) */
const char        *signet_request_get_subject     (SignetRequest *self);   /* RFC 4514, as asked for */
SignetCertificate *signet_request_get_certificate (SignetRequest *self);   /* (nullable) */
const char        *signet_request_get_error       (SignetRequest *self);   /* (nullable): why rejected or failed */
gint64             signet_request_get_created     (SignetRequest *self);
gint64             signet_request_get_changed     (SignetRequest *self);
gint64             signet_request_get_next_poll   (SignetRequest *self);   /* SIGNET_TIME_UNKNOWN unless waiting */
SignetRequestKind  signet_request_get_kind        (SignetRequest *self);
gboolean           signet_request_keeps_key       (SignetRequest *self);   /* the key was on the token before */
SignetCertificate *signet_request_get_current     (SignetRequest *self);   /* (nullable): the one being renewed */
const char        *signet_request_get_old_note    (SignetRequest *self);   /* (nullable): what became of it: "replaced", "kept" */
gint64             signet_request_get_expires     (SignetRequest *self);   /* SIGNET_TIME_UNKNOWN: never, or it is over */
/* Two certificates: the second is for encryption, its key made by the authority and delivered. */
SignetCertificate *signet_request_get_encryption_certificate (SignetRequest *self);  /* (nullable) */
/* (nullable): "delivered" (not yet on a token), "imported", "refused-by-token", "transport-key-lost" */
const char        *signet_request_get_encryption_note (SignetRequest *self);
/* Something the person has to carry to the authority; NULL when there is nothing. @name, @text: (out) (optional) (transfer none) */
const char        *signet_request_get_waiting_text (SignetRequest *self);  /* (nullable): what the authority says while it decides; sanitized */
GBytes            *signet_request_get_hand_file   (SignetRequest *self, const char **name, const char **text);
/* Asked against received, one entry a field; for screen 07e and --json. (transfer full) */
typedef struct {
  char     *field;     /* "subject", "validity"…; "lint-…": what a standard wants */
  char     *asked;     /* for a lint: the clause */
  char     *received;
  gboolean  same;
  gboolean  advice;    /* nobody asked for it: shown, and needs no yes */
} SignetRequestDifference;
void               signet_request_difference_free (SignetRequestDifference *difference);
GPtrArray         *signet_request_dup_differences (SignetRequest *self);

/* A file the person attached. */
#define SIGNET_REQUEST_MAX_FILE (4 * 1024 * 1024)
typedef struct {
  char   *field;   /* of the form */
  char   *name;    /* without a folder */
  gint64  size;
  char   *sha256;
} SignetRequestFile;
void               signet_request_file_free       (SignetRequestFile *file);

#define SIGNET_TYPE_ENROLMENT (signet_enrolment_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolment, signet_enrolment, SIGNET, ENROLMENT, GObject)

/* @plugins: (element-type SignetPluginManifest); @authorities: (element-type SignetAuthority) */
SignetEnrolment *signet_enrolment_new          (SignetStore *store, SignetHttp *http, SignetClock *clock, SignetTokenManager *tokens,
                                                SignetJournal *journal, GPtrArray *plugins, GPtrArray *authorities, GError **error);
GPtrArray       *signet_enrolment_get_authorities (SignetEnrolment *self);              /* those a plugin can serve; borrowed */
SignetAuthority *signet_enrolment_find_authority  (SignetEnrolment *self, const char *id, GError **error); /* (transfer none) */
JsonObject      *signet_enrolment_dup_profile_json (SignetAuthority *authority);  /* (transfer full): a profile as plugins get it */
/* Whether its plugin may run: asks the person when it must (kinds "plugin", "plugin-changed"). Before the first form. Blocking. */
gboolean         signet_enrolment_admit_plugin (SignetEnrolment *self, SignetAuthority *authority, SignetInteraction *interaction,
                                                GCancellable *cancellable, GError **error);
SignetPluginConsents *signet_enrolment_get_consents (SignetEnrolment *self);             /* (transfer none) */
/* Runs the plugin's form method. Blocking. */
SignetForm      *signet_enrolment_get_form     (SignetEnrolment *self, SignetAuthority *authority, GCancellable *cancellable, GError **error);
/* The draft is in the database when this returns. @fields: id -> value; secrets: id -> SignetSecret, kept in libsecret or in memory for this run. */
SignetRequest   *signet_enrolment_draft        (SignetEnrolment *self, SignetAuthority *authority, SignetToken *token, const char *key_spec,
                                                GHashTable *fields, GHashTable *secrets, GError **error);
/* For a key that is on a token already; no other is made. */
SignetRequest   *signet_enrolment_draft_for_key (SignetEnrolment *self, SignetAuthority *authority, SignetTokenKey *key,
                                                GHashTable *fields, GHashTable *secrets, GError **error);
/* To take the place of @current, on @token. @key_spec: NULL: the same key, which then must be there. Errors: NOT_FOUND: no authority here has issued it;
   SIGNET_BASE_ERROR_UNSUPPORTED: the authority wants it otherwise. @fields, @secrets: (nullable) */
SignetRequest   *signet_enrolment_draft_renewal (SignetEnrolment *self, SignetCertificate *current, SignetToken *token, const char *key_spec,
                                                GHashTable *fields, GHashTable *secrets, GError **error);
SignetRenewalKeys signet_enrolment_get_renewal_keys (SignetAuthority *authority);
/* Where on a PIV card its key is made (signet-token-card.h), before the request is run; without it the first free place. */
gboolean         signet_enrolment_choose_place (SignetEnrolment *self, SignetRequest *request, const char *place, GError **error);
gboolean         signet_enrolment_agree        (SignetEnrolment *self, SignetRequest *request, GError **error);  /* the disclosures were read and agreed */
/* Goes on from the state it is in until it is confirmed, waits, or fails; PIN and consent through @interaction. TRUE also when it now waits. */
gboolean         signet_enrolment_run          (SignetEnrolment *self, SignetRequest *request, SignetInteraction *interaction,
                                                GCancellable *cancellable, GError **error);
/* Copies a file the person chose into the request, under a field of the form. */
gboolean         signet_enrolment_attach       (SignetEnrolment *self, SignetRequest *request, const char *field, const char *path, GError **error);
GPtrArray       *signet_enrolment_list_files   (SignetEnrolment *self, SignetRequest *request, GError **error);  /* (element-type SignetRequestFile) */
/* CA certificates that came with what was issued: for building paths, never anchors. (transfer full) (element-type SignetCertificate) */
GPtrArray       *signet_enrolment_load_issuers (void);
/* Done but for the delivered key of the encryption certificate ("refused-by-token"): @token may take it. */
gboolean         signet_enrolment_place_encryption (SignetEnrolment *self, SignetRequest *request, SignetToken *token,
                                                SignetInteraction *interaction, GCancellable *cancellable, GError **error);
/* The answer to a request carried by hand, found by its key; run() goes on with it. (transfer full): NULL: NOT_FOUND, STATE, or no certificate */
SignetRequest   *signet_enrolment_answer       (SignetEnrolment *self, GBytes *content, const char *name, GError **error);
/* The CA certificates the authority says it uses now: told, not filed. (transfer full) (element-type SignetCertificate) */
GPtrArray       *signet_enrolment_ask_chain    (SignetEnrolment *self, SignetAuthority *authority, SignetInteraction *interaction,
                                                GCancellable *cancellable, GError **error);
gboolean         signet_enrolment_cancel       (SignetEnrolment *self, SignetRequest *request, GError **error);
/* The same, and the authority is told where its plugin can; that it could not be told is kept as the request's error. @interaction: (nullable) */
gboolean         signet_enrolment_withdraw     (SignetEnrolment *self, SignetRequest *request, SignetInteraction *interaction,
                                                GCancellable *cancellable, GError **error);
GPtrArray       *signet_enrolment_list         (SignetEnrolment *self, GError **error);   /* newest first (element-type SignetRequest) */
SignetRequest   *signet_enrolment_find         (SignetEnrolment *self, gint64 id, GError **error);

/* How the person's key ring calls a secret of a request, in the person's language; for the whole process. */
void             signet_enrolment_set_secret_words (const char *text);
/* FALSE: nobody is there to open a key ring (a background run): none is asked for, and nothing new is put into one. */
void             signet_enrolment_set_attended  (gboolean somebody_is_there);

G_END_DECLS
